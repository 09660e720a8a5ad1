/* Rows are built in a block and handed on when it is full:

     cells ─▶ block ─┬─▶ (plain) ──▶ file
                     └─▶ pack ─────▶ file

   The same cells give the same bytes. */
#include "io/csv_writer.h"

#include "io/table_file.h"

enum { BLOCK_NBYTES = 1 << 17 };

struct mag_csv_writer {
    mag_arena *arena; /* holds the writer itself */
    mag_table_file *file;
    mag_gzip_packer *packer; /* NULL: plain */
    mag_csv_cells cells;
    mag_gzip_block packed;
};

static mag_status pack(mag_csv_writer *w, mag_error *err) {
    MAG_TRY(mag_text_check(&w->cells.text, err));
    if (!w->packer) {
        mag_table_file_bytes(w->file, mag_text_span(&w->cells.text));
        return MAG_OK;
    }
    MAG_TRY(mag_gzip_pack(w->packer, mag_text_span(&w->cells.text), &w->packed, err));
    mag_table_file_block(w->file, &w->packed);
    return MAG_OK;
}

/* After a fault too: how much room is needed is part of the message. */
static void hand_on(mag_csv_writer *w) {
    mag_error error;
    if (pack(w, &error) != MAG_OK)
        mag_table_file_fail(w->file, &error);
    mag_text_clear(&w->cells.text);
}

/* --- cells ---------------------------------------------------------------------------------- */

void mag_csv_writer_text(mag_csv_writer *w, mag_span cell) {
    mag_csv_cells_text(&w->cells, cell);
}

void mag_csv_writer_id(mag_csv_writer *w, mag_span cell) {
    mag_csv_cells_id(&w->cells, cell);
}

void mag_csv_writer_number(mag_csv_writer *w, const char *cell) {
    mag_csv_cells_number(&w->cells, cell);
}

void mag_csv_writer_integer(mag_csv_writer *w, int64_t cell) {
    mag_csv_cells_integer(&w->cells, cell);
}

void mag_csv_writer_empty(mag_csv_writer *w) {
    mag_csv_cells_empty(&w->cells);
}

void mag_csv_writer_end_row(mag_csv_writer *w) {
    mag_csv_cells_end_row(&w->cells);
    if (w->cells.text.nbytes >= BLOCK_NBYTES)
        hand_on(w);
}

/* --- opening and closing -------------------------------------------------------------------- */

static void free_writer(mag_csv_writer *w) {
    mag_gzip_packer_free(w->packer);
    mag_text_done(&w->cells.text);
    mag_text_done(&w->packed.bytes);
    mag_arena_free(w->arena);
}

/* The file is opened last: it is there only if everything else is. */
static mag_status begin(mag_csv_writer *w, const char *path, const char *header,
                        mag_account *account, mag_error *err) {
    mag_text_init(&w->cells.text, account);
    mag_text_init(&w->packed.bytes, account);
    mag_text_add_text(&w->cells.text, header);
    mag_text_add_char(&w->cells.text, '\n');
    MAG_TRY(mag_text_check(&w->cells.text, err));
    if (mag_table_file_is_named_gzip(path))
        MAG_TRY(mag_gzip_packer_new(&w->packer, account, err));
    return mag_table_file_open(&w->file, path, account, err);
}

mag_status mag_csv_writer_open(mag_csv_writer **out, const char *path, const char *header,
                               mag_account *account, mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_csv_writer *w = arena ? mag_arena_alloc(arena, sizeof *w) : NULL;
    if (!w) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *w);
    }
    w->arena = arena;
    mag_status status = begin(w, path, header, account, err);
    if (status == MAG_OK)
        *out = w;
    else
        free_writer(w);
    return status;
}

mag_status mag_csv_writer_close(mag_csv_writer *w, mag_error *err) {
    uint64_t nbytes;
    if (!w)
        return MAG_OK;
    hand_on(w);
    mag_status status = mag_table_file_end(w->file, &nbytes, err);
    free_writer(w);
    return status;
}
