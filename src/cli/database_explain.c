/* One flag of the database: what decided it when it was last flagged, and what happened to it. The
   sources are not read again. */
#include "cli/database_rows.h"
#include "cli/database_views.h"
#include "cli/fact_text.h"
#include "cli/show.h"

#include <string.h>

enum {
    FLAG,
    PATIENT,
    SITE,
    RULE,
    VERSION,
    TITLE,
    SEVERITY,
    STATE,
    OPENED,
    LAST_SEEN,
    RESOLVED,
    MACHINE_REASON,
    HIDDEN_BY,
    NOTES,
    ACTION,
    EVIDENCE
};

static const char *const FLAG_COLUMNS[] = {
    "flag_id", "patient_id", "site",      "rule_id",  "rule_version",   "title",     "severity",
    "state",   "opened",     "last_seen", "resolved", "machine_reason", "hidden_by", "notes",
    "action",  "evidence",   NULL};
static const char FLAGS[] =
    "select flag_id, patient_id, site, rule_id, rule_version, title, severity, state, "
    "opened_as_of, last_seen, resolved_as_of, machine_reason, hidden_by, notes, action, evidence "
    "from magscreen.v_flag where flag_id = coalesce((select flag_id from magscreen.v_worklist "
    "where position = nullif($2, '')::bigint), $1)";

static const char *const EVENT_COLUMNS[] = {"#run_id",        "as_of", "event", "severity",
                                            "machine_reason", "facts", NULL};
static const char EVENTS[] =
    "select run_id, as_of, event, severity, machine_reason, facts from magscreen.v_flag_event "
    "where flag_id = $1 order by run_id";

static const char *const REVIEW_COLUMNS[] = {"kind", "reason", "note",   "until",
                                             "by",   "at",     "status", NULL};
static const char REVIEWS[] =
    "select kind, reason, note, until, by_role, to_char(at, 'YYYY-MM-DD HH24:MI'), status "
    "from magscreen.v_review where flag_id = $1 order by review_id";

/* Everything about one flag. */
typedef struct flag_view {
    mag_database_list flag_list, event_list, review_list;
    mag_pg_rows *flag, *events, *reviews;
} flag_view;

static void free_view(flag_view *view) {
    mag_pg_rows_free(view->reviews);
    mag_pg_rows_free(view->events);
    mag_pg_rows_free(view->flag);
}

static mag_status read_view(mag_pg_link *link, const char *operand, flag_view *view,
                            mag_error *err) {
    const char *row = operand[0] == '@' ? operand + 1 : "";
    view->flag_list = (mag_database_list){.columns = FLAG_COLUMNS,
                                          .sql = FLAGS,
                                          .params = {operand, row},
                                          .param_count = 2,
                                          .what = "the flag"};
    MAG_TRY(mag_database_ask(link, &view->flag_list, &view->flag, err));
    if (mag_pg_row_count(view->flag) == 0) {
        mag_fail(err, MAG_E_ANSWER_NO, MAG_MSG_U204, "there is no such flag");
        mag_hint(err, "next: magscreen worklist");
        return MAG_E_ANSWER_NO;
    }
    const char *flag_id = mag_pg_text(view->flag, 0, FLAG);
    view->event_list = (mag_database_list){.columns = EVENT_COLUMNS,
                                           .sql = EVENTS,
                                           .params = {flag_id},
                                           .param_count = 1,
                                           .what = "the history of the flag"};
    MAG_TRY(mag_database_ask(link, &view->event_list, &view->events, err));
    view->review_list = (mag_database_list){.columns = REVIEW_COLUMNS,
                                            .sql = REVIEWS,
                                            .params = {flag_id},
                                            .param_count = 1,
                                            .what = "the reviews of the flag"};
    return mag_database_ask(link, &view->review_list, &view->reviews, err);
}

static void show_history(const flag_view *view) {
    const mag_pg_rows *events = view->events;
    for (size_t i = 0; i < mag_pg_row_count(events); i++) {
        const char *event = mag_pg_text(events, i, 2), *why = mag_pg_text(events, i, 4);
        bool is_same = i > 0 && strcmp(event, mag_pg_text(events, i - 1, 2)) == 0;
        if (!is_same)
            mag_show("      %s  %-11s %s%s%s", mag_pg_text(events, i, 1), event,
                     mag_pg_text(events, i, 3), *why ? "  " : "", why);
    }
    for (size_t i = 0; i < mag_pg_row_count(view->reviews); i++) {
        const char *until = mag_pg_text(view->reviews, i, 3);
        const char *note = mag_pg_text(view->reviews, i, 2);
        mag_show("      %s  %s by %s %s%s%s%s%s (%s)", mag_pg_text(view->reviews, i, 5),
                 mag_pg_text(view->reviews, i, 0), mag_pg_text(view->reviews, i, 4),
                 mag_pg_text(view->reviews, i, 1), *until ? " until " : "", until,
                 *note ? ": " : "", note, mag_pg_text(view->reviews, i, 6));
    }
}

static mag_status show_words(mag_pg_link *link, const flag_view *view, mag_error *err) {
    const mag_pg_rows *flag = view->flag;
    mag_arena *arena = mag_arena_new(mag_pg_account(link));
    if (arena == NULL)
        return mag_fail_memory(err, sizeof(void *));
    mag_text facts;
    mag_text_init(&facts, mag_pg_account(link));
    mag_status status = mag_evidence_words_add(arena, mag_pg_text(flag, 0, EVIDENCE), &facts, err);
    mag_text_add_char(&facts, '\0');
    if (status == MAG_OK)
        status = mag_text_check(&facts, err);
    if (status == MAG_OK) {
        const char *hidden = mag_pg_text(flag, 0, HIDDEN_BY), *notes = mag_pg_text(flag, 0, NOTES);
        mag_show("patient %s  site %s", mag_pg_text(flag, 0, PATIENT), mag_pg_text(flag, 0, SITE));
        mag_show("%s %s v%s %s: %s", mag_pg_text(flag, 0, FLAG), mag_pg_text(flag, 0, STATE),
                 mag_pg_text(flag, 0, VERSION), mag_pg_text(flag, 0, SEVERITY),
                 mag_pg_text(flag, 0, TITLE));
        mag_show("      %s%s%s%s%s", facts.at, *notes ? "; notes: " : "", notes,
                 *hidden ? "; hidden behind " : "", hidden);
        mag_show("history, first seen %s, last %s", mag_pg_text(flag, 0, OPENED),
                 mag_pg_text(flag, 0, LAST_SEEN));
        show_history(view);
        mag_show("action (the reference is in: magscreen rules show %s)",
                 mag_pg_text(flag, 0, RULE));
        mag_show_block("      ", mag_pg_text(flag, 0, ACTION), 92);
    }
    mag_text_done(&facts);
    mag_arena_free(arena);
    return status;
}

static mag_status show_json(mag_pg_link *link, const flag_view *view, mag_error *err) {
    mag_text text;
    mag_json json;
    mag_text_init(&text, mag_pg_account(link));
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key(&json, "flag");
    mag_database_rows_json(&json, &view->flag_list, view->flag);
    mag_json_key(&json, "events");
    mag_database_rows_json(&json, &view->event_list, view->events);
    mag_json_key(&json, "reviews");
    mag_database_rows_json(&json, &view->review_list, view->reviews);
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

mag_status mag_database_explain(const mag_options *options, mag_error *err) {
    mag_account account = {0};
    mag_pg_link *link;
    flag_view view = {0};
    MAG_TRY(mag_database_open(options, &account, &link, err));
    mag_status status = read_view(link, options->operands[0], &view, err);
    if (status == MAG_OK)
        status = options->is_json ? show_json(link, &view, err) : show_words(link, &view, err);
    free_view(&view);
    return mag_database_close(link, "magscreen_reviewer", status, err);
}
