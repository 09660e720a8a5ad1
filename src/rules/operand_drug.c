/* Exposures are sorted by start; an era is what joined exposures cover, see clinical/era.h. */
#include "rules/operand_drug.h"

#include "rules/operand_dose.h"
#include "rules/operand_overlap.h"

#include <math.h>

enum { KEYS_PER_ROW = 4 };

/* The classes of a row are asked for by every operand of every rule: they are found once. */
static void find_classes(mag_drug_room *room, const mag_timeline *patient) {
    for (size_t i = 0; i < patient->exposure_count; i++)
        room->classes[i] = mag_exposure_classes(patient->cohort, &patient->exposures[i]);
}

void mag_drug_number_products(const mag_drug_query *query) {
    mag_drug_room *room = query->room;
    const mag_timeline *patient = query->patient;
    const size_t count = patient->exposure_count;
    uint32_t number = 0;
    for (size_t i = 0; i < count; i++)
        room->keys[i] = (mag_drug_key){patient->exposures[i].drug_id, (uint32_t)i};
    mag_drug_keys_sort(room->keys, count);
    for (size_t i = 0; i < count; i++) {
        number += i > 0 && room->keys[i].key != room->keys[i - 1].key;
        room->product_of[room->keys[i].row] = number;
    }
}

static mag_status make_room(mag_drug_room *room, mag_account *account, size_t wanted,
                            mag_error *err) {
    MAG_TRY(mag_dose_room_reserve(room, account, wanted, err));
    MAG_TRY(mag_grow(account, (void **)&room->intervals, &room->interval_capacity,
                     sizeof *room->intervals, wanted, err));
    MAG_TRY(mag_grow(account, (void **)&room->eras, &room->era_capacity, sizeof *room->eras, wanted,
                     err));
    MAG_TRY(mag_grow(account, (void **)&room->classes, &room->class_capacity, sizeof *room->classes,
                     wanted, err));
    MAG_TRY(mag_grow(account, (void **)&room->marks, &room->mark_capacity, sizeof *room->marks,
                     wanted, err));
    MAG_TRY(mag_grow(account, (void **)&room->rows, &room->row_capacity, sizeof *room->rows, wanted,
                     err));
    MAG_TRY(mag_grow(account, (void **)&room->product_of, &room->product_capacity,
                     sizeof *room->product_of, wanted, err));
    MAG_TRY(mag_grow(account, (void **)&room->product_rows, &room->product_row_capacity,
                     sizeof *room->product_rows, 2 * wanted, err));
    MAG_TRY(mag_overlap_room_reserve(room, account, wanted, err));
    MAG_TRY(mag_grow(account, (void **)&room->keys, &room->key_capacity, sizeof *room->keys,
                     KEYS_PER_ROW * wanted, err));
    room->row_room = wanted;
    return MAG_OK;
}

mag_status mag_drug_room_reserve(mag_drug_room *room, mag_account *account,
                                 const mag_timeline *patient, mag_error *err) {
    if (patient->exposure_count > room->row_room)
        MAG_TRY(make_room(room, account, patient->exposure_count, err));
    find_classes(room, patient);
    return MAG_OK;
}

void mag_drug_room_done(mag_drug_room *room, mag_account *account) {
    mag_dose_room_done(room, account);
    mag_drop(account, room->intervals, room->interval_capacity, sizeof *room->intervals);
    mag_drop(account, room->eras, room->era_capacity, sizeof *room->eras);
    mag_drop(account, room->classes, room->class_capacity, sizeof *room->classes);
    mag_drop(account, room->marks, room->mark_capacity, sizeof *room->marks);
    mag_drop(account, (void *)room->rows, room->row_capacity, sizeof *room->rows);
    mag_drop(account, room->product_of, room->product_capacity, sizeof *room->product_of);
    mag_drop(account, room->product_rows, room->product_row_capacity, sizeof *room->product_rows);
    mag_overlap_room_done(room, account);
    mag_drop(account, room->keys, room->key_capacity, sizeof *room->keys);
    *room = (mag_drug_room){0};
}

static mag_class_set wanted_classes(const mag_drug_query *query) {
    mag_class_set wanted = 0;
    for (size_t i = 0; i < query->member_count; i++)
        wanted |= (mag_class_set)1 << query->members[i].drug_class;
    return wanted;
}

static mag_class_set classes_counted(const mag_drug_query *query, mag_class_set wanted,
                                     const mag_exposure *exposure) {
    const mag_class_set counted =
        wanted & query->room->classes[exposure - query->patient->exposures];
    if (!query->is_sure_only || exposure->route != MAG_ROUTE_UNKNOWN)
        return counted;
    return counted & ~mag_classes_in_doubt(counted, (mag_route)exposure->route);
}

mag_class_set mag_drug_classes(const mag_drug_query *query, const mag_exposure *exposure) {
    return classes_counted(query, wanted_classes(query), exposure);
}

size_t mag_drug_first_from(const mag_timeline *patient, mag_minute start) {
    size_t low = 0, high = patient->exposure_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (patient->exposures[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t mag_drug_doubt_count(const mag_drug_query *query) {
    const mag_timeline *patient = query->patient;
    if (mag_classes_in_doubt(wanted_classes(query), MAG_ROUTE_UNKNOWN) == 0)
        return 0;
    mag_drug_query sure = *query;
    sure.is_sure_only = true;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++)
        count += mag_drug_classes(query, &patient->exposures[i]) !=
                 mag_drug_classes(&sure, &patient->exposures[i]);
    return count;
}

/* How long the exposure stays in effect after its stop as a member of the group. */
static int32_t extra_minutes(const mag_drug_query *query, mag_class_set classes) {
    int32_t extra = 0;
    for (size_t i = 0; i < query->member_count; i++)
        if (classes >> query->members[i].drug_class & 1 && query->members[i].extra_minutes > extra)
            extra = query->members[i].extra_minutes;
    return extra;
}

static mag_interval interval_of(const mag_drug_query *query, mag_class_set classes,
                                const mag_exposure *exposure) {
    mag_interval interval = {.start = exposure->start,
                             .stop = exposure->stop,
                             .kind = mag_exposure_kind(exposure),
                             .extra_minutes = extra_minutes(query, classes)};
    if (interval.stop <= interval.start) /* of an order without length its moment counts */
        interval.stop = interval.start + 1;
    return interval;
}

mag_interval mag_drug_interval(const mag_drug_query *query, const mag_exposure *exposure) {
    return interval_of(query, mag_drug_classes(query, exposure), exposure);
}

static bool is_h_pylori_pack(const mag_drug_query *query, const mag_exposure *exposure) {
    return mag_cohort_drug(query->patient->cohort, exposure->drug_id)->is_h_pylori_pack;
}

/* Exposures of the query as intervals in the room; packs or all others. *other_count: of the
   others, or packs. */
static size_t gather(const mag_drug_query *query, bool wants_packs, size_t *other_count) {
    const mag_timeline *patient = query->patient;
    const mag_class_set wanted = wanted_classes(query);
    size_t count = 0;
    *other_count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        const mag_class_set classes = classes_counted(query, wanted, exposure);
        if (classes == 0)
            continue;
        if (is_h_pylori_pack(query, exposure) == wants_packs)
            query->room->intervals[count++] = interval_of(query, classes, exposure);
        else
            ++*other_count;
    }
    return count;
}

size_t mag_drug_eras(const mag_drug_query *query, int32_t gap_minutes, const mag_era **eras) {
    mag_drug_room *room = query->room;
    *eras = room->eras;
    room->joined_count = 0;
    if (query->patient->exposure_count == 0)
        return 0;
    size_t pack_count, joined_count = gather(query, false, &pack_count);
    size_t count = gap_minutes < 0
                       ? mag_eras_join(room->intervals, joined_count, room->eras)
                       : mag_eras_join_gap(room->intervals, joined_count, gap_minutes, room->eras);
    room->joined_count = count;
    if (pack_count == 0)
        return count;
    pack_count = gather(query, true, &joined_count);
    for (size_t i = 0; i < pack_count; i++)
        count += mag_eras_join(&room->intervals[i], 1, &room->eras[count]);
    return count;
}

mag_minute mag_drug_effect_stop(const mag_drug_query *query, const mag_exposure *exposure) {
    const mag_interval interval = mag_drug_interval(query, exposure);
    mag_era era;
    (void)mag_eras_join(&interval, 1, &era);
    return era.active_stop;
}

/* --- absence ------------------------------------------------------------------------------ */

mag_unknown_set mag_drug_absence(const mag_timeline *patient) {
    if (!mag_cohort_has_prescriptions(patient->cohort))
        return mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE);
    if (!mag_timeline_absence_is_known(patient))
        return mag_unknown_bit(MAG_UNKNOWN_UNOBSERVABLE);
    return 0;
}

mag_value mag_drug_truth_when_absent(const mag_drug_query *query) {
    const mag_unknown_set why = mag_drug_absence(query->patient);
    return why == 0 ? mag_value_of_truth(mag_truth_of(false)) : mag_value_unknown(why);
}

mag_value mag_drug_number_when_absent(const mag_drug_query *query) {
    const mag_unknown_set why = mag_drug_absence(query->patient);
    return why == 0 ? mag_value_of_number(0) : mag_value_unknown(why);
}

mag_value mag_drug_moment_when_absent(const mag_drug_query *query) {
    const mag_unknown_set why = mag_drug_absence(query->patient);
    return mag_value_unknown(why == 0 ? mag_unknown_bit(MAG_UNKNOWN_MISSING) : why);
}

mag_value mag_drug_event_when_absent(const mag_drug_query *query) {
    mag_value value = mag_drug_moment_when_absent(query);
    value.truth = mag_drug_truth_when_absent(query).truth;
    return value;
}

mag_value mag_drug_count_value(const mag_drug_query *query, size_t count) {
    mag_value value = mag_value_of_number((double)count);
    value.bounds.doubt = mag_drug_absence(query->patient);
    if (value.bounds.doubt != 0)
        value.bounds.high = (double)INFINITY;
    return value;
}

/* --- in effect ---------------------------------------------------------------------------- */

/* The earliest of the eras in effect at T; NULL if none. */
static const mag_era *current_era(const mag_drug_query *query) {
    const mag_minute now = query->patient->as_of;
    const mag_era *eras, *current = NULL;
    const size_t count = mag_drug_eras(query, MAG_GAP_OF_KIND, &eras);
    for (size_t i = 0; i < count; i++)
        if (eras[i].start <= now && now < eras[i].active_stop &&
            (current == NULL || eras[i].start < current->start))
            current = &eras[i];
    return current;
}

mag_value mag_drug_active(const mag_drug_query *query) {
    if (current_era(query) == NULL)
        return mag_drug_truth_when_absent(query);
    return mag_value_of_truth(mag_truth_of(true));
}

static bool is_exposed(const mag_drug_query *query, const mag_period *period) {
    const mag_era *eras;
    const size_t count = mag_drug_eras(query, MAG_GAP_OF_KIND, &eras);
    for (size_t i = 0; i < count; i++)
        if (eras[i].start <= period->until && period->from < eras[i].active_stop)
            return true;
    return false;
}

mag_value mag_drug_exposed(const mag_drug_query *query, const mag_period *period) {
    return is_exposed(query, period) ? mag_value_of_truth(mag_truth_of(true))
                                     : mag_drug_truth_when_absent(query);
}

mag_value mag_drug_event_at_start(const mag_drug_query *query, mag_minute start) {
    const mag_timeline *patient = query->patient;
    mag_value value = mag_value_of_truth(mag_truth_of(true));
    value.at = start;
    for (size_t i = mag_drug_first_from(patient, start);
         i < patient->exposure_count && patient->exposures[i].start == start && !value.is_date_only;
         i++)
        if (mag_drug_classes(query, &patient->exposures[i]) != 0 &&
            mag_exposure_has(&patient->exposures[i], MAG_EXPOSURE_START_DATE))
            value.is_date_only = true;
    return value;
}

size_t mag_drug_date_stops(const mag_drug_query *query) {
    const mag_timeline *patient = query->patient;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (mag_exposure_has(&patient->exposures[i], MAG_EXPOSURE_STOP_DATE) &&
            mag_drug_classes(query, &patient->exposures[i]) != 0)
            query->room->keys[count++] =
                (mag_drug_key){mag_drug_event_of(patient->exposures[i].stop, 0), 0};
    mag_drug_keys_sort(query->room->keys, count);
    return count;
}

/* A stop without a clock is the last day that counts: the moment is that day. */
mag_value mag_drug_event_of_stop(const mag_drug_key *date_stops, size_t count, mag_minute stop) {
    const uint64_t key = mag_drug_event_of(stop, 0);
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (date_stops[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    mag_value value = mag_value_of_truth(mag_truth_of(true));
    value.is_date_only = low < count && date_stops[low].key == key;
    value.at = value.is_date_only ? mag_day_begin(stop - 1) : stop;
    return value;
}

mag_value mag_drug_event_at_stop(const mag_drug_query *query, mag_minute stop) {
    const size_t count = mag_drug_date_stops(query);
    return mag_drug_event_of_stop(query->room->keys, count, stop);
}

/* The moment from which the patient's prescriptions are there to see. */
static mag_minute begin_of_data(const mag_timeline *patient) {
    const mag_cohort_settings *settings = mag_cohort_settings_of(patient->cohort);
    const mag_minute observed_from = patient->person->observed_from;
    if (settings->history_days == 0)
        return observed_from;
    const mag_minute history =
        mag_period_of_days(patient->as_of, settings->history_days).date_only_from;
    return history > observed_from ? history : observed_from;
}

/* Eras of a list in order of their starts, and how far those go that have been passed. */
typedef struct passed {
    const mag_era *next, *end;
    mag_minute furthest;
} passed;

/* The furthest stop of the eras that start before; starts only go forward. */
static mag_minute furthest_before(passed *of, mag_minute start) {
    for (; of->next < of->end && of->next->start < start; of->next++)
        if (of->next->stop > of->furthest)
            of->furthest = of->next->stop;
    return of->furthest;
}

/* The newest start of a list; no exposure of the query in the 90 days before it. */
static void find_started(const mag_drug_query *query, const mag_period *period, passed list,
                         passed other, mag_value *newest) {
    const mag_minute begin = begin_of_data(query->patient);
    const mag_era *eras = list.next;
    const size_t count = (size_t)(list.end - list.next);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && eras[i].start == eras[i - 1].start)
            continue;
        const int64_t quiet_from =
            (int64_t)eras[i].start - (int64_t)MAG_NEW_ERA_DAYS * MAG_MINUTES_PER_DAY;
        const mag_value start = mag_drug_event_at_start(query, eras[i].start);
        if (furthest_before(&list, eras[i].start) <= quiet_from &&
            furthest_before(&other, eras[i].start) <= quiet_from && start.at > begin &&
            start.at > newest->at && mag_period_holds(period, start.at, start.is_date_only))
            *newest = start;
    }
}

mag_value mag_drug_started(const mag_drug_query *query, const mag_period *period) {
    mag_value newest = mag_drug_event_when_absent(query);
    const mag_era *eras;
    const size_t count = mag_drug_eras(query, MAG_GAP_OF_KIND, &eras);
    const mag_era *packs = eras + query->room->joined_count, *end = eras + count;
    const passed joined = {eras, packs, MAG_MINUTE_NONE}, alone = {packs, end, MAG_MINUTE_NONE};
    find_started(query, period, joined, alone, &newest);
    find_started(query, period, alone, joined, &newest);
    return newest;
}

/* period NULL: at T. */
static mag_value count_members(const mag_drug_query *query, const mag_period *period) {
    size_t found = 0;
    for (size_t i = 0; i < query->member_count; i++) {
        mag_drug_query member = *query;
        member.members = &query->members[i];
        member.member_count = 1;
        found += period == NULL ? current_era(&member) != NULL : is_exposed(&member, period);
    }
    mag_value value = mag_value_of_number((double)found);
    value.bounds.doubt = mag_drug_absence(query->patient);
    if (value.bounds.doubt != 0)
        value.bounds.high = (double)query->member_count;
    return value;
}

mag_value mag_drug_count_active(const mag_drug_query *query) {
    return count_members(query, NULL);
}

mag_value mag_drug_count_exposed(const mag_drug_query *query, const mag_period *period) {
    return count_members(query, period);
}

mag_value mag_drug_start(const mag_drug_query *query) {
    const mag_era *era = current_era(query);
    if (era == NULL)
        return mag_drug_moment_when_absent(query);
    return mag_drug_event_at_start(query, era->start);
}

mag_value mag_drug_days_on(const mag_drug_query *query) {
    mag_value value = mag_drug_start(query);
    if (value.bounds.unknown != 0)
        return mag_drug_number_when_absent(query);
    value.bounds =
        mag_bounds_exact(mag_minute_day(query->patient->as_of) - mag_minute_day(value.at));
    return value;
}

mag_value mag_drug_stop(const mag_drug_query *query) {
    const mag_era *eras, *newest = NULL;
    const size_t count = mag_drug_eras(query, MAG_GAP_OF_KIND, &eras);
    for (size_t i = 0; i < count; i++)
        if (eras[i].stop <= query->patient->as_of &&
            (newest == NULL || eras[i].stop > newest->stop))
            newest = &eras[i];
    if (newest == NULL)
        return mag_drug_moment_when_absent(query);
    return mag_drug_event_at_stop(query, newest->stop);
}

bool mag_drug_overlaps(const mag_drug_query *query, const mag_exposure *exposure,
                       const mag_period *period) {
    if (mag_drug_classes(query, exposure) == 0)
        return false;
    return exposure->start <= period->until && period->from < mag_drug_effect_stop(query, exposure);
}

bool mag_drug_reads_same(const mag_exposure *a, const mag_exposure *b) {
    return a->drug_id == b->drug_id && a->start == b->start && a->stop == b->stop &&
           a->route == b->route && a->dose_lo_umol == b->dose_lo_umol &&
           a->dose_hi_umol == b->dose_hi_umol;
}

mag_value_note_set mag_drug_notes(const mag_exposure *exposure) {
    mag_value_note_set notes = 0;
    if (mag_exposure_has(exposure, MAG_EXPOSURE_OPEN))
        notes |= mag_note_bit(MAG_VALUE_NOTE_OPEN_ORDER);
    if (mag_exposure_has(exposure, MAG_EXPOSURE_PARTIAL))
        notes |= mag_note_bit(MAG_VALUE_NOTE_DATE_PARTIAL);
    if (mag_exposure_has(exposure, MAG_EXPOSURE_BASIS_AMBIGUOUS))
        notes |= mag_note_bit(MAG_VALUE_NOTE_DOSE_AMBIGUOUS);
    if (exposure->route == MAG_ROUTE_UNKNOWN)
        notes |= mag_note_bit(MAG_VALUE_NOTE_ROUTE_UNKNOWN);
    return notes;
}
