/* The closing lines of a run, and the same facts as JSON. */
#ifndef MAG_CLI_CLOSING_H
#define MAG_CLI_CLOSING_H

#include "base/text.h"
#include "engine/run.h"

/* What the closing lines need besides the report. */
typedef struct mag_closing {
    const mag_run_report *report;
    const char *out_directory; /* NULL: a dry run, or a database */
    const char *database;      /* the connection; NULL: none */
    const char *database_run;  /* number of the run there; "" before it is registered */
    bool has_timings;
    bool has_lost_messages; /* standard error could not be written: told on stdout, exit 3 */
} mag_closing;

/* The report's, or 3 where all was well but messages were lost. */
int mag_closing_exit_code(const mag_closing *closing);
/* Gates that are amber or red, as messages on stderr, the worst last. */
void mag_closing_gates(const mag_closing *closing, bool is_json);
enum { MAG_REJECTS_COMMAND_NBYTES = 4400 };
/* "magscreen rejects --from OUT.held --reason R", which lists the rows of this gate; "" if it has
   none or the run has kept none. */
void mag_rejects_command(const mag_closing *closing, const mag_gate_verdict *verdict,
                         char out[MAG_REJECTS_COMMAND_NBYTES]);
/* Rows per source, what could not be assessed, flags by severity, the end and the next command. */
void mag_closing_lines(const mag_closing *closing);
/* Where the record of a failed run lies and what to do next; say is mag_show or mag_tell. */
void mag_closing_failed(const char *out_directory, void (*say)(const char *format, ...));
mag_status mag_closing_json(const mag_closing *closing, mag_text *out,
                            mag_error *err) MAG_MUST_CHECK;

#endif
