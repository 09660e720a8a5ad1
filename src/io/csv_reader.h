/* RFC 4180 records with a declared dialect, fields borrowed in place. A faulty record is handed out
   as a fault, never dropped in silence; reading resumes at the line after its first one, so that a
   stray quote cannot swallow its neighbours. */
#ifndef MAG_IO_CSV_READER_H
#define MAG_IO_CSV_READER_H

#include "io/stream.h"

enum {
    MAG_CSV_RECORD_NBYTES = 1 << 20, /* longest record */
    MAG_CSV_FIELD_NBYTES = 1 << 16,  /* longest field */
    MAG_CSV_COLUMN_COUNT = 1024      /* most columns */
};

typedef enum mag_csv_fault {
    MAG_CSV_OK,
    MAG_CSV_TOO_FEW_FIELDS,
    MAG_CSV_TOO_MANY_FIELDS,
    MAG_CSV_BAD_QUOTE,
    MAG_CSV_UNCLOSED_QUOTE,
    MAG_CSV_NUL,
    MAG_CSV_BAD_UTF8,
    MAG_CSV_RECORD_TOO_LONG,
    MAG_CSV_FIELD_TOO_LONG
} mag_csv_fault;

typedef struct mag_csv_row {
    mag_csv_fault fault;
    uint32_t line;         /* first physical line of the record, from 1 (the header is line 1) */
    unsigned fault_column; /* from 1; 0 if it does not apply */
    unsigned field_count;
    const mag_span *fields; /* unquoted; borrowed until the next call; NULL if there is a fault */
} mag_csv_row;

typedef struct mag_csv_facts {
    uint64_t blank_line_count;
    uint64_t repeated_header_count;
    uint64_t crlf_count, lf_count, lone_cr_count;
    uint64_t windows1252_count; /* of the rows that are not UTF-8: those that look like it */
    uint64_t footer_count;      /* the rows that the last line says there are (I-37) */
    uint32_t footer_line;       /* that line's number; 0: the last line is no such count */
    uint64_t quoted_row_count;  /* lines inside quotes that look like rows (csv_quoted_rows.h) */
    uint32_t first_quoted_row_line; /* of the record that holds the first of them; 0: none */
    bool has_bom;
    bool has_unfinished_last_line;
} mag_csv_facts;

/* What looks for fields: all find the same, the wider ones sooner. */
typedef enum mag_csv_scanner {
    MAG_CSV_SCANNER_PLAIN, /* byte by byte, the reference of the others */
    MAG_CSV_SCANNER_SSE2,
    MAG_CSV_SCANNER_AVX2,
    MAG_CSV_SCANNER_AVX512
} mag_csv_scanner;

typedef struct mag_csv_reader mag_csv_reader;

/* Reads the header. `name` is used in messages. Faults (MAG_E_INPUT): I-19 MS-I120, I-27 MS-I127,
   I-31 and I-35 MS-I129, lone CR files MS-I121. The stream stays the caller's. buffer_nbytes 0 =
   default (any size from 1 gives the same records). A lone CR in the header refuses the file at
   once, a file with more lone CRs than line ends is refused at its end, one with more lines than
   UINT32_MAX where they begin (MS-I136). */
mag_status mag_csv_open(mag_csv_reader **out, mag_stream *stream, const char *name, char delimiter,
                        size_t buffer_nbytes, mag_account *account, mag_error *err) MAG_MUST_CHECK;

/* Takes this scanner from the next record on instead of the widest that the machine has. False, and
   nothing changed, if the machine lacks it. */
bool mag_csv_set_scanner(mag_csv_reader *reader, mag_csv_scanner scanner);

/* The next record stands on this line. For tests of long files. */
void mag_csv_count_lines_from(mag_csv_reader *reader, uint32_t line);

unsigned mag_csv_column_count(const mag_csv_reader *reader);
/* Header name, trimmed, without BOM; borrowed for the reader's life. */
mag_span mag_csv_column_name(const mag_csv_reader *reader, unsigned column_idx);

/* Next record; *row is NULL at the verified end of the stream. A count of rows behind the last
   record ("(1234 rows)") is no record; anywhere else it is one with too few fields. */
mag_status mag_csv_next(mag_csv_reader *reader, const mag_csv_row **row,
                        mag_error *err) MAG_MUST_CHECK;

const mag_csv_facts *mag_csv_facts_of(const mag_csv_reader *reader);
void mag_csv_close(mag_csv_reader *reader);

#endif
