/* The short way of reading numbers against the plain one, which goes character by character. */
#include "base/decimal.h"

#include "base_test.h"

static unsigned long compared, read_shortly;

static void assert_same(const char *text, size_t nbytes) {
    char *exact = malloc(nbytes ? nbytes : 1); /* so that a read behind the text is found */
    assert_non_null(exact);
    memcpy(exact, text, nbytes);
    const mag_span span = {exact, nbytes};
    for (int has_comma = 0; has_comma <= 1; has_comma++) {
        mag_decimal wanted, got, shortly = {4711, 11};
        mag_comparator wanted_comparator, got_comparator;
        const mag_number_fault fault =
            mag_decimal_parse_plain(span, has_comma, &wanted, &wanted_comparator);
        if (mag_decimal_parse(span, has_comma, &got, &got_comparator) != fault ||
            got.mantissa != wanted.mantissa || got.scale != wanted.scale ||
            got_comparator != wanted_comparator)
            fail_msg("\"%.*s\" is read in two ways", (int)nbytes, text);
        compared++;
        if (mag_decimal_parse_short(span, has_comma ? ',' : '.', &shortly))
            read_shortly++;
        else
            assert_true(shortly.mantissa == 4711 && shortly.scale == 11);
    }
    free(exact);
}

/* The texts of `length` characters of the alphabet, from `text`'s first `filled` on. */
static void compare_all(char *text, size_t filled, size_t length) {
    static const char alphabet[] = {'0', '1', '9', '.', ',', '-', '<', ' ', 'e'};
    if (filled == length) {
        assert_same(text, length);
        return;
    }
    for (size_t i = 0; i < sizeof alphabet; i++) {
        text[filled] = alphabet[i];
        compare_all(text, filled + 1, length);
    }
}

static void every_text_of_an_alphabet_up_to_seven_characters_is_read_alike(void **state) {
    (void)state;
    char text[8] = "";
    for (size_t length = 0; length <= 6; length++)
        compare_all(text, 0, length);
    text[0] = '7';
    compare_all(text, 1, 7);
}

static void every_number_of_up_to_five_digits_is_read_alike(void **state) {
    (void)state;
    char digits[16], text[16];
    for (int digit_count = 1; digit_count <= 5; digit_count++) {
        int end = 1;
        for (int i = 0; i < digit_count; i++)
            end *= 10;
        read_shortly = 0;
        for (int number = 0; number < end; number++) {
            snprintf(digits, sizeof digits, "%0*d", digit_count, number);
            for (int point = 0; point <= digit_count; point++) {
                snprintf(text, sizeof text, "%.*s.%s", point, digits, digits + point);
                assert_same(text, (size_t)digit_count + 1);
            }
        }
        assert_int_equal(read_shortly, (unsigned long)end * (unsigned long)(digit_count + 1));
    }
}

static void eight_digits_are_the_most_of_the_short_way(void **state) {
    (void)state;
    mag_decimal value;
    assert_true(mag_decimal_parse_short(mag_span_of("99999999"), '.', &value));
    assert_true(value.mantissa == 99999999 && value.scale == 0);
    assert_true(mag_decimal_parse_short(mag_span_of(".0000001"), '.', &value));
    assert_true(value.mantissa == 1 && value.scale == 7);
    assert_false(mag_decimal_parse_short(mag_span_of("123456789"), '.', &value));
    assert_false(mag_decimal_parse_short(mag_span_of(""), '.', &value));
    assert_false(mag_decimal_parse_short(mag_span_of("."), '.', &value));
}

/* Every byte in every place, among them the neighbours of the digits and of the point. */
static void a_text_that_is_nearly_a_number_is_read_alike(void **state) {
    (void)state;
    static const char *const numbers[] = {"1",       "15",       "0.7",      "15.6",
                                          "156.1",   "1234.5",   "1234567",  "12345678",
                                          "123.456", "1.234567", "12345.67", "2147483647"};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char text[16];
        const size_t nbytes = strlen(numbers[i]);
        for (size_t at = 0; at < nbytes; at++)
            for (int byte = 0; byte <= 0xff; byte++) {
                memcpy(text, numbers[i], nbytes);
                text[at] = (char)byte;
                assert_same(text, nbytes);
            }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_text_of_an_alphabet_up_to_seven_characters_is_read_alike),
        TEST(every_number_of_up_to_five_digits_is_read_alike),
        TEST(eight_digits_are_the_most_of_the_short_way),
        TEST(a_text_that_is_nearly_a_number_is_read_alike),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    printf("%lu texts compared\n", compared);
    return failed;
}
