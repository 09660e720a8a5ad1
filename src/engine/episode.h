/* An episode: one patient x rule from the night it was first flagged to its resolution. Files and
   databases keep the same. */
#ifndef MAG_ENGINE_EPISODE_H
#define MAG_ENGINE_EPISODE_H

#include "base/datetime.h"
#include "rules/pack.h"

/* What a night did to an episode; the last one is its state. */
typedef enum mag_episode_event {
    MAG_EPISODE_UNTOUCHED, /* resolved on an earlier night, and not flagged again: no event */
    MAG_EPISODE_NEW,
    MAG_EPISODE_ONGOING,
    MAG_EPISODE_WORSENED,
    MAG_EPISODE_IMPROVED,
    MAG_EPISODE_RESOLVED,
    MAG_EPISODE_REOPENED,
    MAG_EPISODE_UNCONFIRMED,
    MAG_EPISODE_EVENT_COUNT
} mag_episode_event;

/* "new", "ongoing" ...; "" for UNTOUCHED. */
const char *mag_episode_event_name(mag_episode_event event);
/* False if it is no name of an event. */
bool mag_episode_event_find(mag_span name, mag_episode_event *out);

/* Why the program resolved an episode. */
typedef enum mag_machine_reason {
    MAG_MACHINE_NONE, /* it is open */
    MAG_MACHINE_DRUG_STOPPED,
    MAG_MACHINE_VALUE_NORMALISED,
    MAG_MACHINE_DOSE_CHANGED,
    MAG_MACHINE_LEFT, /* died, or the observed time ended */
    MAG_MACHINE_NEW_EVENT,
    MAG_MACHINE_RULE_RETIRED,
    MAG_MACHINE_RESULT_WITHDRAWN, /* its result is not delivered any more, and none came since */
    MAG_MACHINE_REASON_COUNT
} mag_machine_reason;

/* "drug_stopped" ...; "" for NONE. */
const char *mag_machine_reason_name(mag_machine_reason reason);
bool mag_machine_reason_find(mag_span name, mag_machine_reason *out);

enum { MAG_EPISODE_ID_NBYTES = 64 };

/* Texts and spans are borrowed; as-of texts are as flags.csv.gz has them: "2025-12-31", or to the
   minute. */
typedef struct mag_episode {
    char flag_id[MAG_EPISODE_ID_NBYTES];
    mag_span patient_id;
    const char *rule_id, *rule_version; /* version of the last night it was flagged */
    const char *opened, *last_seen;     /* first and latest as-of at which it was flagged */
    const char *resolved;               /* as-of of the resolution; "" while open */
    mag_episode_event state;            /* the last event; never UNTOUCHED */
    mag_machine_reason machine_reason;  /* of a resolution; else NONE */
    /* Of the last night it was flagged. start NONE: the rule or the data name none; stop OPEN: not
       ended. */
    mag_minute event_start, event_stop;
    mag_severity severity; /* of the last night it was flagged ... */
    const char *hidden_by; /* ... when the flag of that rule hid it; NULL: none did */
    /* The evidence that was last shown as new, worsened, reopened or reviewed: worse and improved
       compare with it. */
    mag_severity shown_severity;
    const char *shown_facts; /* as the digest writes facts: "kf=17.3416 mL/min@2025-08-01; ..." */
} mag_episode;

static inline bool mag_episode_is_open(const mag_episode *episode) {
    return episode->resolved[0] == '\0';
}

/* What the run that readers see now has left behind. Texts are borrowed. */
typedef struct mag_ledger_input {
    const char *name;           /* for messages: the folder as given, or "schema magscreen" */
    const char *run_id, *as_of; /* of the current run; as_of NULL: nothing published yet */
    const char *result_sha256;  /* with as_of the key of that run */
    /* The latest episode of every patient x rule, open or resolved, sorted by patient id bytewise,
       then rule id. A review counts as showing: shown_* is the reviewed evidence if that is newer.
     */
    const mag_episode *episodes;
    size_t episode_count;
} mag_ledger_input;

#endif
