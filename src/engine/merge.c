/* One sorted run per partition, merged with a heap of the runs' heads. A patient is whole inside
   one partition, so no two runs hold the same id. */
#include "engine/screen.h"

typedef struct run_head {
    const mag_screen_row *at, *end;
} run_head;

static bool is_before(const run_head *a, const run_head *b) {
    return mag_span_compare(a->at->patient_id, b->at->patient_id) < 0;
}

/* Moves to the next row of the kind; false at the end of the run. */
static bool seek(run_head *head, mag_outcome_kind kind) {
    while (head->at < head->end && head->at->outcome.kind != kind)
        head->at++;
    return head->at < head->end;
}

static void sift_down(run_head *heap, size_t count, size_t at) {
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++)
            if (is_before(&heap[child], &heap[least]))
                least = child;
        if (least == at)
            return;
        run_head swapped = heap[at];
        heap[at] = heap[least];
        heap[least] = swapped;
        at = least;
    }
}

mag_status mag_screen_merge(const mag_screen *screen, mag_outcome_kind kind, mag_screen_visit visit,
                            void *context, mag_error *err) {
    run_head heap[MAG_PARTITION_COUNT];
    size_t count = 0;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        const mag_screen_part *part = &screen->parts[i];
        if (part->row_count == 0)
            continue;
        run_head head = {part->rows, part->rows + part->row_count};
        if (seek(&head, kind))
            heap[count++] = head;
    }
    for (size_t i = count; i-- > 0;)
        sift_down(heap, count, i);
    while (count > 0) {
        MAG_TRY(visit(context, heap[0].at, err));
        heap[0].at++;
        if (!seek(&heap[0], kind))
            heap[0] = heap[--count];
        sift_down(heap, count, 0);
    }
    return MAG_OK;
}
