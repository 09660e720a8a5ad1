#include "io/csv_swallow.h"

#include <string.h>

static size_t count_delimiters(const char *from, const char *to, char delimiter) {
    size_t count = 0;
    for (; from < to; from++)
        count += *from == delimiter;
    return count;
}

/* Either a whole line in the quotes has the delimiters of a row, or the text begins with the rest
   of one row and ends with the beginning of another, as when two neighbours become one. */
static bool has_swallowed(const mag_csv_scan *scan, const char *record, unsigned column_idx) {
    const mag_csv_field *field = &scan->fields[column_idx];
    const char *at = record + field->start, *end = at + field->nbytes;
    const char *feed = field->nbytes ? memchr(at, '\n', field->nbytes) : NULL;
    if (feed == NULL)
        return false;
    const size_t of_row = scan->column_count - 1;
    const size_t behind = count_delimiters(at, feed, scan->delimiter);
    for (at = feed + 1; (feed = memchr(at, '\n', (size_t)(end - at))) != NULL; at = feed + 1)
        if (count_delimiters(at, feed, scan->delimiter) >= of_row)
            return true;
    return behind >= of_row - column_idx &&
           count_delimiters(at, end, scan->delimiter) >= column_idx;
}

unsigned mag_csv_find_swallowed(const mag_csv_scan *scan, const char *record) {
    if (scan->inner_line_count == 0 || scan->column_count < 2)
        return 0;
    for (unsigned i = 0; i < scan->field_count && i < scan->column_count; i++)
        if (scan->fields[i].is_quoted && has_swallowed(scan, record, i))
            return i + 1;
    return 0;
}
