/* What a CSV file gives: rows and faults, and facts about it as a whole. */
#ifndef MAG_IO_CSV_ROW_H
#define MAG_IO_CSV_ROW_H

#include "base/span.h"
#include "base/status.h"

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

/* A line that may be the file's footer; row.line 0: none. What follows decides it. */
typedef struct mag_csv_footer_line {
    mag_csv_row row; /* what it is if a row follows */
    uint64_t count;  /* what it says if none does */
} mag_csv_footer_line;

/* Adds the facts of one part of a file to those of others, in any order. */
void mag_csv_facts_add(mag_csv_facts *facts, const mag_csv_facts *more);

/* MAG_E_INPUT MS-I121 if a whole file has more lone CRs than line ends. `name` is the file's. */
mag_status mag_csv_facts_check(const mag_csv_facts *facts, const char *name,
                               mag_error *err) MAG_MUST_CHECK;

#endif
