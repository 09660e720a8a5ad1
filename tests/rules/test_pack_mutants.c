/* Do the examples of the shipped pack notice when a rule changes? Every number of a decision is
   changed by one in its last printed digit, up and down, every comparison is replaced by each other
   one, `and` by `or` and `or` by `and`, and every severity by its neighbours; each such mutant must
   make at least one example come out otherwise. */
#include "judge.h"

#include <ctype.h>

enum { EXAMPLES_MAX = 1024, MUTANTS_MAX = 2048, MUTANT_NBYTES = 16, RULE_ID_NBYTES = 8 };

/* --- what may survive ------------------------------------------------------------------------ */

/* Mutants that change no decision, and why not. */
static const struct {
    const char *rule_id, *line, *from, *to, *why;
} equivalents[] = {
    {"A03", "when: days_since(kf) > 90 days", NULL, NULL, "a note, no part of the decision"},
    {"C01", "when: latest(albumin within 90 days) < 30 g/L", NULL, NULL, "a note as well"},
    {"B01", "as: latest(magnesium within 90 days)", "90", "91", "who is in `among` has one of 90"},
    {"C01", "as: latest(magnesium within 90 days)", "90", "91", "who is in `among` has one of 90"},
    {"C02", "as: latest(magnesium within 30 days)", "30", "31", "who is in `among` has one of 30"},
};
static bool is_used[sizeof equivalents / sizeof equivalents[0]];

/* --- finding what can be changed ------------------------------------------------------------- */

typedef struct mutant {
    size_t at, nbytes; /* of the pack's text: what is replaced */
    char by[MUTANT_NBYTES];
    char rule_id[RULE_ID_NBYTES]; /* "" before the first rule */
    mag_span line;
} mutant;

typedef struct finder {
    mag_span text;
    char rule_id[RULE_ID_NBYTES];
    bool is_in_examples, is_in_expression;
    size_t indent; /* of the key whose expression is open */
    mutant *mutants;
    size_t count;
} finder;

static void add(finder *f, mag_span line, size_t at, size_t nbytes, const char *by) {
    assert_true(f->count < MUTANTS_MAX);
    mutant *to = &f->mutants[f->count++];
    to->at = (size_t)(line.at - f->text.at) + at;
    to->nbytes = nbytes;
    to->line = line;
    memcpy(to->rule_id, f->rule_id, sizeof to->rule_id);
    (void)snprintf(to->by, sizeof to->by, "%s", by);
}

/* The digits as one whole number, plus or minus one, the point back in its place. */
static void add_number(finder *f, mag_span line, size_t at, size_t nbytes) {
    char digits[MUTANT_NBYTES] = "";
    size_t count = 0, decimals = 0;
    for (size_t i = 0; i < nbytes; i++) {
        const char c = line.at[at + i];
        if (c != '.')
            digits[count++] = c;
        decimals += decimals > 0 || (c == '.' && i + 1 < nbytes);
    }
    decimals = decimals > 0 ? decimals - 1 : 0;
    const long number = strtol(digits, NULL, 10);
    for (long changed = number - 1; changed <= number + 1; changed += 2) {
        char whole[MUTANT_NBYTES], by[MUTANT_NBYTES];
        if (changed < 0)
            continue;
        (void)snprintf(whole, sizeof whole, "%0*ld", (int)(decimals + 1), changed);
        const int before = (int)(strlen(whole) - decimals);
        (void)snprintf(by, sizeof by, "%.*s%s%s", before, whole, decimals > 0 ? "." : "",
                       whole + before);
        add(f, line, at, nbytes, by);
    }
}

static void add_relation(finder *f, mag_span line, size_t at, size_t nbytes) {
    static const char *const signs[] = {"<", "<=", ">", ">="};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (strlen(signs[i]) != nbytes || memcmp(signs[i], line.at + at, nbytes) != 0)
            add(f, line, at, nbytes, signs[i]);
}

static void add_other(finder *f, mag_span line, size_t at, const char *a, const char *b) {
    const mag_span rest = {line.at + at, line.nbytes - at};
    const size_t nbytes = strlen(a);
    if (mag_span_starts_with(rest, mag_span_of(a)) &&
        (rest.nbytes == nbytes || rest.at[nbytes] == ' '))
        add(f, line, at, nbytes, b);
}

/* The severity behind the key, one step up and one down. */
static void add_severities(finder *f, mag_span line, size_t key, size_t key_nbytes) {
    static const char *const words[] = {"info", "low", "moderate", "high", "critical"};
    for (size_t i = 0; key < line.nbytes && i + 1 < sizeof words / sizeof words[0]; i++) {
        add_other(f, line, key + key_nbytes, words[i], words[i + 1]);
        add_other(f, line, key + key_nbytes, words[i + 1], words[i]);
    }
}

static void scan_expression(finder *f, mag_span line, size_t from, size_t until) {
    for (size_t i = from; i < until; i++) {
        const char c = line.at[i], before = i > 0 ? line.at[i - 1] : ' ';
        size_t end = i + 1;
        if (before == ' ') {
            add_other(f, line, i, "and", "or");
            add_other(f, line, i, "or", "and");
        }
        if (c == '<' || c == '>') {
            if (end < until && line.at[end] == '=')
                end++;
            if (end < until && line.at[end] == ' ') /* no `>-` of YAML */
                add_relation(f, line, i, end - i);
            i = end;
        } else if (isdigit((unsigned char)c) && !isalnum((unsigned char)before) && before != '_' &&
                   before != '/' && before != '.') {
            while (end < until && (isdigit((unsigned char)line.at[end]) || line.at[end] == '.'))
                end++;
            add_number(f, line, i, end - i);
            i = end;
        }
    }
}

static size_t find_key(mag_span line, const char *key) {
    const size_t nbytes = strlen(key);
    for (size_t i = 0; i + nbytes <= line.nbytes; i++)
        if (memcmp(line.at + i, key, nbytes) == 0 && (i == 0 || line.at[i - 1] == ' '))
            return i;
    return line.nbytes;
}

/* `- { name: x, value: 365 days }  # why` */
static void scan_flow(finder *f, mag_span line) {
    static const char *const keys[] = {"value:", "molar:", "mass:"};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        const size_t at = find_key(line, keys[k]);
        size_t until = at;
        while (until < line.nbytes && line.at[until] != ',' && line.at[until] != '}')
            until++;
        scan_expression(f, line, at, until);
    }
}

static void scan_line(finder *f, mag_span line) {
    static const char *const keys[] = {
        "among:", "except:", "when:", "as:", "down:", "up:", "members:"};
    size_t indent = 0;
    while (indent < line.nbytes && line.at[indent] == ' ')
        indent++;
    const size_t id = find_key(line, "id:");
    if (id < line.nbytes && indent == 2) {
        f->is_in_examples = false;
        (void)snprintf(f->rule_id, sizeof f->rule_id, "%.*s", (int)(line.nbytes - id - 4),
                       line.at + id + 4);
    }
    f->is_in_examples |= find_key(line, "examples:") < line.nbytes;
    if (f->is_in_examples || indent == line.nbytes || line.at[indent] == '#')
        return;
    if (find_key(line, "{") < line.nbytes)
        scan_flow(f, line);
    if (f->is_in_expression && indent > f->indent) {
        scan_expression(f, line, indent, line.nbytes);
        return;
    }
    f->is_in_expression = false;
    add_severities(f, line, find_key(line, "tier: "), strlen("tier: "));
    add_severities(f, line, find_key(line, "severity: "), strlen("severity: "));
    add_severities(f, line, find_key(line, "not_below: "), strlen("not_below: "));
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        const size_t at = find_key(line, keys[k]);
        if (at == line.nbytes || (at != indent && at != indent + 2))
            continue;
        f->is_in_expression = true;
        f->indent = at;
        scan_expression(f, line, at, line.nbytes);
    }
}

static size_t find_mutants(mag_span text, mutant *mutants) {
    finder f = {.text = text, .mutants = mutants};
    for (size_t at = 0; at < text.nbytes;) {
        const char *end = memchr(text.at + at, '\n', text.nbytes - at);
        const size_t nbytes = end == NULL ? text.nbytes - at : (size_t)(end - text.at) - at;
        scan_line(&f, (mag_span){text.at + at, nbytes});
        at += nbytes + 1;
    }
    return f.count;
}

/* --- judging them ---------------------------------------------------------------------------- */

/* The examples' patients, made once. */
typedef struct patients {
    world in;
    mag_cohort *cohorts[EXAMPLES_MAX];
    mag_timeline timelines[EXAMPLES_MAX];
    const mag_example *examples[EXAMPLES_MAX];
    size_t rule_idx[EXAMPLES_MAX];
    size_t count;
} patients;

static const mag_pack *load(mag_arena *arena, mag_span text) {
    const mag_pack *pack;
    mag_error err = {0};
    return mag_pack_load(arena, "mutant", text, NULL, 0, 0, &pack, &err) == MAG_OK ? pack : NULL;
}

static void make_patients(patients *all, const mag_pack *pack) {
    mag_error err = {0};
    for (size_t r = 0; r < pack->rule_count; r++)
        for (size_t i = 0; i < pack->rules[r].example_count; i++) {
            const size_t n = all->count++;
            assert_true(n < EXAMPLES_MAX);
            all->examples[n] = &pack->rules[r].examples[i];
            all->rule_idx[n] = r;
            if (mag_example_cohort("pack", all->examples[n], all->in.book, &all->in.account,
                                   &all->cohorts[n], &err) != MAG_OK)
                fail_msg("%s", err.text);
            assert_true(mag_example_patient(all->cohorts[n], &all->timelines[n]));
        }
}

static bool comes_out_as_expected(const mag_example *example, const mag_outcome *outcome) {
    return outcome->kind == example->expected &&
           (outcome->kind != MAG_FLAGGED || outcome->severity == example->severity) &&
           (example->reasons == 0 || outcome->reasons == example->reasons);
}

/* How many examples come out otherwise than expected. */
static size_t count_failures(patients *all, const mag_pack *pack) {
    mag_evaluator *evaluator;
    mag_error err = {0};
    size_t failed = 0;
    mag_outcome *outcomes = calloc(mag_pack_rule_count(pack), sizeof *outcomes);
    assert_non_null(outcomes);
    assert_int_equal(mag_evaluator_new(&evaluator, pack, &all->in.account, &err), MAG_OK);
    for (size_t i = 0; i < all->count; i++) {
        assert_int_equal(mag_evaluate(evaluator, &all->timelines[i], outcomes, &err), MAG_OK);
        failed += !comes_out_as_expected(all->examples[i], &outcomes[all->rule_idx[i]]);
    }
    mag_evaluator_free(evaluator);
    free(outcomes);
    return failed;
}

static bool is_text(const char *wanted, const char *at, size_t nbytes) {
    return wanted == NULL || (strlen(wanted) == nbytes && memcmp(wanted, at, nbytes) == 0);
}

static bool is_equivalent(mag_span text, const mutant *of) {
    for (size_t i = 0; i < sizeof equivalents / sizeof equivalents[0]; i++) {
        if (strcmp(equivalents[i].rule_id, of->rule_id) != 0 ||
            !is_text(equivalents[i].from, text.at + of->at, of->nbytes) ||
            !is_text(equivalents[i].to, of->by, strlen(of->by)) ||
            find_key(of->line, equivalents[i].line) == of->line.nbytes)
            continue;
        is_used[i] = true;
        return true;
    }
    return false;
}

static mag_span mutated(mag_arena *arena, mag_span text, const mutant *of) {
    const char *changed =
        mag_arena_format(arena, "%.*s%s%.*s", (int)of->at, text.at, of->by,
                         (int)(text.nbytes - of->at - of->nbytes), text.at + of->at + of->nbytes);
    assert_non_null(changed);
    return mag_span_of(changed);
}

typedef enum fate { NOTICED, SURVIVED, REFUSED, FATE_COUNT } fate;

/* A pack that does not load is no mutant: nobody could run it. */
static fate fate_of(patients *all, mag_span text, const mutant *of) {
    mag_arena *arena = mag_arena_new(&all->in.account);
    assert_non_null(arena);
    const mag_pack *pack = load(arena, mutated(arena, text, of));
    fate found = REFUSED;
    if (pack != NULL)
        found = count_failures(all, pack) > 0 ? NOTICED : SURVIVED;
    mag_arena_free(arena);
    return found;
}

static void every_change_of_a_decision_is_noticed_by_an_example(void **state) {
    (void)state;
    static patients all;
    static mutant mutants[MUTANTS_MAX];
    mag_span text;
    size_t fates[FATE_COUNT] = {0}, equivalent = 0;
    world_begin(&all.in);
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    const mag_pack *pack = load(all.in.arena, text);
    assert_non_null(pack);
    make_patients(&all, pack);
    assert_int_equal((int)count_failures(&all, pack), 0);
    const size_t count = find_mutants(text, mutants);
    for (size_t i = 0; i < count; i++) {
        const mutant *of = &mutants[i];
        if (is_equivalent(text, of)) {
            equivalent++;
            continue;
        }
        const fate found = fate_of(&all, text, of);
        fates[found]++;
        if (found != SURVIVED)
            continue;
        print_error("%s, \"%.*s\": %.*s -> %s is not noticed\n", of->rule_id, (int)of->line.nbytes,
                    of->line.at, (int)of->nbytes, text.at + of->at, of->by);
    }
    print_message("%zu mutants: %zu noticed, %zu survived, %zu refused by the loader, "
                  "%zu equivalent\n",
                  count, fates[NOTICED], fates[SURVIVED], fates[REFUSED], equivalent);
    assert_true(fates[NOTICED] > 240);
    assert_int_equal((int)fates[SURVIVED], 0);
    for (size_t i = 0; i < sizeof equivalents / sizeof equivalents[0]; i++)
        if (!is_used[i])
            fail_msg("the exception \"%s\" of %s is not needed", equivalents[i].line,
                     equivalents[i].rule_id);
    for (size_t i = 0; i < all.count; i++)
        mag_cohort_free(all.cohorts[i]);
    world_end(&all.in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_change_of_a_decision_is_noticed_by_an_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
