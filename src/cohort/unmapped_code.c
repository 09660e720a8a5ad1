#include "cohort/unmapped_code.h"

#include <string.h>

void mag_code_counts_init(mag_code_counts *counted, mag_arena *arena) {
    *counted = (mag_code_counts){0};
    mag_intern_init(&counted->texts, arena);
}

void mag_code_counts_done(mag_code_counts *counted) {
    if (counted->texts.arena)
        mag_drop(mag_arena_account(counted->texts.arena), counted->tallies, counted->capacity,
                 sizeof *counted->tallies);
    mag_intern_done(&counted->texts);
    *counted = (mag_code_counts){0};
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* "MG", "CREA", "50960", "LAB-17": words of names and numbers of people are longer. */
static bool is_local_code(mag_span code) {
    enum { LONGEST_CODE = 16, LONGEST_NUMBER = 5, LONGEST_WORD = 4 };
    size_t digits = 0, letters = 0;
    if (code.nbytes == 0 || code.nbytes > LONGEST_CODE)
        return false;
    for (size_t i = 0; i < code.nbytes; i++) {
        const char c = code.at[i];
        digits = is_digit(c) ? digits + 1 : 0;
        letters = is_letter(c) ? letters + 1 : 0;
        if (digits > LONGEST_NUMBER || letters > LONGEST_WORD ||
            (digits + letters == 0 && strchr("._-/", c) == NULL))
            return false;
    }
    return true;
}

/* 2025-03-01: parts that are short, and a day of somebody's life together. */
static bool is_like_a_date(mag_span code) {
    size_t digits = 0, marks = 0;
    for (size_t i = 0; i < code.nbytes; i++) {
        digits += is_digit(code.at[i]);
        marks += !is_digit(code.at[i]) && !is_letter(code.at[i]);
    }
    return marks >= 2 && digits + marks == code.nbytes;
}

bool mag_code_may_be_shown(mag_code_system system, mag_span code) {
    if ((system == MAG_SYSTEM_LOINC || system == MAG_SYSTEM_ATC) && code.nbytes > 0 &&
        mag_code_shape_of(system, code) == MAG_CODE_FINE)
        return true;
    return is_local_code(code) && !is_like_a_date(code);
}

/* Bytes of more than one per character count as letters. */
static bool is_of_word(char c) {
    return is_digit(c) || is_letter(c) || (unsigned char)c >= 0x80;
}

/* "mg", "500", "20mEq", "D5NS", but no "q0001", no "4f9c". */
static bool is_harmless_word(mag_span word) {
    enum { LONGEST_NUMBER = 4, LONGEST_UNIT = 5, LONGEST_MIXTURE = 4 };
    size_t first = 0, digits = 0, changes = 0;
    for (size_t i = 0; i < word.nbytes; i++) {
        digits += is_digit(word.at[i]);
        first += digits == i + 1;
        changes += i > 0 && is_digit(word.at[i]) != is_digit(word.at[i - 1]);
    }
    if (digits == 0 || changes == 0)
        return digits <= LONGEST_NUMBER;
    if (first == digits && changes == 1)
        return digits <= LONGEST_NUMBER && word.nbytes - digits <= LONGEST_UNIT;
    return digits == 1 && word.nbytes <= LONGEST_MIXTURE;
}

bool mag_drug_may_be_shown(mag_span text) {
    enum { LONGEST_TEXT = 60, NAME = 4 };
    size_t characters = 0;
    bool has_name = false;
    if (mag_code_shape_of(MAG_SYSTEM_ATC, text) == MAG_CODE_FINE && text.nbytes > 0)
        return true;
    for (size_t i = 0; i < text.nbytes;) {
        size_t from = i;
        bool is_name = true;
        for (; i < text.nbytes && is_of_word(text.at[i]); i++) {
            characters += ((unsigned char)text.at[i] & 0xc0) != 0x80;
            is_name &= !is_digit(text.at[i]);
        }
        if (!is_harmless_word((mag_span){text.at + from, i - from}))
            return false;
        has_name |= is_name && i - from >= NAME;
        if (i == text.nbytes)
            break;
        if (text.at[i++] == '_')
            return false;
        characters++;
    }
    return has_name && characters <= LONGEST_TEXT;
}

static void note_patient(mag_code_tally *tally, uint64_t patient) {
    for (unsigned i = 0; i < tally->patient_count; i++)
        if (tally->patients[i] == patient)
            return;
    if (tally->patient_count < MAG_UNMAPPED_CODE_COUNTED)
        tally->patients[tally->patient_count++] = patient;
}

static mag_status find_tally(mag_code_counts *counted, mag_span text, mag_code_tally **tally,
                             mag_error *err) {
    uint32_t number;
    bool is_new;
    void *tallies = counted->tallies;
    MAG_TRY(mag_grow(mag_arena_account(counted->texts.arena), &tallies, &counted->capacity,
                     sizeof *counted->tallies, counted->texts.count + 1, err));
    counted->tallies = tallies;
    MAG_TRY(mag_intern_add(&counted->texts, text, &number, &is_new, err));
    *tally = &counted->tallies[number];
    if (is_new)
        **tally = (mag_code_tally){0};
    return MAG_OK;
}

void mag_code_counts_patient(mag_code_counts *counted, uint32_t number, mag_span patient_id) {
    note_patient(&counted->tallies[number], mag_span_hash(patient_id));
}

static mag_status find_number(mag_code_counts *counted, mag_span text, uint32_t *number,
                              mag_error *err) {
    mag_code_tally *tally;
    MAG_TRY(find_tally(counted, text, &tally, err));
    *number = (uint32_t)(tally - counted->tallies);
    return MAG_OK;
}

mag_status mag_code_counts_join(mag_code_counts *counted, const mag_code_counts *more,
                                mag_error *err) {
    counted->row_count += more->row_count;
    for (size_t i = 0; i < more->texts.count; i++) {
        mag_code_tally *tally;
        if (counted->texts.count > MAG_UNMAPPED_CODE_LIMIT)
            return MAG_OK;
        MAG_TRY(find_tally(counted, more->texts.texts[i], &tally, err));
        tally->rows += more->tallies[i].rows;
        for (unsigned k = 0; k < more->tallies[i].patient_count; k++)
            note_patient(tally, more->tallies[i].patients[k]);
    }
    return MAG_OK;
}

mag_status mag_code_counts_number(mag_code_counts *counted, mag_code_system system, mag_span code,
                                  uint32_t *number, mag_error *err) {
    code = mag_span_trim(code);
    *number = MAG_CODE_UNSHOWN;
    if (counted->texts.count > MAG_UNMAPPED_CODE_LIMIT || !mag_code_may_be_shown(system, code))
        return MAG_OK;
    return find_number(counted, code, number, err);
}

static void count_row(mag_code_counts *counted, uint32_t number, mag_span patient_id) {
    if (mag_code_counts_row(counted, number))
        mag_code_counts_patient(counted, number, patient_id);
}

mag_status mag_code_counts_add(mag_code_counts *counted, mag_code_system system, mag_span code,
                               mag_span patient_id, mag_error *err) {
    uint32_t number;
    MAG_TRY(mag_code_counts_number(counted, system, code, &number, err));
    count_row(counted, number, patient_id);
    return MAG_OK;
}

mag_status mag_code_counts_add_drug(mag_code_counts *counted, mag_span text, mag_span patient_id,
                                    mag_error *err) {
    uint32_t number = MAG_CODE_UNSHOWN;
    if (counted->texts.count <= MAG_UNMAPPED_CODE_LIMIT && mag_drug_may_be_shown(text))
        MAG_TRY(find_number(counted, text, &number, err));
    count_row(counted, number, patient_id);
    return MAG_OK;
}

static bool comes_before(const mag_shown_code *a, const mag_shown_code *b) {
    return a->count != b->count ? a->count > b->count : strcmp(a->text, b->text) < 0;
}

static size_t put_in_order(mag_shown_code *out, size_t found, size_t room, mag_shown_code next) {
    size_t at = found;
    while (at > 0 && comes_before(&next, &out[at - 1]))
        at--;
    if (at == room)
        return found;
    const size_t last = found < room ? found : room - 1;
    memmove(out + at + 1, out + at, (last - at) * sizeof *out);
    out[at] = next;
    return last + 1;
}

size_t mag_code_counts_top(const mag_code_counts *counted, mag_shown_code *out, size_t room,
                           uint64_t *not_shown) {
    const bool are_codes = counted->texts.count <= MAG_UNMAPPED_CODE_LIMIT;
    size_t found = 0;
    for (size_t i = 0; are_codes && i < counted->texts.count; i++) {
        const mag_code_tally *tally = &counted->tallies[i];
        if (tally->patient_count >= MAG_UNMAPPED_CODE_PATIENTS)
            found = put_in_order(
                out, found, room,
                (mag_shown_code){counted->texts.texts[i].at, tally->rows, tally->patient_count});
    }
    *not_shown = counted->row_count;
    for (size_t i = 0; i < found; i++)
        *not_shown -= out[i].count;
    return found;
}
