/* Gate limits from YAML. Judging them is the engine's. */
#include "cohort/gate.h"

#include <string.h>

static mag_status fail_at(const char *file, const mag_yaml *at, mag_error *err, const char *what) {
    return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: %s", file, at->line, at->column,
                    what);
}

typedef struct gate_name {
    const char *name;
    mag_gate_kind kind;
} gate_name;

/* Of a source, besides the names of reasons. */
static const gate_name SOURCE_GATES[] = {
    {"csv", MAG_GATE_SHAPE},
    {"value", MAG_GATE_VALUE},
    {"soft", MAG_GATE_SOFT},
    {"unmapped", MAG_GATE_UNMAPPED},
    {"freshness", MAG_GATE_FRESHNESS},
    {"demog", MAG_GATE_DEMOGRAPHIC},
    {"last_line", MAG_GATE_LAST_LINE},
    {"quoted_rows", MAG_GATE_QUOTED_ROWS},
    {"nothing_used", MAG_GATE_NOTHING_USED},
    {"dup.conflict", MAG_GATE_VERSIONS},
    {"demog.conflict", MAG_GATE_DEMOG_CONFLICT},
    {"volume", MAG_GATE_VOLUME},
    {"class_or_test_falls", MAG_GATE_FALL},
    {"readers", MAG_GATE_READERS},
    {"role", MAG_GATE_ROLE},
    {"encoding", MAG_GATE_ENCODING},
};
enum { SOURCE_GATE_COUNT = sizeof SOURCE_GATES / sizeof *SOURCE_GATES };
/* Of a run: what belongs to no source. */
static const gate_name RUN_GATES[] = {{"firing_rate", MAG_GATE_FIRING}};
enum { RUN_GATE_COUNT = sizeof RUN_GATES / sizeof *RUN_GATES };

/* What is read, and for whom. */
typedef struct gate_reader {
    const char *file;
    bool is_of_run;
} gate_reader;

static bool find_kind(const gate_name *names, size_t count, const char *text, mag_gate_kind *kind) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, names[i].name) == 0) {
            *kind = names[i].kind;
            return true;
        }
    return false;
}

static bool find_reason(const char *text, mag_gate_limit *gate) {
    for (int reason = 1; reason < MAG_REASON_COUNT; reason++)
        if (strcmp(text, mag_reason_name((mag_reason)reason)) == 0) {
            gate->reason = (mag_reason)reason;
            gate->kind = mag_reason_gate((mag_reason)reason);
            return true;
        }
    return false;
}

static mag_status fail_name(const gate_reader *reader, const mag_yaml *at, mag_error *err) {
    const char *names[SOURCE_GATE_COUNT + MAG_REASON_COUNT] = {0};
    mag_gate_kind kind;
    size_t count = 0;
    for (size_t i = 0; !reader->is_of_run && i < SOURCE_GATE_COUNT; i++)
        names[count++] = SOURCE_GATES[i].name;
    for (int reason = 1; !reader->is_of_run && reason < MAG_REASON_COUNT; reason++)
        names[count++] = mag_reason_name((mag_reason)reason);
    for (size_t i = 0; reader->is_of_run && i < RUN_GATE_COUNT; i++)
        names[count++] = RUN_GATES[i].name;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: there is no gate \"%.80s\" of a %s",
             reader->file, at->line, at->column, at->text, reader->is_of_run ? "run" : "source");
    const char *nearest = mag_nearest_name(at->text, names);
    if (nearest)
        mag_hint(err, "did you mean \"%s\"?", nearest);
    else if (find_kind(RUN_GATES, RUN_GATE_COUNT, at->text, &kind))
        mag_hint(err, "it belongs to no source: put it under gates of the pipeline itself");
    return MAG_E_USAGE;
}

static mag_status read_name(const gate_reader *reader, const mag_yaml *at, mag_gate_limit *gate,
                            mag_error *err) {
    if (reader->is_of_run ? find_kind(RUN_GATES, RUN_GATE_COUNT, at->text, &gate->kind)
                          : find_kind(SOURCE_GATES, SOURCE_GATE_COUNT, at->text, &gate->kind) ||
                                find_reason(at->text, gate))
        return MAG_OK;
    return fail_name(reader, at, err);
}

/* How the limits of a gate are written. */
typedef struct limit_form {
    const char *unit, *example;
    double divisor, highest;
} limit_form;

static limit_form form_of(mag_gate_kind kind) {
    if (kind == MAG_GATE_FRESHNESS)
        return (limit_form){" hours", "the limit of this gate is written as \"36 hours\"", 1, 1e9};
    if (kind == MAG_GATE_FIRING)
        return (limit_form){" sigma", "the limit of this gate is written as \"3 sigma\"", 1, 1e9};
    return (limit_form){"%", "a limit is written as a share, \"5 %\"", 100, 1};
}

/* "5 %" is 0.05; "36 hours" is 36; "3 sigma" is 3. */
static mag_status read_limit(const gate_reader *reader, const mag_yaml *at, mag_gate_kind kind,
                             double *limit, mag_error *err) {
    const limit_form form = form_of(kind);
    mag_span text = mag_span_of(at->text);
    mag_span unit = mag_span_of(form.unit);
    mag_decimal value = {0};
    mag_comparator comparator = MAG_EXACT;
    mag_span number = {text.at, text.nbytes - unit.nbytes};
    bool is_good = text.nbytes > unit.nbytes && mag_span_is(unit, text.at + number.nbytes) &&
                   mag_decimal_parse(number, false, &value, &comparator) == MAG_NUMBER_OK &&
                   comparator == MAG_EXACT && value.mantissa >= 0;
    *limit = mag_decimal_double(value) / form.divisor;
    if (is_good && *limit <= form.highest)
        return MAG_OK;
    return fail_at(reader->file, at, err, form.example);
}

static mag_status read_gate(const gate_reader *reader, const mag_yaml *at, mag_gate_limit *gate,
                            mag_error *err) {
    const char *file = reader->file;
    static const mag_yaml_field keys[] = {{.key = "name", .is_required = true},
                                          {.key = "amber", .is_required = true},
                                          {.key = "red", .is_required = true},
                                          {.key = "note", .is_required = true},
                                          {0}};
    MAG_TRY(mag_yaml_check(at, file, keys, MAG_E_USAGE, err));
    MAG_TRY(read_name(reader, mag_yaml_get(at, "name"), gate, err));
    MAG_TRY(read_limit(reader, mag_yaml_get(at, "amber"), gate->kind, &gate->amber, err));
    MAG_TRY(read_limit(reader, mag_yaml_get(at, "red"), gate->kind, &gate->red, err));
    if (gate->amber > gate->red)
        return fail_at(file, mag_yaml_get(at, "amber"), err, "amber lies above red");
    gate->note = mag_yaml_get_text(at, "note");
    if (!mag_span_trim(mag_span_of(gate->note)).nbytes)
        return fail_at(file, mag_yaml_get(at, "note"), err, "a changed limit must say why");
    return MAG_OK;
}

static mag_status read_list(mag_arena *arena, const gate_reader *reader, const mag_yaml *list,
                            const mag_gate_limit **gates, size_t *count, mag_error *err) {
    mag_gate_limit *made = mag_arena_alloc(arena, (list->count + 1) * sizeof *made);
    if (!made)
        return mag_fail_memory(err, list->count * sizeof *made);
    *count = 0;
    for (const mag_yaml *item = list->first; item; item = item->next)
        MAG_TRY(read_gate(reader, item, &made[(*count)++], err));
    *gates = made;
    return MAG_OK;
}

mag_status mag_gates_read(mag_arena *arena, const char *file, const mag_yaml *list,
                          const mag_gate_limit **gates, size_t *count, mag_error *err) {
    return read_list(arena, &(gate_reader){file, false}, list, gates, count, err);
}

mag_status mag_gates_read_run(mag_arena *arena, const char *file, const mag_yaml *list,
                              const mag_gate_limit **gates, size_t *count, mag_error *err) {
    return read_list(arena, &(gate_reader){file, true}, list, gates, count, err);
}
