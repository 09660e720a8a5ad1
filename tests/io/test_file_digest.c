#include "io/file_digest.h"

#include "test_support.h"

static void is_the_digest_of_all_bytes(void **state) {
    (void)state;
    static char content[200001];
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 200001};
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (char)(i * 31 + i / 256);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char path[MAG_TEST_PATH_NBYTES], got[MAG_SHA256_HEX_NBYTES], want[MAG_SHA256_HEX_NBYTES];
        mag_error err;
        mag_test_write_file(path, "digest", content, sizes[i]);
        mag_sha256_of((mag_span){content, sizes[i]}, want);
        assert_int_equal(mag_file_sha256(path, got, &err), MAG_OK);
        assert_string_equal(got, want);
        unlink(path);
    }
}

static void says_what_cannot_be_read(void **state) {
    (void)state;
    static const char *const paths[] = {"/tmp", "/tmp/there-is-no-such-folder/x"};
    char hex[MAG_SHA256_HEX_NBYTES];
    for (size_t i = 0; i < 2; i++) {
        mag_error err = {0};
        assert_int_equal(mag_file_sha256(paths[i], hex, &err), MAG_E_RESOURCE);
        assert_int_equal(err.message, MAG_MSG_P404);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_digest_of_all_bytes),
        cmocka_unit_test(says_what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
