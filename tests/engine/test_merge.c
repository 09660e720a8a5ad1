#include "engine/engine_test.h"

#include "engine/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENT_COUNT = 500, ID_NBYTES = 8 };

typedef struct test_data {
    char ids[PATIENT_COUNT][ID_NBYTES];
    mag_screen_row rows[MAG_PARTITION_COUNT][PATIENT_COUNT * 2];
    mag_screen screen;
} test_data;

static int by_id(const void *a, const void *b) {
    const mag_screen_row *left = a, *right = b;
    int order = mag_span_compare(left->patient_id, right->patient_id);
    return order != 0 ? order : (int)left->rule_idx - (int)right->rule_idx;
}

/* Ids of different lengths, so that "P1" < "P10" < "P2" matters. */
static void fill(test_data *fixture, uint64_t seed, unsigned used_partitions) {
    memset(fixture, 0, sizeof *fixture);
    for (unsigned i = 0; i < PATIENT_COUNT; i++) {
        unsigned p = (unsigned)(test_random(&seed) % used_partitions);
        mag_screen_part *part = &fixture->screen.parts[p];
        snprintf(fixture->ids[i], ID_NBYTES, "P%u", i);
        part->rows = fixture->rows[p];
        for (unsigned rule = 0; rule < 2; rule++)
            part->rows[part->row_count++] = (mag_screen_row){
                .patient_id = mag_span_of(fixture->ids[i]),
                .rule_idx = rule,
                .outcome.kind = test_random(&seed) % 2 == 0 ? MAG_FLAGGED : MAG_CANNOT_TELL};
    }
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        if (fixture->screen.parts[p].row_count > 0)
            qsort(fixture->rows[p], fixture->screen.parts[p].row_count, sizeof fixture->rows[p][0],
                  by_id);
}

typedef struct visited {
    const mag_screen_row *last;
    mag_outcome_kind kind;
    size_t count, stop_after;
} visited;

static mag_status visit(void *context, const mag_screen_row *row, mag_error *err) {
    visited *merged = context;
    assert_int_equal(row->outcome.kind, merged->kind);
    if (merged->last != NULL)
        assert_true(by_id(merged->last, row) < 0);
    merged->last = row;
    if (++merged->count == merged->stop_after)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "full");
    return MAG_OK;
}

static size_t count_kind(const test_data *fixture, mag_outcome_kind kind) {
    size_t count = 0;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        for (size_t i = 0; i < fixture->screen.parts[p].row_count; i++)
            count += fixture->rows[p][i].outcome.kind == kind;
    return count;
}

static void merges_runs_into_the_order_of_ids_and_rules(void **state) {
    static const unsigned used[] = {1, 2, 3, 17, 64};
    static test_data fixture;
    (void)state;
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
        fill(&fixture, i + 1, used[i]);
        for (int kind = MAG_FLAGGED; kind <= MAG_CANNOT_TELL; kind++) {
            visited merged = {.kind = (mag_outcome_kind)kind};
            assert_int_equal(mag_screen_merge(&fixture.screen, merged.kind, visit, &merged, NULL),
                             MAG_OK);
            assert_int_equal(merged.count, count_kind(&fixture, merged.kind));
        }
    }
}

enum { MANY = 20000 };

typedef struct many {
    char ids[MANY][24];
    const char *sorted[MANY];
    mag_screen_row rows[MANY];
    mag_screen screen;
    size_t count, seen, wrong;
} many;

/* Ids of one to five letters of one to four bytes, so that many begin like another one. */
static void make_id(uint64_t *seed, char out[24]) {
    static const char *const letters[] = {" ",
                                          "!",
                                          "-",
                                          "0",
                                          "9",
                                          "A",
                                          "P",
                                          "a",
                                          "~",
                                          "\xc2\xa0",
                                          "\xc3\xa9",
                                          "\xdf\xbf",
                                          "\xe0\xa0\x80",
                                          "\xf0\x9f\x98\x80"};
    size_t used = 0;
    for (unsigned i = 1 + (unsigned)(test_random(seed) % 5); i > 0; i--)
        used += (size_t)sprintf(out + used, "%s", letters[test_random(seed) % 14]);
}

static int by_unsigned_bytes(const void *a, const void *b) {
    const unsigned char *left = *(const unsigned char *const *)a;
    const unsigned char *right = *(const unsigned char *const *)b;
    while (*left != 0 && *left == *right) {
        left++;
        right++;
    }
    return (int)*left - (int)*right;
}

/* Different ids only: a patient is in one partition. */
static void make_ids(many *all, uint64_t seed) {
    for (size_t i = 0; i < MANY; i++) {
        make_id(&seed, all->ids[i]);
        all->sorted[i] = all->ids[i];
    }
    qsort(all->sorted, MANY, sizeof all->sorted[0], by_unsigned_bytes);
    for (size_t i = 0; i < MANY; i++)
        if (i == 0 || strcmp(all->sorted[i], all->sorted[i - 1]) != 0)
            all->sorted[all->count++] = all->sorted[i];
}

static mag_status expect_next(void *context, const mag_screen_row *row, mag_error *err) {
    many *all = context;
    (void)err;
    all->wrong += !mag_span_is(row->patient_id, all->sorted[all->seen++]);
    return MAG_OK;
}

static void keeps_thousands_of_prefixes_and_utf_8_in_bytewise_order(void **state) {
    static many all;
    size_t prefixes = 0, used = 0;
    (void)state;
    make_ids(&all, 19);
    /* ids in their order dealt to the partitions, so that every partition's run is sorted */
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        mag_screen_part *part = &all.screen.parts[p];
        part->rows = &all.rows[used];
        for (size_t i = 0; i < all.count; i++)
            if (i * 2654435761u % 4096 / 64 == p) {
                all.rows[used++] = (mag_screen_row){.patient_id = mag_span_of(all.sorted[i]),
                                                    .outcome.kind = MAG_FLAGGED};
                part->row_count++;
            }
    }
    for (size_t i = 1; i < all.count; i++)
        prefixes += strncmp(all.sorted[i], all.sorted[i - 1], strlen(all.sorted[i - 1])) == 0;
    assert_int_equal(used, all.count);
    assert_true(all.count > 5000);
    assert_true(prefixes > 1000);
    assert_int_equal(mag_screen_merge(&all.screen, MAG_FLAGGED, expect_next, &all, NULL), MAG_OK);
    assert_int_equal(all.seen, all.count);
    assert_int_equal(all.wrong, 0);
}

static void stops_at_the_first_fault_of_the_visitor(void **state) {
    static test_data fixture;
    mag_error error = {0};
    visited merged = {.kind = MAG_FLAGGED, .stop_after = 5};
    (void)state;
    fill(&fixture, 3, 64);
    assert_int_equal(mag_screen_merge(&fixture.screen, MAG_FLAGGED, visit, &merged, &error),
                     MAG_E_RESOURCE);
    assert_int_equal(merged.count, 5);
}

static void merges_nothing_into_nothing(void **state) {
    static test_data fixture;
    visited merged = {.kind = MAG_FLAGGED};
    (void)state;
    memset(&fixture, 0, sizeof fixture);
    assert_int_equal(mag_screen_merge(&fixture.screen, MAG_FLAGGED, visit, &merged, NULL), MAG_OK);
    assert_int_equal(merged.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merges_runs_into_the_order_of_ids_and_rules),
        cmocka_unit_test(keeps_thousands_of_prefixes_and_utf_8_in_bytewise_order),
        cmocka_unit_test(stops_at_the_first_fault_of_the_visitor),
        cmocka_unit_test(merges_nothing_into_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
