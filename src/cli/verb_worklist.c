/* magscreen worklist: the visible flags of a published folder, new and worsened ones first. */
#include "cli/database.h"
#include "cli/database_views.h"
#include "cli/fact_text.h"
#include "cli/result_dir.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "engine/ledger_step.h"
#include "io/json_writer.h"

#include <stdio.h>
#include <string.h>

enum { DEFAULT_LIMIT = 25 };

typedef struct worklist {
    const mag_flag_line *flags;
    size_t count;
    uint64_t limit; /* 0 = all */
    const char *severity, *rule, *state;
} worklist;

/* Whoever asks for the critical ones also gets the flag that hides a critical one. */
static bool has_severity(const mag_flag_line *flag, const char *name) {
    return strcmp(name, mag_severity_name(flag->severity)) == 0 ||
           strcmp(name, mag_severity_name(flag->rank)) == 0;
}

/* Is the name one of a list with commas? */
static bool is_listed(const char *list, const char *name) {
    const size_t nbytes = strlen(name);
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, nbytes) == 0 && (at[nbytes] == ',' || at[nbytes] == '\0'))
            return true;
    }
    return false;
}

static bool is_wanted(const worklist *list, const mag_flag_line *flag) {
    return mag_flag_is_on_worklist(flag) &&
           (!list->severity || has_severity(flag, list->severity)) &&
           (!list->state || is_listed(list->state, flag->state)) &&
           (!list->rule || strcmp(list->rule, flag->rule_id) == 0);
}

static void flag_json(mag_json *json, uint64_t row, const mag_flag_line *flag, const char *reason) {
    mag_json_object(json);
    mag_json_key_integer(json, "row", (int64_t)row);
    mag_json_key_text(json, "flag_id", flag->flag_id);
    mag_json_key_text(json, "patient_id", flag->patient_id);
    mag_json_key_text(json, "rule_id", flag->rule_id);
    mag_json_key_text(json, "severity", mag_severity_name(flag->severity));
    mag_json_key_text(json, "sorted_as", mag_severity_name(flag->rank));
    mag_json_key_text(json, "could_be", flag->could_be);
    mag_json_key_text(json, "state", flag->state);
    mag_json_key_text(json, "open_since", flag->opened);
    mag_json_key_text(json, "as_of", flag->as_of);
    mag_json_key_text(json, "title", flag->title);
    mag_json_key_text(json, "notes", flag->notes);
    mag_json_key_text(json, "reason", reason);
    mag_json_end_object(json);
}

/* "ongoing, open 12 days"; nothing of a flag of this night. An open flag is new again when what hid
   it has gone. */
static void state_words(const mag_flag_line *flag, char *out, size_t nbytes) {
    char days[MAG_AMOUNT_TEXT_NBYTES];
    const mag_minute opened = mag_as_of_minute(flag->opened);
    const mag_minute now = mag_as_of_minute(flag->as_of);
    out[0] = '\0';
    const char *state = flag->state;
    if (strcmp(state, mag_episode_event_name(MAG_EPISODE_NEW)) == 0) {
        if (opened == MAG_MINUTE_NONE || mag_minute_day(opened) >= mag_minute_day(now))
            return;
        state = "new here, hidden behind another flag until now";
    }
    if (!flag->evidence) /* the night it was flagged last is not tonight */
        (void)snprintf(out, nbytes, "%s, open since %.16s; ", flag->state, flag->opened);
    else if (opened == MAG_MINUTE_NONE || now < opened)
        (void)snprintf(out, nbytes, "%s; ", flag->state);
    else
        (void)snprintf(
            out, nbytes, "%s, open %s; ", state,
            mag_amount_text((uint64_t)(mag_minute_day(now) - mag_minute_day(opened)), "day", days));
}

static void show_flag(uint64_t row, const mag_flag_line *flag, const char *reason) {
    mag_show("@%llu  %-8s %s  %s  patient %s  as of %s", (unsigned long long)row,
             mag_severity_name(flag->severity), flag->flag_id, flag->title, flag->patient_id,
             flag->as_of);
    const char *hidden = flag->rank_rule_id;
    char state[128];
    state_words(flag, state, sizeof state);
    mag_show("      %s%s%s%s%s%s%s%s%s%s", state, reason, *flag->could_be ? "; could be " : "",
             flag->could_be, *flag->notes ? "; notes: " : "", flag->notes,
             hidden ? "; hides the " : "", hidden ? mag_severity_name(flag->rank) : "",
             hidden ? " flag of " : "", hidden ? hidden : "");
}

static mag_status add_reason(mag_arena *arena, const mag_flag_line *flag, mag_text *out,
                             mag_error *err) {
    if (flag->evidence)
        return mag_evidence_words_add(arena, flag->evidence, out, err);
    mag_text_add_text(out, flag->facts);
    return MAG_OK;
}

/* @N counts the whole worklist, so that a number means the same with and without filters. */
static mag_status show_rows(const worklist *list, mag_arena *arena, mag_json *json, uint64_t *shown,
                            mag_error *err) {
    uint64_t row = 0;
    *shown = 0;
    for (size_t i = 0; i < list->count; i++) {
        const mag_flag_line *flag = &list->flags[i];
        row += mag_flag_is_on_worklist(flag);
        if (!is_wanted(list, flag))
            continue;
        if (list->limit && *shown == list->limit)
            break;
        ++*shown;
        mag_text reason;
        mag_text_init(&reason, mag_arena_account(arena));
        mag_status status = add_reason(arena, flag, &reason, err);
        mag_text_add_char(&reason, '\0');
        if (status == MAG_OK)
            status = mag_text_check(&reason, err);
        if (status == MAG_OK && json)
            flag_json(json, row, flag, reason.at);
        else if (status == MAG_OK)
            show_flag(row, flag, reason.at);
        mag_text_done(&reason);
        MAG_TRY(status);
    }
    return MAG_OK;
}

static void show_tail(const worklist *list, const char *directory, uint64_t shown) {
    uint64_t wanted = 0, visible = 0;
    char shown_text[MAG_COUNT_TEXT_NBYTES], of_text[MAG_AMOUNT_TEXT_NBYTES];
    for (size_t i = 0; i < list->count; i++) {
        wanted += is_wanted(list, &list->flags[i]);
        visible += mag_flag_is_on_worklist(&list->flags[i]);
    }
    if (visible == 0)
        mag_show("no flag to review; what was looked at stands in %s/summary.csv, who could not be "
                 "assessed in %s/cannot_tell.csv.gz",
                 directory, directory);
    else
        mag_show("%s of %s shown%s", mag_count_text(shown, shown_text),
                 mag_amount_text(visible, "flag", of_text), wanted == visible ? "" : " (filtered)");
    if (shown > 0)
        mag_show("next: magscreen explain @1 --from %s", directory);
}

static mag_status show_worklist(const worklist *list, const mag_options *options, mag_arena *arena,
                                mag_error *err) {
    uint64_t shown;
    if (!options->is_json) {
        MAG_TRY(show_rows(list, arena, NULL, &shown, err));
        show_tail(list, options->from, shown);
        return MAG_OK;
    }
    mag_text text;
    mag_text_init(&text, mag_arena_account(arena));
    mag_json json;
    mag_json_begin(&json, &text, true);
    mag_json_array(&json);
    mag_status status = show_rows(list, arena, &json, &shown, err);
    mag_json_end_array(&json);
    if (status == MAG_OK)
        status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

/* Whoever works through a list must know that the run was held, and why somebody let it through. */
static mag_status tell_release(mag_arena *arena, const mag_options *options, mag_error *err) {
    mag_result_record record = {0};
    MAG_TRY(mag_result_read_record(arena, options->from, &record, err));
    if (!record.released)
        return MAG_OK;
    const char *reason = mag_yaml_get_text(record.released, "reason");
    const char *by = mag_yaml_get_text(record.released, "by");
    const char *at = mag_yaml_get_text(record.released, "at");
    (options->is_json ? mag_tell : mag_show)("this run was held and released by %s at %s: %s",
                                             by ? by : "somebody", at ? at : "no known time",
                                             reason ? reason : "no reason was kept");
    return MAG_OK;
}

/* Every name of --state is a state that a flag on the list can have. */
static mag_status check_states(const char *list, mag_error *err) {
    static const char *const names[] = {"new",      "ongoing",     "worsened", "improved",
                                        "reopened", "unconfirmed", NULL};
    for (const char *at = list; at; at = strchr(at, ',')) {
        at += *at == ',';
        const mag_span name = {at, strcspn(at, ",")};
        size_t i = 0;
        while (names[i] && !mag_span_is(name, names[i]))
            i++;
        if (names[i])
            continue;
        mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--state cannot be \"%.*s\"",
                                     (int)name.nbytes, name.at);
        mag_hint(err, "it is a list of new, ongoing, worsened, improved, reopened, unconfirmed");
        return status;
    }
    return MAG_OK;
}

static mag_status check_options(const mag_options *options, mag_error *err) {
    static const char *const names[] = {"critical", "high", "moderate", "low", NULL};
    if (!options->from && !mag_database_is_named(options)) {
        mag_status status =
            mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "worklist needs --from DIR or --db");
        mag_hint(err, "DIR is a folder that magscreen run has written; --db names a database, as "
                      "MAGSCREEN_DB does");
        return status;
    }
    MAG_TRY(check_states(options->state, err));
    for (size_t i = 0; options->severity && names[i]; i++)
        if (strcmp(options->severity, names[i]) == 0)
            return MAG_OK;
    if (!options->severity)
        return MAG_OK;
    const char *nearest = mag_nearest_name(options->severity, names);
    mag_status status =
        mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--severity cannot be \"%s\"", options->severity);
    mag_hint(err, "%s%s%scritical, high, moderate or low", nearest ? "did you mean " : "",
             nearest ? nearest : "", nearest ? "? It is " : "");
    return status;
}

/* The rule as the folder writes it; a rule that was not run is a slip, not an empty list. */
static mag_status find_rule(mag_arena *arena, const char *directory, const char **rule,
                            mag_error *err) {
    const char *const *ids;
    MAG_TRY(mag_result_read_rules(arena, directory, &ids, err));
    for (size_t i = 0; ids[i]; i++)
        if (mag_span_is_ignoring_case(mag_span_of(ids[i]), *rule)) {
            *rule = ids[i];
            return MAG_OK;
        }
    const char *nearest = mag_nearest_name(*rule, ids);
    mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_U204, "the run of %s has no rule \"%s\"",
                                 directory, *rule);
    if (nearest)
        mag_hint(err, "did you mean --rule %s ?", nearest);
    else
        mag_hint(err, "its rules stand in %s/summary.csv", directory);
    return status;
}

mag_status mag_verb_worklist(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    MAG_TRY(check_options(options, err));
    if (!options->from && mag_database_is_named(options))
        return mag_database_worklist(options, err);
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    if (!arena)
        return mag_fail_memory(err, sizeof(void *));
    worklist list = {.limit = options->limit < 0 ? DEFAULT_LIMIT : (uint64_t)options->limit,
                     .severity = options->severity,
                     .rule = options->rule,
                     .state = options->state};
    mag_status status = list.rule ? find_rule(arena, options->from, &list.rule, err) : MAG_OK;
    if (status == MAG_OK)
        status = mag_result_read_flags(arena, options->from, &list.flags, &list.count, err);
    if (status == MAG_OK)
        status = tell_release(arena, options, err);
    if (status == MAG_OK)
        status = show_worklist(&list, options, arena, err);
    mag_arena_free(arena);
    return status;
}
