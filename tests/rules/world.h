/* A world of one patient for tests, written as the `given` lines of an example. */
#ifndef MAG_TESTS_RULES_WORLD_H
#define MAG_TESTS_RULES_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/example.h"
#include "rules/period.h"

#include <stdio.h>
#include <string.h>

enum { WORLD_LINES_MAX = 128, WORLD_TEXT_NBYTES = 8192 };

typedef struct world {
    mag_account account;
    mag_arena *arena;
    const mag_codebook *book;
    mag_cohort *cohort;
    mag_timeline patient;
} world;

static inline void world_begin(world *in) {
    mag_error err = {0};
    *in = (world){.cohort = NULL};
    in->arena = mag_arena_new(&in->account);
    assert_non_null(in->arena);
    if (mag_codebook_load(in->arena, &in->book, &err) != MAG_OK)
        fail_msg("code book: %s", err.text);
}

/* Replaces the patient. lines: NULL-ended. T is 23:59 of the day as_of. */
static inline void world_set_at(world *in, mag_day as_of, const char *const *lines) {
    mag_text_line given[WORLD_LINES_MAX];
    mag_example example = {.name = "test", .given = given, .as_of = as_of};
    mag_error err = {0};
    for (; lines[example.given_count] != NULL; example.given_count++) {
        assert_true(example.given_count < WORLD_LINES_MAX);
        given[example.given_count] = (mag_text_line){lines[example.given_count], 1, 1};
    }
    mag_cohort_free(in->cohort);
    in->cohort = NULL;
    if (mag_example_cohort("test", &example, in->book, &in->account, &in->cohort, &err) != MAG_OK)
        fail_msg("%s", err.text);
    assert_true(mag_example_patient(in->cohort, &in->patient));
}

#define WORLD(in, ...)                                                                             \
    world_set_at((in), MAG_EXAMPLE_AS_OF, (const char *const[]){__VA_ARGS__, NULL})

/* Replaces the patient by lines separated by ';': "female 50 y; creatinine %s 10 days ago". */
static inline void world_say(world *in, const char *format, ...) {
    char text[WORLD_TEXT_NBYTES];
    const char *lines[WORLD_LINES_MAX + 1] = {NULL};
    size_t count = 0;
    va_list args;
    va_start(args, format);
    const int nbytes = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_in_range(nbytes, 0, (int)sizeof text - 1);
    for (char *line = text; line != NULL && *line != '\0';) {
        char *end = strchr(line, ';');
        if (end != NULL)
            *end = '\0';
        assert_true(count < WORLD_LINES_MAX);
        lines[count++] = line + strspn(line, " ");
        line = end == NULL ? NULL : end + 1;
    }
    world_set_at(in, MAG_EXAMPLE_AS_OF, lines);
}

static inline void world_end(world *in) {
    mag_cohort_free(in->cohort);
    mag_arena_free(in->arena);
    if (in->account.used_nbytes != 0)
        fail_msg("%zu bytes were not given back", in->account.used_nbytes);
}

static inline mag_period world_days(const world *in, int32_t days) {
    return mag_period_of_days(in->patient.as_of, days);
}

static inline mag_period world_hours(const world *in, int32_t hours) {
    const mag_window window = {.kind = MAG_WINDOW_BACK,
                               .far = {hours * MAG_MINUTES_PER_HOUR, true},
                               .anchor = MAG_ANCHOR_AS_OF};
    const mag_anchor now = {in->patient.as_of, false};
    return mag_period_of(&window, now, now, in->patient.as_of);
}

#endif
