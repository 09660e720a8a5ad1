/* Elemental magnesium of a prescription, as an interval in umol a day (clinical spec e). */
#ifndef MAG_CLINICAL_DOSE_H
#define MAG_CLINICAL_DOSE_H

#include "base/decimal.h"

/* Salts of spec e; 0 is "unknown". */
typedef enum mag_salt {
    MAG_SALT_UNKNOWN,
#define MAG_SALT(name, ...) MAG_SALT_##name,
#include "clinical/salt.def"
#undef MAG_SALT
    MAG_SALT_COUNT
} mag_salt;

const char *mag_salt_name(mag_salt salt);
/* umol of magnesium per gram of the salt. */
double mag_salt_umol_per_gram(mag_salt salt);
/* The salt that a product or drug text names ("magnesium oxide 400 mg"); hydrates where the text
 * tells. */
mag_salt mag_salt_of_text(mag_span text);

/* True if the text speaks of magnesium at all: element, abbreviation, salt or brand. */
bool mag_text_names_magnesium(mag_span text);
/* True if the text says that its number is elemental mass: "elemental", "as oxide", "equivalent
 * to". */
bool mag_text_names_elemental(mag_span text);

#define MAG_DOSE_UNKNOWN INT32_MAX /* hi of an interval without an upper bound */

typedef enum mag_dose_basis {
    MAG_BASIS_NONE, /* no magnesium, or no dose at all */
    MAG_BASIS_ELEMENTAL,
    MAG_BASIS_SALT,
    MAG_BASIS_AMBIGUOUS /* both readings kept as an interval */
} mag_dose_basis;

typedef struct mag_dose {
    int32_t lo_umol_per_day; /* 0 when nothing is known */
    int32_t hi_umol_per_day; /* MAG_DOSE_UNKNOWN when nothing is known */
    mag_dose_basis basis;
} mag_dose;

/* What a row says about its dose; spans may be empty. */
typedef struct mag_dose_text {
    mag_span drug_name;        /* may carry the strength: "magnesium oxide 400 mg tablet" */
    mag_span product_strength; /* MIMIC prod_strength */
    mag_span dose;             /* number or range "1-2", "25,000" */
    mag_span dose_unit;        /* "mg", "g", "mmol", "mEq", "TAB", "mL" ... */
    mag_span doses_per_day;    /* number or range; empty = unknown frequency */
    mag_span free_text;        /* GP text: "take two twice a day" */
} mag_dose_text;

/* Elemental magnesium a day, each end rounded to the nearest umol. Never zero for "as directed",
   PRN, a missing frequency, or a drug whose name does not tell of magnesium: the interval is then
   [0, unknown]. An empty drug name stands for magnesium of an unknown salt. */
mag_dose mag_dose_of(const mag_dose_text *text);

/* True if the cell of a dose is a number, range or number word, with or without words of a unit
   behind it; "16,0", "-16", "1e3" and "NaN" are none, and of such a cell no dose is known. */
bool mag_dose_is_number(mag_span dose);

/* mg of elemental magnesium of an amount in umol: 24.305 mg per mmol. */
double mag_umol_to_mg(double umol);

#endif
