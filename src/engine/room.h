/* Who may be in memory at once under a limit: how many threads can settle or screen a partition,
   and the mark of the account above which everything that can go to disk does.

     0 ........ in use that stays | partitions that stay | mark | one piece of work a thread | limit
 */
#ifndef MAG_ENGINE_ROOM_H
#define MAG_ENGINE_ROOM_H

#include "cohort/cohort.h"

/* Before rows are read: sets the mark so that each thread has room for its blocks, and settling for
   a partition. */
void mag_room_for_reading(mag_account *account, unsigned worker_count);

/* Before partitions are settled, or screened: lowers *worker_count to what fits, at least one, and
   sets the mark; rows, or settled partitions, go to disk until it is kept. Without a limit both
   leave everything as it is. MAG_E_RESOURCE (MS-P402) if not even one thread fits: the message says
   for what, and the least limit. The result of a run depends on neither. */
mag_status mag_room_for_settling(mag_account *account, mag_cohort *cohort, unsigned *worker_count,
                                 mag_error *err) MAG_MUST_CHECK;
mag_status mag_room_for_screening(mag_account *account, mag_cohort *cohort, unsigned *worker_count,
                                  mag_error *err) MAG_MUST_CHECK;

#endif
