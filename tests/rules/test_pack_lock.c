/* The lock beside a pack where the disk does not do what it should: the old lock stays as it was,
   and nothing half written is left. */
#include "small_pack.h"

#include "rules/pack_lock.h"

#include <errno.h>
#include <unistd.h>

/* --- calls that fail ------------------------------------------------------------------------- */
typedef enum call { CALL_NONE, CALL_WRITE, CALL_FSYNC, CALL_CLOSE, CALL_RENAME } call;

static call failing;
static size_t left_before; /* calls of that kind that go well before the one that fails */
static int reason;

static bool fails_here(call made) {
    if (made != failing || left_before-- > 0)
        return false;
    failing = CALL_NONE;
    errno = reason;
    return true;
}

ssize_t __real_write(int fd, const void *bytes, size_t nbytes);
int __real_fsync(int fd);
int __real_close(int fd);
int __real_rename(const char *from, const char *to);
ssize_t __wrap_write(int fd, const void *bytes, size_t nbytes);
int __wrap_fsync(int fd);
int __wrap_close(int fd);
int __wrap_rename(const char *from, const char *to);

ssize_t __wrap_write(int fd, const void *bytes, size_t nbytes) {
    return fails_here(CALL_WRITE) ? -1 : __real_write(fd, bytes, nbytes);
}

int __wrap_fsync(int fd) {
    return fails_here(CALL_FSYNC) ? -1 : __real_fsync(fd);
}

/* The descriptor is gone all the same, as Linux does it. */
int __wrap_close(int fd) {
    int closed = __real_close(fd);
    return fails_here(CALL_CLOSE) ? -1 : closed;
}

int __wrap_rename(const char *from, const char *to) {
    return fails_here(CALL_RENAME) ? -1 : __real_rename(from, to);
}

/* --- the folder ------------------------------------------------------------------------------ */
#define OLD_LINE "small 0.9.0 ab" /* without an end, so that one is written behind it */

static const char PACK[] = SMALL_PACK_HEAD SMALL_RULE(
    "A", "    status: active\n    among: age > 3\n    when: always\n    severity: low\n");

static judge of;
static char folder[64], lock[96], pack_path[96];

static void begin(void) {
    strcpy(folder, "/tmp/magscreen-lock-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(lock, sizeof lock, "%s/PACK.lock", folder);
    (void)snprintf(pack_path, sizeof pack_path, "%s/pack.yaml", folder);
    judge_begin_with(&of, PACK);
}

static void end(void) {
    judge_end(&of);
    (void)unlink(lock);
    assert_int_equal(rmdir(folder), 0); /* nothing else is left in it */
}

static void write_lock(const char *text) {
    FILE *file = fopen(lock, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void expect_lock(const char *wanted) {
    char got[512];
    FILE *file = fopen(lock, "r");
    assert_non_null(file);
    got[fread(got, 1, sizeof got - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_string_equal(got, wanted);
}

static void expect_line(const char *before) {
    char wanted[512];
    (void)snprintf(wanted, sizeof wanted, "%ssmall 1.0.0 %s\n", before, mag_pack_sha256(of.pack));
    expect_lock(wanted);
}

/* --- tests ----------------------------------------------------------------------------------- */

static void the_first_release_makes_the_lock_and_later_ones_extend_it(void **state) {
    mag_error err = {0};
    (void)state;
    begin();
    assert_int_equal(mag_pack_lock_append(of.in.arena, pack_path, of.pack, &err), MAG_OK);
    expect_line("");
    write_lock("");
    assert_int_equal(mag_pack_lock_append(of.in.arena, pack_path, of.pack, &err), MAG_OK);
    expect_line("");
    write_lock(OLD_LINE);
    assert_int_equal(mag_pack_lock_append(of.in.arena, pack_path, of.pack, &err), MAG_OK);
    expect_line(OLD_LINE "\n");
    end();
}

static void a_signal_during_a_write_changes_nothing(void **state) {
    mag_error err = {0};
    (void)state;
    begin();
    write_lock(OLD_LINE);
    failing = CALL_WRITE;
    left_before = 0;
    reason = EINTR;
    assert_int_equal(mag_pack_lock_append(of.in.arena, pack_path, of.pack, &err), MAG_OK);
    assert_int_equal(failing, CALL_NONE);
    expect_line(OLD_LINE "\n");
    end();
}

static void a_failing_call_leaves_the_old_lock_and_nothing_else(void **state) {
    static const struct {
        call call;
        size_t before;
    } rows[] = {
        {CALL_WRITE, 0}, /* the old lines */
        {CALL_WRITE, 1}, /* their end */
        {CALL_WRITE, 2}, /* the new one */
        {CALL_FSYNC, 0}, {CALL_RENAME, 0},
    };
    (void)state;
    begin();
    write_lock(OLD_LINE);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_error err = {0};
        failing = rows[i].call;
        left_before = rows[i].before;
        reason = ENOSPC;
        assert_int_equal(mag_pack_lock_append(of.in.arena, pack_path, of.pack, &err),
                         MAG_E_RESOURCE);
        assert_int_equal(failing, CALL_NONE);
        assert_int_equal(err.message, MAG_MSG_P403);
        assert_non_null(strstr(err.text, strerror(ENOSPC)));
        expect_lock(OLD_LINE);
    }
    end();
}

/* Without an old lock the one file that is closed is the new one. */
static void a_close_that_fails_is_told_too(void **state) {
    mag_error err = {0};
    (void)state;
    begin();
    failing = CALL_CLOSE;
    left_before = 0;
    reason = EIO;
    assert_int_equal(mag_pack_lock_append(of.in.arena, pack_path, of.pack, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P403);
    assert_int_not_equal(access(lock, F_OK), 0);
    end();
}

static void a_folder_that_is_not_there_is_told(void **state) {
    mag_error err = {0};
    (void)state;
    begin();
    assert_int_equal(
        mag_pack_lock_append(of.in.arena, "/nonexistent/place/pack.yaml", of.pack, &err),
        MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P403);
    assert_non_null(strstr(err.text, strerror(ENOENT)));
    end();
}

/* Only a lock that is not there is none. */
static void a_lock_that_cannot_be_looked_at_ends_the_work(void **state) {
    mag_error err = {0};
    bool is_released;
    (void)state;
    begin();
    assert_int_not_equal(
        mag_pack_lock_check(of.in.arena, "/dev/null/pack.yaml", of.pack, &is_released, &err),
        MAG_OK);
    assert_false(is_released);
    assert_int_not_equal(mag_pack_lock_append(of.in.arena, "/dev/null/pack.yaml", of.pack, &err),
                         MAG_OK);
    end();
}

/* A program whose own pack was changed while its version stayed. */
static void a_changed_pack_inside_the_program_is_refused(void **state) {
    static char text[1 << 20];
    mag_error err = {0};
    mag_span shipped, version;
    const mag_pack *own, *changed;
    bool is_released;
    (void)state;
    begin();
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &shipped));
    assert_int_equal(mag_pack_load(of.in.arena, "p", shipped, NULL, 0, 1095, &own, &err), MAG_OK);
    assert_int_equal(mag_pack_lock_check(of.in.arena, NULL, own, &is_released, &err), MAG_OK);
    version = mag_span_of(mag_pack_version(own));
    (void)snprintf(
        text, sizeof text,
        "pack: %s\nversion: %.*s\nrules:\n- { id: R, title: T, among: age > 3, severity: "
        "low, when: always }\n",
        mag_pack_name(own), (int)version.nbytes, version.at);
    assert_int_equal(
        mag_pack_load(of.in.arena, "p", mag_span_of(text), NULL, 0, 1095, &changed, &err), MAG_OK);
    assert_int_equal(mag_pack_lock_check(of.in.arena, NULL, changed, &is_released, &err),
                     MAG_E_RULES);
    assert_int_equal(err.message, MAG_MSG_R507);
    assert_non_null(strstr(err.text, "the pack of this program"));
    end();
}

/* Each time the arena has room for a little more. */
static void memory_that_runs_out_is_told(void **state) {
    enum { STEP = 16, STEPS = 40 };
    mag_error err = {0};
    bool is_released, is_enough = false;
    size_t whole = 0;
    (void)state;
    begin();
    for (size_t left = 0; !is_enough; left++) {
        mag_account account = {0};
        assert_in_range(left, 0, STEPS);
        mag_arena *arena = mag_arena_new(&account);
        assert_non_null(arena);
        assert_non_null(mag_arena_alloc(arena, 1));
        account.limit_nbytes = account.used_nbytes;
        size_t taken = 0;
        while ((left == 0 || taken + left < whole) && mag_arena_alloc(arena, STEP) != NULL)
            taken++;
        whole = left == 0 ? taken : whole;
        if (left == 0)
            assert_int_equal(mag_pack_lock_check(arena, NULL, of.pack, &is_released, &err),
                             MAG_E_RESOURCE);
        is_enough = mag_pack_lock_append(arena, pack_path, of.pack, &err) == MAG_OK;
        assert_int_equal(err.message, is_enough ? MAG_MSG_NONE : MAG_MSG_P402);
        assert_int_equal(access(lock, F_OK) == 0, is_enough);
        err = (mag_error){0};
        mag_arena_free(arena);
    }
    expect_line("");
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_release_makes_the_lock_and_later_ones_extend_it),
        cmocka_unit_test(a_signal_during_a_write_changes_nothing),
        cmocka_unit_test(a_failing_call_leaves_the_old_lock_and_nothing_else),
        cmocka_unit_test(a_close_that_fails_is_told_too),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
        cmocka_unit_test(a_lock_that_cannot_be_looked_at_ends_the_work),
        cmocka_unit_test(a_changed_pack_inside_the_program_is_refused),
        cmocka_unit_test(memory_that_runs_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
