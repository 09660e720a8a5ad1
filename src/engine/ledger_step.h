/* One step of one patient x rule: what a night makes of its latest episode. Pure. */
#ifndef MAG_ENGINE_LEDGER_STEP_H
#define MAG_ENGINE_LEDGER_STEP_H

#include "engine/ledger.h"

typedef enum mag_tonight_kind {
    MAG_TONIGHT_FLAGGED,
    MAG_TONIGHT_CANNOT_TELL, /* or nobody could look: no such patient, no T, a source is missing */
    MAG_TONIGHT_CLEAR,       /* or not applicable */
    MAG_TONIGHT_LEFT,   /* not flagged, and death or the end of the observed time lies before T */
    MAG_TONIGHT_RETIRED /* the rule is not active any more */
} mag_tonight_kind;

typedef struct mag_tonight {
    mag_tonight_kind kind;
    const char *as_of;      /* T as files write it */
    mag_machine_reason end; /* CLEAR: why */
    /* FLAGGED: */
    mag_span patient_id;
    const char *rule_id, *rule_version;
    mag_severity severity;
    const char *hidden_by; /* the rule whose flag hides it; NULL: visible */
    bool is_worse;         /* than the evidence last shown, by a clause about values */
    mag_event_interval event;
    const char *facts;
} mag_tonight;

/* No longer than this after a resolution, a flag is the same one again. */
enum { MAG_REOPEN_DAYS = 28 };

/* The last minute of T as files write it: "2025-12-31" is 23:59. NONE if it is no time. */
mag_minute mag_as_of_minute(const char *as_of);

/* The episodes after tonight: one, or of a new event two, the resolved one first; none if there was
   none and there is no flag. before NULL: never flagged. Texts are borrowed. */
size_t mag_ledger_step(const mag_episode *before, const mag_tonight *tonight,
                       mag_ledger_entry out[2]);

#endif
