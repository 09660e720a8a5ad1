/* How long the radix sort takes beside qsort over records as settling sorts them: sort [RECORDS
   [ROUNDS]]. Keys are patient and minute of RECORDS random results (1,000,000); the two are sorted
   in turn and compared, row by row. */
#include "cohort/radix_sort.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_ROUNDS = 99 };

static double cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare_entries(const void *a, const void *b) {
    const mag_sort_entry *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->idx < y->idx ? -1 : x->idx > y->idx;
}

static int by_idx(const void *context, uint32_t a_idx, uint32_t b_idx) {
    (void)context;
    return a_idx < b_idx ? -1 : a_idx > b_idx;
}

/* 4,096 patients a partition, 20 bits of minutes of a year. */
static void fill(mag_sort_entry *entries, size_t count) {
    uint64_t state = 7;
    memset(entries, 0, count * sizeof *entries);
    for (size_t i = 0; i < count; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        entries[i].key = (state >> 52) << 32 | (state >> 20 & 0xfffff);
        entries[i].idx = (uint32_t)i;
    }
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    static double radix[MOST_ROUNDS], plain[MOST_ROUNDS];
    const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    const long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 7;
    mag_account account = {0};
    mag_error err = {0};
    if (count == 0 || count > UINT32_MAX || rounds < 1 || rounds > MOST_ROUNDS)
        return fprintf(stderr, "usage: sort [RECORDS [ROUNDS up to %d]]\n", MOST_ROUNDS), 2;
    mag_sort_entry *a = malloc(count * sizeof *a), *b = malloc(count * sizeof *b);
    if (a == NULL || b == NULL)
        return fprintf(stderr, "sort: out of memory\n"), 1;
    for (long round = 0; round < rounds; round++) {
        fill(a, count);
        fill(b, count);
        double begin = cpu_now();
        if (mag_radix_sort(&account, a, count, by_idx, NULL, &err) != MAG_OK)
            return fprintf(stderr, "sort: %s\n", err.text), 1;
        radix[round] = cpu_now() - begin;
        begin = cpu_now();
        qsort(b, count, sizeof *b, compare_entries);
        plain[round] = cpu_now() - begin;
        for (size_t i = 0; i < count; i++)
            if (a[i].key != b[i].key || a[i].idx != b[i].idx)
                return fprintf(stderr, "sort: row %zu differs\n", i), 1;
    }
    qsort(radix, (size_t)rounds, sizeof *radix, compare_doubles);
    qsort(plain, (size_t)rounds, sizeof *plain, compare_doubles);
    printf("%-8s %10s %14s\n", "sort", "cpu_s", "records_per_s");
    printf("%-8s %10.4f %14.0f\n", "radix", radix[rounds / 2], (double)count / radix[rounds / 2]);
    printf("%-8s %10.4f %14.0f\n", "qsort", plain[rounds / 2], (double)count / plain[rounds / 2]);
    free(a);
    free(b);
    return 0;
}
