#include "cohort/synth_dirt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef enum dirt_kind {
    DIRT_CELL,  /* the cell becomes this text */
    DIRT_FRONT, /* the text is put in front of the cell */
    DIRT_COMMA, /* the decimal point of the cell becomes a comma */
    DIRT_TWICE  /* the row stands in the table twice */
} dirt_kind;

typedef struct dirt_fault {
    dirt_kind kind;
    unsigned cell; /* of the row */
    const char *text;
} dirt_fault;

/* patient_id sex birth died_on site weight_kg height_cm measured_on */
static const dirt_fault patient_faults[] = {
    {DIRT_CELL, 1, "X"},    {DIRT_CELL, 1, ""},           {DIRT_CELL, 2, ""},
    {DIRT_CELL, 2, "1871"}, {DIRT_CELL, 2, "30/02/1950"}, {DIRT_CELL, 5, "7400"},
    {DIRT_CELL, 6, "1.7"},  {DIRT_FRONT, 4, " "},         {DIRT_TWICE, 0, ""},
};

/* patient_id code value unit collected_at comment */
static const dirt_fault lab_faults[] = {
    {DIRT_FRONT, 0, "z"},
    {DIRT_CELL, 1, ""},
    {DIRT_CELL, 2, ""},
    {DIRT_CELL, 2, "haemolysed"},
    {DIRT_CELL, 2, "see comment"},
    {DIRT_CELL, 2, "NaN"},
    {DIRT_CELL, 2, "98765"},
    {DIRT_CELL, 2, "12..3"},
    {DIRT_COMMA, 2, ""},
    {DIRT_FRONT, 2, "<"},
    {DIRT_FRONT, 2, "> "},
    {DIRT_CELL, 3, ""},
    {DIRT_CELL, 3, "furlong"},
    {DIRT_FRONT, 3, " "},
    {DIRT_CELL, 4, ""},
    {DIRT_CELL, 4, "31/02/2025"},
    {DIRT_CELL, 4, "2031-05-01 08:00"},
    {DIRT_CELL, 4, "2009-05-01 08:00"},
    {DIRT_CELL, 5, "Sample haemolysed, \"old\", repeat"},
    {DIRT_TWICE, 0, ""},
};

/* patient_id drug_code drug_name kind start stop days_supply dose dose_unit doses_per_day route */
static const dirt_fault rx_faults[] = {
    {DIRT_FRONT, 0, "z"},
    {DIRT_CELL, 1, ""},
    {DIRT_CELL, 3, "verbal"},
    {DIRT_CELL, 1, "A12CC99999"},
    {DIRT_CELL, 2, "MAGNESIUM ?? as discussed"},
    {DIRT_CELL, 4, ""},
    {DIRT_CELL, 4, "2025-13-01"},
    {DIRT_CELL, 4, "2031-05-01"},
    {DIRT_CELL, 5, "1999-01-01"},
    {DIRT_CELL, 5, "infinity"},
    {DIRT_CELL, 6, "many"},
    {DIRT_CELL, 7, "half"},
    {DIRT_CELL, 8, "furlong"},
    {DIRT_CELL, 10, "by mouth"},
    {DIRT_TWICE, 0, ""},
};

void mag_synth_dirt_begin(mag_synth_dirt *dirt, uint64_t seed, uint64_t patient_number) {
    mag_random_init(&dirt->random, seed ^ 0x64697274u, patient_number);
}

/* A faulty cell longer than any that is written here stays as it was. */
static void change_cell(mag_synth_dirt *dirt, const dirt_fault *fault, const char **cell) {
    int length = snprintf(dirt->text, sizeof dirt->text, "%s%s", fault->text,
                          fault->kind == DIRT_CELL ? "" : *cell);
    if (length < 0 || (size_t)length >= sizeof dirt->text)
        return;
    char *point = fault->kind == DIRT_COMMA ? strchr(dirt->text, '.') : NULL;
    if (point)
        *point = ',';
    *cell = dirt->text;
}

static unsigned soil(mag_synth_dirt *dirt, const dirt_fault *faults, unsigned fault_count,
                     const char **cells) {
    if (dirt->per_million == 0 || mag_random_below(&dirt->random, 1000000) >= dirt->per_million)
        return 1;
    const dirt_fault *fault = &faults[mag_random_below(&dirt->random, fault_count)];
    dirt->row_count++;
    if (fault->kind == DIRT_TWICE)
        return 2;
    change_cell(dirt, fault, &cells[fault->cell]);
    return 1;
}

#define COUNT_OF(table) ((unsigned)(sizeof(table) / sizeof(table)[0]))

unsigned mag_synth_dirt_patient(mag_synth_dirt *dirt, const char *cells[MAG_SYNTH_PATIENT_CELLS]) {
    return soil(dirt, patient_faults, COUNT_OF(patient_faults), cells);
}

unsigned mag_synth_dirt_lab(mag_synth_dirt *dirt, const char *cells[MAG_SYNTH_LAB_CELLS]) {
    return soil(dirt, lab_faults, COUNT_OF(lab_faults), cells);
}

unsigned mag_synth_dirt_rx(mag_synth_dirt *dirt, const char *cells[MAG_SYNTH_RX_CELLS]) {
    return soil(dirt, rx_faults, COUNT_OF(rx_faults), cells);
}
