/* The place of a message in parts, for those who read it by machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/error_place.h"

static void places_are_told_in_parts(void **state) {
    (void)state;
    static const struct {
        const char *text, *source;
        uint64_t line, column;
    } table[] = {
        {"pack.yaml:95:16: a number is", "pack.yaml", 95, 16},
        {"a:b/p.yaml:3:5: \"x\" must be", "a:b/p.yaml", 3, 5},
        {"p.yaml:3:5: q.yaml:7:9: inner", "p.yaml", 3, 5},
        {"labs.csv.gz, line 1: column 7 looks like", "labs.csv.gz", 1, 7},
        {"labs.csv.gz, line 48, column 3: odd", "labs.csv.gz", 48, 3},
        {"labs.csv.gz, line 48, column \"value\": odd", "labs.csv.gz", 48, 0},
        {"labs.csv.gz, line 12 ends early", "labs.csv.gz", 12, 0},
        {"no sources were named", "", 0, 0},
        {"out: is not writable", "", 0, 0},
        {"at 12:30 nothing came", "", 0, 0},
        {"first, line of text", "", 0, 0},
        {"first\n p.yaml:3:5: second", "", 0, 0},
        {"", "", 0, 0},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        mag_error_where where = mag_error_where_of(table[i].text);
        if (!mag_span_is(where.source, table[i].source) || where.line != table[i].line ||
            where.column != table[i].column)
            fail_msg("\"%s\": \"%.*s\" %llu %llu", table[i].text, (int)where.source.nbytes,
                     where.source.at, (unsigned long long)where.line,
                     (unsigned long long)where.column);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(places_are_told_in_parts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
