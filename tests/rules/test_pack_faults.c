/* Everything in a pack but its expressions that can be wrong: the message, its id, and the place.
   In the tables '@' stands before the byte that the place names, and is taken out. */
#include "pack_text.h"

#include <stdlib.h>

enum { FAULT_NBYTES = 16384 };

typedef struct fault {
    const char *text, *says;
} fault;

static pack_text in;

/* A pack with these names, whose only rule says this as well. */
static void write_pack(char text[FAULT_NBYTES], const char *names, const char *rule) {
    (void)snprintf(text, FAULT_NBYTES,
                   "pack: test\nversion: 1.0.0\n%s\nrules:\n"
                   "- id: A1\n  title: T\n  among: age > 3\n  when: age > 4\n%s%s",
                   names, strstr(rule, "severity:") ? "" : "  severity: high\n", rule);
}

static void expect_fault(const char *names, const char *rule, mag_message_id id, const char *says) {
    static char marked[FAULT_NBYTES], text[FAULT_NBYTES];
    char place[64];
    unsigned line = 1, column = 1;
    write_pack(marked, names, rule);
    const char *mark = strchr(marked, '@');
    assert_non_null(mark);
    (void)snprintf(text, sizeof text, "%.*s%s", (int)(mark - marked), marked, mark + 1);
    for (const char *at = marked; at < mark; at++) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n';
    }
    assert_fault(&in, pack_load(&in, text), id, says);
    (void)snprintf(place, sizeof place, "p.yaml:%u:%u: ", line, column);
    if (strncmp(in.err.text, place, strlen(place)) != 0)
        fail_msg("%s is not at the head of:\n%s", place, in.err.text);
}

/* rows: what stands in front of the rules, or within the rule. */
#define EXPECT_NAMES(id, ...)                                                                      \
    do {                                                                                           \
        const fault rows[] = {__VA_ARGS__};                                                        \
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)                                  \
            expect_fault(rows[i].text, "", (id), rows[i].says);                                    \
    } while (0)
#define EXPECT_RULE(id, ...)                                                                       \
    do {                                                                                           \
        const fault rows[] = {__VA_ARGS__};                                                        \
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)                                  \
            expect_fault(NAMES, rows[i].text, (id), rows[i].says);                                 \
    } while (0)

#define NAMES                                                                                      \
    "limits:\n"                                                                                    \
    "- { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"                                    \
    "define:\n- { name: kf, as: kidney_function(within 365 days) }\n"                              \
    "- { name: mg, as: latest(magnesium within 90 days) }\n"                                       \
    "- { name: alb, as: latest(albumin within 90 days) }\n"

/* --- names ----------------------------------------------------------------------------------- */

static void parameters_that_cannot_be(void **state) {
    (void)state;
    EXPECT_NAMES(MAG_MSG_R502, {"parameters: @{ name: x }", "\"parameters\" must be a list"},
                 {"parameters: [@{ name: x }]", "the key \"value\" is missing"},
                 {"parameters: [{ name: @1x, value: 3 days }]", "a name has letters"},
                 {"parameters: [{ name: @a-b, value: 3 days }]", "a name has letters"},
                 {"parameters: [{ name: @, value: 3 days }]", "a name has letters"},
                 {"parameters: [{ name: @abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvw, "
                  "value: 3 days }]",
                  "at most 48 characters"},
                 {"parameters: [{ name: x, value: 3 days }, { name: @x, value: 3 days }]",
                  "\"x\" has a meaning already"},
                 {"parameters: [{ name: @within, value: 3 days }]", "has a meaning already"},
                 {"parameters: [{ name: @severity, value: 3 days }]", "has a meaning already"},
                 {"parameters: [{ name: @any, value: 3 days }]", "has a meaning already"},
                 {"parameters: [{ name: @any_of, value: 3 days }]", "has a meaning already"},
                 {"parameters: [{ name: @always, value: 3 days }]", "has a meaning already"});
    EXPECT_NAMES(MAG_MSG_R501,
                 {"parameters: [{ name: x, value: @3 days + 4 days }]", "one number with its unit"},
                 {"parameters: [{ name: x, value: 3 @$ }]", "no meaning here"});
    EXPECT_NAMES(MAG_MSG_R503, {"parameters: [{ name: x, value: 3 @dayz }]", "\"days\"?"});
}

static void limits_that_cannot_be(void **state) {
    (void)state;
    EXPECT_NAMES(MAG_MSG_R502, {"limits: @{ name: x }", "\"limits\" must be a list"},
                 {"limits: [@{ molar: 3 mmol/L }]", "the key \"name\" is missing"},
                 {"limits: [@{ name: x }]", "limit \"x\" has neither molar nor mass"},
                 {"limits: [{ name: x, molar: 3 U/L }, { name: @x, molar: 4 U/L }]",
                  "\"x\" has a meaning already"});
    EXPECT_NAMES(MAG_MSG_R501, {"limits: [{ name: x, molar: @3 }]", "in a unit such as mmol/L"},
                 {"limits: [{ name: x, molar: @3 days }]", "the molar side is in a unit such as"},
                 {"limits: [{ name: x, molar: @3 mg/dL }]", "the molar side is in a unit such as"},
                 {"limits: [{ name: x, molar: @3 mmol }]", "the molar side is in a unit such as"},
                 {"limits: [{ name: x, mass: @3 mmol/L }]", "the mass side is in a unit such as"},
                 {"limits: [{ name: x, mass: @3 U/L }]", "the mass side is in a unit such as"},
                 {"limits: [{ name: x, mass: @3 kg }]", "the mass side is in a unit such as"},
                 {"limits: [{ name: x, molar: 3 @$ }]", "no meaning here"},
                 {"limits: [{ name: x, mass: @age }]", "one number with its unit"});
}

static void groups_that_cannot_be(void **state) {
    (void)state;
    EXPECT_NAMES(MAG_MSG_R502, {"groups: @LOOP", "\"groups\" must be a list"},
                 {"groups: [@{ name: g }]", "the key \"members\" is missing"},
                 {"groups: [{ name: g, members: @LOOP }]", "\"members\" must be a list"},
                 {"groups: [@{ name: g, members: [] }]", "this group has no members"},
                 {"groups: [{ name: g, members: [@[LOOP]] }]", "a member is one text"},
                 {"groups: [{ name: @LOOP, members: [LOOP] }]", "has a meaning already"},
                 {"groups: [{ name: g, members: [PPI] }, { name: @g, members: [PPI] }]",
                  "\"g\" has a meaning already"},
                 {"groups: [{ name: g, members: [LOOP, @LOOP within 3 days] }]",
                  "\"LOOP\" stands here twice"});
    EXPECT_NAMES(MAG_MSG_R501, {"groups: [{ name: g, members: [@$] }]", "no meaning here"},
                 {"groups: [{ name: g, members: [LOOP @$] }]", "no meaning here"},
                 {"groups: [{ name: g, members: [LOOP within @$] }]", "no meaning here"},
                 {"groups: [{ name: g, members: [LOOP within 3 days @$] }]", "no meaning here"},
                 {"groups: [{ name: g, members: [LOOP @within] }]", "CLASS or CLASS within N"},
                 {"groups: [{ name: g, members: [LOOP @until 3 days] }]", "CLASS or CLASS within"},
                 {"groups: [{ name: g, members: [LOOP @within soon] }]", "CLASS or CLASS within N"},
                 {"groups: [{ name: g, members: [LOOP @within 3 kg] }]", "CLASS or CLASS within N"},
                 {"groups: [{ name: g, members: [LOOP @within 3 days 4] }]", "CLASS or CLASS"},
                 {"groups: [{ name: g, members: [LOOP @within 36526 days] }]", "CLASS or CLASS"});
    EXPECT_NAMES(MAG_MSG_R503, {"groups: [{ name: g, members: [@LOPO] }]", "\"LOOP\"?"});
}

static void gaps_that_cannot_be(void **state) {
    (void)state;
    EXPECT_NAMES(
        MAG_MSG_R502, {"gaps: @x", "\"gaps\" must be a list"},
        {"gaps: [@{ name: x, before: 4 hours }]", "the key \"class\" is missing"},
        {"gaps: [@{ name: x, class: FQ }]", "a gap says before, after or both"},
        {"gaps: [@{ name: x, class: FQ, after: 0 hours }]", "a gap says before, after or both"},
        {"gaps: [{ name: x, class: FQ, after: 2 hours }, @{ name: y, class: FQ, after: 1 hour }]",
         "has a gap already"});
    EXPECT_NAMES(MAG_MSG_R501,
                 {"gaps: [{ name: x, class: FQ, before: @3 kg }]", "a time such as 4 hours"},
                 {"gaps: [{ name: x, class: FQ, before: @-4 hours }]", "a time such as 4 hours"},
                 {"gaps: [{ name: x, class: FQ, after: @25 hours }]", "at most a day"},
                 {"gaps: [{ name: x, class: FQ, after: @soon }]", "one number with its unit"},
                 {"gaps: [{ name: x, class: FQ, before: 4 @$ }]", "no meaning here"});
    EXPECT_NAMES(MAG_MSG_R503,
                 {"gaps: [{ name: x, class: @FQQ, before: 4 hours }]", "unknown drug class"},
                 {"gaps: [{ name: x, class: FQ, agent: @moxifloxacine, before: 4 hours }]",
                  "did you mean \"moxifloxacin\"?"});
}

static void definitions_that_cannot_be(void **state) {
    (void)state;
    EXPECT_NAMES(MAG_MSG_R502, {"define: @x", "\"define\" must be a list"},
                 {"define: [@{ name: x }]", "the key \"as\" is missing"},
                 {"define: [{ name: x, as: @[3] }]", "\"as\" must be a text"},
                 {"define: [{ name: x, as: age }, { name: @x, as: age }]", "has a meaning already"},
                 {"limits: [{ name: x, molar: 3 U/L }]\ndefine: [{ name: @x, as: age }]",
                  "has a meaning already"},
                 {"groups: [{ name: g, members: [PPI] }]\ndefine: [{ name: @g, as: age }]",
                  "has a meaning already"});
    EXPECT_NAMES(MAG_MSG_R501, {"define: [{ name: x, as: age > @$ }]", "no meaning here"},
                 {"parameters: [{ name: x, value: -3 days }]\n"
                  "define: [{ name: y, as: active(LOOP within @x) }]",
                  "is not a whole number of days or hours"});
    EXPECT_NAMES(MAG_MSG_R503, {"define: [{ name: x, as: @agee }]", "did you mean \"age\"?"});
}

/* --- the rule -------------------------------------------------------------------------------- */

static void words_of_a_rule_that_cannot_be(void **state) {
    (void)state;
    EXPECT_RULE(
        MAG_MSG_R502, {"  hides_suspect: @yes\n", "hides_suspect is false or true"},
        {"  population: @children\n", "population is adults or adults or unknown"},
        {"  scope: @site\n", "scope is patient or source"},
        {"  scope: source\n  hides_suspect: @true\n", "hides no flag of a patient"},
        {"  scope: source\n  hides: @[{ rule: A1 }]\n", "hides no flag of a patient"},
        {"  evidence: @S0-01\n", "\"evidence\" must be a list"},
        {"  evidence: [@[S0-01]]\n", "\"evidence\" is a list of texts"},
        {"  to_confirm: [weight, @[height]]\n", "\"to_confirm\" is a list of texts"},
        {"  requires: @conditions\n", "\"requires\" must be a list"},
        {"  requires: [conditions, @[labs]]\n", "the only source that a rule can require"},
        {"  reviewed_on: @soon\n", "expected a date such as 2026-11-21"},
        {"  review_by: @2026-11-21 10:00\n", "expected a date such as 2026-11-21"},
        {"  review_by: @2026-02-30\n", "expected a date such as 2026-11-21"},
        {"  worse: @down\n", "worse is low or high"},
        {"  notes: [{ name: @mg, when: age > 3 }]\n", "has a meaning already"},
        {"  notes: [{ name: n, when: age > 3 }, { name: @n, when: age > 3 }]\n",
         "\"n\" has a meaning already"},
        {"  let: [{ name: n, as: age }, { name: @n, as: age }]\n", "\"n\" has a meaning already"},
        {"  let: [{ name: n, as: age }]\n  notes: [{ name: @n, when: age > 3 }]\n",
         "\"n\" has a meaning already"});
    EXPECT_RULE(MAG_MSG_R501, {"  except: @kf\n", "expected true or false"},
                {"  except: age > @$\n", "no meaning here"},
                {"  notes: [{ name: n, when: @kf }]\n", "expected true or false"},
                {"  let: [{ name: n, as: age > @$ }]\n", "no meaning here"});
    EXPECT_RULE(MAG_MSG_R503, {"  let: [{ name: n, as: @agee }]\n", "did you mean \"age\"?"});
}

static void severities_that_cannot_be(void **state) {
    (void)state;
    EXPECT_RULE(
        MAG_MSG_R502, {"  severity: @{ tier: high }\n", "one word or a list of tiers"},
        {"  severity: @[]\n", "one word or a list of tiers"},
        {"  severity: @huge\n", "a severity is critical, high, moderate, low or info"},
        {"  severity: [{ tier: @huge }]\n", "a severity is critical, high, moderate"},
        {"  severity: [@{ when: age > 3 }]\n", "the key \"tier\" is missing"},
        {"  severity: [@{ tier: high }, { tier: low }]\n", "only the last tier"},
        {"  severity: [@{ tier: high, when: age > 3 }]\n", "the last tier has no `when`"},
        {"  adjust: @down\n", "\"adjust\" must be a list"},
        {"  adjust: [@{ down: 1 }]\n", "the key \"when\" is missing"},
        {"  adjust: [@{ when: age > 3 }]\n", "either down or up, by 1 to 4 steps"},
        {"  adjust: [@{ down: 1, up: 1, when: age > 3 }]\n", "either down or up"},
        {"  adjust: [@{ down: 0, when: age > 3 }]\n", "either down or up, by 1 to 4"},
        {"  adjust: [@{ up: 5, when: age > 3 }]\n", "either down or up, by 1 to 4 steps"},
        {"  adjust: [@{ up: 12, when: age > 3 }]\n", "either down or up, by 1 to 4 steps"},
        {"  adjust: [{ up: 1, not_below: @huge, when: age > 3 }]\n", "a severity is critical"},
        {"  hides: @A1\n", "\"hides\" must be a list"},
        {"  hides: [@{ share: sample }]\n", "the key \"rule\" is missing"},
        {"  hides: [{ rule: A1, share: @patient }]\n", "share is sample"},
        {"  hides: [{ rule: A1, at_most: @huge }]\n", "a severity is critical, high"});
    EXPECT_RULE(MAG_MSG_R501,
                {"  severity: [{ tier: high, when: @kf }, { tier: low }]\n", "true or false"},
                {"  severity: [{ tier: high, when: age > @$ }, { tier: low }]\n", "no meaning"},
                {"  adjust: [{ up: 1, when: @kf }]\n", "expected true or false"},
                {"  adjust: [{ up: 1, when: age > @$ }]\n", "no meaning here"},
                {"  hides: [{ rule: A1, when: @kf }]\n", "expected true or false"},
                {"  hides: [{ rule: A1, when: age > @$ }]\n", "no meaning here"});
}

static void ids_that_cannot_be(void **state) {
    (void)state;
    static const char *const ids[] = {
        "''",  "1A",  "_A",       "A-1", "A@",   "'A['", "'A{'",
        "A.1", "A b", "\xc3\x84", "A:1", "'A`'", "A/1",  "ABCDEFGHIJKLMNOPQRSTUVWXY"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        char text[FAULT_NBYTES];
        (void)snprintf(text, sizeof text,
                       "pack: t\nversion: 1.0.0\nrules:\n- id: %s\n  title: T\n  among: age > 3\n"
                       "  when: age > 4\n  severity: low\n",
                       ids[i]);
        assert_fault(&in, pack_load(&in, text), MAG_MSG_R502, "an id has letters, digits and _");
        assert_memory_equal(in.err.text, "p.yaml:4:7: ", 12);
    }
    assert_int_equal(pack_load(&in,
                               "pack: t\nversion: 10.20.3\nrules:\n- id: zZ9_BCDEFGHIJKLMNOPQRSTU\n"
                               "  title: T\n  among: age > 3\n  when: age > 4\n  severity: low\n"),
                     MAG_OK);
    assert_string_equal(in.pack->rules[0].facts.id, "zZ9_BCDEFGHIJKLMNOPQRSTU");
}

static void versions_that_cannot_be(void **state) {
    (void)state;
    static const char *const versions[] = {"1",    "1.0",    "1.0.0.0", "1.0.",  ".1.0",
                                           "1..0", "1.0.0a", "v1.0.0",  "1,0,0", "1.0.0 "};
    for (size_t i = 0; i + 1 < sizeof versions / sizeof versions[0]; i++) {
        char text[FAULT_NBYTES];
        (void)snprintf(text, sizeof text, "pack: t\nversion: '%s'\nrules: [{ id: A }]\n",
                       versions[i]);
        assert_fault(&in, pack_load(&in, text), MAG_MSG_R502, "a version is three numbers");
    }
}

/* --- the life of a flag ---------------------------------------------------------------------- */

static void snoozes_that_cannot_be(void **state) {
    (void)state;
    EXPECT_RULE(MAG_MSG_R501, {"  snooze: @3 kg\n", "snooze is 1 to 365 days"},
                {"  snooze: @0 days\n", "snooze is 1 to 365 days"},
                {"  snooze: @12 hours\n", "snooze is 1 to 365 days"},
                {"  snooze: @-3 days\n", "snooze is 1 to 365 days"},
                {"  snooze: @366 days\n", "snooze is 1 to 365 days"},
                {"  snooze: @age\n", "one number with its unit"},
                {"  snooze: 3 days @$\n", "no meaning here"});
}

static void spells_that_cannot_be(void **state) {
    (void)state;
    EXPECT_RULE(MAG_MSG_R501, {"  event: @$\n", "no meaning here"},
                {"  event: @episode(LOOP)\n", "an event is era("},
                {"  event: spell @$\n", "no meaning here"},
                {"  event: spell @magnesium\n", "an event is"},
                {"  event: spell(@$\n", "no meaning here"},
                {"  event: spell(magnesium @$\n", "no meaning here"},
                {"  event: spell(magnesium @mg_low, gap 9 days)\n", "an event is era("},
                {"  event: spell(magnesium < @$\n", "no meaning here"},
                {"  event: spell(magnesium < @3 days, gap 9 days)\n", "needs a limit in a unit"},
                {"  event: spell(albumin < @mg_low, gap 9 days)\n", "never reported in"},
                {"  event: spell(magnesium < mg_low @$\n", "no meaning here"},
                {"  event: spell(magnesium < mg_low @gap 9 days)\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, @$'\n", "no meaning here"},
                {"  event: 'spell(magnesium < mg_low, @9 days)'\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, gap @$'\n", "no meaning here"},
                {"  event: 'spell(magnesium < mg_low, gap @soon)'\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, gap @3 kg)'\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, gap @36525 days)'\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, gap @36524 weeks)'\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, gap @0 days)'\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, gap @36 hours)'\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, gap @1.5 days)'\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, gap 9 days @$'\n", "no meaning here"},
                {"  event: 'spell(magnesium < mg_low, gap 9 days@'\n", "an event is era("},
                {"  event: 'spell(magnesium < mg_low, gap 9 days) @$'\n", "no meaning here"},
                {"  event: 'spell(magnesium < mg_low, gap 9 days) @or age'\n", "an event is era("});
    EXPECT_RULE(MAG_MSG_R503,
                {"  event: spell(@magnesum < mg_low, gap 9 days)\n", "unknown analyte"},
                {"  event: spell(magnesium < @mg_lo, gap 9 days)\n", "did you mean \"mg_low\"?"});
}

static void eras_that_cannot_be(void **state) {
    (void)state;
    EXPECT_RULE(MAG_MSG_R501, {"  event: @era\n", "an event is era("},
                {"  event: era(LOOP@\n", "expected \")\""},
                {"  event: @era()\n", "takes at least one drug class"},
                {"  event: @era(LOOP within 3 days)\n", "an event is era("},
                {"  event: @era(LOOP) or era(PPI)\n", "an event is era("});
    EXPECT_RULE(MAG_MSG_R503, {"  event: era(@LOPO)\n", "did you mean \"LOOP\"?"});
}

static void worsenings_that_cannot_be(void **state) {
    (void)state;
    EXPECT_RULE(
        MAG_MSG_R501, {"  worsens: @$\n", "no meaning here"},
        {"  worsens: severity@\n", "worsens is a list joined by `or`"},
        {"  worsens: severity @$\n", "no meaning here"},
        {"  worsens: severity @falls\n", "worsens is a list joined by `or`"},
        {"  worsens: severity rises @$\n", "no meaning here"},
        {"  worsens: severity rises @and severity rises\n", "joined by `or`"},
        {"  worsens: severity rises or @$\n", "no meaning here"},
        {"  worsens: @mg_low drops by 5\n", "worsens is a list joined by `or`"},
        {"  worsens: @in_stay rises by 1\n", "worsens is a list joined by `or`"},
        {"  worsens: kf @$\n", "no meaning here"}, {"  worsens: kf@\n", "joined by `or`"},
        {"  worsens: kf @falls by 5 mL/min\n", "worsens is a list joined by `or`"},
        {"  worsens: kf drops @$\n", "no meaning here"},
        {"  worsens: kf drops @5 mL/min\n", "worsens is a list joined by `or`"},
        {"  worsens: kf drops by @$\n", "no meaning here"},
        {"  worsens: kf drops by @5 kg\n", "expected a quantity in mL/min"},
        {"  worsens: kf drops by @mg_low\n", "expected a quantity in mL/min"},
        {"  worsens: kf drops by 5 mL/min @$\n", "no meaning here"},
        {"  worsens: mg drops by @0.1 mmol/L\n", "by a limit named under `limits`"},
        {"  worsens: mg drops by @mg_lo\n", "by a limit named under `limits`"},
        {"  worsens: alb drops by @mg_low\n", "never reported in"},
        {"  worsens: mg drops by mg_low @$\n", "no meaning here"},
        {"  worsens: severity rises or severity rises or severity rises or severity rises or "
         "severity rises or severity rises or severity rises or severity rises or @severity "
         "rises\n",
         "worsens is a list joined by `or`"});
    EXPECT_RULE(MAG_MSG_R503, {"  worsens: @kff drops by 5\n", "did you mean \"kf\"?"});
}

static void examples_that_cannot_be(void **state) {
    (void)state;
    EXPECT_RULE(
        MAG_MSG_R502, {"  examples: @none\n", "\"examples\" must be a list"},
        {"  examples: [@{ name: a, expect: clear }]\n", "the key \"given\" is missing"},
        {"  examples: [{ name: a, expect: clear, given: @x }]\n", "\"given\" must be a list"},
        {"  examples: [{ name: a, expect: clear, given: [@[x]] }]\n", "a given line is one text"},
        {"  examples: [{ name: a, expect: @none, given: [x] }]\n", "expect is a severity"},
        {"  examples: [{ name: a, expect: clear, as_of: @soon, given: [x] }]\n", "a date such as"},
        {"  examples: [{ name: a, expect: @'cannot_tell missing, soon', given: [x] }]\n",
         "\"soon\" is no reason for cannot_tell"});
}

/* --- limits of size -------------------------------------------------------------------------- */

static void a_list_has_4096_entries_and_no_more(void **state) {
    (void)state;
    for (size_t count = 4096; count <= 4097; count++) {
        char *text = calloc(count + 16, 16);
        assert_non_null(text);
        strcpy(text, "pack: t\nversion: 1.0.0\nrules:\n- id: A1\n  title: T\n  among: age > 3\n"
                     "  when: age > 4\n  severity: low\n  evidence: [x");
        char *end = text + strlen(text);
        for (size_t i = 1; i < count; i++)
            end += sprintf(end, ",x");
        strcpy(end, "]\n");
        const mag_status status = pack_load(&in, text);
        free(text);
        if (count == 4096)
            assert_int_equal(status, MAG_OK);
        else
            assert_fault(&in, status, MAG_MSG_R510, "\"evidence\" has more than 4096 entries");
    }
}

static void no_list_has_more_than_4096_entries(void **state) {
    (void)state;
    static const struct {
        const char *names, *rule; /* '#' stands for the entries */
        const char *key;
    } rows[] = {
        {"parameters: [#]", "", "parameters"},
        {"limits: [#]", "", "limits"},
        {"groups: [#]", "", "groups"},
        {"groups: [{ name: g, members: [#] }]", "", "members"},
        {"gaps: [#]", "", "gaps"},
        {"define: [#]", "", "define"},
        {"", "  requires: [#]\n", "requires"},
        {"", "  to_confirm: [#]\n", "to_confirm"},
        {"", "  let: [#]\n", "let"},
        {"", "  notes: [#]\n", "notes"},
        {"", "  adjust: [#]\n", "adjust"},
        {"", "  hides: [#]\n", "hides"},
        {"", "  examples: [#]\n", "examples"},
        {"", "  examples: [{ name: a, expect: clear, given: [#] }]\n", "given"},
    };
    enum { MOST = 4096 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static char text[FAULT_NBYTES], full[FAULT_NBYTES + 2 * MOST + 8];
        char says[80], *end = full;
        write_pack(text, rows[i].names, rows[i].rule);
        const char *mark = strchr(text, '#');
        assert_non_null(mark);
        end += sprintf(end, "%.*s", (int)(mark - text), text);
        for (size_t k = 0; k < MOST; k++)
            end += sprintf(end, "x,");
        (void)sprintf(end, "x%s", mark + 1);
        (void)snprintf(says, sizeof says, "\"%s\" has more than 4096 entries", rows[i].key);
        assert_fault(&in, pack_load(&in, full), MAG_MSG_R510, says);
    }
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

static void more_rules_than_a_list_may_have_are_refused_before_they_are_read(void **state) {
    (void)state;
    enum { MOST = 4096 };
    static char text[4 * (MOST + 1) + 64];
    size_t length = (size_t)snprintf(text, sizeof text, "pack: p\nversion: 1.0.0\nrules: [{}");
    for (int i = 0; i < MOST; i++, length += 4)
        memcpy(text + length, ", {}", 4);
    memcpy(text + length, "]\n", 3);
    assert_fault(&in, pack_load(&in, text), MAG_MSG_R510, "more than 4096 entries");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(more_rules_than_a_list_may_have_are_refused_before_they_are_read),
        TEST(parameters_that_cannot_be),
        TEST(limits_that_cannot_be),
        TEST(groups_that_cannot_be),
        TEST(gaps_that_cannot_be),
        TEST(definitions_that_cannot_be),
        TEST(words_of_a_rule_that_cannot_be),
        TEST(severities_that_cannot_be),
        TEST(ids_that_cannot_be),
        TEST(versions_that_cannot_be),
        TEST(snoozes_that_cannot_be),
        TEST(spells_that_cannot_be),
        TEST(eras_that_cannot_be),
        TEST(worsenings_that_cannot_be),
        TEST(examples_that_cannot_be),
        TEST(a_list_has_4096_entries_and_no_more),
        TEST(no_list_has_more_than_4096_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
