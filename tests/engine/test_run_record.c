/* run.json, key by key, against figures that were worked out from the input by hand. */
#include "engine/result_record.h"

#include <regex.h>

static const char PATIENTS[] = "patient_id,sex,birth,died_on,site,weight_kg,height_cm,measured_on\n"
                               "A,F,1950-01-01,,North,60,160,2025-06-01\n"
                               "B,M,1960-02-02,,South,,,\n"
                               "C,X,,,,,,\n"
                               "D,F,1880-01-01,,North,,,\n"
                               "E,F,2015-01-01,,North,,,\n"
                               "F,M,1940-01-01,2025-01-01,South,,,\n"
                               "B,M,1960-02-02,,South,,,\n";

/* One row for every bucket; the comment says which. */
static const char LABS[] = "patient_id,code,value,unit,collected_at\n"
                           "A,14682-9,80,umol/L,2025-12-01T08:00\n"        /* accepted */
                           "A,2601-3,0.60,mmol/L,2025-12-02T08:00\n"       /* accepted */
                           "A,2601-3,0.60,mmol/L,2025-12-02T08:00\n"       /* duplicate */
                           "A,99999-9,1,mmol/L,2025-12-02T08:00\n"         /* not of interest */
                           "A,99998-9,x,,\n"                               /* not of interest */
                           "A,2601-3\n"                                    /* csv.too_few_fields */
                           ",2601-3,0.7,mmol/L,2025-12-02T08:00\n"         /* id.blank */
                           "A,2601-3,,mmol/L,2025-12-02T08:00\n"           /* null.required */
                           "A,2601-3,0.7,mmol/L,2025-13-02T08:00\n"        /* date.invalid */
                           "A,2601-3,0.7,mmol/L,02.12.2025\n"              /* date.format */
                           "A,2601-3,0.7,mmol/L,2019-01-01T08:00\n"        /* out of window */
                           "A,2601-3,0.7,,2025-12-03T08:00\n"              /* unit.missing */
                           "A,2601-3,0.7,bananas,2025-12-03T09:00\n"       /* unit.unknown */
                           "B,2601-3,0.8,bananas,2025-12-03T10:00\n"       /* unit.unknown */
                           "A,2601-3,0.7,pears,2025-12-03T11:00\n"         /* unit.unknown */
                           "A,2601-3,\"0,7\",mmol/L,2025-12-04T08:00\n"    /* num.decimal_comma */
                           "A,2601-3,clotted,mmol/L,2025-12-05T08:00\n"    /* value.text_result */
                           "A,2601-3,55,mmol/L,2025-12-06T08:00\n"         /* value.implausible */
                           "Z,2601-3,0.7,mmol/L,2025-12-06T08:00\n"        /* link.no_patient */
                           "B,2601-3,0.80,mmol/L,2025-12-07T08:00+01:00\n" /* accepted, offset */
                           "B,2601-3,0.81,mmol/L,2025-12-08T08:00Z\n";     /* accepted, UTC */

static const char MORE_LABS_BEGIN[] = "\xef\xbb\xbfpatient_id,code,value,unit,collected_at\r\n"
                                      "C,2601-3,0.90,mmol/L,2025-12-07T08:00\r\n\r\n";
static const char MORE_LABS_END[] = "patient_id,code,value,unit,collected_at\r\n"
                                    "C,2601-3,<0.30,mmol/L,2025-12-09T08:00\r\n";

static const char PRESCRIPTIONS[] =
    "patient_id,drug_code,drug_name,start,stop,kind,dose,dose_unit,doses_per_day,route\n"
    "A,A12CC04,magnesium citrate,2025-11-01,2026-01-31,order,400,mg,2,PO\n" /* accepted */
    "B,A02BC01,omeprazole,2025-09-01,,order,20,mg,1,PO\n"                   /* accepted, open */
    "B,A02BC01,omeprazole,2025-09-01,2025-08-01,order,20,mg,1,PO\n"         /* rx.interval */
    "B,N02BE01,paracetamol,2025-09-01,2025-10-01,order,500,mg,1,PO\n";      /* not of interest */

static const char GATES[] =
    "gates: [{ name: csv, amber: 90 %, red: 95 %, note: by hand },"
    " { name: id.blank, amber: 90 %, red: 95 %, note: by hand },"
    " { name: null.required, amber: 90 %, red: 95 %, note: by hand },"
    " { name: date.invalid, amber: 90 %, red: 95 %, note: by hand },"
    " { name: date.format, amber: 90 %, red: 95 %, note: by hand },"
    " { name: unit.missing, amber: 90 %, red: 95 %, note: by hand },"
    " { name: unit.unknown, amber: 90 %, red: 95 %, note: by hand },"
    " { name: num.decimal_comma, amber: 2 %, red: 95 %, note: \"amber, \\\"known\\\"\" },"
    " { name: value.text_result, amber: 90 %, red: 95 %, note: by hand },"
    " { name: value.implausible, amber: 90 %, red: 95 %, note: by hand },"
    " { name: link.no_patient, amber: 90 %, red: 95 %, note: by hand },"
    " { name: rx.interval, amber: 90 %, red: 95 %, note: by hand }]";

static void write_text(const run_fixture *at, const char *name, const char *text) {
    FILE *file = fixture_open(at, name);
    fputs(text, file);
    fclose(file);
}

static void write_gzip_member(const run_fixture *at, const char *name, const char *mode,
                              const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", at->data, name);
    gzFile file = gzopen(path, mode);
    assert_non_null(file);
    assert_int_equal(gzputs(file, text), (int)strlen(text));
    assert_int_equal(gzclose(file), Z_OK);
}

/* The shipped pack lies beside the pipeline. */
static void write_pipeline(run_fixture *at, const char *more) {
    static char path[128];
    char command[512];
    snprintf(command, sizeof command,
             "cp '%s/pipelines/packs/magnesium-safety.yaml' '%s/pack.yaml'", MAG_SOURCE_DIR,
             at->folder);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/by_hand.yaml", at->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file,
            "name: by hand\n"
            "pack: pack.yaml\n"
            "sources:\n"
            "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv] }\n"
            "  - name: lims\n    kind: labs\n    profile: magscreen\n"
            "    files: [\"data/labs*\"]\n    %s\n"
            "  - name: epma\n    kind: prescriptions\n    profile: magscreen\n"
            "    files: [data/prescriptions.csv]\n    %s\n%s",
            GATES, GATES, more);
    fclose(file);
    at->pipeline = path;
}

typedef struct world {
    run_fixture run;
    json_t *record;
} world;

static int setup(void **state) {
    static world at;
    fixture_begin(&at.run);
    write_text(&at.run, "patients.csv", PATIENTS);
    write_text(&at.run, "labs-1.csv", LABS);
    write_gzip_member(&at.run, "labs-2.csv.gz", "wb", MORE_LABS_BEGIN);
    write_gzip_member(&at.run, "labs-2.csv.gz", "ab", MORE_LABS_END);
    write_text(&at.run, "prescriptions.csv", PRESCRIPTIONS);
    write_pipeline(&at.run,
                   "strata: [site]\nmemory_limit: 1 GiB\nhistory: 1095 days\n"
                   "parameters: [{ name: renal_recent, value: 180 days, note: local policy }]\n"
                   "limits: [{ name: mg_uln, molar: 1.00 mmol/L, mass: 2.4 mg/dL, note: ours }]\n");
    if (fixture_run(&at.run) != MAG_OK)
        fail_msg("%s", at.run.error.text);
    at.record = result_record(&at.run, "");
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    json_decref(at->record);
    fixture_end(&at->run);
    return 0;
}

static void has_these_keys_in_this_order(void **state) {
    static const char *const keys[] = {"run_id",
                                       "program",
                                       "version",
                                       "state",
                                       "exit_code",
                                       "as_of",
                                       "result_sha256",
                                       "digest_header",
                                       "pipeline",
                                       "profile",
                                       "data",
                                       "pack",
                                       "codebook_sha256",
                                       "config_sha256",
                                       "overrides_sha256",
                                       "settings",
                                       "overrides",
                                       "canaries",
                                       "sources",
                                       "unknown_units",
                                       "unmapped_drugs",
                                       "unmapped_codes",
                                       "unit_profiles",
                                       "gates",
                                       "previous",
                                       "tracked",
                                       "gates_not_judged",
                                       "patients",
                                       "flags_by_severity",
                                       "flags_hidden",
                                       "rules",
                                       "undecided_rules",
                                       "data_quality",
                                       "latest_follows",
                                       "assumed",
                                       "timings",
                                       "threads",
                                       "peak_memory_bytes",
                                       "memory"};
    world *at = *state;
    const char *key;
    json_t *value;
    size_t i = 0;
    json_object_foreach(at->record, key, value) {
        assert_true(i < sizeof keys / sizeof keys[0]);
        assert_string_equal(key, keys[i++]);
    }
    assert_int_equal(i, sizeof keys / sizeof keys[0]);
}

static void says_which_run_it_was(void **state) {
    world *at = *state;
    regex_t shape;
    assert_int_equal(regcomp(&shape, "^20[0-9]{6}T[0-9]{6}Z-[0-9]+$", REG_EXTENDED | REG_NOSUB), 0);
    assert_int_equal(regexec(&shape, record_text(at->record, "run_id"), 0, NULL, 0), 0);
    regfree(&shape);
    assert_string_equal(record_text(at->record, "program"), "magscreen");
    assert_string_equal(record_text(at->record, "version"), MAG_VERSION);
    assert_string_equal(record_text(at->record, "state"), "published");
    assert_int_equal(record_count(at->record, "exit_code"), 3); /* num.decimal_comma is amber */
    assert_string_equal(record_text(at->record, "as_of"), "2025-12-31");
    assert_string_equal(record_text(at->record, "pipeline"), at->run.pipeline);
    assert_true(json_is_null(record_at(at->record, "profile")));
    assert_true(json_is_null(record_at(at->record, "data")));
    assert_null(json_object_get(at->record, "failure"));
}

static void names_pack_code_book_and_profile_by_their_content(void **state) {
    world *at = *state;
    char path[256], hex[65];
    size_t nbytes;
    snprintf(path, sizeof path, "%s/pack.yaml", at->run.folder);
    result_file_sha256(path, hex);
    assert_string_equal(record_text(at->record, "pack.sha256"), hex);
    char *text = result_raw(path, &nbytes), name[64], version[64];
    assert_int_equal(sscanf(strstr(text, "\npack:"), " pack: %63s", name), 1);
    assert_int_equal(sscanf(strstr(text, "\nversion:"), " version: %63s", version), 1);
    free(text);
    assert_string_equal(record_text(at->record, "pack.name"), name);
    assert_string_equal(record_text(at->record, "pack.version"), version);
    result_file_sha256(MAG_SOURCE_DIR "/pipelines/profiles/magscreen.yaml", hex);
    for (size_t i = 0; i < 3; i++) {
        json_t *source = json_array_get(record_at(at->record, "sources"), i);
        assert_string_equal(record_text(source, "profile"), "magscreen");
        assert_string_equal(record_text(source, "profile_sha256"), hex);
    }
}

/* The pipeline's text, the as-of and each source's profile, as decision 073 says. */
static void the_config_hash_can_be_computed_outside(void **state) {
    world *at = *state;
    char hex[65], whole[65], text[8192];
    size_t nbytes;
    char *pipeline = result_raw(at->run.pipeline, &nbytes);
    result_file_sha256(MAG_SOURCE_DIR "/pipelines/profiles/magscreen.yaml", hex);
    int length =
        snprintf(text, sizeof text, "%s\nas_of 2025-12-31\nprofile %s\nprofile %s\nprofile %s",
                 pipeline, hex, hex, hex);
    free(pipeline);
    result_sha256(text, (size_t)length, whole);
    assert_string_equal(record_text(at->record, "config_sha256"), whole);
}

static void the_digest_header_can_be_computed_outside(void **state) {
    world *at = *state;
    char text[512], hex[65];
    int length = snprintf(text, sizeof text, "overrides %s\nkidney uk adjusted30\n",
                          record_text(at->record, "overrides_sha256"));
    result_sha256(text, (size_t)length, hex);
    snprintf(text, sizeof text, "1\t%s\t%s\t%s", record_text(at->record, "pack.sha256"),
             record_text(at->record, "codebook_sha256"), hex);
    assert_string_equal(record_text(at->record, "digest_header"), text);
    assert_int_equal(strlen(record_text(at->record, "overrides_sha256")), 64);
}

static void keeps_the_settings_and_every_override_with_its_note(void **state) {
    world *at = *state;
    const json_t *settings = record_at(at->record, "settings");
    assert_int_equal(record_count(settings, "history_days"), 1095);
    assert_string_equal(record_text(settings, "site_zone"), "Europe/London");
    assert_string_equal(record_text(settings, "absence"), "none");
    assert_string_equal(record_text(settings, "kidney.formula"), "uk");
    assert_string_equal(record_text(settings, "kidney.weight"), "adjusted30");
    assert_int_equal(record_count(settings, "memory_limit_bytes"), 1 << 30);
    assert_int_equal(strlen(record_text(settings, "data_until")), strlen("2025-12-31T23:59"));
    const json_t *strata = record_at(settings, "strata");
    assert_int_equal(json_array_size(strata), 2);
    assert_string_equal(json_string_value(json_array_get(strata, 0)), "all");
    assert_string_equal(json_string_value(json_array_get(strata, 1)), "site");
    assert_int_equal(json_array_size(record_at(at->record, "overrides")), 2);
    const json_t *parameter = record_member(at->record, "overrides", "name", "renal_recent");
    assert_string_equal(record_text(parameter, "value"), "180 days");
    assert_string_equal(record_text(parameter, "note"), "local policy");
    assert_null(json_object_get(parameter, "molar"));
    const json_t *limit = record_member(at->record, "overrides", "name", "mg_uln");
    assert_string_equal(record_text(limit, "molar"), "1.00 mmol/L");
    assert_string_equal(record_text(limit, "mass"), "2.4 mg/dL");
    assert_null(json_object_get(limit, "value"));
}

typedef struct expected_rows {
    const char *source, *file; /* file NULL: the whole source */
    unsigned read, accepted, rejected, out_of_window, duplicate, not_of_interest;
} expected_rows;

static void every_row_is_in_the_bucket_it_was_written_for(void **state) {
    static const expected_rows rows[] = {{"roster", NULL, 7, 6, 0, 0, 1, 0},
                                         {"lims", NULL, 23, 6, 13, 1, 1, 2},
                                         {"lims", "labs-1.csv", 21, 4, 13, 1, 1, 2},
                                         {"lims", "labs-2.csv.gz", 2, 2, 0, 0, 0, 0},
                                         {"epma", NULL, 4, 2, 1, 0, 0, 1},
                                         {"epma", "prescriptions.csv", 4, 2, 1, 0, 0, 1}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const json_t *account = record_member(at->record, "sources", "name", rows[i].source);
        if (rows[i].file != NULL)
            account = record_member(account, "files", "name", rows[i].file);
        assert_int_equal(record_count(account, "rows.read"), rows[i].read);
        assert_int_equal(record_count(account, "rows.accepted"), rows[i].accepted);
        assert_int_equal(record_count(account, "rows.rejected"), rows[i].rejected);
        assert_int_equal(record_count(account, "rows.out_of_window"), rows[i].out_of_window);
        assert_int_equal(record_count(account, "rows.duplicate"), rows[i].duplicate);
        assert_int_equal(record_count(account, "rows.not_of_interest"), rows[i].not_of_interest);
    }
}

static void every_reason_is_counted_under_its_name(void **state) {
    static const struct row {
        const char *source, *reason;
        unsigned count;
    } rows[] = {{"lims", "csv.too_few_fields", 1}, {"lims", "id.blank", 1},
                {"lims", "null.required", 1},      {"lims", "date.invalid", 1},
                {"lims", "date.format", 1},        {"lims", "unit.missing", 1},
                {"lims", "unit.unknown", 3},       {"lims", "num.decimal_comma", 1},
                {"lims", "value.text_result", 1},  {"lims", "value.implausible", 1},
                {"lims", "link.no_patient", 1},    {"epma", "rx.interval", 1}};
    world *at = *state;
    result_table rejects = result_read(&at->run, "", "rejects.csv.gz");
    size_t total = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const json_t *source = record_member(at->record, "sources", "name", rows[i].source);
        const json_t *reasons = record_at(source, "rejected_by_reason");
        const json_t *found = json_object_get(reasons, rows[i].reason);
        assert_non_null(found);
        assert_int_equal(json_integer_value(found), rows[i].count);
        assert_int_equal(
            result_rows_with(&rejects, "source", rows[i].source, "reason", rows[i].reason, NULL),
            rows[i].count);
        total += rows[i].count;
    }
    assert_int_equal(rejects.row_count, total);
    assert_int_equal(
        json_object_size(
            record_at(record_member(at->record, "sources", "name", "lims"), "rejected_by_reason")),
        11);
    result_done(&rejects);
}

static void a_reject_says_where_its_row_stands(void **state) {
    world *at = *state;
    result_table rejects = result_read(&at->run, "", "rejects.csv.gz");
    size_t checked = 0;
    for (size_t row = 0; row < rejects.row_count; row++) {
        const char *reason = result_cell(&rejects, row, "reason");
        bool is_comma = strcmp(reason, "num.decimal_comma") == 0;
        if (!is_comma && strcmp(reason, "rx.interval") != 0)
            continue;
        assert_int_equal(result_count(&rejects, row, "line"), is_comma ? 17 : 4);
        assert_string_equal(result_cell(&rejects, row, "file"),
                            is_comma ? "labs-1.csv" : "prescriptions.csv");
        assert_string_equal(result_cell(&rejects, row, "column"), is_comma ? "value" : "stop");
        checked++;
    }
    assert_int_equal(checked, 2);
    result_done(&rejects);
}

static void notes_count_what_was_accepted_with_a_reservation(void **state) {
    static const struct row {
        const char *source, *note;
        unsigned count;
    } rows[] = {{"lims", "notes.offset_times", 1},      {"lims", "notes.utc_times", 1},
                {"lims", "notes.units_inferred", 0},    {"lims", "notes.units_against_code", 0},
                {"lims", "notes.open_orders", 0},       {"epma", "notes.open_orders", 1},
                {"epma", "notes.unmapped", 0},          {"roster", "notes.sex_unknown", 1},
                {"roster", "notes.birth_unknown", 1},   {"roster", "notes.age_implausible", 1},
                {"lims", "notes.version_conflicts", 0}, {"roster", "notes.demog_conflict", 0},
                {"roster", "notes.partial_dates", 0}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const json_t *source = record_member(at->record, "sources", "name", rows[i].source);
        if (record_count(source, rows[i].note) != rows[i].count)
            fail_msg("%s %s", rows[i].source, rows[i].note);
    }
}

static void files_are_told_by_their_bytes(void **state) {
    static const char *const names[][2] = {{"roster", "patients.csv"},
                                           {"lims", "labs-1.csv"},
                                           {"lims", "labs-2.csv.gz"},
                                           {"epma", "prescriptions.csv"}};
    world *at = *state;
    for (size_t i = 0; i < 4; i++) {
        char path[256], hex[65];
        size_t nbytes, inflated_nbytes;
        const json_t *file =
            record_member(record_member(at->record, "sources", "name", names[i][0]), "files",
                          "name", names[i][1]);
        snprintf(path, sizeof path, "%s/%s", at->run.data, names[i][1]);
        result_file_sha256(path, hex);
        free(result_raw(path, &nbytes));
        free(result_text(path, &inflated_nbytes));
        bool is_gzip = i == 2;
        assert_string_equal(record_text(file, "sha256"), hex);
        assert_int_equal(record_count(file, "bytes"), nbytes);
        assert_int_equal(record_count(file, "bytes_inflated"), inflated_nbytes);
        assert_int_equal(record_count(file, "gzip_members"), is_gzip ? 2 : 0);
        assert_int_equal(record_count(file, "blank_lines"), is_gzip ? 1 : 0);
        assert_int_equal(record_count(file, "repeated_headers"), is_gzip ? 1 : 0);
        assert_int_equal(json_is_true(record_at(file, "bom")), is_gzip);
        assert_int_equal(json_is_true(record_at(file, "crlf")), is_gzip);
        assert_true(json_is_false(record_at(file, "zero_padding")));
        assert_true(json_is_false(record_at(file, "unfinished_last_line")));
    }
}

static void rare_unknown_units_come_without_their_spelling(void **state) {
    world *at = *state;
    const json_t *units = record_at(at->record, "unknown_units");
    assert_int_equal(json_array_size(units), 1);
    assert_string_equal(record_text(json_array_get(units, 0), "unit"), "(not shown)");
    assert_int_equal(record_count(json_array_get(units, 0), "rows"), 3);
}

static double number_at(const json_t *object, const char *key) {
    return json_number_value(record_at(object, key));
}

static void gates_carry_counts_limits_verdict_and_note(void **state) {
    world *at = *state;
    size_t i, amber = 0;
    json_t *gate;
    json_array_foreach(record_at(at->record, "gates"), i, gate) {
        if (strcmp(record_text(gate, "source"), "roster") == 0)
            continue;
        bool is_comma = strcmp(record_text(gate, "gate"), "num.decimal_comma") == 0;
        bool is_amber = is_comma && strcmp(record_text(gate, "source"), "lims") == 0;
        bool is_csv = strcmp(record_text(gate, "gate"), "csv") == 0;
        uint64_t rows = record_count(gate, "rows"), of = record_count(gate, "of");
        amber += is_amber;
        assert_string_equal(record_text(gate, "verdict"), is_amber ? "amber" : "green");
        assert_string_equal(record_text(gate, "kind"), is_csv ? "hard" : "soft");
        assert_string_equal(record_text(gate, "note"), is_comma ? "amber, \"known\"" : "by hand");
        assert_true(number_at(gate, "amber") == (is_comma ? 0.02 : 0.9));
        assert_true(number_at(gate, "red") == 0.95);
        double share = of == 0 ? 0.0 : (double)rows / (double)of;
        assert_true(number_at(gate, "share") - share < 6e-7 &&
                    share - number_at(gate, "share") < 6e-7);
        assert_int_equal(json_object_get(gate, "file") != NULL, is_csv);
    }
    assert_int_equal(amber, 1);
    const json_t *comma = record_member(at->record, "gates", "gate", "num.decimal_comma");
    assert_int_equal(record_count(comma, "of"), 21); /* 23 rows, 2 not of interest */
    const json_t *notes = record_member(at->record, "gates", "gate", "demog");
    assert_string_equal(record_text(notes, "verdict"), "amber");
    assert_string_equal(record_text(notes, "source"), "roster");
    assert_string_equal(record_text(notes, "note"), "");
    assert_int_equal(record_count(notes, "rows"), 2); /* sex and birth of one row, age of another */
}

static void gates_without_history_are_named(void **state) {
    world *at = *state;
    static const char *const names[] = {"volume", "class_or_test_falls", "firing_rate"};
    for (size_t i = 0; i < 3; i++) {
        const json_t *gate = record_member(at->record, "gates_not_judged", "gate", names[i]);
        assert_non_null(strstr(record_text(gate, "why"), "no --previous was given"));
    }
}

/* Adults alive with an as-of: A, B; C of unknown age counts, and D whose age is implausible. */
static void counts_the_roster_and_who_was_screened(void **state) {
    world *at = *state;
    assert_int_equal(record_count(at->record, "patients.roster"), 6);
    assert_int_equal(record_count(at->record, "patients.screened"), 4);
}

/* The classes that the program is built with, by hand from the code book's list. */
static void names_the_classes_that_latest_follows(void **state) {
    static const char *const classes[] = {
        "MGSUPP",  "MGANTACID", "MGLAX",     "MGPREP",  "MGIV",      "MGOTHER", "LOOP",  "THIAZ",
        "PPI",     "AMINOG",    "CNI",       "AMPHO",   "PLATIN",    "EGFRMAB", "FOSC",  "PENTAM",
        "MTOR",    "KBIND",     "THEOPH",    "DIGOX",   "KSUPP",     "KSPARE",  "ACEI",  "ARB",
        "FQ",      "TETRA",     "BISPH",     "BONEIV",  "THYROX",    "INSTI",   "BOUND", "MYCOPH",
        "VKA",     "KBINDRES",  "CA",        "VITD",    "KUP",       "STATIN",  "BETA2", "QUININE",
        "INSULIN", "NMB",       "ANTIDIARR", "CISPLAT", "CARBOPLAT", "QT"};
    const size_t count_of_classes = sizeof classes / sizeof classes[0];
    world *at = *state;
    char text[512];
    size_t count = 0;
    snprintf(text, sizeof text, "%s", record_text(at->record, "latest_follows"));
    for (char *rest = text, *name; (name = strtok_r(rest, ",", &rest)) != NULL; count++) {
        size_t i = 0;
        while (i < count_of_classes && strcmp(classes[i], name) != 0)
            i++;
        if (i == count_of_classes)
            fail_msg("%s is no class of the list", name);
    }
    assert_int_equal(count, count_of_classes);
}

static void says_what_it_assumed_and_what_it_cost(void **state) {
    static const char *const names[] = {"begin", "read", "settle", "screen", "judge", "publish"};
    world *at = *state;
    double sum = 0;
    assert_true(json_array_size(record_at(at->record, "assumed")) >= 3);
    assert_non_null(strstr(json_string_value(json_array_get(record_at(at->record, "assumed"), 0)),
                           "over-the-counter"));
    json_t *timings = record_at(at->record, "timings"), *stages = record_at(timings, "stages");
    assert_int_equal(json_array_size(stages), 6); /* without those of a series */
    for (size_t i = 0; i < 6; i++) {
        json_t *stage = json_array_get(stages, i);
        assert_string_equal(json_string_value(record_at(stage, "stage")), names[i]);
        sum += number_at(stage, "wall");
    }
    assert_true(sum <= number_at(timings, "total") + 0.006);
    assert_int_equal(json_array_size(record_at(timings, "threads")), 1);
    assert_int_equal(record_count(at->record, "threads"), 1);
    assert_true(record_count(at->record, "peak_memory_bytes") > 100000);
    assert_true(record_count(at->record, "peak_memory_bytes") <= at->run.account.peak_nbytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_these_keys_in_this_order),
        cmocka_unit_test(says_which_run_it_was),
        cmocka_unit_test(names_pack_code_book_and_profile_by_their_content),
        cmocka_unit_test(the_config_hash_can_be_computed_outside),
        cmocka_unit_test(the_digest_header_can_be_computed_outside),
        cmocka_unit_test(keeps_the_settings_and_every_override_with_its_note),
        cmocka_unit_test(every_row_is_in_the_bucket_it_was_written_for),
        cmocka_unit_test(every_reason_is_counted_under_its_name),
        cmocka_unit_test(a_reject_says_where_its_row_stands),
        cmocka_unit_test(notes_count_what_was_accepted_with_a_reservation),
        cmocka_unit_test(files_are_told_by_their_bytes),
        cmocka_unit_test(rare_unknown_units_come_without_their_spelling),
        cmocka_unit_test(gates_carry_counts_limits_verdict_and_note),
        cmocka_unit_test(gates_without_history_are_named),
        cmocka_unit_test(counts_the_roster_and_who_was_screened),
        cmocka_unit_test(names_the_classes_that_latest_follows),
        cmocka_unit_test(says_what_it_assumed_and_what_it_cost),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
