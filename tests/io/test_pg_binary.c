#include "io/pg_binary.h"

#include "test_support.h"

static mag_account account;

/* Bytes as "00 00 00 04" of what one call appends. */
static void expect(mag_text *out, const char *hex) {
    char shown[256] = "";
    for (size_t i = 0; i < out->nbytes; i++)
        snprintf(shown + strlen(shown), sizeof shown - strlen(shown), "%s%02x", i ? " " : "",
                 (unsigned char)out->at[i]);
    assert_string_equal(shown, hex);
    mag_text_clear(out);
}

/* Bytes of "copy (...) to stdout (format binary)" by PostgreSQL 15, taken with od. */
static void writes_what_the_server_writes(void **state) {
    (void)state;
    mag_text out;
    mag_text_init(&out, &account);
    mag_pg_binary_header(&out);
    expect(&out, "50 47 43 4f 50 59 0a ff 0d 0a 00 00 00 00 00 00 00 00 00");
    mag_pg_binary_row(&out, 3);
    expect(&out, "00 03");
    mag_pg_binary_null(&out);
    expect(&out, "ff ff ff ff");
    mag_pg_binary_bytes(&out, mag_span_of("ab"));
    expect(&out, "00 00 00 02 61 62");
    mag_pg_binary_bytes(&out, mag_span_of(""));
    expect(&out, "00 00 00 00");
    mag_pg_binary_integer(&out, 1, true);
    expect(&out, "00 00 00 01 01");
    mag_pg_binary_integer(&out, 4, -2);
    expect(&out, "00 00 00 04 ff ff ff fe");
    mag_pg_binary_integer(&out, 8, 4294967298);
    expect(&out, "00 00 00 08 00 00 00 01 00 00 00 02");
    mag_pg_binary_double(&out, 0.5);
    expect(&out, "00 00 00 08 3f e0 00 00 00 00 00 00");
    mag_pg_binary_day(&out, mag_day_from_civil(2000, 1, 2));
    expect(&out, "00 00 00 04 00 00 00 01");
    mag_pg_binary_day(&out, mag_day_from_civil(1999, 12, 31));
    expect(&out, "00 00 00 04 ff ff ff ff");
    mag_pg_binary_minute(&out, mag_day_from_civil(2000, 1, 1) * MAG_MINUTES_PER_DAY + 1);
    expect(&out, "00 00 00 08 00 00 00 00 03 93 87 00");
    mag_pg_binary_minute(&out, mag_day_from_civil(1999, 12, 31) * MAG_MINUTES_PER_DAY + 1439);
    expect(&out, "00 00 00 08 ff ff ff ff fc 6c 79 00");
    mag_pg_binary_trailer(&out);
    expect(&out, "ff ff");
    mag_text_done(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(writes_what_the_server_writes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
