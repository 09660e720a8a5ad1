/* How often each of some texts came up. The answer does not depend on the order of the texts. */
#ifndef MAG_COHORT_TEXT_COUNTS_H
#define MAG_COHORT_TEXT_COUNTS_H

#include "cohort/intern.h"

typedef struct mag_text_counts {
    mag_intern texts;
    uint64_t *counts; /* by number of the text */
    size_t capacity;
} mag_text_counts;

typedef struct mag_counted_text {
    const char *text; /* borrowed from the counter's arena */
    uint64_t count;
    unsigned patient_count; /* of codes only, and up to MAG_UNMAPPED_CODE_COUNTED; else 0 */
} mag_counted_text;

void mag_text_counts_init(mag_text_counts *counted, mag_arena *arena);
void mag_text_counts_done(mag_text_counts *counted);
/* Counts a text once more. MAG_E_RESOURCE if memory is out. */
mag_status mag_text_counts_add(mag_text_counts *counted, mag_span text,
                               mag_error *err) MAG_MUST_CHECK;
/* Adds the counts of another counter. */
mag_status mag_text_counts_join(mag_text_counts *counted, const mag_text_counts *more,
                                mag_error *err) MAG_MUST_CHECK;
/* The commonest texts first, equally common ones by their bytes; at most `room`. Returns how many
   were put into out. */
size_t mag_text_counts_top(const mag_text_counts *counted, mag_counted_text *out, size_t room);

#endif
