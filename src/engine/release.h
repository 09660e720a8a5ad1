/* The record of a held run, as it reads once somebody has released it. */
#ifndef MAG_ENGINE_RELEASE_H
#define MAG_ENGINE_RELEASE_H

#include "base/text.h"
#include "io/yaml_tree.h"

typedef struct mag_release {
    const char *reason; /* why the run is right */
    const char *by;     /* name of the account that said so */
    const char *at;     /* "2026-03-01T07:45" */
} mag_release;

typedef struct mag_held_record {
    const mag_yaml *root;
    const char *run_id, *as_of, *state, *result_sha256;
    const mag_yaml *gates;
} mag_held_record;

/* Reads DIR/run.json, of whatever state. MAG_E_USAGE (MS-P413) if it is none of this program. Lives
   in the arena. */
mag_status mag_held_record_read(mag_arena *arena, const char *directory, mag_held_record *out,
                                mag_error *err) MAG_MUST_CHECK;
/* A reason is 1 to 500 bytes of printable UTF-8 and not blank; MAG_E_USAGE (MS-P413) else. */
mag_status mag_release_check_reason(const char *reason, mag_error *err) MAG_MUST_CHECK;
/* Appends the same record with state "published", "released": { reason, by, at } behind it, and the
   exit code of a run that is published with warnings. */
mag_status mag_release_record(const mag_held_record *record, const mag_release *release,
                              mag_text *out, mag_error *err) MAG_MUST_CHECK;

#endif
