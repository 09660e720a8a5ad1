/* PostgreSQL's binary forms, appended to a text: what COPY FROM STDIN (format binary) is made of.
 */
#ifndef MAG_IO_PG_BINARY_H
#define MAG_IO_PG_BINARY_H

#include "base/datetime.h"
#include "base/text.h"

void mag_pg_binary_header(mag_text *out);
void mag_pg_binary_row(mag_text *out, unsigned column_count);
void mag_pg_binary_trailer(mag_text *out);

void mag_pg_binary_null(mag_text *out);
/* text and bytea: the bytes as they are. */
void mag_pg_binary_bytes(mag_text *out, mag_span bytes);
/* boolean (1 byte), integer (4), bigint (8). */
void mag_pg_binary_integer(mag_text *out, unsigned nbytes, int64_t value);
void mag_pg_binary_double(mag_text *out, double value);
/* date: days since 2000-01-01. */
void mag_pg_binary_day(mag_text *out, mag_day day);
/* timestamp: microseconds since 2000-01-01. */
void mag_pg_binary_minute(mag_text *out, mag_minute minute);

#endif
