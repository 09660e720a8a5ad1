/* Doses at T. Of a day: operand_day_dose.c; how they change: operand_dose_change.c. */
#include "rules/operand_dose.h"

#include "clinical/dose.h"

#include <math.h>

static bool runs_at(const mag_interval *interval, mag_minute at) {
    return interval->start <= at && at < interval->stop;
}

/* Of the rows of one product that are in effect at a moment: does one run, and what is the newest
   start of those that do, and of those that only grace or extra minutes keep in effect? */
typedef struct product_at {
    bool is_any_running;
    mag_minute newest_running, newest_kept;
} product_at;

static void add_row(product_at *product, const mag_interval *interval, mag_minute at) {
    if (!runs_at(interval, at)) {
        if (interval->start > product->newest_kept)
            product->newest_kept = interval->start;
        return;
    }
    product->is_any_running = true;
    if (interval->start > product->newest_running)
        product->newest_running = interval->start;
}

/* Does another row of the product stand for this one at that moment? */
static bool is_replaced(const product_at *product, const mag_interval *own, mag_minute at) {
    if (runs_at(own, at))
        return own->kind == MAG_RX_ISSUE && product->newest_running > own->start;
    return product->is_any_running || product->newest_kept > own->start;
}

/* Marks those of the rows, all of one product, that the dose counts at the moment. */
static void mark_product(const mag_drug_query *query, const mag_drug_key *keys, size_t count,
                         mag_minute at) {
    const mag_exposure *exposures = query->patient->exposures;
    product_at product = {false, MAG_MINUTE_NONE, MAG_MINUTE_NONE};
    for (size_t i = 0; i < count; i++) {
        const mag_interval interval = mag_drug_interval(query, &exposures[keys[i].row]);
        add_row(&product, &interval, at);
    }
    for (size_t i = 0; i < count; i++) {
        const mag_interval own = mag_drug_interval(query, &exposures[keys[i].row]);
        query->room->marks[keys[i].row] = !is_replaced(&product, &own, at);
    }
}

const bool *mag_drug_current(const mag_drug_query *query) {
    const mag_timeline *patient = query->patient;
    mag_drug_key *keys = query->room->keys;
    const mag_minute at = patient->as_of;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        query->room->marks[i] = false;
        if (mag_drug_classes(query, exposure) != 0 && exposure->start <= at &&
            at < mag_drug_effect_stop(query, exposure))
            keys[count++] = (mag_drug_key){exposure->drug_id, (uint32_t)i};
    }
    mag_drug_keys_sort(keys, count);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && keys[end].key == keys[i].key;)
            end++;
        mark_product(query, &keys[i], end - i, at);
    }
    return query->room->marks;
}

static void add_dose(mag_value *sum, const mag_exposure *exposure) {
    sum->bounds.low += exposure->dose_lo_umol;
    sum->bounds.high +=
        exposure->dose_hi_umol == MAG_DOSE_UNKNOWN ? (double)INFINITY : exposure->dose_hi_umol;
    sum->notes |= mag_drug_notes(exposure);
}

static void note_doubt(mag_value *sum) {
    if (sum->bounds.low < sum->bounds.high)
        sum->bounds.doubt = mag_unknown_bit(MAG_UNKNOWN_DOSE_RANGE);
}

mag_value mag_drug_dose(const mag_drug_query *query) {
    if (mag_drug_active(query).truth.is != MAG_TRUE)
        return mag_drug_number_when_absent(query);
    const mag_timeline *patient = query->patient;
    const bool *is_current = mag_drug_current(query);
    mag_value sum = mag_value_of_number(0);
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (is_current[i])
            add_dose(&sum, &patient->exposures[i]);
    note_doubt(&sum);
    return sum;
}
