/* What a CSV file gives its reader, as text that a test can compare. */
#ifndef TESTS_IO_CSV_LOG_H
#define TESTS_IO_CSV_LOG_H

#include "io/csv_reader.h"

#include "test_gzip.h"

static mag_account account;

static inline int set_up(void **state) {
    (void)state;
    return 0;
}

/* Nothing that was read is kept. */
static inline int tear_down(void **state) {
    (void)state;
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

static const char *const fault_names[] = {"ok",  "few",  "many",   "quote", "open",
                                          "nul", "utf8", "record", "field"};

/* What a file gave, as text: "2:ok[a|b] 3:few ..." */
typedef struct reading {
    mag_status status;
    mag_error err;
    mag_csv_facts facts;
    char *log;
    size_t length, room;
} reading;

static inline void log_bytes(reading *r, const char *bytes, size_t nbytes) {
    if (r->length + nbytes + 1 > r->room)
        r->log = realloc(r->log, r->room = (r->length + nbytes + 1) * 2);
    memcpy(r->log + r->length, bytes, nbytes);
    r->length += nbytes;
    r->log[r->length] = '\0';
}

static inline void log_row(reading *r, unsigned line, int fault, const mag_span *fields,
                           unsigned count) {
    char head[64];
    snprintf(head, sizeof head, "%s%u:%s", r->length ? " " : "", line, fault_names[fault]);
    log_bytes(r, head, strlen(head));
    for (unsigned i = 0; fault == 0 && i < count; i++) {
        log_bytes(r, i ? "|" : "[", 1);
        log_bytes(r, fields[i].at, fields[i].nbytes);
    }
    if (fault == 0)
        log_bytes(r, "]", 1);
}

static inline reading read_path(const char *path, char delimiter, size_t step) {
    reading r = {0};
    log_bytes(&r, "", 0);
    mag_stream *stream;
    mag_csv_reader *reader = NULL;
    r.status = mag_stream_open(&stream, path, &account, &r.err);
    if (r.status == MAG_OK)
        r.status = mag_csv_open(&reader, stream, "t.csv", delimiter, step, &account, &r.err);
    const mag_csv_row *row = NULL;
    while (r.status == MAG_OK) {
        r.status = mag_csv_next(reader, &row, &r.err);
        if (!row)
            break;
        log_row(&r, row->line, (int)row->fault, row->fields, row->field_count);
    }
    if (reader)
        r.facts = *mag_csv_facts_of(reader);
    mag_csv_close(reader);
    mag_stream_close(stream);
    return r;
}

static inline reading read_bytes(const void *bytes, size_t nbytes, char delimiter, size_t step) {
    char path[MAG_TEST_PATH_NBYTES];
    mag_test_write_file(path, "t.csv", bytes, nbytes);
    reading r = read_path(path, delimiter, step);
    unlink(path);
    return r;
}

static inline void assert_log(const char *text, size_t nbytes, const char *expected) {
    static const size_t steps[] = {0, 1, 2, 3, 5, 8, 13};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        reading r = read_bytes(text, nbytes, ',', steps[i]);
        if (r.status != MAG_OK)
            fail_msg("%s", r.err.text);
        assert_string_equal(r.log, expected);
        free(r.log);
    }
}

static inline void assert_refused(const void *text, size_t nbytes, char delimiter,
                                  mag_message_id message, const char *words) {
    static const size_t steps[] = {0, 1, 7};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        reading r = read_bytes(text, nbytes, delimiter, steps[i]);
        if (r.status != MAG_E_INPUT || r.err.message != message || !strstr(r.err.text, words))
            fail_msg("wanted %s \"%s\", got %d %s \"%s\"", mag_message_code(message), words,
                     r.status, mag_message_code(r.err.message), r.err.text);
        free(r.log);
    }
}

static inline size_t count_text(const char *in, const char *what) {
    size_t count = 0, nbytes = strlen(what);
    for (const char *at = in; *at; at++) /* a sanitizer's strstr() measures all of the text anew */
        count += strncmp(at, what, nbytes) == 0;
    return count;
}

#endif
