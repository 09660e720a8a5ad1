#include "io/pg_copy_reader.h"

#include "io/pg_binary.h"
#include "test_support.h"

static mag_account account; /* of the texts that the tests build */

/* A stream of two columns: a text and null, an empty text and a longer one. */
static void add_stream(mag_text *out) {
    mag_pg_binary_header(out);
    mag_pg_binary_row(out, 2);
    mag_pg_binary_bytes(out, mag_span_of("1.70"));
    mag_pg_binary_null(out);
    mag_pg_binary_row(out, 2);
    mag_pg_binary_bytes(out, mag_span_of(""));
    mag_pg_binary_bytes(out, mag_span_of("mmol/L"));
    mag_pg_binary_trailer(out);
}

/* What came out of a stream, in words: "[1.70|NULL][|mmol/L]". */
static mag_status read_on(mag_pg_copy_reader *reader, mag_text *seen, mag_error *err) {
    for (;;) {
        const mag_span *fields;
        MAG_TRY(mag_pg_copy_next(reader, &fields, err));
        if (!fields)
            return MAG_OK;
        for (unsigned i = 0; i < 2; i++) {
            mag_text_add_char(seen, i ? '|' : '[');
            mag_text_add(seen, fields[i].at ? fields[i] : mag_span_of("NULL"));
        }
        mag_text_add_char(seen, ']');
    }
}

typedef struct reading {
    mag_account used;
    mag_pg_copy_reader *reader;
    mag_text seen;
    mag_error err;
} reading;

static void begin(reading *r) {
    *r = (reading){0};
    assert_int_equal(mag_pg_copy_reader_new(&r->reader, 2, "view a.b", &r->used, &r->err), MAG_OK);
    mag_text_init(&r->seen, &r->used);
}

static mag_status feed(reading *r, const char *at, size_t nbytes) {
    /* a copy of its own, so that a reader that keeps what it borrowed is seen by ASan */
    char *piece = test_malloc(nbytes + 1);
    memcpy(piece, at, nbytes);
    mag_status status = mag_pg_copy_feed(r->reader, (mag_span){piece, nbytes}, &r->err);
    if (status == MAG_OK)
        status = read_on(r->reader, &r->seen, &r->err);
    test_free(piece);
    return status;
}

static void expect_whole(reading *r) {
    assert_true(mag_pg_copy_is_ended(r->reader));
    assert_int_equal(mag_pg_copy_row_count(r->reader), 2);
    mag_text_add_char(&r->seen, '\0');
    assert_string_equal(r->seen.at, "[1.70|NULL][|mmol/L]");
}

static void end(reading *r) {
    mag_pg_copy_reader_free(r->reader);
    mag_text_done(&r->seen);
    assert_int_equal(r->used.used_nbytes, 0);
}

static void reads_the_same_rows_at_every_split(void **state) {
    (void)state;
    mag_text stream;
    mag_text_init(&stream, &account);
    add_stream(&stream);
    for (size_t first = 0; first <= stream.nbytes; first++)
        for (size_t second = first; second <= stream.nbytes; second++) {
            reading r;
            begin(&r);
            assert_int_equal(feed(&r, stream.at, first), MAG_OK);
            assert_int_equal(feed(&r, stream.at + first, second - first), MAG_OK);
            assert_int_equal(feed(&r, stream.at + second, stream.nbytes - second), MAG_OK);
            expect_whole(&r);
            end(&r);
        }
    mag_text_done(&stream);
}

static void reads_the_same_rows_byte_by_byte(void **state) {
    (void)state;
    mag_text stream;
    reading r;
    mag_text_init(&stream, &account);
    add_stream(&stream);
    begin(&r);
    for (size_t i = 0; i < stream.nbytes; i++)
        assert_int_equal(feed(&r, stream.at + i, 1), MAG_OK);
    expect_whole(&r);
    end(&r);
    mag_text_done(&stream);
}

static void a_stream_cut_anywhere_has_not_ended(void **state) {
    (void)state;
    mag_text stream;
    mag_text_init(&stream, &account);
    add_stream(&stream);
    for (size_t nbytes = 0; nbytes < stream.nbytes; nbytes++) {
        reading r;
        begin(&r);
        assert_int_equal(feed(&r, stream.at, nbytes), MAG_OK);
        assert_false(mag_pg_copy_is_ended(r.reader));
        end(&r);
    }
    mag_text_done(&stream);
}

typedef struct damage {
    const char *name;
    size_t at;
    char byte;
    const char *says;
} damage;

static void refuses_bytes_that_are_no_such_stream(void **state) {
    (void)state;
    static const damage damages[] = {
        {"another signature", 3, 'X', "not binary COPY"},
        {"flags of another format", 12, 1, "flags"},
        {"a header that never ends", 15, 0x7f, "header is too long"},
        {"one column too many", 20, 3, "number of columns"},
        {"a field of 2 GiB", 21, 0x7f, "longer than"},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        mag_text stream;
        reading r;
        mag_text_init(&stream, &account);
        add_stream(&stream);
        stream.at[damages[i].at] = damages[i].byte;
        begin(&r);
        assert_int_equal(feed(&r, stream.at, stream.nbytes), MAG_E_INTERNAL);
        assert_int_equal(r.err.message, MAG_MSG_X701);
        assert_non_null(strstr(r.err.text, damages[i].says));
        assert_non_null(strstr(r.err.text, "view a.b"));
        assert_null(strstr(r.err.text, "1.70"));
        end(&r);
        mag_text_done(&stream);
    }
}

static void refuses_bytes_behind_the_trailer(void **state) {
    (void)state;
    for (int apart = 0; apart < 2; apart++) {
        mag_text stream;
        reading r;
        mag_text_init(&stream, &account);
        add_stream(&stream);
        size_t whole = stream.nbytes;
        mag_text_add_char(&stream, 0);
        begin(&r);
        if (apart) {
            assert_int_equal(feed(&r, stream.at, whole), MAG_OK);
            assert_int_equal(feed(&r, stream.at + whole, 1), MAG_E_INTERNAL);
        } else {
            assert_int_equal(feed(&r, stream.at, stream.nbytes), MAG_E_INTERNAL);
        }
        end(&r);
        mag_text_done(&stream);
    }
}

static void passes_over_an_extension_of_the_header(void **state) {
    (void)state;
    mag_text plain, stream;
    reading r;
    mag_text_init(&plain, &account);
    mag_text_init(&stream, &account);
    add_stream(&plain);
    mag_text_add(&stream, (mag_span){plain.at, 18});
    mag_text_add(&stream, (mag_span){"\003abc", 4});
    mag_text_add(&stream, (mag_span){plain.at + 19, plain.nbytes - 19});
    begin(&r);
    assert_int_equal(feed(&r, stream.at, stream.nbytes), MAG_OK);
    expect_whole(&r);
    end(&r);
    mag_text_done(&plain);
    mag_text_done(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_same_rows_at_every_split),
        cmocka_unit_test(reads_the_same_rows_byte_by_byte),
        cmocka_unit_test(a_stream_cut_anywhere_has_not_ended),
        cmocka_unit_test(refuses_bytes_that_are_no_such_stream),
        cmocka_unit_test(refuses_bytes_behind_the_trailer),
        cmocka_unit_test(passes_over_an_extension_of_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
