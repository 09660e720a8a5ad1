/* Joining lanes once all is read. Lane 0 is the cohort's: what the others have is added to it, and
   each of them keeps, for every number of its own, the cohort's number. The numbers of texts and
   drugs depend on the order of reading, as ever: nothing is sorted by them. */
#include "cohort/lane.h"

#include "cohort/store.h"

#include <string.h>

/* --- tables --------------------------------------------------------------------------------------
 */

/* The next number of a list that turns the lane's numbers into the cohort's. */
static mag_status add_number(mag_lane *lane, mag_list *numbers, uint32_t number, mag_error *err) {
    uint32_t *kept = mag_list_add(lane->account, numbers, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = number;
    return MAG_OK;
}

/* Number 0 is "none" in both. */
static mag_status join_texts(mag_lane *into, mag_lane *lane, mag_error *err) {
    uint32_t number;
    MAG_TRY(add_number(lane, &lane->text_ids, 0, err));
    for (size_t i = 0; i < lane->tables.texts.count; i++) {
        MAG_TRY(mag_lane_intern_text(into, lane->tables.texts.texts[i], &number, err));
        MAG_TRY(add_number(lane, &lane->text_ids, number, err));
    }
    return MAG_OK;
}

static mag_status join_ranges(mag_lane *into, mag_lane *lane, mag_error *err) {
    const mag_range *ranges = lane->tables.ranges.items;
    uint16_t number;
    into->tables.has_too_many_ranges |= lane->tables.has_too_many_ranges;
    MAG_TRY(add_number(lane, &lane->range_ids, 0, err));
    for (size_t i = 0; i < lane->tables.ranges.count; i++) {
        MAG_TRY(mag_lane_intern_range(into, &ranges[i], &number, err));
        MAG_TRY(add_number(lane, &lane->range_ids, number, err));
    }
    return MAG_OK;
}

/* What was kept of a drug stays where the lane kept it. */
static mag_status join_drugs(mag_lane *into, mag_lane *lane, mag_error *err) {
    const mag_tables *from = &lane->tables;
    for (size_t i = 0; i < from->drugs.count; i++) {
        uint32_t number;
        bool is_new;
        MAG_TRY(mag_intern_add(&into->tables.drug_keys, from->drug_keys.texts[i], &number, &is_new,
                               err));
        MAG_TRY(add_number(lane, &lane->drug_ids, number, err));
        if (!is_new)
            continue;
        mag_drug *drug = mag_list_add(into->account, &into->tables.drugs, err);
        const char **code = mag_list_add(into->account, &into->tables.drug_codes, err);
        if (!drug || !code)
            return MAG_E_RESOURCE;
        *drug = ((const mag_drug *)from->drugs.items)[i];
        *code = ((const char *const *)from->drug_codes.items)[i];
    }
    return MAG_OK;
}

static mag_status join_counts(mag_lane *into, const mag_lane *lane, mag_error *err) {
    mag_tables *to = &into->tables;
    const mag_tables *from = &lane->tables;
    MAG_TRY(mag_text_counts_join(&to->unknown_units, &from->unknown_units, err));
    MAG_TRY(mag_text_counts_join(&to->malformed_codes, &from->malformed_codes, err));
    MAG_TRY(mag_code_counts_join(&to->unmapped_drugs, &from->unmapped_drugs, err));
    for (int kind = 0; kind < MAG_TABLE_KIND_COUNT; kind++)
        MAG_TRY(mag_code_counts_join(&to->unmapped_codes[kind], &from->unmapped_codes[kind], err));
    return MAG_OK;
}

/* --- lists ---------------------------------------------------------------------------------------
 */

/* Names of columns and details stay where the lane kept them. */
static mag_status join_rejects(mag_cohort *cohort, mag_lane *lane, mag_error *err) {
    const mag_reject *rejects = lane->rejects.items;
    for (size_t i = 0; i < lane->rejects.count; i++) {
        mag_reject *kept = mag_list_add(lane->account, &cohort->rejects, err);
        if (!kept)
            return MAG_E_RESOURCE;
        *kept = rejects[i];
    }
    mag_list_done(lane->account, &lane->rejects);
    return MAG_OK;
}

static mag_status join_profiles(mag_cohort *cohort, mag_lane *lane, mag_error *err) {
    const mag_unit_profile *profiles = lane->unit_profiles.items;
    for (size_t i = 0; i < lane->unit_profiles.count; i++) {
        uint32_t number;
        MAG_TRY(mag_unit_profile_add(lane->account, &cohort->unit_profiles, &profiles[i], &number,
                                     err));
        MAG_TRY(add_number(lane, &lane->profile_idxs, number, err));
    }
    return MAG_OK;
}

mag_status mag_cohort_join_rejects(mag_cohort *cohort, mag_error *err) {
    for (unsigned k = 1; k < cohort->lane_count; k++)
        MAG_TRY(join_rejects(cohort, cohort->lanes[k], err));
    return MAG_OK;
}

mag_status mag_cohort_join_tables(mag_cohort *cohort, mag_error *err) {
    mag_lane *into = cohort->lanes[0];
    for (unsigned k = 1; k < cohort->lane_count; k++) {
        mag_lane *lane = cohort->lanes[k];
        MAG_TRY(join_texts(into, lane, err));
        MAG_TRY(join_ranges(into, lane, err));
        MAG_TRY(join_drugs(into, lane, err));
        MAG_TRY(join_counts(into, lane, err));
        MAG_TRY(join_profiles(cohort, lane, err));
    }
    return mag_tables_check_ranges(&into->tables, err);
}

/* --- ids -----------------------------------------------------------------------------------------
 */

static mag_status join_part(mag_lane_part *into, mag_lane_part *part, mag_account *account,
                            mag_error *err) {
    const uint32_t *seen_in = part->seen_in.items;
    void *numbers = NULL;
    MAG_TRY(mag_grow(account, &numbers, &part->numbers.capacity, sizeof(uint32_t), part->ids.count,
                     err));
    part->numbers.items = numbers;
    for (size_t i = 0; i < part->ids.count; i++) {
        uint32_t *number = (uint32_t *)numbers + i;
        MAG_TRY(mag_intern_add(&into->ids, part->ids.texts[i], number, NULL, err));
        while (into->seen_in.count <= *number)
            if (!mag_list_add(account, &into->seen_in, err))
                return MAG_E_RESOURCE;
        ((uint32_t *)into->seen_in.items)[*number] |= seen_in[i];
        part->numbers.count++;
    }
    mag_intern_done(&part->ids);
    mag_list_done(account, &part->seen_in);
    mag_arena_free(part->arena);
    part->arena = NULL;
    return MAG_OK;
}

mag_status mag_cohort_join_ids(mag_cohort *cohort, unsigned partition_idx, mag_error *err) {
    mag_lane_part *into = &cohort->lanes[0]->parts[partition_idx];
    for (unsigned k = 1; k < cohort->lane_count; k++) {
        mag_lane_part *part = &cohort->lanes[k]->parts[partition_idx];
        if (!part->ids.count)
            continue;
        MAG_TRY(mag_lane_part_begin(into, cohort->settings.account, err));
        MAG_TRY(join_part(into, part, cohort->settings.account, err));
    }
    return MAG_OK;
}
