/* Drives the scanner over a window of the stream:

     buffer  [ used up | record being looked at | more bytes | free ]
                        ^ at                                 ^ end

   The window grows up to the longest record. A faulty record is handed out with its first line's
   number and reading resumes on the line behind that first line, so that a fault never takes its
   neighbours. Records of the simple form never reach the scanner: a cutter takes them whole. */
#include "io/csv_reader.h"

#include "io/csv_cutter.h"
#include "io/csv_encoding.h"
#include "io/csv_footer.h"
#include "io/csv_header.h"
#include "io/csv_quoted_rows.h"
#include "io/csv_scan.h"

#include <string.h>

enum { DEFAULT_BUFFER_NBYTES = 1 << 18, HEAD_NBYTES = 64, BOM_NBYTES = 3 };

struct mag_csv_reader {
    mag_account *account;
    mag_arena *arena; /* holds the reader, its name and the header */
    mag_stream *stream;
    const char *name;
    size_t step; /* most bytes asked of the stream at once */
    char *buffer;
    size_t capacity, at, end;
    bool is_over;
    uint64_t line; /* of the record at `at` */
    uint64_t row_count;
    mag_span *columns;
    unsigned column_count;
    mag_csv_facts facts;
    mag_csv_row row;
    bool is_footer; /* row is a line that may be the file's footer */
    mag_span text;  /* of the row as it stands in the file; until more is read */
    uint64_t footer_count;
    mag_csv_row waiting;     /* such a line that nothing has followed yet; line 0: none */
    mag_csv_row handed;      /* the one that something followed after all */
    bool is_row_handed_next; /* row is read and follows `handed` */
    mag_csv_scan scan;
    mag_csv_cutter *cut; /* NULL: every record goes to the scanner */
    mag_span fields[MAG_CSV_COLUMN_COUNT];
};

/* --- the window ----------------------------------------------------------------------------- */

/* Gets more bytes behind `end`; at the end of the stream sets is_over. Moves the window. */
static mag_status fill(mag_csv_reader *r, mag_error *err) {
    if (r->at > 0) {
        memmove(r->buffer, r->buffer + r->at, r->end - r->at);
        r->end -= r->at;
        r->at = 0;
    }
    void *buffer = r->buffer;
    mag_status status = mag_grow(r->account, &buffer, &r->capacity, 1, r->end + 1, err);
    r->buffer = buffer;
    if (status != MAG_OK)
        return status;
    size_t room = r->capacity - r->end, got;
    MAG_TRY(
        mag_stream_read(r->stream, r->buffer + r->end, room < r->step ? room : r->step, &got, err));
    r->end += got;
    r->is_over = got == 0;
    return MAG_OK;
}

static const char *record(const mag_csv_reader *r) {
    return r->buffer + r->at;
}

static size_t window_nbytes(const mag_csv_reader *r) {
    return r->end - r->at;
}

/* Scans from `at` until the record is decided or the input is over. */
static mag_status scan_record(mag_csv_reader *r, mag_error *err) {
    mag_csv_scan *scan = &r->scan;
    mag_csv_scan_begin(scan);
    while (!mag_csv_scan_more(scan, record(r), window_nbytes(r))) {
        if (scan->state == MAG_CSV_SKIPPING) { /* keeps memory flat in a line without end */
            r->at += scan->at;
            scan->at = 0;
        }
        if (!r->is_over)
            MAG_TRY(fill(r, err));
        if (r->is_over) {
            mag_csv_scan_finish(scan, record(r), window_nbytes(r));
            scan->at = window_nbytes(r);
            return MAG_OK;
        }
    }
    return MAG_OK;
}

static void count_line_end(mag_csv_reader *r, bool is_crlf) {
    if (is_crlf)
        r->facts.crlf_count++;
    else
        r->facts.lf_count++;
}

/* Steps over the record: all of it, or its first line if a fault spans lines. */
static void step_over(mag_csv_reader *r, bool falls_back) {
    mag_csv_scan *scan = &r->scan;
    if (falls_back && scan->first_line_nbytes > 0) {
        count_line_end(r, record(r)[scan->first_line_nbytes - 2] == '\r'); /* behind a quote */
        r->at += scan->first_line_nbytes;
        r->line++;
        return;
    }
    r->facts.lone_cr_count += scan->skipped_cr_count;
    if (scan->has_line_end)
        count_line_end(r, scan->is_crlf);
    else if (mag_stream_facts_of(r->stream)->member_count == 0)
        r->facts.has_unfinished_last_line = true; /* a plain file may have lost the rest */
    r->at += scan->at;
    r->line += 1 + scan->inner_line_count;
}

/* --- fields --------------------------------------------------------------------------------- */

/* "" becomes ": in place, as a field only gets shorter. */
static size_t undouble_quotes(char *at, size_t nbytes) {
    size_t kept = 0;
    for (size_t i = 0; i < nbytes; i++) {
        at[kept++] = at[i];
        i += at[i] == '"';
    }
    return kept;
}

static void take_fields(mag_csv_reader *r) {
    unsigned count = r->scan.field_count;
    for (unsigned i = 0; i < count; i++) {
        const mag_csv_field *field = &r->scan.fields[i];
        char *at = r->buffer + r->at + field->start;
        size_t nbytes = field->nbytes;
        if (field->has_doubled_quotes)
            nbytes = undouble_quotes(at, nbytes);
        r->fields[i] = (mag_span){at, nbytes};
    }
    r->row.field_count = count;
    r->row.fields = r->fields;
}

static void count_lone_crs(mag_csv_reader *r) {
    if (r->scan.record_nbytes == 0 || !memchr(record(r), '\r', r->scan.record_nbytes))
        return;
    for (unsigned i = 0; i < r->scan.field_count && i < MAG_CSV_COLUMN_COUNT; i++) {
        const mag_csv_field *field = &r->scan.fields[i];
        for (uint32_t k = 0; k < field->nbytes && !field->is_quoted; k++)
            r->facts.lone_cr_count += record(r)[field->start + k] == '\r';
    }
}

/* Content that no record may have; its column is named. */
static mag_csv_fault find_bad_bytes(const mag_csv_reader *r, unsigned *column) {
    mag_span whole = {record(r), r->scan.record_nbytes};
    bool has_nul = whole.nbytes && memchr(whole.at, '\0', whole.nbytes);
    if (!has_nul && mag_span_is_utf8(whole))
        return MAG_CSV_OK;
    for (*column = 1; *column < r->scan.field_count; ++*column) {
        const mag_csv_field *field = &r->scan.fields[*column - 1];
        mag_span text = {record(r) + field->start, field->nbytes};
        bool is_bad =
            has_nul ? text.nbytes && memchr(text.at, '\0', text.nbytes) : !mag_span_is_utf8(text);
        if (is_bad)
            break;
    }
    return has_nul ? MAG_CSV_NUL : MAG_CSV_BAD_UTF8;
}

/* Says what it found about the record as a whole. */
static void look_at_faulty(mag_csv_reader *r) {
    mag_span whole = {record(r), r->scan.record_nbytes};
    r->facts.windows1252_count +=
        r->row.fault == MAG_CSV_BAD_UTF8 && mag_csv_looks_like_windows1252(whole);
    r->is_footer =
        (r->row.fault == MAG_CSV_TOO_FEW_FIELDS || r->row.fault == MAG_CSV_TOO_MANY_FIELDS) &&
        mag_csv_footer_parse(whole, &r->footer_count);
}

static mag_csv_fault find_fault(mag_csv_reader *r, unsigned *column) {
    *column = r->scan.fault_column;
    if (r->scan.fault != MAG_CSV_OK)
        return r->scan.fault;
    *column = 0;
    if (r->scan.field_count < r->column_count)
        return MAG_CSV_TOO_FEW_FIELDS;
    if (r->scan.field_count > r->column_count)
        return MAG_CSV_TOO_MANY_FIELDS;
    return find_bad_bytes(r, column);
}

static bool is_blank_record(const mag_csv_reader *r) {
    return r->scan.fault == MAG_CSV_OK && r->scan.field_count == 1 &&
           !r->scan.fields[0].is_quoted &&
           mag_span_trim((mag_span){record(r), r->scan.record_nbytes}).nbytes == 0;
}

/* --- rows ----------------------------------------------------------------------------------- */

static mag_span without_bom(mag_span text) {
    bool has_bom = text.nbytes && text.at[0] == '\xef' && /* few fields get farther */
                   mag_span_starts_with(text, mag_span_of("\xef\xbb\xbf"));
    return has_bom ? (mag_span){text.at + BOM_NBYTES, text.nbytes - BOM_NBYTES} : text;
}

/* Exports that were put one behind the other repeat their header. */
static mag_csv_likeness liken_to_header(mag_csv_reader *r) {
    const mag_span first = r->fields[0];
    r->fields[0] = without_bom(first);
    mag_csv_likeness likeness = mag_csv_liken_to_header(r->fields, r->columns, r->column_count);
    r->fields[0] = first;
    return likeness;
}

/* What lies below such a header would be read as other columns than it is. */
static mag_status fail_other_names(const mag_csv_reader *r, mag_error *err) {
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I129,
             "%s, line %lu: a second header row, its columns in another order or of other names; "
             "nothing of it is used",
             r->name, (unsigned long)r->row.line);
    mag_hint(err, "export the parts as files of their own, or all of them with one header");
    return MAG_E_INPUT;
}

static mag_status count_repeated_header(mag_csv_reader *r, mag_error *err) {
    r->facts.repeated_header_count++;
    if (r->row_count == 0)
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_I129, "%s, line %lu: a second header row",
                        r->name, (unsigned long)r->row.line);
    return MAG_OK;
}

static mag_status check_end(mag_csv_reader *r, mag_error *err) {
    uint64_t line_ends = r->facts.crlf_count + r->facts.lf_count;
    if (r->facts.lone_cr_count == 0 || r->facts.lone_cr_count < line_ends)
        return MAG_OK;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I121,
             "%s: %llu lone carriage returns and %llu line ends; nothing of it is used", r->name,
             (unsigned long long)r->facts.lone_cr_count, (unsigned long long)line_ends);
    mag_hint(err, "export the file with CRLF or LF line ends");
    return MAG_E_INPUT;
}

/* Takes a record of the simple form, which cannot be at fault; false leaves it to the scanner. */
static bool cut_record(mag_csv_reader *r) {
    mag_span window = {record(r), window_nbytes(r)};
    size_t nbytes = r->cut ? r->cut(window, r->scan.delimiter, r->fields, r->column_count) : 0;
    if (nbytes == 0)
        return false;
    r->text = (mag_span){window.at, nbytes};
    count_line_end(r, window.at[nbytes - 2] == '\r'); /* two columns are two bytes at least */
    r->at += nbytes;
    r->line++;
    r->row.field_count = r->column_count;
    r->row.fields = r->fields;
    return true;
}

static void count_quoted_rows(mag_csv_reader *r) {
    uint64_t count = mag_csv_count_quoted_rows(&r->scan, record(r));
    if (count > 0 && r->facts.quoted_row_count == 0)
        r->facts.first_quoted_row_line = r->row.line;
    r->facts.quoted_row_count += count;
}

/* Scans one record into r->row; *is_row is false for lines that only count. */
static mag_status scan_row(mag_csv_reader *r, bool *is_row, mag_error *err) {
    *is_row = false;
    MAG_TRY(scan_record(r, err));
    if (is_blank_record(r)) {
        r->facts.blank_line_count++;
        step_over(r, false);
        return MAG_OK;
    }
    r->text = (mag_span){record(r), r->scan.record_nbytes};
    r->row.fault = find_fault(r, &r->row.fault_column);
    look_at_faulty(r);
    *is_row = true;
    r->row.field_count = r->scan.field_count;
    if (r->scan.fault == MAG_CSV_OK)
        count_lone_crs(r);
    bool has_sound_shape = r->row.fault == MAG_CSV_OK || r->row.fault == MAG_CSV_NUL ||
                           r->row.fault == MAG_CSV_BAD_UTF8;
    if (has_sound_shape)
        count_quoted_rows(r);
    if (r->row.fault != MAG_CSV_OK) {
        step_over(r, !has_sound_shape);
        return MAG_OK;
    }
    take_fields(r);
    step_over(r, false);
    return MAG_OK;
}

/* Records keep 32 bits of a line's number: a wrong one would lead nobody to the row. */
static mag_status fail_too_long(const mag_csv_reader *r, mag_error *err) {
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I136,
             "%s: more than %lu lines in one file; nothing of it is used", r->name,
             (unsigned long)UINT32_MAX);
    mag_hint(err, "export it in several files");
    return MAG_E_INPUT;
}

/* Rows are many, footers one: only what begins with a parenthesis or ends empty is looked at. */
static bool may_be_padded_footer(const mag_csv_reader *r) {
    const unsigned count = r->column_count;
    if (count < 2)
        return false;
    return r->text.at[0] == '(' ||
           (r->fields[count - 1].nbytes == 0 && (count == 2 || r->fields[count - 2].nbytes == 0));
}

/* A footer that a tool padded with commas has fields enough. Should rows follow, it is told as any
   other line with one value and no more. */
static void look_for_padded_footer(mag_csv_reader *r) {
    if (!may_be_padded_footer(r) || !mag_csv_footer_parse(r->text, &r->footer_count))
        return;
    r->is_footer = true;
    r->row = (mag_csv_row){.line = r->row.line, .fault = MAG_CSV_TOO_FEW_FIELDS, .field_count = 1};
}

static mag_status read_record(mag_csv_reader *r, bool *is_row, mag_error *err) {
    if (r->line > UINT32_MAX)
        return fail_too_long(r, err);
    r->row = (mag_csv_row){.line = (uint32_t)r->line};
    r->is_footer = false;
    *is_row = cut_record(r);
    if (!*is_row)
        MAG_TRY(scan_row(r, is_row, err));
    if (!*is_row || r->row.fault != MAG_CSV_OK)
        return MAG_OK;
    look_for_padded_footer(r);
    if (r->is_footer)
        return MAG_OK;
    mag_csv_likeness likeness = liken_to_header(r);
    if (likeness == MAG_CSV_ROW_OF_VALUES)
        return MAG_OK;
    *is_row = false;
    return likeness == MAG_CSV_ROW_OF_NAMES ? count_repeated_header(r, err)
                                            : fail_other_names(r, err);
}

/* Reads up to the next row; *is_row is false at the verified end. */
static mag_status read_row(mag_csv_reader *r, bool *is_row, mag_error *err) {
    *is_row = false;
    while (!*is_row) {
        if (window_nbytes(r) == 0 && !r->is_over)
            MAG_TRY(fill(r, err));
        if (window_nbytes(r) == 0)
            return check_end(r, err);
        MAG_TRY(read_record(r, is_row, err));
    }
    r->row_count++;
    return MAG_OK;
}

/* A line that may be the footer waits until it is known whether a row follows: then it was a row
   with too few fields, and goes first. */
mag_status mag_csv_next(mag_csv_reader *r, const mag_csv_row **row, mag_error *err) {
    bool is_row = r->is_row_handed_next;
    *row = is_row ? &r->row : NULL;
    r->is_row_handed_next = false;
    while (!*row) {
        MAG_TRY(read_row(r, &is_row, err));
        if (!is_row) {
            r->facts.footer_line = r->waiting.line;
            return MAG_OK;
        }
        bool has_waited = r->waiting.line != 0;
        r->handed = r->waiting;
        r->waiting = r->is_footer ? r->row : (mag_csv_row){0};
        r->facts.footer_count = r->footer_count;
        r->is_row_handed_next = has_waited && !r->is_footer;
        if (has_waited)
            *row = &r->handed;
        else if (!r->is_footer)
            *row = &r->row;
    }
    return MAG_OK;
}

void mag_csv_count_lines_from(mag_csv_reader *r, uint32_t line) {
    r->line = line;
}

/* In a file of one column a blank line is of the simple form too, and is no row. */
bool mag_csv_set_scanner(mag_csv_reader *r, mag_csv_scanner scanner) {
    mag_csv_cutter *cut = mag_csv_cutter_of(scanner);
    if (!cut && scanner != MAG_CSV_SCANNER_PLAIN)
        return false;
    r->cut = r->column_count > 1 && mag_csv_cutter_takes(r->scan.delimiter) ? cut : NULL;
    return true;
}

/* --- the header ----------------------------------------------------------------------------- */

static mag_status fail_header(const mag_csv_reader *r, mag_message_id message, const char *what,
                              mag_error *err) {
    mag_fail(err, MAG_E_INPUT, message, "%s, line 1: %s", r->name, what);
    return MAG_E_INPUT;
}

/* Gets the first bytes, refuses UTF-16 and drops the byte order mark. */
static mag_status begin_text(mag_csv_reader *r, mag_error *err) {
    while (window_nbytes(r) < HEAD_NBYTES && !r->is_over)
        MAG_TRY(fill(r, err));
    mag_span head = {record(r), window_nbytes(r)};
    if (mag_csv_is_utf16(head)) {
        mag_fail(err, MAG_E_INPUT, MAG_MSG_I120, "%s: looks like UTF-16", r->name);
        mag_hint(err, "export it as UTF-8");
        return MAG_E_INPUT;
    }
    r->facts.has_bom = mag_span_starts_with(head, mag_span_of("\xef\xbb\xbf"));
    r->at += r->facts.has_bom ? BOM_NBYTES : 0;
    return MAG_OK;
}

static mag_status check_header_bytes(mag_csv_reader *r, mag_error *err) {
    unsigned column;
    bool has_too_many = r->scan.field_count > MAG_CSV_COLUMN_COUNT;
    if (r->scan.fault == MAG_CSV_OK || has_too_many)
        count_lone_crs(r);
    if (r->scan.skipped_cr_count + r->facts.lone_cr_count > 0)
        return fail_header(r, MAG_MSG_I121, "lone carriage returns instead of line ends", err);
    if (has_too_many)
        return fail_header(r, MAG_MSG_I129, "more than 1024 columns", err);
    if (r->scan.fault != MAG_CSV_OK)
        return fail_header(r, MAG_MSG_I129, "not a header: faulty quotes, or too long", err);
    if (find_bad_bytes(r, &column) != MAG_CSV_OK)
        return fail_header(r, MAG_MSG_I129, "not a header: it holds NUL or is not UTF-8", err);
    return MAG_OK;
}

/* The line behind the header, as far as the window has or gets it. */
static mag_status peek_second_line(mag_csv_reader *r, mag_span *line, mag_error *err) {
    const char *feed = NULL;
    for (;;) {
        size_t behind = window_nbytes(r) - r->scan.at;
        const char *second = record(r) + r->scan.at;
        feed = behind ? memchr(second, '\n', behind) : NULL;
        *line = (mag_span){second, feed ? (size_t)(feed - second) : behind};
        if (feed || r->is_over || behind > MAG_CSV_RECORD_NBYTES)
            return MAG_OK;
        MAG_TRY(fill(r, err));
    }
}

/* Copies names that outlive the window. */
static mag_status keep_columns(mag_csv_reader *r, mag_error *err) {
    r->column_count = r->scan.column_count = r->row.field_count;
    r->columns = mag_arena_alloc(r->arena, r->column_count * sizeof *r->columns);
    if (!r->columns)
        return mag_fail_memory(err, r->column_count * sizeof *r->columns);
    for (unsigned i = 0; i < r->column_count; i++) {
        mag_span name = mag_span_trim(r->fields[i]);
        const char *copy = mag_arena_text(r->arena, name);
        if (!copy)
            return mag_fail_memory(err, name.nbytes);
        r->columns[i] = (mag_span){copy, name.nbytes};
    }
    return MAG_OK;
}

static mag_status read_header(mag_csv_reader *r, mag_error *err) {
    MAG_TRY(begin_text(r, err));
    MAG_TRY(scan_record(r, err));
    MAG_TRY(check_header_bytes(r, err));
    mag_span second_line = {NULL, 0};
    if (r->scan.field_count == 1)
        MAG_TRY(peek_second_line(r, &second_line, err));
    take_fields(r);
    MAG_TRY(mag_csv_check_header(r->name, r->scan.delimiter, r->fields, r->row.field_count,
                                 second_line, err));
    MAG_TRY(keep_columns(r, err));
    step_over(r, false);
    mag_csv_set_scanner(r, mag_csv_cutter_widest());
    return MAG_OK;
}

static mag_status begin(mag_csv_reader *r, const char *name, size_t buffer_nbytes, mag_error *err) {
    r->step = buffer_nbytes ? buffer_nbytes : DEFAULT_BUFFER_NBYTES;
    r->line = 1;
    r->name = mag_arena_text(r->arena, mag_span_of(name));
    if (!r->name)
        return mag_fail_memory(err, strlen(name));
    void *buffer = NULL;
    MAG_TRY(mag_grow(r->account, &buffer, &r->capacity, 1, r->step, err));
    r->buffer = buffer;
    return read_header(r, err);
}

mag_status mag_csv_open(mag_csv_reader **out, mag_stream *stream, const char *name, char delimiter,
                        size_t buffer_nbytes, mag_account *account, mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_csv_reader *r = arena ? mag_arena_alloc(arena, sizeof *r) : NULL;
    if (!r) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *r);
    }
    r->account = account;
    r->arena = arena;
    r->stream = stream;
    r->scan.delimiter = delimiter;
    mag_status status = begin(r, name, buffer_nbytes, err);
    if (status == MAG_OK)
        *out = r;
    else
        mag_csv_close(r);
    return status;
}

unsigned mag_csv_column_count(const mag_csv_reader *r) {
    return r->column_count;
}

mag_span mag_csv_column_name(const mag_csv_reader *r, unsigned column_idx) {
    return r->columns[column_idx];
}

const mag_csv_facts *mag_csv_facts_of(const mag_csv_reader *r) {
    return &r->facts;
}

void mag_csv_close(mag_csv_reader *r) {
    if (!r)
        return;
    mag_drop(r->account, r->buffer, r->capacity, 1);
    mag_arena_free(r->arena);
}
