/* What the searches for samples that are not to be trusted ask of a result. */
#ifndef MAG_COHORT_SETTLE_VALUE_H
#define MAG_COHORT_SETTLE_VALUE_H

#include "clinical/conversion.h"
#include "cohort/timeline.h"

static inline bool mag_settled_is_value(const mag_lab *lab) {
    return mag_lab_reject(lab) == MAG_REASON_NONE;
}

/* Canonical unit of the analyte. */
static inline double mag_settled_canonical(const mag_lab *lab) {
    return mag_to_canonical(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab));
}

static inline bool mag_settled_may_be_lower(const mag_lab *lab) {
    const mag_comparator comparator = mag_lab_comparator(lab);
    return comparator == MAG_LESS || comparator == MAG_LESS_EQUAL;
}

static inline bool mag_settled_may_be_higher(const mag_lab *lab) {
    const mag_comparator comparator = mag_lab_comparator(lab);
    return comparator == MAG_GREATER || comparator == MAG_GREATER_EQUAL;
}

/* Of a result among others; specimens are parallel to labs, or NULL if no row has one. */
static inline uint64_t mag_settled_specimen(const uint64_t *specimens, const mag_lab *labs,
                                            size_t idx) {
    return specimens ? specimens[idx] : mag_specimen_of_minute(labs[idx].minute);
}

#endif
