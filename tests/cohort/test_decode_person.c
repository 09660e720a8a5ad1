/* The roster, stays and conditions: every form of a cell, joined rows, ids. */
#include "cohort_fixture.h"

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

static const char ROSTER[] = "patient_id|sex|birth|died_on|observed_from|observed_until";

static const mag_run_file *feed_people(const char *const *rows) {
    return feed(&f, MAG_TABLE_PATIENTS, ROSTER, rows);
}

/* --- sex and birth
 * ----------------------------------------------------------------------------------- */

static void only_f_and_m_are_a_sex_and_nothing_is_guessed(void **state) {
    (void)state;
    static const struct {
        const char *text;
        mag_sex sex;
    } cases[] = {{"F", MAG_SEX_FEMALE},       {"f", MAG_SEX_FEMALE},     {" F ", MAG_SEX_FEMALE},
                 {"M", MAG_SEX_MALE},         {"m", MAG_SEX_MALE},       {"", MAG_SEX_UNKNOWN},
                 {"female", MAG_SEX_UNKNOWN}, {"W", MAG_SEX_UNKNOWN},    {"1", MAG_SEX_UNKNOWN},
                 {"FM", MAG_SEX_UNKNOWN},     {"NULL", MAG_SEX_UNKNOWN}, {"U", MAG_SEX_UNKNOWN}};
    enum { COUNT = sizeof cases / sizeof *cases };
    char rows[COUNT][40];
    const char *lines[COUNT + 1] = {0};
    uint64_t unknown_count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(rows[i], sizeof rows[i], "p%zu|%s|1950|||", i, cases[i].text);
        lines[i] = rows[i];
        unknown_count += cases[i].sex == MAG_SEX_UNKNOWN;
    }
    const mag_run_file *file = feed_people(lines);
    settle(&f);
    for (size_t i = 0; i < COUNT; i++) {
        char id[8];
        snprintf(id, sizeof id, "p%zu", i);
        assert_int_equal(patient(&f, id).person->sex, cases[i].sex);
    }
    assert_int_equal(file->accounting.accepted, COUNT);
    assert_int_equal(file->accounting.sex_unknown, unknown_count);
}

typedef struct birth_case {
    const char *text;
    bool is_known, is_year_only;
    const char *birth;
} birth_case;

static const birth_case BIRTHS[] = {
    {"1950-03-04", true, false, "1950-03-04"},
    {"1950-03-04T10:15", true, false, "1950-03-04"},
    {"1950-03", true, false, "1950-03-01"}, /* the first day it can have been */
    {"1950-02", true, false, "1950-02-01"},
    {"1950", true, true, "1950-01-01"},
    {"1952", true, true, "1952-01-01"}, /* a leap year spans 366 days */
    {"1900", true, true, "1900-01-01"},
    {"1900-01", true, false, "1900-01-01"},
    {"2000-02-29", true, false, "2000-02-29"},
    {"1900-01-01", false, false, NULL}, /* stands for "unknown" */
    {"1900-02-29", false, false, NULL},
    {"1950-13-01", false, false, NULL},
    {"04.03.1950", false, false, NULL},
    {"unknown", false, false, NULL},
    {"50", false, false, NULL},
    {"", false, false, NULL},
    {"NULL", false, false, NULL},
};

static void a_birth_is_a_day_a_month_or_a_year_and_else_unknown(void **state) {
    (void)state;
    enum { COUNT = sizeof BIRTHS / sizeof *BIRTHS };
    char rows[COUNT][60];
    const char *lines[COUNT + 1] = {0};
    uint64_t unknown_count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(rows[i], sizeof rows[i], "p%zu|F|%s|||", i, BIRTHS[i].text);
        lines[i] = rows[i];
        unknown_count += !BIRTHS[i].is_known;
    }
    const mag_run_file *file = feed_people(lines);
    settle(&f);
    for (size_t i = 0; i < COUNT; i++) {
        char id[8];
        snprintf(id, sizeof id, "p%zu", i);
        const mag_person *person = patient(&f, id).person;
        if (person->has_birth != BIRTHS[i].is_known ||
            (BIRTHS[i].is_known && (person->is_birth_year_only != BIRTHS[i].is_year_only ||
                                    person->birth != mag_minute_day(at(BIRTHS[i].birth)))))
            fail_msg("birth \"%s\": %d %d %d", BIRTHS[i].text, person->has_birth,
                     person->is_birth_year_only, person->birth);
    }
    assert_int_equal(file->accounting.accepted, COUNT); /* never loses a patient */
    assert_int_equal(file->accounting.birth_unknown, unknown_count);
}

/* The first minute at which somebody of that birth has the age. */
static void ages_change_on_the_birthday(void **state) {
    (void)state;
    static const struct {
        const char *birth, *before, *from;
        int age;
    } cases[] = {{"1950-06-15", "2024-06-14", "2024-06-15", 74},
                 {"2004-02-29", "2022-02-28", "2022-03-01", 18},
                 {"2004-02-29", "2024-02-29", "2024-03-01", 20}, /* counts as 1 March always */
                 {"1950", "2023-12-31", "2024-01-01", 74},
                 {"1950-07", "2024-06-30", "2024-07-01", 74}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        char row[60];
        snprintf(row, sizeof row, "p|F|%s|||", cases[i].birth);
        const char *const rows[] = {row, NULL};
        feed_people(rows);
        settle(&f);
        const mag_person *person = patient(&f, "p").person;
        int age;
        bool is_year_only;
        assert_true(mag_person_age(person, end_of(cases[i].before), &age, &is_year_only));
        assert_int_equal(age, cases[i].age - 1);
        assert_true(mag_person_age(person, at(cases[i].from), &age, &is_year_only));
        assert_int_equal(age, cases[i].age);
    }
}

static void ages_above_120_or_before_birth_are_unknown_and_counted(void **state) {
    (void)state;
    const char *const rows[] = {"a|F|1904-06-30|||", "b|F|1903-06-30|||", "c|F|1904|||",
                                "d|F|1903|||",       "e|F|2024-07-01|||", "f|F|2024-06-30|||",
                                "g|F|2025|||",       "h|F|1650-01-01|||", NULL};
    static const int ages[] = {120, -1, 120, -1, -1, 0, -1, -1};
    const mag_run_file *file = feed_people(rows);
    settle(&f);
    uint64_t implausible = 0;
    for (size_t i = 0; rows[i]; i++) {
        char id[2] = {(char)('a' + i), '\0'};
        mag_timeline timeline = patient(&f, id);
        int age;
        bool is_year_only;
        bool is_known = mag_person_age(timeline.person, timeline.as_of, &age, &is_year_only);
        assert_int_equal(is_known, ages[i] >= 0);
        if (is_known)
            assert_int_equal(age, ages[i]);
        implausible += !is_known;
    }
    assert_int_equal(file->accounting.age_implausible, implausible);
    assert_int_equal(file->accounting.birth_unknown, 0);
}

/* --- death and observation
 * --------------------------------------------------------------------------- */

static void a_death_without_a_clock_is_lived_to_its_last_minute(void **state) {
    (void)state;
    static const struct {
        const char *died, *minute; /* NULL: alive */
    } cases[] = {{"2024-02-03", "2024-02-03 23:59"},
                 {"2024-02-03 08:00", "2024-02-03 08:00"},
                 {"", NULL},
                 {"NULL", NULL},
                 {"9999-12-31", NULL},
                 {"infinity", NULL},
                 {"2030-01-01", "2030-01-01 23:59"}};
    enum { COUNT = sizeof cases / sizeof *cases };
    char rows[COUNT][60];
    const char *lines[COUNT + 1] = {0};
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(rows[i], sizeof rows[i], "p%zu|F|1950|%s||", i, cases[i].died);
        lines[i] = rows[i];
    }
    feed_people(lines);
    settle(&f);
    for (size_t i = 0; i < COUNT; i++) {
        char id[8];
        snprintf(id, sizeof id, "p%zu", i);
        mag_minute died = patient(&f, id).person->died;
        assert_int_equal(died, cases[i].minute ? at(cases[i].minute) : MAG_MINUTE_OPEN);
    }
}

static void a_death_that_cannot_be_read_is_no_guess_that_the_patient_lives(void **state) {
    (void)state;
    const char *const rows[] = {"a|F|1950|yesterday||", "b|F|1950|2024-02-30||",
                                "c|F|1950|2024-02||",   "d|F|1950||in spring|",
                                "e|F|1950|||2024-99",   NULL};
    const mag_run_file *file = feed_people(rows);
    settle(&f);
    assert_int_equal(mag_accounting_rejected(&file->accounting), 0);
    assert_int_equal(file->accounting.accepted, 5);
    assert_int_equal(file->accounting.death_unknown, 3);
    assert_int_equal(file->accounting.detail_unknown, 2); /* a period that is taken as unsaid */
    for (const char *id = "abc"; *id; id++) {
        const char one[] = {*id, '\0'};
        assert_true(mag_person_may_be_dead(patient(&f, one).person));
    }
    for (const char *id = "de"; *id; id++) {
        const char one[] = {*id, '\0'};
        assert_int_equal(patient(&f, one).person->observed_from, MAG_MINUTE_NONE);
        assert_int_equal(patient(&f, one).person->observed_until, MAG_MINUTE_OPEN);
    }
}

/* The patient stays, without a weight that nobody can place in time. */
static void a_day_of_measuring_that_cannot_be_read_costs_the_weight_alone(void **state) {
    (void)state;
    const char *const rows[] = {"a|F|1950|70|160|2024-02-30", "b|F|1950|70|160|02/03/2024",
                                "c|F|1950|70|160|2024-02-28", NULL};
    const mag_run_file *file =
        feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth|weight_kg|height_cm|measured_on", rows);
    settle(&f);
    assert_int_equal(file->accounting.accepted, 3);
    assert_int_equal(file->accounting.detail_unknown, 2);
    for (const char *id = "abc"; *id; id++) {
        const char one[] = {*id, '\0'};
        const mag_timeline timeline = patient(&f, one);
        size_t count;
        mag_timeline_labs(&timeline, MAG_WEIGHT, &count);
        assert_int_equal(count, *id == 'c');
    }
}

/* --- several rows of one patient
 * ------------------------------------------------------------------------ */

typedef struct join_case {
    const char *rows[3];
    bool has_conflict;
    mag_sex sex;
    const char *birth;            /* NULL: unknown */
    const char *died;             /* NULL: alive */
    const char *from, *until;     /* observed; NULL: unsaid */
    unsigned accepted, duplicate; /* rows */
    bool has_two_deaths;          /* told as a contradiction; sex and birth stay known */
} join_case;

static const join_case JOINS[] = {
    {{"p|F|1950-01-01|||", "p|F|1950-01-01|||"}, false, 1, "1950-01-01", 0, 0, 0, 1, 1, false},
    {{"p|F|1950-01-01|||", "p||||2020-01-01|"},
     false,
     1,
     "1950-01-01",
     0,
     "2020-01-01",
     0,
     2,
     0,
     false},
    {{"p|F|1950-01-01|||", "p|M|1950-01-01|||"}, true, 0, NULL, 0, 0, 0, 2, 0, false},
    {{"p|F|1950-01-01|||", "p|M||||", "p|F||||"}, true, 0, NULL, 0, 0, 0, 3, 0, false},
    {{"p|F|1950-01-01|||", "p|F|1950-01-02|||"}, true, 0, NULL, 0, 0, 0, 2, 0, false},
    {{"p|F|1950-01-01|2024-03-01||", "p|F||2024-02-01||"},
     false,
     1,
     "1950-01-01",
     "2024-02-01",
     0,
     0,
     2,
     0,
     true},
    {{"p|F|1950-01-01|||", "p|F||2024-02-01||"},
     false,
     1,
     "1950-01-01",
     "2024-02-01",
     0,
     0,
     2,
     0,
     false},
    {{"p|F|1950||2020-01-01|2021-01-01", "p|F|1950||2019-01-01|2023-01-01"},
     false,
     1,
     "1950-01-01",
     0,
     "2019-01-01",
     "2023-01-01",
     2,
     0,
     false},
    {{"p|F|1950||2020-01-01|2021-01-01", "p|F|1950||2019-01-01|"},
     false,
     1,
     "1950-01-01",
     0,
     "2019-01-01",
     0,
     2,
     0,
     false},
    {{"p|F|1950||2020-01-01|2021-01-01", "p|F|1950|||"},
     false,
     1,
     "1950-01-01",
     0,
     "2020-01-01",
     "2021-01-01",
     2,
     0,
     false},
    {{"p|F|1950||2020-01-01|", "p|F|1950|||2021-01-01"},
     false,
     1,
     "1950-01-01",
     0,
     "2020-01-01",
     "2021-01-01",
     2,
     0,
     false},
};

static void check_joined(const join_case *joined, const mag_run_file *file, size_t number) {
    const mag_person *person = patient(&f, "p").person;
    mag_minute from = joined->from ? at(joined->from) : MAG_MINUTE_NONE;
    mag_minute until = joined->until ? end_of(joined->until) : MAG_MINUTE_OPEN;
    if (person->has_conflict != joined->has_conflict || person->sex != (mag_sex)joined->sex ||
        person->has_birth != (joined->birth != NULL) || person->observed_from != from ||
        person->observed_until != until)
        fail_msg("case %zu: conflict %d sex %d birth %d from %d until %d", number,
                 person->has_conflict, (int)person->sex, person->has_birth, person->observed_from,
                 person->observed_until);
    if (joined->birth)
        assert_int_equal(person->birth, mag_minute_day(at(joined->birth)));
    assert_int_equal(person->died, joined->died ? end_of(joined->died) : MAG_MINUTE_OPEN);
    assert_int_equal(file->accounting.accepted, joined->accepted);
    assert_int_equal(file->accounting.duplicate, joined->duplicate);
    assert_int_equal(file->accounting.demog_conflict,
                     joined->has_conflict || joined->has_two_deaths);
}

/* Forwards and backwards: the order of rows decides nothing. */
static void rows_of_one_patient_fill_and_contradict_each_other(void **state) {
    (void)state;
    assert_int_equal(MAG_SEX_FEMALE, 1); /* as the table above writes it */
    for (size_t i = 0; i < sizeof JOINS / sizeof *JOINS; i++)
        for (int is_backwards = 0; is_backwards < 2; is_backwards++) {
            fixture_close(&f);
            fixture_open(&f, usual_settings());
            const char *rows[4] = {0};
            size_t count = JOINS[i].rows[2] ? 3 : 2;
            for (size_t k = 0; k < count; k++)
                rows[k] = JOINS[i].rows[is_backwards ? count - 1 - k : k];
            const mag_run_file *file = feed_people(rows);
            settle(&f);
            check_joined(&JOINS[i], file, i);
        }
}

static void contradictions_cost_age_and_sex_but_no_results(void **state) {
    (void)state;
    const char *const people[] = {"p|F|1950-01-01|||", "p|M|1950-01-01|||", NULL};
    const char *const labs[] = {"p|2601-3|0.7|mmol/L|2024-06-01", NULL};
    feed_people(people);
    feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at", labs);
    settle(&f);
    mag_timeline timeline = patient(&f, "p");
    size_t count;
    mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
    assert_int_equal(count, 1);
    assert_true(mag_person_is_alive(timeline.person, timeline.as_of));
}

/* --- weight and height of the roster
 * --------------------------------------------------------------------- */

typedef struct measure_case {
    const char *cells;           /* weight_kg|height_cm|measured_on */
    const char *weight, *height; /* value, reason of the mark, or NULL: nothing */
    const char *minute;
} measure_case;

static const measure_case MEASURES[] = {
    {"70.5|170|2024-05-01", "70.5", "170", "2024-05-01"},
    {"70.5||2024-05-01 08:30", "70.5", NULL, "2024-05-01 08:30"},
    {"|170|2024-05-01", NULL, "170", "2024-05-01"},
    {"70.5|170|", NULL, NULL, NULL},           /* cannot be placed in time */
    {"70.5|170|2024-07-01", NULL, NULL, NULL}, /* after T */
    {"70.5|170|2021-06-30", NULL, NULL, NULL}, /* before history */
    {"NULL|.|2024-05-01", NULL, NULL, NULL},   /* texts for "nothing" */
    {"700|17|2024-05-01", "value.implausible", "value.implausible", "2024-05-01"},
    {"heavy|1,70|2024-05-01", "value.text_result", "num.decimal_comma", "2024-05-01"},
    {"0|-170|2024-05-01", "value.implausible", "value.implausible", "2024-05-01"},
    {"20|250|2024-05-01", "20", "250", "2024-05-01"},
};

static void check_measure(const mag_timeline *timeline, mag_analyte analyte, const char *expected,
                          const measure_case *measured) {
    size_t count;
    const mag_lab *lab = mag_timeline_labs(timeline, analyte, &count);
    if (count != (expected != NULL))
        fail_msg("%s: %zu records", measured->cells, count);
    if (!expected)
        return;
    char value[MAG_DECIMAL_TEXT_NBYTES];
    mag_decimal_text(mag_lab_value(lab), value);
    bool is_mark = mag_lab_reject(lab) != MAG_REASON_NONE;
    assert_string_equal(is_mark ? mag_reason_name(mag_lab_reject(lab)) : value, expected);
    assert_int_equal(lab->minute, at(measured->minute));
    assert_int_equal(mag_lab_unit(lab), analyte == MAG_WEIGHT ? MAG_UNIT_KG : MAG_UNIT_CM);
}

/* Good rows twice: the copy adds no second measure, and no measure is a row of its own. */
static void weight_and_height_become_results_of_their_day(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof MEASURES / sizeof *MEASURES; i++) {
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        char row[100];
        snprintf(row, sizeof row, "p|F|1950|%s", MEASURES[i].cells);
        bool is_mark = MEASURES[i].weight && strstr(MEASURES[i].weight, "value.");
        const char *const rows[] = {row, is_mark ? NULL : row, NULL};
        const mag_run_file *file = feed(
            &f, MAG_TABLE_PATIENTS, "patient_id|sex|birth|weight_kg|height_cm|measured_on", rows);
        settle(&f);
        mag_timeline timeline = patient(&f, "p");
        check_measure(&timeline, MAG_WEIGHT, MEASURES[i].weight, &MEASURES[i]);
        check_measure(&timeline, MAG_HEIGHT, MEASURES[i].height, &MEASURES[i]);
        assert_int_equal(file->accounting.read, is_mark ? 1 : 2);
        assert_int_equal(file->accounting.accepted, 1);
        assert_int_equal(mag_accounting_rejected(&file->accounting), 0);
    }
}

/* --- ids
 * ------------------------------------------------------------------------------------------------
 */

#define X_16  "xxxxxxxxxxxxxxxx"
#define X_128 X_16 X_16 X_16 X_16 X_16 X_16 X_16 X_16
#define E_16  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" /* 8 letters */

static void an_id_is_1_to_128_bytes_of_printable_text_kept_as_written(void **state) {
    (void)state;
    static const struct {
        const char *id;
        bool is_good;
    } cases[] = {
        {"1", true},
        {"0001", true},
        {"1e5", true},
        {" a", true},
        {"a b", true},
        {"\xc3\xa9t\xc3\xa9", true},
        {"\xe6\x82\xa3\xe8\x80\x85", true},
        {X_128, true},
        {E_16 E_16 E_16 E_16 E_16 E_16 E_16 E_16, true},
        {X_128 "x", false},
        {E_16 E_16 E_16 E_16 E_16 E_16 E_16 E_16 "x", false},
        {"", false},
        {"  ", false},
        {"\t", false},
        {"a\nb", false},
        {"a\x7f", false},
        {"a\xc2\x85", false}, /* next line, a control of Latin-1 */
        {"a\xc2\xb5", true},
        {"NULL", false},
        {".", false},
    };
    enum { COUNT = sizeof cases / sizeof *cases };
    char rows[COUNT][200];
    const char *lines[COUNT + 1] = {0};
    uint64_t good_count = 0;
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(rows[i], sizeof rows[i], "%s|F|1950|||", cases[i].id);
        lines[i] = rows[i];
        good_count += cases[i].is_good;
    }
    const mag_run_file *file = feed_people(lines);
    settle(&f);
    for (size_t i = 0; i < COUNT; i++) {
        mag_timeline timeline;
        bool is_found = mag_timeline_find(f.cohort, mag_span_of(cases[i].id), &timeline);
        if (is_found != cases[i].is_good)
            fail_msg("id %zu \"%s\" is %s", i, cases[i].id, is_found ? "there" : "not there");
        assert_true(!is_found || mag_span_is(timeline.person->id, cases[i].id));
    }
    assert_int_equal(file->accounting.accepted, good_count);
    assert_int_equal(file->accounting.rejected[MAG_REASON_ID_BLANK], COUNT - good_count);
}

/* "7", "07" and "7.0" are three patients, and results follow the text. */
static void ids_are_never_numbers(void **state) {
    (void)state;
    const char *const people[] = {"7|F|1950|||", "07|F|1950|||", "7.0|F|1950|||", NULL};
    const char *const labs[] = {"7|2601-3|0.5|mmol/L|2024-06-01", "07|2601-3|0.6|mmol/L|2024-06-01",
                                "7.0|2601-3|0.7|mmol/L|2024-06-01",
                                "7.00|2601-3|0.8|mmol/L|2024-06-01", NULL};
    feed_people(people);
    const mag_run_file *file =
        feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at", labs);
    settle(&f);
    static const char *const ids[] = {"7", "07", "7.0"};
    for (size_t i = 0; i < 3; i++) {
        mag_timeline timeline = patient(&f, ids[i]);
        size_t count;
        const mag_lab *lab = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
        assert_int_equal(count, 1);
        assert_int_equal(lab->mantissa, 5 + i);
    }
    assert_int_equal(file->accounting.rejected[MAG_REASON_LINK_NO_PATIENT], 1);
    assert_int_equal(mag_cohort_twin_count(f.cohort), 0);
}

/* --- stays and conditions
 * ----------------------------------------------------------------------------------- */

static const char CONDITIONS[] = "patient_id|code|code_system|recorded_on|stay_id";
static const char STAYS[] = "patient_id|stay_id|from|until";

/* The conditions are read before the stays that date them. */
static void a_condition_finds_a_stay_that_is_read_later(void **state) {
    (void)state;
    const char *const people[] = {"p|F|1950|||", "q|F|1950|||", NULL};
    const char *const conditions[] = {"p|N18.5|||s1", "q|N18.5|||s1", "p|E11|||s1",
                                      "p|N18.5||2024-01-01|s1", NULL};
    const char *const stays[] = {"p|s1|2024-02-01 10:00|2024-02-03 11:30",
                                 "p|s1|2024-02-01 10:00|2024-02-04 12:00", /* the id came twice */
                                 "q|s2|2024-03-01|2024-03-02", NULL};
    feed_people(people);
    const mag_run_file *file = feed(&f, MAG_TABLE_CONDITIONS, CONDITIONS, conditions);
    feed(&f, MAG_TABLE_STAYS, STAYS, stays);
    settle(&f);
    mag_timeline p = patient(&f, "p"), q = patient(&f, "q");
    assert_int_equal(p.condition_count, 3);
    assert_int_equal(p.conditions[0].minute, at("2024-01-01")); /* its own date comes first */
    assert_int_equal(p.conditions[1].minute, at("2024-02-04 12:00"));
    assert_int_equal(p.conditions[2].minute, at("2024-02-04 12:00"));
    assert_int_equal(q.condition_count, 0); /* another patient's s1 is not q's */
    assert_int_equal(file->accounting.rejected[MAG_REASON_NULL_REQUIRED], 1);
    size_t count;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &count);
    assert_int_equal(count, 1);
    assert_string_equal(rejects[0].column, "stay_id");
    assert_int_equal(rejects[0].line, 3);
}

static void codes_of_conditions_follow_their_system(void **state) {
    (void)state;
    static const struct {
        const char *code, *system;
        uint32_t conditions; /* 0: not of interest */
    } cases[] = {{"N18.5", "", 1u << MAG_CONDITION_CKD},
                 {"N185", "ICD10", 1u << MAG_CONDITION_CKD},
                 {"Z99.2", "icd10", 1u << MAG_CONDITION_DIALYSIS},
                 {"E11.9", "", 1u << MAG_CONDITION_DIABETES},
                 {"250.00", "ICD9", 1u << MAG_CONDITION_DIABETES},
                 {"V4511", "ICD9", 1u << MAG_CONDITION_DIALYSIS},
                 {"X40.1", "OPCS4", 1u << MAG_CONDITION_DIALYSIS},
                 {"250.00", "", 0},
                 {"N18.5", "ICD9", 0},
                 {"N18.5", "ICD-10-CM", 1u << MAG_CONDITION_CKD},
                 {"M01", "OPCS4", 0},
                 {"H10", "", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        const char *const people[] = {"p|F|1950|||", NULL};
        feed_people(people);
        char row[80];
        snprintf(row, sizeof row, "p|%s|%s|2024-05-01|", cases[i].code, cases[i].system);
        const char *const rows[] = {row, NULL};
        const mag_run_file *file = feed(&f, MAG_TABLE_CONDITIONS, CONDITIONS, rows);
        settle(&f);
        mag_timeline timeline = patient(&f, "p");
        uint32_t found = timeline.condition_count ? timeline.conditions[0].conditions : 0;
        if (found != cases[i].conditions)
            fail_msg("%s %s: %u", cases[i].code, cases[i].system, found);
        assert_int_equal(file->accounting.not_of_interest, cases[i].conditions == 0);
    }
}

/* Nobody can say whether such a code matters: set aside and counted, never "not of interest". */
static void a_condition_of_an_unknown_system_is_rejected(void **state) {
    (void)state;
    const char *const people[] = {"p|F|1950|||", NULL};
    const char *const rows[] = {"p|N18.5|ICD-11|2024-05-01|", "p|H10|ICD-11|2024-05-01|",
                                "|N18.5|ICD-11|soon|", "p||ICD-11|2024-05-01|", NULL};
    feed_people(people);
    const mag_run_file *file = feed(&f, MAG_TABLE_CONDITIONS, CONDITIONS, rows);
    settle(&f);
    assert_int_equal(file->accounting.rejected[MAG_REASON_CODE_SYSTEM], 4);
    assert_int_equal(file->accounting.not_of_interest, 0);
    size_t count;
    assert_string_equal(mag_cohort_rejects(f.cohort, &count)[0].column, "code_system");
}

static void a_stay_lasts_to_the_minute_or_to_the_end_of_its_day(void **state) {
    (void)state;
    const char *const people[] = {"p|F|1950|||", NULL};
    const char *const rows[] = {"p|a|2024-05-01 08:00|2024-05-03 09:30",
                                "p|b|2024-05-10|2024-05-10",
                                "p|c|2024-05-11 08:00|2024-05-11 08:00",
                                "p|d|2024-06-01|9999-12-31",
                                "p|e|2024-07-01 00:00|2024-07-02", /* begins after T */
                                "p|x|2024-06-02|soon",
                                "p|f|2020-01-01|2021-06-30", /* over before history */
                                "p|g|2020-01-01|2021-07-01",
                                NULL};
    feed_people(people);
    const mag_run_file *file = feed(&f, MAG_TABLE_STAYS, STAYS, rows);
    settle(&f);
    mag_timeline timeline = patient(&f, "p");
    static const struct {
        const char *from, *until;
    } expected[] = {{"2020-01-01", "2021-07-01 23:59"},
                    {"2024-05-01 08:00", "2024-05-03 09:30"},
                    {"2024-05-10", "2024-05-10 23:59"},
                    {"2024-05-11 08:00", "2024-05-11 08:00"},
                    {"2024-06-01", NULL}};
    assert_int_equal(timeline.stay_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(timeline.stays[i].from, at(expected[i].from));
        assert_int_equal(timeline.stays[i].until,
                         expected[i].until ? at(expected[i].until) : MAG_MINUTE_OPEN);
    }
    assert_int_equal(file->accounting.out_of_window, 2);
    assert_int_equal(file->accounting.rejected[MAG_REASON_DATE_FORMAT], 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(only_f_and_m_are_a_sex_and_nothing_is_guessed),
        TEST(a_birth_is_a_day_a_month_or_a_year_and_else_unknown),
        TEST(ages_change_on_the_birthday),
        TEST(ages_above_120_or_before_birth_are_unknown_and_counted),
        TEST(a_death_without_a_clock_is_lived_to_its_last_minute),
        TEST(a_death_that_cannot_be_read_is_no_guess_that_the_patient_lives),
        TEST(a_day_of_measuring_that_cannot_be_read_costs_the_weight_alone),
        TEST(rows_of_one_patient_fill_and_contradict_each_other),
        TEST(contradictions_cost_age_and_sex_but_no_results),
        TEST(weight_and_height_become_results_of_their_day),
        TEST(an_id_is_1_to_128_bytes_of_printable_text_kept_as_written),
        TEST(ids_are_never_numbers),
        TEST(a_condition_finds_a_stay_that_is_read_later),
        TEST(codes_of_conditions_follow_their_system),
        TEST(a_condition_of_an_unknown_system_is_rejected),
        TEST(a_stay_lasts_to_the_minute_or_to_the_end_of_its_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
