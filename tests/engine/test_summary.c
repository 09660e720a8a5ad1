#include "engine/engine_test.h"

#include "engine/summary.h"

#include "cohort/builder.h"
#include "engine/fixed_text.h"
#include "io/embedded.h"

#include <math.h>
#include <string.h>

/* Ends found by bisection of the score test, |p - x/n| = z sqrt(p (1 - p) / n), outside this
   program. */
static void gives_the_interval_that_inverts_the_score_test(void **state) {
    static const struct row {
        uint64_t count, of;
        const char *low, *high;
    } rows[] = {
        {0, 10, "0.000000", "0.277533"},    {1, 10, "0.017876", "0.404150"},
        {5, 10, "0.236593", "0.763407"},    {10, 10, "0.722467", "1.000000"},
        {1, 1, "0.206549", "1.000000"},     {7, 100, "0.034319", "0.137495"},
        {81, 263, "0.255289", "0.366210"},  {15, 148, "0.062386", "0.160487"},
        {3, 20000, "0.000051", "0.000441"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double low, high;
        char text[2][MAG_FIXED_TEXT_NBYTES];
        mag_wilson(rows[i].count, rows[i].of, &low, &high);
        mag_fixed_text(low, 6, text[0]);
        mag_fixed_text(high, 6, text[1]);
        assert_string_equal(text[0], rows[i].low);
        assert_string_equal(text[1], rows[i].high);
    }
}

/* Both ends solve the score equation, whatever the counts. */
static void both_ends_solve_the_score_equation_for_seeded_counts(void **state) {
    uint64_t seed = 3;
    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        uint64_t of = 1 + test_random(&seed) % 100000;
        uint64_t count = test_random(&seed) % (of + 1);
        double ends[2], n = (double)of, share = (double)count / n;
        mag_wilson(count, of, &ends[0], &ends[1]);
        assert_true(ends[0] >= 0.0 && ends[0] <= share + 1e-12);
        assert_true(ends[1] <= 1.0 && ends[1] >= share - 1e-12);
        for (unsigned i = 0; i < 2; i++) {
            double p = ends[i];
            double miss = fabs(share - p) - 1.959964 * sqrt(p * (1.0 - p) / n);
            assert_true(p == 0.0 || p == 1.0 || fabs(miss) < 1e-9);
        }
    }
}

typedef struct world {
    mag_account account;
    mag_arena *arena;
    const mag_codebook *book;
    mag_cohort *cohort;
    const mag_strata *strata;
} world;

static void put_person(world *at, const char *id, mag_sex sex, int birth_year, const char *site) {
    mag_person person = {.id = mag_span_of(id),
                         .sex = sex,
                         .is_in_roster = true,
                         .has_birth = birth_year != 0,
                         .died = MAG_MINUTE_OPEN,
                         .observed_from = MAG_MINUTE_NONE,
                         .observed_until = MAG_MINUTE_OPEN};
    if (birth_year != 0)
        person.birth = mag_day_from_civil(birth_year, 1, 1);
    if (site != NULL)
        assert_int_equal(
            mag_cohort_intern_text(at->cohort, mag_span_of(site), &person.site_id, NULL), MAG_OK);
    mag_position nowhere = {0xffff, 0};
    assert_int_equal(mag_cohort_put_person(at->cohort, &person, nowhere, NULL), MAG_OK);
}

static int setup(void **state) {
    static world at;
    static const mag_plan plan = {.strata_sex = true,
                                  .strata_age_band = true,
                                  .strata_renal_stage = true,
                                  .strata_site = true};
    at = (world){0};
    at.arena = mag_arena_new(&at.account);
    assert_int_equal(mag_codebook_load(at.arena, &at.book, NULL), MAG_OK);
    mag_cohort_settings settings = {.as_of_kind = MAG_AS_OF_FIXED,
                                    .as_of = mag_day_from_civil(2025, 12, 31) * 1440 + 1439,
                                    .data_until = MAG_MINUTE_OPEN,
                                    .account = &at.account};
    assert_int_equal(mag_cohort_new(&at.cohort, at.book, &settings, NULL), MAG_OK);
    put_person(&at, "A", MAG_SEX_FEMALE, 1981, "West");
    put_person(&at, "B", MAG_SEX_MALE, 1980, "East");
    put_person(&at, "C", MAG_SEX_UNKNOWN, 1940, NULL);
    put_person(&at, "D", MAG_SEX_FEMALE, 0, "unknown");
    put_person(&at, "E", MAG_SEX_FEMALE, 1951, "West");
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        assert_int_equal(mag_cohort_settle(at.cohort, i, NULL), MAG_OK);
    assert_int_equal(mag_cohort_settle_all(at.cohort, NULL), MAG_OK);
    assert_int_equal(mag_strata_new(at.arena, &plan, at.cohort, &at.strata, NULL), MAG_OK);
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

static void puts_a_patient_into_one_level_of_each_stratum(void **state) {
    static const struct row {
        const char *id, *sex, *age_band, *site;
    } rows[] = {{"A", "F", "18-44", "West"},
                {"B", "M", "45-64", "East"},
                {"C", "unknown", "85+", "unknown"},
                {"D", "F", "unknown", "unknown"},
                {"E", "F", "65-74", "West"}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_timeline patient;
        size_t levels[MAG_STRATUM_COUNT];
        assert_true(mag_timeline_find(at->cohort, mag_span_of(rows[i].id), &patient));
        assert_int_equal(mag_strata_of(at->strata, &patient, levels), MAG_STRATUM_COUNT);
        const char *const names[] = {"all", rows[i].sex, rows[i].age_band, "unknown", rows[i].site};
        static const char *const strata[] = {"all", "sex", "age_band", "renal_stage", "site"};
        for (size_t k = 0; k < MAG_STRATUM_COUNT; k++) {
            const mag_level *level = mag_strata_level(at->strata, levels[k]);
            assert_string_equal(level->stratum, strata[k]);
            assert_string_equal(level->name, names[k]);
        }
    }
}

/* --- tallies: outcomes made up at random, counted again one question at a time -----------------
 */

enum { RULES = 7, LEVELS = 9, PEOPLE = 600 };

typedef struct made_up {
    mag_outcome outcomes[RULES];
    size_t levels[3]; /* always 0, then two of the others */
} made_up;

static made_up MADE_UP[PEOPLE];

static void make_up(uint64_t seed) {
    for (size_t i = 0; i < PEOPLE; i++) {
        MADE_UP[i].levels[0] = 0;
        MADE_UP[i].levels[1] = 1 + test_random(&seed) % 4;
        MADE_UP[i].levels[2] = 5 + test_random(&seed) % 4;
        for (size_t rule = 0; rule < RULES; rule++) {
            mag_outcome *outcome = &MADE_UP[i].outcomes[rule];
            *outcome = (mag_outcome){
                .kind = (mag_outcome_kind)(test_random(&seed) % 5),
                .severity = (mag_severity)(MAG_SEVERITY_INFO + (int)(test_random(&seed) % 5)),
                .hidden_by = (int16_t)((int)(test_random(&seed) % 9) - 2)};
            outcome->hidden_by = outcome->hidden_by < 0 ? -1 : outcome->hidden_by;
            outcome->reasons = (mag_unknown_set)(1 + test_random(&seed) % 127);
        }
    }
}

static bool is_in(const made_up *person, size_t level) {
    return person->levels[0] == level || person->levels[1] == level || person->levels[2] == level;
}

static uint64_t count_kind(size_t rule, size_t level, mag_outcome_kind kind, bool only_hidden) {
    uint64_t count = 0;
    for (size_t i = 0; i < PEOPLE; i++)
        count += is_in(&MADE_UP[i], level) && MADE_UP[i].outcomes[rule].kind == kind &&
                 (!only_hidden || MADE_UP[i].outcomes[rule].hidden_by != -1);
    return count;
}

static uint64_t count_visible(size_t rule, unsigned severity) {
    uint64_t count = 0;
    for (size_t i = 0; i < PEOPLE; i++) {
        const mag_outcome *outcome = &MADE_UP[i].outcomes[rule];
        count += outcome->kind == MAG_FLAGGED && outcome->hidden_by == -1 &&
                 (unsigned)outcome->severity == severity;
    }
    return count;
}

static uint64_t count_reason(size_t rule, unsigned reason) {
    uint64_t count = 0;
    for (size_t i = 0; i < PEOPLE; i++)
        count += MADE_UP[i].outcomes[rule].kind == MAG_CANNOT_TELL &&
                 (MADE_UP[i].outcomes[rule].reasons & 1u << reason) != 0;
    return count;
}

static void check_rule(const mag_tally *tally, size_t rule) {
    for (size_t level = 0; level < LEVELS; level++) {
        const mag_rule_counts *counts = &tally->counts[rule * LEVELS + level];
        assert_int_equal(counts->flagged, count_kind(rule, level, MAG_FLAGGED, false));
        assert_int_equal(counts->hidden, count_kind(rule, level, MAG_FLAGGED, true));
        assert_int_equal(counts->clear, count_kind(rule, level, MAG_CLEAR, false));
        assert_int_equal(counts->cannot_tell, count_kind(rule, level, MAG_CANNOT_TELL, false));
        assert_int_equal(counts->eligible, counts->flagged + counts->clear + counts->cannot_tell);
    }
    for (unsigned severity = 0; severity < MAG_SEVERITY_COUNT; severity++)
        assert_int_equal(tally->visible_by_severity[rule * MAG_SEVERITY_COUNT + severity],
                         count_visible(rule, severity));
    for (unsigned reason = 0; reason < MAG_UNKNOWN_COUNT; reason++)
        assert_int_equal(tally->cannot_tell_by_reason[rule * MAG_UNKNOWN_COUNT + reason],
                         count_reason(rule, reason));
}

static const mag_pack *load_shipped(world *at) {
    mag_span text;
    const mag_pack *pack;
    mag_error error = {0};
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    if (mag_pack_load(at->arena, "shipped", text, NULL, 0, 1095, &pack, &error) != MAG_OK)
        fail_msg("%s", error.text);
    assert_true(mag_pack_rule_count(pack) >= RULES);
    return pack;
}

static void tallies_of_parts_add_up_to_what_plain_counting_gives(void **state) {
    world *at = *state;
    const mag_pack *pack = load_shipped(at);
    mag_tally parts[3], total;
    uint64_t flagged_people = 0;
    make_up(23);
    assert_int_equal(mag_tally_init(&total, at->arena, RULES, LEVELS, NULL), MAG_OK);
    for (size_t part = 0; part < 3; part++)
        assert_int_equal(mag_tally_init(&parts[part], at->arena, RULES, LEVELS, NULL), MAG_OK);
    for (size_t i = 0; i < PEOPLE; i++)
        mag_tally_patient(&parts[i % 3], pack, MADE_UP[i].outcomes, MADE_UP[i].levels, 3);
    for (size_t part = 0; part < 3; part++)
        mag_tally_add(&total, &parts[part]);
    for (size_t rule = 0; rule < RULES; rule++)
        check_rule(&total, rule);
    for (size_t i = 0; i < PEOPLE; i++) {
        bool has_visible = false;
        for (size_t rule = 0; rule < RULES; rule++)
            has_visible |= MADE_UP[i].outcomes[rule].kind == MAG_FLAGGED &&
                           MADE_UP[i].outcomes[rule].hidden_by == -1;
        flagged_people += has_visible;
    }
    assert_int_equal(total.flagged_patient_count, flagged_people);
    assert_int_equal(total.level_population[0], PEOPLE);
}

/* Newcombe RG. Stat Med 1998;17:857-72, table I, method 3: Wilson's interval to four decimals. */
static void agrees_with_the_intervals_of_newcombe(void **state) {
    static const struct row {
        uint64_t count, of;
        double low, high;
    } rows[] = {{81, 263, 0.2553, 0.3662},
                {15, 148, 0.0624, 0.1605},
                {0, 20, 0.0000, 0.1611},
                {1, 29, 0.0061, 0.1718}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double low, high;
        mag_wilson(rows[i].count, rows[i].of, &low, &high);
        assert_true(fabs(low - rows[i].low) < 5.1e-5);
        assert_true(fabs(high - rows[i].high) < 5.1e-5);
    }
}

static void lists_sites_bytewise_and_each_once(void **state) {
    world *at = *state;
    size_t count = mag_strata_count(at->strata);
    assert_int_equal(count, 1 + 3 + 6 + 7 + 3);
    assert_string_equal(mag_strata_level(at->strata, count - 3)->name, "East");
    assert_string_equal(mag_strata_level(at->strata, count - 2)->name, "West");
    assert_string_equal(mag_strata_level(at->strata, count - 1)->name, "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_interval_that_inverts_the_score_test),
        cmocka_unit_test(both_ends_solve_the_score_equation_for_seeded_counts),
        cmocka_unit_test_setup_teardown(puts_a_patient_into_one_level_of_each_stratum, setup,
                                        teardown),
        cmocka_unit_test(agrees_with_the_intervals_of_newcombe),
        cmocka_unit_test_setup_teardown(tallies_of_parts_add_up_to_what_plain_counting_gives, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(lists_sites_bytewise_and_each_once, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
