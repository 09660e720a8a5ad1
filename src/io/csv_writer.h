/* Writes a CSV table, plain or gzip by its name, mode 0600. LF line ends, RFC 4180 quotes.
   Text cells that a spreadsheet would run (= + - @ tab CR) get a ' in front; numbers do not. So do
   cells that look as if they had one ('= ''= ...): one ' taken away gives any cell back. */
#ifndef MAG_IO_CSV_WRITER_H
#define MAG_IO_CSV_WRITER_H

#include "base/memory.h"

typedef struct mag_csv_writer mag_csv_writer;

/* path must not exist. header: one line, without line end, e.g. "patient_id,rule_id". */
mag_status mag_csv_writer_open(mag_csv_writer **out, const char *path, const char *header,
                               mag_account *account, mag_error *err) MAG_MUST_CHECK;
/* Cells of one row, in order. Errors of writing show at close. */
void mag_csv_writer_text(mag_csv_writer *writer, mag_span cell); /* guarded against spreadsheets */
void mag_csv_writer_id(mag_csv_writer *writer, mag_span cell);   /* guarded, and always quoted */
void mag_csv_writer_number(mag_csv_writer *writer, const char *cell); /* as it stands */
void mag_csv_writer_integer(mag_csv_writer *writer, int64_t cell);
void mag_csv_writer_empty(mag_csv_writer *writer);
void mag_csv_writer_end_row(mag_csv_writer *writer);
/* The cell as it was given to mag_csv_writer_text or _id: for readers of tables written here. */
mag_span mag_csv_without_guard(mag_span cell);
/* Flushes, fsyncs, closes and frees; the first fault of the writer's life. NULL is MAG_OK. */
mag_status mag_csv_writer_close(mag_csv_writer *writer, mag_error *err) MAG_MUST_CHECK;

/* As mag_csv_writer_close; *nbytes: the size of the file, or the size it would have had. */
mag_status mag_csv_writer_end(mag_csv_writer *writer, uint64_t *nbytes,
                              mag_error *err) MAG_MUST_CHECK;

#endif
