#include "cli/result_table.h"

#include "io/csv_writer.h"

#include <string.h>

void mag_result_hint_folder(mag_error *err) {
    if (err->status != MAG_E_RESOURCE)
        mag_hint(err, "name a folder that magscreen run has written");
}

mag_status mag_result_table_open(mag_result_table *in, mag_arena *arena, const char *directory,
                                 const char *name, mag_error *err) {
    *in = (mag_result_table){0};
    char *path = mag_arena_format(arena, "%s/%s", directory, name);
    if (!path)
        return mag_fail_memory(err, strlen(directory));
    mag_account *account = mag_arena_account(arena);
    mag_status status = mag_stream_open(&in->stream, path, account, err);
    if (status != MAG_OK) {
        mag_result_hint_folder(err);
        return status;
    }
    return mag_csv_open(&in->reader, in->stream, path, ',', 0, account, err);
}

void mag_result_table_close(mag_result_table *in) {
    if (in->reader)
        mag_csv_close(in->reader);
    mag_stream_close(in->stream);
}

mag_status mag_result_table_columns(mag_result_table *in, const char *const *names,
                                    mag_error *err) {
    in->column_count = 0;
    for (size_t i = 0; names[i]; i++) {
        unsigned column = 0;
        while (column < mag_csv_column_count(in->reader) &&
               !mag_span_is(mag_csv_column_name(in->reader, column), names[i]))
            column++;
        if (column == mag_csv_column_count(in->reader))
            return mag_fail(err, MAG_E_INPUT, MAG_MSG_I128,
                            "this is no table of this magscreen: column \"%s\" is missing; it is "
                            "damaged, or of another version",
                            names[i]);
        in->columns[in->column_count++] = column;
    }
    return MAG_OK;
}

mag_status mag_result_table_next(mag_result_table *in, mag_arena *arena, const char **texts,
                                 bool *is_end, mag_error *err) {
    const mag_csv_row *row;
    MAG_TRY(mag_csv_next(in->reader, &row, err));
    *is_end = !row;
    if (*is_end)
        return MAG_OK;
    if (row->fault != MAG_CSV_OK)
        return mag_fail(err, MAG_E_INPUT, MAG_MSG_I131, "line %u is damaged", row->line);
    for (size_t i = 0; i < in->column_count; i++) {
        mag_span cell = mag_csv_without_guard(row->fields[in->columns[i]]);
        texts[i] = mag_arena_text(arena, cell);
        if (!texts[i])
            return mag_fail_memory(err, cell.nbytes);
    }
    return MAG_OK;
}
