/* Views of one patient into a settled partition. */
#include "cohort/timeline.h"
#include "cohort/store.h"

#include <assert.h>

/* Where the results of the analyte of labs[at] end: in steps that double, then halve. */
static size_t end_of_analyte(const mag_lab *labs, size_t at, size_t count) {
    const mag_analyte analyte = mag_lab_analyte(&labs[at]);
    size_t step = 1;
    for (; at + step < count && mag_lab_analyte(&labs[at + step]) == analyte; step *= 2)
        at += step;
    for (step /= 2; step > 0; step /= 2)
        if (at + step < count && mag_lab_analyte(&labs[at + step]) == analyte)
            at += step;
    return at + 1;
}

/* Where analytes begin among a patient's results, which are sorted by analyte. Most analytes have
   none, and begin where the next one does. */
static void index_analytes(mag_timeline *timeline, size_t lab_count) {
    uint32_t analyte = 0;
    for (size_t at = 0; at < lab_count; at = end_of_analyte(timeline->labs, at, lab_count))
        while (analyte <= (uint32_t)mag_lab_analyte(&timeline->labs[at]))
            timeline->first[analyte++] = (uint32_t)at;
    while (analyte <= MAG_ANALYTE_COUNT)
        timeline->first[analyte++] = (uint32_t)lab_count;
}

void mag_timeline_of(const mag_cohort *cohort, unsigned partition_idx, size_t patient_idx,
                     mag_timeline *out) {
    const mag_partition *partition = &cohort->partitions[partition_idx];
    assert(mag_partition_is_here(partition));
    const uint32_t *labs = partition->lab_first + patient_idx;
    const uint32_t *exposures = partition->exposure_first + patient_idx;
    const uint32_t *stays = partition->stay_first + patient_idx;
    const uint32_t *conditions = partition->condition_first + patient_idx;
    *out = (mag_timeline){
        .cohort = cohort,
        .person = &partition->people[patient_idx],
        .as_of = partition->as_of[patient_idx],
        .labs = partition->labs + labs[0],
        .specimens = partition->specimens ? partition->specimens + labs[0] : NULL,
        .exposures = partition->exposures + exposures[0],
        .exposure_count = exposures[1] - exposures[0],
        .stays = partition->stays + stays[0],
        .stay_count = stays[1] - stays[0],
        .conditions = partition->conditions + conditions[0],
        .condition_count = conditions[1] - conditions[0],
    };
    index_analytes(out, labs[1] - labs[0]);
}

bool mag_timeline_find(const mag_cohort *cohort, mag_span patient_id, mag_timeline *out) {
    const unsigned partition_idx = mag_cohort_partition_idx(patient_id);
    const mag_partition *partition = &cohort->partitions[partition_idx];
    size_t low = 0, high = partition->patient_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (mag_span_compare(partition->people[middle].id, patient_id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == partition->patient_count || !mag_span_equals(partition->people[low].id, patient_id))
        return false;
    mag_timeline_of(cohort, partition_idx, low, out);
    return true;
}

mag_class_set mag_exposure_classes(const mag_cohort *cohort, const mag_exposure *exposure) {
    const mag_drug *drug = mag_cohort_drug(cohort, exposure->drug_id);
    const mag_class_set doubtful = exposure->route == MAG_ROUTE_UNKNOWN ? drug->needs_route : 0;
    return mag_classes_by_route(drug->classes & ~doubtful, (mag_route)exposure->route);
}

bool mag_person_age(const mag_person *person, mag_minute at, int *age_years, bool *is_year_only) {
    enum { OLDEST = 120 };
    if (!person->has_birth)
        return false;
    mag_day day = mag_minute_day(at);
    *is_year_only = person->is_birth_year_only;
    if (person->is_birth_year_only) {
        int year, birth_year, month, day_of_month;
        mag_day_to_civil(day, &year, &month, &day_of_month);
        mag_day_to_civil(person->birth, &birth_year, &month, &day_of_month);
        *age_years = year - birth_year;
    } else {
        *age_years = day < person->birth ? -1 : mag_years_between(person->birth, day);
    }
    return *age_years >= 0 && *age_years <= OLDEST;
}

bool mag_person_is_alive(const mag_person *person, mag_minute at) {
    return mag_minute_day(at) <= mag_minute_day(person->died);
}

bool mag_person_may_be_dead(const mag_person *person) {
    return person->is_death_unreadable;
}

bool mag_timeline_absence_is_known(const mag_timeline *timeline) {
    const mag_cohort *cohort = timeline->cohort;
    const mag_person *person = timeline->person;
    if (!mag_cohort_has_prescriptions(cohort) || timeline->as_of == MAG_MINUTE_NONE)
        return false;
    if (mag_cohort_settings_of(cohort)->absence == MAG_ABSENCE_NONE)
        return true;
    if (!mag_cohort_has_stays(cohort))
        return person->observed_from != MAG_MINUTE_NONE &&
               person->observed_from <= timeline->as_of &&
               timeline->as_of <= person->observed_until;
    for (size_t i = 0; i < timeline->stay_count; i++)
        if (timeline->stays[i].from <= timeline->as_of &&
            timeline->as_of <= timeline->stays[i].until)
            return true;
    return false;
}

uint64_t mag_specimen_of_minute(mag_minute minute) {
    return (uint64_t)(uint32_t)minute + 1;
}

uint64_t mag_timeline_specimen(const mag_timeline *timeline, size_t lab_idx) {
    return timeline->specimens ? timeline->specimens[lab_idx]
                               : mag_specimen_of_minute(timeline->labs[lab_idx].minute);
}

bool mag_specimen_is_minute(uint64_t specimen, mag_minute minute) {
    return specimen == mag_specimen_of_minute(minute);
}
