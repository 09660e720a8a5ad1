/* Finds the end of one CSV record and its fields, piece by piece as bytes arrive. Nothing is
   changed in the bytes, so that reading can fall back to the record's second line when it turns out
   faulty. */
#ifndef MAG_IO_CSV_SCAN_H
#define MAG_IO_CSV_SCAN_H

#include "io/csv_row.h"

/* A record of the limit, its CR and LF, and one byte more to see that it is longer. */
enum { MAG_CSV_LOOKED_AT_NBYTES = MAG_CSV_RECORD_NBYTES + 3 };

typedef enum mag_csv_state {
    MAG_CSV_AT_FIELD,    /* at the first byte of a field */
    MAG_CSV_IN_PLAIN,    /* in an unquoted field */
    MAG_CSV_IN_QUOTES,   /* in a quoted field */
    MAG_CSV_AFTER_QUOTE, /* behind a quote in a quoted field: its end, or half of "" */
    MAG_CSV_AFTER_CR,    /* behind a CR that follows a closing quote */
    MAG_CSV_SKIPPING     /* faulty: looking for the end of the line */
} mag_csv_state;

/* Where a field lies, from the first byte of the record; quotes at its ends left out. */
typedef struct mag_csv_field {
    uint32_t start, nbytes;
    bool is_quoted;
    bool has_doubled_quotes;
} mag_csv_field;

typedef struct mag_csv_scan {
    char delimiter;
    unsigned column_count; /* of the header; 0 while the header itself is read */
    mag_csv_state state;
    size_t at; /* bytes of the record looked at */
    size_t field_start;
    size_t record_nbytes;     /* once it ended: without the line end */
    size_t first_line_nbytes; /* up to and with the first line end inside quotes; 0 = none so far */
    uint32_t inner_line_count;
    unsigned field_count;
    bool has_doubled_quotes; /* in the open field */
    bool has_line_end, is_crlf;
    bool is_too_long, skips_in_quotes; /* while skipping */
    uint64_t skipped_cr_count;
    char last_skipped;
    mag_csv_fault fault;
    unsigned fault_column;
    mag_csv_field fields[MAG_CSV_COLUMN_COUNT];
} mag_csv_scan;

/* Forgets the last record. */
void mag_csv_scan_begin(mag_csv_scan *scan);

/* Looks at the record's bytes from scan->at on; `record` is all of it that is there. True once it
   is decided: scan->at bytes are used up, or, of a fault inside several lines, first_line_nbytes.
   In the state SKIPPING the caller may drop what was looked at (and set at to 0). */
bool mag_csv_scan_more(mag_csv_scan *scan, const char *record, size_t nbytes);

/* The input is over: decides what is there. */
void mag_csv_scan_finish(mag_csv_scan *scan, const char *record, size_t nbytes);

/* Of a decided record: as many fields as the header has, within the limits. What they hold may
   still be a fault. */
bool mag_csv_scan_has_sound_shape(const mag_csv_scan *scan);
/* It is not, and spans lines: reading goes on behind its first line. */
bool mag_csv_scan_falls_back(const mag_csv_scan *scan);
/* Bytes up to where reading goes on. */
size_t mag_csv_scan_step(const mag_csv_scan *scan);

#endif
