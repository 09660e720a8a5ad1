/* What the canaries of a round came to: rows that were set aside, and outcomes of rules. */
#include "engine/canary_parts.h"
#include "engine/screen.h"
#include "io/embedded.h"

#include <inttypes.h>
#include <string.h>

/* Keeps the first of what is wrong, and counts the rest. */
static void note_wrong(mag_canary_findings *findings, const mag_error *wrong) {
    if (findings->wrong_count++ == 0)
        findings->first = *wrong;
}

/* --- rows -------------------------------------------------------------------------------------
 */

static const mag_canary_place *place_of(const mag_canary_round *round, const mag_reject *reject) {
    for (size_t i = 0; i < round->place_count; i++) {
        const mag_canary_place *place = &round->places[i];
        if (round->feeds[place->feed_idx].file_id == reject->file_id &&
            reject->line >= place->first_line &&
            reject->line < place->first_line + place->line_count)
            return place;
    }
    return NULL;
}

/* "; its labs row 2, column \"unit\": unit.unknown" for the first row of a case that was rejected;
   "" if none was. */
static const char *reject_text(const mag_canary_round *round, size_t case_idx) {
    size_t count;
    const mag_reject *rejects = mag_cohort_rejects(round->cohort, &count);
    for (size_t i = 0; i < count; i++) {
        const mag_canary_place *place = place_of(round, &rejects[i]);
        if (!place || place->case_idx != case_idx)
            continue;
        const char *column = rejects[i].column;
        const char *text = mag_arena_format(
            round->arena, "; of %s, row %u is set aside: %s%s%s",
            round->feeds[place->feed_idx].source->name, rejects[i].line - place->first_line + 1,
            mag_reason_name((mag_reason)rejects[i].reason), *column ? ", column " : "", column);
        return text ? text : "";
    }
    return "";
}

/* The first case with rejected rows that should have none. */
static const mag_canary_case *find_culprit(const mag_canary_round *round, const char **text) {
    for (size_t i = 0; i < round->case_count; i++) {
        *text = reject_text(round, i);
        if (round->cases[i].canary->set_aside_count == 0 && **text)
            return &round->cases[i];
    }
    *text = "";
    return NULL;
}

static void judge_rows(const mag_canary_round *round, mag_canary_findings *findings) {
    uint64_t count = 0, wanted = 0;
    for (size_t i = 0; i < mag_cohort_file_count(round->cohort); i++) {
        const mag_accounting *rows = &mag_cohort_file(round->cohort, (uint16_t)i)->accounting;
        count += mag_accounting_rejected(rows) + rows->not_of_interest;
    }
    for (size_t i = 0; i < round->case_count; i++)
        wanted += round->cases[i].canary->set_aside_count;
    if (count == wanted)
        return;
    const char *text;
    mag_error wrong = {0};
    const mag_canary_case *culprit = find_culprit(round, &text);
    mag_fail(&wrong, MAG_E_RULES, MAG_MSG_R505,
             "%" PRIu64 " rows of the canaries are set aside, %" PRIu64 " must be%s%s%s%s", count,
             wanted, culprit ? "; canary \"" : "", culprit ? culprit->canary->name : "",
             culprit ? "\"" : "", text);
    note_wrong(findings, &wrong);
}

/* --- outcomes ---------------------------------------------------------------------------------
 */

static const char *outcome_word(const mag_outcome *outcome) {
    return outcome->kind == MAG_FLAGGED ? mag_severity_name(outcome->severity)
                                        : mag_outcome_name(outcome->kind);
}

static const char *got_text(mag_arena *arena, const mag_outcome *outcome) {
    char reasons[MAG_UNKNOWN_TEXT_NBYTES];
    if (outcome->kind != MAG_CANNOT_TELL)
        return outcome_word(outcome);
    mag_unknown_set_text(outcome->reasons, reasons);
    const char *text = mag_arena_format(arena, "%s (%s)", outcome_word(outcome), reasons);
    return text ? text : outcome_word(outcome);
}

static bool wants_flag(const mag_canary_outcome *wanted) {
    for (unsigned severity = MAG_SEVERITY_INFO; severity < MAG_SEVERITY_COUNT; severity++)
        if (strcmp(wanted->word, mag_severity_name((mag_severity)severity)) == 0)
            return true;
    return false;
}

static bool is_shipped(const mag_pack *pack) {
    char sha256[MAG_SHA256_HEX_NBYTES];
    mag_span text;
    if (!mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text))
        return false;
    mag_sha256_of(text, sha256);
    return strcmp(sha256, mag_pack_sha256(pack)) == 0;
}

/* A site that writes its own edition of the pack may give a rule another severity; that the rule
   flags the patient is what tells of the mapping. */
static bool is_as_wanted(const mag_pack *pack, const mag_canary_outcome *wanted,
                         const mag_outcome *got) {
    if (strcmp(outcome_word(got), wanted->word) == 0)
        return true;
    return got->kind == MAG_FLAGGED && wants_flag(wanted) && !is_shipped(pack);
}

static void judge_outcome(const mag_canary_round *round, size_t case_idx, size_t rule_idx,
                          const mag_canary_outcome *wanted, const mag_outcome *got,
                          mag_canary_findings *findings) {
    const mag_canary_case *of = &round->cases[case_idx];
    findings->report->outcome_count++;
    if (is_as_wanted(round->inputs->pack, wanted, got)) {
        findings->is_covered[rule_idx] |= got->kind == MAG_FLAGGED;
        return;
    }
    mag_error wrong = {0};
    mag_fail(&wrong, MAG_E_RULES, MAG_MSG_R505,
             "canary \"%s\" of profile %s, rule %s: expected %s, got %s%s", of->canary->name,
             of->profile->name, wanted->rule_id, wanted->word, got_text(round->arena, got),
             reject_text(round, case_idx));
    note_wrong(findings, &wrong);
}

static bool is_evaluated(const mag_pack *pack, size_t rule_idx) {
    const mag_rule_facts *rule = mag_pack_rule(pack, rule_idx);
    return !rule->is_about_sources &&
           (rule->status == MAG_RULE_ACTIVE || rule->status == MAG_RULE_STAGING);
}

static mag_status judge_case(mag_canary_round *round, size_t case_idx, const mag_outcome *outcomes,
                             mag_canary_findings *findings, mag_error *err) {
    const mag_pack *pack = round->inputs->pack;
    const mag_canary *canary = round->cases[case_idx].canary;
    for (size_t i = 0; i < canary->outcome_count; i++) {
        const mag_canary_outcome *wanted = &canary->outcomes[i];
        const int rule_idx = mag_pack_find_rule(pack, wanted->rule_id);
        if (rule_idx < 0 || !is_evaluated(pack, (size_t)rule_idx))
            MAG_TRY(mag_canary_say_unchecked(
                round, findings, wanted->rule_id,
                rule_idx < 0 ? "not in the pack" : "not a rule that patients are screened by",
                err));
        else
            judge_outcome(round, case_idx, (size_t)rule_idx, wanted, &outcomes[rule_idx], findings);
    }
    return MAG_OK;
}

/* Without its roster row a canary is nobody: no rule is about it. */
static mag_status judge_patients(mag_canary_round *round, mag_evaluator *evaluator,
                                 mag_outcome *outcomes, mag_canary_findings *findings,
                                 mag_error *err) {
    for (size_t i = 0; i < round->case_count; i++) {
        mag_timeline patient;
        const mag_canary_case *of = &round->cases[i];
        if (strcmp(of->profile->canaries->pack, mag_pack_name(round->inputs->pack)) != 0)
            continue;
        memset(outcomes, 0, mag_pack_rule_count(round->inputs->pack) * sizeof *outcomes);
        if (mag_timeline_find(round->cohort, mag_span_of(of->id), &patient))
            MAG_TRY(mag_evaluate(evaluator, &patient, outcomes, err));
        findings->report->patient_count++;
        MAG_TRY(judge_case(round, i, outcomes, findings, err));
    }
    return MAG_OK;
}

/* Cases of the profile; 0 unless this one is its first. */
static size_t case_count_at_first(const mag_canary_round *round, size_t at) {
    const mag_profile *profile = round->cases[at].profile;
    size_t count = 0;
    for (size_t i = 0; i < round->case_count; i++) {
        if (round->cases[i].profile != profile)
            continue;
        if (i < at)
            return 0;
        count++;
    }
    return count;
}

/* The same is true of all canaries of a profile: it is said once. */
static mag_status say_other_pack(mag_canary_round *round, mag_canary_findings *findings,
                                 mag_error *err) {
    for (size_t i = 0; i < round->case_count; i++) {
        const mag_profile *profile = round->cases[i].profile;
        const char *pack = profile->canaries->pack;
        const size_t count = case_count_at_first(round, i);
        if (count == 0 || strcmp(pack, mag_pack_name(round->inputs->pack)) == 0)
            continue;
        const char *subject =
            mag_arena_format(round->arena, "%zu canaries of profile %s", count, profile->name);
        const char *why = mag_arena_format(
            round->arena, "outcomes are of pack %s: only the rows were looked at", pack);
        if (!subject || !why)
            return mag_fail_memory(err, 1);
        MAG_TRY(mag_canary_say_unchecked(round, findings, subject, why, err));
    }
    return MAG_OK;
}

mag_status mag_canary_judge(mag_canary_round *round, mag_canary_findings *findings,
                            mag_error *err) {
    mag_evaluator *evaluator;
    const size_t rule_count = mag_pack_rule_count(round->inputs->pack);
    mag_outcome *outcomes = mag_arena_alloc(round->arena, (rule_count + 1) * sizeof *outcomes);
    if (!outcomes)
        return mag_fail_memory(err, rule_count * sizeof *outcomes);
    MAG_TRY(mag_evaluator_new(&evaluator, round->inputs->pack, round->inputs->account, err));
    mag_status status = judge_patients(round, evaluator, outcomes, findings, err);
    mag_evaluator_free(evaluator);
    if (status == MAG_OK)
        status = say_other_pack(round, findings, err);
    judge_rows(round, findings);
    return status;
}
