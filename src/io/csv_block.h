/* A piece of a CSV file that can be read by itself, and what reads it. A splitter (csv_splitter.h)
   fills blocks one after the other; what is in them may be read by several threads at once, in any
   order, and comes to the same rows and facts as reading the whole from its beginning.

     bytes  [ records that begin in this block | what the last of them needed ]
             0                                  nbytes              held_nbytes

   The bytes behind nbytes are there because a fault falls back to a record's second line, often
   only some lines later; records that begin there belong to the next block. */
#ifndef MAG_IO_CSV_BLOCK_H
#define MAG_IO_CSV_BLOCK_H

#include "base/cell_rows.h"
#include "base/memory.h"
#include "io/csv_shape.h"
#include "io/stream.h"

/* A line over the limit, which no block holds. What it is was found while it went by. */
typedef struct mag_csv_long_line {
    mag_csv_fault fault;
    unsigned fault_column, field_count;
    uint64_t cr_count; /* lone ones */
    bool has_line_end, is_crlf;
} mag_csv_long_line;

/* Zeroed at first; filled again and again; its owner frees it (mag_csv_block_free). */
typedef struct mag_csv_block {
    char *bytes;
    size_t capacity, nbytes, held_nbytes;
    uint64_t number;             /* from 0 in its file */
    uint64_t first_line;         /* physical line that it begins with */
    bool has_row_before;         /* in an earlier block; else a second header is refused */
    mag_csv_footer_line waiting; /* of earlier blocks: what no row has followed so far */
    bool is_long_line;           /* long_line is all of it, and there are no bytes */
    mag_csv_long_line long_line;
    mag_stream_facts stream; /* how far the stream was read for it */
} mag_csv_block;

/* NULL is fine; the block may be filled again. The account is the splitter's. */
void mag_csv_block_free(mag_csv_block *block, mag_account *account);

/* Reads one block at a time. One thread at a time. */
typedef struct mag_csv_block_reader mag_csv_block_reader;

mag_status mag_csv_block_reader_new(mag_csv_block_reader **out, mag_account *account,
                                    mag_error *err) MAG_MUST_CHECK;
/* NULL is fine. */
void mag_csv_block_reader_free(mag_csv_block_reader *reader);

/* The rows of this block come next; shape and block stay as they are meanwhile. */
void mag_csv_block_begin(mag_csv_block_reader *reader, const mag_csv_shape *shape,
                         const mag_csv_block *block);

/* Next row; *row is NULL at the end of the block. Faults (MAG_E_INPUT): MS-I129 another header,
   MS-I136 too many lines. What they refuse is the whole file. */
mag_status mag_csv_block_next(mag_csv_block_reader *reader, const mag_csv_row **row,
                              mag_error *err) MAG_MUST_CHECK;

/* The rows that come next, as many as are cut at once and need no look; none: the next one is for
   mag_csv_block_next. Borrowed until the next call of either. */
void mag_csv_block_next_rows(mag_csv_block_reader *reader, mag_cell_rows *rows);

/* At the end of the block: a row was in it or before it. */
bool mag_csv_block_has_row(const mag_csv_block_reader *reader);
/* At the end of the block: the line that waits for whether a row follows in a later one, which is
   given it by the splitter. */
const mag_csv_footer_line *mag_csv_block_waiting(const mag_csv_block_reader *reader);

/* Of all blocks that were read since the reader was made or its facts were taken; no footer. */
const mag_csv_facts *mag_csv_block_facts(const mag_csv_block_reader *reader);
/* The same, and counting begins anew. */
mag_csv_facts mag_csv_block_take_facts(mag_csv_block_reader *reader);

#endif
