/* A whole table of rows through reader, decoder and settling: every row ends in one bucket. */
#include "fuzz.h"

#include "cohort/source.h"
#include "cohort/timeline.h"
#include "cohort/unit_profile.h"

#include <string.h>

static const char ROSTER[] = "patient_id,sex,birth\np1,F,1950-02-03\np2,M,1960\np3,X,\n";

static const mag_profile *profile_of(void) {
    static const mag_profile *profile;
    mag_error err;
    if (!profile)
        fuzz_promise(mag_profile_load(fuzz_kept(), "magscreen", &profile, &err) == MAG_OK);
    return profile;
}

static mag_status feed(mag_arena *arena, mag_cohort *cohort, size_t table_idx, const char *path,
                       mag_error *err) {
    const mag_profile *profile = profile_of();
    mag_source *source;
    MAG_TRY(mag_source_csv_new(arena, "x", profile, profile->tables[table_idx], &path, 1, true,
                               &source, err));
    mag_status status = mag_source_ingest(source, cohort, err);
    source->ops->free(source);
    return status;
}

static size_t roster_table(void) {
    size_t i = 0;
    while (mag_profile_table_kind(profile_of()->tables[i]) != MAG_TABLE_PATIENTS)
        i++;
    return i;
}

static void expect_conserved(const mag_cohort *cohort) {
    mag_error err;
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++)
        fuzz_promise(mag_accounting_check(&mag_cohort_file(cohort, (uint16_t)i)->accounting, "x",
                                          &err) == MAG_OK);
}

static mag_status settle_all(mag_cohort *cohort, mag_error *err) {
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        MAG_TRY(mag_cohort_settle(cohort, i, err));
    return mag_cohort_settle_all(cohort, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2)
        return 0;
    mag_account account = {0};
    mag_error err = {0};
    mag_cohort *cohort;
    mag_cohort_settings settings = {.as_of_kind = data[1] % 2 ? MAG_AS_OF_FIXED : MAG_AS_OF_LATEST,
                                    .as_of = 20000 * MAG_MINUTES_PER_DAY,
                                    .history_days = 1095,
                                    .data_until = 20002 * MAG_MINUTES_PER_DAY,
                                    .absence = MAG_ABSENCE_NONE,
                                    .account = &account};
    mag_arena *arena = mag_arena_new(&account);
    fuzz_promise(arena != NULL);
    fuzz_promise(mag_cohort_new(&cohort, fuzz_codebook(), &settings, &err) == MAG_OK);
    size_t table_idx = data[0] % profile_of()->table_count;
    const char *roster = fuzz_file(1, ROSTER, sizeof ROSTER - 1);
    fuzz_promise(feed(arena, cohort, roster_table(), roster, &err) == MAG_OK);
    mag_status status = feed(arena, cohort, table_idx, fuzz_file(0, data + 2, size - 2), &err);
    fuzz_expect_told(status, &err);
    if (status == MAG_OK) {
        status = settle_all(cohort, &err);
        fuzz_expect_told(status, &err);
        expect_conserved(cohort);
    }
    mag_cohort_free(cohort);
    mag_arena_free(arena);
    fuzz_promise(account.used_nbytes == 0);
    return 0;
}
