/* magscreen rules diff: what another pack would flag among the same patients. */
#include "cli/verb_rules_diff.h"

#include "cli/result_dir.h"
#include "cli/session.h"
#include "cli/show.h"
#include "engine/rules_diff.h"
#include "io/embedded.h"
#include "io/json_writer.h"

#include <string.h>

typedef struct comparison {
    const char *names[2]; /* as given */
    const mag_pack *packs[2];
    const mag_rules_diff *found;
} comparison;

/* --- what is compared ------------------------------------------------------------------------ */

/* A bare name is a shipped pack, else a file; the pipeline's own numbers hold in both. */
static mag_status load_pack(mag_session *session, const char *name, const mag_pack **out,
                            mag_error *err) {
    const mag_plan *plan = session->plan;
    const char *shipped = mag_arena_format(session->arena, "pipelines/packs/%s.yaml", name);
    mag_span text;
    if (!shipped)
        return mag_fail_memory(err, strlen(name));
    if (strchr(name, '/') || !mag_embedded_find(shipped, &text))
        MAG_TRY(mag_yaml_read_trusted(session->arena, name, &text, err));
    return mag_pack_load(session->arena, name, text, plan->overrides, plan->override_count,
                         plan->history_days, out, err);
}

/* The sources of --from are those that its run.json names, as of the same moment. */
static mag_status find_origin(mag_arena *arena, const mag_options *options, mag_origin *origin,
                              mag_error *err) {
    mag_result_record record = {0};
    *origin = (mag_origin){NULL, options->profile, options->data, options->as_of};
    if (!options->from)
        return MAG_OK;
    if (options->profile || options->data)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                        "--from names the sources; --profile and --data do so again");
    MAG_TRY(mag_result_read_record(arena, options->from, &record, err));
    *origin = (mag_origin){record.pipeline, record.profile, record.data,
                           options->as_of ? options->as_of : record.as_of};
    return MAG_OK;
}

/* --- for people ------------------------------------------------------------------------------ */

static const char *answer_text(mag_arena *arena, const mag_rule_answer *answer) {
    const bool is_hidden = answer->hidden_by[0] != '\0';
    if (answer->kind != MAG_FLAGGED)
        return answer->kind == MAG_CANNOT_TELL ? "cannot tell" : "no flag";
    return mag_arena_format(arena, "%s%s%s", mag_severity_name(answer->severity),
                            is_hidden ? " hidden by " : "", answer->hidden_by);
}

static const char *rule_remark(const mag_rule_change *change) {
    return !change->is_in_old   ? "  only in the new pack"
           : !change->is_in_new ? "  only in the old pack"
                                : "";
}

static void show_rules(const mag_rules_diff *found) {
    mag_show("%-6s %10s %10s %8s %8s %8s %8s %8s %8s %9s %9s", "rule", "flags old", "flags new",
             "gained", "lost", "worse", "milder", "hidden", "shown", "cannot +", "cannot -");
    for (size_t i = 0; i < found->rule_count; i++) {
        const mag_rule_change *rule = &found->rules[i];
        const uint64_t counts[] = {
            rule->flagged_old,        rule->flagged_new,     rule->gained,       rule->lost,
            rule->more_severe,        rule->less_severe,     rule->newly_hidden, rule->newly_shown,
            rule->cannot_tell_gained, rule->cannot_tell_lost};
        enum { COUNTS = sizeof counts / sizeof counts[0] };
        char texts[COUNTS][MAG_COUNT_TEXT_NBYTES];
        for (size_t k = 0; k < COUNTS; k++)
            mag_count_text(counts[k], texts[k]);
        if (!mag_rule_change_is_none(rule) || rule_remark(rule)[0] != '\0')
            mag_show("%-6s %10s %10s %8s %8s %8s %8s %8s %8s %9s %9s%s", rule->rule_id, texts[0],
                     texts[1], texts[2], texts[3], texts[4], texts[5], texts[6], texts[7], texts[8],
                     texts[9], rule_remark(rule));
    }
}

static mag_status show_patients(mag_arena *arena, const mag_rules_diff *found, mag_error *err) {
    for (size_t i = 0; i < found->change_count; i++) {
        const mag_patient_change *change = &found->changes[i];
        const char *before = answer_text(arena, &change->before);
        const char *after = answer_text(arena, &change->after);
        if (!before || !after)
            return mag_fail_memory(err, 1);
        mag_show("  patient %.*s  %s: %s, now %s", (int)change->patient_id.nbytes,
                 change->patient_id.at, change->rule_id, before, after);
    }
    return MAG_OK;
}

static const char *first_changed_rule(const mag_rules_diff *found) {
    for (size_t i = 0; i < found->rule_count; i++)
        if (!mag_rule_change_is_none(&found->rules[i]) && found->rules[i].is_in_new)
            return found->rules[i].rule_id;
    return NULL;
}

static mag_status show(mag_session *session, const comparison *of, mag_error *err) {
    static const char *const sides[] = {"old", "new"};
    char screened[MAG_AMOUNT_TEXT_NBYTES], changed[MAG_COUNT_TEXT_NBYTES];
    const mag_rules_diff *found = of->found;
    for (int i = 0; i < 2; i++)
        mag_show("%s  %s %s  %s", sides[i], mag_pack_name(of->packs[i]),
                 mag_pack_version(of->packs[i]), of->names[i]);
    mag_show("%s screened as of %s, %s with another answer",
             mag_amount_text(found->screened_count, "patient", screened), found->as_of,
             mag_count_text(found->changed_count, changed));
    if (found->changed_count == 0) {
        mag_show("SAME FLAGS");
        return MAG_OK;
    }
    show_rules(found);
    if (found->changed_count > MAG_RULES_DIFF_PATIENTS)
        mag_show("the first %d of these patients", MAG_RULES_DIFF_PATIENTS);
    MAG_TRY(show_patients(session->arena, found, err));
    mag_show("DIFFERENT FLAGS");
    const char *rule_id = first_changed_rule(found);
    if (rule_id)
        mag_show("next: magscreen rules show %s %s", rule_id, of->names[1]);
    return MAG_OK;
}

/* --- for machines ---------------------------------------------------------------------------- */

static void pack_json(mag_json *json, const char *key, const mag_pack *pack) {
    mag_json_key(json, key);
    mag_json_object(json);
    mag_json_key_text(json, "pack", mag_pack_name(pack));
    mag_json_key_text(json, "version", mag_pack_version(pack));
    mag_json_key_text(json, "sha256", mag_pack_sha256(pack));
    mag_json_end_object(json);
}

static void rule_json(mag_json *json, const mag_rule_change *rule) {
    const struct {
        const char *key;
        uint64_t count;
    } counts[] = {{"flagged_old", rule->flagged_old},
                  {"flagged_new", rule->flagged_new},
                  {"gained", rule->gained},
                  {"lost", rule->lost},
                  {"more_severe", rule->more_severe},
                  {"less_severe", rule->less_severe},
                  {"newly_hidden", rule->newly_hidden},
                  {"newly_shown", rule->newly_shown},
                  {"cannot_tell_gained", rule->cannot_tell_gained},
                  {"cannot_tell_lost", rule->cannot_tell_lost}};
    mag_json_object(json);
    mag_json_key_text(json, "rule_id", rule->rule_id);
    mag_json_key_text(json, "title", rule->title);
    mag_json_key(json, "is_in_old");
    mag_json_bool(json, rule->is_in_old);
    mag_json_key(json, "is_in_new");
    mag_json_bool(json, rule->is_in_new);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        mag_json_key_integer(json, counts[i].key, (int64_t)counts[i].count);
    mag_json_end_object(json);
}

static void answer_json(mag_json *json, const char *key, const mag_rule_answer *answer) {
    mag_json_key(json, key);
    mag_json_object(json);
    mag_json_key_text(json, "outcome", mag_outcome_name(answer->kind));
    if (answer->kind == MAG_FLAGGED) {
        mag_json_key_text(json, "severity", mag_severity_name(answer->severity));
        mag_json_key_text(json, "hidden_by", answer->hidden_by);
    }
    mag_json_end_object(json);
}

static void changes_json(mag_json *json, const mag_rules_diff *found) {
    mag_json_key(json, "rules");
    mag_json_array(json);
    for (size_t i = 0; i < found->rule_count; i++)
        rule_json(json, &found->rules[i]);
    mag_json_end_array(json);
    mag_json_key(json, "first_patients");
    mag_json_array(json);
    for (size_t i = 0; i < found->change_count; i++) {
        mag_json_object(json);
        mag_json_key(json, "patient_id");
        mag_json_text(json, found->changes[i].patient_id);
        mag_json_key_text(json, "rule_id", found->changes[i].rule_id);
        answer_json(json, "old", &found->changes[i].before);
        answer_json(json, "new", &found->changes[i].after);
        mag_json_end_object(json);
    }
    mag_json_end_array(json);
}

static mag_status show_as_json(mag_session *session, const comparison *of, mag_error *err) {
    mag_text text;
    mag_json json;
    mag_text_init(&text, &session->account);
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    pack_json(&json, "old", of->packs[0]);
    pack_json(&json, "new", of->packs[1]);
    mag_json_key_text(&json, "as_of", of->found->as_of);
    mag_json_key_integer(&json, "screened", (int64_t)of->found->screened_count);
    mag_json_key_integer(&json, "changed_patients", (int64_t)of->found->changed_count);
    mag_json_key(&json, "is_same");
    mag_json_bool(&json, of->found->changed_count == 0);
    changes_json(&json, of->found);
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

/* --- the verb -------------------------------------------------------------------------------- */

static mag_status compare(mag_session *session, const mag_options *options, int *exit_code,
                          mag_error *err) {
    comparison of = {.names = {options->operands[1], options->operands[2]}};
    mag_run_inputs inputs = mag_session_inputs(session, options);
    for (int i = 0; i < 2; i++)
        MAG_TRY(load_pack(session, of.names[i], &of.packs[i], err));
    MAG_TRY(mag_rules_diff_run(session->arena, &inputs, of.packs[0], of.packs[1], &of.found, err));
    *exit_code = of.found->changed_count > 0 ? 1 : 0;
    return options->is_json ? show_as_json(session, &of, err) : show(session, &of, err);
}

static mag_status open_and_compare(mag_arena *arena, const mag_options *options, int *exit_code,
                                   mag_error *err) {
    mag_origin origin;
    mag_session session = {0};
    MAG_TRY(find_origin(arena, options, &origin, err));
    mag_status status = mag_session_open(&session, &origin, options, err);
    if (status == MAG_OK)
        status = compare(&session, options, exit_code, err);
    mag_session_close(&session);
    return status;
}

mag_status mag_verb_rules_diff(const mag_options *options, int *exit_code, mag_error *err) {
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    if (!arena)
        return mag_fail_memory(err, sizeof(void *));
    mag_status status = open_and_compare(arena, options, exit_code, err);
    mag_arena_free(arena);
    return status;
}
