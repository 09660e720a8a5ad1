#include "cli/result_episodes.h"

#include "cli/result_table.h"

#include <string.h>
#include <unistd.h>

#define FILE_NAME "episodes.csv.gz"

typedef struct episode_list {
    void *items; /* of mag_episode_line */
    size_t count, capacity;
} episode_list;

static const char *const columns[] = {"flag_id",        "patient_id", "rule_id",     "event",
                                      "state",          "opened",     "last_seen",   "resolved",
                                      "machine_reason", "severity",   "event_start", "event_stop",
                                      "shown_facts",    "hidden_by",  NULL};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] - 1 };

static mag_status read_rows(mag_result_table *in, mag_arena *arena, const char *patient_id,
                            episode_list *list, mag_error *err) {
    const char *texts[COLUMN_COUNT];
    MAG_TRY(mag_result_table_columns(in, columns, err));
    for (bool is_end = false;;) {
        MAG_TRY(mag_result_table_next(in, arena, texts, &is_end, err));
        if (is_end)
            return MAG_OK;
        if (patient_id && strcmp(patient_id, texts[1]) != 0)
            continue;
        MAG_TRY(mag_grow(mag_arena_account(arena), &list->items, &list->capacity,
                         sizeof(mag_episode_line), list->count + 1, err));
        ((mag_episode_line *)list->items)[list->count++] = (mag_episode_line){
            texts[0], texts[1], texts[2], texts[3],  texts[4],  texts[5],  texts[6],
            texts[7], texts[8], texts[9], texts[10], texts[11], texts[12], texts[13]};
    }
}

mag_status mag_result_read_episodes(mag_arena *arena, const char *directory, const char *patient_id,
                                    mag_episode_lines *out, mag_error *err) {
    mag_result_table in;
    episode_list list = {0};
    const char *path = mag_arena_format(arena, "%s/" FILE_NAME, directory);
    *out = (mag_episode_lines){0};
    if (!path)
        return mag_fail_memory(err, strlen(directory));
    if (access(path, F_OK) != 0)
        return MAG_OK;
    mag_status status = mag_result_table_open(&in, arena, directory, FILE_NAME, err);
    if (status == MAG_OK)
        status = read_rows(&in, arena, patient_id, &list, err);
    mag_result_table_close(&in);
    mag_episode_line *kept = mag_arena_alloc(arena, (list.count + 1) * sizeof *kept);
    if (status == MAG_OK && !kept)
        status = mag_fail_memory(err, list.count * sizeof *kept);
    if (status == MAG_OK && list.count > 0)
        memcpy(kept, list.items, list.count * sizeof *kept);
    mag_drop(mag_arena_account(arena), list.items, list.capacity, sizeof *kept);
    *out = (mag_episode_lines){kept, list.count};
    return status;
}

const char *mag_episode_words(mag_arena *arena, const mag_episode_line *episode) {
    if (episode->resolved[0] != '\0')
        return mag_arena_format(arena, "resolved as of %s (%s), open since %s", episode->resolved,
                                episode->machine_reason, episode->opened);
    const char *begun = episode->event_start[0] != '\0' ? "; the event began " : "";
    return mag_arena_format(arena, "open since %s, %s, last flagged as of %s%s%s", episode->opened,
                            episode->state, episode->last_seen, begun, episode->event_start);
}
