/* An earlier published run, read back from its folder or database: what this run is compared with.
 */
#ifndef MAG_ENGINE_PREVIOUS_RUN_H
#define MAG_ENGINE_PREVIOUS_RUN_H

#include "engine/tracked.h"
#include "rules/pack.h"

typedef struct mag_previous_run {
    const char *name; /* for messages: the folder as given, or "schema magscreen" */
    bool is_folder;
    const char *run_id, *as_of, *result_sha256;
    const char *pack_name, *pack_version, *pack_sha256;
    const char *settings_sha256; /* of overridden parameters, limits and kidney settings */
    int32_t history_days;        /* 0 = none */
    bool is_released;            /* was held, and published by somebody with a reason */
    bool has_ledger;             /* it kept episodes.csv.gz ... */
    uint64_t episode_count;      /* ... of so many rows */
    bool has_tracked;            /* false: of a version that kept no figures */
    const mag_tracked *tracked;
    size_t tracked_count;
} mag_previous_run;

/* Reads DIR/run.json. MAG_E_USAGE (MS-P412) if that is no published run of this program: another
   folder, a held or failed run, a damaged record. Texts live in the arena. */
mag_status mag_previous_run_read(mag_arena *arena, const char *directory,
                                 const mag_previous_run **out, mag_error *err) MAG_MUST_CHECK;

/* The same from the text of a record that a database keeps; name and text are borrowed. */
mag_status mag_previous_run_parse(mag_arena *arena, const char *name, mag_span text,
                                  const mag_previous_run **out, mag_error *err) MAG_MUST_CHECK;

/* MAG_E_INPUT (MS-P414) if the previous run's as-of is later than this one's: time runs forward.
   Under `latest` there is nothing to compare. */
mag_status mag_previous_run_check_as_of(const mag_previous_run *previous, const char *as_of,
                                        mag_error *err) MAG_MUST_CHECK;
/* MAG_E_RULES (MS-R507) if the previous run had another content under the pack's name and version:
   its figures and flags would be compared with those of other rules unnoticed. */
mag_status mag_previous_run_check_pack(const mag_previous_run *previous, const mag_pack *pack,
                                       mag_error *err) MAG_MUST_CHECK;
/* Both of the same minute; `latest` is no time. */
bool mag_previous_run_is_same_time(const mag_previous_run *previous, const char *as_of);

#endif
