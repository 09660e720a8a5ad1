/* How much of each lab test and drug class a source delivers: what tells a renamed code from a
   quiet night. After settling. */
#ifndef MAG_COHORT_USE_COUNTS_H
#define MAG_COHORT_USE_COUNTS_H

#include "cohort/cohort.h"

enum { MAG_RECENT_DAYS = 28 }; /* before T */

/* Records of a timeline. recent: of the last MAG_RECENT_DAYS before T; 0 under `latest`, where
   every patient has a T of his own. */
typedef struct mag_use_count {
    uint64_t rows, recent;
} mag_use_count;

typedef struct mag_use_counts {
    mag_use_count analytes[MAG_ANALYTE_COUNT]; /* results with a usable value */
    mag_use_count classes[MAG_CLASS_COUNT];    /* prescriptions; one of two classes counts twice */
} mag_use_counts;

/* Counts what the named source gave, over all its files and patients. */
void mag_cohort_count_use(const mag_cohort *cohort, const char *source, mag_use_counts *out);

#endif
