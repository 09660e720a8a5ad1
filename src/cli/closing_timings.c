/* Tables of fixed width. A kind of work that no thread did has no column. */
#include "cli/closing_timings.h"

#include "cli/show.h"
#include "engine/timings_record.h"

#include <stdio.h>
#include <string.h>

enum { LINE_NBYTES = 256, CELL_NBYTES = 32, MEGABYTE = 1000000 };

typedef struct table_line {
    char text[LINE_NBYTES];
    size_t used;
} table_line;

static void add_cell(table_line *line, const char *cell) {
    size_t room = sizeof line->text - line->used;
    int length = snprintf(line->text + line->used, room, "  %9s", cell);
    line->used += (size_t)length < room ? (size_t)length : room - 1;
}

static void add_seconds(table_line *line, double seconds) {
    char cell[CELL_NBYTES];
    snprintf(cell, sizeof cell, "%.3f", seconds);
    add_cell(line, cell);
}

/* What went through in a second; nothing where nothing was counted. */
static void add_rate(table_line *line, uint64_t count, double wall, const char *format) {
    char cell[CELL_NBYTES] = "-";
    if (count > 0 && wall > 0)
        snprintf(cell, sizeof cell, format, (double)count / MEGABYTE / wall);
    add_cell(line, cell);
}

static void begin_line(table_line *line, const char *name) {
    line->used = (size_t)snprintf(line->text, sizeof line->text, "  %-8.8s", name);
}

static void show_stage(const char *name, const mag_stage_time *stage) {
    table_line line;
    begin_line(&line, name);
    add_seconds(&line, stage->wall);
    add_seconds(&line, stage->cpu);
    add_rate(&line, stage->rows, stage->wall, "%.3f M");
    add_rate(&line, stage->nbytes, stage->wall, "%.1f");
    mag_show("%s", line.text);
}

static void show_stages(const mag_timings *timings) {
    mag_stage_time total = {.wall = mag_timings_total(timings)};
    mag_show("  %-8s  %9s  %9s  %9s  %9s", "stage", "wall s", "cpu s", "rows/s", "MB/s");
    for (unsigned id = 0; id < MAG_TIMED_COUNT; id++) {
        const mag_stage_time stage = mag_timings_of_stage(timings, (mag_timed_stage)id);
        total.cpu += stage.cpu;
        if (stage.wall > 0)
            show_stage(mag_timed_stage_name((mag_timed_stage)id), &stage);
    }
    show_stage("total", &total);
}

static void show_thread_head(const mag_timings *timings) {
    table_line line;
    begin_line(&line, "thread");
    for (unsigned work = 0; work < MAG_WORK_COUNT; work++)
        if (mag_timings_has_work(timings, (mag_work)work))
            add_cell(&line, mag_work_name((mag_work)work));
    add_cell(&line, "rest");
    mag_show("%s", line.text);
}

/* Of many threads each has its line: which of them waited is the question. */
static void show_threads(const mag_timings *timings) {
    const double total = mag_timings_total(timings);
    show_thread_head(timings);
    for (unsigned i = 0; i < mag_timings_worker_count(timings); i++) {
        table_line line;
        char number[CELL_NBYTES];
        snprintf(number, sizeof number, "%u", i + 1);
        begin_line(&line, number);
        for (unsigned work = 0; work < MAG_WORK_COUNT; work++)
            if (mag_timings_has_work(timings, (mag_work)work))
                add_seconds(&line, mag_timings_of_work(timings, i, (mag_work)work));
        add_seconds(&line, mag_timings_rest(timings, i, total));
        mag_show("%s", line.text);
    }
}

void mag_closing_timings(const mag_run_report *report) {
    show_stages(report->timings);
    show_threads(report->timings);
    mag_show("  rest: seconds in which a thread waited, or did what has no column; memory at most "
             "%.1f MiB",
             (double)report->peak_memory_nbytes / (1024.0 * 1024.0));
}
