/* The short way of laboratory rows against the long one: cohorts of every kind of feed, settled by
   both, show the same timelines, accounts and rejects. */
#include "cohort_fixture.h"

#include "base/fast_path.h"
#include "cohort/lane.h"
#include "cohort/use_counts.h"

enum { PATIENTS = 60, STRANGERS = 3, LABS = 2500, LANES = 3, ROW_NBYTES = 200 };

/* What rows of a feed are like; in a thousand. */
typedef struct feed_kind {
    const char *name;
    unsigned repeated, same_minute, date_only, outside, rejected, no_unit, compared, haemolysed;
    unsigned high, edta, specimens, versions, strangers;
    unsigned patients; /* that rows are of; 0: all */
    mag_as_of_kind as_of_kind;
    int32_t history_days;
    bool is_rising; /* rows come by time */
} feed_kind;

static const feed_kind kinds[] = {
    {.name = "clean", .history_days = 1095},
    {.name = "by time", .history_days = 1095, .is_rising = true},
    {.name = "latest", .as_of_kind = MAG_AS_OF_LATEST, .history_days = 400},
    {.name = "all history", .outside = 100},
    {.name = "outside", .outside = 300, .history_days = 300},
    {.name = "repeated", .repeated = 60, .history_days = 1095},
    {.name = "one minute", .same_minute = 60, .history_days = 1095},
    {.name = "dates", .date_only = 500, .history_days = 1095},
    {.name = "only dates", .date_only = 1000, .history_days = 1095},
    {.name = "rejected", .rejected = 80, .no_unit = 80, .history_days = 1095},
    {.name = "compared", .compared = 200, .haemolysed = 10, .history_days = 1095},
    {.name = "drips", .high = 20, .history_days = 1095},
    {.name = "tubes", .edta = 30, .history_days = 1095},
    {.name = "specimens", .specimens = 700, .history_days = 1095},
    {.name = "versions", .versions = 300, .specimens = 200, .history_days = 1095},
    {.name = "strangers", .strangers = 100, .repeated = 20, .history_days = 1095},
    {.name = "few patients", .patients = 2, .history_days = 1095},
    {.name = "everything",
     .repeated = 5,
     .same_minute = 5,
     .date_only = 20,
     .outside = 20,
     .rejected = 10,
     .no_unit = 10,
     .compared = 20,
     .haemolysed = 3,
     .high = 3,
     .edta = 4,
     .specimens = 300,
     .versions = 50,
     .strangers = 10,
     .history_days = 1095},
};

static uint64_t random_state;
static unsigned pick(unsigned count) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % count;
}
static bool happens(unsigned per_mille) {
    return pick(1000) < per_mille;
}

static const char HEADER[] =
    "patient_id|code|value|unit|collected_at|specimen_id|result_id|version|comment";
static char texts[LABS][ROW_NBYTES];
static mag_account texts_account;

static void pick_minute(const feed_kind *kind, unsigned number, char text[24]) {
    const unsigned year = happens(kind->outside) ? 2020 + 5 * pick(2) : 2023;
    const unsigned day = kind->is_rising ? number * 330 / LABS : pick(330);
    const unsigned hour = pick(24), minute = pick(60);
    if (happens(kind->date_only))
        snprintf(text, 24, "%u-%02u-%02u", year == 2025 ? 2024 : year, 1 + day / 28, 1 + day % 28);
    else
        snprintf(text, 24, "%u-%02u-%02uT%02u:%02u", year == 2025 ? 2024 : year, 1 + day / 28,
                 1 + day % 28, hour, minute);
}

static void make_lab(const feed_kind *kind, unsigned number, char row[ROW_NBYTES]) {
    static const struct {
        const char *code, *unit;
        unsigned low, range, decimals;
    } tests[] = {{"2601-3", "mmol/L", 60, 60, 2},  {"2823-3", "mmol/L", 33, 24, 1},
                 {"2951-2", "mmol/L", 130, 20, 0}, {"14682-9", "umol/L", 60, 80, 0},
                 {"2000-8", "mmol/L", 200, 60, 2}, {"14749-6", "mmol/L", 40, 90, 1},
                 {"2823-3", "mEq/L", 33, 24, 1}};
    static char minute[24];
    char value[24], specimen[16] = "", edition[32] = "|";
    const unsigned test = pick(sizeof tests / sizeof *tests);
    unsigned number_of = tests[test].low + pick(tests[test].range);
    if (!happens(kind->same_minute))
        pick_minute(kind, number, minute);
    if (happens(kind->high))
        number_of = test == 2 ? 150 + pick(20) : test == 5 ? 280 + pick(100) : number_of;
    if (happens(10 * kind->edta))
        number_of = test == 1   ? 55 + pick(20)
                    : test == 0 ? 40 + pick(15)
                    : test == 4 ? 150 + pick(40)
                                : number_of;
    const unsigned scale = tests[test].decimals == 2 ? 100 : tests[test].decimals == 1 ? 10 : 1;
    snprintf(value, sizeof value, "%s%u.%0*u", happens(kind->compared) ? (pick(2) ? "<" : ">") : "",
             number_of / scale, scale == 100 ? 2 : 1, number_of % scale);
    if (happens(kind->rejected))
        snprintf(value, sizeof value, "%s", pick(2) ? "clotted" : "4,1");
    if (happens(kind->specimens))
        snprintf(specimen, sizeof specimen, "t%u", pick(LABS / 4));
    if (happens(kind->versions))
        snprintf(edition, sizeof edition, "r%u|%u", pick(LABS / 8), 1 + pick(3));
    const unsigned patient = happens(kind->strangers)
                                 ? PATIENTS + pick(STRANGERS)
                                 : pick(kind->patients ? kind->patients : PATIENTS);
    snprintf(row, ROW_NBYTES, "p%u|%s|%s|%s|%s|%s|%s|%s", patient, tests[test].code, value,
             happens(kind->no_unit) ? "" : tests[test].unit, minute, specimen, edition,
             happens(kind->haemolysed) ? "haemolysed" : "");
}

static void make_rows(const feed_kind *kind) {
    random_state = 7;
    for (unsigned i = 0; i < LABS; i++)
        if (i && happens(kind->repeated))
            memcpy(texts[i], texts[pick(i)], ROW_NBYTES);
        else
            make_lab(kind, i, texts[i]);
}

static void put_roster(fixture *f) {
    static char people[PATIENTS][80];
    const char *rows[PATIENTS + 1] = {NULL};
    for (unsigned i = 0; i < PATIENTS; i++) {
        snprintf(people[i], sizeof people[i], "p%u|F|1950-01-0%u|%u|2023-05-01", i, 1 + i % 9,
                 50 + i % 40);
        rows[i] = people[i];
    }
    feed(f, MAG_TABLE_PATIENTS, "patient_id|sex|birth|weight_kg|measured_on", rows);
}

/* Into lanes in turn. */
static void put_labs(fixture *f) {
    uint16_t file_id;
    mag_run_file *file;
    mag_span cells[CELL_COUNT];
    mag_decoder decoders[LANES];
    must(f,
         mag_cohort_add_file(f->cohort, "labs", "labs", MAG_TABLE_LABS, &file_id, &file, &f->err));
    const unsigned lane_count = mag_cohort_lane_count(f->cohort);
    for (unsigned k = 0; k < lane_count; k++) {
        mag_decoder_init(&decoders[k], f->cohort, table_of(f->profile, MAG_TABLE_LABS), file_id,
                         file);
        decoders[k].lane = mag_cohort_lane(f->cohort, k);
        const size_t column_count = split_cells(HEADER, cells);
        must(f, mag_decoder_bind(&decoders[k], cells, column_count, &f->err));
    }
    for (uint32_t i = 0; i < LABS; i++) {
        split_cells(texts[i], cells);
        must(f, mag_decoder_row(&decoders[i % lane_count], cells, i + 2, &f->err));
    }
    for (unsigned k = 0; k < lane_count; k++)
        mag_decoder_done(&decoders[k]);
}

/* What is told beside timelines. */
static void dump_told(fixture *f, mag_text *out) {
    size_t count;
    mag_use_counts use;
    for (size_t i = 0; i < mag_cohort_file_count(f->cohort); i++) {
        const mag_run_file *file = mag_cohort_file(f->cohort, (uint16_t)i);
        mag_text_add(out, (mag_span){(const char *)&file->accounting, sizeof file->accounting});
        mag_text_add(out, (mag_span){(const char *)file->units, sizeof file->units});
    }
    const mag_reject *rejects = mag_cohort_rejects(f->cohort, &count);
    for (size_t i = 0; i < count; i++)
        mag_text_format(out, "%u %u %u %s %s\n", rejects[i].file_id, rejects[i].line,
                        rejects[i].reason, rejects[i].column, rejects[i].detail);
    for (int analyte = 0; analyte < MAG_ANALYTE_COUNT; analyte++)
        mag_text_format(out, "%d", mag_cohort_delivers(f->cohort, (mag_analyte)analyte));
    mag_cohort_count_use(f->cohort, "labs", &use);
    mag_text_add(out, (mag_span){(const char *)&use, sizeof use});
}

/* The rows of `texts`, settled. */
static mag_text settled_text(const feed_kind *kind, unsigned lane_count, const char *without) {
    fixture f;
    mag_cohort_settings settings = usual_settings();
    settings.as_of_kind = kind->as_of_kind;
    settings.history_days = kind->history_days;
    fixture_open(&f, settings);
    if (lane_count > 1)
        must(&f, mag_cohort_add_lanes(f.cohort, lane_count, &f.err));
    put_roster(&f);
    put_labs(&f);
    must(&f, mag_cohort_join_rejects(f.cohort, &f.err));
    must(&f, mag_cohort_join_tables(f.cohort, &f.err));
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        must(&f, mag_cohort_join_ids(f.cohort, p, &f.err));
    must(&f, mag_fast_path_without(without, &f.err));
    settle(&f);
    must(&f, mag_fast_path_without(NULL, &f.err));
    mag_text shown = dump_all(&f), kept;
    dump_told(&f, &shown);
    mag_text_init(&kept, &texts_account);
    mag_text_add(&kept, mag_text_span(&shown));
    must(&f, mag_text_check(&shown, &f.err));
    must(&f, mag_text_check(&kept, &f.err));
    mag_text_done(&shown);
    fixture_close(&f);
    return kept;
}

static void both_ways_settle_every_kind_of_feed_alike(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        make_rows(&kinds[i]);
        mag_text wanted = settled_text(&kinds[i], 1, "ordinary");
        assert_true(wanted.nbytes > 20000);
        for (unsigned lane_count = 1; lane_count <= LANES; lane_count++) {
            mag_text found = settled_text(&kinds[i], lane_count, NULL);
            if (found.nbytes != wanted.nbytes || memcmp(found.at, wanted.at, wanted.nbytes) != 0)
                fail_msg("%s, %u lanes: the short way shows something else", kinds[i].name,
                         lane_count);
            mag_text_done(&found);
        }
        mag_text_done(&wanted);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_ways_settle_every_kind_of_feed_alike)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
