/* Questions of the rule language asked of one patient: tables of patient, trigger and outcome. Who
   is flagged gets `low`. The patient is a woman of 50 unless the lines say otherwise. */
#ifndef MAG_TESTS_RULES_QUESTION_H
#define MAG_TESTS_RULES_QUESTION_H

#include "judge.h"

typedef struct question {
    const char *patient, *when, *wanted;
} question;

/* What a question may name beside operands: limits, groups, gaps, and `s`, the latest potassium. */
#define QUESTION_HEAD                                                                              \
    "pack: questions\nversion: 1.0.0\nlimits:\n"                                                   \
    "- { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"                                    \
    "- { name: k_low, molar: 3.5 mmol/L, mass: 13.7 mg/dL }\n"                                     \
    "- { name: k_fall, molar: -1.0 mmol/L, mass: -3.9 mg/dL }\n"                                   \
    "- { name: ca_229, molar: 2.29 mmol/L, mass: 9.18 mg/dL }\n"                                   \
    "- { name: ca_230, molar: 2.30 mmol/L, mass: 9.2 mg/dL }\n"                                    \
    "- { name: urea_high, molar: 8.0 mmol/L, mass: 22.4 mg/dL }\n"                                 \
    "groups: [{ name: MGSYS, members: [MGSUPP, MGIV] }]\n"                                         \
    "gaps:\n"                                                                                      \
    "- { name: before alone, class: THYROX, before: 4 hours }\n"                                   \
    "- { name: both ways, class: FQ, before: 2 hours, after: 6 hours }\n"

#define QUESTION_RULE                                                                              \
    "rules:\n- id: R\n  title: T\n  severity: low\n  worse: low\n  requires: [conditions]\n"       \
    "  let: [{ name: s, as: latest(potassium within 90 days) }]\n  among: age > 3\n"               \
    "  when: >-\n    "

/* The rule `R` with this trigger, of a patient that the caller writes or changes. */
static inline void question_load(judge *of, const char *when) {
    char text[4096];
    const int nbytes = snprintf(text, sizeof text, QUESTION_HEAD QUESTION_RULE "%s\n", when);
    assert_in_range(nbytes, 0, (int)sizeof text - 1);
    judge_begin_with(of, text);
}

static inline void question_expect(judge *of, const question *row) {
    char got[160];
    question_load(of, row->when);
    world_say(&of->in, "female 50 y; %s", row->patient);
    judge_patient(of);
    judge_text(of, "R", got);
    if (strcmp(got, row->wanted) != 0)
        fail_msg("%s, of \"%s\": %s, wanted %s", row->when, row->patient, got, row->wanted);
    judge_end(of);
}

#define QUESTIONS(of, ...)                                                                         \
    do {                                                                                           \
        const question rows[] = {__VA_ARGS__};                                                     \
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)                                  \
            question_expect((of), &rows[i]);                                                       \
    } while (0)

#endif
