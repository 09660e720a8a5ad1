/* An item of today is judged against the same item of the earlier runs, newest first in --previous:
   counts against their median, rates of rules against all of them together. Where the basis has
   changed (profile, window, version or limits of a rule) there is nothing to judge, and that is
   said. */
#include "engine/history.h"

#include "engine/run_record.h"
#include "engine/tracked_gather.h"

#include <string.h>

typedef struct historian {
    mag_arena *arena;
    const mag_plan *plan;
    const mag_previous_run *previous; /* NULL: none */
    mag_run_report *report;
    mag_tracked *items;
    size_t item_count;
    mag_not_compared *not_compared;
    size_t not_compared_count;
    mag_gate_verdict *verdicts;
    size_t verdict_count;
    bool has_same_window, has_same_settings;
} historian;

static const mag_gate_kind KINDS[] = {MAG_GATE_VOLUME, MAG_GATE_FALL, MAG_GATE_FIRING};

static mag_gate_kind gate_of(mag_tracked_kind kind) {
    switch (kind) {
    case MAG_TRACKED_SOURCE:
        return MAG_GATE_VOLUME;
    case MAG_TRACKED_RULE:
        return MAG_GATE_FIRING;
    case MAG_TRACKED_TEST:
    case MAG_TRACKED_TEST_RECENT:
    case MAG_TRACKED_CLASS:
    case MAG_TRACKED_CLASS_RECENT:
    case MAG_TRACKED_KIND_COUNT:
        break;
    }
    return MAG_GATE_FALL;
}

static bool is_recent(mag_tracked_kind kind) {
    return kind == MAG_TRACKED_TEST_RECENT || kind == MAG_TRACKED_CLASS_RECENT;
}

static void skip(historian *at, mag_gate_kind kind, const char *subject, const char *why) {
    at->not_compared[at->not_compared_count++] =
        (mag_not_compared){mag_gate_name(MAG_REASON_NONE, kind), subject, why};
}

/* --- verdicts ------------------------------------------------------------------------------------
 */

static mag_message_id message_of(mag_tracked_kind kind) {
    switch (kind) {
    case MAG_TRACKED_SOURCE:
        return MAG_MSG_I274;
    case MAG_TRACKED_TEST:
    case MAG_TRACKED_TEST_RECENT:
        return MAG_MSG_I247;
    case MAG_TRACKED_CLASS:
    case MAG_TRACKED_CLASS_RECENT:
        return MAG_MSG_I248;
    case MAG_TRACKED_RULE:
    case MAG_TRACKED_KIND_COUNT:
        break;
    }
    return MAG_MSG_R506;
}

static mag_gate_limit limit_of(const historian *at, const mag_tracked *item) {
    const mag_gate_kind kind = gate_of(item->kind);
    for (size_t i = 0; kind == MAG_GATE_FIRING && i < at->plan->gate_count; i++)
        if (at->plan->gates[i].kind == kind)
            return at->plan->gates[i];
    for (size_t i = 0; i < at->plan->source_count; i++)
        if (strcmp(at->plan->sources[i].name, item->source) == 0)
            return mag_gate_limit_of(&at->plan->sources[i], MAG_REASON_NONE, kind);
    return mag_gate_default(kind);
}

/* A fall may be red, a rise is amber at most; of a rule only zero is red. */
static mag_gate_colour colour_of(const mag_gate_verdict *verdict, const mag_gate_limit *limit,
                                 bool may_be_red) {
    if (may_be_red && verdict->share > limit->red)
        return MAG_RED;
    return verdict->share > limit->amber ? MAG_AMBER : MAG_GREEN;
}

/* The same fault is told once: a test that fell as a whole fell in the last days too. */
static bool is_told(const historian *at, const mag_tracked *item, const mag_gate_verdict *verdict) {
    if (!is_recent(item->kind) || at->verdict_count == 0)
        return false;
    const mag_gate_verdict *last = &at->verdicts[at->verdict_count - 1];
    return strcmp(last->source, verdict->source) == 0 &&
           strcmp(last->subject, verdict->subject) == 0 && last->colour >= verdict->colour;
}

/* An override is shown wherever it has decided something. */
static void put_verdict(historian *at, const mag_tracked *item, mag_gate_verdict verdict,
                        bool may_be_red) {
    const mag_gate_limit limit = limit_of(at, item);
    const mag_gate_limit usual = mag_gate_default(gate_of(item->kind));
    verdict.source = item->source[0] != '\0' ? item->source : "rules";
    verdict.file = verdict.first_file = verdict.column = "";
    verdict.gate = mag_gate_name(MAG_REASON_NONE, gate_of(item->kind));
    verdict.subject = item->kind == MAG_TRACKED_SOURCE ? item->source : item->name;
    verdict.label = item->label;
    verdict.amber = limit.amber;
    verdict.red = limit.red;
    verdict.note = limit.note == NULL ? "" : limit.note;
    verdict.message = message_of(item->kind);
    verdict.colour = colour_of(&verdict, &limit, may_be_red);
    if (verdict.colour == MAG_GREEN && colour_of(&verdict, &usual, may_be_red) == MAG_GREEN)
        return;
    if (!is_told(at, item, &verdict))
        at->verdicts[at->verdict_count++] = verdict;
}

/* Few rows that are none today: less likely by chance than one in a hundred. */
static bool has_vanished(const mag_tracked *item, const mag_tracked *earlier, uint64_t before) {
    return item->values[0] == 0 && before >= MAG_HISTORY_FEWEST &&
           mag_tracked_chance_of_zero(earlier) < 0.01;
}

static void judge_count(historian *at, const mag_tracked *item, const mag_tracked *earlier) {
    const uint64_t now = item->values[0], before = mag_tracked_median(earlier);
    const bool is_fall = now < before;
    const bool is_small = before < MAG_HISTORY_FLOOR;
    if (is_small ? !has_vanished(item, earlier, before)
                 : !is_fall && item->kind != MAG_TRACKED_SOURCE)
        return;
    const double change = (double)(is_fall ? before - now : now - before) / (double)before;
    put_verdict(at, item,
                (mag_gate_verdict){
                    .measure = MAG_MEASURE_CHANGE, .count = now, .of = before, .share = change},
                is_fall && !is_small);
}

/* "12 of 300, 11 of 298": newest first. */
static const char *rates_text(mag_arena *arena, const mag_tracked *earlier) {
    const char *text = "before: ";
    for (size_t i = 0; text != NULL && i < earlier->count; i++)
        text = mag_arena_format(arena, "%s%s%llu of %llu", text, i > 0 ? ", " : "",
                                (unsigned long long)earlier->values[i],
                                (unsigned long long)earlier->among[i]);
    return text;
}

static mag_status judge_rate(historian *at, const mag_tracked *item, const mag_tracked *earlier,
                             mag_error *err) {
    const double sigmas = mag_tracked_sigmas(earlier, item->values[0], item->among[0]);
    const char *detail = rates_text(at->arena, earlier);
    if (detail == NULL)
        return mag_fail_memory(err, 64);
    put_verdict(at, item,
                (mag_gate_verdict){.measure = MAG_MEASURE_RATE,
                                   .count = item->values[0],
                                   .of = item->among[0],
                                   .share = sigmas,
                                   .detail = detail},
                item->values[0] == 0 && mag_tracked_never_zero(earlier));
    return MAG_OK;
}

/* --- what can be compared ------------------------------------------------------------------------
 */

/* NULL: it can. */
static const char *why_not(const historian *at, const mag_tracked *item,
                           const mag_tracked *earlier) {
    if (earlier == NULL)
        return "the previous run has none of this name";
    if (strcmp(item->basis, earlier->basis) != 0)
        return item->kind == MAG_TRACKED_RULE ? "another version of the rule"
                                              : "another kind or profile";
    if (item->kind != MAG_TRACKED_SOURCE && !at->has_same_window)
        return "another history or kind of as-of";
    if (item->kind == MAG_TRACKED_RULE && !at->has_same_settings)
        return "other parameters, limits or kidney settings";
    return NULL;
}

/* Earlier figures behind today's. Those of a run of the same time are replaced by today's. */
static void keep_earlier(const historian *at, mag_tracked *item, const mag_tracked *earlier) {
    const size_t first = mag_previous_run_is_same_time(at->previous, at->report->as_of) ? 1 : 0;
    for (size_t i = first; i < earlier->count && item->count < MAG_TRACKED_RUNS; i++) {
        item->values[item->count] = earlier->values[i];
        item->among[item->count++] = earlier->among[i];
    }
}

/* One line for all of a kind where the whole run is of another basis, and for a source. */
static bool is_said_once(const historian *at, const mag_tracked *item, const char *why) {
    if (gate_of(item->kind) == MAG_GATE_FALL)
        return true; /* with its source, or with the run */
    for (size_t i = 0; item->kind == MAG_TRACKED_RULE && i < at->not_compared_count; i++)
        if (at->not_compared[i].subject[0] == '\0' && strcmp(at->not_compared[i].why, why) == 0)
            return true;
    return false;
}

static mag_status judge_item(historian *at, mag_tracked *item, mag_error *err) {
    const mag_previous_run *previous = at->previous;
    const mag_tracked *earlier = mag_tracked_find(previous->tracked, previous->tracked_count, item);
    const char *why = why_not(at, item, earlier);
    if (why != NULL) {
        if (!is_said_once(at, item, why))
            skip(at, gate_of(item->kind),
                 item->kind == MAG_TRACKED_SOURCE ? item->source : item->name, why);
        return MAG_OK;
    }
    if (item->kind == MAG_TRACKED_RULE)
        MAG_TRY(judge_rate(at, item, earlier, err));
    else
        judge_count(at, item, earlier);
    keep_earlier(at, item, earlier);
    return MAG_OK;
}

/* A basis begins with the kind of table: "labs magscreen". */
static bool has_source_like(const historian *at, const mag_tracked *earlier) {
    const size_t length = strcspn(earlier->basis, " ");
    for (size_t i = 0; i < at->item_count; i++)
        if (at->items[i].kind == MAG_TRACKED_SOURCE && strcspn(at->items[i].basis, " ") == length &&
            strncmp(at->items[i].basis, earlier->basis, length) == 0)
            return true;
    return false;
}

/* What the earlier run had and this one has not. A table of which there is no source any more has
   fallen to nothing; a source may have another name now, a rule may have left the pack. */
static void tell_gone(historian *at) {
    for (size_t i = 0; i < at->previous->tracked_count; i++) {
        const mag_tracked *earlier = &at->previous->tracked[i];
        const bool is_source = earlier->kind == MAG_TRACKED_SOURCE;
        if (mag_tracked_find(at->items, at->item_count, earlier) != NULL)
            continue;
        mag_tracked gone = *earlier;
        gone.values[0] = 0;
        if (is_source && !has_source_like(at, earlier))
            judge_count(at, &gone, earlier);
        else if (is_source || earlier->kind == MAG_TRACKED_RULE)
            skip(at, gate_of(earlier->kind), is_source ? earlier->source : earlier->name,
                 "the previous run had it, this one has not");
    }
}

static void tell_basis(historian *at) {
    if (!at->has_same_window) {
        skip(at, MAG_GATE_FALL, "", "another history or kind of as-of");
        skip(at, MAG_GATE_FIRING, "", "another history or kind of as-of");
    } else if (!at->has_same_settings) {
        skip(at, MAG_GATE_FIRING, "", "other parameters, limits or kidney settings");
    }
}

/* The last field of the H line; "" if memory is out. */
static const char *settings_sha256(mag_arena *arena, const mag_run_inputs *inputs) {
    const char *header = mag_run_record_header(arena, inputs);
    const char *tab = header == NULL ? NULL : strrchr(header, '\t');
    return tab == NULL ? "" : tab + 1;
}

static bool is_latest(const char *as_of) {
    return strcmp(as_of, "latest") == 0;
}

/* Only a database keeps a ledger without a run before this one. */
static const char *why_none(const mag_run_inputs *inputs) {
    return inputs->ledger == NULL ? "no --previous was given" : "no run was published before";
}

static mag_status compare(historian *at, const mag_run_inputs *inputs, mag_error *err) {
    const mag_previous_run *previous = at->previous;
    const char *why = previous == NULL         ? why_none(inputs)
                      : !previous->has_tracked ? "the previous run kept no figures to compare with"
                                               : NULL;
    for (size_t i = 0; why != NULL && i < sizeof KINDS / sizeof KINDS[0]; i++)
        skip(at, KINDS[i], "", why);
    if (why != NULL)
        return MAG_OK;
    at->has_same_window = previous->history_days == at->plan->history_days &&
                          is_latest(previous->as_of) == is_latest(at->report->as_of);
    at->has_same_settings =
        strcmp(previous->settings_sha256, settings_sha256(at->arena, inputs)) == 0;
    tell_basis(at);
    for (size_t i = 0; i < at->item_count; i++)
        MAG_TRY(judge_item(at, &at->items[i], err));
    tell_gone(at);
    return MAG_OK;
}

/* Nothing today and nothing before is not worth a line. */
static void drop_empty(historian *at) {
    size_t kept = 0;
    for (size_t i = 0; i < at->item_count; i++) {
        const mag_tracked *item = &at->items[i];
        const bool is_use = gate_of(item->kind) == MAG_GATE_FALL;
        bool has_any = !is_use;
        for (size_t k = 0; k < item->count; k++)
            has_any |= item->values[k] > 0;
        if (has_any)
            at->items[kept++] = *item;
    }
    at->item_count = kept;
}

static mag_status make_room(historian *at, mag_error *err) {
    const size_t earlier_count = at->previous == NULL ? 0 : at->previous->tracked_count;
    const size_t room = at->item_count + earlier_count + 8;
    at->not_compared = mag_arena_alloc(at->arena, room * sizeof *at->not_compared);
    at->verdicts = mag_arena_alloc(at->arena, room * sizeof *at->verdicts);
    return at->not_compared != NULL && at->verdicts != NULL
               ? MAG_OK
               : mag_fail_memory(err, room * sizeof *at->verdicts);
}

mag_status mag_history_judge(mag_arena *arena, const mag_run_inputs *inputs,
                             const mag_cohort *cohort, mag_run_report *report, mag_gates *gates,
                             mag_error *err) {
    historian at = {
        .arena = arena, .plan = inputs->plan, .previous = inputs->previous, .report = report};
    MAG_TRY(mag_tracked_gather(arena, inputs, cohort, report, &at.items, &at.item_count, err));
    MAG_TRY(make_room(&at, err));
    MAG_TRY(compare(&at, inputs, err));
    drop_empty(&at);
    report->previous = inputs->previous;
    report->tracked = at.items;
    report->tracked_count = at.item_count;
    report->not_compared = at.not_compared;
    report->not_compared_count = at.not_compared_count;
    return mag_gates_append(arena, gates, at.verdicts, at.verdict_count, err);
}
