/* Dose texts as words: one normal form, then numbers, ranges, units, strengths and frequencies. */
#ifndef MAG_CLINICAL_DOSE_WORDS_H
#define MAG_CLINICAL_DOSE_WORDS_H

#include "base/span.h"

enum { MAG_DOSE_WORDS_NBYTES = 512 };

/* Lower case; words, numbers and the signs / % - stand between single blanks, one blank in front
   and one behind: " magnesium oxide 400 mg ". A number leaves its unit, thousands commas go
   ("25,000"). What does not fit is cut off. */
typedef struct mag_dose_words {
    char text[MAG_DOSE_WORDS_NBYTES];
    size_t nbytes;
} mag_dose_words;

/* Starts empty; append several texts one after the other. */
void mag_dose_words_init(mag_dose_words *words);
void mag_dose_words_add(mag_dose_words *words, mag_span text);
/* phrase has blanks around: " as directed ". */
bool mag_dose_words_have(const mag_dose_words *words, const char *phrase);

typedef struct mag_range {
    double lo, hi;
} mag_range;

/* A place among the words; starts at words->text. */
typedef const char *mag_word_cursor;

/* The next word, moved over; empty at the end. */
mag_span mag_word_take(mag_word_cursor *at);
/* "2", "0.5", "1 - 2", "one or two": true, and moved over. Otherwise nothing moves. */
bool mag_word_take_range(mag_word_cursor *at, mag_range *range);

typedef enum mag_dose_kind {
    MAG_DOSE_NO_UNIT,
    MAG_DOSE_MG,   /* factor: mg */
    MAG_DOSE_UMOL, /* factor: umol of magnesium */
    MAG_DOSE_ML,   /* factor: mL */
    MAG_DOSE_COUNT /* tablets, sachets, bags ... */
} mag_dose_kind;

/* Unit of a word and its factor; MAG_DOSE_NO_UNIT if it is none. */
mag_dose_kind mag_dose_unit_of(mag_span word, double *factor);

/* Strength as a name or product text prints it; 0 where it says nothing. */
typedef struct mag_strength {
    double mg, mg_per_ml_of;     /* 2000 mg in 50 mL; mL 0: per unit */
    double umol, umol_per_ml_of; /* the same in umol of magnesium */
    double container_ml;         /* "30 mL UD cup" */
    double bare_number;          /* "Mag-Ox 400" */
    bool is_per_day;             /* "20 mmol/day" */
} mag_strength;

mag_strength mag_strength_of(const mag_dose_words *words);

/* Times a day from "2", "1-2", "bd", "twice a day", "every 8 hours"; false if it does not say. */
bool mag_frequency_of(const mag_dose_words *words, mag_range *per_day);
/* "as directed", "PRN", "when required": a dose that nobody can know. */
bool mag_is_as_needed(const mag_dose_words *words);

#endif
