/* Counts beside a table of texts; the commonest are found by insertion into a short list. */
#include "cohort/text_counts.h"

#include <string.h>

void mag_text_counts_init(mag_text_counts *counted, mag_arena *arena) {
    *counted = (mag_text_counts){0};
    mag_intern_init(&counted->texts, arena);
}

void mag_text_counts_done(mag_text_counts *counted) {
    if (counted->texts.arena)
        mag_drop(mag_arena_account(counted->texts.arena), counted->counts, counted->capacity,
                 sizeof *counted->counts);
    mag_intern_done(&counted->texts);
    *counted = (mag_text_counts){0};
}

static mag_status add(mag_text_counts *counted, mag_span text, uint64_t times, mag_error *err) {
    uint32_t number;
    bool is_new;
    void *counts = counted->counts;
    MAG_TRY(mag_grow(mag_arena_account(counted->texts.arena), &counts, &counted->capacity,
                     sizeof *counted->counts, counted->texts.count + 1, err));
    counted->counts = counts;
    MAG_TRY(mag_intern_add(&counted->texts, text, &number, &is_new, err));
    counted->counts[number] = is_new ? times : counted->counts[number] + times;
    return MAG_OK;
}

mag_status mag_text_counts_add(mag_text_counts *counted, mag_span text, mag_error *err) {
    return add(counted, text, 1, err);
}

mag_status mag_text_counts_join(mag_text_counts *counted, const mag_text_counts *more,
                                mag_error *err) {
    for (size_t i = 0; i < more->texts.count; i++)
        MAG_TRY(add(counted, more->texts.texts[i], more->counts[i], err));
    return MAG_OK;
}

static bool comes_before(const mag_counted_text *a, const mag_counted_text *b) {
    return a->count != b->count ? a->count > b->count : strcmp(a->text, b->text) < 0;
}

size_t mag_text_counts_top(const mag_text_counts *counted, mag_counted_text *out, size_t room) {
    size_t found = 0;
    for (size_t i = 0; i < counted->texts.count; i++) {
        const mag_counted_text next = {counted->texts.texts[i].at, counted->counts[i], 0};
        size_t at = found;
        while (at && comes_before(&next, &out[at - 1]))
            at--;
        if (at == room)
            continue;
        size_t last = found < room ? found : room - 1;
        memmove(out + at + 1, out + at, (last - at) * sizeof *out);
        out[at] = next;
        found = last + 1;
    }
    return found;
}
