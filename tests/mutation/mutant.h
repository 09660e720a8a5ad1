/* Small changes of a rule pack's text, each of which some example of the pack must notice. A mutant
   is a range of the text and what stands there instead; it is named by the expression with the
   change marked: "kf >= [20 -> 19] mL/min". */
#ifndef MAG_TESTS_MUTATION_MUTANT_H
#define MAG_TESTS_MUTATION_MUTANT_H

#include "io/yaml_tree.h"
#include "rules/pack.h"

enum { MUTANT_SHARED = -1 }; /* rule of what all rules share: limits, definitions ... */

typedef struct mutant {
    size_t at, nbytes; /* of the pack's text: what is replaced */
    const char *by;
    int rule;            /* as written in the pack, from 0; or MUTANT_SHARED */
    const char *rule_id; /* "-" for what is shared */
    const char *where;   /* "when", "severity 2 when", "limits mg_low molar" */
    const char *change;
    bool is_visible; /* an example can tell: not so for notes, hides, event, snooze, worsens */
} mutant;

/* A range of whole lines. */
typedef struct mutant_range {
    size_t from, until;
} mutant_range;

/* Of one rule, in the order of the file. */
typedef struct mutant_rule {
    const char *id;
    mutant_range all, examples, hides; /* empty if absent */
} mutant_rule;

/* A pack's text, what can be changed in it, and where its rules stand. Lives in the arena. */
typedef struct mutant_pack {
    mag_arena *arena;
    mag_span text;
    mutant *mutants;
    size_t count, capacity;
    mutant_rule *rules;
    size_t rule_count;
} mutant_pack;

/* Where an expression stands. `text` is what YAML reads, `raw[i]` the place of its byte i. */
typedef struct mutant_spot {
    mutant_pack *pack;
    int rule;
    const char *where;
    bool is_visible;
    const char *text;
    const size_t *raw; /* one more than text has bytes */
} mutant_spot;

/* Finds every mutant. A pack that is not YAML or has a key that this program does not know ends
   the program with a message: what is not looked at would look tested. */
void mutant_find(mutant_pack *pack, mag_arena *arena, mag_span text);

/* One mutant: bytes [from, until) of the spot's text become `by`. */
void mutant_add(const mutant_spot *spot, size_t from, size_t until, const char *by);
/* One mutant: bytes of the file that are no part of one expression; `change` says what it does. */
void mutant_add_lines(const mutant_spot *spot, mutant_range range, const char *by,
                      const char *change);
/* Every mutant of an expression: numbers, comparisons, arms, `not`, `known`, classes of a list. */
void mutant_add_expression(const mutant_spot *spot);
/* Every number of a text, one digit up and down. */
void mutant_add_numbers(const mutant_spot *spot);

/* The pack with the mutant in it, without examples, without hides (of the examples' outcomes they
   change nothing), and without the rules that the mutant does not touch. NULL: the pack itself. */
mag_span mutant_text(mag_arena *arena, const mutant_pack *pack, const mutant *of, int rule);

/* Ends the program with exit code 2. */
_Noreturn void mutant_die(const char *format, ...) MAG_PRINTF(1, 2);

#endif
