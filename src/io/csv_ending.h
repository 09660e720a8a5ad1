/* Whether the last records of a piece of a file leave it open what an earlier line is. */
#ifndef MAG_IO_CSV_ENDING_H
#define MAG_IO_CSV_ENDING_H

#include "io/csv_shape.h"

/* True if the text may end with a footer (csv_footer.h), or with the header once more; blank lines
   behind them do not matter. Says true too often rather than too seldom, but seldom of rows. */
bool mag_csv_may_end_undecided(mag_span text, const mag_csv_shape *shape);

#endif
