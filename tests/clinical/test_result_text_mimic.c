/* Comparators and haemolysis in the texts of real results: the MIMIC-IV demo, where it is present.
 */
#include "gzip_rows.h"

#include "clinical/result_text.h"

#define LABEVENTS "mimic-iv-demo/labevents.csv.gz"

/* labevents: value is column 9, comments column 16, counted from 1. */
enum { ITEM = 4, VALUE = 8, COMMENTS = 15, COLUMNS = 16 };

typedef struct counts {
    int rows, comments, values, haemolysed, negated;
} counts;

static void count_row(char **cells, counts *n) {
    mag_decimal value;
    mag_comparator comparator;
    n->rows++;
    n->comments += mag_text_comparator(mag_span_of(cells[COMMENTS]), &value, &comparator);
    bool is_number = mag_decimal_parse(mag_text_without_flags(mag_span_of(cells[VALUE])), false,
                                       &value, &comparator) == MAG_NUMBER_OK;
    n->values += is_number && comparator != MAG_EXACT;
    bool is_haemolysed = mag_text_says_haemolysed(mag_span_of(cells[COMMENTS]));
    bool speaks_of_it = strstr(cells[COMMENTS], "emoly") || strstr(cells[COMMENTS], "EMOLY");
    n->haemolysed += is_haemolysed;
    n->negated += speaks_of_it && !is_haemolysed;
}

static void the_comments_of_the_mimic_demo_are_read(void **state) {
    (void)state;
    gzFile file = open_data(LABEVENTS);
    assert_non_null(file);
    static char line[65536];
    char *cells[COLUMNS];
    counts n = {0};
    assert_true(take_row(file, line, sizeof line));
    while (take_row(file, line, sizeof line)) {
        assert_int_equal(cut_row(line, cells, COLUMNS), COLUMNS);
        count_row(cells, &n);
    }
    gzclose(file);
    print_message("%d rows; comparators: %d in comments, %d in values; haemolysed %d, negated %d\n",
                  n.rows, n.comments, n.values, n.haemolysed, n.negated);
    assert_int_equal(n.rows, 107727);
    assert_int_equal(n.comments, 498);
    assert_int_equal(n.values, 12);
    assert_int_equal(n.negated, 12);
}

int main(void) {
    if (!has_data(LABEVENTS))
        return EXIT_SKIPPED;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_comments_of_the_mimic_demo_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
