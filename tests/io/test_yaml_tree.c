#include "io/yaml_tree.h"

#include "test_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

static const mag_yaml *parse(const char *text) {
    const mag_yaml *root = NULL;
    mag_error err = {0};
    mag_status status =
        mag_yaml_parse(arena, "a.yaml", mag_span_of(text), MAG_E_USAGE, &root, &err);
    if (status != MAG_OK)
        fail_msg("%s", err.text);
    return root;
}

static void keeps_keys_texts_and_positions(void **state) {
    (void)state;
    const mag_yaml *root = parse("name: overnight\n"
                                 "sources:\n"
                                 "  - { name: lims, kind: labs }\n"
                                 "  - name: rx\n");
    assert_int_equal(root->kind, MAG_YAML_MAPPING);
    assert_int_equal(root->count, 2);
    assert_string_equal(mag_yaml_get_text(root, "name"), "overnight");
    const mag_yaml *sources = mag_yaml_get(root, "sources");
    assert_int_equal(sources->kind, MAG_YAML_SEQUENCE);
    assert_int_equal(sources->count, 2);
    assert_int_equal(sources->key_line, 2);
    assert_int_equal(sources->key_column, 1);
    const mag_yaml *kind = mag_yaml_get(sources->first, "kind");
    assert_string_equal(kind->text, "labs");
    assert_int_equal(kind->line, 3);
    assert_int_equal(kind->column, 25);
    assert_int_equal(kind->key_column, 19);
    assert_null(sources->first->key);
    assert_string_equal(mag_yaml_get_text(sources->first->next, "name"), "rx");
    assert_null(sources->first->next->next);
}

static void tells_quoted_and_block_texts_from_plain_ones(void **state) {
    (void)state;
    const mag_yaml *root = parse("plain: 1\nquoted: \"1\"\nsingle: '1'\nempty:\n"
                                 "literal: |\n  1\nfolded: >\n  1\n  2\n");
    assert_false(mag_yaml_get(root, "plain")->is_quoted);
    assert_true(mag_yaml_get(root, "quoted")->is_quoted);
    assert_true(mag_yaml_get(root, "single")->is_quoted);
    assert_false(mag_yaml_get(root, "quoted")->is_block);
    assert_string_equal(mag_yaml_get_text(root, "empty"), "");
    assert_true(mag_yaml_get(root, "literal")->is_block);
    assert_string_equal(mag_yaml_get_text(root, "folded"), "1 2\n");
}

static void block_text_line_n_is_file_line_plus_n(void **state) {
    (void)state;
    const char *text = "rules:\n"
                       "  - id: A\n"
                       "    when: |\n"
                       "\n"
                       "      latest(mg) < 0.7\n"
                       "        and loops\n"
                       "    note: |2\n"
                       "        two more\n"
                       "    last: |\n"
                       "     x";
    const mag_yaml *rule = mag_yaml_get(parse(text), "rules")->first;
    const mag_yaml *when = mag_yaml_get(rule, "when");
    assert_string_equal(when->text, "\nlatest(mg) < 0.7\n  and loops\n");
    assert_int_equal(when->line, 3);
    assert_int_equal(when->block_indent, 6);
    assert_string_equal(mag_yaml_get_text(rule, "note"), "  two more\n");
    assert_int_equal(mag_yaml_get(rule, "note")->block_indent, 6);
    assert_int_equal(mag_yaml_get(rule, "last")->block_indent, 5);
}

static void a_byte_order_mark_changes_no_position(void **state) {
    (void)state;
    const mag_yaml *root = parse("\xef\xbb\xbfname: x\n");
    assert_int_equal(mag_yaml_get(root, "name")->column, 7);
}

typedef struct refusal {
    const char *text;
    const char *where;
    mag_message_id for_rules;
    mag_message_id for_configuration;
} refusal;

static void refuses_what_is_not_allowed_with_its_position(void **state) {
    (void)state;
    static const refusal cases[] = {
        {"a: 1\nb: &x 2\n", "a.yaml:2:4: anchors", MAG_MSG_R510, MAG_MSG_R510},
        {"a: &x [1]\n", "a.yaml:1:4: anchors", MAG_MSG_R510, MAG_MSG_R510},
        {"a: &x {b: 1}\n", "a.yaml:1:4: anchors", MAG_MSG_R510, MAG_MSG_R510},
        {"a: *x\n", "a.yaml:1:4: aliases", MAG_MSG_R510, MAG_MSG_R510},
        {"a: !!str 2\n", "a.yaml:1:4: tags", MAG_MSG_R510, MAG_MSG_R510},
        {"a: !t [2]\n", "a.yaml:1:4: tags", MAG_MSG_R510, MAG_MSG_R510},
        {"a: !t {b: 2}\n", "a.yaml:1:4: tags", MAG_MSG_R510, MAG_MSG_R510},
        {"%YAML 1.1\n---\na: 1\n", "a.yaml:1:1: directives", MAG_MSG_R510, MAG_MSG_R510},
        {"%TAG ! x:\n---\na: 1\n", "a.yaml:1:1: directives", MAG_MSG_R510, MAG_MSG_R510},
        {"a: 1\n---\nb: 1\n", "a.yaml:2:1: a second document", MAG_MSG_R510, MAG_MSG_R510},
        {"a: 1\nb: 2\na: 3\n", "a.yaml:3:1: the key \"a\" is there already, on line 1",
         MAG_MSG_R510, MAG_MSG_R510},
        {"a: \"\\0\"\n", "a.yaml:1:4: a text holds a NUL", MAG_MSG_R510, MAG_MSG_R510},
        {"[a, b]: 1\n", "a.yaml:1:1: a key must be", MAG_MSG_R501, MAG_MSG_U202},
        {"? {a: b}\n: 1\n", "a.yaml:1:3: a key must be", MAG_MSG_R501, MAG_MSG_U202},
        {"a: [1\nb: 2\n", "a.yaml:2:", MAG_MSG_R501, MAG_MSG_U202},
        {"a: 1\n\tb: 2\n", "a.yaml:2:1: ", MAG_MSG_R501, MAG_MSG_U202},
        {"a: 1\nb: \x01\n", "a.yaml:2:4: ", MAG_MSG_R501, MAG_MSG_U202},
        {"a: 1\nb: \xff\n", "a.yaml:2:4: ", MAG_MSG_R501, MAG_MSG_U202},
        {"", "a.yaml:1:1: the file holds nothing", MAG_MSG_R501, MAG_MSG_U202},
        {"# nothing\n", "a.yaml:1:1: the file holds nothing", MAG_MSG_R501, MAG_MSG_U202},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const mag_yaml *root;
        mag_error err = {0};
        mag_span text = mag_span_of(cases[i].text);
        assert_int_equal(mag_yaml_parse(arena, "a.yaml", text, MAG_E_RULES, &root, &err),
                         MAG_E_RULES);
        assert_starts_with(err.text, cases[i].where);
        assert_int_equal(err.message, cases[i].for_rules);
        assert_int_equal(mag_yaml_parse(arena, "a.yaml", text, MAG_E_USAGE, &root, &err),
                         MAG_E_USAGE);
        assert_int_equal(err.message, cases[i].for_configuration);
        assert_null(root);
    }
}

static void a_syntax_fault_shows_the_line_and_a_caret(void **state) {
    (void)state;
    const mag_yaml *root;
    mag_error err = {0};
    mag_span text = mag_span_of("a: 1\nb: \x1b[31m *x\n");
    assert_int_equal(mag_yaml_parse(arena, "p.yaml", text, MAG_E_RULES, &root, &err), MAG_E_RULES);
    assert_non_null(strstr(err.text, "\n  b:  [31m *x\n     ^"));
    assert_null(strchr(err.text, '\x1b'));
}

static void a_row_of_a_table_that_was_named_by_mistake_is_not_shown(void **state) {
    (void)state;
    static const char *const tables[] = {
        "patient_id,code,comment\nq77,2601-3,phoned: yes\n",
        "q77,phoned: yes\nq77,b: c: d\n",
        "\n# x\nPatient;comment\nq77;a: b\nq77;a: [\n",
        "q77: a: b\n",
        "q77\nb: *q77\n",
        "patient\nq77: *q77",
        "Patient: x\nb: *q77\n",
        "# table\n---\n--- *q77",
        "\"q77\": \"\xff\"\n",
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        const mag_yaml *root;
        mag_error err = {0};
        assert_int_equal(
            mag_yaml_parse(arena, "labs.csv", mag_span_of(tables[i]), MAG_E_USAGE, &root, &err),
            MAG_E_USAGE);
        assert_starts_with(err.text, "labs.csv:");
        if (strstr(err.text, "q77") || strchr(err.text, '\n'))
            fail_msg("%zu: %s", i, err.text);
    }
}

static void a_line_that_a_reader_can_use_is_shown(void **state) {
    (void)state;
    char long_line[400];
    snprintf(long_line, sizeof long_line, "a: 1\nb: \"%0*d\" *x\n", 200, 7);
    const struct {
        const char *text, *shown; /* shown NULL: the message is one line */
    } rows[] = {
        {"# of the night run\n\n---\na: 1\nb: *x\n", "\n  b: *x\n     ^"},
        {"a: 1\nb: x\x7f*y\n", "\n  b: x *y\n      ^"},
        {"a: 1\nb: [\n\n", NULL},  /* libyaml finds the fault behind the last line */
        {"a: 1\r\rb: *x\r", NULL}, /* its third line is none of ours: we count line feeds */
        {long_line, NULL},         /* the caret would stand behind what is shown */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_yaml *root;
        mag_error err = {0};
        mag_span text = mag_span_of(rows[i].text);
        assert_int_equal(mag_yaml_parse(arena, "p.yaml", text, MAG_E_USAGE, &root, &err),
                         MAG_E_USAGE);
        const char *second = strchr(err.text, '\n');
        if (rows[i].shown ? !second || strcmp(second, rows[i].shown) != 0 : second != NULL)
            fail_msg("%zu: %s", i, err.text);
        assert_int_equal(mag_yaml_parse(arena, "p.yaml", text, MAG_E_USAGE, &root, NULL),
                         MAG_E_USAGE);
    }
}

/* libyaml ends a line at a carriage return that stands alone. No file of ours has one; where it
   stands, lines are counted apart, and no column may come out of it that the text does not have. */
static void a_lone_carriage_return_gives_no_wrong_indentation(void **state) {
    (void)state;
    static const char *const texts[] = {"x: 1\ry: |2\n     z\n", "x: 1\ry: |2\n    z\nw: 1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const mag_yaml *block = mag_yaml_get(parse(texts[i]), "y");
        assert_int_equal(block->line, 2);
        assert_int_equal(block->block_indent, 0);
    }
}

static mag_status parse_sized(size_t nbytes, char fill, const char *head, mag_error *err) {
    char *text = malloc(nbytes);
    memset(text, fill, nbytes);
    memcpy(text, head, strlen(head));
    const mag_yaml *root;
    mag_status status =
        mag_yaml_parse(arena, "big.yaml", (mag_span){text, nbytes}, MAG_E_RULES, &root, err);
    free(text);
    return status;
}

static void S_15_a_hostile_file_stops_at_its_limit(void **state) {
    (void)state;
    mag_error err = {0};
    assert_int_equal(parse_sized(MAG_YAML_NBYTES + 1, '\n', "a: 1", &err), MAG_E_RULES);
    assert_int_equal(err.message, MAG_MSG_R510);
    assert_int_equal(parse_sized(MAG_YAML_NBYTES, '\n', "a: 1", &err), MAG_OK);
    assert_int_equal(parse_sized(MAG_YAML_NBYTES, '\n', "a: |\n", &err), MAG_OK);
    assert_int_equal(parse_sized(100000, '[', "", &err), MAG_E_RULES);
    assert_int_equal(err.message, MAG_MSG_R510);
    assert_starts_with(err.text, "big.yaml:1:17: nested deeper than 16");
    assert_int_equal(parse_sized(100, '\0', "a: 1\nb: ", &err), MAG_E_RULES);
    assert_int_equal(err.message, MAG_MSG_R510);
    assert_starts_with(err.text, "big.yaml:2:4: a NUL byte");
}

static void sixteen_levels_are_fine(void **state) {
    (void)state;
    const mag_yaml *node = parse("[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]");
    for (int i = 0; i < 16; i++)
        node = node->first;
    assert_string_equal(node->text, "x");
}

static void a_hundred_thousand_keys_are_checked_for_repeats(void **state) {
    (void)state;
    enum { KEYS = 100000, ROW = 16 };
    char *text = malloc(KEYS * ROW + ROW);
    size_t at = 0;
    for (int i = 0; i < KEYS; i++)
        at += (size_t)snprintf(text + at, ROW, "k%d: 1\n", i);
    snprintf(text + at, ROW, "k77: 1\n");
    const mag_yaml *root;
    mag_error err = {0};
    assert_int_equal(
        mag_yaml_parse(arena, "k.yaml", (mag_span){text, at}, MAG_E_USAGE, &root, &err), MAG_OK);
    assert_int_equal(root->count, KEYS);
    assert_int_equal(mag_yaml_parse(arena, "k.yaml", mag_span_of(text), MAG_E_USAGE, &root, &err),
                     MAG_E_USAGE);
    assert_starts_with(err.text, "k.yaml:100001:1: the key is there already, on line 78");
    free(text);
}

static void out_of_memory_is_a_status_at_every_limit(void **state) {
    (void)state;
    for (size_t limit = 1; limit < 30000; limit += 97) {
        mag_account small = {.limit_nbytes = limit};
        mag_arena *tight = mag_arena_new(&small);
        const mag_yaml *root;
        mag_error err = {0};
        mag_status status = mag_yaml_parse(tight, "a", mag_span_of("a: [1, 2, {b: c}]\nd: 1\n"),
                                           MAG_E_USAGE, &root, &err);
        assert_int_equal(status, limit < 4096 ? MAG_E_RESOURCE : MAG_OK);
        mag_arena_free(tight);
        assert_int_equal(small.used_nbytes, 0);
    }
}

static void reads_a_file_whole_and_says_why_not(void **state) {
    (void)state;
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(path, "conf.yaml", "a: 1\n", 5);
    mag_span text;
    mag_error err = {0};
    assert_int_equal(mag_yaml_read_file(arena, path, &text, &err), MAG_OK);
    assert_true(mag_span_is(text, "a: 1\n"));
    assert_int_equal(mag_yaml_read_file(arena, "/nowhere/x.yaml", &text, &err), MAG_E_USAGE);
    assert_int_equal(err.message, MAG_MSG_I112);
    assert_int_equal(mag_yaml_read_file(arena, "/", &text, &err), MAG_E_USAGE);
    assert_int_equal(mag_yaml_read_file(arena, "/dev/zero", &text, &err), MAG_OK);
    assert_int_equal(text.nbytes, MAG_YAML_NBYTES + 1);
    unlink(path);
}

static void reads_a_hyphen_from_stdin(void **state) {
    (void)state;
    char path[MAG_TEST_PATH_NBYTES];
    mag_span text;
    mag_error err = {0};
    mag_test_write_file(path, "in.yaml", "a: 1\n", 5);
    int old_stdin = dup(STDIN_FILENO);
    FILE *file = fopen(path, "r");
    assert_true(old_stdin >= 0 && file != NULL);
    dup2(fileno(file), STDIN_FILENO);
    mag_status status = mag_yaml_read_file(arena, "-", &text, &err);
    dup2(old_stdin, STDIN_FILENO);
    close(old_stdin);
    fclose(file);
    unlink(path);
    assert_int_equal(status, MAG_OK);
    assert_true(mag_span_is(text, "a: 1\n"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(keeps_keys_texts_and_positions),
        TEST(tells_quoted_and_block_texts_from_plain_ones),
        TEST(block_text_line_n_is_file_line_plus_n),
        TEST(a_byte_order_mark_changes_no_position),
        TEST(refuses_what_is_not_allowed_with_its_position),
        TEST(a_syntax_fault_shows_the_line_and_a_caret),
        TEST(a_row_of_a_table_that_was_named_by_mistake_is_not_shown),
        TEST(a_line_that_a_reader_can_use_is_shown),
        TEST(a_lone_carriage_return_gives_no_wrong_indentation),
        TEST(S_15_a_hostile_file_stops_at_its_limit),
        TEST(sixteen_levels_are_fine),
        TEST(a_hundred_thousand_keys_are_checked_for_repeats),
        TEST(out_of_memory_is_a_status_at_every_limit),
        TEST(reads_a_file_whole_and_says_why_not),
        TEST(reads_a_hyphen_from_stdin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
