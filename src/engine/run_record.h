/* run.json: everything needed to know what a run read, assumed, found and decided. */
#ifndef MAG_ENGINE_RUN_RECORD_H
#define MAG_ENGINE_RUN_RECORD_H

#include "base/text.h"
#include "engine/gates.h"
#include "engine/run.h"

typedef struct mag_run_record {
    const mag_run_inputs *inputs;
    const mag_run_report *report;
    const mag_cohort *cohort;  /* NULL: failed before there was one */
    const mag_gates *gates;    /* NULL: not judged */
    const char *state;         /* "published", "held", "refused", "failed", "dry_run" */
    const char *digest_header; /* fields of the H line */
    const char *data_until;    /* "" where it does not apply */
    const mag_error *failure;  /* NULL: none */
} mag_run_record;

/* Appends the JSON, keys in a fixed order. */
void mag_run_record_write(mag_text *out, const mag_run_record *record);

/* The H line's fields, tab-separated: 1, sha256 of pack, of code book, of overrides and kidney
   settings. NULL if memory is out. */
const char *mag_run_record_header(mag_arena *arena, const mag_run_inputs *inputs);

#endif
