#include "rules/fact_value.h"

#include "base/short_number.h"
#include "clinical/dose.h"

#include <math.h>
#include <stdio.h>

enum { NUMBER_NBYTES = MAG_SHORT_NUMBER_NBYTES };

const char *mag_fact_kept(mag_fact_list *list, const char *text) {
    if (text == NULL)
        list->is_out_of_memory = true;
    return text;
}

const char *mag_fact_copy(mag_fact_list *list, const char *text) {
    return mag_fact_kept(list, mag_arena_text(list->arena, mag_span_of(text)));
}

const char *mag_fact_notes(mag_fact_list *list, mag_value_note_set notes) {
    const char *text = NULL;
    for (int i = 0; i < MAG_VALUE_NOTE_COUNT; i++) {
        if ((notes >> i & 1) == 0)
            continue;
        const char *name = mag_value_note_name((mag_value_note)i);
        text = mag_fact_kept(list, text == NULL ? mag_fact_copy(list, name)
                                                : MAG_ARENA_JOIN(list->arena, text, ",", name));
    }
    return text;
}

typedef void number_text(double number, char out[NUMBER_NBYTES]);

static void one_decimal(double number, char out[NUMBER_NBYTES]) {
    mag_derived_text(number, out);
}

static number_text *const number_texts[] = {[MAG_SIX_DIGITS] = mag_six_digits_text,
                                            [MAG_ONE_DECIMAL] = one_decimal,
                                            [MAG_WHOLE] = mag_whole_text};

const char *mag_fact_bounds(mag_fact_list *list, const mag_bounds *bounds, double scale,
                            mag_number_style style) {
    number_text *const text_of = number_texts[style];
    char low[NUMBER_NBYTES], high[NUMBER_NBYTES];
    text_of(bounds->low / scale, low);
    if (mag_bounds_is_exact(bounds))
        return mag_fact_copy(list, low);
    if (isinf(bounds->high))
        return mag_fact_kept(list,
                             MAG_ARENA_JOIN(list->arena, bounds->is_low_open ? ">" : ">=", low));
    text_of(bounds->high / scale, high);
    if (bounds->low <= 0)
        return mag_fact_kept(list,
                             MAG_ARENA_JOIN(list->arena, bounds->is_high_open ? "<" : "<=", high));
    return mag_fact_kept(list, MAG_ARENA_JOIN(list->arena, low, "-", high));
}

const char *mag_fact_decimal(mag_fact_list *list, const char *before, mag_decimal value,
                             const char *unit) {
    char number[MAG_DECIMAL_TEXT_NBYTES];
    mag_decimal_text(value, number);
    return mag_fact_kept(
        list, MAG_ARENA_JOIN(list->arena, before, number, unit[0] != '\0' ? " " : "", unit));
}

mag_shown_number mag_fact_number_shown(mag_dimension dimension) {
    switch (dimension) {
    case MAG_DIM_DOSE:
        return (mag_shown_number){"mmol/day", 1000, false};
    case MAG_DIM_AMOUNT:
        return (mag_shown_number){"mmol", 1000, false};
    case MAG_DIM_DAYS:
        return (mag_shown_number){"days", 1, true};
    case MAG_DIM_YEARS:
        return (mag_shown_number){"years", 1, true};
    case MAG_DIM_FLOW:
        return (mag_shown_number){"mL/min", 1, false};
    case MAG_DIM_FLOW_INDEXED:
        return (mag_shown_number){mag_unit_text(MAG_UNIT_ML_MIN_173), 1, false};
    case MAG_DIM_MASS:
        return (mag_shown_number){"kg", 1, false};
    case MAG_DIM_LENGTH:
        return (mag_shown_number){"cm", 1, false};
    case MAG_DIM_MOLAR:
        return (mag_shown_number){"mmol/L", 1, false};
    case MAG_DIM_MASS_CONC:
        return (mag_shown_number){"mg/dL", 1, false};
    case MAG_DIM_PERCENT:
        return (mag_shown_number){"%", 1, false};
    case MAG_DIM_ACTIVITY:
        return (mag_shown_number){"U/L", 1, false};
    case MAG_DIM_TRUTH:
    case MAG_DIM_RESULT:
    case MAG_DIM_SERIES:
    case MAG_DIM_NUMBER:
    case MAG_DIM_SEX:
    case MAG_DIM_CATEGORY:
    case MAG_DIM_MOMENT:
    case MAG_DIM_LIMIT:
    case MAG_DIM_COUNT:
        break;
    }
    return (mag_shown_number){NULL, 1, true};
}

/* A constant in the unit in which values of its dimension are shown: "12 mmol/day", whatever name
   the rule gives it. */
static const char *constant_text(mag_fact_list *list, const mag_node *constant) {
    const mag_shown_number shown = mag_fact_number_shown(constant->dimension);
    char number[NUMBER_NBYTES];
    if (shown.unit == NULL)
        return constant->shown;
    mag_six_digits_text(constant->number / shown.scale, number);
    return mag_fact_kept(list, MAG_ARENA_JOIN(list->arena, number, " ", shown.unit));
}

const char *mag_fact_limit(mag_fact_list *list, const mag_node *against, const mag_lab *lab) {
    if (against == NULL)
        return NULL;
    if (against->kind == MAG_NODE_CONSTANT)
        return constant_text(list, against);
    if (against->kind != MAG_NODE_LIMIT)
        return against->shown;
    const mag_limit *limit = against->limit;
    mag_decimal side;
    mag_unit unit;
    if (lab == NULL ||
        !mag_limit_side(mag_lab_analyte(lab), mag_lab_unit(lab), limit, &side, &unit)) {
        const bool has_molar = limit->molar_unit != MAG_UNIT_NONE;
        side = has_molar ? limit->molar : limit->mass;
        unit = has_molar ? limit->molar_unit : limit->mass_unit;
    }
    return mag_fact_decimal(list, "", side, mag_unit_text(unit));
}

static const mag_class_set magnesium_classes =
    (mag_class_set)1 << MAG_CLASS_MGSUPP | (mag_class_set)1 << MAG_CLASS_MGANTACID |
    (mag_class_set)1 << MAG_CLASS_MGLAX | (mag_class_set)1 << MAG_CLASS_MGPREP |
    (mag_class_set)1 << MAG_CLASS_MGIV | (mag_class_set)1 << MAG_CLASS_MGOTHER;

const char *mag_fact_dose(mag_fact_list *list, const mag_exposure *exposure,
                          mag_class_set classes) {
    if ((classes & magnesium_classes) == 0)
        return NULL;
    if (exposure->dose_hi_umol == MAG_DOSE_UNKNOWN && exposure->dose_lo_umol == 0)
        return "unknown";
    mag_bounds bounds = mag_bounds_exact(exposure->dose_lo_umol);
    bounds.high = exposure->dose_hi_umol == MAG_DOSE_UNKNOWN ? (double)INFINITY
                                                             : (double)exposure->dose_hi_umol;
    return mag_fact_kept(list, MAG_ARENA_JOIN(list->arena,
                                              mag_fact_bounds(list, &bounds, 1000, MAG_ONE_DECIMAL),
                                              " mmol/day"));
}

const char *mag_fact_classes(mag_fact_list *list, mag_class_set classes) {
    const char *text = NULL;
    for (int i = 0; i < MAG_CLASS_COUNT; i++) {
        if ((classes >> i & 1) == 0)
            continue;
        const char *name = mag_class_name((mag_class)i);
        text =
            text == NULL ? name : mag_fact_kept(list, MAG_ARENA_JOIN(list->arena, text, "+", name));
    }
    return text;
}
