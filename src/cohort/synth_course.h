/* Courses of drugs of a synthetic person: when they ran, and the rows that tell of them. */
#ifndef MAG_COHORT_SYNTH_COURSE_H
#define MAG_COHORT_SYNTH_COURSE_H

#include "cohort/synth_random.h"
#include "cohort/synth_rows.h"

typedef enum mag_synth_drug_of {
    MAG_SYNTH_OMEPRAZOLE,
    MAG_SYNTH_FUROSEMIDE,
    MAG_SYNTH_BENDROFLUMETHIAZIDE,
    MAG_SYNTH_RAMIPRIL,
    MAG_SYNTH_LOSARTAN,
    MAG_SYNTH_SPIRONOLACTONE,
    MAG_SYNTH_DIGOXIN,
    MAG_SYNTH_CITALOPRAM,
    MAG_SYNTH_MAGNESIUM,
    MAG_SYNTH_POTASSIUM,
    MAG_SYNTH_AMLODIPINE,
    MAG_SYNTH_PARACETAMOL,
    MAG_SYNTH_ATORVASTATIN,
    MAG_SYNTH_METFORMIN,
    MAG_SYNTH_DRUGS
} mag_synth_drug_of;

/* A course lasts from one day to another, both counted back: from >= until. */
typedef struct mag_synth_course {
    bool is_taken;
    int from_days_ago, until_days_ago;
} mag_synth_course;

typedef struct mag_synth_courses {
    mag_synth_course of[MAG_SYNTH_DRUGS];
} mag_synth_courses;

typedef struct mag_synth_need {
    bool has_diabetes, has_heart_failure, has_kidneys_for_metformin;
    int died_days_ago;
} mag_synth_need;

void mag_synth_draw_courses(mag_synth_courses *courses, const mag_synth_need *need,
                            mag_random *random);
/* Days that the drug had been taken for by that day; -1 where it was not. */
int mag_synth_days_on(const mag_synth_courses *courses, mag_synth_drug_of drug, int days_ago);
void mag_synth_put_courses(mag_synth_rows *rows, const mag_synth_person *person,
                           const mag_synth_courses *courses, mag_random *random);

#endif
