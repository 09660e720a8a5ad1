#include "cli/result_dir.h"

#include "cli/result_episodes.h"
#include "cli/result_table.h"
#include "io/yaml_tree.h"

#include <stdlib.h>
#include <string.h>

/* --- run.json: JSON is YAML, so the reader of our configuration reads it ---------------------- */
/* Text of a key; NULL if it is absent or null. */
static const char *text_or_null(const mag_yaml *record, const char *key) {
    const mag_yaml *value = mag_yaml_get(record, key);
    bool is_null = value && !value->is_quoted && value->text && strcmp(value->text, "null") == 0;
    return !value || is_null ? NULL : value->text;
}

mag_status mag_result_read_record(mag_arena *arena, const char *directory, mag_result_record *out,
                                  mag_error *err) {
    char *path = mag_arena_format(arena, "%s/run.json", directory);
    if (!path)
        return mag_fail_memory(err, strlen(directory));
    mag_span text;
    mag_status status = mag_yaml_read_file(arena, path, &text, err);
    if (status != MAG_OK) {
        mag_result_hint_folder(err);
        return status;
    }
    const mag_yaml *root;
    MAG_TRY(mag_yaml_parse(arena, path, text, MAG_E_USAGE, &root, err));
    const mag_yaml *series = mag_yaml_get(root, "series");
    *out =
        (mag_result_record){.series = series ? text_or_null(series, "asked") : NULL,
                            .series_sha256 = series ? text_or_null(series, "summary_sha256") : NULL,
                            .pipeline = text_or_null(root, "pipeline"),
                            .profile = text_or_null(root, "profile"),
                            .data = text_or_null(root, "data"),
                            .as_of = text_or_null(root, "as_of"),
                            .result_sha256 = text_or_null(root, "result_sha256"),
                            .sources = mag_yaml_get(root, "sources"),
                            .unmapped_drugs = mag_yaml_get(root, "unmapped_drugs"),
                            .released = mag_yaml_get(root, "released")};
    return MAG_OK;
}

bool mag_result_has_input(const mag_result_record *record, const char *sha256) {
    const mag_yaml *source = record->sources ? record->sources->first : NULL;
    for (; source; source = source->next) {
        const mag_yaml *files = mag_yaml_get(source, "files");
        for (const mag_yaml *file = files ? files->first : NULL; file; file = file->next) {
            const char *recorded = mag_yaml_get_text(file, "sha256");
            if (recorded && strcmp(recorded, sha256) == 0)
                return true;
        }
    }
    return false;
}

/* --- flags -------------------------------------------------------------------------------------
 */
static const char *const flag_columns[] = {
    "flag_id", "patient_id", "rule_id", "rule_version", "state",    "as_of", "hidden_by",
    "notes",   "evidence",   "title",   "severity",     "could_be", NULL};
enum { FLAG_COLUMN_COUNT = sizeof flag_columns / sizeof flag_columns[0] - 1 };

static mag_severity severity_of(const char *name) {
    for (int severity = MAG_SEVERITY_INFO; severity < MAG_SEVERITY_COUNT; severity++)
        if (strcmp(name, mag_severity_name((mag_severity)severity)) == 0)
            return (mag_severity)severity;
    return MAG_SEVERITY_NONE;
}

static mag_flag_line flag_of(const char *const *texts) {
    const mag_severity severity = severity_of(texts[10]);
    return (mag_flag_line){texts[0], texts[1],  texts[2], texts[3], texts[4], texts[5],
                           texts[6], texts[7],  texts[8], texts[9], severity, severity,
                           NULL,     texts[11], "",       NULL,     false};
}

/* What hides a flag has to be open itself, and nothing that is never listed. A flag that is shown
   stands for those that it hides, so that the worst of them is seen no later than it would have
   been by itself. */
static void rank_patient(mag_flag_line *flags, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            if (strcmp(flags[i].hidden_by, flags[j].rule_id) != 0 ||
                flags[j].severity == MAG_SEVERITY_INFO)
                continue;
            flags[i].is_hidden = true;
            if (flags[i].severity > flags[j].rank) {
                flags[j].rank = flags[i].severity;
                flags[j].rank_rule_id = flags[i].rule_id;
            }
        }
}

static int compare_patients(const void *left, const void *right) {
    const mag_flag_line *a = left, *b = right;
    const int order = strcmp(a->patient_id, b->patient_id);
    return order ? order : strcmp(a->rule_id, b->rule_id);
}

/* Flags and what was added to them, patient by patient. */
static void rank_flags(mag_flag_line *flags, size_t count) {
    qsort(flags, count, sizeof *flags, compare_patients);
    for (size_t begin = 0, end; begin < count; begin = end) {
        end = begin + 1;
        while (end < count && strcmp(flags[end].patient_id, flags[begin].patient_id) == 0)
            end++;
        rank_patient(flags + begin, end - begin);
    }
}

static bool is_news(const mag_flag_line *flag) {
    static const char *const states[] = {"new", "worsened", "reopened"};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        if (strcmp(flag->state, states[i]) == 0)
            return true;
    return false;
}

static int compare_flags(const void *left, const void *right) {
    const mag_flag_line *a = left, *b = right;
    if (is_news(a) != is_news(b))
        return is_news(a) ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    int order = strcmp(a->rule_id, b->rule_id);
    return order ? order : strcmp(a->patient_id, b->patient_id);
}

typedef struct flag_list {
    void *items; /* of mag_flag_line */
    size_t count, capacity;
} flag_list;

static mag_status read_flag_rows(mag_result_table *in, mag_arena *arena, flag_list *flags,
                                 mag_error *err) {
    const char *texts[FLAG_COLUMN_COUNT];
    MAG_TRY(mag_result_table_columns(in, flag_columns, err));
    for (bool is_end = false;;) {
        MAG_TRY(mag_result_table_next(in, arena, texts, &is_end, err));
        if (is_end)
            return MAG_OK;
        MAG_TRY(mag_grow(mag_arena_account(arena), &flags->items, &flags->capacity,
                         sizeof(mag_flag_line), flags->count + 1, err));
        ((mag_flag_line *)flags->items)[flags->count++] = flag_of(texts);
    }
}

/* What nobody could assess tonight was not resolved by that: it stays on the list. */
static mag_flag_line flag_of_unconfirmed(const mag_episode_line *episode) {
    const mag_severity severity = severity_of(episode->severity);
    return (mag_flag_line){.flag_id = episode->flag_id,
                           .patient_id = episode->patient_id,
                           .rule_id = episode->rule_id,
                           .rule_version = "",
                           .state = episode->state,
                           .as_of = episode->last_seen,
                           .hidden_by = episode->hidden_by,
                           .notes = "",
                           .evidence = NULL,
                           .title = "could not be assessed again; last flagged then",
                           .severity = severity,
                           .rank = severity,
                           .could_be = "",
                           .opened = episode->opened,
                           .facts = episode->shown_facts};
}

static int compare_to_episode(const mag_flag_line *flag, const mag_episode_line *episode) {
    const int order = strcmp(flag->patient_id, episode->patient_id);
    return order ? order : strcmp(flag->rule_id, episode->rule_id);
}

/* Both are sorted alike: a flag learns when its episode was opened, and what is unconfirmed is
   added. */
static mag_status add_episodes(mag_arena *arena, const char *directory, flag_list *flags,
                               mag_error *err) {
    mag_episode_lines episodes;
    const size_t flagged = flags->count;
    size_t next = 0;
    MAG_TRY(mag_result_read_episodes(arena, directory, NULL, &episodes, err));
    for (size_t i = 0; i < episodes.count; i++) {
        const mag_episode_line *episode = &episodes.at[i];
        mag_flag_line *rows = flags->items;
        while (next < flagged && compare_to_episode(&rows[next], episode) < 0)
            next++;
        if (next < flagged && strcmp(rows[next].flag_id, episode->flag_id) == 0)
            rows[next].opened = episode->opened;
        if (strcmp(episode->event, "unconfirmed") != 0)
            continue;
        MAG_TRY(mag_grow(mag_arena_account(arena), &flags->items, &flags->capacity,
                         sizeof(mag_flag_line), flags->count + 1, err));
        ((mag_flag_line *)flags->items)[flags->count++] = flag_of_unconfirmed(episode);
    }
    return MAG_OK;
}

mag_status mag_result_read_flags(mag_arena *arena, const char *directory, const mag_flag_line **out,
                                 size_t *count, mag_error *err) {
    mag_result_table in;
    flag_list flags = {0};
    mag_status status = mag_result_table_open(&in, arena, directory, "flags.csv.gz", err);
    if (status == MAG_OK)
        status = read_flag_rows(&in, arena, &flags, err);
    mag_result_table_close(&in);
    if (status == MAG_OK)
        status = add_episodes(arena, directory, &flags, err);
    if (status == MAG_OK && flags.count > 0)
        rank_flags(flags.items, flags.count);
    size_t nbytes = flags.count * sizeof(mag_flag_line);
    mag_flag_line *kept = mag_arena_alloc(arena, nbytes + 1);
    if (status == MAG_OK && !kept)
        status = mag_fail_memory(err, nbytes);
    if (status == MAG_OK && flags.count > 0) {
        memcpy(kept, flags.items, nbytes);
        qsort(kept, flags.count, sizeof *kept, compare_flags);
    }
    mag_drop(mag_arena_account(arena), flags.items, flags.capacity, sizeof(mag_flag_line));
    *out = kept;
    *count = flags.count;
    return status;
}

bool mag_flag_is_on_worklist(const mag_flag_line *flag) {
    return !flag->is_hidden && flag->severity > MAG_SEVERITY_INFO;
}

/* --- rules -------------------------------------------------------------------------------------
 */
enum { RULE_COUNT = 512 };

static bool holds(const char *const *ids, size_t count, const char *id) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(ids[i], id) == 0)
            return true;
    return false;
}

static mag_status read_rule_ids(mag_result_table *in, mag_arena *arena, const char **ids,
                                mag_error *err) {
    static const char *const names[] = {"rule_id", NULL};
    size_t count = 0;
    MAG_TRY(mag_result_table_columns(in, names, err));
    for (bool is_end = false;;) {
        const char *id = NULL;
        MAG_TRY(mag_result_table_next(in, arena, &id, &is_end, err));
        if (is_end)
            return MAG_OK;
        if (count < RULE_COUNT && !holds(ids, count, id))
            ids[count++] = id;
    }
}

mag_status mag_result_read_rules(mag_arena *arena, const char *directory, const char *const **ids,
                                 mag_error *err) {
    mag_result_table in;
    const char **kept = mag_arena_alloc(arena, (RULE_COUNT + 1) * sizeof *kept);
    if (!kept)
        return mag_fail_memory(err, RULE_COUNT * sizeof *kept);
    memset(kept, 0, (RULE_COUNT + 1) * sizeof *kept);
    mag_status status = mag_result_table_open(&in, arena, directory, "summary.csv", err);
    if (status == MAG_OK)
        status = read_rule_ids(&in, arena, kept, err);
    mag_result_table_close(&in);
    *ids = kept;
    return status;
}

/* --- rejects -----------------------------------------------------------------------------------
 */
static mag_status each_reject(mag_result_table *in, mag_arena *rows,
                              mag_status (*each)(void *context, const mag_reject_line *row,
                                                 mag_error *err),
                              void *context, mag_error *err) {
    static const char *const names[] = {"source", "file", "column", "reason",
                                        "detail", "line", NULL};
    const char *texts[6];
    MAG_TRY(mag_result_table_columns(in, names, err));
    for (bool is_end = false;; mag_arena_reset(rows)) {
        MAG_TRY(mag_result_table_next(in, rows, texts, &is_end, err));
        if (is_end)
            return MAG_OK;
        mag_reject_line row = {texts[0], texts[1], texts[2], texts[3], texts[4], texts[5]};
        MAG_TRY(each(context, &row, err));
    }
}

mag_status mag_result_each_reject(mag_arena *arena, const char *directory,
                                  mag_status (*each)(void *context, const mag_reject_line *row,
                                                     mag_error *err),
                                  void *context, mag_error *err) {
    mag_arena *rows = mag_arena_new(mag_arena_account(arena));
    if (!rows)
        return mag_fail_memory(err, sizeof(void *));
    mag_result_table in;
    mag_status status = mag_result_table_open(&in, arena, directory, "rejects.csv.gz", err);
    if (status == MAG_OK)
        status = each_reject(&in, rows, each, context, err);
    mag_result_table_close(&in);
    mag_arena_free(rows);
    return status;
}
