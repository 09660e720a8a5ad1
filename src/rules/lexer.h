/* Expressions to tokens: names, numbers with their unit, and signs. */
#ifndef MAG_RULES_LEXER_H
#define MAG_RULES_LEXER_H

#include "rules/operand.h"
#include "rules/pack_source.h"

typedef enum mag_token_kind {
    MAG_TOKEN_END,
    MAG_TOKEN_NAME,
    MAG_TOKEN_NUMBER,
    MAG_TOKEN_OPEN,  /* ( */
    MAG_TOKEN_CLOSE, /* ) */
    MAG_TOKEN_COMMA,
    MAG_TOKEN_RELATION, /* < <= > >= = != */
    MAG_TOKEN_ADD,
    MAG_TOKEN_SUBTRACT,
    MAG_TOKEN_MULTIPLY,
    MAG_TOKEN_DIVIDE
} mag_token_kind;

/* A number as written: "0.70 mmol/L" keeps its digits. */
typedef struct mag_quantity {
    mag_decimal digits;
    mag_dimension dimension; /* NUMBER without a unit */
    double factor;           /* to the unit of the dimension; 1 without a unit */
    mag_span unit;           /* as written; empty without one */
} mag_quantity;

typedef struct mag_token {
    mag_token_kind kind;
    mag_span text;         /* the whole token, the unit of a number included */
    size_t at;             /* byte offset in the expression */
    mag_quantity quantity; /* NUMBER */
    mag_relation relation; /* RELATION */
} mag_token;

typedef struct mag_lexer {
    const mag_expression *expression;
    size_t at;
} mag_lexer;

/* Next token; END at the end, again and again. Faults are MS-R501 (a sign or number that cannot be)
   and MS-R503 (a unit that does not exist). */
mag_status mag_lexer_next(mag_lexer *lexer, mag_token *token, mag_error *err) MAG_MUST_CHECK;

/* Letters, digits and '_', beginning with a letter. */
bool mag_is_name(mag_span text);

#endif
