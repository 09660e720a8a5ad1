#include "io/csv_footer.h"

#include "test_support.h"

static void knows_what_sql_clients_print(void **state) {
    (void)state;
    static const struct {
        const char *line;
        uint64_t count;
    } table[] = {
        {"(1234 rows)", 1234},
        {"(1 row)", 1},
        {"(0 rows)", 0},
        {"(1234 rows)\r", 1234},
        {"  (12 rows)  ", 12},
        {"(7 rows affected)", 7},
        {"(7 row(s) affected)", 7},
        {"1234 rows selected.", 1234},
        {"1 row selected.", 1},
        {"  5 record(s) selected.", 5},
        {"5 rows", 5},
        {"(999999999999999999 rows)", UINT64_C(999999999999999999)},
        {"(999,999,999,999,999,999 rows)", UINT64_C(999999999999999999)},
        {"(1,234 rows)", 1234},
        {"12,345,678 rows selected.", 12345678},
        {"(1234 rows),,,,", 1234},
        {"(1,234 rows),,,\r\n", 1234},
        {"\"(1234 rows)\"", 1234},
        {" \"(1,234 rows)\" , , ,", 1234},
        {"\"5 rows\"", 5},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        uint64_t count = 77;
        if (!mag_csv_footer_parse(mag_span_of(table[i].line), &count))
            fail_msg("not known: %s", table[i].line);
        assert_int_equal(count, table[i].count);
    }
}

static void takes_nothing_else_for_a_count(void **state) {
    (void)state;
    static const char *const lines[] = {"",
                                        "rows",
                                        "(rows)",
                                        "( 5 rows)",
                                        "(5)",
                                        "5",
                                        "(5 rows",
                                        "5 rows)",
                                        "(5 rows) x",
                                        "(-5 rows)",
                                        "(5.0 rows)",
                                        "(5 results)",
                                        "(5rows)",
                                        "(5 rows)(",
                                        "(5 rows selected affected)",
                                        "5 rowss",
                                        "(12,34 rows)",
                                        "(1234,567 rows)",
                                        "(1,2345 rows)",
                                        "(,123 rows)",
                                        "(9,999,999,999,999,999,999 rows)",
                                        ",(5 rows)",
                                        "\"(5 rows)",
                                        "(5 rows)\"",
                                        "\"\"(5 rows)\"\"",
                                        "(5 rows),x,",
                                        "\"",
                                        ",,,",
                                        "q0001",
                                        "(9999999999999999999 rows)",
                                        "total 5 rows"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        uint64_t count;
        if (mag_csv_footer_parse(mag_span_of(lines[i]), &count))
            fail_msg("taken for a count: %s", lines[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_what_sql_clients_print),
        cmocka_unit_test(takes_nothing_else_for_a_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
