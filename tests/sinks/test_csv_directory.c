#include "engine/engine_test.h"

#include "sinks/csv_directory.h"

#include "io/csv_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct place {
    mag_account account;
    char folder[64], dir[128];
    mag_sink *sink;
} place;

static int setup(void **state) {
    place *at = calloc(1, sizeof *at);
    strcpy(at->folder, "/tmp/magscreen-sink-XXXXXX");
    assert_non_null(mkdtemp(at->folder));
    snprintf(at->dir, sizeof at->dir, "%s/out", at->folder);
    mag_error error = {0};
    mag_status status = mag_sink_csv_directory_new(&at->sink, at->dir, false, &at->account, &error);
    if (status != MAG_OK)
        print_message("%s\n", error.text);
    assert_int_equal(status, MAG_OK);
    *state = at;
    return 0;
}

static int teardown(void **state) {
    place *at = *state;
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'", at->folder);
    assert_int_equal(system(command), 0);
    free(at);
    return 0;
}

static void put_flag(place *at, const char *patient) {
    mag_flag_row row = {.flag_id = "A02-0123456789ab",
                        .patient_id = mag_span_of(patient),
                        .rule_id = "A02",
                        .rule_version = "1.0.0",
                        .title = "=cmd|' /C calc'!A0",
                        .severity = MAG_SEVERITY_HIGH,
                        .could_be = "",
                        .state = "new",
                        .as_of = "2025-12-31",
                        .hidden_by = "",
                        .notes = "kf_stale",
                        .evidence = "{\"digest\":\"a, b\",\"facts\":[]}"};
    assert_int_equal(at->sink->ops->flag(at->sink, &row, NULL), MAG_OK);
}

static void put_all(place *at) {
    mag_cannot_tell_row unknown = {.patient_id = mag_span_of("-1"),
                                   .rule_id = "A01",
                                   .as_of = "2025-12-31",
                                   .reasons = "missing",
                                   .detail = "kf"};
    mag_summary_row summary = {.as_of = "2025-12-31",
                               .rule_id = "A02",
                               .rule_version = "1.0.0",
                               .stratum = "site",
                               .level = "@ward",
                               .eligible = 3,
                               .flagged = 1,
                               .clear = 1,
                               .cannot_tell = 1,
                               .not_evaluated = "",
                               .rate = "0.500000",
                               .ci_low = "0.094531",
                               .ci_high = ""};
    mag_lab_summary_row lab = {.analyte = "magnesium",
                               .unit = "mmol/L",
                               .results = 2,
                               .quantiles = {"-1", "", "", "", "0.70", "", "", "", "0.80"},
                               .mean = "0.75",
                               .sd = "0.07"};
    mag_reject_row reject = {.source = "lims",
                             .file = "labs.csv",
                             .column = "value",
                             .reason = "num.syntax",
                             .detail = "",
                             .line = 7};
    put_flag(at, "=P1");
    assert_int_equal(at->sink->ops->cannot_tell(at->sink, &unknown, NULL), MAG_OK);
    assert_int_equal(at->sink->ops->summary(at->sink, &summary, NULL), MAG_OK);
    assert_int_equal(at->sink->ops->lab_summary(at->sink, &lab, NULL), MAG_OK);
    assert_int_equal(at->sink->ops->reject(at->sink, &reject, NULL), MAG_OK);
}

/* All rows of a table, cells joined by '|', rows by LF, header first. */
static void read_table(place *at, const char *dir, const char *name, char *out) {
    char path[256];
    mag_stream *stream;
    mag_csv_reader *reader;
    const mag_csv_row *row;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(mag_stream_open(&stream, path, &at->account, NULL), MAG_OK);
    assert_int_equal(mag_csv_open(&reader, stream, name, ',', 0, &at->account, NULL), MAG_OK);
    for (unsigned i = 0; i < mag_csv_column_count(reader); i++) {
        mag_span column = mag_csv_column_name(reader, i);
        out += sprintf(out, "%s%.*s", i == 0 ? "" : "|", (int)column.nbytes, column.at);
    }
    for (;;) {
        assert_int_equal(mag_csv_next(reader, &row, NULL), MAG_OK);
        if (row == NULL)
            break;
        for (unsigned i = 0; i < row->field_count; i++)
            out += sprintf(out, "%s%.*s", i == 0 ? "\n" : "|", (int)row->fields[i].nbytes,
                           row->fields[i].at);
    }
    mag_csv_close(reader);
    mag_stream_close(stream);
}

static void assert_table(place *at, const char *name, const char *expected) {
    char text[4096];
    read_table(at, at->dir, name, text);
    assert_string_equal(text, expected);
}

static void S_11_writes_the_columns_of_the_contract_and_guards_cells(void **state) {
    place *at = *state;
    put_all(at);
    assert_int_equal(at->sink->ops->publish(at->sink, mag_span_of("{}\n"), NULL), MAG_OK);
    at->sink->ops->free(at->sink);
    assert_table(at, "flags.csv.gz",
                 "flag_id|patient_id|rule_id|rule_version|severity|could_be|state|as_of|"
                 "hidden_by|notes|evidence|title\n"
                 "A02-0123456789ab|'=P1|A02|1.0.0|high||new|2025-12-31||kf_stale|"
                 "{\"digest\":\"a, b\",\"facts\":[]}|'=cmd|' /C calc'!A0");
    assert_table(at, "cannot_tell.csv.gz",
                 "patient_id|rule_id|as_of|reasons|detail\n'-1|A01|2025-12-31|missing|kf");
    assert_table(at, "summary.csv",
                 "as_of|rule_id|rule_version|stratum|level|eligible|flagged|clear|cannot_tell|"
                 "hidden|not_evaluated|rate|ci_low|ci_high\n"
                 "2025-12-31|A02|1.0.0|site|'@ward|3|1|1|1|0||0.500000|0.094531|");
    assert_table(at, "lab_summary.csv",
                 "analyte|unit|results|patients|missing_patients|censored|implausible|text|min|"
                 "p1|p5|p25|p50|p75|p95|p99|max|mean|sd|below_range|above_range\n"
                 "magnesium|mmol/L|2|0|0|0|0|0|-1||||0.70||||0.80|0.75|0.07|0|0");
    assert_table(at, "rejects.csv.gz",
                 "source|file|line|column|reason|detail\nlims|labs.csv|7|value|num.syntax|");
    assert_int_equal(at->account.used_nbytes, 0);
}

static void assert_mode(const char *dir, const char *name, unsigned mode) {
    char path[256];
    struct stat facts;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777u, mode);
}

static void S_09_writes_private_files_in_a_private_directory(void **state) {
    static const char *const names[] = {"flags.csv.gz",    "cannot_tell.csv.gz", "summary.csv",
                                        "lab_summary.csv", "rejects.csv.gz",     "run.json"};
    place *at = *state;
    mode_t old = umask(0);
    put_all(at);
    assert_int_equal(at->sink->ops->publish(at->sink, mag_span_of("{}\n"), NULL), MAG_OK);
    at->sink->ops->free(at->sink);
    umask(old);
    assert_mode(at->dir, ".", 0700);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_mode(at->dir, names[i], 0600);
}

static bool exists(const char *dir, const char *suffix, const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s%s/%s", dir, suffix, name);
    return access(path, F_OK) == 0;
}

static void publishes_every_table_even_if_it_has_no_rows(void **state) {
    place *at = *state;
    assert_int_equal(at->sink->ops->publish(at->sink, mag_span_of("{}\n"), NULL), MAG_OK);
    at->sink->ops->free(at->sink);
    assert_table(at, "cannot_tell.csv.gz", "patient_id|rule_id|as_of|reasons|detail");
    assert_true(exists(at->dir, "", "flags.csv.gz"));
    assert_true(exists(at->dir, "", "summary.csv"));
    assert_true(exists(at->dir, "", "lab_summary.csv"));
    assert_true(exists(at->dir, "", "rejects.csv.gz"));
}

static void holds_a_whole_result_beside_the_visible_one(void **state) {
    place *at = *state;
    put_all(at);
    assert_int_equal(at->sink->ops->hold(at->sink, mag_span_of("{}\n"), NULL), MAG_OK);
    at->sink->ops->free(at->sink);
    assert_false(exists(at->dir, "", ""));
    assert_true(exists(at->dir, ".held", "flags.csv.gz"));
    assert_true(exists(at->dir, ".held", "run.json"));
}

static void keeps_only_the_record_and_rejects_of_a_failed_run(void **state) {
    place *at = *state;
    put_all(at);
    assert_int_equal((at->sink->ops->fail)(at->sink, mag_span_of("{}\n"), NULL), MAG_OK);
    at->sink->ops->free(at->sink);
    assert_false(exists(at->dir, "", ""));
    assert_true(exists(at->dir, ".failed", "run.json"));
    assert_true(exists(at->dir, ".failed", "rejects.csv.gz"));
    assert_false(exists(at->dir, ".failed", "flags.csv.gz"));
    assert_false(exists(at->dir, ".failed", "cannot_tell.csv.gz"));
    assert_false(exists(at->dir, ".failed", "summary.csv"));
    assert_false(exists(at->dir, ".failed", "lab_summary.csv"));
}

static void put_reject(mag_sink *sink, unsigned line) {
    mag_reject_row row = {.source = "lims",
                          .file = "labs.csv",
                          .column = "value",
                          .reason = "num.decimal_comma",
                          .detail = "",
                          .line = line};
    assert_int_equal(sink->ops->reject(sink, &row, NULL), MAG_OK);
}

enum { ROWS = 30000, PART_ROWS = 700, PARTS = 3, TABLE_NBYTES = 1 << 21 };

/* Parts are filled out of order and written in order; some rows go to the sink itself. */
static void write_in_parts(place *at) {
    mag_sink *sink = at->sink, *parts[PARTS];
    assert_int_equal(sink->ops->parts_begin(sink, 2, NULL), MAG_OK);
    assert_int_equal(sink->ops->parts_begin(sink, PARTS, NULL), MAG_OK);
    for (unsigned i = 0; i < PARTS; i++)
        assert_int_equal(sink->ops->part_new(sink, &parts[i], NULL), MAG_OK);
    for (unsigned line = 0; line < ROWS;) {
        for (unsigned i = PARTS; i-- > 0;) {
            for (unsigned k = 0; k < PART_ROWS && line + i * PART_ROWS + k < ROWS; k++)
                put_reject(parts[i], line + i * PART_ROWS + k);
            assert_int_equal(parts[i]->ops->part_pack(parts[i], i, NULL), MAG_OK);
        }
        for (unsigned i = 0; i < PARTS; i++, line += PART_ROWS)
            assert_int_equal(sink->ops->part_write(sink, parts[i], NULL), MAG_OK);
        for (unsigned k = 0; k < 3 && line < ROWS; k++)
            put_reject(sink, line++);
    }
    for (unsigned i = 0; i < PARTS; i++)
        parts[i]->ops->free(parts[i]);
}

static void rows_of_parts_stand_in_the_order_in_which_parts_are_written(void **state) {
    place *at = *state;
    static char got[TABLE_NBYTES], row[128];
    write_in_parts(at);
    assert_int_equal(at->sink->ops->publish(at->sink, mag_span_of("{}\n"), NULL), MAG_OK);
    at->sink->ops->free(at->sink);
    const char *rest = got;
    read_table(at, at->dir, "rejects.csv.gz", got);
    for (unsigned line = 0; line <= ROWS; line++) {
        snprintf(row, sizeof row, "\nlims|labs.csv|%u|value|num.decimal_comma|", line - 1);
        if (line == 0)
            snprintf(row, sizeof row, "source|file|line|column|reason|detail");
        assert_int_equal(strncmp(rest, row, strlen(row)), 0);
        rest += strlen(row);
    }
    assert_string_equal(rest, "");
    assert_int_equal(at->account.used_nbytes, 0);
}

static void parts_of_a_run_that_is_not_ended_leave_nothing(void **state) {
    place *at = *state;
    struct stat facts;
    write_in_parts(at);
    at->sink->ops->free(at->sink);
    assert_int_not_equal(stat(at->dir, &facts), 0);
    assert_int_equal(at->account.used_nbytes, 0);
}

static void leaves_nothing_behind_when_it_is_not_ended(void **state) {
    place *at = *state;
    char command[256];
    put_all(at);
    at->sink->ops->free(at->sink);
    snprintf(command, sizeof command, "test -z \"$(ls -A '%s')\"", at->folder);
    assert_int_equal(system(command), 0);
    assert_int_equal(at->account.used_nbytes, 0);
}

static void P_09_finds_a_missing_parent_at_once(void **state) {
    place *at = *state;
    char dir[256];
    mag_sink *sink = NULL;
    mag_error error = {0};
    snprintf(dir, sizeof dir, "%s/absent/out", at->folder);
    assert_int_equal(mag_sink_csv_directory_new(&sink, dir, false, &at->account, &error),
                     MAG_E_USAGE);
    assert_int_equal(error.message, MAG_MSG_P405);
    at->sink->ops->free(at->sink);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(S_11_writes_the_columns_of_the_contract_and_guards_cells,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(S_09_writes_private_files_in_a_private_directory, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(publishes_every_table_even_if_it_has_no_rows, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(holds_a_whole_result_beside_the_visible_one, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(keeps_only_the_record_and_rejects_of_a_failed_run, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(leaves_nothing_behind_when_it_is_not_ended, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(rows_of_parts_stand_in_the_order_in_which_parts_are_written,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(parts_of_a_run_that_is_not_ended_leave_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(P_09_finds_a_missing_parent_at_once, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
