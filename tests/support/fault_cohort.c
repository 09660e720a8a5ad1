#include "support/fault_cohort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char *const names[FAULT_TABLE_COUNT] = {"patients", "labs", "prescriptions"};

/* Doubles, so that long tables are not copied for every line. */
static void make_room(bytes *to, size_t *room, size_t more) {
    size_t needed = to->nbytes + more + 1;
    if (needed <= *room)
        return;
    *room = needed > 2 * *room ? needed : 2 * *room;
    to->at = realloc(to->at, *room);
    assert_non_null(to->at);
}

static void add_to(bytes *to, size_t *room, const char *text) {
    size_t more = strlen(text);
    make_room(to, room, more);
    memcpy(to->at + to->nbytes, text, more + 1);
    to->nbytes += more;
}

static void add(fault_cohort *cohort, fault_table table, const char *text) {
    add_to(&cohort->text[table], &cohort->room[table], text);
}

/* Results that need no luck: every rule has something to do, and no row is at fault. */
static void add_patient(fault_cohort *cohort, int i) {
    char line[256];
    snprintf(line, sizeof line, "q%04d,%s,%d-03-%02d,,S%d,%d,%d,2025-06-01\n", i, i % 2 ? "F" : "M",
             1935 + i, 1 + i % 28, i % 3, 48 + i, 155 + i % 25);
    add(cohort, FAULT_PATIENTS_TABLE, line);
    for (int k = 0; k < FAULT_LABS_EACH / 3; k++) {
        int day = 1 + (i + 5 * k) % 28, month = 12 - 2 * k;
        snprintf(line, sizeof line,
                 "q%04d,2601-3,0.%02d,mmol/L,2025-%02d-%02dT08:%02d,\n"
                 "q%04d,14682-9,%d,umol/L,2025-%02d-%02dT08:%02d,\n"
                 "q%04d,2823-3,%d.%d,mmol/L,2025-%02d-%02dT08:%02d,\n",
                 i, 38 + (i * 7 + k * 11) % 60, month, day, i % 60, i, 60 + (i * 13) % 170, month,
                 day, i % 60, i, 3 + i % 2, (i + k) % 10, month, day, i % 60);
        add(cohort, FAULT_LABS, line);
    }
    static const char *const drugs[] = {"A12CC30,Magnesium glycerophosphate 4 mmol tablets",
                                        "C03CA01,Furosemide 40 mg tablets",
                                        "A02BC01,Omeprazole 20 mg capsules"};
    for (int k = 0; k < FAULT_RX_EACH; k++) {
        bool is_magnesium = (i + k) % 3 == 0;
        snprintf(line, sizeof line, "q%04d,%s,order,2025-0%d-11,,%s,oral\n", i, drugs[(i + k) % 3],
                 1 + (i + k) % 9, is_magnesium ? "4,mmol,3" : ",,");
        add(cohort, FAULT_RX, line);
    }
}

void fault_cohort_init(fault_cohort *cohort) {
    *cohort = (fault_cohort){0};
    add(cohort, FAULT_PATIENTS_TABLE,
        "patient_id,sex,birth,died_on,site,weight_kg,height_cm,measured_on\n");
    add(cohort, FAULT_LABS, "patient_id,code,value,unit,collected_at,comment\n");
    add(cohort, FAULT_RX,
        "patient_id,drug_code,drug_name,kind,start,stop,dose,dose_unit,"
        "doses_per_day,route\n");
    for (int i = 1; i <= FAULT_PATIENTS; i++)
        add_patient(cohort, i);
}

void fault_cohort_done(fault_cohort *cohort) {
    for (int table = 0; table < FAULT_TABLE_COUNT; table++) {
        free(cohort->text[table].at);
        free(cohort->raw[table].at);
    }
}

void fault_append(fault_cohort *cohort, fault_table table, const char *lines) {
    add(cohort, table, lines);
}

void fault_pad(fault_cohort *cohort) {
    for (int i = 0; i < 1500; i++)
        fault_append(cohort, FAULT_LABS, "q0002,718-7,130,g/L,2025-05-05T08:00,\n");
}

void fault_append_lab(fault_cohort *cohort, const char *value, const char *unit, const char *when) {
    char line[512];
    bool is_quoted = strpbrk(value, ",\"\n") != NULL;
    snprintf(line, sizeof line, "q0001,2601-3,%s%s%s,%s,%s,\n", is_quoted ? "\"" : "", value,
             is_quoted ? "\"" : "", unit, when);
    add(cohort, FAULT_LABS, line);
}

void fault_insert(fault_cohort *cohort, fault_table table, size_t offset, const char *text,
                  size_t nbytes) {
    bytes *content = &cohort->text[table];
    assert_true(offset <= content->nbytes);
    make_room(content, &cohort->room[table], nbytes);
    memmove(content->at + offset + nbytes, content->at + offset, content->nbytes - offset + 1);
    memcpy(content->at + offset, text, nbytes);
    content->nbytes += nbytes;
}

size_t fault_quote_lab(fault_cohort *cohort, unsigned line_number, const char *comment) {
    const size_t at = fault_line(cohort, FAULT_LABS, line_number);
    bytes *content = &cohort->text[FAULT_LABS];
    char id[16], code[16], value[16], unit[16], when[32], row[256];
    int used = 0;
    assert_int_equal(sscanf(content->at + at, "%15[^,],%15[^,],%15[^,],%15[^,],%31[^,],%n", id,
                            code, value, unit, when, &used),
                     5);
    assert_true(used > 0 && content->at[at + (size_t)used] == '\n');
    const int nbytes = snprintf(row, sizeof row, "%s,\"%s\",\"%s\",%s,%s,%s", id, code, value, unit,
                                when, comment);
    const size_t old_nbytes = (size_t)used + 1;
    content->nbytes -= old_nbytes;
    memmove(content->at + at, content->at + at + old_nbytes, content->nbytes - at + 1);
    fault_insert(cohort, FAULT_LABS, at, row, (size_t)nbytes);
    return at;
}

static bool replace_from(fault_cohort *cohort, fault_table table, size_t *from_offset,
                         const char *from, const char *to) {
    bytes *content = &cohort->text[table];
    char *found = strstr(content->at + *from_offset, from);
    if (!found)
        return false;
    size_t offset = (size_t)(found - content->at), length = strlen(from);
    memmove(found, found + length, content->nbytes - offset - length + 1);
    content->nbytes -= length;
    fault_insert(cohort, table, offset, to, strlen(to));
    *from_offset = offset + strlen(to);
    return true;
}

void fault_replace(fault_cohort *cohort, fault_table table, const char *from, const char *to) {
    size_t offset = 0;
    assert_true(replace_from(cohort, table, &offset, from, to));
}

void fault_replace_all(fault_cohort *cohort, fault_table table, const char *from, const char *to) {
    size_t offset = 0;
    while (replace_from(cohort, table, &offset, from, to)) {
    }
}

size_t fault_line(const fault_cohort *cohort, fault_table table, unsigned line_number) {
    const char *at = cohort->text[table].at;
    while (--line_number) {
        at = strchr(at, '\n');
        assert_non_null(at);
        at++;
    }
    return (size_t)(at - cohort->text[table].at);
}

/* --- screening ---------------------------------------------------------------------------------
 */

static void write_cohort(const fault_cohort *cohort, const char *folder) {
    for (int table = 0; table < FAULT_TABLE_COUNT; table++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s.csv%s", folder, names[table],
                 cohort->is_plain[table] ? "" : ".gz");
        const bytes *raw = &cohort->raw[table], *text = &cohort->text[table];
        if (raw->at)
            file_write(path, raw->at, raw->nbytes);
        else if (cohort->is_plain[table])
            file_write(path, text->at, text->nbytes);
        else
            file_write_gzip(path, text->at, text->nbytes);
    }
}

static void read_dump(fault_run *run, const char *directory) {
    program_result dump =
        program_run((const char *const[]){"verify", directory, "--dump", NULL}, NULL, NULL);
    assert_int_equal(dump.exit_code, 0);
    run->dump = dump.out;
    free(dump.err.at);
}

fault_run fault_begin(const fault_cohort *cohort) {
    fault_run run = {0};
    snprintf(run.folder, sizeof run.folder, "%s", program_folder_new());
    snprintf(run.out, sizeof run.out, "%s/out", run.folder);
    snprintf(run.data, sizeof run.data, "%s/data", run.folder);
    assert_int_equal(mkdir(run.data, 0700), 0);
    write_cohort(cohort, run.data);
    return run;
}

void fault_collect(fault_run *run, program_result result) {
    run->result = result;
    run->record = run_record(run->out);
    static const char *const endings[] = {"", ".held", ".failed"};
    for (size_t i = 0; i < 3; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s%s/rejects.csv.gz", run->out, endings[i]);
        if (file_exists(path))
            run->rejects = file_inflate(path);
        snprintf(path, sizeof path, "%s%s", run->out, endings[i]);
        if (i < 2 && file_exists(path))
            read_dump(run, path);
    }
}

void fault_screen_folder(fault_run *run, const char *const *more) {
    const char *arguments[32] = {"run",     "--profile",  "magscreen", "--data", run->data,
                                 "--as-of", "2025-12-31", "--out",     run->out};
    size_t count = 9;
    for (; more && *more; more++)
        arguments[count++] = *more;
    fault_collect(run, program_run(arguments, NULL, NULL));
}

fault_run fault_screen(const fault_cohort *cohort, const char *const *more) {
    fault_run run = fault_begin(cohort);
    fault_screen_folder(&run, more);
    return run;
}

void fault_run_done(fault_run *run) {
    json_decref(run->record);
    free(run->dump.at);
    free(run->rejects.at);
    program_result_done(&run->result);
    program_folder_remove(run->folder);
}

/* --- expectations ------------------------------------------------------------------------------
 */

void fault_expect(const fault_run *run, int exit_code, const char *message_id) {
    if (run->result.exit_code != exit_code)
        fail_msg("exit %d instead of %d; it said:\n%s", run->result.exit_code, exit_code,
                 run->result.err.at);
    if (message_id && !strstr(run->result.err.at, message_id))
        fail_msg("no %s; it said:\n%s", message_id, run->result.err.at);
    /* Never a patient id in a message. */
    assert_null(strstr(run->result.err.at, "q00"));
}

void fault_expect_rejects(const fault_run *run, const char *reason, unsigned count) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, ",%s,", reason);
    unsigned found = 0;
    for (const char *at = run->rejects.at; at && (at = strstr(at, wanted)); at++)
        found++;
    if (found != count)
        fail_msg("%u rejects of %s instead of %u:\n%.2000s\n%s", found, reason, count,
                 run->rejects.at ? run->rejects.at : "(no rejects file)", run->result.err.at);
}

static json_t *source_of(const fault_run *run, const char *name) {
    size_t i;
    json_t *source;
    assert_non_null(run->record);
    json_array_foreach(json_object_get(run->record, "sources"), i, source) {
        const char *kind = json_string_value(json_object_get(source, "kind"));
        if (kind && strcmp(kind, name) == 0)
            return source;
    }
    fail_msg("run.json has no source of kind %s", name);
    return NULL;
}

int64_t fault_count(const fault_run *run, const char *source, const char *bucket) {
    json_t *rows = json_object_get(source_of(run, source), "rows");
    json_t *value = json_object_get(rows, bucket);
    if (!json_is_integer(value))
        fail_msg("run.json has no rows.%s of %s", bucket, source);
    return json_integer_value(value);
}

void fault_expect_conserved(const fault_run *run) {
    for (int table = 0; table < FAULT_TABLE_COUNT; table++) {
        const char *name = names[table];
        int64_t sum = fault_count(run, name, "accepted") + fault_count(run, name, "rejected") +
                      fault_count(run, name, "out_of_window") +
                      fault_count(run, name, "duplicate") +
                      fault_count(run, name, "not_of_interest");
        assert_int_equal(fault_count(run, name, "read"), sum);
        assert_true(sum > 0);
    }
}

void fault_expect_refused(const fault_run *run) {
    assert_false(file_exists(run->out));
}

/* Lines of a dump that count: all, or all but A. Both dumps are sorted already. */
static bytes lines_of(bytes dump, bool with_lab_summary) {
    size_t room = 0;
    bytes kept = {0};
    add_to(&kept, &room, "");
    for (char *line = dump.at; line && *line;) {
        char *end = strchr(line, '\n');
        size_t length = end ? (size_t)(end - line) + 1 : strlen(line);
        if (with_lab_summary || line[0] != 'A') {
            char saved = line[length];
            line[length] = '\0';
            add_to(&kept, &room, line);
            line[length] = saved;
        }
        line += length;
    }
    return kept;
}

void fault_expect_golden(const fault_run *run, bool with_lab_summary) {
    static bytes golden;
    if (!golden.at) {
        fault_cohort clean;
        fault_cohort_init(&clean);
        fault_run first = fault_screen(&clean, NULL);
        fault_expect(&first, 0, NULL);
        fault_expect_conserved(&first);
        golden = first.dump;
        first.dump = (bytes){0};
        fault_run_done(&first);
        fault_cohort_done(&clean);
        assert_non_null(strstr(golden.at, "\nF\t"));
    }
    assert_non_null(run->dump.at);
    bytes wanted = lines_of(golden, with_lab_summary), got = lines_of(run->dump, with_lab_summary);
    assert_string_equal(got.at, wanted.at);
    free(wanted.at);
    free(got.at);
}
