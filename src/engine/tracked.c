#include "engine/tracked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const NAMES[] = {"source", "test",         "test_recent",
                                    "class",  "class_recent", "rule"};
_Static_assert(sizeof NAMES / sizeof NAMES[0] == MAG_TRACKED_KIND_COUNT, "one name per kind");

const char *mag_tracked_kind_name(mag_tracked_kind kind) {
    return NAMES[kind];
}

bool mag_tracked_kind_find(const char *name, mag_tracked_kind *kind) {
    for (unsigned i = 0; name != NULL && i < MAG_TRACKED_KIND_COUNT; i++)
        if (strcmp(name, NAMES[i]) == 0) {
            *kind = (mag_tracked_kind)i;
            return true;
        }
    return false;
}

bool mag_tracked_is_same(const mag_tracked *a, const mag_tracked *b) {
    return a->kind == b->kind && strcmp(a->source, b->source) == 0 && strcmp(a->name, b->name) == 0;
}

const mag_tracked *mag_tracked_find(const mag_tracked *list, size_t count,
                                    const mag_tracked *wanted) {
    for (size_t i = 0; i < count; i++)
        if (mag_tracked_is_same(&list[i], wanted))
            return &list[i];
    return NULL;
}

static int compare_counts(const void *a, const void *b) {
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

uint64_t mag_tracked_median(const mag_tracked *tracked) {
    uint64_t sorted[MAG_TRACKED_RUNS];
    const size_t count = tracked->count, half = count / 2;
    memcpy(sorted, tracked->values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, compare_counts);
    if (count % 2 == 1)
        return sorted[half];
    return sorted[half - 1] + (sorted[half] - sorted[half - 1]) / 2;
}

/* Under one rate for k earlier runs and this one, each of the earlier rows had k chances in k + 1
   not to be this run's. */
double mag_tracked_chance_of_zero(const mag_tracked *earlier) {
    const double not_here = (double)earlier->count / (double)(earlier->count + 1);
    double chance = 1;
    for (size_t i = 0; i < earlier->count; i++)
        for (uint64_t row = 0; row < earlier->values[i] && chance > 1e-9; row++)
            chance *= not_here;
    return chance;
}

double mag_tracked_sigmas(const mag_tracked *earlier, uint64_t flagged, uint64_t screened) {
    double flagged_then = 0, screened_then = 0, flagged_now = (double)flagged;
    for (size_t i = 0; i < earlier->count; i++) {
        flagged_then += (double)earlier->values[i];
        screened_then += (double)earlier->among[i];
    }
    if (screened_then <= 0)
        return 0;
    const double screened_now =
        screened > 0 ? (double)screened : screened_then / (double)earlier->count;
    const double pooled = (flagged_then + flagged_now) / (screened_then + screened_now);
    const double variance = pooled * (1 - pooled) * (1 / screened_then + 1 / screened_now);
    if (!(variance > 0))
        return 0;
    return fabs(flagged_now / screened_now - flagged_then / screened_then) / sqrt(variance);
}

bool mag_tracked_never_zero(const mag_tracked *earlier) {
    for (size_t i = 0; i < earlier->count; i++)
        if (earlier->values[i] == 0)
            return false;
    return earlier->count > 0;
}
