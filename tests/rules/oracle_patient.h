/* Random small patients of the statements by hand: their results, drugs and conditions. */
#ifndef MAG_TESTS_RULES_ORACLE_PATIENT_H
#define MAG_TESTS_RULES_ORACLE_PATIENT_H

#include "rules/evaluate.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ORACLE_LABS_MAX = 14,
    ORACLE_ORDERS_MAX = 8,
    ORACLE_CONDITIONS_MAX = 2,
    ORACLE_LINES_MAX = 40,
    ORACLE_EVER = 9999, /* days */
    DAY = 1440,
    HOUR = 60
};

/* --- patients ----------------------------------------------------------------------------- */

/* CALCIUM is adjusted by the laboratory. Only what stands before WEIGHT comes without being asked.
 */
typedef enum what {
    MG,
    CREAT,
    EGFR,
    POTASSIUM,
    UREA,
    CALCIUM,
    WEIGHT,
    HEIGHT,
    TOTAL_CA,
    IONISED,
    ALBUMIN,
    SODIUM,
    VITAMIN_D,
    INR,
    WHAT_COUNT
} what;
typedef enum state_of { GOOD, REJECTED, NO_UNIT } state_of;
typedef enum measure { MMOL, MGDL, MEQ, UMOL, OTHER, GL, NMOL, NGML, RATIO } measure;

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
    ASKED_FOR, /* what follows comes only where a mixture asks for it */
    SPARE = ASKED_FOR,
    QT2, /* another drug of QT */
    QUINOLONE,
    TETRACYCLINE,
    LIME,
    SUN,
    BONE,
    BETA,
    CORTISONE,
    WARFARIN,
    DRUG_COUNT
};
extern const char *const oracle_class_names[DRUG_COUNT];

typedef struct order {
    int drug_class;
    double mmol;     /* -1: no dose */
    char route;      /* 'M' mouth, 'V' vein, '?' not told */
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
    bool has_conditions, is_outside_stays, is_inside_stay, delivers_magnesium;
} patient;

/* Which random patients: kinds of results and drugs that are drawn more often. */
typedef struct mixture {
    uint64_t seed;
    const what *labs; /* most results are of these */
    int lab_kinds;
    const int *drugs; /* most orders are of these */
    int drug_kinds;
    bool has_high_potassium;
    bool has_changes; /* every other patient goes on with a supplement in another dose */
    int recent_days;  /* most results are younger than that; 0: of any age */
    int route_doubt;  /* one order in so many has no route, another goes into a vein; 0: none */
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

#endif
