/* magscreen check: everything that can be looked at without reading the rows; with --deep what
   reading them shows: texts, units and codes that no list knows, and the gates. */
#include "cli/database_check.h"
#include "cli/findings.h"
#include "cli/process.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "engine/canary_check.h"
#include "engine/clock.h"
#include "io/csv_reader.h"
#include "rules/evaluate.h"
#include "sinks/csv_directory.h"

#include <inttypes.h>
#include <string.h>

static void check_file(mag_findings *all, const char *path, mag_account *account) {
    mag_error err = {0};
    mag_stream *stream = NULL;
    mag_csv_reader *reader = NULL;
    mag_status status = mag_stream_open(&stream, path, account, &err);
    if (status == MAG_OK)
        status = mag_csv_open(&reader, stream, path, ',', 0, account, &err);
    if (status == MAG_OK)
        mag_findings_add(all, path, "opens and has a header", true);
    else
        mag_findings_add_error(all, path, &err);
    if (reader)
        mag_csv_close(reader);
    mag_stream_close(stream);
}

static void check_sources(mag_findings *all, mag_session *session) {
    for (size_t i = 0; i < session->plan->source_count; i++) {
        const mag_plan_source *source = &session->plan->sources[i];
        for (size_t j = 0; j < source->path_count; j++)
            check_file(all, source->paths[j], &session->account);
    }
}

/* Each line of what is wrong on its own: a GRANT can be taken from the screen as it stands. The
   first has the message id and the hint. */
static mag_status add_lines(mag_findings *all, mag_arena *arena, const char *what,
                            const mag_error *found, mag_error *err) {
    mag_error first = *found;
    first.text[strcspn(first.text, "\n")] = '\0';
    mag_findings_add_error(all, what, &first);
    const char *text = found->text + strlen(first.text);
    while (*text) {
        text += strspn(text, "\n ");
        size_t nbytes = strcspn(text, "\n");
        const char *line = mag_arena_text(arena, (mag_span){text, nbytes});
        if (!line)
            return mag_fail_memory(err, nbytes);
        if (nbytes)
            mag_findings_add(all, what, line, false);
        text += nbytes;
    }
    return MAG_OK;
}

/* Connects, looks at every table that is named, reads no row. */
static mag_status check_database(mag_findings *all, mag_session *session, mag_pg_leader *leader,
                                 mag_error *err) {
    mag_error found = {0};
    mag_status status = mag_pg_leader_begin(leader, &found);
    if (status == MAG_E_INTERRUPTED) {
        *err = found;
        return status;
    }
    if (status != MAG_OK)
        return add_lines(all, session->arena, "database", &found, err);
    const mag_pg_facts *facts = mag_pg_facts_of(mag_pg_leader_link(leader));
    const char *detail =
        mag_arena_format(session->arena, "%zu tables or views can be read by role %s, %s",
                         mag_pg_leader_table_count(leader), facts->role, facts->where);
    if (!detail)
        return mag_fail_memory(err, 1);
    mag_findings_add(all, facts->database, detail, true);
    if (mag_pg_leader_is_role_too_strong(leader))
        mag_findings_add(all, facts->role,
                         "is a superuser or owns a table that it should only read [MS-D335]",
                         false);
    return MAG_OK;
}

static mag_status check_databases(mag_findings *all, mag_session *session, mag_error *err) {
    for (size_t i = 0; i < session->leader_count; i++)
        MAG_TRY(check_database(all, session, session->leaders[i], err));
    return MAG_OK;
}

/* Whether the files are those that the manifests announce; their rows are not counted here. */
static mag_status check_manifests(mag_findings *all, mag_session *session, mag_error *err) {
    const mag_plan_source *source;
    mag_error found = {0};
    mag_status status = mag_plan_check_manifests(session->arena, session->plan, &source, &found);
    if (status != MAG_OK && status != MAG_E_INPUT) {
        *err = found;
        return status;
    }
    if (status != MAG_OK)
        mag_findings_add_error(all, source ? source->manifest->path : "manifests", &found);
    else if (source)
        mag_findings_add(all, source->manifest->path, "lists exactly the files that are there",
                         true);
    return MAG_OK;
}

static mag_status check_rules(mag_findings *all, mag_session *session, mag_error *err) {
    const mag_example_result *results;
    size_t count;
    MAG_TRY(mag_pack_check_ready(session->pack, err));
    MAG_TRY(mag_session_run_examples(session, &results, &count, err));
    size_t failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += !results[i].passed;
    char *detail = mag_arena_format(session->arena, "%zu rules, %zu of %zu examples pass",
                                    mag_pack_rule_count(session->pack), count - failed, count);
    if (!detail)
        return mag_fail_memory(err, 1);
    mag_findings_add(all, mag_pack_name(session->pack), detail, failed == 0);
    return MAG_OK;
}

/* Raw rows in the sources' own codes, which must come out as the profiles say. */
static mag_status check_canaries(mag_findings *all, mag_session *session,
                                 const mag_options *options, mag_error *err) {
    mag_run_time time;
    mag_canary_report canaries;
    mag_error wrong = {0};
    const mag_run_inputs inputs = mag_session_inputs(session, options);
    mag_status status = mag_run_time_resolve(session->plan, mag_clock_local(), &time, &wrong);
    if (status == MAG_OK)
        status = mag_canaries_check(session->arena, &inputs, &time, &canaries, &wrong);
    if (status != MAG_OK) {
        *err = wrong;
        return mag_findings_take(all, "canaries", status, &wrong);
    }
    const char *uncovered = canaries.uncovered_rules;
    const char *detail =
        canaries.outcome_count == 0
            ? "none; whether codes, units and dates reach the rules was not tried"
            : mag_arena_format(session->arena,
                               "%zu outcomes of %zu patients right, %zu rules flagged%s%s",
                               canaries.outcome_count, canaries.patient_count, canaries.rule_count,
                               *uncovered ? "; not tried: " : "", uncovered);
    if (!detail)
        return mag_fail_memory(err, 1);
    mag_findings_add(all, "canaries", detail, true);
    for (size_t i = 0; i < canaries.not_checked_count; i++)
        mag_findings_add(all, "canaries, not checked", canaries.not_checked[i], true);
    return MAG_OK;
}

static mag_status check_sink(mag_findings *all, mag_session *session, const mag_options *options,
                             mag_error *wrong) {
    const char *directory = session->plan->sink_directory;
    if (session->plan->sink_postgres) {
        mag_pg_wish wish =
            mag_database_wish(options, session->plan->sink_postgres, &session->account);
        return mag_database_check_sink(all, session->arena, &wish, wrong);
    }
    if (!directory)
        return MAG_OK;
    mag_error err = {0};
    mag_output_dir *output = NULL;
    mag_status status = mag_plan_check_output(session->arena, session->plan, &err);
    if (status == MAG_OK)
        status = mag_output_dir_begin(&output, directory, &mag_result_directory, false,
                                      &session->account, &err);
    mag_output_dir_abandon(output);
    if (status == MAG_OK)
        mag_findings_add(all, directory, "can be written", true);
    else
        mag_findings_add_error(all, directory, &err);
    return MAG_OK;
}

/* "Gaviscon Advance, 12 rows": what the reading could not place, counted. */
/* What a run may take, and where goes what does not fit. */
static mag_status check_memory(mag_findings *all, mag_session *session, mag_error *err) {
    const double mib = 1024.0 * 1024.0;
    const mag_memory_budget *memory = &session->memory;
    const char *folder = mag_spill_folder(session->spill);
    mag_error fault = {0};
    const char *limit = mag_arena_format(
        session->arena, "%.0f MiB (%s), %.0f MiB of it for the program and its threads",
        (double)memory->limit_nbytes / mib, mag_memory_bound_name(memory->bound),
        (double)memory->overhead_nbytes / mib);
    const char *place = mag_arena_format(session->arena, "takes what does not fit, %.0f MiB free",
                                         (double)mag_spill_free_nbytes(session->spill) / mib);
    if (!limit || !place)
        return mag_fail_memory(err, 1);
    mag_findings_add(all, "memory limit", memory->limit_nbytes ? limit : "none", true);
    if (mag_spill_make(session->spill, &fault) == MAG_OK)
        mag_findings_add(all, folder, place, true);
    else
        mag_findings_add_error(all, folder, &fault);
    return MAG_OK;
}

static mag_status report_counted(mag_findings *all, mag_arena *arena, const char *what,
                                 const mag_counted_text *texts, size_t count, mag_error *err) {
    for (size_t i = 0; i < count; i++) {
        char *detail = mag_arena_format(arena, "%s, %" PRIu64 " %s", texts[i].text, texts[i].count,
                                        texts[i].count == 1 ? "row" : "rows");
        if (!detail)
            return mag_fail_memory(err, 1);
        mag_findings_add(all, what, detail, false);
    }
    return MAG_OK;
}

static mag_status report_rest(mag_findings *all, mag_arena *arena, const char *what, uint64_t rows,
                              mag_error *err) {
    char *detail = mag_arena_format(arena,
                                    "%" PRIu64 " more %s, not shown: rare or long, or perhaps "
                                    "somebody's number",
                                    rows, rows == 1 ? "row" : "rows");
    if (!detail)
        return mag_fail_memory(err, 1);
    if (rows > 0)
        mag_findings_add(all, what, detail, false);
    return MAG_OK;
}

static mag_status report_gates(mag_findings *all, mag_arena *arena, const mag_run_report *run,
                               mag_error *err) {
    for (size_t i = 0; i < run->verdict_count; i++) {
        const mag_gate_verdict *verdict = &run->verdicts[i];
        char *detail = mag_arena_format(arena, "%s %s: %s", verdict->source, verdict->file,
                                        verdict->colour == MAG_RED ? "red" : "amber");
        if (!detail)
            return mag_fail_memory(err, 1);
        mag_findings_add(all, mag_arena_format(arena, "gate %s", verdict->gate), detail,
                         verdict->colour != MAG_RED);
    }
    return MAG_OK;
}

/* Rule H05, the recall check of the drug list: names and codes with one of our stems or prefixes
   that reached no class. Rule H02: units of no table, codes that are none. */
static mag_status report_unknown(mag_findings *all, mag_arena *arena, const mag_run_report *run,
                                 mag_error *err) {
    static const char unmapped[] = "drug that looks like ours, in no class";
    static const char unit[] = "unit that no table knows", code[] = "code that is none";
    const size_t bad_before = all->bad_count;
    uint64_t unshown = 0;
    for (size_t i = 0; i < run->source_count; i++)
        unshown += run->sources[i].accounting.unmapped;
    for (size_t i = 0; i < run->unmapped_drug_count; i++)
        unshown -= run->unmapped_drugs[i].count;
    MAG_TRY(
        report_counted(all, arena, unmapped, run->unmapped_drugs, run->unmapped_drug_count, err));
    MAG_TRY(report_rest(all, arena, unmapped, unshown, err));
    MAG_TRY(report_counted(all, arena, unit, run->unknown_units, run->unknown_unit_count, err));
    MAG_TRY(report_rest(all, arena, unit, run->unknown_units_not_shown, err));
    MAG_TRY(report_counted(all, arena, code, run->malformed_codes, run->malformed_code_count, err));
    if (all->bad_count == bad_before)
        mag_findings_add(all, "drug texts, units and codes", "none of ours is unknown", true);
    return MAG_OK;
}

/* A whole run that writes nothing. */
static mag_status check_rows(mag_findings *all, mag_session *session, const mag_options *options,
                             mag_error *err) {
    const mag_run_inputs inputs = mag_session_inputs(session, options);
    const mag_run_report *run = NULL;
    MAG_TRY(mag_run(session->arena, &inputs, &run, err));
    uint64_t row_count = 0;
    for (size_t i = 0; i < run->source_count; i++)
        row_count += run->sources[i].accounting.read;
    char *detail = mag_arena_format(session->arena, "%" PRIu64 " rows of %" PRIu64 " patients read",
                                    row_count, run->patient_count);
    if (!detail)
        return mag_fail_memory(err, 1);
    mag_findings_add(all, "rows", detail, true);
    MAG_TRY(report_unknown(all, session->arena, run, err));
    return report_gates(all, session->arena, run, err);
}

static mag_status check_session(mag_findings *all, mag_session *session, const mag_options *options,
                                mag_error *err) {
    mag_findings_add(all, session->plan->name ? session->plan->name : "configuration", "reads",
                     true);
    MAG_TRY(mag_findings_take(all, "rules", check_rules(all, session, err), err));
    MAG_TRY(check_canaries(all, session, options, err));
    check_sources(all, session);
    MAG_TRY(check_databases(all, session, err));
    MAG_TRY(check_manifests(all, session, err));
    MAG_TRY(check_sink(all, session, options, err));
    MAG_TRY(check_memory(all, session, err));
    /* What cannot be opened or decoded has been said. */
    if (!options->is_deep || all->bad_count > 0)
        return MAG_OK;
    return mag_findings_take(all, "rows", check_rows(all, session, options, err), err);
}

static void check_descriptors(mag_findings *all) {
    mag_error err = {0};
    if (mag_process_check_descriptors(&err) != MAG_OK)
        mag_findings_add_error(all, "open files", &err);
}

/* Everything that would stop a run is a finding, the first words of the pipeline on. */
static mag_status check_all(mag_findings *all, const mag_options *options, mag_error *err) {
    const mag_origin origin = {options->operands[0], options->profile, options->data,
                               options->as_of};
    mag_session session = {0};
    check_descriptors(all);
    mag_status status = mag_session_open(&session, &origin, options, err);
    status = status == MAG_OK ? check_session(all, &session, options, err)
                              : mag_findings_take(all, "configuration", status, err);
    mag_session_close(&session);
    return status;
}

static mag_status check_json(mag_findings *all, const mag_options *options, mag_error *err) {
    mag_account account = {0};
    mag_text text;
    mag_text_init(&text, &account);
    mag_json_begin(&all->json, &text, true);
    mag_json_array(&all->json);
    mag_status status = check_all(all, options, err);
    mag_json_end_array(&all->json);
    if (status == MAG_OK)
        status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status check_text(mag_findings *all, const mag_options *options, mag_error *err) {
    MAG_TRY(check_all(all, options, err));
    mag_show(
        options->is_deep
            ? "not checked: free space, and whether the lists say what the site means"
            : "not checked: the rows, the gates, free space, and whether the files are complete");
    mag_show("%zu ok, %zu bad", all->good_count, all->bad_count);
    return MAG_OK;
}

mag_status mag_verb_check(const mag_options *options, int *exit_code, mag_error *err) {
    mag_findings all = {.is_json = options->is_json};
    MAG_TRY(mag_session_check_origin(options, err));
    MAG_TRY(all.is_json ? check_json(&all, options, err) : check_text(&all, options, err));
    *exit_code = all.bad_count ? 1 : 0;
    return MAG_OK;
}
