/* How long rows take to their partitions: scatter [ROWS [ROUNDS]]. ROWS results (2,000,000) of
   patients with 40 each go into a lane, as decoding puts them: once with the rows of a patient
   behind each other, as most files have them, and once shuffled. Beside them the floor: the same
   rows appended to one list. Each row must have got to the partition of its patient. */
#include "cohort/builder.h"
#include "cohort/lane.h"
#include "cohort/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_ROUNDS = 99, ROWS_EACH = 40, ID_NBYTES = 12, WAY_COUNT = 3 };

typedef struct bench {
    mag_account account;
    mag_arena *arena;
    const mag_codebook *book;
    size_t row_count, patient_count;
    char (*ids)[ID_NBYTES];
    uint32_t *in_order, *shuffled; /* the patient of each row */
    size_t wanted[MAG_PARTITION_COUNT];
} bench;

static double cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void shuffle(uint32_t *items, size_t count) {
    uint64_t state = 7;
    for (size_t i = count; i > 1; i--) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const size_t k = (size_t)(state >> 33) % i;
        const uint32_t kept = items[k];
        items[k] = items[i - 1];
        items[i - 1] = kept;
    }
}

static mag_status prepare(bench *b, mag_error *err) {
    b->arena = mag_arena_new(&b->account);
    if (!b->arena)
        return mag_fail_memory(err, 1);
    MAG_TRY(mag_codebook_load(b->arena, &b->book, err));
    b->patient_count = (b->row_count + ROWS_EACH - 1) / ROWS_EACH;
    b->ids = mag_arena_alloc(b->arena, b->patient_count * sizeof *b->ids);
    b->in_order = mag_arena_alloc(b->arena, b->row_count * sizeof *b->in_order);
    b->shuffled = mag_arena_alloc(b->arena, b->row_count * sizeof *b->shuffled);
    if (!b->ids || !b->in_order || !b->shuffled)
        return mag_fail_memory(err, b->row_count);
    for (size_t i = 0; i < b->patient_count; i++)
        snprintf(b->ids[i], sizeof b->ids[i], "P%08u", (unsigned)i);
    for (size_t i = 0; i < b->row_count; i++) {
        b->in_order[i] = b->shuffled[i] = (uint32_t)(i / ROWS_EACH);
        b->wanted[mag_cohort_partition_idx(mag_span_of(b->ids[i / ROWS_EACH]))]++;
    }
    shuffle(b->shuffled, b->row_count);
    return MAG_OK;
}

static mag_status append_rows(bench *b, double *seconds, mag_error *err) {
    const mag_lab_row row = {.lab = {.minute = 1}};
    mag_row_chunks list;
    mag_status status = MAG_OK;
    mag_row_chunks_init(&list, sizeof row);
    const double begin = cpu_now();
    for (size_t i = 0; i < b->row_count && status == MAG_OK; i++) {
        mag_lab_row *kept = mag_row_chunks_add(&list, &b->account, err);
        if (kept)
            *kept = row;
        else
            status = MAG_E_RESOURCE;
    }
    *seconds = cpu_now() - begin;
    mag_row_chunks_done(&list, &b->account);
    return status;
}

static mag_status put_rows(const bench *b, mag_lane *lane, const uint32_t *patients,
                           double *seconds, mag_error *err) {
    const mag_lab_row row = {.lab = {.minute = 1}};
    const double begin = cpu_now();
    for (size_t i = 0; i < b->row_count; i++) {
        const mag_span id = {b->ids[patients[i]], 9};
        MAG_TRY(mag_lane_put_lab(lane, id, &row, 0, err));
    }
    *seconds = cpu_now() - begin;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        if (lane->parts[p].labs.row_count != b->wanted[p])
            return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "partition %u has %zu rows, not %zu",
                            p, lane->parts[p].labs.row_count, b->wanted[p]);
    return MAG_OK;
}

static mag_status scatter_rows(bench *b, const uint32_t *patients, double *seconds,
                               mag_error *err) {
    const mag_cohort_settings settings = {
        .as_of_kind = MAG_AS_OF_LATEST, .data_until = MAG_MINUTE_OPEN, .account = &b->account};
    mag_cohort *cohort = NULL;
    uint16_t file_id;
    mag_run_file *file;
    mag_status status = mag_cohort_new(&cohort, b->book, &settings, err);
    if (status == MAG_OK)
        status = mag_cohort_add_file(cohort, "bench", "none", MAG_TABLE_LABS, &file_id, &file, err);
    if (status == MAG_OK)
        status = put_rows(b, mag_cohort_lane(cohort, 0), patients, seconds, err);
    mag_cohort_free(cohort);
    return status;
}

static int compare_doubles(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static mag_status run(bench *b, double seconds[WAY_COUNT][MOST_ROUNDS], unsigned rounds,
                      mag_error *err) {
    MAG_TRY(prepare(b, err));
    for (unsigned round = 0; round <= rounds; round++) { /* the first one warms up */
        const unsigned at = round ? round - 1 : 0;
        MAG_TRY(append_rows(b, &seconds[0][at], err));
        MAG_TRY(scatter_rows(b, b->in_order, &seconds[1][at], err));
        MAG_TRY(scatter_rows(b, b->shuffled, &seconds[2][at], err));
    }
    return MAG_OK;
}

int main(int argc, char **argv) {
    static const char *const names[WAY_COUNT] = {"append", "in_order", "shuffled"};
    static double seconds[WAY_COUNT][MOST_ROUNDS];
    const long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 7;
    bench b = {.row_count = argc > 1 ? strtoul(argv[1], NULL, 10) : 2000000};
    mag_error err = {0};
    if (b.row_count == 0 || b.row_count > UINT32_MAX || rounds < 1 || rounds > MOST_ROUNDS)
        return fprintf(stderr, "usage: scatter [ROWS [ROUNDS up to %d]]\n", MOST_ROUNDS), 2;
    const mag_status status = run(&b, seconds, (unsigned)rounds, &err);
    mag_arena_free(b.arena);
    if (status != MAG_OK)
        return fprintf(stderr, "scatter: %s\n", err.text), 1;
    printf("%-9s %10s %14s\n", "rows", "cpu_s", "rows_per_s");
    for (size_t w = 0; w < WAY_COUNT; w++) {
        qsort(seconds[w], (size_t)rounds, sizeof seconds[w][0], compare_doubles);
        const double middle = seconds[w][rounds / 2];
        printf("%-9s %10.4f %14.0f\n", names[w], middle, (double)b.row_count / middle);
    }
    return 0;
}
