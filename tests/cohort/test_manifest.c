/* Manifests: what is read out of them, what is refused, and how files are compared with them. */
#include "cohort/manifest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A header and a name of as many bytes as a file system takes. */
#define N50         "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define NAME_OF_255 "file,rows\n" N50 N50 N50 N50 N50 "nnnnn"

typedef struct fixture {
    mag_account account;
    mag_arena *arena;
    mag_error err;
    const mag_manifest *manifest;
} fixture;

static int set_up(void **state) {
    static fixture f;
    f = (fixture){0};
    f.arena = mag_arena_new(&f.account);
    *state = &f;
    return f.arena ? 0 : -1;
}

static int tear_down(void **state) {
    fixture *f = *state;
    mag_arena_free(f->arena);
    return f->account.used_nbytes == 0 ? 0 : -1;
}

static mag_status read_text(fixture *f, const char *text) {
    char path[] = "/tmp/magscreen-manifest-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    mag_status status = mag_manifest_read(f->arena, path, &f->manifest, &f->err);
    unlink(path);
    return status;
}

static void reads_what_is_said_and_what_is_not(void **state) {
    fixture *f = *state;
    assert_int_equal(read_text(f,
                               "rows,file,data_until,sha256\r\n"
                               "48213,labs-1.csv.gz,,\r\n"
                               ", labs 2.csv ,2025-12-31,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                               "AAAAAAAAAAAAAAAAAAAAAAA\r\n"
                               "0,\"a,b.csv\",2025-12-31," HEX_B),
                     MAG_OK);
    assert_int_equal(f->manifest->line_count, 3);
    const mag_manifest_line *first = mag_manifest_find(f->manifest, "labs-1.csv.gz");
    assert_non_null(first);
    assert_int_equal(first->row_count, 48213);
    assert_string_equal(first->sha256, "");
    const mag_manifest_line *second = mag_manifest_find(f->manifest, "labs 2.csv");
    assert_non_null(second);
    assert_int_equal(second->row_count, -1);
    assert_string_equal(second->sha256, HEX_A);
    assert_int_equal(mag_manifest_find(f->manifest, "a,b.csv")->row_count, 0);
    assert_null(mag_manifest_find(f->manifest, "labs-1.csv"));
    mag_day day = mag_day_from_civil(2025, 12, 31);
    assert_int_equal(f->manifest->data_until, day * MAG_MINUTES_PER_DAY + MAG_MINUTES_PER_DAY - 1);
}

static void needs_no_column_but_the_file(void **state) {
    fixture *f = *state;
    assert_int_equal(read_text(f, "file\nlabs.csv\n"), MAG_OK);
    assert_int_equal(f->manifest->lines[0].row_count, -1);
    assert_string_equal(f->manifest->lines[0].sha256, "");
    assert_int_equal(f->manifest->data_until, MAG_MINUTE_NONE);
    assert_int_equal(read_text(f, "file\n"), MAG_OK);
    assert_int_equal(f->manifest->line_count, 0);
}

static void reads_a_moment_and_many_lines(void **state) {
    fixture *f = *state;
    enum { LINES = 40 };
    char text[LINES * 8 + 64] = "file,data_until\nf00,2025-12-31T12:00\n";
    for (int i = 1; i < LINES; i++)
        snprintf(text + strlen(text), 8, "f%02d,\n", i);
    assert_int_equal(read_text(f, text), MAG_OK);
    assert_int_equal(f->manifest->line_count, LINES);
    for (int i = 0; i < LINES; i++) {
        char name[8];
        snprintf(name, sizeof name, "f%02d", i);
        assert_non_null(mag_manifest_find(f->manifest, name));
    }
    mag_moment moment;
    assert_int_equal(mag_moment_parse(mag_span_of("2025-12-31T12:00"), NULL, &moment), MAG_DATE_OK);
    assert_int_equal(f->manifest->data_until, moment.minute);
}

static void refuses_what_it_cannot_understand(void **state) {
    fixture *f = *state;
    static const struct {
        const char *text, *what;
    } table[] = {
        {"file,size\na,1\n", "column 2 is none of a manifest"},
        {"rows\n1\n", "needs the column file"},
        {"file,rows\na,-1\n", "line 2: rows"},
        {"file,rows\na,1.0\n", "line 2: rows"},
        {"file,rows\na,1234567890123456789\n", "line 2: rows"},
        {"file,rows\na\n", "line 2: not a row"},
        {"file,rows\na,1,2\n", "line 2: not a row"},
        {"file,sha256\na," HEX_A "a\n", "line 2: sha256"},
        {"file,sha256\na,g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
         "line 2: sha256"},
        {"file,sha256\na,~123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
         "line 2: sha256"},
        {"file,sha256\na,/123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
         "line 2: sha256"},
        {"file,rows\na,1x\n", "line 2: rows"},
        {"file,rows\na\x7f,1\n", "line 2: file"},
        {"file,rows\n,1\n", "line 2: file"},
        {NAME_OF_255 "n,1\n", "line 2: file"},
        {"file,rows\nfolder/a,1\n", "line 2: file"},
        {"file,rows\n\x1b[2J,1\n", "line 2: file"},
        {"file,rows\na,1\nb,1\na,2\n", "line 4: the file is listed above"},
        {"file,data_until\na,tomorrow\n", "line 2: data_until is not a date"},
        {"file,data_until\na,2025-12-31\nb,2025-12-30\n", "line 3: data_until differs"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(read_text(f, table[i].text), MAG_E_INPUT);
        assert_int_equal(f->err.message, MAG_MSG_I111);
        if (!strstr(f->err.text, table[i].what))
            fail_msg("no \"%s\" in: %s", table[i].what, f->err.text);
    }
    assert_int_equal(mag_manifest_read(f->arena, "/tmp/nowhere/m.csv", &f->manifest, &f->err),
                     MAG_E_USAGE);
    assert_int_equal(f->err.message, MAG_MSG_I112);
}

static void reads_a_name_as_long_as_a_file_system_takes(void **state) {
    fixture *f = *state;
    assert_int_equal(read_text(f, NAME_OF_255 ",1\n"), MAG_OK);
    assert_int_equal(strlen(f->manifest->lines[0].file), 255);
}

static void takes_ten_thousand_files_and_no_more(void **state) {
    fixture *f = *state;
    enum { MOST = 10000, LINE_NBYTES = 7 };
    char *text = malloc(8 + (MOST + 1) * LINE_NBYTES);
    size_t nbytes = (size_t)sprintf(text, "file\n");
    for (int i = 0; i < MOST; i++)
        nbytes += (size_t)sprintf(text + nbytes, "f%05d\n", i);
    assert_int_equal(read_text(f, text), MAG_OK);
    assert_int_equal(f->manifest->line_count, MOST);
    sprintf(text + nbytes, "g\n");
    assert_int_equal(read_text(f, text), MAG_E_INPUT);
    assert_non_null(strstr(f->err.text, "line 10002: more than 10,000 files"));
    free(text);
}

/* A gzip manifest that ends early: its rows were good, and none of them counts. */
static void refuses_one_that_is_damaged_behind_its_header(void **state) {
    fixture *f = *state;
    char path[] = "/tmp/magscreen-manifest-XXXXXX", command[400];
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    snprintf(command, sizeof command,
             "for i in $(seq 1000); do echo file-$i.csv,$i; done | sed 1ifile,rows | gzip -nc |"
             " head -c -4 > %s",
             path);
    assert_int_equal(system(command), 0);
    assert_int_equal(mag_manifest_read(f->arena, path, &f->manifest, &f->err), MAG_E_INPUT);
    assert_int_equal(f->err.message, MAG_MSG_I101);
    unlink(path);
}

static void is_found_in_the_folder_of_the_day(void **state) {
    fixture *f = *state;
    char folder[] = "/tmp/magscreen-manifest-XXXXXX", before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    FILE *file = fopen("m.csv", "w");
    assert_non_null(file);
    fputs("file\na\n", file);
    fclose(file);
    assert_int_equal(mag_manifest_read(f->arena, "m.csv", &f->manifest, &f->err), MAG_OK);
    assert_string_equal(f->manifest->name, "m.csv");
    assert_string_equal(f->manifest->path, "m.csv");
    unlink("m.csv");
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void compares_the_set_of_files(void **state) {
    fixture *f = *state;
    static const struct {
        const char *files[6];
        const char *what; /* NULL: as listed */
    } table[] = {
        {{"a", "b"}, NULL},
        {{"b", "a"}, NULL},
        {{"a"}, "says 2 files, 1 found; missing: b"},
        {{NULL}, "says 2 files, 0 found; missing: a, b"},
        {{"a", "b", "c"}, "says 2 files, 3 found; not listed: c"},
        {{"a", "c"}, "says 2 files, 2 found; missing: b; not listed: c"},
        {{"c", "d", "e", "g", "h"}, "missing: a, b; not listed: c, d, e and 2 more"},
    };
    assert_int_equal(read_text(f, "file\na\nb\n"), MAG_OK);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        size_t count = 0;
        while (count < 6 && table[i].files[count])
            count++;
        mag_status status = mag_manifest_check_set(f->manifest, table[i].files, count, &f->err);
        assert_int_equal(status, table[i].what ? MAG_E_INPUT : MAG_OK);
        if (table[i].what && !strstr(f->err.text, table[i].what))
            fail_msg("no \"%s\" in: %s", table[i].what, f->err.text);
    }
}

static void compares_rows_and_digest_of_a_file(void **state) {
    fixture *f = *state;
    static const struct {
        const char *name, *sha256;
        uint64_t rows;
        mag_status status;
        bool is_proven;
    } table[] = {
        {"both", HEX_A, 7, MAG_OK, true},          {"both", HEX_B, 7, MAG_E_INPUT, false},
        {"both", HEX_A, 6, MAG_E_INPUT, false},    {"rows", HEX_B, 7, MAG_OK, false},
        {"rows", HEX_B, 8, MAG_E_INPUT, false},    {"digest", HEX_A, 99, MAG_OK, true},
        {"digest", HEX_B, 99, MAG_E_INPUT, false}, {"neither", HEX_B, 99, MAG_OK, false},
        {"other", HEX_A, 7, MAG_E_INPUT, false},
    };
    assert_int_equal(
        read_text(f, "file,rows,sha256\nboth,7," HEX_A "\nrows,7,\ndigest,," HEX_A "\nneither,,\n"),
        MAG_OK);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        mag_run_file file = {.name = table[i].name, .accounting = {.read = table[i].rows}};
        bool is_proven = false;
        strcpy(file.sha256, table[i].sha256);
        if (mag_manifest_check_file(f->manifest, &file, &is_proven, &f->err) != table[i].status ||
            is_proven != table[i].is_proven ||
            mag_manifest_check_file(f->manifest, &file, NULL, &f->err) != table[i].status)
            fail_msg("row %zu", i);
    }
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(reads_what_is_said_and_what_is_not),
        TEST(needs_no_column_but_the_file),
        TEST(reads_a_moment_and_many_lines),
        TEST(compares_the_set_of_files),
        TEST(reads_a_name_as_long_as_a_file_system_takes),
        TEST(takes_ten_thousand_files_and_no_more),
        TEST(refuses_one_that_is_damaged_behind_its_header),
        TEST(is_found_in_the_folder_of_the_day),
        TEST(refuses_what_it_cannot_understand),
        TEST(compares_rows_and_digest_of_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
