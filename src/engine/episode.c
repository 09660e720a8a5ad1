/* The words for events and machine reasons, in files and in the database alike. */
#include "engine/episode.h"

static const char *const EVENTS[MAG_EPISODE_EVENT_COUNT] = {
    [MAG_EPISODE_UNTOUCHED] = "",        [MAG_EPISODE_NEW] = "new",
    [MAG_EPISODE_ONGOING] = "ongoing",   [MAG_EPISODE_WORSENED] = "worsened",
    [MAG_EPISODE_IMPROVED] = "improved", [MAG_EPISODE_RESOLVED] = "resolved",
    [MAG_EPISODE_REOPENED] = "reopened", [MAG_EPISODE_UNCONFIRMED] = "unconfirmed",
};

static const char *const REASONS[MAG_MACHINE_REASON_COUNT] = {
    [MAG_MACHINE_NONE] = "",
    [MAG_MACHINE_DRUG_STOPPED] = "drug_stopped",
    [MAG_MACHINE_VALUE_NORMALISED] = "value_normalised",
    [MAG_MACHINE_DOSE_CHANGED] = "dose_changed",
    [MAG_MACHINE_LEFT] = "left",
    [MAG_MACHINE_NEW_EVENT] = "new_event",
    [MAG_MACHINE_RULE_RETIRED] = "rule_retired",
    [MAG_MACHINE_RESULT_WITHDRAWN] = "result_withdrawn",
};

/* Index of a name; 0, which is none, if it is not in the list. */
static unsigned find(const char *const *names, unsigned count, mag_span name) {
    for (unsigned i = 1; i < count; i++)
        if (mag_span_is(name, names[i]))
            return i;
    return 0;
}

const char *mag_episode_event_name(mag_episode_event event) {
    return EVENTS[event];
}

bool mag_episode_event_find(mag_span name, mag_episode_event *out) {
    *out = (mag_episode_event)find(EVENTS, MAG_EPISODE_EVENT_COUNT, name);
    return *out != MAG_EPISODE_UNTOUCHED;
}

const char *mag_machine_reason_name(mag_machine_reason reason) {
    return REASONS[reason];
}

bool mag_machine_reason_find(mag_span name, mag_machine_reason *out) {
    *out = (mag_machine_reason)find(REASONS, MAG_MACHINE_REASON_COUNT, name);
    return *out != MAG_MACHINE_NONE;
}
