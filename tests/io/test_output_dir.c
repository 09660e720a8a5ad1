#include "io/output_dir.h"

#include "io/file_tree.h"
#include "test_support.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const char *const names[] = {"run.json", "a", "part-[0-9].gz", NULL};
static const mag_output_kind kind = {names, "run.json", true};
static mag_account account;
static char root[MAG_TEST_PATH_NBYTES];
static mag_error err;

static int set_up(void **state) {
    (void)state;
    mag_test_path(root, "out");
    return mkdir(root, 0700);
}

static int tear_down(void **state) {
    (void)state;
    assert_int_equal(mag_file_tree_remove(root), 0);
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

/* A path under the root; four of them may be in use at once. */
static const char *under(const char *name) {
    static char paths[4][2 * MAG_TEST_PATH_NBYTES];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", root, name);
    return path;
}

static bool exists(const char *name) {
    struct stat facts;
    return lstat(under(name), &facts) == 0;
}

static void put(const char *folder, const char *name) {
    char path[3 * MAG_TEST_PATH_NBYTES];
    mkdir(under(folder), 0700);
    snprintf(path, sizeof path, "%s/%s", under(folder), name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fclose(file);
}

static size_t entry_count(void) {
    DIR *directory = opendir(root);
    size_t count = 0;
    while (readdir(directory))
        count++;
    closedir(directory);
    return count - 2;
}

static mag_output_dir *begin(bool force) {
    mag_output_dir *output;
    mag_status status = mag_output_dir_begin(&output, under("o"), &kind, force, &account, &err);
    if (status != MAG_OK)
        fail_msg("%s", err.text);
    return output;
}

static void publish(bool force, const char *content, mag_output_end end) {
    mag_output_dir *output = begin(force);
    assert_int_equal(mag_output_dir_write(output, "run.json", mag_span_of(content), &err), MAG_OK);
    assert_int_equal(mag_output_dir_end(output, end, &err), MAG_OK);
}

static void assert_content(const char *name, const char *expected) {
    char content[64] = "";
    FILE *file = fopen(under(name), "r");
    assert_non_null(file);
    content[fread(content, 1, sizeof content - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(content, expected);
}

static void nothing_is_visible_before_the_end(void **state) {
    (void)state;
    mag_output_dir *output = begin(false);
    assert_int_equal(mag_output_dir_write(output, "a", mag_span_of("x"), &err), MAG_OK);
    assert_false(exists("o"));
    assert_int_equal(mag_output_dir_end(output, MAG_OUTPUT_PUBLISHED, &err), MAG_OK);
    assert_content("o/a", "x");
    assert_int_equal(entry_count(), 1);
}

static void S_09_modes_are_0600_in_0700(void **state) {
    (void)state;
    mode_t old = umask(0);
    publish(false, "x", MAG_OUTPUT_PUBLISHED);
    umask(old);
    struct stat facts;
    assert_int_equal(stat(under("o"), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0700);
    assert_int_equal(stat(under("o/run.json"), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
}

static void a_fault_names_the_directory_that_was_asked_for(void **state) {
    (void)state;
    static const char *const given[] = {"./labs.csv", "labs.csv", ""};
    mag_output_dir *output = begin(false);
    mag_error fault;
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        char wanted[512];
        mag_status status = mag_fail(&fault, MAG_E_RESOURCE, MAG_MSG_P403, "%s: full",
                                     mag_output_dir_path(output, given[i]));
        assert_int_equal(status, MAG_E_RESOURCE);
        mag_output_dir_name(output, &fault);
        snprintf(wanted, sizeof wanted, "%s/%s: full", under("o"), given[i] + (i == 0 ? 2 : 0));
        assert_string_equal(fault.text, wanted);
    }
    mag_output_dir_name(output, &fault); /* nothing to name */
    assert_null(strstr(fault.text, "partial"));
    mag_output_dir_abandon(output);
}

static void an_abandoned_run_leaves_nothing(void **state) {
    (void)state;
    mag_output_dir *output = begin(false);
    assert_int_equal(mag_output_dir_write(output, "a", mag_span_of("x"), &err), MAG_OK);
    mag_output_dir_abandon(output);
    mag_output_dir_abandon(NULL);
    assert_int_equal(entry_count(), 0);
}

static void assert_refused(const char *dir, bool force, mag_message_id message) {
    mag_output_dir *output;
    assert_int_equal(mag_output_dir_begin(&output, dir, &kind, force, &account, &err), MAG_E_USAGE);
    assert_int_equal(err.message, message);
    assert_null(output);
}

static void P_09_an_unusable_place_is_found_at_once(void **state) {
    (void)state;
    put("full", "x");
    assert_refused(under("full"), false, MAG_MSG_P405);
    assert_refused(under("full/x"), true, MAG_MSG_P405);
    assert_refused(under("nowhere/o"), false, MAG_MSG_P405);
    assert_refused(under("full/x/o"), false, MAG_MSG_P405);
    assert_refused("/", true, MAG_MSG_P405);
    assert_refused("", true, MAG_MSG_P405);
    assert_refused("..", true, MAG_MSG_P405);
    assert_refused(under("."), true, MAG_MSG_P405);
    assert_refused("/proc/o", false, MAG_MSG_P405);
    assert_int_equal(entry_count(), 1);
    if (geteuid() != 0) { /* root may write anywhere */
        assert_int_equal(chmod(under("full"), 0500), 0);
        assert_refused(under("full/o"), false, MAG_MSG_P405);
        assert_int_equal(chmod(under("full"), 0700), 0);
    }
}

static void an_empty_directory_and_slashes_at_the_end_are_fine(void **state) {
    (void)state;
    assert_int_equal(mkdir(under("o"), 0700), 0);
    mag_output_dir *output;
    assert_int_equal(mag_output_dir_begin(&output, under("o//"), &kind, false, &account, &err),
                     MAG_OK);
    assert_int_equal(mag_output_dir_write(output, "run.json", mag_span_of("1"), &err), MAG_OK);
    assert_int_equal(mag_output_dir_end(output, MAG_OUTPUT_PUBLISHED, &err), MAG_OK);
    assert_content("o/run.json", "1");
}

static void S_04_symbolic_links_are_refused_and_never_followed(void **state) {
    (void)state;
    put("other", "precious");
    assert_int_equal(symlink(under("other"), under("o")), 0);
    assert_refused(under("o"), false, MAG_MSG_S602);
    assert_refused(under("o"), true, MAG_MSG_S602);
    unlink(under("o"));
    publish(false, "old", MAG_OUTPUT_PUBLISHED);
    assert_int_equal(symlink(under("other/precious"), under("o/a")), 0);
    assert_refused(under("o"), true, MAG_MSG_P405); /* a link is no file of ours */
    unlink(under("o/a"));
    publish(true, "new", MAG_OUTPUT_PUBLISHED);
    assert_content("o/run.json", "new");
    assert_true(exists("other/precious"));
    assert_int_equal(entry_count(), 2);
}

static void force_exchanges_and_removes_the_old_one(void **state) {
    (void)state;
    publish(false, "1", MAG_OUTPUT_PUBLISHED);
    put("o", "a");
    put("o", "part-7.gz");
    assert_refused(under("o"), false, MAG_MSG_P405);
    publish(true, "2", MAG_OUTPUT_PUBLISHED);
    assert_content("o/run.json", "2");
    assert_false(exists("o/a"));
    assert_false(exists("o/part-7.gz"));
    assert_int_equal(entry_count(), 1);
}

/* --force once removed whatever was there, the patients' files of a mistyped --out included. */
static void force_never_removes_what_others_wrote(void **state) {
    (void)state;
    static const char *const strangers[] = {"labs.csv.gz", ".hidden", "part-10.gz", "run.json~"};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        char path[96];
        put("o", "run.json");
        put("o", strangers[i]);
        assert_refused(under("o"), true, MAG_MSG_P405);
        assert_non_null(strstr(err.text, "holds files that magscreen did not write"));
        assert_non_null(strstr(err.text, strangers[i]));
        snprintf(path, sizeof path, "o/%s", strangers[i]);
        assert_true(exists(path));
        assert_int_equal(entry_count(), 1);
        assert_int_equal(unlink(under(path)), 0);
    }
}

static void force_wants_the_mark_and_no_folders(void **state) {
    (void)state;
    put("o", "a");
    assert_refused(under("o"), true, MAG_MSG_P405);
    assert_non_null(strstr(err.text, "there is no run.json"));
    put("o", "run.json");
    put("o/part-1.gz", "theirs");
    assert_refused(under("o"), true, MAG_MSG_P405);
    assert_non_null(strstr(err.text, "part-1.gz"));
    assert_true(exists("o/part-1.gz/theirs"));
}

static void a_held_or_failed_place_of_others_is_found_at_once(void **state) {
    (void)state;
    static const char *const places[] = {"o.held", "o.failed"};
    for (size_t i = 0; i < 2; i++) {
        put(places[i], "theirs");
        assert_refused(under("o"), false, MAG_MSG_P405);
        assert_int_equal(mag_file_tree_remove(under(places[i])), 0);
    }
    mag_output_dir_abandon(begin(false));
}

static void what_others_put_there_meanwhile_stays(void **state) {
    (void)state;
    static const mag_output_end ends[] = {MAG_OUTPUT_PUBLISHED, MAG_OUTPUT_HELD, MAG_OUTPUT_FAILED};
    static const char *const places[] = {"o", "o.held", "o.failed"};
    for (size_t i = 0; i < 3; i++) {
        char path[64];
        mag_output_dir *output = begin(true);
        put(places[i], "theirs");
        assert_int_equal(mag_output_dir_end(output, ends[i], &err), MAG_E_USAGE);
        snprintf(path, sizeof path, "%s/theirs", places[i]);
        assert_true(exists(path));
        assert_int_equal(entry_count(), 1);
        assert_int_equal(mag_file_tree_remove(under(places[i])), 0);
    }
}

static void held_and_failed_runs_replace_older_ones_and_leave_the_published(void **state) {
    (void)state;
    publish(false, "0", MAG_OUTPUT_PUBLISHED);
    for (int round = 0; round < 2; round++) {
        publish(true, round ? "held 2" : "held 1", MAG_OUTPUT_HELD);
        publish(true, round ? "failed 2" : "failed 1", MAG_OUTPUT_FAILED);
    }
    assert_content("o/run.json", "0");
    assert_content("o.held/run.json", "held 2");
    assert_content("o.failed/run.json", "failed 2");
    assert_int_equal(entry_count(), 3);
}

static void a_target_that_filled_up_meanwhile_is_not_overwritten(void **state) {
    (void)state;
    mag_output_dir *output = begin(false);
    put("o", "theirs");
    assert_int_equal(mag_output_dir_end(output, MAG_OUTPUT_PUBLISHED, &err), MAG_E_USAGE);
    assert_true(exists("o/theirs"));
    assert_int_equal(entry_count(), 1);
}

static long dead_pid(void) {
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    return (long)child;
}

static void left_overs_of_dead_processes_are_removed(void **state) {
    (void)state;
    char name[64];
    snprintf(name, sizeof name, "o.partial-%ld", dead_pid());
    put(name, "x");
    put("o.partial-1", "alive"); /* process 1 always is */
    put("o.partial-007", "not a process number");
    put("o.partial-12x", "not ours");
    put("other.partial-99999999", "of another directory");
    mag_output_dir_abandon(begin(false));
    assert_false(exists(name));
    assert_true(exists("o.partial-1"));
    assert_int_equal(entry_count(), 4);
}

static void P_03_a_crash_between_stepping_aside_and_renaming_is_put_right(void **state) {
    (void)state;
    char name[64];
    snprintf(name, sizeof name, "o.old-%ld", dead_pid());
    put(name, "published");
    assert_refused(under("o"), false, MAG_MSG_P405);
    assert_true(exists("o/published"));
    assert_false(exists(name));
    put(name, "published");
    assert_int_equal(unlink(under("o/published")), 0);
    mag_output_dir_abandon(begin(true));
    assert_false(exists(name));
}

static void a_name_that_exists_is_not_written_twice(void **state) {
    (void)state;
    mag_output_dir *output = begin(false);
    assert_int_equal(mag_output_dir_write(output, "a", mag_span_of("x"), &err), MAG_OK);
    assert_int_equal(mag_output_dir_write(output, "a", mag_span_of("y"), &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P403);
    mag_output_dir_abandon(output);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_visible_before_the_end),
        TEST(S_09_modes_are_0600_in_0700),
        TEST(a_fault_names_the_directory_that_was_asked_for),
        TEST(an_abandoned_run_leaves_nothing),
        TEST(P_09_an_unusable_place_is_found_at_once),
        TEST(an_empty_directory_and_slashes_at_the_end_are_fine),
        TEST(S_04_symbolic_links_are_refused_and_never_followed),
        TEST(force_exchanges_and_removes_the_old_one),
        TEST(force_never_removes_what_others_wrote),
        TEST(force_wants_the_mark_and_no_folders),
        TEST(a_held_or_failed_place_of_others_is_found_at_once),
        TEST(what_others_put_there_meanwhile_stays),
        TEST(held_and_failed_runs_replace_older_ones_and_leave_the_published),
        TEST(a_target_that_filled_up_meanwhile_is_not_overwritten),
        TEST(left_overs_of_dead_processes_are_removed),
        TEST(P_03_a_crash_between_stepping_aside_and_renaming_is_put_right),
        TEST(a_name_that_exists_is_not_written_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
