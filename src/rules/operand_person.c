#include "rules/operand_person.h"

#include "rules/operand_lab.h"

mag_value mag_person_age_value(const mag_timeline *patient, mag_minute at) {
    int age_years;
    bool is_year_only = false;
    if (!mag_person_age(patient->person, at, &age_years, &is_year_only))
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_DEMOGRAPHIC));
    mag_value value = mag_value_of_number(age_years);
    if (is_year_only)
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_AGE_YEAR_ONLY);
    return value;
}

mag_value mag_person_sex_value(const mag_timeline *patient) {
    const mag_person *person = patient->person;
    if (person->sex == MAG_SEX_UNKNOWN || person->has_conflict)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_DEMOGRAPHIC));
    return mag_value_of_number(person->sex);
}

/* Of two measurements at one moment the lower one: the cautious side for a dose by clearance. */
static mag_value newest_measurement(const mag_timeline *patient, mag_analyte analyte,
                                    const mag_period *period) {
    const mag_lab_query query = {
        .patient = patient, .analyte = analyte, .period = *period, .worse = MAG_WORSE_LOW};
    return mag_lab_latest(&query);
}

mag_value mag_person_weight(const mag_timeline *patient, const mag_period *period) {
    return newest_measurement(patient, MAG_WEIGHT, period);
}

mag_value mag_person_height(const mag_timeline *patient, const mag_period *period) {
    return newest_measurement(patient, MAG_HEIGHT, period);
}

mag_value mag_person_bmi(const mag_timeline *patient, const mag_period *period) {
    enum { CM_PER_M = 100 };
    const mag_value height = mag_person_height(patient, period);
    mag_value value = mag_person_weight(patient, period);
    const mag_bounds metres = mag_bounds_divide(height.bounds, mag_bounds_exact(CM_PER_M));
    value.bounds = mag_bounds_divide(value.bounds, mag_bounds_multiply(metres, metres));
    value.notes |= height.notes;
    return value;
}

bool mag_person_is_in_stay(const mag_timeline *patient) {
    for (size_t i = 0; i < patient->stay_count; i++)
        if (patient->stays[i].from <= patient->as_of && patient->as_of <= patient->stays[i].until)
            return true;
    return false;
}

mag_truth mag_person_in_care(const mag_timeline *patient) {
    if (!mag_cohort_has_stays(patient->cohort) || mag_person_is_in_stay(patient))
        return mag_truth_of(true);
    return mag_truth_unknown(mag_unknown_bit(MAG_UNKNOWN_UNOBSERVABLE));
}

mag_truth mag_person_alive(const mag_timeline *patient) {
    if (!mag_person_is_alive(patient->person, patient->as_of))
        return mag_truth_of(false);
    if (mag_person_may_be_dead(patient->person))
        return mag_truth_unknown(mag_unknown_bit(MAG_UNKNOWN_DEMOGRAPHIC));
    return mag_truth_of(true);
}

mag_value mag_person_has(const mag_timeline *patient, uint32_t conditions,
                         const mag_period *period) {
    if (!mag_cohort_has_conditions(patient->cohort))
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE));
    for (size_t i = patient->condition_count; i-- > 0;) {
        const mag_condition_record *record = &patient->conditions[i];
        if ((record->conditions & conditions) == 0 ||
            !mag_period_holds(period, record->minute, record->is_date_only))
            continue;
        mag_value value = mag_value_of_truth(mag_truth_of(true));
        value.at = record->minute;
        value.is_date_only = record->is_date_only;
        return value;
    }
    mag_value value = mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    value.truth = mag_truth_of(false);
    return value;
}
