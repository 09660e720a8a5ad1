#include "cli/outcome_view.h"

#include "cli/fact_text.h"
#include "cli/show.h"
#include "io/json_writer.h"

#include <stdio.h>
#include <string.h>

/* Texts of a fact that are made for showing. */
typedef struct fact_room {
    char at[MAG_MOMENT_TEXT_NBYTES], start[MAG_MOMENT_TEXT_NBYTES], stop[MAG_MOMENT_TEXT_NBYTES];
    char source[300];
} fact_room;

static mag_fact_words words_of(const mag_cohort *cohort, const mag_fact *fact, fact_room *room) {
    bool is_exposure = fact->kind == MAG_FACT_EXPOSURE;
    if (fact->line)
        snprintf(room->source, sizeof room->source, "%s:%u",
                 mag_cohort_file(cohort, fact->file_id)->name, fact->line);
    bool has_time = fact->at != MAG_MINUTE_NONE && !is_exposure;
    return (mag_fact_words){
        .operand = fact->operand,
        .value = fact->value,
        .unit = fact->unit,
        .limit = fact->limit,
        .at = has_time ? mag_when_text(fact->at, fact->is_date_only, room->at) : NULL,
        .code = is_exposure ? fact->code : NULL,
        .drug = fact->drug_name,
        .start = is_exposure ? mag_when_text(fact->start, fact->is_date_only, room->start) : NULL,
        .stop = !is_exposure    ? NULL
                : fact->is_open ? "no stop on record"
                                : mag_when_text(fact->is_date_only ? fact->stop - 1 : fact->stop,
                                                fact->is_date_only, room->stop),
        .dose = fact->dose,
        .method = fact->method,
        .inputs = fact->inputs,
        .notes = fact->notes,
        .source = fact->line ? room->source : NULL,
    };
}

static mag_status show_fact(const mag_cohort *cohort, const mag_fact *fact, mag_account *account,
                            mag_error *err) {
    fact_room room;
    mag_fact_words words = words_of(cohort, fact, &room);
    mag_text line;
    mag_text_init(&line, account);
    mag_fact_words_add(&line, &words);
    mag_text_add_char(&line, '\0');
    mag_status status = mag_text_check(&line, err);
    if (status == MAG_OK)
        mag_show("      %s", line.at);
    mag_text_done(&line);
    return status;
}

enum { SHOWN_ALIKE = 4 };

static bool are_alike(const mag_fact *a, const mag_fact *b) {
    return a->operand && b->operand && strcmp(a->operand, b->operand) == 0;
}

/* A long row of facts about one operand (many orders of one class) is cut short, and says so. */
static mag_status show_facts(const mag_cohort *cohort, const mag_explanation *explanation,
                             mag_account *account, mag_error *err) {
    for (size_t i = 0, alike; i < explanation->fact_count; i += alike) {
        const mag_fact *facts = &explanation->facts[i];
        for (alike = 1; i + alike < explanation->fact_count && are_alike(facts, facts + alike);)
            alike++;
        for (size_t j = 0; j < alike && j < SHOWN_ALIKE; j++)
            MAG_TRY(show_fact(cohort, &facts[j], account, err));
        if (alike > SHOWN_ALIKE)
            mag_show("      ... and %zu more of %s", alike - SHOWN_ALIKE, facts->operand);
    }
    return MAG_OK;
}

static const char *kind_word(mag_outcome_kind kind) {
    switch (kind) {
    case MAG_FLAGGED:
        return "FLAGGED";
    case MAG_CLEAR:
        return "CLEAR";
    case MAG_CANNOT_TELL:
        return "CANNOT TELL";
    case MAG_NOT_EVALUATED:
        return "NOT EVALUATED (no such source)";
    case MAG_NOT_APPLICABLE:
        break;
    }
    return "NOT APPLICABLE";
}

static void show_verdict(const mag_outcome_view *view, const mag_rule_facts *rule,
                         const mag_outcome *outcome) {
    bool is_flag = outcome->kind == MAG_FLAGGED;
    bool is_hidden = is_flag && outcome->hidden_by >= 0;
    bool may_be_worse = is_flag && outcome->could_be != MAG_SEVERITY_NONE;
    bool was_changed = is_flag && outcome->severity_before != outcome->severity;
    mag_show("%s %s v%s%s%s: %s%s%s%s%s%s%s", kind_word(outcome->kind), rule->id, rule->version,
             is_flag ? " " : "", is_flag ? mag_severity_name(outcome->severity) : "", rule->title,
             may_be_worse ? "; could be " : "",
             may_be_worse ? mag_severity_name(outcome->could_be) : "",
             was_changed ? "; before adjusting " : "",
             was_changed ? mag_severity_name(outcome->severity_before) : "",
             is_hidden ? "; hidden behind " : "",
             is_hidden ? mag_pack_rule(view->pack, (size_t)outcome->hidden_by)->id : "");
}

static mag_status show_rule(const mag_outcome_view *view, mag_evaluator *evaluator, size_t rule_idx,
                            const mag_outcome *outcome, mag_error *err) {
    const mag_rule_facts *rule = mag_pack_rule(view->pack, rule_idx);
    mag_explanation explanation;
    MAG_TRY(mag_explain_rule(evaluator, view->patient, rule_idx, &explanation, err));
    show_verdict(view, rule, outcome);
    if (explanation.detail && *explanation.detail)
        mag_show("      %s", explanation.detail);
    mag_account account = {0};
    MAG_TRY(show_facts(view->patient->cohort, &explanation, &account, err));
    if (explanation.notes && *explanation.notes)
        mag_show("      notes: %s", explanation.notes);
    if (outcome->kind == MAG_FLAGGED && rule->action) {
        mag_show("      action (the reference is in: magscreen rules show %s)", rule->id);
        mag_show_block("        ", rule->action, 88);
    }
    return MAG_OK;
}

/* Order on the page: flags by severity, hidden ones after, then the other outcomes. Most rules do
   not apply to a patient: those are named on one line, unless one rule is asked for. */
enum { NOT_APPLICABLE_RANK = 23 };
static int page_rank(const mag_outcome *outcome) {
    switch (outcome->kind) {
    case MAG_FLAGGED:
        return (outcome->hidden_by >= 0 ? 10 : 0) + MAG_SEVERITY_COUNT - (int)outcome->severity;
    case MAG_CANNOT_TELL:
        return 20;
    case MAG_CLEAR:
        return 21;
    case MAG_NOT_EVALUATED:
        return 22;
    case MAG_NOT_APPLICABLE:
        break;
    }
    return NOT_APPLICABLE_RANK;
}

static bool is_wanted(const mag_outcome_view *view, size_t rule_idx) {
    return !view->rule || strcmp(view->rule, mag_pack_rule(view->pack, rule_idx)->id) == 0;
}

/* The outcomes of a patient and the evaluator that made them. */
typedef struct evaluation {
    mag_evaluator *evaluator;
    mag_outcome *outcomes;
    size_t count;
} evaluation;

static mag_status evaluate(const mag_outcome_view *view, mag_arena *arena, evaluation *out,
                           mag_error *err) {
    *out = (evaluation){.count = mag_pack_rule_count(view->pack)};
    out->outcomes = mag_arena_alloc(arena, (out->count + 1) * sizeof *out->outcomes);
    if (!out->outcomes)
        return mag_fail_memory(err, out->count * sizeof *out->outcomes);
    MAG_TRY(mag_evaluator_new(&out->evaluator, view->pack, mag_arena_account(arena), err));
    return mag_evaluate(out->evaluator, view->patient, out->outcomes, err);
}

/* Is the rule only named, with the others of its kind? */
static bool is_named_only(const mag_outcome_view *view, const evaluation *all, size_t rule_idx) {
    const bool is_of_sources = mag_pack_rule(view->pack, rule_idx)->is_about_sources;
    return !view->rule && (is_of_sources || all->outcomes[rule_idx].kind == MAG_NOT_APPLICABLE);
}

static mag_status name_rules(const mag_outcome_view *view, const evaluation *all,
                             bool are_of_sources, const char *heading, mag_error *err) {
    mag_account account = {0};
    mag_text ids;
    mag_text_init(&ids, &account);
    for (size_t i = 0; i < all->count; i++) {
        const mag_rule_facts *rule = mag_pack_rule(view->pack, i);
        if (is_named_only(view, all, i) && rule->is_about_sources == are_of_sources) {
            mag_text_add(&ids, mag_span_of(ids.nbytes > 0 ? " " : ""));
            mag_text_add(&ids, mag_span_of(rule->id));
        }
    }
    mag_text_add_char(&ids, '\0');
    const mag_status status = mag_text_check(&ids, err);
    if (status == MAG_OK && ids.at[0] != '\0') {
        mag_show("%s", heading);
        mag_show_block("      ", ids.at, 88);
    }
    mag_text_done(&ids);
    return status;
}

/* What became of the patient's flags over the nights. */
static mag_status show_episodes(const mag_outcome_view *view, mag_arena *arena, mag_error *err) {
    bool is_first = true;
    for (size_t i = 0; i < view->episodes.count; i++) {
        const mag_episode_line *episode = &view->episodes.at[i];
        const char *words = mag_episode_words(arena, episode);
        if (words == NULL)
            return mag_fail_memory(err, sizeof *episode);
        if (view->rule && strcmp(view->rule, episode->rule_id) != 0)
            continue;
        if (is_first)
            mag_show("EPISODES (flags over the nights):");
        is_first = false;
        mag_show("  %s  %s", episode->flag_id, words);
    }
    return MAG_OK;
}

mag_status mag_outcomes_show(const mag_outcome_view *view, mag_arena *arena, mag_error *err) {
    evaluation all;
    mag_status status = evaluate(view, arena, &all, err);
    for (int rank = 0; status == MAG_OK && rank <= NOT_APPLICABLE_RANK; rank++)
        for (size_t i = 0; status == MAG_OK && i < all.count; i++)
            if (page_rank(&all.outcomes[i]) == rank && is_wanted(view, i) &&
                !is_named_only(view, &all, i))
                status = show_rule(view, all.evaluator, i, &all.outcomes[i], err);
    if (status == MAG_OK)
        status = name_rules(view, &all, false, "NOT APPLICABLE (--rule ID says why):", err);
    if (status == MAG_OK)
        status = name_rules(view, &all, true, "ABOUT SOURCES, not a patient (see run.json):", err);
    if (status == MAG_OK)
        status = show_episodes(view, arena, err);
    mag_evaluator_free(all.evaluator);
    return status;
}

static void key_if(mag_json *json, const char *key, const char *text) {
    if (text && *text)
        mag_json_key_text(json, key, text);
}

static void fact_json(mag_json *json, const mag_cohort *cohort, const mag_fact *fact) {
    fact_room room;
    mag_fact_words words = words_of(cohort, fact, &room);
    mag_json_object(json);
    key_if(json, "fact", words.operand);
    key_if(json, "value", words.value);
    key_if(json, "unit", words.unit);
    key_if(json, "limit", words.limit);
    key_if(json, "at", words.at);
    key_if(json, "code", words.code);
    key_if(json, "drug", words.drug);
    key_if(json, "start", words.start);
    key_if(json, "stop", words.stop);
    key_if(json, "dose", words.dose);
    key_if(json, "method", words.method);
    key_if(json, "inputs", words.inputs);
    key_if(json, "notes", words.notes);
    key_if(json, "source", words.source);
    mag_json_end_object(json);
}

static void episode_json(mag_json *json, const mag_episode_line *episode) {
    mag_json_object(json);
    mag_json_key_text(json, "flag_id", episode->flag_id);
    key_if(json, "event", episode->event);
    mag_json_key_text(json, "state", episode->state);
    mag_json_key_text(json, "opened", episode->opened);
    mag_json_key_text(json, "last_seen", episode->last_seen);
    key_if(json, "resolved", episode->resolved);
    key_if(json, "machine_reason", episode->machine_reason);
    key_if(json, "event_start", episode->event_start);
    key_if(json, "event_stop", episode->event_stop);
    mag_json_end_object(json);
}

/* What became of the rule's flags over the nights; nothing if there were none. */
static void episodes_json(mag_json *json, const mag_outcome_view *view, const char *rule_id) {
    bool is_first = true;
    for (size_t i = 0; i < view->episodes.count; i++) {
        if (strcmp(view->episodes.at[i].rule_id, rule_id) != 0)
            continue;
        if (is_first) {
            mag_json_key(json, "episodes");
            mag_json_array(json);
        }
        is_first = false;
        episode_json(json, &view->episodes.at[i]);
    }
    if (!is_first)
        mag_json_end_array(json);
}

static mag_status rule_json(const mag_outcome_view *view, const evaluation *all, size_t rule_idx,
                            mag_json *json, mag_error *err) {
    const mag_rule_facts *rule = mag_pack_rule(view->pack, rule_idx);
    const mag_outcome *outcome = &all->outcomes[rule_idx];
    mag_explanation explanation;
    MAG_TRY(mag_explain_rule(all->evaluator, view->patient, rule_idx, &explanation, err));
    mag_json_object(json);
    mag_json_key_text(json, "rule_id", rule->id);
    mag_json_key_text(json, "outcome", mag_outcome_name(outcome->kind));
    if (outcome->kind == MAG_FLAGGED)
        mag_json_key_text(json, "severity", mag_severity_name(outcome->severity));
    if (outcome->kind == MAG_FLAGGED && outcome->hidden_by >= 0)
        mag_json_key_text(json, "hidden_by",
                          mag_pack_rule(view->pack, (size_t)outcome->hidden_by)->id);
    key_if(json, "detail", explanation.detail);
    key_if(json, "notes", explanation.notes);
    episodes_json(json, view, rule->id);
    mag_json_key(json, "facts");
    mag_json_array(json);
    for (size_t i = 0; i < explanation.fact_count; i++)
        fact_json(json, view->patient->cohort, &explanation.facts[i]);
    mag_json_end_array(json);
    mag_json_end_object(json);
    return MAG_OK;
}

mag_status mag_outcomes_json(const mag_outcome_view *view, mag_arena *arena, mag_text *out,
                             mag_error *err) {
    evaluation all;
    mag_json json;
    mag_json_begin(&json, out, true);
    mag_status status = evaluate(view, arena, &all, err);
    mag_json_array(&json);
    for (size_t i = 0; status == MAG_OK && i < all.count; i++)
        if (is_wanted(view, i))
            status = rule_json(view, &all, i, &json, err);
    mag_json_end_array(&json);
    mag_evaluator_free(all.evaluator);
    return status == MAG_OK ? mag_text_check(out, err) : status;
}
