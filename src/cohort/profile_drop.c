/* Columns that a table declares only to say that nobody reads them. */
#include "cohort/profile_read.h"

static bool is_read(const mag_profile_table *table, mag_span column) {
    for (int i = 0; i < MAG_FIELD_COUNT; i++)
        if (table->columns[i] && mag_span_is(column, table->columns[i]))
            return true;
    for (size_t i = 0; i < table->keep_count; i++)
        if (mag_span_is(column, table->keep[i].column))
            return true;
    return false;
}

static bool is_dropped(const mag_profile_table *table, mag_span column) {
    for (const char *const *name = table->drop; name && *name; name++)
        if (mag_span_is(column, *name))
            return true;
    return false;
}

bool mag_profile_table_declares(const mag_profile_table *table, mag_span column) {
    return is_read(table, column) || is_dropped(table, column);
}

static size_t count_texts(const char *const *texts) {
    size_t count = 0;
    while (texts && texts[count])
        count++;
    return count;
}

mag_status mag_profile_read_drop(const mag_profile_reader *reader, const mag_yaml *list,
                                 mag_profile_table *table, mag_error *err) {
    if (!list)
        return MAG_OK;
    const char *const *more;
    MAG_TRY(mag_profile_texts(reader, list, &more, err));
    size_t had = count_texts(table->drop), count = 0;
    const char **all = mag_arena_alloc(reader->arena, (had + list->count + 1) * sizeof *all);
    if (!all)
        return mag_fail_memory(err, (had + list->count + 1) * sizeof *all);
    for (; count < had; count++)
        all[count] = table->drop[count];
    for (const mag_yaml *item = list->first; item; item = item->next, more++) {
        if (is_read(table, mag_span_of(*more)))
            return mag_profile_fail(reader, item, err,
                                    "a column is read and dropped at once:", *more);
        all[count++] = *more;
    }
    table->drop = all;
    return MAG_OK;
}

mag_status mag_profile_table_drop(mag_arena *arena, const char *file, const mag_yaml *drop,
                                  const mag_profile_table *table, const mag_profile_table **out,
                                  mag_error *err) {
    mag_profile_table *copy = mag_arena_alloc(arena, sizeof *copy);
    if (!copy)
        return mag_fail_memory(err, sizeof *copy);
    *copy = *table;
    *out = copy;
    mag_profile_reader reader = {.arena = arena, .file = file};
    return mag_profile_read_drop(&reader, drop, copy, err);
}
