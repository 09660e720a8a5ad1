/* `rules` with --json prints one JSON document, whatever the answer is. */
#include "support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What `magscreen rules ARGUMENTS --json` printed, parsed; decref it. */
static json_t *rules(const char *verb, const char *operand, int expected_exit) {
    const char *arguments[] = {"rules", "--json", verb, operand, NULL};
    program_result result = program_run(arguments, NULL, NULL);
    json_error_t fault;
    json_t *answer = json_loadb(result.out.at, result.out.nbytes, 0, &fault);
    if (!answer)
        fail_msg("rules %s: line %d: %s", verb, fault.line, fault.text);
    assert_int_equal(result.exit_code, expected_exit);
    program_result_done(&result);
    return answer;
}

static const char *text(const json_t *object, const char *key) {
    const char *value = json_string_value(json_object_get(object, key));
    if (!value)
        fail_msg("no text \"%s\"", key);
    return value;
}

static size_t size(const json_t *object, const char *key) {
    if (!json_is_array(json_object_get(object, key)))
        fail_msg("no list \"%s\"", key);
    return json_array_size(json_object_get(object, key));
}

static void test_tells_every_example_of_the_shipped_pack(void **state) {
    (void)state;
    json_t *answer = rules("test", NULL, 0), *example;
    size_t i;
    assert_string_equal(text(answer, "pack"), "magnesium-safety");
    const json_int_t rule_count = json_integer_value(json_object_get(answer, "rules"));
    assert_true(rule_count >= 36);
    assert_true(size(answer, "examples") >= (size_t)rule_count * 4);
    json_array_foreach(json_object_get(answer, "examples"), i, example) {
        assert_true(json_is_true(json_object_get(example, "passed")));
        assert_true(*text(example, "rule_id") && *text(example, "example"));
        assert_string_equal(text(example, "expected"), text(example, "got"));
    }
    json_decref(answer);
}

static void lint_tells_findings_and_what_to_confirm(void **state) {
    (void)state;
    json_t *answer = rules("lint", NULL, 0), *line;
    size_t i;
    assert_int_equal(size(answer, "findings"), 0);
    json_array_foreach(json_object_get(answer, "to_confirm"), i, line)
        assert_true(*text(line, "rule_id") && *text(line, "text"));
    json_decref(answer);
}

/* The shipped pack with one text replaced, in a file of its own. */
static void pack_with(const char *from, const char *to, const char *path) {
    bytes pack = file_read(MAG_SOURCE_DIR "/pipelines/packs/magnesium-safety.yaml");
    char *whole = calloc(1, pack.nbytes + strlen(to) + 1);
    memcpy(whole, pack.at, pack.nbytes);
    char *at = strstr(whole, from);
    assert_non_null(at);
    memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
    memcpy(at, to, strlen(to));
    file_write(path, whole, strlen(whole));
    free(whole);
    free(pack.at);
}

static void a_failing_example_is_told_as_such(void **state) {
    char path[512];
    snprintf(path, sizeof path, "%s/pack.yaml", (const char *)*state);
    pack_with("expect: clear", "expect: critical", path);
    json_t *answer = rules("test", path, 1), *example;
    size_t i, failed = 0;
    json_array_foreach(json_object_get(answer, "examples"), i, example) {
        bool is_failed = json_is_false(json_object_get(example, "passed"));
        failed += is_failed;
        if (is_failed)
            assert_true(*text(example, "why"));
    }
    assert_int_equal(failed, 1);
    json_decref(answer);
}

/* The text of the named line of a part; fails if there is none. */
static const char *line_of(const json_t *rule, const char *part, const char *name) {
    json_t *line;
    size_t i;
    json_array_foreach(json_object_get(rule, part), i, line) {
        const char *known = json_string_value(json_object_get(line, "name"));
        if (strcmp(known ? known : "", name) == 0)
            return text(line, "text");
    }
    fail_msg("no line \"%s\" in %s", name, part);
    return NULL;
}

static void show_tells_what_a_pharmacist_needs(void **state) {
    (void)state;
    json_t *rule = rules("show", "A02", 0);
    assert_string_equal(text(rule, "when"), "kf >= 20 mL/min and kf < 30 mL/min");
    assert_int_equal(size(rule, "severity"), 3);
    assert_string_equal(line_of(rule, "severity", ""), "high when latest(magnesium) > mg_uln");
    assert_string_equal(line_of(rule, "adjust", ""), "lower by 1, when kf_stale");
    assert_string_equal(line_of(rule, "hides", "A03"), "of the same patient");
    assert_string_equal(line_of(rule, "notes", "kf_stale"), "days_since(kf) > 90 days");
    assert_string_equal(line_of(rule, "event", ""), "era(MGSYS)");
    assert_string_equal(line_of(rule, "snooze", ""),
                        "1 day (critical), 7 days (high), 28 days (moderate), 90 days (low), "
                        "180 days (info)");
    assert_string_equal(line_of(rule, "limits", "mg_uln"), "1.05 mmol/L, 2.6 mg/dL");
    assert_string_equal(line_of(rule, "limits", "mg_iv"), "0.50 mmol/L, 1.2 mg/dL");
    assert_int_equal(size(rule, "limits"), 2); /* those it uses, not all of the pack */
    assert_string_equal(line_of(rule, "parameters", "renal_recent"), "365 days"); /* by way of kf */
    assert_string_equal(line_of(rule, "groups", "MGSYS"),
                        "MGSUPP, MGANTACID, MGLAX, MGOTHER, MGIV within 48 hours");
    assert_string_equal(line_of(rule, "classes", "MGLAX"), "magnesium laxative");
    assert_int_equal(size(rule, "classes"), 5);
    assert_true(size(rule, "evidence") > 0 && size(rule, "to_confirm") > 0);
    assert_true(json_integer_value(json_object_get(rule, "examples")) >= 4);
    json_decref(rule);
    rule = rules("show", "B11", 0); /* one severity, and a length of its own */
    assert_string_equal(line_of(rule, "snooze", ""), "7 days");
    json_decref(rule);
}

static void show_prints_for_people_what_it_prints_as_json(void **state) {
    (void)state;
    static const char *const lines[] = {
        "\n  severity\n    high when latest(magnesium) > mg_uln\n    moderate when ",
        "\n    otherwise high\n",
        "\n  hides the flag of\n    A03: of the same patient\n",
        "\n    mg_uln: 1.05 mmol/L, 2.6 mg/dL\n",
        "\n    MGLAX: magnesium laxative\n",
        "\n  quiet after a review for\n    1 day (critical), 7 days (high), 28 days (moderate), ",
        " 90 days (low), 180 days (info)\n",
        "review by 2027-11-21, "};
    const char *arguments[] = {"rules", "show", "A02", NULL};
    program_result result = program_run(arguments, NULL, NULL);
    char *out = calloc(1, result.out.nbytes + 1);
    memcpy(out, result.out.at, result.out.nbytes);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!strstr(out, lines[i]))
            fail_msg("not shown: %s", lines[i]);
    free(out);
    program_result_done(&result);
}

static void every_shipped_rule_can_be_shown(void **state) {
    (void)state;
    json_t *list = rules("list", NULL, 0), *entry;
    size_t i;
    assert_true(json_array_size(list) >= 36);
    json_array_foreach(list, i, entry) {
        json_t *rule = rules("show", text(entry, "id"), 0);
        assert_true(size(rule, "severity") > 0);
        assert_true(*text(rule, "action") && *text(rule, "rationale"));
        json_decref(rule);
    }
    json_decref(list);
}

static int make_folder(void **state) {
    *state = (void *)program_folder_new();
    return 0;
}

static int remove_folder(void **state) {
    program_folder_remove(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tells_every_example_of_the_shipped_pack),
        cmocka_unit_test(show_tells_what_a_pharmacist_needs),
        cmocka_unit_test(show_prints_for_people_what_it_prints_as_json),
        cmocka_unit_test(every_shipped_rule_can_be_shown),
        cmocka_unit_test(lint_tells_findings_and_what_to_confirm),
        cmocka_unit_test_setup_teardown(a_failing_example_is_told_as_such, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
