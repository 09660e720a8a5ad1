/* magscreen synth: a cohort of nobody, written whole or not at all. */
#include "cli/database.h"
#include "cli/process.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "cohort/synth_files.h"
#include "cohort/synth_postgres.h"
#include "engine/parallel.h"
#include "engine/synth_run.h"
#include "io/json_writer.h"
#include "io/output_dir.h"

/* What synth writes: the only folder that --force replaces. */
static const char *const files[] = {"patients.csv*",
                                    "labs.csv*",
                                    "labs-[0-9].csv*",
                                    "labs-[0-9][0-9].csv*",
                                    "prescriptions.csv*",
                                    "conditions.csv*",
                                    "truth.csv",
                                    "manifest.csv",
                                    NULL};
static const mag_output_kind cohort_directory = {files, "truth.csv", false};

/* A cohort on its way: the plan, the threads, and what was written. */
typedef struct cohort {
    mag_account account;
    mag_arena *arena;
    const mag_options *options;
    const mag_synth_plan *plan;
    unsigned worker_count;
    const char *place; /* where it was written to, for people */
    mag_synth_totals totals;
} cohort;

static mag_status begin(cohort *c, mag_error *err) {
    const mag_options *options = c->options;
    c->arena = mag_arena_new(&c->account);
    if (!c->arena)
        return mag_fail_memory(err, 1);
    mag_synth_settings settings = {
        .patient_count = (uint64_t)options->patients,
        .seed = options->seed < 0 ? 1 : (uint64_t)options->seed,
        .lab_sheet_count = options->files < 0 ? 1 : (unsigned)options->files,
        .dirty_per_million = options->dirty_per_million,
    };
    MAG_TRY(mag_synth_plan_new(c->arena, &settings, &c->plan, err));
    uint64_t blocks = mag_synth_block_count(c->plan);
    c->worker_count = mag_parallel_worker_count(options->threads < 0 ? 0 : (int)options->threads,
                                                blocks < 1024 ? (unsigned)blocks : 1024);
    return MAG_OK;
}

static mag_status fill(cohort *c, mag_synth_store *store, mag_error *err) {
    mag_synth_run_settings settings = {c->worker_count, mag_process_is_stopped, NULL};
    return mag_synth_run(c->plan, store, &settings, &c->account, &c->totals, err);
}

/* --- files ---------------------------------------------------------------------------------- */

static mag_status write_files(cohort *c, const char *directory, mag_error *err) {
    mag_synth_files *out;
    mag_synth_files_settings settings = {directory, c->options->is_plain, c->worker_count};
    MAG_TRY(mag_synth_files_open(&out, c->plan, &settings, &c->account, err));
    mag_status status = fill(c, mag_synth_files_store(out), err);
    if (status == MAG_OK)
        status = mag_synth_files_end(out, &c->totals, err);
    mag_synth_files_free(out);
    return status;
}

static mag_status write_directory(cohort *c, mag_error *err) {
    mag_output_dir *output = NULL;
    MAG_TRY(mag_output_dir_begin(&output, c->options->out, &cohort_directory, c->options->is_forced,
                                 &c->account, err));
    const char *directory = mag_output_dir_path(output, ".");
    mag_status status = directory ? write_files(c, directory, err) : mag_fail_memory(err, 1);
    if (status == MAG_OK)
        return mag_output_dir_end(output, MAG_OUTPUT_PUBLISHED, err);
    mag_output_dir_name(output, err);
    mag_output_dir_abandon(output);
    return status;
}

/* --- a database ----------------------------------------------------------------------------- */

static mag_status write_tables(cohort *c, mag_pg_link *link, mag_error *err) {
    mag_synth_postgres *out;
    MAG_TRY(mag_synth_postgres_open(&out, link, c->options->is_forced, &c->account, err));
    mag_status status = fill(c, mag_synth_postgres_store(out), err);
    if (status == MAG_OK)
        status = mag_synth_postgres_end(out, &c->totals, err);
    mag_synth_postgres_free(out);
    return status;
}

static mag_status write_database(cohort *c, mag_error *err) {
    mag_pg_wish wish = mag_database_wish(c->options, c->options->db, &c->account);
    mag_pg_link *link;
    MAG_TRY(mag_pg_open(&link, &wish, err));
    const mag_pg_facts *facts = mag_pg_facts_of(link);
    c->place = mag_arena_format(c->arena, "schema source of database %s at %s", facts->database,
                                facts->where);
    mag_status status = c->place ? write_tables(c, link, err) : mag_fail_memory(err, 1);
    mag_pg_close(link);
    return status;
}

/* --- what is said --------------------------------------------------------------------------- */

static void show_totals(const cohort *c) {
    const mag_synth_totals *totals = &c->totals;
    char patients[MAG_AMOUNT_TEXT_NBYTES], labs[MAG_AMOUNT_TEXT_NBYTES];
    char prescriptions[MAG_AMOUNT_TEXT_NBYTES], conditions[MAG_AMOUNT_TEXT_NBYTES];
    char planted[MAG_COUNT_TEXT_NBYTES];
    mag_show("wrote %s (%s planted, answers in %s), %s, %s, %s to %s",
             mag_amount_text(totals->patients, "patient", patients),
             mag_count_text(totals->planted, planted), c->options->db ? "table truth" : "truth.csv",
             mag_amount_text(mag_synth_lab_rows(totals), "result", labs),
             mag_amount_text(totals->rows[MAG_SYNTH_PRESCRIPTIONS], "prescription", prescriptions),
             mag_amount_text(totals->rows[MAG_SYNTH_CONDITIONS], "condition", conditions),
             c->place);
    if (totals->dirty > 0)
        mag_show("%s of them with a fault", mag_amount_text(totals->dirty, "row", labs));
    if (c->options->db)
        mag_show("next: a pipeline of profile magscreen that reads it, such as "
                 "pipelines/overnight-postgres.yaml, with as_of: 2025-12-31");
    else
        mag_show("next: magscreen run --profile magscreen --data %s --as-of 2025-12-31 --out OUT",
                 c->options->out);
}

static mag_status totals_json(cohort *c, mag_error *err) {
    const mag_synth_totals *totals = &c->totals;
    mag_text text;
    mag_text_init(&text, &c->account);
    mag_json json;
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key_integer(&json, "patients", (int64_t)totals->patients);
    mag_json_key_integer(&json, "planted", (int64_t)totals->planted);
    mag_json_key_integer(&json, "labs", (int64_t)mag_synth_lab_rows(totals));
    mag_json_key_integer(&json, "prescriptions", (int64_t)totals->rows[MAG_SYNTH_PRESCRIPTIONS]);
    mag_json_key_integer(&json, "conditions", (int64_t)totals->rows[MAG_SYNTH_CONDITIONS]);
    mag_json_key_integer(&json, "dirty", (int64_t)totals->dirty);
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status check_options(const mag_options *options, mag_error *err) {
    if (options->patients >= 0 && !options->db && options->out)
        return MAG_OK;
    if (options->patients >= 0 && options->db && !options->out) {
        if (options->files < 0 && !options->is_plain)
            return MAG_OK;
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--files and --plain are for --out");
    }
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
             "synth needs --patients N, and either --out DIR or --db CONNECTION");
    mag_hint(err, "usage: magscreen synth --patients 20000 --out demo/data");
    return MAG_E_USAGE;
}

mag_status mag_verb_synth(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    MAG_TRY(check_options(options, err));
    cohort c = {.options = options, .place = options->out};
    mag_status status = begin(&c, err);
    if (status == MAG_OK)
        status = options->db ? write_database(&c, err) : write_directory(&c, err);
    if (status == MAG_OK && options->is_json)
        status = totals_json(&c, err);
    else if (status == MAG_OK)
        show_totals(&c);
    mag_arena_free(c.arena);
    return status;
}
