/* How fast gzip files are inflated: inflate FILE [ROUNDS]. Every round reads the file once with
   each library, in turn, through the stream that the program uses (SHA-256 and trailers included);
   printed are medians of processor time, MB of output a second, and the median ratio to zlib in the
   same round. */
#include "base/fast_path.h"
#include "io/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WAY_COUNT = 2, MOST_ROUNDS = 99, BUFFER_NBYTES = 1 << 18 };

typedef struct way {
    const char *name, *without;
    double seconds[MOST_ROUNDS], ratio[MOST_ROUNDS];
    mag_stream_facts facts; /* the same for both, or they are no match */
} way;

static double cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static mag_status read_all(way *w, const char *path, unsigned round, mag_error *err) {
    static char buffer[BUFFER_NBYTES];
    mag_account account = {0};
    mag_stream *stream;
    size_t got = 1;
    MAG_TRY(mag_fast_path_without(w->without, err));
    MAG_TRY(mag_stream_open(&stream, path, &account, err));
    mag_status status = MAG_OK;
    const double begin = cpu_now();
    while (status == MAG_OK && got > 0)
        status = mag_stream_read(stream, buffer, sizeof buffer, &got, err);
    w->seconds[round] = cpu_now() - begin;
    w->facts = *mag_stream_facts_of(stream);
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
    for (unsigned i = 0; i < rounds; i++)
        for (way *w = ways; w < ways + WAY_COUNT; w++)
            w->ratio[i] = ways[0].seconds[i] / w->seconds[i];
    printf("%-8s %10s %10s %14s\n", "library", "cpu_s", "MB_per_s", "times_as_fast");
    for (way *w = ways; w < ways + WAY_COUNT; w++) {
        const double seconds = median(w->seconds, rounds);
        printf("%-8s %10.4f %10.0f %14.2f\n", w->name, seconds,
               (double)w->facts.out_nbytes / seconds / 1e6, median(w->ratio, rounds));
        if (w->facts.out_nbytes != ways[0].facts.out_nbytes ||
            strcmp(w->facts.sha256, ways[0].facts.sha256) != 0)
            return fprintf(stderr, "%s did not read what %s read\n", w->name, ways[0].name), 1;
    }
    return 0;
}

int main(int argc, char **argv) {
    static way ways[WAY_COUNT] = {{.name = "zlib", .without = "isal"}, {.name = "ISA-L"}};
    const long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : 7;
    if (argc < 2 || rounds < 1 || rounds > MOST_ROUNDS)
        return fprintf(stderr, "usage: inflate FILE [ROUNDS up to %d]\n", MOST_ROUNDS), 2;
    for (unsigned round = 0; round <= (unsigned)rounds; round++) /* the first one warms up */
        for (way *w = ways; w < ways + WAY_COUNT; w++) {
            mag_error err = {0};
            if (read_all(w, argv[1], round ? round - 1 : 0, &err) != MAG_OK)
                return fprintf(stderr, "inflate: %s\n", err.text), 1;
        }
    return print_results(ways, (unsigned)rounds);
}
