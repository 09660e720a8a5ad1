/* Helpers of the pack loader: lists, texts, expressions, quantities, fresh names. */
#include "rules/pack_build.h"

void *mag_builder_room(mag_pack_builder *builder, size_t count, size_t item_nbytes,
                       mag_error *err) {
    size_t nbytes = (count ? count : 1) * item_nbytes;
    void *room = mag_arena_alloc(builder->arena, nbytes);
    if (!room)
        (void)mag_fail_memory(err, nbytes);
    return room;
}

mag_status mag_builder_list(mag_pack_builder *builder, const mag_yaml *mapping, const char *key,
                            const mag_yaml **first, size_t *count, mag_error *err) {
    const mag_yaml *list = mag_yaml_get(mapping, key);
    *first = NULL;
    *count = 0;
    if (!list)
        return MAG_OK;
    if (list->kind != MAG_YAML_SEQUENCE)
        return mag_builder_fail(builder, list, MAG_MSG_R502, err, "\"%s\" is a list", key);
    if (list->count > MAG_MAX_LIST)
        return mag_builder_fail(builder, list, MAG_MSG_R510, err, "\"%s\" has more than %d entries",
                                key, MAG_MAX_LIST);
    *first = list->first;
    *count = list->count;
    return MAG_OK;
}

mag_status mag_builder_texts(mag_pack_builder *builder, const mag_yaml *mapping, const char *key,
                             const char *const **out, mag_error *err) {
    const mag_yaml *node;
    size_t count;
    MAG_TRY(mag_builder_list(builder, mapping, key, &node, &count, err));
    const char **texts = mag_builder_room(builder, count + 1, sizeof *texts, err);
    if (!texts)
        return MAG_E_RESOURCE;
    for (size_t i = 0; node; node = node->next) {
        if (node->kind != MAG_YAML_SCALAR)
            return mag_builder_fail(builder, node, MAG_MSG_R502, err, "\"%s\" is a list of texts",
                                    key);
        texts[i++] = node->text;
    }
    *out = texts;
    return MAG_OK;
}

mag_status mag_builder_syntax(mag_pack_builder *builder, const mag_yaml *scalar,
                              const mag_syntax **out, mag_error *err) {
    if (scalar->kind != MAG_YAML_SCALAR)
        return mag_builder_fail(builder, scalar, MAG_MSG_R501, err,
                                "an expression is one text; put quotes around it if it holds a "
                                "comma, a colon or a bracket");
    mag_expression *expression = mag_builder_room(builder, 1, sizeof *expression, err);
    if (!expression)
        return MAG_E_RESOURCE;
    *expression = mag_expression_of(&builder->source, scalar);
    return mag_syntax_parse(builder->arena, expression, out, err);
}

mag_status mag_builder_quantity(const mag_source *source, mag_arena *arena, const mag_yaml *scalar,
                                mag_quantity *out, mag_error *err) {
    mag_expression expression = mag_expression_of(source, scalar);
    const mag_syntax *syntax;
    MAG_TRY(mag_syntax_parse(arena, &expression, &syntax, err));
    if (syntax->kind != MAG_SYNTAX_QUANTITY)
        return mag_expression_fail(&expression, 0, MAG_MSG_R501, err,
                                   "expected one number with its unit");
    *out = syntax->quantity;
    return MAG_OK;
}

static bool is_known_word(const mag_names *names, mag_span name) {
    mag_operand_kind kind;
    mag_class drug_class;
    mag_condition condition;
    mag_dimension dimension;
    double number;
    return mag_operand_find(name, &kind) || mag_analyte_find(name) != MAG_ANALYTE_NONE ||
           mag_class_find(name, &drug_class) || mag_condition_find(name, &condition) ||
           mag_constant_find(name, &dimension, &number) || mag_names_parameter(names, name) ||
           mag_names_limit(names, name) || mag_names_group(names, name) ||
           mag_definitions_find(names->defines, name) ||
           mag_definitions_find(names->bindings, name) ||
           mag_definitions_find(names->notes, name) || mag_span_is(name, "known") ||
           mag_span_is(name, "any_of") || mag_span_is(name, "always") || mag_span_is(name, "any") ||
           mag_span_is(name, "severity") || mag_syntax_is_reserved(name);
}

mag_status mag_builder_new_name(mag_pack_builder *builder, const mag_yaml *scalar, mag_error *err) {
    mag_span name = mag_span_of(scalar->text ? scalar->text : "");
    if (!mag_is_name(name) || name.nbytes > MAG_MAX_NAME_NBYTES)
        return mag_builder_fail(builder, scalar, MAG_MSG_R502, err,
                                "a name has letters, digits and _, begins with a letter and has at "
                                "most %d characters",
                                MAG_MAX_NAME_NBYTES);
    if (is_known_word(&builder->names, name))
        return mag_builder_fail(builder, scalar, MAG_MSG_R502, err,
                                "the name \"%s\" has a meaning already", scalar->text);
    return MAG_OK;
}

mag_status mag_builder_definitions(mag_pack_builder *builder, const mag_yaml *mapping,
                                   const char *list, const char *key, mag_definitions *out,
                                   mag_error *err) {
    const mag_yaml_field fields[] = {{"name", MAG_YAML_SCALAR, true, false},
                                     {key, MAG_YAML_SCALAR, true, false},
                                     {NULL, MAG_YAML_SCALAR, false, false}};
    const mag_yaml *node;
    size_t count;
    MAG_TRY(mag_builder_list(builder, mapping, list, &node, &count, err));
    mag_definition *items = mag_builder_room(builder, count, sizeof *items, err);
    if (!items)
        return MAG_E_RESOURCE;
    out->items = items;
    out->count = 0;
    for (; node; node = node->next) {
        MAG_TRY(mag_yaml_check(node, builder->source.file, fields, MAG_E_RULES, err));
        const mag_yaml *name = mag_yaml_get(node, "name");
        MAG_TRY(mag_builder_new_name(builder, name, err));
        items[out->count].name = name->text;
        MAG_TRY(
            mag_builder_syntax(builder, mag_yaml_get(node, key), &items[out->count].syntax, err));
        out->count++;
    }
    return MAG_OK;
}

mag_status mag_builder_date(mag_pack_builder *builder, const mag_yaml *scalar, mag_day *out,
                            mag_error *err) {
    mag_moment moment;
    mag_date_fault fault = mag_moment_parse(mag_span_of(scalar->text), NULL, &moment);
    if (fault != MAG_DATE_OK || !moment.is_date_only)
        return mag_builder_fail(builder, scalar, MAG_MSG_R502, err,
                                "expected a date such as 2026-11-21");
    *out = mag_minute_day(moment.minute);
    return MAG_OK;
}
