/* magscreen rejects: what a run has set aside, grouped, or row by row for one reason. */
#include "cli/database.h"
#include "cli/database_views.h"
#include "cli/result_dir.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "cohort/accounting.h"
#include "io/json_writer.h"

#include <string.h>

enum { DEFAULT_LIMIT = 25, GROUP_COUNT = 512 };

typedef struct group {
    const char *source, *file, *reason, *column, *first_line;
    uint64_t count;
} group;

typedef struct collector {
    mag_arena *arena;
    const char *reason; /* NULL: group everything */
    uint64_t limit, shown, count;
    group groups[GROUP_COUNT];
    size_t group_count;
    uint64_t ungrouped_count;
    mag_json *json;
} collector;

static mag_message_id message_of(const char *reason) {
    for (int i = 1; i < MAG_REASON_COUNT; i++)
        if (strcmp(reason, mag_reason_name((mag_reason)i)) == 0)
            return mag_reason_message((mag_reason)i);
    return MAG_MSG_NONE;
}

static void row_json(mag_json *json, const mag_reject_line *row) {
    mag_json_object(json);
    mag_json_key_text(json, "source", row->source);
    mag_json_key_text(json, "file", row->file);
    mag_json_key_text(json, "line", row->line);
    mag_json_key_text(json, "column", row->column);
    mag_json_key_text(json, "reason", row->reason);
    mag_json_key_text(json, "detail", row->detail);
    mag_json_end_object(json);
}

static void show_row(collector *all, const mag_reject_line *row) {
    if (all->limit && all->shown == all->limit)
        return;
    all->shown++;
    if (all->json)
        row_json(all->json, row);
    else
        mag_show("%s:%s  %s  column \"%s\"  %s", row->file, row->line, row->reason, row->column,
                 row->detail);
}

static group *find_group(collector *all, const mag_reject_line *row) {
    for (size_t i = 0; i < all->group_count; i++) {
        group *known = &all->groups[i];
        if (strcmp(known->file, row->file) == 0 && strcmp(known->reason, row->reason) == 0 &&
            strcmp(known->column, row->column) == 0 && strcmp(known->source, row->source) == 0)
            return known;
    }
    return NULL;
}

static mag_status add_to_group(collector *all, const mag_reject_line *row, mag_error *err) {
    group *into = find_group(all, row);
    if (!into && all->group_count == GROUP_COUNT) {
        all->ungrouped_count++;
        return MAG_OK;
    }
    if (!into) {
        into = &all->groups[all->group_count];
        const char *texts[] = {row->source, row->file, row->reason, row->column, row->line};
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            texts[i] = mag_arena_text(all->arena, mag_span_of(texts[i]));
            if (!texts[i])
                return mag_fail_memory(err, 1);
        }
        *into = (group){texts[0], texts[1], texts[2], texts[3], texts[4], 0};
        all->group_count++;
    }
    into->count++;
    return MAG_OK;
}

static mag_status collect(void *context, const mag_reject_line *row, mag_error *err) {
    collector *all = context;
    if (!all->reason)
        return add_to_group(all, row, err);
    if (strcmp(all->reason, row->reason) != 0)
        return MAG_OK;
    all->count++;
    show_row(all, row);
    return MAG_OK;
}

static void show_groups(const collector *all) {
    char count[MAG_COUNT_TEXT_NBYTES];
    for (size_t i = 0; i < all->group_count; i++) {
        const group *one = &all->groups[i];
        const char *code = mag_message_code(message_of(one->reason));
        bool is_whole_file = strcmp(one->first_line, "0") == 0;
        if (is_whole_file)
            mag_show("%12s  %-22s %s \"%s\", the whole file was refused", "", one->reason,
                     one->file, one->source);
        else
            mag_show("%12s  %-22s %s \"%s\", column \"%s\", first at line %s%s%s",
                     mag_count_text(one->count, count), one->reason, one->file, one->source,
                     one->column, one->first_line, *code ? "  " : "", code);
    }
    if (all->ungrouped_count)
        mag_show("%12s  more rows, of other files and reasons",
                 mag_count_text(all->ungrouped_count, count));
}

static void groups_json(const collector *all) {
    for (size_t i = 0; i < all->group_count; i++) {
        const group *one = &all->groups[i];
        mag_json_object(all->json);
        mag_json_key_text(all->json, "source", one->source);
        mag_json_key_text(all->json, "file", one->file);
        mag_json_key_text(all->json, "reason", one->reason);
        mag_json_key_text(all->json, "column", one->column);
        mag_json_key_text(all->json, "first_line", one->first_line);
        mag_json_key_integer(all->json, "count", (int64_t)one->count);
        mag_json_end_object(all->json);
    }
}

/* A reason that is in no table and in no row is a slip, not an empty list. */
static mag_status check_reason(const collector *all, mag_error *err) {
    const char *names[MAG_REASON_COUNT] = {0};
    if (!all->reason || all->count > 0)
        return MAG_OK;
    for (int i = 1; i < MAG_REASON_COUNT; i++) {
        names[i - 1] = mag_reason_name((mag_reason)i);
        if (strcmp(all->reason, names[i - 1]) == 0)
            return MAG_OK;
    }
    const char *nearest = mag_nearest_name(all->reason, names);
    mag_status status =
        mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--reason cannot be \"%s\"", all->reason);
    if (nearest)
        mag_hint(err, "did you mean --reason %s ?", nearest);
    else
        mag_hint(err, "without --reason all of them are shown");
    return status;
}

static void show_end(const collector *all, const mag_options *options) {
    char shown[MAG_COUNT_TEXT_NBYTES], count[MAG_AMOUNT_TEXT_NBYTES];
    if (!all->reason)
        show_groups(all);
    if (all->reason)
        mag_show("%s of %s shown", mag_count_text(all->shown, shown),
                 mag_amount_text(all->count, "row", count));
    else if (all->group_count == 0)
        mag_show("no row was set aside");
    else
        mag_show("next: magscreen rejects --from %s --reason %s", options->from,
                 all->groups[0].reason);
}

/* Rows that looked like ours and reached no drug class were not set aside, but nobody screened
   them. */
static mag_status show_unmapped(const collector *all, const mag_options *options, mag_error *err) {
    mag_result_record record;
    MAG_TRY(mag_result_read_record(all->arena, options->from, &record, err));
    const mag_yaml *drug = record.unmapped_drugs ? record.unmapped_drugs->first : NULL;
    for (; drug; drug = drug->next)
        mag_show("%12s  %-22s drug \"%s\"  %s", mag_yaml_get_text(drug, "rows"), "unmapped",
                 mag_yaml_get_text(drug, "text"), mag_message_code(MAG_MSG_I248));
    return MAG_OK;
}

static mag_status read_all(collector *all, const mag_options *options, mag_error *err) {
    if (!options->is_json) {
        MAG_TRY(mag_result_each_reject(all->arena, options->from, collect, all, err));
        MAG_TRY(check_reason(all, err));
        if (!all->reason)
            MAG_TRY(show_unmapped(all, options, err));
        show_end(all, options);
        return MAG_OK;
    }
    mag_text text;
    mag_text_init(&text, mag_arena_account(all->arena));
    mag_json json;
    mag_json_begin(&json, &text, true);
    all->json = &json;
    mag_json_array(&json);
    mag_status status = mag_result_each_reject(all->arena, options->from, collect, all, err);
    groups_json(all);
    mag_json_end_array(&json);
    if (status == MAG_OK)
        status = check_reason(all, err);
    if (status == MAG_OK)
        status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

mag_status mag_verb_rejects(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    if (!options->from && mag_database_is_named(options))
        return mag_database_rejects(options, err);
    if (!options->from) {
        mag_status status =
            mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "rejects needs --from DIR or --db");
        mag_hint(err, "DIR is a folder that magscreen run has written, DIR.held or DIR.failed too; "
                      "--db names a database");
        return status;
    }
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    collector *all = arena ? mag_arena_alloc(arena, sizeof *all) : NULL;
    mag_status status = all ? MAG_OK : mag_fail_memory(err, sizeof *all);
    if (status == MAG_OK) {
        all->arena = arena;
        all->reason = options->reason;
        all->limit = options->limit < 0 ? DEFAULT_LIMIT : (uint64_t)options->limit;
        status = read_all(all, options, err);
    }
    mag_arena_free(arena);
    return status;
}
