/* Reads the first record of a file: its shape. */
#include "io/csv_splitter_parts.h"

#include "io/csv_header.h"
#include "io/csv_record.h"

#include <string.h>

enum { HEAD_NBYTES = 64, BOM_NBYTES = 3 };

static mag_status fail_header(const mag_csv_splitter *s, mag_message_id message, const char *what,
                              mag_error *err) {
    mag_fail(err, MAG_E_INPUT, message, "%s, line 1: %s", s->shape.name, what);
    return MAG_E_INPUT;
}

/* Gets more bytes into `rest`. */
static mag_status read_on(mag_csv_splitter *s, mag_error *err) {
    return mag_csv_splitter_fill(s, &s->rest, s->rest.held_nbytes + s->block_nbytes, err);
}

static void drop_bytes(mag_csv_block *rest, size_t nbytes) {
    rest->held_nbytes -= nbytes;
    memmove(rest->bytes, rest->bytes + nbytes, rest->held_nbytes);
}

/* Gets the first bytes, refuses UTF-16 and drops the byte order mark. */
static mag_status begin_text(mag_csv_splitter *s, mag_error *err) {
    while (s->rest.held_nbytes < HEAD_NBYTES && !s->is_stream_over)
        MAG_TRY(read_on(s, err));
    const mag_span head = {s->rest.bytes, s->rest.held_nbytes};
    if (mag_csv_is_utf16(head)) {
        mag_fail(err, MAG_E_INPUT, MAG_MSG_I120, "%s: looks like UTF-16", s->shape.name);
        mag_hint(err, "export it as UTF-8");
        return MAG_E_INPUT;
    }
    s->facts.has_bom = mag_span_starts_with(head, mag_span_of("\xef\xbb\xbf"));
    if (s->facts.has_bom)
        drop_bytes(&s->rest, BOM_NBYTES);
    return MAG_OK;
}

static mag_status scan_header(mag_csv_splitter *s, mag_error *err) {
    mag_csv_scan *scan = &s->scan;
    mag_csv_scan_begin(scan);
    while (!mag_csv_scan_more(scan, s->rest.bytes, s->rest.held_nbytes)) {
        if (s->is_stream_over) {
            mag_csv_scan_finish(scan, s->rest.bytes, s->rest.held_nbytes);
            scan->at = s->rest.held_nbytes;
            return MAG_OK;
        }
        if (scan->state == MAG_CSV_SKIPPING) /* keeps memory flat in a line without end */
            scan->at = s->rest.held_nbytes = 0;
        MAG_TRY(read_on(s, err));
    }
    return MAG_OK;
}

static mag_status check_header_bytes(const mag_csv_splitter *s, mag_error *err) {
    unsigned column;
    const mag_csv_scan *scan = &s->scan;
    bool has_too_many = scan->field_count > MAG_CSV_COLUMN_COUNT;
    uint64_t lone_cr_count = scan->skipped_cr_count;
    if (scan->fault == MAG_CSV_OK || has_too_many)
        lone_cr_count += mag_csv_record_count_lone_crs(scan, s->rest.bytes);
    if (lone_cr_count > 0)
        return fail_header(s, MAG_MSG_I121, "lone carriage returns instead of line ends", err);
    if (has_too_many)
        return fail_header(s, MAG_MSG_I129, "more than 1024 columns", err);
    if (scan->fault != MAG_CSV_OK)
        return fail_header(s, MAG_MSG_I129, "not a header: faulty quotes, or too long", err);
    if (mag_csv_record_bad_bytes(scan, s->rest.bytes, &column) != MAG_CSV_OK)
        return fail_header(s, MAG_MSG_I129, "not a header: it holds NUL or is not UTF-8", err);
    return MAG_OK;
}

/* The line behind the header, as far as it is there or can be had. */
static mag_status peek_second_line(mag_csv_splitter *s, mag_span *line, mag_error *err) {
    for (;;) {
        const size_t behind = s->rest.held_nbytes - s->scan.at;
        const char *second = s->rest.bytes + s->scan.at;
        const char *feed = behind ? memchr(second, '\n', behind) : NULL;
        *line = (mag_span){second, feed ? (size_t)(feed - second) : behind};
        if (feed || s->is_stream_over || behind > MAG_CSV_RECORD_NBYTES)
            return MAG_OK;
        MAG_TRY(read_on(s, err));
    }
}

/* Copies names that outlive the bytes. */
static mag_status keep_columns(mag_csv_splitter *s, mag_span *columns, mag_error *err) {
    for (unsigned i = 0; i < s->scan.field_count; i++) {
        const mag_span name = mag_span_trim(columns[i]);
        const char *copy = mag_arena_text(s->arena, name);
        if (!copy)
            return mag_fail_memory(err, name.nbytes);
        columns[i] = (mag_span){copy, name.nbytes};
        s->shape.name_lengths |= UINT64_C(1) << (name.nbytes < 63 ? name.nbytes : 63);
    }
    s->shape.columns = columns;
    s->shape.column_count = s->scan.column_count = s->scan.field_count;
    return MAG_OK;
}

static void step_over_header(mag_csv_splitter *s) {
    const mag_csv_scan *scan = &s->scan;
    s->shape.is_packed = mag_stream_facts_of(s->stream)->member_count > 0;
    s->facts.crlf_count = scan->has_line_end && scan->is_crlf;
    s->facts.lf_count = scan->has_line_end && !scan->is_crlf;
    s->facts.has_unfinished_last_line = !scan->has_line_end && !s->shape.is_packed;
    s->line = 2 + scan->inner_line_count;
    drop_bytes(&s->rest, scan->at);
}

mag_status mag_csv_splitter_read_header(mag_csv_splitter *s, mag_error *err) {
    MAG_TRY(begin_text(s, err));
    MAG_TRY(scan_header(s, err));
    MAG_TRY(check_header_bytes(s, err));
    mag_span second_line = {NULL, 0};
    if (s->scan.field_count == 1)
        MAG_TRY(peek_second_line(s, &second_line, err));
    mag_span *columns = mag_arena_alloc(s->arena, s->scan.field_count * sizeof *columns);
    if (!columns)
        return mag_fail_memory(err, s->scan.field_count * sizeof *columns);
    mag_csv_record_take_fields(&s->scan, s->rest.bytes, s->rest.bytes, columns);
    MAG_TRY(mag_csv_check_header(s->shape.name, s->shape.delimiter, columns, s->scan.field_count,
                                 second_line, err));
    MAG_TRY(keep_columns(s, columns, err));
    step_over_header(s);
    return MAG_OK;
}
