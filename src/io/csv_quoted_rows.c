#include "io/csv_quoted_rows.h"

#include <string.h>

static size_t count_delimiters(const char *from, const char *to, char delimiter) {
    size_t count = 0;
    for (; from < to; from++)
        count += *from == delimiter;
    return count;
}

/* In a file of three columns, with the quotes in the second:

     1,"2,x          the rest of one row: at least as many delimiters as it lacks
     3,4,5           a whole row: one less than there are columns
     6,7",8          the beginning of the last one: as many as stand before the field */
static uint64_t count_in_field(const mag_csv_scan *scan, const char *record, unsigned column_idx) {
    const mag_csv_field *field = &scan->fields[column_idx];
    const char *at = record + field->start, *end = at + field->nbytes;
    const char *feed = field->nbytes ? memchr(at, '\n', field->nbytes) : NULL;
    if (!feed)
        return 0;
    const size_t of_row = scan->column_count - 1;
    const size_t behind_quote = count_delimiters(at, feed, scan->delimiter);
    uint64_t count = 0;
    for (at = feed + 1; (feed = memchr(at, '\n', (size_t)(end - at))); at = feed + 1)
        count += count_delimiters(at, feed, scan->delimiter) == of_row;
    return count + (behind_quote + column_idx >= of_row &&
                    count_delimiters(at, end, scan->delimiter) == column_idx);
}

uint64_t mag_csv_count_quoted_rows(const mag_csv_scan *scan, const char *record) {
    uint64_t count = 0;
    if (scan->inner_line_count == 0 || scan->column_count < 2)
        return 0;
    for (unsigned i = 0; i < scan->field_count; i++)
        if (scan->fields[i].is_quoted)
            count += count_in_field(scan, record, i);
    return count;
}
