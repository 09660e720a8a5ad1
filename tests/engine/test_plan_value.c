/* Values of a pipeline file, taken from a line of YAML so that their places are real. */
#include "engine/engine_test.h"

#include "engine/plan_parts.h"

#include <string.h>

typedef struct world {
    mag_account account;
    mag_arena *arena;
    mag_error error;
} world;

static int setup(void **state) {
    static world at;
    at = (world){0};
    at.arena = mag_arena_new(&at.account);
    assert_non_null(at.arena);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    mag_arena_free(at->arena);
    assert_int_equal(at->account.used_nbytes, 0);
    return 0;
}

/* The value of the key "v" on line 2. */
static mag_plan_place place_of(world *at, const char *value) {
    const mag_yaml *root;
    char *text = mag_arena_format(at->arena, "name: x\nv: %s\n", value);
    assert_non_null(text);
    at->error = (mag_error){0};
    assert_int_equal(
        mag_yaml_parse(at->arena, "p.yaml", mag_span_of(text), MAG_E_USAGE, &root, NULL), MAG_OK);
    return (mag_plan_place){"p.yaml", mag_yaml_get(root, "v")};
}

static void reads_a_history_in_days(void **state) {
    static const struct row {
        const char *text;
        int32_t days; /* -1: refused */
    } rows[] = {{"1095 days", 1095},
                {"1 day", 1},
                {"none", 0},
                {"30days", 30},
                {"100000 days", 100000},
                {"0 days", -1},
                {"100001 days", -1},
                {"3 years", -1},
                {"days", -1},
                {"-3 days", -1},
                {"1e3 days", -1},
                {"1095", -1},
                {"9999999999999999 days", -1},
                {"None", -1}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int32_t days = -2;
        mag_status status = mag_plan_history(place_of(at, rows[i].text), &days, &at->error);
        assert_int_equal(status, rows[i].days < 0 ? MAG_E_USAGE : MAG_OK);
        if (rows[i].days >= 0)
            assert_int_equal(days, rows[i].days);
        else
            assert_memory_equal(at->error.text, "p.yaml:2:4: ", 12);
    }
}

static void reads_a_size_in_powers_of_two(void **state) {
    static const struct row {
        const char *text;
        size_t nbytes; /* 0: refused */
    } rows[] = {{"1", 1},
                {"4096", 4096},
                {"1 KiB", 1024},
                {"512 MiB", (size_t)512 << 20},
                {"4 GiB", (size_t)4 << 30},
                {"2TiB", (size_t)2 << 40},
                {"8388607 TiB", (size_t)8388607 << 40},
                {"8388608 TiB", 0},
                {"0", 0},
                {"0 GiB", 0},
                {"4 GB", 0},
                {"4 gib", 0},
                {"4.5 GiB", 0},
                {"-4 GiB", 0},
                {"GiB", 0},
                {"4 GiB x", 0}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t nbytes = 0;
        mag_status status = mag_plan_size(place_of(at, rows[i].text), &nbytes, &at->error);
        assert_int_equal(status, rows[i].nbytes == 0 ? MAG_E_USAGE : MAG_OK);
        assert_true(nbytes == rows[i].nbytes);
    }
}

static void reads_a_day_as_its_last_minute(void **state) {
    static const struct row {
        const char *text;
        mag_minute minute; /* NONE: refused */
    } rows[] = {{"2025-12-31", 20453 * 1440 + 1439},
                {"2025-12-31T00:00", 20453 * 1440},
                {"2025-12-31 12:30", 20453 * 1440 + 750},
                {"2025-02-30", MAG_MINUTE_NONE},
                {"yesterday", MAG_MINUTE_NONE},
                {"31.12.2025", MAG_MINUTE_NONE},
                {"2025", MAG_MINUTE_NONE}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_minute minute = MAG_MINUTE_NONE;
        mag_status status = mag_plan_minute(place_of(at, rows[i].text), &minute, &at->error);
        assert_int_equal(status, rows[i].minute == MAG_MINUTE_NONE ? MAG_E_USAGE : MAG_OK);
        assert_int_equal(minute, rows[i].minute);
    }
}

static void reads_kidney_words_and_keeps_what_is_unsaid(void **state) {
    static const struct row {
        const char *text;
        mag_kidney_formula formula;
        mag_weight_policy weight;
    } rows[] = {{"{ formula: us }", MAG_KIDNEY_US, MAG_WEIGHT_BNF},
                {"{ weight: actual }", MAG_KIDNEY_UK, MAG_WEIGHT_ACTUAL},
                {"{ weight: winter, formula: us }", MAG_KIDNEY_US, MAG_WEIGHT_WINTER},
                {"{ weight: adjusted30 }", MAG_KIDNEY_UK, MAG_WEIGHT_ADJUSTED30},
                {"{}", MAG_KIDNEY_UK, MAG_WEIGHT_BNF}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_kidney_settings kidney = {.formula = MAG_KIDNEY_UK, .weight_policy = MAG_WEIGHT_BNF};
        assert_int_equal(mag_plan_kidney(place_of(at, rows[i].text), &kidney, &at->error), MAG_OK);
        assert_int_equal(kidney.formula, rows[i].formula);
        assert_int_equal(kidney.weight_policy, rows[i].weight);
    }
}

static void names_the_nearest_word_of_a_slip(void **state) {
    static const struct row {
        const char *text, *place, *hint;
    } rows[] = {{"{ formula: UK }", "p.yaml:2:15:", NULL},
                {"{ weight: adjusted40 }", "p.yaml:2:14:", "adjusted30"},
                {"{ weight: wintre }", "p.yaml:2:14:", "winter"},
                {"{ wieght: winter }", "p.yaml:2:6:", "weight"},
                {"{ formula: [us] }", "p.yaml:2:15:", NULL}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_kidney_settings kidney = {0};
        assert_int_equal(mag_plan_kidney(place_of(at, rows[i].text), &kidney, &at->error),
                         MAG_E_USAGE);
        assert_memory_equal(at->error.text, rows[i].place, strlen(rows[i].place));
        if (rows[i].hint != NULL)
            assert_non_null(strstr(at->error.hint, rows[i].hint));
    }
}

static void a_fault_without_a_node_names_the_file_alone(void **state) {
    world *at = *state;
    assert_int_equal(mag_plan_fail((mag_plan_place){"p.yaml", NULL}, &at->error, "%d faults", 3),
                     MAG_E_USAGE);
    assert_string_equal(at->error.text, "p.yaml: 3 faults");
    assert_int_equal(at->error.message, MAG_MSG_U202);
}

#define VALUE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        VALUE_TEST(reads_a_history_in_days),
        VALUE_TEST(reads_a_size_in_powers_of_two),
        VALUE_TEST(reads_a_day_as_its_last_minute),
        VALUE_TEST(reads_kidney_words_and_keeps_what_is_unsaid),
        VALUE_TEST(names_the_nearest_word_of_a_slip),
        VALUE_TEST(a_fault_without_a_node_names_the_file_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
