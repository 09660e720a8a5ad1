/* What a run tells beside its timelines, as text that a test can compare. */
#ifndef TESTS_COHORT_DUMP_COUNTS_H
#define TESTS_COHORT_DUMP_COUNTS_H

#include "cohort_fixture.h"

static inline void dump_counted(const mag_counted_text *texts, size_t count, mag_text *out) {
    for (size_t i = 0; i < count; i++)
        mag_text_format(out, "%s %llu %u\n", texts[i].text, (unsigned long long)texts[i].count,
                        texts[i].patient_count);
}

static inline void dump_counts(const fixture *f, const mag_run_file *file, mag_text *out) {
    mag_counted_text texts[MAG_UNMAPPED_CODE_SHOWN];
    uint64_t not_shown;
    size_t count;
    dump_counted(texts, mag_cohort_unknown_units(f->cohort, texts), out);
    dump_counted(texts, mag_cohort_malformed_codes(f->cohort, texts, MAG_UNMAPPED_CODE_SHOWN), out);
    for (int kind = 0; kind < MAG_TABLE_KIND_COUNT; kind++) {
        count = mag_cohort_unmapped_codes(f->cohort, (mag_table_kind)kind, texts,
                                          MAG_UNMAPPED_CODE_SHOWN, &not_shown);
        dump_counted(texts, count, out);
        mag_text_format(out, "%llu more\n", (unsigned long long)not_shown);
    }
    dump_counted(texts, mag_cohort_unmapped(f->cohort, texts, MAG_UNMAPPED_CODE_SHOWN), out);
    const mag_reject *rejects = mag_cohort_rejects(f->cohort, &count);
    for (size_t i = 0; i < count; i++)
        mag_text_format(out, "%u %s %s %s\n", rejects[i].line,
                        mag_reason_name((mag_reason)rejects[i].reason), rejects[i].column,
                        rejects[i].detail);
    const mag_accounting *counts = &file->accounting;
    mag_text_format(out, "read %llu not of interest %llu doses %llu supplies %llu against %llu\n",
                    (unsigned long long)counts->read, (unsigned long long)counts->not_of_interest,
                    (unsigned long long)counts->doses_unread,
                    (unsigned long long)counts->supplies_unread,
                    (unsigned long long)counts->units_against_code);
}

#endif
