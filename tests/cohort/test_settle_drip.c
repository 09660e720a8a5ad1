/* Sodium and glucose of a drip, against looking at every pair of results. */
#include "cohort/settle_labs.h"

#include "clinical/kidney.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 50, ROUNDS = 4000, AS_OF = 4 * MAG_MINUTES_PER_DAY, PATIENTS = 2 };

static mag_account account;

static uint32_t draw(uint64_t *state, uint32_t below) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % below);
}

static bool is_seen(const mag_lab *lab) {
    return mag_lab_reject(lab) == MAG_REASON_NONE && lab->minute <= AS_OF;
}

static bool is_near(const mag_lab *a, const mag_lab *b) {
    if (mag_lab_has(a, MAG_LAB_DATE_ONLY) || mag_lab_has(b, MAG_LAB_DATE_ONLY))
        return abs(mag_minute_day(a->minute) - mag_minute_day(b->minute)) <= 2;
    return abs(a->minute - b->minute) <= 48 * 60;
}

static bool is_comparator(const mag_lab *lab, mag_comparator a, mag_comparator b) {
    return mag_lab_comparator(lab) == a || mag_lab_comparator(lab) == b;
}

/* The sentence of the rule for two results, both in tenths of mmol/L. */
static bool is_of_a_drip(const mag_lab *lab, const mag_lab *other) {
    const bool is_sodium = mag_lab_analyte(lab) == MAG_SODIUM;
    return (is_sodium || mag_lab_analyte(lab) == MAG_GLUCOSE) && lab->patient == other->patient &&
           mag_lab_analyte(lab) == mag_lab_analyte(other) && is_seen(lab) && is_seen(other) &&
           is_near(lab, other) && !is_comparator(lab, MAG_LESS, MAG_LESS_EQUAL) &&
           !is_comparator(other, MAG_GREATER, MAG_GREATER_EQUAL) &&
           lab->mantissa > (is_sodium ? 1550 : 300) &&
           lab->mantissa - other->mantissa > (is_sodium ? 100 : 150);
}

static int by_content(const void *a, const void *b) {
    const mag_lab *x = &((const mag_lab_row *)a)->lab, *y = &((const mag_lab_row *)b)->lab;
    const int64_t keys[][2] = {{x->patient, y->patient},
                               {mag_lab_analyte(x), mag_lab_analyte(y)},
                               {x->minute, y->minute},
                               {x->packed, y->packed},
                               {x->mantissa, y->mantissa}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

/* Results of a few days, some after T, some without a clock, with comparators, or rejected. */
static size_t fill(mag_lab_row *rows, uint64_t *state) {
    static const mag_comparator comparators[] = {MAG_LESS, MAG_LESS_EQUAL, MAG_GREATER,
                                                 MAG_GREATER_EQUAL};
    static const mag_analyte analytes[] = {MAG_SODIUM, MAG_GLUCOSE, MAG_POTASSIUM};
    const size_t count = 1 + draw(state, MOST - 1);
    const uint32_t minutes = 1 + draw(state, 5 * MAG_MINUTES_PER_DAY);
    const uint32_t rare = 2 + draw(state, 10);
    for (size_t i = 0; i < count; i++) {
        const mag_analyte analyte = analytes[draw(state, rare) < 2 ? draw(state, 3) : 0];
        const bool is_date_only = draw(state, rare) == 0;
        const mag_comparator comparator =
            draw(state, rare) == 0 ? comparators[draw(state, 4)] : MAG_EXACT;
        const mag_reason reject = draw(state, 8) == 0 ? MAG_REASON_UNIT_MISSING : MAG_REASON_NONE;
        mag_minute minute = (mag_minute)(draw(state, minutes) / 20 * 20 + draw(state, 2));
        if (is_date_only)
            minute = mag_minute_day(minute) * MAG_MINUTES_PER_DAY;
        const uint32_t value =
            analyte == MAG_GLUCOSE ? 140 + draw(state, 200) : 1440 + draw(state, 200);
        rows[i] = (mag_lab_row){
            .lab = {.patient = draw(state, rare) < 2 ? draw(state, PATIENTS) : 0,
                    .minute = minute,
                    .mantissa = (int32_t)value,
                    .packed = mag_lab_pack(analyte, MAG_UNIT_MMOL_L, 1, comparator, reject,
                                           is_date_only ? MAG_LAB_DATE_ONLY : 0u)}};
    }
    qsort(rows, count, sizeof *rows, by_content);
    return count;
}

static void finds_what_looking_at_every_pair_finds(void **unused) {
    (void)unused;
    uint64_t state = 20260102;
    size_t found = 0, all = 0;
    mag_minute as_of[PATIENTS] = {AS_OF, AS_OF};
    static mag_cohort cohort; /* no limit of history */
    for (unsigned round = 0; round < ROUNDS; round++) {
        mag_lab_row rows[MOST], before[MOST];
        mag_error err = {0};
        const mag_settling settling = {
            .cohort = &cohort, .as_of = as_of, .scratch = mag_arena_new(&account)};
        const size_t count = fill(rows, &state);
        memcpy(before, rows, count * sizeof *rows);
        assert_int_equal(mag_settle_drip_arm(&settling, rows, count, &err), MAG_OK);
        for (size_t i = 0; i < count; i++) {
            mag_lab wanted = before[i].lab;
            for (size_t k = 0; k < count; k++)
                if (is_of_a_drip(&before[i].lab, &before[k].lab))
                    mag_lab_set_aside(&wanted, MAG_REASON_VALUE_DRIP_ARM);
            if (rows[i].lab.packed != wanted.packed)
                fail_msg("round %u: result %zu of %zu at minute %d: %s, wanted %s", round, i, count,
                         wanted.minute, mag_reason_name(mag_lab_reject(&rows[i].lab)),
                         mag_reason_name(mag_lab_reject(&wanted)));
            if (wanted.packed != before[i].lab.packed && !mag_settle_may_be_drip(&before[i].lab))
                fail_msg("round %u: result %zu goes the short way", round, i);
            found += wanted.packed != before[i].lab.packed;
        }
        all += count;
        mag_arena_free(settling.scratch);
    }
    assert_in_range(found, all / 10, all * 9 / 10); /* both happened often */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_what_looking_at_every_pair_finds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
