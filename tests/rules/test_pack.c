/* Loading packs: keys, names, rules, hides, overrides; and the shipped pack. */
#include "io/embedded.h"
#include "pack_text.h"

static const char *const minimal = PACK_TOP PACK_RULE("A1", "active(MGSYS)", "kf < 20 mL/min", "");

static void a_rule_keeps_what_people_read(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    const char *text = PACK_TOP PACK_RULE(
        "A1", "active(MGSYS)", "kf < 20 mL/min",
        "  group: renal\n  status: staging\n  version: 2.1.0\n  requires: [conditions]\n"
        "  except: has(dialysis within 365 days)\n  action: Stop.\n  rationale: Because.\n"
        "  evidence: [S0-01, S0-02]\n  to_confirm: [weight]\n  authored_by: a\n  checked_by: b\n"
        "  reviewed_on: 2026-11-21\n  review_by: 2027-11-21\n  snooze: 2 weeks\n");
    assert_int_equal(pack_load(&in, text), MAG_OK);
    const mag_rule_facts *facts = mag_pack_rule(in.pack, 0);
    assert_string_equal(mag_pack_name(in.pack), "test");
    assert_string_equal(mag_pack_version(in.pack), "1.0.0");
    assert_string_equal(facts->id, "A1");
    assert_string_equal(facts->version, "2.1.0");
    assert_int_equal(facts->status, MAG_RULE_STAGING);
    assert_string_equal(facts->except_text, "has(dialysis within 365 days)");
    assert_string_equal(facts->evidence[1], "S0-02");
    assert_null(facts->evidence[2]);
    assert_string_equal(facts->to_confirm[0], "weight");
    assert_true(facts->requires_conditions);
    assert_int_equal(pack_rule(&in, "A1")->snooze_days, 14);
    assert_int_equal(mag_pack_find_rule(in.pack, "B1"), -1);
    pack_end(&in);
}

static void rules_come_in_the_order_of_their_ids(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    assert_int_equal(
        pack_load(&in, PACK_TOP PACK_RULE("B1", "active(MGSYS)", "kf < 20 mL/min", "")
                           PACK_RULE("A2", "active(MGSYS)", "kf < 20 mL/min",
                                     "  hides: [{ rule: B1 }, { rule: A10, share: sample }]\n")
                               PACK_RULE("A10", "active(MGSYS)", "kf < 20 mL/min", "")),
        MAG_OK);
    assert_int_equal((int)mag_pack_rule_count(in.pack), 3);
    assert_string_equal(mag_pack_rule(in.pack, 0)->id, "A10");
    assert_string_equal(mag_pack_rule(in.pack, 1)->id, "A2");
    assert_string_equal(mag_pack_rule(in.pack, 2)->id, "B1");
    const mag_rule *rule = pack_rule(&in, "A2");
    assert_int_equal(rule->hides[0].rule, 2);
    assert_false(rule->hides[0].is_same_sample);
    assert_int_equal(rule->hides[1].rule, 0);
    assert_true(rule->hides[1].is_same_sample);
    pack_end(&in);
}

static void tiers_adjustments_and_notes_are_checked_trees(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    const char *text =
        PACK_TOP "- id: A1\n  title: T\n  among: active(MGSYS)\n  when: kf < 60 mL/min\n"
                 "  severity:\n"
                 "    - { tier: critical, when: kf < 20 mL/min }\n"
                 "    - tier: low\n"
                 "  adjust:\n"
                 "    - { down: 2, not_below: low, when: stale }\n"
                 "    - { up: 1, when: age >= 75 }\n"
                 "  notes: [{ name: stale, when: days_since(kf) > 90 }]\n"
                 "  event: era(MGSYS)\n"
                 "  worsens: severity rises or kf drops by 5 mL/min\n";
    assert_int_equal(pack_load(&in, text), MAG_OK);
    const mag_rule *rule = pack_rule(&in, "A1");
    assert_int_equal((int)rule->tier_count, 2);
    assert_int_equal(rule->tiers[0].severity, MAG_SEVERITY_CRITICAL);
    assert_int_equal(rule->tiers[0].when->kind, MAG_NODE_COMPARE);
    assert_null(rule->tiers[1].when);
    assert_int_equal(rule->adjusts[0].steps, -2);
    assert_int_equal(rule->adjusts[0].not_below, MAG_SEVERITY_LOW);
    assert_int_equal(rule->adjusts[0].when->kind, MAG_NODE_COMPARE);
    assert_int_equal(rule->adjusts[1].steps, 1);
    assert_string_equal(rule->notes[0].name, "stale");
    assert_int_equal(rule->event.kind, MAG_EVENT_ERA);
    assert_int_equal((int)rule->event.member_count, 3);
    assert_int_equal((int)rule->worsening_count, 2);
    assert_int_equal(rule->worsenings[0].kind, MAG_WORSENS_SEVERITY);
    assert_int_equal(rule->worsenings[1].kind, MAG_WORSENS_DROP);
    assert_true(rule->worsenings[1].amount > 4.99 && rule->worsenings[1].amount < 5.01);
    pack_end(&in);
}

static void adjustments_and_hides_are_told_in_words(void **state) {
    (void)state;
    static const char *const wanted[][3] = {
        {"adjust", "", "lower by 2, not below low, when age >= 75"},
        {"adjust", "", "lower by 1, when age >= 85"},
        {"adjust", "", "higher by 1, when age < 30"},
        {"hides", "B1", "of the same patient"},
        {"hides", "B2", "if both tell of the same sample, at most high, when age > 3"},
    };
    pack_text in;
    pack_begin(&in);
    const char *text =
        PACK_TOP PACK_RULE("A1", "age > 3", "age > 4",
                           "  adjust:\n  - { down: 2, not_below: low, when: age >= 75 }\n"
                           "  - { down: 1, when: age >= 85 }\n  - { up: 1, when: age < 30 }\n"
                           "  hides:\n  - { rule: B1 }\n"
                           "  - { rule: B2, share: sample, at_most: high, when: age > 3 }\n")
            PACK_RULE("B1", "age > 3", "age > 4", "") PACK_RULE("B2", "age > 3", "age > 4", "");
    assert_int_equal(pack_load(&in, text), MAG_OK);
    const mag_rule_line *lines;
    size_t count, found = 0;
    assert_int_equal(mag_pack_rule_lines(in.arena, in.pack, 0, &lines, &count, &in.err), MAG_OK);
    for (size_t i = 0; i < count && found < sizeof wanted / sizeof wanted[0]; i++)
        if (strcmp(lines[i].part, wanted[found][0]) == 0) {
            assert_string_equal(lines[i].name, wanted[found][1]);
            assert_string_equal(lines[i].text, wanted[found++][2]);
        }
    assert_int_equal((int)found, sizeof wanted / sizeof wanted[0]);
    pack_end(&in);
}

static void days_are_counted_since_what_a_note_tells(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    const char *text =
        PACK_TOP PACK_RULE("A1", "active(MGSYS)", "days_since(begun) > 3",
                           "  notes: [{ name: begun, when: started(LOOP within 90 days) }]\n");
    assert_int_equal(pack_load(&in, text), MAG_OK);
    const mag_node *left = pack_rule(&in, "A1")->when->children[0];
    const mag_operand *since = &in.pack->operands[left->operand];
    assert_int_equal(since->kind, MAG_OPERAND_DAYS_SINCE);
    assert_int_equal(in.pack->operands[since->source].kind, MAG_OPERAND_STARTED);
    pack_end(&in);
}

static void a_spell_is_an_event_of_results(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    const char *text = PACK_TOP PACK_RULE("A1", "active(MGSYS)", "sample < mg_low",
                                          "  event: spell(magnesium < mg_low, gap 90 days)\n"
                                          "  worsens: sample drops by mg_low\n");
    assert_int_equal(pack_load(&in, text), MAG_OK);
    const mag_event *event = &pack_rule(&in, "A1")->event;
    assert_int_equal(event->kind, MAG_EVENT_SPELL);
    assert_int_equal(event->analyte, MAG_MAGNESIUM);
    assert_int_equal(event->relation, MAG_IS_BELOW);
    assert_string_equal(event->limit->name, "mg_low");
    assert_int_equal(event->gap_days, 90);
    text = PACK_TOP PACK_RULE("A1", "active(MGSYS)", "sample < mg_low",
                              "  event: spell(ck > 200 U/L, gap 2 weeks)\n");
    assert_int_equal(pack_load(&in, text), MAG_OK);
    event = &pack_rule(&in, "A1")->event;
    assert_int_equal(event->analyte, MAG_CK);
    assert_int_equal(event->relation, MAG_IS_ABOVE);
    assert_int_equal(event->limit->molar.mantissa, 200);
    assert_int_equal(event->gap_days, 14);
    pack_end(&in);
}

static void what_counts_at_one_moment_follows_the_comparisons(void **state) {
    (void)state;
    const struct {
        const char *when, *more;
        mag_worse worse;
        bool is_fault;
    } table[] = {
        {"sample < mg_low", "", MAG_WORSE_LOW, false},
        {"sample > mg_uln", "", MAG_WORSE_HIGH, false},
        {"sample < mg_low or sample > mg_uln", "", MAG_WORSE_LOW, true},
        {"sample < mg_low or sample > mg_uln", "  worse: high\n", MAG_WORSE_HIGH, false},
        {"sample < mg_low or sample > mg_uln", "  worse: low\n", MAG_WORSE_LOW, false},
        {"kf < 20 mL/min or kf > 90 mL/min", "", MAG_WORSE_LOW, false},
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char text[8192];
        snprintf(text, sizeof text, PACK_TOP PACK_RULE("A1", "active(MGSYS)", "%s", "%s"),
                 table[i].when, table[i].more);
        mag_status status = pack_load(&in, text);
        if (table[i].is_fault) {
            assert_fault(&in, status, MAG_MSG_R502, "say worse: low or high");
            continue;
        }
        assert_int_equal(status, MAG_OK);
        assert_int_equal(pack_rule(&in, "A1")->worse, table[i].worse);
        for (size_t k = 0; k < in.pack->operand_count; k++) {
            if (in.pack->operands[k].kind == MAG_OPERAND_LATEST)
                assert_int_equal(in.pack->operands[k].worse, table[i].worse);
        }
    }
    pack_end(&in);
}

static void rules_that_look_to_opposite_sides_share_no_latest(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    assert_int_equal(pack_load(&in, PACK_TOP PACK_RULE("A1", "age > 3", "sample < mg_low", "")
                                        PACK_RULE("A2", "age > 3", "sample > mg_uln", "")),
                     MAG_OK);
    const mag_node *low = pack_rule(&in, "A1")->when, *high = pack_rule(&in, "A2")->when;
    assert_int_not_equal(low->children[0]->operand, high->children[0]->operand);
    assert_int_equal(pack_rule(&in, "A1")->among->children[0]->operand,
                     pack_rule(&in, "A2")->among->children[0]->operand);
    pack_end(&in);
}

static void R_02_keys_ids_and_references_are_strict(void **state) {
    (void)state;
    const struct {
        const char *text, *says;
    } table[] = {
        {"pack: t\nversion: 1.0.0\nruels: []\n", "unknown key \"ruels\""},
        {"pack: t\nrules: []\n", "version"},
        {"pack: t\nversion: 1.0\nrules: [{ id: A }]\n", "three numbers"},
        {"pack: t\nversion: 1..0\nrules: [{ id: A }]\n", "three numbers"},
        {"pack: t\nversion: 1.0.0\nrules: []\n", "1 to 512 rules"},
        {PACK_TOP "- id: A1\n  title: T\n  when: age > 3\n  severity: high\n", "among"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  whens: x\n"), "when"},
        {PACK_TOP PACK_RULE("A-1", "age > 3", "age > 4", ""), "an id has letters"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "")
             PACK_RULE("A1", "age > 3", "age > 4", ""),
         "p.yaml:19:3: the id A1 is used twice"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  hides: [{ rule: A2 }]\n"),
         "the pack has no rule A2"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  hides: [{ rule: A1 }]\n"),
         "hides itself"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  hides: [{ rule: A2 }]\n")
             PACK_RULE("A2", "age > 3", "age > 4", "  hides: [{ rule: A3 }]\n")
                 PACK_RULE("A3", "age > 3", "age > 4", "  hides: [{ rule: A1 }]\n"),
         "in a circle"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  hides: [{ rule: ZEBRA }]\n"),
         "the pack has no rule ZEBRA; add this line"},
        {PACK_TOP PACK_RULE("RENAL1", "age > 3", "age > 4", "  hides: [{ rule: RENAL2 }]\n"),
         "the pack has no rule RENAL2 (did you mean RENAL1?); add this line"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  hides_suspect: true\n")
             PACK_RULE("A2", "age > 3", "age > 4", "  hides_suspect: true\n"),
         "rules A1 and A2 both hide suspect samples; one is enough"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  hides_suspect: true\n")
             PACK_RULE("A2", "age > 3", "age > 4", "  hides: [{ rule: A1 }]\n"),
         "rule A2 hides A1, which hides suspect samples and so must stay visible"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  status: live\n"), "status is draft"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  worse: up\n"), "worse is low or high"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  requires: [labs]\n"),
         "the only source that a rule can require"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  review_by: soon\n"), "expected a date"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4", "  adjust: [{ when: age > 3 }]\n"),
         "either down or up"},
        {PACK_TOP PACK_RULE("A1", "has(diabetes)", "age > 4", ""), "a bare has( )"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "not has(diabetes)", ""), "a bare has( )"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4",
                            "  examples: [{ name: a, expect: maybe, given: [x] }]\n"),
         "expect is a severity"},
        {PACK_TOP PACK_RULE("A1", "age > 3", "age > 4",
                            "  examples: [{ name: a, expect: cannot_tell dunno, given: [x] }]\n"),
         "\"dunno\" is no reason"},
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_fault(&in, pack_load(&in, table[i].text), MAG_MSG_R502, table[i].says);
    pack_end(&in);
}

static void names_mean_one_thing(void **state) {
    (void)state;
    const char *const table[] = {
        "parameters: [{ name: age, value: 3 days }]\n",
        "parameters: [{ name: magnesium, value: 3 days }]\n",
        "parameters: [{ name: LOOP, value: 3 days }]\n",
        "parameters: [{ name: female, value: 3 days }]\n",
        "parameters: [{ name: x, value: 3 days }, { name: x, value: 4 days }]\n",
        "groups: [{ name: dialysis, members: [LOOP] }]\n",
        "define: [{ name: known, as: age > 3 }]\n",
        "parameters: [{ name: x, value: 3 days }]\ndefine: [{ name: x, as: age > 3 }]\n",
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char text[4096];
        snprintf(text, sizeof text, "pack: t\nversion: 1.0.0\n%srules:\n%s", table[i],
                 PACK_RULE("A1", "age > 3", "age > 4", ""));
        assert_fault(&in, pack_load(&in, text), MAG_MSG_R502, "has a meaning already");
    }
    pack_end(&in);
}

static void a_definition_in_a_circle_is_refused(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    assert_fault(
        &in,
        pack_load(&in, "pack: t\nversion: 1.0.0\ndefine:\n- { name: a, as: b }\n"
                       "- { name: b, as: a }\nrules:\n" PACK_RULE("A1", "age > 3", "age > 4", "")),
        MAG_MSG_R502, "defined by itself");
    pack_end(&in);
}

static void the_last_tier_and_no_other_is_unconditional(void **state) {
    (void)state;
    const char *const severities[] = {"[{ tier: high, when: age > 9 }]",
                                      "[{ tier: high }, { tier: low }]", "[]", "dreadful",
                                      "[{ tier: none }]"};
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++) {
        char text[4096];
        snprintf(text, sizeof text,
                 PACK_TOP "- id: A1\n  title: T\n  among: age > 3\n  when: age > 4\n"
                          "  severity: %s\n",
                 severities[i]);
        assert_int_equal(pack_load(&in, text), MAG_E_RULES);
        assert_int_equal(in.err.message, MAG_MSG_R502);
    }
    pack_end(&in);
}

static void a_window_longer_than_history_is_refused(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    assert_int_equal(pack_load_with(&in, minimal, NULL, 0, 365), MAG_OK);
    assert_fault(&in, pack_load_with(&in, minimal, NULL, 0, 364), MAG_MSG_R502,
                 "longer than the history of 364 days");
    pack_end(&in);
}

static void overrides_replace_values_and_enter_the_digest(void **state) {
    (void)state;
    const mag_override good[] = {
        {.name = "mg_uln", .molar = "1.00 mmol/L", .mass = "2.4 mg/dL", .note = "our laboratory"},
        {.name = "recent", .value = "30 days"}};
    pack_text in;
    char none[MAG_SHA256_HEX_NBYTES], expected[MAG_SHA256_HEX_NBYTES];
    mag_sha256_of(mag_span_of(""), none);
    mag_sha256_of(mag_span_of("mg_uln\t\t1.00 mmol/L\t2.4 mg/dL\nrecent\t30 days\t\t\n"), expected);
    pack_begin(&in);
    assert_int_equal(pack_load(&in, minimal), MAG_OK);
    assert_string_equal(mag_pack_overrides_sha256(in.pack), none);
    assert_int_equal(pack_load_with(&in, minimal, good, 2, 0), MAG_OK);
    assert_string_equal(mag_pack_overrides_sha256(in.pack), expected);
    assert_int_equal(in.pack->limits[1].molar.mantissa, 100);
    assert_string_equal(in.pack->limit_values[1].text, "1.00 mmol/L, 2.4 mg/dL");
    assert_true(in.pack->limit_values[1].is_overridden);
    assert_false(in.pack->limit_values[0].is_overridden);
    const mag_override turned[] = {good[1], good[0]};
    assert_int_equal(pack_load_with(&in, minimal, turned, 2, 0), MAG_OK);
    assert_string_equal(mag_pack_overrides_sha256(in.pack), expected);
    pack_end(&in);
}

static void a_limit_of_one_side_is_overridden_on_one_or_both(void **state) {
    (void)state;
    static const char text[] =
        "pack: t\nversion: 1.0.0\nlimits:\n- { name: molar, molar: 0.60 mmol/L }\n"
        "- { name: mass, mass: 1.5 mg/dL }\n- { name: gfr, molar: 60 mL/min/1.73m2 }\n"
        "rules:\n" PACK_RULE("A1", "age > 3", "age > 4", "");
    const struct {
        mag_override override;
        size_t limit;
        const char *text;
    } rows[] = {
        {{.name = "none"}, 0, "0.60 mmol/L"},
        {{.name = "none"}, 1, "1.5 mg/dL"},
        {{.name = "none"}, 2, "60 mL/min/1.73m2"},
        {{.name = "molar", .molar = "0.50 mmol/L"}, 0, "0.50 mmol/L"},
        {{.name = "molar", .molar = "0.50 mmol/L", .mass = "1.2 mg/dL"},
         0,
         "0.50 mmol/L, 1.2 mg/dL"},
        {{.name = "mass", .mass = "1.2 mg/dL"}, 1, "1.2 mg/dL"},
        {{.name = "mass", .molar = "0.50 mmol/L", .mass = "1.2 mg/dL"},
         1,
         "0.50 mmol/L, 1.2 mg/dL"},
        {{.name = "gfr", .molar = "45 mL/min/1.73m2"}, 2, "45 mL/min/1.73m2"},
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t count = strcmp(rows[i].override.name, "none") != 0;
        if (pack_load_with(&in, text, &rows[i].override, count, 0) != MAG_OK)
            fail_msg("%s", in.err.text);
        assert_string_equal(in.pack->limit_values[rows[i].limit].text, rows[i].text);
        assert_int_equal(in.pack->limit_values[rows[i].limit].is_overridden, count);
    }
    pack_end(&in);
}

static void one_class_with_two_stays_in_effect_is_two_operands(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    assert_int_equal(
        pack_load(&in, "pack: t\nversion: 1.0.0\n"
                       "groups: [{ name: LONG, members: [MGIV within 48 hours] },\n"
                       "  { name: LONGER, members: [MGIV within 72 hours] }]\n"
                       "rules:\n" PACK_RULE("A1", "active(LONG)", "active(LONG, LONGER)", "")),
        MAG_OK);
    const mag_rule *rule = pack_rule(&in, "A1");
    assert_int_not_equal(rule->among->operand, rule->when->operand);
    const mag_operand *among = &in.pack->operands[rule->among->operand];
    const mag_operand *when = &in.pack->operands[rule->when->operand];
    assert_int_equal((int)when->member_count, 1);
    assert_int_equal(among->members[0].extra_minutes, 48 * 60);
    assert_int_equal(when->members[0].extra_minutes, 72 * 60);
    pack_end(&in);
}

static void a_pack_with_carriage_returns_is_read_and_faults_are_shown_without(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    const char *text = "pack: t\r\nversion: 1.0.0\r\nrules:\r\n- id: A1\r\n  title: T\r\n"
                       "  among: age > 3\r\n  when: |\r\n    age\t>\r\n    @4\r\n"
                       "  severity: low\r\n";
    assert_fault(&in, pack_load(&in, text), MAG_MSG_R501, "no meaning here\n      @4\n      ^");
    assert_memory_equal(in.err.text, "p.yaml:9:5: ", 12);
    const char *at_end = "pack: t\nversion: 1.0.0\nrules:\n- id: A1\n  title: T\n"
                         "  among: age > 3\n  severity: low\n  when: age >";
    assert_fault(&in, pack_load(&in, at_end), MAG_MSG_R501, "found the end of the expression");
    assert_memory_equal(in.err.text, "p.yaml:8:14: ", 13);
    pack_end(&in);
}

static void bad_overrides_are_refused(void **state) {
    (void)state;
    const struct {
        mag_override override;
        const char *says;
    } table[] = {
        {{.name = "nothing", .value = "3 days"}, "no such parameter or limit"},
        {{.name = "recent", .value = "3 kg"}, "the unit is not that"},
        {{.name = "recent", .value = "soon"}, "expected one number"},
        {{.name = "recent", .molar = "3 mmol/L"}, "takes one value"},
        {{.name = "mg_uln", .value = "3 days"}, "takes molar and mass"},
        {{.name = "mg_uln", .molar = "1.00 mmol/L"}, "on every side"},
        {{.name = "mg_uln", .molar = "1 mg/dL", .mass = "2 mg/dL"}, "not one of this side"},
        {{.name = "mg_uln", .molar = "soon", .mass = "2 mg/dL"}, "expected one number"},
        {{.name = "mg_uln", .mass = "2 mg/dL"}, "on every side"},
        {{.name = "molar_only", .mass = "2 mg/dL"}, "on every side"},
        {{.name = "molar_only", .molar = "1 mmol/L", .mass = "1 mmol/L"}, "not one of this side"},
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(pack_load_with(&in, minimal, &table[i].override, 1, 0), MAG_E_RULES);
        if (!strstr(in.err.text, table[i].says))
            fail_msg("%s", in.err.text);
    }
    pack_end(&in);
}

static void examples_keep_their_lines_and_places(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    const char *text = PACK_TOP PACK_RULE("A1", "age > 3", "age > 4",
                                          "  examples:\n"
                                          "  - name: one\n"
                                          "    expect: 'cannot_tell missing, unit, '\n"
                                          "    as_of: 2024-02-29\n"
                                          "    given:\n"
                                          "    - female 71 y 60 kg\n"
                                          "    - sodium 140 mmol/L 3 days ago\n");
    assert_int_equal(pack_load(&in, text), MAG_OK);
    const mag_example *example = &pack_rule(&in, "A1")->examples[0];
    assert_int_equal(example->expected, MAG_CANNOT_TELL);
    assert_int_equal(example->reasons, (1u << MAG_UNKNOWN_MISSING) | (1u << MAG_UNKNOWN_UNIT));
    assert_int_equal(example->as_of, 19782);
    assert_int_equal((int)example->given_count, 2);
    assert_string_equal(example->given[1].text, "sodium 140 mmol/L 3 days ago");
    assert_int_equal(example->given[1].line, 25);
    pack_end(&in);
}

static void S_15_hostile_files_are_refused(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    assert_int_equal(pack_load(&in, "pack: &a t\nversion: 1.0.0\nrules: [*a]\n"), MAG_E_RULES);
    assert_int_equal(pack_load(&in, "pack: t\npack: u\nversion: 1.0.0\nrules: []\n"), MAG_E_RULES);
    assert_int_equal(pack_load(&in, "[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]"), MAG_E_RULES);
    assert_int_equal(pack_load(&in, "pack: [\n"), MAG_E_RULES);
    assert_int_equal(pack_load(&in, ""), MAG_E_RULES);
    assert_fault(&in, pack_load_when(&in, "kf < 1e999 mL/min"), MAG_MSG_R510, "exponent");
    pack_end(&in);
}

static void the_shipped_pack_loads_and_its_lock_knows_it(void **state) {
    (void)state;
    pack_text in;
    mag_span text, lock;
    char line[256];
    pack_begin(&in);
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    assert_true(mag_embedded_find("pipelines/packs/PACK.lock", &lock));
    char *owned = mag_arena_text(in.arena, text), *locked = mag_arena_text(in.arena, lock);
    if (pack_load_with(&in, owned, NULL, 0, 1095) != MAG_OK)
        fail_msg("%s", in.err.text);
    const char *const ids[] = {"A01", "A02", "A03", "A04", "B01", "B05", "B06", "C01", "C02"};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (mag_pack_find_rule(in.pack, ids[i]) < 0)
            fail_msg("no rule %s", ids[i]);
    snprintf(line, sizeof line, "%s %s %s\n", mag_pack_name(in.pack), mag_pack_version(in.pack),
             mag_pack_sha256(in.pack));
    assert_non_null(strstr(locked, line));
    pack_end(&in);
}

/* Clinical specification g3 and the limits that the rules catalogue prints, digit by digit. */
static const struct {
    const char *name, *text;
} printed_limits[] = {
    {"mg_crit", "0.40 mmol/L, 1.0 mg/dL"},     {"mg_iv", "0.50 mmol/L, 1.2 mg/dL"},
    {"mg_low", "0.70 mmol/L, 1.7 mg/dL"},      {"mg_bord", "0.75 mmol/L, 1.8 mg/dL"},
    {"mg_uln", "1.05 mmol/L, 2.6 mg/dL"},      {"mg_high", "1.23 mmol/L, 3.0 mg/dL"},
    {"mg_tox", "2.00 mmol/L, 4.9 mg/dL"},      {"ca_crit", "1.90 mmol/L, 7.6 mg/dL"},
    {"ca_mod", "2.10 mmol/L, 8.4 mg/dL"},      {"ca_low", "2.20 mmol/L, 8.8 mg/dL"},
    {"ca_hi", "2.60 mmol/L, 10.4 mg/dL"},      {"ca_hi2", "3.00 mmol/L, 12.0 mg/dL"},
    {"ca_hi3", "3.50 mmol/L, 14.0 mg/dL"},     {"mg_mild", "0.65 mmol/L, 1.6 mg/dL"},
    {"mg_moderate", "0.60 mmol/L, 1.5 mg/dL"}, {"k_crit", "2.5 mmol/L, 9.8 mg/dL"},
    {"k_severe", "3.0 mmol/L, 11.7 mg/dL"},    {"k_low", "3.5 mmol/L, 13.7 mg/dL"},
    {"urea_high", "8.0 mmol/L, 22.4 mg/dL"},   {"creatinine_aki3", "354 umol/L, 4.0 mg/dL"},
};

static void a_shipped_limit_of_the_specification_is_printed_so(void **state) {
    (void)state;
    pack_text in;
    mag_span text;
    size_t found = 0;
    pack_begin(&in);
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    assert_int_equal(pack_load(&in, mag_arena_text(in.arena, text)), MAG_OK);
    for (size_t k = 0; k < in.pack->limit_count; k++)
        for (size_t i = 0; i < sizeof printed_limits / sizeof printed_limits[0]; i++)
            if (strcmp(in.pack->limit_values[k].name, printed_limits[i].name) == 0) {
                assert_string_equal(in.pack->limit_values[k].text, printed_limits[i].text);
                found++;
            }
    assert_in_range(found, 11, in.pack->limit_count);
    pack_end(&in);
}

/* What a rule says is found among any number of names, and however many lines it has. */
static void a_rule_of_a_pack_with_many_names_is_told_in_words(void **state) {
    (void)state;
    enum { NAMES = 1500, NOTES = 1200, ROOM = 256 * 1024 };
    static char text[ROOM];
    size_t nbytes = (size_t)snprintf(text, ROOM, "pack: test\nversion: 1.0.0\nparameters:\n");
    for (int i = 0; i < NAMES; i++)
        nbytes += (size_t)snprintf(text + nbytes, ROOM - nbytes,
                                   "  - { name: span_%d, value: %d days }\n", i, i % 90 + 1);
    nbytes += (size_t)snprintf(text + nbytes, ROOM - nbytes,
                               "rules:\n- id: A1\n  title: T\n  among: active(MGIV)\n"
                               "  when: none(magnesium within span_1499)\n  severity: high\n"
                               "  notes:\n");
    for (int i = 0; i < NOTES; i++)
        nbytes += (size_t)snprintf(text + nbytes, ROOM - nbytes,
                                   "  - { name: note_%d, when: age >= 18 years }\n", i);
    assert_true(nbytes < ROOM);
    pack_text in;
    pack_begin(&in);
    if (pack_load(&in, text) != MAG_OK)
        fail_msg("%s", in.err.text);
    const mag_rule_line *lines;
    size_t count, notes = 0, parameters = 0;
    assert_int_equal(mag_pack_rule_lines(in.arena, in.pack, 0, &lines, &count, &in.err), MAG_OK);
    for (size_t i = 0; i < count; i++) {
        char wanted[16];
        snprintf(wanted, sizeof wanted, "note_%zu", notes);
        if (strcmp(lines[i].part, "notes") == 0) {
            notes++;
            assert_string_equal(lines[i].name, wanted);
        }
        if (strcmp(lines[i].part, "parameters") == 0) {
            parameters++;
            assert_string_equal(lines[i].name, "span_1499");
            assert_string_equal(lines[i].text, "60 days");
        }
    }
    assert_int_equal(notes, NOTES);
    assert_int_equal(parameters, 1);
    pack_end(&in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_keeps_what_people_read),
        cmocka_unit_test(rules_come_in_the_order_of_their_ids),
        cmocka_unit_test(tiers_adjustments_and_notes_are_checked_trees),
        cmocka_unit_test(adjustments_and_hides_are_told_in_words),
        cmocka_unit_test(a_rule_of_a_pack_with_many_names_is_told_in_words),
        cmocka_unit_test(days_are_counted_since_what_a_note_tells),
        cmocka_unit_test(a_spell_is_an_event_of_results),
        cmocka_unit_test(what_counts_at_one_moment_follows_the_comparisons),
        cmocka_unit_test(rules_that_look_to_opposite_sides_share_no_latest),
        cmocka_unit_test(R_02_keys_ids_and_references_are_strict),
        cmocka_unit_test(names_mean_one_thing),
        cmocka_unit_test(a_definition_in_a_circle_is_refused),
        cmocka_unit_test(the_last_tier_and_no_other_is_unconditional),
        cmocka_unit_test(a_window_longer_than_history_is_refused),
        cmocka_unit_test(overrides_replace_values_and_enter_the_digest),
        cmocka_unit_test(a_limit_of_one_side_is_overridden_on_one_or_both),
        cmocka_unit_test(one_class_with_two_stays_in_effect_is_two_operands),
        cmocka_unit_test(a_pack_with_carriage_returns_is_read_and_faults_are_shown_without),
        cmocka_unit_test(bad_overrides_are_refused),
        cmocka_unit_test(examples_keep_their_lines_and_places),
        cmocka_unit_test(S_15_hostile_files_are_refused),
        cmocka_unit_test(the_shipped_pack_loads_and_its_lock_knows_it),
        cmocka_unit_test(a_shipped_limit_of_the_specification_is_printed_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
