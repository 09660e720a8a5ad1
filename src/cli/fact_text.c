#include "cli/fact_text.h"

#include "io/yaml_tree.h"

static void add_part(mag_text *out, const char *before, const char *text, const char *after) {
    if (!text || !*text)
        return;
    mag_text_add_text(out, before);
    mag_text_add_text(out, text);
    mag_text_add_text(out, after);
}

void mag_fact_words_add(mag_text *out, const mag_fact_words *fact) {
    add_part(out, "", fact->operand, "");
    add_part(out, " ", fact->value, "");
    if (fact->value)
        add_part(out, " ", fact->unit, "");
    add_part(out, " on ", fact->at, "");
    add_part(out, " ", fact->drug, "");
    add_part(out, " (", fact->code, ")");
    add_part(out, " from ", fact->start, "");
    add_part(out, " to ", fact->stop, "");
    add_part(out, ", dose ", fact->dose, "");
    add_part(out, ", limit ", fact->limit, "");
    add_part(out, " (", fact->method, fact->inputs ? "" : ")");
    add_part(out, ": ", fact->inputs, ")");
    add_part(out, ", ", fact->notes, "");
    add_part(out, "  [", fact->source, "]");
}

mag_status mag_evidence_words_add(mag_arena *arena, const char *evidence, mag_text *out,
                                  mag_error *err) {
    const mag_yaml *root;
    MAG_TRY(mag_yaml_parse(arena, "evidence", mag_span_of(evidence), MAG_E_INPUT, &root, err));
    const mag_yaml *facts = mag_yaml_get(root, "facts");
    for (const mag_yaml *fact = facts ? facts->first : NULL; fact; fact = fact->next) {
        mag_fact_words words = {
            .operand = mag_yaml_get_text(fact, "fact"),
            .value = mag_yaml_get_text(fact, "value"),
            .unit = mag_yaml_get_text(fact, "unit"),
            .limit = mag_yaml_get_text(fact, "limit"),
            .at = mag_yaml_get_text(fact, "at"),
            .code = mag_yaml_get_text(fact, "code"),
            .drug = mag_yaml_get_text(fact, "drug"),
            .start = mag_yaml_get_text(fact, "start"),
            .stop = mag_yaml_get_text(fact, "stop"),
            .dose = mag_yaml_get_text(fact, "dose"),
            .method = mag_yaml_get_text(fact, "method"),
            .inputs = mag_yaml_get_text(fact, "inputs"),
        };
        mag_fact_words_add(out, &words);
        if (fact->next)
            mag_text_add_text(out, "; ");
    }
    return MAG_OK;
}
