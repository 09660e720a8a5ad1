/* Looks into run.json, and into evidence, with jansson. */
#ifndef ENGINE_RESULT_RECORD_H
#define ENGINE_RESULT_RECORD_H

#include "engine/result_table.h"

#include <jansson.h>

/* run.json of DIR + suffix; json_decref it. */
static inline json_t *result_record(const run_fixture *at, const char *suffix) {
    char path[256];
    json_error_t error;
    snprintf(path, sizeof path, "%s%s/run.json", at->out, suffix);
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL)
        fail_msg("%s: %s", path, error.text);
    return root;
}

/* A value by its path of keys, "pack.version"; fails if it is not there. */
static inline json_t *record_at(const json_t *root, const char *path) {
    char keys[128];
    json_t *value = (json_t *)(uintptr_t)root;
    snprintf(keys, sizeof keys, "%s", path);
    for (char *rest = keys, *key; (key = strtok_r(rest, ".", &rest)) != NULL;)
        if ((value = json_object_get(value, key)) == NULL)
            fail_msg("run.json has no %s", path);
    return value;
}

static inline const char *record_text(const json_t *root, const char *path) {
    const char *text = json_string_value(record_at(root, path));
    assert_non_null(text);
    return text;
}

static inline uint64_t record_count(const json_t *root, const char *path) {
    const json_t *value = record_at(root, path);
    assert_true(json_is_integer(value));
    return (uint64_t)json_integer_value(value);
}

/* The member of a list whose key has a value; fails if there is none. */
static inline json_t *record_member(const json_t *root, const char *list, const char *key,
                                    const char *value) {
    size_t i;
    json_t *member;
    json_array_foreach(record_at(root, list), i, member) {
        if (strcmp(record_text(member, key), value) == 0)
            return member;
    }
    fail_msg("%s: no %s is %s", list, key, value);
    return NULL;
}

#endif
