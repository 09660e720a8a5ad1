/* A rule pack: loaded, checked and ready to evaluate. Immutable and shared by threads after
 * loading. */
#ifndef MAG_RULES_PACK_H
#define MAG_RULES_PACK_H

#include "base/memory.h"
#include "base/sha256.h"
#include "clinical/conversion.h"

typedef enum mag_severity { /* order: worse is greater */
                            MAG_SEVERITY_NONE,
                            MAG_SEVERITY_INFO,
                            MAG_SEVERITY_LOW,
                            MAG_SEVERITY_MODERATE,
                            MAG_SEVERITY_HIGH,
                            MAG_SEVERITY_CRITICAL,
                            MAG_SEVERITY_COUNT
} mag_severity;

const char *mag_severity_name(mag_severity severity);

typedef enum mag_rule_status {
    MAG_RULE_DRAFT,
    MAG_RULE_STAGING,
    MAG_RULE_ACTIVE,
    MAG_RULE_RETIRED
} mag_rule_status;

/* What people may read of a rule. Texts live as long as the pack. */
typedef struct mag_rule_facts {
    const char *id, *title, *version; /* a rule's own version, else the pack's */
    mag_rule_status status;
    const char *action, *rationale;
    const char *among_text, *except_text, *when_text; /* as written; NULL if absent */
    const char *const *evidence;                      /* NULL-ended */
    const char *const *to_confirm; /* NULL-ended; the rule itself first while checked_by begins
                                      with "not yet checked" */
    const char *authored_by, *checked_by, *reviewed_on, *review_by;
    bool requires_conditions;
    bool is_about_sources; /* `scope: source`: of the run, never of a patient */
    size_t example_count;
} mag_rule_facts;

/* From the pipeline: values that replace the pack's. Part of the digest. */
typedef struct mag_override {
    const char *name;
    const char *value;        /* parameter: "180 days"; limit: NULL */
    const char *molar, *mass; /* limit: "1.00 mmol/L", "2.4 mg/dL"; NULL */
    const char *note;
} mag_override;

typedef struct mag_pack mag_pack;

/* Parses and checks everything (lint faults that make a pack unusable included). Faults are
   MAG_E_RULES, "FILE:LINE:COLUMN: ..." followed by the line and a caret. Lives in the arena.
   history_days 0 = none. */
mag_status mag_pack_load(mag_arena *arena, const char *file, mag_span text,
                         const mag_override *overrides, size_t override_count, int32_t history_days,
                         const mag_pack **out, mag_error *err) MAG_MUST_CHECK;

const char *mag_pack_name(const mag_pack *pack);
const char *mag_pack_version(const mag_pack *pack);
const char *mag_pack_sha256(const mag_pack *pack); /* of the text */
const char *
mag_pack_overrides_sha256(const mag_pack *pack);  /* of overridden parameters and limits */
size_t mag_pack_rule_count(const mag_pack *pack); /* rules in the order of their ids, bytewise */
const mag_rule_facts *mag_pack_rule(const mag_pack *pack, size_t rule_idx);
/* What a run asks of every active rule, over and above loading: evidence (MS-R502), at least two
   examples that flag and two that do not (MS-R504). Faults are MAG_E_RULES. Lint asks for more. */
mag_status mag_pack_check_ready(const mag_pack *pack, mag_error *err) MAG_MUST_CHECK;
/* -1 if there is none. */
int mag_pack_find_rule(const mag_pack *pack, const char *id);

/* One line of what a rule says, for people; texts live as long as the pack or the arena. */
typedef struct mag_rule_line {
    const char *part; /* "severity", "adjust", "hides", "notes", "let", "hides_suspect",
                         "population", "scope", "event", "snooze", "worsens", "definitions",
                         "parameters", "limits", "groups", "classes" */
    const char *name; /* "mg_low"; "" if the part has none */
    const char *text; /* "0.70 mmol/L, 1.7 mg/dL", "critical when kf < 20 mL/min" */
} mag_rule_line;

/* What a rule says besides its expressions, and every name of the pack that it uses, directly or
   through definitions; equal parts stand together. */
mag_status mag_pack_rule_lines(mag_arena *arena, const mag_pack *pack, size_t rule_idx,
                               const mag_rule_line **out, size_t *count,
                               mag_error *err) MAG_MUST_CHECK;

#endif
