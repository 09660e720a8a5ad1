#include "cli/fact_text.h"

#include "io/yaml_tree.h"

#include <stdio.h>
#include <string.h>

static void add_part(mag_text *out, const char *before, const char *text, const char *after) {
    if (!text || !*text)
        return;
    mag_text_add_text(out, before);
    mag_text_add_text(out, text);
    mag_text_add_text(out, after);
}

static bool is_none(const mag_fact_words *fact) {
    return fact->operand && strncmp(fact->operand, "none(", 5) == 0;
}

/* Nobody may read "active(DIGOX)" as digoxin where it says that there is none. */
static const char *word_of_nothing(const mag_fact_words *fact) {
    if (fact->value || fact->drug || fact->code || fact->start || fact->at || fact->dose ||
        fact->limit || fact->notes || fact->source)
        return NULL;
    return is_none(fact) ? "nothing found" : "no";
}

void mag_fact_words_add(mag_text *out, const mag_fact_words *fact) {
    add_part(out, "", fact->operand, "");
    add_part(out, ": ", word_of_nothing(fact), "");
    add_part(out, is_none(fact) ? ", newest " : " ", fact->value, "");
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

static mag_fact_words words_of(const mag_yaml *fact) {
    return (mag_fact_words){
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
        .notes = mag_yaml_get_text(fact, "notes"),
    };
}

static bool are_same(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Two records of one drug in one dose, as issues of a repeat prescription are. */
static bool is_repeat(const mag_fact_words *a, const mag_fact_words *b) {
    return a->start && b->start && a->drug && are_same(a->operand, b->operand) &&
           are_same(a->drug, b->drug) && are_same(a->code, b->code) && are_same(a->dose, b->dose) &&
           are_same(a->limit, b->limit) && are_same(a->method, b->method) &&
           are_same(a->notes, b->notes);
}

/* From the earliest start to the latest stop; one without a stop leaves none. */
static void join(mag_fact_words *all, const mag_fact_words *next) {
    if (strcmp(next->start, all->start) < 0)
        all->start = next->start;
    if (all->stop && (!next->stop || strcmp(next->stop, all->stop) > 0))
        all->stop = next->stop;
}

mag_status mag_evidence_words_add(mag_arena *arena, const char *evidence, mag_text *out,
                                  mag_error *err) {
    const mag_yaml *root;
    MAG_TRY(mag_yaml_parse(arena, "evidence", mag_span_of(evidence), MAG_E_INPUT, &root, err));
    const mag_yaml *facts = mag_yaml_get(root, "facts");
    for (const mag_yaml *fact = facts ? facts->first : NULL; fact;) {
        mag_fact_words words = words_of(fact);
        size_t count = 1;
        for (fact = fact->next; fact; fact = fact->next, count++) {
            const mag_fact_words next = words_of(fact);
            if (!is_repeat(&words, &next))
                break;
            join(&words, &next);
        }
        mag_fact_words_add(out, &words);
        char records[40];
        (void)snprintf(records, sizeof records, " (%zu records)", count);
        mag_text_add_text(out, count > 1 ? records : "");
        mag_text_add_text(out, fact ? "; " : "");
    }
    return MAG_OK;
}
