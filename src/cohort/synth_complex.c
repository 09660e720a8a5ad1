#include "cohort/synth_complex.h"

#include "base/decimal.h"
#include "cohort/synth_random.h"

enum { PER_THOUSAND = 33, HISTORY_DAYS = 1000 };

/* A drug, how long an order of it lasts (0: open), and the amounts that are written. */
typedef struct rare_drug {
    mag_synth_drug drug;
    unsigned per_thousand; /* of complex people */
    int longest_days;
    const char *dose_unit;
    int lowest_dose, highest_dose; /* 0: not written */
} rare_drug;

static const rare_drug rare_drugs[] = {
    {{"A12CC30", "Magnesium glycerophosphate 4 mmol tablets", "oral"}, 300, 0, "mmol", 2, 16},
    {{"A12CC10", "Magnesium oxide 400 mg capsules", "oral"}, 120, 0, "mg", 200, 800},
    {{"A12CC02", "Magnesium sulfate infusion", "intravenous"}, 60, 1, "mmol", 8, 40},
    {{"A02AD01", "Co-magaldrox oral suspension", "oral"}, 120, 0, "mL", 5, 20},
    {{"A02AA04", "Magnesium hydroxide mixture", "oral"}, 100, 0, "mL", 10, 40},
    {{"A06AB58", "Sodium picosulfate with magnesium citrate", "oral"}, 200, 1, "", 0, 0},
    {{"A02BC05", "Esomeprazole Magnesium 40 mg", "oral"}, 80, 0, "mg", 20, 40},
    {{"A02BC01", "Omeprazole 20 mg capsules", "oral"}, 300, 0, "mg", 20, 40},
    {{"C03CA01", "Furosemide 40 mg tablets", "oral"}, 250, 0, "mg", 20, 80},
    {{"C03AA03", "Hydrochlorothiazide 25 mg tablets", "oral"}, 120, 0, "mg", 12, 50},
    {{"C01AA05", "Digoxin 125 microgram tablets", "oral"}, 200, 0, "", 0, 0},
    {{"N06AB04", "Citalopram 20 mg tablets", "oral"}, 200, 0, "", 0, 0},
    {{"C01BD01", "Amiodarone 200 mg tablets", "oral"}, 100, 0, "", 0, 0},
    {{"N05AD01", "Haloperidol 5 mg tablets", "oral"}, 80, 30, "", 0, 0},
    {{"J01MA02", "Ciprofloxacin 500 mg tablets", "oral"}, 150, 14, "mg", 250, 750},
    {{"J01AA02", "Doxycycline 100 mg capsules", "oral"}, 150, 60, "mg", 100, 200},
    {{"B01AA03", "Warfarin 3 mg tablets", "oral"}, 200, 0, "", 0, 0},
    {{"A12BA01", "Potassium chloride 600 mg tablets", "oral"}, 150, 60, "", 0, 0},
    {{"C03DA01", "Spironolactone 25 mg tablets", "oral"}, 120, 0, "", 0, 0},
    {{"C09AA05", "Ramipril 5 mg capsules", "oral"}, 250, 0, "", 0, 0},
    {{"A12AX", "Calcium carbonate and colecalciferol", "oral"}, 200, 0, "", 0, 0},
    {{"A11CC05", "Colecalciferol 800 units capsules", "oral"}, 120, 0, "", 0, 0},
    {{"M05BA08", "Zoledronic acid infusion", "intravenous"}, 40, 1, "", 0, 0},
    {{"L04AD02", "Tacrolimus 1 mg capsules", "oral"}, 80, 0, "", 0, 0},
    {{"J01GB03", "Gentamicin injection", "intravenous"}, 60, 7, "", 0, 0},
    {{"R03AC02", "Salbutamol nebuliser solution", "inhalation"}, 100, 30, "", 0, 0},
    {{"H02AB06", "Prednisolone 5 mg tablets", "oral"}, 120, 30, "", 0, 0},
};

/* A result: its lowest and highest value without the decimal point. */
typedef struct rare_result {
    const char *loinc, *unit;
    unsigned per_thousand; /* of visits */
    int lowest, highest;
    uint8_t decimals;
} rare_result;

static const rare_result rare_results[] = {
    {"2601-3", "mmol/L", 600, 25, 170, 2},
    {"19123-9", "mg/dL", 80, 8, 60, 1},
    {"2823-3", "mmol/L", 700, 21, 72, 1},
    {"2951-2", "mmol/L", 600, 112, 151, 0},
    {"14682-9", "umol/L", 700, 45, 620, 0},
    {"2160-0", "mg/dL", 60, 6, 60, 1},
    {"22664-7", "mmol/L", 500, 20, 400, 1},
    {"2000-8", "mmol/L", 500, 150, 330, 2},
    {"1751-7", "g/L", 450, 18, 50, 0},
    {"1995-0", "mmol/L", 120, 80, 140, 2},
    {"6301-6", "", 300, 9, 60, 1},
    {"1963-8", "mmol/L", 200, 10, 40, 0},
    {"62238-1", "mL/min/1.73m2", 200, 6, 90, 0},
};

static const char *const conditions[] = {"N18.4", "N18.6", "Z99.2", "E11.9", "K90.0", "R25.2"};

#define COUNT_OF(table) ((unsigned)(sizeof(table) / sizeof(table)[0]))

static void put_order(mag_synth_rows *rows, const mag_synth_person *person, const rare_drug *rare,
                      mag_random *random) {
    static const char *const per_day[] = {"1", "2", "3"};
    char dose[MAG_DECIMAL_TEXT_NBYTES] = "";
    bool has_dose = rare->highest_dose > 0 && !mag_random_chance(random, 150);
    if (has_dose)
        mag_decimal_text(
            (mag_decimal){mag_random_between(random, rare->lowest_dose, rare->highest_dose), 0},
            dose);
    int longest = mag_random_chance(random, 700) ? 120 : HISTORY_DAYS;
    int start = person->died_days_ago + mag_random_between(random, 0, longest);
    int stop = -1;
    if (rare->longest_days > 0)
        stop = start - mag_random_between(random, 0, rare->longest_days - 1);
    else if (mag_random_chance(random, 250))
        stop = mag_random_between(random, 0, start);
    mag_synth_rx order = {.drug = &rare->drug,
                          .kind = "order",
                          .dose = dose,
                          .dose_unit = has_dose ? rare->dose_unit : "",
                          .doses_per_day = has_dose ? per_day[mag_random_below(random, 3)] : "",
                          .start_days_ago = start,
                          .stop_days_ago = stop,
                          .start_hour = mag_random_chance(random, 500) ? 9 : -1,
                          .stop_hour = mag_random_chance(random, 300) ? 17 : -1};
    mag_synth_put_rx(rows, person, &order);
}

/* Magnesium that stays low, with or without replacement. */
static int highest_of(const rare_result *rare, bool is_wasting) {
    return is_wasting && rare == &rare_results[0] ? 72 : rare->highest;
}

static void put_visit(mag_synth_rows *rows, const mag_synth_person *person, bool is_wasting,
                      mag_random *random) {
    static const int spans[] = {7, 30, 100, 400};
    int days_ago =
        person->died_days_ago + mag_random_between(random, 0, spans[mag_random_below(random, 4)]);
    int hour = mag_random_chance(random, 900) ? mag_random_between(random, 6, 19) : -1;
    for (unsigned i = 0; i < COUNT_OF(rare_results); i++) {
        const rare_result *rare = &rare_results[i];
        char value[MAG_DECIMAL_TEXT_NBYTES];
        if (!mag_random_chance(random, rare->per_thousand))
            continue;
        mag_decimal_text(
            (mag_decimal){mag_random_between(random, rare->lowest, highest_of(rare, is_wasting)),
                          rare->decimals},
            value);
        mag_synth_put_lab(rows, person,
                          &(mag_synth_lab){rare->loinc, value, rare->unit, "", days_ago, hour, 0});
    }
}

void mag_synth_put_complex(mag_synth_rows *rows, const mag_synth_person *person, uint64_t seed,
                           uint64_t patient_number) {
    mag_random random;
    mag_random_init(&random, seed ^ 0x636f6d706c6578u, patient_number);
    if (!mag_random_chance(&random, PER_THOUSAND))
        return;
    for (unsigned i = 0; i < COUNT_OF(rare_drugs); i++)
        if (mag_random_chance(&random, rare_drugs[i].per_thousand))
            put_order(rows, person, &rare_drugs[i], &random);
    int visits = mag_random_between(&random, 1, 6);
    bool is_wasting = mag_random_chance(&random, 300);
    for (int i = 0; i < visits; i++)
        put_visit(rows, person, is_wasting, &random);
    for (unsigned i = 0; i < COUNT_OF(conditions); i++)
        if (mag_random_chance(&random, 60))
            mag_synth_put_condition(rows, person, conditions[i],
                                    mag_random_between(&random, 1, 700));
}
