/* CSV files as a source: headers, refusals, counts, several parts, and finding files. */
#include "cohort_fixture.h"

#include "cohort/source.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static fixture f;
static char folder[256];

static int set_up(void **state) {
    (void)state;
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/magscreen-csv-XXXXXX", parent ? parent : "/tmp");
    if (!mkdtemp(folder))
        return -1;
    fixture_open(&f, usual_settings());
    return 0;
}

static const char *path_of(const char *name) {
    static char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *const NAMES[] = {"labs.csv",   "labs-1.csv",    "labs-2.csv",   "labs.csv.gz",
                                    "labs.txt",   "xlabs.csv",     "patients.csv", "stays.csv",
                                    "rx-all.csv", "conditions.csv"};

static int tear_down(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        unlink(path_of(NAMES[i]));
    rmdir(folder);
    fixture_close(&f);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static void write_text(const char *name, const char *text) {
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* Reads the named files (ended by NULL) as one source. */
static mag_status ingest(mag_table_kind kind, const char *const *names, bool allow_empty) {
    const char *paths[8];
    size_t count = 0;
    for (; names[count]; count++)
        paths[count] = mag_arena_text(f.arena, mag_span_of(path_of(names[count])));
    mag_source *source;
    must(&f, mag_source_csv_new(f.arena, "lims", f.profile, table_of(f.profile, kind), paths, count,
                                allow_empty, &source, &f.err));
    assert_string_equal(source->name, "lims");
    assert_int_equal(source->kind, kind);
    mag_status status = mag_source_ingest(source, f.cohort, &f.err);
    source->ops->free(source);
    return status;
}

static mag_status ingest_one(mag_table_kind kind, const char *name, const char *text) {
    write_text(name, text);
    const char *const names[] = {name, NULL};
    return ingest(kind, names, false);
}

static void feed_roster(void) {
    assert_int_equal(ingest_one(MAG_TABLE_PATIENTS, "patients.csv",
                                "patient_id,sex,birth\np1,F,1950\np2,M,1960\n"),
                     MAG_OK);
}

#define LABS_HEADER "patient_id,code,value,unit,collected_at\n"

static void I28_a_missing_column_is_refused_with_the_place_of_the_nearest_name(void **state) {
    (void)state;
    mag_status status = ingest_one(MAG_TABLE_LABS, "labs.csv",
                                   "patient_id,code,value,unit,colected_at\np1,2601-3,0.7,mmol/L,"
                                   "2024-06-01\n");
    assert_int_equal(status, MAG_E_INPUT);
    assert_int_equal(f.err.message, MAG_MSG_I128);
    assert_non_null(strstr(f.err.text, "labs.csv"));
    assert_non_null(strstr(f.err.text, "collected_at"));
    assert_non_null(strstr(f.err.hint, "column 5 of the file has a similar name"));
    assert_null(strstr(f.err.hint, "colected_at"));
}

static void I28_one_of_code_and_name_of_a_drug_is_enough(void **state) {
    (void)state;
    assert_int_equal(ingest_one(MAG_TABLE_PRESCRIPTIONS, "rx-all.csv",
                                "patient_id,drug_code,start\np1,C03CA01,2024-06-01\n"),
                     MAG_OK);
    assert_int_equal(ingest_one(MAG_TABLE_PRESCRIPTIONS, "rx-all.csv",
                                "patient_id,drugname,start\np1,furosemide,2024-06-01\n"),
                     MAG_E_INPUT);
    assert_non_null(strstr(f.err.text, "drug_name"));
}

static void I29_I30_extra_and_reordered_columns_change_nothing(void **state) {
    (void)state;
    feed_roster();
    assert_int_equal(
        ingest_one(MAG_TABLE_LABS, "labs.csv", LABS_HEADER "p1,2601-3,0.7,mmol/L,2024-06-01\n"),
        MAG_OK);
    settle(&f);
    mag_text plain = dump_all(&f);
    char *kept = strdup(plain.at);
    mag_text_done(&plain);

    fixture_close(&f);
    fixture_open(&f, usual_settings());
    feed_roster();
    assert_int_equal(ingest_one(MAG_TABLE_LABS, "labs.csv",
                                "ward,collected_at,unit,value,code,patient_id,bed\n"
                                "w,2024-06-01,mmol/L,0.7,2601-3,p1,x\n"),
                     MAG_OK);
    settle(&f);
    mag_text other = dump_all(&f);
    assert_string_equal(other.at, kept);
    assert_non_null(strstr(kept, "magnesium"));
    mag_text_done(&other);
    free(kept);
}

static void a_column_that_identifies_is_refused_before_a_row_is_read(void **state) {
    (void)state;
    assert_int_equal(ingest_one(MAG_TABLE_LABS, "labs.csv",
                                "collected_at,unit,value,code,patient_id,nhs\n"
                                "2024-06-01,mmol/L,0.7,2601-3,p1,x\n"),
                     MAG_E_PRIVACY);
    assert_int_equal(f.err.message, MAG_MSG_S611);
    assert_non_null(strstr(f.err.text, "column 6 "));
    assert_non_null(strstr(f.err.hint, "drop"));
    assert_int_equal(mag_cohort_file(f.cohort, 0)->accounting.read, 0);
}

static void I32_a_header_alone_is_refused_unless_allowed(void **state) {
    (void)state;
    assert_int_equal(ingest_one(MAG_TABLE_LABS, "labs.csv", LABS_HEADER), MAG_E_INPUT);
    assert_int_equal(f.err.message, MAG_MSG_I130);
    assert_non_null(strstr(f.err.hint, "--allow-empty labs"));
    const char *const names[] = {"labs.csv", NULL};
    fixture_close(&f);
    fixture_open(&f, usual_settings());
    assert_int_equal(ingest(MAG_TABLE_LABS, names, true), MAG_OK);
    assert_true(mag_cohort_has_labs(f.cohort));
}

static void I14_the_same_content_twice_is_refused(void **state) {
    (void)state;
    const char *text = LABS_HEADER "p1,2601-3,0.7,mmol/L,2024-06-01\n";
    write_text("labs-1.csv", text);
    write_text("labs-2.csv", text);
    const char *const names[] = {"labs-1.csv", "labs-2.csv", NULL};
    assert_int_equal(ingest(MAG_TABLE_LABS, names, false), MAG_E_INPUT);
    assert_int_equal(f.err.message, MAG_MSG_I110);
    assert_non_null(strstr(f.err.text, "labs-1.csv"));
    assert_non_null(strstr(f.err.text, "labs-2.csv"));
}

static void I33_rows_of_a_wrong_shape_are_rejected_and_neighbours_kept(void **state) {
    (void)state;
    feed_roster();
    assert_int_equal(ingest_one(MAG_TABLE_LABS, "labs.csv",
                                LABS_HEADER "p1,2601-3,0.7,mmol/L,2024-06-01\n"
                                            "p1,2601-3,0.7,mmol/L\n"
                                            "zz,0000-0,0.7,mmol/L,2024-06-01,x\n"
                                            "p1,2601-3,\"0.8,mmol/L,2024-06-02\n"
                                            "p1,2601-3,0.9,mmol/L,2024-06-03\n"),
                     MAG_OK);
    settle(&f);
    const mag_run_file *file = mag_cohort_file(f.cohort, 1);
    assert_string_equal(file->source, "lims");
    assert_string_equal(file->name, "labs.csv");
    assert_int_equal(file->accounting.read, 5);
    assert_int_equal(file->accounting.accepted, 2);
    assert_int_equal(file->accounting.rejected[MAG_REASON_CSV_TOO_FEW_FIELDS], 1);
    assert_int_equal(file->accounting.rejected[MAG_REASON_CSV_TOO_MANY_FIELDS], 1);
    assert_int_equal(file->accounting.rejected[MAG_REASON_CSV_UNCLOSED_QUOTE] +
                         file->accounting.rejected[MAG_REASON_CSV_BAD_QUOTE],
                     1);
    size_t count;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &count);
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(rejects[i].line, 3 + i);
    assert_int_equal(strlen(file->sha256), 64);
    assert_true(file->in_nbytes > 0);
}

static void one_source_may_come_in_parts(void **state) {
    (void)state;
    feed_roster();
    write_text("labs-1.csv", LABS_HEADER "p1,2601-3,0.7,mmol/L,2024-06-01\n"
                                         "p2,2601-3,0.7,mmol/L,2024-06-01\n");
    write_text("labs-2.csv", LABS_HEADER "p1,2601-3,0.7,mmol/L,2024-06-01\n"
                                         "p1,2601-3,abc,mmol/L,2024-06-01\n");
    const char *const names[] = {"labs-1.csv", "labs-2.csv", NULL};
    assert_int_equal(ingest(MAG_TABLE_LABS, names, false), MAG_OK);
    settle(&f);
    assert_int_equal(mag_cohort_file(f.cohort, 1)->accounting.accepted, 2);
    assert_int_equal(mag_cohort_file(f.cohort, 2)->accounting.duplicate, 1);
    size_t count;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &count);
    assert_int_equal(count, 1);
    assert_int_equal(rejects[0].file_id, 2);
    assert_int_equal(rejects[0].line, 3);
    assert_string_equal(rejects[0].column, "value");
}

static void messages_hold_no_value_and_no_id(void **state) {
    (void)state;
    assert_int_equal(ingest_one(MAG_TABLE_LABS, "labs.csv",
                                "patient_id,code,value,unit\nSECRET-ID,2601-3,SECRET-V,mmol/L\n"),
                     MAG_E_INPUT);
    assert_null(strstr(f.err.text, "SECRET"));
    assert_null(strstr(f.err.hint, "SECRET"));
}

static void a_missing_file_is_a_usage_error(void **state) {
    (void)state;
    const char *const names[] = {"labs.csv", NULL};
    assert_int_equal(ingest(MAG_TABLE_LABS, names, false), MAG_E_USAGE);
    assert_int_equal(f.err.message, MAG_MSG_I112);
}

static void files_of_a_table_are_found_by_stem_and_sorted(void **state) {
    (void)state;
    static const char *const present[] = {"labs-2.csv", "labs.csv.gz", "labs-1.csv", "labs.txt",
                                          "xlabs.csv"};
    static const char *const expected[] = {"labs-1.csv", "labs-2.csv", "labs.csv.gz"};
    for (size_t i = 0; i < sizeof present / sizeof *present; i++)
        write_text(present[i], "x\n");
    const char *const *paths;
    size_t count;
    must(&f, mag_source_find_files(f.arena, folder, "labs", &paths, &count, &f.err));
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(paths[i], path_of(expected[i]));
    must(&f, mag_source_find_files(f.arena, folder, "stays", &paths, &count, &f.err));
    assert_int_equal(count, 0);
    assert_int_equal(
        mag_source_find_files(f.arena, "/no/such/folder", "labs", &paths, &count, &f.err),
        MAG_E_USAGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(I28_a_missing_column_is_refused_with_the_place_of_the_nearest_name),
        TEST(I28_one_of_code_and_name_of_a_drug_is_enough),
        TEST(I29_I30_extra_and_reordered_columns_change_nothing),
        TEST(a_column_that_identifies_is_refused_before_a_row_is_read),
        TEST(I32_a_header_alone_is_refused_unless_allowed),
        TEST(I14_the_same_content_twice_is_refused),
        TEST(I33_rows_of_a_wrong_shape_are_rejected_and_neighbours_kept),
        TEST(one_source_may_come_in_parts),
        TEST(messages_hold_no_value_and_no_id),
        TEST(a_missing_file_is_a_usage_error),
        TEST(files_of_a_table_are_found_by_stem_and_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
