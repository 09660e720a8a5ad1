#include "io/csv_footer.h"

#include <string.h>

enum { MOST_DIGITS = 18 };

/* Takes the first of the words that the text begins with; the longer of two stands first. */
static bool take_word(mag_span *text, const char *const *words) {
    for (; *words; words++) {
        mag_span word = mag_span_of(*words);
        if (!mag_span_starts_with(*text, word))
            continue;
        *text = (mag_span){text->at + word.nbytes, text->nbytes - word.nbytes};
        return true;
    }
    return false;
}

static size_t count_digits(mag_span text) {
    size_t digits = 0;
    while (digits < text.nbytes && text.at[digits] >= '0' && text.at[digits] <= '9')
        digits++;
    return digits;
}

static void take_digits(mag_span *text, size_t digits, uint64_t *count) {
    for (size_t i = 0; i < digits; i++)
        *count = *count * 10 + (uint64_t)(text->at[i] - '0');
    *text = (mag_span){text->at + digits, text->nbytes - digits};
}

/* "1234", or in groups of three: "1,234". */
static bool take_count(mag_span *text, uint64_t *count) {
    size_t digits = count_digits(*text), all = digits;
    bool may_have_groups = digits <= 3;
    *count = 0;
    if (digits == 0 || digits > MOST_DIGITS)
        return false;
    take_digits(text, digits, count);
    while (may_have_groups && text->nbytes > 3 && text->at[0] == ',') {
        mag_span group = {text->at + 1, text->nbytes - 1};
        all += 3;
        if (count_digits(group) != 3 || all > MOST_DIGITS)
            return false;
        take_digits(&group, 3, count);
        *text = group;
    }
    return true;
}

/* A table that was padded to its columns ("(5 rows),,,"), a line in quotes, or both. */
static mag_span without_dressing(mag_span line) {
    mag_span text = mag_span_trim(line);
    while (text.nbytes > 0 && text.at[text.nbytes - 1] == ',')
        text = mag_span_trim((mag_span){text.at, text.nbytes - 1});
    if (text.nbytes > 1 && text.at[0] == '"' && text.at[text.nbytes - 1] == '"')
        text = mag_span_trim((mag_span){text.at + 1, text.nbytes - 2});
    return text;
}

bool mag_csv_footer_parse(mag_span line, uint64_t *count) {
    static const char *const open[] = {"(", NULL}, *const close[] = {")", NULL};
    static const char *const nouns[] = {" row(s)",  " rows",   " row", " record(s)",
                                        " records", " record", NULL};
    static const char *const verbs[] = {" selected", " affected", NULL}, *const stop[] = {".",
                                                                                          NULL};
    mag_span rest = without_dressing(line);
    bool is_open = take_word(&rest, open);
    if (!take_count(&rest, count) || !take_word(&rest, nouns))
        return false;
    (void)take_word(&rest, verbs);
    (void)take_word(&rest, stop);
    return take_word(&rest, close) == is_open && rest.nbytes == 0;
}
