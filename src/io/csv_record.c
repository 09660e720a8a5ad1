#include "io/csv_record.h"

#include <string.h>

bool mag_csv_record_is_blank(const mag_csv_scan *scan, const char *record) {
    return scan->fault == MAG_CSV_OK && scan->field_count == 1 && !scan->fields[0].is_quoted &&
           mag_span_trim((mag_span){record, scan->record_nbytes}).nbytes == 0;
}

static bool holds_nul(mag_span text) {
    return text.nbytes > 0 && memchr(text.at, '\0', text.nbytes) != NULL;
}

mag_csv_fault mag_csv_record_bad_bytes(const mag_csv_scan *scan, const char *record,
                                       unsigned *column) {
    const mag_span whole = {record, scan->record_nbytes};
    const bool has_nul = holds_nul(whole);
    if (!has_nul && mag_span_is_utf8(whole))
        return MAG_CSV_OK;
    for (*column = 1; *column < scan->field_count; ++*column) {
        const mag_csv_field *field = &scan->fields[*column - 1];
        const mag_span text = {record + field->start, field->nbytes};
        if (has_nul ? holds_nul(text) : !mag_span_is_utf8(text))
            break;
    }
    return has_nul ? MAG_CSV_NUL : MAG_CSV_BAD_UTF8;
}

mag_csv_fault mag_csv_record_fault(const mag_csv_scan *scan, const char *record, unsigned *column) {
    *column = scan->fault_column;
    if (scan->fault != MAG_CSV_OK)
        return scan->fault;
    *column = 0;
    if (scan->field_count < scan->column_count)
        return MAG_CSV_TOO_FEW_FIELDS;
    if (scan->field_count > scan->column_count)
        return MAG_CSV_TOO_MANY_FIELDS;
    return mag_csv_record_bad_bytes(scan, record, column);
}

uint64_t mag_csv_record_count_lone_crs(const mag_csv_scan *scan, const char *record) {
    uint64_t count = 0;
    if (scan->record_nbytes == 0 || !memchr(record, '\r', scan->record_nbytes))
        return 0;
    for (unsigned i = 0; i < scan->field_count && i < MAG_CSV_COLUMN_COUNT; i++) {
        const mag_csv_field *field = &scan->fields[i];
        for (uint32_t k = 0; k < field->nbytes && !field->is_quoted; k++)
            count += record[field->start + k] == '\r';
    }
    return count;
}

bool mag_csv_record_has_doubled_quotes(const mag_csv_scan *scan) {
    for (unsigned i = 0; i < scan->field_count; i++)
        if (scan->fields[i].has_doubled_quotes)
            return true;
    return false;
}

/* Copies with "" as ". */
static size_t undouble_quotes(mag_span text, char *to) {
    size_t kept = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        to[kept++] = text.at[i];
        i += text.at[i] == '"';
    }
    return kept;
}

void mag_csv_record_take_fields(const mag_csv_scan *scan, const char *record, char *scratch,
                                mag_span *fields) {
    for (unsigned i = 0; i < scan->field_count; i++) {
        const mag_csv_field *field = &scan->fields[i];
        fields[i] = (mag_span){record + field->start, field->nbytes};
        if (!field->has_doubled_quotes)
            continue;
        char *copy = scratch + field->start;
        fields[i] = (mag_span){copy, undouble_quotes(fields[i], copy)};
    }
}
