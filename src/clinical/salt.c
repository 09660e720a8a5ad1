/* The salts of magnesium (salt.def): how much magnesium a gram holds, and which one a text names.
 */
#include "clinical/dose.h"
#include "clinical/dose_words.h"

#include <string.h>

static const struct {
    const char *name;
    double molar_mass; /* g/mol */
    double atoms;
} salts[MAG_SALT_COUNT] = {
    {"unknown", 0, 0},
#define MAG_SALT(id, name, molar_mass, atoms, formula) {name, molar_mass, atoms},
#include "clinical/salt.def"
#undef MAG_SALT
};

const char *mag_salt_name(mag_salt salt) {
    return salts[salt].name;
}

double mag_salt_umol_per_gram(mag_salt salt) {
    if (salt == MAG_SALT_UNKNOWN)
        return 0;
    return salts[salt].atoms * 1e6 / salts[salt].molar_mass;
}

/* --- names in texts
 * --------------------------------------------------------------------------------- */

/* Begins of words; the salt without a word about its water is what the products of spec e hold. */
static const struct {
    const char *stem;
    mag_salt salt;
} stems[] = {
    {"oxide", MAG_SALT_OXIDE},
    {"hydrox", MAG_SALT_HYDROXIDE},
    {"carbonate", MAG_SALT_CARBONATE},
    {"chloride", MAG_SALT_CHLORIDE_HEXAHYDRATE},
    {"sulfate", MAG_SALT_SULFATE_HEPTAHYDRATE},
    {"sulphate", MAG_SALT_SULFATE_HEPTAHYDRATE},
    {"citrate", MAG_SALT_CITRATE},
    {"dicitrate", MAG_SALT_CITRATE},
    {"lactate", MAG_SALT_LACTATE},
    {"gluconate", MAG_SALT_GLUCONATE_DIHYDRATE},
    {"aspartate", MAG_SALT_ASPARTATE},
    {"glycinate", MAG_SALT_GLYCINATE},
    {"bisglycinate", MAG_SALT_GLYCINATE},
    {"diglycinate", MAG_SALT_GLYCINATE},
    {"chelate", MAG_SALT_GLYCINATE}, /* amino acid chelate */
    {"glycerophosphate", MAG_SALT_GLYCEROPHOSPHATE},
    {"pidolate", MAG_SALT_PIDOLATE},
    {"orotate", MAG_SALT_OROTATE},
    {"malate", MAG_SALT_MALATE},
    {"taurate", MAG_SALT_TAURATE},
    {"threonate", MAG_SALT_THREONATE},
    {"acetate", MAG_SALT_ACETATE_TETRAHYDRATE},
    {"salicylate", MAG_SALT_SALICYLATE_TETRAHYDRATE},
    {"trisilicate", MAG_SALT_TRISILICATE},
};

/* A salt that a word about its water, form or acid makes another one. */
static const struct {
    mag_salt salt;
    const char *word;
    mag_salt becomes;
} forms[] = {
    {MAG_SALT_CARBONATE, " heavy ", MAG_SALT_CARBONATE_HEAVY},
    {MAG_SALT_CARBONATE, " light ", MAG_SALT_CARBONATE_LIGHT},
    {MAG_SALT_CHLORIDE_HEXAHYDRATE, " anhydrous ", MAG_SALT_CHLORIDE},
    {MAG_SALT_SULFATE_HEPTAHYDRATE, " anhydrous ", MAG_SALT_SULFATE},
    {MAG_SALT_CITRATE, " nonahydrate ", MAG_SALT_CITRATE_NONAHYDRATE},
    {MAG_SALT_CITRATE, " hydrogen ", MAG_SALT_CITRATE_HYDROGEN},
    {MAG_SALT_LACTATE, " dihydrate ", MAG_SALT_LACTATE_DIHYDRATE},
    {MAG_SALT_LACTATE, " trihydrate ", MAG_SALT_LACTATE_TRIHYDRATE},
    {MAG_SALT_GLUCONATE_DIHYDRATE, " anhydrous ", MAG_SALT_GLUCONATE},
    {MAG_SALT_ASPARTATE, " dihydrate ", MAG_SALT_ASPARTATE_DIHYDRATE},
    {MAG_SALT_ASPARTATE, " tetrahydrate ", MAG_SALT_ASPARTATE_TETRAHYDRATE},
    {MAG_SALT_ASPARTATE, " hydrochloride ", MAG_SALT_ASPARTATE_HYDROCHLORIDE},
    {MAG_SALT_GLYCINATE, " dihydrate ", MAG_SALT_GLYCINATE_DIHYDRATE},
    {MAG_SALT_OROTATE, " dihydrate ", MAG_SALT_OROTATE_DIHYDRATE},
};

/* Names that say the salt without naming it. */
static const struct {
    const char *phrase;
    mag_salt salt;
} trivial_names[] = {
    {" milk of magnesia ", MAG_SALT_HYDROXIDE},
    {" mag ox ", MAG_SALT_OXIDE},
    {" magox ", MAG_SALT_OXIDE},
    {" uro mag ", MAG_SALT_OXIDE},
    {" mgo ", MAG_SALT_OXIDE},
    {" slow mag ", MAG_SALT_CHLORIDE_HEXAHYDRATE},
    {" mag 64 ", MAG_SALT_CHLORIDE_HEXAHYDRATE},
    {" mag tab ", MAG_SALT_LACTATE},
    {" mag g ", MAG_SALT_GLUCONATE_DIHYDRATE},
    {" maginex ", MAG_SALT_ASPARTATE_HYDROCHLORIDE},
    {" magnaspartate ", MAG_SALT_ASPARTATE},
    {" neomag ", MAG_SALT_GLYCEROPHOSPHATE},
    {" citroma ", MAG_SALT_CITRATE},
    {" epsom ", MAG_SALT_SULFATE_HEPTAHYDRATE},
    {" mgso4 ", MAG_SALT_SULFATE_HEPTAHYDRATE},
    {" mgcl2 ", MAG_SALT_CHLORIDE_HEXAHYDRATE},
    {" chelated magnesium ", MAG_SALT_GLYCINATE},
    {" picolax ", MAG_SALT_OXIDE},
    {" citrafleet ", MAG_SALT_OXIDE},
    {" prepopik ", MAG_SALT_OXIDE},
};

static bool starts(mag_span word, const char *stem) {
    return mag_span_starts_with(word, mag_span_of(stem));
}

/* Magnesium itself: "magnesium", "trimagnesium", "mag", and "mg" where no number stands before it.
 */
static bool is_magnesium(mag_span word, mag_span before) {
    bool is_behind_number = before.nbytes > 0 && before.at[0] >= '0' && before.at[0] <= '9';
    return starts(word, "magnes") || starts(word, "trimagnes") || mag_span_is(word, "mag") ||
           (mag_span_is(word, "mg") && !is_behind_number && !mag_span_is(before, "/"));
}

/* Another metal takes the salt words that follow it. */
static bool is_other_metal(mag_span word) {
    static const char *const metals[] = {"calcium", "zinc",   "ferrous", "iron",   "potassium",
                                         "sodium",  "alumin", "copper",  "lithium"};
    for (size_t i = 0; i < sizeof metals / sizeof metals[0]; i++)
        if (starts(word, metals[i]))
            return true;
    return false;
}

static mag_salt salt_of_word(mag_span word) {
    for (size_t i = 0; i < sizeof stems / sizeof stems[0]; i++)
        if (starts(word, stems[i].stem))
            return stems[i].salt;
    return MAG_SALT_UNKNOWN;
}

/* The first salt word behind magnesium with no other metal between. */
static mag_salt salt_behind_magnesium(const mag_dose_words *words) {
    mag_word_cursor at = words->text;
    mag_span before = {at, 0};
    bool is_open = false;
    for (mag_span word = mag_word_take(&at); word.nbytes; word = mag_word_take(&at)) {
        mag_salt salt = salt_of_word(word);
        if (is_open && salt != MAG_SALT_UNKNOWN)
            return salt;
        is_open = is_magnesium(word, before) || (is_open && !is_other_metal(word));
        before = word;
    }
    return MAG_SALT_UNKNOWN;
}

mag_salt mag_salt_of_text(mag_span text) {
    mag_dose_words words;
    mag_dose_words_init(&words);
    mag_dose_words_add(&words, text);
    mag_salt salt = salt_behind_magnesium(&words);
    for (size_t i = 0; salt == MAG_SALT_UNKNOWN && i < sizeof trivial_names / sizeof *trivial_names;
         i++)
        if (mag_dose_words_have(&words, trivial_names[i].phrase))
            salt = trivial_names[i].salt;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (forms[i].salt == salt && mag_dose_words_have(&words, forms[i].word))
            return forms[i].becomes;
    return salt;
}

bool mag_text_names_magnesium(mag_span text) {
    if (mag_salt_of_text(text) != MAG_SALT_UNKNOWN)
        return true;
    mag_dose_words words;
    mag_dose_words_init(&words);
    mag_dose_words_add(&words, text);
    mag_word_cursor at = words.text;
    mag_span before = {at, 0};
    for (mag_span word = mag_word_take(&at); word.nbytes; word = mag_word_take(&at)) {
        if (is_magnesium(word, before))
            return true;
        before = word;
    }
    return false;
}

bool mag_text_names_elemental(mag_span text) {
    mag_dose_words words;
    mag_dose_words_init(&words);
    mag_dose_words_add(&words, text);
    if (mag_dose_words_have(&words, " elemental ") ||
        mag_dose_words_have(&words, " equivalent to "))
        return true;
    mag_word_cursor at = words.text;
    bool is_behind_as = false;
    for (mag_span word = mag_word_take(&at); word.nbytes; word = mag_word_take(&at)) {
        if (is_behind_as && salt_of_word(word) != MAG_SALT_UNKNOWN)
            return true;
        is_behind_as = mag_span_is(word, "as") || (is_behind_as && starts(word, "magnes"));
    }
    return false;
}
