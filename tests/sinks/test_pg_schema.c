#include "sinks/pg_schema.h"

#include "support/pg_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static mag_account account;
static mag_error err;

static mag_pg_link *open_as(const char *conninfo) {
    mag_pg_link *link;
    mag_pg_wish wish = {.conninfo = conninfo, .connect_ms = 5000, .account = &account};
    if (mag_pg_open(&link, &wish, &err) != MAG_OK)
        fail_msg("%s", err.text);
    return link;
}

static void expect_refused(mag_status status, mag_message_id message, const char *hint) {
    assert_int_equal(status, MAG_E_DATABASE_REFUSED);
    assert_int_equal(err.message, message);
    if (!strstr(err.hint, hint))
        fail_msg("the hint is: %s", err.hint);
}

static void check_as(const char *conninfo, mag_message_id message, const char *hint) {
    mag_pg_link *link = open_as(conninfo);
    err = (mag_error){0};
    mag_status status = mag_pg_schema_check(link, &err);
    if (hint)
        expect_refused(status, message, hint);
    else if (status != MAG_OK)
        fail_msg("%s", err.text);
    mag_pg_close(link);
}

static mag_status install(bool is_upgrade, size_t *done) {
    mag_pg_link *link = open_as("");
    err = (mag_error){0};
    mag_status status = mag_pg_schema_install(link, is_upgrade, done, &err);
    mag_pg_close(link);
    return status;
}

static void files_are_numbered_without_a_gap(void **state) {
    (void)state;
    size_t count;
    const mag_pg_migration *files = mag_pg_migrations(&count);
    assert_true(count > 10);
    for (size_t i = 0; i < count; i++) {
        char wanted[32];
        assert_int_equal(files[i].number, i + 1);
        snprintf(wanted, sizeof wanted, "%03zu_", i + 1);
        assert_int_equal(strncmp(files[i].name, wanted, 4), 0);
        assert_true(files[i].sql.nbytes > 100);
    }
}

static void an_installed_schema_passes_and_is_installed_once(void **state) {
    (void)state;
    size_t done, count;
    mag_pg_migrations(&count);
    pg_test_database("t_schema", NULL);
    check_as("", MAG_MSG_D322, "schema install");
    expect_refused(install(true, &done), MAG_MSG_D322, "schema install");
    assert_int_equal(install(false, &done), MAG_OK);
    assert_int_equal(done, count);
    assert_int_equal(pg_test_count("select count(*) from magscreen.migration"), count);
    check_as("", MAG_MSG_NONE, NULL);
    expect_refused(install(false, &done), MAG_MSG_D322, "schema upgrade");
    assert_int_equal(install(true, &done), MAG_OK);
    assert_int_equal(done, 0);
    check_as("", MAG_MSG_NONE, NULL);
}

/* What an older program has installed: its files and no others, sealed. */
static void install_first(size_t count) {
    size_t all;
    const mag_pg_migration *files = mag_pg_migrations(&all);
    for (size_t i = 0; i < count; i++) {
        char path[200], sql[600];
        snprintf(path, sizeof path, "sql/schema/%s", files[i].name);
        pg_test_file(path);
        snprintf(sql, sizeof sql,
                 "insert into magscreen.migration (number, name, sha256) values (%u, '%s',"
                 " encode(sha256(pg_read_binary_file('%s/%s')), 'hex'))",
                 files[i].number, files[i].name, MAG_SOURCE_DIR, path);
        pg_test_sql(sql);
    }
}

static void an_older_schema_is_upgraded_to_the_same(void **state) {
    (void)state;
    size_t done, count;
    mag_pg_migrations(&count);
    char whole[100];
    snprintf(whole, sizeof whole, "%s", pg_test_text("select magscreen.fingerprint()"));
    pg_test_database("t_older", NULL);
    install_first(count - 2);
    check_as("", MAG_MSG_D322, "schema upgrade");
    assert_int_equal(install(true, &done), MAG_OK);
    assert_int_equal(done, 2);
    assert_string_equal(pg_test_text("select magscreen.fingerprint()"), whole);
    check_as("", MAG_MSG_NONE, NULL);
}

/* A file that fails leaves what was there, and can be tried again. */
static void a_migration_that_fails_leaves_the_schema_as_it_was(void **state) {
    (void)state;
    size_t done;
    pg_test_database("t_fails", NULL);
    install_first(15); /* up to the file that makes the seal */
    pg_test_sql("create function magscreen.purge(before date) returns int language sql"
                " as 'select 1'; create table magscreen.sealed (odd int)");
    assert_int_not_equal(install(true, &done), MAG_OK);
    assert_int_equal(pg_test_count("select count(*) from magscreen.migration"), 15);
    pg_test_sql("drop function magscreen.purge(date); drop table magscreen.sealed");
    assert_int_equal(install(true, &done), MAG_OK);
    check_as("", MAG_MSG_NONE, NULL);
}

static void other_versions_and_rights_are_told_apart(void **state) {
    (void)state;
    size_t done;
    pg_test_database("t_rights", NULL);
    assert_int_equal(install(false, &done), MAG_OK);
    pg_test_sql("create role \"Odd Job\" login");
    check_as("user='Odd Job'", MAG_MSG_D307, "grant magscreen_job to \"Odd Job\";");
    pg_test_sql("grant magscreen_job to \"Odd Job\"");
    check_as("user='Odd Job'", MAG_MSG_NONE, NULL);
    pg_test_sql("insert into magscreen.migration values (900, '900_x.sql', 'x')");
    check_as("", MAG_MSG_D322, "update magscreen");
    expect_refused(install(true, &done), MAG_MSG_D322, "update magscreen");
    pg_test_sql("delete from magscreen.migration where number = 900;"
                "update magscreen.migration set sha256 = 'x' where number = 3");
    check_as("", MAG_MSG_D322, "the version of magscreen that installed it");
}

static void a_change_by_hand_is_named(void **state) {
    (void)state;
    size_t done;
    pg_test_database("t_changed", NULL);
    assert_int_equal(install(false, &done), MAG_OK);
    pg_test_sql("alter table magscreen.review add column odd int");
    check_as("", MAG_MSG_D333, "magscreen.seal()");
    assert_non_null(strstr(err.text, "added: column review.odd integer"));
    pg_test_sql("select magscreen.seal()");
    check_as("", MAG_MSG_NONE, NULL);
    pg_test_sql("drop trigger complete on magscreen.review");
    check_as("", MAG_MSG_D333, "magscreen.seal()");
    assert_non_null(strstr(err.text, "missing: trigger review"));
    expect_refused(install(true, &done), MAG_MSG_D333, "magscreen.seal()");
    check_as("", MAG_MSG_D333, "magscreen.seal()"); /* an upgrade has not made it good */
}

static void a_view_or_a_right_changed_by_hand_is_named(void **state) {
    (void)state;
    static const char *const changes[][2] = {
        {"grant select on magscreen.flag to magscreen_quality",
         "added: right select on flag to magscreen_quality; nothing"},
        {"revoke select on magscreen.flag from magscreen_quality;"
         "create or replace view magscreen.v_unmapped_code with (security_invoker = true) as"
         " select run_id, kind, code_system, code, rows, patients from magscreen.unmapped_code",
         "view v_unmapped_code "},
    };
    size_t done;
    pg_test_database("t_views", NULL);
    assert_int_equal(install(false, &done), MAG_OK);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        pg_test_sql(changes[i][0]);
        check_as("", MAG_MSG_D333, "magscreen.seal()");
        if (!strstr(err.text, changes[i][1]))
            fail_msg("the text is: %s", err.text);
    }
}

/* New files are sealed with what is there: what was changed before them must not slip in. */
static void a_schema_changed_by_hand_is_not_upgraded(void **state) {
    (void)state;
    size_t done, count;
    mag_pg_migrations(&count);
    pg_test_database("t_odd_upgrade", NULL);
    install_first(count - 1);
    pg_test_sql("select magscreen.seal(); alter table magscreen.review add column odd int");
    expect_refused(install(true, &done), MAG_MSG_D333, "magscreen.seal()");
    assert_int_equal(pg_test_count("select count(*) from magscreen.migration"), count - 1);
    pg_test_sql("alter table magscreen.review drop column odd");
    assert_int_equal(install(true, &done), MAG_OK);
    check_as("", MAG_MSG_NONE, NULL);
}

int main(void) {
    int skipped = pg_test_begin();
    if (skipped)
        return skipped;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_numbered_without_a_gap),
        cmocka_unit_test(an_installed_schema_passes_and_is_installed_once),
        cmocka_unit_test(an_older_schema_is_upgraded_to_the_same),
        cmocka_unit_test(a_migration_that_fails_leaves_the_schema_as_it_was),
        cmocka_unit_test(other_versions_and_rights_are_told_apart),
        cmocka_unit_test(a_change_by_hand_is_named),
        cmocka_unit_test(a_view_or_a_right_changed_by_hand_is_named),
        cmocka_unit_test(a_schema_changed_by_hand_is_not_upgraded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
