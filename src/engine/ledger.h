/* The ledger: what tonight's outcomes mean for the episodes of the nights before. One algorithm for
   files and PostgreSQL; what differs is only where the episodes come from and go to.

     tonight        its episode   then
     flagged        open          ongoing, worsened or improved; if the event began after it was
                                  last seen: resolved (new_event), and another opens
     flagged        resolved      reopened, or another opens
     cannot_tell    open          unconfirmed
     clear          open          resolved
     gone           open          left with a recorded death or end; else unconfirmed

   Everything but an open episode and a flag leaves the ledger as it is. */
#ifndef MAG_ENGINE_LEDGER_H
#define MAG_ENGINE_LEDGER_H

#include "engine/episode.h"
#include "engine/screen.h"

/* One episode after tonight. */
typedef struct mag_ledger_entry {
    mag_episode episode;
    mag_episode_event event; /* of tonight */
    bool is_flagged;         /* tonight: entries that are so come in the order of the flags */
    bool ends_review;        /* whoever reviewed it has not seen this: new, worsened, reopened, or a
                         new major version of the rule */
} mag_ledger_entry;

typedef struct mag_ledger {
    const char *as_of; /* of the run: set before it is judged */
    /* Sorted by patient id bytewise, then rule id; of a new event first the episode that it
       resolves. */
    const mag_ledger_entry *entries;
    size_t entry_count;
    uint64_t counts[MAG_EPISODE_EVENT_COUNT];
} mag_ledger;

/* MAG_E_INPUT (MS-P414) if the run's as-of is older than the current run's: the ledger goes
   forward only. */
mag_status mag_ledger_check_as_of(const mag_ledger_input *input, const char *as_of,
                                  mag_error *err) MAG_MUST_CHECK;

/* Is this very result what readers see already? Then the ledger has had this night. */
bool mag_ledger_is_current(const mag_ledger_input *input, const char *as_of,
                           const char *result_sha256);

/* Brings the episodes of before and a screened cohort together. What it finds lives in the arena
   and borrows texts of the pack and the input. */
mag_status mag_ledger_judge(mag_arena *arena, const mag_ledger_input *input,
                            const mag_screen *screen, mag_ledger *out,
                            mag_error *err) MAG_MUST_CHECK;

#endif
