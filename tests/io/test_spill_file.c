/* Segments come back as they were written, or not at all; the file has no name. Calls of the system
   fail and fall short as the test says (linked with --wrap). */
#include "io/spill_file.h"
#include "io/stop.h"
#include "test_support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* --- calls that fail ----------------------------------------------------------------------------
 */

static int write_errno, read_errno; /* of every call from the one after `calls_before` */
static unsigned calls_before;
static size_t most_nbytes; /* of one call; 0 = as asked */

ssize_t __real_pwrite64(int fd, const void *from, size_t nbytes, off_t at);
ssize_t __real_pread64(int fd, void *into, size_t nbytes, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *from, size_t nbytes, off_t at);
ssize_t __wrap_pread64(int fd, void *into, size_t nbytes, off_t at);

static bool fails(int *reason) {
    if (!*reason)
        return false;
    if (calls_before) {
        calls_before--;
        return false;
    }
    errno = *reason;
    if (*reason == EINTR)
        *reason = 0; /* once */
    return true;
}

ssize_t __wrap_pwrite64(int fd, const void *from, size_t nbytes, off_t at) {
    if (fails(&write_errno))
        return -1;
    return __real_pwrite64(fd, from, most_nbytes && nbytes > most_nbytes ? most_nbytes : nbytes,
                           at);
}

ssize_t __wrap_pread64(int fd, void *into, size_t nbytes, off_t at) {
    if (fails(&read_errno))
        return -1;
    return __real_pread64(fd, into, most_nbytes && nbytes > most_nbytes ? most_nbytes : nbytes, at);
}

/* --- fixture ------------------------------------------------------------------------------------
 */

typedef struct fixture {
    mag_account account;
    char folder[MAG_TEST_PATH_NBYTES];
    mag_spill_file *file;
    mag_error error;
} fixture;

static int set_up(void **state) {
    fixture *at = calloc(1, sizeof *at);
    write_errno = read_errno = 0;
    calls_before = 0;
    most_nbytes = 0;
    mag_test_path(at->folder, "spill");
    assert_int_equal(mkdir(at->folder, 0700), 0);
    assert_int_equal(mag_spill_open(&at->file, at->folder, &at->account, &at->error), MAG_OK);
    *state = at;
    return 0;
}

static int tear_down(void **state) {
    fixture *at = *state;
    mag_spill_close(at->file);
    assert_int_equal(at->account.used_nbytes, 0);
    rmdir(at->folder);
    free(at);
    return 0;
}

static size_t entry_count(const char *folder) {
    DIR *open_folder = opendir(folder);
    size_t count = 0;
    assert_non_null(open_folder);
    for (const struct dirent *entry; (entry = readdir(open_folder));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(open_folder);
    return count;
}

static void fill(unsigned char *bytes, size_t nbytes, unsigned seed) {
    for (size_t i = 0; i < nbytes; i++)
        bytes[i] = (unsigned char)((i * 31 + seed * 7 + (i >> 8)) & 0xff);
}

enum { RECORD_NBYTES = 40, RECORDS = 1000, PAYLOAD = RECORD_NBYTES * RECORDS };

static mag_spill_segment write_records(fixture *at, unsigned partition, unsigned char *bytes) {
    mag_spill_segment segment;
    const mag_spill_what what = {
        .kind = 3, .partition = partition, .record_nbytes = RECORD_NBYTES, .record_count = RECORDS};
    fill(bytes, PAYLOAD, partition);
    const mag_span parts[] = {{(char *)bytes, 1}, {NULL, 0}, {(char *)bytes + 1, PAYLOAD - 1}};
    assert_int_equal(mag_spill_write(at->file, &what, parts, 3, &segment, &at->error), MAG_OK);
    return segment;
}

static void expect_records(fixture *at, const mag_spill_segment *segment, unsigned partition) {
    static unsigned char wanted[PAYLOAD], got[PAYLOAD];
    fill(wanted, PAYLOAD, partition);
    assert_int_equal(mag_spill_nbytes(segment), PAYLOAD);
    assert_int_equal(mag_spill_read(at->file, segment, got, &at->error), MAG_OK);
    assert_memory_equal(got, wanted, PAYLOAD);
}

/* --- tests --------------------------------------------------------------------------------------
 */

static void the_file_has_no_name_and_is_nobody_elses(void **state) {
    fixture *at = *state;
    struct stat facts;
    assert_int_equal(entry_count(at->folder), 0);
    assert_int_equal(fstat(mag_spill_descriptor(at->file), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_int_equal(facts.st_nlink, 0);
    assert_true(fcntl(mag_spill_descriptor(at->file), F_GETFD) & FD_CLOEXEC);
    assert_string_equal(mag_spill_folder(at->file), at->folder);
}

static void the_file_is_made_when_it_is_first_written_to(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD];
    mag_spill_close(at->file);
    assert_int_equal(rmdir(at->folder), 0);
    assert_int_equal(mag_spill_new(&at->file, at->folder, &at->account, &at->error), MAG_OK);
    const mag_spill_what what = {.kind = 1, .record_nbytes = 1};
    mag_spill_segment segment;
    assert_int_equal(mag_spill_write(at->file, &what, NULL, 0, &segment, &at->error),
                     MAG_E_RESOURCE);
    assert_int_equal(at->error.message, MAG_MSG_P409);
    assert_int_equal(mkdir(at->folder, 0700), 0);
    segment = write_records(at, 4, bytes);
    assert_int_equal(mag_spill_make(at->file, &at->error), MAG_OK);
    expect_records(at, &segment, 4);
}

static void segments_come_back_in_any_order(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD];
    mag_spill_segment segments[5];
    for (unsigned i = 0; i < 5; i++)
        segments[i] = write_records(at, i, bytes);
    for (unsigned i = 5; i-- > 0;)
        expect_records(at, &segments[i], i);
    assert_int_equal(mag_spill_segment_count(at->file), 5);
    assert_true(mag_spill_written_nbytes(at->file) > 5 * PAYLOAD);
    assert_true(mag_spill_written_nbytes(at->file) < 5 * (PAYLOAD + 100));
}

static void a_segment_may_be_empty(void **state) {
    fixture *at = *state;
    mag_spill_segment segment;
    const mag_spill_what what = {.kind = 1, .record_nbytes = 8};
    unsigned char untouched = 42;
    assert_int_equal(mag_spill_write(at->file, &what, NULL, 0, &segment, &at->error), MAG_OK);
    assert_int_equal(mag_spill_read(at->file, &segment, &untouched, &at->error), MAG_OK);
    assert_int_equal(untouched, 42);
}

static void short_and_interrupted_calls_are_gone_on_with(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD];
    most_nbytes = 7;
    write_errno = EINTR;
    calls_before = 3;
    const mag_spill_segment segment = write_records(at, 9, bytes);
    read_errno = EINTR;
    calls_before = 5;
    expect_records(at, &segment, 9);
}

static void every_damaged_byte_is_found(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD], got[PAYLOAD];
    const mag_spill_segment segment = write_records(at, 2, bytes);
    const int fd = mag_spill_descriptor(at->file);
    const off_t end = (off_t)mag_spill_written_nbytes(at->file);
    for (off_t place = 0; place < end; place += place < 64 ? 1 : 997) {
        unsigned char byte;
        assert_int_equal(__real_pread64(fd, &byte, 1, place), 1);
        byte ^= 0x10;
        assert_int_equal(__real_pwrite64(fd, &byte, 1, place), 1);
        assert_int_equal(mag_spill_read(at->file, &segment, got, &at->error), MAG_E_RESOURCE);
        assert_int_equal(at->error.message, MAG_MSG_P409);
        byte ^= 0x10;
        assert_int_equal(__real_pwrite64(fd, &byte, 1, place), 1);
    }
    expect_records(at, &segment, 2);
}

static void a_shortened_file_is_found(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD];
    const mag_spill_segment segment = write_records(at, 2, bytes);
    static const off_t sizes[] = {PAYLOAD, 20, 0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(ftruncate(mag_spill_descriptor(at->file), sizes[i]), 0);
        assert_int_equal(mag_spill_read(at->file, &segment, bytes, &at->error), MAG_E_RESOURCE);
        assert_int_equal(at->error.message, MAG_MSG_P409);
        assert_non_null(strstr(at->error.text, "shorter"));
    }
}

/* A segment of another partition, of another kind or size of record is not taken for this one. */
static void another_segment_is_not_taken_for_this_one(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD];
    const mag_spill_segment segment = write_records(at, 2, bytes);
    mag_spill_segment others[] = {segment, segment, segment, segment};
    others[0].what.partition++;
    others[1].what.kind++;
    others[2].what.record_nbytes /= 2;
    others[2].what.record_count *= 2;
    others[3].what.record_count--;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(mag_spill_read(at->file, &others[i], bytes, &at->error), MAG_E_RESOURCE);
        assert_int_equal(at->error.message, MAG_MSG_P409);
    }
}

static void a_full_disk_says_how_much_more_is_needed(void **state) {
    fixture *at = *state;
    static const int reasons[] = {ENOSPC, EDQUOT, EFBIG};
    static unsigned char bytes[PAYLOAD];
    const mag_spill_what what = {.kind = 1, .record_nbytes = 1, .record_count = PAYLOAD};
    const mag_span part = {(char *)bytes, PAYLOAD};
    mag_spill_segment segment;
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        write_errno = reasons[i];
        calls_before = (unsigned)i % 2;
        assert_int_equal(mag_spill_write(at->file, &what, &part, 1, &segment, &at->error),
                         MAG_E_RESOURCE);
        assert_int_equal(at->error.message, MAG_MSG_P403);
        assert_non_null(strstr(at->error.text, "1 MiB more"));
        assert_non_null(strstr(at->error.text, at->folder));
    }
}

static void a_failing_disk_is_told(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD];
    const mag_spill_segment segment = write_records(at, 1, bytes);
    read_errno = EIO;
    assert_int_equal(mag_spill_read(at->file, &segment, bytes, &at->error), MAG_E_RESOURCE);
    assert_int_equal(at->error.message, MAG_MSG_P404);
    read_errno = 0;
    write_errno = EIO;
    const mag_span part = {(char *)bytes, PAYLOAD};
    mag_spill_segment other;
    assert_int_equal(mag_spill_write(at->file, &segment.what, &part, 1, &other, &at->error),
                     MAG_E_RESOURCE);
    assert_int_equal(at->error.message, MAG_MSG_P403);
    assert_non_null(strstr(at->error.text, "writing failed"));
}

static void a_forgotten_segment_leaves_its_neighbours(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD];
    const mag_spill_segment first = write_records(at, 1, bytes);
    const mag_spill_segment middle = write_records(at, 2, bytes);
    const mag_spill_segment last = write_records(at, 3, bytes);
    mag_spill_forget(at->file, &middle);
    expect_records(at, &first, 1);
    expect_records(at, &last, 3);
}

static void a_folder_that_is_gone_does_no_harm(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD];
    const mag_spill_segment first = write_records(at, 1, bytes);
    assert_int_equal(rmdir(at->folder), 0);
    const mag_spill_segment second = write_records(at, 2, bytes);
    expect_records(at, &first, 1);
    expect_records(at, &second, 2);
}

static void a_place_that_cannot_be_used_is_refused_at_once(void **state) {
    fixture *at = *state;
    char file[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(file, "no-folder", "x", 1);
    const char *const places[] = {"/nowhere/at/all", file, "/proc"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        mag_spill_file *none = at->file;
        assert_int_equal(mag_spill_open(&none, places[i], &at->account, &at->error),
                         MAG_E_RESOURCE);
        assert_null(none);
        assert_int_equal(at->error.message, MAG_MSG_P409);
        assert_non_null(strstr(at->error.hint, "--spill-dir"));
    }
    remove(file);
}

static void no_memory_for_a_handle_is_told(void **state) {
    fixture *at = *state;
    mag_account full = {.limit_nbytes = 1};
    mag_spill_file *none;
    assert_int_equal(mag_spill_open(&none, at->folder, &full, &at->error), MAG_E_RESOURCE);
    assert_int_equal(at->error.message, MAG_MSG_P402);
    assert_int_equal(full.used_nbytes, 0);
    mag_spill_close(NULL);
}

static void no_descriptor_is_told(void **state) {
    fixture *at = *state;
    struct rlimit kept, none_left;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &kept), 0);
    none_left = kept;
    none_left.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none_left), 0);
    mag_spill_file *none = NULL;
    const mag_status status = mag_spill_open(&none, at->folder, &at->account, &at->error);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &kept), 0);
    assert_int_equal(status, MAG_E_RESOURCE);
    assert_int_equal(at->error.message, MAG_MSG_P408);
    assert_int_equal(entry_count(at->folder), 0);
}

/* The wish is for the process: a child of its own asks. */
static void who_asked_to_stop_waits_for_no_disk(void **state) {
    fixture *at = *state;
    static unsigned char bytes[PAYLOAD];
    const mag_spill_segment segment = write_records(at, 1, bytes);
    const mag_span part = {(char *)bytes, PAYLOAD};
    mag_spill_segment other;
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        mag_stop_ask(SIGTERM);
        const bool stops_reading =
            mag_spill_read(at->file, &segment, bytes, &at->error) == MAG_E_INTERRUPTED;
        const bool stops_writing = mag_spill_write(at->file, &segment.what, &part, 1, &other,
                                                   &at->error) == MAG_E_INTERRUPTED;
        _exit(stops_reading && stops_writing && at->error.message == MAG_MSG_P401 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

typedef struct writer {
    mag_spill_file *file;
    unsigned number;
    unsigned faults;
} writer;

static void *write_and_read(void *context) {
    enum { ROUNDS = 50, NBYTES = 5000 };
    writer *by = context;
    unsigned char bytes[NBYTES], got[NBYTES];
    mag_spill_segment segments[ROUNDS];
    mag_error error;
    for (unsigned i = 0; i < ROUNDS; i++) {
        const mag_spill_what what = {by->number, i, 1, NBYTES - i};
        fill(bytes, NBYTES, by->number * 100 + i);
        const mag_span part = {(char *)bytes, NBYTES - i};
        by->faults += mag_spill_write(by->file, &what, &part, 1, &segments[i], &error) != MAG_OK;
        const unsigned back = i / 2;
        fill(bytes, NBYTES, by->number * 100 + back);
        by->faults += mag_spill_read(by->file, &segments[back], got, &error) != MAG_OK;
        by->faults += memcmp(bytes, got, NBYTES - back) != 0;
    }
    return NULL;
}

static void threads_write_side_by_side(void **state) {
    fixture *at = *state;
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    writer writers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        writers[i] = (writer){at->file, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, write_and_read, &writers[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(writers[i].faults, 0);
    }
    assert_int_equal(mag_spill_segment_count(at->file), THREADS * 50);
}

static void without_a_file_nothing_was_written(void **state) {
    (void)state;
    assert_int_equal(mag_spill_written_nbytes(NULL), 0);
    assert_int_equal(mag_spill_segment_count(NULL), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_file_has_no_name_and_is_nobody_elses),
        TEST(the_file_is_made_when_it_is_first_written_to),
        TEST(segments_come_back_in_any_order),
        TEST(a_segment_may_be_empty),
        TEST(short_and_interrupted_calls_are_gone_on_with),
        TEST(every_damaged_byte_is_found),
        TEST(a_shortened_file_is_found),
        TEST(another_segment_is_not_taken_for_this_one),
        TEST(a_full_disk_says_how_much_more_is_needed),
        TEST(a_failing_disk_is_told),
        TEST(a_forgotten_segment_leaves_its_neighbours),
        TEST(a_folder_that_is_gone_does_no_harm),
        TEST(a_place_that_cannot_be_used_is_refused_at_once),
        TEST(no_memory_for_a_handle_is_told),
        TEST(no_descriptor_is_told),
        TEST(who_asked_to_stop_waits_for_no_disk),
        TEST(threads_write_side_by_side),
        TEST(without_a_file_nothing_was_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
