/* The shape of expressions, written back with full brackets by a printer of the test's own. */
#include "rules/syntax.h"

#include "pack_text.h"

static mag_account account;
static mag_arena *arena;
static mag_error err;

static mag_status parse(const char *text, const mag_syntax **out) {
    mag_source *source = mag_arena_alloc(arena, sizeof *source);
    mag_yaml *scalar = mag_arena_alloc(arena, sizeof *scalar);
    mag_expression *expression = mag_arena_alloc(arena, sizeof *expression);
    *source = (mag_source){.file = "t", .text = mag_span_of(text)};
    assert_int_equal(mag_source_note_lines(source, arena, &err), MAG_OK);
    *scalar = (mag_yaml){.kind = MAG_YAML_SCALAR, .line = 1, .column = 1, .text = text};
    *expression = mag_expression_of(source, scalar);
    return mag_syntax_parse(arena, expression, out, &err);
}

static void print(const mag_syntax *node, char *out);

static void print_list(const mag_syntax *node, const char *sign, char *out) {
    strcat(out, "[");
    for (size_t i = 0; i < node->child_count; i++) {
        strcat(out, i ? sign : "");
        print(node->children[i], out);
    }
    strcat(out, "]");
}

static void print(const mag_syntax *node, char *out) {
    static const char *const relations[] = {" < ", " <= ", " > ", " >= ", " = ", " != "};
    static const char *const windows[] = {"",       " within",  " from-to", " after", " before",
                                          " since", " between", " around",  " at"};
    switch (node->kind) {
    case MAG_SYNTAX_QUANTITY:
    case MAG_SYNTAX_NAME:
        strncat(out, node->text.at, node->text.nbytes);
        break;
    case MAG_SYNTAX_CALL:
        strncat(out, node->text.at, node->text.nbytes);
        print_list(node, ", ", out);
        strcat(out, windows[node->window.kind]);
        break;
    case MAG_SYNTAX_COMPARE:
        print_list(node, relations[node->relation], out);
        break;
    case MAG_SYNTAX_NOT:
        strcat(out, "not ");
        print_list(node, "", out);
        break;
    case MAG_SYNTAX_AND:
        print_list(node, " and ", out);
        break;
    case MAG_SYNTAX_OR:
        print_list(node, " or ", out);
        break;
    case MAG_SYNTAX_ADD:
        print_list(node, " + ", out);
        break;
    case MAG_SYNTAX_SUBTRACT:
        print_list(node, " - ", out);
        break;
    case MAG_SYNTAX_MULTIPLY:
        print_list(node, " * ", out);
        break;
    case MAG_SYNTAX_DIVIDE:
        print_list(node, " / ", out);
        break;
    }
}

static void binds_as_people_read(void **state) {
    (void)state;
    const struct {
        const char *text, *shape;
    } table[] = {
        {"a", "a"},
        {"a and b and c", "[a and b and c]"},
        {"a or b or c", "[a or b or c]"},
        {"a and (b or c)", "[a and [b or c]]"},
        {"(a and b) or c", "[[a and b] or c]"},
        {"not a and b", "[not [a] and b]"},
        {"not a < 3", "not [[a < 3]]"},
        {"not not a", "not [not [a]]"},
        {"not (a or b)", "not [[a or b]]"},
        {"a < 3 and b >= 4 mL/min", "[[a < 3] and [b >= 4 mL/min]]"},
        {"a + 2 * b < c - 1 - 2", "[[a + [2 * b]] < [[c - 1] - 2]]"},
        {"a / 2 / 3 = 1", "[[[a / 2] / 3] = 1]"},
        {"(a + 2) * b > 1", "[[[a + 2] * b] > 1]"},
        {"f()", "f[]"},
        {"f(a, b)", "f[a, b]"},
        {"f(within 3 days)", "f[] within"},
        {"f(a within recent)", "f[a] within"},
        {"f(a within 14 days before s)", "f[a] within"},
        {"f(a from 2 to 9 days ago)", "f[a] from-to"},
        {"f(a from 2 to 9 days before s)", "f[a] from-to"},
        {"f(a from 2 to 9 days after start(c))", "f[a] after"},
        {"f(a before s within 3 days)", "f[a] before"},
        {"f(a before s)", "f[a] before"},
        {"f(a since start(c))", "f[a] since"},
        {"f(a between s1 and s2)", "f[a] between"},
        {"f(a at s)", "f[a] at"},
        {"f(a around s within 3 days)", "f[a] around"},
        {"f(a < b within 3 days, apart 14 days)", "f[[a < b]] within"},
        {"f(a with b within 3 days)", "f[a] within"},
        {"f(a is b or c)", "f[a]"},
        {"f(a, up by 25 % within 3 days)", "f[a] within"},
        {"f(a for 3 days, gap 2 days)", "f[a]"},
        {"f(a, b same specimen)", "f[a, b]"},
        {"a < -6 mmol/L", "[a < -6 mmol/L]"},
        {"a - 6 > - 2", "[[a - 6] > - 2]"},
        {"known(has(d within 3 days)) or b", "[known[has[d] within] or b]"},
        {"f(a\n   within\n 3 days)", "f[a] within"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const mag_syntax *root;
        char shape[512] = "";
        if (parse(table[i].text, &root) != MAG_OK)
            fail_msg("%s: %s", table[i].text, err.text);
        print(root, shape);
        assert_string_equal(shape, table[i].shape);
    }
}

static void refuses_with_what_was_expected(void **state) {
    (void)state;
    const struct {
        const char *text, *place, *says;
    } table[] = {
        {"", "t:1:1:", "expected a value, found the end"},
        {"a and b or c", "t:1:9:", "put brackets"},
        {"a or b and c", "t:1:8:", "put brackets"},
        {"a < b < c", "t:1:7:", "join two with `and`"},
        {"a b", "t:1:3:", "expected `and`, `or` or the end of the expression, found \"b\""},
        {"(a", "t:1:3:", "expected \")\", found the end"},
        {"a)", "t:1:2:", "found \")\""},
        {"f(a", "t:1:4:", "expected \")\""},
        {"f(a,)", "t:1:5:", "expected an argument"},
        {"f(,a)", "t:1:3:", "expected a value"},
        {"f(a, within 3 days)", "t:1:6:", "expected an argument"},
        {"f(a within)", "t:1:11:", "expected a length of time"},
        {"f(a within 3 days before)", "t:1:25:", "expected an event"},
        {"f(a from 2 to 9 days)", "t:1:21:", "expected ago, before or after"},
        {"f(a from 2 days)", "t:1:16:", "expected to"},
        {"f(a between s)", "t:1:14:", "expected and"},
        {"f(a since 3 days)", "t:1:11:", "expected an event"},
        {"a and", "t:1:6:", "expected a value"},
        {"and a", "t:1:1:", "expected a value, found \"and\""},
        {"not", "t:1:4:", "expected a value"},
        {"a <", "t:1:4:", "expected a value"},
        {"within 3 days", "t:1:1:", "expected a value"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const mag_syntax *root;
        assert_int_equal(parse(table[i].text, &root), MAG_E_RULES);
        assert_int_equal(err.message, MAG_MSG_R501);
        if (!strstr(err.text, table[i].place) || !strstr(err.text, table[i].says))
            fail_msg("\"%s\": %s", table[i].text, err.text);
    }
}

static void S_15_depth_and_size_are_bounded(void **state) {
    (void)state;
    static char text[40000];
    const mag_syntax *root;
    memset(text, '(', 100);
    strcpy(text + 100, "a");
    assert_int_equal(parse(text, &root), MAG_E_RULES);
    assert_int_equal(err.message, MAG_MSG_R510);
    text[0] = '\0';
    for (int i = 0; i < 100; i++)
        strcat(text, "not ");
    strcat(text, "a");
    assert_int_equal(parse(text, &root), MAG_E_RULES);
    assert_int_equal(err.message, MAG_MSG_R510);
    memset(text, ' ', 20000);
    text[20000] = '\0';
    assert_int_equal(parse(text, &root), MAG_E_RULES);
    assert_int_equal(err.message, MAG_MSG_R510);
    strcpy(text, "a");
    for (int i = 0; i < 80; i++)
        strcat(text, " or a");
    assert_int_equal(parse(text, &root), MAG_E_RULES);
    assert_int_equal(err.message, MAG_MSG_R510);
    strcpy(text, "((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))");
    assert_int_equal(parse(text, &root), MAG_OK);
}

static int begin(void **state) {
    (void)state;
    arena = mag_arena_new(&account);
    return arena ? 0 : 1;
}

static int end(void **state) {
    (void)state;
    mag_arena_free(arena);
    return account.used_nbytes == 0 ? 0 : 1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binds_as_people_read),
        cmocka_unit_test(refuses_with_what_was_expected),
        cmocka_unit_test(S_15_depth_and_size_are_bounded),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
