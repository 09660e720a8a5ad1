/* From counts to colour to the end of a run: each gate just below, at and above its limits, in
   files that are read like any others. */
#include "engine/result_record.h"

#include <time.h>

enum { GOOD_ROWS = 1000 };

typedef struct world {
    run_fixture run;
    char pipeline[128];
} world;

/* A thousand people with one result and one prescription each. day: of the newest of both. */
static void write_good(const run_fixture *at, const char *day) {
    FILE *patients = fixture_open(at, "patients.csv");
    FILE *labs = fixture_open(at, "labs.csv");
    FILE *rx = fixture_open(at, "prescriptions.csv");
    fputs("patient_id,sex,birth\n", patients);
    fputs("patient_id,code,value,unit,collected_at\n", labs);
    fputs("patient_id,drug_code,drug_name,start,stop\n", rx);
    for (unsigned i = 0; i < GOOD_ROWS; i++) {
        fprintf(patients, "P%u,F,1950-06-15\n", i);
        fprintf(labs, "P%u,2601-3,0.8%u,mmol/L,%s\n", i, i % 10, day);
        fprintf(rx, "P%u,A02BC01,omeprazole,%s,2030-01-01\n", i, day);
    }
    fclose(patients);
    fclose(labs);
    fclose(rx);
}

static int setup(void **state) {
    static world at;
    char command[512];
    fixture_begin(&at.run);
    write_good(&at.run, "2025-12-30T08:00");
    snprintf(at.pipeline, sizeof at.pipeline, "%s/run.yaml", at.run.folder);
    snprintf(command, sizeof command,
             "cp '%s/pipelines/packs/magnesium-safety.yaml' '%s/pack.yaml'", MAG_SOURCE_DIR,
             at.run.folder);
    assert_int_equal(system(command), 0);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    fixture_end(&at->run);
    return 0;
}

/* labs_more: further keys of the laboratory source; more: of the pipeline. */
static void write_pipeline(world *at, const char *profile, const char *labs_more,
                           const char *more) {
    FILE *file = fopen(at->pipeline, "w");
    assert_non_null(file);
    fprintf(
        file,
        "name: gates\npack: pack.yaml\n%ssources:\n"
        "  - { name: roster, kind: patients, profile: %s, files: [data/patients.csv] }\n"
        "  - name: lims\n    kind: labs\n    profile: %s\n    files: [\"data/labs*.csv\"]\n%s"
        "  - { name: epma, kind: prescriptions, profile: %s, files: [data/prescriptions.csv] }\n",
        more, profile, profile, labs_more, profile);
    fclose(file);
    at->run.pipeline = at->pipeline;
}

static void run(world *at) {
    if (fixture_run(&at->run) != MAG_OK)
        fail_msg("%s", at->run.error.text);
}

static void append_rows(const world *at, const char *file, const char *row, unsigned count) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", at->run.data, file);
    FILE *to = fopen(path, "a");
    assert_non_null(to);
    for (unsigned i = 0; i < count; i++)
        fprintf(to, row, i);
    fclose(to);
}

typedef struct gate_row {
    const char *gate, *file, *row; /* %u: the number of the bad row */
    unsigned count;
    mag_gate_colour colour;
} gate_row;

/* Shares of faults.md 1.4: the bad rows are part of the rows of interest. */
static const gate_row GATES[] = {
    {"num.syntax", "labs.csv", "P%u,2601-3,abc1,mmol/L,2025-12-01\n", 1, MAG_GREEN},
    {"num.syntax", "labs.csv", "P%u,2601-3,abc1,mmol/L,2025-12-01\n", 2, MAG_AMBER},
    {"num.syntax", "labs.csv", "P%u,2601-3,abc1,mmol/L,2025-12-01\n", 10, MAG_AMBER},
    {"num.syntax", "labs.csv", "P%u,2601-3,abc1,mmol/L,2025-12-01\n", 11, MAG_RED},
    {"value.implausible", "labs.csv", "P%u,2601-3,77,mmol/L,2025-12-01\n", 1, MAG_GREEN},
    {"value.implausible", "labs.csv", "P%u,2601-3,77,mmol/L,2025-12-01\n", 11, MAG_RED},
    {"unit.missing", "labs.csv", "P%u,2601-3,0.7,,2025-12-01\n", 2, MAG_AMBER},
    {"unit.unknown", "labs.csv", "P%u,2601-3,0.7,bananas,2025-12-01\n", 11, MAG_RED},
    {"date.future", "labs.csv", "P%u,2601-3,0.7,mmol/L,2099-12-01\n", 2, MAG_AMBER},
    {"date.invalid", "prescriptions.csv", "P%u,A02BC01,x,2025-02-30,\n", 11, MAG_RED},
    {"id.blank", "labs.csv", ",2601-3,0.7%u,mmol/L,2025-12-01\n", 2, MAG_AMBER},
    {"value.text_result", "labs.csv", "P%u,2601-3,clotted,mmol/L,2025-12-01\n", 10, MAG_GREEN},
    {"value.text_result", "labs.csv", "P%u,2601-3,clotted,mmol/L,2025-12-01\n", 11, MAG_AMBER},
    {"value.text_result", "labs.csv", "P%u,2601-3,clotted,mmol/L,2025-12-01\n", 111, MAG_AMBER},
    {"value.text_result", "labs.csv", "P%u,2601-3,clotted,mmol/L,2025-12-01\n", 112, MAG_RED},
    {"null.required", "labs.csv", "P%u,2601-3,,mmol/L,2025-12-01\n", 11, MAG_AMBER},
    {"null.required", "prescriptions.csv", "P%u,A02BC01,x,,2025-12-01\n", 112, MAG_RED},
    {"rx.interval", "prescriptions.csv", "P%u,A02BC01,x,2025-12-02,2025-12-01\n", 10, MAG_GREEN},
    {"rx.interval", "prescriptions.csv", "P%u,A02BC01,x,2025-12-02,2025-12-01\n", 111, MAG_AMBER},
    {"rx.interval", "prescriptions.csv", "P%u,A02BC01,x,2025-12-02,2025-12-01\n", 112, MAG_RED},
    {"link.no_patient", "labs.csv", "Q%u,2601-3,0.7,mmol/L,2025-12-01\n", 1, MAG_GREEN},
    {"link.no_patient", "labs.csv", "Q%u,2601-3,0.7,mmol/L,2025-12-01\n", 10, MAG_AMBER},
    {"link.no_patient", "prescriptions.csv", "Q%u,A02BC01,x,2025-12-01,\n", 11, MAG_RED},
    {"unmapped", "prescriptions.csv", "P%u,,Magnesium unobtainate,2025-12-01,\n", 2, MAG_GREEN},
    {"unmapped", "prescriptions.csv", "P%u,,Magnesium unobtainate,2025-12-01,\n", 3, MAG_AMBER},
    {"unmapped", "prescriptions.csv", "P%u,,Magnesium unobtainate,2025-12-01,\n", 10, MAG_AMBER},
    {"unmapped", "prescriptions.csv", "P%u,,Magnesium unobtainate,2025-12-01,\n", 11, MAG_RED},
    {"csv", "labs.csv", "P%u,2601-3\n", 1, MAG_AMBER},
    {"csv", "labs.csv", "P%u,2601-3\n", 2, MAG_RED},
    {"csv", "patients.csv", "Q%u,F,1950-01-01,one too many\n", 2, MAG_RED},
    {"demog", "patients.csv", "Q%u,?,1950-01-01\n", 10, MAG_GREEN},
    {"demog", "patients.csv", "Q%u,?,1950-01-01\n", 11, MAG_AMBER},
    {"demog", "patients.csv", "Q%u,?,1950-01-01\n", 900, MAG_AMBER},
    {"demog", "patients.csv", "Q%u,?,\n", 10, MAG_GREEN}, /* two notes, one row */
    {"demog", "patients.csv", "Q%u,?,2125-01-01\n", 11, MAG_AMBER},
};

static const char *const COLOURS[] = {"green", "amber", "red"};

/* green 0, amber 3, soft red 4 and held, hard red 4 and refused */
static void check_end(world *at, const gate_row *row, bool is_hard) {
    const mag_run_report *report = at->run.report;
    mag_run_end end = row->colour != MAG_RED ? MAG_RUN_PUBLISHED
                      : is_hard              ? MAG_RUN_REFUSED
                                             : MAG_RUN_HELD;
    const char *suffix = row->colour != MAG_RED ? "" : is_hard ? ".failed" : ".held";
    static const int exits[] = {0, 3, 4};
    assert_int_equal(report->exit_code, exits[row->colour]);
    assert_int_equal(report->end, end);
    json_t *record = result_record(&at->run, suffix);
    const json_t *gate = record_member(record, "gates", "gate", row->gate);
    assert_string_equal(record_text(gate, "verdict"), COLOURS[row->colour]);
    assert_string_equal(record_text(gate, "kind"), is_hard ? "hard" : "soft");
    assert_int_equal(record_count(gate, "rows"), row->count);
    assert_int_equal(record_count(gate, "of"), GOOD_ROWS + row->count);
    assert_string_equal(record_text(gate, "note"), "");
    json_decref(record);
    if (row->colour != MAG_GREEN) {
        assert_int_equal(report->verdict_count, 1);
        assert_string_equal(report->verdicts[0].gate, row->gate);
    }
}

static void each_gate_turns_at_its_limits_and_ends_the_run_accordingly(void **state) {
    world *at = *state;
    for (size_t i = 0; i < sizeof GATES / sizeof GATES[0]; i++) {
        char command[512];
        snprintf(command, sizeof command, "rm -rf '%s' '%s.held' '%s.failed'", at->run.out,
                 at->run.out, at->run.out);
        assert_int_equal(system(command), 0);
        write_good(&at->run, "2025-12-30T08:00");
        append_rows(at, GATES[i].file, GATES[i].row, GATES[i].count);
        print_message("%s %u\n", GATES[i].gate, GATES[i].count);
        run(at);
        check_end(at, &GATES[i], strcmp(GATES[i].gate, "csv") == 0);
    }
}

static void a_file_is_judged_by_itself_for_its_shape(void **state) {
    world *at = *state;
    fixture_append(&at->run, "labs-2.csv",
                   "patient_id,code,value,unit,collected_at\n"
                   "P1,2601-3,0.7,mmol/L,2025-12-01\n"
                   "P1,2601-3\n");
    run(at); /* 1 of 2 rows, though 1 of 1,002 of the source */
    assert_int_equal(at->run.report->end, MAG_RUN_REFUSED);
    assert_string_equal(at->run.report->verdicts[0].file, "labs-2.csv");
    assert_string_equal(at->run.report->verdicts[0].first_file, "labs-2.csv");
    assert_int_equal(at->run.report->verdicts[0].first_line, 3);
}

static void the_worst_verdict_comes_last(void **state) {
    world *at = *state;
    append_rows(at, "labs.csv", "P%u,2601-3,abc1,mmol/L,2025-12-01\n", 12);
    append_rows(at, "labs.csv", "P%u,2601-3\n", 1);
    append_rows(at, "prescriptions.csv", "Q%u,A02BC01,x,2025-12-01,\n", 2);
    run(at);
    const mag_run_report *report = at->run.report;
    assert_int_equal(report->exit_code, 4);
    assert_int_equal(report->end, MAG_RUN_HELD);
    assert_int_equal(report->verdict_count, 3);
    assert_string_equal(report->verdicts[0].gate, "link.no_patient");
    assert_string_equal(report->verdicts[1].gate, "csv"); /* amber, but of the hard kind */
    assert_string_equal(report->verdicts[2].gate, "num.syntax");
    assert_int_equal(report->verdicts[2].first_line, GOOD_ROWS + 2);
}

static void an_unfinished_last_line_is_amber(void **state) {
    world *at = *state;
    fixture_append(&at->run, "labs.csv", "P1,2601-3,0.71,mmol/L,2025-12-01");
    run(at);
    assert_int_equal(at->run.report->exit_code, 3);
    assert_string_equal(at->run.report->verdicts[0].gate, "last_line");
}

/* --- overrides ------------------------------------------------------------------------------- */

static void a_source_may_widen_a_gate_and_must_say_why(void **state) {
    world *at = *state;
    append_rows(at, "labs.csv", "P%u,2601-3,abc1,mmol/L,2025-12-01\n", 30);
    write_pipeline(at, "magscreen", "", "");
    run(at);
    assert_int_equal(at->run.report->end, MAG_RUN_HELD);
    write_pipeline(at, "magscreen",
                   "    gates: [{ name: num.syntax, amber: 2 %, red: 5 %, note: ticket 7 }]\n", "");
    run(at);
    assert_int_equal(at->run.report->exit_code, 3);
    assert_string_equal(at->run.report->verdicts[0].note, "ticket 7");
    write_pipeline(at, "magscreen",
                   "    gates: [{ name: num.syntax, amber: 3 %, red: 5 %, note: ticket 8 }]\n", "");
    run(at); /* 30 of 1,030 is 2.9 % */
    assert_int_equal(at->run.report->exit_code, 0);
    json_t *record = result_record(&at->run, "");
    const json_t *gate = record_member(record, "gates", "gate", "num.syntax");
    assert_string_equal(record_text(gate, "verdict"), "green");
    assert_string_equal(record_text(gate, "note"), "ticket 8");
    json_decref(record);
}

static void a_source_may_narrow_a_gate(void **state) {
    world *at = *state;
    append_rows(at, "labs.csv", "P%u,2601-3,clotted,mmol/L,2025-12-01\n", 1);
    write_pipeline(at, "magscreen",
                   "    gates: [{ name: value.text_result, amber: 0 %, red: 0 %, note: none }]\n",
                   "");
    run(at);
    assert_int_equal(at->run.report->end, MAG_RUN_HELD);
    assert_string_equal(at->run.report->verdicts[0].note, "none");
}

static void write_own_profile(const world *at) {
    char command[512];
    snprintf(command, sizeof command,
             "(echo 'gates: [{ name: num.syntax, amber: 5 %%, red: 6 %%, note: every export }]';"
             " cat '%s/pipelines/profiles/magscreen.yaml') > '%s/own.yaml'",
             MAG_SOURCE_DIR, at->run.folder);
    assert_int_equal(system(command), 0);
}

static void a_profiles_limits_hold_until_a_source_says_otherwise(void **state) {
    world *at = *state;
    write_own_profile(at);
    append_rows(at, "labs.csv", "P%u,2601-3,abc1,mmol/L,2025-12-01\n", 30);
    write_pipeline(at, "./own.yaml", "", "");
    run(at);
    assert_int_equal(at->run.report->exit_code, 0);
    json_t *record = result_record(&at->run, "");
    assert_string_equal(record_text(record_member(record, "gates", "gate", "num.syntax"), "note"),
                        "every export");
    json_decref(record);
    write_pipeline(at, "./own.yaml",
                   "    gates: [{ name: num.syntax, amber: 1 %, red: 9 %, note: here }]\n", "");
    run(at);
    assert_int_equal(at->run.report->exit_code, 3);
    assert_string_equal(at->run.report->verdicts[0].note, "here");
    assert_string_equal(at->run.report->verdicts[0].source, "lims");
}

/* --- freshness ------------------------------------------------------------------------------- */

static const json_t *freshness_of(const json_t *record, const char *source) {
    size_t i;
    const json_t *gate;
    json_array_foreach(record_at(record, "gates"), i, gate) {
        if (strcmp(record_text(gate, "gate"), "freshness") == 0 &&
            strcmp(record_text(gate, "source"), source) == 0)
            return gate;
    }
    return NULL;
}

static void a_stated_end_of_the_data_makes_a_stale_feed_visible(void **state) {
    static const struct row {
        const char *newest;
        unsigned hours;
        mag_gate_colour colour;
    } rows[] = {{"2025-12-31T11:00", 1, MAG_GREEN},
                {"2025-12-30T00:00", 36, MAG_GREEN},
                {"2025-12-29T23:59", 37, MAG_AMBER},
                {"2025-12-24T12:00", 168, MAG_AMBER},
                {"2025-12-24T11:59", 169, MAG_RED}};
    static const int exits[] = {0, 3, 4};
    world *at = *state;
    write_pipeline(at, "magscreen", "", "data_until: 2025-12-31T12:00\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_good(&at->run, rows[i].newest);
        fixture_append(&at->run, "prescriptions.csv", "P1,A02BC01,omeprazole,2025-12-31,\n");
        run(at);
        assert_int_equal(at->run.report->exit_code, exits[rows[i].colour]);
        json_t *record = result_record(&at->run, rows[i].colour == MAG_RED ? ".held" : "");
        const json_t *gate = freshness_of(record, "lims");
        assert_non_null(gate);
        assert_string_equal(record_text(gate, "verdict"), COLOURS[rows[i].colour]);
        assert_int_equal(record_count(gate, "hours"), rows[i].hours);
        assert_null(json_object_get(gate, "of"));

        assert_true(json_real_value(record_at(gate, "amber")) == 36.0);
        json_decref(record);
    }
}

static void another_source_of_the_kind_does_not_hide_a_stale_one(void **state) {
    world *at = *state;
    char more[200];
    write_good(&at->run, "2025-12-10T08:00");
    fixture_append(&at->run, "prescriptions.csv", "P1,A02BC01,omeprazole,2025-12-31,\n");
    fixture_append(&at->run, "point-of-care.csv",
                   "patient_id,code,value,unit,collected_at\n"
                   "P1,2601-3,0.7,mmol/L,2025-12-31T08:00\n");
    snprintf(
        more, sizeof more,
        "  - { name: poct, kind: labs, profile: magscreen, files: [data/point-of-care.csv] }\n");
    write_pipeline(at, "magscreen", more, "data_until: 2025-12-31T12:00\n");
    run(at);
    assert_int_equal(at->run.report->end, MAG_RUN_HELD);
    assert_int_equal(at->run.report->verdict_count, 1);
    assert_string_equal(at->run.report->verdicts[0].source, "lims");
}

/* A day as text, some days before today. */
static void day_before(unsigned days, char out[32]) {
    time_t then = time(NULL) - (time_t)days * 86400;
    struct tm civil;
    localtime_r(&then, &civil);
    strftime(out, 32, "%Y-%m-%dT00:00", &civil);
}

static void with_yesterday_the_clock_says_how_fresh_the_feeds_are(void **state) {
    static const struct row {
        unsigned days;
        int exit_code;
    } rows[] = {{0, 4}, {3, 3}, {9, 4}}; /* today: after T, no row of use */
    world *at = *state;
    at->run.as_of = "yesterday";
    for (size_t i = 0; i < 3; i++) {
        char day[32], yesterday[32];
        day_before(rows[i].days, day);
        day_before(1, yesterday);
        write_good(&at->run, day);
        run(at);
        assert_int_equal(at->run.report->exit_code, rows[i].exit_code);
        assert_memory_equal(at->run.report->as_of, yesterday, 10);
        assert_int_equal(strlen(at->run.report->as_of), 10);
        assert_int_equal(at->run.report->verdict_count, 2);
    }
}

static void a_date_as_of_judges_no_freshness(void **state) {
    world *at = *state;
    write_good(&at->run, "2024-01-01T08:00");
    run(at);
    assert_int_equal(at->run.report->exit_code, 0);
    json_t *record = result_record(&at->run, "");
    assert_null(freshness_of(record, "labs"));
    json_decref(record);
}

#define GATE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        GATE_TEST(each_gate_turns_at_its_limits_and_ends_the_run_accordingly),
        GATE_TEST(a_file_is_judged_by_itself_for_its_shape),
        GATE_TEST(the_worst_verdict_comes_last),
        GATE_TEST(an_unfinished_last_line_is_amber),
        GATE_TEST(a_source_may_widen_a_gate_and_must_say_why),
        GATE_TEST(a_source_may_narrow_a_gate),
        GATE_TEST(a_profiles_limits_hold_until_a_source_says_otherwise),
        GATE_TEST(a_stated_end_of_the_data_makes_a_stale_feed_visible),
        GATE_TEST(another_source_of_the_kind_does_not_hide_a_stale_one),
        GATE_TEST(with_yesterday_the_clock_says_how_fresh_the_feeds_are),
        GATE_TEST(a_date_as_of_judges_no_freshness),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
