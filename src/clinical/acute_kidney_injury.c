#include "clinical/acute_kidney_injury.h"

#include "clinical/kidney.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    TWO_DAYS = 2 * MAG_MINUTES_PER_DAY,
    WEEK = 7 * MAG_MINUTES_PER_DAY,
    YEAR = 365 * MAG_MINUTES_PER_DAY
};
static const double STAGE_1_RATIO = 1.5, STAGE_2_RATIO = 2.0, STAGE_3_RATIO = 3.0;
static const double STAGE_3_UMOL_L = 354, RISE_UMOL_L = 26;

/* Minutes from `early` to `late`; whole days if one of them has no clock. */
static int64_t minutes_between(const mag_aki_result *early, const mag_aki_result *late) {
    if (early->is_date_only || late->is_date_only)
        return ((int64_t)mag_minute_day(late->at) - mag_minute_day(early->at)) *
               MAG_MINUTES_PER_DAY;
    return (int64_t)late->at - early->at;
}

/* The stage rises with the index result and falls with those before it. */
static double as_index(const mag_aki_result *result, mag_aki_reading reading) {
    return reading == MAG_AKI_LEAST ? result->low : result->high;
}

static double as_reference(const mag_aki_result *result, mag_aki_reading reading) {
    return reading == MAG_AKI_LEAST ? result->high : result->low;
}

static int by_size(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median_of(double *numbers, size_t count) {
    if (count == 0)
        return NAN;
    qsort(numbers, count, sizeof *numbers, by_size);
    const double upper = numbers[count / 2];
    return count % 2 == 1 ? upper : (numbers[count / 2 - 1] + upper) / 2;
}

/* fmin takes the number where the other is none. */
static void look_back(const mag_aki_result *results, size_t count, size_t index,
                      mag_aki_reading reading, double *room, mag_aki *aki, double *lowest_48h) {
    size_t older_count = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t age = minutes_between(&results[i], &results[index]);
        const double value = as_reference(&results[i], reading);
        if (age <= 0 || age > YEAR)
            continue;
        aki->is_day_resolution |= results[i].is_date_only;
        if (age > WEEK)
            room[older_count++] = value;
        else
            aki->rv1 = fmin(aki->rv1, value);
        if (age <= TWO_DAYS)
            *lowest_48h = fmin(*lowest_48h, value);
    }
    aki->rv2 = median_of(room, older_count);
}

static int stage_of_ratio(const mag_aki *aki) {
    if (!mag_derived_below(aki->ratio, STAGE_3_RATIO) || mag_derived_above(aki->c1, STAGE_3_UMOL_L))
        return 3;
    return mag_derived_below(aki->ratio, STAGE_2_RATIO) ? 1 : 2;
}

mag_aki mag_aki_of(const mag_aki_result *results, size_t count, size_t index,
                   mag_aki_reading reading, double *room) {
    mag_aki aki = {.c1 = as_index(&results[index], reading),
                   .rv1 = NAN,
                   .rv2 = NAN,
                   .ratio = NAN,
                   .rise = NAN,
                   .reference = NAN,
                   .is_day_resolution = results[index].is_date_only};
    double lowest_48h = NAN;
    look_back(results, count, index, reading, room, &aki, &lowest_48h);
    const double baseline = fmin(aki.rv1, aki.rv2);
    aki.has_baseline = !isnan(baseline);
    if (!aki.has_baseline)
        return aki;
    aki.ratio = aki.c1 / baseline;
    aki.rise = aki.c1 - lowest_48h;
    if (!mag_derived_below(aki.ratio, STAGE_1_RATIO)) {
        aki.stage = stage_of_ratio(&aki);
        aki.reference = baseline;
    } else if (mag_derived_above(aki.rise, RISE_UMOL_L)) {
        aki.stage = 1;
        aki.reference = lowest_48h;
    }
    return aki;
}

bool mag_aki_is_resolved(const mag_aki_result *results, size_t count, size_t index,
                         const mag_aki *aki, mag_aki_reading reading) {
    for (size_t i = 0; i < count; i++) {
        if (minutes_between(&results[index], &results[i]) <= 0)
            continue;
        const double later = as_index(&results[i], reading);
        if (mag_derived_below(later, STAGE_1_RATIO * aki->reference) &&
            mag_derived_below(later - aki->reference, RISE_UMOL_L))
            return true;
    }
    return false;
}
