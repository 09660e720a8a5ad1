/* What two packs say of the same cohort, against each patient evaluated with either, one by one. */
#include "engine/rules_diff.h"

#include "engine/run_fixture.h"

#include "engine/screen.h"

/* Low magnesium, with a tier and a hider that a variant may move. */
#define PACK(limit, tier, hides, status)                                                           \
    "pack: small\nversion: 1.0.0\n"                                                                \
    "limits:\n  - { name: low, molar: " limit " mmol/L, mass: 1.7 mg/dL }\n"                       \
    "  - { name: cr, molar: 90 umol/L, mass: 1.02 mg/dL }\n"                                       \
    "rules:\n"                                                                                     \
    "  - id: L01\n    title: low\n    status: active\n"                                            \
    "    among: measured(magnesium within 90 days)\n"                                              \
    "    when: latest(magnesium within 90 days) < low\n"                                           \
    "    severity:\n      - tier: high\n        when: age >= " tier                                \
    "\n      - tier: low\n    action: look\n" hides "  - id: L02\n    title: on magnesium\n"       \
    "    status: " status "\n"                                                                     \
    "    among: active(MGSUPP)\n    when: latest(creatinine within 30 days) > cr\n"                \
    "    severity: moderate\n    action: look\n"

static const char BASE[] = PACK("0.70", "65", "", "active");

typedef struct outcomes_of {
    const mag_pack *pack;
    mag_evaluator *evaluator;
    mag_outcome outcomes[2];
} outcomes_of;

static const mag_pack *load(run_fixture *at, const char *text) {
    const mag_pack *pack;
    if (mag_pack_load(at->arena, "pack", mag_span_of(text), NULL, 0, 0, &pack, &at->error) !=
        MAG_OK)
        fail_msg("%s", at->error.text);
    return pack;
}

/* The inputs of a run over the fixture's cohort; sources are the caller's to free. */
static mag_run_inputs inputs_of(run_fixture *at, mag_source **sources) {
    const mag_plan *plan;
    const mag_codebook *book;
    mag_plan_options options = {
        .profile = "magscreen", .data_directory = at->data, .as_of = at->as_of};
    assert_int_equal(mag_plan_short(at->arena, &options, &plan, &at->error), MAG_OK);
    assert_int_equal(mag_codebook_load(at->arena, &book, &at->error), MAG_OK);
    assert_int_equal(fixture_sources(at, plan, sources), MAG_OK);
    return (mag_run_inputs){.plan = plan,
                            .book = book,
                            .sources = sources,
                            .source_count = plan->source_count,
                            .thread_count = at->thread_count,
                            .account = &at->account,
                            .is_stopped = fixture_is_stopped,
                            .stop_context = at};
}

static mag_status diff(run_fixture *at, const char *before, const char *after,
                       const mag_rules_diff **out) {
    mag_source *sources[8];
    const mag_run_inputs inputs = inputs_of(at, sources);
    const mag_status status =
        mag_rules_diff_run(at->arena, &inputs, load(at, before), load(at, after), out, &at->error);
    for (size_t i = 0; i < inputs.source_count; i++)
        sources[i]->ops->free(sources[i]);
    return status;
}

static const mag_rule_change *change_of(const mag_rules_diff *found, const char *rule_id) {
    for (size_t i = 0; i < found->rule_count; i++)
        if (strcmp(found->rules[i].rule_id, rule_id) == 0)
            return &found->rules[i];
    return NULL;
}

/* --- the reference: every patient, every rule, nothing shared ----------------------------------
 */

typedef struct reference {
    uint64_t old_flags, new_flags, gained, lost, worse, milder, hidden, shown, open, closed;
    uint64_t screened, changed;
} reference;

static void judge(outcomes_of *by, const mag_timeline *patient, mag_error *err) {
    assert_int_equal(mag_evaluate(by->evaluator, patient, by->outcomes, err), MAG_OK);
}

static bool add_patient(reference *to, const mag_outcome *a, const mag_outcome *b) {
    const bool had = a->kind == MAG_FLAGGED, has = b->kind == MAG_FLAGGED;
    const bool differs = had != has || (a->kind == MAG_CANNOT_TELL) != (b->kind == MAG_CANNOT_TELL);
    const reference before = *to;
    to->open += a->kind != MAG_CANNOT_TELL && b->kind == MAG_CANNOT_TELL;
    to->closed += a->kind == MAG_CANNOT_TELL && b->kind != MAG_CANNOT_TELL;
    if (had && has) {
        to->worse += a->severity < b->severity;
        to->milder += a->severity > b->severity;
        to->hidden += a->hidden_by < 0 && b->hidden_by >= 0;
        to->shown += a->hidden_by >= 0 && b->hidden_by < 0;
    } else {
        to->gained += has;
        to->lost += had;
    }
    const bool has_moved = memcmp(&before, to, sizeof before) != 0;
    assert_true(has_moved || !differs);
    to->old_flags += had;
    to->new_flags += has;
    return has_moved;
}

static void add_cohort(run_fixture *at, const mag_cohort *cohort, outcomes_of by[2],
                       reference totals[2]) {
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        for (size_t i = 0; i < mag_cohort_patient_count(cohort, p); i++) {
            mag_timeline patient;
            bool has_changed = false;
            mag_timeline_of(cohort, p, i, &patient);
            if (!mag_patient_is_screened(&patient))
                continue;
            judge(&by[0], &patient, &at->error);
            judge(&by[1], &patient, &at->error);
            for (int r = 0; r < 2; r++)
                has_changed |= add_patient(&totals[r], &by[0].outcomes[r], &by[1].outcomes[r]);
            totals[0].screened++;
            totals[0].changed += has_changed;
        }
}

static void expect_counts(const mag_rule_change *found, const reference *wanted) {
    assert_int_equal(found->flagged_old, wanted->old_flags);
    assert_int_equal(found->flagged_new, wanted->new_flags);
    assert_int_equal(found->gained, wanted->gained);
    assert_int_equal(found->lost, wanted->lost);
    assert_int_equal(found->more_severe, wanted->worse);
    assert_int_equal(found->less_severe, wanted->milder);
    assert_int_equal(found->newly_hidden, wanted->hidden);
    assert_int_equal(found->newly_shown, wanted->shown);
    assert_int_equal(found->cannot_tell_gained, wanted->open);
    assert_int_equal(found->cannot_tell_lost, wanted->closed);
}

static void expect_reference(run_fixture *at, const char *before, const char *after,
                             reference totals[2]) {
    mag_source *sources[8];
    mag_cohort *cohort;
    const mag_rules_diff *found;
    const mag_run_inputs inputs = inputs_of(at, sources);
    outcomes_of by[2] = {{.pack = load(at, before)}, {.pack = load(at, after)}};
    for (int i = 0; i < 2; i++)
        assert_int_equal(mag_evaluator_new(&by[i].evaluator, by[i].pack, &at->account, &at->error),
                         MAG_OK);
    assert_int_equal(mag_run_load_cohort(&inputs, &cohort, &at->error), MAG_OK);
    memset(totals, 0, 2 * sizeof *totals);
    add_cohort(at, cohort, by, totals);
    for (int i = 0; i < 2; i++)
        mag_evaluator_free(by[i].evaluator);
    mag_cohort_free(cohort);
    for (size_t i = 0; i < inputs.source_count; i++)
        sources[i]->ops->free(sources[i]);
    assert_int_equal(diff(at, before, after, &found), MAG_OK);
    expect_counts(change_of(found, "L01"), &totals[0]);
    expect_counts(change_of(found, "L02"), &totals[1]);
    assert_int_equal(found->screened_count, totals[0].screened);
    assert_int_equal(found->changed_count, totals[0].changed);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void begin(run_fixture *at) {
    fixture_begin(at);
    fixture_write(at, 11);
}

static void every_count_is_that_of_patients_judged_one_by_one(void **state) {
    (void)state;
    run_fixture at;
    reference totals[2];
    begin(&at);
    expect_reference(&at, BASE, PACK("0.80", "65", "", "active"), totals);
    assert_true(totals[0].gained > 0 && totals[0].lost == 0);
    expect_reference(&at, BASE, PACK("0.60", "65", "", "active"), totals);
    assert_true(totals[0].lost > 0 && totals[0].gained == 0);
    expect_reference(&at, BASE, PACK("0.70", "50", "", "active"), totals);
    assert_true(totals[0].worse > 0 && totals[0].milder == 0);
    expect_reference(&at, BASE, PACK("0.70", "80", "", "active"), totals);
    assert_true(totals[0].milder > 0 && totals[0].worse == 0);
    expect_reference(&at, BASE, PACK("0.70", "65", "    hides: [{ rule: L02 }]\n", "active"),
                     totals);
    assert_true(totals[1].hidden > 0 && totals[0].hidden == 0);
    expect_reference(&at, PACK("0.70", "65", "    hides: [{ rule: L02 }]\n", "active"), BASE,
                     totals);
    assert_true(totals[1].shown > 0);
    fixture_end(&at);
}

static void what_is_no_longer_known_is_counted(void **state) {
    (void)state;
    static const char loose[] =
        "pack: p\nversion: 1.0.0\n"
        "limits: [{ name: cr, molar: 200 umol/L, mass: 2.26 mg/dL }]\nrules:\n"
        "  - id: L01\n    title: t\n    among: active(MGSUPP)\n"
        "    when: latest(creatinine within 90 days) > cr\n"
        "    severity: low\n    action: look\n"
        "  - id: L02\n    title: t\n    among: age >= 30\n    when: age >= 60\n"
        "    severity: low\n    action: look\n";
    static const char strict[] =
        "pack: p\nversion: 1.0.0\n"
        "limits: [{ name: cr, molar: 200 umol/L, mass: 2.26 mg/dL }]\nrules:\n"
        "  - id: L01\n    title: t\n    among: active(MGSUPP)\n"
        "    when: latest(creatinine within 10 days) > cr\n"
        "    severity: low\n    action: look\n"
        "  - id: L02\n    title: t\n    among: age >= 30\n    when: age >= 60\n"
        "    severity: low\n    action: look\n";
    run_fixture at;
    reference totals[2];
    begin(&at);
    expect_reference(&at, loose, strict, totals);
    assert_true(totals[0].open > 0 && totals[0].lost > 0);
    assert_int_equal(totals[1].gained + totals[1].lost, 0);
    expect_reference(&at, strict, loose, totals);
    assert_true(totals[0].closed > 0 && totals[0].gained > 0);
    fixture_end(&at);
}

static void the_same_rules_differ_for_nobody(void **state) {
    (void)state;
    run_fixture at;
    const mag_rules_diff *found;
    begin(&at);
    assert_int_equal(diff(&at, BASE, BASE, &found), MAG_OK);
    assert_int_equal(found->changed_count, 0);
    assert_int_equal(found->change_count, 0);
    assert_int_equal(found->rule_count, 2);
    assert_true(mag_rule_change_is_none(&found->rules[0]));
    assert_true(found->rules[0].flagged_old > 0);
    assert_string_equal(found->as_of, "2025-12-31");
    fixture_end(&at);
}

static void a_rule_that_is_not_active_counts_as_absent(void **state) {
    (void)state;
    run_fixture at;
    const mag_rules_diff *found;
    begin(&at);
    assert_int_equal(diff(&at, BASE, PACK("0.70", "65", "", "staging"), &found), MAG_OK);
    const mag_rule_change *gone = change_of(found, "L02");
    assert_true(gone->is_in_old && !gone->is_in_new);
    assert_true(gone->lost > 0 && gone->lost == gone->flagged_old);
    assert_int_equal(gone->flagged_new, 0);
    assert_true(mag_rule_change_is_none(change_of(found, "L01")));
    assert_int_equal(diff(&at, PACK("0.70", "65", "", "retired"), BASE, &found), MAG_OK);
    const mag_rule_change *fresh = change_of(found, "L02");
    assert_true(!fresh->is_in_old && fresh->is_in_new && fresh->gained == gone->lost);
    assert_int_equal(
        diff(&at, PACK("0.70", "65", "", "draft"), PACK("0.70", "65", "", "draft"), &found),
        MAG_OK);
    assert_null(change_of(found, "L02"));
    fixture_end(&at);
}

static void the_first_ten_patients_are_named_in_the_order_of_their_ids(void **state) {
    (void)state;
    run_fixture at;
    const mag_rules_diff *found;
    size_t patients = 1;
    begin(&at);
    assert_int_equal(diff(&at, BASE, PACK("1.50", "65", "", "staging"), &found), MAG_OK);
    assert_true(found->changed_count > 100);
    for (size_t i = 1; i < found->change_count; i++) {
        const mag_patient_change *last = &found->changes[i - 1], *next = &found->changes[i];
        const int order = mag_span_compare(last->patient_id, next->patient_id);
        assert_true(order < 0 || (order == 0 && strcmp(last->rule_id, next->rule_id) < 0));
        patients += order < 0;
    }
    assert_int_equal(patients, MAG_RULES_DIFF_PATIENTS);
    assert_true(mag_span_is(found->changes[0].patient_id, "P0") ||
                mag_span_starts_with(found->changes[0].patient_id, mag_span_of("P1")));
    fixture_end(&at);
}

static void the_answer_is_the_same_for_any_number_of_threads(void **state) {
    (void)state;
    run_fixture at;
    const mag_rules_diff *one, *many;
    const char *wide = PACK("1.00", "50", "    hides: [{ rule: L02 }]\n", "active");
    begin(&at);
    assert_int_equal(diff(&at, BASE, wide, &one), MAG_OK);
    at.thread_count = 7;
    assert_int_equal(diff(&at, BASE, wide, &many), MAG_OK);
    assert_int_equal(one->changed_count, many->changed_count);
    assert_int_equal(one->change_count, many->change_count);
    for (size_t i = 0; i < one->rule_count; i++) {
        assert_int_equal(one->rules[i].gained, many->rules[i].gained);
        assert_int_equal(one->rules[i].more_severe, many->rules[i].more_severe);
        assert_int_equal(one->rules[i].newly_hidden, many->rules[i].newly_hidden);
    }
    for (size_t i = 0; i < one->change_count; i++) {
        assert_true(mag_span_equals(one->changes[i].patient_id, many->changes[i].patient_id));
        assert_string_equal(one->changes[i].rule_id, many->changes[i].rule_id);
        assert_int_equal(one->changes[i].after.severity, many->changes[i].after.severity);
    }
    fixture_end(&at);
}

static void a_signal_stops_it(void **state) {
    (void)state;
    run_fixture at;
    const mag_rules_diff *found;
    begin(&at);
    assert_int_equal(diff(&at, BASE, BASE, &found), MAG_OK);
    at.stop_at = at.stop_calls; /* the last time that it asked, in the midst of comparing */
    at.stop_calls = 0;
    assert_int_equal(diff(&at, BASE, BASE, &found), MAG_E_INTERRUPTED);
    fixture_end(&at);
}

static void sources_that_cannot_be_read_are_a_fault(void **state) {
    (void)state;
    run_fixture at;
    const mag_rules_diff *found;
    begin(&at);
    at.as_of = NULL;
    assert_int_equal(diff(&at, BASE, BASE, &found), MAG_E_USAGE);
    fixture_end(&at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_count_is_that_of_patients_judged_one_by_one),
        cmocka_unit_test(what_is_no_longer_known_is_counted),
        cmocka_unit_test(the_same_rules_differ_for_nobody),
        cmocka_unit_test(a_rule_that_is_not_active_counts_as_absent),
        cmocka_unit_test(the_first_ten_patients_are_named_in_the_order_of_their_ids),
        cmocka_unit_test(the_answer_is_the_same_for_any_number_of_threads),
        cmocka_unit_test(a_signal_stops_it),
        cmocka_unit_test(sources_that_cannot_be_read_are_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
