/* Rows that went to disk on their way give the same timelines, accounts and rejects as rows that
   stayed, whenever and from wherever they went. */
#include "made_cohort.h"

#include "cohort/lane.h"
#include "cohort/row_spill.h"
#include "cohort/store.h"

#include <unistd.h>

enum { BATCHES = 5 };

/* Between the batches some partitions go to disk: `share` of 64. */
static void fill(unsigned share, uint64_t seed) {
    made_open();
    feed_people();
    for (unsigned batch = 0; batch < BATCHES; batch++) {
        feed_labs(LABS / BATCHES);
        const uint64_t rows = random_state;
        random_state = seed + batch;
        for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
            if (pick(MAG_PARTITION_COUNT) < share)
                must(&f, mag_cohort_spill_rows(f.cohort, p, &f.err));
        random_state = rows;
    }
    feed_others();
    for (unsigned p = 0; share == MAG_PARTITION_COUNT && p < MAG_PARTITION_COUNT; p++)
        must(&f, mag_cohort_spill_rows(f.cohort, p, &f.err));
}

/* Timelines, then where every row ended. */
static mag_text dump_with_accounts(void) {
    mag_text out = dump_all(&f);
    out.nbytes--; /* its NUL */
    for (uint16_t i = 0; i < mag_cohort_file_count(f.cohort); i++) {
        const mag_accounting *rows = &mag_cohort_file(f.cohort, i)->accounting;
        mag_text_format(&out, "%u: %llu %llu %llu %llu %llu\n", i, (unsigned long long)rows->read,
                        (unsigned long long)rows->accepted, (unsigned long long)rows->duplicate,
                        (unsigned long long)rows->out_of_window,
                        (unsigned long long)rows->version_conflicts);
    }
    size_t count;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &count);
    for (size_t i = 0; i < count; i++)
        mag_text_format(&out, "reject %u %u %u %s\n", rejects[i].file_id, rejects[i].line,
                        rejects[i].reason, rejects[i].detail);
    mag_text_add_char(&out, '\0');
    must(&f, mag_text_check(&out, &f.err));
    return out;
}

static char *settled_text(unsigned share, uint64_t seed) {
    fill(share, seed);
    settle(&f);
    mag_text text = dump_with_accounts();
    char *kept = strdup(mag_text_span(&text).at);
    assert_non_null(kept);
    mag_text_done(&text);
    made_close();
    return kept;
}

static void rows_from_disk_settle_as_rows_from_memory(void **state) {
    (void)state;
    char *wanted = settled_text(0, 0);
    assert_true(strlen(wanted) > LABS * 20);
    assert_non_null(strstr(wanted, "reject"));
    static const unsigned shares[] = {1, 16, 40, MAG_PARTITION_COUNT};
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            char *got = settled_text(shares[i], seed);
            assert_string_equal(got, wanted);
            free(got);
        }
    free(wanted);
}

static void a_copy_reads_what_its_original_spilled(void **state) {
    (void)state;
    mag_minute day = end_of("2024-03-31");
    char *wanted[2] = {NULL, NULL};
    for (int is_spilled = 0; is_spilled < 2; is_spilled++) {
        fill(is_spilled ? MAG_PARTITION_COUNT : 0, 1);
        mag_cohort *original = f.cohort, *copy;
        must(&f, mag_cohort_copy(original, day, &copy, &f.err));
        f.cohort = copy;
        settle(&f);
        mag_text early = dump_with_accounts();
        f.cohort = original;
        mag_cohort_free(copy);
        settle(&f);
        mag_text late = dump_with_accounts();
        assert_string_not_equal(mag_text_span(&early).at, mag_text_span(&late).at);
        if (!is_spilled) {
            wanted[0] = strdup(mag_text_span(&early).at);
            wanted[1] = strdup(mag_text_span(&late).at);
        } else {
            assert_string_equal(mag_text_span(&early).at, wanted[0]);
            assert_string_equal(mag_text_span(&late).at, wanted[1]);
        }
        mag_text_done(&early);
        mag_text_done(&late);
        made_close();
    }
    free(wanted[0]);
    free(wanted[1]);
}

/* A lane looks at the account by itself; small parts are not worth a segment. */
static void a_lane_spills_by_itself_when_memory_is_tight(void **state) {
    (void)state;
    char row[ROW_NBYTES];
    static char text[LABS][ROW_NBYTES];
    static const char *rows[LABS + 1];
    made_open();
    feed_people();
    f.account.mark_nbytes = 1;
    for (unsigned i = 0; i < LABS; i++) { /* of one patient: one part grows */
        make_lab(i, row);
        snprintf(text[i], ROW_NBYTES, "p1%s", strchr(row, '|'));
        rows[i] = text[i];
    }
    feed(&f, MAG_TABLE_LABS,
         "patient_id|code|value|unit|collected_at|specimen_id|result_id|version", rows);
    const mag_lane_part *part =
        &f.cohort->lanes[0]->parts[mag_cohort_partition_idx(mag_span_of("p1"))];
    assert_true(part->labs.spilled_count > 3);
    assert_int_equal(part->labs.row_count, LABS);
    assert_true(part->labs.here_nbytes < (size_t)LABS * sizeof(mag_lab_row) / 3);
    f.account.mark_nbytes = 0;
    made_close();
}

static void without_a_spill_file_rows_stay(void **state) {
    (void)state;
    fill(0, 0);
    f.cohort->settings.spill = NULL;
    const size_t before = mag_cohort_rows_nbytes(f.cohort, 3);
    must(&f, mag_cohort_spill_rows(f.cohort, 3, &f.err));
    must(&f, mag_lane_spill(f.cohort->lanes[0], &f.err));
    assert_int_equal(mag_cohort_rows_nbytes(f.cohort, 3), before);
    f.cohort->settings.spill = file;
    must(&f, mag_cohort_spill_rows(f.cohort, 3, &f.err));
    assert_true(mag_cohort_rows_nbytes(f.cohort, 3) < before / 2);
    made_close();
}

static void rows_that_do_not_come_back_end_the_settling(void **state) {
    (void)state;
    fill(MAG_PARTITION_COUNT, 1);
    assert_int_equal(ftruncate(mag_spill_descriptor(file), 64), 0);
    must(&f, mag_cohort_infer_units(f.cohort, &f.err));
    mag_status status = MAG_OK;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT && status == MAG_OK; p++)
        status = mag_cohort_settle(f.cohort, p, &f.err);
    assert_int_equal(status, MAG_E_RESOURCE);
    assert_int_equal(f.err.message, MAG_MSG_P409);
    made_close();
}

/* Whatever request is the one too much: rows are where they were, and the account balances. */
static void a_full_account_loses_no_row(void **state) {
    (void)state;
    fill(0, 0);
    const unsigned p = mag_cohort_partition_idx(mag_span_of("p1"));
    const mag_lane_part *part = &f.cohort->lanes[0]->parts[p];
    const size_t row_count = part->labs.row_count;
    f.account.limit_nbytes = f.account.used_nbytes;
    assert_int_equal(mag_cohort_spill_rows(f.cohort, p, &f.err), MAG_E_RESOURCE);
    assert_int_equal(f.err.message, MAG_MSG_P402);
    assert_int_equal(part->labs.row_count, row_count);
    f.account.limit_nbytes = 0;
    must(&f, mag_cohort_spill_rows(f.cohort, p, &f.err));
    assert_int_equal(part->labs.row_count, row_count);
    settle(&f);
    made_close();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_from_disk_settle_as_rows_from_memory),
        cmocka_unit_test(a_copy_reads_what_its_original_spilled),
        cmocka_unit_test(a_lane_spills_by_itself_when_memory_is_tight),
        cmocka_unit_test(without_a_spill_file_rows_stay),
        cmocka_unit_test(rows_that_do_not_come_back_end_the_settling),
        cmocka_unit_test(a_full_account_loses_no_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
