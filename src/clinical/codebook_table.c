/* Open addressing with linear steps; at most half full. And the shapes of codes. */
#include "clinical/codebook_table.h"

#include <assert.h>
#include <string.h>

mag_status mag_code_table_init(mag_code_table *table, mag_arena *arena, size_t codes,
                               mag_error *err) {
    table->capacity = 16;
    while (table->capacity < 2 * codes)
        table->capacity *= 2;
    table->count = 0;
    size_t nbytes = table->capacity * sizeof *table->slots;
    table->slots = mag_arena_alloc(arena, nbytes);
    return table->slots ? MAG_OK : mag_fail_memory(err, nbytes);
}

/* The slot of the code, or the free one where it would stand. */
static mag_code_slot *slot_of(const mag_code_table *table, mag_code_system system, mag_span code) {
    size_t at = (size_t)(mag_span_hash(code) + (uint64_t)system) & (table->capacity - 1);
    while (table->slots[at].code.at &&
           (table->slots[at].system != system || !mag_span_equals(table->slots[at].code, code)))
        at = (at + 1) & (table->capacity - 1);
    return &table->slots[at];
}

uint64_t *mag_code_table_put(mag_code_table *table, mag_code_system system, mag_span code) {
    mag_code_slot *slot = slot_of(table, system, code);
    if (!slot->code.at) {
        assert(2 * (table->count + 1) <= table->capacity);
        *slot = (mag_code_slot){code, system, 0};
        table->count++;
    }
    return &slot->value;
}

uint64_t mag_code_table_get(const mag_code_table *table, mag_code_system system, mag_span code) {
    const mag_code_slot *slot = slot_of(table, system, code);
    return slot->code.at ? slot->value : 0;
}

mag_span mag_code_folded(mag_code_system system, mag_span code, char room[MAG_CODE_NBYTES]) {
    mag_span trimmed = mag_span_trim(code);
    if (system == MAG_SYSTEM_LOCAL)
        return trimmed;
    size_t nbytes = trimmed.nbytes < MAG_CODE_NBYTES ? trimmed.nbytes : MAG_CODE_NBYTES;
    for (size_t i = 0; i < nbytes; i++) {
        char c = trimmed.at[i];
        room[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return (mag_span){room, nbytes};
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

static bool is_number(mag_span code) {
    for (size_t i = 0; i < code.nbytes; i++)
        if (!is_digit(code.at[i]))
            return false;
    return code.nbytes > 0 && code.nbytes <= 18;
}

/* Digits, a hyphen and a check digit: every second digit from the right is doubled, the digits of
   everything are added up, and the check digit fills up to a multiple of ten. */
static bool is_loinc(mag_span code) {
    if (code.nbytes < 3 || code.nbytes > 8 || code.at[code.nbytes - 2] != '-')
        return false;
    mag_span number = {code.at, code.nbytes - 2};
    char check = code.at[code.nbytes - 1];
    if (!is_number(number) || !is_digit(check))
        return false;
    int sum = check - '0';
    for (size_t i = 0; i < number.nbytes; i++) {
        int digit = number.at[number.nbytes - 1 - i] - '0';
        int added = i % 2 == 0 ? 2 * digit : digit;
        sum += added / 10 + added % 10;
    }
    return sum % 10 == 0;
}

/* SNOMED CT: the last digit makes the sum of Verhoeff's scheme zero. The digits turn a dihedral
   group of ten elements: below five they rotate, from five on they mirror. */
static bool is_snomed(mag_span code) {
    static const unsigned char steps[8][10] = {
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 5, 7, 6, 2, 8, 3, 0, 9, 4},
        {5, 8, 0, 3, 7, 9, 6, 1, 4, 2}, {8, 9, 1, 6, 0, 4, 3, 5, 2, 7},
        {9, 4, 5, 3, 1, 2, 6, 8, 7, 0}, {4, 2, 8, 6, 5, 7, 3, 9, 0, 1},
        {2, 7, 9, 3, 8, 0, 6, 4, 1, 5}, {7, 0, 4, 6, 9, 1, 3, 2, 5, 8},
    };
    if (!is_number(code) || code.nbytes < 6)
        return false;
    unsigned sum = 0;
    for (size_t i = 0; i < code.nbytes; i++) {
        const unsigned next = steps[i % 8][code.at[code.nbytes - 1 - i] - '0'];
        const unsigned turn = sum < 5 ? sum + next % 5 : sum + 5 - next % 5;
        sum = turn % 5 + ((sum < 5) == (next < 5) ? 0 : 5);
    }
    return sum == 0;
}

/* A letter, two digits, a letter, a letter, two digits: any level from the second on. */
static bool is_atc(mag_span code) {
    static const char shape[] = "A00AA00";
    bool is_level = code.nbytes == 3 || code.nbytes == 4 || code.nbytes == 5 || code.nbytes == 7;
    for (size_t i = 0; is_level && i < code.nbytes; i++)
        is_level = shape[i] == 'A' ? is_upper(code.at[i]) : is_digit(code.at[i]);
    return is_level;
}

static bool is_letters_and_digits(mag_span code, size_t shortest, size_t longest) {
    for (size_t i = 0; i < code.nbytes; i++)
        if (!is_digit(code.at[i]) && !is_upper(code.at[i]))
            return false;
    return code.nbytes >= shortest && code.nbytes <= longest;
}

bool mag_code_is_well_formed(mag_code_system system, mag_span code) {
    switch (system) {
    case MAG_SYSTEM_LOINC:
        return is_loinc(code);
    case MAG_SYSTEM_ATC:
        return is_atc(code);
    case MAG_SYSTEM_SNOMED:
        return is_snomed(code);
    case MAG_SYSTEM_MIMIC:
    case MAG_SYSTEM_OMOP:
    case MAG_SYSTEM_RXNORM:
        return is_number(code);
    case MAG_SYSTEM_BNF:
        return is_letters_and_digits(code, 6, 15) && is_number((mag_span){code.at, 6});
    case MAG_SYSTEM_ICD10:
    case MAG_SYSTEM_OPCS4:
        return is_letters_and_digits(code, 3, 7) && is_upper(code.at[0]);
    case MAG_SYSTEM_ICD9:
        return is_letters_and_digits(code, 3, 5);
    case MAG_SYSTEM_NONE:
    case MAG_SYSTEM_LOCAL:
    case MAG_CODE_SYSTEM_COUNT:
        break;
    }
    return code.nbytes > 0;
}

/* Digits in three groups, or in two of which none is a check digit; or a month between them. */
static bool is_date(mag_span code) {
    static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                         "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
    size_t groups = 0, letters = 0;
    for (size_t i = 0; i < code.nbytes; i++) {
        const char c = code.at[i];
        if (!is_digit(c) && !is_upper(c) && !strchr("-/. :", c))
            return false;
        groups += is_digit(c) && (i == 0 || !is_digit(code.at[i - 1]));
        letters += is_upper(c);
    }
    if (letters == 0)
        return groups >= 3;
    bool has_month = false;
    for (size_t i = 0; i < sizeof months / sizeof *months; i++)
        for (size_t k = 0; k + 3 <= code.nbytes; k++)
            has_month |= memcmp(code.at + k, months[i], 3) == 0;
    return has_month && groups > 0;
}

/* A spreadsheet's number of a day, which may be negative: "-56064". The code is not empty. */
static bool is_day_number(mag_span code) {
    const bool is_negative = code.at[0] == '-';
    const mag_span digits = {code.at + is_negative, code.nbytes - is_negative};
    return is_number(digits) && (is_negative || digits.nbytes == 5);
}

static bool has_check_digit_form(mag_code_system system, mag_span code) {
    if (system == MAG_SYSTEM_SNOMED)
        return is_number(code) && code.nbytes >= 6;
    return system == MAG_SYSTEM_LOINC && code.nbytes >= 3 && code.nbytes <= 8 &&
           code.at[code.nbytes - 2] == '-' && is_digit(code.at[code.nbytes - 1]) &&
           is_number((mag_span){code.at, code.nbytes - 2});
}

mag_code_shape mag_code_shape_of(mag_code_system system, mag_span code) {
    char room[MAG_CODE_NBYTES];
    const mag_span folded = mag_code_folded(system, code, room);
    if (folded.nbytes == 0 || system == MAG_SYSTEM_NONE || system == MAG_SYSTEM_LOCAL)
        return MAG_CODE_FINE;
    const bool is_icd =
        system == MAG_SYSTEM_ICD10 || system == MAG_SYSTEM_ICD9 || system == MAG_SYSTEM_OPCS4;
    if (is_icd || mag_code_is_well_formed(system, folded))
        return MAG_CODE_FINE;
    if (has_check_digit_form(system, folded))
        return MAG_CODE_CHECK_DIGIT;
    if (is_date(folded) || (system == MAG_SYSTEM_LOINC && is_day_number(folded)))
        return MAG_CODE_DATE;
    return MAG_CODE_OTHER;
}
