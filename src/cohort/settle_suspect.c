/* Samples that are not to be trusted (clinical rules H03): drawn into EDTA, haemolysed, drawn from
   an arm with a drip (settle_drip.c). A patient's results are looked at side by side; what is found
   is kept on the records. Which value to believe is not decided here. */
#include "cohort/settle_labs.h"

#include "cohort/settle_value.h"

#include <stdlib.h>

/* --- from one row to its specimen ----------------------------------------------------------------
 */

static int compare_words(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool holds(const uint64_t *words, size_t count, uint64_t word) {
    return bsearch(&word, words, count, sizeof word, compare_words) != NULL;
}

/* Flags every row of the specimens and minutes of those that are a cause. */
static mag_status spread(const mag_packed_labs *of, bool is_cause(const mag_lab *lab),
                         enum mag_lab_flag flag, mag_arena *scratch, mag_error *err) {
    size_t cause_count = 0, count = 0;
    for (size_t i = 0; i < of->count; i++)
        cause_count += is_cause(&of->labs[i]);
    if (!cause_count)
        return MAG_OK;
    uint64_t *specimens = mag_arena_alloc(scratch, cause_count * sizeof *specimens);
    uint64_t *minutes = mag_arena_alloc(scratch, cause_count * sizeof *minutes);
    if (!specimens || !minutes)
        return mag_fail_memory(err, cause_count * sizeof *specimens);
    for (size_t i = 0; i < of->count; i++)
        if (is_cause(&of->labs[i])) {
            specimens[count] = mag_settled_specimen(of->specimens, of->labs, i);
            minutes[count++] = (uint32_t)of->labs[i].minute;
        }
    qsort(specimens, count, sizeof *specimens, compare_words);
    qsort(minutes, count, sizeof *minutes, compare_words);
    for (size_t i = 0; i < of->count; i++)
        if (holds(specimens, count, mag_settled_specimen(of->specimens, of->labs, i)) ||
            (!mag_lab_has(&of->labs[i], MAG_LAB_DATE_ONLY) &&
             holds(minutes, count, (uint32_t)of->labs[i].minute)))
            mag_lab_set(&of->labs[i], flag);
    return MAG_OK;
}

/* A haemolysis index that is high (rules 0.1 item 11). */
static bool is_haemolysed_index(const mag_lab *lab) {
    return mag_lab_analyte(lab) == MAG_HAEMOLYSIS_INDEX && mag_lab_has(lab, MAG_LAB_HAEMOLYSED);
}

static bool is_from_drip(const mag_lab *lab) {
    return mag_lab_reject(lab) == MAG_REASON_VALUE_DRIP_ARM;
}

mag_status mag_settle_suspect(const mag_settling *settling, const mag_packed_labs *of,
                              mag_error *err) {
    mag_arena *scratch = settling->scratch;
    MAG_TRY(spread(of, is_haemolysed_index, MAG_LAB_HAEMOLYSED, scratch, err));
    MAG_TRY(spread(of, is_from_drip, MAG_LAB_DRIP_ARM, scratch, err));
    return mag_settle_edta(of, scratch, err);
}
