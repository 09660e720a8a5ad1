#include "base/decimal.h"

#include "base_test.h"

#include <math.h>

typedef struct reading {
    const char *text;
    mag_number_fault fault;
    const char *shown; /* comparator and digits as they come back; NULL for faults */
} reading;

static void assert_readings(const reading *cases, size_t count, bool decimal_comma) {
    for (size_t i = 0; i < count; i++) {
        mag_decimal value;
        mag_comparator comparator;
        mag_number_fault fault =
            mag_decimal_parse(mag_span_of(cases[i].text), decimal_comma, &value, &comparator);
        if (fault != cases[i].fault)
            fail_msg("\"%s\": fault %d, wanted %d", cases[i].text, fault, cases[i].fault);
        if (!cases[i].shown)
            continue;
        char digits[MAG_DECIMAL_TEXT_NBYTES], shown[MAG_DECIMAL_TEXT_NBYTES + 4];
        mag_decimal_text(value, digits);
        snprintf(shown, sizeof shown, "%s%s", mag_comparator_text(comparator), digits);
        assert_string_equal(shown, cases[i].shown);
    }
}

static void I_40_to_I_46_numbers_follow_the_strict_grammar(void **state) {
    (void)state;
    static const reading cases[] = {
        {"0.70", MAG_NUMBER_OK, "0.70"},
        {" 1.7\t", MAG_NUMBER_OK, "1.7"},
        {"-0", MAG_NUMBER_OK, "0"},
        {"-0.00", MAG_NUMBER_OK, "0.00"},
        {"+1", MAG_NUMBER_OK, "1"},
        {".5", MAG_NUMBER_OK, "0.5"},
        {"5.", MAG_NUMBER_OK, "5"},
        {"-.5", MAG_NUMBER_OK, "-0.5"},
        {"007", MAG_NUMBER_OK, "7"},
        {"2147483647", MAG_NUMBER_OK, "2147483647"},
        {"-2147483647", MAG_NUMBER_OK, "-2147483647"},
        {"0.000000000000001", MAG_NUMBER_OK, "0.000000000000001"},
        {"<0.2", MAG_NUMBER_OK, "<0.2"},
        {"< 0.2", MAG_NUMBER_OK, "<0.2"},
        {"<=0.2", MAG_NUMBER_OK, "<=0.2"},
        {"\xe2\x89\xa4"
         "0.2",
         MAG_NUMBER_OK, "<=0.2"},
        {">10", MAG_NUMBER_OK, ">10"},
        {">= 90", MAG_NUMBER_OK, ">=90"},
        {"\xe2\x89\xa5 90", MAG_NUMBER_OK, ">=90"},
        {"", MAG_NUMBER_EMPTY, NULL},
        {"  ", MAG_NUMBER_EMPTY, NULL},
        {"1,5", MAG_NUMBER_DECIMAL_COMMA, NULL},
        {"<1,5", MAG_NUMBER_DECIMAL_COMMA, NULL},
        {"-1,5", MAG_NUMBER_DECIMAL_COMMA, NULL},
        {"1,234.5", MAG_NUMBER_SYNTAX, NULL},
        {"1,234,567", MAG_NUMBER_SYNTAX, NULL},
        {"1e3", MAG_NUMBER_EXPONENT, NULL},
        {"1.5E-3", MAG_NUMBER_EXPONENT, NULL},
        {"0x1p3", MAG_NUMBER_EXPONENT, NULL},
        {"NaN", MAG_NUMBER_NOT_FINITE, NULL},
        {"-nan", MAG_NUMBER_NOT_FINITE, NULL},
        {"+NaN", MAG_NUMBER_NOT_FINITE, NULL},
        {"inf", MAG_NUMBER_NOT_FINITE, NULL},
        {"-Infinity", MAG_NUMBER_NOT_FINITE, NULL},
        {"0X1P3", MAG_NUMBER_EXPONENT, NULL},
        {"1e2e3e4", MAG_NUMBER_SYNTAX, NULL},
        {"1,5e3", MAG_NUMBER_SYNTAX, NULL},
        {"1,5 mg", MAG_NUMBER_SYNTAX, NULL},
        {"1e400", MAG_NUMBER_OUT_OF_RANGE, NULL},
        {"1e4294967297", MAG_NUMBER_OUT_OF_RANGE, NULL},
        {"1e-400", MAG_NUMBER_OUT_OF_RANGE, NULL},
        {"2147483648", MAG_NUMBER_OUT_OF_RANGE, NULL},
        {"99999999999999999999999", MAG_NUMBER_OUT_OF_RANGE, NULL},
        {"0.0000000000000001", MAG_NUMBER_OUT_OF_RANGE, NULL},
        {"1.5 mmol/L", MAG_NUMBER_SYNTAX, NULL},
        {"1.5.2", MAG_NUMBER_SYNTAX, NULL},
        {"1_000", MAG_NUMBER_SYNTAX, NULL},
        {"12abc", MAG_NUMBER_SYNTAX, NULL},
        {"1 2", MAG_NUMBER_SYNTAX, NULL},
        {"--1", MAG_NUMBER_SYNTAX, NULL},
        {"1-2", MAG_NUMBER_SYNTAX, NULL},
        {"<<1", MAG_NUMBER_SYNTAX, NULL},
        {"\xd9\xa1\xd9\xa2", MAG_NUMBER_SYNTAX, NULL}, /* digits that are not ASCII */
        {"\xef\xbc\x97", MAG_NUMBER_SYNTAX, NULL},
        {"\xce\xbc", MAG_NUMBER_TEXT, NULL}, /* a letter */
        {"\xd9", MAG_NUMBER_TEXT, NULL},     /* half of one */
        {"haemolysed", MAG_NUMBER_TEXT, NULL},
        {"NEG", MAG_NUMBER_TEXT, NULL},
        {"___", MAG_NUMBER_TEXT, NULL},
        {".", MAG_NUMBER_TEXT, NULL},
        {"<", MAG_NUMBER_TEXT, NULL},
        {"-", MAG_NUMBER_TEXT, NULL},
    };
    assert_readings(cases, sizeof cases / sizeof cases[0], false);
}

static void a_declared_decimal_comma_is_the_point_and_the_point_is_not(void **state) {
    (void)state;
    static const reading cases[] = {
        {"1,50", MAG_NUMBER_OK, "1.50"},
        {"<0,2", MAG_NUMBER_OK, "<0.2"},
        {"5", MAG_NUMBER_OK, "5"},
        {"1.5", MAG_NUMBER_SYNTAX, NULL},
        {"1.234,5", MAG_NUMBER_SYNTAX, NULL},
        {"1,2,3", MAG_NUMBER_SYNTAX, NULL},
    };
    assert_readings(cases, sizeof cases / sizeof cases[0], true);
}

static void every_short_decimal_comes_back_as_printed_and_as_strtod_reads_it(void **state) {
    (void)state;
    for (int whole = -120; whole <= 120; whole++)
        for (int cents = 0; cents < 1000; cents++) {
            char text[32], shown[MAG_DECIMAL_TEXT_NBYTES];
            if (whole == 0 && cents == 0)
                continue;
            snprintf(text, sizeof text, "%d.%03d", whole, cents);
            mag_decimal value;
            mag_comparator comparator;
            assert_int_equal(mag_decimal_parse(mag_span_of(text), false, &value, &comparator),
                             MAG_NUMBER_OK);
            mag_decimal_text(value, shown);
            assert_string_equal(shown, text);
            assert_true(mag_decimal_double(value) == strtod(text, NULL));
        }
}

static void comparing_is_exact(void **state) {
    (void)state;
    const mag_decimal a = {170, 2}, b = {17, 1}, smallest = {1, 15}, largest = {INT32_MAX, 0};
    assert_int_equal(mag_decimal_compare(a, b), 0);
    assert_int_equal(mag_decimal_compare((mag_decimal){169, 2}, b), -1);
    assert_int_equal(mag_decimal_compare((mag_decimal){171, 2}, b), 1);
    assert_int_equal(mag_decimal_compare((mag_decimal){0, 3}, (mag_decimal){0, 0}), 0);
    assert_int_equal(mag_decimal_compare((mag_decimal){-1, 15}, smallest), -1);
    assert_int_equal(mag_decimal_compare(largest, smallest), 1);
    /* 0.1 * 3 is 0.3 here, though not in binary */
    assert_int_equal(mag_decimal_compare_scaled((mag_decimal){1, 1}, 3, (mag_decimal){3, 1}, 1), 0);
    /* the widest product: mantissa 2^31, factor 10^9, scale 15 */
    assert_int_equal(mag_decimal_compare_scaled(largest, 1000000000, smallest, 1000000000), 1);
    assert_int_equal(
        mag_decimal_compare_scaled((mag_decimal){INT32_MIN, 0}, 1000000000, smallest, 1000000000),
        -1);
    assert_int_equal(mag_decimal_compare_scaled(largest, 1000000000, largest, 999999999), 1);
}

/* --- against digits on paper --------------------------------------------------------------------
 */

enum { PAPER_DIGITS = 64, ROUND_COUNT = 200000 };

static uint64_t random_state = 20241121;

static uint64_t draw(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 24;
}

/* Small, large and edge mantissas alike. */
static mag_decimal draw_decimal(void) {
    static const int32_t edges[] = {0, 1, -1, 9, 10, INT32_MAX, -INT32_MAX, INT32_MAX - 1};
    int32_t mantissa = (int32_t)(draw() % 2001) - 1000;
    if (draw() % 3 == 0)
        mantissa = (int32_t)(draw() % INT32_MAX) * (draw() % 2 ? 1 : -1);
    if (draw() % 5 == 0)
        mantissa = edges[draw() % (sizeof edges / sizeof *edges)];
    return (mag_decimal){mantissa, (uint8_t)(draw() % (MAG_DECIMAL_MAX_SCALE + 1))};
}

/* |mantissa| x factor as digits, shifted so that 15 of them stand behind the point; most
   significant first. Schoolbook multiplication, digit by digit. */
static void write_digits(mag_decimal value, int64_t factor, char digits[PAPER_DIGITS]) {
    uint64_t magnitude = (uint64_t)llabs((long long)value.mantissa);
    memset(digits, 0, PAPER_DIGITS);
    size_t shift = (size_t)(MAG_DECIMAL_MAX_SCALE - value.scale);
    for (size_t i = PAPER_DIGITS - 1 - shift; magnitude; i--, magnitude /= 10) {
        uint64_t carry = 0;
        size_t k = i;
        for (uint64_t rest = (uint64_t)factor; rest || carry; rest /= 10, k--) {
            uint64_t sum = (uint64_t)digits[k] + magnitude % 10 * (rest % 10) + carry;
            digits[k] = (char)(sum % 10);
            carry = sum / 10;
        }
    }
}

static int compare_on_paper(mag_decimal a, int64_t a_factor, mag_decimal b, int64_t b_factor) {
    char left[PAPER_DIGITS], right[PAPER_DIGITS];
    int a_sign = (a.mantissa > 0) - (a.mantissa < 0), b_sign = (b.mantissa > 0) - (b.mantissa < 0);
    if (a_sign != b_sign)
        return a_sign < b_sign ? -1 : 1;
    write_digits(a, a_factor, left);
    write_digits(b, b_factor, right);
    int order = memcmp(left, right, PAPER_DIGITS);
    return ((order > 0) - (order < 0)) * (a_sign ? a_sign : 1);
}

static void comparing_agrees_with_digits_on_paper(void **state) {
    (void)state;
    static const int64_t factors[] = {1, 2, 10, 884, 1000, 999999999, 1000000000};
    size_t equal_count = 0;
    for (int i = 0; i < ROUND_COUNT; i++) {
        mag_decimal a = draw_decimal(), b = draw() % 4 ? draw_decimal() : a;
        int64_t a_factor = factors[draw() % 7], b_factor = factors[draw() % 7];
        if (draw() % 4 == 0 && b.scale &&
            b.mantissa % 10 == 0) { /* the same number, printed shorter */
            b.mantissa /= 10;
            b.scale--;
        }
        int expected = compare_on_paper(a, a_factor, b, b_factor);
        int found = mag_decimal_compare_scaled(a, a_factor, b, b_factor);
        if (found != expected)
            fail_msg("%d/%u x %lld and %d/%u x %lld: %d, not %d", a.mantissa, a.scale,
                     (long long)a_factor, b.mantissa, b.scale, (long long)b_factor, found,
                     expected);
        assert_int_equal(mag_decimal_compare_scaled(b, b_factor, a, a_factor), -expected);
        equal_count += expected == 0;
    }
    assert_true(equal_count > 1000);
}

static void what_is_printed_is_read_back_the_same(void **state) {
    (void)state;
    for (int i = 0; i < ROUND_COUNT; i++) {
        mag_decimal value = draw_decimal(), again;
        mag_comparator comparator;
        char text[MAG_DECIMAL_TEXT_NBYTES];
        mag_decimal_text(value, text);
        assert_int_equal(mag_decimal_parse(mag_span_of(text), false, &again, &comparator),
                         MAG_NUMBER_OK);
        if (again.mantissa != value.mantissa || again.scale != value.scale)
            fail_msg("%s is read as %d/%u", text, again.mantissa, again.scale);
        assert_true(mag_decimal_double(value) == strtod(text, NULL));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(I_40_to_I_46_numbers_follow_the_strict_grammar),
        TEST(a_declared_decimal_comma_is_the_point_and_the_point_is_not),
        TEST(every_short_decimal_comes_back_as_printed_and_as_strtod_reads_it),
        TEST(comparing_is_exact),
        TEST(comparing_agrees_with_digits_on_paper),
        TEST(what_is_printed_is_read_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
