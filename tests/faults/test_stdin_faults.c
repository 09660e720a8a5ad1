/* Rows I-16 and I-38 of the list of faults, and the offsets of I-17: results on stdin, in pieces of
   every size. A socket that keeps packets apart gives the program exactly the pieces that were
   sent, so that its buffers end where the test wants. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A pipeline whose results come on stdin; returns its path. */
static const char *put_pipeline(const fault_run *run) {
    static const char text[] =
        "name: night\nas_of: 2025-12-31\nsources:\n"
        "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv.gz] }\n"
        "  - { name: lims, kind: labs, profile: magscreen, files: [\"-\"] }\n"
        "  - { name: epma, kind: prescriptions, profile: magscreen,\n"
        "      files: [data/prescriptions.csv.gz] }\n"
        "pack: magnesium-safety\n";
    static char path[512];
    snprintf(path, sizeof path, "%s/night.yaml", run->folder);
    file_write(path, text, strlen(text));
    return path;
}

static program_child start_on(const fault_run *run, int in) {
    const char *arguments[] = {"run", put_pipeline(run), "--out", run->out, NULL};
    return program_start(arguments, NULL, in);
}

static void rest_a_little(void) {
    nanosleep(&(struct timespec){.tv_nsec = 3000000}, NULL);
}

/* Sends content in pieces of the sizes, in turn; stops when nobody listens any more. */
static void feed(int to, bytes content, const size_t *sizes, size_t size_count, bool is_slow) {
    for (size_t at = 0, i = 0; at < content.nbytes; i++) {
        size_t left = content.nbytes - at, size = sizes[i % size_count];
        ssize_t sent = send(to, content.at + at, size < left ? size : left, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        at += (size_t)sent;
        if (is_slow && i < 20)
            rest_a_little();
    }
}

/* Runs the program on the cohort with its results in those pieces. */
static program_result run_pieces(const fault_run *run, bytes content, const size_t *sizes,
                                 size_t size_count, bool is_slow) {
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    program_child child = start_on(run, ends[0]);
    close(ends[0]);
    feed(ends[1], content, sizes, size_count, is_slow);
    close(ends[1]);
    return program_wait(child);
}

static fault_run screen_pieces(const fault_cohort *cohort, bytes content, const size_t *sizes,
                               size_t size_count, bool is_slow) {
    fault_run run = fault_begin(cohort);
    fault_collect(&run, run_pieces(&run, content, sizes, size_count, is_slow));
    return run;
}

static void t_I_16_slow(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 17, 3, 4099, 2, 511, 1};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes text = cohort.text[FAULT_LABS], packed = gzip_of(text.at, text.nbytes, 6);
    const bytes contents[] = {text, packed};
    for (size_t i = 0; i < 2; i++) {
        fault_run run = screen_pieces(&cohort, contents[i], sizes, 7, true);
        fault_expect(&run, 0, NULL);
        assert_int_equal(fault_count(&run, "labs", "read"), 600);
        fault_expect_conserved(&run);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
    }
    free(packed.at);
    fault_cohort_done(&cohort);
}

/* A pipe that ended early: gzip says so itself; text can only be told by its last line. */
static void t_I_16_ended_early(void **state) {
    (void)state;
    static const size_t sizes[] = {999};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes text = cohort.text[FAULT_LABS], packed = gzip_of(text.at, text.nbytes, 6);
    for (size_t part = 1; part < 8; part++) {
        bytes begin = {packed.at, packed.nbytes * part / 8};
        fault_run run = screen_pieces(&cohort, begin, sizes, 1, false);
        fault_expect(&run, 4, "MS-I101");
        assert_non_null(strstr(run.result.err.at, "stdin"));
        fault_expect_rejects(&run, "file.truncated", 1);
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
    fault_run nothing = screen_pieces(&cohort, (bytes){text.at, 0}, sizes, 1, false);
    fault_expect(&nothing, 4, "MS-I106");
    fault_expect_refused(&nothing);
    fault_run_done(&nothing);
    free(packed.at);
    fault_cohort_done(&cohort);
}

static void t_I_38_every_size(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 5, 7, 13, 64, 1023, 4096, 65537, 131072};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace_all(&cohort, FAULT_LABS, ",mmol/L,", ",\"mmol/L\",");
    fault_pad(&cohort);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        fault_run run = screen_pieces(&cohort, cohort.text[FAULT_LABS], &sizes[i], 1, false);
        fault_expect(&run, 0, NULL);
        fault_expect_conserved(&run);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

/* The digest of a run whose first piece ends there and whose second is a single byte. */
static char *digest_cut_at(const fault_cohort *cohort, size_t cut) {
    const size_t sizes[] = {cut, 1, 1 << 20};
    fault_run run = fault_begin(cohort);
    run.result = run_pieces(&run, cohort->text[FAULT_LABS], sizes, 3, false);
    run.record = run_record(run.out);
    fault_expect(&run, 0, NULL);
    assert_int_equal(fault_count(&run, "labs", "read"), 600);
    assert_int_equal(fault_count(&run, "labs", "accepted"), 600);
    const char *digest = json_string_value(json_object_get(run.record, "result_sha256"));
    assert_non_null(digest);
    char *copy = strdup(digest);
    fault_run_done(&run);
    return copy;
}

/* Whether a quote, delimiter or line end stands before or at the place. */
static bool is_at_structure(const char *at) {
    return strchr("\",\r\n", at[-1]) || strchr("\",\r\n", at[0]);
}

/* A record with quoted fields, doubled quotes, delimiters and line ends inside them, cut at each of
   its bytes (but inside words only with MAGSCREEN_LONG): result and accounting are those of the
   file. */
static void t_I_38_every_offset(void **state) {
    (void)state;
    static const char comment[] = "\"a,\"\"b\"\",\r\nc\"\r\n";
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    /* a result of magnesium: the digest shows its loss */
    const size_t at = fault_quote_lab(&cohort, 299, comment);
    const char *row = cohort.text[FAULT_LABS].at + at;
    const size_t row_nbytes = (size_t)(strstr(row, comment) - row) + sizeof comment - 1;
    fault_run whole = fault_screen(&cohort, NULL);
    fault_expect(&whole, 0, NULL);
    fault_expect_golden(&whole, true);
    const char *wanted = json_string_value(json_object_get(whole.record, "result_sha256"));
    for (size_t offset = 1; offset <= row_nbytes; offset++) {
        if (!is_at_structure(row + offset) && !getenv("MAGSCREEN_LONG"))
            continue;
        char *digest = digest_cut_at(&cohort, at + offset);
        assert_string_equal(digest, wanted);
        free(digest);
    }
    fault_run_done(&whole);
    fault_cohort_done(&cohort);
}

/* Results that lie 5 GiB behind the begin of a file. */
static void t_I_17_large_offsets(void **state) {
    (void)state;
    const off_t offset = (off_t)5 << 30;
    char path[512];
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_begin(&cohort);
    bytes text = cohort.text[FAULT_LABS];
    snprintf(path, sizeof path, "%s/large.csv", run.folder);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, text.at, text.nbytes, offset), text.nbytes);
    assert_int_equal(lseek(fd, offset, SEEK_SET), offset);
    fault_collect(&run, program_wait(start_on(&run, fd)));
    close(fd);
    fault_expect(&run, 0, NULL);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_16_slow), FAULT_ROW(t_I_16_ended_early),
                                     FAULT_ROW(t_I_38_every_size), FAULT_ROW(t_I_38_every_offset),
                                     FAULT_ROW(t_I_17_large_offsets)};
    return FAULT_ROWS_RUN(rows);
}
