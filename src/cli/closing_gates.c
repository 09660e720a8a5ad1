#include "cli/closing.h"

#include "cli/show.h"

#include <stdio.h>
#include <string.h>

typedef char count_text[MAG_COUNT_TEXT_NBYTES];
typedef char amount_text[MAG_AMOUNT_TEXT_NBYTES];

/* "labs.csv.gz, line 48,213" of the first such row, or the file or source that is meant. */
static void tell_where(const mag_gate_verdict *verdict, char *out, size_t nbytes) {
    count_text line;
    const char *file = *verdict->first_file ? verdict->first_file : verdict->file;
    const char *place = *file ? file : verdict->source;
    if (verdict->first_line)
        snprintf(out, nbytes, "%s, line %s", place, mag_count_text(verdict->first_line, line));
    else
        snprintf(out, nbytes, "%s", place);
}

static void tell_rows(const mag_gate_verdict *verdict, const char *what_was_done) {
    amount_text count;
    count_text share;
    char red[48] = "never red";
    if (verdict->red < 1)
        snprintf(red, sizeof red, "red above %g %%", 100 * verdict->red);
    mag_tell("  %s like this in source \"%s\" (%s; amber above %g %%, %s); %s.",
             mag_amount_text(verdict->count, "row", count), verdict->source,
             mag_share_text(verdict->count, verdict->of, share), 100 * verdict->amber, red,
             what_was_done);
}

/* 'lab test "magnesium": 3,012 -> 0 rows (...)' */
static void tell_change(const mag_gate_verdict *verdict, const char *what_was_done) {
    count_text before, now;
    mag_tell("  %s: %s -> %s rows, %s%.1f %% (amber above %g %%, %s %g %%); %s.", verdict->label,
             mag_count_text(verdict->of, before), mag_count_text(verdict->count, now),
             verdict->count < verdict->of ? "-" : "+", 100 * verdict->share, 100 * verdict->amber,
             "a fall red above", 100 * verdict->red, what_was_done);
}

static void tell_rate(const mag_gate_verdict *verdict, const char *what_was_done) {
    count_text flagged;
    amount_text screened;
    mag_tell("  %s: %s of %s flagged, %.1f sigma from before (amber above %g, none flagged red "
             "above %g); %s.",
             verdict->label, mag_count_text(verdict->count, flagged),
             mag_amount_text(verdict->of, "patient", screened), verdict->share, verdict->amber,
             verdict->red, what_was_done);
}

static void tell_extent(const mag_run_report *report, const mag_gate_verdict *verdict) {
    amount_text count;
    const char *what_was_done = mag_run_end_text(report);
    switch (verdict->measure) {
    case MAG_MEASURE_ROWS:
        tell_rows(verdict, what_was_done);
        break;
    case MAG_MEASURE_HOURS:
        mag_tell("  the newest record of source \"%s\" is %s old; %s.", verdict->source,
                 mag_amount_text(verdict->count, "hour", count), what_was_done);
        break;
    case MAG_MEASURE_CHANGE:
        tell_change(verdict, what_was_done);
        break;
    case MAG_MEASURE_RATE:
        tell_rate(verdict, what_was_done);
        break;
    case MAG_MEASURE_DATABASE:
        mag_tell("  %s; %s.", verdict->detail, what_was_done);
        break;
    case MAG_MEASURE_SOURCE:
        mag_tell("  the run has no source of %s; flagged or clear for nobody: %s; %s.",
                 verdict->source, *report->undecided_rules ? report->undecided_rules : "no rule",
                 what_was_done);
        break;
    }
}

/* The spellings are no patient's values: they are what a table of units lacks. */
static void tell_unknown_units(const mag_run_report *report) {
    amount_text count;
    for (size_t i = 0; i < report->unknown_unit_count; i++)
        mag_tell("  unit \"%s\": %s", report->unknown_units[i].text,
                 mag_amount_text(report->unknown_units[i].count, "row", count));
}

/* The ten most frequent; run.json keeps more. */
static void tell_unmapped_drugs(const mag_run_report *report) {
    enum { SHOWN_COUNT = 10 };
    amount_text count;
    for (size_t i = 0; i < report->unmapped_drug_count && i < SHOWN_COUNT; i++)
        mag_tell("  drug \"%s\": %s", report->unmapped_drugs[i].text,
                 mag_amount_text(report->unmapped_drugs[i].count, "row", count));
}

/* So are codes that no list knows: the renamed one is often the commonest. */
static void tell_unmapped_codes(const mag_run_report *report) {
    amount_text count;
    for (size_t i = 0; i < report->unmapped_code_count && i < 10; i++)
        if (report->unmapped_codes[i].kind == MAG_TABLE_LABS && report->unmapped_codes[i].text)
            mag_tell("  code \"%s\" in no list: %s", report->unmapped_codes[i].text,
                     mag_amount_text(report->unmapped_codes[i].count, "row", count));
}

/* A gate of a reason has rows that are listed under its name. */
static bool has_rejects(const mag_gate_verdict *verdict) {
    for (unsigned reason = 1; reason < MAG_REASON_COUNT; reason++)
        if (strcmp(verdict->gate, mag_reason_name((mag_reason)reason)) == 0)
            return verdict->measure == MAG_MEASURE_ROWS;
    return false;
}

void mag_rejects_command(const mag_closing *closing, const mag_gate_verdict *verdict,
                         char out[MAG_REJECTS_COMMAND_NBYTES]) {
    static const char *const endings[] = {
        [MAG_RUN_PUBLISHED] = "", [MAG_RUN_HELD] = ".held", [MAG_RUN_REFUSED] = ".failed"};
    const mag_run_end end = closing->report->end;
    out[0] = '\0';
    if (end == MAG_RUN_NOTHING_NEW || !has_rejects(verdict))
        return;
    if (closing->database)
        snprintf(out, MAG_REJECTS_COMMAND_NBYTES,
                 "magscreen rejects --db \"%s\" --run %s --reason %s", closing->database,
                 closing->database_run, verdict->gate);
    else if (closing->out_directory)
        snprintf(out, MAG_REJECTS_COMMAND_NBYTES, "magscreen rejects --from %s%s --reason %s",
                 closing->out_directory, endings[end], verdict->gate);
}

static void tell_next(const mag_closing *closing, const mag_gate_verdict *verdict) {
    char command[MAG_REJECTS_COMMAND_NBYTES];
    if (verdict->message == MAG_MSG_I240)
        mag_tell("  if commas are decimal points in source \"%s\", its profile says so: "
                 "decimal_comma: true",
                 verdict->source);
    mag_rejects_command(closing, verdict, command);
    if (*command)
        mag_tell("  see the rows: %s", command);
    mag_tell("  next: magscreen help %s", mag_message_code(verdict->message));
}

static void tell_gate(const mag_closing *closing, const mag_gate_verdict *verdict) {
    const mag_run_report *report = closing->report;
    char where[512];
    tell_where(verdict, where, sizeof where);
    bool has_column = verdict->column && *verdict->column;
    mag_tell("magscreen: %s%s%s%s: %s (%s) [%s]", where, has_column ? ", column \"" : "",
             has_column ? verdict->column : "", has_column ? "\"" : "",
             mag_message_gist(verdict->message), verdict->gate, mag_message_code(verdict->message));
    tell_extent(report, verdict);
    if (verdict->as_of)
        mag_tell("  so as of %s; no later time of the series is worse", verdict->as_of);
    if (verdict->detail && verdict->measure != MAG_MEASURE_DATABASE)
        mag_tell("  %s", verdict->detail);
    if (strcmp(verdict->gate, mag_reason_name(MAG_REASON_UNIT_UNKNOWN)) == 0)
        tell_unknown_units(report);
    if (verdict->message == MAG_MSG_I248)
        tell_unmapped_drugs(report);
    if (verdict->message == MAG_MSG_I247)
        tell_unmapped_codes(report);
    if (verdict->note && *verdict->note)
        mag_tell("  limit of this source: %s", verdict->note);
    tell_next(closing, verdict);
}

void mag_closing_gates(const mag_closing *closing, bool is_json) {
    const mag_run_report *report = closing->report;
    if (is_json)
        return; /* they are part of the answer */
    for (size_t i = 0; i < report->verdict_count; i++)
        if (report->verdicts[i].colour != MAG_GREEN)
            tell_gate(closing, &report->verdicts[i]);
}
