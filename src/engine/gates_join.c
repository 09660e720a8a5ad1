/* Verdicts of several T as one list, each gate once, as bad as it came out at any T; and verdicts
   of gates that are judged elsewhere. */
#include "engine/gates.h"

#include <string.h>

/* Verdicts that compare with earlier runs are of the last T alone and joined to nothing. */
static bool is_same_gate(const mag_gate_verdict *a, const mag_gate_verdict *b) {
    return strcmp(a->source, b->source) == 0 && strcmp(a->file, b->file) == 0 &&
           strcmp(a->gate, b->gate) == 0;
}

mag_status mag_gates_append(mag_arena *arena, mag_gates *into, const mag_gate_verdict *more,
                            size_t count, mag_error *err) {
    if (count == 0)
        return MAG_OK;
    mag_gate_verdict *all = mag_arena_alloc(arena, (into->count + count) * sizeof *all);
    if (all == NULL)
        return mag_fail_memory(err, (into->count + count) * sizeof *all);
    if (into->count > 0)
        memcpy(all, into->verdicts, into->count * sizeof *all);
    memcpy(all + into->count, more, count * sizeof *all);
    for (size_t i = 0; i < count; i++) {
        into->is_amber |= more[i].colour == MAG_AMBER;
        into->is_red_soft |= more[i].colour == MAG_RED && !more[i].is_hard;
        into->is_red_hard |= more[i].colour == MAG_RED && more[i].is_hard;
    }
    into->verdicts = all;
    into->count += count;
    return MAG_OK;
}

mag_status mag_gates_join(mag_arena *arena, mag_gates *into, const mag_gates *more,
                          const char *as_of, mag_error *err) {
    size_t room = into->count + more->count + 1;
    mag_gate_verdict *joined = mag_arena_alloc(arena, room * sizeof *joined);
    if (joined == NULL)
        return mag_fail_memory(err, room * sizeof *joined);
    if (into->count > 0)
        memcpy(joined, into->verdicts, into->count * sizeof *joined);
    for (size_t i = 0; i < more->count; i++) {
        mag_gate_verdict verdict = more->verdicts[i];
        size_t at = 0;
        if (as_of != NULL)
            verdict.as_of = as_of;
        while (at < into->count && !is_same_gate(&joined[at], &verdict))
            at++;
        if (at == into->count)
            joined[into->count++] = verdict;
        else if (verdict.colour > joined[at].colour)
            joined[at] = verdict;
    }
    into->verdicts = joined;
    into->is_amber |= more->is_amber;
    into->is_red_soft |= more->is_red_soft;
    into->is_red_hard |= more->is_red_hard;
    return MAG_OK;
}
