/* The record of a held run and what becomes of it; the reason that is asked for. */
#include "engine/engine_test.h"

#include "engine/release.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct world {
    mag_account account;
    mag_arena *arena;
    char folder[64], path[96];
    mag_error error;
} world;

static int setup(void **state) {
    static world at;
    at = (world){0};
    strcpy(at.folder, "/tmp/magscreen-release-XXXXXX");
    assert_non_null(mkdtemp(at.folder));
    snprintf(at.path, sizeof at.path, "%s/run.json", at.folder);
    at.arena = mag_arena_new(&at.account);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    mag_arena_free(at->arena);
    assert_int_equal(at->account.used_nbytes, 0);
    unlink(at->path);
    return rmdir(at->folder);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

static mag_status read_text(world *at, const char *text, mag_held_record *record) {
    FILE *file = fopen(at->path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return mag_held_record_read(at->arena, at->folder, record, &at->error);
}

static const char BEFORE[] = "{\n"
                             "  \"run_id\": \"r1\",\n"
                             "  \"program\": \"magscreen\",\n"
                             "  \"state\": \"held\",\n"
                             "  \"exit_code\": 4,\n"
                             "  \"as_of\": \"2025-12-31\",\n"
                             "  \"note\": \"a \\\"quote\\\", a \\\\, a \\t\\u0001 and \xc3\xa4\",\n"
                             "  \"share\": 0.070000,\n"
                             "  \"none\": null,\n"
                             "  \"yes\": true,\n"
                             "  \"text\": \"true\",\n"
                             "  \"empty\": [],\n"
                             "  \"list\": [\n"
                             "    1,\n"
                             "    {\n"
                             "      \"state\": \"held\"\n"
                             "    }\n"
                             "  ]\n"
                             "}\n";

static void only_the_state_and_the_exit_code_change(void **state) {
    world *at = *state;
    mag_held_record record = {0};
    const mag_release release = {"a \"good\" reason", "nurse", "2026-01-01T07:00"};
    mag_text out;
    char expected[sizeof BEFORE + 200];
    assert_int_equal(read_text(at, BEFORE, &record), MAG_OK);
    assert_string_equal(record.state, "held");
    assert_string_equal(record.run_id, "r1");
    mag_text_init(&out, &at->account);
    assert_int_equal(mag_release_record(&record, &release, &out, &at->error), MAG_OK);
    mag_text_add_char(&out, '\0');
    const char *line = strstr(BEFORE, "  \"state\""), *after = strstr(BEFORE, ",\n  \"as_of\"");
    snprintf(expected, sizeof expected,
             "%.*s  \"state\": \"published\",\n  \"released\": {\n"
             "    \"reason\": \"a \\\"good\\\" reason\",\n    \"by\": \"nurse\",\n"
             "    \"at\": \"2026-01-01T07:00\"\n  },\n  \"exit_code\": 3%s",
             (int)(line - BEFORE), BEFORE, after);
    assert_string_equal(out.at, expected);
    mag_text_done(&out);
}

static void what_is_no_record_is_refused(void **state) {
    static const char *const texts[] = {"{}", "[]", "{\"program\": \"other\"}",
                                        "{\"program\": \"magscreen\", \"run_id\": \"r\"}"};
    world *at = *state;
    mag_held_record record;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        record = (mag_held_record){0};
        assert_int_equal(read_text(at, texts[i], &record), MAG_E_USAGE);
        assert_int_equal(at->error.message, MAG_MSG_P413);
    }
    unlink(at->path);
    assert_int_equal(mag_held_record_read(at->arena, at->folder, &record, &at->error), MAG_E_USAGE);
    assert_non_null(strstr(at->error.text, "no run.json"));
}

static void a_reason_is_one_line_that_says_something(void **state) {
    char longest[502];
    mag_error error;
    (void)state;
    memset(longest, 'x', 501);
    longest[501] = '\0';
    static const char *const bad[] = {"", "   ", "two\nlines", "a\tb", "bell\a", "\xff", "\x7f"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(mag_release_check_reason(bad[i], &error), MAG_E_USAGE);
        assert_int_equal(error.message, MAG_MSG_P413);
    }
    assert_int_equal(mag_release_check_reason(NULL, &error), MAG_E_USAGE);
    assert_int_equal(mag_release_check_reason(longest, &error), MAG_E_USAGE);
    assert_int_equal(mag_release_check_reason(longest + 1, &error), MAG_OK);
    assert_int_equal(mag_release_check_reason("neue Station er\xc3\xb6"
                                              "ffnet",
                                              &error),
                     MAG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(only_the_state_and_the_exit_code_change),
        TEST(what_is_no_record_is_refused),
        cmocka_unit_test(a_reason_is_one_line_that_says_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
