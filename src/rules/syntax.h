/* The tree of an expression as written, before names and units are checked. */
#ifndef MAG_RULES_SYNTAX_H
#define MAG_RULES_SYNTAX_H

#include "base/memory.h"
#include "rules/lexer.h"

enum {
    MAG_SYNTAX_MAX_DEPTH = 32,    /* brackets, calls, "not" */
    MAG_SYNTAX_MAX_NBYTES = 8192, /* of one expression */
    MAG_SYNTAX_MAX_CHILDREN = 64
};

typedef enum mag_syntax_kind {
    MAG_SYNTAX_QUANTITY,
    MAG_SYNTAX_NAME,
    MAG_SYNTAX_CALL, /* children: its arguments */
    MAG_SYNTAX_COMPARE,
    MAG_SYNTAX_NOT,
    MAG_SYNTAX_AND,
    MAG_SYNTAX_OR,
    MAG_SYNTAX_ADD,
    MAG_SYNTAX_SUBTRACT,
    MAG_SYNTAX_MULTIPLY,
    MAG_SYNTAX_DIVIDE
} mag_syntax_kind;

/* "14 days", "2" (unit follows the other number) or the name of a parameter. */
typedef struct mag_syntax_length {
    size_t at;
    mag_span text;
    bool is_name;
    mag_quantity quantity;
} mag_syntax_length;

typedef enum mag_syntax_window_kind {
    MAG_SYNTAX_NO_WINDOW,
    MAG_SYNTAX_WITHIN,        /* within N [before E] */
    MAG_SYNTAX_FROM_TO,       /* from N to M days ago | before E */
    MAG_SYNTAX_FROM_TO_AFTER, /* from N to M days after E */
    MAG_SYNTAX_BEFORE,        /* before E [within N] */
    MAG_SYNTAX_SINCE,         /* since E */
    MAG_SYNTAX_BETWEEN,       /* between E and E */
    MAG_SYNTAX_AROUND,        /* around E within N */
    MAG_SYNTAX_AT             /* at E */
} mag_syntax_window_kind;

typedef struct mag_syntax mag_syntax;

typedef struct mag_syntax_window {
    mag_syntax_window_kind kind;
    size_t at;
    mag_syntax_length near, far; /* `within` sets far; BEFORE without one has an empty far.text */
    const mag_syntax *anchor, *anchor2;
} mag_syntax_window;

/* What may stand in a call besides its arguments and its window. */
typedef enum mag_syntax_option {
    MAG_SYNTAX_FOR,   /* for 365 days */
    MAG_SYNTAX_GAP,   /* gap 60 days */
    MAG_SYNTAX_APART, /* apart 14 days */
    MAG_SYNTAX_BY,    /* by 25 %, up by 25 %, down by 25 % */
    MAG_SYNTAX_SAME,  /* same specimen */
    MAG_SYNTAX_WITH,  /* with creatinine */
    MAG_SYNTAX_IS,    /* is oxide or hydroxide */
    MAG_SYNTAX_OPTION_COUNT
} mag_syntax_option;

typedef struct mag_syntax_options {
    unsigned set; /* bits of mag_syntax_option */
    size_t at[MAG_SYNTAX_OPTION_COUNT];
    mag_syntax_length lengths[MAG_SYNTAX_BY + 1]; /* of FOR, GAP, APART, BY */
    mag_direction direction;                      /* of BY */
    const mag_syntax *with;                       /* a NAME */
    const mag_syntax *is;                         /* a NAME, or an OR of them */
} mag_syntax_options;

struct mag_syntax {
    mag_syntax_kind kind;
    const mag_expression *expression;
    size_t at;             /* where its caret goes */
    mag_span text;         /* NAME and CALL: the name; QUANTITY: as written */
    mag_quantity quantity; /* QUANTITY */
    mag_relation relation; /* COMPARE */
    mag_syntax **children;
    size_t child_count;
    mag_syntax_window window;   /* CALL */
    mag_syntax_options options; /* CALL */
};

/* Words of the language itself, which can be nobody's name. */
bool mag_syntax_is_reserved(mag_span word);

/* Parses a whole expression; the tree lives in the arena, and points to the expression's text,
   which must live as long. Faults are MAG_E_RULES with a caret: MS-R501, or MS-R503 for a unit. */
mag_status mag_syntax_parse(mag_arena *arena, const mag_expression *expression,
                            const mag_syntax **out, mag_error *err) MAG_MUST_CHECK;

#endif
