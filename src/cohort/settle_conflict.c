/* Results that contradict each other: of one analyte, from one specimen or of one moment, and more
   than 5 % of the greater value apart (clinical rules H04). Both keep their value. */
#include "cohort/settle_labs.h"

#include "clinical/conversion.h"
#include "clinical/kidney.h"
#include "cohort/settle_value.h"

#include <math.h>
#include <stdlib.h>

static const double CONFLICT_SHARE = 0.05;

/* What a printed value says: "<0.30" is [0, 0.30]. */
typedef struct span_of_values {
    double low, high;
} span_of_values;

static span_of_values said_by(const mag_lab *lab) {
    const double value =
        mag_to_canonical(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab));
    switch (mag_lab_comparator(lab)) {
    case MAG_LESS:
    case MAG_LESS_EQUAL:
        return (span_of_values){0, value};
    case MAG_GREATER:
    case MAG_GREATER_EQUAL:
        return (span_of_values){value, HUGE_VAL};
    case MAG_EXACT:
    case MAG_COMPARATOR_COUNT:
        break;
    }
    return (span_of_values){value, value};
}

/* Of several results: the lowest upper end and the highest lower end. */
typedef struct extremes {
    double lowest_high, highest_low;
} extremes;

static const extremes NOTHING = {HUGE_VAL, -HUGE_VAL};

static void widen(extremes *by, const mag_lab *lab) {
    const span_of_values said = said_by(lab);
    by->lowest_high = fmin(by->lowest_high, said.high);
    by->highest_low = fmax(by->highest_low, said.low);
}

static bool is_apart(double low, double high) {
    return mag_derived_above(high - low, CONFLICT_SHARE * high);
}

static void judge(mag_lab *lab, const extremes *others) {
    const span_of_values said = said_by(lab);
    if ((others->lowest_high < said.low && is_apart(others->lowest_high, said.low)) ||
        (others->highest_low > said.high && is_apart(said.high, others->highest_low)))
        mag_lab_set(lab, MAG_LAB_CONFLICT);
}

/* One result of a patient and what it is grouped by. */
typedef struct entry {
    uint64_t specimen;
    mag_lab *lab;
} entry;

static bool is_date_only(const entry *at) {
    return mag_lab_has(at->lab, MAG_LAB_DATE_ONLY);
}

static bool is_same_day(const entry *a, const entry *b) {
    return mag_minute_day(a->lab->minute) == mag_minute_day(b->lab->minute);
}

static bool is_same_minute(const entry *a, const entry *b) {
    return a->lab->minute == b->lab->minute;
}

static bool is_same_specimen(const entry *a, const entry *b) {
    return a->specimen == b->specimen;
}

/* Judges every run of entries that are the same against each other. */
static void judge_runs(entry *entries, size_t count, bool is_same(const entry *, const entry *)) {
    for (size_t begin = 0, end; begin < count; begin = end) {
        extremes all = NOTHING;
        for (end = begin; end < count && is_same(&entries[begin], &entries[end]); end++)
            widen(&all, entries[end].lab);
        for (size_t i = begin; end - begin > 1 && i < end; i++)
            judge(entries[i].lab, &all);
    }
}

/* A result without a clock is of one moment with every result of its day. */
static void judge_dates(entry *entries, size_t count) {
    for (size_t begin = 0, end; begin < count; begin = end) {
        extremes all = NOTHING, dates = NOTHING;
        for (end = begin; end < count && is_same_day(&entries[begin], &entries[end]); end++) {
            widen(&all, entries[end].lab);
            if (is_date_only(&entries[end]))
                widen(&dates, entries[end].lab);
        }
        for (size_t i = begin; i < end; i++)
            judge(entries[i].lab, is_date_only(&entries[i]) ? &all : &dates);
    }
}

static int compare_specimens(const void *a, const void *b) {
    const entry *x = a, *y = b;
    return (x->specimen > y->specimen) - (x->specimen < y->specimen);
}

/* By minute. Within a day those without a clock stand first. */
static bool have_one_moment(const entry *entries, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const entry *a = &entries[i - 1], *b = &entries[i];
        if (is_same_minute(a, b) || (is_date_only(a) && is_same_day(a, b)))
            return true;
    }
    return false;
}

/* A few are compared pair by pair; of many nobody knows without sorting. */
static bool may_have_one_specimen(const entry *entries, size_t count) {
    enum { FEW = 24 };
    for (size_t i = 1; i < count && count <= FEW; i++)
        for (size_t j = 0; j < i; j++)
            if (is_same_specimen(&entries[i], &entries[j]))
                return true;
    return count > FEW;
}

static void judge_analyte(entry *entries, size_t count, bool has_specimens) {
    if (count < 2)
        return;
    const bool is_by_moment = have_one_moment(entries, count);
    if (is_by_moment) {
        judge_runs(entries, count, is_same_minute);
        judge_dates(entries, count);
    }
    /* without specimens the minute stands for each */
    if (has_specimens ? !may_have_one_specimen(entries, count) : !is_by_moment)
        return;
    qsort(entries, count, sizeof *entries, compare_specimens);
    judge_runs(entries, count, is_same_specimen);
}

mag_status mag_settle_conflicts(const mag_settling *settling, const mag_packed_labs *of,
                                mag_error *err) {
    entry *entries = mag_arena_alloc(settling->scratch, of->count * sizeof *entries);
    if (!entries)
        return mag_fail_memory(err, of->count * sizeof *entries);
    size_t count = 0;
    for (size_t i = 0; i < of->count; i++) {
        mag_lab *lab = &of->labs[i];
        const bool is_of_interest = mag_analyte_of(mag_lab_analyte(lab))->is_code_book_item;
        if (is_of_interest && mag_lab_reject(lab) == MAG_REASON_NONE)
            entries[count++] = (entry){mag_settled_specimen(of->specimens, of->labs, i), lab};
        const bool is_last =
            i + 1 == of->count || mag_lab_analyte(lab) != mag_lab_analyte(&of->labs[i + 1]);
        if (!is_last)
            continue;
        judge_analyte(entries, count, of->specimens != NULL);
        count = 0;
    }
    return MAG_OK;
}
