/* Changes of dose, every row asked about every other at every moment: reference for the walk of
   rules/operand_dose_change.c. */
#ifndef MAG_TESTS_RULES_NAIVE_DOSE_CHANGE_H
#define MAG_TESTS_RULES_NAIVE_DOSE_CHANGE_H

#include "clinical/dose.h"
#include "rules/operand_dose.h"

#include <math.h>

enum { NAIVE_ROWS_MAX = 64 };

/* Doses are whole umol, each rounded: a change of exactly the step may miss it by as much. */
static const double rounding_umol = 2;

/* For what a row counts: the last dose that lasted, the dose at hand, the stretch under the eye. */
typedef enum mark { MARK_BEFORE, MARK_HERE, MARK_NOW, MARK_COUNT } mark;

/* A row of the query. An administration is the dose of its whole day. */
typedef struct naive_row {
    const mag_exposure *exposure;
    mag_minute start, stop, reach; /* reach: a row of the product that starts by then goes on */
    bool counts[MARK_COUNT];
} naive_row;

typedef struct dose_rows {
    naive_row *at;
    size_t count;
} dose_rows;

static naive_row row_of(const mag_drug_query *query, const mag_exposure *exposure) {
    const mag_interval interval = mag_drug_interval(query, exposure);
    naive_row row = {.exposure = exposure,
                     .start = interval.start,
                     .stop = interval.stop,
                     .reach = mag_interval_reach(&interval)};
    if (interval.kind == MAG_RX_ADMINISTRATION) {
        row.start = mag_day_begin(interval.start);
        row.stop = mag_day_last_minute(interval.start) + 1;
    }
    return row;
}

/* The rows of the query that begin inside the era. */
static dose_rows rows_of_era(const mag_drug_query *query, const mag_era *era) {
    const mag_timeline *patient = query->patient;
    static naive_row room[NAIVE_ROWS_MAX];
    dose_rows rows = {room, 0};
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (era->start <= exposure->start && exposure->start < era->stop &&
            mag_drug_classes(query, exposure) != 0)
            rows.at[rows.count++] = row_of(query, exposure);
    }
    return rows;
}

static bool row_runs_at(const naive_row *row, mag_minute at) {
    return row->start <= at && at < row->stop;
}

/* Does the row give its dose at that moment? Of a product the rows that run do (of issues the
   newest); while none runs, its newest, if a later one joins it. */
static bool row_counts_at(const dose_rows *rows, const naive_row *row, mag_minute at) {
    if (at < row->start)
        return false;
    const bool runs = row_runs_at(row, at);
    bool goes_on = false;
    for (size_t i = 0; i < rows->count; i++) {
        const naive_row *other = &rows->at[i];
        if (other->exposure->drug_id != row->exposure->drug_id)
            continue;
        const bool is_newer = other->start > row->start;
        if (other->start > at)
            goes_on = goes_on || other->start <= row->reach;
        else if (row_runs_at(other, at)
                     ? !runs || (is_newer && mag_exposure_kind(row->exposure) == MAG_RX_ISSUE)
                     : !runs && is_newer)
            return false;
    }
    return runs || goes_on;
}

static void mark_now(const dose_rows *rows, mag_minute at) {
    for (size_t i = 0; i < rows->count; i++)
        rows->at[i].counts[MARK_NOW] = row_counts_at(rows, &rows->at[i], at);
}

static void copy_marks(const dose_rows *rows, mark from, mark to) {
    for (size_t i = 0; i < rows->count; i++)
        rows->at[i].counts[to] = rows->at[i].counts[from];
}

static bool is_any_marked(const dose_rows *rows, mark of) {
    for (size_t i = 0; i < rows->count; i++)
        if (rows->at[i].counts[of])
            return true;
    return false;
}

static mag_minute next_cut(const dose_rows *rows, mag_minute after) {
    mag_minute next = MAG_MINUTE_OPEN;
    for (size_t i = 0; i < rows->count; i++) {
        const naive_row *row = &rows->at[i];
        if (row->start > after && row->start < next)
            next = row->start;
        if (row->stop > after && row->stop < next)
            next = row->stop;
    }
    return next;
}

/* --- comparing two doses ------------------------------------------------------------------ */

/* The same product in the same dose. Nothing written of the dose is not the same dose. */
static bool reads_same(const mag_exposure *a, const mag_exposure *b) {
    if (a == b)
        return true;
    const bool is_dose_known = a->dose_hi_umol != MAG_DOSE_UNKNOWN;
    return a->drug_id == b->drug_id && a->dose_lo_umol == b->dose_lo_umol &&
           a->dose_hi_umol == b->dose_hi_umol &&
           (is_dose_known || (a->dose_text_id == b->dose_text_id && a->dose_text_id != 0));
}

/* How many of the marked rows read like this one. */
static size_t count_alike(const dose_rows *rows, const mag_exposure *exposure, mark of) {
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++)
        count += rows->at[i].counts[of] && reads_same(rows->at[i].exposure, exposure);
    return count;
}

static bool is_same_dose(const dose_rows *rows, mark a, mark b) {
    for (size_t i = 0; i < rows->count; i++) {
        const naive_row *row = &rows->at[i];
        if ((row->counts[a] || row->counts[b]) &&
            count_alike(rows, row->exposure, a) != count_alike(rows, row->exposure, b))
            return false;
    }
    return true;
}

static mag_bounds sum_of(const dose_rows *rows, mark of) {
    mag_bounds sum = mag_bounds_exact(0);
    for (size_t i = 0; i < rows->count; i++) {
        const mag_exposure *exposure = rows->at[i].exposure;
        if (!rows->at[i].counts[of])
            continue;
        sum.low += exposure->dose_lo_umol;
        sum.high +=
            exposure->dose_hi_umol == MAG_DOSE_UNKNOWN ? (double)INFINITY : exposure->dose_hi_umol;
    }
    return sum;
}

/* Of one product alone an unclear basis is the same before and here. */
static bool is_one_product(const dose_rows *rows) {
    const mag_exposure *first = NULL;
    for (size_t i = 0; i < rows->count; i++) {
        const naive_row *row = &rows->at[i];
        if (!row->counts[MARK_BEFORE] && !row->counts[MARK_HERE])
            continue;
        if (row->exposure->dose_hi_umol == MAG_DOSE_UNKNOWN ||
            (first != NULL && first->drug_id != row->exposure->drug_id))
            return false;
        first = row->exposure;
    }
    return true;
}

static bool is_step(double before, double after, mag_dose_step step) {
    const double share = step.percent / 100;
    const bool is_up = after > before && after >= before * (1 + share) - rounding_umol;
    const bool is_down = after < before && after <= before * (1 - share) + rounding_umol;
    return (is_up && step.direction != MAG_DOWNWARDS) || (is_down && step.direction != MAG_UPWARDS);
}

/* Of all readings of both doses: do all of them make the step, or none? */
static mag_truth has_changed(const dose_rows *rows, mag_dose_step step) {
    if (is_same_dose(rows, MARK_BEFORE, MARK_HERE))
        return mag_truth_of(false);
    const mag_bounds before = sum_of(rows, MARK_BEFORE), after = sum_of(rows, MARK_HERE);
    bool surely, perhaps;
    if (is_one_product(rows)) {
        const bool by_least = is_step(before.low, after.low, step);
        const bool by_most = is_step(before.high, after.high, step);
        surely = by_least && by_most;
        perhaps = by_least || by_most;
    } else {
        const bool rises = is_step(before.high, after.low, step) && after.low > before.high;
        const bool falls = is_step(before.low, after.high, step) && after.high < before.low;
        surely = rises || falls;
        perhaps = is_step(before.low, after.high, step) || is_step(before.high, after.low, step);
    }
    if (surely || !perhaps)
        return mag_truth_of(surely);
    return mag_truth_unknown(mag_unknown_bit(MAG_UNKNOWN_DOSE_RANGE));
}

/* --- walking an era ----------------------------------------------------------------------- */

/* What has been found: the newest true change, and why others are in doubt. */
typedef struct findings {
    const mag_period *period;
    mag_dose_step step;
    mag_value newest;
    mag_unknown_set doubts;
} findings;

/* Where the walk stands. */
typedef struct walk {
    dose_rows rows;
    mag_minute since;      /* when the dose at hand began */
    mag_minute changed_at; /* when it, or what passed before it, replaced the last lasting one */
    bool has_before;
} walk;

static mag_value moment_of(const dose_rows *rows, mag_minute at) {
    mag_value value = mag_value_of_truth(mag_truth_of(true));
    value.at = at;
    for (size_t i = 0; i < rows->count; i++) {
        const naive_row *row = &rows->at[i];
        const bool is_whole_days = mag_exposure_kind(row->exposure) == MAG_RX_ADMINISTRATION;
        if ((row->start == at &&
             (is_whole_days || mag_exposure_has(row->exposure, MAG_EXPOSURE_START_DATE))) ||
            (row->stop == at &&
             (is_whole_days || mag_exposure_has(row->exposure, MAG_EXPOSURE_STOP_DATE))))
            value.is_date_only = true;
    }
    return value;
}

static void judge(const walk *on, findings *found) {
    const mag_value at = moment_of(&on->rows, on->changed_at);
    if (!mag_period_holds(found->period, at.at, at.is_date_only))
        return;
    const mag_truth truth = has_changed(&on->rows, found->step);
    if (truth.is == MAG_UNDECIDED)
        found->doubts |= truth.reasons;
    if (truth.is == MAG_TRUE && at.at > found->newest.at)
        found->newest = at;
}

/* The dose at hand goes no further than `until`. */
static void finish_dose(walk *on, mag_minute until, findings *found) {
    if (!is_any_marked(&on->rows, MARK_HERE))
        return;
    if (on->changed_at == MAG_MINUTE_NONE)
        on->changed_at = on->since;
    if (until - on->since <= MAG_MINUTES_PER_DAY)
        return;
    if (on->has_before)
        judge(on, found);
    copy_marks(&on->rows, MARK_HERE, MARK_BEFORE);
    on->has_before = true;
    on->changed_at = MAG_MINUTE_NONE;
}

static void walk_era(const mag_drug_query *query, const mag_era *era, findings *found) {
    walk on = {rows_of_era(query, era), era->start, MAG_MINUTE_NONE, false};
    mark_now(&on.rows, era->start);
    copy_marks(&on.rows, MARK_NOW, MARK_HERE);
    for (mag_minute at = next_cut(&on.rows, era->start); at < era->stop;
         at = next_cut(&on.rows, at)) {
        mark_now(&on.rows, at);
        if (is_same_dose(&on.rows, MARK_HERE, MARK_NOW))
            continue;
        finish_dose(&on, at, found);
        copy_marks(&on.rows, MARK_NOW, MARK_HERE);
        on.since = at;
    }
    finish_dose(&on, era->stop, found);
}

static mag_value naive_dose_change(const mag_drug_query *query, const mag_period *period,
                                   mag_dose_step step) {
    findings found = {period, step, mag_drug_event_when_absent(query), 0};
    const mag_era *eras;
    const size_t count = mag_drug_eras(query, MAG_GAP_OF_KIND, &eras);
    for (size_t i = 0; i < count; i++)
        if (eras[i].start <= period->until && period->from < eras[i].stop)
            walk_era(query, &eras[i], &found);
    if (found.newest.truth.is == MAG_TRUE || found.doubts == 0)
        return found.newest;
    return mag_value_unknown(found.doubts | found.newest.truth.reasons);
}

#endif
