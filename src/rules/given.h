/* Inside of the reader of `given` lines: words, moments and the world that they describe. */
#ifndef MAG_RULES_GIVEN_H
#define MAG_RULES_GIVEN_H

#include "rules/example.h"

enum { MAG_GIVEN_WORDS_MAX = 32 };

/* A line as words; text in double quotes is one word. */
typedef struct mag_given_words {
    mag_span at[MAG_GIVEN_WORDS_MAX];
    size_t count, next;
    bool is_cut; /* the line has more words */
} mag_given_words;

/* What the lines have said so far. */
typedef struct mag_given_world {
    mag_cohort *cohort;
    mag_minute as_of;
    mag_person person;
    uint64_t row_count; /* numbers rows, so that equal lines are no duplicates */
    const mag_text_line *line;
    const char *file;
} mag_given_world;

/* The only patient of an example's cohort. */
mag_span mag_given_patient(void);
/* MAG_E_RULES, MS-R501: FILE:LINE:COLUMN: why, and the line. */
mag_status mag_given_refuse(const mag_given_world *in, const char *why, mag_error *err);

mag_given_words mag_given_split(const char *text);
/* The next word, empty at the end; take moves on. */
mag_span mag_given_peek(const mag_given_words *in);
mag_span mag_given_take(mag_given_words *in);
bool mag_given_take_if(mag_given_words *in, const char *word);
bool mag_given_is_number(mag_span word, mag_decimal *value);
bool mag_given_take_whole(mag_given_words *in, int32_t *number);

/* `10 days ago`, `3 hours ago`, `20 minutes ago`, `in 5 days`, `on 2024-06-20`,
   `on 2024-06-20T07:10`. */
bool mag_given_take_moment(const mag_given_world *in, mag_given_words *from, mag_minute *minute,
                           bool *is_date_only);
/* `since 60 days ago [until 2 days ago]`: the last minute that belongs to it; open without an end.
 */
bool mag_given_take_span(const mag_given_world *in, mag_given_words *from, mag_minute *since,
                         mag_minute *until);

/* The rest of a line that begins with a class or a drug: an order, an issue or an administration.
 */
mag_status mag_given_drug(mag_given_world *in, mag_given_words *line, mag_span name,
                          mag_class drug_class, mag_error *err) MAG_MUST_CHECK;
/* The rest of a line that begins with an analyte. */
mag_status mag_given_result(mag_given_world *in, mag_given_words *line, mag_analyte analyte,
                            mag_error *err) MAG_MUST_CHECK;
/* `12 drug rows unmapped`, `12 of 300 magnesium rows without unit`. */
mag_status mag_given_rows(mag_given_world *in, mag_given_words *line,
                          mag_error *err) MAG_MUST_CHECK;
/* A weight or height measured at T. */
mag_status mag_given_measurement(mag_given_world *in, mag_analyte analyte, mag_unit unit,
                                 mag_decimal value, mag_error *err) MAG_MUST_CHECK;

#endif
