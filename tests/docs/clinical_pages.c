/* clinical_pages SOURCES.yaml DIR: writes the generated pages of docs/clinical from the statements
   of the sources, the shipped pack and the code lists. Exit code 1 if they do not fit together: the
   pack cites what the file does not know, or the file does not map a statement to a rule that cites
   it. */
#include "io/embedded.h"
#include "io/yaml_tree.h"
#include "rules/tree.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACK "pipelines/packs/magnesium-safety.yaml"

enum { RULES_MAX = 64, SCENARIO_NBYTES = 5 };

typedef struct pages {
    mag_account account;
    mag_arena *arena;
    const mag_pack *pack;
    const mag_yaml *sources;
    size_t fault_count;
} pages;

_Noreturn static void die(const char *format, ...) MAG_PRINTF(1, 2);
_Noreturn static void die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void fault(pages *of, const char *format, ...) MAG_PRINTF(2, 3);
static void fault(pages *of, const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    of->fault_count++;
}

/* --- reading --------------------------------------------------------------------------------- */

static const mag_yaml *parse(pages *of, const char *file, mag_span text) {
    const mag_yaml *root;
    mag_error err = {0};
    if (mag_yaml_parse(of->arena, file, text, MAG_E_USAGE, &root, &err) != MAG_OK)
        die("%s", err.text);
    return root;
}

static void read_all(pages *of, const char *file) {
    mag_span text;
    mag_error err = {0};
    of->arena = mag_arena_new(&of->account);
    if (of->arena == NULL || mag_yaml_read_file(of->arena, file, &text, &err) != MAG_OK)
        die("%s: %s", file, err.text);
    of->sources = parse(of, file, text);
    if (!mag_embedded_find(PACK, &text) ||
        mag_pack_load(of->arena, PACK, text, NULL, 0, 0, &of->pack, &err) != MAG_OK)
        die("%s", err.text);
}

static const mag_yaml *list_of(const pages *of, const char *key) {
    const mag_yaml *list = mag_yaml_get(of->sources, key);
    if (list == NULL)
        die("the file of sources has no %s", key);
    return list->first;
}

static const mag_yaml *find_item(const mag_yaml *items, const char *id) {
    for (const mag_yaml *at = items; at != NULL; at = at->next) {
        const char *own = at->kind == MAG_YAML_SCALAR ? at->text : mag_yaml_get_text(at, "id");
        if (own != NULL && strcmp(own, id) == 0)
            return at;
    }
    return NULL;
}

static const mag_rule *find_rule(const pages *of, const char *id) {
    const int rule_idx = mag_pack_find_rule(of->pack, id);
    return rule_idx < 0 ? NULL : &of->pack->rules[rule_idx];
}

/* S0-12 or X-05, and nothing of the kind "outside: ..." */
static bool is_id(const char *evidence) {
    return (evidence[0] == 'S' && isdigit((unsigned char)evidence[1])) ||
           (evidence[0] == 'X' && evidence[1] == '-');
}

static bool cites(const mag_rule *rule, const char *id) {
    for (size_t i = 0; rule->facts.evidence[i] != NULL; i++)
        if (strcmp(rule->facts.evidence[i], id) == 0)
            return true;
    return false;
}

/* --- checking -------------------------------------------------------------------------------- */

static void check_cited(pages *of, const mag_rule *rule, const char *id) {
    if (find_item(list_of(of, id[0] == 'X' ? "contradictions" : "statements"), id) == NULL)
        fault(of, "rule %s cites %s, which the sources do not have", rule->facts.id, id);
}

static void check_pack(pages *of) {
    const mag_yaml *catalogue = list_of(of, "catalogue");
    for (size_t i = 0; i < of->pack->rule_count; i++) {
        const mag_rule *rule = &of->pack->rules[i];
        if (find_item(catalogue, rule->facts.id) == NULL)
            fault(of, "rule %s of the pack is not in the catalogue", rule->facts.id);
        for (size_t k = 0; rule->facts.evidence[k] != NULL; k++)
            if (is_id(rule->facts.evidence[k]))
                check_cited(of, rule, rule->facts.evidence[k]);
    }
}

static void check_statement(pages *of, const mag_yaml *statement) {
    const mag_yaml *rules = mag_yaml_get(statement, "rules");
    const char *id = mag_yaml_get_text(statement, "id");
    if (rules == NULL && mag_yaml_get(statement, "because") == NULL)
        fault(of, "%s has neither rules nor a reason", id);
    for (const mag_yaml *at = rules ? rules->first : NULL; at != NULL; at = at->next)
        if (strcmp(at->text, "priority") != 0 &&
            find_item(list_of(of, "catalogue"), at->text) == NULL)
            fault(of, "%s names rule %s, which is not in the catalogue", id, at->text);
    if (find_item(statement->next, id) != NULL)
        fault(of, "%s stands there twice", id);
}

static void check_sources(pages *of) {
    for (const mag_yaml *at = list_of(of, "statements"); at != NULL; at = at->next)
        check_statement(of, at);
    for (const mag_yaml *at = list_of(of, "contradictions"); at != NULL; at = at->next) {
        const mag_yaml *between = mag_yaml_get(at, "between");
        for (const mag_yaml *id = between->first; id != NULL; id = id->next)
            if (find_item(list_of(of, "statements"), id->text) == NULL)
                fault(of, "%s is between %s, which the sources do not have",
                      mag_yaml_get_text(at, "id"), id->text);
    }
}

/* --- writing --------------------------------------------------------------------------------- */

static FILE *open_page(const char *directory, const char *name) {
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *page = fopen(path, "w");
    if (page == NULL)
        die("cannot write %s", path);
    return page;
}

static void close_page(FILE *page) {
    if (ferror(page) != 0 || fclose(page) != 0)
        die("a page cannot be written");
}

/* In a cell of a table. */
static void put_cell(FILE *page, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '|')
            (void)fputc('\\', page);
        (void)fputc(*text == '\n' ? ' ' : *text, page);
    }
}

/* "22 examples (10 flag, 8 clear, 3 cannot tell, 1 not applicable)" */
static void put_examples(FILE *page, const mag_rule *rule) {
    static const char *const words[] = {[MAG_NOT_APPLICABLE] = "not applicable",
                                        [MAG_CLEAR] = "clear",
                                        [MAG_FLAGGED] = "flagged",
                                        [MAG_CANNOT_TELL] = "cannot tell"};
    static const mag_outcome_kind order[] = {MAG_FLAGGED, MAG_CLEAR, MAG_CANNOT_TELL,
                                             MAG_NOT_APPLICABLE};
    const char *separator = " (";
    fprintf(page, "%zu examples", rule->example_count);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        size_t count = 0;
        for (size_t k = 0; k < rule->example_count; k++)
            count += rule->examples[k].expected == order[i];
        if (count > 0)
            fprintf(page, "%s%zu %s", separator, count, words[order[i]]);
        separator = count > 0 ? ", " : separator;
    }
    fprintf(page, "%s", rule->example_count > 0 ? ")" : "");
}

/* Does an example before this one name the same scenario? */
static bool is_named_before(const mag_rule *rule, size_t example_idx, const char *scenario) {
    for (size_t i = 0; i < example_idx; i++) {
        const char *at = strstr(rule->examples[i].name, "SC-");
        if (at != NULL && strncmp(at, scenario, SCENARIO_NBYTES) == 0)
            return true;
    }
    return false;
}

/* Scenarios of the specification that are among the examples: "; scenarios SC-01, SC-02". */
static void put_scenarios(FILE *page, const mag_rule *rule) {
    const char *separator = "; scenarios ";
    for (size_t i = 0; i < rule->example_count; i++) {
        const char *at = strstr(rule->examples[i].name, "SC-");
        if (at == NULL || is_named_before(rule, i, at))
            continue;
        fprintf(page, "%s%.*s", separator, SCENARIO_NBYTES, at);
        separator = ", ";
    }
}

/* The rules of a claim: those that the file maps to it, then others of the pack that cite it. */
static size_t rules_of(const pages *of, const mag_yaml *statement, const char *ids[RULES_MAX]) {
    const mag_yaml *rules = mag_yaml_get(statement, "rules");
    const char *id = mag_yaml_get_text(statement, "id");
    size_t count = 0;
    for (const mag_yaml *at = rules ? rules->first : NULL; at != NULL && count < RULES_MAX;
         at = at->next)
        ids[count++] = at->text;
    for (size_t i = 0; i < of->pack->rule_count && count < RULES_MAX; i++) {
        const mag_rule *rule = &of->pack->rules[i];
        const bool is_mapped = rules != NULL && find_item(rules->first, rule->facts.id) != NULL;
        if (!is_mapped && cites(rule, id))
            ids[count++] = rule->facts.id;
    }
    return count;
}

static void put_rules(FILE *page, const pages *of, const char *const *ids, size_t count) {
    if (count == 0)
        fprintf(page, "not screened for");
    for (size_t i = 0; i < count; i++) {
        const bool is_priority = strcmp(ids[i], "priority") == 0;
        const bool is_built = find_rule(of, ids[i]) != NULL;
        fprintf(page, "%s%s%s", i == 0 ? "" : ", ", is_priority ? "order of the list" : ids[i],
                is_priority || is_built ? "" : " (not in this pack)");
    }
}

static void put_holders(FILE *page, const pages *of, const char *const *ids, size_t count) {
    const char *separator = "";
    for (size_t i = 0; i < count; i++) {
        const mag_rule *rule = find_rule(of, ids[i]);
        if (rule == NULL)
            continue;
        fprintf(page, "%s%s: %zu examples", separator, ids[i], rule->example_count);
        put_scenarios(page, rule);
        separator = "<br>";
    }
}

static void put_statement(FILE *page, const pages *of, const mag_yaml *statement) {
    const char *ids[RULES_MAX];
    const size_t count = rules_of(of, statement, ids);
    const char *because = mag_yaml_get_text(statement, "because");
    fprintf(page, "| %s | ", mag_yaml_get_text(statement, "id"));
    put_cell(page, mag_yaml_get_text(statement, "says"));
    fprintf(page, " | ");
    put_rules(page, of, ids, count);
    fprintf(page, " | ");
    put_holders(page, of, ids, count);
    fprintf(page, " | ");
    put_cell(page, because == NULL ? "" : because);
    fprintf(page, " |\n");
}

static void put_source(FILE *page, const pages *of, const mag_yaml *source) {
    const char *id = mag_yaml_get_text(source, "id");
    fprintf(
        page,
        "\n## %s\n%s.\n\n| id | what it says | rules | held by | remark |\n|---|---|---|---|---|\n",
        id, mag_yaml_get_text(source, "is"));
    for (const mag_yaml *at = list_of(of, "statements"); at != NULL; at = at->next)
        if (strncmp(mag_yaml_get_text(at, "id"), id, strlen(id)) == 0)
            put_statement(page, of, at);
}

static void put_evidence(FILE *page, const mag_rule *rule, bool of_sources) {
    const char *separator = "";
    for (size_t i = 0; rule->facts.evidence[i] != NULL; i++) {
        const char *text = rule->facts.evidence[i];
        static const char outside[] = "outside: ";
        if (is_id(text) != of_sources)
            continue;
        if (strncmp(text, outside, sizeof outside - 1) == 0)
            text += sizeof outside - 1;
        fprintf(page, "%s%s", separator, text);
        separator = of_sources ? ", " : "; ";
    }
    if (*separator == '\0')
        fprintf(page, "none");
}

static void put_rule(FILE *page, const mag_rule *rule) {
    const mag_rule_facts *facts = &rule->facts;
    fprintf(page, "\n### %s %s\n", facts->id, facts->title);
    fprintf(page, "%s\n\n", facts->rationale == NULL ? "No rationale is given." : facts->rationale);
    fprintf(page, "- claims and contradictions: ");
    put_evidence(page, rule, true);
    fprintf(page, "\n- other evidence: ");
    put_evidence(page, rule, false);
    fprintf(page, "\n- held by ");
    put_examples(page, rule);
    put_scenarios(page, rule);
    fprintf(page, "\n- written by: %s; checked by: %s; reviewed on %s, to be reviewed by %s\n",
            facts->authored_by ? facts->authored_by : "nobody named",
            facts->checked_by ? facts->checked_by : "nobody",
            facts->reviewed_on ? facts->reviewed_on : "no date",
            facts->review_by ? facts->review_by : "no date");
}

static void put_missing_rules(FILE *page, const pages *of) {
    const char *separator = "\nRules of the catalogue that are not in this pack: ";
    for (const mag_yaml *at = list_of(of, "catalogue"); at != NULL; at = at->next) {
        if (find_rule(of, at->text) != NULL)
            continue;
        fprintf(page, "%s%s", separator, at->text);
        separator = ", ";
    }
    fprintf(page, "%s", separator[0] == ',' ? ".\n" : "");
}

static const char generated[] =
    "<!-- Made by ./dev docs from sources.yaml, the pack and the code lists; do not edit. -->\n";

static void write_sources(const pages *of, const char *directory) {
    FILE *page = open_page(directory, "sources-to-rules.md");
    fprintf(
        page,
        "# From the sources to the rules\n%s\nWhat each text behind the rules claims, in short "
        "words of our own; which rules answer the claim; and what holds them: the examples that "
        "stand beside each rule in the pack and run before every screening (`magscreen rules "
        "test`). None of the texts is a guideline. A claim that data cannot answer is \"not "
        "screened for\". Pack %s %s, %zu rules.\n",
        generated, mag_pack_name(of->pack), mag_pack_version(of->pack), of->pack->rule_count);
    for (const mag_yaml *at = list_of(of, "sources"); at != NULL; at = at->next)
        put_source(page, of, at);
    fprintf(page, "\n## What each rule rests on\n");
    for (size_t i = 0; i < of->pack->rule_count; i++)
        put_rule(page, &of->pack->rules[i]);
    put_missing_rules(page, of);
    close_page(page);
}

static void put_contradiction(FILE *page, const pages *of, const mag_yaml *item) {
    const char *id = mag_yaml_get_text(item, "id");
    const mag_yaml *between = mag_yaml_get(item, "between");
    const char *separator = "";
    fprintf(page, "| %s | ", id);
    for (const mag_yaml *at = between->first; at != NULL; at = at->next)
        fprintf(page, "%s%s", at == between->first ? "" : ", ", at->text);
    fprintf(page, " | ");
    put_cell(page, mag_yaml_get_text(item, "clash"));
    fprintf(page, " | ");
    put_cell(page, mag_yaml_get_text(item, "resolution"));
    fprintf(page, " | ");
    for (size_t i = 0; i < of->pack->rule_count; i++) {
        if (!cites(&of->pack->rules[i], id))
            continue;
        fprintf(page, "%s%s", separator, of->pack->rules[i].facts.id);
        separator = ", ";
    }
    fprintf(page, " |\n");
}

static void write_contradictions(const pages *of, const char *directory) {
    FILE *page = open_page(directory, "contradictions.md");
    fprintf(
        page,
        "# Where the sources contradict each other, or themselves\n%s\nOne mmol of magnesium is "
        "2 mEq and 24.305 mg. The claims are those of "
        "[sources-to-rules.md](sources-to-rules.md); the last column names the rules of the pack "
        "that cite the contradiction.\n\n"
        "| id | claims | what clashes | how it is settled | cited by |\n|---|---|---|---|---|\n",
        generated);
    for (const mag_yaml *at = list_of(of, "contradictions"); at != NULL; at = at->next)
        put_contradiction(page, of, at);
    close_page(page);
}

/* --- what a site confirms -------------------------------------------------------------------- */

/* The same point of several rules stands there once. */
static bool is_told_before(const pages *of, size_t rule_idx, const char *text) {
    for (size_t i = 0; i < rule_idx; i++)
        for (size_t k = 0; of->pack->rules[i].facts.to_confirm[k] != NULL; k++)
            if (strcmp(of->pack->rules[i].facts.to_confirm[k], text) == 0)
                return true;
    return false;
}

static void put_rule_points(FILE *page, const pages *of) {
    for (size_t i = 0; i < of->pack->rule_count; i++)
        for (size_t k = 0; of->pack->rules[i].facts.to_confirm[k] != NULL; k++) {
            const char *text = of->pack->rules[i].facts.to_confirm[k];
            const char *separator = "";
            if (is_told_before(of, i, text))
                continue;
            fprintf(page, "| ");
            put_cell(page, text);
            fprintf(page, " | ");
            for (size_t r = i; r < of->pack->rule_count; r++)
                for (size_t n = 0; of->pack->rules[r].facts.to_confirm[n] != NULL; n++)
                    if (strcmp(of->pack->rules[r].facts.to_confirm[n], text) == 0) {
                        fprintf(page, "%s%s", separator, of->pack->rules[r].facts.id);
                        separator = ", ";
                    }
            fprintf(page, " |\n");
        }
}

/* Every `to_confirm` below a node, with the name of what it stands in. */
static size_t put_list_points(FILE *page, const mag_yaml *node, const char *name) {
    size_t count = 0;
    for (const mag_yaml *child = node->first; child != NULL; child = child->next) {
        const char *own = child->key != NULL ? child->key : mag_yaml_get_text(child, "name");
        if (child->key == NULL || strcmp(child->key, "to_confirm") != 0) {
            count += put_list_points(page, child, own == NULL ? name : own);
            continue;
        }
        for (const mag_yaml *point = child->first; point != NULL; point = point->next, count++) {
            fprintf(page, "| %s | ", name);
            put_cell(page, point->text);
            fprintf(page, " |\n");
        }
    }
    return count;
}

static void write_to_confirm(pages *of, const char *directory) {
    static const struct {
        const char *file, *title, *head;
    } lists[] = {{"pipelines/codes/analytes.yaml", "Laboratory codes", "analyte"},
                 {"pipelines/codes/drugs.yaml", "Drug classes", "class"},
                 {"pipelines/codes/agents.yaml", "Single drugs", "list"},
                 {"pipelines/codes/conditions.yaml", "Condition codes", "condition"}};
    FILE *page = open_page(directory, "to-confirm.md");
    fprintf(page,
            "# What a site confirms before use\n%s\nEverything that the rules and the code lists "
            "mark as taken from knowledge and not looked up, or as a choice that belongs to the "
            "site. `magscreen rules lint` prints the part of the rules.\n\n## Rules\n\n"
            "| to confirm | rules |\n|---|---|\n",
            generated);
    put_rule_points(page, of);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        mag_span text;
        if (!mag_embedded_find(lists[i].file, &text))
            die("the program holds no %s", lists[i].file);
        fprintf(page, "\n## %s\n`%s`\n\n| %s | to confirm |\n|---|---|\n", lists[i].title,
                lists[i].file, lists[i].head);
        if (put_list_points(page, parse(of, lists[i].file, text), "all") == 0)
            fault(of, "%s marks nothing as to be confirmed", lists[i].file);
    }
    close_page(page);
}

int main(int argc, char **argv) {
    static pages of;
    if (argc != 3)
        die("usage: clinical_pages SOURCES.yaml DIR");
    read_all(&of, argv[1]);
    check_pack(&of);
    check_sources(&of);
    write_sources(&of, argv[2]);
    write_contradictions(&of, argv[2]);
    write_to_confirm(&of, argv[2]);
    mag_arena_free(of.arena);
    return of.fault_count > 0 ? 1 : 0;
}
