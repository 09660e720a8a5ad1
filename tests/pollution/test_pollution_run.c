/* Polluted files through the whole program: exit code, message, what is set aside and why, the
   accounting, and the digest of the good rows. A share of them; MAGSCREEN_LONG=N takes each N-th.
 */
#include "pollution/pollution.h"
#include "support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
enum { SHARE = 2003 }; /* a run takes ten times as long */
#else
enum { SHARE = 401 };
#endif
enum { LINES = 1 << POLLUTION_ROWS };

static struct { unsigned seen, files, rejects, digests, faults; } tally;
static char folder[300];
static bytes golden[POLLUTION_TABLES][LINES];

static const char *in_folder(const char *name) {
    static char paths[4][400];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* Wide gates: a run of nine rows is to be published whatever becomes of one. */
static void write_pipeline(void) {
    static const char head[] = "name: pollution\nas_of: 2024-06-30\npack: magnesium-safety\n"
                               "sink: { directory: out }\nsources:\n";
    static const char gates[] =
        "    gates:\n"
        "      - { name: csv, amber: 0 %, red: 100 %, note: few rows }\n"
        "      - { name: value, amber: 0 %, red: 100 %, note: few rows }\n"
        "      - { name: soft, amber: 0 %, red: 100 %, note: few rows }\n"
        "      - { name: link.no_patient, amber: 0 %, red: 100 %, "
        "note: few rows }\n"
        "      - { name: demog, amber: 100 %, red: 100 %, note: few rows }\n";
    char text[4096];
    size_t at = (size_t)snprintf(text, sizeof text, "%s", head);
    for (unsigned t = 0; t < POLLUTION_TABLES; t++) {
        const char *name = clean_tables[t].name;
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "  - name: %s\n    kind: %s\n    profile: magscreen\n"
                               "    files: [data/%s.csv]\n%s",
                               name, name, name, gates);
    }
    file_write(in_folder("pollution.yaml"), text, at);
}

static void write_table(const polluted_file *file) {
    char name[64];
    snprintf(name, sizeof name, "data/%s.csv", file->table->name);
    file_write(in_folder(name), file->bytes, file->nbytes);
}

/* An empty place for a run to publish to. */
static void new_results(void) {
    if (file_exists(in_folder("r")))
        program_folder_remove(in_folder("r"));
    assert_int_equal(mkdir(in_folder("r"), 0700), 0);
}

static program_result run(void) {
    return program_run((const char *const[]){"run", in_folder("pollution.yaml"), "--out",
                                             in_folder("r/out"), NULL},
                       NULL, NULL);
}

static bytes dump_of_run(void) {
    program_result dump = program_run(
        (const char *const[]){"verify", in_folder("r/out"), "--dump", NULL}, NULL, NULL);
    assert_int_equal(dump.exit_code, 0);
    free(dump.err.at);
    return dump.out;
}

static void complain(const polluted_file *file, const program_result *result, const char *what) {
    tally.faults++;
    if (tally.faults < 20)
        print_error("%s: %s; exit %d; it said:\n%.1500s\n", file->name, what, result->exit_code,
                    result->err.at);
}

/* --- what is expected --------------------------------------------------------------------- */

typedef struct wanted {
    unsigned read, accepted, not_of_interest, duplicate, rejected;
    bool has_lost_patient; /* rows of other tables lose their patient */
} wanted;

static bool has_id(const polluted_file *file, mag_span id) {
    for (unsigned i = 0; i < file->record_count; i++)
        if (file->records[i].fault == MAG_CSV_OK)
            for (unsigned k = 0; k < file->column_count; k++)
                if (mag_span_is(mag_span_trim(file->columns[k]), "patient_id") &&
                    mag_span_equals(file->records[i].cells[k], id))
                    return true;
    return false;
}

static wanted wanted_of(const polluted_file *file) {
    wanted sum = {.read = file->record_count};
    for (unsigned i = 0; i < file->record_count; i++) {
        const expected_record *record = &file->records[i];
        bool is_kept = record->fault == MAG_CSV_OK;
        sum.accepted += is_kept && record->end.end == ROW_ACCEPTED;
        sum.not_of_interest += is_kept && record->end.end == ROW_NOT_OF_INTEREST;
        sum.duplicate += is_kept && record->end.end == ROW_DUPLICATE;
    }
    sum.rejected = sum.read - sum.accepted - sum.not_of_interest - sum.duplicate;
    for (unsigned row = 0; row < POLLUTION_ROWS && file->table == &clean_tables[0]; row++)
        sum.has_lost_patient |= !has_id(file, mag_span_of(clean_tables[0].cells[row][0].text));
    return sum;
}

static int wanted_exit(const polluted_file *file, const wanted *sum) {
    if (file->is_refused)
        return file->message == MAG_MSG_S611 ? 10 : 4;
    if (sum->accepted == 0) /* a feed of which nothing can be used */
        return 4;
    return sum->rejected || sum->has_lost_patient || file->has_unfinished_last_line ||
                   file->quoted_row_count
               ? 3
               : 0;
}

/* --- comparing ---------------------------------------------------------------------------- */

static void compare_rejects(const polluted_file *file, const program_result *result) {
    bytes table = file_inflate(in_folder("r/out/rejects.csv.gz"));
    const char *at = table.at;
    char source[80];
    unsigned told = 0;
    snprintf(source, sizeof source, "\n%s,%s.csv,", file->table->name, file->table->name);
    for (unsigned i = 0; i < file->record_count; i++) {
        mag_span column;
        mag_reason reason = pollution_reason(file, &file->records[i], &column);
        if (reason == MAG_REASON_NONE)
            continue;
        char line[200];
        int length = snprintf(line, sizeof line, "%s%u,%.*s,%s,", source, file->records[i].line,
                              (int)column.nbytes, column.at, mag_reason_name(reason));
        tally.rejects++;
        at = at ? strstr(at, source) : NULL;
        if (!at || strncmp(at, line, (size_t)length) != 0) {
            complain(file, result, line + 1);
            break;
        }
        at++;
        bool is_first = told++ == 0; /* the faults of shape of a file are told by one message */
        if (is_first && !strstr(result->err.at, mag_message_code(mag_reason_message(reason))))
            complain(file, result, "the reason's message is not told");
    }
    if (at && strstr(at, source))
        complain(file, result, "more rejects than expected");
    free(table.at);
}

static void compare_accounting(const polluted_file *file, const wanted *sum,
                               const program_result *result) {
    json_t *record = run_record(in_folder("r/out")), *source;
    size_t i;
    json_array_foreach(json_object_get(record, "sources"), i, source) {
        if (strcmp(json_string_value(json_object_get(source, "kind")), file->table->name) != 0)
            continue;
        json_t *rows = json_object_get(source, "rows");
        const struct {
            const char *name;
            unsigned count;
        } buckets[] = {{"read", sum->read},
                       {"accepted", sum->accepted},
                       {"not_of_interest", sum->not_of_interest},
                       {"duplicate", sum->duplicate},
                       {"rejected", sum->rejected},
                       {"out_of_window", 0}};
        for (size_t k = 0; k < sizeof buckets / sizeof *buckets; k++)
            if (json_integer_value(json_object_get(rows, buckets[k].name)) != buckets[k].count)
                complain(file, result, buckets[k].name);
    }
    json_decref(record);
}

/* What a run gives on the clean table without some of its rows. */
static const char *golden_of(const polluted_file *file) {
    bytes *kept = &golden[file->table - clean_tables][file->lost_rows];
    if (!kept->at) {
        polluted_file clean;
        pollution_clean(&clean, file->table, file->lost_rows);
        write_table(&clean);
        new_results();
        program_result result = run();
        if (result.exit_code != 0 && result.exit_code != 3)
            complain(&clean, &result, "the clean table is not published");
        *kept = dump_of_run();
        program_result_done(&result);
        pollution_file_done(&clean);
    }
    return kept->at;
}

static void compare_published(const polluted_file *file, const wanted *sum,
                              const program_result *result) {
    compare_accounting(file, sum, result);
    compare_rejects(file, result);
    if (file->is_altered)
        return;
    bytes dump = dump_of_run();
    tally.digests++;
    if (strcmp(dump.at, golden_of(file)) != 0)
        complain(file, result, "the good rows do not give the digest that they give alone");
    free(dump.at);
}

static void check(const polluted_file *file) {
    new_results();
    write_table(file);
    program_result result = run();
    wanted sum = wanted_of(file);
    int exit_code = wanted_exit(file, &sum);
    tally.files++;
    if (result.exit_code != exit_code)
        complain(file, &result, "another exit code");
    else if (file->is_refused && !strstr(result.err.at, mag_message_code(file->message)))
        complain(file, &result, mag_message_code(file->message));
    else if (exit_code == 4 && file_exists(in_folder("r/out")))
        complain(file, &result, "something new is visible");
    else if (exit_code == 0 || exit_code == 3)
        compare_published(file, &sum, &result);
    program_result_done(&result);
    polluted_file clean;
    pollution_clean(&clean, file->table, 0);
    write_table(&clean);
    pollution_file_done(&clean);
}

static void visit(const polluted_file *file, void *context) {
    const unsigned *share = context;
    if (tally.seen % *share == 0)
        check(file);
    tally.seen++;
}

static void runs_on_polluted_files_say_what_is_wrong_and_keep_the_rest(void **state) {
    (void)state;
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    write_pipeline();
    assert_int_equal(mkdir(in_folder("data"), 0700), 0);
    for (unsigned t = 0; t < POLLUTION_TABLES; t++) {
        polluted_file clean;
        pollution_clean(&clean, &clean_tables[t], 0);
        write_table(&clean);
        pollution_file_done(&clean);
    }
    const char *asked = getenv("MAGSCREEN_LONG");
    unsigned share = asked && atoi(asked) > 0 ? (unsigned)atoi(asked) : SHARE;
    pollution_each(visit, &share);
    printf("%u of %u files run, %u rejects, %u digests compared, %u faults\n", tally.files,
           tally.seen, tally.rejects, tally.digests, tally.faults);
    program_folder_remove(folder);
    for (unsigned t = 0; t < POLLUTION_TABLES; t++)
        for (unsigned i = 0; i < LINES; i++)
            free(golden[t][i].at);
    assert_true(tally.files >= tally.seen / share && tally.digests > 0);
    assert_int_equal(tally.faults, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_on_polluted_files_say_what_is_wrong_and_keep_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
