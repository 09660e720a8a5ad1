#include "engine/engine_test.h"

#include "engine/gates.h"

#include <stdio.h>
#include <string.h>

static mag_gate_verdict verdict(const char *source, const char *gate, mag_gate_colour colour,
                                uint64_t count) {
    return (mag_gate_verdict){
        .source = source, .file = "", .gate = gate, .colour = colour, .count = count};
}

static const char *text_of(const mag_gates *gates, char *out) {
    static const char *const colours[] = {"green", "amber", "red"};
    out[0] = '\0';
    for (size_t i = 0; i < gates->count; i++) {
        const mag_gate_verdict *at = &gates->verdicts[i];
        sprintf(out + strlen(out), "%s%s %s %s %d %s", i > 0 ? "; " : "", at->source, at->gate,
                colours[at->colour], (int)at->count, at->as_of == NULL ? "-" : at->as_of);
    }
    return out;
}

static void keeps_the_worst_of_each_gate_and_the_last_of_equals(void **state) {
    char text[500];
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    const mag_gate_verdict last[] = {verdict("lims", "num.syntax", MAG_AMBER, 5),
                                     verdict("lims", "unit.missing", MAG_GREEN, 1)};
    const mag_gate_verdict middle[] = {verdict("lims", "num.syntax", MAG_AMBER, 4),
                                       verdict("epma", "num.syntax", MAG_GREEN, 9),
                                       verdict("lims", "unit.missing", MAG_RED, 8)};
    const mag_gate_verdict first[] = {verdict("lims", "unit.missing", MAG_RED, 7),
                                      verdict("lims", "num.syntax", MAG_GREEN, 2),
                                      verdict("lims", "nothing_used", MAG_AMBER, 3)};
    const mag_gates at_last = {last, 2, true, false, false};
    const mag_gates at_middle = {middle, 3, true, true, false};
    const mag_gates at_first = {first, 3, true, true, false};
    mag_gates all = {0}, earlier = {0};
    (void)state;
    assert_int_equal(mag_gates_join(arena, &earlier, &at_middle, "T2", NULL), MAG_OK);
    assert_int_equal(mag_gates_join(arena, &earlier, &at_first, "T1", NULL), MAG_OK);
    assert_int_equal(mag_gates_join(arena, &all, &at_last, "T3", NULL), MAG_OK);
    assert_string_equal(text_of(&all, text),
                        "lims num.syntax amber 5 T3; lims unit.missing green 1 T3");
    assert_false(all.is_red_soft);
    assert_int_equal(mag_gates_join(arena, &all, &earlier, NULL, NULL), MAG_OK);
    assert_string_equal(text_of(&all, text),
                        "lims num.syntax amber 5 T3; lims unit.missing red 8 T2; "
                        "epma num.syntax green 9 T2; lims nothing_used amber 3 T1");
    assert_true(all.is_amber && all.is_red_soft);
    assert_false(all.is_red_hard);
    mag_arena_free(arena);
}

static void files_of_a_source_are_judged_apart(void **state) {
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    mag_gate_verdict one = verdict("lims", "csv", MAG_AMBER, 1), other = one;
    one.file = "labs-1.csv";
    other.file = "labs-2.csv";
    other.colour = MAG_RED;
    const mag_gates of_one = {&one, 1, true, false, false};
    const mag_gates of_other = {&other, 1, false, false, true};
    mag_gates all = {0};
    (void)state;
    assert_int_equal(mag_gates_join(arena, &all, &of_one, "T2", NULL), MAG_OK);
    assert_int_equal(mag_gates_join(arena, &all, &of_other, "T1", NULL), MAG_OK);
    assert_int_equal(all.count, 2);
    assert_int_equal(all.verdicts[0].colour, MAG_AMBER);
    assert_true(all.is_red_hard && all.is_amber);
    mag_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_worst_of_each_gate_and_the_last_of_equals),
        cmocka_unit_test(files_of_a_source_are_judged_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
