#include "io/new_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "support/program.h"

static char folder[256];

static int make_folder(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    program_folder_remove(folder);
    return 0;
}

static void pieces_stand_in_their_order_in_a_private_file(void **state) {
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s/pieces", folder);
    mag_new_file file;
    mag_error err = {0};
    assert_int_equal(mag_new_file_open(&file, path, &err), MAG_OK);
    assert_int_equal(mag_new_file_add(&file, mag_span_of("one "), &err), MAG_OK);
    assert_int_equal(mag_new_file_add(&file, mag_span_of(""), &err), MAG_OK);
    assert_int_equal(mag_new_file_add(&file, mag_span_of("two"), &err), MAG_OK);
    assert_int_equal(mag_new_file_close(&file, &err), MAG_OK);
    assert_int_equal(mag_new_file_close(&file, &err), MAG_OK); /* closed already */
    mag_new_file_abandon(&file);
    FILE *in = fopen(path, "r");
    char text[16] = "";
    assert_non_null(in);
    assert_non_null(fgets(text, sizeof text, in));
    fclose(in);
    assert_string_equal(text, "one two");
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
}

static void a_file_that_exists_is_not_touched(void **state) {
    (void)state;
    char path[300];
    snprintf(path, sizeof path, "%s/there", folder);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fclose(out);
    mag_new_file file;
    mag_error err = {0};
    assert_int_equal(mag_new_file_open(&file, path, &err), MAG_E_RESOURCE);
    assert_int_equal(file.fd, -1);
    assert_int_equal(err.message, MAG_MSG_P403);
}

static void a_full_disk_is_an_error_at_once(void **state) {
    (void)state;
    mag_new_file file = {.path = "/dev/full"};
    mag_error err = {0};
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    file.fd = fileno(full);
    assert_int_equal(mag_new_file_add(&file, mag_span_of("x"), &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P403);
    fclose(full);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_stand_in_their_order_in_a_private_file),
        cmocka_unit_test(a_file_that_exists_is_not_touched),
        cmocka_unit_test(a_full_disk_is_an_error_at_once),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
