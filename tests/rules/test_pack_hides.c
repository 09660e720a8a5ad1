/* Rules catalogue, section 1: which flags of the shipped pack stand behind which. */
#include "judge.h"

static judge of;

/* One patient, and how two rules come out. */
typedef struct pair {
    const char *patient;
    const char *keeper, *kept, *other, *hidden;
} pair;

static void expect_pairs(const pair *pairs, size_t count) {
    for (size_t i = 0; i < count; i++) {
        world_say(&of.in, "%s", pairs[i].patient);
        judge_patient(&of);
        judge_expect(&of, pairs[i].keeper, pairs[i].kept);
        judge_expect(&of, pairs[i].other, pairs[i].hidden);
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
    };
    return cmocka_run_group_tests(tests, begin, end);
}
