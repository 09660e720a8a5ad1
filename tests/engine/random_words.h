/* Random words of the rule language, from a seed: what stands behind the letters of a template. */
#ifndef MAG_TESTS_ENGINE_RANDOM_WORDS_H
#define MAG_TESTS_ENGINE_RANDOM_WORDS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

typedef struct random_text {
    uint64_t state;
    char text[4096];
    size_t nbytes;
} random_text;

static inline unsigned dice(random_text *of, unsigned count) {
    of->state = of->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((of->state >> 33) % count);
}

static inline void write_words(random_text *of, const char *words) {
    const size_t nbytes = strlen(words);
    assert_true(of->nbytes + nbytes < sizeof of->text);
    memcpy(of->text + of->nbytes, words, nbytes + 1);
    of->nbytes += nbytes;
}

#define ONE_OF(of, ...)                                                                            \
    ((const char *const[]){__VA_ARGS__})[dice(                                                     \
        (of), (unsigned)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))]

/* What a template says by one letter behind `@`:
   A analyte and limit fit (see below)  W window  D days  C class  L list of classes  N small number
   R relation  M mmol/day  E event */
static inline void write_template(random_text *of, const char *words, const char *analyte,
                                  const char *limit);

static inline void write_letter(random_text *of, char letter, const char *analyte,
                                const char *limit) {
    char number[16];
    switch (letter) {
    case 'A':
        write_words(of, analyte);
        return;
    case 'X':
        write_words(of, limit);
        return;
    case 'R':
        write_words(of, ONE_OF(of, "<", "<=", ">", ">="));
        return;
    case 'C':
        write_words(of,
                    ONE_OF(of, "MGSUPP", "PPI", "LOOP", "THIAZ", "DIGOX", "QT", "MGLAX", "MGIV",
                           "FQ", "TETRA", "STEROID", "CA", "VITD", "VKA", "ACEI", "MGSYS", "DEPL"));
        return;
    case 'L':
        write_words(of, ONE_OF(of, "MGSUPP, MGANTACID, MGLAX", "LOOP, THIAZ", "PPI, LOOP, FQ",
                               "ACEI, ARB, KSPARE, KSUPP", "FQ, TETRA, MGIV"));
        return;
    case 'D':
        (void)snprintf(number, sizeof number, "%u", 1 + dice(of, dice(of, 2) == 0 ? 60 : 400));
        write_words(of, number);
        return;
    case 'N':
        (void)snprintf(number, sizeof number, "%u", 1 + dice(of, 4));
        write_words(of, number);
        return;
    case 'W':
        write_template(of,
                       ONE_OF(of, " within @D days", " within @D days", " within @D hours", "",
                              " from @N to @D days ago", " within @D days before start(@C)",
                              " since start(@C)", " since latest(potassium within @D days)",
                              " at latest(magnesium)"),
                       analyte, limit);
        return;
    default:
        fail_msg("no letter %c", letter);
    }
}

static inline void write_template(random_text *of, const char *words, const char *analyte,
                                  const char *limit) {
    for (; *words != '\0'; words++) {
        const char letter[2] = {*words, '\0'};
        if (*words == '@')
            write_letter(of, *++words, analyte, limit);
        else
            write_words(of, letter);
    }
}

#endif
