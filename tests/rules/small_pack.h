/* Packs of a few rules for tests: each rule is given by the lines that matter. */
#ifndef MAG_TESTS_RULES_SMALL_PACK_H
#define MAG_TESTS_RULES_SMALL_PACK_H

#include "judge.h"

#define SMALL_PACK_HEAD                                                                            \
    "pack: small\nversion: 1.0.0\nlimits:\n"                                                       \
    "  - { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"                                  \
    "  - { name: mg_iv, molar: 0.50 mmol/L, mass: 1.2 mg/dL }\n"                                   \
    "  - { name: k_some, molar: 4.0 mmol/L, mass: 15.6 mg/dL }\n"                                  \
    "  - { name: k_low, molar: 3.5 mmol/L, mass: 13.7 mg/dL }\n"                                   \
    "  - { name: k_very_low, molar: 3.0 mmol/L, mass: 11.7 mg/dL }\n"                              \
    "  - { name: na_low, molar: 130 mmol/L, mass: 299 mg/dL }\n"                                   \
    "rules:\n"

/* lines: `    key: value\n`, four blanks deep. */
#define SMALL_RULE(id, lines)                                                                      \
    "  - id: " id "\n    title: test\n" lines                                                      \
    "    action: none\n    rationale: none\n    evidence: [test]\n    authored_by: tests\n"        \
    "    checked_by: tests\n    reviewed_on: 2026-11-21\n    review_by: 2027-11-21\n"              \
    "    examples:\n      - name: nobody\n        expect: not_applicable\n        given:\n"        \
    "          - female 17 y\n"

#endif
