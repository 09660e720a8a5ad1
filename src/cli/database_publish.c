/* A held run of a database is released: publish RUN --db. */
#include "cli/database.h"
#include "cli/database_views.h"
#include "cli/show.h"
#include "engine/release.h"
#include "io/json_writer.h"
#include "sinks/postgres_release.h"

#include <inttypes.h>

static void show_answer(const mag_pg_release *found, const mag_release *release,
                        const mag_pg_wish *wish) {
    if (found->was_published_already) {
        mag_show("NOTHING NEW: readers see run %s already [MS-P410]", found->run_id);
    } else {
        mag_show("  was red: %" PRId64 " gate%s", found->red_gate_count,
                 found->red_gate_count == 1 ? "" : "s");
        mag_show("  reason: %s (%s, %s)", release->reason, release->by, release->at);
        mag_show("PUBLISHED run %s of schema magscreen as of %s, which was held", found->run_id,
                 found->as_of);
    }
    mag_show("next: magscreen worklist --db \"%s\"", wish->conninfo);
}

static mag_status answer_json(const mag_pg_release *found, const mag_release *release,
                              mag_account *account, mag_error *err) {
    mag_text text;
    mag_json json;
    mag_text_init(&text, account);
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key_text(&json, "end", found->was_published_already ? "nothing_new" : "published");
    mag_json_key_integer(&json, "exit", 0);
    mag_json_key_text(&json, "run_id", found->run_id);
    mag_json_key_text(&json, "as_of", found->as_of);
    mag_json_key_text(&json, "result_sha256", found->result_sha256);
    mag_json_key_integer(&json, "red_gates", found->red_gate_count);
    mag_json_key_text(&json, "reason", release->reason);
    mag_json_key_text(&json, "by", release->by);
    mag_json_key_text(&json, "at", release->at);
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

mag_status mag_database_publish(mag_arena *arena, const mag_options *options,
                                const mag_release *release, mag_error *err) {
    mag_pg_release found;
    mag_account *account = mag_arena_account(arena);
    MAG_TRY(mag_release_check_reason(release->reason, err));
    /* The database keeps one text: why, and who said so. It knows the time itself. */
    const char *kept = mag_arena_format(arena, "%s (%s)", release->reason, release->by);
    if (kept == NULL)
        return mag_fail_memory(err, 1);
    mag_pg_wish wish = mag_database_wish(options, NULL, account);
    MAG_TRY(mag_pg_release_run(arena, &wish, options->operands[0], kept, &found, err));
    if (found.has_notice)
        mag_show_error(&found.notice, options->is_json);
    if (options->is_json)
        return answer_json(&found, release, account, err);
    show_answer(&found, release, &wish);
    return MAG_OK;
}
