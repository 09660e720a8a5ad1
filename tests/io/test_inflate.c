/* ISA-L against zlib: whole and damaged gzip files give the same bytes, facts and messages,
   whichever of the two reads them. */
#include "base/fast_path.h"
#include "io/stream.h"

#include "test_gzip.h"

static mag_account account;

static int set_up(void **state) {
    (void)state;
    return mag_fast_path_without(NULL, NULL) != MAG_OK;
}

static int tear_down(void **state) {
    (void)state;
    assert_int_equal(account.used_nbytes, 0);
    return mag_fast_path_without(NULL, NULL) != MAG_OK;
}

static uint64_t seed;

static unsigned draw(unsigned below) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % below;
}

/* --- reading with either library -------------------------------------------------------------- */

typedef struct reading {
    mag_status status;
    mag_error err;
    mag_stream_facts facts;
    char *content;
    size_t nbytes, room;
} reading;

static reading read_file(const char *path, size_t step, const char *without) {
    reading r = {.room = step + (1 << 16)};
    mag_stream *stream;
    size_t got = 1;
    r.content = malloc(r.room);
    assert_int_equal(mag_fast_path_without(without, NULL), MAG_OK);
    r.status = mag_stream_open(&stream, path, &account, &r.err);
    while (r.status == MAG_OK && got > 0) {
        if (r.room - r.nbytes < step)
            r.content = realloc(r.content, r.room *= 2);
        r.status = mag_stream_read(stream, r.content + r.nbytes, step, &got, &r.err);
        r.nbytes += got;
    }
    if (stream)
        r.facts = *mag_stream_facts_of(stream);
    mag_stream_close(stream);
    return r;
}

static unsigned long refused_count, longer_count, mended_count;
static test_bytes undamaged; /* what the file held before it was damaged */

/* zlib refuses a table of codes that is not complete, ISA-L only a code that is not in it. If no
   such code comes up, checksum and length prove that nothing is lost. */
static bool is_proven_whole(const reading *got, const reading *want) {
    return got->status == MAG_OK && want->err.message == MAG_MSG_I103 &&
           got->nbytes == undamaged.nbytes &&
           memcmp(got->content, undamaged.at, undamaged.nbytes) == 0;
}

/* ISA-L may have given bytes of a damaged block before it noticed: zlib's are then the beginning
   of them, and what the file is refused for is the same. */
static void assert_same_reading(const reading *got, const reading *want, size_t step,
                                const char *what) {
    refused_count += want->status != MAG_OK;
    longer_count += got->nbytes != want->nbytes;
    const bool has_same_bytes =
        (got->nbytes == want->nbytes || (want->status != MAG_OK && got->nbytes > want->nbytes)) &&
        memcmp(got->content, want->content, want->nbytes) == 0;
    const bool has_same_error =
        got->status == want->status &&
        (want->status == MAG_OK ||
         (want->err.message == got->err.message && strcmp(want->err.text, got->err.text) == 0));
    const bool has_same_end =
        want->status != MAG_OK || got->facts.ends_with_line_end == want->facts.ends_with_line_end;
    if (!has_same_bytes || !has_same_error || !has_same_end ||
        got->facts.in_nbytes != want->facts.in_nbytes ||
        got->facts.out_nbytes != want->facts.out_nbytes ||
        got->facts.member_count != want->facts.member_count ||
        got->facts.has_zero_padding != want->facts.has_zero_padding ||
        strcmp(got->facts.sha256, want->facts.sha256) != 0)
        fail_msg("%s, step %zu: ISA-L %zu bytes %d %s, zlib %zu bytes %d %s", what, step,
                 got->nbytes, got->status, got->status ? got->err.text : "", want->nbytes,
                 want->status, want->status ? want->err.text : "");
}

static void assert_same(const char *path, size_t step, const char *what) {
    reading want = read_file(path, step, "isal"), got = read_file(path, step, NULL);
    if (want.status != MAG_OK && is_proven_whole(&got, &want))
        mended_count++;
    else
        assert_same_reading(&got, &want, step, what);
    free(want.content);
    free(got.content);
}

static void compare(const unsigned char *bytes, size_t nbytes, const size_t *steps,
                    const char *what) {
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(path, "i.csv.gz", bytes, nbytes);
    for (; *steps; steps++)
        assert_same(path, *steps, what);
    unlink(path);
}

/* --- files ------------------------------------------------------------------------------------ */

typedef struct packing {
    int level, strategy, memory;
    bool has_head; /* a name, a comment, extra bytes and a checksum of the head */
} packing;

static const packing packings[] = {
    {0, Z_DEFAULT_STRATEGY, 8, false},
    {1, Z_DEFAULT_STRATEGY, 8, true},
    {6, Z_DEFAULT_STRATEGY, 8, false},
    {9, Z_DEFAULT_STRATEGY, 1, true}, /* many small blocks */
    {6, Z_FIXED, 8, false},
    {6, Z_HUFFMAN_ONLY, 2, true},
    {6, Z_RLE, 8, false},
};
enum { PACKINGS = sizeof packings / sizeof packings[0] };

static test_bytes pack(test_bytes content, packing how) {
    z_stream z = {0};
    unsigned char extra[] = "extra", name[] = "labs.csv", comment[] = "a comment";
    gz_header head = {
        .extra = extra, .extra_len = 5, .name = name, .comment = comment, .hcrc = 1, .os = 3};
    assert_int_equal(deflateInit2(&z, how.level, Z_DEFLATED, 15 + 16, how.memory, how.strategy),
                     Z_OK);
    if (how.has_head)
        assert_int_equal(deflateSetHeader(&z, &head), Z_OK);
    const size_t room = deflateBound(&z, (uLong)content.nbytes) + 1000;
    test_bytes packed = {malloc(room), 0};
    z.next_in = content.at;
    z.avail_in = (uInt)content.nbytes;
    z.next_out = packed.at;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    packed.nbytes = room - z.avail_out;
    deflateEnd(&z);
    return packed;
}

/* Two members of different making, and sometimes zeros behind them. */
static test_bytes make_file(unsigned rows, unsigned which) {
    test_bytes table = test_table(which + 1, rows);
    test_bytes file = pack(table, packings[which % PACKINGS]);
    free(undamaged.at);
    undamaged = test_copy(table.at, table.nbytes);
    if (which % 3 != 0) {
        file = test_join(file, pack(table, packings[(which + 2) % PACKINGS]));
        undamaged = test_join(undamaged, test_copy(table.at, table.nbytes));
    }
    if (which % 4 == 1)
        file = test_join(file, test_copy("\0\0\0\0\0", 5));
    free(table.at);
    return file;
}

static void whole_files_are_the_same_at_every_step(void **state) {
    (void)state;
    static const size_t steps[] = {1, 2, 3, 7, 255, 4096, 65535, 65536, 65537, 1 << 20, 0};
    for (unsigned which = 0; which < 3 * PACKINGS; which++) {
        test_bytes file = make_file(which < PACKINGS ? 20000 : 1 + draw(300), which);
        compare(file.at, file.nbytes, which < PACKINGS ? steps + 4 : steps, "whole");
        free(file.at);
    }
}

static void files_cut_at_every_byte_are_refused_in_the_same_words(void **state) {
    (void)state;
    static const size_t steps[] = {1, 100, 65536, 0};
    for (unsigned which = 0; which < PACKINGS; which++) {
        test_bytes file = make_file(20, which);
        for (size_t cut = 1; cut < file.nbytes; cut++)
            compare(file.at, cut, steps + 1 + (cut % 16 != 0), "cut");
        free(file.at);
    }
}

static void files_with_a_flipped_bit_are_refused_in_the_same_words(void **state) {
    (void)state;
    static const size_t steps[] = {7, 65536, 0};
    for (unsigned which = 0; which < PACKINGS; which++) {
        test_bytes file = make_file(12, which);
        for (size_t bit = 0; bit < file.nbytes * 8; bit++) {
            file.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
            compare(file.at, file.nbytes, steps + (bit % 16 != 0), "flipped");
            file.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
        }
        free(file.at);
    }
}

/* Some bytes overwritten, dropped or doubled, in files larger than any buffer. */
static void damaged_files_are_refused_in_the_same_words(void **state) {
    (void)state;
    static const size_t steps[] = {4099, 262144, 0};
    for (unsigned round = 0; round < 300; round++) {
        seed = round;
        test_bytes file = make_file(3000 + draw(12000), round);
        for (unsigned i = 1 + draw(3); i > 0; i--) {
            const size_t at = draw((unsigned)file.nbytes), count = draw(9);
            const size_t end = at + count < file.nbytes ? at + count : file.nbytes;
            if (draw(2)) {
                memmove(file.at + at, file.at + end, file.nbytes - end);
                file.nbytes -= end - at;
            }
            for (size_t k = at; k < end && k < file.nbytes; k++)
                file.at[k] = (unsigned char)draw(256);
        }
        compare(file.at, file.nbytes, steps + round % 2, "damaged");
        free(file.at);
    }
    print_message("%lu readings refused alike, %lu after more bytes of a damaged block; %lu that "
                  "zlib refuses proven whole\n",
                  refused_count, longer_count, mended_count);
    free(undamaged.at);
}

/* A file that expands as no honest one does: both say so at the same byte. */
static void a_bomb_is_told_at_the_same_byte(void **state) {
    (void)state;
    enum { NBYTES = 8 << 20 };
    char *zeros = calloc(1, NBYTES), path[MAG_TEST_PATH_NBYTES];
    test_bytes table = test_table(3, 90000); /* no bomb by itself */
    test_bytes file = test_join(test_gzip(table.at, table.nbytes), test_gzip(zeros, NBYTES));
    mag_test_write_file(path, "bomb.csv.gz", file.at, file.nbytes);
    const mag_stream_limits limits = {.output_nbytes = 1 << 20, .ratio = 10};
    mag_error errors[2] = {{0}, {0}};
    for (int i = 0; i < 2; i++) {
        static char block[1 << 18];
        mag_stream *stream;
        size_t got = 1;
        assert_int_equal(mag_fast_path_without(i ? "isal" : "", NULL), MAG_OK);
        mag_status status = mag_stream_open_limited(&stream, path, &limits, &account, &errors[i]);
        while (status == MAG_OK && got > 0)
            status = mag_stream_read(stream, block, i ? sizeof block : 1000, &got, &errors[i]);
        assert_int_equal(status, MAG_E_INPUT);
        assert_int_equal(errors[i].message, MAG_MSG_I107);
        mag_stream_close(stream);
    }
    assert_string_equal(errors[0].text, errors[1].text);
    unlink(path);
    free(zeros);
    free(table.at);
    free(file.at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(whole_files_are_the_same_at_every_step),
        TEST(files_cut_at_every_byte_are_refused_in_the_same_words),
        TEST(files_with_a_flipped_bit_are_refused_in_the_same_words),
        TEST(a_bomb_is_told_at_the_same_byte),
        TEST(damaged_files_are_refused_in_the_same_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
