/* Records are compared as trees, so that spacing and line ends do not count. JSON is YAML. */
#include "sinks/same_record.h"

#include "io/yaml_tree.h"

#include <string.h>

static bool is_about_the_run_itself(const char *key) {
    static const char *const keys[] = {"run_id", "timings",   "threads", "peak_memory_bytes",
                                       "memory", "data_until"};
    for (size_t i = 0; key != NULL && i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static bool is_same_text(const char *one, const char *other) {
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/* Depth is bounded by the parser. */
static bool is_same_tree(const mag_yaml *one, const mag_yaml *other) {
    if (one->kind != other->kind || one->count != other->count ||
        !is_same_text(one->key, other->key))
        return false;
    if (is_about_the_run_itself(one->key))
        return true;
    if (!is_same_text(one->text, other->text))
        return false;
    const mag_yaml *mine = one->first, *theirs = other->first;
    while (mine != NULL && theirs != NULL && is_same_tree(mine, theirs)) {
        mine = mine->next;
        theirs = theirs->next;
    }
    return mine == NULL && theirs == NULL;
}

bool mag_record_is_same(mag_account *account, mag_span one, mag_span other) {
    mag_error unreported; /* an old file that is no record is simply another one */
    const mag_yaml *roots[2];
    mag_arena *arena = mag_arena_new(account);
    bool is_same =
        arena != NULL &&
        mag_yaml_parse(arena, "run.json", one, MAG_E_INPUT, &roots[0], &unreported) == MAG_OK &&
        mag_yaml_parse(arena, "run.json", other, MAG_E_INPUT, &roots[1], &unreported) == MAG_OK &&
        roots[0]->kind == MAG_YAML_MAPPING && is_same_tree(roots[0], roots[1]);
    mag_arena_free(arena);
    return is_same;
}
