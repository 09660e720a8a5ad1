/* magscreen synth: a cohort of nobody, written whole or not at all. */
#include "cli/show.h"
#include "cli/verbs.h"
#include "cohort/synth.h"
#include "io/json_writer.h"
#include "io/output_dir.h"

/* What synth writes: the only folder that --force replaces. */
static const char *const files[] = {"patients.csv.gz",
                                    "labs.csv.gz",
                                    "labs-[0-9].csv.gz",
                                    "labs-[0-9][0-9].csv.gz",
                                    "prescriptions.csv.gz",
                                    "conditions.csv.gz",
                                    "truth.csv",
                                    "manifest.csv",
                                    NULL};
static const mag_output_kind cohort_directory = {files, "truth.csv", false};

static mag_status write_cohort(const mag_options *options, mag_account *account,
                               mag_synth_totals *totals, mag_error *err) {
    mag_output_dir *output = NULL;
    MAG_TRY(mag_output_dir_begin(&output, options->out, &cohort_directory, options->is_forced,
                                 account, err));
    mag_synth_settings settings = {
        .patient_count = (uint64_t)options->patients,
        .seed = options->seed < 0 ? 1 : (uint64_t)options->seed,
        .directory = mag_output_dir_path(output, "."),
        .lab_file_count = options->files < 0 ? 1 : (unsigned)options->files,
        .dirty_per_million = options->dirty_per_million,
    };
    mag_status status = settings.directory ? mag_synth_write(&settings, account, totals, err)
                                           : mag_fail_memory(err, 1);
    if (status == MAG_OK)
        return mag_output_dir_end(output, MAG_OUTPUT_PUBLISHED, err);
    mag_output_dir_abandon(output);
    return status;
}

static void show_totals(const mag_synth_totals *totals, const char *directory) {
    char patients[MAG_AMOUNT_TEXT_NBYTES], labs[MAG_AMOUNT_TEXT_NBYTES];
    char prescriptions[MAG_AMOUNT_TEXT_NBYTES], conditions[MAG_AMOUNT_TEXT_NBYTES];
    char planted[MAG_COUNT_TEXT_NBYTES];
    mag_show("wrote %s (%s planted, answers in truth.csv), %s, %s, %s to %s",
             mag_amount_text(totals->patients, "patient", patients),
             mag_count_text(totals->planted, planted),
             mag_amount_text(totals->labs, "result", labs),
             mag_amount_text(totals->prescriptions, "prescription", prescriptions),
             mag_amount_text(totals->conditions, "condition", conditions), directory);
    if (totals->dirty > 0)
        mag_show("%s of them with a fault", mag_amount_text(totals->dirty, "row", labs));
    mag_show("next: magscreen run --profile magscreen --data %s --as-of 2025-12-31 --out OUT",
             directory);
}

static mag_status totals_json(const mag_synth_totals *totals, mag_account *account,
                              mag_error *err) {
    mag_text text;
    mag_text_init(&text, account);
    mag_json json;
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key_integer(&json, "patients", (int64_t)totals->patients);
    mag_json_key_integer(&json, "planted", (int64_t)totals->planted);
    mag_json_key_integer(&json, "labs", (int64_t)totals->labs);
    mag_json_key_integer(&json, "prescriptions", (int64_t)totals->prescriptions);
    mag_json_key_integer(&json, "conditions", (int64_t)totals->conditions);
    mag_json_key_integer(&json, "dirty", (int64_t)totals->dirty);
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

mag_status mag_verb_synth(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    if (options->patients < 0 || !options->out) {
        mag_status status =
            mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "synth needs --patients N and --out DIR");
        mag_hint(err, "usage: magscreen synth --patients 20000 --out demo/data");
        return status;
    }
    mag_account account = {0};
    mag_synth_totals totals = {0};
    MAG_TRY(write_cohort(options, &account, &totals, err));
    if (options->is_json)
        return totals_json(&totals, &account, err);
    show_totals(&totals, options->out);
    return MAG_OK;
}
