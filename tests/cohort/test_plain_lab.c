/* Rows decoded side by side against the same rows decoded one by one, each text of them read anew:
   the records that lanes hold, hashes and positions included, and all that is counted. */
#include "dump_counts.h"

#include "base/fast_path.h"
#include "cohort/plain_lab.h"
#include "cohort/store.h"

#include <stdlib.h>

enum { MOST_ROWS = 4096, MOST_COLUMNS = 12, GUARD_NBYTES = 64 };

/* Cells between '|' of many rows, as a block of a file holds them. */
typedef struct sheet {
    const char *profile; /* NULL: our own */
    const char *header;
    char *text; /* of exactly the bytes that may be read */
    size_t nbytes;
    mag_span cells[MOST_ROWS * MOST_COLUMNS];
    unsigned row_count, column_count;
} sheet;

static sheet page;

/* --- reading ------------------------------------------------------------------------------------
 */

typedef enum way { ONE_BY_ONE, SIDE_BY_SIDE, WITHOUT_MEMO, SWITCHED_OFF } way;

static void decode_side_by_side(fixture *f, mag_decoder *decoder) {
    for (unsigned from = 0, step = 1; from < page.row_count; from += step, step = step % 64 + 1) {
        const unsigned left = page.row_count - from;
        const mag_cell_rows rows = {.cells = page.cells + (size_t)from * page.column_count,
                                    .row_count = left < step ? left : step,
                                    .column_count = page.column_count,
                                    .first_line = from + 2,
                                    .readable_end = page.text + page.nbytes};
        must(f, mag_decoder_rows(decoder, &rows, &f->err));
    }
}

static const mag_run_file *feed_page(fixture *f, way taken) {
    const mag_profile *profile = f->profile;
    mag_span header[CELL_COUNT];
    uint16_t file_id;
    mag_run_file *file;
    if (page.profile)
        must(f,
             mag_profile_parse(f->arena, "x.yaml", mag_span_of(page.profile), &profile, &f->err));
    must(f, mag_cohort_add_file(f->cohort, "s", "f", MAG_TABLE_LABS, &file_id, &file, &f->err));
    mag_decoder decoder;
    mag_decoder_init(&decoder, f->cohort, table_of(profile, MAG_TABLE_LABS), file_id, file);
    must(f, mag_decoder_bind(&decoder, header, split_cells(page.header, header), &f->err));
    if (taken == ONE_BY_ONE || taken == WITHOUT_MEMO)
        mag_decoder_forget(&decoder);
    if (taken == SWITCHED_OFF)
        must(f, mag_fast_path_without("plain", &f->err));
    if (taken != ONE_BY_ONE)
        decode_side_by_side(f, &decoder);
    for (unsigned i = 0; taken == ONE_BY_ONE && i < page.row_count; i++)
        must(f,
             mag_decoder_row(&decoder, page.cells + (size_t)i * page.column_count, i + 2, &f->err));
    must(f, mag_fast_path_without(NULL, &f->err));
    mag_decoder_done(&decoder);
    return file;
}

/* --- comparing ----------------------------------------------------------------------------------
 */

static void *row_at(const mag_row_chunks *rows, size_t idx) {
    mag_row_chunk *chunk = rows->first;
    for (; idx >= chunk->row_count; chunk = chunk->next)
        idx -= chunk->row_count;
    return mag_row_chunk_at(chunk, rows->row_nbytes, idx);
}

static void assert_same_rows(const mag_row_chunks *a, const mag_row_chunks *b) {
    assert_int_equal(a->row_count, b->row_count);
    for (size_t i = 0; i < a->row_count; i++)
        assert_memory_equal(row_at(a, i), row_at(b, i), a->row_nbytes);
}

/* Profiles may have been met in another order. */
static void assert_same_unit_rows(const fixture *f, const mag_row_chunks *a, const fixture *g,
                                  const mag_row_chunks *b) {
    const mag_unit_profile *of_f = f->cohort->unit_profiles.items;
    const mag_unit_profile *of_g = g->cohort->unit_profiles.items;
    assert_int_equal(a->row_count, b->row_count);
    for (size_t i = 0; i < a->row_count; i++) {
        mag_unit_row x = *(const mag_unit_row *)row_at(a, i);
        const mag_unit_row *y = row_at(b, i);
        assert_string_equal(of_f[x.profile_idx].code, of_g[y->profile_idx].code);
        assert_string_equal(of_f[x.profile_idx].system, of_g[y->profile_idx].system);
        assert_string_equal(of_f[x.profile_idx].source, of_g[y->profile_idx].source);
        x.profile_idx = y->profile_idx;
        assert_memory_equal(&x, y, offsetof(mag_unit_row, comparator) + sizeof x.comparator);
    }
}

static size_t assert_same_lanes(const fixture *f, const fixture *g) {
    size_t row_count = 0;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        const mag_lane_part *a = &f->cohort->lanes[0]->parts[p];
        const mag_lane_part *b = &g->cohort->lanes[0]->parts[p];
        assert_int_equal(a->ids.count, b->ids.count);
        for (size_t i = 0; i < a->ids.count; i++)
            assert_true(mag_span_equals(a->ids.texts[i], b->ids.texts[i]));
        assert_same_rows(&a->labs, &b->labs);
        assert_same_rows(&a->specimens, &b->specimens);
        assert_same_unit_rows(f, &a->unit_rows, g, &b->unit_rows);
        assert_int_equal(a->versions.row_count, b->versions.row_count);
        assert_memory_equal(a->newest, b->newest, sizeof a->newest);
        row_count += a->labs.row_count;
    }
    return row_count;
}

static char *told(fixture *f, const mag_run_file *file) {
    mag_text out;
    mag_text_init(&out, &f->account);
    dump_counts(f, file, &out);
    mag_text_add_char(&out, '\0');
    must(f, mag_text_check(&out, &f->err));
    char *shown = strdup(out.at);
    assert_non_null(shown);
    mag_text_done(&out);
    return shown;
}

/* Returns how many rows became records. */
static size_t assert_alike(way taken) {
    fixture f, g;
    fixture_open(&f, usual_settings());
    fixture_open(&g, usual_settings());
    const mag_run_file *one_by_one = feed_page(&f, ONE_BY_ONE);
    const mag_run_file *other = feed_page(&g, taken);
    const size_t count = assert_same_lanes(&f, &g);
    char *a = told(&f, one_by_one), *b = told(&g, other);
    assert_string_equal(a, b);
    assert_memory_equal(&one_by_one->accounting, &other->accounting, sizeof other->accounting);
    assert_int_equal(one_by_one->newest, other->newest);
    assert_int_equal(other->accounting.read, page.row_count);
    free(a);
    free(b);
    fixture_close(&f);
    fixture_close(&g);
    return count;
}

/* --- pages --------------------------------------------------------------------------------------
 */

static void begin_page(const char *profile, const char *header) {
    mag_span cells[CELL_COUNT];
    page.profile = profile;
    page.header = header;
    page.row_count = 0;
    page.column_count = (unsigned)split_cells(header, cells);
    assert_true(page.column_count <= MOST_COLUMNS);
}

static void add_row(const char *row) {
    mag_span cells[CELL_COUNT];
    assert_true(page.row_count < MOST_ROWS);
    assert_int_equal(split_cells(row, cells), page.column_count);
    memcpy(page.cells + (size_t)page.row_count++ * page.column_count, cells,
           page.column_count * sizeof *cells);
}

/* Moves the cells' bytes to one place, which ends `behind` bytes after the last row. */
static void end_page(size_t behind) {
    const size_t cell_count = (size_t)page.row_count * page.column_count;
    page.nbytes = behind;
    for (size_t i = 0; i < cell_count; i++)
        page.nbytes += page.cells[i].nbytes + 1;
    char *text = malloc(page.nbytes), *to = text;
    assert_non_null(text);
    for (size_t i = 0; i < cell_count; i++) {
        memcpy(to, page.cells[i].at, page.cells[i].nbytes);
        page.cells[i].at = to;
        to += page.cells[i].nbytes;
        *to++ = ',';
    }
    memset(to, '7', behind);
    page.text = text;
}

static void drop_page(void) {
    free(page.text);
    page.text = NULL;
}

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

static unsigned draw(uint64_t *seed, unsigned end) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*seed >> 33) % end;
}

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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_is_read_as_if_it_came_alone),
        cmocka_unit_test(every_edge_is_read_alike_as_the_first_row),
        cmocka_unit_test(other_ways_come_to_the_same),
        cmocka_unit_test(usual_rows_take_the_short_way),
        cmocka_unit_test(profiles_and_columns_are_heeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
