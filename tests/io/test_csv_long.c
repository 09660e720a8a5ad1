/* Fields and lines beyond their limits that meet: which of them is the fault of the row. */
#include "io/csv_reader.h"

#include "test_support.h"

static mag_account account;

static int set_up(void **state) {
    (void)state;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

/* What the rows of a text come to, as "2:field 3:ok". */
static void assert_rows(const char *text, size_t nbytes, size_t step, const char *expected) {
    static const char *const names[] = {"ok",  "few",  "many",   "quote", "open",
                                        "nul", "utf8", "record", "field"};
    char log[128] = "";
    mag_stream *stream;
    mag_csv_reader *csv;
    mag_error err;
    const mag_csv_row *row;
    const mag_span span = {text, nbytes};
    assert_int_equal(mag_stream_open_text(&stream, "t.csv", span, &account, &err), MAG_OK);
    assert_int_equal(mag_csv_open(&csv, stream, "t.csv", ',', step, &account, &err), MAG_OK);
    for (;;) {
        assert_int_equal(mag_csv_next(csv, &row, &err), MAG_OK);
        if (!row || strlen(log) > 100)
            break;
        snprintf(log + strlen(log), 24, "%s%u:%s", *log ? " " : "", (unsigned)row->line,
                 names[row->fault]);
    }
    assert_string_equal(log, expected);
    mag_csv_close(csv);
    mag_stream_close(stream);
}

/* "1,xxxx...,xxxx...": fields of so many bytes behind the first. */
static void assert_two_fields(size_t second, size_t third, bool is_open, const char *expected) {
    char *text = malloc(second + third + 64);
    size_t at = (size_t)sprintf(text, "a,b,c\n1,");
    memset(text + at, 'x', second);
    at += second;
    at += (size_t)sprintf(text + at, is_open ? ",\"" : ",");
    memset(text + at, 'x', third);
    at += third;
    at += (size_t)sprintf(text + at, "\n3,4,5\n");
    assert_rows(text, at, 0, expected);
    free(text);
}

static void I_35_the_first_of_two_long_fields_is_the_fault(void **state) {
    (void)state;
    enum { LONG = MAG_CSV_FIELD_NBYTES + 1, REST = MAG_CSV_RECORD_NBYTES - LONG };
    assert_two_fields(LONG, LONG, false, "2:field 3:ok");
    assert_two_fields(LONG, REST - 3, false, "2:field 3:ok");
    assert_two_fields(LONG, REST - 2, false, "2:field 3:ok");
    assert_two_fields(LONG, 10 << 20, false, "2:field 3:ok");
    assert_two_fields(LONG, 10 << 20, true, "2:open 3:ok");
    assert_two_fields(1, 10 << 20, true, "2:open 3:ok");
}

/* One field too long, and so many short ones behind it that the line reaches its limit among them:
   the fault is the field's where the row has its columns, and else the line's. */
static void I_35_a_long_field_before_many_short_ones_is_the_fault(void **state) {
    (void)state;
    enum { COLUMNS = 40, LONG = MAG_CSV_FIELD_NBYTES + 1, SHORT = 40000 };
    for (unsigned more = 0; more < 2; more++) {
        char *text = malloc(LONG + (COLUMNS + 1) * (SHORT + 16));
        size_t at = 0;
        for (unsigned i = 0; i < COLUMNS; i++)
            at += (size_t)sprintf(text + at, "%sc%u", i ? "," : "", i);
        text[at++] = '\n';
        for (unsigned i = 0; i < COLUMNS + more; i++) {
            const size_t nbytes = i == 0 ? LONG : SHORT;
            if (i > 0)
                text[at++] = ',';
            memset(text + at, 'x', nbytes);
            at += nbytes;
        }
        for (unsigned i = 0; i < COLUMNS; i++)
            at += (size_t)sprintf(text + at, "%c%u", i ? ',' : '\n', i);
        text[at++] = '\n';
        assert_rows(text, at, 0, more ? "2:record 3:ok" : "2:field 3:ok");
        assert_rows(text, at, 4099, more ? "2:record 3:ok" : "2:field 3:ok");
        free(text);
    }
}

/* The line behind a header of one column is looked at for the delimiter, as far as a record goes.
 */
static void I_35_a_file_of_one_column_may_have_a_long_second_line(void **state) {
    (void)state;
    static const struct {
        size_t nbytes;
        const char *expected;
    } rows[] = {{300, "2:ok"}, {MAG_CSV_FIELD_NBYTES, "2:ok"}, {3 << 20, "2:field"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = malloc(rows[i].nbytes + 2);
        memset(text, 'x', rows[i].nbytes + 2);
        text[1] = '\n';
        assert_rows(text, rows[i].nbytes + 2, 64, rows[i].expected);
        free(text);
    }
}

/* A record longer than the window, and no memory for a longer window. */
static void a_long_record_may_be_more_than_memory_has(void **state) {
    (void)state;
    enum { RECORD = MAG_CSV_FIELD_NBYTES, ROOM = RECORD / 2 };
    static const char head[] = "a,b\n1,2\n3,";
    const size_t nbytes = sizeof head - 1 + RECORD;
    char *text = malloc(nbytes);
    memset(text, 'x', nbytes);
    memcpy(text, head, sizeof head - 1);
    mag_account small = {0};
    mag_stream *stream;
    mag_csv_reader *csv;
    mag_error err;
    const mag_csv_row *row;
    const mag_span span = {text, nbytes};
    assert_int_equal(mag_stream_open_text(&stream, "t.csv", span, &account, &err), MAG_OK);
    assert_int_equal(mag_csv_open(&csv, stream, "t.csv", ',', 64, &small, &err), MAG_OK);
    small.limit_nbytes = small.used_nbytes + ROOM;
    assert_int_equal(mag_csv_next(csv, &row, &err), MAG_OK);
    assert_int_equal(mag_csv_next(csv, &row, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P402);
    mag_csv_close(csv);
    mag_stream_close(stream);
    assert_int_equal(small.used_nbytes, 0);
    free(text);
}

/* Rows that need more room than the ones before: for "" as ", and for what a block leaves. */
static void every_row_may_be_more_than_memory_has(void **state) {
    (void)state;
    enum { GROWING_ROWS = 12 };
    char text[1 << 16];
    size_t nbytes = (size_t)sprintf(text, "a,b\n");
    for (unsigned i = 0, length = 3; i < GROWING_ROWS; i++, length *= 2) {
        nbytes += (size_t)sprintf(text + nbytes, "\"q\"\"%0*d\",1\n", (int)length, 0);
        nbytes += (size_t)sprintf(text + nbytes, "%0*d,2\n", (int)length, 0);
    }
    mag_status status = MAG_E_RESOURCE;
    unsigned refused_count = 0;
    for (size_t more = 0; status != MAG_OK; more += 64) {
        mag_account small = {0};
        mag_stream *stream;
        mag_csv_reader *csv;
        mag_error err;
        const mag_csv_row *row;
        const mag_span span = {text, nbytes};
        assert_int_equal(mag_stream_open_text(&stream, "t", span, &account, &err), MAG_OK);
        assert_int_equal(mag_csv_open(&csv, stream, "t", ',', 16, &small, &err), MAG_OK);
        small.limit_nbytes = small.used_nbytes + more;
        do
            status = mag_csv_next(csv, &row, &err);
        while (status == MAG_OK && row);
        assert_true(status == MAG_OK || err.message == MAG_MSG_P402);
        refused_count += status != MAG_OK;
        mag_csv_close(csv);
        mag_stream_close(stream);
        assert_int_equal(small.used_nbytes, 0);
    }
    assert_true(refused_count > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(I_35_the_first_of_two_long_fields_is_the_fault),
        TEST(I_35_a_file_of_one_column_may_have_a_long_second_line),
        TEST(I_35_a_long_field_before_many_short_ones_is_the_fault),
        TEST(a_long_record_may_be_more_than_memory_has),
        TEST(every_row_may_be_more_than_memory_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
