/* Adding up outcomes, and the lines of summary.csv. */
#include "engine/summary.h"

#include "engine/fixed_text.h"

#include <math.h>

mag_status mag_tally_init(mag_tally *tally, mag_arena *arena, size_t rule_count, size_t level_count,
                          mag_error *err) {
    *tally = (mag_tally){.rule_count = rule_count, .level_count = level_count};
    tally->counts = mag_arena_alloc(arena, (rule_count * level_count + 1) * sizeof *tally->counts);
    tally->level_population =
        mag_arena_alloc(arena, (level_count + 1) * sizeof *tally->level_population);
    tally->visible_by_severity = mag_arena_alloc(arena, (rule_count + 1) * MAG_SEVERITY_COUNT *
                                                            sizeof *tally->visible_by_severity);
    tally->cannot_tell_by_reason = mag_arena_alloc(arena, (rule_count + 1) * MAG_UNKNOWN_COUNT *
                                                              sizeof *tally->cannot_tell_by_reason);
    if (tally->counts == NULL || tally->level_population == NULL ||
        tally->visible_by_severity == NULL || tally->cannot_tell_by_reason == NULL)
        return mag_fail_memory(err, rule_count * level_count * sizeof *tally->counts);
    return MAG_OK;
}

bool mag_rule_is_counted(const mag_rule_facts *rule) {
    return !rule->is_about_sources &&
           (rule->status == MAG_RULE_ACTIVE || rule->status == MAG_RULE_STAGING);
}

static void count_outcome(mag_rule_counts *counts, const mag_outcome *outcome) {
    switch (outcome->kind) {
    case MAG_NOT_APPLICABLE:
    case MAG_NOT_EVALUATED:
        return;
    case MAG_CLEAR:
        counts->clear++;
        break;
    case MAG_FLAGGED:
        counts->flagged++;
        counts->hidden += outcome->hidden_by >= 0;
        break;
    case MAG_CANNOT_TELL:
        counts->cannot_tell++;
        break;
    }
    counts->eligible++;
}

static void count_reasons(uint64_t *by_reason, mag_unknown_set reasons) {
    for (unsigned reason = 0; reason < MAG_UNKNOWN_COUNT; reason++)
        by_reason[reason] += reasons >> reason & 1u;
}

void mag_tally_patient(mag_tally *tally, const mag_pack *pack, const mag_outcome *outcomes,
                       const size_t *levels, size_t level_count) {
    bool has_visible = false;
    for (size_t i = 0; i < level_count; i++)
        tally->level_population[levels[i]]++;
    for (size_t rule_idx = 0; rule_idx < tally->rule_count; rule_idx++) {
        const mag_outcome *outcome = &outcomes[rule_idx];
        if (outcome->kind == MAG_NOT_APPLICABLE ||
            !mag_rule_is_counted(mag_pack_rule(pack, rule_idx)))
            continue;
        for (size_t i = 0; i < level_count; i++)
            count_outcome(&tally->counts[rule_idx * tally->level_count + levels[i]], outcome);
        if (outcome->kind == MAG_CANNOT_TELL)
            count_reasons(tally->cannot_tell_by_reason + rule_idx * MAG_UNKNOWN_COUNT,
                          outcome->reasons);
        if (outcome->kind != MAG_FLAGGED || outcome->hidden_by >= 0 ||
            mag_pack_rule(pack, rule_idx)->status != MAG_RULE_ACTIVE)
            continue;
        tally->visible_by_severity[rule_idx * MAG_SEVERITY_COUNT + outcome->severity]++;
        has_visible = true;
    }
    tally->flagged_patient_count += has_visible;
}

static void add_words(uint64_t *total, const uint64_t *more, size_t count) {
    for (size_t i = 0; i < count; i++)
        total[i] += more[i];
}

void mag_tally_add(mag_tally *total, const mag_tally *more) {
    for (size_t i = 0; i < total->rule_count * total->level_count; i++) {
        total->counts[i].eligible += more->counts[i].eligible;
        total->counts[i].flagged += more->counts[i].flagged;
        total->counts[i].clear += more->counts[i].clear;
        total->counts[i].cannot_tell += more->counts[i].cannot_tell;
        total->counts[i].hidden += more->counts[i].hidden;
    }
    add_words(total->level_population, more->level_population, total->level_count);
    add_words(total->visible_by_severity, more->visible_by_severity,
              total->rule_count * MAG_SEVERITY_COUNT);
    add_words(total->cannot_tell_by_reason, more->cannot_tell_by_reason,
              total->rule_count * MAG_UNKNOWN_COUNT);
    total->flagged_patient_count += more->flagged_patient_count;
}

/* Wilson EB. J Am Stat Assoc 1927;22:209-12, without continuity correction. */
void mag_wilson(uint64_t count, uint64_t of, double *low, double *high) {
    const double z = 1.959964;
    double n = (double)of;
    double p = (double)count / n;
    double scale = 1.0 + z * z / n;
    double centre = (p + z * z / (2.0 * n)) / scale;
    double half = z * sqrt(p * (1.0 - p) / n + z * z / (4.0 * n * n)) / scale;
    *low = count == 0 ? 0.0 : fmax(0.0, centre - half);
    *high = count == of ? 1.0 : fmin(1.0, centre + half);
}

const char *mag_rule_not_evaluated(const mag_pack *pack, size_t rule_idx,
                                   const mag_cohort *cohort) {
    bool is_missing =
        mag_pack_rule(pack, rule_idx)->requires_conditions && !mag_cohort_has_conditions(cohort);
    return is_missing ? mag_unknown_name(MAG_UNKNOWN_NO_SOURCE) : "";
}

static mag_status visit_level(const mag_summary_inputs *inputs, size_t rule_idx, size_t level_idx,
                              mag_summary_visit visit, void *context, mag_error *err) {
    const mag_rule_facts *rule = mag_pack_rule(inputs->pack, rule_idx);
    const mag_level *level = mag_strata_level(inputs->strata, level_idx);
    const mag_rule_counts *counts =
        &inputs->tally->counts[rule_idx * inputs->tally->level_count + level_idx];
    char rate[MAG_FIXED_TEXT_NBYTES] = "", low[MAG_FIXED_TEXT_NBYTES] = "";
    char high[MAG_FIXED_TEXT_NBYTES] = "";
    uint64_t decided = counts->flagged + counts->clear;
    if (decided > 0) {
        double ends[2];
        mag_wilson(counts->flagged, decided, &ends[0], &ends[1]);
        mag_fixed_text((double)counts->flagged / (double)decided, 6, rate);
        mag_fixed_text(ends[0], 6, low);
        mag_fixed_text(ends[1], 6, high);
    }
    mag_summary_row row = {.as_of = inputs->as_of,
                           .rule_id = rule->id,
                           .rule_version = rule->version,
                           .stratum = level->stratum,
                           .level = level->name,
                           .eligible = counts->eligible,
                           .flagged = counts->flagged,
                           .clear = counts->clear,
                           .cannot_tell = counts->cannot_tell,
                           .hidden = counts->hidden,
                           .not_evaluated =
                               mag_rule_not_evaluated(inputs->pack, rule_idx, inputs->cohort),
                           .rate = rate,
                           .ci_low = low,
                           .ci_high = high};
    return visit(context, &row, err);
}

static mag_status visit_rule(const mag_summary_inputs *inputs, size_t rule_idx,
                             mag_summary_visit visit, void *context, mag_error *err) {
    if (mag_rule_not_evaluated(inputs->pack, rule_idx, inputs->cohort)[0] != '\0')
        return visit_level(inputs, rule_idx, 0, visit, context, err);
    for (size_t level_idx = 0; level_idx < inputs->tally->level_count; level_idx++)
        if (level_idx == 0 || inputs->tally->level_population[level_idx] > 0)
            MAG_TRY(visit_level(inputs, rule_idx, level_idx, visit, context, err));
    return MAG_OK;
}

mag_status mag_summary_each(const mag_summary_inputs *inputs, mag_summary_visit visit,
                            void *context, mag_error *err) {
    for (size_t rule_idx = 0; rule_idx < inputs->tally->rule_count; rule_idx++)
        if (mag_rule_is_counted(mag_pack_rule(inputs->pack, rule_idx)))
            MAG_TRY(visit_rule(inputs, rule_idx, visit, context, err));
    return MAG_OK;
}
