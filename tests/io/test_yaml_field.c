#include "io/yaml_tree.h"

#include "test_support.h"

static mag_account account;
static mag_arena *arena;

static int set_up(void **state) {
    (void)state;
    arena = mag_arena_new(&account);
    return arena ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    mag_arena_free(arena);
    return 0;
}

static const mag_yaml_field fields[] = {
    {.key = "name", .kind = MAG_YAML_SCALAR, .is_required = true},
    {.key = "delimiter", .kind = MAG_YAML_SCALAR},
    {.key = "files", .kind = MAG_YAML_SEQUENCE},
    {.key = "columns", .kind = MAG_YAML_MAPPING},
    {.key = "value", .is_any_kind = true},
    {.key = NULL},
};

static const mag_yaml *parse(const char *text) {
    const mag_yaml *root;
    mag_error err;
    assert_int_equal(mag_yaml_parse(arena, "f", mag_span_of(text), MAG_E_USAGE, &root, &err),
                     MAG_OK);
    return root;
}

static void tables_of_fields_are_enforced_with_positions(void **state) {
    (void)state;
    static const struct {
        const char *text, *fault, *hint;
    } cases[] = {
        {"name: x\nfiles: [a]\ncolumns: {a: b}\nvalue: {}\n", NULL, NULL},
        {"name: x\nvalue: [1]\n", NULL, NULL},
        {"name: x\ndelimeter: ;\n", "f:2:1: unknown key \"delimeter\"",
         "did you mean \"delimiter\"?"},
        {"name: x\nzzzzzz: 1\n", "f:2:1: unknown key \"zzzzzz\"", ""},
        {"name: x\nDelimiter: ;\n", "f:2:1: unknown key \"Delimiter\"",
         "did you mean \"delimiter\"?"},
        {"name: x\nq0001,F,1980-01-01,S1: 1\n", "f:2:1: unknown key", ""},
        {"name: x\nJane Doe: 1\n", "f:2:1: unknown key", ""},
        {"name: x\naaaaaaaaaabbbbbbbbbbccccccccccd: 1\n", "f:2:1: unknown key", ""},
        {"name: x\nfiles: a\n", "f:2:8: \"files\" must be a list, not a text", ""},
        {"name: [x]\n", "f:1:7: \"name\" must be a text, not a list", ""},
        {"name: x\ncolumns: []\n", "f:2:10: \"columns\" must be a mapping, not a list", ""},
        {"files: []\n", "f:1:1: the key \"name\" is missing", ""},
        {"[a]", "f:1:1: must be a mapping", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const mag_yaml *root = parse(cases[i].text);
        mag_error err = {0};
        mag_status expected = cases[i].fault ? MAG_E_USAGE : MAG_OK;
        assert_int_equal(mag_yaml_check(root, "f", fields, MAG_E_USAGE, &err), expected);
        if (!cases[i].fault)
            continue;
        assert_starts_with(err.text, cases[i].fault);
        assert_null(strstr(err.text, "1980")); /* no row and no name, as keys */
        assert_null(strstr(err.text, "Doe"));
        assert_null(strstr(err.text, "cccc"));
        assert_string_equal(err.hint, cases[i].hint);
        assert_int_equal(err.message, MAG_MSG_U202);
        assert_int_equal(mag_yaml_check(root, "f", fields, MAG_E_RULES, &err), MAG_E_RULES);
        assert_int_equal(err.message, MAG_MSG_R502);
    }
}

static void children_are_found_by_key(void **state) {
    (void)state;
    const mag_yaml *root = parse("a: 1\nb: [x]\n");
    assert_string_equal(mag_yaml_get_text(root, "a"), "1");
    assert_null(mag_yaml_get_text(root, "b"));
    assert_null(mag_yaml_get(root, "c"));
    assert_null(mag_yaml_get(mag_yaml_get(root, "b"), "x"));
    assert_null(mag_yaml_get(NULL, "a"));
}

static void the_nearest_name_is_at_most_a_third_away(void **state) {
    (void)state;
    static const char *const names[] = {"magnesium", "potassium", "sodium", "mg", NULL};
    static const char *const cases[][2] = {
        {"magnesum", "magnesium"},
        {"magnseium", "magnesium"},
        {"sodum", "sodium"},
        {"mg", "mg"},
        {"mgx", "mg"},
        {"m", NULL},
        {"calcium", NULL},
        {"", NULL},
        {"potasium", "potassium"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *nearest = mag_nearest_name(cases[i][0], names);
        if (!cases[i][1])
            assert_null(nearest);
        else
            assert_string_equal(nearest, cases[i][1]);
    }
    char longest[200];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_null(mag_nearest_name(longest, names));
    longest[90] = '\0';
    const char *const hers[] = {longest, "aab", NULL};
    assert_string_equal(mag_nearest_name("aaa", hers), "aab"); /* never a name that long */
}

static void a_table_of_fields_longer_than_the_room_is_looked_at_as_far_as_it_goes(void **state) {
    (void)state;
    static char keys[MAG_YAML_FIELD_COUNT + 4][8];
    mag_yaml_field many[MAG_YAML_FIELD_COUNT + 5] = {0};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        snprintf(keys[i], sizeof keys[i], "long%03zu", i);
        many[i] = (mag_yaml_field){.key = keys[i], .kind = MAG_YAML_SCALAR};
    }
    mag_error err = {0};
    assert_int_equal(mag_yaml_check(parse("long067: 1\n"), "f", many, MAG_E_USAGE, &err), MAG_OK);
    assert_int_equal(mag_yaml_check(parse("lung007: 1\n"), "f", many, MAG_E_USAGE, &err),
                     MAG_E_USAGE);
    assert_string_equal(err.hint, "did you mean \"long007\"?");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(tables_of_fields_are_enforced_with_positions),
        TEST(children_are_found_by_key),
        TEST(the_nearest_name_is_at_most_a_third_away),
        TEST(a_table_of_fields_longer_than_the_room_is_looked_at_as_far_as_it_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
