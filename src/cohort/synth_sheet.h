/* The open files of a synthetic cohort and one call per kind of row. */
#ifndef MAG_COHORT_SYNTH_SHEET_H
#define MAG_COHORT_SYNTH_SHEET_H

#include "base/datetime.h"
#include "cohort/synth.h"
#include "cohort/synth_dirt.h"
#include "io/csv_writer.h"

enum { MAG_SYNTH_LAB_FILES = 64, MAG_SYNTH_ID_NBYTES = 24 };

typedef struct mag_synth_sheets {
    mag_csv_writer *patients, *prescriptions, *conditions, *truth;
    mag_csv_writer *labs[MAG_SYNTH_LAB_FILES];
    unsigned lab_file_count;
    mag_synth_dirt dirt; /* of the rows that are put */
    mag_synth_totals totals;
} mag_synth_sheets;

mag_status mag_synth_sheets_open(mag_synth_sheets *sheets, const mag_synth_settings *settings,
                                 mag_account *account, mag_error *err) MAG_MUST_CHECK;
/* Closes all; the first fault counts. */
mag_status mag_synth_sheets_close(mag_synth_sheets *sheets, mag_error *err) MAG_MUST_CHECK;

typedef struct mag_synth_person {
    char id[MAG_SYNTH_ID_NBYTES];
    const char *sex; /* "F", "M", "" */
    const char *site;
    mag_day birth;
    int weight_kg, height_cm; /* 0: not recorded */
    int died_days_ago;        /* 0: alive */
} mag_synth_person;

void mag_synth_put_person(mag_synth_sheets *sheets, const mag_synth_person *person);

/* Days and hours count back from the cohort's last day; an hour below 0 writes a date alone. */
typedef struct mag_synth_lab {
    const char *loinc, *value, *unit, *comment;
    int days_ago, hour;
} mag_synth_lab;
void mag_synth_put_lab(mag_synth_sheets *sheets, const mag_synth_person *person,
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
void mag_synth_put_rx(mag_synth_sheets *sheets, const mag_synth_person *person,
                      const mag_synth_rx *rx);

void mag_synth_put_condition(mag_synth_sheets *sheets, const mag_synth_person *person,
                             const char *icd10, int days_ago);
void mag_synth_put_truth(mag_synth_sheets *sheets, const mag_synth_person *person,
                         const char *rule_id, const char *outcome, const char *severity);

/* 2025-12-31 */
mag_day mag_synth_last_day(void);

#endif
