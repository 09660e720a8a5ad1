/* Values of a pipeline file as people write them. */
#include "engine/plan_parts.h"

#include "base/decimal.h"
#include "engine/gates.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

mag_status mag_plan_fail(mag_plan_place place, mag_error *err, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (place.at == NULL)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s: %s", place.file, text);
    return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: %s", place.file, place.at->line,
                    place.at->column, text);
}

/* Digits, blanks, and what follows them; false if there is no number or more than 15 digits. */
static bool split_number(const char *text, int64_t *number, const char **rest) {
    size_t digits = strspn(text, "0123456789");
    *number = 0;
    if (digits == 0 || digits > 15)
        return false;
    for (size_t i = 0; i < digits; i++)
        *number = *number * 10 + (text[i] - '0');
    *rest = text + digits + strspn(text + digits, " ");
    return true;
}

mag_status mag_plan_history(mag_plan_place place, int32_t *days, mag_error *err) {
    const char *text = place.at->text, *rest;
    int64_t number;
    *days = 0;
    if (strcmp(text, "none") == 0)
        return MAG_OK;
    if (!split_number(text, &number, &rest) || number < 1 || number > 100000 ||
        (strcmp(rest, "days") != 0 && strcmp(rest, "day") != 0))
        return mag_plan_fail(place, err, "history is \"1095 days\" or \"none\", not \"%.40s\"",
                             text);
    *days = (int32_t)number;
    return MAG_OK;
}

mag_status mag_plan_size(mag_plan_place place, size_t *nbytes, mag_error *err) {
    static const struct unit {
        const char *name;
        unsigned shift;
    } units[] = {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"TiB", 40}};
    const char *rest;
    int64_t number;
    if (split_number(place.at->text, &number, &rest))
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
            if (strcmp(rest, units[i].name) == 0 && number > 0 &&
                number <= INT64_MAX >> units[i].shift) {
                *nbytes = (size_t)number << units[i].shift;
                return MAG_OK;
            }
    return mag_plan_fail(place, err, "a size is written like \"4 GiB\" (KiB, MiB, GiB, TiB)");
}

mag_status mag_plan_percent(mag_plan_place place, double *share, mag_error *err) {
    mag_span text = mag_span_trim(mag_span_of(place.at->text));
    mag_decimal value;
    mag_comparator comparator;
    bool is_percent = text.nbytes > 1 && text.at[text.nbytes - 1] == '%';
    text.nbytes -= is_percent ? 1 : 0;
    if (!is_percent || mag_decimal_parse(text, false, &value, &comparator) != MAG_NUMBER_OK ||
        comparator != MAG_EXACT || value.mantissa < 0 || mag_decimal_double(value) > 100.0)
        return mag_plan_fail(place, err, "a share is written like \"5 %%\", from 0 %% to 100 %%");
    value.scale = (uint8_t)(value.scale + 2);
    *share = mag_decimal_double(value);
    return MAG_OK;
}

mag_status mag_plan_minute(mag_plan_place place, mag_minute *minute, mag_error *err) {
    mag_moment moment;
    if (mag_moment_parse(mag_span_of(place.at->text), NULL, &moment) != MAG_DATE_OK)
        return mag_plan_fail(place, err, "not a date: write 2025-12-31 or 2025-12-31T12:00");
    *minute = moment.minute + (moment.is_date_only ? MAG_MINUTES_PER_DAY - 1 : 0);
    return MAG_OK;
}

static mag_status read_word(mag_plan_place place, const char *const *words, int *idx,
                            mag_error *err) {
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(place.at->text, words[i]) == 0) {
            *idx = i;
            return MAG_OK;
        }
    const char *nearest = mag_nearest_name(place.at->text, words);
    mag_status status = mag_plan_fail(place, err, "unknown word \"%.40s\"", place.at->text);
    if (nearest != NULL)
        mag_hint(err, "did you mean \"%s\"?", nearest);
    return status;
}

mag_status mag_plan_kidney(mag_plan_place place, mag_kidney_settings *kidney, mag_error *err) {
    static const mag_yaml_field fields[] = {
        {"formula", MAG_YAML_SCALAR, false, false}, {"weight", MAG_YAML_SCALAR, false, false}, {0}};
    static const char *const formulas[] = {"uk", "us", NULL};
    static const char *const weights[] = {"adjusted30", "winter", "bnf", "actual", NULL};
    int idx = 0;
    MAG_TRY(mag_yaml_check(place.at, place.file, fields, MAG_E_USAGE, err));
    const mag_yaml *formula = mag_yaml_get(place.at, "formula");
    const mag_yaml *weight = mag_yaml_get(place.at, "weight");
    if (formula != NULL) {
        MAG_TRY(read_word((mag_plan_place){place.file, formula}, formulas, &idx, err));
        kidney->formula = idx == 0 ? MAG_KIDNEY_UK : MAG_KIDNEY_US;
    }
    if (weight != NULL) {
        MAG_TRY(read_word((mag_plan_place){place.file, weight}, weights, &idx, err));
        kidney->weight_policy = (mag_weight_policy)idx;
    }
    return MAG_OK;
}

/* freshness is judged in hours: "36 hours" */
static mag_status read_limit(mag_plan_place place, mag_gate_kind kind, double *limit,
                             mag_error *err) {
    const char *rest;
    int64_t number;
    if (kind != MAG_GATE_FRESHNESS)
        return mag_plan_percent(place, limit, err);
    if (!split_number(place.at->text, &number, &rest) || strcmp(rest, "hours") != 0)
        return mag_plan_fail(place, err, "freshness is written like \"36 hours\"");
    *limit = (double)number;
    return MAG_OK;
}

static mag_status read_gate(mag_plan_place place, mag_gate_limit *out, mag_error *err) {
    static const mag_yaml_field fields[] = {{"name", MAG_YAML_SCALAR, true, false},
                                            {"amber", MAG_YAML_SCALAR, true, false},
                                            {"red", MAG_YAML_SCALAR, true, false},
                                            {"note", MAG_YAML_SCALAR, true, false},
                                            {0}};
    MAG_TRY(mag_yaml_check(place.at, place.file, fields, MAG_E_USAGE, err));
    mag_plan_place name = {place.file, mag_yaml_get(place.at, "name")};
    mag_plan_place amber = {place.file, mag_yaml_get(place.at, "amber")};
    mag_plan_place red = {place.file, mag_yaml_get(place.at, "red")};
    mag_plan_place note = {place.file, mag_yaml_get(place.at, "note")};
    if (!mag_gate_find(mag_span_of(name.at->text), &out->reason, &out->kind))
        return mag_plan_fail(name, err, "there is no gate \"%.60s\"", name.at->text);
    MAG_TRY(read_limit(amber, out->kind, &out->amber, err));
    MAG_TRY(read_limit(red, out->kind, &out->red, err));
    if (out->amber > out->red)
        return mag_plan_fail(amber, err, "amber lies above red");
    if (mag_span_trim(mag_span_of(note.at->text)).nbytes == 0)
        return mag_plan_fail(note, err, "a changed gate needs a note that says why");
    out->note = note.at->text;
    return MAG_OK;
}

mag_status mag_plan_gates(mag_arena *arena, mag_plan_place place, const mag_gate_limit **gates,
                          size_t *count, mag_error *err) {
    *gates = NULL;
    *count = 0;
    if (place.at == NULL)
        return MAG_OK;
    mag_gate_limit *list = mag_arena_alloc(arena, (place.at->count + 1) * sizeof *list);
    if (list == NULL)
        return mag_fail_memory(err, place.at->count * sizeof *list);
    for (const mag_yaml *item = place.at->first; item != NULL; item = item->next)
        MAG_TRY(read_gate((mag_plan_place){place.file, item}, &list[(*count)++], err));
    *gates = list;
    return MAG_OK;
}
