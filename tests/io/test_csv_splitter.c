/* Blocks that are read in any order, each by a reader that knows no other, against the file in one
   block. What a file in one block gives is tested by test_csv_reference.c and its neighbours. */
#include "io/csv_splitter.h"

#include "csv_log.h"

enum { MOST_BLOCKS = 4096, MOST_NBYTES = 8192 };

static uint64_t seed;

static unsigned draw(unsigned below) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % below;
}

/* --- a file block by block ------------------------------------------------------------------- */

/* What a block gave by itself. */
typedef struct part {
    reading read;
    bool has_line_past_end; /* bytes of the next block were there to decide a record */
} part;

static mag_csv_block blocks[MOST_BLOCKS];
static reading parts[MOST_BLOCKS]; /* what each block gave by itself */

/* Rows that come many at a time, until one has to come alone. */
static void read_plain_rows(mag_csv_block_reader *reader, reading *r) {
    mag_cell_rows rows;
    for (mag_csv_block_next_rows(reader, &rows); rows.row_count;
         mag_csv_block_next_rows(reader, &rows))
        for (unsigned i = 0; i < rows.row_count; i++) {
            const mag_span *cells = rows.cells + (size_t)i * rows.column_count;
            const mag_span last = cells[rows.column_count - 1];
            assert_true(last.at + last.nbytes <= rows.readable_end);
            log_row(r, rows.first_line + i, MAG_CSV_OK, cells, rows.column_count);
        }
}

static void read_block(mag_csv_block_reader *reader, const mag_csv_shape *shape, unsigned number,
                       bool has_rows_side_by_side) {
    const mag_csv_row *row;
    reading *r = &parts[number];
    log_bytes(r, "", 0);
    mag_csv_block_begin(reader, shape, &blocks[number]);
    if (has_rows_side_by_side)
        read_plain_rows(reader, r);
    while ((r->status = mag_csv_block_next(reader, &row, &r->err)) == MAG_OK && row) {
        if (row->fault == MAG_CSV_OK)
            assert_int_equal(row->field_count, shape->column_count);
        log_row(r, row->line, (int)row->fault, row->fields, row->field_count);
        if (has_rows_side_by_side)
            read_plain_rows(reader, r);
    }
}

/* The last block first: by readers of their own, row by row, or all by one, which adds up the facts
   itself and hands out rows side by side. */
static void read_blocks(const mag_csv_shape *shape, unsigned count, bool has_one_reader) {
    mag_csv_block_reader *reader = NULL;
    for (unsigned i = count; i-- > 0;) {
        if (!reader)
            assert_int_equal(mag_csv_block_reader_new(&reader, &account, NULL), MAG_OK);
        read_block(reader, shape, i, has_one_reader);
        if (has_one_reader && i > 0)
            continue;
        parts[i].facts = mag_csv_block_take_facts(reader);
        assert_int_equal(mag_csv_block_facts(reader)->lf_count, 0);
        mag_csv_block_reader_free(reader);
        reader = NULL;
    }
}

/* The first block that fails ends the file. */
static void add_parts(reading *all, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        reading *r = &parts[i];
        if (all->status == MAG_OK) {
            if (r->length > 0)
                log_bytes(all, " ", all->length > 0);
            log_bytes(all, r->log, r->length);
            mag_csv_facts_add(&all->facts, &r->facts);
            if (r->status != MAG_OK) {
                all->status = r->status;
                all->err = r->err;
            }
        }
        free(r->log);
        *r = (reading){0};
        mag_csv_block_free(&blocks[i], &account);
    }
}

/* All blocks are cut before any is read, and then the last is read first. */
static reading read_in_blocks(mag_span text, size_t block_nbytes, bool has_one_reader) {
    reading all = {0};
    mag_stream *stream;
    mag_csv_splitter *splitter = NULL;
    bool is_over = false;
    unsigned count = 0;
    log_bytes(&all, "", 0);
    all.status = mag_stream_open_text(&stream, "t.csv", text, &account, &all.err);
    if (all.status == MAG_OK)
        all.status = mag_csv_splitter_open(&splitter, stream, "t.csv", ',', block_nbytes, &account,
                                           &all.err);
    while (all.status == MAG_OK && !is_over) {
        assert_true(count < MOST_BLOCKS);
        mag_csv_block *block = &blocks[count];
        all.status = mag_csv_splitter_next(splitter, block, &is_over, &all.err);
        assert_int_equal(block->number, count);
        assert_true(block->nbytes <= block->held_nbytes && block->held_nbytes <= block->capacity);
        if (all.status == MAG_OK && !is_over)
            count++;
        else
            mag_csv_block_free(block, &account);
    }
    if (splitter)
        read_blocks(mag_csv_splitter_shape(splitter), count, has_one_reader);
    add_parts(&all, count);
    if (splitter)
        mag_csv_facts_add(&all.facts, mag_csv_splitter_facts(splitter));
    if (all.status != MAG_OK) /* what is said behind the fault is not heard */
        all.facts.footer_line = 0, all.facts.footer_count = 0;
    if (all.status == MAG_OK)
        all.status = mag_csv_facts_check(&all.facts, "t.csv", &all.err);
    mag_csv_splitter_close(splitter);
    mag_stream_close(stream);
    return all;
}

/* --- comparing ------------------------------------------------------------------------------- */

#define SAME(member)                                                                               \
    (got->facts.member == want->facts.member ? 0 : (print_message("other " #member "\n"), 1))

static unsigned count_other_facts(const reading *got, const reading *want) {
    return (unsigned)(SAME(blank_line_count) + SAME(repeated_header_count) + SAME(crlf_count) +
                      SAME(lf_count) + SAME(lone_cr_count) + SAME(windows1252_count) +
                      SAME(footer_count) + SAME(footer_line) + SAME(quoted_row_count) +
                      SAME(first_quoted_row_line) + SAME(has_bom) + SAME(has_unfinished_last_line));
}

static void assert_same_reading_by(mag_span text, size_t block_nbytes, bool has_one_reader,
                                   const reading *want) {
    reading got = read_in_blocks(text, block_nbytes, has_one_reader);
    bool is_same_log = got.length == want->length && !memcmp(got.log, want->log, got.length);
    bool is_same_error = got.status == want->status &&
                         (got.status == MAG_OK || (got.err.message == want->err.message &&
                                                   strcmp(got.err.text, want->err.text) == 0));
    if (!is_same_log || !is_same_error || count_other_facts(&got, want))
        fail_msg("blocks of %zu of <%.*s>\nread <%s> %s\nwant <%s> %s", block_nbytes,
                 (int)text.nbytes, text.at, got.log, got.status ? got.err.text : "", want->log,
                 want->status ? want->err.text : "");
    free(got.log);
}

/* One reader for all blocks adds up the facts of blocks behind a fault, too. */
static void assert_same_reading(mag_span text, size_t block_nbytes, const reading *want) {
    assert_same_reading_by(text, block_nbytes, false, want);
    if (want->status == MAG_OK)
        assert_same_reading_by(text, block_nbytes, true, want);
}

/* Every small size, some larger ones, and one by chance. */
static void assert_blocks_change_nothing(mag_span text) {
    static const size_t large[] = {65, 100, 127, 128, 129, 255, 256, 257, 511, 1000, 4096};
    reading want = read_in_blocks(text, text.nbytes + 1, false);
    for (size_t size = 1; size <= 64; size++)
        assert_same_reading(text, size, &want);
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++)
        assert_same_reading(text, large[i], &want);
    assert_same_reading(text, 1 + draw(2000), &want);
    free(want.log);
}

/* --- files ----------------------------------------------------------------------------------- */

typedef struct text_buffer {
    char at[MOST_NBYTES];
    size_t nbytes;
} text_buffer;

static void add(text_buffer *t, const char *bytes, size_t nbytes) {
    if (t->nbytes + nbytes > sizeof t->at)
        return;
    memcpy(t->at + t->nbytes, bytes, nbytes);
    t->nbytes += nbytes;
}

#define PIECE(text)                                                                                \
    { text, sizeof(text) - 1 }

static void add_piece(text_buffer *t) {
    static const struct {
        const char *at;
        size_t nbytes;
    } pieces[] = {
        PIECE("x"),
        PIECE(","),
        PIECE(","),
        PIECE("\""),
        PIECE("\""),
        PIECE("\n"),
        PIECE("\n"),
        PIECE("\r\n"),
        PIECE("\r"),
        PIECE("\0"),
        PIECE(" "),
        PIECE("\"\""),
        PIECE("\",\""),
        PIECE("\xc3\xa9"),
        PIECE("\xff"),
        PIECE("caf\xe9,2,3\n"),
        PIECE("\xef\xbb\xbf"),
        PIECE("1,2,3\n"),
        PIECE("1,2,3\n"),
        PIECE("4,5,\"6\"\r\n"),
        PIECE("\"1\n2\",\"3\"\"\",4\n"),
        PIECE("\"1\n2\",3\n"),
        PIECE("\"x\n1,2,3\n"),
        PIECE("\n4,5,y\""),
        PIECE("7,\"8\n,9\n"),
        /* what waits for what follows */
        PIECE("(5 rows)\n"),
        PIECE("(3 rows)"),
        PIECE("12 rows selected.\r\n"),
        PIECE("\"(5 rows)\",,\n"),
        PIECE("(5 rows),,\n"),
        PIECE("\"\n(5 rows)\n\",,\n"),
        PIECE("3 record(s) affected.\n"),
        PIECE("1,2,3 rows\n"),
        /* what decides nothing */
        PIECE("\n\n\n"),
        PIECE(" \t\n"),
        PIECE("a,b,c\n"),
        PIECE("A,B,C\r\n"),
        PIECE("a,b,\n"),
        PIECE("\"a\",\"b\", \"c\" \n"),
        PIECE(" a , b , \n"),
        PIECE("b,a,c\n"),
    };
    unsigned which = draw(sizeof pieces / sizeof pieces[0]);
    add(t, pieces[which].at, pieces[which].nbytes);
}

static void hostile_files_in_blocks_of_every_size_give_the_same(void **state) {
    (void)state;
    for (unsigned round = 0; round < 1500; round++) {
        text_buffer text = {{0}, 0};
        seed = round;
        if (draw(8) == 0)
            add(&text, "\xef\xbb\xbf", 3);
        add(&text, "a,b,c\n", 6);
        if (draw(3))
            add(&text, "0,0,0\n", 6);
        for (unsigned i = draw(draw(10) ? 30 : 300); i > 0; i--)
            add_piece(&text);
        assert_blocks_change_nothing((mag_span){text.at, text.nbytes});
    }
}

/* A line that may be the footer at the end of every block: only the end of the file tells. */
static void a_footer_waits_through_blocks_without_rows(void **state) {
    (void)state;
    static const struct {
        const char *text, *log;
        unsigned footer_line;
    } cases[] = {
        {"a,b\n1,2\n(1 rows)\n\n\n \n\n\n\n\n", "2:ok[1|2]", 3},
        {"a,b\n1,2\n(1 rows)\n\n\n \n\n3,4\n", "2:ok[1|2] 3:few 8:ok[3|4]", 0},
        {"a,b\n1,2\n(1 rows)\na,b\n\na,b\n", "2:ok[1|2]", 3},
        {"a,b\n1,2\n(1 rows)\n\"A\",\"\"\"\"\n", "2:ok[1|2] 3:few 4:ok[A|\"]", 0},
        {"a,b\n1,2\n(1 rows)\n\n(2 rows)\n\n", "2:ok[1|2] 3:few", 5},
        {"a,b\n1,2\n(1 rows),\n\n", "2:ok[1|2]", 3},
        {"a,b\n1,2\n\"\n(1 rows)\n\",\n\n", "2:ok[1|2]", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mag_span text = mag_span_of(cases[i].text);
        for (size_t size = 1; size < 40; size++) {
            reading r = read_in_blocks(text, size, false);
            if (strcmp(r.log, cases[i].log) != 0 || r.facts.footer_line != cases[i].footer_line)
                fail_msg("%s in blocks of %zu: %s, footer in line %u", cases[i].text, size, r.log,
                         (unsigned)r.facts.footer_line);
            free(r.log);
        }
        assert_blocks_change_nothing(text);
    }
}

/* Names that no row can repeat as they stand, and a header once more at the end of a block. */
static void a_second_header_of_unusual_names_decides_nothing(void **state) {
    (void)state;
    static const char *const headers[] = {"a,first name\n", "a,\"say \"\"x\"\"\"\n",
                                          "a,\"x,y\"\n",    "a,\"\"\"\"\n",
                                          "first,x y,\n",   "a,\"two\nlines\"\n"};
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, "%s1,2\n(1 rows)\n\n%s\n%s\n", headers[i], headers[i],
                 headers[i]);
        reading r = read_in_blocks(mag_span_of(text), 1, false);
        assert_int_equal(r.facts.repeated_header_count, 2);
        assert_true(r.facts.footer_line > 0);
        free(r.log);
        assert_blocks_change_nothing(mag_span_of(text));
    }
}

/* No block holds it, and what it is is known all the same. */
static void a_line_over_the_limit_has_a_block_of_its_own(void **state) {
    (void)state;
    static const struct {
        const char *before, *behind, *log;
    } cases[] = {
        {"1,", "\n3,4\n", "2:ok[0|0] 3:field 4:ok[3|4]"},
        {"1,", "", "2:ok[0|0] 3:field"},
        {"1,", "\r\n3,4", "2:ok[0|0] 3:field 4:ok[3|4]"},
        {"1,\"", "\n3,4\n", "2:ok[0|0] 3:open 4:ok[3|4]"},
        {"1,2,", ",5\r", "2:ok[0|0] 3:record"},
        {"(1 rows)\n1,x\"", "\n\n", "2:ok[0|0] 3:few 4:quote"},
    };
    static const size_t sizes[] = {1, 100, 70000, 1 << 20, 3 << 20};
    enum { LONG = MAG_CSV_RECORD_NBYTES * 2 };
    char *text = malloc(LONG + 64);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t nbytes = (size_t)sprintf(text, "a,b\n0,0\n%s", cases[i].before);
        memset(text + nbytes, 'x', LONG);
        nbytes += LONG;
        nbytes += (size_t)sprintf(text + nbytes, "%s", cases[i].behind);
        test_bytes packed = test_gzip(text, nbytes);
        for (size_t size = 0; size < 2 * sizeof sizes / sizeof sizes[0]; size++) {
            const bool is_packed = size % 2;
            const mag_span file =
                is_packed ? (mag_span){(char *)packed.at, packed.nbytes} : (mag_span){text, nbytes};
            reading r = read_in_blocks(file, sizes[size / 2], false);
            assert_string_equal(r.log, cases[i].log);
            assert_int_equal(r.facts.has_unfinished_last_line,
                             !is_packed && text[nbytes - 1] != '\n');
            free(r.log);
        }
        free(packed.at);
    }
    free(text);
}

static void a_header_may_be_all_there_is(void **state) {
    (void)state;
    static const char *const texts[] = {"a\n", "a", "a,b\n", "a,b", "a,b\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        test_bytes packed = test_gzip(texts[i], strlen(texts[i]));
        const mag_span files[] = {mag_span_of(texts[i]), {(char *)packed.at, packed.nbytes}};
        const bool has_end = strchr(texts[i], '\n') != NULL;
        for (unsigned is_packed = 0; is_packed < 2; is_packed++) {
            reading r = read_in_blocks(files[is_packed], 1, false);
            assert_int_equal(r.status, MAG_OK);
            assert_string_equal(r.log, "");
            assert_int_equal(r.facts.has_unfinished_last_line, !has_end && !is_packed);
            assert_int_equal(r.facts.crlf_count + r.facts.lf_count, has_end);
            free(r.log);
        }
        free(packed.at);
    }
}

/* Damaged in its middle: what could be read comes in blocks, and then the fault, each time. */
static void a_fault_of_the_stream_comes_behind_the_rows_before_it(void **state) {
    (void)state;
    test_bytes table = test_table(1, 200);
    test_bytes packed = test_gzip(table.at, table.nbytes);
    const mag_span half = {(char *)packed.at, packed.nbytes / 2};
    mag_account own = {0};
    for (size_t size = 1; size < 3000; size = size * 3 + 1) {
        mag_stream *stream;
        mag_csv_splitter *splitter;
        mag_csv_block block = {0};
        mag_error err;
        bool is_over = false;
        uint64_t nbytes = 0;
        assert_int_equal(mag_stream_open_text(&stream, "t", half, &own, &err), MAG_OK);
        assert_int_equal(mag_csv_splitter_open(&splitter, stream, "t", ',', size, &own, &err),
                         MAG_OK);
        while (mag_csv_splitter_next(splitter, &block, &is_over, &err) == MAG_OK) {
            assert_false(is_over);
            nbytes += block.nbytes;
        }
        assert_true(nbytes > 1000 && nbytes < table.nbytes);
        const char *header_end = memchr(table.at, '\n', table.nbytes);
        assert_int_equal(header_end[nbytes], '\n'); /* whole rows, whatever the block's size */
        const uint64_t left = mag_stream_facts_of(stream)->out_nbytes - nbytes;
        assert_true(left < 64);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(mag_csv_splitter_next(splitter, &block, &is_over, &err), MAG_E_INPUT);
            assert_int_equal(err.message, MAG_MSG_I101);
        }
        mag_csv_block_free(&block, &own);
        mag_csv_splitter_close(splitter);
        mag_stream_close(stream);
        assert_int_equal(own.used_nbytes, 0);
    }
    free(table.at);
    free(packed.at);
}

/* Each row has a comment of two lines, thousands of them in one block. */
static void records_of_two_lines_are_the_same_in_a_large_block(void **state) {
    (void)state;
    static const char row[] = "1,\"two\nlines\"\n";
    enum { ROW_NBYTES = sizeof row - 1, ROW_COUNT = 20000, HEADER_NBYTES = 4 };
    const size_t nbytes = HEADER_NBYTES + (size_t)ROW_COUNT * ROW_NBYTES;
    char *text = malloc(nbytes + 1);
    memcpy(text, "a,b\n", HEADER_NBYTES);
    for (size_t i = 0; i < ROW_COUNT; i++)
        memcpy(text + HEADER_NBYTES + i * ROW_NBYTES, row, ROW_NBYTES);
    text[nbytes] = '\0';
    reading small = read_in_blocks((mag_span){text, nbytes}, 1 << 14, false);
    reading large = read_in_blocks((mag_span){text, nbytes}, nbytes, false);
    assert_int_equal(large.status, MAG_OK);
    assert_non_null(strstr(large.log, "40000:ok[1|two\nlines]"));
    assert_string_equal(small.log, large.log);
    free(small.log);
    free(large.log);
    free(text);
}

/* Facts of parts add up in any order. */
static void facts_of_parts_add_up(void **state) {
    (void)state;
    const mag_csv_facts parts_of[] = {{.lf_count = 1},
                                      {.quoted_row_count = 1, .first_quoted_row_line = 7},
                                      {.quoted_row_count = 2, .first_quoted_row_line = 5},
                                      {.footer_line = 9, .footer_count = 3, .has_bom = true}};
    for (unsigned first = 0; first < 4; first++)
        for (unsigned step = 1; step < 4; step += 2) {
            mag_csv_facts sum = {0};
            for (unsigned i = 0; i < 4; i++)
                mag_csv_facts_add(&sum, &parts_of[(first + i * step) % 4]);
            assert_int_equal(sum.lf_count, 1);
            assert_int_equal(sum.quoted_row_count, 3);
            assert_int_equal(sum.first_quoted_row_line, 5);
            assert_int_equal(sum.footer_line, 9);
            assert_int_equal(sum.footer_count, 3);
            assert_true(sum.has_bom && !sum.has_unfinished_last_line);
        }
}

/* It is refused where no row came before it, and counted elsewhere; each block knows. */
static void a_second_header_knows_whether_rows_came_before_its_block(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_refused;
    } cases[] = {
        {"a,b\n\n\n\n\n\na,b\n1,2\n", true},
        {"a,b\n1,2\n\n\n\n\na,b\n1,2\n", false},
        {"a,b\nfew\n\n\n\n\na,b\n1,2\n", false},
        {"a,b\n(3 rows)\n\n\n\n\na,b\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t size = 1; size < 40; size++) {
            reading r = read_in_blocks(mag_span_of(cases[i].text), size, false);
            assert_int_equal(r.status, cases[i].is_refused ? MAG_E_INPUT : MAG_OK);
            assert_int_equal(r.facts.repeated_header_count, 1);
            free(r.log);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(hostile_files_in_blocks_of_every_size_give_the_same),
        TEST(a_footer_waits_through_blocks_without_rows),
        TEST(a_second_header_of_unusual_names_decides_nothing),
        TEST(a_line_over_the_limit_has_a_block_of_its_own),
        TEST(a_header_may_be_all_there_is),
        TEST(a_fault_of_the_stream_comes_behind_the_rows_before_it),
        TEST(records_of_two_lines_are_the_same_in_a_large_block),
        TEST(facts_of_parts_add_up),
        TEST(a_second_header_knows_whether_rows_came_before_its_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
