/* The CDISC pilot study through one of the two test profiles, and where each of its rows ended. */
#ifndef TESTS_COHORT_CDISC_H
#define TESTS_COHORT_CDISC_H

#include "cohort_fixture.h"

#include "cohort/source.h"
#include "support/program.h"

#include <stdlib.h>
#include <unistd.h>

static const char CDISC_ORIGINAL[] = MAG_SOURCE_DIR "/tests/profiles/cdisc-sdtm.yaml";
static const char CDISC_STANDARD[] = MAG_SOURCE_DIR "/tests/profiles/cdisc-sdtm-standard.yaml";

static inline const char *cdisc_folder(void) {
    static char folder[512];
    const char *root = getenv("MAGSCREEN_DATA");
    snprintf(folder, sizeof folder, "%s/cdisc-pilot",
             root ? root : MAG_SOURCE_DIR "/../shared/data");
    return folder;
}

static inline bool has_cdisc(void) {
    bool is_there = access(cdisc_folder(), R_OK) == 0;
    if (!is_there)
        print_message("SKIPPED: %s is not there\n", cdisc_folder());
    return is_there;
}

/* The profile as a file of whoever runs the test: the checkout may be somebody else's, whose
   profiles are not believed. */
static inline void cdisc_load_profile(fixture *f, const char *profile) {
    char path[] = "/tmp/magscreen-test-profile-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    file_copy(profile, path);
    const mag_status status = mag_profile_load(f->arena, path, &f->profile, &f->err);
    assert_int_equal(unlink(path), 0);
    must(f, status);
}

/* A cohort for the study, at a T after its last record: no row is outside the window. */
static inline void cdisc_open(fixture *f, const char *profile) {
    fixture_open(f, (mag_cohort_settings){.as_of_kind = MAG_AS_OF_FIXED,
                                          .as_of = end_of("2016-01-01"),
                                          .data_until = MAG_MINUTE_OPEN,
                                          .absence = MAG_ABSENCE_NONE});
    cdisc_load_profile(f, profile);
}

/* Reads every table of the profile and settles. */
static inline void cdisc_read(fixture *f, const char *profile) {
    cdisc_open(f, profile);
    for (size_t i = 0; i < f->profile->table_count; i++) {
        const mag_profile_table *table = f->profile->tables[i];
        const char *stem = mag_profile_table_file(table), *const * paths;
        size_t count;
        mag_source *source;
        must(f, mag_source_find_files(f->arena, cdisc_folder(), stem, &paths, &count, &f->err));
        assert_int_equal(count, 1);
        must(f, mag_source_csv_new(f->arena, stem, f->profile, table, paths, count, false, &source,
                                   &f->err));
        must(f, mag_source_ingest(source, f->cohort, &f->err));
    }
    settle(f);
}

static inline uint16_t cdisc_file(const fixture *f, const char *source) {
    for (uint16_t i = 0; i < mag_cohort_file_count(f->cohort); i++)
        if (strcmp(mag_cohort_file(f->cohort, i)->source, source) == 0)
            return i;
    fail_msg("no file of %s", source);
    return 0;
}

#endif
