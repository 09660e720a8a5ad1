/* How facts write what they hold: numbers, limits, doses, classes, notes. Texts live in the arena
   of the list; NULL also says that memory ran out, which the list remembers. */
#ifndef MAG_RULES_FACT_VALUE_H
#define MAG_RULES_FACT_VALUE_H

#include "rules/fact.h"

/* Remembers that memory ran out, so that callers need not ask each time; returns the text. */
const char *mag_fact_kept(mag_fact_list *list, const char *text);
const char *mag_fact_copy(mag_fact_list *list, const char *text);

/* "conflict,haemolysed"; NULL if there is none. */
const char *mag_fact_notes(mag_fact_list *list, mag_value_note_set notes);
/* "ppi+thiazide"; NULL if there is none. */
const char *mag_fact_classes(mag_fact_list *list, mag_class_set classes);

typedef enum mag_number_style { MAG_SIX_DIGITS, MAG_ONE_DECIMAL, MAG_WHOLE } mag_number_style;

/* "17.3", ">=19.8", "<30.0", "19.8-32.9": the bounds divided by `scale`. */
const char *mag_fact_bounds(mag_fact_list *list, const mag_bounds *bounds, double scale,
                            mag_number_style style);
/* The number as it was reported between `before` and its unit, which may be "". */
const char *mag_fact_decimal(mag_fact_list *list, const char *before, mag_decimal value,
                             const char *unit);

/* How a number of a dimension is shown. */
typedef struct mag_shown_number {
    const char *unit; /* NULL: none */
    double scale;     /* shown = number / scale */
    bool is_whole;
} mag_shown_number;
mag_shown_number mag_fact_number_shown(mag_dimension dimension);

/* What an operand was compared with: the side of the pair that applied to the result, "1.7 mg/dL";
   a constant in the unit of its dimension; NULL if nothing. `lab` may be NULL. */
const char *mag_fact_limit(mag_fact_list *list, const mag_node *against, const mag_lab *lab);

/* "12.3 mmol/day" of elemental magnesium, "unknown"; NULL if the classes hold no magnesium. */
const char *mag_fact_dose(mag_fact_list *list, const mag_exposure *exposure, mag_class_set classes);

#endif
