/* From syntax to checked tree: names resolved, units and kinds checked, operands numbered. */
#ifndef MAG_RULES_CHECKER_H
#define MAG_RULES_CHECKER_H

#include "rules/syntax.h"
#include "rules/tree.h"

enum { MAG_MAX_OPERANDS = 2048, MAG_MAX_DEFINITION_DEPTH = 16, MAG_MAX_WINDOW_DAYS = 36525 };

typedef struct mag_parameter {
    const char *name;
    mag_quantity value;
} mag_parameter;

typedef struct mag_group {
    const char *name;
    mag_member *members;
    size_t member_count;
} mag_group;

/* A name for an expression: of `define`, of a rule's `let`, of a rule's `notes`. */
typedef struct mag_definition {
    const char *name;
    const mag_syntax *syntax;
} mag_definition;

typedef struct mag_definitions {
    const mag_definition *items;
    size_t count;
} mag_definitions;

/* What an expression may name. Arrays grow while a pack is read. */
typedef struct mag_names {
    const mag_parameter *parameters;
    size_t parameter_count;
    const mag_limit *limits;
    size_t limit_count;
    const mag_group *groups;
    size_t group_count;
    mag_definitions defines, bindings, notes;
} mag_names;

/* What the expression in hand may ask about. */
typedef enum mag_checked_scope {
    MAG_CHECKS_ANY, /* a definition, before it is known who uses it */
    MAG_CHECKS_PATIENT,
    MAG_CHECKS_SOURCE
} mag_checked_scope;

typedef struct mag_checker {
    mag_arena *arena;
    const mag_names *names;
    int32_t history_days; /* 0 = none */
    mag_worse worse;      /* of the rule in hand */
    bool is_divisor;      /* what is being checked stands below a quotient's line */
    mag_checked_scope scope;
    bool refuses_bare_has;
    mag_operand *operands; /* MAG_MAX_OPERANDS */
    size_t operand_count;
    bool saw_below, saw_above; /* comparisons of results so far, by side */
    int known_depth, definition_depth;
} mag_checker;

/* The arena must outlive the checker and all trees. */
mag_status mag_checker_init(mag_checker *checker, mag_arena *arena, const mag_names *names,
                            int32_t history_days, mag_error *err) MAG_MUST_CHECK;

/* Any value. MAG_E_RULES with a caret: MS-R501 unit or kind mismatch, MS-R502 what may not stand
   there, MS-R503 unknown name with the nearest known one. */
mag_status mag_checker_value(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                             mag_error *err) MAG_MUST_CHECK;
/* As above, and it must be true or false. */
mag_status mag_checker_truth(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                             mag_error *err) MAG_MUST_CHECK;

/* A call or bare name that is an operand; *out is its node. */
mag_status mag_checker_operand(mag_checker *checker, const mag_syntax *syntax,
                               mag_operand_kind kind, mag_node **out,
                               mag_error *err) MAG_MUST_CHECK;
/* Window of a call; the text of it, with a blank before it, goes to *text ("" for none). */
mag_status mag_checker_window(mag_checker *checker, const mag_syntax *call, mag_window *out,
                              const char **text, mag_error *err) MAG_MUST_CHECK;
/* A length of time, a quantity or a parameter; its text ("14 days") goes to *text. */
mag_status mag_checker_length(mag_checker *checker, const mag_syntax *call,
                              const mag_syntax_length *length, mag_length *out, const char **text,
                              mag_error *err) MAG_MUST_CHECK;
/* The value of the parameter that stands for a length. MS-R503 if it is none. */
mag_status mag_checker_parameter(mag_checker *checker, const mag_syntax *call,
                                 const mag_syntax_length *length, mag_quantity *out,
                                 mag_error *err) MAG_MUST_CHECK;
/* Has the value a moment, if it has one at all: a result, a start, started( ) ... */
bool mag_checker_has_moment(const mag_checker *checker, const mag_node *node);
/* A quantity, or a parameter's; NULL if the syntax is neither. */
const mag_quantity *mag_checker_quantity(const mag_checker *checker, const mag_syntax *syntax);
/* Is the name one of `let`, `notes` or `define`? */
bool mag_checker_is_defined(const mag_checker *checker, mag_span name);
/* A comparison of a result: which way the rule looks. */
void mag_checker_see(mag_checker *checker, mag_relation relation);
/* Classes and groups in a list of names, sorted and distinct; the list as text. */
mag_status mag_checker_members(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                               const char **text, mag_error *err) MAG_MUST_CHECK;
/* Index of the operand, added if it is new. */
mag_status mag_checker_intern(mag_checker *checker, const mag_syntax *at,
                              const mag_operand *operand, int16_t *index,
                              mag_error *err) MAG_MUST_CHECK;

/* A node at a place; NULL if memory is out. */
mag_node *mag_checker_node(mag_checker *checker, const mag_syntax *at, mag_node_kind kind,
                           mag_dimension dimension);

/* The limit has a side for every unit that the analyte may be reported in; else MS-R501. */
mag_status mag_checker_limit_fits(const mag_syntax *at, mag_analyte analyte, const mag_limit *limit,
                                  mag_error *err) MAG_MUST_CHECK;
/* A literal ("3.5 mmol/L") as a limit without a name, checked as above. */
mag_status mag_checker_literal(mag_checker *checker, const mag_syntax *at, mag_analyte analyte,
                               const mag_quantity *quantity, const mag_limit **out,
                               mag_error *err) MAG_MUST_CHECK;

/* MS-R503: `what` "name" is not known, with the nearest of the candidates (NULL-ended). */
mag_status mag_checker_fail_unknown(const mag_syntax *at, const char *what, mag_span name,
                                    const char *const *candidates, mag_error *err);
/* Every name that an expression may use, NULL-ended; NULL if memory is out. */
const char *const *mag_names_all(const mag_names *names, mag_arena *arena);
/* The classes of the code book, NULL-ended. Static. */
const char *const *mag_class_names(void);
/* NULL if there is none. */
const mag_definition *mag_definitions_find(mag_definitions definitions, mag_span name);
const mag_parameter *mag_names_parameter(const mag_names *names, mag_span name);
const mag_limit *mag_names_limit(const mag_names *names, mag_span name);
const mag_group *mag_names_group(const mag_names *names, mag_span name);
/* False if no operand has the name. */
bool mag_operand_find(mag_span name, mag_operand_kind *out);
/* Words with a meaning of their own (female, G3a ...): *dimension, *number; false if it is none. */
bool mag_constant_find(mag_span name, mag_dimension *dimension, double *number);

#endif
