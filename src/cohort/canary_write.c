/* Rows of canaries from their templates: only {..} is replaced, every other byte stands as it is.
 */
#include "cohort/canary.h"

#include <stdlib.h>
#include <string.h>

enum { FORMAT_NBYTES = 64, MINUTES_PER_YEAR = 525960 }; /* 365.25 days */

static const struct {
    const char *word;
    int32_t minutes;
} UNITS[] = {{"minute", 1},
             {"hour", MAG_MINUTES_PER_HOUR},
             {"day", MAG_MINUTES_PER_DAY},
             {"year", MINUTES_PER_YEAR}};

/* "days" or "day" at *at, and steps over it. */
static bool take_unit(const char **at, int32_t *minutes) {
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
        size_t length = strlen(UNITS[i].word);
        if (strncmp(*at, UNITS[i].word, length) != 0)
            continue;
        *at += length;
        *at += **at == 's';
        *minutes = UNITS[i].minutes;
        return true;
    }
    return false;
}

/* "-3 days", "+2 hours" or nothing. */
static bool take_offset(const char **at, int32_t *offset_minutes) {
    enum { MOST = 200 * MINUTES_PER_YEAR };
    *offset_minutes = 0;
    const char sign = **at;
    if (sign != '-' && sign != '+')
        return true;
    char *rest;
    ++*at;
    if (**at < '0' || **at > '9')
        return false;
    const long count = strtol(*at, &rest, 10);
    if (*rest != ' ')
        return false;
    *at = rest + 1;
    int32_t minutes;
    if (!take_unit(at, &minutes) || count > MOST / minutes)
        return false;
    *offset_minutes = (int32_t)count * minutes * (sign == '-' ? -1 : 1);
    return true;
}

/* "|YYYY" or nothing, up to the closing brace. */
static bool take_format(const char **at, const char *otherwise, char out[FORMAT_NBYTES]) {
    const char *end = strchr(*at, '}');
    if (!end)
        return false;
    mag_span format = mag_span_of(otherwise ? otherwise : "");
    if (**at == '|')
        format = (mag_span){*at + 1, (size_t)(end - *at) - 1};
    else if (end != *at)
        return false;
    if (format.nbytes == 0 || format.nbytes >= FORMAT_NBYTES)
        return false;
    memcpy(out, format.at, format.nbytes);
    out[format.nbytes] = '\0';
    *at = end;
    return true;
}

/* The letters of mag_moment_parse; everything else stands for itself. */
static void write_moment(mag_text *out, mag_minute minute, const char *format) {
    int year, month, day_of_month;
    const mag_day day = mag_minute_day(minute);
    const int rest = minute - day * MAG_MINUTES_PER_DAY;
    mag_day_to_civil(day, &year, &month, &day_of_month);
    const struct {
        const char *letters;
        int value;
    } parts[] = {{"YYYY", year},    {"MM", month},     {"DD", day_of_month},
                 {"HH", rest / 60}, {"MI", rest % 60}, {"SS", 0}};
    while (*format) {
        size_t length = 0;
        for (size_t i = 0; i < sizeof parts / sizeof *parts && length == 0; i++) {
            if (strncmp(format, parts[i].letters, strlen(parts[i].letters)) != 0)
                continue;
            length = strlen(parts[i].letters);
            mag_text_format(out, "%0*d", (int)length, parts[i].value);
        }
        if (length == 0)
            mag_text_add_char(out, *format);
        format += length ? length : 1;
    }
}

static void note_oldest(int32_t offset_minutes, int32_t *oldest_days) {
    const int32_t days = (MAG_MINUTES_PER_DAY - 1 - offset_minutes) / MAG_MINUTES_PER_DAY;
    if (oldest_days && offset_minutes < 0 && days > *oldest_days)
        *oldest_days = days;
}

/* A slot behind its opening brace; *at ends on the closing one. */
static bool write_slot(const char **at, const char *dates, const mag_canary_person *person,
                       mag_text *out, int32_t *oldest_days) {
    int32_t offset_minutes;
    char format[FORMAT_NBYTES];
    if (strncmp(*at, "id}", 3) == 0) {
        mag_text_add_text(out, person->id);
        *at += 2;
        return true;
    }
    if (*(*at)++ != 'T' || !take_offset(at, &offset_minutes) || !take_format(at, dates, format))
        return false;
    note_oldest(offset_minutes, oldest_days);
    write_moment(out, person->as_of + offset_minutes, format);
    return true;
}

mag_canary_fault mag_canary_write(const char *rows, const char *dates,
                                  const mag_canary_person *person, mag_text *out,
                                  int32_t *oldest_days) {
    for (const char *at = rows; *at; at++) {
        const char *begin = at;
        if (*at != '{') {
            mag_text_add_char(out, *at);
            continue;
        }
        at++;
        if (!write_slot(&at, dates, person, out, oldest_days))
            return (mag_canary_fault){begin};
    }
    return (mag_canary_fault){NULL};
}
