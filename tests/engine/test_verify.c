/* One changed cell anywhere that the digest covers is noticed; what it does not cover is not. */
#include "engine/run_fixture.h"

static int setup(void **state) {
    static run_fixture at;
    fixture_begin(&at);
    fixture_write(&at, 42);
    assert_int_equal(fixture_run(&at), MAG_OK);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    fixture_end(*state);
    return 0;
}

/* Runs a command in the result's folder. */
static void change(const run_fixture *at, const char *command) {
    char whole[700];
    snprintf(whole, sizeof whole, "cd '%s' && %s", at->out, command);
    assert_int_equal(system(whole), 0);
}

static mag_status verify(run_fixture *at, mag_verification *out) {
    at->error = (mag_error){0};
    return mag_verify_directory(at->out, &at->account, NULL, NULL, out, &at->error);
}

/* sed on an inflated table, first data row of the kind. */
#define IN_GZIP(file, script)                                                                      \
    "gzip -dc " file " > x && sed -i " script " x && gzip -c x > " file " && rm x"

static void any_changed_cell_of_the_digest_is_noticed(void **state) {
    static const char *const changes[] = {
        IN_GZIP("flags.csv.gz", "'2s/\"P/\"Q/'"),
        IN_GZIP("flags.csv.gz", "'2s/,2025-12-31,/,2025-12-30,/'"),
        IN_GZIP("flags.csv.gz", "'2s/,\\(critical\\|high\\|moderate\\|low\\),/,info,/'"),
        IN_GZIP("flags.csv.gz", "'2s/\"digest\"\":\"\"/&x/'"),
        IN_GZIP("flags.csv.gz", "'2d'"),
        IN_GZIP("flags.csv.gz", "'s/,B01,,/,,,/;s/,A01,,/,,,/;s/,A02,,/,,,/'"),
        IN_GZIP("cannot_tell.csv.gz", "'2s/,A0[0-9],/,Z99,/'"),
        IN_GZIP("cannot_tell.csv.gz", "'s/missing,\\(kf\\|egfr\\|latest\\)/stale,\\1/'"),
        IN_GZIP("cannot_tell.csv.gz", "'3d'"),
        "sed -i '3s/,sex,F,/,sex,M,/' summary.csv",
        "sed -i '$d' summary.csv",
        "sed -i '2s/^\\([^,]*,[^,]*\\),\\([0-9]*\\)/\\1,1\\2/' lab_summary.csv",
        "sed -i 's/^magnesium,mmol/magnesium,umol/' lab_summary.csv",
        "sed -i 's/\"digest_header\": \"1/\"digest_header\": \"2/' run.json",
        "sed -i 's/\"result_sha256\": \"./\"result_sha256\": \"x/' run.json"};
    run_fixture *at = *state;
    change(at, "mkdir ../copy && cp * ../copy");
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        mag_verification verification;
        change(at, changes[i]);
        if (verify(at, &verification) != MAG_OK)
            fail_msg("%s: %s", changes[i], at->error.text);
        if (verification.is_same)
            fail_msg("not noticed: %s", changes[i]);
        change(at, "cp ../copy/* .");
        assert_int_equal(verify(at, &verification), MAG_OK);
        assert_true(verification.is_same);
    }
}

static void what_is_not_in_the_digest_may_differ(void **state) {
    static const char *const changes[] = {
        IN_GZIP("flags.csv.gz", "'s/,new,/,ongoing,/'"),
        IN_GZIP("flags.csv.gz",
                "-E 's/(\"[^\"]*\"|[^,\"]*)$/another title/;1s/another title/title/'"),
        "sed -i 's/\"run_id\": \"./\"run_id\": \"x/' run.json",
        "gzip -dc rejects.csv.gz > x && echo 'a,b,1,c,d,e' >> x && gzip -c x > rejects.csv.gz"};
    run_fixture *at = *state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        mag_verification verification;
        change(at, changes[i]);
        assert_int_equal(verify(at, &verification), MAG_OK);
        if (!verification.is_same)
            fail_msg("not the digest's business: %s", changes[i]);
    }
}

static void what_cannot_be_read_is_said_with_the_file(void **state) {
    static const struct row {
        const char *command, *words;
    } rows[] = {{"rm flags.csv.gz", "flags.csv.gz"},
                {"rm summary.csv", "summary.csv"},
                {"head -c 100 flags.csv.gz > x && mv x flags.csv.gz", "flags.csv.gz"},
                {"sed -i '1s/clear/clean/' summary.csv", "clear"},
                {"sed -i '2s/,/;/' lab_summary.csv", "lab_summary.csv"},
                {IN_GZIP("flags.csv.gz", "'s/{\"\"digest/{\"\"facts/'"), "flags.csv.gz"}};
    run_fixture *at = *state;
    change(at, "mkdir ../copy && cp * ../copy");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_verification verification;
        change(at, rows[i].command);
        assert_int_not_equal(verify(at, &verification), MAG_OK);
        if (strstr(at->error.text, rows[i].words) == NULL)
            fail_msg("%s: %s", rows[i].command, at->error.text);
        change(at, "cp ../copy/* .");
    }
}

static void a_refused_run_has_nothing_to_verify(void **state) {
    run_fixture *at = *state;
    mag_verification verification;
    fixture_append(at, "labs.csv", "P1,2601-3\nP2,2601-3\n");
    assert_int_equal(fixture_run(at), MAG_OK);
    strcat(at->out, ".failed");
    assert_int_equal(verify(at, &verification), MAG_E_INPUT);
    assert_non_null(strstr(at->error.text, "published nothing"));
}

/* Such ids once gave "different" for a sound folder: the reader took away what was their own. */
static void ids_that_begin_like_a_guard_are_verified(void **state) {
    static const char *const ids[] = {"'=P", "''=P", "'-P", "=P", "'P", "'@P", "'''+P"};
    run_fixture *at = *state;
    mag_verification verification;
    char row[160];
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        snprintf(row, sizeof row, "%s,F,1950-06-15,North,60,170,2025-06-01\n", ids[i]);
        fixture_append(at, "patients.csv", row);
        snprintf(row, sizeof row, "%s,14682-9,450,umol/L,2025-12-02T08:00\n", ids[i]);
        fixture_append(at, "labs.csv", row);
        snprintf(row, sizeof row,
                 "%s,A12CC04,magnesium citrate,2025-11-01,2026-01-31,order,400,mg,2,PO\n", ids[i]);
        fixture_append(at, "prescriptions.csv", row);
    }
    assert_int_equal(fixture_run(at), MAG_OK);
    assert_int_equal(at->report->end, MAG_RUN_PUBLISHED);
    change(at, "gzip -dc flags.csv.gz | grep -q \"\\\"''=P\\\"\"");
    assert_int_equal(verify(at, &verification), MAG_OK);
    assert_true(verification.is_same);
}

#define VERIFY_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        VERIFY_TEST(any_changed_cell_of_the_digest_is_noticed),
        VERIFY_TEST(what_is_not_in_the_digest_may_differ),
        VERIFY_TEST(what_cannot_be_read_is_said_with_the_file),
        VERIFY_TEST(ids_that_begin_like_a_guard_are_verified),
        VERIFY_TEST(a_refused_run_has_nothing_to_verify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
