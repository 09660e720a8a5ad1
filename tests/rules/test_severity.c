/* From the tier to the severity that a reader sees: tiers, adjustments, floors, what it could be,
   notes; then which flags stand behind others. Small packs against tables and formulas. */
#include "judge.h"

static judge of;

static const char *const severities[] = {"info", "low", "moderate", "high", "critical"};
enum { SEVERITY_COUNT = sizeof severities / sizeof severities[0] };

#define HEAD                                                                                       \
    "pack: severity\nversion: 1.0.0\n"                                                             \
    "limits: [{ name: one, molar: 1.0 mmol/L, mass: 2.0 mg/dL }]\nrules:\n"
#define BELOW(analyte) "latest(" analyte ") < one"

/* Three answers to BELOW(potassium), and the same for other analytes. */
#define YES(analyte)  analyte " 0.5 mmol/L 1 day ago"
#define NO(analyte)   analyte " 1.5 mmol/L 1 day ago"
#define OPEN(analyte) analyte " rejected 1 day ago"

static mag_explanation explain(const char *rule_id) {
    mag_explanation explanation;
    mag_error err = {0};
    const int rule_idx = mag_pack_find_rule(of.pack, rule_id);
    assert_true(rule_idx >= 0);
    assert_int_equal(
        mag_explain_rule(of.evaluator, &of.in.patient, (size_t)rule_idx, &explanation, &err),
        MAG_OK);
    return explanation;
}

static int within(int value, int low, int high) {
    return value < low ? low : value > high ? high : value;
}

static void every_adjustment_of_every_severity(void **state) {
    (void)state;
    for (int tier = 0; tier < SEVERITY_COUNT; tier++)
        for (int steps = -4; steps <= 4; steps++)
            for (int floor = -1; floor < SEVERITY_COUNT; floor++) {
                char text[1024];
                if (steps == 0)
                    continue;
                (void)snprintf(
                    text, sizeof text,
                    HEAD "- id: R\n  title: T\n  among: age > 3\n  when: age > 4\n"
                         "  severity: %s\n  adjust: [{ %s: %d, when: age > 5%s%s }]\n",
                    severities[tier], steps < 0 ? "down" : "up", steps < 0 ? -steps : steps,
                    floor < 0 ? "" : ", not_below: ", floor < 0 ? "" : severities[floor]);
                judge_begin_with(&of, text);
                WORLD(&of.in, "female 50 y");
                judge_patient(&of);
                /* a floor holds a fall up, but does not lift what was below it before */
                int wanted = within(tier + steps, 0, SEVERITY_COUNT - 1);
                if (floor >= 0 && wanted < floor)
                    wanted = tier < floor ? (wanted > tier ? wanted : tier) : floor;
                judge_expect(&of, "R", severities[wanted]);
                const mag_outcome *outcome = judge_outcome(&of, "R");
                assert_string_equal(mag_severity_name(outcome->severity_before), severities[tier]);
                judge_end(&of);
            }
}

static void adjustments_follow_each_other_in_their_order(void **state) {
    (void)state;
    const struct {
        const char *tier, *adjusts, *wanted;
    } rows[] = {
        {"critical", "{ down: 1, when: age > 5 }, { down: 1, when: age > 5 }", "moderate"},
        {"critical", "{ up: 1, when: age > 5 }, { down: 1, when: age > 5 }", "high"},
        {"critical", "{ down: 1, when: age > 5 }, { up: 1, when: age > 5 }", "critical"},
        {"info", "{ down: 1, when: age > 5 }, { up: 1, when: age > 5 }", "low"},
        {"high", "{ down: 1, when: age > 90 }, { down: 1, when: age > 5 }", "moderate"},
        {"high", "{ down: 4, not_below: moderate, when: age > 5 }, { down: 1, when: age > 5 }",
         "low"},
        {"high", "{ down: 1, when: age > 5 }, { down: 4, not_below: moderate, when: age > 5 }",
         "moderate"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       HEAD "- id: R\n  title: T\n  among: age > 3\n  when: age > 4\n"
                            "  severity: %s\n  adjust: [%s]\n",
                       rows[i].tier, rows[i].adjusts);
        judge_begin_with(&of, text);
        WORLD(&of.in, "female 50 y");
        judge_patient(&of);
        judge_expect(&of, "R", rows[i].wanted);
        judge_end(&of);
    }
}

/* Two conditions over a last tier: every pair of answers. */
static void could_be_names_the_worst_tier_that_was_passed_over_unknown(void **state) {
    (void)state;
    static const char *const potassium[] = {YES("potassium"), NO("potassium"), OPEN("potassium")};
    static const char *const sodium[] = {YES("sodium"), NO("sodium"), OPEN("sodium")};
    const struct {
        const char *first, *second, *last;
    } tiers[] = {{"critical", "high", "low"},
                 {"low", "critical", "moderate"},
                 {"info", "low", "high"},
                 {"high", "high", "high"},
                 {"moderate", "info", "low"}};
    for (size_t t = 0; t < sizeof tiers / sizeof tiers[0]; t++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       HEAD "- id: R\n  title: T\n  among: age > 3\n  when: age > 4\n  severity:\n"
                            "  - { tier: %s, when: '" BELOW(
                                "potassium") "' }\n"
                                             "  - { tier: %s, when: '" BELOW(
                                                 "sodium") "' }\n  - { tier: %s }\n",
                       tiers[t].first, tiers[t].second, tiers[t].last);
        judge_begin_with(&of, text);
        for (int p = 0; p < 3; p++)
            for (int s = 0; s < 3; s++) {
                world_say(&of.in, "female 50 y; %s; %s", potassium[p], sodium[s]);
                judge_patient(&of);
                const char *holds = p == 0   ? tiers[t].first
                                    : s == 0 ? tiers[t].second
                                             : tiers[t].last;
                judge_expect(&of, "R", holds);
                int worst = -1, own = 0;
                for (int i = 0; i < SEVERITY_COUNT; i++) {
                    own = strcmp(severities[i], holds) == 0 ? i : own;
                    if (p == 2 && strcmp(severities[i], tiers[t].first) == 0)
                        worst = i > worst ? i : worst;
                    if (p != 0 && s == 2 && strcmp(severities[i], tiers[t].second) == 0)
                        worst = i > worst ? i : worst;
                }
                const char *could_be = mag_severity_name(judge_outcome(&of, "R")->could_be);
                const char *wanted = worst >= 0 && worst != own ? severities[worst] : "none";
                if (strcmp(could_be, wanted) != 0)
                    fail_msg("tiers %zu, potassium %d, sodium %d: could be %s, wanted %s", t, p, s,
                             could_be, wanted);
            }
        judge_end(&of);
    }
}

static void what_is_not_known_of_an_exception_or_adjustment_is_noted(void **state) {
    (void)state;
    judge_begin_with(
        &of, HEAD "- id: R\n  title: T\n  among: age > 3\n  when: age > 4\n"
                  "  except: has(dialysis within 30 days)\n  severity: high\n"
                  "  adjust:\n  - { down: 1, when: '" BELOW(
                      "sodium") "' }\n"
                                "  - { up: 1, when: '" BELOW(
                                    "potassium") "' }\n"
                                                 "  notes: [{ name: old_age, when: age >= 75 }]\n");
    const struct {
        const char *lines, *outcome, *notes;
    } rows[] = {
        {"female 50 y; " NO("sodium") "; " NO("potassium"), "high", ""},
        {"female 50 y; " YES("sodium") "; " NO("potassium"), "moderate", ""},
        {"female 50 y; " YES("sodium") "; " YES("potassium"), "high", ""},
        {"female 50 y; " OPEN("sodium") "; " NO("potassium"), "high",
         "adjust_unknown: latest(sodium) (rejected)"},
        {"female 50 y; " OPEN("sodium"), "high",
         "adjust_unknown: latest(sodium) (rejected); adjust_unknown: latest(potassium) (missing)"},
        {"female 50 y; no conditions source; " NO("sodium") "; " NO("potassium"), "high",
         "exception_unknown: dialysis (no_source)"},
        {"female 80 y; no conditions source; " OPEN("sodium") "; " NO("potassium"), "high",
         "old_age; exception_unknown: dialysis (no_source); "
         "adjust_unknown: latest(sodium) (rejected)"},
        {"female 80 y; dialysis 30 days ago; " YES("sodium"), "not_applicable", ""},
        {"female 80 y; dialysis 31 days ago; " NO("sodium") "; " NO("potassium"), "high",
         "old_age"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&of.in, "%s", rows[i].lines);
        judge_patient(&of);
        judge_expect(&of, "R", rows[i].outcome);
        const mag_explanation got = explain("R");
        if (strcmp(got.notes, rows[i].notes) != 0)
            fail_msg("%s: \"%s\", wanted \"%s\"", rows[i].lines, got.notes, rows[i].notes);
    }
    judge_end(&of);
}

/* A note whose name ends another one's is told as well; the same one twice is told once. */
static void a_note_that_is_part_of_another_is_not_lost(void **state) {
    (void)state;
    judge_begin_with(&of, HEAD "- id: R\n  title: T\n  among: age > 3\n  when: age > 4\n"
                               "  severity: high\n  notes:\n"
                               "  - { name: kf_stale, when: age > 5 }\n"
                               "  - { name: stale, when: age > 5 }\n"
                               "  - { name: kf_sta, when: age > 5 }\n"
                               "  - { name: never, when: age > 95 }\n");
    WORLD(&of.in, "female 50 y");
    judge_patient(&of);
    assert_string_equal(explain("R").notes, "kf_stale; stale; kf_sta");
    judge_end(&of);
}

/* 20 stands in 120 as text; both limits are shown, and one that comes twice is shown once. */
static void a_limit_that_is_part_of_another_is_not_lost(void **state) {
    (void)state;
    const struct {
        const char *when, *limit;
    } rows[] = {
        {"weight < 120 kg and weight >= 20 kg", "120 kg and 20 kg"},
        {"weight >= 20 kg and weight < 120 kg", "20 kg and 120 kg"},
        {"weight < 120 kg and weight >= 20 kg and weight <= 120 kg", "120 kg and 20 kg"},
        {"weight < 61 kg and weight < 61.0 kg", "61 kg"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       HEAD "- id: R\n  title: T\n  among: age > 3\n  when: %s\n"
                            "  severity: high\n",
                       rows[i].when);
        judge_begin_with(&of, text);
        WORLD(&of.in, "female 50 y 60 kg");
        judge_patient(&of);
        const mag_explanation got = explain("R");
        const mag_fact *weight = &got.facts[got.fact_count - 1];
        if (weight->limit == NULL || strcmp(weight->limit, rows[i].limit) != 0)
            fail_msg("%s: %s, wanted %s", rows[i].when, weight->limit, rows[i].limit);
        judge_end(&of);
    }
}

static void a_rule_that_requires_conditions_is_for_nobody_without_them(void **state) {
    (void)state;
    judge_begin_with(&of, HEAD "- id: R\n  title: T\n  requires: [conditions]\n"
                               "  among: has(diabetes)\n  when: age > 60\n  severity: low\n");
    const struct {
        const char *lines, *outcome;
    } rows[] = {
        {"female 61 y; diabetes 9 days ago", "low"},
        {"female 60 y; diabetes 9 days ago", "clear"},
        {"female 61 y", "not_applicable"},
        {"female 61 y; no conditions source", "not_evaluated"},
        {"female 17 y; no conditions source", "not_applicable"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&of.in, "%s", rows[i].lines);
        judge_patient(&of);
        judge_expect(&of, "R", rows[i].outcome);
        const bool is_evaluated = strcmp(rows[i].outcome, "not_evaluated") != 0;
        assert_int_equal(explain("R").fact_count > 0, is_evaluated);
    }
    judge_end(&of);
}

/* --- hides ----------------------------------------------------------------------------------- */

enum { RULES = 6 };

/* Random graphs without circles: rule i may hide rules behind it. */
static uint64_t seed = 362436069u;

static int upto(int count) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)((seed >> 11) % (uint64_t)count);
}

typedef struct graph {
    bool hides[RULES][RULES], is_staging[RULES];
    int severity[RULES];
    int order[RULES]; /* rule i has the id of its place in here */
} graph;

static const char *const asked[RULES] = {"potassium", "sodium",  "phosphate",
                                         "calcium",   "glucose", "magnesium"};

static void load_graph(const graph *g) {
    char text[8192];
    (void)snprintf(text, sizeof text, HEAD);
    for (int i = 0; i < RULES; i++) {
        char hides[256] = "";
        for (int k = 0; k < RULES; k++)
            if (g->hides[i][k])
                (void)sprintf(hides + strlen(hides), "%s{ rule: R%d }", hides[0] ? ", " : "",
                              g->order[k]);
        (void)sprintf(text + strlen(text),
                      "- { id: R%d, title: T, status: %s, among: 'age > 3', "
                      "when: 'latest(%s) < one', severity: %s, hides: [%s] }\n",
                      g->order[i], g->is_staging[i] ? "staging" : "active", asked[i],
                      severities[g->severity[i]], hides);
    }
    judge_begin_with(&of, text);
}

/* Of the active flags that hide this one the worst, then the first by id; -1: none. */
static int hider(const graph *g, const bool *is_flagged, int hidden) {
    int found = -1;
    for (int i = 0; i < RULES; i++) {
        if (!is_flagged[i] || g->is_staging[i] || !g->hides[i][hidden])
            continue;
        if (found < 0 || g->severity[i] > g->severity[found] ||
            (g->severity[i] == g->severity[found] && g->order[i] < g->order[found]))
            found = i;
    }
    return found;
}

static void expect_graph(const graph *g, unsigned flags) {
    bool is_flagged[RULES];
    char lines[1024] = "female 50 y";
    for (int i = 0; i < RULES; i++) {
        is_flagged[i] = flags >> i & 1;
        (void)sprintf(lines + strlen(lines), "; %s %s mmol/L 1 day ago", asked[i],
                      is_flagged[i] ? "0.5" : "1.5");
    }
    world_say(&of.in, "%s", lines);
    judge_patient(&of);
    for (int i = 0; i < RULES; i++) {
        char id[8], wanted[64];
        int top = -1;
        for (int next = is_flagged[i] ? hider(g, is_flagged, i) : -1; next >= 0;
             next = hider(g, is_flagged, next))
            top = next;
        (void)snprintf(id, sizeof id, "R%d", g->order[i]);
        (void)snprintf(wanted, sizeof wanted, "%s",
                       is_flagged[i] ? severities[g->severity[i]] : "clear");
        if (top >= 0)
            (void)sprintf(wanted + strlen(wanted), " hidden by R%d", g->order[top]);
        judge_expect(&of, id, wanted);
    }
}

static void whatever_hides_what_the_visible_flag_at_the_top_is_named(void **state) {
    (void)state;
    for (int round = 0; round < 60; round++) {
        graph g = {.order = {0, 1, 2, 3, 4, 5}};
        for (int i = 0; i < RULES; i++) {
            const int other = upto(RULES), kept = g.order[i];
            g.order[i] = g.order[other];
            g.order[other] = kept;
            g.severity[i] = upto(SEVERITY_COUNT);
            g.is_staging[i] = upto(4) == 0;
            for (int k = i + 1; k < RULES; k++)
                g.hides[i][k] = upto(3) == 0;
        }
        load_graph(&g);
        expect_graph(&g, (1u << RULES) - 1);
        for (int i = 0; i < 8; i++)
            expect_graph(&g, (unsigned)upto(1 << RULES));
        judge_end(&of);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_adjustment_of_every_severity),
        cmocka_unit_test(adjustments_follow_each_other_in_their_order),
        cmocka_unit_test(could_be_names_the_worst_tier_that_was_passed_over_unknown),
        cmocka_unit_test(what_is_not_known_of_an_exception_or_adjustment_is_noted),
        cmocka_unit_test(a_note_that_is_part_of_another_is_not_lost),
        cmocka_unit_test(a_limit_that_is_part_of_another_is_not_lost),
        cmocka_unit_test(a_rule_that_requires_conditions_is_for_nobody_without_them),
        cmocka_unit_test(whatever_hides_what_the_visible_flag_at_the_top_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
