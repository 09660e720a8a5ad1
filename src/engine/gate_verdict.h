/* How one gate of a run came out, and what that rests on. */
#ifndef MAG_ENGINE_GATE_VERDICT_H
#define MAG_ENGINE_GATE_VERDICT_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum mag_gate_colour { MAG_GREEN, MAG_AMBER, MAG_RED } mag_gate_colour;

/* What a verdict has counted, and so what its limits mean. */
typedef enum mag_gate_measure {
    MAG_MEASURE_ROWS,     /* count of `of` rows; limits are shares */
    MAG_MEASURE_HOURS,    /* count is hours, of and share mean nothing; limits are hours */
    MAG_MEASURE_SOURCE,   /* a kind of source that is missing: source is its kind, nothing else */
    MAG_MEASURE_CHANGE,   /* count rows, `of` in earlier runs; share and limits are of the change */
    MAG_MEASURE_RATE,     /* count of `of` patients; share and limits are standard errors */
    MAG_MEASURE_DATABASE, /* about the database of a source, or the machine: detail says it, the
                             counts nothing */
} mag_gate_measure;

typedef struct mag_gate_verdict {
    const char *source, *file; /* file "" for the whole source */
    const char *gate;          /* "num.decimal_comma", "csv", "link.no_patient", "unmapped" ... */
    mag_gate_colour colour;
    bool is_hard; /* red: refused; else held */
    mag_gate_measure measure;
    uint64_t count, of;
    double share, amber, red;
    const char *note; /* of an override; "" else */
    mag_message_id message;
    const char *first_file; /* of the first such row; "" = none */
    uint32_t first_line;    /* 0 = none */
    const char *column;
    const char *as_of;   /* of a series: the T that was judged, the worst of its gate; NULL else */
    const char *detail;  /* more about what was found: "20 of 20 rows not of interest"; or NULL */
    const char *subject; /* of a comparison: "magnesium", "LOOP", "A02"; NULL else */
    const char *label;   /* the subject for people: lab test "magnesium"; NULL else */
} mag_gate_verdict;

#endif
