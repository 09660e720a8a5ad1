#include "base/sha256.h"

#include "base_test.h"

/* Vectors of FIPS 180-2. */
static const char EMPTY[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
static const char ABC[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
static const char MILLION_A[] = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

static void known_vectors_come_out(void **state) {
    (void)state;
    char hex[MAG_SHA256_HEX_NBYTES];
    mag_sha256_of(mag_span_of("abc"), hex);
    assert_string_equal(hex, ABC);
    mag_sha256_of((mag_span){NULL, 0}, hex);
    assert_string_equal(hex, EMPTY);
}

static void pieces_give_the_hash_of_the_whole(void **state) {
    (void)state;
    char hex[MAG_SHA256_HEX_NBYTES], block[1000];
    memset(block, 'a', sizeof block);
    mag_sha256 *hash = mag_sha256_new();
    for (size_t left = 1000000, step = 1; left > 0; step = step % 997 + 1) {
        size_t nbytes = step < left ? step : left;
        mag_sha256_add(hash, (mag_span){block, nbytes});
        left -= nbytes;
    }
    mag_sha256_end(hash, hex);
    assert_string_equal(hex, MILLION_A);
}

static void nothing_and_the_unfinished_can_be_dropped(void **state) {
    (void)state;
    char hex[MAG_SHA256_HEX_NBYTES];
    mag_sha256_free(NULL);
    mag_sha256_free(mag_sha256_new());
    mag_sha256_end(mag_sha256_new(), hex);
    assert_string_equal(hex, EMPTY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(known_vectors_come_out),
        TEST(pieces_give_the_hash_of_the_whole),
        TEST(nothing_and_the_unfinished_can_be_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
