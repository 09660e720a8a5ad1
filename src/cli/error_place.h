/* Where a message says that something is. Texts begin with the place, as "pack.yaml:3:5: ..." or
   "labs.csv.gz, line 48, column 7: ..."; machines get it in parts. */
#ifndef MAG_CLI_ERROR_PLACE_H
#define MAG_CLI_ERROR_PLACE_H

#include "base/span.h"

typedef struct mag_error_where {
    mag_span source;       /* borrowed from the text; empty if it names no place */
    uint64_t line, column; /* from 1; 0 = not said */
} mag_error_where;

mag_error_where mag_error_where_of(const char *text);

#endif
