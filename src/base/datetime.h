/* Civil days and minutes. There is no time zone here: wall-clock time is kept as written. */
#ifndef MAG_BASE_DATETIME_H
#define MAG_BASE_DATETIME_H

#include "base/span.h"

typedef int32_t mag_day;    /* days since 1970-01-01 */
typedef int32_t mag_minute; /* minutes since 1970-01-01 00:00 */

enum { MAG_MINUTES_PER_DAY = 1440, MAG_MINUTES_PER_HOUR = 60 };
#define MAG_MINUTE_NONE INT32_MIN /* "there is no time" */
#define MAG_MINUTE_OPEN INT32_MAX /* "has no end" */

typedef enum mag_date_fault {
    MAG_DATE_OK,
    MAG_DATE_EMPTY,
    MAG_DATE_INVALID,   /* well written, but no day of the calendar (2023-02-29, month 13, 25:00) */
    MAG_DATE_FORMAT,    /* not YYYY-MM-DD[(T| )HH:MM[:SS[.fff]]][Z|+hh:mm] and no declared format */
    MAG_DATE_PARTIAL,   /* YYYY or YYYY-MM: day is the first day, last_day the last */
    MAG_DATE_NOT_FINITE /* "infinity", "-infinity" */
} mag_date_fault;

typedef struct mag_moment {
    mag_minute minute;
    mag_day last_day;  /* of a partial date: its last day; else the day itself */
    bool is_date_only; /* no clock was written: minute is 00:00 of the day */
    bool has_offset;   /* +hh:mm was written (and ignored) */
    bool has_z;        /* Z was written */
} mag_moment;

/* Days of a date of the proleptic Gregorian calendar; the date must exist. */
mag_day mag_day_from_civil(int year, int month, int day);
void mag_day_to_civil(mag_day day, int *year, int *month, int *day_of_month);
bool mag_date_exists(int year, int month, int day);
/* Floor division: right for minutes before 1970 too. */
static inline mag_day mag_minute_day(mag_minute minute) {
    const int day = minute / MAG_MINUTES_PER_DAY;
    return minute % MAG_MINUTES_PER_DAY < 0 ? day - 1 : day;
}

/* Reads one date or time, blanks at the ends ignored. formats: NULL, or up to NULL-ended list of
   declared formats of the letters YYYY MM DD HH MI SS and literal characters, tried in order before
   ISO 8601. Seconds are checked and dropped (truncated to the minute). Years 1600 to 9999. */
mag_date_fault mag_moment_parse(mag_span text, const char *const *formats, mag_moment *out);

/* The same, read character by character only: what mag_moment_parse does where its short way does
   not lead, and what tests hold that way against. */
mag_date_fault mag_moment_parse_plain(mag_span text, const char *const *formats, mag_moment *out);

/* The short way: YYYY-MM-DD, alone or with THH:MM or THH:MM:SS behind it, T or a blank. False: the
   text is none of these, or no minute of the calendar; *out is not touched. */
bool mag_moment_parse_short(mag_span text, mag_moment *out);

/* Completed years between two days; 29 February counts as 1 March. */
int mag_years_between(mag_day birth, mag_day at);
/* The same by the calendar alone: what tests hold the short way against. */
int mag_years_between_plain(mag_day birth, mag_day at);

enum { MAG_MOMENT_TEXT_NBYTES = 64 }; /* the widest that the format could give */
/* "2024-03-12" */
void mag_day_text(mag_day day, char out[MAG_MOMENT_TEXT_NBYTES]);
/* "2024-03-12T07:10", or the day alone if is_date_only. */
void mag_minute_text(mag_minute minute, bool is_date_only, char out[MAG_MOMENT_TEXT_NBYTES]);

#endif
