#include "cli/closing.h"
#include "engine/timings_record.h"
#include "io/json_writer.h"

#include <stdio.h>

static const char *const colour_names[] = {"green", "amber", "red"};

static void gate_json(mag_json *json, const mag_closing *closing, const mag_gate_verdict *verdict) {
    char command[MAG_REJECTS_COMMAND_NBYTES], hint[MAG_REJECTS_COMMAND_NBYTES + 80];
    mag_rejects_command(closing, verdict, command);
    mag_json_object(json);
    mag_json_key_text(json, "id", mag_message_code(verdict->message));
    mag_json_key_text(json, "reason", mag_message_gist(verdict->message));
    mag_json_key_text(json, "gate", verdict->gate);
    if (verdict->subject)
        mag_json_key_text(json, "subject", verdict->subject);
    if (verdict->as_of)
        mag_json_key_text(json, "as_of", verdict->as_of);
    mag_json_key_text(json, "colour", colour_names[verdict->colour]);
    mag_json_key_text(json, "source", verdict->source);
    mag_json_key_text(json, "file", *verdict->first_file ? verdict->first_file : verdict->file);
    mag_json_key_integer(json, "line", verdict->first_line);
    mag_json_key_text(json, "column", verdict->column ? verdict->column : "");
    mag_json_key_integer(json, "count", (int64_t)verdict->count);
    mag_json_key_integer(json, "of", (int64_t)verdict->of);
    mag_json_key_text(json, "note", verdict->note ? verdict->note : "");
    mag_json_key_text(json, "detail", verdict->detail ? verdict->detail : "");
    snprintf(hint, sizeof hint, "%s%s%snext: magscreen help %s", *command ? "see the rows: " : "",
             command, *command ? "; " : "", mag_message_code(verdict->message));
    mag_json_key_text(json, "hint", hint);
    mag_json_end_object(json);
}

static void key_seconds(mag_json *json, const char *key, double seconds) {
    char text[40];
    snprintf(text, sizeof text, "%.6f", seconds);
    mag_json_key(json, key);
    mag_json_number(json, text);
}

static void key_stage(mag_json *json, const char *key, const mag_run_report *report,
                      mag_timed_stage stage) {
    key_seconds(json, key, mag_timings_of_stage(report->timings, stage).wall);
}

static const char *const end_names[] = {"published", "held", "refused", "nothing_new"};

static void source_json(mag_json *json, const struct mag_source_totals *source) {
    const mag_accounting *rows = &source->accounting;
    mag_json_object(json);
    mag_json_key_text(json, "source", source->name);
    mag_json_key_integer(json, "files", (int64_t)source->file_count);
    mag_json_key_integer(json, "read", (int64_t)rows->read);
    mag_json_key_integer(json, "accepted", (int64_t)rows->accepted);
    mag_json_key_integer(json, "rejected", (int64_t)mag_accounting_rejected(rows));
    mag_json_key_integer(json, "out_of_window", (int64_t)rows->out_of_window);
    mag_json_key_integer(json, "duplicate", (int64_t)rows->duplicate);
    mag_json_key_integer(json, "not_of_interest", (int64_t)rows->not_of_interest);
    mag_json_end_object(json);
}

static void rule_json(mag_json *json, const mag_rule_totals *rule) {
    mag_json_object(json);
    mag_json_key_text(json, "rule_id", rule->rule_id);
    mag_json_key_integer(json, "eligible", (int64_t)rule->eligible);
    mag_json_key_integer(json, "flagged", (int64_t)rule->flagged);
    mag_json_key_integer(json, "clear", (int64_t)rule->clear);
    mag_json_key_integer(json, "cannot_tell", (int64_t)rule->cannot_tell);
    mag_json_key_integer(json, "hidden", (int64_t)rule->hidden);
    mag_json_end_object(json);
}

static void point_json(mag_json *json, const mag_series_point *point) {
    mag_json_object(json);
    mag_json_key_text(json, "as_of", point->as_of);
    mag_json_key_integer(json, "screened", (int64_t)point->screened_count);
    mag_json_key_integer(json, "flagged", (int64_t)point->flagged_patient_count);
    mag_json_key_integer(json, "hidden", (int64_t)point->hidden_count);
    mag_json_key_integer(json, "cannot_tell", (int64_t)point->cannot_tell_count);
    mag_json_key_text(json, "colour", colour_names[point->colour]);
    mag_json_end_object(json);
}

static void series_json(mag_json *json, const mag_run_report *report) {
    if (!report->series)
        return;
    mag_json_key_text(json, "series", report->series);
    mag_json_key(json, "points");
    mag_json_array(json);
    for (size_t i = 0; i < report->point_count; i++)
        point_json(json, &report->points[i]);
    mag_json_end_array(json);
}

/* In JSON too it is said what was tried before any row was read, and what was not. */
static void canaries_json(mag_json *json, const mag_canary_report *canaries) {
    mag_json_key(json, "canaries");
    mag_json_object(json);
    mag_json_key_integer(json, "patients", (int64_t)canaries->patient_count);
    mag_json_key_integer(json, "outcomes_checked", (int64_t)canaries->outcome_count);
    mag_json_key_integer(json, "rules_covered", (int64_t)canaries->rule_count);
    mag_json_key_text(json, "rules_not_covered",
                      canaries->uncovered_rules ? canaries->uncovered_rules : "");
    mag_json_key(json, "not_checked");
    mag_json_array(json);
    for (size_t i = 0; i < canaries->not_checked_count; i++)
        mag_json_text(json, mag_span_of(canaries->not_checked[i]));
    mag_json_end_array(json);
    mag_json_end_object(json);
}

static void lists_json(mag_json *json, const mag_closing *closing) {
    const mag_run_report *report = closing->report;
    mag_json_key(json, "sources");
    mag_json_array(json);
    for (size_t i = 0; i < report->source_count; i++)
        source_json(json, &report->sources[i]);
    mag_json_end_array(json);
    mag_json_key(json, "rules");
    mag_json_array(json);
    for (size_t i = 0; i < report->rule_totals_count; i++)
        rule_json(json, &report->rules[i]);
    mag_json_end_array(json);
    mag_json_key(json, "gates");
    mag_json_array(json);
    for (size_t i = 0; i < report->verdict_count; i++)
        gate_json(json, closing, &report->verdicts[i]);
    mag_json_end_array(json);
}

static void ledger_json(mag_json *json, const mag_run_report *report) {
    if (!report->has_ledger)
        return;
    mag_json_key(json, "episodes");
    mag_json_object(json);
    for (unsigned event = MAG_EPISODE_NEW; event < MAG_EPISODE_EVENT_COUNT; event++)
        mag_json_key_integer(json, mag_episode_event_name((mag_episode_event)event),
                             (int64_t)report->episodes_by_event[event]);
    mag_json_end_object(json);
}

mag_status mag_closing_json(const mag_closing *closing, mag_text *out, mag_error *err) {
    const mag_run_report *report = closing->report;
    uint64_t read = 0;
    for (size_t i = 0; i < report->source_count; i++)
        read += report->sources[i].accounting.read;
    mag_json json;
    mag_json_begin(&json, out, true);
    mag_json_object(&json);
    mag_json_key_text(&json, "end", end_names[report->end]);
    mag_json_key_integer(&json, "exit", mag_closing_exit_code(closing));
    mag_json_key_text(&json, "run_id", report->run_id);
    mag_json_key_text(&json, "as_of", report->as_of);
    series_json(&json, report);
    mag_json_key_text(&json, "directory", closing->out_directory ? closing->out_directory : "");
    if (closing->database)
        mag_json_key_text(&json, "database_run", closing->database_run);
    mag_json_key_text(&json, "result_sha256", report->result_sha256);
    mag_json_key_integer(&json, "patients", (int64_t)report->patient_count);
    mag_json_key_integer(&json, "screened", (int64_t)report->screened_count);
    mag_json_key_integer(&json, "hidden", (int64_t)report->hidden_count);
    ledger_json(&json, report);
    for (int severity = MAG_SEVERITY_CRITICAL; severity >= MAG_SEVERITY_INFO; severity--)
        mag_json_key_integer(&json, mag_severity_name((mag_severity)severity),
                             (int64_t)report->visible_by_severity[severity]);
    canaries_json(&json, &report->canaries);
    lists_json(&json, closing);
    mag_json_key_integer(&json, "rows_read", (int64_t)read);
    key_stage(&json, "seconds_ingest", report, MAG_TIMED_READ);
    key_stage(&json, "seconds_settle", report, MAG_TIMED_SETTLE);
    key_stage(&json, "seconds_screen", report, MAG_TIMED_SCREEN);
    key_stage(&json, "seconds_publish", report, MAG_TIMED_PUBLISH);
    key_seconds(&json, "seconds_total", report->seconds_total);
    mag_json_key_integer(&json, "peak_memory_bytes", (int64_t)report->peak_memory_nbytes);
    mag_json_key_integer(&json, "memory_limit_bytes", (int64_t)report->memory_limit_nbytes);
    mag_json_key_integer(&json, "spilled_bytes", (int64_t)report->spilled_nbytes);
    if (closing->has_timings) {
        mag_json_key(&json, "timings");
        mag_timings_json(&json, report->timings);
    }
    mag_json_end_object(&json);
    return mag_text_check(out, err);
}
