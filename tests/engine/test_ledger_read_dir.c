/* What the folder of an earlier run says about its episodes: read back as written, and nothing in
   it trusted. */
#include "engine_test.h"

#include "engine/ledger_read_dir.h"
#include "io/csv_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EPISODE_CELLS = 16, FLAG_CELLS = 8, ROWS_MAX = 4 };

typedef struct world {
    mag_account account;
    mag_arena *arena;
    char folder[64];
    mag_previous_run run;
    const mag_ledger_input *input;
    mag_error error;
} world;

static const char EPISODE_HEADER[] =
    "flag_id,patient_id,rule_id,event,opened,last_seen,resolved,machine_reason,rule_version,state,"
    "severity,hidden_by,event_start,event_stop,shown_severity,shown_facts";
static const char FLAG_HEADER[] =
    "flag_id,patient_id,rule_id,rule_version,severity,as_of,hidden_by,evidence";

enum episode_cell {
    FLAG_ID,
    PATIENT_ID,
    RULE_ID,
    EVENT,
    OPENED,
    LAST_SEEN,
    RESOLVED,
    REASON,
    VERSION,
    STATE,
    SEVERITY,
    HIDDEN_BY,
    EVENT_START,
    EVENT_STOP,
    SHOWN_SEVERITY,
    SHOWN_FACTS
};

typedef const char *episode_row[EPISODE_CELLS];

static const episode_row OPEN = {"A02-0123456789ab",
                                 "=P:1",
                                 "A02",
                                 "ongoing",
                                 "2025-12-01",
                                 "2025-12-30T07:10",
                                 "",
                                 "",
                                 "1.1.0",
                                 "ongoing",
                                 "high",
                                 "A01",
                                 "2025-11-01T07:10",
                                 "",
                                 "moderate",
                                 "kf=17.3 mL/min@2025-08-01; MGSUPP 2025-06-02.."};
static const episode_row RESOLVED_ROW = {"B01-00000000000f",
                                         "P2",
                                         "B01",
                                         "resolved",
                                         "2025-12-01",
                                         "2025-12-29",
                                         "2025-12-30",
                                         "left",
                                         "1.1.0",
                                         "resolved",
                                         "low",
                                         "",
                                         "",
                                         "2025-12-02T00:00",
                                         "low",
                                         ""};

static int setup(void **state) {
    static world at;
    at = (world){0};
    strcpy(at.folder, "/tmp/magscreen-ledger-XXXXXX");
    assert_non_null(mkdtemp(at.folder));
    at.arena = mag_arena_new(&at.account);
    at.run = (mag_previous_run){.name = at.folder,
                                .run_id = "r1",
                                .as_of = "2025-12-30",
                                .result_sha256 = "ab",
                                .has_ledger = true};
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    char command[128];
    mag_arena_free(at->arena);
    assert_int_equal(at->account.used_nbytes, 0);
    snprintf(command, sizeof command, "rm -rf '%s'", at->folder);
    return system(command);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

static void write_table(world *at, const char *file, const char *header, const char *const *cells,
                        size_t cells_per_row, size_t row_count) {
    char path[128];
    mag_csv_writer *writer;
    snprintf(path, sizeof path, "%s/%s", at->folder, file);
    unlink(path);
    assert_int_equal(mag_csv_writer_open(&writer, path, header, &at->account, &at->error), MAG_OK);
    for (size_t row = 0; row < row_count; row++) {
        for (size_t i = 0; i < cells_per_row; i++)
            mag_csv_writer_text(writer, mag_span_of(cells[row * cells_per_row + i]));
        mag_csv_writer_end_row(writer);
    }
    assert_int_equal(mag_csv_writer_close(writer, &at->error), MAG_OK);
}

static mag_status read_rows(world *at, const episode_row *rows, size_t count) {
    const char *cells[ROWS_MAX * EPISODE_CELLS];
    if (count > 0)
        memcpy(cells, rows, count * sizeof rows[0]);
    write_table(at, "episodes.csv.gz", EPISODE_HEADER, cells, EPISODE_CELLS, count);
    at->run.episode_count = count;
    return mag_ledger_read_directory(at->arena, &at->run, &at->input, &at->error);
}

static void episodes_come_back_as_they_were_written(void **state) {
    world *at = *state;
    episode_row rows[2];
    memcpy(rows[0], OPEN, sizeof OPEN);
    memcpy(rows[1], RESOLVED_ROW, sizeof RESOLVED_ROW);
    if (read_rows(at, (const episode_row *)rows, 2) != MAG_OK)
        fail_msg("%s", at->error.text);
    const mag_ledger_input *input = at->input;
    assert_int_equal(input->episode_count, 2);
    assert_string_equal(input->name, at->folder);
    assert_string_equal(input->run_id, "r1");
    assert_string_equal(input->as_of, "2025-12-30");
    assert_string_equal(input->result_sha256, "ab");
    const mag_episode *open = &input->episodes[0], *resolved = &input->episodes[1];
    assert_string_equal(open->flag_id, OPEN[FLAG_ID]);
    assert_true(mag_span_is(open->patient_id, "=P:1"));
    assert_string_equal(open->rule_id, "A02");
    assert_string_equal(open->rule_version, "1.1.0");
    assert_string_equal(open->opened, "2025-12-01");
    assert_string_equal(open->last_seen, "2025-12-30T07:10");
    assert_true(mag_episode_is_open(open));
    assert_int_equal(open->state, MAG_EPISODE_ONGOING);
    assert_int_equal(open->machine_reason, MAG_MACHINE_NONE);
    assert_int_equal(open->event_start, 20393 * 1440 + 430);
    assert_int_equal(open->event_stop, MAG_MINUTE_OPEN);
    assert_int_equal(open->severity, MAG_SEVERITY_HIGH);
    assert_int_equal(open->shown_severity, MAG_SEVERITY_MODERATE);
    assert_string_equal(open->hidden_by, "A01");
    assert_string_equal(open->shown_facts, OPEN[SHOWN_FACTS]);
    assert_false(mag_episode_is_open(resolved));
    assert_int_equal(resolved->machine_reason, MAG_MACHINE_LEFT);
    assert_int_equal(resolved->event_start, MAG_MINUTE_NONE);
    assert_int_equal(resolved->event_stop, 20424 * 1440);
    assert_null(resolved->hidden_by);
}

static void of_two_episodes_of_a_pair_the_later_one_is_kept(void **state) {
    world *at = *state;
    episode_row rows[2];
    memcpy(rows[0], RESOLVED_ROW, sizeof RESOLVED_ROW);
    memcpy(rows[1], RESOLVED_ROW, sizeof RESOLVED_ROW);
    rows[0][REASON] = "new_event";
    rows[1][FLAG_ID] = "B01-0000000000aa";
    rows[1][STATE] = "new";
    rows[1][RESOLVED] = rows[1][REASON] = "";
    assert_int_equal(read_rows(at, (const episode_row *)rows, 2), MAG_OK);
    assert_int_equal(at->input->episode_count, 1);
    assert_string_equal(at->input->episodes[0].flag_id, "B01-0000000000aa");
}

static void refused(world *at, mag_status status, const char *why) {
    assert_int_equal(status, MAG_E_USAGE);
    assert_string_equal(mag_message_code(at->error.message), "MS-P412");
    if (strstr(at->error.text, why) == NULL || strstr(at->error.text, at->folder) == NULL)
        fail_msg("\"%s\" is not in: %s", why, at->error.text);
    /* ':' is in no name of a temporary folder */
    if (strstr(at->error.text, "P:1") != NULL || strstr(at->error.text, "17.3") != NULL)
        fail_msg("a patient shows in: %s", at->error.text);
}

static void a_cell_that_no_run_writes_is_refused(void **state) {
    static const struct {
        enum episode_cell cell;
        const char *value, *why;
    } rows[] = {
        {FLAG_ID, "", "a flag_id is none of its rule"},
        {FLAG_ID, "B01-0123456789ab", "a flag_id is none of its rule"},
        {FLAG_ID, "A02-0123456789aB", "a flag_id is none of its rule"},
        {FLAG_ID, "A02-0123456789abc", "a flag_id is none of its rule"},
        {FLAG_ID, "A02", "a flag_id is none of its rule"},
        {PATIENT_ID, "", "a patient_id is empty"},
        {RULE_ID, "", "a rule_id is none"},
        {RULE_ID, "A02/../..", "a rule_id is none"},
        {RULE_ID, "A2345678901234567890123456789012345", "a rule_id is none"},
        {VERSION, "", "a rule_version is empty"},
        {OPENED, "", "an as-of is no time"},
        {OPENED, "yesterday", "an as-of is no time"},
        {OPENED, "2025-02-30", "an as-of is no time"},
        {OPENED, "2025-12-01T07:10:00.000000000000", "an as-of is no time"},
        {OPENED, "2025-12-31", "seen before it was opened"},
        {LAST_SEEN, "latest", "an as-of is no time"},
        {RESOLVED, "2025-12-30", "does not agree with its resolution"},
        {RESOLVED, "soon", "an as-of is no time"},
        {STATE, "", "a state is none"},
        {STATE, "ONGOING", "a state is none"},
        {STATE, "resolved", "does not agree with its resolution"},
        {REASON, "left", "does not agree with its resolution"},
        {REASON, "bored", "a machine_reason is none"},
        {EVENT_START, "never", "an event is no time"},
        {EVENT_STOP, "infinity", "an event is no time"},
        {SEVERITY, "", "a severity is none"},
        {SEVERITY, "none", "a severity is none"},
        {SHOWN_SEVERITY, "severe", "a severity is none"},
        {HIDDEN_BY, "A01, or so", "a hidden_by is no rule"},
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        episode_row row;
        memcpy(row, OPEN, sizeof OPEN);
        row[rows[i].cell] = rows[i].value;
        refused(at, read_rows(at, (const episode_row *)&row, 1), rows[i].why);
        refused(at, MAG_E_USAGE, "line 2");
    }
}

static void rows_out_of_order_or_too_many_are_refused(void **state) {
    world *at = *state;
    episode_row rows[2];
    memcpy(rows[0], RESOLVED_ROW, sizeof RESOLVED_ROW);
    memcpy(rows[1], OPEN, sizeof OPEN);
    refused(at, read_rows(at, (const episode_row *)rows, 2), "its rows are not sorted");
    memcpy(rows[0], OPEN, sizeof OPEN);
    refused(at, read_rows(at, (const episode_row *)rows, 2), "two open episodes of one rule");
    rows[1][RULE_ID] = "A01";
    rows[1][FLAG_ID] = "A01-0123456789ab";
    refused(at, read_rows(at, (const episode_row *)rows, 2), "its rows are not sorted");
    assert_int_equal(read_rows(at, (const episode_row *)rows, 1), MAG_OK);
    at->run.episode_count = 2;
    refused(at, mag_ledger_read_directory(at->arena, &at->run, &at->input, &at->error),
            "has not the episodes that run.json counts");
}

static void a_damaged_table_is_refused(void **state) {
    world *at = *state;
    char command[192];
    refused(at,
            (at->run.episode_count = 1,
             mag_ledger_read_directory(at->arena, &at->run, &at->input, &at->error)),
            "episodes.csv.gz");
    write_table(at, "episodes.csv.gz", "flag_id,patient_id", NULL, 2, 0);
    refused(at, mag_ledger_read_directory(at->arena, &at->run, &at->input, &at->error),
            "column \"rule_id\" is missing: damaged, or of another version");
    write_table(at, "episodes.csv.gz", EPISODE_HEADER, OPEN, EPISODE_CELLS - 1, 1);
    refused(at, mag_ledger_read_directory(at->arena, &at->run, &at->input, &at->error),
            "is no row of a table");
    assert_int_equal(read_rows(at, &OPEN, 1), MAG_OK);
    snprintf(command, sizeof command,
             "cd '%s' && head -c 60 episodes.csv.gz >cut && mv cut episodes.csv.gz", at->folder);
    assert_int_equal(system(command), 0);
    refused(at, mag_ledger_read_directory(at->arena, &at->run, &at->input, &at->error),
            "episodes.csv.gz");
}

static void a_ledger_without_episodes_needs_no_table(void **state) {
    world *at = *state;
    assert_int_equal(read_rows(at, NULL, 0), MAG_OK);
    assert_int_equal(at->input->episode_count, 0);
}

static mag_status read_flag(world *at, const char *const cells[FLAG_CELLS]) {
    write_table(at, "flags.csv.gz", FLAG_HEADER, cells, FLAG_CELLS, 1);
    at->run.has_ledger = false;
    return mag_ledger_read_directory(at->arena, &at->run, &at->input, &at->error);
}

#define EVIDENCE                                                                                   \
    "{\"digest\":\"kf=17 "                                                                         \
    "mL/min\",\"event\":{\"from\":\"2025-06-01\",\"to\":\"2025-06-02T07:10\"},"                    \
    "\"facts\":[]}"

static void the_flags_of_a_run_without_a_ledger_are_new_episodes(void **state) {
    world *at = *state;
    const char *cells[FLAG_CELLS] = {"A02-0123456789ab", "P:1", "A02",   "1.1.0", "high",
                                     "2025-12-30",       "A01", EVIDENCE};
    assert_int_equal(read_flag(at, cells), MAG_OK);
    assert_int_equal(at->input->episode_count, 1);
    const mag_episode *episode = &at->input->episodes[0];
    assert_string_equal(episode->flag_id, "A02-0123456789ab");
    assert_string_equal(episode->opened, "2025-12-30");
    assert_string_equal(episode->last_seen, "2025-12-30");
    assert_true(mag_episode_is_open(episode));
    assert_int_equal(episode->state, MAG_EPISODE_NEW);
    assert_int_equal(episode->severity, MAG_SEVERITY_HIGH);
    assert_int_equal(episode->shown_severity, MAG_SEVERITY_HIGH);
    assert_string_equal(episode->shown_facts, "kf=17 mL/min");
    assert_string_equal(episode->hidden_by, "A01");
    assert_int_equal(episode->event_start, 20240 * 1440);
    assert_int_equal(episode->event_stop, 20241 * 1440 + 430);
}

static void a_flag_that_no_run_writes_is_refused(void **state) {
    static const struct {
        size_t cell;
        const char *value, *why;
    } rows[] = {
        {0, "x", "a flag_id is none of its rule"},
        {1, "", "a patient_id is empty"},
        {4, "worst", "a severity is none"},
        {5, "", "an as-of is no time"},
        {7, "", "an evidence is not as"},
        {7, "{\"digest\":\"", "an evidence is not as"},
        {7, "{\"digest\":\"\",\"event\":{}}", "an evidence is not as"},
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *cells[FLAG_CELLS] = {"A02-0123456789ab", "P:1", "A02",   "1.1.0", "high",
                                         "2025-12-30",       "",    EVIDENCE};
        cells[rows[i].cell] = rows[i].value;
        refused(at, read_flag(at, cells), rows[i].why);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(episodes_come_back_as_they_were_written),
        TEST(of_two_episodes_of_a_pair_the_later_one_is_kept),
        TEST(a_cell_that_no_run_writes_is_refused),
        TEST(rows_out_of_order_or_too_many_are_refused),
        TEST(a_damaged_table_is_refused),
        TEST(a_ledger_without_episodes_needs_no_table),
        TEST(the_flags_of_a_run_without_a_ledger_are_new_episodes),
        TEST(a_flag_that_no_run_writes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
