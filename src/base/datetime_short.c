/* The dates that nearly every row writes, read a word at a time; datetime.c reads all others. */
#include "base/datetime.h"
#include "base/word.h"

/* YYYY-MM-DD alone, or with THH:MM or THH:MM:SS behind it (a blank may stand for the T). Eight
   characters are one word; against a pattern a digit leaves its value and a separator zero. */

typedef struct parts {
    int year, month, day, hour, minute, second;
    bool has_clock;
} parts;

typedef struct shape {
    uint64_t pattern;
    uint64_t to_top; /* what takes the first wrong value of a byte to its top bit */
    uint64_t cared_for;
} shape;

enum { CLOCK_AT = 8, SECONDS_AT = 16 };

static bool has_shape(uint64_t word, const shape *wanted, uint64_t *values) {
    *values = (word ^ wanted->pattern) & wanted->cared_for;
    return (((*values + wanted->to_top) | *values) & MAG_WORD_ALL(0x80)) == 0;
}

static int byte_of(uint64_t word, int place) {
    return (int)(word >> 8 * place & 0xff);
}

static int pair_of(uint64_t values, int place) {
    return 10 * byte_of(values, place) + byte_of(values, place + 1);
}

/* "YYYY-MM-" */
static bool take_month(const char *at, parts *p) {
    static const shape wanted = {UINT64_C(0x2d30302d30303030), UINT64_C(0x7f76767f76767676),
                                 UINT64_MAX};
    uint64_t values;
    if (!has_shape(mag_word_eight(at), &wanted, &values))
        return false;
    p->year = 100 * pair_of(values, 0) + pair_of(values, 2);
    p->month = pair_of(values, 5);
    return true;
}

/* "DDTHH:MM" */
static bool take_minute(const char *at, parts *p) {
    static const shape wanted = {UINT64_C(0x30303a3030003030), UINT64_C(0x76767f7676007676),
                                 UINT64_C(0xffffffffff00ffff)};
    uint64_t values;
    if (!has_shape(mag_word_eight(at), &wanted, &values) || (at[2] != 'T' && at[2] != ' '))
        return false;
    p->day = pair_of(values, 0);
    p->hour = pair_of(values, 3);
    p->minute = pair_of(values, 6);
    p->has_clock = true;
    return true;
}

static bool take_pair(const char *at, int *value) {
    const unsigned tens = (unsigned)(at[0] - '0'), ones = (unsigned)(at[1] - '0');
    *value = (int)(10 * tens + ones);
    return tens <= 9 && ones <= 9;
}

/* Days of a date, years counted from March; the date exists. */
static mag_day day_of(const parts *p) {
    static const int before_month[] = {306, 337, 0, 31, 61, 92, 122, 153, 184, 214, 245, 275};
    const unsigned year = (unsigned)p->year - (p->month <= 2);
    const unsigned days = 365 * year + year / 4 - year / 100 + year / 400;
    return (mag_day)days + before_month[p->month - 1] + p->day - 1 - 719468;
}

bool mag_moment_parse_short(mag_span text, mag_moment *out) {
    parts p = {0};
    if (text.nbytes != 10 && text.nbytes != 16 && text.nbytes != 19)
        return false;
    if (!take_month(text.at, &p))
        return false;
    if (text.nbytes == 10 ? !take_pair(text.at + CLOCK_AT, &p.day)
                          : !take_minute(text.at + CLOCK_AT, &p))
        return false;
    if (text.nbytes == 19 && (text.at[SECONDS_AT] != ':' ||
                              !take_pair(text.at + SECONDS_AT + 1, &p.second) || p.second > 60))
        return false;
    if (!mag_date_exists(p.year, p.month, p.day) || p.hour > 23 || p.minute > 59)
        return false;
    *out = (mag_moment){.last_day = day_of(&p), .is_date_only = !p.has_clock};
    const int64_t minute =
        (int64_t)out->last_day * MAG_MINUTES_PER_DAY + p.hour * MAG_MINUTES_PER_HOUR + p.minute;
    out->minute = minute >= MAG_MINUTE_OPEN ? MAG_MINUTE_OPEN - 1 : (mag_minute)minute;
    return true;
}

mag_date_fault mag_moment_parse(mag_span text, const char *const *formats, mag_moment *out) {
    const bool has_formats = formats && *formats;
    if (!has_formats && mag_moment_parse_short(text, out))
        return MAG_DATE_OK;
    return mag_moment_parse_plain(text, formats, out);
}
