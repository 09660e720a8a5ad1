/* Every example of the shipped pack comes out as it says; and a wrong expectation is found out. */
#include "world.h"

#include "io/embedded.h"
#include "rules/evaluate.h"

#include <stdlib.h>
#include <string.h>

static const char pack_path[] = "pipelines/packs/magnesium-safety.yaml";

static const mag_pack *load(mag_arena *arena, mag_span text) {
    const mag_pack *pack;
    mag_error err = {0};
    if (mag_pack_load(arena, "test.yaml", text, NULL, 0, 0, &pack, &err) != MAG_OK)
        fail_msg("%s", err.text);
    return pack;
}

static mag_span shipped_text(void) {
    mag_span text;
    assert_true(mag_embedded_find(pack_path, &text));
    return text;
}

static void every_example_of_the_shipped_pack_holds(void **state) {
    (void)state;
    world in;
    world_begin(&in);
    const mag_pack *pack = load(in.arena, shipped_text());
    const mag_example_result *results;
    size_t count;
    mag_error err = {0};
    if (mag_examples_run(in.arena, pack, in.book, &results, &count, &err) != MAG_OK)
        fail_msg("%s", err.text);
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        if (results[i].passed)
            continue;
        failed++;
        print_message("%s, %s: expected %s, got %s: %s\n", results[i].rule_id, results[i].example,
                      results[i].expected, results[i].got, results[i].why);
    }
    print_message("%zu examples, %zu failed\n", count, failed);
    assert_true(count > 100);
    assert_int_equal(failed, 0);
    world_end(&in);
}

/* The shipped text with one expectation replaced, so that exactly that example must fail. */
static void a_wrong_expectation_is_found_with_its_facts(void **state) {
    (void)state;
    world in;
    world_begin(&in);
    const mag_span text = shipped_text();
    char *copy = mag_arena_text(in.arena, text);
    char *at = strstr(copy, "expect: critical");
    assert_non_null(at);
    memcpy(at, "expect: moderate", strlen("expect: moderate"));
    const mag_pack *pack = load(in.arena, (mag_span){copy, text.nbytes});
    const mag_example_result *results;
    size_t count, failed = 0;
    mag_error err = {0};
    assert_int_equal(mag_examples_run(in.arena, pack, in.book, &results, &count, &err), MAG_OK);
    for (size_t i = 0; i < count; i++) {
        if (results[i].passed)
            continue;
        failed++;
        assert_string_equal(results[i].expected, "moderate");
        assert_string_equal(results[i].got, "critical");
        assert_non_null(strstr(results[i].why, "mL/min"));
        assert_non_null(strstr(results[i].why, "active(MGSYS)"));
    }
    assert_int_equal(failed, 1);
    world_end(&in);
}

static void a_line_that_cannot_be_read_is_refused_with_its_place(void **state) {
    (void)state;
    static const char *const lines[] = {
        "magnesium 0.5 mmol/L",
        "magnesium 0.5 kg 3 days ago",
        "magnesium mmol/L 3 days ago",
        "magnesium 0.5 mmol/L 3 days ago and more",
        "MGSUPP 10 furlong since 3 days ago",
        "MGSUPP 10 mmol",
        "MGSUPP since 3 days ago until",
        "female 50",
        "female 50 y 60 miles",
        "wizard 50 y",
        "dialysis",
        "source without gold",
        "",
    };
    world in;
    world_begin(&in);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const mag_text_line line = {lines[i], 7, 11};
        const mag_example example = {.given = &line, .given_count = 1, .as_of = MAG_EXAMPLE_AS_OF};
        mag_error err = {0};
        mag_cohort *cohort = NULL;
        if (mag_example_cohort("p.yaml", &example, in.book, &in.account, &cohort, &err) !=
            MAG_E_RULES)
            fail_msg("\"%s\" was read", lines[i]);
        assert_null(cohort);
        assert_ptr_equal(strstr(err.text, "p.yaml:7:11: "), err.text);
    }
    world_end(&in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_of_the_shipped_pack_holds),
        cmocka_unit_test(a_wrong_expectation_is_found_with_its_facts),
        cmocka_unit_test(a_line_that_cannot_be_read_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
