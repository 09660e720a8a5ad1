/* A person is drawn once: age, body, illnesses, kidneys that age, courses of drugs that begin and
   end. Then come visits with a panel each, and a panel sees the person as on its day:

     kidneys    ---___    ___---___        slope of the years, dips of acute illness
                      \__/
     drugs        |#####|      |########   a diuretic lowers potassium, sodium and magnesium while
     visits     v    v   v  v     v   v    it runs, a proton pump inhibitor magnesium after months
 */
#include "cohort/synth_background.h"

#include "cohort/synth_course.h"
#include "cohort/synth_panel.h"

enum { HISTORY_DAYS = 1095, LATEST_VISIT_DAYS = 400, EPISODE_DAYS = 21 };

static double clamp(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

/* --- person --------------------------------------------------------------------------------- */

typedef struct illness {
    bool has_diabetes, has_heart_failure;
} illness;

/* A drop of kidney function: at its deepest on the day, recovered so many days later but for a
   tenth. */
typedef struct episode {
    int days_ago; /* -1: none */
    double depth; /* share of the function that is lost */
} episode;

typedef struct kidneys {
    int age_years;
    bool is_female;
    double egfr_today, lost_a_year;
    episode acute;
} kidneys;

static void draw_body(mag_synth_person *person, kidneys *k, mag_random *random) {
    k->is_female = mag_random_chance(random, 530);
    person->sex = k->is_female ? "F" : "M";
    k->age_years = (int)clamp(64 + 17 * mag_random_normal(random), 18, 101);
    person->birth = mag_synth_last_day() - k->age_years * 365 - k->age_years / 4 -
                    mag_random_between(random, 1, 364);
    double height = (k->is_female ? 162 : 175) + 7 * mag_random_normal(random);
    double index = 27 + 5 * mag_random_normal(random);
    person->height_cm = (int)clamp(height, 140, 205);
    person->weight_kg = (int)clamp(index * height * height / 10000, 38, 190);
    if (mag_random_chance(random, 120))
        person->weight_kg = person->height_cm = 0;
    person->measured_days_ago = mag_random_between(random, 3, 330);
    person->has_died = mag_random_chance(random, 15);
    person->died_days_ago = person->has_died ? mag_random_between(random, 1, 700) : 0;
}

static void draw_illness(illness *ill, const kidneys *k, mag_random *random) {
    ill->has_diabetes = mag_random_chance(random, 170);
    ill->has_heart_failure = k->age_years > 60 && mag_random_chance(random, 150);
}

/* One in twenty loses much faster than age alone explains, one in twelve had an acute injury. */
static void draw_kidneys(kidneys *k, const illness *ill, mag_random *random) {
    double loss = 0.9 * (k->age_years > 40 ? k->age_years - 40 : 0) + 10 * ill->has_diabetes +
                  12 * ill->has_heart_failure;
    k->lost_a_year = 0.8 + 0.9 * ill->has_diabetes + 0.6 * ill->has_heart_failure;
    if (mag_random_chance(random, 50)) {
        loss += mag_random_between(random, 15, 55);
        k->lost_a_year += mag_random_between(random, 1, 7);
    }
    k->egfr_today = clamp(104 - loss + 9 * mag_random_normal(random), 6, 128);
    bool has_episode = mag_random_chance(random, 80);
    k->acute.days_ago = has_episode ? mag_random_between(random, 0, HISTORY_DAYS) : -1;
    k->acute.depth = 0.01 * mag_random_between(random, 30, 75);
}

/* --- the person as on a day ----------------------------------------------------------------- */

static double egfr_on(const kidneys *k, int days_ago, mag_random *random) {
    double egfr = k->egfr_today + k->lost_a_year * days_ago / 365;
    egfr *= 1 + 0.045 * mag_random_normal(random);
    int since = k->acute.days_ago - days_ago;
    if (k->acute.days_ago >= 0 && since >= 0) {
        double ill = since >= EPISODE_DAYS ? 0 : 1 - (double)since / EPISODE_DAYS;
        egfr *= 1 - k->acute.depth * (0.1 + 0.9 * ill);
    }
    return clamp(egfr, 5, 130);
}

/* Creatinine that gives about this eGFR: the power law above the knee, turned round. */
static double creatinine_of(const kidneys *k, double egfr) {
    double knee = k->is_female ? 61.9 : 79.6;
    double at_knee = 142 - 0.75 * k->age_years;
    return knee * clamp(at_knee / egfr, 0.55, 14);
}

/* What the drugs of the day do to potassium, magnesium and sodium. */
typedef struct drug_effect {
    double potassium, magnesium, sodium;
} drug_effect;

static drug_effect effect_on(const mag_synth_courses *courses, int days_ago) {
    int loop = mag_synth_days_on(courses, MAG_SYNTH_FUROSEMIDE, days_ago);
    int thiazide = mag_synth_days_on(courses, MAG_SYNTH_BENDROFLUMETHIAZIDE, days_ago);
    int inhibitor = mag_synth_days_on(courses, MAG_SYNTH_OMEPRAZOLE, days_ago);
    int supplement = mag_synth_days_on(courses, MAG_SYNTH_MAGNESIUM, days_ago);
    int potassium = mag_synth_days_on(courses, MAG_SYNTH_POTASSIUM, days_ago);
    bool is_sparing = mag_synth_days_on(courses, MAG_SYNTH_SPIRONOLACTONE, days_ago) >= 0 ||
                      mag_synth_days_on(courses, MAG_SYNTH_RAMIPRIL, days_ago) >= 0;
    int diuretics = (loop >= 7) + (thiazide >= 7);
    double months = inhibitor >= 90 ? clamp(inhibitor / 365.0, 0.25, 2) : 0;
    return (drug_effect){
        .potassium = -0.28 * diuretics + 0.2 * is_sparing + 0.35 * (potassium >= 3),
        .magnesium = -0.045 * diuretics - 0.03 * months + 0.06 * (supplement >= 14),
        .sodium = -1.6 * (loop >= 7) - 2.4 * (thiazide >= 7),
    };
}

/* --- visits --------------------------------------------------------------------------------- */

static void fill_panel(mag_synth_panel *panel, const kidneys *k, const drug_effect *effect,
                       mag_random *random) {
    double egfr = egfr_on(k, panel->days_ago, random);
    double failing = egfr < 60 ? (60 - egfr) / 60 : 0;
    double *value = panel->values;
    value[MAG_SYNTH_CREATININE] = creatinine_of(k, egfr);
    value[MAG_SYNTH_EGFR] = clamp(egfr, 5, 90);
    value[MAG_SYNTH_K] =
        clamp(4.3 + 0.5 * failing + effect->potassium + 0.33 * mag_random_normal(random), 2.2, 7);
    value[MAG_SYNTH_NA] = clamp(139.8 + effect->sodium + 2.3 * mag_random_normal(random), 116, 153);
    value[MAG_SYNTH_UREA] = clamp(5.6 + 16 * failing + 1.5 * mag_random_normal(random), 1.2, 55);
    value[MAG_SYNTH_MG] = clamp(
        0.86 + effect->magnesium + 0.12 * failing + 0.075 * mag_random_normal(random), 0.2, 2.4);
    value[MAG_SYNTH_CA] = clamp(2.36 + 0.09 * mag_random_normal(random), 1.5, 3.3);
    value[MAG_SYNTH_ALBUMIN] = clamp(40 + 4 * mag_random_normal(random), 15, 55);
    value[MAG_SYNTH_PHOSPHATE] =
        clamp(1.1 + 0.5 * failing + 0.16 * mag_random_normal(random), 0.3, 3.5);
    value[MAG_SYNTH_HAEMOGLOBIN] =
        clamp(136 - 20 * failing + 14 * mag_random_normal(random), 60, 190);
}

static int visit_count(const kidneys *k, const illness *ill, mag_random *random) {
    return mag_random_between(random, 1, 7) + 3 * (k->egfr_today < 60) +
           2 * ill->has_heart_failure + ill->has_diabetes;
}

static void put_visits(mag_synth_rows *rows, const mag_synth_person *person, const kidneys *k,
                       const illness *ill, const mag_synth_courses *courses, mag_random *random) {
    int count = visit_count(k, ill, random);
    for (int i = 0; i < count; i++) {
        int span = i == 0 ? LATEST_VISIT_DAYS : HISTORY_DAYS;
        int days_ago = person->died_days_ago + mag_random_between(random, 0, span);
        mag_synth_panel panel = {.days_ago = days_ago > HISTORY_DAYS ? HISTORY_DAYS : days_ago,
                                 .hour = mag_random_between(random, 6, 19),
                                 .minute = mag_random_between(random, 0, 59),
                                 .is_mass = person->site[0] == 'C'};
        drug_effect effect = effect_on(courses, panel.days_ago);
        fill_panel(&panel, k, &effect, random);
        mag_synth_put_panel(rows, person, &panel, random);
    }
}

void mag_synth_put_background(mag_synth_rows *rows, mag_synth_person *person, mag_random *random) {
    kidneys k = {0};
    illness ill;
    mag_synth_courses courses;
    draw_body(person, &k, random);
    draw_illness(&ill, &k, random);
    draw_kidneys(&k, &ill, random);
    mag_synth_put_person(rows, person);
    mag_synth_draw_courses(&courses,
                           &(mag_synth_need){ill.has_diabetes, ill.has_heart_failure,
                                             k.egfr_today > 30, person->died_days_ago},
                           random);
    put_visits(rows, person, &k, &ill, &courses, random);
    mag_synth_put_courses(rows, person, &courses, random);
    if (ill.has_diabetes)
        mag_synth_put_condition(rows, person, "E11.9", mag_random_between(random, 30, 1000));
    if (k.egfr_today < 12)
        mag_synth_put_condition(rows, person, "Z99.2", mag_random_between(random, 1, 300));
}
