#include "cli/result_dir.h"

#include "io/csv_reader.h"
#include "io/csv_writer.h"
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

/* What the machine lacks has a hint of its own. */
static void hint_folder(mag_error *err) {
    if (err->status != MAG_E_RESOURCE)
        mag_hint(err, "name a folder that magscreen run has written");
}

mag_status mag_result_read_record(mag_arena *arena, const char *directory, mag_result_record *out,
                                  mag_error *err) {
    char *path = mag_arena_format(arena, "%s/run.json", directory);
    if (!path)
        return mag_fail_memory(err, strlen(directory));
    mag_span text;
    mag_status status = mag_yaml_read_file(arena, path, &text, err);
    if (status != MAG_OK) {
        hint_folder(err);
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

/* --- tables ------------------------------------------------------------------------------------
 */
typedef struct table {
    mag_stream *stream;
    mag_csv_reader *reader;
    const mag_csv_row *row;
} table;

static mag_status table_open(table *in, mag_arena *arena, const char *directory, const char *name,
                             mag_error *err) {
    *in = (table){0};
    char *path = mag_arena_format(arena, "%s/%s", directory, name);
    if (!path)
        return mag_fail_memory(err, strlen(directory));
    mag_account *account = mag_arena_account(arena);
    mag_status status = mag_stream_open(&in->stream, path, account, err);
    if (status != MAG_OK) {
        hint_folder(err);
        return status;
    }
    return mag_csv_open(&in->reader, in->stream, path, ',', 0, account, err);
}

static void table_close(table *in) {
    if (in->reader)
        mag_csv_close(in->reader);
    mag_stream_close(in->stream);
}

/* Finds the columns by name; every one must be there. */
static mag_status table_columns(const table *in, const char *const *names, unsigned *columns,
                                mag_error *err) {
    for (size_t i = 0; names[i]; i++) {
        unsigned column = 0;
        while (column < mag_csv_column_count(in->reader) &&
               !mag_span_is(mag_csv_column_name(in->reader, column), names[i]))
            column++;
        if (column == mag_csv_column_count(in->reader))
            return mag_fail(err, MAG_E_INPUT, MAG_MSG_I128,
                            "this is no table of magscreen: column \"%s\" is missing", names[i]);
        columns[i] = column;
    }
    return MAG_OK;
}

/* Next row into texts (in the order of the columns); *is_end at the verified end. A cell that got
   a ' in front against spreadsheets loses it again. */
static mag_status table_next(table *in, mag_arena *arena, const unsigned *columns, size_t count,
                             const char **texts, bool *is_end, mag_error *err) {
    MAG_TRY(mag_csv_next(in->reader, &in->row, err));
    *is_end = !in->row;
    if (*is_end)
        return MAG_OK;
    if (in->row->fault != MAG_CSV_OK)
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_I131, "line %u is damaged", in->row->line);
    for (size_t i = 0; i < count; i++) {
        mag_span cell = mag_csv_without_guard(in->row->fields[columns[i]]);
        texts[i] = mag_arena_text(arena, cell);
        if (!texts[i])
            return mag_fail_memory(err, cell.nbytes);
    }
    return MAG_OK;
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
    return (mag_flag_line){texts[0], texts[1], texts[2], texts[3], texts[4], texts[5], texts[6],
                           texts[7], texts[8], texts[9], severity, severity, NULL,     texts[11]};
}

/* A flag that is shown stands for those that it hides (hidden_by names the visible one), so that
   the worst of them is seen no later than it would have been by itself. */
static void rank_patient(mag_flag_line *flags, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            if (strcmp(flags[i].hidden_by, flags[j].rule_id) == 0 &&
                flags[i].severity > flags[j].rank) {
                flags[j].rank = flags[i].severity;
                flags[j].rank_rule_id = flags[i].rule_id;
            }
}

/* The table is sorted by patient. */
static void rank_flags(mag_flag_line *flags, size_t count) {
    for (size_t begin = 0, end; begin < count; begin = end) {
        end = begin + 1;
        while (end < count && strcmp(flags[end].patient_id, flags[begin].patient_id) == 0)
            end++;
        rank_patient(flags + begin, end - begin);
    }
}

static int compare_flags(const void *left, const void *right) {
    const mag_flag_line *a = left, *b = right;
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

static mag_status read_flag_rows(table *in, mag_arena *arena, flag_list *flags, mag_error *err) {
    unsigned columns[FLAG_COLUMN_COUNT];
    const char *texts[FLAG_COLUMN_COUNT];
    MAG_TRY(table_columns(in, flag_columns, columns, err));
    for (bool is_end = false;;) {
        MAG_TRY(table_next(in, arena, columns, FLAG_COLUMN_COUNT, texts, &is_end, err));
        if (is_end)
            return MAG_OK;
        MAG_TRY(mag_grow(mag_arena_account(arena), &flags->items, &flags->capacity,
                         sizeof(mag_flag_line), flags->count + 1, err));
        ((mag_flag_line *)flags->items)[flags->count++] = flag_of(texts);
    }
}

mag_status mag_result_read_flags(mag_arena *arena, const char *directory, const mag_flag_line **out,
                                 size_t *count, mag_error *err) {
    table in;
    flag_list flags = {0};
    mag_status status = table_open(&in, arena, directory, "flags.csv.gz", err);
    if (status == MAG_OK)
        status = read_flag_rows(&in, arena, &flags, err);
    table_close(&in);
    size_t nbytes = flags.count * sizeof(mag_flag_line);
    mag_flag_line *kept = mag_arena_alloc(arena, nbytes + 1);
    if (status == MAG_OK && !kept)
        status = mag_fail_memory(err, nbytes);
    if (status == MAG_OK && flags.count > 0) {
        memcpy(kept, flags.items, nbytes);
        rank_flags(kept, flags.count);
        qsort(kept, flags.count, sizeof *kept, compare_flags);
    }
    mag_drop(mag_arena_account(arena), flags.items, flags.capacity, sizeof(mag_flag_line));
    *out = kept;
    *count = flags.count;
    return status;
}

bool mag_flag_is_on_worklist(const mag_flag_line *flag) {
    return flag->hidden_by[0] == '\0' && flag->rank > MAG_SEVERITY_INFO;
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

static mag_status read_rule_ids(table *in, mag_arena *arena, const char **ids, mag_error *err) {
    static const char *const names[] = {"rule_id", NULL};
    unsigned column;
    size_t count = 0;
    MAG_TRY(table_columns(in, names, &column, err));
    for (bool is_end = false;;) {
        const char *id = NULL;
        MAG_TRY(table_next(in, arena, &column, 1, &id, &is_end, err));
        if (is_end)
            return MAG_OK;
        if (count < RULE_COUNT && !holds(ids, count, id))
            ids[count++] = id;
    }
}

mag_status mag_result_read_rules(mag_arena *arena, const char *directory, const char *const **ids,
                                 mag_error *err) {
    table in;
    const char **kept = mag_arena_alloc(arena, (RULE_COUNT + 1) * sizeof *kept);
    if (!kept)
        return mag_fail_memory(err, RULE_COUNT * sizeof *kept);
    memset(kept, 0, (RULE_COUNT + 1) * sizeof *kept);
    mag_status status = table_open(&in, arena, directory, "summary.csv", err);
    if (status == MAG_OK)
        status = read_rule_ids(&in, arena, kept, err);
    table_close(&in);
    *ids = kept;
    return status;
}

/* --- rejects -----------------------------------------------------------------------------------
 */
static mag_status each_reject(table *in, mag_arena *rows,
                              mag_status (*each)(void *context, const mag_reject_line *row,
                                                 mag_error *err),
                              void *context, mag_error *err) {
    static const char *const names[] = {"source", "file", "column", "reason",
                                        "detail", "line", NULL};
    unsigned columns[6];
    const char *texts[6];
    MAG_TRY(table_columns(in, names, columns, err));
    for (bool is_end = false;; mag_arena_reset(rows)) {
        MAG_TRY(table_next(in, rows, columns, 6, texts, &is_end, err));
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
    table in;
    mag_status status = table_open(&in, arena, directory, "rejects.csv.gz", err);
    if (status == MAG_OK)
        status = each_reject(&in, rows, each, context, err);
    table_close(&in);
    mag_arena_free(rows);
    return status;
}
