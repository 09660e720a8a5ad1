/* An open-addressing table of numbers over an array of texts; at most half full. */
#include "cohort/intern.h"

#include <assert.h>
#include <string.h>

enum {
    FIRST_SLOT_COUNT = 64,
    MOST_PASSED_OVER = 4 /* texts that come next, of which one is looked for */
};

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

static uint32_t hash_of(const mag_intern *table, mag_span text) {
    return (uint32_t)mag_span_hash_seeded(text, table->seed);
}

/* The slot that holds the text, or the empty one where it belongs; *steps grows by the slots looked
   at. */
static size_t find_slot(const mag_intern *table, mag_span text, uint32_t hash, uint64_t *steps) {
    const size_t mask = table->slot_count - 1;
    size_t at = hash & mask;
    for (++*steps; table->slots[at].next_number; ++*steps) {
        const mag_intern_slot *slot = &table->slots[at];
        if (slot->hash == hash && mag_span_equals(table->texts[slot->next_number - 1], text))
            break;
        at = (at + 1) & mask;
    }
    return at;
}

/* Slots know their hashes: no text is looked at. */
static void move_slots(const mag_intern *table, mag_intern_slot *fresh, size_t count) {
    for (size_t i = 0; i < table->slot_count; i++) {
        const mag_intern_slot slot = table->slots[i];
        size_t at = slot.hash & (count - 1);
        while (slot.next_number && fresh[at].next_number)
            at = (at + 1) & (count - 1);
        if (slot.next_number)
            fresh[at] = slot;
    }
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
    move_slots(table, fresh, capacity);
    mag_drop(account, table->slots, table->slot_count, sizeof *table->slots);
    table->slots = fresh;
    table->slot_count = capacity;
    return MAG_OK;
}

/* Files that name the same people mostly do it in the same order: where the texts before came in
   the order of their numbers, the next ones are looked at first. They lie side by side, while slots
   and hashes lead anywhere in memory. */
static bool is_next(const mag_intern *table, mag_span text, uint32_t *number) {
    if (!table->is_in_order)
        return false;
    const size_t left = table->count - table->next_number;
    const size_t end = table->next_number + (left < MOST_PASSED_OVER ? left : MOST_PASSED_OVER);
    for (size_t i = table->next_number; i < end; i++)
        if (mag_span_equals(table->texts[i], text)) {
            *number = (uint32_t)i;
            return true;
        }
    return false;
}

static void note_order(mag_intern *table, uint32_t number) {
    table->is_in_order = (size_t)number - table->next_number < MOST_PASSED_OVER;
    table->next_number = (size_t)number + 1;
}

static mag_status add(mag_intern *table, mag_span text, uint32_t *number, bool *is_new,
                      mag_error *err) {
    MAG_TRY(make_room(table, err));
    const uint32_t hash = hash_of(table, text);
    mag_intern_slot *slot = &table->slots[find_slot(table, text, hash, &table->step_count)];
    if (is_new)
        *is_new = slot->next_number == 0;
    if (slot->next_number) {
        *number = slot->next_number - 1;
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
    *slot = (mag_intern_slot){*number + 1, hash};
    return MAG_OK;
}

mag_status mag_intern_add(mag_intern *table, mag_span text, uint32_t *number, bool *is_new,
                          mag_error *err) {
    if (!is_next(table, text, number))
        MAG_TRY(add(table, text, number, is_new, err));
    else if (is_new)
        *is_new = false;
    note_order(table, *number);
    return MAG_OK;
}

bool mag_intern_find(const mag_intern *table, mag_span text, uint32_t *number) {
    if (!table->slot_count)
        return false;
    uint64_t steps = 0; /* several threads may look something up */
    const size_t at = find_slot(table, text, hash_of(table, text), &steps);
    if (!table->slots[at].next_number)
        return false;
    *number = table->slots[at].next_number - 1;
    return true;
}
