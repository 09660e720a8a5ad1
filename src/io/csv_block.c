/* The reader of a block: rows that are cut and need no look are handed out here, one by one or many
   at a time, all others by csv_block_record.c. */
#include "io/csv_block_parts.h"

/* No line waits for what follows it, and line numbers do not end within the next rows. */
static bool is_between_plain_rows(const mag_csv_block_reader *r) {
    return !r->is_row_handed_next && !r->waiting.row.line &&
           r->line <= UINT32_MAX - MAG_CSV_MOST_CUT;
}

/* The first of the rows that are cut may be more than a row of values. */
static bool needs_look(const mag_csv_block_reader *r, const mag_span *cells) {
    return mag_csv_may_be_padded_footer(cells, r->shape->column_count, mag_csv_block_record(r)) ||
           mag_csv_may_be_header(cells[0], r->shape);
}

static void step_over_cut(mag_csv_block_reader *r) {
    const size_t end = r->cut_at + r->cut_ends[r->cut_next++];
    mag_csv_count_line_end(r, r->block->bytes[end - 2] == '\r');
    r->at = end;
    r->line++;
}

/* The next row, if it is cut and nothing about it needs a look. */
static bool take_plain_row(mag_csv_block_reader *r) {
    if (r->cut_next == r->cut_count || !is_between_plain_rows(r))
        return false;
    const unsigned column_count = r->shape->column_count;
    mag_span *cells = r->fields + r->cut_next * column_count;
    if (needs_look(r, cells))
        return false;
    r->row = (mag_csv_row){.line = (uint32_t)r->line, .field_count = column_count, .fields = cells};
    step_over_cut(r);
    r->has_row = true;
    return true;
}

void mag_csv_block_next_rows(mag_csv_block_reader *r, mag_cell_rows *rows) {
    const unsigned column_count = r->shape->column_count;
    *rows = (mag_cell_rows){.column_count = column_count};
    if (!r->shape->cut || r->is_long_line_next || !is_between_plain_rows(r))
        return;
    if (r->cut_next == r->cut_count)
        mag_csv_block_cut(r);
    const mag_span *cells = r->fields + r->cut_next * column_count;
    rows->cells = cells;
    rows->first_line = (uint32_t)r->line;
    rows->readable_end = r->block->bytes + r->block->held_nbytes;
    for (; r->cut_next < r->cut_count && !needs_look(r, cells); cells += column_count) {
        step_over_cut(r);
        rows->row_count++;
    }
    r->has_row |= rows->row_count != 0;
}

mag_status mag_csv_block_next(mag_csv_block_reader *r, const mag_csv_row **row, mag_error *err) {
    if (!take_plain_row(r))
        return mag_csv_block_next_record(r, row, err);
    *row = &r->row;
    return MAG_OK;
}

/* --- the rest of the port ------------------------------------------------------------------- */

void mag_csv_block_begin(mag_csv_block_reader *r, const mag_csv_shape *shape,
                         const mag_csv_block *block) {
    r->shape = shape;
    r->block = block;
    r->at = 0;
    r->line = block->first_line;
    r->has_row = block->has_row_before;
    r->is_long_line_next = block->is_long_line;
    r->waiting = block->waiting;
    r->is_row_handed_next = false;
    r->cut_next = r->cut_count = 0;
    r->scan.delimiter = shape->delimiter;
    r->scan.column_count = shape->column_count;
}

bool mag_csv_block_has_row(const mag_csv_block_reader *r) {
    return r->has_row;
}

const mag_csv_footer_line *mag_csv_block_waiting(const mag_csv_block_reader *r) {
    return &r->waiting;
}

const mag_csv_facts *mag_csv_block_facts(const mag_csv_block_reader *r) {
    return &r->facts;
}

mag_csv_facts mag_csv_block_take_facts(mag_csv_block_reader *r) {
    mag_csv_facts facts = r->facts;
    r->facts = (mag_csv_facts){0};
    return facts;
}

mag_status mag_csv_block_reader_new(mag_csv_block_reader **out, mag_account *account,
                                    mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_csv_block_reader *r = arena ? mag_arena_alloc(arena, sizeof *r) : NULL;
    if (!r) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *r);
    }
    r->account = account;
    r->arena = arena;
    *out = r;
    return MAG_OK;
}

void mag_csv_block_reader_free(mag_csv_block_reader *r) {
    if (!r)
        return;
    mag_drop(r->account, r->scratch, r->scratch_capacity, 1);
    mag_arena_free(r->arena);
}

void mag_csv_block_free(mag_csv_block *block, mag_account *account) {
    mag_drop(account, block->bytes, block->capacity, 1);
    *block = (mag_csv_block){0};
}
