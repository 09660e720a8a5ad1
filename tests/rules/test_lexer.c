/* Tokens of the rule language. */
#include "rules/lexer.h"

#include "pack_text.h"

static const char *lexed;
static mag_error lex_error;

static mag_status lex(const char *text, mag_token *tokens, size_t *count) {
    static const size_t first_line = 0;
    static mag_source source;
    static mag_yaml scalar;
    static mag_expression expression;
    lexed = text;
    source = (mag_source){"t", mag_span_of(text), &first_line, 1};
    scalar = (mag_yaml){.kind = MAG_YAML_SCALAR, .line = 1, .column = 1, .text = text};
    expression = mag_expression_of(&source, &scalar);
    mag_lexer lexer = {&expression, 0};
    *count = 0;
    do {
        mag_status status = mag_lexer_next(&lexer, &tokens[*count], &lex_error);
        if (status != MAG_OK)
            return status;
    } while (tokens[(*count)++].kind != MAG_TOKEN_END);
    return MAG_OK;
}

static void every_sign_is_a_token_of_its_own(void **state) {
    (void)state;
    const struct {
        const char *text;
        mag_token_kind kind;
    } table[] = {
        {"(", MAG_TOKEN_OPEN},      {")", MAG_TOKEN_CLOSE},     {",", MAG_TOKEN_COMMA},
        {"+", MAG_TOKEN_ADD},       {"-", MAG_TOKEN_SUBTRACT},  {"*", MAG_TOKEN_MULTIPLY},
        {"/", MAG_TOKEN_DIVIDE},    {"<", MAG_TOKEN_RELATION},  {"<=", MAG_TOKEN_RELATION},
        {">", MAG_TOKEN_RELATION},  {">=", MAG_TOKEN_RELATION}, {"=", MAG_TOKEN_RELATION},
        {"!=", MAG_TOKEN_RELATION}, {"kf_2", MAG_TOKEN_NAME},   {"0.70", MAG_TOKEN_NUMBER}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        mag_token tokens[4];
        size_t count;
        assert_int_equal(lex(table[i].text, tokens, &count), MAG_OK);
        assert_int_equal(count, 2);
        assert_int_equal(tokens[0].kind, table[i].kind);
        assert_int_equal(tokens[0].text.nbytes, strlen(table[i].text));
    }
}

/* A carriage return comes out of "\r" in a quoted text of YAML. */
static void blanks_of_every_kind_part_words(void **state) {
    (void)state;
    static const char *const texts[] = {"a b", "a\tb", "a\nb", "a\rb", " \r\n a \t\r b \r"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        mag_token tokens[4];
        size_t count;
        assert_int_equal(lex(texts[i], tokens, &count), MAG_OK);
        assert_int_equal(count, 3);
        assert_true(mag_span_is(tokens[0].text, "a") && mag_span_is(tokens[1].text, "b"));
    }
}

static void relations_keep_their_meaning(void **state) {
    (void)state;
    const struct {
        const char *text;
        mag_relation relation;
    } table[] = {{"<", MAG_IS_BELOW},     {"<=", MAG_IS_AT_MOST}, {">", MAG_IS_ABOVE},
                 {">=", MAG_IS_AT_LEAST}, {"=", MAG_IS_EQUAL},    {"!=", MAG_IS_NOT_EQUAL}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        mag_token tokens[4];
        size_t count;
        assert_int_equal(lex(table[i].text, tokens, &count), MAG_OK);
        assert_int_equal(tokens[0].relation, table[i].relation);
    }
}

static void a_number_takes_its_unit_along(void **state) {
    (void)state;
    const struct {
        const char *text, *unit;
        mag_dimension dimension;
        double value; /* in the unit of the dimension */
    } table[] = {{"20 mL/min", "mL/min", MAG_DIM_FLOW, 20},
                 {"60 mL/min/1.73m2", "mL/min/1.73m2", MAG_DIM_FLOW_INDEXED, 60},
                 {"12 mmol/day", "mmol/day", MAG_DIM_DOSE, 12000},
                 {"350 mg/day", "mg/day", MAG_DIM_DOSE, 14400.329},
                 {"24 mmol", "mmol", MAG_DIM_AMOUNT, 24000},
                 {"0.70 mmol/L", "mmol/L", MAG_DIM_MOLAR, 0.7},
                 {"150 umol/L", "umol/L", MAG_DIM_MOLAR, 0.15},
                 {"1.7 mg/dL", "mg/dL", MAG_DIM_MASS_CONC, 1.7},
                 {"30 g/L", "g/L", MAG_DIM_MASS_CONC, 3000},
                 {"14 days", "days", MAG_DIM_DAYS, 14},
                 {"1 day", "day", MAG_DIM_DAYS, 1},
                 {"48 hours", "hours", MAG_DIM_DAYS, 2},
                 {"2 weeks", "weeks", MAG_DIM_DAYS, 14},
                 {"75 years", "years", MAG_DIM_YEARS, 75},
                 {"60 kg", "kg", MAG_DIM_MASS, 60},
                 {"170 cm", "cm", MAG_DIM_LENGTH, 170},
                 {"25 %", "%", MAG_DIM_PERCENT, 25},
                 {"25%", "%", MAG_DIM_PERCENT, 25},
                 {"3", "", MAG_DIM_NUMBER, 3},
                 {"3 and", "", MAG_DIM_NUMBER, 3},
                 {"3 to 9", "", MAG_DIM_NUMBER, 3}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        mag_token tokens[8];
        size_t count;
        assert_int_equal(lex(table[i].text, tokens, &count), MAG_OK);
        const mag_quantity *quantity = &tokens[0].quantity;
        assert_true(mag_span_is(quantity->unit, table[i].unit));
        assert_int_equal(quantity->dimension, table[i].dimension);
        double value = mag_decimal_double(quantity->digits) * quantity->factor;
        if (!(value > table[i].value * 0.99999 && value < table[i].value * 1.00001))
            fail_msg("%s: %.9g, not %.9g", table[i].text, value, table[i].value);
    }
}

static void digits_stay_as_printed(void **state) {
    (void)state;
    mag_token tokens[4];
    size_t count;
    assert_int_equal(lex("0.70 mmol/L", tokens, &count), MAG_OK);
    assert_int_equal(tokens[0].quantity.digits.mantissa, 70);
    assert_int_equal(tokens[0].quantity.digits.scale, 2);
}

static void a_division_between_values_is_no_unit(void **state) {
    (void)state;
    mag_token tokens[8];
    size_t count;
    assert_int_equal(lex("urea / 2 / kf", tokens, &count), MAG_OK);
    assert_int_equal(count, 6);
    assert_int_equal(tokens[1].kind, MAG_TOKEN_DIVIDE);
    assert_int_equal(tokens[3].kind, MAG_TOKEN_DIVIDE);
}

static void refuses_what_cannot_be_a_number_or_sign(void **state) {
    (void)state;
    const struct {
        const char *text;
        mag_message_id id;
        const char *says;
    } table[] = {{"1e999", MAG_MSG_R510, "not with an exponent"},
                 {"1e3", MAG_MSG_R510, "not with an exponent"},
                 {"1e-3", MAG_MSG_R510, "not with an exponent"},
                 {"1E-3", MAG_MSG_R510, "not with an exponent"},
                 {"0x10", MAG_MSG_R510, "hexadecimal"},
                 {"1.2.3", MAG_MSG_R510, "is not a number"},
                 {"99999999999999999999", MAG_MSG_R510, "is not a number that fits"},
                 {"20 ml/min", MAG_MSG_R503, "unknown unit \"ml/min\""},
                 {"20 mL/mim", MAG_MSG_R503, "did you mean \"mL/min\"?"},
                 {"20 bananas", MAG_MSG_R503, "unknown unit \"bananas\""},
                 {"14 dys", MAG_MSG_R503, "did you mean \"days\"?"},
                 {"kf ; 3", MAG_MSG_R501, "no meaning"},
                 {"kf & 3", MAG_MSG_R501, "no meaning"},
                 {"\xc3\xa9", MAG_MSG_R501, "no meaning"},
                 {"!", MAG_MSG_R501, "no meaning"}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        mag_token tokens[16];
        size_t count;
        assert_int_equal(lex(table[i].text, tokens, &count), MAG_E_RULES);
        assert_int_equal(lex_error.message, table[i].id);
        if (!strstr(lex_error.text, table[i].says))
            fail_msg("%s: %s", table[i].text, lex_error.text);
    }
}

static void names_are_letters_digits_and_underscores(void **state) {
    (void)state;
    assert_true(mag_is_name(mag_span_of("kf_2")));
    assert_true(mag_is_name(mag_span_of("_x")));
    assert_false(mag_is_name(mag_span_of("2kf")));
    assert_false(mag_is_name(mag_span_of("a-b")));
    assert_false(mag_is_name(mag_span_of("")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sign_is_a_token_of_its_own),
        cmocka_unit_test(blanks_of_every_kind_part_words),
        cmocka_unit_test(relations_keep_their_meaning),
        cmocka_unit_test(a_number_takes_its_unit_along),
        cmocka_unit_test(digits_stay_as_printed),
        cmocka_unit_test(a_division_between_values_is_no_unit),
        cmocka_unit_test(refuses_what_cannot_be_a_number_or_sign),
        cmocka_unit_test(names_are_letters_digits_and_underscores),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
