/* A small clean cohort in our own layout, the golden answer it gives, and a harness for one fault
   at a time: the cohort is written with the fault, screened, and the exit code, message, rejects,
   accounting and the digest lines of the good rows are compared. */
#ifndef MAG_TESTS_SUPPORT_FAULT_COHORT_H
#define MAG_TESTS_SUPPORT_FAULT_COHORT_H

#include "support/program.h"

#include <stdint.h>

enum { FAULT_PATIENTS = 40, FAULT_LABS_EACH = 15, FAULT_RX_EACH = 2 };

typedef enum fault_table {
    FAULT_PATIENTS_TABLE,
    FAULT_LABS,
    FAULT_RX,
    FAULT_TABLE_COUNT
} fault_table;

/* The three tables as CSV text, free to be damaged. */
typedef struct fault_cohort {
    bytes text[FAULT_TABLE_COUNT];
    size_t room[FAULT_TABLE_COUNT]; /* allocated for text; a text of the caller's: 0 */
    /* Replaces the file's bytes altogether (damaged gzip ...); at NULL: the text, gzip-compressed.
     */
    bytes raw[FAULT_TABLE_COUNT];
    bool is_plain[FAULT_TABLE_COUNT]; /* write NAME.csv instead of NAME.csv.gz */
} fault_cohort;

void fault_cohort_init(fault_cohort *cohort);
void fault_cohort_done(fault_cohort *cohort);

/* Appends whole lines ("...\n") to a table, so that the line numbers of good rows stay as they are.
 */
void fault_append(fault_cohort *cohort, fault_table table, const char *lines);
/* 1,500 rows of no interest behind the laboratory rows, so that one bad row is a small share. */
void fault_pad(fault_cohort *cohort);
/* Appends a laboratory row of patient q0001: value, unit, and when. */
void fault_append_lab(fault_cohort *cohort, const char *value, const char *unit, const char *when);
/* Replaces the first `from` by `to` in a table's text; aborts if it is not there. */
void fault_replace(fault_cohort *cohort, fault_table table, const char *from, const char *to);
void fault_replace_all(fault_cohort *cohort, fault_table table, const char *from, const char *to);
/* Offset of the begin of line line_number (from 1). */
size_t fault_line(const fault_cohort *cohort, fault_table table, unsigned line_number);
void fault_insert(fault_cohort *cohort, fault_table table, size_t offset, const char *text,
                  size_t nbytes);

/* Quotes the code and value of a laboratory row of the clean cohort and puts `comment`, as it is to
   stand in the file with its line end, behind it: no digest line changes. Offset of the row. */
size_t fault_quote_lab(fault_cohort *cohort, unsigned line_number, const char *comment);

typedef struct fault_run {
    char folder[256];
    char out[320];
    char data[320]; /* folder of the cohort's files */
    program_result result;
    json_t *record; /* run.json, NULL if none */
    bytes dump;     /* digest lines, sorted; at NULL unless published or held */
    bytes rejects;  /* rejects.csv, inflated */
} fault_run;

/* Writes the cohort and screens it at 2025-12-31. more: NULL-ended further options, or NULL. */
fault_run fault_screen(const fault_cohort *cohort, const char *const *more);
/* The same in steps: the cohort is written, the caller changes run.data or runs the program in its
   own way, and what came of it is read. */
fault_run fault_begin(const fault_cohort *cohort);
void fault_screen_folder(fault_run *run, const char *const *more);
void fault_collect(fault_run *run, program_result result);
void fault_run_done(fault_run *run);

/* Fails the test, naming what the program said, unless: exit code; message id on stderr (NULL:
 * any). */
void fault_expect(const fault_run *run, int exit_code, const char *message_id);
/* rejects.csv holds `count` rows of that reason. */
void fault_expect_rejects(const fault_run *run, const char *reason, unsigned count);
/* read = sum of the buckets for every source, and the named source was read whole. */
void fault_expect_conserved(const fault_run *run);
/* Nothing new is visible: DIR is not there. */
void fault_expect_refused(const fault_run *run);
/* How a file is refused: the message, the reason, what is told of the place, and which file. */
typedef struct fault_refusal {
    const char *message_id, *reason, *told;
    fault_table table;
    const char *file;
    bool has_row_rejects; /* damage that was read as rows before it was found out */
} fault_refusal;

/* Exit 4 with that message; DIR.failed with run.json, which keeps what was said, and one reject
   about the file; no result anywhere, and no row of any source used. */
void fault_expect_file_refused(const fault_run *run, const fault_refusal *of);
/* What run.json says about the first file of a table ("gzip_members"); fails if nothing. Borrowed.
 */
json_t *fault_file_fact(const fault_run *run, fault_table table, const char *name);
/* The same F, C and S digest lines as the clean cohort; with A lines too unless the fault leaves a
 * mark. */
void fault_expect_golden(const fault_run *run, bool with_lab_summary);
/* Value of an integer in run.json's accounting of a source ("labs", "accepted"). */
int64_t fault_count(const fault_run *run, const char *source, const char *bucket);

#endif
