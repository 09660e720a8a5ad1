/* Compares what our reader makes of a public CSV file with what its authors expect of it:
     csv_spectrum FILE.csv FILE.json
   The JSON is a list of objects, one for each row, keyed by column. Prints one line; 0 if equal. */
#include "io/csv_reader.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

typedef struct comparison {
    json_t *rows;
    size_t row_count, cell_count;
} comparison;

static const char *const faults[] = {"",          "too_few_fields",  "too_many_fields",
                                     "bad_quote", "unclosed_quote",  "nul",
                                     "bad_utf8",  "record_too_long", "field_too_long"};

/* False, and said on stdout, if the row is another one. */
static bool compare_row(comparison *all, const mag_csv_reader *reader, const mag_csv_row *row) {
    if (row->fault != MAG_CSV_OK) {
        printf("line %u is set aside: csv.%s\n", row->line, faults[row->fault]);
        return false;
    }
    json_t *expected = json_array_get(all->rows, all->row_count++);
    for (unsigned i = 0; i < row->field_count; i++) {
        mag_span name = mag_csv_column_name(reader, i), cell = row->fields[i];
        json_t *text = json_object_getn(expected, name.at, name.nbytes);
        if (!json_is_string(text) || json_string_length(text) != cell.nbytes ||
            (cell.nbytes && memcmp(json_string_value(text), cell.at, cell.nbytes) != 0)) {
            printf("line %u, column %u: another cell\n", row->line, i + 1);
            return false;
        }
        all->cell_count++;
    }
    return true;
}

static bool compare_rows(comparison *all, mag_csv_reader *reader, mag_error *err) {
    for (const mag_csv_row *row;;) {
        if (mag_csv_next(reader, &row, err) != MAG_OK) {
            printf("refused: %s\n", err->text);
            return false;
        }
        if (!row)
            break;
        if (!compare_row(all, reader, row))
            return false;
    }
    if (all->row_count != json_array_size(all->rows)) {
        printf("%zu rows instead of %zu\n", all->row_count, json_array_size(all->rows));
        return false;
    }
    printf("%zu rows, %zu cells equal\n", all->row_count, all->cell_count);
    return true;
}

static bool compare(const char *path, json_t *rows, mag_account *account) {
    comparison all = {.rows = rows};
    mag_error err = {0};
    mag_stream *stream;
    mag_csv_reader *reader = NULL;
    mag_status status = mag_stream_open(&stream, path, account, &err);
    if (status == MAG_OK)
        status = mag_csv_open(&reader, stream, "t.csv", ',', 0, account, &err);
    bool is_equal = status == MAG_OK && compare_rows(&all, reader, &err);
    if (status != MAG_OK)
        printf("refused: %s\n", err.text);
    mag_csv_close(reader);
    mag_stream_close(stream);
    return is_equal;
}

int main(int count, char **arguments) {
    if (count != 3) {
        fputs("csv_spectrum FILE.csv FILE.json\n", stderr);
        return 2;
    }
    json_error_t fault;
    json_t *rows = json_load_file(arguments[2], 0, &fault);
    if (!rows) {
        printf("no JSON: %s\n", fault.text);
        return 2;
    }
    mag_account account = {0};
    bool is_equal = compare(arguments[1], rows, &account);
    json_decref(rows);
    return is_equal ? 0 : 1;
}
