/* Every test runs with zlib alone and with what the machine has (ISA-L). */
#include "io/stream.h"

#include "base/fast_path.h"

#include "test_gzip.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

static mag_account account;

static int set_up(void **state) {
    (void)state;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

/* What reading a file gave: its content and facts, or its fault. */
typedef struct reading {
    mag_status status;
    mag_error err;
    char *content;
    size_t nbytes;
    mag_stream_facts facts;
} reading;

static void read_to_end(mag_stream *stream, size_t step, reading *r) {
    size_t room = 1 << 16, got;
    r->content = malloc(room);
    do {
        if (room - r->nbytes < step)
            r->content = realloc(r->content, room = room * 2 + step);
        r->status = mag_stream_read(stream, r->content + r->nbytes, step, &got, &r->err);
        r->nbytes += got;
    } while (r->status == MAG_OK && got > 0);
    if (r->status == MAG_OK)
        r->facts = *mag_stream_facts_of(stream);
}

static reading read_path(const char *path, size_t step) {
    reading r = {0};
    mag_stream *stream;
    r.status = mag_stream_open(&stream, path, &account, &r.err);
    if (r.status == MAG_OK)
        read_to_end(stream, step, &r);
    mag_stream_close(stream);
    return r;
}

static reading read_bytes(const char *name, const void *bytes, size_t nbytes, size_t step) {
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(path, name, bytes, nbytes);
    reading r = read_path(path, step);
    unlink(path);
    return r;
}

/* Asserts a refusal of the input; the reading is used up. */
static void assert_refused(reading r, mag_message_id message, const char *words) {
    if (r.status != MAG_E_INPUT || r.err.message != message || !strstr(r.err.text, words))
        fail_msg("wanted %s \"%s\", got status %d %s \"%s\"", mag_message_code(message), words,
                 r.status, mag_message_code(r.err.message), r.err.text);
    free(r.content);
}

static void assert_content(reading r, const void *bytes, size_t nbytes) {
    if (r.status != MAG_OK)
        fail_msg("%s", r.err.text);
    assert_int_equal(r.nbytes, nbytes);
    assert_memory_equal(r.content, bytes, nbytes);
    assert_int_equal(r.facts.out_nbytes, nbytes);
    free(r.content);
}

static void gives_the_bytes_of_plain_and_gzip_whatever_the_step(void **state) {
    (void)state;
    test_bytes table = test_table(1, 12000); /* larger than the input block */
    test_bytes packed = test_gzip(table.at, table.nbytes);
    static const size_t steps[] = {1, 2, 3, 7, 100, 4096, 131072, 1 << 20};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        reading plain = read_bytes("a.csv", table.at, table.nbytes, steps[i]);
        assert_int_equal(plain.facts.member_count, 0);
        assert_int_equal(plain.facts.in_nbytes, table.nbytes);
        assert_content(plain, table.at, table.nbytes);
        reading gzip = read_bytes("a.csv.gz", packed.at, packed.nbytes, steps[i]);
        assert_int_equal(gzip.facts.member_count, 1);
        assert_int_equal(gzip.facts.in_nbytes, packed.nbytes);
        char expected[MAG_SHA256_HEX_NBYTES];
        mag_sha256_of((mag_span){(char *)packed.at, packed.nbytes}, expected);
        assert_string_equal(gzip.facts.sha256, expected);
        assert_content(gzip, table.at, table.nbytes);
    }
    /* gzip is told by content: no name is needed */
    assert_content(read_bytes("b.csv", packed.at, packed.nbytes, 999), table.at, table.nbytes);
    free(table.at);
    free(packed.at);
}

static void says_whether_the_last_byte_ends_a_line(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool ends;
    } cases[] = {{"a\n", true}, {"a\r", true}, {"a", false}, {"a\nb", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        reading r = read_bytes("e.csv", cases[i].text, strlen(cases[i].text), 1);
        assert_int_equal(r.facts.ends_with_line_end, cases[i].ends);
        assert_content(r, cases[i].text, strlen(cases[i].text));
    }
}

static void I_01_cut_gzip_at_each_of_its_offsets_is_refused(void **state) {
    (void)state;
    test_bytes table = test_table(2, 40);
    test_bytes packed = test_gzip(table.at, table.nbytes);
    assert_true(packed.nbytes > 200);
    for (size_t cut = 1; cut < packed.nbytes; cut++)
        assert_refused(read_bytes("cut.csv.gz", packed.at, cut, 4096), MAG_MSG_I101,
                       "ends early (gzip member 1, byte ");
    free(table.at);
    free(packed.at);
}

static void I_02_missing_trailer_is_refused_although_all_rows_were_seen(void **state) {
    (void)state;
    test_bytes table = test_table(3, 100);
    test_bytes packed = test_gzip(table.at, table.nbytes);
    reading r = read_bytes("t.csv.gz", packed.at, packed.nbytes - 8, 1 << 20);
    assert_int_equal(r.nbytes, table.nbytes);
    assert_refused(r, MAG_MSG_I101, "ends early");
    free(table.at);
    free(packed.at);
}

static void I_03_I_04_wrong_checksum_and_wrong_length_are_told_apart(void **state) {
    (void)state;
    test_bytes table = test_table(4, 100);
    for (size_t back = 1; back <= 8; back++) {
        test_bytes packed = test_gzip(table.at, table.nbytes);
        packed.at[packed.nbytes - back] ^= 1;
        assert_refused(read_bytes("c.csv.gz", packed.at, packed.nbytes, 4096), MAG_MSG_I102,
                       back > 4 ? "checksum differs" : "length differs");
        free(packed.at);
    }
    free(table.at);
}

/* A flip in the head's time stamp changes nothing of the content: then it must come out unchanged.
 */
static void assert_flip_harmless(test_bytes table, test_bytes packed, size_t bit) {
    packed.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
    reading r = read_bytes("flip.csv.gz", packed.at, packed.nbytes, 1 << 16);
    packed.at[bit / 8] ^= (unsigned char)(1u << bit % 8);
    if (r.status == MAG_OK) {
        assert_content(r, table.at, table.nbytes);
        return;
    }
    assert_int_equal(r.status, MAG_E_INPUT);
    free(r.content);
}

static void I_05_a_flipped_bit_never_changes_a_value(void **state) {
    (void)state;
    test_bytes small = test_table(5, 20);
    test_bytes packed = test_gzip(small.at, small.nbytes);
    for (size_t bit = 0; bit < packed.nbytes * 8; bit++)
        assert_flip_harmless(small, packed, bit);
    free(small.at);
    free(packed.at);
    test_bytes large = test_table(6, 20000);
    packed = test_gzip(large.at, large.nbytes);
    unsigned seed = 7;
    for (int i = 0; i < 500; i++) {
        seed = seed * 1103515245u + 12345u;
        assert_flip_harmless(large, packed, (seed >> 3) % (packed.nbytes * 8));
    }
    free(large.at);
    free(packed.at);
}

static void I_06_bytes_after_the_end_are_refused_and_counted(void **state) {
    (void)state;
    static const struct {
        const char *tail;
        size_t nbytes;
        const char *words;
    } cases[] = {
        {"more", 4, "4 unexpected bytes after the end of gzip member 1"},
        {"\0\0\0x", 4, "unexpected bytes after the end"},
        {"\x1f\x8c", 2, "2 unexpected bytes"},
        {"\n", 1, "1 unexpected bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_bytes file =
            test_join(test_gzip("a,b\n1,2\n", 8), test_copy(cases[i].tail, cases[i].nbytes));
        for (size_t step = 1; step < 20; step++)
            assert_refused(read_bytes("g.csv.gz", file.at, file.nbytes, step), MAG_MSG_I104,
                           cases[i].words);
        free(file.at);
    }
    char *long_tail = malloc(300000);
    memset(long_tail, 'x', 300000);
    test_bytes file = test_join(test_gzip("a,b\n", 4), test_copy(long_tail, 300000));
    assert_refused(read_bytes("g.csv.gz", file.at, file.nbytes, 64), MAG_MSG_I104, "300000 unex");
    free(long_tail);
    free(file.at);
    static const char endless[1 << 18];
    file = test_join(test_gzip("a,b\n", 4), test_copy("x", 1));
    for (size_t i = 0; i < 65; i++)
        file = test_join(file, test_copy(endless, sizeof endless));
    assert_refused(read_bytes("g.csv.gz", file.at, file.nbytes, 64), MAG_MSG_I104,
                   " or more unexpected bytes");
    free(file.at);
}

static void I_07_zero_padding_is_accepted_and_noted(void **state) {
    (void)state;
    static const size_t paddings[] = {1, 2, 511, 512, 131072, 300000};
    for (size_t i = 0; i < sizeof paddings / sizeof paddings[0]; i++) {
        char *zeros = calloc(1, paddings[i]);
        test_bytes file = test_join(test_gzip("a,b\n1,2\n", 8), test_copy(zeros, paddings[i]));
        reading r = read_bytes("z.csv.gz", file.at, file.nbytes, 5);
        assert_true(r.facts.has_zero_padding);
        assert_int_equal(r.facts.member_count, 1);
        assert_content(r, "a,b\n1,2\n", 8);
        free(zeros);
        free(file.at);
    }
}

static void I_08_members_split_anywhere_give_the_same_bytes(void **state) {
    (void)state;
    const char text[] = "id,note\np1,\"two\nlines\"\np2,x\n";
    size_t length = sizeof text - 1;
    for (size_t first = 0; first <= length; first++) {
        for (size_t second = first; second <= length; second++) {
            test_bytes file = test_gzip(text, first);
            file = test_join(file, test_gzip(text + first, second - first));
            file = test_join(file, test_gzip(text + second, length - second));
            reading r = read_bytes("m.csv.gz", file.at, file.nbytes, 1 + first);
            assert_int_equal(r.facts.member_count, 3);
            assert_content(r, text, length);
            free(file.at);
        }
    }
}

static void I_09_a_cut_second_member_is_named(void **state) {
    (void)state;
    test_bytes one = test_gzip("a,b\n1,2\n", 8);
    test_bytes two = test_gzip("3,4\n5,6\n", 8);
    size_t first_nbytes = one.nbytes, second_nbytes = two.nbytes;
    test_bytes file = test_join(one, two);
    for (size_t cut = 1; cut < second_nbytes; cut++)
        assert_refused(read_bytes("2.csv.gz", file.at, first_nbytes + cut, 64), MAG_MSG_I101,
                       "ends early (gzip member 2");
    free(file.at);
}

static void I_10_an_empty_file_and_gzip_of_nothing_are_refused(void **state) {
    (void)state;
    assert_refused(read_bytes("e.csv", "", 0, 64), MAG_MSG_I106, "empty");
    assert_refused(read_bytes("e.csv.gz", "", 0, 64), MAG_MSG_I106, "empty");
    test_bytes nothing = test_gzip("", 0);
    assert_refused(read_bytes("n.csv.gz", nothing.at, nothing.nbytes, 64), MAG_MSG_I106, "empty");
    nothing = test_join(nothing, test_gzip("", 0));
    assert_refused(read_bytes("n.csv.gz", nothing.at, nothing.nbytes, 64), MAG_MSG_I106, "empty");
    free(nothing.at);
}

static mag_status read_limited(const char *path, const mag_stream_limits *limits, uint64_t *total,
                               mag_error *err) {
    static char block[1 << 16];
    mag_stream *stream;
    mag_status status = mag_stream_open_limited(&stream, path, limits, &account, err);
    *total = 0;
    for (size_t got = 1; status == MAG_OK && got > 0; *total += got)
        status = mag_stream_read(stream, block, sizeof block, &got, err);
    mag_stream_close(stream);
    return status;
}

static void I_11_a_bomb_stops_within_one_block_of_the_limit(void **state) {
    (void)state;
    enum { NBYTES = 4 << 20 };
    char *zeros = calloc(1, NBYTES);
    test_bytes packed = test_gzip(zeros, NBYTES);
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(path, "bomb.csv.gz", packed.at, packed.nbytes);
    mag_error err;
    uint64_t total;
    const mag_stream_limits tight = {.output_nbytes = 1 << 20, .ratio = 200};
    assert_int_equal(read_limited(path, &tight, &total, &err), MAG_E_INPUT);
    assert_int_equal(err.message, MAG_MSG_I107);
    assert_true(total <= (1 << 20));
    const mag_stream_limits high_ratio = {.output_nbytes = 1 << 20, .ratio = 1100};
    assert_int_equal(read_limited(path, &high_ratio, &total, &err), MAG_OK);
    const mag_stream_limits large = {.output_nbytes = NBYTES, .ratio = 200};
    assert_int_equal(read_limited(path, &large, &total, &err), MAG_OK);
    assert_int_equal(total, NBYTES);
    unlink(path);
    free(zeros);
    free(packed.at);
}

static void I_11_a_real_bomb_of_many_members_leaves_memory_flat(void **state) {
    (void)state;
    enum { MEMBER_NBYTES = 16 << 20, MEMBERS = 80 };
    char *zeros = calloc(1, MEMBER_NBYTES);
    test_bytes member = test_gzip(zeros, MEMBER_NBYTES);
    free(zeros);
    test_bytes file = test_copy("", 0);
    for (int i = 0; i < MEMBERS; i++)
        file = test_join(file, test_copy(member.at, member.nbytes));
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(path, "bomb.csv.gz", file.at, file.nbytes);
    free(member.at);
    free(file.at);
    account.peak_nbytes = 0;
    mag_error err;
    uint64_t total;
    assert_int_equal(read_limited(path, &mag_stream_default_limits, &total, &err), MAG_E_INPUT);
    assert_int_equal(err.message, MAG_MSG_I107);
    assert_true(total <= (UINT64_C(1) << 30) && total + (1 << 16) > (UINT64_C(1) << 30));
    assert_true(account.peak_nbytes < 1 << 20);
    unlink(path);
}

static void I_12_other_types_are_refused_by_name(void **state) {
    (void)state;
    static const struct {
        const char *file, *bytes;
        size_t nbytes;
        const char *words;
    } cases[] = {
        {"a.csv.gz", "patient_id,code\n", 16, "this is plain text, not gzip"},
        {"a.csv.GZ", "patient_id,code\n", 16, "this is plain text, not gzip"},
        {"a.csv.gz", "x", 1, "a file of a single byte"},
        {"a.csv.gz", "\x01\x02\x03", 3, "data of an unknown type"},
        {"a.csv.gz", "PK\x03\x04..", 6, "a zip archive (as .xlsx is)"},
        {"a.xlsx", "PK\x03\x04..", 6, "a zip archive (as .xlsx is)"},
        {"a.zip", "PK\x03\x04..", 6, "a zip archive"},
        {"a.csv.zst", "\x28\xb5\x2f\xfd..", 6, "a Zstandard file"},
        {"a.csv.gz", "\x28\xb5\x2f\xfd..", 6, "a Zstandard file"},
        {"a.csv",
         "\xfd"
         "7zXZ\0.",
         7, "an xz file"},
        {"a.csv", "BZh91AY&SY..", 12, "a bzip2 file"},
        {"a.csv", "BZh9\x17\x72\x45\x38\x50\x90", 10, "a bzip2 file"}, /* of nothing */
        {"a.csv", "PAR1....", 8, "a Parquet file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_refused(read_bytes(cases[i].file, cases[i].bytes, cases[i].nbytes, 9), MAG_MSG_I108,
                       cases[i].words);
    assert_content(read_bytes("a.csv", "BZh9,code\n", 10, 9), "BZh9,code\n", 10);
    assert_content(read_bytes("a.csv", "x", 1, 9), "x", 1);
}

typedef void (*change)(const char *path);

static void grow(const char *path) {
    int fd = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static void shrink(const char *path) {
    assert_int_equal(truncate(path, 400000), 0);
}

static void touch(const char *path) {
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* The same second, another nanosecond. */
static void touch_lightly(const char *path) {
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    struct timespec times[2] = {facts.st_mtim, facts.st_mtim};
    times[1].tv_nsec = times[1].tv_nsec > 0 ? times[1].tv_nsec - 1 : 1;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* The same nanosecond, another second. */
static void touch_by_a_second(const char *path) {
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    struct timespec times[2] = {facts.st_mtim, facts.st_mtim};
    times[1].tv_sec--;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void delete_file(const char *path) {
    assert_int_equal(unlink(path), 0);
}

static void replace(const char *path) {
    char other[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(other, "other", "x", 1);
    assert_int_equal(rename(other, path), 0);
}

/* The name leads to a file of another file system. */
static void lead_away(const char *path) {
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/proc/version", path), 0);
}

static void I_13_a_file_that_changes_while_read_is_refused(void **state) {
    (void)state;
    static const change changes[] = {
        grow, shrink, touch, touch_lightly, touch_by_a_second, delete_file, lead_away, replace};
    test_bytes table = test_table(8, 60000);
    test_bytes packed = test_gzip(table.at, table.nbytes);
    packed = test_join(packed, test_gzip(table.at, table.nbytes));
    test_bytes files[] = {table, packed};
    for (size_t kind = 0; kind < 2; kind++) {
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            char path[MAG_TEST_PATH_NBYTES], block[100];
            mag_test_write_file(path, "live.csv", files[kind].at, files[kind].nbytes);
            assert_true(files[kind].nbytes > 400000);
            reading r = {0};
            mag_stream *stream;
            size_t got;
            assert_int_equal(mag_stream_open(&stream, path, &account, &r.err), MAG_OK);
            assert_int_equal(mag_stream_read(stream, block, sizeof block, &got, &r.err), MAG_OK);
            changes[i](path);
            read_to_end(stream, 65536, &r);
            assert_refused(r, MAG_MSG_I109, "changed while it was being read");
            mag_stream_close(stream);
            unlink(path);
        }
    }
    free(table.at);
    free(packed.at);
}

/* Runs the reader with a pipe as its stdin; the writer hands the bytes over in small steps. */
static reading read_from_pipe(const unsigned char *bytes, size_t nbytes, size_t step) {
    int ends[2], old_stdin = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    pid_t writer = fork();
    if (writer == 0) {
        close(ends[0]);
        for (size_t at = 0; at < nbytes; at += step) {
            size_t count = nbytes - at < step ? nbytes - at : step;
            if (write(ends[1], bytes + at, count) != (ssize_t)count)
                _exit(1);
            const struct timespec pause = {.tv_nsec = 200000};
            nanosleep(&pause, NULL);
        }
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    fcntl(STDIN_FILENO, F_SETFL, step % 2 ? O_NONBLOCK : 0);
    reading r = read_path("-", 1000);
    dup2(old_stdin, STDIN_FILENO);
    close(old_stdin);
    close(ends[0]);
    waitpid(writer, NULL, 0);
    return r;
}

static void I_16_a_slow_pipe_gives_what_the_file_gives(void **state) {
    (void)state;
    test_bytes table = test_table(9, 200);
    test_bytes packed = test_gzip(table.at, table.nbytes);
    assert_content(read_from_pipe(table.at, table.nbytes, 64), table.at, table.nbytes);
    assert_content(read_from_pipe(packed.at, packed.nbytes, 8), table.at, table.nbytes);
    assert_content(read_from_pipe(packed.at, packed.nbytes, 9), table.at, table.nbytes);
    assert_refused(read_from_pipe(packed.at, packed.nbytes - 3, 100), MAG_MSG_I101, "ends early");
    assert_refused(read_from_pipe(packed.at, 0, 100), MAG_MSG_I106, "empty");
    free(table.at);
    free(packed.at);
}

static void I_17_what_is_no_readable_file_is_refused_at_once(void **state) {
    (void)state;
    char pipe_path[MAG_TEST_PATH_NBYTES];
    mag_test_path(pipe_path, "pipe.csv");
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    const char *const paths[] = {"/nowhere/labs.csv", "/", "/dev/null", pipe_path};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        reading r = read_path(paths[i], 10);
        assert_int_equal(r.status, MAG_E_USAGE);
        assert_int_equal(r.err.message, MAG_MSG_I112);
        assert_starts_with(r.err.text, paths[i]);
    }
    unlink(pipe_path);
}

static void a_fault_comes_back_on_every_later_call(void **state) {
    (void)state;
    test_bytes packed = test_gzip("a,b\n1,2\n", 8);
    char path[MAG_TEST_PATH_NBYTES], block[64];
    mag_test_write_file(path, "f.csv.gz", packed.at, packed.nbytes - 1);
    mag_stream *stream;
    mag_error err;
    size_t got;
    assert_int_equal(mag_stream_open(&stream, path, &account, &err), MAG_OK);
    assert_int_equal(mag_stream_read(stream, block, sizeof block, &got, &err), MAG_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mag_stream_read(stream, block, sizeof block, &got, NULL), MAG_E_INPUT);
        assert_int_equal(got, 0);
    }
    mag_stream_close(stream);
    unlink(path);
    free(packed.at);
}

static void behind_the_end_and_into_no_room_nothing_is_read(void **state) {
    (void)state;
    char path[MAG_TEST_PATH_NBYTES], block[64];
    mag_test_write_file(path, "e.csv", "a,b\n", 4);
    mag_stream *stream;
    mag_error err;
    size_t got = 9;
    assert_int_equal(mag_stream_open(&stream, path, &account, &err), MAG_OK);
    assert_int_equal(mag_stream_read(stream, block, 0, &got, &err), MAG_OK);
    assert_int_equal(got, 0);
    assert_int_equal(mag_stream_read(stream, block, sizeof block, &got, &err), MAG_OK);
    assert_int_equal(got, 4); /* no room was not taken for the end */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mag_stream_read(stream, block, sizeof block, &got, &err), MAG_OK);
        assert_int_equal(got, 0);
    }
    mag_stream_close(stream);
    unlink(path);
}

static void a_directory_as_stdin_is_no_file(void **state) {
    (void)state;
    mag_stream *stream;
    mag_error err;
    int old_stdin = dup(STDIN_FILENO), folder = open("/", O_RDONLY);
    assert_true(old_stdin >= 0 && folder >= 0);
    dup2(folder, STDIN_FILENO);
    mag_status status = mag_stream_open(&stream, "-", &account, &err);
    dup2(old_stdin, STDIN_FILENO);
    close(old_stdin);
    close(folder);
    assert_int_equal(status, MAG_E_USAGE);
    assert_int_equal(err.message, MAG_MSG_I112);
    assert_starts_with(err.text, "stdin: is a directory");
}

/* Reads through a descriptor that stands in for stdin, which is used up. */
static reading read_as_stdin(int fd) {
    int old_stdin = dup(STDIN_FILENO);
    assert_true(old_stdin >= 0 && fd >= 0);
    dup2(fd, STDIN_FILENO);
    close(fd);
    reading r = read_path("-", 1000);
    dup2(old_stdin, STDIN_FILENO);
    close(old_stdin);
    return r;
}

static void a_file_or_a_socket_may_be_stdin(void **state) {
    (void)state;
    char path[MAG_TEST_PATH_NBYTES];
    int ends[2];
    mag_test_write_file(path, "in.csv", "a,b\n1,2\n", 8);
    assert_content(read_as_stdin(open(path, O_RDONLY)), "a,b\n1,2\n", 8);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(write(ends[1], "a,b\n1,2\n", 8), 8);
    close(ends[1]);
    assert_content(read_as_stdin(ends[0]), "a,b\n1,2\n", 8);
    assert_refused(read_as_stdin(open("/dev/null", O_RDONLY)), MAG_MSG_I106, "stdin: empty");
    unlink(path);
}

static void a_look_at_a_file_says_what_opening_would_say(void **state) {
    (void)state;
    char path[MAG_TEST_PATH_NBYTES];
    mag_error err;
    mag_test_write_file(path, "seen.csv", "a\n", 2);
    assert_int_equal(mag_stream_check(path, &err), MAG_OK);
    unlink(path);
    assert_int_equal(mag_stream_check(path, &err), MAG_E_USAGE);
    assert_int_equal(err.message, MAG_MSG_I112);
    int ends[2], old_stdin = dup(STDIN_FILENO);
    assert_int_equal(pipe(ends), 0);
    dup2(ends[0], STDIN_FILENO);
    assert_int_equal(mag_stream_check("-", &err), MAG_OK);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* stdin is still open */
    dup2(old_stdin, STDIN_FILENO);
    close(old_stdin);
    close(ends[0]);
    close(ends[1]);
}

static void out_of_memory_is_a_status(void **state) {
    (void)state;
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(path, "m.csv", "a\n", 2);
    mag_account small = {.limit_nbytes = 10000};
    mag_stream *stream;
    mag_error err;
    assert_int_equal(mag_stream_open(&stream, path, &small, &err), MAG_E_RESOURCE);
    assert_null(stream);
    assert_int_equal(small.used_nbytes, 0);
    unlink(path);
}

/* Wherever memory ends, it is told, and nothing is kept. */
static void a_gzip_file_needs_memory_for_its_inflater(void **state) {
    (void)state;
    char path[MAG_TEST_PATH_NBYTES];
    test_bytes packed = test_gzip("a,b\n1,2\n", 8);
    mag_test_write_file(path, "m.csv.gz", packed.at, packed.nbytes);
    free(packed.at);
    mag_status status = MAG_E_RESOURCE;
    for (size_t limit = 4096; status != MAG_OK; limit += 4096) {
        mag_account small = {.limit_nbytes = limit};
        mag_stream *stream;
        mag_error err;
        status = mag_stream_open(&stream, path, &small, &err);
        assert_true(status == MAG_OK || err.message == MAG_MSG_P402);
        mag_stream_close(stream);
        assert_int_equal(small.used_nbytes, 0);
        assert_true(limit < 1 << 20);
    }
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(gives_the_bytes_of_plain_and_gzip_whatever_the_step),
        TEST(says_whether_the_last_byte_ends_a_line),
        TEST(I_01_cut_gzip_at_each_of_its_offsets_is_refused),
        TEST(I_02_missing_trailer_is_refused_although_all_rows_were_seen),
        TEST(I_03_I_04_wrong_checksum_and_wrong_length_are_told_apart),
        TEST(I_05_a_flipped_bit_never_changes_a_value),
        TEST(I_06_bytes_after_the_end_are_refused_and_counted),
        TEST(I_07_zero_padding_is_accepted_and_noted),
        TEST(I_08_members_split_anywhere_give_the_same_bytes),
        TEST(I_09_a_cut_second_member_is_named),
        TEST(I_10_an_empty_file_and_gzip_of_nothing_are_refused),
        TEST(I_11_a_bomb_stops_within_one_block_of_the_limit),
        TEST(I_11_a_real_bomb_of_many_members_leaves_memory_flat),
        TEST(I_12_other_types_are_refused_by_name),
        TEST(I_13_a_file_that_changes_while_read_is_refused),
        TEST(I_16_a_slow_pipe_gives_what_the_file_gives),
        TEST(I_17_what_is_no_readable_file_is_refused_at_once),
        TEST(a_fault_comes_back_on_every_later_call),
        TEST(behind_the_end_and_into_no_room_nothing_is_read),
        TEST(a_directory_as_stdin_is_no_file),
        TEST(a_file_or_a_socket_may_be_stdin),
        TEST(a_look_at_a_file_says_what_opening_would_say),
        TEST(out_of_memory_is_a_status),
        TEST(a_gzip_file_needs_memory_for_its_inflater),
    };
    if (mag_fast_path_without("isal", NULL) != MAG_OK)
        return 1;
    const int failed = cmocka_run_group_tests_name("zlib", tests, NULL, NULL);
    if (mag_fast_path_without(NULL, NULL) != MAG_OK)
        return 1;
    return failed + cmocka_run_group_tests_name("all libraries", tests, NULL, NULL);
}
