/* Where results go, behind one port. A run ends in exactly one of publish, hold and fail, or in
   none of them if what it would publish is there already. */
#ifndef MAG_ENGINE_SINK_H
#define MAG_ENGINE_SINK_H

#include "engine/episode.h"
#include "rules/evaluate.h"

/* One flagged patient x rule, complete. Texts are borrowed for the call. */
typedef struct mag_flag_row {
    char flag_id[64];
    mag_span patient_id;
    const char *site; /* level of the patient in the stratum of that name */
    const char *rule_id, *rule_version, *title;
    mag_severity severity;
    const char *could_be; /* "" or a severity */
    const char *state;    /* "new" without history */
    const char *as_of; /* a day if T is the end of a day that was asked for, else to the minute */
    const char *hidden_by; /* "" or a rule id */
    const char *notes;
    const char *evidence; /* JSON */
} mag_flag_row;

typedef struct mag_cannot_tell_row {
    mag_span patient_id;
    const char *site;
    const char *rule_id;
    const char *as_of;
    const char *reasons; /* comma-separated, sorted */
    const char *detail;
} mag_cannot_tell_row;

typedef struct mag_summary_row {
    const char *as_of; /* "2025-12-31" or "latest" */
    const char *rule_id, *rule_version, *stratum, *level;
    uint64_t eligible, flagged, clear, cannot_tell, hidden;
    const char *not_evaluated;           /* "" or "no_source" */
    const char *rate, *ci_low, *ci_high; /* 6 decimals, or "" */
} mag_summary_row;

typedef struct mag_lab_summary_row {
    const char *analyte, *unit;
    uint64_t results, patients, missing_patients, censored, implausible, text;
    const char *quantiles[9]; /* min p1 p5 p25 p50 p75 p95 p99 max */
    const char *mean, *sd;
    uint64_t below_range, above_range;
} mag_lab_summary_row;

typedef struct mag_reject_row {
    const char *source, *file, *column, *reason, *detail;
    uint32_t line;
} mag_reject_row;

/* An episode after tonight; comes right behind the flag row that it belongs to. */
typedef struct mag_episode_row {
    const mag_episode *episode;
    mag_episode_event event;  /* of tonight; UNTOUCHED: as it was, for sinks that write all */
    const mag_flag_row *flag; /* NULL unless flagged tonight */
    bool ends_review;         /* nobody who reviewed it has seen this */
} mag_episode_row;

/* What a run is, before it has read anything. Texts are borrowed for the call. */
typedef struct mag_sink_run {
    const char *as_of;
    const char *pack_name, *pack_version, *pack_sha256;
    const char *codebook_sha256, *config_sha256;
    mag_span rules_json; /* what each rule says: mag_pack_rules_json */
} mag_sink_run;

typedef enum mag_run_stage { MAG_STAGE_READING, MAG_STAGE_EVALUATING } mag_run_stage;

typedef struct mag_sink mag_sink;
typedef struct mag_sink_ops {
    /* Registers the run, so that one that dies leaves a trace. NULL: nothing to do. */
    mag_status (*begin)(mag_sink *sink, const mag_sink_run *run, mag_error *err);
    /* The run has got that far. NULL: nobody looks. */
    mag_status (*stage)(mag_sink *sink, mag_run_stage stage, mag_error *err);
    mag_status (*flag)(mag_sink *sink, const mag_flag_row *row, mag_error *err);
    mag_status (*cannot_tell)(mag_sink *sink, const mag_cannot_tell_row *row, mag_error *err);
    mag_status (*summary)(mag_sink *sink, const mag_summary_row *row, mag_error *err);
    mag_status (*lab_summary)(mag_sink *sink, const mag_lab_summary_row *row, mag_error *err);
    mag_status (*reject)(mag_sink *sink, const mag_reject_row *row, mag_error *err);
    /* Every episode that is or was, sorted as flags are; only of a run with a ledger. NULL: the
       sink keeps none. */
    mag_status (*episode)(mag_sink *sink, const mag_episode_row *row, mag_error *err);
    /* Rows may be made ready in parts, side by side: a part is a sink of its own, of which flag,
       cannot_tell, episode, reject, part_pack and free are called, by one thread at a time. What
       part_write takes over stands behind all rows that the sink was given before. NULL, all of
       them: rows come one by one. */
    mag_status (*parts_begin)(mag_sink *sink, unsigned worker_count, mag_error *err);
    mag_status (*part_new)(mag_sink *sink, mag_sink **part, mag_error *err);
    /* Of a part that has all its rows, before it is written; worker_idx < worker_count. */
    mag_status (*part_pack)(mag_sink *part, unsigned worker_idx, mag_error *err);
    /* Empties the part, which can be filled again. */
    mag_status (*part_write)(mag_sink *sink, mag_sink *part, mag_error *err);
    /* Is what readers see already this result, with a record that says the same? */
    bool (*is_current)(mag_sink *sink, mag_span run_json);
    /* Makes the run visible (or held, or failed) with its run record (JSON). Frees nothing. */
    mag_status (*publish)(mag_sink *sink, mag_span run_json, mag_error *err);
    mag_status (*hold)(mag_sink *sink, mag_span run_json, mag_error *err);
    /* The result is published already: nothing is kept but that the run took place. NULL: what
       `free` does is enough. */
    mag_status (*forget)(mag_sink *sink, mag_span run_json, mag_error *err);
    /* Keeps only the run record and rejects. */
    mag_status (*fail)(mag_sink *sink, mag_span run_json, mag_error *err);
    /* Abandons what is not ended, and frees. */
    void (*free)(mag_sink *sink);
} mag_sink_ops;

struct mag_sink {
    const mag_sink_ops *ops;
};

#endif
