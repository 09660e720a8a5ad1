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

/* --- EDTA ----------------------------------------------------------------------------------------
 */

enum { EDTA_MINUTES = 2 * 60, ALBUMIN_MINUTES = 24 * 60, ALBUMIN_LEAST_G_L = 20 };

static const mag_limit k_edta = {"k", {60, 1}, {0, 0}, MAG_UNIT_MMOL_L, MAG_UNIT_NONE};
static const mag_limit mg_edta = {"mg", {50, 2}, {12, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL};
static const mag_limit ca_edta = {"ca", {190, 2}, {76, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL};
/* Below this a total calcium counts as that low without an albumin (rules 0.1 item 21). */
static const mag_limit ca_total = {"ca", {180, 2}, {72, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL};

/* Sign of value - limit: exact in the reported family, in canonical units if the limit has no such
   side. */
static int order_of(const mag_lab *lab, const mag_limit *limit) {
    int order;
    if (mag_limit_compare(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab), limit,
                          &order))
        return order;
    const double value = canonical(lab), at = mag_decimal_double(limit->molar);
    return mag_derived_above(value, at) - mag_derived_below(value, at);
}

static bool is_above(const mag_lab *lab, const mag_limit *limit) {
    const int order = order_of(lab, limit);
    return !may_be_lower(lab) &&
           (order > 0 || (order == 0 && mag_lab_comparator(lab) == MAG_GREATER));
}

static bool is_below(const mag_lab *lab, const mag_limit *limit) {
    const int order = order_of(lab, limit);
    return !may_be_higher(lab) &&
           (order < 0 || (order == 0 && mag_lab_comparator(lab) == MAG_LESS));
}

typedef struct range {
    size_t begin, end;
} range;

/* Where an analyte's results stand; they are sorted by analyte. */
static range range_of(const patient_labs *of, mag_analyte analyte) {
    range found = {0, 0};
    while (found.begin < of->count && mag_lab_analyte(&of->labs[found.begin]) < analyte)
        found.begin++;
    found.end = found.begin;
    while (found.end < of->count && mag_lab_analyte(&of->labs[found.end]) == analyte)
        found.end++;
    return found;
}

static bool is_near(const patient_labs *of, size_t a, size_t b) {
    return of->specimens[a] == of->specimens[b] ||
           is_within(&of->labs[a], &of->labs[b], EDTA_MINUTES);
}

static bool is_one_specimen(const patient_labs *of, size_t a, size_t b) {
    return of->specimens[a] == of->specimens[b];
}

/* The albumin of the specimen, else the nearest within 24 hours; of->count if none. */
static size_t albumin_of(const patient_labs *of, size_t calcium) {
    const range albumin = range_of(of, MAG_ALBUMIN);
    const mag_lab *lab = &of->labs[calcium];
    size_t found = of->count;
    for (size_t i = albumin.begin; i < albumin.end; i++) {
        const mag_lab *other = &of->labs[i];
        if (!is_value(other))
            continue;
        if (is_one_specimen(of, i, calcium))
            return i;
        if (is_within(other, lab, ALBUMIN_MINUTES) &&
            (found == of->count || llabs((int64_t)other->minute - lab->minute) <
                                       llabs((int64_t)of->labs[found].minute - lab->minute)))
            found = i;
    }
    return found;
}

/* The factor of 0.02 mmol/L (0.8 mg/dL) for 1 g/L (1 g/dL) below 40 g/L, in the family of the
   calcium (clinical spec h). */
static bool is_low_when_adjusted(const mag_lab *calcium, double albumin_g_l) {
    const mag_unit unit = mag_lab_unit(calcium);
    if (mag_unit_scale_of(unit).dimension != MAG_DIMENSION_MASS)
        return mag_derived_below(canonical(calcium) + 0.02 * (40 - albumin_g_l),
                                 mag_decimal_double(ca_edta.molar));
    const double mg_dl = mag_from_canonical(MAG_CALCIUM, MAG_UNIT_MG_DL, canonical(calcium));
    return mag_derived_below(mg_dl + 0.8 * (4 - albumin_g_l / 10),
                             mag_decimal_double(ca_edta.mass));
}

/* A reported adjusted calcium of the specimen speaks for it. */
static bool is_adjusted_elsewhere(const patient_labs *of, size_t calcium) {
    const range adjusted = range_of(of, MAG_CALCIUM_ADJUSTED);
    for (size_t i = adjusted.begin; i < adjusted.end; i++)
        if (is_value(&of->labs[i]) && is_one_specimen(of, i, calcium))
            return true;
    return false;
}

static bool is_low_calcium(const patient_labs *of, size_t at) {
    const mag_lab *lab = &of->labs[at];
    if (!is_value(lab))
        return false;
    if (mag_lab_analyte(lab) == MAG_CALCIUM_ADJUSTED)
        return is_below(lab, &ca_edta);
    if (is_adjusted_elsewhere(of, at))
        return false;
    const size_t albumin = albumin_of(of, at);
    const double albumin_g_l = albumin < of->count ? canonical(&of->labs[albumin]) : 0;
    if (mag_derived_below(albumin_g_l, ALBUMIN_LEAST_G_L) || mag_lab_comparator(lab) != MAG_EXACT ||
        mag_lab_comparator(&of->labs[albumin]) != MAG_EXACT)
        return is_below(lab, &ca_total);
    return is_low_when_adjusted(lab, albumin_g_l);
}

/* Flags each low calcium of the range near both; true if there is one. */
static bool flag_calcium(const patient_labs *of, mag_analyte analyte, size_t potassium,
                         size_t magnesium) {
    bool is_found = false;
    const range calcium = range_of(of, analyte);
    for (size_t i = calcium.begin; i < calcium.end; i++)
        if (is_near(of, i, potassium) && is_near(of, i, magnesium) && is_low_calcium(of, i)) {
            mag_lab_set(&of->labs[i], MAG_LAB_SUSPECT);
            is_found = true;
        }
    return is_found;
}

static void flag_with(const patient_labs *of, size_t potassium, range magnesium) {
    for (size_t i = magnesium.begin; i < magnesium.end; i++) {
        if (!is_value(&of->labs[i]) || !is_near(of, i, potassium) ||
            !is_below(&of->labs[i], &mg_edta))
            continue;
        const bool is_total = flag_calcium(of, MAG_CALCIUM, potassium, i);
        const bool is_adjusted = flag_calcium(of, MAG_CALCIUM_ADJUSTED, potassium, i);
        if (!is_total && !is_adjusted)
            continue;
        mag_lab_set(&of->labs[i], MAG_LAB_SUSPECT);
        mag_lab_set(&of->labs[potassium], MAG_LAB_SUSPECT);
    }
}

/* Potassium of the tube raises potassium; EDTA binds calcium and magnesium. */
static void flag_edta(const patient_labs *of) {
    const range potassium = range_of(of, MAG_POTASSIUM);
    const range magnesium = range_of(of, MAG_MAGNESIUM);
    if (magnesium.begin == magnesium.end)
        return;
    for (size_t i = potassium.begin; i < potassium.end; i++)
        if (is_value(&of->labs[i]) && is_above(&of->labs[i], &k_edta))
            flag_with(of, i, magnesium);
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
        flag_edta(&of);
    }
    return MAG_OK;
}
