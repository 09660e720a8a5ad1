#include "cohort/synth_course.h"

enum { HISTORY_DAYS = 1095, LONGEST_DAYS = 670 };

typedef struct usual_drug {
    mag_synth_drug drug;
    unsigned per_thousand; /* of all people */
} usual_drug;

static const usual_drug usual[MAG_SYNTH_DRUGS] = {
    [MAG_SYNTH_OMEPRAZOLE] = {{"A02BC01", "Omeprazole 20 mg capsules", "oral"}, 300},
    [MAG_SYNTH_FUROSEMIDE] = {{"C03CA01", "Furosemide 40 mg tablets", "oral"}, 40},
    [MAG_SYNTH_BENDROFLUMETHIAZIDE] = {{"C03AA01", "Bendroflumethiazide 2.5 mg tablets", "oral"},
                                       60},
    [MAG_SYNTH_RAMIPRIL] = {{"C09AA05", "Ramipril 5 mg capsules", "oral"}, 180},
    [MAG_SYNTH_LOSARTAN] = {{"C09CA01", "Losartan Potassium 50 mg tablets", "oral"}, 80},
    [MAG_SYNTH_SPIRONOLACTONE] = {{"C03DA01", "Spironolactone 25 mg tablets", "oral"}, 20},
    [MAG_SYNTH_DIGOXIN] = {{"C01AA05", "Digoxin 125 microgram tablets", "oral"}, 15},
    [MAG_SYNTH_CITALOPRAM] = {{"N06AB04", "Citalopram 20 mg tablets", "oral"}, 90},
    [MAG_SYNTH_MAGNESIUM] = {{"A12CC30", "Magnesium glycerophosphate 4 mmol chewable tablets",
                              "oral"},
                             14},
    [MAG_SYNTH_POTASSIUM] = {{"A12BA01", "Potassium chloride 600 mg tablets", "oral"}, 15},
    [MAG_SYNTH_AMLODIPINE] = {{"C08CA01", "Amlodipine 5 mg tablets", "oral"}, 180},
    [MAG_SYNTH_PARACETAMOL] = {{"N02BE01", "Paracetamol 500 mg tablets", "oral"}, 300},
    [MAG_SYNTH_ATORVASTATIN] = {{"C10AA05", "Atorvastatin 20 mg tablets", "oral"}, 220},
    [MAG_SYNTH_METFORMIN] = {{"A10BA02", "Metformin 500 mg tablets", "oral"}, 20},
};

/* Most courses run to this day or ended within the month, the others ended some time ago. */
static void draw_course(mag_synth_course *course, int died_days_ago, mag_random *random) {
    bool is_running = mag_random_chance(random, 720);
    int until = died_days_ago + (is_running ? mag_random_between(random, 0, 27)
                                            : mag_random_between(random, 60, 700));
    int days = mag_random_chance(random, 300) ? mag_random_between(random, 5, 60)
                                              : mag_random_between(random, 60, LONGEST_DAYS);
    course->is_taken = until < HISTORY_DAYS;
    course->until_days_ago = until;
    course->from_days_ago = until + days < HISTORY_DAYS ? until + days : HISTORY_DAYS;
}

static bool is_needed(mag_synth_drug_of drug, const mag_synth_need *need, mag_random *random) {
    if (drug == MAG_SYNTH_METFORMIN)
        return need->has_diabetes && need->has_kidneys_for_metformin;
    if (!need->has_heart_failure)
        return false;
    return (drug == MAG_SYNTH_FUROSEMIDE && mag_random_chance(random, 700)) ||
           (drug == MAG_SYNTH_SPIRONOLACTONE && mag_random_chance(random, 300)) ||
           (drug == MAG_SYNTH_DIGOXIN && mag_random_chance(random, 150));
}

void mag_synth_draw_courses(mag_synth_courses *courses, const mag_synth_need *need,
                            mag_random *random) {
    *courses = (mag_synth_courses){0};
    for (unsigned drug = 0; drug < MAG_SYNTH_DRUGS; drug++) {
        bool is_taken = mag_random_chance(random, usual[drug].per_thousand);
        if (is_needed((mag_synth_drug_of)drug, need, random) || is_taken)
            draw_course(&courses->of[drug], need->died_days_ago, random);
    }
}

int mag_synth_days_on(const mag_synth_courses *courses, mag_synth_drug_of drug, int days_ago) {
    const mag_synth_course *course = &courses->of[drug];
    bool is_on =
        course->is_taken && days_ago <= course->from_days_ago && days_ago >= course->until_days_ago;
    return is_on ? course->from_days_ago - days_ago : -1;
}

/* Issues for one, two or three months, the first on the first day; or one order with its end, or
   without one where the course still runs. */
static void put_course(mag_synth_rows *rows, const mag_synth_person *person,
                       const mag_synth_course *course, const mag_synth_drug *drug,
                       mag_random *random) {
    static const char *const per_day[] = {"1", "2", "3", "4"};
    static const int supplies[] = {28, 56, 56, 84};
    bool is_magnesium = drug == &usual[MAG_SYNTH_MAGNESIUM].drug;
    int supply = supplies[mag_random_below(random, 4)];
    mag_synth_rx rx = {.drug = drug,
                       .kind = "issue",
                       .dose = is_magnesium ? "4" : "",
                       .dose_unit = is_magnesium ? "mmol" : "",
                       .doses_per_day = is_magnesium ? per_day[mag_random_below(random, 4)] : "",
                       .start_days_ago = course->from_days_ago,
                       .stop_days_ago = -1,
                       .start_hour = -1,
                       .stop_hour = -1,
                       .days_supply = supply};
    if (mag_random_chance(random, 220)) {
        rx.kind = "order";
        rx.days_supply = 0;
        if (course->until_days_ago > person->died_days_ago + 27)
            rx.stop_days_ago = course->until_days_ago;
        mag_synth_put_rx(rows, person, &rx);
        return;
    }
    for (; rx.start_days_ago >= course->until_days_ago; rx.start_days_ago -= supply)
        mag_synth_put_rx(rows, person, &rx);
}

void mag_synth_put_courses(mag_synth_rows *rows, const mag_synth_person *person,
                           const mag_synth_courses *courses, mag_random *random) {
    for (unsigned drug = 0; drug < MAG_SYNTH_DRUGS; drug++)
        if (courses->of[drug].is_taken)
            put_course(rows, person, &courses->of[drug], &usual[drug].drug, random);
}
