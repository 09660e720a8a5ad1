/* Samples that are not to be trusted (clinical rules H03): drawn into EDTA, haemolysed, drawn from
   an arm with a drip (settle_drip.c). A patient's results are looked at side by side; what is found
   is kept on the records. Which value to believe is not decided here. */
#include "cohort/settle.h"

#include "cohort/settle_value.h"

#include <stdlib.h>

/* --- from one row to its specimen ----------------------------------------------------------------
 */

/* The packed results of one patient, and room for a key of each. */
typedef struct patient_labs {
    mag_lab *labs;
    const uint64_t *specimens;
    size_t count;
    uint64_t *found_specimens, *found_minutes;
} patient_labs;

static int compare_words(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static bool holds(const uint64_t *words, size_t count, uint64_t word) {
    return bsearch(&word, words, count, sizeof word, compare_words) != NULL;
}

/* Flags every row of the specimens and minutes of those that are a cause. */
static void spread(const patient_labs *of, bool is_cause(const mag_lab *lab),
                   enum mag_lab_flag flag) {
    size_t count = 0;
    for (size_t i = 0; i < of->count; i++)
        if (is_cause(&of->labs[i])) {
            of->found_specimens[count] = mag_settled_specimen(of->specimens, of->labs, i);
            of->found_minutes[count++] = (uint32_t)of->labs[i].minute;
        }
    if (!count)
        return;
    qsort(of->found_specimens, count, sizeof *of->found_specimens, compare_words);
    qsort(of->found_minutes, count, sizeof *of->found_minutes, compare_words);
    for (size_t i = 0; i < of->count; i++)
        if (holds(of->found_specimens, count, mag_settled_specimen(of->specimens, of->labs, i)) ||
            (!mag_lab_has(&of->labs[i], MAG_LAB_DATE_ONLY) &&
             holds(of->found_minutes, count, (uint32_t)of->labs[i].minute)))
            mag_lab_set(&of->labs[i], flag);
}

/* A haemolysis index that is high (rules 0.1 item 11). */
static bool is_haemolysed_index(const mag_lab *lab) {
    return mag_lab_analyte(lab) == MAG_HAEMOLYSIS_INDEX && mag_lab_has(lab, MAG_LAB_HAEMOLYSED);
}

static bool is_from_drip(const mag_lab *lab) {
    return mag_lab_reject(lab) == MAG_REASON_VALUE_DRIP_ARM;
}

/* --- all of it -----------------------------------------------------------------------------------
 */

size_t mag_settle_longest(const mag_partition *partition) {
    size_t longest = 0;
    for (size_t i = 0; i < partition->patient_count; i++) {
        const size_t count = partition->lab_first[i + 1] - partition->lab_first[i];
        longest = count > longest ? count : longest;
    }
    return longest;
}

mag_status mag_settle_suspect(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    const size_t longest = mag_settle_longest(partition);
    patient_labs of = {0};
    of.found_specimens = mag_arena_alloc(settling->scratch, longest * sizeof(uint64_t));
    of.found_minutes = mag_arena_alloc(settling->scratch, longest * sizeof(uint64_t));
    if (!of.found_specimens || !of.found_minutes)
        return mag_fail_memory(err, longest * sizeof(uint64_t));
    for (size_t i = 0; i < partition->patient_count; i++) {
        const uint32_t *first = partition->lab_first + i;
        of.labs = partition->labs + first[0];
        of.specimens = partition->specimens ? partition->specimens + first[0] : NULL;
        of.count = first[1] - first[0];
        spread(&of, is_haemolysed_index, MAG_LAB_HAEMOLYSED);
        spread(&of, is_from_drip, MAG_LAB_DRIP_ARM);
        MAG_TRY(mag_settle_edta(of.labs, of.specimens, of.count, settling->scratch, err));
    }
    return MAG_OK;
}
