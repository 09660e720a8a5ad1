#include "engine/engine_test.h"

#include "engine/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENT_COUNT = 500, ID_NBYTES = 8 };

typedef struct test_data {
    char ids[PATIENT_COUNT][ID_NBYTES];
    mag_screen_row rows[MAG_PARTITION_COUNT][PATIENT_COUNT * 2];
    size_t row_counts[MAG_PARTITION_COUNT];
    mag_account account;
    mag_screen screen;
} test_data;

static int by_id(const void *a, const void *b) {
    const mag_screen_row *left = a, *right = b;
    int order = mag_span_compare(left->patient_id, right->patient_id);
    return order != 0 ? order : (int)left->rule_idx - (int)right->rule_idx;
}

static void add_rows(mag_screen_part *part, mag_account *account, const mag_screen_row *rows,
                     size_t count) {
    mag_result_run_init(&part->flagged, account, NULL, 0);
    mag_result_run_init(&part->cannot_tell, account, NULL, 0);
    for (size_t i = 0; i < count; i++) {
        mag_result_run *run =
            rows[i].outcome.kind == MAG_FLAGGED ? &part->flagged : &part->cannot_tell;
        assert_int_equal(mag_result_run_add(run, &rows[i], NULL), MAG_OK);
    }
}

/* Ids of different lengths, so that "P1" < "P10" < "P2" matters. */
static void fill(test_data *fixture, uint64_t seed, unsigned used_partitions) {
    memset(fixture, 0, sizeof *fixture);
    fixture->screen.account = &fixture->account;
    for (unsigned i = 0; i < PATIENT_COUNT; i++) {
        unsigned p = (unsigned)(test_random(&seed) % used_partitions);
        snprintf(fixture->ids[i], ID_NBYTES, "P%u", i);
        for (unsigned rule = 0; rule < 2; rule++)
            fixture->rows[p][fixture->row_counts[p]++] = (mag_screen_row){
                .patient_id = mag_span_of(fixture->ids[i]),
                .rule_idx = rule,
                .outcome.kind = test_random(&seed) % 2 == 0 ? MAG_FLAGGED : MAG_CANNOT_TELL};
    }
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        mag_screen_row *rows = fixture->rows[p];
        if (fixture->row_counts[p] > 0)
            qsort(rows, fixture->row_counts[p], sizeof *rows, by_id);
        add_rows(&fixture->screen.parts[p], &fixture->account, rows, fixture->row_counts[p]);
    }
}

static void release(mag_screen *screen) {
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        mag_result_run_done(&screen->parts[p].flagged);
        mag_result_run_done(&screen->parts[p].cannot_tell);
    }
}

typedef struct visited {
    char last_id[ID_NBYTES]; /* a row is gone after its visit */
    mag_screen_row last;
    mag_outcome_kind kind;
    size_t count, stop_after;
} visited;

static mag_status visit(void *context, const mag_screen_row *row, mag_error *err) {
    visited *merged = context;
    assert_int_equal(row->outcome.kind, merged->kind);
    if (merged->count > 0)
        assert_true(by_id(&merged->last, row) < 0);
    snprintf(merged->last_id, ID_NBYTES, "%s", row->patient_id.at);
    merged->last = *row;
    merged->last.patient_id.at = merged->last_id;
    if (++merged->count == merged->stop_after)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "full");
    return MAG_OK;
}

static size_t count_kind(const test_data *fixture, mag_outcome_kind kind) {
    size_t count = 0;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        for (size_t i = 0; i < fixture->row_counts[p]; i++)
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
        release(&fixture.screen);
        assert_int_equal(fixture.account.used_nbytes, 0);
    }
}

enum { MANY = 20000 };

typedef struct many {
    char ids[MANY][24];
    const char *sorted[MANY];
    mag_screen_row rows[MANY];
    mag_account account;
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
    all.screen.account = &all.account;
    /* ids in their order dealt to the partitions, so that every partition's run is sorted */
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        const size_t begin = used;
        for (size_t i = 0; i < all.count; i++)
            if (i * 2654435761u % 4096 / 64 == p)
                all.rows[used++] = (mag_screen_row){.patient_id = mag_span_of(all.sorted[i]),
                                                    .outcome.kind = MAG_FLAGGED};
        add_rows(&all.screen.parts[p], &all.account, &all.rows[begin], used - begin);
    }
    for (size_t i = 1; i < all.count; i++)
        prefixes += strncmp(all.sorted[i], all.sorted[i - 1], strlen(all.sorted[i - 1])) == 0;
    assert_int_equal(used, all.count);
    assert_true(all.count > 5000);
    assert_true(prefixes > 1000);
    assert_int_equal(mag_screen_merge(&all.screen, MAG_FLAGGED, expect_next, &all, NULL), MAG_OK);
    assert_int_equal(all.seen, all.count);
    assert_int_equal(all.wrong, 0);
    release(&all.screen);
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
    release(&fixture.screen);
}

static void merges_nothing_into_nothing(void **state) {
    static test_data fixture;
    visited merged = {.kind = MAG_FLAGGED};
    (void)state;
    fill(&fixture, 1, 1);
    release(&fixture.screen);
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
