/* A table of a published folder, read row by row. */
#ifndef MAG_CLI_RESULT_TABLE_H
#define MAG_CLI_RESULT_TABLE_H

#include "io/csv_reader.h"

/* What to do about a folder that cannot be read; what the machine lacks has a hint of its own. */
void mag_result_hint_folder(mag_error *err);

enum { MAG_RESULT_COLUMN_COUNT = 16 };

typedef struct mag_result_table {
    mag_stream *stream;
    mag_csv_reader *reader;
    unsigned columns[MAG_RESULT_COLUMN_COUNT]; /* those asked for, in their order */
    size_t column_count;
} mag_result_table;

/* Faults are MAG_E_INPUT or what reading a file gives. Close it in any case. */
mag_status mag_result_table_open(mag_result_table *in, mag_arena *arena, const char *directory,
                                 const char *name, mag_error *err) MAG_MUST_CHECK;
void mag_result_table_close(mag_result_table *in);

/* Asks for the columns of these names (NULL-ended); every one must be there. */
mag_status mag_result_table_columns(mag_result_table *in, const char *const *names,
                                    mag_error *err) MAG_MUST_CHECK;

/* Cells of the next row, in the arena, in the order asked for; *is_end at the verified end. A cell
   that got a ' in front against spreadsheets loses it again. */
mag_status mag_result_table_next(mag_result_table *in, mag_arena *arena, const char **texts,
                                 bool *is_end, mag_error *err) MAG_MUST_CHECK;

#endif
