#include "cohort/synth_files.h"

#include "io/csv_writer.h"
#include "io/file_digest.h"
#include "io/table_file.h"

#include <string.h>

struct mag_synth_files {
    mag_synth_store store; /* first: the store is the files */
    mag_arena *arena;      /* holds the files themselves */
    mag_account *account;
    const mag_synth_plan *plan;
    mag_synth_files_settings settings;
    unsigned sheet_count;
    const char *names[MAG_SYNTH_SHEETS];
    const char *paths[MAG_SYNTH_SHEETS];
    mag_table_file *files[MAG_SYNTH_SHEETS];
    mag_gzip_packer **packers; /* one a worker */
};

static bool is_packed(const mag_synth_files *files, unsigned sheet) {
    return !files->settings.is_plain && sheet != MAG_SYNTH_TRUTH;
}

/* "labs.csv.gz", or "labs-3.csv.gz" where there are several. NULL if memory is out. */
static const char *name_of(const mag_synth_files *files, unsigned sheet) {
    static const char *const names[] = {"patients", "prescriptions", "conditions", "truth", "labs"};
    const char *end = is_packed(files, sheet) ? "csv.gz" : "csv";
    if (sheet < MAG_SYNTH_LABS || files->sheet_count == MAG_SYNTH_LABS + 1)
        return mag_arena_format(files->arena, "%s.%s", names[sheet], end);
    return mag_arena_format(files->arena, "labs-%u.%s", sheet - MAG_SYNTH_LABS + 1, end);
}

static const char *path_of(const mag_synth_files *files, const char *name) {
    return mag_arena_format(files->arena, "%s/%s", files->settings.directory, name);
}

/* --- the store ------------------------------------------------------------------------------ */

static mag_status pack(mag_synth_store *store, mag_synth_block *block, unsigned worker_idx,
                       mag_error *err) {
    mag_synth_files *files = (mag_synth_files *)store;
    for (unsigned sheet = 0; sheet < files->sheet_count; sheet++)
        if (is_packed(files, sheet) && block->rows[sheet].nbytes > 0)
            MAG_TRY(mag_gzip_pack(files->packers[worker_idx], mag_text_span(&block->rows[sheet]),
                                  &block->packed[sheet], err));
    return MAG_OK;
}

/* What cannot be written shows at the end. */
static mag_status put(mag_synth_store *store, const mag_synth_block *block, mag_error *err) {
    mag_synth_files *files = (mag_synth_files *)store;
    (void)err;
    for (unsigned sheet = 0; sheet < files->sheet_count; sheet++) {
        if (block->rows[sheet].nbytes == 0)
            continue;
        if (is_packed(files, sheet))
            mag_table_file_block(files->files[sheet], &block->packed[sheet]);
        else
            mag_table_file_bytes(files->files[sheet], mag_text_span(&block->rows[sheet]));
    }
    return MAG_OK;
}

static const mag_synth_store_ops ops = {MAG_SYNTH_CSV, pack, put};

mag_synth_store *mag_synth_files_store(mag_synth_files *files) {
    return &files->store;
}

/* --- opening -------------------------------------------------------------------------------- */

static mag_status put_columns(mag_synth_files *files, unsigned sheet, mag_error *err) {
    mag_text line;
    mag_gzip_block packed = {0};
    mag_text_init(&line, files->account);
    mag_text_init(&packed.bytes, files->account);
    mag_text_add_text(&line, mag_synth_columns(sheet));
    mag_text_add_char(&line, '\n');
    mag_status status = mag_text_check(&line, err);
    if (status == MAG_OK && is_packed(files, sheet))
        status = mag_gzip_pack(files->packers[0], mag_text_span(&line), &packed, err);
    if (status == MAG_OK && is_packed(files, sheet))
        mag_table_file_block(files->files[sheet], &packed);
    else if (status == MAG_OK)
        mag_table_file_bytes(files->files[sheet], mag_text_span(&line));
    mag_text_done(&line);
    mag_text_done(&packed.bytes);
    return status;
}

static mag_status open_sheet(mag_synth_files *files, unsigned sheet, mag_error *err) {
    files->names[sheet] = name_of(files, sheet);
    files->paths[sheet] = files->names[sheet] ? path_of(files, files->names[sheet]) : NULL;
    if (!files->paths[sheet])
        return mag_fail_memory(err, strlen(files->settings.directory));
    MAG_TRY(mag_table_file_open(&files->files[sheet], files->paths[sheet], files->account, err));
    return put_columns(files, sheet, err);
}

static mag_status open_all(mag_synth_files *files, mag_error *err) {
    unsigned worker_count = files->settings.worker_count;
    files->packers = mag_arena_alloc(files->arena, worker_count * sizeof(mag_gzip_packer *));
    if (!files->packers)
        return mag_fail_memory(err, worker_count * sizeof(mag_gzip_packer *));
    for (unsigned i = 0; i < worker_count; i++)
        MAG_TRY(mag_gzip_packer_new_quick(&files->packers[i], files->account, err));
    for (unsigned sheet = 0; sheet < files->sheet_count; sheet++)
        MAG_TRY(open_sheet(files, sheet, err));
    return MAG_OK;
}

mag_status mag_synth_files_open(mag_synth_files **out, const mag_synth_plan *plan,
                                const mag_synth_files_settings *settings, mag_account *account,
                                mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_synth_files *files = arena ? mag_arena_alloc(arena, sizeof *files) : NULL;
    if (!files) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *files);
    }
    files->store.ops = &ops;
    files->arena = arena;
    files->account = account;
    files->plan = plan;
    files->settings = *settings;
    files->sheet_count = MAG_SYNTH_LABS + mag_synth_settings_of(plan)->lab_sheet_count;
    mag_status status = open_all(files, err);
    if (status == MAG_OK)
        *out = files;
    else
        mag_synth_files_free(files);
    return status;
}

/* Closes all; the first fault counts. */
static mag_status close_all(mag_synth_files *files, mag_error *err) {
    mag_status status = MAG_OK;
    for (unsigned sheet = 0; sheet < files->sheet_count; sheet++) {
        uint64_t nbytes;
        mag_status closed =
            mag_table_file_end(files->files[sheet], &nbytes, status == MAG_OK ? err : NULL);
        files->files[sheet] = NULL;
        status = status == MAG_OK ? closed : status;
    }
    return status;
}

void mag_synth_files_free(mag_synth_files *files) {
    if (!files)
        return;
    mag_status unwanted = close_all(files, NULL); /* the files are thrown away */
    (void)unwanted;
    for (unsigned i = 0; files->packers && i < files->settings.worker_count; i++)
        mag_gzip_packer_free(files->packers[i]);
    mag_arena_free(files->arena);
}

/* --- the end -------------------------------------------------------------------------------- */

static mag_status put_line(mag_csv_writer *out, const mag_synth_files *files, unsigned sheet,
                           uint64_t row_count, mag_error *err) {
    char hex[MAG_SHA256_HEX_NBYTES];
    MAG_TRY(mag_file_sha256(files->paths[sheet], hex, err));
    mag_csv_writer_text(out, mag_span_of(files->names[sheet]));
    mag_csv_writer_integer(out, (int64_t)row_count);
    mag_csv_writer_text(out, mag_span_of(hex));
    mag_csv_writer_end_row(out);
    return MAG_OK;
}

static mag_status write_manifest(mag_synth_files *files, const mag_synth_totals *totals,
                                 mag_error *err) {
    mag_csv_writer *out;
    const char *path = path_of(files, "manifest.csv");
    if (!path)
        return mag_fail_memory(err, strlen(files->settings.directory));
    MAG_TRY(mag_csv_writer_open(&out, path, "file,rows,sha256", files->account, err));
    mag_status status = MAG_OK;
    for (unsigned sheet = 0; sheet < files->sheet_count && status == MAG_OK; sheet++)
        if (sheet != MAG_SYNTH_TRUTH)
            status = put_line(out, files, sheet, totals->rows[sheet], err);
    mag_status closed = mag_csv_writer_close(out, status == MAG_OK ? err : NULL);
    return status == MAG_OK ? closed : status;
}

mag_status mag_synth_files_end(mag_synth_files *files, const mag_synth_totals *totals,
                               mag_error *err) {
    MAG_TRY(close_all(files, err));
    return write_manifest(files, totals, err);
}
