/* A whole run: ingest, settle, screen, publish. Knows no concrete source or sink. */
#ifndef MAG_ENGINE_RUN_H
#define MAG_ENGINE_RUN_H

#include "cohort/source.h"
#include "engine/gate_verdict.h"
#include "engine/plan.h"
#include "engine/previous_run.h"
#include "engine/progress.h"
#include "engine/sink.h"
#include "engine/timings.h"

typedef struct mag_rule_totals {
    const char *rule_id, *title;
    uint64_t eligible, flagged, clear, cannot_tell, hidden;
    uint64_t visible_by_severity[MAG_SEVERITY_COUNT];
    uint64_t cannot_tell_by_reason[MAG_UNKNOWN_COUNT];
    const char *not_evaluated;
} mag_rule_totals;

typedef enum mag_run_end {
    MAG_RUN_PUBLISHED,
    MAG_RUN_HELD,
    MAG_RUN_REFUSED,
    MAG_RUN_NOTHING_NEW
} mag_run_end;

/* Something about a file that sets no row aside and does not change the exit code. */
typedef struct mag_run_note {
    mag_message_id message;
    const char *file; /* or a source, for what is found over all its files */
    uint64_t count;   /* 0: of the whole file */
    const char *noun; /* of what, "" if count is 0 */
    uint32_t line;    /* of the first one; 0: not told */
} mag_run_note;

/* One count that a finding about sources rests on. */
typedef struct mag_source_fact {
    const char *source;  /* "lims" */
    const char *subject; /* "magnesium", "drugs" */
    const char *what;    /* "without unit", "unmapped" */
    uint64_t count, of;  /* rows */
} mag_source_fact;

/* How a rule about sources came out for the run. */
typedef struct mag_source_finding {
    const char *rule_id, *title;
    mag_outcome outcome;
    const mag_source_fact *facts; /* of a flagged one: the largest shares, at most 10 */
    size_t fact_count;
} mag_source_finding;

/* One T of a series: what its summary adds up to, and how its gates came out. */
typedef struct mag_series_point {
    const char *as_of;
    uint64_t screened_count, flagged_patient_count, hidden_count;
    uint64_t cannot_tell_count; /* outcomes, over all active rules */
    uint64_t visible_by_severity[MAG_SEVERITY_COUNT];
    mag_gate_colour colour; /* the worst of its gates */
} mag_series_point;

/* How the canary patients came out: the run goes on only if all of them are right. */
typedef struct mag_canary_report {
    size_t patient_count, outcome_count;
    size_t rule_count;           /* active rules of which a flag came out right */
    const char *uncovered_rules; /* "H02S, H05": the other active ones; "" = none */
    const char **not_checked;    /* "NAME: no source of conditions" */
    size_t not_checked_count;
} mag_canary_report;

/* A code of no list; text NULL: all others of the table, which are not shown. */
typedef struct mag_unmapped_code {
    mag_table_kind kind;
    const char *text;
    uint64_t count;         /* rows */
    unsigned patient_count; /* up to MAG_UNMAPPED_CODE_COUNTED; 0 where text is NULL */
} mag_unmapped_code;

/* What the closing lines, run.json and exit code say. Lives in the arena given to mag_run. */
typedef struct mag_run_report {
    mag_run_end end;
    bool is_dry;             /* nothing was written, whatever the end would have been */
    int exit_code;           /* 0, 3, 4 ... */
    bool has_warnings;       /* a gate is amber */
    bool has_failure_record; /* mag_run failed, and the sink keeps a record that says why */
    const char *run_id, *as_of;
    const char *series;             /* "2025-01-31..2025-12-31/month"; NULL: no series */
    const mag_series_point *points; /* of the series, oldest first; as_of is the last one's */
    size_t point_count;
    char series_sha256[MAG_SHA256_HEX_NBYTES]; /* of the S lines of all T; "": no series */
    const char *pack_name, *pack_version;
    size_t rule_count;
    const char *classes_built; /* drug classes that `latest` follows, comma-separated */
    struct mag_source_totals {
        const char *name;
        mag_table_kind kind;
        mag_accounting accounting;
        size_t file_count;
    } * sources;
    size_t source_count;
    const mag_gate_verdict *verdicts; /* amber and red ones, worst last */
    size_t verdict_count;
    const mag_run_note *notes; /* in the order of the files */
    size_t note_count;
    const mag_rule_totals *rules;
    size_t rule_totals_count;
    const mag_source_finding *findings; /* of the rules about sources, in the pack's order */
    size_t finding_count;
    const char
        *undecided_rules; /* "A02, A03": active rules that were flagged or clear for nobody */
    mag_unknown_unit unknown_units[10]; /* spellings that are in no table, most frequent first */
    size_t unknown_unit_count;
    uint64_t unknown_units_not_shown; /* rows whose spelling is rare or might be a value or an id */
    const mag_unmapped_drug *unmapped_drugs; /* most frequent first */
    size_t unmapped_drug_count;
    const mag_unmapped_code *unmapped_codes; /* labs first, then prescriptions; commonest first */
    size_t unmapped_code_count;
    mag_counted_text malformed_codes[10]; /* what codes of no list look like, most frequent first */
    size_t malformed_code_count;
    const mag_previous_run *previous; /* that this run was compared with; NULL = none */
    const mag_tracked *tracked;       /* what the next run compares itself with */
    size_t tracked_count;
    const mag_not_compared *not_compared;
    size_t not_compared_count;
    mag_canary_report canaries;
    uint64_t patient_count;  /* roster */
    uint64_t id_twin_count;  /* of the roster: ids that differ only in case or blanks */
    uint64_t screened_count; /* adults alive at T with an as-of */
    uint64_t visible_by_severity[MAG_SEVERITY_COUNT];
    uint64_t hidden_count;
    uint64_t flagged_patient_count;
    bool has_ledger; /* episodes of earlier nights were judged ... */
    uint64_t episodes_by_event[MAG_EPISODE_EVENT_COUNT]; /* ... and this came of them tonight */
    const char *published_by; /* NOTHING_NEW: the run that published this very result */
    mag_minute newest_lab, newest_prescription;
    double seconds_total;
    const mag_timings *timings;
    int thread_count;
    size_t peak_memory_nbytes;
    size_t memory_limit_nbytes;    /* of the process; 0: none ... */
    const char *memory_limit_from; /* ... and where it comes from */
    uint64_t spilled_nbytes, spilled_segment_count;
    char result_sha256[MAG_SHA256_HEX_NBYTES];
} mag_run_report;

typedef struct mag_run_inputs {
    const mag_plan *plan;
    const mag_codebook *book;
    const mag_pack *pack;
    const mag_pack *pack_as_written; /* without overrides: canaries are of it; NULL: as pack */
    bool is_pack_released;           /* PACK.lock has its name, version and digest */
    mag_source *const *sources;      /* in the plan's order */
    size_t source_count;
    const mag_previous_run *previous; /* NULL: nothing to compare with */
    const mag_ledger_input *ledger;   /* episodes of the nights before; NULL: no ledger is kept */
    mag_sink *sink;                   /* NULL: --dry-run, nothing is written */
    int thread_count;                 /* 0 = all cores */
    mag_account *account;
    mag_spill_file *spill; /* where goes what does not fit into memory; NULL: nowhere */
    /* What the account's limit comes from, for the record: of the process; 0, NULL: no limit. */
    size_t memory_limit_nbytes;
    const char *memory_limit_from;
    /* Called between stages and rarely inside them; true = stop (P-01). NULL = never. */
    bool (*is_stopped)(void *context);
    void *stop_context;
    /* Gets the lines of the digest, sorted, each with its LF, as they are hashed (`verify --dump`).
       NULL = nobody looks. */
    void (*on_digest_line)(void *context, mag_span line);
    void *digest_context;
    mag_progress *progress; /* told how far the run has come; NULL = nobody looks */
    mag_timings *timings;   /* set by mag_run itself; NULL = nobody measures */
} mag_run_inputs;

/* What became of the run as a whole, for a message about any of its gates: "published with a
   warning", "run held, nothing new is visible", "run refused, nothing published" ... */
const char *mag_run_end_text(const mag_run_report *report);

/* On MAG_OK the report tells how it ended (published, held, refused). Any other status: nothing new
   is visible; a failed run record was written if the sink could. */
mag_status mag_run(mag_arena *arena, const mag_run_inputs *inputs, const mag_run_report **report,
                   mag_error *err) MAG_MUST_CHECK;

/* Reads the sources of a plan into a settled cohort, without screening: what `explain` needs. */
mag_status mag_run_load_cohort(const mag_run_inputs *inputs, mag_cohort **cohort,
                               mag_error *err) MAG_MUST_CHECK;

#endif
