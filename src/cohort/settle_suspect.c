/* Samples that are not to be trusted (clinical rules H03): drawn into EDTA, haemolysed, drawn from
   an arm with a drip. A patient's results are looked at side by side; what is found is kept on the
   records. Which value to believe is not decided here, with one exception: a sodium or glucose that
   is the drip's is set aside. */
#include "cohort/settle.h"

#include "clinical/conversion.h"
#include "clinical/kidney.h"

#include <stdlib.h>

/* --- what is common ------------------------------------------------------------------------------
 */

static bool is_value(const mag_lab *lab) {
    return mag_lab_reject(lab) == MAG_REASON_NONE;
}

/* Both with a clock: by minutes. Else by days, 24 hours being one. */
static bool is_within(const mag_lab *a, const mag_lab *b, int32_t minutes) {
    if (mag_lab_has(a, MAG_LAB_DATE_ONLY) || mag_lab_has(b, MAG_LAB_DATE_ONLY))
        return abs(mag_minute_day(a->minute) - mag_minute_day(b->minute)) <=
               minutes / MAG_MINUTES_PER_DAY;
    return llabs((int64_t)a->minute - b->minute) <= minutes;
}

static double canonical(const mag_lab *lab) {
    return mag_to_canonical(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab));
}

static bool is_bound(const mag_lab *lab, mag_comparator open, mag_comparator closed) {
    const mag_comparator comparator = mag_lab_comparator(lab);
    return comparator == open || comparator == closed;
}
static bool may_be_lower(const mag_lab *lab) {
    return is_bound(lab, MAG_LESS, MAG_LESS_EQUAL);
}
static bool may_be_higher(const mag_lab *lab) {
    return is_bound(lab, MAG_GREATER, MAG_GREATER_EQUAL);
}

/* --- drip arm ------------------------------------------------------------------------------------
 */

enum { DRIP_ARM_MINUTES = 48 * 60 };

typedef struct drip {
    mag_analyte analyte;
    double above, rise; /* canonical units (rules 0.1 item 11) */
} drip;
static const drip drips[] = {{MAG_SODIUM, 155, 10}, {MAG_GLUCOSE, 30, 15}};

/* The sorted rows of one analyte of one patient. */
typedef struct lab_rows {
    mag_lab_row *rows;
    size_t count;
} lab_rows;

static bool is_seen(const mag_settling *settling, const mag_lab *lab) {
    return (is_value(lab) || mag_lab_reject(lab) == MAG_REASON_VALUE_DRIP_ARM) &&
           !mag_settle_is_outside(settling, lab->patient, lab->minute);
}

static bool rises_from(const mag_lab *lab, const mag_lab *other, double rise) {
    return !may_be_higher(other) && mag_derived_above(canonical(lab) - canonical(other), rise);
}

/* Another value within 48 hours, before or after, that is lower by more than the rise. */
static bool is_abrupt(const mag_settling *settling, lab_rows all, size_t at, double rise) {
    const mag_lab *lab = &all.rows[at].lab;
    for (size_t i = at; i-- > 0 && is_within(&all.rows[i].lab, lab, DRIP_ARM_MINUTES);)
        if (is_seen(settling, &all.rows[i].lab) && rises_from(lab, &all.rows[i].lab, rise))
            return true;
    for (size_t i = at + 1; i < all.count && is_within(&all.rows[i].lab, lab, DRIP_ARM_MINUTES);
         i++)
        if (is_seen(settling, &all.rows[i].lab) && rises_from(lab, &all.rows[i].lab, rise))
            return true;
    return false;
}

static void judge_drip(const mag_settling *settling, lab_rows all, const drip *of) {
    for (size_t i = 0; i < all.count; i++) {
        mag_lab *lab = &all.rows[i].lab;
        if (is_seen(settling, lab) && !may_be_lower(lab) &&
            mag_derived_above(canonical(lab), of->above) && is_abrupt(settling, all, i, of->rise))
            mag_lab_set_aside(lab, MAG_REASON_VALUE_DRIP_ARM);
    }
}

void mag_settle_drip_arm(const mag_settling *settling, mag_lab_row *rows, size_t count) {
    for (size_t begin = 0, end; begin < count; begin = end) {
        const mag_lab *first = &rows[begin].lab;
        for (end = begin + 1; end < count && rows[end].lab.patient == first->patient &&
                              mag_lab_analyte(&rows[end].lab) == mag_lab_analyte(first);)
            end++;
        for (size_t i = 0; i < sizeof drips / sizeof *drips; i++)
            if (drips[i].analyte == mag_lab_analyte(first))
                judge_drip(settling, (lab_rows){rows + begin, end - begin}, &drips[i]);
    }
}

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
            of->found_specimens[count] = of->specimens[i];
            of->found_minutes[count++] = (uint32_t)of->labs[i].minute;
        }
    if (!count)
        return;
    qsort(of->found_specimens, count, sizeof *of->found_specimens, compare_words);
    qsort(of->found_minutes, count, sizeof *of->found_minutes, compare_words);
    for (size_t i = 0; i < of->count; i++)
        if (holds(of->found_specimens, count, of->specimens[i]) ||
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
        of.specimens = partition->specimens + first[0];
        of.count = first[1] - first[0];
        spread(&of, is_haemolysed_index, MAG_LAB_HAEMOLYSED);
        spread(&of, is_from_drip, MAG_LAB_DRIP_ARM);
        MAG_TRY(mag_settle_edta(of.labs, of.specimens, of.count, settling->scratch, err));
    }
    return MAG_OK;
}
