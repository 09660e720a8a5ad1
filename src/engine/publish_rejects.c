/* Rejects in batches, as the rows of patients: a feed with a fault can have millions. */
#include "engine/file_fault.h"
#include "engine/pipeline.h"
#include "engine/publish.h"

typedef struct batch {
    size_t first, count;
    mag_sink *part; /* NULL: the sink takes none */
} batch;

typedef struct reject_publisher {
    const mag_publication *what;
    const mag_reject *rejects;
    size_t count, next;
    batch batches[MAG_PIPELINE_BATCH_LIMIT];
} reject_publisher;

static mag_status put_rejects(const reject_publisher *to, const batch *from, mag_sink *sink,
                              mag_error *err) {
    for (size_t i = from->first; i < from->first + from->count; i++) {
        const mag_reject *reject = &to->rejects[i];
        const mag_run_file *file = mag_cohort_file(to->what->cohort, reject->file_id);
        const mag_reject_row row = {.source = file->source,
                                    .file = file->name,
                                    .column = reject->column,
                                    .reason = mag_reason_name((mag_reason)reject->reason),
                                    .detail = reject->detail,
                                    .line = reject->line};
        MAG_TRY(sink->ops->reject(sink, &row, err));
    }
    return MAG_OK;
}

static mag_status fill(void *context, unsigned batch_idx, unsigned worker_idx, bool *is_over,
                       mag_error *err) {
    enum { FULL_COUNT = 1 << 12 };
    reject_publisher *to = context;
    batch *at = &to->batches[batch_idx];
    (void)worker_idx;
    (void)err;
    at->first = to->next;
    at->count = to->count - to->next < FULL_COUNT ? to->count - to->next : FULL_COUNT;
    to->next += at->count;
    *is_over = at->count == 0;
    return MAG_OK;
}

static mag_status work(void *context, unsigned batch_idx, unsigned worker_idx, mag_error *err) {
    reject_publisher *to = context;
    batch *at = &to->batches[batch_idx];
    uint64_t since = mag_timings_now(to->what->timings);
    if (at->part == NULL)
        return MAG_OK;
    MAG_TRY(put_rejects(to, at, at->part, err));
    since = mag_timings_add(to->what->timings, worker_idx, MAG_WORK_FORMAT, since);
    MAG_TRY(at->part->ops->part_pack(at->part, worker_idx, err));
    mag_timings_add(to->what->timings, worker_idx, MAG_WORK_COMPRESS, since);
    return MAG_OK;
}

static mag_status drain(void *context, unsigned batch_idx, unsigned worker_idx, mag_error *err) {
    reject_publisher *to = context;
    batch *at = &to->batches[batch_idx];
    mag_sink *sink = to->what->sink;
    const uint64_t since = mag_timings_now(to->what->timings);
    MAG_TRY(at->part != NULL ? sink->ops->part_write(sink, at->part, err)
                             : put_rejects(to, at, sink, err));
    mag_timings_add(to->what->timings, worker_idx, MAG_WORK_WRITE, since);
    mag_timings_count(to->what->timings, at->count, 0);
    mag_progress_add(to->what->progress, at->count, at->count);
    return MAG_OK;
}

static mag_status run_batches(reject_publisher *to, unsigned batch_count, mag_error *err) {
    const mag_publication *what = to->what;
    const mag_pipeline pipeline = {what->worker_count, to, fill, work, drain};
    mag_sink *sink = what->sink;
    if (sink->ops->part_new != NULL) {
        MAG_TRY(sink->ops->parts_begin(sink, what->worker_count, err));
        for (unsigned i = 0; i < batch_count; i++)
            MAG_TRY(sink->ops->part_new(sink, &to->batches[i].part, err));
    }
    return mag_pipeline_run(&pipeline, err);
}

mag_status mag_publish_rejects(const mag_publication *publication, mag_error *err) {
    const unsigned batch_count = mag_pipeline_batch_count(publication->worker_count);
    reject_publisher to = {.what = publication};
    to.rejects = mag_cohort_rejects(publication->cohort, &to.count);
    const mag_status status = run_batches(&to, batch_count, err);
    for (unsigned i = 0; i < batch_count; i++)
        if (to.batches[i].part != NULL)
            to.batches[i].part->ops->free(to.batches[i].part);
    return status;
}

mag_status mag_publish_file_fault(const mag_publication *publication, const mag_error *failure,
                                  mag_error *err) {
    mag_file_fault fault;
    mag_sink *sink = publication->sink;
    if (!mag_file_fault_find(publication->cohort, failure, &fault))
        return MAG_OK;
    mag_reject_row row = {.source = fault.source,
                          .file = fault.file,
                          .column = "",
                          .reason = fault.reason,
                          .detail = mag_message_gist(failure->message)};
    return sink->ops->reject(sink, &row, err);
}
