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
        cmocka_unit_test(stops_at_the_first_fault_of_the_visitor),
        cmocka_unit_test(merges_nothing_into_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
