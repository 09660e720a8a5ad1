/* The synthetic cohort: same settings same bytes, whole truth, dirt at its rate. */

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
#include "support/synth_cohort.h"

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

static mag_synth_totals write_so(const char *name, const mag_synth_settings *settings,
                                 synth_way way) {
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
    mag_error err = {0};
    mag_synth_totals totals;
    assert_int_equal(synth_cohort(settings, path, way, &totals, &err), MAG_OK);
    return totals;
}

static mag_synth_totals write_dirty(const char *name, uint64_t patients, uint64_t seed,
                                    unsigned files, uint32_t dirty_per_million) {
    mag_synth_settings settings = {patients, seed, files, dirty_per_million};
    return write_so(name, &settings, (synth_way){false, 1});
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
    uint64_t written = 0;
    for (unsigned sheet = 0; sheet < MAG_SYNTH_SHEETS; sheet++)
        written += sheet == MAG_SYNTH_TRUTH ? 0 : totals.rows[sheet];
    assert_int_equal(rows, written);
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

/* Every copy of a case has the same answers, and none is empty. */
static void truth_holds_every_copy_of_every_case(void **state) {
    (void)state;
    mag_synth_totals totals = write_cohort("truth", 20000, 1, 1);
    assert_int_equal(totals.patients, 20000);
    assert_int_equal(totals.planted, mag_synth_case_count() * 2);
    assert_int_equal(totals.rows[MAG_SYNTH_TRUTH] % 2, 0);
    char *truth = content("truth", "truth.csv");
    assert_int_equal(count_lines(truth), 1 + totals.rows[MAG_SYNTH_TRUTH]);
    size_t people = 0;
    char last[32] = "";
    for (char *line = strchr(truth, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        char patient[32];
        assert_int_equal(sscanf(line, "%31[^,]", patient), 1);
        people += strcmp(patient, last) != 0;
        strcpy(last, patient);
    }
    assert_int_equal(people, totals.planted);
    free(truth);
}

static void no_two_cases_share_a_name(void **state) {
    (void)state;
    for (size_t i = 0; i < mag_synth_case_count(); i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(mag_synth_case_name(i), mag_synth_case_name(j));
}

static void a_quarter_of_a_small_cohort_is_planted(void **state) {
    (void)state;
    mag_synth_totals totals = write_cohort("small", 101, 1, 1);
    assert_int_equal(totals.planted, 26);
    totals = write_cohort("one patient", 1, 1, 1);
    assert_int_equal(totals.planted, 1);
}

static void a_split_cohort_has_the_same_rows(void **state) {
    (void)state;
    mag_synth_totals one = write_cohort("one", 400, 3, 1);
    mag_synth_totals five = write_cohort("five", 400, 3, 5);
    assert_int_equal(mag_synth_lab_rows(&one), mag_synth_lab_rows(&five));
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

/* Lines of `text` that are not in `other` near the place where the line before was found, both
   ended by LF and in one order. */
static size_t lines_only_in(const char *text, const char *other) {
    enum { BEHIND = 400, AHEAD = 4000 };
    size_t count = 0, other_nbytes = strlen(other), place = 0;
    for (const char *end; (end = strchr(text, '\n')); text = end + 1) {
        char line[512], window[BEHIND + AHEAD + 1];
        size_t nbytes = (size_t)(end - text) + 1;
        assert_true(nbytes < sizeof line);
        memcpy(line, text, nbytes);
        line[nbytes] = '\0';
        size_t from = place > BEHIND ? place - BEHIND : 0;
        size_t until = from + BEHIND + AHEAD < other_nbytes ? from + BEHIND + AHEAD : other_nbytes;
        memcpy(window, other + from, until - from);
        window[until - from] = '\0';
        const char *found = strstr(window, line);
        count += found == NULL;
        if (found)
            place = from + (size_t)(found - window);
    }
    return count;
}

/* Of 2,000 people some 1,550 are not planted; a fault in one of a hundred of their rows. */
static void dirt_changes_rows_at_its_rate_and_no_others(void **state) {
    (void)state;
    mag_synth_totals clean = write_cohort("clean", 2000, 11, 1);
    mag_synth_totals dirty = write_dirty("dirty", 2000, 11, 1, 10000);
    assert_int_equal(clean.dirty, 0);
    uint64_t rows = clean.rows[MAG_SYNTH_PATIENTS] + clean.rows[MAG_SYNTH_LABS] +
                    clean.rows[MAG_SYNTH_PRESCRIPTIONS];
    assert_in_range(dirty.dirty, rows / 150, rows / 70);
    uint64_t twice = dirty.rows[MAG_SYNTH_PATIENTS] + dirty.rows[MAG_SYNTH_LABS] +
                     dirty.rows[MAG_SYNTH_PRESCRIPTIONS] - rows;
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
    mag_arena *arena = mag_arena_new(&account);
    const mag_synth_plan *plan;
    mag_error err = {0};
    const mag_synth_settings bad[] = {
        {0, 1, 1, 0}, {10000001, 1, 1, 0}, {10, 1, 0, 0}, {10, 1, 65, 0}, {10, 1, 1, 1000001}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(mag_synth_plan_new(arena, &bad[i], &plan, &err), MAG_E_USAGE);
    mag_arena_free(arena);
}

static void numbers_are_printed_as_a_laboratory_does(void **state) {
    (void)state;
    char text[MAG_SYNTH_NUMBER_NBYTES];
    static const struct {
        int mantissa;
        unsigned decimals;
        const char *printed;
    } rows[] = {{70, 2, "0.70"}, {7, 2, "0.07"}, {0, 0, "0"},        {0, 1, "0.0"},
                {140, 0, "140"}, {41, 1, "4.1"}, {1234, 3, "1.234"}, {2147483647, 0, "2147483647"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(mag_synth_number(rows[i].mantissa, rows[i].decimals, text),
                            rows[i].printed);
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
        cmocka_unit_test(truth_holds_every_copy_of_every_case),
        cmocka_unit_test(no_two_cases_share_a_name),
        cmocka_unit_test(a_quarter_of_a_small_cohort_is_planted),
        cmocka_unit_test(numbers_are_printed_as_a_laboratory_does),
        cmocka_unit_test(a_split_cohort_has_the_same_rows),
        cmocka_unit_test(dirt_changes_rows_at_its_rate_and_no_others),
        cmocka_unit_test(patient_ids_are_unique),
        cmocka_unit_test(refuses_sizes_out_of_range),
        cmocka_unit_test(random_numbers_do_not_depend_on_order),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
