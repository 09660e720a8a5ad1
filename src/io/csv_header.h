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

/* What a row of the file is to its header. */
typedef enum mag_csv_likeness {
    MAG_CSV_ROW_OF_VALUES,
    MAG_CSV_ROW_OF_NAMES,      /* the header once more, each name in its place */
    MAG_CSV_ROW_OF_OTHER_NAMES /* a header too, but of another order or with other names */
} mag_csv_likeness;

/* A row is a header if its first cell is a name of the columns (or blank) and its cells hold at
   least two of the names and at least half of them; case and blanks at the ends are ignored, names
   without a letter do not count, cells may be blank. A row that equals the header is one always.
   `columns` are trimmed. */
mag_csv_likeness mag_csv_liken_to_header(const mag_span *cells, const mag_span *columns,
                                         unsigned column_count);

#endif
