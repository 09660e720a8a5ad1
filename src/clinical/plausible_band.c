/* Conversions only multiply and divide by positive numbers, or add one; each step rounds to the
   nearest, so a larger mantissa never has a smaller canonical value, and the ends of a band are
   found by halving. */
#include "clinical/plausible_band.h"

#include "clinical/kidney.h"

typedef struct series {
    mag_analyte analyte;
    mag_unit unit;
    uint8_t scale;
} series;

typedef bool (*side_of)(double x, double limit);

/* The least mantissa from 1 on whose value is (or, where that is not wanted, is not) on that side
   of the limit; INT32_MAX + 1 if there is none. */
static int64_t first_where(const series *of, side_of side, bool wanted, double limit) {
    int64_t low = 1, high = (int64_t)INT32_MAX + 1;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const mag_decimal value = {(int32_t)middle, of->scale};
        if (side(mag_to_canonical(of->analyte, of->unit, value), limit) == wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Two zeros are no limits. */
static void find_ends(const series *of, const double limits[2], int64_t *low, int64_t *high) {
    *low = 1;
    *high = INT32_MAX;
    if (limits[0] == 0 && limits[1] == 0)
        return;
    *low = first_where(of, mag_derived_below, false, limits[0]);
    *high = first_where(of, mag_derived_above, true, limits[1]) - 1;
}

mag_plausible_band mag_plausible_band_of(mag_analyte analyte, mag_unit unit, uint8_t scale) {
    const mag_analyte_facts *facts = mag_analyte_of(analyte);
    const double hard[2] = {facts->hard_low, facts->hard_high};
    const double soft[2] = {facts->soft_low, facts->soft_high};
    const series of = {analyte, unit, scale};
    mag_plausible_band band;
    find_ends(&of, hard, &band.hard_low, &band.hard_high);
    find_ends(&of, soft, &band.soft_low, &band.soft_high);
    band.soft_low = band.soft_low > band.hard_low ? band.soft_low : band.hard_low;
    band.soft_high = band.soft_high < band.hard_high ? band.soft_high : band.hard_high;
    return band;
}
