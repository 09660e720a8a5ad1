/* A drug's name as words, so that names are compared as whole words and nothing else. */
#ifndef MAG_CLINICAL_DRUG_NAME_H
#define MAG_CLINICAL_DRUG_NAME_H

#include "base/span.h"

enum { MAG_DRUG_WORDS = 64, MAG_DRUG_NAME_NBYTES = 512 };

/* Lower-case words, one blank between them. Letters and digits part ("40mg" is "40 mg"); "mg"
   behind a number is a unit and becomes "#mg", which no phrase contains; "+" stays only behind a
   digit ("mg 2 +").
   "*NF*" is dropped. What is longer than the limits is cut at a word. */
typedef struct mag_drug_words {
    char text[MAG_DRUG_NAME_NBYTES];
    size_t nbytes;
    mag_span words[MAG_DRUG_WORDS]; /* borrowed from text */
    size_t count;
} mag_drug_words;

void mag_drug_words_of(mag_span name, mag_drug_words *out);

/* True if the phrase (itself normalised) stands at word `at`, whole words only. */
bool mag_drug_words_have_at(const mag_drug_words *words, size_t at, mag_span phrase);
/* Index of the word where the phrase first stands; words->count if nowhere. An empty phrase: 0. */
size_t mag_drug_words_find(const mag_drug_words *words, mag_span phrase);

#endif
