/* Triples of results that lie near each other, against trying every triple. */
#include "cohort/settle_tubes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 60, ROUNDS = 4000 };

static mag_account account;

/* Every triple, as the sentence of mag_tubes_find says it. */
static void find_naively(mag_tube *tubes, size_t count) {
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b < count; b++)
            for (size_t c = 0; c < count; c++)
                if (tubes[a].part == 0 && tubes[b].part == 1 && tubes[c].part == 2 &&
                    mag_tubes_are_near(&tubes[a], &tubes[b]) &&
                    mag_tubes_are_near(&tubes[b], &tubes[c]) &&
                    mag_tubes_are_near(&tubes[a], &tubes[c]))
                    tubes[a].is_found = tubes[b].is_found = tubes[c].is_found = true;
}

static uint32_t draw(uint64_t *state, uint32_t below) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % below);
}

/* Tubes of a few days; a specimen is that of the minute, one of few with an id, or far away. */
static size_t fill(mag_tube *tubes, uint64_t *state) {
    const size_t count = 1 + draw(state, MOST - 1);
    const uint32_t minutes = 1 + draw(state, 3 * MAG_MINUTES_PER_DAY);
    const uint32_t ids = draw(state, 12);
    for (size_t i = 0; i < count; i++) {
        mag_minute minute = (mag_minute)(draw(state, minutes) / 40 * 40);
        const bool is_date_only = draw(state, 6) == 0;
        if (is_date_only)
            minute = mag_minute_day(minute) * MAG_MINUTES_PER_DAY;
        tubes[i] =
            (mag_tube){.specimen = ids > 0 && draw(state, 3) == 0 ? 1000000 + draw(state, ids)
                                                                  : (uint64_t)minute + 1,
                       .lab_idx = (uint32_t)i,
                       .minute = minute,
                       .part = (uint8_t)draw(state, MAG_TUBE_PARTS),
                       .is_date_only = is_date_only};
    }
    return count;
}

static int by_lab(const void *a, const void *b) {
    const mag_tube *x = a, *y = b;
    return (x->lab_idx > y->lab_idx) - (x->lab_idx < y->lab_idx);
}

static void finds_what_trying_every_triple_finds(void **unused) {
    (void)unused;
    uint64_t state = 20260101;
    size_t found = 0, all = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        mag_tube tubes[MOST], wanted[MOST];
        mag_error err = {0};
        mag_arena *arena = mag_arena_new(&account);
        const size_t count = fill(tubes, &state);
        memcpy(wanted, tubes, count * sizeof *tubes);
        find_naively(wanted, count);
        assert_int_equal(mag_tubes_find(tubes, count, arena, &err), MAG_OK);
        qsort(tubes, count, sizeof *tubes, by_lab);
        for (size_t i = 0; i < count; i++) {
            if (tubes[i].is_found != wanted[i].is_found)
                fail_msg("round %u, tube %zu of %zu", round, i, count);
            found += wanted[i].is_found;
        }
        all += count;
        mag_arena_free(arena);
    }
    /* The rounds ask something: of all tubes a good part is found, and a good part is not. */
    assert_true(found > all / 10 && found < all - all / 10);
}

/* Two of one specimen, four hours apart; the third at half time is near both, and no other. */
static void one_specimen_joins_what_time_does_not(void **unused) {
    (void)unused;
    mag_error err = {0};
    mag_arena *arena = mag_arena_new(&account);
    mag_tube tubes[] = {{.specimen = 7, .lab_idx = 0, .minute = 600, .part = 0},
                        {.specimen = 7, .lab_idx = 1, .minute = 840, .part = 2},
                        {.specimen = 8, .lab_idx = 2, .minute = 720, .part = 1},
                        {.specimen = 9, .lab_idx = 3, .minute = 721, .part = 1}};
    assert_int_equal(mag_tubes_find(tubes, 4, arena, &err), MAG_OK);
    qsort(tubes, 4, sizeof *tubes, by_lab);
    assert_true(tubes[0].is_found && tubes[1].is_found && tubes[2].is_found);
    assert_false(tubes[3].is_found);
    mag_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_trying_every_triple_finds),
        cmocka_unit_test(one_specimen_joins_what_time_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
