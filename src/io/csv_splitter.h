/* Cuts a CSV stream into blocks of whole records, exactly where reading it in one go has them, so
   that the blocks can be read by several threads (csv_block.h). Lines with no quotes, or with an
   even number of them, are records as they stand; only on others the scanner runs, until it stands
   at the beginning of a record again. */
#ifndef MAG_IO_CSV_SPLITTER_H
#define MAG_IO_CSV_SPLITTER_H

#include "io/csv_block.h"

enum { MAG_CSV_SPLIT_NBYTES = 1 << 18 }; /* default size of a block */

typedef struct mag_csv_splitter mag_csv_splitter;

/* Reads the header. `name` is used in messages (copied). Faults (MAG_E_INPUT): I-19 MS-I120, I-27
   MS-I127, I-31 and I-35 MS-I129, a lone CR in the header MS-I121. The stream stays the caller's,
   and nobody else reads it. block_nbytes 0 = default; any size from 1 gives the same rows. One
   thread at a time. */
mag_status mag_csv_splitter_open(mag_csv_splitter **out, mag_stream *stream, const char *name,
                                 char delimiter, size_t block_nbytes, mag_account *account,
                                 mag_error *err) MAG_MUST_CHECK;

/* Fills the next block: about block_nbytes, more if a record needs it. *is_over: there is none, the
   stream's end is verified, and the block holds nothing. A fault of the stream (stream.h) comes
   behind the blocks of all records that it gave before, and again on every later call. */
mag_status mag_csv_splitter_next(mag_csv_splitter *splitter, mag_csv_block *block, bool *is_over,
                                 mag_error *err) MAG_MUST_CHECK;

/* For the splitter's life. May be looked at by all threads. */
const mag_csv_shape *mag_csv_splitter_shape(const mag_csv_splitter *splitter);

/* What no block's reader tells: of the header, and, once it is over, the footer (which is none if
   the reader of a block met a fault). The facts of the file are these and those of all its blocks
   (mag_csv_facts_add), and the whole is to be checked (mag_csv_facts_check). */
const mag_csv_facts *mag_csv_splitter_facts(const mag_csv_splitter *splitter);

/* What looks for fields: all find the same, the wider ones sooner. False, and nothing changed, if
   the machine lacks it. Before the first block is read. */
bool mag_csv_splitter_set_scanner(mag_csv_splitter *splitter, mag_csv_scanner scanner);

/* The next block begins on this line. For tests of long files. */
void mag_csv_splitter_count_lines_from(mag_csv_splitter *splitter, uint32_t line);

/* NULL is fine. Ends the shape's life too. */
void mag_csv_splitter_close(mag_csv_splitter *splitter);

#endif
