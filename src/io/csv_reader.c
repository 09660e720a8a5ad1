#include "io/csv_reader.h"

#include "io/csv_splitter.h"

struct mag_csv_reader {
    mag_account *account;
    mag_arena *arena; /* holds the reader */
    mag_csv_splitter *splitter;
    mag_csv_block_reader *rows;
    mag_csv_block block;
    bool has_block;
    mag_csv_facts facts;
};

static mag_status next_block(mag_csv_reader *r, bool *is_over, mag_error *err) {
    MAG_TRY(mag_csv_splitter_next(r->splitter, &r->block, is_over, err));
    r->has_block = !*is_over;
    if (*is_over)
        return mag_csv_facts_check(mag_csv_facts_of(r), mag_csv_splitter_shape(r->splitter)->name,
                                   err);
    mag_csv_block_begin(r->rows, mag_csv_splitter_shape(r->splitter), &r->block);
    return MAG_OK;
}

mag_status mag_csv_next(mag_csv_reader *r, const mag_csv_row **row, mag_error *err) {
    bool is_over = false;
    *row = NULL;
    while (!*row && !is_over) {
        if (r->has_block)
            MAG_TRY(mag_csv_block_next(r->rows, row, err));
        if (!*row)
            MAG_TRY(next_block(r, &is_over, err));
    }
    return MAG_OK;
}

const mag_csv_facts *mag_csv_facts_of(mag_csv_reader *r) {
    r->facts = *mag_csv_splitter_facts(r->splitter);
    mag_csv_facts_add(&r->facts, mag_csv_block_facts(r->rows));
    return &r->facts;
}

bool mag_csv_set_scanner(mag_csv_reader *r, mag_csv_scanner scanner) {
    return mag_csv_splitter_set_scanner(r->splitter, scanner);
}

void mag_csv_count_lines_from(mag_csv_reader *r, uint32_t line) {
    mag_csv_splitter_count_lines_from(r->splitter, line);
}

unsigned mag_csv_column_count(const mag_csv_reader *r) {
    return mag_csv_splitter_shape(r->splitter)->column_count;
}

mag_span mag_csv_column_name(const mag_csv_reader *r, unsigned column_idx) {
    return mag_csv_splitter_shape(r->splitter)->columns[column_idx];
}

mag_status mag_csv_open(mag_csv_reader **out, mag_stream *stream, const char *name, char delimiter,
                        size_t buffer_nbytes, mag_account *account, mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_csv_reader *r = arena ? mag_arena_alloc(arena, sizeof *r) : NULL;
    if (!r) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *r);
    }
    r->account = account;
    r->arena = arena;
    mag_status status =
        mag_csv_splitter_open(&r->splitter, stream, name, delimiter, buffer_nbytes, account, err);
    if (status == MAG_OK)
        status = mag_csv_block_reader_new(&r->rows, account, err);
    if (status == MAG_OK)
        *out = r;
    else
        mag_csv_close(r);
    return status;
}

void mag_csv_close(mag_csv_reader *r) {
    if (!r)
        return;
    mag_csv_block_reader_free(r->rows);
    mag_csv_block_free(&r->block, r->account);
    mag_csv_splitter_close(r->splitter);
    mag_arena_free(r->arena);
}
