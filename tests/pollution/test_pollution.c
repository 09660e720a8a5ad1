/* Every polluted file through the reader at several buffer sizes, cell by cell, and through the
   source and its decoder, row by row. */
#include "cohort/cohort_fixture.h"

#include "cohort/source.h"
#include "pollution/pollution.h"

#include <stdlib.h>
#include <unistd.h>

enum { FEWEST_FILES = 2000, SLOW_NBYTES = 1 << 19 };

static struct { uint64_t files, cells, wrong_cells, rejects, wrong_reasons, others; } tally;
static char path[300];

static void complain(const polluted_file *file, const char *what, size_t step) {
    if (tally.others + tally.wrong_cells + tally.wrong_reasons < 40)
        print_error("%s: %s (buffer of %zu)\n", file->name, what, step);
    tally.others++;
}

static void write_file(const polluted_file *file) {
    unlink(path); /* a new file: no waiting for the old one to be written out */
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    if (file->nbytes)
        assert_int_equal(fwrite(file->bytes, 1, file->nbytes, out), file->nbytes);
    assert_int_equal(fclose(out), 0);
}

/* --- the reader ------------------------------------------------------------------------ */

static void compare_cells(const polluted_file *file, const expected_record *expected,
                          const mag_csv_row *row, size_t step) {
    if (row->field_count != expected->cell_count)
        complain(file, "another number of cells", step);
    for (unsigned i = 0; i < expected->cell_count; i++) {
        tally.cells++;
        if (i < row->field_count && mag_span_equals(row->fields[i], expected->cells[i]))
            continue;
        tally.wrong_cells++;
        complain(file, "a wrong cell", step);
    }
}

static void compare_record(const polluted_file *file, const expected_record *expected,
                           const mag_csv_row *row, size_t step) {
    if (row->line != expected->line)
        complain(file, "another line", step);
    if (expected->fault == MAG_CSV_OK && row->fault == MAG_CSV_OK) {
        compare_cells(file, expected, row, step);
        return;
    }
    tally.rejects++;
    if (row->fault != expected->fault) {
        tally.wrong_reasons++;
        complain(file, "another fault", step);
    } else if (row->fault_column != expected->fault_column) {
        complain(file, "another column of the fault", step);
    }
}

static void compare_facts(const polluted_file *file, const mag_csv_facts *facts, size_t step) {
    if (facts->blank_line_count != file->blank_count ||
        facts->repeated_header_count != file->repeated_header_count ||
        facts->has_unfinished_last_line != file->has_unfinished_last_line ||
        facts->quoted_row_count != file->quoted_row_count)
        complain(file, "other facts", step);
}

static mag_status read_rows(const polluted_file *file, mag_csv_reader *reader, size_t step,
                            mag_error *err) {
    unsigned count = 0;
    for (const mag_csv_row *row;; count++) {
        MAG_TRY(mag_csv_next(reader, &row, err));
        if (!row)
            break;
        if (!file->is_refused && count < file->record_count)
            compare_record(file, &file->records[count], row, step);
    }
    if (!file->is_refused && count != file->record_count)
        complain(file, "another number of records", step);
    if (!file->is_refused)
        compare_facts(file, mag_csv_facts_of(reader), step);
    return MAG_OK;
}

/* What the reader alone cannot tell: which columns a table needs, that rows must follow. */
static bool is_refused_later(const polluted_file *file) {
    return file->has_no_name || file->message == MAG_MSG_I128 || file->message == MAG_MSG_I130 ||
           file->message == MAG_MSG_S611;
}

static void read_with(const polluted_file *file, size_t step) {
    mag_account account = {0};
    mag_error err = {0};
    mag_stream *stream;
    mag_csv_reader *reader = NULL;
    mag_status status = mag_stream_open(&stream, path, &account, &err);
    if (status == MAG_OK)
        status = mag_csv_open(&reader, stream, "t.csv", ',', step, &account, &err);
    if (status == MAG_OK)
        status = read_rows(file, reader, step, &err);
    if (file->is_refused && !is_refused_later(file)) {
        tally.rejects++;
        if (status != MAG_E_INPUT || err.message != file->message) {
            tally.wrong_reasons++;
            complain(file, status == MAG_OK ? "not refused" : err.text, step);
        }
    } else if (status != MAG_OK) {
        complain(file, err.text, step);
    }
    if (reader)
        mag_csv_close(reader);
    mag_stream_close(stream);
    assert_int_equal(account.used_nbytes, 0);
}

/* --- the source and its decoder -------------------------------------------------------- */

static fixture f;
static char *golden[POLLUTION_TABLES][1u << POLLUTION_ROWS];

static mag_status ingest(const clean_table *table, bool allow_empty) {
    mag_source *source;
    const char *const paths[] = {path};
    must(&f, mag_source_csv_new(f.arena, table->name, f.profile, table_of(f.profile, table->kind),
                                paths, 1, allow_empty, &source, &f.err));
    mag_status status = mag_source_ingest(source, f.cohort, &f.err);
    source->ops->free(source);
    return status;
}

/* Patients are there for the rows of other tables. allow_empty: a header alone is fine. */
static mag_status ingest_all(const clean_table *table, const polluted_file *file,
                             bool allow_empty) {
    if (table->kind != MAG_TABLE_PATIENTS) {
        polluted_file roster;
        pollution_clean(&roster, &clean_tables[0], 0);
        write_file(&roster);
        must(&f, ingest(&clean_tables[0], false));
        pollution_file_done(&roster);
    }
    write_file(file);
    return ingest(table, allow_empty);
}

static void new_cohort(void) {
    mag_cohort_settings settings = usual_settings();
    settings.account = &f.account;
    must(&f, mag_cohort_new(&f.cohort, f.book, &settings, &f.err));
}

/* What the rules see of the clean table without some of its rows. */
static const char *golden_of(const clean_table *table, unsigned lost_rows) {
    char **kept = &golden[table - clean_tables][lost_rows];
    if (!*kept) {
        polluted_file clean;
        pollution_clean(&clean, table, lost_rows);
        new_cohort();
        must(&f, ingest_all(table, &clean, true));
        settle(&f);
        mag_text dump = dump_all(&f);
        *kept = strdup(dump.at);
        mag_text_done(&dump);
        mag_cohort_free(f.cohort);
        pollution_file_done(&clean);
    }
    return *kept;
}

static void compare_rejects(const polluted_file *file) {
    size_t count, next = 0;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &count);
    for (unsigned i = 0; i < file->record_count; i++) {
        mag_span column;
        mag_reason reason = pollution_reason(file, &file->records[i], &column);
        if (reason == MAG_REASON_NONE)
            continue;
        tally.rejects++;
        const mag_reject *reject = next < count ? &rejects[next] : NULL;
        next++;
        if (reject && reject->line == file->records[i].line && reject->reason == reason &&
            mag_span_is(column, reject->column))
            continue;
        tally.wrong_reasons++;
        print_error("line %u: wanted %s %.*s, got line %u %s %s\n", file->records[i].line,
                    mag_reason_name(reason), (int)column.nbytes, column.at,
                    reject ? reject->line : 0,
                    reject ? mag_reason_name((mag_reason)reject->reason) : "nothing",
                    reject ? reject->column : "");
        complain(file, "another reject", 0);
    }
    if (next != count)
        complain(file, "more rejects than expected", 0);
}

static void compare_accounting(const polluted_file *file) {
    uint64_t ends[ROW_REJECTED + 1] = {0};
    for (unsigned i = 0; i < file->record_count; i++)
        ends[file->records[i].fault != MAG_CSV_OK ? ROW_REJECTED : file->records[i].end.end]++;
    const mag_accounting *got =
        &mag_cohort_file(f.cohort, (uint16_t)(mag_cohort_file_count(f.cohort) - 1))->accounting;
    if (got->read != file->record_count || got->accepted != ends[ROW_ACCEPTED] ||
        got->not_of_interest != ends[ROW_NOT_OF_INTEREST] ||
        got->duplicate != ends[ROW_DUPLICATE] ||
        mag_accounting_rejected(got) != ends[ROW_REJECTED] || got->out_of_window != 0)
        complain(file, "another accounting", 0);
}

static void compare_settled(const polluted_file *file) {
    settle(&f);
    compare_accounting(file);
    compare_rejects(file);
    if (file->is_altered)
        return;
    mag_text dump = dump_all(&f);
    mag_cohort *cohort = f.cohort;
    if (strcmp(dump.at, golden_of(file->table, file->lost_rows)) != 0)
        complain(file, "the good rows do not give what they give alone", 0);
    f.cohort = cohort;
    mag_text_done(&dump);
}

static void decode(const polluted_file *file) {
    if (!file->is_refused && !file->is_altered)
        golden_of(file->table, file->lost_rows);
    new_cohort();
    mag_status status = ingest_all(file->table, file, false);
    if (file->is_refused) {
        tally.rejects++;
        if (status == MAG_OK || f.err.message != file->message) {
            tally.wrong_reasons++;
            complain(file, status == MAG_OK ? "not refused" : f.err.text, 0);
        }
    } else if (status != MAG_OK) {
        complain(file, f.err.text, 0);
    } else {
        compare_settled(file);
    }
    mag_cohort_free(f.cohort);
}

/* --- all of them ----------------------------------------------------------------------- */

static void visit(const polluted_file *file, void *context) {
    (void)context;
    static const size_t steps[] = {1, 7, 64, 4096};
    tally.files++;
    decode(file);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (file->nbytes < SLOW_NBYTES || steps[i] >= 64)
            read_with(file, steps[i]);
}

static void every_cell_and_every_reason_of_polluted_files_is_right(void **state) {
    (void)state;
    pollution_each(visit, NULL);
    printf("%llu files, %llu cells compared, %llu wrong cells, %llu rejects, %llu with another "
           "reason\n",
           (unsigned long long)tally.files, (unsigned long long)tally.cells,
           (unsigned long long)tally.wrong_cells, (unsigned long long)tally.rejects,
           (unsigned long long)tally.wrong_reasons);
    assert_true(tally.files >= FEWEST_FILES);
    assert_int_equal(tally.wrong_cells, 0);
    assert_int_equal(tally.wrong_reasons, 0);
    assert_int_equal(tally.others, 0);
}

static void the_clean_tables_are_accepted_whole(void **state) {
    (void)state;
    for (unsigned t = 0; t < POLLUTION_TABLES; t++) {
        polluted_file clean;
        pollution_clean(&clean, &clean_tables[t], 0);
        decode(&clean);
        pollution_file_done(&clean);
        assert_int_equal(tally.others, 0);
    }
}

static int set_up(void **state) {
    (void)state;
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/magscreen-pollution-%ld.csv", folder ? folder : "/tmp",
             (long)getpid());
    fixture_open(&f, usual_settings());
    mag_cohort_free(f.cohort);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(path);
    for (unsigned t = 0; t < POLLUTION_TABLES; t++)
        for (unsigned lost = 0; lost < 1u << POLLUTION_ROWS; lost++)
            free(golden[t][lost]);
    mag_arena_free(f.arena);
    assert_int_equal(f.account.used_nbytes, 0);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clean_tables_are_accepted_whole),
        cmocka_unit_test(every_cell_and_every_reason_of_polluted_files_is_right),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
