/* One sorted run per partition, merged with a heap of the runs' heads. A patient is whole inside
   one partition, so no two runs hold the same id. Of a run on disk one chunk is in memory. */
#include "engine/screen.h"

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

static mag_status merge(mag_result_reader *readers, mag_screen_visit visit, void *context,
                        mag_error *err) {
    mag_result_reader *heap[MAG_PARTITION_COUNT];
    size_t count = 0;
    bool is_over;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        MAG_TRY(mag_result_reader_next(&readers[i], &is_over, err));
        if (!is_over)
            heap[count++] = &readers[i];
    }
    for (size_t i = count; i-- > 0;)
        sift_down(heap, count, i);
    while (count > 0) {
        MAG_TRY(visit(context, &heap[0]->row, err));
        MAG_TRY(mag_result_reader_next(heap[0], &is_over, err));
        if (is_over)
            heap[0] = heap[--count];
        sift_down(heap, count, 0);
    }
    return MAG_OK;
}

mag_status mag_screen_merge(const mag_screen *screen, mag_outcome_kind kind, mag_screen_visit visit,
                            void *context, mag_error *err) {
    mag_result_reader readers[MAG_PARTITION_COUNT];
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        const mag_screen_part *part = &screen->parts[i];
        mag_result_reader_init(&readers[i],
                               kind == MAG_FLAGGED ? &part->flagged : &part->cannot_tell);
    }
    const mag_status status = merge(readers, visit, context, err);
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        mag_result_reader_done(&readers[i]);
    return status;
}
