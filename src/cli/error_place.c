#include "cli/error_place.h"

#include <stdlib.h>
#include <string.h>

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* ":3:5: " at `at`. */
static bool read_colons(const char *at, mag_error_where *where) {
    char *end;
    if (*at != ':' || !is_digit(at[1]))
        return false;
    uint64_t line = strtoull(at + 1, &end, 10);
    if (*end != ':' || !is_digit(end[1]))
        return false;
    uint64_t column = strtoull(end + 1, &end, 10);
    if (end[0] != ':' || end[1] != ' ')
        return false;
    where->line = line;
    where->column = column;
    return true;
}

/* ", line 48" at `at`, and a column behind it by its number. */
static bool read_words(const char *at, mag_error_where *where) {
    static const char line[] = ", line ", column[] = ", column ", first[] = ": column ";
    if (strncmp(at, line, sizeof line - 1) != 0 || !is_digit(at[sizeof line - 1]))
        return false;
    char *end;
    where->line = strtoull(at + sizeof line - 1, &end, 10);
    bool has_column =
        strncmp(end, column, sizeof column - 1) == 0 || strncmp(end, first, sizeof first - 1) == 0;
    if (has_column && is_digit(end[sizeof column - 1]))
        where->column = strtoull(end + sizeof column - 1, NULL, 10);
    return true;
}

mag_error_where mag_error_where_of(const char *text) {
    mag_error_where where = {0};
    for (const char *at = text; *at && *at != '\n'; at++) {
        if (!read_colons(at, &where) && !read_words(at, &where))
            continue;
        where.source = (mag_span){text, (size_t)(at - text)};
        break;
    }
    return where;
}
