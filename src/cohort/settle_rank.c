/* Who is in a partition: patients are numbered by id, the roster first, whatever the order in which
   lanes met them. */
#include "cohort/settle.h"

#include <stdlib.h>
#include <string.h>

typedef struct ranked {
    mag_span id;
    uint32_t number; /* before ranking */
    bool is_in_roster;
} ranked;

static int compare_ranked(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->is_in_roster != y->is_in_roster)
        return x->is_in_roster ? -1 : 1;
    return mag_span_compare(x->id, y->id);
}

/* The roster is who has a row of their own. */
static void mark_roster(const mag_settling *settling, ranked *by_number) {
    const mag_cohort *cohort = settling->cohort;
    for (unsigned k = 0; k < cohort->lane_count; k++) {
        const mag_lane_part *part = &cohort->lanes[k]->parts[settling->partition_idx];
        const uint32_t *numbers = part->numbers.items;
        for (mag_row_chunk *chunk = part->people.first; chunk; chunk = chunk->next) {
            const mag_person_row *rows = mag_row_chunk_at(chunk, sizeof *rows, 0);
            for (uint32_t i = 0; i < chunk->row_count; i++)
                by_number[numbers ? numbers[rows[i].patient] : rows[i].patient].is_in_roster = true;
        }
    }
}

/* The texts of the roster's ids become the settled arrays': the dictionary may go. */
static mag_status own_ids(mag_partition *partition, mag_error *err) {
    size_t nbytes = 0;
    for (size_t i = 0; i < partition->patient_count; i++)
        nbytes += partition->people[i].id.nbytes + 1;
    char *texts = mag_arena_alloc(partition->settled, nbytes);
    if (!texts)
        return mag_fail_memory(err, nbytes);
    for (size_t i = 0; i < partition->patient_count; i++) {
        mag_span *id = &partition->people[i].id;
        memcpy(texts, id->at, id->nbytes); /* never empty: a row without an id is set aside */
        id->at = texts;
        texts += id->nbytes + 1;
    }
    return MAG_OK;
}

static mag_status keep_ids(mag_settling *settling, const ranked *order, mag_error *err) {
    mag_partition *partition = settling->partition;
    const size_t stranger_count = settling->id_count - partition->patient_count;
    partition->people =
        mag_arena_alloc(partition->settled, partition->patient_count * sizeof(mag_person));
    settling->strangers =
        mag_arena_alloc(settling->scratch, stranger_count * sizeof *settling->strangers);
    if (!partition->people || !settling->strangers)
        return mag_fail_memory(err, settling->id_count * sizeof(mag_person));
    for (size_t i = 0; i < partition->patient_count; i++)
        partition->people[i].id = order[i].id;
    for (size_t i = 0; i < stranger_count; i++)
        settling->strangers[i] = order[partition->patient_count + i].id;
    return own_ids(partition, err);
}

mag_status mag_settle_rank(mag_settling *settling, mag_error *err) {
    const mag_intern *ids = &settling->cohort->lanes[0]->parts[settling->partition_idx].ids;
    const size_t count = settling->id_count = ids->count;
    ranked *order = mag_arena_alloc(settling->scratch, count * sizeof *order);
    uint32_t *rank = mag_arena_alloc(settling->scratch, count * sizeof *rank);
    if (!order || !rank)
        return mag_fail_memory(err, count * sizeof *order);
    for (uint32_t i = 0; i < count; i++)
        order[i] = (ranked){.id = ids->texts[i], .number = i};
    mark_roster(settling, order);
    qsort(order, count, sizeof *order, compare_ranked);
    for (uint32_t i = 0; i < count; i++) {
        rank[order[i].number] = i;
        settling->partition->patient_count += order[i].is_in_roster;
    }
    settling->rank = rank;
    return keep_ids(settling, order, err);
}
