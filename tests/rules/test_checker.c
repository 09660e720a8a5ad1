/* Names, kinds and units of expressions, through packs of one rule. */
#include "pack_text.h"

static void accepts_what_the_language_says(void **state) {
    (void)state;
    const char *const table[] = {
        "kf < 20 mL/min",
        "20 mL/min > kf",
        "kf >= 20 mL/min and kf < 30 mL/min",
        "sample < mg_low",
        "mg_low > sample",
        "latest(magnesium) > mg_uln",
        "latest(albumin within 30 days) < 30 g/L or measured(potassium)",
        "lowest(magnesium from 2 to 30 days ago) < mg_low",
        "highest(magnesium between start(MGSUPP) and sample) > mg_uln",
        "first(magnesium since start(MGSYS)) < mg_low",
        "previous(magnesium before sample within 30 days) < mg_low",
        "count(magnesium within recent) >= 2",
        "none(magnesium within 92 days)",
        "days_since(magnesium within 90 days) > 30",
        "days_since(kf) > 90 days",
        "days_since(sample) <= 48 hours",
        "haemolysed(sample)",
        "active(LOOP, THIAZ within 14 days before sample)",
        "exposed(MGIV within 24 hours before sample)",
        "active(MGSYS at sample)",
        "started(LOOP within 90 days)",
        "count_active(MGSYS) = 1",
        "days_on(MGSYS) >= 28",
        "dose(MGSYS) > 12 mmol/day",
        "dose(MGSYS) > 350 mg/day",
        "known(has(diabetes, ckd within 365 days))",
        "age >= 75",
        "age >= old",
        "sex = female",
        "weight(within 365 days) < 50 kg",
        "height < 150 cm",
        "egfr(within 365 days) >= 60 mL/min/1.73m2",
        "ckd_category(within 365 days) >= G3a",
        "kf - 5 mL/min < 30 mL/min",
        "kf * 2 < 60 mL/min",
        "kf / 10 mL/min > 3",
        "age + 5 years > 75",
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (pack_load_when(&in, table[i]) != MAG_OK)
            fail_msg("%s\n%s", table[i], in.err.text);
    }
    pack_end(&in);
}

static void R_03_unknown_names_come_with_the_nearest_one(void **state) {
    (void)state;
    const struct {
        const char *when, *says;
    } table[] = {
        {"latest(magnesum) < mg_low", "unknown analyte \"magnesum\"; did you mean \"magnesium\"?"},
        {"active(LOPP)", "unknown drug class or group \"LOPP\"; did you mean \"LOOP\"?"},
        {"active(MGSYSS)", "did you mean \"MGSYS\"?"},
        {"known(has(diabets))", "unknown condition \"diabets\"; did you mean \"diabetes\"?"},
        {"sample < mg_lo", "unknown name \"mg_lo\"; did you mean \"mg_low\"?"},
        {"lastest(magnesium) < mg_low", "unknown operand \"lastest\"; did you mean \"latest\"?"},
        {"latest(magnesium within recnt) < mg_low", "unknown parameter \"recnt\"; did you mean"},
        {"kf < 20 mL/mn", "unknown unit \"mL/mn\"; did you mean \"mL/min\"?"},
        {"zzzzzzzz", "unknown name \"zzzzzzzz\""},
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_fault(&in, pack_load_when(&in, table[i].when), MAG_MSG_R503, table[i].says);
    pack_end(&in);
}

static void units_and_kinds_must_match(void **state) {
    (void)state;
    const struct {
        const char *when, *says;
    } table[] = {
        {"kf < 20", "a clearance in mL/min on the left, a plain number on the right"},
        {"kf < 20 mL/min/1.73m2", "units do not match"},
        {"kf < mg_low", "units do not match"},
        {"egfr(within 9 days) < 20 mL/min", "units do not match"},
        {"age >= 75 days", "a number of years on the left, a number of days"},
        {"dose(MGSYS) > 12 mmol", "a dose in mmol/day on the left, an amount"},
        {"weight < 50 cm", "units do not match"},
        {"sample < 20 mL/min", "magnesium"},
        {"sample < 3", "needs a limit in a unit such as mmol/L"},
        {"sample < 0.70 mmol/L", "also reported in mg/dL"},
        {"sample < molar_only", "also reported in mg/dL"},
        {"sample < kf", "units do not match"},
        {"sample = mg_low", "compared with < <= > or >="},
        {"kf = 20 mL/min", "for counts, sex and categories"},
        {"sex > female", "sex is compared with = or !="},
        {"sex = G3a", "units do not match"},
        {"active(LOOP) > 3", "units do not match"},
        {"active(LOOP) = active(THIAZ)", "cannot be compared"},
        {"start(LOOP) < start(THIAZ)", "cannot be compared"},
        {"kf", "expected true or false, found a clearance"},
        {"sample", "expected true or false, found a laboratory result"},
        {"not kf", "expected true or false"},
        {"kf and active(LOOP)", "expected true or false"},
        {"kf + 3 days < 20 mL/min", "units do not match"},
        {"kf * kf < 20 mL/min", "no unit that rules know"},
        {"kf / 0 < 20 mL/min", "divides by zero"},
        {"active(LOOP) + 1 > 2", "cannot be added"},
        {"magnesium < mg_low", "an analyte stands inside"},
        {"LOOP", "a class or group stands inside"},
        {"MGSYS", "a class or group stands inside"},
        {"diabetes", "a condition stands inside has( )"},
        {"latest < mg_low", "needs its arguments in brackets"},
        {"latest(magnesium, potassium) < mg_low", "takes one analyte"},
        {"active(kf < 3 mL/min)", "takes names here"},
        {"active()", "takes at least one drug class"},
        {"age(within 3 days) > 3", "takes no window"},
        {"age(LOOP) > 3", "takes no names"},
        {"haemolysed(kf)", "takes one result"},
        {"haemolysed(sample, sample)", "takes one result"},
        {"days_since(age) > 3", "something that has a moment"},
        {"days_since(sample within 3 days) > 3", "no window"},
        {"active(LOOP since age)", "this has no moment"},
        {"active(LOOP within 3)", "is not a whole number of days or hours"},
        {"active(LOOP within 3.5 days)", "is not a whole number of days or hours"},
        {"active(LOOP within 3 kg)", "is not a whole number of days or hours"},
        {"active(LOOP within 40000 days)", "up to 36525 days"},
        {"active(LOOP within old)", "is not a whole number of days or hours"},
        {"active(LOOP from 9 to 2 days ago)", "the window is empty"},
        {"known(kf < 3 mL/min, age > 3)", "takes one condition"},
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_fault(&in, pack_load_when(&in, table[i].when), MAG_MSG_R501, table[i].says);
    pack_end(&in);
}

static void a_fault_shows_file_line_column_and_caret(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    const char *text = "pack: test\nversion: 1.0.0\nrules:\n  - id: A1\n    title: T\n"
                       "    among: active(LOOP)\n"
                       "    when: >-\n"
                       "      age > 3\n"
                       "      and active(LOPP)\n"
                       "    severity: high\n";
    assert_int_equal(pack_load(&in, text), MAG_E_RULES);
    assert_non_null(strstr(in.err.text, "p.yaml:9:18: unknown drug class or group \"LOPP\""));
    assert_non_null(strstr(in.err.text, "\n        and active(LOPP)\n                   ^"));
    const char *quoted = "pack: test\nversion: 1.0.0\nrules:\n  - id: A1\n    title: T\n"
                         "    among: active(LOOP)\n"
                         "    when: \"age > 3 and active(LOPP)\"\n"
                         "    severity: high\n";
    assert_int_equal(pack_load(&in, quoted), MAG_E_RULES);
    assert_non_null(strstr(in.err.text, "p.yaml:7:31:"));
    const char *plain = "pack: test\nversion: 1.0.0\nrules:\n  - id: A1\n    title: T\n"
                        "    among: active(LOOP)\n"
                        "    when: age > 3\n"
                        "       and\n"
                        "         active(LOPP)\n"
                        "    severity: high\n";
    assert_int_equal(pack_load(&in, plain), MAG_E_RULES);
    assert_non_null(strstr(in.err.text, "p.yaml:9:17:"));
    pack_end(&in);
}

static void equal_operands_have_one_number_and_their_own_name(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    assert_int_equal(pack_load_when(&in, "kf < 20 mL/min or kidney_function(within 365 days) > 90 "
                                         "mL/min or kidney_function(within 52 weeks) > 90 mL/min"),
                     MAG_OK);
    const mag_node *when = pack_rule(&in, "X1")->when;
    const mag_node *named = when->children[0]->children[0];
    const mag_node *written = when->children[1]->children[0];
    const mag_node *other = when->children[2]->children[0];
    assert_int_equal(named->operand, written->operand);
    assert_int_not_equal(named->operand, other->operand);
    assert_string_equal(named->shown, "kf");
    assert_string_equal(written->shown, "kidney_function(within 365 days)");
    assert_string_equal(other->shown, "kidney_function(within 364 days)");
    pack_end(&in);
}

static void a_group_is_its_members_with_their_stay_in_effect(void **state) {
    (void)state;
    pack_text in;
    pack_begin(&in);
    assert_int_equal(pack_load_when(&in, "active(MGIV, MGSYS)"), MAG_OK);
    const mag_node *when = pack_rule(&in, "X1")->when;
    const mag_operand *operand = &in.pack->operands[when->operand];
    assert_int_equal((int)operand->member_count, 3);
    assert_string_equal(when->shown, "active(MGIV, MGSYS)");
    assert_string_equal(operand->text, "active(MGSYS)");
    assert_int_equal(pack_load_when(&in, "active(MGSYS, MGIV)"), MAG_OK);
    const mag_operand *turned = &in.pack->operands[pack_rule(&in, "X1")->when->operand];
    assert_int_equal((int)turned->member_count, 3);
    assert_string_equal(turned->text, "active(MGSYS)"); /* numbered with the denominator */
    for (size_t i = 0; i < operand->member_count; i++) {
        bool is_iv = operand->members[i].drug_class == MAG_CLASS_MGIV;
        assert_int_equal(operand->members[i].extra_minutes, is_iv ? 48 * 60 : 0);
        assert_true(i == 0 || operand->members[i - 1].drug_class < operand->members[i].drug_class);
    }
    pack_end(&in);
}

static void windows_are_resolved(void **state) {
    (void)state;
    const struct {
        const char *when;
        mag_window_kind kind;
        int32_t near, far;
        bool is_minutes, has_anchor;
    } table[] = {
        {"none(magnesium)", MAG_WINDOW_HISTORY, 0, 0, false, false},
        {"none(magnesium within recent)", MAG_WINDOW_BACK, 0, 90, false, false},
        {"none(magnesium within 2 weeks)", MAG_WINDOW_BACK, 0, 14, false, false},
        {"none(magnesium within 24 hours)", MAG_WINDOW_BACK, 0, 1440, true, false},
        {"none(magnesium from 2 to 9 days ago)", MAG_WINDOW_BACK, 2, 9, false, false},
        {"none(magnesium within 9 days before sample)", MAG_WINDOW_BACK, 0, 9, false, true},
        {"none(magnesium before sample within 9 days)", MAG_WINDOW_BACK, 0, 9, false, true},
        {"none(magnesium before sample)", MAG_WINDOW_BACK, 0, INT32_MAX, false, true},
        {"none(magnesium from 2 to 9 days before sample)", MAG_WINDOW_BACK, 2, 9, false, true},
        {"none(magnesium from 2 to 9 days after start(LOOP))", MAG_WINDOW_AFTER, 2, 9, false, true},
        {"none(magnesium since stop(LOOP))", MAG_WINDOW_SINCE, 0, 0, false, true},
        {"none(magnesium between start(LOOP) and sample)", MAG_WINDOW_BETWEEN, 0, 0, false, true},
        {"none(magnesium at sample)", MAG_WINDOW_AT, 0, 0, false, true},
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (pack_load_when(&in, table[i].when) != MAG_OK)
            fail_msg("%s\n%s", table[i].when, in.err.text);
        const mag_window *window = &in.pack->operands[pack_rule(&in, "X1")->when->operand].window;
        assert_int_equal(window->kind, table[i].kind);
        assert_int_equal(window->near.amount, table[i].near);
        assert_int_equal(window->far.amount, table[i].far);
        assert_int_equal(window->far.is_minutes, table[i].is_minutes);
        assert_int_equal(window->anchor != MAG_ANCHOR_AS_OF, table[i].has_anchor);
        assert_true(window->anchor < pack_rule(&in, "X1")->when->operand);
    }
    pack_end(&in);
}

static void a_result_stands_on_the_left_whatever_was_written(void **state) {
    (void)state;
    const struct {
        const char *when;
        mag_relation relation;
    } table[] = {{"mg_low >= sample", MAG_IS_AT_MOST},
                 {"mg_low > sample", MAG_IS_BELOW},
                 {"mg_low <= sample", MAG_IS_AT_LEAST},
                 {"mg_low < sample", MAG_IS_ABOVE}};
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(pack_load_when(&in, table[i].when), MAG_OK);
        const mag_node *when = pack_rule(&in, "X1")->when;
        assert_int_equal(when->relation, table[i].relation);
        assert_int_equal(when->children[0]->dimension, MAG_DIM_RESULT);
        assert_string_equal(when->children[1]->limit->name, "mg_low");
    }
    pack_end(&in);
}

static void hours_and_plain_numbers_become_days(void **state) {
    (void)state;
    const struct {
        const char *when;
        double days;
    } table[] = {{"days_since(kf) > 90", 90},
                 {"days_since(kf) > 2 weeks", 14},
                 {"14 < days_since(kf)", 14},
                 {"days_since(kf) > 12 hours", 0.5}};
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_int_equal(pack_load_when(&in, table[i].when), MAG_OK);
        const mag_node *when = pack_rule(&in, "X1")->when;
        const mag_node *right = when->children[when->children[1]->kind == MAG_NODE_OPERAND ? 0 : 1];
        assert_int_equal(right->dimension, MAG_DIM_DAYS);
        assert_true(right->number > table[i].days - 1e-9 && right->number < table[i].days + 1e-9);
    }
    pack_end(&in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_what_the_language_says),
        cmocka_unit_test(R_03_unknown_names_come_with_the_nearest_one),
        cmocka_unit_test(units_and_kinds_must_match),
        cmocka_unit_test(a_fault_shows_file_line_column_and_caret),
        cmocka_unit_test(equal_operands_have_one_number_and_their_own_name),
        cmocka_unit_test(a_group_is_its_members_with_their_stay_in_effect),
        cmocka_unit_test(windows_are_resolved),
        cmocka_unit_test(a_result_stands_on_the_left_whatever_was_written),
        cmocka_unit_test(hours_and_plain_numbers_become_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
