/* Shared by the files that settle a partition: where a row ends, and how that is counted. */
#ifndef MAG_COHORT_SETTLE_H
#define MAG_COHORT_SETTLE_H

#include "cohort/radix_sort.h"
#include "cohort/store.h"

typedef struct mag_settling {
    mag_cohort *cohort;
    mag_partition *partition;
    unsigned partition_idx;
    mag_arena *scratch;
    size_t id_count;
    mag_minute *as_of;     /* by patient; patients outside the roster come last */
    mag_span *strangers;   /* ids outside the roster, in the order of their numbers */
    uint32_t *rank;        /* number of a patient by number of the id */
    bool are_labs_grouped; /* gathered patient by patient, in the order of their numbers */
} mag_settling;

/* Where a row ends. Rejected: `reason` says why. */
typedef struct mag_verdict {
    enum { MAG_ROW_ACCEPTED, MAG_ROW_OUT_OF_WINDOW, MAG_ROW_DUPLICATE, MAG_ROW_REJECTED } end;
    mag_reason reason;
    const char *detail; /* for the reject; NULL: nothing */
    uint32_t patient;   /* of link.no_patient */
} mag_verdict;

/* Verdict of a row by the first that applies: out of window, own fault, no roster patient,
 * duplicate. */
mag_verdict mag_settle_judge(const mag_settling *settling, uint32_t patient, bool is_outside,
                             mag_reason fault, bool is_duplicate);

/* After T, or before the first day of history; false where there is no T. */
bool mag_settle_is_outside(const mag_settling *settling, uint32_t patient, mag_minute minute);
/* The part of it that looks back only. */
bool mag_settle_is_too_old(const mag_settling *settling, uint32_t patient, mag_minute minute);

/* Counts of the file if its rows are of that kind; NULL if the record is no row of its own. */
mag_accounting *mag_settle_counts(const mag_settling *settling, mag_position at,
                                  mag_table_kind kind);
/* Counts the row of that kind and keeps a reject of it, if it is one. */
mag_status mag_settle_count(const mag_settling *settling, mag_position at, mag_table_kind kind,
                            mag_verdict verdict, mag_error *err) MAG_MUST_CHECK;

/* Numbers patients by id, the roster first. */
mag_status mag_settle_rank(mag_settling *settling, mag_error *err) MAG_MUST_CHECK;
/* Takes the partition's rows out of all lanes: patients by rank, all else by the cohort's numbers.
   Laboratory rows patient by patient, if all are in memory. */
mag_status mag_settle_gather(mag_settling *settling, mag_error *err) MAG_MUST_CHECK;
/* Room for that many records of one kind, and for where each patient's begin. */
mag_status mag_settle_make_arrays(const mag_settling *settling, size_t row_count,
                                  size_t item_nbytes, void **items, uint32_t **first,
                                  mag_error *err) MAG_MUST_CHECK;
/* Turns counts by patient (at [patient + 1]) into where each patient's records begin. */
void mag_settle_sum_up(uint32_t *first, size_t patient_count);
/* How rows of one kind are sorted: by key, then by order (whose context it is; NULL: as they
   stand). */
typedef uint64_t mag_key_of_row(const void *row);
typedef struct mag_sorting {
    mag_list *rows, *beside; /* beside: a list parallel to rows that moves with them; NULL: none */
    mag_key_of_row *key_of;
    mag_sort_order *order;
    const void *context;
} mag_sorting;
mag_status mag_settle_sort(const mag_settling *settling, const mag_sorting *sorting,
                           mag_error *err) MAG_MUST_CHECK;
/* Patient, then minute; six bits between them are free, for an analyte. */
static inline uint64_t mag_settle_key(uint32_t patient, mag_minute minute) {
    return (uint64_t)patient << 38 | ((uint32_t)minute ^ 0x80000000u);
}
enum { MAG_SETTLED_PATIENTS = 1 << 26 }; /* most in a partition: what the key has room for */

/* Takes results of which there is a newer version out of the rows. Before as-of. */
mag_status mag_settle_versions(const mag_settling *settling, mag_error *err) MAG_MUST_CHECK;
/* The people of the roster, each from all rows of the id. After as-of. */
mag_status mag_settle_people(const mag_settling *settling, mag_error *err) MAG_MUST_CHECK;
/* Sorts, judges and packs the records of one kind. */
mag_status mag_settle_labs(const mag_settling *settling, mag_error *err) MAG_MUST_CHECK;
mag_status mag_settle_exposures(const mag_settling *settling, mag_error *err) MAG_MUST_CHECK;
mag_status mag_settle_stays(const mag_settling *settling, mag_error *err) MAG_MUST_CHECK;
mag_status mag_settle_conditions(const mag_settling *settling, mag_error *err) MAG_MUST_CHECK;

/* Hash of an id without blanks at its ends and in lower case. */
uint64_t mag_settle_folded_hash(mag_span id);
/* Keeps of the roster what is asked for when its partition may be on disk. Last of all. */
mag_status mag_settle_note_roster(const mag_settling *settling, mag_error *err) MAG_MUST_CHECK;
/* Counts what each source gave (cohort/use_counts.h). Once all records are packed. */
mag_status mag_settle_count_use(const mag_settling *settling, mag_error *err) MAG_MUST_CHECK;
/* Counts roster ids that are nearly equal, and tells rows of nobody that their patient nearly is in
 * the roster. After all partitions, before their rejects are gathered. */
mag_status mag_settle_twins(mag_cohort *cohort, mag_error *err) MAG_MUST_CHECK;

#endif
