/* Reading a CSV file by blocks. What a block's rows come to is kept beside its number, so that it
   does not matter which thread decoded it, or when. */
#include "cohort/csv_feed.h"

#include "cohort/decoder.h"
#include "cohort/store.h"
#include "io/csv_splitter.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

/* What the rows of one block came to. */
typedef struct block_count {
    uint64_t number;
    uint32_t last_line; /* of the rows that were read; a fault ends a block early */
    uint32_t first_dose_line, first_supply_line;
    mag_minute newest;
    mag_accounting accounting;
    mag_csv_facts facts;
    mag_stream_facts stream; /* how far the file was read for it */
} block_count;

/* What one lane needs to decode blocks of the file: its thread's alone. */
typedef struct lane_reader {
    mag_arena *arena; /* holds the decoder; NULL: none yet */
    mag_decoder *decoder;
    mag_csv_block_reader *rows;
    mag_run_file shadow; /* of the block at hand */
    mag_list counts;     /* block_count */
} lane_reader;

typedef struct csv_feed {
    mag_feed base;
    mag_csv_feed_of of;
    mag_account *account;
    mag_stream *stream;
    mag_csv_splitter *splitter;
    mag_csv_facts facts; /* of the header and the footer, once closed */
    mag_stream_facts stream_facts;
    bool has_stream_facts;
    mag_arena *arena;     /* holds the readers; of this feed alone, since feeds open at one time */
    lane_reader *readers; /* by lane */
    unsigned reader_count;
} csv_feed;

const char *mag_source_file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    if (strcmp(path, "-") == 0)
        return "stdin";
    return slash ? slash + 1 : path;
}

static mag_reason reason_of(mag_csv_fault fault) {
    switch (fault) {
    case MAG_CSV_OK:
        break;
    case MAG_CSV_TOO_FEW_FIELDS:
        return MAG_REASON_CSV_TOO_FEW_FIELDS;
    case MAG_CSV_TOO_MANY_FIELDS:
        return MAG_REASON_CSV_TOO_MANY_FIELDS;
    case MAG_CSV_BAD_QUOTE:
        return MAG_REASON_CSV_BAD_QUOTE;
    case MAG_CSV_UNCLOSED_QUOTE:
        return MAG_REASON_CSV_UNCLOSED_QUOTE;
    case MAG_CSV_NUL:
        return MAG_REASON_CSV_NUL;
    case MAG_CSV_BAD_UTF8:
        return MAG_REASON_CSV_BAD_UTF8;
    case MAG_CSV_RECORD_TOO_LONG:
        return MAG_REASON_CSV_RECORD_TOO_LONG;
    case MAG_CSV_FIELD_TOO_LONG:
        return MAG_REASON_CSV_FIELD_TOO_LONG;
    }
    return MAG_REASON_NONE;
}

/* --- opening -------------------------------------------------------------------------------------
 */

static mag_status bind_header(const csv_feed *feed, mag_decoder *decoder, mag_error *err) {
    const mag_csv_shape *shape = mag_csv_splitter_shape(feed->splitter);
    return mag_decoder_bind(decoder, shape->columns, shape->column_count, err);
}

/* Looks at the header once, so that a wrong one is told before any block is cut. */
static mag_status check_header(csv_feed *feed, mag_error *err) {
    mag_decoder decoder;
    mag_decoder_init(&decoder, feed->base.cohort, feed->of.table, feed->base.file_id,
                     feed->base.file);
    const mag_status status = bind_header(feed, &decoder, err);
    mag_decoder_done(&decoder);
    return status;
}

static mag_status open_stream(csv_feed *feed, mag_error *err) {
    if (feed->of.path)
        return mag_stream_open(&feed->stream, feed->of.path, feed->account, err);
    return mag_stream_open_text(&feed->stream, feed->of.source_name, feed->of.text, feed->account,
                                err);
}

static mag_status open_feed(mag_feed *base, mag_error *err) {
    csv_feed *feed = (csv_feed *)base;
    const unsigned lane_count = mag_cohort_lane_count(base->cohort);
    feed->arena = mag_arena_new(feed->account);
    feed->readers =
        feed->arena ? mag_arena_alloc(feed->arena, lane_count * sizeof *feed->readers) : NULL;
    if (!feed->readers)
        return mag_fail_memory(err, lane_count * sizeof *feed->readers);
    feed->reader_count = lane_count;
    for (unsigned i = 0; i < lane_count; i++)
        feed->readers[i].counts.item_nbytes = sizeof(block_count);
    MAG_TRY(open_stream(feed, err));
    MAG_TRY(mag_csv_splitter_open(&feed->splitter, feed->stream, base->file->name,
                                  feed->of.table->delimiter, 0, feed->account, err));
    return check_header(feed, err);
}

/* Of what is read as it comes nobody knows the size. */
static uint64_t size_of(const mag_feed *base) {
    const char *path = ((const csv_feed *)base)->of.path;
    struct stat facts;
    const bool is_known =
        path && strcmp(path, "-") != 0 && stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
    return is_known ? (uint64_t)facts.st_size : 0;
}

static mag_status next_block(mag_feed *base, mag_csv_block *block, bool *is_over, mag_error *err) {
    return mag_csv_splitter_next(((csv_feed *)base)->splitter, block, is_over, err);
}

/* --- one block -----------------------------------------------------------------------------------
 */

static mag_status make_reader(csv_feed *feed, mag_lane *lane, lane_reader *reader, mag_error *err) {
    reader->arena = mag_arena_new(feed->account);
    reader->decoder =
        reader->arena ? mag_arena_alloc(reader->arena, sizeof *reader->decoder) : NULL;
    if (!reader->decoder)
        return mag_fail_memory(err, sizeof *reader->decoder);
    mag_decoder_init(reader->decoder, feed->base.cohort, feed->of.table, feed->base.file_id,
                     &reader->shadow);
    reader->decoder->lane = lane;
    MAG_TRY(bind_header(feed, reader->decoder, err));
    return mag_csv_block_reader_new(&reader->rows, feed->account, err);
}

static void free_reader(lane_reader *reader) {
    if (reader->decoder)
        mag_decoder_done(reader->decoder);
    mag_csv_block_reader_free(reader->rows);
    mag_arena_free(reader->arena);
    reader->decoder = NULL;
    reader->rows = NULL;
    reader->arena = NULL;
}

/* A row that the scanner set aside; the header's name of the column is no patient's value. */
static mag_status reject_record(const csv_feed *feed, mag_decoder *decoder, const mag_csv_row *row,
                                mag_error *err) {
    const mag_csv_shape *shape = mag_csv_splitter_shape(feed->splitter);
    char column[64] = "";
    if (row->fault_column && row->fault_column <= shape->column_count) {
        mag_span name = shape->columns[row->fault_column - 1];
        size_t nbytes = name.nbytes < sizeof column ? name.nbytes : sizeof column - 1;
        memcpy(column, name.at, nbytes);
        column[nbytes] = '\0';
    }
    return mag_decoder_reject_row(decoder, row->line, reason_of(row->fault), column, "", err);
}

static mag_status read_rows(const csv_feed *feed, lane_reader *reader, uint32_t *last_line,
                            mag_error *err) {
    mag_decoder *decoder = reader->decoder;
    for (;;) {
        mag_cell_rows rows;
        const mag_csv_row *row;
        mag_csv_block_next_rows(reader->rows, &rows);
        if (rows.row_count) {
            MAG_TRY(mag_decoder_rows(decoder, &rows, err));
            *last_line = rows.first_line + rows.row_count - 1;
            continue;
        }
        MAG_TRY(mag_csv_block_next(reader->rows, &row, err));
        if (!row)
            return MAG_OK;
        if (row->fault == MAG_CSV_OK)
            MAG_TRY(mag_decoder_row(decoder, row->fields, row->line, err));
        else
            MAG_TRY(reject_record(feed, decoder, row, err));
        *last_line = row->line;
    }
}

static mag_status count_block(lane_reader *reader, const mag_csv_block *block, uint32_t last_line,
                              mag_account *account, mag_error *err) {
    block_count *kept = mag_list_add(account, &reader->counts, err);
    if (!kept)
        return MAG_E_RESOURCE;
    *kept = (block_count){.number = block->number,
                          .last_line = last_line,
                          .first_dose_line = reader->shadow.first_dose_line,
                          .first_supply_line = reader->shadow.first_supply_line,
                          .newest = reader->shadow.newest,
                          .accounting = reader->shadow.accounting,
                          .facts = mag_csv_block_take_facts(reader->rows),
                          .stream = block->stream};
    return MAG_OK;
}

static mag_status decode_block(mag_feed *base, const mag_csv_block *block, mag_lane *lane,
                               mag_error *err) {
    csv_feed *feed = (csv_feed *)base;
    lane_reader *reader = &feed->readers[lane->idx];
    uint32_t last_line = block->first_line > 1 ? (uint32_t)(block->first_line - 1) : 0;
    reader->shadow = (mag_run_file){.source = base->file->source,
                                    .name = base->file->name,
                                    .kind = base->file->kind,
                                    .newest = MAG_MINUTE_NONE};
    if (!reader->arena)
        MAG_TRY(make_reader(feed, lane, reader, err));
    mag_csv_block_begin(reader->rows, mag_csv_splitter_shape(feed->splitter), block);
    lane->shadow = &reader->shadow;
    mag_error ignored;
    const mag_status status = read_rows(feed, reader, &last_line, err);
    lane->shadow = NULL;
    if (lane->on_rows)
        lane->on_rows(lane->rows_context, reader->shadow.accounting.read);
    const mag_status counted =
        count_block(reader, block, last_line, feed->account, status == MAG_OK ? err : &ignored);
    return status == MAG_OK ? counted : status;
}

static void close_feed(mag_feed *base) {
    csv_feed *feed = (csv_feed *)base;
    for (unsigned i = 0; i < feed->reader_count; i++)
        free_reader(&feed->readers[i]);
    if (feed->splitter)
        feed->facts = *mag_csv_splitter_facts(feed->splitter);
    if (feed->stream)
        feed->stream_facts = *mag_stream_facts_of(feed->stream);
    feed->has_stream_facts |= feed->stream != NULL;
    mag_csv_splitter_close(feed->splitter);
    mag_stream_close(feed->stream);
    feed->splitter = NULL;
    feed->stream = NULL;
}

/* --- the whole -----------------------------------------------------------------------------------
 */

static void keep_byte_facts(mag_run_file *file, const mag_stream_facts *bytes) {
    memcpy(file->sha256, bytes->sha256, sizeof file->sha256);
    file->in_nbytes = bytes->in_nbytes;
    file->out_nbytes = bytes->out_nbytes;
    file->member_count = bytes->member_count;
    file->has_zero_padding = bytes->has_zero_padding;
}

static void keep_row_facts(mag_run_file *file, const mag_csv_facts *rows) {
    file->blank_line_count = rows->blank_line_count;
    file->repeated_header_count = rows->repeated_header_count;
    file->windows1252_count = rows->windows1252_count;
    file->quoted_row_count = rows->quoted_row_count;
    file->first_quoted_row_line = rows->first_quoted_row_line;
    file->has_bom = rows->has_bom;
    file->has_footer = rows->footer_line != 0;
    file->has_unfinished_last_line = rows->has_unfinished_last_line && !file->has_footer;
    file->has_crlf = rows->crlf_count != 0;
    file->has_mixed_line_ends =
        rows->lone_cr_count != 0 || (rows->crlf_count != 0 && rows->lf_count != 0);
}

/* A file that a run is given twice would count every row twice (I-14). The same file may serve two
   tables of a profile, though: then it is read for different columns. */
static mag_status check_not_twice(const mag_cohort *cohort, const mag_run_file *file,
                                  mag_error *err) {
    for (uint16_t i = 0; mag_cohort_file(cohort, i) != file; i++) {
        const mag_run_file *other = mag_cohort_file(cohort, i);
        if (other->kind != file->kind || strcmp(other->sha256, file->sha256) != 0)
            continue;
        mag_fail(err, MAG_E_INPUT, MAG_MSG_I110,
                 "%s has the same content as %s; nothing of the run is used", file->name,
                 other->name);
        mag_hint(err, "remove one of the two files");
        return MAG_E_INPUT;
    }
    return MAG_OK;
}

static mag_status check_not_empty(const csv_feed *feed, const mag_run_file *file, mag_error *err) {
    if (file->accounting.read || feed->of.allow_empty)
        return MAG_OK;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I130,
             "%s has a header and no rows; it is not taken as \"none\"", file->name);
    mag_hint(err, "if that is right, allow it with --allow-empty %s",
             mag_table_kind_name(file->kind));
    return MAG_E_INPUT;
}

/* What the exporting program says that it wrote is the best check that nothing was lost. */
static mag_status check_footer(const mag_run_file *file, const mag_csv_facts *rows,
                               mag_error *err) {
    if (!file->has_footer || rows->footer_count == file->accounting.read)
        return MAG_OK;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I134,
             "%s, line %lu: footer count %llu, read %llu; nothing of the run is used", file->name,
             (unsigned long)rows->footer_line, (unsigned long long)rows->footer_count,
             (unsigned long long)file->accounting.read);
    mag_hint(err, "part of the file may be missing: ask for a new export");
    return MAG_E_INPUT;
}

/* A plain file with the digest that was announced is whole, wherever its last line ends. */
static mag_status check_manifest(const csv_feed *feed, mag_run_file *file, mag_error *err) {
    bool is_proven = false;
    if (!feed->of.manifest)
        return MAG_OK;
    MAG_TRY(mag_manifest_check_file(feed->of.manifest, file, &is_proven, err));
    if (is_proven)
        file->has_unfinished_last_line = false;
    return MAG_OK;
}

/* What a file that was read to its end has to be. */
static mag_status check_whole(const csv_feed *feed, mag_run_file *file, const mag_csv_facts *rows,
                              mag_error *err) {
    MAG_TRY(check_not_empty(feed, file, err));
    MAG_TRY(check_footer(file, rows, err));
    return check_manifest(feed, file, err);
}

static uint32_t earlier_line(uint32_t a, uint32_t b) {
    return a && (!b || a < b) ? a : b;
}

static void add_block(csv_feed *feed, const block_count *block, mag_csv_facts *rows) {
    mag_run_file *file = feed->base.file;
    mag_accounting_add(&file->accounting, &block->accounting);
    file->first_dose_line = earlier_line(block->first_dose_line, file->first_dose_line);
    file->first_supply_line = earlier_line(block->first_supply_line, file->first_supply_line);
    if (block->newest > file->newest)
        file->newest = block->newest;
    mag_csv_facts_add(rows, &block->facts);
}

/* Adds the blocks up to that one; what was cut behind it, nobody has read. */
static void add_blocks(csv_feed *feed, uint64_t last_number, mag_csv_facts *rows,
                       uint32_t *last_line) {
    for (unsigned i = 0; i < feed->reader_count; i++) {
        const block_count *blocks = feed->readers[i].counts.items;
        for (size_t k = 0; k < feed->readers[i].counts.count; k++) {
            if (blocks[k].number > last_number)
                continue;
            add_block(feed, &blocks[k], rows);
            if (blocks[k].number != last_number)
                continue;
            *last_line = blocks[k].last_line;
            feed->stream_facts = blocks[k].stream;
        }
    }
}

static mag_status finish_feed(mag_feed *base, const mag_feed_fault *fault, uint32_t *last_line,
                              mag_error *err) {
    csv_feed *feed = (csv_feed *)base;
    const uint64_t last_number = fault ? fault->block_number : UINT64_MAX;
    mag_csv_facts rows = feed->facts;
    *last_line = UINT32_MAX;
    add_blocks(feed, last_number, &rows, last_line);
    /* Of a file that is refused too: how far it was read explains the refusal. */
    if (feed->has_stream_facts)
        keep_byte_facts(base->file, &feed->stream_facts);
    keep_row_facts(base->file, &rows);
    if (fault) {
        if (err)
            *err = fault->error;
        return fault->error.status;
    }
    MAG_TRY(mag_csv_facts_check(&rows, base->file->name, err));
    MAG_TRY(check_whole(feed, base->file, &rows, err));
    return check_not_twice(base->cohort, base->file, err);
}

static void free_counts(mag_feed *base) {
    csv_feed *feed = (csv_feed *)base;
    close_feed(base);
    for (unsigned i = 0; i < feed->reader_count; i++)
        mag_list_done(feed->account, &feed->readers[i].counts);
    mag_arena_free(feed->arena);
}

mag_status mag_csv_feed_new(mag_cohort *cohort, const mag_csv_feed_of *of, mag_feed **out,
                            mag_error *err) {
    static const mag_feed_ops ops = {.open = open_feed,
                                     .size = size_of,
                                     .next = next_block,
                                     .decode = decode_block,
                                     .close = close_feed,
                                     .finish = finish_feed,
                                     .done = free_counts};
    const char *name = of->path ? mag_source_file_name(of->path) : of->source_name;
    csv_feed *feed = mag_arena_alloc(cohort->arena, sizeof *feed);
    if (!feed)
        return mag_fail_memory(err, sizeof *feed);
    *feed =
        (csv_feed){.base = {&ops, cohort, NULL, 0}, .of = *of, .account = cohort->settings.account};
    MAG_TRY(mag_cohort_add_file(cohort, of->source_name, name, mag_profile_table_kind(of->table),
                                &feed->base.file_id, &feed->base.file, err));
    *out = &feed->base;
    return MAG_OK;
}
