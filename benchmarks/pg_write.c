/* How fast flags get into schema magscreen: pg_write CONNECTION FLAGS. Two nights of as many flags,
   all new on the first and all ongoing on the second, through the sink that runs use. Prints, for
   each night: flags, seconds until the server has all of them, seconds to publish. */
#include "io/pg_link.h"
#include "sinks/postgres.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FLAGS_EACH = 3 }; /* flags of a patient */

typedef struct night {
    const char *as_of;
    const mag_episode_event event;
    double stage_seconds, publish_seconds;
} night;

static const char *const RULES[FLAGS_EACH] = {"A01", "B01", "C01"};
static const char FACTS[] = "MGSUPP 2025-10-16T09:00.. unknown; kf=15.2223 mL/min@2025-12-17T08:00";
/* As long as a flag's is on average in the synthetic cohort. */
static const char EVIDENCE[] =
    "{\"digest\":\"MGSUPP 2025-10-16T09:00.. unknown; kf=15.2223 mL/min@2025-12-17T08:00\","
    "\"event\":{\"from\":\"2025-10-16T09:00\"},\"facts\":[{\"fact\":\"active(MGSYS)\","
    "\"class\":\"MGSUPP\",\"code\":\"A12CC10\",\"drug\":\"Magnesium oxide 400 mg capsules\","
    "\"start\":\"2025-10-16T09:00\",\"dose\":\"unknown\",\"notes\":\"open_order\","
    "\"source\":\"epma source.prescriptions:3490\"},{\"fact\":\"kf\",\"value\":15.2,"
    "\"unit\":\"mL/min\",\"limit\":\"20 mL/min\",\"at\":\"2025-12-17T08:00\",\"method\":"
    "\"CG actual weight\",\"inputs\":\"creatinine 413 umol/L, age 47, female, 65.0 kg\","
    "\"source\":\"lims source.labs:9327\"}]}";

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static mag_status put_flag(mag_sink *sink, const night *tonight, unsigned long i, mag_error *err) {
    char patient[24];
    int length = snprintf(patient, sizeof patient, "p%015lx", i / FLAGS_EACH * 2654435761UL);
    mag_flag_row flag = {.patient_id = {patient, (size_t)length},
                         .site = "A",
                         .rule_id = RULES[i % FLAGS_EACH],
                         .rule_version = "1.1.0",
                         .title = "Magnesium with kidney function below 20 mL/min",
                         .severity = MAG_SEVERITY_HIGH,
                         .could_be = "",
                         .state = mag_episode_event_name(tonight->event),
                         .as_of = tonight->as_of,
                         .hidden_by = "",
                         .notes = "",
                         .evidence = EVIDENCE};
    mag_episode episode = {.patient_id = flag.patient_id,
                           .rule_id = flag.rule_id,
                           .rule_version = flag.rule_version,
                           .opened = "2025-12-31",
                           .last_seen = tonight->as_of,
                           .resolved = "",
                           .state = tonight->event,
                           .event_start = 0,
                           .event_stop = MAG_MINUTE_OPEN,
                           .severity = flag.severity,
                           .shown_severity = flag.severity,
                           .shown_facts = FACTS};
    snprintf(episode.flag_id, sizeof episode.flag_id, "%s-%012lx", flag.rule_id, i);
    snprintf(flag.flag_id, sizeof flag.flag_id, "%s", episode.flag_id);
    mag_episode_row row = {.episode = &episode, .event = tonight->event, .flag = &flag};
    MAG_TRY(sink->ops->flag(sink, &flag, err));
    return sink->ops->episode(sink, &row, err);
}

/* A row of another table ends the COPY of the flags: only then the server has them all. */
static mag_status stage(mag_sink *sink, const night *tonight, unsigned long count, mag_error *err) {
    const mag_sink_run run = {.as_of = tonight->as_of,
                              .pack_name = "bench",
                              .pack_version = "1.1.0",
                              .pack_sha256 = "pack",
                              .codebook_sha256 = "book",
                              .config_sha256 = "config",
                              .rules_json = {"[]", 2}};
    const mag_summary_row summary = {.as_of = tonight->as_of,
                                     .rule_id = "A01",
                                     .rule_version = "1.1.0",
                                     .stratum = "all",
                                     .level = "all",
                                     .eligible = count,
                                     .flagged = count,
                                     .not_evaluated = "",
                                     .rate = "",
                                     .ci_low = "",
                                     .ci_high = ""};
    MAG_TRY(sink->ops->begin(sink, &run, err));
    MAG_TRY(sink->ops->stage(sink, MAG_STAGE_READING, err));
    MAG_TRY(sink->ops->stage(sink, MAG_STAGE_EVALUATING, err));
    for (unsigned long i = 0; i < count; i++)
        MAG_TRY(put_flag(sink, tonight, i, err));
    return sink->ops->summary(sink, &summary, err);
}

static mag_status publish(mag_sink *sink, const night *tonight, mag_error *err) {
    char record[160];
    int length = snprintf(record, sizeof record,
                          "{\"result_sha256\":\"%s\",\"exit_code\":0,\"sources\":[],\"gates\":[],"
                          "\"unmapped_codes\":[]}",
                          tonight->as_of);
    return sink->ops->publish(sink, (mag_span){record, (size_t)length}, err);
}

static mag_status write_night(const char *conninfo, night *tonight, unsigned long count,
                              mag_error *err) {
    mag_account account = {0};
    const mag_pg_wish wish = {.conninfo = conninfo, .silence_ms = 600000, .account = &account};
    mag_sink *sink;
    MAG_TRY(mag_sink_postgres_new(&sink, &wish, err));
    double begin = now();
    mag_status status = stage(sink, tonight, count, err);
    double staged = now();
    if (status == MAG_OK)
        status = publish(sink, tonight, err);
    tonight->stage_seconds = staged - begin;
    tonight->publish_seconds = now() - staged;
    sink->ops->free(sink);
    return status;
}

int main(int argc, char **argv) {
    night nights[] = {{.as_of = "2025-12-31", .event = MAG_EPISODE_NEW},
                      {.as_of = "2026-01-01", .event = MAG_EPISODE_ONGOING}};
    unsigned long count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (count == 0)
        return fprintf(stderr, "usage: pg_write CONNECTION FLAGS\n"), 2;
    for (size_t i = 0; i < sizeof nights / sizeof nights[0]; i++) {
        mag_error err = {0};
        if (write_night(argv[1], &nights[i], count, &err) != MAG_OK)
            return fprintf(stderr, "pg_write: %s\n", err.text), 1;
        printf("%s %lu %.4f %.4f\n", mag_episode_event_name(nights[i].event), count,
               nights[i].stage_seconds, nights[i].publish_seconds);
    }
    return 0;
}
