#include "support/fault_cohort.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const kinds[FAULT_TABLE_COUNT] = {"patients", "labs", "prescriptions"};

static void expect_text(const fault_run *run, const char *key, const char *wanted) {
    const char *got = json_string_value(json_object_get(run->record, key));
    if (!got || strcmp(got, wanted) != 0)
        fail_msg("run.json: %s is %s instead of %s", key, got ? got : "null", wanted);
}

/* DIR.failed holds what explains the failure, and no result. */
static void expect_files(const fault_run *run) {
    char path[512];
    unsigned files = 0;
    static const char *const others[] = {"", ".held", ".partial"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        snprintf(path, sizeof path, "%s%s", run->out, others[i]);
        assert_false(file_exists(path));
    }
    snprintf(path, sizeof path, "%s.failed", run->out);
    DIR *listing = opendir(path);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (entry->d_name[0] == '.')
            continue;
        if (strcmp(entry->d_name, "run.json") != 0 && strcmp(entry->d_name, "rejects.csv.gz") != 0)
            fail_msg("a refused run left %s", entry->d_name);
        files++;
    }
    closedir(listing);
    assert_int_equal(files, 2);
}

/* The last line is about the file; there is no other but the header, unless rows were looked at. */
static void expect_reject(const fault_run *run, const fault_refusal *of) {
    static const char header[] = "source,file,line,column,reason,detail\n";
    char wanted[256];
    const bytes *rejects = &run->rejects;
    assert_non_null(rejects->at);
    snprintf(wanted, sizeof wanted, "%s,%s,0,,%s,", kinds[of->table], of->file, of->reason);
    const char *line = strstr(rejects->at, wanted), *end = line ? strchr(line, '\n') : NULL;
    const bool is_only = line == rejects->at + sizeof header - 1;
    if (strncmp(rejects->at, header, sizeof header - 1) != 0 || !end || end[1] != '\0' ||
        line[-1] != '\n' || (!is_only && !of->has_row_rejects))
        fail_msg("rejects.csv does not end with\n%s\nbut is\n%s", wanted, rejects->at);
}

/* What people read is what is kept. */
static void expect_told(const fault_run *run, const fault_refusal *of) {
    const char *failure = json_string_value(json_object_get(run->record, "failure"));
    assert_non_null(failure);
    if (!strstr(run->result.err.at, failure))
        fail_msg("it said\n%s\nbut keeps\n%s", run->result.err.at, failure);
    if (!strstr(failure, of->told))
        fail_msg("no \"%s\"; it said:\n%s", of->told, failure);
}

void fault_expect_file_refused(const fault_run *run, const fault_refusal *of) {
    char id[32];
    snprintf(id, sizeof id, "[%s]", of->message_id);
    fault_expect(run, 4, id);
    expect_files(run);
    expect_reject(run, of);
    expect_told(run, of);
    expect_text(run, "state", "failed");
    expect_text(run, "failure_id", of->message_id);
    expect_text(run, "failure_reason", of->reason);
    expect_text(run, "failure_source", kinds[of->table]);
    expect_text(run, "failure_file", of->file);
    assert_int_equal(json_integer_value(json_object_get(run->record, "exit_code")), 4);
    assert_true(json_is_null(json_object_get(run->record, "result_sha256")));
    for (int table = 0; table < FAULT_TABLE_COUNT; table++)
        assert_int_equal(fault_count(run, kinds[table], "accepted"), 0);
}

json_t *fault_file_fact(const fault_run *run, fault_table table, const char *name) {
    size_t i;
    json_t *source, *fact = NULL;
    json_array_foreach(json_object_get(run->record, "sources"), i, source) {
        json_t *file = json_array_get(json_object_get(source, "files"), 0);
        if (strcmp(json_string_value(json_object_get(source, "kind")), kinds[table]) == 0)
            fact = json_object_get(file, name);
    }
    if (!fact)
        fail_msg("run.json has no \"%s\" about a file of %s", name, kinds[table]);
    return fact;
}
