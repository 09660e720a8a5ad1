/* Prescriptions whose cells are all usual: a drug and an order that were met before, dates of the
   usual form, a patient with an id. Such rows are decoded in one loop, straight into their record.
   Whatever is not usual about a row leaves it to mag_decoder_row, which stays the reference:
   nothing has been noted of the row by then.

     drug cells ─▶ memo of the drug     order cells ─▶ memo of the order    (decode_memo.h)
     dates ─▶ read as one word each     id ─▶ that of the row before, or put

   The memos are filled by the rows that take the other way, so the first row of each drug and of
   each order does. */
#ifndef MAG_COHORT_PLAIN_PRESCRIPTION_H
#define MAG_COHORT_PLAIN_PRESCRIPTION_H

#include "cohort/decoder.h"

enum { MAG_PLAIN_RUN_CELLS = sizeof(uint64_t) }; /* as many lengths as a run keeps */

/* Columns whose cells lie side by side in the image of a row. */
typedef struct mag_plain_columns {
    size_t count;
    struct {
        int idx;
        char mark; /* of its field in the image */
    } columns[MAG_PLAIN_RUN_CELLS];
} mag_plain_columns;

/* Of one decoder and so of one thread. */
typedef struct mag_plain_prescriptions {
    bool is_of_use; /* columns and profile allow it */
    mag_plain_columns drug, order;
    int start_idx, stop_idx; /* -1: there is no such column */
} mag_plain_prescriptions;

/* Makes decoder->plain_prescriptions, in its memos; the header is bound. */
mag_status mag_plain_prescriptions_new(mag_decoder *decoder, mag_error *err) MAG_MUST_CHECK;
/* As mag_decoder_rows. */
mag_status mag_plain_prescriptions_decode(mag_decoder *decoder, const mag_cell_rows *rows,
                                          mag_error *err) MAG_MUST_CHECK;

/* --- of decode_prescription.c ---------------------------------------------------------------- */

/* What a row says of its drug. */
typedef struct mag_order_facts {
    uint32_t drug_id;
    const mag_order_memo *order;
    mag_moment start, stop; /* stop.minute: MAG_MINUTE_NONE if none is said */
    bool has_partial;       /* one of the dates was */
} mag_order_facts;

/* All of the record but patient and position. */
void mag_decode_exposure(const mag_order_facts *facts, mag_exposure *exposure);

#endif
