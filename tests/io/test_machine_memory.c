/* Limits that the system sets: a control group's from files like those of the kernel. */
#include "io/machine_memory.h"
#include "test_support.h"

#include <sys/resource.h>
#include <sys/stat.h>

typedef struct fixture {
    char folder[MAG_TEST_PATH_NBYTES];
    char membership[MAG_TEST_PATH_NBYTES];
} fixture;

static int set_up(void **state) {
    fixture *at = calloc(1, sizeof *at);
    char command[MAG_TEST_PATH_NBYTES * 2];
    mag_test_path(at->folder, "groups");
    snprintf(command, sizeof command, "mkdir -p '%s/a/b/c'", at->folder);
    assert_int_equal(system(command), 0);
    *state = at;
    return 0;
}

static int tear_down(void **state) {
    fixture *at = *state;
    char command[MAG_TEST_PATH_NBYTES * 2];
    snprintf(command, sizeof command, "rm -rf '%s'", at->folder);
    assert_int_equal(system(command), 0);
    remove(at->membership);
    free(at);
    return 0;
}

static void say(const fixture *at, const char *group, const char *limit) {
    char path[2 * MAG_TEST_PATH_NBYTES];
    snprintf(path, sizeof path, "%s%s/memory.max", at->folder, group);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(limit, file);
    assert_int_equal(fclose(file), 0);
}

static size_t find(fixture *at, const char *membership) {
    mag_test_write_file(at->membership, "membership", membership, strlen(membership));
    return mag_group_memory(at->membership, at->folder);
}

static void the_lowest_limit_on_the_way_to_the_root_counts(void **state) {
    fixture *at = *state;
    assert_int_equal(find(at, "0::/a/b/c\n"), 0);
    say(at, "/a/b/c", "max\n");
    assert_int_equal(find(at, "0::/a/b/c\n"), 0);
    say(at, "/a", "2147483648\n");
    assert_true(find(at, "0::/a/b/c\n") == 2147483648u);
    say(at, "/a/b/c", "1073741824\n");
    assert_true(find(at, "0::/a/b/c\n") == 1073741824u);
    say(at, "/a/b", "4294967296\n");
    assert_true(find(at, "0::/a/b/c\n") == 1073741824u);
    assert_true(find(at, "0::/a/b\n") == 2147483648u);
    say(at, "", "4096\n");
    assert_true(find(at, "0::/a/b/c\n") == 4096);
    assert_true(find(at, "0::/\n") == 4096);
}

static void other_shapes_of_the_file_are_read_or_are_no_limit(void **state) {
    fixture *at = *state;
    say(at, "/a", "8192\n");
    assert_int_equal(find(at, "12:memory:/a\n11:cpu:/\n0::/a\n"), 8192);
    assert_int_equal(find(at, "12:memory:/a\n"), 0);
    assert_int_equal(find(at, ""), 0);
    assert_int_equal(find(at, "0::\n"), 0);
    assert_int_equal(mag_group_memory("/nowhere/at/all", at->folder), 0);
    say(at, "/a", "99999999999999999999999999\n");
    assert_int_equal(find(at, "0::/a\n"), 0);
    say(at, "/a", "nothing\n");
    assert_int_equal(find(at, "0::/a\n"), 0);
}

static void this_machine_has_memory_and_this_process_some_of_it(void **state) {
    (void)state;
    mag_memory_bound bound;
    const size_t limit = mag_machine_memory(&bound);
    assert_int_not_equal(bound, MAG_BOUND_NONE);
    assert_true(limit > mag_process_memory(false));
    assert_true(mag_process_memory(false) > 100000);
    assert_true(mag_process_memory(true) > mag_process_memory(false));
    assert_true(mag_thread_stack_nbytes() > 0);
}

static void a_limit_on_address_space_is_seen(void **state) {
    (void)state;
    struct rlimit kept, low;
    mag_memory_bound bound;
    assert_int_equal(getrlimit(RLIMIT_AS, &kept), 0);
    low = kept;
    low.rlim_cur = mag_process_memory(true) + (64 << 20);
    if (low.rlim_cur > mag_machine_memory(&bound))
        skip(); /* a sanitizer has taken more addresses than there are bytes */
    assert_int_equal(setrlimit(RLIMIT_AS, &low), 0);
    const size_t limit = mag_machine_memory(&bound);
    assert_int_equal(setrlimit(RLIMIT_AS, &kept), 0);
    assert_int_equal(bound, MAG_BOUND_ADDRESS_SPACE);
    assert_true(limit == low.rlim_cur);
}

static void stacks_without_a_limit_are_taken_to_be_usual(void **state) {
    (void)state;
    struct rlimit kept, low;
    assert_int_equal(getrlimit(RLIMIT_STACK, &kept), 0);
    low = kept;
    low.rlim_cur = 1 << 20;
    assert_int_equal(setrlimit(RLIMIT_STACK, &low), 0);
    assert_int_equal(mag_thread_stack_nbytes(), 1 << 20);
    assert_int_equal(setrlimit(RLIMIT_STACK, &kept), 0);
}

static void every_bound_has_a_name(void **state) {
    (void)state;
    assert_string_equal(mag_memory_bound_name(MAG_BOUND_NONE), "");
    for (int bound = MAG_BOUND_SAID; bound <= MAG_BOUND_MACHINE; bound++)
        assert_true(strlen(mag_memory_bound_name((mag_memory_bound)bound)) > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_lowest_limit_on_the_way_to_the_root_counts),
        TEST(other_shapes_of_the_file_are_read_or_are_no_limit),
        TEST(this_machine_has_memory_and_this_process_some_of_it),
        TEST(a_limit_on_address_space_is_seen),
        TEST(stacks_without_a_limit_are_taken_to_be_usual),
        TEST(every_bound_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
