#include "cohort/synth.h"

#include "cohort/synth_background.h"
#include "cohort/synth_complex.h"
#include "cohort/synth_manifest.h"
#include "cohort/synth_planted.h"

#include <stdio.h>

/* One planted copy of every case for this many patients, but never more than half of the cohort. */
enum { PATIENTS_PER_ROUND = 2000, MOST_PATIENTS = 10000000, MILLION = 1000000 };

static uint64_t planted_count(const mag_synth_settings *settings) {
    uint64_t rounds = settings->patient_count / PATIENTS_PER_ROUND;
    uint64_t wanted = mag_synth_case_count() * (rounds ? rounds : 1);
    uint64_t half = (settings->patient_count + 1) / 2;
    return wanted < half ? wanted : half;
}

/* A pseudonym: p, nine digits that look random, six that make it unique; no tool takes it for a
 * number. */
static void name_person(mag_synth_person *person, uint64_t seed, uint64_t number) {
    mag_random random;
    mag_random_init(&random, seed ^ 0x70736575646fu, number);
    uint64_t digits = mag_random_next(&random);
    snprintf(person->id, sizeof person->id, "p%09llx%06llx", (unsigned long long)(digits >> 28),
             (unsigned long long)(number & 0xffffff));
}

mag_status mag_synth_write(const mag_synth_settings *settings, mag_account *account,
                           mag_synth_totals *totals, mag_error *err) {
    if (settings->patient_count < 1 || settings->patient_count > MOST_PATIENTS ||
        settings->lab_file_count < 1 || settings->lab_file_count > MAG_SYNTH_LAB_FILES ||
        settings->dirty_per_million > MILLION)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                        "a synthetic cohort has 1 to %d patients in 1 to %d laboratory files",
                        MOST_PATIENTS, MAG_SYNTH_LAB_FILES);
    static const char *const sites[] = {"A", "B", "C"};
    mag_synth_sheets sheets;
    MAG_TRY(mag_synth_sheets_open(&sheets, settings, account, err));
    uint64_t planted = planted_count(settings);
    for (uint64_t number = 0; number < settings->patient_count; number++) {
        mag_random random;
        mag_random_init(&random, settings->seed, number);
        mag_synth_person person = {.site = sites[mag_random_below(&random, 3)]};
        name_person(&person, settings->seed, number);
        sheets.dirt.per_million = number < planted ? 0 : settings->dirty_per_million;
        mag_synth_dirt_begin(&sheets.dirt, settings->seed, number);
        if (number < planted)
            mag_synth_put_case(&sheets, number % mag_synth_case_count(), &person);
        else {
            mag_synth_put_background(&sheets, &person, &random);
            mag_synth_put_complex(&sheets, &person, settings->seed, number);
        }
    }
    sheets.totals.dirty = sheets.dirt.row_count;
    *totals = sheets.totals;
    MAG_TRY(mag_synth_sheets_close(&sheets, err));
    return mag_synth_write_manifest(settings, totals, account, err);
}
