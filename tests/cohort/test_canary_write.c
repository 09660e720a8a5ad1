/* Rows of canaries from their templates. */
#include "cohort/canary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *rows, *dates, *written;
    int32_t oldest_days;
} good[] = {
    {"{id},F,1\n", NULL, "canary-7,F,1\n", 0},
    {"{T}", "YYYY-MM-DDTHH:MI", "2024-02-29T10:30", 0},
    {"{T-3 days}", "DD/MM/YYYY", "26/02/2024", 3},
    {"{T-1 day},{T+2 days}", "YYYY-MM-DD", "2024-02-28,2024-03-02", 1},
    {"{T-11 hours}", "YYYY-MM-DD HH:MI:SS", "2024-02-28 23:30:00", 1},
    {"{T+45 minutes|HH.MI}", "YYYY", "11.15", 0},
    {"{T-71 years|YYYY}", NULL, "1953", 25933},
    {"\"a,{id}\";{T|YYYY}", NULL, "\"a,canary-7\";2024", 0},
};

static const struct {
    const char *rows, *dates;
    size_t at;
} bad[] = {
    {"x{", NULL, 1},
    {"{T}", NULL, 0},
    {"{T-3 weeks}", "YYYY", 0},
    {"{id},{S}", "YYYY", 5},
    {"{T-3days}", "YYYY", 0},
    {"{T-days}", "YYYY", 0},
    {"{T|}", "YYYY", 0},
    {"{T-3 days", "YYYY", 0},
    {"{T - 3 days}", "YYYY", 0},
    {"{T-99999999999 days}", "YYYY", 0},
};

static void every_slot_is_written(void **state) {
    (void)state;
    const mag_canary_person person = {"canary-7",
                                      mag_day_from_civil(2024, 2, 29) * MAG_MINUTES_PER_DAY + 630};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        mag_account account = {0};
        mag_text text;
        int32_t oldest_days = 0;
        mag_text_init(&text, &account);
        assert_null(mag_canary_write(good[i].rows, good[i].dates, &person, &text, &oldest_days).at);
        if (!mag_span_is(mag_text_span(&text), good[i].written))
            fail_msg("%s became %.*s", good[i].rows, (int)text.nbytes, text.at);
        assert_int_equal(oldest_days, good[i].oldest_days);
        mag_text_done(&text);
    }
}

static void what_cannot_be_read_is_pointed_at(void **state) {
    (void)state;
    const mag_canary_person person = {"x", 0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mag_account account = {0};
        mag_text text;
        mag_text_init(&text, &account);
        const mag_canary_fault fault =
            mag_canary_write(bad[i].rows, bad[i].dates, &person, &text, NULL);
        assert_ptr_equal(fault.at, bad[i].rows + bad[i].at);
        mag_text_done(&text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_slot_is_written),
                                       cmocka_unit_test(what_cannot_be_read_is_pointed_at)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
