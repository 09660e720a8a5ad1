#include "cohort/synth_planted.h"

typedef enum row_kind { ROW_END, ROW_LAB, ROW_RX, ROW_DIED } row_kind;

typedef struct planted_row {
    row_kind kind;
    mag_synth_lab lab;
    mag_synth_rx rx;
    int days_ago; /* ROW_DIED */
} planted_row;

typedef struct planted_case {
    const char *name, *sex;
    int age_years, weight_kg, height_cm;
    const char *outcomes;
    const planted_row *rows;
} planted_case;

static const mag_synth_drug NEOMAG = {"A12CC30",
                                      "Magnesium glycerophosphate 4 mmol chewable tablets", "oral"};
static const mag_synth_drug NEOMAG_PLAIN = {"A12CC30", "Magnesium glycerophosphate", "oral"};
static const mag_synth_drug COMAGALDROX = {"A02AD01", "Co-magaldrox oral suspension", "oral"};
static const mag_synth_drug MGSO4 = {"A12CC02", "Magnesium sulfate infusion", "intravenous"};
static const mag_synth_drug ESOMEPRAZOLE_MG = {"A02BC05", "Esomeprazole Magnesium 40 mg", "oral"};
static const mag_synth_drug OMEPRAZOLE = {"A02BC01", "Omeprazole 20 mg capsules", "oral"};
static const mag_synth_drug FUROSEMIDE = {"C03CA01", "Furosemide 40 mg tablets", "oral"};
static const mag_synth_drug DIGOXIN = {"C01AA05", "Digoxin 125 microgram tablets", "oral"};

#define RESULT(loinc_code, value_text, unit_text, comment_text, days, at_hour)                     \
    {                                                                                              \
        .kind = ROW_LAB, .lab = { loinc_code, value_text, unit_text, comment_text, days, at_hour } \
    }
#define CREA(value, days)          RESULT("14682-9", value, "umol/L", "", days, 8)
#define CREA_MG(value, days)       RESULT("2160-0", value, "mg/dL", "", days, 8)
#define EGFR(value, days)          RESULT("62238-1", value, "mL/min/1.73m2", "", days, 8)
#define POTASSIUM(value, days)     RESULT("2823-3", value, "mmol/L", "", days, 8)
#define MG(value, days)            RESULT("2601-3", value, "mmol/L", "", days, 8)
#define MG_MASS(value, days)       RESULT("19123-9", value, "mg/dL", "", days, 8)
#define MG_MEQ(value, days)        RESULT("2601-3", value, "mEq/L", "", days, 8)
#define MG_NO_UNIT(value, days)    RESULT("2601-3", value, "", "", days, 8)
#define MG_HAEMOLYSED(value, days) RESULT("2601-3", value, "mmol/L", "Sample haemolysed", days, 8)
#define MG_LATE(value, days)       RESULT("2601-3", value, "mmol/L", "", days, 20)
#define TAKES(which, days)                                                                         \
    {                                                                                              \
        .kind = ROW_RX, .rx = { &which, "order", "", "", "", days, -1, -1, -1, 0 }                 \
    }
#define TAKES_MMOL(which, dose_text, per_day, days)                                                \
    {                                                                                              \
        .kind = ROW_RX, .rx = { &which, "order", dose_text, "mmol", per_day, days, -1, -1, -1, 0 } \
    }
#define TOOK(which, from, until)                                                                   \
    {                                                                                              \
        .kind = ROW_RX, .rx = { &which, "order", "", "", "", from, until, -1, -1, 0 }              \
    }
#define INFUSED(days, from_hour, until_hour)                                                       \
    {                                                                                              \
        .kind = ROW_RX, .rx = {                                                                    \
            &MGSO4,                                                                                \
            "order",                                                                               \
            "20",                                                                                  \
            "mmol",                                                                                \
            "1",                                                                                   \
            days,                                                                                  \
            days,                                                                                  \
            from_hour,                                                                             \
            until_hour,                                                                            \
            0                                                                                      \
        }                                                                                          \
    }
#define DIED(days)                                                                                 \
    { .kind = ROW_DIED, .days_ago = days }

static const planted_case cases[] = {
#define PLANT(name, sex, age, kg, cm, outcomes, ...)                                               \
    {name, sex, age, kg, cm, outcomes, (const planted_row[]){__VA_ARGS__, {.kind = ROW_END}}},
#include "cohort/synth_planted.def"
#undef PLANT
};

static const char *const rule_ids[] = {"A01", "A02", "A03", "A04", "B01", "C01", "C02"};

size_t mag_synth_case_count(void) {
    return sizeof cases / sizeof cases[0];
}

static void put_row(mag_synth_sheets *sheets, const mag_synth_person *person,
                    const planted_row *row) {
    if (row->kind == ROW_LAB)
        mag_synth_put_lab(sheets, person, &row->lab);
    if (row->kind == ROW_RX)
        mag_synth_put_rx(sheets, person, &row->rx);
}

static void put_truth(mag_synth_sheets *sheets, const mag_synth_person *person, const char *rule_id,
                      char outcome) {
    static const struct {
        char letter;
        const char *outcome, *severity;
    } letters[] = {{'c', "flagged", "critical"}, {'h', "flagged", "high"},
                   {'m', "flagged", "moderate"}, {'l', "flagged", "low"},
                   {'-', "clear", ""},           {'u', "cannot_tell", ""},
                   {'.', "not_applicable", ""}};
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].letter == outcome)
            mag_synth_put_truth(sheets, person, rule_id, letters[i].outcome, letters[i].severity);
}

void mag_synth_put_case(mag_synth_sheets *sheets, size_t case_idx, mag_synth_person *person) {
    const planted_case *planted = &cases[case_idx];
    person->sex = planted->sex;
    /* Born on 1 January: the same age all through the last year. */
    person->birth = mag_day_from_civil(2025 - planted->age_years, 1, 1);
    person->weight_kg = planted->weight_kg;
    person->height_cm = planted->height_cm;
    person->died_days_ago = 0;
    for (const planted_row *row = planted->rows; row->kind != ROW_END; row++)
        if (row->kind == ROW_DIED)
            person->died_days_ago = row->days_ago;
    mag_synth_put_person(sheets, person);
    for (const planted_row *row = planted->rows; row->kind != ROW_END; row++)
        put_row(sheets, person, row);
    for (size_t i = 0; i < sizeof rule_ids / sizeof rule_ids[0]; i++)
        put_truth(sheets, person, rule_ids[i], planted->outcomes[i]);
    sheets->totals.planted++;
}
