/* Prescriptions: orders, issues and administrations become intervals of exposure. */
#include "cohort/decoder.h"

#include "clinical/dose.h"

/* Classes whose dose in elemental magnesium is worth knowing. */
static const mag_class_set MAGNESIUM_CLASSES =
    (mag_class_set)1 << MAG_CLASS_MGSUPP | (mag_class_set)1 << MAG_CLASS_MGANTACID |
    (mag_class_set)1 << MAG_CLASS_MGLAX | (mag_class_set)1 << MAG_CLASS_MGPREP |
    (mag_class_set)1 << MAG_CLASS_MGIV | (mag_class_set)1 << MAG_CLASS_MGOTHER;

/* False if the word is none of ours: the profile's value maps say what other words mean. */
static bool read_kind(const mag_decoder *decoder, mag_rx_kind *kind) {
    mag_span text = mag_decoder_text(decoder, MAG_FIELD_KIND);
    bool is_issue = mag_span_is_ignoring_case(text, "issue");
    bool is_administration = mag_span_is_ignoring_case(text, "administration");
    *kind = is_issue ? MAG_RX_ISSUE : is_administration ? MAG_RX_ADMINISTRATION : MAG_RX_ORDER;
    return is_issue || is_administration || !text.nbytes ||
           mag_span_is_ignoring_case(text, "order");
}

/* --- times
 * ----------------------------------------------------------------------------------------- */

/* One that is no number is noted for all kinds; one of no possible length where it would count. */
static int read_days_supply(mag_decoder *decoder, mag_rx_kind kind) {
    enum { MOST_DAYS = 3650 };
    mag_decimal days;
    mag_comparator comparator;
    mag_span text = mag_decoder_text(decoder, MAG_FIELD_DAYS_SUPPLY);
    if (mag_decode_number(decoder->table, text, &days, &comparator) != MAG_REASON_NONE ||
        comparator != MAG_EXACT) {
        decoder->has_unread_supply = text.nbytes > 0;
        return MAG_ISSUE_DAYS;
    }
    double value = mag_decimal_double(days);
    bool is_possible = value >= 1 && value <= MOST_DAYS;
    decoder->has_unread_supply = !is_possible && kind == MAG_RX_ISSUE;
    return is_possible ? (int)value : MAG_ISSUE_DAYS;
}

static void close_order(mag_exposure *exposure, const mag_moment *stop) {
    if (stop->minute == MAG_MINUTE_NONE) {
        exposure->flags |= MAG_EXPOSURE_OPEN;
        exposure->stop =
            mag_minute_plus(exposure->start, (int64_t)MAG_OPEN_ORDER_DAYS * MAG_MINUTES_PER_DAY);
        return;
    }
    exposure->stop = stop->minute;
    bool is_before = stop->minute < exposure->start;
    if (stop->is_date_only) {
        /* the last day, included; of a partial date its last possible day */
        exposure->flags |= MAG_EXPOSURE_STOP_DATE;
        exposure->stop = mag_minute_plus(0, ((int64_t)stop->last_day + 1) * MAG_MINUTES_PER_DAY);
        is_before = stop->last_day < mag_minute_day(exposure->start);
    }
    if (is_before)
        exposure->flags |= MAG_EXPOSURE_INTERVAL;
    else if (exposure->stop == exposure->start)
        exposure->stop = mag_minute_plus(exposure->start, 1); /* given at that moment */
}

/* False if the row was rejected for one of its dates. */
static bool read_times(mag_decoder *decoder, mag_exposure *exposure) {
    mag_moment start, stop;
    if (!mag_decoder_moment(decoder, MAG_FIELD_START, MAG_MOMENT_REQUIRED, &start) ||
        !mag_decoder_moment(decoder, MAG_FIELD_STOP, MAG_MOMENT_END, &stop))
        return false;
    exposure->start = start.minute;
    mag_rx_kind kind;
    if (!read_kind(decoder, &kind)) {
        exposure->stop = exposure->start;
        exposure->flags = MAG_EXPOSURE_NO_KIND | MAG_EXPOSURE_INTERVAL;
        return true;
    }
    exposure->flags = (uint8_t)kind;
    if (start.is_date_only)
        exposure->flags |= MAG_EXPOSURE_START_DATE;
    if (decoder->has_partial)
        exposure->flags |= MAG_EXPOSURE_PARTIAL;
    int64_t supply = (int64_t)read_days_supply(decoder, kind) * MAG_MINUTES_PER_DAY;
    mag_day next_day = mag_minute_day(start.minute) + 1;
    switch (kind) {
    case MAG_RX_ORDER:
        close_order(exposure, &stop);
        break;
    case MAG_RX_ISSUE:
        exposure->stop = mag_minute_plus(exposure->start, supply);
        break;
    case MAG_RX_ADMINISTRATION:
        exposure->stop = mag_minute_plus(0, (int64_t)next_day * MAG_MINUTES_PER_DAY);
        break;
    }
    return true;
}

/* --- dose
 * ------------------------------------------------------------------------------------------ */

/* The dose as written, for people: "400 mg x 2 a day". */
static mag_status keep_dose_text(mag_decoder *decoder, const mag_dose_text *dose, uint32_t *text_id,
                                 mag_error *err) {
    mag_text *scratch = &decoder->scratch;
    mag_text_clear(scratch);
    const mag_span parts[] = {dose->dose, dose->dose_unit, dose->product_strength, dose->free_text};
    static const char *const before[] = {"", " ", ", ", ", "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!parts[i].nbytes)
            continue;
        if (mag_text_span(scratch).nbytes)
            mag_text_add_text(scratch, before[i]);
        mag_text_add(scratch, parts[i]);
    }
    if (dose->doses_per_day.nbytes) {
        mag_text_add_text(scratch, mag_text_span(scratch).nbytes ? ", " : "");
        mag_text_add(scratch, dose->doses_per_day);
        mag_text_add_text(scratch, " a day");
    }
    MAG_TRY(mag_text_check(scratch, err));
    return mag_cohort_intern_text(decoder->cohort, mag_text_span(scratch), text_id, err);
}

static mag_status read_dose(mag_decoder *decoder, const mag_drug *drug, mag_span name,
                            mag_exposure *exposure, mag_error *err) {
    mag_dose_text text = {
        .drug_name = name,
        .product_strength = mag_decoder_text(decoder, MAG_FIELD_STRENGTH),
        .dose = mag_decoder_text(decoder, MAG_FIELD_DOSE),
        .dose_unit = mag_decoder_text(decoder, MAG_FIELD_DOSE_UNIT),
        .doses_per_day = mag_decoder_text(decoder, MAG_FIELD_DOSES_PER_DAY),
        .free_text = mag_decoder_text(decoder, MAG_FIELD_DOSE_TEXT),
    };
    decoder->has_unread_dose = text.dose.nbytes > 0 && !mag_dose_is_number(text.dose);
    mag_dose dose = {0, MAG_DOSE_UNKNOWN, MAG_BASIS_NONE};
    if (drug->classes & MAGNESIUM_CLASSES)
        dose = mag_dose_of(&text);
    exposure->dose_lo_umol = dose.lo_umol_per_day;
    exposure->dose_hi_umol = dose.hi_umol_per_day;
    if (dose.basis == MAG_BASIS_AMBIGUOUS)
        exposure->flags |= MAG_EXPOSURE_BASIS_AMBIGUOUS;
    return keep_dose_text(decoder, &text, &exposure->dose_text_id, err);
}

/* --- the row
 * --------------------------------------------------------------------------------------- */

/* Of interest = its code or name is in the code book; the route gate comes later. */
static mag_status find_drug(mag_decoder *decoder, mag_span code, mag_span name, uint32_t *drug_id,
                            mag_error *err) {
    mag_code_system system = MAG_SYSTEM_NONE;
    if (code.nbytes && !mag_decoder_system(decoder, &system))
        return MAG_OK;
    MAG_TRY(mag_cohort_intern_drug(decoder->cohort, system, code, name, drug_id, err));
    const mag_drug *drug = mag_cohort_drug(decoder->cohort, *drug_id);
    if (drug->classes)
        return MAG_OK;
    decoder->fate = MAG_FATE_NOT_OF_INTEREST;
    MAG_TRY(mag_cohort_count_malformed(decoder->cohort, system, code, err));
    if (code.nbytes)
        MAG_TRY(
            mag_cohort_count_unmapped_code(decoder->cohort, MAG_TABLE_PRESCRIPTIONS, system, code,
                                           mag_decoder_cell(decoder, MAG_FIELD_PATIENT_ID), err));
    if (!drug->looks_like_ours)
        return MAG_OK;
    decoder->file->accounting.unmapped++;
    return mag_cohort_count_unmapped(decoder->cohort, mag_span_of(drug->shown_name),
                                     mag_decoder_cell(decoder, MAG_FIELD_PATIENT_ID), err);
}

/* The drug as written and, where a source says both, what it is made of: "LASIX / FUROSEMIDE". A
   brand may tell more than its coded ingredient (an antacid of two metals) or less. Borrowed from
   the row or from the scratch text. */
static mag_status read_name(mag_decoder *decoder, mag_span *name, mag_error *err) {
    *name = mag_decoder_text(decoder, MAG_FIELD_DRUG_NAME);
    mag_span ingredient = mag_decoder_text(decoder, MAG_FIELD_INGREDIENT);
    if (!ingredient.nbytes || mag_span_equals(*name, ingredient))
        return MAG_OK;
    if (!name->nbytes) {
        *name = ingredient;
        return MAG_OK;
    }
    mag_text *scratch = &decoder->scratch;
    mag_text_clear(scratch);
    mag_text_add(scratch, *name);
    mag_text_add_text(scratch, " / ");
    mag_text_add(scratch, ingredient);
    *name = mag_text_span(scratch);
    return mag_text_check(scratch, err);
}

mag_status mag_decode_prescription(mag_decoder *decoder, mag_error *err) {
    mag_span code = mag_decoder_text(decoder, MAG_FIELD_DRUG_CODE), name;
    MAG_TRY(read_name(decoder, &name, err));
    mag_exposure exposure = {0};
    if (code.nbytes || name.nbytes)
        MAG_TRY(find_drug(decoder, code, name, &exposure.drug_id, err));
    mag_span id;
    if (decoder->fate != MAG_FATE_KEPT || !mag_decoder_id(decoder, &id))
        return MAG_OK;
    if (!code.nbytes && !name.nbytes) {
        mag_decoder_reject(decoder, MAG_REASON_NULL_REQUIRED, MAG_FIELD_DRUG_NAME);
        return MAG_OK;
    }
    if (!read_times(decoder, &exposure))
        return MAG_OK;
    exposure.route = (uint8_t)mag_route_parse(mag_decoder_text(decoder, MAG_FIELD_ROUTE));
    const mag_drug *drug = mag_cohort_drug(decoder->cohort, exposure.drug_id);
    MAG_TRY(read_dose(decoder, drug, name, &exposure, err));
    uint64_t row_hash;
    MAG_TRY(mag_decoder_row_hash(decoder, &row_hash, err));
    return mag_cohort_put_exposure(decoder->cohort, id, &exposure, row_hash,
                                   mag_decoder_position(decoder), err);
}
