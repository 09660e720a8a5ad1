/* A small cohort in our own layout, written by the test, and a whole run over it. */
#ifndef ENGINE_RUN_FIXTURE_H
#define ENGINE_RUN_FIXTURE_H

#include "engine/engine_test.h"

#include "engine/run.h"
#include "engine/verify.h"
#include "sinks/csv_directory.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct run_fixture {
    mag_account account;
    mag_arena *arena;
    char folder[64], data[96], out[96];
    int thread_count;
    const char *as_of, *pipeline; /* pipeline NULL: the short form */
    const char *previous;         /* folder of an earlier run; NULL = none */
    const char *series;           /* instead of as_of; NULL = none */
    bool is_dry, is_unforced;
    unsigned stop_at;        /* the call of is_stopped that says yes; 0 = none */
    atomic_uint stop_calls;  /* of all threads */
    mag_source *extra;       /* read after those of the plan; NULL = none */
    size_t run_limit_nbytes; /* memory of mag_run alone, above what planning took; 0 = none */
    mag_error error;
    const mag_run_report *report;
} run_fixture;

enum { FIXTURE_PATIENTS = 300 };

static inline void fixture_begin(run_fixture *at) {
    *at = (run_fixture){.thread_count = 1, .as_of = "2025-12-31"};
    strcpy(at->folder, "/tmp/magscreen-run-XXXXXX");
    assert_non_null(mkdtemp(at->folder));
    snprintf(at->data, sizeof at->data, "%s/data", at->folder);
    snprintf(at->out, sizeof at->out, "%s/out", at->folder);
    char command[256];
    snprintf(command, sizeof command, "mkdir '%s'", at->data);
    assert_int_equal(system(command), 0);
    at->arena = mag_arena_new(&at->account);
}

static inline void fixture_end(run_fixture *at) {
    char command[256];
    mag_arena_free(at->arena);
    assert_int_equal(at->account.used_nbytes, 0);
    snprintf(command, sizeof command, "rm -rf '%s'", at->folder);
    assert_int_equal(system(command), 0);
}

static inline FILE *fixture_open(const run_fixture *at, const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", at->data, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    return file;
}

/* Seeded people: magnesium by mouth for a half, kidneys of all stages, some results missing. */
static inline void fixture_write(const run_fixture *at, uint64_t seed) {
    FILE *patients = fixture_open(at, "patients.csv");
    FILE *labs = fixture_open(at, "labs.csv");
    FILE *rx = fixture_open(at, "prescriptions.csv");
    fputs("patient_id,sex,birth,site,weight_kg,height_cm,measured_on\n", patients);
    fputs("patient_id,code,value,unit,collected_at\n", labs);
    fputs("patient_id,drug_code,drug_name,start,stop,kind,dose,dose_unit,doses_per_day,route\n",
          rx);
    for (unsigned i = 0; i < FIXTURE_PATIENTS; i++) {
        unsigned age = 16 + (unsigned)(test_random(&seed) % 75);
        unsigned creatinine = 50 + (unsigned)(test_random(&seed) % 500);
        unsigned magnesium = 45 + (unsigned)(test_random(&seed) % 70);
        unsigned choice = (unsigned)(test_random(&seed) % 8);
        fprintf(patients, "P%u,%s,%u-06-15,%s,%u,170,2025-06-01\n", i,
                i % 150 == 7      ? "X"
                : choice % 2 == 0 ? "F"
                                  : "M",
                2025 - age, choice < 3 ? "North" : "South", 50 + choice * 5);
        if (choice != 0)
            fprintf(labs, "P%u,14682-9,%u,umol/L,2025-12-%02uT08:00\n", i, creatinine, 1 + i % 28);
        if (choice != 1)
            fprintf(labs, "P%u,2601-3,%u.%02u,mmol/L,2025-12-%02uT08:00\n", i, magnesium / 100,
                    magnesium % 100, 1 + i % 28);
        if (choice % 2 == 0)
            fprintf(rx, "P%u,A12CC04,magnesium citrate,2025-11-01,2026-01-31,order,400,mg,2,PO\n",
                    i);
        if (choice > 4)
            fprintf(rx, "P%u,A02BC01,omeprazole,2025-09-01,2026-01-31,order,20,mg,1,PO\n", i);
    }
    fclose(patients);
    fclose(labs);
    fclose(rx);
}

static inline void fixture_append(const run_fixture *at, const char *name, const char *text) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", at->data, name);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static inline mag_status fixture_sources(run_fixture *at, const mag_plan *plan,
                                         mag_source **sources) {
    for (size_t i = 0; i < plan->source_count; i++) {
        const mag_plan_source *from = &plan->sources[i];
        MAG_TRY(mag_source_csv_new(at->arena, from->name, from->profile, from->table, from->paths,
                                   from->path_count, false, &sources[i], &at->error));
    }
    return MAG_OK;
}

static inline bool fixture_is_stopped(void *context) {
    run_fixture *at = context;
    return ++at->stop_calls == at->stop_at;
}

static inline mag_status fixture_run_plan(run_fixture *at, const mag_plan *plan) {
    const mag_codebook *book;
    const mag_pack *pack;
    mag_source *sources[8];
    mag_sink *sink = NULL;
    const mag_previous_run *previous = NULL;
    if (at->previous != NULL)
        MAG_TRY(mag_previous_run_read(at->arena, at->previous, &previous, &at->error));
    MAG_TRY(mag_codebook_load(at->arena, &book, &at->error));
    MAG_TRY(mag_pack_load(at->arena, plan->pack_name, plan->pack_text, plan->overrides,
                          plan->override_count, plan->history_days, &pack, &at->error));
    MAG_TRY(fixture_sources(at, plan, sources));
    if (!at->is_dry)
        MAG_TRY(mag_sink_csv_directory_new(&sink, plan->sink_directory, !at->is_unforced,
                                           &at->account, &at->error));
    sources[plan->source_count] = at->extra;
    mag_run_inputs inputs = {.plan = plan,
                             .book = book,
                             .pack = pack,
                             .sources = sources,
                             .source_count = plan->source_count + (at->extra != NULL),
                             .previous = previous,
                             .sink = sink,
                             .thread_count = at->thread_count,
                             .account = &at->account,
                             .is_stopped = fixture_is_stopped,
                             .stop_context = at};
    at->stop_calls = 0;
    if (at->run_limit_nbytes > 0)
        at->account.limit_nbytes = at->account.used_nbytes + at->run_limit_nbytes;
    mag_status status = mag_run(at->arena, &inputs, &at->report, &at->error);
    at->account.limit_nbytes = 0;
    if (sink != NULL)
        sink->ops->free(sink);
    for (size_t i = 0; i < plan->source_count; i++)
        sources[i]->ops->free(sources[i]);
    return status;
}

/* Plans and runs; the report lives until fixture_end. */
static inline mag_status fixture_run(run_fixture *at) {
    const mag_plan *plan;
    mag_plan_options options = {.profile = "magscreen",
                                .data_directory = at->data,
                                .out_directory = at->out,
                                .as_of = at->series == NULL ? at->as_of : NULL,
                                .as_of_series = at->series};
    at->report = NULL;
    if (at->pipeline != NULL)
        MAG_TRY(mag_plan_read(at->arena, at->pipeline, &options, &plan, &at->error));
    else
        MAG_TRY(mag_plan_short(at->arena, &options, &plan, &at->error));
    return fixture_run_plan(at, plan);
}

static inline bool fixture_has(const run_fixture *at, const char *suffix, const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s%s/%s", at->out, suffix, name);
    return access(path, F_OK) == 0;
}

#endif
