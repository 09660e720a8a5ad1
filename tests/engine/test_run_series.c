/* Every T of a series against a run of its own at that T: two programs' worth of output, compared
   byte for byte. The cohort is made so that nearly everything depends on T. */
#include "base/text.h"
#include "engine/result_table.h"

enum { PEOPLE = 120, LINE_LIMIT = 12000, TIME_COUNT = 4 };
static const char *const TIMES[TIME_COUNT] = {"2025-01-31", "2025-02-28", "2025-03-31",
                                              "2025-04-30"};
static const char SERIES[] = "2025-01-31..2025-04-30/month";

/* --- the cohort ----------------------------------------------------------------------------------
 */

typedef struct lines {
    char *text[LINE_LIMIT];
    size_t count;
} lines;

static void put(lines *to, const char *format, ...) {
    char line[256];
    va_list values;
    va_start(values, format);
    vsnprintf(line, sizeof line, format, values);
    va_end(values);
    assert_true(to->count < LINE_LIMIT);
    to->text[to->count++] = strdup(line);
}

/* Writes and forgets; shuffled if there is a seed. */
static void write_lines(const run_fixture *at, const char *name, const char *header, lines *from,
                        uint64_t seed) {
    FILE *file = fixture_open(at, name);
    fprintf(file, "%s\n", header);
    for (size_t i = from->count; seed != 0 && i > 1; i--) {
        size_t other = test_random(&seed) % i;
        char *kept = from->text[i - 1];
        from->text[i - 1] = from->text[other];
        from->text[other] = kept;
    }
    for (size_t i = 0; i < from->count; i++) {
        fprintf(file, "%s\n", from->text[i]);
        free(from->text[i]);
    }
    from->count = 0;
    fclose(file);
}

/* Some come of age, some die, between the times. */
static void put_people(lines *to) {
    for (unsigned i = 0; i < PEOPLE; i++)
        put(to, "P%03u,%s,%s,%s,%s,%u,170,2025-0%u-10", i, i % 3 == 0 ? "F" : "M",
            i % 10 == 0   ? "2007-02-14"
            : i % 10 == 1 ? "1940-03-15"
                          : "1955-06-15",
            i % 15 == 4 ? "2025-03-09" : "", i % 4 == 0 ? "North" : "South", 55 + i % 40,
            1 + i % 4);
}

/* Results fall out of the three years of history, come in, come twice and in two editions. */
static void put_results(lines *to) {
    for (unsigned i = 0; i < PEOPLE; i++) {
        put(to, "P%03u,14682-9,%u,umol/L,2022-0%u-15T08:00,,", i, 60 + 7 * (i % 50), 1 + i % 4);
        put(to, "P%03u,2601-3,0.%02u,mmol/L,2022-02-1%uT08:00,,", i, 50 + i % 50, i % 10);
        for (unsigned month = 1; month <= 5; month++) {
            unsigned day = 1 + (i * 7 + month) % 28;
            put(to, "P%03u,14682-9,%u,umol/L,2025-%02u-%02uT08:00,,", i,
                60 + (i * 31 + month * 97) % 350, month, day);
            put(to, "P%03u,2601-3,0.%02u,mmol/L,2025-%02u-%02uT08:00,,", i,
                40 + (i * 13 + month * 29) % 60, month, day);
            put(to, "P%03u,2823-3,%u.%u,mmol/L,2025-%02u-%02uT08:00,R%u-%u,1", i,
                2 + (i + month) % 4, i % 10, month, day, i, month);
            if (i % 3 == 0)
                put(to, "P%03u,2823-3,%u.%u,mmol/L,2025-%02u-%02uT09:00,R%u-%u,2", i,
                    3 + (i + month) % 4, i % 10, month, day, i, month);
            if (i % 5 == 0)
                put(to, "P%03u,2601-3,0.%02u,mmol/L,2025-%02u-%02uT08:00,,", i,
                    40 + (i * 13 + month * 29) % 60, month, day);
            if (i % 6 == 0)
                put(to, "P%03u,2951-2,%u,mmol/L,2025-%02u-%02uT08:00,,", i,
                    month % 2 == 0 ? 170 : 138, month, month % 2 == 0 ? 1 : 28);
        }
    }
}

/* Until March nearly every number fits mmol/L, from then on mg/dL: the unit of the source is known
   at the first times and not at the last. */
static void put_results_without_unit(lines *to) {
    for (unsigned i = 0; i < 3 * PEOPLE; i++)
        put(to, "P%03u,2601-3,0.%02u,,2025-01-%02uT1%u:00,,", i % PEOPLE, 75 + i % 15, 1 + i % 28,
            i % 10);
    for (unsigned i = 0; i < 6 * PEOPLE; i++)
        put(to, "P%03u,2601-3,2.%02u,,2025-03-%02uT1%u:00,,", i % PEOPLE, i % 15, 1 + i % 28,
            i % 10);
}

static void put_prescriptions(lines *to) {
    for (unsigned i = 0; i < PEOPLE; i++) {
        unsigned month = 1 + i % 5;
        if (i % 2 == 0)
            put(to, "P%03u,A12CC04,magnesium citrate,2025-%02u-03,2025-%02u-20,order,400,mg,2,PO",
                i, month, month + 1);
        if (i % 3 == 0)
            put(to, "P%03u,A02BC01,omeprazole,2024-0%u-20,,order,20,mg,1,PO", i, 1 + i % 5);
        if (i % 4 == 0)
            put(to, "P%03u,C03CA01,furosemide,2025-0%u-20,2025-12-31,order,40,mg,1,PO", i, month);
        if (i % 7 == 0)
            put(to, "P%03u,C01AA05,digoxin,2025-01-20,2025-0%u-25,order,125,ug,1,PO", i, month);
    }
}

static void write_cohort(const run_fixture *at, bool has_unlabelled, uint64_t seed) {
    static lines all; /* large */
    put_people(&all);
    write_lines(at, "patients.csv",
                "patient_id,sex,birth,died_on,site,weight_kg,height_cm,measured_on", &all, seed);
    put_results(&all);
    if (has_unlabelled)
        put_results_without_unit(&all);
    write_lines(at, "labs.csv", "patient_id,code,value,unit,collected_at,result_id,version", &all,
                seed);
    put_prescriptions(&all);
    write_lines(at, "prescriptions.csv",
                "patient_id,drug_code,drug_name,start,stop,kind,dose,dose_unit,doses_per_day,route",
                &all, seed);
    for (unsigned i = 0; i < PEOPLE; i++)
        put(&all, "P%03u,%s,S%u", i, i % 2 == 0 ? "K50.9" : "I50.9", i);
    write_lines(at, "conditions.csv", "patient_id,code,stay_id", &all, seed);
    for (unsigned i = 0; i < PEOPLE; i++)
        put(&all, "P%03u,S%u,2025-0%u-02T10:00,2025-0%u-12T10:00", i, i, 1 + i % 5, 1 + i % 5);
    write_lines(at, "stays.csv", "patient_id,stay_id,from,until", &all, seed);
}

/* --- runs ----------------------------------------------------------------------------------------
 */

static int setup(void **state) {
    static run_fixture at;
    fixture_begin(&at);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    fixture_end(*state);
    return 0;
}

static void run(run_fixture *at, const char *as_of, const char *series) {
    at->as_of = as_of;
    at->series = series;
    if (fixture_run(at) != MAG_OK)
        fail_msg("%s: %s", series == NULL ? as_of : series, at->error.text);
}

/* A table of the last run, inflated; free it. */
static char *read_text(const run_fixture *at, const char *name) {
    char path[256];
    size_t nbytes;
    snprintf(path, sizeof path, "%s%s/%s", at->out, at->report->end == MAG_RUN_HELD ? ".held" : "",
             name);
    return result_text(path, &nbytes);
}

/* Everything behind the header that begins with the prefix, or all of it; free it. */
static char *cut_rows(const char *text, const char *prefix) {
    char *rows = calloc(strlen(text) + 1, 1), *to = rows;
    assert_non_null(rows);
    for (const char *line = strchr(text, '\n') + 1; *line != '\0';) {
        size_t nbytes = strcspn(line, "\n") + 1;
        if (prefix == NULL || strncmp(line, prefix, strlen(prefix)) == 0) {
            memcpy(to, line, nbytes);
            to += nbytes;
        }
        line += nbytes;
    }
    return rows;
}

static void must_hold_the_rows_of(const char *whole, run_fixture *at, const char *as_of) {
    char prefix[16];
    char *text = read_text(at, "summary.csv");
    char *single = cut_rows(text, NULL);
    snprintf(prefix, sizeof prefix, "%s,", as_of);
    char *part = cut_rows(whole, prefix);
    assert_true(strlen(single) > 1000);
    if (strcmp(part, single) != 0)
        fail_msg("the series says something else of %s", as_of);
    free(part);
    free(single);
    free(text);
}

static mag_gate_colour colour_of(const mag_run_report *report) {
    return report->end != MAG_RUN_PUBLISHED ? MAG_RED
           : report->has_warnings           ? MAG_AMBER
                                            : MAG_GREEN;
}

static void must_be_the_point(const mag_series_point *point, const mag_run_report *single) {
    uint64_t cannot_tell = 0;
    for (size_t i = 0; i < single->rule_totals_count; i++)
        cannot_tell += single->rules[i].cannot_tell;
    assert_string_equal(point->as_of, single->as_of);
    assert_int_equal(point->screened_count, single->screened_count);
    assert_int_equal(point->flagged_patient_count, single->flagged_patient_count);
    assert_int_equal(point->hidden_count, single->hidden_count);
    assert_int_equal(point->cannot_tell_count, cannot_tell);
    assert_memory_equal(point->visible_by_severity, single->visible_by_severity,
                        sizeof point->visible_by_severity);
    assert_int_equal(point->colour, colour_of(single));
}

static size_t row_count(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += *text == '\n';
    return count;
}

/* The series, then a run at each of its times. */
static void compare_with_single_runs(run_fixture *at) {
    static const char *const of_the_last[] = {"flags.csv.gz", "cannot_tell.csv.gz",
                                              "lab_summary.csv", "rejects.csv.gz"};
    char *last[4];
    size_t rows = 1;
    run(at, NULL, SERIES);
    const mag_run_report *series = at->report;
    assert_int_equal(series->point_count, TIME_COUNT);
    char *whole = read_text(at, "summary.csv");
    for (size_t i = 0; i < 4; i++)
        last[i] = read_text(at, of_the_last[i]);
    for (size_t i = 0; i < TIME_COUNT; i++) {
        run(at, TIMES[i], NULL);
        must_hold_the_rows_of(whole, at, TIMES[i]);
        must_be_the_point(&series->points[i], at->report);
        char *text = read_text(at, "summary.csv");
        rows += row_count(text) - 1;
        free(text);
    }
    assert_int_equal(row_count(whole), rows);
    assert_string_equal(series->as_of, TIMES[TIME_COUNT - 1]);
    assert_string_equal(series->result_sha256, at->report->result_sha256);
    for (size_t i = 0; i < 4; i++) {
        char *text = read_text(at, of_the_last[i]);
        assert_string_equal(last[i], text);
        free(text);
        free(last[i]);
    }
    free(whole);
}

/* --- tests ---------------------------------------------------------------------------------------
 */

static void each_time_is_a_single_run_at_that_time(void **state) {
    run_fixture *at = *state;
    write_cohort(at, false, 0);
    compare_with_single_runs(at);
    assert_true(at->report->flagged_patient_count > 10);
}

static void each_time_infers_units_from_what_it_sees(void **state) {
    run_fixture *at = *state;
    write_cohort(at, true, 0);
    compare_with_single_runs(at);
    run(at, NULL, SERIES);
    assert_int_not_equal(at->report->points[1].colour, MAG_RED);
    assert_int_equal(at->report->points[TIME_COUNT - 1].colour, MAG_RED);
    assert_int_equal(at->report->end, MAG_RUN_HELD);
}

static void threads_and_order_of_rows_change_nothing(void **state) {
    run_fixture *at = *state;
    char first[2][MAG_SHA256_HEX_NBYTES];
    char *text[2];
    for (unsigned i = 0; i < 2; i++) {
        write_cohort(at, true, i == 0 ? 0 : 77);
        at->thread_count = 1 + (int)i;
        run(at, NULL, SERIES);
        strcpy(first[i], at->report->series_sha256);
        text[i] = read_text(at, "summary.csv");
    }
    at->thread_count = 1;
    assert_string_equal(first[0], first[1]);
    assert_string_equal(text[0], text[1]);
    free(text[0]);
    free(text[1]);
}

/* A single run at the first time would be held: no result is as old as that. */
static void the_worst_time_decides_and_is_named(void **state) {
    run_fixture *at = *state;
    write_cohort(at, false, 0);
    run(at, NULL, "2021-12-31..2025-12-31/month");
    assert_int_equal(at->report->end, MAG_RUN_HELD);
    assert_int_equal(at->report->exit_code, 4);
    assert_int_equal(at->report->points[0].colour, MAG_RED);
    assert_int_not_equal(at->report->points[48].colour, MAG_RED);
    bool is_named = false;
    for (size_t i = 0; i < at->report->verdict_count; i++) {
        const mag_gate_verdict *verdict = &at->report->verdicts[i];
        if (strcmp(verdict->gate, "nothing_used") == 0 && strcmp(verdict->source, "labs") == 0) {
            assert_string_equal(verdict->as_of, "2021-12-31");
            is_named = true;
        }
    }
    assert_true(is_named);
}

static void the_digest_of_the_series_is_of_all_its_summary_rows(void **state) {
    run_fixture *at = *state;
    char wanted[65], line[512];
    mag_text text;
    write_cohort(at, false, 0);
    run(at, NULL, SERIES);
    result_table table = result_read(at, "", "summary.csv");
    char **sorted = calloc(table.row_count, sizeof *sorted);
    for (size_t i = 0; i < table.row_count; i++) {
        static const char *const columns[] = {"as_of", "rule_id",     "stratum",
                                              "level", "eligible",    "flagged",
                                              "clear", "cannot_tell", "hidden"};
        size_t used = (size_t)snprintf(line, sizeof line, "S");
        for (size_t k = 0; k < 9; k++)
            used += (size_t)snprintf(line + used, sizeof line - used, "\t%s",
                                     result_cell(&table, i, columns[k]));
        snprintf(line + used, sizeof line - used, "\n");
        sorted[i] = strdup(line);
        for (size_t k = i; k > 0 && strcmp(sorted[k], sorted[k - 1]) < 0; k--) {
            char *kept = sorted[k];
            sorted[k] = sorted[k - 1];
            sorted[k - 1] = kept;
        }
    }
    mag_text_init(&text, &at->account);
    for (size_t i = 0; i < table.row_count; i++) {
        mag_text_add_text(&text, sorted[i]);
        free(sorted[i]);
    }
    free(sorted);
    result_sha256(text.at, text.nbytes, wanted);
    assert_string_equal(at->report->series_sha256, wanted);
    mag_text_done(&text);
    result_done(&table);
}

static void a_changed_summary_of_any_time_is_noticed(void **state) {
    static const char *const changes[] = {
        "sed -i '2s/,[0-9]*,,/,9999,,/' summary.csv", "sed -i '/^2025-02-28,/d' summary.csv",
        "sed -i 's/^2025-01-31,/2025-01-30,/' summary.csv", "sed -i '$d' summary.csv",
        "sed -i 's/\"summary_sha256\": \"./\"summary_sha256\": \"x/' run.json"};
    run_fixture *at = *state;
    char command[400];
    mag_verification found;
    write_cohort(at, false, 0);
    run(at, NULL, SERIES);
    snprintf(command, sizeof command, "rm -rf '%s/copy'; cp -r '%s' '%s/copy'", at->folder, at->out,
             at->folder);
    assert_int_equal(system(command), 0);
    for (size_t i = 0; i <= sizeof changes / sizeof changes[0]; i++) {
        assert_int_equal(
            mag_verify_directory(at->out, &at->account, NULL, NULL, &found, &at->error), MAG_OK);
        assert_true(found.is_same);
        assert_string_equal(found.series_computed, at->report->series_sha256);
        if (i == sizeof changes / sizeof changes[0])
            break;
        snprintf(command, sizeof command, "cd '%s' && %s", at->out, changes[i]);
        assert_int_equal(system(command), 0);
        assert_int_equal(
            mag_verify_directory(at->out, &at->account, NULL, NULL, &found, &at->error), MAG_OK);
        if (found.is_same)
            fail_msg("not noticed: %s", changes[i]);
        snprintf(command, sizeof command, "cp '%s'/copy/* '%s'", at->folder, at->out);
        assert_int_equal(system(command), 0);
    }
}

static void a_time_beyond_the_data_is_refused(void **state) {
    run_fixture *at = *state;
    write_cohort(at, false, 0);
    at->series = "2025-01-31..2199-12-31/month";
    assert_int_equal(fixture_run(at), MAG_E_USAGE);
    at->series = "2150-01-31..2199-12-31/month";
    assert_int_equal(fixture_run(at), MAG_E_USAGE);
    assert_non_null(strstr(at->error.text, "after the data can reach"));
    assert_false(fixture_has(at, "", "run.json") && at->report != NULL &&
                 at->report->end == MAG_RUN_PUBLISHED && at->report->point_count > 4);
}

/* Between two times of the series, and inside one: nothing is left and all memory is given back
   (teardown looks). */
static void stops_between_and_inside_times(void **state) {
    run_fixture *at = *state;
    write_cohort(at, false, 0);
    for (unsigned call = 1; call < 60; call += 7) {
        at->stop_at = call;
        at->series = SERIES;
        assert_int_equal(fixture_run(at), MAG_E_INTERRUPTED);
    }
    at->stop_at = 0;
}

static void says_so_where_memory_does_not_hold_two_copies(void **state) {
    run_fixture *at = *state;
    unsigned failed = 0, done = 0;
    write_cohort(at, false, 0);
    at->series = SERIES;
    for (size_t nbytes = 100000; nbytes < 40000000; nbytes = nbytes * 3 / 2) {
        at->run_limit_nbytes = nbytes;
        mag_status status = fixture_run(at);
        assert_true(status == MAG_OK || status == MAG_E_RESOURCE);
        failed += status != MAG_OK;
        done += status == MAG_OK;
    }
    at->run_limit_nbytes = 0;
    assert_true(failed > 3 && done > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_time_is_a_single_run_at_that_time, setup, teardown),
        cmocka_unit_test_setup_teardown(each_time_infers_units_from_what_it_sees, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_and_order_of_rows_change_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(the_worst_time_decides_and_is_named, setup, teardown),
        cmocka_unit_test_setup_teardown(the_digest_of_the_series_is_of_all_its_summary_rows, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_changed_summary_of_any_time_is_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_time_beyond_the_data_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(stops_between_and_inside_times, setup, teardown),
        cmocka_unit_test_setup_teardown(says_so_where_memory_does_not_hold_two_copies, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
