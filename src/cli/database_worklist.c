/* The worklist of the run that readers see. */
#include "cli/database_rows.h"
#include "cli/database_views.h"
#include "cli/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_LIMIT = 25 };

/* In the order of the statement. */
enum {
    ROW,
    FLAG,
    PATIENT,
    SITE,
    RULE,
    SEVERITY,
    COULD_BE,
    STATE,
    DAYS_OPEN,
    OPENED,
    LAST_SEEN,
    TITLE,
    FACTS,
    DRUGS,
    TREND,
    NOTES,
    REVIEWED,
    ACTION,
    RUN
};

static const char *const COLUMNS[] = {
    "#row",  "flag_id",    "patient_id",  "site",   "rule_id", "severity", "could_be",
    "state", "#days_open", "opened",      "as_of",  "title",   "facts",    "drugs",
    "trend", "notes",      "last_review", "action", "#run",    NULL};

static const char SQL[] =
    "select position, flag_id, patient_id, site, rule_id, severity, could_be, state, days_open, "
    "opened_as_of, last_seen, title, facts, drugs, trend, notes, "
    "case when was_reviewed then concat_ws(' ', review_reason, 'until', review_until, "
    "'(' || review_status || ')') end, action, (select run_id from magscreen.current_run) "
    "from magscreen.v_worklist where ($1::text is null or severity = $1) "
    "and ($2::text is null or state = any (string_to_array($2, ','))) "
    "and ($3::text is null or rule_id = upper($3)) and ($4::text is null or site = $4) "
    "order by position limit nullif($5::bigint, 0)";

static void show_part(const char *label, const char *text) {
    if (*text != '\0')
        mag_show("      %s%s", label, text);
}

/* An open flag is new again when what hid it has gone. */
static const char *news_words(const char *state, const char *days) {
    const bool was_hidden = strcmp(state, "new") == 0 && *days != '\0' && strcmp(days, "0") != 0;
    return was_hidden ? "new here, hidden behind another flag until now" : state;
}

static void show_row(const mag_pg_rows *rows, size_t row) {
    const char *site = mag_pg_text(rows, row, SITE);
    mag_show("@%s  %-8s %s  %s  patient %s%s%s  as of %s", mag_pg_text(rows, row, ROW),
             mag_pg_text(rows, row, SEVERITY), mag_pg_text(rows, row, FLAG),
             mag_pg_text(rows, row, TITLE), mag_pg_text(rows, row, PATIENT), *site ? "  site " : "",
             site, mag_pg_text(rows, row, LAST_SEEN));
    const char *days = mag_pg_text(rows, row, DAYS_OPEN);
    const char *could_be = mag_pg_text(rows, row, COULD_BE);
    mag_show("      %s, open since %s%s%s%s%s%s", news_words(mag_pg_text(rows, row, STATE), days),
             mag_pg_text(rows, row, OPENED), *days ? " (" : "", days, *days ? " days)" : "",
             *could_be ? "; could be " : "", could_be);
    show_part("", mag_pg_text(rows, row, FACTS));
    show_part("on ", mag_pg_text(rows, row, DRUGS));
    show_part("trend: ", mag_pg_text(rows, row, TREND));
    show_part("notes: ", mag_pg_text(rows, row, NOTES));
    show_part("reviewed before: ", mag_pg_text(rows, row, REVIEWED));
}

/* An empty list must not read as "nobody is at risk". */
static mag_status show_tail(mag_pg_link *link, const mag_pg_rows *rows, mag_error *err) {
    static const mag_database_list totals = {
        .sql = "select (select count(*) from magscreen.v_worklist), "
               "(select count(*) from magscreen.v_could_not_assess), "
               "(select as_of from magscreen.v_run where is_current), "
               "row_security_active('magscreen.flag')",
        .what = "the worklist"};
    mag_pg_rows *total;
    char shown[MAG_COUNT_TEXT_NBYTES], of[MAG_AMOUNT_TEXT_NBYTES], unknown[MAG_COUNT_TEXT_NBYTES];
    MAG_TRY(mag_database_ask(link, &totals, &total, err));
    if (mag_pg_cell(total, 0, 2).at == NULL)
        mag_show("no run has been published yet");
    else
        mag_show("%s of %s shown, as of %s; %s patient x rule could not be assessed (view "
                 "v_could_not_assess)",
                 mag_count_text(mag_pg_row_count(rows), shown),
                 mag_amount_text((uint64_t)mag_pg_integer(total, 0, 0), "flag", of),
                 mag_pg_text(total, 0, 2),
                 mag_count_text((uint64_t)mag_pg_integer(total, 0, 1), unknown));
    if (mag_pg_bool(total, 0, 3))
        mag_show("row-level security: flags of your sites only");
    if (mag_pg_row_count(rows) > 0)
        mag_show("next: magscreen explain %s; magscreen ack %s --run %s --reason REASON",
                 mag_pg_text(rows, 0, FLAG), mag_pg_text(rows, 0, FLAG), mag_pg_text(rows, 0, RUN));
    mag_pg_rows_free(total);
    return MAG_OK;
}

static mag_status show_list(mag_pg_link *link, const mag_options *options, mag_error *err) {
    char limit[24];
    mag_pg_rows *rows;
    snprintf(limit, sizeof limit, "%" PRId64, options->limit < 0 ? DEFAULT_LIMIT : options->limit);
    mag_database_list list = {
        .columns = COLUMNS,
        .sql = SQL,
        .params = {options->severity, options->state, options->rule, options->site, limit},
        .param_count = 5,
        .what = "the worklist"};
    MAG_TRY(mag_database_ask(link, &list, &rows, err));
    mag_status status = MAG_OK;
    if (options->is_json) {
        status = mag_database_show_json(&list, rows, mag_pg_account(link), err);
    } else {
        for (size_t i = 0; i < mag_pg_row_count(rows); i++)
            show_row(rows, i);
        status = show_tail(link, rows, err);
    }
    mag_pg_rows_free(rows);
    return status;
}

mag_status mag_database_worklist(const mag_options *options, mag_error *err) {
    mag_account account = {0};
    mag_pg_link *link;
    MAG_TRY(mag_database_open(options, &account, &link, err));
    mag_status status = show_list(link, options, err);
    return mag_database_close(link, "magscreen_reviewer", status, err);
}
