/* The promised header: configure a screening run, run it, read totals, exit code and message.
   Everything else of the project may change from one version to the next. */
#ifndef MAG_MAGSCREEN_H
#define MAG_MAGSCREEN_H

#include <stddef.h>
#include <stdint.h>

/* NULL or 0 = not given. Either pipeline, or profile and data_directory. */
typedef struct mag_embed_config {
    const char *pipeline; /* a pipeline file */
    const char *profile;  /* a shipped profile's name, or a file if it holds a '/' */
    const char *data_directory;
    const char *out_directory;  /* new or empty; its parent must exist */
    const char *as_of;          /* "2025-12-31", "2025-12-31T12:00", "yesterday", "latest" */
    int thread_count;           /* 0 = all cores; the result does not depend on it */
    size_t memory_limit_nbytes; /* 0 = none */
    int force;                  /* replace a non-empty out_directory */
} mag_embed_config;

typedef struct mag_embed_totals {
    int exit_code;          /* as the program's; 0 and 3 mean published */
    uint64_t patient_count; /* roster */
    uint64_t screened_count;
    uint64_t flagged_patient_count;
    uint64_t flag_count; /* visible */
    uint64_t hidden_count;
    uint64_t cannot_tell_count; /* patient x rule */
    char result_sha256[65];     /* "" if nothing was published or held */
    char message_id[16];        /* "MS-I101"; "" if there was no failure */
    char message[1024];         /* what failed; never a patient value or id */
    char hint[512];             /* what to do next */
} mag_embed_totals;

/* Runs and fills *totals; returns totals->exit_code. Takes no signal and prints nothing. */
int mag_embed_run(const mag_embed_config *config, mag_embed_totals *totals);

#endif
