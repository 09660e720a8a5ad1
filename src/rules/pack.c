/* Loads a pack: names first, then every rule, then order, and what one rule says about another. */
#include "rules/pack_build.h"
#include "rules/program.h"

#include <stdlib.h>
#include <string.h>

static const mag_yaml_field pack_fields[] = {
    {"pack", MAG_YAML_SCALAR, true, false},         {"version", MAG_YAML_SCALAR, true, false},
    {"description", MAG_YAML_SCALAR, false, false}, {"parameters", MAG_YAML_SEQUENCE, false, false},
    {"limits", MAG_YAML_SEQUENCE, false, false},    {"groups", MAG_YAML_SEQUENCE, false, false},
    {"define", MAG_YAML_SEQUENCE, false, false},    {"gaps", MAG_YAML_SEQUENCE, false, false},
    {"rules", MAG_YAML_SEQUENCE, true, false},      {NULL, MAG_YAML_SCALAR, false, false}};

static int draft_order(const void *a, const void *b) {
    const mag_rule_draft *left = a, *right = b;
    return strcmp(left->rule.facts.id, right->rule.facts.id);
}

static mag_status read_rules(mag_pack_builder *builder, const mag_yaml *root, mag_error *err) {
    const mag_yaml *node;
    size_t count;
    MAG_TRY(mag_builder_list(builder, root, "rules", &node, &count, err));
    if (count == 0 || count > MAG_MAX_RULES)
        return mag_builder_fail(builder, root, MAG_MSG_R502, err, "a pack has 1 to %d rules",
                                MAG_MAX_RULES);
    builder->drafts = mag_builder_room(builder, count, sizeof *builder->drafts, err);
    if (!builder->drafts)
        return MAG_E_RESOURCE;
    for (; node; node = node->next)
        MAG_TRY(mag_builder_rule(builder, node, &builder->drafts[builder->draft_count++], err));
    qsort(builder->drafts, count, sizeof *builder->drafts, draft_order);
    for (size_t i = 1; i < count; i++) {
        const mag_rule *before = &builder->drafts[i - 1].rule, *rule = &builder->drafts[i].rule;
        const mag_rule *later = rule->line > before->line ? rule : before;
        if (strcmp(before->facts.id, rule->facts.id) == 0)
            return mag_source_fail(&builder->source, later->line, later->column, MAG_MSG_R502, err,
                                   "the id %s is used twice", rule->facts.id);
    }
    return MAG_OK;
}

/* --- hides ----------------------------------------------------------------------------------- */

static int find_draft(const mag_pack_builder *builder, const char *id) {
    for (size_t i = 0; i < builder->draft_count; i++) {
        if (strcmp(builder->drafts[i].rule.facts.id, id) == 0)
            return (int)i;
    }
    return -1;
}

static mag_status fail_no_rule(mag_pack_builder *builder, const mag_yaml *node, mag_error *err) {
    const char **ids = mag_builder_room(builder, builder->draft_count + 1, sizeof *ids, err);
    if (!ids)
        return MAG_E_RESOURCE;
    for (size_t i = 0; i < builder->draft_count; i++)
        ids[i] = builder->drafts[i].rule.facts.id;
    const char *nearest = mag_nearest_name(node->text, ids);
    return mag_builder_fail(builder, node, MAG_MSG_R502, err,
                            "the pack has no rule %s%s%s%s; add this line together with the rule",
                            node->text, nearest ? " (did you mean " : "", nearest ? nearest : "",
                            nearest ? "?)" : "");
}

static mag_status resolve_hides(mag_pack_builder *builder, mag_rule_draft *draft, mag_error *err) {
    size_t count = draft->rule.hide_count;
    mag_hide *hides = mag_builder_room(builder, count, sizeof *hides, err);
    if (!hides)
        return MAG_E_RESOURCE;
    for (size_t i = 0; i < count; i++) {
        int rule_idx = find_draft(builder, draft->hides[i].rule_node->text);
        if (rule_idx < 0)
            return fail_no_rule(builder, draft->hides[i].rule_node, err);
        hides[i] = draft->hides[i].hide;
        hides[i].rule = (int16_t)rule_idx;
    }
    draft->rule.hides = hides;
    return MAG_OK;
}

/* Marks every rule that `from` hides, directly or through others. */
static void mark_hidden(const mag_pack_builder *builder, size_t from, bool *is_hidden) {
    const mag_rule *rule = &builder->drafts[from].rule;
    for (size_t i = 0; i < rule->hide_count; i++) {
        size_t hidden = (size_t)rule->hides[i].rule;
        if (is_hidden[hidden])
            continue;
        is_hidden[hidden] = true;
        mark_hidden(builder, hidden, is_hidden);
    }
}

static mag_status refuse_circles(mag_pack_builder *builder, mag_error *err) {
    for (size_t i = 0; i < builder->draft_count; i++) {
        const mag_rule *rule = &builder->drafts[i].rule;
        bool is_hidden[MAG_MAX_RULES] = {false};
        mark_hidden(builder, i, is_hidden);
        if (is_hidden[i])
            return mag_source_fail(&builder->source, rule->line, rule->column, MAG_MSG_R502, err,
                                   "rule %s hides itself, directly or in a circle", rule->facts.id);
    }
    return MAG_OK;
}

/* One rule at most hides suspect samples, and nothing hides that rule. */
static mag_status check_suspect_rule(mag_pack_builder *builder, mag_error *err) {
    const mag_rule *found = NULL;
    for (size_t i = 0; i < builder->draft_count; i++) {
        const mag_rule *rule = &builder->drafts[i].rule;
        if (found && rule->hides_suspect_samples)
            return mag_source_fail(&builder->source, rule->line, rule->column, MAG_MSG_R502, err,
                                   "rules %s and %s both hide suspect samples; one is enough",
                                   found->facts.id, rule->facts.id);
        found = rule->hides_suspect_samples ? rule : found;
        for (size_t k = 0; k < rule->hide_count; k++) {
            const mag_rule *hidden = &builder->drafts[rule->hides[k].rule].rule;
            if (hidden->hides_suspect_samples)
                return mag_source_fail(&builder->source, rule->line, rule->column, MAG_MSG_R502,
                                       err,
                                       "rule %s hides %s, which hides suspect samples and so must "
                                       "stay visible",
                                       rule->facts.id, hidden->facts.id);
        }
    }
    return MAG_OK;
}

static mag_status order_rules(mag_pack_builder *builder, mag_error *err) {
    mag_rule *rules = mag_builder_room(builder, builder->draft_count, sizeof *rules, err);
    if (!rules)
        return MAG_E_RESOURCE;
    for (size_t i = 0; i < builder->draft_count; i++)
        MAG_TRY(resolve_hides(builder, &builder->drafts[i], err));
    MAG_TRY(refuse_circles(builder, err));
    MAG_TRY(check_suspect_rule(builder, err));
    for (size_t i = 0; i < builder->draft_count; i++)
        rules[i] = builder->drafts[i].rule;
    builder->pack->rules = rules;
    builder->pack->rule_count = builder->draft_count;
    return MAG_OK;
}

/* --- all ------------------------------------------------------------------------------------- */

static bool is_version(const char *text) {
    int points = 0;
    for (const char *at = text; *at; at++) {
        bool is_digit = *at >= '0' && *at <= '9';
        bool is_point = *at == '.' && at > text && at[-1] != '.' && at[1] != '\0';
        if (!is_digit && !is_point)
            return false;
        points += is_point;
    }
    return points == 2;
}

static mag_status read_pack(mag_pack_builder *builder, const mag_yaml *root, mag_error *err) {
    mag_pack *pack = builder->pack;
    MAG_TRY(mag_yaml_check(root, builder->source.file, pack_fields, MAG_E_RULES, err));
    pack->root = root;
    pack->name = mag_yaml_get_text(root, "pack");
    pack->version = mag_yaml_get_text(root, "version");
    if (!is_version(pack->version))
        return mag_builder_fail(builder, mag_yaml_get(root, "version"), MAG_MSG_R502, err,
                                "a version is three numbers, such as 1.0.0");
    MAG_TRY(mag_checker_init(&builder->checker, builder->arena, &builder->names, pack->history_days,
                             err));
    MAG_TRY(mag_builder_names(builder, root, err));
    MAG_TRY(mag_builder_gaps(builder, root, err));
    MAG_TRY(read_rules(builder, root, err));
    MAG_TRY(order_rules(builder, err));
    pack->operands = builder->checker.operands;
    pack->operand_count = builder->checker.operand_count;
    MAG_TRY(mag_program_compile(builder->arena, pack, &pack->program, err));
    return MAG_OK;
}

mag_status mag_pack_load(mag_arena *arena, const char *file, mag_span text,
                         const mag_override *overrides, size_t override_count, int32_t history_days,
                         const mag_pack **out, mag_error *err) {
    const mag_yaml *root;
    mag_pack_builder *builder = mag_arena_alloc(arena, sizeof *builder);
    mag_pack *pack = mag_arena_alloc(arena, sizeof *pack);
    char *owned = mag_arena_text(arena, text);
    char *owned_file = mag_arena_text(arena, mag_span_of(file));
    if (!builder || !pack || !owned || !owned_file)
        return mag_fail_memory(err, sizeof *builder + sizeof *pack + text.nbytes);
    builder->arena = arena;
    builder->source.file = pack->file = owned_file;
    builder->source.text.at = owned;
    builder->source.text.nbytes = text.nbytes;
    builder->overrides = overrides;
    builder->override_count = override_count;
    builder->pack = pack;
    pack->history_days = history_days;
    mag_sha256_of(text, pack->sha256);
    MAG_TRY(mag_yaml_parse(arena, owned_file, builder->source.text, MAG_E_RULES, &root, err));
    MAG_TRY(mag_source_note_lines(&builder->source, arena, err));
    MAG_TRY(read_pack(builder, root, err));
    *out = pack;
    return MAG_OK;
}

const char *mag_pack_name(const mag_pack *pack) {
    return pack->name;
}

const char *mag_pack_version(const mag_pack *pack) {
    return pack->version;
}

const char *mag_pack_sha256(const mag_pack *pack) {
    return pack->sha256;
}

const char *mag_pack_overrides_sha256(const mag_pack *pack) {
    return pack->overrides_sha256;
}

size_t mag_pack_rule_count(const mag_pack *pack) {
    return pack->rule_count;
}

const mag_rule_facts *mag_pack_rule(const mag_pack *pack, size_t rule_idx) {
    return &pack->rules[rule_idx].facts;
}

int mag_pack_find_rule(const mag_pack *pack, const char *id) {
    for (size_t i = 0; i < pack->rule_count; i++) {
        if (strcmp(pack->rules[i].facts.id, id) == 0)
            return (int)i;
    }
    return -1;
}
