/* Cells are copied behind one another with commas between. Only a cell of a dirty row or a comment
   may hold a comma or a quote: the tables of drugs, codes and units hold none. */
#include "cohort/synth_rows.h"

#include "io/pg_binary.h"

#include <string.h>

enum { ROW_NBYTES = 1024 }; /* more than all cells of the longest row, quoted */

mag_day mag_synth_last_day(void) {
    return mag_day_from_civil(2025, 12, 31);
}

void mag_synth_days_init(mag_synth_days *days) {
    for (int ago = 0; ago < MAG_SYNTH_NAMED_DAYS; ago++) {
        char text[MAG_MOMENT_TEXT_NBYTES];
        mag_day_text(mag_synth_last_day() - ago, text);
        memcpy(days->names[ago], text, sizeof days->names[ago] - 1);
    }
}

/* --- cells ---------------------------------------------------------------------------------- */

static char *copy_cell(char *at, const char *cell) {
    size_t nbytes = strlen(cell);
    memcpy(at, cell, nbytes);
    return at + nbytes;
}

static char *quote_cell(char *at, const char *cell) {
    if (!strpbrk(cell, ",\"\r\n"))
        return copy_cell(at, cell);
    *at++ = '"';
    for (; *cell; cell++) {
        if (*cell == '"')
            *at++ = '"';
        *at++ = *cell;
    }
    *at++ = '"';
    return at;
}

typedef struct row_kind {
    unsigned sheet, cell_count;
    bool is_plain; /* no cell needs quotes */
} row_kind;

static void put_line(mag_text *text, row_kind kind, const char *const *cells) {
    char *row = mag_text_room(text, ROW_NBYTES);
    if (!row)
        return;
    char *at = row;
    for (unsigned i = 0; i < kind.cell_count; i++) {
        at = kind.is_plain ? copy_cell(at, cells[i]) : quote_cell(at, cells[i]);
        *at++ = ',';
    }
    at[-1] = '\n';
    text->nbytes += (size_t)(at - row);
}

static void put_binary(mag_text *text, row_kind kind, const char *const *cells) {
    mag_pg_binary_row(text, kind.cell_count);
    for (unsigned i = 0; i < kind.cell_count; i++) {
        if (*cells[i])
            mag_pg_binary_bytes(text, mag_span_of(cells[i]));
        else
            mag_pg_binary_null(text);
    }
}

/* Memory that is out shows at the end of the block. */
static void put_row(mag_synth_rows *rows, row_kind kind, const char *const *cells) {
    mag_text *text = &rows->block->rows[kind.sheet];
    if (rows->block->form == MAG_SYNTH_CSV)
        put_line(text, kind, cells);
    else
        put_binary(text, kind, cells);
    rows->block->totals.rows[kind.sheet]++;
}

const char *mag_synth_number(int mantissa, unsigned decimals, char text[MAG_SYNTH_NUMBER_NBYTES]) {
    char digits[MAG_SYNTH_NUMBER_NBYTES];
    unsigned count = 0;
    for (unsigned left = (unsigned)mantissa; left > 0 || count <= decimals; left /= 10)
        digits[count++] = (char)('0' + left % 10);
    char *at = text;
    while (count > decimals)
        *at++ = digits[--count];
    if (decimals > 0)
        *at++ = '.';
    while (count > 0)
        *at++ = digits[--count];
    *at = '\0';
    return text;
}

/* "" for 0. */
static const char *count_text(int count, char text[MAG_SYNTH_NUMBER_NBYTES]) {
    return count > 0 ? mag_synth_number(count, 0, text) : "";
}

static char *two_digits(char *at, int number) {
    *at++ = (char)('0' + number / 10);
    *at++ = (char)('0' + number % 10);
    return at;
}

static const char *moment_text(const mag_synth_days *days, int days_ago, int hour, int minute,
                               char text[MAG_MOMENT_TEXT_NBYTES]) {
    if (days_ago < MAG_SYNTH_NAMED_DAYS)
        memcpy(text, days->names[days_ago], sizeof days->names[days_ago]);
    else
        mag_day_text(mag_synth_last_day() - days_ago, text);
    if (hour < 0)
        return text;
    char *at = text + strlen("2025-12-31");
    *at++ = 'T';
    at = two_digits(at, hour);
    *at++ = ':';
    *two_digits(at, minute) = '\0';
    return text;
}

/* --- rows ----------------------------------------------------------------------------------- */

void mag_synth_put_person(mag_synth_rows *rows, const mag_synth_person *person) {
    char birth[MAG_MOMENT_TEXT_NBYTES] = "", died[MAG_MOMENT_TEXT_NBYTES] = "";
    char measured[MAG_MOMENT_TEXT_NBYTES];
    char weight[MAG_SYNTH_NUMBER_NBYTES], height[MAG_SYNTH_NUMBER_NBYTES];
    if (person->birth != MAG_SYNTH_NO_BIRTH)
        mag_day_text(person->birth, birth);
    if (person->has_died)
        moment_text(rows->days, person->died_days_ago, -1, 0, died);
    const char *cells[MAG_SYNTH_PATIENT_CELLS] = {
        person->id,
        person->sex,
        birth,
        died,
        person->site,
        count_text(person->weight_kg, weight),
        count_text(person->height_cm, height),
        moment_text(rows->days, person->measured_days_ago, -1, 0, measured)};
    unsigned times = mag_synth_dirt_patient(&rows->dirt, cells);
    for (unsigned i = 0; i < times; i++)
        put_row(rows, (row_kind){MAG_SYNTH_PATIENTS, MAG_SYNTH_PATIENT_CELLS, false}, cells);
    rows->block->totals.patients++;
}

void mag_synth_put_lab(mag_synth_rows *rows, const mag_synth_person *person,
                       const mag_synth_lab *lab) {
    char collected[MAG_MOMENT_TEXT_NBYTES];
    const char *cells[MAG_SYNTH_LAB_CELLS] = {
        person->id,
        lab->loinc,
        lab->value,
        lab->unit,
        moment_text(rows->days, lab->days_ago, lab->hour, lab->minute, collected),
        lab->comment};
    uint64_t dirty = rows->dirt.row_count;
    unsigned times = mag_synth_dirt_lab(&rows->dirt, cells);
    bool is_plain = rows->dirt.row_count == dirty && !*lab->comment;
    for (unsigned i = 0; i < times; i++) {
        put_row(rows,
                (row_kind){MAG_SYNTH_LABS + rows->next_lab_sheet, MAG_SYNTH_LAB_CELLS, is_plain},
                cells);
        if (++rows->next_lab_sheet == rows->lab_sheet_count)
            rows->next_lab_sheet = 0;
    }
}

void mag_synth_put_rx(mag_synth_rows *rows, const mag_synth_person *person,
                      const mag_synth_rx *rx) {
    char start[MAG_MOMENT_TEXT_NBYTES], stop[MAG_MOMENT_TEXT_NBYTES] = "";
    char supply[MAG_SYNTH_NUMBER_NBYTES];
    if (rx->stop_days_ago >= 0)
        moment_text(rows->days, rx->stop_days_ago, rx->stop_hour, 0, stop);
    const char *cells[MAG_SYNTH_RX_CELLS] = {
        person->id,
        rx->drug->atc,
        rx->drug->name,
        rx->kind,
        moment_text(rows->days, rx->start_days_ago, rx->start_hour, 0, start),
        stop,
        count_text(rx->days_supply, supply),
        rx->dose,
        rx->dose_unit,
        rx->doses_per_day,
        rx->drug->route};
    uint64_t dirty = rows->dirt.row_count;
    unsigned times = mag_synth_dirt_rx(&rows->dirt, cells);
    bool is_plain = rows->dirt.row_count == dirty;
    for (unsigned i = 0; i < times; i++)
        put_row(rows, (row_kind){MAG_SYNTH_PRESCRIPTIONS, MAG_SYNTH_RX_CELLS, is_plain}, cells);
}

void mag_synth_put_condition(mag_synth_rows *rows, const mag_synth_person *person,
                             const char *icd10, int days_ago) {
    char recorded[MAG_MOMENT_TEXT_NBYTES];
    const char *cells[] = {person->id, icd10, moment_text(rows->days, days_ago, -1, 0, recorded)};
    put_row(rows, (row_kind){MAG_SYNTH_CONDITIONS, 3, true}, cells);
}

void mag_synth_put_truth(mag_synth_rows *rows, const mag_synth_person *person, const char *rule_id,
                         const char *outcome, const char *severity) {
    const char *cells[] = {person->id, rule_id, outcome, severity};
    put_row(rows, (row_kind){MAG_SYNTH_TRUTH, 4, true}, cells);
}
