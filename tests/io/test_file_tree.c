/* Folders of many files, so that a listing comes in several pieces. */
#include "io/file_tree.h"

#include "test_support.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_COUNT = 500 };
static char root[512];

static const char *under(const char *name) {
    static char path[1024];
    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static void touch(const char *name) {
    int fd = open(under(name), O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);
}

static int set_up(void **state) {
    const char *folder = getenv("TMPDIR");
    (void)state;
    snprintf(root, sizeof root, "%s/mag-tree-XXXXXX", folder ? folder : "/tmp");
    if (!mkdtemp(root) || mkdir(under("whole"), 0700) != 0 || mkdir(under("whole/in"), 0700) != 0)
        return -1;
    for (int i = 0; i < FILE_COUNT; i++) {
        char name[64];
        snprintf(name, sizeof name, "whole/%sa-file-with-a-long-name-%d", i % 2 ? "in/" : "", i);
        touch(name);
    }
    touch("beside");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(under("beside"));
    mag_file_tree_remove(under("whole"));
    return rmdir(root);
}

static bool is_there(const char *name) {
    return access(under(name), F_OK) == 0;
}

static void all_of_a_folder_is_removed_and_nothing_beside_it(void **state) {
    (void)state;
    assert_false(mag_file_tree_is_empty(under("whole")));
    assert_int_equal(mag_file_tree_sync(under("whole")), 0);
    assert_int_equal(mag_file_tree_remove(under("whole")), 0);
    assert_false(is_there("whole"));
    assert_true(is_there("beside"));
    assert_int_equal(mag_file_tree_remove(under("whole")), -1);
}

static void an_empty_folder_is_told_from_one_that_cannot_be_read(void **state) {
    (void)state;
    assert_int_equal(mkdir(under("whole/empty"), 0700), 0);
    assert_true(mag_file_tree_is_empty(under("whole/empty")));
    assert_false(mag_file_tree_is_empty(under("nowhere")));
    assert_false(mag_file_tree_is_empty(under("beside")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_a_folder_is_removed_and_nothing_beside_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_empty_folder_is_told_from_one_that_cannot_be_read,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
