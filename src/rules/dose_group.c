#include "rules/dose_group.h"

#include "clinical/dose.h"
#include "rules/operand_dose.h"

#include <math.h>

static const mag_value_note noted[MAG_DOSE_NOTE_COUNT] = {
    MAG_VALUE_NOTE_OPEN_ORDER, MAG_VALUE_NOTE_DATE_PARTIAL, MAG_VALUE_NOTE_DOSE_AMBIGUOUS,
    MAG_VALUE_NOTE_ROUTE_UNKNOWN};

void mag_dose_sum_add(mag_dose_sum *sum, const mag_dose_sum *part) {
    sum->low += part->low;
    sum->high += part->high;
    sum->row_count += part->row_count;
    sum->unbounded_count += part->unbounded_count;
    for (int i = 0; i < 2; i++)
        sum->kinds[i] += part->kinds[i];
    for (int i = 0; i < MAG_DOSE_NOTE_COUNT; i++)
        sum->note_counts[i] += part->note_counts[i];
}

void mag_dose_sum_take(mag_dose_sum *sum, const mag_dose_sum *part) {
    sum->low -= part->low;
    sum->high -= part->high;
    sum->row_count -= part->row_count;
    sum->unbounded_count -= part->unbounded_count;
    for (int i = 0; i < 2; i++)
        sum->kinds[i] -= part->kinds[i];
    for (int i = 0; i < MAG_DOSE_NOTE_COUNT; i++)
        sum->note_counts[i] -= part->note_counts[i];
}

/* splitmix64 */
static uint64_t random_of(uint64_t number) {
    uint64_t x = (number + 1) * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

mag_dose_sum mag_dose_sum_of(const mag_exposure *exposure, uint32_t kind) {
    const bool is_unbounded = exposure->dose_hi_umol == MAG_DOSE_UNKNOWN;
    const mag_value_note_set notes = mag_drug_notes(exposure);
    mag_dose_sum sum = {
        .low = exposure->dose_lo_umol,
        .high = is_unbounded ? 0 : exposure->dose_hi_umol,
        .row_count = 1,
        .unbounded_count = is_unbounded,
        .kinds = {random_of(2 * (uint64_t)kind), random_of(2 * (uint64_t)kind + 1)}};
    for (int i = 0; i < MAG_DOSE_NOTE_COUNT; i++)
        sum.note_counts[i] = (notes & mag_note_bit(noted[i])) != 0;
    return sum;
}

mag_bounds mag_dose_sum_bounds(const mag_dose_sum *sum) {
    mag_bounds bounds = mag_bounds_exact((double)sum->low);
    bounds.high = sum->unbounded_count > 0 ? (double)INFINITY : (double)sum->high;
    return bounds;
}

mag_value_note_set mag_dose_sum_notes(const mag_dose_sum *sum) {
    mag_value_note_set notes = 0;
    for (int i = 0; i < MAG_DOSE_NOTE_COUNT; i++)
        if (sum->note_counts[i] > 0)
            notes |= mag_note_bit(noted[i]);
    return notes;
}

size_t mag_dose_groups_make(mag_drug_room *room, size_t key_count) {
    uint32_t product_count = 0, group_count = 0;
    mag_drug_keys_sort(room->keys, key_count);
    for (size_t i = 0; i < key_count; i++) {
        const uint64_t key = room->keys[i].key;
        const bool is_new = i == 0 || key != room->keys[i - 1].key;
        if (i == 0 || mag_drug_key_first(key) != mag_drug_key_first(room->keys[i - 1].key))
            room->dose_products[product_count++] = (mag_dose_product){.first = group_count,
                                                                      .begun = group_count,
                                                                      .running = group_count,
                                                                      .alive = group_count};
        if (is_new)
            room->dose_groups[group_count++] =
                (mag_dose_group){.product = product_count - 1, .start = mag_drug_key_moment(key)};
        room->dose_products[product_count - 1].end = group_count;
        room->group_of[room->keys[i].row] = group_count - 1;
    }
    return product_count;
}

void mag_dose_group_begin(mag_drug_room *room, uint32_t group) {
    mag_dose_product *product = &room->dose_products[room->dose_groups[group].product];
    product->begun = product->running = product->alive = group + 1;
}

const mag_dose_group *mag_dose_running(mag_drug_room *room, uint32_t product) {
    mag_dose_product *of = &room->dose_products[product];
    while (of->running > of->first && room->dose_groups[of->running - 1].running_count == 0)
        of->running--;
    return of->running > of->first ? &room->dose_groups[of->running - 1] : NULL;
}

const mag_dose_group *mag_dose_alive(mag_drug_room *room, uint32_t product) {
    mag_dose_product *of = &room->dose_products[product];
    while (of->alive > of->first && room->dose_groups[of->alive - 1].alive_count == 0)
        of->alive--;
    return of->alive > of->first ? &room->dose_groups[of->alive - 1] : NULL;
}
