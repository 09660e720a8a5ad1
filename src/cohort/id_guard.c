/* The privacy guard over patient ids: source by source, because the numbers of a small feed would
   drown in the pseudonyms of a large one. */
#include "cohort/nhs_number.h"
#include "cohort/store.h"

enum { SOURCE_BITS = 32 };

typedef struct id_counts {
    uint64_t ten_digits[SOURCE_BITS], passed[SOURCE_BITS];
} id_counts;

static void count_id(id_counts *counts, mag_span id, uint32_t seen_in) {
    char digits[10];
    if (!mag_nhs_number_digits(id, digits))
        return;
    bool passes = mag_nhs_number_passes(digits);
    for (unsigned i = 0; i < SOURCE_BITS; i++) {
        if ((seen_in >> i & 1u) == 0)
            continue;
        counts->ten_digits[i]++;
        counts->passed[i] += passes;
    }
}

static const char *source_of(const mag_cohort *cohort, unsigned bit) {
    for (size_t i = 0; i < cohort->files.count; i++) {
        const mag_run_file *file = mag_cohort_file_at(cohort, (uint16_t)i);
        if (mag_source_bit(file->source_idx) == (uint32_t)1 << bit)
            return file->source;
    }
    return "";
}

mag_status mag_cohort_check_ids(const mag_cohort *cohort, mag_error *err) {
    id_counts counts = {0};
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        const mag_lane_part *part = &cohort->lanes[0]->parts[i];
        const uint32_t *seen_in = part->seen_in.items;
        for (size_t k = 0; k < part->ids.count; k++)
            count_id(&counts, part->ids.texts[k], seen_in[k]);
    }
    for (unsigned i = 0; i < SOURCE_BITS; i++) {
        if (!mag_nhs_numbers_suspected(counts.passed[i], counts.ten_digits[i]))
            continue;
        mag_fail(err, MAG_E_PRIVACY, MAG_MSG_S610,
                 "source \"%s\": %.1f %% of %llu distinct 10-digit patient ids pass the NHS check, "
                 "by chance it is 9 %%; looks identifiable; nothing was kept",
                 source_of(cohort, i),
                 100.0 * (double)counts.passed[i] / (double)counts.ten_digits[i],
                 (unsigned long long)counts.ten_digits[i]);
        mag_error_count(err, counts.passed[i]);
        mag_hint(err, "replace the ids by pseudonyms in every export, and run again");
        return MAG_E_PRIVACY;
    }
    return MAG_OK;
}
