#include "engine/room.h"

enum {
    READING_NBYTES = 6 << 20,   /* of one thread: blocks, readers, rows between two looks */
    READING_SHARE = 48,         /* one part in so many, at least, is left to all threads */
    SCREENING_NBYTES = 12 << 20 /* of one thread beside its partition: evaluators, rows found */
};

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static mag_status refuse(const mag_account *account, const char *work, size_t need_nbytes,
                         size_t stays_nbytes, mag_error *err) {
    const double mib = 1024.0 * 1024.0;
    const size_t missing = stays_nbytes + need_nbytes - account->limit_nbytes;
    mag_fail(
        err, MAG_E_RESOURCE, MAG_MSG_P402,
        "%s the largest of %d parts of the patients needs %.1f MiB beside %.1f MiB that are in "
        "use, and the memory limit leaves %.1f MiB",
        work, MAG_PARTITION_COUNT, (double)need_nbytes / mib, (double)stays_nbytes / mib,
        (double)(account->limit_nbytes - smaller(account->limit_nbytes, stays_nbytes)) / mib);
    mag_hint(err, "raise --memory-limit by at least %.0f MiB", (double)missing / mib + 1);
    return MAG_E_RESOURCE;
}

/* stays: what is in use and cannot go to disk. need: of one thread. */
static mag_status divide(mag_account *account, const char *work, size_t stays_nbytes,
                         size_t need_nbytes, unsigned *worker_count, mag_error *err) {
    const size_t left = account->limit_nbytes - smaller(account->limit_nbytes, stays_nbytes);
    const size_t fitting = left / need_nbytes;
    if (fitting == 0)
        return refuse(account, work, need_nbytes, stays_nbytes, err);
    if (fitting < *worker_count)
        *worker_count = (unsigned)fitting;
    account->mark_nbytes = account->limit_nbytes - *worker_count * need_nbytes;
    mag_memory_trim(false);
    return MAG_OK;
}

void mag_room_for_reading(mag_account *account, unsigned worker_count) {
    const size_t limit = account->limit_nbytes, share = worker_count * READING_NBYTES;
    account->mark_nbytes = limit - smaller(limit / 2, larger(limit / READING_SHARE, share));
}

mag_status mag_room_for_settling(mag_account *account, mag_cohort *cohort, unsigned *worker_count,
                                 mag_error *err) {
    size_t need = 0, rows = 0;
    if (!account->limit_nbytes)
        return MAG_OK;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        need = larger(need, mag_cohort_settling_nbytes(cohort, p));
        rows += mag_cohort_rows_nbytes(cohort, p);
    }
    const size_t used = account->used_nbytes;
    MAG_TRY(divide(account, "sorting", used - smaller(used, rows), need, worker_count, err));
    for (unsigned p = MAG_PARTITION_COUNT; p-- > 0 && mag_account_is_tight(account);)
        MAG_TRY(mag_cohort_spill_rows(cohort, p, err));
    return MAG_OK;
}

mag_status mag_room_for_screening(mag_account *account, mag_cohort *cohort, unsigned *worker_count,
                                  mag_error *err) {
    size_t need = 0, here = 0;
    if (!account->limit_nbytes)
        return MAG_OK;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        const size_t nbytes = mag_cohort_settled_nbytes(cohort, p);
        need = larger(need, nbytes);
        here += mag_cohort_is_here(cohort, p) ? nbytes : 0;
    }
    const size_t used = account->used_nbytes;
    MAG_TRY(divide(account, "screening", used - smaller(used, here), need + SCREENING_NBYTES,
                   worker_count, err));
    for (unsigned p = MAG_PARTITION_COUNT; p-- > 0 && mag_account_is_tight(account);)
        MAG_TRY(mag_cohort_put_away(cohort, p, err));
    return MAG_OK;
}
