/* The comparison of both statements: the shipped pack against the rules stated by hand. */
#include "oracle.h"

#include "judge.h"

enum { RULES_MAX = 64, SEVERITIES = 6, WAYS_MAX = 16, DIFFERENCES_MAX = 5, OFTEN = 5 };

typedef struct comparison {
    judge of;
    const stated_rule *rules;
    size_t count, differences;
    size_t kinds[RULES_MAX][MAG_NOT_EVALUATED + 1];
    size_t severities[RULES_MAX][SEVERITIES], ways[RULES_MAX][WAYS_MAX], open;
} comparison;

static void tell_difference(const comparison *c, const sheet *lines, const char *id,
                            verdict wanted) {
    char text[160];
    judge_text(&c->of, id, text);
    print_message("%s: evaluator %s, by hand %s %d\n", id, text, mag_outcome_name(wanted.kind),
                  wanted.severity);
    for (int i = 0; i < lines->count; i++)
        print_message("    - %s\n", lines->lines[i]);
}

static void count_outcome(comparison *c, size_t rule, const verdict *of) {
    c->kinds[rule][of->kind]++;
    c->severities[rule][of->severity]++;
    for (int i = 0; i < WAYS_MAX && of->kind == MAG_FLAGGED; i++)
        c->ways[rule][i] += of->ways >> i & 1;
}

static void compare_one(comparison *c, const patient *p) {
    sheet lines;
    oracle_write(p, &lines);
    world_set_at(&c->of.in, MAG_EXAMPLE_AS_OF, lines.lines);
    judge_patient(&c->of);
    for (size_t r = 0; r < c->count; r++) {
        const mag_outcome *got = judge_outcome(&c->of, c->rules[r].id);
        const verdict wanted = c->rules[r].by_hand(p);
        if (wanted.is_open) {
            c->open++;
            continue;
        }
        count_outcome(c, r, &wanted);
        if (got->kind == wanted.kind && (int)got->severity == wanted.severity)
            continue;
        tell_difference(c, &lines, c->rules[r].id, wanted);
        c->differences++;
    }
}

static void expect_severities_and_ways(const comparison *c, size_t rule) {
    const stated_rule *of = &c->rules[rule];
    for (int i = INFO; i <= CRITICAL; i++) {
        const bool is_wanted = of->severities >> i & 1, is_seen = c->severities[rule][i] >= OFTEN;
        if (is_wanted ? !is_seen : c->severities[rule][i] > 0)
            fail_msg("%s came out %s %zu times", of->id, mag_severity_name((mag_severity)i),
                     c->severities[rule][i]);
    }
    for (int i = 0; i < WAYS_MAX; i++)
        if ((of->ways >> i & 1) && c->ways[rule][i] < OFTEN)
            fail_msg("%s was flagged by its way %d only %zu times", of->id, i, c->ways[rule][i]);
}

/* Random patients are of use only if every rule comes out in every way, often. */
static void expect_variety(const comparison *c) {
    for (size_t r = 0; r < c->count; r++) {
        const int rule_idx = mag_pack_find_rule(c->of.pack, c->rules[r].id);
        const mag_rule_facts *rule = mag_pack_rule(c->of.pack, (size_t)rule_idx);
        for (int kind = MAG_NOT_APPLICABLE; kind < MAG_NOT_EVALUATED; kind++) {
            const bool is_never_clear = kind == MAG_CLEAR && strcmp(rule->when_text, "always") == 0;
            if (c->kinds[r][kind] < OFTEN && !is_never_clear)
                fail_msg("%s came out %s only %zu times", c->rules[r].id,
                         mag_outcome_name((mag_outcome_kind)kind), c->kinds[r][kind]);
        }
        expect_severities_and_ways(c, r);
    }
}

/* --- the pack, without the rules that nobody asks about -------------------------------------- */

static bool is_stated(const comparison *c, const char *line) {
    for (size_t r = 0; r < c->count; r++)
        if (strncmp(line + strlen("  - id: "), c->rules[r].id, strlen(c->rules[r].id)) == 0 &&
            line[strlen("  - id: ") + strlen(c->rules[r].id)] == '\n')
            return true;
    return false;
}

/* Takes a line into the smaller pack? Without `hides`, which name rules that are left out. */
static bool is_wanted(const comparison *c, const char *line, bool *is_rule_wanted, bool *hides) {
    if (strncmp(line, "  - id: ", strlen("  - id: ")) == 0)
        *is_rule_wanted = is_stated(c, line);
    if (strncmp(line, "     ", 5) != 0)
        *hides = strncmp(line, "    hides", strlen("    hides")) == 0;
    return *is_rule_wanted && !*hides;
}

static void begin(comparison *c) {
    mag_span whole;
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &whole));
    char *text = malloc(whole.nbytes + 1), *to = text;
    assert_non_null(text);
    bool is_rule_wanted = true, hides = false;
    for (const char *line = whole.at, *end = whole.at + whole.nbytes; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        const size_t nbytes = (size_t)((stop == NULL ? end : stop + 1) - line);
        if (is_wanted(c, line, &is_rule_wanted, &hides)) {
            memcpy(to, line, nbytes);
            to += nbytes;
        }
        line += nbytes;
    }
    *to = '\0';
    judge_begin_with(&c->of, text);
    free(text);
}

void oracle_compare(const stated_rule *rules, size_t count, const mixture *of, int patients) {
    comparison c = {.rules = rules, .count = count};
    assert_in_range(count, 1, RULES_MAX);
    begin(&c);
    oracle_seed(of->seed);
    for (int i = 0; i < patients && c.differences < DIFFERENCES_MAX; i++) {
        const patient p = oracle_patient(of);
        compare_one(&c, &p);
    }
    assert_int_equal(c.differences, 0);
    print_message("%d patients, %zu rules; %zu answers left open\n", patients, count, c.open);
    expect_variety(&c);
    judge_end(&c.of);
}
