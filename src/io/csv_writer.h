/* Writes a CSV table, plain or gzip by its name, row after row (io/csv_cells.h says how cells
   look). */
#ifndef MAG_IO_CSV_WRITER_H
#define MAG_IO_CSV_WRITER_H

#include "io/csv_cells.h"

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
/* Flushes, fsyncs, closes and frees; the first fault of the writer's life. NULL is MAG_OK. */
mag_status mag_csv_writer_close(mag_csv_writer *writer, mag_error *err) MAG_MUST_CHECK;

#endif
