/* Rules catalogue, section 1: which flags of the shipped pack stand behind which. */
#include "judge.h"

enum { RULES_MAX = 128 };

static judge of;

/* Which pairs the tables below have looked at, for the last test. */
static bool was_judged[RULES_MAX][RULES_MAX];

/* One patient, and how two rules come out. */
typedef struct pair {
    const char *patient;
    const char *keeper, *kept, *other, *hidden;
} pair;

static size_t rule_index(const char *id) {
    const int rule_idx = mag_pack_find_rule(of.pack, id);
    if (rule_idx < 0 || rule_idx >= RULES_MAX)
        fail_msg("no rule %s", id);
    return (size_t)rule_idx;
}

static void expect_pairs(const pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        world_say(&of.in, "%s", pairs[i].patient);
        judge_patient(&of);
        judge_expect(&of, pairs[i].keeper, pairs[i].kept);
        judge_expect(&of, pairs[i].other, pairs[i].hidden);
        was_judged[rule_index(pairs[i].keeper)][rule_index(pairs[i].other)] = true;
    }
}

#define EXPECT(...)                                                                                \
    do {                                                                                           \
        const pair pairs[] = {__VA_ARGS__};                                                        \
        expect_pairs(pairs, sizeof pairs / sizeof pairs[0]);                                       \
    } while (0)

#define ANTACID "MGANTACID since 60 days ago"

#define RISEN(from, to)                                                                            \
    "creatinine " from " umol/L 10 days ago; creatinine " to " umol/L 5 days ago; " ANTACID

static void a06_stands_before_the_bands_but_a01_stays_at_stage_1(void **state) {
    (void)state;
    EXPECT(
        {"female 80 y 50 kg; " RISEN("100", "200"), "A06", "critical", "A01",
         "critical hidden by A06"},
        {"female 80 y 50 kg; " RISEN("100", "199"), "A06", "high", "A01", "critical"},
        {"female 80 y 50 kg; " RISEN("80", "120"), "A06", "high", "A02", "high hidden by A06"},
        {"female 60 y 60 kg; " RISEN("80", "120"), "A06", "high", "A03", "moderate hidden by A06"},
        {"female 60 y 75 kg; creatinine 70 umol/L 150 days ago; " RISEN("80", "120"), "A06", "high",
         "A05", "moderate hidden by A06"},
        /* nobody knows how acute it is: both stay in sight */
        {"female 60 y 60 kg; creatinine 400 umol/L 5 days ago; " ANTACID, "A06", "high", "A01",
         "critical"});
}

static void a08_is_never_flagged_beside_a01_or_a02(void **state) {
    (void)state;
    EXPECT({"female 80 y 50 kg; creatinine 400 umol/L 10 days ago; " ANTACID, "A01", "critical",
            "A08", "clear"},
           {"female 80 y 50 kg; creatinine 130 umol/L 10 days ago; " ANTACID, "A02", "high", "A08",
            "clear"});
}

static void a03_stands_before_a08(void **state) {
    (void)state;
    EXPECT({"female 65 y 60 kg; creatinine 104 umol/L 10 days ago; " ANTACID, "A03", "low", "A08",
            "low hidden by A03"},
           /* a level of 100 days settles A08, not A03 */
           {"female 65 y 60 kg; creatinine 104 umol/L 10 days ago; "
            "magnesium 0.85 mmol/L 100 days ago; " ANTACID,
            "A03", "low", "A08", "clear"});
}

#define DIALYSED "dialysis 30 days ago; " ANTACID

static void a09_stands_before_the_other_kidney_rules(void **state) {
    (void)state;
    EXPECT({"female 65 y 60 kg; creatinine 104 umol/L 10 days ago; " DIALYSED, "A09", "high", "A03",
            "low hidden by A09"},
           {"female 65 y 60 kg; creatinine 104 umol/L 10 days ago; " DIALYSED, "A09", "high", "A08",
            "low hidden by A09"},
           {"female 65 y; sodium 140 mmol/L 10 days ago; " DIALYSED, "A09", "high", "A04",
            "low hidden by A09"},
           {"female 60 y 75 kg; creatinine 70 umol/L 150 days ago; "
            "creatinine 100 umol/L 10 days ago; " DIALYSED,
            "A09", "high", "A05", "moderate hidden by A09"},
           /* dialysis takes these two out of their denominator */
           {"female 80 y 50 kg; creatinine 400 umol/L 10 days ago; " DIALYSED, "A09", "high", "A01",
            "not_applicable"},
           {"female 80 y 50 kg; creatinine 130 umol/L 10 days ago; " DIALYSED, "A09", "high", "A02",
            "not_applicable"});
}

#define UNCHECKED "female 50 y; sodium 140 mmol/L 10 days ago; PPI since 400 days ago; "

static void b04_stands_before_b05_before_b03_before_b02(void **state) {
    (void)state;
    EXPECT({UNCHECKED "LOOP since 200 days ago", "B03", "moderate", "B02", "info hidden by B03"},
           {UNCHECKED "LOOP since 20 days ago; THIAZ since 20 days ago", "B05", "moderate", "B02",
            "info hidden by B05"},
           {UNCHECKED "LOOP since 200 days ago; THIAZ since 20 days ago", "B05", "moderate", "B03",
            "moderate hidden by B05"},
           {UNCHECKED "DIGOX since 20 days ago", "B04", "moderate", "B02", "info hidden by B04"},
           {UNCHECKED "LOOP since 200 days ago; DIGOX since 20 days ago", "B04", "moderate", "B03",
            "moderate hidden by B04"},
           {UNCHECKED "LOOP since 20 days ago; THIAZ since 20 days ago; DIGOX since 20 days ago",
            "B04", "moderate", "B05", "moderate hidden by B04"});
}

static void b11_stands_before_b01_and_d02(void **state) {
    (void)state;
    EXPECT({"magnesium 0.60 mmol/L 60 days ago; magnesium 0.62 mmol/L 10 days ago; "
            "PPI since 200 days ago; MGSUPP 10 mmol since 55 days ago",
            "B11", "high", "B01", "moderate hidden by B11"},
           {"magnesium 0.60 mmol/L 180 days ago; magnesium 0.62 mmol/L 120 days ago; "
            "PPI since 200 days ago; MGSUPP 10 mmol since 170 days ago",
            "B11", "high", "D02", "info hidden by B11"},
           {"magnesium 0.60 mmol/L 20 days ago; magnesium 0.62 mmol/L 10 days ago; "
            "PPI since 200 days ago; MGSUPP 10 mmol since 55 days ago",
            "B11", "clear", "B01", "moderate"});
}

/* D03 asks whether anybody looked before the start. */
#define WITHOUT_A_LEVEL "sodium 140 mmol/L 300 days ago; MGSUPP 10 mmol since 200 days ago"
#define BELOW_20        "female 80 y 50 kg; creatinine 250 umol/L 10 days ago; "
#define BELOW_30        "female 80 y 50 kg; creatinine 120 umol/L 10 days ago; "
#define BELOW_45        "female 80 y 50 kg; creatinine 90 umol/L 10 days ago; "
#define TWO_SOURCES     "MGSUPP 10 mmol since 60 days ago; " ANTACID

static void a01_stands_before_every_other_rule_about_magnesium(void **state) {
    (void)state;
    EXPECT({BELOW_20 "MGSUPP 20 mmol since 60 days ago", "A01", "critical", "E01",
            "low hidden by A01"},
           {BELOW_20 "MGSUPP 30 mmol since 60 days ago", "A01", "critical", "E02",
            "high hidden by A01"},
           {BELOW_20 TWO_SOURCES, "A01", "critical", "E03", "moderate hidden by A01"},
           {BELOW_20 "MGSUPP 10 mmol since 40 days ago", "A01", "critical", "D01",
            "moderate hidden by A01"},
           {BELOW_20 "MGSUPP 10 mmol since 200 days ago", "A01", "critical", "D02",
            "moderate hidden by A01"},
           {BELOW_20 WITHOUT_A_LEVEL, "A01", "critical", "D03", "low hidden by A01"});
}

/* The bands do not overlap: what is named in the catalogue cannot come together. */
static void the_bands_exclude_each_other(void **state) {
    (void)state;
    EXPECT({BELOW_20 TWO_SOURCES, "A01", "critical", "A02", "clear"},
           {BELOW_20 TWO_SOURCES, "A01", "critical", "A03", "clear"},
           {BELOW_30 TWO_SOURCES, "A02", "high", "A03", "clear"});
}

static void a02_stands_before_doses_and_intervals_but_not_before_a_first_check(void **state) {
    (void)state;
    EXPECT({BELOW_30 "MGSUPP 20 mmol since 60 days ago", "A02", "high", "E01", "low hidden by A02"},
           {BELOW_30 TWO_SOURCES, "A02", "high", "E03", "moderate hidden by A02"},
           {BELOW_30 "MGSUPP 10 mmol since 200 days ago", "A02", "high", "D02",
            "moderate hidden by A02"},
           {BELOW_30 "MGSUPP 10 mmol since 40 days ago", "A02", "high", "D01", "moderate"},
           {BELOW_30 "MGSUPP 30 mmol since 60 days ago", "A02", "high", "E02", "high"});
}

static void a03_stands_before_intervals_and_sources_but_not_before_the_dose(void **state) {
    (void)state;
    EXPECT({BELOW_45 "MGSUPP 10 mmol since 200 days ago", "A03", "moderate", "D02",
            "moderate hidden by A03"},
           {BELOW_45 WITHOUT_A_LEVEL, "A03", "moderate", "D03", "low hidden by A03"},
           {BELOW_45 TWO_SOURCES, "A03", "moderate", "E03", "moderate hidden by A03"},
           {BELOW_45 "MGSUPP 20 mmol since 60 days ago", "A03", "moderate", "E01", "low"});
}

#define NO_CREATININE "female 50 y 70 kg; sodium 140 mmol/L 5 days ago; "

static void a04_stands_before_the_intervals(void **state) {
    (void)state;
    EXPECT({NO_CREATININE "MGSUPP 10 mmol since 40 days ago", "A04", "moderate", "D01",
            "low hidden by A04"},
           {NO_CREATININE "MGSUPP 10 mmol since 200 days ago", "A04", "moderate", "D02",
            "low hidden by A04"},
           {NO_CREATININE WITHOUT_A_LEVEL, "A04", "moderate", "D03", "low hidden by A04"});
}

#define COMPLETE(days)                                                                             \
    "potassium 4.0 mmol/L " days " days ago; calcium_adjusted 2.30 mmol/L " days " days ago; "

static void a_level_stands_before_its_follow_up_up_to_moderate(void **state) {
    (void)state;
    EXPECT({"magnesium 0.69 mmol/L 10 days ago; PPI since 400 days ago", "B01", "moderate", "C01",
            "low hidden by B01"},
           {COMPLETE("50") "magnesium 0.69 mmol/L 50 days ago; PPI since 400 days ago", "B01",
            "moderate", "D04", "moderate hidden by B01"},
           {COMPLETE("5") "magnesium 0.49 mmol/L 5 days ago; PPI since 400 days ago", "B01", "high",
            "D04", "high"},
           {COMPLETE("20") "magnesium 0.59 mmol/L 20 days ago", "C01", "moderate", "D04",
            "moderate hidden by C01"},
           {COMPLETE("5") "magnesium 0.49 mmol/L 5 days ago", "C01", "high", "D04", "high"},
           /* a high level that nobody repeated is always high */
           {COMPLETE("5") "magnesium 1.30 mmol/L 5 days ago", "C02", "high", "D04", "high"});
}

#define LOW_PAIR "magnesium 0.65 mmol/L 10 days ago; potassium 3.2 mmol/L 10 days ago"

static void c03_stands_before_what_rests_on_its_samples(void **state) {
    (void)state;
    EXPECT({LOW_PAIR "; PPI since 400 days ago", "C03", "high", "B01", "moderate hidden by C03"},
           {LOW_PAIR, "C03", "high", "C01", "low hidden by C03"},
           {LOW_PAIR, "C03", "high", "G01", "low hidden by C03"},
           {LOW_PAIR, "C03", "high", "D04", "moderate hidden by C03"},
           {"magnesium 0.49 mmol/L 3 days ago; potassium 3.2 mmol/L 3 days ago", "C03", "high",
            "D04", "high hidden by C03"},
           /* the newest potassium is not the one beside the magnesium */
           {LOW_PAIR "; potassium 3.3 mmol/L 2 days ago", "C03", "high", "G01", "low"});
}

#define LOW_CALCIUM "magnesium 0.65 mmol/L 10 days ago; calcium_adjusted 2.00 mmol/L 10 days ago"

static void c04_stands_before_what_rests_on_its_samples(void **state) {
    (void)state;
    EXPECT({LOW_CALCIUM "; PPI since 400 days ago", "C04", "high", "B01", "moderate hidden by C04"},
           {LOW_CALCIUM, "C04", "high", "C01", "low hidden by C04"},
           {LOW_CALCIUM, "C04", "high", "G04", "moderate hidden by C04"},
           {LOW_CALCIUM, "C04", "high", "D04", "moderate hidden by C04"},
           {LOW_CALCIUM "; calcium_adjusted 2.05 mmol/L 2 days ago", "C04", "high", "G04",
            "moderate"});
}

static void c05_stands_before_c03_c06_and_g01(void **state) {
    (void)state;
    EXPECT({LOW_PAIR "; DIGOX since 90 days ago", "C05", "high", "C03", "high hidden by C05"},
           {LOW_PAIR "; DIGOX since 90 days ago; QT since 90 days ago", "C05", "high", "C06",
            "high hidden by C05"},
           {"potassium 3.2 mmol/L 10 days ago; DIGOX since 90 days ago", "C05", "high", "G01",
            "moderate hidden by C05"},
           /* a low calcium is no matter of digoxin: C05 rests on an older potassium */
           {"inside a stay since 40 days ago; calcium_adjusted 2.00 mmol/L 3 days ago; "
            "potassium 3.2 mmol/L 20 days ago; DIGOX since 90 days ago; QT since 90 days ago",
            "C05", "high", "C06", "moderate"});
}

static void c06_stands_before_the_same_potassium_and_calcium(void **state) {
    (void)state;
    EXPECT({"potassium 3.2 mmol/L 10 days ago; QT since 90 days ago", "C06", "moderate", "G01",
            "moderate hidden by C06"},
           {"calcium_adjusted 2.00 mmol/L 10 days ago; QT since 90 days ago", "C06", "moderate",
            "G04", "moderate hidden by C06"},
           /* in a stay C06 looks back 14 days, and here it rests on magnesium */
           {"inside a stay since 40 days ago; magnesium 0.65 mmol/L 3 days ago; "
            "potassium 3.2 mmol/L 20 days ago; QT since 90 days ago",
            "C06", "moderate", "G01", "moderate"},
           {"inside a stay since 40 days ago; magnesium 0.65 mmol/L 3 days ago; "
            "calcium_adjusted 2.00 mmol/L 20 days ago; QT since 90 days ago",
            "C06", "moderate", "G04", "moderate"});
}

static void the_more_particular_of_two_stands_first(void **state) {
    (void)state;
    EXPECT({"potassium 3.2 mmol/L 60 days ago; potassium 3.1 mmol/L 20 days ago; "
            "KSUPP since 58 days ago; LOOP since 200 days ago",
            "C07", "high", "B06", "moderate hidden by C07"},
           /* C07 speaks of calcium: nothing stands before the potassium */
           {"potassium 2.9 mmol/L 40 days ago; calcium_adjusted 2.00 mmol/L 20 days ago; "
            "LOOP since 200 days ago",
            "C07", "moderate", "B06", "high"},
           {"female 50 y 70 kg; creatinine 80 umol/L 5 days ago; sodium 140 mmol/L 90 days ago; "
            "MGSUPP 10 mmol since 60 days ago",
            "D01", "low", "D03", "low hidden by D01"},
           {"female 50 y 70 kg; creatinine 60 umol/L 5 days ago; MGSUPP 30 mmol since 60 days ago",
            "E02", "moderate", "E01", "low hidden by E02"},
           {"FQ by mouth since 5 days ago until 1 day ago; TETRA by mouth since 5 days ago until "
            "1 day ago; MGSUPP since 30 days ago",
            "F01", "moderate", "F02", "moderate hidden by F01"});
}

/* Runs last: `hides` that are new in the pack need a row above. */
static void every_pair_of_the_pack_was_judged(void **state) {
    (void)state;
    for (size_t by = 0; by < of.pack->rule_count; by++) {
        const mag_rule *rule = &of.pack->rules[by];
        for (size_t i = 0; i < rule->hide_count; i++)
            if (!was_judged[by][rule->hides[i].rule])
                fail_msg("no row of %s and %s", rule->facts.id,
                         of.pack->rules[rule->hides[i].rule].facts.id);
    }
}

/* Rules catalogue, section 1: the length of a review follows the severity. One length for all tiers
 * would keep a critical flag out of sight for a week. */
static void a_rule_of_several_tiers_sets_no_length_of_a_review(void **state) {
    (void)state;
    for (size_t i = 0; i < of.pack->rule_count; i++) {
        const mag_rule *rule = &of.pack->rules[i];
        if (rule->snooze_days != 0 && (rule->tier_count != 1 || rule->adjust_count != 0))
            fail_msg("%s: %d days whatever the severity", rule->facts.id, (int)rule->snooze_days);
    }
}

static int begin(void **state) {
    (void)state;
    judge_begin(&of);
    return 0;
}

static int end(void **state) {
    (void)state;
    judge_end(&of);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a06_stands_before_the_bands_but_a01_stays_at_stage_1),
        cmocka_unit_test(a08_is_never_flagged_beside_a01_or_a02),
        cmocka_unit_test(a03_stands_before_a08),
        cmocka_unit_test(a09_stands_before_the_other_kidney_rules),
        cmocka_unit_test(b04_stands_before_b05_before_b03_before_b02),
        cmocka_unit_test(b11_stands_before_b01_and_d02),
        cmocka_unit_test(a01_stands_before_every_other_rule_about_magnesium),
        cmocka_unit_test(the_bands_exclude_each_other),
        cmocka_unit_test(a02_stands_before_doses_and_intervals_but_not_before_a_first_check),
        cmocka_unit_test(a03_stands_before_intervals_and_sources_but_not_before_the_dose),
        cmocka_unit_test(a04_stands_before_the_intervals),
        cmocka_unit_test(a_level_stands_before_its_follow_up_up_to_moderate),
        cmocka_unit_test(c03_stands_before_what_rests_on_its_samples),
        cmocka_unit_test(c04_stands_before_what_rests_on_its_samples),
        cmocka_unit_test(c05_stands_before_c03_c06_and_g01),
        cmocka_unit_test(c06_stands_before_the_same_potassium_and_calcium),
        cmocka_unit_test(the_more_particular_of_two_stands_first),
        cmocka_unit_test(a_rule_of_several_tiers_sets_no_length_of_a_review),
        cmocka_unit_test(every_pair_of_the_pack_was_judged),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
