/* What a rule lacks before it is fit for work: metadata, a review that is not overdue, examples for
   every tier and edge, a trigger that can hold and can fail. */
#include "rules/lint.h"

#include "rules/satisfiable.h"

#include <math.h>
#include <string.h>

enum { FINDINGS_MAX = 1000, EDGES_MAX = 128 };

void mag_lint_add(mag_lint *l, unsigned line, unsigned column, const char *text) {
    l->is_out_of_memory |= text == NULL;
    if (!text || l->count == FINDINGS_MAX)
        return;
    mag_lint_finding finding = {line, column, text};
    l->findings[l->count++] = finding;
}

#define ADD_TO_RULE(l, rule, ...)                                                                  \
    mag_lint_add((l), (rule)->line, (rule)->column, mag_arena_format((l)->arena, __VA_ARGS__))

/* --- metadata -------------------------------------------------------------------------------- */

static void check_metadata(mag_lint *l, const mag_rule *rule) {
    const mag_rule_facts *facts = &rule->facts;
    const struct {
        const char *key, *text;
    } wanted[] = {{"action", facts->action},         {"rationale", facts->rationale},
                  {"evidence", facts->evidence[0]},  {"authored_by", facts->authored_by},
                  {"checked_by", facts->checked_by}, {"reviewed_on", facts->reviewed_on},
                  {"review_by", facts->review_by}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (!wanted[i].text || wanted[i].text[0] == '\0')
            ADD_TO_RULE(l, rule, "rule %s: %s is missing", facts->id, wanted[i].key);
    }
    bool is_own_checker = facts->authored_by && facts->checked_by &&
                          strcmp(facts->authored_by, facts->checked_by) == 0;
    if (is_own_checker)
        ADD_TO_RULE(l, rule, "rule %s: checked_by is the author; a second person checks",
                    facts->id);
}

static void check_review(mag_lint *l, const mag_rule *rule) {
    mag_moment moment;
    const char *review_by = rule->facts.review_by;
    if (!review_by || mag_moment_parse(mag_span_of(review_by), NULL, &moment) != MAG_DATE_OK)
        return;
    if (mag_minute_day(moment.minute) < l->today)
        ADD_TO_RULE(l, rule, "rule %s: its review was due by %s", rule->facts.id, review_by);
}

/* --- examples -------------------------------------------------------------------------------- */

/* severity NONE: of any severity. */
static size_t count_expected(const mag_rule *rule, mag_outcome_kind kind, mag_severity severity) {
    size_t count = 0;
    for (size_t i = 0; i < rule->example_count; i++) {
        const mag_example *example = &rule->examples[i];
        bool is_severity = severity == MAG_SEVERITY_NONE || example->severity == severity;
        count += example->expected == kind && is_severity;
    }
    return count;
}

/* Is this the first tier of its severity? */
static bool is_first_of_severity(const mag_rule *rule, size_t tier_idx) {
    for (size_t i = 0; i < tier_idx; i++) {
        if (rule->tiers[i].severity == rule->tiers[tier_idx].severity)
            return false;
    }
    return true;
}

static void check_example_counts(mag_lint *l, const mag_rule *rule) {
    const char *id = rule->facts.id;
    for (size_t i = 0; i < rule->tier_count; i++) {
        mag_severity severity = rule->tiers[i].severity;
        size_t count = count_expected(rule, MAG_FLAGGED, severity);
        if (is_first_of_severity(rule, i) && count < 2)
            ADD_TO_RULE(l, rule, "rule %s: %zu of 2 examples expect %s", id, count,
                        mag_severity_name(severity));
    }
    /* whose population is the trigger has nobody who is clear */
    const bool is_always = rule->when->kind == MAG_NODE_ALWAYS;
    size_t without =
        count_expected(rule, is_always ? MAG_NOT_APPLICABLE : MAG_CLEAR, MAG_SEVERITY_NONE);
    if (without < 2)
        ADD_TO_RULE(l, rule, "rule %s: %zu of 2 examples expect %s", id, without,
                    is_always ? "not_applicable" : "clear");
    if (count_expected(rule, MAG_CANNOT_TELL, MAG_SEVERITY_NONE) == 0)
        ADD_TO_RULE(l, rule, "rule %s: no example expects cannot_tell", id);
}

static void check_example_names(mag_lint *l, const mag_rule *rule) {
    for (size_t i = 0; i < rule->example_count; i++) {
        const mag_example *example = &rule->examples[i];
        for (size_t before = 0; before < i; before++) {
            if (strcmp(rule->examples[before].name, example->name) != 0)
                continue;
            mag_lint_add(l, example->line, example->column,
                         mag_arena_format(l->arena, "rule %s: two examples are named \"%s\"",
                                          rule->facts.id, example->name));
            break;
        }
    }
}

/* --- edges ----------------------------------------------------------------------------------- */

static bool is_given(const mag_rule *rule, const char *line_start) {
    size_t length = strlen(line_start);
    for (size_t i = 0; i < rule->example_count; i++) {
        const mag_example *example = &rule->examples[i];
        for (size_t k = 0; k < example->given_count; k++) {
            if (strncmp(example->given[k].text, line_start, length) == 0)
                return true;
        }
    }
    return false;
}

typedef struct edges {
    const mag_limit *limits[EDGES_MAX];
    mag_analyte analytes[EDGES_MAX];
    size_t count;
} edges;

static void add_edge(edges *e, mag_analyte analyte, const mag_limit *limit) {
    for (size_t i = 0; i < e->count; i++) {
        if (e->limits[i] == limit && e->analytes[i] == analyte)
            return;
    }
    if (e->count == EDGES_MAX)
        return;
    e->limits[e->count] = limit;
    e->analytes[e->count++] = analyte;
}

static void collect_edges(const mag_pack *pack, const mag_node *node, edges *e) {
    if (!node)
        return;
    if (node->kind == MAG_NODE_COMPARE && node->children[1]->kind == MAG_NODE_LIMIT)
        add_edge(e, pack->operands[node->children[0]->operand].analyte, node->children[1]->limit);
    for (size_t i = 0; i < node->child_count; i++)
        collect_edges(pack, node->children[i], e);
}

/* A limit of urea stands for urea nitrogen too, and adjusted calcium may be given as reported. */
static mag_analyte reported_as(mag_analyte analyte) {
    return analyte == MAG_UREA      ? MAG_UREA_NITROGEN
           : analyte == MAG_CALCIUM ? MAG_CALCIUM_ADJUSTED
                                    : analyte;
}

static const char *line_text(mag_lint *l, mag_analyte analyte, mag_decimal value, mag_unit unit) {
    char number[MAG_DECIMAL_TEXT_NBYTES];
    mag_decimal_text(value, number);
    return mag_arena_format(l->arena, "%s %s %s", mag_analyte_of(analyte)->name, number,
                            mag_unit_text(unit));
}

static void check_side(mag_lint *l, const mag_rule *rule, mag_analyte analyte, mag_decimal value,
                       mag_unit unit) {
    if (unit == MAG_UNIT_NONE)
        return;
    const char *wanted = line_text(l, analyte, value, unit);
    const char *also = line_text(l, reported_as(analyte), value, unit);
    if (!wanted || !also)
        l->is_out_of_memory = true;
    else if (!is_given(rule, wanted) && !is_given(rule, also))
        ADD_TO_RULE(l, rule, "rule %s: no example stands exactly on the line, \"%s\"",
                    rule->facts.id, wanted);
}

/* Rounding keeps the sides of a pair within a tenth (CTCAE: 0.4 mmol/L and 0.9 mg/dL); a slip of
   the point, or a factor of another analyte, does not. */
static void check_pair(mag_lint *l, const mag_rule *rule, mag_analyte analyte,
                       const mag_limit *limit) {
    if (limit->molar_unit == MAG_UNIT_NONE || limit->mass_unit == MAG_UNIT_NONE)
        return;
    const double molar = mag_to_canonical(analyte, limit->molar_unit, limit->molar);
    const double mass = mag_to_canonical(analyte == MAG_UREA ? MAG_UREA_NITROGEN : analyte,
                                         limit->mass_unit, limit->mass);
    if (fabs(molar - mass) > 0.1 * fmax(fabs(molar), fabs(mass)))
        ADD_TO_RULE(
            l, rule,
            "rule %s: the two sides of the limit \"%s\" are not the same %s: in %s they are "
            "%.3g and %.3g",
            rule->facts.id, limit->name == NULL ? "" : limit->name, mag_analyte_of(analyte)->name,
            mag_unit_text(mag_analyte_of(analyte)->canonical), molar, mass);
}

static void check_edges(mag_lint *l, const mag_rule *rule) {
    edges e = {.count = 0};
    collect_edges(l->pack, rule->when, &e);
    for (size_t i = 0; i < rule->tier_count; i++)
        collect_edges(l->pack, rule->tiers[i].when, &e);
    for (size_t i = 0; i < e.count; i++) {
        const mag_limit *limit = e.limits[i];
        check_side(l, rule, e.analytes[i], limit->molar, limit->molar_unit);
        check_side(l, rule, e.analytes[i], limit->mass, limit->mass_unit);
        check_pair(l, rule, e.analytes[i], limit);
    }
}

/* --- triggers -------------------------------------------------------------------------------- */

/* False if it can never hold. */
static bool check_trigger(mag_lint *l, const mag_rule *rule) {
    mag_demand demands[2] = {{rule->among, true}, {rule->when, true}};
    const mag_node *when = rule->when;
    const char *text = NULL;
    const bool can_hold = mag_demands_can_hold(l->pack, demands, 2);
    if (!can_hold)
        text = "can never hold within its denominator";
    demands[1].is_true = false;
    if (!text && when->kind != MAG_NODE_ALWAYS && !mag_demands_can_hold(l->pack, demands, 2))
        text = "always holds within its denominator";
    if (text)
        mag_lint_add(l, when->line, when->column,
                     mag_arena_format(l->arena, "rule %s: the trigger %s", rule->facts.id, text));
    return can_hold;
}

/* A tier is reached when those above it did not hold. */
static void check_tiers(mag_lint *l, const mag_rule *rule) {
    mag_demand demands[MAG_MAX_DEMANDS] = {{rule->among, true}, {rule->when, true}};
    size_t count = 2;
    for (size_t i = 0; i < rule->tier_count && count < MAG_MAX_DEMANDS; i++) {
        const mag_tier *tier = &rule->tiers[i];
        size_t wanted = count;
        demands[wanted].node = tier->when;
        demands[wanted].is_true = true;
        if (!mag_demands_can_hold(l->pack, demands, tier->when ? count + 1 : count))
            ADD_TO_RULE(l, rule, "rule %s: tier %zu (%s) can never be reached", rule->facts.id,
                        i + 1, mag_severity_name(tier->severity));
        if (tier->when)
            demands[count++].is_true = false;
    }
}

mag_status mag_pack_lint(mag_arena *arena, const mag_pack *pack, mag_day today,
                         const mag_lint_finding **findings, size_t *count, mag_error *err) {
    mag_lint l = {.arena = arena, .pack = pack, .today = today};
    l.findings = mag_arena_alloc(arena, FINDINGS_MAX * sizeof *l.findings);
    if (!l.findings)
        return mag_fail_memory(err, FINDINGS_MAX * sizeof *l.findings);
    for (size_t i = 0; i < pack->rule_count; i++) {
        const mag_rule *rule = &pack->rules[i];
        check_metadata(&l, rule);
        check_review(&l, rule);
        check_example_counts(&l, rule);
        check_example_names(&l, rule);
        check_edges(&l, rule);
        if (check_trigger(&l, rule)) /* else no tier can be reached: one fault, said once */
            check_tiers(&l, rule);
    }
    mag_lint_names(&l);
    mag_lint_style(&l);
    *findings = l.findings;
    *count = l.count;
    return l.is_out_of_memory ? mag_fail_memory(err, FINDINGS_MAX) : MAG_OK;
}

static mag_status check_ready(const mag_rule *rule, mag_error *err) {
    const char *id = rule->facts.id;
    if (rule->facts.evidence[0] == NULL)
        return mag_fail(err, MAG_E_RULES, MAG_MSG_R502, "rule %s is active and names no evidence",
                        id);
    size_t flags = count_expected(rule, MAG_FLAGGED, MAG_SEVERITY_NONE);
    size_t others = count_expected(rule, MAG_CLEAR, MAG_SEVERITY_NONE) +
                    count_expected(rule, MAG_NOT_APPLICABLE, MAG_SEVERITY_NONE);
    if (flags >= 2 && others >= 2)
        return MAG_OK;
    return mag_fail(
        err, MAG_E_RULES, MAG_MSG_R504,
        "rule %s is active with %zu examples that flag and %zu that do not; two of each "
        "are wanted",
        id, flags, others);
}

mag_status mag_pack_check_ready(const mag_pack *pack, mag_error *err) {
    for (size_t i = 0; i < pack->rule_count; i++) {
        if (pack->rules[i].facts.status != MAG_RULE_ACTIVE)
            continue;
        mag_status status = check_ready(&pack->rules[i], err);
        mag_hint(status == MAG_OK ? NULL : err,
                 "complete the rule, or set it to staging; next: magscreen rules lint PACK.yaml");
        MAG_TRY(status);
    }
    return MAG_OK;
}
