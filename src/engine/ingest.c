/* Files of all sources are read side by side (read_feeds.c), and so are partitions settled. */
#include "engine/ingest.h"

#include "cohort/decoder.h"
#include "cohort/unit_profile.h"
#include "engine/parallel.h"
#include "engine/read_feeds.h"
#include "engine/room.h"

#include <stdio.h>
#include <string.h>

static mag_status parse_as_of(const char *text, mag_run_time *out, mag_error *err) {
    mag_moment moment;
    if (mag_moment_parse(mag_span_of(text), NULL, &moment) != MAG_DATE_OK) {
        mag_status status =
            mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "as_of \"%s\" is not a date", text);
        mag_hint(err, "give a date (2025-12-31), a date with a minute (2025-12-31T12:00), "
                      "yesterday or latest");
        return status;
    }
    out->as_of = mag_minute_plus(moment.minute, moment.is_date_only ? MAG_MINUTES_PER_DAY - 1 : 0);
    return MAG_OK;
}

static void show_fixed(mag_run_time *time) {
    mag_day day = mag_minute_day(time->as_of);
    bool is_end_of_day = time->as_of - day * MAG_MINUTES_PER_DAY == MAG_MINUTES_PER_DAY - 1;
    mag_minute_text(time->as_of, is_end_of_day, time->shown);
}

static bool has_shifted_dates(const mag_plan *plan) {
    for (size_t i = 0; i < plan->source_count; i++)
        if (plan->sources[i].profile->shifted_dates)
            return true;
    return false;
}

/* A day that the data cannot reach would screen nobody and look like "nothing found". */
static mag_status check_reach(const mag_plan *plan, const mag_run_time *time, mag_error *err) {
    if (has_shifted_dates(plan)) {
        mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                 "as-of %s: the dates of this layout are shifted patient by patient, so one day "
                 "screens nobody",
                 time->shown);
        mag_hint(err, "--as-of latest takes each patient's own last record");
        return MAG_E_USAGE;
    }
    if (time->data_until == MAG_MINUTE_OPEN ||
        time->as_of <= time->data_until + MAG_MINUTES_PER_DAY)
        return MAG_OK;
    char until[MAG_MOMENT_TEXT_NBYTES];
    mag_minute_text(time->data_until, false, until);
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
             "as-of %s lies more than a day after the data can reach (%s)", time->shown, until);
    mag_hint(err, "give the day that the data describe");
    return MAG_E_USAGE;
}

mag_status mag_run_time_resolve(const mag_plan *plan, mag_minute now, mag_run_time *out,
                                mag_error *err) {
    const char *text = plan->as_of_text;
    *out = (mag_run_time){.is_said = text != NULL, .kind = MAG_AS_OF_LATEST};
    out->data_until = plan->data_until == MAG_MINUTE_NONE ? now : plan->data_until;
    snprintf(out->shown, sizeof out->shown, "latest");
    if (text == NULL || strcmp(text, "latest") == 0)
        return MAG_OK;
    out->kind = MAG_AS_OF_FIXED;
    if (strcmp(text, "yesterday") == 0)
        out->as_of = mag_minute_day(now) * MAG_MINUTES_PER_DAY - 1;
    else
        MAG_TRY(parse_as_of(text, out, err));
    show_fixed(out);
    return check_reach(plan, out, err);
}

static mag_status refuse_without_as_of(const mag_cohort *cohort, mag_error *err) {
    char day[MAG_MOMENT_TEXT_NBYTES] = "";
    mag_minute newest = MAG_MINUTE_NONE;
    for (unsigned kind = MAG_TABLE_LABS; kind <= MAG_TABLE_PRESCRIPTIONS; kind++) {
        mag_minute minute = mag_cohort_newest(cohort, (mag_table_kind)kind);
        newest = minute > newest ? minute : newest;
    }
    if (newest != MAG_MINUTE_NONE)
        mag_day_text(mag_minute_day(newest), day);
    mag_status status =
        mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                 "no as-of was given, and there is no default; the newest record date seen is %s",
                 day[0] == '\0' ? "none" : day);
    mag_hint(err, "--as-of %s, --as-of yesterday, or --as-of latest (each patient's own)",
             day[0] == '\0' ? "DATE" : day);
    return status;
}

/* A set of files that is not the one announced has a row among the rejects: that of its manifest.
 */
static mag_status check_manifests(const mag_run_inputs *inputs, mag_cohort *cohort,
                                  mag_error *err) {
    const mag_plan_source *source;
    mag_arena *arena = mag_arena_new(inputs->account);
    if (arena == NULL)
        return mag_fail_memory(err, sizeof(void *));
    mag_status status = mag_plan_check_manifests(arena, inputs->plan, &source, err);
    mag_arena_free(arena);
    if (status != MAG_E_INPUT)
        return status;
    uint16_t file_id;
    mag_run_file *file;
    MAG_TRY(mag_cohort_add_file(cohort, source->name, source->manifest->name, source->kind,
                                &file_id, &file, err));
    return status;
}

static mag_status check_sources(const mag_run_inputs *inputs, mag_error *err) {
    for (size_t i = 0; i < inputs->source_count; i++) {
        const mag_source *source = inputs->sources[i];
        if (source->ops->check != NULL)
            MAG_TRY(source->ops->check(source, err));
    }
    return MAG_OK;
}

static mag_status add_feeds(const mag_run_inputs *inputs, mag_cohort *cohort, mag_list *feeds,
                            mag_error *err) {
    for (size_t i = 0; i < inputs->source_count; i++) {
        mag_source *source = inputs->sources[i];
        MAG_TRY(source->ops->add_feeds(source, cohort, feeds, err));
    }
    return MAG_OK;
}

static mag_status read_sources(const mag_run_inputs *inputs, mag_cohort *cohort, mag_error *err) {
    mag_list feeds = {.item_nbytes = sizeof(mag_feed *)};
    mag_status status = add_feeds(inputs, cohort, &feeds, err);
    if (status == MAG_OK)
        status = mag_read_feeds(inputs, cohort, &feeds, err);
    mag_list_done(inputs->account, &feeds);
    return status;
}

static mag_status ingest_once(const mag_run_inputs *inputs, const mag_run_time *time,
                              mag_cohort **cohort, mag_error *err) {
    mag_cohort_settings settings = {.as_of_kind = time->kind,
                                    .as_of = time->as_of,
                                    .history_days = inputs->plan->history_days,
                                    .data_until = time->data_until,
                                    .absence = inputs->plan->absence,
                                    .kidney = inputs->plan->kidney,
                                    .account = inputs->account,
                                    .spill = inputs->spill};
    *cohort = NULL;
    mag_room_for_reading(inputs->account,
                         mag_parallel_worker_count(inputs->thread_count, MAG_PARTITION_COUNT));
    MAG_TRY(mag_cohort_new(cohort, inputs->book, &settings, err));
    MAG_TRY(check_manifests(inputs, *cohort, err));
    MAG_TRY(check_sources(inputs, err));
    MAG_TRY(read_sources(inputs, *cohort, err));
    MAG_TRY(mag_cohort_check_ids(*cohort, err));
    return time->is_said ? MAG_OK : refuse_without_as_of(*cohort, err);
}

/* What came by stdin cannot be read a second time. */
static bool can_read_again(const mag_plan *plan) {
    for (size_t i = 0; i < plan->source_count; i++)
        for (size_t k = 0; k < plan->sources[i].path_count; k++)
            if (strcmp(plan->sources[i].paths[k], "-") == 0)
                return false;
    return true;
}

mag_status mag_ingest(const mag_run_inputs *inputs, const mag_run_time *time, mag_cohort **cohort,
                      mag_error *err) {
    enum { TRIES = 3 };
    for (unsigned tries = 1;; tries++) {
        mag_error found = {0};
        mag_status status = ingest_once(inputs, time, cohort, &found);
        bool is_conflict = status == MAG_E_DATABASE_AWAY && found.message == MAG_MSG_D316;
        if (is_conflict && tries < TRIES && can_read_again(inputs->plan)) {
            mag_cohort_free(*cohort); /* everything is read again, in a new snapshot */
            continue;
        }
        if (is_conflict)
            mag_error_line(&found, "so %u times, each time in a new snapshot", tries);
        if (status != MAG_OK && err != NULL)
            *err = found;
        return status;
    }
}

typedef struct settle_job {
    const mag_run_inputs *inputs;
    mag_cohort *cohort;
} settle_job;

static mag_status settle_part(void *context, unsigned partition_idx, unsigned worker_idx,
                              mag_error *err) {
    enum { TRIM_PARTITIONS = 8 };
    const settle_job *job = context;
    uint64_t since = mag_timings_now(job->inputs->timings);
    MAG_TRY(mag_cohort_settle(job->cohort, partition_idx, err));
    since = mag_timings_add(job->inputs->timings, worker_idx, MAG_WORK_SETTLE, since);
    if (mag_account_is_tight(job->inputs->account))
        MAG_TRY(mag_cohort_put_away(job->cohort, partition_idx, err));
    /* Chunks of rows lie where large blocks cannot go. */
    mag_memory_trim(partition_idx % TRIM_PARTITIONS == TRIM_PARTITIONS - 1);
    mag_timings_add(job->inputs->timings, worker_idx, MAG_WORK_SPILL, since);
    mag_progress_add(job->inputs->progress, 1, 0);
    return MAG_OK;
}

mag_status mag_settle(const mag_run_inputs *inputs, mag_cohort *cohort, mag_error *err) {
    MAG_TRY(mag_cohort_infer_units(cohort, err));
    settle_job job = {inputs, cohort};
    unsigned worker_count = mag_parallel_worker_count(inputs->thread_count, MAG_PARTITION_COUNT);
    MAG_TRY(mag_room_for_settling(inputs->account, cohort, &worker_count, err));
    mag_progress_begin(inputs->progress, MAG_PROGRESS_SETTLING, MAG_PARTITION_COUNT);
    MAG_TRY(mag_parallel_for(MAG_PARTITION_COUNT, worker_count, settle_part, &job, err));
    return mag_cohort_settle_all(cohort, err);
}
