#include "cohort/use_counts.h"

#include "cohort/store.h"
#include "cohort/timeline.h"

#include <string.h>

typedef struct use_counter {
    const mag_cohort *cohort;
    const char *source; /* as the cohort keeps it: names are kept once, so addresses compare */
    mag_minute recent_from;
    mag_use_counts *counts;
} use_counter;

static const char *find_source(const mag_cohort *cohort, const char *name) {
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++) {
        const mag_run_file *file = mag_cohort_file(cohort, (uint16_t)i);
        if (strcmp(file->source, name) == 0)
            return file->source;
    }
    return NULL;
}

static bool is_of_source(const use_counter *counter, uint16_t file_id) {
    const mag_run_file *file = mag_cohort_file_at(counter->cohort, file_id);
    return file && file->source == counter->source;
}

static void count(const use_counter *counter, mag_use_count *to, mag_minute minute) {
    to->rows++;
    to->recent += minute >= counter->recent_from;
}

static void count_labs(const use_counter *counter, const mag_partition *partition) {
    const size_t lab_count = partition->lab_first[partition->patient_count];
    for (size_t i = 0; i < lab_count; i++) {
        const mag_lab *lab = &partition->labs[i];
        if (mag_lab_reject(lab) == MAG_REASON_NONE && is_of_source(counter, lab->file_id))
            count(counter, &counter->counts->analytes[mag_lab_analyte(lab)], lab->minute);
    }
}

static void count_exposures(const use_counter *counter, const mag_partition *partition) {
    const size_t exposure_count = partition->exposure_first[partition->patient_count];
    for (size_t i = 0; i < exposure_count; i++) {
        const mag_exposure *exposure = &partition->exposures[i];
        if (!is_of_source(counter, exposure->file_id))
            continue;
        mag_class_set classes = mag_exposure_classes(counter->cohort, exposure);
        for (unsigned at = 0; at < MAG_CLASS_COUNT; at++)
            if (classes >> at & 1u)
                count(counter, &counter->counts->classes[at], exposure->start);
    }
}

void mag_cohort_count_use(const mag_cohort *cohort, const char *source, mag_use_counts *out) {
    const mag_cohort_settings *settings = &cohort->settings;
    const bool is_fixed = settings->as_of_kind == MAG_AS_OF_FIXED;
    const use_counter counter = {.cohort = cohort,
                                 .source = find_source(cohort, source),
                                 .recent_from = is_fixed ? settings->as_of -
                                                               MAG_RECENT_DAYS * MAG_MINUTES_PER_DAY
                                                         : MAG_MINUTE_OPEN,
                                 .counts = out};
    *out = (mag_use_counts){0};
    for (unsigned i = 0; counter.source && i < MAG_PARTITION_COUNT; i++) {
        const mag_partition *partition = &cohort->partitions[i];
        if (!partition->is_settled)
            continue;
        count_labs(&counter, partition);
        count_exposures(&counter, partition);
    }
}
