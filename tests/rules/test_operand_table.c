/* Two operands share a number exactly if they ask the same: every option, window and list counts.
   The canonical text of each is what evidence shows. */
#include "pack_text.h"

static pack_text in;

static size_t operands_of(const char *when) {
    if (pack_load_when(&in, when) != MAG_OK)
        fail_msg("%s: %s", when, in.err.text);
    return in.pack->operand_count;
}

/* The sample that every rule of pack_load_when binds, and MGSYS of its denominator. */
enum { OPERANDS_OF_HEAD = 2 };

static void what_asks_something_else_has_a_number_of_its_own(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        {"count(magnesium) > 1", "count(potassium) > 1"},
        {"count(magnesium) > 1", "count(magnesium within 9 days) > 1"},
        {"count(magnesium) > 1", "count(magnesium < mg_low) > 1"},
        {"count(magnesium < mg_low) > 1", "count(magnesium <= mg_low) > 1"},
        {"count(magnesium < mg_low) > 1", "count(magnesium < mg_uln) > 1"},
        {"count(inr < 1.5) > 1", "count(inr < 1.6) > 1"},
        {"count(magnesium) > 1", "count(magnesium with creatinine) > 1"},
        {"count(urea with creatinine) > 1", "count(urea with sodium) > 1"},
        {"count(egfr) > 1", "count(egfr_reported) > 1"},
        {"count(egfr < 30 mL/min/1.73m2) > 1", "count(egfr < 31 mL/min/1.73m2) > 1"},
        {"count(calcium) > 1", "count(adjusted_calcium) > 1"},
        {"rejected(any)", "rejected(magnesium)"},
        {"spaced(magnesium, apart 14 days) > 1", "spaced(magnesium, apart 15 days) > 1"},
        {"spaced(magnesium, apart 2 days) > 1", "spaced(magnesium, apart 48 hours) > 1"},
        {"continuous(PPI for 90 days)", "continuous(PPI for 91 days)"},
        {"continuous(PPI for 90 days)", "continuous(PPI for 90 days, gap 0 days)"},
        {"continuous(PPI for 90 days, gap 9 days)", "continuous(PPI for 90 days, gap 8 days)"},
        {"count_active(PPI) > 0", "count_active(PPI for 14 days) > 0"},
        {"dose_change(PPI, by 25 %)", "dose_change(PPI, by 26 %)"},
        {"dose_change(PPI, by 25 %)", "dose_change(PPI, up by 25 %)"},
        {"dose_change(PPI, up by 25 %)", "dose_change(PPI, down by 25 %)"},
        {"salt(MGSUPP is oxide)", "salt(MGSUPP is hydroxide)"},
        {"route(FQ is enteral)", "route(FQ is enteral or rectal)"},
        {"suspect(edta)", "suspect(ph)"},
        {"overlap(FQ, MGSUPP) > 1 day", "overlap(FQ, MGLAX) > 1 day"},
        {"overlap(FQ, MGSUPP) > 1 day", "overlap(MGSUPP, FQ) > 1 day"},
        {"active(MGIV)", "active(MGSUPP)"},
        {"days_since(sample) > 3", "days_since(magnesium within 91 days) > 3"},
        {"measured(sodium around sample within 3 days)",
         "measured(sodium before sample within 3 days)"},
        {"measured(sodium since sample)", "measured(sodium since start(LOOP))"},
        {"measured(sodium between start(LOOP) and sample)",
         "measured(sodium between start(LOOP) and stop(LOOP))"},
        {"measured(sodium within 60 days)", "measured(sodium within 60 minutes)"},
        {"measured(sodium from 2 to 9 days ago)", "measured(sodium from 3 to 9 days ago)"},
        {"count(inr) > 1", "count(inr < 1.5) > 1"},
        {"count(inr < 1.5) > 1", "count(inr) > 1"},
        {"count(ck < 200 U/L) > 1", "count(ck < 201 U/L) > 1"},
        {"count(egfr < 31 mL/min/1.73m2) > 1", "count(egfr < 30 mL/min/1.73m2) > 1"},
        {"count(inr < 1.5) > 1", "count(inr < 1.50) > 1"},
        {"count(inr < 15) > 1", "count(inr < 1.5) > 1"},
        {"count(bicarbonate < molar_only) > 1", "count(bicarbonate < 0.60 mmol/L) > 1"},
        {"count(bicarbonate < 0.60 mmol/L) > 1", "count(bicarbonate < molar_only) > 1"},
        {"count(bicarbonate < 20 mmol/L) > 1", "count(bicarbonate < 21 mmol/L) > 1"},
        {"count(albumin < 35 g/L) > 1", "count(albumin < 36 g/L) > 1"},
        {"count(albumin < 35 g/L) > 1", "count(albumin < 35 g/dL) > 1"},
        {"haemolysed(pair(sample, potassium within 7 days))",
         "haemolysed(pair(sample, potassium same specimen))"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char both[512];
        const size_t first = operands_of(pairs[i][0]) - OPERANDS_OF_HEAD;
        const size_t second = operands_of(pairs[i][1]) - OPERANDS_OF_HEAD;
        (void)snprintf(both, sizeof both, "%s and %s", pairs[i][0], pairs[i][1]);
        const size_t together = operands_of(both) - OPERANDS_OF_HEAD;
        if (together <= first || together <= second)
            fail_msg("%s: %zu operands, %zu and %zu alone", both, together, first, second);
        (void)snprintf(both, sizeof both, "%s and %s", pairs[i][0], pairs[i][0]);
        assert_int_equal((int)(operands_of(both) - OPERANDS_OF_HEAD), (int)first);
    }
}

static void the_text_of_an_operand_is_canonical(void **state) {
    (void)state;
    static const struct {
        const char *when, *text;
    } rows[] = {
        {"spaced( magnesium<mg_low  within 26 weeks , apart 2 weeks )>1",
         "spaced(magnesium < mg_low within 182 days, apart 14 days)"},
        {"continuous(PPI, gap 60 days for 365 days)", "continuous(PPI for 365 days, gap 60 days)"},
        {"dose_change(PPI, up by 25.0 % within recent)",
         "dose_change(PPI, up by 25 % within 90 days)"},
        {"salt(MGSUPP, MGLAX is oxide or hydroxide)", "salt(MGSUPP, MGLAX is oxide or hydroxide)"},
        {"count(urea with creatinine within 48 hours) > 1",
         "count(urea with creatinine within 48 hours)"},
        {"suspect(edta or drip_arm within 30 days)", "suspect(edta or drip_arm within 30 days)"},
        {"measured(sodium around sample within 3 days)",
         "measured(sodium around sample within 3 days)"},
        {"overlap(FQ, MGSYS within 14 days) > 1 day", "overlap(FQ, MGSYS within 14 days)"},
        {"femg > 4 %", "femg"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t count = operands_of(rows[i].when);
        assert_string_equal(in.pack->operands[count - 1].text, rows[i].text);
    }
}

/* Results are canonical inside; in sums they count in the unit of a dimension. */
static void results_enter_sums_in_the_unit_of_their_dimension(void **state) {
    (void)state;
    static const struct {
        const char *when;
        mag_dimension dimension;
        double factor;
    } rows[] = {
        {"latest(urea) / latest(creatinine) > 100", MAG_DIM_RESULT, 1e-3},
        {"latest(ck) > 5 * uln(ck)", MAG_DIM_ACTIVITY, 1.0},
        {"latest(creatinine) > 2 * uln(creatinine)", MAG_DIM_MOLAR, 1e-3},
        {"latest(inr) > uln(inr)", MAG_DIM_NUMBER, 1.0},
        {"median(egfr) < 30 mL/min/1.73m2", MAG_DIM_FLOW_INDEXED, 1.0},
        {"latest(albumin) < uln(albumin)", MAG_DIM_MASS_CONC, 100.0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t count = operands_of(rows[i].when);
        const mag_operand *last = &in.pack->operands[count - 1];
        assert_int_equal(last->dimension, rows[i].dimension);
        assert_true(last->unit_factor > rows[i].factor * 0.999999 &&
                    last->unit_factor < rows[i].factor * 1.000001);
    }
}

static int begin(void **state) {
    (void)state;
    pack_begin(&in);
    return 0;
}

static int end(void **state) {
    (void)state;
    pack_end(&in);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_asks_something_else_has_a_number_of_its_own),
        TEST(the_text_of_an_operand_is_canonical),
        TEST(results_enter_sums_in_the_unit_of_their_dimension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
