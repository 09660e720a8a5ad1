#include "base/span.h"

#include "base_test.h"

static mag_span of(const char *text) {
    return mag_span_of(text);
}

static void equality_looks_at_length_and_bytes(void **state) {
    (void)state;
    assert_true(mag_span_equals(of("ab"), of("ab")));
    assert_false(mag_span_equals(of("ab"), of("abc")));
    assert_false(mag_span_equals(of("ab"), of("aB")));
    assert_true(mag_span_equals((mag_span){NULL, 0}, of("")));
    assert_false(mag_span_equals((mag_span){"a\0b", 3}, (mag_span){"a\0c", 3}));
    assert_true(mag_span_is((mag_span){"mgx", 2}, "mg"));
    assert_true(mag_span_is_ignoring_case(of("MmOl/L"), "mmol/l"));
    assert_false(mag_span_is_ignoring_case(of("mmol"), "mmol/l"));
    assert_false(mag_span_is_ignoring_case(of("["), "{"));
    assert_true(mag_span_starts_with(of("abc"), of("ab")));
    assert_true(mag_span_starts_with(of("abc"), of("")));
    assert_false(mag_span_starts_with(of("a"), of("ab")));
}

static void order_is_bytewise_and_shorter_first(void **state) {
    (void)state;
    static const char *const sorted[] = {"", "A", "AB", "B", "a", "a ", "b", "\xc3\xa9"};
    enum { COUNT = sizeof sorted / sizeof sorted[0] };
    for (int i = 0; i < COUNT; i++)
        for (int k = 0; k < COUNT; k++) {
            int order = mag_span_compare(of(sorted[i]), of(sorted[k]));
            assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
        }
}

static void trimming_takes_blanks_at_both_ends_only(void **state) {
    (void)state;
    assert_true(mag_span_is(mag_span_trim(of(" \t\r\na b\n ")), "a b"));
    assert_int_equal(mag_span_trim(of(" \t ")).nbytes, 0);
    assert_int_equal(mag_span_trim((mag_span){NULL, 0}).nbytes, 0);
    assert_true(
        mag_span_is(mag_span_trim(of("\xc2\xa0x")), "\xc2\xa0x")); /* no-break space stays */
}

static void the_hash_is_fixed_for_ever(void **state) {
    (void)state;
    uint64_t seen = mag_span_hash(of("patient-1"));
    assert_int_equal(seen, mag_span_hash((mag_span){"patient-12", 9}));
    assert_int_not_equal(seen, mag_span_hash(of("patient-2")));
    assert_int_equal(mag_span_hash((mag_span){NULL, 0}), mag_span_hash(of("")));
    assert_true(seen == UINT64_C(0xe3bd0a71ba4e0f1b));
}

/* Encodes a code point without asking whether it may be. */
static size_t encode(unsigned long code, size_t length, char *out) {
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    if (length == 1) {
        out[0] = (char)code;
        return 1;
    }
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(leads[length] | code);
    return length;
}

static void utf8_is_exactly_what_the_standard_encodes(void **state) {
    (void)state;
    static const unsigned long most[] = {0, 0x7f, 0x7ff, 0xffff, 0x1fffff};
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    for (size_t length = 1; length <= 4; length++)
        for (unsigned long code = 0; code <= most[length]; code++) {
            char bytes[5];
            size_t nbytes = encode(code, length, bytes);
            bool is_good =
                code >= least[length] && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
            if (mag_span_is_utf8((mag_span){bytes, nbytes}) != is_good)
                fail_msg("code %lx in %zu bytes", code, length);
        }
}

static void broken_utf8_is_found_wherever_it_stands(void **state) {
    (void)state;
    static const char *const bad[] = {
        "\x80", "\xbf",  "\xc3",      "\xe2\x82",  "\xf0\x9f\x98",
        "\xff", "\xc3(", "\xe2(\xa1", "\xe2\x82(", "\xf5\x80\x80\x80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        for (size_t at = 0; at < 20; at++) {
            char text[40];
            memset(text, 'x', sizeof text);
            memcpy(text + at, bad[i], strlen(bad[i]));
            assert_false(mag_span_is_utf8((mag_span){text, 30}));
            assert_false(mag_span_is_utf8((mag_span){text, at + strlen(bad[i])}));
            assert_true(mag_span_is_utf8((mag_span){text, at}));
        }
    assert_true(mag_span_is_utf8((mag_span){NULL, 0}));
}

/* Partitions are the upper six bits: ids of any shape spread over all of them about evenly. */
static void ids_of_every_shape_spread_over_the_upper_bits(void **state) {
    (void)state;
    static const char *const before[] = {"", "00000", "NHS ", "patient-"};
    static const char *const behind[] = {"", "000", "x", " "};
    enum { ID_COUNT = 64 * 200, PART_COUNT = 64, SHAPE_COUNT = sizeof before / sizeof before[0] };
    for (size_t i = 0; i < SHAPE_COUNT; i++) {
        unsigned counts[PART_COUNT] = {0};
        for (unsigned k = 0; k < ID_COUNT; k++) {
            char id[40];
            snprintf(id, sizeof id, "%s%u%s", before[i], k, behind[i]);
            counts[mag_span_hash(of(id)) >> 58]++;
        }
        for (size_t k = 0; k < PART_COUNT; k++)
            assert_in_range(counts[k], 130, 280); /* 200 expected, five deviations of 14 */
    }
}

static void parts_hash_like_the_whole(void **state) {
    (void)state;
    char bytes[3000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 37 % 251);
    static const size_t sizes[] = {0, 1, 16, 17, 240, 241, 1024, 3000};
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
        for (size_t cut = 0; cut <= sizes[k]; cut += 1 + cut / 3) {
            const mag_span parts[] = {{bytes, cut}, {NULL, 0}, {bytes + cut, sizes[k] - cut}};
            assert_true(mag_spans_hash_seeded(parts, 3, 77) ==
                        mag_span_hash_seeded((mag_span){bytes, sizes[k]}, 77));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(equality_looks_at_length_and_bytes),
        TEST(order_is_bytewise_and_shorter_first),
        TEST(trimming_takes_blanks_at_both_ends_only),
        TEST(the_hash_is_fixed_for_ever),
        TEST(parts_hash_like_the_whole),
        TEST(utf8_is_exactly_what_the_standard_encodes),
        TEST(broken_utf8_is_found_wherever_it_stands),
        TEST(ids_of_every_shape_spread_over_the_upper_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
