/* Examples of a rule: what is expected, and the `given` lines as text with their places. */
#include "rules/pack_build.h"

#include <string.h>

static const char *const reason_names[] = {
#define MAG_UNKNOWN(name, text, label) text,
#include "rules/unknown.def"
#undef MAG_UNKNOWN
    NULL};

static mag_status add_reason(mag_pack_builder *builder, const mag_yaml *scalar, mag_span word,
                             mag_unknown_set *reasons, mag_error *err) {
    for (unsigned i = 0; reason_names[i]; i++) {
        if (mag_span_is(word, reason_names[i])) {
            *reasons |= UINT32_C(1) << i;
            return MAG_OK;
        }
    }
    return mag_builder_fail(builder, scalar, MAG_MSG_R502, err,
                            "\"%.*s\" is no reason for cannot_tell", (int)word.nbytes, word.at);
}

/* "cannot_tell missing, stale" */
static mag_status read_reasons(mag_pack_builder *builder, const mag_yaml *scalar,
                               mag_unknown_set *reasons, mag_error *err) {
    const char *at = scalar->text + strlen("cannot_tell");
    while (*at) {
        at += strspn(at, " ,");
        size_t length = strcspn(at, " ,");
        mag_span word = {at, length};
        if (length > 0)
            MAG_TRY(add_reason(builder, scalar, word, reasons, err));
        at += length;
    }
    return MAG_OK;
}

static mag_status read_expected(mag_pack_builder *builder, const mag_yaml *scalar,
                                mag_example *example, mag_error *err) {
    const char *text = scalar->text;
    size_t word = strcspn(text, " ");
    mag_span first = {text, word};
    example->expected_text = text;
    if (mag_span_is(first, "cannot_tell")) {
        example->expected = MAG_CANNOT_TELL;
        return read_reasons(builder, scalar, &example->reasons, err);
    }
    example->expected = MAG_CLEAR;
    if (strcmp(text, "clear") == 0)
        return MAG_OK;
    example->expected = MAG_NOT_APPLICABLE;
    if (strcmp(text, "not_applicable") == 0)
        return MAG_OK;
    example->expected = MAG_FLAGGED;
    for (unsigned i = MAG_SEVERITY_INFO; i < MAG_SEVERITY_COUNT; i++) {
        if (strcmp(text, mag_severity_name((mag_severity)i)) == 0) {
            example->severity = (mag_severity)i;
            return MAG_OK;
        }
    }
    return mag_builder_fail(builder, scalar, MAG_MSG_R502, err,
                            "expect is a severity, clear, not_applicable or cannot_tell REASON");
}

static mag_status read_given(mag_pack_builder *builder, const mag_yaml *node, mag_example *example,
                             mag_error *err) {
    const mag_yaml *line;
    MAG_TRY(mag_builder_list(builder, node, "given", &line, &example->given_count, err));
    mag_text_line *lines = mag_builder_room(builder, example->given_count, sizeof *lines, err);
    if (!lines)
        return MAG_E_RESOURCE;
    example->given = lines;
    for (size_t i = 0; line; line = line->next, i++) {
        if (line->kind != MAG_YAML_SCALAR)
            return mag_builder_fail(builder, line, MAG_MSG_R502, err,
                                    "a given line is one text; put quotes around it if it holds a "
                                    "comma, a colon or a bracket");
        lines[i].text = line->text;
        lines[i].line = line->line;
        lines[i].column = line->column;
    }
    return MAG_OK;
}

static mag_status read_example(mag_pack_builder *builder, const mag_yaml *node,
                               mag_example *example, mag_error *err) {
    static const mag_yaml_field fields[] = {{"name", MAG_YAML_SCALAR, true, false},
                                            {"expect", MAG_YAML_SCALAR, true, false},
                                            {"as_of", MAG_YAML_SCALAR, false, false},
                                            {"given", MAG_YAML_SEQUENCE, true, false},
                                            {NULL, MAG_YAML_SCALAR, false, false}};
    MAG_TRY(mag_yaml_check(node, builder->source.file, fields, MAG_E_RULES, err));
    const mag_yaml *as_of = mag_yaml_get(node, "as_of");
    example->line = node->line;
    example->column = node->column;
    example->name = mag_yaml_get_text(node, "name");
    example->as_of = MAG_EXAMPLE_AS_OF;
    if (as_of)
        MAG_TRY(mag_builder_date(builder, as_of, &example->as_of, err));
    MAG_TRY(read_expected(builder, mag_yaml_get(node, "expect"), example, err));
    return read_given(builder, node, example, err);
}

mag_status mag_builder_examples(mag_pack_builder *builder, const mag_yaml *mapping, mag_rule *rule,
                                mag_error *err) {
    const mag_yaml *node;
    MAG_TRY(mag_builder_list(builder, mapping, "examples", &node, &rule->example_count, err));
    mag_example *examples = mag_builder_room(builder, rule->example_count, sizeof *examples, err);
    if (!examples)
        return MAG_E_RESOURCE;
    rule->examples = examples;
    rule->facts.example_count = rule->example_count;
    for (size_t i = 0; node; node = node->next, i++)
        MAG_TRY(read_example(builder, node, &examples[i], err));
    return MAG_OK;
}
