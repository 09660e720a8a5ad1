/* One rule of a pack: its keys, then its expressions, in two rounds, because which of two values at
   one moment counts must be known before operands are numbered. */
#include "rules/pack_build.h"

#include <string.h>

/* How `checked_by` begins while nobody has checked the rule. */
static const char not_checked[] = "not yet checked";

/* The expressions of a rule as written. */
typedef struct rule_syntax {
    const mag_syntax *among, *except, *when;
    const mag_syntax **tiers, **adjusts, **hides;
    mag_tier *checked_tiers; /* the rule's own arrays, to be filled */
    mag_adjust *checked_adjusts;
    mag_note *checked_notes;
    mag_hide_draft *checked_hides;
} rule_syntax;

static const mag_yaml_field rule_fields[] = {{"id", MAG_YAML_SCALAR, true, false},
                                             {"title", MAG_YAML_SCALAR, true, false},
                                             {"group", MAG_YAML_SCALAR, false, false},
                                             {"status", MAG_YAML_SCALAR, false, false},
                                             {"version", MAG_YAML_SCALAR, false, false},
                                             {"requires", MAG_YAML_SEQUENCE, false, false},
                                             {"let", MAG_YAML_SEQUENCE, false, false},
                                             {"among", MAG_YAML_SCALAR, true, false},
                                             {"except", MAG_YAML_SCALAR, false, false},
                                             {"when", MAG_YAML_SCALAR, true, false},
                                             {"severity", MAG_YAML_SCALAR, true, true},
                                             {"adjust", MAG_YAML_SEQUENCE, false, false},
                                             {"population", MAG_YAML_SCALAR, false, false},
                                             {"scope", MAG_YAML_SCALAR, false, false},
                                             {"hides_suspect", MAG_YAML_SCALAR, false, false},
                                             {"hides", MAG_YAML_SEQUENCE, false, false},
                                             {"worse", MAG_YAML_SCALAR, false, false},
                                             {"event", MAG_YAML_SCALAR, false, false},
                                             {"snooze", MAG_YAML_SCALAR, false, false},
                                             {"worsens", MAG_YAML_SCALAR, false, false},
                                             {"notes", MAG_YAML_SEQUENCE, false, false},
                                             {"action", MAG_YAML_SCALAR, false, false},
                                             {"rationale", MAG_YAML_SCALAR, false, false},
                                             {"evidence", MAG_YAML_SEQUENCE, false, false},
                                             {"to_confirm", MAG_YAML_SEQUENCE, false, false},
                                             {"authored_by", MAG_YAML_SCALAR, false, false},
                                             {"checked_by", MAG_YAML_SCALAR, false, false},
                                             {"reviewed_on", MAG_YAML_SCALAR, false, false},
                                             {"review_by", MAG_YAML_SCALAR, false, false},
                                             {"examples", MAG_YAML_SEQUENCE, false, false},
                                             {NULL, MAG_YAML_SCALAR, false, false}};

/* --- what people read ------------------------------------------------------------------------ */

static mag_status read_status(mag_pack_builder *builder, const mag_yaml *node, mag_rule_status *out,
                              mag_error *err) {
    static const char *const names[] = {"draft", "staging", "active", "retired"};
    const mag_yaml *scalar = mag_yaml_get(node, "status");
    *out = MAG_RULE_ACTIVE;
    if (!scalar)
        return MAG_OK;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(scalar->text, names[i]) == 0) {
            *out = (mag_rule_status)i;
            return MAG_OK;
        }
    }
    return mag_builder_fail(builder, scalar, MAG_MSG_R502, err,
                            "status is draft, staging, active or retired");
}

static mag_status read_requires(mag_pack_builder *builder, const mag_yaml *node,
                                mag_rule_facts *facts, mag_error *err) {
    const mag_yaml *source;
    size_t count;
    MAG_TRY(mag_builder_list(builder, node, "requires", &source, &count, err));
    for (; source; source = source->next) {
        bool is_known = source->kind == MAG_YAML_SCALAR && strcmp(source->text, "conditions") == 0;
        if (!is_known)
            return mag_builder_fail(builder, source, MAG_MSG_R502, err,
                                    "the only source that a rule can require is conditions");
        facts->requires_conditions = true;
    }
    return MAG_OK;
}

static mag_status read_dates(mag_pack_builder *builder, const mag_yaml *node, mag_rule_facts *facts,
                             mag_error *err) {
    const mag_yaml *reviewed_on = mag_yaml_get(node, "reviewed_on");
    const mag_yaml *review_by = mag_yaml_get(node, "review_by");
    mag_day day;
    if (reviewed_on)
        MAG_TRY(mag_builder_date(builder, reviewed_on, &day, err));
    if (review_by)
        MAG_TRY(mag_builder_date(builder, review_by, &day, err));
    facts->reviewed_on = reviewed_on ? reviewed_on->text : NULL;
    facts->review_by = review_by ? review_by->text : NULL;
    return MAG_OK;
}

/* One of two words, the first if the key is absent. */
static mag_status read_choice(mag_pack_builder *builder, const mag_yaml *node, const char *key,
                              const char *const words[2], bool *is_second, mag_error *err) {
    const mag_yaml *scalar = mag_yaml_get(node, key);
    *is_second = scalar && strcmp(scalar->text, words[1]) == 0;
    if (!scalar || *is_second || strcmp(scalar->text, words[0]) == 0)
        return MAG_OK;
    return mag_builder_fail(builder, scalar, MAG_MSG_R502, err, "%s is %s or %s", key, words[0],
                            words[1]);
}

/* Whom the rule asks about. */
static mag_status read_reach(mag_pack_builder *builder, const mag_yaml *node, mag_rule *rule,
                             mag_error *err) {
    static const char *const populations[] = {"adults", "adults or unknown"};
    static const char *const scopes[] = {"patient", "source"};
    static const char *const truths[] = {"false", "true"};
    bool is_wide, is_source;
    MAG_TRY(read_choice(builder, node, "population", populations, &is_wide, err));
    MAG_TRY(read_choice(builder, node, "scope", scopes, &is_source, err));
    MAG_TRY(read_choice(builder, node, "hides_suspect", truths, &rule->hides_suspect_samples, err));
    rule->population = is_wide ? MAG_ADULTS_OR_UNKNOWN : MAG_ADULTS;
    rule->scope = is_source ? MAG_SCOPE_SOURCE : MAG_SCOPE_PATIENT;
    rule->facts.is_about_sources = is_source;
    const mag_yaml *hides = mag_yaml_get(node, "hides");
    if (is_source && (hides || rule->hides_suspect_samples))
        return mag_builder_fail(builder, hides ? hides : mag_yaml_get(node, "hides_suspect"),
                                MAG_MSG_R502, err,
                                "a rule about sources hides no flag of a patient");
    return MAG_OK;
}

/* What nobody has checked yet stands among the things to confirm, so that no reader can miss it. */
static mag_status confirm_check(mag_pack_builder *builder, mag_rule_facts *facts, mag_error *err) {
    size_t count = 0;
    if (!facts->checked_by || strncmp(facts->checked_by, not_checked, strlen(not_checked)) != 0)
        return MAG_OK;
    while (facts->to_confirm[count])
        count++;
    const char **texts = mag_builder_room(builder, count + 2, sizeof *texts, err);
    if (!texts)
        return MAG_E_RESOURCE;
    texts[0] = mag_arena_format(builder->arena, "the rule itself: %s", facts->checked_by);
    if (!texts[0])
        return mag_fail_memory(err, 64);
    for (size_t i = 0; i < count; i++)
        texts[i + 1] = facts->to_confirm[i];
    facts->to_confirm = texts;
    return MAG_OK;
}

static bool is_rule_id(const char *id) {
    size_t length = strlen(id);
    for (size_t i = 0; i < length; i++) {
        bool is_letter = (id[i] >= 'A' && id[i] <= 'Z') || (id[i] >= 'a' && id[i] <= 'z');
        bool is_later = (id[i] >= '0' && id[i] <= '9') || id[i] == '_';
        if (!is_letter && !(i > 0 && is_later))
            return false;
    }
    return length > 0 && length <= 24;
}

static mag_status read_facts(mag_pack_builder *builder, const mag_yaml *node, mag_rule *rule,
                             mag_error *err) {
    mag_rule_facts *facts = &rule->facts;
    const mag_yaml *id = mag_yaml_get(node, "id");
    if (!is_rule_id(id->text))
        return mag_builder_fail(builder, id, MAG_MSG_R502, err,
                                "an id has letters, digits and _, at most 24, such as A02");
    facts->id = id->text;
    facts->title = mag_yaml_get_text(node, "title");
    facts->version = mag_yaml_get_text(node, "version");
    if (!facts->version)
        facts->version = builder->pack->version;
    facts->action = mag_yaml_get_text(node, "action");
    facts->rationale = mag_yaml_get_text(node, "rationale");
    facts->among_text = mag_yaml_get_text(node, "among");
    facts->except_text = mag_yaml_get_text(node, "except");
    facts->when_text = mag_yaml_get_text(node, "when");
    facts->authored_by = mag_yaml_get_text(node, "authored_by");
    facts->checked_by = mag_yaml_get_text(node, "checked_by");
    rule->group = mag_yaml_get_text(node, "group");
    MAG_TRY(read_status(builder, node, &facts->status, err));
    MAG_TRY(read_requires(builder, node, facts, err));
    MAG_TRY(mag_builder_texts(builder, node, "evidence", &facts->evidence, err));
    MAG_TRY(mag_builder_texts(builder, node, "to_confirm", &facts->to_confirm, err));
    MAG_TRY(confirm_check(builder, facts, err));
    return read_dates(builder, node, facts, err);
}

/* --- tiers, adjustments, hides --------------------------------------------------------------- */

static mag_status read_tier(mag_pack_builder *builder, const mag_yaml *node, mag_tier *tier,
                            const mag_syntax **when, mag_error *err) {
    static const mag_yaml_field fields[] = {{"tier", MAG_YAML_SCALAR, true, false},
                                            {"when", MAG_YAML_SCALAR, false, false},
                                            {NULL, MAG_YAML_SCALAR, false, false}};
    MAG_TRY(mag_yaml_check(node, builder->source.file, fields, MAG_E_RULES, err));
    MAG_TRY(mag_builder_severity(builder, mag_yaml_get(node, "tier"), &tier->severity, err));
    const mag_yaml *condition = mag_yaml_get(node, "when");
    if (condition)
        MAG_TRY(mag_builder_syntax(builder, condition, when, err));
    bool is_last = node->next == NULL;
    if (is_last && condition)
        return mag_builder_fail(builder, node, MAG_MSG_R502, err,
                                "the last tier has no `when`: every flag needs a severity");
    if (!is_last && !condition)
        return mag_builder_fail(builder, node, MAG_MSG_R502, err,
                                "only the last tier may be without `when`");
    return MAG_OK;
}

static mag_status read_tiers(mag_pack_builder *builder, const mag_yaml *node, mag_rule *rule,
                             rule_syntax *syntax, mag_error *err) {
    const mag_yaml *severity = mag_yaml_get(node, "severity");
    size_t count = severity->kind == MAG_YAML_SEQUENCE ? severity->count : 1;
    mag_tier *tiers = mag_builder_room(builder, count, sizeof *tiers, err);
    syntax->tiers = mag_builder_room(builder, count, sizeof *syntax->tiers, err);
    if (!tiers || !syntax->tiers)
        return MAG_E_RESOURCE;
    rule->tiers = syntax->checked_tiers = tiers;
    rule->tier_count = count;
    if (severity->kind == MAG_YAML_SCALAR)
        return mag_builder_severity(builder, severity, &tiers[0].severity, err);
    if (severity->kind != MAG_YAML_SEQUENCE || count == 0)
        return mag_builder_fail(builder, severity, MAG_MSG_R502, err,
                                "severity is one word or a list of tiers");
    const mag_yaml *tier = severity->first;
    for (size_t i = 0; tier; tier = tier->next, i++)
        MAG_TRY(read_tier(builder, tier, &tiers[i], &syntax->tiers[i], err));
    return MAG_OK;
}

static mag_status read_steps(mag_pack_builder *builder, const mag_yaml *node, int *steps,
                             mag_error *err) {
    const mag_yaml *down = mag_yaml_get(node, "down"), *up = mag_yaml_get(node, "up");
    const mag_yaml *given = down ? down : up;
    bool is_step = given && !(down && up) && strlen(given->text) == 1 && given->text[0] >= '1' &&
                   given->text[0] <= '4';
    if (!is_step)
        return mag_builder_fail(builder, node, MAG_MSG_R502, err,
                                "an adjustment says either down or up, by 1 to 4 steps");
    *steps = (given->text[0] - '0') * (down ? -1 : 1);
    return MAG_OK;
}

static mag_status read_adjusts(mag_pack_builder *builder, const mag_yaml *node, mag_rule *rule,
                               rule_syntax *syntax, mag_error *err) {
    static const mag_yaml_field fields[] = {{"down", MAG_YAML_SCALAR, false, false},
                                            {"up", MAG_YAML_SCALAR, false, false},
                                            {"not_below", MAG_YAML_SCALAR, false, false},
                                            {"when", MAG_YAML_SCALAR, true, false},
                                            {NULL, MAG_YAML_SCALAR, false, false}};
    const mag_yaml *item;
    MAG_TRY(mag_builder_list(builder, node, "adjust", &item, &rule->adjust_count, err));
    mag_adjust *adjusts = mag_builder_room(builder, rule->adjust_count, sizeof *adjusts, err);
    syntax->adjusts = mag_builder_room(builder, rule->adjust_count, sizeof *syntax->adjusts, err);
    if (!adjusts || !syntax->adjusts)
        return MAG_E_RESOURCE;
    rule->adjusts = syntax->checked_adjusts = adjusts;
    for (size_t i = 0; item; item = item->next, i++) {
        MAG_TRY(mag_yaml_check(item, builder->source.file, fields, MAG_E_RULES, err));
        const mag_yaml *not_below = mag_yaml_get(item, "not_below");
        MAG_TRY(read_steps(builder, item, &adjusts[i].steps, err));
        if (not_below)
            MAG_TRY(mag_builder_severity(builder, not_below, &adjusts[i].not_below, err));
        MAG_TRY(mag_builder_syntax(builder, mag_yaml_get(item, "when"), &syntax->adjusts[i], err));
    }
    return MAG_OK;
}

static mag_status read_hide(mag_pack_builder *builder, const mag_yaml *item, mag_hide_draft *draft,
                            const mag_syntax **when, mag_error *err) {
    static const mag_yaml_field fields[] = {{"rule", MAG_YAML_SCALAR, true, false},
                                            {"share", MAG_YAML_SCALAR, false, false},
                                            {"at_most", MAG_YAML_SCALAR, false, false},
                                            {"when", MAG_YAML_SCALAR, false, false},
                                            {NULL, MAG_YAML_SCALAR, false, false}};
    MAG_TRY(mag_yaml_check(item, builder->source.file, fields, MAG_E_RULES, err));
    const mag_yaml *share = mag_yaml_get(item, "share"), *at_most = mag_yaml_get(item, "at_most");
    const mag_yaml *condition = mag_yaml_get(item, "when");
    if (share && strcmp(share->text, "sample") != 0)
        return mag_builder_fail(builder, share, MAG_MSG_R502, err, "share is sample");
    draft->rule_node = mag_yaml_get(item, "rule");
    draft->hide.is_same_sample = share != NULL;
    if (at_most)
        MAG_TRY(mag_builder_severity(builder, at_most, &draft->hide.at_most, err));
    return condition ? mag_builder_syntax(builder, condition, when, err) : MAG_OK;
}

static mag_status read_hides(mag_pack_builder *builder, const mag_yaml *node, mag_rule_draft *draft,
                             rule_syntax *syntax, mag_error *err) {
    const mag_yaml *item;
    size_t *count = &draft->rule.hide_count;
    MAG_TRY(mag_builder_list(builder, node, "hides", &item, count, err));
    draft->hides = mag_builder_room(builder, *count, sizeof *draft->hides, err);
    syntax->hides = mag_builder_room(builder, *count, sizeof *syntax->hides, err);
    if (!draft->hides || !syntax->hides)
        return MAG_E_RESOURCE;
    for (size_t i = 0; item; item = item->next, i++)
        MAG_TRY(read_hide(builder, item, &draft->hides[i], &syntax->hides[i], err));
    return MAG_OK;
}

/* --- expressions ----------------------------------------------------------------------------- */

static mag_status parse_expressions(mag_pack_builder *builder, const mag_yaml *node,
                                    rule_syntax *syntax, mag_error *err) {
    const mag_yaml *except = mag_yaml_get(node, "except");
    MAG_TRY(mag_builder_definitions(builder, node, "let", "as", &builder->names.bindings, err));
    MAG_TRY(mag_builder_definitions(builder, node, "notes", "when", &builder->names.notes, err));
    MAG_TRY(mag_builder_syntax(builder, mag_yaml_get(node, "among"), &syntax->among, err));
    MAG_TRY(mag_builder_syntax(builder, mag_yaml_get(node, "when"), &syntax->when, err));
    return except ? mag_builder_syntax(builder, except, &syntax->except, err) : MAG_OK;
}

static mag_status check_lists(mag_checker *checker, const mag_names *names,
                              const rule_syntax *syntax, const mag_rule *rule, mag_error *err) {
    mag_note *notes = syntax->checked_notes;
    for (size_t i = 0; i < rule->tier_count; i++) {
        if (syntax->tiers[i])
            MAG_TRY(
                mag_checker_truth(checker, syntax->tiers[i], &syntax->checked_tiers[i].when, err));
    }
    for (size_t i = 0; i < rule->adjust_count; i++)
        MAG_TRY(
            mag_checker_truth(checker, syntax->adjusts[i], &syntax->checked_adjusts[i].when, err));
    for (size_t i = 0; i < rule->note_count; i++) {
        notes[i].name = names->notes.items[i].name;
        MAG_TRY(mag_checker_truth(checker, names->notes.items[i].syntax, &notes[i].when, err));
    }
    for (size_t i = 0; i < rule->hide_count; i++) {
        mag_hide *hide = &syntax->checked_hides[i].hide;
        if (syntax->hides[i])
            MAG_TRY(mag_checker_truth(checker, syntax->hides[i], &hide->when, err));
    }
    return MAG_OK;
}

/* Bindings that nothing uses are checked too. */
static mag_status check_bindings(mag_checker *checker, const mag_names *names, mag_error *err) {
    for (size_t i = 0; i < names->bindings.count; i++) {
        const mag_node *node;
        MAG_TRY(mag_checker_value(checker, names->bindings.items[i].syntax, &node, err));
    }
    return MAG_OK;
}

static mag_status check_expressions(mag_pack_builder *builder, const rule_syntax *syntax,
                                    mag_rule *rule, mag_error *err) {
    mag_checker *checker = &builder->checker;
    checker->saw_below = checker->saw_above = false;
    checker->scope = rule->scope == MAG_SCOPE_SOURCE ? MAG_CHECKS_SOURCE : MAG_CHECKS_PATIENT;
    MAG_TRY(check_bindings(checker, &builder->names, err));
    checker->refuses_bare_has = !rule->facts.requires_conditions;
    MAG_TRY(mag_checker_truth(checker, syntax->among, &rule->among, err));
    MAG_TRY(mag_checker_truth(checker, syntax->when, &rule->when, err));
    checker->refuses_bare_has = false;
    if (syntax->except)
        MAG_TRY(mag_checker_truth(checker, syntax->except, &rule->except, err));
    return check_lists(checker, &builder->names, syntax, rule, err);
}

static mag_status read_worse(mag_pack_builder *builder, const mag_yaml *node, bool *is_given,
                             mag_worse *out, mag_error *err) {
    const mag_yaml *worse = mag_yaml_get(node, "worse");
    *is_given = worse != NULL;
    *out = MAG_WORSE_LOW;
    if (!worse || strcmp(worse->text, "low") == 0)
        return MAG_OK;
    *out = MAG_WORSE_HIGH;
    if (strcmp(worse->text, "high") == 0)
        return MAG_OK;
    return mag_builder_fail(builder, worse, MAG_MSG_R502, err, "worse is low or high");
}

/* A first round sees which way comparisons point; its operands are forgotten. */
static mag_status settle_worse(mag_pack_builder *builder, const mag_yaml *node,
                               const rule_syntax *syntax, mag_rule *rule, mag_error *err) {
    mag_checker *checker = &builder->checker;
    size_t operand_count = checker->operand_count;
    bool is_given;
    MAG_TRY(read_worse(builder, node, &is_given, &rule->worse, err));
    checker->worse = rule->worse;
    MAG_TRY(check_expressions(builder, syntax, rule, err));
    checker->operand_count = operand_count;
    if (!is_given && checker->saw_below && checker->saw_above)
        return mag_builder_fail(builder, node, MAG_MSG_R502, err,
                                "rule %s compares results both ways: say worse: low or high, for "
                                "two values at one moment",
                                rule->facts.id);
    if (!is_given && checker->saw_above)
        rule->worse = MAG_WORSE_HIGH;
    checker->worse = rule->worse;
    return MAG_OK;
}

static mag_status read_life(mag_pack_builder *builder, const mag_yaml *node, mag_rule *rule,
                            mag_error *err) {
    const mag_yaml *snooze = mag_yaml_get(node, "snooze"), *event = mag_yaml_get(node, "event");
    const mag_yaml *worsens = mag_yaml_get(node, "worsens");
    if (snooze) {
        mag_quantity quantity;
        MAG_TRY(mag_builder_quantity(&builder->source, builder->arena, snooze, &quantity, err));
        double days = mag_decimal_double(quantity.digits) * quantity.factor;
        bool is_right = quantity.dimension == MAG_DIM_DAYS && days >= 1.0 && days <= 365.0;
        if (!is_right)
            return mag_builder_fail(builder, snooze, MAG_MSG_R501, err, "snooze is 1 to 365 days");
        rule->snooze_days = (int32_t)days;
    }
    if (event)
        MAG_TRY(mag_builder_event(builder, event, &rule->event, err));
    return worsens ? mag_builder_worsens(builder, worsens, rule, err) : MAG_OK;
}

static mag_status read_body(mag_pack_builder *builder, const mag_yaml *node, mag_rule_draft *draft,
                            mag_error *err) {
    mag_rule *rule = &draft->rule;
    rule_syntax syntax = {.among = NULL};
    MAG_TRY(parse_expressions(builder, node, &syntax, err));
    MAG_TRY(read_tiers(builder, node, rule, &syntax, err));
    MAG_TRY(read_adjusts(builder, node, rule, &syntax, err));
    MAG_TRY(read_hides(builder, node, draft, &syntax, err));
    syntax.checked_hides = draft->hides;
    rule->note_count = builder->names.notes.count;
    syntax.checked_notes = mag_builder_room(builder, rule->note_count, sizeof *rule->notes, err);
    if (!syntax.checked_notes)
        return MAG_E_RESOURCE;
    rule->notes = syntax.checked_notes;
    MAG_TRY(settle_worse(builder, node, &syntax, rule, err));
    MAG_TRY(check_expressions(builder, &syntax, rule, err));
    return read_life(builder, node, rule, err);
}

mag_status mag_builder_rule(mag_pack_builder *builder, const mag_yaml *node, mag_rule_draft *draft,
                            mag_error *err) {
    const mag_definitions none = {NULL, 0};
    mag_rule *rule = &draft->rule;
    rule->line = node->line;
    rule->column = node->column;
    builder->names.bindings = builder->names.notes = none;
    MAG_TRY(mag_yaml_check(node, builder->source.file, rule_fields, MAG_E_RULES, err));
    MAG_TRY(read_facts(builder, node, rule, err));
    MAG_TRY(read_reach(builder, node, rule, err));
    MAG_TRY(read_body(builder, node, draft, err));
    MAG_TRY(mag_builder_examples(builder, node, rule, err));
    builder->names.bindings = builder->names.notes = none;
    return MAG_OK;
}
