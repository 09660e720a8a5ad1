/* Row accounting: every row of a source lands in exactly one bucket, the first that applies. */
#ifndef MAG_COHORT_ACCOUNTING_H
#define MAG_COHORT_ACCOUNTING_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum mag_reason {
    MAG_REASON_NONE,
#define MAG_REASON(name, ...) MAG_REASON_##name,
#include "cohort/reason.def"
#undef MAG_REASON
    MAG_REASON_COUNT
} mag_reason;
_Static_assert(MAG_REASON_COUNT <= 64, "a laboratory record keeps 6 bits of reason");

/* Which gate of faults 1.4 judges a reason. */
typedef enum mag_gate_kind {
    MAG_GATE_SHAPE,     /* csv.*: amber > 0, red > 0.1 % of a file */
    MAG_GATE_VALUE,     /* num.*, value.implausible, unit.*, date.*: amber > 0.1 %, red > 1 % */
    MAG_GATE_SOFT,      /* rx.interval, value.text_result, null.required: amber > 1 %, red > 10 % */
    MAG_GATE_LINK,      /* link.no_patient: amber > 0.1 %, red > 1 % */
    MAG_GATE_UNMAPPED,  /* "unmapped", drug names that look like ours: amber > 0.2 %, red > 1 % */
    MAG_GATE_FRESHNESS, /* "freshness", hours before data_until: amber > 36, red > 168 */
    MAG_GATE_DEMOGRAPHIC,    /* "demog", roster rows with a note: amber > 1 %, never red */
    MAG_GATE_DEMOG_CONFLICT, /* "demog.conflict", roster rows that contradict: amber at one */
    MAG_GATE_VERSIONS,       /* "dup.conflict", editions that disagree: amber > 0.1 %, never red */
    MAG_GATE_LAST_LINE,      /* "last_line", a plain file without a line end: amber, never red */
    MAG_GATE_QUOTED_ROWS, /* "quoted_rows", lines in quotes that look like rows: amber, never red */
    MAG_GATE_NOTHING_USED, /* "nothing_used", a feed of whose rows none was accepted: red */
    MAG_GATE_VOLUME,  /* "volume", rows of a source against earlier runs: amber +-20 %, red -40 % */
    MAG_GATE_FALL,    /* "class_or_test_falls", against earlier runs: amber -25 %, red -60 % */
    MAG_GATE_FIRING,  /* "firing_rate", of a rule: amber outside 3 sigma, red if it fell to zero */
    MAG_GATE_READERS, /* "readers", a database that had fewer sessions than wanted: amber, never red
                       */
    MAG_GATE_ROLE,    /* "role", a login that could change its sources: amber, never red */
    MAG_GATE_ENCODING, /* "encoding", a database that looks at no byte: amber, never red */
    MAG_GATE_KIND_COUNT
} mag_gate_kind;

const char *mag_reason_name(mag_reason reason); /* "num.decimal_comma" */
mag_message_id mag_reason_message(mag_reason reason);
mag_gate_kind mag_reason_gate(mag_reason reason);
/* No unit, an unknown one, or one that does not fit the analyte (rules H02). */
bool mag_reason_is_unit(mag_reason reason);

/* read = accepted + out_of_window + duplicate + not_of_interest + sum of rejected. */
typedef struct mag_accounting {
    uint64_t read;
    uint64_t accepted;
    uint64_t out_of_window;
    uint64_t duplicate;
    uint64_t not_of_interest;
    uint64_t rejected[MAG_REASON_COUNT];
    uint64_t unmapped; /* of not_of_interest: drug rows that look like ours (rule H05's list) */
    uint64_t offset_times, utc_times, partial_dates, open_orders; /* notes on accepted rows */
    uint64_t units_inferred;     /* note: the site or the source's profile said the unit */
    uint64_t units_against_code; /* note: a unit of another family than the code's property */
    uint64_t ended_orders;       /* of open_orders: taken to have ended before T */
    uint64_t sex_unknown, birth_unknown, death_unknown, age_implausible; /* demog notes */
    uint64_t demog_noted;    /* rows of the roster with one of these, or the next, or several */
    uint64_t detail_unknown; /* another: the day of a weight, or the observed period */
    uint64_t demog_conflict; /* patients of whom rows give two sexes, births or deaths */
    uint64_t near_ids;       /* of link.no_patient: the roster has the id in other case or blanks */
    uint64_t doses_unread, supplies_unread; /* notes: dose, days_supply not a number; unknown */
    uint64_t version_conflicts; /* results of one id with different values: older editions, or two
                                   with the newest version */
} mag_accounting;

uint64_t mag_accounting_rejected(const mag_accounting *accounting);
/* accepted + rejected + out_of_window + duplicate: the denominator of gates. */
uint64_t mag_accounting_of_interest(const mag_accounting *accounting);
/* The same with the drug rows that look like ours and reached no class: the denominator of their
   share, wherever it is told. */
uint64_t mag_accounting_with_unmapped(const mag_accounting *accounting);
void mag_accounting_add(mag_accounting *total, const mag_accounting *more);
/* MAG_E_INTERNAL (MS-X701) if rows were lost or counted twice. */
mag_status mag_accounting_check(const mag_accounting *accounting, const char *source,
                                mag_error *err) MAG_MUST_CHECK;

#endif
