/* Appends JSON to a text: fixed bytes for the same calls (no floating formatting of its own). */
#ifndef MAG_IO_JSON_WRITER_H
#define MAG_IO_JSON_WRITER_H

#include "base/text.h"

/* Commas and nesting are kept here; depth at most 32. is_pretty: two-space indent and line ends. */
typedef struct mag_json {
    mag_text *out;
    bool is_pretty;
    unsigned depth;
    bool has_items[33];
    bool after_key;
} mag_json;

void mag_json_begin(mag_json *json, mag_text *out, bool is_pretty);
void mag_json_object(mag_json *json);
void mag_json_end_object(mag_json *json);
void mag_json_array(mag_json *json);
void mag_json_end_array(mag_json *json);
void mag_json_key(mag_json *json, const char *key);
/* UTF-8 is kept; control characters are escaped. */
void mag_json_text(mag_json *json, mag_span value);
void mag_json_integer(mag_json *json, int64_t value);
/* A number already written, e.g. "0.70". */
void mag_json_number(mag_json *json, const char *value);
void mag_json_bool(mag_json *json, bool value);
void mag_json_null(mag_json *json);
/* Key and value in one. */
void mag_json_key_text(mag_json *json, const char *key, const char *value);
void mag_json_key_integer(mag_json *json, const char *key, int64_t value);
/* "key": "text", or null for NULL. */
void mag_json_key_text_or_null(mag_json *json, const char *key, const char *text);
/* "key": ["a", "b"]; texts is NULL-ended, or NULL for none. */
void mag_json_key_texts(mag_json *json, const char *key, const char *const *texts);

#endif
