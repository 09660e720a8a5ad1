/* What the files of the block reader share: its state, and what both look at for each row. */
#ifndef MAG_IO_CSV_BLOCK_PARTS_H
#define MAG_IO_CSV_BLOCK_PARTS_H

#include "io/csv_block.h"
#include "io/csv_cutter.h"
#include "io/csv_scan.h"

enum { MAG_CSV_MOST_CUT = 64 }; /* rows at a time: few enough to stay in the nearest cache */

struct mag_csv_block_reader {
    mag_account *account;
    mag_arena *arena; /* holds the reader */
    const mag_csv_shape *shape;
    const mag_csv_block *block;
    size_t at;     /* of the record being looked at */
    uint64_t line; /* of that record */
    bool has_row, is_long_line_next;
    mag_csv_row row;
    bool is_footer; /* row is a line that may be the file's footer */
    mag_span text;  /* of the row as it stands in the file */
    uint64_t footer_count;
    mag_csv_footer_line waiting; /* such a line that nothing has followed yet */
    mag_csv_row handed;          /* the one that something followed after all */
    bool is_row_handed_next;     /* row is read and follows `handed` */
    mag_csv_facts facts;
    unsigned cut_next, cut_count; /* rows that are cut; those from cut_next on are still to come */
    size_t cut_at;                /* where the first of them begins */
    uint32_t cut_ends[MAG_CSV_MOST_CUT]; /* behind each of them, from there */
    mag_span *cells;                     /* of the row */
    char *scratch;                       /* for fields that differ from what the block holds */
    size_t scratch_capacity;
    mag_csv_scan scan;
    mag_span fields[MAG_CSV_COLUMN_COUNT + MAG_CSV_CUT_SPARE];
};

static inline const char *mag_csv_block_record(const mag_csv_block_reader *r) {
    return r->block->bytes + r->at;
}

static inline void mag_csv_count_line_end(mag_csv_block_reader *r, bool is_crlf) {
    if (is_crlf)
        r->facts.crlf_count++;
    else
        r->facts.lf_count++;
}

/* Rows are many: a first cell that is as long as no name, and has no blanks or byte order mark that
   might be left out, is no name. */
static inline bool mag_csv_may_be_header(mag_span cell, const mag_csv_shape *shape) {
    if (cell.nbytes == 0 || cell.nbytes >= 63 || (shape->name_lengths >> cell.nbytes & 1))
        return true;
    const signed char first = (signed char)cell.at[0], last = (signed char)cell.at[cell.nbytes - 1];
    return first <= ' ' || last <= ' '; /* of a mark, too, whose bytes are beyond ASCII */
}

/* Rows are many, footers one: only what begins with a parenthesis or ends empty is looked at. */
static inline bool mag_csv_may_be_padded_footer(const mag_span *cells, unsigned count,
                                                const char *text) {
    return count > 1 && (text[0] == '(' || (cells[count - 1].nbytes == 0 &&
                                            (count == 2 || cells[count - 2].nbytes == 0)));
}

/* Cuts the next rows, if they are of the simple form; the file's shape has a cutter. */
void mag_csv_block_cut(mag_csv_block_reader *reader);

/* As mag_csv_block_next, whatever the row is. */
mag_status mag_csv_block_next_record(mag_csv_block_reader *reader, const mag_csv_row **row,
                                     mag_error *err) MAG_MUST_CHECK;

#endif
