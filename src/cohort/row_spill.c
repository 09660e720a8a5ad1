#include "cohort/row_spill.h"

enum {
    SEGMENT_CHUNKS = 64, /* at most, of one segment */
    REGROWTH = 4         /* chunks begin again at so small a part of what was written */
};

/* Where little could be kept before it had to go, chunks stay small: many lists have one each. */
static size_t next_chunk_nbytes(size_t written_nbytes) {
    const size_t wanted = written_nbytes / REGROWTH;
    size_t nbytes = MAG_ROW_CHUNK_LEAST_NBYTES;
    while (nbytes < wanted && nbytes < MAG_ROW_CHUNK_MOST_NBYTES)
        nbytes *= 2;
    return nbytes;
}

/* The first chunks as one segment; the list keeps them. */
static mag_status write_segment(const mag_row_chunks *list, mag_spill_file *file,
                                const mag_spill_what *like, mag_spill_segment *segment,
                                size_t *chunk_count, mag_error *err) {
    mag_span parts[SEGMENT_CHUNKS];
    mag_spill_what what = *like;
    *chunk_count = 0;
    for (mag_row_chunk *chunk = list->first; chunk && *chunk_count < SEGMENT_CHUNKS;
         chunk = chunk->next) {
        parts[(*chunk_count)++] = (mag_span){mag_row_chunk_at(chunk, list->row_nbytes, 0),
                                             chunk->row_count * list->row_nbytes};
        what.record_count += chunk->row_count;
    }
    return mag_spill_write(file, &what, parts, *chunk_count, segment, err);
}

mag_status mag_row_chunks_spill(mag_row_chunks *list, mag_account *account, mag_spill_file *file,
                                mag_spill_kind kind, uint32_t partition, mag_error *err) {
    const mag_spill_what like = {.kind = (uint32_t)kind,
                                 .partition = partition,
                                 .record_nbytes = (uint32_t)list->row_nbytes};
    const size_t row_count = list->row_count;
    list->next_nbytes = next_chunk_nbytes(list->here_nbytes);
    mag_status status = MAG_OK;
    while (list->first && status == MAG_OK) {
        void *segments = list->spilled;
        size_t chunk_count = 0;
        status = mag_grow(account, &segments, &list->spilled_capacity, sizeof *list->spilled,
                          list->spilled_count + 1, err);
        list->spilled = segments;
        if (status == MAG_OK)
            status = write_segment(list, file, &like, &list->spilled[list->spilled_count],
                                   &chunk_count, err);
        if (status != MAG_OK)
            break;
        list->spilled_count++;
        for (size_t i = 0; i < chunk_count; i++)
            mag_row_chunk_free(mag_row_chunks_take(list), account);
    }
    list->row_count = row_count; /* rows on disk count */
    return status;
}

mag_status mag_row_chunks_read(const mag_row_chunks *list, mag_spill_file *file, void *into,
                               size_t *row_count, mag_error *err) {
    *row_count = 0;
    for (size_t i = 0; i < list->spilled_count; i++) {
        MAG_TRY(mag_spill_read(file, &list->spilled[i],
                               (char *)into + *row_count * list->row_nbytes, err));
        *row_count += (size_t)list->spilled[i].what.record_count;
    }
    return MAG_OK;
}

void mag_row_chunks_forget(mag_row_chunks *list, mag_account *account, mag_spill_file *file) {
    for (size_t i = 0; i < list->spilled_count; i++) {
        mag_spill_forget(file, &list->spilled[i]);
        list->row_count -= (size_t)list->spilled[i].what.record_count;
    }
    mag_drop(account, list->spilled, list->spilled_capacity, sizeof *list->spilled);
    list->spilled = NULL;
    list->spilled_count = list->spilled_capacity = 0;
}
