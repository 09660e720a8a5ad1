/* Totals for the closing lines and run.json. */
#include "engine/report.h"

#include "base/text.h"
#include "io/yaml_tree.h"

#include <stdlib.h>
#include <string.h>

enum { UNIT_TEXT_NBYTES = 12, UNIT_ROWS = 5 };

static bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Up to three letters, or nearly a word of the table of units: names of people are longer. */
static bool is_word_of_units(const char *at, size_t length) {
    enum { SHORT = 3 };
    static const char *const known[] = {"mmol",  "umol",  "nmol", "pmol",    "mval", "mequiv",
                                        "litre", "liter", "mosm", "percent", NULL};
    char word[UNIT_TEXT_NBYTES + 1] = "";
    for (size_t i = 0; i < length; i++)
        word[i] = at[i] >= 'A' && at[i] <= 'Z' ? (char)(at[i] - 'A' + 'a') : at[i];
    return length <= SHORT || mag_nearest_name(word, known) != NULL;
}

/* A spelling of a unit, not a name or number that a shifted column brought here: short, in several
   rows, without two digits in a row ("10*9/L" has them: better not shown than an id), without two
   words beside each other, and without any that units do not have. */
static bool may_be_shown(const mag_unknown_unit *unit) {
    if (unit->count < UNIT_ROWS || strlen(unit->text) > UNIT_TEXT_NBYTES)
        return false;
    for (const char *at = unit->text; *at != '\0'; at++) {
        if (at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9')
            return false;
        if (!is_letter(*at))
            continue;
        size_t length = 1;
        while (is_letter(at[length]))
            length++;
        if (!is_word_of_units(at, length) || (at[length] == ' ' && is_letter(at[length + 1])))
            return false;
        at += length - 1;
    }
    return true;
}

static mag_status report_units(mag_arena *arena, const mag_cohort *cohort, mag_run_report *report,
                               mag_error *err) {
    mag_unknown_unit units[10];
    uint64_t rejected = 0, shown = 0;
    size_t count = mag_cohort_unknown_units(cohort, units);
    report->unknown_unit_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!may_be_shown(&units[i]))
            continue;
        units[i].text = mag_arena_text(arena, mag_span_of(units[i].text));
        if (units[i].text == NULL)
            return mag_fail_memory(err, UNIT_TEXT_NBYTES);
        report->unknown_units[report->unknown_unit_count++] = units[i];
        shown += units[i].count;
    }
    for (size_t i = 0; i < report->source_count; i++)
        rejected += report->sources[i].accounting.rejected[MAG_REASON_UNIT_UNKNOWN];
    report->unknown_units_not_shown = rejected > shown ? rejected - shown : 0;
    return MAG_OK;
}

/* The cohort keeps no text that may hold an id. */
static mag_status report_drugs(mag_arena *arena, const mag_cohort *cohort, mag_run_report *report,
                               mag_error *err) {
    mag_unmapped_drug *drugs = mag_arena_alloc(arena, MAG_UNMAPPED_COUNT * sizeof *drugs);
    if (drugs == NULL)
        return mag_fail_memory(err, MAG_UNMAPPED_COUNT * sizeof *drugs);
    report->unmapped_drug_count = mag_cohort_unmapped(cohort, drugs, MAG_UNMAPPED_COUNT);
    report->unmapped_drugs = drugs;
    for (size_t i = 0; i < report->unmapped_drug_count; i++) {
        drugs[i].text = mag_arena_text(arena, mag_span_of(drugs[i].text));
        if (drugs[i].text == NULL)
            return mag_fail_memory(err, MAG_UNMAPPED_COUNT);
    }
    return MAG_OK;
}

static mag_status report_unmapped_codes(mag_arena *arena, const mag_cohort *cohort,
                                        mag_table_kind kind, mag_unmapped_code *out, size_t *count,
                                        mag_error *err) {
    mag_shown_code codes[MAG_UNMAPPED_CODE_SHOWN];
    uint64_t not_shown;
    size_t found =
        mag_cohort_unmapped_codes(cohort, kind, codes, MAG_UNMAPPED_CODE_SHOWN, &not_shown);
    for (size_t i = 0; i < found; i++) {
        mag_unmapped_code *code = &out[(*count)++];
        *code = (mag_unmapped_code){kind, mag_arena_text(arena, mag_span_of(codes[i].text)),
                                    codes[i].count, codes[i].patient_count};
        if (code->text == NULL)
            return mag_fail_memory(err, sizeof *code);
    }
    if (not_shown > 0)
        out[(*count)++] = (mag_unmapped_code){kind, NULL, not_shown, 0};
    return MAG_OK;
}

static mag_status report_code_table(mag_arena *arena, const mag_cohort *cohort,
                                    mag_run_report *report, mag_error *err) {
    enum { ROOM = 2 * (MAG_UNMAPPED_CODE_SHOWN + 1) };
    mag_unmapped_code *codes = mag_arena_alloc(arena, ROOM * sizeof *codes);
    if (codes == NULL)
        return mag_fail_memory(err, ROOM * sizeof *codes);
    report->unmapped_codes = codes;
    report->unmapped_code_count = 0;
    MAG_TRY(report_unmapped_codes(arena, cohort, MAG_TABLE_LABS, codes,
                                  &report->unmapped_code_count, err));
    return report_unmapped_codes(arena, cohort, MAG_TABLE_PRESCRIPTIONS, codes,
                                 &report->unmapped_code_count, err);
}

static mag_status report_codes(mag_arena *arena, const mag_cohort *cohort, mag_run_report *report,
                               mag_error *err) {
    enum { ROOM = sizeof report->malformed_codes / sizeof *report->malformed_codes };
    report->malformed_code_count =
        mag_cohort_malformed_codes(cohort, report->malformed_codes, ROOM);
    for (size_t i = 0; i < report->malformed_code_count; i++) {
        mag_counted_text *code = &report->malformed_codes[i];
        code->text = mag_arena_text(arena, mag_span_of(code->text));
        if (code->text == NULL)
            return mag_fail_memory(err, sizeof *code);
    }
    return MAG_OK;
}

mag_status mag_report_sources(mag_arena *arena, const mag_plan *plan, const mag_cohort *cohort,
                              mag_run_report *report, mag_error *err) {
    size_t nbytes = (plan->source_count + 1) * sizeof *report->sources;
    report->sources = mag_arena_alloc(arena, nbytes);
    if (report->sources == NULL)
        return mag_fail_memory(err, nbytes);
    report->source_count = plan->source_count;
    for (size_t i = 0; i < plan->source_count; i++) {
        struct mag_source_totals *totals = &report->sources[i];
        totals->name = plan->sources[i].name;
        totals->kind = plan->sources[i].kind;
        totals->accounting = mag_source_accounting(cohort, totals->name, &totals->file_count);
    }
    report->newest_lab = mag_cohort_newest(cohort, MAG_TABLE_LABS);
    report->newest_prescription = mag_cohort_newest(cohort, MAG_TABLE_PRESCRIPTIONS);
    MAG_TRY(report_units(arena, cohort, report, err));
    MAG_TRY(report_codes(arena, cohort, report, err));
    MAG_TRY(report_code_table(arena, cohort, report, err));
    return report_drugs(arena, cohort, report, err);
}

static void fill_rule(const mag_screen *screen, size_t rule_idx, mag_rule_totals *totals) {
    const mag_tally *tally = &screen->total;
    const mag_rule_facts *rule = mag_pack_rule(screen->pack, rule_idx);
    const mag_rule_counts *counts = &tally->counts[rule_idx * tally->level_count];
    *totals = (mag_rule_totals){.rule_id = rule->id,
                                .title = rule->title,
                                .eligible = counts->eligible,
                                .flagged = counts->flagged,
                                .clear = counts->clear,
                                .cannot_tell = counts->cannot_tell,
                                .hidden = counts->hidden,
                                .not_evaluated =
                                    mag_rule_not_evaluated(screen->pack, rule_idx, screen->cohort)};
    memcpy(totals->visible_by_severity, tally->visible_by_severity + rule_idx * MAG_SEVERITY_COUNT,
           sizeof totals->visible_by_severity);
    memcpy(totals->cannot_tell_by_reason,
           tally->cannot_tell_by_reason + rule_idx * MAG_UNKNOWN_COUNT,
           sizeof totals->cannot_tell_by_reason);
}

bool mag_rule_is_undecided(const mag_rule_totals *totals, const mag_rule_facts *facts) {
    return facts->status == MAG_RULE_ACTIVE && totals->flagged + totals->clear == 0;
}

/* Screening nobody, or telling for nobody, must not look like "no flags". */
static mag_status name_undecided(mag_arena *arena, const mag_pack *pack, mag_run_report *report,
                                 mag_error *err) {
    mag_text text;
    mag_text_init(&text, mag_arena_account(arena));
    for (size_t i = 0; i < report->rule_totals_count; i++) {
        const char *id = report->rules[i].rule_id;
        const mag_rule_facts *facts = mag_pack_rule(pack, (size_t)mag_pack_find_rule(pack, id));
        if (!mag_rule_is_undecided(&report->rules[i], facts))
            continue;
        mag_text_add_text(&text, text.nbytes > 0 ? ", " : "");
        mag_text_add_text(&text, id);
    }
    mag_status status = mag_text_check(&text, err);
    report->undecided_rules = mag_arena_text(arena, mag_text_span(&text));
    if (status == MAG_OK && report->undecided_rules == NULL)
        status = mag_fail_memory(err, text.nbytes);
    mag_text_done(&text);
    return status;
}

mag_status mag_report_rules(mag_arena *arena, const mag_screen *screen, mag_run_report *report,
                            mag_error *err) {
    size_t rule_count = mag_pack_rule_count(screen->pack);
    mag_rule_totals *rules = mag_arena_alloc(arena, (rule_count + 1) * sizeof *rules);
    if (rules == NULL)
        return mag_fail_memory(err, rule_count * sizeof *rules);
    report->rules = rules;
    for (size_t rule_idx = 0; rule_idx < rule_count; rule_idx++) {
        const mag_rule_facts *facts = mag_pack_rule(screen->pack, rule_idx);
        if (!mag_rule_is_counted(facts))
            continue;
        mag_rule_totals *totals = &rules[report->rule_totals_count++];
        fill_rule(screen, rule_idx, totals);
        for (unsigned severity = 0; severity < MAG_SEVERITY_COUNT; severity++)
            report->visible_by_severity[severity] += totals->visible_by_severity[severity];
        if (facts->status == MAG_RULE_ACTIVE)
            report->hidden_count += totals->hidden;
    }
    report->patient_count = screen->patient_count;
    report->screened_count = screen->screened_count;
    report->flagged_patient_count = screen->total.flagged_patient_count;
    return name_undecided(arena, screen->pack, report, err);
}

static int by_weight(const void *a, const void *b) {
    const mag_gate_verdict *left = a, *right = b;
    if (left->colour != right->colour)
        return left->colour < right->colour ? -1 : 1;
    if (left->is_hard != right->is_hard)
        return left->is_hard ? 1 : -1;
    if (left->count != right->count)
        return left->count < right->count ? -1 : 1;
    int order = strcmp(left->source, right->source);
    order = order != 0 ? order : strcmp(left->file, right->file);
    return order != 0 ? order : strcmp(left->gate, right->gate);
}

mag_status mag_report_verdicts(mag_arena *arena, const mag_gates *gates, mag_run_report *report,
                               mag_error *err) {
    mag_gate_verdict *verdicts = mag_arena_alloc(arena, (gates->count + 1) * sizeof *verdicts);
    if (verdicts == NULL)
        return mag_fail_memory(err, gates->count * sizeof *verdicts);
    report->verdicts = verdicts;
    for (size_t i = 0; i < gates->count; i++)
        if (gates->verdicts[i].colour != MAG_GREEN)
            verdicts[report->verdict_count++] = gates->verdicts[i];
    qsort(verdicts, report->verdict_count, sizeof *verdicts, by_weight);
    return MAG_OK;
}

const char *mag_run_end_text(const mag_run_report *report) {
    if (report->is_dry)
        return "dry run, nothing written";
    switch (report->end) {
    case MAG_RUN_PUBLISHED:
        return report->has_warnings ? "run published with a warning" : "run published";
    case MAG_RUN_HELD:
        return "run held, nothing new is visible";
    case MAG_RUN_REFUSED:
        return "run refused, nothing published";
    case MAG_RUN_NOTHING_NEW:
        return "the same result is published already";
    }
    return "";
}

const char *mag_report_classes(mag_arena *arena) {
    mag_text text;
    mag_class_set classes = mag_classes_of_interest();
    mag_text_init(&text, mag_arena_account(arena));
    for (unsigned i = 0; i < MAG_CLASS_COUNT; i++) {
        if ((classes >> i & 1u) == 0)
            continue;
        if (text.nbytes > 0)
            mag_text_add_char(&text, ',');
        mag_text_add_text(&text, mag_class_name((mag_class)i));
    }
    const char *names = mag_arena_text(arena, mag_text_span(&text));
    mag_text_done(&text);
    return names;
}
