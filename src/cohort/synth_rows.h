/* One call per kind of row of a synthetic cohort. */
#ifndef MAG_COHORT_SYNTH_ROWS_H
#define MAG_COHORT_SYNTH_ROWS_H

#include "base/datetime.h"
#include "cohort/synth.h"
#include "cohort/synth_dirt.h"

enum { MAG_SYNTH_ID_NBYTES = 24, MAG_SYNTH_NAMED_DAYS = 1500 };

/* The last days of the cohort as text, from 2025-12-31 (index 0) back. */
typedef struct mag_synth_days {
    char names[MAG_SYNTH_NAMED_DAYS][12];
} mag_synth_days;
void mag_synth_days_init(mag_synth_days *days);

/* Where the rows of one person go. */
typedef struct mag_synth_rows {
    mag_synth_block *block;
    const mag_synth_days *days;
    unsigned lab_sheet_count, next_lab_sheet;
    mag_synth_dirt dirt; /* of the rows that are put */
} mag_synth_rows;

typedef struct mag_synth_person {
    char id[MAG_SYNTH_ID_NBYTES];
    const char *sex; /* "F", "M", "" */
    const char *site;
    mag_day birth;            /* MAG_SYNTH_NO_BIRTH: not recorded */
    int weight_kg, height_cm; /* 0: not recorded */
    bool has_died;
    int died_days_ago;     /* 0 while alive */
    int measured_days_ago; /* weight and height */
} mag_synth_person;

#define MAG_SYNTH_NO_BIRTH INT32_MIN

void mag_synth_put_person(mag_synth_rows *rows, const mag_synth_person *person);

/* Days and hours count back from the cohort's last day; an hour below 0 writes a date alone. */
typedef struct mag_synth_lab {
    const char *loinc, *value, *unit, *comment;
    int days_ago, hour, minute;
} mag_synth_lab;
void mag_synth_put_lab(mag_synth_rows *rows, const mag_synth_person *person,
                       const mag_synth_lab *lab);

typedef struct mag_synth_drug {
    const char *atc, *name, *route;
} mag_synth_drug;

typedef struct mag_synth_rx {
    const mag_synth_drug *drug;
    const char *kind; /* "order", "issue" */
    const char *dose, *dose_unit, *doses_per_day;
    int start_days_ago, stop_days_ago; /* stop < 0: no stop */
    int start_hour, stop_hour;         /* < 0: a date alone */
    int days_supply;                   /* 0: none */
} mag_synth_rx;
void mag_synth_put_rx(mag_synth_rows *rows, const mag_synth_person *person, const mag_synth_rx *rx);

void mag_synth_put_condition(mag_synth_rows *rows, const mag_synth_person *person,
                             const char *icd10, int days_ago);
void mag_synth_put_truth(mag_synth_rows *rows, const mag_synth_person *person, const char *rule_id,
                         const char *outcome, const char *severity);

enum { MAG_SYNTH_NUMBER_NBYTES = 16 };
/* A number as a laboratory prints it: 0 <= mantissa, decimals <= 3; "0.70" is 70 with 2. Ends with
   NUL; returns text. */
const char *mag_synth_number(int mantissa, unsigned decimals, char text[MAG_SYNTH_NUMBER_NBYTES]);

/* 2025-12-31 */
mag_day mag_synth_last_day(void);

#endif
