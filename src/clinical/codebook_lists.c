/* Reads the lists of laboratory codes and of conditions, and what all lists share. A fault in a
   list stops the program before any data is read. */
#include "clinical/codebook_lists.h"

#include <string.h>

mag_status mag_list_fault(mag_list_reader *reader, const mag_yaml *node, const char *what) {
    const char *shown = node->text ? node->text : node->key ? node->key : "";
    return mag_fail(reader->err, MAG_E_RULES, MAG_MSG_R508, "%s:%u:%u: %s: %s", reader->file,
                    node->line, node->column, what, shown);
}

mag_status mag_list_code(mag_list_reader *reader, const mag_yaml *node, mag_code_system system,
                         mag_span *code) {
    if (node->kind != MAG_YAML_SCALAR)
        return mag_list_fault(reader, node, "a code is a text");
    *code = mag_span_of(node->text);
    if (!mag_code_is_well_formed(system, *code))
        return mag_list_fault(reader, node, "not a well-formed code");
    return MAG_OK;
}

size_t mag_list_scalars(const mag_yaml *node) {
    size_t count = node->kind == MAG_YAML_SCALAR;
    for (const mag_yaml *child = node->first; child; child = child->next)
        count += mag_list_scalars(child);
    return count;
}

static mag_status need_mapping(mag_list_reader *reader, const mag_yaml *root, const char *key,
                               const mag_yaml **out) {
    *out = mag_yaml_get(root, key);
    if (!*out || (*out)->kind != MAG_YAML_MAPPING)
        return mag_list_fault(reader, root, "a part of the list is missing");
    return MAG_OK;
}

/* What a key above a sequence of codes says: mass, molar, or other. */
static mag_status read_property(mag_list_reader *reader, const mag_yaml *node,
                                mag_property *property) {
    static const char *const names[] = {"other", "mass", "molar"};
    for (int i = 0; i < 3; i++)
        if (node->key && strcmp(node->key, names[i]) == 0) {
            *property = (mag_property)i;
            return MAG_OK;
        }
    return mag_list_fault(reader, node, "codes stand below mass, molar or other");
}

/* Codes in a sequence, or in sequences below mass, molar and other. */
static mag_status read_analyte_codes(mag_list_reader *reader, const mag_yaml *node,
                                     mag_code_system system, uint64_t content) {
    if (!node->first)
        return mag_list_fault(reader, node, "a list of codes without a code");
    for (const mag_yaml *item = node->first; item; item = item->next) {
        if (item->kind == MAG_YAML_SEQUENCE) {
            mag_property property = MAG_PROPERTY_NONE;
            MAG_TRY(read_property(reader, item, &property));
            MAG_TRY(read_analyte_codes(reader, item, system,
                                       content | (uint64_t)property << MAG_PROPERTY_AT));
            continue;
        }
        mag_span code;
        MAG_TRY(mag_list_code(reader, item, system, &code));
        uint64_t *value = mag_code_table_put(&reader->book->analytes, system, code);
        if (*value)
            return mag_list_fault(reader, item, "the code stands in two places");
        *value = content;
    }
    return MAG_OK;
}

static mag_status read_analyte(mag_list_reader *reader, const mag_yaml *node) {
    mag_analyte analyte = mag_analyte_find(mag_span_of(node->key));
    if (analyte == MAG_ANALYTE_NONE)
        return mag_list_fault(reader, node, "there is no such analyte");
    if (node->kind != MAG_YAML_MAPPING)
        return mag_list_fault(reader, node, "codes stand below a code system");
    for (const mag_yaml *part = node->first; part; part = part->next) {
        if (strcmp(part->key, "to_confirm") == 0)
            continue;
        mag_code_system system = mag_code_system_find(mag_span_of(part->key));
        if (system == MAG_SYSTEM_NONE)
            return mag_list_fault(reader, part, "there is no such code system");
        MAG_TRY(read_analyte_codes(reader, part, system, (uint64_t)analyte));
    }
    return MAG_OK;
}

/* One look-alike: {system, code, reason}. */
static mag_status read_reject(mag_list_reader *reader, const mag_yaml *item,
                              mag_code_system *system, mag_span *code) {
    static const mag_yaml_field fields[] = {{"system", MAG_YAML_SCALAR, true, false},
                                            {"code", MAG_YAML_SCALAR, true, false},
                                            {"reason", MAG_YAML_SCALAR, true, false},
                                            {0}};
    MAG_TRY(mag_yaml_check(item, reader->file, fields, MAG_E_RULES, reader->err));
    *system = mag_code_system_find(mag_span_of(mag_yaml_get_text(item, "system")));
    if (*system == MAG_SYSTEM_NONE)
        return mag_list_fault(reader, item, "there is no such code system");
    return mag_list_code(reader, mag_yaml_get(item, "code"), *system, code);
}

mag_status mag_list_read_analytes(mag_list_reader *reader, const mag_yaml *root) {
    const mag_yaml *analytes, *rejects = mag_yaml_get(root, "reject");
    MAG_TRY(need_mapping(reader, root, "analytes", &analytes));
    MAG_TRY(mag_code_table_init(&reader->book->analytes, reader->arena, mag_list_scalars(analytes),
                                reader->err));
    for (const mag_yaml *node = analytes->first; node; node = node->next)
        MAG_TRY(read_analyte(reader, node));
    for (const mag_yaml *item = rejects ? rejects->first : NULL; item; item = item->next) {
        mag_code_system system;
        mag_span code;
        MAG_TRY(read_reject(reader, item, &system, &code));
        if (mag_codebook_analyte(reader->book, system, code) != MAG_ANALYTE_NONE)
            return mag_list_fault(reader, item, "a rejected look-alike maps to an analyte");
    }
    return MAG_OK;
}

/* A code, or the letter of a chapter of ICD-10. */
static mag_status read_condition_code(mag_list_reader *reader, const mag_yaml *item,
                                      mag_code_system system, mag_span *code) {
    const char *text = item->kind == MAG_YAML_SCALAR ? item->text : "";
    if (system != MAG_SYSTEM_ICD10 || strlen(text) != 1 || *text < 'A' || *text > 'Z')
        return mag_list_code(reader, item, system, code);
    *code = mag_span_of(text);
    return MAG_OK;
}

static mag_status read_condition(mag_list_reader *reader, const mag_yaml *node) {
    mag_condition condition;
    if (!mag_condition_find(mag_span_of(node->key), &condition))
        return mag_list_fault(reader, node, "there is no such condition");
    if (node->kind != MAG_YAML_MAPPING)
        return mag_list_fault(reader, node, "codes stand below a code system");
    for (const mag_yaml *part = node->first; part; part = part->next) {
        if (strcmp(part->key, "to_confirm") == 0)
            continue;
        mag_code_system system = mag_code_system_find(mag_span_of(part->key));
        if (system == MAG_SYSTEM_NONE)
            return mag_list_fault(reader, part, "there is no such code system");
        for (const mag_yaml *item = part->first; item; item = item->next) {
            mag_code_prefix prefix = {.system = system, .gives = (uint64_t)1 << condition};
            MAG_TRY(read_condition_code(reader, item, system, &prefix.prefix));
            reader->book->conditions[reader->book->condition_count++] = prefix;
        }
    }
    return MAG_OK;
}

mag_status mag_list_read_conditions(mag_list_reader *reader, const mag_yaml *root) {
    const mag_yaml *conditions, *rejects = mag_yaml_get(root, "reject");
    MAG_TRY(need_mapping(reader, root, "conditions", &conditions));
    size_t nbytes = (mag_list_scalars(conditions) + 1) * sizeof *reader->book->conditions;
    reader->book->conditions = mag_arena_alloc(reader->arena, nbytes);
    if (!reader->book->conditions)
        return mag_fail_memory(reader->err, nbytes);
    for (const mag_yaml *node = conditions->first; node; node = node->next)
        MAG_TRY(read_condition(reader, node));
    for (const mag_yaml *item = rejects ? rejects->first : NULL; item; item = item->next) {
        mag_code_system system;
        mag_span code;
        MAG_TRY(read_reject(reader, item, &system, &code));
        if (mag_codebook_conditions(reader->book, system, code) != 0)
            return mag_list_fault(reader, item, "a rejected look-alike maps to a condition");
    }
    return MAG_OK;
}
