/* Looking into a tree: children by key, tables of fields, and the nearest name for a typing slip.
 */
#include "io/yaml_tree.h"

#include <string.h>

enum { LONGEST_NAME = 80 };

const mag_yaml *mag_yaml_get(const mag_yaml *mapping, const char *key) {
    if (!mapping || mapping->kind != MAG_YAML_MAPPING)
        return NULL;
    for (const mag_yaml *child = mapping->first; child; child = child->next)
        if (strcmp(child->key, key) == 0)
            return child;
    return NULL;
}

const char *mag_yaml_get_text(const mag_yaml *mapping, const char *key) {
    const mag_yaml *child = mag_yaml_get(mapping, key);
    return child && child->kind == MAG_YAML_SCALAR ? child->text : NULL;
}

static const char *kind_name(mag_yaml_kind kind) {
    static const char *const names[] = {"a text", "a list", "a mapping"};
    return names[kind];
}

static mag_message_id field_message(mag_status status) {
    return status == MAG_E_RULES ? MAG_MSG_R502 : MAG_MSG_U202;
}

bool mag_yaml_may_show_key(const char *key) {
    enum { MOST_SHOWN = 30 };
    const size_t length = strspn(key, "abcdefghijklmnopqrstuvwxyz_");
    return length > 0 && length <= MOST_SHOWN && key[length] == '\0';
}

static mag_status fail_unknown_key(const mag_yaml *child, const char *file,
                                   const mag_yaml_field *fields, mag_status status,
                                   mag_error *err) {
    const char *names[MAG_YAML_FIELD_COUNT + 1] = {0};
    for (size_t i = 0; fields[i].key && i < MAG_YAML_FIELD_COUNT; i++)
        names[i] = fields[i].key;
    const char *nearest = mag_nearest_name(child->key, names);
    if (nearest || mag_yaml_may_show_key(child->key))
        mag_fail(err, status, field_message(status), "%s:%u:%u: unknown key \"%.80s\"", file,
                 child->key_line, child->key_column, child->key);
    else
        mag_fail(err, status, field_message(status), "%s:%u:%u: unknown key", file, child->key_line,
                 child->key_column);
    if (nearest)
        mag_hint(err, "did you mean \"%s\"?", nearest);
    return status;
}

static mag_status check_child(const mag_yaml *child, const char *file, const mag_yaml_field *fields,
                              mag_status status, mag_error *err) {
    const mag_yaml_field *field = fields;
    while (field->key && strcmp(field->key, child->key) != 0)
        field++;
    if (!field->key)
        return fail_unknown_key(child, file, fields, status, err);
    if (field->is_any_kind || field->kind == child->kind)
        return MAG_OK;
    return mag_fail(err, status, field_message(status), "%s:%u:%u: \"%s\" must be %s, not %s", file,
                    child->line, child->column, child->key, kind_name(field->kind),
                    kind_name(child->kind));
}

mag_status mag_yaml_check(const mag_yaml *mapping, const char *file, const mag_yaml_field *fields,
                          mag_status status_on_fault, mag_error *err) {
    if (mapping->kind != MAG_YAML_MAPPING)
        return mag_fail(err, status_on_fault, field_message(status_on_fault),
                        "%s:%u:%u: must be a mapping (key: value), not %s", file, mapping->line,
                        mapping->column, kind_name(mapping->kind));
    for (const mag_yaml *child = mapping->first; child; child = child->next)
        MAG_TRY(check_child(child, file, fields, status_on_fault, err));
    for (const mag_yaml_field *field = fields; field->key; field++)
        if (field->is_required && !mag_yaml_get(mapping, field->key))
            return mag_fail(err, status_on_fault, field_message(status_on_fault),
                            "%s:%u:%u: the key \"%s\" is missing", file, mapping->line,
                            mapping->column, field->key);
    return MAG_OK;
}

/* Edits that turn a into b, two neighbours changing places counting as one (optimal string
   alignment). Three rows of the table are kept; texts longer than LONGEST_NAME are cut by the
   caller. */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t rows[3][LONGEST_NAME + 1];
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t change = above[j - 1] + (a[i - 1] != b[j - 1]);
            size_t edge = (above[j] < row[j - 1] ? above[j] : row[j - 1]) + 1;
            row[j] = change < edge ? change : edge;
            bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (is_swap && two_above[j - 2] + 1 < row[j])
                row[j] = two_above[j - 2] + 1;
        }
    }
    return rows[a_length % 3][b_length];
}

const char *mag_nearest_name(const char *word, const char *const *candidates) {
    size_t length = strlen(word);
    if (length > LONGEST_NAME)
        return NULL;
    const char *nearest = NULL;
    size_t best = length / 3 + 1;
    for (; *candidates; candidates++) {
        size_t candidate_length = strlen(*candidates);
        if (candidate_length > LONGEST_NAME)
            continue;
        size_t distance = edit_distance(word, length, *candidates, candidate_length);
        if (distance < best) {
            best = distance;
            nearest = *candidates;
        }
    }
    return nearest;
}
