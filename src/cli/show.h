/* Everything that people read goes through here: results to stdout, messages to stderr. Control
   characters and bidirectional marks from data never reach a terminal; they show as \x1b. */
#ifndef MAG_CLI_SHOW_H
#define MAG_CLI_SHOW_H

#include "base/datetime.h"
#include "base/text.h"

/* Appends data for people: control characters (line ends too), bytes that are not UTF-8 and
   bidirectional controls become \xNN. */
void mag_shown_add(mag_text *out, mag_span data);

/* Prints one line with printf's rules; the line end is added, and what would be a control character
   in it is escaped: a name with a line end in it cannot forge a line. */
void mag_show(const char *format, ...) MAG_PRINTF(1, 2);
void mag_tell(const char *format, ...) MAG_PRINTF(1, 2); /* to stderr */
/* A line about the progress of a run, on standard error. A transient one is cut to the width of the
   terminal, written over by the next one, and gone before anything else is shown. */
void mag_tell_progress(const char *text, bool is_transient);

/* Prints a text of several lines, each with the indent in front; broken after `width` columns at
   blanks, 0 = never. */
void mag_show_block(const char *indent, const char *text, size_t width);

/* "18,544" */
enum { MAG_COUNT_TEXT_NBYTES = 32 };
const char *mag_count_text(uint64_t count, char out[MAG_COUNT_TEXT_NBYTES]);
/* "1 row", "18,544 rows" */
enum { MAG_AMOUNT_TEXT_NBYTES = 64 };
const char *mag_amount_text(uint64_t count, const char *noun, char out[MAG_AMOUNT_TEXT_NBYTES]);
/* "0.13 %"; "<0.01 %" for little that is not zero. */
const char *mag_share_text(uint64_t count, uint64_t of, char out[MAG_COUNT_TEXT_NBYTES]);
/* "2025-12-31 23:59", "2025-12-31" if is_date_only, "no end" if open. */
const char *mag_when_text(mag_minute minute, bool is_date_only, char out[MAG_MOMENT_TEXT_NBYTES]);

/* "magscreen: TEXT [MS-I240]" and the hint, on stderr; as one line of JSON if is_json. */
void mag_show_error(const mag_error *err, bool is_json);

/* True once something for stderr could not be written. */
bool mag_show_has_lost_messages(void);

/* Prints bytes as they are; for data that go to a program. */
void mag_show_bytes(mag_span bytes);
/* Prints a finished JSON text and a line end. */
void mag_show_json(const mag_text *json);

/* Flushes stdout. A reader that went away (EPIPE) is no fault; any other failure is MAG_E_RESOURCE.
 */
mag_status mag_show_end(mag_error *err) MAG_MUST_CHECK;

#endif
