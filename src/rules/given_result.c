/* `given` lines about results. */
#include "rules/given.h"

#include "cohort/decoder.h"

#include <string.h>

static mag_status put_lab(mag_given_world *in, mag_lab *lab, uint64_t specimen, mag_error *err) {
    const mag_position nowhere = {UINT16_MAX, 0};
    return mag_cohort_put_lab(in->cohort, mag_given_patient(), lab, ++in->row_count, specimen,
                              nowhere, err);
}

mag_status mag_given_measurement(mag_given_world *in, mag_analyte analyte, mag_unit unit,
                                 mag_decimal value, mag_error *err) {
    mag_lab lab = {.minute = in->as_of,
                   .mantissa = value.mantissa,
                   .packed =
                       mag_lab_pack(analyte, unit, value.scale, MAG_EXACT, MAG_REASON_NONE, 0)};
    return put_lab(in, &lab, 0, err);
}

/* What a line says of a result. */
typedef struct result {
    mag_lab lab;
    mag_decimal value;
    mag_comparator comparator;
    mag_unit unit;
    mag_reason reject;
    unsigned flags;
    uint64_t specimen;
} result;

/* The unit may be left out where the analyte is a plain ratio. */
static bool take_unit(mag_given_words *line, mag_analyte analyte, mag_unit *out) {
    *out = mag_unit_parse(mag_given_peek(line));
    if (*out != MAG_UNIT_NONE && mag_unit_fits(analyte, *out)) {
        (void)mag_given_take(line);
        return true;
    }
    *out = MAG_UNIT_RATIO;
    return mag_unit_fits(analyte, MAG_UNIT_RATIO);
}

static mag_status take_value(mag_given_world *in, mag_given_words *line, mag_analyte analyte,
                             result *to, mag_error *err) {
    if (mag_given_take_if(line, "rejected")) {
        to->reject = MAG_REASON_VALUE_IMPLAUSIBLE;
        return MAG_OK;
    }
    if (mag_decimal_parse(mag_given_take(line), false, &to->value, &to->comparator) !=
        MAG_NUMBER_OK)
        return mag_given_refuse(in, "a value or `rejected` is expected after the analyte", err);
    if (mag_given_take_if(line, "no")) {
        to->reject = MAG_REASON_UNIT_MISSING;
        return mag_given_take_if(line, "unit")
                   ? MAG_OK
                   : mag_given_refuse(in, "`no` is followed by `unit`", err);
    }
    return take_unit(line, analyte, &to->unit)
               ? MAG_OK
               : mag_given_refuse(in, "the unit does not fit the analyte", err);
}

/* `range 25-200`: the row's own reference range, in the unit of the value. */
static mag_status take_range(mag_given_world *in, mag_given_words *line, result *to,
                             mag_error *err) {
    mag_decimal low, high;
    if (!mag_given_take_if(line, "range"))
        return MAG_OK;
    const mag_span word = mag_given_take(line);
    const char *dash = memchr(word.at, '-', word.nbytes);
    const size_t before = dash == NULL ? 0 : (size_t)(dash - word.at);
    const mag_span first = {word.at, before};
    const mag_span second = {word.at + before + 1, dash == NULL ? 0 : word.nbytes - before - 1};
    if (dash == NULL || !mag_given_is_number(first, &low) || !mag_given_is_number(second, &high))
        return mag_given_refuse(in, "`range` is followed by LOW-HIGH", err);
    return mag_cohort_intern_range(in->cohort, low, high, &to->lab.range_id, err);
}

/* `specimen A`: results of one letter come from one tube. */
static bool take_specimen(mag_given_words *line, result *to) {
    if (!mag_given_take_if(line, "specimen"))
        return true;
    const mag_span name = mag_given_take(line);
    to->specimen = name.nbytes == 1 ? (uint64_t)(unsigned char)name.at[0] : 0;
    return to->specimen != 0;
}

mag_status mag_given_result(mag_given_world *in, mag_given_words *line, mag_analyte analyte,
                            mag_error *err) {
    result of = {.comparator = MAG_EXACT, .reject = MAG_REASON_NONE};
    bool is_date_only;
    MAG_TRY(take_value(in, line, analyte, &of, err));
    if (of.reject == MAG_REASON_NONE && mag_decode_is_ph_like(analyte, of.value, of.comparator))
        of.reject = MAG_REASON_VALUE_PH_LIKE;
    if (mag_given_take_if(line, "haemolysed"))
        of.flags |= MAG_LAB_HAEMOLYSED;
    MAG_TRY(take_range(in, line, &of, err));
    if (!mag_given_take_moment(in, line, &of.lab.minute, &is_date_only))
        return mag_given_refuse(
            in, "`N days ago`, `N hours ago` or `on DATE` is expected at the end", err);
    if (!take_specimen(line, &of) || line->next != line->count)
        return mag_given_refuse(in,
                                "`N days ago`, `N hours ago` or `on DATE` is expected at the end, "
                                "then at most `specimen LETTER`",
                                err);
    of.flags |= is_date_only ? MAG_LAB_DATE_ONLY : 0;
    of.lab.mantissa = of.value.mantissa;
    of.lab.packed =
        mag_lab_pack(analyte, of.unit, of.value.scale, of.comparator, of.reject, of.flags);
    return put_lab(in, &of.lab, of.specimen, err);
}
