/* Unit spellings: one normalisation, then a look-up in the table of accepted spellings. Which unit
   suits which analyte is decided in conversion.c. */
#include "clinical/unit.h"

#include <string.h>

enum { SPELLING_NBYTES = 32 }; /* no accepted spelling is longer once normalised */

static const char *const tokens[MAG_UNIT_COUNT] = {
    "",
#define MAG_UNIT(name, token, ...) token,
#include "clinical/unit.def"
#undef MAG_UNIT
};

const mag_unit_scale mag_unit_scales[MAG_UNIT_COUNT] = {
    {MAG_DIMENSION_NONE, 1, 0},
#define MAG_UNIT(name, token, dimension, numerator, exponent)                                      \
    {MAG_DIMENSION_##dimension, numerator, exponent},
#include "clinical/unit.def"
#undef MAG_UNIT
};

static const struct {
    const char *text;
    mag_unit unit;
} spellings[] = {
#define MAG_SPELLING(text, unit) {text, MAG_UNIT_##unit},
#include "clinical/unit_spelling.def"
#undef MAG_SPELLING
};

/* UTF-8 sequences that stand for one plain character. The micro sign comes as U+00B5 or as Greek mu
   of either case, and each of them again as the two characters that a wrong code page makes of it,
   whose first may have been lower-cased on the way. Longer sequences first: one ends like another.
 */
static const struct {
    const char *bytes;
    const char *plain;
} sequences[] = {
    {"\xc3\x82\xc2\xb5", "u"}, {"\xc3\xa2\xc2\xb5", "u"}, /* U+00B5 */
    {"\xc3\x8e\xc2\xbc", "u"}, {"\xc3\xae\xc2\xbc", "u"}, /* U+03BC */
    {"\xc3\x8e\xc5\x93", "u"}, {"\xc3\xae\xc5\x93", "u"}, /* U+039C */
    {"\xc3\x82\xc2\xb2", "2"}, {"\xc3\xa2\xc2\xb2", "2"}, /* superscript two */
    {"\xc2\xb5", "u"},         {"\xce\xbc", "u"},         {"\xce\x9c", "u"},
    {"\xc2\xb2", "2"},         {"\xc2\xa0", ""},
};

/* Takes one sequence from the front; NULL if none stands there. */
static const char *take_sequence(mag_span *rest) {
    if ((unsigned char)rest->at[0] < 0x80) /* all of them begin beyond ASCII */
        return NULL;
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        mag_span bytes = mag_span_of(sequences[i].bytes);
        if (!mag_span_starts_with(*rest, bytes))
            continue;
        rest->at += bytes.nbytes;
        rest->nbytes -= bytes.nbytes;
        return sequences[i].plain;
    }
    return NULL;
}

/* Lower-cased, without blanks and the characters that spec c2 drops; false if it gets too long. */
static bool write_plain(mag_span rest, char out[SPELLING_NBYTES]) {
    size_t length = 0;
    while (rest.nbytes) {
        const char *plain = take_sequence(&rest);
        char c = plain ? plain[0] : rest.at[0];
        if (!plain) {
            rest.at++;
            rest.nbytes--;
        }
        if (c == '\0' && !plain)
            return false;
        if (strchr(" \t\r\n*^{}_", c)) /* its end too: a sequence that stands for nothing */
            continue;
        if (length + 1 >= SPELLING_NBYTES)
            return false;
        out[length++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[length] = '\0';
    return true;
}

/* "mcmol" and "mcg" mean micro; "1,73" is 1.73. */
static void unify_micro_and_comma(char *text) {
    if (strncmp(text, "mcmol", 5) == 0 || strncmp(text, "mcg", 3) == 0) {
        text[0] = 'u';
        memmove(text + 1, text + 2, strlen(text + 2) + 1);
    }
    char *comma = strstr(text, "1,73");
    if (comma)
        comma[1] = '.';
}

const char *mag_unit_text(mag_unit unit) {
    return tokens[unit];
}

mag_unit mag_unit_parse(mag_span text) {
    char plain[SPELLING_NBYTES];
    if (!write_plain(text, plain))
        return MAG_UNIT_NONE;
    unify_micro_and_comma(plain);
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++)
        if (strcmp(plain, spellings[i].text) == 0)
            return spellings[i].unit;
    return MAG_UNIT_NONE;
}
