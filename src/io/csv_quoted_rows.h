/* A quote that opens in one row by mistake and closes in a later one takes the rows between: the
   record has the right number of fields, and one of them holds rows. Nobody can tell it from a text
   of several lines that looks like rows, so that it is counted, not set aside. */
#ifndef MAG_IO_CSV_QUOTED_ROWS_H
#define MAG_IO_CSV_QUOTED_ROWS_H

#include "io/csv_scan.h"

/* How many rows of the file the quoted fields of a record may hold besides the one that it is; 0
   nearly always, and in a file of one column. Of a record whose fields are as many as the columns;
   `record` is its first byte. Any thread. */
uint64_t mag_csv_count_quoted_rows(const mag_csv_scan *scan, const char *record);

#endif
