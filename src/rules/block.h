/* Outcomes of all rules for up to 64 patients at a time, by masks: a patient is a bit. The same
   outcomes as those of the plain evaluator (rules/evaluate.h), which is asked where a mask cannot
   tell. */
#ifndef MAG_RULES_BLOCK_H
#define MAG_RULES_BLOCK_H

#include "rules/evaluate.h"

enum { MAG_BLOCK_PATIENTS = 64 };

/* Working memory of one thread. */
typedef struct mag_block mag_block;

/* Free with mag_block_free. */
mag_status mag_block_new(mag_block **out, const mag_pack *pack, mag_account *account,
                         mag_error *err) MAG_MUST_CHECK;
void mag_block_free(mag_block *block);

/* Judges `count` patients of one cohort, 1 to 64, hides applied; `patients` stays as it is until
 * the next call.
 */
mag_status mag_block_evaluate(mag_block *block, const mag_timeline *patients, size_t count,
                              mag_error *err) MAG_MUST_CHECK;

/* As mag_evaluate gives them, of patient i of the last call. Borrowed until the next call. */
const mag_outcome *mag_block_outcomes(const mag_block *block, size_t i);
/* A plain evaluator that stands at patient i and keeps what has been worked out: for
   mag_explain_here and mag_event_find. Borrowed until the next call. */
mag_evaluator *mag_block_evaluator(mag_block *block, size_t i);

#endif
