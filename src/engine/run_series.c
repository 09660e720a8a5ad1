/* Every T is a run of its own over a copy of the rows: units, versions, duplicates, windows, row
   accounting and gates are judged as at that T. Only reading is shared, and nothing that was read
   depends on T.

     rows ──copy──▶ settle at T1 ──▶ count ──▶ summary.csv, gates ┐
      ├────copy──▶ settle at T2 ──▶ count ──▶ summary.csv, gates ┤ joined
      └──────────▶ settle at Tn ──▶ the run itself ──────────────┘                             */
#include "engine/run_series.h"

#include "engine/parallel.h"
#include "engine/room.h"

static const mag_series *series_of(const mag_run_series *series) {
    return &series->inputs->plan->series;
}

mag_status mag_run_series_begin(mag_run_series *series, mag_error *err) {
    const size_t count = series_of(series)->count;
    if (count == 0)
        return MAG_OK;
    series->points = mag_arena_alloc(series->arena, count * sizeof *series->points);
    if (series->points == NULL)
        return mag_fail_memory(err, count * sizeof *series->points);
    for (size_t i = 0; i < count; i++) {
        char text[MAG_MOMENT_TEXT_NBYTES];
        mag_day_text(mag_series_day(series_of(series), i), text);
        series->points[i].as_of = mag_arena_text(series->arena, mag_span_of(text));
        if (series->points[i].as_of == NULL)
            return mag_fail_memory(err, sizeof text);
    }
    return mag_digest_new(&series->digest, series->inputs->account, NULL, NULL, err);
}

static mag_gate_colour worst_of(const mag_gates *gates) {
    if (gates->is_red_hard || gates->is_red_soft)
        return MAG_RED;
    return gates->is_amber ? MAG_AMBER : MAG_GREEN;
}

static void fill_point(mag_series_point *point, const mag_screen *screen, const mag_gates *gates) {
    const mag_tally *tally = &screen->total;
    point->screened_count = screen->screened_count;
    point->flagged_patient_count = tally->flagged_patient_count;
    point->colour = worst_of(gates);
    for (size_t rule_idx = 0; rule_idx < tally->rule_count; rule_idx++) {
        const mag_rule_counts *counts = &tally->counts[rule_idx * tally->level_count];
        if (mag_pack_rule(screen->pack, rule_idx)->status != MAG_RULE_ACTIVE)
            continue;
        point->hidden_count += counts->hidden;
        point->cannot_tell_count += counts->cannot_tell;
        for (unsigned severity = 0; severity < MAG_SEVERITY_COUNT; severity++)
            point->visible_by_severity[severity] +=
                tally->visible_by_severity[rule_idx * MAG_SEVERITY_COUNT + severity];
    }
}

/* Where the rows of one summary go. */
typedef struct summary_target {
    mag_sink *sink; /* NULL: nowhere, or they are there already */
    mag_digest *digest;
} summary_target;

static mag_status put_summary(void *context, const mag_summary_row *row, mag_error *err) {
    summary_target *to = context;
    if (to->sink != NULL)
        MAG_TRY(to->sink->ops->summary(to->sink, row, err));
    return mag_digest_summary(to->digest, row, err);
}

static mag_status put_summaries(mag_run_series *series, const mag_screen *screen, const char *as_of,
                                mag_sink *sink, mag_error *err) {
    summary_target to = {sink, series->digest};
    mag_summary_inputs summary = {.as_of = as_of,
                                  .pack = screen->pack,
                                  .cohort = screen->cohort,
                                  .strata = screen->strata,
                                  .tally = &screen->total};
    MAG_TRY(mag_summary_each(&summary, put_summary, &to, err));
    return mag_digest_end_block(series->digest, err);
}

/* A T with its cohort settled. */
static mag_status screen_settled(mag_run_series *series, mag_screen *screen, mag_arena *scratch,
                                 size_t idx, mag_error *err) {
    const mag_run_inputs *inputs = series->inputs;
    mag_series_point *point = &series->points[idx];
    mag_gates gates, all = {0};
    MAG_TRY(mag_strata_new(scratch, inputs->plan, screen->cohort, &screen->strata, err));
    unsigned worker_count = mag_parallel_worker_count(inputs->thread_count, MAG_PARTITION_COUNT);
    MAG_TRY(mag_room_for_screening(inputs->account, screen->cohort, &worker_count, err));
    MAG_TRY(mag_screen_run(screen, scratch, worker_count, err));
    MAG_TRY(mag_gates_judge(series->arena, inputs->plan, screen->cohort,
                            mag_cohort_settings_of(screen->cohort)->data_until, &gates, err));
    fill_point(point, screen, &gates);
    MAG_TRY(mag_gates_join(series->arena, &all, &gates, point->as_of, err));
    MAG_TRY(mag_gates_join(series->arena, &all, &series->earlier, NULL, err));
    series->earlier = all;
    return put_summaries(series, screen, point->as_of, inputs->sink, err);
}

static mag_status screen_copy(mag_run_series *series, mag_cohort *copy, size_t idx,
                              mag_error *err) {
    const mag_run_inputs *inputs = series->inputs;
    MAG_TRY(mag_settle(inputs, copy, err));
    mag_arena *scratch = mag_arena_new(inputs->account);
    if (scratch == NULL)
        return mag_fail_memory(err, sizeof(void *));
    mag_screen screen = {.cohort = copy,
                         .pack = inputs->pack,
                         .account = inputs->account,
                         .is_stopped = inputs->is_stopped,
                         .stop_context = inputs->stop_context,
                         .is_last_look = true,
                         .is_only_counted = true};
    mag_status status = screen_settled(series, &screen, scratch, idx, err);
    mag_screen_done(&screen);
    mag_arena_free(scratch);
    return status;
}

mag_status mag_run_series_earlier(mag_run_series *series, const mag_cohort *read, mag_error *err) {
    const mag_run_inputs *inputs = series->inputs;
    for (size_t i = 0; i + 1 < series_of(series)->count; i++) {
        mag_cohort *copy;
        mag_day day = mag_series_day(series_of(series), i);
        if (inputs->is_stopped != NULL && inputs->is_stopped(inputs->stop_context))
            return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401,
                            "stopped after %zu times of the series; nothing published", i);
        MAG_TRY(mag_cohort_copy(read, (day + 1) * MAG_MINUTES_PER_DAY - 1, &copy, err));
        mag_status status = screen_copy(series, copy, i, err);
        mag_cohort_free(copy);
        if (status != MAG_OK)
            return status;
    }
    return MAG_OK;
}

mag_status mag_run_series_last(mag_run_series *series, const mag_screen *screen, mag_gates *gates,
                               mag_run_report *report, mag_error *err) {
    const size_t count = series_of(series)->count;
    mag_gates all = {0};
    if (count == 0)
        return MAG_OK;
    mag_series_point *last = &series->points[count - 1];
    fill_point(last, screen, gates);
    MAG_TRY(mag_gates_join(series->arena, &all, gates, last->as_of, err));
    MAG_TRY(mag_gates_join(series->arena, &all, &series->earlier, NULL, err));
    *gates = all;
    MAG_TRY(put_summaries(series, screen, last->as_of, NULL, err));
    report->series = series->inputs->plan->series_text;
    report->points = series->points;
    report->point_count = count;
    mag_digest *digest = series->digest;
    series->digest = NULL;
    return mag_digest_end(digest, report->series_sha256, err);
}

void mag_run_series_done(mag_run_series *series) {
    mag_digest_free(series->digest);
    series->digest = NULL;
}
