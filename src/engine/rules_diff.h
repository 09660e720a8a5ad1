/* What another pack would flag in the same cohort. */
#ifndef MAG_ENGINE_RULES_DIFF_H
#define MAG_ENGINE_RULES_DIFF_H

#include "engine/run.h"

/* How many patients whose outcomes differ are named. */
enum { MAG_RULES_DIFF_PATIENTS = 10 };

/* Patients by what became of them under one rule, which need not be in both packs. */
typedef struct mag_rule_change {
    const char *rule_id, *title; /* title of the new pack, else of the old one */
    bool is_in_old, is_in_new;   /* as an active rule */
    uint64_t flagged_old, flagged_new;
    uint64_t gained, lost;              /* flags that only the new, only the old pack raises */
    uint64_t more_severe, less_severe;  /* flags of both */
    uint64_t newly_hidden, newly_shown; /* flags of both, by another flag of the patient */
    uint64_t cannot_tell_gained, cannot_tell_lost; /* cannot_tell in one of the two only */
} mag_rule_change;

/* What a rule says of a patient. */
typedef struct mag_rule_answer {
    mag_outcome_kind kind; /* NOT_APPLICABLE if the pack has no such rule */
    mag_severity severity; /* FLAGGED */
    const char *hidden_by; /* FLAGGED: a rule id, "" if visible */
} mag_rule_answer;

typedef struct mag_patient_change {
    mag_span patient_id;
    const char *rule_id;
    mag_rule_answer before, after;
} mag_patient_change;

/* Lives in the arena. */
typedef struct mag_rules_diff {
    const mag_rule_change *rules; /* active in one of the packs, by id bytewise */
    size_t rule_count;
    const mag_patient_change *changes; /* of the first patients that differ, by id, then rule */
    size_t change_count;
    uint64_t screened_count, changed_count; /* patients */
    char as_of[MAG_MOMENT_TEXT_NBYTES];
} mag_rules_diff;

/* Reads the sources of the inputs once and screens every patient with both packs; inputs->pack and
   inputs->sink are not looked at, nothing is written and no gate is judged. The result is the same
   for any number of threads. Faults are those of reading the sources. */
mag_status mag_rules_diff_run(mag_arena *arena, const mag_run_inputs *inputs,
                              const mag_pack *old_pack, const mag_pack *new_pack,
                              const mag_rules_diff **out, mag_error *err) MAG_MUST_CHECK;

/* Does this rule do the same in both packs, for every patient of the cohort? */
bool mag_rule_change_is_none(const mag_rule_change *change);

#endif
