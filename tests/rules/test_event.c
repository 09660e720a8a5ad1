/* What makes a flag the same on another night, and why it ended: eras and spells of patients
   written as example lines; spells also against a naive statement of the page. */
#include "small_pack.h"

#include <limits.h>

#include "rules/event.h"

static judge of;

#define HEAD                                                                                       \
    "pack: events\nversion: 1.0.0\nlimits:\n"                                                      \
    "  - { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"                                  \
    "  - { name: ca_low, molar: 2.20 mmol/L, mass: 8.8 mg/dL }\n"                                  \
    "  - { name: urea_high, molar: 8.0 mmol/L, mass: 22.4 mg/dL }\n"                               \
    "rules:\n"

#define LOW(id, event)                                                                             \
    SMALL_RULE(id, "    status: active\n    among: measured(magnesium)\n    worse: low\n"          \
                   "    when: latest(magnesium) < mg_low\n    severity: high\n"                    \
                   "    event: " event "\n")

static const char PACK[] = HEAD LOW("M", "spell(magnesium <= mg_low, gap 30 days)") SMALL_RULE(
    "P",
    "    status: active\n    among: active(PPI)\n"
    "    when: none(magnesium within 30 days)\n    severity: low\n"
    "    event: era(PPI)\n") SMALL_RULE("X",
                                        "    status: active\n    among: active(LOOP)\n"
                                        "    except: dose(MGSUPP) > 10 mmol/day\n    when: always\n"
                                        "    severity: low\n")
    SMALL_RULE("D", "    status: active\n    among: active(MGSUPP)\n"
                    "    when: dose(MGSUPP) > 10 mmol/day\n    severity: low\n"
                    "    event: era(MGSUPP)\n")
        SMALL_RULE("E", "    status: active\n    among: active(LOOP, THIAZ, PPI)\n"
                        "    when: none(magnesium within 30 days)\n    severity: low\n"
                        "    event: era(LOOP, THIAZ)\n")
            SMALL_RULE("G", "    status: active\n    among: measured(calcium)\n    when: always\n"
                            "    severity: low\n    event: spell(calcium < ca_low, gap 90 "
                            "days)\n") LOW("L", "spell(magnesium < mg_low, gap 30 days)")
                SMALL_RULE("N", "    status: active\n    among: age >= 18 years\n    when: always\n"
                                "    severity: low\n")
                    SMALL_RULE("S", "    status: active\n    among: active(LOOP)\n    worse: low\n"
                                    "    when: latest(magnesium) < mg_low\n    severity: high\n"
                                    "    event: spell(magnesium < mg_low, gap 30 days)\n")
                        SMALL_RULE("U", "    status: active\n    among: measured(urea)\n"
                                        "    worse: high\n    when: always\n    severity: low\n"
                                        "    event: spell(urea > urea_high, gap 90 days)\n");

/* "2024-06-01.." or "2024-06-01T07:10..2024-06-20"; "" without an event. */
static void event_text(const char *rule_id, char out[160]) {
    char from[MAG_MOMENT_TEXT_NBYTES], to[MAG_MOMENT_TEXT_NBYTES] = "";
    judge_patient(&of);
    const mag_event_interval event =
        mag_event_find(of.evaluator, (size_t)mag_pack_find_rule(of.pack, rule_id));
    out[0] = '\0';
    if (event.start == MAG_MINUTE_NONE) {
        assert_int_equal(event.stop, MAG_MINUTE_OPEN);
        return;
    }
    mag_minute_text(event.start, event.start % MAG_MINUTES_PER_DAY == 0, from);
    if (event.stop != MAG_MINUTE_OPEN)
        mag_minute_text(event.stop, event.stop % MAG_MINUTES_PER_DAY == 0, to);
    (void)snprintf(out, 160, "%s..%s", from, to);
}

typedef struct event_row {
    const char *given, *event;
} event_row;

static void expect_events(const char *rule_id, const event_row *rows, size_t count) {
    char got[160];
    judge_begin_with(&of, PACK);
    for (size_t i = 0; i < count; i++) {
        world_say(&of.in, "%s", rows[i].given);
        event_text(rule_id, got);
        if (strcmp(got, rows[i].event) != 0)
            fail_msg("%s: event %s, wanted %s", rows[i].given, got, rows[i].event);
    }
    judge_end(&of);
}

static void an_era_of_several_classes_is_the_one_that_holds_t_or_ended_last(void **state) {
    (void)state;
    static const event_row rows[] = {
        {"female 50 y", ""},
        {"LOOP since 60 days ago", "2024-05-01.."},
        {"LOOP since 60 days ago; THIAZ since 90 days ago until 61 days ago", "2024-04-01.."},
        {"LOOP since 60 days ago; THIAZ since 90 days ago until 63 days ago", "2024-05-01.."},
        {"LOOP since 60 days ago until 31 days ago", "2024-05-01..2024-05-31"},
        {"LOOP since 60 days ago until 31 days ago; THIAZ since 90 days ago until 70 days ago",
         "2024-05-01..2024-05-31"},
        {"LOOP issue 40 days ago 28 days supply", "2024-05-21.."},
        {"LOOP issue 90 days ago 28 days supply", "2024-04-01..2024-04-29"},
        {"LOOP since 9 hours ago", "2024-06-30T14:59.."},
    };
    expect_events("E", rows, sizeof rows / sizeof rows[0]);
    const event_row other_class = {"PPI since 60 days ago", ""};
    expect_events("E", &other_class, 1);
}

/* Packs against H. pylori never join, so that several eras may hold T, or end together. */
static void of_eras_that_overlap_the_earlier_one_that_holds_t_or_ended_last_counts(void **state) {
    (void)state;
#define PREVPAC "drug \"Prevpac\" since "
#define TALICIA "drug \"Talicia\" since "
    static const event_row rows[] = {
        {PREVPAC "40 days ago; " TALICIA "35 days ago", "2024-05-21.."},
        {"drug \"omeprazole\" since 20 days ago; " PREVPAC "40 days ago", "2024-05-21.."},
        {PREVPAC "40 days ago; " TALICIA "35 days ago until 30 days ago", "2024-05-21.."},
        {PREVPAC "40 days ago until 10 days ago; " TALICIA "35 days ago until 30 days ago",
         "2024-05-21..2024-06-21"},
        {PREVPAC "40 days ago until 10 days ago; " TALICIA "35 days ago until 10 days ago",
         "2024-05-21..2024-06-21"},
        {"drug \"omeprazole\" since 35 days ago until 10 days ago; " PREVPAC
         "40 days ago until 10 days ago",
         "2024-05-21..2024-06-21"},
    };
    expect_events("P", rows, sizeof rows / sizeof rows[0]);
}

static void a_spell_of_at_most_holds_the_limit(void **state) {
    (void)state;
    static const event_row rows[] = {
        {"magnesium 0.70 mmol/L on 2024-06-10", "2024-06-10.."},
        {"magnesium 0.71 mmol/L on 2024-06-10", ""},
        {"magnesium 0.70 mmol/L on 2024-06-10T08:00; magnesium 0.80 mmol/L on 2024-06-10T08:00",
         "2024-06-10T08:00.."},
    };
    expect_events("M", rows, sizeof rows / sizeof rows[0]);
}

static void a_spell_begins_behind_a_normal_result_or_a_gap(void **state) {
    (void)state;
    static const event_row rows[] = {
        {"female 50 y", ""},
        {"magnesium 0.60 mmol/L on 2024-06-10", "2024-06-10.."},
        {"magnesium 0.60 mmol/L on 2024-06-10T07:10", "2024-06-10T07:10.."},
        {"magnesium 0.60 mmol/L on 2024-05-20; magnesium 0.61 mmol/L on 2024-06-10",
         "2024-05-20.."},
        {"magnesium 0.60 mmol/L on 2024-05-20; magnesium 0.80 mmol/L on 2024-05-30; "
         "magnesium 0.61 mmol/L on 2024-06-10",
         "2024-06-10.."},
        {"magnesium 0.60 mmol/L on 2024-05-11; magnesium 0.61 mmol/L on 2024-06-10",
         "2024-05-11.."},
        {"magnesium 0.60 mmol/L on 2024-05-10; magnesium 0.61 mmol/L on 2024-06-10",
         "2024-06-10.."},
        {"magnesium 0.60 mmol/L on 2024-06-10; magnesium 0.70 mmol/L on 2024-06-11", ""},
        {"magnesium 1.6 mg/dL on 2024-06-01; magnesium 0.69 mmol/L on 2024-06-11", "2024-06-01.."},
        {"magnesium 1.7 mg/dL on 2024-06-01; magnesium 0.69 mmol/L on 2024-06-11", "2024-06-11.."},
    };
    expect_events("L", rows, sizeof rows / sizeof rows[0]);
}

static void what_does_not_decide_neither_breaks_nor_prolongs_a_spell(void **state) {
    (void)state;
    static const event_row rows[] = {
        {"magnesium 0.60 mmol/L on 2024-06-01; magnesium <0.80 mmol/L on 2024-06-05; "
         "magnesium 0.61 mmol/L on 2024-06-10",
         "2024-06-01.."},
        {"magnesium <0.80 mmol/L on 2024-06-01; magnesium 0.61 mmol/L on 2024-06-10",
         "2024-06-10.."},
        {"magnesium 0.61 mmol/L on 2024-06-10; magnesium <0.80 mmol/L on 2024-06-20",
         "2024-06-10.."},
        {"magnesium 0.61 mmol/L on 2024-06-10; magnesium rejected on 2024-06-20", "2024-06-10.."},
        {"magnesium 0.61 mmol/L on 2024-06-10; magnesium 2.0 no unit on 2024-06-20",
         "2024-06-10.."},
        {"magnesium <0.60 mmol/L on 2024-06-10", "2024-06-10.."},
        {"magnesium 0.61 mmol/L on 2024-06-10; magnesium >0.90 mmol/L on 2024-06-20", ""},
        {"magnesium 0.60 mmol/L on 2024-05-01; magnesium <0.80 mmol/L on 2024-05-20; "
         "magnesium 0.61 mmol/L on 2024-06-10",
         "2024-06-10.."},
    };
    expect_events("L", rows, sizeof rows / sizeof rows[0]);
}

static void of_results_at_one_moment_the_worse_one_counts(void **state) {
    (void)state;
    static const event_row rows[] = {
        {"magnesium 0.60 mmol/L on 2024-06-10T08:00; magnesium 0.80 mmol/L on 2024-06-10T08:00",
         "2024-06-10T08:00.."},
        {"magnesium 0.60 mmol/L on 2024-06-10T08:00; magnesium 0.80 mmol/L on 2024-06-10T08:01",
         ""},
        {"magnesium 0.60 mmol/L on 2024-06-10T08:00; magnesium 0.80 mmol/L on 2024-06-10",
         "2024-06-10.."},
        {"magnesium 0.80 mmol/L on 2024-06-10T08:00; magnesium 0.60 mmol/L on 2024-06-10",
         "2024-06-10.."},
    };
    expect_events("L", rows, sizeof rows / sizeof rows[0]);
}

static void calcium_counts_as_adjusted_and_urea_in_both_names(void **state) {
    (void)state;
    static const event_row calcium[] = {
        {"calcium 2.00 mmol/L on 2024-06-10; albumin 20 g/L on 2024-06-10", ""},
        {"calcium 2.00 mmol/L on 2024-06-10; albumin 40 g/L on 2024-06-10", "2024-06-10.."},
        {"calcium 2.00 mmol/L on 2024-06-10", ""},
        {"calcium 2.30 mmol/L on 2024-06-01; albumin 40 g/L on 2024-06-01; "
         "calcium 2.00 mmol/L on 2024-06-10; albumin 40 g/L on 2024-06-10",
         "2024-06-10.."},
    };
    static const event_row urea[] = {
        {"urea 12 mmol/L on 2024-06-01; urea_nitrogen 30 mg/dL on 2024-06-10", "2024-06-01.."},
        {"urea 12 mmol/L on 2024-06-01; urea_nitrogen 10 mg/dL on 2024-06-10", ""},
        {"urea_nitrogen 10 mg/dL on 2024-06-01; urea 12 mmol/L on 2024-06-10", "2024-06-10.."},
    };
    expect_events("G", calcium, sizeof calcium / sizeof calcium[0]);
    expect_events("U", urea, sizeof urea / sizeof urea[0]);
}

static void a_rule_without_event_has_none(void **state) {
    (void)state;
    const event_row row = {"magnesium 0.60 mmol/L on 2024-06-10; MGSUPP since 9 days ago", ""};
    expect_events("N", &row, 1);
}

/* The flag of D04 or C07 can rest on a value that its event does not speak of. */
static void a_flag_that_rests_on_another_value_has_no_event(void **state) {
    (void)state;
    static const struct {
        const char *rule_id, *severity, *given, *event;
    } rows[] = {
        {"D04", "high", "male 60 y; magnesium 0.45 mmol/L on 2024-06-10", "2024-06-10.."},
        {"D04", "high", "male 60 y; magnesium 1.90 mmol/L on 2024-06-10", ""},
        {"D04", "high",
         "male 60 y; magnesium 0.45 mmol/L on 2024-02-01; magnesium 1.90 mmol/L on 2024-06-10", ""},
        {"C07", "moderate",
         "male 60 y; calcium 1.70 mmol/L on 2024-06-20; albumin 40 g/L on 2024-06-20", ""},
        {"C07", "moderate",
         "male 60 y; calcium 1.70 mmol/L on 2024-06-20; albumin 40 g/L on 2024-06-20; "
         "potassium 3.2 mmol/L on 2024-03-01; potassium 4.2 mmol/L on 2024-06-20",
         ""},
    };
    char got[160];
    judge_begin(&of);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&of.in, "%s", rows[i].given);
        judge_patient(&of);
        judge_expect(&of, rows[i].rule_id, rows[i].severity);
        event_text(rows[i].rule_id, got);
        if (strcmp(got, rows[i].event) != 0)
            fail_msg("%s, %s: event %s, wanted %s", rows[i].rule_id, rows[i].given, got,
                     rows[i].event);
    }
    judge_end(&of);
}

/* --- against a naive statement ------------------------------------------------------------- */

typedef struct naive_result {
    int day, minute; /* minute -1: without a clock */
    int kind;        /* 0 abnormal, 1 normal, 2 undecided, 3 a mark */
} naive_result;

enum { NAIVE_MAX = 8, NAIVE_GAP_DAYS = 30, NAIVE_ROUNDS = 4000 };

static bool naive_is_one_moment(const naive_result *a, const naive_result *b) {
    return a->day == b->day && (a->minute < 0 || b->minute < 0 || a->minute == b->minute);
}

static int naive_minute(const naive_result *of_one) {
    return of_one->day * 1440 + (of_one->minute < 0 ? 0 : of_one->minute);
}

/* 1 abnormal, 0 normal, -1 nothing: the worst of its moment, if it says anything itself. */
static int naive_verdict(const naive_result *all, int count, int i) {
    if (all[i].kind > 1)
        return -1;
    for (int j = 0; j < count; j++)
        if (all[j].kind == 0 && naive_is_one_moment(&all[i], &all[j]))
            return 1;
    return 0;
}

/* The earliest abnormal result from which every step to the newest stays abnormal and short. */
static int naive_start(const naive_result *all, int count) {
    int best = INT_MIN;
    for (int i = 0; i < count; i++) {
        bool is_unbroken = naive_verdict(all, count, i) == 1;
        int at = naive_minute(&all[i]);
        for (int j = 0; j < count && is_unbroken; j++) {
            const int verdict = naive_verdict(all, count, j);
            int previous_day = INT_MIN;
            if (verdict < 0 || naive_minute(&all[j]) < at)
                continue;
            for (int k = 0; k < count; k++)
                if (naive_verdict(all, count, k) == 1 && naive_minute(&all[k]) >= at &&
                    naive_minute(&all[k]) < naive_minute(&all[j]) && all[k].day > previous_day)
                    previous_day = all[k].day;
            is_unbroken = verdict == 1 &&
                          (previous_day == INT_MIN || all[j].day - previous_day <= NAIVE_GAP_DAYS);
        }
        if (is_unbroken && (best == INT_MIN || at < best))
            best = at;
    }
    return best;
}

static void naive_line(const naive_result *one, int number, char *out, size_t nbytes) {
    static const char *const values[] = {"0.60 mmol/L", "0.90 mmol/L", "<0.80 mmol/L", "rejected"};
    char day[MAG_MOMENT_TEXT_NBYTES], clock[16] = "";
    mag_day_text(one->day, day);
    if (one->minute >= 0)
        (void)snprintf(clock, sizeof clock, "T%02d:%02d", one->minute / 60, one->minute % 60);
    (void)snprintf(out, nbytes, "%smagnesium %s on %s%s", number == 0 ? "" : "; ",
                   values[one->kind], day, clock);
}

static void spells_agree_with_a_naive_statement(void **state) {
    (void)state;
    static const int minutes[] = {-1, 0, 480, 481};
    unsigned seed = 7, with_event = 0;
    judge_begin_with(&of, PACK);
    const size_t rule_idx = (size_t)mag_pack_find_rule(of.pack, "L");
    for (int round = 0; round < NAIVE_ROUNDS; round++) {
        naive_result all[NAIVE_MAX];
        char text[WORLD_TEXT_NBYTES] = "";
        size_t at = 0;
        const int count = 1 + round % NAIVE_MAX;
        for (int i = 0; i < count; i++) {
            seed = seed * 1103515245u + 12345u;
            const unsigned draw = seed >> 16;
            static const int kinds[] = {0, 0, 0, 0, 1, 2, 3, 0};
            all[i] = (naive_result){MAG_EXAMPLE_AS_OF - (int)(draw % 6) * 15 - (int)(draw / 6 % 3),
                                    minutes[draw / 18 % 4], kinds[draw / 72 % 8]};
            naive_line(&all[i], i, text + at, sizeof text - at);
            at += strlen(text + at);
        }
        world_say(&of.in, "%s", text);
        judge_patient(&of);
        const mag_event_interval event = mag_event_find(of.evaluator, rule_idx);
        const int wanted = naive_start(all, count);
        with_event += wanted != INT_MIN;
        if (event.start != wanted)
            fail_msg("round %d, %s: %d, wanted %d", round, text, event.start, wanted);
    }
    assert_in_range(with_event, NAIVE_ROUNDS / 4, NAIVE_ROUNDS);
    judge_end(&of);
}

/* --- the end -------------------------------------------------------------------------------- */

static void an_end_names_what_made_the_rule_false(void **state) {
    (void)state;
    static const struct {
        const char *rule_id, *given;
        mag_event_end end;
    } rows[] = {
        {"D", "MGSUPP 20 mmol since 60 days ago", MAG_EVENT_END_NONE},
        {"D", "MGSUPP 5 mmol since 60 days ago", MAG_EVENT_END_DOSE_CHANGED},
        {"D", "age unknown; MGSUPP 5 mmol since 60 days ago", MAG_EVENT_END_DOSE_CHANGED},
        {"D", "MGSUPP 20 mmol since 60 days ago until 3 days ago", MAG_EVENT_END_DRUG_STOPPED},
        {"D", "female 50 y", MAG_EVENT_END_DRUG_STOPPED},
        {"D", "MGSUPP since 60 days ago", MAG_EVENT_END_NONE},
        {"D", "outside stays", MAG_EVENT_END_NONE},
        {"E", "LOOP since 60 days ago; magnesium 0.8 mmol/L 3 days ago",
         MAG_EVENT_END_VALUE_NORMALISED},
        {"E",
         "LOOP since 60 days ago until 3 days ago; PPI since 9 days ago; "
         "magnesium 0.8 mmol/L 3 days ago",
         MAG_EVENT_END_DRUG_STOPPED},
        {"L", "magnesium 0.60 mmol/L 9 days ago; magnesium 0.80 mmol/L 3 days ago",
         MAG_EVENT_END_VALUE_NORMALISED},
        {"S", "LOOP since 60 days ago; magnesium 0.60 mmol/L 9 days ago", MAG_EVENT_END_NONE},
        {"S", "LOOP since 60 days ago until 3 days ago; magnesium 0.60 mmol/L 9 days ago",
         MAG_EVENT_END_DRUG_STOPPED},
        {"S", "LOOP since 60 days ago; magnesium 0.80 mmol/L 3 days ago",
         MAG_EVENT_END_VALUE_NORMALISED},
        {"S", "LOOP since 60 days ago until 3 days ago; magnesium 0.80 mmol/L 3 days ago",
         MAG_EVENT_END_VALUE_NORMALISED},
        {"N", "female 17 y", MAG_EVENT_END_VALUE_NORMALISED},
        {"X", "LOOP since 60 days ago; MGSUPP 20 mmol since 9 days ago",
         MAG_EVENT_END_DOSE_CHANGED},
    };
    judge_begin_with(&of, PACK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_error err = {0};
        mag_event_end end;
        world_say(&of.in, "%s", rows[i].given);
        const size_t rule_idx = (size_t)mag_pack_find_rule(of.pack, rows[i].rule_id);
        if (mag_event_end_find(of.evaluator, &of.in.patient, rule_idx, &end, &err) != MAG_OK)
            fail_msg("%s", err.text);
        if (end != rows[i].end)
            fail_msg("%s, %s: end %d, wanted %d", rows[i].rule_id, rows[i].given, (int)end,
                     (int)rows[i].end);
    }
    judge_end(&of);
}

/* The evaluator makes room for the rows of the patient that it looks at. */
static void memory_that_runs_out_is_told(void **state) {
    mag_error err = {0};
    mag_event_end end;
    (void)state;
    judge_begin_with(&of, PACK);
    world_say(&of.in, "LOOP since 60 days ago; magnesium 0.60 mmol/L 9 days ago");
    of.in.account.limit_nbytes = of.in.account.used_nbytes;
    assert_int_equal(mag_event_end_find(of.evaluator, &of.in.patient, 0, &end, &err),
                     MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P402);
    assert_int_equal(end, MAG_EVENT_END_NONE);
    err = (mag_error){0};
    assert_int_equal(mag_evaluate(of.evaluator, &of.in.patient, of.outcomes, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P402);
    of.in.account.limit_nbytes = 0;
    judge_end(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_era_of_several_classes_is_the_one_that_holds_t_or_ended_last),
        cmocka_unit_test(of_eras_that_overlap_the_earlier_one_that_holds_t_or_ended_last_counts),
        cmocka_unit_test(a_spell_of_at_most_holds_the_limit),
        cmocka_unit_test(a_spell_begins_behind_a_normal_result_or_a_gap),
        cmocka_unit_test(what_does_not_decide_neither_breaks_nor_prolongs_a_spell),
        cmocka_unit_test(of_results_at_one_moment_the_worse_one_counts),
        cmocka_unit_test(calcium_counts_as_adjusted_and_urea_in_both_names),
        cmocka_unit_test(a_rule_without_event_has_none),
        cmocka_unit_test(a_flag_that_rests_on_another_value_has_no_event),
        cmocka_unit_test(spells_agree_with_a_naive_statement),
        cmocka_unit_test(an_end_names_what_made_the_rule_false),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
