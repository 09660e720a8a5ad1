/* Rows of a list on disk: whole chunks go out in their order, and come back into one array. */
#ifndef MAG_COHORT_ROW_SPILL_H
#define MAG_COHORT_ROW_SPILL_H

#include "cohort/row_chunks.h"
#include "cohort/spill_kind.h"

/* Writes all chunks and frees them. What is not written stays in the list. */
mag_status mag_row_chunks_spill(mag_row_chunks *list, mag_account *account, mag_spill_file *file,
                                mag_spill_kind kind, uint32_t partition,
                                mag_error *err) MAG_MUST_CHECK;
/* Reads what is on disk to `into`, in its order, and says how many rows that were; they stay on
   disk. */
mag_status mag_row_chunks_read(const mag_row_chunks *list, mag_spill_file *file, void *into,
                               size_t *row_count, mag_error *err) MAG_MUST_CHECK;
/* Gives the space of what is on disk back. Its rows are gone. */
void mag_row_chunks_forget(mag_row_chunks *list, mag_account *account, mag_spill_file *file);

#endif
