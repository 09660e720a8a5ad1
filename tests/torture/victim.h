/* The program under failing calls: runs it on smoke data with fail_calls preloaded, and judges what
   it said and what it left behind.

   The smoke data are the clean cohort of support/fault_cohort.h. A run either finds nothing at its
   --out or an older result that it may replace (--force). */
#ifndef MAG_TESTS_TORTURE_VICTIM_H
#define MAG_TESTS_TORTURE_VICTIM_H

#include "support/fault_cohort.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

typedef struct victim {
    fault_run golden;            /* published from the same data; golden.out is its folder */
    char data[512], old[512];    /* old: a result of an earlier as-of */
    char work[512], out[640];    /* out: what runs publish to, alone in work */
    struct timespec old_written; /* when run.json of the old result was copied to out */
    unsigned long golden_held;   /* blocks that libraries keep in a clean run */
    unsigned long calls[8];      /* of a clean run, by the kinds of fail_calls.c */
} victim;

enum {
    VICTIM_ALLOC,
    VICTIM_OPEN,
    VICTIM_READ,
    VICTIM_WRITE,
    VICTIM_FSYNC,
    VICTIM_RENAME,
    VICTIM_CLOSE,
    VICTIM_MKDIR,
    VICTIM_KIND_COUNT
};
extern const char *const victim_kind_names[VICTIM_KIND_COUNT];

/* Which call fails and how; see fail_calls.c. */
typedef struct failing {
    const char *kind, *how; /* NULL: none fails */
    unsigned long at;
    int error;
    const char *memory_limit; /* --memory-limit; NULL: none */
    bool has_old;             /* an older result lies at --out */
} failing;

typedef struct outcome {
    int status;       /* of waitpid */
    char said[4096];  /* on stderr */
    char report[512]; /* the last line of fail_calls; "" if killed */
    unsigned long fired, leaks, held, forked;
    long descriptors;
} outcome;

/* Makes folder, data, golden and old result, and counts the calls of a clean run. */
void victim_begin(victim *v);
void victim_end(victim *v);

/* Puts work into its state before a run: empty, or with the old result. */
void victim_reset(victim *v, bool has_old);

/* One run, waited for. */
void victim_run(const victim *v, const failing *how, outcome *out);

/* As victim_run without failures, but the program is killed after that many seconds. */
void victim_run_and_kill(const victim *v, double seconds, outcome *out);

/* Starts a run that forks at its allocations (MAG_FAIL_FORK); *stderr_fd and *report_fd are the
   caller's to close. share: "I/N", or "serve". */
pid_t victim_start_forks(const victim *v, const char *share, int *stderr_fd, int *report_fd);
/* Reads one line of fail_calls into line (without its end); false at the end of the stream. */
bool victim_read_line(int fd, char *line, size_t capacity);
/* Fills the counts of an outcome from a line of fail_calls. */
void victim_read_report(const char *line, outcome *out);
/* How many calls of each kind the run made, of the report in an outcome. */
void victim_read_calls(const outcome *o, unsigned long calls[VICTIM_KIND_COUNT]);
/* What lies in a scratch file, as text. */
void victim_read_text(int fd, char *text, size_t capacity);

/* NULL, or what is wrong: a signal, an exit code that is neither success nor 8, no message id, a
   leak, a result that is neither the golden one (success) nor what lay there before, anything else
   left in the folder. */
const char *victim_fault(const victim *v, const failing *how, const outcome *o);
/* NULL, or what is wrong after a killed run was run again: exit 0, golden, nothing left over. */
const char *victim_fault_after_kill(const victim *v, const outcome *again);

#endif
