/* Counted partition by partition while each is settled and in memory, and added up when asked. */
#include "cohort/use_counts.h"

#include "cohort/settle.h"
#include "cohort/timeline.h"

#include <string.h>

static void count(mag_use_count *to, mag_minute minute, mag_minute recent_from) {
    to->rows++;
    to->recent += minute >= recent_from;
}

/* Of the source that a file belongs to; NULL: of none. */
static mag_use_counts *use_of(const mag_settling *settling, uint16_t file_id) {
    const mag_run_file *file = mag_cohort_file_at(settling->cohort, file_id);
    return file ? &settling->partition->use[file->source_idx] : NULL;
}

static void count_labs(const mag_settling *settling, mag_minute recent_from) {
    const mag_partition *partition = settling->partition;
    const size_t lab_count = partition->lab_first[partition->patient_count];
    mag_use_counts *use = NULL;
    for (size_t i = 0; i < lab_count; i++) {
        const mag_lab *lab = &partition->labs[i];
        if (i == 0 || lab->file_id != lab[-1].file_id) /* most follow one of their file */
            use = use_of(settling, lab->file_id);
        if (use && mag_lab_reject(lab) == MAG_REASON_NONE)
            count(&use->analytes[mag_lab_analyte(lab)], lab->minute, recent_from);
    }
}

static void count_exposures(const mag_settling *settling, mag_minute recent_from) {
    const mag_partition *partition = settling->partition;
    const size_t exposure_count = partition->exposure_first[partition->patient_count];
    for (size_t i = 0; i < exposure_count; i++) {
        const mag_exposure *exposure = &partition->exposures[i];
        mag_use_counts *use = use_of(settling, exposure->file_id);
        if (!use)
            continue;
        const mag_class_set classes = mag_exposure_classes(settling->cohort, exposure);
        for (mag_class_set rest = classes; rest; rest &= rest - 1)
            count(&use->classes[__builtin_ctzll(rest)], exposure->start, recent_from);
    }
}

static size_t source_count(const mag_cohort *cohort) {
    size_t count = 0;
    for (size_t i = 0; i < cohort->files.count; i++) {
        const size_t idx = mag_cohort_file_at(cohort, (uint16_t)i)->source_idx;
        count = idx >= count ? idx + 1 : count;
    }
    return count;
}

mag_status mag_settle_count_use(const mag_settling *settling, mag_error *err) {
    const mag_cohort_settings *settings = &settling->cohort->settings;
    const bool is_fixed = settings->as_of_kind == MAG_AS_OF_FIXED;
    const mag_minute recent_from =
        is_fixed ? settings->as_of - MAG_RECENT_DAYS * MAG_MINUTES_PER_DAY : MAG_MINUTE_OPEN;
    mag_partition *partition = settling->partition;
    const size_t nbytes = source_count(settling->cohort) * sizeof *partition->use;
    partition->use = mag_arena_alloc(partition->arena, nbytes);
    if (!partition->use)
        return mag_fail_memory(err, nbytes);
    count_labs(settling, recent_from);
    count_exposures(settling, recent_from);
    return MAG_OK;
}

static void add(mag_use_count *to, const mag_use_count *more, size_t count_of) {
    for (size_t i = 0; i < count_of; i++) {
        to[i].rows += more[i].rows;
        to[i].recent += more[i].recent;
    }
}

void mag_cohort_count_use(const mag_cohort *cohort, const char *source, mag_use_counts *out) {
    const mag_run_file *file = NULL;
    *out = (mag_use_counts){0};
    for (size_t i = 0; i < mag_cohort_file_count(cohort) && !file; i++) {
        const mag_run_file *one = mag_cohort_file(cohort, (uint16_t)i);
        file = strcmp(one->source, source) == 0 ? one : NULL;
    }
    for (unsigned p = 0; file && p < MAG_PARTITION_COUNT; p++) {
        const mag_use_counts *use = cohort->partitions[p].use;
        if (!use)
            continue;
        add(out->analytes, use[file->source_idx].analytes, MAG_ANALYTE_COUNT);
        add(out->classes, use[file->source_idx].classes, MAG_CLASS_COUNT);
    }
}
