/* Rows of a run into its tables, one COPY after the other: the engine gives each kind of row in one
   go. */
#include "sinks/postgres_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct table_facts {
    const char *name; /* the run's number is put behind a name that ends with _ */
    const char *columns;
    unsigned column_count;
} table_facts;

static const table_facts TABLES[MAG_PG_TABLE_COUNT] = {
    [MAG_PG_TABLE_LAB_SUMMARY] =
        {"lab_summary",
         "run_id, analyte, unit, results, patients, missing_patients, censored, implausible, text, "
         "min, p1, p5, p25, p50, p75, p95, p99, max, mean, sd, below_range, above_range",
         22},
    [MAG_PG_TABLE_CANNOT_TELL] = {"cannot_tell_",
                                  "run_id, patient_id, site, rule_id, as_of, reasons, detail", 7},
    [MAG_PG_TABLE_EPISODE] =
        {"stage_episode_",
         "flag_id, patient_id, site, rule_id, rule_version, title, opened_as_of, last_seen, "
         "resolved_as_of, severity, could_be, state, hidden_by, notes, evidence, event_from, "
         "event_to, shown_severity, shown_facts, machine_reason, event",
         21},
    [MAG_PG_TABLE_SUMMARY] = {"summary_",
                              "run_id, as_of, rule_id, rule_version, stratum, level, eligible, "
                              "flagged, clear, cannot_tell, hidden, not_evaluated, rate, ci_low, "
                              "ci_high",
                              15},
    [MAG_PG_TABLE_REJECT] = {"reject", "run_id, source, file, line, column_name, reason, detail",
                             7},
};

/* A table that was not taken whole spoils the run, also if the caller does not listen: its rows are
   gone, and without them nothing may be published. */
mag_status mag_postgres_end_table(mag_postgres *to, mag_error *err) {
    mag_pg_copy_writer *writer = to->writer;
    mag_error failure = {0};
    to->writer = NULL;
    to->table = MAG_PG_TABLE_COUNT;
    mag_status status = writer == NULL ? MAG_OK : mag_pg_copy_writer_close(writer, NULL, &failure);
    if (status != MAG_OK && to->spoilt.status == MAG_OK)
        to->spoilt = failure;
    if (status != MAG_OK && err != NULL)
        *err = failure;
    return status;
}

static mag_status open_table(mag_postgres *to, mag_pg_table table, mag_error *err) {
    const table_facts *facts = &TABLES[table];
    char sql[512], what[64];
    bool is_of_run = facts->name[strlen(facts->name) - 1] == '_';
    snprintf(sql, sizeof sql, "copy magscreen.%s%s (%s) from stdin (format binary)", facts->name,
             is_of_run ? to->run : "", facts->columns);
    snprintf(what, sizeof what, "table magscreen.%s%s", facts->name, is_of_run ? to->run : "");
    MAG_TRY(mag_postgres_end_table(to, err));
    MAG_TRY(mag_pg_copy_writer_open(&to->writer, to->link, sql, facts->column_count, what, err));
    to->table = table;
    return MAG_OK;
}

static mag_status writer_of(mag_sink *sink, mag_pg_table table, mag_pg_copy_writer **out,
                            mag_error *err) {
    mag_postgres *to = (mag_postgres *)sink;
    mag_status status = MAG_OK;
    if (to->run_id == 0)
        status = mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "rows come before the run has begun");
    else if (to->table != table)
        status = open_table(to, table, err);
    *out = to->writer;
    return status;
}

static void text(mag_pg_copy_writer *writer, const char *cell) {
    mag_pg_put_text(writer, mag_span_of(cell == NULL ? "" : cell));
}

static void text_or_null(mag_pg_copy_writer *writer, const char *cell) {
    if (cell == NULL || cell[0] == '\0')
        mag_pg_put_null(writer);
    else
        mag_pg_put_text(writer, mag_span_of(cell));
}

static void count(mag_pg_copy_writer *writer, uint64_t cell) {
    mag_pg_put_bigint(writer, (int64_t)cell);
}

/* A number of six decimals, or nothing. */
static void share_or_null(mag_pg_copy_writer *writer, const char *cell) {
    if (cell == NULL || cell[0] == '\0')
        mag_pg_put_null(writer);
    else
        mag_pg_put_double(writer, strtod(cell, NULL));
}

/* A flag goes with its episode; here it is only counted, so that none can be lost in between. */
mag_status mag_postgres_flag(mag_sink *sink, const mag_flag_row *row, mag_error *err) {
    (void)row;
    (void)err;
    ((mag_postgres *)sink)->flag_count++;
    return MAG_OK;
}

static void put_flag(mag_pg_copy_writer *writer, const mag_flag_row *flag) {
    text_or_null(writer, flag == NULL ? NULL : flag->hidden_by);
    text_or_null(writer, flag == NULL ? NULL : flag->notes);
    if (flag == NULL)
        mag_pg_put_null(writer);
    else
        mag_pg_put_text(writer, mag_span_of(flag->evidence));
}

mag_status mag_postgres_episode(mag_sink *sink, const mag_episode_row *row, mag_error *err) {
    mag_pg_copy_writer *writer;
    const mag_episode *episode = row->episode;
    const mag_flag_row *flag = row->flag;
    const char *event = mag_episode_event_name(row->event);
    if (row->event == MAG_EPISODE_UNTOUCHED)
        return MAG_OK;
    MAG_TRY(writer_of(sink, MAG_PG_TABLE_EPISODE, &writer, err));
    ((mag_postgres *)sink)->flagged_episode_count += flag != NULL;
    text(writer, episode->flag_id);
    mag_pg_put_text(writer, episode->patient_id);
    text_or_null(writer, flag == NULL ? NULL : flag->site);
    text(writer, episode->rule_id);
    text(writer, episode->rule_version);
    text_or_null(writer, flag == NULL ? NULL : flag->title);
    text(writer, episode->opened);
    text(writer, episode->last_seen);
    text_or_null(writer, episode->resolved);
    text(writer, mag_severity_name(episode->severity));
    text_or_null(writer, flag == NULL ? NULL : flag->could_be);
    text(writer, event);
    put_flag(writer, flag);
    mag_pg_put_minute(writer, episode->event_start);
    mag_pg_put_minute(writer, episode->event_stop);
    text(writer, mag_severity_name(episode->shown_severity));
    text(writer, episode->shown_facts);
    text_or_null(writer, mag_machine_reason_name(episode->machine_reason));
    text(writer, event);
    return mag_pg_copy_writer_end_row(writer, err);
}

mag_status mag_postgres_cannot_tell(mag_sink *sink, const mag_cannot_tell_row *row,
                                    mag_error *err) {
    mag_pg_copy_writer *writer;
    MAG_TRY(writer_of(sink, MAG_PG_TABLE_CANNOT_TELL, &writer, err));
    mag_pg_put_bigint(writer, ((mag_postgres *)sink)->run_id);
    mag_pg_put_text(writer, row->patient_id);
    text_or_null(writer, row->site);
    text(writer, row->rule_id);
    text(writer, row->as_of);
    text(writer, row->reasons);
    text(writer, row->detail);
    return mag_pg_copy_writer_end_row(writer, err);
}

mag_status mag_postgres_summary(mag_sink *sink, const mag_summary_row *row, mag_error *err) {
    mag_pg_copy_writer *writer;
    MAG_TRY(writer_of(sink, MAG_PG_TABLE_SUMMARY, &writer, err));
    mag_pg_put_bigint(writer, ((mag_postgres *)sink)->run_id);
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
    text_or_null(writer, row->not_evaluated);
    share_or_null(writer, row->rate);
    share_or_null(writer, row->ci_low);
    share_or_null(writer, row->ci_high);
    return mag_pg_copy_writer_end_row(writer, err);
}

mag_status mag_postgres_lab_summary(mag_sink *sink, const mag_lab_summary_row *row,
                                    mag_error *err) {
    mag_pg_copy_writer *writer;
    MAG_TRY(writer_of(sink, MAG_PG_TABLE_LAB_SUMMARY, &writer, err));
    mag_pg_put_bigint(writer, ((mag_postgres *)sink)->run_id);
    text(writer, row->analyte);
    text(writer, row->unit);
    count(writer, row->results);
    count(writer, row->patients);
    count(writer, row->missing_patients);
    count(writer, row->censored);
    count(writer, row->implausible);
    count(writer, row->text);
    for (size_t i = 0; i < sizeof row->quantiles / sizeof row->quantiles[0]; i++)
        text_or_null(writer, row->quantiles[i]);
    text_or_null(writer, row->mean);
    text_or_null(writer, row->sd);
    count(writer, row->below_range);
    count(writer, row->above_range);
    return mag_pg_copy_writer_end_row(writer, err);
}

mag_status mag_postgres_reject(mag_sink *sink, const mag_reject_row *row, mag_error *err) {
    mag_pg_copy_writer *writer;
    MAG_TRY(writer_of(sink, MAG_PG_TABLE_REJECT, &writer, err));
    mag_pg_put_bigint(writer, ((mag_postgres *)sink)->run_id);
    text(writer, row->source);
    text(writer, row->file);
    if (row->line == 0)
        mag_pg_put_null(writer);
    else
        mag_pg_put_bigint(writer, row->line);
    text_or_null(writer, row->column);
    text(writer, row->reason);
    text_or_null(writer, row->detail);
    return mag_pg_copy_writer_end_row(writer, err);
}
