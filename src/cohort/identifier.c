/* A header is cut into words ("NHSNumber" -> nhs, number); words side by side are compared with the
   list, joined: so "post code", "postCode" and "postcode" need one line there. */
#include "cohort/identifier.h"

#include <string.h>

enum { MOST_WORDS = 16, WORD_NBYTES = 32, LONGEST_RUN = 4, RUN_NBYTES = LONGEST_RUN * WORD_NBYTES };

typedef enum kind {
    NAME,
    BIRTH,
    BIRTH_PLACE,
    POSTCODE,
    ADDRESS,
    NHS_NUMBER,
    EMAIL,
    PHONE,
    RECORD_NUMBER
} kind;

static const char *const kind_texts[] = {
    "a name",
    "a birth date",
    "a place of birth",
    "a postcode",
    "an address",
    "an NHS number",
    "an e-mail address",
    "a phone number",
    "the number of a person or record",
};

typedef enum place { ANYWHERE, WHOLE } place;

static const struct identifier {
    const char *words;
    kind kind;
    place place;
} identifiers[] = {
#define MAG_IDENTIFIER(words, kind, place) {words, kind, place},
#include "cohort/identifier.def"
#undef MAG_IDENTIFIER
};

/* Whose: "patientname", "ptdob". */
static const char *const owners[] = {"patienten", "patients", "patient", "pat",     "pt",
                                     "person",    "subject",  "client",  "contact", "mother",
                                     "father",    "home",     NULL};

/* What has a name without being somebody. */
static const char *const things[] = {
    "drug",        "drugs",        "medication", "medicine",  "product",
    "brand",       "generic",      "trade",      "substance", "ingredient",
    "compound",    "form",         "route",      "dose",      "test",
    "tests",       "item",         "code",       "analyte",   "lab",
    "laboratory",  "result",       "specimen",   "sample",    "component",
    "panel",       "order",        "unit",       "units",     "ward",
    "site",        "hospital",     "trust",      "clinic",    "department",
    "dept",        "facility",     "location",   "service",   "specialty",
    "system",      "class",        "concept",    "condition", "diagnosis",
    "problem",     "procedure",    "vaccine",    "device",    "table",
    "column",      "field",        "file",       "source",    "parameter",
    "measurement", "observation",  "category",   "group",     "type",
    "medikament",  "arzneimittel", "wirkstoff",  "substanz",  "untersuchung",
    "laborwert",   "probe",        "einheit",    "klinik",    "abteilung",
    NULL};

typedef struct header_words {
    char at[MOST_WORDS][WORD_NBYTES]; /* lower case, NUL-ended */
    size_t count;
} header_words;

/* --- words -------------------------------------------------------------------------------------
 */

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

/* A letter begins a word behind what is no letter, where small letters end ("postCode"), and where
   capitals end before a small one ("NHSNumber"). */
static bool begins_word(mag_span header, size_t i) {
    if (i == 0 || !(is_upper(header.at[i - 1]) || is_lower(header.at[i - 1])))
        return true;
    bool small_before = is_lower(header.at[i - 1]);
    bool small_behind = i + 1 < header.nbytes && is_lower(header.at[i + 1]);
    return is_upper(header.at[i]) && (small_before || small_behind);
}

static void cut_words(mag_span header, header_words *words) {
    size_t length = 0;
    words->count = 0;
    for (size_t i = 0; i < header.nbytes; i++) {
        char c = header.at[i];
        if (!is_upper(c) && !is_lower(c))
            continue;
        if (begins_word(header, i)) {
            if (words->count == MOST_WORDS)
                return;
            length = 0;
            words->count++;
        }
        char *word = words->at[words->count - 1];
        if (length + 1 < WORD_NBYTES)
            word[length++] = is_upper(c) ? (char)(c - 'A' + 'a') : c;
        word[length] = '\0';
    }
}

static bool is_among(const char *word, const char *const *list) {
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

/* The word behind the owner's: "name" of "patientname"; the word itself without one. */
static const char *without_owner(const char *word) {
    for (const char *const *owner = owners; *owner; owner++) {
        size_t length = strlen(*owner);
        if (strncmp(word, *owner, length) == 0 && word[length])
            return word + length;
    }
    return word;
}

/* --- what they say ----------------------------------------------------------------------------
 */

static const struct identifier *find(const char *words, bool is_whole) {
    for (size_t i = 0; i < sizeof identifiers / sizeof identifiers[0]; i++)
        if (strcmp(identifiers[i].words, words) == 0 &&
            (is_whole || identifiers[i].place == ANYWHERE))
            return &identifiers[i];
    return NULL;
}

/* The words from `first` on, 1 to LONGEST_RUN of them, joined. */
static const struct identifier *find_run(const header_words *words, size_t first) {
    char run[RUN_NBYTES] = "";
    bool has_owner_before = first == 1 && is_among(words->at[0], owners);
    for (size_t i = first; i < words->count && i < first + LONGEST_RUN; i++) {
        strcat(run, words->at[i]);
        bool is_whole = i + 1 == words->count && (first == 0 || has_owner_before);
        const struct identifier *found = find(run, is_whole);
        if (!found)
            found = find(without_owner(run), is_whole);
        if (found)
            return found;
    }
    return NULL;
}

static bool is_name(const char *word) {
    word = without_owner(word);
    return strcmp(word, "name") == 0 || strcmp(word, "names") == 0;
}

/* "name", "consultant_name", "name_type"; not "drug_name", not "name_of_drug". */
static bool names_somebody(const header_words *words) {
    for (size_t i = 0; i < words->count; i++) {
        if (is_among(words->at[i], things))
            return false;
        if (is_name(words->at[i]))
            return i + 1 == words->count || strcmp(words->at[i + 1], "of") != 0;
    }
    return false;
}

const char *mag_identifier_of_header(mag_span header) {
    header_words words;
    cut_words(header, &words);
    for (size_t i = 0; i < words.count; i++) {
        const struct identifier *found = find_run(&words, i);
        if (found)
            return kind_texts[found->kind];
    }
    return names_somebody(&words) ? kind_texts[NAME] : NULL;
}
