/* Files made from clean tables by one fault each, with what a reader must make of every record of
   them. Expectations follow from how a file was made, never from reading it. The families are
   those of the Pollock benchmark: cells, rows and columns, the file as a whole. */
#ifndef MAG_TESTS_POLLUTION_POLLUTION_H
#define MAG_TESTS_POLLUTION_POLLUTION_H

#include "cohort/accounting.h"
#include "cohort/profile_table.h"
#include "io/csv_reader.h"

enum {
    POLLUTION_TABLES = 3,
    POLLUTION_ROWS = 9,
    POLLUTION_COLUMNS = 12,
    POLLUTION_CELLS = POLLUTION_COLUMNS + 2, /* with one cell too many */
    POLLUTION_RECORDS = 32
};

/* --- the clean tables ------------------------------------------------------------------ */

/* What a garbled cell of a column does to its row. */
typedef enum cell_kind {
    CELL_FREE, /* nothing: text, or a detail that may be unreadable */
    CELL_ID,
    CELL_CODE,
    CELL_SYSTEM,
    CELL_NUMBER,
    CELL_UNIT,
    CELL_WHEN, /* a date, needed or, where it is there, to be read */
    CELL_DRUG_CODE,
    CELL_DRUG_NAME,
    CELL_RX_KIND
} cell_kind;

/* Quoted cells hold two bytes or more, or none; they do not begin with a delimiter, a quote or a
   line end, and have none as their second byte. At most one cell of a row holds a line end, and
   never the first. The last three rows have no quotes. */
typedef struct clean_cell {
    const char *text;
    bool is_quoted;
} clean_cell;

typedef struct clean_table {
    const char *name;
    mag_table_kind kind;
    unsigned column_count;
    const char *columns[POLLUTION_COLUMNS];
    cell_kind kinds[POLLUTION_COLUMNS];
    bool is_required[POLLUTION_COLUMNS];
    clean_cell cells[POLLUTION_ROWS][POLLUTION_COLUMNS];
} clean_table;

extern const clean_table clean_tables[POLLUTION_TABLES];

/* --- a polluted file ------------------------------------------------------------------- */

typedef enum row_end { ROW_ACCEPTED, ROW_NOT_OF_INTEREST, ROW_DUPLICATE, ROW_REJECTED } row_end;

/* A row that keeps its shape ends in a bucket of its table; reason and column (our name) if it is
   rejected. */
typedef struct expected_end {
    row_end end;
    mag_reason reason;
    const char *column;
} expected_end;

/* One record in the order of the file: its cells, or the fault of its shape. */
typedef struct expected_record {
    uint32_t line;
    mag_csv_fault fault;
    unsigned fault_column; /* from 1; 0: of the whole record */
    unsigned cell_count;
    mag_span cells[POLLUTION_CELLS];
    expected_end end;
} expected_record;

typedef struct polluted_file {
    char name[160]; /* "labs, row 3, column value: a quote at its start" */
    const clean_table *table;
    char *bytes;
    size_t nbytes, room;
    char delimiter;
    const char *line_end;
    uint32_t line;         /* of the byte that comes next */
    unsigned column_count; /* of the header as it stands there, and its names */
    mag_span columns[POLLUTION_CELLS];
    expected_record records[POLLUTION_RECORDS];
    unsigned record_count;
    unsigned blank_count, repeated_header_count;
    unsigned quoted_row_count; /* rows that quotes have taken into a cell */
    bool has_unfinished_last_line;
    bool has_no_name;       /* its first line names no column: found by who looks for them */
    bool is_refused;        /* the whole file, with: */
    mag_message_id message; /* nothing of it is used */
    unsigned lost_rows;     /* set of the clean rows that are set aside for their shape */
    bool is_altered;        /* a row is kept with another text: nothing is said of its patient */
    char *texts;            /* of altered cells */
    size_t texts_nbytes;
} polluted_file;

typedef void pollution_visit(const polluted_file *file, void *context);

/* Every polluted file, one after the other; each is valid during its visit. */
void pollution_each(pollution_visit *visit, void *context);
/* The clean table without a set of its rows; .bytes is the caller's, by pollution_file_done. */
void pollution_clean(polluted_file *file, const clean_table *table, unsigned lost_rows);
void pollution_file_done(polluted_file *file);
/* Why a record is set aside and the column that is named, as a run tells them; MAG_REASON_NONE: it
   is not. */
mag_reason pollution_reason(const polluted_file *file, const expected_record *record,
                            mag_span *column);

#endif
