/* Outcomes, reasons and deciding facts of random formulas, against an independent reading: a
   formula is unknown if its unknown leaves can still be filled in to make it true and to make it
   false, and the reasons are those of the leaves of which one could still turn the result. The
   reference tries every way to fill them in. */
#include "judge.h"

#include "rules/truth.h"

enum { WHEN_LEAVES = 5, AMONG_LEAVES = 3, LEAF_COUNT = WHEN_LEAVES + AMONG_LEAVES };
enum { RULE_COUNT = 48, PATIENT_COUNT = 400, NODES_MAX = 64, FORMULA_NBYTES = 1024 };

static const char *const analytes[LEAF_COUNT] = {
    "potassium", "sodium",    "phosphate",       "urea",
    "calcium",   "magnesium", "calcium_ionised", "glucose"};

/* --- leaves ---------------------------------------------------------------------------------- */

typedef enum answer { NO, YES, OPEN } answer;

/* What a patient has of one analyte; the limit is 1.0 mmol/L and the question "below?". */
static const struct {
    const char *line;
    answer is;
    mag_unknown reason;
} states[] = {
    {"%s 0.5 mmol/L 3 days ago", YES, 0},
    {"%s <1.0 mmol/L 3 days ago", YES, 0},
    {"%s 1.0 mmol/L 3 days ago", NO, 0},
    {"%s >1.5 mmol/L 3 days ago", NO, 0},
    {"%s <2.0 mmol/L 3 days ago", OPEN, MAG_UNKNOWN_CENSORED},
    {"%s rejected 3 days ago", OPEN, MAG_UNKNOWN_REJECTED},
    {"%s 0.5 no unit 3 days ago", OPEN, MAG_UNKNOWN_UNIT},
    {NULL, OPEN, MAG_UNKNOWN_MISSING},
};
enum { STATE_COUNT = sizeof states / sizeof states[0] };

static uint64_t seed = 88172645463325252u;

static unsigned upto(unsigned count) { /* 0 .. count - 1 */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)((seed >> 11) % count);
}

/* --- formulas -------------------------------------------------------------------------------- */

typedef enum node_kind { LEAF, NOT, AND, OR } node_kind;

/* Each leaf stands once; children of a node lie behind it. */
typedef struct formula {
    struct {
        node_kind is;
        int leaf;
        int children[3], child_count;
    } nodes[NODES_MAX];
    int count;
    int leaves[LEAF_COUNT], leaf_count; /* in the order of the text */
    char text[FORMULA_NBYTES];
} formula;

static void say(formula *f, const char *text) {
    assert_true(strlen(f->text) + strlen(text) < sizeof f->text);
    strcat(f->text, text);
}

/* A node over `count` leaves of the list; its text goes along. */
static int grow(formula *f, const int *leaves, int count, bool is_top) {
    const int node = f->count++;
    assert_true(f->count < NODES_MAX);
    if (count > 0 && upto(5) == 0) {
        f->nodes[node].is = NOT;
        f->nodes[node].child_count = 1;
        say(f, "not (");
        f->nodes[node].children[0] = grow(f, leaves, count, true);
        say(f, ")");
        return node;
    }
    if (count == 1) {
        char text[96];
        f->nodes[node].is = LEAF;
        f->nodes[node].leaf = leaves[0];
        f->leaves[f->leaf_count++] = leaves[0];
        (void)snprintf(text, sizeof text, "latest(%s) < one", analytes[leaves[0]]);
        say(f, text);
        return node;
    }
    const int parts = count > 2 && upto(2) == 0 ? 3 : 2;
    f->nodes[node].is = upto(2) == 0 ? AND : OR;
    f->nodes[node].child_count = parts;
    say(f, is_top ? "" : "(");
    for (int i = 0, at = 0; i < parts; i++) {
        const int left = count - at, wanted = parts - i;
        const int size = wanted == 1 ? left : 1 + (int)upto((unsigned)(left - wanted + 1));
        say(f, i == 0 ? "" : f->nodes[node].is == AND ? " and " : " or ");
        f->nodes[node].children[i] = grow(f, leaves + at, size, false);
        at += size;
    }
    say(f, is_top ? "" : ")");
    return node;
}

static void make_formula(formula *f, int first_leaf, int leaf_count) {
    int leaves[LEAF_COUNT];
    *f = (formula){.count = 0};
    for (int i = 0; i < leaf_count; i++)
        leaves[i] = first_leaf + i;
    for (int i = leaf_count - 1; i > 0; i--) {
        const int other = (int)upto((unsigned)i + 1), kept = leaves[i];
        leaves[i] = leaves[other];
        leaves[other] = kept;
    }
    (void)grow(f, leaves, 1 + (int)upto((unsigned)leaf_count), true);
}

/* With every leaf filled in. */
static bool is_true(const formula *f, int node, const bool *leaves) {
    const node_kind is = f->nodes[node].is;
    if (is == LEAF)
        return leaves[f->nodes[node].leaf];
    if (is == NOT)
        return !is_true(f, f->nodes[node].children[0], leaves);
    for (int i = 0; i < f->nodes[node].child_count; i++)
        if (is_true(f, f->nodes[node].children[i], leaves) == (is == OR))
            return is == OR;
    return is == AND;
}

/* What a formula comes to, and which of its open leaves could still turn it. */
typedef struct finding {
    answer is;
    bool matters[LEAF_COUNT];
    mag_unknown_set reasons;
} finding;

static finding find(const formula *f, const int *state_of) {
    finding found = {.is = OPEN};
    bool can_be[2] = {false, false};
    for (unsigned fill = 0; fill < 1u << LEAF_COUNT; fill++) {
        bool leaves[LEAF_COUNT], is_possible = true;
        for (int i = 0; i < LEAF_COUNT; i++) {
            const answer known = states[state_of[i]].is;
            leaves[i] = fill >> i & 1;
            is_possible = is_possible && (known == OPEN || leaves[i] == (known == YES));
        }
        if (!is_possible)
            continue;
        const bool result = is_true(f, 0, leaves);
        can_be[result] = true;
        for (int i = 0; i < LEAF_COUNT; i++) {
            if (states[state_of[i]].is != OPEN)
                continue;
            leaves[i] = !leaves[i];
            found.matters[i] |= is_true(f, 0, leaves) != result;
            leaves[i] = !leaves[i];
        }
    }
    if (can_be[true] != can_be[false])
        found.is = can_be[true] ? YES : NO;
    for (int i = 0; i < LEAF_COUNT; i++)
        if (found.matters[i])
            found.reasons |= mag_unknown_bit(states[state_of[i]].reason);
    return found;
}

/* --- deciding facts -------------------------------------------------------------------------- */

static answer answer_of(const formula *f, int node, const int *state_of) {
    formula part = *f;
    part.nodes[0] = f->nodes[node];
    return find(&part, state_of).is;
}

/* True `and`, false `or`: all children; true `or`: the true ones; false `and`: the false ones. */
static void mark_deciding(const formula *f, int node, const int *state_of, bool *decides) {
    const node_kind is = f->nodes[node].is;
    if (is == LEAF) {
        decides[f->nodes[node].leaf] = true;
        return;
    }
    const answer whole = answer_of(f, node, state_of);
    for (int i = 0; i < f->nodes[node].child_count; i++) {
        const int child = f->nodes[node].children[i];
        if (is == NOT || answer_of(f, child, state_of) == whole)
            mark_deciding(f, child, state_of, decides);
    }
}

/* Leaves of one formula that belong into the explanation, in the order of its text. */
static size_t list_facts(const formula *f, const int *state_of, const char **wanted) {
    bool shown[LEAF_COUNT] = {false};
    size_t count = 0;
    const finding found = find(f, state_of);
    if (found.is == OPEN)
        memcpy(shown, found.matters, sizeof shown);
    else
        mark_deciding(f, 0, state_of, shown);
    for (int i = 0; i < f->leaf_count; i++)
        if (shown[f->leaves[i]])
            wanted[count++] = analytes[f->leaves[i]];
    return count;
}

/* --- the pack and its patients --------------------------------------------------------------- */

static judge of;
static formula among[RULE_COUNT], when[RULE_COUNT];

static void load_formulas(void) {
    static char text[RULE_COUNT * 3 * FORMULA_NBYTES];
    strcpy(text, "pack: logic\nversion: 1.0.0\n"
                 "limits: [{ name: one, molar: 1.0 mmol/L, mass: 2.0 mg/dL }]\nrules:\n");
    for (int i = 0; i < RULE_COUNT; i++) {
        make_formula(&when[i], 0, WHEN_LEAVES);
        make_formula(&among[i], WHEN_LEAVES, AMONG_LEAVES);
        (void)sprintf(text + strlen(text),
                      "- { id: R%d, title: T, severity: low, among: '%s', when: '%s' }\n", i,
                      among[i].text, when[i].text);
    }
    judge_begin_with(&of, text);
}

static void make_patient(int *state_of) {
    char lines[1024] = "female 50 y";
    for (int i = 0; i < LEAF_COUNT; i++) {
        char line[96];
        state_of[i] = (int)upto(STATE_COUNT);
        if (states[state_of[i]].line == NULL)
            continue;
        (void)snprintf(line, sizeof line, states[state_of[i]].line, analytes[i]);
        strcat(strcat(lines, "; "), line);
    }
    world_say(&of.in, "%s", lines);
    judge_patient(&of);
}

static const mag_outcome *outcome_of(int rule) {
    char id[16];
    (void)snprintf(id, sizeof id, "R%d", rule);
    return judge_outcome(&of, id);
}

/* The table of the rule language, word for word. */
static mag_outcome_kind by_the_table(answer among_is, answer when_is) {
    static const mag_outcome_kind table[3][3] = {
        [YES] = {[YES] = MAG_FLAGGED, [NO] = MAG_CLEAR, [OPEN] = MAG_CANNOT_TELL},
        [NO] = {[YES] = MAG_NOT_APPLICABLE, [NO] = MAG_NOT_APPLICABLE, [OPEN] = MAG_NOT_APPLICABLE},
        [OPEN] = {[YES] = MAG_CANNOT_TELL, [NO] = MAG_NOT_APPLICABLE, [OPEN] = MAG_CANNOT_TELL},
    };
    return table[among_is][when_is];
}

static void outcomes_and_reasons_are_those_of_every_way_to_fill_in(void **state) {
    (void)state;
    size_t seen[MAG_NOT_EVALUATED + 1] = {0};
    load_formulas();
    for (int patient = 0; patient < PATIENT_COUNT; patient++) {
        int state_of[LEAF_COUNT];
        make_patient(state_of);
        for (int i = 0; i < RULE_COUNT; i++) {
            const finding among_is = find(&among[i], state_of), when_is = find(&when[i], state_of);
            const mag_outcome *got = outcome_of(i);
            const mag_outcome_kind kind = by_the_table(among_is.is, when_is.is);
            const mag_unknown_set reasons =
                kind == MAG_CANNOT_TELL ? among_is.reasons | when_is.reasons : 0;
            seen[kind]++;
            if (got->kind != kind || got->reasons != reasons)
                fail_msg("among %s, when %s: %s %x, wanted %s %x", among[i].text, when[i].text,
                         mag_outcome_name(got->kind), got->reasons, mag_outcome_name(kind),
                         reasons);
        }
    }
    for (int kind = MAG_NOT_APPLICABLE; kind <= MAG_CANNOT_TELL; kind++)
        assert_true(seen[kind] > 500);
    judge_end(&of);
}

/* Which of the two parts has facts: the one that settled it. */
static size_t wanted_facts(int rule, mag_outcome_kind kind, const int *state_of,
                           const char **wanted) {
    const answer among_is = find(&among[rule], state_of).is;
    const answer when_is = find(&when[rule], state_of).is;
    const bool is_decided = kind == MAG_FLAGGED || kind == MAG_CLEAR;
    size_t count = 0;
    if (is_decided || (kind == MAG_CANNOT_TELL && among_is == OPEN) || among_is == NO)
        count += list_facts(&among[rule], state_of, wanted);
    if (is_decided || (kind == MAG_CANNOT_TELL && when_is == OPEN) ||
        (kind == MAG_NOT_APPLICABLE && among_is == OPEN))
        count += list_facts(&when[rule], state_of, wanted + count);
    return count;
}

static void expect_facts(int rule, const mag_explanation *got, const int *state_of) {
    const char *wanted[2 * LEAF_COUNT];
    const size_t count = wanted_facts(rule, got->outcome.kind, state_of, wanted);
    for (size_t i = 0; i < count && i < got->fact_count; i++) {
        char operand[64];
        (void)snprintf(operand, sizeof operand, "latest(%s)", wanted[i]);
        if (strcmp(operand, got->facts[i].operand) != 0)
            fail_msg("among %s, when %s: fact %zu is %s, wanted %s", among[rule].text,
                     when[rule].text, i, got->facts[i].operand, operand);
    }
    if (count != got->fact_count)
        fail_msg("among %s, when %s (%s): %zu facts, wanted %zu", among[rule].text, when[rule].text,
                 mag_outcome_name(got->outcome.kind), got->fact_count, count);
}

static void deciding_facts_are_those_that_settle_it(void **state) {
    (void)state;
    load_formulas();
    for (int patient = 0; patient < PATIENT_COUNT / 8; patient++) {
        int state_of[LEAF_COUNT];
        make_patient(state_of);
        for (int i = 0; i < RULE_COUNT; i++) {
            char id[16];
            mag_explanation explanation;
            mag_error err = {0};
            (void)snprintf(id, sizeof id, "R%d", i);
            const size_t rule_idx = (size_t)mag_pack_find_rule(of.pack, id);
            assert_int_equal(
                mag_explain_rule(of.evaluator, &of.in.patient, rule_idx, &explanation, &err),
                MAG_OK);
            assert_int_equal(explanation.outcome.kind, outcome_of(i)->kind);
            expect_facts(i, &explanation, state_of);
        }
    }
    judge_end(&of);
}

/* --- known ----------------------------------------------------------------------------------- */

/* "K" among the lines of a row: potassium below; "k" not below; "?" rejected. */
static void known_turns_unknown_into_false_and_nothing_else(void **state) {
    (void)state;
    static const char *const lines[] = {"potassium 0.5 mmol/L 1 day ago",
                                        "potassium 1.5 mmol/L 1 day ago",
                                        "potassium rejected 1 day ago"};
    const struct {
        const char *when, *wanted[3]; /* for potassium below, not below, rejected */
    } rows[] = {
        {"latest(potassium) < one", {"low", "clear", "cannot_tell rejected"}},
        {"known(latest(potassium) < one)", {"low", "clear", "clear"}},
        {"not known(latest(potassium) < one)", {"clear", "low", "low"}},
        {"known(not latest(potassium) < one)", {"clear", "low", "clear"}},
        {"not known(not latest(potassium) < one)", {"low", "clear", "low"}},
        {"known(known(latest(potassium) < one))", {"low", "clear", "clear"}},
        {"known(latest(potassium) < one) or age > 200", {"low", "clear", "clear"}},
        {"known(latest(potassium) < one or age > 20)", {"low", "low", "low"}},
        {"known(latest(potassium) < one) or latest(potassium) < one",
         {"low", "clear", "cannot_tell rejected"}},
        {"known(latest(potassium) < one) and latest(potassium) < one", {"low", "clear", "clear"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "pack: logic\nversion: 1.0.0\n"
                       "limits: [{ name: one, molar: 1.0 mmol/L, mass: 2.0 mg/dL }]\nrules:\n"
                       "- { id: R, title: T, severity: low, among: 'age > 3', when: '%s' }\n",
                       rows[i].when);
        judge_begin_with(&of, text);
        for (size_t k = 0; k < 3; k++) {
            world_say(&of.in, "female 50 y; %s", lines[k]);
            judge_patient(&of);
            judge_expect(&of, "R", rows[i].wanted[k]);
        }
        judge_end(&of);
    }
}

/* --- arithmetic ------------------------------------------------------------------------------ */

static void arithmetic_binds_as_at_school(void **state) {
    (void)state;
    /* three potassium results, 50 years, 60 kg */
    static const char *const is_true_of_her[] = {"count(potassium) + 2 * 3 = 9",
                                                 "2 * 3 + count(potassium) = 9",
                                                 "(count(potassium) + 2) * 3 = 15",
                                                 "count(potassium) - 1 - 1 = 1",
                                                 "count(potassium) - (1 - 1) = 3",
                                                 "12 / count(potassium) / 2 = 2",
                                                 "12 / (count(potassium) / 3) = 12",
                                                 "12 / count(potassium) * 2 = 8",
                                                 "2 + count(potassium) * 2 - 1 = 7",
                                                 "count(potassium) * 2 < 2 + 5",
                                                 "count(potassium) != 2 + 2",
                                                 "age - 5 years * 2 >= 40 years",
                                                 "weight / 2 > 29.9 kg",
                                                 "weight / 20 kg = count(potassium)",
                                                 "age / 2 - 5 years <= 20 years",
                                                 "2 * age + 1 years > 100 years",
                                                 "count(potassium) / 3 + 0.5 > 1",
                                                 "age * 0.5 < 25.000001 years",
                                                 "not count(potassium) + 1 = 3",
                                                 "count(potassium) = 3 and age > 49",
                                                 "30 kg + weight / 2 <= 60 kg",
                                                 "weight - 10 kg - 20 kg < 30.001 kg",
                                                 "latest(potassium) * 2 > 7.9 mmol/L",
                                                 "latest(potassium) - 0.5 mmol/L < 3.51 mmol/L",
                                                 "latest(potassium) / 2 mmol/L >= 2",
                                                 "latest(potassium) + 1 mmol/L <= 5 mmol/L"};
    for (size_t i = 0; i < sizeof is_true_of_her / sizeof is_true_of_her[0]; i++) {
        char text[1024];
        (void)snprintf(text, sizeof text,
                       "pack: sums\nversion: 1.0.0\nrules:\n"
                       "- { id: R, title: T, severity: low, among: 'age > 3', when: '%s' }\n"
                       "- { id: S, title: T, severity: low, among: 'age > 3', when: 'not (%s)' }\n",
                       is_true_of_her[i], is_true_of_her[i]);
        judge_begin_with(&of, text);
        world_say(&of.in, "female 50 y 60 kg; potassium 4.0 mmol/L 3 days ago; "
                          "potassium 4.5 mmol/L 4 days ago; potassium 5.0 mmol/L 5 days ago");
        judge_patient(&of);
        char got[160];
        judge_text(&of, "R", got);
        if (strcmp(got, "low") != 0)
            fail_msg("%s: %s", is_true_of_her[i], got);
        judge_expect(&of, "S", "clear");
        judge_end(&of);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_and_reasons_are_those_of_every_way_to_fill_in),
        cmocka_unit_test(deciding_facts_are_those_that_settle_it),
        cmocka_unit_test(known_turns_unknown_into_false_and_nothing_else),
        cmocka_unit_test(arithmetic_binds_as_at_school),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
