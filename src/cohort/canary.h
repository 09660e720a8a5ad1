/* Canary patients of a profile: raw rows in the source's own columns, codes, units and dates, and
   what the rules must make of them. A run puts them through the real decoder, in a cohort of their
   own, before it reads anything: a mapping that lost something cannot pass in silence. */
#ifndef MAG_COHORT_CANARY_H
#define MAG_COHORT_CANARY_H

#include "base/datetime.h"
#include "base/text.h"
#include "cohort/profile_table.h"

/* "A02: high": a severity, clear, cannot_tell or not_applicable. */
typedef struct mag_canary_outcome {
    const char *rule_id, *word;
    unsigned line, column; /* in the profile */
} mag_canary_outcome;

typedef struct mag_canary {
    const char *name;
    const char *rows[MAG_PROFILE_TABLE_COUNT]; /* by the profile's tables; NULL: none */
    bool is_optional[MAG_PROFILE_TABLE_COUNT]; /* given only to a run that has such a source */
    const mag_canary_outcome *outcomes;
    size_t outcome_count;
    uint64_t set_aside_count; /* of its rows, so many must be rejected or not of interest */
    int32_t oldest_days;      /* how far before T its rows reach, the roster's left out */
} mag_canary;

struct mag_canaries {
    const char *file;                             /* for messages */
    const char *pack;                             /* whose outcomes are stated */
    const char *headers[MAG_PROFILE_TABLE_COUNT]; /* NULL: no canary has rows of the table */
    const char *dates[MAG_PROFILE_TABLE_COUNT];   /* how the source writes a date: YYYY-MM-DD */
    const mag_canary *items;
    size_t count;
};

/* NULL if there is none of that name, or no canaries at all. */
const mag_canary *mag_canary_find(const mag_canaries *canaries, const char *name);

/* For whom rows are written. */
typedef struct mag_canary_person {
    const char *id;   /* what {id} stands for */
    mag_minute as_of; /* what {T} stands for */
} mag_canary_person;

/* Where a slot cannot be read; at NULL: nowhere. */
typedef struct mag_canary_fault {
    const char *at;
} mag_canary_fault;

/* Appends rows with {id}, {T}, {T-3 days}, {T+2 hours} and {T-71 years|YYYY} replaced; `dates` is
   the format Where a slot names none. oldest_days (may be NULL) grows to the farthest day
   before T. Out of memory shows in *out. */
mag_canary_fault mag_canary_write(const char *rows, const char *dates,
                                  const mag_canary_person *person, mag_text *out,
                                  int32_t *oldest_days);

#endif
