/* Faults of a profile: every key of every mapping with a wrong kind, an unknown neighbour and left
   out; every name that must be known. Each is told with file:line:column, slips with the nearest.
 */
#include "cohort_fixture.h"

#include "cohort/canary.h"

static mag_account account;
static mag_arena *arena;
static mag_error err;

static int set_up(void **state) {
    (void)state;
    memset(&err, 0, sizeof err);
    arena = mag_arena_new(&account);
    return arena ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    mag_arena_free(arena);
    return account.used_nbytes ? -1 : 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static mag_status parse(const char *text, const mag_profile **profile) {
    memset(&err, 0, sizeof err);
    return mag_profile_parse(arena, "x.yaml", mag_span_of(text), profile, &err);
}

/* Fails unless the text is refused at the place and message or hint hold the part. */
static void expect_fault(const char *text, const char *place, const char *part) {
    const mag_profile *profile;
    mag_status status = parse(text, &profile);
    bool is_at_place = strncmp(err.text, place, strlen(place)) == 0;
    if (status != MAG_E_USAGE || !is_at_place ||
        (!strstr(err.text, part) && !strstr(err.hint, part)))
        fail_msg("wanted %s ... %s, got: %s | %s\n%s", place, part, err.text, err.hint, text);
}

/* --- keys of the whole profile
 * ----------------------------------------------------------------------- */

/* One key a line, so that line N + 1 of the text is key N here. */
static const struct {
    const char *key, *good;
    bool is_required;
    const char *kind;      /* as messages name it */
    const char *wrong;     /* a value of another kind */
    const char *misspelt;  /* NULL: no key is near enough */
    unsigned value_column; /* where the value begins */
} PROFILE_KEYS[] = {
    {"profile", "x", true, "a text", "[x]", "profil", 10},
    {"site_zone", "Europe/Berlin", false, "a text", "{ a: b }", "sitezone", 12},
    {"shifted_dates", "true", false, "a text", "[true]", "shifted_date", 16},
    {"history", "365 days", false, "a text", "[365 days]", "histroy", 10},
    {"absence", "unknown outside stays", false, "a text", "{ a: b }", "absense", 10},
    {"kidney", "{ formula: us, weight: bnf }", false, "a mapping", "us", "kidny", 9},
    {"missing", "[x, y]", false, "a list", "x", "mising", 10},
    {"gates", "[{ name: csv, amber: 0 %, red: 1 %, note: n }]", false, "a list", "csv", "gate", 8},
    {"tables",
     "[{ table: stays, file: s, columns: { patient_id: a, stay_id: b, from: c, until: d } }]", true,
     "a list", "{ a: b }", "table", 9},
};
enum { PROFILE_KEY_COUNT = sizeof PROFILE_KEYS / sizeof *PROFILE_KEYS, TEXT_NBYTES = 2000 };

/* The whole profile, line `changed` with another key and value; a NULL key leaves the line empty.
 */
static const char *profile_with(int changed, const char *key, const char *value) {
    static char text[TEXT_NBYTES];
    size_t at_byte = 0;
    for (int i = 0; i < PROFILE_KEY_COUNT; i++) {
        const char *shown_key = i == changed ? key : PROFILE_KEYS[i].key;
        const char *shown_value = i == changed ? value : PROFILE_KEYS[i].good;
        at_byte += (size_t)snprintf(text + at_byte, sizeof text - at_byte, "%s%s%s\n",
                                    shown_key ? shown_key : "", shown_key ? ": " : "",
                                    shown_key ? shown_value : "");
    }
    return text;
}

static void the_whole_profile_without_a_fault_is_read(void **state) {
    (void)state;
    const mag_profile *profile;
    if (parse(profile_with(-1, NULL, NULL), &profile) != MAG_OK)
        fail_msg("%s", err.text);
    assert_string_equal(profile->name, "x");
    assert_string_equal(profile->site_zone, "Europe/Berlin");
    assert_true(profile->shifted_dates);
    assert_int_equal(profile->history_days, 365);
    assert_int_equal(profile->absence, MAG_ABSENCE_OUTSIDE_STAYS);
    assert_int_equal(profile->kidney.formula, MAG_KIDNEY_US);
    assert_int_equal(profile->kidney.weight_policy, MAG_WEIGHT_BNF);
    assert_int_equal(profile->gate_count, 1);
    assert_int_equal(profile->table_count, 1);
    assert_string_equal(profile->tables[0]->missing[1], "y");
}

static void what_a_profile_leaves_out_has_the_default_of_the_page(void **state) {
    (void)state;
    const mag_profile *profile;
    assert_int_equal(parse("profile: x\ntables: []\n", &profile), MAG_OK);
    assert_string_equal(profile->site_zone, "Europe/London");
    assert_false(profile->shifted_dates);
    assert_int_equal(profile->history_days, 1095);
    assert_int_equal(profile->absence, MAG_ABSENCE_NONE);
    assert_int_equal(profile->kidney.formula, MAG_KIDNEY_UK);
    assert_int_equal(profile->kidney.weight_policy, MAG_WEIGHT_ADJUSTED30);
    assert_int_equal(profile->gate_count, 0);
    assert_int_equal(parse("profile: x\nkidney: { formula: us }\ntables: []\n", &profile), MAG_OK);
    assert_int_equal(profile->kidney.formula, MAG_KIDNEY_US);
    assert_int_equal(profile->kidney.weight_policy, MAG_WEIGHT_ADJUSTED30);
}

static void a_zone_is_named_with_the_letters_that_zones_have(void **state) {
    (void)state;
    char longest[65], too_long[66];
    memset(longest, 'x', 64);
    memset(too_long, 'x', 65);
    longest[64] = too_long[65] = '\0';
    const char *const good[] = {"Europe/London", "UTC",     "America/Port-au-Prince",
                                "Etc/GMT+1",     "EST5EDT", "America/North_Dakota/Beulah",
                                longest};
    const char *const bad[] = {"",           "Europe\xe2\x80\xae/London",
                               "UTC\x1b[2J", "Europe London",
                               "UTC\n",      "\xc2\x85",
                               "a'b",        too_long};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(mag_profile_is_zone(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(mag_profile_is_zone(bad[i]));
    expect_fault("profile: x\nsite_zone: \"UTC\xe2\x80\xae\"\ntables: []\n",
                 "x.yaml:2:12:", "no name of a zone");
}

static void every_key_of_a_profile_is_checked_for_kind_name_and_presence(void **state) {
    (void)state;
    for (int i = 0; i < PROFILE_KEY_COUNT; i++) {
        char place[40];
        snprintf(place, sizeof place, "x.yaml:%d:%u: \"%s\" must be %s", i + 1,
                 PROFILE_KEYS[i].value_column, PROFILE_KEYS[i].key, "");
        place[sizeof place - 1] = '\0';
        expect_fault(profile_with(i, PROFILE_KEYS[i].key, PROFILE_KEYS[i].wrong), place,
                     PROFILE_KEYS[i].kind);
        snprintf(place, sizeof place, "x.yaml:%d:1: unknown key", i + 1);
        char hint[60];
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", PROFILE_KEYS[i].key);
        expect_fault(profile_with(i, PROFILE_KEYS[i].misspelt, PROFILE_KEYS[i].good), place, hint);
        const char *without = profile_with(i, NULL, NULL);
        const mag_profile *profile;
        if (!PROFILE_KEYS[i].is_required && parse(without, &profile) != MAG_OK)
            fail_msg("%s: %s", PROFILE_KEYS[i].key, err.text);
        if (PROFILE_KEYS[i].is_required)
            expect_fault(without, i ? "x.yaml:1:1:" : "x.yaml:2:1:", PROFILE_KEYS[i].key);
    }
}

typedef struct value_case {
    const char *key, *value;
    const char *place;
    const char *part;
} value_case;

static const value_case PROFILE_VALUES[] = {
    {"history", "0 days", "x.yaml:4:10:", "0 days"},
    {"history", "-5 days", "x.yaml:4:10:", "-5 days"},
    {"history", "36526 days", "x.yaml:4:10:", "36526"},
    {"history", "365", "x.yaml:4:10:", "365"},
    {"history", "365 day", "x.yaml:4:10:", "N days"},
    {"history", "None", "x.yaml:4:10:", "None"},
    {"history", "''", "x.yaml:4:10:", "N days"},
    {"absence", "unknown outside stay", "x.yaml:5:10:", "did you mean \"unknown outside stays\"?"},
    {"shifted_dates", "tru", "x.yaml:3:16:", "did you mean \"true\"?"},
    {"kidney", "{ formla: us }", "x.yaml:6:11:", "did you mean \"formula\"?"},
    {"kidney", "{ formula: [us] }", "x.yaml:6:20:", "must be a text"},
    {"kidney", "{ weight: actuall }", "x.yaml:6:19:", "did you mean \"actual\"?"},
    {"missing", "[x, [y]]", "x.yaml:7:14:", "a text is wanted"},
    {"gates", "[csv]", "x.yaml:8:9:", "must be a mapping"},
    {"gates", "[{ name: csv, ambre: 0 %, red: 1 %, note: n }]", "x.yaml:8:22:", "amber"},
    {"gates", "[{ name: csv, amber: 0 %, note: n }]", "x.yaml:8:9:", "\"red\" is missing"},
    {"gates", "[{ name: csv, amber: 0 %, red: 101 %, note: n }]", "x.yaml:8:39:", "5 %"},
    {"gates", "[{ name: csv, amber: -1 %, red: 1 %, note: n }]", "x.yaml:8:29:", "5 %"},
    {"gates", "[{ name: csv, amber: <1 %, red: 1 %, note: n }]", "x.yaml:8:29:", "5 %"},
    {"gates", "[{ name: csv, amber: 0 %, red: 1 %, note: ' ' }]", "x.yaml:8:50:", "say why"},
    {"gates", "[{ name: freshness, amber: 9 hours, red: 8 hours, note: n }]",
     "x.yaml:8:35:", "above red"},
    {"tables", "[x]", "x.yaml:9:10:", "must be a mapping"},
};

static void every_value_of_a_profile_is_checked_at_its_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof PROFILE_VALUES / sizeof *PROFILE_VALUES; i++) {
        int line = 0;
        while (strcmp(PROFILE_KEYS[line].key, PROFILE_VALUES[i].key) != 0)
            line++;
        expect_fault(profile_with(line, PROFILE_VALUES[i].key, PROFILE_VALUES[i].value),
                     PROFILE_VALUES[i].place, PROFILE_VALUES[i].part);
    }
}

/* --- keys of a table
 * --------------------------------------------------------------------------------- */

/* A table of results with every key; line N + 3 is key N. */
static const struct {
    const char *key, *good;
    const char *kind, *wrong, *misspelt;
    bool is_required;
} TABLE_KEYS[] = {
    {"table", "labs", "a text", "[labs]", "tabel", true},
    {"file", "l", "a text", "[l]", "fiel", true},
    {"required", "true", "a text", "[true]", "requierd", false},
    {"delimiter", "semicolon", "a text", "[comma]", "delimeter", false},
    {"decimal_comma", "true", "a text", "[true]", "decimal_coma", false},
    {"partial_dates", "true", "a text", "[true]", "partial_date", false},
    {"comparators_in_comment", "false", "a text", "[true]", "comparators_in_comments", false},
    {"columns", "{ patient_id: a, code: b, value: c, collected_at: d }", "a mapping", "a", "column",
     true},
    {"constants", "{ code_system: MIMIC }", "a mapping", "MIMIC", "constant", false},
    {"values", "{ unit: { mM: mmol/L } }", "a mapping", "mM", "value", false},
    {"units", "{ MG: mmol/L }", "a mapping", "mmol/L", "unit", false},
    {"codes", "{ MG: magnesium }", "a mapping", "[magnesium]", "code", false},
    {"keep", "{ status: [final] }", "a mapping", "final", "kepe", false},
    {"missing", "['-']", "a list", "'-'", "mising", false},
    {"date_formats", "[DD.MM.YYYY]", "a list", "DD.MM.YYYY", "date_format", false},
    {"haemolysis_from", "2", "a text", "[2]", "haemolysis_form", false},
};
enum { TABLE_KEY_COUNT = sizeof TABLE_KEYS / sizeof *TABLE_KEYS };

static const char *table_with(int changed, const char *key, const char *value) {
    static char text[TEXT_NBYTES];
    size_t at_byte = (size_t)snprintf(text, sizeof text, "profile: x\ntables:\n");
    for (int i = 0; i < TABLE_KEY_COUNT; i++) {
        const char *shown_key = i == changed ? key : TABLE_KEYS[i].key;
        const char *shown_value = i == changed ? value : TABLE_KEYS[i].good;
        const char *indent = i ? "   " : "  -";
        at_byte += (size_t)snprintf(text + at_byte, sizeof text - at_byte, "%s %s%s%s\n", indent,
                                    shown_key ? shown_key
                                    : i       ? "#"
                                              : "",
                                    shown_key ? ": " : "", shown_key ? shown_value : "");
    }
    return text;
}

static void a_table_with_every_key_is_read(void **state) {
    (void)state;
    const mag_profile *profile;
    if (parse(table_with(-1, NULL, NULL), &profile) != MAG_OK)
        fail_msg("%s", err.text);
    const mag_profile_table *table = profile->tables[0];
    assert_int_equal(table->kind, MAG_TABLE_LABS);
    assert_true(table->is_required && table->has_decimal_comma && table->has_partial_dates);
    assert_false(table->has_comment_comparators);
    assert_int_equal(table->delimiter, ';');
    assert_string_equal(table->columns[MAG_FIELD_COLLECTED_AT], "d");
    assert_null(table->columns[MAG_FIELD_UNIT]);
    assert_string_equal(table->constants[MAG_FIELD_CODE_SYSTEM], "MIMIC");
    assert_string_equal(table->values[MAG_FIELD_UNIT].pairs[0].to, "mmol/L");
    assert_string_equal(table->units.pairs[0].from, "MG");
    assert_int_equal(table->codes[0].analyte, MAG_MAGNESIUM);
    assert_string_equal(table->keep[0].texts[0], "final");
    assert_null(table->keep[0].texts[1]);
    assert_string_equal(table->missing[0], "-");
    assert_null(table->missing[1]);
    assert_string_equal(table->date_formats[0], "DD.MM.YYYY");
    assert_int_equal(table->haemolysis_from.mantissa, 2);
}

static void every_key_of_a_table_is_checked_for_kind_name_and_presence(void **state) {
    (void)state;
    for (int i = 0; i < TABLE_KEY_COUNT; i++) {
        char place[80], hint[80];
        snprintf(place, sizeof place, "x.yaml:%d:%zu: \"%s\" must be %s", i + 3,
                 strlen(TABLE_KEYS[i].key) + 7, TABLE_KEYS[i].key, TABLE_KEYS[i].kind);
        expect_fault(table_with(i, TABLE_KEYS[i].key, TABLE_KEYS[i].wrong), place, "not");
        snprintf(place, sizeof place, "x.yaml:%d:5: unknown key", i + 3);
        snprintf(hint, sizeof hint, "did you mean \"%s\"?", TABLE_KEYS[i].key);
        expect_fault(table_with(i, TABLE_KEYS[i].misspelt, TABLE_KEYS[i].good), place, hint);
        const mag_profile *profile;
        if (TABLE_KEYS[i].is_required)
            expect_fault(table_with(i, NULL, NULL),
                         i ? "x.yaml:3:5:" : "x.yaml:4:5:", TABLE_KEYS[i].key);
        else if (parse(table_with(i, NULL, NULL), &profile) != MAG_OK)
            fail_msg("%s: %s", TABLE_KEYS[i].key, err.text);
    }
}

#define NINE_LISTS "{ a: [x], b: [x], c: [x], d: [x], e: [x], f: [x], g: [x], h: [x], i: [x] }"

static const value_case TABLE_VALUES[] = {
    {"table", "lab", "x.yaml:3:12:", "did you mean \"labs\"?"},
    {"table", "Stays", "x.yaml:3:12:", "did you mean \"stays\"?"},
    {"table", "episodes", "x.yaml:3:12:", "unknown table \"episodes\""},
    {"required", "1", "x.yaml:5:15:", "unknown choice"},
    {"delimiter", "semi-colon", "x.yaml:6:16:", "did you mean \"semicolon\"?"},
    {"decimal_comma", "yes", "x.yaml:7:20:", "unknown choice"},
    {"partial_dates", "flase", "x.yaml:8:20:", "did you mean \"false\"?"},
    {"comparators_in_comment", "on", "x.yaml:9:29:", "unknown choice"},
    {"comparators_in_comment", "true", "x.yaml:9:29:", "decimal_comma"},
    {"columns", "{ patient_id: a, code: b, valeu: c, collected_at: d }",
     "x.yaml:10:40:", "did you mean \"value\"?"},
    {"columns", "{ patient_id: a, code: b, value: [c], collected_at: d }",
     "x.yaml:10:47:", "a text is wanted"},
    {"columns", "{ patient_id: a, code: b, value: '', collected_at: d }",
     "x.yaml:10:47:", "a text is wanted"},
    {"columns", "{ patient_id: a, code: b, value: c, collected_at: d, dose: e }",
     "x.yaml:10:67:", "labs has no column \"dose\""},
    {"columns", "{ code: b, value: c, collected_at: d }", "x.yaml:3:5:", "patient_id"},
    {"columns", "{ patient_id: a, value: c, collected_at: d }", "x.yaml:3:5:", "code"},
    {"columns", "{ patient_id: a, code: b, collected_at: d }", "x.yaml:3:5:", "value"},
    {"columns", "{ patient_id: a, code: b, value: c }", "x.yaml:3:5:", "collected_at"},
    {"constants", "{ code_system: LONIC }", "x.yaml:11:31:", "unknown code system \"LONIC\""},
    {"constants", "{ codesystem: LOINC }", "x.yaml:11:18:", "did you mean \"code_system\"?"},
    {"values", "{ unti: { a: b } }", "x.yaml:12:15:", "did you mean \"unit\"?"},
    {"values", "{ unit: mmol/L }", "x.yaml:12:21:", "a mapping from text to text"},
    {"values", "{ unit: { mM: [mmol/L] } }", "x.yaml:12:27:", "a text is wanted"},
    {"units", "{ MG: mmol/furlong }", "x.yaml:13:18:", "unknown unit \"mmol/furlong\""},
    {"codes", "{ MG: magnesiun }", "x.yaml:14:18:", "unknown analyte \"magnesiun\""},
    {"codes", "{ MG: { a: b } }", "x.yaml:14:18:", "a text is wanted"},
    {"keep", "{ status: final }", "x.yaml:15:21:", "a list of texts"},
    {"keep", "{ status: [[final]] }", "x.yaml:15:22:", "a text is wanted"},
    {"keep", NINE_LISTS, "x.yaml:15:11:", "too many columns for \"keep\""},
    {"missing", "[{ a: b }]", "x.yaml:16:15:", "a text is wanted"},
    {"date_formats", "[DD.MM.YYYY, dd.mm.yyyy]", "x.yaml:17:32:", "no YYYY in the format"},
    {"date_formats", "[[DD.MM.YYYY]]", "x.yaml:17:20:", "a text is wanted"},
    {"haemolysis_from", "'>2'", "x.yaml:18:22:", "not a number: \">2\""},
    {"haemolysis_from", "'2,5'", "x.yaml:18:22:", "not a number"},
};

static void every_value_of_a_table_is_checked_at_its_place(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof TABLE_VALUES / sizeof *TABLE_VALUES; i++) {
        int line = 0;
        while (strcmp(TABLE_KEYS[line].key, TABLE_VALUES[i].key) != 0)
            line++;
        expect_fault(table_with(line, TABLE_VALUES[i].key, TABLE_VALUES[i].value),
                     TABLE_VALUES[i].place, TABLE_VALUES[i].part);
    }
}

/* Every pair of a table and a column: mapped where field.def has the letter, refused elsewhere. */
static void a_column_belongs_to_its_tables_only(void **state) {
    (void)state;
    static const char letters[] = "PLRCSM";
    static const struct {
        const char *name, *tables;
    } columns[] = {
#define MAG_FIELD(id, name, tables, required) {name, tables},
#include "cohort/field.def"
#undef MAG_FIELD
    };
    for (int kind = 0; kind < MAG_TABLE_KIND_COUNT; kind++)
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
            char text[200];
            snprintf(text, sizeof text,
                     "profile: x\ntables:\n  - { table: %s, file: f, columns: { %s: a } }\n",
                     mag_table_kind_name((mag_table_kind)kind), columns[i].name);
            const mag_profile *profile;
            assert_int_equal(parse(text, &profile), MAG_E_USAGE); /* one column is never enough */
            bool is_refused = strstr(err.text, "has no column") != NULL;
            if (is_refused == (strchr(columns[i].tables, letters[kind]) != NULL))
                fail_msg("%s: %s", text, err.text);
        }
}

static void more_than_eight_tables_are_refused(void **state) {
    (void)state;
    char text[TEXT_NBYTES] = "profile: x\ntables:\n";
    for (int i = 0; i < 9; i++)
        strcat(text, "  - { table: stays, file: s, columns: { patient_id: a, stay_id: b, from: c, "
                     "until: d } }\n");
    expect_fault(text, "x.yaml:3:3:", "too many tables");
}

/* --- canaries
 * ------------------------------------------------------------------------------------ */

#define CANARY_HEAD                                                                                \
    "profile: x\ntables:\n  - { table: stays, file: s, columns: { patient_id: a, stay_id: b,"      \
    " from: c, until: d } }\n"

/* Lines 4 and on: the canaries with one part given. */
#define CANARIES(tables, patients)                                                                 \
    CANARY_HEAD "canaries:\n  pack: p\n  tables: { " tables " }\n  patients:\n" patients

#define PATIENT(rest) "    - name: n\n      " rest "\n"
#define COLUMNS       "s: { columns: \"a,b,c,d\" }"
#define ROWS          "rows: { s: \"{id},1,2,3\\n\" }"
#define EXPECT        "expect: { A01: clear }"

static void canaries_are_read(void **state) {
    (void)state;
    const mag_profile *profile;
    assert_int_equal(parse(CANARIES(COLUMNS, PATIENT(ROWS "\n      " EXPECT)), &profile), MAG_OK);
    assert_non_null(mag_canary_find(profile->canaries, "n"));
    assert_null(mag_canary_find(profile->canaries, "m"));
    assert_null(mag_canary_find(NULL, "n"));
}

static void every_fault_of_canaries_is_told_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *text, *place, *part;
    } rows[] = {
        {CANARY_HEAD "canaries: { pack: p }\n", "x.yaml:4:", "tables"},
        {CANARIES("t: { columns: a }", "    []\n"),
         "x.yaml:6:13:", "the profile has no file \"t\""},
        {CANARIES("st: { columns: a }", "    []\n"), "x.yaml:6:13:", "\"st\""},
        {CANARIES("s: { column: a }", "    []\n"), "x.yaml:6:", "columns"},
        {CANARIES("s: a", "    []\n"), "x.yaml:6:", "mapping"},
        {CANARIES(COLUMNS, "    - x\n"), "x.yaml:8:7:", "mapping"},
        {CANARIES(COLUMNS, PATIENT(ROWS)), "x.yaml:8:7:", "expect"},
        {CANARIES(COLUMNS, PATIENT(EXPECT)), "x.yaml:8:7:", "rows"},
        {CANARIES(COLUMNS, PATIENT(ROWS "\n      " EXPECT) PATIENT(ROWS "\n      " EXPECT)),
         "x.yaml:11:13:", "there are two canaries named \"n\""},
        {CANARIES("", PATIENT(ROWS "\n      " EXPECT)), "x.yaml:9:18:", "there is no \"s\""},
        {CANARIES(COLUMNS, PATIENT("rows: { t: \"1\\n\" }\n      " EXPECT)),
         "x.yaml:9:15:", "the profile has no file \"t\""},
        {CANARIES(COLUMNS, PATIENT("rows: { s: \"1\" }\n      " EXPECT)),
         "x.yaml:9:18:", "whole lines are wanted"},
        {CANARIES(COLUMNS, PATIENT("rows: { s: \"\" }\n      " EXPECT)),
         "x.yaml:9:18:", "whole lines are wanted"},
        {CANARIES(COLUMNS, PATIENT("rows: { s: [1] }\n      " EXPECT)),
         "x.yaml:9:18:", "whole lines are wanted"},
        {CANARIES(COLUMNS, PATIENT("rows: { s: \"{idd}\\n\" }\n      " EXPECT)),
         "x.yaml:9:18:", "cannot read \"{idd}"},
        {CANARIES(COLUMNS,
                  PATIENT("rows:\n        s: |\n          {id}\n          1,{x}\n      " EXPECT)),
         "x.yaml:12:13:", "cannot read \"{x}"},
        {CANARIES(COLUMNS, PATIENT(ROWS "\n      optional: [t]\n      " EXPECT)),
         "x.yaml:10:18:", "the profile has no file \"t\""},
        {CANARIES(COLUMNS, PATIENT(ROWS "\n      optional: [[s]]\n      " EXPECT)),
         "x.yaml:10:18:", "the profile has no file \"\""},
        {CANARIES(COLUMNS, PATIENT(ROWS "\n      expect: { A01: [clear] }")),
         "x.yaml:10:22:", "an outcome is wanted"},
        {CANARIES(COLUMNS, PATIENT(ROWS "\n      set_aside: 1.5\n      " EXPECT)),
         "x.yaml:10:18:", "not a number of rows: \"1.5\""},
        {CANARIES(COLUMNS, PATIENT(ROWS "\n      set_aside: <1\n      " EXPECT)),
         "x.yaml:10:18:", "not a number of rows"},
        {CANARIES(COLUMNS, PATIENT(ROWS "\n      set_aside: -1\n      " EXPECT)),
         "x.yaml:10:18:", "not a number of rows"},
        {CANARIES(COLUMNS, PATIENT(ROWS "\n      set_aside: two\n      " EXPECT)),
         "x.yaml:10:18:", "not a number of rows"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect_fault(rows[i].text, rows[i].place, rows[i].part);
}

static void a_file_of_canaries_is_told_with_the_nearest_one(void **state) {
    (void)state;
    expect_fault("profile: x\ntables:\n  - { table: stays, file: stays, columns: { patient_id: a,"
                 " stay_id: b, from: c, until: d } }\n"
                 "canaries:\n  pack: p\n  tables: { stasy: { columns: a } }\n  patients: []\n",
                 "x.yaml:6:13: the profile has no file \"stasy\"", "did you mean \"stays\"?");
}

/* --- columns that nobody reads
 * ------------------------------------------------------------------------ */

static const mag_profile_table *table_dropping(const char *list) {
    const mag_profile *profile;
    char text[TEXT_NBYTES];
    snprintf(
        text, sizeof text,
        "profile: x\ntables:\n  - table: labs\n    file: l\n    columns: { patient_id: a, code: "
        "b, value: c, collected_at: d }\n    keep: { status: [final] }\n%s",
        list);
    if (parse(text, &profile) != MAG_OK)
        fail_msg("%s", err.text);
    return profile->tables[0];
}

static mag_status drop_more(const mag_profile_table *table, const char *list,
                            const mag_profile_table **out) {
    const mag_yaml *root;
    const mag_span text = mag_span_of(list);
    assert_int_equal(mag_yaml_parse(arena, "p.yaml", text, MAG_E_USAGE, &root, &err), MAG_OK);
    return mag_profile_table_drop(arena, "p.yaml", root, table, out, &err);
}

static void a_pipeline_drops_columns_beside_those_of_the_profile(void **state) {
    (void)state;
    static const char *const lists[] = {"", "    drop: []\n", "    drop: [name, postcode]\n"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        const mag_profile_table *table = table_dropping(lists[i]), *both;
        const bool has_name = i == 2;
        assert_int_equal(drop_more(table, "[phone]", &both), MAG_OK);
        static const char *const declared[] = {"a", "d", "status", "phone"};
        for (size_t k = 0; k < sizeof declared / sizeof *declared; k++)
            assert_true(mag_profile_table_declares(both, mag_span_of(declared[k])));
        assert_int_equal(mag_profile_table_declares(both, mag_span_of("name")), has_name);
        assert_int_equal(mag_profile_table_declares(both, mag_span_of("postcode")), has_name);
        assert_false(mag_profile_table_declares(both, mag_span_of("email")));
        assert_false(mag_profile_table_declares(table, mag_span_of("phone"))); /* as it was */
    }
}

static void what_is_read_or_kept_by_cannot_be_dropped(void **state) {
    (void)state;
    static const struct {
        const char *list, *place, *part;
    } rows[] = {{"[x, c]", "p.yaml:1:5: ", "read and dropped at once: \"c\""},
                {"[status]", "p.yaml:1:2: ", "\"status\""},
                {"[x, [c]]", "p.yaml:1:5: ", "a text is wanted"}};
    const mag_profile_table *table = table_dropping("    drop: [name]\n"), *both;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(drop_more(table, rows[i].list, &both), MAG_E_USAGE);
        if (strncmp(err.text, rows[i].place, strlen(rows[i].place)) != 0 ||
            !strstr(err.text, rows[i].part))
            fail_msg("%s: %s", rows[i].list, err.text);
    }
    expect_fault(
        "profile: x\ntables:\n  - table: stays\n    file: s\n    columns: { patient_id: a, "
        "stay_id: b, from: c, until: d }\n    drop: [[x]]\n",
        "x.yaml:6:12:", "a text is wanted");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_whole_profile_without_a_fault_is_read),
        TEST(what_a_profile_leaves_out_has_the_default_of_the_page),
        TEST(a_zone_is_named_with_the_letters_that_zones_have),
        TEST(every_key_of_a_profile_is_checked_for_kind_name_and_presence),
        TEST(every_value_of_a_profile_is_checked_at_its_place),
        TEST(a_table_with_every_key_is_read),
        TEST(every_key_of_a_table_is_checked_for_kind_name_and_presence),
        TEST(every_value_of_a_table_is_checked_at_its_place),
        TEST(a_column_belongs_to_its_tables_only),
        TEST(more_than_eight_tables_are_refused),
        TEST(canaries_are_read),
        TEST(every_fault_of_canaries_is_told_with_its_place),
        TEST(a_file_of_canaries_is_told_with_the_nearest_one),
        TEST(a_pipeline_drops_columns_beside_those_of_the_profile),
        TEST(what_is_read_or_kept_by_cannot_be_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
