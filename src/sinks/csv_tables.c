#include "sinks/csv_tables.h"

const mag_csv_table_facts mag_csv_tables[MAG_CSV_TABLE_COUNT] = {
    [MAG_CSV_FLAGS] = {"flags.csv.gz", "flag_id,patient_id,rule_id,rule_version,severity,could_be,"
                                       "state,as_of,hidden_by,notes,evidence,title"},
    [MAG_CSV_CANNOT_TELL] = {"cannot_tell.csv.gz", "patient_id,rule_id,as_of,reasons,detail"},
    [MAG_CSV_SUMMARY] = {"summary.csv",
                         "as_of,rule_id,rule_version,stratum,level,eligible,flagged,clear,"
                         "cannot_tell,hidden,not_evaluated,rate,ci_low,ci_high"},
    [MAG_CSV_LAB_SUMMARY] = {"lab_summary.csv",
                             "analyte,unit,results,patients,missing_patients,censored,implausible,"
                             "text,min,p1,p5,p25,p50,p75,p95,p99,max,mean,sd,below_range,"
                             "above_range"},
    [MAG_CSV_REJECTS] = {"rejects.csv.gz", "source,file,line,column,reason,detail"},
    [MAG_CSV_EPISODES] = {"episodes.csv.gz",
                          "flag_id,patient_id,rule_id,event,opened,last_seen,resolved,"
                          "machine_reason,rule_version,state,severity,hidden_by,event_start,"
                          "event_stop,shown_severity,shown_facts"},
};

void mag_csv_part_init(mag_csv_part *part, const mag_sink_ops *ops, mag_account *account) {
    *part = (mag_csv_part){.sink = {ops}};
    for (unsigned table = 0; table < MAG_CSV_TABLE_COUNT; table++) {
        mag_text_init(&part->rows[table].text, account);
        mag_text_init(&part->packed[table].bytes, account);
    }
}

void mag_csv_part_done(mag_csv_part *part) {
    for (unsigned table = 0; table < MAG_CSV_TABLE_COUNT; table++) {
        mag_text_done(&part->rows[table].text);
        mag_text_done(&part->packed[table].bytes);
    }
}

/* --- cells and rows ------------------------------------------------------------------------- */

static mag_csv_cells *rows_of(mag_sink *sink, mag_csv_table table) {
    return &((mag_csv_part *)sink)->rows[table];
}

static mag_status end_row(mag_sink *sink, mag_csv_table table, mag_error *err) {
    mag_csv_part *part = (mag_csv_part *)sink;
    mag_csv_cells_end_row(&part->rows[table]);
    return part->on_row == NULL ? MAG_OK : part->on_row(part, table, err);
}

static void text(mag_csv_cells *cells, const char *cell) {
    if (cell == NULL || cell[0] == '\0')
        mag_csv_cells_empty(cells);
    else
        mag_csv_cells_text(cells, mag_span_of(cell));
}

static void number(mag_csv_cells *cells, const char *cell) {
    if (cell == NULL || cell[0] == '\0')
        mag_csv_cells_empty(cells);
    else
        mag_csv_cells_number(cells, cell);
}

static void count(mag_csv_cells *cells, uint64_t cell) {
    mag_csv_cells_integer(cells, (int64_t)cell);
}

mag_status mag_csv_put_flag(mag_sink *sink, const mag_flag_row *row, mag_error *err) {
    mag_csv_cells *cells = rows_of(sink, MAG_CSV_FLAGS);
    text(cells, row->flag_id);
    mag_csv_cells_id(cells, row->patient_id);
    text(cells, row->rule_id);
    text(cells, row->rule_version);
    text(cells, mag_severity_name(row->severity));
    text(cells, row->could_be);
    text(cells, row->state);
    text(cells, row->as_of);
    text(cells, row->hidden_by);
    text(cells, row->notes);
    text(cells, row->evidence);
    text(cells, row->title);
    return end_row(sink, MAG_CSV_FLAGS, err);
}

mag_status mag_csv_put_cannot_tell(mag_sink *sink, const mag_cannot_tell_row *row, mag_error *err) {
    mag_csv_cells *cells = rows_of(sink, MAG_CSV_CANNOT_TELL);
    mag_csv_cells_id(cells, row->patient_id);
    text(cells, row->rule_id);
    text(cells, row->as_of);
    text(cells, row->reasons);
    text(cells, row->detail);
    return end_row(sink, MAG_CSV_CANNOT_TELL, err);
}

mag_status mag_csv_put_summary(mag_sink *sink, const mag_summary_row *row, mag_error *err) {
    mag_csv_cells *cells = rows_of(sink, MAG_CSV_SUMMARY);
    text(cells, row->as_of);
    text(cells, row->rule_id);
    text(cells, row->rule_version);
    text(cells, row->stratum);
    text(cells, row->level);
    count(cells, row->eligible);
    count(cells, row->flagged);
    count(cells, row->clear);
    count(cells, row->cannot_tell);
    count(cells, row->hidden);
    text(cells, row->not_evaluated);
    number(cells, row->rate);
    number(cells, row->ci_low);
    number(cells, row->ci_high);
    return end_row(sink, MAG_CSV_SUMMARY, err);
}

mag_status mag_csv_put_lab_summary(mag_sink *sink, const mag_lab_summary_row *row, mag_error *err) {
    mag_csv_cells *cells = rows_of(sink, MAG_CSV_LAB_SUMMARY);
    text(cells, row->analyte);
    text(cells, row->unit);
    count(cells, row->results);
    count(cells, row->patients);
    count(cells, row->missing_patients);
    count(cells, row->censored);
    count(cells, row->implausible);
    count(cells, row->text);
    for (size_t i = 0; i < sizeof row->quantiles / sizeof row->quantiles[0]; i++)
        number(cells, row->quantiles[i]);
    number(cells, row->mean);
    number(cells, row->sd);
    count(cells, row->below_range);
    count(cells, row->above_range);
    return end_row(sink, MAG_CSV_LAB_SUMMARY, err);
}

static void moment(mag_csv_cells *cells, mag_minute at) {
    char cell[MAG_MOMENT_TEXT_NBYTES] = "";
    if (at != MAG_MINUTE_NONE && at != MAG_MINUTE_OPEN)
        mag_minute_text(at, false, cell);
    text(cells, cell);
}

mag_status mag_csv_put_episode(mag_sink *sink, const mag_episode_row *row, mag_error *err) {
    const mag_episode *episode = row->episode;
    mag_csv_cells *cells = rows_of(sink, MAG_CSV_EPISODES);
    text(cells, episode->flag_id);
    mag_csv_cells_id(cells, episode->patient_id);
    text(cells, episode->rule_id);
    text(cells, mag_episode_event_name(row->event));
    text(cells, episode->opened);
    text(cells, episode->last_seen);
    text(cells, episode->resolved);
    text(cells, mag_machine_reason_name(episode->machine_reason));
    text(cells, episode->rule_version);
    text(cells, mag_episode_event_name(episode->state));
    text(cells, mag_severity_name(episode->severity));
    text(cells, episode->hidden_by);
    moment(cells, episode->event_start);
    moment(cells, episode->event_stop);
    text(cells, mag_severity_name(episode->shown_severity));
    text(cells, episode->shown_facts);
    return end_row(sink, MAG_CSV_EPISODES, err);
}

mag_status mag_csv_put_reject(mag_sink *sink, const mag_reject_row *row, mag_error *err) {
    mag_csv_cells *cells = rows_of(sink, MAG_CSV_REJECTS);
    text(cells, row->source);
    text(cells, row->file);
    count(cells, row->line);
    text(cells, row->column);
    text(cells, row->reason);
    text(cells, row->detail);
    return end_row(sink, MAG_CSV_REJECTS, err);
}
