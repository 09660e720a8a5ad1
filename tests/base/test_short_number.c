#include "base/short_number.h"

#include "base_test.h"

#include <math.h>

static uint64_t random_state = 86;

static uint64_t draw(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 11;
}

/* Returns whether the short way was taken. */
static bool check_six_digits(double x) {
    char text[MAG_SHORT_NUMBER_NBYTES], wanted[64];
    const bool is_short = mag_short_six_digits(x, text);
    snprintf(wanted, sizeof wanted, "%.6g", x);
    if (is_short)
        assert_string_equal(text, wanted);
    mag_six_digits_text(x, text);
    assert_string_equal(text, wanted);
    return is_short;
}

static void six_digits_are_those_of_printf(void **state) {
    (void)state;
    size_t short_count = 0;
    enum { COUNT = 100000 };
    for (int i = 0; i < COUNT; i++) {
        const double x = ((double)draw() / 9007199254740992.0) * pow(10, i % 9 - 1);
        const double rounded = floor(x * 1000) / 1000;
        short_count +=
            (size_t)check_six_digits(x) + check_six_digits(-x) + check_six_digits(rounded);
        (void)check_six_digits(nextafter(x, 0));
    }
    assert_true(short_count > COUNT);
    /* halves of the seventh digit, and what lies beside them */
    for (int32_t digits = 100000; digits < 1000000; digits += 61)
        for (int scale = 0; scale < 7; scale++) {
            const double half = (digits + 0.5) / pow(10, scale);
            (void)check_six_digits(half);
            (void)check_six_digits(nextafter(half, 0));
            (void)check_six_digits(nextafter(half, INFINITY));
            (void)check_six_digits(digits / pow(10, scale));
        }
    static const double edges[] = {0,      -0.0,     0.1,       0.09999999, 0.99999951, 0.9999996,
                                   1,      9.999996, 99999.95,  999999.4,   999999.7,   1e6,
                                   1e300,  1e-300,   INFINITY,  NAN,        -INFINITY,  123456,
                                   100000, 10,       12.345675, 0.1234565,  -12.5,      99999.949};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++)
        (void)check_six_digits(edges[i]);
    assert_true(check_six_digits(12.5) && check_six_digits(-12.5) && check_six_digits(123456));
    assert_false(check_six_digits(0) || check_six_digits(NAN) || check_six_digits(1e6) ||
                 check_six_digits(999999.7) || check_six_digits(123456.5));
}

static void whole_numbers_are_those_of_printf(void **state) {
    (void)state;
    char text[MAG_SHORT_NUMBER_NBYTES], wanted[64];
    for (uint32_t i = 0; i < 100000; i++) {
        const uint32_t x = i < 5000 ? i : (uint32_t)draw();
        mag_short_unsigned(x, text);
        snprintf(wanted, sizeof wanted, "%u", (unsigned)x);
        assert_string_equal(text, wanted);
        assert_int_equal(mag_short_whole(x, text), x >= 1 && x <= 1000000000);
        assert_string_equal(text, wanted);
    }
    mag_whole_text(12, text);
    assert_string_equal(text, "12");
    mag_whole_text(-2.5, text);
    assert_string_equal(text, "-2");
    assert_true(mag_short_whole(1e9, text));
    assert_string_equal(text, "1000000000");
    assert_false(mag_short_whole(1e9 + 1, text) || mag_short_whole(1.5, text) ||
                 mag_short_whole(-0.0, text) || mag_short_whole(-3, text) ||
                 mag_short_whole(NAN, text) || mag_short_whole(INFINITY, text));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(six_digits_are_those_of_printf),
        TEST(whole_numbers_are_those_of_printf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
