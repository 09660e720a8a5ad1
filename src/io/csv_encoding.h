/* What bytes that are not UTF-8 probably are, for a hint. */
#ifndef MAG_IO_CSV_ENCODING_H
#define MAG_IO_CSV_ENCODING_H

#include "base/span.h"

/* True if text that is not UTF-8 reads well as Windows-1252: every byte beyond ASCII is a letter,
   a typographic sign or one that results hold (µ, °, ±, ², ³), and at most two stand together. */
bool mag_csv_looks_like_windows1252(mag_span text);

#endif
