/* Outcomes of the rules of a pack for one patient, by walking the checked trees: the plain
   evaluator, reference for any faster one. */
#ifndef MAG_RULES_EVALUATE_H
#define MAG_RULES_EVALUATE_H

#include "cohort/timeline.h"
#include "rules/pack.h"

typedef enum mag_outcome_kind {
    MAG_NOT_APPLICABLE,
    MAG_CLEAR,
    MAG_FLAGGED,
    MAG_CANNOT_TELL,
    MAG_NOT_EVALUATED /* for nobody: a required source is missing, or the rule asks about sources */
} mag_outcome_kind;

const char *mag_outcome_name(mag_outcome_kind kind); /* "cannot_tell" */

/* Why an operand is unknown; a set. Names sorted bytewise in output. */
typedef enum mag_unknown {
#define MAG_UNKNOWN(name, text, label) MAG_UNKNOWN_##name,
#include "rules/unknown.def"
#undef MAG_UNKNOWN
    MAG_UNKNOWN_COUNT
} mag_unknown;
typedef uint32_t mag_unknown_set;
const char *mag_unknown_name(mag_unknown reason);
enum { MAG_UNKNOWN_TEXT_NBYTES = 128 };
/* Names sorted bytewise, comma-separated; "" for the empty set. */
void mag_unknown_set_text(mag_unknown_set reasons, char out[MAG_UNKNOWN_TEXT_NBYTES]);

/* Small: there is one for each rule and patient. */
typedef struct mag_outcome {
    mag_outcome_kind kind : 8;
    mag_severity severity : 8;        /* of a flag, after adjust */
    mag_severity severity_before : 8; /* before adjust */
    mag_severity could_be : 8; /* the worst tier passed over as unknown, adjusted; NONE if none */
    mag_unknown_set
        reasons;       /* of cannot_tell: unknown leaves that could still change the outcome */
    int16_t hidden_by; /* rule index, -1 = visible; set by mag_outcomes_hide */
} mag_outcome;
_Static_assert(sizeof(mag_outcome) == 12, "four bytes of kind and severities");

/* Working memory of one thread. */
typedef struct mag_evaluator mag_evaluator;
mag_status mag_evaluator_new(mag_evaluator **out, const mag_pack *pack, mag_account *account,
                             mag_error *err) MAG_MUST_CHECK;
void mag_evaluator_free(mag_evaluator *evaluator);

/* outcomes: one per rule, in the pack's order; NOT_EVALUATED of a rule about sources. Not
   evaluated at all (every outcome NOT_APPLICABLE) for a patient under 18, dead or without an as-of.
   Hides are applied. */
mag_status mag_evaluate(mag_evaluator *evaluator, const mag_timeline *patient,
                        mag_outcome *outcomes, mag_error *err) MAG_MUST_CHECK;

/* How a rule about sources (`scope: source`) came out, and which facts decided that. */
typedef struct mag_source_outcome {
    mag_outcome outcome;
    bool rests_on_units, rests_on_drugs; /* unit_share( ), unmapped_drugs */
} mag_source_outcome;
/* For the sources that the cohort was filled from, all of them together. */
mag_status mag_evaluate_source(mag_evaluator *evaluator, const mag_cohort *cohort, size_t rule_idx,
                               mag_source_outcome *out, mag_error *err) MAG_MUST_CHECK;

/* A fact that decided an outcome. Texts live until the next call of mag_explain_rule. */
typedef enum mag_fact_kind {
    MAG_FACT_RESULT,   /* a laboratory result */
    MAG_FACT_DERIVED,  /* kf, egfr, a dose, days_since */
    MAG_FACT_EXPOSURE, /* a drug */
    MAG_FACT_ABSENCE,  /* none(...), not active(...) */
    MAG_FACT_CONDITION,
    MAG_FACT_PERSON, /* age, sex */
    MAG_FACT_UNKNOWN /* an operand that could not be decided, and why */
} mag_fact_kind;

typedef struct mag_fact {
    mag_fact_kind kind;
    const char *operand; /* "latest(magnesium within 90 days)", "kf", "active(MGSYS)" */
    const char
        *value; /* as printed, comparator included; derived: one decimal, truncated; or NULL */
    const char *digest_value; /* derived: 6 significant digits; else as value; or NULL */
    const char *unit;         /* or NULL */
    const char *limit;        /* "1.7 mg/dL", or NULL */
    mag_minute at;            /* MAG_MINUTE_NONE if it has no time */
    bool is_date_only;
    const char *drug_class, *code, *drug_name, *dose; /* exposure; or NULL */
    mag_minute start, stop; /* is_date_only: the stop is the minute after the last day */
    bool is_open;
    const char *method; /* kf: "CG actual weight" */
    const char *inputs; /* kf: "creatinine 4.3 mg/dL, age 88, male, 54.4 kg" */
    const char *notes;  /* comma-separated, or NULL */
    uint16_t file_id;   /* source position; line 0 = none */
    uint32_t line;
} mag_fact;

typedef struct mag_explanation {
    mag_outcome outcome;
    const mag_fact *facts; /* order of appearance in the rule */
    size_t fact_count;
    const char
        *notes; /* names of the rule's notes that hold, and exception_unknown..., "; "-joined */
    const char *detail; /* cannot_tell: "latest(magnesium within 30 days): rejected"; else "" */
} mag_explanation;

/* Walks the tree again and writes down what decided. Same outcome as mag_evaluate (hidden_by
 * excepted). */
mag_status mag_explain_rule(mag_evaluator *evaluator, const mag_timeline *patient, size_t rule_idx,
                            mag_explanation *out, mag_error *err) MAG_MUST_CHECK;
/* The same for the patient at whom the evaluator stands: of the call before, or of a block. What is
   known of the patient is kept. */
mag_status mag_explain_here(mag_evaluator *evaluator, size_t rule_idx, mag_explanation *out,
                            mag_error *err) MAG_MUST_CHECK;

/* The same without facts and notes: all that is written of what cannot be told. */
mag_status mag_explain_detail(mag_evaluator *evaluator, size_t rule_idx, mag_explanation *out,
                              mag_error *err) MAG_MUST_CHECK;

/* Kidney stage at T for the strata: category of the eGFR (calculated by the run's formula, else
   reported) on the latest creatinine within 365 days. */
mag_gfr_category mag_renal_stage(const mag_timeline *patient);

/* Examples of the pack's rules ("given ... expect ..."). */
typedef struct mag_example_result {
    const char *rule_id, *example;
    bool passed;
    const char *expected, *got; /* "high", "clear", "cannot_tell missing" */
    const char *why;            /* facts, in words, when it failed */
} mag_example_result;
mag_status mag_examples_run(mag_arena *arena, const mag_pack *pack, const mag_codebook *book,
                            const mag_example_result **results, size_t *count,
                            mag_error *err) MAG_MUST_CHECK;
size_t mag_pack_example_count(const mag_pack *pack, size_t rule_idx);
/* Those of one rule, into room for as many; texts live in the arena. Threads share the pack and the
   book alone. */
mag_status mag_examples_run_rule(mag_arena *arena, mag_evaluator *evaluator,
                                 const mag_codebook *book, size_t rule_idx,
                                 mag_example_result *results, mag_error *err) MAG_MUST_CHECK;

/* Findings of `rules lint` beyond what loading refuses (missing examples, past review date ...). */
typedef struct mag_lint_finding {
    unsigned line, column;
    const char *text;
} mag_lint_finding;
mag_status mag_pack_lint(mag_arena *arena, const mag_pack *pack, mag_day today,
                         const mag_lint_finding **findings, size_t *count,
                         mag_error *err) MAG_MUST_CHECK;

#endif
