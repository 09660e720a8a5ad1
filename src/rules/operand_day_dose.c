/* The largest dose of a day: one walk over the moments at which a dose can rise. */
#include "rules/dose_group.h"
#include "rules/operand_dose.h"

#include <math.h>

/* What happens to a row. The order is that in which the moments of a row are looked at: of equal
   doses the first one found is told. */
typedef enum happening {
    DAY_BEGINS,
    ROW_BEGINS,
    ROW_STOPS,
    ROW_IS_OVER,
    HAPPENING_COUNT
} happening;

typedef struct walk {
    const mag_drug_query *query;
    const mag_period *period;
    mag_dose_sum lasting; /* of what counts at the moment and is for more than a day */
    mag_dose_sum of_day;  /* of what began on the day and was for one day */
    mag_day day;
    size_t next; /* the first row behind the day */
    mag_value largest;
    uint64_t rank; /* of the moment of the largest; 0: the begin of the period */
} walk;

static bool is_for_one_day(const mag_interval *interval) {
    return interval->stop - interval->start <= MAG_MINUTES_PER_DAY;
}

/* Of a product, what counts at the moment of the walk. */
static mag_dose_sum sum_of(mag_drug_room *room, uint32_t product) {
    const mag_dose_group *running = mag_dose_running(room, product);
    if (running != NULL) {
        mag_dose_sum sum = room->dose_products[product].others;
        mag_dose_sum_add(&sum, &running->issues);
        return sum;
    }
    const mag_dose_group *alive = mag_dose_alive(room, product);
    return alive == NULL ? (mag_dose_sum){0} : alive->kept;
}

static void change_row(mag_drug_room *room, const mag_interval *interval, mag_dose_group *group,
                       happening what, const mag_dose_sum *dose) {
    mag_dose_sum *running = interval->kind == MAG_RX_ISSUE
                                ? &group->issues
                                : &room->dose_products[group->product].others;
    if (what == ROW_BEGINS) {
        group->running_count++;
        group->alive_count++;
        mag_dose_sum_add(running, dose);
    } else if (what == ROW_STOPS) {
        group->running_count--;
        mag_dose_sum_take(running, dose);
        mag_dose_sum_add(&group->kept, dose);
    } else {
        group->alive_count--;
        mag_dose_sum_take(&group->kept, dose);
    }
}

static void happen(walk *on, size_t row, happening what) {
    mag_drug_room *room = on->query->room;
    const mag_exposure *exposure = &on->query->patient->exposures[row];
    const uint32_t idx = room->group_of[row];
    mag_dose_group *group = &room->dose_groups[idx];
    const mag_interval interval = mag_drug_interval(on->query, exposure);
    /* what begins behind the period stands for others, but is not counted */
    const bool is_counted = !is_for_one_day(&interval) && exposure->start <= on->period->until;
    const mag_dose_sum dose = is_counted ? mag_dose_sum_of(exposure, 0) : (mag_dose_sum){0};
    const mag_dose_sum before = sum_of(room, group->product);
    mag_dose_sum_take(&on->lasting, &before);
    change_row(room, &interval, group, what, &dose);
    if (what == ROW_BEGINS)
        mag_dose_group_begin(room, idx);
    const mag_dose_sum after = sum_of(room, group->product);
    mag_dose_sum_add(&on->lasting, &after);
}

/* Goes on to a day; days only go forward. */
static void begin_day(walk *on, mag_day day) {
    const mag_timeline *patient = on->query->patient;
    if (day == on->day)
        return;
    on->day = day;
    on->of_day = (mag_dose_sum){0};
    for (; on->next < patient->exposure_count; on->next++) {
        const mag_exposure *exposure = &patient->exposures[on->next];
        const mag_day begins_on = mag_minute_day(exposure->start);
        if (begins_on > day)
            return;
        if (begins_on < day || exposure->start > on->period->until ||
            mag_drug_classes(on->query, exposure) == 0)
            continue;
        const mag_interval interval = mag_drug_interval(on->query, exposure);
        const mag_dose_sum dose = mag_dose_sum_of(exposure, 0);
        if (is_for_one_day(&interval))
            mag_dose_sum_add(&on->of_day, &dose);
    }
}

/* rank: of equal doses that of the lowest rank is told. */
static void look_at(walk *on, mag_minute at, uint64_t rank) {
    begin_day(on, mag_minute_day(at));
    mag_dose_sum sum = on->lasting;
    mag_dose_sum_add(&sum, &on->of_day);
    const mag_bounds bounds = mag_dose_sum_bounds(&sum);
    mag_value *largest = &on->largest;
    const bool is_larger = bounds.low > largest->bounds.low;
    if (is_larger || (!(bounds.low < largest->bounds.low) && rank < on->rank)) {
        largest->at = at;
        on->rank = rank;
    }
    largest->bounds.low = fmax(largest->bounds.low, bounds.low);
    largest->bounds.high = fmax(largest->bounds.high, bounds.high);
    largest->notes |= mag_dose_sum_notes(&sum);
}

static mag_minute moment_of(const mag_drug_query *query, const mag_exposure *exposure,
                            happening what) {
    switch (what) {
    case DAY_BEGINS:
        return mag_day_begin(exposure->start);
    case ROW_BEGINS:
        return exposure->start;
    case ROW_STOPS:
        return mag_drug_interval(query, exposure).stop;
    case ROW_IS_OVER:
    case HAPPENING_COUNT:
        break;
    }
    return mag_drug_effect_stop(query, exposure);
}

/* Events of the rows, sorted by moment and what happens; `row` is 4 to a row. */
static size_t gather(const mag_drug_query *query) {
    const mag_timeline *patient = query->patient;
    mag_drug_key *keys = query->room->keys;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (mag_drug_classes(query, &patient->exposures[i]) != 0)
            keys[count++] = (mag_drug_key){
                mag_drug_key_of(patient->exposures[i].drug_id, patient->exposures[i].start),
                (uint32_t)i};
    (void)mag_dose_groups_make(query->room, count);
    count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        if (mag_drug_classes(query, &patient->exposures[i]) == 0)
            continue;
        for (unsigned what = 0; what < HAPPENING_COUNT; what++)
            keys[count++] = (mag_drug_key){
                mag_drug_event_of(moment_of(query, &patient->exposures[i], (happening)what), what),
                (uint32_t)i};
    }
    mag_drug_keys_sort(keys, count);
    return count;
}

static uint64_t rank_of(const mag_drug_key *event) {
    return (uint64_t)event->row * HAPPENING_COUNT + (uint32_t)event->key + 1;
}

/* Doses rise only where a row begins, or where one stops, or is over, that stood for another; what
   is for one day meets what still runs when that day begins. Of who is exposed a row is over behind
   the begin of the period, so that the walk always comes to look at it. */
mag_value mag_drug_max_day_dose(const mag_drug_query *query, const mag_period *period) {
    if (mag_drug_exposed(query, period).truth.is != MAG_TRUE)
        return mag_drug_number_when_absent(query);
    const mag_drug_key *events = query->room->keys;
    const size_t count = gather(query);
    walk on = {.query = query,
               .period = period,
               .largest = mag_value_of_number(0),
               .day = mag_minute_day(MAG_MINUTE_NONE)};
    bool has_begun = false;
    on.largest.at = period->from;
    for (size_t i = 0; i < count;) {
        const mag_minute at = mag_drug_event_moment(events[i].key);
        uint64_t rank = rank_of(&events[i]);
        if (!has_begun && at > period->from) {
            look_at(&on, period->from, 0);
            has_begun = true;
        }
        if (has_begun && at > period->until)
            break;
        for (; i < count && mag_drug_event_moment(events[i].key) == at; i++) {
            if (rank_of(&events[i]) < rank)
                rank = rank_of(&events[i]);
            if ((uint32_t)events[i].key != DAY_BEGINS)
                happen(&on, events[i].row, (happening)(uint32_t)events[i].key);
        }
        if (has_begun)
            look_at(&on, at, rank);
    }
    if (on.largest.bounds.low < on.largest.bounds.high)
        on.largest.bounds.doubt = mag_unknown_bit(MAG_UNKNOWN_DOSE_RANGE);
    return on.largest;
}
