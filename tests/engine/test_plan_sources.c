/* Sources of a plan: which table and files each has, what several profiles and manifests agree on,
   and places that cannot be listed. F stands for the folder with data/ and pack.yaml. */
#include "engine/run_fixture.h"

#include "engine/plan_parts.h"

#include <fcntl.h>

typedef struct world {
    run_fixture run;
    char path[128];
    const mag_plan *plan;
} world;

static void write_file(const world *at, const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", at->run.folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void run_command(const world *at, const char *format, const char *a, const char *b) {
    char command[600];
    snprintf(command, sizeof command, format, at->run.folder, a, b);
    assert_int_equal(system(command), 0);
}

static int setup(void **state) {
    static world at;
    at.plan = NULL;
    fixture_begin(&at.run);
    fixture_write(&at.run, 7);
    snprintf(at.path, sizeof at.path, "%s/nightly.yaml", at.run.folder);
    run_command(&at, "cd '%s' && cp '%s/pipelines/packs/magnesium-safety.yaml' pack.yaml%s",
                MAG_SOURCE_DIR, "");
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    fixture_end(&at->run);
    return 0;
}

/* A pipeline of the rows given for roster, labs and prescriptions, each what follows its kind. */
typedef struct three {
    const char *roster, *labs, *rx;
} three;

#define OWN "profile: magscreen, "

static mag_status read_three(world *at, three of, const char *more) {
    char text[2000];
    const mag_plan_options options = {0};
    snprintf(text, sizeof text,
             "name: nightly\nas_of: 2025-12-31\npack: pack.yaml\nsources:\n"
             "  - { name: roster, kind: patients, %s }\n  - { name: lims, kind: labs, %s }\n"
             "  - { name: epma, kind: prescriptions, %s }\n%s",
             of.roster, of.labs, of.rx, more);
    write_file(at, "nightly.yaml", text);
    at->run.error = (mag_error){0};
    return mag_plan_read(at->run.arena, at->path, &options, &at->plan, &at->run.error);
}

static void must_refuse(world *at, mag_status status, mag_message_id message, const char *words) {
    if (status != MAG_E_USAGE || at->run.error.message != message ||
        strstr(at->run.error.text, words) == NULL)
        fail_msg("wanted \"%s\", got %d: %s", words, (int)status, at->run.error.text);
}

static void must(world *at, mag_status status) {
    if (status != MAG_OK)
        fail_msg("%s", at->run.error.text);
}

/* --- profiles -------------------------------------------------------------------------------- */

/* The shipped profile, changed by a script of sed. */
static void write_profile(const world *at, const char *script) {
    run_command(at, "cd '%s' && sed '%s' '%s/pipelines/profiles/magscreen.yaml' > own.yaml", script,
                MAG_SOURCE_DIR);
}

static void profiles_agree_on_what_the_pipeline_does_not_say(void **state) {
    static const struct row {
        const char *script, *difference, *more; /* difference NULL: they agree */
    } rows[] = {
        {"s/^profile: .*/profile: other/", NULL, ""},
        {"s/^kidney: .*/kidney: { formula: uk, weight: actual }/", "kidney", ""},
        {"s/^kidney: .*/kidney: { formula: uk, weight: actual }/", NULL,
         "kidney: { weight: winter }\n"},
        {"s/^site_zone: .*/site_zone: Asia\\/Tokyo/", "site_zone", ""},
        {"s/^site_zone: .*/site_zone: Europe\\/London/", NULL, ""},
        {"/^site_zone: /d", NULL, ""}, /* Europe/London is what is meant then */
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_profile(at, rows[i].script);
        mag_status status = read_three(at,
                                       (three){OWN "files: [data/patients.csv]",
                                               "profile: ./own.yaml, files: [data/labs.csv]",
                                               OWN "files: [data/prescriptions.csv]"},
                                       rows[i].more);
        if (rows[i].difference != NULL)
            must_refuse(at, status, MAG_MSG_U202, rows[i].difference);
        else
            must(at, status);
    }
    assert_string_equal(at->plan->site_zone, "Europe/London");
}

static const char TWO_TABLES[] =
    "profile: two\ntables:\n"
    "  - { table: patients, file: people, columns: { patient_id: a, sex: b, birth: c } }\n"
    "  - { table: labs, file: chem, columns: { patient_id: a, code: b, value: c, collected_at: d } "
    "}\n"
    "  - { table: labs, file: blood, columns: { patient_id: a, code: b, value: c, collected_at: d "
    "} }\n";

static void of_two_tables_of_a_kind_the_pipeline_names_one(void **state) {
    static const struct row {
        const char *table, *taken, *refused;
    } rows[] = {
        {"table: chem, ", "chem", NULL},
        {"table: blood, ", "blood", NULL},
        {"", NULL, "profile two has several tables of kind labs; add  table: NAME"},
        {"table: people, ", NULL, "profile two has no such table of kind labs"},
    };
    world *at = *state;
    write_file(at, "two.yaml", TWO_TABLES);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char labs[200];
        snprintf(labs, sizeof labs, "profile: ./two.yaml, %sfiles: [data/labs.csv]", rows[i].table);
        mag_status status = read_three(
            at,
            (three){OWN "files: [data/patients.csv]", labs, OWN "files: [data/prescriptions.csv]"},
            "");
        if (rows[i].refused != NULL) {
            must_refuse(at, status, MAG_MSG_U202, rows[i].refused);
            continue;
        }
        must(at, status);
        assert_string_equal(mag_profile_table_file(at->plan->sources[1].table), rows[i].taken);
    }
}

/* F... is a place in the folder. */
static const char *place_in(const world *at, const char *text) {
    return text[0] != 'F' ? text
                          : mag_arena_format(at->run.arena, "%s%s", at->run.folder, text + 1);
}

static mag_status read_short(world *at, const char *profile, const char *folder) {
    const mag_plan_options options = {.profile = place_in(at, profile),
                                      .data_directory = place_in(at, folder),
                                      .as_of = "2025-12-31"};
    at->run.error = (mag_error){0};
    return mag_plan_short(at->run.arena, &options, &at->plan, &at->run.error);
}

static void in_the_short_form_a_second_table_of_a_kind_has_the_name_of_its_files(void **state) {
    static const char *const names[] = {"patients", "labs", "blood"};
    world *at = *state;
    write_file(at, "two.yaml", TWO_TABLES);
    run_command(at, "cd '%s' && mkdir two && touch two/people.csv two/%s two/%s", "chem-1.csv",
                "blood.csv.gz");
    must(at, read_short(at, "F/two.yaml", "F/two"));
    assert_int_equal(at->plan->source_count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(at->plan->sources[i].name, names[i]);
}

static void without_a_roster_no_run_begins(void **state) {
    world *at = *state;
    write_file(at, "stays.yaml",
               "profile: s\ntables:\n  - { table: stays, file: stays, columns: { patient_id: a,"
               " stay_id: b, from: c, until: d } }\n");
    run_command(at, "cd '%s' && mkdir s && touch s/stays.csv%s%s", "", "");
    must_refuse(at, read_short(at, "F/stays.yaml", "F/s"), MAG_MSG_U202,
                "no source of kind patients");
}

/* --- manifests ------------------------------------------------------------------------------- */

#define FILES(name) "files: [data/" name ".csv]"

typedef struct manifest_row {
    const char *a, *b; /* what a.csv and b.csv say of data_until; NULL: they have no such column */
    const char *more;  /* of the pipeline */
    const char *data_until, *refused; /* data_until NULL: nothing is known */
} manifest_row;

static void write_manifest(const world *at, const char *name, const char *data_until) {
    char text[300];
    snprintf(text, sizeof text, "file%s\npatients.csv%s%s\n",
             data_until != NULL ? ",data_until" : "", data_until != NULL ? "," : "",
             data_until != NULL ? data_until : "");
    write_file(at, name, text);
}

static void manifests_agree_on_the_end_of_the_data(void **state) {
    static const manifest_row rows[] = {
        {NULL, NULL, "", NULL, NULL},
        {"2026-01-01", NULL, "", "2026-01-01", NULL},
        {NULL, "2026-01-01", "", "2026-01-01", NULL},
        {"2026-01-01", "", "", "2026-01-01", NULL},
        {"2026-01-01", "2026-01-01", "", "2026-01-01", NULL},
        {"2026-01-01", "2026-01-01T23:59", "", "2026-01-01", NULL},
        {"2026-01-01", "2026-01-02", "", NULL, "b.csv differ in data_until"},
        {"2026-01-01", "2026-01-02", "data_until: 2026-01-03\n", "2026-01-03", NULL},
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_manifest(at, "a.csv", rows[i].a);
        write_manifest(at, "b.csv", rows[i].b);
        mag_status status =
            read_three(at,
                       (three){OWN FILES("patients") ", manifest: a.csv",
                               OWN FILES("labs") ", manifest: b.csv", OWN FILES("prescriptions")},
                       rows[i].more);
        if (rows[i].refused != NULL) {
            must_refuse(at, status, MAG_MSG_U202, rows[i].refused);
            continue;
        }
        must(at, status);
        mag_moment moment = {.minute = MAG_MINUTE_NONE};
        if (rows[i].data_until != NULL) {
            assert_int_equal(mag_moment_parse(mag_span_of(rows[i].data_until), NULL, &moment),
                             MAG_DATE_OK);
            moment.minute += MAG_MINUTES_PER_DAY - 1;
        }
        if (at->plan->data_until != moment.minute)
            fail_msg("row %zu: %d", i, at->plan->data_until);
    }
}

/* Dates that were shifted patient by patient have no common end. */
static void a_manifest_says_nothing_about_shifted_dates(void **state) {
    world *at = *state;
    write_profile(at, "1ashifted_dates: true");
    write_manifest(at, "a.csv", "2026-01-01");
    must(at, read_three(at,
                        (three){"profile: ./own.yaml, " FILES("patients") ", manifest: a.csv",
                                "profile: ./own.yaml, " FILES("labs"),
                                "profile: ./own.yaml, " FILES("prescriptions")},
                        ""));
    assert_int_equal(at->plan->data_until, MAG_MINUTE_OPEN);
}

static void sources_that_name_one_manifest_share_it(void **state) {
    static const struct row {
        const char *a, *b; /* files that each lists */
        const char *labs_manifest, *refused;
        size_t source; /* that is told with a refusal */
    } rows[] = {
        {"patients.csv\nlabs.csv\n", "prescriptions.csv\n", "a.csv", NULL, 0},
        {"patients.csv\n", "labs.csv\nprescriptions.csv\n", "b.csv", NULL, 0},
        {"patients.csv\n", "prescriptions.csv\n", "a.csv", "not listed: labs.csv", 0},
        {"patients.csv\n", "labs.csv\n", "b.csv", "not listed: prescriptions.csv", 1},
        {"patients.csv\nlabs.csv\n", "prescriptions.csv\n", "b.csv", "missing: labs.csv", 0},
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[200], labs[200];
        snprintf(text, sizeof text, "file\n%s", rows[i].a);
        write_file(at, "a.csv", text);
        snprintf(text, sizeof text, "file\n%s", rows[i].b);
        write_file(at, "b.csv", text);
        snprintf(labs, sizeof labs, OWN FILES("labs") ", manifest: %s", rows[i].labs_manifest);
        must(at, read_three(at,
                            (three){OWN FILES("patients") ", manifest: a.csv", labs,
                                    OWN FILES("prescriptions") ", manifest: b.csv"},
                            ""));
        const mag_plan_source *source;
        mag_status status =
            mag_plan_check_manifests(at->run.arena, at->plan, &source, &at->run.error);
        assert_int_equal(status, rows[i].refused != NULL ? MAG_E_INPUT : MAG_OK);
        if (rows[i].refused == NULL)
            continue;
        assert_non_null(strstr(at->run.error.text, rows[i].refused));
        assert_ptr_equal(source, &at->plan->sources[rows[i].source]);
    }
}

/* Two files of one name cannot be told apart by a manifest; one file under two names can. */
static void files_of_one_name_under_one_manifest_are_one_file(void **state) {
    static const struct row {
        const char *command, *files, *refused;
    } rows[] = {
        {"ln data/labs.csv x/labs.csv", "data/labs.csv, data/labs.csv", NULL},
        {"ln data/labs.csv x/labs.csv", "data/labs.csv, x/labs.csv", NULL},
        {"cp data/labs.csv x/labs.csv", "data/labs.csv, x/labs.csv", "two files of that name"},
        {"ln -s /proc/version x/labs.csv", "data/labs.csv, x/labs.csv", "two files of that name"},
        {"cp data/labs.csv x/labs.csv", "gone/labs.csv, x/labs.csv", "two files of that name"},
        {"cp data/labs.csv x/labs.csv", "x/labs.csv, gone/labs.csv", "two files of that name"},
    };
    world *at = *state;
    write_file(at, "a.csv", "file\nlabs.csv\nlabs.csv.gz\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char labs[200];
        const mag_plan_source *source;
        run_command(at,
                    "cd '%s' && rm -rf x gone && mkdir x gone && cp data/labs.csv gone/ && "
                    "touch data/labs.csv.gz && %s%s",
                    rows[i].command, "");
        snprintf(labs, sizeof labs, OWN "files: [%s, data/labs.csv.gz], manifest: a.csv",
                 rows[i].files);
        must(at,
             read_three(at, (three){OWN FILES("patients"), labs, OWN FILES("prescriptions")}, ""));
        run_command(at, "cd '%s' && rm -r gone%s%s", "", "");
        mag_status status =
            mag_plan_check_manifests(at->run.arena, at->plan, &source, &at->run.error);
        const char *said = status == MAG_OK ? "" : at->run.error.text;
        if (rows[i].refused != NULL ? strstr(said, rows[i].refused) == NULL
                                    : strstr(said, "two files") != NULL)
            fail_msg("%zu: %s", i, said);
    }
}

static void a_manifest_that_cannot_be_read_is_not_passed_over(void **state) {
    world *at = *state;
    must_refuse(at,
                read_three(at,
                           (three){OWN FILES("patients"), OWN FILES("labs"),
                                   OWN FILES("prescriptions") ", manifest: gone.csv"},
                           ""),
                MAG_MSG_I112, "gone.csv");
    static const char *const folders[] = {"F/pack.yaml", "F/loop"}; /* a file; a link to itself */
    run_command(at, "cd '%s' && ln -s loop loop%s%s", "", "");
    for (size_t i = 0; i < 2; i++)
        must_refuse(at, read_short(at, "magscreen", folders[i]), MAG_MSG_I112, "manifest.csv");
    run_command(at, "cd '%s' && ln -s nowhere data/manifest.csv%s%s", "", "");
    must_refuse(at, read_short(at, "magscreen", "F/data"), MAG_MSG_I112, "manifest.csv");
}

static void a_pipeline_needs_sources_a_roster_and_no_time(void **state) {
    world *at = *state;
    static const char head[] = "name: nightly\npack: pack.yaml\nsources:";
    static const struct row {
        const char *sources, *refused;
    } rows[] = {
        {" []\n", "at least one source"},
        {"\n  - { name: lims, kind: labs, " OWN FILES("labs") " }\n", "no source of kind patients"},
        {"\n  - { name: roster, kind: patients, " OWN FILES("patients") " }\n", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[400];
        snprintf(text, sizeof text, "%s%s", head, rows[i].sources);
        write_file(at, "nightly.yaml", text);
        mag_status status = mag_plan_read(at->run.arena, at->path, NULL, &at->plan, &at->run.error);
        if (rows[i].refused != NULL) {
            must_refuse(at, status, MAG_MSG_U202, rows[i].refused);
            continue;
        }
        must(at, status);
        assert_null(at->plan->as_of_text); /* the command line says it */
        assert_false(at->plan->is_freshness_judged);
    }
}

/* --- places ---------------------------------------------------------------------------------- */

static void a_folder_that_cannot_be_listed_is_not_taken_for_an_empty_one(void **state) {
    static const struct row {
        const char *files, *words;
    } rows[] = {
        {"loop/labs*.csv", "cannot be listed"},
        {"nowhere/labs*.csv", "no file matches"},
        {"pack.yaml/labs*.csv", "no file matches"},
        {"*/loop/labs*.csv", "no file matches"}, /* no folder has one */
    };
    world *at = *state;
    run_command(at, "cd '%s' && ln -s loop loop%s%s", "", "");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char labs[100];
        snprintf(labs, sizeof labs, OWN "files: [\"%s\"]", rows[i].files);
        must_refuse(
            at,
            read_three(at, (three){OWN FILES("patients"), labs, OWN FILES("prescriptions")}, ""),
            MAG_MSG_I112, rows[i].words);
    }
}

/* Without a folder of its own, paths of a pipeline begin where the program runs. */
static void a_pipeline_may_come_from_stdin(void **state) {
    world *at = *state;
    char before[4096];
    const mag_plan_options options = {0};
    must(at, read_three(
                 at, (three){OWN FILES("patients"), OWN FILES("labs"), OWN FILES("prescriptions")},
                 ""));
    int old_stdin = dup(STDIN_FILENO), file = open(at->path, O_RDONLY);
    assert_true(old_stdin >= 0 && file >= 0);
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(at->run.folder), 0);
    dup2(file, STDIN_FILENO);
    mag_status status = mag_plan_read(at->run.arena, "-", &options, &at->plan, &at->run.error);
    dup2(old_stdin, STDIN_FILENO);
    close(old_stdin);
    close(file);
    must(at, status);
    assert_string_equal(at->plan->sources[1].paths[0], "data/labs.csv");
    assert_int_equal(chdir(before), 0);
}

static void a_time_and_a_series_at_once_are_refused(void **state) {
    world *at = *state;
    must(at, read_three(
                 at, (three){OWN FILES("patients"), OWN FILES("labs"), OWN FILES("prescriptions")},
                 ""));
    const mag_plan_options options = {.as_of = "2025-12-31",
                                      .as_of_series = "2025-01-31..2025-12-31/month"};
    must_refuse(at, mag_plan_read(at->run.arena, at->path, &options, &at->plan, &at->run.error),
                MAG_MSG_U201, "cannot be given together");
}

#define PLAN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        PLAN_TEST(profiles_agree_on_what_the_pipeline_does_not_say),
        PLAN_TEST(of_two_tables_of_a_kind_the_pipeline_names_one),
        PLAN_TEST(in_the_short_form_a_second_table_of_a_kind_has_the_name_of_its_files),
        PLAN_TEST(without_a_roster_no_run_begins),
        PLAN_TEST(a_pipeline_needs_sources_a_roster_and_no_time),
        PLAN_TEST(manifests_agree_on_the_end_of_the_data),
        PLAN_TEST(a_manifest_says_nothing_about_shifted_dates),
        PLAN_TEST(sources_that_name_one_manifest_share_it),
        PLAN_TEST(files_of_one_name_under_one_manifest_are_one_file),
        PLAN_TEST(a_manifest_that_cannot_be_read_is_not_passed_over),
        PLAN_TEST(a_folder_that_cannot_be_listed_is_not_taken_for_an_empty_one),
        PLAN_TEST(a_pipeline_may_come_from_stdin),
        PLAN_TEST(a_time_and_a_series_at_once_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
