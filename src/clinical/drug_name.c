/* Cuts a drug name into words:

     "Mg oxide 400mg (*NF*)"  ->  mg | oxide | 400 | #mg

   Only ASCII letters and digits make words; everything else parts them. */
#include "clinical/drug_name.h"

#include <string.h>

typedef enum kind { KIND_GAP, KIND_LETTER, KIND_DIGIT, KIND_PLUS } kind;

static kind kind_of(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        return KIND_LETTER;
    if (c >= '0' && c <= '9')
        return KIND_DIGIT;
    return c == '+' ? KIND_PLUS : KIND_GAP;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_number(mag_span word) {
    return word.at[0] >= '0' && word.at[0] <= '9'; /* a word has a byte */
}

/* False if there is no room. */
static bool put_word(mag_drug_words *out, mag_span raw) {
    bool is_unit = mag_span_is_ignoring_case(raw, "mg") && out->count > 0 &&
                   is_number(out->words[out->count - 1]);
    size_t room = sizeof out->text - out->nbytes;
    if (out->count == MAG_DRUG_WORDS || raw.nbytes + 2 > room)
        return false;
    if (out->nbytes > 0)
        out->text[out->nbytes++] = ' ';
    size_t begin = out->nbytes;
    if (is_unit)
        out->text[out->nbytes++] = '#';
    for (size_t i = 0; i < raw.nbytes; i++)
        out->text[out->nbytes++] = lower(raw.at[i]);
    out->words[out->count++] = (mag_span){out->text + begin, out->nbytes - begin};
    return true;
}

/* Bytes of the mark at the begin of the text: "*NF*" says "not on the formulary". */
static size_t mark_length(mag_span rest) {
    return rest.nbytes >= 4 && mag_span_is_ignoring_case((mag_span){rest.at, 4}, "*NF*") ? 4 : 0;
}

void mag_drug_words_of(mag_span name, mag_drug_words *out) {
    out->nbytes = 0;
    out->count = 0;
    size_t at = 0;
    while (at < name.nbytes) {
        size_t mark = mark_length((mag_span){name.at + at, name.nbytes - at});
        kind first = kind_of(name.at[at]);
        bool is_kept_plus = first == KIND_PLUS && at > 0 && kind_of(name.at[at - 1]) == KIND_DIGIT;
        if (mark > 0 || first == KIND_GAP || (first == KIND_PLUS && !is_kept_plus)) {
            at += mark > 0 ? mark : 1;
            continue;
        }
        size_t end = at + 1;
        while (first != KIND_PLUS && end < name.nbytes && kind_of(name.at[end]) == first)
            end++;
        if (!put_word(out, (mag_span){name.at + at, end - at}))
            return;
        at = end;
    }
}

bool mag_drug_words_have_at(const mag_drug_words *words, size_t at, mag_span phrase) {
    if (at >= words->count)
        return false;
    const char *begin = words->words[at].at;
    size_t rest = words->nbytes - (size_t)(begin - words->text);
    if (phrase.nbytes > rest || memcmp(begin, phrase.at, phrase.nbytes) != 0)
        return false;
    return phrase.nbytes == rest || begin[phrase.nbytes] == ' ';
}

size_t mag_drug_words_find(const mag_drug_words *words, mag_span phrase) {
    for (size_t i = 0; i < words->count; i++)
        if (mag_drug_words_have_at(words, i, phrase))
            return i;
    return phrase.nbytes == 0 ? 0 : words->count;
}
