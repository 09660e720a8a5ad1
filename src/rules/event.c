/* Eras come from the exposures as rules see them. Spells are found by walking the results
   backwards, one moment at a time:

        normal   abnormal   (censored)   abnormal   T
                 ^-- start               ^-- newest

   Results without a clock stand at 00:00 of their day and share the moment of all results of it. */
#include "rules/event.h"

#include "rules/evaluator.h"
#include "rules/operand_series.h"

static const mag_event_interval no_event = {MAG_MINUTE_NONE, MAG_MINUTE_OPEN};

/* --- era ---------------------------------------------------------------------------------- */

static bool holds(const mag_era *era, mag_minute at) {
    return era->start <= at && at < era->active_stop;
}

/* Of two eras that hold T the earlier one, of two that ended the later one. */
static bool is_nearer(const mag_era *a, const mag_era *b, mag_minute now) {
    if (holds(a, now) != holds(b, now))
        return holds(a, now);
    if (holds(a, now))
        return a->start < b->start;
    return a->stop != b->stop ? a->stop > b->stop : a->start < b->start;
}

static mag_event_interval era_of(mag_evaluator *evaluator, const mag_event *event) {
    const mag_drug_query query = {.patient = evaluator->patient,
                                  .members = event->members,
                                  .member_count = event->member_count,
                                  .room = &evaluator->room};
    const mag_minute now = evaluator->patient->as_of;
    const mag_era *eras, *nearest = NULL;
    const size_t count = mag_drug_eras(&query, MAG_GAP_OF_KIND, &eras);
    for (size_t i = 0; i < count; i++)
        if (nearest == NULL || is_nearer(&eras[i], nearest, now))
            nearest = &eras[i];
    if (nearest == NULL)
        return no_event;
    return (mag_event_interval){nearest->start,
                                holds(nearest, now) ? MAG_MINUTE_OPEN : nearest->stop};
}

/* --- spell -------------------------------------------------------------------------------- */

/* Results that are still to be looked at, and what is known of the day at hand. */
typedef struct walk {
    mag_lab_query query;
    const mag_event *event;
    mag_series_records records;
    size_t left[2];
    mag_day day;
    bool is_day_abnormal;  /* of the results so far ... */
    bool is_date_abnormal; /* ... and of those without a clock */
} walk;

/* What the usable results of one moment say. */
typedef struct moment {
    mag_minute at;
    bool has_abnormal, has_normal, has_date_only;
} moment;

static void judge(const walk *of, const mag_lab *lab, moment *at) {
    mag_unknown_set reasons;
    if (mag_series_standing(&of->query, lab, &reasons) != MAG_STANDS)
        return;
    const mag_value value = mag_series_value(&of->query, lab);
    const mag_truth is_abnormal =
        mag_value_compare_limit(&value, of->event->relation, of->event->limit);
    at->has_abnormal |= is_abnormal.is == MAG_TRUE;
    at->has_normal |= is_abnormal.is == MAG_FALSE;
    at->has_date_only |= mag_lab_has(lab, MAG_LAB_DATE_ONLY);
}

static void begin_day(walk *of, mag_day day) {
    const mag_minute begin = day * MAG_MINUTES_PER_DAY;
    const mag_series_records dates = mag_series_records_between(&of->records, begin, begin);
    moment whole_day = {.at = begin};
    for (size_t i = 0; i < dates.count; i++)
        if (mag_lab_has(mag_series_at(&dates, i), MAG_LAB_DATE_ONLY))
            judge(of, mag_series_at(&dates, i), &whole_day);
    of->day = day;
    of->is_day_abnormal = false;
    of->is_date_abnormal = whole_day.has_abnormal;
}

/* Takes the results of the newest minute that is left; false if none is. The worse one counts. */
static bool next_moment(walk *of, moment *out) {
    *out = (moment){.at = MAG_MINUTE_NONE};
    for (int part = 0; part < 2; part++)
        if (of->left[part] > 0 && of->records.parts[part][of->left[part] - 1].minute > out->at)
            out->at = of->records.parts[part][of->left[part] - 1].minute;
    if (out->at == MAG_MINUTE_NONE)
        return false;
    if (mag_minute_day(out->at) != of->day)
        begin_day(of, mag_minute_day(out->at));
    for (int part = 0; part < 2; part++) {
        const mag_lab *labs = of->records.parts[part];
        for (; of->left[part] > 0 && labs[of->left[part] - 1].minute == out->at; of->left[part]--)
            judge(of, &labs[of->left[part] - 1], out);
    }
    of->is_day_abnormal |= out->has_abnormal;
    const bool is_abnormal_elsewhere =
        of->is_date_abnormal || (out->has_date_only && of->is_day_abnormal);
    if (out->has_normal && is_abnormal_elsewhere)
        out->has_abnormal = true;
    return true;
}

/* Calcium counts as the rules count it: adjusted for albumin. */
static mag_lab_query query_of(const mag_evaluator *evaluator, const mag_event *event) {
    const bool is_low_bad = event->relation == MAG_IS_BELOW || event->relation == MAG_IS_AT_MOST;
    return (mag_lab_query){.patient = evaluator->patient,
                           .analyte = event->analyte,
                           .series = event->analyte == MAG_CALCIUM ? MAG_SERIES_ADJUSTED_CALCIUM
                                                                   : MAG_SERIES_NONE,
                           .period = {.from = MAG_MINUTE_NONE,
                                      .until = evaluator->patient->as_of,
                                      .date_only_from = MAG_MINUTE_NONE},
                           .worse = is_low_bad ? MAG_WORSE_LOW : MAG_WORSE_HIGH};
}

static mag_event_interval spell_of(const mag_evaluator *evaluator, const mag_event *event) {
    walk of = {.query = query_of(evaluator, event), .event = event, .day = INT32_MIN};
    of.records = mag_series_records_of(&of.query);
    of.left[0] = of.records.counts[0];
    of.left[1] = of.records.counts[1];
    mag_event_interval spell = no_event;
    moment at;
    while (next_moment(&of, &at)) {
        if (!at.has_abnormal && !at.has_normal)
            continue;
        const bool is_first = spell.start == MAG_MINUTE_NONE;
        if (!at.has_abnormal ||
            (!is_first && mag_minute_day(spell.start) - mag_minute_day(at.at) > event->gap_days))
            break;
        spell.start = at.at;
    }
    return spell;
}

mag_event_interval mag_event_find(mag_evaluator *evaluator, size_t rule_idx) {
    const mag_event *event = &evaluator->pack->rules[rule_idx].event;
    switch (event->kind) {
    case MAG_EVENT_ERA:
        return era_of(evaluator, event);
    case MAG_EVENT_SPELL:
        return spell_of(evaluator, event);
    case MAG_EVENT_NONE:
        break;
    }
    return no_event;
}

/* --- the end ------------------------------------------------------------------------------ */

/* What the operands that made a rule false ask about. */
typedef struct deciders {
    const mag_pack *pack;
    bool has_exposure, has_dose;
} deciders;

static bool is_one_of(mag_operand_kind kind, const mag_operand_kind *kinds, size_t count) {
    size_t i = 0;
    while (i < count && kinds[i] != kind)
        i++;
    return i < count;
}

/* Is the drug there? Not: when did it begin. */
static bool is_about_exposure(mag_operand_kind kind) {
    static const mag_operand_kind kinds[] = {
        MAG_OPERAND_ACTIVE,          MAG_OPERAND_EXPOSED, MAG_OPERAND_CONTINUOUS,
        MAG_OPERAND_OVERLAP,         MAG_OPERAND_ISSUES,  MAG_OPERAND_COUNT_ACTIVE,
        MAG_OPERAND_PRODUCTS_ACTIVE, MAG_OPERAND_DAYS_ON, MAG_OPERAND_COURSE};
    return is_one_of(kind, kinds, sizeof kinds / sizeof kinds[0]);
}

static bool is_about_dose(mag_operand_kind kind) {
    static const mag_operand_kind kinds[] = {MAG_OPERAND_DOSE,        MAG_OPERAND_MAX_DAY_DOSE,
                                             MAG_OPERAND_DOSE_CHANGE, MAG_OPERAND_SALT,
                                             MAG_OPERAND_ROUTE,       MAG_OPERAND_GAP_KEPT};
    return is_one_of(kind, kinds, sizeof kinds / sizeof kinds[0]);
}

static void note_decider(void *context, const mag_node *operand, const mag_node *against,
                         mag_truth truth) {
    deciders *all = context;
    const mag_operand_kind kind = all->pack->operands[operand->operand].kind;
    (void)against;
    (void)truth;
    all->has_exposure |= is_about_exposure(kind);
    all->has_dose |= is_about_dose(kind);
}

/* An era that is over speaks first, then a spell that is over; then what decided. */
static mag_event_end end_of(mag_evaluator *evaluator, size_t rule_idx, const deciders *all) {
    const mag_event_kind kind = evaluator->pack->rules[rule_idx].event.kind;
    const mag_event_interval event = mag_event_find(evaluator, rule_idx);
    const bool is_over = event.start == MAG_MINUTE_NONE || event.stop != MAG_MINUTE_OPEN;
    if (kind == MAG_EVENT_ERA && is_over)
        return MAG_EVENT_END_DRUG_STOPPED;
    if (kind == MAG_EVENT_SPELL && is_over)
        return MAG_EVENT_END_VALUE_NORMALISED;
    return all->has_exposure ? MAG_EVENT_END_DRUG_STOPPED
           : all->has_dose   ? MAG_EVENT_END_DOSE_CHANGED
                             : MAG_EVENT_END_VALUE_NORMALISED;
}

/* The condition that a rule failed: of one that is clear its trigger; NULL if it is the population.
 */
static const mag_node *failed_condition(const mag_rule *rule, const mag_decision *decision) {
    if (decision->population.is == MAG_FALSE)
        return NULL;
    if (decision->outcome.kind == MAG_CLEAR)
        return rule->when;
    return decision->except.is == MAG_TRUE   ? rule->except
           : decision->among.is == MAG_FALSE ? rule->among
                                             : rule->when;
}

mag_status mag_event_end_find(mag_evaluator *evaluator, const mag_timeline *patient,
                              size_t rule_idx, mag_event_end *out, mag_error *err) {
    const mag_rule *rule = &evaluator->pack->rules[rule_idx];
    deciders all = {.pack = evaluator->pack};
    *out = MAG_EVENT_END_NONE;
    MAG_TRY(mag_evaluator_begin(evaluator, patient, err));
    const mag_decision decision = mag_evaluator_decide(evaluator, rule);
    if (decision.outcome.kind != MAG_CLEAR && decision.outcome.kind != MAG_NOT_APPLICABLE)
        return MAG_OK;
    const mag_node *failed = failed_condition(rule, &decision);
    if (failed != NULL)
        mag_evaluator_visit_node(evaluator, failed, note_decider, &all);
    *out = end_of(evaluator, rule_idx, &all);
    return MAG_OK;
}
