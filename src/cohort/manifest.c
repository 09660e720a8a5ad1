#include "cohort/manifest.h"

#include "base/text.h"
#include "cohort/decoder.h"
#include "io/csv_reader.h"
#include "io/yaml_tree.h"

#include <string.h>

enum {
    MOST_LINES = 10000,
    MOST_FILE_NBYTES = 255,
    MOST_DIGITS = 18,
    SHA256_NBYTES = MAG_SHA256_HEX_NBYTES - 1
};

typedef enum column {
    FILE_COLUMN,
    ROWS_COLUMN,
    SHA256_COLUMN,
    DATA_UNTIL_COLUMN,
    COLUMN_COUNT
} column;
static const char *const column_names[COLUMN_COUNT + 1] = {"file", "rows", "sha256", "data_until",
                                                           NULL};

typedef struct manifest_reader {
    mag_arena *arena;
    mag_manifest *manifest;
    mag_csv_reader *csv;
    int idx[COLUMN_COUNT]; /* of our columns in the file; -1: not there */
    mag_manifest_line *lines;
    size_t capacity;
} manifest_reader;

/* --- reading -------------------------------------------------------------------------------- */

static mag_status fail_line(const manifest_reader *r, const mag_csv_row *row, const char *what,
                            mag_error *err) {
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I111, "%s, line %lu: %s; nothing of the run is used",
             r->manifest->name, (unsigned long)row->line, what);
    mag_hint(err, "correct the manifest, or ask the supplier for it again");
    return MAG_E_INPUT;
}

/* By its place: a table of people may be named as manifest. */
static mag_status fail_column(const manifest_reader *r, mag_span name, size_t idx, mag_error *err) {
    const char *text = mag_arena_text(r->arena, name);
    if (text == NULL)
        return mag_fail_memory(err, name.nbytes);
    const char *nearest = mag_nearest_name(text, column_names);
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I111, "%s, line 1: column %zu is none of a manifest",
             r->manifest->name, idx + 1);
    if (nearest != NULL)
        mag_hint(err,
                 "did you mean \"%s\"? A manifest has the columns file, rows, sha256, "
                 "data_until",
                 nearest);
    else
        mag_hint(err, "a manifest has the columns file, rows, sha256, data_until");
    return MAG_E_INPUT;
}

/* A column that nobody knows may be one that was misspelt, and would then not be checked. */
static mag_status bind_columns(manifest_reader *r, mag_error *err) {
    for (unsigned k = 0; k < COLUMN_COUNT; k++)
        r->idx[k] = -1;
    for (unsigned i = 0; i < mag_csv_column_count(r->csv); i++) {
        mag_span name = mag_csv_column_name(r->csv, i);
        unsigned k = 0;
        while (k < COLUMN_COUNT && !mag_span_is(name, column_names[k]))
            k++;
        if (k == COLUMN_COUNT)
            return fail_column(r, name, i, err);
        r->idx[k] = (int)i;
    }
    if (r->idx[FILE_COLUMN] >= 0)
        return MAG_OK;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I111, "%s, line 1: a manifest needs the column file",
             r->manifest->name);
    mag_hint(err, "a manifest has the columns file, rows, sha256, data_until");
    return MAG_E_INPUT;
}

static mag_span cell(const manifest_reader *r, const mag_csv_row *row, column which) {
    return r->idx[which] < 0 ? (mag_span){"", 0} : mag_span_trim(row->fields[r->idx[which]]);
}

/* A name is compared and shown, never opened. */
static bool is_file_name(mag_span name) {
    for (size_t i = 0; i < name.nbytes; i++)
        if ((unsigned char)name.at[i] < ' ' || name.at[i] == 0x7f || name.at[i] == '/')
            return false;
    return name.nbytes > 0 && name.nbytes <= MOST_FILE_NBYTES;
}

static bool read_count(mag_span text, int64_t *count) {
    *count = -1;
    if (text.nbytes == 0)
        return true;
    if (text.nbytes > MOST_DIGITS)
        return false;
    int64_t value = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        value = value * 10 + (text.at[i] - '0');
    }
    *count = value;
    return true;
}

/* In lower case. */
static bool read_sha256(mag_span text, char hex[MAG_SHA256_HEX_NBYTES]) {
    hex[0] = '\0';
    if (text.nbytes == 0)
        return true;
    if (text.nbytes != SHA256_NBYTES)
        return false;
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.at[i];
        c = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        hex[i] = c;
    }
    hex[SHA256_NBYTES] = '\0';
    return true;
}

static mag_status read_data_until(manifest_reader *r, const mag_csv_row *row, mag_error *err) {
    mag_span text = cell(r, row, DATA_UNTIL_COLUMN);
    mag_moment moment;
    if (text.nbytes == 0)
        return MAG_OK;
    if (mag_moment_parse(text, NULL, &moment) != MAG_DATE_OK)
        return fail_line(r, row, "data_until is not a date (2025-12-31 or 2025-12-31T12:00)", err);
    mag_minute minute =
        mag_minute_plus(moment.minute, moment.is_date_only ? MAG_MINUTES_PER_DAY - 1 : 0);
    if (r->manifest->data_until != MAG_MINUTE_NONE && r->manifest->data_until != minute)
        return fail_line(r, row, "data_until differs from the lines above", err);
    r->manifest->data_until = minute;
    return MAG_OK;
}

static mag_status put_line(manifest_reader *r, const mag_manifest_line *line, mag_error *err) {
    size_t count = r->manifest->line_count;
    if (count == r->capacity) {
        size_t capacity = r->capacity == 0 ? 16 : r->capacity * 2;
        mag_manifest_line *more = mag_arena_alloc(r->arena, capacity * sizeof *more);
        if (more == NULL)
            return mag_fail_memory(err, capacity * sizeof *more);
        if (count > 0)
            memcpy(more, r->lines, count * sizeof *more);
        r->lines = more;
        r->capacity = capacity;
    }
    r->lines[count] = *line;
    r->manifest->lines = r->lines;
    r->manifest->line_count++;
    return MAG_OK;
}

static mag_status read_line(manifest_reader *r, const mag_csv_row *row, mag_error *err) {
    char hex[MAG_SHA256_HEX_NBYTES];
    mag_manifest_line line;
    if (row->fault != MAG_CSV_OK)
        return fail_line(r, row, "not a row of this table", err);
    if (!is_file_name(cell(r, row, FILE_COLUMN)))
        return fail_line(r, row, "file is not the name of a file, without its folder", err);
    if (!read_count(cell(r, row, ROWS_COLUMN), &line.row_count))
        return fail_line(r, row, "rows is not a count", err);
    if (!read_sha256(cell(r, row, SHA256_COLUMN), hex))
        return fail_line(r, row, "sha256 is not 64 hexadecimal digits", err);
    if (r->manifest->line_count == MOST_LINES)
        return fail_line(r, row, "more than 10,000 files", err);
    MAG_TRY(read_data_until(r, row, err));
    line.file = mag_arena_text(r->arena, cell(r, row, FILE_COLUMN));
    line.sha256 = mag_arena_text(r->arena, mag_span_of(hex));
    if (line.file == NULL || line.sha256 == NULL)
        return mag_fail_memory(err, sizeof line);
    if (mag_manifest_find(r->manifest, line.file) != NULL)
        return fail_line(r, row, "the file is listed above already", err);
    return put_line(r, &line, err);
}

static mag_status read_lines(manifest_reader *r, mag_error *err) {
    MAG_TRY(bind_columns(r, err));
    for (;;) {
        const mag_csv_row *row;
        MAG_TRY(mag_csv_next(r->csv, &row, err));
        if (row == NULL)
            return MAG_OK;
        MAG_TRY(read_line(r, row, err));
    }
}

mag_status mag_manifest_read(mag_arena *arena, const char *path, const mag_manifest **out,
                             mag_error *err) {
    mag_account *account = mag_arena_account(arena);
    const char *slash = strrchr(path, '/');
    manifest_reader r = {.arena = arena, .manifest = mag_arena_alloc(arena, sizeof *r.manifest)};
    if (r.manifest == NULL)
        return mag_fail_memory(err, sizeof *r.manifest);
    r.manifest->path = mag_arena_text(arena, mag_span_of(path));
    r.manifest->name = mag_arena_text(arena, mag_span_of(slash == NULL ? path : slash + 1));
    r.manifest->data_until = MAG_MINUTE_NONE;
    if (r.manifest->path == NULL || r.manifest->name == NULL)
        return mag_fail_memory(err, strlen(path));
    mag_stream *stream;
    MAG_TRY(mag_stream_open(&stream, path, account, err));
    mag_status status = mag_csv_open(&r.csv, stream, r.manifest->name, ',', 0, account, err);
    if (status == MAG_OK)
        status = read_lines(&r, err);
    mag_csv_close(r.csv);
    mag_stream_close(stream);
    *out = r.manifest;
    return status;
}

const mag_manifest_line *mag_manifest_find(const mag_manifest *manifest, const char *file) {
    for (size_t i = 0; i < manifest->line_count; i++)
        if (strcmp(manifest->lines[i].file, file) == 0)
            return &manifest->lines[i];
    return NULL;
}

/* --- checking ------------------------------------------------------------------------------- */

static bool is_among(const char *name, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* Names of one kind of difference: "; missing: a, b and 3 more". */
typedef struct name_list {
    mag_text *text;
    const char *title;
    size_t count;
} name_list;

enum { NAMES_SHOWN = 3 };

static void list_name(name_list *list, const char *name) {
    if (list->count < NAMES_SHOWN)
        mag_text_format(list->text, "%s%s", list->count == 0 ? list->title : ", ", name);
    list->count++;
}

static void end_list(const name_list *list) {
    if (list->count > NAMES_SHOWN)
        mag_text_format(list->text, " and %zu more", list->count - NAMES_SHOWN);
}

mag_status mag_manifest_check_set(const mag_manifest *manifest, const char *const *files,
                                  size_t file_count, mag_error *err) {
    mag_account account = {0};
    mag_text text;
    mag_text_init(&text, &account);
    name_list missing = {&text, "; missing: ", 0}, unlisted = {&text, "; not listed: ", 0};
    for (size_t i = 0; i < manifest->line_count; i++)
        if (!is_among(manifest->lines[i].file, files, file_count))
            list_name(&missing, manifest->lines[i].file);
    end_list(&missing);
    for (size_t i = 0; i < file_count; i++)
        if (mag_manifest_find(manifest, files[i]) == NULL)
            list_name(&unlisted, files[i]);
    end_list(&unlisted);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK && missing.count + unlisted.count > 0) {
        mag_span names = mag_text_span(&text);
        status =
            mag_fail(err, MAG_E_INPUT, MAG_MSG_I111, "%s says %zu files, %zu found%.*s",
                     manifest->name, manifest->line_count, file_count, (int)names.nbytes, names.at);
        mag_hint(err, "ask for the missing part, or for a manifest of what was delivered");
    }
    mag_text_done(&text);
    return status;
}

static mag_status fail_file(mag_error *err) {
    mag_hint(err, "the file is not the one that was delivered: copy it again, or ask for it");
    return MAG_E_INPUT;
}

mag_status mag_manifest_check_file(const mag_manifest *manifest, const mag_run_file *file,
                                   bool *is_proven, mag_error *err) {
    const mag_manifest_line *line = mag_manifest_find(manifest, file->name);
    if (line == NULL) {
        mag_fail(err, MAG_E_INPUT, MAG_MSG_I111, "%s is not listed in %s", file->name,
                 manifest->name);
        return fail_file(err);
    }
    if (line->row_count >= 0 && (uint64_t)line->row_count != file->accounting.read) {
        mag_fail(err, MAG_E_INPUT, MAG_MSG_I111,
                 "%s says %lld rows in %s, %llu read; nothing of the run is used", manifest->name,
                 (long long)line->row_count, file->name, (unsigned long long)file->accounting.read);
        return fail_file(err);
    }
    if (line->sha256[0] != '\0' && strcmp(line->sha256, file->sha256) != 0) {
        mag_fail(err, MAG_E_INPUT, MAG_MSG_I111,
                 "%s: its SHA-256 is not the one in %s; nothing of the run is used", file->name,
                 manifest->name);
        return fail_file(err);
    }
    if (is_proven != NULL)
        *is_proven = line->sha256[0] != '\0';
    return MAG_OK;
}
