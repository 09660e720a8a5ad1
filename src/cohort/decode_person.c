/* The roster, stays and conditions. */
#include "cohort/decoder.h"

/* --- roster
 * ---------------------------------------------------------------------------------------- */

static mag_sex read_sex(const mag_decoder *decoder) {
    mag_span text = mag_decoder_text(decoder, MAG_FIELD_SEX);
    if (mag_span_is_ignoring_case(text, "F"))
        return MAG_SEX_FEMALE;
    return mag_span_is_ignoring_case(text, "M") ? MAG_SEX_MALE : MAG_SEX_UNKNOWN;
}

static bool read_whole(const mag_decoder *decoder, mag_field field, int *whole) {
    mag_decimal value;
    mag_comparator comparator;
    mag_span text = mag_decoder_text(decoder, field);
    if (mag_decode_number(decoder->table, text, &value, &comparator) != MAG_REASON_NONE ||
        comparator != MAG_EXACT || value.scale || value.mantissa < 0)
        return false;
    *whole = value.mantissa;
    return true;
}

/* A birth that cannot be read makes the age unknown; it never costs the patient the roster. */
static void read_birth(const mag_decoder *decoder, mag_person *person) {
    mag_moment moment;
    mag_span text = mag_decoder_text(decoder, MAG_FIELD_BIRTH);
    mag_date_fault fault = mag_moment_parse(text, decoder->table->date_formats, &moment);
    if (fault == MAG_DATE_OK || fault == MAG_DATE_PARTIAL) {
        person->birth = mag_minute_day(moment.minute);
        /* a year spans more than a month's days: YYYY, not YYYY-MM */
        person->is_birth_year_only = moment.last_day - person->birth > 31;
        person->has_birth = moment.last_day != mag_day_from_civil(1900, 1, 1);
        return;
    }
    int age, year;
    if (!read_whole(decoder, MAG_FIELD_ANCHOR_AGE, &age) ||
        !read_whole(decoder, MAG_FIELD_ANCHOR_YEAR, &year) || !mag_date_exists(year - age, 1, 1))
        return;
    person->birth = mag_day_from_civil(year - age, 1, 1);
    person->is_birth_year_only = true;
    person->has_birth = true;
}

/* A day without a clock lasts until its last minute. */
static mag_minute last_minute(const mag_moment *moment) {
    if (!moment->is_date_only)
        return moment->minute;
    return mag_minute_plus(0, ((int64_t)moment->last_day + 1) * MAG_MINUTES_PER_DAY - 1);
}

static bool read_end(mag_decoder *decoder, mag_field field, mag_minute *end) {
    mag_moment moment;
    if (!mag_decoder_moment(decoder, field, MAG_MOMENT_END, &moment))
        return false;
    *end = moment.minute == MAG_MINUTE_NONE ? MAG_MINUTE_OPEN : last_minute(&moment);
    return true;
}

/* A death that cannot be read makes "alive" unknown; it never costs the patient the roster, where
   every result of theirs would be lost with it. */
static void read_death(mag_decoder *decoder, mag_person *person) {
    person->died = MAG_MINUTE_OPEN;
    if (read_end(decoder, MAG_FIELD_DIED_ON, &person->died))
        return;
    decoder->fate = MAG_FATE_KEPT;
    person->is_death_unreadable = true;
}

/* A detail that cannot be read is taken as unsaid, and noted; it never costs the patient the
 * roster. */
static void note_detail(mag_decoder *decoder, mag_person *person) {
    decoder->fate = MAG_FATE_KEPT;
    person->is_detail_unreadable = true;
}

static mag_moment read_detail(mag_decoder *decoder, mag_field field, mag_person *person) {
    mag_moment moment = {.minute = MAG_MINUTE_NONE};
    if (mag_decoder_moment(decoder, field, MAG_MOMENT_OPTIONAL, &moment))
        return moment;
    note_detail(decoder, person);
    return (mag_moment){.minute = MAG_MINUTE_NONE};
}

static void read_observed(mag_decoder *decoder, mag_person *person) {
    person->observed_from = read_detail(decoder, MAG_FIELD_OBSERVED_FROM, person).minute;
    person->observed_until = MAG_MINUTE_OPEN;
    if (!read_end(decoder, MAG_FIELD_OBSERVED_UNTIL, &person->observed_until))
        note_detail(decoder, person);
}

/* Weight or height in the roster: a result of its own, with its day; without one it cannot be
   placed. One that is no number, or no weight, is noted on the person. */
static mag_status put_measure(mag_decoder *decoder, mag_person *person, mag_field field,
                              const mag_moment *measured, mag_error *err) {
    mag_span text = mag_decoder_text(decoder, field);
    if (!text.nbytes || measured->minute == MAG_MINUTE_NONE)
        return MAG_OK;
    bool is_weight = field == MAG_FIELD_WEIGHT_KG;
    mag_analyte analyte = is_weight ? MAG_WEIGHT : MAG_HEIGHT;
    mag_unit unit = is_weight ? MAG_UNIT_KG : MAG_UNIT_CM;
    mag_decimal value = {0};
    mag_comparator comparator = MAG_EXACT;
    unsigned flags = measured->is_date_only ? MAG_LAB_DATE_ONLY : 0;
    mag_reason reason = mag_decode_number(decoder->table, text, &value, &comparator);
    if (reason == MAG_REASON_NONE)
        reason = mag_decode_judge(analyte, unit, value, &flags);
    if (reason != MAG_REASON_NONE) {
        value = (mag_decimal){0};
        person->is_detail_unreadable = true;
    }
    const mag_lab_row row = {
        .lab = {.minute = measured->minute,
                .mantissa = value.mantissa,
                .packed = mag_lab_pack(analyte, unit, value.scale, comparator, reason, flags),
                .file_id = decoder->file_id,
                .line = decoder->line},
        .row_hash = person->row_hash, /* the same row twice gives the same measure twice */
    };
    return mag_lane_put_lab(decoder->lane, person->id, &row, 0, err);
}

mag_status mag_decode_patient(mag_decoder *decoder, mag_error *err) {
    mag_person person = {.sex = read_sex(decoder), .is_in_roster = true};
    if (!mag_decoder_id(decoder, &person.id))
        return MAG_OK;
    const mag_moment measured = read_detail(decoder, MAG_FIELD_MEASURED_ON, &person);
    read_observed(decoder, &person);
    read_death(decoder, &person);
    read_birth(decoder, &person);
    mag_span site = mag_decoder_text(decoder, MAG_FIELD_SITE);
    MAG_TRY(mag_lane_intern_text(decoder->lane, site, &person.site_id, err));
    person.row_hash = mag_decoder_row_hash(decoder);
    MAG_TRY(put_measure(decoder, &person, MAG_FIELD_WEIGHT_KG, &measured, err));
    MAG_TRY(put_measure(decoder, &person, MAG_FIELD_HEIGHT_CM, &measured, err));
    const mag_person_row row = {.person = person, .at = mag_decoder_position(decoder)};
    return mag_lane_put_person(decoder->lane, person.id, &row, err);
}

/* --- stays
 * ------------------------------------------------------------------------------------------ */

mag_status mag_decode_stay(mag_decoder *decoder, mag_error *err) {
    mag_span id, stay_id = mag_decoder_text(decoder, MAG_FIELD_STAY_ID);
    mag_moment from;
    mag_minute until;
    if (!mag_decoder_id(decoder, &id))
        return MAG_OK;
    bool has_until = mag_decoder_text(decoder, MAG_FIELD_STAY_UNTIL).nbytes != 0;
    if (!stay_id.nbytes || !has_until) {
        mag_decoder_reject(decoder, MAG_REASON_NULL_REQUIRED,
                           has_until ? MAG_FIELD_STAY_ID : MAG_FIELD_STAY_UNTIL);
        return MAG_OK;
    }
    if (!mag_decoder_moment(decoder, MAG_FIELD_STAY_FROM, MAG_MOMENT_REQUIRED, &from) ||
        !read_end(decoder, MAG_FIELD_STAY_UNTIL, &until))
        return MAG_OK;
    if (until < from.minute) {
        mag_decoder_reject(decoder, MAG_REASON_DATE_INVALID, MAG_FIELD_STAY_UNTIL);
        return MAG_OK;
    }
    mag_stay_row row = {
        .stay = {.from = from.minute, .until = until, .stay_hash = mag_decoder_name_hash(stay_id)},
        .at = mag_decoder_position(decoder)};
    row.row_hash = mag_decoder_row_hash(decoder);
    return mag_lane_put_stay(decoder->lane, id, &row, err);
}

/* --- conditions
 * ------------------------------------------------------------------------------------- */

/* Sets the row's fate where the code gives no condition. */
static uint32_t find_conditions(mag_decoder *decoder, mag_span code) {
    mag_code_system system;
    if (!mag_decoder_system(decoder, &system) || !code.nbytes)
        return 0;
    const mag_codebook *book = mag_cohort_codebook(decoder->cohort);
    uint32_t found = system == MAG_SYSTEM_NONE ? 0 : mag_codebook_conditions(book, system, code);
    if (!found)
        decoder->fate = MAG_FATE_NOT_OF_INTEREST;
    return found;
}

mag_status mag_decode_condition(mag_decoder *decoder, mag_error *err) {
    mag_span id, code = mag_decoder_text(decoder, MAG_FIELD_CODE);
    mag_span stay_id = mag_decoder_text(decoder, MAG_FIELD_STAY_ID);
    mag_condition_row row = {.condition = {.conditions = find_conditions(decoder, code)},
                             .at = mag_decoder_position(decoder)};
    mag_moment recorded;
    if (decoder->fate != MAG_FATE_KEPT || !mag_decoder_id(decoder, &id))
        return MAG_OK;
    bool has_date = mag_decoder_text(decoder, MAG_FIELD_RECORDED_ON).nbytes != 0;
    if (!code.nbytes || (!has_date && !stay_id.nbytes)) {
        mag_decoder_reject(decoder, MAG_REASON_NULL_REQUIRED,
                           code.nbytes ? MAG_FIELD_RECORDED_ON : MAG_FIELD_CODE);
        return MAG_OK;
    }
    if (!mag_decoder_moment(decoder, MAG_FIELD_RECORDED_ON, MAG_MOMENT_OPTIONAL, &recorded))
        return MAG_OK;
    row.condition.minute = recorded.minute;
    row.condition.is_date_only = recorded.is_date_only;
    row.condition.stay_hash = stay_id.nbytes ? mag_decoder_name_hash(stay_id) : 0;
    row.row_hash = mag_decoder_row_hash(decoder);
    return mag_lane_put_condition(decoder->lane, id, &row, err);
}
