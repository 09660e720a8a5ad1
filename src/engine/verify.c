/* A table row becomes the row that the sink was given, and goes into the same digest.

   The writer puts ' before a cell that a spreadsheet would run; here it is taken away again. */
#include "engine/verify.h"

#include "engine/evidence.h"
#include "io/csv_reader.h"
#include "io/csv_writer.h"
#include "io/yaml_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_LIMIT = 24 };

typedef struct result_reader result_reader;

/* Takes one row of a table; the cells are in the order of the table's columns. */
typedef mag_status (*row_taker)(result_reader *verifier, const char *const *cells, mag_error *err);

typedef struct table_shape {
    const char *file;
    const char *columns[COLUMN_LIMIT]; /* those needed, NULL-ended */
    row_taker take;
} table_shape;

struct result_reader {
    const char *dir;
    mag_account *account;
    mag_arena *arena; /* of the row; emptied after it */
    mag_digest *digest;
    mag_text facts;
    const char *header;
    const char *as_of;    /* of the run; a series: its last T */
    mag_digest *series;   /* of the summaries of a series; NULL without one */
    char block_as_of[64]; /* T of the summary rows that come last */
};

static uint64_t count_of(const char *cell) {
    return strtoull(cell, NULL, 10);
}

static mag_severity severity_of(const char *name) {
    unsigned severity = MAG_SEVERITY_COUNT - 1;
    while (severity > 0 && strcmp(mag_severity_name((mag_severity)severity), name) != 0)
        severity--;
    return (mag_severity)severity;
}

static mag_status take_lab_summary(result_reader *verifier, const char *const *cells,
                                   mag_error *err) {
    mag_lab_summary_row row = {.analyte = cells[0],
                               .unit = cells[1],
                               .results = count_of(cells[2]),
                               .patients = count_of(cells[3]),
                               .missing_patients = count_of(cells[4]),
                               .censored = count_of(cells[5]),
                               .implausible = count_of(cells[6]),
                               .text = count_of(cells[7]),
                               .below_range = count_of(cells[17]),
                               .above_range = count_of(cells[18])};
    for (size_t i = 0; i < 9; i++)
        row.quantiles[i] = cells[8 + i];
    return mag_digest_lab_summary(verifier->digest, &row, err);
}

static mag_status take_cannot_tell(result_reader *verifier, const char *const *cells,
                                   mag_error *err) {
    mag_cannot_tell_row row = {.patient_id = mag_span_of(cells[0]),
                               .rule_id = cells[1],
                               .as_of = cells[2],
                               .reasons = cells[3],
                               .detail = ""};
    return mag_digest_cannot_tell(verifier->digest, &row, err);
}

static mag_status take_flag(result_reader *verifier, const char *const *cells, mag_error *err) {
    mag_flag_row row = {.patient_id = mag_span_of(cells[0]),
                        .rule_id = cells[1],
                        .as_of = cells[2],
                        .severity = severity_of(cells[3]),
                        .hidden_by = cells[4]};
    mag_text_clear(&verifier->facts);
    mag_event_interval event;
    if (!mag_evidence_read(mag_span_of(cells[5]), &verifier->facts, &event))
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_P404,
                        "the evidence is not as magscreen writes it");
    MAG_TRY(mag_text_check(&verifier->facts, err));
    return mag_digest_flag(verifier->digest, &row, mag_text_span(&verifier->facts), err);
}

/* Rows of a series go into its digest, T by T, and only those of the last T into the result's. */
static mag_status take_series_row(result_reader *verifier, const mag_summary_row *row,
                                  mag_error *err) {
    if (strcmp(verifier->block_as_of, row->as_of) != 0)
        MAG_TRY(mag_digest_end_block(verifier->series, err));
    snprintf(verifier->block_as_of, sizeof verifier->block_as_of, "%s", row->as_of);
    MAG_TRY(mag_digest_summary(verifier->series, row, err));
    return strcmp(row->as_of, verifier->as_of) == 0 ? mag_digest_summary(verifier->digest, row, err)
                                                    : MAG_OK;
}

static mag_status take_summary(result_reader *verifier, const char *const *cells, mag_error *err) {
    mag_summary_row row = {.as_of = cells[0],
                           .rule_id = cells[1],
                           .stratum = cells[2],
                           .level = cells[3],
                           .eligible = count_of(cells[4]),
                           .flagged = count_of(cells[5]),
                           .clear = count_of(cells[6]),
                           .cannot_tell = count_of(cells[7]),
                           .hidden = count_of(cells[8])};
    return verifier->series == NULL ? mag_digest_summary(verifier->digest, &row, err)
                                    : take_series_row(verifier, &row, err);
}

static const table_shape LAB_SUMMARY = {"lab_summary.csv",
                                        {"analyte", "unit", "results", "patients",
                                         "missing_patients", "censored", "implausible", "text",
                                         "min", "p1", "p5", "p25", "p50", "p75", "p95", "p99",
                                         "max", "below_range", "above_range"},
                                        take_lab_summary};
static const table_shape CANNOT_TELL = {
    "cannot_tell.csv.gz", {"patient_id", "rule_id", "as_of", "reasons"}, take_cannot_tell};
static const table_shape FLAGS = {
    "flags.csv.gz",
    {"patient_id", "rule_id", "as_of", "severity", "hidden_by", "evidence"},
    take_flag};
static const table_shape SUMMARY = {"summary.csv",
                                    {"as_of", "rule_id", "stratum", "level", "eligible", "flagged",
                                     "clear", "cannot_tell", "hidden"},
                                    take_summary};

static mag_status find_columns(const mag_csv_reader *reader, const table_shape *table,
                               unsigned *columns, mag_error *err) {
    for (size_t i = 0; table->columns[i] != NULL; i++) {
        unsigned column_idx = 0;
        unsigned count = mag_csv_column_count(reader);
        while (column_idx < count &&
               !mag_span_is(mag_csv_column_name(reader, column_idx), table->columns[i]))
            column_idx++;
        if (column_idx == count)
            return mag_fail(err, MAG_E_INPUT, MAG_MSG_I128, "column \"%s\" is missing",
                            table->columns[i]);
        columns[i] = column_idx;
    }
    return MAG_OK;
}

static mag_status take_row(result_reader *verifier, const table_shape *table,
                           const unsigned *columns, const mag_csv_row *row, mag_error *err) {
    const char *cells[COLUMN_LIMIT] = {0};
    if (row->fault != MAG_CSV_OK)
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_I131, "line %u is not a row of a table",
                        row->line);
    for (size_t i = 0; table->columns[i] != NULL; i++) {
        cells[i] = mag_arena_text(verifier->arena, mag_csv_without_guard(row->fields[columns[i]]));
        if (cells[i] == NULL)
            return mag_fail_memory(err, row->fields[columns[i]].nbytes);
    }
    mag_status status = table->take(verifier, cells, err);
    mag_arena_reset(verifier->arena);
    return status;
}

static mag_status read_rows(result_reader *verifier, const table_shape *table,
                            mag_csv_reader *reader, mag_error *err) {
    unsigned columns[COLUMN_LIMIT];
    const mag_csv_row *row;
    MAG_TRY(find_columns(reader, table, columns, err));
    for (;;) {
        MAG_TRY(mag_csv_next(reader, &row, err));
        if (row == NULL)
            return MAG_OK;
        MAG_TRY(take_row(verifier, table, columns, row, err));
    }
}

static mag_status read_table(result_reader *verifier, const table_shape *table, mag_error *err) {
    char path[4096];
    mag_stream *stream = NULL;
    mag_csv_reader *reader = NULL;
    snprintf(path, sizeof path, "%s/%s", verifier->dir, table->file);
    mag_status status = mag_stream_open(&stream, path, verifier->account, err);
    if (status == MAG_OK)
        status = mag_csv_open(&reader, stream, table->file, ',', 0, verifier->account, err);
    if (status == MAG_OK) {
        status = read_rows(verifier, table, reader, err);
        if (status != MAG_OK)
            mag_error_place(err, "%s", table->file);
    }
    mag_csv_close(reader);
    mag_stream_close(stream);
    return status;
}

/* Of the series in run.json, if there is one. */
static mag_status read_series(result_reader *verifier, const mag_yaml *root, const char *path,
                              mag_verification *out, mag_error *err) {
    const mag_yaml *series = mag_yaml_get(root, "series");
    const char *recorded = series == NULL ? NULL : mag_yaml_get_text(series, "summary_sha256");
    verifier->as_of = mag_yaml_get_text(root, "as_of");
    if (series == NULL)
        return MAG_OK;
    if (recorded == NULL || verifier->as_of == NULL ||
        strlen(recorded) != MAG_SHA256_HEX_NBYTES - 1)
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_P404, "%s: the series has no summary_sha256",
                        path);
    memcpy(out->series_recorded, recorded, MAG_SHA256_HEX_NBYTES);
    return mag_digest_new(&verifier->series, verifier->account, NULL, NULL, err);
}

/* run.json as YAML: what this program writes is also a flow mapping. */
static mag_status read_record(result_reader *verifier, mag_arena *arena, mag_verification *out,
                              mag_error *err) {
    const char *path = mag_arena_format(arena, "%s/run.json", verifier->dir);
    const mag_yaml *root;
    mag_span text;
    if (path == NULL)
        return mag_fail_memory(err, 1);
    MAG_TRY(mag_yaml_read_file(arena, path, &text, err));
    MAG_TRY(mag_yaml_parse(arena, path, text, MAG_E_INPUT, &root, err));
    const char *recorded = mag_yaml_get_text(root, "result_sha256");
    verifier->header = mag_yaml_get_text(root, "digest_header");
    if (recorded == NULL || verifier->header == NULL ||
        strlen(recorded) != MAG_SHA256_HEX_NBYTES - 1)
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_P404,
                        "%s has no result_sha256: this run published nothing", path);
    memcpy(out->recorded, recorded, MAG_SHA256_HEX_NBYTES);
    return read_series(verifier, root, path, out, err);
}

static mag_status read_tables(result_reader *verifier, mag_error *err) {
    MAG_TRY(read_table(verifier, &LAB_SUMMARY, err));
    MAG_TRY(read_table(verifier, &CANNOT_TELL, err));
    MAG_TRY(read_table(verifier, &FLAGS, err));
    MAG_TRY(mag_digest_header(verifier->digest, verifier->header, err));
    return read_table(verifier, &SUMMARY, err);
}

static mag_status verify(result_reader *verifier, mag_digest_line on_line, void *context,
                         mag_verification *out, mag_error *err) {
    MAG_TRY(mag_digest_new(&verifier->digest, verifier->account, on_line, context, err));
    mag_status status = read_tables(verifier, err);
    if (status != MAG_OK) {
        mag_digest_free(verifier->digest);
        return status;
    }
    MAG_TRY(mag_digest_end(verifier->digest, out->computed, err));
    if (verifier->series != NULL) {
        mag_digest *series = verifier->series;
        verifier->series = NULL;
        MAG_TRY(mag_digest_end(series, out->series_computed, err));
    }
    out->is_same = strcmp(out->recorded, out->computed) == 0 &&
                   strcmp(out->series_recorded, out->series_computed) == 0;
    return MAG_OK;
}

mag_status mag_verify_directory(const char *dir, mag_account *account, mag_digest_line on_line,
                                void *context, mag_verification *out, mag_error *err) {
    result_reader verifier = {.dir = dir, .account = account};
    mag_arena *arena = mag_arena_new(account);
    mag_status status = MAG_OK;
    *out = (mag_verification){0};
    verifier.arena = mag_arena_new(account);
    mag_text_init(&verifier.facts, account);
    if (arena == NULL || verifier.arena == NULL)
        status = mag_fail_memory(err, sizeof verifier);
    if (status == MAG_OK)
        status = read_record(&verifier, arena, out, err);
    if (status == MAG_OK)
        status = verify(&verifier, on_line, context, out, err);
    mag_digest_free(verifier.series);
    mag_text_done(&verifier.facts);
    mag_arena_free(verifier.arena);
    mag_arena_free(arena);
    return status;
}
