/* Reads back a folder that a run has published: run.json and the tables. */
#ifndef MAG_CLI_RESULT_DIR_H
#define MAG_CLI_RESULT_DIR_H

#include "base/memory.h"
#include "io/yaml_tree.h"
#include "rules/pack.h"

/* What run.json says about where a result comes from; texts live in the arena, NULL if it is
 * silent. */
typedef struct mag_result_record {
    const char *pipeline, *profile, *data, *as_of, *result_sha256;
    const char *series, *series_sha256; /* as asked; of its summaries. NULL: no series */
    const mag_yaml *sources;            /* with their files and SHA-256; NULL if it is silent */
    const mag_yaml *unmapped_drugs;     /* list of { text, rows }; NULL */
    const mag_yaml *released;           /* { reason, by, at } of a run that was held; NULL */
} mag_result_record;

/* Is this one of the inputs that the run read? */
bool mag_result_has_input(const mag_result_record *record, const char *sha256);

mag_status mag_result_read_record(mag_arena *arena, const char *directory, mag_result_record *out,
                                  mag_error *err) MAG_MUST_CHECK;

/* One row of flags.csv.gz, or an unconfirmed one of episodes.csv.gz; texts live in the arena. */
typedef struct mag_flag_line {
    const char *flag_id, *patient_id, *rule_id, *rule_version, *state, *as_of;
    const char *hidden_by, *notes, *evidence, *title;
    mag_severity severity;
    mag_severity rank;        /* the highest of its own severity and of those that it hides */
    const char *rank_rule_id; /* the hidden rule that lifts rank above severity; NULL: none does */
    const char *could_be;     /* the severity that unknown facts leave possible, or "" */
    const char *opened;       /* as-of of its first night; "" without a ledger */
    const char *facts;        /* unconfirmed, without evidence: what was shown last; else NULL */
    bool is_hidden;           /* behind an open flag that is worse than info */
} mag_flag_line;

/* All flags of a folder, and what could not be confirmed, in the order of a worklist: new, worsened
   and reopened ones first, then by rank, severity, rule, patient. */
mag_status mag_result_read_flags(mag_arena *arena, const char *directory, const mag_flag_line **out,
                                 size_t *count, mag_error *err) MAG_MUST_CHECK;

/* Ids of the rules that were run, from summary.csv, each once; NULL-ended, in the arena. */
mag_status mag_result_read_rules(mag_arena *arena, const char *directory, const char *const **ids,
                                 mag_error *err) MAG_MUST_CHECK;

/* Belongs on a worklist: open, worse than info, and not hidden by another flag that does. */
bool mag_flag_is_on_worklist(const mag_flag_line *flag);

/* One row of rejects.csv.gz; borrowed for the call. */
typedef struct mag_reject_line {
    const char *source, *file, *column, *reason, *detail, *line;
} mag_reject_line;

/* Hands every row to each(), in the file's order, until it fails. */
mag_status mag_result_each_reject(mag_arena *arena, const char *directory,
                                  mag_status (*each)(void *context, const mag_reject_line *row,
                                                     mag_error *err),
                                  void *context, mag_error *err) MAG_MUST_CHECK;

#endif
