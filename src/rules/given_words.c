/* Words and moments of `given` lines. */
#include "rules/given.h"

#include "rules/period.h"

#include <string.h>

enum { MOST_DAYS = 100000 };

static const char patient_name[] = "example";

mag_span mag_given_patient(void) {
    return mag_span_of(patient_name);
}

mag_status mag_given_refuse(const mag_given_world *in, const char *why, mag_error *err) {
    mag_status status = mag_fail(err, MAG_E_RULES, MAG_MSG_R501, "%s:%u:%u: %s: \"%s\"", in->file,
                                 in->line->line, in->line->column, why, in->line->text);
    mag_hint(err, "forms of a given line: see the rule language, \"given\"");
    return status;
}

mag_given_words mag_given_split(const char *text) {
    mag_given_words all = {.count = 0};
    while (all.count < MAG_GIVEN_WORDS_MAX) {
        text += strspn(text, " \t");
        if (*text == '\0')
            return all;
        const bool is_quoted = *text == '"';
        text += is_quoted;
        const size_t nbytes = strcspn(text, is_quoted ? "\"" : " \t");
        all.at[all.count++] = (mag_span){text, nbytes};
        text += nbytes;
        text += is_quoted && *text == '"';
    }
    all.is_cut = text[strspn(text, " \t")] != '\0';
    return all;
}

mag_span mag_given_peek(const mag_given_words *in) {
    return in->next < in->count ? in->at[in->next] : (mag_span){"", 0};
}

mag_span mag_given_take(mag_given_words *in) {
    const mag_span word = mag_given_peek(in);
    in->next += in->next < in->count;
    return word;
}

bool mag_given_take_if(mag_given_words *in, const char *word) {
    if (!mag_span_is_ignoring_case(mag_given_peek(in), word))
        return false;
    in->next++;
    return true;
}

bool mag_given_is_number(mag_span word, mag_decimal *value) {
    mag_comparator comparator;
    return mag_decimal_parse(word, false, value, &comparator) == MAG_NUMBER_OK &&
           comparator == MAG_EXACT;
}

bool mag_given_take_whole(mag_given_words *in, int32_t *number) {
    mag_decimal value;
    if (!mag_given_is_number(mag_given_peek(in), &value) || value.scale != 0)
        return false;
    in->next++;
    *number = value.mantissa;
    return true;
}

typedef enum step { STEP_DAY, STEP_HOUR, STEP_MINUTE } step;

static bool take_step(mag_given_words *from, step *out) {
    static const struct {
        const char *one, *many;
    } names[] = {{"day", "days"}, {"hour", "hours"}, {"minute", "minutes"}};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (mag_given_take_if(from, names[i].many) || mag_given_take_if(from, names[i].one)) {
            *out = (step)i;
            return true;
        }
    }
    return false;
}

static mag_minute moment_at(const mag_given_world *in, int32_t amount, step unit) {
    if (unit == STEP_DAY)
        return mag_day_begin(in->as_of) - amount * MAG_MINUTES_PER_DAY;
    return in->as_of - amount * (unit == STEP_HOUR ? MAG_MINUTES_PER_HOUR : 1);
}

bool mag_given_take_moment(const mag_given_world *in, mag_given_words *from, mag_minute *minute,
                           bool *is_date_only) {
    int32_t amount;
    mag_moment moment;
    step unit;
    if (mag_given_take_if(from, "on")) {
        if (mag_moment_parse(mag_given_take(from), NULL, &moment) != MAG_DATE_OK)
            return false;
        *minute = moment.minute;
        *is_date_only = moment.is_date_only;
        return true;
    }
    const bool is_ahead = mag_given_take_if(from, "in");
    if (!mag_given_take_whole(from, &amount) || amount > MOST_DAYS || !take_step(from, &unit))
        return false;
    *minute = moment_at(in, is_ahead ? -amount : amount, unit);
    *is_date_only = unit == STEP_DAY;
    return is_ahead || mag_given_take_if(from, "ago");
}

bool mag_given_take_span(const mag_given_world *in, mag_given_words *from, mag_minute *since,
                         mag_minute *until) {
    bool is_date_only;
    *until = MAG_MINUTE_OPEN;
    if (!mag_given_take_if(from, "since") || !mag_given_take_moment(in, from, since, &is_date_only))
        return false;
    if (!mag_given_take_if(from, "until"))
        return from->next == from->count;
    if (!mag_given_take_moment(in, from, until, &is_date_only))
        return false;
    if (is_date_only)
        *until = mag_day_last_minute(*until);
    return from->next == from->count;
}
