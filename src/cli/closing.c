#include "cli/closing.h"

#include "cli/closing_database.h"
#include "cli/closing_timings.h"
#include "cli/show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef char count_text[MAG_COUNT_TEXT_NBYTES];
typedef char amount_text[MAG_AMOUNT_TEXT_NBYTES];

static const char *source_word(const mag_run_report *report, const char *source) {
    mag_gate_colour worst = MAG_GREEN;
    bool is_change = false;
    for (size_t i = 0; i < report->verdict_count; i++)
        if (strcmp(report->verdicts[i].source, source) == 0 && report->verdicts[i].colour > worst) {
            worst = report->verdicts[i].colour;
            is_change = report->verdicts[i].measure == MAG_MEASURE_CHANGE;
        }
    if (worst == MAG_RED && is_change)
        return "far from before";
    return worst == MAG_GREEN ? "ok" : worst == MAG_AMBER ? "warning" : "too many set aside";
}

static void show_bucket(const char *name, uint64_t count, uint64_t of, const char *id) {
    count_text text, share;
    if (count > 0)
        mag_show("      %14s  %-26s %s%s%s", mag_count_text(count, text), name,
                 mag_share_text(count, of, share), *id ? "  " : "", id);
}

static void show_source(const mag_run_report *report, const struct mag_source_totals *source) {
    const mag_accounting *rows = &source->accounting;
    count_text read, accepted;
    mag_show("  %-16s %14s %s  %-8s %s used", source->name, mag_count_text(rows->read, read),
             rows->read == 1 ? "row " : "rows", source_word(report, source->name),
             mag_count_text(rows->accepted, accepted));
    show_bucket("not of interest", rows->not_of_interest, rows->read, "");
    show_bucket("outside the window", rows->out_of_window, rows->read, "");
    show_bucket("exact duplicates", rows->duplicate, rows->read, "");
    uint64_t of = mag_accounting_of_interest(rows);
    for (int reason = 1; reason < MAG_REASON_COUNT; reason++)
        show_bucket(mag_reason_name((mag_reason)reason), rows->rejected[reason], of,
                    mag_message_code(mag_reason_message((mag_reason)reason)));
    show_bucket("drug names unmapped", rows->unmapped, of, "MS-I248");
    amount_text ended;
    if (rows->ended_orders)
        mag_show("      %s without a stop ended by the 365-day rule",
                 mag_amount_text(rows->ended_orders, "prescription", ended));
}

static void show_note(const mag_run_note *note) {
    amount_text count;
    if (note->line > 0)
        mag_show("  note: %s: %s, %s, first on line %lu [%s]", note->file,
                 mag_message_gist(note->message), mag_amount_text(note->count, note->noun, count),
                 (unsigned long)note->line, mag_message_code(note->message));
    else if (note->count > 0)
        mag_show("  note: %s: %s, %s [%s]", note->file, mag_message_gist(note->message),
                 mag_amount_text(note->count, note->noun, count), mag_message_code(note->message));
    else
        mag_show("  note: %s: %s [%s]", note->file, mag_message_gist(note->message),
                 mag_message_code(note->message));
}

/* What was compared with earlier runs, and what was not: silence must not look like "no change". */
static void show_history(const mag_closing *closing) {
    const mag_run_report *report = closing->report;
    enum { SHOWN_COUNT = 8 };
    const mag_not_compared *items = report->not_compared;
    if (!report->previous) {
        mag_show("  not compared with earlier runs (%s): volume, class_or_test_falls, "
                 "firing_rate were not judged",
                 closing->database ? "none was published" : "no --previous");
        return;
    }
    mag_show(closing->database ? "  compared with run %s as of %s"
                               : "  compared with the run of %s as of %s",
             report->previous->run_id, report->previous->as_of);
    for (size_t i = 0; i < report->not_compared_count && i < SHOWN_COUNT; i++)
        mag_show("    not judged: %s%s%s: %s", items[i].gate, *items[i].subject ? " of " : "",
                 items[i].subject, items[i].why);
    if (report->not_compared_count > SHOWN_COUNT)
        mag_show("    not judged: %zu more, all under gates_not_judged in run.json",
                 report->not_compared_count - SHOWN_COUNT);
}

static void show_cannot_tell(const mag_rule_totals *rule) {
    count_text count;
    amount_text of;
    if (rule->not_evaluated && *rule->not_evaluated) {
        mag_show("  %s was not evaluated for anybody: %s", rule->rule_id, rule->not_evaluated);
        return;
    }
    if (rule->cannot_tell == 0)
        return;
    char reasons[256] = "";
    size_t at = 0;
    for (int reason = 0; reason < MAG_UNKNOWN_COUNT; reason++) {
        uint64_t n = rule->cannot_tell_by_reason[reason];
        if (n > 0 && at < sizeof reasons)
            at += (size_t)snprintf(reasons + at, sizeof reasons - at, "%s%s %s", at ? ", " : "",
                                   mag_unknown_name((mag_unknown)reason), mag_count_text(n, count));
    }
    mag_show("  could not be assessed: %s of %s for %s %s (%s)",
             mag_count_text(rule->cannot_tell, count),
             mag_amount_text(rule->eligible, "patient", of), rule->rule_id, rule->title, reasons);
}

/* What a rule about sources found: "magnesium of lims: 12 of 300 rows without unit (4.00 %)". */
static void show_finding(const mag_source_finding *finding) {
    const mag_outcome *outcome = &finding->outcome;
    char reasons[MAG_UNKNOWN_TEXT_NBYTES];
    mag_unknown_set_text(outcome->reasons, reasons);
    if (outcome->kind == MAG_CANNOT_TELL)
        mag_show("  data: %s %s: cannot tell (%s)", finding->rule_id, finding->title, reasons);
    if (outcome->kind != MAG_FLAGGED)
        return;
    mag_show("  data: %s %s", finding->rule_id, finding->title);
    for (size_t i = 0; i < finding->fact_count; i++) {
        const mag_source_fact *fact = &finding->facts[i];
        count_text count, share;
        amount_text of;
        mag_show("    %s of %s: %s of %s %s (%s)", fact->subject, fact->source,
                 mag_count_text(fact->count, count), mag_amount_text(fact->of, "row", of),
                 fact->what, mag_share_text(fact->count, fact->of, share));
    }
}

/* No flag at all is never shown as nothing: what was looked at stands there. */
static void show_what_was_looked_at(const mag_run_report *report) {
    count_text eligible, clear, cannot_tell;
    mag_show("  no flag at all; this is what was looked at:");
    for (size_t i = 0; i < report->rule_totals_count; i++) {
        const mag_rule_totals *rule = &report->rules[i];
        mag_show("    %s  in the denominator %s, clear %s, cannot tell %s", rule->rule_id,
                 mag_count_text(rule->eligible, eligible), mag_count_text(rule->clear, clear),
                 mag_count_text(rule->cannot_tell, cannot_tell));
    }
}

/* "318 new, 1,902 ongoing, 205 resolved": what the night did to the flags of the nights before. */
static void show_ledger(const mag_run_report *report) {
    char line[256] = "";
    size_t at = 0;
    count_text count;
    if (!report->has_ledger)
        return;
    for (unsigned event = MAG_EPISODE_NEW; event < MAG_EPISODE_EVENT_COUNT; event++) {
        uint64_t n = report->episodes_by_event[event];
        if (n > 0)
            at += (size_t)snprintf(line + at, sizeof line - at, "%s%s %s", at ? ", " : "",
                                   mag_count_text(n, count),
                                   mag_episode_event_name((mag_episode_event)event));
    }
    mag_show("  since the run before: %s", at ? line : "none now, and none in the run before");
}

static void show_flags(const mag_run_report *report) {
    uint64_t visible = 0;
    char line[256] = "";
    size_t at = 0;
    count_text count;
    for (int severity = MAG_SEVERITY_CRITICAL; severity >= MAG_SEVERITY_INFO; severity--) {
        uint64_t n = report->visible_by_severity[severity];
        visible += n;
        at += (size_t)snprintf(line + at, sizeof line - at, "%s%s %s", at ? ", " : "",
                               mag_count_text(n, count), mag_severity_name((mag_severity)severity));
    }
    if (visible + report->hidden_count == 0) {
        show_what_was_looked_at(report);
        return;
    }
    amount_text patients;
    count_text hidden;
    mag_show("  flags: %s; %s flagged; %s hidden behind a flag that says more", line,
             mag_amount_text(report->flagged_patient_count, "patient", patients),
             mag_count_text(report->hidden_count, hidden));
}

static size_t warning_count(const mag_run_report *report) {
    size_t count = 0;
    for (size_t i = 0; i < report->verdict_count; i++)
        count += report->verdicts[i].colour == MAG_AMBER;
    return count;
}

void mag_closing_failed(const char *out, void (*say)(const char *format, ...)) {
    say("record: %s.failed/run.json", out);
    say("next: magscreen rejects --from %s.failed", out);
}

/* Of earlier nights: they stay until a later run is held or fails, and are not this result. */
static void show_left(const char *out) {
    static const char *const ends[] = {"held", "failed"};
    for (size_t i = 0; i < 2; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s.%s/run.json", out, ends[i]);
        if (access(path, F_OK) == 0)
            mag_show("note: an earlier run that %s lies in %s.%s; remove it when it is understood",
                     i == 0 ? "was held" : "failed", out, ends[i]);
    }
}

int mag_closing_exit_code(const mag_closing *closing) {
    enum { PUBLISHED_WITH_WARNINGS = 3 };
    int exit_code = closing->report->exit_code;
    return exit_code == 0 && closing->has_lost_messages ? PUBLISHED_WITH_WARNINGS : exit_code;
}

/* Here, or in the run before that was named. */
static void show_nothing_new(const mag_closing *closing, int exit_code) {
    const mag_run_report *report = closing->report;
    const char *holder = closing->out_directory;
    if (report->published_by && report->previous)
        holder = report->previous->name;
    mag_show("NOTHING NEW: %s holds this very result already [MS-P410]   (exit %d)", holder,
             exit_code);
    if (report->published_by)
        mag_show("published as run %s", report->published_by);
    mag_show("next: magscreen worklist --from %s", holder);
}

static void show_end(const mag_closing *closing) {
    const mag_run_report *report = closing->report;
    const char *out = closing->out_directory;
    int exit_code = mag_closing_exit_code(closing);
    size_t warnings = warning_count(report);
    if (closing->has_lost_messages)
        mag_show("messages were lost: standard error could not be written [MS-P411]");
    if (closing->database) {
        mag_closing_database_end(closing, warnings);
        return;
    }
    if (!out) {
        mag_show("DRY RUN, nothing was written   (exit %d)", exit_code);
        return;
    }
    switch (report->end) {
    case MAG_RUN_PUBLISHED:
        if (warnings)
            mag_show("PUBLISHED WITH %zu WARNING%s in %s   (exit %d)", warnings,
                     warnings == 1 ? "" : "S", out, exit_code);
        else
            mag_show("PUBLISHED in %s   (exit %d)", out, exit_code);
        show_left(out);
        mag_show("next: magscreen worklist --from %s", out);
        return;
    case MAG_RUN_NOTHING_NEW:
        show_nothing_new(closing, exit_code);
        return;
    case MAG_RUN_HELD:
        mag_show("HELD in %s.held, nothing new is visible   (exit %d)", out, exit_code);
        mag_show("record: %s.held/run.json", out);
        mag_show("if it is right: magscreen publish %s.held --reason TEXT", out);
        mag_show("next: magscreen rejects --from %s.held", out);
        return;
    case MAG_RUN_REFUSED:
        mag_show("REFUSED, nothing new is visible; the reasons are in %s.failed   (exit %d)", out,
                 exit_code);
        mag_closing_failed(out, mag_show);
        return;
    }
}

/* --- series ------------------------------------------------------------------------------------
 */
static void show_point(const mag_series_point *point) {
    static const char *const words[] = {"", "  warning", "  too many set aside"};
    count_text cannot_tell, urgent;
    amount_text screened, flagged;
    const uint64_t *visible = point->visible_by_severity;
    mag_show("    %s  %s, %s flagged (critical or high: %s), cannot tell %s (patient x rule)%s",
             point->as_of, mag_amount_text(point->screened_count, "adult", screened),
             mag_amount_text(point->flagged_patient_count, "patient", flagged),
             mag_count_text(visible[MAG_SEVERITY_CRITICAL] + visible[MAG_SEVERITY_HIGH], urgent),
             mag_count_text(point->cannot_tell_count, cannot_tell), words[point->colour]);
}

/* A year of months in full, of a longer one both ends. */
static void show_series(const mag_run_report *report) {
    enum { SHOWN_IN_FULL = 13, SHOWN_OF_AN_END = 3 };
    const size_t count = report->point_count;
    amount_text times, more;
    if (!report->series)
        return;
    mag_show("  series %s: %s, all in summary.csv; everything else is of the last", report->series,
             mag_amount_text(count, "time", times));
    for (size_t i = 0; i < count; i++) {
        if (count > SHOWN_IN_FULL && i == SHOWN_OF_AN_END) {
            i = count - SHOWN_OF_AN_END;
            mag_show("    ... %s", mag_amount_text(i - SHOWN_OF_AN_END, "more time", more));
        }
        show_point(&report->points[i]);
    }
}

/* What was tried before any row was read, and what could not be. */
static void show_canaries(const mag_canary_report *canaries) {
    amount_text patients, outcomes, rules;
    const char *uncovered = canaries->uncovered_rules;
    if (canaries->outcome_count > 0)
        mag_show("  canaries: %s of %s right, %s flagged%s%s",
                 mag_amount_text(canaries->outcome_count, "outcome", outcomes),
                 mag_amount_text(canaries->patient_count, "canary patient", patients),
                 mag_amount_text(canaries->rule_count, "rule", rules),
                 uncovered[0] == '\0' ? "" : "; not tried: ", uncovered);
    else
        mag_show("  canaries: none; whether codes, units and dates reach the rules was not tried");
    if (canaries->not_checked_count > 0)
        mag_show("    not checked: %s%s", canaries->not_checked[0],
                 canaries->not_checked_count > 1 ? " ... (all in run.json, canaries)" : "");
}

static void show_spilled(const mag_run_report *report) {
    const double mib = 1024.0 * 1024.0;
    amount_text segments;
    if (report->spilled_segment_count == 0)
        return;
    mag_show("  spilled to disk: %.1f MiB in %s, to keep to %.1f MiB of memory (%s)",
             (double)report->spilled_nbytes / mib,
             mag_amount_text(report->spilled_segment_count, "segment", segments),
             (double)report->memory_limit_nbytes / mib,
             report->memory_limit_from ? report->memory_limit_from : "");
}

void mag_closing_lines(const mag_closing *closing) {
    const mag_run_report *report = closing->report;
    amount_text rules, patients, screened, threads;
    mag_show("magscreen run  as-of %s  rules %s %s (%zu)", report->as_of, report->pack_name,
             report->pack_version, report->rule_count);
    show_canaries(&report->canaries);
    for (size_t i = 0; i < report->source_count; i++)
        show_source(report, &report->sources[i]);
    for (size_t i = 0; i < report->note_count; i++)
        show_note(&report->notes[i]);
    show_history(closing);
    if (report->end != MAG_RUN_REFUSED) {
        mag_show("  evaluated %s on %s (%s alive with an as-of), %s, %.1f s",
                 mag_amount_text(report->rule_count, "rule", rules),
                 mag_amount_text(report->patient_count, "patient", patients),
                 mag_amount_text(report->screened_count, "adult", screened),
                 mag_amount_text((uint64_t)report->thread_count, "thread", threads),
                 report->seconds_total);
        for (size_t i = 0; i < report->rule_totals_count; i++)
            show_cannot_tell(&report->rules[i]);
        for (size_t i = 0; i < report->finding_count; i++)
            show_finding(&report->findings[i]);
        show_flags(report);
        show_ledger(report);
        show_series(report);
    }
    show_spilled(report);
    if (closing->has_timings)
        mag_closing_timings(report);
    show_end(closing);
}
