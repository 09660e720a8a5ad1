/* Whose files decide what a run does: every owner and mode, and real files. */
#include "test_support.h"

#include "io/file_trust.h"
#include "io/yaml_tree.h"

#include <fcntl.h>

enum { ROOT = 0, USER = 1000, INSTALLER = 900, STRANGER = 666 };
static const mag_file_readers readers = {USER, USER, INSTALLER};

static void owner_and_mode_decide(void **state) {
    (void)state;
    static const struct {
        uid_t owner;
        gid_t group;
        mode_t mode;
        bool is_trusted;
    } table[] = {
        {USER, USER, 0600, true},          {USER, STRANGER, 0644, true},
        {ROOT, ROOT, 0644, true},          {ROOT, ROOT, 0664, true},
        {INSTALLER, STRANGER, 0644, true}, {STRANGER, STRANGER, 0600, false},
        {STRANGER, USER, 0644, false},     {USER, USER, 0646, false},
        {ROOT, ROOT, 0666, false},         {INSTALLER, INSTALLER, 0602, false},
        {USER, USER, 0664, true}, /* umask 002 with a group of one's own */
        {USER, STRANGER, 0664, false},     {ROOT, STRANGER, 0660, false},
        {INSTALLER, USER, 0664, true},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct stat facts = {
            .st_uid = table[i].owner, .st_gid = table[i].group, .st_mode = S_IFREG | table[i].mode};
        if ((mag_file_distrust(&facts, &readers) == NULL) != table[i].is_trusted)
            fail_msg("owner %u, group %u, mode %o", (unsigned)table[i].owner,
                     (unsigned)table[i].group, (unsigned)table[i].mode);
    }
}

static void a_file_that_everybody_may_write_is_not_read(void **state) {
    (void)state;
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_path(path, "trust.yaml");
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fputs("a: b\n", out);
    fclose(out);
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    mag_error err = {0};
    mag_span text = {0};
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(mag_yaml_read_trusted(arena, path, &text, &err), MAG_E_USAGE);
    assert_int_equal(err.message, MAG_MSG_S605);
    assert_null(text.at);
    assert_non_null(strstr(err.text, "every user"));
    /* What the program itself left behind is read all the same. */
    assert_int_equal(mag_yaml_read_file(arena, path, &text, &err), MAG_OK);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(mag_yaml_read_trusted(arena, path, &text, &err), MAG_OK);
    assert_true(mag_span_is(text, "a: b\n"));
    unlink(path);
    assert_int_equal(mag_yaml_read_trusted(arena, path, &text, &err), MAG_E_USAGE);
    assert_int_equal(err.message, MAG_MSG_I112);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

/* A pipe has no mode that others could have used: the shell made it. */
static void a_pipe_is_believed(void **state) {
    (void)state;
    int ends[2];
    mag_error err = {0};
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(mag_file_check_trust(ends[0], "pipe", &err), MAG_OK);
    close(ends[0]);
    assert_int_equal(mag_file_check_trust(ends[0], "closed", &err), MAG_E_USAGE);
    close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owner_and_mode_decide),
        cmocka_unit_test(a_file_that_everybody_may_write_is_not_read),
        cmocka_unit_test(a_pipe_is_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
