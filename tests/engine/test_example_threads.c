/* Examples judged by several threads: the results and the failure of one thread. */
#include "engine/engine_test.h"

#include "engine/example_threads.h"
#include "io/embedded.h"

#include <string.h>

typedef struct judged {
    mag_account account;
    mag_arena *arena;
    const mag_example_result *results;
    size_t count;
    mag_status status;
    mag_error error;
} judged;

/* The shipped pack; `was` of its text, each time it stands there, is `now`, of as many bytes. */
static void judge(judged *of, unsigned worker_count, const char *was, const char *now) {
    *of = (judged){.count = 0};
    const mag_codebook *book;
    const mag_pack *pack;
    mag_span text;
    of->arena = mag_arena_new(&of->account);
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    char *copy = mag_arena_text(of->arena, text);
    for (char *at = copy; was && (at = strstr(at, was));)
        memcpy(at, now, strlen(now));
    assert_int_equal(mag_codebook_load(of->arena, &book, &of->error), MAG_OK);
    assert_int_equal(mag_pack_load(of->arena, "pack.yaml", (mag_span){copy, text.nbytes}, NULL, 0,
                                   1095, &pack, &of->error),
                     MAG_OK);
    of->status = mag_examples_run_by(worker_count, of->arena, pack, book, &of->results, &of->count,
                                     &of->error);
}

static void done(judged *of) {
    mag_arena_free(of->arena);
    assert_int_equal(of->account.used_nbytes, 0);
}

static const unsigned WORKERS[] = {2, 3, 8};

static void results_are_those_of_one_thread(void **state) {
    (void)state;
    judged one;
    judge(&one, 1, "expect: critical", "expect: moderate");
    assert_int_equal(one.status, MAG_OK);
    size_t failed_count = 0;
    for (size_t i = 0; i < sizeof WORKERS / sizeof *WORKERS; i++) {
        judged more;
        judge(&more, WORKERS[i], "expect: critical", "expect: moderate");
        assert_int_equal(more.status, MAG_OK);
        assert_int_equal(more.count, one.count);
        for (size_t k = 0; k < one.count; k++) {
            assert_string_equal(more.results[k].rule_id, one.results[k].rule_id);
            assert_string_equal(more.results[k].example, one.results[k].example);
            assert_int_equal(more.results[k].passed, one.results[k].passed);
            assert_string_equal(more.results[k].expected, one.results[k].expected);
            assert_string_equal(more.results[k].got, one.results[k].got);
            assert_string_equal(more.results[k].why, one.results[k].why);
            failed_count += !one.results[k].passed;
        }
        done(&more);
    }
    assert_true(failed_count > 0);
    done(&one);
}

static void the_failure_is_that_of_one_thread(void **state) {
    (void)state;
    judged one;
    judge(&one, 1, "mmol/L 2 days ago", "mmol/L 2 weeks of");
    assert_int_equal(one.status, MAG_E_RULES);
    for (size_t i = 0; i < sizeof WORKERS / sizeof *WORKERS; i++) {
        judged more;
        judge(&more, WORKERS[i], "mmol/L 2 days ago", "mmol/L 2 weeks of");
        assert_int_equal(more.status, one.status);
        assert_string_equal(more.error.text, one.error.text);
        done(&more);
    }
    done(&one);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_those_of_one_thread),
        cmocka_unit_test(the_failure_is_that_of_one_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
