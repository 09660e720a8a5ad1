/* Prescriptions: orders, issues and administrations become intervals of exposure.

   The row's image is built in three parts, so that its drug is known before the rest is touched:

     [id | code system, code, name, ingredient | start, stop | kind, supply, dose ... route]
           └──────── which drug ────────┘                      └─── what was ordered ───┘     */
#include "cohort/decoder.h"

#include "clinical/dose.h"
#include "cohort/plain_prescription.h"

_Static_assert(MAG_FIELD_PATIENT_ID < MAG_FIELD_CODE_SYSTEM, "the id comes first");
_Static_assert(MAG_FIELD_CODE_SYSTEM < MAG_FIELD_DRUG_CODE &&
                   MAG_FIELD_DRUG_CODE + 1 == MAG_FIELD_DRUG_NAME &&
                   MAG_FIELD_DRUG_NAME + 1 == MAG_FIELD_INGREDIENT,
               "then what tells the drug");
_Static_assert(MAG_FIELD_INGREDIENT + 1 == MAG_FIELD_START && MAG_FIELD_START + 1 == MAG_FIELD_STOP,
               "then the dates");
_Static_assert(MAG_FIELD_STOP + 1 == MAG_FIELD_KIND && MAG_FIELD_ROUTE - MAG_FIELD_KIND == 7,
               "then what was ordered, in eight cells at most");

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

/* --- parts of the image
 * ---------------------------------------------------------------------------------- */

/* The mapped columns of the fields up to that one, from `from` on; returns the first behind. */
static size_t add_to_image(mag_decoder *decoder, size_t from, mag_field last) {
    size_t end = from;
    while (end < decoder->mapped_count && decoder->mapped[end].field <= last)
        end++;
    mag_row_image_add(&decoder->image, decoder->mapped + from, end - from, decoder->cells);
    return end;
}

/* The part of the image from a byte on, made of the columns from .. end. */
static mag_run_text take_run(const mag_decoder *decoder, size_t from, size_t end,
                             size_t first_byte) {
    const size_t nbytes = decoder->image.nbytes - first_byte;
    mag_run_text run = {.image = {decoder->image.bytes + first_byte, nbytes}};
    run.is_short = decoder->prescriptions && !decoder->image.is_too_long &&
                   nbytes <= MAG_MEMO_RUN_NBYTES && end - from <= sizeof run.lengths;
    for (size_t i = from; run.is_short && i < end; i++) /* each is shorter than the run */
        run.lengths = run.lengths << 8 | decoder->cells[decoder->mapped[i].column_idx].nbytes;
    return run;
}

/* --- the drug
 * ------------------------------------------------------------------------------------------- */

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

/* Of interest = its code or name is in the code book; the route gate comes later. The row may be
   rejected for its code system. */
static mag_status read_drug(mag_decoder *decoder, mag_drug_memo *found, mag_error *err) {
    const mag_span code = mag_decoder_text(decoder, MAG_FIELD_DRUG_CODE);
    mag_span name;
    MAG_TRY(read_name(decoder, &name, err));
    found->has_code = code.nbytes != 0;
    found->is_named = code.nbytes || name.nbytes;
    mag_code_system system = MAG_SYSTEM_NONE;
    if (!found->is_named || (code.nbytes && !mag_decoder_system(decoder, &system)))
        return MAG_OK;
    MAG_TRY(mag_lane_intern_drug(decoder->lane, system, code, name, &found->drug_id, err));
    const mag_drug *drug = mag_lane_drug(decoder->lane, found->drug_id);
    found->system = (uint8_t)system;
    found->is_of_interest = drug->classes != 0;
    found->is_well_formed = mag_code_shape_of(system, code) == MAG_CODE_FINE;
    found->looks_like_ours = drug->looks_like_ours;
    if (found->is_of_interest || !found->has_code)
        return MAG_OK;
    return mag_code_counts_number(&decoder->lane->tables.unmapped_codes[MAG_TABLE_PRESCRIPTIONS],
                                  system, code, &found->number, err);
}

/* *found is *fresh or remembered. */
static mag_status find_drug(mag_decoder *decoder, const mag_run_text *run, mag_drug_memo *fresh,
                            const mag_drug_memo **found, mag_error *err) {
    mag_prescription_memo *memos = decoder->prescriptions;
    mag_drug_memo *memo = run->is_short ? memos->last_drug : NULL;
    *found = memo;
    if (memo && mag_memo_run_is(&memo->run, run))
        return MAG_OK;
    if (run->is_short)
        memos->last_drug = memo = &memos->drugs[mag_memo_run_place(run, MAG_DRUG_MEMO_BITS)];
    *found = memo;
    if (memo && mag_memo_run_is(&memo->run, run))
        return MAG_OK;
    *found = fresh;
    *fresh = (mag_drug_memo){0};
    MAG_TRY(read_drug(decoder, fresh, err));
    if (run->is_short && decoder->fate == MAG_FATE_KEPT) {
        *memo = *fresh;
        mag_memo_run_set(&memo->run, run);
    }
    return MAG_OK;
}

/* Counts what a row says that is in no list. */
static mag_status count_other_drug(mag_decoder *decoder, const mag_drug_memo *found,
                                   mag_error *err) {
    const mag_span code = mag_decoder_text(decoder, MAG_FIELD_DRUG_CODE);
    const mag_code_system system = (mag_code_system)found->system;
    decoder->fate = MAG_FATE_NOT_OF_INTEREST;
    if (!found->is_well_formed)
        MAG_TRY(mag_lane_count_malformed(decoder->lane, system, code, err));
    if (found->has_code)
        mag_decoder_count_code(decoder, MAG_TABLE_PRESCRIPTIONS, found->number);
    if (!found->looks_like_ours)
        return MAG_OK;
    decoder->file->accounting.unmapped++;
    const mag_drug *drug = mag_lane_drug(decoder->lane, found->drug_id);
    return mag_lane_count_unmapped(decoder->lane, mag_span_of(drug->shown_name),
                                   mag_decoder_cell(decoder, MAG_FIELD_PATIENT_ID), err);
}

/* --- what was ordered
 * --------------------------------------------------------------------------------- */

/* One that is no number is noted for all kinds; one of no possible length where it would count. */
static void read_days_supply(const mag_decoder *decoder, mag_order_memo *order) {
    enum { MOST_DAYS = 3650 };
    mag_decimal days;
    mag_comparator comparator;
    mag_span text = mag_decoder_text(decoder, MAG_FIELD_DAYS_SUPPLY);
    order->supply_days = MAG_ISSUE_DAYS;
    if (mag_decode_number(decoder->table, text, &days, &comparator) != MAG_REASON_NONE ||
        comparator != MAG_EXACT) {
        order->has_unread_supply = text.nbytes > 0;
        return;
    }
    double value = mag_decimal_double(days);
    bool is_possible = value >= 1 && value <= MOST_DAYS;
    order->has_unread_supply = !is_possible && order->kind == MAG_RX_ISSUE;
    if (is_possible)
        order->supply_days = (int32_t)value;
}

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
    return mag_lane_intern_text(decoder->lane, mag_text_span(scratch), text_id, err);
}

static mag_status read_dose(mag_decoder *decoder, uint32_t drug_id, mag_order_memo *order,
                            mag_error *err) {
    mag_span name;
    MAG_TRY(read_name(decoder, &name, err));
    mag_dose_text text = {
        .drug_name = name,
        .product_strength = mag_decoder_text(decoder, MAG_FIELD_STRENGTH),
        .dose = mag_decoder_text(decoder, MAG_FIELD_DOSE),
        .dose_unit = mag_decoder_text(decoder, MAG_FIELD_DOSE_UNIT),
        .doses_per_day = mag_decoder_text(decoder, MAG_FIELD_DOSES_PER_DAY),
        .free_text = mag_decoder_text(decoder, MAG_FIELD_DOSE_TEXT),
    };
    order->has_unread_dose = text.dose.nbytes > 0 && !mag_dose_is_number(text.dose);
    mag_dose dose = {0, MAG_DOSE_UNKNOWN, MAG_BASIS_NONE};
    if (mag_lane_drug(decoder->lane, drug_id)->classes & MAGNESIUM_CLASSES)
        dose = mag_dose_of(&text);
    order->dose_lo_umol = dose.lo_umol_per_day;
    order->dose_hi_umol = dose.hi_umol_per_day;
    order->is_ambiguous = dose.basis == MAG_BASIS_AMBIGUOUS;
    return keep_dose_text(decoder, &text, &order->dose_text_id, err);
}

static mag_status read_order(mag_decoder *decoder, uint32_t drug_id, mag_order_memo *order,
                             mag_error *err) {
    mag_rx_kind kind;
    order->has_known_kind = read_kind(decoder, &kind);
    order->kind = (uint8_t)kind;
    if (order->has_known_kind)
        read_days_supply(decoder, order);
    order->route = (uint8_t)mag_route_parse(mag_decoder_text(decoder, MAG_FIELD_ROUTE));
    return read_dose(decoder, drug_id, order, err);
}

/* Of the drug run->more; as above. */
static mag_status find_order(mag_decoder *decoder, const mag_run_text *run, mag_order_memo *fresh,
                             const mag_order_memo **found, mag_error *err) {
    mag_prescription_memo *memos = decoder->prescriptions;
    mag_order_memo *memo = run->is_short ? memos->last_order : NULL;
    *found = memo;
    if (memo && mag_memo_run_is(&memo->run, run))
        return MAG_OK;
    if (run->is_short)
        memos->last_order = memo = &memos->orders[mag_memo_run_place(run, MAG_ORDER_MEMO_BITS)];
    *found = memo;
    if (memo && mag_memo_run_is(&memo->run, run))
        return MAG_OK;
    *found = fresh;
    *fresh = (mag_order_memo){0};
    MAG_TRY(read_order(decoder, run->more, fresh, err));
    if (run->is_short) {
        *memo = *fresh;
        mag_memo_run_set(&memo->run, run);
    }
    return MAG_OK;
}

/* --- times
 * ----------------------------------------------------------------------------------------- */

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

static void set_times(const mag_order_facts *facts, mag_exposure *exposure) {
    const mag_order_memo *order = facts->order;
    const mag_moment *start = &facts->start;
    exposure->start = start->minute;
    if (!order->has_known_kind) {
        exposure->stop = exposure->start;
        exposure->flags = MAG_EXPOSURE_NO_KIND | MAG_EXPOSURE_INTERVAL;
        return;
    }
    exposure->flags = order->kind;
    if (start->is_date_only)
        exposure->flags |= MAG_EXPOSURE_START_DATE;
    if (facts->has_partial)
        exposure->flags |= MAG_EXPOSURE_PARTIAL;
    int64_t supply = (int64_t)order->supply_days * MAG_MINUTES_PER_DAY;
    mag_day next_day = mag_minute_day(start->minute) + 1;
    switch ((mag_rx_kind)order->kind) {
    case MAG_RX_ORDER:
        close_order(exposure, &facts->stop);
        break;
    case MAG_RX_ISSUE:
        exposure->stop = mag_minute_plus(exposure->start, supply);
        break;
    case MAG_RX_ADMINISTRATION:
        exposure->stop = mag_minute_plus(0, (int64_t)next_day * MAG_MINUTES_PER_DAY);
        break;
    }
}

void mag_decode_exposure(const mag_order_facts *facts, mag_exposure *exposure) {
    const mag_order_memo *order = facts->order;
    *exposure = (mag_exposure){.drug_id = facts->drug_id,
                               .route = order->route,
                               .dose_lo_umol = order->dose_lo_umol,
                               .dose_hi_umol = order->dose_hi_umol,
                               .dose_text_id = order->dose_text_id};
    set_times(facts, exposure);
    if (order->is_ambiguous)
        exposure->flags |= MAG_EXPOSURE_BASIS_AMBIGUOUS;
}

/* --- the row
 * --------------------------------------------------------------------------------------- */

/* A row of a drug of interest; its image holds all that comes before the dates. */
static mag_status put_prescription(mag_decoder *decoder, mag_span id, uint32_t drug_id,
                                   size_t first_date, mag_error *err) {
    mag_order_facts facts = {.drug_id = drug_id};
    mag_order_memo fresh;
    if (!mag_decoder_moment(decoder, MAG_FIELD_START, MAG_MOMENT_REQUIRED, &facts.start) ||
        !mag_decoder_moment(decoder, MAG_FIELD_STOP, MAG_MOMENT_END, &facts.stop))
        return MAG_OK;
    const size_t first_order = add_to_image(decoder, first_date, MAG_FIELD_STOP);
    const size_t order_byte = decoder->image.nbytes;
    const size_t end = add_to_image(decoder, first_order, MAG_FIELD_COUNT);
    mag_run_text run = take_run(decoder, first_order, end, order_byte);
    run.more = drug_id;
    MAG_TRY(find_order(decoder, &run, &fresh, &facts.order, err));
    decoder->has_unread_supply = facts.order->has_unread_supply;
    decoder->has_unread_dose = facts.order->has_unread_dose;
    facts.has_partial = decoder->has_partial;
    mag_exposure_row row;
    mag_decode_exposure(&facts, &row.exposure);
    row.exposure.file_id = decoder->file_id;
    row.exposure.line = decoder->line;
    mag_exposure_row_set_hash(&row, mag_decoder_image_hash(decoder));
    return mag_lane_put_exposure(decoder->lane, id, &row, err);
}

mag_status mag_decode_prescription(mag_decoder *decoder, mag_error *err) {
    mag_drug_memo fresh;
    const mag_drug_memo *drug;
    mag_row_image_begin(&decoder->image, decoder->table->kind);
    const size_t first_drug = add_to_image(decoder, 0, MAG_FIELD_PATIENT_ID);
    const size_t drug_byte = decoder->image.nbytes;
    const size_t first_date = add_to_image(decoder, first_drug, MAG_FIELD_INGREDIENT);
    const mag_run_text run = take_run(decoder, first_drug, first_date, drug_byte);
    MAG_TRY(find_drug(decoder, &run, &fresh, &drug, err));
    if (decoder->fate == MAG_FATE_KEPT && drug->is_named && !drug->is_of_interest)
        return count_other_drug(decoder, drug, err);
    mag_span id;
    if (decoder->fate != MAG_FATE_KEPT || !mag_decoder_id(decoder, &id))
        return MAG_OK;
    if (!drug->is_named) {
        mag_decoder_reject(decoder, MAG_REASON_NULL_REQUIRED, MAG_FIELD_DRUG_NAME);
        return MAG_OK;
    }
    return put_prescription(decoder, id, drug->drug_id, first_date, err);
}
