#include "base/message.h"

#include "base_test.h"

static void every_message_has_a_code_a_gist_and_help(void **state) {
    (void)state;
    for (int id = 1; id < MAG_MSG_COUNT; id++) {
        const char *code = mag_message_code((mag_message_id)id);
        assert_int_equal(strlen(code), strlen("MS-I101"));
        assert_memory_equal(code, "MS-", 3);
        assert_non_null(strchr("IDPRSUX", code[3]));
        assert_int_equal(strspn(code + 4, "0123456789"), 3);
        assert_true(strlen(mag_message_gist((mag_message_id)id)) > 0);
        const char *help = mag_message_help((mag_message_id)id);
        assert_int_equal(help[strlen(help) - 1], '.');
    }
    assert_string_equal(mag_message_code(MAG_MSG_NONE), "");
}

static void messages_are_sorted_by_group_and_number(void **state) {
    (void)state;
    for (int id = 2; id < MAG_MSG_COUNT; id++)
        assert_true(strcmp(mag_message_code((mag_message_id)(id - 1)),
                           mag_message_code((mag_message_id)id)) < 0);
}

static void codes_are_found_in_any_case_with_and_without_prefix(void **state) {
    (void)state;
    for (int id = 1; id < MAG_MSG_COUNT; id++) {
        const char *code = mag_message_code((mag_message_id)id);
        assert_int_equal(mag_message_find(code), id);
        assert_int_equal(mag_message_find(code + 3), id);
    }
    assert_int_equal(mag_message_find("ms-i101"), MAG_MSG_I101);
    assert_int_equal(mag_message_find("i101"), MAG_MSG_I101);
    static const char *const unknown[] = {"", "MS-", "I", "I10", "I1011", "MS-I999", "S-I101"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_int_equal(mag_message_find(unknown[i]), MAG_MSG_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_message_has_a_code_a_gist_and_help),
        TEST(messages_are_sorted_by_group_and_number),
        TEST(codes_are_found_in_any_case_with_and_without_prefix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
