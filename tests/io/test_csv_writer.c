#include "io/csv_reader.h"
#include "io/csv_writer.h"

#include "test_gzip.h"

#include <fcntl.h>
#include <sys/stat.h>

static mag_account account;
static char path[MAG_TEST_PATH_NBYTES];
static mag_csv_writer *writer;

static int set_up(void **state) {
    (void)state;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(path);
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

static void open_writer(const char *name, const char *header) {
    mag_test_path(path, name);
    mag_error err;
    assert_int_equal(mag_csv_writer_open(&writer, path, header, &account, &err), MAG_OK);
}

static test_bytes read_back(void) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    test_bytes content = {malloc(1 << 22), 0};
    content.nbytes = fread(content.at, 1, 1 << 22, file);
    fclose(file);
    return content;
}

static void assert_file(const char *expected) {
    mag_error err;
    assert_int_equal(mag_csv_writer_close(writer, &err), MAG_OK);
    test_bytes content = read_back();
    content.at[content.nbytes] = '\0';
    assert_string_equal((char *)content.at, expected);
    free(content.at);
}

static void S_11_text_cells_that_a_spreadsheet_would_run_are_guarded(void **state) {
    (void)state;
    static const char *const cells[][2] = {
        {"=1+1", "'=1+1"},
        {"+44", "'+44"},
        {"-x", "'-x"},
        {"@sum", "'@sum"},
        {"\tx", "'\tx"},
        {"\rx", "\"'\rx\""},
        {"a=1", "a=1"},
        {"'=1", "''=1"},
        {"'''-1", "''''-1"},
        {"'", "'"},
        {"''", "''"},
        {"'a=", "'a="},
        {"it's", "it's"},
        {"", ""},
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"a\"b", "\"a\"\"b\""},
        {"a\nb", "\"a\nb\""},
        {"=\"x\"", "\"'=\"\"x\"\"\""},
        {"\"", "\"\"\"\""},
    };
    char expected[1024] = "cell\n";
    open_writer("s11.csv", "cell");
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        mag_csv_writer_text(writer, mag_span_of(cells[i][0]));
        mag_csv_writer_end_row(writer);
        strcat(strcat(expected, cells[i][1]), "\n");
    }
    assert_file(expected);
}

/* Texts of up to six bytes of ' = - tab a: one guard taken away gives back what was written. */
static void S_11_the_guard_is_exact_whatever_a_text_begins_with(void **state) {
    enum { TEXT_COUNT = 5 * 5 * 5 * 5 * 5 * 5 };
    static char texts[TEXT_COUNT][8];
    (void)state;
    open_writer("guard.csv", "cell");
    for (unsigned i = 0; i < TEXT_COUNT; i++) {
        for (unsigned rest = i, at = 0; rest > 0; rest /= 5)
            texts[i][at++] = "'=-\ta"[rest % 5];
        mag_csv_writer_text(writer, mag_span_of(texts[i]));
        mag_csv_writer_end_row(writer);
    }
    mag_error err;
    assert_int_equal(mag_csv_writer_close(writer, &err), MAG_OK);
    test_bytes content = read_back();
    const char *line = (const char *)content.at + strlen("cell\n");
    for (unsigned i = 0; i < TEXT_COUNT; i++) {
        size_t nbytes = strcspn(line, "\n");
        mag_span cell = mag_csv_without_guard((mag_span){line, nbytes});
        assert_true(nbytes == 0 || strchr("=-\t", line[0]) == NULL); /* nothing that would run */
        assert_true(mag_span_is(cell, texts[i]));
        line += nbytes + 1;
    }
    free(content.at);
}

static void S_11_numbers_stay_untouched_and_ids_are_quoted(void **state) {
    (void)state;
    open_writer("n.csv", "id,a,b,c");
    mag_csv_writer_id(writer, mag_span_of("0012"));
    mag_csv_writer_number(writer, "-0.70");
    mag_csv_writer_integer(writer, INT64_MIN);
    mag_csv_writer_empty(writer);
    mag_csv_writer_end_row(writer);
    mag_csv_writer_id(writer, mag_span_of("-1\"2"));
    mag_csv_writer_empty(writer);
    mag_csv_writer_empty(writer);
    mag_csv_writer_integer(writer, 7);
    mag_csv_writer_end_row(writer);
    assert_file("id,a,b,c\n\"0012\",-0.70,-9223372036854775808,\n\"'-1\"\"2\",,,7\n");
}

static void write_many(unsigned row_count) {
    char cell[64];
    unsigned seed = 1;
    for (unsigned i = 0; i < row_count; i++) {
        seed = seed * 1103515245u + 12345u;
        snprintf(cell, sizeof cell, "p%u,\"\n", seed);
        mag_csv_writer_id(writer, mag_span_of(cell));
        mag_csv_writer_integer(writer, i);
        mag_csv_writer_end_row(writer);
    }
}

static void what_is_written_reads_back_from_plain_and_gzip(void **state) {
    (void)state;
    static const char *const names[] = {"b.csv", "b.csv.gz"};
    enum { ROWS = 30000 };
    for (size_t k = 0; k < 2; k++) {
        mag_error err;
        open_writer(names[k], "id,n");
        write_many(ROWS);
        assert_int_equal(mag_csv_writer_close(writer, &err), MAG_OK);
        mag_stream *stream;
        mag_csv_reader *reader;
        const mag_csv_row *row;
        unsigned count = 0, seed = 1;
        assert_int_equal(mag_stream_open(&stream, path, &account, &err), MAG_OK);
        assert_int_equal(mag_csv_open(&reader, stream, "b", ',', 0, &account, &err), MAG_OK);
        while (mag_csv_next(reader, &row, &err) == MAG_OK && row) {
            char id[64], number[16];
            seed = seed * 1103515245u + 12345u;
            snprintf(id, sizeof id, "p%u,\"\n", seed);
            snprintf(number, sizeof number, "%u", count++);
            assert_int_equal(row->fault, MAG_CSV_OK);
            assert_true(mag_span_is(row->fields[0], id));
            assert_true(mag_span_is(row->fields[1], number));
        }
        assert_int_equal(count, ROWS);
        assert_int_equal(mag_stream_facts_of(stream)->member_count, k);
        mag_csv_close(reader);
        mag_stream_close(stream);
        unlink(path);
    }
}

static void the_same_cells_give_the_same_gzip_bytes(void **state) {
    (void)state;
    test_bytes files[2];
    for (size_t k = 0; k < 2; k++) {
        mag_error err;
        open_writer(k ? "one.csv.gz" : "another.csv.gz", "id,n");
        write_many(5000);
        assert_int_equal(mag_csv_writer_close(writer, &err), MAG_OK);
        files[k] = read_back();
        unlink(path);
    }
    assert_int_equal(files[0].nbytes, files[1].nbytes);
    assert_memory_equal(files[0].at, files[1].at, files[0].nbytes);
    static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255};
    assert_memory_equal(files[0].at, head, sizeof head);
    free(files[0].at);
    free(files[1].at);
}

static void S_09_files_are_readable_by_their_owner_only(void **state) {
    (void)state;
    mode_t old = umask(0);
    open_writer("mode.csv", "a");
    umask(old);
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_file("a\n");
}

static void a_file_or_link_that_is_there_is_never_overwritten(void **state) {
    (void)state;
    mag_error err;
    mag_test_write_file(path, "there.csv", "old", 3);
    assert_int_equal(mag_csv_writer_open(&writer, path, "a", &account, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P403);
    assert_null(writer);
    unlink(path);
    assert_int_equal(symlink("/tmp/magscreen-nowhere", path), 0);
    assert_int_equal(mag_csv_writer_open(&writer, path, "a", &account, &err), MAG_E_RESOURCE);
    assert_int_equal(access("/tmp/magscreen-nowhere", F_OK), -1);
}

static void P_07_a_full_disk_shows_at_close(void **state) {
    (void)state;
    mag_error err;
    open_writer("full.csv", "a");
    unlink(path);
    /* The descriptor of the file is made to lead to a device that is always full. */
    int full = open("/dev/full", O_WRONLY), probe = dup(full);
    if (full < 0)
        skip();
    struct stat facts;
    for (int fd = 3; fd < probe; fd++)
        if (fd != full && fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_nlink == 0)
            dup2(full, fd);
    close(full);
    close(probe);
    write_many(20000);
    assert_int_equal(mag_csv_writer_close(writer, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P403);
    assert_non_null(strstr(err.text, "No space left"));
}

/* All of the file, unpacked. */
static test_bytes read_stream(void) {
    mag_stream *stream;
    mag_error err;
    test_bytes content = {malloc(1 << 22), 0};
    size_t got = 1;
    assert_int_equal(mag_stream_open(&stream, path, &account, &err), MAG_OK);
    while (got > 0) {
        assert_int_equal(mag_stream_read(stream, (char *)content.at + content.nbytes,
                                         (1 << 22) - content.nbytes, &got, &err),
                         MAG_OK);
        content.nbytes += got;
    }
    mag_stream_close(stream);
    return content;
}

/* Bytes that no packing makes shorter: a block of them comes out longer than it went in. */
static void what_cannot_be_packed_reads_back(void **state) {
    (void)state;
    static const char *const names[] = {"dense.csv", "dense.csv.gz"};
    enum { CELLS = 500, CELL_NBYTES = 4096 };
    test_bytes files[2];
    for (size_t k = 0; k < 2; k++) {
        char cell[CELL_NBYTES];
        uint64_t random = 1;
        mag_error err;
        open_writer(names[k], "a");
        for (int i = 0; i < CELLS; i++) {
            for (size_t at = 0; at < sizeof cell; at++) {
                random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                cell[at] = (char)(random >> 56);
            }
            mag_csv_writer_id(writer, (mag_span){cell, sizeof cell});
            mag_csv_writer_end_row(writer);
        }
        assert_int_equal(mag_csv_writer_close(writer, &err), MAG_OK);
        files[k] = read_stream();
        unlink(path);
    }
    assert_true(files[0].nbytes > CELLS * CELL_NBYTES);
    assert_int_equal(files[0].nbytes, files[1].nbytes);
    assert_memory_equal(files[0].at, files[1].at, files[0].nbytes);
    free(files[0].at);
    free(files[1].at);
}

static void a_name_too_short_for_an_ending_is_plain(void **state) {
    (void)state;
    char folder[MAG_TEST_PATH_NBYTES], before[4096];
    assert_non_null(getcwd(before, sizeof before));
    mag_test_path(folder, "short");
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(chdir(folder), 0);
    mag_error err;
    strcpy(path, "gz");
    assert_int_equal(mag_csv_writer_open(&writer, path, "a", &account, &err), MAG_OK);
    assert_file("a\n");
    unlink(path);
    assert_int_equal(chdir(before), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void closing_nothing_is_fine(void **state) {
    (void)state;
    assert_int_equal(mag_csv_writer_close(NULL, NULL), MAG_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(S_11_text_cells_that_a_spreadsheet_would_run_are_guarded),
        TEST(S_11_the_guard_is_exact_whatever_a_text_begins_with),
        TEST(S_11_numbers_stay_untouched_and_ids_are_quoted),
        TEST(what_is_written_reads_back_from_plain_and_gzip),
        TEST(the_same_cells_give_the_same_gzip_bytes),
        TEST(S_09_files_are_readable_by_their_owner_only),
        TEST(a_file_or_link_that_is_there_is_never_overwritten),
        TEST(P_07_a_full_disk_shows_at_close),
        TEST(what_cannot_be_packed_reads_back),
        TEST(a_name_too_short_for_an_ending_is_plain),
        TEST(closing_nothing_is_fine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
