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

static bool take_count(mag_span *text, uint64_t *count) {
    size_t digits = 0;
    *count = 0;
    for (; digits < text->nbytes && text->at[digits] >= '0' && text->at[digits] <= '9'; digits++)
        if (digits < MOST_DIGITS)
            *count = *count * 10 + (uint64_t)(text->at[digits] - '0');
    *text = (mag_span){text->at + digits, text->nbytes - digits};
    return digits > 0 && digits <= MOST_DIGITS;
}

bool mag_csv_footer_parse(mag_span line, uint64_t *count) {
    static const char *const open[] = {"(", NULL}, *const close[] = {")", NULL};
    static const char *const nouns[] = {" row(s)",  " rows",   " row", " record(s)",
                                        " records", " record", NULL};
    static const char *const verbs[] = {" selected", " affected", NULL}, *const stop[] = {".",
                                                                                          NULL};
    mag_span rest = mag_span_trim(line);
    bool is_open = take_word(&rest, open);
    if (!take_count(&rest, count) || !take_word(&rest, nouns))
        return false;
    (void)take_word(&rest, verbs);
    (void)take_word(&rest, stop);
    return take_word(&rest, close) == is_open && rest.nbytes == 0;
}
