/* CSV records: neither the size of the read buffer nor the scanner changes anything, and what the
   writer writes comes back. */
#include "fuzz.h"

#include "io/csv_reader.h"
#include "io/csv_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Everything that a reader tells, as one text. */
typedef struct told {
    char text[1 << 20];
    size_t nbytes;
    mag_status status;
    mag_error err;
} told;

static void tell(told *to, const void *at, size_t nbytes) {
    if (nbytes > sizeof to->text - to->nbytes)
        nbytes = sizeof to->text - to->nbytes;
    if (nbytes)
        memcpy(to->text + to->nbytes, at, nbytes);
    to->nbytes += nbytes;
}

static void tell_row(told *to, const mag_csv_row *row) {
    uint32_t facts[] = {row->line, row->fault, row->fault_column, row->field_count};
    tell(to, facts, sizeof facts);
    fuzz_promise(row->fault != MAG_CSV_OK || row->fields != NULL);
    for (unsigned i = 0; row->fault == MAG_CSV_OK && i < row->field_count; i++) {
        uint32_t nbytes = (uint32_t)row->fields[i].nbytes;
        fuzz_promise(row->fields[i].nbytes <= MAG_CSV_FIELD_NBYTES);
        tell(to, &nbytes, sizeof nbytes);
        tell(to, row->fields[i].at, nbytes);
    }
}

static void read_all(told *to, const char *path, char delimiter, size_t buffer_nbytes,
                     mag_csv_scanner scanner) {
    mag_account account = {0};
    mag_stream *stream = NULL;
    mag_csv_reader *reader = NULL;
    const mag_csv_row *row = NULL;
    to->nbytes = 0;
    to->err = (mag_error){0};
    to->status = mag_stream_open(&stream, path, &account, &to->err);
    if (to->status == MAG_OK)
        to->status =
            mag_csv_open(&reader, stream, "x", delimiter, buffer_nbytes, &account, &to->err);
    if (to->status == MAG_OK)
        (void)mag_csv_set_scanner(reader, scanner);
    while (to->status == MAG_OK) {
        to->status = mag_csv_next(reader, &row, &to->err);
        if (to->status != MAG_OK || !row)
            break;
        fuzz_promise(row->fault != MAG_CSV_OK || row->field_count == mag_csv_column_count(reader));
        tell_row(to, row);
    }
    if (to->status == MAG_OK) {
        mag_csv_facts facts = *mag_csv_facts_of(reader);
        uint64_t counts[] = {facts.blank_line_count,
                             facts.repeated_header_count,
                             facts.crlf_count,
                             facts.lf_count,
                             facts.lone_cr_count,
                             facts.has_bom,
                             facts.has_unfinished_last_line,
                             facts.footer_count,
                             facts.footer_line,
                             facts.quoted_row_count,
                             facts.first_quoted_row_line};
        tell(to, counts, sizeof counts);
    }
    if (reader)
        mag_csv_close(reader);
    mag_stream_close(stream);
    fuzz_promise(account.used_nbytes == 0);
}

/* Only such a cell may begin what reads as a second header of the columns a, b and c. */
static bool may_begin_header(mag_span cell) {
    mag_span text = mag_span_trim(cell);
    return text.nbytes == 0 || (text.nbytes == 1 && strchr("abcABC", *text.at) != NULL);
}

/* Cells of the input, parted by NUL, through the writer and back. */
static void write_and_read(const uint8_t *data, size_t size) {
    static char path[64];
    mag_account account = {0};
    mag_csv_writer *writer;
    mag_stream *stream = NULL;
    mag_csv_reader *reader = NULL;
    const mag_csv_row *row;
    mag_error err;
    mag_span cells[3] = {{"", 0}, {"", 0}, {"", 0}};
    for (size_t i = 0, at = 0; i < 3 && at < size; i++) {
        const uint8_t *end = memchr(data + at, 0, size - at);
        size_t nbytes = end ? (size_t)(end - data) - at : size - at;
        cells[i] = (mag_span){(const char *)data + at, nbytes};
        at += nbytes + 1;
    }
    snprintf(path, sizeof path, "/dev/shm/magscreen-fuzz-%ld.csv", (long)getpid());
    unlink(path);
    fuzz_promise(mag_csv_writer_open(&writer, path, "a,b,c", &account, &err) == MAG_OK);
    mag_csv_writer_text(writer, cells[0]);
    mag_csv_writer_id(writer, cells[1]);
    mag_csv_writer_text(writer, cells[2]);
    mag_csv_writer_end_row(writer);
    fuzz_promise(mag_csv_writer_close(writer, &err) == MAG_OK);
    fuzz_promise(mag_stream_open(&stream, path, &account, &err) == MAG_OK);
    fuzz_promise(mag_csv_open(&reader, stream, "x", ',', 0, &account, &err) == MAG_OK);
    mag_status status = mag_csv_next(reader, &row, &err);
    bool is_header = status == MAG_OK ? !row && mag_csv_facts_of(reader)->repeated_header_count == 1
                                      : err.message == MAG_MSG_I129;
    fuzz_promise(is_header ? may_begin_header(cells[0]) : status == MAG_OK && row);
    for (size_t i = 0; !is_header && row->fault == MAG_CSV_OK && i < 3; i++) {
        mag_span back = mag_csv_without_guard(row->fields[i]);
        fuzz_promise(back.nbytes == cells[i].nbytes);
        fuzz_promise(!back.nbytes || memcmp(back.at, cells[i].at, back.nbytes) == 0);
    }
    /* What is not UTF-8 is refused when it is read; nothing else is. */
    fuzz_promise(is_header || row->fault == MAG_CSV_OK || row->fault == MAG_CSV_BAD_UTF8);
    mag_csv_close(reader);
    mag_stream_close(stream);
    unlink(path);
}

static void expect_same(const told *first, const told *second) {
    fuzz_promise(first->status == second->status);
    fuzz_promise(first->status == MAG_OK || first->err.message == second->err.message);
    fuzz_promise(first->status != MAG_OK || first->nbytes == second->nbytes);
    fuzz_promise(first->status != MAG_OK || memcmp(first->text, second->text, first->nbytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char delimiters[] = {',', ';', '\t', '|'};
    static told first, second;
    if (size < 2)
        return 0;
    const char *path = fuzz_file(0, data + 2, size - 2);
    char delimiter = delimiters[data[0] % 4];
    read_all(&first, path, delimiter, 0, MAG_CSV_SCANNER_PLAIN);
    fuzz_expect_told(first.status, &first.err);
    read_all(&second, path, delimiter, 1 + data[1] % 80, MAG_CSV_SCANNER_PLAIN);
    expect_same(&first, &second);
    /* A scanner that the machine lacks is not set: the widest one reads then. */
    mag_csv_scanner scanner = (mag_csv_scanner)((data[0] / 4) % 4);
    read_all(&second, path, delimiter, data[1] % 2 ? 0 : 64 + data[1], scanner);
    expect_same(&first, &second);
    write_and_read(data + 2, size - 2);
    return 0;
}
