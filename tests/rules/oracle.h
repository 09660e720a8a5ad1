/* Rules stated a second time, naively, on plain arrays, straight from the rules catalogue. Nothing
   of the evaluator is used here: times are minutes before T, T being 23:59 of a day, and every
   question is a loop over everything. The rules stand in tests/rules/test_oracle*.c. */
#ifndef MAG_TESTS_RULES_ORACLE_H
#define MAG_TESTS_RULES_ORACLE_H

#include "oracle_patient.h"

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
tv above(number x, double limit);

/* One of several conditions; one without data is left out. */
typedef struct arm {
    tv is;
    bool is_absent;
} arm;
/* MAYBE if all are left out. */
tv any_of(const arm *arms, int count);
arm arm_of(tv is);

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

/* Newest within days, against a pair of limits. */
arm low_arm(const patient *p, what of, int days, const double limits[2]);

/* The lab whose day lies nearest, at most that many days away, the later one of two. */
const lab *partner(const patient *p, const lab *of, what wanted, int days);

number oracle_kidney(const patient *p);  /* mL/min */
number oracle_indexed(const patient *p); /* mL/min/1.73m2 */
/* As it was known by what lies from `from` to `until` days before T. */
number oracle_indexed_between(const patient *p, int from, int until);
/* Completed years that many days ago. */
int oracle_age_at(const patient *p, int days_ago);
double oracle_ckd_epi_2009(char sex, int age, double creatinine_umol_l);

/* --- calcium ------------------------------------------------------------------------------ */

/* The adjusted calcium of one day, in the family of the calcium that it comes from. */
typedef struct calcium {
    number value;
    bool is_mass, is_marked; /* nothing but results without a value */
    bool is_open;            /* several ways to adjust it */
} calcium;
calcium newest_calcium(const patient *p, int days, bool wants_high);
calcium calcium_near(const patient *p, const lab *of, int days, bool wants_high);
arm calcium_below(const calcium *of, double molar, double mass);
arm calcium_above(const calcium *of, double molar, double mass);

/* --- acute injury, by day ----------------------------------------------------------------- */

/* Highest creatinine of that day; 0 if there is none. */
double creatinine_on(const patient *p, int day);
double median_of(double *values, int count);
bool has_censored_creatinine(const patient *p);
/* Worst that has not resolved among the creatinines of those days; -1: no baseline. */
int oracle_aki_stage(const patient *p, int days, int *index_day);

/* --- drugs: `classes` is a set of bits 1 << drug ------------------------------------------ */

#define BIT(drug) (1u << (drug))
enum { MGSYS_BITS = 0x1f, MGORAL_BITS = 0x0f, DEPL_BITS = 0x3e0 };

/* Absence of a row is false, or unknown outside stays. */
tv seen(const patient *p, bool is_found);
bool is_active(const patient *p, unsigned classes);
bool was_exposed(const patient *p, unsigned classes, int from, int until);
/* Days since the start of what is in effect, joined backwards over gap minutes; -1: nothing is. */
int days_on(const patient *p, unsigned classes, int gap);
tv continuous(const patient *p, unsigned classes, int days, int gap);
number oracle_dose(const patient *p, unsigned classes);
tv at_least_issues(const patient *p, unsigned classes, int days, int wanted);

/* --- rules -------------------------------------------------------------------------------- */

typedef struct verdict {
    mag_outcome_kind kind;
    int severity;  /* 1 info .. 5 critical; 0 none */
    bool is_open;  /* the catalogue does not say: any outcome will do */
    unsigned ways; /* by which of its ways (1 << n) it was flagged */
} verdict;
enum { INFO = 1, LOW, MODERATE, HIGH, CRITICAL };
verdict not_applicable(void);
/* 1 << n for what is true. */
unsigned way(int n, tv is);

verdict outcome(const patient *p, tv among, tv when, int severity);
bool has_condition(const patient *p, char of, int days);
tv at_least(const patient *p, int age);

typedef struct stated_rule {
    const char *id;
    verdict (*by_hand)(const patient *p);
    unsigned severities; /* 1 << severity of all that it has */
    unsigned ways;       /* all that it has */
} stated_rule;

/* Fails unless the shipped pack and the statements agree on that many random patients, and every
   rule comes out in every way: each outcome (NOT_EVALUATED aside), each of its severities and no
   other, each of its ways. */
void oracle_compare(const stated_rule *rules, size_t count, const mixture *of, int patients);

#endif
