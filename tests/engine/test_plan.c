#include "engine/run_fixture.h"

#include "engine/gates.h"

/* A pipeline of the fixture's files, with lines replaced. */
static const char GOOD[] = "name: nightly\n"                       /* 1 */
                           "as_of: 2025-12-31\n"                   /* 2 */
                           "history: 400 days\n"                   /* 3 */
                           "sources:\n"                            /* 4 */
                           "  - name: roster\n"                    /* 5 */
                           "    kind: patients\n"                  /* 6 */
                           "    profile: magscreen\n"              /* 7 */
                           "    files: [data/patients.csv]\n"      /* 8 */
                           "  - name: lims\n"                      /* 9 */
                           "    kind: labs\n"                      /* 10 */
                           "    profile: magscreen\n"              /* 11 */
                           "    files: [\"data/labs*.csv\"]\n"     /* 12 */
                           "  - name: epma\n"                      /* 13 */
                           "    kind: prescriptions\n"             /* 14 */
                           "    profile: magscreen\n"              /* 15 */
                           "    files: [data/prescriptions.csv]\n" /* 16 */
                           "pack: pack.yaml\n";                    /* 17 */

typedef struct world {
    run_fixture run;
    char path[128];
} world;

static int setup(void **state) {
    static world at;
    char command[512];
    fixture_begin(&at.run);
    fixture_write(&at.run, 7);
    snprintf(at.path, sizeof at.path, "%s/nightly.yaml", at.run.folder);
    snprintf(command, sizeof command,
             "cp '%s/pipelines/packs/magnesium-safety.yaml' '%s/pack.yaml'", MAG_SOURCE_DIR,
             at.run.folder);
    assert_int_equal(system(command), 0);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    fixture_end(&at->run);
    return 0;
}

/* GOOD with its first `old` replaced. */
static void write_pipeline(const world *at, const char *old, const char *fresh) {
    const char *place = strstr(GOOD, old);
    FILE *file = fopen(at->path, "w");
    assert_non_null(place);
    assert_non_null(file);
    fprintf(file, "%.*s%s%s", (int)(place - GOOD), GOOD, fresh, place + strlen(old));
    fclose(file);
}

static mag_status read_plan(world *at, const mag_plan **plan) {
    mag_plan_options options = {0};
    at->run.error = (mag_error){0};
    return mag_plan_read(at->run.arena, at->path, &options, plan, &at->run.error);
}

static const mag_plan *must_read(world *at) {
    const mag_plan *plan = NULL;
    mag_status status = read_plan(at, &plan);
    if (status != MAG_OK)
        print_message("%s\n", at->run.error.text);
    assert_int_equal(status, MAG_OK);
    return plan;
}

static void reads_what_a_pipeline_says(void **state) {
    world *at = *state;
    write_pipeline(at, "pack: pack.yaml\n",
                   "pack: pack.yaml\n"
                   "kidney: { formula: us }\n"
                   "data_until: 2026-01-01\n"
                   "parameters: [{ name: renal_recent, value: 180 days, note: local }]\n"
                   "limits: [{ name: mg_uln, molar: 1.00 mmol/L, mass: 2.4 mg/dL, note: ours }]\n"
                   "strata: [sex, site]\n"
                   "sink: { directory: out }\n"
                   "memory_limit: 2 GiB\n");
    const mag_plan *plan = must_read(at);
    assert_string_equal(plan->name, "nightly");
    assert_string_equal(plan->as_of_text, "2025-12-31");
    assert_int_equal(plan->history_days, 400);
    assert_int_equal(plan->source_count, 3);
    assert_string_equal(plan->sources[1].name, "lims");
    assert_int_equal(plan->sources[1].path_count, 1);
    assert_int_equal(plan->kidney.formula, MAG_KIDNEY_US);
    assert_int_equal(plan->data_until, mag_day_from_civil(2026, 1, 1) * 1440 + 1439);
    assert_true(plan->is_freshness_judged);
    assert_int_equal(plan->override_count, 2);
    assert_string_equal(plan->overrides[0].value, "180 days");
    assert_null(plan->overrides[1].value);
    assert_string_equal(plan->overrides[1].mass, "2.4 mg/dL");
    assert_true(plan->strata_sex && plan->strata_site);
    assert_false(plan->strata_age_band || plan->strata_renal_stage);
    assert_true(plan->memory_limit_nbytes == (size_t)2 << 30);
    assert_non_null(strstr(plan->sink_directory, "/out"));
    assert_int_equal(strlen(plan->config_sha256), 64);
}

static void takes_defaults_from_the_profile(void **state) {
    world *at = *state;
    write_pipeline(at, "history: 400 days\n", "");
    const mag_plan *plan = must_read(at);
    assert_int_equal(plan->history_days, 1095);
    assert_int_equal(plan->kidney.formula, MAG_KIDNEY_UK);
    assert_int_equal(plan->absence, MAG_ABSENCE_NONE);
    assert_int_equal(plan->data_until, MAG_MINUTE_NONE);
    assert_false(plan->is_freshness_judged);
    assert_true(plan->strata_sex && plan->strata_age_band && plan->strata_renal_stage &&
                plan->strata_site);
}

/* GOOD with `old` replaced is refused; the message holds the file, the place and the words. */
static void must_refuse(world *at, const char *old, const char *fresh, const char *place,
                        const char *words) {
    const mag_plan *plan;
    write_pipeline(at, old, fresh);
    mag_status status = read_plan(at, &plan);
    if (status != MAG_E_USAGE || strstr(at->run.error.text, place) == NULL ||
        strstr(at->run.error.text, words) == NULL)
        fail_msg("%s: %s", fresh, status == MAG_OK ? "read" : at->run.error.text);
}

static void a_fault_is_told_with_its_place_and_its_remedy(void **state) {
    static const struct row {
        const char *old, *fresh, *place, *words;
    } rows[] = {
        {"history: 400 days", "history: 400 weeks", ":3:10:", "1095 days"},
        {"history: 400 days", "histroy: 400 days", ":3:1:", "histroy"},
        {"history: 400 days", "history: [1]", ":3:10:", "history"},
        {"history: 400 days", "data_until: soon", ":3:13:", "date"},
        {"history: 400 days", "memory_limit: 4 gigs", ":3:15:", "4 GiB"},
        {"history: 400 days", "kidney: { formula: uz }", ":3:20:", "uz"},
        {"history: 400 days", "strata: [sex, ward]", ":3:15:", "stratum"},
        {"history: 400 days", "parameters: [{ name: a, value: 1 days }]", ":3:14:", "note"},
        {"kind: labs", "kind: lab", ":10:11:", "lab"},
        {"profile: magscreen\n    files: [\"", "profile: magscrene\n    files: [\"", ":11:14",
         "magscrene"},
        {"\"data/labs*.csv\"", "\"data/lab_*.csv\"", ":12:13:", "no file matches"},
        {"[\"data/labs*.csv\"]", "[]", ":12:12:", "no files"},
        {"name: lims", "name: roster", ":9:5:", "two sources"},
        {"name: lims", "name: a/b", ":9:11:", "plain text"},
        {"name: lims", "name: \"\"", ":9:11:", "plain text"},
        {"name: lims", "name: \"a\\u009bb\"", ":9:11:", "plain text"},
        {"    kind: labs\n", "", ":9:5:", "kind"},
        {"    kind: labs\n", "    kind: labs\n    table: lab\n", ":9:5:", "no such table"},
        {"    kind: labs\n",
         "    kind: labs\n    gates: [{ name: rx.x, amber: 1 %, red: 2 %, note: n }]\n",
         ":11:21:", "rx.x"},
        {"    kind: labs\n", "    kind: labs\n    gates: [{ name: csv, amber: 1 %, red: 2 % }]\n",
         ":11:13:", "note"},
        {"pack: pack.yaml\n", "", ":1:1:", "pack"},
        {"\"data/labs*.csv\"", "[x]", ":12:13:", "a file name is a text"},
        {"    kind: labs\n", "    kind: labs\n    drop: [value]\n", ":11:", "value"},
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_plan *plan;
        write_pipeline(at, rows[i].old, rows[i].fresh);
        mag_status status = read_plan(at, &plan);
        if (status != MAG_E_USAGE || strstr(at->run.error.text, rows[i].place) == NULL ||
            strstr(at->run.error.text, rows[i].words) == NULL)
            print_message("%s: %s\n", rows[i].fresh, at->run.error.text);
        assert_int_equal(status, MAG_E_USAGE);
        assert_non_null(strstr(at->run.error.text, rows[i].place));
        assert_non_null(strstr(at->run.error.text, rows[i].words));
        assert_non_null(strstr(at->run.error.text, "nightly.yaml"));
    }
}

/* Every key of the file, of a source and of a gate with a value of the wrong kind: the place is the
   value's, and the message names the key. */
static void a_wrong_kind_is_told_for_every_key(void **state) {
    static const struct row {
        const char *old, *fresh, *place, *key;
    } rows[] = {
        {"name: nightly", "name: [nightly]", ":1:7:", "\"name\""},
        {"as_of: 2025-12-31", "as_of: [2025-12-31]", ":2:8:", "\"as_of\""},
        {"history: 400 days", "data_until: { a: b }", ":3:13:", "\"data_until\""},
        {"history: 400 days", "site_zone: [x]", ":3:12:", "\"site_zone\""},
        {"history: 400 days", "site_zone: \"Europe\xe2\x80\xae/London\"", ":3:12:", "site_zone"},
        {"history: 400 days", "site_zone: \"UTC\\e[2J\"", ":3:12:", "site_zone"},
        {"history: 400 days", "site_zone: \"\"", ":3:12:", "site_zone"},
        {"history: 400 days", "site_zone: \"UTC'; drop\"", ":3:12:", "site_zone"},
        {"history: 400 days", "history: { a: b }", ":3:10:", "\"history\""},
        {"history: 400 days", "kidney: us", ":3:9:", "\"kidney\""},
        {"history: 400 days", "parameters: 3 days", ":3:13:", "\"parameters\""},
        {"history: 400 days", "limits: { mg_low: 1 }", ":3:9:", "\"limits\""},
        {"history: 400 days", "strata: sex", ":3:9:", "\"strata\""},
        {"history: 400 days", "sink: out", ":3:7:", "\"sink\""},
        {"history: 400 days", "memory_limit: [4 GiB]", ":3:15:", "\"memory_limit\""},
        {"pack: pack.yaml", "pack: { file: pack.yaml }", ":17:7:", "\"pack\""},
        {"history: 400 days", "strata: [[sex]]", ":3:10:", "a stratum"},
        {"history: 400 days", "parameters: [renal_recent]", ":3:14:", "mapping"},
        {"history: 400 days", "sink: { directory: [out] }", ":3:20:", "\"directory\""},
        {"  - name: lims\n    kind: labs\n", "  - name: [lims]\n    kind: labs\n",
         ":9:11:", "\"name\""},
        {"kind: labs", "kind: [labs]", ":10:11:", "\"kind\""},
        {"profile: magscreen\n    files: [\"", "profile: [magscreen]\n    files: [\"",
         ":11:14:", "\"profile\""},
        {"[\"data/labs*.csv\"]", "data/labs.csv", ":12:12:", "\"files\""},
        {"[\"data/labs*.csv\"]", "[[data/labs.csv]]", ":12:13:", "a file name"},
        {"    kind: labs\n", "    kind: labs\n    table: [labs]\n", ":11:12:", "\"table\""},
        {"    kind: labs\n", "    kind: labs\n    gates: none\n", ":11:12:", "\"gates\""},
        {"    kind: labs\n", "    kind: labs\n    gates: [csv]\n", ":11:13:", "mapping"},
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        must_refuse(at, rows[i].old, rows[i].fresh, rows[i].place, rows[i].key);
}

static void an_unknown_key_is_told_with_the_nearest_known_one(void **state) {
    static const struct row {
        const char *old, *fresh, *place, *key, *hint;
    } rows[] = {
        {"as_of: 2025-12-31", "as-of: 2025-12-31", ":2:1:", "\"as-of\"", "as_of"},
        {"history: 400 days", "memory_limits: 1", ":3:1:", "\"memory_limits\"", "memory_limit"},
        {"history: 400 days", "sink: { dir: out }", ":3:9:", "\"dir\"", NULL},
        {"history: 400 days", "parameters: [{ name: a, values: 1 day, note: n }]",
         ":3:25:", "\"values\"", "value"},
        {"history: 400 days", "limits: [{ name: a, molr: 1 mmol/L, note: n }]",
         ":3:21:", "\"molr\"", "molar"},
        {"history: 400 days", "kidney: { formulas: uk }", ":3:11:", "\"formulas\"", "formula"},
        {"    kind: labs\n", "    kind: labs\n    file: x\n", ":11:5:", "\"file\"", "files"},
        {"    kind: labs\n",
         "    kind: labs\n    gates: [{ name: csv, ambr: 1 %, red: 2 %, note: n }]\n",
         ":11:26:", "\"ambr\"", "amber"},
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        must_refuse(at, rows[i].old, rows[i].fresh, rows[i].place, rows[i].key);
        if (rows[i].hint != NULL)
            assert_non_null(strstr(at->run.error.hint, rows[i].hint));
    }
}

static void a_limit_of_a_gate_is_a_share_with_a_reason(void **state) {
    static const struct row {
        const char *gate, *place, *words;
    } rows[] = {
        {"{ name: csv, amber: 1, red: 2 %, note: n }", ":11:33:", "share"},
        {"{ name: csv, amber: one %, red: 2 %, note: n }", ":11:33:", "share"},
        {"{ name: csv, amber: -1 %, red: 2 %, note: n }", ":11:33:", "share"},
        {"{ name: csv, amber: 1 %, red: 101 %, note: n }", ":11:43:", "share"},
        {"{ name: csv, amber: 1 hours, red: 2 %, note: n }", ":11:33:", "share"},
        {"{ name: csv, amber: 3 %, red: 2 %, note: n }", ":11:33:", "above red"},
        {"{ name: csv, amber: 1 %, red: 2 %, note: \" \" }", ":11:54:", "say why"},
        {"{ name: csv, amber: 1 %, red: 2 % }", ":11:13:", "\"note\""},
        {"{ name: csv, red: 2 %, note: n }", ":11:13:", "\"amber\""},
        {"{ name: csv, amber: 2 %, note: n }", ":11:13:", "\"red\""},
        {"{ amber: 1 %, red: 2 %, note: n }", ":11:13:", "\"name\""},
        {"{ name: freshness, amber: 1 %, red: 2 %, note: n }", ":11:39:", "36 hours"},
        {"{ name: num.sintax, amber: 1 %, red: 2 %, note: n }", ":11:21:", "num.sintax"},
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char fresh[200];
        snprintf(fresh, sizeof fresh, "    kind: labs\n    gates: [%s]\n", rows[i].gate);
        must_refuse(at, "    kind: labs\n", fresh, rows[i].place, rows[i].words);
    }
}

static void what_is_missing_is_named(void **state) {
    static const struct row {
        const char *old, *place, *key;
    } rows[] = {
        {"name: nightly\n", ":1:1:", "\"name\""},
        {"    profile: magscreen\n    files: [\"data/labs*.csv\"]\n", ":9:5:", "\"profile\""},
        {"    files: [\"data/labs*.csv\"]\n", ":9:5:", "files: [...]"}};
    world *at = *state;
    for (size_t i = 0; i < 3; i++)
        must_refuse(at, rows[i].old, "", rows[i].place, rows[i].key);
    must_refuse(at, "pack: pack.yaml", "pack: nowhere.yaml", "nowhere.yaml", "nowhere.yaml");
    must_refuse(at, "as_of: 2025-12-31", "name: again", ":2:1:", "name");
    must_refuse(at, "as_of: 2025-12-31", "  as_of: [", "", "");
}

static void a_source_of_a_database_says_where_its_rows_are(void **state) {
    world *at = *state;
    write_pipeline(at, "    files: [\"data/labs*.csv\"]\n",
                   "    postgres: \"service=clinic dbname=lab\"\n    view: feeds.results\n"
                   "    allow_row_security: one hospital only\n    readers: 8\n");
    const mag_plan *plan = must_read(at);
    const mag_plan_source *source = &plan->sources[1];
    assert_string_equal(source->conninfo, "service=clinic dbname=lab");
    assert_string_equal(source->view, "feeds.results");
    assert_string_equal(source->policy_note, "one hospital only");
    assert_int_equal(source->reader_count, 8);
    assert_int_equal(source->path_count, 0);
    assert_null(plan->sources[0].conninfo);
    write_pipeline(at, "    files: [\"data/labs*.csv\"]\n", "    postgres: \"\"\n");
    source = &must_read(at)->sources[1];
    assert_string_equal(source->conninfo, "");
    assert_string_equal(source->view, "source.labs");
    assert_null(source->policy_note);
    assert_int_equal(source->reader_count, 0);
}

static void a_sink_is_a_folder_or_a_database(void **state) {
    world *at = *state;
    write_pipeline(at, "pack: pack.yaml\n", "pack: pack.yaml\nsink: { postgres: \"service=m\" }\n");
    const mag_plan *plan = must_read(at);
    assert_string_equal(plan->sink_postgres, "service=m");
    assert_null(plan->sink_directory);
    must_refuse(at, "pack: pack.yaml\n",
                "pack: pack.yaml\nsink: { postgres: \"\", directory: out }\n", ":18:7",
                "one of them");
    must_refuse(at, "pack: pack.yaml\n", "pack: pack.yaml\nsink: {}\n", ":18:7", "one of them");
    must_refuse(at, "pack: pack.yaml\n",
                "pack: pack.yaml\nsink: { postgres: \"user=a password=b\" }\n", ":18:19",
                "password");
    must_refuse(at, "pack: pack.yaml\n", "pack: pack.yaml\nsink: { postgres: \"options=x\" }\n",
                ":18:19", "\"options\" is not allowed");
}

static void a_source_is_files_or_a_table_and_its_keys_are_those_of_one(void **state) {
    static const char *const faults[][3] = {
        {"    postgres: \"\"\n", ":9:5", "files: [...]  or  postgres:"},
        {"    view: a.b\n", ":13:11", "`view` belongs to a source with  postgres:"},
        {"    readers: 2\n", ":13:14", "`readers` belongs"},
        {"    allow_row_security: so\n", ":13:25", "`allow_row_security` belongs"},
    };
    static const char *const alone[][3] = {
        {"    postgres: \"\"\n    readers: 9\n", ":13:14", "1 to 8"},
        {"    postgres: \"\"\n    readers: 0\n", ":13:14", "1 to 8"},
        {"    postgres: \"\"\n    readers: 10\n", ":13:14", "1 to 8"},
        {"    postgres: \"\"\n    manifest: m.csv\n", ":13:15", "`manifest` belongs"},
        {"    postgres: \"passfile=/tmp/x\"\n", ":12:15", "\"passfile\" is not allowed"},
        {"    postgres: \"password=x\"\n", ":12:15", "password"},
    };
    world *at = *state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        char fresh[200];
        snprintf(fresh, sizeof fresh, "    files: [\"data/labs*.csv\"]\n%s", faults[i][0]);
        must_refuse(at, "    files: [\"data/labs*.csv\"]\n", fresh, faults[i][1], faults[i][2]);
    }
    for (size_t i = 0; i < sizeof alone / sizeof alone[0]; i++)
        must_refuse(at, "    files: [\"data/labs*.csv\"]\n", alone[i][0], alone[i][1], alone[i][2]);
}

static void an_override_says_why(void **state) {
    static const char *const lists[] = {
        "parameters: [{ name: renal_recent, value: 180 days }]",
        "limits: [{ name: mg_uln, molar: 1.00 mmol/L, mass: 2.4 mg/dL }]"};
    world *at = *state;
    for (size_t i = 0; i < 2; i++)
        must_refuse(at, "history: 400 days", lists[i], i == 0 ? ":3:14:" : ":3:10:", "\"note\"");
    must_refuse(at, "history: 400 days", "parameters: [{ value: 180 days, note: n }]",
                ":3:14:", "\"name\"");
}

static void files_of_a_pattern_are_taken_bytewise_and_in_the_order_of_patterns(void **state) {
    static const char *const names[] = {"labs-B.csv", "labs-a.csv", "labs-10.csv", "labs-9.csv"};
    static const char *const expected[] = {"/prescriptions.csv", "/labs-10.csv", "/labs-9.csv",
                                           "/labs-B.csv", "/labs-a.csv"};
    world *at = *state;
    for (size_t i = 0; i < 4; i++)
        fixture_append(&at->run, names[i], "x\n");
    write_pipeline(at, "[\"data/labs*.csv\"]", "[data/prescriptions.csv, \"data/labs-*.csv\"]");
    const mag_plan *plan = must_read(at);
    assert_int_equal(plan->sources[1].path_count, 5);
    for (size_t i = 0; i < 5; i++) {
        const char *path = plan->sources[1].paths[i];
        assert_int_equal(path[0], '/'); /* relative to the pipeline, made absolute with it */
        assert_string_equal(strrchr(path, '/'), expected[i]);
    }
    write_pipeline(at, "[\"data/labs*.csv\"]", "[\"-\"]");
    plan = must_read(at);
    assert_string_equal(plan->sources[1].paths[0], "-");
}

static void options_go_before_the_file(void **state) {
    world *at = *state;
    const mag_plan *plan;
    mag_plan_options options = {.as_of = "latest",
                                .out_directory = "elsewhere",
                                .memory_limit_nbytes = 12345,
                                .spill_directory = "there"};
    write_pipeline(at, "pack: pack.yaml\n",
                   "pack: pack.yaml\nsink: { directory: out }\nmemory_limit: 1 GiB\n"
                   "spill_dir: /var/spill\n");
    assert_int_equal(mag_plan_read(at->run.arena, at->path, &options, &plan, NULL), MAG_OK);
    assert_string_equal(plan->as_of_text, "latest");
    assert_string_equal(plan->sink_directory, "elsewhere");
    assert_int_equal(plan->memory_limit_nbytes, 12345);
    assert_string_equal(plan->spill_directory, "there");
    assert_int_equal(mag_plan_read(at->run.arena, at->path, NULL, &plan, NULL), MAG_OK);
    assert_string_equal(plan->as_of_text, "2025-12-31");
    assert_int_equal(plan->memory_limit_nbytes, 1 << 30);
    assert_string_equal(plan->spill_directory, "/var/spill");
}

static void profiles_that_disagree_need_the_pipelines_word(void **state) {
    static const struct row {
        const char *script, *difference, *remedy; /* remedy NULL: there is none */
    } rows[] = {
        {"s/^history: 1095 days/history: 30 days/", "history", NULL},
        {"s/formula: uk/formula: us/", "kidney", "kidney: { formula: uk }\n"},
        {"s/^site_zone: .*/site_zone: Asia\\/Tokyo/", "site_zone", "site_zone: Asia/Tokyo\n"},
        {"s/^absence: none/absence: unknown outside stays/", "absence", NULL},
        {"1ashifted_dates: true", "shifted_dates", "data_until: 2026-01-01\n"}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char command[400], fresh[200];
        const mag_plan *plan;
        snprintf(command, sizeof command,
                 "sed '%s' '%s/pipelines/profiles/magscreen.yaml' > '%s/own.yaml'", rows[i].script,
                 MAG_SOURCE_DIR, at->run.folder);
        assert_int_equal(system(command), 0);
        snprintf(fresh, sizeof fresh, "    profile: ./own.yaml\n    files: [\"data/labs*.csv\"]");
        write_pipeline(at, "    profile: magscreen\n    files: [\"data/labs*.csv\"]", fresh);
        snprintf(command, sizeof command, "sed -i '/^history/d' '%s'", at->path);
        assert_int_equal(system(command), 0);
        assert_int_equal(read_plan(at, &plan), MAG_E_USAGE);
        assert_non_null(strstr(at->run.error.text, rows[i].difference));
        FILE *file = fopen(at->path, "a");
        assert_non_null(file);
        fprintf(file, "%s", rows[i].remedy == NULL ? "" : rows[i].remedy);
        if (i == 0)
            fputs("history: 60 days\n", file);
        fclose(file);
        assert_int_equal(read_plan(at, &plan), i == 3 ? MAG_E_USAGE : MAG_OK);
    }
}

static void a_gate_of_a_source_reaches_its_verdict(void **state) {
    world *at = *state;
    write_pipeline(
        at, "    kind: labs\n",
        "    kind: labs\n    gates: [{ name: num.syntax, amber: 2 %, red: 3 %, note: n }]\n");
    const mag_plan *plan = must_read(at);
    mag_gate_limit limit =
        mag_gate_limit_of(&plan->sources[1], MAG_REASON_NUM_SYNTAX, MAG_GATE_VALUE);
    assert_true(limit.amber == 0.02 && limit.red == 0.03);
    assert_string_equal(limit.note, "n");
}

static void a_pipeline_and_the_short_form_give_one_result(void **state) {
    world *at = *state;
    char first[MAG_SHA256_HEX_NBYTES];
    assert_int_equal(fixture_run(&at->run), MAG_OK);
    strcpy(first, at->run.report->result_sha256);
    write_pipeline(at, "history: 400 days\n", "");
    at->run.pipeline = at->path;
    mag_status status = fixture_run(&at->run);
    if (status != MAG_OK)
        print_message("%s\n", at->run.error.text);
    assert_int_equal(status, MAG_OK);
    assert_string_equal(at->run.report->result_sha256, first);
}

static void an_override_changes_the_digest(void **state) {
    world *at = *state;
    char first[MAG_SHA256_HEX_NBYTES];
    at->run.pipeline = at->path;
    write_pipeline(at, "history: 400 days\n", "");
    assert_int_equal(fixture_run(&at->run), MAG_OK);
    strcpy(first, at->run.report->result_sha256);
    write_pipeline(at, "history: 400 days\n", "kidney: { weight: actual }\n");
    assert_int_equal(fixture_run(&at->run), MAG_OK);
    assert_string_not_equal(at->run.report->result_sha256, first);
}

static void the_config_digest_follows_text_as_of_and_nothing_else(void **state) {
    world *at = *state;
    write_pipeline(at, "history: 400 days\n", "");
    const mag_plan *first = must_read(at);
    const mag_plan *again = must_read(at);
    assert_string_equal(first->config_sha256, again->config_sha256);
    mag_plan_options options = {.as_of = "2025-06-30"};
    const mag_plan *other;
    assert_int_equal(mag_plan_read(at->run.arena, at->path, &options, &other, NULL), MAG_OK);
    assert_string_not_equal(first->config_sha256, other->config_sha256);
    assert_string_equal(other->as_of_text, "2025-06-30");
}

static void the_short_form_names_the_table_it_looked_for(void **state) {
    world *at = *state;
    char command[256];
    snprintf(command, sizeof command, "rm '%s/labs.csv'", at->run.data);
    assert_int_equal(system(command), 0);
    assert_int_equal(fixture_run(&at->run), MAG_E_USAGE);
    assert_non_null(strstr(at->run.error.text, "labs*.csv"));
    assert_non_null(strstr(at->run.error.text, at->run.data));
}

static void the_short_form_says_what_it_lacks(void **state) {
    world *at = *state;
    static const char optional[] =
        "profile: x\ntables:\n  - { table: stays, file: stays, required: false,"
        " columns: { patient_id: a, stay_id: b, from: c, until: d } }\n";
    char profile[256];
    snprintf(profile, sizeof profile, "%s/x.yaml", at->run.folder);
    FILE *file = fopen(profile, "w");
    assert_non_null(file);
    fputs(optional, file);
    fclose(file);
    const struct {
        const char *profile, *data;
        mag_message_id message;
        const char *words;
    } rows[] = {
        {NULL, at->run.data, MAG_MSG_U201, "--profile and --data are needed"},
        {"magscreen", NULL, MAG_MSG_U201, "--profile and --data are needed"},
        {"magscrene", at->run.data, MAG_MSG_U202, "there is no profile"},
        {profile, at->run.data, MAG_MSG_I112, "no file of profile x lies there"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_plan *plan;
        const mag_plan_options options = {.profile = rows[i].profile,
                                          .data_directory = rows[i].data};
        assert_int_equal(mag_plan_short(at->run.arena, &options, &plan, &at->run.error),
                         MAG_E_USAGE);
        assert_int_equal(at->run.error.message, rows[i].message);
        if (strstr(at->run.error.text, rows[i].words) == NULL)
            fail_msg("%zu: %s", i, at->run.error.text);
    }
}

/* F stands for the folder with data/, nightly.yaml and pack.yaml; how NULL: the place is fine. */
typedef struct place_row {
    const char *out, *source, *pipeline, *how;
} place_row;

static const char *place_of(world *at, const char *text) {
    if (text == NULL || text[0] != 'F')
        return text;
    return mag_arena_format(at->run.arena, "%s%s", at->run.folder, text + 1);
}

static void results_never_go_over_around_or_among_what_is_read(void **state) {
    world *at = *state;
    static const place_row rows[] = {
        {"F/data", "F/data/labs.csv", NULL, "is the folder of source \"lims\""},
        {"F/data//", "F/data/labs.csv", NULL, "is the folder of source"},
        {"F/./data/../data", "F/data/labs.csv", NULL, "is the folder of source"},
        {"F/data/out", "F/data/labs.csv", NULL, "lies inside the folder of source"},
        {"F/data/out//", "F/data/labs.csv", NULL, "lies inside the folder of source"},
        {"F/data/out", "F/data/gone.csv", NULL, "lies inside the folder of source"},
        {"F", "F/data/labs.csv", NULL, "holds the folder of source"},
        {"/", "F/data/labs.csv", NULL, "holds the folder of source"},
        {"F/out", "/labs-of-nobody.csv", NULL, "lies inside the folder of source"},
        {".", "labs-of-nobody.csv", NULL, "is the folder of source"},
        {"F/out", "F/data/labs.csv", NULL, NULL},
        {"F/data2", "F/data/labs.csv", NULL, NULL},
        {"/data2", "F/data/labs.csv", NULL, NULL},
        {"F/no/such/out", "F/data/labs.csv", NULL, NULL},
        {"F/data", "-", NULL, NULL},
        {"F/data", "/nowhere/labs.csv", NULL, NULL},
        {"out-of-nobody", "F/data/labs.csv", NULL, NULL},
        {"Q", "F/data/labs.csv", NULL, NULL},
        {"/", "/labs-of-nobody.csv", NULL, "is the folder of source"},
        {NULL, "F/data/labs.csv", "F/nightly.yaml", NULL},
        {"F", "-", "F/nightly.yaml", "is the folder of the pipeline file"},
        {"F/out", "-", "F/nightly.yaml", NULL},
        {"F/packs", "-", "F/nightly.yaml", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const paths[] = {place_of(at, rows[i].source)};
        mag_plan_source source = {.name = "lims", .paths = paths, .path_count = 1};
        const mag_plan plan = {.sink_directory = place_of(at, rows[i].out),
                               .pipeline_path = place_of(at, rows[i].pipeline),
                               .pack_name = place_of(at, "F/packs/pack.yaml"),
                               .sources = &source,
                               .source_count = 1};
        mag_status status = mag_plan_check_output(at->run.arena, &plan, &at->run.error);
        assert_int_equal(status, rows[i].how == NULL ? MAG_OK : MAG_E_USAGE);
        if (rows[i].how == NULL)
            continue;
        assert_int_equal(at->run.error.message, MAG_MSG_P405);
        if (strstr(at->run.error.text, rows[i].how) == NULL)
            fail_msg("%zu: %s", i, at->run.error.text);
    }
}

#define PLAN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        PLAN_TEST(reads_what_a_pipeline_says),
        PLAN_TEST(takes_defaults_from_the_profile),
        PLAN_TEST(a_fault_is_told_with_its_place_and_its_remedy),
        PLAN_TEST(a_wrong_kind_is_told_for_every_key),
        PLAN_TEST(an_unknown_key_is_told_with_the_nearest_known_one),
        PLAN_TEST(a_limit_of_a_gate_is_a_share_with_a_reason),
        PLAN_TEST(what_is_missing_is_named),
        PLAN_TEST(a_source_of_a_database_says_where_its_rows_are),
        PLAN_TEST(a_sink_is_a_folder_or_a_database),
        PLAN_TEST(a_source_is_files_or_a_table_and_its_keys_are_those_of_one),
        PLAN_TEST(an_override_says_why),
        PLAN_TEST(files_of_a_pattern_are_taken_bytewise_and_in_the_order_of_patterns),
        PLAN_TEST(options_go_before_the_file),
        PLAN_TEST(profiles_that_disagree_need_the_pipelines_word),
        PLAN_TEST(a_gate_of_a_source_reaches_its_verdict),
        PLAN_TEST(a_pipeline_and_the_short_form_give_one_result),
        PLAN_TEST(an_override_changes_the_digest),
        PLAN_TEST(the_config_digest_follows_text_as_of_and_nothing_else),
        PLAN_TEST(the_short_form_names_the_table_it_looked_for),
        PLAN_TEST(the_short_form_says_what_it_lacks),
        PLAN_TEST(results_never_go_over_around_or_among_what_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
