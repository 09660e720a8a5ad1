/* The cases stand in synth_planted_*.def:

     PLANT(name, person, outcomes, rows...)

   Outcomes were worked out by hand from the catalogue, never taken from the program. They are
   words, a rule and a letter each; of two words for one rule the later counts, so that a line
   begins with what a usual patient comes to (the bundles below) and ends with what this one is
   about:
     c h m l i  flagged critical, high, moderate, low, info       -  clear
     u          cannot_tell                                       .  not applicable
   A rule that a line does not name is not applicable either; "." is written where that is the
   point. Cockcroft-Gault (1.23/1.04) of the usual people, divided by creatinine: F80 3120, M60
   7872, F60 6240, F65 4680, F50 6552. */
#include "cohort/synth_planted.h"

#include <string.h>

typedef enum row_kind {
    ROW_END,
    ROW_LAB,
    ROW_RX,
    ROW_CONDITION,
    ROW_DIED,
    ROW_WEIGHED,
    ROW_BIRTH_UNKNOWN
} row_kind;

typedef struct planted_row {
    row_kind kind;
    mag_synth_lab lab;
    mag_synth_rx rx;
    const char *icd10;
    int days_ago; /* of a condition, death, weight and height */
} planted_row;

typedef struct planted_case {
    const char *name, *sex;
    int age_years, weight_kg, height_cm;
    const char *outcomes;
    const planted_row *rows;
} planted_case;

/* --- drugs ---------------------------------------------------------------------------------- */

static const mag_synth_drug NEOMAG = {"A12CC30",
                                      "Magnesium glycerophosphate 4 mmol chewable tablets", "oral"};
static const mag_synth_drug NEOMAG_PLAIN = {"A12CC30", "Magnesium glycerophosphate", "oral"};
static const mag_synth_drug MG_OXIDE = {"A12CC10", "Magnesium oxide tablet", "oral"};
static const mag_synth_drug MG_LAXATIVE = {"A06AD02", "Magnesium opening powder", "oral"};
static const mag_synth_drug COMAGALDROX = {"A02AD01", "Co-magaldrox oral suspension", "oral"};
static const mag_synth_drug PICOSULFATE = {"A06AB58", "Sodium picosulfate with magnesium citrate",
                                           "oral"};
static const mag_synth_drug MGSO4 = {"A12CC02", "Magnesium sulfate infusion", "intravenous"};
static const mag_synth_drug ESOMEPRAZOLE_MG = {"A02BC05", "Esomeprazole Magnesium 40 mg", "oral"};
static const mag_synth_drug OMEPRAZOLE = {"A02BC01", "Omeprazole 20 mg capsules", "oral"};
static const mag_synth_drug FUROSEMIDE = {"C03CA01", "Furosemide 40 mg tablets", "oral"};
static const mag_synth_drug BENDRO = {"C03AA01", "Bendroflumethiazide 2.5 mg tablets", "oral"};
static const mag_synth_drug SPIRONOLACTONE = {"C03DA01", "Spironolactone 25 mg tablets", "oral"};
static const mag_synth_drug RAMIPRIL = {"C09AA05", "Ramipril 5 mg capsules", "oral"};
static const mag_synth_drug TACROLIMUS = {"L04AD02", "Tacrolimus 1 mg capsules", "oral"};
static const mag_synth_drug DIGOXIN = {"C01AA05", "Digoxin 125 microgram tablets", "oral"};
static const mag_synth_drug CITALOPRAM = {"N06AB04", "Citalopram 20 mg tablets", "oral"};
static const mag_synth_drug AMIODARONE = {"C01BD01", "Amiodarone 200 mg tablets", "oral"};
static const mag_synth_drug WARFARIN = {"B01AA03", "Warfarin 3 mg tablets", "oral"};
static const mag_synth_drug POTASSIUM_TABLETS = {"A12BA01", "Potassium chloride 600 mg tablets",
                                                 "oral"};
static const mag_synth_drug CALCIUM_TABLETS = {"A12AA04", "Calcium carbonate 1.25 g tablets",
                                               "oral"};
static const mag_synth_drug COLECALCIFEROL = {"A11CC05", "Colecalciferol 800 units capsules",
                                              "oral"};
static const mag_synth_drug ZOLEDRONIC_ACID = {"M05BA08", "Zoledronic acid infusion",
                                               "intravenous"};
static const mag_synth_drug SALBUTAMOL = {"R03AC02", "Salbutamol nebuliser solution", "inhalation"};
static const mag_synth_drug PREDNISOLONE = {"H02AB06", "Prednisolone 5 mg tablets", "oral"};
static const mag_synth_drug NORFLOXACIN = {"J01MA06", "Norfloxacin 400 mg tablets", "oral"};
static const mag_synth_drug NORFLOXACIN_IV = {"J01MA06", "Norfloxacin infusion", "intravenous"};
static const mag_synth_drug NORFLOXACIN_SOMEHOW = {"J01MA06", "Norfloxacin", ""};
static const mag_synth_drug DOXYCYCLINE = {"J01AA02", "Doxycycline 100 mg capsules", "oral"};
static const mag_synth_drug DOXYCYCLINE_SOMEHOW = {"J01AA02", "Doxycycline", ""};

/* --- words of the cases --------------------------------------------------------------------- */

#define PERSON(sex, age, kg, cm) sex, age, kg, cm
#define F80                      PERSON("F", 80, 50, 155)
#define M60                      PERSON("M", 60, 80, 175)
#define F60                      PERSON("F", 60, 75, 165)
#define F65                      PERSON("F", 65, 60, 165)
#define F50                      PERSON("F", 50, 70, 165)

/* An adult with usable data; a normal, and a mildly low, magnesium of the last 30 days with nothing
   beside it; a normal potassium, and calcium, of the last 30 days. */
#define QUIET  "H01- H02- H03- H04- H06- "
#define MG_NOW "C01- C02- C03- C04- "
#define MG_LOW "C01l C02- C03u C04u D04m "
#define K_NOW  "C07- G01- G02- "
#define CA_NOW "C07- G04- "
/* A supplement of 12 mmol a day for 60 days, measured since; an antacid of unknown dose for 60
   days, magnesium measured; both with steady kidneys of 60 mL/min or more. */
#define ON_SUPP    "A01- A02- A03- A04- A05- A06- D01- D03- E01- E02- E03- "
#define ON_ANTACID "A01- A02- A03- A04- A05- A06- A08- E03- H04i "

#define RESULT(loinc_code, value_text, unit_text, comment_text, days, at_hour)                     \
    {                                                                                              \
        .kind = ROW_LAB, .lab = {                                                                  \
            loinc_code,                                                                            \
            value_text,                                                                            \
            unit_text,                                                                             \
            comment_text,                                                                          \
            days,                                                                                  \
            at_hour,                                                                               \
            0                                                                                      \
        }                                                                                          \
    }
#define CREA(value, days)          RESULT("14682-9", value, "umol/L", "", days, 8)
#define CREA_MASS(value, days)     RESULT("2160-0", value, "mg/dL", "", days, 8)
#define STABLE(value)              CREA(value, 10), CREA(value, 100)
#define UREA(value, days)          RESULT("22664-7", value, "mmol/L", "", days, 8)
#define RENAL(days)                CREA("80", days), UREA("5.0", days)
#define EGFR(value, days)          RESULT("62238-1", value, "mL/min/1.73m2", "", days, 8)
#define POTASSIUM(value, days)     RESULT("2823-3", value, "mmol/L", "", days, 8)
#define SODIUM(value, days)        RESULT("2951-2", value, "mmol/L", "", days, 8)
#define CALCIUM(value, days)       RESULT("2000-8", value, "mmol/L", "", days, 8)
#define ALBUMIN(value, days)       RESULT("1751-7", value, "g/L", "", days, 8)
#define ADJUSTED(value, days)      RESULT("29265-6", value, "mmol/L", "", days, 8)
#define IONISED(value, days)       RESULT("1995-0", value, "mmol/L", "", days, 8)
#define VITAMIN_D(value, days)     RESULT("14635-7", value, "nmol/L", "", days, 8)
#define INR(value, days)           RESULT("6301-6", value, "", "", days, 8)
#define MG(value, days)            RESULT("2601-3", value, "mmol/L", "", days, 8)
#define MG_MASS(value, days)       RESULT("19123-9", value, "mg/dL", "", days, 8)
#define MG_MEQ(value, days)        RESULT("2601-3", value, "mEq/L", "", days, 8)
#define MG_NO_UNIT(value, days)    RESULT("2601-3", value, "", "", days, 8)
#define MG_EVENING(value, days)    RESULT("2601-3", value, "mmol/L", "", days, 20)
#define MG_HAEMOLYSED(value, days) RESULT("2601-3", value, "mmol/L", "Sample haemolysed", days, 8)
#define POTASSIUM_HAEMOLYSED(value, days)                                                          \
    RESULT("2823-3", value, "mmol/L", "Sample haemolysed", days, 8)

#define ORDER(which, dose_text, unit_text, per_day, from, until, from_hour, until_hour)            \
    {                                                                                              \
        .kind = ROW_RX, .rx = {                                                                    \
            &which,                                                                                \
            "order",                                                                               \
            dose_text,                                                                             \
            unit_text,                                                                             \
            per_day,                                                                               \
            from,                                                                                  \
            until,                                                                                 \
            from_hour,                                                                             \
            until_hour,                                                                            \
            0                                                                                      \
        }                                                                                          \
    }
#define TAKES(which, days)                  ORDER(which, "", "", "", days, -1, -1, -1)
#define TOOK(which, from, until)            ORDER(which, "", "", "", from, until, -1, -1)
#define TOOK_MMOL(which, dose, from, until) ORDER(which, dose, "mmol", "1", from, until, -1, -1)
#define TAKES_DOSE(which, dose, unit, per_day, days)                                               \
    ORDER(which, dose, unit, per_day, days, -1, -1, -1)
#define SUPP_DOSE(dose, per_day, days) TAKES_DOSE(NEOMAG, dose, "mmol", per_day, days)
#define SUPP_12(days)                  SUPP_DOSE("4", "3", days)
#define SUPP_15(days)                  SUPP_DOSE("5", "3", days)
#define TOOK_12(from, until)           ORDER(NEOMAG, "4", "mmol", "3", from, until, -1, -1)
#define INFUSED(days, from_hour, until_hour)                                                       \
    ORDER(MGSO4, "20", "mmol", "1", days, days, from_hour, until_hour)

#define CONDITION(code, days)                                                                      \
    { .kind = ROW_CONDITION, .icd10 = code, .days_ago = days }
#define DIED(days)                                                                                 \
    { .kind = ROW_DIED, .days_ago = days }
#define WEIGHED(days)                                                                              \
    { .kind = ROW_WEIGHED, .days_ago = days }
#define BIRTH_UNKNOWN                                                                              \
    { .kind = ROW_BIRTH_UNKNOWN }

#define PLANT(...) PLANT_WHOLE(__VA_ARGS__)
#define PLANT_WHOLE(name, sex, age, kg, cm, outcomes, ...)                                         \
    {name, sex, age, kg, cm, outcomes, (const planted_row[]){__VA_ARGS__, {.kind = ROW_END}}},

static const planted_case cases[] = {
#include "cohort/synth_planted.def"
};

/* --- rows ----------------------------------------------------------------------------------- */

size_t mag_synth_case_count(void) {
    return sizeof cases / sizeof cases[0];
}

const char *mag_synth_case_name(size_t case_idx) {
    return cases[case_idx].name;
}

const char *mag_synth_case_outcomes(size_t case_idx) {
    return cases[case_idx].outcomes;
}

static void put_row(mag_synth_rows *rows, const mag_synth_person *person, const planted_row *row) {
    if (row->kind == ROW_LAB)
        mag_synth_put_lab(rows, person, &row->lab);
    if (row->kind == ROW_RX)
        mag_synth_put_rx(rows, person, &row->rx);
    if (row->kind == ROW_CONDITION)
        mag_synth_put_condition(rows, person, row->icd10, row->days_ago);
}

static void mend_person(mag_synth_person *person, const planted_row *row) {
    if (row->kind == ROW_DIED) {
        person->has_died = true;
        person->died_days_ago = row->days_ago;
    }
    if (row->kind == ROW_WEIGHED)
        person->measured_days_ago = row->days_ago;
    if (row->kind == ROW_BIRTH_UNKNOWN)
        person->birth = MAG_SYNTH_NO_BIRTH;
}

/* --- truth ---------------------------------------------------------------------------------- */

static const char *const rule_ids[] = {
    "A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "B01", "B02",
    "B03", "B04", "B05", "B06", "B11", "C01", "C02", "C03", "C04", "C05", "C06",
    "C07", "D01", "D02", "D03", "D04", "D05", "E01", "E02", "E03", "F01", "F02",
    "G01", "G02", "G03", "G04", "G05", "G07", "H01", "H02", "H03", "H04", "H06"};

enum { RULES = sizeof rule_ids / sizeof rule_ids[0], WORD_NBYTES = 5, ID_NBYTES = 3 };

static void put_truth(mag_synth_rows *rows, const mag_synth_person *person, const char *rule_id,
                      char letter) {
    static const struct {
        char letter;
        const char *outcome, *severity;
    } letters[] = {{'c', "flagged", "critical"}, {'h', "flagged", "high"},
                   {'m', "flagged", "moderate"}, {'l', "flagged", "low"},
                   {'i', "flagged", "info"},     {'-', "clear", ""},
                   {'u', "cannot_tell", ""},     {'.', "not_applicable", ""}};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].letter == letter)
            mag_synth_put_truth(rows, person, rule_id, letters[i].outcome, letters[i].severity);
}

/* The letter of a rule's last word, or 0. */
static char letter_of(const char *outcomes, const char *rule_id) {
    char letter = 0;
    for (const char *word = outcomes; *word;
         word += word[ID_NBYTES + 1] ? WORD_NBYTES : ID_NBYTES + 1)
        if (memcmp(word, rule_id, ID_NBYTES) == 0)
            letter = word[ID_NBYTES];
    return letter;
}

void mag_synth_put_case(mag_synth_rows *rows, size_t case_idx, mag_synth_person *person) {
    const planted_case *planted = &cases[case_idx];
    person->sex = planted->sex;
    /* Born on 1 January: the same age all through the last year. */
    person->birth = mag_day_from_civil(2025 - planted->age_years, 1, 1);
    person->weight_kg = planted->weight_kg;
    person->height_cm = planted->height_cm;
    person->measured_days_ago = 30;
    for (const planted_row *row = planted->rows; row->kind != ROW_END; row++)
        mend_person(person, row);
    mag_synth_put_person(rows, person);
    for (const planted_row *row = planted->rows; row->kind != ROW_END; row++)
        put_row(rows, person, row);
    for (size_t i = 0; i < RULES; i++)
        put_truth(rows, person, rule_ids[i], letter_of(planted->outcomes, rule_ids[i]));
    rows->block->totals.planted++;
}
