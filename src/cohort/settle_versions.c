/* Editions of one result: the newest version counts, whatever it says. */
#include "cohort/settle.h"

#include <stdlib.h>

#define COMPARE(field)                                                                             \
    if (x->field != y->field)                                                                      \
        return x->field < y->field ? -1 : 1;

static int compare_versions(const void *a, const void *b) {
    const mag_lab_version *x = a, *y = b;
    COMPARE(patient)
    COMPARE(result_hash)
    COMPARE(analyte)
    COMPARE(version)
    return 0;
}

/* Two editions of one result: same patient, same id, same analyte. */
static bool are_of_one_result(const mag_lab_version *a, const mag_lab_version *b) {
    return a->patient == b->patient && a->result_hash == b->result_hash && a->analyte == b->analyte;
}

/* 0.70 and 0.700 mmol/L say the same. */
static bool says_the_same(const mag_lab *a, const mag_lab *b) {
    return mag_lab_unit(a) == mag_lab_unit(b) && mag_lab_comparator(a) == mag_lab_comparator(b) &&
           mag_lab_reject(a) == mag_lab_reject(b) &&
           mag_decimal_compare(mag_lab_value(a), mag_lab_value(b)) == 0;
}

/* The editions of one result, sorted by version: flags each that one of the newest version
   contradicts. */
static void flag_contradictions(const mag_lab_version *editions, size_t count, mag_lab_row *rows) {
    size_t first_newest = count - 1;
    while (first_newest > 0 && editions[first_newest - 1].version == editions[count - 1].version)
        first_newest--;
    const mag_lab *newest = &rows[editions[first_newest].row_idx].lab;
    bool do_newest_agree = true; /* saying the same is transitive: one speaks for all */
    for (size_t k = first_newest + 1; k < count; k++)
        do_newest_agree &= says_the_same(&rows[editions[k].row_idx].lab, newest);
    for (size_t i = 0; i < count; i++)
        if (!do_newest_agree || !says_the_same(&rows[editions[i].row_idx].lab, newest))
            mag_lab_set(&rows[editions[i].row_idx].lab, MAG_LAB_CONFLICT);
}

/* Marks rows that have a later edition. Versions are sorted, so that the last of a group is the
   newest; two rows with the newest version both stay. */
static size_t mark_old(const mag_lab_version *versions, size_t count, mag_lab_row *rows,
                       bool *is_old) {
    size_t old_count = 0;
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && are_of_one_result(versions + begin, versions + end);)
            end++;
        flag_contradictions(versions + begin, end - begin, rows);
        for (size_t i = begin; i < end; i++)
            if (versions[i].version < versions[end - 1].version) {
                is_old[versions[i].row_idx] = true;
                old_count++;
            }
    }
    return old_count;
}

/* With the specimens beside them. */
static mag_status take_out(mag_partition *partition, mag_account *account, const bool *is_old,
                           mag_error *err) {
    mag_lab_row *rows = partition->lab_rows.items;
    uint64_t *specimens = partition->lab_specimens.items;
    size_t kept = 0;
    for (size_t i = 0; i < partition->lab_rows.count; i++) {
        if (!is_old[i]) {
            if (specimens)
                specimens[kept] = specimens[i];
            rows[kept++] = rows[i];
            continue;
        }
        mag_lab_row *old = mag_list_add(account, &partition->superseded, err);
        if (!old)
            return MAG_E_RESOURCE;
        *old = rows[i];
    }
    partition->lab_rows.count = kept;
    return MAG_OK;
}

mag_status mag_settle_versions(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    mag_account *account = settling->cohort->settings.account;
    mag_lab_version *versions = partition->lab_versions.items;
    size_t count = partition->lab_versions.count;
    if (!count)
        return MAG_OK;
    mag_lab_row *rows = partition->lab_rows.items;
    bool *is_old = mag_arena_alloc(settling->scratch, partition->lab_rows.count * sizeof *is_old);
    if (!is_old)
        return mag_fail_memory(err, partition->lab_rows.count);
    for (size_t i = 0; i < count; i++) {
        const mag_lab *lab = &rows[versions[i].row_idx].lab;
        versions[i].patient = lab->patient;
        versions[i].analyte = (uint32_t)mag_lab_analyte(lab);
    }
    qsort(versions, count, sizeof *versions, compare_versions);
    mag_status status = MAG_OK;
    if (mark_old(versions, count, rows, is_old))
        status = take_out(partition, account, is_old, err);
    mag_list_done(account, &partition->lab_versions);
    return status;
}
