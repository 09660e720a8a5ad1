#include "io/pg_link.h"

#include "io/pg_copy_reader.h"
#include "io/pg_copy_writer.h"
#include "support/pg_server.h"
#include "test_support.h"

#include <inttypes.h>

static mag_account account;
static mag_error err;
static bool is_stopped;

static bool read_stop(void *context) {
    (void)context;
    return is_stopped;
}

static mag_pg_wish wish_for(const char *conninfo) {
    return (mag_pg_wish){.conninfo = conninfo,
                         .connect_ms = 2000,
                         .silence_ms = 5000,
                         .is_stopped = read_stop,
                         .account = &account};
}

static mag_pg_link *open_link(const char *conninfo) {
    mag_pg_link *link;
    mag_pg_wish wish = wish_for(conninfo);
    if (mag_pg_open(&link, &wish, &err) != MAG_OK)
        fail_msg("%s", err.text);
    return link;
}

static void expect_no_link(const char *conninfo, mag_status status, mag_message_id message) {
    mag_pg_link *link;
    mag_pg_wish wish = wish_for(conninfo);
    assert_int_equal(mag_pg_open(&link, &wish, &err), status);
    assert_int_equal(err.message, message);
    assert_null(link);
    assert_int_equal(account.used_nbytes, 0);
}

static void must(mag_status status) {
    if (status != MAG_OK)
        fail_msg("%s", err.text);
}

static const char *ask_text(mag_pg_link *link, const char *sql) {
    static char text[256];
    mag_pg_rows *rows;
    const mag_pg_question question = {.sql = sql, .what = "a question"};
    must(mag_pg_ask(link, &question, &rows, &err));
    snprintf(text, sizeof text, "%s", mag_pg_text(rows, 0, 0));
    mag_pg_rows_free(rows);
    return text;
}

/* --- the session
 * ------------------------------------------------------------------------------- */

/* A role whose own settings are all against us. */
static void settings_are_pinned_whatever_the_role_says(void **state) {
    (void)state;
    static const char *const settings[][2] = {{"row_security", "off"},
                                              {"search_path", "pg_catalog, pg_temp"},
                                              {"client_encoding", "UTF8"},
                                              {"DateStyle", "ISO, YMD"},
                                              {"TimeZone", "UTC"},
                                              {"extra_float_digits", "1"},
                                              {"statement_timeout", "0"},
                                              {"idle_in_transaction_session_timeout", "0"},
                                              {"idle_session_timeout", "0"},
                                              {"standard_conforming_strings", "on"},
                                              {"client_connection_check_interval", "200ms"},
                                              {"default_transaction_isolation", "read committed"}};
    pg_test_sql(
        "drop role if exists odd; create role odd login superuser;"
        "alter role odd set datestyle = 'SQL, DMY'; alter role odd set timezone = 'Asia/Tokyo';"
        "alter role odd set search_path = public; alter role odd set extra_float_digits = -10;"
        "alter role odd set statement_timeout = 60000;"
        "alter role odd set idle_in_transaction_session_timeout = 1;"
        "alter role odd set standard_conforming_strings = off;"
        "alter role odd set default_transaction_isolation = 'serializable'");
    setenv("PGOPTIONS", "-c row_security=on -c bytea_output=escape", 1);
    mag_pg_link *link = open_link("user=odd");
    unsetenv("PGOPTIONS");
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "select current_setting('%s')", settings[i][0]);
        assert_string_equal(ask_text(link, sql), settings[i][1]);
    }
    mag_pg_close(link);
    pg_test_sql("drop role odd");
}

static void policies_choose_the_rows_only_where_that_is_asked_for(void **state) {
    (void)state;
    pg_test_sql("create table public.ward (patient text, site text);"
                "insert into ward values ('a', 'A'), ('b', 'B');"
                "alter table ward enable row level security;"
                "create policy of_a on ward using (site = 'A');"
                "create role ward_reader login; grant select on ward to ward_reader");
    for (int is_allowed = 0; is_allowed < 2; is_allowed++) {
        mag_pg_link *link;
        mag_pg_rows *rows;
        mag_pg_wish wish = {
            .conninfo = "user=ward_reader", .is_policy_allowed = is_allowed, .account = &account};
        mag_pg_question question = {.sql = "select patient from public.ward", .what = "the ward"};
        assert_int_equal(mag_pg_open(&link, &wish, &err), MAG_OK);
        mag_status status = mag_pg_ask(link, &question, &rows, &err);
        assert_int_equal(status, is_allowed ? MAG_OK : MAG_E_DATABASE_REFUSED);
        if (is_allowed) {
            assert_int_equal(mag_pg_row_count(rows), 1);
            assert_string_equal(mag_pg_text(rows, 0, 0), "a");
            mag_pg_rows_free(rows);
        } else {
            assert_int_equal(err.message, MAG_MSG_D308);
        }
        mag_pg_close(link);
    }
    pg_test_sql("drop table ward; drop role ward_reader");
}

static void says_whom_and_what_it_reached(void **state) {
    (void)state;
    pg_test_database("t_facts", NULL);
    mag_pg_link *link = open_link("");
    const mag_pg_facts *facts = mag_pg_facts_of(link);
    assert_string_equal(facts->role, "magscreen_admin");
    assert_string_equal(facts->database, "t_facts");
    assert_string_equal(facts->encoding, "UTF8");
    assert_true(facts->is_superuser);
    assert_false(facts->is_standby);
    assert_false(facts->is_read_only);
    assert_true(facts->server_version >= 130000);
    assert_non_null(strstr(facts->where, getenv("PGHOST")));
    assert_true(mag_pg_is_alive(link));
    mag_pg_close(link);
    pg_test_sql("alter database t_facts set default_transaction_read_only = on");
    link = open_link("dbname=t_facts");
    assert_true(mag_pg_facts_of(link)->is_read_only);
    mag_pg_close(link);
    setenv("PGDATABASE", "postgres", 1);
}

/* --- connections that fail
 * --------------------------------------------------------------------- */

static void says_why_it_cannot_connect(void **state) {
    (void)state;
    expect_no_link("host=/nowhere/at/all", MAG_E_DATABASE_AWAY, MAG_MSG_D301);
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
    expect_no_link("dbname=nothing_of_that_name", MAG_E_DATABASE_REFUSED, MAG_MSG_D305);
    expect_no_link("user=nobody_of_that_name", MAG_E_DATABASE_REFUSED, MAG_MSG_D302);
    expect_no_link("host=db.invalid sslmode=require", MAG_E_USAGE, MAG_MSG_D304);
    expect_no_link("options='-c x'", MAG_E_USAGE, MAG_MSG_S601);
    expect_no_link("service=nothing_of_that_name", MAG_E_USAGE, MAG_MSG_U202);
}

static void a_stop_ends_waiting_for_a_server(void **state) {
    (void)state;
    is_stopped = true;
    expect_no_link("host=/nowhere/at/all", MAG_E_INTERRUPTED, MAG_MSG_P401);
    is_stopped = false;
}

static void a_role_without_free_sessions_is_tried_until_the_deadline(void **state) {
    (void)state;
    pg_test_sql("create role single login connection limit 1");
    mag_pg_link *first = open_link("user=single");
    mag_pg_link *second;
    mag_pg_wish wish = wish_for("user=single");
    wish.connect_ms = 300;
    assert_int_equal(mag_pg_open(&second, &wish, &err), MAG_E_DATABASE_AWAY);
    assert_int_equal(err.message, MAG_MSG_D319);
    wish.is_optional = true;
    assert_int_equal(mag_pg_open(&second, &wish, &err), MAG_E_DATABASE_AWAY);
    mag_pg_close(first);
    second = open_link("user=single");
    mag_pg_close(second);
    pg_test_sql("drop role single");
}

/* --- statements
 * -------------------------------------------------------------------------------- */

static void asks_with_parameters_and_tells_null_from_empty(void **state) {
    (void)state;
    mag_pg_link *link = open_link("");
    mag_pg_rows *rows;
    const char *params[] = {"it's", NULL, ""};
    const mag_pg_question question = {
        .sql = "select $1::text, $2::text, $3::text, 42, true", .params = params, .param_count = 3};
    must(mag_pg_ask(link, &question, &rows, &err));
    assert_int_equal(mag_pg_row_count(rows), 1);
    assert_true(mag_span_is(mag_pg_cell(rows, 0, 0), "it's"));
    assert_null(mag_pg_cell(rows, 0, 1).at);
    assert_non_null(mag_pg_cell(rows, 0, 2).at);
    assert_int_equal(mag_pg_integer(rows, 0, 3), 42);
    assert_true(mag_pg_bool(rows, 0, 4));
    mag_pg_rows_free(rows);
    mag_pg_close(link);
}

static void names_and_texts_are_quoted_so_that_they_stay_names_and_texts(void **state) {
    (void)state;
    mag_arena *arena = mag_arena_new(&account);
    mag_pg_link *link = open_link("");
    static const char *const odd[] = {"x\"; drop table y; --", "it's", "back\\slash", "", "a b"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        char sql[200];
        snprintf(sql, sizeof sql, "select %s as %s", mag_pg_quote_text(arena, odd[i]),
                 mag_pg_quote_name(arena, odd[i][0] ? odd[i] : "x"));
        assert_string_equal(ask_text(link, sql), odd[i]);
    }
    mag_pg_close(link);
    mag_arena_free(arena);
}

static void what_the_server_says_about_values_is_not_shown(void **state) {
    (void)state;
    mag_pg_link *link = open_link("");
    assert_int_equal(mag_pg_do(link, "select 'MARKER77'::integer", "view a.b", &err),
                     MAG_E_DATABASE_REFUSED);
    assert_int_equal(err.message, MAG_MSG_D309);
    assert_null(strstr(err.text, "MARKER77"));
    assert_non_null(strstr(err.text, "22P02"));
    assert_string_equal(ask_text(link, "select 'still here'"), "still here");
    mag_pg_close(link);
}

static void a_statement_has_a_deadline_and_the_link_lives_on(void **state) {
    (void)state;
    mag_pg_link *link = open_link("");
    const mag_pg_question slow = {
        .sql = "select pg_sleep(30)", .what = "a long sleep", .deadline_ms = 200};
    assert_int_equal(mag_pg_ask(link, &slow, NULL, &err), MAG_E_DATABASE_AWAY);
    assert_int_equal(err.message, MAG_MSG_D334);
    assert_string_equal(ask_text(link, "select 'still here'"), "still here");
    mag_pg_close(link);
}

static void a_stop_cancels_the_statement(void **state) {
    (void)state;
    mag_pg_link *link = open_link("application_name=to_be_stopped");
    is_stopped = true;
    assert_int_equal(mag_pg_do(link, "select pg_sleep(30)", "a long sleep", &err),
                     MAG_E_INTERRUPTED);
    is_stopped = false;
    assert_string_equal(ask_text(link, "select 'still here'"), "still here");
    assert_int_equal(pg_test_count("select count(*) from pg_stat_activity where state = 'active'"
                                   " and application_name = 'to_be_stopped'"),
                     0);
    mag_pg_close(link);
}

/* --- COPY
 * -------------------------------------------------------------------------------------- */

enum { LONG_ROW_COUNT = 400, LONG_ROW_NBYTES = 150001 };

/* As the statement of rows_longer_than_a_piece_come_whole makes them. */
static void expect_long_row(uint64_t i, mag_span text) {
    assert_int_equal(text.nbytes, i * 7919 % LONG_ROW_NBYTES);
    for (size_t at = 0; at < text.nbytes; at++)
        if (text.at[at] != (char)('a' + i % 26))
            fail_msg("byte %zu of row %" PRIu64, at, i);
}

/* Takes a whole stream; how many rows of one column came is in *rows. Each is given to `look`,
   unless that is NULL. */
static mag_status take_rows(mag_pg_link *link, const char *sql, uint64_t *rows,
                            void (*look)(uint64_t i, mag_span text)) {
    mag_pg_copy_reader *reader;
    mag_pg_taken taken = MAG_PG_WAIT;
    must(mag_pg_copy_reader_new(&reader, 1, "a stream", &account, &err));
    mag_status status = mag_pg_copy_out(link, sql, "view a.b", &err);
    while (status == MAG_OK && taken != MAG_PG_END) {
        mag_span chunk;
        const mag_span *fields;
        status = mag_pg_take(link, &chunk, &taken, &err);
        if (status == MAG_OK && taken == MAG_PG_WAIT)
            status = mag_pg_wait(&link, 1, &err);
        if (status != MAG_OK || taken != MAG_PG_CHUNK)
            continue;
        must(mag_pg_copy_feed(reader, chunk, &err));
        do {
            must(mag_pg_copy_next(reader, &fields, &err));
            if (fields && look)
                look(mag_pg_copy_row_count(reader), fields[0]);
        } while (fields);
    }
    *rows = mag_pg_copy_row_count(reader);
    if (status == MAG_OK)
        assert_true(mag_pg_copy_is_ended(reader));
    mag_pg_copy_reader_free(reader);
    return status;
}

static mag_status take_all(mag_pg_link *link, const char *sql, uint64_t *rows) {
    return take_rows(link, sql, rows, NULL);
}

static void reads_a_stream_to_its_proven_end(void **state) {
    (void)state;
    uint64_t rows;
    mag_pg_link *link = open_link("");
    must(take_all(link,
                  "copy (select i::text from generate_series(1, 100000) i) to stdout"
                  " (format binary)",
                  &rows));
    assert_int_equal(rows, 100000);
    must(take_all(link, "copy (select ''::text where false) to stdout (format binary)", &rows));
    assert_int_equal(rows, 0);
    mag_pg_close(link);
}

/* Rows are taken side by side, 64 KiB at a time: one may begin in a piece and end in the third. */
static void rows_longer_than_a_piece_come_whole(void **state) {
    (void)state;
    uint64_t rows;
    char sql[200];
    mag_pg_link *link = open_link("");
    snprintf(sql, sizeof sql,
             "copy (select repeat(chr(97 + i %% 26), i * 7919 %% %d) from generate_series(1, %d) i)"
             " to stdout (format binary)",
             LONG_ROW_NBYTES, LONG_ROW_COUNT);
    must(take_rows(link, sql, &rows, expect_long_row));
    assert_int_equal(rows, LONG_ROW_COUNT);
    mag_pg_close(link);
}

typedef struct cut {
    const char *in_the_middle;
    mag_message_id message;
} cut;

static void a_stream_that_breaks_off_is_a_failure_after_rows_came(void **state) {
    (void)state;
    static const cut cuts[] = {{"(1 / (i - 60000))::text", MAG_MSG_D309},
                               {"pg_cancel_backend(pg_backend_pid())::text", MAG_MSG_D311},
                               {"pg_terminate_backend(pg_backend_pid())::text", MAG_MSG_D310}};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        char sql[400];
        uint64_t rows;
        mag_pg_link *link = open_link("");
        snprintf(sql, sizeof sql,
                 "copy (select case when i = 60000 then %s else i::text end"
                 " from generate_series(1, 100000) i) to stdout (format binary)",
                 cuts[i].in_the_middle);
        assert_int_not_equal(take_all(link, sql, &rows), MAG_OK);
        assert_int_equal(err.message, cuts[i].message);
        assert_true(rows > 0 && rows < 100000);
        mag_pg_close(link);
    }
}

static void writes_each_type_so_that_the_server_reads_it(void **state) {
    (void)state;
    mag_pg_copy_writer *writer;
    uint64_t rows;
    pg_test_sql("drop table if exists public.kinds; create table public.kinds (t text,"
                " b boolean, i integer, l bigint, d double precision, y bytea, a date, m timestamp,"
                " n text, o timestamp)");
    mag_pg_link *link = open_link("");
    must(mag_pg_copy_writer_open(&writer, link, "copy public.kinds from stdin (format binary)", 10,
                                 "table kinds", &err));
    mag_pg_put_text(writer, mag_span_of("it's \\. \"x\"\n\t\\N"));
    mag_pg_put_bool(writer, true);
    mag_pg_put_int(writer, -7);
    mag_pg_put_bigint(writer, INT64_MIN);
    mag_pg_put_double(writer, 0.1);
    mag_pg_put_bytes(writer, (mag_span){"\0\377", 2});
    mag_pg_put_day(writer, mag_day_from_civil(1931, 2, 3));
    mag_pg_put_minute(writer, mag_day_from_civil(2024, 2, 29) * MAG_MINUTES_PER_DAY + 61);
    mag_pg_put_null(writer);
    mag_pg_put_minute(writer, MAG_MINUTE_OPEN);
    must(mag_pg_copy_writer_end_row(writer, &err));
    must(mag_pg_copy_writer_close(writer, &rows, &err));
    assert_int_equal(rows, 1);
    assert_string_equal(
        pg_test_text("select (t = E'it''s \\\\. \"x\"\\n\\t\\\\N' and b"
                     " and i = -7 and l = -9223372036854775808 and d = 0.1 and y = '\\x00ff'"
                     " and a = '1931-02-03' and m = '2024-02-29 01:01' and n is null and o is null)"
                     " from public.kinds"),
        "t");
    mag_pg_close(link);
    pg_test_sql("drop table public.kinds");
}

static void many_rows_arrive_and_an_abort_keeps_none(void **state) {
    (void)state;
    pg_test_sql("drop table if exists public.many; create table public.many (i integer, t text)");
    mag_pg_link *link = open_link("");
    for (int abort = 0; abort < 2; abort++) {
        mag_pg_copy_writer *writer;
        must(mag_pg_copy_writer_open(&writer, link, "copy public.many from stdin (format binary)",
                                     2, "table many", &err));
        for (int32_t i = 0; i < 100000; i++) {
            mag_pg_put_int(writer, i);
            mag_pg_put_text(writer, mag_span_of("thirty-two bytes of text, or more"));
            must(mag_pg_copy_writer_end_row(writer, &err));
        }
        if (abort)
            mag_pg_copy_writer_abort(writer, "the test gave up");
        else
            must(mag_pg_copy_writer_close(writer, NULL, &err));
        assert_int_equal(pg_test_count("select count(*) from public.many"), 100000);
    }
    assert_true(pg_test_log_holds("the test gave up"));
    assert_string_equal(ask_text(link, "select 'still here'"), "still here");
    mag_pg_close(link);
    pg_test_sql("drop table public.many");
}

static void a_text_that_the_server_would_quote_in_its_log_is_not_sent(void **state) {
    (void)state;
    static const mag_span bad[] = {{"MARKER78\377", 9}, {"MARKER78\0", 9}};
    pg_test_sql("drop table if exists public.one; create table public.one (t text)");
    mag_pg_link *link = open_link("");
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        mag_pg_copy_writer *writer;
        must(mag_pg_copy_writer_open(&writer, link, "copy public.one from stdin (format binary)", 1,
                                     "table one", &err));
        mag_pg_put_text(writer, bad[i]);
        assert_int_equal(mag_pg_copy_writer_end_row(writer, &err), MAG_E_INTERNAL);
        mag_pg_copy_writer_abort(writer, "a text that is not UTF-8");
    }
    mag_pg_close(link);
    assert_false(pg_test_log_holds("MARKER78"));
    pg_test_sql("drop table public.one");
}

static void a_server_that_refuses_rows_is_heard(void **state) {
    (void)state;
    mag_pg_copy_writer *writer;
    mag_status status = MAG_OK;
    pg_test_sql("drop table if exists public.small; create table public.small (t varchar(3))");
    mag_pg_link *link = open_link("");
    must(mag_pg_copy_writer_open(&writer, link, "copy public.small from stdin (format binary)", 1,
                                 "table small", &err));
    for (int i = 0; i < 200000 && status == MAG_OK; i++) {
        mag_pg_put_text(writer, mag_span_of("four"));
        status = mag_pg_copy_writer_end_row(writer, &err);
    }
    if (status == MAG_OK)
        status = mag_pg_copy_writer_close(writer, NULL, &err);
    else
        mag_pg_copy_writer_abort(writer, "refused");
    assert_int_equal(status, MAG_E_DATABASE_REFUSED);
    assert_int_equal(err.message, MAG_MSG_D309);
    assert_string_equal(ask_text(link, "select 'still here'"), "still here");
    mag_pg_close(link);
    assert_int_equal(account.used_nbytes, 0);
    pg_test_sql("drop table public.small");
}

/* --- the server goes
 * --------------------------------------------------------------------------- */

static void a_server_that_stops_is_away_and_then_waited_for(void **state) {
    (void)state;
    mag_pg_link *link = open_link("");
    pg_test_control("crash");
    assert_int_equal(mag_pg_do(link, "select 1", "a question", &err), MAG_E_DATABASE_AWAY);
    mag_pg_close(link);
    expect_no_link("", MAG_E_DATABASE_AWAY, MAG_MSG_D301);
    pg_test_control("start");
    mag_pg_close(open_link(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_pinned_whatever_the_role_says),
        cmocka_unit_test(policies_choose_the_rows_only_where_that_is_asked_for),
        cmocka_unit_test(says_whom_and_what_it_reached),
        cmocka_unit_test(says_why_it_cannot_connect),
        cmocka_unit_test(a_stop_ends_waiting_for_a_server),
        cmocka_unit_test(a_role_without_free_sessions_is_tried_until_the_deadline),
        cmocka_unit_test(asks_with_parameters_and_tells_null_from_empty),
        cmocka_unit_test(names_and_texts_are_quoted_so_that_they_stay_names_and_texts),
        cmocka_unit_test(what_the_server_says_about_values_is_not_shown),
        cmocka_unit_test(a_statement_has_a_deadline_and_the_link_lives_on),
        cmocka_unit_test(a_stop_cancels_the_statement),
        cmocka_unit_test(reads_a_stream_to_its_proven_end),
        cmocka_unit_test(rows_longer_than_a_piece_come_whole),
        cmocka_unit_test(a_stream_that_breaks_off_is_a_failure_after_rows_came),
        cmocka_unit_test(writes_each_type_so_that_the_server_reads_it),
        cmocka_unit_test(many_rows_arrive_and_an_abort_keeps_none),
        cmocka_unit_test(a_text_that_the_server_would_quote_in_its_log_is_not_sent),
        cmocka_unit_test(a_server_that_refuses_rows_is_heard),
        cmocka_unit_test(a_server_that_stops_is_away_and_then_waited_for),
    };
    int skipped = pg_test_begin();
    return skipped ? skipped : cmocka_run_group_tests(tests, NULL, NULL);
}
