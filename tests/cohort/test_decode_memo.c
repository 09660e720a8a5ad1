/* Decoders that remember texts against decoders that read every text anew, over rows drawn from
   pools of clean and dirty cells; and the keys and images that remembering rests on. */
#include "dump_counts.h"

#include <stdlib.h>

/* --- keys ------------------------------------------------------------------------------------ */

static void keys_are_equal_where_texts_are(void **state) {
    (void)state;
    enum { MOST = MAG_MEMO_TEXT_NBYTES };
    char text[MOST + 1], other[MOST + 1];
    mag_memo_key key, again;
    memset(text, 'a', sizeof text);
    for (size_t nbytes = 0; nbytes <= MOST; nbytes++) {
        assert_true(mag_memo_key_of((mag_span){text, nbytes}, 7, &key));
        memcpy(other, text, sizeof text);
        assert_true(mag_memo_key_of((mag_span){other, nbytes}, 7, &again));
        assert_true(mag_memo_key_is(&key, &again));
        assert_true(mag_memo_key_of((mag_span){other, nbytes}, 8, &again));
        assert_false(mag_memo_key_is(&key, &again));
        for (size_t length = 0; length <= MOST; length++) {
            assert_true(mag_memo_key_of((mag_span){other, length}, 7, &again));
            assert_int_equal(mag_memo_key_is(&key, &again), length == nbytes);
        }
        for (size_t at = 0; at < nbytes; at++) {
            static const char bytes[] = {'b', '\0', 'A', (char)0xff};
            for (size_t i = 0; i < sizeof bytes; i++) {
                other[at] = bytes[i];
                assert_true(mag_memo_key_of((mag_span){other, nbytes}, 7, &again));
                assert_false(mag_memo_key_is(&key, &again));
            }
            other[at] = 'a';
        }
        assert_true(mag_memo_place(&key, 6) < 64);
    }
    assert_false(mag_memo_key_of((mag_span){text, MOST + 1}, 7, &key));
}

static void an_empty_place_is_no_text(void **state) {
    (void)state;
    static const mag_memo_key empty;
    mag_memo_key key;
    assert_true(mag_memo_key_of((mag_span){"", 0}, 0, &key));
    assert_false(mag_memo_key_is(&key, &empty));
    assert_true(mag_memo_key_of((mag_span){"\0\0", 2}, 0, &key));
    assert_false(mag_memo_key_is(&key, &empty));
}

static void runs_are_equal_where_all_that_they_stand_for_is(void **state) {
    (void)state;
    static mag_memo_run run;
    static const mag_run_text text = {.lengths = 0x0305, .more = 7, .image = {"Aone\0Btwo42", 11}};
    assert_false(mag_memo_run_is(&run, &(mag_run_text){.image = {"", 0}})); /* an empty place */
    mag_memo_run_set(&run, &text);
    assert_true(mag_memo_run_is(&run, &text));
    mag_run_text other = text;
    other.lengths = 0x0503;
    assert_false(mag_memo_run_is(&run, &other));
    other = text;
    other.more = 8;
    assert_false(mag_memo_run_is(&run, &other));
    other = text;
    other.image.nbytes--;
    assert_false(mag_memo_run_is(&run, &other));
    other = text;
    other.image.at = "Aone\0Btwo43";
    assert_false(mag_memo_run_is(&run, &other));
    assert_true(mag_memo_run_place(&text, MAG_DRUG_MEMO_BITS) < 1 << MAG_DRUG_MEMO_BITS);
}

/* --- images ---------------------------------------------------------------------------------- */

/* The hash of a row as it is defined, byte by byte. */
static uint64_t defined_hash(fixture *f, const mag_decoder *decoder, const mag_span *cells) {
    mag_text text;
    mag_text_init(&text, &f->account);
    mag_text_add_char(&text, (char)decoder->table->kind);
    for (int i = 0; i < MAG_FIELD_COUNT; i++) {
        if (decoder->column_idx[i] < 0 || !cells[decoder->column_idx[i]].nbytes)
            continue;
        mag_text_add_char(&text, (char)(i + 1));
        mag_text_add(&text, cells[decoder->column_idx[i]]);
        mag_text_add_char(&text, '\0');
    }
    must(f, mag_text_check(&text, &f->err));
    const uint64_t hash = mag_span_hash(mag_text_span(&text));
    mag_text_done(&text);
    return hash;
}

static void cells_of_any_length_make_the_hash_that_is_defined(void **state) {
    (void)state;
    enum { LONGEST = 1100 };
    static char filler[LONGEST];
    fixture f;
    fixture_open(&f, usual_settings());
    for (size_t i = 0; i < sizeof filler; i++)
        filler[i] = (char)('!' + i % 90);
    mag_span cells[CELL_COUNT];
    mag_run_file *file;
    uint16_t file_id;
    must(&f, mag_cohort_add_file(f.cohort, "s", "f", MAG_TABLE_LABS, &file_id, &file, &f.err));
    mag_decoder decoder;
    mag_decoder_init(&decoder, f.cohort, table_of(f.profile, MAG_TABLE_LABS), file_id, file);
    const size_t columns =
        split_cells("comment|more|patient_id|value|collected_at|code|unit", cells);
    must(&f, mag_decoder_bind(&decoder, cells, columns, &f.err));
    for (size_t comment = 0; comment <= LONGEST; comment++)
        for (size_t unit = 0; unit <= 40; unit += comment % 40 == 0 ? 1 : 20) {
            const size_t nbytes[] = {comment, 5, 17, unit / 2, 16, 3, unit};
            for (size_t i = 0; i < columns; i++)
                cells[i] = (mag_span){filler + (LONGEST - nbytes[i]), nbytes[i]};
            uint64_t hash;
            decoder.cells = cells;
            hash = mag_decoder_row_hash(&decoder);
            if (hash != defined_hash(&f, &decoder, cells))
                fail_msg("the hash of %zu and %zu bytes is not as defined", comment, unit);
        }
    mag_decoder_done(&decoder);
    fixture_close(&f);
}

/* --- rows ------------------------------------------------------------------------------------ */

typedef struct pool {
    const char *column;
    const char *const *cells; /* ends with NULL; "#" stands for a number, drawn anew */
} pool;

static const char *const IDS[] = {"p1",
                                  "p2",
                                  "p3",
                                  "p4",
                                  "p\xc3\xa4",
                                  "a patient of thirty bytes....",
                                  "p\xc3\xa4tient-of-nobody",
                                  "patient-\xc3\xa4",
                                  "patient-of-\x7f",
                                  "",
                                  "NULL",
                                  "p\x01",
                                  NULL};
static const char *const CODES[] = {"2823-3",  "2951-2",
                                    "14682-9", "2160-0",
                                    "19123-9", "2601-3",
                                    " 2601-3", "2000-8 ",
                                    "1751-7",  "62238-1",
                                    "777-3",   "718-7",
                                    "777-4",   "1-MAR-24",
                                    "6301-6",  "",
                                    "NULL",    "LAB-#",
                                    "L#",      "K",
                                    "mg",      "Potassium in the serum of a patient",
                                    "3",       "70219-1",
                                    "2823-3x", "#",
                                    NULL};
static const char *const SYSTEMS[] = {
    "",     "",       "",      "LOINC",           "loinc",
    " LN ", "SNOMED", "local", "nobody's system", "a system whose name is too long to keep",
    "NULL", NULL};
static const char *const VALUES[] = {
    "4.#",       "0.#", "1#", "#",    "0.7",     "156.1",      "<0.3", ">90", "4.1 H",
    "*3.9",      "",    ".",  "NULL", "clotted", "haemolysed", "1,5",  "1e3", "12345678",
    "123456789", "-1",  "0",  ".5",   "5.",      " 4.2 ",      "NaN",  NULL};
static const char *const UNITS[] = {"mmol/L",
                                    "umol/L",
                                    "\xc2\xb5mol/L",
                                    "mg/dL",
                                    "g/L",
                                    "mEq/L",
                                    "mL/min/1.73m2",
                                    "mL/min/1,73 m^2",
                                    "U#/L",
                                    "",
                                    "NULL",
                                    "MMOL/L",
                                    "a unit that nobody has ever heard of",
                                    "%",
                                    "1",
                                    NULL};
static const char *const TIMES[] = {"2024-0#-1#T0#:15",
                                    "2024-05-1#",
                                    "2023-12-31T23:59:#0",
                                    "2024-05-0# 08:00",
                                    "2024-05",
                                    "1900-01-01",
                                    "9999-12-31",
                                    "",
                                    "2025-01-01",
                                    "2024-02-30",
                                    "12.03.2024",
                                    "2024-06-01T10:00Z",
                                    "2024-06-01T10:00+01:00",
                                    "infinity",
                                    "2024-07-03T23:59",
                                    "2024-07-04T00:00",
                                    "2024-06-01T10:00:00.000+01:00",
                                    NULL};
static const char *const COMMENTS[] = {"",
                                       "",
                                       "",
                                       "Sample haemolysed",
                                       "no haemolysis",
                                       "H",
                                       "<0.6",
                                       "less than 3",
                                       "Hemolyzed ++",
                                       "see note",
                                       NULL};
static const char *const RANGES[] = {"", "", "0.7", "3.#", "4.#", "x", NULL};
static const char *const NAMES_OF_ROWS[] = {"", "", "s#", "NULL", NULL};
static const char *const VERSIONS[] = {"", "1", "1.#", "2024-05-01", "final", NULL};

static const char *const DRUG_CODES[] = {"A12CC30", "A02BC01", "C03CA01", " A12CC30 ", "N02BE01",
                                         "",        "NULL",    "a12cc30", "A1#",       "X",
                                         "2823-3",  "A12CC0#", "1-JAN",   NULL};
static const char *const DRUG_SYSTEMS[] = {"",    "",         "",     "ATC", "atc ",
                                           "BNF", "nobody's", "NULL", NULL};
static const char *const DRUG_NAMES[] = {
    "Magnesium oxide #00 mg tablets",
    "Magnesium glycerophosphate 4 mmol tablets",
    "Furosemide 40 mg tablets",
    "Paracetamol 500 mg",
    "Co-magaldrox oral suspension",
    "",
    ".",
    "Magnesium",
    "Omeprazole 20 mg",
    "magnesium something new",
    "Esomeprazole Magnesium 40 mg",
    "A name that is longer than any run that a memo keeps, which makes the whole cell one to be "
    "read anew each time",
    NULL};
static const char *const INGREDIENTS[] = {"", "", "Magnesium", "Omeprazole", NULL};
static const char *const KINDS[] = {"order",          "issue",        "",     "ISSUE",
                                    "administration", "none of ours", "NULL", NULL};
static const char *const SUPPLIES[] = {"", "28", "2#", "0", "9999", "x", "<7", "7.5", NULL};
static const char *const DOSES[] = {"", "#", "1-2", "half", "4", "1e3", "16,0", NULL};
static const char *const DOSE_UNITS[] = {"", "mmol", "mg", "tablet", "mL", "as directed", NULL};
static const char *const PER_DAY[] = {"", "2", "1-#", "bd", "prn", NULL};
static const char *const ROUTES[] = {"", "oral", "PO", "IV", "by the ear", "Oral ", NULL};
static const char *const STRENGTHS[] = {"", "4 mmol", "#00 mg", NULL};
#define TEN_TIMES(text) text text text text text text text text text text
static const char *const DOSE_TEXTS[] = {"",
                                         "take two twice a day",
                                         "one at night",
                                         "as directed",
                                         "take one, and then whatever the doctor said when they "
                                         "last spoke to the patient on the telephone, but no more",
                                         TEN_TIMES(TEN_TIMES("more than a row ")),
                                         NULL};

static const pool PRESCRIPTIONS[] = {{"patient_id", IDS},
                                     {"drug_code", DRUG_CODES},
                                     {"start", TIMES},
                                     {"drug_name", DRUG_NAMES},
                                     {"kind", KINDS},
                                     {"stop", TIMES},
                                     {"dose", DOSES},
                                     {"dose_unit", DOSE_UNITS},
                                     {"doses_per_day", PER_DAY},
                                     {"days_supply", SUPPLIES},
                                     {"route", ROUTES},
                                     {"code_system", DRUG_SYSTEMS},
                                     {NULL, NULL}};

static const pool ALL_PRESCRIPTIONS[] = {{"patient_id", IDS},
                                         {"drug_code", DRUG_CODES},
                                         {"start", TIMES},
                                         {"drug_name", DRUG_NAMES},
                                         {"ingredient", INGREDIENTS},
                                         {"kind", KINDS},
                                         {"strength", STRENGTHS},
                                         {"dose_text", DOSE_TEXTS},
                                         {"dose", DOSES},
                                         {"days_supply", SUPPLIES},
                                         {NULL, NULL}};

/* A profile whose table has every column that prescriptions may have. */
static const char EVERY_COLUMN[] =
    "profile: every-column\n"
    "tables:\n"
    "  - table: prescriptions\n"
    "    file: rx\n"
    "    columns: { patient_id: patient_id, drug_code: drug_code, start: start,\n"
    "      drug_name: drug_name, kind: kind, stop: stop, dose: dose, dose_unit: dose_unit,\n"
    "      doses_per_day: doses_per_day, days_supply: days_supply, route: route,\n"
    "      code_system: code_system, ingredient: ingredient, strength: strength,\n"
    "      dose_text: dose_text }\n"
    "    constants: { code_system: ATC }\n"
    "    values: { kind: { none of ours: administration } }\n";

/* Codes of a site, a unit for one of them, decimal commas, other words for nothing. */
static const char OTHER_LABS[] =
    "profile: other-labs\n"
    "missing: [NULL, \"-1\"]\n"
    "tables:\n"
    "  - table: labs\n"
    "    file: labs\n"
    "    decimal_comma: true\n"
    "    columns: { patient_id: patient_id, code: code, value: value, unit: unit,\n"
    "      collected_at: collected_at, comment: comment, ref_low: ref_low, ref_high: ref_high,\n"
    "      specimen_id: specimen_id, result_id: result_id, version: version,\n"
    "      code_system: code_system }\n"
    "    constants: { unit: mmol/L }\n"
    "    codes: { K: potassium, mg: magnesium, \"2823-3\": sodium }\n"
    "    values: { code: { \"3\": K } }\n";

static const pool LABS[] = {{"patient_id", IDS},
                            {"code", CODES},
                            {"value", VALUES},
                            {"unit", UNITS},
                            {"collected_at", TIMES},
                            {"comment", COMMENTS},
                            {"ref_low", RANGES},
                            {"ref_high", RANGES},
                            {"specimen_id", NAMES_OF_ROWS},
                            {"result_id", NAMES_OF_ROWS},
                            {"version", VERSIONS},
                            {"code_system", SYSTEMS},
                            {NULL, NULL}};

static unsigned draw(uint64_t *seed, unsigned end) {
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(*seed >> 33) % end;
}

static mag_span draw_cell(uint64_t *seed, const char *const *cells, mag_text *row) {
    unsigned count = 0;
    while (cells[count])
        count++;
    const size_t from = row->nbytes;
    for (const char *c = cells[draw(seed, count)]; *c; c++)
        mag_text_add_char(row, *c == '#' ? (char)('0' + draw(seed, 10)) : *c);
    return (mag_span){NULL, row->nbytes - from};
}

/* Rows of the first `column_count` columns; the same ones for the same seed. */
static const mag_run_file *feed_drawn(fixture *f, const mag_profile_table *table, const pool *pools,
                                      size_t column_count, bool is_remembering) {
    enum { ROW_COUNT = 6000 };
    mag_span cells[CELL_COUNT];
    uint16_t file_id;
    mag_run_file *file;
    must(f, mag_cohort_add_file(f->cohort, "source", "file", mag_profile_table_kind(table),
                                &file_id, &file, &f->err));
    mag_decoder decoder;
    mag_decoder_init(&decoder, f->cohort, table, file_id, file);
    for (size_t i = 0; i < column_count; i++)
        cells[i] = mag_span_of(pools[i].column);
    must(f, mag_decoder_bind(&decoder, cells, column_count, &f->err));
    if (!is_remembering)
        mag_decoder_forget(&decoder);
    uint64_t seed = 20240601 + column_count;
    mag_text row;
    mag_text_init(&row, &f->account);
    for (uint32_t line = 2; line < ROW_COUNT; line++) {
        mag_text_clear(&row);
        for (size_t i = 0; i < column_count; i++)
            cells[i] = draw_cell(&seed, pools[i].cells, &row);
        must(f, mag_text_check(&row, &f->err));
        for (size_t i = 0, from = 0; i < column_count; from += cells[i++].nbytes)
            cells[i].at = row.at + from;
        must(f, mag_decoder_row(&decoder, cells, line, &f->err));
    }
    mag_text_done(&row);
    mag_decoder_done(&decoder);
    return file;
}

typedef struct sheet {
    mag_table_kind kind;
    const char *profile; /* NULL: our own */
    const pool *pools;
    size_t fewest_columns;
} sheet;

static const mag_profile_table *table_of_sheet(fixture *f, const sheet *of) {
    const mag_profile *profile = f->profile;
    if (of->profile)
        must(f, mag_profile_parse(f->arena, "x.yaml", mag_span_of(of->profile), &profile, &f->err));
    return table_of(profile, of->kind);
}

/* Everything that a cohort of the drawn rows shows; the caller frees it. */
static char *read_all(const sheet *of, size_t column_count, bool is_remembering) {
    static const char *const people[] = {"p1|F|1950", "p2|M|1960-02-03", "p3||", "p\xc3\xa4|F|1999",
                                         NULL};
    fixture f;
    fixture_open(&f, usual_settings());
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    const mag_run_file *file =
        feed_drawn(&f, table_of_sheet(&f, of), of->pools, column_count, is_remembering);
    settle(&f);
    mag_text out = dump_all(&f);
    out.nbytes--; /* its NUL */
    dump_counts(&f, file, &out);
    mag_text_add_char(&out, '\0');
    must(&f, mag_text_check(&out, &f.err));
    char *shown = strdup(out.at);
    assert_non_null(shown);
    mag_text_done(&out);
    fixture_close(&f);
    return shown;
}

static void assert_read_alike(const sheet *of) {
    size_t most_columns = of->fewest_columns;
    while (of->pools[most_columns].column)
        most_columns++;
    for (size_t count = of->fewest_columns; count <= most_columns; count++) {
        char *remembered = read_all(of, count, true);
        char *anew = read_all(of, count, false);
        assert_string_equal(remembered, anew);
        assert_true(strlen(anew) > 5000); /* something was read */
        free(remembered);
        free(anew);
    }
}

static void results_are_read_alike_whether_texts_are_remembered_or_not(void **state) {
    (void)state;
    const sheet own = {MAG_TABLE_LABS, NULL, LABS, 5};
    const sheet other = {MAG_TABLE_LABS, OTHER_LABS, LABS, 5};
    assert_read_alike(&own);
    assert_read_alike(&other);
}

static void prescriptions_are_read_alike_whether_texts_are_remembered_or_not(void **state) {
    (void)state;
    const sheet own = {MAG_TABLE_PRESCRIPTIONS, NULL, PRESCRIPTIONS, 3};
    const sheet other = {MAG_TABLE_PRESCRIPTIONS, EVERY_COLUMN, ALL_PRESCRIPTIONS, 3};
    assert_read_alike(&own);
    assert_read_alike(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_equal_where_texts_are),
        cmocka_unit_test(an_empty_place_is_no_text),
        cmocka_unit_test(runs_are_equal_where_all_that_they_stand_for_is),
        cmocka_unit_test(cells_of_any_length_make_the_hash_that_is_defined),
        cmocka_unit_test(results_are_read_alike_whether_texts_are_remembered_or_not),
        cmocka_unit_test(prescriptions_are_read_alike_whether_texts_are_remembered_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
