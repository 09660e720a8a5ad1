/* Facts about the quality of data: which records they are about, and whether there is one. */
#include "rules/operand_fact.h"

#include "clinical/dose.h"
#include "cohort/unit_profile.h"
#include "rules/operand_dose.h"

#include <stdlib.h>

/* --- results and marks -------------------------------------------------------------------- */

/* What a guard set aside is asked for by suspect( ). */
static bool is_guarded(mag_reason reason) {
    return reason == MAG_REASON_VALUE_DRIP_ARM || reason == MAG_REASON_VALUE_PH_LIKE;
}

static bool is_rejected(const mag_lab *lab, mag_series series) {
    const mag_reason reason = mag_lab_reject(lab);
    if (reason == MAG_REASON_NONE || mag_reason_is_unit(reason) || is_guarded(reason))
        return false;
    const bool is_egfr_in_words =
        mag_lab_analyte(lab) == MAG_EGFR && reason == MAG_REASON_VALUE_TEXT_RESULT;
    const bool has_limits = mag_analyte_of(mag_lab_analyte(lab))->hard_high > 0;
    return series != MAG_SERIES_ANY || (has_limits && !is_egfr_in_words);
}

/* No unit, none that can be used, or one that only the source as a whole names (rules H02). */
static bool is_unit_missing(const mag_lab *lab) {
    return mag_reason_is_unit(mag_lab_reject(lab)) ||
           (mag_lab_has(lab, MAG_LAB_INFERRED_UNIT) &&
            mag_unit_profile_covers(mag_lab_analyte(lab)));
}

static bool is_suspicion(const mag_lab *lab, mag_suspicion suspicion) {
    switch (suspicion) {
    case MAG_SUSPECT_EDTA:
        return mag_lab_has(lab, MAG_LAB_SUSPECT);
    case MAG_SUSPECT_HAEMOLYSIS:
        return mag_lab_has(lab, MAG_LAB_HAEMOLYSED) &&
               (mag_lab_analyte(lab) == MAG_POTASSIUM || mag_lab_analyte(lab) == MAG_MAGNESIUM);
    case MAG_SUSPECT_DRIP_ARM:
        return mag_lab_reject(lab) == MAG_REASON_VALUE_DRIP_ARM;
    case MAG_SUSPECT_PH:
        return mag_lab_reject(lab) == MAG_REASON_VALUE_PH_LIKE;
    case MAG_SUSPICION_COUNT:
        break;
    }
    return false;
}

static bool is_suspect(const mag_lab *lab, uint64_t words) {
    for (int i = 0; i < MAG_SUSPICION_COUNT; i++)
        if ((words >> i & 1) != 0 && is_suspicion(lab, (mag_suspicion)i))
            return true;
    return false;
}

static bool is_about(const mag_record_query *query, const mag_lab *lab) {
    const mag_operand *operand = query->operand;
    if (!mag_period_holds(&query->period, lab->minute, mag_lab_has(lab, MAG_LAB_DATE_ONLY)))
        return false;
    switch ((int)operand->kind) {
    case MAG_OPERAND_REJECTED:
        return is_rejected(lab, operand->series);
    case MAG_OPERAND_UNIT_MISSING:
        return is_unit_missing(lab);
    case MAG_OPERAND_CONFLICT:
        return mag_lab_has(lab, MAG_LAB_CONFLICT);
    case MAG_OPERAND_SUSPECT:
        return is_suspect(lab, operand->words);
    default:
        return false;
    }
}

static bool is_of_analyte(const mag_operand *operand, const mag_lab *lab) {
    const bool is_any = operand->series == MAG_SERIES_ANY || operand->kind == MAG_OPERAND_SUSPECT;
    return is_any ? mag_analyte_of(mag_lab_analyte(lab))->is_code_book_item
                  : mag_lab_analyte(lab) == operand->analyte;
}

const mag_lab *mag_record_next(const mag_record_query *query, const mag_lab *after) {
    const mag_timeline *patient = query->patient;
    const mag_lab *end = patient->labs + patient->first[MAG_ANALYTE_COUNT];
    for (const mag_lab *lab = after == NULL ? patient->labs : after + 1; lab < end; lab++)
        if (is_of_analyte(query->operand, lab) && is_about(query, lab))
            return lab;
    return NULL;
}

mag_value mag_record_any(const mag_record_query *query) {
    const mag_lab *newest = NULL;
    for (const mag_lab *lab = mag_record_next(query, NULL); lab != NULL;
         lab = mag_record_next(query, lab))
        if (newest == NULL || lab->minute > newest->minute)
            newest = lab;
    if (newest == NULL)
        return mag_cohort_has_labs(query->patient->cohort)
                   ? mag_value_of_truth(mag_truth_of(false))
                   : mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE));
    mag_value value = mag_value_of_truth(mag_truth_of(true));
    value.lab = newest;
    value.at = newest->minute;
    value.is_date_only = mag_lab_has(newest, MAG_LAB_DATE_ONLY);
    return value;
}

/* --- orders ------------------------------------------------------------------------------- */

/* What an operand is worth if no row is of the kind that it asks for. */
static mag_value none_of_active(const mag_drug_query *query) {
    const mag_value active = mag_drug_active(query);
    return active.truth.is == MAG_TRUE ? mag_value_of_truth(mag_truth_of(false)) : active;
}

/* Also of a dose without an upper end, whose lower end is a number. */
static bool is_unclear(const mag_exposure *exposure) {
    return exposure->dose_lo_umol != exposure->dose_hi_umol;
}

mag_value mag_drug_dose_unclear(const mag_drug_query *query) {
    const mag_timeline *patient = query->patient;
    const bool *is_current = mag_drug_current(query);
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (is_current[i] && is_unclear(&patient->exposures[i]))
            return mag_value_of_truth(mag_truth_of(true));
    return none_of_active(query);
}

static bool is_running_order(const mag_drug_query *query, const mag_exposure *exposure) {
    const mag_minute now = query->patient->as_of;
    return mag_exposure_kind(exposure) == MAG_RX_ORDER && exposure->start <= now &&
           now < exposure->stop && mag_drug_classes(query, exposure) != 0;
}

#define COMPARE(a, b)                                                                              \
    if ((a) != (b))                                                                                \
        return (a) < (b) ? -1 : 1;

/* 0: orders that are alike. */
static int compare_orders(const void *a, const void *b) {
    const mag_exposure *x = *(const mag_exposure *const *)a, *y = *(const mag_exposure *const *)b;
    COMPARE(x->drug_id, y->drug_id)
    COMPARE(x->route, y->route)
    COMPARE(x->dose_text_id, y->dose_text_id)
    COMPARE(x->dose_lo_umol, y->dose_lo_umol)
    COMPARE(x->dose_hi_umol, y->dose_hi_umol)
    return 0;
}

mag_value mag_drug_repeated(const mag_drug_query *query) {
    const mag_timeline *patient = query->patient;
    const mag_exposure **orders = query->room->rows;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (is_running_order(query, &patient->exposures[i]))
            orders[count++] = &patient->exposures[i];
    if (count > 1)
        qsort(orders, count, sizeof *orders, compare_orders);
    for (size_t i = 1; i < count; i++)
        if (compare_orders(&orders[i - 1], &orders[i]) == 0)
            return mag_value_of_truth(mag_truth_of(true));
    return none_of_active(query);
}
