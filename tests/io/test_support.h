/* What the tests of this floor share: cmocka, short-hands, and files in the temporary directory. */
#ifndef TESTS_IO_TEST_SUPPORT_H
#define TESTS_IO_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
#define assert_starts_with(text, prefix)                                                           \
    do {                                                                                           \
        if (strncmp((text), (prefix), strlen(prefix)) != 0)                                        \
            fail_msg("\"%s\" does not start with \"%s\"", (text), (prefix));                       \
    } while (0)

enum { MAG_TEST_PATH_NBYTES = 512 };

static inline void mag_test_path(char path[MAG_TEST_PATH_NBYTES], const char *name) {
    const char *folder = getenv("TMPDIR");
    snprintf(path, MAG_TEST_PATH_NBYTES, "%s/magscreen-test-%ld-%s", folder ? folder : "/tmp",
             (long)getpid(), name);
}

/* Writes a file of this process in the temporary directory and says where. */
static inline void mag_test_write_file(char path[MAG_TEST_PATH_NBYTES], const char *name,
                                       const void *content, size_t nbytes) {
    mag_test_path(path, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, nbytes, file), nbytes);
    assert_int_equal(fclose(file), 0);
}

#endif
