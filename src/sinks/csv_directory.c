/* Tables are opened when their first row comes, or empty at the end: every published directory
   has all of them; episodes.csv.gz only if there are episodes. */
#include "sinks/csv_directory.h"

#include "io/output_dir.h"
#include "io/table_file.h"
#include "io/yaml_tree.h"
#include "sinks/csv_tables.h"
#include "sinks/same_record.h"

#include <string.h>
#include <unistd.h>

/* What a run writes, in this version or with more options (product contract). */
static const char *const FILES[] = {"run.json",        "flags.csv.gz", "cannot_tell.csv.gz",
                                    "episodes.csv.gz", "summary.csv",  "lab_summary.csv",
                                    "rejects.csv.gz",  "report.html",  NULL};
const mag_output_kind mag_result_directory = {FILES, "run.json", true};

typedef struct csv_directory {
    mag_csv_part own; /* first; rows that were given to the sink itself, not yet written */
    mag_arena *arena;
    mag_account *account;
    const char *dir;
    mag_output_dir *output; /* NULL once ended */
    mag_table_file *files[MAG_CSV_TABLE_COUNT];
    bool is_open[MAG_CSV_TABLE_COUNT];   /* was opened, maybe closed again */
    bool is_broken[MAG_CSV_TABLE_COUNT]; /* could not be written whole */
    uint64_t nbytes;                     /* of the closed tables, written or not */
    mag_gzip_packer *packer;             /* of the own rows; NULL until needed */
    mag_gzip_packer **packers;           /* one of each thread that makes parts */
    unsigned packer_count;
} csv_directory;

/* --- files ---------------------------------------------------------------------------------- */

/* The row that opened the table is there already. */
static void put_header(mag_text *rows, const char *header) {
    mag_text whole;
    mag_text_init(&whole, rows->account);
    mag_text_format(&whole, "%s\n", header);
    mag_text_add(&whole, mag_text_span(rows));
    whole.is_out_of_memory |= rows->is_out_of_memory;
    mag_text_done(rows);
    *rows = whole; /* that memory was out shows when it is packed */
}

static mag_status open_table(csv_directory *to, mag_csv_table table, mag_error *err) {
    const mag_csv_table_facts *facts = &mag_csv_tables[table];
    if (to->is_open[table])
        return MAG_OK;
    const char *path = to->output == NULL ? NULL : mag_output_dir_path(to->output, facts->file);
    if (path == NULL)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "%s: the output has ended", facts->file);
    if (to->packer == NULL && mag_table_file_is_named_gzip(path))
        MAG_TRY(mag_gzip_packer_new(&to->packer, to->account, err));
    MAG_TRY(mag_table_file_open(&to->files[table], path, to->account, err));
    to->is_open[table] = true;
    put_header(&to->own.rows[table].text, facts->header);
    return MAG_OK;
}

static mag_status pack_rows(mag_csv_part *part, mag_csv_table table, mag_gzip_packer *packer,
                            mag_error *err) {
    const mag_text *rows = &part->rows[table].text;
    MAG_TRY(mag_text_check(rows, err));
    if (rows->nbytes == 0 || !mag_table_file_is_named_gzip(mag_csv_tables[table].file))
        return MAG_OK;
    return mag_gzip_pack(packer, mag_text_span(rows), &part->packed[table], err);
}

/* Packed rows, or those of a plain table, behind what the file has. */
static void write_packed(csv_directory *to, mag_csv_part *part, mag_csv_table table) {
    mag_text *rows = &part->rows[table].text;
    if (mag_table_file_is_named_gzip(mag_csv_tables[table].file))
        mag_table_file_block(to->files[table], &part->packed[table]);
    else
        mag_table_file_bytes(to->files[table], mag_text_span(rows));
    mag_text_clear(rows);
}

static mag_status flush_own(csv_directory *to, mag_csv_table table, mag_error *err) {
    if (to->own.rows[table].text.nbytes == 0)
        return MAG_OK;
    MAG_TRY(pack_rows(&to->own, table, to->packer, err));
    write_packed(to, &to->own, table);
    return MAG_OK;
}

static mag_status take_own_row(mag_csv_part *part, mag_csv_table table, mag_error *err) {
    enum { BLOCK_NBYTES = 1 << 17 };
    csv_directory *to = (csv_directory *)part;
    MAG_TRY(open_table(to, table, err));
    return part->rows[table].text.nbytes < BLOCK_NBYTES ? MAG_OK : flush_own(to, table, err);
}

static mag_status end_file(csv_directory *to, mag_csv_table table, mag_error *err) {
    uint64_t nbytes;
    mag_error error;
    if (to->files[table] == NULL)
        return MAG_OK;
    if (flush_own(to, table, &error) != MAG_OK)
        mag_table_file_fail(to->files[table], &error);
    mag_status status = mag_table_file_end(to->files[table], &nbytes, err);
    to->files[table] = NULL;
    to->nbytes += nbytes;
    return status;
}

/* Closes every table; the first fault counts, but all are closed. */
static mag_status close_tables(csv_directory *to, mag_error *err) {
    mag_status first = MAG_OK;
    for (unsigned table = 0; table < MAG_CSV_TABLE_COUNT; table++) {
        mag_error error;
        mag_status status = end_file(to, (mag_csv_table)table, &error);
        to->is_broken[table] |= status != MAG_OK;
        if (status == MAG_OK || first != MAG_OK)
            continue;
        first = status;
        if (err != NULL)
            *err = error;
    }
    return first;
}

/* --- parts ---------------------------------------------------------------------------------- */

typedef struct directory_part {
    mag_csv_part rows; /* first */
    mag_arena *arena;  /* holds the part itself */
    csv_directory *to;
} directory_part;

static mag_status begin_parts(mag_sink *sink, unsigned worker_count, mag_error *err) {
    csv_directory *to = (csv_directory *)sink;
    if (to->packer_count >= worker_count)
        return MAG_OK;
    mag_gzip_packer **packers = mag_arena_alloc(to->arena, worker_count * sizeof(void *));
    if (packers == NULL)
        return mag_fail_memory(err, worker_count * sizeof(void *));
    for (unsigned i = 0; i < to->packer_count; i++)
        packers[i] = to->packers[i];
    to->packers = packers;
    while (to->packer_count < worker_count) {
        MAG_TRY(mag_gzip_packer_new(&packers[to->packer_count], to->account, err));
        to->packer_count++;
    }
    return MAG_OK;
}

static mag_status pack_part(mag_sink *sink, unsigned worker_idx, mag_error *err) {
    directory_part *part = (directory_part *)sink;
    for (unsigned table = 0; table < MAG_CSV_TABLE_COUNT; table++)
        MAG_TRY(pack_rows(&part->rows, (mag_csv_table)table, part->to->packers[worker_idx], err));
    return MAG_OK;
}

static mag_status write_part(mag_sink *sink, mag_sink *from, mag_error *err) {
    csv_directory *to = (csv_directory *)sink;
    mag_csv_part *part = (mag_csv_part *)from;
    for (unsigned table = 0; table < MAG_CSV_TABLE_COUNT; table++) {
        if (part->rows[table].text.nbytes == 0)
            continue;
        MAG_TRY(open_table(to, (mag_csv_table)table, err));
        MAG_TRY(flush_own(to, (mag_csv_table)table, err));
        write_packed(to, part, (mag_csv_table)table);
    }
    return MAG_OK;
}

static void free_part(mag_sink *sink) {
    directory_part *part = (directory_part *)sink;
    if (sink == NULL)
        return;
    mag_csv_part_done(&part->rows);
    mag_arena_free(part->arena);
}

static mag_status new_part(mag_sink *sink, mag_sink **out, mag_error *err) {
    static const mag_sink_ops ops = {.flag = mag_csv_put_flag,
                                     .cannot_tell = mag_csv_put_cannot_tell,
                                     .episode = mag_csv_put_episode,
                                     .reject = mag_csv_put_reject,
                                     .part_pack = pack_part,
                                     .free = free_part};
    csv_directory *to = (csv_directory *)sink;
    mag_arena *arena = mag_arena_new(to->account);
    directory_part *part = arena == NULL ? NULL : mag_arena_alloc(arena, sizeof *part);
    if (part == NULL) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *part);
    }
    mag_csv_part_init(&part->rows, &ops, to->account);
    part->arena = arena;
    part->to = to;
    *out = &part->rows.sink;
    return MAG_OK;
}

/* --- the end -------------------------------------------------------------------------------- */

/* Closes and writes what is left; a fault of writing tells how much room the whole result needs. */
static mag_status write_rest(csv_directory *to, mag_span run_json, mag_error *err) {
    enum { MEGABYTE = 1000000 };
    mag_status status = close_tables(to, err);
    if (status == MAG_OK)
        status = mag_output_dir_write(to->output, "run.json", run_json, err);
    if (status == MAG_E_RESOURCE && err != NULL && err->message == MAG_MSG_P403) {
        unsigned long long megabytes = (to->nbytes + run_json.nbytes + MEGABYTE - 1) / MEGABYTE;
        mag_hint(err, "the result needs %llu MB in %.300s: make room there, and run again",
                 megabytes, to->dir);
    }
    return status;
}

static mag_status end_output(csv_directory *to, mag_span run_json, mag_output_end end,
                             mag_error *err) {
    MAG_TRY(write_rest(to, run_json, err));
    mag_output_dir *output = to->output;
    to->output = NULL;
    return mag_output_dir_end(output, end, err);
}

static mag_status end_whole(mag_sink *sink, mag_span run_json, mag_output_end end, mag_error *err) {
    csv_directory *to = (csv_directory *)sink;
    for (unsigned table = 0; table < MAG_CSV_EPISODES; table++)
        MAG_TRY(open_table(to, (mag_csv_table)table, err));
    return end_output(to, run_json, end, err);
}

/* What lies there must be whole: else publishing again is what mends it. */
static bool has_all_tables(csv_directory *to) {
    for (unsigned table = 0; table < MAG_CSV_EPISODES; table++) {
        const char *path =
            mag_arena_format(to->arena, "%s/%s", to->dir, mag_csv_tables[table].file);
        if (path == NULL || access(path, R_OK) != 0)
            return false;
    }
    return true;
}

static bool is_current(mag_sink *sink, mag_span run_json) {
    csv_directory *to = (csv_directory *)sink;
    mag_span current;
    mag_error unreported; /* nothing published yet */
    const char *path = mag_arena_format(to->arena, "%s/run.json", to->dir);
    if (path == NULL || access(path, R_OK) != 0 || !has_all_tables(to) ||
        mag_yaml_read_file(to->arena, path, &current, &unreported) != MAG_OK)
        return false;
    return mag_record_is_same(to->account, current, run_json);
}

static mag_status publish(mag_sink *sink, mag_span run_json, mag_error *err) {
    return end_whole(sink, run_json, MAG_OUTPUT_PUBLISHED, err);
}

static mag_status hold(mag_sink *sink, mag_span run_json, mag_error *err) {
    return end_whole(sink, run_json, MAG_OUTPUT_HELD, err);
}

/* Removes a table that must not outlive a failed run. */
static mag_status remove_table(csv_directory *to, mag_csv_table table, mag_error *err) {
    if (!to->is_open[table])
        return MAG_OK;
    const char *path = mag_output_dir_path(to->output, mag_csv_tables[table].file);
    if (path == NULL || unlink(path) != 0)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "cannot remove %s",
                        mag_csv_tables[table].file);
    return MAG_OK;
}

static mag_status fail(mag_sink *sink, mag_span run_json, mag_error *err) {
    csv_directory *to = (csv_directory *)sink;
    if (to->output == NULL) /* publishing itself failed: there is no place left for a record */
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "%s: the output has ended", to->dir);
    MAG_TRY(open_table(to, MAG_CSV_REJECTS, err));
    MAG_TRY(close_tables(to, err));
    if (to->is_broken[MAG_CSV_REJECTS]) /* a record with half a table is none */
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "%s: rejects were not written", to->dir);
    for (unsigned table = 0; table < MAG_CSV_TABLE_COUNT; table++)
        if (table != MAG_CSV_REJECTS)
            MAG_TRY(remove_table(to, (mag_csv_table)table, err));
    return end_output(to, run_json, MAG_OUTPUT_FAILED, err);
}

static void free_sink(mag_sink *sink) {
    csv_directory *to = (csv_directory *)sink;
    mag_error unreported; /* the run did not end well, and says so itself */
    if (sink == NULL)
        return;
    mag_status status = close_tables(to, &unreported);
    (void)status;
    mag_output_dir_abandon(to->output);
    mag_gzip_packer_free(to->packer);
    for (unsigned i = 0; i < to->packer_count; i++)
        mag_gzip_packer_free(to->packers[i]);
    mag_csv_part_done(&to->own);
    mag_arena_free(to->arena);
}

static const mag_sink_ops OPS = {.flag = mag_csv_put_flag,
                                 .cannot_tell = mag_csv_put_cannot_tell,
                                 .summary = mag_csv_put_summary,
                                 .lab_summary = mag_csv_put_lab_summary,
                                 .episode = mag_csv_put_episode,
                                 .reject = mag_csv_put_reject,
                                 .parts_begin = begin_parts,
                                 .part_new = new_part,
                                 .part_write = write_part,
                                 .is_current = is_current,
                                 .publish = publish,
                                 .hold = hold,
                                 .fail = fail,
                                 .free = free_sink};

mag_status mag_sink_csv_directory_new(mag_sink **out, const char *dir, bool force,
                                      mag_account *account, mag_error *err) {
    mag_arena *arena = mag_arena_new(account);
    csv_directory *to = arena == NULL ? NULL : mag_arena_alloc(arena, sizeof *to);
    if (to == NULL) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *to);
    }
    *to = (csv_directory){.arena = arena, .account = account};
    mag_csv_part_init(&to->own, &OPS, account);
    to->own.on_row = take_own_row;
    to->dir = mag_arena_text(arena, mag_span_of(dir));
    mag_status status =
        to->dir == NULL
            ? mag_fail_memory(err, strlen(dir))
            : mag_output_dir_begin(&to->output, dir, &mag_result_directory, force, account, err);
    if (status != MAG_OK) {
        mag_arena_free(arena);
        return status;
    }
    *out = &to->own.sink;
    return MAG_OK;
}
