/* What an operand is worth for one patient, with what a reader must be told about it. */
#ifndef MAG_RULES_VALUE_H
#define MAG_RULES_VALUE_H

#include "rules/truth.h"

/* Notes that a value carries; a set. Names are the words of files and reports. */
typedef enum mag_value_note {
#define MAG_VALUE_NOTE(name, text) MAG_VALUE_NOTE_##name,
#include "rules/value_note.def"
#undef MAG_VALUE_NOTE
    MAG_VALUE_NOTE_COUNT
} mag_value_note;
typedef uint32_t mag_value_note_set;

static inline mag_value_note_set mag_note_bit(mag_value_note note) {
    return (mag_value_note_set)1 << note;
}
const char *mag_value_note_name(mag_value_note note);

typedef struct mag_value {
    mag_truth truth;    /* of a TRUTH */
    mag_bounds bounds;  /* of everything else: the number in its dimension's unit; of a result the
                         canonical value; of a moment `unknown` alone tells whether there is one */
    const mag_lab *lab; /* the result that the value is, or was taken from; NULL if none */
    mag_minute at;      /* the moment of the value; MAG_MINUTE_NONE if it has none */
    bool is_date_only;
    mag_value_note_set notes;
    mag_kf_method method; /* kidney_function, egfr; else NONE */
    /* NONE: a result is as printed. Else it was worked out of results of the analyte of `lab` ...
     */
    mag_unit derived_unit;
    mag_bounds derived; /* ... to this, in the unit that limits are compared in */
} mag_value;

mag_value mag_value_of_truth(mag_truth truth);
mag_value mag_value_of_number(double number);
mag_value mag_value_unknown(mag_unknown_set reasons);

#endif
