#include "base/fast_path.h"
#include "io/gzip_block.h"

#include "test_gzip.h"

#include <zlib.h>

static mag_account account;
static mag_gzip_packer *packer;

/* *state: the fast ways that are switched off. */
static int set_up(void **state) {
    mag_error err;
    assert_int_equal(mag_fast_path_without(*state, &err), MAG_OK);
    assert_int_equal(mag_gzip_packer_new(&packer, &account, &err), MAG_OK);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mag_gzip_packer_free(packer);
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

typedef struct gzip_file {
    mag_text bytes;
    mag_gzip_frame frame;
} gzip_file;

static void begin(gzip_file *file) {
    *file = (gzip_file){0};
    mag_text_init(&file->bytes, &account);
    mag_text_add(&file->bytes, (mag_span){(const char *)mag_gzip_head, MAG_GZIP_HEAD_NBYTES});
}

static void add(gzip_file *file, mag_span text) {
    mag_gzip_block block = {0};
    mag_text_init(&block.bytes, &account);
    assert_int_equal(mag_gzip_pack(packer, text, &block, NULL), MAG_OK);
    mag_gzip_frame_add(&file->frame, &block);
    mag_text_add(&file->bytes, mag_text_span(&block.bytes));
    mag_text_done(&block.bytes);
}

/* zlib's own inflate is the judge: one member, right in checksum and length, and nothing behind. */
static void assert_unpacks_to(gzip_file *file, mag_span expected) {
    unsigned char tail[MAG_GZIP_TAIL_NBYTES];
    char *out = malloc(expected.nbytes + 1);
    z_stream z = {0};
    mag_gzip_frame_end(&file->frame, tail);
    mag_text_add(&file->bytes, (mag_span){(const char *)tail, sizeof tail});
    assert_int_equal(mag_text_check(&file->bytes, NULL), MAG_OK);
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (unsigned char *)file->bytes.at;
    z.avail_in = (uInt)file->bytes.nbytes;
    z.next_out = (unsigned char *)out;
    z.avail_out = (uInt)expected.nbytes + 1;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    assert_int_equal(z.total_out, expected.nbytes);
    if (expected.nbytes > 0)
        assert_memory_equal(out, expected.at, expected.nbytes);
    inflateEnd(&z);
    free(out);
    mag_text_done(&file->bytes);
}

/* From what packs well to what cannot be packed. */
static test_bytes random_text(size_t nbytes, unsigned letters, uint64_t seed) {
    test_bytes text = {malloc(nbytes + 1), nbytes};
    for (size_t i = 0; i < nbytes; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        text.at[i] = (unsigned char)((seed >> 40) % letters);
    }
    return text;
}

static void blocks_of_any_size_make_one_member(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 2, 100, 65535, 65536, 131072, 200001};
    static const unsigned letters[] = {1, 2, 30, 255};
    for (size_t l = 0; l < 4; l++)
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            gzip_file file;
            test_bytes text = random_text(300000, letters[l], s + 1);
            begin(&file);
            for (size_t at = 0; at < text.nbytes; at += sizes[s] * (s < 3 ? 5000 : 1)) {
                size_t left = text.nbytes - at, step = sizes[s] * (s < 3 ? 5000 : 1);
                add(&file, (mag_span){(char *)text.at + at, left < step ? left : step});
            }
            assert_unpacks_to(&file, (mag_span){(char *)text.at, text.nbytes});
            free(text.at);
        }
}

static void a_packer_in_a_hurry_makes_one_too(void **state) {
    mag_error err;
    mag_gzip_packer_free(packer);
    assert_int_equal(mag_gzip_packer_new_quick(&packer, &account, &err), MAG_OK);
    blocks_of_any_size_make_one_member(state);
}

static void no_block_and_empty_blocks_are_an_empty_file(void **state) {
    (void)state;
    for (unsigned count = 0; count < 3; count++) {
        gzip_file file;
        begin(&file);
        for (unsigned i = 0; i < count; i++)
            add(&file, (mag_span){NULL, 0});
        assert_unpacks_to(&file, (mag_span){NULL, 0});
    }
}

/* What was packed before leaves no trace: so threads may take blocks as they come. */
static void a_block_does_not_depend_on_what_was_packed_before(void **state) {
    (void)state;
    test_bytes text = random_text(100000, 40, 5), other = random_text(70000, 200, 6);
    mag_gzip_block blocks[2] = {0};
    for (size_t i = 0; i < 2; i++) {
        mag_text_init(&blocks[i].bytes, &account);
        for (size_t k = 0; k < 3 * i; k++)
            assert_int_equal(
                mag_gzip_pack(packer, (mag_span){(char *)other.at, other.nbytes}, &blocks[i], NULL),
                MAG_OK);
        assert_int_equal(
            mag_gzip_pack(packer, (mag_span){(char *)text.at, text.nbytes}, &blocks[i], NULL),
            MAG_OK);
    }
    assert_int_equal(blocks[0].crc, blocks[1].crc);
    assert_int_equal(blocks[0].text_nbytes, blocks[1].text_nbytes);
    assert_int_equal(blocks[0].bytes.nbytes, blocks[1].bytes.nbytes);
    assert_memory_equal(blocks[0].bytes.at, blocks[1].bytes.at, blocks[0].bytes.nbytes);
    for (size_t i = 0; i < 2; i++)
        mag_text_done(&blocks[i].bytes);
    free(text.at);
    free(other.at);
}

static void memory_that_is_out_is_told(void **state) {
    (void)state;
    mag_account small = {.limit_nbytes = 20000};
    test_bytes text = random_text(100000, 255, 7);
    mag_gzip_block block = {0};
    mag_gzip_packer *none;
    mag_error err;
    mag_text_init(&block.bytes, &small);
    assert_int_equal(mag_gzip_pack(packer, (mag_span){(char *)text.at, text.nbytes}, &block, &err),
                     MAG_E_RESOURCE);
    small.limit_nbytes = 100;
    assert_int_equal(mag_gzip_packer_new(&none, &small, &err), MAG_E_RESOURCE);
    assert_null(none);
    mag_gzip_packer_free(NULL);
    mag_text_done(&block.bytes);
    free(text.at);
}

/* Each test with ISA-L, where the machine has it, and with zlib. */
#define BOTH(test)                                                                                 \
    {#test, test, set_up, tear_down, (void *)(uintptr_t) ""}, {                                    \
#test " (zlib)", test, set_up, tear_down, (void *)(uintptr_t) "isal"                       \
    }

int main(void) {
    const struct CMUnitTest tests[] = {
        BOTH(blocks_of_any_size_make_one_member),
        BOTH(a_packer_in_a_hurry_makes_one_too),
        BOTH(no_block_and_empty_blocks_are_an_empty_file),
        BOTH(a_block_does_not_depend_on_what_was_packed_before),
        BOTH(memory_that_is_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
