/* What --previous accepts, what it refuses with a word about why, and what it reads. */
#include "engine/engine_test.h"

#include "engine/previous_run.h"
#include "io/embedded.h"
#include "rules/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct world {
    mag_account account;
    mag_arena *arena;
    char folder[64];
    mag_error error;
    const mag_previous_run *run;
} world;

static int setup(void **state) {
    static world at;
    at = (world){0};
    strcpy(at.folder, "/tmp/magscreen-previous-XXXXXX");
    assert_non_null(mkdtemp(at.folder));
    at.arena = mag_arena_new(&at.account);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    char path[96];
    mag_arena_free(at->arena);
    assert_int_equal(at->account.used_nbytes, 0);
    snprintf(path, sizeof path, "%s/run.json", at->folder);
    unlink(path);
    return rmdir(at->folder);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

static mag_status read_text(world *at, const char *text) {
    char path[96];
    snprintf(path, sizeof path, "%s/run.json", at->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return mag_previous_run_read(at->arena, at->folder, &at->run, &at->error);
}

#define HEAD                                                                                       \
    "{\"run_id\": \"r1\", \"program\": \"magscreen\", \"as_of\": \"2025-12-30\","                  \
    " \"result_sha256\": \"ab\", \"digest_header\": \"1\\tp\\tb\\tset\", "
#define SETTINGS  "\"settings\": {\"history_days\": 1095}"
#define PUBLISHED "\"state\": \"published\", "

static void reads_figures_newest_first(void **state) {
    world *at = *state;
    assert_int_equal(
        read_text(
            at, HEAD PUBLISHED SETTINGS
            ", \"tracked\": [{\"of\": \"source\", \"source\": \"lims\", \"basis\": \"labs x\","
            " \"values\": [3, 2, 1]}, {\"of\": \"rule\", \"name\": \"A02\", \"basis\":"
            " \"1.1.0\", \"values\": [4, 5], \"among\": [40, 50]}]}"),
        MAG_OK);
    assert_string_equal(at->run->run_id, "r1");
    assert_string_equal(at->run->settings_sha256, "set");
    assert_int_equal(at->run->history_days, 1095);
    assert_false(at->run->is_released);
    assert_true(at->run->has_tracked);
    assert_int_equal(at->run->tracked_count, 2);
    const mag_tracked *lims = &at->run->tracked[0], *rule = &at->run->tracked[1];
    assert_int_equal(lims->kind, MAG_TRACKED_SOURCE);
    assert_int_equal(lims->count, 3);
    assert_int_equal(lims->values[0], 3);
    assert_int_equal(lims->values[2], 1);
    assert_string_equal(rule->name, "A02");
    assert_string_equal(rule->basis, "1.1.0");
    assert_int_equal(rule->among[1], 50);
}

/* A database hands the text over itself. */
static void reads_the_record_of_a_database(void **state) {
    world *at = *state;
    static const char good[] = HEAD PUBLISHED SETTINGS "}", bad[] = HEAD "\"state\": \"held\"}";
    assert_int_equal(mag_previous_run_parse(at->arena, "schema magscreen", mag_span_of(good),
                                            &at->run, &at->error),
                     MAG_OK);
    assert_string_equal(at->run->name, "schema magscreen");
    assert_string_equal(at->run->run_id, "r1");
    assert_int_equal(mag_previous_run_parse(at->arena, "schema magscreen", mag_span_of(bad),
                                            &at->run, &at->error),
                     MAG_E_USAGE);
    assert_string_equal(at->error.text,
                        "schema magscreen: is no earlier published run: its state is \"held\"");
    assert_null(strstr(at->error.hint, "--previous"));
    mag_account full = {.limit_nbytes = 1};
    mag_arena *arena = mag_arena_new(&full);
    assert_non_null(arena);
    assert_int_equal(
        mag_previous_run_parse(arena, "schema magscreen", mag_span_of(good), &at->run, &at->error),
        MAG_E_RESOURCE);
    mag_arena_free(arena);
}

static void a_released_run_begins_history_anew(void **state) {
    world *at = *state;
    assert_int_equal(
        read_text(at, HEAD PUBLISHED
                  "\"released\": {\"reason\": \"x\"}, " SETTINGS
                  ", \"tracked\": [{\"of\": \"class\", \"source\": \"epma\", \"name\": \"LOOP\","
                  " \"basis\": \"b\", \"values\": [0, 3012, 3010]}]}"),
        MAG_OK);
    assert_true(at->run->is_released);
    assert_int_equal(at->run->tracked[0].count, 1);
    assert_int_equal(at->run->tracked[0].values[0], 0);
}

static void a_run_without_figures_is_one_all_the_same(void **state) {
    world *at = *state;
    assert_int_equal(read_text(at, HEAD PUBLISHED "\"settings\": {\"history_days\": null}}"),
                     MAG_OK);
    assert_false(at->run->has_tracked);
    assert_int_equal(at->run->history_days, 0);
}

static void a_run_without_a_digest_header_has_no_settings(void **state) {
    world *at = *state;
    static const char text[] =
        "{\"run_id\": \"r1\", \"program\": \"magscreen\", \"as_of\": \"2025-12-30\","
        " \"result_sha256\": \"ab\", " PUBLISHED SETTINGS "}";
    assert_int_equal(read_text(at, text), MAG_OK);
    assert_string_equal(at->run->settings_sha256, "");
}

typedef struct refusal {
    const char *text, *why;
} refusal;

#define TRACKED(list) HEAD PUBLISHED SETTINGS ", \"tracked\": " list "}"
#define LEDGER(of)    HEAD PUBLISHED SETTINGS ", \"ledger\": " of "}"
static const refusal REFUSALS[] = {
    {"", "cannot be parsed"},
    {"[1]", "cannot be parsed"},
    {"{\"a\": ", "cannot be parsed"},
    {"{\"program\": \"other\", \"state\": \"published\"}", "not one of magscreen"},
    {"{\"program\": \"magscreen\"}", "not one of magscreen"},
    {HEAD "\"state\": \"held\", " SETTINGS "}", "its state is \"held\""},
    {HEAD "\"state\": \"refused\", " SETTINGS "}", "its state is \"refused\""},
    {HEAD "\"state\": \"failed\", " SETTINGS "}", "its state is \"failed\""},
    {"{\"program\": \"magscreen\", \"state\": \"published\", \"run_id\": \"r\"}", "no run_id"},
    {HEAD "\"state\": \"published\"}", "settings are missing"},
    {"{\"program\": \"magscreen\", \"state\": \"published\", \"as_of\": \"2025-12-30\","
     " \"result_sha256\": \"ab\"}",
     "no run_id"},
    {HEAD PUBLISHED "\"settings\": {\"history_days\": -1}}", "settings are damaged"},
    {HEAD PUBLISHED "\"settings\": {\"history_days\": 2147483648}}", "settings are damaged"},
    {HEAD PUBLISHED "\"settings\": {\"history_days\": [1]}}", "settings are missing"},
    {"{\"program\": \"magscreen\", \"state\": \"published\", \"run_id\": \"r\","
     " \"as_of\": \"2025-12-30\"}",
     "no run_id"},
    {TRACKED("3"), "list of tracked figures is damaged"},
    {LEDGER("{}"), "count of episodes is damaged"},
    {LEDGER("{\"episodes\": many}"), "count of episodes is damaged"},
    {LEDGER("{\"episodes\": [1]}"), "count of episodes is damaged"},
    {TRACKED("[{\"of\": \"moon\", \"values\": [1]}]"), "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\"}]"), "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": []}]"), "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": [a1]}]"), "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": 1}]"), "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": [[1]]}]"), "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": [9223372036854775808]}]"),
     "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": [:]}]"), "cannot be parsed"},
    {TRACKED("[{\"of\": \"test\", \"values\": [1.5]}]"), "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": [-1]}]"), "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": [\"1\"]}]"), "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": [99999999999999999999]}]"),
     "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"test\", \"values\": [1,2,3,4,5,6,7,8,9,10,11,12,13]}]"),
     "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"rule\", \"values\": [1, 2], \"among\": [1]}]"),
     "list of tracked figures is damaged"},
    {TRACKED("[{\"of\": \"rule\", \"values\": [1]}]"), "list of tracked figures is damaged"},
};

static void refuses_what_is_no_published_run(void **state) {
    world *at = *state;
    for (size_t i = 0; i < sizeof REFUSALS / sizeof REFUSALS[0]; i++) {
        assert_int_equal(read_text(at, REFUSALS[i].text), MAG_E_USAGE);
        assert_int_equal(at->error.message, MAG_MSG_P412);
        if (strstr(at->error.text, REFUSALS[i].why) == NULL)
            fail_msg("%zu: \"%s\" instead of \"%s\"", i, at->error.text, REFUSALS[i].why);
        assert_non_null(strstr(at->error.hint, "--previous"));
    }
    assert_int_equal(mag_previous_run_read(at->arena, "/nonexistent/place", &at->run, &at->error),
                     MAG_E_USAGE);
    assert_non_null(strstr(at->error.text, "no run.json"));
    assert_int_equal(read_text(at, "{}"), MAG_E_USAGE); /* leaves a file to remove */
}

static void time_runs_forward(void **state) {
    static const struct row {
        const char *previous, *now;
        bool is_good, is_same;
    } rows[] = {
        {"2025-12-30", "2025-12-31", true, false},
        {"2025-12-31", "2025-12-31", true, true},
        {"2025-12-31", "2025-12-30", false, false},
        {"2025-12-31", "2025-12-31T23:59", true, true},
        {"2025-12-31", "2025-12-31T12:00", false, false},
        {"2025-12-31T12:00", "2025-12-31", true, false},
        {"2025-12-31T12:00", "2025-12-31T12:00", true, true},
        {"latest", "2025-12-31", true, false},
        {"2025-12-31", "latest", true, false},
        {"latest", "latest", true, false},
    };
    mag_error error = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_previous_run run = {.name = "d", .as_of = rows[i].previous};
        mag_status status = mag_previous_run_check_as_of(&run, rows[i].now, &error);
        assert_int_equal(status, rows[i].is_good ? MAG_OK : MAG_E_INPUT);
        assert_int_equal(mag_previous_run_is_same_time(&run, rows[i].now), rows[i].is_same);
    }
    assert_int_equal(error.message, MAG_MSG_P414);
}

static void memory_that_runs_out_is_no_damaged_record(void **state) {
    world *at = *state;
    char text[8000] = HEAD PUBLISHED SETTINGS ", \"tracked\": [";
    for (int i = 0; i < 100; i++)
        snprintf(text + strlen(text), 64, "%s{\"of\": \"test\", \"values\": [%d]}", i ? ", " : "",
                 i);
    strcat(text, "]}");
    assert_int_equal(read_text(at, text), MAG_OK);
    const size_t used = at->account.used_nbytes;
    bool is_enough = false;
    for (size_t more = 1; !is_enough; more += 4000) {
        assert_true(more < 1 << 20);
        at->account.limit_nbytes = used + more;
        for (int is_told = 0; is_told < 2; is_told++) {
            mag_arena *arena = mag_arena_new(&at->account);
            mag_error error = {0};
            mag_status status = arena == NULL ? MAG_E_RESOURCE
                                              : mag_previous_run_read(arena, at->folder, &at->run,
                                                                      is_told ? &error : NULL);
            is_enough = status == MAG_OK;
            assert_true(is_enough || status == MAG_E_RESOURCE);
            assert_int_equal(error.message, is_told && arena && !is_enough ? MAG_MSG_P402 : 0);
            mag_arena_free(arena);
        }
    }
    at->account.limit_nbytes = 0;
}

/* One version has one content. */
static void a_changed_pack_has_a_new_version(void **state) {
    world *at = *state;
    mag_span text;
    const mag_pack *pack;
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    assert_int_equal(mag_pack_load(at->arena, "pack.yaml", text, NULL, 0, 1095, &pack, &at->error),
                     MAG_OK);
    const char *const name = mag_pack_name(pack), *const version = mag_pack_version(pack);
    const char *const sha256 = mag_pack_sha256(pack);
    const struct {
        const char *name, *version, *sha256;
        bool is_good;
    } rows[] = {
        {name, version, sha256, true}, {name, version, "ab", false}, {"own", version, "ab", true},
        {name, "0.9.9", "ab", true},   {"", "", "", true}, /* a run that names no pack */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_previous_run run = {.name = "d",
                                      .pack_name = rows[i].name,
                                      .pack_version = rows[i].version,
                                      .pack_sha256 = rows[i].sha256};
        at->error = (mag_error){0};
        assert_int_equal(mag_previous_run_check_pack(&run, pack, &at->error),
                         rows[i].is_good ? MAG_OK : MAG_E_RULES);
        assert_int_equal(at->error.message, rows[i].is_good ? MAG_MSG_NONE : MAG_MSG_R507);
    }
    assert_int_equal(read_text(at, "{}"), MAG_E_USAGE); /* leaves a file to remove */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_figures_newest_first),
        TEST(reads_the_record_of_a_database),
        TEST(a_released_run_begins_history_anew),
        TEST(a_run_without_figures_is_one_all_the_same),
        TEST(a_run_without_a_digest_header_has_no_settings),
        TEST(refuses_what_is_no_published_run),
        TEST(memory_that_runs_out_is_no_damaged_record),
        TEST(a_changed_pack_has_a_new_version),
        cmocka_unit_test(time_runs_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
