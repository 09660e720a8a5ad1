/* Kidney formulas against estimates of 5,154 adults that were computed elsewhere (NHANES 2017-18).
 */
#include "gzip_rows.h"

#include "clinical/conversion.h"
#include "clinical/kidney.h"

#include <math.h>

enum { AGE = 1, SEX, MG_DL, UMOL, KG, CM, EPI21, EPI09, MDRD, EKFC, CG, COLUMNS };

/* The reference uses two older constants than the program (spec f4): 144 for women where CKD-EPI
   2009 has 141 x 1.018, and MDRD's first 186 where the form for standardised creatinine has 175.
   Everything else is the same, so the ratio of the constants must explain the whole difference. */
static const double WOMEN_2009 = 144 / (141 * 1.018), MDRD_FIRST_FORM = 186.0 / 175;

#define REFERENCE "nhanes-2017/nhanes2017_egfr_reference.csv.gz"

typedef struct counts {
    int adults, epi21, epi09, mdrd, weighed, cg;
    int flips_own, flips_printed;
} counts;

static double number(const char *cell) {
    return cell[0] ? strtod(cell, NULL) : NAN;
}

static bool is_near(double x, const char *cell) {
    return fabs(x - number(cell)) <= 0.01;
}

/* Categories from the mg/dL column through canonical umol/L and back, and from the printed umol/L.
 */
static void count_flips(char **cells, mag_sex sex, int age, counts *n) {
    mag_decimal mg_dl = decimal_of(cells[MG_DL]);
    double umol = mag_to_canonical(MAG_CREATININE, MAG_UNIT_MG_DL, mg_dl);
    double back = mag_from_canonical(MAG_CREATININE, MAG_UNIT_MG_DL, umol);
    double again = mag_to_canonical(MAG_CREATININE, MAG_UNIT_UMOL_L, decimal_of(cells[UMOL]));
    mag_gfr_category direct = mag_gfr_category_of(number(cells[EPI21]));
    mag_gfr_category own = mag_gfr_category_of(mag_ckd_epi_2021(sex, age, back * 88.4));
    mag_gfr_category printed = mag_gfr_category_of(mag_ckd_epi_2021(sex, age, again));
    n->flips_own += own != direct;
    if (printed != direct) {
        n->flips_printed++;
        print_message("printed %s mg/dL is %.3f umol/L, printed as %s: %.4f against %s\n",
                      cells[MG_DL], umol, cells[UMOL], mag_ckd_epi_2021(sex, age, again),
                      cells[EPI21]);
    }
}

static void count_row(char **cells, counts *n) {
    mag_sex sex = cells[SEX][0] == 'F' ? MAG_SEX_FEMALE : MAG_SEX_MALE;
    int age = atoi(cells[AGE]);
    double umol = mag_to_canonical(MAG_CREATININE, MAG_UNIT_MG_DL, decimal_of(cells[MG_DL]));
    n->adults++;
    n->epi21 += is_near(mag_ckd_epi_2021(sex, age, umol), cells[EPI21]);
    double women = sex == MAG_SEX_FEMALE ? WOMEN_2009 : 1;
    n->epi09 += is_near(mag_ckd_epi_2009(sex, age, umol) * women, cells[EPI09]);
    n->mdrd += is_near(mag_mdrd(sex, age, umol) * MDRD_FIRST_FORM, cells[MDRD]);
    count_flips(cells, sex, age, n);
    if (!cells[KG][0])
        return;
    n->weighed++;
    n->cg +=
        is_near(mag_cockcroft_gault(MAG_KIDNEY_US, sex, age, number(cells[KG]), umol), cells[CG]);
}

static void estimates_agree_with_those_computed_elsewhere(void **state) {
    (void)state;
    gzFile file = open_data(REFERENCE);
    assert_non_null(file);
    char line[1024], *cells[COLUMNS];
    counts n = {0};
    assert_true(take_row(file, line, sizeof line));
    while (take_row(file, line, sizeof line)) {
        assert_int_equal(cut_row(line, cells, COLUMNS), COLUMNS);
        count_row(cells, &n);
    }
    gzclose(file);
    print_message("%d adults; within 0.01: CKD-EPI 2021 %d, CKD-EPI 2009 %d, MDRD %d, "
                  "Cockcroft-Gault %d of %d weighed; category flips: own paths %d, printed column "
                  "%d\n",
                  n.adults, n.epi21, n.epi09, n.mdrd, n.cg, n.weighed, n.flips_own,
                  n.flips_printed);
    assert_int_equal(n.adults, 5154);
    assert_int_equal(n.epi21, 5154);
    assert_int_equal(n.epi09, 5154);
    assert_int_equal(n.mdrd, 5154);
    assert_int_equal(n.weighed, 5079);
    assert_int_equal(n.cg, 5079);
    assert_int_equal(n.flips_own, 0);
    assert_int_equal(n.flips_printed, 0);
}

int main(void) {
    if (!has_data(REFERENCE))
        return EXIT_SKIPPED;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_agree_with_those_computed_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
