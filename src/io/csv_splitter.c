/* The block is filled straight from the stream and cut behind its last whole record:

     block  [ records | begin of the next one ]      rest  [ begin of the next one ]
              0        nbytes           held_nbytes  ─▶     goes to the next block's front  */
#include "io/csv_splitter_parts.h"

#include "io/csv_ending.h"

#include <string.h>

/* --- bytes ---------------------------------------------------------------------------------- */

static mag_status reserve(mag_csv_splitter *s, mag_csv_block *block, size_t nbytes,
                          mag_error *err) {
    void *bytes = block->bytes;
    mag_status status = mag_grow(s->account, &bytes, &block->capacity, 1, nbytes, err);
    block->bytes = bytes;
    return status;
}

mag_status mag_csv_splitter_fill(mag_csv_splitter *s, mag_csv_block *block, size_t nbytes,
                                 mag_error *err) {
    MAG_TRY(reserve(s, block, nbytes, err));
    while (block->held_nbytes < nbytes && !s->is_stream_over) {
        size_t got;
        MAG_TRY(mag_stream_read(s->stream, block->bytes + block->held_nbytes,
                                nbytes - block->held_nbytes, &got, err));
        block->held_nbytes += got;
        s->is_stream_over = got == 0;
    }
    return MAG_OK;
}

/* The bytes from `at` on belong to the next block. */
static mag_status keep_rest(mag_csv_splitter *s, const mag_csv_block *block, size_t at,
                            mag_error *err) {
    const size_t nbytes = block->held_nbytes - at;
    MAG_TRY(reserve(s, &s->rest, nbytes, err));
    if (nbytes > 0)
        memcpy(s->rest.bytes, block->bytes + at, nbytes);
    s->rest.held_nbytes = nbytes;
    return MAG_OK;
}

static mag_status begin_block(mag_csv_splitter *s, mag_csv_block *block, mag_error *err) {
    const size_t nbytes = s->rest.held_nbytes;
    MAG_TRY(reserve(s, block, nbytes > s->block_nbytes ? nbytes : s->block_nbytes, err));
    *block = (mag_csv_block){.bytes = block->bytes,
                             .capacity = block->capacity,
                             .held_nbytes = nbytes,
                             .number = s->number++,
                             .first_line = s->line,
                             .has_row_before = s->has_row,
                             .waiting = s->waiting};
    s->counted_nbytes = 0;
    s->counted_feeds = 0;
    if (nbytes > 0)
        memcpy(block->bytes, s->rest.bytes, nbytes);
    return MAG_OK;
}

/* --- records -------------------------------------------------------------------------------- */

static size_t behind_last_line_feed(const char *bytes, size_t nbytes) {
    while (nbytes > 0 && bytes[nbytes - 1] != '\n')
        nbytes--;
    return nbytes;
}

/* Few enough bytes for a sum of one byte, which compilers do side by side. */
enum { STRETCH_NBYTES = 192 };

static size_t stretch_of(size_t nbytes) {
    return nbytes < STRETCH_NBYTES ? nbytes : (size_t)STRETCH_NBYTES;
}

static uint64_t count_line_feeds(const char *bytes, size_t nbytes) {
    uint64_t count = 0;
    for (size_t step; nbytes > 0; bytes += step, nbytes -= step) {
        uint8_t sum = 0;
        step = stretch_of(nbytes);
        for (size_t i = 0; i < step; i++)
            sum = (uint8_t)(sum + (bytes[i] == '\n'));
        count += sum;
    }
    return count;
}

/* The first quote. Nearly all blocks have none: then one look tells how many lines end in them,
   too. Nothing behind a quote is looked at: there the next look begins. */
static const char *find_quote(const char *bytes, size_t nbytes, uint64_t *feed_count) {
    *feed_count = 0;
    for (size_t step; nbytes > 0; bytes += step, nbytes -= step) {
        uint8_t sum = 0, quotes = 0;
        step = stretch_of(nbytes);
        for (size_t i = 0; i < step; i++) {
            sum = (uint8_t)(sum + (bytes[i] == '\n'));
            quotes |= bytes[i] == '"';
        }
        if (quotes)
            return memchr(bytes, '"', step);
        *feed_count += sum;
    }
    return NULL;
}

/* What a stretch of lines ends with. */
typedef struct line_state {
    bool has_odd_quotes; /* the line that was not passed; false if there is none */
    bool is_whole;       /* it is there up to its line feed */
} line_state;

static bool has_odd_quotes(const char *bytes, size_t nbytes) {
    uint8_t odd = 0; /* one byte, which compilers do side by side */
    for (size_t i = 0; i < nbytes; i++)
        odd ^= bytes[i] == '"';
    return odd;
}

/* Passes lines with an even number of quotes each, and returns where the next one begins. Such a
   line is a record: at its end no quote is open, or one that stands in a wrong place has made it
   faulty up to there. Of lines without quotes only the end of the last one is looked for. */
static size_t pass_even_lines(const char *bytes, size_t nbytes, line_state *next) {
    size_t line = 0;
    const char *quote;
    *next = (line_state){false, false};
    while (line < nbytes && (quote = memchr(bytes + line, '"', nbytes - line))) {
        line += behind_last_line_feed(bytes + line, (size_t)(quote - bytes) - line);
        const char *feed = memchr(quote, '\n', (size_t)(bytes + nbytes - quote));
        const size_t end = feed ? (size_t)(feed - bytes) : nbytes;
        next->has_odd_quotes = has_odd_quotes(bytes + line, end - line);
        next->is_whole = feed && next->has_odd_quotes;
        if (!feed || next->has_odd_quotes)
            return line;
        line = end + 1;
    }
    return line + behind_last_line_feed(bytes + line, nbytes - line);
}

/* Takes lines that are records as they stand. True if what comes then needs the scanner. */
static bool pass_lines(mag_csv_splitter *s, mag_csv_block *block) {
    const char *at = block->bytes + block->nbytes;
    const size_t nbytes = block->held_nbytes - block->nbytes;
    uint64_t feed_count;
    const char *quote = find_quote(at, nbytes, &feed_count);
    line_state next = {false, false};
    size_t passed = behind_last_line_feed(at, quote ? (size_t)(quote - at) : nbytes);
    if (quote)
        passed += pass_even_lines(at + passed, nbytes - passed, &next);
    if (s->is_stream_over && !next.has_odd_quotes) /* the last line may lack its end */
        passed = nbytes;
    if (!quote && s->counted_nbytes == block->nbytes) {
        s->counted_nbytes += passed;
        s->counted_feeds += feed_count;
    }
    block->nbytes += passed;
    return next.is_whole || (s->is_stream_over && next.has_odd_quotes) ||
           nbytes - passed > MAG_CSV_LOOKED_AT_NBYTES;
}

/* False: the record goes on behind what is there. */
static bool scan_record(mag_csv_splitter *s, const mag_csv_block *block) {
    const char *record = block->bytes + block->nbytes;
    const size_t nbytes = block->held_nbytes - block->nbytes;
    if (!s->is_scanning)
        mag_csv_scan_begin(&s->scan);
    s->is_scanning = !mag_csv_scan_more(&s->scan, record, nbytes);
    if (s->is_scanning && s->is_stream_over) {
        mag_csv_scan_finish(&s->scan, record, nbytes);
        s->scan.at = nbytes;
        s->is_scanning = false;
    }
    return !s->is_scanning;
}

/* Sets block->nbytes behind the last record that is decided by what the block holds. */
static void find_records(mag_csv_splitter *s, mag_csv_block *block) {
    while ((s->is_scanning || pass_lines(s, block)) && scan_record(s, block))
        block->nbytes += mag_csv_scan_step(&s->scan);
}

/* --- a line over the limit ------------------------------------------------------------------ */

/* Its end is looked for, and nothing of it is kept. */
static bool is_in_long_line(const mag_csv_splitter *s, const mag_csv_block *block) {
    return s->is_scanning && s->scan.state == MAG_CSV_SKIPPING &&
           block->held_nbytes > MAG_CSV_LOOKED_AT_NBYTES;
}

static mag_status pass_long_line(mag_csv_splitter *s, mag_csv_block *block, mag_error *err) {
    mag_csv_scan *scan = &s->scan;
    while (s->is_scanning) {
        block->held_nbytes = scan->at = 0;
        MAG_TRY(mag_csv_splitter_fill(s, block, s->block_nbytes, err));
        (void)scan_record(s, block);
    }
    block->is_long_line = true;
    block->long_line = (mag_csv_long_line){.fault = scan->fault,
                                           .fault_column = scan->fault_column,
                                           .field_count = scan->field_count,
                                           .cr_count = scan->skipped_cr_count,
                                           .has_line_end = scan->has_line_end,
                                           .is_crlf = scan->is_crlf};
    s->line++;
    MAG_TRY(keep_rest(s, block, scan->at, err));
    block->held_nbytes = 0;
    return MAG_OK;
}

/* --- blocks --------------------------------------------------------------------------------- */

/* Finds out what later blocks need to know of this one: whether a row came before them, and what
   waits for whether one follows. Nearly all blocks are told by a look at their end. */
static mag_status look_through(mag_csv_splitter *s, const mag_csv_block *block, mag_error *err) {
    const bool may_wait =
        mag_csv_may_end_undecided((mag_span){block->bytes, block->nbytes}, &s->shape);
    if (s->has_row && s->waiting.row.line == 0 && !may_wait)
        return MAG_OK;
    const mag_csv_row *row;
    mag_status status;
    mag_csv_block_begin(s->probe, &s->shape, block);
    do
        status = mag_csv_block_next(s->probe, &row, err);
    while (status == MAG_OK && row && may_wait);
    s->has_row = mag_csv_block_has_row(s->probe);
    s->waiting = row ? (mag_csv_footer_line){0} : *mag_csv_block_waiting(s->probe);
    return status == MAG_E_INPUT ? MAG_OK : status; /* its reader meets the fault in its place */
}

/* Gets bytes until there is a record, or a line over the limit. */
static mag_status read_records(mag_csv_splitter *s, mag_csv_block *block, mag_error *err) {
    mag_status status = mag_csv_splitter_fill(s, block, s->block_nbytes, err);
    find_records(s, block);
    while (block->nbytes == 0 && status == MAG_OK && !s->is_stream_over) {
        if (is_in_long_line(s, block))
            return pass_long_line(s, block, err);
        status = mag_csv_splitter_fill(s, block, block->held_nbytes * 2, err);
        find_records(s, block);
    }
    return block->nbytes > 0 ? MAG_OK : status; /* the stream tells its fault again */
}

mag_status mag_csv_splitter_next(mag_csv_splitter *s, mag_csv_block *block, bool *is_over,
                                 mag_error *err) {
    MAG_TRY(begin_block(s, block, err));
    MAG_TRY(read_records(s, block, err));
    block->stream = *mag_stream_facts_of(s->stream);
    *is_over = block->nbytes == 0 && !block->is_long_line;
    if (*is_over) {
        s->facts.footer_line = s->waiting.row.line;
        s->facts.footer_count = s->waiting.count;
        return MAG_OK;
    }
    if (!block->is_long_line) {
        MAG_TRY(keep_rest(s, block, block->nbytes, err));
        s->line += s->counted_feeds + count_line_feeds(block->bytes + s->counted_nbytes,
                                                       block->nbytes - s->counted_nbytes);
    }
    return look_through(s, block, err);
}

/* --- the port ------------------------------------------------------------------------------- */

const mag_csv_shape *mag_csv_splitter_shape(const mag_csv_splitter *s) {
    return &s->shape;
}

const mag_csv_facts *mag_csv_splitter_facts(const mag_csv_splitter *s) {
    return &s->facts;
}

void mag_csv_splitter_count_lines_from(mag_csv_splitter *s, uint32_t line) {
    s->line = line;
}

/* In a file of one column a blank line is of the simple form too, and is no row. */
bool mag_csv_splitter_set_scanner(mag_csv_splitter *s, mag_csv_scanner scanner) {
    mag_csv_cutter *cut = mag_csv_cutter_of(scanner);
    if (!cut && scanner != MAG_CSV_SCANNER_PLAIN)
        return false;
    s->shape.cut =
        s->shape.column_count > 1 && mag_csv_cutter_takes(s->shape.delimiter) ? cut : NULL;
    return true;
}

static mag_status begin(mag_csv_splitter *s, const char *name, mag_error *err) {
    s->shape.name = mag_arena_text(s->arena, mag_span_of(name));
    if (!s->shape.name)
        return mag_fail_memory(err, strlen(name));
    MAG_TRY(mag_csv_block_reader_new(&s->probe, s->account, err));
    MAG_TRY(mag_csv_splitter_read_header(s, err));
    (void)mag_csv_splitter_set_scanner(s, mag_csv_cutter_widest());
    return MAG_OK;
}

mag_status mag_csv_splitter_open(mag_csv_splitter **out, mag_stream *stream, const char *name,
                                 char delimiter, size_t block_nbytes, mag_account *account,
                                 mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_csv_splitter *s = arena ? mag_arena_alloc(arena, sizeof *s) : NULL;
    if (!s) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *s);
    }
    s->account = account;
    s->arena = arena;
    s->stream = stream;
    s->block_nbytes = block_nbytes ? block_nbytes : MAG_CSV_SPLIT_NBYTES;
    s->shape.delimiter = s->scan.delimiter = delimiter;
    mag_status status = begin(s, name, err);
    if (status == MAG_OK)
        *out = s;
    else
        mag_csv_splitter_close(s);
    return status;
}

void mag_csv_splitter_close(mag_csv_splitter *s) {
    if (!s)
        return;
    mag_csv_block_reader_free(s->probe);
    mag_csv_block_free(&s->rest, s->account);
    mag_arena_free(s->arena);
}
