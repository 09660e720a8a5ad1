#include "io/csv_encoding.h"

#include "test_support.h"

static void tells_texts_that_read_well_as_windows_1252(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_typical;
    } table[] = {
        {"q1,h\xe4molytisch", true},
        {"Fr\xfch\x65r \x84", false}, /* a low quote stands in other code pages too */
        {"caf\xe9", true},
        {"\xe9t\xe9", true},
        {"stra\xdf\x65, \xb5mol/L, 37 \xb0\x43, 10\xb2", true},
        {"\x93see comment\x94 \x96 repeat", true},
        {"\xc9\xc9", true},
        {"\xc9\xc9\xc9", false}, /* three together are no word of the West */
        {"plain", false},
        {"", false},
        {"\x81", false}, /* no character there */
        {"\xc0\xaf", false},
        {"\xd7", false},
        {"\xf7", false},
        {"\xff", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (mag_csv_looks_like_windows1252(mag_span_of(table[i].text)) != table[i].is_typical)
            fail_msg("row %zu", i);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_texts_that_read_well_as_windows_1252),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
