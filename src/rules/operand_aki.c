#include "rules/operand_aki.h"

#include "clinical/aki_sweep.h"
#include "rules/operand_series.h"

#include <math.h>
#include <stdio.h>

/* The creatinines of a patient, one per specimen, in the room. */
typedef struct creatinines {
    const mag_lab *labs;
    mag_aki_result *results; /* tag: index of its lab */
    size_t count;
} creatinines;

static mag_aki_result result_of(const mag_lab *lab, size_t tag) {
    const mag_bounds umol_l = mag_lab_canonical(lab);
    return (mag_aki_result){lab->minute, mag_lab_has(lab, MAG_LAB_DATE_ONLY), umol_l.low,
                            umol_l.high, tag};
}

/* The same blood: one specimen, or one minute (one day, if neither has a clock). */
static bool is_repeat(const mag_timeline *patient, const mag_lab *a, const mag_lab *b) {
    const bool is_one_minute = a->minute == b->minute && mag_lab_has(a, MAG_LAB_DATE_ONLY) ==
                                                             mag_lab_has(b, MAG_LAB_DATE_ONLY);
    return is_one_minute || mag_lab_is_one_specimen(patient, a, b);
}

/* Inside kidney formulas the highest of two creatinines counts. */
static void take_higher(mag_aki_result *into, const mag_aki_result *more) {
    if (more->high > into->high)
        into->tag = more->tag;
    into->low = fmax(into->low, more->low);
    into->high = fmax(into->high, more->high);
}

/* Is an earlier creatinine of the minute or the specimen? Few have one, and only for those the
   results so far are looked through. */
static bool may_repeat(const mag_lab_query *query, const mag_series_records *all, size_t at) {
    const mag_lab *labs = all->parts[0];
    for (size_t i = at; i-- > 0 && labs[i].minute == labs[at].minute;)
        if (!mag_series_is_mark(&labs[i]))
            return true;
    const mag_series_records own = mag_series_of_specimen(query->patient, all, &labs[at]);
    for (size_t i = 0; i < own.count && mag_series_at(&own, i) < &labs[at]; i++)
        if (!mag_series_is_mark(mag_series_at(&own, i)) &&
            mag_lab_is_one_specimen(query->patient, mag_series_at(&own, i), &labs[at]))
            return true;
    return false;
}

static creatinines gather(const mag_lab_query *query) {
    creatinines all = {.results = query->room->creatinines};
    mag_series_records records = {{NULL, NULL}, {0, 0}, 0};
    all.labs = mag_timeline_labs(query->patient, MAG_CREATININE, &records.counts[0]);
    records.parts[0] = all.labs;
    records.count = records.counts[0];
    for (size_t i = 0; i < records.count; i++) {
        if (mag_series_is_mark(&all.labs[i]))
            continue;
        const mag_aki_result result = result_of(&all.labs[i], i);
        size_t k = may_repeat(query, &records, i) ? all.count : 0;
        while (k > 0 && !is_repeat(query->patient, &all.labs[i], &all.labs[all.results[k - 1].tag]))
            k--;
        if (k > 0)
            take_higher(&all.results[k - 1], &result);
        else
            all.results[all.count++] = result;
    }
    return all;
}

/* The worst AKI of the period in one reading. */
typedef struct finding {
    size_t index;
    mag_aki aki; /* has_baseline false: no creatinine of the period has one */
} finding;

static bool is_asked(const mag_lab_query *query, const mag_aki_result *result) {
    return mag_period_holds(&query->period, result->at, result->is_date_only);
}

static bool takes_over(const finding *worst, const mag_aki *aki, size_t i) {
    return aki->has_baseline && (!worst->aki.has_baseline || aki->stage > worst->aki.stage ||
                                 (aki->stage == worst->aki.stage && i > worst->index));
}

/* Results are in order of time, so that of equal stages the later one is the newer one. */
static finding worst_of_few(const mag_lab_query *query, const creatinines *all,
                            mag_aki_reading reading) {
    finding worst = {0, {.has_baseline = false}};
    for (size_t i = 0; i < all->count; i++) {
        if (!is_asked(query, &all->results[i]))
            continue;
        mag_aki aki = mag_aki_of(all->results, all->count, i, reading, query->room->numbers);
        if (aki.stage > 0 && mag_aki_is_resolved(all->results, all->count, i, &aki, reading))
            aki.stage = 0;
        if (takes_over(&worst, &aki, i))
            worst = (finding){i, aki};
    }
    return worst;
}

static finding worst_of_many(const mag_lab_query *query, const creatinines *all,
                             mag_aki_reading reading) {
    finding worst = {0, {.has_baseline = false}};
    mag_aki_sweep sweep = mag_aki_sweep_begin(all->results, all->count, reading,
                                              query->room->numbers, query->room->ranks);
    for (int dates = 0; dates < 2; dates++)
        for (size_t i = 0; i < all->count; i++) {
            if (all->results[i].is_date_only != (dates == 1) || !is_asked(query, &all->results[i]))
                continue;
            const mag_aki aki = mag_aki_sweep_at(&sweep, i);
            if (takes_over(&worst, &aki, i))
                worst = (finding){i, aki};
        }
    return worst;
}

static finding worst_of(const mag_lab_query *query, const creatinines *all,
                        mag_aki_reading reading) {
    enum { FEW = 64 };
    return all->count <= FEW ? worst_of_few(query, all, reading)
                             : worst_of_many(query, all, reading);
}

static mag_lab_query creatinines_of(const mag_lab_query *query) {
    return (mag_lab_query){.patient = query->patient,
                           .analyte = MAG_CREATININE,
                           .period = query->period,
                           .worse = MAG_WORSE_HIGH,
                           .room = query->room};
}

mag_value mag_aki_stage(const mag_lab_query *query) {
    const mag_lab_query asked = creatinines_of(query);
    const mag_value newest = mag_lab_latest(&asked);
    if (newest.bounds.unknown != 0)
        return newest;
    const creatinines all = gather(&asked);
    const finding least = worst_of(&asked, &all, MAG_AKI_LEAST);
    const finding most = worst_of(&asked, &all, MAG_AKI_MOST);
    if (!least.aki.has_baseline)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    const finding *shown = least.aki.stage > 0 ? &least : &most;
    mag_value value = mag_series_value(&asked, &all.labs[all.results[shown->index].tag]);
    value.bounds = mag_bounds_exact(least.aki.stage);
    value.bounds.high = most.aki.stage;
    if (most.aki.stage > least.aki.stage)
        value.bounds.doubt = mag_unknown_bit(MAG_UNKNOWN_CENSORED);
    value.notes |= newest.notes & mag_note_bit(MAG_VALUE_NOTE_NEWER_REJECTED);
    if (shown->aki.is_day_resolution)
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_TIME_RESOLUTION);
    return value;
}

/* Appends ", NAME NUMBER" unless there is no number. */
static size_t append(const char *format, double number, char *out, size_t nbytes, size_t length) {
    if (isnan(number) || length >= nbytes)
        return length;
    const int more = snprintf(out + length, nbytes - length, format, number);
    return length + (more > 0 ? (size_t)more : 0);
}

void mag_aki_inputs_text(const mag_lab_query *query, const mag_value *stage, char *out,
                         size_t nbytes) {
    const mag_lab_query asked = creatinines_of(query);
    const creatinines all = gather(&asked);
    const mag_aki_reading reading = stage->bounds.low > 0 ? MAG_AKI_LEAST : MAG_AKI_MOST;
    out[0] = '\0';
    for (size_t i = 0; i < all.count; i++) {
        if (&all.labs[all.results[i].tag] != stage->lab)
            continue;
        const mag_aki aki = mag_aki_of(all.results, all.count, i, reading, asked.room->numbers);
        size_t length = append("C1 %.4g umol/L", aki.c1, out, nbytes, 0);
        length = append(", RV1 %.4g", aki.rv1, out, nbytes, length);
        length = append(", RV2 %.4g", aki.rv2, out, nbytes, length);
        length = append(", ratio %.3f", aki.ratio, out, nbytes, length);
        (void)append(", D %.3g", aki.rise, out, nbytes, length);
    }
}
