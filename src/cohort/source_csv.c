/* The source "CSV files": inflate, scan and decode one file after the other. */
#include "cohort/decoder.h"
#include "cohort/source.h"
#include "io/csv_reader.h"
#include "io/io_fault.h"

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

/* --- one file
 * -------------------------------------------------------------------------------------- */

const char *mag_source_file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    if (strcmp(path, "-") == 0)
        return "stdin";
    return slash ? slash + 1 : path;
}

static mag_reason reason_of(mag_csv_fault fault) {
    switch (fault) {
    case MAG_CSV_OK:
        break;
    case MAG_CSV_TOO_FEW_FIELDS:
        return MAG_REASON_CSV_TOO_FEW_FIELDS;
    case MAG_CSV_TOO_MANY_FIELDS:
        return MAG_REASON_CSV_TOO_MANY_FIELDS;
    case MAG_CSV_BAD_QUOTE:
        return MAG_REASON_CSV_BAD_QUOTE;
    case MAG_CSV_UNCLOSED_QUOTE:
        return MAG_REASON_CSV_UNCLOSED_QUOTE;
    case MAG_CSV_NUL:
        return MAG_REASON_CSV_NUL;
    case MAG_CSV_BAD_UTF8:
        return MAG_REASON_CSV_BAD_UTF8;
    case MAG_CSV_RECORD_TOO_LONG:
        return MAG_REASON_CSV_RECORD_TOO_LONG;
    case MAG_CSV_FIELD_TOO_LONG:
        return MAG_REASON_CSV_FIELD_TOO_LONG;
    }
    return MAG_REASON_NONE;
}

/* A row that the scanner set aside; the header's name of the column is no patient's value. */
static mag_status reject_record(mag_decoder *decoder, const mag_csv_reader *reader,
                                const mag_csv_row *row, mag_error *err) {
    char column[64] = "";
    if (row->fault_column && row->fault_column <= mag_csv_column_count(reader)) {
        mag_span name = mag_csv_column_name(reader, row->fault_column - 1);
        size_t nbytes = name.nbytes < sizeof column ? name.nbytes : sizeof column - 1;
        memcpy(column, name.at, nbytes);
        column[nbytes] = '\0';
    }
    return mag_decoder_reject_row(decoder, row->line, reason_of(row->fault), column, "", err);
}

static mag_status bind_header(mag_decoder *decoder, const mag_csv_reader *reader, mag_error *err) {
    mag_span header[MAG_CSV_COLUMN_COUNT];
    unsigned column_count = mag_csv_column_count(reader);
    for (unsigned i = 0; i < column_count; i++)
        header[i] = mag_csv_column_name(reader, i);
    return mag_decoder_bind(decoder, header, column_count, err);
}

static mag_status read_rows(mag_decoder *decoder, mag_csv_reader *reader, mag_error *err) {
    for (;;) {
        const mag_csv_row *row;
        MAG_TRY(mag_csv_next(reader, &row, err));
        if (!row)
            return MAG_OK;
        if (row->fault == MAG_CSV_OK)
            MAG_TRY(mag_decoder_row(decoder, row->fields, row->line, err));
        else
            MAG_TRY(reject_record(decoder, reader, row, err));
    }
}

static void keep_byte_facts(mag_run_file *file, const mag_stream_facts *bytes) {
    memcpy(file->sha256, bytes->sha256, sizeof file->sha256);
    file->in_nbytes = bytes->in_nbytes;
    file->out_nbytes = bytes->out_nbytes;
    file->member_count = bytes->member_count;
    file->has_zero_padding = bytes->has_zero_padding;
}

static void keep_row_facts(mag_run_file *file, const mag_csv_facts *rows) {
    file->blank_line_count = rows->blank_line_count;
    file->repeated_header_count = rows->repeated_header_count;
    file->windows1252_count = rows->windows1252_count;
    file->quoted_row_count = rows->quoted_row_count;
    file->first_quoted_row_line = rows->first_quoted_row_line;
    file->has_bom = rows->has_bom;
    file->has_footer = rows->footer_line != 0;
    file->has_unfinished_last_line = rows->has_unfinished_last_line && !file->has_footer;
    file->has_crlf = rows->crlf_count != 0;
    file->has_mixed_line_ends =
        rows->lone_cr_count != 0 || (rows->crlf_count != 0 && rows->lf_count != 0);
}

/* A file that a run is given twice would count every row twice (I-14). The same file may serve two
   tables of a profile, though: then it is read for different columns. */
static mag_status check_not_twice(const mag_cohort *cohort, const mag_run_file *file,
                                  mag_error *err) {
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++) {
        const mag_run_file *other = mag_cohort_file(cohort, (uint16_t)i);
        if (other == file || other->kind != file->kind || strcmp(other->sha256, file->sha256) != 0)
            continue;
        mag_fail(err, MAG_E_INPUT, MAG_MSG_I110,
                 "%s has the same content as %s; nothing of the run is used", file->name,
                 other->name);
        mag_hint(err, "remove one of the two files");
        return MAG_E_INPUT;
    }
    return MAG_OK;
}

static mag_status check_not_empty(const csv_source *source, const mag_run_file *file,
                                  mag_error *err) {
    if (file->accounting.read || source->allow_empty)
        return MAG_OK;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I130,
             "%s has a header and no rows; it is not taken as \"none\"", file->name);
    mag_hint(err, "if that is right, allow it with --allow-empty %s",
             mag_table_kind_name(source->base.kind));
    return MAG_E_INPUT;
}

/* What the exporting program says that it wrote is the best check that nothing was lost. */
static mag_status check_footer(const mag_run_file *file, const mag_csv_facts *rows,
                               mag_error *err) {
    if (!file->has_footer || rows->footer_count == file->accounting.read)
        return MAG_OK;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I134,
             "%s, line %lu: footer count %llu, read %llu; nothing of the run is used", file->name,
             (unsigned long)rows->footer_line, (unsigned long long)rows->footer_count,
             (unsigned long long)file->accounting.read);
    mag_hint(err, "part of the file may be missing: ask for a new export");
    return MAG_E_INPUT;
}

/* A plain file with the digest that was announced is whole, wherever its last line ends. */
static mag_status check_manifest(const csv_source *source, mag_run_file *file, mag_error *err) {
    bool is_proven = false;
    if (!source->manifest)
        return MAG_OK;
    MAG_TRY(mag_manifest_check_file(source->manifest, file, &is_proven, err));
    if (is_proven)
        file->has_unfinished_last_line = false;
    return MAG_OK;
}

/* What a file that was read to its end has to be. */
static mag_status check_whole(const csv_source *source, mag_run_file *file,
                              const mag_csv_facts *rows, mag_error *err) {
    MAG_TRY(check_not_empty(source, file, err));
    MAG_TRY(check_footer(file, rows, err));
    return check_manifest(source, file, err);
}

static mag_status read_opened(const csv_source *source, mag_decoder *decoder, mag_stream *stream,
                              mag_error *err) {
    mag_account *account = mag_cohort_settings_of(decoder->cohort)->account;
    mag_run_file *file = decoder->file;
    mag_csv_reader *reader = NULL;
    mag_status status =
        mag_csv_open(&reader, stream, file->name, source->table->delimiter, 0, account, err);
    if (status == MAG_OK)
        status = bind_header(decoder, reader, err);
    if (status == MAG_OK)
        status = read_rows(decoder, reader, err);
    /* Of a file that is refused too: how far it was read explains the refusal. */
    keep_byte_facts(file, mag_stream_facts_of(stream));
    if (reader)
        keep_row_facts(file, mag_csv_facts_of(reader));
    if (status == MAG_OK)
        status = check_whole(source, file, mag_csv_facts_of(reader), err);
    if (reader)
        mag_csv_close(reader);
    return status == MAG_OK ? check_not_twice(decoder->cohort, file, err) : status;
}

/* The content of a file or of a text of that name; closes the stream. */
static mag_status read_stream(const csv_source *source, mag_cohort *cohort, mag_stream *stream,
                              uint16_t file_id, mag_run_file *file, mag_error *err) {
    mag_decoder decoder;
    mag_decoder_init(&decoder, cohort, source->table, file_id, file);
    mag_status status = read_opened(source, &decoder, stream, err);
    mag_decoder_done(&decoder);
    mag_stream_close(stream);
    return status;
}

static mag_status read_file(const csv_source *source, mag_cohort *cohort, const char *path,
                            mag_error *err) {
    const char *name = mag_source_file_name(path);
    uint16_t file_id;
    mag_run_file *file;
    mag_stream *stream;
    MAG_TRY(mag_cohort_add_file(cohort, source->base.name, name, source->base.kind, &file_id, &file,
                                err));
    MAG_TRY(mag_stream_open(&stream, path, mag_cohort_settings_of(cohort)->account, err));
    return read_stream(source, cohort, stream, file_id, file, err);
}

/* --- the port
 * -------------------------------------------------------------------------------------- */

static mag_status ingest(mag_source *base, mag_cohort *cohort, mag_error *err) {
    const csv_source *source = (const csv_source *)base;
    mag_cohort_declare_table(cohort, base->kind);
    for (size_t i = 0; i < source->path_count; i++)
        MAG_TRY(read_file(source, cohort, source->paths[i], err));
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
    csv_source source = *(const csv_source *)base;
    source.manifest = NULL;
    uint16_t file_id;
    mag_run_file *file;
    mag_stream *stream;
    mag_cohort_declare_table(cohort, base->kind);
    MAG_TRY(mag_cohort_add_file(cohort, base->name, base->name, base->kind, &file_id, &file, err));
    MAG_TRY(mag_stream_open_text(&stream, base->name, text, mag_cohort_settings_of(cohort)->account,
                                 err));
    return read_stream(&source, cohort, stream, file_id, file, err);
}

/* Everything lives in the arena that it was made in. */
static void free_nothing(mag_source *base) {
    (void)base;
}

mag_status mag_source_csv_new(mag_arena *arena, const char *name, const mag_profile *profile,
                              const mag_profile_table *table, const char *const *paths,
                              size_t path_count, bool allow_empty, mag_source **out,
                              mag_error *err) {
    static const mag_source_ops ops = {check, ingest, ingest_text, free_nothing};
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
