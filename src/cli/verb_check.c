/* magscreen check: everything that can be looked at without reading the rows. */
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "io/csv_reader.h"
#include "io/json_writer.h"
#include "rules/evaluate.h"
#include "sinks/csv_directory.h"

/* One line per thing that was looked at. */
typedef struct findings {
    bool is_json;
    mag_json json;
    size_t good_count, bad_count;
} findings;

static void report(findings *all, const char *what, const char *detail, bool is_good) {
    *(is_good ? &all->good_count : &all->bad_count) += 1;
    if (!all->is_json) {
        mag_show("  %-4s %s%s%s", is_good ? "ok" : "BAD", what, *detail ? ": " : "", detail);
        return;
    }
    mag_json_object(&all->json);
    mag_json_key_text(&all->json, "what", what);
    mag_json_key_text(&all->json, "detail", detail);
    mag_json_key(&all->json, "is_good");
    mag_json_bool(&all->json, is_good);
    mag_json_end_object(&all->json);
}

static void check_file(findings *all, const char *path, mag_account *account) {
    mag_error err = {0};
    mag_stream *stream = NULL;
    mag_csv_reader *reader = NULL;
    mag_status status = mag_stream_open(&stream, path, account, &err);
    if (status == MAG_OK)
        status = mag_csv_open(&reader, stream, path, ',', 0, account, &err);
    report(all, path, status == MAG_OK ? "opens and has a header" : err.text, status == MAG_OK);
    if (reader)
        mag_csv_close(reader);
    mag_stream_close(stream);
}

static void check_sources(findings *all, mag_session *session) {
    for (size_t i = 0; i < session->plan->source_count; i++) {
        const mag_plan_source *source = &session->plan->sources[i];
        for (size_t j = 0; j < source->path_count; j++)
            check_file(all, source->paths[j], &session->account);
    }
}

static mag_status check_rules(findings *all, mag_session *session, mag_error *err) {
    const mag_example_result *results;
    size_t count;
    MAG_TRY(mag_session_run_examples(session, &results, &count, err));
    size_t failed = 0;
    for (size_t i = 0; i < count; i++)
        failed += !results[i].passed;
    char *detail = mag_arena_format(session->arena, "%zu rules, %zu of %zu examples pass",
                                    mag_pack_rule_count(session->pack), count - failed, count);
    if (!detail)
        return mag_fail_memory(err, 1);
    report(all, mag_pack_name(session->pack), detail, failed == 0);
    return MAG_OK;
}

static void check_sink(findings *all, mag_session *session) {
    const char *directory = session->plan->sink_directory;
    if (!directory)
        return;
    mag_error err = {0};
    mag_output_dir *output = NULL;
    mag_status status = mag_plan_check_output(session->arena, session->plan, &err);
    if (status == MAG_OK)
        status = mag_output_dir_begin(&output, directory, &mag_result_directory, false,
                                      &session->account, &err);
    mag_output_dir_abandon(output);
    report(all, directory, status == MAG_OK ? "can be written" : err.text, status == MAG_OK);
}

static mag_status check_all(findings *all, mag_session *session, mag_error *err) {
    report(all, session->plan->name ? session->plan->name : "configuration", "reads", true);
    MAG_TRY(check_rules(all, session, err));
    check_sources(all, session);
    check_sink(all, session);
    return MAG_OK;
}

static mag_status check_json(findings *all, mag_session *session, mag_error *err) {
    mag_text text;
    mag_text_init(&text, &session->account);
    mag_json_begin(&all->json, &text, true);
    mag_json_array(&all->json);
    mag_status status = check_all(all, session, err);
    mag_json_end_array(&all->json);
    if (status == MAG_OK)
        status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status check_text(findings *all, mag_session *session, mag_error *err) {
    MAG_TRY(check_all(all, session, err));
    mag_show("not checked: the rows, the gates, free space, and whether the files are complete");
    mag_show("%zu ok, %zu bad", all->good_count, all->bad_count);
    return MAG_OK;
}

mag_status mag_verb_check(const mag_options *options, int *exit_code, mag_error *err) {
    findings all = {.is_json = options->is_json};
    mag_origin origin = {options->operands[0], options->profile, options->data, options->as_of};
    mag_session session = {0};
    mag_status status = mag_session_open(&session, &origin, options, err);
    if (status == MAG_OK)
        status = all.is_json ? check_json(&all, &session, err) : check_text(&all, &session, err);
    mag_session_close(&session);
    *exit_code = all.bad_count ? 1 : 0;
    return status;
}
