/* Shared tables of a cohort, and what happens when memory ends at any step of its life. */
#include "cohort_fixture.h"

#include "cohort/source.h"

#include <stdlib.h>
#include <unistd.h>

static fixture f;

static int set_up(void **state) {
    (void)state;
    fixture_open(&f, usual_settings());
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fixture_close(&f);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* --- shared tables
 * -------------------------------------------------------------------------------------- */

static void a_drug_is_one_by_system_code_and_name_together(void **state) {
    (void)state;
    static const struct {
        mag_code_system system;
        const char *code, *name;
    } drugs[] = {{MAG_SYSTEM_ATC, "C03CA01", ""},    {MAG_SYSTEM_ATC, "C03CA01", "furosemide"},
                 {MAG_SYSTEM_ATC, "", "furosemide"}, {MAG_SYSTEM_NONE, "", "furosemide"},
                 {MAG_SYSTEM_BNF, "C03CA01", ""},    {MAG_SYSTEM_NONE, "", "Furosemide"},
                 {MAG_SYSTEM_ATC, "C03CA0", "1"}};
    enum { COUNT = sizeof drugs / sizeof *drugs };
    uint32_t ids[COUNT];
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < COUNT; i++) {
            uint32_t id;
            must(&f, mag_cohort_intern_drug(f.cohort, drugs[i].system, mag_span_of(drugs[i].code),
                                            mag_span_of(drugs[i].name), &id, &f.err));
            if (pass)
                assert_int_equal(id, ids[i]);
            ids[i] = id;
            for (uint32_t k = 0; k < i; k++)
                assert_int_not_equal(ids[k], id);
            assert_string_equal(mag_cohort_drug_code(f.cohort, id), drugs[i].code);
        }
    mag_class_set loop = (mag_class_set)1 << MAG_CLASS_LOOP;
    assert_true(mag_cohort_drug(f.cohort, ids[0])->classes == loop);
    assert_true(mag_cohort_drug(f.cohort, ids[5])->classes == loop);
    assert_true(mag_cohort_drug(f.cohort, ids[4])->classes == 0); /* no code of that system */
}

/* A name of over 512 bytes takes another way to its key. */
static void long_drug_names_are_told_apart_too(void **state) {
    (void)state;
    char name[3][1200];
    uint32_t ids[3], again;
    for (size_t i = 0; i < 3; i++) {
        memset(name[i], 'x', sizeof name[i]);
        memcpy(name[i], "furosemide ", 11);
        name[i][sizeof name[i] - 2] = (char)('a' + i);
        name[i][sizeof name[i] - 1] = '\0';
        must(&f, mag_cohort_intern_drug(f.cohort, MAG_SYSTEM_NONE, mag_span_of(""),
                                        mag_span_of(name[i]), &ids[i], &f.err));
    }
    assert_int_not_equal(ids[0], ids[1]);
    assert_int_not_equal(ids[1], ids[2]);
    must(&f, mag_cohort_intern_drug(f.cohort, MAG_SYSTEM_NONE, mag_span_of(""),
                                    mag_span_of(name[1]), &again, &f.err));
    assert_int_equal(again, ids[1]);
    assert_true(mag_cohort_drug(f.cohort, again)->classes == (mag_class_set)1 << MAG_CLASS_LOOP);
}

static void classes_alone_make_a_drug_with_their_names(void **state) {
    (void)state;
    mag_class_set loop = (mag_class_set)1 << MAG_CLASS_LOOP;
    mag_class_set both = loop | (mag_class_set)1 << MAG_CLASS_PPI;
    uint32_t one, two, again;
    must(&f, mag_cohort_intern_class(f.cohort, loop, &one, &f.err));
    must(&f, mag_cohort_intern_class(f.cohort, both, &two, &f.err));
    must(&f, mag_cohort_intern_class(f.cohort, loop, &again, &f.err));
    assert_int_equal(one, again);
    assert_int_not_equal(one, two);
    assert_string_equal(mag_cohort_drug(f.cohort, two)->shown_name, "LOOP + PPI");
    assert_string_equal(mag_cohort_drug_code(f.cohort, two), "");
}

static void texts_and_ranges_are_kept_once_and_0_is_none(void **state) {
    (void)state;
    uint32_t a, b, again, none;
    must(&f, mag_cohort_intern_text(f.cohort, mag_span_of("north"), &a, &f.err));
    must(&f, mag_cohort_intern_text(f.cohort, mag_span_of("south"), &b, &f.err));
    must(&f, mag_cohort_intern_text(f.cohort, mag_span_of("north"), &again, &f.err));
    must(&f, mag_cohort_intern_text(f.cohort, mag_span_of(""), &none, &f.err));
    assert_true(a == again && a != b && a && b && !none);
    assert_string_equal(mag_cohort_text(f.cohort, b), "south");
    assert_string_equal(mag_cohort_text(f.cohort, 0), "");

    mag_decimal low, high, seven = {7, 1}, seventy = {70, 2}, one = {1, 0};
    uint16_t printed, exact, same;
    must(&f, mag_cohort_intern_range(f.cohort, seven, one, &printed, &f.err));
    must(&f, mag_cohort_intern_range(f.cohort, seventy, one, &exact, &f.err));
    must(&f, mag_cohort_intern_range(f.cohort, seven, one, &same, &f.err));
    assert_true(printed == same && printed != exact && printed && exact); /* as printed */
    assert_true(mag_cohort_range(f.cohort, exact, &low, &high));
    assert_true(low.mantissa == 70 && low.scale == 2 && high.mantissa == 1);
    assert_false(mag_cohort_range(f.cohort, 0, &low, &high));
}

static void more_ranges_than_a_record_can_point_to_are_an_error(void **state) {
    (void)state;
    uint16_t id = 0;
    mag_status status = MAG_OK;
    int32_t count = 0;
    while (status == MAG_OK && count < 70000) {
        status = mag_cohort_intern_range(f.cohort, (mag_decimal){count, 0},
                                         (mag_decimal){count + 1, 0}, &id, &f.err);
        if (status == MAG_OK)
            assert_int_equal(id, ++count);
    }
    assert_int_equal(status, MAG_E_RESOURCE);
    assert_int_equal(count, UINT16_MAX);
    mag_decimal low, high;
    assert_true(mag_cohort_range(f.cohort, UINT16_MAX, &low, &high));
    assert_int_equal(low.mantissa, UINT16_MAX - 1);
}

/* Twelve units, two of each count; the list is the same for any order of rows. */
static void the_ten_commonest_unknown_units_are_listed(void **state) {
    (void)state;
    for (int is_backwards = 0; is_backwards < 2; is_backwards++) {
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        for (int i = 0; i < 12; i++) {
            int unit = is_backwards ? 11 - i : i;
            char text[] = {'u', (char)('a' + unit), '\0'};
            for (int k = 0; k <= unit / 2; k++)
                must(&f, mag_cohort_count_unknown_unit(f.cohort, mag_span_of(text), &f.err));
        }
        mag_unknown_unit units[10];
        assert_int_equal(mag_cohort_unknown_units(f.cohort, units), 10);
        static const char *const expected[] = {"uk", "ul", "ui", "uj", "ug",
                                               "uh", "ue", "uf", "uc", "ud"};
        for (size_t i = 0; i < 10; i++) {
            assert_string_equal(units[i].text, expected[i]);
            assert_int_equal(units[i].count, 6 - i / 2);
        }
    }
}

static void the_newest_date_is_told_by_table(void **state) {
    (void)state;
    static const char *const labs[] = {"p|2601-3|0.8|mmol/L|2024-06-01 10:00",
                                       "q|2601-3|0.8|mmol/L|2024-06-03 11:00",
                                       "p|29463-7|80|kg|2024-06-20", /* no code-book item */
                                       "p|2601-3|0.8|mmol/L|never", NULL};
    static const char *const rx[] = {"p|furosemide|2024-06-02|2024-06-29", NULL};
    static const char *const stays[] = {"p|s|2024-06-04|2024-06-30", NULL};
    static const char *const conditions[] = {"p|N18|2024-06-05|", "p|N18||s", NULL};
    assert_int_equal(mag_cohort_newest(f.cohort, MAG_TABLE_LABS), MAG_MINUTE_NONE);
    feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at", labs);
    feed(&f, MAG_TABLE_PRESCRIPTIONS, "patient_id|drug_name|start|stop", rx);
    feed(&f, MAG_TABLE_STAYS, "patient_id|stay_id|from|until", stays);
    feed(&f, MAG_TABLE_CONDITIONS, "patient_id|code|recorded_on|stay_id", conditions);
    assert_int_equal(mag_cohort_newest(f.cohort, MAG_TABLE_LABS), at("2024-06-03 11:00"));
    assert_int_equal(mag_cohort_newest(f.cohort, MAG_TABLE_PRESCRIPTIONS), at("2024-06-02"));
    assert_int_equal(mag_cohort_newest(f.cohort, MAG_TABLE_STAYS), at("2024-06-04"));
    assert_int_equal(mag_cohort_newest(f.cohort, MAG_TABLE_CONDITIONS), at("2024-06-05"));
}

static void settling_all_before_each_is_an_internal_error(void **state) {
    (void)state;
    for (unsigned i = 0; i + 1 < MAG_PARTITION_COUNT; i++)
        must(&f, mag_cohort_settle(f.cohort, i, &f.err));
    mag_status status = mag_cohort_settle_all(f.cohort, &f.err);
    assert_int_equal(mag_status_exit_code(status), 70);
    assert_non_null(strstr(f.err.text, "63"));
}

/* --- memory
 * ------------------------------------------------------------------------------------------- */

static char folder[256];

static const char *const FILES[][2] = {
    {"patients", "patient_id,sex,birth,site,weight_kg,measured_on\n"},
    {"labs", "patient_id,code,value,unit,collected_at,result_id,version,ref_low,ref_high\n"},
    {"prescriptions", "patient_id,drug_name,start,stop,dose,dose_unit,doses_per_day\n"},
    {"stays", "patient_id,stay_id,from,until\n"},
    {"conditions", "patient_id,code,stay_id\n"},
};
enum { FILE_COUNT = sizeof FILES / sizeof *FILES, PERSON_COUNT = 300 };

static void print_rows(FILE *file, size_t table, unsigned person) {
    switch (table) {
    case 0:
        fprintf(file, "p%u,F,1950,site %u,70.5,2024-01-01\n", person, person);
        break;
    case 1:
        fprintf(file, "p%u,2601-3,0.8,mmol/L,2024-06-01,r%u,1,0.7,1.%u\n", person, person, person);
        fprintf(file, "p%u,2601-3,0.9,mmol/L,2024-06-01,r%u,2,0.7,1.%u\n", person, person, person);
        fprintf(file, "p%u,2601-3,0.9,unit %u,2024-06-02,,,,\n", person, person);
        break;
    case 2:
        fprintf(file, "p%u,magnesium oxide %u mg,2024-06-01,,%u,mg,2\n", person, person, person);
        break;
    case 3:
        fprintf(file, "p%u,s%u,2024-05-01,2024-05-%02u\n", person, person, 1 + person % 31);
        break;
    default:
        fprintf(file, "p%u,N18.5,s%u\n", person, person);
    }
}

static const char *path_of(size_t table) {
    static char path[400];
    snprintf(path, sizeof path, "%s/%s.csv", folder, FILES[table][0]);
    return path;
}

static void write_files(void) {
    for (size_t table = 0; table < FILE_COUNT; table++) {
        FILE *file = fopen(path_of(table), "wb");
        assert_non_null(file);
        fputs(FILES[table][1], file);
        for (unsigned person = 0; person < PERSON_COUNT; person++)
            print_rows(file, table, person);
        assert_int_equal(fclose(file), 0);
    }
}

static mag_status read_table(mag_cohort *cohort, mag_arena *arena, size_t table, mag_error *err) {
    mag_table_kind kind;
    mag_source *source;
    const char *const *paths;
    size_t path_count;
    assert_true(mag_table_kind_find(mag_span_of(FILES[table][0]), &kind));
    MAG_TRY(mag_source_find_files(arena, folder, FILES[table][0], &paths, &path_count, err));
    MAG_TRY(mag_source_csv_new(arena, FILES[table][0], f.profile, table_of(f.profile, kind), paths,
                               path_count, false, &source, err));
    return mag_source_ingest(source, cohort, err);
}

static mag_status live(mag_cohort *cohort, mag_arena *arena, mag_error *err) {
    for (size_t table = 0; table < FILE_COUNT; table++)
        MAG_TRY(read_table(cohort, arena, table, err));
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        MAG_TRY(mag_cohort_settle(cohort, i, err));
    return mag_cohort_settle_all(cohort, err);
}

/* A whole life of a cohort under a limit; everything is given back, however it ended. */
static mag_status live_within(size_t limit_nbytes, size_t *peak_nbytes) {
    mag_account account = {.limit_nbytes = limit_nbytes};
    mag_error err = {0};
    mag_cohort_settings settings = usual_settings();
    settings.account = &account;
    mag_arena *arena = mag_arena_new(&account);
    mag_cohort *cohort = NULL;
    mag_status status = mag_cohort_new(&cohort, f.book, &settings, &err);
    if (status == MAG_OK)
        status = live(cohort, arena, &err);
    if (status == MAG_OK)
        assert_int_equal(mag_cohort_file(cohort, 1)->accounting.accepted, PERSON_COUNT);
    else
        assert_int_equal(err.message, MAG_MSG_P402);
    mag_cohort_free(cohort);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
    assert_true(!limit_nbytes || account.peak_nbytes <= limit_nbytes);
    *peak_nbytes = account.peak_nbytes;
    return status;
}

static void memory_may_end_anywhere_and_nothing_is_lost(void **state) {
    (void)state;
    enum { STEP_COUNT = 250 };
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/magscreen-memory-XXXXXX", parent ? parent : "/tmp");
    assert_non_null(mkdtemp(folder));
    write_files();
    size_t whole, peak;
    assert_int_equal(live_within(0, &whole), MAG_OK);
    assert_int_equal(live_within(whole, &peak), MAG_OK);
    for (size_t step = 1; step < STEP_COUNT; step++) {
        mag_status status = live_within(whole * step / STEP_COUNT, &peak);
        assert_int_equal(status, MAG_E_RESOURCE);
        assert_int_equal(mag_status_exit_code(status), 8);
    }
    for (size_t table = 0; table < FILE_COUNT; table++)
        unlink(path_of(table));
    rmdir(folder);
}

/* A profile is read into an arena of a limited account. */
static void a_profile_is_read_or_refused_for_memory(void **state) {
    (void)state;
    mag_status status = MAG_E_RESOURCE;
    size_t refused_count = 0;
    for (size_t limit = 1000; status != MAG_OK; limit += 3000) {
        mag_account account = {.limit_nbytes = limit};
        mag_arena *arena = mag_arena_new(&account);
        const mag_profile *profile;
        status = mag_profile_load(arena, "mimic-iv", &profile, &f.err);
        assert_true(status == MAG_OK || status == MAG_E_RESOURCE);
        refused_count += status != MAG_OK;
        mag_arena_free(arena);
        assert_int_equal(account.used_nbytes, 0);
        assert_true(limit < 10000000);
    }
    assert_true(refused_count > 3);
}

/* What is told of a failed run goes through all files that were added. */
static void a_file_whose_name_found_no_room_is_not_added(void **state) {
    (void)state;
    enum { LONG_NBYTES = 1 << 20 };
    char *name = malloc(LONG_NBYTES + 1);
    assert_non_null(name);
    memset(name, 'n', LONG_NBYTES);
    name[LONG_NBYTES] = '\0';
    uint16_t file_id;
    mag_run_file *file;
    f.account.limit_nbytes = atomic_load(&f.account.used_nbytes) + LONG_NBYTES / 2;
    assert_int_equal(
        mag_cohort_add_file(f.cohort, "labs", name, MAG_TABLE_LABS, &file_id, &file, &f.err),
        MAG_E_RESOURCE);
    assert_int_equal(mag_cohort_file_count(f.cohort), 0);
    f.account.limit_nbytes = 0;
    must(&f, mag_cohort_add_file(f.cohort, "labs", name, MAG_TABLE_LABS, &file_id, &file, &f.err));
    assert_string_equal(mag_cohort_file(f.cohort, 0)->source, "labs");
    free(name);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_drug_is_one_by_system_code_and_name_together),
        TEST(long_drug_names_are_told_apart_too),
        TEST(classes_alone_make_a_drug_with_their_names),
        TEST(texts_and_ranges_are_kept_once_and_0_is_none),
        TEST(more_ranges_than_a_record_can_point_to_are_an_error),
        TEST(the_ten_commonest_unknown_units_are_listed),
        TEST(the_newest_date_is_told_by_table),
        TEST(settling_all_before_each_is_an_internal_error),
        TEST(memory_may_end_anywhere_and_nothing_is_lost),
        TEST(a_profile_is_read_or_refused_for_memory),
        TEST(a_file_whose_name_found_no_room_is_not_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
