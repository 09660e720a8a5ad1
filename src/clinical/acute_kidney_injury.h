/* Acute kidney injury from creatinines: the NHS England algorithm as clinical spec f7 settles it.
   Sources: NHS England patient safety alert NHS/PSA/D/2014/010 and KDIGO 2012. Pure. */
#ifndef MAG_CLINICAL_ACUTE_KIDNEY_INJURY_H
#define MAG_CLINICAL_ACUTE_KIDNEY_INJURY_H

#include "base/datetime.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One creatinine per specimen. */
typedef struct mag_aki_result {
    mag_minute at;
    bool is_date_only; /* then distances to it are whole days: 48 h are 2 calendar days */
    double low, high;  /* umol/L; apart if the result is censored */
    size_t tag;        /* the caller's own */
} mag_aki_result;

/* Where results are censored: the least that the stage can be, or the most. */
typedef enum mag_aki_reading { MAG_AKI_LEAST, MAG_AKI_MOST } mag_aki_reading;

typedef struct mag_aki {
    bool has_baseline;      /* else there is no stage */
    int stage;              /* 0 to 3 */
    double c1;              /* index result, umol/L */
    double rv1;             /* lowest of the (0, 7 d] before it; NaN if none */
    double rv2;             /* median of (7 d, 365 d]; NaN if none */
    double ratio;           /* the larger of c1/rv1 and c1/rv2; NaN without a baseline */
    double rise;            /* c1 - lowest of (0, 48 h]; NaN if there is none */
    double reference;       /* what the stage stands on: rv1, rv2 or that lowest; NaN at stage 0 */
    bool is_day_resolution; /* a result that counted, or the index, has no clock */
} mag_aki;

/* Stage of results[index] among results in any order. room: `count` numbers. Ratio >= 1.5: stage 3
   if >= 3.0 or c1 > 354 umol/L, else 2 if >= 2.0, else 1; ratio < 1.5: stage 1 if rise > 26. */
mag_aki mag_aki_of(const mag_aki_result *results, size_t count, size_t index,
                   mag_aki_reading reading, double *room);

/* A later value is below 1.5 x the reference and less than 26 umol/L above it. */
bool mag_aki_is_resolved(const mag_aki_result *results, size_t count, size_t index,
                         const mag_aki *aki, mag_aki_reading reading);

/* --- the steps of it, for whoever finds the past of a result in another way ------------------- */

enum {
    MAG_AKI_TWO_DAYS = 2 * MAG_MINUTES_PER_DAY,
    MAG_AKI_WEEK = 7 * MAG_MINUTES_PER_DAY,
    MAG_AKI_YEAR = 365 * MAG_MINUTES_PER_DAY
};

/* What the year before a result holds; NaN where there is none. */
typedef struct mag_aki_past {
    double rv1, rv2, lowest_48h;
    bool is_day_resolution;
} mag_aki_past;

/* Minutes from `early` to `late`; whole days if one of them has no clock. */
int64_t mag_aki_minutes_between(const mag_aki_result *early, const mag_aki_result *late);
/* Umol/L that count in a reading: the stage rises with the index result and falls with those
   before it. */
double mag_aki_index(const mag_aki_result *result, mag_aki_reading reading);
double mag_aki_reference(const mag_aki_result *result, mag_aki_reading reading);
mag_aki mag_aki_judge(const mag_aki_result *result, mag_aki_reading reading,
                      const mag_aki_past *past);
/* Is a later value low enough to end a stage that stands on this reference? Falls with `later`. */
bool mag_aki_resolves(double later, double reference);

#endif
