#include "cohort/feed.h"

#include "cohort/store.h"

mag_status mag_feed_check_stop(const mag_feed_watch *watch, mag_error *err) {
    if (!watch || !watch->is_stopped || !watch->is_stopped(watch->context))
        return MAG_OK;
    return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401, "stopped while reading");
}

static void tell_block(const mag_feed_watch *watch, const mag_csv_block *block, bool is_decoded) {
    if (watch && watch->on_block)
        watch->on_block(watch->block_context, block, is_decoded);
}

static mag_status read_blocks(mag_feed *feed, mag_lane *lane, const mag_feed_watch *watch,
                              mag_csv_block *block, mag_feed_fault *fault) {
    MAG_TRY(feed->ops->open(feed, &fault->error));
    for (;;) {
        bool is_over;
        MAG_TRY(feed->ops->next(feed, block, &is_over, &fault->error));
        if (is_over)
            return MAG_OK;
        MAG_TRY(mag_feed_check_stop(watch, &fault->error));
        fault->block_number = block->number;
        tell_block(watch, block, false);
        MAG_TRY(feed->ops->decode(feed, block, lane, &fault->error));
        tell_block(watch, block, true);
        fault->block_number = UINT64_MAX;
    }
}

mag_status mag_feed_read(mag_feed *feed, mag_lane *lane, const mag_feed_watch *watch,
                         mag_feed_fault *fault) {
    mag_csv_block block = {0};
    fault->block_number = UINT64_MAX;
    if (feed->ops->read) {
        MAG_TRY(mag_feed_check_stop(watch, &fault->error));
        return feed->ops->read(feed, lane, &fault->error);
    }
    const mag_status status = read_blocks(feed, lane, watch, &block, fault);
    feed->ops->close(feed);
    mag_csv_block_free(&block, lane->account);
    return status;
}

static mag_status read_one(mag_feed *feed, const mag_feed_watch *watch, mag_error *err) {
    mag_feed_fault fault = {0};
    uint32_t last_line = UINT32_MAX;
    const mag_status read = mag_feed_read(feed, feed->cohort->lanes[0], watch, &fault);
    fault.error.status = read;
    const mag_status status =
        feed->ops->finish(feed, read == MAG_OK ? NULL : &fault, &last_line, err);
    if (status != MAG_OK)
        mag_cohort_cut_files(feed->cohort, feed->file_id, last_line);
    return status;
}

mag_status mag_feeds_read(mag_feed *const *feeds, size_t count, const mag_feed_watch *watch,
                          mag_error *err) {
    mag_status status = MAG_OK;
    for (size_t i = 0; i < count && status == MAG_OK; i++)
        status = read_one(feeds[i], watch, err);
    for (size_t i = 0; i < count; i++)
        feeds[i]->ops->done(feeds[i]);
    return status;
}

void mag_cohort_cut_files(mag_cohort *cohort, uint16_t last_file_id, uint32_t last_line) {
    mag_reject *rejects = cohort->rejects.items;
    size_t kept = 0;
    for (size_t i = 0; i < cohort->rejects.count; i++)
        if (rejects[i].file_id < last_file_id ||
            (rejects[i].file_id == last_file_id && rejects[i].line <= last_line))
            rejects[kept++] = rejects[i];
    cohort->rejects.count = kept;
    mag_cohort_sort_rejects(cohort);
    if (cohort->files.count > (size_t)last_file_id + 1)
        cohort->files.count = (size_t)last_file_id + 1;
}
