/* Texts around a result. Everything here reads the begin of a text or single words: a comment is
   never searched for numbers, because guidelines and ranges stand in comments too. */
#include "clinical/result_text.h"

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static mag_span from(mag_span text, size_t start) {
    return (mag_span){text.at + start, text.nbytes - start};
}

static bool begins_with_word(mag_span text, const char *lower_case) {
    mag_span word = mag_span_of(lower_case);
    return text.nbytes >= word.nbytes &&
           mag_span_is_ignoring_case((mag_span){text.at, word.nbytes}, lower_case);
}

/* --- haemolysis
 * ----------------------------------------------------------------------------------- */

/* Steps back over blanks to the word before `end`; empty at the begin of the text or of a sentence.
 */
static mag_span word_before(mag_span text, size_t end) {
    while (end > 0 && (text.at[end - 1] == ' ' || text.at[end - 1] == '\t'))
        end--;
    size_t start = end;
    while (start > 0 && is_letter(text.at[start - 1]))
        start--;
    return (mag_span){text.at + start, end - start};
}

/* "no haemolysis", and "no" a step further off behind words that only grade it: "no evidence of".
 */
static bool is_grading(mag_span word) {
    static const char *const words[] = {"visible", "visibly", "evidence", "of",
                                        "sign",    "signs",   "any",      "significant"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (mag_span_is_ignoring_case(word, words[i]))
            return true;
    return false;
}

static bool is_negated(mag_span text, size_t at) {
    mag_span word = word_before(text, at);
    while (is_grading(word))
        word = word_before(text, (size_t)(word.at - text.at));
    return mag_span_is_ignoring_case(word, "no") || mag_span_is_ignoring_case(word, "not");
}

bool mag_text_names_haemolysis(mag_span text) {
    enum { SHORTEST_WORD = 5 };
    for (size_t i = 0; i + SHORTEST_WORD <= text.nbytes; i++) {
        if (text.at[i] != 'h' && text.at[i] != 'H')
            continue;
        if (i > 0 && is_letter(text.at[i - 1]))
            continue;
        mag_span rest = from(text, i);
        if ((begins_with_word(rest, "hemol") || begins_with_word(rest, "haemol")) &&
            !is_negated(text, i))
            return true;
    }
    return false;
}

/* --- comparators
 * ---------------------------------------------------------------------------------- */

static size_t number_nbytes(mag_span text) {
    size_t length = 0;
    bool has_point = false;
    while (length < text.nbytes) {
        bool is_point = text.at[length] == '.' && !has_point && length + 1 < text.nbytes &&
                        is_digit(text.at[length + 1]);
        if (!is_digit(text.at[length]) && !is_point)
            break;
        has_point = has_point || is_point;
        length++;
    }
    return length;
}

/* "<5 %" is a goal, "<1:10" a titre, "<5-10" a range, "<1,000" not in the grammar: none is a
 * result. */
static bool ends_a_number(mag_span rest) {
    static const char joins[] = "%:/-";
    mag_span next = mag_span_trim(rest);
    for (size_t i = 0; next.nbytes && i < sizeof joins - 1; i++)
        if (next.at[0] == joins[i])
            return false;
    if (rest.nbytes == 0)
        return true;
    bool is_inner_mark =
        (rest.at[0] == ',' || rest.at[0] == '.') && rest.nbytes > 1 && is_digit(rest.at[1]);
    return !is_letter(rest.at[0]) && !is_inner_mark;
}

bool mag_text_comparator(mag_span comment, mag_decimal *value, mag_comparator *comparator) {
    static const struct {
        const char *words;
        mag_comparator comparator;
    } forms[] = {{"<=", MAG_LESS_EQUAL},
                 {">=", MAG_GREATER_EQUAL},
                 {"\xe2\x89\xa4", MAG_LESS_EQUAL},
                 {"\xe2\x89\xa5", MAG_GREATER_EQUAL},
                 {"<", MAG_LESS},
                 {">", MAG_GREATER},
                 {"less than ", MAG_LESS},
                 {"greater than ", MAG_GREATER}};
    comment = mag_span_trim(comment);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (!begins_with_word(comment, forms[i].words))
            continue;
        mag_span rest = mag_span_trim(from(comment, mag_span_of(forms[i].words).nbytes));
        size_t length = number_nbytes(rest);
        mag_comparator none;
        if (length == 0 || !ends_a_number(from(rest, length)) ||
            mag_decimal_parse((mag_span){rest.at, length}, false, value, &none) != MAG_NUMBER_OK)
            return false;
        *comparator = forms[i].comparator;
        return true;
    }
    return false;
}

/* --- flags
 * ---------------------------------------------------------------------------------------- */

static bool is_flag(mag_span word) {
    static const char *const flags[] = {"H", "L", "HH", "LL", "A", "(H)", "(L)"};
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (mag_span_is_ignoring_case(word, flags[i]))
            return true;
    return false;
}

/* Asterisks and exclamation marks at both ends, then one flag word behind a blank. */
static mag_span strip(mag_span value) {
    while (value.nbytes && (value.at[0] == '*' || value.at[0] == '!'))
        value = mag_span_trim(from(value, 1));
    while (value.nbytes && (value.at[value.nbytes - 1] == '*' || value.at[value.nbytes - 1] == '!'))
        value = mag_span_trim((mag_span){value.at, value.nbytes - 1});
    size_t start = value.nbytes;
    while (start > 0 && value.at[start - 1] != ' ' && value.at[start - 1] != '\t')
        start--;
    if (start > 0 && is_flag(from(value, start)))
        return mag_span_trim((mag_span){value.at, start});
    return value;
}

static bool looks_like_number(mag_span value) {
    mag_decimal decimal;
    mag_comparator comparator;
    return mag_decimal_parse(value, false, &decimal, &comparator) == MAG_NUMBER_OK ||
           mag_decimal_parse(value, true, &decimal, &comparator) == MAG_NUMBER_OK;
}

mag_span mag_text_without_flags(mag_span value) {
    mag_span bare = strip(mag_span_trim(value));
    return looks_like_number(bare) ? bare : value;
}
