/* Conservation: of randomly damaged files every row read lands in one bucket, every row set aside
   has one line in the rejects, and every line of the file is accounted for. MAGSCREEN_LONG takes
   100 times as many files. */
#include "cohort/cohort_fixture.h"

#include "cohort/source.h"
#include "io/csv_reader.h"
#include "pollution/pollution.h"
#include "pollution/random_bytes.h"

#include <stdlib.h>
#include <unistd.h>

enum { FILES = 1000, TEXT_NBYTES = 1 << 14, LEAST_READ = 300 };

static char path[300];
static char text[TEXT_NBYTES];
static size_t text_nbytes;
static fixture f;
static struct { uint64_t files, refused, rows, accepted, rejected, others; } tally;

/* --- damage ------------------------------------------------------------------------------- */

static void put(size_t at, const char *bytes, size_t nbytes) {
    if (text_nbytes + nbytes > TEXT_NBYTES)
        return;
    memmove(text + at + nbytes, text + at, text_nbytes - at);
    memcpy(text + at, bytes, nbytes);
    text_nbytes += nbytes;
}

/* `from`: the damage spares what lies before. has_bad_bytes: NUL and bytes that are no UTF-8 too.
 */
static void damage(uint64_t *seed, size_t from, bool has_bad_bytes) {
    static const char *const pieces[] = {"\"", ",",  "\n",   "\r\n", "\"\"",        "\",\"",
                                         ";",  "\r", "\n\n", " ",    "0",           "p01,",
                                         "\t", "x",  "\xff", "\xc3", "\xed\xa0\x80"};
    size_t count = sizeof pieces / sizeof *pieces - (has_bad_bytes ? 0 : 3);
    size_t at = from + chance_below(seed, text_nbytes - from + 1);
    size_t room = text_nbytes - at, nbytes = chance_below(seed, room < 40 ? room + 1 : 40);
    char copy[40];
    const char *piece = pieces[chance_below(seed, count)];
    switch (chance_below(seed, has_bad_bytes ? 5 : 4)) {
    case 0: /* bytes are lost */
        memmove(text + at, text + at + nbytes, room - nbytes);
        text_nbytes -= nbytes;
        return;
    case 1: /* a stretch is there twice */
        memcpy(copy, text + at, nbytes);
        put(at, copy, nbytes);
        return;
    case 4:
        put(at, "", 1);
        return;
    default:
        put(at, piece, strlen(piece));
        return;
    }
}

static void write_file(const char *bytes, size_t nbytes) {
    unlink(path);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, nbytes, out), nbytes);
    assert_int_equal(fclose(out), 0);
}

static void make_file(uint64_t *seed, const clean_table *table, bool has_bad_bytes) {
    polluted_file clean;
    pollution_clean(&clean, table, 0);
    text_nbytes = clean.nbytes;
    memcpy(text, clean.bytes, text_nbytes);
    pollution_file_done(&clean);
    size_t header = (size_t)((char *)memchr(text, '\n', text_nbytes) - text) + 1;
    for (size_t count = 1 + chance_below(seed, 8); count > 0; count--)
        damage(seed, chance_one_in(seed, 30) && has_bad_bytes ? 0 : header, has_bad_bytes);
    write_file(text, text_nbytes);
}

/* --- lines -------------------------------------------------------------------------------- */

static uint64_t count_feeds(mag_span bytes) {
    uint64_t count = 0;
    for (size_t i = 0; i < bytes.nbytes; i++)
        count += bytes.at[i] == '\n';
    return count;
}

/* Lines that the reader told of: a kept row has one more for each line end in its cells. */
static mag_status count_lines(mag_csv_reader *reader, uint64_t *rows, uint64_t *lines,
                              mag_error *err) {
    uint32_t last = 1;
    for (const mag_csv_row *row;;) {
        MAG_TRY(mag_csv_next(reader, &row, err));
        if (!row)
            break;
        ++*rows;
        ++*lines;
        assert_true(row->line > last);
        last = row->line;
        for (unsigned i = 0; row->fault == MAG_CSV_OK && i < row->field_count; i++)
            *lines += count_feeds(row->fields[i]);
    }
    const mag_csv_facts *facts = mag_csv_facts_of(reader);
    *lines += 1 + facts->blank_line_count + facts->repeated_header_count;
    return MAG_OK;
}

/* False if the file is refused. */
static bool read_lines(size_t step, bool has_bad_bytes, uint64_t *rows) {
    mag_account account = {0};
    mag_error err = {0};
    mag_stream *stream;
    mag_csv_reader *reader = NULL;
    uint64_t lines = 0;
    mag_status status = mag_stream_open(&stream, path, &account, &err);
    if (status == MAG_OK)
        status = mag_csv_open(&reader, stream, "t.csv", ',', step, &account, &err);
    if (status == MAG_OK)
        status = count_lines(reader, rows, &lines, &err);
    mag_csv_close(reader);
    mag_stream_close(stream);
    assert_int_equal(account.used_nbytes, 0);
    bool is_unfinished = text_nbytes > 0 && text[text_nbytes - 1] != '\n';
    uint64_t there = count_feeds((mag_span){text, text_nbytes}) + is_unfinished;
    if (status == MAG_OK && !has_bad_bytes) /* such a row may hide lines: it is set aside whole */
        assert_int_equal(lines, there);
    return status == MAG_OK;
}

/* --- buckets ------------------------------------------------------------------------------ */

static mag_status ingest(const clean_table *table) {
    mag_source *source;
    const char *const paths[] = {path};
    must(&f, mag_source_csv_new(f.arena, table->name, f.profile, table_of(f.profile, table->kind),
                                paths, 1, true, &source, &f.err));
    mag_status status = mag_source_ingest(source, f.cohort, &f.err);
    source->ops->free(source);
    return status;
}

/* Other tables need the patients that they speak of. */
static void ingest_roster(void) {
    polluted_file roster;
    pollution_clean(&roster, &clean_tables[0], 0);
    write_file(roster.bytes, roster.nbytes);
    pollution_file_done(&roster);
    must(&f, ingest(&clean_tables[0]));
    write_file(text, text_nbytes);
}

static void check_buckets(uint64_t rows) {
    settle(&f);
    const mag_accounting *counts =
        &mag_cohort_file(f.cohort, (uint16_t)(mag_cohort_file_count(f.cohort) - 1))->accounting;
    uint64_t rejected = 0;
    for (int reason = 0; reason < MAG_REASON_COUNT; reason++)
        rejected += counts->rejected[reason];
    assert_int_equal(counts->read, rows);
    assert_int_equal(rows, counts->accepted + rejected + counts->out_of_window + counts->duplicate +
                               counts->not_of_interest);
    size_t reject_count;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &reject_count);
    assert_int_equal(reject_count, rejected);
    for (size_t i = 1; i < reject_count; i++)
        assert_true(rejects[i].line > rejects[i - 1].line);
    tally.rows += rows;
    tally.accepted += counts->accepted;
    tally.rejected += rejected;
    tally.others += rows - rejected - counts->accepted;
}

static void check_file(uint64_t round) {
    uint64_t seed = round, rows = 0;
    const clean_table *table = &clean_tables[chance_below(&seed, POLLUTION_TABLES)];
    bool has_bad_bytes = chance_one_in(&seed, 2);
    make_file(&seed, table, has_bad_bytes);
    bool is_read = read_lines(1 + chance_below(&seed, 300), has_bad_bytes, &rows);
    mag_cohort_settings settings = usual_settings();
    settings.account = &f.account;
    must(&f, mag_cohort_new(&f.cohort, f.book, &settings, &f.err));
    if (table != &clean_tables[0])
        ingest_roster();
    mag_status status = ingest(table);
    if (!is_read)
        assert_int_not_equal(status, MAG_OK);
    tally.files++;
    tally.refused += status != MAG_OK;
    if (status == MAG_OK)
        check_buckets(rows);
    mag_cohort_free(f.cohort);
}

static void every_row_and_line_of_damaged_files_is_accounted_for(void **state) {
    (void)state;
    uint64_t count = getenv("MAGSCREEN_LONG") ? (uint64_t)FILES * 100 : FILES;
    for (uint64_t round = 0; round < count; round++)
        check_file(round);
    printf("%llu files, %llu refused; %llu rows = %llu accepted + %llu rejected + %llu others\n",
           (unsigned long long)tally.files, (unsigned long long)tally.refused,
           (unsigned long long)tally.rows, (unsigned long long)tally.accepted,
           (unsigned long long)tally.rejected, (unsigned long long)tally.others);
    assert_true(tally.files - tally.refused >= LEAST_READ);
    assert_true(tally.accepted > 0 && tally.rejected > 0 && tally.others > 0);
}

static int set_up(void **state) {
    (void)state;
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/magscreen-conservation-%ld.csv", folder ? folder : "/tmp",
             (long)getpid());
    fixture_open(&f, usual_settings());
    mag_cohort_free(f.cohort);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(path);
    mag_arena_free(f.arena);
    assert_int_equal(f.account.used_nbytes, 0);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_and_line_of_damaged_files_is_accounted_for),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
