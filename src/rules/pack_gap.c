/* Gaps of a pack: how long before or after its binder a bound drug is taken. */
#include "rules/pack_build.h"

#include <string.h>

static mag_status read_class(mag_pack_builder *builder, const mag_yaml *scalar, mag_class *out,
                             mag_error *err) {
    if (mag_class_find(mag_span_of(scalar->text), out))
        return MAG_OK;
    const mag_expression expression = mag_expression_of(&builder->source, scalar);
    const mag_syntax at = {.expression = &expression};
    return mag_checker_fail_unknown(&at, "drug class", expression.text, mag_class_names(), err);
}

static const char *const agent_names[] = {
#define MAG_AGENT(name) name,
#include "clinical/agent.def"
#undef MAG_AGENT
    NULL};

/* "" for the rest of the class. */
static mag_status read_agent(mag_pack_builder *builder, const mag_yaml *scalar, const char **out,
                             mag_error *err) {
    uint16_t agent;
    *out = scalar ? scalar->text : "";
    if (!scalar || mag_agent_find(mag_span_of(scalar->text), &agent))
        return MAG_OK;
    const mag_expression expression = mag_expression_of(&builder->source, scalar);
    const mag_syntax at = {.expression = &expression};
    return mag_checker_fail_unknown(&at, "agent", expression.text, agent_names, err);
}

/* Whole minutes of at most a day; 0 if the key is absent. */
static mag_status read_minutes(mag_pack_builder *builder, const mag_yaml *scalar, int32_t *out,
                               mag_error *err) {
    mag_quantity quantity;
    *out = 0;
    if (!scalar)
        return MAG_OK;
    MAG_TRY(mag_builder_quantity(&builder->source, builder->arena, scalar, &quantity, err));
    double minutes = mag_decimal_double(quantity.digits) * quantity.factor * MAG_MINUTES_PER_DAY;
    bool is_right =
        quantity.dimension == MAG_DIM_DAYS && minutes >= 0.0 && minutes < MAG_MINUTES_PER_DAY + 0.5;
    if (!is_right)
        return mag_builder_fail(builder, scalar, MAG_MSG_R501, err,
                                "a gap is a time such as 4 hours, at most a day");
    *out = (int32_t)(minutes + 0.5);
    return MAG_OK;
}

static const char *minutes_text(mag_arena *arena, int32_t minutes) {
    bool is_hours = minutes % MAG_MINUTES_PER_HOUR == 0;
    return is_hours ? mag_arena_format(arena, "%d h", (int)(minutes / MAG_MINUTES_PER_HOUR))
                    : mag_arena_format(arena, "%d min", (int)minutes);
}

/* "moxifloxacin: 4 h before or 8 h after" */
static mag_status write_text(mag_pack_builder *builder, mag_gap *gap, mag_error *err) {
    const char *before = minutes_text(builder->arena, gap->before_minutes);
    const char *after = minutes_text(builder->arena, gap->after_minutes);
    const char *who = gap->agent[0] ? gap->agent : mag_class_name(gap->drug_class);
    gap->text = before && after ? mag_arena_format(builder->arena, "%s: %s before or %s after", who,
                                                   before, after)
                                : NULL;
    return gap->text ? MAG_OK : mag_fail_memory(err, 64);
}

static mag_status read_gap(mag_pack_builder *builder, const mag_yaml *node, mag_gap *gap,
                           mag_error *err) {
    static const mag_yaml_field fields[] = {
        {"name", MAG_YAML_SCALAR, true, false},   {"class", MAG_YAML_SCALAR, true, false},
        {"agent", MAG_YAML_SCALAR, false, false}, {"before", MAG_YAML_SCALAR, false, false},
        {"after", MAG_YAML_SCALAR, false, false}, {NULL, MAG_YAML_SCALAR, false, false}};
    MAG_TRY(mag_yaml_check(node, builder->source.file, fields, MAG_E_RULES, err));
    gap->name = mag_yaml_get_text(node, "name");
    MAG_TRY(read_agent(builder, mag_yaml_get(node, "agent"), &gap->agent, err));
    MAG_TRY(read_class(builder, mag_yaml_get(node, "class"), &gap->drug_class, err));
    MAG_TRY(read_minutes(builder, mag_yaml_get(node, "before"), &gap->before_minutes, err));
    MAG_TRY(read_minutes(builder, mag_yaml_get(node, "after"), &gap->after_minutes, err));
    if (gap->before_minutes == 0 && gap->after_minutes == 0)
        return mag_builder_fail(builder, node, MAG_MSG_R502, err,
                                "a gap says before, after or both");
    return write_text(builder, gap, err);
}

mag_status mag_builder_gaps(mag_pack_builder *builder, const mag_yaml *root, mag_error *err) {
    const mag_yaml *node;
    size_t count;
    MAG_TRY(mag_builder_list(builder, root, "gaps", &node, &count, err));
    mag_gap *gaps = mag_builder_room(builder, count, sizeof *gaps, err);
    if (!gaps)
        return MAG_E_RESOURCE;
    builder->pack->gaps = gaps;
    for (size_t i = 0; node; node = node->next, i++) {
        MAG_TRY(read_gap(builder, node, &gaps[i], err));
        for (size_t before = 0; before < i; before++)
            if (gaps[before].drug_class == gaps[i].drug_class &&
                strcmp(gaps[before].agent, gaps[i].agent) == 0)
                return mag_builder_fail(builder, node, MAG_MSG_R502, err, "%s %s has a gap already",
                                        mag_class_name(gaps[i].drug_class), gaps[i].agent);
        builder->pack->gap_count = i + 1;
    }
    return MAG_OK;
}
