/* One patient, whole, as rules see them. Views into a settled partition: nothing is copied. */
#ifndef MAG_COHORT_TIMELINE_H
#define MAG_COHORT_TIMELINE_H

#include "cohort/cohort.h"

/* Only records with time <= as_of are inside. */
typedef struct mag_timeline {
    const mag_cohort *cohort;
    const mag_person *person;
    mag_minute as_of; /* T; MAG_MINUTE_NONE: latest, and the patient has no record at all */
    /* Results and marks of all analytes, sorted by analyte, minute, then content (same order for
       any order of input). Results of analyte A: labs[first[A]] .. labs[first[A + 1] - 1]. Marks
       have mag_lab_reject() != NONE. */
    const mag_lab *labs;
    uint32_t first[MAG_ANALYTE_COUNT + 1];
    /* Specimen identity, parallel to labs; NULL where no row has one: see mag_timeline_specimen. */
    const uint64_t *specimens;
    /* Sorted by start, stop, then content; only those that have a class after the route gate. */
    const mag_exposure *exposures;
    size_t exposure_count;
    const mag_stay *stays; /* sorted by from */
    size_t stay_count;
    const mag_condition_record *conditions; /* sorted by minute */
    size_t condition_count;
} mag_timeline;

/* What stands for the specimen of a result without an id: its minute. */
uint64_t mag_specimen_of_minute(mag_minute minute);
bool mag_specimen_is_minute(uint64_t specimen, mag_minute minute);

/* Specimen of labs[lab_idx]: equal = same specimen. Without a specimen id it stands for the minute.
 */
uint64_t mag_timeline_specimen(const mag_timeline *timeline, size_t lab_idx);

/* Patient number patient_idx (0 .. mag_cohort_patient_count - 1, in order of id) of a partition. */
void mag_timeline_of(const mag_cohort *cohort, unsigned partition_idx, size_t patient_idx,
                     mag_timeline *out);

/* Finds a patient by id; false if the roster does not have it. */
bool mag_timeline_find(const mag_cohort *cohort, mag_span patient_id, mag_timeline *out);

/* Results of one analyte; *count may be 0. */
static inline const mag_lab *mag_timeline_labs(const mag_timeline *timeline, mag_analyte analyte,
                                               size_t *count) {
    *count = timeline->first[analyte + 1] - timeline->first[analyte];
    return timeline->labs + timeline->first[analyte];
}

/* Classes of an exposure after its route gate. */
mag_class_set mag_exposure_classes(const mag_cohort *cohort, const mag_exposure *exposure);

/* Completed years at a minute; false if unknown (no birth, or implausible: < 0 or > 120).
 *is_year_only: note age_year_only. */
bool mag_person_age(const mag_person *person, mag_minute at, int *age_years, bool *is_year_only);

/* date(T) <= died_on, or no died_on (rules 0.1 item 1). Where a died_on could not be read, true
   says only that no other entry has the patient dead: see mag_person_may_be_dead. */
bool mag_person_is_alive(const mag_person *person, mag_minute at);

/* True if an entry of the roster has a death without a readable date: alive is unknown. */
bool mag_person_may_be_dead(const mag_person *person);

/* Is the absence of a prescription row at T knowledge (rules 0.1 item 2)? */
bool mag_timeline_absence_is_known(const mag_timeline *timeline);

#endif
