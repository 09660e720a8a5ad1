#include "io/json_writer.h"

#include "test_support.h"

#include <jansson.h>

static mag_account account;
static mag_text out;
static mag_json json;

static int set_up(void **state) {
    (void)state;
    mag_text_init(&out, &account);
    mag_json_begin(&json, &out, false);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mag_text_done(&out);
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

static void write_sample(void) {
    mag_json_object(&json);
    mag_json_key_text(&json, "name", "x");
    mag_json_key(&json, "list");
    mag_json_array(&json);
    mag_json_integer(&json, -9223372036854775807 - 1);
    mag_json_number(&json, "0.70");
    mag_json_bool(&json, true);
    mag_json_bool(&json, false);
    mag_json_null(&json);
    mag_json_array(&json);
    mag_json_end_array(&json);
    mag_json_object(&json);
    mag_json_end_object(&json);
    mag_json_end_array(&json);
    mag_json_key_integer(&json, "count", 3);
    mag_json_end_object(&json);
}

static void assert_written(const char *expected) {
    mag_text_add_char(&out, '\0');
    assert_string_equal(out.at, expected);
}

static void compact_form_has_fixed_bytes(void **state) {
    (void)state;
    write_sample();
    assert_written("{\"name\":\"x\",\"list\":[-9223372036854775808,0.70,true,false,null,[],{}],"
                   "\"count\":3}");
}

static void pretty_form_has_fixed_bytes(void **state) {
    (void)state;
    mag_json_begin(&json, &out, true);
    write_sample();
    assert_written("{\n  \"name\": \"x\",\n  \"list\": [\n    -9223372036854775808,\n    0.70,\n"
                   "    true,\n    false,\n    null,\n    [],\n    {}\n  ],\n  \"count\": 3\n}\n");
}

static void every_byte_comes_back_through_another_reader(void **state) {
    (void)state;
    char text[127];
    for (int i = 0; i < 127; i++)
        text[i] = (char)(i + 1);
    mag_json_array(&json);
    mag_json_text(&json, (mag_span){text, sizeof text});
    mag_json_text(&json, mag_span_of("caf\xc3\xa9 \xe2\x89\xa4 \xf0\x9f\x98\x80"));
    mag_json_text(&json, (mag_span){"a\0b", 3});
    mag_json_text(&json, (mag_span){NULL, 0});
    mag_json_end_array(&json);
    for (size_t i = 0; i < out.nbytes; i++)
        assert_true((unsigned char)out.at[i] >= 0x20 && out.at[i] != 0x7f);
    json_error_t error;
    json_t *root = json_loadb(out.at, out.nbytes, JSON_ALLOW_NUL, &error);
    assert_non_null(root);
    json_t *first = json_array_get(root, 0);
    assert_int_equal(json_string_length(first), sizeof text);
    assert_memory_equal(json_string_value(first), text, sizeof text);
    assert_string_equal(json_string_value(json_array_get(root, 1)),
                        "caf\xc3\xa9 \xe2\x89\xa4 \xf0\x9f\x98\x80");
    assert_int_equal(json_string_length(json_array_get(root, 2)), 3);
    assert_string_equal(json_string_value(json_array_get(root, 3)), "");
    json_decref(root);
}

static void keys_are_escaped_too(void **state) {
    (void)state;
    mag_json_object(&json);
    mag_json_key_text(&json, "a\"\n", "\x1b");
    mag_json_end_object(&json);
    assert_written("{\"a\\\"\\n\":\"\\u001b\"}");
}

static void thirty_two_levels_are_kept_apart(void **state) {
    (void)state;
    char expected[256] = "";
    for (int i = 0; i < 32; i++) {
        mag_json_array(&json);
        strcat(expected, "[");
    }
    for (int i = 0; i < 32; i++) {
        mag_json_end_array(&json);
        strcat(expected, "]");
        if (i < 31) {
            mag_json_integer(&json, i);
            char number[8];
            snprintf(number, sizeof number, ",%d", i);
            strcat(expected, number);
        }
    }
    assert_written(expected);
}

/* JSON may be shown on a terminal as it stands, and stays JSON whatever a file is named. */
static void nothing_in_it_steers_a_terminal(void **state) {
    (void)state;
    mag_json_text(&json,
                  mag_span_of("a\x1b\xc2\x9b\xe2\x80\xae\xe2\x81\xa6\xd8\x9c\x7f\xff\xc3\xa9"));
    mag_text_add_char(&out, '\0');
    assert_string_equal(out.at, "\"a\\u001b\\u009b\\u202e\\u2066\\u061c\\u007f\\ufffd\xc3\xa9\"");
    json_t *read = json_loads(out.at, JSON_DECODE_ANY, NULL);
    assert_string_equal(json_string_value(read),
                        "a\x1b\xc2\x9b\xe2\x80\xae\xe2\x81\xa6\xd8\x9c\x7f\xef\xbf\xbd\xc3\xa9");
    json_decref(read);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(compact_form_has_fixed_bytes),
        TEST(pretty_form_has_fixed_bytes),
        TEST(every_byte_comes_back_through_another_reader),
        TEST(nothing_in_it_steers_a_terminal),
        TEST(keys_are_escaped_too),
        TEST(thirty_two_levels_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
