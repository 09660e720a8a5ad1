/* A number takes the unit word behind it into its own token, so that the '/' of mL/min is never a
   division. */
#include "rules/lexer.h"

#include <string.h>

typedef struct unit_word {
    const char *word;
    mag_dimension dimension;
    double factor;
} unit_word;

static const unit_word unit_words[] = {
#define MAG_QUANTITY(word, dimension, factor) {word, MAG_DIM_##dimension, factor},
#include "rules/quantity.def"
#undef MAG_QUANTITY
};
static const char *const unit_names[] = {
#define MAG_QUANTITY(word, dimension, factor) word,
#include "rules/quantity.def"
#undef MAG_QUANTITY
    NULL};
enum { UNIT_WORD_COUNT = sizeof unit_words / sizeof unit_words[0], WORD_NBYTES = 64 };

/* Words that may follow a plain number without being its unit. */
static const char *const connecting_words[] = {
    "and",   "or",     "not",  "to",   "ago", "before",  "after", "within",
    "since", "around", "from", "for",  "gap", "between", "at",    "by",
    "up",    "down",   "same", "with", "is",  "apart",   NULL};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_byte(char c) {
    return is_letter(c) || is_digit(c);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool mag_is_name(mag_span text) {
    if (text.nbytes == 0 || !is_letter(text.at[0]))
        return false;
    for (size_t i = 1; i < text.nbytes; i++) {
        if (!is_name_byte(text.at[i]))
            return false;
    }
    return true;
}

static char byte_at(mag_span text, size_t at) {
    return at < text.nbytes ? text.at[at] : '\0';
}

static size_t skip_blanks(mag_span text, size_t at) {
    while (is_blank(byte_at(text, at)))
        at++;
    return at;
}

static size_t skip_name(mag_span text, size_t at) {
    while (is_name_byte(byte_at(text, at)))
        at++;
    return at;
}

static const unit_word *unit_at(mag_span text, size_t at) {
    for (size_t i = 0; i < UNIT_WORD_COUNT; i++) {
        size_t length = strlen(unit_words[i].word);
        if (text.nbytes - at < length || memcmp(text.at + at, unit_words[i].word, length) != 0)
            continue;
        char next = byte_at(text, at + length);
        if (unit_words[i].word[0] == '%' || (!is_name_byte(next) && next != '/'))
            return &unit_words[i];
    }
    return NULL;
}

static bool is_connecting(mag_span word) {
    for (size_t i = 0; connecting_words[i]; i++) {
        if (mag_span_is(word, connecting_words[i]))
            return true;
    }
    return false;
}

static mag_status fail_unit(const mag_lexer *lexer, size_t at, mag_error *err) {
    mag_span text = lexer->expression->text;
    size_t end = at;
    while (is_name_byte(byte_at(text, end)) || (end > at && byte_at(text, end) == '/') ||
           (byte_at(text, end) == '.' && is_digit(byte_at(text, end + 1))))
        end++;
    char word[WORD_NBYTES] = "";
    size_t length = end - at < WORD_NBYTES - 1 ? end - at : WORD_NBYTES - 1;
    memcpy(word, text.at + at, length);
    const char *nearest = mag_nearest_name(word, unit_names);
    return mag_expression_fail(
        lexer->expression, at, MAG_MSG_R503, err, "unknown unit \"%s\"%s%s%s", word,
        nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
}

static size_t skip_digits(mag_span text, size_t at) {
    while (is_digit(byte_at(text, at)) || byte_at(text, at) == '.')
        at++;
    return at;
}

static mag_status read_number(mag_lexer *lexer, mag_token *token, mag_error *err) {
    mag_span text = lexer->expression->text;
    size_t end = skip_digits(text, lexer->at);
    char next = byte_at(text, end);
    bool has_exponent = (next == 'e' || next == 'E') &&
                        (is_digit(byte_at(text, end + 1)) || byte_at(text, end + 1) == '+' ||
                         byte_at(text, end + 1) == '-');
    if (has_exponent || next == 'x' || next == 'X')
        return mag_expression_fail(lexer->expression, lexer->at, MAG_MSG_R510, err,
                                   "a number is written with digits and one point, not with an "
                                   "exponent or in hexadecimal");
    mag_span digits = {text.at + lexer->at, end - lexer->at};
    mag_comparator comparator;
    if (mag_decimal_parse(digits, false, &token->quantity.digits, &comparator) != MAG_NUMBER_OK)
        return mag_expression_fail(lexer->expression, lexer->at, MAG_MSG_R510, err,
                                   "\"%.*s\" is not a number that fits", (int)digits.nbytes,
                                   digits.at);
    token->quantity.dimension = MAG_DIM_NUMBER;
    token->quantity.factor = 1.0;
    size_t behind = skip_blanks(text, end);
    const unit_word *unit = unit_at(text, behind);
    if (unit) {
        token->quantity.dimension = unit->dimension;
        token->quantity.factor = unit->factor;
        token->quantity.unit.at = text.at + behind;
        token->quantity.unit.nbytes = strlen(unit->word);
        end = behind + token->quantity.unit.nbytes;
    } else if (is_letter(byte_at(text, behind))) {
        mag_span word = {text.at + behind, skip_name(text, behind) - behind};
        if (end == behind || !is_connecting(word))
            return fail_unit(lexer, behind, err);
    }
    token->text.nbytes = end - lexer->at;
    return MAG_OK;
}

/* True if the sign is one character long and known. */
static bool read_sign(char c, mag_token *token) {
    static const struct {
        char sign;
        mag_token_kind kind;
    } signs[] = {{'(', MAG_TOKEN_OPEN},  {')', MAG_TOKEN_CLOSE},    {',', MAG_TOKEN_COMMA},
                 {'+', MAG_TOKEN_ADD},   {'-', MAG_TOKEN_SUBTRACT}, {'*', MAG_TOKEN_MULTIPLY},
                 {'/', MAG_TOKEN_DIVIDE}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (signs[i].sign == c) {
            token->kind = signs[i].kind;
            return true;
        }
    }
    return false;
}

static bool read_relation(mag_span rest, mag_token *token) {
    static const struct {
        const char *sign;
        mag_relation relation;
    } signs[] = {{"<=", MAG_IS_AT_MOST}, {">=", MAG_IS_AT_LEAST}, {"!=", MAG_IS_NOT_EQUAL},
                 {"<", MAG_IS_BELOW},    {">", MAG_IS_ABOVE},     {"=", MAG_IS_EQUAL}};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (mag_span_starts_with(rest, mag_span_of(signs[i].sign))) {
            token->kind = MAG_TOKEN_RELATION;
            token->relation = signs[i].relation;
            token->text.nbytes = strlen(signs[i].sign);
            return true;
        }
    }
    return false;
}

mag_status mag_lexer_next(mag_lexer *lexer, mag_token *token, mag_error *err) {
    mag_span text = lexer->expression->text;
    lexer->at = skip_blanks(text, lexer->at);
    memset(token, 0, sizeof *token);
    token->at = lexer->at;
    token->text.at = text.at + lexer->at;
    char c = byte_at(text, lexer->at);
    mag_span rest = {text.at + lexer->at, text.nbytes - lexer->at};
    if (lexer->at >= text.nbytes) {
        token->kind = MAG_TOKEN_END;
    } else if (is_letter(c)) {
        token->kind = MAG_TOKEN_NAME;
        token->text.nbytes = skip_name(text, lexer->at) - lexer->at;
    } else if (is_digit(c) || (c == '.' && is_digit(byte_at(text, lexer->at + 1)))) {
        token->kind = MAG_TOKEN_NUMBER;
        MAG_TRY(read_number(lexer, token, err));
    } else if (read_sign(c, token)) {
        token->text.nbytes = 1;
    } else if (!read_relation(rest, token)) {
        return mag_expression_fail(lexer->expression, lexer->at, MAG_MSG_R501, err,
                                   "this character has no meaning here");
    }
    lexer->at += token->text.nbytes;
    return MAG_OK;
}
