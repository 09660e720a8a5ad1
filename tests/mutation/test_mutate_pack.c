/* Every change that a pack's text admits is found, by name, and made where it belongs. */
#include "mutant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

typedef struct bench {
    mag_account account;
    mag_arena *arena;
    mutant_pack pack;
} bench;

static void begin(bench *at, const char *text) {
    *at = (bench){.arena = mag_arena_new(&at->account)};
    assert_non_null(at->arena);
    mutant_find(&at->pack, at->arena, mag_span_of(text));
}

static void end(bench *at) {
    mag_arena_free(at->arena);
    assert_int_equal(at->account.used_nbytes, 0);
}

/* A pack of one rule whose lines after `id` are these. */
static const char *rule_of(char out[4096], const char *lines) {
    (void)snprintf(out, 4096, "pack: p\nversion: 1.0.0\nrules:\n  - id: P01\n%s", lines);
    return out;
}

static const mutant *find(const bench *at, const char *where, const char *change) {
    for (size_t i = 0; i < at->pack.count; i++)
        if (strcmp(at->pack.mutants[i].where, where) == 0 &&
            strcmp(at->pack.mutants[i].change, change) == 0)
            return &at->pack.mutants[i];
    return NULL;
}

/* Exactly these changes; NULL-ended. */
static void expect_changes(const char *expression, const char *const *wanted) {
    bench at;
    char text[4096], lines[2048];
    size_t count = 0;
    (void)snprintf(lines, sizeof lines, "    when: '%s'\n", expression);
    begin(&at, rule_of(text, lines));
    for (; wanted[count] != NULL; count++)
        if (find(&at, "when", wanted[count]) == NULL)
            fail_msg("\"%s\" lacks %s", expression, wanted[count]);
    if (count != at.pack.count) {
        for (size_t i = 0; i < at.pack.count; i++)
            print_error("%s\n", at.pack.mutants[i].change);
        fail_msg("\"%s\" has %zu changes instead of %zu", expression, at.pack.count, count);
    }
    end(&at);
}

#define EXPECT_CHANGES(expression, ...)                                                            \
    expect_changes((expression), (const char *const[]){__VA_ARGS__, NULL})

static void a_number_moves_by_one_in_its_last_printed_digit(void **state) {
    (void)state;
    EXPECT_CHANGES("f(a within 30 days)", "f(a within [30 -> 29] days)",
                   "f(a within [30 -> 31] days)");
    EXPECT_CHANGES("f(0.70 mmol/L)", "f([0.70 -> 0.69] mmol/L)", "f([0.70 -> 0.71] mmol/L)");
    EXPECT_CHANGES("f(9.9)", "f([9.9 -> 9.8])", "f([9.9 -> 10.0])");
    EXPECT_CHANGES("f(0.00)", "f([0.00 -> 0.01])");
    EXPECT_CHANGES("f(x for 1 day, gap 60 days)", "f(x for [1 -> 0] day, gap 60 days)",
                   "f(x for [1 -> 2] day, gap 60 days)", "f(x for 1 day, gap [60 -> 59] days)",
                   "f(x for 1 day, gap [60 -> 61] days)");
}

static void digits_of_names_and_units_are_no_numbers(void **state) {
    (void)state;
    EXPECT_CHANGES("f(mg2_low within 5 mL/min/1.73m2)", "f(mg2_low within [5 -> 4] mL/min/1.73m2)",
                   "f(mg2_low within [5 -> 6] mL/min/1.73m2)");
}

static void a_comparison_becomes_each_other_one(void **state) {
    (void)state;
    EXPECT_CHANGES("a < b", "a [< -> <=] b", "a [< -> >] b", "a [< -> >=] b");
    EXPECT_CHANGES("a >= b", "a [>= -> <] b", "a [>= -> <=] b", "a [>= -> >] b");
    EXPECT_CHANGES("sex = female", "sex [= -> !=] female", "sex = [female -> male]");
    EXPECT_CHANGES("a != G3a", "a [!= -> =] G3a", "a != [G3a -> G2]", "a != [G3a -> G3b]");
}

static void each_arm_is_dropped_and_all_words_between_arms_are_swapped(void **state) {
    (void)state;
    EXPECT_CHANGES("a and b", "[a and  -> ]b", "a[ and b -> ]", "[a and b -> a or b]");
    EXPECT_CHANGES("a or (b and c)", "[a or  -> ](b and c)", "a[ or (b and c) -> ]",
                   "[a or (b and c) -> a and (b and c)]", "a or ([b and  -> ]c)",
                   "a or (b[ and c -> ])", "a or ([b and c -> b or c])");
    EXPECT_CHANGES("a and b and c", "[a and  -> ]b and c", "a[ and b -> ] and c",
                   "a and b[ and c -> ]", "[a and b and c -> a or b or c]");
}

static void not_and_known_are_taken_away(void **state) {
    (void)state;
    EXPECT_CHANGES("not a", "[not  -> ]a");
    EXPECT_CHANGES("not known(has(x))", "[not  -> ]known(has(x))", "not [known -> ](has(x))");
}

static void a_list_loses_each_of_its_names_and_keeps_its_window(void **state) {
    (void)state;
    EXPECT_CHANGES("active(LOOP, THIAZ)", "active([LOOP,  -> ]THIAZ)", "active(LOOP[, THIAZ -> ])");
    EXPECT_CHANGES("active(LOOP, THIAZ since start)", "active([LOOP,  -> ]THIAZ since start)",
                   "active(LOOP[, THIAZ -> ] since start)");
    EXPECT_CHANGES("has(one, other)", "has([one,  -> ]other)", "has(one[, other -> ])");
    EXPECT_CHANGES("dose_change(LOOP, by 2 %)", "dose_change(LOOP, by [2 -> 1] %)",
                   "dose_change(LOOP, by [2 -> 3] %)");
}

static void any_of_loses_each_arm(void **state) {
    (void)state;
    EXPECT_CHANGES("any_of(a, b)", "[any_of(a, b) -> (a)]", "[any_of(a, b) -> (b)]");
    EXPECT_CHANGES("any_of(a, f(x, y), c)", "any_of([a,  -> ]f(x, y), c)",
                   "any_of(a[, f(x, y) -> ], c)", "any_of(a, f(x, y)[, c -> ])");
    EXPECT_CHANGES("any_of(a and b, c)", "any_of([a and  -> ]b, c)", "any_of(a[ and b -> ], c)",
                   "any_of([a and b -> a or b], c)", "[any_of(a and b, c) -> (a and b)]",
                   "[any_of(a and b, c) -> (c)]");
}

static void the_and_of_between_is_no_connective(void **state) {
    (void)state;
    EXPECT_CHANGES("f(A between s and t) and g", "[f(A between s and t) and  -> ]g",
                   "f(A between s and t)[ and g -> ]",
                   "[f(A between s and t) and g -> f(A between s and t) or g]");
}

static void words_of_a_salt_are_arms(void **state) {
    (void)state;
    EXPECT_CHANGES("salt(A is oxide or sulfate)", "salt(A is [oxide or  -> ]sulfate)",
                   "salt(A is oxide[ or sulfate -> ])");
}

/* --- parts of a pack ------------------------------------------------------------------------- */

static const char WHOLE[] =
    "pack: p\n"
    "version: 1.0.0\n"
    "parameters:\n"
    "  - { name: recent, value: 9 days } # why\n"
    "limits: [{ name: low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }]\n"
    "gaps: [{ name: q, class: FQ, agent: x, before: 4 hours, after: 8 hours }]\n"
    "groups: [{ name: G, members: [A, B within 48 hours, C] }]\n"
    "define: [{ name: d, as: f(within recent) }]\n"
    "rules:\n"
    "  - id: P01\n"
    "    among: d\n"
    "    except: suspect(edta)\n"
    "    when: >-\n"
    "      a\n"
    "      and b\n"
    "    severity:\n"
    "      - tier: high\n"
    "        when: c\n"
    "      - tier: low\n"
    "    adjust:\n"
    "      - down: 1\n"
    "        not_below: low\n"
    "        when: seen\n"
    "    worse: low\n"
    "    hides: [{ rule: P02 }]\n"
    "    snooze: 7 days\n"
    "    notes:\n"
    "      - name: seen\n"
    "        when: e > 1\n"
    "      - name: edta\n"
    "        when: i > 1\n"
    "      - name: told\n"
    "        when: g > 1\n"
    "    examples:\n"
    "      - name: one of 5\n"
    "        expect: high\n"
    "        given: [female 50 y]\n"
    "  - id: P02\n"
    "    when: h\n"
    "    severity: info\n";

static void every_part_of_a_pack_has_its_mutants(void **state) {
    (void)state;
    static const char *const wanted[][2] = {
        {"parameters recent value", "[9 -> 8] days"},
        {"limits low molar", "[0.70 -> 0.71] mmol/L"},
        {"limits low mass", "[1.7 -> 1.6] mg/dL"},
        {"gaps q x before", "[4 -> 3] hours"},
        {"gaps q x after", "[8 -> 9] hours"},
        {"groups G", "B within [48 -> 47] hours"},
        {"groups G", "[A dropped]"},
        {"groups G", "[B within 48 hours dropped]"},
        {"groups G", "[C dropped]"},
        {"except", "[dropped]"},
        {"when", "[a and b -> a or b]"},
        {"severity 1", "[high -> critical]"},
        {"severity 1", "[high -> moderate]"},
        {"severity 1", "[dropped]"},
        {"severity 1", "[swapped with the next]"},
        {"severity 2", "[low -> info]"},
        {"severity 2", "[dropped]"},
        {"adjust 1", "[1 -> 2]"},
        {"adjust 1", "[down -> up]"},
        {"adjust 1", "[dropped]"},
        {"adjust 1 not_below", "[low -> moderate]"},
        {"adjust 1 not_below", "[dropped]"},
        {"worse", "[low -> high]"},
        {"notes seen", "e > [1 -> 2]"},
        {"severity", "[info -> low]"},
    };
    bench at;
    begin(&at, WHOLE);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (find(&at, wanted[i][0], wanted[i][1]) == NULL)
            fail_msg("no mutant %s | %s", wanted[i][0], wanted[i][1]);
    assert_int_equal(at.pack.rule_count, 2);
    end(&at);
}

static void what_no_example_shows_is_marked(void **state) {
    (void)state;
    bench at;
    begin(&at, WHOLE);
    assert_true(find(&at, "notes seen", "e > [1 -> 2]")->is_visible); /* adjust names it */
    assert_false(find(&at, "notes told", "g > [1 -> 2]")->is_visible);
    assert_false(find(&at, "notes edta", "i > [1 -> 2]")->is_visible); /* a kind of sample */
    assert_false(find(&at, "snooze", "[7 -> 8] days")->is_visible);
    end(&at);
}

/* The text with one mutant, to its end. */
static void expect_text(const char *where, const char *change, const char *wanted) {
    bench at;
    begin(&at, WHOLE);
    const mutant *of = find(&at, where, change);
    assert_non_null(of);
    const mag_span text = mutant_text(at.arena, &at.pack, of, of->rule);
    const char *kept = mag_arena_text(at.arena, text);
    assert_non_null(kept);
    if (strstr(kept, wanted) == NULL)
        fail_msg("no \"%s\" in\n%s", wanted, kept);
    assert_null(strstr(kept, "one of 5"));
    assert_null(strstr(kept, "hides"));
    assert_true((strstr(kept, "P02") != NULL) == (of->rule == MUTANT_SHARED));
    end(&at);
}

static void a_mutant_is_made_where_it_belongs(void **state) {
    (void)state;
    expect_text("parameters recent value", "[9 -> 8] days", "value: 8 days } # why\n");
    expect_text("limits low mass", "[1.7 -> 1.6] mg/dL", "molar: 0.70 mmol/L, mass: 1.6 mg/dL");
    expect_text("groups G", "[A dropped]", "[B within 48 hours, C]");
    expect_text("groups G", "[B within 48 hours dropped]", "[A, C]");
    expect_text("groups G", "[C dropped]", "[A, B within 48 hours]");
    expect_text("except", "[dropped]", "    among: d\n    when: >-\n");
    expect_text("when", "[a and  -> ]b", "    when: >-\n      b\n    severity:\n");
    expect_text("when", "a[ and b -> ]", "    when: >-\n      a\n    severity:\n");
    expect_text("severity 1", "[dropped]", "    severity:\n      - tier: low\n    adjust:\n");
    expect_text("severity 1", "[swapped with the next]",
                "      - tier: low\n      - tier: high\n        when: c\n    adjust:\n");
    expect_text("adjust 1", "[dropped]", "      - tier: low\n    worse: low\n");
    expect_text("adjust 1", "[down -> up]", "      - up: 1\n        not_below: low\n");
    expect_text("adjust 1 not_below", "[dropped]", "      - down: 1\n        when: seen\n");
}

static void no_two_mutants_have_one_name(void **state) {
    (void)state;
    bench at;
    begin(&at, WHOLE);
    for (size_t i = 0; i < at.pack.count; i++) {
        const mutant *of = &at.pack.mutants[i];
        const mutant *first = find(&at, of->where, of->change);
        if (first != of && first->rule == of->rule)
            fail_msg("twice: %s | %s", of->where, of->change);
    }
    assert_in_range(at.pack.count, 40, 60);
    end(&at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_moves_by_one_in_its_last_printed_digit),
        cmocka_unit_test(digits_of_names_and_units_are_no_numbers),
        cmocka_unit_test(a_comparison_becomes_each_other_one),
        cmocka_unit_test(each_arm_is_dropped_and_all_words_between_arms_are_swapped),
        cmocka_unit_test(not_and_known_are_taken_away),
        cmocka_unit_test(a_list_loses_each_of_its_names_and_keeps_its_window),
        cmocka_unit_test(any_of_loses_each_arm),
        cmocka_unit_test(the_and_of_between_is_no_connective),
        cmocka_unit_test(words_of_a_salt_are_arms),
        cmocka_unit_test(every_part_of_a_pack_has_its_mutants),
        cmocka_unit_test(what_no_example_shows_is_marked),
        cmocka_unit_test(a_mutant_is_made_where_it_belongs),
        cmocka_unit_test(no_two_mutants_have_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
