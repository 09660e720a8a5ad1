/* What was published, taken apart again with code of the test's own: digest, flag ids, order,
   totals, strata, and evidence. */
#include "engine/result_record.h"

#include <math.h>

typedef struct world {
    run_fixture run;
    json_t *record;
    result_table flags, unknown, summary, labs;
} world;

static void open_world(world *at, uint64_t seed) {
    fixture_begin(&at->run);
    fixture_write(&at->run, seed);
    fixture_append(&at->run, "patients.csv",
                   "=id,F,1950-06-15,@site,60,160,2025-06-01\n"
                   "\xc3\xa9t\xc3\xa9,M,1940-06-15,,60,160,2025-06-01\n"
                   "\"P1,x\",F,1950-06-15,\"a \"\"b\"\"\",60,160,\n");
    fixture_append(&at->run, "labs.csv",
                   "=id,2601-3,0.31,mmol/L,2025-12-03T08:00\n"
                   "\xc3\xa9t\xc3\xa9,2601-3,0.41,mmol/L,2025-12-03T08:00\n"
                   "\"P1,x\",2601-3,<0.90,mmol/L,2025-12-03T08:00\n"
                   "\"P1,x\",19123-9,1.6,mg/dL,2025-12-02T08:00\n");
    if (fixture_run(&at->run) != MAG_OK)
        fail_msg("%s", at->run.error.text);
    at->record = result_record(&at->run, "");
    at->flags = result_read(&at->run, "", "flags.csv.gz");
    at->unknown = result_read(&at->run, "", "cannot_tell.csv.gz");
    at->summary = result_read(&at->run, "", "summary.csv");
    at->labs = result_read(&at->run, "", "lab_summary.csv");
}

static void close_world(world *at) {
    json_decref(at->record);
    result_done(&at->flags);
    result_done(&at->unknown);
    result_done(&at->summary);
    result_done(&at->labs);
    fixture_end(&at->run);
}

static int setup(void **state) {
    static world at;
    open_world(&at, 42);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    close_world(*state);
    return 0;
}

/* --- the digest ------------------------------------------------------------------------------ */

typedef struct line_list {
    char **lines;
    size_t count, nbytes;
} line_list;

static void add_line(line_list *list, const char *kind, const char *const *fields, size_t count) {
    char *line = malloc(65536);
    assert_non_null(line);
    size_t used = (size_t)sprintf(line, "%s", kind);
    for (size_t i = 0; i < count; i++)
        used += (size_t)snprintf(line + used, 65536 - used, "\t%s", fields[i]);
    assert_true(used < 65536);
    list->lines = realloc(list->lines, (list->count + 1) * sizeof *list->lines);
    assert_non_null(list->lines);
    list->lines[list->count++] = line;
    list->nbytes += used + 1;
}

static void add_table(line_list *list, const char *kind, const result_table *table,
                      const char *const *columns, size_t count) {
    for (size_t row = 0; row < table->row_count; row++) {
        const char *fields[32];
        for (size_t i = 0; i < count; i++)
            fields[i] = result_cell(table, row, columns[i]);
        add_line(list, kind, fields, count);
    }
}

/* F: `hidden_by` or '-', and the facts as the evidence states them. */
static void add_flags(line_list *list, const result_table *flags) {
    for (size_t row = 0; row < flags->row_count; row++) {
        json_error_t error;
        json_t *evidence = json_loads(result_cell(flags, row, "evidence"), 0, &error);
        const char *hidden_by = result_cell(flags, row, "hidden_by");
        assert_non_null(evidence);
        const char *const fields[] = {
            result_cell(flags, row, "patient_id"),  result_cell(flags, row, "rule_id"),
            result_cell(flags, row, "as_of"),       result_cell(flags, row, "severity"),
            hidden_by[0] == '\0' ? "-" : hidden_by, record_text(evidence, "digest")};
        add_line(list, "F", fields, 6);
        json_decref(evidence);
    }
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void hash_lines(line_list *list, char hex[65]) {
    char *text = malloc(list->nbytes + 1), *to = text;
    assert_non_null(text);
    qsort(list->lines, list->count, sizeof *list->lines, by_bytes);
    for (size_t i = 0; i < list->count; i++) {
        to += sprintf(to, "%s\n", list->lines[i]);
        free(list->lines[i]);
    }
    result_sha256(text, list->nbytes, hex);
    free(list->lines);
    free(text);
}

static void the_result_hash_follows_from_the_four_tables_and_the_header(void **state) {
    static const char *const analytes[] = {
        "analyte",  "unit",        "results",     "patients",   "missing_patients",
        "censored", "implausible", "text",        "min",        "p1",
        "p5",       "p25",         "p50",         "p75",        "p95",
        "p99",      "max",         "below_range", "above_range"};
    static const char *const unknowns[] = {"patient_id", "rule_id", "as_of", "reasons"};
    static const char *const summaries[] = {"as_of", "rule_id",     "stratum",
                                            "level", "eligible",    "flagged",
                                            "clear", "cannot_tell", "hidden"};
    world *at = *state;
    line_list list = {0};
    char hex[65];
    const char *header = record_text(at->record, "digest_header");
    add_line(&list, "H", &header, 1);
    add_flags(&list, &at->flags);
    add_table(&list, "C", &at->unknown, unknowns, 4);
    add_table(&list, "S", &at->summary, summaries, 9);
    add_table(&list, "A", &at->labs, analytes, 19);
    assert_true(list.count > 300);
    hash_lines(&list, hex);
    assert_string_equal(record_text(at->record, "result_sha256"), hex);
    assert_string_equal(at->run.report->result_sha256, hex);
}

/* --- rows ------------------------------------------------------------------------------------ */

static void flag_ids_are_hashes_of_patient_rule_and_first_sight(void **state) {
    world *at = *state;
    assert_true(at->flags.row_count > 50);
    for (size_t row = 0; row < at->flags.row_count; row++) {
        char text[256], hex[65], expected[64];
        const char *rule = result_cell(&at->flags, row, "rule_id");
        int nbytes =
            snprintf(text, sizeof text, "%s%c%s%c%s", result_cell(&at->flags, row, "patient_id"), 0,
                     rule, 0, result_cell(&at->flags, row, "as_of"));
        result_sha256(text, (size_t)nbytes, hex);
        snprintf(expected, sizeof expected, "%s-%.12s", rule, hex);
        assert_string_equal(result_cell(&at->flags, row, "flag_id"), expected);
    }
}

static void check_order(const result_table *table) {
    for (size_t row = 1; row < table->row_count; row++) {
        int order = strcmp(result_cell(table, row - 1, "patient_id"),
                           result_cell(table, row, "patient_id"));
        if (order == 0)
            order =
                strcmp(result_cell(table, row - 1, "rule_id"), result_cell(table, row, "rule_id"));
        assert_true(order < 0);
    }
}

static void rows_stand_in_the_order_of_patient_and_rule(void **state) {
    world *at = *state;
    check_order(&at->flags);
    check_order(&at->unknown);
    assert_string_equal(result_cell(&at->flags, 0, "patient_id"), "=id");
    assert_string_equal(result_cell(&at->flags, at->flags.row_count - 1, "patient_id"),
                        "\xc3\xa9t\xc3\xa9");
    assert_true(result_rows_with(&at->unknown, "patient_id", "P1,x", NULL) > 0);
}

static void every_flag_is_new_dated_and_titled(void **state) {
    world *at = *state;
    for (size_t row = 0; row < at->flags.row_count; row++) {
        const mag_run_report *report = at->run.report;
        const char *rule = result_cell(&at->flags, row, "rule_id");
        size_t i = 0;
        while (i < report->rule_totals_count && strcmp(report->rules[i].rule_id, rule) != 0)
            i++;
        assert_true(i < report->rule_totals_count);
        assert_string_equal(result_cell(&at->flags, row, "title"), report->rules[i].title);
        assert_string_equal(result_cell(&at->flags, row, "state"), "new");
        assert_string_equal(result_cell(&at->flags, row, "as_of"), "2025-12-31");
        assert_string_equal(result_cell(&at->flags, row, "rule_version"), report->pack_version);
    }
}

/* A hidden flag is hidden by a visible one of the same patient, or by one that is itself hidden. */
static void what_hides_a_flag_is_a_flag_of_the_same_patient(void **state) {
    world *at = *state;
    size_t hidden = 0;
    for (size_t row = 0; row < at->flags.row_count; row++) {
        const char *by = result_cell(&at->flags, row, "hidden_by");
        if (by[0] == '\0')
            continue;
        hidden++;
        assert_int_equal(result_rows_with(&at->flags, "patient_id",
                                          result_cell(&at->flags, row, "patient_id"), "rule_id", by,
                                          NULL),
                         1);
    }
    assert_true(hidden > 0);
    assert_int_equal(hidden, record_count(at->record, "flags_hidden"));
}

/* --- totals ---------------------------------------------------------------------------------- */

static const char *const SEVERITIES[] = {"critical", "high", "moderate", "low", "info"};

static void totals_of_run_json_are_the_rows_of_the_tables(void **state) {
    world *at = *state;
    size_t i;
    json_t *rule;
    json_array_foreach(record_at(at->record, "rules"), i, rule) {
        const char *id = record_text(rule, "id");
        size_t flagged = result_rows_with(&at->flags, "rule_id", id, NULL);
        size_t visible = result_rows_with(&at->flags, "rule_id", id, "hidden_by", "", NULL);
        assert_int_equal(record_count(rule, "flagged"), flagged);
        assert_int_equal(record_count(rule, "hidden"), flagged - visible);
        assert_int_equal(record_count(rule, "cannot_tell"),
                         result_rows_with(&at->unknown, "rule_id", id, NULL));
        assert_int_equal(record_count(rule, "eligible"), record_count(rule, "flagged") +
                                                             record_count(rule, "clear") +
                                                             record_count(rule, "cannot_tell"));
        for (size_t k = 0; k < 5; k++)
            assert_int_equal(record_count(record_at(rule, "visible_by_severity"), SEVERITIES[k]),
                             result_rows_with(&at->flags, "rule_id", id, "severity", SEVERITIES[k],
                                              "hidden_by", "", NULL));
        if (record_text(rule, "not_evaluated")[0] != '\0') /* the run has no conditions */
            assert_int_equal(record_count(rule, "eligible"), 0);
        assert_string_equal(record_text(rule, "status"), "active");
    }
    assert_true(i >= 34);
    for (size_t k = 0; k < 5; k++)
        assert_int_equal(
            record_count(record_at(at->record, "flags_by_severity"), SEVERITIES[k]),
            result_rows_with(&at->flags, "severity", SEVERITIES[k], "hidden_by", "", NULL));
}

/* A reason stands in a list, "missing,stale"; names are no parts of each other's. */
static size_t rows_with_reason(const result_table *unknown, const char *rule, const char *reason) {
    size_t found = 0;
    for (size_t row = 0; row < unknown->row_count; row++) {
        char list[160], wanted[64];
        snprintf(list, sizeof list, ",%s,", result_cell(unknown, row, "reasons"));
        snprintf(wanted, sizeof wanted, ",%s,", reason);
        found +=
            strcmp(result_cell(unknown, row, "rule_id"), rule) == 0 && strstr(list, wanted) != NULL;
    }
    return found;
}

static void reasons_of_run_json_are_those_of_the_rows(void **state) {
    world *at = *state;
    size_t i, seen = 0;
    json_t *rule, *count;
    const char *reason;
    json_array_foreach(record_at(at->record, "rules"), i, rule) {
        json_object_foreach(record_at(rule, "cannot_tell_by_reason"), reason, count) {
            assert_int_equal(json_integer_value(count),
                             rows_with_reason(&at->unknown, record_text(rule, "id"), reason));
            seen += (size_t)json_integer_value(count);
        }
    }
    assert_true(seen >= at->unknown.row_count);
    assert_true(at->unknown.row_count > 10);
    for (size_t row = 0; row < at->unknown.row_count; row++) {
        assert_true(result_cell(&at->unknown, row, "reasons")[0] != '\0');
        assert_true(result_cell(&at->unknown, row, "detail")[0] != '\0');
    }
}

static void flagged_patients_are_those_with_a_visible_flag(void **state) {
    world *at = *state;
    const char *last = "";
    size_t patients = 0;
    for (size_t row = 0; row < at->flags.row_count; row++) {
        const char *id = result_cell(&at->flags, row, "patient_id");
        if (result_cell(&at->flags, row, "hidden_by")[0] != '\0' || strcmp(id, last) == 0)
            continue;
        last = id;
        patients++;
    }
    assert_int_equal(record_count(at->record, "patients.flagged"), patients);
    assert_int_equal(at->run.report->flagged_patient_count, patients);
}

/* --- the summary ----------------------------------------------------------------------------- */

static const char *const COUNTS[] = {"eligible", "flagged", "clear", "cannot_tell", "hidden"};
static const char *const STRATA[] = {"all", "sex", "age_band", "renal_stage", "site"};

static uint64_t stratum_sum(const result_table *summary, const char *rule, const char *stratum,
                            const char *column) {
    uint64_t sum = 0;
    for (size_t row = 0; row < summary->row_count; row++)
        if (strcmp(result_cell(summary, row, "rule_id"), rule) == 0 &&
            strcmp(result_cell(summary, row, "stratum"), stratum) == 0)
            sum += result_count(summary, row, column);
    return sum;
}

static void every_stratum_of_every_rule_sums_to_run_json(void **state) {
    world *at = *state;
    size_t i;
    json_t *rule;
    json_array_foreach(record_at(at->record, "rules"), i, rule) {
        for (size_t stratum = 0; stratum < 5; stratum++)
            for (size_t column = 0; column < 5; column++)
                assert_int_equal(stratum_sum(&at->summary, record_text(rule, "id"), STRATA[stratum],
                                             COUNTS[column]),
                                 record_count(rule, COUNTS[column]));
    }
}

static const char *site_of(const result_table *patients, const char *id) {
    for (size_t row = 0; row < patients->row_count; row++)
        if (strcmp(result_cell(patients, row, "patient_id"), id) == 0) {
            const char *site = result_cell(patients, row, "site");
            return site[0] == '\0' ? "unknown" : site;
        }
    fail_msg("%s is not in the roster", id);
    return "";
}

/* Sex and site straight from the roster's file, flags and cannot_tell straight from the tables. */
static void levels_count_the_patients_that_the_roster_puts_there(void **state) {
    static const char *const sites[] = {"North", "South", "unknown", "@site", "a \"b\""};
    world *at = *state;
    char path[128];
    size_t nbytes;
    snprintf(path, sizeof path, "%s/patients.csv", at->run.data);
    result_table patients = result_parse(result_text(path, &nbytes));
    for (size_t k = 0; k < 5; k++) {
        uint64_t flagged = 0, unknown = 0, summed_flags = 0, summed_unknown = 0;
        for (size_t row = 0; row < at->flags.row_count; row++)
            flagged += strcmp(site_of(&patients, result_cell(&at->flags, row, "patient_id")),
                              sites[k]) == 0;
        for (size_t row = 0; row < at->unknown.row_count; row++)
            unknown += strcmp(site_of(&patients, result_cell(&at->unknown, row, "patient_id")),
                              sites[k]) == 0;
        for (size_t row = 0; row < at->summary.row_count; row++) {
            if (strcmp(result_cell(&at->summary, row, "stratum"), "site") != 0 ||
                strcmp(result_cell(&at->summary, row, "level"), sites[k]) != 0)
                continue;
            summed_flags += result_count(&at->summary, row, "flagged");
            summed_unknown += result_count(&at->summary, row, "cannot_tell");
        }
        assert_int_equal(summed_flags, flagged);
        assert_int_equal(summed_unknown, unknown);
        assert_true(flagged + unknown > 0);
    }
    result_done(&patients);
}

/* Wilson's lower end by bisection of his equation, not by the closed form: below it the share is
   more than z standard errors away. */
static double score_low(double share, double n) {
    double low = 0, high = share;
    for (unsigned i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        if (share - middle > 1.959964 * sqrt(middle * (1 - middle) / n))
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void check_interval(const result_table *summary, size_t row) {
    double flagged = (double)result_count(summary, row, "flagged");
    double n = flagged + (double)result_count(summary, row, "clear");
    if (n == 0) {
        assert_string_equal(result_cell(summary, row, "rate"), "");
        assert_string_equal(result_cell(summary, row, "ci_low"), "");
        assert_string_equal(result_cell(summary, row, "ci_high"), "");
        return;
    }
    double share = flagged / n;
    double low = flagged == 0 ? 0 : score_low(share, n);
    double high = flagged == n ? 1 : 1 - score_low(1 - share, n);
    assert_int_equal(strlen(result_cell(summary, row, "rate")), 8); /* 0.dddddd */
    assert_true(fabs(strtod(result_cell(summary, row, "rate"), NULL) - share) < 5.1e-7);
    assert_true(fabs(strtod(result_cell(summary, row, "ci_low"), NULL) - low) < 5.1e-7);
    assert_true(fabs(strtod(result_cell(summary, row, "ci_high"), NULL) - high) < 5.1e-7);
}

static void every_line_of_the_summary_adds_up_and_has_its_interval(void **state) {
    world *at = *state;
    size_t with_rate = 0;
    for (size_t row = 0; row < at->summary.row_count; row++) {
        assert_int_equal(result_count(&at->summary, row, "eligible"),
                         result_count(&at->summary, row, "flagged") +
                             result_count(&at->summary, row, "clear") +
                             result_count(&at->summary, row, "cannot_tell"));
        assert_true(result_count(&at->summary, row, "hidden") <=
                    result_count(&at->summary, row, "flagged"));
        check_interval(&at->summary, row);
        with_rate += result_cell(&at->summary, row, "rate")[0] != '\0';
    }
    assert_true(with_rate > 20 && with_rate < at->summary.row_count);
}

/* --- evidence -------------------------------------------------------------------------------- */

/* "labs labs.csv:17" names the source and the file; the row there holds the patient and the value.
 */
static void check_source(const world *at, const json_t *fact, const char *patient) {
    char source[64], file[128], path[300], line[512] = "";
    unsigned number;
    assert_int_equal(sscanf(record_text(fact, "source"), "%63s %127[^:]:%u", source, file, &number),
                     3);
    snprintf(path, sizeof path, "%s/%s", at->run.data, file);
    FILE *rows = fopen(path, "r");
    assert_non_null(rows);
    for (unsigned i = 0; i < number; i++)
        assert_non_null(fgets(line, sizeof line, rows));
    fclose(rows);
    assert_non_null(strstr(line, patient));
    if (json_object_get(fact, "code") != NULL)
        assert_non_null(strstr(line, record_text(fact, "code")));
    else
        assert_non_null(strstr(line, json_string_value(json_object_get(fact, "value"))));
}

static bool is_one_of(const char *key, const char *const *keys) {
    for (; *keys != NULL; keys++)
        if (strcmp(*keys, key) == 0)
            return true;
    return false;
}

static void check_keys(json_t *fact) {
    static const char *const known[] = {"fact",  "value",  "unit",   "limit", "at",   "method",
                                        "class", "code",   "drug",   "start", "stop", "dose",
                                        "notes", "inputs", "source", NULL};
    const char *key;
    json_t *value;
    json_object_foreach(fact, key, value) {
        if (!is_one_of(key, known))
            fail_msg("a fact has a key \"%s\"", key);
        assert_true(json_is_string(value) || (strcmp(key, "value") == 0 && json_is_number(value)));
    }
    assert_non_null(json_object_get(fact, "fact"));
}

typedef struct fact_counts {
    size_t results, derived, exposures;
} fact_counts;

static void check_fact(const world *at, json_t *fact, const char *patient, fact_counts *counts) {
    const json_t *value = json_object_get(fact, "value");
    check_keys(fact);
    if (json_object_get(fact, "class") != NULL) {
        counts->exposures++;
        assert_int_equal(strlen(record_text(fact, "start")), 10);
        check_source(at, fact, patient);
    } else if (json_is_number(value)) {
        counts->derived++;
        double tenths = json_number_value(value) * 10;
        assert_true(fabs(tenths - nearbyint(tenths)) < 1e-6);
        if (strcmp(record_text(fact, "fact"), "kf") == 0)
            assert_non_null(strstr(record_text(fact, "inputs"), "creatinine "));
    } else if (json_is_string(value) && json_object_get(fact, "source") != NULL) {
        counts->results++;
        assert_non_null(json_object_get(fact, "unit"));
        assert_int_equal(strlen(record_text(fact, "at")), strlen("2025-12-01T08:00"));
        check_source(at, fact, patient);
    }
}

static void evidence_has_the_shape_of_the_contract_and_leads_to_its_rows(void **state) {
    world *at = *state;
    fact_counts counts = {0};
    for (size_t row = 0; row < at->flags.row_count; row++) {
        json_error_t error;
        size_t i;
        json_t *fact;
        json_t *evidence = json_loads(result_cell(&at->flags, row, "evidence"), 0, &error);
        assert_non_null(evidence);
        assert_true(json_array_size(record_at(evidence, "facts")) > 0);
        json_array_foreach(record_at(evidence, "facts"), i, fact)
            check_fact(at, fact, result_cell(&at->flags, row, "patient_id"), &counts);
        json_decref(evidence);
    }
    assert_true(counts.results > 20 && counts.derived > 20 && counts.exposures > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_result_hash_follows_from_the_four_tables_and_the_header),
        cmocka_unit_test(flag_ids_are_hashes_of_patient_rule_and_first_sight),
        cmocka_unit_test(rows_stand_in_the_order_of_patient_and_rule),
        cmocka_unit_test(every_flag_is_new_dated_and_titled),
        cmocka_unit_test(what_hides_a_flag_is_a_flag_of_the_same_patient),
        cmocka_unit_test(totals_of_run_json_are_the_rows_of_the_tables),
        cmocka_unit_test(reasons_of_run_json_are_those_of_the_rows),
        cmocka_unit_test(flagged_patients_are_those_with_a_visible_flag),
        cmocka_unit_test(every_stratum_of_every_rule_sums_to_run_json),
        cmocka_unit_test(levels_count_the_patients_that_the_roster_puts_there),
        cmocka_unit_test(every_line_of_the_summary_adds_up_and_has_its_interval),
        cmocka_unit_test(evidence_has_the_shape_of_the_contract_and_leads_to_its_rows),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
