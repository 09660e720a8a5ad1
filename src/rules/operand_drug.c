/* Exposures are sorted by start; an era is what joined exposures cover, see clinical/era.h. */
#include "rules/operand_drug.h"

#include "clinical/dose.h"

#include <math.h>

mag_status mag_drug_room_reserve(mag_drug_room *room, mag_account *account,
                                 const mag_timeline *patient, mag_error *err) {
    const size_t wanted = patient->exposure_count;
    MAG_TRY(mag_grow(account, (void **)&room->intervals, &room->interval_capacity,
                     sizeof *room->intervals, wanted, err));
    return mag_grow(account, (void **)&room->eras, &room->era_capacity, sizeof *room->eras, wanted,
                    err);
}

void mag_drug_room_done(mag_drug_room *room, mag_account *account) {
    mag_drop(account, room->intervals, room->interval_capacity, sizeof *room->intervals);
    mag_drop(account, room->eras, room->era_capacity, sizeof *room->eras);
    *room = (mag_drug_room){0};
}

mag_class_set mag_drug_classes(const mag_drug_query *query, const mag_exposure *exposure) {
    mag_class_set wanted = 0;
    for (size_t i = 0; i < query->member_count; i++)
        wanted |= (mag_class_set)1 << query->members[i].drug_class;
    return wanted & mag_exposure_classes(query->patient->cohort, exposure);
}

/* How long the exposure stays in effect after its stop as a member of the group. */
static int32_t extra_minutes(const mag_drug_query *query, mag_class_set classes) {
    int32_t extra = 0;
    for (size_t i = 0; i < query->member_count; i++)
        if (classes >> query->members[i].drug_class & 1 && query->members[i].extra_minutes > extra)
            extra = query->members[i].extra_minutes;
    return extra;
}

static mag_interval interval_of(const mag_drug_query *query, const mag_exposure *exposure) {
    mag_interval interval = {.start = exposure->start,
                             .stop = exposure->stop,
                             .kind = mag_exposure_kind(exposure),
                             .extra_minutes =
                                 extra_minutes(query, mag_drug_classes(query, exposure))};
    if (interval.stop <= interval.start) /* of an order without length its moment counts */
        interval.stop = interval.start + 1;
    return interval;
}

static bool is_h_pylori_pack(const mag_drug_query *query, const mag_exposure *exposure) {
    return mag_cohort_drug(query->patient->cohort, exposure->drug_id)->is_h_pylori_pack;
}

/* Exposures of the query as intervals in the room; packs or all others. */
static size_t gather(const mag_drug_query *query, bool wants_packs) {
    const mag_timeline *patient = query->patient;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (mag_drug_classes(query, exposure) != 0 &&
            is_h_pylori_pack(query, exposure) == wants_packs)
            query->room->intervals[count++] = interval_of(query, exposure);
    }
    return count;
}

size_t mag_drug_eras(const mag_drug_query *query, const mag_era **eras) {
    mag_drug_room *room = query->room;
    *eras = room->eras;
    if (query->patient->exposure_count == 0)
        return 0;
    const size_t joined_count = gather(query, false);
    size_t count = mag_eras_join(room->intervals, joined_count, room->eras);
    const size_t pack_count = gather(query, true);
    for (size_t i = 0; i < pack_count; i++)
        count += mag_eras_join(&room->intervals[i], 1, &room->eras[count]);
    return count;
}

/* Why the absence of a row is not knowledge; 0 if it is. */
static mag_unknown_set why_absence_is_unknown(const mag_timeline *patient) {
    if (!mag_cohort_has_prescriptions(patient->cohort))
        return mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE);
    if (!mag_timeline_absence_is_known(patient))
        return mag_unknown_bit(MAG_UNKNOWN_UNOBSERVABLE);
    return 0;
}

static mag_value value_when_absent(const mag_drug_query *query) {
    const mag_unknown_set why = why_absence_is_unknown(query->patient);
    return why == 0 ? mag_value_of_truth(mag_truth_of(false)) : mag_value_unknown(why);
}

static mag_value number_when_absent(const mag_drug_query *query) {
    const mag_unknown_set why = why_absence_is_unknown(query->patient);
    return why == 0 ? mag_value_of_number(0) : mag_value_unknown(why);
}

static mag_value moment_when_absent(const mag_drug_query *query) {
    const mag_unknown_set why = why_absence_is_unknown(query->patient);
    return mag_value_unknown(why == 0 ? mag_unknown_bit(MAG_UNKNOWN_MISSING) : why);
}

/* The earliest of the eras in effect at T; NULL if none. */
static const mag_era *current_era(const mag_drug_query *query) {
    const mag_minute now = query->patient->as_of;
    const mag_era *eras, *current = NULL;
    const size_t count = mag_drug_eras(query, &eras);
    for (size_t i = 0; i < count; i++)
        if (eras[i].start <= now && now < eras[i].active_stop &&
            (current == NULL || eras[i].start < current->start))
            current = &eras[i];
    return current;
}

mag_value mag_drug_active(const mag_drug_query *query) {
    if (current_era(query) == NULL)
        return value_when_absent(query);
    return mag_value_of_truth(mag_truth_of(true));
}

static bool is_exposed(const mag_drug_query *query, const mag_period *period) {
    const mag_era *eras;
    const size_t count = mag_drug_eras(query, &eras);
    for (size_t i = 0; i < count; i++)
        if (eras[i].start <= period->until && period->from < eras[i].active_stop)
            return true;
    return false;
}

mag_value mag_drug_exposed(const mag_drug_query *query, const mag_period *period) {
    return is_exposed(query, period) ? mag_value_of_truth(mag_truth_of(true))
                                     : value_when_absent(query);
}

/* No exposure of the query in the 90 days before the era. */
static bool is_new_era(const mag_era *era, const mag_era *eras, size_t count) {
    const int64_t quiet_from =
        (int64_t)era->start - (int64_t)MAG_NEW_ERA_DAYS * MAG_MINUTES_PER_DAY;
    for (size_t i = 0; i < count; i++)
        if (eras[i].start < era->start && eras[i].stop > quiet_from)
            return false;
    return true;
}

/* Was the start of the era written without a clock? */
static bool is_start_date_only(const mag_drug_query *query, mag_minute start) {
    const mag_timeline *patient = query->patient;
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (patient->exposures[i].start == start &&
            mag_drug_classes(query, &patient->exposures[i]) != 0 &&
            mag_exposure_has(&patient->exposures[i], MAG_EXPOSURE_START_DATE))
            return true;
    return false;
}

mag_value mag_drug_started(const mag_drug_query *query, const mag_period *period) {
    const mag_era *eras;
    const size_t count = mag_drug_eras(query, &eras);
    for (size_t i = 0; i < count; i++) {
        const bool is_date_only = is_start_date_only(query, eras[i].start);
        if (!mag_period_holds(period, eras[i].start, is_date_only) ||
            !is_new_era(&eras[i], eras, count))
            continue;
        mag_value value = mag_value_of_truth(mag_truth_of(true));
        value.at = eras[i].start;
        value.is_date_only = is_date_only;
        return value;
    }
    return value_when_absent(query);
}

/* period NULL: at T. */
static mag_value count_members(const mag_drug_query *query, const mag_period *period) {
    size_t found = 0;
    for (size_t i = 0; i < query->member_count; i++) {
        const mag_drug_query member = {query->patient, &query->members[i], 1, query->room};
        found += period == NULL ? current_era(&member) != NULL : is_exposed(&member, period);
    }
    mag_value value = mag_value_of_number((double)found);
    value.bounds.doubt = why_absence_is_unknown(query->patient);
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
        return moment_when_absent(query);
    mag_value value = mag_value_of_number(era->start);
    value.at = era->start;
    value.is_date_only = is_start_date_only(query, era->start);
    return value;
}

mag_value mag_drug_days_on(const mag_drug_query *query) {
    mag_value value = mag_drug_start(query);
    if (value.bounds.unknown != 0)
        return number_when_absent(query);
    value.bounds =
        mag_bounds_exact(mag_minute_day(query->patient->as_of) - mag_minute_day(value.at));
    return value;
}

mag_value mag_drug_stop(const mag_drug_query *query) {
    const mag_era *eras, *newest = NULL;
    const size_t count = mag_drug_eras(query, &eras);
    for (size_t i = 0; i < count; i++)
        if (eras[i].stop <= query->patient->as_of &&
            (newest == NULL || eras[i].stop > newest->stop))
            newest = &eras[i];
    if (newest == NULL)
        return moment_when_absent(query);
    mag_value value = mag_value_of_number(newest->stop);
    value.at = newest->stop;
    return value;
}

static mag_minute stop_of_effect(const mag_interval *interval) {
    mag_era era;
    (void)mag_eras_join(interval, 1, &era);
    return era.active_stop;
}

static bool runs_at(const mag_interval *interval, mag_minute at) {
    return interval->start <= at && at < interval->stop;
}

/* Does another row of the same product stand for this one at T? */
static bool is_replaced(const mag_drug_query *query, const mag_exposure *exposure) {
    const mag_timeline *patient = query->patient;
    const mag_interval own = interval_of(query, exposure);
    const bool is_running = runs_at(&own, patient->as_of);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *other = &patient->exposures[i];
        if (other->drug_id != exposure->drug_id || mag_drug_classes(query, other) == 0)
            continue;
        const mag_interval theirs = interval_of(query, other);
        const bool is_newer = theirs.start > own.start;
        if (runs_at(&theirs, patient->as_of) ? !is_running || (is_newer && own.kind == MAG_RX_ISSUE)
                                             : !is_running && is_newer)
            return true;
    }
    return false;
}

bool mag_drug_is_current(const mag_drug_query *query, const mag_exposure *exposure) {
    if (mag_drug_classes(query, exposure) == 0)
        return false;
    const mag_interval interval = interval_of(query, exposure);
    const mag_minute now = query->patient->as_of;
    return interval.start <= now && now < stop_of_effect(&interval) &&
           !is_replaced(query, exposure);
}

bool mag_drug_overlaps(const mag_drug_query *query, const mag_exposure *exposure,
                       const mag_period *period) {
    if (mag_drug_classes(query, exposure) == 0)
        return false;
    const mag_interval interval = interval_of(query, exposure);
    return interval.start <= period->until && period->from < stop_of_effect(&interval);
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

mag_value mag_drug_dose(const mag_drug_query *query) {
    if (current_era(query) == NULL)
        return number_when_absent(query);
    const mag_timeline *patient = query->patient;
    mag_value value = mag_value_of_number(0);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (!mag_drug_is_current(query, exposure))
            continue;
        value.bounds.low += exposure->dose_lo_umol;
        value.bounds.high +=
            exposure->dose_hi_umol == MAG_DOSE_UNKNOWN ? (double)INFINITY : exposure->dose_hi_umol;
        value.notes |= mag_drug_notes(exposure);
    }
    if (value.bounds.low < value.bounds.high)
        value.bounds.doubt = mag_unknown_bit(MAG_UNKNOWN_DOSE_RANGE);
    return value;
}
