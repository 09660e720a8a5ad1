#include "cohort/synth_panel.h"

/* How a laboratory prints a test, in both systems of units. */
typedef struct assay {
    const char *molar_loinc, *molar_unit, *mass_loinc, *mass_unit;
    double molar_steps, mass_steps; /* printed digits: 100 for two decimals; mass_steps 0: molar
                                       everywhere. Mass steps count in molar units. */
    unsigned char molar_decimals, mass_decimals;
    double middle, spread; /* of tests that follow from chance alone */
} assay;

/* molar = mass x this */
#define MG_MOLAR         0.411438
#define CREATININE_MOLAR 88.4
#define CA_MOLAR         0.2495134
#define UREA_MOLAR       0.1665113
#define PHOSPHATE_MOLAR  0.3228514

static const assay assays[MAG_SYNTH_ASSAYS] = {
    [MAG_SYNTH_CREATININE] = {"14682-9", "umol/L", "2160-0", "mg/dL", 1, 100 / CREATININE_MOLAR, 0,
                              2, 0, 0},
    [MAG_SYNTH_K] = {"2823-3", "mmol/L", "", "", 10, 0, 1, 0, 0, 0},
    [MAG_SYNTH_NA] = {"2951-2", "mmol/L", "", "", 1, 0, 0, 0, 0, 0},
    [MAG_SYNTH_UREA] = {"22664-7", "mmol/L", "3091-6", "mg/dL", 10, 1 / UREA_MOLAR, 1, 0, 0, 0},
    [MAG_SYNTH_EGFR] = {"62238-1", "mL/min/1.73m2", "", "", 1, 0, 0, 0, 0, 0},
    [MAG_SYNTH_MG] = {"2601-3", "mmol/L", "19123-9", "mg/dL", 100, 10 / MG_MOLAR, 2, 1, 0, 0},
    [MAG_SYNTH_CA] = {"2000-8", "mmol/L", "17861-6", "mg/dL", 100, 10 / CA_MOLAR, 2, 1, 0, 0},
    [MAG_SYNTH_ALBUMIN] = {"1751-7", "g/L", "", "", 1, 0, 0, 0, 0, 0},
    [MAG_SYNTH_PHOSPHATE] = {"14879-1", "mmol/L", "2777-1", "mg/dL", 100, 10 / PHOSPHATE_MOLAR, 2,
                             1, 0, 0},
    /* Not in the code book: rows that every feed has. */
    [MAG_SYNTH_HAEMOGLOBIN] = {"718-7", "g/L", "", "", 1, 0, 0, 0, 0, 0},
    [MAG_SYNTH_PLATELETS] = {"777-3", "10*9/L", "", "", 1, 0, 0, 0, 250, 60},
    [MAG_SYNTH_LEUCOCYTES] = {"6690-2", "10*9/L", "", "", 10, 0, 1, 0, 7.4, 2},
    [MAG_SYNTH_CELL_VOLUME] = {"787-2", "fL", "", "", 1, 0, 0, 0, 90, 5},
    [MAG_SYNTH_ALT] = {"1742-6", "U/L", "", "", 1, 0, 0, 0, 28, 12},
    [MAG_SYNTH_BILIRUBIN] = {"14631-6", "umol/L", "", "", 1, 0, 0, 0, 10, 4},
    [MAG_SYNTH_CRP] = {"1988-5", "mg/L", "", "", 1, 0, 0, 0, 6, 9},
};

static void put_result(mag_synth_rows *rows, const mag_synth_person *person,
                       const mag_synth_panel *panel, const assay *test, double molar) {
    bool is_mass = panel->is_mass && test->mass_steps > 0;
    int mantissa = (int)(molar * (is_mass ? test->mass_steps : test->molar_steps) + 0.5);
    char value[MAG_SYNTH_NUMBER_NBYTES];
    mag_synth_number(mantissa < 1 ? 1 : mantissa,
                     is_mass ? test->mass_decimals : test->molar_decimals, value);
    mag_synth_lab lab = {is_mass ? test->mass_loinc : test->molar_loinc,
                         value,
                         is_mass ? test->mass_unit : test->molar_unit,
                         "",
                         panel->days_ago,
                         panel->hour,
                         panel->minute};
    mag_synth_put_lab(rows, person, &lab);
}

static void put_drawn(mag_synth_rows *rows, const mag_synth_person *person,
                      const mag_synth_panel *panel, mag_synth_assay first, mag_synth_assay last) {
    for (unsigned i = first; i <= (unsigned)last; i++)
        put_result(rows, person, panel, &assays[i], panel->values[i]);
}

static void put_by_chance(mag_synth_rows *rows, const mag_synth_person *person,
                          const mag_synth_panel *panel, mag_synth_assay which, mag_random *random) {
    const assay *test = &assays[which];
    double value = test->middle + test->spread * mag_random_normal(random);
    put_result(rows, person, panel, test, value < 0 ? 0 : value);
}

void mag_synth_put_panel(mag_synth_rows *rows, const mag_synth_person *person,
                         const mag_synth_panel *panel, mag_random *random) {
    put_drawn(rows, person, panel, MAG_SYNTH_CREATININE, MAG_SYNTH_UREA);
    if (mag_random_chance(random, 300))
        put_drawn(rows, person, panel, MAG_SYNTH_EGFR, MAG_SYNTH_EGFR);
    if (mag_random_chance(random, 350))
        put_drawn(rows, person, panel, MAG_SYNTH_MG, MAG_SYNTH_MG);
    if (mag_random_chance(random, 550))
        put_drawn(rows, person, panel, MAG_SYNTH_CA, MAG_SYNTH_PHOSPHATE);
    if (mag_random_chance(random, 650)) {
        put_drawn(rows, person, panel, MAG_SYNTH_HAEMOGLOBIN, MAG_SYNTH_HAEMOGLOBIN);
        put_by_chance(rows, person, panel, MAG_SYNTH_PLATELETS, random);
        put_by_chance(rows, person, panel, MAG_SYNTH_LEUCOCYTES, random);
        put_by_chance(rows, person, panel, MAG_SYNTH_CELL_VOLUME, random);
    }
    if (mag_random_chance(random, 600)) {
        put_by_chance(rows, person, panel, MAG_SYNTH_ALT, random);
        put_by_chance(rows, person, panel, MAG_SYNTH_BILIRUBIN, random);
    }
    if (mag_random_chance(random, 500))
        put_by_chance(rows, person, panel, MAG_SYNTH_CRP, random);
}
