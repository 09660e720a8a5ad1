#include "engine/source_findings.h"

#include "engine/summary.h"

#include <stdlib.h>
#include <string.h>

enum { FACTS_SHOWN = 10 };

/* --- what there is to show -----------------------------------------------------------------------
 */

typedef struct fact_list {
    mag_source_fact *facts;
    size_t count;
} fact_list;

/* Is an earlier file of the same source there? Then the source has been counted. */
static bool is_later_file(const mag_cohort *cohort, size_t at) {
    const char *source = mag_cohort_file(cohort, (uint16_t)at)->source;
    for (size_t i = 0; i < at; i++)
        if (strcmp(mag_cohort_file(cohort, (uint16_t)i)->source, source) == 0)
            return true;
    return false;
}

static void add_units(const mag_cohort *cohort, const char *source, fact_list *to) {
    for (int i = MAG_ANALYTE_NONE + 1; i < MAG_ANALYTE_COUNT; i++) {
        const mag_unit_count units = mag_cohort_units(cohort, source, (mag_analyte)i);
        if (units.without_unit > 0)
            to->facts[to->count++] =
                (mag_source_fact){source, mag_analyte_of((mag_analyte)i)->name, "without unit",
                                  units.without_unit, units.rows};
    }
}

static void add_unmapped(const mag_cohort *cohort, const char *source, fact_list *to) {
    mag_source_fact fact = {source, "drugs", "unmapped", 0, 0};
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++) {
        const mag_run_file *file = mag_cohort_file(cohort, (uint16_t)i);
        if (strcmp(file->source, source) != 0 || file->kind != MAG_TABLE_PRESCRIPTIONS)
            continue;
        fact.count += file->accounting.unmapped;
        fact.of += mag_accounting_with_unmapped(&file->accounting);
    }
    if (fact.count > 0)
        to->facts[to->count++] = fact;
}

/* The largest share first; then by name. */
static int compare_facts(const void *a, const void *b) {
    const mag_source_fact *x = a, *y = b;
    const double share_x = (double)x->count / (double)x->of;
    const double share_y = (double)y->count / (double)y->of;
    if (share_x < share_y || share_x > share_y)
        return share_x > share_y ? -1 : 1;
    const int order = strcmp(x->source, y->source);
    return order != 0 ? order : strcmp(x->subject, y->subject);
}

static mag_status gather(mag_arena *arena, const mag_cohort *cohort, const mag_source_outcome *of,
                         mag_source_finding *finding, mag_error *err) {
    const size_t file_count = mag_cohort_file_count(cohort);
    const size_t nbytes = (file_count + 1) * (MAG_ANALYTE_COUNT + 1) * sizeof(mag_source_fact);
    fact_list all = {mag_arena_alloc(arena, nbytes), 0};
    if (all.facts == NULL)
        return mag_fail_memory(err, nbytes);
    for (size_t i = 0; i < file_count; i++) {
        const char *source = mag_cohort_file(cohort, (uint16_t)i)->source;
        if (is_later_file(cohort, i))
            continue;
        if (of->rests_on_units)
            add_units(cohort, source, &all);
        if (of->rests_on_drugs)
            add_unmapped(cohort, source, &all);
    }
    qsort(all.facts, all.count, sizeof *all.facts, compare_facts);
    finding->facts = all.facts;
    finding->fact_count = all.count < FACTS_SHOWN ? all.count : FACTS_SHOWN;
    for (size_t i = 0; i < finding->fact_count; i++) {
        all.facts[i].source = mag_arena_text(arena, mag_span_of(all.facts[i].source));
        if (all.facts[i].source == NULL)
            return mag_fail_memory(err, nbytes);
    }
    return MAG_OK;
}

/* --- judging -------------------------------------------------------------------------------------
 */

static mag_status judge(mag_arena *arena, mag_evaluator *evaluator, const mag_cohort *cohort,
                        size_t rule_idx, mag_source_finding *finding, mag_error *err) {
    mag_source_outcome of;
    MAG_TRY(mag_evaluate_source(evaluator, cohort, rule_idx, &of, err));
    finding->outcome = of.outcome;
    return of.outcome.kind == MAG_FLAGGED ? gather(arena, cohort, &of, finding, err) : MAG_OK;
}

static mag_status judge_all(mag_arena *arena, const mag_pack *pack, const mag_cohort *cohort,
                            mag_evaluator *evaluator, mag_run_report *report, mag_error *err) {
    const size_t rule_count = mag_pack_rule_count(pack);
    mag_source_finding *findings = mag_arena_alloc(arena, (rule_count + 1) * sizeof *findings);
    if (findings == NULL)
        return mag_fail_memory(err, rule_count * sizeof *findings);
    report->findings = findings;
    for (size_t i = 0; i < rule_count; i++) {
        const mag_rule_facts *rule = mag_pack_rule(pack, i);
        if (!rule->is_about_sources || rule->status != MAG_RULE_ACTIVE)
            continue;
        mag_source_finding *finding = &findings[report->finding_count++];
        *finding = (mag_source_finding){.rule_id = rule->id, .title = rule->title};
        MAG_TRY(judge(arena, evaluator, cohort, i, finding, err));
    }
    return MAG_OK;
}

mag_status mag_source_findings(mag_arena *arena, const mag_pack *pack, const mag_cohort *cohort,
                               mag_run_report *report, mag_error *err) {
    mag_evaluator *evaluator;
    MAG_TRY(mag_evaluator_new(&evaluator, pack, mag_arena_account(arena), err));
    const mag_status status = judge_all(arena, pack, cohort, evaluator, report, err);
    mag_evaluator_free(evaluator);
    return status;
}
