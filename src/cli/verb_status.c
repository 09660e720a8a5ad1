/* magscreen status: who is running, which run readers see, and how the last ones ended. */
#include "cli/database.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "io/json_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_LIMIT = 10 };

/* In the order of the statement below. */
enum {
    RUN_ID,
    AS_OF,
    STATE,
    IS_CURRENT,
    STARTED,
    ENDED,
    EXIT_CODE,
    MESSAGE_ID,
    MESSAGE,
    RELEASE_REASON,
    AMBER,
    RED,
    RESULT,
    COLUMN_COUNT
};

/* The newest ones, and the one that readers see however old it is. */
static const char RUNS[] =
    "select run_id, as_of, case when state = 'abandoned' and message_id = 'MS-P410' "
    "then 'nothing_new' else state end, is_current, to_char(started_at, 'YYYY-MM-DD HH24:MI'), "
    "to_char(ended_at, 'YYYY-MM-DD HH24:MI'), exit_code, message_id, message, release_reason, "
    "amber_gates, red_gates, result_sha256 from (select *, row_number() over (order by run_id "
    "desc) "
    "as place from magscreen.v_run) newest where is_current or $1::bigint = 0 or place <= "
    "$1::bigint "
    "order by run_id desc";

static const char HOLDER[] =
    "select run_id, to_char(started_at, 'YYYY-MM-DD HH24:MI'), host, pid, backend_pid "
    "from magscreen.lock_holder() where backend_pid is not null";

static mag_status ask(mag_pg_link *link, const char *sql, const char *param, mag_pg_rows **rows,
                      mag_error *err) {
    const char *params[] = {param};
    mag_pg_question question = {
        .sql = sql, .params = params, .param_count = param != NULL, .what = "schema magscreen"};
    return mag_pg_ask(link, &question, rows, err);
}

static void key_cell(mag_json *json, const char *key, const mag_pg_rows *rows, size_t row,
                     size_t column) {
    mag_span cell = mag_pg_cell(rows, row, column);
    mag_json_key_text_or_null(json, key, cell.at);
}

static void run_json(mag_json *json, const mag_pg_rows *rows, size_t row) {
    mag_json_object(json);
    mag_json_key_integer(json, "run_id", mag_pg_integer(rows, row, RUN_ID));
    mag_json_key_text(json, "as_of", mag_pg_text(rows, row, AS_OF));
    mag_json_key_text(json, "state", mag_pg_text(rows, row, STATE));
    mag_json_key(json, "is_current");
    mag_json_bool(json, mag_pg_bool(rows, row, IS_CURRENT));
    key_cell(json, "started_at", rows, row, STARTED);
    key_cell(json, "ended_at", rows, row, ENDED);
    key_cell(json, "exit_code", rows, row, EXIT_CODE);
    key_cell(json, "message_id", rows, row, MESSAGE_ID);
    key_cell(json, "message", rows, row, MESSAGE);
    key_cell(json, "release_reason", rows, row, RELEASE_REASON);
    mag_json_key_integer(json, "amber_gates", mag_pg_integer(rows, row, AMBER));
    mag_json_key_integer(json, "red_gates", mag_pg_integer(rows, row, RED));
    key_cell(json, "result_sha256", rows, row, RESULT);
    mag_json_end_object(json);
}

static mag_status show_json(const mag_pg_rows *holder, const mag_pg_rows *runs,
                            mag_account *account, mag_error *err) {
    mag_text text;
    mag_json json;
    mag_text_init(&text, account);
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key(&json, "running");
    if (mag_pg_row_count(holder) == 0) {
        mag_json_null(&json);
    } else {
        mag_json_object(&json);
        key_cell(&json, "run_id", holder, 0, 0);
        key_cell(&json, "since", holder, 0, 1);
        key_cell(&json, "host", holder, 0, 2);
        key_cell(&json, "pid", holder, 0, 3);
        key_cell(&json, "backend_pid", holder, 0, 4);
        mag_json_end_object(&json);
    }
    mag_json_key(&json, "runs");
    mag_json_array(&json);
    for (size_t i = 0; i < mag_pg_row_count(runs); i++)
        run_json(&json, runs, i);
    mag_json_end_array(&json);
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static void show_holder(const mag_pg_rows *holder) {
    if (mag_pg_row_count(holder) == 0)
        mag_show("  nothing is running");
    else if (mag_pg_cell(holder, 0, 0).at == NULL)
        mag_show("  running: backend %s holds the lock, no run is registered yet",
                 mag_pg_text(holder, 0, 4));
    else
        mag_show("  running: run %s since %s UTC on host %s, pid %s", mag_pg_text(holder, 0, 0),
                 mag_pg_text(holder, 0, 1), mag_pg_text(holder, 0, 2), mag_pg_text(holder, 0, 3));
}

static void show_run(const mag_pg_rows *runs, size_t row) {
    char gates[80] = "";
    int64_t amber = mag_pg_integer(runs, row, AMBER), red = mag_pg_integer(runs, row, RED);
    if (amber + red > 0)
        snprintf(gates, sizeof gates, "  gates: %" PRId64 " amber, %" PRId64 " red", amber, red);
    const char *code = mag_pg_text(runs, row, EXIT_CODE);
    mag_show("%s %-5s as-of %-16s %-11s %s%s%s%s", mag_pg_bool(runs, row, IS_CURRENT) ? "*" : " ",
             mag_pg_text(runs, row, RUN_ID), mag_pg_text(runs, row, AS_OF),
             mag_pg_text(runs, row, STATE), mag_pg_text(runs, row, STARTED), *code ? "  exit " : "",
             code, gates);
    if (*mag_pg_text(runs, row, MESSAGE_ID))
        mag_show("        %s [%s]", mag_pg_text(runs, row, MESSAGE),
                 mag_pg_text(runs, row, MESSAGE_ID));
    if (*mag_pg_text(runs, row, RELEASE_REASON))
        mag_show("        was held; released because: %s", mag_pg_text(runs, row, RELEASE_REASON));
}

static void show_words(const mag_pg_link *link, const mag_pg_rows *holder,
                       const mag_pg_rows *runs) {
    const mag_pg_facts *facts = mag_pg_facts_of(link);
    bool has_current = false;
    mag_show("schema magscreen in database %s at %s", facts->database, facts->where);
    show_holder(holder);
    for (size_t i = 0; i < mag_pg_row_count(runs); i++) {
        show_run(runs, i);
        has_current |= mag_pg_bool(runs, i, IS_CURRENT);
    }
    if (mag_pg_row_count(runs) == 0)
        mag_show("  no run yet");
    mag_show("%s", has_current ? "* is what readers see; next: magscreen worklist --db ..."
                               : "readers see no run yet; next: magscreen run PIPELINE.yaml");
}

static mag_status show_status(mag_pg_link *link, const mag_options *options, mag_account *account,
                              mag_error *err) {
    char limit[24];
    mag_pg_rows *holder, *runs;
    snprintf(limit, sizeof limit, "%" PRId64, options->limit < 0 ? DEFAULT_LIMIT : options->limit);
    MAG_TRY(ask(link, HOLDER, NULL, &holder, err));
    mag_status status = ask(link, RUNS, limit, &runs, err);
    if (status != MAG_OK) {
        mag_pg_rows_free(holder);
        return status;
    }
    if (options->is_json)
        status = show_json(holder, runs, account, err);
    else
        show_words(link, holder, runs);
    mag_pg_rows_free(runs);
    mag_pg_rows_free(holder);
    return status;
}

mag_status mag_verb_status(const mag_options *options, int *exit_code, mag_error *err) {
    mag_account account = {0};
    mag_pg_link *link;
    (void)exit_code;
    MAG_TRY(mag_database_open(options, &account, &link, err));
    mag_status status = show_status(link, options, &account, err);
    return mag_database_close(link, "magscreen_quality", status, err);
}
