/* A library has no memory left, or the system cannot say what a file is: each such call of a reader
   or writer ends with a fault that says so, frees what it holds, and uses nothing. One call fails
   at a time, where the test says so; the torture test does it to the whole program. */
#include "base/fast_path.h"
#include "io/csv_writer.h"
#include "io/inflate_isal.h"
#include "io/stream.h"
#include "io/yaml_tree.h"

#include "test_gzip.h"

#include <errno.h>
#include <sys/stat.h>
#include <yaml.h>

/* --- calls that fail ------------------------------------------------------------------------- */
typedef enum call {
    NO_CALL,
    FSTAT,
    SHA256_NEW,
    INFLATE_INIT,
    INFLATE_RESET,
    INFLATE_MEMORY,
    INFLATE_UNKNOWN,
    DEFLATE_INIT,
    YAML_INIT,
    YAML_PARSE,
    READ_THEN_GROW,
    LSEEK,
    ISAL_DOUBT,
    ISAL_LIE
} call;

static call failing;
static unsigned good_count; /* so many calls go well before */
static bool is_isal_used;
static char path[MAG_TEST_PATH_NBYTES];

static bool fails_here(call made) {
    if (made != failing)
        return false;
    if (good_count > 0) {
        good_count--;
        return false;
    }
    failing = NO_CALL;
    return true;
}

int __real_fstat64(int fd, struct stat *facts);
int __wrap_fstat64(int fd, struct stat *facts);
ssize_t __real_read(int fd, void *bytes, size_t nbytes);
ssize_t __wrap_read(int fd, void *bytes, size_t nbytes);
mag_sha256 *__real_mag_sha256_new(void);
mag_sha256 *__wrap_mag_sha256_new(void);
int __real_inflateInit2_(z_stream *z, int bits, const char *version, int size);
int __wrap_inflateInit2_(z_stream *z, int bits, const char *version, int size);
int __real_inflateReset2(z_stream *z, int bits);
int __wrap_inflateReset2(z_stream *z, int bits);
int __real_inflate(z_stream *z, int flush);
int __wrap_inflate(z_stream *z, int flush);
off_t __real_lseek64(int fd, off_t to, int from);
off_t __wrap_lseek64(int fd, off_t to, int from);
mag_inflate_result __real_mag_isal_go_on(mag_isal *isal, mag_inflate_step *step);
mag_inflate_result __wrap_mag_isal_go_on(mag_isal *isal, mag_inflate_step *step);
int __wrap_deflateInit2_(z_stream *z, int level, int method, int bits, int memory, int strategy,
                         const char *version, int size);
int __real_yaml_parser_initialize(yaml_parser_t *parser);
int __wrap_yaml_parser_initialize(yaml_parser_t *parser);
int __real_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);

int __wrap_fstat64(int fd, struct stat *facts) {
    if (!fails_here(FSTAT))
        return __real_fstat64(fd, facts);
    errno = EIO;
    return -1;
}

/* Somebody writes on, right after the reader came to the end. */
ssize_t __wrap_read(int fd, void *bytes, size_t nbytes) {
    ssize_t got = __real_read(fd, bytes, nbytes);
    if (got == 0 && fails_here(READ_THEN_GROW))
        mag_test_write_file(path, "grown.csv", "a,b\n1,2\n", 8);
    return got;
}

mag_sha256 *__wrap_mag_sha256_new(void) {
    return fails_here(SHA256_NEW) ? NULL : __real_mag_sha256_new();
}

int __wrap_inflateInit2_(z_stream *z, int bits, const char *version, int size) {
    return fails_here(INFLATE_INIT) ? Z_MEM_ERROR : __real_inflateInit2_(z, bits, version, size);
}

off_t __wrap_lseek64(int fd, off_t to, int from) {
    if (!fails_here(LSEEK))
        return __real_lseek64(fd, to, from);
    errno = EIO;
    return -1;
}

static void give_some(mag_inflate_step *step) {
    enum { GIVEN_NBYTES = 100 };
    memset(step->out, 'x', GIVEN_NBYTES);
    step->out += GIVEN_NBYTES;
    step->out_nbytes -= GIVEN_NBYTES;
}

/* Doubts where there is no damage; gives bytes that nobody packed before it does. */
mag_inflate_result __wrap_mag_isal_go_on(mag_isal *isal, mag_inflate_step *step) {
    is_isal_used = true;
    if (failing == ISAL_LIE && good_count == 1) {
        good_count--;
        give_some(step);
        return MAG_INFLATE_MORE;
    }
    return fails_here(ISAL_DOUBT) || fails_here(ISAL_LIE) ? MAG_INFLATE_DOUBT
                                                          : __real_mag_isal_go_on(isal, step);
}

int __wrap_inflateReset2(z_stream *z, int bits) {
    return fails_here(INFLATE_RESET) ? Z_STREAM_ERROR : __real_inflateReset2(z, bits);
}

int __wrap_inflate(z_stream *z, int flush) {
    if (fails_here(INFLATE_MEMORY))
        return Z_MEM_ERROR;
    return fails_here(INFLATE_UNKNOWN) ? Z_NEED_DICT : __real_inflate(z, flush);
}

/* Nothing else of this program packs through it but the writer under test. */
int __wrap_deflateInit2_(z_stream *z, int level, int method, int bits, int memory, int strategy,
                         const char *version, int size) {
    (void)z, (void)level, (void)method, (void)bits, (void)memory, (void)strategy, (void)version;
    (void)size;
    return Z_MEM_ERROR;
}

int __wrap_yaml_parser_initialize(yaml_parser_t *parser) {
    return fails_here(YAML_INIT) ? 0 : __real_yaml_parser_initialize(parser);
}

/* As libyaml does it: no word about the problem. */
int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event) {
    if (!fails_here(YAML_PARSE))
        return __real_yaml_parser_parse(parser, event);
    *event = (yaml_event_t){0};
    parser->error = YAML_MEMORY_ERROR;
    return 0;
}

/* --- the work -------------------------------------------------------------------------------- */
static mag_account account;

static int set_up(void **state) {
    (void)state;
    failing = NO_CALL;
    good_count = 0;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(path);
    assert_int_equal(account.used_nbytes, 0);
    assert_int_equal(failing, NO_CALL); /* the call was reached */
    return 0;
}

static mag_status read_to_end(mag_error *err) {
    char buffer[1 << 12];
    size_t got = 1;
    mag_stream *stream;
    MAG_TRY(mag_stream_open(&stream, path, &account, err));
    mag_status status = MAG_OK;
    while (status == MAG_OK && got > 0)
        status = mag_stream_read(stream, buffer, sizeof buffer, &got, err);
    mag_stream_close(stream);
    return status;
}

static const unsigned char PACKED[] = {/* gzip of "a,b\n1,2\n" */
                                       0x1f, 0x8b, 8,    0,    0,    0,    0,    0,    0, 3,
                                       0x4b, 0xd4, 0x49, 0xe2, 0x32, 0xd4, 0x31, 0xe2, 2, 0,
                                       0x7b, 7,    0x97, 0x0a, 8,    0,    0,    0};

/* --- tests ----------------------------------------------------------------------------------- */
static void reading_ends_with_the_reason(void **state) {
    (void)state;
    static const struct {
        call failing;
        unsigned good_count;
        mag_status status;
        mag_message_id message;
    } rows[] = {
        {FSTAT, 0, MAG_E_RESOURCE, MAG_MSG_P404},
        {FSTAT, 1, MAG_E_INPUT, MAG_MSG_I109}, /* what cannot be compared may have changed */
        {SHA256_NEW, 0, MAG_E_RESOURCE, MAG_MSG_P402},
        {INFLATE_INIT, 0, MAG_E_RESOURCE, MAG_MSG_P402},
        {INFLATE_RESET, 0, MAG_E_INTERNAL, MAG_MSG_X701},
        {INFLATE_MEMORY, 0, MAG_E_RESOURCE, MAG_MSG_P402},
        {INFLATE_UNKNOWN, 0, MAG_E_INPUT, MAG_MSG_I103},
    };
    mag_error err = {0};
    mag_test_write_file(path, "t.csv.gz", PACKED, sizeof PACKED);
    assert_int_equal(read_to_end(&err), MAG_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        failing = rows[i].failing;
        good_count = rows[i].good_count;
        mag_status status = read_to_end(&err);
        if (status != rows[i].status || err.message != rows[i].message || failing != NO_CALL)
            fail_msg("%zu: %d %s", i, (int)status, err.text);
        assert_int_equal(account.used_nbytes, 0);
    }
    assert_int_equal(read_to_end(&err), MAG_OK);
}

/* zlib then reads the file from its beginning, and its word counts. */
static void doubts_of_one_library_are_decided_by_the_other(void **state) {
    (void)state;
    static const struct {
        call failing;
        unsigned good_count;
        mag_status status;
        mag_message_id message;
    } rows[] = {
        {ISAL_DOUBT, 0, MAG_OK, MAG_MSG_NONE},
        {ISAL_LIE, 1, MAG_E_INTERNAL, MAG_MSG_X701},   /* more bytes than there are */
        {SHA256_NEW, 1, MAG_E_RESOURCE, MAG_MSG_P402}, /* to begin again */
        {LSEEK, 1, MAG_E_RESOURCE, MAG_MSG_P404},
        {LSEEK, 0, MAG_E_INPUT, MAG_MSG_I102}, /* cannot go back: zlib from the beginning */
    };
    unsigned char damaged[sizeof PACKED];
    memcpy(damaged, PACKED, sizeof PACKED);
    damaged[sizeof damaged - 8] ^= 1;
    mag_test_write_file(path, "t.csv.gz", PACKED, sizeof PACKED);
    mag_error err = {0};
    assert_int_equal(read_to_end(&err), MAG_OK);
    if (!is_isal_used) {
        print_message("SKIPPED: built without ISA-L\n");
        skip();
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const bool is_damaged = rows[i].failing == SHA256_NEW || rows[i].failing == LSEEK;
        mag_test_write_file(path, "t.csv.gz", is_damaged ? damaged : PACKED, sizeof PACKED);
        failing = rows[i].failing;
        good_count = rows[i].good_count;
        err = (mag_error){0};
        mag_status status = read_to_end(&err);
        if (status != rows[i].status || err.message != rows[i].message || failing != NO_CALL)
            fail_msg("%zu: %d %s", i, (int)status, err.text);
        assert_int_equal(account.used_nbytes, 0);
    }
}

static void a_text_needs_memory_for_its_digest(void **state) {
    (void)state;
    mag_stream *stream;
    mag_error err = {0};
    failing = SHA256_NEW;
    assert_int_equal(mag_stream_open_text(&stream, "t", mag_span_of("a\n"), &account, &err),
                     MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P402);
    assert_null(stream);
}

static void a_file_that_grows_behind_its_empty_beginning_has_changed(void **state) {
    (void)state;
    mag_error err = {0};
    mag_test_write_file(path, "grown.csv", "", 0);
    failing = READ_THEN_GROW;
    assert_int_equal(read_to_end(&err), MAG_E_INPUT);
    assert_int_equal(err.message, MAG_MSG_I109);
    assert_int_equal(read_to_end(&err), MAG_OK);
}

static void packing_ends_with_the_reason(void **state) {
    (void)state;
    mag_csv_writer *writer;
    mag_error err = {0};
    mag_test_path(path, "t.csv.gz");
    assert_int_equal(mag_fast_path_without("isal", &err), MAG_OK);
    assert_int_equal(mag_csv_writer_open(&writer, path, "a", &account, &err), MAG_E_RESOURCE);
    assert_int_equal(mag_fast_path_without("", &err), MAG_OK);
    assert_int_equal(err.message, MAG_MSG_P402);
    assert_null(writer);
    assert_int_equal(access(path, F_OK), -1); /* not even an empty file */
}

static void parsing_ends_with_the_reason(void **state) {
    (void)state;
    static const struct {
        call failing;
        unsigned good_count;
    } rows[] = {{YAML_INIT, 0}, {YAML_PARSE, 0}, {YAML_PARSE, 4}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_arena *arena = mag_arena_new(&account);
        mag_error err = {0};
        const mag_yaml *root;
        failing = rows[i].failing;
        good_count = rows[i].good_count;
        assert_int_equal(
            mag_yaml_parse(arena, "p.yaml", mag_span_of("a: [1, 2]\n"), MAG_E_USAGE, &root, &err),
            MAG_E_RESOURCE);
        assert_int_equal(err.message, MAG_MSG_P402);
        mag_arena_free(arena);
        assert_int_equal(failing, NO_CALL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reading_ends_with_the_reason),
        TEST(doubts_of_one_library_are_decided_by_the_other),
        TEST(a_text_needs_memory_for_its_digest),
        TEST(a_file_that_grows_behind_its_empty_beginning_has_changed),
        TEST(packing_ends_with_the_reason),
        TEST(parsing_ends_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
