/* Laboratory rows out of the chunks of all lanes straight to their patients: counted by patient
   first, then each copied once, to the next place of its patient. What refers to a row by its
   number is met on the way, in the same order.

     lane 0: [b a][a c] ─┐                  a a a | b b | c
     lane 1: [b a]      ─┴─▶ a 3, b 2, c 1 ─▶ ^     ^     ^ next places                       */
#include "cohort/settle_gather.h"

#include <string.h>

bool mag_settle_may_group_labs(const mag_settling *settling, const mag_lane_share *shares) {
    for (unsigned k = 0; k < settling->cohort->lane_count; k++) {
        const mag_lane_part *part = shares[k].part;
        if (part->labs.spilled_count || part->specimens.spilled_count)
            return false;
    }
    return true;
}

static void count_rows(const mag_lane_share *of, uint32_t *counts) {
    for (mag_row_chunk *chunk = of->part->labs.first; chunk; chunk = chunk->next) {
        const mag_lab_row *rows = mag_row_chunk_at(chunk, sizeof *rows, 0);
        for (uint32_t i = 0; i < chunk->row_count; i++)
            counts[of->rank[rows[i].lab.patient]]++;
    }
}

/* Turns counts by patient into where each patient's rows begin. */
static void begin_rows(uint32_t *next, size_t patient_count) {
    uint32_t sum = 0;
    for (size_t i = 0; i < patient_count; i++) {
        const uint32_t count = next[i];
        next[i] = sum;
        sum += count;
    }
}

/* The specimens of a lane lie in chunks of their own, one for each row of all; or there are none.
 */
typedef struct specimen_reader {
    mag_row_chunk *chunk;
    uint32_t next;
} specimen_reader;

static uint64_t read_specimen(specimen_reader *reader) {
    if (!reader->chunk)
        return 0;
    const uint64_t *specimens = mag_row_chunk_at(reader->chunk, sizeof *specimens, 0);
    const uint64_t specimen = specimens[reader->next++];
    if (reader->next == reader->chunk->row_count)
        *reader = (specimen_reader){.chunk = reader->chunk->next};
    return specimen;
}

/* What refers to rows of a lane by the order in which they were put, as they come by. */
typedef struct followers {
    specimen_reader specimens;
    mag_row_chunk *unit_chunk; /* of mag_unit_row; NULL: no more */
    uint32_t next_unit;
    size_t row_idx; /* of the lane's row that comes next */
} followers;

typedef struct places {
    mag_lab_row *rows;
    uint64_t *specimens; /* NULL: no row of the partition has one */
    uint32_t *next;      /* by patient */
    mag_lab_version
        *versions; /* those of rows that are not placed yet; their row_idx is to follow */
    size_t version_count;
} places;

/* What the source's profile makes of the row (cohort/unit_profile.h). */
static void judge_unit(const mag_settling *settling, const mag_lane_share *of, followers *with,
                       mag_lab *lab) {
    while (with->unit_chunk) {
        const mag_unit_row *row = mag_row_chunk_at(with->unit_chunk, sizeof *row, with->next_unit);
        if (row->row_idx != with->row_idx)
            return;
        mag_unit_profile_judge(settling->cohort, of->lane, row, lab);
        if (++with->next_unit == with->unit_chunk->row_count) {
            with->unit_chunk = with->unit_chunk->next;
            with->next_unit = 0;
        }
    }
}

static void place_row(const mag_settling *settling, const mag_lane_share *of,
                      const mag_lab_row *row, followers *with, places *into) {
    const uint32_t patient = of->rank[row->lab.patient];
    const uint32_t at = into->next[patient]++;
    mag_lab_row *placed = &into->rows[at];
    *placed = *row;
    placed->lab.patient = patient;
    if (of->lane->range_ids.count)
        placed->lab.range_id = (uint16_t)mag_share_number(&of->lane->range_ids, row->lab.range_id);
    if (into->specimens)
        into->specimens[at] = read_specimen(&with->specimens);
    judge_unit(settling, of, with, &placed->lab);
    if (into->version_count && into->versions->row_idx == of->first_lab + with->row_idx) {
        into->versions++->row_idx = at;
        into->version_count--;
    }
    with->row_idx++;
}

/* Chunks are given back as soon as they are empty, unless they are another cohort's. */
static void place_rows(const mag_settling *settling, const mag_lane_share *of, places *into) {
    mag_account *account = settling->cohort->settings.account;
    const bool is_ours = !settling->cohort->is_copy;
    followers with = {.specimens = {.chunk = of->part->specimens.first},
                      .unit_chunk = of->part->unit_rows.first};
    for (mag_row_chunk *chunk = of->part->labs.first, *next; chunk; chunk = next) {
        const mag_lab_row *rows = mag_row_chunk_at(chunk, sizeof *rows, 0);
        for (uint32_t i = 0; i < chunk->row_count; i++)
            place_row(settling, of, &rows[i], &with, into);
        next = chunk->next;
        if (is_ours)
            mag_row_chunk_free(mag_row_chunks_take(&of->part->labs), account);
    }
    if (!is_ours)
        return;
    mag_row_chunks_done(&of->part->specimens, account);
    mag_row_chunks_done(&of->part->unit_rows, account);
}

mag_status mag_settle_group_labs(const mag_settling *settling, const mag_lane_share *shares,
                                 mag_error *err) {
    mag_partition *partition = settling->partition;
    const unsigned lane_count = settling->cohort->lane_count;
    size_t row_count = 0;
    bool has_specimens = false;
    for (unsigned k = 0; k < lane_count; k++) {
        row_count += shares[k].part->labs.row_count;
        has_specimens |= shares[k].part->specimens.row_count > 0;
    }
    MAG_TRY(mag_settle_make_room(settling, &partition->lab_rows, row_count, err));
    if (has_specimens)
        MAG_TRY(mag_settle_make_room(settling, &partition->lab_specimens, row_count, err));
    const size_t nbytes = settling->id_count * sizeof(uint32_t);
    places into = {.rows = partition->lab_rows.items,
                   .specimens = partition->lab_specimens.items,
                   .next = mag_arena_alloc(settling->scratch, nbytes),
                   .versions = partition->lab_versions.items,
                   .version_count = partition->lab_versions.count};
    if (!into.next)
        return mag_fail_memory(err, nbytes);
    for (unsigned k = 0; k < lane_count; k++)
        count_rows(&shares[k], into.next);
    begin_rows(into.next, settling->id_count);
    for (unsigned k = 0; k < lane_count; k++)
        place_rows(settling, &shares[k], &into);
    partition->lab_rows.count = row_count;
    partition->lab_specimens.count = has_specimens ? row_count : 0;
    return MAG_OK;
}
