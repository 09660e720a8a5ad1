/* Results at the edges: without a value, without a clock, of one specimen at two minutes, above and
   below what a method can measure, of analytes in two series. T is 2024-06-30T23:59. */
#include "question.h"

static judge of;

#define EXPECT(...) QUESTIONS(&of, __VA_ARGS__)

/* 2.50 mmol/L beside an albumin above 50 g/L is less than 2.50 - 0.02 x 10 = 2.30. */
static void an_albumin_above_its_method_bounds_the_adjusted_calcium(void **state) {
    (void)state;
    static const char above[] = "calcium 2.50 mmol/L 3 days ago; albumin >50 g/L 3 days ago",
                      at_least[] = "calcium 2.50 mmol/L 3 days ago; albumin >=50 g/L 3 days ago";
    EXPECT({above, "latest(adjusted_calcium) < ca_230", "low"},
           {above, "latest(adjusted_calcium) < ca_229", "cannot_tell censored"},
           {at_least, "latest(adjusted_calcium) < ca_230", "cannot_tell censored"},
           {at_least, "latest(adjusted_calcium) <= ca_230", "low"});
}

/* The total of a sample that also has a reported adjusted calcium does not count beside it. */
static void a_reported_adjusted_calcium_of_the_sample_replaces_the_total(void **state) {
    (void)state;
    static const char total[] = "calcium 2.0 mmol/L on 2024-06-20T08:00",
                      of_a[] = "calcium 2.0 mmol/L on 2024-06-20T08:00 specimen A";
    const struct {
        const char *calcium, *reported;
        bool is_replaced;
    } rows[] = {
        {total, "calcium_adjusted 2.3 mmol/L on 2024-06-20T08:00", true},
        {total, "calcium_adjusted 2.3 mmol/L on 2024-06-20", true},        /* that day, no clock */
        {total, "calcium_adjusted 2.3 mmol/L on 2024-06-20T00:00", false}, /* midnight is a clock */
        {total, "calcium_adjusted 2.3 mmol/L on 2024-06-20T08:01", false},
        {total, "calcium_adjusted 2.3 mmol/L on 2024-06-21", false},
        {total, "calcium_adjusted rejected on 2024-06-20T08:00", false},
        {of_a, "calcium_adjusted 2.3 mmol/L on 2024-06-21T09:00 specimen A", true},
        {of_a, "calcium_adjusted 2.3 mmol/L on 2024-06-21T09:00 specimen B", false},
        {of_a, "calcium_adjusted rejected on 2024-06-21T09:00 specimen A", false},
        {"calcium 2.0 mmol/L on 2024-06-20", "calcium_adjusted 2.3 mmol/L on 2024-06-20T17:30",
         true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char patient[256];
        (void)snprintf(patient, sizeof patient, "%s; %s", rows[i].calcium, rows[i].reported);
        const question row = {patient, "count(adjusted_calcium < ca_229) > 0",
                              rows[i].is_replaced ? "clear"
                              : strstr(rows[i].reported, "rejected") != NULL
                                  ? "cannot_tell ca_unadjusted,rejected"
                                  : "cannot_tell ca_unadjusted"};
        question_expect(&of, &row);
    }
}

static void a_middle_and_a_change_of_nothing_are_missing(void **state) {
    (void)state;
    static const char nothing[] = "sodium 140 mmol/L 3 days ago";
    EXPECT({nothing, "median(potassium within 90 days) < k_low", "cannot_tell missing"},
           {nothing, "change(potassium within 90 days) < k_fall", "cannot_tell missing"},
           {"potassium rejected 3 days ago", "median(potassium within 90 days) < k_low",
            "cannot_tell rejected"},
           {"potassium rejected 3 days ago", "change(potassium within 90 days) < k_fall",
            "cannot_tell rejected"},
           {"potassium 4.5 mmol/L 9 days ago; potassium 3.4 mmol/L 2 days ago",
            "change(potassium within 90 days) < k_fall", "low"},
           {"potassium 4.5 mmol/L 9 days ago; potassium 3.5 mmol/L 2 days ago",
            "change(potassium within 90 days) < k_fall", "clear"});
}

/* Urea comes as urea and as urea nitrogen: 22.4 mg/dL of the latter are 8.0 mmol/L, and so are
   48.05 mg/dL of the molecule. */
static void urea_and_its_nitrogen_are_one_series(void **state) {
    (void)state;
    static const char both[] = "urea 9 mmol/L 10 days ago; urea_nitrogen 30 mg/dL 40 days ago",
                      swapped[] = "urea 9 mmol/L 40 days ago; urea_nitrogen 30 mg/dL 10 days ago",
                      near[] = "urea 9 mmol/L 10 days ago; urea_nitrogen 30 mg/dL 9 days ago";
    EXPECT({both, "spaced(urea, apart 14 days) > 1", "low"},
           {swapped, "spaced(urea, apart 14 days) > 1", "low"},
           {near, "spaced(urea, apart 14 days) > 1", "clear"},
           {both, "first(urea) > urea_high", "low"},
           {"urea 7 mmol/L 10 days ago; urea_nitrogen 30 mg/dL 40 days ago",
            "first(urea) > urea_high", "low"},
           {"urea 7 mmol/L 40 days ago; urea_nitrogen 30 mg/dL 10 days ago",
            "first(urea) > urea_high", "clear"},
           {"urea 9 mmol/L 40 days ago; urea_nitrogen 20 mg/dL 10 days ago",
            "first(urea) > urea_high", "low"},
           {"urea 9 mmol/L 3 days ago; urea 8 mmol/L 2 days ago",
            "median(urea within 90 days) > urea_high", "low"},
           {"urea 8 mmol/L 3 days ago; urea 8 mmol/L 2 days ago",
            "median(urea within 90 days) > urea_high", "clear"},
           {"urea 60 mg/dL 3 days ago; urea 55 mg/dL 2 days ago",
            "median(urea within 90 days) > urea_high", "low"},
           {"urea 40 mg/dL 3 days ago; urea 45 mg/dL 2 days ago",
            "median(urea within 90 days) > urea_high", "clear"},
           {"urea_nitrogen 23 mg/dL 3 days ago; urea_nitrogen 22.4 mg/dL 2 days ago",
            "median(urea within 90 days) > urea_high", "low"});
}

static void either_calcium_makes_adjusted_calcium_observable(void **state) {
    (void)state;
    static const char none[] = "none(adjusted_calcium within 30 days)";
    EXPECT({"sodium 140 mmol/L 3 days ago", none, "low"},
           {"sodium 140 mmol/L 3 days ago; source without calcium_adjusted", none, "low"},
           {"sodium 140 mmol/L 3 days ago; source without calcium", none, "low"});
}

/* Digoxin has a range for treatment, not one of normal; a range of the row counts only where it
   lies near one of normal (spec g3). */
static void an_analyte_without_a_range_of_normal_has_no_upper_limit(void **state) {
    (void)state;
    static const char above[] = "latest(digoxin_level) > uln(digoxin_level)";
    EXPECT({"sodium 140 mmol/L 3 days ago", above, "cannot_tell missing"},
           {"digoxin_level 1.5 nmol/L 3 days ago", above, "cannot_tell missing"},
           {"digoxin_level 2.7 nmol/L range 1.0-2.6 3 days ago", above, "cannot_tell missing"});
}

/* 2.30 as reported and 2.30 worked out of another sample are equal, whichever comes first. */
static void reported_and_worked_out_calcium_compare_with_one_another(void **state) {
    (void)state;
    static const char worked_out_first[] = "calcium 2.30 mmol/L 5 days ago; albumin 40 g/L 5 days "
                                           "ago; calcium_adjusted 2.30 mmol/L 3 days ago",
                      reported_first[] = "calcium_adjusted 2.30 mmol/L 5 days ago; calcium 2.30 "
                                         "mmol/L 3 days ago; albumin 40 g/L 3 days ago";
    EXPECT({worked_out_first, "lowest(adjusted_calcium within 30 days) < ca_230", "clear"},
           {worked_out_first, "lowest(adjusted_calcium within 30 days) <= ca_230", "low"},
           {worked_out_first, "highest(adjusted_calcium within 30 days) > ca_230", "clear"},
           {reported_first, "lowest(adjusted_calcium within 30 days) < ca_230", "clear"},
           {reported_first, "lowest(adjusted_calcium within 30 days) <= ca_230", "low"},
           {reported_first, "highest(adjusted_calcium within 30 days) > ca_230", "clear"});
}

/* The person of the timeline with one thing changed that no line can say. */
static void expect_of_person(const char *patient, const char *when, const char *wanted,
                             void change(mag_person *)) {
    char got[160];
    question_load(&of, when);
    world_say(&of.in, "%s", patient);
    mag_person person = *of.in.patient.person;
    change(&person);
    of.in.patient.person = &person;
    judge_patient(&of);
    judge_text(&of, "R", got);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s, of \"%s\": %s, wanted %s", when, patient, got, wanted);
    judge_end(&of);
}

static void say_two_sexes(mag_person *person) {
    person->has_conflict = true;
}

/* Two sources that disagree leave the sex unknown: the higher limit of normal counts (G06), that of
   men: 320 U/L of creatine kinase. */
static void a_sex_in_conflict_is_unknown(void **state) {
    (void)state;
    static const char woman[] = "female 50 y; ck 300 U/L 3 days ago",
                      high[] = "female 50 y; ck 321 U/L 3 days ago";
    EXPECT({"ck 300 U/L 3 days ago", "latest(ck) > uln(ck)", "low"});
    expect_of_person(woman, "latest(ck) > uln(ck)", "clear", say_two_sexes);
    expect_of_person(high, "latest(ck) > uln(ck)", "low", say_two_sexes);
    expect_of_person(woman, "sex = female", "cannot_tell demographic", say_two_sexes);
    expect_of_person("female 50 y; creatinine 300 umol/L 3 days ago",
                     "egfr(within 90 days) < 30 mL/min/1.73m2", "cannot_tell demographic",
                     say_two_sexes);
}

/* The newest is compared with one that is only known to lie above or below. */
static void a_censored_result_may_stand_on_the_right(void **state) {
    (void)state;
    EXPECT({"magnesium <0.50 mmol/L 9 days ago; magnesium 0.50 mmol/L 2 days ago",
            "latest(magnesium) > previous(magnesium)", "low"},
           {"magnesium <0.50 mmol/L 9 days ago; magnesium 0.40 mmol/L 2 days ago",
            "latest(magnesium) > previous(magnesium)", "cannot_tell censored"},
           {"ck >300 U/L 9 days ago; ck 300 U/L 2 days ago", "latest(ck) >= previous(ck)", "clear"},
           {"ck >300 U/L 9 days ago; ck 300 U/L 2 days ago", "latest(ck) < previous(ck)", "low"},
           {"ck >300 U/L 9 days ago; ck 400 U/L 2 days ago", "latest(ck) >= previous(ck)",
            "cannot_tell censored"},
           {"ck >300 U/L 9 days ago; ck 400 U/L 2 days ago", "latest(ck) < previous(ck)",
            "cannot_tell censored"},
           {"ck >300 U/L 9 days ago; ck 400 U/L 2 days ago", "previous(ck) <= latest(ck)",
            "cannot_tell censored"},
           {"ck >300 U/L 9 days ago; ck >300 U/L 2 days ago", "latest(ck) >= previous(ck)",
            "cannot_tell censored"});
}

static void die_at_no_time(mag_person *person) {
    person->is_death_unreadable = true;
}

static void a_death_that_cannot_be_read_leaves_life_unknown(void **state) {
    (void)state;
    EXPECT({"sodium 140 mmol/L 3 days ago", "alive", "low"});
    expect_of_person("female 50 y", "alive", "cannot_tell demographic", die_at_no_time);
    expect_of_person("female 50 y", "not alive", "cannot_tell demographic", die_at_no_time);
}

static void midnight_is_a_moment_and_a_date_is_a_day(void **state) {
    (void)state;
    EXPECT({"potassium 4 mmol/L on 2024-06-20T00:00; potassium 3 mmol/L on 2024-06-20",
            "count(potassium < k_low) > 0", "low"},
           {"potassium 4 mmol/L on 2024-06-20T00:00; potassium 3 mmol/L on 2024-06-20",
            "latest(potassium) < k_low", "low"},
           {"potassium 4 mmol/L on 2024-06-20T08:00; potassium 3 mmol/L on 2024-06-20T00:00",
            "latest(potassium) < k_low", "clear"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_albumin_above_its_method_bounds_the_adjusted_calcium),
        cmocka_unit_test(a_reported_adjusted_calcium_of_the_sample_replaces_the_total),
        cmocka_unit_test(a_middle_and_a_change_of_nothing_are_missing),
        cmocka_unit_test(urea_and_its_nitrogen_are_one_series),
        cmocka_unit_test(either_calcium_makes_adjusted_calcium_observable),
        cmocka_unit_test(an_analyte_without_a_range_of_normal_has_no_upper_limit),
        cmocka_unit_test(reported_and_worked_out_calcium_compare_with_one_another),
        cmocka_unit_test(a_death_that_cannot_be_read_leaves_life_unknown),
        cmocka_unit_test(a_sex_in_conflict_is_unknown),
        cmocka_unit_test(a_censored_result_may_stand_on_the_right),
        cmocka_unit_test(midnight_is_a_moment_and_a_date_is_a_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
