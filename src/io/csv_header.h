/* What a header can tell about a file before its first row is read. */
#ifndef MAG_IO_CSV_HEADER_H
#define MAG_IO_CSV_HEADER_H

#include "base/status.h"
#include "io/csv_scan.h"

/* The first bytes of a file in UTF-16, by its mark or by every second byte being 0. */
bool mag_csv_is_utf16(mag_span head);

/* Checks the first line: names are trimmed, a byte order mark is off already. second_line: what
   follows it, as far as it is there. MAG_E_INPUT with MS-I127 for another delimiter, MS-I129 for
   what is no header. `name` is the file's. */
mag_status mag_csv_check_header(const char *name, char delimiter, const mag_span *columns,
                                unsigned column_count, mag_span second_line,
                                mag_error *err) MAG_MUST_CHECK;

#endif
