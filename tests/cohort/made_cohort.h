/* A cohort of rows over all tables, made from a seed, with a spill file beside it. */
#ifndef TESTS_COHORT_MADE_COHORT_H
#define TESTS_COHORT_MADE_COHORT_H

#include "cohort_fixture.h"

#include <stdlib.h>

enum { PATIENTS = 300, LABS = 6000, DRUGS = 900, STAYS = 300, CONDITIONS = 200, ROW_NBYTES = 192 };

static fixture f;
static mag_account spill_account;
static mag_spill_file *file;
static uint64_t random_state;

static inline unsigned pick(unsigned count) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % count;
}

typedef void make_row(unsigned number, char row[ROW_NBYTES]);

static inline void make_person(unsigned number, char row[ROW_NBYTES]) {
    snprintf(row, ROW_NBYTES, "p%u|%s|%u-03-02||site%u", number, number % 2 ? "F" : "M",
             1930 + number % 60, number % 7);
}

static inline void make_lab(unsigned number, char row[ROW_NBYTES]) {
    static const char *const kinds[] = {"2601-3|0.%u|mmol/L", "2823-3|4.%u|mmol/L",
                                        "2951-2|13%u|mmol/L", "14682-9|9%u|umol/L"};
    char value[40];
    (void)number;
    snprintf(value, sizeof value, kinds[pick(4)], 1 + pick(9));
    char specimen[24] = "", edition[40] = "|";
    if (pick(3) == 0)
        snprintf(specimen, sizeof specimen, "t%u", pick(LABS));
    if (pick(4) == 0)
        snprintf(edition, sizeof edition, "r%u|%u", pick(LABS / 4), 1 + pick(3));
    snprintf(row, ROW_NBYTES, "p%u|%s|2024-%02u-%02uT%02u:00|%s|%s", pick(PATIENTS + 5), value,
             1 + pick(6), 1 + pick(28), pick(24), specimen, edition);
}

static inline void make_drug(unsigned number, char row[ROW_NBYTES]) {
    static const char *const codes[] = {"A12CC04", "A02BC01", "C03CA01", "L01XA01"};
    (void)number;
    snprintf(row, ROW_NBYTES, "p%u|%s|2024-%02u-03||order|%u|mg", pick(PATIENTS), codes[pick(4)],
             1 + pick(6), 10 * (1 + pick(40)));
}

static inline void make_stay(unsigned number, char row[ROW_NBYTES]) {
    const unsigned month = 1 + pick(5);
    snprintf(row, ROW_NBYTES, "p%u|s%u|2024-%02u-03T10:00|2024-%02u-20T10:00", pick(PATIENTS),
             number, month, month);
}

static inline void make_condition(unsigned number, char row[ROW_NBYTES]) {
    snprintf(row, ROW_NBYTES, "p%u|%s|s%u", pick(PATIENTS), number % 2 ? "K50.9" : "I50.9",
             pick(STAYS));
}

static inline void feed_made(mag_table_kind kind, const char *header, make_row *make,
                             unsigned count) {
    static char text[LABS][ROW_NBYTES];
    static const char *rows[LABS + 1];
    for (unsigned i = 0; i < count; i++) {
        make(i, text[i]);
        rows[i] = text[i];
    }
    rows[count] = NULL;
    feed(&f, kind, header, rows);
}

/* Opens an empty cohort that may spill. */
static inline void made_open(void) {
    mag_cohort_settings settings = usual_settings();
    const char *folder = getenv("TMPDIR");
    mag_error error;
    spill_account = (mag_account){0};
    assert_int_equal(mag_spill_new(&file, folder ? folder : "/tmp", &spill_account, &error),
                     MAG_OK);
    random_state = 1;
    settings.spill = file;
    fixture_open(&f, settings);
}

static inline void made_close(void) {
    fixture_close(&f);
    mag_spill_close(file);
    assert_int_equal(spill_account.used_nbytes, 0);
}

static inline void feed_people(void) {
    feed_made(MAG_TABLE_PATIENTS, "patient_id|sex|birth|died_on|site", make_person, PATIENTS);
}
static inline void feed_labs(unsigned count) {
    feed_made(MAG_TABLE_LABS,
              "patient_id|code|value|unit|collected_at|specimen_id|result_id|version", make_lab,
              count);
}
static inline void feed_others(void) {
    feed_made(MAG_TABLE_PRESCRIPTIONS, "patient_id|drug_code|start|stop|kind|dose|dose_unit",
              make_drug, DRUGS);
    feed_made(MAG_TABLE_STAYS, "patient_id|stay_id|from|until", make_stay, STAYS);
    feed_made(MAG_TABLE_CONDITIONS, "patient_id|code|stay_id", make_condition, CONDITIONS);
}

#endif
