#include "cli/database_rows.h"

#include "cli/show.h"

mag_status mag_database_ask(mag_pg_link *link, const mag_database_list *list, mag_pg_rows **rows,
                            mag_error *err) {
    mag_pg_question question = {.sql = list->sql,
                                .params = list->params,
                                .param_count = list->param_count,
                                .what = list->what};
    return mag_pg_ask(link, &question, rows, err);
}

static void add_cell(mag_json *json, const char *column, mag_span cell) {
    bool is_number = column[0] == '#';
    mag_json_key(json, column + is_number);
    if (cell.at == NULL)
        mag_json_null(json);
    else if (is_number)
        mag_json_number(json, cell.at);
    else
        mag_json_text(json, cell);
}

void mag_database_rows_json(mag_json *json, const mag_database_list *list,
                            const mag_pg_rows *rows) {
    mag_json_array(json);
    for (size_t row = 0; row < mag_pg_row_count(rows); row++) {
        mag_json_object(json);
        for (size_t i = 0; list->columns[i] != NULL; i++)
            add_cell(json, list->columns[i], mag_pg_cell(rows, row, i));
        mag_json_end_object(json);
    }
    mag_json_end_array(json);
}

mag_status mag_database_show_json(const mag_database_list *list, const mag_pg_rows *rows,
                                  mag_account *account, mag_error *err) {
    mag_text text;
    mag_json json;
    mag_text_init(&text, account);
    mag_json_begin(&json, &text, true);
    mag_database_rows_json(&json, list, rows);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}
