/* The rows of a partition, out of the chunks of all lanes into one array of each kind. A lane's
   numbers of patients, drugs, texts and ranges become the cohort's on the way, and every chunk is
   given back as soon as it is empty.

     lane 0, part p: [chunk][chunk] ─┐
     lane 1, part p: [chunk]        ─┼─▶ rows of lane 0 | rows of lane 1 | ...   (sorted later)
        ...                         ─┘

   Laboratory rows, of which there are most, go to their patients' places at once (settle_group.c)
   if they all are in memory. */
#include "cohort/settle_gather.h"
#include "cohort/row_spill.h"

#include <string.h>

typedef mag_row_chunks *list_of(mag_lane_part *part);
typedef void rewrite(const mag_lane_share *of, void *rows, size_t count);

static mag_row_chunks *people_of(mag_lane_part *part) {
    return &part->people;
}
static mag_row_chunks *labs_of(mag_lane_part *part) {
    return &part->labs;
}
static mag_row_chunks *specimens_of(mag_lane_part *part) {
    return &part->specimens;
}
static mag_row_chunks *versions_of(mag_lane_part *part) {
    return &part->versions;
}
static mag_row_chunks *exposures_of(mag_lane_part *part) {
    return &part->exposures;
}
static mag_row_chunks *stays_of(mag_lane_part *part) {
    return &part->stays;
}
static mag_row_chunks *conditions_of(mag_lane_part *part) {
    return &part->conditions;
}

static void rewrite_people(const mag_lane_share *of, void *items, size_t count) {
    mag_person_row *rows = items;
    for (size_t i = 0; i < count; i++) {
        rows[i].patient = of->rank[rows[i].patient];
        rows[i].person.site_id = mag_share_number(&of->lane->text_ids, rows[i].person.site_id);
    }
}

static void rewrite_labs(const mag_lane_share *of, void *items, size_t count) {
    mag_lab_row *rows = items;
    for (size_t i = 0; i < count; i++)
        rows[i].lab.patient = of->rank[rows[i].lab.patient];
    if (!of->lane->range_ids.count)
        return;
    for (size_t i = 0; i < count; i++)
        rows[i].lab.range_id =
            (uint16_t)mag_share_number(&of->lane->range_ids, rows[i].lab.range_id);
}

static void rewrite_versions(const mag_lane_share *of, void *items, size_t count) {
    mag_lab_version *rows = items;
    for (size_t i = 0; i < count; i++)
        rows[i].row_idx += (uint32_t)of->first_lab;
}

static void rewrite_exposures(const mag_lane_share *of, void *items, size_t count) {
    mag_exposure_row *rows = items;
    for (size_t i = 0; i < count; i++) {
        mag_exposure *exposure = &rows[i].exposure;
        exposure->patient = of->rank[exposure->patient];
        exposure->drug_id = mag_share_number(&of->lane->drug_ids, exposure->drug_id);
        exposure->dose_text_id = mag_share_number(&of->lane->text_ids, exposure->dose_text_id);
    }
}

static void rewrite_stays(const mag_lane_share *of, void *items, size_t count) {
    mag_stay_row *rows = items;
    for (size_t i = 0; i < count; i++)
        rows[i].stay.patient = of->rank[rows[i].stay.patient];
}

static void rewrite_conditions(const mag_lane_share *of, void *items, size_t count) {
    mag_condition_row *rows = items;
    for (size_t i = 0; i < count; i++)
        rows[i].condition.patient = of->rank[rows[i].condition.patient];
}

/* Copies the rows of a list behind those that are there already; room has been made. A cohort that
   looks into another's lanes leaves chunks and segments to it. */
static mag_status take(const mag_settling *settling, mag_row_chunks *from, mag_list *into,
                       mag_error *err) {
    mag_account *account = settling->cohort->settings.account;
    mag_spill_file *file = settling->cohort->settings.spill;
    const bool is_ours = !settling->cohort->is_copy;
    size_t read_count = 0;
    if (from->spilled_count)
        MAG_TRY(mag_row_chunks_read(
            from, file, (char *)into->items + into->count * into->item_nbytes, &read_count, err));
    into->count += read_count;
    if (is_ours && from->spilled_count)
        mag_row_chunks_forget(from, account, file);
    for (mag_row_chunk *chunk = from->first, *next; chunk; chunk = next) {
        const size_t nbytes = chunk->row_count * from->row_nbytes;
        memcpy((char *)into->items + into->count * into->item_nbytes,
               mag_row_chunk_at(chunk, from->row_nbytes, 0), nbytes);
        into->count += chunk->row_count;
        next = chunk->next;
        if (is_ours)
            mag_row_chunk_free(mag_row_chunks_take(from), account);
    }
    return MAG_OK;
}

mag_status mag_settle_make_room(const mag_settling *settling, mag_list *into, size_t count,
                                mag_error *err) {
    if (!count)
        return MAG_OK;
    if (count > UINT32_MAX)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402,
                        "more than 4 billion records in one partition");
    return mag_grow(settling->cohort->settings.account, &into->items, &into->capacity,
                    into->item_nbytes, count, err);
}

static mag_status gather(const mag_settling *settling, const mag_lane_share *shares, list_of *list,
                         rewrite *fix, mag_list *into, mag_error *err) {
    size_t count = 0;
    for (unsigned k = 0; k < settling->cohort->lane_count; k++)
        count += list(shares[k].part)->row_count;
    MAG_TRY(mag_settle_make_room(settling, into, count, err));
    for (unsigned k = 0; k < settling->cohort->lane_count; k++) {
        const size_t before = into->count;
        MAG_TRY(take(settling, list(shares[k].part), into, err));
        if (into->count > before)
            fix(&shares[k], (char *)into->items + before * into->item_nbytes, into->count - before);
    }
    return MAG_OK;
}

/* Lanes without specimens lie beside lanes with them: their rows have none. Before the rows of labs
   are taken. */
static mag_status gather_specimens(const mag_settling *settling, const mag_lane_share *shares,
                                   mag_error *err) {
    mag_list *into = &settling->partition->lab_specimens;
    size_t lab_count = 0;
    bool has_any = false;
    for (unsigned k = 0; k < settling->cohort->lane_count; k++) {
        lab_count += shares[k].part->labs.row_count;
        has_any |= specimens_of(shares[k].part)->row_count > 0;
    }
    if (!has_any)
        return MAG_OK;
    MAG_TRY(mag_settle_make_room(settling, into, lab_count, err));
    for (unsigned k = 0; k < settling->cohort->lane_count; k++) {
        const size_t end = into->count + shares[k].part->labs.row_count;
        MAG_TRY(take(settling, specimens_of(shares[k].part), into, err));
        if (into->count < end)
            memset((uint64_t *)into->items + into->count, 0,
                   (end - into->count) * sizeof(uint64_t));
        into->count = end;
    }
    return MAG_OK;
}

/* What the source's profile makes of a result (cohort/unit_profile.h). */
static void judge_units(const mag_settling *settling, const mag_lane_share *of) {
    mag_lab_row *labs = settling->partition->lab_rows.items;
    mag_row_chunks *list = &of->part->unit_rows;
    for (mag_row_chunk *chunk = list->first; chunk; chunk = chunk->next) {
        const mag_unit_row *rows = mag_row_chunk_at(chunk, sizeof *rows, 0);
        for (uint32_t i = 0; i < chunk->row_count; i++)
            mag_unit_profile_judge(settling->cohort, of->lane, &rows[i],
                                   &labs[of->first_lab + rows[i].row_idx].lab);
    }
    if (!settling->cohort->is_copy)
        mag_row_chunks_done(list, settling->cohort->settings.account);
}

static mag_status gather_labs(mag_settling *settling, const mag_lane_share *shares,
                              mag_error *err) {
    mag_list *into = &settling->partition->lab_rows;
    settling->are_labs_grouped = mag_settle_may_group_labs(settling, shares);
    if (settling->are_labs_grouped)
        return mag_settle_group_labs(settling, shares, err);
    MAG_TRY(gather_specimens(settling, shares, err));
    MAG_TRY(gather(settling, shares, labs_of, rewrite_labs, into, err));
    for (unsigned k = 0; k < settling->cohort->lane_count; k++)
        judge_units(settling, &shares[k]);
    return MAG_OK;
}

/* A part of another lane numbers its patients by itself. */
static mag_status find_shares(const mag_settling *settling, mag_lane_share *shares,
                              mag_error *err) {
    size_t first_lab = 0;
    for (unsigned k = 0; k < settling->cohort->lane_count; k++) {
        mag_lane *lane = settling->cohort->lanes[k];
        mag_lane_part *part = &lane->parts[settling->partition_idx];
        const uint32_t *numbers = part->numbers.items;
        shares[k] = (mag_lane_share){lane, part, settling->rank, first_lab};
        first_lab += part->labs.row_count;
        if (!numbers)
            continue;
        uint32_t *rank = mag_arena_alloc(settling->scratch, part->numbers.count * sizeof *rank);
        if (!rank)
            return mag_fail_memory(err, part->numbers.count * sizeof *rank);
        for (size_t i = 0; i < part->numbers.count; i++)
            rank[i] = settling->rank[numbers[i]];
        shares[k].rank = rank;
    }
    return MAG_OK;
}

mag_status mag_settle_gather(mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    const unsigned lane_count = settling->cohort->lane_count;
    mag_lane_share *shares = mag_arena_alloc(settling->scratch, lane_count * sizeof *shares);
    if (!shares)
        return mag_fail_memory(err, lane_count * sizeof *shares);
    MAG_TRY(find_shares(settling, shares, err));
    MAG_TRY(gather(settling, shares, versions_of, rewrite_versions, &partition->lab_versions, err));
    MAG_TRY(gather_labs(settling, shares, err));
    MAG_TRY(gather(settling, shares, people_of, rewrite_people, &partition->person_rows, err));
    MAG_TRY(
        gather(settling, shares, exposures_of, rewrite_exposures, &partition->exposure_rows, err));
    MAG_TRY(gather(settling, shares, stays_of, rewrite_stays, &partition->stay_rows, err));
    return gather(settling, shares, conditions_of, rewrite_conditions, &partition->condition_rows,
                  err);
}
