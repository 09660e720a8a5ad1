/* Threads come by after each block of work. Whoever finds that it is time shows the line; nobody
   waits for that. */
#include "cli/progress_view.h"

#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_NBYTES = 256, PIECE_NBYTES = 64, TIME_NBYTES = 48 };
static const uint64_t second_ns = 1000000000;

static const char *const stage_names[MAG_PROGRESS_COUNT] = {"reading", "sorting", "screening",
                                                            "writing"};

/* What is known when a line is written. */
typedef struct snapshot {
    unsigned stage;
    uint64_t done, total, rows;
    double seconds; /* of the stage */
} snapshot;

static uint64_t read_clock(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * second_ns + (uint64_t)now.tv_nsec;
}

static uint64_t period_of(mag_progress_form form) {
    return form == MAG_PROGRESS_FORM_TERMINAL ? second_ns / 5
           : form == MAG_PROGRESS_FORM_LINES  ? 30 * second_ns
                                              : second_ns;
}

/* --- words ----------------------------------------------------------------------------------- */

static void add(char line[LINE_NBYTES], const char *piece) {
    const size_t used = strlen(line);
    snprintf(line + used, LINE_NBYTES - used, "%s%s", used > 0 ? ", " : "", piece);
}

/* "8 s", "3 min 20 s", "2 h 5 min". */
static void time_text(double seconds, char out[TIME_NBYTES]) {
    enum { MINUTE = 60, HOUR = 3600 };
    const unsigned long whole = (unsigned long)(seconds + 0.5);
    if (whole < MINUTE)
        snprintf(out, TIME_NBYTES, "%lu s", whole);
    else if (whole < HOUR)
        snprintf(out, TIME_NBYTES, "%lu min %lu s", whole / MINUTE, whole % MINUTE);
    else
        snprintf(out, TIME_NBYTES, "%lu h %lu min", whole / HOUR, whole % HOUR / MINUTE);
}

static void add_rows(char line[LINE_NBYTES], const snapshot *at) {
    enum { MILLION = 1000000 };
    const char *noun = at->stage == MAG_PROGRESS_SCREENING ? "patient" : "row";
    char piece[PIECE_NBYTES], amount[MAG_AMOUNT_TEXT_NBYTES];
    if (at->rows == 0)
        return;
    add(line, mag_amount_text(at->rows, noun, amount));
    if (at->seconds <= 0)
        return;
    snprintf(piece, sizeof piece, "%.2f M/s", (double)at->rows / MILLION / at->seconds);
    add(line, piece);
}

/* Time left: as the stage has gone so far. Nothing is said of it in the first second. */
static void add_share(char line[LINE_NBYTES], const snapshot *at) {
    char piece[PIECE_NBYTES], left[TIME_NBYTES];
    if (at->total == 0 || at->done == 0)
        return;
    const double share = at->done < at->total ? (double)at->done / (double)at->total : 1;
    if (at->stage == MAG_PROGRESS_READING && at->seconds > 0) {
        snprintf(piece, sizeof piece, "%.1f MB/s", (double)at->done / 1e6 / at->seconds);
        add(line, piece);
    }
    if (at->seconds < 1)
        return;
    time_text(at->seconds * (1 - share) / share, left);
    snprintf(piece, sizeof piece, "%s left", left);
    add(line, piece);
}

/* "reading 42.3 %, 3,100,000 rows, 2.10 M/s, 74.3 MB/s, 12 s left". */
static void write_line(const snapshot *at, char line[LINE_NBYTES]) {
    if (at->total > 0) {
        const uint64_t done = at->done < at->total ? at->done : at->total;
        snprintf(line, LINE_NBYTES, "%s %.1f %%", stage_names[at->stage],
                 100.0 * (double)done / (double)at->total);
    } else
        snprintf(line, LINE_NBYTES, "%s", stage_names[at->stage]);
    add_rows(line, at);
    add_share(line, at);
}

static void write_json(const snapshot *at, char line[LINE_NBYTES]) {
    snprintf(line, LINE_NBYTES,
             "{\"progress\":\"%s\",\"done\":%llu,\"total\":%llu,\"rows\":%llu,\"seconds\":%.3f}",
             stage_names[at->stage], (unsigned long long)at->done, (unsigned long long)at->total,
             (unsigned long long)at->rows, at->seconds);
}

/* --- when ------------------------------------------------------------------------------------ */

static void show(mag_progress_view *view, unsigned stage, uint64_t now) {
    char line[LINE_NBYTES];
    const snapshot at = {.stage = stage,
                         .done = atomic_load(&view->counts.done),
                         .total = atomic_load(&view->counts.total),
                         .rows = atomic_load(&view->counts.rows),
                         .seconds = (double)(now - view->stage_ns) / (double)second_ns};
    if (view->form == MAG_PROGRESS_FORM_JSON)
        write_json(&at, line);
    else
        write_line(&at, line);
    view->show(line, view->form == MAG_PROGRESS_FORM_TERMINAL);
}

static void look(mag_progress *counts) {
    mag_progress_view *view = (mag_progress_view *)counts;
    const unsigned stage = atomic_load(&counts->stage);
    const uint64_t now = view->now();
    const bool is_new = stage != atomic_load(&view->stage);
    if ((!is_new && now < atomic_load(&view->next_ns)) || atomic_flag_test_and_set(&view->is_busy))
        return;
    if (is_new) /* outside of parallel parts */
        view->stage_ns = now;
    atomic_store(&view->stage, stage);
    const bool is_due = now >= atomic_load(&view->next_ns);
    if (is_due || (is_new && view->form == MAG_PROGRESS_FORM_JSON)) {
        show(view, stage, now);
        atomic_store(&view->next_ns, now + period_of(view->form));
    }
    atomic_flag_clear(&view->is_busy);
}

/* --- which form ------------------------------------------------------------------------------ */

static mag_progress_form form_of_stderr(void) {
    const char *terminal = getenv("TERM");
    const bool can_write_over =
        isatty(STDERR_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
    return can_write_over ? MAG_PROGRESS_FORM_TERMINAL : MAG_PROGRESS_FORM_LINES;
}

mag_status mag_progress_form_choose(const char *word, bool is_json, mag_progress_form *out,
                                    mag_error *err) {
    if (word == NULL || strcmp(word, "auto") == 0)
        *out = is_json ? MAG_PROGRESS_FORM_NONE : form_of_stderr();
    else if (strcmp(word, "json") == 0)
        *out = MAG_PROGRESS_FORM_JSON;
    else if (strcmp(word, "none") == 0)
        *out = MAG_PROGRESS_FORM_NONE;
    else {
        mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--progress \"%.40s\" is no form", word);
        mag_hint(err, "give auto, json or none");
        return MAG_E_USAGE;
    }
    return MAG_OK;
}

void mag_progress_view_init(mag_progress_view *view, mag_progress_form form) {
    memset(view, 0, sizeof *view);
    view->counts.look = look;
    view->form = form;
    view->now = read_clock;
    view->show = mag_tell_progress;
    atomic_flag_clear(&view->is_busy);
    atomic_store(&view->stage, MAG_PROGRESS_COUNT);
    atomic_store(&view->next_ns, view->now() + period_of(form));
}

mag_progress *mag_progress_view_counts(mag_progress_view *view) {
    return view->form == MAG_PROGRESS_FORM_NONE ? NULL : &view->counts;
}
