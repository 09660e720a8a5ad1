/* The dose of one prescription as elemental magnesium a day.

     amount of one administration  x  magnesium per mg, unit or mL  x  administrations a day

   Each factor is an interval; a basis that the text does not tell keeps both readings, salt and
   elemental. What cannot be known makes the whole dose [0, unknown]. */
#include "clinical/dose.h"

#include "clinical/dose_words.h"

#include <ctype.h>
#include <math.h>

static const double MG_PER_MMOL = 24.305;

typedef enum product_match {
    MATCH_SAME,
    MATCH_SAME_OR_NONE,
    MATCH_ANY,
    MATCH_VOLUME
} product_match;

typedef struct product {
    const char *phrase;
    product_match match;
    double printed_mg;
    mag_salt salt;
    mag_dose_basis basis;
    double mg_per_unit, mg_per_ml; /* of the basis; 0 = not known */
} product;

static const product products[] = {
#define MAG_PRODUCT(phrase, match, printed_mg, salt, basis, mg_per_unit, mg_per_ml)                \
    {phrase, MATCH_##match, printed_mg, MAG_SALT_##salt, MAG_BASIS_##basis, mg_per_unit, mg_per_ml},
#include "clinical/product.def"
#undef MAG_PRODUCT
};

/* One administration as written. */
typedef struct amount {
    mag_range number;
    mag_dose_kind kind;
    double factor;
} amount;

/* How the product's numbers turn into magnesium. */
typedef struct content {
    const product *product; /* NULL: none of the table */
    mag_strength strength;
    mag_range umol_per_mg;
    mag_dose_basis basis;
} content;

double mag_umol_to_mg(double umol) {
    return umol / 1000 * MG_PER_MMOL;
}

static mag_range times(mag_range a, mag_range b) {
    return (mag_range){a.lo * b.lo, a.hi * b.hi};
}

static mag_range exactly(double x) {
    return (mag_range){x, x};
}

static mag_range scaled(mag_range a, double factor) {
    return (mag_range){a.lo * factor, a.hi * factor};
}

/* --- products and basis
 * ------------------------------------------------------------------------------ */

static bool is_equal(double a, double b) {
    return fabs(a - b) < 1e-6;
}

static bool product_fits(const product *row, const mag_strength *strength, const amount *dose) {
    double printed = strength->mg > 0 ? strength->mg : strength->bare_number;
    bool is_same = is_equal(printed, row->printed_mg) && strength->mg_per_ml_of == 0;
    switch (row->match) {
    case MATCH_SAME:
        return is_same;
    case MATCH_SAME_OR_NONE:
        return is_same || printed == 0;
    case MATCH_VOLUME:
        return dose->kind == MAG_DOSE_ML ||
               (dose->kind == MAG_DOSE_COUNT && strength->container_ml > 0);
    case MATCH_ANY:
        break;
    }
    return true;
}

static const product *find_product(const mag_dose_words *name, const mag_strength *strength,
                                   const amount *dose) {
    for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
        if (mag_dose_words_have(name, products[i].phrase) &&
            product_fits(&products[i], strength, dose))
            return &products[i];
    return NULL;
}

static double elemental_umol_per_mg(void) {
    return 1000 / MG_PER_MMOL;
}

static double salt_umol_per_mg(mag_salt salt) {
    return mag_salt_umol_per_gram(salt) / 1000;
}

/* The poorest salt of the table: the lower end where a text names none. */
static double least_umol_per_mg(void) {
    double least = elemental_umol_per_mg();
    for (int salt = MAG_SALT_UNKNOWN + 1; salt < MAG_SALT_COUNT; salt++)
        least = fmin(least, salt_umol_per_mg((mag_salt)salt));
    return least;
}

/* umol in one mg of the product's own printed mass. */
static double product_umol_per_mg(const product *row) {
    double per_mg =
        row->basis == MAG_BASIS_ELEMENTAL ? elemental_umol_per_mg() : salt_umol_per_mg(row->salt);
    bool is_other_mass = row->printed_mg > 0 && row->mg_per_unit > 0;
    return is_other_mass ? per_mg * row->mg_per_unit / row->printed_mg : per_mg;
}

/* "777.6 mg (4 mmol)", "50 % (2 mmol/mL)": both about the same unit or volume. */
static bool states_both(const mag_strength *strength) {
    return strength->mg > 0 && strength->umol > 0 &&
           is_equal(strength->mg_per_ml_of, strength->umol_per_ml_of);
}

static bool is_sulfate(mag_salt salt) {
    return salt == MAG_SALT_SULFATE || salt == MAG_SALT_SULFATE_HEPTAHYDRATE;
}

static void decide_basis(content *what, mag_salt salt, bool says_elemental) {
    what->basis = MAG_BASIS_ELEMENTAL;
    if (states_both(&what->strength)) {
        what->umol_per_mg = exactly(what->strength.umol / what->strength.mg);
    } else if (says_elemental) {
        what->umol_per_mg = exactly(elemental_umol_per_mg());
    } else if (what->product) {
        what->umol_per_mg = exactly(product_umol_per_mg(what->product));
        what->basis = what->product->basis;
    } else if (is_sulfate(salt)) { /* nobody doses sulfate by its magnesium in mg or g */
        what->umol_per_mg = exactly(salt_umol_per_mg(salt));
        what->basis = MAG_BASIS_SALT;
    } else {
        double least = salt == MAG_SALT_UNKNOWN ? least_umol_per_mg() : salt_umol_per_mg(salt);
        what->umol_per_mg = (mag_range){least, elemental_umol_per_mg()};
        what->basis = MAG_BASIS_AMBIGUOUS;
    }
}

/* --- magnesium of a unit and of a millilitre
 * ----------------------------------------------------------- */

/* The table's own content, of mg that are salt or elemental as its basis says. */
static mag_range table_umol(const product *row, double mg) {
    return exactly(mg * (row->basis == MAG_BASIS_ELEMENTAL ? elemental_umol_per_mg()
                                                           : salt_umol_per_mg(row->salt)));
}

static bool find_umol_per_ml(const content *what, mag_range *umol) {
    const mag_strength *strength = &what->strength;
    const product *row = what->product;
    bool has_table = row && row->mg_per_ml > 0;
    if (strength->umol > 0 && strength->umol_per_ml_of > 0)
        *umol = exactly(strength->umol / strength->umol_per_ml_of);
    else if (has_table && row->basis == MAG_BASIS_ELEMENTAL)
        *umol = table_umol(row, row->mg_per_ml);
    else if (strength->mg > 0 && strength->mg_per_ml_of > 0)
        *umol = scaled(what->umol_per_mg, strength->mg / strength->mg_per_ml_of);
    else if (has_table)
        *umol = table_umol(row, row->mg_per_ml);
    else
        return false;
    return true;
}

enum { SPOON_ML = 5 };

/* mL in a bag, vial or cup; a strength "per mL" or "per 5 mL" does not tell the container. */
static double container_ml(const mag_strength *strength) {
    if (strength->container_ml > 0)
        return strength->container_ml;
    double volume = fmax(strength->mg_per_ml_of, strength->umol_per_ml_of);
    return volume > SPOON_ML ? volume : 0;
}

static bool find_umol_per_unit(const content *what, mag_range *umol) {
    const mag_strength *strength = &what->strength;
    mag_range per_ml;
    if (strength->umol > 0 && strength->umol_per_ml_of == 0)
        *umol = exactly(strength->umol);
    else if (what->product && what->product->mg_per_unit > 0 && what->basis == what->product->basis)
        *umol = table_umol(what->product, what->product->mg_per_unit);
    else if (strength->mg > 0 && strength->mg_per_ml_of == 0)
        *umol = scaled(what->umol_per_mg, strength->mg);
    else if (container_ml(strength) > 0 && find_umol_per_ml(what, &per_ml))
        *umol = scaled(per_ml, container_ml(strength));
    else
        return false;
    return true;
}

static bool find_umol(const content *what, const amount *dose, mag_range *umol) {
    mag_range number = scaled(dose->number, dose->factor), each;
    switch (dose->kind) {
    case MAG_DOSE_UMOL:
        *umol = number;
        return true;
    case MAG_DOSE_MG:
        *umol = times(number, what->umol_per_mg);
        return true;
    case MAG_DOSE_ML:
        if (!find_umol_per_ml(what, &each))
            return false;
        break;
    case MAG_DOSE_COUNT:
        if (!find_umol_per_unit(what, &each))
            return false;
        break;
    case MAG_DOSE_NO_UNIT:
        return false;
    }
    *umol = times(number, each);
    return true;
}

/* --- what the row says
 * ----------------------------------------------------------------------------------- */

static mag_dose_words words_of(mag_span first, mag_span second) {
    mag_dose_words words;
    mag_dose_words_init(&words);
    mag_dose_words_add(&words, first);
    mag_dose_words_add(&words, second);
    return words;
}

static void take_amount_unit(mag_word_cursor *at, amount *dose) {
    mag_word_cursor ahead = *at;
    dose->kind = mag_dose_unit_of(mag_word_take(&ahead), &dose->factor);
}

/* "400" with "mg"; false unless a number stands first. A word counts units or volumes, never mg or
   mmol: "half" of a tablet of 4 mmol, in a row whose unit is mmol, is not 0.5 mmol. */
static bool read_dose_field(const mag_dose_text *text, amount *dose) {
    mag_dose_words words = words_of(text->dose, text->dose_unit);
    mag_word_cursor at = words.text;
    mag_span number = mag_span_trim(text->dose);
    bool is_word = number.nbytes > 0 && isalpha((unsigned char)number.at[0]);
    if (!mag_word_take_range(&at, &dose->number))
        return false;
    take_amount_unit(&at, dose);
    return !is_word || (dose->kind != MAG_DOSE_MG && dose->kind != MAG_DOSE_UMOL);
}

bool mag_dose_is_number(mag_span dose) {
    mag_dose_words words = words_of(dose, (mag_span){"", 0});
    mag_word_cursor at = words.text;
    mag_range number;
    if (!mag_word_take_range(&at, &number))
        return false;
    mag_span unit = mag_word_take(&at);
    for (size_t i = 0; i < unit.nbytes; i++)
        if (!isalpha((unsigned char)unit.at[i]))
            return false;
    return true;
}

static bool is_of_frequency(mag_span word) {
    return mag_span_is(word, "times") || mag_span_is(word, "x") || mag_span_is(word, "hours") ||
           mag_span_is(word, "hourly");
}

/* "take two twice a day": the first number that is no frequency; a number without a unit counts
 * units. */
static bool read_free_text(mag_span text, amount *dose) {
    mag_dose_words words = words_of(text, (mag_span){"", 0});
    mag_word_cursor at = words.text;
    for (mag_word_cursor ahead = at; *ahead;)
        if (mag_span_is(mag_word_take(&ahead), "take"))
            at = ahead;
    while (*at) {
        if (!mag_word_take_range(&at, &dose->number)) {
            mag_word_take(&at);
            continue;
        }
        mag_word_cursor ahead = at;
        if (is_of_frequency(mag_word_take(&ahead)))
            continue;
        take_amount_unit(&at, dose);
        if (dose->kind == MAG_DOSE_NO_UNIT)
            *dose = (amount){dose->number, MAG_DOSE_COUNT, 1};
        return true;
    }
    return false;
}

/* Times a day, from the first text that tells it. The name is asked last, and then its strength is
   the amount too: "Mg citrate 200 mg elemental bd". */
static bool read_frequency(const mag_dose_text *text, mag_range *per_day, bool *is_from_name) {
    mag_dose_words counted = words_of(text->doses_per_day, (mag_span){"", 0});
    mag_dose_words unit = words_of(text->dose_unit, (mag_span){"", 0});
    mag_dose_words free_text = words_of(text->free_text, (mag_span){"", 0});
    mag_dose_words name = words_of(text->drug_name, (mag_span){"", 0});
    *is_from_name = false;
    if (mag_span_trim(text->doses_per_day).nbytes)
        return mag_frequency_of(&counted, per_day);
    if (mag_frequency_of(&unit, per_day) || mag_frequency_of(&free_text, per_day))
        return true;
    *is_from_name = true;
    return mag_frequency_of(&name, per_day);
}

static bool is_as_needed(const mag_dose_text *text) {
    mag_dose_words dose = words_of(text->dose, text->dose_unit);
    mag_dose_words how = words_of(text->doses_per_day, text->free_text);
    return mag_is_as_needed(&dose) || mag_is_as_needed(&how);
}

static bool names_elemental(const mag_dose_text *text) {
    return mag_text_names_elemental(text->drug_name) ||
           mag_text_names_elemental(text->product_strength) ||
           mag_text_names_elemental(text->dose_unit) || mag_text_names_elemental(text->dose) ||
           mag_text_names_elemental(text->free_text);
}

static mag_salt salt_of(const mag_dose_text *text) {
    mag_salt salt = mag_salt_of_text(text->drug_name);
    return salt != MAG_SALT_UNKNOWN ? salt : mag_salt_of_text(text->product_strength);
}

static int32_t round_umol(double umol) {
    return umol >= MAG_DOSE_UNKNOWN ? MAG_DOSE_UNKNOWN - 1 : (int32_t)lround(umol);
}

mag_dose mag_dose_of(const mag_dose_text *text) {
    static const mag_dose unknown = {0, MAG_DOSE_UNKNOWN, MAG_BASIS_NONE};
    amount dose = {{0, 0}, MAG_DOSE_NO_UNIT, 0};
    mag_range per_day, umol;
    bool is_from_name;
    if (is_as_needed(text) || !read_frequency(text, &per_day, &is_from_name))
        return unknown;
    if (!read_dose_field(text, &dose) && !read_free_text(text->free_text, &dose)) {
        if (!is_from_name)
            return unknown;
        dose = (amount){{1, 1}, MAG_DOSE_COUNT, 1};
    }
    mag_dose_words name = words_of(text->drug_name, text->product_strength);
    content what = {.strength = mag_strength_of(&name)};
    what.product = find_product(&name, &what.strength, &dose);
    if (!what.product && mag_span_trim(text->drug_name).nbytes &&
        !mag_text_names_magnesium(text->drug_name))
        return unknown;
    decide_basis(&what, salt_of(text), names_elemental(text));
    if (!find_umol(&what, &dose, &umol) || dose.number.hi <= 0)
        return unknown;
    bool is_molar =
        dose.kind == MAG_DOSE_UMOL || (dose.kind != MAG_DOSE_MG && what.strength.umol > 0);
    umol = times(umol, per_day);
    return (mag_dose){round_umol(umol.lo), round_umol(umol.hi),
                      is_molar ? MAG_BASIS_ELEMENTAL : what.basis};
}
