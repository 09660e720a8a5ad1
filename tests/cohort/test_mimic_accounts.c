/* The MIMIC-IV demo through profile, decoders and settling, against counts that were made on the
   files with other tools (data/README of the shared folder). */
#include "cohort_fixture.h"

#include "cohort/source.h"
#include "io/stream.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static fixture f;
static char data[512];

static bool has_data(void) {
    const char *folder = getenv("MAGSCREEN_DATA");
    snprintf(data, sizeof data, "%s/mimic-iv-demo",
             folder ? folder : MAG_SOURCE_DIR "/../shared/data");
    return access(data, R_OK) == 0;
}

static void open_mimic(void) {
    fixture_open(&f, (mag_cohort_settings){.as_of_kind = MAG_AS_OF_LATEST,
                                           .data_until = MAG_MINUTE_OPEN,
                                           .absence = MAG_ABSENCE_OUTSIDE_STAYS});
    must(&f, mag_profile_load(f.arena, "mimic-iv", &f.profile, &f.err));
}

/* Reads every table of the profile from a folder. */
static void ingest_from(const char *folder) {
    for (size_t i = 0; i < f.profile->table_count; i++) {
        const mag_profile_table *table = f.profile->tables[i];
        const char *const *paths;
        size_t count;
        mag_source *source;
        must(&f, mag_source_find_files(f.arena, folder, mag_profile_table_file(table), &paths,
                                       &count, &f.err));
        must(&f, mag_source_csv_new(f.arena, mag_profile_table_file(table), f.profile, table, paths,
                                    count, false, &source, &f.err));
        must(&f, mag_source_ingest(source, f.cohort, &f.err));
    }
    settle(&f);
}

static mag_accounting account_of(const char *source) {
    mag_accounting sum = {0};
    for (uint16_t i = 0; i < mag_cohort_file_count(f.cohort); i++)
        if (strcmp(mag_cohort_file(f.cohort, i)->source, source) == 0)
            mag_accounting_add(&sum, &mag_cohort_file(f.cohort, i)->accounting);
    return sum;
}

/* --- counts
 * ------------------------------------------------------------------------------------------- */

typedef struct tally {
    size_t results, marks, patients, ever, ever_rows, latest;
} tally;

/* Results of an analyte, and those on one side of a limit (side -1 below, 1 above). */
static tally count_results(mag_analyte analyte, mag_decimal limit, int side) {
    tally sum = {0};
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        for (size_t i = 0; i < mag_cohort_patient_count(f.cohort, p); i++) {
            mag_timeline timeline;
            mag_timeline_of(f.cohort, p, i, &timeline);
            size_t count, rows = 0, usable = 0;
            bool is_last_beyond = false;
            const mag_lab *labs = mag_timeline_labs(&timeline, analyte, &count);
            for (size_t k = 0; k < count; k++) {
                if (mag_lab_reject(&labs[k]) != MAG_REASON_NONE) {
                    sum.marks++;
                    continue;
                }
                usable++;
                is_last_beyond = mag_decimal_compare(mag_lab_value(&labs[k]), limit) * side > 0;
                rows += is_last_beyond;
            }
            sum.results += usable;
            sum.patients += usable > 0;
            sum.ever += rows > 0;
            sum.ever_rows += rows;
            sum.latest += is_last_beyond;
        }
    return sum;
}

static void every_row_is_accounted_for(void **state) {
    (void)state;
    open_mimic();
    ingest_from(data);
    mag_accounting labs = account_of("labevents"), rx = account_of("prescriptions");
    assert_int_equal(labs.read, 107727);
    assert_int_equal(mag_accounting_of_interest(&labs), 30534);
    assert_int_equal(labs.not_of_interest, 107727 - 30534);
    assert_int_equal(labs.duplicate, 0); /* every row has its labevent_id */
    assert_int_equal(labs.out_of_window, 0);
    assert_int_equal(rx.read, 18087);
    assert_true(rx.rejected[MAG_REASON_RX_INTERVAL] > 0);
    assert_true(rx.rejected[MAG_REASON_RX_INTERVAL] <= 753); /* of all orders */
    assert_true(rx.open_orders <= 14);
    assert_int_equal(rx.unmapped, 0);
    assert_int_equal(account_of("patients").accepted, 100);
    assert_int_equal(account_of("admissions").read, 275);
    assert_int_equal(account_of("omr").read, 2964);
    assert_int_equal(account_of("diagnoses_icd").read, 4506);
    fixture_close(&f);
}

static void results_are_those_of_the_files(void **state) {
    (void)state;
    open_mimic();
    ingest_from(data);
    tally below17 = count_results(MAG_MAGNESIUM, (mag_decimal){17, 1}, -1);
    assert_int_equal(below17.results, 2470);
    assert_int_equal(below17.patients, 100);
    assert_int_equal(below17.ever, 43);
    assert_int_equal(below17.ever_rows, 182);
    assert_int_equal(below17.latest, 7);
    tally below16 = count_results(MAG_MAGNESIUM, (mag_decimal){16, 1}, -1);
    assert_int_equal(below16.ever, 34);
    assert_int_equal(below16.ever_rows, 96);
    tally below12 = count_results(MAG_MAGNESIUM, (mag_decimal){12, 1}, -1);
    assert_int_equal(below12.ever, 2);
    assert_int_equal(below12.ever_rows, 2);
    tally above26 = count_results(MAG_MAGNESIUM, (mag_decimal){26, 1}, 1);
    assert_int_equal(above26.ever, 29);
    assert_int_equal(above26.ever_rows, 94);

    mag_decimal zero = {0, 0};
    /* 3,003 rows of item 50912 and 5 of whole blood; one of them is implausible */
    tally creatinine = count_results(MAG_CREATININE, zero, 1);
    assert_int_equal(creatinine.results + creatinine.marks, 3008);
    /* 3,022 rows of item 50971 and 302 of whole blood; three are text */
    tally potassium = count_results(MAG_POTASSIUM, zero, 1);
    assert_int_equal(potassium.results, 3321);
    assert_int_equal(potassium.marks, 3);
    tally calcium = count_results(MAG_CALCIUM, zero, 1);
    assert_int_equal(calcium.results, 2377);
    tally ionised = count_results(MAG_CALCIUM_IONISED, zero, 1);
    assert_int_equal(ionised.results, 509);
    tally egfr = count_results(MAG_EGFR, zero, 1);
    assert_int_equal(egfr.results, 0); /* text only */
    assert_int_equal(egfr.marks, 741);
    fixture_close(&f);
}

static void everybody_has_a_moment_and_no_look_alike_is_an_exposure(void **state) {
    (void)state;
    open_mimic();
    ingest_from(data);
    mag_class_set magnesium_or_potassium =
        (mag_class_set)1 << MAG_CLASS_MGSUPP | (mag_class_set)1 << MAG_CLASS_MGIV |
        (mag_class_set)1 << MAG_CLASS_MGLAX | (mag_class_set)1 << MAG_CLASS_MGOTHER |
        (mag_class_set)1 << MAG_CLASS_KSUPP;
    size_t look_alike_count = 0;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        for (size_t i = 0; i < mag_cohort_patient_count(f.cohort, p); i++) {
            mag_timeline timeline;
            mag_timeline_of(f.cohort, p, i, &timeline);
            assert_int_not_equal(timeline.as_of, MAG_MINUTE_NONE);
            assert_true(timeline.person->is_birth_year_only);
            for (size_t k = 0; k < timeline.exposure_count; k++) {
                const mag_exposure *exposure = &timeline.exposures[k];
                assert_true(exposure->start < exposure->stop);
                assert_true(exposure->start <= timeline.as_of);
                const char *name = mag_cohort_drug(f.cohort, exposure->drug_id)->shown_name;
                bool is_look_alike =
                    strstr(name, "Esomeprazole Mag") || strstr(name, "Losartan Pot");
                look_alike_count += is_look_alike;
                if (is_look_alike &&
                    (mag_exposure_classes(f.cohort, exposure) & magnesium_or_potassium))
                    fail_msg("%s counts as magnesium or potassium", name);
            }
        }
    assert_true(look_alike_count > 0);
    fixture_close(&f);
}

/* --- order, split, compression
 * --------------------------------------------------------------------- */

static char *inflate_whole(const char *path, size_t *nbytes) {
    mag_stream *stream;
    size_t capacity = (size_t)1 << 24, got;
    char *text = malloc(capacity);
    *nbytes = 0;
    must(&f, mag_stream_open(&stream, path, &f.account, &f.err));
    do {
        must(&f, mag_stream_read(stream, text + *nbytes, capacity - *nbytes, &got, &f.err));
        *nbytes += got;
        assert_true(*nbytes < capacity);
    } while (got);
    mag_stream_close(stream);
    return text;
}

/* Writes a table as `part_count` plain files with its lines (no record spans two) in another order.
 */
static void scatter_table(const char *folder, const char *stem, size_t part_count) {
    enum { MOST_LINES = 120000 };
    static mag_span lines[MOST_LINES];
    char path[600];
    size_t nbytes, count = 0;
    snprintf(path, sizeof path, "%s/%s.csv.gz", data, stem);
    char *text = inflate_whole(path, &nbytes);
    for (size_t begin = 0, end; begin < nbytes; begin = end) {
        for (end = begin; text[end++] != '\n';)
            assert_true(end < nbytes);
        assert_true(count < MOST_LINES);
        lines[count++] = (mag_span){text + begin, end - begin};
    }
    uint64_t random = 7;
    for (size_t i = count - 1; i > 1; i--) { /* line 0 is the header */
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t j = 1 + (size_t)(random >> 33) % i;
        mag_span kept = lines[i];
        lines[i] = lines[j];
        lines[j] = kept;
    }
    for (size_t part = 0; part < part_count; part++) {
        snprintf(path, sizeof path, "%s/%s-%zu.csv", folder, stem, part);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        fwrite(lines[0].at, 1, lines[0].nbytes, file);
        for (size_t i = 1 + part; i < count; i += part_count)
            fwrite(lines[i].at, 1, lines[i].nbytes, file);
        assert_int_equal(fclose(file), 0);
    }
    free(text);
}

static void order_split_and_compression_change_no_timeline(void **state) {
    (void)state;
    static const char *const stems[] = {"patients",      "admissions", "labevents",
                                        "prescriptions", "omr",        "diagnoses_icd"};
    enum { PART_COUNT = 3 };
    open_mimic();
    ingest_from(data);
    mag_text golden = dump_all(&f);
    char *kept = strdup(golden.at);
    mag_accounting labs = account_of("labevents"), rx = account_of("prescriptions");
    mag_text_done(&golden);
    fixture_close(&f);

    char folder[300];
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/magscreen-mimic-XXXXXX", parent ? parent : "/tmp");
    assert_non_null(mkdtemp(folder));
    open_mimic();
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
        scatter_table(folder, stems[i], PART_COUNT);
    ingest_from(folder);
    mag_text dump = dump_all(&f);
    assert_string_equal(dump.at, kept);
    assert_true(strlen(kept) > 1000000);
    mag_accounting other_labs = account_of("labevents"), other_rx = account_of("prescriptions");
    assert_memory_equal(&other_labs, &labs, sizeof labs);
    assert_memory_equal(&other_rx, &rx, sizeof rx);
    mag_text_done(&dump);
    fixture_close(&f);
    free(kept);
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++)
        for (size_t part = 0; part < PART_COUNT; part++) {
            char path[600];
            snprintf(path, sizeof path, "%s/%s-%zu.csv", folder, stems[i], part);
            unlink(path);
        }
    rmdir(folder);
}

int main(void) {
    if (!has_data()) {
        printf("SKIPPED: the MIMIC-IV demo is not there (%s); set MAGSCREEN_DATA\n", data);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_accounted_for),
        cmocka_unit_test(results_are_those_of_the_files),
        cmocka_unit_test(everybody_has_a_moment_and_no_look_alike_is_an_exposure),
        cmocka_unit_test(order_split_and_compression_change_no_timeline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
