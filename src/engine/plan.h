/* What a run is to do: from a pipeline file, or from the short form (--profile, --data, --out). */
#ifndef MAG_ENGINE_PLAN_H
#define MAG_ENGINE_PLAN_H

#include "cohort/manifest.h"
#include "cohort/source.h"
#include "engine/series.h"
#include "rules/pack.h"

typedef struct mag_plan_source {
    const char *name;
    mag_table_kind kind;
    const mag_profile *profile;
    const mag_profile_table *table;
    const char *const *paths;
    size_t path_count;
    /* of a table of a database instead of files; conninfo NULL: files */
    const char *conninfo, *view; /* view: "SCHEMA.NAME" */
    const char *policy_note; /* why a row-level security policy may choose rows; NULL: it may not */
    unsigned reader_count;   /* connections; 0: not said */
    const mag_manifest *manifest; /* what its files are checked against; NULL: none */
    const mag_gate_limit *gates;  /* overrides of this source; the profile's come after */
    size_t gate_count;
} mag_plan_source;

typedef struct mag_plan {
    const char *name;
    /* As given, made absolute; run.json keeps them under "pipeline", "profile" and "data", so that
       `explain` and `verify` find the sources of a result again. NULL: not given. */
    const char *pipeline_path, *profile_name, *data_directory;
    const char
        *as_of_text; /* "latest", "yesterday", "2025-12-31", "2025-12-31T12:00"; NULL: not said */
    const char *series_text; /* "2025-01-31..2025-12-31/month"; NULL: no series */
    mag_series series;       /* as_of_text is then its last day */
    const char *site_zone;
    int32_t history_days; /* 0 = none */
    mag_minute
        data_until; /* MAG_MINUTE_OPEN: does not apply; MAG_MINUTE_NONE: not said (the clock) */
    bool is_freshness_judged;
    mag_absence absence;
    mag_kidney_settings kidney;
    const mag_plan_source *sources;
    size_t source_count;
    const char *pack_name; /* shown */
    mag_span pack_text;
    const mag_override *overrides;
    size_t override_count;
    const mag_gate_limit *gates; /* of the run, not of a source: firing_rate */
    size_t gate_count;
    bool strata_sex, strata_age_band, strata_renal_stage, strata_site;
    /* Where results go: at most one of them. NULL: not said. */
    const char *sink_directory;
    const char *sink_postgres;   /* connection: "service=magscreen" */
    size_t memory_limit_nbytes;  /* 0 = not said */
    const char *spill_directory; /* NULL: not said */
    char config_sha256[MAG_SHA256_HEX_NBYTES];
} mag_plan;

typedef struct mag_plan_options { /* from the command line; NULL or 0 = not given */
    const char *profile, *data_directory, *out_directory, *as_of, *as_of_series, *spill_directory;
    size_t memory_limit_nbytes;
} mag_plan_options;

/* A pipeline file; options override. Faults are MAG_E_USAGE, FILE:LINE:COLUMN. Relative paths are
   relative to the pipeline file. */
mag_status mag_plan_read(mag_arena *arena, const char *path, const mag_plan_options *options,
                         const mag_plan **out, mag_error *err) MAG_MUST_CHECK;
/* The short form. */
mag_status mag_plan_short(mag_arena *arena, const mag_plan_options *options, const mag_plan **out,
                          mag_error *err) MAG_MUST_CHECK;

/* The output directory (if one was said) is not, does not hold and is not inside the folder of a
   source file, and is not and does not hold the folder of the pipeline file or of the pack; real
   paths are compared. MAG_E_USAGE (MS-P405) else. */
mag_status mag_plan_check_output(mag_arena *arena, const mag_plan *plan,
                                 mag_error *err) MAG_MUST_CHECK;

/* Every manifest of the plan lists exactly the files of its sources: MAG_E_INPUT (MS-I111) else.
 *source: the first source of the manifest that was checked last; NULL if there is none. */
mag_status mag_plan_check_manifests(mag_arena *arena, const mag_plan *plan,
                                    const mag_plan_source **source, mag_error *err) MAG_MUST_CHECK;

#endif
