/* The rounds of canaries. A run may have two laboratories with profiles of their own: each round
   takes one profile for each kind of source, so that every one is tried at least once. */
#include "engine/canary_check.h"

#include "cohort/builder.h"
#include "engine/canary_parts.h"

#include <string.h>

/* --- which sources ----------------------------------------------------------------------------
 */

static bool is_same_profile(const mag_plan_source *a, const mag_plan_source *b) {
    return a->profile == b->profile || strcmp(a->profile->sha256, b->profile->sha256) == 0;
}

static size_t table_idx_of(const mag_plan_source *source) {
    const char *file = mag_profile_table_file(source->table);
    for (size_t i = 0; i < source->profile->table_count; i++)
        if (strcmp(mag_profile_table_file(source->profile->tables[i]), file) == 0)
            return i;
    return 0;
}

/* How many profiles the sources of a kind have before end_idx; *rank: which of them this one is. */
static size_t count_profiles(const mag_plan *plan, const mag_plan_source *source, size_t *rank) {
    size_t count = 0;
    for (size_t i = 0; i < plan->source_count; i++) {
        const mag_plan_source *other = &plan->sources[i];
        bool is_new = other->kind == source->kind;
        for (size_t k = 0; k < i && is_new; k++)
            is_new =
                plan->sources[k].kind != other->kind || !is_same_profile(&plan->sources[k], other);
        if (!is_new)
            continue;
        if (is_same_profile(other, source))
            *rank = count;
        count++;
    }
    return count;
}

static size_t count_rounds(const mag_plan *plan) {
    size_t most = 0, rank;
    for (size_t i = 0; i < plan->source_count; i++) {
        const size_t count = count_profiles(plan, &plan->sources[i], &rank);
        most = count > most ? count : most;
    }
    return most;
}

/* Another source that reads the same table by the same profile: it is tried once. */
static bool is_repeated(const mag_canary_round *round, const mag_plan_source *source) {
    for (size_t i = 0; i < round->feed_count; i++) {
        const mag_canary_feed *feed = &round->feeds[i];
        if (is_same_profile(feed->source, source) && feed->table_idx == table_idx_of(source))
            return true;
    }
    return false;
}

static mag_status choose_feeds(mag_canary_round *round, size_t round_idx, mag_error *err) {
    const mag_plan *plan = round->inputs->plan;
    round->feeds = mag_arena_alloc(round->arena, (plan->source_count + 1) * sizeof *round->feeds);
    if (!round->feeds)
        return mag_fail_memory(err, plan->source_count * sizeof *round->feeds);
    for (size_t i = 0; i < plan->source_count; i++) {
        const mag_plan_source *source = &plan->sources[i];
        size_t rank = 0;
        const size_t count = count_profiles(plan, source, &rank);
        if (rank != round_idx % count || is_repeated(round, source))
            continue;
        mag_canary_feed *feed = &round->feeds[round->feed_count++];
        feed->source = source;
        feed->reader = round->inputs->sources[i];
        feed->table_idx = table_idx_of(source);
        mag_text_init(&feed->rows, round->inputs->account);
    }
    return MAG_OK;
}

/* --- through the decoders ---------------------------------------------------------------------
 */

/* `latest` takes each patient's own last record: any day does that the data can reach. */
static mag_minute as_of(const mag_run_time *time) {
    const mag_minute usual =
        mag_day_from_civil(2025, 6, 30) * MAG_MINUTES_PER_DAY + 12 * MAG_MINUTES_PER_HOUR;
    if (time->kind == MAG_AS_OF_FIXED)
        return time->as_of;
    return time->data_until < usual ? time->data_until : usual;
}

/* A source that no canary has rows of is there all the same. */
static mag_status read_feed(mag_canary_round *round, mag_canary_feed *feed, mag_error *err) {
    if (!feed->has_rows) {
        mag_cohort_declare_table(round->cohort, feed->source->kind);
        return MAG_OK;
    }
    feed->file_id = (uint16_t)mag_cohort_file_count(round->cohort);
    const mag_status status = feed->reader->ops->ingest_text(feed->reader, round->cohort,
                                                             mag_text_span(&feed->rows), err);
    if (status != MAG_E_INPUT && status != MAG_E_PRIVACY)
        return status;
    mag_error cause = {0};
    if (err)
        cause = *err;
    mag_fail(err, MAG_E_RULES, MAG_MSG_R505,
             "the canaries of profile %s cannot be read as source %s: %.600s",
             feed->source->profile->name, feed->source->name, cause.text);
    mag_hint(err, "%s", cause.hint);
    return MAG_E_RULES;
}

static mag_status settle_round(mag_canary_round *round, mag_error *err) {
    const mag_plan *plan = round->inputs->plan;
    const mag_cohort_settings settings = {.as_of_kind = round->time->kind,
                                          .as_of = round->time->as_of,
                                          .history_days = plan->history_days,
                                          .data_until = round->time->data_until,
                                          .absence = plan->absence,
                                          .kidney = plan->kidney,
                                          .account = round->inputs->account};
    mag_run_inputs inputs = *round->inputs;
    inputs.thread_count = 1;
    inputs.progress = NULL;
    MAG_TRY(mag_cohort_new(&round->cohort, inputs.book, &settings, err));
    for (size_t i = 0; i < round->feed_count; i++)
        MAG_TRY(read_feed(round, &round->feeds[i], err));
    return mag_settle(&inputs, round->cohort, err);
}

static mag_status run_round(mag_canary_round *round, size_t round_idx,
                            mag_canary_findings *findings, mag_error *err) {
    MAG_TRY(choose_feeds(round, round_idx, err));
    MAG_TRY(mag_canary_assemble(round, findings, err));
    if (round->case_count == 0)
        return MAG_OK;
    MAG_TRY(settle_round(round, err));
    return mag_canary_judge(round, findings, err);
}

static void end_round(mag_canary_round *round) {
    for (size_t i = 0; i < round->feed_count; i++)
        mag_text_done(&round->feeds[i].rows);
    mag_cohort_free(round->cohort);
}

/* --- the words of a profile -------------------------------------------------------------------
 */

static mag_status check_word(const mag_canaries *canaries, const mag_canary_outcome *outcome,
                             mag_error *err) {
    const char *names[MAG_SEVERITY_COUNT + 3] = {NULL};
    size_t count = 0;
    for (int i = MAG_SEVERITY_INFO; i < MAG_SEVERITY_COUNT; i++)
        names[count++] = mag_severity_name((mag_severity)i);
    names[count++] = mag_outcome_name(MAG_CLEAR);
    names[count++] = mag_outcome_name(MAG_CANNOT_TELL);
    names[count++] = mag_outcome_name(MAG_NOT_APPLICABLE);
    for (size_t i = 0; i < count; i++)
        if (strcmp(outcome->word, names[i]) == 0)
            return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: \"%.40s\" is no outcome", canaries->file,
             outcome->line, outcome->column, outcome->word);
    const char *nearest = mag_nearest_name(outcome->word, names);
    if (nearest)
        mag_hint(err, "did you mean \"%s\"?", nearest);
    return MAG_E_USAGE;
}

static mag_status check_words(const mag_plan *plan, mag_error *err) {
    for (size_t i = 0; i < plan->source_count; i++) {
        const mag_canaries *canaries = plan->sources[i].profile->canaries;
        for (size_t k = 0; canaries && k < canaries->count; k++)
            for (size_t m = 0; m < canaries->items[k].outcome_count; m++)
                MAG_TRY(check_word(canaries, &canaries->items[k].outcomes[m], err));
    }
    return MAG_OK;
}

/* --- what is said -----------------------------------------------------------------------------
 */

mag_status mag_canary_say_unchecked(mag_canary_round *round, mag_canary_findings *findings,
                                    const char *subject, const char *why, mag_error *err) {
    mag_canary_report *report = findings->report;
    const char *line = mag_arena_format(round->arena, "%s: %s", subject, why);
    if (!line)
        return mag_fail_memory(err, 1);
    for (size_t i = 0; i < report->not_checked_count; i++)
        if (strcmp(report->not_checked[i], line) == 0)
            return MAG_OK;
    if (report->not_checked_count == findings->not_checked_capacity) {
        const size_t capacity = findings->not_checked_capacity * 2 + 16;
        const char **more = mag_arena_alloc(round->arena, capacity * sizeof *more);
        if (!more)
            return mag_fail_memory(err, capacity * sizeof *more);
        if (report->not_checked_count > 0)
            memcpy(more, report->not_checked, report->not_checked_count * sizeof *more);
        report->not_checked = more;
        findings->not_checked_capacity = capacity;
    }
    report->not_checked[report->not_checked_count++] = line;
    return MAG_OK;
}

static mag_status say_without(mag_canary_round *round, mag_canary_findings *findings,
                              mag_error *err) {
    const mag_plan *plan = round->inputs->plan;
    for (size_t i = 0; i < plan->source_count; i++)
        if (!plan->sources[i].profile->canaries)
            MAG_TRY(mag_canary_say_unchecked(round, findings, plan->sources[i].profile->name,
                                             "the profile has no canaries", err));
    return MAG_OK;
}

/* A value of the site's own is not what the canaries were written for. */
static mag_status say_overrides(mag_canary_round *round, mag_canary_findings *findings,
                                mag_error *err) {
    const mag_plan *plan = round->inputs->plan;
    for (size_t i = 0; i < plan->override_count; i++)
        MAG_TRY(mag_canary_say_unchecked(round, findings, plan->overrides[i].name,
                                         "the pipeline's own value; canaries are judged by "
                                         "the pack's",
                                         err));
    return MAG_OK;
}

static mag_status say_first(mag_canary_round *round, mag_canary_findings *findings,
                            mag_error *err) {
    MAG_TRY(say_without(round, findings, err));
    return say_overrides(round, findings, err);
}

static mag_status sum_up(mag_arena *arena, const mag_pack *pack, mag_canary_findings *findings,
                         mag_error *err) {
    const char *uncovered = "";
    for (size_t i = 0; i < mag_pack_rule_count(pack) && uncovered; i++) {
        if (mag_pack_rule(pack, i)->status != MAG_RULE_ACTIVE)
            continue;
        findings->report->rule_count += findings->is_covered[i];
        if (!findings->is_covered[i])
            uncovered = mag_arena_format(arena, "%s%s%s", uncovered, *uncovered ? ", " : "",
                                         mag_pack_rule(pack, i)->id);
    }
    findings->report->uncovered_rules = uncovered;
    return uncovered ? MAG_OK : mag_fail_memory(err, 1);
}

static mag_status refuse(const mag_canary_findings *findings, mag_error *err) {
    if (findings->wrong_count == 0)
        return MAG_OK;
    mag_fail(err, MAG_E_RULES, MAG_MSG_R505, "%s (%zu wrong in all); nothing was read",
             findings->first.text, findings->wrong_count);
    mag_error_count(err, findings->wrong_count);
    mag_hint(err,
             "codes, units, columns, texts or dates of the profile no longer bring these rows "
             "to the rules: mend the profile; if a rule of the pack was changed on purpose, its "
             "canaries");
    return MAG_E_RULES;
}

mag_status mag_canaries_check(mag_arena *arena, const mag_run_inputs *inputs,
                              const mag_run_time *time, mag_canary_report *report, mag_error *err) {
    mag_run_inputs as_written = *inputs;
    if (inputs->pack_as_written)
        as_written.pack = inputs->pack_as_written;
    const size_t rule_count = mag_pack_rule_count(as_written.pack);
    *report = (mag_canary_report){.uncovered_rules = ""};
    mag_canary_findings findings = {.report = report};
    findings.is_covered = mag_arena_alloc(arena, rule_count + 1);
    if (!findings.is_covered)
        return mag_fail_memory(err, rule_count);
    MAG_TRY(check_words(inputs->plan, err));
    const size_t round_count = count_rounds(inputs->plan);
    for (size_t i = 0; i < round_count; i++) {
        mag_canary_round round = {
            .arena = arena, .inputs = &as_written, .time = time, .as_of = as_of(time)};
        mag_status status = i == 0 ? say_first(&round, &findings, err) : MAG_OK;
        if (status == MAG_OK)
            status = run_round(&round, i, &findings, err);
        end_round(&round);
        MAG_TRY(status);
    }
    MAG_TRY(sum_up(arena, as_written.pack, &findings, err));
    return refuse(&findings, err);
}
