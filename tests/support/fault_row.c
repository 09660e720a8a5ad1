#include "support/fault_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ROW_MOST = 128 };

static FILE *notes;
static const fault_row *running;

/* "t_I_01_what" is a part of row "I-01"; a test of another name belongs to no row. */
static void note(const fault_row *row, const char *end) {
    if (strncmp(row->name, "t_", 2) != 0)
        return;
    fprintf(notes, "%.1s-%.2s %s %s\n", row->name + 2, row->name + 4, end, row->name);
    fflush(notes);
}

static void run_row(void **state) {
    const fault_row *row = *state;
    running = row;
    note(row, "begun");
    *state = NULL;
    row->test(state);
    note(row, "passed"); /* a failed assertion does not come back */
}

void fault_row_skip_part(const char *why) {
    fprintf(stderr, "SKIPPED in part: %s: %s\n", running->name, why);
    note(running, "part");
}

void fault_row_skip(const char *why) {
    fprintf(stderr, "SKIPPED: %s: %s\n", running->name, why);
    note(running, "skipped");
    skip();
}

static void open_notes(const char *source_path) {
    const char *slash = strrchr(source_path, '/');
    const char *name = slash ? slash + 1 : source_path;
    char path[1024];
    (void)mkdir(MAG_BINARY_DIR "/faults", 0700); /* if it cannot: the open below tells */
    snprintf(path, sizeof path, MAG_BINARY_DIR "/faults/%.*s.rows", (int)strcspn(name, "."), name);
    notes = fopen(path, "w");
    if (!notes) {
        perror(path);
        exit(1);
    }
}

int fault_rows_run(const char *source_path, const fault_row *rows, size_t count) {
    struct CMUnitTest tests[ROW_MOST] = {{0}};
    if (count > ROW_MOST) {
        fprintf(stderr, "%s has more than %d rows\n", source_path, ROW_MOST);
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = run_row, .initial_state = (void *)&rows[i]};
    if (getenv("MAG_FAULT_ROW")) /* "t_D_1*": only these, for whoever looks for a fault */
        cmocka_set_test_filter(getenv("MAG_FAULT_ROW"));
    open_notes(source_path);
    int failed = _cmocka_run_group_tests(source_path, tests, count, NULL, NULL);
    fclose(notes);
    return failed;
}
