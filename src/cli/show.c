#include "cli/show.h"

#include "base/utf8.h"
#include "cli/error_place.h"
#include "io/json_writer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PIECE_NBYTES = 16, FORMATTED_NBYTES = 2048, LINE_NBYTES = 4096 };

/* The next piece of data as it is shown, *at moved behind it: a character as it stands, or its
   bytes as \x1b, written into room. */
static mag_span shown_piece(mag_span data, size_t *at, char room[PIECE_NBYTES]) {
    static const char digits[] = "0123456789abcdef";
    mag_span rest = {data.at + *at, data.nbytes - *at};
    const unsigned char *from = (const unsigned char *)rest.at;
    uint32_t code;
    size_t length = mag_utf8_next(rest, &code);
    size_t step = length ? length : 1;
    *at += step;
    if (length && !mag_utf8_is_control(code))
        return (mag_span){rest.at, length};
    for (size_t i = 0; i < step; i++) {
        char escape[] = {'\\', 'x', digits[from[i] >> 4], digits[from[i] & 15]};
        memcpy(room + i * sizeof escape, escape, sizeof escape);
    }
    return (mag_span){room, step * 4};
}

void mag_shown_add(mag_text *out, mag_span data) {
    char room[PIECE_NBYTES];
    for (size_t at = 0; at < data.nbytes;)
        mag_text_add(out, shown_piece(data, &at, room));
}

/* --- a line that is written over ---------------------------------------------------------------
 */

static size_t transient_nbytes; /* of the line that stands on the terminal; 0: none */

static size_t terminal_width(void) {
    enum { USUAL = 80 };
    struct winsize size;
    const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return is_known && size.ws_col < USUAL ? size.ws_col : USUAL;
}

/* What cannot be shown of it is lost without harm. */
static void write_progress(const char *at, size_t nbytes) {
    while (nbytes > 0) {
        const ssize_t done = write(STDERR_FILENO, at, nbytes);
        if (done <= 0)
            return;
        at += done;
        nbytes -= (size_t)done;
    }
}

/* Blanks and a carriage return: no terminal needs to know more. */
static void clear_transient(void) {
    char blank[LINE_NBYTES];
    if (transient_nbytes == 0)
        return;
    memset(blank, ' ', sizeof blank);
    blank[0] = blank[transient_nbytes + 1] = '\r';
    write_progress(blank, transient_nbytes + 2);
    transient_nbytes = 0;
}

void mag_tell_progress(const char *text, bool is_transient) {
    char line[LINE_NBYTES];
    const size_t width = is_transient ? terminal_width() - 1 : sizeof line - 2;
    const size_t length = strlen(text) < width ? strlen(text) : width;
    memset(line, ' ', sizeof line);
    if (!is_transient) {
        memcpy(line, text, length);
        line[length] = '\n';
        write_progress(line, length + 1);
        return;
    }
    const size_t shown = length > transient_nbytes ? length : transient_nbytes; /* covers it */
    line[0] = '\r';
    memcpy(line + 1, text, length);
    write_progress(line, shown + 1);
    transient_nbytes = length;
}

/* errno of the first write that failed, by stream: stdout is told at the end, stderr on stdout. */
static int out_fault, err_fault;

static void put(FILE *stream, const char *at, size_t nbytes) {
    int *fault = stream == stdout ? &out_fault : &err_fault;
    clear_transient();
    errno = 0;
    if (fwrite(at, 1, nbytes, stream) != nbytes && *fault == 0)
        *fault = errno ? errno : EIO;
}

/* Without memory of the heap: that it is out must be said, too. */
static void print_shown(FILE *stream, mag_span data) {
    char line[LINE_NBYTES], room[PIECE_NBYTES];
    size_t used = 0;
    for (size_t at = 0; at < data.nbytes;) {
        mag_span piece = shown_piece(data, &at, room);
        if (used + piece.nbytes + 1 > sizeof line) {
            put(stream, line, used);
            used = 0;
        }
        memcpy(line + used, piece.at, piece.nbytes);
        used += piece.nbytes;
    }
    line[used++] = '\n';
    put(stream, line, used);
}

/* What does not fit on the stack needs memory; where there is none, its begin is shown. */
static void print_line(FILE *stream, const char *format, va_list args) {
    mag_account account = {0};
    char room[FORMATTED_NBYTES];
    void *at = NULL;
    size_t capacity = 0;
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(room, sizeof room, format, args);
    mag_span text = {room, length < 0 ? 0 : (size_t)length};
    if (text.nbytes >= sizeof room) {
        bool is_whole = mag_grow(&account, &at, &capacity, 1, text.nbytes + 1, NULL) == MAG_OK;
        if (is_whole)
            vsnprintf(at, capacity, format, again);
        text = is_whole ? (mag_span){at, text.nbytes} : (mag_span){room, sizeof room - 1};
    }
    va_end(again);
    if (length >= 0)
        print_shown(stream, text);
    mag_drop(&account, at, capacity, 1);
}

void mag_show(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line(stdout, format, args);
    va_end(args);
}

void mag_tell(const char *format, ...) {
    va_list args;
    va_start(args, format);
    print_line(stderr, format, args);
    va_end(args);
}

/* Length of the first line of text: up to its line end, or the last blank before width. */
static size_t line_length(const char *text, size_t width) {
    size_t length = strcspn(text, "\n");
    if (width == 0 || length <= width)
        return length;
    for (size_t i = width; i > 0; i--)
        if (text[i] == ' ')
            return i;
    return length;
}

void mag_show_block(const char *indent, const char *text, size_t width) {
    while (*text) {
        size_t length = line_length(text, width);
        mag_show("%s%.*s", indent, (int)length, text);
        text += length;
        if (*text)
            text++;
    }
}

const char *mag_count_text(uint64_t count, char out[MAG_COUNT_TEXT_NBYTES]) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    size_t at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

const char *mag_amount_text(uint64_t count, const char *noun, char out[MAG_AMOUNT_TEXT_NBYTES]) {
    char digits[MAG_COUNT_TEXT_NBYTES];
    snprintf(out, MAG_AMOUNT_TEXT_NBYTES, "%s %s%s", mag_count_text(count, digits), noun,
             count == 1 ? "" : "s");
    return out;
}

const char *mag_share_text(uint64_t count, uint64_t of, char out[MAG_COUNT_TEXT_NBYTES]) {
    double share = of ? 100.0 * (double)count / (double)of : count ? 100.0 : 0.0;
    if (share > 0 && share < 0.01)
        snprintf(out, MAG_COUNT_TEXT_NBYTES, "<0.01 %%");
    else
        snprintf(out, MAG_COUNT_TEXT_NBYTES, "%.2f %%", share);
    return out;
}

const char *mag_when_text(mag_minute minute, bool is_date_only, char out[MAG_MOMENT_TEXT_NBYTES]) {
    if (minute == MAG_MINUTE_OPEN || minute == MAG_MINUTE_NONE) {
        snprintf(out, MAG_MOMENT_TEXT_NBYTES, minute == MAG_MINUTE_OPEN ? "no end" : "no date");
        return out;
    }
    mag_minute_text(minute, is_date_only, out);
    char *separator = strchr(out, 'T');
    if (separator)
        *separator = ' ';
    return out;
}

static void show_error_json(const mag_error *err) {
    mag_account account = {0};
    mag_text out;
    mag_text_init(&out, &account);
    mag_json json;
    mag_json_begin(&json, &out, false);
    mag_json_object(&json);
    mag_json_key_text(&json, "id", mag_message_code(err->message));
    mag_json_key_integer(&json, "exit", mag_status_exit_code(err->status));
    mag_error_where where = mag_error_where_of(err->text);
    mag_json_key(&json, "source");
    mag_json_text(&json, where.source);
    mag_json_key_integer(&json, "line", (int64_t)where.line);
    mag_json_key_integer(&json, "column", (int64_t)where.column);
    mag_json_key_text(&json, "reason", mag_message_gist(err->message));
    mag_json_key_integer(&json, "count", err->count ? (int64_t)err->count : 1);
    mag_json_key_text(&json, "text", err->text);
    mag_json_key_text(&json, "hint", err->hint);
    mag_json_end_object(&json);
    mag_text_add_char(&out, '\n');
    if (!out.is_out_of_memory)
        put(stderr, out.at, out.nbytes);
    mag_text_done(&out);
}

void mag_show_error(const mag_error *err, bool is_json) {
    if (is_json) {
        show_error_json(err);
        return;
    }
    size_t first = strcspn(err->text, "\n"); /* mag_error_line began the others */
    const char *code = mag_message_code(err->message);
    mag_tell("magscreen: %.*s%s%s%s", (int)first, err->text, *code ? " [" : "", code,
             *code ? "]" : "");
    for (const char *rest = err->text + first; *rest;) {
        size_t length = strcspn(++rest, "\n");
        mag_tell("%.*s", (int)length, rest);
        rest += length;
    }
    if (*err->hint)
        mag_tell("  %s", err->hint);
}

void mag_show_bytes(mag_span bytes) {
    put(stdout, bytes.at, bytes.nbytes);
}

bool mag_show_has_lost_messages(void) {
    return err_fault != 0;
}

void mag_show_json(const mag_text *json) {
    mag_show_bytes(mag_text_span(json));
    mag_show_bytes(mag_span_of("\n"));
}

mag_status mag_show_end(mag_error *err) {
    errno = 0;
    if (fflush(stdout) != 0 && out_fault == 0)
        out_fault = errno;
    if (out_fault == 0 || out_fault == EPIPE || out_fault == EBADF)
        return MAG_OK;
    mag_status status =
        mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "standard output cannot be written");
    mag_hint(err, "is the disk full? Everything else was done.");
    return status;
}
