/* Bands against the judgement that they stand for, number by number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clinical/plausible_band.h"

static void compare(mag_analyte analyte, mag_unit unit, uint8_t scale,
                    const mag_plausible_band *band, int64_t mantissa) {
    if (mantissa < INT32_MIN || mantissa > INT32_MAX)
        return;
    const mag_decimal value = {(int32_t)mantissa, scale};
    const mag_plausibility wanted = mag_plausibility_of(analyte, unit, value);
    const mag_plausibility got = mag_plausible_in(band, value.mantissa);
    if (got != wanted)
        fail_msg("%s %d, scale %u in %s: %d, not %d", mag_analyte_of(analyte)->name, value.mantissa,
                 (unsigned)scale, mag_unit_text(unit), (int)got, (int)wanted);
}

typedef void (*check)(mag_analyte analyte, mag_unit unit, uint8_t scale,
                      const mag_plausible_band *band);

static void for_every_series(check judge) {
    for (int analyte = MAG_ANALYTE_NONE + 1; analyte < MAG_ANALYTE_COUNT; analyte++)
        for (int unit = 0; unit < MAG_UNIT_COUNT; unit++)
            for (uint8_t scale = 0; scale <= MAG_DECIMAL_MAX_SCALE; scale++) {
                if (!mag_unit_fits((mag_analyte)analyte, (mag_unit)unit))
                    continue;
                const mag_plausible_band band =
                    mag_plausible_band_of((mag_analyte)analyte, (mag_unit)unit, scale);
                judge((mag_analyte)analyte, (mag_unit)unit, scale, &band);
            }
}

static void judge_ends(mag_analyte analyte, mag_unit unit, uint8_t scale,
                       const mag_plausible_band *band) {
    const int64_t ends[] = {band->hard_low, band->hard_high, band->soft_low, band->soft_high, 0,
                            INT32_MAX,      INT32_MIN};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        for (int64_t off = -100; off <= 100; off++)
            compare(analyte, unit, scale, band, ends[i] + off);
}

static void the_ends_of_every_band_are_where_the_judgement_turns(void **state) {
    (void)state;
    for_every_series(judge_ends);
}

static void judge_small_and_large(mag_analyte analyte, mag_unit unit, uint8_t scale,
                                  const mag_plausible_band *band) {
    if (scale > 3)
        return;
    for (int64_t mantissa = -5; mantissa <= 5000; mantissa++)
        compare(analyte, unit, scale, band, mantissa);
    for (int64_t mantissa = 5000; mantissa <= INT32_MAX; mantissa += mantissa / 512)
        compare(analyte, unit, scale, band, mantissa);
}

static void numbers_as_they_are_printed_are_judged_alike(void **state) {
    (void)state;
    for_every_series(judge_small_and_large);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ends_of_every_band_are_where_the_judgement_turns),
        cmocka_unit_test(numbers_as_they_are_printed_are_judged_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
