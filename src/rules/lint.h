/* Inside of lint: findings as they are made. */
#ifndef MAG_RULES_LINT_H
#define MAG_RULES_LINT_H

#include "rules/tree.h"

typedef struct mag_lint {
    mag_arena *arena;
    const mag_pack *pack;
    mag_day today;
    mag_lint_finding *findings;
    size_t count;
    bool is_out_of_memory;
} mag_lint;

/* Adds a finding; text NULL: memory is out, which is told at the end. */
void mag_lint_add(mag_lint *l, unsigned line, unsigned column, const char *text);

/* Names that nothing uses, groups that mix what cannot be meant together. */
void mag_lint_names(mag_lint *l);
/* Expressions and `given` lines that stand bare between { } or [ ]. */
void mag_lint_style(mag_lint *l);

#endif
