/* A look from the end backwards, past all that may dress the last cell: blanks, quotes, and commas
   that pad a line. */
#include "io/csv_ending.h"

#include <ctype.h>
#include <string.h>

/* The part of a footer behind its number is this long at most: " record(s) affected.)" */
enum { FOOTER_TAIL_NBYTES = 24 };

static bool is_dressing(char c, char delimiter) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '"' || c == ',' ||
           c == delimiter;
}

static mag_span undressed(mag_span text, char delimiter) {
    while (text.nbytes > 0 && is_dressing(text.at[text.nbytes - 1], delimiter))
        text.nbytes--;
    return text;
}

static bool may_end_with_footer(mag_span text) {
    static const char *const words[] = {"row", "record"};
    text = undressed(text, ',');
    const size_t nbytes = text.nbytes < FOOTER_TAIL_NBYTES ? text.nbytes : FOOTER_TAIL_NBYTES;
    const mag_span tail = {text.at + text.nbytes - nbytes, nbytes};
    for (size_t i = 0; i < tail.nbytes; i++)
        for (size_t word = 0; word < sizeof words / sizeof words[0]; word++)
            if (mag_span_starts_with((mag_span){tail.at + i, tail.nbytes - i},
                                     mag_span_of(words[word])))
                return true;
    return false;
}

/* What is left of a name behind the last byte that would be written otherwise in a row. */
static mag_span last_word(mag_span name, char delimiter) {
    name = undressed(name, delimiter);
    size_t start = name.nbytes;
    while (start > 0 && !is_dressing(name.at[start - 1], delimiter))
        start--;
    return (mag_span){name.at + start, name.nbytes - start};
}

static bool ends_with(mag_span text, mag_span word) {
    if (text.nbytes < word.nbytes)
        return false;
    const char *tail = text.at + text.nbytes - word.nbytes;
    for (size_t i = 0; i < word.nbytes; i++)
        if (tolower((unsigned char)tail[i]) != tolower((unsigned char)word.at[i]))
            return false;
    return true;
}

/* The last cell of such a line that is not blank is the name of its column. */
static bool may_end_with_header(mag_span text, const mag_csv_shape *shape) {
    text = undressed(text, shape->delimiter);
    for (unsigned i = 0; i < shape->column_count; i++)
        if (ends_with(text, last_word(shape->columns[i], shape->delimiter)))
            return true;
    return false;
}

bool mag_csv_may_end_undecided(mag_span text, const mag_csv_shape *shape) {
    return text.nbytes > 0 && (may_end_with_footer(text) || may_end_with_header(text, shape));
}
