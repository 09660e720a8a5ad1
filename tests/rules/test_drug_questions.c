/* Questions about exposures and persons as rules ask them: expression, patient, answer. */
#include "judge.h"

#define PACK_HEAD                                                                                  \
    "pack: questions\nversion: 1.0.0\n"                                                            \
    "groups: [{ name: MGSYS, members: [MGSUPP, MGANTACID, MGLAX, MGIV within 48 hours] }]\n"       \
    "gaps:\n"                                                                                      \
    "  - { name: moxi, class: FQ, agent: moxifloxacin, before: 4 hours, after: 8 hours }\n"        \
    "  - { name: quinolone, class: FQ, before: 2 hours, after: 6 hours }\n"                        \
    "  - { name: thyroxine, class: THYROX, after: 4 hours }\n"                                     \
    "rules:\n"

#define PACK_RULE                                                                                  \
    "  - id: Q\n    title: test\n    worse: low\n    among: always\n    severity: high\n"          \
    "    when: |\n      %s\n"                                                                      \
    "    action: none\n    rationale: none\n    evidence: [test]\n    authored_by: tests\n"        \
    "    checked_by: tests\n    reviewed_on: 2026-11-21\n    review_by: 2027-11-21\n"              \
    "    examples:\n      - name: nobody\n        expect: not_applicable\n        given:\n"        \
    "          - female 17 y\n"

typedef struct row {
    const char *expression, *lines, *answer; /* "yes", "no", or the reasons */
} row;

#define IS(operand, value) operand " >= " value " and " operand " <= " value

static judge of;

static void ask(const char *expression, const char *lines) {
    char text[4096];
    (void)snprintf(text, sizeof text, PACK_HEAD PACK_RULE, expression);
    judge_begin_with(&of, text);
    world_say(&of.in, "female 50 y; %s", lines);
    judge_patient(&of);
}

static void expect_answers(const row *rows, size_t count) {
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        ask(rows[i].expression, rows[i].lines);
        char got[160];
        judge_text(&of, "Q", got);
        const char *answer = strcmp(got, "high") == 0    ? "yes"
                             : strcmp(got, "clear") == 0 ? "no"
                                                         : strchr(got, ' ');
        if (answer == NULL || strcmp(answer + (*answer == ' '), rows[i].answer) != 0) {
            print_message("%s | %s: %s, wanted %s\n", rows[i].expression, rows[i].lines, got,
                          rows[i].answer);
            failed++;
        }
        judge_end(&of);
    }
    assert_int_equal(failed, 0);
}
#define EXPECT(rows) expect_answers(rows, sizeof(rows) / sizeof(rows)[0])

static void a_quinolone_counts_by_a_route_known_to_be_enteral(void **state) {
    (void)state;
    static const row rows[] = {
        {"active(FQ)", "drug \"Ciprofloxacin\" by PO since 3 days ago", "yes"},
        {"active(FQ)", "drug \"Ciprofloxacin\" by IV since 3 days ago", "no"},
        {"active(FQ)", "drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago", "route"},
        {"active(FQ)",
         "drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago; drug \"Moxifloxacin\" by PO since 2 "
         "days ago",
         "yes"},
        {"active(TETRA)", "drug \"Doxycycline\" by UNKNOWN since 3 days ago", "route"},
        {"active(FQ)", "outside stays; drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago",
         "route,unobservable"},
        {"active(FQ, LOOP)",
         "LOOP since 3 days ago; drug \"Ciprofloxacin\" by UNKNOWN since 3 days "
         "ago",
         "yes"},
        /* the same row is known to count where the route does not matter */
        {"active(QT)", "drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago", "yes"},
        {"exposed(FQ within 14 days)",
         "drug \"Ciprofloxacin\" by UNKNOWN since 30 days ago until 14 days ago", "route"},
        {"exposed(FQ within 14 days)",
         "drug \"Ciprofloxacin\" by UNKNOWN since 30 days ago until 15 days ago", "no"},
        {"count_active(FQ, TETRA, LOOP) >= 1",
         "LOOP since 9 days ago; drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago", "yes"},
        {"count_active(FQ, TETRA, LOOP) >= 2",
         "LOOP since 9 days ago; drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago", "route"},
        {"count_active(FQ, TETRA, LOOP) >= 3",
         "LOOP since 9 days ago; drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago", "no"},
        {"overlap(FQ, MGSYS within 14 days) >= 1 days",
         "MGSUPP since 20 days ago; drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago", "route"},
        {"started(FQ within 14 days)", "drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago",
         "route"},
        /* one row in doubt: both answers are known; two could each be the only one */
        {"started(FQ within 14 days)",
         "drug \"Ciprofloxacin\" by UNKNOWN since 200 days ago until 190 days ago; drug "
         "\"Ciprofloxacin\" by PO since 3 days ago",
         "yes"},
        {"started(FQ within 14 days)",
         "drug \"Ciprofloxacin\" by UNKNOWN since 50 days ago until 20 days ago; drug "
         "\"Ciprofloxacin\" by UNKNOWN since 3 days ago",
         "route"},
        {"days_on(FQ) >= 3 days", "drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago", "route"},
        {"issues(FQ within 14 days) >= 1", "drug \"Ciprofloxacin\" by UNKNOWN since 3 days ago",
         "route"},
    };
    EXPECT(rows);
}

static void overlap_counts_calendar_days_of_different_products(void **state) {
    (void)state;
    static const row rows[] = {
        {IS("overlap(PPI, LOOP within 14 days)", "1 days"),
         "PPI since 20 days ago until 5 days ago; LOOP since 5 days ago until 5 days ago", "yes"},
        {"overlap(PPI, LOOP within 14 days) >= 1 days",
         "PPI since 20 days ago until 6 days ago; LOOP since 5 days ago", "no"},
        {IS("overlap(PPI, LOOP within 14 days)", "15 days"),
         "PPI since 20 days ago; LOOP since 20 days "
         "ago",
         "yes"},
        /* one after the other on the same day */
        {IS("overlap(PPI, LOOP within 14 days)", "1 days"),
         "PPI since 72 hours ago until 63 hours ago; LOOP since 62 hours ago until 60 hours ago",
         "yes"},
        {IS("overlap(MGIV, LOOP within 14 days)", "1 days"),
         "MGIV since 9 days ago until 8 days ago; LOOP since 8 days ago until 5 days ago", "yes"},
        {IS("overlap(MGSYS, LOOP within 14 days)", "3 days"),
         "MGIV since 9 days ago until 8 days ago; LOOP since 8 days ago until 5 days ago", "yes"},
        {"overlap(PPI, LOOP within 14 days) >= 1 days", "outside stays; PPI since 20 days ago",
         "unobservable"},
        {"overlap(PPI, LOOP within 14 days) >= 1 days",
         "outside stays; PPI since 20 days ago; LOOP since 5 days ago", "yes"},
        {"overlap(PPI, LOOP within 14 days) >= 1 days", "no prescriptions source", "no_source"},
    };
    EXPECT(rows);
}

static void a_gap_is_judged_by_the_clock_of_administrations(void **state) {
    (void)state;
#define MOXI  "drug \"Moxifloxacin 400 mg tablet\" given "
#define CIPRO "drug \"Ciprofloxacin 500 mg tablet\" given "
#define KEPT  "gap_kept(FQ, MGSYS within 14 days)"
    static const row rows[] = {
        {KEPT, MOXI "34 hours ago; MGSUPP given 30 hours ago", "yes"}, /* 4 h before */
        {KEPT, MOXI "33 hours ago; MGSUPP given 30 hours ago", "no"},
        {KEPT, MOXI "30 hours ago; MGSUPP given 38 hours ago", "yes"}, /* 8 h after */
        {KEPT, MOXI "30 hours ago; MGSUPP given 37 hours ago", "no"},
        {KEPT, MOXI "30 hours ago; MGSUPP given 30 hours ago", "no"},
        {KEPT, CIPRO "32 hours ago; MGSUPP given 30 hours ago", "yes"}, /* rest of the class */
        {KEPT, CIPRO "31 hours ago; MGSUPP given 30 hours ago", "no"},
        {KEPT, CIPRO "30 hours ago; MGSUPP given 36 hours ago", "yes"},
        {KEPT, CIPRO "30 hours ago; MGSUPP given 35 hours ago", "no"},
        /* every dose against every dose */
        {KEPT, CIPRO "60 hours ago; " CIPRO "30 hours ago; MGSUPP given 36 hours ago", "yes"},
        {KEPT, CIPRO "60 hours ago; " CIPRO "30 hours ago; MGSUPP given 59 hours ago", "no"},
        /* an order tells no times; nor does an administration without a clock */
        {KEPT, MOXI "34 hours ago; MGSUPP since 9 days ago", "missing"},
        {KEPT, MOXI "2 days ago; MGSUPP given 30 hours ago", "missing"},
        {KEPT, MOXI "34 hours ago; MGSUPP given 30 hours ago; MGLAX since 3 days ago", "missing"},
        {KEPT, MOXI "34 hours ago; MGSUPP given 30 hours ago; MGSUPP since 3 days ago", "yes"},
        {KEPT, MOXI "33 hours ago; MGSUPP given 30 hours ago; MGLAX since 3 days ago", "no"},
        {KEPT, MOXI "34 hours ago", "missing"},
        {KEPT, "MGSUPP given 30 hours ago", "missing"},
        /* a gap of one side only; never at the same moment */
        {"gap_kept(THYROX, MGSYS within 14 days)",
         "drug \"Levothyroxine\" given 31 hours ago; MGSUPP given 30 hours ago", "yes"},
        {"gap_kept(THYROX, MGSYS within 14 days)",
         "drug \"Levothyroxine\" given 30 hours ago; MGSUPP given 30 hours ago", "no"},
        {"gap_kept(THYROX, MGSYS within 14 days)",
         "drug \"Levothyroxine\" given 30 hours ago; MGSUPP given 33 hours ago", "no"},
        {"gap_kept(TETRA, MGSYS within 14 days)",
         "drug \"Doxycycline\" given 40 hours ago; MGSUPP given 30 hours ago", "missing"},
    };
    EXPECT(rows);
}

static void products_issues_and_courses_are_counted(void **state) {
    (void)state;
    static const row rows[] = {
        {"products_active(QT) = 2",
         "drug \"Haloperidol\" by PO since 3 days ago; drug \"Citalopram\" by PO since 3 days ago",
         "yes"},
        /* two texts, one agent */
        {"products_active(QT) = 1",
         "drug \"Citalopram 20 mg tablet\" by PO since 9 days ago; drug \"Citalopram 10 mg\" by PO "
         "since 3 days ago",
         "yes"},
        {"products_active(QT) >= 1", "drug \"Haloperidol\" by PO since 9 days ago until 3 days ago",
         "no"},
        {"products_active(QT within 14 days) = 1",
         "drug \"Haloperidol\" by PO since 9 days ago until 3 days ago", "yes"},
        {"products_active(LOOP) >= 1", "outside stays", "unobservable"},
        {"issues(MGLAX within 90 days) = 2",
         "MGLAX issue 90 days ago; MGLAX issue 40 days ago; MGLAX issue 91 days ago", "yes"},
        {"issues(MGLAX within 90 days) >= 2", "MGLAX issue 40 days ago", "no"},
        {"issues(MGLAX within 90 days) >= 2", "outside stays; MGLAX issue 40 days ago",
         "unobservable"},
        {"issues(MGLAX within 90 days) >= 1", "outside stays; MGLAX issue 40 days ago", "yes"},
        /* the planned end counts, behind T too */
        {IS("course(PPI within 14 days)", "5 days"), "PPI since 9 days ago until 5 days ago",
         "yes"},
        {IS("course(PPI within 14 days)", "28 days"), "PPI issue 3 days ago", "yes"},
        {"course(PPI within 14 days) <= 14 days", "LOOP since 3 days ago", "missing"},
        {"course(PPI within 14 days) <= 14 days", "outside stays", "unobservable"},
        {IS("course(PPI within 14 days)", "3 days"),
         "PPI since 40 days ago until 14 days ago; PPI since 5 days ago until 3 days ago", "yes"},
        {"stopped(PPI within 5 days)", "PPI since 40 days ago until 5 days ago", "yes"},
        {"stopped(PPI within 4 days)", "PPI since 40 days ago until 5 days ago", "no"},
        {"stopped(PPI within 5 days)",
         "PPI since 40 days ago until 5 days ago; PPI since 4 days ago", "no"},
        {"stopped(PPI)", "PPI issue 40 days ago", "no"}, /* its grace goes on */
        {"stopped(PPI within 28 days)", "PPI issue 56 days ago", "yes"},
        {"stopped(MGSYS)", "MGIV since 60 hours ago until 47 hours ago", "no"},
        {"stopped(MGSYS)", "MGIV since 60 hours ago until 48 hours ago", "yes"},
        {"stopped(PPI within 5 days)", "outside stays", "unobservable"},
        {"count_active(MGSUPP, MGLAX, MGANTACID for 14 days) = 2",
         "MGSUPP since 14 days ago; MGLAX since 30 days ago; MGANTACID since 13 days ago", "yes"},
        {"count_active(MGSUPP, MGLAX for 14 days) >= 2", "outside stays; MGSUPP since 14 days ago",
         "unobservable"},
    };
    EXPECT(rows);
}

static void the_largest_dose_of_a_day_sums_what_it_held(void **state) {
    (void)state;
    static const row rows[] = {
        {IS("max_day_dose(MGLAX within 30 days)", "80 mmol/day"),
         "MGLAX given 40 mmol 50 hours ago; MGLAX given 40 mmol 60 hours ago", "yes"},
        {IS("max_day_dose(MGLAX within 30 days)", "40 mmol/day"),
         "MGLAX given 40 mmol 50 hours ago; MGLAX given 40 mmol 80 hours ago", "yes"},
        {IS("max_day_dose(MGLAX within 30 days)", "40 mmol/day"),
         "MGLAX 40 mmol since 9 days ago until 8 days ago; MGLAX 20 mmol since 7 days ago", "yes"},
        {IS("max_day_dose(MGLAX within 7 days)", "20 mmol/day"),
         "MGLAX 40 mmol since 9 days ago until 8 days ago; MGLAX 20 mmol since 7 days ago", "yes"},
        {"max_day_dose(MGLAX within 30 days) >= 80 mmol/day", "MGLAX since 9 days ago",
         "dose_range"},
        {"max_day_dose(MGLAX within 30 days) >= 80 mmol/day",
         "MGLAX since 9 days ago; MGLAX given 90 mmol 3 days ago", "yes"},
        {"max_day_dose(MGLAX within 30 days) >= 80 mmol/day", "LOOP since 9 days ago", "no"},
        {"max_day_dose(MGLAX within 30 days) >= 80 mmol/day", "outside stays", "unobservable"},
    };
    EXPECT(rows);
}

/* An infusion counts for 48 hours; a dose in between that is over by then stands for nothing. */
static void a_later_row_that_is_over_does_not_take_the_place_of_one_in_effect(void **state) {
    (void)state;
    static const row rows[] = {
        {IS("dose(MGSYS)", "20 mmol/day"),
         "MGIV 20 mmol since 200 hours ago until 40 hours ago; MGIV 40 mmol since 150 hours ago "
         "until 140 hours ago",
         "yes"},
        {IS("dose(MGSYS)", "40 mmol/day"),
         "MGIV 20 mmol since 200 hours ago until 40 hours ago; MGIV 40 mmol since 150 hours ago "
         "until 47 hours ago",
         "yes"},
        {"dose_unclear(MGSYS)",
         "MGIV since 200 hours ago until 40 hours ago; MGIV 40 mmol since 150 hours ago until 140 "
         "hours ago; MGLAX 20 mmol since 9 days ago",
         "yes"},
        {"dose_unclear(MGSYS)",
         "MGIV since 200 hours ago until 40 hours ago; MGIV 40 mmol since 150 hours ago until 30 "
         "hours ago; MGLAX 20 mmol since 9 days ago",
         "no"},
    };
    EXPECT(rows);
}

static void salts_and_routes_are_known_of_every_product_or_not_at_all(void **state) {
    (void)state;
    static const row rows[] = {
        {"salt(MGSUPP is oxide or hydroxide)",
         "drug \"Magnesium oxide 400 mg tablet\" by PO since 3 days ago", "yes"},
        {"salt(MGSUPP is oxide or hydroxide)",
         "drug \"Magnesium citrate 100 mg tablet\" by PO since 3 days ago", "no"},
        {"salt(MGSUPP is oxide)", "MGSUPP since 3 days ago", "missing"},
        {"salt(MGSUPP is oxide)",
         "MGSUPP since 3 days ago; drug \"Magnesium citrate 100 mg tablet\" by PO since 3 days ago",
         "no"},
        {"salt(MGSUPP is oxide)",
         "MGSUPP since 3 days ago; drug \"Magnesium oxide 400 mg tablet\" by PO since 3 days ago",
         "missing"},
        {"salt(MGSUPP is oxide)", "LOOP since 3 days ago", "no"},
        {"salt(MGSUPP is oxide)", "outside stays", "unobservable"},
        {"route(LOOP is enteral)", "drug \"Furosemide\" by PO since 3 days ago", "yes"},
        {"route(LOOP is enteral)", "drug \"Furosemide\" by IV since 3 days ago", "no"},
        {"route(LOOP is enteral)", "drug \"Furosemide\" by UNKNOWN since 3 days ago", "route"},
        {"route(LOOP is enteral)",
         "drug \"Furosemide\" by UNKNOWN since 3 days ago; drug \"Torasemide\" by IV since 3 days "
         "ago",
         "no"},
        {"route(LOOP is enteral within 14 days)",
         "drug \"Furosemide\" by IV since 9 days ago until 8 days ago", "no"},
        {"route(LOOP is enteral within 7 days)",
         "drug \"Furosemide\" by IV since 9 days ago until 8 days ago; LOOP since 3 days ago",
         "yes"},
    };
    EXPECT(rows);
}

static void an_era_that_ran_when_the_data_began_has_no_known_start(void **state) {
    (void)state;
    static const row rows[] = {
        {"started(MGSUPP within 180 days)", "MGSUPP since 100 days ago", "yes"},
        {"started(MGSUPP within 180 days)",
         "observed since 101 days ago; MGSUPP since 100 days ago", "yes"},
        {"started(MGSUPP within 180 days)",
         "observed since 100 days ago; MGSUPP since 100 days ago", "no"},
        {"started(MGSUPP within 180 days)", "observed since 99 days ago; MGSUPP since 100 days ago",
         "no"},
        /* the newest of two starts */
        {IS("days_since(started(MGSUPP within 180 days))", "20 days"),
         "MGSUPP since 150 days ago until 120 days ago; MGSUPP since 20 days ago", "yes"},
    };
    EXPECT(rows);
}

static void windows_hang_on_events_of_exposures(void **state) {
    (void)state;
    static const row rows[] = {
        {"none(magnesium since started(MGSUPP within 90 days))",
         "MGSUPP since 40 days ago; magnesium 0.8 mmol/L 41 days ago", "yes"},
        {"none(magnesium since started(MGSUPP within 90 days))",
         "MGSUPP since 40 days ago; magnesium 0.8 mmol/L 40 days ago", "no"},
        {"none(magnesium since started(MGSUPP within 90 days))",
         "LOOP since 40 days ago; magnesium 0.8 mmol/L 40 days ago", "missing"},
        {"none(magnesium since dose_change(MGSUPP, by 25 % within 90 days))",
         "MGSUPP 10 mmol since 60 days ago until 41 days ago; MGSUPP 20 mmol since 40 days ago; "
         "magnesium 0.8 mmol/L 41 days ago",
         "yes"},
        {"none(magnesium since dose_change(MGSUPP, by 25 % within 90 days))",
         "MGSUPP 10 mmol since 60 days ago until 41 days ago; MGSUPP 20 mmol since 40 days ago; "
         "magnesium 0.8 mmol/L 40 days ago",
         "no"},
        {"dose_change(MGSUPP, down by 25 %)",
         "MGSUPP 10 mmol since 60 days ago until 41 days ago; MGSUPP 20 mmol since 40 days ago",
         "no"},
        /* a last day without a clock is the day itself */
        {"measured(magnesium from 1 to 2 days after stop(MGIV))",
         "MGIV since 9 days ago until 8 days ago; magnesium 0.8 mmol/L 8 days ago", "no"},
        {"measured(magnesium from 1 to 2 days after stop(MGIV))",
         "MGIV since 9 days ago until 8 days ago; magnesium 0.8 mmol/L 7 days ago", "yes"},
        {"measured(magnesium from 1 to 2 days after stop(MGIV))",
         "MGIV since 9 days ago until 8 days ago; magnesium 0.8 mmol/L 5 days ago", "no"},
    };
    EXPECT(rows);
}

static void stays_tell_whether_the_patient_is_in_care(void **state) {
    (void)state;
    static const row rows[] = {
        {"in_stay", "LOOP since 1 days ago", "no"},
        {"in_stay", "outside stays", "no"},
        {"in_stay", "inside a stay since 3 days ago", "yes"},
        {"in_stay", "inside a stay since 3 days ago until 1 day ago", "no"},
        {"in_care", "LOOP since 1 days ago", "yes"},
        {"in_care", "outside stays", "unobservable"},
        {"in_care", "inside a stay since 3 days ago", "yes"},
        {"in_care", "inside a stay since 3 days ago until 1 day ago", "unobservable"},
        {"alive", "LOOP since 1 days ago", "yes"},
        {"has_age and has_sex", "LOOP since 1 days ago", "yes"},
        {"has_sex", "sex unknown", "no"},
        {"bmi(within 30 days) >= 30", "female 50 y 81 kg 164 cm", "yes"}, /* 30.12 */
        {"bmi(within 30 days) >= 30", "female 50 y 80 kg 164 cm", "no"},  /* 29.74 */
        {"bmi(within 30 days) >= 30", "female 50 y 80 kg", "missing"},
    };
    EXPECT(rows);
}

/* --- facts ------------------------------------------------------------------------------------ */

/* "LOOP 3; PPI 20: gap ...": class and first day of the exposures shown, other facts left out. */
static void expect_exposures(const char *expression, const char *lines, const char *wanted) {
    char got[512] = "";
    mag_explanation explanation;
    mag_error err = {0};
    ask(expression, lines);
    assert_int_equal(mag_explain_rule(of.evaluator, &of.in.patient, 0, &explanation, &err), MAG_OK);
    for (size_t i = 0; i < explanation.fact_count; i++) {
        const mag_fact *fact = &explanation.facts[i];
        if (fact->kind != MAG_FACT_EXPOSURE)
            continue;
        const size_t nbytes = strlen(got);
        (void)snprintf(got + nbytes, sizeof got - nbytes, "%s%s %d%s%s", nbytes > 0 ? "; " : "",
                       fact->drug_class,
                       mag_minute_day(of.in.patient.as_of) - mag_minute_day(fact->start),
                       fact->method != NULL ? ": " : "", fact->method != NULL ? fact->method : "");
    }
    if (strcmp(got, wanted) != 0)
        fail_msg("%s | %s: %s, wanted %s", expression, lines, got, wanted);
    judge_end(&of);
}

static void evidence_names_the_rows_that_decided(void **state) {
    (void)state;
    static const struct {
        const char *expression, *lines, *exposures;
    } rows[] = {
        {"overlap(FQ, MGSYS within 14 days) >= 1 days",
         "drug \"Moxifloxacin\" by PO since 3 days ago; MGSUPP since 30 days ago; MGLAX since 30 "
         "days ago until 4 days ago; LOOP since 3 days ago",
         "FQ 3: moxifloxacin: 4 h before or 8 h after; MGSUPP 30"},
        {"active(FQ) and overlap(FQ, MGSYS within 14 days) >= 1 days",
         "drug \"Ciprofloxacin\" by PO since 3 days ago; MGSUPP since 30 days ago",
         "FQ 3: FQ: 2 h before or 6 h after; MGSUPP 30"},
        {"not gap_kept(FQ, MGSYS within 14 days)", MOXI "33 hours ago; MGSUPP given 30 hours ago",
         "FQ 1: moxifloxacin: 4 h before or 8 h after; MGSUPP 1"},
        {"continuous(PPI for 30 days)",
         "PPI since 90 days ago until 60 days ago; PPI since 59 days ago until 11 days ago; PPI "
         "since 10 days ago",
         "PPI 59; PPI 10"},
        {"started(PPI within 30 days)",
         "PPI since 20 days ago until 11 days ago; PPI since 10 days "
         "ago",
         "PPI 20"},
        {"stopped(PPI within 30 days)",
         "PPI since 20 days ago until 11 days ago; PPI since 10 days ago until 5 days ago",
         "PPI 10"},
        {"dose_change(MGSUPP, by 25 % within 90 days)",
         "MGSUPP 10 mmol since 60 days ago until 41 days ago; MGSUPP 20 mmol since 40 days ago",
         "MGSUPP 60; MGSUPP 40"},
        {"issues(MGLAX within 90 days) >= 2",
         "MGLAX issue 120 days ago; MGLAX issue 60 days ago; MGLAX issue 30 days ago",
         "MGLAX 60; MGLAX 30"},
        {"count_active(PPI, LOOP for 14 days) >= 2",
         "PPI since 90 days ago until 40 days ago; PPI since 20 days ago; LOOP since 14 days ago",
         "PPI 20; LOOP 14"},
        {"products_active(PPI, LOOP) >= 2",
         "PPI since 20 days ago; LOOP since 14 days ago; THIAZ "
         "since 9 days ago",
         "PPI 20; LOOP 14"},
        {"course(PPI within 14 days) <= 14 days",
         "PPI since 60 days ago until 50 days ago; PPI since 10 days ago until 3 days ago",
         "PPI 10"},
        /* a row whose route is in doubt decides nothing */
        {"active(FQ)",
         "drug \"Ciprofloxacin\" by UNKNOWN since 5 days ago; drug \"Ciprofloxacin\" by PO since 3 "
         "days ago",
         "FQ 3"},
        {"not salt(MGSUPP is oxide)",
         "drug \"Magnesium citrate 100 mg tablet\" by PO since 3 days ago", "MGSUPP 3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_exposures(rows[i].expression, rows[i].lines, rows[i].exposures);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quinolone_counts_by_a_route_known_to_be_enteral),
        cmocka_unit_test(overlap_counts_calendar_days_of_different_products),
        cmocka_unit_test(a_gap_is_judged_by_the_clock_of_administrations),
        cmocka_unit_test(products_issues_and_courses_are_counted),
        cmocka_unit_test(a_later_row_that_is_over_does_not_take_the_place_of_one_in_effect),
        cmocka_unit_test(the_largest_dose_of_a_day_sums_what_it_held),
        cmocka_unit_test(salts_and_routes_are_known_of_every_product_or_not_at_all),
        cmocka_unit_test(an_era_that_ran_when_the_data_began_has_no_known_start),
        cmocka_unit_test(windows_hang_on_events_of_exposures),
        cmocka_unit_test(stays_tell_whether_the_patient_is_in_care),
        cmocka_unit_test(evidence_names_the_rows_that_decided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
