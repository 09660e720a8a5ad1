/* Two tables that give the same: an episode to each row. Cells are checked one by one; no message
   holds what stands in them, for it may be of a patient. */
#include "engine/ledger_read_dir.h"

#include "engine/evidence.h"
#include "engine/ledger_step.h"
#include "io/csv_reader.h"
#include "io/csv_writer.h"

#include <stdio.h>
#include <string.h>

enum { COLUMN_LIMIT = 17, RULE_ID_NBYTES = 32, FACTS_HEX_COUNT = 12, AS_OF_NBYTES = 16 };

typedef struct table_reader table_reader;

typedef struct table_shape {
    const char *file;
    const char *columns[COLUMN_LIMIT + 1]; /* NULL-ended */
    /* Fills the episode from the cells, in the order of the columns; what is wrong with them, or
       NULL. */
    const char *(*take)(table_reader *in, const char *const *cells, mag_episode *out);
} table_shape;

struct table_reader {
    mag_arena *arena;
    mag_account *account;
    const table_shape *shape;
    mag_text facts;
    mag_episode *episodes;
    size_t count, capacity;
    uint64_t row_count; /* a pair can have two */
    bool is_out_of_memory;
};

/* --- cells ----------------------------------------------------------------------------------- */

static bool is_one_of_letters(const char *text, size_t nbytes, const char *letters) {
    return strspn(text, letters) >= nbytes;
}

static bool is_rule_id(const char *text) {
    const size_t nbytes = strlen(text);
    return nbytes > 0 && nbytes <= RULE_ID_NBYTES &&
           is_one_of_letters(text, nbytes,
                             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");
}

/* "A02-0123456789ab" of that rule. */
static bool is_flag_id(const char *text, const char *rule_id) {
    const size_t nbytes = strlen(rule_id);
    return strncmp(text, rule_id, nbytes) == 0 && text[nbytes] == '-' &&
           strlen(text + nbytes + 1) == FACTS_HEX_COUNT &&
           is_one_of_letters(text + nbytes + 1, FACTS_HEX_COUNT, "0123456789abcdef");
}

static bool is_as_of(const char *text) {
    return strlen(text) <= AS_OF_NBYTES && mag_as_of_minute(text) != MAG_MINUTE_NONE;
}

static bool read_severity(const char *text, mag_severity *out) {
    for (unsigned i = MAG_SEVERITY_INFO; i < MAG_SEVERITY_COUNT; i++)
        if (strcmp(text, mag_severity_name((mag_severity)i)) == 0) {
            *out = (mag_severity)i;
            return true;
        }
    return false;
}

/* An empty cell is `otherwise`. */
static bool read_moment(const char *text, mag_minute otherwise, mag_minute *out) {
    mag_moment moment;
    *out = otherwise;
    if (text[0] == '\0')
        return true;
    if (mag_moment_parse(mag_span_of(text), NULL, &moment) != MAG_DATE_OK)
        return false;
    *out = moment.minute;
    return true;
}

static const char *take_identity(const char *flag_id, const char *patient_id, const char *rule_id,
                                 const char *version, mag_episode *out) {
    if (patient_id[0] == '\0')
        return "a patient_id is empty";
    if (!is_rule_id(rule_id))
        return "a rule_id is none";
    if (!is_flag_id(flag_id, rule_id))
        return "a flag_id is none of its rule";
    if (version[0] == '\0')
        return "a rule_version is empty";
    (void)snprintf(out->flag_id, sizeof out->flag_id, "%s", flag_id);
    out->patient_id = mag_span_of(patient_id);
    out->rule_id = rule_id;
    out->rule_version = version;
    return NULL;
}

static const char *take_times(const char *opened, const char *last_seen, const char *resolved,
                              mag_episode *out) {
    if (!is_as_of(opened) || !is_as_of(last_seen) || (resolved[0] != '\0' && !is_as_of(resolved)))
        return "an as-of is no time";
    if (mag_as_of_minute(opened) > mag_as_of_minute(last_seen))
        return "an episode was seen before it was opened";
    out->opened = opened;
    out->last_seen = last_seen;
    out->resolved = resolved;
    return NULL;
}

/* Resolved with a reason and a time, or open with neither. */
static const char *take_state(const char *state, const char *reason, mag_episode *out) {
    if (!mag_episode_event_find(mag_span_of(state), &out->state))
        return "a state is none";
    out->machine_reason = MAG_MACHINE_NONE;
    if (reason[0] != '\0' && !mag_machine_reason_find(mag_span_of(reason), &out->machine_reason))
        return "a machine_reason is none";
    const bool is_resolved = out->state == MAG_EPISODE_RESOLVED;
    if (is_resolved != (out->machine_reason != MAG_MACHINE_NONE) ||
        is_resolved == mag_episode_is_open(out))
        return "a state does not agree with its resolution";
    return NULL;
}

static const char *take_event(const char *start, const char *stop, mag_episode *out) {
    if (!read_moment(start, MAG_MINUTE_NONE, &out->event_start) ||
        !read_moment(stop, MAG_MINUTE_OPEN, &out->event_stop))
        return "an event is no time";
    return NULL;
}

/* The rule that hid it; empty: none did. */
static const char *take_hider(const char *rule_id, mag_episode *out) {
    out->hidden_by = rule_id[0] == '\0' ? NULL : rule_id;
    return out->hidden_by == NULL || is_rule_id(rule_id) ? NULL : "a hidden_by is no rule";
}

/* --- tables ---------------------------------------------------------------------------------- */

static const char *take_episode(table_reader *in, const char *const *cells, mag_episode *out) {
    (void)in;
    const char *wrong = take_identity(cells[0], cells[1], cells[2], cells[3], out);
    if (wrong == NULL)
        wrong = take_times(cells[4], cells[5], cells[6], out);
    if (wrong == NULL)
        wrong = take_state(cells[7], cells[8], out);
    if (wrong == NULL)
        wrong = take_event(cells[9], cells[10], out);
    if (wrong != NULL)
        return wrong;
    if (!read_severity(cells[11], &out->severity) ||
        !read_severity(cells[12], &out->shown_severity))
        return "a severity is none";
    out->shown_facts = cells[14];
    return take_hider(cells[13], out);
}

/* The first night of a ledger: every flag of the night before is an episode that has just begun. */
static const char *take_flag(table_reader *in, const char *const *cells, mag_episode *out) {
    mag_event_interval event;
    const char *wrong = take_identity(cells[0], cells[1], cells[2], cells[3], out);
    if (wrong == NULL)
        wrong = take_times(cells[4], cells[4], "", out);
    if (wrong == NULL)
        wrong = take_state("new", "", out);
    if (wrong != NULL)
        return wrong;
    if (!read_severity(cells[5], &out->severity))
        return "a severity is none";
    mag_text_clear(&in->facts);
    if (!mag_evidence_read(mag_span_of(cells[7]), &in->facts, &event))
        return "an evidence is not as magscreen writes it";
    out->shown_facts = mag_arena_text(in->arena, mag_text_span(&in->facts));
    in->is_out_of_memory |= out->shown_facts == NULL || in->facts.is_out_of_memory;
    out->shown_severity = out->severity;
    out->event_start = event.start;
    out->event_stop = event.stop;
    return take_hider(cells[6], out);
}

static const table_shape EPISODES = {"episodes.csv.gz",
                                     {"flag_id", "patient_id", "rule_id", "rule_version", "opened",
                                      "last_seen", "resolved", "state", "machine_reason",
                                      "event_start", "event_stop", "severity", "shown_severity",
                                      "hidden_by", "shown_facts"},
                                     take_episode};
static const table_shape FLAGS = {"flags.csv.gz",
                                  {"flag_id", "patient_id", "rule_id", "rule_version", "as_of",
                                   "severity", "hidden_by", "evidence"},
                                  take_flag};

/* Of a pair with two episodes the later row is the latest, and only that may be open. */
static const char *check_order(const mag_episode *before, const mag_episode *episode,
                               bool *is_same) {
    int order = mag_span_compare(before->patient_id, episode->patient_id);
    if (order == 0)
        order = strcmp(before->rule_id, episode->rule_id);
    *is_same = order == 0;
    if (order > 0)
        return "its rows are not sorted";
    if (order == 0 && mag_episode_is_open(before))
        return "a patient has two open episodes of one rule";
    return NULL;
}

static mag_status keep(table_reader *in, const mag_episode *episode, const char **wrong,
                       mag_error *err) {
    bool is_same = false;
    if (in->count > 0)
        *wrong = check_order(&in->episodes[in->count - 1], episode, &is_same);
    if (*wrong != NULL)
        return MAG_OK;
    in->row_count++;
    in->count -= is_same;
    MAG_TRY(mag_grow(in->account, (void **)&in->episodes, &in->capacity, sizeof *in->episodes,
                     in->count + 1, err));
    in->episodes[in->count++] = *episode;
    return MAG_OK;
}

static mag_status damaged(const table_reader *in, uint32_t line, const char *wrong,
                          mag_error *err) {
    if (line == 0)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_P412, "%s: %s", in->shape->file, wrong);
    return mag_fail(err, MAG_E_USAGE, MAG_MSG_P412, "%s, line %u: %s", in->shape->file, line,
                    wrong);
}

static mag_status take_row(table_reader *in, const unsigned *columns, const mag_csv_row *row,
                           mag_error *err) {
    const char *cells[COLUMN_LIMIT] = {NULL};
    mag_episode episode = {.state = MAG_EPISODE_UNTOUCHED};
    if (row->fault != MAG_CSV_OK)
        return damaged(in, row->line, "is no row of a table", err);
    for (size_t i = 0; in->shape->columns[i] != NULL; i++) {
        const mag_span cell = mag_csv_without_guard(row->fields[columns[i]]);
        cells[i] = mag_arena_text(in->arena, cell);
        if (cells[i] == NULL)
            return mag_fail_memory(err, cell.nbytes);
    }
    const char *wrong = in->shape->take(in, cells, &episode);
    if (in->is_out_of_memory)
        return mag_fail_memory(err, sizeof episode);
    if (wrong == NULL)
        MAG_TRY(keep(in, &episode, &wrong, err));
    return wrong == NULL ? MAG_OK : damaged(in, row->line, wrong, err);
}

static mag_status find_columns(const table_reader *in, const mag_csv_reader *reader,
                               unsigned *columns, mag_error *err) {
    for (size_t i = 0; in->shape->columns[i] != NULL; i++) {
        unsigned column = 0;
        const unsigned count = mag_csv_column_count(reader);
        while (column < count &&
               !mag_span_is(mag_csv_column_name(reader, column), in->shape->columns[i]))
            column++;
        if (column == count)
            return mag_fail(err, MAG_E_USAGE, MAG_MSG_P412,
                            "%s: column \"%s\" is missing: damaged, or of another version of "
                            "magscreen",
                            in->shape->file, in->shape->columns[i]);
        columns[i] = column;
    }
    return MAG_OK;
}

static mag_status read_rows(table_reader *in, mag_csv_reader *reader, mag_error *err) {
    unsigned columns[COLUMN_LIMIT];
    const mag_csv_row *row;
    MAG_TRY(find_columns(in, reader, columns, err));
    for (;;) {
        MAG_TRY(mag_csv_next(reader, &row, err));
        if (row == NULL)
            return MAG_OK;
        MAG_TRY(take_row(in, columns, row, err));
    }
}

static mag_status read_table(table_reader *in, const char *directory, mag_error *err) {
    mag_stream *stream = NULL;
    mag_csv_reader *reader = NULL;
    const char *path = mag_arena_format(in->arena, "%s/%s", directory, in->shape->file);
    if (path == NULL)
        return mag_fail_memory(err, strlen(directory));
    mag_status status = mag_stream_open(&stream, path, in->account, err);
    if (status == MAG_OK)
        status = mag_csv_open(&reader, stream, in->shape->file, ',', 0, in->account, err);
    if (status == MAG_OK)
        status = read_rows(in, reader, err);
    mag_csv_close(reader);
    mag_stream_close(stream);
    return status;
}

/* A table that cannot be read is no earlier run either; what is about this machine stays. */
static mag_status refuse(const mag_previous_run *previous, mag_status status, mag_error *cause,
                         mag_error *err) {
    if (status == MAG_E_USAGE || status == MAG_E_INPUT) {
        mag_fail(err, MAG_E_USAGE, MAG_MSG_P412, "%s: is no earlier published run: %s",
                 previous->name, cause->text);
        mag_hint(err,
                 "restore that folder, or name another one with --previous; without --previous a "
                 "new ledger begins");
        return MAG_E_USAGE;
    }
    if (err != NULL)
        *err = *cause;
    return status;
}

static mag_status read_all(table_reader *in, const mag_previous_run *previous, mag_error *err) {
    in->shape = previous->has_ledger ? &EPISODES : &FLAGS;
    if (previous->has_ledger && previous->episode_count == 0)
        return MAG_OK;
    MAG_TRY(read_table(in, previous->name, err));
    if (previous->has_ledger && in->row_count != previous->episode_count)
        return damaged(in, 0, "has not the episodes that run.json counts", err);
    return MAG_OK;
}

mag_status mag_ledger_read_directory(mag_arena *arena, const mag_previous_run *previous,
                                     const mag_ledger_input **out, mag_error *err) {
    mag_error cause = {0};
    mag_ledger_input *input = mag_arena_alloc(arena, sizeof *input);
    table_reader in = {.arena = arena, .account = mag_arena_account(arena)};
    if (input == NULL)
        return mag_fail_memory(err, sizeof *input);
    mag_text_init(&in.facts, in.account);
    mag_status status = read_all(&in, previous, &cause);
    mag_episode *kept = mag_arena_alloc(arena, (in.count + 1) * sizeof *kept);
    if (status == MAG_OK && kept == NULL)
        status = mag_fail_memory(&cause, in.count * sizeof *kept);
    if (status == MAG_OK && in.count > 0)
        memcpy(kept, in.episodes, in.count * sizeof *kept);
    mag_text_done(&in.facts);
    mag_drop(in.account, in.episodes, in.capacity, sizeof *in.episodes);
    if (status != MAG_OK)
        return refuse(previous, status, &cause, err);
    *input = (mag_ledger_input){.name = previous->name,
                                .run_id = previous->run_id,
                                .as_of = previous->as_of,
                                .result_sha256 = previous->result_sha256,
                                .episodes = kept,
                                .episode_count = in.count};
    *out = input;
    return MAG_OK;
}
