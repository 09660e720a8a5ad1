/* Rows of the list of faults as tests: a program of tests/faults runs its rows with cmocka and
   notes those that passed, so that faults.scope can tell that none is missing. */
#ifndef MAG_TESTS_SUPPORT_FAULT_ROW_H
#define MAG_TESTS_SUPPORT_FAULT_ROW_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

typedef struct fault_row {
    const char *name; /* "t_I_01", or "t_I_01_what" for a part of a row */
    CMUnitTestFunction test;
} fault_row;

#define FAULT_ROW(test)                                                                            \
    { #test, test }

/* Runs the rows; returns what main returns. Notes "I-01 passed" in BUILD/faults/FILE.rows, FILE
   being the source's name without folder and ending; a row that fails or is skipped is not noted
   as passed. */
int fault_rows_run(const char *source_path, const fault_row *rows, size_t count);

/* Say loudly that the function that runs cannot be tried here, or not all of it, and note it:
   faults.scope counts and prints it apart. The first one leaves the function. */
void fault_row_skip(const char *why);
void fault_row_skip_part(const char *why);

#define FAULT_ROWS_RUN(rows) fault_rows_run(__FILE__, rows, sizeof(rows) / sizeof(rows)[0])

#endif
