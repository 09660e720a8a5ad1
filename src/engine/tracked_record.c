#include "engine/tracked_record.h"

static void write_previous(mag_json *json, const mag_previous_run *previous) {
    mag_json_key(json, "previous");
    if (previous == NULL) {
        mag_json_null(json);
        return;
    }
    mag_json_object(json);
    mag_json_key_text(json, "run_id", previous->run_id);
    mag_json_key_text(json, "as_of", previous->as_of);
    mag_json_key_text(json, "result_sha256", previous->result_sha256);
    mag_json_key(json, "released");
    mag_json_bool(json, previous->is_released);
    mag_json_end_object(json);
}

static void write_counts(mag_json *json, const char *key, const uint64_t *counts, size_t count) {
    mag_json_key(json, key);
    mag_json_array(json);
    for (size_t i = 0; i < count; i++)
        mag_json_integer(json, (int64_t)counts[i]);
    mag_json_end_array(json);
}

static void write_tracked(mag_json *json, const mag_tracked *item) {
    mag_json_object(json);
    mag_json_key_text(json, "of", mag_tracked_kind_name(item->kind));
    if (item->source[0] != '\0')
        mag_json_key_text(json, "source", item->source);
    if (item->name[0] != '\0')
        mag_json_key_text(json, "name", item->name);
    mag_json_key_text(json, "basis", item->basis);
    write_counts(json, "values", item->values, item->count);
    if (item->kind == MAG_TRACKED_RULE)
        write_counts(json, "among", item->among, item->count);
    mag_json_end_object(json);
}

static void write_not_compared(mag_json *json, const mag_not_compared *item) {
    mag_json_object(json);
    mag_json_key_text(json, "gate", item->gate);
    if (item->subject[0] != '\0')
        mag_json_key_text(json, "subject", item->subject);
    mag_json_key_text(json, "why", item->why);
    mag_json_end_object(json);
}

void mag_tracked_record_write(mag_json *json, const mag_run_report *report) {
    write_previous(json, report->previous);
    mag_json_key(json, "tracked");
    mag_json_array(json);
    for (size_t i = 0; i < report->tracked_count; i++)
        write_tracked(json, &report->tracked[i]);
    mag_json_end_array(json);
    mag_json_key(json, "gates_not_judged");
    mag_json_array(json);
    for (size_t i = 0; i < report->not_compared_count; i++)
        write_not_compared(json, &report->not_compared[i]);
    mag_json_end_array(json);
}
