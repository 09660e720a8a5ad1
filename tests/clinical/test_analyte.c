#include "vectors.h"

#include "clinical/analyte.h"
#include "clinical/conversion.h"

static void every_analyte_is_found_by_its_name(void **state) {
    (void)state;
    for (int i = MAG_ANALYTE_NONE + 1; i < MAG_ANALYTE_COUNT; i++)
        assert_int_equal(mag_analyte_find(mag_span_of(mag_analyte_of((mag_analyte)i)->name)), i);
    assert_int_equal(mag_analyte_find(mag_span_of("magnesia")), MAG_ANALYTE_NONE);
    assert_int_equal(mag_analyte_find(mag_span_of("Magnesium")), MAG_ANALYTE_NONE);
    assert_int_equal(mag_analyte_find(mag_span_of("")), MAG_ANALYTE_NONE);
    print_message("%d analytes\n", MAG_ANALYTE_COUNT - 1);
}

static void limits_are_nested_and_the_canonical_unit_fits(void **state) {
    (void)state;
    for (int i = MAG_ANALYTE_NONE + 1; i < MAG_ANALYTE_COUNT; i++) {
        const mag_analyte_facts *facts = mag_analyte_of((mag_analyte)i);
        assert_true(mag_unit_fits((mag_analyte)i, facts->canonical));
        if (facts->hard_high == 0)
            continue;
        assert_true(facts->hard_low <= facts->soft_low);
        assert_true(facts->soft_low < facts->soft_high);
        assert_true(facts->soft_high <= facts->hard_high);
        assert_true(facts->ref_low <= facts->ref_high);
    }
}

/* Spec c5, typed from the page: hard, soft, reference. */
static void limits_are_those_of_the_specification(void **state) {
    (void)state;
    static const struct {
        mag_analyte analyte;
        double hard_low, hard_high, soft_low, soft_high, ref_low, ref_high;
    } rows[] = {
        {MAG_MAGNESIUM, 0.10, 10, 0.30, 3.0, 0.70, 1.00},
        {MAG_MAGNESIUM_IONISED, 0.05, 5, 0.25, 1.2, 0.45, 0.60},
        {MAG_CREATININE, 9, 3000, 20, 1500, 45, 104},
        {MAG_POTASSIUM, 1, 12, 2, 8, 3.5, 5.3},
        {MAG_SODIUM, 90, 200, 110, 175, 133, 146},
        {MAG_CALCIUM, 0.5, 6, 1.2, 4.5, 2.2, 2.6},
        {MAG_CALCIUM_IONISED, 0.2, 3.5, 0.6, 2.2, 1.15, 1.3},
        {MAG_ALBUMIN, 5, 80, 10, 60, 35, 50},
        {MAG_UREA, 0.2, 120, 0.5, 70, 2.5, 7.8},
        {MAG_UREA_NITROGEN, 0.2, 120, 0.5, 70, 2.5, 7.8},
        {MAG_PHOSPHATE, 0.05, 10, 0.2, 5, 0.8, 1.5},
        {MAG_BICARBONATE, 1, 70, 5, 55, 22, 29},
        {MAG_INR, 0.5, 20, 0.8, 10, 0.8, 1.2},
        {MAG_GLUCOSE, 0.1, 120, 1, 60, 3, 7.8},
        {MAG_HBA1C, 5, 250, 15, 180, 0, 42},
        {MAG_VITAMIN_D, 1, 1000, 5, 400, 50, 1000},
        {MAG_PTH, 0.05, 800, 0.1, 300, 1.6, 6.9},
        {MAG_CK, 1, 500000, 5, 100000, 25, 320},
        {MAG_WEIGHT, 20, 400, 30, 250, 0, 0},
        {MAG_HEIGHT, 90, 250, 130, 215, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const mag_analyte_facts *facts = mag_analyte_of(rows[i].analyte);
        assert_true(facts->hard_low == rows[i].hard_low && facts->hard_high == rows[i].hard_high);
        assert_true(facts->soft_low == rows[i].soft_low && facts->soft_high == rows[i].soft_high);
        assert_true(facts->ref_low == rows[i].ref_low && facts->ref_high == rows[i].ref_high);
    }
    print_message("%zu rows of limits\n", COUNT_OF(rows));
}

static void only_indices_weight_and_height_are_outside_the_code_book(void **state) {
    (void)state;
    for (int i = MAG_ANALYTE_NONE + 1; i < MAG_ANALYTE_COUNT; i++)
        assert_int_equal(mag_analyte_of((mag_analyte)i)->is_code_book_item,
                         i != MAG_HAEMOLYSIS_INDEX && i != MAG_WEIGHT && i != MAG_HEIGHT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_analyte_is_found_by_its_name),
        cmocka_unit_test(limits_are_nested_and_the_canonical_unit_fits),
        cmocka_unit_test(limits_are_those_of_the_specification),
        cmocka_unit_test(only_indices_weight_and_height_are_outside_the_code_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
