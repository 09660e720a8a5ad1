#include "io/json_writer.h"

#include "base/utf8.h"
#include "base/word.h"

#include <assert.h>
#include <inttypes.h>

enum { DEEPEST = sizeof((mag_json *)0)->has_items / sizeof(bool) - 1 };

void mag_json_begin(mag_json *json, mag_text *out, bool is_pretty) {
    *json = (mag_json){.out = out, .is_pretty = is_pretty};
}

static void new_line(mag_json *json) {
    if (!json->is_pretty)
        return;
    mag_text_add_char(json->out, '\n');
    for (unsigned i = 0; i < json->depth; i++)
        mag_text_add_text(json->out, "  ");
}

/* What stands in front of a key or of an item: a comma, and a line of its own if pretty. */
static void begin_item(mag_json *json) {
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->depth == 0)
        return;
    if (json->has_items[json->depth])
        mag_text_add_char(json->out, ',');
    json->has_items[json->depth] = true;
    new_line(json);
}

static void open_level(mag_json *json, char bracket) {
    begin_item(json);
    mag_text_add_char(json->out, bracket);
    assert(json->depth < DEEPEST);
    json->depth++;
    json->has_items[json->depth] = false;
}

static void close_level(mag_json *json, char bracket) {
    assert(json->depth > 0 && !json->after_key);
    bool had_items = json->has_items[json->depth];
    json->depth--;
    if (had_items)
        new_line(json);
    mag_text_add_char(json->out, bracket);
    if (json->depth == 0 && json->is_pretty)
        mag_text_add_char(json->out, '\n');
}

void mag_json_object(mag_json *json) {
    open_level(json, '{');
}

void mag_json_end_object(mag_json *json) {
    close_level(json, '}');
}

void mag_json_array(mag_json *json) {
    open_level(json, '[');
}

void mag_json_end_array(mag_json *json) {
    close_level(json, ']');
}

static void add_escape(mag_text *out, uint32_t code) {
    static const struct {
        char byte, letter;
    } short_forms[] = {{'"', '"'},  {'\\', '\\'}, {'\b', 'b'}, {'\f', 'f'},
                       {'\n', 'n'}, {'\r', 'r'},  {'\t', 't'}};
    for (size_t i = 0; i < sizeof short_forms / sizeof short_forms[0]; i++) {
        if ((uint32_t)short_forms[i].byte == code) {
            mag_text_add_char(out, '\\');
            mag_text_add_char(out, short_forms[i].letter);
            return;
        }
    }
    mag_text_format(out, "\\u%04x", (unsigned)code);
}

/* Printable ASCII stands as it is. */
static bool is_plain(unsigned char byte) {
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

/* Some bit of a zero byte, and none if there is none. */
static uint64_t zeros_in(uint64_t word) {
    return (word - MAG_WORD_ALL(1)) & ~word & MAG_WORD_ALL(0x80);
}

/* A byte below the blank borrows from its own top bit; DEL and one carry into theirs. */
static bool are_eight_plain(uint64_t word) {
    const uint64_t odd = (word - MAG_WORD_ALL(0x20)) | (word + MAG_WORD_ALL(1)) | word;
    return ((odd & MAG_WORD_ALL(0x80)) | zeros_in(word ^ MAG_WORD_ALL('"')) |
            zeros_in(word ^ MAG_WORD_ALL('\\'))) == 0;
}

/* Most texts are plain throughout. Nothing is added if the text is not. */
static bool add_plain(mag_text *out, mag_span value) {
    char *to = mag_text_room(out, value.nbytes + 2);
    bool is_all_plain = to != NULL;
    if (!is_all_plain)
        return false;
    size_t i = 0;
    for (; i + 8 <= value.nbytes && is_all_plain; i += 8)
        is_all_plain = are_eight_plain(mag_word_eight(value.at + i));
    for (; i < value.nbytes && is_all_plain; i++)
        is_all_plain = is_plain((unsigned char)value.at[i]);
    if (value.nbytes > 0)
        memcpy(to + 1, value.at, value.nbytes);
    to[0] = to[value.nbytes + 1] = '"';
    if (is_all_plain)
        out->nbytes += value.nbytes + 2;
    return is_all_plain;
}

/* What a terminal would obey is escaped, so that JSON may be shown as it stands; a byte that is no
   UTF-8 (a file may be named so) becomes U+FFFD, so that it stays JSON. */
static void add_quoted(mag_text *out, mag_span value) {
    enum { REPLACEMENT = 0xfffd };
    if (add_plain(out, value))
        return;
    mag_text_add_char(out, '"');
    size_t clean_from = 0;
    for (size_t i = 0; i < value.nbytes;) {
        uint32_t code;
        if (is_plain((unsigned char)value.at[i])) {
            i++;
            continue;
        }
        size_t length = mag_utf8_next((mag_span){value.at + i, value.nbytes - i}, &code);
        size_t step = length ? length : 1;
        if (!length || code == '"' || code == '\\' || mag_utf8_is_control(code)) {
            mag_text_add(out, (mag_span){value.at + clean_from, i - clean_from});
            add_escape(out, length ? code : REPLACEMENT);
            clean_from = i + step;
        }
        i += step;
    }
    if (clean_from < value.nbytes)
        mag_text_add(out, (mag_span){value.at + clean_from, value.nbytes - clean_from});
    mag_text_add_char(out, '"');
}

void mag_json_key(mag_json *json, const char *key) {
    begin_item(json);
    add_quoted(json->out, mag_span_of(key));
    mag_text_add_text(json->out, json->is_pretty ? ": " : ":");
    json->after_key = true;
}

void mag_json_text(mag_json *json, mag_span value) {
    begin_item(json);
    add_quoted(json->out, value);
}

void mag_json_integer(mag_json *json, int64_t value) {
    begin_item(json);
    mag_text_format(json->out, "%" PRId64, value);
}

void mag_json_number(mag_json *json, const char *value) {
    begin_item(json);
    mag_text_add_text(json->out, value);
}

void mag_json_bool(mag_json *json, bool value) {
    begin_item(json);
    mag_text_add_text(json->out, value ? "true" : "false");
}

void mag_json_null(mag_json *json) {
    begin_item(json);
    mag_text_add_text(json->out, "null");
}

void mag_json_key_text(mag_json *json, const char *key, const char *value) {
    mag_json_key(json, key);
    mag_json_text(json, mag_span_of(value));
}

void mag_json_key_integer(mag_json *json, const char *key, int64_t value) {
    mag_json_key(json, key);
    mag_json_integer(json, value);
}

void mag_json_key_text_or_null(mag_json *json, const char *key, const char *text) {
    mag_json_key(json, key);
    if (text != NULL)
        mag_json_text(json, mag_span_of(text));
    else
        mag_json_null(json);
}

void mag_json_key_texts(mag_json *json, const char *key, const char *const *texts) {
    mag_json_key(json, key);
    mag_json_array(json);
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
        mag_json_text(json, mag_span_of(texts[i]));
    mag_json_end_array(json);
}
