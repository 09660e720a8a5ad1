/* mutate [RULE...] [--every N] [--jobs N] [--pack FILE] [--equivalents FILE] [--list]
   Judges the mutants of a pack (of all rules, or of those named; "-" names what rules share) and
   prints those that no example notices. --every N judges a share of them, always the same one.
   Exit code 0: none survives and no entry of the list of equivalents is needless; 1: otherwise;
   2: the pack, its examples or the command line are not in order. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "verdict.h"

#include "io/embedded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EQUIVALENTS_MAX = 1024, JOBS_MAX = 64, RULES_MAX = 64 };

/* A mutant that changes no decision: "rule | where | change | why". */
typedef struct equivalent {
    const char *rule_id, *where, *change, *why;
    unsigned line;
    bool is_needed;
} equivalent;

typedef struct program {
    const char *pack_file, *equivalents_file;
    const char *rules[RULES_MAX];
    size_t rule_count;
    unsigned every, jobs;
    bool is_list;
    equivalent equivalents[EQUIVALENTS_MAX];
    size_t equivalent_count;
    mag_account account;
    mutant_pack pack;
    unsigned char *verdicts; /* shared by the processes; one byte a mutant */
} program;

/* --- command line ---------------------------------------------------------------------------- */

static unsigned number(const char *text) {
    char *end;
    const unsigned long value = strtoul(text == NULL ? "" : text, &end, 10);
    if (value == 0 || value > 1000000 || *end != '\0')
        mutant_die("a number from 1 is wanted, not \"%s\"", text == NULL ? "" : text);
    return (unsigned)value;
}

static void read_options(program *of, char **argv) {
    for (char **at = argv + 1; *at != NULL; at++) {
        const bool has_value = strncmp(*at, "--", 2) == 0 && strcmp(*at, "--list") != 0;
        const char *value = has_value ? at[1] : NULL;
        if (has_value && value == NULL)
            mutant_die("%s wants a value", *at);
        if (strcmp(*at, "--list") == 0)
            of->is_list = true;
        else if (strcmp(*at, "--every") == 0)
            of->every = number(value);
        else if (strcmp(*at, "--jobs") == 0)
            of->jobs = number(value);
        else if (strcmp(*at, "--pack") == 0)
            of->pack_file = value;
        else if (strcmp(*at, "--equivalents") == 0)
            of->equivalents_file = value;
        else if (has_value || of->rule_count == RULES_MAX)
            mutant_die("what is \"%s\"?", *at);
        else
            of->rules[of->rule_count++] = *at;
        at += has_value;
    }
    if (of->jobs > JOBS_MAX)
        of->jobs = JOBS_MAX;
}

static bool is_rule(const mutant_pack *pack, const char *id) {
    for (size_t i = 0; i < pack->rule_count; i++)
        if (strcmp(pack->rules[i].id, id) == 0)
            return true;
    return strcmp(id, "-") == 0;
}

/* --- equivalents ----------------------------------------------------------------------------- */

/* Cuts " | " off the front of *rest. */
static const char *next_field(char **rest, const char *file, unsigned line) {
    static const char bar[] = " | ";
    char *at = *rest, *end = strstr(at, bar);
    if (end == NULL)
        mutant_die("%s:%u: \"rule | where | change | why\" is wanted", file, line);
    *end = '\0';
    *rest = end + strlen(bar);
    return at;
}

static void read_equivalent(program *of, char *text, unsigned line) {
    if (of->equivalent_count == EQUIVALENTS_MAX)
        mutant_die("%s: more than %d entries", of->equivalents_file, EQUIVALENTS_MAX);
    equivalent *to = &of->equivalents[of->equivalent_count++];
    to->line = line;
    to->rule_id = next_field(&text, of->equivalents_file, line);
    to->where = next_field(&text, of->equivalents_file, line);
    to->change = next_field(&text, of->equivalents_file, line);
    to->why = text;
    if (*text == '\0')
        mutant_die("%s:%u: the reason is missing", of->equivalents_file, line);
}

static void read_equivalents(program *of, mag_arena *arena) {
    mag_span text;
    mag_error err = {0};
    unsigned line = 1;
    if (of->equivalents_file == NULL)
        return;
    if (mag_yaml_read_file(arena, of->equivalents_file, &text, &err) != MAG_OK)
        mutant_die("%s", err.text);
    for (char *at = mag_arena_text(arena, text); at != NULL && *at != '\0'; line++) {
        char *end = strchr(at, '\n');
        if (end != NULL)
            *end = '\0';
        if (*at != '#' && *at != '\0')
            read_equivalent(of, at, line);
        at = end == NULL ? NULL : end + 1;
    }
}

static equivalent *find_equivalent(program *of, const mutant *one) {
    for (size_t i = 0; i < of->equivalent_count; i++) {
        equivalent *at = &of->equivalents[i];
        if (strcmp(at->rule_id, one->rule_id) == 0 && strcmp(at->where, one->where) == 0 &&
            strcmp(at->change, one->change) == 0)
            return at;
    }
    return NULL;
}

/* --- judging --------------------------------------------------------------------------------- */

/* FNV-1a of what names a mutant: its share stays the same when other lines move. */
static uint32_t hash_of(const mutant *of) {
    const char *const texts[] = {of->rule_id, of->where, of->change};
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        for (const char *at = texts[i]; *at != '\0'; at++)
            hash = (hash ^ (unsigned char)*at) * 16777619U;
    return hash;
}

static bool is_asked(const program *of, const mutant *one) {
    for (size_t i = 0; i < of->rule_count; i++)
        if (strcmp(of->rules[i], one->rule_id) == 0)
            return true;
    return of->rule_count == 0;
}

/* What is called equivalent is always judged: the list must stay true. */
static bool is_wanted(program *of, const mutant *one) {
    return one->is_visible && is_asked(of, one) &&
           (hash_of(one) % of->every == 0 || find_equivalent(of, one) != NULL);
}

static void judge_share(program *of, const judge *by, unsigned job) {
    size_t number_of = 0;
    for (size_t i = 0; i < of->pack.count; i++)
        if (is_wanted(of, &of->pack.mutants[i]) && number_of++ % of->jobs == job)
            of->verdicts[i] = (unsigned char)judge_mutant(by, &of->pack.mutants[i]);
}

/* One process a job: a mutant that crashes the program is a finding, not the end of the list. */
static void judge_all(program *of, const judge *by) {
    bool has_failed = false;
    of->verdicts =
        mmap(NULL, of->pack.count + 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (of->verdicts == MAP_FAILED)
        mutant_die("no memory");
    for (unsigned job = 0; job < of->jobs; job++) {
        const pid_t child = fork();
        if (child < 0)
            mutant_die("cannot start a process");
        if (child > 0)
            continue;
        judge_share(of, by, job);
        _exit(0);
    }
    for (unsigned job = 0; job < of->jobs; job++) {
        int state = 0;
        has_failed |= wait(&state) < 0 || state != 0;
    }
    for (size_t i = 0; has_failed && i < of->pack.count; i++)
        if (is_wanted(of, &of->pack.mutants[i]) && of->verdicts[i] == VERDICT_NONE)
            mutant_die("the program ended on %s | %s | %s", of->pack.mutants[i].rule_id,
                       of->pack.mutants[i].where, of->pack.mutants[i].change);
}

/* --- answer ---------------------------------------------------------------------------------- */

static unsigned line_of(const mutant_pack *pack, size_t at) {
    unsigned line = 1;
    for (size_t i = 0; i < at; i++)
        line += pack->text.at[i] == '\n';
    return line;
}

static void print_mutant(const program *of, const mutant *one, const char *word) {
    printf("%s:%u: %s: %s | %s | %s\n", of->pack_file, line_of(&of->pack, one->at), word,
           one->rule_id, one->where, one->change);
}

/* Entries whose mutant does not exist or is noticed; of the rules that were asked for. */
static size_t print_needless(const program *of) {
    size_t count = 0;
    for (size_t i = 0; i < of->equivalent_count; i++) {
        const equivalent *entry = &of->equivalents[i];
        const mutant named = {.rule_id = entry->rule_id};
        if (entry->is_needed || !is_asked(of, &named))
            continue;
        printf("%s:%u: not needed: %s | %s | %s\n", of->equivalents_file, entry->line,
               entry->rule_id, entry->where, entry->change);
        count++;
    }
    return count;
}

static int answer(program *of) {
    size_t counts[VERDICT_SURVIVED + 1] = {0}, equivalent_count = 0, unseen = 0, asked = 0;
    for (size_t i = 0; i < of->pack.count; i++) {
        const mutant *one = &of->pack.mutants[i];
        const verdict found = (verdict)of->verdicts[i];
        equivalent *entry = found == VERDICT_SURVIVED ? find_equivalent(of, one) : NULL;
        asked += is_asked(of, one) && one->is_visible;
        unseen += is_asked(of, one) && !one->is_visible;
        if (entry != NULL)
            entry->is_needed = true;
        equivalent_count += entry != NULL;
        counts[found] += entry == NULL;
        if (found == VERDICT_SURVIVED && entry == NULL)
            print_mutant(of, one, "not noticed");
        else if (of->is_list && found != VERDICT_NONE)
            print_mutant(of, one,
                         entry != NULL              ? "equivalent"
                         : found == VERDICT_NOTICED ? "noticed"
                                                    : "refused");
    }
    const size_t needless = print_needless(of);
    const size_t judged = counts[VERDICT_NOTICED] + counts[VERDICT_REFUSED] +
                          counts[VERDICT_SURVIVED] + equivalent_count;
    printf("%zu of %zu mutants judged: %zu noticed, %zu refused by the loader, %zu equivalent, "
           "%zu not noticed; %zu more in notes, hides, event, snooze and worsens, which no example "
           "shows\n",
           judged, asked, counts[VERDICT_NOTICED], counts[VERDICT_REFUSED], equivalent_count,
           counts[VERDICT_SURVIVED], unseen);
    return counts[VERDICT_SURVIVED] + needless > 0 || judged == 0 ? 1 : 0;
}

static mag_span read_pack(program *of, mag_arena *arena) {
    mag_span text;
    mag_error err = {0};
    if (of->pack_file == NULL) {
        of->pack_file = "pipelines/packs/magnesium-safety.yaml";
        if (!mag_embedded_find(of->pack_file, &text))
            mutant_die("the program holds no pack");
    } else if (mag_yaml_read_file(arena, of->pack_file, &text, &err) != MAG_OK) {
        mutant_die("%s", err.text);
    }
    return text;
}

int main(int argc, char **argv) {
    static program of = {.every = 1};
    (void)argc;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    of.jobs = cores > 0 ? (unsigned)cores : 1;
    read_options(&of, argv);
    mag_arena *arena = mag_arena_new(&of.account);
    if (arena == NULL)
        mutant_die("no memory");
    mutant_find(&of.pack, arena, read_pack(&of, arena));
    for (size_t i = 0; i < of.rule_count; i++)
        if (!is_rule(&of.pack, of.rules[i]))
            mutant_die("%s has no rule \"%s\"", of.pack_file, of.rules[i]);
    read_equivalents(&of, arena);
    judge *by = judge_new(&of.account, &of.pack, of.pack_file);
    judge_all(&of, by);
    const int code = answer(&of);
    judge_free(by);
    mag_arena_free(arena);
    return code;
}
