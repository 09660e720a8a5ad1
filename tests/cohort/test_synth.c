/* The synthetic cohort: same settings same bytes, whole truth, every rule planted with every tier.
 */
#include "cohort/synth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "cohort/manifest.h"
#include "cohort/synth_planted.h"
#include "cohort/synth_random.h"
#include "io/file_digest.h"

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/mag-synth-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static mag_synth_totals write_dirty(const char *name, uint64_t patients, uint64_t seed,
                                    unsigned files, uint32_t dirty_per_million) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
    mag_account account = {0};
    mag_error err = {0};
    mag_synth_totals totals;
    mag_synth_settings settings = {patients, seed, path, files, dirty_per_million};
    assert_int_equal(mag_synth_write(&settings, &account, &totals, &err), MAG_OK);
    assert_int_equal(account.used_nbytes, 0);
    return totals;
}

static mag_synth_totals write_cohort(const char *name, uint64_t patients, uint64_t seed,
                                     unsigned files) {
    return write_dirty(name, patients, seed, files, 0);
}

/* The whole content of a file of a cohort, inflated; free it. */
static char *content(const char *cohort, const char *file) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s/%s", folder, cohort, file);
    gzFile in = gzopen(path, "rb");
    assert_non_null(in);
    size_t room = 1 << 24;
    char *text = malloc(room);
    assert_non_null(text);
    int got = gzread(in, text, (unsigned)room - 1);
    assert_true(got > 0 && (size_t)got < room - 1);
    text[got] = '\0';
    gzclose(in);
    return text;
}

static size_t count_lines(const char *text) {
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* Every table is listed with the rows that it has and the digest of its bytes; the truth is not. */
static void the_manifest_lists_what_was_written(void **state) {
    (void)state;
    mag_synth_totals totals = write_cohort("listed", 60, 5, 3);
    char path[256], hex[MAG_SHA256_HEX_NBYTES];
    mag_account account = {0};
    mag_error err = {0};
    mag_arena *arena = mag_arena_new(&account);
    const mag_manifest *manifest;
    snprintf(path, sizeof path, "%s/listed/manifest.csv", folder);
    assert_int_equal(mag_manifest_read(arena, path, &manifest, &err), MAG_OK);
    assert_int_equal(manifest->line_count, 6);
    assert_null(mag_manifest_find(manifest, "truth.csv"));
    uint64_t rows = 0;
    for (size_t i = 0; i < manifest->line_count; i++) {
        const mag_manifest_line *line = &manifest->lines[i];
        char *text = content("listed", line->file);
        assert_int_equal(line->row_count, count_lines(text) - 1);
        free(text);
        snprintf(path, sizeof path, "%s/listed/%s", folder, line->file);
        assert_int_equal(mag_file_sha256(path, hex, &err), MAG_OK);
        assert_string_equal(line->sha256, hex);
        rows += (uint64_t)line->row_count;
    }
    assert_int_equal(rows,
                     totals.patients + totals.labs + totals.prescriptions + totals.conditions);
    mag_arena_free(arena);
}

static void same_settings_give_the_same_bytes(void **state) {
    (void)state;
    write_cohort("a", 300, 7, 1);
    write_cohort("b", 300, 7, 1);
    write_cohort("c", 300, 8, 1);
    const char *files[] = {"patients.csv.gz", "labs.csv.gz", "prescriptions.csv.gz",
                           "manifest.csv"};
    for (size_t i = 0; i < 4; i++) {
        char *a = content("a", files[i]), *b = content("b", files[i]), *c = content("c", files[i]);
        assert_string_equal(a, b);
        assert_string_not_equal(a, c);
        free(a);
        free(b);
        free(c);
    }
}

static void truth_has_every_planted_patient_and_rule(void **state) {
    (void)state;
    mag_synth_totals totals = write_cohort("truth", 5000, 1, 1);
    assert_int_equal(totals.patients, 5000);
    assert_int_equal(totals.planted, mag_synth_case_count() * 2);
    char *truth = content("truth", "truth.csv");
    assert_int_equal(count_lines(truth), 1 + totals.planted * 7);
    free(truth);
}

/* The tiers that the catalogue gives each rule, and both other answers. */
static void every_outcome_of_every_rule_is_planted(void **state) {
    (void)state;
    static const char *const wanted[] = {
        "A01,flagged,critical", "A01,flagged,high",     "A01,clear,",
        "A01,cannot_tell,",     "A02,flagged,high",     "A02,flagged,moderate",
        "A02,clear,",           "A02,cannot_tell,",     "A03,flagged,moderate",
        "A03,flagged,low",      "A03,clear,",           "A03,cannot_tell,",
        "A04,flagged,moderate", "A04,flagged,low",      "A04,clear,",
        "A04,cannot_tell,",     "B01,flagged,critical", "B01,flagged,high",
        "B01,flagged,moderate", "B01,flagged,low",      "B01,clear,",
        "C01,flagged,critical", "C01,flagged,high",     "C01,flagged,moderate",
        "C01,flagged,low",      "C01,clear,",           "C01,cannot_tell,",
        "C02,flagged,critical", "C02,flagged,high",     "C02,flagged,moderate",
        "C02,flagged,low",      "C02,clear,",           "C02,cannot_tell,",
        "A01,not_applicable,",  "C02,not_applicable,"};
    write_cohort("tiers", 200, 1, 1);
    char *truth = content("tiers", "truth.csv");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (!strstr(truth, wanted[i]))
            fail_msg("nothing planted for %s", wanted[i]);
    free(truth);
}

static void a_split_cohort_has_the_same_rows(void **state) {
    (void)state;
    mag_synth_totals one = write_cohort("one", 400, 3, 1);
    mag_synth_totals five = write_cohort("five", 400, 3, 5);
    assert_int_equal(one.labs, five.labs);
    size_t lines = 0, nbytes = 0;
    for (int k = 1; k <= 5; k++) {
        char name[32];
        snprintf(name, sizeof name, "labs-%d.csv.gz", k);
        char *part = content("five", name);
        lines += count_lines(part) - 1;
        nbytes += strlen(strchr(part, '\n') + 1);
        free(part);
    }
    char *whole = content("one", "labs.csv.gz");
    assert_int_equal(lines, count_lines(whole) - 1);
    assert_int_equal(nbytes, strlen(strchr(whole, '\n') + 1));
    free(whole);
}

/* Lines of `text` that are nowhere in `other`, both ended by LF. */
static size_t lines_only_in(const char *text, const char *other) {
    size_t count = 0;
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        char line[512];
        size_t nbytes = (size_t)(end - text) + 1;
        assert_true(nbytes < sizeof line);
        memcpy(line, text, nbytes);
        line[nbytes] = '\0';
        count += strstr(other, line) == NULL;
    }
    return count;
}

/* Of 600 people about 6,000 orders and 18,000 results; a fault in one of a hundred rows. */
static void dirt_changes_rows_at_its_rate_and_no_others(void **state) {
    (void)state;
    mag_synth_totals clean = write_cohort("clean", 600, 11, 1);
    mag_synth_totals dirty = write_dirty("dirty", 600, 11, 1, 10000);
    assert_int_equal(clean.dirty, 0);
    uint64_t rows = clean.patients + clean.labs + clean.prescriptions;
    assert_in_range(dirty.dirty, rows / 150, rows / 70);
    uint64_t twice = dirty.patient_rows + dirty.labs + dirty.prescriptions - rows;
    assert_in_range(twice, 1, dirty.dirty / 4);
    static const char *const files[] = {"patients.csv.gz", "labs.csv.gz", "prescriptions.csv.gz"};
    size_t changed = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char *a = content("clean", files[i]), *b = content("dirty", files[i]);
        changed += lines_only_in(b, a);
        free(a);
        free(b);
    }
    /* a fault that changes nothing: an empty cell made empty, a comma where there is no point */
    assert_in_range(changed, dirty.dirty / 2, dirty.dirty - twice);
    char *truth = content("clean", "truth.csv"), *same = content("dirty", "truth.csv");
    assert_string_equal(truth, same);
    free(truth);
    free(same);
}

static void patient_ids_are_unique(void **state) {
    (void)state;
    write_cohort("ids", 3000, 5, 1);
    char *text = content("ids", "patients.csv.gz");
    char *ids[3000];
    size_t count = 0;
    for (char *line = strchr(text, '\n') + 1; *line; line = strchr(line, '\n') + 1)
        ids[count++] = line;
    assert_int_equal(count, 3000);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            assert_true(strncmp(ids[i], ids[j], 16) != 0);
    free(text);
}

static void refuses_sizes_out_of_range(void **state) {
    (void)state;
    mag_account account = {0};
    mag_synth_totals totals;
    mag_error err = {0};
    const mag_synth_settings bad[] = {{0, 1, folder, 1, 0},
                                      {10000001, 1, folder, 1, 0},
                                      {10, 1, folder, 0, 0},
                                      {10, 1, folder, 65, 0},
                                      {10, 1, folder, 1, 1000001}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(mag_synth_write(&bad[i], &account, &totals, &err), MAG_E_USAGE);
}

static void random_numbers_do_not_depend_on_order(void **state) {
    (void)state;
    mag_random a, b, other;
    mag_random_init(&a, 1, 41);
    mag_random_init(&other, 1, 42);
    mag_random_next(&other);
    mag_random_init(&b, 1, 41);
    assert_int_equal(mag_random_next(&a), mag_random_next(&b));
    double sum = 0, squares = 0;
    for (int i = 0; i < 20000; i++) {
        double x = mag_random_normal(&a);
        sum += x;
        squares += x * x;
        assert_in_range(mag_random_below(&b, 7), 0, 6);
        assert_in_range(mag_random_between(&b, 3, 5), 3, 5);
    }
    assert_true(sum / 20000 > -0.05 && sum / 20000 < 0.05);
    assert_true(squares / 20000 > 0.95 && squares / 20000 < 1.05);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_settings_give_the_same_bytes),
        cmocka_unit_test(the_manifest_lists_what_was_written),
        cmocka_unit_test(truth_has_every_planted_patient_and_rule),
        cmocka_unit_test(every_outcome_of_every_rule_is_planted),
        cmocka_unit_test(a_split_cohort_has_the_same_rows),
        cmocka_unit_test(dirt_changes_rows_at_its_rate_and_no_others),
        cmocka_unit_test(patient_ids_are_unique),
        cmocka_unit_test(refuses_sizes_out_of_range),
        cmocka_unit_test(random_numbers_do_not_depend_on_order),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
