/* Today's figures of everything that is followed. */
#include "engine/tracked_gather.h"

#include "cohort/use_counts.h"

#include <string.h>

typedef struct gatherer {
    mag_arena *arena;
    mag_tracked *items;
    size_t count;
} gatherer;

static void put(gatherer *to, const mag_tracked *item, uint64_t value) {
    mag_tracked *kept = &to->items[to->count++];
    *kept = *item;
    kept->count = 1;
    kept->values[0] = value;
}

static mag_status put_use(gatherer *to, mag_tracked item, const mag_use_count *use,
                          const char *label, mag_error *err) {
    const bool is_test = item.kind == MAG_TRACKED_TEST;
    item.label = mag_arena_format(to->arena, "%s \"%s\"", is_test ? "lab test" : "class", label);
    put(to, &item, use->rows);
    item.kind = is_test ? MAG_TRACKED_TEST_RECENT : MAG_TRACKED_CLASS_RECENT;
    item.label = mag_arena_format(to->arena, "%s \"%s\", last %d days",
                                  is_test ? "lab test" : "class", label, MAG_RECENT_DAYS);
    put(to, &item, use->recent);
    const mag_tracked *kept = &to->items[to->count - 2];
    return kept[0].label != NULL && kept[1].label != NULL ? MAG_OK : mag_fail_memory(err, 64);
}

static mag_status gather_source(gatherer *to, const mag_plan_source *source,
                                const mag_cohort *cohort, uint64_t read, mag_error *err) {
    mag_use_counts use;
    mag_tracked item = {.kind = MAG_TRACKED_SOURCE,
                        .source = source->name,
                        .name = "",
                        .label = "rows read",
                        .basis =
                            mag_arena_format(to->arena, "%s %s", mag_table_kind_name(source->kind),
                                             source->profile->name)};
    if (item.basis == NULL)
        return mag_fail_memory(err, 64);
    put(to, &item, read);
    mag_cohort_count_use(cohort, source->name, &use);
    item.kind = MAG_TRACKED_TEST;
    for (unsigned i = MAG_ANALYTE_NONE + 1; source->kind == MAG_TABLE_LABS && i < MAG_ANALYTE_COUNT;
         i++) {
        item.name = mag_analyte_of((mag_analyte)i)->name;
        MAG_TRY(put_use(to, item, &use.analytes[i], item.name, err));
    }
    item.kind = MAG_TRACKED_CLASS;
    for (unsigned i = 0; source->kind == MAG_TABLE_PRESCRIPTIONS && i < MAG_CLASS_COUNT; i++) {
        item.name = mag_class_name((mag_class)i);
        MAG_TRY(put_use(to, item, &use.classes[i], mag_class_label((mag_class)i), err));
    }
    return MAG_OK;
}

/* Rules that nobody could be asked about, and those on trial, are no part of the comparison. */
static mag_status gather_rules(gatherer *to, const mag_pack *pack, const mag_run_report *report,
                               mag_error *err) {
    for (size_t i = 0; i < report->rule_totals_count; i++) {
        const mag_rule_totals *rule = &report->rules[i];
        const mag_rule_facts *facts =
            mag_pack_rule(pack, (size_t)mag_pack_find_rule(pack, rule->rule_id));
        if (facts->status != MAG_RULE_ACTIVE || rule->not_evaluated[0] != '\0')
            continue;
        mag_tracked item = {.kind = MAG_TRACKED_RULE,
                            .source = "",
                            .name = rule->rule_id,
                            .label = mag_arena_format(to->arena, "rule %s", rule->rule_id),
                            .basis = facts->version};
        if (item.label == NULL)
            return mag_fail_memory(err, 64);
        item.among[0] = report->screened_count;
        put(to, &item, rule->flagged);
    }
    return MAG_OK;
}

mag_status mag_tracked_gather(mag_arena *arena, const mag_run_inputs *inputs,
                              const mag_cohort *cohort, const mag_run_report *report,
                              mag_tracked **items, size_t *count, mag_error *err) {
    enum { OF_A_SOURCE = 1 + 2 * (MAG_ANALYTE_COUNT + MAG_CLASS_COUNT) };
    const size_t room = report->source_count * OF_A_SOURCE + report->rule_totals_count + 1;
    gatherer to = {.arena = arena, .items = mag_arena_alloc(arena, room * sizeof *to.items)};
    if (to.items == NULL)
        return mag_fail_memory(err, room * sizeof *to.items);
    for (size_t i = 0; i < report->source_count; i++)
        MAG_TRY(gather_source(&to, &inputs->plan->sources[i], cohort,
                              report->sources[i].accounting.read, err));
    MAG_TRY(gather_rules(&to, inputs->pack, report, err));
    *items = to.items;
    *count = to.count;
    return MAG_OK;
}
