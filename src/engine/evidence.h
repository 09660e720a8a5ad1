/* What a flag row says about its reasons: evidence JSON, the facts of the digest, the flag's id. */
#ifndef MAG_ENGINE_EVIDENCE_H
#define MAG_ENGINE_EVIDENCE_H

#include "base/text.h"
#include "rules/event.h"

enum { MAG_FLAG_ID_NBYTES = 64 };

/* RULE-0123456789ab: the digits are of SHA-256(patient_id NUL rule_id NUL first_seen). first_seen:
   the as-of at which the episode was first seen, as written in files. */
void mag_flag_id(mag_span patient_id, const char *rule_id, const char *first_seen,
                 char out[MAG_FLAG_ID_NBYTES]);

/* Is the text written as such an id? Nothing else of a command line may reach a database, whose log
   may keep what it is asked with. */
bool mag_flag_id_is(const char *text);

/* T as files write it: the day if `is_day`, else to the minute. */
void mag_as_of_text(mag_minute as_of, bool is_latest, char out[MAG_MOMENT_TEXT_NBYTES]);

/* Appends the facts as the digest has them, "; " between them: "kf=17.3416 mL/min@2025-08-01",
   "MGSUPP 2025-06-02.. 16.5 mmol/day". Never codes, positions, or texts as received. */
void mag_evidence_facts(mag_text *out, const mag_explanation *explanation);

/* Appends the evidence object. Its first key, "digest", holds the text of mag_evidence_facts, so
   that a finished directory can be verified from its own files. */
void mag_evidence_json(mag_text *out, const mag_explanation *explanation, const mag_cohort *cohort,
                       mag_span facts, const mag_event_interval *event);

/* A moment of an event: "2025-06-02" for the begin of a day, else to the minute. */
void mag_event_moment_text(mag_minute at, char out[MAG_MOMENT_TEXT_NBYTES]);

/* Of an evidence object that this program wrote: the value of "digest", unescaped into *facts, and
   the event; false if the text does not begin like one. */
bool mag_evidence_read(mag_span json, mag_text *facts, mag_event_interval *event);

#endif
