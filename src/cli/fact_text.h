/* Deciding facts in words, for explain and the worklist alike. */
#ifndef MAG_CLI_FACT_TEXT_H
#define MAG_CLI_FACT_TEXT_H

#include "base/text.h"

/* What a line about a fact may say; NULL where there is nothing to say. */
typedef struct mag_fact_words {
    const char *operand; /* "latest(magnesium within 90 days)" */
    const char *value, *unit, *limit;
    const char *at; /* a date */
    const char *code, *drug, *start, *stop, *dose;
    const char *method, *inputs, *notes, *source;
} mag_fact_words;

/* "latest(magnesium) 1.48 mg/dL on 2025-08-02 07:10, limit 1.7 mg/dL  [labs.csv.gz:9771]"; a fact
 * with nothing to show is "active(DIGOX): no" or "none(magnesium since begin): nothing found". */
void mag_fact_words_add(mag_text *out, const mag_fact_words *fact);

/* The facts of the evidence column (JSON), "; " between them; records of one drug that follow each
 * other are told as one span with their number. Unreadable evidence is MAG_E_INPUT. */
mag_status mag_evidence_words_add(mag_arena *arena, const char *evidence, mag_text *out,
                                  mag_error *err) MAG_MUST_CHECK;

#endif
