#include "io/csv_header.h"

#include <ctype.h>
#include <string.h>

enum { SNIFFED_NBYTES = 64 };

bool mag_csv_is_utf16(mag_span head) {
    if (mag_span_starts_with(head, mag_span_of("\xff\xfe")) ||
        mag_span_starts_with(head, mag_span_of("\xfe\xff")))
        return true;
    size_t pairs = (head.nbytes < SNIFFED_NBYTES ? head.nbytes : SNIFFED_NBYTES) / 2;
    size_t zeros[2] = {0, 0};
    for (size_t i = 0; i < pairs * 2; i++)
        zeros[i % 2] += head.at[i] == '\0';
    return pairs > 1 &&
           ((zeros[0] == pairs && zeros[1] == 0) || (zeros[1] == pairs && zeros[0] == 0));
}

static const char *delimiter_name(char delimiter) {
    switch (delimiter) {
    case ',':
        return "','";
    case ';':
        return "';'";
    case '|':
        return "'|'";
    case '\t':
        return "a tab";
    case ' ':
        return "a space";
    default:
        return "another character";
    }
}

static bool holds(mag_span text, char c) {
    return text.nbytes > 0 && memchr(text.at, c, text.nbytes) != NULL;
}

static mag_status fail_delimiter(const char *name, const char *found, char delimiter,
                                 mag_error *err) {
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I127,
             "%s, line 1: found %s, expected %s between the columns", name, found,
             delimiter_name(delimiter));
    mag_hint(err, "declare the delimiter in the profile, or export the file again");
    return MAG_E_INPUT;
}

/* A header of one column that holds another separator. A line of words above a real header is told
   from it by the declared delimiter on the line that follows. */
static mag_status check_single_column(const char *name, char delimiter, mag_span column,
                                      mag_span second_line, mag_error *err) {
    static const char candidates[] = {',', ';', '\t', '|'};
    if (holds(second_line, delimiter)) {
        mag_fail(err, MAG_E_INPUT, MAG_MSG_I129,
                 "%s, line 1: not a header; columns begin on line 2 or later", name);
        mag_hint(err, "export the file without lines above its header");
        return MAG_E_INPUT;
    }
    for (size_t i = 0; i < sizeof candidates; i++)
        if (candidates[i] != delimiter && holds(column, candidates[i]))
            return fail_delimiter(name, delimiter_name(candidates[i]), delimiter, err);
    return holds(column, ' ') ? fail_delimiter(name, "a space", delimiter, err) : MAG_OK;
}

/* "a, b, c": the names would match once trimmed, but quoted values behind a blank would not. */
static bool has_blank_behind_each_delimiter(const mag_span *columns, unsigned column_count) {
    for (unsigned i = 1; i < column_count; i++)
        if (columns[i].nbytes == 0 || columns[i].at[0] != ' ')
            return false;
    return column_count > 1;
}

static mag_status check_repeated_names(const char *name, const mag_span *columns,
                                       unsigned column_count, mag_error *err) {
    for (unsigned i = 1; i < column_count; i++)
        for (unsigned k = 0; k < i; k++) {
            mag_span column = mag_span_trim(columns[i]);
            if (column.nbytes && mag_span_equals(column, mag_span_trim(columns[k])))
                /* the words stay unsaid: without a header, they are a patient's */
                return mag_fail(err, MAG_E_INPUT, MAG_MSG_I129,
                                "%s, line 1: columns %u and %u have the same name", name, k + 1,
                                i + 1);
        }
    return MAG_OK;
}

mag_status mag_csv_check_header(const char *name, char delimiter, const mag_span *columns,
                                unsigned column_count, mag_span second_line, mag_error *err) {
    if (column_count == 1 && mag_span_trim(columns[0]).nbytes == 0)
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_I129, "%s, line 1: blank, not a header", name);
    if (column_count == 1)
        MAG_TRY(check_single_column(name, delimiter, columns[0], second_line, err));
    if (delimiter != ' ' && has_blank_behind_each_delimiter(columns, column_count))
        return fail_delimiter(name,
                              delimiter == ',' ? "', ' (a comma and a space)"
                                               : "a delimiter followed by a space",
                              delimiter, err);
    return check_repeated_names(name, columns, column_count, err);
}

/* --- a row that may be a header ------------------------------------------------------------------
 */

static bool is_name(mag_span cell, mag_span column) {
    if (cell.nbytes != column.nbytes)
        return false;
    for (size_t i = 0; i < cell.nbytes; i++)
        if (tolower((unsigned char)cell.at[i]) != tolower((unsigned char)column.at[i]))
            return false;
    return true;
}

static bool is_among(mag_span text, const mag_span *cells, unsigned cell_count) {
    for (unsigned i = 0; i < cell_count; i++)
        if (cells[i].nbytes >= text.nbytes && is_name(text, mag_span_trim(cells[i])))
            return true;
    return false;
}

/* A header of numbers only (0, 1, 2, ...) has names that are values too. */
static bool is_of_numbers(mag_span name) {
    for (size_t i = 0; i < name.nbytes; i++)
        if (isalpha((unsigned char)name.at[i]) || (name.at[i] & 0x80))
            return false;
    return true;
}

/* Rows are many: the first cell, an id, tells nearly all of them from a header. Names are counted
   once each, so that a word that fills many cells makes no header. */
mag_csv_likeness mag_csv_liken_to_header(const mag_span *cells, const mag_span *columns,
                                         unsigned column_count) {
    mag_span first = mag_span_trim(cells[0]);
    if (first.nbytes > 0 && !is_among(first, columns, column_count))
        return MAG_CSV_ROW_OF_VALUES;
    unsigned same_count = 0, missing_count = 0, name_count = 0;
    for (unsigned i = 0; i < column_count; i++) {
        mag_span cell = mag_span_trim(cells[i]);
        bool is_same = is_name(cell, columns[i]);
        same_count += is_same;
        missing_count += !is_same && cell.nbytes == 0;
        name_count +=
            !is_of_numbers(columns[i]) && (is_same || is_among(columns[i], cells, column_count));
    }
    if (same_count == column_count)
        return MAG_CSV_ROW_OF_NAMES;
    if (name_count < 2 || name_count * 2 < column_count)
        return MAG_CSV_ROW_OF_VALUES;
    return same_count + missing_count == column_count ? MAG_CSV_ROW_OF_NAMES
                                                      : MAG_CSV_ROW_OF_OTHER_NAMES;
}
