/* The compiled evaluator says what the plain one says, of every patient of every cohort that can be
   had: synthetic ones, clean and dirty, of several times, a real one where it is, and of random
   packs as well as of the shipped one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "both_evaluators.h"
#include "random_pack.h"
#include "support/program.h"
#include "support/synth_cohort.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_same(const both_report *report, const char *what) {
    print_message("%s: %llu patients, %llu outcomes, %llu differ\n", what,
                  (unsigned long long)report->patient_count,
                  (unsigned long long)report->outcome_count,
                  (unsigned long long)report->difference_count);
    if (report->difference_count > 0)
        fail_msg("%s: %s", what, report->first);
    assert_true(report->by_kind[MAG_FLAGGED] > 0);
    assert_true(report->by_kind[MAG_CANNOT_TELL] > 0);
    assert_true(report->by_kind[MAG_CLEAR] > 0);
}

static void must(mag_status status, const mag_error *err) {
    if (status != MAG_OK)
        fail_msg("%s %s", mag_message_code(err->message), err->text);
}

/* A synthetic cohort in a folder that is removed in the end. */
static void write_cohort(const char *folder, uint64_t patients, uint64_t seed, uint32_t dirty,
                         char data[300]) {
    mag_error err = {0};
    mag_synth_totals totals;
    (void)snprintf(data, 300, "%s/data", folder);
    assert_int_equal(mkdir(data, 0700), 0);
    const mag_synth_settings settings = {patients, seed, 1, dirty};
    must(synth_cohort(&settings, data, (synth_way){false, 1}, &totals, &err), &err);
}

static void of_synthetic_cohorts_at_several_times(void **state) {
    (void)state;
    static const struct {
        uint64_t seed;
        uint32_t dirty;
        const char *as_of;
    } rows[] = {{1, 0, "2025-12-31"},
                {2, 20000, "2025-12-31"},
                {3, 200000, "2025-11-20"},
                {4, 50000, "latest"},
                {5, 20000, "2025-03-01"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char folder[256], data[300];
        both_report report;
        mag_error err = {0};
        (void)snprintf(folder, sizeof folder, "%s", program_folder_new());
        write_cohort(folder, 1500, rows[i].seed, rows[i].dirty, data);
        const mag_plan_options options = {
            .profile = "magscreen", .data_directory = data, .as_of = rows[i].as_of};
        must(both_compare_folder(&options, &report, &err), &err);
        expect_same(&report, rows[i].as_of);
        program_folder_remove(folder);
    }
}

static void whatever_place_a_patient_has_in_a_block(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 2, 31, 63, 64};
    char folder[256], data[300];
    mag_error err = {0};
    (void)snprintf(folder, sizeof folder, "%s", program_folder_new());
    write_cohort(folder, 1000, 7, 50000, data);
    const mag_plan_options options = {
        .profile = "magscreen", .data_directory = data, .as_of = "2025-12-31"};
    both_evaluators with = {.arena = NULL};
    must(both_load(&with, &options, &err), &err);
    must(both_prepare(&with, &err), &err);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        both_report report = {0};
        must(both_judge(&with, sizes[i], &report, &err), &err);
        expect_same(&report, "blocks");
    }
    both_unload(&with);
    assert_int_equal(with.account.used_nbytes, 0);
    program_folder_remove(folder);
}

static void of_real_patients(void **state) {
    (void)state;
    char folder[512];
    const char *root = getenv("MAGSCREEN_DATA");
    both_report report;
    mag_error err = {0};
    (void)snprintf(folder, sizeof folder, "%s/mimic-iv-demo",
                   root ? root : MAG_SOURCE_DIR "/../shared/data");
    if (access(folder, R_OK) != 0) {
        print_message("SKIPPED: %s is not there\n", folder);
        skip();
    }
    const mag_plan_options options = {
        .profile = "mimic-iv", .data_directory = folder, .as_of = "latest"};
    must(both_compare_folder(&options, &report, &err), &err);
    expect_same(&report, "mimic-iv-demo");
}

/* --- random packs ----------------------------------------------------------------------------- */

enum { RULES_PER_PACK = 40, PACK_COUNT = 4, PACK_NBYTES = 1 << 18 };

static bool is_accepted(const char *text) {
    mag_account account = {0};
    mag_error err = {0};
    const mag_pack *pack;
    mag_arena *arena = mag_arena_new(&account);
    assert_non_null(arena);
    const mag_status status =
        mag_pack_load(arena, "random.yaml", mag_span_of(text), NULL, 0, 0, &pack, &err);
    mag_arena_free(arena);
    assert_true(status == MAG_OK || status == MAG_E_RULES);
    return status == MAG_OK;
}

/* Rules are tried one after the other; those that the checker refuses (a trigger that can never
   hold, a window without sense) are left out. */
static unsigned write_pack(random_text *of, char *text) {
    unsigned accepted = 0, refused = 0;
    size_t nbytes = (size_t)snprintf(text, PACK_NBYTES, "%s", RANDOM_PACK_HEAD);
    while (accepted < RULES_PER_PACK) {
        write_rule(of, accepted);
        assert_true(nbytes + of->nbytes < PACK_NBYTES);
        memcpy(text + nbytes, of->text, of->nbytes + 1);
        if (is_accepted(text)) {
            nbytes += of->nbytes;
            accepted++;
        } else {
            refused++;
        }
        assert_true(refused < 4000);
    }
    text[nbytes] = '\0';
    return refused;
}

static void of_random_rules_over_all_operands(void **state) {
    (void)state;
    char folder[256], data[300];
    char *text = malloc(PACK_NBYTES);
    mag_error err = {0};
    assert_non_null(text);
    (void)snprintf(folder, sizeof folder, "%s", program_folder_new());
    write_cohort(folder, 600, 11, 100000, data);
    const mag_plan_options options = {
        .profile = "magscreen", .data_directory = data, .as_of = "2025-12-20"};
    both_evaluators with = {.arena = NULL};
    must(both_load(&with, &options, &err), &err);
    random_text words = {.state = 20261122};
    for (unsigned i = 0; i < PACK_COUNT; i++) {
        both_report report = {0};
        const unsigned refused = write_pack(&words, text);
        must(mag_pack_load(with.arena, "random.yaml", mag_span_of(text), NULL, 0, 0, &with.pack,
                           &err),
             &err);
        must(both_prepare(&with, &err), &err);
        must(both_judge(&with, MAG_BLOCK_PATIENTS, &report, &err), &err);
        both_done(&with);
        print_message("pack %u: %u rules refused\n", i, refused);
        expect_same(&report, "random rules");
    }
    both_unload(&with);
    program_folder_remove(folder);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_synthetic_cohorts_at_several_times),
        cmocka_unit_test(whatever_place_a_patient_has_in_a_block),
        cmocka_unit_test(of_real_patients),
        cmocka_unit_test(of_random_rules_over_all_operands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
