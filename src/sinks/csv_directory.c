/* Tables are opened when their first row comes, or empty at the end: every published directory
   has all of them; episodes.csv.gz only if there are episodes. */
#include "sinks/csv_directory.h"

#include "io/csv_writer.h"
#include "io/output_dir.h"
#include "io/yaml_tree.h"
#include "sinks/same_record.h"

#include <string.h>
#include <unistd.h>

typedef enum table_kind {
    TABLE_FLAGS,
    TABLE_CANNOT_TELL,
    TABLE_SUMMARY,
    TABLE_LAB_SUMMARY,
    TABLE_REJECTS,
    TABLE_EPISODES, /* last: only of a run with a ledger */
    TABLE_COUNT
} table_kind;

typedef struct table_facts {
    const char *file, *header;
} table_facts;

static const table_facts TABLES[TABLE_COUNT] = {
    [TABLE_FLAGS] = {"flags.csv.gz", "flag_id,patient_id,rule_id,rule_version,severity,could_be,"
                                     "state,as_of,hidden_by,notes,evidence,title"},
    [TABLE_CANNOT_TELL] = {"cannot_tell.csv.gz", "patient_id,rule_id,as_of,reasons,detail"},
    [TABLE_SUMMARY] = {"summary.csv",
                       "as_of,rule_id,rule_version,stratum,level,eligible,flagged,clear,"
                       "cannot_tell,hidden,not_evaluated,rate,ci_low,ci_high"},
    [TABLE_LAB_SUMMARY] = {"lab_summary.csv",
                           "analyte,unit,results,patients,missing_patients,censored,implausible,"
                           "text,min,p1,p5,p25,p50,p75,p95,p99,max,mean,sd,below_range,"
                           "above_range"},
    [TABLE_REJECTS] = {"rejects.csv.gz", "source,file,line,column,reason,detail"},
    [TABLE_EPISODES] = {"episodes.csv.gz",
                        "flag_id,patient_id,rule_id,event,opened,last_seen,resolved,"
                        "machine_reason,rule_version,state,severity,hidden_by,event_start,"
                        "event_stop,shown_severity,shown_facts"},
};

/* What a run writes, in this version or with more options (product contract). */
static const char *const FILES[] = {"run.json",        "flags.csv.gz", "cannot_tell.csv.gz",
                                    "episodes.csv.gz", "summary.csv",  "lab_summary.csv",
                                    "rejects.csv.gz",  "report.html",  NULL};
const mag_output_kind mag_result_directory = {FILES, "run.json", true};

typedef struct csv_directory {
    mag_sink sink; /* first: a sink is a csv_directory */
    mag_arena *arena;
    mag_account *account;
    const char *dir;
    mag_output_dir *output; /* NULL once ended */
    mag_csv_writer *writers[TABLE_COUNT];
    bool is_open[TABLE_COUNT];   /* was opened, maybe closed again */
    bool is_broken[TABLE_COUNT]; /* could not be written whole */
    uint64_t nbytes;             /* of the closed tables, written or not */
} csv_directory;

static mag_status open_table(csv_directory *to, table_kind kind, mag_error *err) {
    if (to->is_open[kind])
        return MAG_OK;
    const char *path =
        to->output == NULL ? NULL : mag_output_dir_path(to->output, TABLES[kind].file);
    if (path == NULL)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "%s: the output has ended",
                        TABLES[kind].file);
    MAG_TRY(mag_csv_writer_open(&to->writers[kind], path, TABLES[kind].header, to->account, err));
    to->is_open[kind] = true;
    return MAG_OK;
}

/* The writer of a table, opened at its first row. */
static mag_status writer_of(mag_sink *sink, table_kind kind, mag_csv_writer **out, mag_error *err) {
    csv_directory *to = (csv_directory *)sink;
    MAG_TRY(open_table(to, kind, err));
    *out = to->writers[kind];
    return MAG_OK;
}

static void text(mag_csv_writer *writer, const char *cell) {
    if (cell == NULL || cell[0] == '\0')
        mag_csv_writer_empty(writer);
    else
        mag_csv_writer_text(writer, mag_span_of(cell));
}

static void number(mag_csv_writer *writer, const char *cell) {
    if (cell == NULL || cell[0] == '\0')
        mag_csv_writer_empty(writer);
    else
        mag_csv_writer_number(writer, cell);
}

static void count(mag_csv_writer *writer, uint64_t cell) {
    mag_csv_writer_integer(writer, (int64_t)cell);
}

static mag_status write_flag(mag_sink *sink, const mag_flag_row *row, mag_error *err) {
    mag_csv_writer *writer;
    MAG_TRY(writer_of(sink, TABLE_FLAGS, &writer, err));
    text(writer, row->flag_id);
    mag_csv_writer_id(writer, row->patient_id);
    text(writer, row->rule_id);
    text(writer, row->rule_version);
    text(writer, mag_severity_name(row->severity));
    text(writer, row->could_be);
    text(writer, row->state);
    text(writer, row->as_of);
    text(writer, row->hidden_by);
    text(writer, row->notes);
    text(writer, row->evidence);
    text(writer, row->title);
    mag_csv_writer_end_row(writer);
    return MAG_OK;
}

static mag_status write_cannot_tell(mag_sink *sink, const mag_cannot_tell_row *row,
                                    mag_error *err) {
    mag_csv_writer *writer;
    MAG_TRY(writer_of(sink, TABLE_CANNOT_TELL, &writer, err));
    mag_csv_writer_id(writer, row->patient_id);
    text(writer, row->rule_id);
    text(writer, row->as_of);
    text(writer, row->reasons);
    text(writer, row->detail);
    mag_csv_writer_end_row(writer);
    return MAG_OK;
}

static mag_status write_summary(mag_sink *sink, const mag_summary_row *row, mag_error *err) {
    mag_csv_writer *writer;
    MAG_TRY(writer_of(sink, TABLE_SUMMARY, &writer, err));
    text(writer, row->as_of);
    text(writer, row->rule_id);
    text(writer, row->rule_version);
    text(writer, row->stratum);
    text(writer, row->level);
    count(writer, row->eligible);
    count(writer, row->flagged);
    count(writer, row->clear);
    count(writer, row->cannot_tell);
    count(writer, row->hidden);
    text(writer, row->not_evaluated);
    number(writer, row->rate);
    number(writer, row->ci_low);
    number(writer, row->ci_high);
    mag_csv_writer_end_row(writer);
    return MAG_OK;
}

static mag_status write_lab_summary(mag_sink *sink, const mag_lab_summary_row *row,
                                    mag_error *err) {
    mag_csv_writer *writer;
    MAG_TRY(writer_of(sink, TABLE_LAB_SUMMARY, &writer, err));
    text(writer, row->analyte);
    text(writer, row->unit);
    count(writer, row->results);
    count(writer, row->patients);
    count(writer, row->missing_patients);
    count(writer, row->censored);
    count(writer, row->implausible);
    count(writer, row->text);
    for (size_t i = 0; i < sizeof row->quantiles / sizeof row->quantiles[0]; i++)
        number(writer, row->quantiles[i]);
    number(writer, row->mean);
    number(writer, row->sd);
    count(writer, row->below_range);
    count(writer, row->above_range);
    mag_csv_writer_end_row(writer);
    return MAG_OK;
}

static void moment(mag_csv_writer *writer, mag_minute at) {
    char cell[MAG_MOMENT_TEXT_NBYTES] = "";
    if (at != MAG_MINUTE_NONE && at != MAG_MINUTE_OPEN)
        mag_minute_text(at, false, cell);
    text(writer, cell);
}

static mag_status write_episode(mag_sink *sink, const mag_episode_row *row, mag_error *err) {
    const mag_episode *episode = row->episode;
    mag_csv_writer *writer;
    MAG_TRY(writer_of(sink, TABLE_EPISODES, &writer, err));
    text(writer, episode->flag_id);
    mag_csv_writer_id(writer, episode->patient_id);
    text(writer, episode->rule_id);
    text(writer, mag_episode_event_name(row->event));
    text(writer, episode->opened);
    text(writer, episode->last_seen);
    text(writer, episode->resolved);
    text(writer, mag_machine_reason_name(episode->machine_reason));
    text(writer, episode->rule_version);
    text(writer, mag_episode_event_name(episode->state));
    text(writer, mag_severity_name(episode->severity));
    text(writer, episode->hidden_by);
    moment(writer, episode->event_start);
    moment(writer, episode->event_stop);
    text(writer, mag_severity_name(episode->shown_severity));
    text(writer, episode->shown_facts);
    mag_csv_writer_end_row(writer);
    return MAG_OK;
}

static mag_status write_reject(mag_sink *sink, const mag_reject_row *row, mag_error *err) {
    mag_csv_writer *writer;
    MAG_TRY(writer_of(sink, TABLE_REJECTS, &writer, err));
    text(writer, row->source);
    text(writer, row->file);
    count(writer, row->line);
    text(writer, row->column);
    text(writer, row->reason);
    text(writer, row->detail);
    mag_csv_writer_end_row(writer);
    return MAG_OK;
}

/* Closes every table; the first fault counts, but all are closed. */
static mag_status close_tables(csv_directory *to, mag_error *err) {
    mag_status first = MAG_OK;
    for (unsigned kind = 0; kind < TABLE_COUNT; kind++) {
        mag_error error;
        uint64_t nbytes;
        mag_status status = mag_csv_writer_end(to->writers[kind], &nbytes, &error);
        to->writers[kind] = NULL;
        to->nbytes += nbytes;
        to->is_broken[kind] |= status != MAG_OK;
        if (status == MAG_OK || first != MAG_OK)
            continue;
        first = status;
        if (err != NULL)
            *err = error;
    }
    return first;
}

/* Closes and writes what is left; a fault of writing tells how much room the whole result needs. */
static mag_status write_rest(csv_directory *to, mag_span run_json, mag_error *err) {
    enum { MEGABYTE = 1000000 };
    mag_status status = close_tables(to, err);
    if (status == MAG_OK)
        status = mag_output_dir_write(to->output, "run.json", run_json, err);
    if (status == MAG_E_RESOURCE && err != NULL && err->message == MAG_MSG_P403) {
        unsigned long long megabytes = (to->nbytes + run_json.nbytes + MEGABYTE - 1) / MEGABYTE;
        mag_hint(err, "the result needs %llu MB in %.300s: make room there, and run again",
                 megabytes, to->dir);
    }
    return status;
}

static mag_status end_output(csv_directory *to, mag_span run_json, mag_output_end end,
                             mag_error *err) {
    MAG_TRY(write_rest(to, run_json, err));
    mag_output_dir *output = to->output;
    to->output = NULL;
    return mag_output_dir_end(output, end, err);
}

static mag_status end_whole(mag_sink *sink, mag_span run_json, mag_output_end end, mag_error *err) {
    csv_directory *to = (csv_directory *)sink;
    for (unsigned kind = 0; kind < TABLE_EPISODES; kind++)
        MAG_TRY(open_table(to, (table_kind)kind, err));
    return end_output(to, run_json, end, err);
}

/* What lies there must be whole: else publishing again is what mends it. */
static bool has_all_tables(csv_directory *to) {
    for (unsigned kind = 0; kind < TABLE_EPISODES; kind++) {
        const char *path = mag_arena_format(to->arena, "%s/%s", to->dir, TABLES[kind].file);
        if (path == NULL || access(path, R_OK) != 0)
            return false;
    }
    return true;
}

static bool is_current(mag_sink *sink, mag_span run_json) {
    csv_directory *to = (csv_directory *)sink;
    mag_span current;
    mag_error unreported; /* nothing published yet */
    const char *path = mag_arena_format(to->arena, "%s/run.json", to->dir);
    if (path == NULL || access(path, R_OK) != 0 || !has_all_tables(to) ||
        mag_yaml_read_file(to->arena, path, &current, &unreported) != MAG_OK)
        return false;
    return mag_record_is_same(to->account, current, run_json);
}

static mag_status publish(mag_sink *sink, mag_span run_json, mag_error *err) {
    return end_whole(sink, run_json, MAG_OUTPUT_PUBLISHED, err);
}

static mag_status hold(mag_sink *sink, mag_span run_json, mag_error *err) {
    return end_whole(sink, run_json, MAG_OUTPUT_HELD, err);
}

/* Removes a table that must not outlive a failed run. */
static mag_status remove_table(csv_directory *to, table_kind kind, mag_error *err) {
    if (!to->is_open[kind])
        return MAG_OK;
    const char *path = mag_output_dir_path(to->output, TABLES[kind].file);
    if (path == NULL || unlink(path) != 0)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "cannot remove %s", TABLES[kind].file);
    return MAG_OK;
}

static mag_status fail(mag_sink *sink, mag_span run_json, mag_error *err) {
    csv_directory *to = (csv_directory *)sink;
    if (to->output == NULL) /* publishing itself failed: there is no place left for a record */
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "%s: the output has ended", to->dir);
    MAG_TRY(open_table(to, TABLE_REJECTS, err));
    MAG_TRY(close_tables(to, err));
    if (to->is_broken[TABLE_REJECTS]) /* a record with half a table is none */
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "%s: rejects were not written", to->dir);
    for (unsigned kind = 0; kind < TABLE_COUNT; kind++)
        if (kind != TABLE_REJECTS)
            MAG_TRY(remove_table(to, (table_kind)kind, err));
    return end_output(to, run_json, MAG_OUTPUT_FAILED, err);
}

static void free_sink(mag_sink *sink) {
    csv_directory *to = (csv_directory *)sink;
    mag_error unreported; /* the run did not end well, and says so itself */
    if (sink == NULL)
        return;
    mag_status status = close_tables(to, &unreported);
    (void)status;
    mag_output_dir_abandon(to->output);
    mag_arena_free(to->arena);
}

static const mag_sink_ops OPS = {.flag = write_flag,
                                 .cannot_tell = write_cannot_tell,
                                 .summary = write_summary,
                                 .lab_summary = write_lab_summary,
                                 .episode = write_episode,
                                 .reject = write_reject,
                                 .is_current = is_current,
                                 .publish = publish,
                                 .hold = hold,
                                 .fail = fail,
                                 .free = free_sink};

mag_status mag_sink_csv_directory_new(mag_sink **out, const char *dir, bool force,
                                      mag_account *account, mag_error *err) {
    mag_arena *arena = mag_arena_new(account);
    csv_directory *to = arena == NULL ? NULL : mag_arena_alloc(arena, sizeof *to);
    if (to == NULL) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *to);
    }
    *to = (csv_directory){.sink = {&OPS}, .arena = arena, .account = account};
    to->dir = mag_arena_text(arena, mag_span_of(dir));
    mag_status status =
        to->dir == NULL
            ? mag_fail_memory(err, strlen(dir))
            : mag_output_dir_begin(&to->output, dir, &mag_result_directory, force, account, err);
    if (status != MAG_OK) {
        mag_arena_free(arena);
        return status;
    }
    *out = &to->sink;
    return MAG_OK;
}
