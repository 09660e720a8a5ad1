/* A person is drawn once: age, body, kidney function that falls with age and disease, drugs that
   follow from disease, and visits with a panel each. Diuretics lower potassium and magnesium,
   proton pump inhibitors magnesium; failing kidneys raise urea, potassium and magnesium. */
#include "cohort/synth_background.h"

#include "base/decimal.h"

#include <stdio.h>

enum { HISTORY_DAYS = 1095, LATEST_VISIT_DAYS = 400 };

/* How many decimals a laboratory prints, and both of its unit systems. */
typedef struct assay {
    const char *molar_loinc, *molar_unit, *mass_loinc, *mass_unit;
    int molar_decimals, mass_decimals;
    double per_mass; /* molar = mass x this; 0: molar everywhere */
} assay;

static const assay MAGNESIUM = {"2601-3", "mmol/L", "19123-9", "mg/dL", 2, 1, 0.411438};
static const assay CREATININE = {"14682-9", "umol/L", "2160-0", "mg/dL", 0, 2, 88.4};
static const assay CALCIUM = {"2000-8", "mmol/L", "17861-6", "mg/dL", 2, 1, 0.2495134};
static const assay UREA = {"22664-7", "mmol/L", "3091-6", "mg/dL", 1, 0, 0.1665113};
static const assay PHOSPHATE = {"14879-1", "mmol/L", "2777-1", "mg/dL", 2, 1, 0.3228514};
static const assay POTASSIUM = {"2823-3", "mmol/L", "", "", 1, 1, 0};
static const assay SODIUM = {"2951-2", "mmol/L", "", "", 0, 0, 0};
static const assay BICARBONATE = {"1963-8", "mmol/L", "", "", 0, 0, 0};
static const assay ALBUMIN = {"1751-7", "g/L", "", "", 0, 0, 0};
static const assay EGFR = {"62238-1", "mL/min/1.73m2", "", "", 0, 0, 0};
/* Not in the code book: rows that every feed has. */
static const assay HAEMOGLOBIN = {"718-7", "g/L", "", "", 0, 0, 0};
static const assay CRP = {"1988-5", "mg/L", "", "", 0, 0, 0};
static const assay ALT = {"1742-6", "U/L", "", "", 0, 0, 0};
static const assay PLATELETS = {"777-3", "10*9/L", "", "", 0, 0, 0};

typedef enum drug_of {
    DRUG_OMEPRAZOLE,
    DRUG_FUROSEMIDE,
    DRUG_BENDROFLUMETHIAZIDE,
    DRUG_RAMIPRIL,
    DRUG_LOSARTAN,
    DRUG_SPIRONOLACTONE,
    DRUG_DIGOXIN,
    DRUG_CITALOPRAM,
    DRUG_MAGNESIUM,
    DRUG_AMLODIPINE,
    DRUG_PARACETAMOL,
    DRUG_METFORMIN,
    DRUG_COUNT
} drug_of;

static const mag_synth_drug drugs[DRUG_COUNT] = {
    [DRUG_OMEPRAZOLE] = {"A02BC01", "Omeprazole 20 mg capsules", "oral"},
    [DRUG_FUROSEMIDE] = {"C03CA01", "Furosemide 40 mg tablets", "oral"},
    [DRUG_BENDROFLUMETHIAZIDE] = {"C03AA01", "Bendroflumethiazide 2.5 mg tablets", "oral"},
    [DRUG_RAMIPRIL] = {"C09AA05", "Ramipril 5 mg capsules", "oral"},
    [DRUG_LOSARTAN] = {"C09CA01", "Losartan Potassium 50 mg tablets", "oral"},
    [DRUG_SPIRONOLACTONE] = {"C03DA01", "Spironolactone 25 mg tablets", "oral"},
    [DRUG_DIGOXIN] = {"C01AA05", "Digoxin 125 microgram tablets", "oral"},
    [DRUG_CITALOPRAM] = {"N06AB04", "Citalopram 20 mg tablets", "oral"},
    [DRUG_MAGNESIUM] = {"A12CC30", "Magnesium glycerophosphate 4 mmol chewable tablets", "oral"},
    [DRUG_AMLODIPINE] = {"C08CA01", "Amlodipine 5 mg tablets", "oral"},
    [DRUG_PARACETAMOL] = {"N02BE01", "Paracetamol 500 mg tablets", "oral"},
    [DRUG_METFORMIN] = {"A10BA02", "Metformin 500 mg tablets", "oral"},
};

typedef struct health {
    int age_years;
    bool has_diabetes, has_heart_failure;
    double egfr; /* what the kidneys do today */
    bool takes[DRUG_COUNT];
} health;

static double clamp(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

static void draw_person(mag_synth_person *person, health *h, mag_random *random) {
    bool is_female = mag_random_chance(random, 530);
    person->sex = is_female ? "F" : "M";
    h->age_years = (int)clamp(64 + 17 * mag_random_normal(random), 18, 101);
    person->birth = mag_synth_last_day() - h->age_years * 365 - h->age_years / 4 -
                    mag_random_between(random, 1, 364);
    double height = (is_female ? 162 : 175) + 7 * mag_random_normal(random);
    double index = 27 + 5 * mag_random_normal(random);
    person->height_cm = (int)clamp(height, 140, 205);
    person->weight_kg = (int)clamp(index * height * height / 10000, 38, 190);
    if (mag_random_chance(random, 120))
        person->weight_kg = person->height_cm = 0;
    person->died_days_ago = mag_random_chance(random, 15) ? mag_random_between(random, 1, 700) : 0;
}

static void draw_health(health *h, mag_random *random) {
    h->has_diabetes = mag_random_chance(random, 170);
    h->has_heart_failure = h->age_years > 60 && mag_random_chance(random, 150);
    double loss = 0.9 * (h->age_years > 40 ? h->age_years - 40 : 0) + (h->has_diabetes ? 10 : 0) +
                  (h->has_heart_failure ? 12 : 0);
    if (mag_random_chance(random, 50))
        loss += mag_random_between(random, 15, 55);
    h->egfr = clamp(104 - loss + 9 * mag_random_normal(random), 6, 128);
    static const unsigned base[DRUG_COUNT] = {300, 40, 60, 180, 80, 20, 15, 90, 12, 180, 300, 20};
    for (int drug = 0; drug < DRUG_COUNT; drug++)
        h->takes[drug] = mag_random_chance(random, base[drug]);
    if (h->has_heart_failure) {
        h->takes[DRUG_FUROSEMIDE] |= mag_random_chance(random, 700);
        h->takes[DRUG_SPIRONOLACTONE] |= mag_random_chance(random, 300);
        h->takes[DRUG_DIGOXIN] |= mag_random_chance(random, 150);
    }
    h->takes[DRUG_METFORMIN] |= h->has_diabetes && h->egfr > 30;
}

/* Writes a number with fixed decimals, integer arithmetic only. */
static void print_value(double value, int decimals, char out[MAG_DECIMAL_TEXT_NBYTES]) {
    static const double powers[] = {1, 10, 100, 1000};
    double scaled = value * powers[decimals];
    int32_t mantissa = (int32_t)(scaled + 0.5);
    mag_decimal_text((mag_decimal){mantissa < 1 ? 1 : mantissa, (uint8_t)decimals}, out);
}

typedef struct visit {
    mag_synth_sheets *sheets;
    const mag_synth_person *person;
    mag_random *random;
    bool is_mass; /* the site's laboratory prints conventional units */
    int days_ago, hour;
} visit;

static void put_result(const visit *v, const assay *which, double molar) {
    bool is_mass = v->is_mass && which->per_mass > 0;
    char value[MAG_DECIMAL_TEXT_NBYTES];
    print_value(is_mass ? molar / which->per_mass : molar,
                is_mass ? which->mass_decimals : which->molar_decimals, value);
    mag_synth_put_lab(v->sheets, v->person,
                      &(mag_synth_lab){is_mass ? which->mass_loinc : which->molar_loinc, value,
                                       is_mass ? which->mass_unit : which->molar_unit, "",
                                       v->days_ago, v->hour});
}

/* Creatinine that gives about this eGFR: the power law above the knee, turned round. */
static double creatinine_of(const health *h, bool is_female, double egfr) {
    double knee = is_female ? 61.9 : 79.6;
    double at_knee = 142 - 0.75 * h->age_years;
    return knee * clamp(at_knee / egfr, 0.55, 14);
}

static void put_visit(const visit *v, const health *h) {
    mag_random *random = v->random;
    double egfr =
        clamp(h->egfr + v->days_ago / 365.0 * 1.5 + 4 * mag_random_normal(random), 5, 130);
    double failing = egfr < 60 ? (60 - egfr) / 60 : 0;
    bool on_diuretic = h->takes[DRUG_FUROSEMIDE] || h->takes[DRUG_BENDROFLUMETHIAZIDE];
    double wasting = 0.05 * on_diuretic + 0.03 * h->takes[DRUG_OMEPRAZOLE];
    double replaced = 0.05 * h->takes[DRUG_MAGNESIUM];

    put_result(v, &CREATININE, creatinine_of(h, v->person->sex[0] == 'F', egfr));
    put_result(v, &POTASSIUM,
               clamp(4.25 + 0.5 * failing - 0.25 * on_diuretic + 0.35 * mag_random_normal(random),
                     2.2, 7.0));
    put_result(v, &SODIUM,
               clamp(139.5 - 2.0 * on_diuretic + 2.4 * mag_random_normal(random), 118, 152));
    put_result(v, &UREA, clamp(5.6 + 16 * failing + 1.5 * mag_random_normal(random), 1.2, 55));
    if (mag_random_chance(random, 400))
        put_result(
            v, &MAGNESIUM,
            clamp(0.85 - wasting + replaced + 0.12 * failing + 0.075 * mag_random_normal(random),
                  0.2, 2.4));
    if (mag_random_chance(random, 600)) {
        put_result(v, &CALCIUM, clamp(2.36 + 0.09 * mag_random_normal(random), 1.5, 3.3));
        put_result(v, &ALBUMIN, clamp(40 + 4 * mag_random_normal(random), 15, 55));
        put_result(v, &PHOSPHATE,
                   clamp(1.1 + 0.5 * failing + 0.16 * mag_random_normal(random), 0.3, 3.5));
    }
    if (mag_random_chance(random, 500))
        put_result(v, &BICARBONATE,
                   clamp(25.5 - 4 * failing + 2 * mag_random_normal(random), 9, 40));
    if (mag_random_chance(random, 300))
        put_result(v, &EGFR, clamp(egfr, 5, 90));
    put_result(v, &HAEMOGLOBIN, clamp(134 + 15 * mag_random_normal(random), 60, 190));
    put_result(v, &PLATELETS, clamp(250 + 60 * mag_random_normal(random), 20, 700));
    if (mag_random_chance(random, 500))
        put_result(v, &CRP, clamp(6 + 9 * mag_random_normal(random), 1, 300));
    if (mag_random_chance(random, 500))
        put_result(v, &ALT, clamp(28 + 12 * mag_random_normal(random), 5, 600));
}

static void put_visits(mag_synth_sheets *sheets, const mag_synth_person *person, const health *h,
                       mag_random *random) {
    bool is_mass = person->site[0] == 'C';
    int count = mag_random_between(random, 1, 4) + (h->egfr < 60) * 2 + h->has_heart_failure * 2;
    for (int i = 0; i < count; i++) {
        int span = i == 0 ? LATEST_VISIT_DAYS : HISTORY_DAYS;
        int days_ago = person->died_days_ago + mag_random_between(random, 0, span);
        if (days_ago > HISTORY_DAYS)
            days_ago = HISTORY_DAYS;
        put_visit(
            &(visit){sheets, person, random, is_mass, days_ago, mag_random_between(random, 6, 19)},
            h);
    }
}

/* Issues of 28 days, the last one up to a month ago for most, longer ago for courses that ended. */
static void put_course(mag_synth_sheets *sheets, const mag_synth_person *person, drug_of drug,
                       mag_random *random) {
    int issues = mag_random_between(random, 1, 13);
    int last = person->died_days_ago + (mag_random_chance(random, 750)
                                            ? mag_random_between(random, 0, 27)
                                            : mag_random_between(random, 60, 700));
    static const char *const per_day[] = {"1", "2", "3", "4"};
    bool is_magnesium = drug == DRUG_MAGNESIUM;
    const char *doses = per_day[mag_random_below(random, 4)];
    for (int i = 0; i < issues; i++) {
        int start = last + 28 * i;
        if (start > HISTORY_DAYS)
            break;
        mag_synth_put_rx(sheets, person,
                         &(mag_synth_rx){&drugs[drug], "issue", is_magnesium ? "4" : "",
                                         is_magnesium ? "mmol" : "", is_magnesium ? doses : "",
                                         start, -1, -1, -1, 28});
    }
}

void mag_synth_put_background(mag_synth_sheets *sheets, mag_synth_person *person,
                              mag_random *random) {
    health h = {0};
    draw_person(person, &h, random);
    draw_health(&h, random);
    mag_synth_put_person(sheets, person);
    put_visits(sheets, person, &h, random);
    for (int drug = 0; drug < DRUG_COUNT; drug++)
        if (h.takes[drug])
            put_course(sheets, person, (drug_of)drug, random);
    if (h.has_diabetes)
        mag_synth_put_condition(sheets, person, "E11.9", mag_random_between(random, 30, 1000));
    if (h.egfr < 12)
        mag_synth_put_condition(sheets, person, "Z99.2", mag_random_between(random, 1, 300));
}
