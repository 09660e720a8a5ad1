/* Which printed numbers are plausible, said once for all results of an analyte in a unit with so
   many decimals: then a result is judged by comparing whole numbers. */
#ifndef MAG_CLINICAL_PLAUSIBLE_BAND_H
#define MAG_CLINICAL_PLAUSIBLE_BAND_H

#include "clinical/conversion.h"

/* Mantissas from low to high, both included; none where low > high. */
typedef struct mag_plausible_band {
    int64_t hard_low, hard_high; /* within the hard limits */
    int64_t soft_low, soft_high; /* within the soft ones, too */
} mag_plausible_band;

/* Of values of that scale; the unit must fit. Costs some hundred conversions: remember it. */
mag_plausible_band mag_plausible_band_of(mag_analyte analyte, mag_unit unit, uint8_t scale);

/* What mag_plausibility_of says of the value of that mantissa. */
static inline mag_plausibility mag_plausible_in(const mag_plausible_band *band, int32_t mantissa) {
    if (mantissa >= band->soft_low && mantissa <= band->soft_high)
        return MAG_PLAUSIBLE;
    return mantissa >= band->hard_low && mantissa <= band->hard_high ? MAG_PLAUSIBLE_SOFT
                                                                     : MAG_IMPLAUSIBLE;
}

#endif
