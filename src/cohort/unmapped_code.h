/* Codes of rows that are not of interest: where a renamed code of a test or drug is found again.
   Only what looks like a code and comes with several patients is ever shown: a name or number that
   a shifted column brought into the code's place belongs to one person. */
#ifndef MAG_COHORT_UNMAPPED_CODE_H
#define MAG_COHORT_UNMAPPED_CODE_H

#include "clinical/codebook.h"
#include "cohort/intern.h"
#include "cohort/text_counts.h"

enum {
    MAG_UNMAPPED_CODE_PATIENTS = 5, /* fewest different patients of a code that is shown */
    MAG_UNMAPPED_CODE_COUNTED = 8,  /* patients of a code are counted up to that */
    MAG_UNMAPPED_CODE_SHOWN = 50,   /* most codes of a kind of table that are shown */
    MAG_UNMAPPED_CODE_LIMIT = 65536 /* more different codes than that are no codes: none is shown */
};

typedef struct mag_code_tally {
    uint64_t rows;
    uint64_t patients[MAG_UNMAPPED_CODE_COUNTED]; /* hashes of the first ones */
    unsigned patient_count;                       /* of them */
} mag_code_tally;

typedef struct mag_code_counts {
    mag_intern texts;
    mag_code_tally *tallies; /* by number of the text */
    size_t capacity;
    uint64_t row_count; /* all rows, shown or not */
} mag_code_counts;

typedef mag_counted_text mag_shown_code; /* rows */

void mag_code_counts_init(mag_code_counts *counted, mag_arena *arena);
void mag_code_counts_done(mag_code_counts *counted);
/* The number under which rows of a code are counted; MAG_CODE_UNSHOWN if only their sum is. A
   number stays. MAG_E_RESOURCE if memory is out. */
#define MAG_CODE_UNSHOWN UINT32_MAX
mag_status mag_code_counts_number(mag_code_counts *counted, mag_code_system system, mag_span code,
                                  uint32_t *number, mag_error *err) MAG_MUST_CHECK;
/* Counts a row of that number; true if its patient is still to be noted. */
static inline bool mag_code_counts_row(mag_code_counts *counted, uint32_t number) {
    counted->row_count++;
    if (number == MAG_CODE_UNSHOWN)
        return false;
    mag_code_tally *tally = &counted->tallies[number];
    tally->rows++;
    return tally->patient_count < MAG_UNMAPPED_CODE_COUNTED;
}
void mag_code_counts_patient(mag_code_counts *counted, uint32_t number, mag_span patient_id);
/* All of this for one row. */
mag_status mag_code_counts_add(mag_code_counts *counted, mag_code_system system, mag_span code,
                               mag_span patient_id, mag_error *err) MAG_MUST_CHECK;
/* As above, of a drug's name (or code). */
mag_status mag_code_counts_add_drug(mag_code_counts *counted, mag_span text, mag_span patient_id,
                                    mag_error *err) MAG_MUST_CHECK;
/* Adds the rows of another counter, as if they had been counted here. */
mag_status mag_code_counts_join(mag_code_counts *counted, const mag_code_counts *more,
                                mag_error *err) MAG_MUST_CHECK;
/* The commonest first, equal ones by their bytes; does not depend on the order of rows. Returns how
   many were put into out; *not_shown: rows of all others. */
size_t mag_code_counts_top(const mag_code_counts *counted, mag_shown_code *out, size_t room,
                           uint64_t *not_shown);
/* Up to 16 letters, digits and . _ - /, without a long number or word; or well-formed LOINC or ATC.
 */
bool mag_code_may_be_shown(mag_code_system system, mag_span code);
/* Well-formed ATC; or up to 60 characters with a word of four letters, whose numbers are short and
   stand alone or beside a unit ("500 mg", "20mEq", "D5W"), so that no word is somebody's number. */
bool mag_drug_may_be_shown(mag_span text);

#endif
