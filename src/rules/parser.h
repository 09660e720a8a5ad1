/* Inside of the parser: what its two files share. */
#ifndef MAG_RULES_PARSER_H
#define MAG_RULES_PARSER_H

#include "rules/syntax.h"

typedef struct mag_parser {
    mag_arena *arena;
    const mag_expression *expression;
    mag_lexer lexer;
    mag_token token; /* the one to look at next */
    int depth;
} mag_parser;

/* MAG_E_RULES, MS-R501, with a caret: on success the token behind is the one to look at next. */
mag_status mag_parser_advance(mag_parser *p, mag_error *err) MAG_MUST_CHECK;
bool mag_parser_is_word(const mag_parser *p, const char *word);
/* "expected ..., found ..." at the token in hand. */
mag_status mag_parser_fail_here(const mag_parser *p, const char *wanted, mag_error *err);
mag_status mag_parser_take_word(mag_parser *p, const char *word, mag_error *err) MAG_MUST_CHECK;

/* One value without arithmetic; values joined by `and` or `or`. */
mag_status mag_parser_factor(mag_parser *p, mag_syntax **out, mag_error *err) MAG_MUST_CHECK;
mag_status mag_parser_chain(mag_parser *p, mag_syntax **out, mag_error *err) MAG_MUST_CHECK;

/* Does a window, or a window or an option, begin here? */
bool mag_parser_is_window(const mag_parser *p);
bool mag_parser_is_clause(const mag_parser *p);
/* A window or an option of a call; MS-R501 if the call has it already. */
mag_status mag_parser_clause(mag_parser *p, mag_syntax *call, mag_error *err) MAG_MUST_CHECK;

#endif
