/* An open-addressing table of numbers over an array of texts; at most half full. */
#include "cohort/intern.h"

#include <assert.h>
#include <string.h>

enum { FIRST_SLOT_COUNT = 64 };

void mag_intern_init(mag_intern *table, mag_arena *arena) {
    *table = (mag_intern){.arena = arena, .seed = mag_hash_seed()};
}

void mag_intern_done(mag_intern *table) {
    if (!table->arena)
        return;
    mag_account *account = mag_arena_account(table->arena);
    mag_drop(account, table->texts, table->capacity, sizeof *table->texts);
    mag_drop(account, table->slots, table->slot_count, sizeof *table->slots);
    *table = (mag_intern){0};
}

/* The slot that holds the text, or the empty one where it belongs; *steps grows by the slots looked
   at. */
static size_t find_slot(const mag_intern *table, mag_span text, uint64_t *steps) {
    size_t mask = table->slot_count - 1;
    size_t at = (size_t)mag_span_hash_seeded(text, table->seed) & mask;
    for (++*steps; table->slots[at]; ++*steps) {
        if (mag_span_equals(table->texts[table->slots[at] - 1], text))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

static mag_status make_room(mag_intern *table, mag_error *err) {
    if ((table->count + 1) * 2 <= table->slot_count)
        return MAG_OK;
    mag_account *account = mag_arena_account(table->arena);
    size_t wanted = table->slot_count ? table->slot_count * 2 : FIRST_SLOT_COUNT;
    void *fresh = NULL;
    size_t capacity = 0;
    MAG_TRY(mag_grow(account, &fresh, &capacity, sizeof *table->slots, wanted, err));
    assert(capacity == wanted); /* the mask needs a power of two */
    memset(fresh, 0, capacity * sizeof *table->slots);
    mag_drop(account, table->slots, table->slot_count, sizeof *table->slots);
    table->slots = fresh;
    table->slot_count = capacity;
    for (size_t i = 0; i < table->count; i++)
        table->slots[find_slot(table, table->texts[i], &table->step_count)] = (uint32_t)i + 1;
    return MAG_OK;
}

mag_status mag_intern_add(mag_intern *table, mag_span text, uint32_t *number, bool *is_new,
                          mag_error *err) {
    MAG_TRY(make_room(table, err));
    size_t at = find_slot(table, text, &table->step_count);
    if (is_new)
        *is_new = table->slots[at] == 0;
    if (table->slots[at]) {
        *number = table->slots[at] - 1;
        return MAG_OK;
    }
    if (table->count >= UINT32_MAX - 1)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402, "more than 4 billion distinct texts");
    void *texts = table->texts;
    MAG_TRY(mag_grow(mag_arena_account(table->arena), &texts, &table->capacity,
                     sizeof *table->texts, table->count + 1, err));
    table->texts = texts;
    const char *copy = mag_arena_text(table->arena, text);
    if (!copy)
        return mag_fail_memory(err, text.nbytes + 1);
    table->texts[table->count] = (mag_span){copy, text.nbytes};
    *number = (uint32_t)table->count++;
    table->slots[at] = *number + 1;
    return MAG_OK;
}

bool mag_intern_find(const mag_intern *table, mag_span text, uint32_t *number) {
    if (!table->slot_count)
        return false;
    uint64_t steps = 0; /* several threads may look something up */
    size_t at = find_slot(table, text, &steps);
    if (!table->slots[at])
        return false;
    *number = table->slots[at] - 1;
    return true;
}
