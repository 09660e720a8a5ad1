/* How long the scanners take over one CSV file: csv_scan FILE [ROUNDS]. Every round reads the file
   once by each scanner, in turn, and once without looking for rows at all; printed are medians
   and, against the plain scanner of the same round, the median ratio of what remains when the bare
   reading is taken off. */
#include "io/csv_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WAY_COUNT = 5, MOST_ROUNDS = 99, BUFFER_NBYTES = 1 << 18 };

typedef struct way {
    const char *name;
    bool is_bare, is_absent;
    mag_csv_scanner scanner;
    double seconds[MOST_ROUNDS], ratio[MOST_ROUNDS];
    uint64_t row_count, field_nbytes; /* the same for all scanners, or they are no match */
} way;

static double cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static mag_status read_bare(mag_stream *stream, mag_error *err) {
    static char buffer[BUFFER_NBYTES];
    size_t got = 1;
    while (got)
        MAG_TRY(mag_stream_read(stream, buffer, sizeof buffer, &got, err));
    return MAG_OK;
}

static mag_status read_rows(way *w, mag_stream *stream, mag_account *account, mag_error *err) {
    mag_csv_reader *reader;
    MAG_TRY(mag_csv_open(&reader, stream, "file", ',', BUFFER_NBYTES, account, err));
    w->is_absent = !mag_csv_set_scanner(reader, w->scanner);
    w->row_count = w->field_nbytes = 0;
    mag_status status = MAG_OK;
    while (!w->is_absent) {
        const mag_csv_row *row;
        status = mag_csv_next(reader, &row, err);
        if (!row)
            break;
        w->row_count++;
        for (unsigned i = 0; row->fields && i < row->field_count; i++)
            w->field_nbytes += row->fields[i].nbytes;
    }
    mag_csv_close(reader);
    return status;
}

static mag_status time_once(way *w, const char *path, unsigned round, mag_error *err) {
    mag_account account = {0};
    mag_stream *stream;
    MAG_TRY(mag_stream_open(&stream, path, &account, err));
    double begin = cpu_now();
    mag_status status = w->is_bare ? read_bare(stream, err) : read_rows(w, stream, &account, err);
    w->seconds[round] = cpu_now() - begin;
    mag_stream_close(stream);
    return status;
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, unsigned count) {
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

static int print_results(way *ways, unsigned rounds) {
    const way *bare = &ways[0], *plain = &ways[1];
    for (way *w = ways + 1; w < ways + WAY_COUNT; w++)
        for (unsigned i = 0; i < rounds; i++)
            w->ratio[i] =
                (plain->seconds[i] - bare->seconds[i]) / (w->seconds[i] - bare->seconds[i]);
    printf("%-8s %10s %12s %16s\n", "scanner", "cpu_s", "rows_per_s", "times_as_fast");
    for (way *w = ways; w < ways + WAY_COUNT; w++) {
        if (w->is_absent) {
            printf("%-8s SKIPPED: this machine lacks it\n", w->name);
            continue;
        }
        double seconds = median(w->seconds, rounds);
        if (w->is_bare) {
            printf("%-8s %10.4f\n", w->name, seconds);
            continue;
        }
        printf("%-8s %10.4f %12.0f %16.2f\n", w->name, seconds, (double)w->row_count / seconds,
               median(w->ratio, rounds));
        if (w->row_count != plain->row_count || w->field_nbytes != plain->field_nbytes)
            return fprintf(stderr, "%s did not find what plain found\n", w->name), 1;
    }
    return 0;
}

int main(int argc, char **argv) {
    static way ways[WAY_COUNT] = {
        {.name = "bare", .is_bare = true},
        {.name = "plain", .scanner = MAG_CSV_SCANNER_PLAIN},
        {.name = "sse2", .scanner = MAG_CSV_SCANNER_SSE2},
        {.name = "avx2", .scanner = MAG_CSV_SCANNER_AVX2},
        {.name = "avx512", .scanner = MAG_CSV_SCANNER_AVX512},
    };
    long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 7;
    if (argc < 2 || rounds < 1 || rounds > MOST_ROUNDS)
        return fprintf(stderr, "usage: csv_scan FILE [ROUNDS up to %d]\n", MOST_ROUNDS), 2;
    for (unsigned round = 0; round <= (unsigned)rounds; round++) /* the first one warms up */
        for (way *w = ways; w < ways + WAY_COUNT; w++) {
            mag_error err = {0};
            if (time_once(w, argv[1], round ? round - 1 : 0, &err) != MAG_OK)
                return fprintf(stderr, "csv_scan: %s\n", err.text), 1;
        }
    return print_results(ways, (unsigned)rounds);
}
