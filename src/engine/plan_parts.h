/* Pieces that the pipeline file and the short form share. Internal to plan*.c. */
#ifndef MAG_ENGINE_PLAN_PARTS_H
#define MAG_ENGINE_PLAN_PARTS_H

#include "engine/plan.h"

/* Where a fault is shown: the file and the value. */
typedef struct mag_plan_place {
    const char *file;
    const mag_yaml *at;
} mag_plan_place;

/* Values as people write them. Faults are MAG_E_USAGE with FILE:LINE:COLUMN. */

/* "1095 days" or "none" (0). */
mag_status mag_plan_history(mag_plan_place place, int32_t *days, mag_error *err) MAG_MUST_CHECK;
/* "512 MiB", "4 GiB", or whole bytes. */
mag_status mag_plan_size(mag_plan_place place, size_t *nbytes, mag_error *err) MAG_MUST_CHECK;
/* A date (its last minute) or a date with a minute. */
mag_status mag_plan_minute(mag_plan_place place, mag_minute *minute, mag_error *err) MAG_MUST_CHECK;
/* "{ formula: uk or us, weight: adjusted30 }", both optional; what is unsaid stays. */
mag_status mag_plan_kidney(mag_plan_place place, mag_kidney_settings *kidney,
                           mag_error *err) MAG_MUST_CHECK;
/* A connection to PostgreSQL by keys of the allow-list; MS-S601 or MS-S603 else. */
mag_status mag_plan_conninfo(mag_plan_place place, const char **conninfo,
                             mag_error *err) MAG_MUST_CHECK;
/* A fault at a place: "FILE:LINE:COLUMN: text". Returns MAG_E_USAGE. */
mag_status mag_plan_fail(mag_plan_place place, mag_error *err, const char *format, ...)
    MAG_PRINTF(3, 4);

/* path, or base/path if path is relative (and not "-"). NULL if memory is out. */
const char *mag_plan_path(mag_arena *arena, const char *base, const char *path);
/* The path with its folder made absolute, as far as it exists. NULL if memory is out. */
const char *mag_plan_absolute(mag_arena *arena, const char *path);
/* Files that match a pattern, sorted bytewise; "-" and plain names stand for themselves.
   MAG_E_USAGE if there is none. */
mag_status mag_plan_glob(mag_arena *arena, mag_plan_place place, const char *pattern,
                         const char *const **paths, size_t *count, mag_error *err) MAG_MUST_CHECK;

/* The `sources` list of a pipeline file into the plan. folder: what paths are relative to. */
mag_status mag_plan_sources(mag_arena *arena, mag_plan_place place, const char *folder,
                            mag_plan *plan, mag_error *err) MAG_MUST_CHECK;

/* The manifest.csv of a data folder; *manifest is NULL if there is none. */
mag_status mag_plan_folder_manifest(mag_arena *arena, const char *folder,
                                    const mag_manifest **manifest, mag_error *err) MAG_MUST_CHECK;
/* The manifest that a source names: read once for all that name it. sources: those before it. */
mag_status mag_plan_source_manifest(mag_arena *arena, const mag_plan_source *sources, size_t count,
                                    const char *path, const mag_manifest **manifest,
                                    mag_error *err) MAG_MUST_CHECK;
/* data_until of the manifests, where neither pipeline nor profile has one; MAG_E_USAGE if two
   manifests differ. */
mag_status mag_plan_take_manifests(mag_plan *plan, mag_error *err) MAG_MUST_CHECK;

/* Nobody is screened who is not on the roster: MAG_E_USAGE without a source of patients. */
mag_status mag_plan_check_roster(const mag_plan *plan, mag_error *err) MAG_MUST_CHECK;

/* Which settings the pipeline file states, so that profiles need not agree on them. */
typedef struct mag_plan_said {
    bool history, kidney, site_zone, data_until;
} mag_plan_said;
/* Settings that profiles bring: those of the first source's; the others must agree on what is not
   said. */
mag_status mag_plan_take_profiles(mag_plan *plan, const mag_plan_said *said,
                                  mag_error *err) MAG_MUST_CHECK;

/* The as-of or the series that the command line says, instead of what the plan says so far.
   MAG_E_USAGE if both are said or the series is none. */
mag_status mag_plan_as_of(mag_arena *arena, const mag_plan_options *options, mag_plan *plan,
                          mag_error *err) MAG_MUST_CHECK;

/* The last step: what follows from the rest, and config_sha256 over `text` (the file, or the short
   form in words), the as-of, and the profiles. */
mag_status mag_plan_finish(mag_plan *plan, mag_span text, mag_error *err) MAG_MUST_CHECK;

#endif
