/* A quote that opens in one row and closes in a later one takes the rows between: the record has
   the right number of fields, one of which holds rows. */
#ifndef MAG_IO_CSV_SWALLOW_H
#define MAG_IO_CSV_SWALLOW_H

#include "io/csv_scan.h"

/* The column, from 1, whose quoted lines look like rows; 0: none. Of a record that the scanner
   found sound; `record` is its first byte. */
unsigned mag_csv_find_swallowed(const mag_csv_scan *scan, const char *record);

#endif
