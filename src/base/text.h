/* A text that grows: lines, JSON and messages are built in it. */
#ifndef MAG_BASE_TEXT_H
#define MAG_BASE_TEXT_H

#include "base/memory.h"

/* A failed append sets is_out_of_memory and later appends do nothing: check once at the end. */
typedef struct mag_text {
    mag_account *account;
    char *at;
    size_t nbytes;
    size_t capacity;
    bool is_out_of_memory;
} mag_text;

void mag_text_init(mag_text *text, mag_account *account);
void mag_text_done(mag_text *text);
/* Keeps the room. */
void mag_text_clear(mag_text *text);
/* Where the next nbytes of the text may be written: add what was to text->nbytes. NULL if memory is
   out. Borrowed until the next change. */
char *mag_text_room(mag_text *text, size_t nbytes);
void mag_text_add(mag_text *text, mag_span more);
void mag_text_add_text(mag_text *text, const char *more);
void mag_text_add_char(mag_text *text, char c);
void mag_text_format(mag_text *text, const char *format, ...) MAG_PRINTF(2, 3);
/* Borrowed until the next change. */
mag_span mag_text_span(const mag_text *text);
/* MAG_E_RESOURCE if an append ran out of memory. */
mag_status mag_text_check(const mag_text *text, mag_error *err) MAG_MUST_CHECK;

#endif
