/* Open addressing with linear steps; at most half full. And the shapes of codes. */
#include "clinical/codebook_table.h"

#include <assert.h>

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
    case MAG_SYSTEM_MIMIC:
    case MAG_SYSTEM_OMOP:
    case MAG_SYSTEM_SNOMED:
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
