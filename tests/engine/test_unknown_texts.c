/* What a run tells about texts that are in no table: units and drugs, never an id or a name. */
#include "engine/run_fixture.h"

#include <jansson.h>

static int setup(void **state) {
    static run_fixture at;
    fixture_begin(&at);
    fixture_write(&at, 23);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    fixture_end(*state);
    return 0;
}

static void append_labs(const run_fixture *at, const char *value, const char *unit,
                        unsigned count) {
    char row[160];
    for (unsigned i = 0; i < count; i++) {
        snprintf(row, sizeof row, "P%u,2601-3,%s,%s,2025-12-%02uT09:00\n", i, value, unit, 1 + i);
        fixture_append(at, "labs.csv", row);
    }
}

static json_t *run_and_read(run_fixture *at) {
    json_error_t error;
    char path[256];
    assert_int_equal(fixture_run(at), MAG_OK);
    snprintf(path, sizeof path, "%s%s/run.json", at->out,
             at->report->end == MAG_RUN_HELD ? ".held" : "");
    json_t *record = json_load_file(path, 0, &error);
    assert_non_null(record);
    return record;
}

/* Rows of a text in a list of run.json; 0 if it is not there. */
static json_int_t rows_of(const json_t *record, const char *list, const char *key,
                          const char *text) {
    size_t i;
    const json_t *entry;
    json_array_foreach(json_object_get(record, list), i, entry) {
        if (strcmp(json_string_value(json_object_get(entry, key)), text) == 0)
            return json_integer_value(json_object_get(entry, "rows"));
    }
    return 0;
}

static void only_what_can_be_a_unit_is_shown(void **state) {
    static const struct row {
        const char *unit;
        unsigned count;
        bool is_shown;
    } rows[] = {
        {"mmol/furl", 5, false},     {"mmolz/L", 10, true},   {"MMOLL/x", 6, true},
        {"mg/dl2", 7, true},         {"mg/dl2 / x", 8, true}, {"mg/dl2/x/y/z", 9, true},
        {"mg/dl2/x/y/zz", 9, false}, /* longer than units are */
        {"mmolz", 4, false},         /* too rare */
        {"9434765919", 6, false},    /* a column shifted by one brings ids here */
        {"QX12", 6, false},          {"patient_1", 6, false}, {"Smith", 6, false}, /* or names */
        {"John Smith", 6, false},    {"Mrs Jones", 6, false}, {"Li Wu", 6, false},
        {"p5bc5ebbbe00", 6, false},
    };
    run_fixture *at = *state;
    json_int_t hidden = 0;
    size_t shown = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        append_labs(at, "0.7", rows[i].unit, rows[i].count);
        hidden += rows[i].is_shown ? 0 : (json_int_t)rows[i].count;
        shown += rows[i].is_shown;
    }
    json_t *record = run_and_read(at);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(rows_of(record, "unknown_units", "unit", rows[i].unit),
                         rows[i].is_shown ? rows[i].count : 0);
    assert_int_equal(rows_of(record, "unknown_units", "unit", "(not shown)"), hidden);
    assert_int_equal(at->report->unknown_units_not_shown, hidden);
    assert_int_equal(at->report->unknown_unit_count, shown);
    json_decref(record);
}

static void a_row_rejected_for_its_value_lends_no_unit(void **state) {
    run_fixture *at = *state;
    append_labs(at, "1.2.3", "bananas", 4);
    json_t *record = run_and_read(at);
    assert_int_equal(json_array_size(json_object_get(record, "unknown_units")), 0);
    assert_int_equal(at->report->unknown_unit_count, 0);
    json_decref(record);
}

static void unmapped_drugs_are_listed_most_frequent_first(void **state) {
    run_fixture *at = *state;
    char row[160];
    for (unsigned i = 0; i < 21; i++) {
        snprintf(row, sizeof row, "P%u,,%s,2025-11-%02u,2026-01-31,order,,,,PO\n", i % 5,
                 i < 10   ? "magnesium zzz"
                 : i < 17 ? "zzz prazole"
                          : "prazole Smith",
                 1 + i);
        fixture_append(at, "prescriptions.csv", row);
    }
    json_t *record = run_and_read(at);
    const json_t *drugs = json_object_get(record, "unmapped_drugs");
    assert_int_equal(json_array_size(drugs), at->report->unmapped_drug_count);
    json_int_t before = INT32_MAX;
    size_t i;
    const json_t *entry;
    json_array_foreach(drugs, i, entry) {
        json_int_t rows = json_integer_value(json_object_get(entry, "rows"));
        assert_true(rows <= before);
        before = rows;
        assert_string_equal(json_string_value(json_object_get(entry, "text")),
                            at->report->unmapped_drugs[i].text);
        assert_int_equal(rows, at->report->unmapped_drugs[i].count);
    }
    assert_int_equal(at->report->unmapped_drug_count, 2);
    assert_int_equal(rows_of(record, "unmapped_drugs", "text", "magnesium zzz"), 10);
    assert_int_equal(rows_of(record, "unmapped_drugs", "text", "zzz prazole"), 7);
    json_decref(record);
}

#define TEXT_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEXT_TEST(only_what_can_be_a_unit_is_shown),
        TEXT_TEST(a_row_rejected_for_its_value_lends_no_unit),
        TEXT_TEST(unmapped_drugs_are_listed_most_frequent_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
