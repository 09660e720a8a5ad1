/* Rows that a run has set aside, from the database: runs that failed keep theirs. */
#include "cli/database_rows.h"
#include "cli/database_views.h"
#include "cli/show.h"

#include <inttypes.h>
#include <stdio.h>

enum { DEFAULT_LIMIT = 25 };

static const char *const GROUP_COLUMNS[] = {"#run_id", "source",      "file",   "reason",
                                            "column",  "#first_line", "#count", NULL};
static const char GROUPS[] =
    "select run_id, source, file, reason, coalesce(column_name, ''), min(line), count(*) "
    "from magscreen.v_reject where run_id = (select max(run_id) from magscreen.v_run "
    "where $1::bigint is null or run_id = $1) "
    "group by 1, 2, 3, 4, 5 order by count(*) desc, 2, 3, 4, 5 limit nullif($2::bigint, 0)";

static const char *const ROW_COLUMNS[] = {"#run_id", "source", "file",   "#line",
                                          "column",  "reason", "detail", NULL};
static const char ROWS[] =
    "select run_id, source, file, line, coalesce(column_name, ''), reason, coalesce(detail, '') "
    "from magscreen.v_reject where run_id = (select max(run_id) from magscreen.v_run "
    "where $1::bigint is null or run_id = $1) and reason = $3 "
    "order by 2, 3, 4 limit nullif($2::bigint, 0)";

static void show_groups(const mag_pg_rows *rows) {
    char count[MAG_COUNT_TEXT_NBYTES];
    for (size_t i = 0; i < mag_pg_row_count(rows); i++)
        mag_show("%12s  %-22s %s \"%s\", column \"%s\", first at %s",
                 mag_count_text((uint64_t)mag_pg_integer(rows, i, 6), count),
                 mag_pg_text(rows, i, 3), mag_pg_text(rows, i, 2), mag_pg_text(rows, i, 1),
                 mag_pg_text(rows, i, 4), mag_pg_text(rows, i, 5));
    if (mag_pg_row_count(rows) == 0)
        mag_show("no row was set aside");
    else
        mag_show("next: magscreen rejects --reason %s", mag_pg_text(rows, 0, 3));
}

static void show_rows(const mag_pg_rows *rows) {
    for (size_t i = 0; i < mag_pg_row_count(rows); i++)
        mag_show("%s:%s  %s  column \"%s\"  %s", mag_pg_text(rows, i, 2), mag_pg_text(rows, i, 3),
                 mag_pg_text(rows, i, 5), mag_pg_text(rows, i, 4), mag_pg_text(rows, i, 6));
    if (mag_pg_row_count(rows) == 0)
        mag_show("no row was set aside for that reason");
}

static mag_status show_rejects(mag_pg_link *link, const mag_options *options, mag_error *err) {
    char limit[24], run[24];
    mag_pg_rows *rows;
    bool is_grouped = options->reason == NULL;
    snprintf(limit, sizeof limit, "%" PRId64, options->limit < 0 ? DEFAULT_LIMIT : options->limit);
    snprintf(run, sizeof run, "%" PRId64, options->run);
    mag_database_list list = {.columns = is_grouped ? GROUP_COLUMNS : ROW_COLUMNS,
                              .sql = is_grouped ? GROUPS : ROWS,
                              .params = {options->run < 0 ? NULL : run, limit, options->reason},
                              .param_count = is_grouped ? 2 : 3,
                              .what = "the rows set aside"};
    MAG_TRY(mag_database_ask(link, &list, &rows, err));
    mag_status status = MAG_OK;
    if (options->is_json)
        status = mag_database_show_json(&list, rows, mag_pg_account(link), err);
    else if (is_grouped)
        show_groups(rows);
    else
        show_rows(rows);
    mag_pg_rows_free(rows);
    return status;
}

mag_status mag_database_rejects(const mag_options *options, mag_error *err) {
    mag_account account = {0};
    mag_pg_link *link;
    MAG_TRY(mag_database_open(options, &account, &link, err));
    mag_status status = show_rejects(link, options, err);
    return mag_database_close(link, "magscreen_reviewer", status, err);
}
