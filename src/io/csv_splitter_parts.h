/* What the files of the splitter share. */
#ifndef MAG_IO_CSV_SPLITTER_PARTS_H
#define MAG_IO_CSV_SPLITTER_PARTS_H

#include "io/csv_scan.h"
#include "io/csv_splitter.h"

struct mag_csv_splitter {
    mag_account *account;
    mag_arena *arena; /* holds the splitter, its name and the header */
    mag_stream *stream;
    size_t block_nbytes;
    mag_csv_shape shape;
    mag_csv_facts facts;
    mag_csv_block rest;     /* bytes read that belong to the next block */
    bool is_stream_over;    /* verified */
    bool is_scanning;       /* the record behind those that the block has */
    uint64_t line;          /* that the next block begins with */
    uint64_t number;        /* of the next block */
    size_t counted_nbytes;  /* of the block at hand, from its begin: those lines are counted ... */
    uint64_t counted_feeds; /* ... and are so many */
    bool has_row;           /* in the blocks so far */
    mag_csv_footer_line waiting;
    mag_csv_block_reader *probe; /* looks into blocks that leave something open */
    mag_csv_scan scan;
};

/* Reads until the block holds so many bytes or the stream is over; asks the stream for no more. */
mag_status mag_csv_splitter_fill(mag_csv_splitter *splitter, mag_csv_block *block, size_t nbytes,
                                 mag_error *err) MAG_MUST_CHECK;

/* Reads the header into shape and facts; what is read behind it is left in `rest`. */
mag_status mag_csv_splitter_read_header(mag_csv_splitter *splitter, mag_error *err) MAG_MUST_CHECK;

#endif
