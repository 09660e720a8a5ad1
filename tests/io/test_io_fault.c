#include "io/io_fault.h"

#include "test_support.h"

#include <errno.h>

typedef struct reading {
    int reason;
    mag_status status;
    mag_message_id message;
} reading;

static void opening_tells_the_machine_from_the_path(void **state) {
    (void)state;
    static const reading readings[] = {
        {EMFILE, MAG_E_RESOURCE, MAG_MSG_P408}, {ENFILE, MAG_E_RESOURCE, MAG_MSG_P408},
        {ENOMEM, MAG_E_RESOURCE, MAG_MSG_P402}, {EIO, MAG_E_RESOURCE, MAG_MSG_P404},
        {ENOENT, MAG_E_USAGE, MAG_MSG_I112},    {EACCES, MAG_E_USAGE, MAG_MSG_I112}};
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        mag_error err = {0};
        assert_int_equal(mag_io_fail_open("a.csv", "cannot be opened", readings[i].reason, &err),
                         readings[i].status);
        assert_int_equal(err.message, readings[i].message);
        assert_non_null(strstr(err.text, "a.csv: cannot be opened"));
    }
}

static void reading_a_directory_is_the_users_mistake(void **state) {
    (void)state;
    mag_error err = {0};
    assert_int_equal(mag_io_fail_read("a", EISDIR, &err), MAG_E_USAGE);
    assert_int_equal(err.message, MAG_MSG_I112);
    assert_int_equal(mag_io_fail_read("a", EIO, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P404);
}

static void writing_needs_room_or_descriptors(void **state) {
    (void)state;
    mag_error err = {0};
    assert_int_equal(mag_io_fail_write("a", ENOSPC, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P403);
    assert_int_equal(mag_io_fail_write("a", EMFILE, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P408);
    assert_int_equal(mag_io_fail_write("a", ENOSPC, NULL), MAG_E_RESOURCE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_tells_the_machine_from_the_path),
        cmocka_unit_test(reading_a_directory_is_the_users_mistake),
        cmocka_unit_test(writing_needs_room_or_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
