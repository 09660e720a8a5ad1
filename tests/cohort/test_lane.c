/* Rows put into several lanes against the same rows in one: what rules see, where every row ended
   and what is told must not depend on which lane a row went to. */
#include "cohort_fixture.h"

#include "cohort/lane.h"
#include "cohort/source.h"

#include <stdlib.h>

enum { LANES = 8, ROWS = 900, ROW_NBYTES = 160 };

/* Made rows of one table. */
typedef struct made_table {
    mag_table_kind kind;
    const char *header;
    char rows[ROWS][ROW_NBYTES];
    size_t count;
} made_table;

static made_table tables[5] = {
    {.kind = MAG_TABLE_PATIENTS, .header = "patient_id|sex|birth|died_on|site"},
    {.kind = MAG_TABLE_LABS,
     .header =
         "patient_id|code|value|unit|collected_at|specimen_id|result_id|version|ref_low|ref_high"},
    {.kind = MAG_TABLE_PRESCRIPTIONS,
     .header = "patient_id|drug_code|drug_name|start|stop|kind|dose|dose_unit"},
    {.kind = MAG_TABLE_STAYS, .header = "patient_id|stay_id|from|until"},
    {.kind = MAG_TABLE_CONDITIONS, .header = "patient_id|code|stay_id"}};

static void make_labs(made_table *table) {
    static const char *const codes[] = {"2601-3",  "2823-3", "2951-2",
                                        "14682-9", "2601-3", "9999-9"};
    static const char *const units[] = {"mmol/L", "mmol/L", "mmol/L", "umol/L", "", "furlong"};
    for (int i = 0; i < ROWS; i++) {
        const int what = rand() % 6, person = rand() % 45;
        char specimen[16] = "", edition[24] = "|";
        if (i % 4 == 0)
            snprintf(specimen, sizeof specimen, "s%d", rand() % 60);
        if (i % 7 == 0)
            snprintf(edition, sizeof edition, "r%d|%d", rand() % 40, rand() % 3);
        snprintf(table->rows[i], ROW_NBYTES,
                 "p%d|%s|%d.%d|%s|2024-0%d-%02dT%02d:00|%s|%s|0.%d|1.%d", person, codes[what],
                 what == 3 ? 80 + rand() % 40 : rand() % 3, rand() % 9,
                 what == 1 && i % 50 == 0 ? units[5] : units[what], 1 + rand() % 6, 1 + rand() % 28,
                 rand() % 24, specimen, edition, rand() % 9, rand() % 9);
    }
    table->count = ROWS;
}

static void make_tables(void) {
    static const char *const drugs[] = {"A12CC04|",
                                        "A02BC01|omeprazole",
                                        "C03CA01|Lasix",
                                        "|magnesium oxide 400 mg tablets",
                                        "N02BE01|paracetamol",
                                        "|Magnesiumhaltiges Pulver"};
    srand(11);
    for (int i = 0; i < 40; i++)
        snprintf(tables[0].rows[i], ROW_NBYTES, "p%d|%s|19%02d-01-01||site %d", i,
                 i % 2 ? "F" : "M", 30 + i, i % 5);
    for (int i = 40; i < 45; i++) /* the same people again, from another site */
        snprintf(tables[0].rows[i], ROW_NBYTES, "p%d|F|1950-01-01||site %d", i - 40, i);
    tables[0].count = 45;
    make_labs(&tables[1]);
    for (int i = 0; i < 400; i++)
        snprintf(tables[2].rows[i], ROW_NBYTES, "p%d|%s|2024-0%d-%02d||order|%d|mg", rand() % 45,
                 drugs[rand() % 6], 1 + rand() % 6, 1 + rand() % 28, 100 * (1 + rand() % 9));
    tables[2].count = 400;
    for (int i = 0; i < 80; i++) {
        snprintf(tables[3].rows[i], ROW_NBYTES, "p%d|stay%d|2024-01-%02d|2024-02-%02d", i % 40,
                 i % 40, 1 + rand() % 28, 1 + rand() % 28);
        snprintf(tables[4].rows[i], ROW_NBYTES, "p%d|%s|stay%d", i % 42, i % 3 ? "K50.9" : "I50.9",
                 i % 42);
    }
    tables[3].count = tables[4].count = 80;
}

/* Rows of one table go to lanes by lot. */
static void feed_lanes(fixture *f, const made_table *made) {
    const mag_profile_table *table = table_of(f->profile, made->kind);
    const unsigned lane_count = mag_cohort_lane_count(f->cohort);
    const char *name = mag_table_kind_name(made->kind);
    static mag_decoder decoders[LANES];
    mag_span cells[CELL_COUNT];
    uint16_t file_id;
    mag_run_file *file;
    must(f, mag_cohort_add_file(f->cohort, name, name, made->kind, &file_id, &file, &f->err));
    for (unsigned k = 0; k < lane_count; k++) {
        mag_decoder_init(&decoders[k], f->cohort, table, file_id, file);
        decoders[k].lane = mag_cohort_lane(f->cohort, k);
        size_t column_count = split_cells(made->header, cells);
        must(f, mag_decoder_bind(&decoders[k], cells, column_count, &f->err));
    }
    for (uint32_t i = 0; i < made->count; i++) {
        split_cells(made->rows[i], cells);
        must(f, mag_decoder_row(&decoders[(unsigned)rand() % lane_count], cells, i + 2, &f->err));
    }
    for (unsigned k = 0; k < lane_count; k++)
        mag_decoder_done(&decoders[k]);
}

static void fill(fixture *f, unsigned lane_count, mag_as_of_kind as_of_kind) {
    mag_cohort_settings settings = usual_settings();
    settings.as_of_kind = as_of_kind;
    fixture_open(f, settings);
    must(f, mag_cohort_add_lanes(f->cohort, lane_count, &f->err));
    srand(lane_count);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        feed_lanes(f, &tables[i]);
    must(f, mag_cohort_join_rejects(f->cohort, &f->err));
    must(f, mag_cohort_join_tables(f->cohort, &f->err));
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        must(f, mag_cohort_join_ids(f->cohort, p, &f->err));
}

/* What is told beside timelines: accounts, rejects, counted texts, profiles of units. */
static void dump_told(fixture *f, mag_text *out) {
    mag_counted_text texts[64];
    size_t count;
    uint64_t not_shown;
    for (uint16_t i = 0; i < mag_cohort_file_count(f->cohort); i++) {
        const mag_run_file *file = mag_cohort_file(f->cohort, i);
        mag_text_add(out, (mag_span){(const char *)&file->accounting, sizeof file->accounting});
        mag_text_add(out, (mag_span){(const char *)file->units, sizeof file->units});
        mag_text_format(out, "%s %d\n", file->name, file->newest);
    }
    const mag_reject *rejects = mag_cohort_rejects(f->cohort, &count);
    for (size_t i = 0; i < count; i++)
        mag_text_format(out, "%u %u %u %s %s\n", rejects[i].file_id, rejects[i].line,
                        rejects[i].reason, rejects[i].column, rejects[i].detail);
    const size_t units = mag_cohort_unknown_units(f->cohort, texts);
    for (size_t i = 0; i < units; i++)
        mag_text_format(out, "%s %d\n", texts[i].text, (int)texts[i].count);
    const size_t codes =
        mag_cohort_unmapped_codes(f->cohort, MAG_TABLE_LABS, texts, 64, &not_shown);
    for (size_t i = 0; i < codes; i++)
        mag_text_format(out, "%s %d of %u\n", texts[i].text, (int)texts[i].count,
                        texts[i].patient_count);
    const size_t drugs = mag_cohort_unmapped(f->cohort, texts, 64);
    for (size_t i = 0; i < drugs; i++)
        mag_text_format(out, "%s %d of %u\n", texts[i].text, (int)texts[i].count,
                        texts[i].patient_count);
    const mag_unit_profile *profiles = mag_cohort_unit_profiles(f->cohort, &count);
    for (size_t i = 0; i < count; i++)
        mag_text_format(out, "%s %s %s %d %d %d %d\n", profiles[i].source, profiles[i].code,
                        mag_unit_text(profiles[i].unit), (int)profiles[i].row_count,
                        (int)profiles[i].inferred_count, (int)profiles[i].dropped_count,
                        (int)profiles[i].contradict_count);
    mag_text_format(out, "%d not shown, twins %d\n", (int)not_shown,
                    (int)mag_cohort_twin_count(f->cohort));
}

static mag_text dump_settled(fixture *f) {
    settle(f);
    mag_text out = dump_all(f);
    dump_told(f, &out);
    must(f, mag_text_check(&out, &f->err));
    return out;
}

static void compare(unsigned lane_count, mag_as_of_kind as_of_kind) {
    fixture one, many;
    fill(&one, 1, as_of_kind);
    fill(&many, lane_count, as_of_kind);
    mag_text wanted = dump_settled(&one), found = dump_settled(&many);
    assert_int_equal(found.nbytes, wanted.nbytes);
    assert_memory_equal(found.at, wanted.at, wanted.nbytes);
    assert_true(wanted.nbytes > 20000);
    mag_text_done(&wanted);
    mag_text_done(&found);
    fixture_close(&one);
    fixture_close(&many);
}

static void nothing_depends_on_the_lane_of_a_row(void **state) {
    (void)state;
    make_tables();
    for (unsigned lane_count = 2; lane_count <= LANES; lane_count++) {
        compare(lane_count, MAG_AS_OF_FIXED);
        compare(lane_count, MAG_AS_OF_LATEST);
    }
}

/* Each copy looks into the lanes, and leaves them whole for the next. */
static void copies_see_the_rows_of_all_lanes(void **state) {
    (void)state;
    fixture f;
    make_tables();
    fill(&f, 3, MAG_AS_OF_FIXED);
    mag_text texts[2];
    mag_cohort *filled = f.cohort;
    for (int i = 0; i < 2; i++) {
        must(&f, mag_cohort_copy(filled, end_of("2024-06-30"), &f.cohort, &f.err));
        texts[i] = dump_settled(&f);
        mag_cohort_free(f.cohort);
    }
    f.cohort = filled;
    mag_text wanted = dump_settled(&f);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(texts[i].nbytes, wanted.nbytes);
        assert_memory_equal(texts[i].at, wanted.at, wanted.nbytes);
        mag_text_done(&texts[i]);
    }
    mag_text_done(&wanted);
    fixture_close(&f);
}

/* Two lanes of 40,000 each; either alone would do. */
static void ranges_are_counted_over_all_lanes(void **state) {
    (void)state;
    for (int32_t shared = 0; shared < 2; shared++) {
        fixture f;
        fixture_open(&f, usual_settings());
        must(&f, mag_cohort_add_lanes(f.cohort, 2, &f.err));
        for (int32_t i = 0; i < 80000; i++) {
            const mag_range range = {{shared ? i / 2 : i, 0}, {100000, 0}};
            uint16_t range_id;
            must(&f, mag_lane_intern_range(mag_cohort_lane(f.cohort, (unsigned)i % 2), &range,
                                           &range_id, &f.err));
        }
        const mag_status status = mag_cohort_join_tables(f.cohort, &f.err);
        assert_int_equal(status, shared ? MAG_OK : MAG_E_RESOURCE);
        if (status != MAG_OK)
            assert_string_equal(f.err.text, "more than 65535 distinct reference ranges in one run");
        fixture_close(&f);
    }
}

/* Most in one lane, the others in another: the limit is of all. */
static void more_codes_than_codes_can_be_are_none_in_any_lane(void **state) {
    (void)state;
    for (unsigned share = 1; share < 4; share++) {
        fixture f;
        mag_shown_code shown[4];
        uint64_t not_shown;
        fixture_open(&f, usual_settings());
        must(&f, mag_cohort_add_lanes(f.cohort, 2, &f.err));
        for (unsigned i = 0; i < (MAG_UNMAPPED_CODE_LIMIT + 1) * 5; i++) {
            char code[16], id[16];
            snprintf(code, sizeof code, "c%u", i / 5);
            snprintf(id, sizeof id, "p%u", i % 5);
            mag_lane *lane = mag_cohort_lane(f.cohort, i % 4 < share);
            must(&f,
                 mag_code_counts_add(&lane->tables.unmapped_codes[MAG_TABLE_LABS], MAG_SYSTEM_LOCAL,
                                     mag_span_of(code), mag_span_of(id), &f.err));
        }
        must(&f, mag_cohort_join_tables(f.cohort, &f.err));
        assert_int_equal(mag_cohort_unmapped_codes(f.cohort, MAG_TABLE_LABS, shown, 4, &not_shown),
                         0);
        assert_int_equal(not_shown, (MAG_UNMAPPED_CODE_LIMIT + 1) * 5);
        fixture_close(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_depends_on_the_lane_of_a_row),
        cmocka_unit_test(copies_see_the_rows_of_all_lanes),
        cmocka_unit_test(ranges_are_counted_over_all_lanes),
        cmocka_unit_test(more_codes_than_codes_can_be_are_none_in_any_lane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
