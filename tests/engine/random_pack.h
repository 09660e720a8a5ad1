/* Random rules over all operands: text of a rule, from a seed. */
#ifndef MAG_TESTS_ENGINE_RANDOM_PACK_H
#define MAG_TESTS_ENGINE_RANDOM_PACK_H

#include "random_words.h"

static inline void write_leaf(random_text *of) {
    static const char *const analytes[][2] = {
        {"magnesium", "mg_low"},   {"magnesium", "0.9 mmol/L"}, {"potassium", "k_low"},
        {"potassium", "k_some"},   {"sodium", "na_low"},        {"calcium", "ca_some"},
        {"creatinine", "cr_some"}, {"urea", "urea_some"},       {"adjusted_calcium", "ca_some"}};
    static const char *const templates[] = {"measured(@A@W)",
                                            "none(@A@W)",
                                            "latest(@A@W) @R @X",
                                            "latest(@A@W) @R @X",
                                            "latest(@A) @R @X",
                                            "previous(@A@W) @R @X",
                                            "first(@A@W) @R @X",
                                            "lowest(@A@W) @R @X",
                                            "highest(@A@W) @R @X",
                                            "median(@A@W) @R @X",
                                            "change(@A@W) @R @X",
                                            "count(@A@W) >= @N",
                                            "count(@A @R @X@W) >= @N",
                                            "spaced(@A@W, apart @D days) >= @N",
                                            "rejected(@A@W)",
                                            "unit_missing(any@W)",
                                            "rejected(any@W)",
                                            "conflict(any@W)",
                                            "conflict(@A@W)",
                                            "suspect(edta or haemolysis or ph@W)",
                                            "days_since(@A@W) @R @D days",
                                            "observable(@A@W)",
                                            "active(@C)",
                                            "active(@L)",
                                            "not active(@L)",
                                            "exposed(@L@W)",
                                            "exposed(@C@W)",
                                            "continuous(@C for @D days)",
                                            "continuous(@C for @D days, gap @D days)",
                                            "started(@C@W)",
                                            "stopped(@C@W)",
                                            "overlap(@C, @C@W) >= @N days",
                                            "count_active(@L) >= @N",
                                            "count_active(DEPL) @R @N",
                                            "count_active(MGSYS) @R @N",
                                            "count_active(@L for @D days) >= @N",
                                            "products_active(@C@W) >= @N",
                                            "issues(@C@W) >= @N",
                                            "days_on(@C) >= @D days",
                                            "course(@C@W) <= @D days",
                                            "dose(MGSUPP) > @N mmol/day",
                                            "max_day_dose(MGSYS@W) > @N mmol/day",
                                            "dose_change(MGSUPP, by 25 %@W)",
                                            "dose_unclear(MGSYS)",
                                            "dose_unclear(@C)",
                                            "repeated_orders(@C)",
                                            "has(dialysis@W)",
                                            "has(ckd, diabetes@W)",
                                            "age >= 5@N",
                                            "sex = female",
                                            "has_age",
                                            "has_sex",
                                            "in_stay",
                                            "in_care",
                                            "kidney_function@K < @N0 mL/min",
                                            "egfr@K @R @N0 mL/min/1.73m2",
                                            "aki_stage(within @D days) >= 1",
                                            "weight(within @D days) > 7@N kg",
                                            "days_since(start(@C)) > @D days",
                                            "latest(egfr@W) < 6@N mL/min/1.73m2",
                                            "highest(weight@W) > 1.1 * lowest(weight@W)"};
    const char *const *analyte = analytes[dice(of, sizeof analytes / sizeof analytes[0])];
    const char *words = templates[dice(of, sizeof templates / sizeof templates[0])];
    const char *kidney = strstr(words, "@K");
    if (kidney == NULL) {
        write_template(of, words, analyte[0], analyte[1]);
        return;
    }
    char before[64];
    (void)snprintf(before, sizeof before, "%.*s(within @D days)%s", (int)(kidney - words), words,
                   kidney + 2);
    write_template(of, before, analyte[0], analyte[1]);
}

/* depth: how many levels of and, or, not, known, any_of may lie above the leaves. */
static inline void write_condition(random_text *of, unsigned depth) {
    if (depth == 0 || dice(of, 4) == 0) {
        write_leaf(of);
        return;
    }
    const char *between = ONE_OF(of, " and ", " or ", ", ", "known", "not");
    if (strcmp(between, "known") == 0 || strcmp(between, "not") == 0) {
        write_words(of, strcmp(between, "known") == 0 ? "known(" : "not (");
        write_condition(of, depth - 1);
        write_words(of, ")");
        return;
    }
    const unsigned count = 2 + dice(of, 2);
    write_words(of, strcmp(between, ", ") == 0 ? "any_of(" : "");
    for (unsigned i = 0; i < count; i++) {
        write_words(of, i > 0 ? between : "");
        write_words(of, strcmp(between, ", ") == 0 ? "" : "(");
        write_condition(of, depth - 1);
        write_words(of, strcmp(between, ", ") == 0 ? "" : ")");
    }
    write_words(of, strcmp(between, ", ") == 0 ? ")" : "");
}

#define RANDOM_PACK_HEAD                                                                           \
    "pack: random\nversion: 1.0.0\nlimits:\n"                                                      \
    "- { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"                                    \
    "- { name: k_low, molar: 3.5 mmol/L, mass: 13.7 mg/dL }\n"                                     \
    "- { name: k_some, molar: 4.2 mmol/L, mass: 16.4 mg/dL }\n"                                    \
    "- { name: na_low, molar: 138 mmol/L, mass: 317 mg/dL }\n"                                     \
    "- { name: ca_some, molar: 2.3 mmol/L, mass: 9.2 mg/dL }\n"                                    \
    "- { name: cr_some, molar: 90 umol/L, mass: 1.0 mg/dL }\n"                                     \
    "- { name: urea_some, molar: 6.0 mmol/L, mass: 16.8 mg/dL }\n"                                 \
    "groups:\n- { name: MGSYS, members: [MGSUPP, MGANTACID, MGLAX, MGOTHER, MGIV within 48 "       \
    "hours] }\n"                                                                                   \
    "- { name: DEPL, members: [LOOP, THIAZ, PPI, AMINOG, CNI, MTOR, KBIND] }\n"                    \
    "gaps:\n- { name: both ways, class: FQ, before: 2 hours, after: 6 hours }\nrules:\n"

/* One rule, to be written behind RANDOM_PACK_HEAD. */
static inline void write_rule(random_text *of, unsigned number) {
    char line[160];
    (void)snprintf(line, sizeof line, "- id: R%03u\n  title: T\n  worse: %s\n  population: %s\n",
                   number, ONE_OF(of, "low", "high"),
                   dice(of, 4) == 0 ? "adults or unknown" : "adults");
    of->nbytes = 0;
    write_words(of, line);
    write_words(of, "  among: >-\n    ");
    if (dice(of, 3) == 0)
        write_words(of, "always");
    else
        write_condition(of, 1);
    if (dice(of, 3) == 0) {
        write_words(of, "\n  except: >-\n    ");
        write_condition(of, 1);
    }
    write_words(of, "\n  when: >-\n    ");
    write_condition(of, 3);
    write_words(of, "\n  severity:\n  - tier: critical\n    when: >-\n      ");
    write_condition(of, 2);
    write_words(of, "\n  - tier: moderate\n    when: >-\n      ");
    write_condition(of, 1);
    write_words(of, "\n  - tier: low\n");
    if (dice(of, 2) == 0) {
        write_words(of, dice(of, 2) == 0 ? "  adjust:\n  - down: 1\n    when: >-\n      "
                                         : "  adjust:\n  - up: 1\n    when: >-\n      ");
        write_condition(of, 1);
        write_words(of, "\n");
    }
    if (number > 0 && dice(of, 3) == 0) {
        (void)snprintf(line, sizeof line, "  hides:\n  - rule: R%03u\n%s", dice(of, number),
                       dice(of, 3) == 0 ? "    share: sample\n" : "");
        write_words(of, line);
    }
}

#endif
