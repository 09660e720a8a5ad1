/* Every block is a COPY for each table, all of them in one transaction of one session. */
#include "cohort/synth_postgres.h"

#include "io/embedded.h"
#include "io/pg_binary.h"

#include <string.h>

struct mag_synth_postgres {
    mag_synth_store store; /* first: the store is the tables */
    mag_arena *arena;      /* holds the struct itself */
    mag_pg_link *link;
    const char *copies[MAG_SYNTH_LABS + 1]; /* statements */
    uint64_t row_counts[MAG_SYNTH_LABS + 1];
    mag_text head, tail; /* of a stream */
};

static const char *const tables[] = {"patients", "prescriptions", "conditions", "truth", "labs"};

enum { TABLES = sizeof tables / sizeof tables[0] };

/* --- the store ------------------------------------------------------------------------------ */

static mag_status send_rows(mag_synth_postgres *to, unsigned sheet, mag_span rows, mag_error *err) {
    MAG_TRY(mag_pg_put(to->link, mag_text_span(&to->head), err));
    MAG_TRY(mag_pg_put(to->link, rows, err));
    MAG_TRY(mag_pg_put(to->link, mag_text_span(&to->tail), err));
    uint64_t row_count = 0;
    MAG_TRY(mag_pg_copy_in_end(to->link, &row_count, err));
    to->row_counts[sheet] += row_count;
    return MAG_OK;
}

static mag_status put(mag_synth_store *store, const mag_synth_block *block, mag_error *err) {
    mag_synth_postgres *to = (mag_synth_postgres *)store;
    for (unsigned sheet = 0; sheet < TABLES; sheet++) {
        if (block->rows[sheet].nbytes == 0)
            continue;
        MAG_TRY(mag_pg_copy_in(to->link, to->copies[sheet], tables[sheet], err));
        MAG_TRY(send_rows(to, sheet, mag_text_span(&block->rows[sheet]), err));
    }
    return MAG_OK;
}

static const mag_synth_store_ops ops = {.form = MAG_SYNTH_BINARY, .put = put};

mag_synth_store *mag_synth_postgres_store(mag_synth_postgres *to) {
    return &to->store;
}

/* --- tables --------------------------------------------------------------------------------- */

static mag_status run_file(mag_synth_postgres *to, const char *name, mag_error *err) {
    mag_span sql;
    if (!mag_embedded_find(name, &sql))
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "%s is not in the program", name);
    const char *text = mag_arena_text(to->arena, sql);
    if (!text)
        return mag_fail_memory(err, sql.nbytes);
    return mag_pg_do(to->link, text, "schema source", err);
}

static mag_status check_empty(mag_synth_postgres *to, bool *is_empty, mag_error *err) {
    *is_empty = true;
    for (unsigned i = 0; i < TABLES && *is_empty; i++) {
        const char *sql =
            mag_arena_format(to->arena, "select exists (select from source.%s)", tables[i]);
        if (!sql)
            return mag_fail_memory(err, 1);
        mag_pg_question question = {.sql = sql, .what = tables[i]};
        mag_pg_rows *rows;
        MAG_TRY(mag_pg_ask(to->link, &question, &rows, err));
        *is_empty = !mag_pg_bool(rows, 0, 0);
        mag_pg_rows_free(rows);
    }
    return MAG_OK;
}

/* source.stays too: stays of another cohort would be read beside this one. */
static mag_status make_empty(mag_synth_postgres *to, bool is_forced, mag_error *err) {
    bool is_empty;
    MAG_TRY(check_empty(to, &is_empty, err));
    if (!is_empty && !is_forced) {
        mag_fail(err, MAG_E_USAGE, MAG_MSG_D336,
                 "tables of schema source in database %s at %s hold rows; nothing was written",
                 mag_pg_facts_of(to->link)->database, mag_pg_facts_of(to->link)->where);
        mag_hint(err, "name a database of its own, or replace the rows with --force");
        return MAG_E_USAGE;
    }
    if (is_empty)
        return MAG_OK;
    return mag_pg_do(to->link,
                     "truncate source.patients, source.labs, source.prescriptions, "
                     "source.conditions, source.stays, source.truth",
                     "schema source", err);
}

static mag_status prepare(mag_synth_postgres *to, mag_error *err) {
    for (unsigned sheet = 0; sheet < TABLES; sheet++) {
        to->copies[sheet] =
            mag_arena_format(to->arena, "copy source.%s (%s) from stdin (format binary)",
                             tables[sheet], mag_synth_columns(sheet));
        if (!to->copies[sheet])
            return mag_fail_memory(err, 1);
    }
    mag_pg_binary_header(&to->head);
    mag_pg_binary_trailer(&to->tail);
    MAG_TRY(mag_text_check(&to->head, err));
    return mag_text_check(&to->tail, err);
}

static mag_status begin(mag_synth_postgres *to, bool is_forced, mag_error *err) {
    MAG_TRY(prepare(to, err));
    MAG_TRY(mag_pg_do(to->link, "begin", "the session", err));
    MAG_TRY(run_file(to, "sql/sources/own_layout.sql", err));
    MAG_TRY(run_file(to, "sql/sources/own_layout_truth.sql", err));
    return make_empty(to, is_forced, err);
}

mag_status mag_synth_postgres_open(mag_synth_postgres **out, mag_pg_link *link, bool is_forced,
                                   mag_account *account, mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_synth_postgres *to = arena ? mag_arena_alloc(arena, sizeof *to) : NULL;
    if (!to) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *to);
    }
    to->store.ops = &ops;
    to->arena = arena;
    to->link = link;
    mag_text_init(&to->head, account);
    mag_text_init(&to->tail, account);
    mag_status status = begin(to, is_forced, err);
    if (status == MAG_OK)
        *out = to;
    else
        mag_synth_postgres_free(to);
    return status;
}

mag_status mag_synth_postgres_end(mag_synth_postgres *to, const mag_synth_totals *totals,
                                  mag_error *err) {
    for (unsigned sheet = 0; sheet < TABLES; sheet++)
        if (to->row_counts[sheet] != totals->rows[sheet])
            return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701,
                            "the server took %llu rows of %llu for table %s",
                            (unsigned long long)to->row_counts[sheet],
                            (unsigned long long)totals->rows[sheet], tables[sheet]);
    MAG_TRY(mag_pg_do(to->link,
                      "analyze source.patients, source.labs, source.prescriptions, "
                      "source.conditions, source.truth",
                      "schema source", err));
    return mag_pg_do(to->link, "commit", "schema source", err);
}

void mag_synth_postgres_free(mag_synth_postgres *to) {
    if (!to)
        return;
    mag_text_done(&to->head);
    mag_text_done(&to->tail);
    mag_arena_free(to->arena);
}
