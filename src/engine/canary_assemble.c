/* A canary of a run whose sources have different profiles: roster rows from the one, prescriptions
   from the other, put together by the canary's name. */
#include "engine/canary_parts.h"

#include <string.h>

static const mag_canary *canary_of(const mag_canary_feed *feed, const char *name) {
    return mag_canary_find(feed->source->profile->canaries, name);
}

static const char *rows_of(const mag_canary_feed *feed, const char *name) {
    const mag_canary *canary = canary_of(feed, name);
    return canary ? canary->rows[feed->table_idx] : NULL;
}

static bool is_delivered(const mag_canary_round *round, mag_table_kind kind, const char *name) {
    for (size_t i = 0; i < round->feed_count; i++)
        if (round->feeds[i].source->kind == kind && rows_of(&round->feeds[i], name))
            return true;
    return false;
}

static bool has_source(const mag_canary_round *round, mag_table_kind kind) {
    for (size_t i = 0; i < round->feed_count; i++)
        if (round->feeds[i].source->kind == kind)
            return true;
    return false;
}

/* The first kind of rows that a profile's canary needs and nobody brings; false if there is none.
 */
static bool find_missing(const mag_canary_round *round, const char *name, mag_table_kind *kind) {
    for (size_t i = 0; i < round->feed_count; i++) {
        const mag_profile *profile = round->feeds[i].source->profile;
        const mag_canary *canary = canary_of(&round->feeds[i], name);
        for (size_t k = 0; canary && k < profile->table_count; k++) {
            *kind = profile->tables[k]->kind;
            const bool is_needed = !canary->is_optional[k] || has_source(round, *kind);
            if (canary->rows[k] && is_needed && !is_delivered(round, *kind, name))
                return true;
        }
    }
    return false;
}

static mag_status say_missing(mag_canary_round *round, mag_canary_findings *findings,
                              const char *name, mag_table_kind kind, mag_error *err) {
    bool has_source = false;
    for (size_t i = 0; i < round->feed_count; i++)
        has_source |= round->feeds[i].source->kind == kind;
    const char *why = mag_arena_format(round->arena,
                                       has_source ? "the profile of the source has no %s rows of it"
                                                  : "no source of %s",
                                       mag_table_kind_name(kind));
    return why ? mag_canary_say_unchecked(round, findings, name, why, err)
               : mag_fail_memory(err, 1);
}

static uint32_t count_lines(const char *rows) {
    uint32_t count = 0;
    for (; *rows; rows++)
        count += *rows == '\n';
    return count;
}

/* The rows of a case, behind those of the cases before it. */
static mag_status feed_case(mag_canary_round *round, size_t case_idx, mag_error *err) {
    const mag_canary_case *of = &round->cases[case_idx];
    const mag_canary_person person = {of->id, round->as_of};
    for (size_t i = 0; i < round->feed_count; i++) {
        mag_canary_feed *feed = &round->feeds[i];
        const mag_canaries *canaries = feed->source->profile->canaries;
        const char *rows = rows_of(feed, of->canary->name);
        if (!rows)
            continue;
        if (!feed->has_rows)
            mag_text_format(&feed->rows, "%s\n", canaries->headers[feed->table_idx]);
        feed->line_count += feed->has_rows ? 0 : 1;
        feed->has_rows = true;
        const mag_canary_place place = {i, case_idx, feed->line_count + 1, count_lines(rows)};
        round->places[round->place_count++] = place;
        feed->line_count += place.line_count;
        /* The profile's reader has tried every slot. */
        (void)mag_canary_write(rows, canaries->dates[feed->table_idx], &person, &feed->rows, NULL);
        MAG_TRY(mag_text_check(&feed->rows, err));
    }
    return MAG_OK;
}

static mag_status add_case(mag_canary_round *round, const mag_profile *profile,
                           const mag_canary *canary, mag_error *err) {
    mag_canary_case *added = &round->cases[round->case_count];
    added->canary = canary;
    added->profile = profile;
    added->id = mag_arena_format(round->arena, "canary-%zu", round->case_count + 1);
    if (!added->id)
        return mag_fail_memory(err, 1);
    return feed_case(round, round->case_count++, err);
}

static bool is_taken(const mag_canary_round *round, size_t before_idx, const char *name) {
    for (size_t i = 0; i < before_idx; i++)
        if (canary_of(&round->feeds[i], name))
            return true;
    return false;
}

static mag_status consider(mag_canary_round *round, mag_canary_findings *findings,
                           const mag_profile *profile, const mag_canary *canary, mag_error *err) {
    const int32_t history_days = round->inputs->plan->history_days;
    mag_table_kind missing;
    if (find_missing(round, canary->name, &missing))
        return say_missing(round, findings, canary->name, missing, err);
    if (history_days == 0 || canary->oldest_days <= history_days)
        return add_case(round, profile, canary, err);
    const char *why = mag_arena_format(round->arena, "needs %d days of history, the run has %d",
                                       (int)canary->oldest_days, (int)history_days);
    return why ? mag_canary_say_unchecked(round, findings, canary->name, why, err)
               : mag_fail_memory(err, 1);
}

static mag_status make_room(mag_canary_round *round, mag_error *err) {
    size_t count = 0;
    for (size_t i = 0; i < round->feed_count; i++) {
        const mag_canaries *canaries = round->feeds[i].source->profile->canaries;
        count += canaries ? canaries->count : 0;
    }
    round->cases = mag_arena_alloc(round->arena, (count + 1) * sizeof *round->cases);
    round->places =
        mag_arena_alloc(round->arena, (count + 1) * round->feed_count * sizeof *round->places);
    return round->cases && round->places ? MAG_OK : mag_fail_memory(err, count);
}

mag_status mag_canary_assemble(mag_canary_round *round, mag_canary_findings *findings,
                               mag_error *err) {
    MAG_TRY(make_room(round, err));
    for (size_t i = 0; i < round->feed_count; i++) {
        const mag_profile *profile = round->feeds[i].source->profile;
        const mag_canaries *canaries = profile->canaries;
        for (size_t k = 0; canaries && k < canaries->count; k++)
            if (!is_taken(round, i, canaries->items[k].name))
                MAG_TRY(consider(round, findings, profile, &canaries->items[k], err));
    }
    return MAG_OK;
}
