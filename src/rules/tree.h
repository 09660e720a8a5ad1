/* The checked tree of a pack: every name resolved, every unit checked, every distinct operand
   numbered. An evaluator walks it without parsing and without looking anything up by name. */
#ifndef MAG_RULES_TREE_H
#define MAG_RULES_TREE_H

#include "io/yaml_tree.h"
#include "rules/evaluate.h"
#include "rules/operand.h"
#include "rules/pack.h"

typedef enum mag_node_kind {
    MAG_NODE_OPERAND,
    MAG_NODE_CONSTANT, /* `number`, in the unit of `dimension` */
    MAG_NODE_LIMIT,    /* right side of a comparison with a result */
    MAG_NODE_COMPARE,  /* two children; a result is always the left one */
    MAG_NODE_NOT,      /* one child */
    MAG_NODE_AND,      /* two or more children */
    MAG_NODE_OR,       /* two or more children */
    MAG_NODE_ANY_OF,   /* `or` over arms: one whose unknown is only `missing` is left out; unknown
                          `missing` if that leaves none */
    MAG_NODE_ALWAYS,   /* true */
    MAG_NODE_KNOWN,    /* one child: unknown becomes false, noted */
    MAG_NODE_ADD,      /* two children; numbers, results in canonical units */
    MAG_NODE_SUBTRACT,
    MAG_NODE_MULTIPLY,
    MAG_NODE_DIVIDE
} mag_node_kind;

/* Immutable; a node may be the child of several nodes (definitions are shared). */
typedef struct mag_node {
    mag_node_kind kind;
    mag_dimension dimension;
    mag_relation relation;  /* COMPARE */
    int16_t operand;        /* OPERAND: index; else -1 */
    double number;          /* CONSTANT */
    const mag_limit *limit; /* LIMIT; a literal is a limit without a name (name NULL) */
    const struct mag_node *const *children;
    size_t child_count;
    const char *shown;     /* OPERAND: the name that a definition or binding gave it, else
                              operand.text; others: as written */
    unsigned line, column; /* in the pack's file */
} mag_node;

typedef struct mag_tier {
    mag_severity severity;
    const mag_node *when; /* NULL: always */
} mag_tier;

typedef struct mag_adjust {
    int steps;              /* -1: one step down; +1: one up */
    mag_severity not_below; /* NONE: not limited (info is the floor) */
    const mag_node *when;
} mag_adjust;

typedef struct mag_note {
    const char *name;
    const mag_node *when; /* NULL: always */
} mag_note;

typedef struct mag_hide {
    int16_t rule;         /* index in the pack */
    bool is_same_sample;  /* share: sample */
    mag_severity at_most; /* only a flag of this severity or less is hidden; NONE: any */
    const mag_node *when; /* of the hiding rule; unknown does not hide; NULL: always */
} mag_hide;

/* What makes it the same event on another night. */
typedef enum mag_event_kind { MAG_EVENT_NONE, MAG_EVENT_ERA, MAG_EVENT_SPELL } mag_event_kind;
typedef struct mag_event {
    mag_event_kind kind;
    mag_class_set classes;     /* ERA */
    const mag_member *members; /* ERA */
    size_t member_count;
    mag_analyte analyte;    /* SPELL: results of it ... */
    mag_relation relation;  /* ... on this side ... */
    const mag_limit *limit; /* ... of this limit ... */
    int32_t gap_days;       /* ... not further apart than this */
    const char *text;
} mag_event;

typedef enum mag_worsening_kind {
    MAG_WORSENS_SEVERITY, /* severity rises */
    MAG_WORSENS_DROP,     /* operand drops by an amount */
    MAG_WORSENS_RISE
} mag_worsening_kind;
typedef struct mag_worsening {
    mag_worsening_kind kind;
    int16_t operand;
    double amount;         /* in the operand's unit */
    const mag_limit *step; /* amount for a result, as a pair; else NULL */
    const char *shown;     /* the operand as facts name it; NULL of SEVERITY */
} mag_worsening;

typedef struct mag_text_line {
    const char *text;
    unsigned line, column;
} mag_text_line;

/* An example keeps its `given` lines as text; the runner of examples reads them. */
typedef struct mag_example {
    const char *name;
    mag_outcome_kind expected; /* FLAGGED, CLEAR, CANNOT_TELL or NOT_APPLICABLE */
    mag_severity severity;     /* FLAGGED: that severity, after adjust */
    mag_unknown_set reasons;   /* CANNOT_TELL: exactly these; 0 = any */
    const char *expected_text; /* as written: "high", "cannot_tell missing" */
    mag_day as_of;             /* `as_of: DATE`, else MAG_EXAMPLE_AS_OF */
    const mag_text_line *given;
    size_t given_count;
    unsigned line, column;
} mag_example;

enum { MAG_EXAMPLE_AS_OF = 19904 }; /* 2024-06-30 */

/* Whom a rule asks about. */
typedef enum mag_population {
    MAG_ADULTS,           /* age >= 18 and alive: of every rule that says nothing else */
    MAG_ADULTS_OR_UNKNOWN /* `population: adults or unknown`: who may be an adult, too (H rules) */
} mag_population;
typedef enum mag_scope {
    MAG_SCOPE_PATIENT,
    MAG_SCOPE_SOURCE /* `scope: source`: evaluated once per run on facts of its sources */
} mag_scope;

typedef struct mag_rule {
    mag_rule_facts facts;
    const char *group;
    mag_population population;
    mag_scope scope;
    bool hides_suspect_samples; /* `hides_suspect: true` (H03): hides every flag that rests on a
                                   suspect sample */
    mag_worse worse;
    const mag_node *among;  /* `age >= 18 and alive` is not in it: the evaluator adds it */
    const mag_node *except; /* NULL if absent; leaves the denominator only when known to be true */
    const mag_node *when;
    const mag_tier *tiers; /* worst first as written; the last one has no `when` */
    size_t tier_count;
    const mag_adjust *adjusts;
    size_t adjust_count;
    const mag_note *notes;
    size_t note_count;
    const mag_hide *hides;
    size_t hide_count;
    mag_event event;
    int32_t snooze_days; /* 0 = by severity */
    const mag_worsening *worsenings;
    size_t worsening_count;
    const mag_example *examples;
    size_t example_count;
    unsigned line, column;
} mag_rule;

/* A named value of the pack, for people and for the digest. */
typedef struct mag_named_value {
    const char *name;
    const char *text; /* "365 days" or "0.70 mmol/L, 1.7 mg/dL": the value in force */
    const char *note; /* of an override; else NULL */
    bool is_overridden;
} mag_named_value;

/* How far apart a bound drug and its binder must be taken: `gaps` of a pack. */
typedef struct mag_gap {
    const char *name;       /* "quinolone" */
    mag_class drug_class;   /* of the bound drug */
    const char *agent;      /* agent of the code book, or "" for the rest of the class */
    int32_t before_minutes; /* the drug before the binder by at least this ... */
    int32_t after_minutes;  /* ... or after it by at least this */
    const char *text;       /* "moxifloxacin: 4 h before or 8 h after" */
} mag_gap;

struct mag_pack {
    const char *file;
    const char *name, *version;
    const mag_yaml *root; /* as written, for people */
    char sha256[MAG_SHA256_HEX_NBYTES];
    char overrides_sha256[MAG_SHA256_HEX_NBYTES];
    int32_t history_days;  /* 0 = none */
    const mag_rule *rules; /* order of ids, bytewise */
    size_t rule_count;
    const mag_operand *operands;
    size_t operand_count;
    const mag_named_value *parameters;
    size_t parameter_count;
    const mag_limit *limits;
    const mag_named_value *limit_values; /* parallel to limits */
    size_t limit_count;
    const mag_gap *gaps;
    size_t gap_count;
    const struct mag_program *program; /* rules/program.h */
};

#endif
