/* Puts decided records into a cohort by hand, as examples of rules and tests do; decoders fill
   lanes (cohort/lane.h). All calls before settling. */
#ifndef MAG_COHORT_BUILDER_H
#define MAG_COHORT_BUILDER_H

#include "cohort/cohort.h"

/* Where a record comes from; file_id 0xffff and line 0 when there is no file. */
typedef struct mag_position {
    uint16_t file_id;
    uint32_t line;
} mag_position;

/* A roster row. Two rows with different sex or birth for one id mark a conflict. `person->id` is
 * copied. */
mag_status mag_cohort_put_person(mag_cohort *cohort, const mag_person *person, mag_position at,
                                 mag_error *err) MAG_MUST_CHECK;

/* lab->patient, file_id and line are filled in here. A mark has a reject reason packed. row_hash
   tells exact duplicates (over all mapped columns); specimen_hash 0 = none. */
mag_status mag_cohort_put_lab(mag_cohort *cohort, mag_span patient_id, const mag_lab *lab,
                              uint64_t row_hash, uint64_t specimen_hash, mag_position at,
                              mag_error *err) MAG_MUST_CHECK;

mag_status mag_cohort_put_exposure(mag_cohort *cohort, mag_span patient_id,
                                   const mag_exposure *exposure, uint64_t row_hash, mag_position at,
                                   mag_error *err) MAG_MUST_CHECK;

mag_status mag_cohort_put_stay(mag_cohort *cohort, mag_span patient_id, const mag_stay *stay,
                               uint64_t row_hash, mag_position at, mag_error *err) MAG_MUST_CHECK;

mag_status mag_cohort_put_condition(mag_cohort *cohort, mag_span patient_id,
                                    const mag_condition_record *condition, uint64_t row_hash,
                                    mag_position at, mag_error *err) MAG_MUST_CHECK;

/* Finds or adds a drug by (system, code, name) and classifies it once. */
mag_status mag_cohort_intern_drug(mag_cohort *cohort, mag_code_system system, mag_span code,
                                  mag_span name, uint32_t *drug_id, mag_error *err) MAG_MUST_CHECK;
/* A drug known only by its classes, as examples give it ("MGSUPP 400 mg"). */
mag_status mag_cohort_intern_class(mag_cohort *cohort, mag_class_set classes, uint32_t *drug_id,
                                   mag_error *err) MAG_MUST_CHECK;
mag_status mag_cohort_intern_text(mag_cohort *cohort, mag_span text, uint32_t *text_id,
                                  mag_error *err) MAG_MUST_CHECK;
mag_status mag_cohort_intern_range(mag_cohort *cohort, mag_decimal low, mag_decimal high,
                                   uint16_t *range_id, mag_error *err) MAG_MUST_CHECK;

/* Says which tables the cohort has been given, for absence and no_source. Sources call it by
 * themselves. */
void mag_cohort_declare_table(mag_cohort *cohort, mag_table_kind kind);
/* Examples: pretends that every analyte (or all but one) is delivered by the source. */
void mag_cohort_declare_delivery(mag_cohort *cohort, mag_analyte analyte, bool is_delivered);

/* Registers a file of a source; accounting of its rows goes to *accounting (borrowed until free).
 */
mag_status mag_cohort_add_file(mag_cohort *cohort, const char *source, const char *name,
                               mag_table_kind kind, uint16_t *file_id, mag_run_file **file,
                               mag_error *err) MAG_MUST_CHECK;
mag_status mag_cohort_count_unknown_unit(mag_cohort *cohort, mag_span unit,
                                         mag_error *err) MAG_MUST_CHECK;
/* Notes the name or code of a drug that looks like ours and reached no class, and its patient. */
mag_status mag_cohort_count_unmapped(mag_cohort *cohort, mag_span text, mag_span patient_id,
                                     mag_error *err) MAG_MUST_CHECK;

#endif
