#include "cohort/synth_sheet.h"

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

static void put_positive(mag_csv_writer *writer, int value) {
    if (value > 0)
        mag_csv_writer_integer(writer, value);
    else
        mag_csv_writer_empty(writer);
}

static void put_moment(mag_csv_writer *writer, int days_ago, int hour) {
    char text[MAG_MOMENT_TEXT_NBYTES];
    mag_minute minute = (mag_synth_last_day() - days_ago) * MAG_MINUTES_PER_DAY;
    if (hour > 0)
        minute += hour * MAG_MINUTES_PER_HOUR;
    mag_minute_text(minute, hour < 0, text);
    mag_csv_writer_number(writer, text);
}

void mag_synth_put_person(mag_synth_sheets *sheets, const mag_synth_person *person) {
    mag_csv_writer *out = sheets->patients;
    char birth[MAG_MOMENT_TEXT_NBYTES];
    mag_day_text(person->birth, birth);
    put_text(out, person->id);
    put_text(out, person->sex);
    mag_csv_writer_number(out, birth);
    if (person->died_days_ago)
        put_moment(out, person->died_days_ago, -1);
    else
        mag_csv_writer_empty(out);
    put_text(out, person->site);
    put_positive(out, person->weight_kg);
    put_positive(out, person->height_cm);
    put_moment(out, 30, -1);
    mag_csv_writer_end_row(out);
    sheets->totals.patients++;
}

void mag_synth_put_lab(mag_synth_sheets *sheets, const mag_synth_person *person,
                       const mag_synth_lab *lab) {
    mag_csv_writer *out = sheets->labs[sheets->totals.labs % sheets->lab_file_count];
    put_text(out, person->id);
    put_text(out, lab->loinc);
    put_text(out, lab->value);
    put_text(out, lab->unit);
    put_moment(out, lab->days_ago, lab->hour);
    put_text(out, lab->comment);
    mag_csv_writer_end_row(out);
    sheets->totals.labs++;
}

void mag_synth_put_rx(mag_synth_sheets *sheets, const mag_synth_person *person,
                      const mag_synth_rx *rx) {
    mag_csv_writer *out = sheets->prescriptions;
    put_text(out, person->id);
    put_text(out, rx->drug->atc);
    put_text(out, rx->drug->name);
    put_text(out, rx->kind);
    put_moment(out, rx->start_days_ago, rx->start_hour);
    if (rx->stop_days_ago >= 0)
        put_moment(out, rx->stop_days_ago, rx->stop_hour);
    else
        mag_csv_writer_empty(out);
    put_positive(out, rx->days_supply);
    put_text(out, rx->dose);
    put_text(out, rx->dose_unit);
    put_text(out, rx->doses_per_day);
    put_text(out, rx->drug->route);
    mag_csv_writer_end_row(out);
    sheets->totals.prescriptions++;
}

void mag_synth_put_condition(mag_synth_sheets *sheets, const mag_synth_person *person,
                             const char *icd10, int days_ago) {
    put_text(sheets->conditions, person->id);
    put_text(sheets->conditions, icd10);
    put_moment(sheets->conditions, days_ago, -1);
    mag_csv_writer_end_row(sheets->conditions);
    sheets->totals.conditions++;
}

void mag_synth_put_truth(mag_synth_sheets *sheets, const mag_synth_person *person,
                         const char *rule_id, const char *outcome, const char *severity) {
    put_text(sheets->truth, person->id);
    put_text(sheets->truth, rule_id);
    put_text(sheets->truth, outcome);
    put_text(sheets->truth, severity);
    mag_csv_writer_end_row(sheets->truth);
}
