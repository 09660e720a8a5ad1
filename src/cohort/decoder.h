/* Turns rows of a file into records of a cohort, as the profile's table says. Knows nothing of CSV:
   it is given cells. Every row ends in exactly one place: counted here (not of interest, rejected)
   or put into the cohort, whose settling counts it. */
#ifndef MAG_COHORT_DECODER_H
#define MAG_COHORT_DECODER_H

#include "base/cell_rows.h"
#include "base/text.h"
#include "cohort/decode_memo.h"
#include "cohort/lane.h"
#include "cohort/profile_table.h"
#include "cohort/row_image.h"

typedef enum mag_row_fate {
    MAG_FATE_KEPT,
    MAG_FATE_NOT_OF_INTEREST,
    MAG_FATE_REJECTED
} mag_row_fate;

typedef struct mag_decoder {
    const mag_cohort *cohort;
    mag_lane *lane; /* where rows go: the cohort's own until another is set */
    const mag_profile_table *table;
    mag_run_file *file;
    uint16_t file_id;
    int column_idx[MAG_FIELD_COUNT]; /* -1: the file does not have it */
    int keep_idx[MAG_KEEP_RULE_COUNT];
    mag_mapped_column mapped[MAG_FIELD_COUNT]; /* those that it has, in the order of the fields */
    size_t mapped_count;
    mag_text scratch;

    /* what the table says, made ready */
    mag_span constants[MAG_FIELD_COUNT];
    bool has_values[MAG_FIELD_COUNT];
    uint64_t missing_first[4]; /* a bit for each byte that a word for "nothing" begins with */
    size_t missing_longest;    /* bytes of the longest of them */
    mag_code_system constant_system;
    mag_minute latest; /* a later date lies in the future */

    /* what was met before; NULL: nothing, or not of this table */
    bool is_forgetful;
    const mag_lane *memo_lane; /* whose numbers are remembered */
    mag_arena *memos;
    mag_lab_memo *labs;
    mag_prescription_memo *prescriptions;
    struct mag_plain_labs *plain_labs; /* see plain_lab.h; NULL: no rows came side by side yet */
    struct mag_plain_prescriptions *plain_prescriptions; /* the same, plain_prescription.h */
    mag_memo_key last_system_key;                        /* of the last name of a code system */
    mag_code_system last_system;
    mag_moment_memo last_moments[2]; /* begins, ends */

    /* the row at hand */
    const mag_span *cells;
    uint32_t line;
    mag_row_fate fate;
    mag_reason reason;
    mag_field reason_field;
    bool has_offset, has_z, has_partial, has_unit_against_code;
    bool has_unread_dose, has_unread_supply;
    mag_row_image image;
} mag_decoder;

void mag_decoder_init(mag_decoder *decoder, mag_cohort *cohort, const mag_profile_table *table,
                      uint16_t file_id, mag_run_file *file);
void mag_decoder_done(mag_decoder *decoder);

/* Finds the columns in a header. One that the table does not declare and that looks like an
   identifier: MAG_E_PRIVACY MS-S611 with its number. A required one that is missing: MAG_E_INPUT
   MS-I128 with the nearest name. */
mag_status mag_decoder_bind(mag_decoder *decoder, const mag_span *header, size_t column_count,
                            mag_error *err) MAG_MUST_CHECK;

/* The finding alone: the columns that are there, and the name of a required one that is not; NULL
   if none is missing. Borrowed from the profile. */
const char *mag_decoder_find_columns(mag_decoder *decoder, const mag_span *header,
                                     size_t column_count);

/* From here on every text is read anew: what tests hold remembering decoders against. */
void mag_decoder_forget(mag_decoder *decoder);

/* Decodes one row of as many cells as the header has, counts it and puts what it holds. */
mag_status mag_decoder_row(mag_decoder *decoder, const mag_span *cells, uint32_t line,
                           mag_error *err) MAG_MUST_CHECK;

/* The same for rows that lie side by side; those that are usual in all their cells in less time. */
mag_status mag_decoder_rows(mag_decoder *decoder, const mag_cell_rows *rows,
                            mag_error *err) MAG_MUST_CHECK;

/* Counts a row that cannot be decoded at all. `column` and `detail` as in mag_reject. */
mag_status mag_decoder_reject_row(mag_decoder *decoder, uint32_t line, mag_reason reason,
                                  const char *column, const char *detail,
                                  mag_error *err) MAG_MUST_CHECK;

/* --- for the decoders of the tables -------------------------------------------------------------
 */

/* The cell without blanks, otherwise as it stands; empty if there is no such column. */
static inline mag_span mag_decoder_cell(const mag_decoder *decoder, mag_field field) {
    const int idx = decoder->column_idx[field];
    return idx < 0 ? (mag_span){0} : mag_span_trim(decoder->cells[idx]);
}
/* True if the text is one of those that mean "nothing". */
bool mag_decoder_is_missing_word(const mag_decoder *decoder, mag_span text);
static inline bool mag_decoder_is_missing(const mag_decoder *decoder, mag_span text) {
    if (text.nbytes > decoder->missing_longest)
        return false;
    const unsigned char first = text.nbytes ? (unsigned char)text.at[0] : 0;
    return (decoder->missing_first[first >> 6] >> (first & 63) & 1) != 0 &&
           mag_decoder_is_missing_word(decoder, text);
}
/* The cell, without blanks at its ends; texts that mean "nothing" are empty; values mapped; the
   constant where it is empty. */
mag_span mag_decoder_mapped_text(const mag_decoder *decoder, mag_field field);
static inline mag_span mag_decoder_text(const mag_decoder *decoder, mag_field field) {
    if (decoder->has_values[field])
        return mag_decoder_mapped_text(decoder, field);
    const mag_span text = mag_decoder_cell(decoder, field);
    return text.nbytes && !mag_decoder_is_missing(decoder, text) ? text : decoder->constants[field];
}

/* Sets the row aside; always false, so that a check can `return` it. */
bool mag_decoder_reject(mag_decoder *decoder, mag_reason reason, mag_field field);
/* The patient's id, exactly as written; false (row rejected) if blank or not printable. */
bool mag_decoder_id(mag_decoder *decoder, mag_span *id);

/* A day that stands for none. */
static inline bool mag_decoder_is_sentinel(mag_day day) {
    enum { DAY_1900_01_01 = -25567, DAY_9999_12_31 = 2932896 };
    return day == DAY_1900_01_01 || day == DAY_9999_12_31;
}

typedef enum mag_moment_need {
    MAG_MOMENT_REQUIRED, /* empty: null.required */
    MAG_MOMENT_OPTIONAL, /* empty is fine: minute is MAG_MINUTE_NONE */
    MAG_MOMENT_END       /* optional; a far date or infinity is empty */
} mag_moment_need;

/* Reads a date; false if the row is rejected for it. Dates after data_until + 24 h are rejected,
   ends excepted. */
bool mag_decoder_moment(mag_decoder *decoder, mag_field field, mag_moment_need need,
                        mag_moment *moment);
/* As mag_decoder_system, but rejects nothing. */
bool mag_decoder_read_system(mag_decoder *decoder, mag_code_system *system);
static inline bool mag_decoder_find_system(mag_decoder *decoder, mag_code_system *system) {
    const mag_field field = MAG_FIELD_CODE_SYSTEM;
    if (decoder->column_idx[field] >= 0 || decoder->has_values[field])
        return mag_decoder_read_system(decoder, system);
    *system = decoder->constant_system;
    return true;
}
/* Code system of the row, MAG_SYSTEM_NONE if none is said; false (row rejected) if it is said by a
   name that is not known: nobody can tell whether such a code is of interest. */
bool mag_decoder_system(mag_decoder *decoder, mag_code_system *system);
/* Over all mapped columns. */
uint64_t mag_decoder_row_hash(mag_decoder *decoder);
/* The same where the row's image is made already. */
uint64_t mag_decoder_image_hash(const mag_decoder *decoder);
/* Of a text that names something; never 0. */
uint64_t mag_decoder_name_hash(mag_span name);
mag_position mag_decoder_position(const mag_decoder *decoder);
/* Sum that stops at the edge instead of wrapping. */
mag_minute mag_minute_plus(mag_minute minute, int64_t more);

/* Each reads the row at hand, sets its fate and puts what is kept. */
mag_status mag_decode_patient(mag_decoder *decoder, mag_error *err) MAG_MUST_CHECK;
mag_status mag_decode_lab(mag_decoder *decoder, mag_error *err) MAG_MUST_CHECK;
mag_status mag_decode_prescription(mag_decoder *decoder, mag_error *err) MAG_MUST_CHECK;
mag_status mag_decode_condition(mag_decoder *decoder, mag_error *err) MAG_MUST_CHECK;
mag_status mag_decode_stay(mag_decoder *decoder, mag_error *err) MAG_MUST_CHECK;

/* Counts a row whose code has that number (mag_code_counts_number). */
static inline void mag_decoder_count_code(mag_decoder *decoder, mag_table_kind kind,
                                          uint32_t number) {
    mag_code_counts *counts = &decoder->lane->tables.unmapped_codes[kind];
    if (mag_code_counts_row(counts, number))
        mag_code_counts_patient(counts, number, mag_decoder_cell(decoder, MAG_FIELD_PATIENT_ID));
}

/* Reads a number as a laboratory prints it. MAG_REASON_NONE, or why not. */
mag_reason mag_decode_number(const mag_profile_table *table, mag_span text, mag_decimal *value,
                             mag_comparator *comparator);
/* Judges unit and size of a number: MAG_REASON_NONE (flags may gain a soft limit), or why not. */
mag_reason mag_decode_judge(mag_analyte analyte, mag_unit unit, mag_decimal value, unsigned *flags);

/* 7.0 to 7.7 where an ionised calcium should stand: a pH in the wrong column (rules H03 d). */
bool mag_decode_is_ph_like(mag_analyte analyte, mag_decimal value, mag_comparator comparator);

#endif
