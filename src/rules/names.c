/* Finding names, and the nearest one when a name is not known. */
#include "rules/checker.h"

#include <string.h>

#define FIND_BY_NAME(items, count, wanted)                                                         \
    do {                                                                                           \
        for (size_t i = 0; i < (count); i++) {                                                     \
            if (mag_span_is((wanted), (items)[i].name))                                            \
                return &(items)[i];                                                                \
        }                                                                                          \
        return NULL;                                                                               \
    } while (0)

const mag_definition *mag_definitions_find(mag_definitions definitions, mag_span name) {
    FIND_BY_NAME(definitions.items, definitions.count, name);
}

const mag_parameter *mag_names_parameter(const mag_names *names, mag_span name) {
    FIND_BY_NAME(names->parameters, names->parameter_count, name);
}

const mag_limit *mag_names_limit(const mag_names *names, mag_span name) {
    FIND_BY_NAME(names->limits, names->limit_count, name);
}

const mag_group *mag_names_group(const mag_names *names, mag_span name) {
    FIND_BY_NAME(names->groups, names->group_count, name);
}

static const char *const operand_names[] = {
#define MAG_OPERAND(name, text, arguments, dimension, function) text,
#include "rules/operand.def"
#undef MAG_OPERAND
};

const char *mag_operand_name(mag_operand_kind kind) {
    return kind < MAG_OPERAND_KIND_COUNT ? operand_names[kind] : "";
}

bool mag_operand_find(mag_span name, mag_operand_kind *out) {
    for (unsigned i = 0; i < MAG_OPERAND_KIND_COUNT; i++) {
        if (mag_span_is(name, operand_names[i])) {
            *out = (mag_operand_kind)i;
            return true;
        }
    }
    return false;
}

bool mag_constant_find(mag_span name, mag_dimension *dimension, double *number) {
    bool is_sex = mag_span_is(name, "female") || mag_span_is(name, "male");
    if (is_sex) {
        *dimension = MAG_DIM_SEX;
        *number = mag_span_is(name, "female") ? MAG_SEX_FEMALE : MAG_SEX_MALE;
        return true;
    }
    for (int category = MAG_GFR_G1; category < MAG_GFR_COUNT; category++) {
        if (mag_span_is(name, mag_gfr_category_name((mag_gfr_category)category))) {
            *dimension = MAG_DIM_CATEGORY;
            *number = category;
            return true;
        }
    }
    return false;
}

const char *mag_dimension_unit(mag_dimension dimension) {
    static const char *const units[] = {
        [MAG_DIM_PERCENT] = "%",
        [MAG_DIM_DAYS] = "days",
        [MAG_DIM_YEARS] = "years",
        [MAG_DIM_FLOW] = "mL/min",
        [MAG_DIM_FLOW_INDEXED] = "mL/min/1.73m2",
        [MAG_DIM_MOLAR] = "mmol/L",
        [MAG_DIM_MASS_CONC] = "mg/dL",
        [MAG_DIM_DOSE] = "umol/day",
        [MAG_DIM_AMOUNT] = "umol",
        [MAG_DIM_MASS] = "kg",
        [MAG_DIM_LENGTH] = "cm",
        [MAG_DIM_ACTIVITY] = "U/L",
        [MAG_DIM_COUNT] = NULL,
    };
    return dimension < MAG_DIM_COUNT && units[dimension] ? units[dimension] : "";
}

bool mag_dimension_of_unit(mag_unit unit, mag_dimension *dimension, double *factor) {
    static const struct {
        const char *word;
        mag_dimension dimension;
        double factor;
    } quantities[] = {
#define MAG_QUANTITY(word, dimension, factor) {word, MAG_DIM_##dimension, factor},
#include "rules/quantity.def"
#undef MAG_QUANTITY
    };
    *dimension = MAG_DIM_NUMBER;
    *factor = 1.0;
    if (unit == MAG_UNIT_RATIO)
        return true;
    for (size_t i = 0; i < sizeof quantities / sizeof quantities[0]; i++) {
        if (unit == mag_unit_parse(mag_span_of(quantities[i].word)) && unit != MAG_UNIT_NONE) {
            *dimension = quantities[i].dimension;
            *factor = quantities[i].factor;
            return true;
        }
    }
    return false;
}

/* Every list has room for the terminating NULL because the count is made first. */
const char *const *mag_names_all(const mag_names *names, mag_arena *arena) {
    size_t count = names->parameter_count + names->limit_count + names->defines.count +
                   names->bindings.count + names->notes.count + MAG_OPERAND_KIND_COUNT + 4;
    const char **all = mag_arena_alloc(arena, count * sizeof *all);
    if (!all)
        return NULL;
    size_t used = 0;
    const mag_definitions lists[] = {names->bindings, names->notes, names->defines};
    for (size_t list = 0; list < sizeof lists / sizeof lists[0]; list++) {
        for (size_t i = 0; i < lists[list].count; i++)
            all[used++] = lists[list].items[i].name;
    }
    for (size_t i = 0; i < names->parameter_count; i++)
        all[used++] = names->parameters[i].name;
    for (size_t i = 0; i < names->limit_count; i++)
        all[used++] = names->limits[i].name;
    for (size_t i = 0; i < MAG_OPERAND_KIND_COUNT; i++)
        all[used++] = operand_names[i];
    all[used++] = "known";
    all[used++] = "any_of";
    all[used] = "always";
    return all;
}

/* A word that is wrong only in its case is nearer than any other. */
static const char *nearest_of(const char *word, const char *const *candidates) {
    for (size_t i = 0; candidates[i]; i++) {
        if (mag_span_is_ignoring_case(mag_span_of(word), candidates[i]))
            return candidates[i];
    }
    return mag_nearest_name(word, candidates);
}

mag_status mag_checker_fail_unknown(const mag_syntax *at, const char *what, mag_span name,
                                    const char *const *candidates, mag_error *err) {
    char word[64] = "";
    memcpy(word, name.at, name.nbytes < sizeof word ? name.nbytes : sizeof word - 1);
    const char *nearest = candidates ? nearest_of(word, candidates) : NULL;
    return mag_expression_fail(at->expression, at->at, MAG_MSG_R503, err, "unknown %s \"%s\"%s%s%s",
                               what, word, nearest ? "; did you mean \"" : "",
                               nearest ? nearest : "", nearest ? "\"?" : "");
}
