#include "cohort/synth_sheet.h"

#include "base/decimal.h"
#include "cohort/synth_manifest.h"

#include <stdio.h>
#include <string.h>

mag_day mag_synth_last_day(void) {
    return mag_day_from_civil(2025, 12, 31);
}

/* A file of the cohort's folder, with its first line. */
typedef struct new_sheet {
    mag_csv_writer **writer;
    const char *name, *header;
} new_sheet;

static mag_status open_sheet(const new_sheet *sheet, const mag_synth_settings *settings,
                             mag_account *account, mag_error *err) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", settings->directory, sheet->name);
    if (length < 0 || (size_t)length >= sizeof path)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_P405, "the path of --out is too long");
    return mag_csv_writer_open(sheet->writer, path, sheet->header, account, err);
}

mag_status mag_synth_sheets_open(mag_synth_sheets *sheets, const mag_synth_settings *settings,
                                 mag_account *account, mag_error *err) {
    *sheets = (mag_synth_sheets){.lab_file_count = settings->lab_file_count};
    const new_sheet table[] = {
        {&sheets->patients, "patients.csv.gz",
         "patient_id,sex,birth,died_on,site,weight_kg,height_cm,measured_on"},
        {&sheets->prescriptions, "prescriptions.csv.gz",
         "patient_id,drug_code,drug_name,kind,start,stop,days_supply,dose,dose_unit,doses_per_day,"
         "route"},
        {&sheets->conditions, "conditions.csv.gz", "patient_id,code,recorded_on"},
        {&sheets->truth, "truth.csv", "patient_id,rule_id,outcome,severity"},
    };
    mag_status status = MAG_OK;
    for (size_t i = 0; i < sizeof table / sizeof table[0] && status == MAG_OK; i++)
        status = open_sheet(&table[i], settings, account, err);
    for (unsigned k = 0; k < sheets->lab_file_count && status == MAG_OK; k++) {
        char name[32];
        mag_synth_lab_file_name(k, sheets->lab_file_count, name);
        const new_sheet sheet = {&sheets->labs[k], name,
                                 "patient_id,code,value,unit,collected_at,comment"};
        status = open_sheet(&sheet, settings, account, err);
    }
    if (status == MAG_OK)
        return MAG_OK;
    mag_error ignored;
    (void)!mag_synth_sheets_close(sheets, &ignored);
    return status;
}

mag_status mag_synth_sheets_close(mag_synth_sheets *sheets, mag_error *err) {
    mag_status status = MAG_OK;
    mag_csv_writer *const writers[] = {sheets->patients, sheets->prescriptions, sheets->conditions,
                                       sheets->truth};
    for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
        mag_status closed = mag_csv_writer_close(writers[i], status == MAG_OK ? err : NULL);
        status = status == MAG_OK ? closed : status;
    }
    for (unsigned k = 0; k < sheets->lab_file_count; k++) {
        mag_status closed = mag_csv_writer_close(sheets->labs[k], status == MAG_OK ? err : NULL);
        status = status == MAG_OK ? closed : status;
    }
    return status;
}

static void put_text(mag_csv_writer *writer, const char *text) {
    if (text && *text)
        mag_csv_writer_text(writer, mag_span_of(text));
    else
        mag_csv_writer_empty(writer);
}

static void put_row(mag_csv_writer *writer, const char *const *cells, unsigned cell_count) {
    for (unsigned i = 0; i < cell_count; i++)
        put_text(writer, cells[i]);
    mag_csv_writer_end_row(writer);
}

/* "" for 0. */
static const char *count_text(int count, char text[MAG_DECIMAL_TEXT_NBYTES]) {
    text[0] = '\0';
    if (count > 0)
        snprintf(text, MAG_DECIMAL_TEXT_NBYTES, "%d", count);
    return text;
}

static const char *moment_text(int days_ago, int hour, char text[MAG_MOMENT_TEXT_NBYTES]) {
    mag_minute minute = (mag_synth_last_day() - days_ago) * MAG_MINUTES_PER_DAY;
    if (hour > 0)
        minute += hour * MAG_MINUTES_PER_HOUR;
    mag_minute_text(minute, hour < 0, text);
    return text;
}

void mag_synth_put_person(mag_synth_sheets *sheets, const mag_synth_person *person) {
    char birth[MAG_MOMENT_TEXT_NBYTES], died[MAG_MOMENT_TEXT_NBYTES] = "";
    char measured[MAG_MOMENT_TEXT_NBYTES];
    char weight[MAG_DECIMAL_TEXT_NBYTES], height[MAG_DECIMAL_TEXT_NBYTES];
    mag_day_text(person->birth, birth);
    if (person->died_days_ago)
        moment_text(person->died_days_ago, -1, died);
    const char *cells[MAG_SYNTH_PATIENT_CELLS] = {person->id,
                                                  person->sex,
                                                  birth,
                                                  died,
                                                  person->site,
                                                  count_text(person->weight_kg, weight),
                                                  count_text(person->height_cm, height),
                                                  moment_text(30, -1, measured)};
    unsigned times = mag_synth_dirt_patient(&sheets->dirt, cells);
    for (unsigned i = 0; i < times; i++)
        put_row(sheets->patients, cells, MAG_SYNTH_PATIENT_CELLS);
    sheets->totals.patients++;
    sheets->totals.patient_rows += times;
}

void mag_synth_put_lab(mag_synth_sheets *sheets, const mag_synth_person *person,
                       const mag_synth_lab *lab) {
    char collected[MAG_MOMENT_TEXT_NBYTES];
    const char *cells[MAG_SYNTH_LAB_CELLS] = {person->id,
                                              lab->loinc,
                                              lab->value,
                                              lab->unit,
                                              moment_text(lab->days_ago, lab->hour, collected),
                                              lab->comment};
    unsigned times = mag_synth_dirt_lab(&sheets->dirt, cells);
    for (unsigned i = 0; i < times; i++, sheets->totals.labs++)
        put_row(sheets->labs[sheets->totals.labs % sheets->lab_file_count], cells,
                MAG_SYNTH_LAB_CELLS);
}

void mag_synth_put_rx(mag_synth_sheets *sheets, const mag_synth_person *person,
                      const mag_synth_rx *rx) {
    char start[MAG_MOMENT_TEXT_NBYTES], stop[MAG_MOMENT_TEXT_NBYTES] = "";
    char supply[MAG_DECIMAL_TEXT_NBYTES];
    if (rx->stop_days_ago >= 0)
        moment_text(rx->stop_days_ago, rx->stop_hour, stop);
    const char *cells[MAG_SYNTH_RX_CELLS] = {person->id,
                                             rx->drug->atc,
                                             rx->drug->name,
                                             rx->kind,
                                             moment_text(rx->start_days_ago, rx->start_hour, start),
                                             stop,
                                             count_text(rx->days_supply, supply),
                                             rx->dose,
                                             rx->dose_unit,
                                             rx->doses_per_day,
                                             rx->drug->route};
    unsigned times = mag_synth_dirt_rx(&sheets->dirt, cells);
    for (unsigned i = 0; i < times; i++, sheets->totals.prescriptions++)
        put_row(sheets->prescriptions, cells, MAG_SYNTH_RX_CELLS);
}

void mag_synth_put_condition(mag_synth_sheets *sheets, const mag_synth_person *person,
                             const char *icd10, int days_ago) {
    char recorded[MAG_MOMENT_TEXT_NBYTES];
    const char *cells[] = {person->id, icd10, moment_text(days_ago, -1, recorded)};
    put_row(sheets->conditions, cells, sizeof cells / sizeof cells[0]);
    sheets->totals.conditions++;
}

void mag_synth_put_truth(mag_synth_sheets *sheets, const mag_synth_person *person,
                         const char *rule_id, const char *outcome, const char *severity) {
    const char *cells[] = {person->id, rule_id, outcome, severity};
    put_row(sheets->truth, cells, sizeof cells / sizeof cells[0]);
}
