/* Every code point once: what is a character, what a terminal would obey. */
#include "base/utf8.h"

#include "base_test.h"

/* Encodes by the definition of RFC 3629; surrogates too, to see them refused. */
static size_t encode(uint32_t code, char out[4]) {
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(marks[length] | code);
    return length;
}

static void every_code_point_is_read_back(void **state) {
    (void)state;
    for (uint32_t code = 0; code < 0x120000; code++) {
        char text[4];
        uint32_t got = 0;
        size_t length = encode(code, text), read = mag_utf8_next((mag_span){text, length}, &got);
        bool is_character = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
        assert_int_equal(read, is_character ? length : 0);
        if (is_character)
            assert_int_equal(got, code);
        assert_true(mag_span_is_utf8((mag_span){text, length}) == is_character);
        if (length > 1)
            assert_int_equal(mag_utf8_next((mag_span){text, length - 1}, &got), 0);
    }
}

static void overlong_forms_and_lone_bytes_are_no_characters(void **state) {
    (void)state;
    static const char *const bad[] = {
        "\x80",         "\xbf",         "\xc0\xaf",         "\xc1\xbf",
        "\xe0\x80\xaf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf5\x80\x80\x80",
        "\xff",         "\xe2(\xa1"};
    uint32_t code;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(mag_utf8_next(mag_span_of(bad[i]), &code), 0);
}

static void controls_are_those_that_steer_a_terminal_or_turn_writing(void **state) {
    (void)state;
    static const struct {
        uint32_t first, last;
    } controls[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},
                    {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};
    for (uint32_t code = 0; code < 0x110000; code++) {
        bool is_listed = false;
        for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++)
            is_listed |= code >= controls[i].first && code <= controls[i].last;
        assert_true(mag_utf8_is_control(code) == is_listed);
    }
}

/* Every block of ten is whole, no two overlap, and its neighbours are no digits. */
static void digits_of_every_script_are_known_and_nothing_else(void **state) {
    (void)state;
    static const uint32_t digits[] = {'0',   '9',    0x660,  0x669,   0x6f0,   0x966,  0x9ef,
                                      0xe50, 0xff10, 0xff19, 0x104a9, 0x1d7ce, 0x1d7ff};
    static const uint32_t others[] = {'/',    ':',    'a',    0xb2,   0xbd,    0x65f,  0x66a,
                                      0x2160, 0x2460, 0xff0f, 0xff1a, 0x1d7cd, 0x1d800};
    unsigned count = 0;
    for (size_t i = 0; i < sizeof digits / sizeof digits[0]; i++)
        assert_true(mag_utf8_is_digit(digits[i]));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(mag_utf8_is_digit(others[i]));
    for (uint32_t code = 0; code < 0x110000; code++)
        count += mag_utf8_is_digit(code);
    assert_int_equal(count, 680);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_read_back),
        cmocka_unit_test(overlong_forms_and_lone_bytes_are_no_characters),
        cmocka_unit_test(digits_of_every_script_are_known_and_nothing_else),
        cmocka_unit_test(controls_are_those_that_steer_a_terminal_or_turn_writing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
