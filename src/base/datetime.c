#include "base/datetime.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_YEAR = 1600, LAST_YEAR = 9999 };

/* Years begin in March here, so that the leap day is the last day of a year. */
mag_day mag_day_from_civil(int year, int month, int day) {
    int shifted = month <= 2 ? year - 1 : year;
    int era = (shifted >= 0 ? shifted : shifted - 399) / 400;
    int year_of_era = shifted - era * 400;
    int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void mag_day_to_civil(mag_day day, int *year, int *month, int *day_of_month) {
    int shifted = day + 719468;
    int era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int day_of_era = shifted - era * 146097;
    int year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int shifted_month = (5 * day_of_year + 2) / 153;
    *day_of_month = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    *month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool mag_date_exists(int year, int month, int day) {
    return year >= FIRST_YEAR && year <= LAST_YEAR && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in_month(year, month);
}

/* --- reading -------------------------------------------------------------------------------- */

typedef struct parts {
    int year, month, day, hour, minute, second;
    bool has_month, has_day, has_clock;
} parts;

/* Takes exactly `count` digits from the front of *rest. */
static bool take_digits(mag_span *rest, int count, int *value) {
    if (rest->nbytes < (size_t)count)
        return false;
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (rest->at[i] < '0' || rest->at[i] > '9')
            return false;
        *value = *value * 10 + (rest->at[i] - '0');
    }
    rest->at += count;
    rest->nbytes -= (size_t)count;
    return true;
}

static bool take_char(mag_span *rest, char c) {
    if (rest->nbytes == 0 || rest->at[0] != c)
        return false;
    rest->at++;
    rest->nbytes--;
    return true;
}

static bool take_clock(mag_span *rest, parts *p) {
    if (!take_digits(rest, 2, &p->hour) || !take_char(rest, ':') ||
        !take_digits(rest, 2, &p->minute))
        return false;
    p->has_clock = true;
    if (!take_char(rest, ':'))
        return true;
    if (!take_digits(rest, 2, &p->second))
        return false;
    if (take_char(rest, '.')) {
        int digit, count = 0;
        while (take_digits(rest, 1, &digit))
            count++;
        return count > 0;
    }
    return true;
}

static bool take_offset(mag_span *rest, mag_moment *out) {
    if (take_char(rest, 'Z')) {
        out->has_z = true;
        return true;
    }
    if (!take_char(rest, '+') && !take_char(rest, '-'))
        return rest->nbytes == 0;
    int hours, minutes = 0;
    if (!take_digits(rest, 2, &hours))
        return false;
    if (take_char(rest, ':') || rest->nbytes)
        if (!take_digits(rest, 2, &minutes))
            return false;
    out->has_offset = true;
    return hours <= 14 && minutes <= 59;
}

/* YYYY[-MM[-DD[(T| )clock[offset]]]] */
static bool parse_iso(mag_span rest, parts *p, mag_moment *out) {
    if (!take_digits(&rest, 4, &p->year))
        return false;
    if (rest.nbytes == 0)
        return true;
    if (!take_char(&rest, '-') || !take_digits(&rest, 2, &p->month))
        return false;
    p->has_month = true;
    if (rest.nbytes == 0)
        return true;
    if (!take_char(&rest, '-') || !take_digits(&rest, 2, &p->day))
        return false;
    p->has_day = true;
    if (rest.nbytes == 0)
        return true;
    if (!take_char(&rest, 'T') && !take_char(&rest, ' '))
        return false;
    return take_clock(&rest, p) && take_offset(&rest, out) && rest.nbytes == 0;
}

typedef struct letters {
    const char *name;
    int digits;
    size_t offset;
} letters;

/* One declared format: letters stand for digits, everything else for itself. */
static bool parse_declared(mag_span rest, const char *format, parts *p) {
    static const letters table[] = {
        {"YYYY", 4, offsetof(parts, year)}, {"MM", 2, offsetof(parts, month)},
        {"DD", 2, offsetof(parts, day)},    {"HH", 2, offsetof(parts, hour)},
        {"MI", 2, offsetof(parts, minute)}, {"SS", 2, offsetof(parts, second)},
    };
    while (*format) {
        const letters *found = NULL;
        for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
            if (strncmp(format, table[i].name, strlen(table[i].name)) == 0)
                found = &table[i];
        if (!found) {
            if (!take_char(&rest, *format++))
                return false;
            continue;
        }
        int value;
        if (!take_digits(&rest, found->digits, &value))
            return false;
        memcpy((char *)p + found->offset, &value, sizeof value);
        p->has_month |= found->name[0] == 'M' && found->name[1] == 'M';
        p->has_day |= found->name[0] == 'D';
        p->has_clock |= found->name[0] == 'H';
        format += strlen(found->name);
    }
    return rest.nbytes == 0;
}

static bool parse_any(mag_span text, const char *const *formats, parts *p, mag_moment *out) {
    for (; formats && *formats; formats++) {
        *p = (parts){0};
        if (parse_declared(text, *formats, p))
            return true;
    }
    *p = (parts){0};
    return parse_iso(text, p, out);
}

static mag_date_fault finish(const parts *p, mag_moment *out) {
    int month = p->has_month ? p->month : 1;
    int day = p->has_day ? p->day : 1;
    if (!mag_date_exists(p->year, month, day) || p->hour > 23 || p->minute > 59 || p->second > 60)
        return MAG_DATE_INVALID;
    mag_day first = mag_day_from_civil(p->year, month, day);
    int last_month = p->has_month ? p->month : 12;
    out->last_day =
        p->has_day ? first
                   : mag_day_from_civil(p->year, last_month, days_in_month(p->year, last_month));
    /* 9999-12-31 is day 2,932,896: its minutes do not fit, so that far dates stop at the edge. */
    int64_t minute =
        (int64_t)first * MAG_MINUTES_PER_DAY + p->hour * MAG_MINUTES_PER_HOUR + p->minute;
    out->minute = minute >= MAG_MINUTE_OPEN ? MAG_MINUTE_OPEN - 1 : (mag_minute)minute;
    out->is_date_only = !p->has_clock;
    return p->has_day ? MAG_DATE_OK : MAG_DATE_PARTIAL;
}

mag_date_fault mag_moment_parse_plain(mag_span text, const char *const *formats, mag_moment *out) {
    *out = (mag_moment){.minute = MAG_MINUTE_NONE};
    text = mag_span_trim(text);
    if (text.nbytes == 0)
        return MAG_DATE_EMPTY;
    if (mag_span_is_ignoring_case(text, "infinity") || mag_span_is_ignoring_case(text, "-infinity"))
        return MAG_DATE_NOT_FINITE;
    parts p;
    if (!parse_any(text, formats, &p, out))
        return MAG_DATE_FORMAT;
    return finish(&p, out);
}

int mag_years_between_plain(mag_day birth, mag_day at) {
    int birth_year, birth_month, birth_day, year, month, day;
    mag_day_to_civil(birth, &birth_year, &birth_month, &birth_day);
    mag_day_to_civil(at, &year, &month, &day);
    if (birth_month == 2 && birth_day == 29) {
        birth_month = 3;
        birth_day = 1;
    }
    bool before_birthday = month < birth_month || (month == birth_month && day < birth_day);
    return year - birth_year - before_birthday;
}

/* A birthday lies at most three days from where years of their mean length put it, that of a 29
   February four: the calendar is asked only about days nearer to it than that. */
int mag_years_between(mag_day birth, mag_day at) {
    enum { YEARS = 400, DAYS_OF_YEARS = 146097, NEAR_DAYS = 5, SHORTEST_YEAR = 365 };
    const int64_t days = (int64_t)at - birth;
    const int64_t years = days * YEARS / DAYS_OF_YEARS;
    const int64_t rest = days - years * DAYS_OF_YEARS / YEARS;
    if (rest < NEAR_DAYS || rest > SHORTEST_YEAR - NEAR_DAYS)
        return mag_years_between_plain(birth, at);
    return (int)years;
}

static char *put_two(char *at, int number) {
    at[0] = (char)('0' + number / 10 % 10);
    at[1] = (char)('0' + number % 10);
    return at + 2;
}

void mag_day_text(mag_day day, char out[MAG_MOMENT_TEXT_NBYTES]) {
    int year, month, day_of_month;
    mag_day_to_civil(day, &year, &month, &day_of_month);
    if (year >= 0 && year <= 9999) {
        char *at = put_two(put_two(out, year / 100), year % 100);
        *at++ = '-';
        at = put_two(at, month);
        *at++ = '-';
        *put_two(at, day_of_month) = '\0';
        return;
    }
    snprintf(out, MAG_MOMENT_TEXT_NBYTES, "%04d-%02d-%02d", year, month, day_of_month);
}

void mag_minute_text(mag_minute minute, bool is_date_only, char out[MAG_MOMENT_TEXT_NBYTES]) {
    mag_day day = mag_minute_day(minute);
    mag_day_text(day, out);
    if (is_date_only)
        return;
    int rest = minute - day * MAG_MINUTES_PER_DAY;
    char *at = out + strlen(out);
    if (at - out + 7 > MAG_MOMENT_TEXT_NBYTES)
        return;
    *at++ = 'T';
    at = put_two(at, rest / 60);
    *at++ = ':';
    *put_two(at, rest % 60) = '\0';
}
