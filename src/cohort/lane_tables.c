/* What rows refer to by number, and what is counted by text, in a lane's own tables. */
#include "cohort/lane.h"

#include "cohort/store.h"

#include <stdio.h>
#include <string.h>

/* Adds a drug under a key; drug->classes decided by the caller. */
static mag_status keep_drug(mag_lane *lane, const mag_drug *drug, mag_span code, mag_error *err) {
    mag_account *account = lane->account;
    const char *code_text = mag_arena_text(lane->arena, code);
    mag_drug *kept = mag_list_add(account, &lane->tables.drugs, err);
    const char **kept_code = mag_list_add(account, &lane->tables.drug_codes, err);
    if (!code_text || !kept || !kept_code)
        return mag_fail_memory(err, sizeof *drug);
    *kept = *drug;
    *kept_code = code_text;
    return MAG_OK;
}

/* The key of a drug: what it was named by, joined by a character that no table holds. */
static mag_status find_drug_key(mag_lane *lane, char kind, mag_span code, mag_span name,
                                uint32_t *drug_id, bool *is_new, mag_error *err) {
    enum { SHORT_NBYTES = 512 };
    char short_key[SHORT_NBYTES];
    size_t nbytes = 2 + code.nbytes + name.nbytes;
    mag_arena *scratch = NULL;
    char *key = short_key;
    if (nbytes > sizeof short_key) {
        scratch = mag_arena_new(lane->account);
        key = scratch ? mag_arena_alloc(scratch, nbytes) : NULL;
        if (!key) {
            mag_arena_free(scratch);
            return mag_fail_memory(err, nbytes);
        }
    }
    key[0] = kind;
    if (code.nbytes)
        memcpy(key + 1, code.at, code.nbytes);
    key[1 + code.nbytes] = '\0';
    if (name.nbytes)
        memcpy(key + 2 + code.nbytes, name.at, name.nbytes);
    mag_status status =
        mag_intern_add(&lane->tables.drug_keys, (mag_span){key, nbytes}, drug_id, is_new, err);
    mag_arena_free(scratch);
    return status;
}

mag_status mag_lane_intern_drug(mag_lane *lane, mag_code_system system, mag_span code,
                                mag_span name, uint32_t *drug_id, mag_error *err) {
    bool is_new;
    MAG_TRY(find_drug_key(lane, (char)system, code, name, drug_id, &is_new, err));
    if (!is_new)
        return MAG_OK;
    mag_drug drug = {0};
    MAG_TRY(mag_codebook_drug(lane->cohort->book, lane->arena, system, code, name, &drug, err));
    return keep_drug(lane, &drug, code, err);
}

const mag_drug *mag_lane_drug(const mag_lane *lane, uint32_t drug_id) {
    return (const mag_drug *)lane->tables.drugs.items + drug_id;
}

mag_status mag_lane_intern_class(mag_lane *lane, mag_class_set classes, uint32_t *drug_id,
                                 mag_error *err) {
    enum { NOT_A_SYSTEM = 0x7f };
    mag_span key = {(const char *)&classes, sizeof classes};
    bool is_new;
    MAG_TRY(find_drug_key(lane, NOT_A_SYSTEM, key, (mag_span){0}, drug_id, &is_new, err));
    if (!is_new)
        return MAG_OK;
    const char *shown = "";
    for (int i = 0; i < MAG_CLASS_COUNT && shown; i++)
        if (classes >> i & 1)
            shown = mag_arena_format(lane->arena, "%s%s%s", shown, *shown ? " + " : "",
                                     mag_class_name((mag_class)i));
    if (!shown)
        return mag_fail_memory(err, 64);
    mag_drug drug = {.classes = classes, .shown_name = shown, .matched_by = "class"};
    return keep_drug(lane, &drug, (mag_span){0}, err);
}

mag_status mag_lane_intern_text(mag_lane *lane, mag_span text, uint32_t *text_id, mag_error *err) {
    *text_id = 0;
    if (!text.nbytes)
        return MAG_OK;
    MAG_TRY(mag_intern_add(&lane->tables.texts, text, text_id, NULL, err));
    ++*text_id;
    return MAG_OK;
}

/* 0 if the table is full. */
mag_status mag_lane_intern_range(mag_lane *lane, const mag_range *range, uint16_t *range_id,
                                 mag_error *err) {
    const int32_t key[4] = {range->low.mantissa, range->low.scale, range->high.mantissa,
                            range->high.scale};
    const mag_span text = {(const char *)key, sizeof key};
    mag_tables *tables = &lane->tables;
    uint32_t number;
    bool is_new;
    *range_id = 0;
    if (tables->ranges.count >= UINT16_MAX &&
        !mag_intern_find(&tables->range_keys, text, &number)) {
        tables->has_too_many_ranges = true;
        return MAG_OK;
    }
    MAG_TRY(mag_intern_add(&tables->range_keys, text, &number, &is_new, err));
    *range_id = (uint16_t)(number + 1);
    if (!is_new)
        return MAG_OK;
    mag_range *kept = mag_list_add(lane->account, &tables->ranges, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = *range;
    return MAG_OK;
}

mag_status mag_tables_check_ranges(const mag_tables *tables, mag_error *err) {
    if (!tables->has_too_many_ranges)
        return MAG_OK;
    return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402,
                    "more than %d distinct reference ranges in one run", UINT16_MAX);
}

const char *mag_lane_keep_span(mag_lane *lane, mag_span text, mag_error *err) {
    uint32_t number;
    if (mag_intern_add(&lane->tables.names, text, &number, NULL, err) != MAG_OK)
        return NULL;
    return lane->tables.names.texts[number].at;
}

const char *mag_lane_keep_name(mag_lane *lane, const char *text, mag_error *err) {
    return mag_lane_keep_span(lane, mag_span_of(text), err);
}

mag_status mag_lane_put_reject(mag_lane *lane, const mag_reject *reject, mag_error *err) {
    const char *column = mag_lane_keep_name(lane, reject->column, err);
    const char *detail = mag_lane_keep_name(lane, reject->detail, err);
    mag_list *rejects = lane->idx ? &lane->rejects : &lane->cohort->rejects;
    mag_reject *kept = mag_list_add(lane->account, rejects, err);
    if (!column || !detail || !kept)
        return MAG_E_RESOURCE;
    *kept = *reject;
    kept->column = column;
    kept->detail = detail;
    return MAG_OK;
}

mag_status mag_lane_count_unknown_unit(mag_lane *lane, mag_span unit, mag_error *err) {
    return mag_text_counts_add(&lane->tables.unknown_units, unit, err);
}

/* At most 60 characters, and no run of digits that may be somebody's number. */
static bool is_safe_to_show(mag_span text) {
    enum { LONGEST_TEXT = 60, LONGEST_NUMBER = 5 };
    size_t characters = 0, digits = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        unsigned char c = (unsigned char)text.at[i];
        characters += (c & 0xc0) != 0x80; /* bytes 10xxxxxx continue a character of UTF-8 */
        digits = c >= '0' && c <= '9' ? digits + 1 : 0;
        if (characters > LONGEST_TEXT || digits > LONGEST_NUMBER)
            return false;
    }
    return true;
}

mag_status mag_lane_count_malformed(mag_lane *lane, mag_code_system system, mag_span code,
                                    mag_error *err) {
    char text[64];
    const char *name = mag_code_system_name(system);
    switch (mag_code_shape_of(system, code)) {
    case MAG_CODE_FINE:
        return MAG_OK;
    case MAG_CODE_CHECK_DIGIT:
        code = mag_span_trim(code);
        if (is_safe_to_show(code))
            snprintf(text, sizeof text, "%s %.*s has a wrong check digit", name, (int)code.nbytes,
                     code.at);
        else
            snprintf(text, sizeof text, "%s code with a wrong check digit", name);
        break;
    case MAG_CODE_DATE:
        snprintf(text, sizeof text, "%s: a date instead of a code", name);
        break;
    case MAG_CODE_OTHER:
        snprintf(text, sizeof text, "%s: not a code of that system", name);
        break;
    }
    return mag_text_counts_add(&lane->tables.malformed_codes, mag_span_of(text), err);
}

mag_status mag_lane_count_unmapped(mag_lane *lane, mag_span text, mag_span patient_id,
                                   mag_error *err) {
    return mag_code_counts_add_drug(&lane->tables.unmapped_drugs, text, patient_id, err);
}
