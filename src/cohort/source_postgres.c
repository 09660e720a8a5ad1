#include "cohort/source_postgres.h"

#include "cohort/decoder.h"
#include "cohort/pg_streams.h"
#include "cohort/store.h"
#include "io/csv_reader.h"

#include <string.h>

enum { DEFAULT_READERS = 4 };

typedef struct pg_source {
    mag_source base;
    mag_pg_leader *leader;
    mag_pg_subject subject;
    mag_pg_table table;
    mag_source *text_reader; /* for canaries, which are texts */
    const char *what;        /* source "lims" (source.labs) */
    unsigned reader_count;
    bool allow_empty;
} pg_source;

/* --- rows
 * -------------------------------------------------------------------------------------- */

enum { TOLD_ROWS = 1 << 14 };

typedef struct row_taker {
    mag_decoder decoder;
    bool is_checked; /* the server has not made sure that texts are UTF-8 */
    const mag_span *header;
    size_t column_count;
    uint32_t line;
    mag_span cells[MAG_FIELD_COUNT + MAG_KEEP_RULE_COUNT];
} row_taker;

/* What a CSV reader would set a record aside for, as far as a table can have it. */
static mag_reason shape_of(const row_taker *taker, size_t *column_idx) {
    size_t nbytes = 0;
    for (size_t i = 0; i < taker->column_count; i++) {
        const mag_span cell = taker->cells[i];
        *column_idx = i;
        nbytes += cell.nbytes;
        if (cell.nbytes > MAG_CSV_FIELD_NBYTES)
            return MAG_REASON_CSV_FIELD_TOO_LONG;
        if (taker->is_checked && !mag_span_is_utf8(cell))
            return MAG_REASON_CSV_BAD_UTF8;
    }
    return nbytes > MAG_CSV_RECORD_NBYTES ? MAG_REASON_CSV_RECORD_TOO_LONG : MAG_REASON_NONE;
}

static mag_status reject_shape(row_taker *taker, mag_reason reason, mag_span column,
                               mag_error *err) {
    char name[64];
    size_t nbytes = column.nbytes < sizeof name ? column.nbytes : sizeof name - 1;
    memcpy(name, column.at, nbytes);
    name[nbytes] = '\0';
    return mag_decoder_reject_row(&taker->decoder, taker->line, reason, name, "", err);
}

static mag_status take_row(void *context, const mag_span *fields, mag_error *err) {
    row_taker *taker = context;
    size_t column_idx = 0;
    if (taker->line == UINT32_MAX)
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_I136, "%s: more than 4,294,967,295 rows",
                        taker->decoder.file->name);
    taker->line++;
    if (taker->line % TOLD_ROWS == 0 && taker->decoder.lane->on_rows)
        taker->decoder.lane->on_rows(taker->decoder.lane->rows_context, TOLD_ROWS);
    /* SQL null is what an export writes as an empty cell. */
    for (size_t i = 0; i < taker->column_count; i++)
        taker->cells[i] = fields[i].at ? fields[i] : (mag_span){"", 0};
    mag_reason reason = shape_of(taker, &column_idx);
    if (reason == MAG_REASON_NONE)
        return mag_decoder_row(&taker->decoder, taker->cells, taker->line, err);
    return reject_shape(taker, reason, taker->header[column_idx], err);
}

/* --- one read
 * ---------------------------------------------------------------------------------- */

static mag_status check_not_empty(const pg_source *source, uint64_t row_count, mag_error *err) {
    if (row_count || source->allow_empty)
        return MAG_OK;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I130, "%s has no rows; it is not taken as \"none\"",
             source->what);
    mag_hint(err, "if that is right, allow it with --allow-empty %s",
             mag_table_kind_name(source->base.kind));
    return MAG_E_INPUT;
}

static void keep_facts(const pg_source *source, mag_run_file *file,
                       const mag_pg_read_facts *facts) {
    const mag_pg_facts *server = mag_pg_facts_of(mag_pg_leader_link(source->leader));
    file->in_nbytes = file->out_nbytes = facts->nbytes;
    file->unused_column_count = source->table.unused_count;
    file->table_reader_count = facts->reader_count;
    file->table_refused_count = facts->refused_count;
    file->is_role_too_strong = server->is_superuser || source->table.is_owner;
    file->is_table_unchecked = strcmp(server->encoding, "UTF8") != 0;
}

static mag_status read_table(pg_source *source, row_taker *taker, mag_account *account,
                             mag_error *err) {
    mag_pg_read_facts facts;
    mag_run_file *file = taker->decoder.file;
    const mag_pg_reading reading = {.leader = source->leader,
                                    .table = &source->table,
                                    .what = source->what,
                                    .reader_count = source->reader_count,
                                    .is_policy_allowed = source->subject.is_policy_allowed,
                                    .account = account,
                                    .take_row = take_row,
                                    .context = taker};
    MAG_TRY(
        mag_decoder_bind(&taker->decoder, source->table.header, source->table.column_count, err));
    MAG_TRY(mag_pg_streams_read(&reading, &facts, err));
    keep_facts(source, file, &facts);
    if (file->accounting.read != facts.row_count)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "%s: rows came that were not counted",
                        source->what);
    MAG_TRY(check_not_empty(source, facts.row_count, err));
    return mag_pg_leader_done(source->leader, err);
}

/* --- the feed
 * ---------------------------------------------------------------------------------- */

typedef struct pg_feed {
    mag_feed base;
    pg_source *source;
} pg_feed;

/* All of its connections are looked after by this thread (pg_streams.h). */
static mag_status read_feed(mag_feed *base, mag_lane *lane, mag_error *err) {
    pg_source *source = ((pg_feed *)base)->source;
    MAG_TRY(mag_pg_leader_begin(source->leader, err));
    const char *encoding = mag_pg_facts_of(mag_pg_leader_link(source->leader))->encoding;
    row_taker taker = {.is_checked = strcmp(encoding, "UTF8") != 0,
                       .header = source->table.header,
                       .column_count = source->table.column_count};
    mag_decoder_init(&taker.decoder, base->cohort, source->subject.table, base->file_id,
                     base->file);
    taker.decoder.lane = lane;
    mag_status status = read_table(source, &taker, lane->account, err);
    mag_decoder_done(&taker.decoder);
    return status == MAG_OK ? MAG_OK : mag_pg_leader_fail(source->leader, status, err);
}

/* What was counted stands in the file already. */
static mag_status finish_feed(mag_feed *base, const mag_feed_fault *fault, uint32_t *last_line,
                              mag_error *err) {
    (void)base;
    *last_line = UINT32_MAX;
    if (fault && err)
        *err = fault->error;
    return fault ? fault->error.status : MAG_OK;
}

static void forget_feed(mag_feed *base) {
    (void)base;
}

static mag_status add_feed(mag_source *base, mag_cohort *cohort, mag_list *feeds, mag_error *err) {
    static const mag_feed_ops ops = {.read = read_feed, .finish = finish_feed, .done = forget_feed};
    pg_source *source = (pg_source *)base;
    pg_feed *feed = mag_arena_alloc(cohort->arena, sizeof *feed);
    if (!feed)
        return mag_fail_memory(err, sizeof *feed);
    *feed = (pg_feed){.base = {&ops, cohort, NULL, 0}, .source = source};
    mag_cohort_declare_table(cohort, base->kind);
    MAG_TRY(mag_cohort_add_file(cohort, base->name, source->subject.view, base->kind,
                                &feed->base.file_id, &feed->base.file, err));
    feed->base.file->is_table = true;
    mag_feed **kept = mag_list_add(cohort->settings.account, feeds, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = &feed->base;
    return MAG_OK;
}

/* --- the port
 * ---------------------------------------------------------------------------------- */

static mag_status check(const mag_source *base, mag_error *err) {
    return mag_pg_leader_begin(((const pg_source *)base)->leader, err);
}

static mag_status ingest_text(mag_source *base, mag_cohort *cohort, mag_span text, mag_error *err) {
    mag_source *reader = ((pg_source *)base)->text_reader;
    return reader->ops->ingest_text(reader, cohort, text, err);
}

/* Everything lives in the arena that it was made in; the leader is its owner's. */
static void free_nothing(mag_source *base) {
    (void)base;
}

static mag_status copy_texts(mag_arena *arena, const mag_source_postgres *what, pg_source *source,
                             mag_error *err) {
    const char *name = mag_arena_text(arena, mag_span_of(what->name));
    const char *view = mag_arena_text(arena, mag_span_of(what->view));
    const char *zone = what->site_zone ? mag_arena_text(arena, mag_span_of(what->site_zone)) : NULL;
    source->what = mag_arena_format(arena, "source \"%s\" (%s)", what->name, what->view);
    if (!name || !view || !source->what || (what->site_zone && !zone))
        return mag_fail_memory(err, 1);
    source->base.name = name;
    source->subject = (mag_pg_subject){.source = name,
                                       .view = view,
                                       .table = what->table,
                                       .site_zone = zone,
                                       .is_policy_allowed = what->is_policy_allowed};
    return MAG_OK;
}

mag_status mag_source_postgres_new(mag_arena *arena, const mag_source_postgres *what,
                                   mag_pg_leader *leader, mag_source **out, mag_error *err) {
    static const mag_source_ops ops = {check, add_feed, ingest_text, free_nothing};
    pg_source *source = mag_arena_alloc(arena, sizeof *source);
    if (!source)
        return mag_fail_memory(err, sizeof *source);
    unsigned readers = what->reader_count ? what->reader_count : DEFAULT_READERS;
    *source = (pg_source){
        .base = {.ops = &ops, .kind = mag_profile_table_kind(what->table)},
        .leader = leader,
        .reader_count = readers < MAG_PG_READER_COUNT ? readers : MAG_PG_READER_COUNT,
        .allow_empty = what->allow_empty,
    };
    MAG_TRY(copy_texts(arena, what, source, err));
    MAG_TRY(mag_source_csv_new(arena, what->name, what->profile, what->table, NULL, 0, true,
                               &source->text_reader, err));
    *out = &source->base;
    return mag_pg_leader_add(leader, &source->subject, &source->table, err);
}
