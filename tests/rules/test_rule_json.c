/* Rules as JSON: whole, and a digest that changes with what a rule says and with nothing else. */
#include "rules/rule_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/embedded.h"

typedef struct shipped {
    mag_account account;
    mag_arena *arena;
    mag_span text;
} shipped;

static int open_shipped(void **state) {
    static shipped s;
    s = (shipped){0};
    s.arena = mag_arena_new(&s.account);
    *state = &s;
    return s.arena != NULL && mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &s.text)
               ? 0
               : -1;
}

static int close_shipped(void **state) {
    shipped *s = *state;
    mag_arena_free(s->arena);
    return s->account.used_nbytes == 0 ? 0 : -1;
}

/* The rules of a pack's text as JSON, in the arena. */
static const char *json_of(shipped *s, mag_span text) {
    const mag_pack *pack;
    mag_error err = {0};
    mag_text out;
    mag_text_init(&out, &s->account);
    if (mag_pack_load(s->arena, "pack.yaml", text, NULL, 0, 1095, &pack, &err) != MAG_OK ||
        mag_pack_rules_json(s->arena, pack, &out, &err) != MAG_OK)
        fail_msg("%s", err.text);
    const char *json = mag_arena_text(s->arena, mag_text_span(&out));
    mag_text_done(&out);
    assert_non_null(json);
    return json;
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

static void every_rule_has_an_object_with_a_digest(void **state) {
    shipped *s = *state;
    const mag_pack *pack;
    mag_error err = {0};
    assert_int_equal(mag_pack_load(s->arena, "pack.yaml", s->text, NULL, 0, 1095, &pack, &err),
                     MAG_OK);
    const char *json = json_of(s, s->text);
    assert_int_equal(count_of(json, "{\"rule_id\":"), mag_pack_rule_count(pack));
    assert_int_equal(count_of(json, "\"sha256\":\""), mag_pack_rule_count(pack));
    assert_int_equal(json[0], '[');
    assert_int_equal(json[strlen(json) - 1], ']');
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++) {
        char begin[64];
        snprintf(begin, sizeof begin, "{\"rule_id\":\"%s\"", mag_pack_rule(pack, i)->id);
        assert_non_null(strstr(json, begin));
    }
    assert_null(strstr(json, ",]"));
    assert_null(strstr(json, "[,"));
}

/* The digest of a rule within the JSON. */
static const char *digest_of(const char *json, const char *rule_id) {
    static char digest[65];
    char begin[64];
    snprintf(begin, sizeof begin, "{\"rule_id\":\"%s\"", rule_id);
    const char *at = strstr(json, begin);
    assert_non_null(at);
    at = strstr(at, "\"sha256\":\"");
    assert_non_null(at);
    snprintf(digest, sizeof digest, "%.64s", at + strlen("\"sha256\":\""));
    return digest;
}

static void a_digest_changes_with_its_own_rule_alone(void **state) {
    shipped *s = *state;
    char *changed = mag_arena_alloc(s->arena, s->text.nbytes);
    assert_non_null(changed);
    memcpy(changed, s->text.at, s->text.nbytes);
    const char title[] = "Magnesium with kidney function 20 to 29 mL/min";
    char *at = NULL;
    for (size_t i = 0; at == NULL && i + sizeof title < s->text.nbytes; i++)
        if (memcmp(changed + i, title, sizeof title - 1) == 0)
            at = changed + i;
    assert_non_null(at);
    at[0] = 'N';
    const char *before = json_of(s, s->text);
    const char *after = json_of(s, (mag_span){changed, s->text.nbytes});
    char a01[65], a02[65];
    snprintf(a01, sizeof a01, "%s", digest_of(before, "A01"));
    snprintf(a02, sizeof a02, "%s", digest_of(before, "A02"));
    assert_string_not_equal(a01, a02);
    assert_string_equal(digest_of(after, "A01"), a01);
    assert_string_not_equal(digest_of(after, "A02"), a02);
}

/* The limit on memory grows until it is enough. */
static void memory_that_runs_out_is_told(void **state) {
    enum { STEP = 2000, MOST = 1 << 22 };
    shipped *s = *state;
    const mag_pack *pack;
    mag_error err = {0};
    assert_int_equal(mag_pack_load(s->arena, "pack.yaml", s->text, NULL, 0, 1095, &pack, &err),
                     MAG_OK);
    bool is_enough = false;
    for (size_t more = STEP; !is_enough; more += STEP) {
        mag_account account = {.limit_nbytes = more};
        mag_text out;
        assert_in_range(more, 0, MOST);
        mag_arena *arena = mag_arena_new(&account);
        mag_text_init(&out, &account);
        err = (mag_error){0};
        const mag_status status =
            arena == NULL ? mag_fail_memory(&err, 1) : mag_pack_rules_json(arena, pack, &out, &err);
        is_enough = status == MAG_OK;
        assert_int_equal(status, is_enough ? MAG_OK : MAG_E_RESOURCE);
        assert_int_equal(err.message, is_enough ? MAG_MSG_NONE : MAG_MSG_P402);
        mag_text_done(&out);
        mag_arena_free(arena);
        assert_int_equal(account.used_nbytes, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_rule_has_an_object_with_a_digest, open_shipped,
                                        close_shipped),
        cmocka_unit_test_setup_teardown(a_digest_changes_with_its_own_rule_alone, open_shipped,
                                        close_shipped),
        cmocka_unit_test_setup_teardown(memory_that_runs_out_is_told, open_shipped, close_shipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
