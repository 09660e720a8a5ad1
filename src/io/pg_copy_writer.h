/* Rows for a table by COPY FROM STDIN in binary form: buffered, and the server's at the end only.
   Every text is looked at before it is sent, because a server quotes what it refuses in its log. */
#ifndef MAG_IO_PG_COPY_WRITER_H
#define MAG_IO_PG_COPY_WRITER_H

#include "base/datetime.h"
#include "io/pg_link.h"

typedef struct mag_pg_copy_writer mag_pg_copy_writer;

/* Begins "copy TABLE (COLUMNS) from stdin (format binary)" on the link, which is busy until the
   end or the abort. `what` names the table in messages. */
mag_status mag_pg_copy_writer_open(mag_pg_copy_writer **out, mag_pg_link *link, const char *sql,
                                   unsigned column_count, const char *what,
                                   mag_error *err) MAG_MUST_CHECK;

/* Cells of one row, in order, each in the binary form of its column's type. Faults show at the end
   of the row. */
void mag_pg_put_null(mag_pg_copy_writer *writer);
void mag_pg_put_text(mag_pg_copy_writer *writer, mag_span text);       /* text, varchar */
void mag_pg_put_bool(mag_pg_copy_writer *writer, bool value);          /* boolean */
void mag_pg_put_int(mag_pg_copy_writer *writer, int32_t value);        /* integer */
void mag_pg_put_bigint(mag_pg_copy_writer *writer, int64_t value);     /* bigint */
void mag_pg_put_double(mag_pg_copy_writer *writer, double value);      /* double precision */
void mag_pg_put_bytes(mag_pg_copy_writer *writer, mag_span bytes);     /* bytea */
void mag_pg_put_day(mag_pg_copy_writer *writer, mag_day day);          /* date */
void mag_pg_put_minute(mag_pg_copy_writer *writer, mag_minute minute); /* timestamp; NONE and OPEN
                                                                          are null */
/* Sends when enough has gathered. A text that is not UTF-8 or holds a NUL, or a wrong number of
   cells: MAG_E_INTERNAL MS-X701. */
mag_status mag_pg_copy_writer_end_row(mag_pg_copy_writer *writer, mag_error *err) MAG_MUST_CHECK;

/* Ends the stream, looks whether the server took as many rows as were given (MAG_E_INTERNAL else),
   and frees. *row_count may be NULL. */
mag_status mag_pg_copy_writer_close(mag_pg_copy_writer *writer, uint64_t *row_count,
                                    mag_error *err) MAG_MUST_CHECK;
/* Gives the stream up with a reason (no patient's value: the server logs it) and frees. NULL is
   fine. */
void mag_pg_copy_writer_abort(mag_pg_copy_writer *writer, const char *reason);

#endif
