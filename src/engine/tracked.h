/* What a run keeps for the next one to compare with: rows per source, results per lab test,
   prescriptions per drug class, flagged patients per rule, each with the figures of earlier runs
   behind its own. */
#ifndef MAG_ENGINE_TRACKED_H
#define MAG_ENGINE_TRACKED_H

#include "base/memory.h"

typedef enum mag_tracked_kind {
    MAG_TRACKED_SOURCE,       /* rows read */
    MAG_TRACKED_TEST,         /* usable results of an analyte */
    MAG_TRACKED_TEST_RECENT,  /* those of the last 28 days before T */
    MAG_TRACKED_CLASS,        /* prescriptions of a drug class */
    MAG_TRACKED_CLASS_RECENT, /* those that began in the last 28 days before T */
    MAG_TRACKED_RULE,         /* patients flagged, among those screened */
    MAG_TRACKED_KIND_COUNT
} mag_tracked_kind;

enum { MAG_TRACKED_RUNS = 12 };

typedef struct mag_tracked {
    mag_tracked_kind kind;
    const char *source; /* "" for a rule */
    const char *name;   /* "magnesium", "LOOP", "A02"; "" for a source */
    const char *label;  /* for people; not kept in run.json, "" when read back */
    const char *basis;  /* figures of another basis are not compared: profile, version of a rule */
    size_t count;       /* of runs, newest first */
    uint64_t values[MAG_TRACKED_RUNS];
    uint64_t among[MAG_TRACKED_RUNS]; /* of a rule: patients screened; 0 else */
} mag_tracked;

/* Something that was not compared, and why. */
typedef struct mag_not_compared {
    const char *gate;    /* "volume" */
    const char *subject; /* source or rule; "" = all */
    const char *why;
} mag_not_compared;

/* "source", "test", "test_recent", "class", "class_recent", "rule" */
const char *mag_tracked_kind_name(mag_tracked_kind kind);
/* False if there is no such kind. */
bool mag_tracked_kind_find(const char *name, mag_tracked_kind *kind);
/* Of the same thing, whatever its basis. */
bool mag_tracked_is_same(const mag_tracked *a, const mag_tracked *b);
/* NULL if the list has none of the same thing. */
const mag_tracked *mag_tracked_find(const mag_tracked *list, size_t count,
                                    const mag_tracked *wanted);
/* Median of the values; of an even number the mean of the middle two, rounded down. count > 0. */
uint64_t mag_tracked_median(const mag_tracked *tracked);
/* That a count of independent rows is zero today by chance, at the rate of the earlier runs. */
double mag_tracked_chance_of_zero(const mag_tracked *earlier);
/* How far `flagged` of `screened` lies from what the earlier runs had together, in standard errors
   of the difference of two shares (pooled). Nobody screened now counts as the mean of then. 0 if
   the earlier runs screened nobody. */
double mag_tracked_sigmas(const mag_tracked *earlier, uint64_t flagged, uint64_t screened);
/* No run among the earlier ones had 0. */
bool mag_tracked_never_zero(const mag_tracked *earlier);

#endif
