/* The loop for machines that count bits: blocks of 64 bytes one behind the other, whatever records
   lie in them, without a branch on where fields end.

     block        ...,138,mmol/L,2025-08-01T14:35,\np7,2823-3,4.4,...
     ends         ...1...1......1................11..1......1...1
     fields       each begins behind the end before; ten are written at a time, the last of them
                  perhaps in vain
   It takes rows only if all of them are sound: every column_count-th end is a line feed and no
   other one is. Otherwise, and from the first block on that holds an odd byte or the end of the
   window, the loop of csv_cutter_loop.h takes them record by record. */
#ifndef MAG_IO_CSV_CUTTER_STREAM_H
#define MAG_IO_CSV_CUTTER_STREAM_H

#include "io/csv_cutter_loop.h"

enum { MAG_CSV_STEP = 10 }; /* few blocks have more ends */
_Static_assert(MAG_CSV_BLOCK_NBYTES + MAG_CSV_STEP <= MAG_CSV_CUT_SPARE,
               "room for the ends of one more block");

/* Fields up to each end of a block; returns where the next one begins. Writes up to MAG_CSV_STEP
   fields more than there are ends. */
static inline const char *mag_csv_put_fields(uint64_t ends, const char *block, const char *field,
                                             mag_span *fields) {
    const char *next =
        ends ? block + (MAG_CSV_BLOCK_NBYTES - (unsigned)__builtin_clzll(ends)) : field;
    const uint64_t last = UINT64_C(1) << (MAG_CSV_BLOCK_NBYTES - 1); /* where there are none left */
    do {
        for (unsigned i = 0; i < MAG_CSV_STEP; i++) {
            const char *stop = block + __builtin_ctzll(ends | last);
            *fields++ = (mag_span){field, (size_t)(stop - field)};
            field = stop + 1;
            ends &= ends - 1;
        }
    } while (ends);
    return next;
}

/* Where the rows end; false if one of them is not sound. */
static inline bool mag_csv_put_row_ends(mag_span window, const mag_csv_cut *into, size_t row_count,
                                        size_t feed_count) {
    const mag_span *last = into->fields + into->column_count - 1;
    bool is_sound = row_count == feed_count;
    for (size_t i = 0; i < row_count; i++, last += into->column_count) {
        const char *end = last->at + last->nbytes;
        is_sound &= *end == '\n';
        if (i < into->most_rows)
            into->ends[i] = (uint32_t)(end - window.at) + 1;
    }
    return is_sound;
}

/* As mag_csv_cutter, but may take less rows than there are. */
static inline unsigned mag_csv_cut_stream(mag_csv_look *look, mag_span window,
                                          const mag_csv_cut *into) {
    const size_t wanted = (size_t)into->most_rows * into->column_count;
    const size_t nbytes =
        window.nbytes < MAG_CSV_CUT_NBYTES ? window.nbytes : (size_t)MAG_CSV_CUT_NBYTES;
    const char *field = window.at;
    size_t count = 0, feed_count = 0;
    for (size_t at = 0; at + MAG_CSV_BLOCK_NBYTES <= nbytes && count < wanted;
         at += MAG_CSV_BLOCK_NBYTES) {
        const char *block = window.at + at;
        const mag_csv_masks masks = look(block, into->delimiter);
        const uint64_t ends = masks.delimiter | masks.line_feed;
        if (masks.odd)
            break;
        field = mag_csv_put_fields(ends, block, field, into->fields + count);
        count += (size_t)__builtin_popcountll(ends);
        feed_count += (size_t)__builtin_popcountll(masks.line_feed);
    }
    const size_t row_count = count / into->column_count;
    if (!mag_csv_put_row_ends(window, into, row_count, feed_count))
        return 0;
    return row_count < into->most_rows ? (unsigned)row_count : into->most_rows;
}

/* As mag_csv_cutter. */
static inline unsigned mag_csv_cut_both_ways(mag_csv_look *look, mag_span window,
                                             const mag_csv_cut *into) {
    const unsigned count = mag_csv_cut_stream(look, window, into);
    return mag_csv_cut_from(look, window, into, count);
}

#endif
