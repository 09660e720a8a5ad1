/* Drives the scanner over the records of a block. A faulty record is handed out with its first
   line's number and reading resumes on the line behind that first line, so that a fault never takes
   its neighbours. Records of the simple form never reach the scanner: a cutter takes them whole. */
#include "io/csv_block_parts.h"

#include "io/csv_encoding.h"
#include "io/csv_footer.h"
#include "io/csv_header.h"
#include "io/csv_quoted_rows.h"
#include "io/csv_record.h"

/* --- lines ---------------------------------------------------------------------------------- */

/* Steps over the record: all of it, or its first line if a fault spans lines. */
static void step_over(mag_csv_block_reader *r) {
    const mag_csv_scan *scan = &r->scan;
    const size_t nbytes = mag_csv_scan_step(scan);
    if (mag_csv_scan_falls_back(scan)) {
        mag_csv_count_line_end(r, mag_csv_block_record(r)[nbytes - 2] == '\r'); /* behind a quote */
        r->at += nbytes;
        r->line++;
        return;
    }
    r->facts.lone_cr_count += scan->skipped_cr_count;
    if (scan->has_line_end)
        mag_csv_count_line_end(r, scan->is_crlf);
    else if (!r->shape->is_packed)
        r->facts.has_unfinished_last_line = true; /* a plain file may have lost the rest */
    r->at += nbytes;
    r->line += 1 + scan->inner_line_count;
}

/* Records keep 32 bits of a line's number: a wrong one would lead nobody to the row. */
static mag_status fail_too_long(const mag_csv_block_reader *r, mag_error *err) {
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I136,
             "%s: more than %lu lines in one file; nothing of it is used", r->shape->name,
             (unsigned long)UINT32_MAX);
    mag_hint(err, "export it in several files");
    return MAG_E_INPUT;
}

/* --- a second header ------------------------------------------------------------------------ */

static mag_span without_bom(mag_span text) {
    static const mag_span bom = {"\xef\xbb\xbf", 3};
    bool has_bom = text.nbytes && text.at[0] == '\xef' && /* few fields get farther */
                   mag_span_starts_with(text, bom);
    return has_bom ? (mag_span){text.at + bom.nbytes, text.nbytes - bom.nbytes} : text;
}

/* Exports that were put one behind the other repeat their header. */
static mag_csv_likeness liken_to_header(mag_csv_block_reader *r) {
    if (!mag_csv_may_be_header(r->cells[0], r->shape))
        return MAG_CSV_ROW_OF_VALUES;
    const mag_span first = r->cells[0];
    r->cells[0] = without_bom(first);
    mag_csv_likeness likeness =
        mag_csv_liken_to_header(r->cells, r->shape->columns, r->shape->column_count);
    r->cells[0] = first;
    return likeness;
}

/* What lies below such a header would be read as other columns than it is. */
static mag_status fail_other_names(const mag_csv_block_reader *r, mag_error *err) {
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I129,
             "%s, line %lu: a second header row, its columns in another order or of other names; "
             "nothing of it is used",
             r->shape->name, (unsigned long)r->row.line);
    mag_hint(err, "export the parts as files of their own, or all of them with one header");
    return MAG_E_INPUT;
}

static mag_status count_repeated_header(mag_csv_block_reader *r, mag_error *err) {
    r->facts.repeated_header_count++;
    if (!r->has_row)
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_I129, "%s, line %lu: a second header row",
                        r->shape->name, (unsigned long)r->row.line);
    return MAG_OK;
}

/* --- rows ----------------------------------------------------------------------------------- */

void mag_csv_block_cut(mag_csv_block_reader *r) {
    const mag_csv_shape *shape = r->shape;
    const unsigned most = MAG_CSV_COLUMN_COUNT / shape->column_count;
    const mag_csv_cut into = {.delimiter = shape->delimiter,
                              .column_count = shape->column_count,
                              .most_rows = most < MAG_CSV_MOST_CUT ? most : MAG_CSV_MOST_CUT,
                              .fields = r->fields,
                              .ends = r->cut_ends};
    r->cut_next = 0;
    r->cut_at = r->at;
    r->cut_count = shape->cut((mag_span){mag_csv_block_record(r), r->block->nbytes - r->at}, &into);
}

/* Takes a record of the simple form, which cannot be at fault; false leaves it to the scanner. */
static bool take_cut_record(mag_csv_block_reader *r) {
    const unsigned column_count = r->shape->column_count;
    if (r->cut_next == r->cut_count && r->shape->cut)
        mag_csv_block_cut(r);
    if (r->cut_next == r->cut_count)
        return false;
    const size_t end = r->cut_at + r->cut_ends[r->cut_next];
    r->text = (mag_span){mag_csv_block_record(r), end - r->at};
    mag_csv_count_line_end(r, r->block->bytes[end - 2] ==
                                  '\r'); /* two columns are two bytes at least */
    r->cells = r->fields + r->cut_next * column_count;
    r->cut_next++;
    r->at = end;
    r->line++;
    r->row.field_count = column_count;
    r->row.fields = r->cells;
    return true;
}

/* Says what it found about the record as a whole. */
static void look_at_faulty(mag_csv_block_reader *r) {
    r->facts.windows1252_count +=
        r->row.fault == MAG_CSV_BAD_UTF8 && mag_csv_looks_like_windows1252(r->text);
    r->is_footer =
        (r->row.fault == MAG_CSV_TOO_FEW_FIELDS || r->row.fault == MAG_CSV_TOO_MANY_FIELDS) &&
        mag_csv_footer_parse(r->text, &r->footer_count);
}

static void count_quoted_rows(mag_csv_block_reader *r) {
    uint64_t count = mag_csv_count_quoted_rows(&r->scan, mag_csv_block_record(r));
    const bool is_first = r->facts.first_quoted_row_line == 0 || /* blocks come in any order */
                          r->row.line < r->facts.first_quoted_row_line;
    if (count > 0 && is_first)
        r->facts.first_quoted_row_line = r->row.line;
    r->facts.quoted_row_count += count;
}

static mag_status take_fields(mag_csv_block_reader *r, mag_error *err) {
    void *scratch = r->scratch;
    mag_status status = MAG_OK;
    if (mag_csv_record_has_doubled_quotes(&r->scan))
        status =
            mag_grow(r->account, &scratch, &r->scratch_capacity, 1, r->scan.record_nbytes, err);
    r->scratch = scratch;
    if (status != MAG_OK)
        return status;
    mag_csv_record_take_fields(&r->scan, mag_csv_block_record(r), r->scratch, r->fields);
    r->row.fields = r->cells = r->fields;
    return MAG_OK;
}

/* Scans one record into r->row; *is_row is false for lines that only count. */
static mag_status scan_row(mag_csv_block_reader *r, bool *is_row, mag_error *err) {
    mag_csv_scan *scan = &r->scan;
    const size_t held_nbytes = r->block->held_nbytes - r->at;
    mag_csv_scan_begin(scan);
    if (!mag_csv_scan_more(scan, mag_csv_block_record(r), held_nbytes)) {
        mag_csv_scan_finish(scan, mag_csv_block_record(r), held_nbytes);
        scan->at = held_nbytes;
    }
    *is_row = !mag_csv_record_is_blank(scan, mag_csv_block_record(r));
    if (!*is_row) {
        r->facts.blank_line_count++;
        step_over(r);
        return MAG_OK;
    }
    r->text = (mag_span){mag_csv_block_record(r), scan->record_nbytes};
    r->row.fault = mag_csv_record_fault(scan, mag_csv_block_record(r), &r->row.fault_column);
    r->row.field_count = scan->field_count;
    look_at_faulty(r);
    if (scan->fault == MAG_CSV_OK)
        r->facts.lone_cr_count += mag_csv_record_count_lone_crs(scan, mag_csv_block_record(r));
    if (mag_csv_scan_has_sound_shape(scan))
        count_quoted_rows(r);
    if (r->row.fault == MAG_CSV_OK)
        MAG_TRY(take_fields(r, err));
    step_over(r);
    return MAG_OK;
}

/* A footer that a tool padded with commas has fields enough. Should rows follow, it is told as any
   other line with one value and no more. */
static void look_for_padded_footer(mag_csv_block_reader *r) {
    if (!mag_csv_may_be_padded_footer(r->cells, r->shape->column_count, r->text.at) ||
        !mag_csv_footer_parse(r->text, &r->footer_count))
        return;
    r->is_footer = true;
    r->row = (mag_csv_row){.line = r->row.line, .fault = MAG_CSV_TOO_FEW_FIELDS, .field_count = 1};
}

static mag_status read_record(mag_csv_block_reader *r, bool *is_row, mag_error *err) {
    *is_row = take_cut_record(r);
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

static void take_long_line(mag_csv_block_reader *r) {
    const mag_csv_long_line *found = &r->block->long_line;
    r->is_long_line_next = false;
    r->row.fault = found->fault;
    r->row.fault_column = found->fault_column;
    r->row.field_count = found->field_count;
    r->facts.lone_cr_count += found->cr_count;
    if (found->has_line_end)
        mag_csv_count_line_end(r, found->is_crlf);
    else if (!r->shape->is_packed)
        r->facts.has_unfinished_last_line = true;
}

/* Reads up to the next row; *is_row is false at the end. */
static mag_status read_row(mag_csv_block_reader *r, bool *is_row, mag_error *err) {
    *is_row = false;
    while (!*is_row && (r->is_long_line_next || r->at < r->block->nbytes)) {
        if (r->line > UINT32_MAX)
            return fail_too_long(r, err);
        r->row = (mag_csv_row){.line = (uint32_t)r->line};
        r->is_footer = false;
        *is_row = r->is_long_line_next;
        if (*is_row)
            take_long_line(r);
        else
            MAG_TRY(read_record(r, is_row, err));
    }
    r->has_row |= *is_row;
    return MAG_OK;
}

/* A line that may be the footer waits until it is known whether a row follows: then it was a row
   with too few fields, and goes first. */
mag_status mag_csv_block_next_record(mag_csv_block_reader *r, const mag_csv_row **row,
                                     mag_error *err) {
    bool is_row = r->is_row_handed_next;
    *row = is_row ? &r->row : NULL;
    r->is_row_handed_next = false;
    while (!*row) {
        MAG_TRY(read_row(r, &is_row, err));
        if (!is_row)
            return MAG_OK;
        const bool has_waited = r->waiting.row.line != 0;
        r->handed = r->waiting.row;
        r->waiting = r->is_footer ? (mag_csv_footer_line){r->row, r->footer_count}
                                  : (mag_csv_footer_line){0};
        r->is_row_handed_next = has_waited && !r->is_footer;
        if (has_waited)
            *row = &r->handed;
        else if (!r->is_footer)
            *row = &r->row;
    }
    return MAG_OK;
}
