/* Words of dose texts. Nothing here knows magnesium; dose.c does. */
#include "clinical/dose_words.h"

#include "base/decimal.h"

#include <string.h>

/* --- the normal form
 * ------------------------------------------------------------------------------ */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return c >= 'a' && c <= 'z';
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void put(mag_dose_words *words, char c) {
    bool is_second_blank = c == ' ' && words->text[words->nbytes - 1] == ' ';
    if (is_second_blank || words->nbytes + 2 > MAG_DOSE_WORDS_NBYTES - 1)
        return;
    words->text[words->nbytes++] = c;
    words->text[words->nbytes] = '\0';
}

static char char_at(mag_span text, size_t i) {
    return i < text.nbytes ? lower(text.at[i]) : ' ';
}

/* "25,000": exactly three digits behind a comma that has a digit on either side. */
static bool is_thousands_comma(mag_span text, size_t i) {
    return is_digit(char_at(text, i + 2)) && is_digit(char_at(text, i + 3)) &&
           !is_digit(char_at(text, i + 4));
}

static void put_sign(mag_dose_words *words, char c) {
    put(words, ' ');
    put(words, c);
    put(words, ' ');
}

/* One character in its place; letters and digits are the easy ones. */
static void put_normal(mag_dose_words *words, mag_span text, size_t i) {
    char c = char_at(text, i), next = char_at(text, i + 1);
    bool is_after_digit = is_digit(words->text[words->nbytes - 1]); /* they begin with a blank */
    if (is_letter(c) || is_digit(c)) {
        if (is_letter(c) && is_after_digit)
            put(words, ' ');
        put(words, c);
    } else if (c == '.' && is_digit(next)) {
        if (!is_after_digit)
            put(words, '0');
        put(words, '.');
    } else if (c == ',' && is_digit(next) && is_after_digit) {
        if (!is_thousands_comma(text, i))
            put(words, ','); /* "2,5" stays one word that is no number */
    } else if (c == '/' || c == '%') {
        put_sign(words, c);
    } else if (c == '-' && !is_letter(next)) {
        put_sign(words, c);
    } else {
        put(words, ' ');
    }
}

void mag_dose_words_init(mag_dose_words *words) {
    words->text[0] = ' ';
    words->text[1] = '\0';
    words->nbytes = 1;
}

void mag_dose_words_add(mag_dose_words *words, mag_span text) {
    for (size_t i = 0; i < text.nbytes; i++)
        put_normal(words, text, i);
    put(words, ' ');
    if (words->text[words->nbytes - 1] != ' ') /* cut off: no half word at the end */
        words->text[words->nbytes - 1] = ' ';
}

bool mag_dose_words_have(const mag_dose_words *words, const char *phrase) {
    return strstr(words->text, phrase) != NULL;
}

/* --- words, numbers, units
 * ------------------------------------------------------------------------ */

mag_span mag_word_take(mag_word_cursor *at) {
    while (**at == ' ')
        (*at)++;
    mag_span word = {*at, strcspn(*at, " ")};
    *at += word.nbytes;
    return word;
}

static bool take_word(mag_word_cursor *at, const char *wanted) {
    mag_word_cursor ahead = *at;
    if (!mag_span_is(mag_word_take(&ahead), wanted))
        return false;
    *at = ahead;
    return true;
}

static bool take_number(mag_word_cursor *at, double *number) {
    static const struct {
        const char *word;
        double number;
    } numbers[] = {{"half", 0.5}, {"one", 1},  {"two", 2}, {"three", 3},
                   {"four", 4},   {"five", 5}, {"six", 6}, {"seven", 7},
                   {"eight", 8},  {"nine", 9}, {"ten", 10}};
    mag_word_cursor ahead = *at;
    mag_span word = mag_word_take(&ahead);
    mag_decimal decimal;
    mag_comparator comparator;
    bool is_number = word.nbytes > 0 && is_digit(word.at[0]) &&
                     mag_decimal_parse(word, false, &decimal, &comparator) == MAG_NUMBER_OK;
    if (is_number)
        *number = mag_decimal_double(decimal);
    for (size_t i = 0; !is_number && i < sizeof numbers / sizeof numbers[0]; i++)
        if (mag_span_is(word, numbers[i].word)) {
            *number = numbers[i].number;
            is_number = true;
        }
    if (is_number)
        *at = ahead;
    return is_number;
}

bool mag_word_take_range(mag_word_cursor *at, mag_range *range) {
    if (!take_number(at, &range->lo))
        return false;
    range->hi = range->lo;
    mag_word_cursor ahead = *at;
    double other;
    if ((take_word(&ahead, "-") || take_word(&ahead, "to") || take_word(&ahead, "or")) &&
        take_number(&ahead, &other)) {
        *at = ahead;
        range->hi = other > range->lo ? other : range->lo;
        range->lo = other < range->lo ? other : range->lo;
    }
    return true;
}

mag_dose_kind mag_dose_unit_of(mag_span word, double *factor) {
    static const struct {
        const char *word;
        mag_dose_kind kind;
        double factor;
    } units[] = {
        {"mg", MAG_DOSE_MG, 1},         {"milligram", MAG_DOSE_MG, 1},
        {"milligrams", MAG_DOSE_MG, 1}, {"g", MAG_DOSE_MG, 1000},
        {"gm", MAG_DOSE_MG, 1000},      {"gram", MAG_DOSE_MG, 1000},
        {"grams", MAG_DOSE_MG, 1000},   {"mcg", MAG_DOSE_MG, 0.001},
        {"mmol", MAG_DOSE_UMOL, 1000},  {"meq", MAG_DOSE_UMOL, 500},
        {"ml", MAG_DOSE_ML, 1},         {"l", MAG_DOSE_ML, 1000},
        {"tsp", MAG_DOSE_ML, 5},        {"teaspoon", MAG_DOSE_ML, 5},
        {"tab", MAG_DOSE_COUNT, 1},     {"tabs", MAG_DOSE_COUNT, 1},
        {"tablet", MAG_DOSE_COUNT, 1},  {"tablets", MAG_DOSE_COUNT, 1},
        {"cap", MAG_DOSE_COUNT, 1},     {"caps", MAG_DOSE_COUNT, 1},
        {"capsule", MAG_DOSE_COUNT, 1}, {"capsules", MAG_DOSE_COUNT, 1},
        {"sachet", MAG_DOSE_COUNT, 1},  {"sachets", MAG_DOSE_COUNT, 1},
        {"packet", MAG_DOSE_COUNT, 1},  {"packets", MAG_DOSE_COUNT, 1},
        {"pkt", MAG_DOSE_COUNT, 1},     {"bag", MAG_DOSE_COUNT, 1},
        {"bags", MAG_DOSE_COUNT, 1},    {"vial", MAG_DOSE_COUNT, 1},
        {"amp", MAG_DOSE_COUNT, 1},     {"ampoule", MAG_DOSE_COUNT, 1},
        {"syringe", MAG_DOSE_COUNT, 1}, {"cup", MAG_DOSE_COUNT, 1},
        {"udcup", MAG_DOSE_COUNT, 1},   {"bottle", MAG_DOSE_COUNT, 1},
        {"btl", MAG_DOSE_COUNT, 1},     {"bottles", MAG_DOSE_COUNT, 1},
        {"chew", MAG_DOSE_COUNT, 1},    {"each", MAG_DOSE_COUNT, 1},
        {"ea", MAG_DOSE_COUNT, 1},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (mag_span_is(word, units[i].word)) {
            *factor = units[i].factor;
            return units[i].kind;
        }
    return MAG_DOSE_NO_UNIT;
}

/* --- strengths
 * ---------------------------------------------------------------------------------------- */

static mag_dose_kind take_unit(mag_word_cursor *at, double *factor) {
    mag_word_cursor ahead = *at;
    mag_dose_kind kind = mag_dose_unit_of(mag_word_take(&ahead), factor);
    if (kind != MAG_DOSE_NO_UNIT)
        *at = ahead;
    return kind;
}

/* "/ 50 ml", "/ ml" behind an amount: mL; 0 if there is none. "/ day" is told apart. */
static double take_volume(mag_word_cursor *at, bool *is_per_day) {
    mag_word_cursor ahead = *at;
    if (!take_word(&ahead, "/") && !take_word(&ahead, "in"))
        return 0;
    if (take_word(&ahead, "day") || take_word(&ahead, "d")) {
        *is_per_day = true;
        return 0;
    }
    double number = 1, factor;
    take_number(&ahead, &number);
    if (take_unit(&ahead, &factor) != MAG_DOSE_ML)
        return 0;
    *at = ahead;
    return number * factor;
}

/* Notes one printed amount, unless one of its kind was noted before. */
static void note_amount(mag_strength *strength, double number, mag_word_cursor *at) {
    double factor = 0;
    if (take_word(at, "%")) { /* weight in volume: 50 % is 500 mg in 1 mL */
        if (strength->mg == 0) {
            strength->mg = number * 10;
            strength->mg_per_ml_of = 1;
        }
        return;
    }
    mag_dose_kind kind = take_unit(at, &factor);
    double amount = number * factor;
    if (kind == MAG_DOSE_NO_UNIT && strength->bare_number == 0)
        strength->bare_number = number;
    if (kind == MAG_DOSE_ML && strength->container_ml == 0)
        strength->container_ml = amount;
    if (kind == MAG_DOSE_MG && strength->mg == 0) {
        strength->mg = amount;
        strength->mg_per_ml_of = take_volume(at, &strength->is_per_day);
    }
    if (kind == MAG_DOSE_UMOL && strength->umol == 0) {
        strength->umol = amount;
        strength->umol_per_ml_of = take_volume(at, &strength->is_per_day);
    }
}

mag_strength mag_strength_of(const mag_dose_words *words) {
    mag_strength strength = {0};
    mag_word_cursor at = words->text;
    while (*at) {
        double number;
        if (take_number(&at, &number))
            note_amount(&strength, number, &at);
        else
            mag_word_take(&at);
    }
    return strength;
}

/* --- frequencies
 * ---------------------------------------------------------------------------------------- */

static bool find_named_frequency(const mag_dose_words *words, double *per_day) {
    static const struct {
        const char *phrase;
        double per_day;
    } names[] = {
        {" four times ", 4},
        {" three times ", 3},
        {" twice ", 2},
        {" two times ", 2},
        {" qds ", 4},
        {" qid ", 4},
        {" tds ", 3},
        {" tid ", 3},
        {" bd ", 2},
        {" bid ", 2},
        {" alternate day", 0.5},
        {" every other day ", 0.5},
        {" once ", 1},
        {" od ", 1},
        {" daily ", 1},
        {" nocte ", 1},
        {" mane ", 1},
        {" at night ", 1},
        {" in the morning ", 1},
        {" every morning ", 1},
        {" every night ", 1},
        {" each day ", 1},
        {" a day ", 1},
        {" per day ", 1},
        {" / day ", 1},
        {" every day ", 1},
        {" weekly ", 1},
        {" a week ", 1},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (mag_dose_words_have(words, names[i].phrase)) {
            *per_day = names[i].per_day;
            return true;
        }
    return false;
}

/* "3 times", "2 x", "every 8 hours", "every 6 - 8 hours", "8 hourly". */
static bool find_counted_frequency(const mag_dose_words *words, mag_range *per_day) {
    mag_word_cursor at = words->text;
    while (*at) {
        mag_range number;
        if (!mag_word_take_range(&at, &number)) {
            mag_word_take(&at);
            continue;
        }
        if (take_word(&at, "times") || take_word(&at, "x")) {
            *per_day = number;
            return true;
        }
        if ((take_word(&at, "hours") || take_word(&at, "hourly")) && number.lo > 0) {
            *per_day = (mag_range){24 / number.hi, 24 / number.lo};
            return true;
        }
    }
    return false;
}

bool mag_frequency_of(const mag_dose_words *words, mag_range *per_day) {
    mag_word_cursor at = words->text;
    bool is_number_alone = mag_word_take_range(&at, per_day) && *(at + strspn(at, " ")) == '\0';
    bool is_known = is_number_alone || find_counted_frequency(words, per_day);
    if (!is_known) {
        is_known = find_named_frequency(words, &per_day->lo);
        per_day->hi = per_day->lo;
    }
    bool is_by_week =
        mag_dose_words_have(words, " week ") || mag_dose_words_have(words, " weekly ");
    if (is_known && is_by_week)
        *per_day = (mag_range){per_day->lo / 7, per_day->hi / 7};
    return is_known && per_day->lo > 0;
}

bool mag_is_as_needed(const mag_dose_words *words) {
    static const char *const phrases[] = {" prn ",           " as directed ", " as required ",
                                          " when required ", " if required ", " as needed ",
                                          " when needed ",   " if needed ",   " asd "};
    for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++)
        if (mag_dose_words_have(words, phrases[i]))
            return true;
    return false;
}
