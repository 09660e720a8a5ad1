/* RFC 4180 records with a declared dialect, fields borrowed. A faulty record is handed out as a
   fault, never dropped in silence; reading resumes at the line after its first one, so that a stray
   quote cannot swallow its neighbours. One block after the other (csv_splitter.h, csv_block.h), for
   those who read a file on one thread. */
#ifndef MAG_IO_CSV_READER_H
#define MAG_IO_CSV_READER_H

#include "io/csv_cutter.h"
#include "io/stream.h"

typedef struct mag_csv_reader mag_csv_reader;

/* Reads the header. `name` is used in messages. Faults (MAG_E_INPUT): I-19 MS-I120, I-27 MS-I127,
   I-31 and I-35 MS-I129, lone CR files MS-I121. The stream stays the caller's. buffer_nbytes 0 =
   default (any size from 1 gives the same records). A lone CR in the header refuses the file at
   once, a file with more lone CRs than line ends is refused at its end, one with more lines than
   UINT32_MAX where they begin (MS-I136). */
mag_status mag_csv_open(mag_csv_reader **out, mag_stream *stream, const char *name, char delimiter,
                        size_t buffer_nbytes, mag_account *account, mag_error *err) MAG_MUST_CHECK;

/* Takes this scanner instead of the widest that the machine has. False, and nothing changed, if the
   machine lacks it. Before the first record is read. */
bool mag_csv_set_scanner(mag_csv_reader *reader, mag_csv_scanner scanner);

/* The first record stands on this line. For tests of long files. */
void mag_csv_count_lines_from(mag_csv_reader *reader, uint32_t line);

unsigned mag_csv_column_count(const mag_csv_reader *reader);
/* Header name, trimmed, without BOM; borrowed for the reader's life. */
mag_span mag_csv_column_name(const mag_csv_reader *reader, unsigned column_idx);

/* Next record; *row is NULL at the verified end of the stream. A count of rows behind the last
   record ("(1234 rows)") is no record; anywhere else it is one with too few fields. */
mag_status mag_csv_next(mag_csv_reader *reader, const mag_csv_row **row,
                        mag_error *err) MAG_MUST_CHECK;

/* Of what was read so far; whole at the end. */
const mag_csv_facts *mag_csv_facts_of(mag_csv_reader *reader);
void mag_csv_close(mag_csv_reader *reader);

#endif
