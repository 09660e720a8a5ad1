#include "io/file_copy.h"

#include "test_support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], from[96], to[96];
enum { NBYTES = 200000 }; /* more than one block */

static int set_up(void **state) {
    (void)state;
    strcpy(folder, "/tmp/magscreen-copy-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(from, sizeof from, "%s/from", folder);
    snprintf(to, sizeof to, "%s/to", folder);
    FILE *file = fopen(from, "w");
    assert_non_null(file);
    for (int i = 0; i < NBYTES; i++)
        fputc(i * 7 % 251, file);
    fclose(file);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(from);
    unlink(to);
    return rmdir(folder);
}

static void expect_same_content(void) {
    FILE *file = fopen(to, "r");
    assert_non_null(file);
    for (int i = 0; i < NBYTES; i++)
        assert_int_equal(fgetc(file), i * 7 % 251);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
}

static void a_second_name_is_the_same_file(void **state) {
    struct stat a, b;
    (void)state;
    assert_int_equal(mag_file_link_or_copy(from, to), 0);
    expect_same_content();
    assert_int_equal(stat(from, &a) | stat(to, &b), 0);
    assert_true(a.st_ino == b.st_ino);
}

static void a_copy_is_another_file_that_is_private(void **state) {
    struct stat a, b;
    (void)state;
    assert_int_equal(mag_file_copy(from, to), 0);
    expect_same_content();
    assert_int_equal(stat(from, &a) | stat(to, &b), 0);
    assert_true(a.st_ino != b.st_ino);
    assert_int_equal(b.st_mode & 0777, 0600);
}

static void what_is_there_is_never_overwritten(void **state) {
    (void)state;
    FILE *file = fopen(to, "w");
    assert_non_null(file);
    fputs("mine", file);
    fclose(file);
    assert_int_equal(mag_file_link_or_copy(from, to), -1);
    assert_int_equal(errno, EEXIST);
    assert_int_equal(mag_file_copy(from, to), -1);
    assert_int_equal(errno, EEXIST);
    struct stat facts;
    assert_int_equal(stat(to, &facts), 0);
    assert_int_equal(facts.st_size, 4);
}

static void a_file_that_is_missing_is_a_fault(void **state) {
    (void)state;
    unlink(from);
    assert_int_equal(mag_file_link_or_copy(from, to), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(mag_file_copy(from, to), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(access(to, F_OK), -1);
}

static void a_link_is_not_followed(void **state) {
    char other[96];
    (void)state;
    snprintf(other, sizeof other, "%s/link", folder);
    assert_int_equal(symlink(from, other), 0);
    assert_int_equal(mag_file_copy(other, to), -1);
    assert_int_equal(errno, ELOOP);
    unlink(other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_second_name_is_the_same_file),
        TEST(a_copy_is_another_file_that_is_private),
        TEST(what_is_there_is_never_overwritten),
        TEST(a_file_that_is_missing_is_a_fault),
        TEST(a_link_is_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
