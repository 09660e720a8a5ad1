/* Two lists of classes: days on which both are in effect. The gap between doses: operand_gap.c. */
#include "rules/operand_overlap.h"

#include <string.h>

/* Days on which an exposure is in effect, both included. */
typedef struct days_of_effect {
    mag_day first, last;
} days_of_effect;

static days_of_effect days_of(const mag_drug_query *query, const mag_exposure *exposure) {
    return (days_of_effect){mag_minute_day(exposure->start),
                            mag_minute_day(mag_drug_effect_stop(query, exposure) - 1)};
}

/* --- days --------------------------------------------------------------------------------- */

/* Of how many products rows are in effect: of each list, and of any. */
typedef struct presence {
    uint32_t of_list[2], of_any;
} presence;

/* Two different products, one of each list? */
static bool are_both_on(const presence *now) {
    return now->of_list[0] > 0 && now->of_list[1] > 0 && now->of_any > 1;
}

/* What an event says beside its day: which list, and whether a row is no longer in effect. */
enum { OF_SECOND = 1, IS_OVER = 2 };

static size_t add_events(const mag_drug_query *query, uint32_t list, mag_drug_key *keys) {
    const mag_timeline *patient = query->patient;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        if (mag_drug_classes(query, &patient->exposures[i]) == 0)
            continue;
        const days_of_effect days = days_of(query, &patient->exposures[i]);
        keys[count++] = (mag_drug_key){mag_drug_event_of(days.first, list), (uint32_t)i};
        keys[count++] =
            (mag_drug_key){mag_drug_event_of(days.last + 1, list | IS_OVER), (uint32_t)i};
    }
    return count;
}

/* row_counts: of the product, of each list. */
static void happen(presence *now, uint32_t *row_counts, uint32_t what) {
    const unsigned list = what & OF_SECOND;
    const bool was_any = row_counts[0] + row_counts[1] > 0;
    const bool was_of_list = row_counts[list] > 0;
    if (what & IS_OVER)
        row_counts[list]--;
    else
        row_counts[list]++;
    now->of_list[list] += (uint32_t)(row_counts[list] > 0) - was_of_list;
    now->of_any += (uint32_t)(row_counts[0] + row_counts[1] > 0) - was_any;
}

mag_value mag_drug_overlap(const mag_drug_query *first, const mag_drug_query *second,
                           const mag_period *period) {
    const mag_day from = mag_minute_day(period->from), end = mag_minute_day(period->until) + 1;
    mag_drug_room *room = first->room;
    mag_drug_key *keys = room->keys;
    mag_drug_number_products(first);
    size_t event_count = add_events(first, 0, keys), count = 0;
    event_count += add_events(second, OF_SECOND, &keys[event_count]);
    mag_drug_keys_sort(keys, event_count);
    if (event_count > 0)
        memset(room->product_rows, 0,
               2 * first->patient->exposure_count * sizeof *room->product_rows);
    presence now = {{0, 0}, 0};
    mag_day since = from; /* up to here days are counted */
    for (size_t i = 0; i < event_count; i++) {
        const mag_day day = mag_drug_event_moment(keys[i].key);
        if (day >= end)
            break;
        if (day > since) {
            count += are_both_on(&now) ? (size_t)(day - since) : 0;
            since = day;
        }
        happen(&now, &room->product_rows[2 * (size_t)room->product_of[keys[i].row]],
               (uint32_t)keys[i].key);
    }
    if (end > since && are_both_on(&now))
        count += (size_t)(end - since);
    return mag_drug_count_value(first, count);
}

/* --- rows that meet the other list -------------------------------------------------------- */

/* Of the rows up to one, in order of their first days: how far the furthest goes and of which
   product it is, and how far the furthest of any other product goes. */
typedef struct mag_drug_reach {
    mag_day first, last, last_of_others;
    uint32_t drug_id;
} mag_drug_reach;

mag_status mag_overlap_room_reserve(mag_drug_room *room, mag_account *account, size_t wanted,
                                    mag_error *err) {
    return mag_grow(account, (void **)&room->reaches, &room->reach_capacity, sizeof *room->reaches,
                    wanted, err);
}

void mag_overlap_room_done(mag_drug_room *room, mag_account *account) {
    mag_drop(account, room->reaches, room->reach_capacity, sizeof *room->reaches);
}

static mag_drug_reach further(mag_drug_reach so_far, days_of_effect days, uint32_t drug_id) {
    so_far.first = days.first;
    if (days.last > so_far.last) {
        if (drug_id != so_far.drug_id)
            so_far.last_of_others = so_far.last;
        so_far.last = days.last;
        so_far.drug_id = drug_id;
    } else if (drug_id != so_far.drug_id && days.last > so_far.last_of_others) {
        so_far.last_of_others = days.last;
    }
    return so_far;
}

static size_t find_reaches(const mag_drug_query *query) {
    const mag_timeline *patient = query->patient;
    mag_drug_reach so_far = {.last = INT32_MIN, .last_of_others = INT32_MIN};
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (mag_drug_classes(query, exposure) == 0)
            continue;
        so_far = further(so_far, days_of(query, exposure), exposure->drug_id);
        query->room->reaches[count++] = so_far;
    }
    return count;
}

/* Does another product of the rows go at least to `from`, of rows that begin by `until`? */
static bool is_met(const mag_drug_reach *reaches, size_t count, uint32_t drug_id,
                   days_of_effect days) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (reaches[middle].first <= days.last)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return false;
    const mag_drug_reach *reach = &reaches[low - 1];
    return (reach->drug_id != drug_id ? reach->last : reach->last_of_others) >= days.first;
}

const bool *mag_drug_meeting(const mag_drug_query *first, const mag_drug_query *second,
                             const mag_period *period) {
    const mag_timeline *patient = first->patient;
    const mag_day from = mag_minute_day(period->from), until = mag_minute_day(period->until);
    const size_t count = find_reaches(second);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        first->room->marks[i] = false;
        if (mag_drug_classes(first, exposure) == 0)
            continue;
        days_of_effect days = days_of(first, exposure);
        if (days.first > until || days.last < from)
            continue;
        days.first = days.first > from ? days.first : from;
        days.last = days.last < until ? days.last : until;
        first->room->marks[i] = is_met(first->room->reaches, count, exposure->drug_id, days);
    }
    return first->room->marks;
}
