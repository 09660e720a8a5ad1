#include "base/datetime.h"

#include "base_test.h"

/* An independent calendar: counts day by day from 1600-01-01, which is day -135,140. */
static void days_follow_a_calendar_counted_day_by_day(void **state) {
    (void)state;
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    mag_day day = -135140;
    for (int year = 1600; year <= 9999; year++)
        for (int month = 1; month <= 12; month++) {
            bool is_leap = year % 400 == 0 || (year % 100 != 0 && year % 4 == 0);
            int length = lengths[month - 1] + (month == 2 && is_leap);
            for (int date = 1; date <= length; date++, day++) {
                int y, m, d;
                assert_int_equal(mag_day_from_civil(year, month, date), day);
                mag_day_to_civil(day, &y, &m, &d);
                assert_true(y == year && m == month && d == date);
                assert_true(mag_date_exists(year, month, date));
            }
            assert_false(mag_date_exists(year, month, length + 1));
        }
    assert_int_equal(mag_day_from_civil(1970, 1, 1), 0);
    assert_false(mag_date_exists(10000, 1, 1));
}

/* 400 years are 146,097 days, before the year 0 as behind it. */
static void days_before_the_year_0_repeat_every_400_years(void **state) {
    (void)state;
    for (mag_day day = -135140; day < -135140 + 146097; day += 61) {
        int y, m, d, year, month, date;
        mag_day_to_civil(day, &y, &m, &d);
        mag_day_to_civil(day - 5 * 146097, &year, &month, &date);
        assert_true(year == y - 2000 && month == m && date == d);
        assert_int_equal(mag_day_from_civil(year, month, date), day - 5 * 146097);
    }
}

typedef struct reading {
    const char *text;
    mag_date_fault fault;
    const char *shown; /* what mag_minute_text says; NULL for faults */
} reading;

static void reads_what_the_grammar_allows_and_names_the_rest(void **state) {
    (void)state;
    static const reading cases[] = {
        {"2024-03-12", MAG_DATE_OK, "2024-03-12"},
        {" 2024-03-12\t", MAG_DATE_OK, "2024-03-12"},
        {"2024-03-12T07:10", MAG_DATE_OK, "2024-03-12T07:10"},
        {"2024-03-12 07:10:59", MAG_DATE_OK, "2024-03-12T07:10"},
        {"2024-03-12 07:10:59.999999", MAG_DATE_OK, "2024-03-12T07:10"},
        {"2024-03-12T07:10:00Z", MAG_DATE_OK, "2024-03-12T07:10"},
        {"2024-03-12T07:10+01:00", MAG_DATE_OK, "2024-03-12T07:10"},
        {"2024-03-12T07:10:00-0530", MAG_DATE_OK, "2024-03-12T07:10"},
        {"2024-03-12T07:10:00+05", MAG_DATE_OK, "2024-03-12T07:10"},
        {"1969-12-31 23:59", MAG_DATE_OK, "1969-12-31T23:59"},
        {"2023-02-29", MAG_DATE_INVALID, NULL},
        {"2024-02-29", MAG_DATE_OK, "2024-02-29"},
        {"2000-02-29", MAG_DATE_OK, "2000-02-29"},
        {"1900-02-29", MAG_DATE_INVALID, NULL},
        {"2024-04-31", MAG_DATE_INVALID, NULL},
        {"2024-13-01", MAG_DATE_INVALID, NULL},
        {"2024-00-10", MAG_DATE_INVALID, NULL},
        {"2024-01-00", MAG_DATE_INVALID, NULL},
        {"0000-00-00", MAG_DATE_INVALID, NULL},
        {"1599-12-31", MAG_DATE_INVALID, NULL},
        {"2024-03-12 24:00", MAG_DATE_INVALID, NULL},
        {"2024-03-12 23:60", MAG_DATE_INVALID, NULL},
        {"2024-03-12 23:59:61", MAG_DATE_INVALID, NULL},
        {"2024", MAG_DATE_PARTIAL, "2024-01-01"},
        {"2024-02", MAG_DATE_PARTIAL, "2024-02-01"},
        {"2024-13", MAG_DATE_INVALID, NULL},
        {"", MAG_DATE_EMPTY, NULL},
        {" \t", MAG_DATE_EMPTY, NULL},
        {"infinity", MAG_DATE_NOT_FINITE, NULL},
        {"-Infinity", MAG_DATE_NOT_FINITE, NULL},
        {"12/03/2024", MAG_DATE_FORMAT, NULL},
        {"2024-3-12", MAG_DATE_FORMAT, NULL},
        {"20240312", MAG_DATE_FORMAT, NULL},
        {"2024-03-12x", MAG_DATE_FORMAT, NULL},
        {"2024-03-12 07", MAG_DATE_FORMAT, NULL},
        {"2024-03-12 7:10", MAG_DATE_FORMAT, NULL},
        {"2024-03-12T07:10:0", MAG_DATE_FORMAT, NULL},
        {"2024-03-12T07:10:00.", MAG_DATE_FORMAT, NULL},
        {"2024-03-12T07:10+1", MAG_DATE_FORMAT, NULL},
        {"2024-03-12T07:10+01:", MAG_DATE_FORMAT, NULL},
        {"2024-03-12Z", MAG_DATE_FORMAT, NULL},
        {"2024-03-12T07:1", MAG_DATE_FORMAT, NULL},
        {"2024-03-12T07:10Zx", MAG_DATE_FORMAT, NULL},
        {"2024-03-1", MAG_DATE_FORMAT, NULL},
        {"2024-03/12", MAG_DATE_FORMAT, NULL},
        {"+2024-03-12", MAG_DATE_FORMAT, NULL},
        {"45363", MAG_DATE_FORMAT, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mag_moment moment;
        mag_date_fault fault = mag_moment_parse(mag_span_of(cases[i].text), NULL, &moment);
        if (fault != cases[i].fault)
            fail_msg("\"%s\": fault %d, wanted %d", cases[i].text, fault, cases[i].fault);
        if (!cases[i].shown)
            continue;
        char shown[MAG_MOMENT_TEXT_NBYTES];
        mag_minute_text(moment.minute, moment.is_date_only, shown);
        assert_string_equal(shown, cases[i].shown);
    }
}

static void a_partial_date_knows_its_last_day(void **state) {
    (void)state;
    mag_moment moment;
    assert_int_equal(mag_moment_parse(mag_span_of("2024-02"), NULL, &moment), MAG_DATE_PARTIAL);
    assert_int_equal(moment.last_day, mag_day_from_civil(2024, 2, 29));
    assert_int_equal(mag_moment_parse(mag_span_of("2023"), NULL, &moment), MAG_DATE_PARTIAL);
    assert_int_equal(moment.last_day, mag_day_from_civil(2023, 12, 31));
    assert_int_equal(mag_moment_parse(mag_span_of("2023-05-06 01:00"), NULL, &moment), MAG_DATE_OK);
    assert_int_equal(moment.last_day, mag_day_from_civil(2023, 5, 6));
}

static void offsets_and_z_are_noted_and_ignored(void **state) {
    (void)state;
    mag_moment moment;
    mag_moment_parse(mag_span_of("2024-03-12T07:10+01:00"), NULL, &moment);
    assert_true(moment.has_offset && !moment.has_z);
    mag_moment_parse(mag_span_of("2024-03-12T07:10Z"), NULL, &moment);
    assert_true(moment.has_z && !moment.has_offset);
    mag_moment_parse(mag_span_of("2024-03-12T07:10"), NULL, &moment);
    assert_false(moment.has_z || moment.has_offset);
}

static void declared_formats_come_before_iso(void **state) {
    (void)state;
    static const char *const formats[] = {"DD/MM/YYYY HH:MI", "DD.MM.YYYY", "YYYYMMDDHHMISS", NULL};
    static const reading cases[] = {
        {"12/03/2024 07:10", MAG_DATE_OK, "2024-03-12T07:10"},
        {"12.03.2024", MAG_DATE_OK, "2024-03-12"},
        {"20240312071059", MAG_DATE_OK, "2024-03-12T07:10"},
        {"2024-03-12", MAG_DATE_OK, "2024-03-12"},
        {"31.02.2024", MAG_DATE_INVALID, NULL},
        {"12/03/2024", MAG_DATE_FORMAT, NULL},
        {"12.03.2024x", MAG_DATE_FORMAT, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mag_moment moment;
        char shown[MAG_MOMENT_TEXT_NBYTES];
        assert_int_equal(mag_moment_parse(mag_span_of(cases[i].text), formats, &moment),
                         cases[i].fault);
        if (!cases[i].shown)
            continue;
        mag_minute_text(moment.minute, moment.is_date_only, shown);
        assert_string_equal(shown, cases[i].shown);
    }
}

static void far_dates_stop_before_open_ends(void **state) {
    (void)state;
    mag_moment moment;
    assert_int_equal(mag_moment_parse(mag_span_of("9999-12-31"), NULL, &moment), MAG_DATE_OK);
    assert_int_equal(moment.minute, MAG_MINUTE_OPEN - 1);
    assert_int_equal(mag_moment_parse(mag_span_of("1600-01-01"), NULL, &moment), MAG_DATE_OK);
    assert_true(moment.minute > MAG_MINUTE_NONE);
}

static void minutes_before_1970_belong_to_their_day(void **state) {
    (void)state;
    assert_int_equal(mag_minute_day(-1), -1);
    assert_int_equal(mag_minute_day(-1440), -1);
    assert_int_equal(mag_minute_day(-1441), -2);
    assert_int_equal(mag_minute_day(0), 0);
    assert_int_equal(mag_minute_day(1439), 0);
    assert_int_equal(mag_minute_day(1440), 1);
}

static void age_is_completed_years(void **state) {
    (void)state;
    static const struct {
        int birth[3], at[3], years;
    } cases[] = {
        {{1960, 5, 10}, {2024, 5, 9}, 63},  {{1960, 5, 10}, {2024, 5, 10}, 64},
        {{1960, 2, 29}, {2023, 2, 28}, 62}, {{1960, 2, 29}, {2023, 3, 1}, 63},
        {{1960, 2, 29}, {2024, 2, 29}, 63}, {{1960, 2, 29}, {2024, 3, 1}, 64},
        {{1960, 3, 1}, {2024, 2, 29}, 63},  {{2024, 1, 1}, {2024, 1, 1}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const int *b = cases[i].birth, *a = cases[i].at;
        assert_int_equal(mag_years_between(mag_day_from_civil(b[0], b[1], b[2]),
                                           mag_day_from_civil(a[0], a[1], a[2])),
                         cases[i].years);
    }
}

static uint64_t random_state = 1121;

static unsigned draw(unsigned count) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % count;
}

/* Over the whole range of minutes that have a written form. */
static void a_minute_that_is_written_is_read_back_the_same(void **state) {
    (void)state;
    mag_minute first = mag_day_from_civil(1600, 1, 1) * MAG_MINUTES_PER_DAY;
    unsigned span = (unsigned)(MAG_MINUTE_OPEN - 1) + (unsigned)-first;
    for (int i = 0; i < 200000; i++) {
        mag_minute minute =
            (mag_minute)(first + (int64_t)(((uint64_t)draw(1u << 30) << 10) % span));
        char text[MAG_MOMENT_TEXT_NBYTES];
        mag_moment moment;
        mag_minute_text(minute, false, text);
        assert_int_equal(mag_moment_parse(mag_span_of(text), NULL, &moment), MAG_DATE_OK);
        if (moment.minute != minute || moment.is_date_only)
            fail_msg("%d is written %s and read %d", minute, text, moment.minute);
        mag_minute_text(minute, true, text);
        assert_int_equal(mag_moment_parse(mag_span_of(text), NULL, &moment), MAG_DATE_OK);
        assert_true(moment.is_date_only);
        assert_int_equal(mag_minute_day(minute), moment.last_day);
    }
}

/* Birthdays counted one by one; somebody born on 29 February has his on 1 March. */
static void ages_agree_with_counted_birthdays(void **state) {
    (void)state;
    for (int i = 0; i < 20000; i++) {
        mag_day birth = mag_day_from_civil(1880, 1, 1) + (mag_day)draw(50000);
        mag_day day = birth + (mag_day)draw(45000);
        int year, month, date, count = 0;
        mag_day_to_civil(birth, &year, &month, &date);
        bool is_leapling = month == 2 && date == 29;
        for (int next = year + 1;; next++, count++) {
            mag_day birthday = is_leapling ? mag_day_from_civil(next, 3, 1)
                                           : mag_day_from_civil(next, month, date);
            if (birthday > day)
                break;
        }
        if (mag_years_between(birth, day) != count)
            fail_msg("born on day %d, on day %d: %d, not %d", birth, day,
                     mag_years_between(birth, day), count);
    }
}

/* Births of all days of the calendar's four hundred years, in steps that meet every 29 February;
   ages up to 126, around each birthday and between two. */
static void completed_years_are_those_of_the_calendar(void **state) {
    (void)state;
    const mag_day first = mag_day_from_civil(1700, 1, 1);
    for (mag_day birth = first; birth < first + 146097; birth += 11)
        for (int years = -1; years <= 126; years += 1 + (birth & 3)) {
            const mag_day birthday = birth + (mag_day)(years * 365.2425);
            for (mag_day at = birthday - 7; at <= birthday + 180; at += at < birthday + 7 ? 1 : 86)
                if (mag_years_between(birth, at) != mag_years_between_plain(birth, at))
                    fail_msg("born on day %d, on day %d", birth, at);
        }
    for (int year = 1704; year < 2104; year += 4)
        for (int at = 0; at < 40000 && mag_date_exists(year, 2, 29); at++) {
            const mag_day birth = mag_day_from_civil(year, 2, 29);
            assert_int_equal(mag_years_between(birth, birth + at),
                             mag_years_between_plain(birth, birth + at));
        }
}

static void offsets_reach_from_0_to_14_hours(void **state) {
    (void)state;
    for (int hours = 0; hours < 100; hours++)
        for (int minutes = 0; minutes < 100; minutes += 15)
            for (int form = 0; form < 4; form++) {
                char text[40];
                snprintf(text, sizeof text, "2024-03-12T07:10%c%02d%s%02d", form & 1 ? '-' : '+',
                         hours, form & 2 ? ":" : "", minutes);
                mag_moment moment;
                mag_date_fault fault = mag_moment_parse(mag_span_of(text), NULL, &moment);
                bool is_good = hours <= 14 && minutes <= 59;
                if ((fault == MAG_DATE_OK) != is_good || (!is_good && fault != MAG_DATE_FORMAT))
                    fail_msg("%s: fault %d", text, (int)fault);
            }
}

/* Each format reads its own writing and no other one's; the first that fits wins. */
static void a_declared_format_reads_its_own_writing_only(void **state) {
    (void)state;
    static const struct {
        const char *format, *text, *shown;
    } cases[] = {{"DD/MM/YYYY", "03/04/2024", "2024-04-03"},
                 {"DD.MM.YYYY HH:MI:SS", "03.04.2024 05:06:07", "2024-04-03T05:06"},
                 {"YYYYMMDD", "20240403", "2024-04-03"},
                 {"YYYYMMDDTHHMI", "20240403T0506", "2024-04-03T05:06"},
                 {"MM-DD-YYYY", "04-03-2024", "2024-04-03"},
                 {"HH:MI DD MM YYYY", "05:06 03 04 2024", "2024-04-03T05:06"},
                 {"d: YYYY_MM_DD", "d: 2024_04_03", "2024-04-03"}};
    enum { COUNT = sizeof cases / sizeof cases[0] };
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < COUNT; k++) {
            const char *const formats[] = {cases[i].format, NULL};
            mag_moment moment;
            char shown[MAG_MOMENT_TEXT_NBYTES];
            mag_date_fault fault = mag_moment_parse(mag_span_of(cases[k].text), formats, &moment);
            assert_int_equal(fault, i == k ? MAG_DATE_OK : MAG_DATE_FORMAT);
            if (i != k)
                continue;
            mag_minute_text(moment.minute, moment.is_date_only, shown);
            assert_string_equal(shown, cases[k].shown);
        }
    static const char *const two[] = {"MM/DD/YYYY", "DD/MM/YYYY", NULL};
    mag_moment moment;
    assert_int_equal(mag_moment_parse(mag_span_of("03/04/2024"), two, &moment), MAG_DATE_OK);
    assert_int_equal(moment.last_day, mag_day_from_civil(2024, 3, 4));
    /* what the first format reads as no date is not tried with the next: nothing is guessed */
    assert_int_equal(mag_moment_parse(mag_span_of("13/04/2024"), two, &moment), MAG_DATE_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(days_follow_a_calendar_counted_day_by_day),
        TEST(days_before_the_year_0_repeat_every_400_years),
        TEST(reads_what_the_grammar_allows_and_names_the_rest),
        TEST(a_partial_date_knows_its_last_day),
        TEST(offsets_and_z_are_noted_and_ignored),
        TEST(declared_formats_come_before_iso),
        TEST(far_dates_stop_before_open_ends),
        TEST(minutes_before_1970_belong_to_their_day),
        TEST(age_is_completed_years),
        TEST(a_minute_that_is_written_is_read_back_the_same),
        TEST(ages_agree_with_counted_birthdays),
        TEST(completed_years_are_those_of_the_calendar),
        TEST(offsets_reach_from_0_to_14_hours),
        TEST(a_declared_format_reads_its_own_writing_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
