#include "engine/engine_test.h"

#include "engine/gates.h"

#include "cohort/builder.h"

#include <string.h>

static void judges_shares_at_and_around_the_limits(void **state) {
    static const struct row {
        mag_gate_kind kind;
        uint64_t count, of;
        mag_gate_colour colour;
    } rows[] = {
        {MAG_GATE_SHAPE, 0, 1000, MAG_GREEN},    {MAG_GATE_SHAPE, 1, 1000000, MAG_AMBER},
        {MAG_GATE_SHAPE, 1, 1000, MAG_AMBER},    {MAG_GATE_SHAPE, 2, 1000, MAG_RED},
        {MAG_GATE_VALUE, 1, 1000, MAG_GREEN},    {MAG_GATE_VALUE, 2, 1000, MAG_AMBER},
        {MAG_GATE_VALUE, 10, 1000, MAG_AMBER},   {MAG_GATE_VALUE, 11, 1000, MAG_RED},
        {MAG_GATE_SOFT, 10, 1000, MAG_GREEN},    {MAG_GATE_SOFT, 11, 1000, MAG_AMBER},
        {MAG_GATE_SOFT, 100, 1000, MAG_AMBER},   {MAG_GATE_SOFT, 101, 1000, MAG_RED},
        {MAG_GATE_LINK, 1, 1000, MAG_GREEN},     {MAG_GATE_LINK, 11, 1000, MAG_RED},
        {MAG_GATE_UNMAPPED, 2, 1000, MAG_GREEN}, {MAG_GATE_UNMAPPED, 3, 1000, MAG_AMBER},
        {MAG_GATE_UNMAPPED, 11, 1000, MAG_RED},  {MAG_GATE_FRESHNESS, 36, 1, MAG_GREEN},
        {MAG_GATE_FRESHNESS, 37, 1, MAG_AMBER},  {MAG_GATE_FRESHNESS, 168, 1, MAG_AMBER},
        {MAG_GATE_FRESHNESS, 169, 1, MAG_RED},   {MAG_GATE_VALUE, 0, 0, MAG_GREEN},
        {MAG_GATE_UNMAPPED, 1, 0, MAG_RED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_gate_limit limit = mag_gate_default(rows[i].kind);
        assert_int_equal(mag_gate_judge(rows[i].count, rows[i].of, &limit), rows[i].colour);
    }
}

static const mag_gate_limit PIPELINE_LIMITS[] = {
    {.reason = MAG_REASON_RX_INTERVAL,
     .kind = MAG_GATE_SOFT,
     .amber = 0.05,
     .red = 0.20,
     .note = "known feed fault"},
};
static const mag_gate_limit PROFILE_LIMITS[] = {
    {.reason = MAG_REASON_RX_INTERVAL,
     .kind = MAG_GATE_SOFT,
     .amber = 0.5,
     .red = 0.9,
     .note = "the profile's"},
    {.reason = MAG_REASON_NONE,
     .kind = MAG_GATE_SHAPE,
     .amber = 0.01,
     .red = 0.02,
     .note = "a ragged export"},
};
static const mag_profile PROFILE = {.name = "test", .gates = PROFILE_LIMITS, .gate_count = 2};

static void prefers_the_pipelines_limit_to_the_profiles_to_the_default(void **state) {
    mag_plan_source source = {
        .name = "epma", .profile = &PROFILE, .gates = PIPELINE_LIMITS, .gate_count = 1};
    (void)state;
    mag_gate_limit own = mag_gate_limit_of(&source, MAG_REASON_RX_INTERVAL, MAG_GATE_SOFT);
    assert_string_equal(own.note, "known feed fault");
    mag_gate_limit shape = mag_gate_limit_of(&source, MAG_REASON_NONE, MAG_GATE_SHAPE);
    assert_string_equal(shape.note, "a ragged export");
    mag_gate_limit other = mag_gate_limit_of(&source, MAG_REASON_VALUE_TEXT_RESULT, MAG_GATE_SOFT);
    assert_string_equal(other.note, "");
    assert_true(other.amber == 0.01);
    source.gate_count = 0;
    own = mag_gate_limit_of(&source, MAG_REASON_RX_INTERVAL, MAG_GATE_SOFT);
    assert_string_equal(own.note, "the profile's");
}

typedef struct world {
    mag_account account;
    mag_arena *arena;
    const mag_codebook *book;
    mag_cohort *cohort;
    mag_run_file *labs, *rx;
    mag_plan_source sources[2];
    mag_plan plan;
} world;

static int setup(void **state) {
    static world at;
    uint16_t file_id;
    at = (world){0};
    at.arena = mag_arena_new(&at.account);
    assert_int_equal(mag_codebook_load(at.arena, &at.book, NULL), MAG_OK);
    mag_cohort_settings settings = {
        .account = &at.account, .data_until = MAG_MINUTE_OPEN, .as_of_kind = MAG_AS_OF_LATEST};
    assert_int_equal(mag_cohort_new(&at.cohort, at.book, &settings, NULL), MAG_OK);
    assert_int_equal(mag_cohort_add_file(at.cohort, "lims", "labs.csv", MAG_TABLE_LABS, &file_id,
                                         &at.labs, NULL),
                     MAG_OK);
    assert_int_equal(mag_cohort_add_file(at.cohort, "epma", "rx.csv", MAG_TABLE_PRESCRIPTIONS,
                                         &file_id, &at.rx, NULL),
                     MAG_OK);
    static const mag_profile plain = {.name = "plain"};
    at.sources[0] = (mag_plan_source){.name = "lims", .kind = MAG_TABLE_LABS, .profile = &plain};
    at.sources[1] =
        (mag_plan_source){.name = "epma", .kind = MAG_TABLE_PRESCRIPTIONS, .profile = &plain};
    at.plan = (mag_plan){.sources = at.sources, .source_count = 2};
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    mag_cohort_free(at->cohort);
    mag_arena_free(at->arena);
    assert_int_equal(at->account.used_nbytes, 0);
    return 0;
}

static mag_gates judge(world *at) {
    mag_gates gates;
    assert_int_equal(
        mag_gates_judge(at->arena, &at->plan, at->cohort, MAG_MINUTE_OPEN, &gates, NULL), MAG_OK);
    return gates;
}

static const mag_gate_verdict *find(const mag_gates *gates, const char *gate) {
    for (size_t i = 0; i < gates->count; i++)
        if (strcmp(gates->verdicts[i].gate, gate) == 0)
            return &gates->verdicts[i];
    return NULL;
}

static void is_green_and_silent_when_nothing_was_set_aside(void **state) {
    world *at = *state;
    at->labs->accounting = (mag_accounting){.read = 100, .accepted = 100};
    mag_gates gates = judge(at);
    assert_int_equal(gates.count, 0);
    assert_false(gates.is_amber || gates.is_red_soft || gates.is_red_hard);
}

static void judges_each_reason_of_a_group_by_its_own_name(void **state) {
    world *at = *state;
    /* together 1.2 %, each below 1 % */
    at->labs->accounting =
        (mag_accounting){.read = 11000, .accepted = 9880, .not_of_interest = 1000};
    at->labs->accounting.rejected[MAG_REASON_NUM_SYNTAX] = 60;
    at->labs->accounting.rejected[MAG_REASON_NUM_DECIMAL_COMMA] = 60;
    mag_gates gates = judge(at);
    assert_int_equal(gates.count, 3);
    const mag_gate_verdict *verdict = find(&gates, "num.decimal_comma");
    assert_non_null(verdict);
    assert_int_equal(verdict->colour, MAG_AMBER);
    assert_int_equal(verdict->of, 10000); /* rows of interest only */
    assert_false(verdict->is_hard);
    assert_true(gates.is_amber);
    verdict = find(&gates, "value"); /* and all of the group together are above 1 % */
    assert_non_null(verdict);
    assert_int_equal(verdict->count, 120);
    assert_int_equal(verdict->colour, MAG_RED);
    assert_true(gates.is_red_soft);
}

static void notes_of_the_roster_are_amber_at_most(void **state) {
    (void)state;
    mag_gate_limit limit = mag_gate_default(MAG_GATE_DEMOGRAPHIC);
    assert_int_equal(mag_gate_judge(1, 100, &limit), MAG_GREEN);
    assert_int_equal(mag_gate_judge(2, 100, &limit), MAG_AMBER);
    assert_int_equal(mag_gate_judge(100, 100, &limit), MAG_AMBER);
    limit = mag_gate_default(MAG_GATE_LAST_LINE);
    assert_int_equal(mag_gate_judge(1, 1000000, &limit), MAG_AMBER);
    assert_int_equal(mag_gate_judge(0, 10, &limit), MAG_GREEN);
    limit = mag_gate_default(MAG_GATE_QUOTED_ROWS);
    assert_int_equal(mag_gate_judge(1, 1000000, &limit), MAG_AMBER);
    assert_int_equal(mag_gate_judge(10, 10, &limit), MAG_AMBER);
}

static void unmapped_drugs_among_nothing_else_are_everything(void **state) {
    world *at = *state;
    at->rx->accounting = (mag_accounting){.read = 40, .not_of_interest = 40, .unmapped = 3};
    mag_gates gates = judge(at);
    const mag_gate_verdict *verdict = find(&gates, "unmapped");
    assert_non_null(verdict);
    assert_int_equal(verdict->measure, MAG_MEASURE_ROWS);
    assert_int_equal(verdict->count, 3);
    assert_int_equal(verdict->of, 3);
    assert_true(verdict->share == 1.0);
    assert_int_equal(verdict->colour, MAG_RED);
}

static void says_what_became_of_the_run_whatever_the_gate(void **state) {
    static const struct row {
        mag_run_report report;
        const char *text;
    } rows[] = {
        {{.end = MAG_RUN_PUBLISHED}, "run published"},
        {{.end = MAG_RUN_PUBLISHED, .has_warnings = true}, "run published with a warning"},
        {{.end = MAG_RUN_HELD, .has_warnings = true}, "run held, nothing new is visible"},
        {{.end = MAG_RUN_REFUSED, .has_warnings = true}, "run refused, nothing published"},
        {{.end = MAG_RUN_NOTHING_NEW}, "the same result is published already"},
        {{.end = MAG_RUN_HELD, .is_dry = true}, "dry run, nothing written"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(mag_run_end_text(&rows[i].report), rows[i].text);
}

static void holds_on_soft_red_and_refuses_on_hard_red(void **state) {
    world *at = *state;
    at->labs->accounting = (mag_accounting){.read = 1000, .accepted = 980};
    at->labs->accounting.rejected[MAG_REASON_LINK_NO_PATIENT] = 20;
    mag_gates gates = judge(at);
    assert_true(gates.is_red_soft);
    assert_false(gates.is_red_hard);
    at->labs->accounting.rejected[MAG_REASON_LINK_NO_PATIENT] = 0;
    at->labs->accounting.rejected[MAG_REASON_CSV_TOO_FEW_FIELDS] = 1;
    at->labs->accounting.rejected[MAG_REASON_CSV_NUL] = 1;
    gates = judge(at);
    const mag_gate_verdict *verdict = find(&gates, "csv");
    assert_non_null(verdict);
    assert_int_equal(verdict->count, 2);
    assert_string_equal(verdict->file, "labs.csv");
    assert_true(verdict->is_hard);
    assert_true(gates.is_red_hard);
    assert_false(gates.is_red_soft);
}

static void judges_unmapped_drugs_of_prescriptions_only(void **state) {
    world *at = *state;
    at->labs->accounting =
        (mag_accounting){.read = 2000, .accepted = 1000, .not_of_interest = 1000, .unmapped = 500};
    at->rx->accounting =
        (mag_accounting){.read = 2000, .accepted = 1000, .not_of_interest = 1000, .unmapped = 3};
    mag_gates gates = judge(at);
    assert_int_equal(gates.count, 1);
    assert_string_equal(gates.verdicts[0].gate, "unmapped");
    assert_string_equal(gates.verdicts[0].source, "epma");
    assert_int_equal(gates.verdicts[0].of, 1003);
    assert_int_equal(gates.verdicts[0].colour, MAG_AMBER);
}

static void shows_an_overridden_gate_with_its_note_even_when_green(void **state) {
    world *at = *state;
    at->sources[1].gates = PIPELINE_LIMITS;
    at->sources[1].gate_count = 1;
    at->rx->accounting = (mag_accounting){.read = 100, .accepted = 96};
    at->rx->accounting.rejected[MAG_REASON_RX_INTERVAL] = 4;
    mag_gates gates = judge(at);
    assert_int_equal(gates.count, 1);
    assert_int_equal(gates.verdicts[0].colour, MAG_GREEN);
    assert_string_equal(gates.verdicts[0].note, "known feed fault");
}

/* A feed whose codes nobody knows was read, and nothing of it used: that must not look green. */
static void a_feed_of_which_no_row_was_of_use_is_held(void **state) {
    world *at = *state;
    at->labs->accounting = (mag_accounting){.read = 20, .not_of_interest = 20};
    at->rx->accounting = (mag_accounting){.read = 20, .not_of_interest = 19, .accepted = 1};
    mag_gates gates = judge(at);
    const mag_gate_verdict *verdict = find(&gates, "nothing_used");
    assert_non_null(verdict);
    assert_int_equal(gates.count, 1);
    assert_string_equal(verdict->source, "lims");
    assert_int_equal(verdict->colour, MAG_RED);
    assert_int_equal(verdict->count, 20);
    assert_int_equal(verdict->message, MAG_MSG_I269);
    assert_string_equal(verdict->detail, "20 of 20 rows not of interest");
    assert_true(gates.is_red_soft && !gates.is_red_hard);

    at->labs->accounting = (mag_accounting){.read = 20, .not_of_interest = 2, .out_of_window = 3};
    at->labs->accounting.rejected[MAG_REASON_DATE_FORMAT] = 15;
    gates = judge(at);
    verdict = find(&gates, "nothing_used");
    assert_non_null(verdict);
    assert_string_equal(verdict->detail, "15 of 20 rows date.format");
}

static void a_feed_without_rows_or_with_a_note_is_not_held(void **state) {
    static const mag_gate_limit allowed[] = {
        {.kind = MAG_GATE_NOTHING_USED, .amber = 0.0, .red = 1.0, .note = "a pilot without rows"}};
    world *at = *state;
    mag_gates gates = judge(at);
    assert_null(find(&gates, "nothing_used"));
    at->labs->accounting = (mag_accounting){.read = 20, .not_of_interest = 20};
    at->sources[0].gates = allowed;
    at->sources[0].gate_count = 1;
    gates = judge(at);
    const mag_gate_verdict *verdict = find(&gates, "nothing_used");
    assert_non_null(verdict);
    assert_int_equal(verdict->colour, MAG_AMBER);
    assert_string_equal(verdict->note, "a pilot without rows");
    assert_false(gates.is_red_soft);
}

/* What somebody should know of a table that was read: amber, with the words, and never red. */
static void what_a_table_was_read_with_is_amber_at_most(void **state) {
    static const mag_gate_limit allowed[] = {
        {.kind = MAG_GATE_ROLE, .amber = 1.0, .red = 1.0, .note = "a demonstration"}};
    world *at = *state;
    at->labs->is_table = true;
    assert_int_equal(judge(at).count, 0);
    at->labs->table_reader_count = 2;
    at->labs->table_refused_count = 6;
    at->labs->is_role_too_strong = at->labs->is_table_unchecked = true;
    mag_gates gates = judge(at);
    assert_int_equal(gates.count, 3);
    assert_true(gates.is_amber && !gates.is_red_soft && !gates.is_red_hard);
    assert_string_equal(find(&gates, "readers")->detail, "using 2 of 8 readers");
    assert_int_equal(find(&gates, "readers")->message, MAG_MSG_D319);
    assert_int_equal(find(&gates, "role")->message, MAG_MSG_D335);
    assert_int_equal(find(&gates, "encoding")->message, MAG_MSG_D323);
    at->sources[0].gates = allowed;
    at->sources[0].gate_count = 1;
    gates = judge(at);
    assert_int_equal(find(&gates, "role")->colour, MAG_GREEN);
    assert_string_equal(find(&gates, "role")->note, "a demonstration");
    at->labs->is_table = false;
    assert_int_equal(judge(at).count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_shares_at_and_around_the_limits),
        cmocka_unit_test(prefers_the_pipelines_limit_to_the_profiles_to_the_default),
        cmocka_unit_test_setup_teardown(is_green_and_silent_when_nothing_was_set_aside, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(judges_each_reason_of_a_group_by_its_own_name, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(unmapped_drugs_among_nothing_else_are_everything, setup,
                                        teardown),
        cmocka_unit_test(says_what_became_of_the_run_whatever_the_gate),
        cmocka_unit_test_setup_teardown(what_a_table_was_read_with_is_amber_at_most, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_feed_of_which_no_row_was_of_use_is_held, setup, teardown),
        cmocka_unit_test_setup_teardown(a_feed_without_rows_or_with_a_note_is_not_held, setup,
                                        teardown),
        cmocka_unit_test(notes_of_the_roster_are_amber_at_most),
        cmocka_unit_test_setup_teardown(holds_on_soft_red_and_refuses_on_hard_red, setup, teardown),
        cmocka_unit_test_setup_teardown(judges_unmapped_drugs_of_prescriptions_only, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(shows_an_overridden_gate_with_its_note_even_when_green,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
