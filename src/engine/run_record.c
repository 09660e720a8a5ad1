/* Top-level keys stand on lines of their own with two blanks in front: mag_verify relies on it. */
#include "engine/run_record.h"

#include "cohort/unit_profile.h"
#include "engine/file_fault.h"
#include "engine/fixed_text.h"
#include "engine/report.h"
#include "engine/timings_record.h"
#include "engine/tracked_record.h"
#include "io/json_writer.h"

#include <stdio.h>
#include <string.h>

static const char *formula_name(mag_kidney_formula formula) {
    return formula == MAG_KIDNEY_US ? "us" : "uk";
}

static const char *policy_name(mag_weight_policy policy) {
    switch (policy) {
    case MAG_WEIGHT_ADJUSTED30:
        return "adjusted30";
    case MAG_WEIGHT_WINTER:
        return "winter";
    case MAG_WEIGHT_BNF:
        return "bnf";
    case MAG_WEIGHT_ACTUAL:
        return "actual";
    }
    return "";
}

const char *mag_run_record_header(mag_arena *arena, const mag_run_inputs *inputs) {
    char settings[512], hex[MAG_SHA256_HEX_NBYTES];
    mag_kidney_settings kidney = inputs->plan->kidney;
    int nbytes = snprintf(settings, sizeof settings, "overrides %s\nkidney %s %s\n",
                          mag_pack_overrides_sha256(inputs->pack), formula_name(kidney.formula),
                          policy_name(kidney.weight_policy));
    mag_sha256_of((mag_span){settings, (size_t)nbytes}, hex);
    return mag_arena_format(arena, "1\t%s\t%s\t%s", mag_pack_sha256(inputs->pack),
                            mag_codebook_sha256(inputs->book), hex);
}

static void key_count(mag_json *json, const char *key, uint64_t count) {
    mag_json_key_integer(json, key, (int64_t)count);
}

static void key_bool(mag_json *json, const char *key, bool value) {
    mag_json_key(json, key);
    mag_json_bool(json, value);
}

static void key_fixed(mag_json *json, const char *key, double value, unsigned decimals) {
    char text[MAG_FIXED_TEXT_NBYTES];
    mag_fixed_text(value, decimals, text);
    mag_json_key(json, key);
    mag_json_number(json, text);
}

static void key_text_or_null(mag_json *json, const char *key, const char *value) {
    if (value != NULL) {
        mag_json_key_text(json, key, value);
    } else {
        mag_json_key(json, key);
        mag_json_null(json);
    }
}

static void begin_object(mag_json *json, const char *key) {
    mag_json_key(json, key);
    mag_json_object(json);
}

static void begin_array(mag_json *json, const char *key) {
    mag_json_key(json, key);
    mag_json_array(json);
}

static void write_accounting(mag_json *json, const mag_accounting *accounting) {
    begin_object(json, "rows");
    key_count(json, "read", accounting->read);
    key_count(json, "accepted", accounting->accepted);
    key_count(json, "rejected", mag_accounting_rejected(accounting));
    key_count(json, "out_of_window", accounting->out_of_window);
    key_count(json, "duplicate", accounting->duplicate);
    key_count(json, "not_of_interest", accounting->not_of_interest);
    mag_json_end_object(json);
    begin_object(json, "rejected_by_reason");
    for (unsigned reason = 1; reason < MAG_REASON_COUNT; reason++)
        if (accounting->rejected[reason] > 0)
            key_count(json, mag_reason_name((mag_reason)reason), accounting->rejected[reason]);
    mag_json_end_object(json);
    begin_object(json, "notes");
    key_count(json, "unmapped", accounting->unmapped);
    key_count(json, "offset_times", accounting->offset_times);
    key_count(json, "utc_times", accounting->utc_times);
    key_count(json, "partial_dates", accounting->partial_dates);
    key_count(json, "open_orders", accounting->open_orders);
    key_count(json, "ended_orders", accounting->ended_orders);
    key_count(json, "units_inferred", accounting->units_inferred);
    key_count(json, "units_against_code", accounting->units_against_code);
    key_count(json, "demog_noted", accounting->demog_noted);
    key_count(json, "sex_unknown", accounting->sex_unknown);
    key_count(json, "death_unknown", accounting->death_unknown);
    key_count(json, "detail_unknown", accounting->detail_unknown);
    key_count(json, "birth_unknown", accounting->birth_unknown);
    key_count(json, "age_implausible", accounting->age_implausible);
    key_count(json, "demog_conflict", accounting->demog_conflict);
    key_count(json, "near_ids", accounting->near_ids);
    key_count(json, "doses_unread", accounting->doses_unread);
    key_count(json, "supplies_unread", accounting->supplies_unread);
    key_count(json, "version_conflicts", accounting->version_conflicts);
    mag_json_end_object(json);
}

static void write_file(mag_json *json, const mag_run_file *file) {
    mag_json_object(json);
    mag_json_key_text(json, "name", file->name);
    mag_json_key_text(json, "sha256", file->sha256);
    key_count(json, "bytes", file->in_nbytes);
    key_count(json, "bytes_inflated", file->out_nbytes);
    key_count(json, "gzip_members", file->member_count);
    write_accounting(json, &file->accounting);
    key_count(json, "blank_lines", file->blank_line_count);
    key_count(json, "repeated_headers", file->repeated_header_count);
    key_count(json, "quoted_rows", file->quoted_row_count);
    key_bool(json, "bom", file->has_bom);
    key_bool(json, "crlf", file->has_crlf);
    key_bool(json, "zero_padding", file->has_zero_padding);
    key_bool(json, "unfinished_last_line", file->has_unfinished_last_line);
    key_bool(json, "footer", file->has_footer);
    if (file->is_table)
        key_count(json, "readers", file->table_reader_count);
    mag_json_end_object(json);
}

/* Of tables whose rows have a time that the code book knows. */
static void write_newest(mag_json *json, const mag_plan_source *source, const mag_cohort *cohort) {
    char text[MAG_MOMENT_TEXT_NBYTES];
    mag_minute newest = MAG_MINUTE_NONE;
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++) {
        const mag_run_file *file = mag_cohort_file(cohort, (uint16_t)i);
        if (strcmp(file->source, source->name) == 0 && file->newest > newest)
            newest = file->newest;
    }
    if (newest != MAG_MINUTE_NONE)
        mag_minute_text(newest, false, text);
    key_text_or_null(json, "newest", newest == MAG_MINUTE_NONE ? NULL : text);
}

static void write_source(mag_json *json, const mag_plan_source *source, const mag_cohort *cohort) {
    size_t file_count;
    mag_accounting accounting = mag_source_accounting(cohort, source->name, &file_count);
    mag_json_object(json);
    mag_json_key_text(json, "name", source->name);
    mag_json_key_text(json, "kind", mag_table_kind_name(source->kind));
    mag_json_key_text(json, "profile", source->profile->name);
    mag_json_key_text(json, "profile_sha256", source->profile->sha256);
    key_text_or_null(json, "manifest", source->manifest == NULL ? NULL : source->manifest->name);
    if (source->conninfo != NULL) {
        mag_json_key_text(json, "view", source->view);
        key_text_or_null(json, "allow_row_security", source->policy_note);
    }
    write_newest(json, source, cohort);
    write_accounting(json, &accounting);
    begin_array(json, "files");
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++) {
        const mag_run_file *file = mag_cohort_file(cohort, (uint16_t)i);
        if (strcmp(file->source, source->name) == 0)
            write_file(json, file);
    }
    mag_json_end_array(json);
    mag_json_end_object(json);
}

static void write_sources(mag_json *json, const mag_run_record *record) {
    const mag_plan *plan = record->inputs->plan;
    begin_array(json, "sources");
    for (size_t i = 0; record->cohort != NULL && i < plan->source_count; i++)
        write_source(json, &plan->sources[i], record->cohort);
    mag_json_end_array(json);
}

static void write_counted(mag_json *json, const char *key, const char *text, uint64_t rows) {
    mag_json_object(json);
    mag_json_key_text(json, key, text);
    key_count(json, "rows", rows);
    mag_json_end_object(json);
}

static void write_unknown_texts(mag_json *json, const mag_run_report *report) {
    begin_array(json, "unknown_units");
    for (size_t i = 0; i < report->unknown_unit_count; i++)
        write_counted(json, "unit", report->unknown_units[i].text, report->unknown_units[i].count);
    if (report->unknown_units_not_shown > 0)
        write_counted(json, "unit", "(not shown)", report->unknown_units_not_shown);
    mag_json_end_array(json);
    begin_array(json, "unmapped_drugs");
    for (size_t i = 0; i < report->unmapped_drug_count; i++)
        write_counted(json, "text", report->unmapped_drugs[i].text,
                      report->unmapped_drugs[i].count);
    mag_json_end_array(json);
}

static void write_unmapped_codes(mag_json *json, const mag_run_report *report) {
    begin_array(json, "unmapped_codes");
    for (size_t i = 0; i < report->unmapped_code_count; i++) {
        const mag_unmapped_code *code = &report->unmapped_codes[i];
        mag_json_object(json);
        mag_json_key_text(json, "table", mag_table_kind_name(code->kind));
        mag_json_key_text(json, "code", code->text == NULL ? "(not shown)" : code->text);
        key_count(json, "rows", code->count);
        if (code->text != NULL)
            key_count(json, "patients", code->patient_count);
        mag_json_end_object(json);
    }
    mag_json_end_array(json);
}

/* What was done with the rows of a code that do not state their unit. */
static const char *state_used(const mag_unit_profile *profile) {
    return profile->unit == MAG_UNIT_NONE ? "dropped" : "inferred_by_profile";
}

static void write_unit_profile(mag_json *json, const mag_unit_profile *profile) {
    mag_json_object(json);
    mag_json_key_text(json, "source", profile->source);
    mag_json_key_text(json, "code_system", profile->system);
    mag_json_key_text(json, "code", profile->code);
    key_count(json, "rows_without_unit", profile->row_count);
    mag_json_key_text(json, "unit", mag_unit_text(profile->unit));
    mag_json_key_text(json, "state", state_used(profile));
    key_count(json, "inferred", profile->inferred_count);
    key_count(json, "dropped", profile->dropped_count);
    key_count(json, "contradicting", profile->contradict_count);
    mag_json_end_object(json);
}

static void write_unit_profiles(mag_json *json, const mag_cohort *cohort) {
    size_t count = 0;
    const mag_unit_profile *profiles = cohort ? mag_cohort_unit_profiles(cohort, &count) : NULL;
    begin_array(json, "unit_profiles");
    for (size_t i = 0; i < count; i++)
        write_unit_profile(json, &profiles[i]);
    mag_json_end_array(json);
}

static const char *colour_name(mag_gate_colour colour) {
    return colour == MAG_RED ? "red" : colour == MAG_AMBER ? "amber" : "green";
}

static void write_measure(mag_json *json, const mag_gate_verdict *verdict) {
    switch (verdict->measure) {
    case MAG_MEASURE_SOURCE:
    case MAG_MEASURE_DATABASE:
        return;
    case MAG_MEASURE_HOURS:
        key_count(json, "hours", verdict->count);
        break;
    case MAG_MEASURE_ROWS:
        key_count(json, "rows", verdict->count);
        key_count(json, "of", verdict->of);
        key_fixed(json, "share", verdict->share, 6);
        break;
    case MAG_MEASURE_CHANGE:
        key_count(json, "rows", verdict->count);
        key_count(json, "before", verdict->of);
        key_fixed(json, "change", verdict->share, 6);
        break;
    case MAG_MEASURE_RATE:
        key_count(json, "flagged", verdict->count);
        key_count(json, "screened", verdict->of);
        key_fixed(json, "sigmas", verdict->share, 6);
        break;
    }
    key_fixed(json, "amber", verdict->amber, 6);
    key_fixed(json, "red", verdict->red, 6);
}

static void write_verdict(mag_json *json, const mag_gate_verdict *verdict) {
    mag_json_object(json);
    mag_json_key_text(json, "source", verdict->source);
    if (verdict->file[0] != '\0')
        mag_json_key_text(json, "file", verdict->file);
    mag_json_key_text(json, "gate", verdict->gate);
    if (verdict->subject != NULL)
        mag_json_key_text(json, "subject", verdict->subject);
    if (verdict->as_of != NULL)
        mag_json_key_text(json, "as_of", verdict->as_of);
    mag_json_key_text(json, "verdict", colour_name(verdict->colour));
    mag_json_key_text(json, "kind", verdict->is_hard ? "hard" : "soft");
    write_measure(json, verdict);
    mag_json_key_text(json, "note", verdict->note);
    mag_json_end_object(json);
}

static void write_gates(mag_json *json, const mag_gates *gates) {
    begin_array(json, "gates");
    for (size_t i = 0; gates != NULL && i < gates->count; i++)
        write_verdict(json, &gates->verdicts[i]);
    mag_json_end_array(json);
}

static void write_severities(mag_json *json, const char *key, const uint64_t *by_severity) {
    begin_object(json, key);
    for (unsigned severity = MAG_SEVERITY_COUNT; severity-- > MAG_SEVERITY_INFO;)
        key_count(json, mag_severity_name((mag_severity)severity), by_severity[severity]);
    mag_json_end_object(json);
}

static void write_rule(mag_json *json, const mag_rule_totals *rule, const mag_rule_facts *facts) {
    mag_json_object(json);
    mag_json_key_text(json, "id", rule->rule_id);
    mag_json_key_text(json, "version", facts->version);
    mag_json_key_text(json, "status", facts->status == MAG_RULE_STAGING ? "staging" : "active");
    key_count(json, "eligible", rule->eligible);
    key_count(json, "flagged", rule->flagged);
    key_count(json, "clear", rule->clear);
    key_count(json, "cannot_tell", rule->cannot_tell);
    key_count(json, "hidden", rule->hidden);
    begin_object(json, "cannot_tell_by_reason");
    for (unsigned reason = 0; reason < MAG_UNKNOWN_COUNT; reason++)
        if (rule->cannot_tell_by_reason[reason] > 0)
            key_count(json, mag_unknown_name((mag_unknown)reason),
                      rule->cannot_tell_by_reason[reason]);
    mag_json_end_object(json);
    write_severities(json, "visible_by_severity", rule->visible_by_severity);
    mag_json_key_text(json, "not_evaluated", rule->not_evaluated);
    mag_json_end_object(json);
}

/* Only of a run with a ledger: the rows of episodes.csv.gz, and what the night did to them. */
static void write_ledger(mag_json *json, const mag_run_record *record) {
    const mag_run_report *report = record->report;
    uint64_t count = 0;
    if (!report->has_ledger)
        return;
    for (unsigned event = 0; event < MAG_EPISODE_EVENT_COUNT; event++)
        count += report->episodes_by_event[event];
    begin_object(json, "ledger");
    mag_json_key_text_or_null(json, "after_run", record->inputs->ledger->run_id);
    key_count(json, "episodes", count);
    for (unsigned event = MAG_EPISODE_NEW; event < MAG_EPISODE_EVENT_COUNT; event++)
        key_count(json, mag_episode_event_name((mag_episode_event)event),
                  report->episodes_by_event[event]);
    mag_json_end_object(json);
}

static void write_undecided(mag_json *json, const mag_run_record *record) {
    const mag_run_report *report = record->report;
    const mag_pack *pack = record->inputs->pack;
    begin_array(json, "undecided_rules");
    for (size_t i = 0; i < report->rule_totals_count; i++) {
        const char *id = report->rules[i].rule_id;
        const mag_rule_facts *facts = mag_pack_rule(pack, (size_t)mag_pack_find_rule(pack, id));
        if (mag_rule_is_undecided(&report->rules[i], facts))
            mag_json_text(json, mag_span_of(id));
    }
    mag_json_end_array(json);
}

static void write_outcomes(mag_json *json, const mag_run_record *record) {
    const mag_run_report *report = record->report;
    begin_object(json, "patients");
    key_count(json, "roster", report->patient_count);
    key_count(json, "id_twins", report->id_twin_count);
    key_count(json, "screened", report->screened_count);
    key_count(json, "flagged", report->flagged_patient_count);
    mag_json_end_object(json);
    write_severities(json, "flags_by_severity", report->visible_by_severity);
    key_count(json, "flags_hidden", report->hidden_count);
    write_ledger(json, record);
    begin_array(json, "rules");
    for (size_t i = 0; i < report->rule_totals_count; i++) {
        int rule_idx = mag_pack_find_rule(record->inputs->pack, report->rules[i].rule_id);
        write_rule(json, &report->rules[i], mag_pack_rule(record->inputs->pack, (size_t)rule_idx));
    }
    mag_json_end_array(json);
    write_undecided(json, record);
}

static void write_finding(mag_json *json, const mag_source_finding *finding) {
    char reasons[MAG_UNKNOWN_TEXT_NBYTES];
    const mag_outcome *outcome = &finding->outcome;
    mag_json_object(json);
    mag_json_key_text(json, "rule", finding->rule_id);
    mag_json_key_text(json, "title", finding->title);
    mag_json_key_text(json, "outcome", mag_outcome_name(outcome->kind));
    key_text_or_null(json, "severity",
                     outcome->kind == MAG_FLAGGED ? mag_severity_name(outcome->severity) : NULL);
    mag_unknown_set_text(outcome->reasons, reasons);
    mag_json_key_text(json, "reasons", reasons);
    begin_array(json, "facts");
    for (size_t i = 0; i < finding->fact_count; i++) {
        const mag_source_fact *fact = &finding->facts[i];
        mag_json_object(json);
        mag_json_key_text(json, "source", fact->source);
        mag_json_key_text(json, "subject", fact->subject);
        mag_json_key_text(json, "what", fact->what);
        key_count(json, "rows", fact->count);
        key_count(json, "of", fact->of);
        mag_json_end_object(json);
    }
    mag_json_end_array(json);
    mag_json_end_object(json);
}

/* What the rules about sources found; rows of nobody. */
static void write_data_quality(mag_json *json, const mag_run_report *report) {
    begin_array(json, "data_quality");
    for (size_t i = 0; i < report->finding_count; i++)
        write_finding(json, &report->findings[i]);
    mag_json_end_array(json);
}

static void write_overrides(mag_json *json, const mag_plan *plan) {
    begin_array(json, "overrides");
    for (size_t i = 0; i < plan->override_count; i++) {
        const mag_override *override = &plan->overrides[i];
        mag_json_object(json);
        mag_json_key_text(json, "name", override->name);
        if (override->value != NULL)
            mag_json_key_text(json, "value", override->value);
        if (override->molar != NULL)
            mag_json_key_text(json, "molar", override->molar);
        if (override->mass != NULL)
            mag_json_key_text(json, "mass", override->mass);
        mag_json_key_text(json, "note", override->note == NULL ? "" : override->note);
        mag_json_end_object(json);
    }
    mag_json_end_array(json);
}

static void write_strata(mag_json *json, const mag_plan *plan) {
    begin_array(json, "strata");
    mag_json_text(json, mag_span_of("all"));
    if (plan->strata_sex)
        mag_json_text(json, mag_span_of("sex"));
    if (plan->strata_age_band)
        mag_json_text(json, mag_span_of("age_band"));
    if (plan->strata_renal_stage)
        mag_json_text(json, mag_span_of("renal_stage"));
    if (plan->strata_site)
        mag_json_text(json, mag_span_of("site"));
    mag_json_end_array(json);
}

static void write_settings(mag_json *json, const mag_run_record *record) {
    const mag_plan *plan = record->inputs->plan;
    begin_object(json, "settings");
    mag_json_key(json, "history_days");
    if (plan->history_days > 0)
        mag_json_integer(json, plan->history_days);
    else
        mag_json_null(json);
    key_text_or_null(json, "data_until", record->data_until[0] == '\0' ? NULL : record->data_until);
    key_text_or_null(json, "site_zone", plan->site_zone);
    mag_json_key_text(json, "absence",
                      plan->absence == MAG_ABSENCE_NONE ? "none" : "unknown outside stays");
    begin_object(json, "kidney");
    mag_json_key_text(json, "formula", formula_name(plan->kidney.formula));
    mag_json_key_text(json, "weight", policy_name(plan->kidney.weight_policy));
    mag_json_end_object(json);
    write_strata(json, plan);
    key_count(json, "memory_limit_bytes", plan->memory_limit_nbytes);
    mag_json_end_object(json);
    write_overrides(json, plan);
}

/* Only of a series: its T, and that summary.csv has a part for each. */
static void write_series(mag_json *json, const mag_run_report *report) {
    if (report->series == NULL)
        return;
    begin_object(json, "series");
    mag_json_key_text(json, "asked", report->series);
    mag_json_key_text(json, "summary_sha256", report->series_sha256);
    begin_array(json, "points");
    for (size_t i = 0; i < report->point_count; i++) {
        const mag_series_point *point = &report->points[i];
        mag_json_object(json);
        mag_json_key_text(json, "as_of", point->as_of);
        key_count(json, "screened", point->screened_count);
        key_count(json, "flagged", point->flagged_patient_count);
        write_severities(json, "flags_by_severity", point->visible_by_severity);
        key_count(json, "flags_hidden", point->hidden_count);
        key_count(json, "cannot_tell", point->cannot_tell_count);
        mag_json_key_text(json, "gates", colour_name(point->colour));
        mag_json_end_object(json);
    }
    mag_json_end_array(json);
    mag_json_end_object(json);
}

static void write_file_fault(mag_json *json, const mag_run_record *record) {
    mag_file_fault fault;
    if (!mag_file_fault_find(record->cohort, record->failure, &fault))
        return;
    mag_json_key_text(json, "failure_reason", fault.reason);
    mag_json_key_text(json, "failure_source", fault.source);
    mag_json_key_text(json, "failure_file", fault.file);
}

static void write_identity(mag_json *json, const mag_run_record *record) {
    const mag_run_report *report = record->report;
    const mag_run_inputs *inputs = record->inputs;
    mag_json_key_text(json, "run_id", report->run_id);
    mag_json_key_text(json, "program", "magscreen");
    mag_json_key_text(json, "version", MAG_VERSION);
    mag_json_key_text(json, "state", record->state);
    mag_json_key_integer(json, "exit_code", report->exit_code);
    if (record->failure != NULL) {
        mag_json_key_text(json, "failure_id", mag_message_code(record->failure->message));
        mag_json_key_text(json, "failure", record->failure->text);
        write_file_fault(json, record);
    }
    mag_json_key_text(json, "as_of", report->as_of);
    key_text_or_null(json, "result_sha256",
                     report->result_sha256[0] == '\0' ? NULL : report->result_sha256);
    mag_json_key_text(json, "digest_header", record->digest_header);
    write_series(json, report);
    key_text_or_null(json, "pipeline", inputs->plan->pipeline_path);
    key_text_or_null(json, "profile", inputs->plan->profile_name);
    key_text_or_null(json, "data", inputs->plan->data_directory);
    begin_object(json, "pack");
    mag_json_key_text(json, "name", report->pack_name);
    mag_json_key_text(json, "version", report->pack_version);
    mag_json_key_text(json, "sha256", mag_pack_sha256(inputs->pack));
    key_bool(json, "released", inputs->is_pack_released);
    mag_json_end_object(json);
    mag_json_key_text(json, "codebook_sha256", mag_codebook_sha256(inputs->book));
    mag_json_key_text(json, "config_sha256", inputs->plan->config_sha256);
    mag_json_key_text(json, "overrides_sha256", mag_pack_overrides_sha256(inputs->pack));
}

/* The patients that are none of the run's: raw rows that had to come out right before it read any.
 */
static void write_canaries(mag_json *json, const mag_canary_report *canaries) {
    begin_object(json, "canaries");
    key_count(json, "patients", canaries->patient_count);
    key_count(json, "outcomes_checked", canaries->outcome_count);
    key_count(json, "rules_covered", canaries->rule_count);
    key_text_or_null(json, "rules_not_covered", canaries->uncovered_rules);
    begin_array(json, "not_checked");
    for (size_t i = 0; i < canaries->not_checked_count; i++)
        mag_json_text(json, mag_span_of(canaries->not_checked[i]));
    mag_json_end_array(json);
    mag_json_end_object(json);
}

/* What a reader must know to read the figures rightly. */
static void write_assumed(mag_json *json, const mag_run_record *record) {
    static const char *const lines[] = {
        "over-the-counter products, symptoms and much chemotherapy are invisible to this screen",
        "wall-clock times are kept as written; there is no time zone arithmetic",
        "every reason of a gate is judged by its own name; csv.* faults together, per file",
        "hidden flags are counted within flagged",
        "missing_patients of lab_summary counts roster patients without an accepted result"};
    mag_json_key_text(json, "latest_follows", record->report->classes_built);
    begin_array(json, "assumed");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        mag_json_text(json, mag_span_of(lines[i]));
    mag_json_end_array(json);
}

static void write_effort(mag_json *json, const mag_run_report *report) {
    mag_json_key(json, "timings");
    mag_timings_json(json, report->timings);
    mag_json_key_integer(json, "threads", report->thread_count);
    key_count(json, "peak_memory_bytes", report->peak_memory_nbytes);
    begin_object(json, "memory");
    key_count(json, "limit_bytes", report->memory_limit_nbytes);
    key_text_or_null(json, "limit_from", report->memory_limit_from);
    key_count(json, "spilled_bytes", report->spilled_nbytes);
    key_count(json, "spilled_segments", report->spilled_segment_count);
    mag_json_end_object(json);
}

void mag_run_record_write(mag_text *out, const mag_run_record *record) {
    mag_json json;
    mag_json_begin(&json, out, true);
    mag_json_object(&json);
    write_identity(&json, record);
    write_settings(&json, record);
    write_canaries(&json, &record->report->canaries);
    write_sources(&json, record);
    write_unknown_texts(&json, record->report);
    write_unmapped_codes(&json, record->report);
    write_unit_profiles(&json, record->cohort);
    write_gates(&json, record->gates);
    mag_tracked_record_write(&json, record->report);
    write_outcomes(&json, record);
    write_data_quality(&json, record->report);
    write_assumed(&json, record);
    write_effort(&json, record->report);
    mag_json_end_object(&json);
    mag_text_add_char(out, '\n');
}
