#include "engine/timings_record.h"

#include "engine/fixed_text.h"

static void key_seconds(mag_json *json, const char *key, double seconds) {
    char text[MAG_FIXED_TEXT_NBYTES];
    mag_fixed_text(seconds, 3, text);
    mag_json_key(json, key);
    mag_json_number(json, text);
}

bool mag_timings_has_work(const mag_timings *timings, mag_work work) {
    double sum = 0;
    for (unsigned i = 0; i < mag_timings_worker_count(timings); i++)
        sum += mag_timings_of_work(timings, i, work);
    return sum > 0;
}

double mag_timings_rest(const mag_timings *timings, unsigned worker_idx, double total) {
    for (unsigned work = 0; work < MAG_WORK_COUNT; work++)
        total -= mag_timings_of_work(timings, worker_idx, (mag_work)work);
    return total > 0 ? total : 0;
}

static void stage_json(mag_json *json, mag_timed_stage id, const mag_stage_time *stage) {
    mag_json_object(json);
    mag_json_key_text(json, "stage", mag_timed_stage_name(id));
    key_seconds(json, "wall", stage->wall);
    key_seconds(json, "cpu", stage->cpu);
    mag_json_key_integer(json, "rows", (int64_t)stage->rows);
    mag_json_key_integer(json, "bytes", (int64_t)stage->nbytes);
    mag_json_end_object(json);
}

static void thread_json(mag_json *json, const mag_timings *timings, unsigned worker_idx,
                        double total) {
    mag_json_object(json);
    mag_json_key_integer(json, "thread", (int64_t)worker_idx + 1);
    for (unsigned work = 0; work < MAG_WORK_COUNT; work++)
        if (mag_timings_has_work(timings, (mag_work)work))
            key_seconds(json, mag_work_name((mag_work)work),
                        mag_timings_of_work(timings, worker_idx, (mag_work)work));
    key_seconds(json, "rest", mag_timings_rest(timings, worker_idx, total));
    mag_json_end_object(json);
}

void mag_timings_json(mag_json *json, const mag_timings *timings) {
    const double total = mag_timings_total(timings);
    mag_json_object(json);
    key_seconds(json, "total", total);
    mag_json_key(json, "stages");
    mag_json_array(json);
    for (unsigned id = 0; id < MAG_TIMED_COUNT; id++) {
        const mag_stage_time stage = mag_timings_of_stage(timings, (mag_timed_stage)id);
        if (stage.wall > 0)
            stage_json(json, (mag_timed_stage)id, &stage);
    }
    mag_json_end_array(json);
    mag_json_key(json, "threads");
    mag_json_array(json);
    for (unsigned i = 0; i < mag_timings_worker_count(timings); i++)
        thread_json(json, timings, i, total);
    mag_json_end_array(json);
    mag_json_end_object(json);
}
