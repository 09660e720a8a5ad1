/* What the tests of this floor share: a cohort with its code book, rows given as text, and a dump
   of everything that timelines show. */
#ifndef TESTS_COHORT_COHORT_FIXTURE_H
#define TESTS_COHORT_COHORT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "cohort/decoder.h"
#include "cohort/timeline.h"
#include "cohort/unit_profile.h"

#include <stdio.h>
#include <string.h>

typedef struct fixture {
    mag_account account;
    mag_arena *arena;
    const mag_codebook *book;
    const mag_profile *profile;
    mag_cohort *cohort;
    mag_error err;
} fixture;

#define must(fixture, call)                                                                        \
    do {                                                                                           \
        if ((call) != MAG_OK)                                                                      \
            fail_msg("%s: %s", #call, (fixture)->err.text);                                        \
    } while (0)

static inline mag_minute at(const char *text) {
    mag_moment moment;
    mag_date_fault fault = mag_moment_parse(mag_span_of(text), NULL, &moment);
    assert_true(fault == MAG_DATE_OK);
    return moment.minute;
}

static inline mag_minute end_of(const char *day) {
    return at(day) + MAG_MINUTES_PER_DAY - 1;
}

/* A cohort screened at the end of 2024-06-30 with 1,095 days of history, in our own layout. */
static inline mag_cohort_settings usual_settings(void) {
    return (mag_cohort_settings){.as_of_kind = MAG_AS_OF_FIXED,
                                 .as_of = end_of("2024-06-30"),
                                 .history_days = 1095,
                                 .data_until = end_of("2024-07-02"),
                                 .absence = MAG_ABSENCE_NONE};
}

static inline void fixture_open(fixture *f, mag_cohort_settings settings) {
    memset(f, 0, sizeof *f);
    f->arena = mag_arena_new(&f->account);
    assert_non_null(f->arena);
    must(f, mag_codebook_load(f->arena, &f->book, &f->err));
    must(f, mag_profile_load(f->arena, "magscreen", &f->profile, &f->err));
    settings.account = &f->account;
    must(f, mag_cohort_new(&f->cohort, f->book, &settings, &f->err));
}

static inline void fixture_close(fixture *f) {
    mag_cohort_free(f->cohort);
    mag_arena_free(f->arena);
    assert_int_equal(f->account.used_nbytes, 0);
}

static inline const mag_profile_table *table_of(const mag_profile *profile, mag_table_kind kind) {
    for (size_t i = 0; i < profile->table_count; i++)
        if (mag_profile_table_kind(profile->tables[i]) == kind)
            return profile->tables[i];
    fail_msg("the profile has no table %s", mag_table_kind_name(kind));
    return NULL;
}

enum { CELL_COUNT = 32 };

/* Cells between '|', so that values may hold commas. */
static inline size_t split_cells(const char *line, mag_span cells[CELL_COUNT]) {
    size_t count = 0;
    for (;;) {
        const char *bar = strchr(line, '|');
        size_t nbytes = bar ? (size_t)(bar - line) : strlen(line);
        assert_true(count < CELL_COUNT);
        cells[count++] = (mag_span){line, nbytes};
        if (!bar)
            return count;
        line = bar + 1;
    }
}

/* Feeds a file of one table: a header and rows, ended by NULL. Lines count from 2. */
static inline const mag_run_file *feed_table(fixture *f, const mag_profile_table *table,
                                             const char *name, const char *header,
                                             const char *const *rows) {
    uint16_t file_id;
    mag_run_file *file;
    mag_span cells[CELL_COUNT];
    must(f, mag_cohort_add_file(f->cohort, mag_table_kind_name(mag_profile_table_kind(table)), name,
                                mag_profile_table_kind(table), &file_id, &file, &f->err));
    mag_decoder decoder;
    mag_decoder_init(&decoder, f->cohort, table, file_id, file);
    size_t column_count = split_cells(header, cells);
    must(f, mag_decoder_bind(&decoder, cells, column_count, &f->err));
    for (uint32_t line = 2; *rows; rows++, line++) {
        assert_int_equal(split_cells(*rows, cells), column_count);
        must(f, mag_decoder_row(&decoder, cells, line, &f->err));
    }
    mag_decoder_done(&decoder);
    return file;
}

static inline const mag_run_file *feed(fixture *f, mag_table_kind kind, const char *header,
                                       const char *const *rows) {
    return feed_table(f, table_of(f->profile, kind), mag_table_kind_name(kind), header, rows);
}

static inline void settle(fixture *f) {
    must(f, mag_cohort_infer_units(f->cohort, &f->err));
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        must(f, mag_cohort_settle(f->cohort, i, &f->err));
    must(f, mag_cohort_settle_all(f->cohort, &f->err));
}

static inline mag_timeline patient(const fixture *f, const char *id) {
    mag_timeline timeline;
    if (!mag_timeline_find(f->cohort, mag_span_of(id), &timeline))
        fail_msg("the roster has no patient %s", id);
    return timeline;
}

static inline void dump_lab(const fixture *f, const mag_lab *lab, uint64_t specimen,
                            mag_text *out) {
    char value[MAG_DECIMAL_TEXT_NBYTES], low_text[MAG_DECIMAL_TEXT_NBYTES] = "";
    char high_text[MAG_DECIMAL_TEXT_NBYTES] = "";
    mag_decimal low, high;
    mag_decimal_text(mag_lab_value(lab), value);
    if (mag_cohort_range(f->cohort, lab->range_id, &low, &high)) {
        mag_decimal_text(low, low_text);
        mag_decimal_text(high, high_text);
    }
    mag_text_format(out, "  %s %d %s%s %s %s flags %u [%s %s] %llx\n",
                    mag_analyte_of(mag_lab_analyte(lab))->name, lab->minute,
                    mag_comparator_text(mag_lab_comparator(lab)), value,
                    mag_unit_text(mag_lab_unit(lab)), mag_reason_name(mag_lab_reject(lab)),
                    lab->packed >> MAG_LAB_FLAGS_AT, low_text, high_text,
                    (unsigned long long)specimen);
}

static inline void dump_exposure(const fixture *f, const mag_exposure *exposure, mag_text *out) {
    mag_text_format(out, "  %d-%d %s (%s) \"%s\" %d-%d route %u flags %u\n", exposure->start,
                    exposure->stop, mag_cohort_drug(f->cohort, exposure->drug_id)->shown_name,
                    mag_cohort_drug_code(f->cohort, exposure->drug_id),
                    mag_cohort_text(f->cohort, exposure->dose_text_id), exposure->dose_lo_umol,
                    exposure->dose_hi_umol, exposure->route, exposure->flags);
}

static inline void dump_patient(const fixture *f, const mag_timeline *timeline, mag_text *out) {
    const mag_person *person = timeline->person;
    mag_text_add(out, person->id);
    mag_text_format(out, " as of %d sex %d birth %d %d %d died %d site %s\n", timeline->as_of,
                    (int)person->sex, person->has_birth, person->birth, person->is_birth_year_only,
                    person->died, mag_cohort_text(f->cohort, person->site_id));
    for (size_t i = 0; i < timeline->first[MAG_ANALYTE_COUNT]; i++)
        dump_lab(f, &timeline->labs[i], mag_timeline_specimen(timeline, i), out);
    for (size_t i = 0; i < timeline->exposure_count; i++)
        dump_exposure(f, &timeline->exposures[i], out);
    for (size_t i = 0; i < timeline->stay_count; i++)
        mag_text_format(out, "  stay %d-%d\n", timeline->stays[i].from, timeline->stays[i].until);
    for (size_t i = 0; i < timeline->condition_count; i++)
        mag_text_format(out, "  condition %u %d\n", timeline->conditions[i].conditions,
                        timeline->conditions[i].minute);
}

/* Everything that rules can see, without positions in files. */
static inline mag_text dump_all(fixture *f) {
    mag_text out;
    mag_text_init(&out, &f->account);
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        for (size_t i = 0; i < mag_cohort_patient_count(f->cohort, p); i++) {
            mag_timeline timeline;
            mag_timeline_of(f->cohort, p, i, &timeline);
            dump_patient(f, &timeline, &out);
        }
    mag_text_add_char(&out, '\0');
    must(f, mag_text_check(&out, &f->err));
    return out;
}

#endif
