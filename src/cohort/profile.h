/* A source profile: how somebody's layout maps onto our tables, as data (inputs page). */
#ifndef MAG_COHORT_PROFILE_H
#define MAG_COHORT_PROFILE_H

#include "clinical/codebook.h"
#include "clinical/kidney.h"
#include "cohort/accounting.h"
#include "io/yaml_tree.h"

typedef enum mag_table_kind {
    MAG_TABLE_PATIENTS,
    MAG_TABLE_LABS,
    MAG_TABLE_PRESCRIPTIONS,
    MAG_TABLE_CONDITIONS,
    MAG_TABLE_STAYS,
    MAG_TABLE_MEASUREMENTS, /* weights and heights in a file of their own (MIMIC omr): rows become
                               labs */
    MAG_TABLE_KIND_COUNT
} mag_table_kind;

const char *mag_table_kind_name(mag_table_kind kind); /* "labs" */
bool mag_table_kind_find(mag_span name, mag_table_kind *kind);

/* What absence of a prescription row means. */
typedef enum mag_absence {
    MAG_ABSENCE_NONE,         /* a patient without a row takes none */
    MAG_ABSENCE_OUTSIDE_STAYS /* unknown outside stays (or observed_from..observed_until) */
} mag_absence;

/* A gate's limits as shares (0.01 = 1 %); an override must say why. */
typedef struct mag_gate_limit {
    mag_reason reason; /* MAG_REASON_NONE: the whole kind */
    mag_gate_kind kind;
    double amber, red;
    const char *note;
} mag_gate_limit;

/* One of our columns and where it comes from. */
typedef struct mag_profile_table mag_profile_table; /* cohort/profile_table.h */

typedef struct mag_canaries mag_canaries; /* cohort/canary.h */

enum { MAG_PROFILE_TABLE_COUNT = 8 }; /* most tables of a profile */

typedef struct mag_profile {
    const char *name;
    /* One source each, in the order of reading. */
    const mag_profile_table *tables[MAG_PROFILE_TABLE_COUNT];
    size_t table_count;
    const char *site_zone;
    bool shifted_dates;   /* data_until does not apply; only as_of latest makes sense */
    int32_t history_days; /* 0 = none (no window) */
    mag_absence absence;
    mag_kidney_settings kidney;
    const mag_gate_limit *gates;
    size_t gate_count;
    const mag_canaries *canaries; /* NULL: none */
    char sha256[MAG_SHA256_HEX_NBYTES];
} mag_profile;

/* Parses a profile; faults are MAG_E_USAGE with FILE:LINE:COLUMN. Lives in the arena. */
mag_status mag_profile_parse(mag_arena *arena, const char *file, mag_span text,
                             const mag_profile **out, mag_error *err) MAG_MUST_CHECK;

/* The shipped profile of that name, or the file if the name holds a '/'. */
mag_status mag_profile_load(mag_arena *arena, const char *name, const mag_profile **out,
                            mag_error *err) MAG_MUST_CHECK;

/* Letters, digits and _ + - / only, at most 64: what zones of the tz database are named with, and
   nothing that a terminal, a page or a server would take for something else. */
bool mag_profile_is_zone(const char *name);

mag_table_kind mag_profile_table_kind(const mag_profile_table *table);
/* File pattern of the table inside a data directory: "labs*.csv.gz"-like stem, e.g. "labevents". */
const char *mag_profile_table_file(const mag_profile_table *table);
bool mag_profile_table_is_required(const mag_profile_table *table);
/* The table with further columns to drop unread; `drop` is a list of texts in `file`. Faults are
   MAG_E_USAGE. Lives in the arena. */
mag_status mag_profile_table_drop(mag_arena *arena, const char *file, const mag_yaml *drop,
                                  const mag_profile_table *table, const mag_profile_table **out,
                                  mag_error *err) MAG_MUST_CHECK;

#endif
