/* One sound rule, and every fault that lint must see seeded into it: what is said and where. Faults
   that make a pack unusable are refused when it is loaded, the others are findings. */
#include "pack_text.h"

enum { TODAY = 20778 /* 2026-11-21 */, TEXT_NBYTES = 8192 };

static const char sound[] =
    "pack: sound\n"
    "version: 1.0.0\n"
    "parameters:\n"
    "  - { name: recent, value: 90 days }\n"
    "limits:\n"
    "  - { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"
    "  - { name: mg_iv, molar: 0.50 mmol/L, mass: 1.2 mg/dL }\n"
    "groups:\n"
    "  - name: DIURETICS\n"
    "    members: [LOOP, THIAZ within 48 hours]\n"
    "define:\n"
    "  - name: kf\n"
    "    as: kidney_function(within 365 days)\n"
    "rules:\n"
    "  - id: L1\n"
    "    title: Low magnesium on a diuretic\n"
    "    status: active\n"
    "    let:\n"
    "      - name: sample\n"
    "        as: latest(magnesium within recent)\n"
    "    among: active(DIURETICS)\n"
    "    except: has(dialysis)\n"
    "    when: sample < mg_low\n"
    "    severity:\n"
    "      - tier: high\n"
    "        when: sample < mg_iv\n"
    "      - tier: low\n"
    "    adjust:\n"
    "      - up: 1\n"
    "        when: kf < 30 mL/min\n"
    "    worse: low\n"
    "    event: spell(magnesium < mg_low, gap 90 days)\n"
    "    snooze: 7 days\n"
    "    worsens: severity rises or kf drops by 5 mL/min\n"
    "    notes:\n"
    "      - name: old_sample\n"
    "        when: days_since(sample) > 30\n"
    "    action: Look.\n"
    "    rationale: Because.\n"
    "    evidence: [S0-01]\n"
    "    authored_by: one\n"
    "    checked_by: two\n"
    "    reviewed_on: 2026-01-01\n"
    "    review_by: 2026-11-21\n"
    "    examples:\n"
    "      - name: very low\n        expect: high\n        given: ['magnesium 0.4 mmol/L 3 days "
    "ago']\n"
    "      - name: at the edge\n        expect: low\n        given: ['magnesium 0.50 mmol/L 3 days "
    "ago']\n"
    "      - name: at the other edge\n        expect: low\n        given: ['magnesium 1.2 mg/dL 3 "
    "days ago']\n"
    "      - name: lower\n        expect: high\n        given: ['magnesium 0.3 mmol/L 3 days "
    "ago']\n"
    "      - name: on the line\n        expect: clear\n        given: ['magnesium 0.70 mmol/L 3 "
    "days ago']\n"
    "      - name: on the other line\n        expect: clear\n        given: ['magnesium 1.7 mg/dL "
    "3 "
    "days ago']\n"
    "      - name: nothing\n        expect: cannot_tell missing\n        given: ['LOOP since 3 "
    "days "
    "ago']\n";

static pack_text in;

/* The sound pack with one piece replaced. */
static void seed(char text[TEXT_NBYTES], const char *from, const char *to) {
    const char *at = strstr(sound, from);
    if (at == NULL)
        fail_msg("\"%s\" is not in the sound pack", from);
    (void)snprintf(text, TEXT_NBYTES, "%.*s%s%s", (int)(at - sound), sound, to, at + strlen(from));
}

static void place_of(const char *text, const char *where, unsigned *line, unsigned *column) {
    const char *at = strstr(text, where);
    if (at == NULL)
        fail_msg("\"%s\" is not in the seeded pack", where);
    *line = *column = 1;
    for (; text < at; text++) {
        *column = *text == '\n' ? 1 : *column + 1;
        *line += *text == '\n';
    }
}

static size_t lint(const char *text, const mag_lint_finding **findings) {
    size_t count;
    if (pack_load_with(&in, text, NULL, 0, 3650) != MAG_OK)
        fail_msg("%s", in.err.text);
    assert_int_equal(mag_pack_lint(in.arena, in.pack, TODAY, findings, &count, &in.err), MAG_OK);
    return count;
}

static void the_sound_pack_has_no_finding(void **state) {
    (void)state;
    const mag_lint_finding *findings;
    if (lint(sound, &findings) != 0)
        fail_msg("%u:%u: %s", findings[0].line, findings[0].column, findings[0].text);
}

typedef struct seeded {
    const char *from, *to; /* what is replaced in the sound pack */
    const char *says;
    const char *where; /* the message points at the first byte of this */
} seeded;

static void each_finding_has_its_text_and_place(void **state) {
    (void)state;
    static const char rule[] = "id: L1";
    const seeded rows[] = {
        {"    action: Look.\n", "", "rule L1: action is missing", rule},
        {"    action: Look.\n", "    action: ''\n", "rule L1: action is missing", rule},
        {"    rationale: Because.\n", "", "rule L1: rationale is missing", rule},
        {"    evidence: [S0-01]\n", "", "rule L1: evidence is missing", rule},
        {"[S0-01]", "[]", "rule L1: evidence is missing", rule},
        {"    authored_by: one\n", "", "rule L1: authored_by is missing", rule},
        {"    checked_by: two\n", "", "rule L1: checked_by is missing", rule},
        {"    reviewed_on: 2026-01-01\n", "", "rule L1: reviewed_on is missing", rule},
        {"    review_by: 2026-11-21\n", "", "rule L1: review_by is missing", rule},
        {"checked_by: two", "checked_by: one", "checked_by is the author", rule},
        {"review_by: 2026-11-21", "review_by: 2026-11-20", "review was due by 2026-11-20", rule},
        {"name: lower\n        expect: high", "name: lower\n        expect: low",
         "1 of 2 examples expect high", rule},
        {"name: on the line\n        expect: clear", "name: on the line\n        expect: low",
         "1 of 2 examples expect clear", rule},
        {"expect: cannot_tell missing", "expect: not_applicable", "no example expects cannot_tell",
         rule},
        {"name: lower", "name: very low", "two examples are named \"very low\"",
         "name: very low\n        expect: high\n        given: ['magnesium 0.3"},
        {"magnesium 0.70 mmol/L 3", "magnesium 0.71 mmol/L 3", "line, \"magnesium 0.70 mmol/L\"",
         rule},
        {"magnesium 1.7 mg/dL 3", "magnesium 1.8 mg/dL 3", "line, \"magnesium 1.7 mg/dL\"", rule},
        {"magnesium 0.50 mmol/L 3", "magnesium 0.55 mmol/L 3", "line, \"magnesium 0.50 mmol/L\"",
         rule},
        {"magnesium 1.2 mg/dL 3", "magnesium 1.3 mg/dL 3", "line, \"magnesium 1.2 mg/dL\"", rule},
        {"when: sample < mg_low", "when: sample < mg_low and age < 18",
         "the trigger can never hold", "and age < 18"},
        {"when: sample < mg_low", "when: sample < mg_low or age > 17", "the trigger always holds",
         "or age > 17"},
        {"when: sample < mg_low", "when: sample < mg_low and not active(DIURETICS)",
         "the trigger can never hold", "and not"},
        {"      - tier: low\n",
         "      - tier: low\n        when: sample < mg_iv and age > 60\n      - tier: low\n",
         "tier 2 (low) can never be reached", rule},
        {"  - { name: recent, value: 90 days }\n",
         "  - { name: recent, value: 90 days }\n  - { name: idle, value: 9 days }\n",
         "the parameter \"idle\" is used nowhere", "idle,"},
        {"limits:\n", "limits:\n  - { name: ca_low, molar: 2.2 mmol/L }\n",
         "the limit \"ca_low\" is used nowhere", "ca_low"},
        {"groups:\n", "groups:\n  - { name: ANY_PPI, members: [PPI] }\n",
         "the group \"ANY_PPI\" is used nowhere", "ANY_PPI"},
        {"define:\n", "define:\n  - name: old\n    as: age > 80\n",
         "the definition \"old\" is used nowhere", "old\n"},
        {"    let:\n", "    let:\n      - name: k\n        as: latest(potassium)\n",
         "the binding \"k\" is used nowhere", "k\n        as: latest(pot"},
        {"[LOOP, THIAZ within 48 hours]", "[LOOP, KSPARE]", "which spares magnesium", "KSPARE]"},
        {"['magnesium 0.4 mmol/L 3 days ago']", "[magnesium 0.4 mmol/L 3 days ago]",
         "stands bare between [ ]", "magnesium 0.4"},
        {"  - name: kf\n    as: kidney_function(within 365 days)\n",
         "  - { name: kf, as: kidney_function(within 365 days) }\n", "stands bare between { }",
         "kidney_function("},
        {"rules:\n",
         "gaps:\n  - { name: quinolone, class: FQ, before: 2 hours, after: 4 hours }\nrules:\n",
         "no gap_kept( ) asks about FQ", "{ name: quinolone"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[TEXT_NBYTES];
        const mag_lint_finding *findings;
        unsigned line, column;
        seed(text, rows[i].from, rows[i].to);
        const size_t count = lint(text, &findings);
        if (count != 1 || strstr(findings[0].text, rows[i].says) == NULL)
            fail_msg("\"%s\": %zu findings, the first \"%s\"", rows[i].to, count,
                     count > 0 ? findings[0].text : "");
        place_of(text, rows[i].where, &line, &column);
        if (findings[0].line != line || findings[0].column != column)
            fail_msg("\"%s\": %u:%u, wanted %u:%u", rows[i].says, findings[0].line,
                     findings[0].column, line, column);
    }
}

static void expect_refusals(const seeded *rows, size_t count, mag_message_id id) {
    for (size_t i = 0; i < count; i++) {
        char text[TEXT_NBYTES], place[64];
        unsigned line, column;
        seed(text, rows[i].from, rows[i].to);
        assert_fault(&in, pack_load_with(&in, text, NULL, 0, 3650), id, rows[i].says);
        place_of(text, rows[i].where, &line, &column);
        (void)snprintf(place, sizeof place, "p.yaml:%u:%u: ", line, column);
        if (strncmp(in.err.text, place, strlen(place)) != 0)
            fail_msg("%s is not at the head of:\n%s", place, in.err.text);
    }
}

#define EXPECT_REFUSALS(id, ...)                                                                   \
    do {                                                                                           \
        const seeded rows[] = {__VA_ARGS__};                                                       \
        expect_refusals(rows, sizeof rows / sizeof rows[0], (id));                                 \
    } while (0)

static void keys_and_references_that_cannot_be_are_refused(void **state) {
    (void)state;
    EXPECT_REFUSALS(
        MAG_MSG_R502, {"version: 1.0.0", "version: 1.0", "three numbers", "1.0\n"},
        {"version: 1.0.0", "version: 1.0.", "three numbers", "1.0.\n"},
        {"version: 1.0.0", "version: v1.0.0", "three numbers", "v1.0.0"},
        {"id: L1", "id: 1L", "an id has letters", "1L"},
        {"id: L1", "id: L1234567890123456789012345", "an id has letters", "L1234"},
        {"status: active", "status: live", "status is draft", "live"},
        {"worse: low", "worse: lower", "worse is low or high", "lower"},
        {"review_by: 2026-11-21", "review_by: 2026-11", "expected a date", "2026-11\n"},
        {"review_by: 2026-11-21", "review_by: 2026-02-30", "expected a date", "2026-02-30"},
        {"name: recent", "name: age", "has a meaning already", "age,"},
        {"name: recent", "name: re-cent", "a name has letters", "re-cent"},
        {"name: mg_iv", "name: mg_low", "has a meaning already", "mg_low, molar: 0.50"},
        {"name: kf", "name: LOOP", "has a meaning already", "LOOP\n"},
        {"name: old_sample", "name: kf", "has a meaning already", "kf\n        when: days"},
        {"[LOOP, THIAZ within 48 hours]", "[LOOP, LOOP]", "stands here twice", "LOOP]"},
        {"[LOOP, THIAZ within 48 hours]", "[]", "has no members", "name: DIURETICS"},
        {"      - tier: low\n", "      - tier: low\n        when: age > 60\n",
         "the last tier has no `when`", "tier: low"},
        {"        when: sample < mg_iv\n", "", "only the last tier may be without", "tier: high"},
        {"tier: high", "tier: highest", "a severity is critical", "highest"},
        {"up: 1", "up: 0", "by 1 to 4 steps", "up: 0"},
        {"up: 1", "up: 5", "by 1 to 4 steps", "up: 5"},
        {"up: 1", "up: 1\n        down: 1", "either down or up", "up: 1"},
        {"    worse: low\n", "    worse: low\n    hides: [{ rule: L2 }]\n", "no rule L2", "L2 }"},
        {"    worse: low\n", "    worse: low\n    hides: [{ rule: L1 }]\n", "hides itself",
         "id: L1"},
        {"    worse: low\n", "    worse: low\n    hides: [{ rule: L1, share: drug }]\n",
         "share is sample", "drug }"},
        {"    worse: low\n", "    worse: low\n    requires: [stays]\n", "is conditions", "stays]"},
        {"expect: high", "expect: highest", "expect is a severity", "highest"},
        {"cannot_tell missing", "cannot_tell lost", "\"lost\" is no reason", "cannot_tell lost"},
        {"among: active(DIURETICS)", "among: active(DIURETICS) and has(ckd)", "a bare has( )",
         "has(ckd)"},
        {"    worse: low\n", "    worse: low\n    hides: [{ rule: L1, at_most: worst }]\n",
         "a severity is critical", "worst }"},
        {"    worse: low\n", "    worse: low\n    population: children\n",
         "population is adults or adults or unknown", "children"},
        {"    worse: low\n", "    worse: low\n    scope: run\n", "scope is patient or source",
         "run\n"},
        {"    worse: low\n", "    worse: low\n    hides_suspect: yes\n",
         "hides_suspect is false or true", "yes\n"},
        {"among: active(DIURETICS)", "among: unmapped_drugs > 3",
         "for rules with `scope: source` only", "unmapped_drugs > 3"},
        {"    worse: low\n", "    worse: low\n    scope: source\n",
         "which a rule with `scope: source` has none of", "latest(magnesium within recent)"},
        {"name: recent", "name: apart", "has a meaning already", "apart,"},
        {"name: recent", "name: always", "has a meaning already", "always,"},
        {"rules:\n", "gaps: [{ name: g, class: FQ }]\nrules:\n", "before, after or both",
         "{ name: g"},
        {"rules:\n",
         "gaps: [{ name: g, class: FQ, after: 1 hour }, { name: h, class: FQ, after: 2 hours }]\n"
         "rules:\n",
         "has a gap already", "{ name: h"},
        {"rules:\n",
         "rules:\n  - { id: L1, title: T, among: always, when: always, severity: low }\n",
         "the id L1 is used twice", "id: L1\n    title: Low"},
        {"within recent)\n", "within 3651 days)\n", "longer than the history of 3650 days",
         "3651 days"});
}

static void expressions_that_cannot_be_are_refused(void **state) {
    (void)state;
    EXPECT_REFUSALS(
        MAG_MSG_R501, {"value: 90 days", "value: soon", "one number with its unit", "soon"},
        {"value: 90 days", "value: 90 days + 1 day", "one number with its unit", "90 days +"},
        {"molar: 0.70 mmol/L", "molar: 0.70 mg/dL", "the molar side is in a unit such as mmol/L",
         "0.70 mg/dL"},
        {"mass: 1.7 mg/dL", "mass: 1.7 mmol/L", "the mass side is in a unit such as mg/dL",
         "1.7 mmol/L"},
        {"mass: 1.7 mg/dL", "mass: 1.7", "the mass side is in a unit", "1.7 }"},
        {"[LOOP, THIAZ within 48 hours]", "[LOOP within two hours]", "a member is CLASS",
         "within two"},
        {"[LOOP, THIAZ within 48 hours]", "[LOOP until 48 hours]", "a member is CLASS", "until 48"},
        {"snooze: 7 days", "snooze: 0 days", "snooze is 1 to 365 days", "0 days\n    worsens"},
        {"snooze: 7 days", "snooze: 366 days", "snooze is 1 to 365 days", "366 days\n    worsens"},
        {"snooze: 7 days", "snooze: 7 kg", "snooze is 1 to 365 days", "7 kg"},
        {"event: spell(magnesium < mg_low, gap 90 days)", "event: spell(magnesium < mg_low)",
         "an event is era(", ")\n    snooze"},
        {"gap 90 days", "gap 90 kg", "an event is era(", "90 kg"},
        {"event: spell(magnesium < mg_low, gap 90 days)", "event: era(LOOP within 3 days)",
         "an event is era(", "era(LOOP within"},
        {"event: spell(magnesium < mg_low, gap 90 days)", "event: episode(LOOP)",
         "an event is era(", "episode"},
        {"worsens: severity rises", "worsens: severity drops", "worsens is a list", "drops or"},
        {"kf drops by 5 mL/min", "kf drops by 5 days", "units do not match", "5 days\n"},
        {"kf drops by 5 mL/min", "kf falls by 5 mL/min", "worsens is a list", "falls"},
        {"kf drops by 5 mL/min", "kf drops 5 mL/min", "worsens is a list", "5 mL/min"},
        {"kf drops by 5 mL/min", "sample drops by 0.1 mmol/L", "limit named under `limits`",
         "0.1 mmol/L"},
        {"when: kf < 30 mL/min", "when: kf < -mL/min", "expected a value", "mL/min\n    worse"},
        {"when: kf < 30 mL/min", "when: continuous(PPI)", "continuous( ) needs `for 90 days`",
         "continuous(PPI)"},
        {"when: kf < 30 mL/min", "when: active(PPI, gap 9 days)",
         "active( ) takes no `gap 60 days`", "gap 9 days"},
        {"when: kf < 30 mL/min", "when: dose_change(PPI, by 3 days)", "a percentage such as 25 %",
         "3 days)\n    worse"},
        {"when: kf < 30 mL/min", "when: spaced(magnesium < mg_low, apart 3 kg) > 1",
         "whole number of days or hours", "3 kg"},
        {"when: kf < 30 mL/min", "when: latest(any) < mg_low", "`any` is for rejected",
         "latest(any)"},
        {"when: kf < 30 mL/min", "when: none(magnesium < mg_low)", "none( ) takes no filter",
         "< mg_low)\n    worse"},
        {"when: kf < 30 mL/min", "when: pair(kf, potassium within 7 days) < mg_low",
         "takes a bound result and an analyte", "pair(kf"},
        {"when: kf < 30 mL/min", "when: overlap(LOOP) > 1 day", "takes two lists", "overlap(LOOP)"},
        {"when: kf < 30 mL/min", "when: any_of(kf < 30 mL/min) ", "two conditions or more",
         "any_of(kf"},
        {"when: kf < 30 mL/min", "when: ckd_category(kf) > G2", "a window, or one eGFR",
         "ckd_category(kf)"},
        {"when: kf < 30 mL/min", "when: count(egfr < 3 mL/min) > 1", "in mL/min/1.73m2",
         "3 mL/min)"},
        {"when: kf < 30 mL/min", "when: kf < 30", "units do not match", "30\n    worse"},
        {"when: sample < mg_low", "when: sample < mg_low and age > 60 or age < 20",
         "put brackets around one", "or age < 20"});
    EXPECT_REFUSALS(MAG_MSG_R510, {"when: kf < 30 mL/min", "when: kf < 1e999 mL/min",
                                   "not with an exponent", "1e999"});
}

static void names_that_nobody_knows_are_refused(void **state) {
    (void)state;
    EXPECT_REFUSALS(
        MAG_MSG_R503, {"[LOOP, THIAZ within 48 hours]", "[LOPO]", "did you mean \"LOOP\"?", "LOPO"},
        {"latest(magnesium within recent)", "latest(magnesum within recent)",
         "did you mean \"magnesium\"?", "magnesum"},
        {"among: active(DIURETICS)", "among: active(DIURETIC)", "did you mean \"DIURETICS\"?",
         "DIURETIC)"},
        {"except: has(dialysis)", "except: has(dialisis)", "did you mean \"dialysis\"?",
         "dialisis"},
        {"when: sample < mg_iv", "when: sample < mg_vi", "did you mean \"mg_iv\"?", "mg_vi"},
        {"spell(magnesium", "spell(magnesum", "unknown analyte \"magnesum\"", "magnesum <"},
        {"spell(magnesium < mg_low", "spell(magnesium < mg_lo", "unknown limit \"mg_lo\"",
         "mg_lo, gap"},
        {"kf drops by", "fk drops by", "unknown name \"fk\"", "fk drops"},
        {"when: kf < 30 mL/min", "when: salt(MGSUPP is oxyde)", "did you mean \"oxide\"?", "oxyde"},
        {"when: kf < 30 mL/min", "when: route(FQ is entral)", "did you mean \"enteral\"?",
         "entral"},
        {"when: kf < 30 mL/min", "when: suspect(edta or driparm)", "did you mean \"drip_arm\"?",
         "driparm"},
        {"when: kf < 30 mL/min", "when: latest(egrf) < 30 mL/min/1.73m2", "did you mean \"egfr\"?",
         "egrf"},
        {"rules:\n", "gaps: [{ name: g, class: FG, after: 1 hour }]\nrules:\n",
         "unknown drug class \"FG\"", "FG,"},
        {"rules:\n",
         "gaps: [{ name: g, class: FQ, agent: moxifloxacine, after: 1 hour }]\nrules:\n",
         "did you mean \"moxifloxacin\"?", "moxifloxacine"},
        {"value: 90 days", "value: 90 dys", "did you mean \"days\"?", "dys }"});
}

static int begin(void **state) {
    (void)state;
    pack_begin(&in);
    return 0;
}

static int end(void **state) {
    (void)state;
    pack_end(&in);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_sound_pack_has_no_finding),
        TEST(each_finding_has_its_text_and_place),
        TEST(keys_and_references_that_cannot_be_are_refused),
        TEST(expressions_that_cannot_be_are_refused),
        TEST(names_that_nobody_knows_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
