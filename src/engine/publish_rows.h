/* The rows of a result, patient by patient, into a sink and the digest: made ready by all threads
   in batches, handed on in order. */
#ifndef MAG_ENGINE_PUBLISH_ROWS_H
#define MAG_ENGINE_PUBLISH_ROWS_H

#include "engine/digest.h"
#include "engine/publish.h"

/* All rows of one kind, flagged or cannot_tell; with the flags the episodes of the ledger. */
mag_status mag_publish_outcomes(const mag_publication *publication, mag_outcome_kind kind,
                                mag_digest *digest, mag_error *err) MAG_MUST_CHECK;

#endif
