/* magscreen rules: what a pharmacist may read of a pack, and its own examples. */
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verb_rules_diff.h"
#include "cli/verbs.h"
#include "io/json_writer.h"
#include "rules/evaluate.h"
#include "rules/pack_lock.h"
#include "rules/rule_json.h"

#include <string.h>
#include <time.h>

static mag_status list_json(const mag_pack *pack, mag_account *account, mag_error *err) {
    mag_text text;
    mag_text_init(&text, account);
    mag_json json;
    mag_json_begin(&json, &text, true);
    mag_json_array(&json);
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++) {
        const mag_rule_facts *rule = mag_pack_rule(pack, i);
        mag_json_object(&json);
        mag_json_key_text(&json, "id", rule->id);
        mag_json_key_text(&json, "version", rule->version);
        mag_json_key_text(&json, "status", mag_rule_status_name(rule->status));
        mag_json_key_text(&json, "title", rule->title);
        mag_json_end_object(&json);
    }
    mag_json_end_array(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status list(mag_session *session, const mag_options *options, mag_error *err) {
    const mag_pack *pack = session->pack;
    if (options->is_json)
        return list_json(pack, &session->account, err);
    mag_show("%s %s, %zu rules", mag_pack_name(pack), mag_pack_version(pack),
             mag_pack_rule_count(pack));
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++) {
        const mag_rule_facts *rule = mag_pack_rule(pack, i);
        mag_show("  %-4s %-8s %s", rule->id, mag_rule_status_name(rule->status), rule->title);
    }
    mag_show("next: magscreen rules show %s", mag_pack_rule(pack, 0)->id);
    return MAG_OK;
}

static void show_part(const char *name, const char *text) {
    if (!text || !*text)
        return;
    mag_show("%s", name);
    mag_show_block("    ", text, 92);
}

static void show_list(const char *name, const char *const *texts) {
    if (!texts || !texts[0])
        return;
    mag_show("%s", name);
    for (size_t i = 0; texts[i]; i++)
        mag_show_block("    ", texts[i], 92);
}

/* The heading of a part, in words. */
static const char *part_title(const char *part) {
    static const char *const titles[][2] = {{"let", "where"},
                                            {"adjust", "severity is then"},
                                            {"hides", "hides the flag of"},
                                            {"notes", "notes it when"},
                                            {"event", "the same event"},
                                            {"snooze", "quiet after a review for"},
                                            {"worsens", "comes back when"},
                                            {"definitions", "with the definitions"},
                                            {"parameters", "with the parameters"},
                                            {"limits", "with the limits (molar, mass)"},
                                            {"groups", "with the drug groups"},
                                            {"classes", "with the drug classes"}};
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        if (strcmp(titles[i][0], part) == 0)
            return titles[i][1];
    return part;
}

static mag_status show_lines(mag_session *session, size_t rule_idx, mag_error *err) {
    const mag_rule_line *lines;
    size_t count;
    MAG_TRY(mag_pack_rule_lines(session->arena, session->pack, rule_idx, &lines, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(lines[i].part, lines[i - 1].part) != 0)
            mag_show("  %s", part_title(lines[i].part));
        char *text = mag_arena_format(session->arena, "%s%s%s", lines[i].name,
                                      *lines[i].name ? ": " : "", lines[i].text);
        if (!text)
            return mag_fail_memory(err, strlen(lines[i].text));
        mag_show_block("    ", text, 92);
    }
    return MAG_OK;
}

static mag_status show_rule(mag_session *session, size_t rule_idx, mag_error *err) {
    const mag_rule_facts *rule = mag_pack_rule(session->pack, rule_idx);
    char examples[MAG_AMOUNT_TEXT_NBYTES];
    mag_show("%s  %s  (version %s, %s)", rule->id, rule->title, rule->version,
             mag_rule_status_name(rule->status));
    show_part("  among", rule->among_text);
    show_part("  except", rule->except_text);
    show_part("  when", rule->when_text);
    MAG_TRY(show_lines(session, rule_idx, err));
    show_part("  action", rule->action);
    show_part("  rationale", rule->rationale);
    show_list("  evidence", rule->evidence);
    show_list("  to confirm locally", rule->to_confirm);
    show_part("  authored by", rule->authored_by);
    show_part("  checked by", rule->checked_by ? rule->checked_by : "nobody");
    mag_show("  reviewed on %s, review by %s, %s",
             rule->reviewed_on ? rule->reviewed_on : "no date",
             rule->review_by ? rule->review_by : "no date",
             mag_amount_text(rule->example_count, "example", examples));
    return MAG_OK;
}

static mag_status end_judgement(mag_json *json, mag_text *text, mag_error *err) {
    mag_json_end_object(json);
    mag_status status = mag_text_check(text, err);
    if (status == MAG_OK)
        mag_show_json(text);
    mag_text_done(text);
    return status;
}

/* Each part is a list; equal parts stand together. */
static void lines_json(mag_json *json, const mag_rule_line *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool is_first = i == 0 || strcmp(lines[i].part, lines[i - 1].part) != 0;
        bool is_last = i + 1 == count || strcmp(lines[i].part, lines[i + 1].part) != 0;
        if (is_first) {
            mag_json_key(json, lines[i].part);
            mag_json_array(json);
        }
        mag_json_object(json);
        if (*lines[i].name)
            mag_json_key_text(json, "name", lines[i].name);
        mag_json_key_text(json, "text", lines[i].text);
        mag_json_end_object(json);
        if (is_last)
            mag_json_end_array(json);
    }
}

static mag_status rule_json(mag_session *session, size_t rule_idx, mag_error *err) {
    const mag_rule_facts *rule = mag_pack_rule(session->pack, rule_idx);
    const mag_rule_line *lines;
    size_t count;
    MAG_TRY(mag_pack_rule_lines(session->arena, session->pack, rule_idx, &lines, &count, err));
    mag_text text;
    mag_text_init(&text, &session->account);
    mag_json json;
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key_text(&json, "id", rule->id);
    mag_json_key_text(&json, "title", rule->title);
    mag_json_key_text(&json, "version", rule->version);
    mag_json_key_text(&json, "status", mag_rule_status_name(rule->status));
    mag_json_key_text_or_null(&json, "among", rule->among_text);
    mag_json_key_text_or_null(&json, "except", rule->except_text);
    mag_json_key_text_or_null(&json, "when", rule->when_text);
    lines_json(&json, lines, count);
    mag_json_key_text_or_null(&json, "action", rule->action);
    mag_json_key_text_or_null(&json, "rationale", rule->rationale);
    mag_json_key_texts(&json, "evidence", rule->evidence);
    mag_json_key_texts(&json, "to_confirm", rule->to_confirm);
    mag_json_key_text_or_null(&json, "authored_by", rule->authored_by);
    mag_json_key_text_or_null(&json, "checked_by", rule->checked_by);
    mag_json_key_text_or_null(&json, "reviewed_on", rule->reviewed_on);
    mag_json_key_text_or_null(&json, "review_by", rule->review_by);
    mag_json_key_integer(&json, "examples", (int64_t)rule->example_count);
    return end_judgement(&json, &text, err);
}

static mag_status show(mag_session *session, const mag_options *options, mag_error *err) {
    const mag_pack *pack = session->pack;
    int rule_idx = mag_pack_find_rule(pack, options->operands[1]);
    if (rule_idx < 0) {
        mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_R503, "%s has no rule \"%s\"",
                                     mag_pack_name(pack), options->operands[1]);
        mag_hint(err, "next: magscreen rules list");
        return status;
    }
    return options->is_json ? rule_json(session, (size_t)rule_idx, err)
                            : show_rule(session, (size_t)rule_idx, err);
}

/* What a site must settle before it uses the pack; no fault of the pack. */
static size_t show_to_confirm(const mag_pack *pack) {
    size_t count = 0;
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++) {
        const mag_rule_facts *rule = mag_pack_rule(pack, i);
        for (size_t k = 0; rule->to_confirm[k]; k++, count++)
            mag_show("to confirm, %s: %s", rule->id, rule->to_confirm[k]);
    }
    return count;
}

static void to_confirm_json(mag_json *json, const mag_pack *pack) {
    mag_json_key(json, "to_confirm");
    mag_json_array(json);
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++) {
        const mag_rule_facts *rule = mag_pack_rule(pack, i);
        for (size_t k = 0; rule->to_confirm[k]; k++) {
            mag_json_object(json);
            mag_json_key_text(json, "rule_id", rule->id);
            mag_json_key_text(json, "text", rule->to_confirm[k]);
            mag_json_end_object(json);
        }
    }
    mag_json_end_array(json);
}

/* Begins the answer of lint and test: one object that names the pack. */
static void begin_judgement(mag_json *json, mag_text *text, const mag_pack *pack) {
    mag_json_begin(json, text, true);
    mag_json_object(json);
    mag_json_key_text(json, "pack", mag_pack_name(pack));
    mag_json_key_text(json, "version", mag_pack_version(pack));
    mag_json_key_integer(json, "rules", (int64_t)mag_pack_rule_count(pack));
}

static mag_status lint_json(mag_session *session, const mag_lint_finding *findings, size_t count,
                            mag_error *err) {
    mag_text text;
    mag_json json;
    mag_text_init(&text, &session->account);
    begin_judgement(&json, &text, session->pack);
    mag_json_key(&json, "findings");
    mag_json_array(&json);
    for (size_t i = 0; i < count; i++) {
        mag_json_object(&json);
        mag_json_key_integer(&json, "line", findings[i].line);
        mag_json_key_integer(&json, "column", findings[i].column);
        mag_json_key_text(&json, "text", findings[i].text);
        mag_json_end_object(&json);
    }
    mag_json_end_array(&json);
    to_confirm_json(&json, session->pack);
    return end_judgement(&json, &text, err);
}

/* A release rests on everything that can be checked: findings of lint, and every example. */
static mag_status check_release(mag_session *session, size_t finding_count, mag_error *err) {
    const mag_example_result *results;
    size_t count, failed = 0;
    MAG_TRY(mag_examples_run(session->arena, session->pack, session->book, &results, &count, err));
    for (size_t i = 0; i < count; i++)
        failed += !results[i].passed;
    if (finding_count == 0 && failed == 0)
        return mag_pack_check_ready(session->pack, err);
    mag_status status = mag_fail(err, MAG_E_RULES, MAG_MSG_R504,
                                 "%s %s is not released: %zu findings, %zu of %zu examples fail",
                                 mag_pack_name(session->pack), mag_pack_version(session->pack),
                                 finding_count, failed, count);
    mag_hint(err, "next: magscreen rules test PACK.yaml");
    return status;
}

/* The pack's line goes into the lock beside its file, once. */
static mag_status release(mag_session *session, const mag_options *options, size_t finding_count,
                          mag_error *err) {
    const mag_pack *pack = session->pack;
    mag_status status = check_release(session, finding_count, err);
    if (status == MAG_E_RULES)
        return err->status = MAG_E_ANSWER_NO;
    if (status != MAG_OK)
        return status;
    if (!session->is_pack_released)
        MAG_TRY(mag_pack_lock_append(session->arena, options->operands[1], pack, err));
    if (!options->is_json)
        mag_show("%s %s %s in PACK.lock", mag_pack_name(pack), mag_pack_version(pack),
                 session->is_pack_released ? "is already" : "is released: its line is");
    return MAG_OK;
}

static mag_status lint(mag_session *session, const mag_options *options, int *exit_code,
                       mag_error *err) {
    const mag_lint_finding *findings;
    size_t count;
    char rules[MAG_AMOUNT_TEXT_NBYTES], found[MAG_AMOUNT_TEXT_NBYTES];
    const char *file = options->operands[1];
    mag_day today = (mag_day)(time(NULL) / (24 * 60 * 60));
    MAG_TRY(mag_pack_lint(session->arena, session->pack, today, &findings, &count, err));
    *exit_code = count ? 1 : 0;
    if (options->is_release)
        MAG_TRY(release(session, options, count, err));
    if (options->is_json)
        return lint_json(session, findings, count, err);
    for (size_t i = 0; i < count; i++)
        mag_show("%s:%u:%u: %s", file ? file : mag_pack_name(session->pack), findings[i].line,
                 findings[i].column, findings[i].text);
    size_t open_count = show_to_confirm(session->pack);
    mag_show("%s, %s, %zu to confirm",
             mag_amount_text(mag_pack_rule_count(session->pack), "rule", rules),
             mag_amount_text(count, "finding", found), open_count);
    return MAG_OK;
}

static void show_failed_example(const mag_example_result *result) {
    mag_show("%s  \"%s\": expected %s, got %s", result->rule_id, result->example, result->expected,
             result->got);
    mag_show_block("      ", result->why ? result->why : "", 92);
}

static mag_status test_json(mag_session *session, const mag_example_result *results, size_t count,
                            mag_error *err) {
    mag_text text;
    mag_json json;
    mag_text_init(&text, &session->account);
    begin_judgement(&json, &text, session->pack);
    mag_json_key(&json, "examples");
    mag_json_array(&json);
    for (size_t i = 0; i < count; i++) {
        const mag_example_result *result = &results[i];
        mag_json_object(&json);
        mag_json_key_text(&json, "rule_id", result->rule_id);
        mag_json_key_text(&json, "example", result->example);
        mag_json_key(&json, "passed");
        mag_json_bool(&json, result->passed);
        mag_json_key_text(&json, "expected", result->expected);
        mag_json_key_text(&json, "got", result->got);
        mag_json_key_text(&json, "why", result->why ? result->why : "");
        mag_json_end_object(&json);
    }
    mag_json_end_array(&json);
    return end_judgement(&json, &text, err);
}

static mag_status test(mag_session *session, const mag_options *options, int *exit_code,
                       mag_error *err) {
    const mag_example_result *results;
    size_t count, failed = 0;
    char rules[MAG_AMOUNT_TEXT_NBYTES], passed[MAG_AMOUNT_TEXT_NBYTES];
    MAG_TRY(mag_examples_run(session->arena, session->pack, session->book, &results, &count, err));
    for (size_t i = 0; i < count; i++)
        failed += !results[i].passed;
    *exit_code = failed ? 1 : 0;
    if (options->is_json)
        return test_json(session, results, count, err);
    for (size_t i = 0; i < count; i++)
        if (!results[i].passed)
            show_failed_example(&results[i]);
    mag_show("%s: %s passed, %zu failed",
             mag_amount_text(mag_pack_rule_count(session->pack), "rule", rules),
             mag_amount_text(count - failed, "example", passed), failed);
    return MAG_OK;
}

typedef enum action { LIST, SHOW, LINT, TEST, DIFF, ACTION_COUNT } action;

static const struct {
    const char *name, *operands;
    size_t fewest, most; /* operands, the action's name among them */
} actions[ACTION_COUNT] = {[LIST] = {"list", " [PACK.yaml]", 1, 2},
                           [SHOW] = {"show", " ID [PACK.yaml]", 2, 3},
                           [LINT] = {"lint", " [PACK.yaml]", 1, 2},
                           [TEST] = {"test", " [PACK.yaml]", 1, 2},
                           [DIFF] = {"diff", " OLD.yaml NEW.yaml", 3, 3}};

static mag_status check_action(const mag_options *options, action wanted, mag_error *err) {
    const bool names_sources = options->profile || options->data || options->as_of || options->from;
    if (options->operand_count > actions[wanted].most ||
        options->operand_count < actions[wanted].fewest)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "usage: magscreen rules %s%s",
                        actions[wanted].name, actions[wanted].operands);
    if (options->is_release && (wanted != LINT || options->operand_count < 2))
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                        "usage: magscreen rules lint --release PACK.yaml");
    if (names_sources && wanted != DIFF)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "rules %s looks at no patients",
                        actions[wanted].name);
    return MAG_OK;
}

static mag_status find_action(const mag_options *options, action *out, mag_error *err) {
    const char *names[ACTION_COUNT + 1] = {NULL};
    for (int i = 0; i < ACTION_COUNT; i++) {
        names[i] = actions[i].name;
        *out = (action)i;
        if (strcmp(options->operands[0], names[i]) == 0)
            return check_action(options, *out, err);
    }
    const char *nearest = mag_nearest_name(options->operands[0], names);
    mag_status status =
        mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "rules cannot \"%s\"", options->operands[0]);
    mag_hint(err, nearest ? "did you mean  magscreen rules %s ?" : "next: magscreen help rules%.0s",
             nearest ? nearest : "");
    return status;
}

static mag_status act(mag_session *session, const mag_options *options, action wanted,
                      int *exit_code, mag_error *err) {
    switch (wanted) {
    case LIST:
        return list(session, options, err);
    case SHOW:
        return show(session, options, err);
    case LINT:
        return lint(session, options, exit_code, err);
    case TEST:
    case DIFF:
    case ACTION_COUNT:
        break;
    }
    return test(session, options, exit_code, err);
}

mag_status mag_verb_rules(const mag_options *options, int *exit_code, mag_error *err) {
    action wanted = LIST;
    MAG_TRY(find_action(options, &wanted, err));
    if (wanted == DIFF)
        return mag_verb_rules_diff(options, exit_code, err);
    mag_session session = {0};
    mag_status status =
        mag_session_open_pack(&session, options->operands[wanted == SHOW ? 2 : 1], err);
    bool is_judged = wanted == LINT || wanted == TEST;
    if (status == MAG_E_RULES && is_judged)
        status = err->status = MAG_E_ANSWER_NO; /* it was asked whether the pack is good */
    if (status == MAG_OK)
        status = act(&session, options, wanted, exit_code, err);
    mag_session_close(&session);
    return status;
}
