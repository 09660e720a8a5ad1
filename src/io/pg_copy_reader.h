/* The binary format of COPY TO STDOUT: header, rows of fields, trailer. Knows nothing of a
   connection: it is given bytes in pieces of any size.

     PGCOPY\n \377 \r\n \0 | flags (4) | extension length (4), extension |
     { field count (2), { length (4), bytes } ... } ... | -1 (2)                                 */
#ifndef MAG_IO_PG_COPY_READER_H
#define MAG_IO_PG_COPY_READER_H

#include "base/memory.h"

enum { MAG_PG_ROW_NBYTES = 64 << 20 }; /* a longer row is refused: no table of patients has one */

typedef struct mag_pg_copy_reader mag_pg_copy_reader;

/* Rows of exactly column_count fields. `what` names the stream in messages (copied). */
mag_status mag_pg_copy_reader_new(mag_pg_copy_reader **out, unsigned column_count, const char *what,
                                  mag_account *account, mag_error *err) MAG_MUST_CHECK;
/* Ready for another stream of the same columns. */
void mag_pg_copy_reader_reset(mag_pg_copy_reader *reader);
/* NULL is fine. */
void mag_pg_copy_reader_free(mag_pg_copy_reader *reader);

/* Gives the next bytes, borrowed until mag_pg_copy_next has answered NULL. */
mag_status mag_pg_copy_feed(mag_pg_copy_reader *reader, mag_span bytes,
                            mag_error *err) MAG_MUST_CHECK;
/* The next whole row: column_count fields, at is NULL for SQL null and not for an empty text;
   borrowed until the next call. *fields is NULL when more bytes are needed. Bytes that are no such
   stream: MAG_E_INTERNAL MS-X701. */
mag_status mag_pg_copy_next(mag_pg_copy_reader *reader, const mag_span **fields,
                            mag_error *err) MAG_MUST_CHECK;
/* The trailer has come and nothing behind it. With the server's own word (MAG_PG_END) the stream is
   whole. */
bool mag_pg_copy_is_ended(const mag_pg_copy_reader *reader);
uint64_t mag_pg_copy_row_count(const mag_pg_copy_reader *reader);

#endif
