/* Failing calls and kills, in bulk:

     torture forks [I/N]      each allocation up to the first file or folder, failing once and from
                              then on; I/N: a share of them
     torture calls [I/N]      each later allocation, and each call of the other kinds, with each
                              errno that matters; short reads and writes
     torture limits COUNT     --memory-limit at COUNT sizes up to what a clean run needs
     torture rounds COUNT [memory|files]
                              that many of all these, or of one sort, chosen at random
     torture kill COUNT       SIGKILL at random moments and calls, then the run again

   $MAG_TORTURE_SEED gives the seed of the last two. Exit 1 if anything is wrong. */
#include "torture/victim.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SHOWN_FAULTS = 20 };

typedef struct tally {
    unsigned long runs, faults, tolerated, refused, silent; /* silent: the failure never came */
    unsigned long reach; /* the last allocation that forks can reach */
} tally;

/* Every way that a call of a kind may fail; "on" with EINTR would never end. */
typedef struct way {
    int kind;
    const char *how;
    int error;
} way;
static const way ways[] = {{VICTIM_ALLOC, "once", ENOMEM},  {VICTIM_ALLOC, "on", ENOMEM},
                           {VICTIM_OPEN, "once", EMFILE},   {VICTIM_OPEN, "on", EMFILE},
                           {VICTIM_OPEN, "once", EIO},      {VICTIM_OPEN, "on", EIO},
                           {VICTIM_READ, "once", EIO},      {VICTIM_READ, "on", EIO},
                           {VICTIM_READ, "once", EINTR},    {VICTIM_READ, "short", 0},
                           {VICTIM_WRITE, "once", EIO},     {VICTIM_WRITE, "on", EIO},
                           {VICTIM_WRITE, "once", ENOSPC},  {VICTIM_WRITE, "on", ENOSPC},
                           {VICTIM_WRITE, "once", EINTR},   {VICTIM_WRITE, "short", 0},
                           {VICTIM_FSYNC, "once", EIO},     {VICTIM_FSYNC, "on", EIO},
                           {VICTIM_RENAME, "once", EIO},    {VICTIM_RENAME, "on", EIO},
                           {VICTIM_RENAME, "once", ENOSPC}, {VICTIM_RENAME, "once", EINVAL},
                           {VICTIM_RENAME, "on", ENOSPC},   {VICTIM_CLOSE, "once", EIO},
                           {VICTIM_CLOSE, "on", EIO},       {VICTIM_MKDIR, "once", ENOSPC},
                           {VICTIM_MKDIR, "on", EIO}};
enum { WAY_COUNT = sizeof ways / sizeof ways[0] };

/* --- telling ----------------------------------------------------------------------------------
 */

static void note(tally *sum, const failing *how, const outcome *o, const char *fault) {
    sum->runs++;
    sum->silent += how->kind && o->report[0] && o->fired == 0;
    sum->tolerated += !fault && o->status == 0;
    sum->refused += !fault && o->status != 0;
    if (!fault || sum->faults++ >= SHOWN_FAULTS)
        return;
    printf("FAULT: %s %lu %s errno %d%s%s, %s: %s\n%s\n", how->kind ? how->kind : "-", how->at,
           how->how ? how->how : "-", how->error, how->memory_limit ? " memory " : "",
           how->memory_limit ? how->memory_limit : "",
           how->has_old ? "old result" : "nothing there", fault, o->said);
    fflush(stdout);
}

static int tell(const char *what, const tally *sum) {
    printf("torture %s: %lu runs, %lu went on well, %lu refused cleanly, %lu faults", what,
           sum->runs, sum->tolerated, sum->refused, sum->faults);
    if (sum->silent)
        printf(" (in %lu the failing call did not come)", sum->silent);
    printf("\n");
    return sum->faults > 0 || sum->runs == 0;
}

static uint64_t seed_of_this_run(void) {
    const char *given = getenv("MAG_TORTURE_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    printf("torture: seed %llu (MAG_TORTURE_SEED=%llu repeats it)\n", (unsigned long long)seed,
           (unsigned long long)seed);
    return seed;
}

/* splitmix64 */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static unsigned long up_to(uint64_t *state, unsigned long most) {
    return most ? 1 + (unsigned long)(next_random(state) % most) : 0;
}

/* --- one run ----------------------------------------------------------------------------------
 */

static void try(victim *v, const failing *how, tally *sum) {
    outcome o;
    victim_reset(v, how->has_old);
    victim_run(v, how, &o);
    note(sum, how, &o, victim_fault(v, how, &o));
}

/* --- forks ------------------------------------------------------------------------------------
 */

/* Which call failed in the next child, and what became of it; false at the end of the run. */
static bool read_child(int report_fd, int stderr_fd, failing *how, char how_name[16], outcome *o) {
    char line[512];
    bool has_report = false;
    int status;
    while (victim_read_line(report_fd, line, sizeof line)) {
        if (sscanf(line, "child %lu %15s %d", &how->at, how_name, &status) != 3) {
            victim_read_report(line, o);
            has_report = true;
            continue;
        }
        if (!has_report)
            *o = (outcome){0};
        o->status = status;
        victim_read_text(stderr_fd, o->said, sizeof o->said);
        return true;
    }
    return false;
}

/* Judges each child of the run; returns the last call that was in reach. */
static unsigned long follow_forks(victim *v, int report_fd, int stderr_fd, tally *sum) {
    char how_name[16];
    outcome o = {0};
    failing how = {.kind = "alloc", .how = how_name, .error = ENOMEM, .has_old = true};
    while (read_child(report_fd, stderr_fd, &how, how_name, &o)) {
        const char *fault = victim_fault(v, &how, &o);
        note(sum, &how, &o, fault);
        if (fault || o.status == 0)
            victim_reset(v, true);
        if (write(report_fd, "g", 1) != 1)
            break;
    }
    return o.forked;
}

static unsigned long all_forks(victim *v, const char *share, tally *sum) {
    int stderr_fd, report_fd, status;
    victim_reset(v, true);
    pid_t child = victim_start_forks(v, share, &stderr_fd, &report_fd);
    unsigned long reach = follow_forks(v, report_fd, stderr_fd, sum);
    if (waitpid(child, &status, 0) != child || status != 0 || reach == 0) {
        printf("FAULT: the forking run ended with status %d\n", status);
        sum->faults++;
    }
    close(stderr_fd);
    close(report_fd);
    return reach;
}

/* The last allocation that forks can reach. */
static unsigned long reach_of_forks(victim *v) {
    tally none = {0};
    return all_forks(v, "1/1", &none); /* no call has remainder 1 */
}

/* --- all of it --------------------------------------------------------------------------------
 */

typedef struct share {
    unsigned long part, of;
} share;

/* A run that stands before its first file, and forks for each call that shall fail. */
typedef struct server {
    pid_t child;
    int stderr_fd, report_fd;
    bool has_old;
} server;

static void try_served(victim *v, const server *from, const failing *wanted, tally *sum) {
    char order[96], how_name[16];
    outcome o = {0};
    failing how = *wanted;
    victim_reset(v, from->has_old);
    int length =
        snprintf(order, sizeof order, "%s %s %lu %d\n", how.kind, how.how, how.at, how.error);
    if (write(from->report_fd, order, (size_t)length) != length ||
        !read_child(from->report_fd, from->stderr_fd, &how, how_name, &o)) {
        printf("FAULT: the forking run ended before its last order\n");
        sum->faults++;
        return;
    }
    note(sum, &how, &o, victim_fault(v, &how, &o));
}

static void all_of_way(victim *v, const server *from, const way *w, unsigned long calls, share mine,
                       tally *sum) {
    for (unsigned long at = w->kind == VICTIM_ALLOC ? sum->reach + 1 : 1; at <= calls; at++) {
        failing how = {.kind = victim_kind_names[w->kind],
                       .how = w->how,
                       .at = at,
                       .error = w->error,
                       .has_old = from->has_old};
        if (at % mine.of == mine.part)
            try_served(v, from, &how, sum);
    }
}

/* Every call behind the reach of forks, in a folder with an old result or without one. */
static void calls_of_folder(victim *v, bool has_old, share mine, tally *sum) {
    server from = {.has_old = has_old};
    outcome counted;
    unsigned long calls[VICTIM_KIND_COUNT];
    victim_reset(v, has_old);
    victim_run(v, &(const failing){.has_old = has_old}, &counted);
    victim_read_calls(&counted, calls);
    victim_reset(v, has_old);
    from.child = victim_start_forks(v, "serve", &from.stderr_fd, &from.report_fd);
    for (int i = 0; i < WAY_COUNT; i++)
        all_of_way(v, &from, &ways[i], calls[ways[i].kind], mine, sum);
    close(from.stderr_fd);
    close(from.report_fd);
    int status;
    if (waitpid(from.child, &status, 0) != from.child || status != 0)
        sum->faults++;
    printf("torture calls: %s, allocations from %lu on;", has_old ? "old result" : "nothing there",
           sum->reach + 1);
    for (int kind = 0; kind < VICTIM_KIND_COUNT; kind++)
        printf(" %s %lu", victim_kind_names[kind], calls[kind]);
    printf("\n");
}

static int all_calls(victim *v, share mine) {
    tally sum = {.reach = reach_of_forks(v)};
    calls_of_folder(v, false, mine, &sum);
    calls_of_folder(v, true, mine, &sum);
    return tell("calls", &sum);
}

static unsigned long needed_memory(const victim *v) {
    json_t *peak = json_object_get(v->golden.record, "peak_memory_bytes");
    return json_is_integer(peak) ? (unsigned long)json_integer_value(peak) : 16UL << 20;
}

static void try_limit(victim *v, unsigned long nbytes, bool has_old, tally *sum) {
    char limit[32];
    snprintf(limit, sizeof limit, "%lu KiB", nbytes / 1024 + 1);
    try(v, &(const failing){.memory_limit = limit, .has_old = has_old}, sum);
}

static int all_limits(victim *v, unsigned long count) {
    tally sum = {0};
    for (unsigned long i = 1; i <= count; i++)
        try_limit(v, needed_memory(v) / count * i, i % 2 != 0, &sum);
    return tell("limits", &sum);
}

/* NULL: any sort. */
static bool is_of_sort(unsigned long which, const char *sort) {
    bool is_memory = which == WAY_COUNT || ways[which].kind == VICTIM_ALLOC;
    return sort == NULL || is_memory == (strcmp(sort, "memory") == 0);
}

static int some_rounds(victim *v, unsigned long count, const char *sort) {
    tally sum = {0};
    uint64_t state = seed_of_this_run();
    for (unsigned long i = 0; i < count; i++) {
        unsigned long which = next_random(&state) % (WAY_COUNT + 1);
        while (!is_of_sort(which, sort))
            which = next_random(&state) % (WAY_COUNT + 1);
        bool has_old = next_random(&state) % 2 != 0;
        if (which == WAY_COUNT) {
            try_limit(v, up_to(&state, needed_memory(v)), has_old, &sum);
            continue;
        }
        const way *w = &ways[which];
        failing how = {.kind = victim_kind_names[w->kind],
                       .how = w->how,
                       .at = up_to(&state, v->calls[w->kind]),
                       .error = w->error,
                       .has_old = has_old};
        try(v, &how, &sum);
    }
    return tell("rounds", &sum);
}

/* --- kills ------------------------------------------------------------------------------------
 */

static double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* How long a clean run takes, the longest of a few. */
static double duration(victim *v) {
    double longest = 0;
    for (int i = 0; i < 3; i++) {
        outcome o;
        victim_reset(v, true);
        double begun = seconds_now();
        victim_run(v, &(const failing){0}, &o);
        double taken = seconds_now() - begun;
        longest = taken > longest ? taken : longest;
    }
    return longest;
}

/* A moment for every second kill, a call that leaves a trace for the others. */
static void kill_once(victim *v, uint64_t *random, double longest, unsigned long i, tally *sum) {
    static const int traces[] = {VICTIM_OPEN, VICTIM_WRITE, VICTIM_FSYNC, VICTIM_RENAME,
                                 VICTIM_MKDIR};
    failing how = {.how = "kill", .has_old = next_random(random) % 2 != 0};
    outcome o, again;
    victim_reset(v, how.has_old);
    if (i % 2) {
        double wait = longest * (double)(next_random(random) >> 11) / 9007199254740992.0;
        how.at = (unsigned long)(wait * 1e6);
        victim_run_and_kill(v, wait, &o);
    } else {
        int kind = traces[next_random(random) % (sizeof traces / sizeof traces[0])];
        how.kind = victim_kind_names[kind];
        how.at = up_to(random, v->calls[kind]);
        victim_run(v, &how, &o);
    }
    victim_run(v, &(const failing){0}, &again);
    const char *fault = victim_fault_after_kill(v, &again);
    sum->silent += WIFEXITED(o.status);
    again.report[0] = '\0';
    note(sum, &how, &again, fault);
}

static int some_kills(victim *v, unsigned long count) {
    tally sum = {0};
    uint64_t random = seed_of_this_run();
    double longest = duration(v);
    for (unsigned long i = 0; i < count; i++)
        kill_once(v, &random, longest, i, &sum);
    printf("torture kill: %lu of %lu runs after a kill gave the golden result (%lu kills came too "
           "late)\n",
           sum.runs - sum.faults, sum.runs, sum.silent);
    return sum.faults > 0 || sum.runs == 0;
}

/* --- which ------------------------------------------------------------------------------------
 */

static share share_of(const char *text) {
    share mine = {0, 1};
    if (text && (sscanf(text, "%lu/%lu", &mine.part, &mine.of) != 2 || mine.of == 0)) {
        fprintf(stderr, "torture: a share is I/N\n");
        exit(2);
    }
    return mine;
}

static int torture(victim *v, const char *verb, const char *operand, const char *sort) {
    unsigned long count = operand ? strtoul(operand, NULL, 10) : 0;
    if (strcmp(verb, "forks") == 0) {
        tally sum = {0};
        unsigned long reach = all_forks(v, operand ? operand : "0/1", &sum);
        printf("torture forks: allocations up to %lu\n", reach);
        return tell("forks", &sum);
    }
    if (strcmp(verb, "calls") == 0)
        return all_calls(v, share_of(operand));
    if (strcmp(verb, "limits") == 0)
        return all_limits(v, count);
    if (strcmp(verb, "rounds") == 0)
        return some_rounds(v, count, sort);
    if (strcmp(verb, "kill") == 0)
        return some_kills(v, count);
    fprintf(stderr, "torture: there is no \"%s\"\n", verb);
    return 2;
}

int main(int argc, char **argv) {
    victim v;
    if (argc < 2) {
        fprintf(stderr, "torture: forks, calls, limits, rounds or kill\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    victim_begin(&v);
    int code = torture(&v, argv[1], argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL);
    victim_end(&v);
    return code;
}
