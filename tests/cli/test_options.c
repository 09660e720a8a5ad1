#include "cli/options.h"

#include "cohort/profile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WORD_COUNT = 8 };

/* Parses words (ended by NULL) as what follows the verb. */
static mag_status parse(const char *verb_name, const char *const *words, mag_options *out,
                        mag_error *err) {
    static char copies[WORD_COUNT][64];
    char *argv[WORD_COUNT + 1] = {0};
    for (size_t i = 0; i < WORD_COUNT && words[i]; i++) {
        snprintf(copies[i], sizeof copies[i], "%s", words[i]);
        argv[i] = copies[i];
    }
    const mag_verb *verb = mag_verb_find(verb_name, err);
    assert_non_null(verb);
    return mag_options_parse(verb, argv, out, err);
}

static void reads_options_and_operands_in_any_order(void **state) {
    (void)state;
    static const char *const orders[][WORD_COUNT] = {
        {"pipe.yaml", "--threads", "3", "--force", NULL},
        {"--threads", "3", "pipe.yaml", "--force", NULL},
        {"--force", "--threads=3", "--", "pipe.yaml", NULL},
    };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        mag_options options;
        mag_error err = {0};
        assert_int_equal(parse("run", orders[i], &options, &err), MAG_OK);
        assert_int_equal(options.operand_count, 1);
        assert_string_equal(options.operands[0], "pipe.yaml");
        assert_int_equal(options.threads, 3);
        assert_true(options.is_forced);
        assert_false(options.is_dry_run);
    }
}

static void tells_what_was_not_given(void **state) {
    (void)state;
    static const char *const none[WORD_COUNT] = {NULL};
    mag_options options;
    mag_error err = {0};
    assert_int_equal(parse("run", none, &options, &err), MAG_OK);
    assert_null(options.profile);
    assert_int_equal(options.threads, -1);
    assert_int_equal(options.limit, -1);
    assert_int_equal(options.memory_limit_nbytes, 0);
    assert_int_equal(options.allow_empty, 0);
    assert_int_equal(options.operand_count, 0);
}

static void gathers_the_kinds_that_may_be_empty(void **state) {
    (void)state;
    static const char *const words[WORD_COUNT] = {"--allow-empty", "labs", "--allow-empty=stays",
                                                  NULL};
    mag_options options;
    mag_error err = {0};
    assert_int_equal(parse("run", words, &options, &err), MAG_OK);
    assert_int_equal(options.allow_empty, 1u << MAG_TABLE_LABS | 1u << MAG_TABLE_STAYS);
}

static void takes_a_lone_hyphen_for_an_operand(void **state) {
    (void)state;
    static const char *const words[WORD_COUNT] = {"-", "--from", "out", NULL};
    mag_options options;
    mag_error err = {0};
    assert_int_equal(parse("explain", words, &options, &err), MAG_OK);
    assert_string_equal(options.operands[0], "-");
    assert_string_equal(options.from, "out");
}

static void refuses_what_a_verb_does_not_take(void **state) {
    (void)state;
    static const struct {
        const char *verb;
        const char *words[WORD_COUNT];
        const char *text, *hint;
    } cases[] = {
        {"run", {"--seed", "1"}, "run has no option --seed", ""},
        {"run", {"--as_of", "latest"}, "run has no option --as_of", "did you mean --as-of ?"},
        {"synth", {"--patients", "10000001"}, "--patients cannot be", "1 to 10,000,000"},
        {"synth", {"--patients", "ten"}, "--patients cannot be", ""},
        {"synth", {"--patients", ""}, "--patients cannot be", ""},
        {"run", {"--out", ""}, "--out cannot be", ""},
        {"run", {"--out"}, "--out needs a value", ""},
        {"run", {"--json=1"}, "--json takes no value", ""},
        {"explain", {NULL}, "explain needs an operand", "usage: magscreen explain"},
        {"version", {"now"}, "takes at most 0 operand", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mag_options options;
        mag_error err = {0};
        assert_int_equal(parse(cases[i].verb, cases[i].words, &options, &err), MAG_E_USAGE);
        assert_int_equal(err.message, MAG_MSG_U201);
        assert_non_null(strstr(err.text, cases[i].text));
        assert_non_null(strstr(err.hint, cases[i].hint));
    }
}

static void refuses_a_place_to_write_to_that_climbs(void **state) {
    (void)state;
    static const char *const climbing[] = {"..", "../x", "../../x", "a/../b", "/tmp/..", "a/.."};
    static const char *const plain[] = {"a", "./a", "/tmp/..a/b..", "...", "a..b/", "a/.../b"};
    for (size_t i = 0; i < sizeof climbing / sizeof climbing[0]; i++) {
        const char *words[WORD_COUNT] = {"--out", climbing[i]};
        mag_options options;
        mag_error err = {0};
        assert_int_equal(parse("synth", words, &options, &err), MAG_E_USAGE);
        assert_int_equal(err.message, MAG_MSG_S602);
        words[1] = plain[i];
        assert_int_equal(parse("run", words, &options, &err), MAG_OK);
        assert_string_equal(options.out, plain[i]);
        words[0] = "--data"; /* what is only read may lie anywhere */
        words[1] = climbing[i];
        assert_int_equal(parse("run", words, &options, &err), MAG_OK);
    }
}

static void asks_for_no_operand_when_help_is_wanted(void **state) {
    (void)state;
    static const char *const words[WORD_COUNT] = {"-h", NULL};
    mag_options options;
    mag_error err = {0};
    assert_int_equal(parse("explain", words, &options, &err), MAG_OK);
    assert_true(options.is_help);
}

static void names_the_nearest_verb(void **state) {
    (void)state;
    mag_error err = {0};
    assert_null(mag_verb_find("worklst", &err));
    assert_non_null(strstr(err.hint, "magscreen worklist"));
    assert_null(mag_verb_find("", &err));
    assert_null(mag_verb_find("RUN", &err));
}

static void reads_sizes_in_powers_of_1024(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t nbytes; /* 0: none */
    } cases[] = {
        {"1", 1},
        {"512MiB", (size_t)512 << 20},
        {"4 GiB", (size_t)4 << 30},
        {"4gib", (size_t)4 << 30},
        {"64K", 64 << 10},
        {"0", 0},
        {"", 0},
        {"-1", 0},
        {"1.5GiB", 0},
        {"GiB", 0},
        {"12 parsecs", 0},
        {"99999999TiB", 0},
        {"18446744073709551616", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t nbytes = 0;
        bool is_size = mag_size_parse(cases[i].text, &nbytes);
        assert_int_equal(is_size, cases[i].nbytes != 0);
        if (is_size)
            assert_int_equal(nbytes, cases[i].nbytes);
    }
}

static void reads_shares_exactly(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t per_million; /* -1: none */
    } cases[] = {{"0", 0},
                 {"1", 1000000},
                 {"0.02", 20000},
                 {"0.000001", 1},
                 {"1.000000", 1000000},
                 {"0.0000001", -1},
                 {"1.000001", -1},
                 {"2", -1},
                 {".5", -1},
                 {"0.", -1},
                 {"2 %", -1},
                 {"-0.1", -1},
                 {"1e-3", -1},
                 {"0,02", -1}};
    const mag_verb *synth = mag_verb_find("synth", NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char option[] = "--dirty", value[16];
        snprintf(value, sizeof value, "%s", cases[i].text);
        char *words[] = {option, value, NULL};
        mag_options options;
        mag_error err = {0};
        mag_status status = mag_options_parse(synth, words, &options, &err);
        assert_int_equal(status, cases[i].per_million < 0 ? MAG_E_USAGE : MAG_OK);
        if (status == MAG_OK)
            assert_int_equal(options.dirty_per_million, cases[i].per_million);
    }
}

static void lists_every_option_under_some_verb_once(void **state) {
    (void)state;
    for (int id = 0; id < MAG_OPTION_COUNT; id++) {
        int verb_count = 0;
        for (const mag_verb *verb = mag_verbs; verb->name; verb++)
            verb_count += mag_verb_takes(verb, (mag_option_id)id);
        assert_true(verb_count > 0);
        for (int other = id + 1; other < MAG_OPTION_COUNT; other++)
            assert_string_not_equal(mag_option_of((mag_option_id)id)->name,
                                    mag_option_of((mag_option_id)other)->name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_options_and_operands_in_any_order),
        cmocka_unit_test(tells_what_was_not_given),
        cmocka_unit_test(gathers_the_kinds_that_may_be_empty),
        cmocka_unit_test(takes_a_lone_hyphen_for_an_operand),
        cmocka_unit_test(refuses_what_a_verb_does_not_take),
        cmocka_unit_test(refuses_a_place_to_write_to_that_climbs),
        cmocka_unit_test(asks_for_no_operand_when_help_is_wanted),
        cmocka_unit_test(names_the_nearest_verb),
        cmocka_unit_test(reads_sizes_in_powers_of_1024),
        cmocka_unit_test(reads_shares_exactly),
        cmocka_unit_test(lists_every_option_under_some_verb_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
