/* Rows of laboratory results whose cells are all usual: a code and a unit that were met together
   before, a short number that is plausible, a date, and nothing else. Such rows are decoded in one
   loop, straight into their record. Whatever is not usual about a row leaves it to mag_decoder_row,
   which stays the reference: nothing has been noted of the row by then.

     code + unit ─▶ entry: analyte, unit, plausible mantissas    value ─▶ number of one word
     date ─▶ that of the row before, or read                     id ─▶ that of the row before, or
   put
*/
#ifndef MAG_COHORT_PLAIN_LAB_H
#define MAG_COHORT_PLAIN_LAB_H

#include "cohort/decoder.h"

/* What code and unit of a row come to, without its other cells. */
typedef struct mag_lab_kind {
    bool is_usual; /* else the row takes a look at all of it, each time */
    bool is_of_interest;
    uint32_t number; /* of a code that is of no interest: under which its rows are counted */
    mag_analyte analyte;
    mag_unit unit;
    unsigned flags;
    bool has_unit_profile;  /* see unit_profile.h: then these, too */
    mag_code_system system; /* LOCAL: the profile's own code */
    mag_span code;          /* borrowed from the row or the profile */
} mag_lab_kind;

enum {
    MAG_PLAIN_WORDS = 2,      /* of a code, of a unit */
    MAG_PLAIN_DATE_WORDS = 3, /* of a date */
    MAG_PLAIN_SCALES = 4,     /* decimals of a result: 0 to 3 */
    MAG_PLAIN_BITS = 8        /* places of entries */
};

typedef enum mag_plain_state {
    MAG_PLAIN_UNSEEN,
    MAG_PLAIN_UNUSUAL,
    MAG_PLAIN_OTHER, /* a code of no interest */
    MAG_PLAIN_RESULT
} mag_plain_state;

typedef struct mag_plain_key {
    uint64_t code[MAG_PLAIN_WORDS], unit[MAG_PLAIN_WORDS];
    uint32_t lengths;
} mag_plain_key;

/* What the texts of a code and a unit come to. */
typedef struct mag_plain_entry {
    mag_plain_key key;
    mag_plain_state state;
    uint32_t packed; /* of a record: analyte, unit, flags */
    uint32_t number; /* as in mag_lab_kind */
    bool has_unit_profile;
    uint32_t profile_idx; /* in the lane, where it has one */
    struct {
        int32_t low, high; /* plausible mantissas; none where low > high */
    } bands[MAG_PLAIN_SCALES];
} mag_plain_entry;

/* Of one decoder and so of one thread. */
typedef struct mag_plain_labs {
    bool is_of_use; /* columns and profile allow it */
    char point;
    int unit_idx; /* -1: there is no such column */
    size_t empty_count;
    int empty_idx[MAG_FIELD_COUNT];      /* columns that say nothing in a usual row */
    uint64_t date[MAG_PLAIN_DATE_WORDS]; /* of the last date that was read */
    size_t date_nbytes;                  /* 0: none was */
    mag_minute minute;
    uint32_t date_flags; /* of a record */
    mag_plain_entry entries[1 << MAG_PLAIN_BITS];
} mag_plain_labs;

/* Makes decoder->plain_labs, in its memos; the header is bound. */
mag_status mag_plain_labs_new(mag_decoder *decoder, mag_error *err) MAG_MUST_CHECK;
/* As mag_decoder_rows. */
mag_status mag_plain_labs_decode(mag_decoder *decoder, const mag_cell_rows *rows,
                                 mag_error *err) MAG_MUST_CHECK;

/* --- of decode_lab.c ------------------------------------------------------------------------- */

/* Code and unit of the row at hand. Counts nothing. */
mag_status mag_decode_lab_kind(mag_decoder *decoder, mag_lab_kind *kind,
                               mag_error *err) MAG_MUST_CHECK;
/* NULL if the unit does not fit the analyte. Borrowed until the next call. */
const mag_plausible_band *mag_decode_lab_band(const mag_decoder *decoder, mag_analyte analyte,
                                              mag_unit unit, uint8_t scale);

#endif
