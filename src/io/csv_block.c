/* Drives the scanner over the records of a block. A faulty record is handed out with its first
   line's number and reading resumes on the line behind that first line, so that a fault never takes
   its neighbours. Records of the simple form never reach the scanner: a cutter takes them whole. */
#include "io/csv_block.h"

#include "io/csv_encoding.h"
#include "io/csv_footer.h"
#include "io/csv_header.h"
#include "io/csv_quoted_rows.h"
#include "io/csv_record.h"

struct mag_csv_block_reader {
    mag_account *account;
    mag_arena *arena; /* holds the reader */
    const mag_csv_shape *shape;
    const mag_csv_block *block;
    size_t at;     /* of the record being looked at */
    uint64_t line; /* of that record */
    bool has_row, is_long_line_next;
    mag_csv_row row;
    bool is_footer; /* row is a line that may be the file's footer */
    mag_span text;  /* of the row as it stands in the file */
    uint64_t footer_count;
    mag_csv_footer_line waiting; /* such a line that nothing has followed yet */
    mag_csv_row handed;          /* the one that something followed after all */
    bool is_row_handed_next;     /* row is read and follows `handed` */
    mag_csv_facts facts;
    char *scratch; /* for fields that differ from what the block holds */
    size_t scratch_capacity;
    mag_csv_scan scan;
    mag_span fields[MAG_CSV_COLUMN_COUNT];
};

static const char *record(const mag_csv_block_reader *r) {
    return r->block->bytes + r->at;
}

/* --- lines ---------------------------------------------------------------------------------- */

static void count_line_end(mag_csv_block_reader *r, bool is_crlf) {
    if (is_crlf)
        r->facts.crlf_count++;
    else
        r->facts.lf_count++;
}

/* Steps over the record: all of it, or its first line if a fault spans lines. */
static void step_over(mag_csv_block_reader *r) {
    const mag_csv_scan *scan = &r->scan;
    const size_t nbytes = mag_csv_scan_step(scan);
    if (mag_csv_scan_falls_back(scan)) {
        count_line_end(r, record(r)[nbytes - 2] == '\r'); /* behind a quote */
        r->at += nbytes;
        r->line++;
        return;
    }
    r->facts.lone_cr_count += scan->skipped_cr_count;
    if (scan->has_line_end)
        count_line_end(r, scan->is_crlf);
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

/* Rows are many: a first cell that is as long as no name, and has no blanks or byte order mark that
   might be left out, is no name. */
static bool may_be_header(const mag_csv_block_reader *r) {
    const mag_span cell = r->fields[0];
    const uint64_t lengths = r->shape->name_lengths;
    if (cell.nbytes == 0 || cell.nbytes >= 63 || (lengths >> cell.nbytes & 1))
        return true;
    const signed char first = (signed char)cell.at[0], last = (signed char)cell.at[cell.nbytes - 1];
    return first <= ' ' || last <= ' '; /* of a mark, too, whose bytes are beyond ASCII */
}

/* Exports that were put one behind the other repeat their header. */
static mag_csv_likeness liken_to_header(mag_csv_block_reader *r) {
    if (!may_be_header(r))
        return MAG_CSV_ROW_OF_VALUES;
    const mag_span first = r->fields[0];
    r->fields[0] = without_bom(first);
    mag_csv_likeness likeness =
        mag_csv_liken_to_header(r->fields, r->shape->columns, r->shape->column_count);
    r->fields[0] = first;
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

/* Takes a record of the simple form, which cannot be at fault; false leaves it to the scanner. */
static bool cut_record(mag_csv_block_reader *r) {
    const mag_csv_shape *shape = r->shape;
    mag_span window = {record(r), r->block->held_nbytes - r->at};
    size_t nbytes =
        shape->cut ? shape->cut(window, shape->delimiter, r->fields, shape->column_count) : 0;
    if (nbytes == 0)
        return false;
    r->text = (mag_span){window.at, nbytes};
    count_line_end(r, window.at[nbytes - 2] == '\r'); /* two columns are two bytes at least */
    r->at += nbytes;
    r->line++;
    r->row.field_count = shape->column_count;
    r->row.fields = r->fields;
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
    uint64_t count = mag_csv_count_quoted_rows(&r->scan, record(r));
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
    mag_csv_record_take_fields(&r->scan, record(r), r->scratch, r->fields);
    r->row.fields = r->fields;
    return MAG_OK;
}

/* Scans one record into r->row; *is_row is false for lines that only count. */
static mag_status scan_row(mag_csv_block_reader *r, bool *is_row, mag_error *err) {
    mag_csv_scan *scan = &r->scan;
    const size_t held_nbytes = r->block->held_nbytes - r->at;
    mag_csv_scan_begin(scan);
    if (!mag_csv_scan_more(scan, record(r), held_nbytes)) {
        mag_csv_scan_finish(scan, record(r), held_nbytes);
        scan->at = held_nbytes;
    }
    *is_row = !mag_csv_record_is_blank(scan, record(r));
    if (!*is_row) {
        r->facts.blank_line_count++;
        step_over(r);
        return MAG_OK;
    }
    r->text = (mag_span){record(r), scan->record_nbytes};
    r->row.fault = mag_csv_record_fault(scan, record(r), &r->row.fault_column);
    r->row.field_count = scan->field_count;
    look_at_faulty(r);
    if (scan->fault == MAG_CSV_OK)
        r->facts.lone_cr_count += mag_csv_record_count_lone_crs(scan, record(r));
    if (mag_csv_scan_has_sound_shape(scan))
        count_quoted_rows(r);
    if (r->row.fault == MAG_CSV_OK)
        MAG_TRY(take_fields(r, err));
    step_over(r);
    return MAG_OK;
}

/* Rows are many, footers one: only what begins with a parenthesis or ends empty is looked at. */
static bool may_be_padded_footer(const mag_csv_block_reader *r) {
    const unsigned count = r->shape->column_count;
    if (count < 2)
        return false;
    return r->text.at[0] == '(' ||
           (r->fields[count - 1].nbytes == 0 && (count == 2 || r->fields[count - 2].nbytes == 0));
}

/* A footer that a tool padded with commas has fields enough. Should rows follow, it is told as any
   other line with one value and no more. */
static void look_for_padded_footer(mag_csv_block_reader *r) {
    if (!may_be_padded_footer(r) || !mag_csv_footer_parse(r->text, &r->footer_count))
        return;
    r->is_footer = true;
    r->row = (mag_csv_row){.line = r->row.line, .fault = MAG_CSV_TOO_FEW_FIELDS, .field_count = 1};
}

static mag_status read_record(mag_csv_block_reader *r, bool *is_row, mag_error *err) {
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

static void take_long_line(mag_csv_block_reader *r) {
    const mag_csv_long_line *found = &r->block->long_line;
    r->is_long_line_next = false;
    r->row.fault = found->fault;
    r->row.fault_column = found->fault_column;
    r->row.field_count = found->field_count;
    r->facts.lone_cr_count += found->cr_count;
    if (found->has_line_end)
        count_line_end(r, found->is_crlf);
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
mag_status mag_csv_block_next(mag_csv_block_reader *r, const mag_csv_row **row, mag_error *err) {
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

/* --- the port ------------------------------------------------------------------------------- */

void mag_csv_block_begin(mag_csv_block_reader *r, const mag_csv_shape *shape,
                         const mag_csv_block *block) {
    r->shape = shape;
    r->block = block;
    r->at = 0;
    r->line = block->first_line;
    r->has_row = block->has_row_before;
    r->is_long_line_next = block->is_long_line;
    r->waiting = block->waiting;
    r->is_row_handed_next = false;
    r->scan.delimiter = shape->delimiter;
    r->scan.column_count = shape->column_count;
}

bool mag_csv_block_has_row(const mag_csv_block_reader *r) {
    return r->has_row;
}

const mag_csv_footer_line *mag_csv_block_waiting(const mag_csv_block_reader *r) {
    return &r->waiting;
}

const mag_csv_facts *mag_csv_block_facts(const mag_csv_block_reader *r) {
    return &r->facts;
}

mag_csv_facts mag_csv_block_take_facts(mag_csv_block_reader *r) {
    mag_csv_facts facts = r->facts;
    r->facts = (mag_csv_facts){0};
    return facts;
}

mag_status mag_csv_block_reader_new(mag_csv_block_reader **out, mag_account *account,
                                    mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_csv_block_reader *r = arena ? mag_arena_alloc(arena, sizeof *r) : NULL;
    if (!r) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *r);
    }
    r->account = account;
    r->arena = arena;
    *out = r;
    return MAG_OK;
}

void mag_csv_block_reader_free(mag_csv_block_reader *r) {
    if (!r)
        return;
    mag_drop(r->account, r->scratch, r->scratch_capacity, 1);
    mag_arena_free(r->arena);
}

void mag_csv_block_free(mag_csv_block *block, mag_account *account) {
    mag_drop(account, block->bytes, block->capacity, 1);
    *block = (mag_csv_block){0};
}
