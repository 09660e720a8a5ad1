/* Units inferred over a whole source, as a run does it and tells it: state used in run.json, the
   note on a flag, the same result for any number of threads and parts. */
#include "engine/result_record.h"

enum { ROWS = 240 };

typedef struct stage {
    run_fixture run;
    json_t *record;
} stage;

/* 240 results without a unit, one low; 12 of another code that nothing can be said about; one
   whose unit goes against the source. `part` splits the rows into two files. */
static void write_rows(const run_fixture *at, bool is_split) {
    FILE *people = fixture_open(at, "patients.csv");
    FILE *rx = fixture_open(at, "prescriptions.csv");
    FILE *first = fixture_open(at, "labs-1.csv");
    FILE *second = is_split ? fixture_open(at, "labs-2.csv") : first;
    static const char header[] = "patient_id,code_system,code,value,unit,collected_at\n";
    fputs("patient_id,sex,birth\n", people);
    fputs("patient_id,drug_code,drug_name,start,stop,route\n", rx);
    fputs(header, first);
    if (is_split)
        fputs(header, second);
    for (unsigned i = 0; i < ROWS; i++) {
        fprintf(people, "P%u,F,1950-01-01\n", i);
        fprintf(rx, "P%u,A02BC01,omeprazole,2025-06-01,2026-01-31,PO\n", i);
        fprintf(i % 3 ? first : second, "P%u,LOINC,2601-3,%s,,2025-12-01T08:00\n", i,
                i == 7  ? "0.45"
                : i % 2 ? "0.80"
                        : "0.84");
        if (i % 20 == 0)
            fprintf(second, "P%u,SNOMED,312475002,1.3,,2025-12-02T08:00\n", i);
    }
    fputs("P9,LOINC,2601-3,1.9,mmol/L,2025-12-03T08:00\n", second);
    fputs("P8,LOINC,19123-9,0.90,mmol/L,2025-12-03T08:00\n", first);
    fclose(people);
    fclose(rx);
    fclose(first);
    if (is_split)
        fclose(second);
}

static void run_stage(stage *at, bool is_split, int thread_count) {
    fixture_begin(&at->run);
    at->run.thread_count = thread_count;
    write_rows(&at->run, is_split);
    mag_status status = fixture_run(&at->run);
    if (status != MAG_OK)
        fail_msg("%s", at->run.error.text);
    at->record = result_record(&at->run, fixture_has(&at->run, ".held", "run.json") ? ".held" : "");
}

static void end_stage(stage *at) {
    json_decref(at->record);
    fixture_end(&at->run);
}

static void expect_profile(const json_t *record, const char *code, const char *state,
                           const char *unit, const unsigned counts[4]) {
    static const char *const keys[] = {"rows_without_unit", "inferred", "dropped", "contradicting"};
    const json_t *profile = record_member(record, "unit_profiles", "code", code);
    assert_string_equal(record_text(profile, "source"), "labs");
    assert_string_equal(record_text(profile, "state"), state);
    assert_string_equal(record_text(profile, "unit"), unit);
    for (size_t i = 0; i < 4; i++)
        if (record_count(profile, keys[i]) != counts[i])
            fail_msg("%s: %s is not %u", code, keys[i], counts[i]);
}

static void run_json_says_which_state_was_used(void **state) {
    (void)state;
    stage at;
    run_stage(&at, false, 1);
    assert_int_equal(json_array_size(record_at(at.record, "unit_profiles")), 2);
    expect_profile(at.record, "2601-3", "inferred_by_profile", "mmol/L",
                   (const unsigned[]){ROWS, ROWS, 0, 1});
    expect_profile(at.record, "312475002", "dropped", "", (const unsigned[]){12, 0, 12, 0});
    const json_t *labs = record_member(at.record, "sources", "name", "labs");
    assert_int_equal(record_count(labs, "notes.units_inferred"), ROWS);
    assert_int_equal(record_count(labs, "notes.units_against_code"), 1);
    assert_int_equal(record_count(labs, "rows.accepted"), ROWS + 1);
    const json_t *reasons = record_at(labs, "rejected_by_reason");
    assert_int_equal(json_integer_value(json_object_get(reasons, "unit.missing")), 12);
    assert_int_equal(json_integer_value(json_object_get(reasons, "unit.contradicts")), 1);
    end_stage(&at);
}

/* For people: one note for the codes that were read so, one for the file with a unit against its
   code. */
static void the_run_tells_it_to_people(void **state) {
    (void)state;
    stage at;
    run_stage(&at, true, 1);
    size_t inferred = 0, against = 0;
    for (size_t i = 0; i < at.run.report->note_count; i++) {
        const mag_run_note *note = &at.run.report->notes[i];
        if (note->message == MAG_MSG_I253) {
            assert_string_equal(note->file, "labs");
            assert_int_equal(note->count, ROWS);
            inferred++;
        } else if (note->message == MAG_MSG_I254) {
            assert_string_equal(note->file, "labs-1.csv");
            assert_int_equal(note->count, 1);
            against++;
        }
    }
    assert_int_equal(inferred, 1);
    assert_int_equal(against, 1);
    end_stage(&at);
}

/* 0.45 is critically low in mmol/L only: P7 is found because of the profile, and the flag says so.
 */
static void a_flag_on_an_inferred_unit_says_so(void **state) {
    (void)state;
    stage at;
    run_stage(&at, false, 1);
    bool is_held = fixture_has(&at.run, ".held", "run.json");
    result_table flags = result_read(&at.run, is_held ? ".held" : "", "flags.csv.gz");
    size_t found = 0, told = 0;
    for (size_t row = 0; row < flags.row_count; row++) {
        const char *rule = result_cell(&flags, row, "rule_id");
        if (strcmp(result_cell(&flags, row, "patient_id"), "P7") != 0)
            continue;
        const char *evidence = result_cell(&flags, row, "evidence");
        found += strcmp(rule, "H02") != 0 && strstr(evidence, "0.45 mmol/L") &&
                 strstr(evidence, "unit_inferred");
        told += strcmp(rule, "H02") == 0 && strstr(evidence, "unit_inferred");
    }
    assert_true(found > 0);
    assert_int_equal(told, 1);
    result_done(&flags);
    end_stage(&at);
}

static void threads_and_parts_change_nothing(void **state) {
    (void)state;
    char digest[128] = "";
    for (int round = 0; round < 4; round++) {
        stage at;
        run_stage(&at, round % 2, round < 2 ? 1 : 3);
        const char *now = record_text(at.record, "result_sha256");
        if (!round)
            snprintf(digest, sizeof digest, "%s", now);
        assert_true(strlen(now) == 64);
        assert_string_equal(now, digest);
        end_stage(&at);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_json_says_which_state_was_used),
        cmocka_unit_test(the_run_tells_it_to_people),
        cmocka_unit_test(a_flag_on_an_inferred_unit_says_so),
        cmocka_unit_test(threads_and_parts_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
