/* The rows that screening one partition has found, of one kind, in the order in which they were
   found: packed into chunks, of which any may lie on disk. Nothing is read back but the chunk that
   a reader is in, so that merging all runs needs one chunk of each.

     [row row row ...] ─▶ [row row ...] ─▶ (on disk) ─▶ [row ...]
      row: | head: rule, outcome, event, lengths | patient NUL site NUL as-of NUL ... |

   A run is filled by one thread. */
#ifndef MAG_ENGINE_RESULT_RUN_H
#define MAG_ENGINE_RESULT_RUN_H

#include "io/spill_file.h"
#include "rules/event.h"

/* One flagged or cannot_tell outcome of an active rule. Texts are borrowed; no text is NULL. */
typedef struct mag_screen_row {
    mag_span patient_id;
    const char *site; /* level of the stratum of that name */
    uint32_t rule_idx;
    mag_outcome outcome;
    const char *as_of;
    const char *reasons, *detail;         /* cannot_tell */
    const char *notes, *evidence, *facts; /* flagged ... */
    mag_event_interval event;             /* ... and the event that it belongs to */
} mag_screen_row;

typedef struct mag_result_chunk mag_result_chunk;

typedef struct mag_result_run {
    mag_account *account;
    mag_spill_file *spill; /* where chunks go while memory is tight; NULL: nowhere */
    uint32_t partition;
    mag_result_chunk *first, *last;
    mag_result_chunk *first_in_memory; /* all before it are on disk */
    size_t row_count;
    size_t chunk_nbytes; /* of the next chunk */
} mag_result_run;

void mag_result_run_init(mag_result_run *run, mag_account *account, mag_spill_file *spill,
                         uint32_t partition);
void mag_result_run_done(mag_result_run *run);
/* Keeps a copy of the row and of its texts (NULL becomes ""). When memory is tight, the chunks that
   are full go to disk. */
mag_status mag_result_run_add(mag_result_run *run, const mag_screen_row *row,
                              mag_error *err) MAG_MUST_CHECK;
/* Writes every chunk out, so that the run holds no rows in memory. Without a spill file nothing
   happens. */
mag_status mag_result_run_spill(mag_result_run *run, mag_error *err) MAG_MUST_CHECK;

/* Reads a run from its beginning; several may read one. */
typedef struct mag_result_reader {
    const mag_result_run *run;
    const mag_result_chunk *chunk; /* NULL: at the end */
    size_t at;                     /* of the next row in the chunk */
    void *buffer;                  /* of a chunk from disk */
    size_t capacity;
    mag_screen_row row; /* borrowed until the next step ... */
    mag_span packed;    /* ... and as it is kept */
} mag_result_reader;

/* The row at the begin of packed rows, borrowed from them; its size, to the next one. */
size_t mag_result_row_read(const char *packed, mag_screen_row *out);

void mag_result_reader_init(mag_result_reader *reader, const mag_result_run *run);
void mag_result_reader_done(mag_result_reader *reader);
/* Steps to the next row; *is_over at the end. */
mag_status mag_result_reader_next(mag_result_reader *reader, bool *is_over,
                                  mag_error *err) MAG_MUST_CHECK;

#endif
