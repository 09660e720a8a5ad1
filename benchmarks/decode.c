/* How long the decoder takes over the rows of one CSV file of our own layout:
   decode TABLE FILE [ROUNDS] [ROWS], TABLE being labs, prescriptions, patients, stays or
   conditions. Rows are cut into cells in chunks that fit a processor's cache; only the decoding of
   a chunk is timed, which ends with the record in its partition. Every round fills a new cohort. */
#include "cohort/decoder.h"
#include "io/csv_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_ROUNDS = 99, CHUNK_ROWS = 1024, CHUNK_CELLS = 1 << 15, CHUNK_NBYTES = 1 << 18 };

/* Rows whose cells lie one behind the other in `text`. */
typedef struct chunk {
    char text[CHUNK_NBYTES];
    mag_span cells[CHUNK_CELLS];
    size_t first[CHUNK_ROWS]; /* of the row's cells */
    uint32_t lines[CHUNK_ROWS];
    size_t row_count, cell_count, text_nbytes;
} chunk;

typedef struct bench {
    mag_account account;
    mag_arena *arena;
    const mag_codebook *book;
    const mag_profile_table *table;
    const char *path;
    uint64_t most_rows;
    mag_accounting counts; /* of the last round */
} bench;

static double cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* False if the chunk has no room for the row. */
static bool keep_row(chunk *rows, const mag_csv_row *row) {
    size_t nbytes = 0;
    for (unsigned i = 0; i < row->field_count; i++)
        nbytes += row->fields[i].nbytes;
    if (rows->row_count == CHUNK_ROWS || nbytes > CHUNK_NBYTES - rows->text_nbytes ||
        row->field_count > CHUNK_CELLS - rows->cell_count)
        return false;
    rows->first[rows->row_count] = rows->cell_count;
    for (unsigned i = 0; i < row->field_count; i++) {
        char *at = rows->text + rows->text_nbytes;
        memcpy(at, row->fields[i].at, row->fields[i].nbytes);
        rows->cells[rows->cell_count++] = (mag_span){at, row->fields[i].nbytes};
        rows->text_nbytes += row->fields[i].nbytes;
    }
    rows->lines[rows->row_count++] = row->line;
    return true;
}

static mag_status decode_chunk(mag_decoder *decoder, chunk *rows, double *seconds, mag_error *err) {
    const double begin = cpu_now();
    for (size_t i = 0; i < rows->row_count; i++)
        MAG_TRY(mag_decoder_row(decoder, rows->cells + rows->first[i], rows->lines[i], err));
    *seconds += cpu_now() - begin;
    rows->row_count = rows->cell_count = rows->text_nbytes = 0;
    return MAG_OK;
}

static mag_status decode_rows(const bench *b, mag_decoder *decoder, mag_csv_reader *reader,
                              double *seconds, mag_error *err) {
    static chunk rows;
    uint64_t count = 0;
    rows.row_count = rows.cell_count = rows.text_nbytes = 0;
    while (count < b->most_rows) {
        const mag_csv_row *row;
        MAG_TRY(mag_csv_next(reader, &row, err));
        if (!row)
            break;
        if (row->fault != MAG_CSV_OK)
            continue;
        if (!keep_row(&rows, row)) {
            MAG_TRY(decode_chunk(decoder, &rows, seconds, err));
            if (!keep_row(&rows, row))
                continue; /* one row that is longer than a chunk */
        }
        count++;
    }
    return decode_chunk(decoder, &rows, seconds, err);
}

static mag_status decode_file(bench *b, mag_cohort *cohort, mag_csv_reader *reader, double *seconds,
                              mag_error *err) {
    uint16_t file_id;
    mag_run_file *file;
    mag_span header[MAG_CSV_COLUMN_COUNT];
    const unsigned column_count = mag_csv_column_count(reader);
    for (unsigned i = 0; i < column_count; i++)
        header[i] = mag_csv_column_name(reader, i);
    MAG_TRY(mag_cohort_add_file(cohort, "bench", b->path, mag_profile_table_kind(b->table),
                                &file_id, &file, err));
    mag_decoder decoder;
    mag_decoder_init(&decoder, cohort, b->table, file_id, file);
    mag_status status = mag_decoder_bind(&decoder, header, column_count, err);
    if (status == MAG_OK)
        status = decode_rows(b, &decoder, reader, seconds, err);
    mag_decoder_done(&decoder);
    b->counts = file->accounting;
    return status;
}

static mag_status time_once(bench *b, double *seconds, mag_error *err) {
    const mag_cohort_settings settings = {
        .as_of_kind = MAG_AS_OF_LATEST, .data_until = MAG_MINUTE_OPEN, .account = &b->account};
    mag_cohort *cohort = NULL;
    mag_stream *stream = NULL;
    mag_csv_reader *reader = NULL;
    *seconds = 0;
    mag_status status = mag_cohort_new(&cohort, b->book, &settings, err);
    if (status == MAG_OK)
        status = mag_stream_open(&stream, b->path, &b->account, err);
    if (status == MAG_OK)
        status = mag_csv_open(&reader, stream, b->path, ',', 0, &b->account, err);
    if (status == MAG_OK)
        status = decode_file(b, cohort, reader, seconds, err);
    if (reader)
        mag_csv_close(reader);
    if (stream)
        mag_stream_close(stream);
    mag_cohort_free(cohort);
    return status;
}

static mag_status load(bench *b, const char *table, mag_error *err) {
    const mag_profile *profile;
    b->arena = mag_arena_new(&b->account);
    if (!b->arena)
        return mag_fail_memory(err, 1);
    MAG_TRY(mag_codebook_load(b->arena, &b->book, err));
    MAG_TRY(mag_profile_load(b->arena, "magscreen", &profile, err));
    for (size_t i = 0; i < profile->table_count; i++)
        if (strcmp(mag_table_kind_name(mag_profile_table_kind(profile->tables[i])), table) == 0)
            b->table = profile->tables[i];
    return b->table ? MAG_OK
                    : mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "there is no table %s", table);
}

static int compare_doubles(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_results(const bench *b, const char *table, double *seconds, unsigned rounds) {
    qsort(seconds, rounds, sizeof *seconds, compare_doubles);
    const double median = seconds[rounds / 2], rows = (double)b->counts.read;
    uint64_t rejected = 0;
    for (int i = 0; i < MAG_REASON_COUNT; i++)
        rejected += b->counts.rejected[i];
    printf("%-14s %10s %16s %10s %10s %12s %10s\n", "table", "rows", "not_of_interest", "rejected",
           "cpu_s", "rows_per_s", "ns_a_row");
    printf("%-14s %10.0f %16llu %10llu %10.4f %12.0f %10.1f\n", table, rows,
           (unsigned long long)b->counts.not_of_interest, (unsigned long long)rejected, median,
           rows / median, median / rows * 1e9);
}

int main(int argc, char **argv) {
    static double seconds[MOST_ROUNDS];
    bench b = {.most_rows = UINT64_MAX};
    mag_error err = {0};
    const long rounds = argc > 3 ? strtol(argv[3], NULL, 10) : 5;
    if (argc < 3 || rounds < 1 || rounds > MOST_ROUNDS)
        return fprintf(stderr, "usage: decode TABLE FILE [ROUNDS up to %d] [ROWS]\n", MOST_ROUNDS),
               2;
    b.path = argv[2];
    if (argc > 4)
        b.most_rows = strtoull(argv[4], NULL, 10);
    mag_status status = load(&b, argv[1], &err);
    for (unsigned i = 0; status == MAG_OK && i <= (unsigned)rounds; i++) /* the first warms up */
        status = time_once(&b, &seconds[i ? i - 1 : 0], &err);
    if (status != MAG_OK)
        return fprintf(stderr, "decode: %s\n", err.text), 1;
    print_results(&b, argv[1], seconds, (unsigned)rounds);
    mag_arena_free(b.arena);
    return 0;
}
