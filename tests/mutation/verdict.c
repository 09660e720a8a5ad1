/* A mutant is judged by the examples of its rule, or of all rules if it is shared by them. */
#include "verdict.h"

#include "rules/evaluate.h"
#include "rules/example.h"

typedef struct patient {
    const mag_example *example;
    const char *rule_id;
    mag_cohort *cohort;
    mag_timeline timeline;
} patient;

struct judge {
    mag_account *account;
    mag_arena *arena;
    const mutant_pack *pack;
    const mag_codebook *book;
    patient *patients;
    size_t count;
};

static const mag_pack *load(mag_arena *arena, mag_span text, mag_error *err) {
    const mag_pack *pack;
    return mag_pack_load(arena, "pack", text, NULL, 0, 0, &pack, err) == MAG_OK ? pack : NULL;
}

static bool comes_out_as_expected(const mag_example *example, const mag_outcome *outcome) {
    return outcome->kind == example->expected &&
           (outcome->kind != MAG_FLAGGED || outcome->severity == example->severity) &&
           (example->reasons == 0 || outcome->reasons == example->reasons);
}

/* The first example of the pack's rules that comes out otherwise, asked as `rules test` asks; NULL:
   none does. */
static const patient *first_failure(const judge *of, mag_arena *arena, const mag_pack *pack) {
    mag_evaluator *evaluator;
    mag_explanation explanation;
    mag_error err = {0};
    const patient *failed = NULL;
    if (mag_evaluator_new(&evaluator, pack, mag_arena_account(arena), &err) != MAG_OK)
        mutant_die("no evaluator: %s", err.text);
    for (size_t i = 0; i < of->count && failed == NULL; i++) {
        const patient *at = &of->patients[i];
        const int rule_idx = mag_pack_find_rule(pack, at->rule_id);
        if (rule_idx < 0)
            continue;
        if (mag_explain_rule(evaluator, &at->timeline, (size_t)rule_idx, &explanation, &err) !=
            MAG_OK)
            mutant_die("%s", err.text);
        if (!comes_out_as_expected(at->example, &explanation.outcome))
            failed = at;
    }
    mag_evaluator_free(evaluator);
    return failed;
}

static void add_patient(judge *of, const mag_rule *rule, const mag_example *example) {
    mag_error err = {0};
    patient *to = &of->patients[of->count++];
    *to = (patient){.example = example, .rule_id = rule->facts.id};
    if (mag_example_cohort("pack", example, of->book, of->account, &to->cohort, &err) != MAG_OK)
        mutant_die("%s", err.text);
    if (!mag_example_patient(to->cohort, &to->timeline))
        mutant_die("%s, \"%s\": no patient", to->rule_id, example->name);
}

static void add_patients(judge *of, const mag_pack *pack) {
    size_t count = 0;
    for (size_t r = 0; r < pack->rule_count; r++)
        count += pack->rules[r].example_count;
    of->patients = mag_arena_alloc(of->arena, (count + 1) * sizeof *of->patients);
    if (of->patients == NULL)
        mutant_die("no memory");
    for (size_t r = 0; r < pack->rule_count; r++)
        for (size_t i = 0; i < pack->rules[r].example_count; i++)
            add_patient(of, &pack->rules[r], &pack->rules[r].examples[i]);
}

/* The pack without a mutant, cut as it is for one of this rule, must pass. */
static void check_unchanged(const judge *of, int rule) {
    mag_error err = {0};
    mag_arena *arena = mag_arena_new(of->account);
    if (arena == NULL)
        mutant_die("no memory");
    const mag_pack *pack = load(arena, mutant_text(arena, of->pack, NULL, rule), &err);
    if (pack == NULL)
        mutant_die("cut for a mutant, the pack does not load: %s", err.text);
    const patient *failed = first_failure(of, arena, pack);
    if (failed != NULL)
        mutant_die("the unchanged pack fails its example: rule %s, \"%s\"", failed->rule_id,
                   failed->example->name);
    mag_arena_free(arena);
}

judge *judge_new(mag_account *account, const mutant_pack *pack, const char *file) {
    mag_error err = {0};
    judge *of = mag_arena_alloc(pack->arena, sizeof *of);
    if (of == NULL)
        mutant_die("no memory");
    *of = (judge){.account = account, .arena = pack->arena, .pack = pack};
    if (mag_codebook_load(of->arena, &of->book, &err) != MAG_OK)
        mutant_die("%s", err.text);
    const mag_pack *whole = load(of->arena, pack->text, &err);
    if (whole == NULL)
        mutant_die("%s: %s", file, err.text);
    add_patients(of, whole);
    check_unchanged(of, MUTANT_SHARED);
    for (size_t i = 0; i < pack->rule_count; i++)
        check_unchanged(of, (int)i);
    return of;
}

void judge_free(judge *of) {
    for (size_t i = 0; i < of->count; i++)
        mag_cohort_free(of->patients[i].cohort);
}

verdict judge_mutant(const judge *of, const mutant *one) {
    mag_error err = {0};
    mag_arena *arena = mag_arena_new(of->account);
    if (arena == NULL)
        mutant_die("no memory");
    const mag_pack *pack = load(arena, mutant_text(arena, of->pack, one, one->rule), &err);
    verdict found = VERDICT_REFUSED;
    if (pack != NULL)
        found = first_failure(of, arena, pack) != NULL ? VERDICT_NOTICED : VERDICT_SURVIVED;
    mag_arena_free(arena);
    return found;
}
