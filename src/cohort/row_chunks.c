#include "cohort/row_chunks.h"

enum { LARGE_NBYTES = 1 << 14 }; /* chunks whose pages are worth a call of the system */

mag_status mag_row_chunks_grow(mag_row_chunks *list, mag_account *account, mag_error *err) {
    const size_t wanted = list->next_nbytes ? list->next_nbytes : MAG_ROW_CHUNK_LEAST_NBYTES;
    void *bytes = NULL;
    size_t nbytes = 0;
    MAG_TRY(mag_grow(account, &bytes, &nbytes, 1, wanted, err));
    if (nbytes >= LARGE_NBYTES)
        mag_memory_fault_in(bytes, nbytes);
    mag_row_chunk *fresh = bytes;
    *fresh = (mag_row_chunk){
        .nbytes = nbytes,
        .capacity = (uint32_t)((nbytes - MAG_ROW_CHUNK_HEAD_NBYTES) / list->row_nbytes),
    };
    if (list->last)
        list->last->next = fresh;
    else
        list->first = fresh;
    list->last = fresh;
    list->here_nbytes += nbytes;
    list->next_nbytes =
        2 * wanted < MAG_ROW_CHUNK_MOST_NBYTES ? 2 * wanted : MAG_ROW_CHUNK_MOST_NBYTES;
    return MAG_OK;
}

mag_row_chunk *mag_row_chunks_take(mag_row_chunks *list) {
    mag_row_chunk *taken = list->first;
    if (!taken)
        return NULL;
    list->first = taken->next;
    if (!list->first)
        list->last = NULL;
    list->row_count -= taken->row_count;
    list->here_nbytes -= taken->nbytes;
    taken->next = NULL;
    return taken;
}

void mag_row_chunk_free(mag_row_chunk *chunk, mag_account *account) {
    if (chunk)
        mag_drop(account, chunk, chunk->nbytes, 1);
}

void mag_row_chunks_done(mag_row_chunks *list, mag_account *account) {
    mag_row_chunk *chunk;
    while ((chunk = mag_row_chunks_take(list)))
        mag_row_chunk_free(chunk, account);
    mag_drop(account, list->spilled, list->spilled_capacity, sizeof *list->spilled);
    list->spilled = NULL;
    list->spilled_count = list->spilled_capacity = list->row_count = list->next_nbytes = 0;
}
