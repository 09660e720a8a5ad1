/* The gates against earlier runs, from rows in files to the end of a run: each at its limit and
   just beyond, green, amber and red, with and without an override; what is not comparable is named.
 */
#include "engine/result_record.h"

#include "engine/history.h"

#include <string.h>

enum { PEOPLE = 100 };

typedef struct world {
    run_fixture run;
    char pipeline[128], pack[128], before[128];
} world;

/* How many rows of each kind the files of a night hold. */
typedef struct night {
    unsigned old_magnesium, new_magnesium; /* of January, and of the last 28 days */
    unsigned potassium, loop, low;         /* low: magnesium results of the new ones below 0.50 */
    unsigned other;                        /* rows of a test that no list knows */
} night;

static const night USUAL = {
    .old_magnesium = 300, .new_magnesium = 100, .potassium = 100, .loop = 100, .low = 20};

static void write_night(const run_fixture *at, const night *rows) {
    FILE *patients = fixture_open(at, "patients.csv");
    FILE *labs = fixture_open(at, "labs.csv");
    FILE *rx = fixture_open(at, "prescriptions.csv");
    fputs("patient_id,sex,birth\n", patients);
    fputs("patient_id,code,value,unit,collected_at\n", labs);
    fputs("patient_id,drug_code,drug_name,start,stop,kind\n", rx);
    for (unsigned i = 0; i < PEOPLE; i++)
        fprintf(patients, "P%u,F,1950-06-15\n", i);
    for (unsigned i = 0; i < rows->old_magnesium; i++)
        fprintf(labs, "P%u,2601-3,0.85,mmol/L,2025-01-%02uT08:00\n", i % PEOPLE, 1 + i / PEOPLE);
    for (unsigned i = 0; i < rows->new_magnesium; i++)
        fprintf(labs, "P%u,2601-3,0.%u,mmol/L,2025-12-20T08:00\n", i % PEOPLE,
                i < rows->low ? 45 : 85);
    for (unsigned i = 0; i < rows->potassium; i++)
        fprintf(labs, "P%u,2823-3,4.2,mmol/L,2025-12-20T08:00\n", i % PEOPLE);
    for (unsigned i = 0; i < rows->other; i++)
        fprintf(labs, "P%u,XTEST-1,4.2,mmol/L,2025-12-20T08:00\n", i % PEOPLE);
    fputs("P1,A02BC01,omeprazole,2025-12-10,2026-03-01,order\n", rx);
    for (unsigned i = 0; i < rows->loop; i++)
        fprintf(rx, "P%u,C03CA01,furosemide,2025-12-10,2026-03-01,order\n", i % PEOPLE);
    fclose(patients);
    fclose(labs);
    fclose(rx);
}

/* labs_more: further keys of the laboratory source; more: of the pipeline. */
static void write_pipeline(world *at, const char *labs_more, const char *more) {
    FILE *file = fopen(at->pipeline, "w");
    assert_non_null(file);
    fprintf(file,
            "name: history\npack: magnesium-safety\n%ssources:\n"
            "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv] }\n"
            "  - name: lims\n    kind: labs\n    profile: magscreen\n    files: [data/labs.csv]\n%s"
            "  - { name: epma, kind: prescriptions, profile: magscreen, files: "
            "[data/prescriptions.csv] }\n",
            more, labs_more);
    fclose(file);
}

static void run_night(world *at, const night *rows, const char *out, const char *previous) {
    write_night(&at->run, rows);
    snprintf(at->run.out, sizeof at->run.out, "%s/%s", at->run.folder, out);
    at->run.pipeline = at->pipeline;
    at->run.previous = previous;
    if (fixture_run(&at->run) != MAG_OK)
        fail_msg("%s", at->run.error.text);
}

static int setup(void **state) {
    static world at;
    fixture_begin(&at.run);
    snprintf(at.pipeline, sizeof at.pipeline, "%s/run.yaml", at.run.folder);
    snprintf(at.before, sizeof at.before, "%s/before", at.run.folder);
    write_pipeline(&at, "", "");
    at.run.as_of = "2025-12-30";
    run_night(&at, &USUAL, "before", NULL);
    assert_int_equal(at.run.report->exit_code, 0);
    at.run.as_of = "2025-12-31";
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    fixture_end(&at->run);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

static const mag_gate_verdict *find_verdict(const run_fixture *run, const char *gate,
                                            const char *subject) {
    for (size_t i = 0; i < run->report->verdict_count; i++) {
        const mag_gate_verdict *verdict = &run->report->verdicts[i];
        if (strcmp(verdict->gate, gate) == 0 && verdict->subject != NULL &&
            strcmp(verdict->subject, subject) == 0)
            return verdict;
    }
    return NULL;
}

static mag_gate_colour colour_of(const run_fixture *run, const char *gate, const char *subject) {
    const mag_gate_verdict *verdict = find_verdict(run, gate, subject);
    return verdict == NULL ? MAG_GREEN : verdict->colour;
}

static const char *why_not(const run_fixture *run, const char *gate, const char *subject) {
    for (size_t i = 0; i < run->report->not_compared_count; i++) {
        const mag_not_compared *item = &run->report->not_compared[i];
        if (strcmp(item->gate, gate) == 0 && strcmp(item->subject, subject) == 0)
            return item->why;
    }
    return "";
}

/* 500 rows of lims before: 400 magnesium (100 of them recent), 100 potassium; 100 loop diuretics.
 */
typedef struct gate_row {
    night rows;
    const char *gate, *subject;
    mag_gate_colour colour;
    mag_message_id message;
} gate_row;

static const gate_row GATES[] = {
    {{300, 100, 100, 100, 20, 0}, "volume", "lims", MAG_GREEN, 0},
    {{300, 100, 100, 100, 20, 100}, "volume", "lims", MAG_GREEN, 0},
    {{300, 100, 100, 100, 20, 101}, "volume", "lims", MAG_AMBER, MAG_MSG_I274},
    {{300, 100, 100, 100, 20, 2000}, "volume", "lims", MAG_AMBER, MAG_MSG_I274},
    {{200, 100, 100, 100, 20, 0}, "volume", "lims", MAG_GREEN, 0},
    {{199, 100, 100, 100, 20, 0}, "volume", "lims", MAG_AMBER, MAG_MSG_I274},
    {{100, 100, 100, 100, 20, 0}, "volume", "lims", MAG_AMBER, MAG_MSG_I274},
    {{99, 100, 100, 100, 20, 0}, "volume", "lims", MAG_RED, MAG_MSG_I274},
    {{300, 100, 75, 100, 20, 25}, "class_or_test_falls", "potassium", MAG_GREEN, 0},
    {{300, 100, 74, 100, 20, 26}, "class_or_test_falls", "potassium", MAG_AMBER, MAG_MSG_I247},
    {{300, 100, 40, 100, 20, 60}, "class_or_test_falls", "potassium", MAG_AMBER, MAG_MSG_I247},
    {{300, 100, 39, 100, 20, 61}, "class_or_test_falls", "potassium", MAG_RED, MAG_MSG_I247},
    {{300, 100, 0, 100, 20, 100}, "class_or_test_falls", "potassium", MAG_RED, MAG_MSG_I247},
    {{300, 100, 300, 100, 20, 0}, "class_or_test_falls", "potassium", MAG_GREEN, 0},
    {{300, 75, 100, 100, 20, 25}, "class_or_test_falls", "magnesium", MAG_GREEN, 0},
    {{300, 74, 100, 100, 20, 26}, "class_or_test_falls", "magnesium", MAG_AMBER, MAG_MSG_I247},
    {{300, 39, 100, 100, 20, 61}, "class_or_test_falls", "magnesium", MAG_RED, MAG_MSG_I247},
    {{300, 100, 100, 75, 20, 0}, "class_or_test_falls", "LOOP", MAG_GREEN, 0},
    {{300, 100, 100, 74, 20, 0}, "class_or_test_falls", "LOOP", MAG_AMBER, MAG_MSG_I248},
    {{300, 100, 100, 0, 20, 0}, "class_or_test_falls", "LOOP", MAG_RED, MAG_MSG_I248},
    {{300, 100, 100, 100, 16, 0}, "firing_rate", "C01", MAG_GREEN, 0},
    {{300, 100, 100, 100, 60, 0}, "firing_rate", "C01", MAG_AMBER, MAG_MSG_R506},
    {{300, 100, 100, 100, 0, 0}, "firing_rate", "C01", MAG_RED, MAG_MSG_R506},
};

static void expect_gate(world *at, const gate_row *row) {
    run_night(at, &row->rows, "out", at->before);
    const mag_run_report *report = at->run.report;
    const mag_gate_verdict *verdict = find_verdict(&at->run, row->gate, row->subject);
    if (colour_of(&at->run, row->gate, row->subject) != row->colour)
        fail_msg("%s of %s: %d instead of %d", row->gate, row->subject,
                 colour_of(&at->run, row->gate, row->subject), row->colour);
    if (verdict != NULL)
        assert_int_equal(verdict->message, row->message);
    if (row->colour == MAG_RED) {
        assert_int_equal(report->end, MAG_RUN_HELD);
        assert_int_equal(report->exit_code, 4);
        assert_true(fixture_has(&at->run, ".held", "run.json"));
        assert_false(fixture_has(&at->run, "", "run.json"));
        return;
    }
    if (row->colour == MAG_AMBER)
        assert_in_range(report->exit_code, 3, 4); /* 4: another gate is red with it */
}

static void judges_at_and_beyond_each_limit(void **state) {
    world *at = *state;
    char command[200];
    for (size_t i = 0; i < sizeof GATES / sizeof GATES[0]; i++) {
        snprintf(command, sizeof command, "rm -rf '%s/out' '%s/out.held'", at->run.folder,
                 at->run.folder);
        assert_int_equal(system(command), 0);
        expect_gate(at, &GATES[i]);
    }
}

/* C01 is about low magnesium alone, so that its colour is a matter of `low`. */
static void the_same_night_again_is_green(void **state) {
    world *at = *state;
    run_night(at, &USUAL, "out", at->before);
    assert_int_equal(at->run.report->exit_code, 0);
    assert_int_equal(at->run.report->verdict_count, 0);
    assert_int_equal(at->run.report->not_compared_count, 0);
    assert_string_equal(at->run.report->previous->as_of, "2025-12-30");
}

static void a_fall_of_all_and_of_the_last_days_is_told_once(void **state) {
    world *at = *state;
    const night gone = {.potassium = 100, .loop = 100, .other = 400};
    run_night(at, &gone, "out", at->before);
    size_t count = 0;
    for (size_t i = 0; i < at->run.report->verdict_count; i++)
        count += at->run.report->verdicts[i].message == MAG_MSG_I247;
    assert_int_equal(count, 1);
    assert_string_equal(find_verdict(&at->run, "class_or_test_falls", "magnesium")->label,
                        "lab test \"magnesium\"");
}

/* Under 20 rows a fall is no fall, but nothing at all is: unless chance may well have emptied it.
 */
static void few_rows_before_are_judged_at_zero_only(void **state) {
    static const struct row {
        unsigned before, now;
        mag_gate_colour colour;
    } rows[] = {{1, 0, MAG_GREEN},
                {6, 0, MAG_GREEN}, /* 1 in 64 */
                {7, 0, MAG_AMBER}, /* 1 in 128 */
                {7, 1, MAG_GREEN},
                {MAG_HISTORY_FLOOR - 1, 1, MAG_GREEN},
                {MAG_HISTORY_FLOOR - 1, 0, MAG_AMBER},
                {MAG_HISTORY_FLOOR, 0, MAG_RED}};
    world *at = *state;
    char first[128], out[32], command[200];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        night few = USUAL;
        few.potassium = rows[i].before;
        snprintf(out, sizeof out, "first%zu", i);
        at->run.as_of = "2025-12-30";
        run_night(at, &few, out, NULL);
        snprintf(first, sizeof first, "%s/%s", at->run.folder, out);
        few.potassium = rows[i].now;
        at->run.as_of = "2025-12-31";
        run_night(at, &few, "out", first);
        if (colour_of(&at->run, "class_or_test_falls", "potassium") != rows[i].colour)
            fail_msg("%u to %u: %d", rows[i].before, rows[i].now,
                     colour_of(&at->run, "class_or_test_falls", "potassium"));
        assert_int_equal(at->run.report->exit_code, rows[i].colour == MAG_RED     ? 4
                                                    : rows[i].colour == MAG_AMBER ? 3
                                                                                  : 0);
        snprintf(command, sizeof command, "rm -rf '%s/out' '%s/out.held'", at->run.folder,
                 at->run.folder);
        assert_int_equal(system(command), 0);
    }
}

/* Twelve runs of 5 rows say more than one of 6. */
static void many_runs_of_few_rows_are_enough(void **state) {
    static const struct row {
        size_t runs;
        uint64_t each;
        bool is_below; /* one in a hundred */
    } rows[] = {{1, 6, false}, {1, 7, true},   {2, 5, false}, {2, 6, true},  {6, 4, false},
                {6, 5, true},  {12, 4, false}, {12, 5, true}, {1, 0, false}, {12, 1000000, true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mag_tracked earlier = {.count = rows[i].runs};
        for (size_t k = 0; k < rows[i].runs; k++)
            earlier.values[k] = rows[i].each;
        const double chance = mag_tracked_chance_of_zero(&earlier);
        if ((chance < 0.01) != rows[i].is_below)
            fail_msg("%zu runs of %llu rows: %g", rows[i].runs, (unsigned long long)rows[i].each,
                     chance);
    }
}

#define GATE(name, amber, red)                                                                     \
    "gates: [{ name: " name ", amber: " amber ", red: " red ", note: \"agreed with the lab\" }]\n"

static void an_override_needs_a_note_and_is_kept_with_it(void **state) {
    world *at = *state;
    const night half = {.old_magnesium = 100, .new_magnesium = 100, .potassium = 39, .loop = 100};
    write_pipeline(at, "    " GATE("volume", "70 %", "80 %"), "");
    run_night(at, &half, "out", at->before);
    assert_int_equal(colour_of(&at->run, "volume", "lims"), MAG_GREEN);
    assert_int_equal(colour_of(&at->run, "class_or_test_falls", "potassium"), MAG_RED);
    json_t *record = result_record(&at->run, ".held");
    const json_t *gate = record_member(record, "gates", "gate", "volume");
    assert_string_equal(record_text(gate, "verdict"), "green");
    assert_string_equal(record_text(gate, "note"), "agreed with the lab");
    json_decref(record);

    write_pipeline(at, "    " GATE("class_or_test_falls", "50 %", "70 %"), "");
    run_night(at, &half, "out2", at->before);
    assert_int_equal(colour_of(&at->run, "class_or_test_falls", "potassium"), MAG_AMBER);
    write_pipeline(at, "", GATE("firing_rate", "30 sigma", "30 sigma"));
    night silent = USUAL;
    silent.low = 0;
    run_night(at, &silent, "out3", at->before);
    assert_int_equal(colour_of(&at->run, "firing_rate", "C01"), MAG_GREEN);

    write_pipeline(at, "    gates: [{ name: volume, amber: 70 %, red: 80 % }]\n", "");
    assert_int_equal(fixture_run(&at->run), MAG_E_USAGE);
    write_pipeline(at, "    " GATE("firing_rate", "3 sigma", "3 sigma"), "");
    assert_int_equal(fixture_run(&at->run), MAG_E_USAGE);
    assert_non_null(strstr(at->run.error.hint, "gates of the pipeline itself"));
    write_pipeline(at, "", GATE("volume", "70 %", "80 %"));
    assert_int_equal(fixture_run(&at->run), MAG_E_USAGE);
}

/* Nights are handed on: the median of those behind decides, not the last one alone. */
static void a_slow_decay_is_seen_against_the_median(void **state) {
    static const unsigned potassium[] = {100, 90, 82, 76, 67};
    world *at = *state;
    char previous[128], out[16];
    snprintf(previous, sizeof previous, "%s", at->before);
    for (size_t i = 0; i < 5; i++) {
        night rows = USUAL;
        char later[32];
        rows.potassium = potassium[i];
        snprintf(out, sizeof out, "night%zu", i);
        snprintf(later, sizeof later, "2025-12-31T%02zu:00", 1 + i);
        at->run.as_of = later;
        run_night(at, &rows, out, previous);
        assert_int_equal(colour_of(&at->run, "class_or_test_falls", "potassium"),
                         i == 4 ? MAG_AMBER : MAG_GREEN);
        snprintf(previous, sizeof previous, "%s/%s", at->run.folder, out);
    }
}

static void figures_of_the_same_time_are_replaced(void **state) {
    world *at = *state;
    night more = USUAL;
    more.potassium = 110;
    at->run.as_of = "2025-12-30";
    run_night(at, &more, "again", at->before);
    for (size_t i = 0; i < at->run.report->tracked_count; i++)
        assert_int_equal(at->run.report->tracked[i].count, 1);
    at->run.as_of = "2025-12-31";
    run_night(at, &more, "next", at->before);
    for (size_t i = 0; i < at->run.report->tracked_count; i++)
        assert_int_equal(at->run.report->tracked[i].count, 2);
}

static void what_is_not_comparable_is_named(void **state) {
    world *at = *state;
    write_pipeline(at, "", "history: 400 days\n");
    run_night(at, &USUAL, "out", at->before);
    assert_string_equal(why_not(&at->run, "class_or_test_falls", ""),
                        "another history or kind of as-of");
    assert_string_equal(why_not(&at->run, "firing_rate", ""), "another history or kind of as-of");
    assert_int_equal(at->run.report->not_compared_count, 2);
    write_pipeline(at, "", "kidney: { weight: actual }\n");
    run_night(at, &USUAL, "out2", at->before);
    assert_string_equal(why_not(&at->run, "firing_rate", ""),
                        "other parameters, limits or kidney settings");
    assert_int_equal(at->run.report->not_compared_count, 1);
    write_pipeline(at, "", "");
    at->run.as_of = "latest";
    run_night(at, &USUAL, "out3", at->before);
    assert_int_equal(at->run.report->not_compared_count, 2);
    at->run.as_of = "2025-12-31";
    char command[300];
    snprintf(command, sizeof command, "sed -i 's/name: lims/name: lab2/' '%s'", at->pipeline);
    assert_int_equal(system(command), 0);
    run_night(at, &USUAL, "out4", at->before);
    assert_string_equal(why_not(&at->run, "volume", "lab2"),
                        "the previous run has none of this name");
    assert_string_equal(why_not(&at->run, "volume", "lims"),
                        "the previous run had it, this one has not");
}

static void without_a_previous_run_all_three_are_named(void **state) {
    world *at = *state;
    run_night(at, &USUAL, "out", NULL);
    assert_string_equal(why_not(&at->run, "volume", ""), "no --previous was given");
    assert_string_equal(why_not(&at->run, "class_or_test_falls", ""), "no --previous was given");
    assert_string_equal(why_not(&at->run, "firing_rate", ""), "no --previous was given");
}

static void a_later_previous_run_is_refused(void **state) {
    world *at = *state;
    at->run.as_of = "2025-12-29";
    snprintf(at->run.out, sizeof at->run.out, "%s/out", at->run.folder);
    at->run.previous = at->before;
    assert_int_equal(fixture_run(&at->run), MAG_E_INPUT);
    assert_int_equal(at->run.error.message, MAG_MSG_P414);
    assert_false(fixture_has(&at->run, "", "run.json"));
    assert_true(fixture_has(&at->run, ".failed", "run.json"));
}

static void the_result_does_not_depend_on_the_previous_run(void **state) {
    world *at = *state;
    char digest[MAG_SHA256_HEX_NBYTES];
    run_night(at, &USUAL, "alone", NULL);
    strcpy(digest, at->run.report->result_sha256);
    run_night(at, &USUAL, "out", at->before);
    assert_string_equal(at->run.report->result_sha256, digest);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(judges_at_and_beyond_each_limit),
        TEST(the_same_night_again_is_green),
        TEST(a_fall_of_all_and_of_the_last_days_is_told_once),
        TEST(few_rows_before_are_judged_at_zero_only),
        cmocka_unit_test(many_runs_of_few_rows_are_enough),
        TEST(an_override_needs_a_note_and_is_kept_with_it),
        TEST(a_slow_decay_is_seen_against_the_median),
        TEST(figures_of_the_same_time_are_replaced),
        TEST(what_is_not_comparable_is_named),
        TEST(without_a_previous_run_all_three_are_named),
        TEST(a_later_previous_run_is_refused),
        TEST(the_result_does_not_depend_on_the_previous_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
