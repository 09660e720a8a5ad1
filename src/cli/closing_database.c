#include "cli/closing_database.h"

#include "cli/show.h"

static void show_published(const mag_closing *closing, size_t warning_count) {
    int exit_code = mag_closing_exit_code(closing);
    if (warning_count > 0)
        mag_show("PUBLISHED WITH %zu WARNING%s as run %s of schema magscreen   (exit %d)",
                 warning_count, warning_count == 1 ? "" : "S", closing->database_run, exit_code);
    else
        mag_show("PUBLISHED as run %s of schema magscreen   (exit %d)", closing->database_run,
                 exit_code);
    mag_show("next: magscreen worklist --db \"%s\"", closing->database);
}

void mag_closing_database_failed(const mag_closing *closing, void (*say)(const char *format, ...)) {
    say("record: run %s of schema magscreen", closing->database_run);
    say("next: magscreen rejects --db \"%s\" --run %s", closing->database, closing->database_run);
}

void mag_closing_database_end(const mag_closing *closing, size_t warning_count) {
    const char *run = closing->database_run;
    int exit_code = mag_closing_exit_code(closing);
    switch (closing->report->end) {
    case MAG_RUN_PUBLISHED:
        show_published(closing, warning_count);
        return;
    case MAG_RUN_NOTHING_NEW:
        mag_show("NOTHING NEW: schema magscreen shows this very result already%s%s [MS-P410]   "
                 "(exit %d)",
                 closing->report->published_by ? ", as run " : "",
                 closing->report->published_by ? closing->report->published_by : "", exit_code);
        mag_show("next: magscreen worklist --db \"%s\"", closing->database);
        return;
    case MAG_RUN_HELD:
        mag_show("HELD as run %s of schema magscreen, nothing new is visible   (exit %d)", run,
                 exit_code);
        mag_show("if it is right: magscreen publish %s --db \"%s\" --reason TEXT", run,
                 closing->database);
        mag_show("next: magscreen rejects --db \"%s\" --run %s", closing->database, run);
        return;
    case MAG_RUN_REFUSED:
        mag_show("REFUSED, nothing new is visible   (exit %d)", exit_code);
        mag_closing_database_failed(closing, mag_show);
        return;
    }
}
