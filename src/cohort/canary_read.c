/* The section `canaries` of a profile. */
#include "cohort/canary.h"
#include "cohort/profile_read.h"

#include <string.h>

typedef struct canary_reader {
    const mag_profile_reader *profile_reader;
    const mag_profile *profile;
    mag_canaries *canaries;
} canary_reader;

static mag_status fail_at(const canary_reader *in, const mag_yaml *at, mag_error *err,
                          const char *what, const char *text) {
    return mag_profile_fail(in->profile_reader, at, err, what, text);
}

/* The profile's table that a key, or an item of a list, names by its file. */
static mag_status find_table(const canary_reader *in, const mag_yaml *at, size_t *table_idx,
                             mag_error *err) {
    const char *name = at->key ? at->key : at->text;
    const unsigned line = at->key ? at->key_line : at->line;
    const unsigned column = at->key ? at->key_column : at->column;
    const char *names[MAG_PROFILE_TABLE_COUNT + 1] = {0};
    for (size_t i = 0; i < in->profile->table_count; i++) {
        names[i] = in->profile->tables[i]->file;
        *table_idx = i;
        if (name && strcmp(name, names[i]) == 0)
            return MAG_OK;
    }
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: the profile has no file \"%.80s\"",
             in->canaries->file, line, column, name ? name : "");
    const char *nearest = name ? mag_nearest_name(name, names) : NULL;
    if (nearest)
        mag_hint(err, "did you mean \"%s\"?", nearest);
    return MAG_E_USAGE;
}

static mag_status read_tables(canary_reader *in, const mag_yaml *list, mag_error *err) {
    static const mag_yaml_field keys[] = {
        {.key = "columns", .is_required = true}, {.key = "dates"}, {0}};
    for (const mag_yaml *at = list->first; at; at = at->next) {
        size_t table_idx;
        MAG_TRY(find_table(in, at, &table_idx, err));
        MAG_TRY(mag_yaml_check(at, in->canaries->file, keys, MAG_E_USAGE, err));
        in->canaries->headers[table_idx] = mag_yaml_get_text(at, "columns");
        in->canaries->dates[table_idx] = mag_yaml_get_text(at, "dates");
    }
    return MAG_OK;
}

/* FILE:LINE:COLUMN of a place inside a text: of a block, its lines stand below and to the right. */
static mag_status fail_inside(const canary_reader *in, const mag_yaml *node, const char *at,
                              mag_error *err) {
    unsigned line = node->line + (node->is_block ? 1 : 0);
    const char *begin = node->text;
    for (const char *c = begin; c < at; c++)
        if (*c == '\n') {
            line++;
            begin = c + 1;
        }
    const unsigned indent = node->is_block ? node->block_indent : node->column;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: cannot read \"%.30s\"", in->canaries->file,
             line, indent + (unsigned)(at - begin) + (node->is_block ? 1 : 0), at);
    mag_hint(err, "slots are {id}, {T}, {T-3 days}, {T+2 hours}, {T-71 years|YYYY}; a table "
                  "with dates says  dates: YYYY-MM-DD");
    return MAG_E_USAGE;
}

/* Tries every slot, and finds how far back the rows reach. */
static mag_status check_rows(const canary_reader *in, const mag_yaml *node, size_t table_idx,
                             mag_canary *canary, mag_error *err) {
    const mag_canary_person nobody = {"", 0};
    const bool is_roster = in->profile->tables[table_idx]->kind == MAG_TABLE_PATIENTS;
    mag_text text;
    mag_text_init(&text, mag_arena_account(in->profile_reader->arena));
    const mag_canary_fault fault =
        mag_canary_write(node->text, in->canaries->dates[table_idx], &nobody, &text,
                         is_roster ? NULL : &canary->oldest_days);
    const mag_status status = mag_text_check(&text, err);
    mag_text_done(&text);
    return status == MAG_OK && fault.at ? fail_inside(in, node, fault.at, err) : status;
}

static mag_status read_rows(canary_reader *in, const mag_yaml *list, mag_canary *canary,
                            mag_error *err) {
    for (const mag_yaml *at = list->first; at; at = at->next) {
        size_t table_idx;
        MAG_TRY(find_table(in, at, &table_idx, err));
        if (!in->canaries->headers[table_idx])
            return fail_at(in, at, err, "under tables of the canaries there is no", at->key);
        if (at->kind != MAG_YAML_SCALAR || !*at->text || at->text[strlen(at->text) - 1] != '\n')
            return fail_at(in, at, err, "whole lines are wanted (a block below |) for", at->key);
        MAG_TRY(check_rows(in, at, table_idx, canary, err));
        canary->rows[table_idx] = at->text;
    }
    return MAG_OK;
}

static mag_status read_optional(const canary_reader *in, const mag_yaml *list, mag_canary *canary,
                                mag_error *err) {
    for (const mag_yaml *at = list ? list->first : NULL; at; at = at->next) {
        size_t table_idx;
        MAG_TRY(find_table(in, at, &table_idx, err));
        canary->is_optional[table_idx] = true;
    }
    return MAG_OK;
}

static mag_status read_outcomes(canary_reader *in, const mag_yaml *list, mag_canary *canary,
                                mag_error *err) {
    mag_canary_outcome *outcomes =
        mag_arena_alloc(in->profile_reader->arena, (list->count + 1) * sizeof *outcomes);
    if (!outcomes)
        return mag_fail_memory(err, list->count * sizeof *outcomes);
    for (const mag_yaml *at = list->first; at; at = at->next) {
        if (at->kind != MAG_YAML_SCALAR)
            return fail_at(in, at, err, "an outcome is wanted for", at->key);
        outcomes[canary->outcome_count++] =
            (mag_canary_outcome){at->key, at->text, at->line, at->column};
    }
    canary->outcomes = outcomes;
    return MAG_OK;
}

static mag_status read_count(const canary_reader *in, const mag_yaml *at, uint64_t *count,
                             mag_error *err) {
    mag_decimal value;
    mag_comparator comparator;
    if (!at)
        return MAG_OK;
    if (mag_decimal_parse(mag_span_of(at->text), false, &value, &comparator) != MAG_NUMBER_OK ||
        comparator != MAG_EXACT || value.scale != 0 || value.mantissa < 0)
        return fail_at(in, at, err, "not a number of rows:", at->text);
    *count = (uint64_t)value.mantissa;
    return MAG_OK;
}

static mag_status read_canary(canary_reader *in, const mag_yaml *at, mag_canary *canary,
                              mag_error *err) {
    static const mag_yaml_field keys[] = {
        {.key = "name", .is_required = true},
        {.key = "rows", .kind = MAG_YAML_MAPPING, .is_required = true},
        {.key = "expect", .kind = MAG_YAML_MAPPING, .is_required = true},
        {.key = "set_aside"},
        {.key = "optional", .kind = MAG_YAML_SEQUENCE},
        {0}};
    MAG_TRY(mag_yaml_check(at, in->canaries->file, keys, MAG_E_USAGE, err));
    const char *name = mag_yaml_get_text(at, "name");
    if (mag_canary_find(in->canaries, name))
        return fail_at(in, mag_yaml_get(at, "name"), err, "there are two canaries named", name);
    canary->name = name;
    MAG_TRY(read_count(in, mag_yaml_get(at, "set_aside"), &canary->set_aside_count, err));
    MAG_TRY(read_rows(in, mag_yaml_get(at, "rows"), canary, err));
    MAG_TRY(read_optional(in, mag_yaml_get(at, "optional"), canary, err));
    return read_outcomes(in, mag_yaml_get(at, "expect"), canary, err);
}

static mag_status read_patients(canary_reader *in, const mag_yaml *list, mag_error *err) {
    mag_canary *items =
        mag_arena_alloc(in->profile_reader->arena, (list->count + 1) * sizeof *items);
    if (!items)
        return mag_fail_memory(err, list->count * sizeof *items);
    in->canaries->items = items;
    for (const mag_yaml *at = list->first; at; at = at->next) {
        MAG_TRY(read_canary(in, at, &items[in->canaries->count], err));
        in->canaries->count++;
    }
    return MAG_OK;
}

mag_status mag_profile_read_canaries(const mag_profile_reader *reader, const mag_yaml *at,
                                     mag_profile *profile, mag_error *err) {
    static const mag_yaml_field keys[] = {
        {.key = "pack", .is_required = true},
        {.key = "tables", .kind = MAG_YAML_MAPPING, .is_required = true},
        {.key = "patients", .kind = MAG_YAML_SEQUENCE, .is_required = true},
        {0}};
    MAG_TRY(mag_yaml_check(at, reader->file, keys, MAG_E_USAGE, err));
    mag_canaries *canaries = mag_arena_alloc(reader->arena, sizeof *canaries);
    if (!canaries)
        return mag_fail_memory(err, sizeof *canaries);
    canaries->file = reader->file;
    canaries->pack = mag_yaml_get_text(at, "pack");
    canary_reader in = {reader, profile, canaries};
    MAG_TRY(read_tables(&in, mag_yaml_get(at, "tables"), err));
    MAG_TRY(read_patients(&in, mag_yaml_get(at, "patients"), err));
    profile->canaries = canaries;
    return MAG_OK;
}

const mag_canary *mag_canary_find(const mag_canaries *canaries, const char *name) {
    for (size_t i = 0; canaries && i < canaries->count; i++)
        if (strcmp(canaries->items[i].name, name) == 0)
            return &canaries->items[i];
    return NULL;
}
