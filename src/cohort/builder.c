/* Putting records into a cohort by hand: into its own lane. */
#include "cohort/builder.h"

#include "cohort/store.h"

static mag_lane *own(mag_cohort *cohort) {
    return cohort->lanes[0];
}

mag_status mag_cohort_put_person(mag_cohort *cohort, const mag_person *person, mag_position at,
                                 mag_error *err) {
    const mag_person_row row = {.person = *person, .at = at};
    return mag_lane_put_person(own(cohort), person->id, &row, err);
}

mag_status mag_cohort_put_lab(mag_cohort *cohort, mag_span patient_id, const mag_lab *lab,
                              uint64_t row_hash, uint64_t specimen_hash, mag_position at,
                              mag_error *err) {
    mag_lab_row row = {.lab = *lab, .row_hash = row_hash};
    row.lab.file_id = at.file_id;
    row.lab.line = at.line;
    return mag_lane_put_lab(own(cohort), patient_id, &row, specimen_hash, err);
}

mag_status mag_cohort_put_exposure(mag_cohort *cohort, mag_span patient_id,
                                   const mag_exposure *exposure, uint64_t row_hash, mag_position at,
                                   mag_error *err) {
    mag_exposure_row row = {.exposure = *exposure};
    mag_exposure_row_set_hash(&row, row_hash);
    row.exposure.file_id = at.file_id;
    row.exposure.line = at.line;
    return mag_lane_put_exposure(own(cohort), patient_id, &row, err);
}

mag_status mag_cohort_put_stay(mag_cohort *cohort, mag_span patient_id, const mag_stay *stay,
                               uint64_t row_hash, mag_position at, mag_error *err) {
    const mag_stay_row row = {*stay, row_hash, at};
    return mag_lane_put_stay(own(cohort), patient_id, &row, err);
}

mag_status mag_cohort_put_condition(mag_cohort *cohort, mag_span patient_id,
                                    const mag_condition_record *condition, uint64_t row_hash,
                                    mag_position at, mag_error *err) {
    const mag_condition_row row = {*condition, row_hash, at};
    return mag_lane_put_condition(own(cohort), patient_id, &row, err);
}

mag_status mag_cohort_intern_drug(mag_cohort *cohort, mag_code_system system, mag_span code,
                                  mag_span name, uint32_t *drug_id, mag_error *err) {
    return mag_lane_intern_drug(own(cohort), system, code, name, drug_id, err);
}

mag_status mag_cohort_intern_class(mag_cohort *cohort, mag_class_set classes, uint32_t *drug_id,
                                   mag_error *err) {
    return mag_lane_intern_class(own(cohort), classes, drug_id, err);
}

mag_status mag_cohort_intern_text(mag_cohort *cohort, mag_span text, uint32_t *text_id,
                                  mag_error *err) {
    return mag_lane_intern_text(own(cohort), text, text_id, err);
}

mag_status mag_cohort_intern_range(mag_cohort *cohort, mag_decimal low, mag_decimal high,
                                   uint16_t *range_id, mag_error *err) {
    MAG_TRY(mag_lane_intern_range(own(cohort), &(mag_range){low, high}, range_id, err));
    return mag_tables_check_ranges(&own(cohort)->tables, err);
}

mag_status mag_cohort_count_unknown_unit(mag_cohort *cohort, mag_span unit, mag_error *err) {
    return mag_lane_count_unknown_unit(own(cohort), unit, err);
}

mag_status mag_cohort_count_unmapped(mag_cohort *cohort, mag_span text, mag_span patient_id,
                                     mag_error *err) {
    return mag_lane_count_unmapped(own(cohort), text, patient_id, err);
}
