/* One sorted run per partition, merged with a heap of the runs' heads. A patient is whole inside
   one partition, so no two runs hold the same id. Of a run on disk one chunk is in memory. */
#include "engine/merge.h"

struct mag_merge {
    mag_arena *arena; /* holds the merge itself */
    mag_result_reader readers[MAG_PARTITION_COUNT];
    mag_result_reader *heap[MAG_PARTITION_COUNT];
    size_t count;
    bool is_first_taken; /* of the heap: it moves on with the next call */
};

static bool is_before(const mag_result_reader *a, const mag_result_reader *b) {
    return mag_span_compare(a->row.patient_id, b->row.patient_id) < 0;
}

static void sift_down(mag_result_reader **heap, size_t count, size_t at) {
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
            if (is_before(heap[child], heap[least]))
                least = child;
        if (least == at)
            return;
        mag_result_reader *swapped = heap[at];
        heap[at] = heap[least];
        heap[least] = swapped;
        at = least;
    }
}

static mag_status read_heads(mag_merge *merge, mag_error *err) {
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        bool is_over;
        MAG_TRY(mag_result_reader_next(&merge->readers[i], &is_over, err));
        if (!is_over)
            merge->heap[merge->count++] = &merge->readers[i];
    }
    for (size_t i = merge->count; i-- > 0;)
        sift_down(merge->heap, merge->count, i);
    return MAG_OK;
}

mag_status mag_merge_open(const mag_screen *screen, mag_outcome_kind kind, mag_merge **out,
                          mag_error *err) {
    mag_arena *arena = mag_arena_new(screen->account);
    mag_merge *merge = arena == NULL ? NULL : mag_arena_alloc(arena, sizeof *merge);
    if (merge == NULL) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *merge);
    }
    merge->arena = arena;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        const mag_screen_part *part = &screen->parts[i];
        mag_result_reader_init(&merge->readers[i],
                               kind == MAG_FLAGGED ? &part->flagged : &part->cannot_tell);
    }
    const mag_status status = read_heads(merge, err);
    if (status == MAG_OK)
        *out = merge;
    else
        mag_merge_close(merge);
    return status;
}

void mag_merge_close(mag_merge *merge) {
    if (merge == NULL)
        return;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        mag_result_reader_done(&merge->readers[i]);
    mag_arena_free(merge->arena);
}

static mag_status move_on(mag_merge *merge, mag_error *err) {
    bool is_over;
    merge->is_first_taken = false;
    MAG_TRY(mag_result_reader_next(merge->heap[0], &is_over, err));
    if (is_over)
        merge->heap[0] = merge->heap[--merge->count];
    sift_down(merge->heap, merge->count, 0);
    return MAG_OK;
}

mag_status mag_merge_next(mag_merge *merge, const mag_screen_row **row, mag_span *packed,
                          mag_error *err) {
    *row = NULL;
    if (merge->is_first_taken)
        MAG_TRY(move_on(merge, err));
    if (merge->count == 0)
        return MAG_OK;
    merge->is_first_taken = true;
    *row = &merge->heap[0]->row;
    *packed = merge->heap[0]->packed;
    return MAG_OK;
}

static mag_status visit_all(mag_merge *merge, mag_screen_visit visit, void *context,
                            mag_error *err) {
    for (;;) {
        const mag_screen_row *row;
        mag_span packed;
        MAG_TRY(mag_merge_next(merge, &row, &packed, err));
        if (row == NULL)
            return MAG_OK;
        MAG_TRY(visit(context, row, err));
    }
}

mag_status mag_screen_merge(const mag_screen *screen, mag_outcome_kind kind, mag_screen_visit visit,
                            void *context, mag_error *err) {
    mag_merge *merge;
    MAG_TRY(mag_merge_open(screen, kind, &merge, err));
    const mag_status status = visit_all(merge, visit, context, err);
    mag_merge_close(merge);
    return status;
}
