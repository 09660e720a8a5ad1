#include "sinks/same_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool is_same(const char *one, const char *other) {
    mag_account account = {0};
    bool answer = mag_record_is_same(&account, mag_span_of(one), mag_span_of(other));
    assert_int_equal(account.used_nbytes, 0);
    return answer;
}

static const char RECORD[] =
    "{\"run_id\":\"a\",\"as_of\":\"2025-12-31\",\"exit_code\":0,\"data\":null,"
    "\"settings\":{\"data_until\":\"2026-01-01T10:00\",\"history_days\":1095},"
    "\"sources\":[{\"name\":\"labs\",\"rows\":{\"read\":3}},{\"name\":\"rx\"}],"
    "\"timings\":{\"total\":1.5},\"threads\":1,\"peak_memory_bytes\":77}";

static void what_is_about_the_run_itself_may_differ(void **state) {
    (void)state;
    assert_true(is_same(RECORD, RECORD));
    assert_true(is_same(
        RECORD,
        "{ \"run_id\": \"b\", \"as_of\": \"2025-12-31\", \"exit_code\": 0, \"data\": null,\n"
        " \"settings\": {\"data_until\": \"2026-01-02T10:00\", \"history_days\": 1095},\n"
        " \"sources\": [ {\"name\": \"labs\", \"rows\": {\"read\": 3}}, {\"name\": \"rx\"}],"
        " \"timings\": {\"total\": 9.9}, \"threads\": 64, \"peak_memory_bytes\": 1}\n"));
}

static void any_other_difference_counts(void **state) {
    static const char *const others[] = {
        /* as_of, exit code, a null that is none, a setting, a row count, a missing and a new source
         */
        "{\"run_id\":\"a\",\"as_of\":\"2025-12-30\",\"exit_code\":0,\"data\":null,"
        "\"settings\":{\"data_until\":\"x\",\"history_days\":1095},"
        "\"sources\":[{\"name\":\"labs\",\"rows\":{\"read\":3}},{\"name\":\"rx\"}],"
        "\"timings\":{\"total\":1.5},\"threads\":1,\"peak_memory_bytes\":77}",
        "{\"run_id\":\"a\",\"as_of\":\"2025-12-31\",\"exit_code\":3,\"data\":null,"
        "\"settings\":{\"data_until\":\"x\",\"history_days\":1095},"
        "\"sources\":[{\"name\":\"labs\",\"rows\":{\"read\":3}},{\"name\":\"rx\"}],"
        "\"timings\":{\"total\":1.5},\"threads\":1,\"peak_memory_bytes\":77}",
        "{\"run_id\":\"a\",\"as_of\":\"2025-12-31\",\"exit_code\":0,\"data\":\"/x\","
        "\"settings\":{\"data_until\":\"x\",\"history_days\":1095},"
        "\"sources\":[{\"name\":\"labs\",\"rows\":{\"read\":3}},{\"name\":\"rx\"}],"
        "\"timings\":{\"total\":1.5},\"threads\":1,\"peak_memory_bytes\":77}",
        "{\"run_id\":\"a\",\"as_of\":\"2025-12-31\",\"exit_code\":0,\"data\":null,"
        "\"settings\":{\"data_until\":\"x\",\"history_days\":1094},"
        "\"sources\":[{\"name\":\"labs\",\"rows\":{\"read\":3}},{\"name\":\"rx\"}],"
        "\"timings\":{\"total\":1.5},\"threads\":1,\"peak_memory_bytes\":77}",
        "{\"run_id\":\"a\",\"as_of\":\"2025-12-31\",\"exit_code\":0,\"data\":null,"
        "\"settings\":{\"data_until\":\"x\",\"history_days\":1095},"
        "\"sources\":[{\"name\":\"labs\",\"rows\":{\"read\":4}},{\"name\":\"rx\"}],"
        "\"timings\":{\"total\":1.5},\"threads\":1,\"peak_memory_bytes\":77}",
        "{\"run_id\":\"a\",\"as_of\":\"2025-12-31\",\"exit_code\":0,\"data\":null,"
        "\"settings\":{\"data_until\":\"x\",\"history_days\":1095},"
        "\"sources\":[{\"name\":\"labs\",\"rows\":{\"read\":3}}],"
        "\"timings\":{\"total\":1.5},\"threads\":1,\"peak_memory_bytes\":77}",
        "{\"run_id\":\"a\",\"as_of\":\"2025-12-31\",\"exit_code\":0,\"data\":null,"
        "\"settings\":{\"data_until\":\"x\",\"history_days\":1095},"
        "\"sources\":[{\"name\":\"rx\"},{\"name\":\"labs\",\"rows\":{\"read\":3}}],"
        "\"timings\":{\"total\":1.5},\"threads\":1,\"peak_memory_bytes\":77}",
        "{\"run_id\":\"a\",\"as_of\":\"2025-12-31\",\"exit_code\":0,\"data\":null,"
        "\"settings\":{\"data_until\":\"x\",\"history_days\":1095},"
        "\"sources\":[{\"name\":\"labs\",\"rows\":{\"read\":3}},{\"name\":\"rx\"}],"
        "\"timings\":{\"total\":1.5},\"threads\":1,\"peak_memory_bytes\":77,\"more\":1}"};
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_false(is_same(RECORD, others[i]));
        assert_false(is_same(others[i], RECORD));
        assert_true(is_same(others[i], others[i]));
    }
}

static void what_is_no_record_is_like_nothing_not_even_itself(void **state) {
    static const char *const texts[] = {"", "{", "[1, 2]", "just text", "{\"a\": 1, \"a\": 2}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(is_same(texts[i], texts[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_about_the_run_itself_may_differ),
        cmocka_unit_test(any_other_difference_counts),
        cmocka_unit_test(what_is_no_record_is_like_nothing_not_even_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
