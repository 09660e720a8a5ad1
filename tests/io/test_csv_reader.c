/* Records of the CSV reader, and single rows of the list of faults. */
#include "csv_log.h"

static void reads_records_of_the_standard(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        {"a,b\n1,2\n", "2:ok[1|2]"},
        {"a,b\r\n1,2\r\n", "2:ok[1|2]"},
        {"a,b\n\"1\",\"2\"\n", "2:ok[1|2]"},
        {"a,b\r\n\"1\",\"2\"\r\n", "2:ok[1|2]"},
        {"a,b\n\"1,\"\"x\"\"\",2\n", "2:ok[1,\"x\"|2]"},
        {"a,b\n\"\"\"\",\"\"\n", "2:ok[\"|]"},
        {"a,b\n,\n", "2:ok[|]"},
        {"a,b\n\n1,2\n", "3:ok[1|2]"},
        {"a\n1\n\n", "2:ok[1]"},
        {"a,b\n1,\" 2 \"\n", "2:ok[1| 2 ]"},
        {"\"a\",\"b\"\n1,2\n", "2:ok[1|2]"},
        {"a,b\n1,2\na,3\n", "2:ok[1|2] 3:ok[a|3]"},
        {"a,b\n", ""},
        {"a,b", ""},
        {"a,,b\n1,2,3\n", "2:ok[1|2|3]"},
        {"a,b\n\xef\xac\x81,2\n", "2:ok[\xef\xac\x81|2]"},
        {"BZh,b\n1,2\n", "2:ok[1|2]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_log(cases[i][0], strlen(cases[i][0]), cases[i][1]);
}

static void I_18_a_byte_order_mark_is_noted_and_no_part_of_the_name(void **state) {
    (void)state;
    const char text[] = "\xef\xbb\xbf"
                        "a,b\n1,2\n\xef\xbb\xbf"
                        "a,b\n3,4\n";
    assert_log(text, sizeof text - 1, "2:ok[1|2] 4:ok[3|4]");
    reading r = read_bytes(text, sizeof text - 1, ',', 1);
    assert_true(r.facts.has_bom);
    assert_int_equal(r.facts.repeated_header_count, 1);
    free(r.log);
}

static void I_19_utf16_is_refused(void **state) {
    (void)state;
    assert_refused("\xff\xfe"
                   "a\0,\0b\0\n\0",
                   10, ',', MAG_MSG_I120, "UTF-16");
    assert_refused("\xfe\xff\0a\0,\0b\0\n", 10, ',', MAG_MSG_I120, "UTF-16");
    assert_refused("a\0,\0b\0\n\0", 8, ',', MAG_MSG_I120, "UTF-16");
    assert_refused("\0a\0,\0b\0\n", 8, ',', MAG_MSG_I120, "UTF-16");
}

static void I_20_line_ends_are_counted_and_lone_crs_refused(void **state) {
    (void)state;
    const char mixed[] = "a,b\r\n1,2\n3,4\r\n\"5\",6\r\n7,\"8\"\n";
    assert_log(mixed, sizeof mixed - 1, "2:ok[1|2] 3:ok[3|4] 4:ok[5|6] 5:ok[7|8]");
    reading r = read_bytes(mixed, sizeof mixed - 1, ',', 3);
    assert_int_equal(r.facts.crlf_count, 3);
    assert_int_equal(r.facts.lf_count, 2);
    assert_int_equal(r.facts.lone_cr_count, 0);
    free(r.log);
    assert_refused("a,b\r1,2\r3,4\r", 12, ',', MAG_MSG_I121, "carriage returns");
    assert_refused("\"a\",b\r\"1\",2\r\"3\",4\r", 18, ',', MAG_MSG_I121, "carriage returns");
    assert_refused("a,b\n1,2\r3,4\r5,6\r", 16, ',', MAG_MSG_I121, "carriage returns");
    const char one[] = "a,b\n1,x\ry\n3,4\n";
    assert_log(one, sizeof one - 1, "2:ok[1|x\ry] 3:ok[3|4]");
}

static void I_21_a_missing_last_line_end_is_noted_for_plain_files(void **state) {
    (void)state;
    static const struct {
        const char *text, *log;
    } cases[] = {
        {"a,b\n1,2\n3,4", "2:ok[1|2] 3:ok[3|4]"},     {"a,b\n1,2\n3", "2:ok[1|2] 3:few"},
        {"a,b\n1,2\n3,\"4\"", "2:ok[1|2] 3:ok[3|4]"}, {"a,b\n1,2\n3,\"4", "2:ok[1|2] 3:open"},
        {"a,b\n1,2\n3,4\r", "2:ok[1|2] 3:ok[3|4]"},   {"a,b\n1,2\n3,", "2:ok[1|2] 3:ok[3|]"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t nbytes = strlen(cases[i].text);
        assert_log(cases[i].text, nbytes, cases[i].log);
        reading plain = read_bytes(cases[i].text, nbytes, ',', 0);
        assert_true(plain.facts.has_unfinished_last_line);
        test_bytes packed = test_gzip(cases[i].text, nbytes);
        reading gzip = read_bytes(packed.at, packed.nbytes, ',', 0);
        assert_string_equal(gzip.log, cases[i].log);
        assert_false(gzip.facts.has_unfinished_last_line);
        free(packed.at);
        free(plain.log);
        free(gzip.log);
    }
    reading whole = read_bytes("a,b\n1,2\n", 8, ',', 0);
    assert_false(whole.facts.has_unfinished_last_line);
    free(whole.log);
}

static void I_22_a_line_end_in_quotes_is_content_and_the_first_line_counts(void **state) {
    (void)state;
    const char text[] = "a,b\n\"1\n\n1\",2\n\"3\r\n4\",5\n6,7\n";
    assert_log(text, sizeof text - 1, "2:ok[1\n\n1|2] 5:ok[3\r\n4|5] 7:ok[6|7]");
}

/* A quote that closes in a later row: the number of fields is right, and rows are gone. Each is
   told; texts of several lines stay texts. */
static void I_22_lines_in_quotes_that_look_like_rows_are_counted(void **state) {
    (void)state;
    static const struct {
        const char *text, *log;
        unsigned count, line;
    } cases[] = {
        {"a,b,c\n1,2,\"x\n3,4,5\n6,7,y\"\n", "2:ok[1|2|x\n3,4,5\n6,7,y]", 2, 2},
        {"a,b,c\r\n1,\"2,x\r\n3,4,5\r\n6,7\",y\r\n", "2:ok[1|2,x\r\n3,4,5\r\n6,7|y]", 2, 2},
        {"a,b,c\n\"1,2,x\n3,4,5\n6\",7,y\n", "2:ok[1,2,x\n3,4,5\n6|7|y]", 2, 2},
        {"a,b,c\n0,0,0\n1,2,\"x\n6,7,y\"", "2:ok[0|0|0] 3:ok[1|2|x\n6,7,y]", 1, 3}, /* neighbours */
        {"a,b,c\n1,\"2,x\n6,7\",y\n", "2:ok[1|2,x\n6,7|y]", 1, 2},
        {"a,b,c\n\"1,2,x\n6\",7,y\n", "2:ok[1,2,x\n6|7|y]", 1, 2},
        {"a,b,c\n1,2,\"x, y\n6,7,y\"\n", "2:ok[1|2|x, y\n6,7,y]", 1, 2},     /* its own comma */
        {"a,b,c\n1,2,\"x\n3,\"\",5\n6\"\n", "2:ok[1|2|x\n3,\",5\n6]", 1, 2}, /* an empty cell */
        {"a,b,c\n1,2,\"\n3,4,5\n\"\n6,\"\n7,8,9\n\",0\n", "2:ok[1|2|\n3,4,5\n] 5:ok[6|\n7,8,9\n|0]",
         2, 2},                                                  /* the first is named */
        {"a,b,c\n1,2,\"\xff\n3,4,5\n\"\n", "2:utf8", 1, 2},      /* one reject takes more rows */
        {"a,b,c\n1,2,\"x\n3,4,5\n", "2:open 3:ok[3|4|5]", 0, 0}, /* read again by themselves */
        {"a,b,c\n1,2,\"x\n3,4,5\ny\" z\n", "2:quote 3:ok[3|4|5] 4:quote", 0, 0},
        /* texts of several lines */
        {"a,b,c\n1,2,\"x, y, z, and\nw\"\n", "2:ok[1|2|x, y, z, and\nw]", 0, 0},
        {"a,b,c\n1,2,\"x\ny, z\nw, v\"\n", "2:ok[1|2|x\ny, z\nw, v]", 0, 0},
        {"a,b,c\n1,2,\"x\ny,z,u,v\nw\"\n", "2:ok[1|2|x\ny,z,u,v\nw]", 0, 0},
        {"a,b,c\n\"1\n2\",3,\"4\n5\"\n", "2:ok[1\n2|3|4\n5]", 0, 0},
        {"a,b,c\n1,\"\n\",3\n4,5,\"\n\n\"\n", "2:ok[1|\n|3] 4:ok[4|5|\n\n]", 0, 0},
        {"a,b,c\n1,2,\"x,y,z\"\n", "2:ok[1|2|x,y,z]", 0, 0},
        {"a\n\"1\n2\n3\"\n", "2:ok[1\n2\n3]", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t nbytes = strlen(cases[i].text);
        assert_log(cases[i].text, nbytes, cases[i].log);
        reading r = read_bytes(cases[i].text, nbytes, ',', 2);
        if (r.facts.quoted_row_count != cases[i].count ||
            r.facts.first_quoted_row_line != cases[i].line)
            fail_msg("%s: %u, first on line %u", cases[i].text, (unsigned)r.facts.quoted_row_count,
                     (unsigned)r.facts.first_quoted_row_line);
        free(r.log);
    }
}

static void I_24_an_open_quote_does_not_swallow_the_rest(void **state) {
    (void)state;
    const char small[] = "a,b\n1,\"2\n3,4\n5,6\n";
    assert_log(small, sizeof small - 1, "2:open 3:ok[3|4] 4:ok[5|6]");
    size_t nbytes = 4 + 5, rows = 300000; /* far more than one record may be long */
    char *text = malloc(nbytes + rows * 8 + 1);
    strcpy(text, "a,b\n1,\"2\n");
    for (size_t i = 0; i < rows; i++)
        nbytes += (size_t)sprintf(text + nbytes, "3333,44\n");
    reading r = read_bytes(text, nbytes, ',', 0);
    assert_int_equal(r.status, MAG_OK);
    assert_starts_with(r.log, "2:open 3:ok[3333|44] 4:ok[3333|44] ");
    assert_int_equal(count_text(r.log, ":ok["), rows);
    free(r.log);
    free(text);
}

static void I_27_another_delimiter_is_named(void **state) {
    (void)state;
    assert_refused("a;b\n1;2\n", 8, ',', MAG_MSG_I127, "found ';', expected ','");
    assert_refused("a\tb\n1\t2\n", 8, ',', MAG_MSG_I127, "found a tab, expected ','");
    assert_refused("a|b\n1|2\n", 8, ',', MAG_MSG_I127, "found '|', expected ','");
    assert_refused("a b\n1 2\n", 8, ',', MAG_MSG_I127, "found a space, expected ','");
    assert_refused("a, b\n1, 2\n", 10, ',', MAG_MSG_I127, "a comma and a space");
    assert_refused("a,b\n1,2\n", 8, ';', MAG_MSG_I127, "found ',', expected ';'");
    assert_refused("a; b\n1; 2\n", 10, ';', MAG_MSG_I127, "a delimiter followed by a space");
    assert_refused("a,b\n1,2\n", 8, ' ', MAG_MSG_I127, "found ',', expected a space");
    assert_refused("a,b\n1,2\n", 8, ':', MAG_MSG_I127, "expected another character");
    reading r = read_bytes("a\tb\n1\t2\n", 8, '\t', 0);
    assert_string_equal(r.log, "2:ok[1|2]");
    free(r.log);
}

static void I_31_what_is_no_header_is_refused(void **state) {
    (void)state;
    assert_refused("a,b,a\n1,2,3\n", 12, ',', MAG_MSG_I129, "columns 1 and 3 have the same name");
    assert_refused("a,b\na,b\n1,2\n", 12, ',', MAG_MSG_I129, "line 2: a second header row");
    assert_refused("Export of labs\na,b\n1,2\n", 23, ',', MAG_MSG_I129, "line 1: not a header");
    assert_refused("\na,b\n1,2\n", 9, ',', MAG_MSG_I129, "line 1:");
    assert_refused("a,\"b\n1,2\n", 9, ',', MAG_MSG_I129, "line 1:");
    assert_refused("a,b\0c\n1,2\n", 10, ',', MAG_MSG_I129, "line 1:");
    assert_refused("\0\0\0\0\0\0\0\0\n", 9, ',', MAG_MSG_I129, "line 1:");
}

/* "1,xxxx...,2": the middle field has so many bytes, inside the quotes if quoted. */
static reading read_long_field(size_t field_nbytes, bool is_quoted, const char *tail) {
    char *text = malloc(field_nbytes + 64);
    size_t at = (size_t)sprintf(text, "a,b,c\n1,%s", is_quoted ? "\"" : "");
    memset(text + at, 'x', field_nbytes);
    at += field_nbytes;
    at += (size_t)sprintf(text + at, "%s%s", is_quoted ? "\"" : "", tail);
    account.peak_nbytes = 0;
    reading r = read_bytes(text, at, ',', 0);
    free(text);
    assert_int_equal(r.status, MAG_OK);
    assert_true(account.peak_nbytes < 4 << 20);
    return r;
}

static void assert_long_field(size_t field_nbytes, bool is_quoted, const char *tail,
                              const char *expected) {
    reading r = read_long_field(field_nbytes, is_quoted, tail);
    assert_string_equal(r.log, expected);
    free(r.log);
}

static void I_35_fields_over_64_kib_are_set_aside_with_flat_memory(void **state) {
    (void)state;
    for (int is_quoted = 0; is_quoted < 2; is_quoted++) {
        reading fits = read_long_field(MAG_CSV_FIELD_NBYTES, is_quoted, ",2\n3,4,5\n");
        assert_starts_with(fits.log, "2:ok[1|xxx");
        free(fits.log);
        assert_long_field(MAG_CSV_FIELD_NBYTES + 1, is_quoted, ",2\n3,4,5\n",
                          "2:field 3:ok[3|4|5]");
        assert_long_field(10 << 20, is_quoted, ",2\n3,4,5\n", "2:field 3:ok[3|4|5]");
        assert_long_field(10 << 20, is_quoted, ",2,,\n3,4,5\n", "2:record 3:ok[3|4|5]");
        assert_long_field(10 << 20, is_quoted, "", "2:record");
    }
    assert_long_field(10 << 20, true, "\n3,4,5\n", "2:record 3:ok[3|4|5]");
}

static void I_34_a_line_over_1_mib_is_set_aside_with_flat_memory(void **state) {
    (void)state;
    static const size_t lengths[] = {MAG_CSV_RECORD_NBYTES - 1,
                                     MAG_CSV_RECORD_NBYTES,
                                     MAG_CSV_RECORD_NBYTES + 1,
                                     MAG_CSV_RECORD_NBYTES + 2,
                                     MAG_CSV_RECORD_NBYTES + 3,
                                     MAG_CSV_RECORD_NBYTES + 4,
                                     64 << 20};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char *text = malloc(lengths[i] + 32);
        size_t at = (size_t)sprintf(text, "a,b,c\n");
        for (size_t k = 0; k < lengths[i]; k++)
            text[at++] = k % 1000 == 999 ? ',' : 'x';
        at += (size_t)sprintf(text + at, "\n3,4,5\n");
        static const size_t steps[] = {0, 4099};
        for (size_t k = 0; k < 2; k++) {
            account.peak_nbytes = 0;
            reading r = read_bytes(text, at, ',', steps[k]);
            assert_string_equal(r.log, lengths[i] <= MAG_CSV_RECORD_NBYTES
                                           ? "2:many 3:ok[3|4|5]"
                                           : "2:record 3:ok[3|4|5]");
            assert_true(account.peak_nbytes < 4 << 20);
            free(r.log);
        }
        free(text);
    }
}

static void I_35_more_than_1024_columns_are_refused(void **state) {
    (void)state;
    char *text = malloc(100000);
    for (unsigned columns = 1024; columns <= 10000; columns += 8976) {
        size_t at = 0;
        for (unsigned i = 0; i < columns; i++)
            at += (size_t)sprintf(text + at, "%sc%u", i ? "," : "", i);
        text[at++] = '\n';
        if (columns > 1024) {
            assert_refused(text, at, ',', MAG_MSG_I129, "more than 1024 columns");
            continue;
        }
        reading r = read_bytes(text, at, ',', 0);
        assert_int_equal(r.status, MAG_OK);
        free(r.log);
    }
    size_t at = (size_t)sprintf(text, "\"c0\"x");
    memset(text + at, ',', 2000);
    text[at + 2000] = '\n';
    assert_refused(text, at + 2001, ',', MAG_MSG_I129, "more than 1024 columns");
    memset(text, ',', 2000);
    text[1500] = '\r'; /* behind the columns that are looked at */
    assert_refused(text, 2000, ',', MAG_MSG_I129, "more than 1024 columns");
    text[500] = '\r';
    assert_refused(text, 2000, ',', MAG_MSG_I121, "lone carriage returns");
    free(text);
}

static void I_36_blank_lines_and_repeated_headers_are_counted(void **state) {
    (void)state;
    const char text[] = "a,b\n\n1,2\n  \t\n\r\n a ,\"b\"\n3,4\n\n";
    assert_log(text, sizeof text - 1, "3:ok[1|2] 7:ok[3|4]");
    reading r = read_bytes(text, sizeof text - 1, ',', 1);
    assert_int_equal(r.facts.blank_line_count, 4);
    assert_int_equal(r.facts.repeated_header_count, 1);
    free(r.log);
}

static void I_36_a_header_is_known_by_its_names_and_refused_if_it_is_another(void **state) {
    (void)state;
    static const struct {
        const char *text, *log;
        unsigned header_count;
    } cases[] = {
        {"a,b,c\n1,2,3\nA, B ,\"C\"\n4,5,6\n", "2:ok[1|2|3] 4:ok[4|5|6]", 1},
        {"a,b,c\n1,2,3\nA,,c\n4,5,6\n", "2:ok[1|2|3] 4:ok[4|5|6]", 1},
        {"a\n1\nA\n2\n", "2:ok[1] 4:ok[2]", 1},
        {",b\n1,2\n,B\n", "2:ok[1|2]", 1},
        {"0,1,2\n5,6,7\n0,1,2\n", "2:ok[5|6|7]", 1},
        /* values: one name, a name many times, too few of the columns, an id that is no name */
        {"a,b,c\n1,2,3\nb,,\n4,b,a\n", "2:ok[1|2|3] 3:ok[b||] 4:ok[4|b|a]", 0},
        {"a,b,c\n1,2,3\nb,b,b\n", "2:ok[1|2|3] 3:ok[b|b|b]", 0},
        {"a,b,c,d,e\n1,2,3,4,5\nb,a,,,\n", "2:ok[1|2|3|4|5] 3:ok[b|a|||]", 0},
        {"a,b,c\n1,2,3\n,,\n", "2:ok[1|2|3] 3:ok[||]", 0},
        {"0,1,2\n5,6,7\n1,0,2\n", "2:ok[5|6|7] 3:ok[1|0|2]", 0},
        {"A1,B1\n1,2\na1,b2\n", "2:ok[1|2] 3:ok[a1|b2]", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t nbytes = strlen(cases[i].text);
        assert_log(cases[i].text, nbytes, cases[i].log);
        reading r = read_bytes(cases[i].text, nbytes, ',', 1);
        assert_int_equal(r.facts.repeated_header_count, cases[i].header_count);
        free(r.log);
    }
    static const char *const refused[] = {"a,b,c\n1,2,3\na,c,b\n4,5,6\n",
                                          "a,b,c\n1,2,3\nC,B,A\n",
                                          "a,b,c\n1,2,3\n\"b\", a,\n",
                                          "a,b,c\n1,2,3\na,b,d\n",
                                          "a,b,c\n1,2,3\n,c,b\n",
                                          "\xc3\xa9,b\n1,2\nb,\xc3\xa9\n",
                                          "a,b,c\n1,2,3\n\xef\xbb\xbf\x62,a,c\n"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        assert_refused(refused[i], strlen(refused[i]), ',', MAG_MSG_I129,
                       "line 3: a second header row, its columns in another order or of other");
}

/* A count behind the last row is no row; anywhere else it is one that has too few fields. */
static void I_37_a_count_of_rows_is_told_from_a_row_by_the_end(void **state) {
    (void)state;
    static const struct {
        const char *text, *log;
        unsigned line, count;
    } cases[] = {
        {"a,b\n1,2\n(1 row)\n", "2:ok[1|2]", 3, 1},
        {"a,b\n1,2\n(1 row)", "2:ok[1|2]", 3, 1},
        {"a,b\n1,2\n\n9 rows selected.\n\n \n", "2:ok[1|2]", 4, 9},
        {"a,b\n(0 rows)\n", "", 2, 0},
        {"a,b\n(1 row)\n1,2\n", "2:few 3:ok[1|2]", 0, 0},
        {"a,b\n1,2\n(1 row)\n\n3,4\n(2 rows)\n", "2:ok[1|2] 3:few 5:ok[3|4]", 6, 2},
        {"a,b\n(1 row)\n(2 rows)\n(3 rows)\n", "2:few 3:few", 4, 3},
        {"a,b\n(1 row)\nx\n(3 rows)\n1,\"", "2:few 3:few 4:few 5:open", 0, 0},
        {"a,b\n1,2\n\"(1 row)\"\n", "2:ok[1|2]", 3, 1},
        {"a,b\n1,2\n(1 row),\n", "2:ok[1|2]", 3, 1},
        {"a,b,c\n1,2,3\n\"(1 row)\",,\n", "2:ok[1|2|3]", 3, 1},
        {"a,b\n1,2\n(1,234 rows)\n", "2:ok[1|2]", 3, 1234},
        {"a,b,c\n1,2,3\n(1,234 rows),\n", "2:ok[1|2|3]", 3, 1234},
        {"a,b,c\n(9 rows),,\n1,2,3\n(1 row),,", "2:few 3:ok[1|2|3]", 4, 1},
        {"a,b,c\n(1 row),,x\n", "2:ok[(1 row)||x]", 0, 0},
        {"a,b,c\n5 rows x,,\n", "2:ok[5 rows x||]", 0, 0},
        {"a\n(1 row)\n", "2:ok[(1 row)]", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_log(cases[i].text, strlen(cases[i].text), cases[i].log);
        reading r = read_bytes(cases[i].text, strlen(cases[i].text), ',', 3);
        assert_int_equal(r.facts.footer_line, cases[i].line);
        if (cases[i].line)
            assert_int_equal(r.facts.footer_count, cases[i].count);
        free(r.log);
    }
}

static void a_damaged_stream_ends_reading_with_its_fault(void **state) {
    (void)state;
    test_bytes packed = test_gzip("a,b\n1,2\n", 8);
    reading r = read_bytes(packed.at, packed.nbytes - 1, ',', 0);
    assert_int_equal(r.status, MAG_E_INPUT);
    assert_int_equal(r.err.message, MAG_MSG_I101);
    free(r.log);
    free(packed.at);
}

static void a_scanner_or_delimiter_that_no_cutter_has_leaves_the_plain_one(void **state) {
    (void)state;
    static const char text[] = "a\x1f"
                               "b\n1\x1f\"2\"\n3\x1f,\n";
    reading r = read_bytes(text, sizeof text - 1, '\x1f', 0);
    assert_int_equal(r.status, MAG_OK);
    assert_string_equal(r.log, "2:ok[1|2] 3:ok[3|,]");
    free(r.log);
    mag_stream *stream;
    mag_csv_reader *reader;
    const mag_csv_row *row;
    mag_error err;
    const mag_span rows = mag_span_of("a,b\n1,2\n");
    assert_int_equal(mag_stream_open_text(&stream, "t", rows, &account, &err), MAG_OK);
    assert_int_equal(mag_csv_open(&reader, stream, "t", ',', 0, &account, &err), MAG_OK);
    assert_false(mag_csv_set_scanner(reader, (mag_csv_scanner)(MAG_CSV_SCANNER_AVX512 + 1)));
    assert_int_equal(mag_csv_next(reader, &row, &err), MAG_OK);
    assert_true(mag_span_is(row->fields[1], "2"));
    mag_csv_close(reader);
    mag_stream_close(stream);
}

static void says_in_which_column_the_fault_is(void **state) {
    (void)state;
    static const struct {
        const char *row;
        size_t nbytes;
        unsigned column;
    } cases[] = {{"1,2\"", 4, 2},   {"\"1\"x,2", 6, 1},    {"1,2\0", 4, 2},
                 {"1\xff,2", 4, 1}, {"1,\"2\xff\"", 6, 2}, {"1", 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32] = "a,b\n", path[MAG_TEST_PATH_NBYTES];
        memcpy(text + 4, cases[i].row, cases[i].nbytes);
        text[4 + cases[i].nbytes] = '\n';
        mag_test_write_file(path, "c.csv", text, cases[i].nbytes + 5);
        mag_stream *stream;
        mag_csv_reader *reader;
        const mag_csv_row *row;
        mag_error err;
        assert_int_equal(mag_stream_open(&stream, path, &account, &err), MAG_OK);
        assert_int_equal(mag_csv_open(&reader, stream, "c", ',', 0, &account, &err), MAG_OK);
        assert_int_equal(mag_csv_next(reader, &row, &err), MAG_OK);
        assert_int_not_equal(row->fault, MAG_CSV_OK);
        assert_int_equal(row->fault_column, cases[i].column);
        assert_null(row->fields);
        mag_csv_close(reader);
        mag_stream_close(stream);
        unlink(path);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_records_of_the_standard),
        TEST(I_18_a_byte_order_mark_is_noted_and_no_part_of_the_name),
        TEST(I_19_utf16_is_refused),
        TEST(I_20_line_ends_are_counted_and_lone_crs_refused),
        TEST(I_21_a_missing_last_line_end_is_noted_for_plain_files),
        TEST(I_22_a_line_end_in_quotes_is_content_and_the_first_line_counts),
        TEST(I_22_lines_in_quotes_that_look_like_rows_are_counted),
        TEST(I_24_an_open_quote_does_not_swallow_the_rest),
        TEST(I_27_another_delimiter_is_named),
        TEST(I_31_what_is_no_header_is_refused),
        TEST(I_34_a_line_over_1_mib_is_set_aside_with_flat_memory),
        TEST(I_35_fields_over_64_kib_are_set_aside_with_flat_memory),
        TEST(I_35_more_than_1024_columns_are_refused),
        TEST(I_36_blank_lines_and_repeated_headers_are_counted),
        TEST(I_36_a_header_is_known_by_its_names_and_refused_if_it_is_another),
        TEST(I_37_a_count_of_rows_is_told_from_a_row_by_the_end),
        TEST(a_damaged_stream_ends_reading_with_its_fault),
        TEST(a_scanner_or_delimiter_that_no_cutter_has_leaves_the_plain_one),
        TEST(says_in_which_column_the_fault_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
