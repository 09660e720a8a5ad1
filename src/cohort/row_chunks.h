/* Rows on their way into a partition: a list of chunks that is only appended to. Nothing that was
   added is ever moved, so growing costs no copy and never needs twice the room, and a chunk can be
   given back (or written elsewhere) as soon as its rows have been taken.

     first ─▶ [head | row row row row] ─▶ [head | row row ........ row] ─▶ ... ─▶ last
               1 KiB                       2 KiB           doubling up to 64 KiB

   One list belongs to one thread. Row numbers count through the chunks in their order; rows that
   were written to disk (row_spill.h) come before those of the first chunk. */
#ifndef MAG_COHORT_ROW_CHUNKS_H
#define MAG_COHORT_ROW_CHUNKS_H

#include "io/spill_file.h"

enum {
    MAG_ROW_CHUNK_LEAST_NBYTES = 1 << 10,
    MAG_ROW_CHUNK_MOST_NBYTES = 1 << 16, /* of whole chunks, head included */
    MAG_ROW_CHUNK_HEAD_NBYTES = 32       /* keeps rows aligned for any type */
};

typedef struct mag_row_chunk {
    struct mag_row_chunk *next;
    size_t nbytes; /* with the head, as the account has it */
    uint32_t row_count, capacity;
} mag_row_chunk;
_Static_assert(sizeof(mag_row_chunk) <= MAG_ROW_CHUNK_HEAD_NBYTES, "rows follow the head");

typedef struct mag_row_chunks {
    mag_row_chunk *first, *last; /* NULL: no row is in memory */
    size_t row_count;            /* of all chunks, and of what is on disk */
    size_t row_nbytes;           /* of one row: 1 .. 512 */
    size_t here_nbytes;          /* of the chunks, as the account has it */
    size_t next_nbytes;          /* of the next chunk; 0: the least */
    mag_spill_segment *spilled;  /* rows on disk, in their order */
    size_t spilled_count, spilled_capacity;
} mag_row_chunks;

static inline void mag_row_chunks_init(mag_row_chunks *list, size_t row_nbytes) {
    *list = (mag_row_chunks){.row_nbytes = row_nbytes};
}

/* Row of a chunk, for reading or writing; borrowed until the chunk is freed. */
static inline void *mag_row_chunk_at(mag_row_chunk *chunk, size_t row_nbytes, size_t idx) {
    return (char *)chunk + MAG_ROW_CHUNK_HEAD_NBYTES + idx * row_nbytes;
}

/* Appends an empty chunk; for mag_row_chunks_add. */
mag_status mag_row_chunks_grow(mag_row_chunks *list, mag_account *account,
                               mag_error *err) MAG_MUST_CHECK;

/* Room for one more row, counted already and not zeroed; NULL if memory is out (*err filled). */
static inline void *mag_row_chunks_add(mag_row_chunks *list, mag_account *account, mag_error *err) {
    mag_row_chunk *chunk = list->last;
    if (!chunk || chunk->row_count == chunk->capacity) {
        if (mag_row_chunks_grow(list, account, err) != MAG_OK)
            return NULL;
        chunk = list->last;
    }
    list->row_count++;
    return mag_row_chunk_at(chunk, list->row_nbytes, chunk->row_count++);
}

/* The row that was added last; there is one. */
static inline void *mag_row_chunks_last(const mag_row_chunks *list) {
    return mag_row_chunk_at(list->last, list->row_nbytes, list->last->row_count - 1);
}

/* Takes the first chunk off the list (NULL: none is left in memory); the caller frees it. */
mag_row_chunk *mag_row_chunks_take(mag_row_chunks *list);
void mag_row_chunk_free(mag_row_chunk *chunk, mag_account *account);
/* Frees all chunks and forgets what is on disk; the list is empty and usable then. */
void mag_row_chunks_done(mag_row_chunks *list, mag_account *account);

#endif
