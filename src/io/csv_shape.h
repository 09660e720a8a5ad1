/* What all records of a CSV file share once its header is read. Does not change while blocks are
   read, so that any number of threads may look at it. */
#ifndef MAG_IO_CSV_SHAPE_H
#define MAG_IO_CSV_SHAPE_H

#include "io/csv_cutter.h"

typedef struct mag_csv_shape {
    const char *name; /* of the file, for messages */
    char delimiter;
    bool is_packed;          /* gzip, whose trailer proves that nothing is missing at its end */
    const mag_span *columns; /* names: trimmed, without BOM */
    unsigned column_count;
    uint64_t name_lengths; /* bit n: a name of n bytes (bit 63: of as many or more) */
    mag_csv_cutter *cut;   /* NULL: every record goes to the scanner */
} mag_csv_shape;

#endif
