/* Which codes of no list are shown: those that look like codes and come with several patients. */
#include "cohort_fixture.h"

#include "cohort/unmapped_code.h"

static mag_account account;
static mag_arena *arena;
static mag_code_counts counted;
static mag_error err;

static int set_up(void **state) {
    (void)state;
    arena = mag_arena_new(&account);
    mag_code_counts_init(&counted, arena);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mag_code_counts_done(&counted);
    mag_arena_free(arena);
    return account.used_nbytes ? -1 : 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static void only_what_looks_like_a_code_is_shown(void **state) {
    static const struct row {
        mag_code_system system;
        const char *code;
        bool is_shown;
    } rows[] = {
        {MAG_SYSTEM_LOCAL, "MG", true},
        {MAG_SYSTEM_LOCAL, "CREA", true},
        {MAG_SYSTEM_LOCAL, "50960", true},
        {MAG_SYSTEM_LOCAL, "LAB-17/b_2.x", true},
        {MAG_SYSTEM_LOINC, "2601-3", true},
        {MAG_SYSTEM_LOINC, "101435-6", true}, /* six digits, but a good check digit */
        {MAG_SYSTEM_LOINC, "101435-7", false},
        {MAG_SYSTEM_ATC, "C03CA01", true},
        {MAG_SYSTEM_LOCAL, "", false},
        {MAG_SYSTEM_LOCAL, "SMITH", false},
        {MAG_SYSTEM_LOCAL, "John", true}, /* as short as a code; five patients must have it */
        {MAG_SYSTEM_LOCAL, "Smith John", false},
        {MAG_SYSTEM_LOCAL, "9434765919", false},
        {MAG_SYSTEM_LOCAL, "943 476 5919", false},
        {MAG_SYSTEM_LOCAL, "943476", false},
        {MAG_SYSTEM_LOCAL, "1950-06-15", false},
        {MAG_SYSTEM_LOCAL, "15/06/1950", false},
        {MAG_SYSTEM_LOCAL, "SW1A 1AA", false},
        {MAG_SYSTEM_LOCAL, "a@b", false},
        {MAG_SYSTEM_LOCAL, "\xc3\xa4", false},
        {MAG_SYSTEM_LOCAL, "A1B2C3D4E5F6G7H8", true},
        {MAG_SYSTEM_LOCAL, "A1B2C3D4E5F6G7H8I", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (mag_code_may_be_shown(rows[i].system, mag_span_of(rows[i].code)) != rows[i].is_shown)
            fail_msg("\"%s\"", rows[i].code);
}

static void add(const char *code, unsigned patient) {
    char id[16];
    snprintf(id, sizeof id, "p%u", patient);
    assert_int_equal(
        mag_code_counts_add(&counted, MAG_SYSTEM_LOCAL, mag_span_of(code), mag_span_of(id), &err),
        MAG_OK);
}

static void five_patients_must_have_it(void **state) {
    mag_shown_code out[10];
    uint64_t not_shown;
    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        add("FOUR", i % 4);
        add(i % 2 ? "FIVE" : " FIVE ", i % 5);
        add("A-name-of-somebody", i);
    }
    assert_int_equal(mag_code_counts_top(&counted, out, 10, &not_shown), 1);
    assert_string_equal(out[0].text, "FIVE");
    assert_int_equal(out[0].count, 40);
    assert_int_equal(out[0].patient_count, 5);
    assert_int_equal(not_shown, 80);
    for (unsigned i = 0; i < 9; i++)
        add("NINE", i);
    assert_int_equal(mag_code_counts_top(&counted, out, 10, &not_shown), 2);
    assert_string_equal(out[1].text, "NINE");
    assert_int_equal(out[1].patient_count, MAG_UNMAPPED_CODE_COUNTED);
}

static void the_commonest_come_first_whatever_the_order_of_rows(void **state) {
    static const char *const codes[] = {"B1", "A1", "C1", "D1"};
    static const unsigned rows[] = {10, 10, 20, 5};
    mag_shown_code out[3];
    uint64_t not_shown;
    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        for (int at = 0; at < 4; at++) {
            int which = turn ? 3 - at : at;
            for (unsigned i = 0; i < rows[which]; i++)
                add(codes[which], i);
        }
        assert_int_equal(mag_code_counts_top(&counted, out, 3, &not_shown), 3);
        assert_string_equal(out[0].text, "C1");
        assert_string_equal(out[1].text, "A1");
        assert_string_equal(out[2].text, "B1");
        assert_int_equal(not_shown, 5 * (turn + 1));
    }
}

static void of_more_codes_than_there_can_be_none_is_shown(void **state) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    mag_shown_code out[3];
    uint64_t not_shown;
    (void)state;
    for (unsigned i = 0; i < 5; i++)
        add("MG", i);
    assert_int_equal(mag_code_counts_top(&counted, out, 3, &not_shown), 1);
    for (unsigned i = 0; i <= MAG_UNMAPPED_CODE_LIMIT; i++) {
        char code[16];
        snprintf(code, sizeof code, "%c%c%u", letters[i / 26 % 26], letters[i % 26], i / 676);
        add(code, i);
    }
    assert_int_equal(mag_code_counts_top(&counted, out, 3, &not_shown), 0);
    assert_int_equal(not_shown, 5 + MAG_UNMAPPED_CODE_LIMIT + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_looks_like_a_code_is_shown),
        TEST(five_patients_must_have_it),
        TEST(the_commonest_come_first_whatever_the_order_of_rows),
        TEST(of_more_codes_than_there_can_be_none_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
