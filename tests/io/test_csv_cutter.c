/* The cutters against the plain scanner: on windows that end (or begin) at a page that nobody may
   touch, and through the reader at every buffer size. Every test runs once for each instruction
   set; one that the machine lacks is skipped aloud. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */

#include "io/csv_reader.h"
#include "io/csv_scan.h"

#include "test_support.h"

#include <sys/mman.h>

enum { ROOM_NBYTES = 256 << 10, GUARD_NBYTES = 1 << 16, MOST_COLUMNS = 8, MOST_ROWS = 3 };

static mag_account account;
static mag_csv_scan scan;
static char *room; /* ROOM_NBYTES between two guards */

static uint64_t seed;

static unsigned draw(unsigned below) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % below;
}

static mag_csv_scanner scanner_or_skip(void **state) {
    static const char *const names[] = {"plain", "SSE2", "AVX2", "AVX-512"};
    mag_csv_scanner scanner = *(const mag_csv_scanner *)*state;
    if (!mag_csv_cutter_of(scanner)) {
        print_message("SKIPPED: this machine lacks %s\n", names[scanner]);
        skip();
    }
    return scanner;
}

static int set_up(void **state) {
    (void)state;
    seed = 7;
    char *all =
        mmap(NULL, ROOM_NBYTES + 2 * GUARD_NBYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    room = all + GUARD_NBYTES;
    return all == MAP_FAILED || mprotect(room, ROOM_NBYTES, PROT_READ | PROT_WRITE) != 0;
}

static int tear_down(void **state) {
    (void)state;
    assert_int_equal(account.used_nbytes, 0);
    return munmap(room - GUARD_NBYTES, ROOM_NBYTES + 2 * GUARD_NBYTES);
}

/* --- one window ------------------------------------------------------------------------------- */

/* What a cutter must take, said byte by byte of the plain scanner's record. */
static bool is_simple(const char *record, char delimiter, unsigned column_count) {
    if (scan.fault != MAG_CSV_OK || scan.field_count != column_count ||
        scan.at > MAG_CSV_CUT_NBYTES)
        return false;
    for (size_t i = 0; i < scan.record_nbytes; i++) {
        unsigned char c = (unsigned char)record[i];
        if (record[i] != delimiter && (c == '"' || c <= '\r' || c >= 0x80))
            return false;
    }
    return true;
}

/* The plain scanner's record in `scan`. True if it is whole and simple. */
static bool scan_simple(mag_span window, char delimiter, unsigned column_count) {
    scan.delimiter = delimiter;
    scan.column_count = column_count;
    mag_csv_scan_begin(&scan);
    return window.nbytes > 0 && mag_csv_scan_more(&scan, window.at, window.nbytes) &&
           is_simple(window.at, delimiter, column_count);
}

/* Fails unless the cutter takes exactly the simple records that the window begins with, as many as
   it is asked for, with the plain scanner's fields. True if the first one was simple. */
static bool check_window(mag_csv_scanner scanner, mag_span window, char delimiter,
                         unsigned column_count) {
    mag_span fields[MOST_ROWS * MOST_COLUMNS + MAG_CSV_CUT_SPARE], rest = window;
    uint32_t ends[MOST_ROWS];
    const mag_csv_cut into = {delimiter, column_count, 1 + draw(MOST_ROWS), fields, ends};
    const unsigned count = mag_csv_cutter_of(scanner)(window, &into);
    assert_true(count <= into.most_rows);
    for (unsigned row = 0; row < count; row++) {
        if (!scan_simple(rest, delimiter, column_count))
            fail_msg("took what is no simple record");
        for (unsigned i = 0; i < column_count; i++) {
            const mag_span field = fields[row * column_count + i];
            assert_ptr_equal(field.at, rest.at + scan.fields[i].start);
            assert_int_equal(field.nbytes, scan.fields[i].nbytes);
        }
        rest = (mag_span){rest.at + scan.at, rest.nbytes - scan.at};
        assert_int_equal(ends[row], rest.at - window.at);
    }
    assert_false(count < into.most_rows && scan_simple(rest, delimiter, column_count));
    return count > 0;
}

/* The text up against the guard behind it, then against the one before it. */
static bool check_text(mag_csv_scanner scanner, const char *text, size_t nbytes, char delimiter,
                       unsigned column_count) {
    char *high = room + ROOM_NBYTES - nbytes;
    memcpy(high, text, nbytes);
    bool is_cut = check_window(scanner, (mag_span){high, nbytes}, delimiter, column_count);
    memcpy(room, text, nbytes);
    assert_int_equal(check_window(scanner, (mag_span){room, nbytes}, delimiter, column_count),
                     is_cut);
    return is_cut;
}

static void every_byte_at_every_place_of_a_record(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    enum { LENGTH = 150 };
    char text[LENGTH];
    unsigned cut_count = 0;
    for (unsigned byte = 0; byte < 256; byte++)
        for (size_t at = 0; at < LENGTH; at++) {
            memset(text, 'x', LENGTH);
            text[20] = text[90] = ',';
            text[LENGTH - 11] = '\n';
            text[at] = (char)byte;
            cut_count += check_text(scanner, text, LENGTH, ',', 3);
        }
    assert_true(cut_count > 10000);
}

static void every_odd_byte_at_every_place_of_every_window(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    enum { LENGTH = 140 };
    static const char odd[] = {'"', ',', '\n', '\r', '\0', '\t', '\x7f', (char)0x80, (char)0xff};
    char text[LENGTH];
    for (size_t i = 0; i < sizeof odd; i++)
        for (size_t at = 0; at < LENGTH; at++) {
            memset(text, 'x', LENGTH);
            text[7] = text[70] = ',';
            text[LENGTH - 2] = '\r';
            text[LENGTH - 1] = '\n';
            text[at] = odd[i];
            for (size_t nbytes = 0; nbytes <= LENGTH; nbytes++)
                check_text(scanner, text, nbytes, ',', 3);
        }
}

static void a_quote_at_every_place_of_every_alignment(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    enum { LENGTH = 200, ALIGNMENTS = 64 };
    for (size_t shift = 0; shift < ALIGNMENTS; shift++)
        for (size_t at = 0; at < LENGTH; at++) {
            char *text = room + shift;
            memset(text, 'x', LENGTH);
            text[30] = ',';
            text[LENGTH - 1] = '\n';
            assert_int_equal(check_window(scanner, (mag_span){text, LENGTH}, ',', 2), true);
            text[at] = '"';
            assert_int_equal(check_window(scanner, (mag_span){text, LENGTH}, ',', 2), false);
            text[at] = 'x';
        }
}

static void line_ends_at_every_place(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    static const struct {
        const char *end;
        bool is_cut;
    } cases[] = {{"\n", true},     {"\r\n", true}, {"\r\r\n", false},  {"\r", false},
                 {"\rx\n", false}, {"\n\n", true}, {"\r\n\r\n", true}, {",\r\n", true},
                 {"\"\n", false},  {"\n\"", true}, {"\r\n\xff", true}, {"\r\n\r", true}};
    char text[300];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t length = 0; length < 260; length++) {
            memset(text, 'x', length);
            memcpy(text + length, cases[i].end, strlen(cases[i].end));
            unsigned columns = cases[i].end[0] == ',' ? 2 : 1;
            assert_int_equal(check_text(scanner, text, length + strlen(cases[i].end), ',', columns),
                             cases[i].is_cut);
        }
}

static void random_windows_of_structural_bytes(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    static const char alphabet[] =
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 0123456789,,,,,,;;\t"
        "\n\n\r\"\xc3\xa9";
    static const char delimiters[] = ",;\t |";
    unsigned cut_count = 0;
    char text[256];
    for (unsigned round = 0; round < 100000; round++) {
        size_t nbytes = draw(sizeof text);
        for (size_t i = 0; i < nbytes; i++)
            text[i] = alphabet[draw(sizeof alphabet)]; /* its NUL included */
        cut_count += check_text(scanner, text, nbytes, delimiters[draw(5)], 1 + draw(4));
    }
    assert_true(cut_count > 1000);
}

static void another_number_of_fields_is_left_alone(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    char text[400];
    for (unsigned width = 0; width < 40; width++)
        for (unsigned count = 1; count <= MOST_COLUMNS; count++) {
            size_t nbytes = 0;
            for (unsigned i = 0; i < count; i++) {
                memset(text + nbytes, 'x', width);
                nbytes += width;
                text[nbytes++] = i + 1 < count ? ',' : '\n';
            }
            for (unsigned columns = 1; columns <= MOST_COLUMNS; columns++)
                assert_int_equal(check_text(scanner, text, nbytes, ',', columns), columns == count);
        }
}

static void a_record_over_the_limit_is_left_alone(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    char *text = malloc(MAG_CSV_CUT_NBYTES + 200);
    for (size_t nbytes = MAG_CSV_CUT_NBYTES - 70; nbytes < MAG_CSV_CUT_NBYTES + 130; nbytes++) {
        memset(text, 'x', nbytes);
        text[100] = ',';
        text[nbytes - 2] = '\r';
        text[nbytes - 1] = '\n';
        assert_int_equal(check_text(scanner, text, nbytes, ',', 2), nbytes <= MAG_CSV_CUT_NBYTES);
    }
    free(text);
}

/* --- through the reader ----------------------------------------------------------------------- */

/* All that reading tells, as bytes. */
typedef struct telling {
    char *at;
    size_t nbytes, room;
} telling;

static void tell(telling *t, const void *bytes, size_t nbytes) {
    if (t->nbytes + nbytes > t->room)
        t->at = realloc(t->at, t->room = (t->nbytes + nbytes) * 2);
    if (nbytes)
        memcpy(t->at + t->nbytes, bytes, nbytes);
    t->nbytes += nbytes;
}

static void tell_number(telling *t, uint64_t number) {
    tell(t, &number, sizeof number);
}

static void tell_row(telling *t, const mag_csv_row *row) {
    tell_number(t, row->fault);
    tell_number(t, row->line);
    tell_number(t, row->fault_column);
    tell_number(t, row->field_count);
    for (unsigned i = 0; row->fields && i < row->field_count; i++) {
        tell_number(t, row->fields[i].nbytes);
        tell(t, row->fields[i].at, row->fields[i].nbytes);
    }
}

static void tell_end(telling *t, const mag_csv_facts *facts, const mag_error *err) {
    tell_number(t, facts->blank_line_count);
    tell_number(t, facts->repeated_header_count);
    tell_number(t, facts->crlf_count);
    tell_number(t, facts->lf_count);
    tell_number(t, facts->lone_cr_count);
    tell_number(t, facts->has_bom);
    tell_number(t, facts->windows1252_count);
    tell_number(t, facts->footer_line);
    tell_number(t, facts->quoted_row_count);
    tell_number(t, facts->first_quoted_row_line);
    tell_number(t, facts->footer_count);
    tell_number(t, facts->has_unfinished_last_line);
    tell_number(t, err->message);
    tell(t, err->text, strlen(err->text));
}

static telling read_all(const char *path, char delimiter, size_t step, mag_csv_scanner scanner) {
    telling t = {0};
    mag_error err = {0};
    mag_stream *stream;
    mag_csv_reader *reader;
    const mag_csv_row *row;
    assert_int_equal(mag_stream_open(&stream, path, &account, &err), MAG_OK);
    mag_status status = mag_csv_open(&reader, stream, "t", delimiter, step, &account, &err);
    assert_int_equal(status, MAG_OK);
    assert_true(mag_csv_set_scanner(reader, scanner));
    while ((status = mag_csv_next(reader, &row, &err)) == MAG_OK && row)
        tell_row(&t, row);
    tell_number(&t, status);
    tell_end(&t, mag_csv_facts_of(reader), &err);
    mag_csv_close(reader);
    mag_stream_close(stream);
    return t;
}

static void assert_equal_telling(const telling *got, const telling *want, size_t step) {
    if (got->nbytes != want->nbytes || memcmp(got->at, want->at, want->nbytes) != 0)
        fail_msg("buffer of %zu bytes: not what the plain scanner tells", step);
}

/* The plain scanner with the default buffer is the reference. */
static void check_steps(mag_csv_scanner scanner, const telling *text, char delimiter,
                        const size_t *steps, size_t step_count) {
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(path, "cut.csv", text->at, text->nbytes);
    telling want = read_all(path, delimiter, 0, MAG_CSV_SCANNER_PLAIN);
    for (size_t i = 0; i < step_count; i++) {
        telling got = read_all(path, delimiter, steps[i], scanner);
        assert_equal_telling(&got, &want, steps[i]);
        free(got.at);
    }
    free(want.at);
    unlink(path);
}

enum { SMALL_STEP = 300, LOWEST_POWER = 9, HIGHEST_POWER = 20 };

/* Every size up to SMALL_STEP. */
static size_t list_small_steps(size_t *steps) {
    for (size_t i = 0; i < SMALL_STEP; i++)
        steps[i] = i + 1;
    return SMALL_STEP;
}

/* Powers of two up to 1 MiB with their neighbours, and the default. */
static size_t list_large_steps(size_t *steps) {
    size_t count = 0;
    for (unsigned power = LOWEST_POWER; power <= HIGHEST_POWER; power++)
        for (size_t step = ((size_t)1 << power) - 1; step <= ((size_t)1 << power) + 1; step++)
            steps[count++] = step;
    steps[count++] = 0;
    return count;
}

static void tell_text(telling *t, const char *text) {
    tell(t, text, strlen(text));
}

/* A row of three fields, sound in most cases, by chance of any length; else one of the nasty. */
static void add_row(telling *t, const char *end) {
    static const struct {
        const char *at;
        size_t nbytes;
    } nasty[] = {
#define NASTY(text) {text, sizeof(text) - 1}
        NASTY("\"a\",\"b\",\"c\""),
        NASTY("a,\"b,\"\"b\"\"\",c"),
        NASTY("\"\"\"\",\"\","),
        NASTY("a,\"b\nb\r\nb\",c"),
        NASTY("a,b\"b,c"),
        NASTY("a,\"b\"b,c"),
        NASTY("a,\"b,c"),
        NASTY("\"a,b,c"),
        NASTY("a,b"),
        NASTY("a,b,c,d"),
        NASTY(",,"),
        NASTY(""),
        NASTY("  \t"),
        NASTY("\r"),
        NASTY("a,b\rb,c"),
        NASTY("a,b,c\r"),
        NASTY("a,b,\"c\"\r"),
        NASTY("\rx,\r,\r"),
        NASTY("a,b\0b,c"),
        NASTY("\0"),
        NASTY("a,\xc3\xa9,c"),
        NASTY("a,\xff,c"),
        NASTY("\xef\xbb\xbfid,b,c"),
        NASTY("id,name,note"),
        NASTY(" id,name, \"note\""),
        NASTY("id ,name,note "),
        NASTY("\"id\",name,note"),
        NASTY("a,b\tb,c"),
        NASTY("\"a\"\r\r,b,c"),
        NASTY("a\"\"\",b,c"),
        NASTY("(12 rows)"),
        NASTY("(3 rows)\n"),
        NASTY("a,caf\xe9,c"),
        NASTY("a;b;c"),
        NASTY("a\x7f,b\x01,c\x1f"),
        NASTY("\xed\xa0\x80,b,c"),
#undef NASTY
    };
    if (draw(3) == 0) {
        size_t which = draw(sizeof nasty / sizeof nasty[0]);
        tell(t, nasty[which].at, nasty[which].nbytes);
    } else {
        for (unsigned field = 0; field < 3; field++)
            for (unsigned left = draw(draw(8) ? 12 : 150) + (field < 2); left; left--)
                tell(t, left == 1 && field < 2 ? "," : "x", 1);
    }
    tell_text(t, end);
}

static telling make_file(size_t nbytes) {
    static const char *const ends[] = {"\n", "\r\n"};
    telling t = {0};
    if (draw(4) == 0)
        tell_text(&t, "\xef\xbb\xbf");
    tell_text(&t, "id,name,note\nfirst,row,x\n");
    unsigned mix = draw(3); /* LF, CRLF, both */
    while (t.nbytes < nbytes)
        add_row(&t, ends[mix < 2 ? mix : draw(2)]);
    if (draw(2))
        tell_text(&t, (const char *const[]){"last,row,without end", "a,b,\"never closed",
                                            "(7 rows)", "(7 rows)\n\n"}[draw(4)]);
    return t;
}

static void nasty_files_at_every_small_buffer_size(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    size_t steps[SMALL_STEP], count = list_small_steps(steps);
    for (unsigned round = 0; round < 16; round++) {
        telling text = make_file(100 + draw(2000));
        check_steps(scanner, &text, ',', steps, count);
        free(text.at);
    }
}

static void nasty_files_at_powers_of_two_and_beside_them(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    size_t steps[64], count = list_large_steps(steps);
    for (unsigned round = 0; round < 24; round++) {
        telling text = make_file(draw(40000));
        check_steps(scanner, &text, ',', steps, count);
        free(text.at);
    }
}

/* Larger than the largest buffer, with records over the limits of a field and of a record. */
static void a_file_of_several_mib_at_powers_of_two(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    size_t steps[64], count = list_large_steps(steps);
    telling text = make_file(700 << 10), more = make_file(700 << 10);
    static const unsigned lengths[] = {MAG_CSV_FIELD_NBYTES - 6, MAG_CSV_FIELD_NBYTES - 5,
                                       MAG_CSV_FIELD_NBYTES, MAG_CSV_FIELD_NBYTES + 1,
                                       MAG_CSV_RECORD_NBYTES + 1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        tell_text(&text, "\na,");
        for (unsigned k = 0; k < lengths[i]; k++)
            tell(&text, "y", 1);
        tell_text(&text, ",c\nd,e,f");
    }
    tell_text(&text, "\n");
    tell(&text, more.at, more.nbytes);
    check_steps(scanner, &text, ',', steps, count);
    free(text.at);
    free(more.at);
}

/* Clean rows push the quoted one through all places of a block. */
static void a_quoted_field_at_every_place_of_a_block(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    static const char *const quoted[] = {"\"q\"",    "\"q\"\"q\"", "\"q\nq\"",
                                         "\"q,q\"x", "\"q",        "q\""};
    static const size_t steps[] = {0, 64, 200};
    for (size_t which = 0; which < sizeof quoted / sizeof quoted[0]; which++)
        for (unsigned pad = 0; pad < 130; pad++) {
            telling text = {0};
            tell_text(&text, "id,name,note\n1,2,3\n");
            for (unsigned i = 0; i < pad; i++)
                tell_text(&text, "x");
            tell_text(&text, ",");
            tell_text(&text, quoted[which]);
            tell_text(&text, ",z\n4,5,6\n7,\"8\",9\n");
            check_steps(scanner, &text, ',', steps, sizeof steps / sizeof steps[0]);
            free(text.at);
        }
}

static void other_delimiters_and_a_single_column(void **state) {
    mag_csv_scanner scanner = scanner_or_skip(state);
    static const struct {
        const char *text;
        char delimiter;
    } cases[] = {
        {"a;b\n1,0;2\n\t;x\ty\n", ';'},
        {"a\tb\n1\t2\n\t\n \t\r\n,\t,\n", '\t'},
        {"a b\n1 2\n \n  \n\n", ' '},
        {"a|b\r\n1|2\r\n|\r\n\r\n", '|'},
        {"a\n1\n\n  \n\t\n2\r\n\r\n3,4\na\n", ','},
    };
    size_t steps[SMALL_STEP], count = list_small_steps(steps);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        telling text = {0};
        tell_text(&text, cases[i].text);
        check_steps(scanner, &text, cases[i].delimiter, steps, count);
        free(text.at);
    }
}

/* --- choice ----------------------------------------------------------------------------------- */

static void the_widest_scanner_is_one_that_the_machine_has(void **state) {
    (void)state;
    mag_csv_scanner widest = mag_csv_cutter_widest();
    assert_null(mag_csv_cutter_of(MAG_CSV_SCANNER_PLAIN));
    assert_true(widest == MAG_CSV_SCANNER_PLAIN || mag_csv_cutter_of(widest));
    for (mag_csv_scanner wider = widest + 1; wider <= MAG_CSV_SCANNER_AVX512; wider++)
        assert_null(mag_csv_cutter_of(wider));
#if defined(__x86_64__)
    assert_true(widest >= MAG_CSV_SCANNER_SSE2);
#endif
}

static void no_delimiter_of_a_meaning_of_its_own_is_cut(void **state) {
    (void)state;
    for (unsigned c = 0; c < 256; c++)
        assert_int_equal(mag_csv_cutter_takes((char)c),
                         c == '\t' || (c >= ' ' && c < 0x7f && c != '"'));
}

int main(void) {
    static mag_csv_scanner sse2 = MAG_CSV_SCANNER_SSE2, avx2 = MAG_CSV_SCANNER_AVX2,
                           avx512 = MAG_CSV_SCANNER_AVX512;
#define EACH(function)                                                                             \
    {#function " (SSE2)", function, set_up, tear_down, &sse2},                                     \
        {#function " (AVX2)", function, set_up, tear_down, &avx2}, {                               \
#function " (AVX-512)", function, set_up, tear_down, &avx512                               \
    }
    const struct CMUnitTest tests[] = {
        EACH(every_byte_at_every_place_of_a_record),
        EACH(every_odd_byte_at_every_place_of_every_window),
        EACH(a_quote_at_every_place_of_every_alignment),
        EACH(line_ends_at_every_place),
        EACH(random_windows_of_structural_bytes),
        EACH(another_number_of_fields_is_left_alone),
        EACH(a_record_over_the_limit_is_left_alone),
        EACH(nasty_files_at_every_small_buffer_size),
        EACH(nasty_files_at_powers_of_two_and_beside_them),
        EACH(a_file_of_several_mib_at_powers_of_two),
        EACH(a_quoted_field_at_every_place_of_a_block),
        EACH(other_delimiters_and_a_single_column),
        TEST(the_widest_scanner_is_one_that_the_machine_has),
        TEST(no_delimiter_of_a_meaning_of_its_own_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
