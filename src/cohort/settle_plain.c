/* The short way of a patient's laboratory rows into the partition. Nearly all patients have rows
   that are ordinary: no two of one analyte and minute, so that there is nothing to tell from a
   duplicate, and no sodium or glucose so high that a drip may stand behind it. Their order is that
   of analyte and minute alone, found with one number a row:

     rows ──▶ counted by analyte ──▶ [minute | row] of one analyte side by side, each put into its
                                     place as it comes ──▶ packed in that order

   Anything else sends the patient the long way (settle_labs.c) before anything was counted. */
#include "cohort/settle_labs.h"

#include "cohort/timeline.h"

#include <string.h>

enum { ROW_BITS = 10, MOST_ROWS = 1 << ROW_BITS };

/* Neither a mark nor a note that is counted or looked for later on; date-only, a soft limit and a
   comparator from a comment are noted on the record alone. */
#define UNUSUAL                                                                                    \
    mag_lab_pack((mag_analyte)0, (mag_unit)0, 0, (mag_comparator)0, (mag_reason)0x3f,              \
                 MAG_LAB_HAEMOLYSED | MAG_LAB_INFERRED_UNIT | MAG_LAB_SUSPECT | MAG_LAB_DRIP_ARM | \
                     MAG_LAB_CONFLICT)

struct mag_plain_rows {
    const bool *is_of_labs; /* by file: its rows are counted as laboratory rows */
    size_t file_count;
    uint16_t begin[MAG_ANALYTE_COUNT + 1], end[MAG_ANALYTE_COUNT];
    uint64_t keys[MOST_ROWS]; /* minute, then number of the row, of those inside */
};

typedef struct window {
    int64_t from, until; /* minutes, both included */
} window;

mag_status mag_plain_rows_new(const mag_settling *settling, mag_plain_rows **out, mag_error *err) {
    const size_t file_count = settling->cohort->files.count;
    mag_plain_rows *plain = mag_arena_alloc(settling->scratch, sizeof *plain);
    bool *is_of_labs = mag_arena_alloc(settling->scratch, file_count * sizeof *is_of_labs);
    *out = plain;
    if (!plain || !is_of_labs)
        return mag_fail_memory(err, sizeof *plain);
    for (size_t i = 0; i < file_count; i++)
        is_of_labs[i] =
            mag_settle_counts(settling, (mag_position){(uint16_t)i, 0}, MAG_TABLE_LABS) != NULL;
    plain->is_of_labs = is_of_labs;
    plain->file_count = file_count;
    return MAG_OK;
}

/* What mag_settle_is_outside leaves of time. */
static window window_of(const mag_settling *settling, uint32_t patient) {
    const mag_minute as_of = settling->as_of[patient];
    const int32_t history_days = settling->cohort->settings.history_days;
    window all = {INT64_MIN, INT64_MAX};
    if (as_of == MAG_MINUTE_NONE)
        return all;
    all.until = as_of;
    if (history_days)
        all.from = ((int64_t)mag_minute_day(as_of) - history_days) * MAG_MINUTES_PER_DAY;
    return all;
}

static bool is_inside(const window *in, const mag_lab *lab) {
    return lab->minute >= in->from && lab->minute <= in->until;
}

/* Makes room for the rows of each analyte. */
static void count_analytes(mag_plain_rows *plain, const mag_lab_run *run, const window *in) {
    uint16_t counts[MAG_ANALYTE_COUNT] = {0};
    for (size_t i = 0; i < run->count; i++)
        counts[mag_lab_analyte(&run->rows[i].lab)] += is_inside(in, &run->rows[i].lab);
    uint16_t sum = 0;
    for (int analyte = 0; analyte < MAG_ANALYTE_COUNT; analyte++) {
        plain->begin[analyte] = plain->end[analyte] = sum;
        sum = (uint16_t)(sum + counts[analyte]);
    }
    plain->begin[MAG_ANALYTE_COUNT] = sum;
}

static uint64_t minute_of(uint64_t key) {
    return key >> ROW_BITS;
}

static size_t row_of(uint64_t key) {
    return key & (MOST_ROWS - 1);
}

/* Into its place among the rows of its analyte. False: another has its minute. */
static bool put_key(mag_plain_rows *plain, mag_analyte analyte, uint64_t key) {
    uint64_t *keys = plain->keys;
    size_t at = plain->end[analyte]++;
    for (; at > plain->begin[analyte] && keys[at - 1] > key; at--)
        keys[at] = keys[at - 1];
    keys[at] = key;
    return at == plain->begin[analyte] || minute_of(keys[at - 1]) != minute_of(key);
}

static bool sort_rows(mag_plain_rows *plain, const mag_lab_run *run, const window *in) {
    for (size_t i = 0; i < run->count; i++) {
        const mag_lab *lab = &run->rows[i].lab;
        const uint64_t minute = (uint32_t)lab->minute ^ 0x80000000u;
        if (is_inside(in, lab) && !put_key(plain, mag_lab_analyte(lab), minute << ROW_BITS | i))
            return false;
    }
    return true;
}

/* A weight of the roster is no row of its own. */
static bool is_counted(const mag_plain_rows *plain, const mag_lab *lab) {
    return lab->file_id < plain->file_count && plain->is_of_labs[lab->file_id];
}

/* A row that is inside, and no duplicate. */
static mag_status pack_row(mag_lab_packing *packing, const mag_lab_run *run, size_t idx,
                           mag_error *err) {
    mag_partition *partition = packing->settling.partition;
    const mag_lab *lab = &run->rows[idx].lab;
    const uint64_t specimen = run->specimens ? run->specimens[idx] : 0;
    if (lab->packed & UNUSUAL || !is_counted(packing->plain, lab))
        return mag_settle_place_lab(packing, &run->rows[idx], specimen, false, err);
    partition->counts[lab->file_id].accepted++;
    partition->units[lab->file_id][mag_lab_analyte(lab)].rows++;
    partition->delivers[mag_lab_analyte(lab)] = true;
    if (partition->specimens)
        partition->specimens[packing->kept] =
            specimen ? specimen : mag_specimen_of_minute(lab->minute);
    partition->labs[packing->kept++] = *lab;
    return MAG_OK;
}

/* Any row of the analyte of which that can be so. */
static bool has_any(const mag_plain_rows *plain, const mag_lab_run *run, mag_analyte analyte,
                    bool can_be(const mag_lab *lab)) {
    for (size_t i = plain->begin[analyte]; i < plain->end[analyte]; i++)
        if (can_be(&run->rows[row_of(plain->keys[i])].lab))
            return true;
    return false;
}

static bool has_drip(const mag_plain_rows *plain, const mag_lab_run *run) {
    return has_any(plain, run, MAG_SODIUM, mag_settle_may_be_drip) ||
           has_any(plain, run, MAG_GLUCOSE, mag_settle_may_be_drip);
}

/* Without dates and named specimens only results of one minute could contradict each other. */
static mag_status look_beside(const mag_lab_packing *packing, const mag_lab_run *run,
                              size_t kept_before, mag_error *err) {
    const mag_partition *partition = packing->settling.partition;
    const size_t count = packing->kept - kept_before;
    const mag_packed_labs of = {partition->labs + kept_before,
                                run->specimens ? partition->specimens + kept_before : NULL, count};
    uint32_t seen = 0;
    bool has_dates = false; /* of results that can contradict each other: weights have no clock */
    for (size_t i = 0; i < count; i++) {
        seen |= of.labs[i].packed;
        has_dates |= mag_lab_has(&of.labs[i], MAG_LAB_DATE_ONLY) &&
                     mag_analyte_of(mag_lab_analyte(&of.labs[i]))->is_code_book_item;
    }
    if (seen & UNUSUAL || has_any(packing->plain, run, MAG_POTASSIUM, mag_settle_may_be_edta))
        MAG_TRY(mag_settle_suspect(&packing->settling, &of, err));
    if (of.specimens || has_dates)
        MAG_TRY(mag_settle_conflicts(&packing->settling, &of, err));
    return MAG_OK;
}

static void count_outside(const mag_lab_packing *packing, const mag_lab_run *run,
                          const window *in) {
    mag_accounting *counts = packing->settling.partition->counts;
    for (size_t i = 0; i < run->count; i++) {
        const mag_lab *lab = &run->rows[i].lab;
        if (!is_inside(in, lab) && is_counted(packing->plain, lab))
            counts[lab->file_id].out_of_window++;
    }
}

mag_status mag_settle_plain(mag_lab_packing *packing, const mag_lab_run *run, bool *is_done,
                            mag_error *err) {
    mag_plain_rows *plain = packing->plain;
    mag_partition *partition = packing->settling.partition;
    const uint32_t patient = run->rows->lab.patient;
    const size_t kept_before = packing->kept;
    *is_done = false;
    if (run->count > MOST_ROWS || patient >= partition->patient_count)
        return MAG_OK;
    const window in = window_of(&packing->settling, patient);
    count_analytes(plain, run, &in);
    if (!sort_rows(plain, run, &in) || has_drip(plain, run))
        return MAG_OK;
    const size_t inside_count = plain->begin[MAG_ANALYTE_COUNT];
    for (size_t i = 0; i < inside_count; i++)
        MAG_TRY(pack_row(packing, run, row_of(plain->keys[i]), err));
    if (inside_count < run->count)
        count_outside(packing, run, &in);
    *is_done = true;
    return look_beside(packing, run, kept_before, err);
}
