/* The rules of the ledger, word by word from the pages; see ledger.h for the table. */
#include "engine/ledger_step.h"

#include "engine/evidence.h"

#include <string.h>

mag_minute mag_as_of_minute(const char *as_of) {
    mag_moment moment;
    if (mag_moment_parse(mag_span_of(as_of), NULL, &moment) != MAG_DATE_OK)
        return MAG_MINUTE_NONE;
    return moment.is_date_only ? moment.minute + MAG_MINUTES_PER_DAY - 1 : moment.minute;
}

/* "2.1.0" and "2.0.3" are of one major version. */
static bool is_same_major(const char *a, const char *b) {
    const size_t nbytes = strcspn(a, ".");
    return nbytes == strcspn(b, ".") && strncmp(a, b, nbytes) == 0;
}

/* Whoever looks at the list now sees this evidence. */
static void show(mag_episode *episode, const mag_tonight *tonight) {
    episode->shown_severity = tonight->severity;
    episode->shown_facts = tonight->facts;
}

static void see(mag_episode *episode, const mag_tonight *tonight) {
    const bool is_later = mag_as_of_minute(tonight->as_of) >= mag_as_of_minute(episode->last_seen);
    if (is_later) /* under `latest` the T of a patient can go back when rows are deleted */
        episode->last_seen = tonight->as_of;
    episode->rule_version = tonight->rule_version;
    episode->severity = tonight->severity;
    episode->hidden_by = tonight->hidden_by;
    episode->event_start = tonight->event.start;
    episode->event_stop = tonight->event.stop;
    episode->resolved = "";
    episode->machine_reason = MAG_MACHINE_NONE;
}

static void open_new(const mag_tonight *tonight, mag_ledger_entry *out) {
    mag_episode *episode = &out->episode;
    *out = (mag_ledger_entry){.event = MAG_EPISODE_NEW, .ends_review = true};
    mag_flag_id(tonight->patient_id, tonight->rule_id, tonight->as_of, episode->flag_id);
    episode->patient_id = tonight->patient_id;
    episode->rule_id = tonight->rule_id;
    episode->opened = episode->last_seen = tonight->as_of;
    see(episode, tonight);
    show(episode, tonight);
    episode->state = out->event;
}

static void resolve(const mag_episode *before, const char *as_of, mag_machine_reason reason,
                    mag_ledger_entry *out) {
    *out = (mag_ledger_entry){.episode = *before, .event = MAG_EPISODE_RESOLVED};
    out->episode.resolved = as_of;
    out->episode.machine_reason = reason;
    out->episode.state = out->event;
}

/* What hid it does not any more: to whoever reads the list it is new. */
static bool has_come_out(const mag_episode *before, const mag_tonight *tonight) {
    return before->hidden_by != NULL && tonight->hidden_by == NULL;
}

static mag_episode_event event_of_open(const mag_episode *before, const mag_tonight *tonight) {
    if (has_come_out(before, tonight))
        return MAG_EPISODE_NEW;
    if (tonight->severity > before->shown_severity || tonight->is_worse)
        return MAG_EPISODE_WORSENED;
    return tonight->severity < before->shown_severity ? MAG_EPISODE_IMPROVED : MAG_EPISODE_ONGOING;
}

static void go_on(const mag_episode *before, const mag_tonight *tonight, mag_episode_event event,
                  mag_ledger_entry *out) {
    const bool is_shown =
        event == MAG_EPISODE_NEW || event == MAG_EPISODE_WORSENED || event == MAG_EPISODE_REOPENED;
    *out = (mag_ledger_entry){.episode = *before, .event = event};
    out->ends_review = is_shown || !is_same_major(before->rule_version, tonight->rule_version);
    see(&out->episode, tonight);
    if (is_shown)
        show(&out->episode, tonight);
    out->episode.state = event;
}

static bool has_begun_after(const mag_event_interval *event, const char *as_of) {
    return event->start != MAG_MINUTE_NONE && event->start > mag_as_of_minute(as_of);
}

/* Days are calendar days. */
static bool is_same_again(const mag_episode *before, const mag_tonight *tonight) {
    const mag_minute resolved = mag_as_of_minute(before->resolved);
    const mag_day days =
        mag_minute_day(mag_as_of_minute(tonight->as_of)) - mag_minute_day(resolved);
    return days <= MAG_REOPEN_DAYS ||
           (tonight->event.start != MAG_MINUTE_NONE && tonight->event.start < resolved);
}

static size_t step_flagged(const mag_episode *before, const mag_tonight *tonight,
                           mag_ledger_entry out[2]) {
    if (before == NULL) {
        open_new(tonight, &out[0]);
        return 1;
    }
    if (!mag_episode_is_open(before)) {
        if (is_same_again(before, tonight))
            go_on(before, tonight, MAG_EPISODE_REOPENED, &out[0]);
        else
            open_new(tonight, &out[0]);
        return 1;
    }
    if (!has_begun_after(&tonight->event, before->last_seen)) {
        go_on(before, tonight, event_of_open(before, tonight), &out[0]);
        return 1;
    }
    resolve(before, tonight->as_of, MAG_MACHINE_NEW_EVENT, &out[0]);
    open_new(tonight, &out[1]);
    return 2;
}

size_t mag_ledger_step(const mag_episode *before, const mag_tonight *tonight,
                       mag_ledger_entry out[2]) {
    if (tonight->kind == MAG_TONIGHT_FLAGGED)
        return step_flagged(before, tonight, out);
    if (before == NULL)
        return 0;
    out[0] = (mag_ledger_entry){.episode = *before, .event = MAG_EPISODE_UNTOUCHED};
    if (!mag_episode_is_open(before))
        return 1;
    switch (tonight->kind) {
    case MAG_TONIGHT_CANNOT_TELL:
        out[0].episode.state = out[0].event = MAG_EPISODE_UNCONFIRMED;
        break;
    case MAG_TONIGHT_CLEAR:
        resolve(before, tonight->as_of, tonight->end, &out[0]);
        break;
    case MAG_TONIGHT_LEFT:
        resolve(before, tonight->as_of, MAG_MACHINE_LEFT, &out[0]);
        break;
    case MAG_TONIGHT_RETIRED:
        resolve(before, tonight->as_of, MAG_MACHINE_RULE_RETIRED, &out[0]);
        break;
    case MAG_TONIGHT_FLAGGED:
        break;
    }
    return 1;
}
