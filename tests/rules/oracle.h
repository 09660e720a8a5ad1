/* Rules stated a second time, naively, on plain arrays, straight from the rules catalogue. Nothing
   of the evaluator is used here: times are minutes before T, T being 23:59 of a day, and every
   question is a loop over everything. The rules stand in tests/rules/test_oracle*.c. */
#ifndef MAG_TESTS_RULES_ORACLE_H
#define MAG_TESTS_RULES_ORACLE_H

#include "rules/evaluate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ORACLE_LABS_MAX = 14,
    ORACLE_ORDERS_MAX = 8,
    ORACLE_CONDITIONS_MAX = 2,
    ORACLE_LINES_MAX = 32,
    ORACLE_EVER = 9999, /* days */
    DAY = 1440,
    HOUR = 60
};

/* --- patients ----------------------------------------------------------------------------- */

typedef enum what { MG, CREAT, EGFR, POTASSIUM, UREA, CALCIUM, WEIGHT, HEIGHT } what;
typedef enum state_of { GOOD, REJECTED, NO_UNIT } state_of;
typedef enum measure { MMOL, MGDL, MEQ, UMOL, OTHER } measure;

typedef struct lab {
    what of;
    state_of state;
    measure in;
    double value; /* as printed */
    char sign;    /* '=', '<', '>' */
    bool is_haemolysed;
    int days_ago;
} lab;

/* Order of oracle_class_names. MGSYS is SUPP to IV, of DEPL there are LOOPD to CALCI. */
enum drug {
    SUPP,
    ANTACID,
    LAX,
    MGOTH,
    IV,
    LOOPD,
    THIAZD,
    PPID,
    AMINO,
    CALCI,
    DIG,
    QTD,
    ACE,
    SARTAN,
    K,
    PREP,
    DRUG_COUNT
};
extern const char *const oracle_class_names[DRUG_COUNT];

typedef struct order {
    int drug_class;
    double mmol;     /* -1: no dose */
    int start, stop; /* minutes before T; stop is exclusive and may be negative */
    char line[96];
} order;

typedef struct patient {
    int age;  /* -1: unknown */
    char sex; /* 'F', 'M', '?' */
    lab labs[ORACLE_LABS_MAX];
    int lab_count;
    order orders[ORACLE_ORDERS_MAX];
    int order_count;
    struct {
        char of; /* 'D' dialysis, 'S' diabetes (sugar), 'C' chronic kidney disease, 'M'
                    malabsorption */
        int days_ago;
    } conditions[ORACLE_CONDITIONS_MAX];
    int condition_count;
    bool has_conditions, is_outside_stays, delivers_magnesium;
} patient;

/* Which random patients: kinds of results and drugs that are drawn more often. */
typedef struct mixture {
    uint64_t seed;
    const what *labs; /* most results are of these */
    int lab_kinds;
    const int *drugs; /* most orders are of these */
    int drug_kinds;
} mixture;

void oracle_seed(uint64_t seed);
/* 0 .. count - 1 */
int oracle_upto(int count);
patient oracle_patient(const mixture *of);

/* The patient as lines of an example; `lines` ends with NULL. */
typedef struct sheet {
    char text[ORACLE_LINES_MAX][96];
    const char *lines[ORACLE_LINES_MAX + 1];
    int count;
} sheet;
void oracle_write(const patient *of, sheet *to);

/* --- three values ------------------------------------------------------------------------- */

typedef enum tv { NO, YES, MAYBE } tv;
tv both(tv a, tv b);
tv either(tv a, tv b);
tv opposite(tv a);

/* A number between lo and hi; ends that are not reached are open. is_known false: no number. */
typedef struct number {
    bool is_known;
    double lo, hi;
    bool lo_open, hi_open;
    int days_ago;
} number;
tv below(number x, double limit);

/* --- results ------------------------------------------------------------------------------ */

/* Newest usable within days; of one day the higher or lower. NULL if none. */
const lab *newest(const patient *p, what of, int days, bool wants_high);
tv measured(const patient *p, what of, int days);
bool has_mark(const patient *p, what of, int from_days, int until_days);
tv none(const patient *p, what of, int days);
/* Not one from `from` to `until` days before T, both included; until <= from. */
tv none_between(const patient *p, what of, int from, int until);
/* Against a pair of limits, in the family that it was printed in; NULL: MAYBE. */
tv lab_below(const lab *of, double molar, double mass);
tv lab_above(const lab *of, double molar, double mass);
/* Is any usable one within days below? MAYBE if there is none. */
tv lowest_below(const patient *p, what of, int days, const double limits[2]);

number oracle_kidney(const patient *p);  /* mL/min */
number oracle_indexed(const patient *p); /* mL/min/1.73m2 */
/* Completed years that many days ago. */
int oracle_age_at(const patient *p, int days_ago);
double oracle_ckd_epi_2009(char sex, int age, double creatinine_umol_l);

/* --- drugs: `classes` is a set of bits 1 << drug ------------------------------------------ */

enum { MGSYS_BITS = 0x1f, DEPL_BITS = 0x3e0 };

/* Absence of a row is false, or unknown outside stays. */
tv seen(const patient *p, bool is_found);
bool is_active(const patient *p, unsigned classes);
bool was_exposed(const patient *p, unsigned classes, int from, int until);
/* Days since the start of what is in effect, joined backwards over gap minutes; -1: nothing is. */
int days_on(const patient *p, unsigned classes, int gap);
tv continuous(const patient *p, unsigned classes, int days, int gap);
number oracle_dose(const patient *p);
tv at_least_issues(const patient *p, unsigned classes, int days, int wanted);

/* --- rules -------------------------------------------------------------------------------- */

typedef struct verdict {
    mag_outcome_kind kind;
    int severity; /* 1 info .. 5 critical; 0 none */
    bool is_open; /* the catalogue does not say: any outcome will do */
} verdict;
enum { INFO = 1, LOW, MODERATE, HIGH, CRITICAL };

verdict outcome(const patient *p, tv among, tv when, int severity);
bool has_condition(const patient *p, char of, int days);
tv at_least(const patient *p, int age);

typedef struct stated_rule {
    const char *id;
    verdict (*by_hand)(const patient *p);
} stated_rule;

/* Fails unless the shipped pack and the statements agree on that many random patients, and every
   rule comes out in every way at least `least` times (NOT_EVALUATED aside). */
void oracle_compare(const stated_rule *rules, size_t count, const mixture *of, int patients);

#endif
