/* Filling: a record goes to the partition of its patient's id and keeps what settling needs. */
#include "cohort/store.h"

#include <stdio.h>
#include <string.h>

static const mag_position NOWHERE = {UINT16_MAX, 0};

unsigned mag_cohort_partition_idx(mag_span patient_id) {
    _Static_assert(MAG_PARTITION_COUNT == 1 << 6, "a partition is six bits of the hash");
    return (unsigned)(mag_span_hash(patient_id) >> 58);
}

mag_partition *mag_cohort_partition_of(mag_cohort *cohort, mag_span patient_id) {
    return &cohort->partitions[mag_cohort_partition_idx(patient_id)];
}

/* Which source named a patient; records of examples come from none. */
static mag_status note_source(const mag_cohort *cohort, mag_partition *partition, uint32_t patient,
                              mag_position at, mag_error *err) {
    const mag_run_file *file = mag_cohort_file_at(cohort, at.file_id);
    while (partition->seen_in.count <= patient)
        if (!mag_list_add(cohort->settings.account, &partition->seen_in, err))
            return MAG_E_RESOURCE;
    if (file)
        ((uint32_t *)partition->seen_in.items)[patient] |= mag_source_bit(file->source_idx);
    return MAG_OK;
}

/* The partition of an id and the number of the patient in it. */
static mag_status find_home(mag_cohort *cohort, mag_span id, mag_position at,
                            mag_partition **partition, uint32_t *patient, mag_error *err) {
    *partition = mag_cohort_partition_of(cohort, id);
    MAG_TRY(mag_intern_add(&(*partition)->ids, id, patient, NULL, err));
    return note_source(cohort, *partition, *patient, at, err);
}

static void note_newest(mag_partition *partition, mag_table_kind kind, mag_minute minute) {
    if (minute > partition->newest[kind])
        partition->newest[kind] = minute;
}

/* A file is filled by one reader. Records of examples have none. */
static void note_newest_of_file(const mag_cohort *cohort, mag_position at, mag_minute minute) {
    mag_run_file *const *files = cohort->files.items;
    if (at.file_id < cohort->files.count && minute > files[at.file_id]->newest)
        files[at.file_id]->newest = minute;
}

mag_status mag_cohort_put_person(mag_cohort *cohort, const mag_person *person, mag_position at,
                                 mag_error *err) {
    mag_partition *partition;
    uint32_t patient;
    MAG_TRY(find_home(cohort, person->id, at, &partition, &patient, err));
    mag_person_row *row = mag_list_add(cohort->settings.account, &partition->person_rows, err);
    if (!row)
        return MAG_E_RESOURCE;
    *row = (mag_person_row){.person = *person, .patient = patient, .at = at};
    row->person.id = (mag_span){0};
    return MAG_OK;
}

mag_status mag_cohort_put_lab(mag_cohort *cohort, mag_span patient_id, const mag_lab *lab,
                              uint64_t row_hash, uint64_t specimen_hash, mag_position at,
                              mag_error *err) {
    mag_partition *partition;
    uint32_t patient;
    MAG_TRY(find_home(cohort, patient_id, at, &partition, &patient, err));
    mag_lab_row *row = mag_list_add(cohort->settings.account, &partition->lab_rows, err);
    if (!row)
        return MAG_E_RESOURCE;
    *row = (mag_lab_row){*lab, row_hash, specimen_hash};
    row->lab.patient = patient;
    row->lab.file_id = at.file_id;
    row->lab.line = at.line;
    if (!mag_analyte_of(mag_lab_analyte(lab))->is_code_book_item)
        return MAG_OK;
    note_newest(partition, MAG_TABLE_LABS, lab->minute);
    note_newest_of_file(cohort, at, lab->minute);
    return MAG_OK;
}

mag_status mag_cohort_put_lab_version(mag_cohort *cohort, mag_span patient_id, uint64_t result_hash,
                                      uint64_t version, mag_error *err) {
    mag_partition *partition;
    uint32_t patient;
    MAG_TRY(find_home(cohort, patient_id, NOWHERE, &partition, &patient, err));
    mag_lab_version *kept = mag_list_add(cohort->settings.account, &partition->lab_versions, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = (mag_lab_version){.result_hash = result_hash,
                              .version = version,
                              .row_idx = (uint32_t)(partition->lab_rows.count - 1)};
    return MAG_OK;
}

mag_status mag_cohort_put_exposure(mag_cohort *cohort, mag_span patient_id,
                                   const mag_exposure *exposure, uint64_t row_hash, mag_position at,
                                   mag_error *err) {
    mag_partition *partition;
    uint32_t patient;
    MAG_TRY(find_home(cohort, patient_id, at, &partition, &patient, err));
    mag_exposure_row *row = mag_list_add(cohort->settings.account, &partition->exposure_rows, err);
    if (!row)
        return MAG_E_RESOURCE;
    *row = (mag_exposure_row){*exposure, row_hash};
    row->exposure.patient = patient;
    row->exposure.file_id = at.file_id;
    row->exposure.line = at.line;
    note_newest(partition, MAG_TABLE_PRESCRIPTIONS, exposure->start);
    note_newest_of_file(cohort, at, exposure->start);
    return MAG_OK;
}

mag_status mag_cohort_put_stay(mag_cohort *cohort, mag_span patient_id, const mag_stay *stay,
                               uint64_t row_hash, mag_position at, mag_error *err) {
    mag_partition *partition;
    uint32_t patient;
    MAG_TRY(find_home(cohort, patient_id, at, &partition, &patient, err));
    mag_stay_row *row = mag_list_add(cohort->settings.account, &partition->stay_rows, err);
    if (!row)
        return MAG_E_RESOURCE;
    *row = (mag_stay_row){*stay, row_hash, at};
    row->stay.patient = patient;
    note_newest(partition, MAG_TABLE_STAYS, stay->from);
    return MAG_OK;
}

mag_status mag_cohort_put_condition(mag_cohort *cohort, mag_span patient_id,
                                    const mag_condition_record *condition, uint64_t row_hash,
                                    mag_position at, mag_error *err) {
    mag_partition *partition;
    uint32_t patient;
    MAG_TRY(find_home(cohort, patient_id, at, &partition, &patient, err));
    mag_condition_row *row =
        mag_list_add(cohort->settings.account, &partition->condition_rows, err);
    if (!row)
        return MAG_E_RESOURCE;
    *row = (mag_condition_row){*condition, row_hash, at};
    row->condition.patient = patient;
    note_newest(partition, MAG_TABLE_CONDITIONS, condition->minute);
    return MAG_OK;
}

/* --- shared tables -----------------------------------------------------------------------------
 */

/* Adds a drug under a key; drug->classes decided by the caller. */
static mag_status keep_drug(mag_cohort *cohort, const mag_drug *drug, mag_span code,
                            mag_error *err) {
    mag_account *account = cohort->settings.account;
    const char *code_text = mag_arena_text(cohort->arena, code);
    mag_drug *kept = mag_list_add(account, &cohort->drugs, err);
    const char **kept_code = mag_list_add(account, &cohort->drug_codes, err);
    if (!code_text || !kept || !kept_code)
        return mag_fail_memory(err, sizeof *drug);
    *kept = *drug;
    *kept_code = code_text;
    return MAG_OK;
}

/* The key of a drug: what it was named by, joined by a character that no table holds. */
static mag_status find_drug_key(mag_cohort *cohort, char kind, mag_span code, mag_span name,
                                uint32_t *drug_id, bool *is_new, mag_error *err) {
    enum { SHORT_NBYTES = 512 };
    char short_key[SHORT_NBYTES];
    size_t nbytes = 2 + code.nbytes + name.nbytes;
    mag_arena *scratch = NULL;
    char *key = short_key;
    if (nbytes > sizeof short_key) {
        scratch = mag_arena_new(cohort->settings.account);
        key = scratch ? mag_arena_alloc(scratch, nbytes) : NULL;
        if (!key) {
            mag_arena_free(scratch);
            return mag_fail_memory(err, nbytes);
        }
    }
    key[0] = kind;
    if (code.nbytes)
        memcpy(key + 1, code.at, code.nbytes);
    key[1 + code.nbytes] = '\0';
    if (name.nbytes)
        memcpy(key + 2 + code.nbytes, name.at, name.nbytes);
    mag_status status =
        mag_intern_add(&cohort->drug_keys, (mag_span){key, nbytes}, drug_id, is_new, err);
    mag_arena_free(scratch);
    return status;
}

mag_status mag_cohort_intern_drug(mag_cohort *cohort, mag_code_system system, mag_span code,
                                  mag_span name, uint32_t *drug_id, mag_error *err) {
    bool is_new;
    MAG_TRY(find_drug_key(cohort, (char)system, code, name, drug_id, &is_new, err));
    if (!is_new)
        return MAG_OK;
    mag_drug drug = {0};
    MAG_TRY(mag_codebook_drug(cohort->book, cohort->arena, system, code, name, &drug, err));
    return keep_drug(cohort, &drug, code, err);
}

mag_status mag_cohort_intern_class(mag_cohort *cohort, mag_class_set classes, uint32_t *drug_id,
                                   mag_error *err) {
    enum { NOT_A_SYSTEM = 0x7f };
    mag_span key = {(const char *)&classes, sizeof classes};
    bool is_new;
    MAG_TRY(find_drug_key(cohort, NOT_A_SYSTEM, key, (mag_span){0}, drug_id, &is_new, err));
    if (!is_new)
        return MAG_OK;
    const char *shown = "";
    for (int i = 0; i < MAG_CLASS_COUNT && shown; i++)
        if (classes >> i & 1)
            shown = mag_arena_format(cohort->arena, "%s%s%s", shown, *shown ? " + " : "",
                                     mag_class_name((mag_class)i));
    if (!shown)
        return mag_fail_memory(err, 64);
    mag_drug drug = {.classes = classes, .shown_name = shown, .matched_by = "class"};
    return keep_drug(cohort, &drug, (mag_span){0}, err);
}

mag_status mag_cohort_intern_text(mag_cohort *cohort, mag_span text, uint32_t *text_id,
                                  mag_error *err) {
    *text_id = 0;
    if (!text.nbytes)
        return MAG_OK;
    MAG_TRY(mag_intern_add(&cohort->texts, text, text_id, NULL, err));
    ++*text_id;
    return MAG_OK;
}

mag_status mag_cohort_intern_range(mag_cohort *cohort, mag_decimal low, mag_decimal high,
                                   uint16_t *range_id, mag_error *err) {
    int32_t key[4] = {low.mantissa, low.scale, high.mantissa, high.scale};
    uint32_t number;
    bool is_new;
    MAG_TRY(mag_intern_add(&cohort->range_keys, (mag_span){(const char *)key, sizeof key}, &number,
                           &is_new, err));
    if (number >= UINT16_MAX)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402,
                        "more than %d distinct reference ranges in one run", UINT16_MAX);
    *range_id = (uint16_t)(number + 1);
    if (!is_new)
        return MAG_OK;
    mag_range *range = mag_list_add(cohort->settings.account, &cohort->ranges, err);
    if (!range)
        return MAG_E_RESOURCE;
    *range = (mag_range){low, high};
    return MAG_OK;
}

mag_status mag_cohort_put_reject(mag_cohort *cohort, const mag_reject *reject, mag_error *err) {
    const char *column = mag_cohort_keep_name(cohort, reject->column, err);
    const char *detail = mag_cohort_keep_name(cohort, reject->detail, err);
    mag_reject *kept = mag_list_add(cohort->settings.account, &cohort->rejects, err);
    if (!column || !detail || !kept)
        return MAG_E_RESOURCE;
    *kept = *reject;
    kept->column = column;
    kept->detail = detail;
    return MAG_OK;
}

mag_status mag_cohort_count_unknown_unit(mag_cohort *cohort, mag_span unit, mag_error *err) {
    return mag_text_counts_add(&cohort->unknown_units, unit, err);
}

/* At most 60 characters, and no run of digits that may be somebody's number. */
static bool is_safe_to_show(mag_span text) {
    enum { LONGEST_TEXT = 60, LONGEST_NUMBER = 5 };
    size_t characters = 0, digits = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        unsigned char c = (unsigned char)text.at[i];
        characters += (c & 0xc0) != 0x80; /* bytes 10xxxxxx continue a character of UTF-8 */
        digits = c >= '0' && c <= '9' ? digits + 1 : 0;
        if (characters > LONGEST_TEXT || digits > LONGEST_NUMBER)
            return false;
    }
    return true;
}

mag_status mag_cohort_count_malformed(mag_cohort *cohort, mag_code_system system, mag_span code,
                                      mag_error *err) {
    char text[64];
    const char *name = mag_code_system_name(system);
    switch (mag_code_shape_of(system, code)) {
    case MAG_CODE_FINE:
        return MAG_OK;
    case MAG_CODE_CHECK_DIGIT:
        code = mag_span_trim(code);
        if (is_safe_to_show(code))
            snprintf(text, sizeof text, "%s %.*s has a wrong check digit", name, (int)code.nbytes,
                     code.at);
        else
            snprintf(text, sizeof text, "%s code with a wrong check digit", name);
        break;
    case MAG_CODE_DATE:
        snprintf(text, sizeof text, "%s: a date instead of a code", name);
        break;
    case MAG_CODE_OTHER:
        snprintf(text, sizeof text, "%s: not a code of that system", name);
        break;
    }
    return mag_text_counts_add(&cohort->malformed_codes, mag_span_of(text), err);
}

mag_status mag_cohort_count_unmapped(mag_cohort *cohort, mag_span text, mag_span patient_id,
                                     mag_error *err) {
    return mag_code_counts_add_drug(&cohort->unmapped_drugs, text, patient_id, err);
}

mag_status mag_cohort_count_unmapped_code(mag_cohort *cohort, mag_table_kind kind,
                                          mag_code_system system, mag_span code,
                                          mag_span patient_id, mag_error *err) {
    return mag_code_counts_add(&cohort->unmapped_codes[kind], system, code, patient_id, err);
}
