/* The CSV reader against a slow reference, written from the rules alone, on random files. */
#include "csv_log.h"

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

/* Lines in the cell of that column that may be rows of three cells. The commas of each line of the
   cell are counted first, and then looked at together. */
static unsigned reference_quoted_rows(mag_span cell, unsigned column) {
    unsigned commas[512] = {0}, last = 0, count = 0;
    for (size_t i = 0; i < cell.nbytes; i++)
        if (cell.at[i] == '\n')
            last++;
        else
            commas[last] += cell.at[i] == ',';
    for (unsigned line = 1; line < last; line++)
        count += commas[line] == 2;
    bool ends_are_rows = last > 0 && commas[0] >= 2 - column && commas[last] == column;
    return count + ends_are_rows;
}

typedef enum reference_kind { VALUES, HEADER, OTHER_HEADER } reference_kind;

/* By the letter that each cell stands for: a, b, c in either case, '-' if blank, '?' for the rest.
 */
static reference_kind reference_kind_of(const mag_span *fields) {
    char letters[4] = "";
    for (unsigned i = 0; i < 3; i++) {
        mag_span cell = mag_span_trim(fields[i]);
        char c = cell.nbytes == 1 ? (char)(cell.at[0] | 0x20) : '?';
        letters[i] = cell.nbytes == 0 ? '-' : strchr("abc", c) ? c : '?';
    }
    unsigned names = 0;
    for (const char *name = "abc"; *name; name++)
        names += strchr(letters, *name) != NULL;
    if (names < 2 || letters[0] == '?')
        return VALUES;
    bool is_same = strchr("a-", letters[0]) && strchr("b-", letters[1]) && strchr("c-", letters[2]);
    return is_same ? HEADER : OTHER_HEADER;
}

/* The header is "a,b,c\n". False if the file is one that is refused whole (another header). */
static bool reference_read(const char *text, size_t nbytes, reading *r) {
    static reference p;
    p = (reference){.text = text, .nbytes = nbytes, .pos = 6, .line = 2};
    unsigned rows = 0;
    for (; p.pos < nbytes; p.pos = p.next) {
        bool is_blank = false;
        int fault = reference_record(&p, 3, &is_blank);
        mag_span fields[3];
        bool has_cells =
            !is_blank && (fault == MAG_CSV_OK || fault == MAG_CSV_NUL || fault == MAG_CSV_BAD_UTF8);
        for (unsigned i = 0; has_cells && i < 3; i++) {
            fields[i] = (mag_span){p.fields[i], p.lengths[i]};
            r->facts.quoted_row_count += reference_quoted_rows(fields[i], i);
        }
        reference_kind kind = fault == MAG_CSV_OK && !is_blank ? reference_kind_of(fields) : VALUES;
        if (kind == OTHER_HEADER || (kind == HEADER && rows == 0))
            return false;
        if (!is_blank && kind == VALUES) {
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
        if (is_readable && r.status == MAG_OK)
            assert_int_equal(r.facts.quoted_row_count, expected.facts.quoted_row_count);
        free(r.log);
    }
    free(expected.log);
}

static void random_files_read_as_the_reference_reads_them(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t nbytes;
    } pieces[] = {{"x", 1},        {",", 1},
                  {",", 1},        {"\"", 1},
                  {"\"", 1},       {"\n", 1},
                  {"\n", 1},       {"\r\n", 2},
                  {"\"\"", 2},     {"\",\"", 3},
                  {"y,z\n", 4},    {"\"q\",", 4},
                  {"\0", 1},       {" ", 1},
                  {"\xc3\xa9", 2}, {"\xff", 1},
                  {"1,2,3\n", 6},  {"a,b,c\n", 6},
                  {"\r", 1},       {"4,5,\"6\"\r\n", 9},
                  {"7,8,9", 5},    {"\xed\xa0\x80", 3},
                  {"b,a,", 4},     {"A, B,", 5},
                  {"C\n", 2},      {"\"x\n1,2,3\n", 8},
                  {"\n4,5,y\"", 7}};
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

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(random_files_read_as_the_reference_reads_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
