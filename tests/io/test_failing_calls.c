/* One call of the system fails, each in its turn. A signal or a descriptor that has nothing yet
   changes nothing of what is read or written; every other reason ends the work with what it was,
   and nothing of it is used. The torture test does it to the whole program. */
#include "io/csv_reader.h"
#include "io/csv_writer.h"
#include "io/yaml_tree.h"

#include "test_gzip.h"

#include <errno.h>

/* --- calls that fail ------------------------------------------------------------------------- */
typedef enum call { CALL_READ, CALL_WRITE, CALL_FSYNC, CALL_CLOSE } call;

static call watched;                    /* the calls that are counted */
static size_t call_count, failing_call; /* from 1; 0: none fails */
static int reason;
static bool is_disk_full; /* every write fails */

static bool fails_here(call made) {
    if (made != watched || ++call_count != failing_call)
        return false;
    errno = reason;
    return true;
}

ssize_t __real_read(int fd, void *bytes, size_t nbytes);
ssize_t __real_write(int fd, const void *bytes, size_t nbytes);
int __real_fsync(int fd);
int __real_close(int fd);
ssize_t __wrap_read(int fd, void *bytes, size_t nbytes);
ssize_t __wrap_write(int fd, const void *bytes, size_t nbytes);
int __wrap_fsync(int fd);
int __wrap_close(int fd);

ssize_t __wrap_read(int fd, void *bytes, size_t nbytes) {
    return fails_here(CALL_READ) ? -1 : __real_read(fd, bytes, nbytes);
}

ssize_t __wrap_write(int fd, const void *bytes, size_t nbytes) {
    if (is_disk_full) {
        errno = ENOSPC;
        return -1;
    }
    return fails_here(CALL_WRITE) ? -1 : __real_write(fd, bytes, nbytes);
}

int __wrap_fsync(int fd) {
    return fails_here(CALL_FSYNC) ? -1 : __real_fsync(fd);
}

/* The descriptor is gone all the same, as Linux does it. */
int __wrap_close(int fd) {
    int closed = __real_close(fd);
    return fails_here(CALL_CLOSE) ? -1 : closed;
}

/* --- the work -------------------------------------------------------------------------------- */
enum { CALLS_MOST = 400, PADDING_NBYTES = 1 << 18 };

static mag_account account;
static char path[MAG_TEST_PATH_NBYTES];

static int set_up(void **state) {
    (void)state;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(path);
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

/* What a piece of work came to: its status, and a digest of all bytes that it gave. */
typedef struct outcome {
    mag_status status;
    mag_error err;
    char sha256[MAG_SHA256_HEX_NBYTES];
} outcome;

typedef mag_status (*io_work)(mag_sha256 *seen, mag_error *err);

static outcome do_work(io_work work, size_t failing, int why) {
    outcome out = {0};
    mag_sha256 *seen = mag_sha256_new();
    assert_non_null(seen);
    call_count = 0;
    failing_call = failing;
    reason = why;
    out.status = work(seen, &out.err);
    failing_call = 0;
    mag_sha256_end(seen, out.sha256);
    return out;
}

/* Every watched call fails once for the reason. */
static void assert_each_refused(io_work work, int why, mag_message_id message) {
    const outcome clean = do_work(work, 0, 0);
    const size_t count = call_count;
    assert_in_range(count, 1, CALLS_MOST);
    for (size_t k = 1; k <= count; k++) {
        const outcome failed = do_work(work, k, why);
        if (failed.status != MAG_E_RESOURCE || failed.err.message != message ||
            !strstr(failed.err.text, strerror(why)))
            fail_msg("call %zu of %zu: status %d, \"%s\"", k, count, (int)failed.status,
                     failed.err.text);
        assert_int_equal(account.used_nbytes, 0);
    }
    const outcome again = do_work(work, 0, 0);
    assert_int_equal(again.status, clean.status);
    assert_string_equal(again.sha256, clean.sha256);
}

static void assert_each_tried_again(io_work work, int why) {
    const outcome clean = do_work(work, 0, 0);
    const size_t count = call_count;
    assert_in_range(count, 1, CALLS_MOST);
    for (size_t k = 1; k <= count; k++) {
        const outcome tried = do_work(work, k, why);
        assert_int_equal(tried.status, clean.status);
        assert_int_equal(tried.err.message, clean.err.message);
        assert_string_equal(tried.sha256, clean.sha256);
    }
}

/* Into room that a plain file is read to without a copy. */
static mag_status read_large(mag_sha256 *seen, mag_error *err) {
    static char buffer[1 << 18];
    size_t got = 1;
    mag_stream *stream;
    MAG_TRY(mag_stream_open(&stream, path, &account, err));
    mag_status status = MAG_OK;
    while (status == MAG_OK && got > 0) {
        status = mag_stream_read(stream, buffer, sizeof buffer, &got, err);
        mag_sha256_add(seen, (mag_span){buffer, got});
    }
    mag_stream_close(stream);
    return status;
}

static mag_status read_stream(mag_sha256 *seen, mag_error *err) {
    char buffer[3000];
    size_t got = 1;
    mag_stream *stream;
    MAG_TRY(mag_stream_open(&stream, path, &account, err));
    mag_status status = MAG_OK;
    while (status == MAG_OK && got > 0) {
        status = mag_stream_read(stream, buffer, sizeof buffer, &got, err);
        mag_sha256_add(seen, (mag_span){buffer, got});
    }
    mag_stream_close(stream);
    return status;
}

static mag_status read_rows(mag_sha256 *seen, mag_error *err) {
    mag_stream *stream;
    mag_csv_reader *csv = NULL;
    const mag_csv_row *row = NULL;
    MAG_TRY(mag_stream_open(&stream, path, &account, err));
    mag_status status = mag_csv_open(&csv, stream, "t.csv", ',', 64, &account, err);
    while (status == MAG_OK) {
        status = mag_csv_next(csv, &row, err);
        if (!row)
            break;
        mag_sha256_add(seen, (mag_span){(const char *)&row->fault, sizeof row->fault});
        for (unsigned i = 0; row->fault == MAG_CSV_OK && i < row->field_count; i++)
            mag_sha256_add(seen, row->fields[i]);
    }
    mag_csv_close(csv);
    mag_stream_close(stream);
    return status;
}

static mag_status read_text(mag_sha256 *seen, mag_error *err) {
    mag_span text = {"", 0};
    mag_arena *arena = mag_arena_new(&account);
    mag_status status = mag_yaml_read_file(arena, path, &text, err);
    if (status == MAG_OK)
        mag_sha256_add(seen, text);
    mag_arena_free(arena);
    return status;
}

/* The bytes are counted when they are all in the file. */
static mag_status write_rows(mag_sha256 *seen, mag_error *err) {
    mag_csv_writer *writer;
    unlink(path);
    MAG_TRY(mag_csv_writer_open(&writer, path, "patient_id,value", &account, err));
    for (int i = 0; i < 50000; i++) {
        mag_csv_writer_id(writer, mag_span_of("p1"));
        mag_csv_writer_integer(writer, i * 7919 % 10007);
        mag_csv_writer_end_row(writer);
    }
    mag_status status = mag_csv_writer_close(writer, err);
    FILE *file = status == MAG_OK ? fopen(path, "rb") : NULL;
    char buffer[1 << 14];
    for (size_t got; file && (got = fread(buffer, 1, sizeof buffer, file)) > 0;)
        mag_sha256_add(seen, (mag_span){buffer, got});
    if (file)
        fclose(file);
    return status;
}

/* --- files ----------------------------------------------------------------------------------- */
static void write_file(const char *name, test_bytes bytes) {
    mag_test_write_file(path, name, bytes.at, bytes.nbytes);
    free(bytes.at);
}

static test_bytes packed_table(unsigned seed) {
    test_bytes table = test_table(seed, 20000);
    test_bytes packed = test_gzip(table.at, table.nbytes);
    free(table.at);
    return packed;
}

static test_bytes filled(unsigned char byte) {
    test_bytes bytes = {malloc(PADDING_NBYTES), PADDING_NBYTES};
    memset(bytes.at, byte, PADDING_NBYTES);
    return bytes;
}

static void write_plain(void) {
    write_file("t.csv", test_table(1, 20000));
}

/* Names of columns, or the row behind one name, that are longer than one read. */
static void write_long_head(const char *head) {
    test_bytes text = filled('x');
    memcpy(text.at, head, strlen(head));
    for (size_t i = 60000; i < text.nbytes; i += 60000)
        text.at[i] = head[1] == '\n' ? ' ' : ',';
    write_file("t.csv", text);
}

static void write_members(void) {
    write_file("t.csv.gz", test_join(test_join(packed_table(1), packed_table(2)), filled(0)));
}

/* A member with a long file name in its head, so that it ends so many bytes before the block that
   one read gives. */
static test_bytes member_ending_before_block(size_t left_nbytes) {
    enum { BLOCK_NBYTES = 1 << 17, HEAD_NBYTES = 10, HAS_NAME = 8 };
    test_bytes packed = packed_table(4);
    size_t name_nbytes = BLOCK_NBYTES - left_nbytes - packed.nbytes % BLOCK_NBYTES;
    test_bytes made = {malloc(packed.nbytes + name_nbytes), packed.nbytes + name_nbytes};
    memcpy(made.at, packed.at, HEAD_NBYTES);
    made.at[3] = HAS_NAME;
    memset(made.at + HEAD_NBYTES, 'n', name_nbytes - 1);
    made.at[HEAD_NBYTES + name_nbytes - 1] = '\0';
    memcpy(made.at + HEAD_NBYTES + name_nbytes, packed.at + HEAD_NBYTES,
           packed.nbytes - HEAD_NBYTES);
    free(packed.at);
    return made;
}

/* The head of the second member lies in two reads, or wholly in the next. */
static void write_split_head(size_t left_nbytes) {
    write_file("t.csv.gz", test_join(member_ending_before_block(left_nbytes), packed_table(5)));
}

/* A line over the limit, which no block holds. */
static void write_long_line(void) {
    enum { NBYTES = 5 << 20 };
    test_bytes line = {malloc(NBYTES), NBYTES};
    memset(line.at, 'x', NBYTES);
    memcpy(line.at, "a,b\n1,", 6);
    write_file("t.csv", test_join(line, test_copy("\n3,4\n", 5)));
}

/* --- tests ----------------------------------------------------------------------------------- */
static void a_failing_read_ends_reading_with_its_reason(void **state) {
    (void)state;
    write_plain();
    assert_each_refused(read_large, EIO, MAG_MSG_P404);
    assert_each_refused(read_stream, EIO, MAG_MSG_P404);
    assert_each_refused(read_rows, EIO, MAG_MSG_P404);
    write_long_head("a,b");
    assert_each_refused(read_rows, EIO, MAG_MSG_P404);
    write_long_head("a\nb");
    assert_each_refused(read_rows, EIO, MAG_MSG_P404);
    write_long_line();
    assert_each_refused(read_rows, EIO, MAG_MSG_P404);
    write_members();
    assert_each_refused(read_stream, EIO, MAG_MSG_P404);
    unlink(path);
    for (size_t left = 0; left < 3; left++) {
        write_split_head(left);
        assert_each_refused(read_stream, EIO, MAG_MSG_P404);
        unlink(path);
    }
    write_file("t.gz", test_join(packed_table(3), filled('x')));
    assert_each_refused(read_stream, EIO, MAG_MSG_P404);
}

/* A wish to stop is told as such, and not as a fault of the device. */
static void a_stop_ends_reading_as_a_stop(void **state) {
    (void)state;
    write_members();
    for (size_t k = 1; k <= 3; k++) {
        const outcome stopped = do_work(read_stream, k, ECANCELED);
        assert_int_equal(stopped.status, MAG_E_INTERRUPTED);
        assert_int_equal(stopped.err.message, MAG_MSG_P401);
        assert_int_equal(account.used_nbytes, 0);
    }
}

static void a_signal_or_an_empty_pipe_is_waited_for(void **state) {
    (void)state;
    static const int reasons[] = {EINTR, EAGAIN};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        write_plain();
        assert_each_tried_again(read_stream, reasons[i]);
        assert_each_tried_again(read_rows, reasons[i]);
        unlink(path);
        write_members();
        assert_each_tried_again(read_stream, reasons[i]);
        unlink(path);
    }
    write_plain();
    assert_each_tried_again(read_text, EINTR);
}

static void a_failing_write_is_known_when_the_file_is_closed(void **state) {
    (void)state;
    static const struct {
        call call;
        int reason;
    } rows[] = {{CALL_WRITE, ENOSPC}, {CALL_FSYNC, EIO}, {CALL_CLOSE, EDQUOT}};
    static const char *const names[] = {"t.csv", "t.csv.gz"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        mag_test_path(path, names[i]);
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            watched = rows[k].call;
            assert_each_refused(write_rows, rows[k].reason, MAG_MSG_P403);
        }
        watched = CALL_WRITE;
        assert_each_tried_again(write_rows, EINTR);
        unlink(path);
    }
    watched = CALL_READ;
}

/* A full disk, and a descriptor that cannot even be closed: the first fault is the one to tell, to
   whom wants to know. */
static void a_second_fault_hides_no_first(void **state) {
    (void)state;
    for (int is_told = 0; is_told < 2; is_told++) {
        mag_csv_writer *writer;
        mag_error err = {0};
        mag_test_path(path, "full.csv");
        assert_int_equal(mag_csv_writer_open(&writer, path, "a", &account, &err), MAG_OK);
        watched = CALL_CLOSE;
        call_count = 0;
        failing_call = 1;
        reason = EDQUOT;
        is_disk_full = true;
        assert_int_equal(mag_csv_writer_close(writer, is_told ? &err : NULL), MAG_E_RESOURCE);
        is_disk_full = false;
        assert_int_equal(call_count, 1);
        failing_call = 0;
        watched = CALL_READ;
        assert_int_equal(is_told ? MAG_MSG_P403 : 0, err.message);
        if (is_told)
            assert_non_null(strstr(err.text, strerror(ENOSPC)));
        unlink(path);
    }
}

static void a_text_that_cannot_be_read_is_refused(void **state) {
    (void)state;
    write_plain();
    assert_each_refused(read_text, EIO, MAG_MSG_P404);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_failing_read_ends_reading_with_its_reason),
        TEST(a_stop_ends_reading_as_a_stop),
        TEST(a_signal_or_an_empty_pipe_is_waited_for),
        TEST(a_failing_write_is_known_when_the_file_is_closed),
        TEST(a_second_fault_hides_no_first),
        TEST(a_text_that_cannot_be_read_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
