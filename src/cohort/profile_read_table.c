/* One table of a profile from YAML. */
#include "cohort/profile_read.h"

#include "clinical/conversion.h"

#include <string.h>

static const mag_yaml_field TABLE_KEYS[] = {
    {.key = "table", .is_required = true},
    {.key = "file", .is_required = true},
    {.key = "required"},
    {.key = "delimiter"},
    {.key = "decimal_comma"},
    {.key = "partial_dates"},
    {.key = "comparators_in_comment"},
    {.key = "columns", .kind = MAG_YAML_MAPPING, .is_required = true},
    {.key = "constants", .kind = MAG_YAML_MAPPING},
    {.key = "values", .kind = MAG_YAML_MAPPING},
    {.key = "units", .kind = MAG_YAML_MAPPING},
    {.key = "codes", .kind = MAG_YAML_MAPPING},
    {.key = "keep", .kind = MAG_YAML_MAPPING},
    {.key = "drop", .kind = MAG_YAML_SEQUENCE},
    {.key = "missing", .kind = MAG_YAML_SEQUENCE},
    {.key = "date_formats", .kind = MAG_YAML_SEQUENCE},
    {.key = "haemolysis_from"},
    {0},
};

static mag_status find_field(const mag_profile_reader *reader, const mag_yaml *at,
                             mag_table_kind kind, mag_field *field, mag_error *err) {
    const char *names[MAG_FIELD_COUNT + 1] = {0};
    size_t count = 0;
    for (int i = 0; i < MAG_FIELD_COUNT; i++) {
        if (!mag_field_is_of((mag_field)i, kind))
            continue;
        names[count++] = mag_field_name((mag_field)i);
        if (strcmp(at->key, names[count - 1]) == 0) {
            *field = (mag_field)i;
            return MAG_OK;
        }
    }
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: the table %s has no column \"%.80s\"",
             reader->file, at->key_line, at->key_column, mag_table_kind_name(kind), at->key);
    const char *nearest = mag_nearest_name(at->key, names);
    if (nearest)
        mag_hint(err, "did you mean \"%s\"?", nearest);
    return MAG_E_USAGE;
}

static mag_status want_text(const mag_profile_reader *reader, const mag_yaml *at, mag_error *err) {
    if (at->kind == MAG_YAML_SCALAR && *at->text)
        return MAG_OK;
    return mag_profile_fail(reader, at, err, "a text is wanted for", at->key);
}

static mag_status read_field_texts(const mag_profile_reader *reader, const mag_yaml *mapping,
                                   mag_table_kind kind, const char **texts, mag_error *err) {
    if (!mapping)
        return MAG_OK;
    for (const mag_yaml *child = mapping->first; child; child = child->next) {
        mag_field field;
        MAG_TRY(find_field(reader, child, kind, &field, err));
        MAG_TRY(want_text(reader, child, err));
        texts[field] = child->text;
    }
    return MAG_OK;
}

static mag_status read_map(const mag_profile_reader *reader, const mag_yaml *mapping,
                           mag_text_map *map, mag_error *err) {
    if (!mapping)
        return MAG_OK;
    if (mapping->kind != MAG_YAML_MAPPING)
        return mag_profile_fail(reader, mapping, err, "a mapping from text to text is wanted", "");
    mag_text_pair *pairs = mag_arena_alloc(reader->arena, mapping->count * sizeof *pairs);
    if (!pairs)
        return mag_fail_memory(err, mapping->count * sizeof *pairs);
    for (const mag_yaml *child = mapping->first; child; child = child->next) {
        MAG_TRY(want_text(reader, child, err));
        pairs[map->count++] = (mag_text_pair){child->key, child->text};
    }
    map->pairs = pairs;
    return MAG_OK;
}

static mag_status read_values(const mag_profile_reader *reader, const mag_yaml *mapping,
                              mag_profile_table *table, mag_error *err) {
    if (!mapping)
        return MAG_OK;
    for (const mag_yaml *child = mapping->first; child; child = child->next) {
        mag_field field;
        MAG_TRY(find_field(reader, child, table->kind, &field, err));
        MAG_TRY(read_map(reader, child, &table->values[field], err));
    }
    return MAG_OK;
}

static mag_status read_units(const mag_profile_reader *reader, const mag_yaml *mapping,
                             mag_profile_table *table, mag_error *err) {
    MAG_TRY(read_map(reader, mapping, &table->units, err));
    if (!mapping)
        return MAG_OK;
    for (const mag_yaml *child = mapping->first; child; child = child->next)
        if (mag_unit_parse(mag_span_of(child->text)) == MAG_UNIT_NONE)
            return mag_profile_fail(reader, child, err, "unknown unit", child->text);
    return MAG_OK;
}

static mag_status read_codes(const mag_profile_reader *reader, const mag_yaml *mapping,
                             mag_profile_table *table, mag_error *err) {
    if (!mapping)
        return MAG_OK;
    mag_own_code *codes = mag_arena_alloc(reader->arena, mapping->count * sizeof *codes);
    if (!codes)
        return mag_fail_memory(err, mapping->count * sizeof *codes);
    for (const mag_yaml *child = mapping->first; child; child = child->next) {
        MAG_TRY(want_text(reader, child, err));
        mag_analyte analyte = mag_analyte_find(mag_span_of(child->text));
        if (analyte == MAG_ANALYTE_NONE)
            return mag_profile_fail(reader, child, err, "unknown analyte", child->text);
        codes[table->code_count++] = (mag_own_code){child->key, analyte};
    }
    table->codes = codes;
    return MAG_OK;
}

static mag_status read_keep(const mag_profile_reader *reader, const mag_yaml *mapping,
                            mag_profile_table *table, mag_error *err) {
    if (!mapping)
        return MAG_OK;
    if (mapping->count > MAG_KEEP_RULE_COUNT)
        return mag_profile_fail(reader, mapping, err, "too many columns for", mapping->key);
    mag_keep_rule *rules = mag_arena_alloc(reader->arena, mapping->count * sizeof *rules);
    if (!rules)
        return mag_fail_memory(err, mapping->count * sizeof *rules);
    for (const mag_yaml *child = mapping->first; child; child = child->next) {
        if (child->kind != MAG_YAML_SEQUENCE)
            return mag_profile_fail(reader, child, err, "a list of texts is wanted for",
                                    child->key);
        mag_keep_rule *rule = &rules[table->keep_count++];
        rule->column = child->key;
        MAG_TRY(mag_profile_texts(reader, child, &rule->texts, err));
    }
    table->keep = rules;
    return MAG_OK;
}

static mag_status read_delimiter(const mag_profile_reader *reader, const mag_yaml *at,
                                 mag_profile_table *table, mag_error *err) {
    static const char *const names[] = {"comma", "semicolon", "tab", "pipe", NULL};
    int choice = 0;
    if (at)
        MAG_TRY(mag_profile_choice(reader, at, names, &choice, err));
    table->delimiter = ",;\t|"[choice];
    return MAG_OK;
}

static mag_status read_haemolysis(const mag_profile_reader *reader, const mag_yaml *at,
                                  mag_profile_table *table, mag_error *err) {
    table->haemolysis_from = (mag_decimal){200, 0}; /* mg/dL (rules 0.1 item 11) */
    mag_comparator comparator = MAG_EXACT;
    if (at && (mag_decimal_parse(mag_span_of(at->text), false, &table->haemolysis_from,
                                 &comparator) != MAG_NUMBER_OK ||
               comparator != MAG_EXACT))
        return mag_profile_fail(reader, at, err, "not a number:", at->text);
    return MAG_OK;
}

/* Bounds in comments are read with a decimal point: behind "<0,30" none would be found. */
static mag_status check_commas(const mag_profile_reader *reader, const mag_yaml *at,
                               const mag_profile_table *table, mag_error *err) {
    if (!table->has_decimal_comma || !table->has_comment_comparators)
        return MAG_OK;
    return mag_profile_fail(reader, mag_yaml_get(at, "comparators_in_comment"), err,
                            "with decimal_comma there is no", "comparators_in_comment");
}

/* Columns that a table cannot do without, where one of several is enough. */
static mag_status check_complete(const mag_profile_reader *reader, const mag_yaml *at,
                                 const mag_profile_table *table, mag_error *err) {
    for (int i = 0; i < MAG_FIELD_COUNT; i++)
        if (mag_field_is_required((mag_field)i, table->kind) && !table->columns[i])
            return mag_profile_fail(reader, at, err, "the table maps no column to",
                                    mag_field_name((mag_field)i));
    const char *const *columns = table->columns;
    bool has_anchor = columns[MAG_FIELD_ANCHOR_AGE] && columns[MAG_FIELD_ANCHOR_YEAR];
    if (table->kind == MAG_TABLE_PATIENTS && !columns[MAG_FIELD_BIRTH] && !has_anchor)
        return mag_profile_fail(reader, at, err, "the table maps no column to", "birth");
    if (table->kind == MAG_TABLE_PRESCRIPTIONS && !columns[MAG_FIELD_DRUG_CODE] &&
        !columns[MAG_FIELD_DRUG_NAME])
        return mag_profile_fail(reader, at, err, "the table maps no column to", "drug_name");
    if (table->kind == MAG_TABLE_CONDITIONS && !columns[MAG_FIELD_RECORDED_ON] &&
        !columns[MAG_FIELD_STAY_ID])
        return mag_profile_fail(reader, at, err, "the table maps no column to", "recorded_on");
    return MAG_OK;
}

/* A code system or kind that does not exist would only show as rows not of interest. */
static mag_status check_constants(const mag_profile_reader *reader, const mag_yaml *at,
                                  const mag_profile_table *table, mag_error *err) {
    static const char *const kinds[] = {"order", "issue", "administration", NULL};
    const mag_yaml *constants = mag_yaml_get(at, "constants");
    const char *system = table->constants[MAG_FIELD_CODE_SYSTEM];
    if (system && mag_code_system_find(mag_span_of(system)) == MAG_SYSTEM_NONE)
        return mag_profile_fail(reader, mag_yaml_get(constants, "code_system"), err,
                                "unknown code system", system);
    const mag_yaml *kind = mag_yaml_get(constants, "kind");
    int choice;
    return kind ? mag_profile_choice(reader, kind, kinds, &choice, err) : MAG_OK;
}

/* Without a year nothing would ever be read, and every row set aside for its date. */
static mag_status read_formats(const mag_profile_reader *reader, const mag_yaml *list,
                               mag_profile_table *table, mag_error *err) {
    if (!list)
        return MAG_OK;
    MAG_TRY(mag_profile_texts(reader, list, &table->date_formats, err));
    for (const mag_yaml *item = list->first; item; item = item->next)
        if (!strstr(item->text, "YYYY"))
            return mag_profile_fail(reader, item, err, "there is no YYYY in the format",
                                    item->text);
    return MAG_OK;
}

static mag_status read_kind(const mag_profile_reader *reader, const mag_yaml *at,
                            mag_table_kind *kind, mag_error *err) {
    if (mag_table_kind_find(mag_span_of(at->text), kind))
        return MAG_OK;
    const char *names[MAG_TABLE_KIND_COUNT + 1] = {0};
    for (int i = 0; i < MAG_TABLE_KIND_COUNT; i++)
        names[i] = mag_table_kind_name((mag_table_kind)i);
    mag_profile_fail(reader, at, err, "unknown table", at->text);
    const char *nearest = mag_nearest_name(at->text, names);
    if (nearest)
        mag_hint(err, "did you mean \"%s\"?", nearest);
    return MAG_E_USAGE;
}

static mag_status read_flags(const mag_profile_reader *reader, const mag_yaml *at,
                             mag_profile_table *table, mag_error *err) {
    MAG_TRY(mag_profile_bool(reader, mag_yaml_get(at, "required"), &table->is_required, err));
    MAG_TRY(mag_profile_bool(reader, mag_yaml_get(at, "decimal_comma"), &table->has_decimal_comma,
                             err));
    MAG_TRY(mag_profile_bool(reader, mag_yaml_get(at, "partial_dates"), &table->has_partial_dates,
                             err));
    MAG_TRY(mag_profile_bool(reader, mag_yaml_get(at, "comparators_in_comment"),
                             &table->has_comment_comparators, err));
    MAG_TRY(read_delimiter(reader, mag_yaml_get(at, "delimiter"), table, err));
    return read_haemolysis(reader, mag_yaml_get(at, "haemolysis_from"), table, err);
}

mag_status mag_profile_read_table(const mag_profile_reader *reader, const mag_yaml *at,
                                  const mag_profile_table **out, mag_error *err) {
    MAG_TRY(mag_yaml_check(at, reader->file, TABLE_KEYS, MAG_E_USAGE, err));
    mag_profile_table *table = mag_arena_alloc(reader->arena, sizeof *table);
    if (!table)
        return mag_fail_memory(err, sizeof *table);
    MAG_TRY(read_kind(reader, mag_yaml_get(at, "table"), &table->kind, err));
    table->file = mag_yaml_get_text(at, "file");
    table->missing = reader->missing;
    MAG_TRY(read_flags(reader, at, table, err));
    MAG_TRY(
        read_field_texts(reader, mag_yaml_get(at, "columns"), table->kind, table->columns, err));
    MAG_TRY(read_field_texts(reader, mag_yaml_get(at, "constants"), table->kind, table->constants,
                             err));
    MAG_TRY(read_values(reader, mag_yaml_get(at, "values"), table, err));
    MAG_TRY(read_units(reader, mag_yaml_get(at, "units"), table, err));
    MAG_TRY(read_codes(reader, mag_yaml_get(at, "codes"), table, err));
    MAG_TRY(read_keep(reader, mag_yaml_get(at, "keep"), table, err));
    MAG_TRY(mag_profile_read_drop(reader, mag_yaml_get(at, "drop"), table, err));
    const mag_yaml *missing = mag_yaml_get(at, "missing");
    if (missing)
        MAG_TRY(mag_profile_texts(reader, missing, &table->missing, err));
    MAG_TRY(read_formats(reader, mag_yaml_get(at, "date_formats"), table, err));
    MAG_TRY(check_complete(reader, at, table, err));
    MAG_TRY(check_constants(reader, at, table, err));
    MAG_TRY(check_commas(reader, at, table, err));
    *out = table;
    return MAG_OK;
}
