/* Rows decoded side by side against the same rows decoded one by one, each text of them read anew:
   the records that lanes hold, hashes and positions included, and all that is counted. */
#include "side_by_side.h"

#include "cohort/plain_lab.h"

static const char HEADER[] = "patient_id|code|value|unit|collected_at|comment";
#define USUAL "p1|2823-3|4.1|mmol/L|2024-06-01T08:00|"

/* Each beside usual rows, whose state it finds and leaves. */
static const char *const EDGES[] = {
    "p1|2823-3|4.1|mmol/L|2024-06-01T08:00|",              /* the same once more */
    "p1|2823-3|4.10|mmol/L|2024-06-01T08:00|",             /* other digits, other hash */
    "p1|2823-3|4.100|mmol/L|2024-06-01T08:00|",            /* three decimals */
    "p1|2823-3|4.1000|mmol/L|2024-06-01T08:00|",           /* four */
    "p1|2823-3|4.|mmol/L|2024-06-01T08:00|",               /* a point at the end */
    "p1|2823-3|.9|mmol/L|2024-06-01T08:00|",               /* at the begin */
    "p1|2823-3|.|mmol/L|2024-06-01T08:00|",                /* alone */
    "p1|2823-3|4..1|mmol/L|2024-06-01T08:00|",             /* two */
    "p1|2823-3|4,1|mmol/L|2024-06-01T08:00|",              /* of another language */
    "p1|2823-3||mmol/L|2024-06-01T08:00|",                 /* none */
    "p1|2823-3|NULL|mmol/L|2024-06-01T08:00|",             /* a word for none */
    "p1|2823-3|<4.1|mmol/L|2024-06-01T08:00|",             /* a bound */
    "p1|2823-3|-4.1|mmol/L|2024-06-01T08:00|",             /* a sign */
    "p1|2823-3| 4.1|mmol/L|2024-06-01T08:00|",             /* a blank */
    "p1|2823-3|4.1 H|mmol/L|2024-06-01T08:00|",            /* a flag */
    "p1|2823-3|clotted|mmol/L|2024-06-01T08:00|",          /* a word */
    "p1|2823-3|00000004|mmol/L|2024-06-01T08:00|",         /* eight digits */
    "p1|2823-3|000000004|mmol/L|2024-06-01T08:00|",        /* nine */
    "p1|2823-3|9.9|mmol/L|2024-06-01T08:00|",              /* high, rare or never */
    "p1|2823-3|12.5|mmol/L|2024-06-01T08:00|",             /* higher */
    "p1|2823-3|99|mmol/L|2024-06-01T08:00|",               /* implausible */
    "p1|2823-3|0|mmol/L|2024-06-01T08:00|",                /* as well */
    "p1|2823-3|4.1|mmol/L|2024-06-01|",                    /* a day */
    "p1|2823-3|4.1|mmol/L|2024-06-01T08:00:59|",           /* seconds */
    "p1|2823-3|4.1|mmol/L|2024-06-01 08:00|",              /* a blank for the T */
    "p1|2823-3|4.1|mmol/L|2024-06-01T08:00Z|",             /* a zone */
    "p1|2823-3|4.1|mmol/L|2024-06-01T08:00+01:00|",        /* an offset */
    "p1|2823-3|4.1|mmol/L|2024-06-01T08:00:00.000+01:00|", /* longer than a date is kept */
    "p1|2823-3|4.1|mmol/L|2024-06|",                       /* a month */
    "p1|2823-3|4.1|mmol/L|2024-02-30|",                    /* no day */
    "p1|2823-3|4.1|mmol/L||",                              /* none */
    "p1|2823-3|4.1|mmol/L|2024-07-03T23:59|",              /* the last minute that may be */
    "p1|2823-3|4.1|mmol/L|2024-07-04T00:00|",              /* the future */
    "p1|2823-3|4.1|mmol/L|1900-01-01|",                    /* a word for none */
    "p1|2823-3|4.1|mmol/l|2024-06-01T08:00|",              /* another spelling */
    "p1|2823-3|4.1||2024-06-01T08:00|",                    /* no unit */
    "p1|2823-3|4.1|NULL|2024-06-01T08:00|",                /* a word for none */
    "p1|2823-3|4.1|furlongs|2024-06-01T08:00|",            /* an unknown one */
    "p1|2823-3|4.1|a longer text than units are|2024-06-01T08:00|", /* one not kept */
    "p1|2823-3|160|mg/L|2024-06-01T08:00|",                    /* against the code's property */
    "p1|2823-3|4.1|mL/min|2024-06-01T08:00|",                  /* that does not fit */
    "p1|2160-0|1.1|mg/dL|2024-06-01T08:00|",                   /* another code */
    "p1|62238-1|61|mL/min/1.73m2|2024-06-01T08:00|",           /* a unit of two words */
    "p1|2601-3|0.85|mmol/L|2024-06-01T08:00|",                 /* magnesium: units are judged */
    "p1|2601-3|2.1||2024-06-01T08:00|",                        /* magnesium without a unit */
    "p1|1995-0|1.2|mmol/L|2024-06-01T08:00|",                  /* ionised calcium */
    "p1|1995-0|7.4|mmol/L|2024-06-01T08:00|",                  /* a pH in its place */
    "p1|2823-3|4.1|mmol/L|2024-06-01T08:00|Sample haemolysed", /* a comment that counts */
    "p1|2823-3|4.1|mmol/L|2024-06-01T08:00|thank you",         /* one that does not */
    "p1|29463-7|70|kg|2024-06-01T08:00|",       /* a weight, which is no result of a sample */
    "p1|718-7|140|g/L|2024-06-01T08:00|",       /* a code of no interest */
    "p1|718-7|words||never|at all",             /* of whose row nothing is read */
    "|718-7|140|g/L|2024-06-01T08:00|",         /* not even the patient */
    "p1|LAB-77|140|g/L|2024-06-01T08:00|",      /* no code of LOINC */
    "p1|2823-4|140|g/L|2024-06-01T08:00|",      /* nor this: its check digit */
    "p1||4.1|mmol/L|2024-06-01T08:00|",         /* no code */
    "p1|NULL|4.1|mmol/L|2024-06-01T08:00|",     /* a word for none */
    "p1| 2823-3 |4.1|mmol/L|2024-06-01T08:00|", /* blanks */
    "p1|2823-3|4.1| mmol/L |2024-06-01T08:00|", /* blanks */
    "p1|a code that is longer than a code is kept|4.1|mmol/L|2024-06-01T08:00|",
    "p2|2823-3|4.1|mmol/L|2024-06-01T08:00|",    /* another patient */
    "p|2823-3|4.1|mmol/L|2024-06-01T08:00|",     /* a shorter id */
    "|2823-3|4.1|mmol/L|2024-06-01T08:00|",      /* none */
    "NULL|2823-3|4.1|mmol/L|2024-06-01T08:00|",  /* a word for none */
    " p1|2823-3|4.1|mmol/L|2024-06-01T08:00|",   /* with a blank: somebody else */
    "p\x7f|2823-3|4.1|mmol/L|2024-06-01T08:00|", /* not printable */
    "p\xc3\xa4|2823-3|4.1|mmol/L|2024-06-01T08:00|",
    "a patient of seventeen|2823-3|4.1|mmol/L|2024-06-01T08:00|",
    "a patient whose name takes up as many bytes as any id of a patient may take up, which is one "
    "hundred and twenty-eight, neither more |2823-3|4.1|mmol/L|2024-06-01T08:00|",
    "a patient whose name takes up more bytes than any id of a patient may take up, which is one "
    "hundred and twenty-eight, and not any more|2823-3|4.1|mmol/L|2024-06-01T08:00|",
};
enum { EDGE_COUNT = sizeof EDGES / sizeof *EDGES };

static void add_edges(void) {
    for (size_t i = 0; i < EDGE_COUNT; i++) {
        add_row(USUAL);
        add_row(EDGES[i]);
        add_row(EDGES[i]);
        add_row(EDGES[(i * 31 + 7) % EDGE_COUNT]);
    }
}

/* --- tests --------------------------------------------------------------------------------------
 */

static void every_edge_is_read_as_if_it_came_alone(void **state) {
    (void)state;
    static const size_t behind[] = {0, 1, 31, 32, GUARD_NBYTES};
    begin_page(NULL, HEADER);
    add_edges();
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        end_page(behind[i]);
        assert_true(assert_alike(SIDE_BY_SIDE) > EDGE_COUNT);
        drop_page();
        begin_page(NULL, HEADER);
        add_edges();
    }
}

static void other_ways_come_to_the_same(void **state) {
    (void)state;
    begin_page(NULL, HEADER);
    add_edges();
    end_page(GUARD_NBYTES);
    assert_alike(WITHOUT_MEMO);
    assert_alike(SWITCHED_OFF);
    drop_page();
}

/* One row of that page alone, so that what goes before does not help. */
static void every_edge_is_read_alike_as_the_first_row(void **state) {
    (void)state;
    for (size_t i = 0; i < EDGE_COUNT; i++) {
        begin_page(NULL, HEADER);
        add_row(EDGES[i]);
        end_page(GUARD_NBYTES);
        assert_alike(SIDE_BY_SIDE);
        drop_page();
    }
}

/* Hashes are made for many rows at a time: of patients, dates and units that change in between. */
static void long_runs_of_usual_rows_get_their_own_hashes(void **state) {
    (void)state;
    enum { ROW_COUNT = 600 };
    static const char *const tests[] = {"2823-3|4.%u|mmol/L", "2601-3|0.8%u|mmol/L",
                                        "14682-9|8%u|umol/L", "2951-2|13%u|mmol/L"};
    static char rows[ROW_COUNT][80];
    begin_page(NULL, HEADER);
    for (unsigned i = 0; i < ROW_COUNT; i++) {
        char cells[40];
        snprintf(cells, sizeof cells, tests[i % 4], i % 10);
        snprintf(rows[i], sizeof rows[i], "patient-%u|%s|2024-06-0%uT08:00|", i / 37, cells,
                 1 + i / 11 % 9);
        add_row(rows[i]);
    }
    end_page(GUARD_NBYTES);
    assert_int_equal(assert_alike(SIDE_BY_SIDE), ROW_COUNT);
    drop_page();
}

static void usual_rows_take_the_short_way(void **state) {
    (void)state;
    fixture f;
    fixture_open(&f, usual_settings());
    begin_page(NULL, HEADER);
    add_row(USUAL);
    end_page(GUARD_NBYTES);
    uint16_t file_id;
    mag_run_file *file;
    mag_span header[CELL_COUNT];
    must(&f, mag_cohort_add_file(f.cohort, "s", "f", MAG_TABLE_LABS, &file_id, &file, &f.err));
    mag_decoder decoder;
    mag_decoder_init(&decoder, f.cohort, table_of(f.profile, MAG_TABLE_LABS), file_id, file);
    must(&f, mag_decoder_bind(&decoder, header, split_cells(HEADER, header), &f.err));
    decode_side_by_side(&f, &decoder);
    assert_non_null(decoder.plain_labs);
    assert_true(decoder.plain_labs->is_of_use);
    assert_int_equal(decoder.plain_labs->date_nbytes, strlen("2024-06-01T08:00"));
    assert_int_equal(decoder.line, 0); /* mag_decoder_row was never asked */
    assert_int_equal(file->accounting.read, 1);
    mag_decoder_done(&decoder);
    drop_page();
    fixture_close(&f);
}

#define PROFILE_OF(constants, facts)                                                               \
    "profile: other\n"                                                                             \
    "tables:\n"                                                                                    \
    "  - table: labs\n"                                                                            \
    "    file: labs\n"                                                                             \
    "    columns: { patient_id: id, code: code, value: value, unit: unit, collected_at: at,\n"     \
    "      comment: comment, specimen_id: specimen, code_system: system }\n"                       \
    "    constants: { code_system: LOINC" constants " }\n" facts
#define PROFILE(facts) PROFILE_OF("", facts)

static const char *const OTHER_HEADERS[] = {
    "code|value|at|id",
    "value|code|id|unit|at",
    "id|code|value|unit|at|specimen",
    "id|code|value|unit|at|system",
    "at|more|id|code|value|unit|comment",
};

static const char *const PROFILES[] = {
    PROFILE(""),
    PROFILE("    decimal_comma: true\n"),
    PROFILE("    missing: [\"4.1\", p2]\n"),
    PROFILE("    values: { value: { \"4.1\": \"4.2\" } }\n"),
    PROFILE("    values: { unit: { furlongs: mmol/L }, code: { K: \"2823-3\" } }\n"),
    PROFILE("    keep: { code: [\"2823-3\"] }\n"),
    PROFILE("    codes: { K: potassium, \"2823-3\": sodium }\n"
            "    units: { K: mmol/L, \"2823-3\": mmol/L }\n"),
    PROFILE("    date_formats: [\"DD.MM.YYYY HH:MI\"]\n"),
    PROFILE_OF(", ref_low: \"3.5\", ref_high: \"5.1\"", ""),
    PROFILE_OF(", specimen_id: of-all", ""),
    PROFILE_OF(", result_id: of-all, version: \"1\"", ""),
    PROFILE_OF(", unit: mmol/L, comment: haemolysed", ""),
    PROFILE("    values: { specimen_id: { \"\": of-all } }\n"),
};

static const char *drawn_cell(uint64_t *seed, mag_span column) {
    static const struct {
        const char *column;
        const char *cells[8]; /* seven are drawn as often as the first ones below say */
    } pools[] = {
        {"id", {"p1", "p2", "patient-of-nobody", "p3", "p1", "patients-nobodies", "", "p2"}},
        {"code", {"2823-3", "2951-2", "718-7", "2823-3", "K", "2601-3", "14682-9", "x"}},
        {"value", {"4.1", "140", "4.2", "80", "4,1", "", "3", "1e3"}},
        {"unit", {"mmol/L", "mmol/L", "umol/L", "mmol/L", "furlongs", "", "mmol/L", "g/L"}},
        {"at",
         {"2024-06-01T08:00", "2024-06-01T08:00", "2024-05-02", "2024-06-01T09:00",
          "01.06.2024 08:00", "2024-06-01T08:00", "2024-06-02T08:00", "x"}},
        {"specimen", {"", "", "", "", "", "s1", "", ""}},
        {"system", {"", "", "LOINC", "", "SNOMED", "", "nobody's", ""}},
        {"comment", {"", "", "", "", "haemolysed", "", "", "a note"}},
        {"more", {"", "a", "b", "c", "d", "e", "f", "g"}},
    };
    for (size_t i = 0; i < sizeof pools / sizeof *pools; i++)
        if (mag_span_is(column, pools[i].column))
            return pools[i].cells[draw(seed, draw(seed, 3) ? 4 : 8)];
    fail_msg("no pool");
    return "";
}

static void fill_drawn(uint64_t seed) {
    enum { ROW_COUNT = 2000 };
    mag_span columns[CELL_COUNT];
    split_cells(page.header, columns);
    for (; page.row_count < ROW_COUNT; page.row_count++)
        for (unsigned i = 0; i < page.column_count; i++)
            page.cells[(size_t)page.row_count * page.column_count + i] =
                mag_span_of(drawn_cell(&seed, columns[i]));
    end_page(GUARD_NBYTES);
}

static void profiles_and_columns_are_heeded(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof PROFILES / sizeof *PROFILES; i++)
        for (size_t k = 0; k < sizeof OTHER_HEADERS / sizeof *OTHER_HEADERS; k++) {
            begin_page(PROFILES[i], OTHER_HEADERS[k]);
            fill_drawn(i * 10 + k);
            assert_alike(SIDE_BY_SIDE);
            drop_page();
        }
}

int main(void) {
    page.kind = MAG_TABLE_LABS;
    page.fast_path = "plain";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_is_read_as_if_it_came_alone),
        cmocka_unit_test(every_edge_is_read_alike_as_the_first_row),
        cmocka_unit_test(other_ways_come_to_the_same),
        cmocka_unit_test(long_runs_of_usual_rows_get_their_own_hashes),
        cmocka_unit_test(usual_rows_take_the_short_way),
        cmocka_unit_test(profiles_and_columns_are_heeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
