/* Has a result that a flag rested on vanished from its source, so that nothing was put right? */
#ifndef MAG_RULES_LOST_RESULT_H
#define MAG_RULES_LOST_RESULT_H

#include "cohort/timeline.h"
#include "rules/pack.h"

/* Of the facts of a flag as digests write them: is there one of a laboratory test, at a moment that
   has no row of that test any more, and has no usable result of the test come since? A result that
   another value replaced is not lost. Facts that are worked out ("kf") are passed over. */
bool mag_facts_have_lost_result(const mag_pack *pack, const mag_timeline *patient,
                                const char *facts);

#endif
