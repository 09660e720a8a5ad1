/* Exposures at the edges: rows of unknown route with two answers, packs that never join and so lie
   within one another, orders without an end, doses that only their text tells apart.
   T is 2024-06-30T23:59. */
#include "question.h"

#include "rules/operand_drug.h"

static judge of;

#define EXPECT(...)       QUESTIONS(&of, __VA_ARGS__)
#define IS(asked, number) asked " >= " number " and " asked " <= " number
#define CIPRO(route)      "drug \"Ciprofloxacin\" by " route " since "

/* --- routes ------------------------------------------------------------------------------------
 */

/* A quinolone counts by mouth only (F01). With the row of unknown route and without it the answer
   differs, and nobody knows which is right. */
static void two_answers_of_a_row_of_unknown_route_are_unknown(void **state) {
    (void)state;
    static const char older[] = CIPRO("UNKNOWN") "20 days ago; " CIPRO("PO") "3 days ago",
                      same[] = CIPRO("UNKNOWN") "3 days ago; " CIPRO("PO") "20 days ago",
                      began_sooner[] =
                          CIPRO("UNKNOWN") "60 days ago until 50 days ago; " CIPRO("PO") "9 days "
                                                                                         "ago",
                      two[] = CIPRO("UNKNOWN") "60 days ago until 20 days ago; " CIPRO(
                          "UNKNOWN") "50 days ago until 10 days ago";
    EXPECT({older, "days_since(start(FQ)) > 9 days", "cannot_tell route"},
           {older, "days_since(start(FQ)) > 2 days", "cannot_tell route"},
           {same, "days_since(start(FQ)) > 9 days", "low"},
           /* started it has, but when */
           {began_sooner, "started(FQ within 90 days)", "low"},
           {began_sooner, "days_since(started(FQ within 90 days)) > 30 days", "cannot_tell route"},
           /* each of two may be the only one */
           {two, "stopped(FQ within 30 days)", "cannot_tell route"},
           {two, "dose_change(FQ, by 25 % within 90 days)", "cannot_tell route"},
           {CIPRO("UNKNOWN") "60 days ago until 20 days ago", "stopped(FQ within 30 days)",
            "cannot_tell route"});
}

/* Outside stays absence is unknown as well: both reasons are told, in every kind of answer. */
static void an_unknown_route_beside_unknown_absence_has_both_reasons(void **state) {
    (void)state;
    static const char both[] = "outside stays; " CIPRO("UNKNOWN") "3 days ago";
    EXPECT({both, "days_on(FQ) >= 3 days", "cannot_tell route,unobservable"},
           {both, "active(FQ)", "cannot_tell route,unobservable"},
           {both, "route(FQ is enteral)", "cannot_tell route,unobservable"},
           {CIPRO("UNKNOWN") "3 days ago", "route(FQ is enteral)", "cannot_tell route"});
}

/* Nothing is known of any time: not that there was none since the sample either. */
static void a_number_that_is_unknown_of_all_history_is_not_none(void **state) {
    (void)state;
    EXPECT({"outside stays", "max_day_dose(MGLAX since s) >= 80 mmol/day", "cannot_tell missing"},
           {"LOOP since 3 days ago", "max_day_dose(MGLAX since s) >= 80 mmol/day", "clear"});
}

/* --- eras that overlap -------------------------------------------------------------------------
 */

#define OMEPRAZOLE "drug \"omeprazole\" since "
#define PREVPAC    "drug \"Prevpac\" since "
#define TALICIA    "drug \"Talicia\" since "

/* Packs against H. pylori never join, so that several eras may be in effect at once. */
static void of_several_eras_the_one_that_is_asked_for_counts(void **state) {
    (void)state;
    static const char pack_inside[] =
        PREVPAC "40 days ago until 10 days ago; " TALICIA "35 days ago until 30 days ago";
    EXPECT(
        /* the newest course, the newest stop */
        {OMEPRAZOLE "20 days ago until 10 days ago; " PREVPAC "40 days ago until 27 days ago",
         IS("course(PPI within 90 days)", "11 days"), "low"},
        {OMEPRAZOLE "40 days ago until 27 days ago; " PREVPAC "20 days ago until 10 days ago",
         IS("course(PPI within 90 days)", "11 days"), "low"},
        {OMEPRAZOLE "20 days ago until 5 days ago; " PREVPAC "40 days ago until 27 days ago",
         IS("days_since(stopped(PPI within 90 days))", "5 days"), "low"},
        {OMEPRAZOLE "40 days ago until 27 days ago; " PREVPAC "20 days ago until 5 days ago",
         IS("days_since(stopped(PPI within 90 days))", "5 days"), "low"},
        {OMEPRAZOLE "40 days ago until 27 days ago; " PREVPAC "20 days ago until 5 days ago",
         IS("days_since(stop(PPI))", "5 days"), "low"},
        {pack_inside, IS("days_since(stop(PPI))", "10 days"), "low"},
        /* a start is new if nothing went before it: not by a pack that lies within another one */
        {pack_inside, IS("days_since(started(PPI within 90 days))", "40 days"), "low"},
        {PREVPAC "140 days ago until 110 days ago; " TALICIA "135 days ago until 130 days "
                 "ago; " PREVPAC "30 days ago until 20 days ago",
         "days_since(started(PPI within 90 days)) > 0 days", "cannot_tell missing"},
        {PREVPAC "140 days ago until 121 days ago; " TALICIA "135 days ago until 130 days "
                 "ago; " PREVPAC "30 days ago until 20 days ago",
         IS("days_since(started(PPI within 90 days))", "30 days"), "low"},
        {PREVPAC "30 days ago until 20 days ago; " TALICIA "30 days ago until 25 days ago",
         IS("days_since(started(PPI within 90 days))", "30 days"), "low"},
        {PREVPAC "300 days ago until 290 days ago; " OMEPRAZOLE "20 days ago",
         IS("days_since(started(PPI within 365 days))", "20 days"), "low"},
        {OMEPRAZOLE "300 days ago until 290 days ago; " PREVPAC "20 days ago",
         IS("days_since(started(PPI within 365 days))", "20 days"), "low"},
        {OMEPRAZOLE "20 days ago; " PREVPAC "50 days ago until 40 days ago",
         IS("days_since(started(PPI within 365 days))", "50 days"), "low"},
        {"observed since 30 days ago; " PREVPAC "30 days ago until 20 days ago",
         "started(PPI within 365 days)", "clear"},
        {"observed since 31 days ago; " PREVPAC "30 days ago until 20 days ago",
         "started(PPI within 365 days)", "low"});
}

static void a_course_lies_in_its_window(void **state) {
    (void)state;
    EXPECT({"PPI since 3 days ago", "course(PPI from 10 to 20 days ago) > 0 days",
            "cannot_tell missing"},
           {"PPI since 10 days ago until 4 days ago",
            IS("course(PPI from 10 to 20 days ago)", "7 days"), "low"},
           {"PPI since 30 days ago until 21 days ago",
            "course(PPI from 10 to 20 days ago) > 0 days", "cannot_tell missing"});
}

static void hours_of_an_era_count_from_its_clock(void **state) {
    (void)state;
    EXPECT({"PPI since 50 hours ago", "continuous(PPI for 48 hours)", "low"},
           {"PPI since 48 hours ago", "continuous(PPI for 48 hours)", "low"},
           {"PPI since 47 hours ago", "continuous(PPI for 48 hours)", "clear"},
           {"PPI since 47 hours ago", "continuous(PPI for 2 days)", "clear"},
           {"PPI since 49 hours ago", "continuous(PPI for 2 days)", "low"});
}

/* --- doses -------------------------------------------------------------------------------------
 */

/* 0 mg is a dose; no dose at all may be any: alike in the lower end only. */
static void orders_alike_in_all_but_one_thing_are_not_repeated(void **state) {
    (void)state;
    static const char by_mouth[] = "drug \"Furosemide\" by PO since 9 days ago",
                      by_vein[] = "drug \"Furosemide\" by IV since 9 days ago";
    char patient[512];
    EXPECT({"MGSUPP 0 mg since 9 days ago; MGSUPP since 8 days ago", "repeated_orders(MGSUPP)",
            "clear"},
           {"MGSUPP since 9 days ago; MGSUPP 0 mg since 8 days ago", "repeated_orders(MGSUPP)",
            "clear"},
           {"MGSUPP since 9 days ago; MGSUPP since 8 days ago", "repeated_orders(MGSUPP)", "low"},
           {"MGSUPP since 9 days ago; MGSUPP 0 mg since 8 days ago; MGSUPP since 7 days ago",
            "repeated_orders(MGSUPP)", "low"});
    for (int i = 0; i < 4; i++) {
        (void)snprintf(patient, sizeof patient, "%s; %s", i & 1 ? by_mouth : by_vein,
                       i & 2 ? by_mouth : by_vein);
        const question row = {patient, "repeated_orders(LOOP)",
                              (i & 1) != (i >> 1) ? "clear" : "low"};
        question_expect(&of, &row);
    }
}

static void issues_alike_in_all_but_one_thing_are_two(void **state) {
    (void)state;
    static const char issues[] = "issues(MGSUPP within 90 days) >= 2",
                      of_loop[] = "issues(LOOP within 90 days) >= 2";
    EXPECT({"MGSUPP issue 0 mg 9 days ago; MGSUPP issue 9 days ago", issues, "low"},
           {"MGSUPP issue 9 days ago; MGSUPP issue 0 mg 9 days ago", issues, "low"},
           {"MGSUPP issue 9 days ago; MGSUPP issue 9 days ago", issues, "clear"},
           {"MGSUPP issue 9 days ago 7 days supply; MGSUPP issue 9 days ago", issues, "low"},
           {"MGSUPP issue 9 days ago; MGSUPP issue 9 days ago 7 days supply", issues, "low"},
           {"drug \"Furosemide\" issue by PO 9 days ago; drug \"Furosemide\" issue by IV 9 days "
            "ago",
            of_loop, "low"},
           {"drug \"Furosemide\" issue by IV 9 days ago; drug \"Furosemide\" issue by PO 9 days "
            "ago",
            of_loop, "low"},
           {"drug \"Furosemide\" issue by IV 9 days ago; drug \"Furosemide\" issue by IV 9 days "
            "ago",
            of_loop, "clear"});
}

/* Rows of the timeline changed as no line can say it. */
enum { ROWS_MAX = 4 };
typedef struct rows_change {
    uint32_t text_ids[ROWS_MAX]; /* of the text of the dose; 0: none */
    unsigned flags[ROWS_MAX];    /* set beside the others */
    int days[ROWS_MAX];          /* from start to stop; 0: as it is */
} rows_change;

static void expect_of_rows(const question *row, const rows_change *change) {
    mag_exposure rows[ROWS_MAX];
    char got[160];
    question_load(&of, row->when);
    world_say(&of.in, "female 50 y; %s", row->patient);
    assert_in_range(of.in.patient.exposure_count, 1, ROWS_MAX);
    for (size_t i = 0; i < of.in.patient.exposure_count; i++) {
        rows[i] = of.in.patient.exposures[i];
        rows[i].dose_text_id = change->text_ids[i];
        rows[i].flags |= (uint8_t)change->flags[i];
        if (change->days[i] > 0)
            rows[i].stop = rows[i].start + change->days[i] * MAG_MINUTES_PER_DAY;
    }
    of.in.patient.exposures = rows;
    judge_patient(&of);
    judge_text(&of, "R", got);
    if (strcmp(got, row->wanted) != 0)
        fail_msg("%s, of \"%s\" with texts %u %u: %s, wanted %s", row->when, row->patient,
                 change->text_ids[0], change->text_ids[1], got, row->wanted);
    judge_end(&of);
}

/* "one sachet" and "one sachet" are one dose though nobody knows how much; "two sachets" are not.
 */
static void unknown_doses_are_told_apart_by_their_text(void **state) {
    (void)state;
    static const char two[] =
        "MGSUPP since 60 days ago until 31 days ago; MGSUPP since 30 days ago",
                      when[] = "dose_change(MGSUPP, by 25 % within 90 days)",
                      at_once[] = "MGSUPP since 60 days ago; MGSUPP since 30 days ago";
    const struct {
        question asked;
        rows_change change;
    } rows[] = {
        {{two, when, "clear"}, {.text_ids = {7, 7}}},
        {{two, when, "cannot_tell dose_range"}, {.text_ids = {7, 8}}},
        {{two, when, "cannot_tell dose_range"}, {.text_ids = {8, 7}}},
        {{two, when, "cannot_tell dose_range"}, {.text_ids = {7, 0}}},
        {{two, when, "cannot_tell dose_range"}, {.text_ids = {0, 0}}},
        {{at_once, "repeated_orders(MGSUPP)", "low"}, {.text_ids = {7, 7}}},
        {{at_once, "repeated_orders(MGSUPP)", "clear"}, {.text_ids = {7, 8}}},
        {{at_once, "repeated_orders(MGSUPP)", "clear"}, {.text_ids = {8, 7}}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_of_rows(&rows[i].asked, &rows[i].change);
}

/* An order without a stop counts for 365 days; its course is at least what was seen of it. */
static void an_open_order_has_no_planned_end(void **state) {
    (void)state;
    static const char one[] = "PPI since 400 days ago until 10 days ago",
                      two[] = "PPI since 20 days ago until 10 days ago; LOOP since 20 days ago "
                              "until 10 days ago";
    const rows_change open = {.flags = {MAG_EXPOSURE_OPEN}, .days = {365}},
                      other = {.flags = {0, MAG_EXPOSURE_OPEN}},
                      own = {.flags = {MAG_EXPOSURE_OPEN}};
    const struct {
        question asked;
        const rows_change *change;
    } rows[] = {
        {{one, "course(PPI within 90 days) >= 365 days", "low"}, &open},
        {{one, "course(PPI within 90 days) > 365 days", "cannot_tell missing"}, &open},
        /* of two classes that end together only the PPI's own end says anything of it */
        {{two, "course(PPI within 90 days) > 11 days", "cannot_tell missing"}, &own},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_of_rows(&rows[i].asked, rows[i].change);
    /* which of the two comes first is the order of the lines */
    const question first = {two, "course(PPI within 90 days) > 11 days", "clear"};
    expect_of_rows(&first, &other);
}

/* --- gaps --------------------------------------------------------------------------------------
 */

#define LEVO "drug \"Levothyroxine\" given "

/* The pack says for thyroxine only how long before: behind magnesium it may be taken at once. */
static void a_gap_of_before_alone_looks_ahead_only(void **state) {
    (void)state;
    static const char kept[] = "gap_kept(THYROX, MGSYS within 14 days)";
    EXPECT({LEVO "34 hours ago; MGSUPP given 30 hours ago", kept, "low"},
           {LEVO "33 hours ago; MGSUPP given 30 hours ago", kept, "clear"},
           {LEVO "29 hours ago; MGSUPP given 30 hours ago", kept, "low"},
           {LEVO "30 hours ago; MGSUPP given 30 hours ago", kept, "clear"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_answers_of_a_row_of_unknown_route_are_unknown),
        cmocka_unit_test(an_unknown_route_beside_unknown_absence_has_both_reasons),
        cmocka_unit_test(a_number_that_is_unknown_of_all_history_is_not_none),
        cmocka_unit_test(of_several_eras_the_one_that_is_asked_for_counts),
        cmocka_unit_test(a_course_lies_in_its_window),
        cmocka_unit_test(hours_of_an_era_count_from_its_clock),
        cmocka_unit_test(orders_alike_in_all_but_one_thing_are_not_repeated),
        cmocka_unit_test(issues_alike_in_all_but_one_thing_are_two),
        cmocka_unit_test(unknown_doses_are_told_apart_by_their_text),
        cmocka_unit_test(an_open_order_has_no_planned_end),
        cmocka_unit_test(a_gap_of_before_alone_looks_ahead_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
