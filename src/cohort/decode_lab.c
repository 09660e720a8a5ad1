/* Laboratory results and measurements: one row, one record or mark. */
#include "cohort/plain_lab.h"

#include "clinical/conversion.h"
#include "clinical/result_text.h"
#include "cohort/unit_profile.h"

typedef struct reading {
    mag_analyte analyte;
    mag_property property; /* of the code */
    mag_unit unit;
    mag_decimal value;
    mag_comparator comparator;
    mag_reason reason;
    unsigned flags;
    mag_code_system system; /* of the code; LOCAL: the profile's own */
} reading;

/* What the code is: one of the profile, or of the book under the system that the row says. */
static mag_code_memo read_code(const mag_decoder *decoder, mag_span code, mag_code_system system) {
    const mag_profile_table *table = decoder->table;
    const mag_codebook *book = mag_cohort_codebook(decoder->cohort);
    mag_code_memo found = {.system = MAG_SYSTEM_LOCAL};
    for (size_t i = 0; i < table->code_count && !found.analyte; i++)
        if (mag_span_is(code, table->codes[i].code))
            found.analyte = (uint8_t)table->codes[i].analyte;
    if (!found.analyte) {
        found.system = (uint8_t)system;
        if (system != MAG_SYSTEM_NONE)
            found.analyte = (uint8_t)mag_codebook_analyte(book, system, code);
    }
    found.property = (uint8_t)mag_codebook_property(book, (mag_code_system)found.system, code);
    found.is_well_formed = mag_code_shape_of((mag_code_system)found.system, code) == MAG_CODE_FINE;
    return found;
}

static mag_status number_code(const mag_decoder *decoder, mag_span code, mag_code_memo *found,
                              mag_error *err) {
    if (!code.nbytes || found->analyte)
        return MAG_OK;
    return mag_code_counts_number(&decoder->lane->tables.unmapped_codes[MAG_TABLE_LABS],
                                  (mag_code_system)found->system, code, &found->number, err);
}

/* A code of the profile needs no system. */
static mag_code_memo read_without_system(mag_decoder *decoder, mag_span code) {
    const mag_code_memo own = read_code(decoder, code, MAG_SYSTEM_NONE);
    if (!own.analyte)
        mag_decoder_reject(decoder, MAG_REASON_CODE_SYSTEM, MAG_FIELD_CODE_SYSTEM);
    return own;
}

/* *found is *fresh or remembered. No analyte: not of interest, or the row was rejected for its code
   system. */
static mag_status find_code(mag_decoder *decoder, mag_span code, mag_code_memo *fresh,
                            const mag_code_memo **found, mag_error *err) {
    mag_code_system system;
    mag_memo_key key;
    *found = fresh;
    if (!mag_decoder_find_system(decoder, &system)) {
        *fresh = read_without_system(decoder, code);
        return MAG_OK;
    }
    const bool is_short = decoder->labs && mag_memo_key_of(code, system, &key);
    mag_code_memo *memo = fresh;
    if (is_short)
        memo = &decoder->labs->codes[mag_memo_place(&key, MAG_CODE_MEMO_BITS)];
    *found = memo;
    if (is_short && mag_memo_key_is(&memo->key, &key))
        return MAG_OK;
    *memo = read_code(decoder, code, system);
    MAG_TRY(number_code(decoder, code, memo, err));
    if (is_short)
        memo->key = key;
    return MAG_OK;
}

/* --- numbers
 * --------------------------------------------------------------------------------------- */

static mag_reason reason_of(mag_number_fault fault) {
    switch (fault) {
    case MAG_NUMBER_OK:
        return MAG_REASON_NONE;
    case MAG_NUMBER_EMPTY:
        return MAG_REASON_NULL_REQUIRED;
    case MAG_NUMBER_DECIMAL_COMMA:
        return MAG_REASON_NUM_DECIMAL_COMMA;
    case MAG_NUMBER_SYNTAX:
        return MAG_REASON_NUM_SYNTAX;
    case MAG_NUMBER_EXPONENT:
        return MAG_REASON_NUM_EXPONENT;
    case MAG_NUMBER_NOT_FINITE:
        return MAG_REASON_NUM_NOT_FINITE;
    case MAG_NUMBER_OUT_OF_RANGE:
        return MAG_REASON_NUM_OUT_OF_RANGE;
    case MAG_NUMBER_TEXT:
        return MAG_REASON_VALUE_TEXT_RESULT;
    }
    return MAG_REASON_NUM_SYNTAX;
}

mag_reason mag_decode_number(const mag_profile_table *table, mag_span text, mag_decimal *value,
                             mag_comparator *comparator) {
    *comparator = MAG_EXACT;
    if (mag_decimal_parse_short(text, table->has_decimal_comma ? ',' : '.', value))
        return MAG_REASON_NONE; /* nothing but a number: no flags to take off */
    return reason_of(mag_decimal_parse(mag_text_without_flags(text), table->has_decimal_comma,
                                       value, comparator));
}

bool mag_decode_is_ph_like(mag_analyte analyte, mag_decimal value, mag_comparator comparator) {
    static const mag_decimal lowest = {70, 1}, highest = {77, 1};
    return analyte == MAG_CALCIUM_IONISED && comparator == MAG_EXACT &&
           mag_decimal_compare(value, lowest) >= 0 && mag_decimal_compare(value, highest) <= 0;
}

static mag_reason reason_of_plausibility(mag_plausibility plausibility, unsigned *flags) {
    switch (plausibility) {
    case MAG_PLAUSIBLE:
        return MAG_REASON_NONE;
    case MAG_PLAUSIBLE_SOFT:
        *flags |= MAG_LAB_SOFT_LIMIT;
        return MAG_REASON_NONE;
    case MAG_IMPLAUSIBLE:
        return MAG_REASON_VALUE_IMPLAUSIBLE;
    }
    return MAG_REASON_NONE;
}

mag_reason mag_decode_judge(mag_analyte analyte, mag_unit unit, mag_decimal value,
                            unsigned *flags) {
    if (!mag_unit_fits(analyte, unit))
        return MAG_REASON_UNIT_CONTRADICTS;
    return reason_of_plausibility(mag_plausibility_of(analyte, unit, value), flags);
}

static mag_band_memo read_band(uint32_t key, const reading *result) {
    mag_band_memo memo = {.key = key, .is_fitting = mag_unit_fits(result->analyte, result->unit)};
    if (memo.is_fitting)
        memo.band = mag_plausible_band_of(result->analyte, result->unit, result->value.scale);
    return memo;
}

static const mag_band_memo *find_band(const mag_decoder *decoder, const reading *result) {
    const uint32_t key = 1u << 31 | (uint32_t)result->analyte << 16 | (uint32_t)result->unit << 8 |
                         result->value.scale;
    const size_t place = (key * UINT32_C(0x9e3779b9)) >> (32 - MAG_BAND_MEMO_BITS);
    mag_band_memo *memo = &decoder->labs->bands[place];
    if (memo->key != key)
        *memo = read_band(key, result);
    return memo;
}

static mag_reason judge(const mag_decoder *decoder, reading *result) {
    if (!decoder->labs)
        return mag_decode_judge(result->analyte, result->unit, result->value, &result->flags);
    const mag_band_memo *memo = find_band(decoder, result);
    if (!memo->is_fitting)
        return MAG_REASON_UNIT_CONTRADICTS;
    return reason_of_plausibility(mag_plausible_in(&memo->band, result->value.mantissa),
                                  &result->flags);
}

/* The number of a row: from value; where that means "nothing", from a comparator at the begin of
   the comment, else from the numeric column. A comment's bound is trusted before the bare number
   beside it, which would make "<0.6" an exact 0.6. */
static void read_number(const mag_decoder *decoder, reading *result) {
    mag_span value = mag_decoder_text(decoder, MAG_FIELD_VALUE);
    if (!value.nbytes) {
        mag_span comment = mag_decoder_cell(decoder, MAG_FIELD_COMMENT);
        if (decoder->table->has_comment_comparators &&
            mag_text_comparator(comment, &result->value, &result->comparator)) {
            result->flags |= MAG_LAB_COMMENT_VALUE;
            return;
        }
        value = mag_decoder_text(decoder, MAG_FIELD_NUMERIC);
    }
    if (!value.nbytes)
        result->reason =
            MAG_REASON_VALUE_TEXT_RESULT; /* there is a word or a comment: see is_empty */
    else
        result->reason =
            mag_decode_number(decoder->table, value, &result->value, &result->comparator);
}

/* No value in any of the places where one may stand; a comment alone is a result in words. */
static bool is_empty(const mag_decoder *decoder) {
    return !mag_decoder_cell(decoder, MAG_FIELD_VALUE).nbytes &&
           !mag_decoder_cell(decoder, MAG_FIELD_NUMERIC).nbytes &&
           !mag_decoder_cell(decoder, MAG_FIELD_COMMENT).nbytes;
}

/* --- units
 * ----------------------------------------------------------------------------------------- */

static mag_unit find_unit(const mag_decoder *decoder, mag_span text) {
    mag_memo_key key;
    if (!decoder->labs || !mag_memo_key_of(text, 0, &key))
        return mag_unit_parse(text);
    mag_unit_memo *memo = &decoder->labs->units[mag_memo_place(&key, MAG_UNIT_MEMO_BITS)];
    if (!mag_memo_key_is(&memo->key, &key))
        *memo = (mag_unit_memo){key, mag_unit_parse(text)};
    return memo->unit;
}

/* The unit stated by the row, else by the site for the code, else "no unit" where that is right. */
static mag_status read_unit(const mag_decoder *decoder, mag_span code, reading *result,
                            mag_error *err) {
    mag_span text = mag_decoder_text(decoder, MAG_FIELD_UNIT);
    const mag_text_map *units = &decoder->table->units;
    for (size_t i = 0; !text.nbytes && i < units->count; i++)
        if (mag_span_is(code, units->pairs[i].from)) {
            text = mag_span_of(units->pairs[i].to);
            result->flags |= MAG_LAB_INFERRED_UNIT;
        }
    if (text.nbytes) {
        result->unit = find_unit(decoder, text);
        if (result->unit != MAG_UNIT_NONE || result->reason != MAG_REASON_NONE)
            return MAG_OK;
        result->reason = MAG_REASON_UNIT_UNKNOWN;
        return mag_lane_count_unknown_unit(decoder->lane, text, err);
    }
    if (mag_analyte_of(result->analyte)->canonical == MAG_UNIT_RATIO)
        result->unit = MAG_UNIT_RATIO;
    else if (result->reason == MAG_REASON_NONE)
        result->reason = MAG_REASON_UNIT_MISSING;
    return MAG_OK;
}

/* --- what code and unit come to
 * ---------------------------------------------------------------- */

/* Results of an analyte that are looked at in other ways, too. */
static bool is_special(mag_analyte analyte) {
    return analyte == MAG_CALCIUM_IONISED ||
           !mag_analyte_of(analyte)->is_code_book_item; /* serum indices, weight, height */
}

/* A unit that is not known is counted with each of its rows: it is none to be read ahead. */
static mag_status read_known_unit(const mag_decoder *decoder, mag_span code, reading *result,
                                  mag_error *err) {
    const mag_span text = mag_decoder_text(decoder, MAG_FIELD_UNIT);
    if (!text.nbytes || find_unit(decoder, text) != MAG_UNIT_NONE)
        return read_unit(decoder, code, result, err);
    result->reason = MAG_REASON_UNIT_UNKNOWN;
    return MAG_OK;
}

mag_status mag_decode_lab_kind(mag_decoder *decoder, mag_lab_kind *kind, mag_error *err) {
    const mag_span code = mag_decoder_text(decoder, MAG_FIELD_CODE);
    mag_code_memo fresh;
    const mag_code_memo *found;
    *kind = (mag_lab_kind){.is_usual = false};
    decoder->fate = MAG_FATE_KEPT;
    if (!code.nbytes)
        return MAG_OK;
    MAG_TRY(find_code(decoder, code, &fresh, &found, err));
    kind->number = found->number;
    kind->is_of_interest = found->analyte != 0;
    if (decoder->fate != MAG_FATE_KEPT || !kind->is_of_interest) {
        kind->is_usual = decoder->fate == MAG_FATE_KEPT && found->is_well_formed;
        return MAG_OK;
    }
    reading result = {.analyte = (mag_analyte)found->analyte};
    MAG_TRY(read_known_unit(decoder, code, &result, err));
    kind->analyte = result.analyte;
    kind->unit = result.unit;
    kind->flags = result.flags;
    kind->is_usual = result.reason == MAG_REASON_NONE && !is_special(result.analyte) &&
                     !mag_property_contradicts((mag_property)found->property, result.unit);
    kind->has_unit_profile = kind->is_usual && mag_unit_profile_covers(result.analyte);
    kind->system = (mag_code_system)found->system;
    kind->code = code;
    return MAG_OK;
}

const mag_plausible_band *mag_decode_lab_band(const mag_decoder *decoder, mag_analyte analyte,
                                              mag_unit unit, uint8_t scale) {
    const reading result = {.analyte = analyte, .unit = unit, .value = {.scale = scale}};
    const mag_band_memo *memo = find_band(decoder, &result);
    return memo->is_fitting ? &memo->band : NULL;
}

/* --- haemolysis
 * ------------------------------------------------------------------------------------ */

/* A serum index is a number from some height on, or a word ("moderate" and up). Below a bound is
   not that height. */
static bool is_high_index(const mag_decoder *decoder, const reading *result) {
    static const char *const words[] = {"moderate", "gross", "marked", "severe", "++",
                                        "+++",      "++++",  "2+",     "3+",     "4+"};
    if (result->reason == MAG_REASON_NONE)
        return result->comparator != MAG_LESS && result->comparator != MAG_LESS_EQUAL &&
               mag_decimal_compare(result->value, decoder->table->haemolysis_from) >= 0;
    mag_span text = mag_decoder_text(decoder, MAG_FIELD_VALUE);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (mag_span_is_ignoring_case(text, words[i]))
            return true;
    return false;
}

static void note_haemolysis(const mag_decoder *decoder, reading *result) {
    if (mag_text_says_haemolysed(mag_decoder_cell(decoder, MAG_FIELD_VALUE)) ||
        mag_text_says_haemolysed(mag_decoder_cell(decoder, MAG_FIELD_COMMENT)))
        result->flags |= MAG_LAB_HAEMOLYSED;
}

static mag_status read_result(const mag_decoder *decoder, mag_span code, reading *result,
                              mag_error *err) {
    read_number(decoder, result);
    if (result->analyte == MAG_HAEMOLYSIS_INDEX) {
        if (is_high_index(decoder, result))
            result->flags |= MAG_LAB_HAEMOLYSED;
        if (result->reason == MAG_REASON_VALUE_TEXT_RESULT)
            result->reason = MAG_REASON_NONE; /* a grade in words is a grade */
        return MAG_OK;
    }
    note_haemolysis(decoder, result);
    if (result->reason == MAG_REASON_NONE &&
        mag_decode_is_ph_like(result->analyte, result->value, result->comparator))
        result->reason = MAG_REASON_VALUE_PH_LIKE;
    MAG_TRY(read_unit(decoder, code, result, err));
    if (result->reason == MAG_REASON_NONE)
        result->reason = judge(decoder, result);
    return MAG_OK;
}

/* --- the row
 * --------------------------------------------------------------------------------------- */

/* Both sides or nothing; what is no plain number is nothing. */
static mag_status read_range(const mag_decoder *decoder, uint16_t *range_id, mag_error *err) {
    mag_range range;
    mag_comparator low_comparator, high_comparator;
    *range_id = 0;
    mag_span low_text = mag_decoder_text(decoder, MAG_FIELD_REF_LOW);
    mag_span high_text = mag_decoder_text(decoder, MAG_FIELD_REF_HIGH);
    if (!low_text.nbytes || !high_text.nbytes ||
        mag_decode_number(decoder->table, low_text, &range.low, &low_comparator) !=
            MAG_REASON_NONE ||
        mag_decode_number(decoder->table, high_text, &range.high, &high_comparator) !=
            MAG_REASON_NONE ||
        low_comparator != MAG_EXACT || high_comparator != MAG_EXACT)
        return MAG_OK;
    return mag_lane_intern_range(decoder->lane, &range, range_id, err);
}

/* "1.10" comes after "1.9": what stands behind the point is counted, it is no fraction. */
static uint64_t rank_number(mag_decimal number) {
    int64_t unit = 1;
    for (unsigned i = 0; i < number.scale; i++)
        unit *= 10;
    return (uint64_t)(number.mantissa / unit) << 32 | (uint64_t)(number.mantissa % unit);
}

/* Versions in their order: numbers, else moments, else their first characters. */
static uint64_t rank_version(const mag_decoder *decoder, mag_span text) {
    mag_decimal number;
    mag_comparator comparator;
    mag_moment moment;
    if (mag_decimal_parse(text, false, &number, &comparator) == MAG_NUMBER_OK &&
        number.mantissa >= 0)
        return rank_number(number);
    if (mag_moment_parse(text, decoder->table->date_formats, &moment) == MAG_DATE_OK)
        return (uint64_t)((int64_t)moment.minute - MAG_MINUTE_NONE);
    uint64_t rank = 0;
    for (size_t i = 0; i < sizeof rank; i++)
        rank = rank << 8 | (i < text.nbytes ? (unsigned char)text.at[i] : 0);
    return rank;
}

static mag_status put_version(const mag_decoder *decoder, mag_error *err) {
    mag_span result_id = mag_decoder_text(decoder, MAG_FIELD_RESULT_ID);
    mag_span version = mag_decoder_text(decoder, MAG_FIELD_VERSION);
    if (!result_id.nbytes)
        return MAG_OK;
    return mag_lane_put_lab_version(decoder->lane, mag_decoder_name_hash(result_id),
                                    version.nbytes ? rank_version(decoder, version) : 0, err);
}

/* The unit string outranks what the code says; the disagreement is told (spec c3). */
static void note_property(mag_decoder *decoder, const reading *result) {
    decoder->has_unit_against_code = result->reason == MAG_REASON_NONE &&
                                     result->property != MAG_PROPERTY_NONE &&
                                     mag_property_contradicts(result->property, result->unit);
}

/* Where whole sources are asked what their units are. */
static mag_status put_unit_case(const mag_decoder *decoder, const reading *result, mag_error *err) {
    if (!mag_unit_profile_covers(result->analyte) ||
        (result->reason != MAG_REASON_NONE && result->reason != MAG_REASON_UNIT_MISSING))
        return MAG_OK;
    mag_unit_case unit_case = {.system = result->system,
                               .code = mag_decoder_text(decoder, MAG_FIELD_CODE),
                               .value = result->value,
                               .comparator = result->comparator};
    return mag_lane_put_unit_case(decoder->lane, &unit_case, err);
}

static mag_status put(mag_decoder *decoder, mag_span id, const mag_moment *moment,
                      const reading *result, mag_error *err) {
    mag_lab_row row = {
        .lab = {.minute = moment->minute, .file_id = decoder->file_id, .line = decoder->line}};
    mag_lab *lab = &row.lab;
    bool is_mark = result->reason != MAG_REASON_NONE;
    unsigned flags = result->flags | (moment->is_date_only ? MAG_LAB_DATE_ONLY : 0);
    lab->mantissa = is_mark ? 0 : result->value.mantissa;
    lab->packed = mag_lab_pack(result->analyte, result->unit, is_mark ? 0 : result->value.scale,
                               is_mark ? MAG_EXACT : result->comparator, result->reason, flags);
    MAG_TRY(read_range(decoder, &lab->range_id, err));
    mag_span specimen = mag_decoder_text(decoder, MAG_FIELD_SPECIMEN_ID);
    uint64_t specimen_hash = specimen.nbytes ? mag_decoder_name_hash(specimen) : 0;
    row.row_hash = mag_decoder_row_hash(decoder);
    MAG_TRY(mag_lane_put_lab(decoder->lane, id, &row, specimen_hash, err));
    MAG_TRY(put_unit_case(decoder, result, err));
    return put_version(decoder, err);
}

/* Nothing else of a row whose code is in no list is looked at. */
static mag_status count_other_code(mag_decoder *decoder, mag_span code, const mag_code_memo *found,
                                   mag_error *err) {
    decoder->fate = MAG_FATE_NOT_OF_INTEREST;
    mag_decoder_count_code(decoder, MAG_TABLE_LABS, found->number);
    if (found->is_well_formed)
        return MAG_OK;
    return mag_lane_count_malformed(decoder->lane, (mag_code_system)found->system, code, err);
}

mag_status mag_decode_lab(mag_decoder *decoder, mag_error *err) {
    mag_span id, code = mag_decoder_text(decoder, MAG_FIELD_CODE);
    mag_moment moment;
    mag_code_memo fresh;
    const mag_code_memo *found;
    MAG_TRY(find_code(decoder, code, &fresh, &found, err));
    if (code.nbytes && !found->analyte && decoder->fate == MAG_FATE_KEPT)
        return count_other_code(decoder, code, found, err);
    if (decoder->fate != MAG_FATE_KEPT || !mag_decoder_id(decoder, &id))
        return MAG_OK;
    if (!code.nbytes || is_empty(decoder)) {
        mag_decoder_reject(decoder, MAG_REASON_NULL_REQUIRED,
                           code.nbytes ? MAG_FIELD_VALUE : MAG_FIELD_CODE);
        return MAG_OK;
    }
    if (!mag_decoder_moment(decoder, MAG_FIELD_COLLECTED_AT, MAG_MOMENT_REQUIRED, &moment))
        return MAG_OK;
    reading result = {.analyte = (mag_analyte)found->analyte,
                      .property = (mag_property)found->property,
                      .system = (mag_code_system)found->system};
    MAG_TRY(read_result(decoder, code, &result, err));
    note_property(decoder, &result);
    return put(decoder, id, &moment, &result, err);
}
