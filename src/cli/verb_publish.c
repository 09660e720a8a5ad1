/* magscreen publish: a person has looked at a held run and says why it is right. */
#include "cli/database_views.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "engine/clock.h"
#include "io/json_writer.h"
#include "sinks/held_directory.h"

#include <pwd.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Name of the account that runs this; its number where it has no name. */
static const char *account_name(mag_arena *arena) {
    const struct passwd *entry = getpwuid(getuid());
    return entry && entry->pw_name && *entry->pw_name
               ? mag_arena_text(arena, mag_span_of(entry->pw_name))
               : mag_arena_format(arena, "uid %ld", (long)getuid());
}

static mag_status make_release(mag_arena *arena, const mag_options *options, mag_release *release,
                               mag_error *err) {
    char now[MAG_MOMENT_TEXT_NBYTES];
    mag_minute_text(mag_clock_local(), false, now);
    *release = (mag_release){.reason = options->reason,
                             .by = account_name(arena),
                             .at = mag_arena_text(arena, mag_span_of(now))};
    return release->by && release->at ? MAG_OK : mag_fail_memory(err, sizeof now);
}

static const char *gate_text(const mag_yaml *gate, const char *key) {
    const char *text = mag_yaml_get_text(gate, key);
    return text ? text : "";
}

static bool is_red(const mag_yaml *gate) {
    return strcmp(gate_text(gate, "verdict"), "red") == 0;
}

static void show_red_gates(const mag_held_record *record) {
    const mag_yaml *gate = record->gates ? record->gates->first : NULL;
    for (; gate; gate = gate->next)
        if (is_red(gate))
            mag_show("  was red: %s of %s %s", gate_text(gate, "gate"), gate_text(gate, "source"),
                     gate_text(gate, "subject"));
}

static void show_answer(const mag_held_publication *found, const mag_release *release) {
    const mag_held_record *record = &found->record;
    if (found->was_published_already) {
        mag_show("NOTHING NEW: %s holds this very run already", found->target);
    } else {
        show_red_gates(record);
        mag_show("  reason: %s (%s, %s)", release->reason, release->by, release->at);
        mag_show("PUBLISHED in %s: run %s as of %s, which was held", found->target, record->run_id,
                 record->as_of);
    }
    if (found->has_left_held)
        mag_show("note: %s.held could not be removed; it is published, remove it yourself",
                 found->target);
    mag_show("next: magscreen worklist --from %s", found->target);
}

static void red_gates_json(mag_json *json, const mag_held_record *record) {
    mag_json_key(json, "red_gates");
    mag_json_array(json);
    const mag_yaml *gate = record->gates ? record->gates->first : NULL;
    for (; gate; gate = gate->next) {
        if (!is_red(gate))
            continue;
        mag_json_object(json);
        mag_json_key_text(json, "gate", gate_text(gate, "gate"));
        mag_json_key_text(json, "source", gate_text(gate, "source"));
        mag_json_key_text(json, "subject", gate_text(gate, "subject"));
        mag_json_end_object(json);
    }
    mag_json_end_array(json);
}

static mag_status answer_json(const mag_held_publication *found, const mag_release *release,
                              mag_account *account, mag_error *err) {
    mag_text text;
    mag_json json;
    mag_text_init(&text, account);
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key_text(&json, "end", found->was_published_already ? "nothing_new" : "published");
    mag_json_key_integer(&json, "exit", 0);
    mag_json_key_text(&json, "directory", found->target);
    mag_json_key_text(&json, "run_id", found->record.run_id);
    mag_json_key_text(&json, "as_of", found->record.as_of);
    mag_json_key_text(&json, "result_sha256",
                      found->record.result_sha256 ? found->record.result_sha256 : "");
    mag_json_key_text(&json, "reason", release->reason);
    mag_json_key_text(&json, "by", release->by);
    mag_json_key_text(&json, "at", release->at);
    red_gates_json(&json, &found->record);
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status fail_different(const mag_held_publication *found, mag_error *err) {
    mag_fail(err, MAG_E_ANSWER_NO, MAG_MSG_P413,
             "%s.held: the tables are not those that run.json records (result_sha256 differs); "
             "nothing was changed",
             found->target);
    mag_hint(err, "next: magscreen verify %s.held; screen again", found->target);
    return MAG_E_ANSWER_NO;
}

/* "7": the number of a run in a database; a folder is called DIR.held. */
static bool is_run_number(const char *word) {
    return word[0] && word[strspn(word, "0123456789")] == '\0';
}

static mag_status publish(mag_arena *arena, const mag_options *options, mag_error *err) {
    mag_release release;
    mag_held_publication found;
    MAG_TRY(make_release(arena, options, &release, err));
    if (is_run_number(options->operands[0]))
        return mag_database_publish(arena, options, &release, err);
    MAG_TRY(mag_held_directory_publish(arena, options->operands[0], options->is_forced, &release,
                                       &found, err));
    if (!found.is_published)
        return fail_different(&found, err);
    if (options->is_json)
        return answer_json(&found, &release, mag_arena_account(arena), err);
    show_answer(&found, &release);
    return MAG_OK;
}

mag_status mag_verb_publish(const mag_options *options, int *exit_code, mag_error *err) {
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    (void)exit_code;
    mag_status status = arena ? publish(arena, options, err) : mag_fail_memory(err, sizeof(void *));
    mag_arena_free(arena);
    return status;
}
