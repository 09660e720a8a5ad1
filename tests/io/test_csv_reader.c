#include "io/csv_reader.h"

#include "test_gzip.h"

static mag_account account;

static int set_up(void **state) {
    (void)state;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

static const char *const fault_names[] = {"ok",  "few",  "many",   "quote", "open",
                                          "nul", "utf8", "record", "field"};

/* What a file gave, as text: "2:ok[a|b] 3:few ..." */
typedef struct reading {
    mag_status status;
    mag_error err;
    mag_csv_facts facts;
    char *log;
    size_t length, room;
} reading;

static void log_bytes(reading *r, const char *bytes, size_t nbytes) {
    if (r->length + nbytes + 1 > r->room)
        r->log = realloc(r->log, r->room = (r->length + nbytes + 1) * 2);
    memcpy(r->log + r->length, bytes, nbytes);
    r->length += nbytes;
    r->log[r->length] = '\0';
}

static void log_row(reading *r, unsigned line, int fault, const mag_span *fields, unsigned count) {
    char head[64];
    snprintf(head, sizeof head, "%s%u:%s", r->length ? " " : "", line, fault_names[fault]);
    log_bytes(r, head, strlen(head));
    for (unsigned i = 0; fault == 0 && i < count; i++) {
        log_bytes(r, i ? "|" : "[", 1);
        log_bytes(r, fields[i].at, fields[i].nbytes);
    }
    if (fault == 0)
        log_bytes(r, "]", 1);
}

static reading read_path(const char *path, char delimiter, size_t step) {
    reading r = {0};
    log_bytes(&r, "", 0);
    mag_stream *stream;
    mag_csv_reader *reader = NULL;
    r.status = mag_stream_open(&stream, path, &account, &r.err);
    if (r.status == MAG_OK)
        r.status = mag_csv_open(&reader, stream, "t.csv", delimiter, step, &account, &r.err);
    const mag_csv_row *row = NULL;
    while (r.status == MAG_OK) {
        r.status = mag_csv_next(reader, &row, &r.err);
        if (!row)
            break;
        log_row(&r, row->line, (int)row->fault, row->fields, row->field_count);
    }
    if (reader)
        r.facts = *mag_csv_facts_of(reader);
    mag_csv_close(reader);
    mag_stream_close(stream);
    return r;
}

static reading read_bytes(const void *bytes, size_t nbytes, char delimiter, size_t step) {
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(path, "t.csv", bytes, nbytes);
    reading r = read_path(path, delimiter, step);
    unlink(path);
    return r;
}

static void assert_log(const char *text, size_t nbytes, const char *expected) {
    static const size_t steps[] = {0, 1, 2, 3, 5, 8, 13};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        reading r = read_bytes(text, nbytes, ',', steps[i]);
        if (r.status != MAG_OK)
            fail_msg("%s", r.err.text);
        assert_string_equal(r.log, expected);
        free(r.log);
    }
}

static void reads_records_of_the_standard(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"a,b\n1,2\n", "2:ok[1|2]"},
        {"a,b\r\n1,2\r\n", "2:ok[1|2]"},
        {"a,b\n\"1\",\"2\"\n", "2:ok[1|2]"},
        {"a,b\r\n\"1\",\"2\"\r\n", "2:ok[1|2]"},
        {"a,b\n\"1,\"\"x\"\"\",2\n", "2:ok[1,\"x\"|2]"},
        {"a,b\n\"\"\"\",\"\"\n", "2:ok[\"|]"},
        {"a,b\n,\n", "2:ok[|]"},
        {"a,b\n\n1,2\n", "3:ok[1|2]"},
        {"a\n1\n\n", "2:ok[1]"},
        {"a,b\n1,\" 2 \"\n", "2:ok[1| 2 ]"},
        {"\"a\",\"b\"\n1,2\n", "2:ok[1|2]"},
        {"a,b\n1,2\na,3\n", "2:ok[1|2] 3:ok[a|3]"},
        {"a,b\n", ""},
        {"a,b", ""},
        {"a,,b\n1,2,3\n", "2:ok[1|2|3]"},
        {"a,b\n\xef\xac\x81,2\n", "2:ok[\xef\xac\x81|2]"},
        {"BZh,b\n1,2\n", "2:ok[1|2]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_log(cases[i][0], strlen(cases[i][0]), cases[i][1]);
}

/* --- a slow reference, written from the rules alone ------------------------------------------- */

typedef struct reference {
    const char *text;
    size_t nbytes, pos, next; /* next: behind the record */
    unsigned line;
    char fields[64][512];
    size_t lengths[64];
    unsigned count;
    bool is_quoted;
} reference;

static char peek(const reference *p, size_t at) {
    return at < p->nbytes ? p->text[at] : '\0';
}

static bool ends_line(const reference *p, size_t at) {
    return at >= p->nbytes || p->text[at] == '\n' ||
           (p->text[at] == '\r' && (at + 1 >= p->nbytes || p->text[at + 1] == '\n'));
}

static size_t behind_line_end(const reference *p, size_t at) {
    while (at < p->nbytes && p->text[at] != '\n')
        at++;
    return at < p->nbytes ? at + 1 : at;
}

/* One field from `at`; returns where it ends, or SIZE_MAX with *fault. */
static size_t reference_field(reference *p, size_t at, int *fault) {
    char *out = p->fields[p->count % 64];
    size_t n = 0;
    if (peek(p, at) == '"' && at < p->nbytes) {
        p->is_quoted = true;
        for (at++;; at++) {
            if (at >= p->nbytes) {
                *fault = MAG_CSV_UNCLOSED_QUOTE;
                return SIZE_MAX;
            }
            if (p->text[at] == '"') {
                if (at + 1 < p->nbytes && p->text[at + 1] == '"')
                    at++;
                else
                    break;
            }
            out[n++ % 512] = p->text[at];
        }
        at++;
        if (!ends_line(p, at) && p->text[at] != ',') {
            *fault = MAG_CSV_BAD_QUOTE;
            return SIZE_MAX;
        }
    } else {
        for (; !ends_line(p, at) && p->text[at] != ','; at++) {
            if (p->text[at] == '"') {
                *fault = MAG_CSV_BAD_QUOTE;
                return SIZE_MAX;
            }
            out[n++ % 512] = p->text[at];
        }
    }
    p->lengths[p->count++ % 64] = n;
    return at;
}

static bool reference_is_utf8(const char *text, size_t nbytes) {
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < nbytes;) {
        unsigned more = s[i] < 0x80 ? 0 : s[i] >> 5 == 6 ? 1 : s[i] >> 4 == 14 ? 2 : 3;
        if (s[i] >= 0x80 && (s[i] < 0xc0 || s[i] >= 0xf8 || i + more >= nbytes))
            return false;
        unsigned long code = more == 0 ? s[i] : s[i] & (0x3fu >> more);
        for (unsigned k = 1; k <= more; k++) {
            if (s[i + k] >> 6 != 2)
                return false;
            code = code << 6 | (s[i + k] & 63u);
        }
        static const unsigned long least[] = {0, 0x80, 0x800, 0x10000};
        if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
        i += more + 1;
    }
    return true;
}

static int reference_record(reference *p, unsigned columns, bool *is_blank) {
    int fault = MAG_CSV_OK;
    size_t at = p->pos;
    p->count = 0;
    p->is_quoted = false;
    for (;;) {
        at = reference_field(p, at, &fault);
        if (at == SIZE_MAX) {
            p->next = behind_line_end(p, p->pos);
            return fault;
        }
        if (ends_line(p, at))
            break;
        at++;
    }
    p->next = behind_line_end(p, at);
    *is_blank = p->count == 1 && !p->is_quoted &&
                mag_span_trim((mag_span){p->fields[0], p->lengths[0]}).nbytes == 0;
    if (p->count != columns && !*is_blank) {
        p->next = behind_line_end(p, p->pos);
        return p->count < columns ? MAG_CSV_TOO_FEW_FIELDS : MAG_CSV_TOO_MANY_FIELDS;
    }
    if (memchr(p->text + p->pos, '\0', at - p->pos))
        return MAG_CSV_NUL;
    return reference_is_utf8(p->text + p->pos, at - p->pos) ? MAG_CSV_OK : MAG_CSV_BAD_UTF8;
}

/* The header is "a,b,c\n". False if the file is one that is refused whole (a second header). */
static bool reference_read(const char *text, size_t nbytes, reading *r) {
    static const char *const names[] = {"a", "b", "c"};
    static reference p;
    p = (reference){.text = text, .nbytes = nbytes, .pos = 6, .line = 2};
    unsigned rows = 0;
    for (; p.pos < nbytes; p.pos = p.next) {
        bool is_blank = false, is_header = true;
        int fault = reference_record(&p, 3, &is_blank);
        mag_span fields[3];
        for (unsigned i = 0; fault == MAG_CSV_OK && !is_blank && i < 3; i++) {
            fields[i] = (mag_span){p.fields[i], p.lengths[i]};
            is_header = is_header && mag_span_is(mag_span_trim(fields[i]), names[i]);
        }
        is_header = is_header && fault == MAG_CSV_OK && !is_blank;
        if (is_header && rows == 0)
            return false;
        if (!is_blank && !is_header) {
            log_row(r, p.line, fault, fields, 3);
            rows++;
        }
        for (size_t i = p.pos; i < p.next; i++)
            p.line += text[i] == '\n';
    }
    return true;
}

static unsigned random_below(unsigned *seed, unsigned bound) {
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 9) % bound;
}

/* Compares reader and reference for one file and some buffer sizes. */
static void compare(const char *text, size_t nbytes, unsigned *seed) {
    reading expected = {0};
    log_bytes(&expected, "", 0);
    bool is_readable = reference_read(text, nbytes, &expected);
    size_t steps[] = {0, 1, 1 + random_below(seed, 20)};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        reading r = read_bytes(text, nbytes, ',', steps[i]);
        bool is_refused_for_cr =
            r.status == MAG_E_INPUT && r.err.message == MAG_MSG_I121 && memchr(text, '\r', nbytes);
        if (r.status != MAG_OK && is_readable && !is_refused_for_cr)
            fail_msg("%s in %.*s", r.err.text, (int)nbytes, text);
        if (!is_readable)
            assert_int_equal(r.err.message, MAG_MSG_I129);
        if (is_readable &&
            (r.length != expected.length || memcmp(r.log, expected.log, r.length) != 0))
            fail_msg("step %zu of <%.*s>\nread <%s>\nwant <%s>", steps[i], (int)nbytes, text, r.log,
                     expected.log);
        free(r.log);
    }
    free(expected.log);
}

static void random_files_read_as_the_reference_reads_them(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t nbytes;
    } pieces[] = {{"x", 1},       {",", 1},           {",", 1},        {"\"", 1},
                  {"\"", 1},      {"\n", 1},          {"\n", 1},       {"\r\n", 2},
                  {"\"\"", 2},    {"\",\"", 3},       {"y,z\n", 4},    {"\"q\",", 4},
                  {"\0", 1},      {" ", 1},           {"\xc3\xa9", 2}, {"\xff", 1},
                  {"1,2,3\n", 6}, {"a,b,c\n", 6},     {"\r", 1},       {"4,5,\"6\"\r\n", 9},
                  {"7,8,9", 5},   {"\xed\xa0\x80", 3}};
    unsigned seed = 20240312;
    for (int round = 0; round < 6000; round++) {
        char text[512] = "a,b,c\n";
        size_t nbytes = 6;
        for (unsigned n = random_below(&seed, 40); n > 0; n--) {
            unsigned pick = random_below(&seed, sizeof pieces / sizeof pieces[0]);
            memcpy(text + nbytes, pieces[pick].bytes, pieces[pick].nbytes);
            nbytes += pieces[pick].nbytes;
        }
        compare(text, nbytes, &seed);
    }
}

/* --- pollution of a good table -----------------------------------------------------------------
 */

enum { ROWS = 12, COLUMNS = 7 };

/* Cell of the clean table: text, quoted text, text with a delimiter or a line end in it. */
static void make_cell(char *cell, int row, int column) {
    if (column == 2)
        sprintf(cell, "\"note %d, more\"", row);
    else if (column == 4)
        sprintf(cell, row % 3 ? "\"plain\"" : "\"two\nlines\"");
    else
        sprintf(cell, "r%dc%d", row, column);
}

typedef enum pollution {
    STRAY_BEFORE,
    STRAY_INSIDE,
    STRAY_AFTER,
    DOUBLED_BEFORE,
    DROPPED,
    ADDED,
    NUL_INSIDE,
    BAD_BYTE,
    OVERLONG,
    SURROGATE,
    POLLUTION_COUNT
} pollution;

static size_t add_polluted(char *out, const char *cell, pollution kind) {
    static const struct {
        const char *before, *after;
    } plain[] = {{"\"", ""}, {"", ""}, {"", "\""}, {"\"\"", ""}};
    if (kind <= DOUBLED_BEFORE && kind != STRAY_INSIDE)
        return (size_t)sprintf(out, "%s%s%s", plain[kind].before, cell, plain[kind].after);
    static const struct {
        const char *bytes;
        size_t nbytes;
    } inside[POLLUTION_COUNT] = {[STRAY_INSIDE] = {"\"", 1},
                                 [NUL_INSIDE] = {"\0", 1},
                                 [BAD_BYTE] = {"\xe9", 1},
                                 [OVERLONG] = {"\xc0\xaf", 2},
                                 [SURROGATE] = {"\xed\xa0\x80", 3}};
    size_t length = strlen(cell), half = length / 2;
    memcpy(out, cell, half);
    memcpy(out + half, inside[kind].bytes, inside[kind].nbytes);
    memcpy(out + half + inside[kind].nbytes, cell + half, length - half);
    return length + inside[kind].nbytes;
}

/* The table with one cell polluted; -1 as row: clean. */
static size_t make_table(char *out, int bad_row, int bad_column, pollution kind) {
    size_t at = (size_t)sprintf(out, "a,b,c,d,e,f,g\n");
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
            char cell[64];
            bool is_bad = row == bad_row && column == bad_column;
            make_cell(cell, row, column);
            if (is_bad && kind == DROPPED)
                continue;
            if (at && out[at - 1] != '\n')
                out[at++] = ',';
            if (is_bad && kind == ADDED)
                at += (size_t)sprintf(out + at, "%s,extra", cell);
            else if (is_bad)
                at += add_polluted(out + at, cell, kind);
            else
                at += (size_t)sprintf(out + at, "%s", cell);
        }
        out[at++] = '\n';
    }
    return at;
}

/* Every good row is there, whole, whatever happened to the bad one. */
static void assert_neighbours_unharmed(const reading *clean, const reading *r, int bad_row) {
    const char *row = strchr(clean->log, '[');
    for (int i = 0; i < ROWS; i++) {
        const char *end = strchr(row, ']') + 1;
        char wanted[256];
        snprintf(wanted, sizeof wanted, "ok%.*s", (int)(end - row), row);
        bool is_there = strstr(r->log, wanted) != NULL;
        if (i != bad_row && !is_there)
            fail_msg("row %d %s is lost in %s", i, wanted, r->log);
        if (i == bad_row && is_there)
            fail_msg("the bad row %d came through in %s", i, r->log);
        row = strchr(end, '[');
    }
}

static size_t count_text(const char *in, const char *what) {
    size_t count = 0, nbytes = strlen(what);
    for (const char *at = in; *at; at++) /* a sanitizer's strstr() measures all of the text anew */
        count += strncmp(at, what, nbytes) == 0;
    return count;
}

static void I_23_I_24_I_25_I_26_I_33_pollution_never_harms_a_neighbour(void **state) {
    (void)state;
    static const char *const expected[POLLUTION_COUNT] = {
        [DROPPED] = ":few",   [ADDED] = ":many",    [NUL_INSIDE] = ":nul",
        [BAD_BYTE] = ":utf8", [OVERLONG] = ":utf8", [SURROGATE] = ":utf8"};
    char text[8192];
    size_t nbytes = make_table(text, -1, 0, STRAY_BEFORE);
    reading clean = read_bytes(text, nbytes, ',', 0);
    assert_int_equal(clean.status, MAG_OK);
    assert_int_equal(count_text(clean.log, "ok["), ROWS);
    for (int kind = 0; kind < POLLUTION_COUNT; kind++)
        for (int row = 0; row < ROWS; row++)
            for (int column = 0; column < COLUMNS; column++) {
                nbytes = make_table(text, row, column, (pollution)kind);
                reading r = read_bytes(text, nbytes, ',', 1 + (size_t)(row * column));
                assert_int_equal(r.status, MAG_OK);
                assert_neighbours_unharmed(&clean, &r, row);
                /* Two quotes more in front of a quoted field are a quote in it: another value, no
                 * fault. */
                if (kind == DOUBLED_BEFORE && (column == 2 || column == 4)) {
                    assert_int_equal(count_text(r.log, ":ok["), ROWS);
                    free(r.log);
                    continue;
                }
                assert_int_equal(count_text(r.log, ":ok["), ROWS - 1);
                const char *fault = expected[kind];
                if (fault && !strstr(r.log, fault))
                    fail_msg("no %s in %s", fault, r.log);
                if (!fault && !strstr(r.log, ":quote") && !strstr(r.log, ":open"))
                    fail_msg("no quote fault in %s", r.log);
                free(r.log);
            }
    free(clean.log);
}

/* --- single rows of the fault list ---------------------------------------------------------------
 */

static void assert_refused(const void *text, size_t nbytes, char delimiter, mag_message_id message,
                           const char *words) {
    static const size_t steps[] = {0, 1, 7};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        reading r = read_bytes(text, nbytes, delimiter, steps[i]);
        if (r.status != MAG_E_INPUT || r.err.message != message || !strstr(r.err.text, words))
            fail_msg("wanted %s \"%s\", got %d %s \"%s\"", mag_message_code(message), words,
                     r.status, mag_message_code(r.err.message), r.err.text);
        free(r.log);
    }
}

static void I_18_a_byte_order_mark_is_noted_and_no_part_of_the_name(void **state) {
    (void)state;
    const char text[] = "\xef\xbb\xbf"
                        "a,b\n1,2\n\xef\xbb\xbf"
                        "a,b\n3,4\n";
    assert_log(text, sizeof text - 1, "2:ok[1|2] 4:ok[3|4]");
    reading r = read_bytes(text, sizeof text - 1, ',', 1);
    assert_true(r.facts.has_bom);
    assert_int_equal(r.facts.repeated_header_count, 1);
    free(r.log);
}

static void I_19_utf16_is_refused(void **state) {
    (void)state;
    assert_refused("\xff\xfe"
                   "a\0,\0b\0\n\0",
                   10, ',', MAG_MSG_I120, "UTF-16");
    assert_refused("\xfe\xff\0a\0,\0b\0\n", 10, ',', MAG_MSG_I120, "UTF-16");
    assert_refused("a\0,\0b\0\n\0", 8, ',', MAG_MSG_I120, "UTF-16");
    assert_refused("\0a\0,\0b\0\n", 8, ',', MAG_MSG_I120, "UTF-16");
}

static void I_20_line_ends_are_counted_and_lone_crs_refused(void **state) {
    (void)state;
    const char mixed[] = "a,b\r\n1,2\n3,4\r\n\"5\",6\r\n7,\"8\"\n";
    assert_log(mixed, sizeof mixed - 1, "2:ok[1|2] 3:ok[3|4] 4:ok[5|6] 5:ok[7|8]");
    reading r = read_bytes(mixed, sizeof mixed - 1, ',', 3);
    assert_int_equal(r.facts.crlf_count, 3);
    assert_int_equal(r.facts.lf_count, 2);
    assert_int_equal(r.facts.lone_cr_count, 0);
    free(r.log);
    assert_refused("a,b\r1,2\r3,4\r", 12, ',', MAG_MSG_I121, "carriage returns");
    assert_refused("\"a\",b\r\"1\",2\r\"3\",4\r", 18, ',', MAG_MSG_I121, "carriage returns");
    assert_refused("a,b\n1,2\r3,4\r5,6\r", 16, ',', MAG_MSG_I121, "carriage returns");
    const char one[] = "a,b\n1,x\ry\n3,4\n";
    assert_log(one, sizeof one - 1, "2:ok[1|x\ry] 3:ok[3|4]");
}

static void I_21_a_missing_last_line_end_is_noted_for_plain_files(void **state) {
    (void)state;
    static const struct {
        const char *text, *log;
    } cases[] = {
        {"a,b\n1,2\n3,4", "2:ok[1|2] 3:ok[3|4]"},     {"a,b\n1,2\n3", "2:ok[1|2] 3:few"},
        {"a,b\n1,2\n3,\"4\"", "2:ok[1|2] 3:ok[3|4]"}, {"a,b\n1,2\n3,\"4", "2:ok[1|2] 3:open"},
        {"a,b\n1,2\n3,4\r", "2:ok[1|2] 3:ok[3|4]"},   {"a,b\n1,2\n3,", "2:ok[1|2] 3:ok[3|]"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t nbytes = strlen(cases[i].text);
        assert_log(cases[i].text, nbytes, cases[i].log);
        reading plain = read_bytes(cases[i].text, nbytes, ',', 0);
        assert_true(plain.facts.has_unfinished_last_line);
        test_bytes packed = test_gzip(cases[i].text, nbytes);
        reading gzip = read_bytes(packed.at, packed.nbytes, ',', 0);
        assert_string_equal(gzip.log, cases[i].log);
        assert_false(gzip.facts.has_unfinished_last_line);
        free(packed.at);
        free(plain.log);
        free(gzip.log);
    }
    reading whole = read_bytes("a,b\n1,2\n", 8, ',', 0);
    assert_false(whole.facts.has_unfinished_last_line);
    free(whole.log);
}

static void I_22_a_line_end_in_quotes_is_content_and_the_first_line_counts(void **state) {
    (void)state;
    const char text[] = "a,b\n\"1\n\n1\",2\n\"3\r\n4\",5\n6,7\n";
    assert_log(text, sizeof text - 1, "2:ok[1\n\n1|2] 5:ok[3\r\n4|5] 7:ok[6|7]");
}

static void I_24_an_open_quote_does_not_swallow_the_rest(void **state) {
    (void)state;
    const char small[] = "a,b\n1,\"2\n3,4\n5,6\n";
    assert_log(small, sizeof small - 1, "2:open 3:ok[3|4] 4:ok[5|6]");
    size_t nbytes = 4 + 5, rows = 300000; /* far more than one record may be long */
    char *text = malloc(nbytes + rows * 8 + 1);
    strcpy(text, "a,b\n1,\"2\n");
    for (size_t i = 0; i < rows; i++)
        nbytes += (size_t)sprintf(text + nbytes, "3333,44\n");
    reading r = read_bytes(text, nbytes, ',', 0);
    assert_int_equal(r.status, MAG_OK);
    assert_starts_with(r.log, "2:open 3:ok[3333|44] 4:ok[3333|44] ");
    assert_int_equal(count_text(r.log, ":ok["), rows);
    free(r.log);
    free(text);
}

static void I_27_another_delimiter_is_named(void **state) {
    (void)state;
    assert_refused("a;b\n1;2\n", 8, ',', MAG_MSG_I127, "found ';', expected ','");
    assert_refused("a\tb\n1\t2\n", 8, ',', MAG_MSG_I127, "found a tab, expected ','");
    assert_refused("a|b\n1|2\n", 8, ',', MAG_MSG_I127, "found '|', expected ','");
    assert_refused("a b\n1 2\n", 8, ',', MAG_MSG_I127, "found a space, expected ','");
    assert_refused("a, b\n1, 2\n", 10, ',', MAG_MSG_I127, "a comma and a space");
    assert_refused("a,b\n1,2\n", 8, ';', MAG_MSG_I127, "found ',', expected ';'");
    assert_refused("a; b\n1; 2\n", 10, ';', MAG_MSG_I127, "a delimiter followed by a space");
    assert_refused("a,b\n1,2\n", 8, ' ', MAG_MSG_I127, "found ',', expected a space");
    assert_refused("a,b\n1,2\n", 8, ':', MAG_MSG_I127, "expected another character");
    reading r = read_bytes("a\tb\n1\t2\n", 8, '\t', 0);
    assert_string_equal(r.log, "2:ok[1|2]");
    free(r.log);
}

static void I_31_what_is_no_header_is_refused(void **state) {
    (void)state;
    assert_refused("a,b,a\n1,2,3\n", 12, ',', MAG_MSG_I129, "columns 1 and 3 have the same name");
    assert_refused("a,b\na,b\n1,2\n", 12, ',', MAG_MSG_I129, "line 2: a second header row");
    assert_refused("Export of labs\na,b\n1,2\n", 23, ',', MAG_MSG_I129, "line 1: not a header");
    assert_refused("\na,b\n1,2\n", 9, ',', MAG_MSG_I129, "line 1:");
    assert_refused("a,\"b\n1,2\n", 9, ',', MAG_MSG_I129, "line 1:");
    assert_refused("a,b\0c\n1,2\n", 10, ',', MAG_MSG_I129, "line 1:");
    assert_refused("\0\0\0\0\0\0\0\0\n", 9, ',', MAG_MSG_I129, "line 1:");
}

/* "1,xxxx...,2": the middle field has so many bytes, inside the quotes if quoted. */
static reading read_long_field(size_t field_nbytes, bool is_quoted, const char *tail) {
    char *text = malloc(field_nbytes + 64);
    size_t at = (size_t)sprintf(text, "a,b,c\n1,%s", is_quoted ? "\"" : "");
    memset(text + at, 'x', field_nbytes);
    at += field_nbytes;
    at += (size_t)sprintf(text + at, "%s%s", is_quoted ? "\"" : "", tail);
    account.peak_nbytes = 0;
    reading r = read_bytes(text, at, ',', 0);
    free(text);
    assert_int_equal(r.status, MAG_OK);
    assert_true(account.peak_nbytes < 4 << 20);
    return r;
}

static void assert_long_field(size_t field_nbytes, bool is_quoted, const char *tail,
                              const char *expected) {
    reading r = read_long_field(field_nbytes, is_quoted, tail);
    assert_string_equal(r.log, expected);
    free(r.log);
}

static void I_35_fields_over_64_kib_are_set_aside_with_flat_memory(void **state) {
    (void)state;
    for (int is_quoted = 0; is_quoted < 2; is_quoted++) {
        reading fits = read_long_field(MAG_CSV_FIELD_NBYTES, is_quoted, ",2\n3,4,5\n");
        assert_starts_with(fits.log, "2:ok[1|xxx");
        free(fits.log);
        assert_long_field(MAG_CSV_FIELD_NBYTES + 1, is_quoted, ",2\n3,4,5\n",
                          "2:field 3:ok[3|4|5]");
        assert_long_field(10 << 20, is_quoted, ",2\n3,4,5\n", "2:field 3:ok[3|4|5]");
        assert_long_field(10 << 20, is_quoted, ",2,,\n3,4,5\n", "2:record 3:ok[3|4|5]");
        assert_long_field(10 << 20, is_quoted, "", "2:record");
    }
    assert_long_field(10 << 20, true, "\n3,4,5\n", "2:record 3:ok[3|4|5]");
}

static void I_34_a_line_over_1_mib_is_set_aside_with_flat_memory(void **state) {
    (void)state;
    static const size_t lengths[] = {MAG_CSV_RECORD_NBYTES - 1,
                                     MAG_CSV_RECORD_NBYTES,
                                     MAG_CSV_RECORD_NBYTES + 1,
                                     MAG_CSV_RECORD_NBYTES + 2,
                                     MAG_CSV_RECORD_NBYTES + 3,
                                     MAG_CSV_RECORD_NBYTES + 4,
                                     64 << 20};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *text = malloc(lengths[i] + 32);
        size_t at = (size_t)sprintf(text, "a,b,c\n");
        for (size_t k = 0; k < lengths[i]; k++)
            text[at++] = k % 1000 == 999 ? ',' : 'x';
        at += (size_t)sprintf(text + at, "\n3,4,5\n");
        static const size_t steps[] = {0, 4099};
        for (size_t k = 0; k < 2; k++) {
            account.peak_nbytes = 0;
            reading r = read_bytes(text, at, ',', steps[k]);
            assert_string_equal(r.log, lengths[i] <= MAG_CSV_RECORD_NBYTES
                                           ? "2:many 3:ok[3|4|5]"
                                           : "2:record 3:ok[3|4|5]");
            assert_true(account.peak_nbytes < 4 << 20);
            free(r.log);
        }
        free(text);
    }
}

static void I_35_more_than_1024_columns_are_refused(void **state) {
    (void)state;
    char *text = malloc(100000);
    for (unsigned columns = 1024; columns <= 10000; columns += 8976) {
        size_t at = 0;
        for (unsigned i = 0; i < columns; i++)
            at += (size_t)sprintf(text + at, "%sc%u", i ? "," : "", i);
        text[at++] = '\n';
        if (columns > 1024) {
            assert_refused(text, at, ',', MAG_MSG_I129, "more than 1024 columns");
            continue;
        }
        reading r = read_bytes(text, at, ',', 0);
        assert_int_equal(r.status, MAG_OK);
        free(r.log);
    }
    size_t at = (size_t)sprintf(text, "\"c0\"x");
    memset(text + at, ',', 2000);
    text[at + 2000] = '\n';
    assert_refused(text, at + 2001, ',', MAG_MSG_I129, "more than 1024 columns");
    free(text);
}

static void I_36_blank_lines_and_repeated_headers_are_counted(void **state) {
    (void)state;
    const char text[] = "a,b\n\n1,2\n  \t\n\r\n a ,\"b\"\n3,4\n\n";
    assert_log(text, sizeof text - 1, "3:ok[1|2] 7:ok[3|4]");
    reading r = read_bytes(text, sizeof text - 1, ',', 1);
    assert_int_equal(r.facts.blank_line_count, 4);
    assert_int_equal(r.facts.repeated_header_count, 1);
    free(r.log);
}

/* A count behind the last row is no row; anywhere else it is one that has too few fields. */
static void I_37_a_count_of_rows_is_told_from_a_row_by_the_end(void **state) {
    (void)state;
    static const struct {
        const char *text, *log;
        unsigned line, count;
    } cases[] = {
        {"a,b\n1,2\n(1 row)\n", "2:ok[1|2]", 3, 1},
        {"a,b\n1,2\n(1 row)", "2:ok[1|2]", 3, 1},
        {"a,b\n1,2\n\n9 rows selected.\n\n \n", "2:ok[1|2]", 4, 9},
        {"a,b\n(0 rows)\n", "", 2, 0},
        {"a,b\n(1 row)\n1,2\n", "2:few 3:ok[1|2]", 0, 0},
        {"a,b\n1,2\n(1 row)\n\n3,4\n(2 rows)\n", "2:ok[1|2] 3:few 5:ok[3|4]", 6, 2},
        {"a,b\n(1 row)\n(2 rows)\n(3 rows)\n", "2:few 3:few", 4, 3},
        {"a,b\n(1 row)\nx\n(3 rows)\n1,\"", "2:few 3:few 4:few 5:open", 0, 0},
        {"a,b\n1,2\n\"(1 row)\"\n", "2:ok[1|2]", 3, 1},
        {"a,b\n1,2\n(1 row),\n", "2:ok[1|2]", 3, 1},
        {"a,b,c\n1,2,3\n\"(1 row)\",,\n", "2:ok[1|2|3]", 3, 1},
        {"a,b\n1,2\n(1,234 rows)\n", "2:ok[1|2]", 3, 1234},
        {"a,b,c\n1,2,3\n(1,234 rows),\n", "2:ok[1|2|3]", 3, 1234},
        {"a,b,c\n(9 rows),,\n1,2,3\n(1 row),,", "2:few 3:ok[1|2|3]", 4, 1},
        {"a,b,c\n(1 row),,x\n", "2:ok[(1 row)||x]", 0, 0},
        {"a,b,c\n5 rows x,,\n", "2:ok[5 rows x||]", 0, 0},
        {"a\n(1 row)\n", "2:ok[(1 row)]", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_log(cases[i].text, strlen(cases[i].text), cases[i].log);
        reading r = read_bytes(cases[i].text, strlen(cases[i].text), ',', 3);
        assert_int_equal(r.facts.footer_line, cases[i].line);
        if (cases[i].line)
            assert_int_equal(r.facts.footer_count, cases[i].count);
        free(r.log);
    }
}

static void I_38_every_buffer_size_gives_the_same_records(void **state) {
    (void)state;
    char text[8192];
    size_t nbytes = make_table(text, 3, 5, STRAY_INSIDE);
    reading whole = read_bytes(text, nbytes, ',', 0);
    for (size_t step = 1; step <= nbytes; step++) {
        reading r = read_bytes(text, nbytes, ',', step);
        assert_string_equal(r.log, whole.log);
        free(r.log);
    }
    free(whole.log);
}

static void a_damaged_stream_ends_reading_with_its_fault(void **state) {
    (void)state;
    test_bytes packed = test_gzip("a,b\n1,2\n", 8);
    reading r = read_bytes(packed.at, packed.nbytes - 1, ',', 0);
    assert_int_equal(r.status, MAG_E_INPUT);
    assert_int_equal(r.err.message, MAG_MSG_I101);
    free(r.log);
    free(packed.at);
}

static void a_scanner_or_delimiter_that_no_cutter_has_leaves_the_plain_one(void **state) {
    (void)state;
    static const char text[] = "a\x1f"
                               "b\n1\x1f\"2\"\n3\x1f,\n";
    reading r = read_bytes(text, sizeof text - 1, '\x1f', 0);
    assert_int_equal(r.status, MAG_OK);
    assert_string_equal(r.log, "2:ok[1|2] 3:ok[3|,]");
    free(r.log);
    mag_stream *stream;
    mag_csv_reader *reader;
    const mag_csv_row *row;
    mag_error err;
    const mag_span rows = mag_span_of("a,b\n1,2\n");
    assert_int_equal(mag_stream_open_text(&stream, "t", rows, &account, &err), MAG_OK);
    assert_int_equal(mag_csv_open(&reader, stream, "t", ',', 0, &account, &err), MAG_OK);
    assert_false(mag_csv_set_scanner(reader, (mag_csv_scanner)(MAG_CSV_SCANNER_AVX512 + 1)));
    assert_int_equal(mag_csv_next(reader, &row, &err), MAG_OK);
    assert_true(mag_span_is(row->fields[1], "2"));
    mag_csv_close(reader);
    mag_stream_close(stream);
}

static void says_in_which_column_the_fault_is(void **state) {
    (void)state;
    static const struct {
        const char *row;
        size_t nbytes;
        unsigned column;
    } cases[] = {{"1,2\"", 4, 2},   {"\"1\"x,2", 6, 1},    {"1,2\0", 4, 2},
                 {"1\xff,2", 4, 1}, {"1,\"2\xff\"", 6, 2}, {"1", 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32] = "a,b\n", path[MAG_TEST_PATH_NBYTES];
        memcpy(text + 4, cases[i].row, cases[i].nbytes);
        text[4 + cases[i].nbytes] = '\n';
        mag_test_write_file(path, "c.csv", text, cases[i].nbytes + 5);
        mag_stream *stream;
        mag_csv_reader *reader;
        const mag_csv_row *row;
        mag_error err;
        assert_int_equal(mag_stream_open(&stream, path, &account, &err), MAG_OK);
        assert_int_equal(mag_csv_open(&reader, stream, "c", ',', 0, &account, &err), MAG_OK);
        assert_int_equal(mag_csv_next(reader, &row, &err), MAG_OK);
        assert_int_not_equal(row->fault, MAG_CSV_OK);
        assert_int_equal(row->fault_column, cases[i].column);
        assert_null(row->fields);
        mag_csv_close(reader);
        mag_stream_close(stream);
        unlink(path);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_records_of_the_standard),
        TEST(random_files_read_as_the_reference_reads_them),
        TEST(I_23_I_24_I_25_I_26_I_33_pollution_never_harms_a_neighbour),
        TEST(I_18_a_byte_order_mark_is_noted_and_no_part_of_the_name),
        TEST(I_19_utf16_is_refused),
        TEST(I_20_line_ends_are_counted_and_lone_crs_refused),
        TEST(I_21_a_missing_last_line_end_is_noted_for_plain_files),
        TEST(I_22_a_line_end_in_quotes_is_content_and_the_first_line_counts),
        TEST(I_24_an_open_quote_does_not_swallow_the_rest),
        TEST(I_27_another_delimiter_is_named),
        TEST(I_31_what_is_no_header_is_refused),
        TEST(I_34_a_line_over_1_mib_is_set_aside_with_flat_memory),
        TEST(I_35_fields_over_64_kib_are_set_aside_with_flat_memory),
        TEST(I_35_more_than_1024_columns_are_refused),
        TEST(I_36_blank_lines_and_repeated_headers_are_counted),
        TEST(I_37_a_count_of_rows_is_told_from_a_row_by_the_end),
        TEST(I_38_every_buffer_size_gives_the_same_records),
        TEST(a_damaged_stream_ends_reading_with_its_fault),
        TEST(a_scanner_or_delimiter_that_no_cutter_has_leaves_the_plain_one),
        TEST(says_in_which_column_the_fault_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
