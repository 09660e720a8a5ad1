#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void mag_text_init(mag_text *text, mag_account *account) {
    *text = (mag_text){.account = account};
}

void mag_text_done(mag_text *text) {
    mag_drop(text->account, text->at, text->capacity, 1);
    mag_text_init(text, text->account);
}

void mag_text_clear(mag_text *text) {
    text->nbytes = 0;
}

static bool make_room(mag_text *text, size_t more_nbytes) {
    void *at = text->at;
    if (more_nbytes <= text->capacity - text->nbytes && !text->is_out_of_memory)
        return true;
    if (!text->is_out_of_memory && mag_grow(text->account, &at, &text->capacity, 1,
                                            text->nbytes + more_nbytes, NULL) != MAG_OK)
        text->is_out_of_memory = true;
    text->at = at;
    return !text->is_out_of_memory;
}

char *mag_text_room(mag_text *text, size_t nbytes) {
    return make_room(text, nbytes) ? text->at + text->nbytes : NULL;
}

void mag_text_add(mag_text *text, mag_span more) {
    if (more.nbytes == 0 || !make_room(text, more.nbytes))
        return;
    memcpy(text->at + text->nbytes, more.at, more.nbytes);
    text->nbytes += more.nbytes;
}

void mag_text_add_text(mag_text *text, const char *more) {
    mag_text_add(text, mag_span_of(more));
}

void mag_text_add_char(mag_text *text, char c) {
    if (make_room(text, 1))
        text->at[text->nbytes++] = c;
}

void mag_text_format(mag_text *text, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const size_t room = text->capacity - text->nbytes;
    const int length = vsnprintf(room > 0 ? text->at + text->nbytes : NULL, room, format, args);
    va_end(args);
    if (length > 0 && make_room(text, (size_t)length + 1)) {
        if ((size_t)length >= room)
            vsnprintf(text->at + text->nbytes, (size_t)length + 1, format, again);
        text->nbytes += (size_t)length;
    }
    va_end(again);
}

mag_span mag_text_span(const mag_text *text) {
    return (mag_span){text->at, text->nbytes};
}

mag_status mag_text_check(const mag_text *text, mag_error *err) {
    return text->is_out_of_memory ? mag_fail_memory(err, text->capacity) : MAG_OK;
}
