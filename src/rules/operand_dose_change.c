/* How the dose of a group changed, pauses that are too short for a new start included.

     A 10 mmol  |----------------------|
     B 15 mmol                       |------------------|
     doses        10                 25  15               25 lasts a day: 10 -> 15, from B's start

   The rows are cut into stretches in which the same rows count. Stretches of the same rows, or of
   rows that read the same, are one dose; a dose that lasts no more than a day is passed over. */
#include "clinical/dose.h"
#include "rules/dose_group.h"
#include "rules/operand_dose.h"

#include <stdlib.h>

/* Doses are whole umol, each rounded: a change of exactly the step may miss it by as much. */
static const double rounding_umol = 2;

/* A row of the query. An administration is the dose of its whole day. */
typedef struct mag_dose_row {
    const mag_exposure *exposure;
    mag_minute start, stop, reach; /* reach: a row of the product that starts by then goes on */
    uint32_t kind;                 /* rows of one kind read the same */
} mag_dose_row;

typedef struct dose_rows {
    mag_dose_row *at;
    size_t count;
} dose_rows;

/* The rows that give the dose of one moment. */
typedef struct dose {
    mag_dose_sum sum;
    uint32_t product_count;
    uint64_t products; /* sum of their numbers: the product, if it is one */
} dose;

mag_status mag_dose_room_reserve(mag_drug_room *room, mag_account *account, size_t wanted,
                                 mag_error *err) {
    MAG_TRY(mag_grow(account, (void **)&room->dose_rows, &room->dose_row_capacity,
                     sizeof *room->dose_rows, wanted, err));
    MAG_TRY(mag_grow(account, (void **)&room->dose_groups, &room->dose_group_capacity,
                     sizeof *room->dose_groups, wanted, err));
    MAG_TRY(mag_grow(account, (void **)&room->dose_products, &room->dose_product_capacity,
                     sizeof *room->dose_products, wanted, err));
    return mag_grow(account, (void **)&room->group_of, &room->group_of_capacity,
                    sizeof *room->group_of, wanted, err);
}

void mag_dose_room_done(mag_drug_room *room, mag_account *account) {
    mag_drop(account, room->dose_rows, room->dose_row_capacity, sizeof *room->dose_rows);
    mag_drop(account, room->dose_groups, room->dose_group_capacity, sizeof *room->dose_groups);
    mag_drop(account, room->dose_products, room->dose_product_capacity,
             sizeof *room->dose_products);
    mag_drop(account, room->group_of, room->group_of_capacity, sizeof *room->group_of);
}

static mag_dose_row row_of(const mag_drug_query *query, const mag_exposure *exposure) {
    const mag_interval interval = mag_drug_interval(query, exposure);
    mag_dose_row row = {.exposure = exposure,
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
static dose_rows gather(const mag_drug_query *query, const mag_era *era) {
    const mag_timeline *patient = query->patient;
    dose_rows rows = {query->room->dose_rows, 0};
    for (size_t i = mag_drug_first_from(patient, era->start);
         i < patient->exposure_count && patient->exposures[i].start < era->stop; i++)
        if (mag_drug_classes(query, &patient->exposures[i]) != 0)
            rows.at[rows.count++] = row_of(query, &patient->exposures[i]);
    return rows;
}

/* --- rows that read the same -------------------------------------------------------------- */

#define COMPARE(a, b)                                                                              \
    if ((a) != (b))                                                                                \
        return (a) < (b) ? -1 : 1;

/* The same product in the same dose. Nothing written of the dose is not the same dose. */
static int compare_reading(const mag_exposure *a, const mag_exposure *b) {
    COMPARE(a->drug_id, b->drug_id)
    COMPARE(a->dose_lo_umol, b->dose_lo_umol)
    COMPARE(a->dose_hi_umol, b->dose_hi_umol)
    if (a->dose_hi_umol != MAG_DOSE_UNKNOWN)
        return 0;
    COMPARE(a->dose_text_id, b->dose_text_id)
    if (a->dose_text_id != 0)
        return 0;
    COMPARE(a, b)
    return 0;
}

static int compare_rows(const void *a, const void *b) {
    const mag_dose_row *x = a, *y = b;
    const int reading = compare_reading(x->exposure, y->exposure);
    if (reading != 0)
        return reading;
    COMPARE(x->start, y->start)
    COMPARE(x->exposure, y->exposure)
    return 0;
}

/* Sorts rows that read the same together and numbers their kinds. */
static void number_kinds(const dose_rows *rows) {
    if (rows->count > 1)
        qsort(rows->at, rows->count, sizeof *rows->at, compare_rows);
    uint32_t kind = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (i > 0 && compare_reading(rows->at[i - 1].exposure, rows->at[i].exposure) != 0)
            kind++;
        rows->at[i].kind = kind;
    }
}

static bool is_same_dose(const dose *a, const dose *b) {
    return a->sum.row_count == b->sum.row_count && a->sum.kinds[0] == b->sum.kinds[0] &&
           a->sum.kinds[1] == b->sum.kinds[1];
}

/* --- comparing two doses ------------------------------------------------------------------ */

/* Of one product alone an unclear basis is the same before and here. */
static bool is_one_product(const dose *before, const dose *here) {
    return before->sum.unbounded_count == 0 && here->sum.unbounded_count == 0 &&
           before->product_count == 1 && here->product_count == 1 &&
           before->products == here->products;
}

static bool is_step(double before, double after, mag_dose_step step) {
    const double share = step.percent / 100;
    const bool is_up = after > before && after >= before * (1 + share) - rounding_umol;
    const bool is_down = after < before && after <= before * (1 - share) + rounding_umol;
    return (is_up && step.direction != MAG_DOWNWARDS) || (is_down && step.direction != MAG_UPWARDS);
}

/* Of all readings of both doses: do all of them make the step, or none? */
static mag_truth has_changed(const dose *from, const dose *to, mag_dose_step step) {
    if (is_same_dose(from, to))
        return mag_truth_of(false);
    const mag_bounds before = mag_dose_sum_bounds(&from->sum),
                     after = mag_dose_sum_bounds(&to->sum);
    bool surely, perhaps;
    if (is_one_product(from, to)) {
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

/* --- which rows count --------------------------------------------------------------------- */

enum { ROW_BEGINS, ROW_STOPS, HAPPENING_COUNT };

/* When rows begin and stop, in order. */
typedef struct events {
    const mag_drug_key *at;
    size_t count;
} events;

static mag_minute next_start(const mag_drug_room *room, const mag_dose_product *product) {
    return product->begun < product->end ? room->dose_groups[product->begun].start
                                         : MAG_MINUTE_NONE;
}

/* Rows of the newest group that go on until the next begins, when none runs: worked out once. */
static void keep_what_goes_on(mag_drug_room *room, const dose_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        const mag_dose_row *row = &rows->at[i];
        const uint32_t idx = room->group_of[i];
        mag_dose_group *group = &room->dose_groups[idx];
        const bool has_next = idx + 1 < room->dose_products[group->product].end;
        if (!has_next || room->dose_groups[idx + 1].start > row->reach)
            continue;
        const mag_dose_sum own = mag_dose_sum_of(row->exposure, row->kind);
        mag_dose_sum_add(&group->kept, &own);
    }
}

static events make_events(const mag_drug_query *query, const dose_rows *rows) {
    mag_drug_room *room = query->room;
    for (size_t i = 0; i < rows->count; i++)
        room->keys[i] = (mag_drug_key){
            mag_drug_key_of(rows->at[i].exposure->drug_id, rows->at[i].start), (uint32_t)i};
    (void)mag_dose_groups_make(room, rows->count);
    keep_what_goes_on(room, rows);
    size_t count = 0;
    for (size_t i = 0; i < rows->count; i++) {
        room->keys[count++] =
            (mag_drug_key){mag_drug_event_of(rows->at[i].start, ROW_BEGINS), (uint32_t)i};
        room->keys[count++] =
            (mag_drug_key){mag_drug_event_of(rows->at[i].stop, ROW_STOPS), (uint32_t)i};
    }
    mag_drug_keys_sort(room->keys, count);
    return (events){room->keys, count};
}

/* Of a product the rows that run count (of issues the newest); while none runs, its newest, if a
   later one joins it. */
static mag_dose_sum sum_of(mag_drug_room *room, uint32_t product) {
    const mag_dose_product *of = &room->dose_products[product];
    const mag_dose_group *running = mag_dose_running(room, product);
    if (running != NULL) {
        mag_dose_sum sum = of->others;
        mag_dose_sum_add(&sum, &running->issues);
        return sum;
    }
    const bool goes_on = of->begun > of->first && next_start(room, of) != MAG_MINUTE_NONE;
    return goes_on ? room->dose_groups[of->begun - 1].kept : (mag_dose_sum){0};
}

static void happen(mag_drug_room *room, const dose_rows *rows, const mag_drug_key *event,
                   dose *now) {
    const mag_dose_row *row = &rows->at[event->row];
    const uint32_t idx = room->group_of[event->row];
    mag_dose_group *group = &room->dose_groups[idx];
    mag_dose_sum *running = mag_exposure_kind(row->exposure) == MAG_RX_ISSUE
                                ? &group->issues
                                : &room->dose_products[group->product].others;
    const mag_dose_sum own = mag_dose_sum_of(row->exposure, row->kind);
    const mag_dose_sum before = sum_of(room, group->product);
    if ((uint32_t)event->key == ROW_BEGINS) {
        group->running_count++;
        mag_dose_sum_add(running, &own);
        mag_dose_group_begin(room, idx);
    } else {
        group->running_count--;
        mag_dose_sum_take(running, &own);
    }
    const mag_dose_sum after = sum_of(room, group->product);
    mag_dose_sum_take(&now->sum, &before);
    mag_dose_sum_add(&now->sum, &after);
    now->product_count += (after.row_count > 0) - (uint32_t)(before.row_count > 0);
    now->products += (after.row_count > 0 ? group->product : 0u);
    now->products -= (before.row_count > 0 ? group->product : 0u);
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
    events events;
    dose before, here;     /* the last dose that lasted, the dose at hand */
    mag_minute since;      /* when the dose at hand began */
    mag_minute changed_at; /* when it, or what passed before it, replaced the last lasting one */
    bool has_before;
} walk;

/* The first event at the moment or behind it. */
static size_t first_event(const events *of, mag_minute at) {
    size_t low = 0, high = of->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (mag_drug_event_moment(of->at[middle].key) < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static mag_value moment_of(const walk *on, mag_minute at) {
    mag_value value = mag_value_of_truth(mag_truth_of(true));
    value.at = at;
    for (size_t i = first_event(&on->events, at);
         i < on->events.count && mag_drug_event_moment(on->events.at[i].key) == at; i++) {
        const mag_exposure *exposure = on->rows.at[on->events.at[i].row].exposure;
        const bool begins = (uint32_t)on->events.at[i].key == ROW_BEGINS;
        if (mag_exposure_kind(exposure) == MAG_RX_ADMINISTRATION ||
            mag_exposure_has(exposure, begins ? MAG_EXPOSURE_START_DATE : MAG_EXPOSURE_STOP_DATE))
            value.is_date_only = true;
    }
    return value;
}

static void judge(const walk *on, findings *found) {
    const mag_value at = moment_of(on, on->changed_at);
    if (!mag_period_holds(found->period, at.at, at.is_date_only))
        return;
    const mag_truth truth = has_changed(&on->before, &on->here, found->step);
    if (truth.is == MAG_UNDECIDED)
        found->doubts |= truth.reasons;
    if (truth.is == MAG_TRUE && at.at > found->newest.at)
        found->newest = at;
}

/* The dose at hand goes no further than `until`. */
static void finish_dose(walk *on, mag_minute until, findings *found) {
    if (on->here.sum.row_count == 0)
        return;
    if (on->changed_at == MAG_MINUTE_NONE)
        on->changed_at = on->since;
    if (until - on->since <= MAG_MINUTES_PER_DAY)
        return;
    if (on->has_before)
        judge(on, found);
    on->before = on->here;
    on->has_before = true;
    on->changed_at = MAG_MINUTE_NONE;
}

/* All that happens at the moment of the next event. */
static mag_minute next_moment(const walk *on, mag_drug_room *room, size_t *next, dose *now) {
    const mag_minute at = mag_drug_event_moment(on->events.at[*next].key);
    for (; *next < on->events.count && mag_drug_event_moment(on->events.at[*next].key) == at;
         (*next)++)
        happen(room, &on->rows, &on->events.at[*next], now);
    return at;
}

static void walk_era(const mag_drug_query *query, const mag_era *era, findings *found) {
    walk on = {.rows = gather(query, era), .since = era->start, .changed_at = MAG_MINUTE_NONE};
    dose now = {.product_count = 0};
    size_t next = 0;
    number_kinds(&on.rows);
    on.events = make_events(query, &on.rows);
    while (next < on.events.count) {
        const mag_minute at = next_moment(&on, query->room, &next, &now);
        if (at >= era->stop)
            break;
        if (at <= era->start) {
            on.here = now;
            continue;
        }
        if (is_same_dose(&on.here, &now))
            continue;
        finish_dose(&on, at, found);
        on.here = now;
        on.since = at;
    }
    finish_dose(&on, era->stop, found);
}

mag_value mag_drug_dose_change(const mag_drug_query *query, const mag_period *period,
                               mag_dose_step step) {
    findings found = {period, step, mag_drug_event_when_absent(query), 0};
    const mag_era *eras;
    const size_t count = mag_drug_eras(query, MAG_DOSE_PAUSE_MINUTES, &eras);
    for (size_t i = 0; i < count; i++)
        if (eras[i].start <= period->until && period->from < eras[i].stop)
            walk_era(query, &eras[i], &found);
    if (found.newest.truth.is == MAG_TRUE || found.doubts == 0)
        return found.newest;
    return mag_value_unknown(found.doubts | found.newest.truth.reasons);
}
