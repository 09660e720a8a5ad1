/* Random cohorts over all tables against a naive build: events are judged one by one from the page,
   and every timeline, index and account must agree, whatever the order of the rows. */
#include "cohort_fixture.h"

#include <stdlib.h>

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

/* --- random events
 * -------------------------------------------------------------------------------------- */

enum {
    ROSTER_COUNT = 40,
    PERSON_COUNT = 44, /* the last four are not in the roster */
    EVENT_COUNT = 4000,
    HISTORY_DAYS = 400,
    SPAN_DAYS = 900,
    ROW_NBYTES = 240,
    STAY_ID_COUNT = 3
};

typedef enum bucket { ACCEPTED, REJECTED, OUT_OF_WINDOW, DUPLICATE } bucket;

typedef struct event {
    mag_table_kind table;
    unsigned person;
    mag_analyte analyte; /* of a result */
    bool has_class;      /* of a prescription, after its route gate */
    unsigned stay_id;    /* of a stay; of a condition that is dated by one */
    mag_minute minute;   /* or start; NONE: dated by its stay */
    mag_minute stop;     /* of prescriptions and stays */
    int value;
    mag_reason fault;
    char row[ROW_NBYTES];
    bool is_repeated; /* the same row stands earlier */
    bucket end;
} event;

static event events[EVENT_COUNT];
static size_t order[EVENT_COUNT];
static uint64_t random_state;

static unsigned pick(unsigned count) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % count;
}

/* Few different minutes, so that records meet and rows repeat. */
static mag_minute pick_minute(void) {
    mag_minute first = at("2022-06-01");
    return first + (mag_minute)pick(SPAN_DAYS) * MAG_MINUTES_PER_DAY + (mag_minute)pick(3) * 719;
}

static void make_lab(event *made) {
    static const struct {
        mag_analyte analyte;
        const char *code, *unit;
        int lowest;
    } kinds[] = {{MAG_MAGNESIUM, "2601-3", "mmol/L", 1},
                 {MAG_POTASSIUM, "2823-3", "mmol/L", 3},
                 {MAG_SODIUM, "2951-2", "mmol/L", 130},
                 {MAG_WEIGHT, "29463-7", "kg", 60}};
    unsigned kind = pick(4), fault = pick(12);
    char minute[MAG_MOMENT_TEXT_NBYTES], value[16];
    made->analyte = kinds[kind].analyte;
    made->minute = pick_minute();
    made->value = kinds[kind].lowest + (int)pick(3);
    made->fault = fault == 0   ? MAG_REASON_VALUE_TEXT_RESULT
                  : fault == 1 ? MAG_REASON_UNIT_MISSING
                  : fault == 2 ? MAG_REASON_NUM_DECIMAL_COMMA
                               : MAG_REASON_NONE;
    mag_minute_text(made->minute, false, minute);
    snprintf(value, sizeof value, fault == 2 ? "%d,0" : "%d", made->value);
    snprintf(made->row, sizeof made->row, "p%u|%s|%s|%s|%s", made->person, kinds[kind].code,
             fault == 0 ? "clotted" : value, fault == 1 ? "" : kinds[kind].unit, minute);
}

static void make_prescription(event *made) {
    char start[MAG_MOMENT_TEXT_NBYTES], stop[MAG_MOMENT_TEXT_NBYTES];
    made->has_class = pick(5) != 0;
    made->minute = pick_minute();
    made->stop = made->minute + (mag_minute)pick(600) * MAG_MINUTES_PER_DAY - 719;
    if (pick(4) == 0)
        made->stop = made->minute; /* given at that moment */
    mag_minute_text(made->minute, false, start);
    mag_minute_text(made->stop, false, stop);
    if (made->stop < made->minute)
        made->fault = MAG_REASON_RX_INTERVAL;
    else if (made->stop == made->minute)
        made->stop++;
    snprintf(made->row, sizeof made->row, "p%u|%s|%s|%s|%s", made->person,
             made->has_class ? "furosemide" : "tobramycin", start, stop,
             made->has_class ? "PO" : "BOTH EYES");
}

static void make_stay(event *made) {
    char from[MAG_MOMENT_TEXT_NBYTES], until[MAG_MOMENT_TEXT_NBYTES];
    made->stay_id = pick(STAY_ID_COUNT);
    made->minute = pick_minute();
    made->stop = made->minute + (mag_minute)pick(50) * MAG_MINUTES_PER_DAY;
    mag_minute_text(made->minute, false, from);
    mag_minute_text(made->stop, false, until);
    snprintf(made->row, sizeof made->row, "p%u|s%u|%s|%s", made->person, made->stay_id, from,
             until);
}

static void make_condition(event *made) {
    char minute[MAG_MOMENT_TEXT_NBYTES];
    bool is_by_stay = pick(2) == 0;
    made->stay_id = pick(STAY_ID_COUNT + 1); /* one id that no stay has */
    made->minute = is_by_stay ? MAG_MINUTE_NONE : pick_minute();
    mag_minute_text(is_by_stay ? 0 : made->minute, false, minute);
    if (is_by_stay)
        snprintf(made->row, sizeof made->row, "p%u|N18.5||s%u", made->person, made->stay_id);
    else
        snprintf(made->row, sizeof made->row, "p%u|N18.5|%s|", made->person, minute);
}

static void make_events(uint64_t seed) {
    random_state = seed;
    for (size_t i = 0; i < EVENT_COUNT; i++) {
        event *made = &events[i];
        if (i > 20 && pick(15) == 0) {
            *made = events[pick((unsigned)i)];
            continue;
        }
        unsigned table = pick(20);
        *made = (event){.person = pick(PERSON_COUNT)};
        made->table = table < 12   ? MAG_TABLE_LABS
                      : table < 17 ? MAG_TABLE_PRESCRIPTIONS
                      : table < 18 ? MAG_TABLE_STAYS
                                   : MAG_TABLE_CONDITIONS;
        if (made->table == MAG_TABLE_LABS)
            make_lab(made);
        else if (made->table == MAG_TABLE_PRESCRIPTIONS)
            make_prescription(made);
        else if (made->table == MAG_TABLE_STAYS)
            make_stay(made);
        else
            make_condition(made);
    }
}

/* --- the naive build
 * ------------------------------------------------------------------------------------ */

static mag_minute naive_as_of[PERSON_COUNT];

static void find_naive_as_of(bool is_latest) {
    for (size_t p = 0; p < PERSON_COUNT; p++)
        naive_as_of[p] = is_latest ? MAG_MINUTE_NONE : end_of("2024-06-30");
    for (size_t i = 0; is_latest && i < EVENT_COUNT; i++) {
        const event *seen = &events[i];
        bool is_lab = seen->table == MAG_TABLE_LABS && seen->analyte != MAG_WEIGHT;
        bool is_start = seen->table == MAG_TABLE_PRESCRIPTIONS && seen->has_class;
        if ((is_lab || is_start) && !seen->fault && seen->minute > naive_as_of[seen->person])
            naive_as_of[seen->person] = seen->minute;
    }
}

/* A condition without a date of its own: the latest end of the patient's stays of that id. */
static void date_conditions(void) {
    for (size_t i = 0; i < EVENT_COUNT; i++) {
        event *condition = &events[i];
        if (condition->table != MAG_TABLE_CONDITIONS || condition->minute != MAG_MINUTE_NONE)
            continue;
        for (size_t k = 0; k < EVENT_COUNT; k++)
            if (events[k].table == MAG_TABLE_STAYS && events[k].person == condition->person &&
                events[k].stay_id == condition->stay_id && events[k].stop > condition->minute)
                condition->minute = events[k].stop;
        if (condition->minute == MAG_MINUTE_NONE)
            condition->fault = MAG_REASON_NULL_REQUIRED;
    }
}

static bool is_outside(const event *judged) {
    mag_minute as_of = naive_as_of[judged->person], last = judged->minute;
    if (as_of == MAG_MINUTE_NONE || judged->minute == MAG_MINUTE_NONE)
        return false;
    if (judged->table == MAG_TABLE_STAYS)
        last = judged->stop;
    if (judged->table == MAG_TABLE_PRESCRIPTIONS && !judged->fault)
        last = judged->stop - 1;
    mag_minute first_minute =
        (mag_minute_day(as_of) - HISTORY_DAYS) * (mag_minute)MAG_MINUTES_PER_DAY;
    return judged->minute > as_of || last < first_minute;
}

static void judge_all(void) {
    for (size_t i = 0; i < EVENT_COUNT; i++) {
        event *judged = &events[i];
        for (size_t k = 0; k < i && !judged->is_repeated; k++)
            judged->is_repeated =
                events[k].table == judged->table && !strcmp(events[k].row, judged->row);
        if (is_outside(judged)) {
            judged->end = OUT_OF_WINDOW;
        } else if (judged->fault || judged->person >= ROSTER_COUNT) {
            judged->end = REJECTED;
            if (!judged->fault)
                judged->fault = MAG_REASON_LINK_NO_PATIENT;
        } else {
            judged->end = judged->is_repeated ? DUPLICATE : ACCEPTED;
        }
    }
}

/* Events of a patient that his timeline shows, in the order of minute, then stop. */
static size_t gather(mag_table_kind table, unsigned person, const event **out) {
    size_t count = 0;
    for (size_t i = 0; i < EVENT_COUNT; i++) {
        const event *seen = &events[i];
        bool is_mark = table == MAG_TABLE_LABS && seen->end == REJECTED && !seen->is_repeated &&
                       person < ROSTER_COUNT;
        bool is_hidden = table == MAG_TABLE_PRESCRIPTIONS && !seen->has_class;
        if (seen->table != table || seen->person != person || is_hidden ||
            (seen->end != ACCEPTED && !is_mark))
            continue;
        size_t k = count++;
        for (; k && (out[k - 1]->minute > seen->minute ||
                     (out[k - 1]->minute == seen->minute && out[k - 1]->stop > seen->stop));
             k--)
            out[k] = out[k - 1];
        out[k] = seen;
    }
    return count;
}

/* --- comparing
 * ------------------------------------------------------------------------------------------ */

static void shuffle(void) {
    for (size_t i = EVENT_COUNT - 1; i; i--) {
        size_t j = pick((unsigned)i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

static const mag_run_file *feed_events(mag_table_kind table, const char *header) {
    static const char *rows[EVENT_COUNT + 1];
    size_t count = 0;
    for (size_t i = 0; i < EVENT_COUNT; i++)
        if (events[order[i]].table == table)
            rows[count++] = events[order[i]].row;
    rows[count] = NULL;
    return feed(&f, table, header, rows);
}

static void feed_all(const mag_run_file *files[MAG_TABLE_KIND_COUNT]) {
    static char people[ROSTER_COUNT][20];
    const char *rows[ROSTER_COUNT + 1] = {0};
    for (unsigned p = 0; p < ROSTER_COUNT; p++) {
        snprintf(people[p], sizeof people[p], "p%u|F|1950", p);
        rows[p] = people[p];
    }
    files[MAG_TABLE_CONDITIONS] =
        feed_events(MAG_TABLE_CONDITIONS, "patient_id|code|recorded_on|stay_id");
    files[MAG_TABLE_LABS] = feed_events(MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at");
    files[MAG_TABLE_PRESCRIPTIONS] =
        feed_events(MAG_TABLE_PRESCRIPTIONS, "patient_id|drug_name|start|stop|route");
    files[MAG_TABLE_STAYS] = feed_events(MAG_TABLE_STAYS, "patient_id|stay_id|from|until");
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", rows); /* the roster comes last */
    settle(&f);
}

static void check_counts(mag_table_kind table, const mag_accounting *found) {
    mag_accounting expected = {0};
    for (size_t i = 0; i < EVENT_COUNT; i++) {
        if (events[i].table != table)
            continue;
        expected.read++;
        expected.accepted += events[i].end == ACCEPTED;
        expected.out_of_window += events[i].end == OUT_OF_WINDOW;
        expected.duplicate += events[i].end == DUPLICATE;
        if (events[i].end == REJECTED)
            expected.rejected[events[i].fault]++;
    }
    assert_memory_equal(found, &expected, sizeof expected);
    assert_true(expected.accepted && expected.out_of_window && expected.duplicate);
    assert_int_equal(mag_accounting_of_interest(found), found->read);
}

/* Each record of the timeline takes one equal event away; none may be left over. */
static void check_labs(const mag_timeline *timeline, unsigned person) {
    static const event *expected[EVENT_COUNT];
    size_t count = gather(MAG_TABLE_LABS, person, expected);
    assert_int_equal(timeline->first[MAG_ANALYTE_COUNT], count);
    for (int analyte = 0; analyte < MAG_ANALYTE_COUNT; analyte++) {
        size_t before = 0, lab_count;
        for (size_t i = 0; i < count; i++)
            before += (int)expected[i]->analyte < analyte;
        assert_int_equal(timeline->first[analyte], before);
        const mag_lab *labs = mag_timeline_labs(timeline, (mag_analyte)analyte, &lab_count);
        bool is_taken[EVENT_COUNT] = {false};
        for (size_t k = 0; k < lab_count; k++) {
            assert_true(!k || labs[k - 1].minute <= labs[k].minute);
            size_t i = 0;
            while (i < count && (is_taken[i] || (int)expected[i]->analyte != analyte ||
                                 expected[i]->minute != labs[k].minute ||
                                 expected[i]->fault != mag_lab_reject(&labs[k]) ||
                                 labs[k].mantissa != (expected[i]->fault ? 0 : expected[i]->value)))
                i++;
            assert_true(i < count);
            is_taken[i] = true;
        }
    }
}

static void check_person(unsigned person) {
    static const event *expected[EVENT_COUNT];
    char id[8];
    snprintf(id, sizeof id, "p%u", person);
    mag_timeline timeline = patient(&f, id);
    assert_int_equal(timeline.as_of, naive_as_of[person]);
    check_labs(&timeline, person);
    size_t count = gather(MAG_TABLE_PRESCRIPTIONS, person, expected);
    assert_int_equal(timeline.exposure_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(timeline.exposures[i].start, expected[i]->minute);
        assert_int_equal(timeline.exposures[i].stop, expected[i]->stop);
    }
    count = gather(MAG_TABLE_STAYS, person, expected);
    assert_int_equal(timeline.stay_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(timeline.stays[i].from, expected[i]->minute);
        assert_int_equal(timeline.stays[i].until, expected[i]->stop);
    }
    count = gather(MAG_TABLE_CONDITIONS, person, expected);
    assert_int_equal(timeline.condition_count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(timeline.conditions[i].minute, expected[i]->minute);
}

static void check_seed(uint64_t seed, bool is_latest) {
    mag_cohort_settings settings = usual_settings();
    settings.history_days = HISTORY_DAYS;
    settings.data_until = MAG_MINUTE_OPEN;
    settings.as_of_kind = is_latest ? MAG_AS_OF_LATEST : MAG_AS_OF_FIXED;
    make_events(seed);
    find_naive_as_of(is_latest);
    date_conditions();
    judge_all();
    char *golden = NULL;
    for (size_t i = 0; i < EVENT_COUNT; i++)
        order[i] = i;
    for (int round = 0; round < 2; round++) {
        fixture_close(&f);
        fixture_open(&f, settings);
        const mag_run_file *files[MAG_TABLE_KIND_COUNT] = {0};
        feed_all(files);
        for (int table = MAG_TABLE_LABS; table <= MAG_TABLE_STAYS; table++)
            check_counts((mag_table_kind)table, &files[table]->accounting);
        for (unsigned person = 0; person < ROSTER_COUNT; person++)
            check_person(person);
        mag_text dump = dump_all(&f);
        if (golden)
            assert_string_equal(dump.at, golden);
        else
            golden = strdup(dump.at);
        mag_text_done(&dump);
        shuffle();
    }
    free(golden);
}

static void timelines_and_accounts_agree_with_a_naive_build(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++)
        check_seed(seed, false);
}

static void they_agree_when_everybody_has_a_T_of_his_own(void **state) {
    (void)state;
    for (uint64_t seed = 11; seed <= 14; seed++)
        check_seed(seed, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(timelines_and_accounts_agree_with_a_naive_build),
        TEST(they_agree_when_everybody_has_a_T_of_his_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
