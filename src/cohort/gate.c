/* Gate limits from YAML. Judging them is the engine's. */
#include "cohort/gate.h"

#include <string.h>

static mag_status fail_at(const char *file, const mag_yaml *at, mag_error *err, const char *what) {
    return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: %s", file, at->line, at->column,
                    what);
}

static mag_status read_name(const char *file, const mag_yaml *at, mag_gate_limit *gate,
                            mag_error *err) {
    const char *names[MAG_REASON_COUNT + 9] = {"csv",       "value",        "soft",
                                               "unmapped",  "freshness",    "demog",
                                               "last_line", "nothing_used", "dup.conflict"};
    static const mag_gate_kind kinds[] = {
        MAG_GATE_SHAPE,     MAG_GATE_VALUE,        MAG_GATE_SOFT,
        MAG_GATE_UNMAPPED,  MAG_GATE_FRESHNESS,    MAG_GATE_DEMOGRAPHIC,
        MAG_GATE_LAST_LINE, MAG_GATE_NOTHING_USED, MAG_GATE_VERSIONS};
    enum { KIND_NAME_COUNT = sizeof kinds / sizeof *kinds };
    for (int i = 0; i < KIND_NAME_COUNT; i++)
        if (strcmp(at->text, names[i]) == 0) {
            gate->kind = kinds[i];
            return MAG_OK;
        }
    for (int reason = 1; reason < MAG_REASON_COUNT; reason++) {
        names[KIND_NAME_COUNT + reason - 1] = mag_reason_name((mag_reason)reason);
        if (strcmp(at->text, mag_reason_name((mag_reason)reason)) != 0)
            continue;
        gate->reason = (mag_reason)reason;
        gate->kind = mag_reason_gate((mag_reason)reason);
        return MAG_OK;
    }
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: there is no gate \"%.80s\"", file, at->line,
             at->column, at->text);
    const char *nearest = mag_nearest_name(at->text, names);
    if (nearest)
        mag_hint(err, "did you mean \"%s\"?", nearest);
    return MAG_E_USAGE;
}

/* "5 %" is 0.05; "36 hours" is 36. */
static mag_status read_limit(const char *file, const mag_yaml *at, mag_gate_kind kind,
                             double *limit, mag_error *err) {
    bool is_hours = kind == MAG_GATE_FRESHNESS;
    mag_span text = mag_span_of(at->text);
    mag_span unit = mag_span_of(is_hours ? " hours" : "%");
    mag_decimal value = {0};
    mag_comparator comparator = MAG_EXACT;
    mag_span number = {text.at, text.nbytes - unit.nbytes};
    bool is_good = text.nbytes > unit.nbytes && mag_span_is(unit, text.at + number.nbytes) &&
                   mag_decimal_parse(number, false, &value, &comparator) == MAG_NUMBER_OK &&
                   comparator == MAG_EXACT && value.mantissa >= 0;
    *limit = mag_decimal_double(value) / (is_hours ? 1 : 100);
    if (is_good && (is_hours || *limit <= 1))
        return MAG_OK;
    return fail_at(file, at, err,
                   is_hours ? "the limit of this gate is written as \"36 hours\""
                            : "a limit is written as a share, \"5 %\"");
}

static mag_status read_gate(const char *file, const mag_yaml *at, mag_gate_limit *gate,
                            mag_error *err) {
    static const mag_yaml_field keys[] = {{.key = "name", .is_required = true},
                                          {.key = "amber", .is_required = true},
                                          {.key = "red", .is_required = true},
                                          {.key = "note", .is_required = true},
                                          {0}};
    MAG_TRY(mag_yaml_check(at, file, keys, MAG_E_USAGE, err));
    MAG_TRY(read_name(file, mag_yaml_get(at, "name"), gate, err));
    MAG_TRY(read_limit(file, mag_yaml_get(at, "amber"), gate->kind, &gate->amber, err));
    MAG_TRY(read_limit(file, mag_yaml_get(at, "red"), gate->kind, &gate->red, err));
    if (gate->amber > gate->red)
        return fail_at(file, mag_yaml_get(at, "amber"), err, "amber lies above red");
    gate->note = mag_yaml_get_text(at, "note");
    if (!mag_span_trim(mag_span_of(gate->note)).nbytes)
        return fail_at(file, mag_yaml_get(at, "note"), err, "a changed limit must say why");
    return MAG_OK;
}

mag_status mag_gates_read(mag_arena *arena, const char *file, const mag_yaml *list,
                          const mag_gate_limit **gates, size_t *count, mag_error *err) {
    mag_gate_limit *made = mag_arena_alloc(arena, list->count * sizeof *made);
    if (!made)
        return mag_fail_memory(err, list->count * sizeof *made);
    *count = 0;
    for (const mag_yaml *item = list->first; item; item = item->next)
        MAG_TRY(read_gate(file, item, &made[(*count)++], err));
    *gates = made;
    return MAG_OK;
}
