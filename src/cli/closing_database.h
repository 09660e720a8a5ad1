/* How a run ended whose results go into schema magscreen, and what to do next. */
#ifndef MAG_CLI_CLOSING_DATABASE_H
#define MAG_CLI_CLOSING_DATABASE_H

#include "cli/closing.h"

/* The last lines of a run that did not fail; warning_count: amber gates. */
void mag_closing_database_end(const mag_closing *closing, size_t warning_count);
/* Where the record of a failed run lies; say is mag_show or mag_tell. */
void mag_closing_database_failed(const mag_closing *closing, void (*say)(const char *format, ...));

#endif
