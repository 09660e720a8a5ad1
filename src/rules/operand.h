/* The operands of the rule language, resolved: what an expression can ask about a patient. */
#ifndef MAG_RULES_OPERAND_H
#define MAG_RULES_OPERAND_H

#include "base/datetime.h"
#include "clinical/codebook.h"
#include "clinical/conversion.h"
#include "clinical/kidney.h"

/* What kind of value something has; numbers are doubles in the unit said here. */
typedef enum mag_dimension {
    MAG_DIM_TRUTH,
    MAG_DIM_RESULT,  /* a laboratory result as printed; compared with limits only */
    MAG_DIM_NUMBER,  /* plain number */
    MAG_DIM_PERCENT, /* 5 % is 5 */
    MAG_DIM_DAYS,    /* days (hours and weeks are converted) */
    MAG_DIM_YEARS,
    MAG_DIM_FLOW,         /* mL/min */
    MAG_DIM_FLOW_INDEXED, /* mL/min/1.73 m2 */
    MAG_DIM_MOLAR,        /* mmol/L */
    MAG_DIM_MASS_CONC,    /* mg/dL */
    MAG_DIM_DOSE,         /* umol of elemental magnesium a day; an interval */
    MAG_DIM_AMOUNT,       /* umol */
    MAG_DIM_MASS,         /* kg */
    MAG_DIM_LENGTH,       /* cm */
    MAG_DIM_ACTIVITY,     /* U/L */
    MAG_DIM_SEX,          /* a mag_sex */
    MAG_DIM_CATEGORY,     /* a mag_gfr_category */
    MAG_DIM_MOMENT,       /* a minute: only events of windows and days_since take it */
    MAG_DIM_LIMIT,        /* of a node of kind LIMIT */
    MAG_DIM_SERIES,       /* in operand.def only: RESULT, or the unit of a derived series */
    MAG_DIM_COUNT
} mag_dimension;

typedef enum mag_relation {
    MAG_IS_BELOW,
    MAG_IS_AT_MOST,
    MAG_IS_ABOVE,
    MAG_IS_AT_LEAST,
    MAG_IS_EQUAL,
    MAG_IS_NOT_EQUAL
} mag_relation;

/* Which of two values at one moment counts. */
typedef enum mag_worse { MAG_WORSE_LOW, MAG_WORSE_HIGH } mag_worse;

/* A length of time. Days are calendar days, hours count minutes. */
typedef struct mag_length {
    int32_t amount; /* days, or minutes */
    bool is_minutes;
} mag_length;

typedef enum mag_window_kind {
    MAG_WINDOW_HISTORY, /* none written: everything up to T */
    MAG_WINDOW_BACK,    /* [anchor - far, anchor - near]; near is 0 for `within` */
    MAG_WINDOW_SINCE,   /* [anchor, T] */
    MAG_WINDOW_AFTER,   /* [anchor + near, anchor + far], cut at T */
    MAG_WINDOW_BETWEEN, /* [anchor, anchor2], whichever comes first */
    MAG_WINDOW_AROUND,  /* [anchor - far, anchor + far], cut at T */
    MAG_WINDOW_AT       /* the moment of the anchor */
} mag_window_kind;

enum { MAG_ANCHOR_AS_OF = -1 }; /* the anchor is T */

typedef struct mag_window {
    mag_window_kind kind;
    mag_length near, far;
    int16_t anchor,
        anchor2; /* operand with a moment (a result, start, stop), or MAG_ANCHOR_AS_OF */
} mag_window;

typedef enum mag_operand_kind {
#define MAG_OPERAND(name, ...) MAG_OPERAND_##name,
#include "rules/operand.def"
#undef MAG_OPERAND
    MAG_OPERAND_KIND_COUNT
} mag_operand_kind;

/* A class of an operand; MGIV in MGSYS stays in effect for extra_minutes after its stop. */
typedef struct mag_member {
    mag_class drug_class;
    int32_t extra_minutes;
} mag_member;

/* A series of values worked out from results; stands where an analyte may stand. */
typedef enum mag_series {
    MAG_SERIES_NONE,             /* the results of `analyte` */
    MAG_SERIES_EGFR,             /* egfr: calculated by the run's formula, mL/min/1.73 m2 */
    MAG_SERIES_ADJUSTED_CALCIUM, /* adjusted_calcium: for albumin; compared like a calcium result */
    MAG_SERIES_ANY               /* any: every analyte of the code book (facts only) */
} mag_series;

/* Samples that are not to be trusted (clinical rules H03); words of suspect( ). */
typedef enum mag_suspicion {
    MAG_SUSPECT_EDTA,
    MAG_SUSPECT_HAEMOLYSIS,
    MAG_SUSPECT_DRIP_ARM,
    MAG_SUSPECT_PH,
    MAG_SUSPICION_COUNT
} mag_suspicion;

/* Only results on this side of the limit count: first(magnesium < mg_low within 90 days). */
typedef struct mag_filter {
    bool is_set;
    mag_relation relation;
    const mag_limit *limit; /* a literal is a limit without a name; NULL for a number series */
    double number;          /* of a number series, in its unit */
} mag_filter;

typedef enum mag_direction { MAG_EITHER_WAY, MAG_UPWARDS, MAG_DOWNWARDS } mag_direction;

/* One distinct operand of the pack. Operands that another needs (anchor, source) have smaller
 * indices. */
typedef struct mag_operand {
    mag_operand_kind kind;
    mag_dimension dimension;
    double unit_factor;  /* bounds of results are canonical: times this, in the dimension's unit */
    mag_analyte analyte; /* NONE if it has none; of adjusted_calcium CALCIUM */
    mag_series series;
    mag_filter filter;
    mag_analyte with;      /* only results of a specimen that also holds this one; NONE */
    bool is_same_specimen; /* pair: of the sample's own specimen; else the nearest in the window */
    mag_length length;     /* continuous, count_active `for`; spaced `apart`; amount 0 = unsaid */
    mag_length gap;        /* continuous: eras no further apart are joined; amount -1 = unsaid */
    double percent;        /* dose_change: `by` */
    mag_direction direction; /* dose_change: `up by`, `down by` */
    uint64_t words; /* salt: bits of salts; route: bits of mag_route; suspect: of mag_suspicion */
    mag_class_set other_classes; /* second list of overlap and gap_kept ... */
    const mag_member *other_members;
    size_t other_member_count;
    mag_worse worse;           /* side that counts at one moment: latest, previous, first */
    mag_class_set classes;     /* union of the members */
    const mag_member *members; /* sorted by class, distinct */
    size_t member_count;
    uint32_t conditions; /* bit set of mag_condition */
    mag_window window;
    int16_t source;   /* operand that days_since or haemolysed looks at; -1 = none */
    const char *text; /* canonical: "latest(magnesium within 90 days)" */
} mag_operand;

/* "latest" */
const char *mag_operand_name(mag_operand_kind kind);
/* "mL/min"; "" for truths, results and plain numbers. Doses: "umol/day". */
const char *mag_dimension_unit(mag_dimension dimension);

/* The dimension that a unit belongs to and the factor to the unit of it; false if it has none. */
bool mag_dimension_of_unit(mag_unit unit, mag_dimension *dimension, double *factor);

#endif
