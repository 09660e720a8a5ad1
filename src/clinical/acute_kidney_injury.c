#include "clinical/acute_kidney_injury.h"

#include "clinical/kidney.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static const double STAGE_1_RATIO = 1.5, STAGE_2_RATIO = 2.0, STAGE_3_RATIO = 3.0;
static const double STAGE_3_UMOL_L = 354, RISE_UMOL_L = 26;

int64_t mag_aki_minutes_between(const mag_aki_result *early, const mag_aki_result *late) {
    if (early->is_date_only || late->is_date_only)
        return ((int64_t)mag_minute_day(late->at) - mag_minute_day(early->at)) *
               MAG_MINUTES_PER_DAY;
    return (int64_t)late->at - early->at;
}

double mag_aki_index(const mag_aki_result *result, mag_aki_reading reading) {
    return reading == MAG_AKI_LEAST ? result->low : result->high;
}

double mag_aki_reference(const mag_aki_result *result, mag_aki_reading reading) {
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
static mag_aki_past look_back(const mag_aki_result *results, size_t count, size_t index,
                              mag_aki_reading reading, double *room) {
    mag_aki_past past = {.rv1 = NAN, .lowest_48h = NAN};
    size_t older_count = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t age = mag_aki_minutes_between(&results[i], &results[index]);
        const double value = mag_aki_reference(&results[i], reading);
        if (age <= 0 || age > MAG_AKI_YEAR)
            continue;
        past.is_day_resolution |= results[i].is_date_only;
        if (age > MAG_AKI_WEEK)
            room[older_count++] = value;
        else
            past.rv1 = fmin(past.rv1, value);
        if (age <= MAG_AKI_TWO_DAYS)
            past.lowest_48h = fmin(past.lowest_48h, value);
    }
    past.rv2 = median_of(room, older_count);
    return past;
}

static int stage_of_ratio(const mag_aki *aki) {
    if (!mag_derived_below(aki->ratio, STAGE_3_RATIO) || mag_derived_above(aki->c1, STAGE_3_UMOL_L))
        return 3;
    return mag_derived_below(aki->ratio, STAGE_2_RATIO) ? 1 : 2;
}

mag_aki mag_aki_judge(const mag_aki_result *result, mag_aki_reading reading,
                      const mag_aki_past *past) {
    mag_aki aki = {.c1 = mag_aki_index(result, reading),
                   .rv1 = past->rv1,
                   .rv2 = past->rv2,
                   .ratio = NAN,
                   .rise = NAN,
                   .reference = NAN,
                   .is_day_resolution = result->is_date_only || past->is_day_resolution};
    const double baseline = fmin(aki.rv1, aki.rv2);
    aki.has_baseline = !isnan(baseline);
    if (!aki.has_baseline)
        return aki;
    aki.ratio = aki.c1 / baseline;
    aki.rise = aki.c1 - past->lowest_48h;
    if (!mag_derived_below(aki.ratio, STAGE_1_RATIO)) {
        aki.stage = stage_of_ratio(&aki);
        aki.reference = baseline;
    } else if (mag_derived_above(aki.rise, RISE_UMOL_L)) {
        aki.stage = 1;
        aki.reference = past->lowest_48h;
    }
    return aki;
}

mag_aki mag_aki_of(const mag_aki_result *results, size_t count, size_t index,
                   mag_aki_reading reading, double *room) {
    const mag_aki_past past = look_back(results, count, index, reading, room);
    return mag_aki_judge(&results[index], reading, &past);
}

bool mag_aki_resolves(double later, double reference) {
    return mag_derived_below(later, STAGE_1_RATIO * reference) &&
           mag_derived_below(later - reference, RISE_UMOL_L);
}

bool mag_aki_is_resolved(const mag_aki_result *results, size_t count, size_t index,
                         const mag_aki *aki, mag_aki_reading reading) {
    for (size_t i = 0; i < count; i++)
        if (mag_aki_minutes_between(&results[index], &results[i]) > 0 &&
            mag_aki_resolves(mag_aki_index(&results[i], reading), aki->reference))
            return true;
    return false;
}
