/* The source "CSV files": each file is a feed. */
#include "cohort/csv_feed.h"
#include "cohort/source.h"
#include "io/io_fault.h"
#include "io/stream.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct csv_source {
    mag_source base;
    const mag_profile_table *table;
    const char **paths;
    size_t path_count;
    bool allow_empty;
    const mag_manifest *manifest; /* NULL: none */
} csv_source;

static mag_csv_feed_of feed_of(const csv_source *source) {
    return (mag_csv_feed_of){.source_name = source->base.name,
                             .table = source->table,
                             .manifest = source->manifest,
                             .allow_empty = source->allow_empty};
}

static mag_status add_feeds(mag_source *base, mag_cohort *cohort, mag_list *feeds, mag_error *err) {
    const csv_source *source = (const csv_source *)base;
    mag_csv_feed_of of = feed_of(source);
    mag_cohort_declare_table(cohort, base->kind);
    for (size_t i = 0; i < source->path_count; i++) {
        mag_feed *feed;
        of.path = source->paths[i];
        MAG_TRY(mag_csv_feed_new(cohort, &of, &feed, err));
        mag_feed **kept = mag_list_add(mag_cohort_settings_of(cohort)->account, feeds, err);
        if (!kept)
            return MAG_E_RESOURCE;
        *kept = feed;
    }
    return MAG_OK;
}

/* A name that cannot be opened is told before an hour is spent on the others. stdin is open. */
static mag_status check(const mag_source *base, mag_error *err) {
    const csv_source *source = (const csv_source *)base;
    for (size_t i = 0; i < source->path_count; i++)
        MAG_TRY(mag_stream_check(source->paths[i], err));
    return MAG_OK;
}

/* No manifest lists a text. */
static mag_status ingest_text(mag_source *base, mag_cohort *cohort, mag_span text, mag_error *err) {
    mag_csv_feed_of of = feed_of((const csv_source *)base);
    of.manifest = NULL;
    of.text = text;
    mag_feed *feed;
    mag_cohort_declare_table(cohort, base->kind);
    MAG_TRY(mag_csv_feed_new(cohort, &of, &feed, err));
    return mag_feeds_read(&feed, 1, NULL, err);
}

/* Everything lives in the arena that it was made in. */
static void free_nothing(mag_source *base) {
    (void)base;
}

mag_status mag_source_csv_new(mag_arena *arena, const char *name, const mag_profile *profile,
                              const mag_profile_table *table, const char *const *paths,
                              size_t path_count, bool allow_empty, mag_source **out,
                              mag_error *err) {
    static const mag_source_ops ops = {check, add_feeds, ingest_text, free_nothing};
    (void)profile; /* what a table needs of it stands in the table */
    csv_source *source = mag_arena_alloc(arena, sizeof *source);
    const char **copies = mag_arena_alloc(arena, path_count * sizeof *copies);
    const char *own_name = mag_arena_text(arena, mag_span_of(name));
    if (!source || !copies || !own_name)
        return mag_fail_memory(err, sizeof *source);
    for (size_t i = 0; i < path_count; i++)
        if (!(copies[i] = mag_arena_text(arena, mag_span_of(paths[i]))))
            return mag_fail_memory(err, strlen(paths[i]));
    *source = (csv_source){
        .base = {&ops, own_name, mag_profile_table_kind(table)},
        .table = table,
        .paths = copies,
        .path_count = path_count,
        .allow_empty = allow_empty,
    };
    *out = &source->base;
    return MAG_OK;
}

void mag_source_csv_expect(mag_source *source, const mag_manifest *manifest) {
    ((csv_source *)source)->manifest = manifest;
}

/* --- files of a table
 * -------------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name), end_length = strlen(end);
    return length >= end_length && strcmp(name + length - end_length, end) == 0;
}

static bool belongs(const char *name, const char *stem) {
    return strncmp(name, stem, strlen(stem)) == 0 &&
           (ends_with(name, ".csv") || ends_with(name, ".csv.gz"));
}

static int compare_paths(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static mag_status list_files(mag_arena *arena, DIR *open_directory, const char *directory,
                             const char *stem, const char ***paths, size_t *path_count,
                             mag_error *err) {
    size_t capacity = 0;
    const struct dirent *entry;
    for (errno = 0; (entry = readdir(open_directory)); errno = 0) {
        if (!belongs(entry->d_name, stem))
            continue;
        if (*path_count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            const char **more = mag_arena_alloc(arena, capacity * sizeof *more);
            if (!more)
                return mag_fail_memory(err, capacity * sizeof *more);
            if (*path_count)
                memcpy(more, *paths, *path_count * sizeof *more);
            *paths = more;
        }
        const char *path = mag_arena_format(arena, "%s/%s", directory, entry->d_name);
        if (!path)
            return mag_fail_memory(err, strlen(directory));
        (*paths)[(*path_count)++] = path;
    }
    /* A file that is overlooked is patients missed in silence. */
    return errno ? mag_io_fail_read(directory, errno, err) : MAG_OK;
}

mag_status mag_source_find_files(mag_arena *arena, const char *directory, const char *stem,
                                 const char *const **paths, size_t *path_count, mag_error *err) {
    *paths = NULL;
    *path_count = 0;
    DIR *open_directory = opendir(directory);
    if (!open_directory)
        return mag_io_fail_open(directory, "cannot be opened as a folder", errno, err);
    const char **found = NULL;
    mag_status status = list_files(arena, open_directory, directory, stem, &found, path_count, err);
    closedir(open_directory);
    if (status == MAG_OK && *path_count)
        qsort(found, *path_count, sizeof *found, compare_paths);
    *paths = found;
    return status;
}
