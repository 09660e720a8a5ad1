/* Prescriptions decoded side by side against the same rows decoded one by one. */
#include "side_by_side.h"

#include "cohort/plain_prescription.h"

static const char HEADER[] = "patient_id|drug_code|drug_name|kind|start|stop|days_supply|dose|"
                             "dose_unit|doses_per_day|route";
#define OMEPRAZOLE "A02BC01|Omeprazole 20 mg capsules"
#define MAGNESIUM  "A12CC30|Magnesium glycerophosphate 4 mmol chewable tablets"
#define USUAL      "p1|" OMEPRAZOLE "|issue|2024-05-01||28||||oral"

/* Each beside usual rows, whose state it finds and leaves. */
static const char *const EDGES[] = {
    "p1|" OMEPRAZOLE "|issue|2024-05-02||28||||oral",                     /* another day */
    "p1|" OMEPRAZOLE "|issue|2024-05-01||56||||oral",                     /* another supply */
    "p1|" OMEPRAZOLE "|issue|2024-05-01||5|6|||oral",                     /* as many bytes */
    "p1|" OMEPRAZOLE "|issue|2024-05-01||||||oral",                       /* none */
    "p1|" OMEPRAZOLE "|issue|2024-05-01||a month||||oral",                /* one that is not read */
    "p1|" OMEPRAZOLE "|issue|2024-05-01||99999||||oral",                  /* nor this */
    "p1|" OMEPRAZOLE "|order|2024-05-01||28||||oral",                     /* an open order */
    "p1|" OMEPRAZOLE "|order|2024-05-01|2024-06-01|||||oral",             /* one that ends */
    "p1|" OMEPRAZOLE "|order|2024-05-01|2024-05-01|||||oral",             /* on its day */
    "p1|" OMEPRAZOLE "|order|2024-05-01|2024-04-01|||||oral",             /* before it begins */
    "p1|" OMEPRAZOLE "|order|2024-05-01T08:00|2024-05-01T08:00|||||oral", /* at that moment */
    "p1|" OMEPRAZOLE "|order|2024-05-01|2031-01-01|||||oral",             /* in the future */
    "p1|" OMEPRAZOLE "|order|2024-05-01|9999-12-31|||||oral",             /* never */
    "p1|" OMEPRAZOLE "|order|2024-05-01|infinity|||||oral",               /* never */
    "p1|" OMEPRAZOLE "|order|2024-05-01|NULL|||||oral",                   /* a word for none */
    "p1|" OMEPRAZOLE "|order|2024-05-01|2024-06|||||oral",                /* in a month */
    "p1|" OMEPRAZOLE "|order|2024-05-01|soon|||||oral",                   /* no date */
    "p1|" OMEPRAZOLE "|order|2024-05-01|2024-06-01T08:00Z|||||oral",      /* a zone */
    "p1|" OMEPRAZOLE "|administration|2024-05-01T08:00||||||oral",        /* given once */
    "p1|" OMEPRAZOLE "|administration|2024-05-01T08:00:59||||||oral",     /* with seconds */
    "p1|" OMEPRAZOLE "|administration|2024-05-01 08:00||||||oral",        /* a blank for the T */
    "p1|" OMEPRAZOLE "|administration|2024-05-01T08:00+01:00||||||oral",  /* an offset */
    "p1|" OMEPRAZOLE "|dream|2024-05-01||28||||oral",                     /* no such kind */
    "p1|" OMEPRAZOLE "||2024-05-01||28||||oral",                          /* an order, then */
    "p1|" OMEPRAZOLE "|issue|2024-05||28||||oral",                        /* begun in a month */
    "p1|" OMEPRAZOLE "|issue|2024-02-30||28||||oral",                     /* on no day */
    "p1|" OMEPRAZOLE "|issue|||28||||oral",                               /* nobody knows when */
    "p1|" OMEPRAZOLE "|issue|1900-01-01||28||||oral",                     /* a word for none */
    "p1|" OMEPRAZOLE "|issue|2024-07-03||28||||oral",                     /* the last day */
    "p1|" OMEPRAZOLE "|issue|2024-07-04||28||||oral",                     /* the future */
    "p1|" OMEPRAZOLE "|issue| 2024-05-01||28||||oral",                    /* a blank */
    "p1|" OMEPRAZOLE "|issue|2024-05-01||28||||by the mouth",             /* another route */
    "p1|" OMEPRAZOLE "|issue|2024-05-01||28||||",                         /* none */
    "p1|" OMEPRAZOLE "|issue|2024-05-01||28|20|mg|1|oral",                /* a dose */
    "p1|" OMEPRAZOLE "|issue|2024-05-01||28|two|mg|1|oral",               /* one that is not read */
    "p1|" MAGNESIUM "|order|2024-05-01||28|4|mmol|3|oral",                /* one that counts */
    "p1|" MAGNESIUM "|order|2024-05-01||28|4||3|oral",                    /* ambiguous */
    "p1|A02BC01|Omeprazole 20 mg capsule|issue|2024-05-01||28||||oral",   /* another name */
    "p1|A02BC01||issue|2024-05-01||28||||oral",                           /* none */
    "p1||Omeprazole 20 mg capsules|issue|2024-05-01||28||||oral",         /* no code */
    "p1|||issue|2024-05-01||28||||oral",                                  /* neither */
    "p1|NULL|NULL|issue|2024-05-01||28||||oral",                          /* words for none */
    "p1|N02BE01|Paracetamol 500 mg tablets|issue|2024-05-01||28||||oral", /* of no interest */
    "p2|N02BE01|Paracetamol 500 mg tablets|issue|never||||||",            /* nothing is read */
    "|N02BE01|Paracetamol 500 mg tablets|issue|2024-05-01||28||||oral",   /* not even the patient */
    "p1||Paracetamol 500 mg tablets|issue|2024-05-01||28||||oral",        /* without its code */
    "p1|LOCAL 1|Paracetamol 500 mg tablets|issue|2024-05-01||28||||oral", /* no code of ATC */
    "p1|B99ZZ99|Magnesithing 5 mg tablets|issue|2024-05-01||28||||oral",  /* looks like ours */
    "p1|A02BC01|Omeprazole 20 mg capsules of a maker whose name is so long that a drug of it is "
    "not remembered from one row to the next|issue|2024-05-01||28||||oral",
    "p1|" OMEPRAZOLE "|issue|2024-05-01||28||||by a route that takes so many words that what was "
    "ordered is not remembered from one row to the next, or the one after",
    "p2|" OMEPRAZOLE "|issue|2024-05-01||28||||oral",    /* another patient */
    "p|" OMEPRAZOLE "|issue|2024-05-01||28||||oral",     /* a shorter id */
    "|" OMEPRAZOLE "|issue|2024-05-01||28||||oral",      /* none */
    "NULL|" OMEPRAZOLE "|issue|2024-05-01||28||||oral",  /* a word for none */
    " p1|" OMEPRAZOLE "|issue|2024-05-01||28||||oral",   /* with a blank: somebody else */
    "p\x7f|" OMEPRAZOLE "|issue|2024-05-01||28||||oral", /* not printable */
    "a patient whose name takes up as many bytes as any id of a patient may take up, which is one "
    "hundred and twenty-eight, neither more |" OMEPRAZOLE "|issue|2024-05-01||28||||oral",
    "a patient whose name takes up more bytes than any id of a patient may take up, which is one "
    "hundred and twenty-eight, and not any more|" OMEPRAZOLE "|issue|2024-05-01||28||||oral",
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
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        begin_page(NULL, HEADER);
        add_edges();
        end_page(behind[i]);
        assert_true(assert_alike(SIDE_BY_SIDE) > EDGE_COUNT);
        drop_page();
    }
}

/* Twice that row alone, so that what goes before does not help, and the second is remembered. */
static void every_edge_is_read_alike_as_the_first_row(void **state) {
    (void)state;
    for (size_t i = 0; i < EDGE_COUNT; i++) {
        begin_page(NULL, HEADER);
        add_row(EDGES[i]);
        add_row(EDGES[i]);
        end_page(GUARD_NBYTES);
        assert_alike(SIDE_BY_SIDE);
        drop_page();
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

static void rows_that_repeat_take_the_short_way(void **state) {
    (void)state;
    fixture f;
    fixture_open(&f, usual_settings());
    begin_page(NULL, HEADER);
    add_row(USUAL);
    add_row("p2|" OMEPRAZOLE "|issue|2024-05-02||28||||oral");
    add_row("p2|" OMEPRAZOLE "|issue|2024-05-03|2024-05-04|28||||oral");
    end_page(GUARD_NBYTES);
    uint16_t file_id;
    mag_run_file *file;
    mag_span header[CELL_COUNT];
    must(&f, mag_cohort_add_file(f.cohort, "s", "f", page.kind, &file_id, &file, &f.err));
    mag_decoder decoder;
    mag_decoder_init(&decoder, f.cohort, table_of(f.profile, page.kind), file_id, file);
    must(&f, mag_decoder_bind(&decoder, header, split_cells(HEADER, header), &f.err));
    decode_side_by_side(&f, &decoder);
    assert_true(decoder.plain_prescriptions->is_of_use);
    assert_int_equal(decoder.line, 2); /* mag_decoder_row was asked for the first alone */
    assert_int_equal(file->accounting.read, 3);
    mag_decoder_done(&decoder);
    drop_page();
    fixture_close(&f);
}

/* --- profiles and columns ----------------------------------------------------------------------
 */

#define PROFILE_OF(constants, facts)                                                               \
    "profile: other\n"                                                                             \
    "tables:\n"                                                                                    \
    "  - table: prescriptions\n"                                                                   \
    "    file: prescriptions\n"                                                                    \
    "    columns: { patient_id: id, drug_code: code, drug_name: name, ingredient: made_of,\n"      \
    "      start: from, stop: to, kind: kind, days_supply: days, dose: dose, route: route,\n"      \
    "      code_system: system, strength: strength, dose_text: text }\n"                           \
    "    constants: { code_system: ATC" constants " }\n" facts
#define PROFILE(facts) PROFILE_OF("", facts)

static const char *const OTHER_HEADERS[] = {
    "code|from|id",
    "name|from|to|kind|id",
    "id|code|name|made_of|from|to|kind|days|dose|strength|text|route",
    "id|code|system|from|kind|days",
    "to|from|more|id|name|code|route|days|kind",
};

static const char *const PROFILES[] = {
    PROFILE(""),
    PROFILE("    missing: [\"2024-05-01\", p2, A02BC01]\n"),
    PROFILE("    partial_dates: true\n"),
    PROFILE("    values: { start: { \"2024-05-01\": \"2024-05-09\" } }\n"),
    PROFILE("    values: { stop: { \"2024-05-01\": \"2024-05-09\" } }\n"),
    PROFILE("    values: { kind: { filled: issue }, drug_code: { K: A02BC01 } }\n"),
    PROFILE("    keep: { from: [\"2024-05-01\", \"2024-05-02\"] }\n"),
    PROFILE("    date_formats: [\"DD.MM.YYYY\"]\n"),
    PROFILE_OF(", stop: \"2024-06-01\"", ""),
    PROFILE_OF(", kind: issue, days_supply: \"7\", route: oral", ""),
};

static const char *drawn_cell(uint64_t *seed, mag_span column) {
    static const struct {
        const char *column;
        const char *cells[8]; /* four are drawn more often */
    } pools[] = {
        {"id", {"p1", "p2", "patient-of-nobody", "p3", "p1", "p1", "", "p2"}},
        {"code", {"A02BC01", "A12CC30", "N02BE01", "A02BC01", "K", "C03CA01", "LOCAL 1", ""}},
        {"name",
         {"Omeprazole 20 mg capsules", "Magnesium oxide 400 mg", "Paracetamol 500 mg tablets",
          "Furosemide 40 mg tablets", "", "x", "Omeprazole", "Magnesithing"}},
        {"made_of", {"", "", "omeprazole", "", "furosemide", "", "magnesium", "x"}},
        {"from",
         {"2024-05-01", "2024-05-02", "2024-05-01T08:00", "2024-04-30", "01.05.2024", "2024-05",
          "x", ""}},
        {"to",
         {"", "2024-05-01", "2024-06-02", "", "2024-06-01T09:00", "2024-06", "9999-12-31", "x"}},
        {"kind", {"issue", "order", "issue", "administration", "filled", "", "x", "issue"}},
        {"days", {"28", "56", "28", "", "x", "7", "0", "28"}},
        {"dose", {"", "400", "", "1", "x", "4 mmol", "", "2"}},
        {"route", {"oral", "oral", "intravenous", "", "oral", "x", "oral", "oral"}},
        {"system", {"", "", "ATC", "", "SNOMED", "", "nobody's", ""}},
        {"strength", {"", "", "400 mg", "", "x", "", "", ""}},
        {"text", {"", "", "one a day", "", "x", "", "", ""}},
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
    page.kind = MAG_TABLE_PRESCRIPTIONS;
    page.fast_path = "orders";
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edge_is_read_as_if_it_came_alone),
        cmocka_unit_test(every_edge_is_read_alike_as_the_first_row),
        cmocka_unit_test(other_ways_come_to_the_same),
        cmocka_unit_test(rows_that_repeat_take_the_short_way),
        cmocka_unit_test(profiles_and_columns_are_heeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
