/* The cohort as a whole: its tables, files and partitions from birth to death. Filling is
   builder.c, settling settle.c, reading timeline.c. */
#include "cohort/store.h"
#include "cohort/unit_profile.h"

#include <string.h>

mag_status mag_partition_begin(mag_partition *partition, mag_account *account, mag_error *err) {
    partition->arena = mag_arena_new(account);
    if (!partition->arena)
        return mag_fail_memory(err, sizeof *partition);
    partition->person_rows.item_nbytes = sizeof(mag_person_row);
    partition->lab_rows.item_nbytes = sizeof(mag_lab_row);
    partition->lab_specimens.item_nbytes = sizeof(uint64_t);
    partition->lab_versions.item_nbytes = sizeof(mag_lab_version);
    partition->superseded.item_nbytes = sizeof(mag_lab_row);
    partition->exposure_rows.item_nbytes = sizeof(mag_exposure_row);
    partition->stay_rows.item_nbytes = sizeof(mag_stay_row);
    partition->condition_rows.item_nbytes = sizeof(mag_condition_row);
    partition->rejects.item_nbytes = sizeof(mag_reject);
    partition->strays.item_nbytes = sizeof(mag_stray);
    partition->id_hashes.item_nbytes = sizeof(uint64_t);
    partition->site_ids.item_nbytes = sizeof(uint32_t);
    return MAG_OK;
}

static void partition_done(mag_partition *partition, mag_account *account) {
    if (!partition->arena) /* it was never begun */
        return;
    mag_list *lists[] = {
        &partition->person_rows,  &partition->lab_rows,   &partition->lab_specimens,
        &partition->lab_versions, &partition->superseded, &partition->exposure_rows,
        &partition->stay_rows,    &partition->rejects,    &partition->condition_rows,
        &partition->strays,       &partition->id_hashes,  &partition->site_ids};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (lists[i]->items)
            mag_list_done(account, lists[i]);
    mag_partition_drop_settled(partition, account);
    mag_arena_free(partition->arena);
}

/* All but its lanes. */
static mag_status make(mag_cohort **out, const mag_codebook *book,
                       const mag_cohort_settings *settings, mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(settings->account);
    mag_cohort *cohort = arena ? mag_arena_alloc(arena, sizeof *cohort) : NULL;
    if (!cohort) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *cohort);
    }
    cohort->settings = *settings;
    cohort->book = book;
    cohort->arena = arena;
    cohort->files.item_nbytes = sizeof(mag_run_file *);
    cohort->rejects.item_nbytes = sizeof(mag_reject);
    cohort->unit_profiles.item_nbytes = sizeof(mag_unit_profile);
    cohort->told_unit_profiles.item_nbytes = sizeof(mag_unit_profile);
    *out = cohort;
    return MAG_OK;
}

mag_status mag_cohort_new(mag_cohort **out, const mag_codebook *book,
                          const mag_cohort_settings *settings, mag_error *err) {
    MAG_TRY(make(out, book, settings, err));
    mag_status status = mag_cohort_add_lanes(*out, 1, err);
    if (status != MAG_OK) {
        mag_cohort_free(*out);
        *out = NULL;
    }
    return status;
}

mag_status mag_cohort_new_beside(const mag_cohort *filled, const mag_cohort_settings *settings,
                                 mag_cohort **out, mag_error *err) {
    MAG_TRY(make(out, filled->book, settings, err));
    (*out)->is_copy = true;
    (*out)->lanes = filled->lanes;
    (*out)->lane_count = filled->lane_count;
    return MAG_OK;
}

mag_status mag_cohort_add_lanes(mag_cohort *cohort, unsigned count, mag_error *err) {
    mag_lane **lanes = mag_arena_alloc(cohort->arena, count * sizeof(mag_lane *));
    if (!lanes)
        return mag_fail_memory(err, count * sizeof *lanes);
    for (unsigned i = 0; i < cohort->lane_count; i++)
        lanes[i] = cohort->lanes[i];
    cohort->lanes = lanes;
    for (unsigned i = cohort->lane_count; i < count; i++) {
        MAG_TRY(mag_lane_new(cohort, i, &lanes[i], err));
        cohort->lane_count++;
    }
    return MAG_OK;
}

unsigned mag_cohort_lane_count(const mag_cohort *cohort) {
    return cohort->lane_count;
}

mag_lane *mag_cohort_lane(mag_cohort *cohort, unsigned idx) {
    return cohort->lanes[idx];
}

void mag_cohort_free(mag_cohort *cohort) {
    if (!cohort)
        return;
    mag_account *account = cohort->settings.account;
    for (unsigned i = 0; i < cohort->lane_count && !cohort->is_copy; i++)
        mag_lane_free(cohort->lanes[i]);
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        partition_done(&cohort->partitions[i], account);
    mag_list *lists[] = {&cohort->files, &cohort->rejects, &cohort->unit_profiles,
                         &cohort->told_unit_profiles};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        mag_list_done(account, lists[i]);
    mag_arena_free(cohort->arena);
}

const mag_cohort_settings *mag_cohort_settings_of(const mag_cohort *cohort) {
    return &cohort->settings;
}

const mag_codebook *mag_cohort_codebook(const mag_cohort *cohort) {
    return cohort->book;
}

/* --- files ----------------------------------------------------------------------------------- */

size_t mag_cohort_file_count(const mag_cohort *cohort) {
    return cohort->files.count;
}

mag_run_file *mag_cohort_file_at(const mag_cohort *cohort, uint16_t file_id) {
    mag_run_file *const *files = cohort->files.items;
    return file_id < cohort->files.count ? files[file_id] : NULL;
}

const mag_run_file *mag_cohort_file(const mag_cohort *cohort, uint16_t file_id) {
    return mag_cohort_file_at(cohort, file_id);
}

/* Names are kept once: a source's files hold the same pointer. */
static unsigned source_index(const mag_cohort *cohort, const char *source) {
    mag_run_file *const *files = cohort->files.items;
    unsigned next = 0;
    for (size_t i = 0; i < cohort->files.count; i++) {
        if (files[i]->source == source)
            return files[i]->source_idx;
        next = files[i]->source_idx >= next ? files[i]->source_idx + 1 : next;
    }
    return next;
}

mag_status mag_cohort_add_file(mag_cohort *cohort, const char *source, const char *name,
                               mag_table_kind kind, uint16_t *file_id, mag_run_file **file,
                               mag_error *err) {
    if (cohort->files.count >= UINT16_MAX)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "a run reads at most %d files", UINT16_MAX);
    mag_run_file *fresh = mag_arena_alloc(cohort->arena, sizeof *fresh);
    if (!fresh)
        return mag_fail_memory(err, sizeof *fresh);
    fresh->source = mag_lane_keep_name(cohort->lanes[0], source, err);
    fresh->name = mag_lane_keep_name(cohort->lanes[0], name, err);
    if (!fresh->source || !fresh->name)
        return MAG_E_RESOURCE;
    fresh->kind = kind;
    fresh->newest = MAG_MINUTE_NONE;
    fresh->source_idx = source_index(cohort, fresh->source);
    mag_run_file **slot = mag_list_add(cohort->settings.account, &cohort->files, err);
    if (!slot)
        return MAG_E_RESOURCE;
    *slot = fresh;
    *file_id = (uint16_t)(cohort->files.count - 1);
    *file = fresh;
    mag_cohort_declare_table(cohort, kind);
    return MAG_OK;
}

/* --- what the run has --------------------------------------------------------------------------
 */

void mag_cohort_declare_table(mag_cohort *cohort, mag_table_kind kind) {
    cohort->has_table[kind] = true;
}

void mag_cohort_declare_delivery(mag_cohort *cohort, mag_analyte analyte, bool is_delivered) {
    signed char said = is_delivered ? 1 : -1;
    if (analyte == MAG_ANALYTE_NONE)
        memset(cohort->declared_delivery, said, sizeof cohort->declared_delivery);
    else
        cohort->declared_delivery[analyte] = said;
}

bool mag_cohort_delivers(const mag_cohort *cohort, mag_analyte analyte) {
    signed char said = cohort->declared_delivery[analyte];
    return said ? said > 0 : cohort->delivers[analyte];
}

bool mag_cohort_has_conditions(const mag_cohort *cohort) {
    return cohort->has_table[MAG_TABLE_CONDITIONS];
}

bool mag_cohort_has_stays(const mag_cohort *cohort) {
    return cohort->has_table[MAG_TABLE_STAYS];
}

bool mag_cohort_has_prescriptions(const mag_cohort *cohort) {
    return cohort->has_table[MAG_TABLE_PRESCRIPTIONS];
}

bool mag_cohort_has_labs(const mag_cohort *cohort) {
    return cohort->has_table[MAG_TABLE_LABS];
}

mag_minute mag_cohort_newest(const mag_cohort *cohort, mag_table_kind kind) {
    mag_minute newest = MAG_MINUTE_NONE;
    for (unsigned k = 0; k < cohort->lane_count; k++)
        for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
            if (cohort->lanes[k]->parts[i].is_begun &&
                cohort->lanes[k]->parts[i].newest[kind] > newest)
                newest = cohort->lanes[k]->parts[i].newest[kind];
    return newest;
}

size_t mag_cohort_patient_count(const mag_cohort *cohort, unsigned partition_idx) {
    return cohort->partitions[partition_idx].patient_count;
}

/* --- shared tables -----------------------------------------------------------------------------
 */

static const mag_tables *tables_of(const mag_cohort *cohort) {
    return &cohort->lanes[0]->tables;
}

const mag_drug *mag_cohort_drug(const mag_cohort *cohort, uint32_t drug_id) {
    return (const mag_drug *)tables_of(cohort)->drugs.items + drug_id;
}

const char *mag_cohort_drug_code(const mag_cohort *cohort, uint32_t drug_id) {
    return ((const char *const *)tables_of(cohort)->drug_codes.items)[drug_id];
}

const char *mag_cohort_text(const mag_cohort *cohort, uint32_t text_id) {
    return text_id ? tables_of(cohort)->texts.texts[text_id - 1].at : "";
}

bool mag_cohort_range(const mag_cohort *cohort, uint16_t range_id, mag_decimal *low,
                      mag_decimal *high) {
    if (!range_id)
        return false;
    const mag_range *range = (const mag_range *)tables_of(cohort)->ranges.items + (range_id - 1);
    *low = range->low;
    *high = range->high;
    return true;
}

const mag_reject *mag_cohort_rejects(const mag_cohort *cohort, size_t *count) {
    *count = cohort->rejects.count;
    return cohort->rejects.items;
}

size_t mag_cohort_unknown_units(const mag_cohort *cohort, mag_unknown_unit out[10]) {
    return mag_text_counts_top(&tables_of(cohort)->unknown_units, out, 10);
}

size_t mag_cohort_malformed_codes(const mag_cohort *cohort, mag_counted_text out[], size_t room) {
    return mag_text_counts_top(&tables_of(cohort)->malformed_codes, out, room);
}

size_t mag_cohort_unmapped_codes(const mag_cohort *cohort, mag_table_kind kind,
                                 mag_shown_code out[], size_t room, uint64_t *not_shown) {
    return mag_code_counts_top(&tables_of(cohort)->unmapped_codes[kind], out, room, not_shown);
}

size_t mag_cohort_unmapped(const mag_cohort *cohort, mag_unmapped_drug out[], size_t room) {
    uint64_t not_shown;
    return mag_code_counts_top(&tables_of(cohort)->unmapped_drugs, out,
                               room < MAG_UNMAPPED_COUNT ? room : MAG_UNMAPPED_COUNT, &not_shown);
}
