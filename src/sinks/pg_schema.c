#include "sinks/pg_schema.h"

#include "base/sha256.h"
#include "io/embedded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MIGRATIONS_ROOM = 100 };

static const char FOLDER[] = "sql/schema/";

const mag_pg_migration *mag_pg_migrations(size_t *count) {
    static mag_pg_migration all[MIGRATIONS_ROOM]; /* the same for every call */
    size_t found = 0;
    for (size_t i = 0; i < mag_embedded_count && found < MIGRATIONS_ROOM; i++) {
        const mag_embedded *file = &mag_embedded_files[i];
        if (strncmp(file->name, FOLDER, sizeof FOLDER - 1) != 0)
            continue;
        const char *name = file->name + sizeof FOLDER - 1;
        all[found++] = (mag_pg_migration){
            .number = (unsigned)strtoul(name, NULL, 10),
            .name = name,
            .sql = {file->at, file->nbytes},
        };
    }
    *count = found;
    return all;
}

/* --- what is there
 * ------------------------------------------------------------------------------ */

static mag_status fail_version(mag_error *err, const char *how, const char *hint) {
    mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D322, "schema magscreen %s; nothing was written",
             how);
    mag_hint(err, "%s", hint);
    return MAG_E_DATABASE_REFUSED;
}

static mag_status ask(mag_pg_link *link, const char *sql, mag_pg_rows **rows, mag_error *err) {
    mag_pg_question question = {.sql = sql, .what = "schema magscreen"};
    return mag_pg_ask(link, &question, rows, err);
}

static mag_status is_there(mag_pg_link *link, bool *out, mag_error *err) {
    mag_pg_rows *rows;
    MAG_TRY(ask(link, "select exists (select from pg_namespace where nspname = 'magscreen')", &rows,
                err));
    *out = mag_pg_bool(rows, 0, 0);
    mag_pg_rows_free(rows);
    return MAG_OK;
}

static mag_status check_rights(mag_pg_link *link, mag_error *err) {
    mag_pg_rows *rows;
    MAG_TRY(ask(link,
                "select quote_ident(current_user), "
                "has_schema_privilege('magscreen', 'usage') and has_table_privilege("
                "(select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                "where n.nspname = 'magscreen' and c.relname = 'reject'), 'insert')",
                &rows, err));
    mag_status status = MAG_OK;
    if (!mag_pg_bool(rows, 0, 1)) {
        status = mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D307,
                          "role %.64s may not write to schema magscreen; nothing was read",
                          mag_pg_text(rows, 0, 0));
        mag_hint(err, "have the owner of the schema say:  grant magscreen_job to %.64s;",
                 mag_pg_text(rows, 0, 0));
    }
    mag_pg_rows_free(rows);
    return status;
}

/* How many of the program's files the schema was made by; the others are still to be run. */
static mag_status compare(const mag_pg_rows *rows, size_t *done, mag_error *err) {
    size_t count;
    const mag_pg_migration *files = mag_pg_migrations(&count);
    *done = mag_pg_row_count(rows);
    for (size_t i = 0; i < *done; i++) {
        char sha256[MAG_SHA256_HEX_NBYTES];
        if (i >= count)
            return fail_version(err, "is newer than this program", "update magscreen");
        mag_sha256_of(files[i].sql, sha256);
        if (mag_pg_integer(rows, i, 0) != (int64_t)files[i].number ||
            strcmp(mag_pg_text(rows, i, 1), sha256) != 0)
            return fail_version(err, "was made by other files than this program has",
                                "use the version of magscreen that installed it");
    }
    return MAG_OK;
}

static mag_status count_done(mag_pg_link *link, size_t *done, mag_error *err) {
    mag_pg_rows *rows;
    MAG_TRY(
        ask(link, "select number, sha256 from magscreen.migration order by number", &rows, err));
    mag_status status = compare(rows, done, err);
    mag_pg_rows_free(rows);
    return status;
}

static mag_status check_unchanged(mag_pg_link *link, mag_error *err) {
    mag_pg_rows *rows;
    MAG_TRY(ask(link, "select * from magscreen.schema_changes()", &rows, err));
    size_t count = mag_pg_row_count(rows);
    mag_status status = MAG_OK;
    if (count > 0) {
        char more[40] = "";
        if (count > 1)
            snprintf(more, sizeof more, ", and %zu more", count - 1);
        status = mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D333,
                          "schema magscreen is not as it was installed: %s: %.200s%s; "
                          "nothing was written",
                          mag_pg_text(rows, 0, 0), mag_pg_text(rows, 0, 1), more);
        mag_hint(err, "select * from magscreen.schema_changes()  names all; undo them, or, if they "
                      "are meant:  select magscreen.seal()");
    }
    mag_pg_rows_free(rows);
    return status;
}

mag_status mag_pg_schema_check(mag_pg_link *link, mag_error *err) {
    bool exists;
    size_t done, count;
    MAG_TRY(is_there(link, &exists, err));
    if (!exists)
        return fail_version(err, "is not installed in this database",
                            "next: magscreen schema install");
    MAG_TRY(check_rights(link, err));
    MAG_TRY(count_done(link, &done, err));
    mag_pg_migrations(&count);
    if (done < count)
        return fail_version(err, "is older than this program", "next: magscreen schema upgrade");
    return check_unchanged(link, err);
}

/* --- making it
 * ---------------------------------------------------------------------------------- */

static mag_status record_file(mag_pg_link *link, const mag_pg_migration *file, mag_error *err) {
    char number[16], sha256[MAG_SHA256_HEX_NBYTES];
    snprintf(number, sizeof number, "%u", file->number);
    mag_sha256_of(file->sql, sha256);
    const char *params[] = {number, file->name, sha256};
    mag_pg_question question = {
        .sql = "insert into magscreen.migration (number, name, sha256) values ($1::int, $2, $3)",
        .params = params,
        .param_count = 3,
        .what = file->name};
    return mag_pg_ask(link, &question, NULL, err);
}

/* The picture follows file by file: an upgrade that stops half-way leaves no change to explain. */
static const char SEAL[] = "do $$ begin if to_regprocedure('magscreen.seal()') is not null then "
                           "perform magscreen.seal(); end if; end $$";

static mag_status run_file(mag_pg_link *link, const mag_pg_migration *file, const char *sql,
                           mag_error *err) {
    MAG_TRY(mag_pg_do(link, "begin", file->name, err));
    mag_status status = mag_pg_do(link, sql, file->name, err);
    if (status == MAG_OK)
        status = record_file(link, file, err);
    if (status == MAG_OK)
        status = mag_pg_do(link, SEAL, file->name, err);
    if (status == MAG_OK)
        return mag_pg_do(link, "commit", file->name, err);
    mag_error unreported;
    (void)!mag_pg_do(link, "rollback", file->name, &unreported);
    return status;
}

static mag_status run_files(mag_pg_link *link, mag_arena *arena, size_t from, mag_error *err) {
    size_t count;
    const mag_pg_migration *files = mag_pg_migrations(&count);
    for (size_t i = from; i < count; i++) {
        const char *sql = mag_arena_text(arena, files[i].sql);
        if (sql == NULL)
            return mag_fail_memory(err, files[i].sql.nbytes);
        MAG_TRY(run_file(link, &files[i], sql, err));
    }
    return MAG_OK;
}

/* Sealing after new files would make good what was changed by hand before them. A schema that was
   never sealed has nothing to be compared with. */
static mag_status check_before_upgrade(mag_pg_link *link, mag_error *err) {
    mag_pg_rows *rows;
    MAG_TRY(ask(link, "select to_regclass('magscreen.sealed') is not null", &rows, err));
    bool is_sealed = mag_pg_bool(rows, 0, 0);
    mag_pg_rows_free(rows);
    if (!is_sealed)
        return MAG_OK;
    MAG_TRY(ask(link, "select exists (select from magscreen.sealed)", &rows, err));
    is_sealed = mag_pg_bool(rows, 0, 0);
    mag_pg_rows_free(rows);
    return is_sealed ? check_unchanged(link, err) : MAG_OK;
}

mag_status mag_pg_schema_install(mag_pg_link *link, bool is_upgrade, size_t *done, mag_error *err) {
    bool exists;
    size_t from = 0, count;
    MAG_TRY(is_there(link, &exists, err));
    if (exists && !is_upgrade)
        return fail_version(err, "is installed already", "next: magscreen schema upgrade");
    if (!exists && is_upgrade)
        return fail_version(err, "is not installed in this database",
                            "next: magscreen schema install");
    if (exists)
        MAG_TRY(count_done(link, &from, err));
    mag_pg_migrations(&count);
    *done = count - from;
    if (*done == 0)
        return check_unchanged(link, err);
    if (exists)
        MAG_TRY(check_before_upgrade(link, err));
    mag_arena *arena = mag_arena_new(mag_pg_account(link));
    if (arena == NULL)
        return mag_fail_memory(err, sizeof(void *));
    mag_status status = run_files(link, arena, from, err);
    mag_arena_free(arena);
    return status;
}

static void add_file(mag_text *out, const mag_pg_migration *file) {
    char sha256[MAG_SHA256_HEX_NBYTES];
    mag_sha256_of(file->sql, sha256);
    mag_text_format(out, "\n-- %s\nbegin;\nset local search_path = pg_catalog;\n", file->name);
    mag_text_add(out, file->sql);
    mag_text_format(out,
                    "insert into magscreen.migration (number, name, sha256)\n"
                    "    values (%u, '%s', '%s');\n",
                    file->number, file->name, sha256);
    mag_text_add_text(out, SEAL);
    mag_text_add_text(out, ";\ncommit;\n");
}

mag_status mag_pg_schema_sql(mag_text *out, mag_error *err) {
    size_t count;
    const mag_pg_migration *files = mag_pg_migrations(&count);
    mag_text_add_text(out, "\\set ON_ERROR_STOP on\n");
    for (size_t i = 0; i < count; i++)
        add_file(out, &files[i]);
    return mag_text_check(out, err);
}
