#include "io/csv_scan.h"

#include <string.h>

void mag_csv_scan_begin(mag_csv_scan *scan) {
    char delimiter = scan->delimiter;
    unsigned column_count = scan->column_count;
    memset(scan, 0, offsetof(mag_csv_scan, fields));
    scan->delimiter = delimiter;
    scan->column_count = column_count;
}

static void end_field(mag_csv_scan *scan, size_t end, bool is_quoted) {
    size_t start = scan->field_start + is_quoted;
    size_t nbytes = end - start;
    if (scan->field_count < MAG_CSV_COLUMN_COUNT)
        scan->fields[scan->field_count] =
            (mag_csv_field){.start = (uint32_t)start,
                            .nbytes = (uint32_t)nbytes,
                            .is_quoted = is_quoted,
                            .has_doubled_quotes = scan->has_doubled_quotes};
    scan->field_count++;
    scan->has_doubled_quotes = false;
    if (nbytes > MAG_CSV_FIELD_NBYTES && scan->fault == MAG_CSV_OK) {
        scan->fault = MAG_CSV_FIELD_TOO_LONG;
        scan->fault_column = scan->field_count;
    }
}

static void end_record(mag_csv_scan *scan, size_t record_nbytes, bool is_crlf) {
    scan->record_nbytes = record_nbytes;
    scan->is_crlf = is_crlf;
    scan->has_line_end = true;
    if (record_nbytes > MAG_CSV_RECORD_NBYTES && scan->fault == MAG_CSV_OK)
        scan->fault = MAG_CSV_RECORD_TOO_LONG;
}

/* A fault in a record that already spans lines is decided: reading falls back to its second line.
 */
static bool begin_fault(mag_csv_scan *scan, mag_csv_fault fault) {
    scan->fault = fault;
    scan->fault_column = scan->field_count + 1;
    scan->state = MAG_CSV_SKIPPING;
    return scan->first_line_nbytes > 0;
}

/* Counts the line ends of a quoted stretch. */
static void pass_quoted(mag_csv_scan *scan, const char *record, size_t end) {
    const char *at = record + scan->at, *stop = record + end;
    while (at < stop && (at = memchr(at, '\n', (size_t)(stop - at))) != NULL) {
        at++;
        scan->inner_line_count++;
        if (scan->first_line_nbytes == 0)
            scan->first_line_nbytes = (size_t)(at - record);
    }
    scan->at = end;
}

/* Takes fields up to a quoted one; true at the end of the record. */
static bool scan_plain(mag_csv_scan *scan, const char *record, size_t nbytes) {
    const char delimiter = scan->delimiter;
    size_t at = scan->at;
    for (; at < nbytes; at++) {
        char c = record[at];
        if (c != delimiter && c != '\n' && c != '"')
            continue;
        scan->at = at;
        if (c == '"')
            return begin_fault(scan, MAG_CSV_BAD_QUOTE);
        bool is_crlf = c == '\n' && at > scan->field_start && record[at - 1] == '\r';
        end_field(scan, at - is_crlf, false);
        scan->at = scan->field_start = at + 1;
        if (c == '\n') {
            end_record(scan, at - is_crlf, is_crlf);
            return true;
        }
        if (at + 1 == nbytes || record[at + 1] == '"') {
            scan->state = MAG_CSV_AT_FIELD;
            return false;
        }
    }
    scan->at = at;
    return false;
}

static void scan_quoted(mag_csv_scan *scan, const char *record, size_t nbytes) {
    const char *quote = memchr(record + scan->at, '"', nbytes - scan->at);
    if (!quote) {
        pass_quoted(scan, record, nbytes);
        return;
    }
    pass_quoted(scan, record, (size_t)(quote - record));
    scan->at++;
    scan->state = MAG_CSV_AFTER_QUOTE;
}

/* True at the end of the record. */
static bool scan_after_quote(mag_csv_scan *scan, char c) {
    size_t at = scan->at++;
    if (c == '"') {
        scan->has_doubled_quotes = true;
        scan->state = MAG_CSV_IN_QUOTES;
    } else if (c == scan->delimiter) {
        end_field(scan, at - 1, true);
        scan->field_start = scan->at;
        scan->state = MAG_CSV_AT_FIELD;
    } else if (c == '\n') {
        end_field(scan, at - 1, true);
        end_record(scan, at, false);
        return true;
    } else if (c == '\r') {
        scan->state = MAG_CSV_AFTER_CR;
    } else {
        scan->at = at;
        return begin_fault(scan, MAG_CSV_BAD_QUOTE);
    }
    return false;
}

static bool scan_after_cr(mag_csv_scan *scan, char c) {
    if (c != '\n') {
        scan->skipped_cr_count++;
        return begin_fault(scan, MAG_CSV_BAD_QUOTE);
    }
    end_field(scan, scan->at - 2, true);
    end_record(scan, scan->at - 1, true);
    scan->at++;
    return true;
}

/* A line longer than the limit: one field too many bytes, an open quote, or no record at all. */
static void name_long_line(mag_csv_scan *scan) {
    if (!scan->is_too_long)
        return;
    if (scan->skips_in_quotes)
        scan->fault = MAG_CSV_UNCLOSED_QUOTE;
    else if (scan->fault != MAG_CSV_FIELD_TOO_LONG || scan->field_count + 1 != scan->column_count) {
        scan->fault = MAG_CSV_RECORD_TOO_LONG;
        scan->fault_column = 0; /* of the whole record */
    }
}

static bool scan_skipping(mag_csv_scan *scan, const char *record, size_t nbytes) {
    while (scan->at < nbytes) {
        char c = record[scan->at++];
        if (c == '\n') {
            scan->is_crlf = scan->last_skipped == '\r';
            scan->skipped_cr_count -= scan->is_crlf;
            scan->has_line_end = true;
            name_long_line(scan);
            return true;
        }
        scan->skipped_cr_count += c == '\r';
        scan->skips_in_quotes ^= c == '"';
        scan->field_count += c == scan->delimiter && !scan->skips_in_quotes;
        scan->last_skipped = c;
    }
    return false;
}

/* The limit is reached and the record goes on. */
static bool begin_long_line(mag_csv_scan *scan, const char *record) {
    bool is_quoted = scan->state == MAG_CSV_IN_QUOTES;
    bool is_long_field = scan->at - scan->field_start > MAG_CSV_FIELD_NBYTES + 2;
    bool had_long_field = scan->fault == MAG_CSV_FIELD_TOO_LONG;
    unsigned long_column = had_long_field ? scan->fault_column : scan->field_count + 1;
    scan->is_too_long = true;
    scan->skips_in_quotes = is_quoted;
    for (size_t i = 0; i < scan->at; i++)
        scan->skipped_cr_count += record[i] == '\r';
    scan->last_skipped = record[scan->at - 1];
    if (begin_fault(scan, is_quoted ? MAG_CSV_UNCLOSED_QUOTE : MAG_CSV_RECORD_TOO_LONG))
        return true;
    if (is_long_field || had_long_field) {
        scan->fault = MAG_CSV_FIELD_TOO_LONG;
        scan->fault_column = long_column;
    }
    return false;
}

bool mag_csv_scan_more(mag_csv_scan *scan, const char *record, size_t nbytes) {
    size_t end = nbytes < MAG_CSV_LOOKED_AT_NBYTES ? nbytes : MAG_CSV_LOOKED_AT_NBYTES;
    bool is_decided = false;
    while (!is_decided && scan->state != MAG_CSV_SKIPPING && scan->at < end) {
        switch (scan->state) {
        case MAG_CSV_AT_FIELD:
            scan->state = record[scan->at] == '"' ? MAG_CSV_IN_QUOTES : MAG_CSV_IN_PLAIN;
            scan->at += scan->state == MAG_CSV_IN_QUOTES;
            break;
        case MAG_CSV_IN_PLAIN:
            is_decided = scan_plain(scan, record, end);
            break;
        case MAG_CSV_IN_QUOTES:
            scan_quoted(scan, record, end);
            break;
        case MAG_CSV_AFTER_QUOTE:
            is_decided = scan_after_quote(scan, record[scan->at]);
            break;
        case MAG_CSV_AFTER_CR:
            is_decided = scan_after_cr(scan, record[scan->at]);
            break;
        case MAG_CSV_SKIPPING:
            break;
        }
    }
    if (is_decided)
        return true;
    if (scan->state != MAG_CSV_SKIPPING && scan->at == MAG_CSV_LOOKED_AT_NBYTES &&
        begin_long_line(scan, record))
        return true;
    return scan->state == MAG_CSV_SKIPPING && scan_skipping(scan, record, nbytes);
}

void mag_csv_scan_finish(mag_csv_scan *scan, const char *record, size_t nbytes) {
    switch (scan->state) {
    case MAG_CSV_AT_FIELD:
        end_field(scan, nbytes, false);
        end_record(scan, nbytes, false);
        break;
    case MAG_CSV_IN_PLAIN: {
        bool is_half_crlf = record[nbytes - 1] == '\r'; /* a plain field has a byte */
        end_field(scan, nbytes - is_half_crlf, false);
        end_record(scan, nbytes - is_half_crlf, false);
        break;
    }
    case MAG_CSV_IN_QUOTES:
        begin_fault(scan, MAG_CSV_UNCLOSED_QUOTE);
        break;
    case MAG_CSV_AFTER_QUOTE:
        end_field(scan, nbytes - 1, true);
        end_record(scan, nbytes, false);
        break;
    case MAG_CSV_AFTER_CR:
        end_field(scan, nbytes - 2, true);
        end_record(scan, nbytes - 1, false);
        break;
    case MAG_CSV_SKIPPING:
        name_long_line(scan);
        break;
    }
    scan->has_line_end = false;
}

bool mag_csv_scan_has_sound_shape(const mag_csv_scan *scan) {
    return scan->fault == MAG_CSV_OK && scan->field_count == scan->column_count;
}

bool mag_csv_scan_falls_back(const mag_csv_scan *scan) {
    return scan->first_line_nbytes > 0 && !mag_csv_scan_has_sound_shape(scan);
}

size_t mag_csv_scan_step(const mag_csv_scan *scan) {
    return mag_csv_scan_falls_back(scan) ? scan->first_line_nbytes : scan->at;
}
