/* Values of a pipeline file as people write them. */
#include "engine/plan_parts.h"
#include "io/pg_text.h"

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

mag_status mag_plan_minute(mag_plan_place place, mag_minute *minute, mag_error *err) {
    mag_moment moment;
    if (mag_moment_parse(mag_span_of(place.at->text), NULL, &moment) != MAG_DATE_OK)
        return mag_plan_fail(place, err, "not a date: write 2025-12-31 or 2025-12-31T12:00");
    *minute = moment.minute + (moment.is_date_only ? MAG_MINUTES_PER_DAY - 1 : 0);
    return MAG_OK;
}

mag_status mag_plan_as_of(mag_arena *arena, const mag_plan_options *options, mag_plan *plan,
                          mag_error *err) {
    char last[MAG_MOMENT_TEXT_NBYTES];
    if (options->as_of != NULL)
        plan->as_of_text = options->as_of;
    if (options->as_of_series == NULL)
        return MAG_OK;
    if (options->as_of != NULL)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                        "--as-of and --as-of-series cannot be given together");
    MAG_TRY(mag_series_parse(options->as_of_series, &plan->series, err));
    mag_day_text(mag_series_day(&plan->series, plan->series.count - 1), last);
    plan->series_text = mag_arena_text(arena, mag_span_of(options->as_of_series));
    plan->as_of_text = mag_arena_text(arena, mag_span_of(last));
    return plan->series_text == NULL || plan->as_of_text == NULL ? mag_fail_memory(err, sizeof last)
                                                                 : MAG_OK;
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

mag_status mag_plan_conninfo(mag_plan_place place, const char **conninfo, mag_error *err) {
    *conninfo = place.at->text;
    mag_status status = mag_pg_text_check(place.at->text, err);
    if (status != MAG_OK)
        mag_error_place(err, "%s:%u:%u", place.file, place.at->line, place.at->column);
    return status;
}
