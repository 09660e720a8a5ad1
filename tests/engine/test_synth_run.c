/* Making a cohort in parallel: the bytes do not depend on threads, the first fault counts. */
#include "engine/synth_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "io/file_digest.h"
#include "support/program.h"
#include "support/synth_cohort.h"

static char folder[256];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    program_folder_remove(folder);
    return 0;
}

static void digest_of(const char *cohort, const char *file, char hex[MAG_SHA256_HEX_NBYTES]) {
    char path[400];
    mag_error err = {0};
    snprintf(path, sizeof path, "%s/%s/%s", folder, cohort, file);
    assert_int_equal(mag_file_sha256(path, hex, &err), MAG_OK);
}

static void write_with(const char *name, unsigned workers, bool is_plain) {
    char path[300];
    mag_error err = {0};
    mag_synth_totals totals;
    /* more blocks than a wave of two workers has, the last one not full */
    mag_synth_settings settings = {9 * MAG_SYNTH_BLOCK_PATIENTS + 7, 3, 2, 5000};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
    synth_way way = {is_plain, workers};
    assert_int_equal(synth_cohort(&settings, path, way, &totals, &err), MAG_OK);
    assert_int_equal(totals.patients, settings.patient_count);
}

static void bytes_do_not_depend_on_threads(void **state) {
    (void)state;
    write_with("one", 1, false);
    write_with("two", 2, false);
    write_with("five", 5, false);
    static const char *const files[] = {"patients.csv.gz",      "labs-1.csv.gz", "labs-2.csv.gz",
                                        "prescriptions.csv.gz", "truth.csv",     "manifest.csv"};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char one[MAG_SHA256_HEX_NBYTES], other[MAG_SHA256_HEX_NBYTES];
        digest_of("one", files[i], one);
        digest_of("two", files[i], other);
        assert_string_equal(one, other);
        digest_of("five", files[i], other);
        assert_string_equal(one, other);
    }
}

/* The rows of a plain cohort are those of the packed one. */
static void plain_files_hold_the_same_rows(void **state) {
    (void)state;
    write_with("packed", 2, false);
    write_with("plain", 2, true);
    char command[900];
    snprintf(command, sizeof command,
             "cd %s && for f in patients labs-1 labs-2 prescriptions conditions; do "
             "gzip -dc packed/$f.csv.gz | cmp - plain/$f.csv || exit 1; done",
             folder);
    assert_int_equal(system(command), 0);
}

/* --- a store that fails --------------------------------------------------------------------- */

typedef struct frail_store {
    mag_synth_store store;
    uint64_t pack_fails_from, put_fails_at; /* numbers of blocks */
    uint64_t put_count;
} frail_store;

static mag_status frail_pack(mag_synth_store *store, mag_synth_block *block, unsigned worker_idx,
                             mag_error *err) {
    const frail_store *frail = (frail_store *)store;
    (void)worker_idx;
    if (block->number < frail->pack_fails_from)
        return MAG_OK;
    return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402, "block %d", (int)block->number);
}

static mag_status frail_put(mag_synth_store *store, const mag_synth_block *block, mag_error *err) {
    frail_store *frail = (frail_store *)store;
    assert_int_equal(block->number, frail->put_count);
    if (frail->put_count++ == frail->put_fails_at)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "put %d", (int)block->number);
    return MAG_OK;
}

static mag_status run_frail(frail_store *frail, unsigned workers, bool (*is_stopped)(void *),
                            mag_error *err) {
    static const mag_synth_store_ops ops = {MAG_SYNTH_CSV, frail_pack, frail_put};
    frail->store.ops = &ops;
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    const mag_synth_plan *plan;
    mag_synth_totals totals;
    mag_synth_settings settings = {20 * MAG_SYNTH_BLOCK_PATIENTS, 3, 1, 0};
    assert_int_equal(mag_synth_plan_new(arena, &settings, &plan, err), MAG_OK);
    mag_synth_run_settings run = {workers, is_stopped, NULL};
    mag_status status = mag_synth_run(plan, &frail->store, &run, &account, &totals, err);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
    return status;
}

static void the_first_block_that_fails_counts(void **state) {
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers += 3) {
        mag_error err = {0};
        frail_store frail = {.pack_fails_from = 6, .put_fails_at = 100};
        assert_int_equal(run_frail(&frail, workers, NULL, &err), MAG_E_RESOURCE);
        assert_string_equal(err.text, "block 6");
        frail = (frail_store){.pack_fails_from = 100, .put_fails_at = 9};
        assert_int_equal(run_frail(&frail, workers, NULL, &err), MAG_E_RESOURCE);
        assert_string_equal(err.text, "put 9");
        assert_int_equal(frail.put_count, 10);
    }
}

static bool always(void *context) {
    (void)context;
    return true;
}

static void a_wish_to_stop_is_heard(void **state) {
    (void)state;
    mag_error err = {0};
    frail_store frail = {.pack_fails_from = 100, .put_fails_at = 100};
    assert_int_equal(run_frail(&frail, 2, always, &err), MAG_E_INTERRUPTED);
    assert_int_equal(frail.put_count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_do_not_depend_on_threads),
        cmocka_unit_test(plain_files_hold_the_same_rows),
        cmocka_unit_test(the_first_block_that_fails_counts),
        cmocka_unit_test(a_wish_to_stop_is_heard),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
