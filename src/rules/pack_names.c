/* parameters, limits, groups and define of a pack, and what a pipeline overrides. */
#include "rules/pack_build.h"

#include <stdlib.h>
#include <string.h>

/* --- overrides ------------------------------------------------------------------------------- */

static const mag_override *find_override(const mag_pack_builder *builder, const char *name) {
    for (size_t i = 0; i < builder->override_count; i++) {
        if (strcmp(builder->overrides[i].name, name) == 0)
            return &builder->overrides[i];
    }
    return NULL;
}

static mag_status fail_override(const mag_override *override, const char *text, mag_error *err) {
    return mag_fail(err, MAG_E_RULES, MAG_MSG_R502, "override of \"%s\": %s", override->name, text);
}

/* A quantity that is not in the pack's file: its own text is what a caret points into. */
static mag_status override_quantity(mag_pack_builder *builder, const mag_override *override,
                                    const char *text, mag_quantity *out, mag_error *err) {
    mag_source source = {.file = mag_arena_format(builder->arena, "override of %s", override->name),
                         .text = mag_span_of(text)};
    const mag_yaml scalar = {.kind = MAG_YAML_SCALAR, .line = 1, .column = 1, .text = text};
    if (!source.file)
        return mag_fail_memory(err, 64);
    MAG_TRY(mag_source_note_lines(&source, builder->arena, err));
    return mag_builder_quantity(&source, builder->arena, &scalar, out, err);
}

/* --- parameters ------------------------------------------------------------------------------ */

static mag_status override_parameter(mag_pack_builder *builder, mag_parameter *parameter,
                                     mag_named_value *shown, mag_error *err) {
    const mag_override *override = find_override(builder, parameter->name);
    if (!override)
        return MAG_OK;
    if (!override->value)
        return fail_override(override, "a parameter takes one value, not molar and mass", err);
    mag_dimension dimension = parameter->value.dimension;
    MAG_TRY(override_quantity(builder, override, override->value, &parameter->value, err));
    if (parameter->value.dimension != dimension)
        return fail_override(override, "the unit is not that of the pack's value", err);
    shown->text = override->value;
    shown->note = override->note;
    shown->is_overridden = true;
    return MAG_OK;
}

static mag_status read_parameters(mag_pack_builder *builder, const mag_yaml *root, mag_error *err) {
    static const mag_yaml_field fields[] = {{"name", MAG_YAML_SCALAR, true, false},
                                            {"value", MAG_YAML_SCALAR, true, false},
                                            {"note", MAG_YAML_SCALAR, false, false},
                                            {NULL, MAG_YAML_SCALAR, false, false}};
    const mag_yaml *node;
    size_t count;
    MAG_TRY(mag_builder_list(builder, root, "parameters", &node, &count, err));
    mag_parameter *parameters = mag_builder_room(builder, count, sizeof *parameters, err);
    mag_named_value *shown = mag_builder_room(builder, count, sizeof *shown, err);
    if (!parameters || !shown)
        return MAG_E_RESOURCE;
    builder->names.parameters = parameters;
    builder->pack->parameters = shown;
    for (size_t i = 0; node; node = node->next, i++) {
        MAG_TRY(mag_yaml_check(node, builder->source.file, fields, MAG_E_RULES, err));
        const mag_yaml *value = mag_yaml_get(node, "value");
        MAG_TRY(mag_builder_new_name(builder, mag_yaml_get(node, "name"), err));
        parameters[i].name = shown[i].name = mag_yaml_get_text(node, "name");
        shown[i].text = value->text;
        MAG_TRY(mag_builder_quantity(&builder->source, builder->arena, value, &parameters[i].value,
                                     err));
        MAG_TRY(override_parameter(builder, &parameters[i], &shown[i], err));
        builder->names.parameter_count = builder->pack->parameter_count = i + 1;
    }
    return MAG_OK;
}

/* --- limits ---------------------------------------------------------------------------------- */

/* The molar side also holds what has one family only, such as U/L. */
static bool side_of(const mag_quantity *quantity, mag_dimension wanted, mag_decimal *value,
                    mag_unit *unit) {
    bool has_one_family =
        quantity->dimension == MAG_DIM_ACTIVITY || quantity->dimension == MAG_DIM_FLOW_INDEXED;
    *value = quantity->digits;
    *unit = mag_unit_parse(quantity->unit);
    return *unit != MAG_UNIT_NONE &&
           (quantity->dimension == wanted || (wanted == MAG_DIM_MOLAR && has_one_family));
}

static mag_status read_side(mag_pack_builder *builder, const mag_yaml *node, const char *key,
                            mag_limit *limit, mag_error *err) {
    bool is_molar = strcmp(key, "molar") == 0;
    const mag_yaml *scalar = mag_yaml_get(node, key);
    mag_quantity quantity;
    if (!scalar)
        return MAG_OK;
    MAG_TRY(mag_builder_quantity(&builder->source, builder->arena, scalar, &quantity, err));
    bool fits = is_molar ? side_of(&quantity, MAG_DIM_MOLAR, &limit->molar, &limit->molar_unit)
                         : side_of(&quantity, MAG_DIM_MASS_CONC, &limit->mass, &limit->mass_unit);
    if (fits)
        return MAG_OK;
    return mag_builder_fail(builder, scalar, MAG_MSG_R501, err,
                            "the %s side is in a unit such as %s", key,
                            is_molar ? "mmol/L" : "mg/dL");
}

static mag_status override_side(mag_pack_builder *builder, const mag_override *override,
                                const char *text, bool is_molar, mag_limit *limit, mag_error *err) {
    mag_quantity quantity;
    if (!text)
        return fail_override(override, "a limit is overridden on every side that the pack gives",
                             err);
    MAG_TRY(override_quantity(builder, override, text, &quantity, err));
    bool fits = is_molar ? side_of(&quantity, MAG_DIM_MOLAR, &limit->molar, &limit->molar_unit)
                         : side_of(&quantity, MAG_DIM_MASS_CONC, &limit->mass, &limit->mass_unit);
    return fits ? MAG_OK : fail_override(override, "the unit is not one of this side", err);
}

static const char *limit_text(mag_arena *arena, const char *molar, const char *mass) {
    bool has_both = molar && mass;
    return mag_arena_format(arena, "%s%s%s", molar ? molar : "", has_both ? ", " : "",
                            mass ? mass : "");
}

static mag_status override_limit(mag_pack_builder *builder, mag_limit *limit,
                                 mag_named_value *shown, mag_error *err) {
    const mag_override *override = find_override(builder, limit->name);
    if (!override)
        return MAG_OK;
    if (override->value)
        return fail_override(override, "a limit takes molar and mass, not one value", err);
    bool has_molar = limit->molar_unit != MAG_UNIT_NONE,
         has_mass = limit->mass_unit != MAG_UNIT_NONE;
    if (has_molar || override->molar)
        MAG_TRY(override_side(builder, override, override->molar, true, limit, err));
    if (has_mass || override->mass)
        MAG_TRY(override_side(builder, override, override->mass, false, limit, err));
    shown->text = limit_text(builder->arena, override->molar, override->mass);
    shown->note = override->note;
    shown->is_overridden = true;
    return shown->text ? MAG_OK : mag_fail_memory(err, 64);
}

static mag_status read_limit(mag_pack_builder *builder, const mag_yaml *node, mag_limit *limit,
                             mag_named_value *shown, mag_error *err) {
    MAG_TRY(mag_builder_new_name(builder, mag_yaml_get(node, "name"), err));
    limit->name = shown->name = mag_yaml_get_text(node, "name");
    MAG_TRY(read_side(builder, node, "molar", limit, err));
    MAG_TRY(read_side(builder, node, "mass", limit, err));
    if (limit->molar_unit == MAG_UNIT_NONE && limit->mass_unit == MAG_UNIT_NONE)
        return mag_builder_fail(builder, node, MAG_MSG_R502, err,
                                "limit \"%s\" has neither molar nor mass", limit->name);
    shown->text = limit_text(builder->arena, mag_yaml_get_text(node, "molar"),
                             mag_yaml_get_text(node, "mass"));
    if (!shown->text)
        return mag_fail_memory(err, 64);
    return override_limit(builder, limit, shown, err);
}

static mag_status read_limits(mag_pack_builder *builder, const mag_yaml *root, mag_error *err) {
    static const mag_yaml_field fields[] = {{"name", MAG_YAML_SCALAR, true, false},
                                            {"molar", MAG_YAML_SCALAR, false, false},
                                            {"mass", MAG_YAML_SCALAR, false, false},
                                            {"note", MAG_YAML_SCALAR, false, false},
                                            {NULL, MAG_YAML_SCALAR, false, false}};
    const mag_yaml *node;
    size_t count;
    MAG_TRY(mag_builder_list(builder, root, "limits", &node, &count, err));
    mag_limit *limits = mag_builder_room(builder, count, sizeof *limits, err);
    mag_named_value *shown = mag_builder_room(builder, count, sizeof *shown, err);
    if (!limits || !shown)
        return MAG_E_RESOURCE;
    builder->names.limits = builder->pack->limits = limits;
    builder->pack->limit_values = shown;
    for (size_t i = 0; node; node = node->next, i++) {
        MAG_TRY(mag_yaml_check(node, builder->source.file, fields, MAG_E_RULES, err));
        MAG_TRY(read_limit(builder, node, &limits[i], &shown[i], err));
        builder->names.limit_count = builder->pack->limit_count = i + 1;
    }
    return MAG_OK;
}

/* --- groups ---------------------------------------------------------------------------------- */

/* " within 48 hours" behind the name of a class; 0 minutes if there is nothing. */
static mag_status read_stay_in_effect(const mag_expression *expression, size_t at, int32_t *minutes,
                                      mag_error *err) {
    mag_lexer lexer = {expression, at};
    mag_token within, length, end;
    *minutes = 0;
    MAG_TRY(mag_lexer_next(&lexer, &within, err));
    if (within.kind == MAG_TOKEN_END)
        return MAG_OK;
    MAG_TRY(mag_lexer_next(&lexer, &length, err));
    MAG_TRY(mag_lexer_next(&lexer, &end, err));
    double amount =
        mag_decimal_double(length.quantity.digits) * length.quantity.factor * MAG_MINUTES_PER_DAY;
    bool is_right = mag_span_is(within.text, "within") && length.kind == MAG_TOKEN_NUMBER &&
                    length.quantity.dimension == MAG_DIM_DAYS && end.kind == MAG_TOKEN_END &&
                    amount <= (double)MAG_MAX_WINDOW_DAYS * MAG_MINUTES_PER_DAY;
    if (!is_right)
        return mag_expression_fail(expression, at, MAG_MSG_R501, err,
                                   "a member is CLASS or CLASS within N hours");
    *minutes = (int32_t)(amount + 0.5);
    return MAG_OK;
}

static mag_status read_member(mag_pack_builder *builder, const mag_yaml *scalar,
                              mag_class_set *seen, mag_member *member, mag_error *err) {
    mag_expression expression = mag_expression_of(&builder->source, scalar);
    mag_lexer lexer = {&expression, 0};
    mag_token name;
    MAG_TRY(mag_lexer_next(&lexer, &name, err));
    if (!mag_class_find(name.text, &member->drug_class)) {
        const mag_syntax at = {.expression = &expression};
        return mag_checker_fail_unknown(&at, "drug class", name.text, mag_class_names(), err);
    }
    mag_class_set bit = UINT64_C(1) << member->drug_class;
    if (*seen & bit)
        return mag_builder_fail(builder, scalar, MAG_MSG_R502, err, "\"%s\" stands here twice",
                                mag_class_name(member->drug_class));
    *seen |= bit;
    return read_stay_in_effect(&expression, lexer.at, &member->extra_minutes, err);
}

static mag_status read_group(mag_pack_builder *builder, const mag_yaml *node, mag_group *group,
                             mag_error *err) {
    const mag_yaml *member;
    size_t count;
    mag_class_set seen = 0;
    MAG_TRY(mag_builder_new_name(builder, mag_yaml_get(node, "name"), err));
    MAG_TRY(mag_builder_list(builder, node, "members", &member, &count, err));
    if (count == 0)
        return mag_builder_fail(builder, node, MAG_MSG_R502, err, "this group has no members");
    group->name = mag_yaml_get_text(node, "name");
    group->members = mag_builder_room(builder, count, sizeof *group->members, err);
    if (!group->members)
        return MAG_E_RESOURCE;
    for (; member; member = member->next) {
        if (member->kind != MAG_YAML_SCALAR)
            return mag_builder_fail(builder, member, MAG_MSG_R502, err, "a member is one text");
        MAG_TRY(read_member(builder, member, &seen, &group->members[group->member_count++], err));
    }
    return MAG_OK;
}

static mag_status read_groups(mag_pack_builder *builder, const mag_yaml *root, mag_error *err) {
    static const mag_yaml_field fields[] = {{"name", MAG_YAML_SCALAR, true, false},
                                            {"members", MAG_YAML_SEQUENCE, true, false},
                                            {NULL, MAG_YAML_SCALAR, false, false}};
    const mag_yaml *node;
    size_t count;
    MAG_TRY(mag_builder_list(builder, root, "groups", &node, &count, err));
    mag_group *groups = mag_builder_room(builder, count, sizeof *groups, err);
    if (!groups)
        return MAG_E_RESOURCE;
    builder->names.groups = groups;
    for (size_t i = 0; node; node = node->next, i++) {
        MAG_TRY(mag_yaml_check(node, builder->source.file, fields, MAG_E_RULES, err));
        MAG_TRY(read_group(builder, node, &groups[i], err));
        builder->names.group_count = i + 1;
    }
    return MAG_OK;
}

/* --- digest of overrides --------------------------------------------------------------------- */

static int override_order(const void *a, const void *b) {
    const mag_override *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static void add_field(mag_sha256 *hash, const char *text) {
    mag_sha256_add(hash, mag_span_of(text ? text : ""));
    mag_sha256_add(hash, mag_span_of("\t"));
}

/* name TAB value TAB molar TAB mass LF, sorted by name. */
static mag_status digest_overrides(mag_pack_builder *builder, mag_error *err) {
    size_t count = builder->override_count;
    const mag_override **sorted = mag_builder_room(builder, count, sizeof *sorted, err);
    if (!sorted)
        return MAG_E_RESOURCE;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &builder->overrides[i];
    qsort(sorted, count, sizeof *sorted, override_order);
    mag_sha256 *hash = mag_sha256_new();
    if (!hash)
        return mag_fail_memory(err, 64);
    for (size_t i = 0; i < count; i++) {
        add_field(hash, sorted[i]->name);
        add_field(hash, sorted[i]->value);
        add_field(hash, sorted[i]->molar);
        mag_sha256_add(hash, mag_span_of(sorted[i]->mass ? sorted[i]->mass : ""));
        mag_sha256_add(hash, mag_span_of("\n"));
    }
    mag_sha256_end(hash, builder->pack->overrides_sha256);
    return MAG_OK;
}

static mag_status check_overrides(mag_pack_builder *builder, mag_error *err) {
    const mag_names *names = &builder->names;
    for (size_t i = 0; i < builder->override_count; i++) {
        const mag_override *override = &builder->overrides[i];
        mag_span name = mag_span_of(override->name);
        if (!mag_names_parameter(names, name) && !mag_names_limit(names, name))
            return mag_fail(err, MAG_E_RULES, MAG_MSG_R503,
                            "override of \"%s\": the pack has no such parameter or limit",
                            override->name);
        if (find_override(builder, override->name) != override)
            return fail_override(override, "it is given twice", err);
    }
    return MAG_OK;
}

/* Every definition must stand by itself, used or not. */
static mag_status check_defines(mag_pack_builder *builder, mag_error *err) {
    size_t operand_count = builder->checker.operand_count;
    for (size_t i = 0; i < builder->names.defines.count; i++) {
        const mag_node *node;
        MAG_TRY(mag_checker_value(&builder->checker, builder->names.defines.items[i].syntax, &node,
                                  err));
    }
    builder->checker.operand_count = operand_count;
    return MAG_OK;
}

mag_status mag_builder_names(mag_pack_builder *builder, const mag_yaml *root, mag_error *err) {
    MAG_TRY(read_parameters(builder, root, err));
    MAG_TRY(read_limits(builder, root, err));
    MAG_TRY(check_overrides(builder, err));
    MAG_TRY(digest_overrides(builder, err));
    MAG_TRY(read_groups(builder, root, err));
    MAG_TRY(mag_builder_definitions(builder, root, "define", "as", &builder->names.defines, err));
    return check_defines(builder, err);
}
