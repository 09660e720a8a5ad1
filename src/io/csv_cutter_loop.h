/* The loop that all cutters share; each brings a function that looks at one block of 64 bytes and
   says by three masks, bit i for byte i, what lies where:

     block      p7,2601-3,0.85,mmol/L\n p8,...
     delimiter  ..1......1....1......... ..1      its bits below the line feed end fields
     line_feed  .....................1.. ...      the lowest one ends the record
     odd        ........................ ...      any bit below it: left to the plain scanner */
#ifndef MAG_IO_CSV_CUTTER_LOOP_H
#define MAG_IO_CSV_CUTTER_LOOP_H

#include "io/csv_cutter.h"

#include <string.h>

enum {
    MAG_CSV_BLOCK_NBYTES = 64,
    MAG_CSV_LAST_CONTROL = '\r' /* NUL to CR count as odd, delimiter and LF excepted */
};

typedef struct mag_csv_masks {
    uint64_t delimiter, line_feed;
    uint64_t odd; /* quote, NUL to CR, not ASCII */
} mag_csv_masks;

/* Looks at 64 bytes, aligned in no way. */
typedef mag_csv_masks mag_csv_look(const char *block, char delimiter);

/* The last block of a window. What is missing reads as NUL, which is odd. */
static inline mag_csv_masks mag_csv_look_at_tail(mag_csv_look *look, mag_span tail,
                                                 char delimiter) {
    char block[MAG_CSV_BLOCK_NBYTES] = {0};
    memcpy(block, tail.at, tail.nbytes);
    return look(block, delimiter);
}

/* Of all odd bytes only the CR of a CRLF is part of the simple form, and then the record ends, so
   that the lowest odd byte decides; it may be the last one of its block. */
static inline bool mag_csv_is_crlf(mag_span window, size_t block_at, uint64_t odd) {
    size_t at = block_at + (size_t)__builtin_ctzll(odd);
    return at + 1 < window.nbytes && window.at[at] == '\r' && window.at[at + 1] == '\n';
}

/* Returns the bytes of the record, line end included; 0: not of the simple form. */
static inline size_t mag_csv_cut_one(mag_csv_look *look, mag_span window, char delimiter,
                                     mag_span *fields, unsigned column_count) {
    if (window.nbytes > MAG_CSV_CUT_NBYTES)
        window.nbytes = MAG_CSV_CUT_NBYTES;
    const char *field = window.at;
    unsigned count = 0;
    for (size_t at = 0; at < window.nbytes; at += MAG_CSV_BLOCK_NBYTES) {
        mag_span rest = {window.at + at, window.nbytes - at};
        mag_csv_masks masks = rest.nbytes >= MAG_CSV_BLOCK_NBYTES
                                  ? look(rest.at, delimiter)
                                  : mag_csv_look_at_tail(look, rest, delimiter);
        uint64_t end = masks.line_feed & -masks.line_feed;
        uint64_t inside = end - 1; /* all bits if the record goes on */
        uint64_t odd = masks.odd & inside;
        if (odd && !mag_csv_is_crlf(window, at, odd))
            return 0;
        for (uint64_t ends = masks.delimiter & inside; ends; ends &= ends - 1) {
            const char *stop = rest.at + __builtin_ctzll(ends);
            if (count == column_count)
                return 0;
            fields[count++] = (mag_span){field, (size_t)(stop - field)};
            field = stop + 1;
        }
        if (!end)
            continue;
        if (count + 1 != column_count)
            return 0;
        const char *stop = rest.at + __builtin_ctzll(end);
        bool is_crlf = stop > field && stop[-1] == '\r';
        fields[count] = (mag_span){field, (size_t)(stop - field) - is_crlf};
        return (size_t)(stop - window.at) + 1;
    }
    return 0;
}

/* As mag_csv_cutter, of which the first `count` rows are taken already. */
static inline unsigned mag_csv_cut_from(mag_csv_look *look, mag_span window,
                                        const mag_csv_cut *into, unsigned count) {
    const char delimiter = into->delimiter;
    const unsigned column_count = into->column_count, most_rows = into->most_rows;
    mag_span *fields = into->fields + (size_t)count * column_count;
    size_t at = count ? into->ends[count - 1] : 0;
    for (; count < most_rows; count++, fields += column_count) {
        const mag_span rest = {window.at + at, window.nbytes - at};
        const size_t nbytes = mag_csv_cut_one(look, rest, delimiter, fields, column_count);
        if (nbytes == 0)
            break;
        at += nbytes;
        into->ends[count] = (uint32_t)at;
    }
    return count;
}

#endif
