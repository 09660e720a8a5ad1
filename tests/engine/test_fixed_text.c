#include "engine/engine_test.h"

#include "engine/fixed_text.h"

#include <locale.h>

static void writes_decimals_rounded_half_to_even(void **state) {
    static const struct row {
        double value;
        unsigned decimals;
        const char *text;
    } rows[] = {{0.0, 6, "0.000000"},
                {1.0 / 3.0, 6, "0.333333"},
                {2.0 / 3.0, 6, "0.666667"},
                {1.0, 6, "1.000000"},
                {0.5, 0, "0"},
                {1.5, 0, "2"},
                {-1.25, 1, "-1.2"},
                {-0.0000001, 6, "0.000000"},
                {-0.04, 1, "0.0"},
                {123456.789, 3, "123456.789"},
                {0.06, 1, "0.1"},
                {7.0, 0, "7"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[MAG_FIXED_TEXT_NBYTES];
        mag_fixed_text(rows[i].value, rows[i].decimals, text);
        assert_string_equal(text, rows[i].text);
    }
}

static void writes_a_point_whatever_the_locale_says(void **state) {
    char text[MAG_FIXED_TEXT_NBYTES];
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL && setlocale(LC_ALL, "de_DE.utf8") == NULL)
        print_message("SKIPPED: no German locale here; the C locale is tested instead\n");
    mag_fixed_text(1234.5, 2, text);
    setlocale(LC_ALL, "C");
    assert_string_equal(text, "1234.50");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_decimals_rounded_half_to_even),
        cmocka_unit_test(writes_a_point_whatever_the_locale_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
