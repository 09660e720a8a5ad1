#include "rules/calcium_function.h"

#include "clinical/calcium.h"
#include "rules/kidney_function.h"
#include "rules/operand_series.h"

#include <math.h>
#include <stdio.h>

enum { EGFR_DAYS = 365 };
static const mag_length a_day = {MAG_MINUTES_PER_DAY, true};

static bool is_one_sample(const mag_timeline *patient, const mag_lab *a, const mag_lab *b) {
    return mag_lab_is_one_specimen(patient, a, b) || mag_lab_is_one_moment(a, b);
}

static bool has_usable(const mag_timeline *patient, const mag_series_records *of,
                       const mag_lab *total) {
    for (size_t i = 0; i < of->count; i++) {
        const mag_lab *lab = mag_series_at(of, i);
        if (!mag_series_is_mark(lab) && is_one_sample(patient, lab, total))
            return true;
    }
    return false;
}

bool mag_calcium_is_reported(const mag_timeline *patient, const mag_lab *total) {
    mag_series_records all = {{NULL, NULL}, {0, 0}, 0};
    all.parts[0] = mag_timeline_labs(patient, MAG_CALCIUM_ADJUSTED, &all.counts[0]);
    all.count = all.counts[0];
    const mag_series_records own = mag_series_of_specimen(patient, &all, total);
    const mag_minute day = mag_day_begin(total->minute);
    const bool is_day = mag_lab_has(total, MAG_LAB_DATE_ONLY);
    const mag_series_records dates = mag_series_records_between(&all, day, day);
    const mag_series_records near = mag_series_records_between(
        &all, total->minute, is_day ? mag_day_last_minute(day) : total->minute);
    return has_usable(patient, &near, total) || has_usable(patient, &dates, total) ||
           has_usable(patient, &own, total);
}

const mag_lab *mag_calcium_albumin(const mag_timeline *patient, const mag_lab *total,
                                   mag_worse worse) {
    const mag_window around = {.kind = MAG_WINDOW_AROUND, .far = a_day};
    const mag_anchor at = {total->minute, mag_lab_has(total, MAG_LAB_DATE_ONLY)};
    const mag_lab_query query = {
        .patient = patient,
        .analyte = MAG_ALBUMIN,
        .period = mag_period_of(&around, at, at, patient->as_of),
        .worse = worse == MAG_WORSE_LOW ? MAG_WORSE_HIGH : MAG_WORSE_LOW,
    };
    const mag_lab *own = mag_lab_pair(&query, total, true).lab;
    return own != NULL ? own : mag_lab_pair(&query, total, false).lab;
}

static bool is_mass(const mag_lab *lab) {
    return mag_unit_scale_of(mag_lab_unit(lab)).dimension == MAG_DIMENSION_MASS;
}

/* Of the creatinines up to a day after the sample, the newest: is the eGFR surely too low? */
static bool is_kidney_failing(const mag_timeline *patient, const mag_lab *total) {
    const mag_minute day_after = total->minute + MAG_MINUTES_PER_DAY;
    const mag_period period =
        mag_period_of_days(day_after < patient->as_of ? day_after : patient->as_of, EGFR_DAYS + 1);
    const mag_value egfr = mag_kidney_egfr(patient, &period);
    return egfr.bounds.unknown == 0 && mag_derived_below(egfr.bounds.high, MAG_CALCIUM_EGFR_LEAST);
}

/* The number of a result, as an interval, in a unit of its own dimension. */
static mag_bounds in_unit(const mag_lab *lab, mag_unit unit) {
    const double canonical =
        mag_to_canonical(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab));
    return mag_bounds_of_comparator(mag_from_canonical(mag_lab_analyte(lab), unit, canonical),
                                    mag_lab_comparator(lab));
}

/* Every pair of ends; the formulas rise with calcium and fall with albumin. */
static mag_bounds adjusted(const mag_lab *total, const mag_lab *albumin) {
    double (*formula)(double, double) =
        is_mass(total) ? mag_calcium_adjusted_mass : mag_calcium_adjusted_molar;
    const mag_bounds ca = in_unit(total, is_mass(total) ? MAG_UNIT_MG_DL : MAG_UNIT_MMOL_L);
    const mag_bounds alb = in_unit(albumin, is_mass(total) ? MAG_UNIT_G_DL : MAG_UNIT_G_L);
    return (mag_bounds){.low = formula(ca.low, alb.high),
                        .high = formula(ca.high, alb.low),
                        .is_low_open = ca.is_low_open || alb.is_high_open,
                        .is_high_open = ca.is_high_open || alb.is_low_open,
                        .doubt = ca.doubt | alb.doubt};
}

/* What a total without albumin leaves possible. */
static mag_bounds unadjusted(const mag_lab *total) {
    const mag_calcium_lines lines = mag_calcium_lines_of(is_mass(total));
    mag_bounds bounds = {
        .low = 0, .high = INFINITY, .doubt = mag_unknown_bit(MAG_UNKNOWN_CA_UNADJUSTED)};
    switch (mag_calcium_unadjusted(mag_lab_unit(total), mag_lab_value(total),
                                   mag_lab_comparator(total))) {
    case MAG_CALCIUM_SURELY_LOW:
        bounds.high = lines.sure_low;
        bounds.is_high_open = true;
        break;
    case MAG_CALCIUM_SURELY_HIGH:
        bounds.low = lines.sure_high;
        bounds.is_low_open = true;
        break;
    case MAG_CALCIUM_IN_RANGE:
        bounds.low = lines.range_low;
        bounds.high = lines.range_high;
        break;
    case MAG_CALCIUM_UNDECIDED:
        break;
    }
    return bounds;
}

static bool can_adjust(const mag_timeline *patient, const mag_lab *total, const mag_lab *albumin) {
    if (albumin == NULL || is_kidney_failing(patient, total))
        return false;
    const mag_bounds g_l = mag_lab_canonical(albumin);
    return !mag_derived_below(g_l.low, MAG_CALCIUM_ALBUMIN_LEAST_G_L);
}

static mag_bounds canonical_of(const mag_bounds *bounds, mag_unit unit) {
    mag_bounds canonical = *bounds;
    const double one = mag_to_canonical(MAG_CALCIUM, unit, (mag_decimal){1, 0});
    canonical.low *= one;
    canonical.high *= one;
    return canonical;
}

mag_value mag_calcium_adjusted(const mag_timeline *patient, const mag_lab *calcium,
                               mag_worse worse) {
    if (mag_lab_analyte(calcium) == MAG_CALCIUM_ADJUSTED)
        return (mag_value){.bounds = mag_lab_canonical(calcium), .lab = calcium};
    mag_value value = {.lab = calcium};
    const mag_lab *albumin = mag_calcium_albumin(patient, calcium, worse);
    if (can_adjust(patient, calcium, albumin)) {
        value.derived = adjusted(calcium, albumin);
        if (!mag_lab_is_one_specimen(patient, calcium, albumin) &&
            (mag_lab_has(albumin, MAG_LAB_DATE_ONLY) || mag_lab_has(calcium, MAG_LAB_DATE_ONLY)))
            value.notes |= mag_note_bit(MAG_VALUE_NOTE_TIME_RESOLUTION);
    } else {
        value.derived = unadjusted(calcium);
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_CA_UNADJUSTED);
    }
    value.derived_unit = is_mass(calcium) ? MAG_UNIT_MG_DL : MAG_UNIT_MMOL_L;
    value.bounds = canonical_of(&value.derived, value.derived_unit);
    return value;
}

static int append_result(const char *before, const mag_lab *lab, char *out, size_t nbytes) {
    char printed[MAG_DECIMAL_TEXT_NBYTES];
    mag_decimal_text(mag_lab_value(lab), printed);
    return snprintf(out, nbytes, "%s %s%s %s", before, mag_comparator_text(mag_lab_comparator(lab)),
                    printed, mag_unit_text(mag_lab_unit(lab)));
}

void mag_calcium_inputs_text(const mag_timeline *patient, const mag_lab *total, mag_worse worse,
                             char *out, size_t nbytes) {
    const mag_lab *albumin = mag_calcium_albumin(patient, total, worse);
    const int length = append_result("total", total, out, nbytes);
    if (albumin != NULL && length > 0 && (size_t)length < nbytes)
        (void)append_result(", albumin", albumin, out + length, nbytes - (size_t)length);
}
