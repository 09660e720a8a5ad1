/* The line that SQL clients print below a result: "(1234 rows)", "1234 rows selected.". */
#ifndef MAG_IO_CSV_FOOTER_H
#define MAG_IO_CSV_FOOTER_H

#include "base/span.h"

#include <stdint.h>

/* True if the line, as it stands in the file, is a count of rows and nothing else; *count is that
   number. Blanks at its ends do not matter. Known: (N rows), (N rows affected), N rows selected, N
   record(s) selected; with or without a full stop; row, rows, row(s), record, records, record(s); N
   as 1234 or 1,234; in quotes, and with commas behind it where a tool padded the line to the
   columns of the table. */
bool mag_csv_footer_parse(mag_span line, uint64_t *count);

#endif
