/* What lint finds in the text of a pack: names that nothing uses, groups that mix what cannot be
   meant together, expressions that a comma would cut. */
#include "rules/lint.h"

#include <string.h>

#define ADD_AT(l, node, ...)                                                                       \
    mag_lint_add((l), (node)->line, (node)->column, mag_arena_format((l)->arena, __VA_ARGS__))

/* --- names that nothing uses ----------------------------------------------------------------- */

static bool holds_expression(const mag_yaml *node) {
    static const char *const keys[] = {"as", "when", "among", "except", "event", "worsens"};
    for (size_t i = 0; node->key && i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(node->key, keys[i]) == 0)
            return true;
    }
    return false;
}

static bool has_word(const char *text, const char *word) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    while (*text) {
        size_t length = strspn(text, letters);
        const mag_span here = {text, length};
        if (mag_span_is(here, word))
            return true;
        text += length ? length : 1;
    }
    return false;
}

/* Does an expression below the node name it? */
static bool is_used(const mag_yaml *node, const char *name) {
    if (node->text)
        return holds_expression(node) && has_word(node->text, name);
    for (const mag_yaml *child = node->first; child; child = child->next) {
        if (is_used(child, name))
            return true;
    }
    return false;
}

static void check_list(mag_lint *l, const mag_yaml *mapping, const char *list, const char *what) {
    const mag_yaml *items = mag_yaml_get(mapping, list);
    for (const mag_yaml *item = items ? items->first : NULL; item; item = item->next) {
        const mag_yaml *name = mag_yaml_get(item, "name");
        if (name && !is_used(mapping, name->text))
            ADD_AT(l, name, "the %s \"%s\" is used nowhere; remove it, or use it", what,
                   name->text);
    }
}

/* --- groups and gaps ------------------------------------------------------------------------- */

static bool is_depleting(mag_class drug_class) {
    static const char *const mechanisms[] = {
#define MAG_CLASS(name, label, mechanism, ...) mechanism,
#include "clinical/drug_class.def"
#undef MAG_CLASS
    };
    return mechanisms[drug_class][0] != '\0';
}

/* The class that a member's text begins with. */
static bool member_class(const mag_yaml *member, mag_class *out) {
    const mag_span name = {member->text, strcspn(member->text, " ")};
    return mag_class_find(name, out);
}

static void check_group(mag_lint *l, const mag_yaml *group) {
    const mag_yaml *members = mag_yaml_get(group, "members"), *sparing = NULL;
    bool has_depleting = false;
    mag_class drug_class;
    for (const mag_yaml *member = members ? members->first : NULL; member; member = member->next) {
        if (!member_class(member, &drug_class))
            continue;
        has_depleting |= is_depleting(drug_class);
        sparing = drug_class == MAG_CLASS_KSPARE ? member : sparing;
    }
    if (sparing && has_depleting)
        ADD_AT(l, sparing,
               "the group %s holds KSPARE, which spares magnesium, beside drugs that waste it; "
               "make two groups",
               mag_yaml_get_text(group, "name"));
}

static bool asks_for_gaps(const mag_pack *pack, mag_class drug_class) {
    for (size_t i = 0; i < pack->operand_count; i++) {
        const mag_operand *operand = &pack->operands[i];
        if (operand->kind == MAG_OPERAND_GAP_KEPT && (operand->classes >> drug_class & 1) != 0)
            return true;
    }
    return false;
}

static void check_gaps(mag_lint *l, const mag_yaml *gaps) {
    const mag_yaml *item = gaps ? gaps->first : NULL;
    for (size_t i = 0; item && i < l->pack->gap_count; item = item->next, i++) {
        if (!asks_for_gaps(l->pack, l->pack->gaps[i].drug_class))
            ADD_AT(l, item, "the gap \"%s\" is used nowhere: no gap_kept( ) asks about %s",
                   l->pack->gaps[i].name, mag_class_name(l->pack->gaps[i].drug_class));
    }
}

void mag_lint_names(mag_lint *l) {
    const mag_yaml *root = l->pack->root;
    const mag_yaml *rules = mag_yaml_get(root, "rules"), *groups = mag_yaml_get(root, "groups");
    check_list(l, root, "parameters", "parameter");
    check_list(l, root, "limits", "limit");
    check_list(l, root, "groups", "group");
    check_list(l, root, "define", "definition");
    for (const mag_yaml *rule = rules ? rules->first : NULL; rule; rule = rule->next)
        check_list(l, rule, "let", "binding");
    for (const mag_yaml *group = groups ? groups->first : NULL; group; group = group->next)
        check_group(l, group);
    check_gaps(l, mag_yaml_get(root, "gaps"));
}

/* --- style ----------------------------------------------------------------------------------- */

static void check_style(mag_lint *l, const mag_yaml *node, const mag_yaml *parent) {
    bool is_bare = node->text && !node->is_quoted && parent && parent->is_flow;
    bool is_given = parent && parent->key && strcmp(parent->key, "given") == 0;
    if (is_bare && (is_given || holds_expression(node)))
        ADD_AT(
            l, node,
            "\"%s\" stands bare between %s, where a comma would cut it; put quotes around it, or "
            "give it a line of its own",
            node->text, is_given ? "[ ]" : "{ }");
    for (const mag_yaml *child = node->first; child; child = child->next)
        check_style(l, child, node);
}

void mag_lint_style(mag_lint *l) {
    check_style(l, l->pack->root, NULL);
}
