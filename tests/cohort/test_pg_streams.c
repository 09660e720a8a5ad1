/* Leader, streams and columns on a server: every row once, whatever the split; nothing after a
   fault; one snapshot over several tables. */
#include "cohort/cohort_fixture.h"
#include "cohort/pg_streams.h"
#include "support/pg_server.h"

#include <stdlib.h>

static mag_account account;
static mag_error err;

static void must_be_ok(mag_status status) {
    if (status != MAG_OK)
        fail_msg("%s", err.text);
}

typedef struct world {
    mag_arena *arena;
    mag_pg_leader *leader;
    mag_pg_subject subject;
    mag_pg_table table;
    uint64_t row_count, sum; /* of the rows that came: how many, and of their hashes */
    uint64_t fail_at;        /* row at which the taker gives up; 0: never */
} world;

static void begin_world(world *w, const char *view) {
    const mag_profile *profile;
    *w = (world){.arena = mag_arena_new(&account)};
    must_be_ok(mag_profile_load(w->arena, "magscreen", &profile, &err));
    const mag_pg_wish wish = {.conninfo = "user=job", .connect_ms = 2000, .account = &account};
    must_be_ok(mag_pg_leader_new(w->arena, &wish, &w->leader, &err));
    w->subject = (mag_pg_subject){.source = "lims", .view = view, .table = profile->tables[1]};
    must_be_ok(mag_pg_leader_add(w->leader, &w->subject, &w->table, &err));
}

static void end_world(world *w) {
    mag_pg_leader_close(w->leader);
    mag_arena_free(w->arena);
    assert_int_equal(account.used_nbytes, 0);
}

static mag_status take(void *context, const mag_span *fields, mag_error *failure) {
    world *w = context;
    uint64_t row = 1;
    if (++w->row_count == w->fail_at)
        return mag_fail(failure, MAG_E_INPUT, MAG_MSG_I130, "the taker gave up");
    for (size_t i = 0; i < w->table.column_count; i++)
        row = row * 31 + (fields[i].at ? mag_span_hash(fields[i]) : 7);
    w->sum += row; /* whatever the order */
    return MAG_OK;
}

static mag_status read_all(world *w, unsigned readers, mag_pg_read_facts *facts) {
    const mag_pg_reading reading = {.leader = w->leader,
                                    .table = &w->table,
                                    .what = "the table",
                                    .reader_count = readers,
                                    .account = &account,
                                    .take_row = take,
                                    .context = w};
    w->row_count = w->sum = 0;
    return mag_pg_streams_read(&reading, facts, &err);
}

static const char make_rows[] =
    "create role job login;"
    "create schema source; grant usage on schema source to job;"
    "alter default privileges in schema source grant select on tables to job;"
    "create table source.labs as select 'p' || i % 977 as patient_id, '2601-3' as code,"
    " (i % 100)::text as value, case when i % 3 = 0 then null when i % 3 = 1 then '' else 'mmol/L'"
    " end as unit, '2024-01-01' as collected_at, repeat('x', i % 50) as comment"
    " from generate_series(1, 60000) i;"
    "create view source.v as select * from source.labs;"
    "create table source.\"empty\" (like source.labs);"
    "grant select on all tables in schema source to job";

static int set_up(void **state) {
    (void)state;
    pg_test_database("t_streams", NULL);
    pg_test_sql(make_rows);
    return 0;
}

/* --- rows
 * -------------------------------------------------------------------------------------- */

static void every_row_comes_once_whatever_the_readers(void **state) {
    (void)state;
    static const char *const views[] = {"source.labs", "source.v"};
    uint64_t sum = 0;
    for (size_t i = 0; i < 2; i++)
        for (unsigned readers = 1; readers <= 8; readers += i ? 3 : 1) {
            mag_pg_read_facts facts;
            world w;
            begin_world(&w, views[i]);
            must_be_ok(mag_pg_leader_begin(w.leader, &err));
            must_be_ok(read_all(&w, readers, &facts));
            assert_int_equal(facts.row_count, 60000);
            assert_int_equal(w.row_count, 60000);
            assert_true(facts.reader_count <= readers && facts.refused_count == 0);
            assert_true(readers == 1 || facts.reader_count > 1);
            sum = sum ? sum : w.sum;
            assert_true(w.sum == sum);
            must_be_ok(mag_pg_leader_done(w.leader, &err));
            end_world(&w);
        }
}

static void null_is_told_from_empty_and_an_empty_table_has_no_rows(void **state) {
    (void)state;
    mag_pg_read_facts facts;
    world w;
    begin_world(&w, "source.empty");
    must_be_ok(mag_pg_leader_begin(w.leader, &err));
    must_be_ok(read_all(&w, 4, &facts));
    assert_int_equal(facts.row_count, 0);
    end_world(&w);
    begin_world(&w, "source.labs");
    must_be_ok(mag_pg_leader_begin(w.leader, &err));
    must_be_ok(read_all(&w, 2, &facts));
    uint64_t before = w.sum;
    end_world(&w);
    pg_test_sql("update source.labs set unit = '' where unit is null");
    begin_world(&w, "source.labs");
    must_be_ok(mag_pg_leader_begin(w.leader, &err));
    must_be_ok(read_all(&w, 2, &facts));
    assert_true(w.sum != before);
    end_world(&w);
}

static void a_taker_that_fails_ends_all_streams(void **state) {
    (void)state;
    mag_pg_read_facts facts;
    world w;
    begin_world(&w, "source.v");
    must_be_ok(mag_pg_leader_begin(w.leader, &err));
    w.fail_at = 30000;
    assert_int_equal(read_all(&w, 4, &facts), MAG_E_INPUT);
    assert_int_equal(err.message, MAG_MSG_I130);
    assert_int_equal(mag_pg_leader_fail(w.leader, MAG_E_INPUT, &err), MAG_E_INPUT);
    end_world(&w);
    pg_test_sql("select pg_sleep(0.3)");
    assert_int_equal(pg_test_count("select count(*) from pg_stat_activity where usename = 'job'"),
                     0);
}

/* --- the snapshot
 * ------------------------------------------------------------------------------ */

static void what_changes_after_the_begin_is_not_seen(void **state) {
    (void)state;
    mag_pg_read_facts facts;
    world w;
    begin_world(&w, "source.labs");
    must_be_ok(mag_pg_leader_begin(w.leader, &err));
    pg_test_sql("insert into source.labs select * from source.labs; delete from source.labs where"
                " value = '1'");
    must_be_ok(read_all(&w, 4, &facts));
    assert_int_equal(facts.row_count, 60000);
    must_be_ok(mag_pg_leader_done(w.leader, &err));
    assert_null(mag_pg_leader_link(w.leader));
    must_be_ok(mag_pg_leader_begin(w.leader, &err));
    must_be_ok(read_all(&w, 4, &facts));
    assert_int_equal(facts.row_count, 120000 - 1200);
    end_world(&w);
    pg_test_sql("drop view source.v; drop table source.labs, source.empty; drop schema source;"
                "drop owned by job; drop role job");
    pg_test_sql(make_rows);
}

static void the_transaction_ends_with_the_last_table(void **state) {
    (void)state;
    mag_pg_subject second;
    mag_pg_table table;
    world w;
    begin_world(&w, "source.labs");
    second = w.subject;
    second.view = "source.v";
    must_be_ok(mag_pg_leader_add(w.leader, &second, &table, &err));
    must_be_ok(mag_pg_leader_begin(w.leader, &err));
    assert_int_equal(mag_pg_leader_table_count(w.leader), 2);
    assert_false(mag_pg_leader_is_role_too_strong(w.leader));
    must_be_ok(mag_pg_leader_done(w.leader, &err));
    assert_non_null(mag_pg_leader_link(w.leader));
    must_be_ok(mag_pg_leader_done(w.leader, &err));
    assert_null(mag_pg_leader_link(w.leader));
    end_world(&w);
}

static void a_leader_that_was_ended_is_noticed_at_the_end(void **state) {
    (void)state;
    world w;
    begin_world(&w, "source.labs");
    must_be_ok(mag_pg_leader_begin(w.leader, &err));
    pg_test_sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'job'");
    assert_int_equal(mag_pg_leader_done(w.leader, &err), MAG_E_DATABASE_AWAY);
    assert_int_equal(err.message, MAG_MSG_D310);
    assert_int_equal(mag_pg_leader_fail(w.leader, MAG_E_DATABASE_AWAY, &err), MAG_E_DATABASE_AWAY);
    assert_int_equal(err.message, MAG_MSG_D310);
    end_world(&w);
}

/* --- columns
 * ----------------------------------------------------------------------------------- */

static void columns_are_those_that_the_profile_maps_in_the_order_of_the_table(void **state) {
    (void)state;
    world w;
    pg_test_sql(
        "create view source.wide as select now() as loaded, l.*, 1 as ward from source.labs l");
    begin_world(&w, "source.wide");
    must_be_ok(mag_pg_leader_begin(w.leader, &err));
    assert_int_equal(w.table.column_count, 6);
    assert_int_equal(w.table.unused_count, 2);
    assert_true(mag_span_is(w.table.header[0], "patient_id"));
    assert_true(mag_span_is(w.table.header[5], "comment"));
    assert_string_equal(w.table.from, "\"source\".\"wide\"");
    assert_false(w.table.has_blocks);
    end_world(&w);
    pg_test_sql("drop view source.wide");
}

static void a_column_that_is_named_like_a_person_is_refused(void **state) {
    (void)state;
    world w;
    pg_test_sql("create view source.named as select l.*, 'x' as nhs_number from source.labs l");
    begin_world(&w, "source.named");
    assert_int_equal(mag_pg_leader_begin(w.leader, &err), MAG_E_PRIVACY);
    assert_int_equal(err.message, MAG_MSG_S611);
    end_world(&w);
    pg_test_sql("drop view source.named");
}

static void names_of_views_are_two_parts_as_they_stand(void **state) {
    (void)state;
    static const struct {
        const char *view, *schema, *name; /* schema NULL: no such name */
    } cases[] = {{"source.labs", "source", "labs"},
                 {"a.b.c", "a", "b.c"},
                 {"A b.\"c\"", "A b", "\"c\""},
                 {"labs", NULL, NULL},
                 {".labs", NULL, NULL},
                 {"source.", NULL, NULL},
                 {"", NULL, NULL}};
    mag_arena *arena = mag_arena_new(&account);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *schema, *name;
        bool is_name = mag_pg_view_split(arena, cases[i].view, &schema, &name);
        assert_int_equal(is_name, cases[i].schema != NULL);
        if (is_name) {
            assert_string_equal(schema, cases[i].schema);
            assert_string_equal(name, cases[i].name);
        }
    }
    mag_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_comes_once_whatever_the_readers),
        cmocka_unit_test(null_is_told_from_empty_and_an_empty_table_has_no_rows),
        cmocka_unit_test(a_taker_that_fails_ends_all_streams),
        cmocka_unit_test(what_changes_after_the_begin_is_not_seen),
        cmocka_unit_test(the_transaction_ends_with_the_last_table),
        cmocka_unit_test(a_leader_that_was_ended_is_noticed_at_the_end),
        cmocka_unit_test(columns_are_those_that_the_profile_maps_in_the_order_of_the_table),
        cmocka_unit_test(a_column_that_is_named_like_a_person_is_refused),
        cmocka_unit_test(names_of_views_are_two_parts_as_they_stand),
    };
    int skipped = pg_test_begin();
    return skipped ? skipped : cmocka_run_group_tests(tests, set_up, NULL);
}
