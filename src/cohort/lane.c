/* The life of a lane, and rows: each goes to the part of its patient's id. */
#include "cohort/lane.h"

#include "cohort/store.h"

#include <string.h>

/* --- life ----------------------------------------------------------------------------------------
 */

static void tables_init(mag_tables *tables, mag_arena *arena) {
    mag_intern_init(&tables->texts, arena);
    mag_intern_init(&tables->drug_keys, arena);
    mag_intern_init(&tables->range_keys, arena);
    mag_intern_init(&tables->names, arena);
    mag_text_counts_init(&tables->unknown_units, arena);
    mag_text_counts_init(&tables->malformed_codes, arena);
    mag_code_counts_init(&tables->unmapped_drugs, arena);
    for (int kind = 0; kind < MAG_TABLE_KIND_COUNT; kind++)
        mag_code_counts_init(&tables->unmapped_codes[kind], arena);
    tables->drugs.item_nbytes = sizeof(mag_drug);
    tables->drug_codes.item_nbytes = sizeof(const char *);
    tables->ranges.item_nbytes = sizeof(mag_range);
}

static void tables_done(mag_tables *tables, mag_account *account) {
    mag_list *lists[] = {&tables->drugs, &tables->drug_codes, &tables->ranges};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        mag_list_done(account, lists[i]);
    mag_intern *interned[] = {&tables->texts, &tables->drug_keys, &tables->range_keys,
                              &tables->names};
    for (size_t i = 0; i < sizeof interned / sizeof *interned; i++)
        mag_intern_done(interned[i]);
    mag_text_counts_done(&tables->unknown_units);
    mag_text_counts_done(&tables->malformed_codes);
    mag_code_counts_done(&tables->unmapped_drugs);
    for (int kind = 0; kind < MAG_TABLE_KIND_COUNT; kind++)
        mag_code_counts_done(&tables->unmapped_codes[kind]);
}

mag_status mag_lane_part_begin(mag_lane_part *part, mag_account *account, mag_error *err) {
    if (part->is_begun)
        return MAG_OK;
    part->arena = mag_arena_new(account);
    if (!part->arena)
        return mag_fail_memory(err, sizeof *part);
    mag_intern_init(&part->ids, part->arena);
    part->seen_in.item_nbytes = part->numbers.item_nbytes = sizeof(uint32_t);
    mag_row_chunks_init(&part->people, sizeof(mag_person_row));
    mag_row_chunks_init(&part->labs, sizeof(mag_lab_row));
    mag_row_chunks_init(&part->specimens, sizeof(uint64_t));
    mag_row_chunks_init(&part->unit_rows, sizeof(mag_unit_row));
    mag_row_chunks_init(&part->versions, sizeof(mag_lab_version));
    mag_row_chunks_init(&part->exposures, sizeof(mag_exposure_row));
    mag_row_chunks_init(&part->stays, sizeof(mag_stay_row));
    mag_row_chunks_init(&part->conditions, sizeof(mag_condition_row));
    for (int kind = 0; kind < MAG_TABLE_KIND_COUNT; kind++)
        part->newest[kind] = MAG_MINUTE_NONE;
    part->is_begun = true;
    return MAG_OK;
}

static void ids_done(mag_lane_part *part, mag_account *account) {
    mag_intern_done(&part->ids);
    mag_list_done(account, &part->seen_in);
    mag_list_done(account, &part->numbers);
    mag_arena_free(part->arena);
    part->arena = NULL;
}

void mag_lane_forget_ids(mag_lane *lane, unsigned partition_idx) {
    ids_done(&lane->parts[partition_idx], lane->account);
}

static void part_done(mag_lane_part *part, mag_account *account) {
    if (!part->is_begun)
        return;
    mag_row_chunks *rows[] = {&part->people,    &part->labs,      &part->specimens,
                              &part->unit_rows, &part->versions,  &part->exposures,
                              &part->stays,     &part->conditions};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i]->first || rows[i]->spilled)
            mag_row_chunks_done(rows[i], account);
    ids_done(part, account);
}

mag_status mag_lane_new(mag_cohort *cohort, unsigned idx, mag_lane **out, mag_error *err) {
    mag_account *account = cohort->settings.account;
    mag_arena *arena = mag_arena_new(account);
    mag_lane *lane = arena ? mag_arena_alloc(arena, sizeof *lane) : NULL;
    *out = NULL;
    if (!lane) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *lane);
    }
    lane->cohort = cohort; /* the arena's bytes are zero: a lane is large, and examples make many */
    lane->idx = idx;
    lane->account = account;
    lane->arena = arena;
    tables_init(&lane->tables, arena);
    lane->unit_profiles.item_nbytes = sizeof(mag_unit_profile);
    lane->rejects.item_nbytes = sizeof(mag_reject);
    lane->drug_ids.item_nbytes = lane->text_ids.item_nbytes = sizeof(uint32_t);
    lane->range_ids.item_nbytes = lane->profile_idxs.item_nbytes = sizeof(uint32_t);
    *out = lane;
    return MAG_OK;
}

void mag_lane_free(mag_lane *lane) {
    if (!lane)
        return;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        part_done(&lane->parts[i], lane->account);
    tables_done(&lane->tables, lane->account);
    mag_list *lists[] = {&lane->unit_profiles, &lane->rejects,   &lane->drug_ids,
                         &lane->text_ids,      &lane->range_ids, &lane->profile_idxs};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        mag_list_done(lane->account, lists[i]);
    mag_arena_free(lane->arena);
}

/* --- where a row goes ----------------------------------------------------------------------------
 */

unsigned mag_cohort_partition_idx(mag_span patient_id) {
    _Static_assert(MAG_PARTITION_COUNT == 1 << 6, "a partition is six bits of the hash");
    return (unsigned)(mag_span_hash(patient_id) >> 58);
}

/* Which source named a patient; records of examples come from none. */
static mag_status note_source(mag_lane *lane, mag_lane_part *part, uint32_t patient,
                              uint16_t file_id, mag_error *err) {
    const mag_run_file *file = mag_cohort_file_at(lane->cohort, file_id);
    while (part->seen_in.count <= patient)
        if (!mag_list_add(lane->account, &part->seen_in, err))
            return MAG_E_RESOURCE;
    if (file)
        ((uint32_t *)part->seen_in.items)[patient] |= mag_source_bit(file->source_idx);
    return MAG_OK;
}

/* The part of an id, and the number of the patient in it. Rows of one patient often follow each
   other: the patient of the last row is known without looking. */
mag_status mag_lane_home_of(mag_lane *lane, mag_span id, uint16_t file_id, mag_lane_home *home,
                            mag_error *err) {
    mag_lane_home *last = &lane->last;
    if (!last->part || last->file_id != file_id ||
        !mag_span_equals(last->part->ids.texts[last->patient], id)) {
        mag_lane_part *found = &lane->parts[mag_cohort_partition_idx(id)];
        uint32_t number;
        last->part = NULL;
        MAG_TRY(mag_lane_part_begin(found, lane->account, err));
        MAG_TRY(mag_intern_add(&found->ids, id, &number, NULL, err));
        MAG_TRY(note_source(lane, found, number, file_id, err));
        *last = (mag_lane_home){.part = found, .patient = number, .file_id = file_id};
    }
    *home = *last;
    return MAG_OK;
}

static mag_status find_home(mag_lane *lane, mag_span id, uint16_t file_id, mag_lane_part **part,
                            uint32_t *patient, mag_error *err) {
    mag_lane_home home;
    MAG_TRY(mag_lane_home_of(lane, id, file_id, &home, err));
    *part = home.part;
    *patient = home.patient;
    return MAG_OK;
}

/* Now and then. What belongs to the row put last stays in memory until the next one. */
mag_status mag_lane_make_room(mag_lane *lane, unsigned row_count, mag_error *err) {
    enum { ROWS_BETWEEN_LOOKS = 256 };
    lane->put_count += row_count;
    if (lane->put_count < ROWS_BETWEEN_LOOKS)
        return MAG_OK;
    lane->put_count = 0;
    return mag_account_is_tight(lane->account) ? mag_lane_spill(lane, err) : MAG_OK;
}

static mag_status make_room(mag_lane *lane, mag_error *err) {
    return mag_lane_make_room(lane, 1, err);
}

static void note_newest(mag_lane_part *part, mag_table_kind kind, mag_minute minute) {
    if (minute > part->newest[kind])
        part->newest[kind] = minute;
}

/* Records of examples have no file. */
static void note_newest_of_file(const mag_lane *lane, uint16_t file_id, mag_minute minute) {
    mag_run_file *file = lane->shadow ? lane->shadow : mag_cohort_file_at(lane->cohort, file_id);
    if (file && minute > file->newest)
        file->newest = minute;
}

/* --- rows ----------------------------------------------------------------------------------------
 */

mag_status mag_lane_put_person(mag_lane *lane, mag_span patient_id, const mag_person_row *row,
                               mag_error *err) {
    mag_lane_part *part;
    uint32_t patient;
    MAG_TRY(find_home(lane, patient_id, row->at.file_id, &part, &patient, err));
    mag_person_row *kept = mag_row_chunks_add(&part->people, lane->account, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = *row;
    kept->patient = patient;
    kept->person.id = (mag_span){0};
    return MAG_OK;
}

/* The list of specimens begins with the first row that has one, and is as long as the rows then. */
static mag_status put_specimen(mag_lane *lane, mag_lane_part *part, uint64_t specimen_hash,
                               mag_error *err) {
    if (!specimen_hash && !part->specimens.row_count)
        return MAG_OK;
    while (part->specimens.row_count < part->labs.row_count) {
        uint64_t *kept = mag_row_chunks_add(&part->specimens, lane->account, err);
        if (!kept)
            return MAG_E_RESOURCE;
        *kept = part->specimens.row_count == part->labs.row_count ? specimen_hash : 0;
    }
    return MAG_OK;
}

mag_status mag_lane_put_lab(mag_lane *lane, mag_span patient_id, const mag_lab_row *row,
                            uint64_t specimen_hash, mag_error *err) {
    mag_lane_part *part;
    uint32_t patient;
    MAG_TRY(make_room(lane, err));
    MAG_TRY(find_home(lane, patient_id, row->lab.file_id, &part, &patient, err));
    mag_lab_row *kept = mag_row_chunks_add(&part->labs, lane->account, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = *row;
    kept->lab.patient = patient;
    lane->last_lab_part = part;
    MAG_TRY(put_specimen(lane, part, specimen_hash, err));
    if (!mag_analyte_of(mag_lab_analyte(&row->lab))->is_code_book_item)
        return MAG_OK;
    note_newest(part, MAG_TABLE_LABS, row->lab.minute);
    note_newest_of_file(lane, row->lab.file_id, row->lab.minute);
    return MAG_OK;
}

mag_status mag_lane_put_lab_version(mag_lane *lane, uint64_t result_hash, uint64_t version,
                                    mag_error *err) {
    mag_lane_part *part = lane->last_lab_part;
    mag_lab_version *kept = mag_row_chunks_add(&part->versions, lane->account, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = (mag_lab_version){.result_hash = result_hash,
                              .version = version,
                              .row_idx = (uint32_t)(part->labs.row_count - 1)};
    return MAG_OK;
}

mag_status mag_lane_put_exposure(mag_lane *lane, mag_span patient_id, const mag_exposure_row *row,
                                 mag_error *err) {
    mag_lane_part *part;
    uint32_t patient;
    MAG_TRY(make_room(lane, err));
    MAG_TRY(find_home(lane, patient_id, row->exposure.file_id, &part, &patient, err));
    mag_exposure_row *kept = mag_row_chunks_add(&part->exposures, lane->account, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = *row;
    kept->exposure.patient = patient;
    note_newest(part, MAG_TABLE_PRESCRIPTIONS, row->exposure.start);
    note_newest_of_file(lane, row->exposure.file_id, row->exposure.start);
    return MAG_OK;
}

mag_status mag_lane_put_stay(mag_lane *lane, mag_span patient_id, const mag_stay_row *row,
                             mag_error *err) {
    mag_lane_part *part;
    uint32_t patient;
    MAG_TRY(make_room(lane, err));
    MAG_TRY(find_home(lane, patient_id, row->at.file_id, &part, &patient, err));
    mag_stay_row *kept = mag_row_chunks_add(&part->stays, lane->account, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = *row;
    kept->stay.patient = patient;
    note_newest(part, MAG_TABLE_STAYS, row->stay.from);
    return MAG_OK;
}

mag_status mag_lane_put_condition(mag_lane *lane, mag_span patient_id, const mag_condition_row *row,
                                  mag_error *err) {
    mag_lane_part *part;
    uint32_t patient;
    MAG_TRY(make_room(lane, err));
    MAG_TRY(find_home(lane, patient_id, row->at.file_id, &part, &patient, err));
    mag_condition_row *kept = mag_row_chunks_add(&part->conditions, lane->account, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = *row;
    kept->condition.patient = patient;
    note_newest(part, MAG_TABLE_CONDITIONS, row->condition.minute);
    return MAG_OK;
}
