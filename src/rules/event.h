/* What makes a flag the same on another night, and why it is none any more (`event:` of a rule). */
#ifndef MAG_RULES_EVENT_H
#define MAG_RULES_EVENT_H

#include "rules/evaluate.h"

/* start NONE: the rule has no event, or the data show none. stop OPEN: not ended at T. */
typedef struct mag_event_interval {
    mag_minute start;
    mag_minute stop; /* exclusive */
} mag_event_interval;

/* The event of a rule for the patient whom the evaluator looked at last.
   era(C): the era of the classes, all together, that holds T; else the one that ended last.
   spell(A on one side of a limit, gap): the unbroken run of abnormal results that the newest usable
   result ends. It begins behind a normal result, or behind a gap. A result that does not decide
   (censored, calcium without albumin) neither breaks nor prolongs it. If the newest is normal the
   flag rests on something else, and has no event. */
mag_event_interval mag_event_find(mag_evaluator *evaluator, size_t rule_idx);

/* Why a rule that was flagged is not flagged. */
typedef enum mag_event_end {
    MAG_EVENT_END_NONE, /* it is flagged, cannot tell, or was not evaluated */
    MAG_EVENT_END_DRUG_STOPPED,
    MAG_EVENT_END_DOSE_CHANGED,
    MAG_EVENT_END_VALUE_NORMALISED /* results, or time: nothing about the drugs decided */
} mag_event_end;

/* Decides the rule for the patient again and looks at the operands that made it false. */
mag_status mag_event_end_find(mag_evaluator *evaluator, const mag_timeline *patient,
                              size_t rule_idx, mag_event_end *out, mag_error *err) MAG_MUST_CHECK;

#endif
