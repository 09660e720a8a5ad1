/* Laboratory rows of one patient at a time, while they are in cache: what settle_labs.c and its
   short way, settle_plain.c, share. */
#ifndef MAG_COHORT_SETTLE_LABS_H
#define MAG_COHORT_SETTLE_LABS_H

#include "cohort/settle.h"

/* All rows of one patient, in any order. */
typedef struct mag_lab_run {
    mag_lab_row *rows;
    uint64_t *specimens; /* parallel to rows, 0: names none; NULL: no row of the partition does */
    size_t count;        /* at least one */
} mag_lab_run;

typedef struct mag_plain_rows mag_plain_rows;

typedef struct mag_lab_packing {
    mag_settling settling; /* its scratch holds one patient's working memory */
    size_t kept;           /* records packed into the partition's arrays */
    mag_plain_rows *plain; /* NULL: no patient goes the short way */
} mag_lab_packing;

/* Judges a row and packs it if it stays. specimen: 0, none is named. */
mag_status mag_settle_place_lab(mag_lab_packing *packing, const mag_lab_row *row, uint64_t specimen,
                                bool is_duplicate, mag_error *err) MAG_MUST_CHECK;

/* The short way: patients of the roster of whose rows no two are of one analyte and minute, and
   none can come from a drip; what else is out of the ordinary goes row by row to the functions
   above. */
mag_status mag_plain_rows_new(const mag_settling *settling, mag_plain_rows **out,
                              mag_error *err) MAG_MUST_CHECK;
/* Packs all rows of the run as settle_labs.c would; *is_done: false, and nothing was changed or
   counted, if that takes the long way. */
mag_status mag_settle_plain(mag_lab_packing *packing, const mag_lab_run *run, bool *is_done,
                            mag_error *err) MAG_MUST_CHECK;

/* Packed results of one patient, by analyte, minute, content. */
typedef struct mag_packed_labs {
    mag_lab *labs;
    const uint64_t *specimens; /* parallel to labs; NULL: the minute stands for each */
    size_t count;
} mag_packed_labs;

/* Sets aside every sodium and glucose that a drip explains; rows sorted by patient, analyte and
   minute, before they are judged. */
mag_status mag_settle_drip_arm(const mag_settling *settling, mag_lab_row *rows, size_t count,
                               mag_error *err) MAG_MUST_CHECK;
/* False only if no drip can explain the row, whatever stands beside it. */
bool mag_settle_may_be_drip(const mag_lab *lab);
/* Flags the results of samples that are not to be trusted, and those that contradict each other. */
mag_status mag_settle_suspect(const mag_settling *settling, const mag_packed_labs *of,
                              mag_error *err) MAG_MUST_CHECK;
mag_status mag_settle_conflicts(const mag_settling *settling, const mag_packed_labs *of,
                                mag_error *err) MAG_MUST_CHECK;
/* Flags the results that look like drawn into EDTA: a high potassium, a low magnesium and a low
   calcium near each other. */
mag_status mag_settle_edta(const mag_packed_labs *of, mag_arena *scratch,
                           mag_error *err) MAG_MUST_CHECK;
/* False only if the row is no high potassium. */
bool mag_settle_may_be_edta(const mag_lab *lab);

#endif
