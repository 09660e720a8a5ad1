#include "io/csv_row.h"

void mag_csv_facts_add(mag_csv_facts *facts, const mag_csv_facts *more) {
    facts->blank_line_count += more->blank_line_count;
    facts->repeated_header_count += more->repeated_header_count;
    facts->crlf_count += more->crlf_count;
    facts->lf_count += more->lf_count;
    facts->lone_cr_count += more->lone_cr_count;
    facts->windows1252_count += more->windows1252_count;
    facts->quoted_row_count += more->quoted_row_count;
    if (facts->first_quoted_row_line == 0 ||
        (more->first_quoted_row_line && more->first_quoted_row_line < facts->first_quoted_row_line))
        facts->first_quoted_row_line = more->first_quoted_row_line;
    if (more->footer_line > facts->footer_line) {
        facts->footer_line = more->footer_line;
        facts->footer_count = more->footer_count;
    }
    facts->has_bom |= more->has_bom;
    facts->has_unfinished_last_line |= more->has_unfinished_last_line;
}

mag_status mag_csv_facts_check(const mag_csv_facts *facts, const char *name, mag_error *err) {
    uint64_t line_ends = facts->crlf_count + facts->lf_count;
    if (facts->lone_cr_count == 0 || facts->lone_cr_count < line_ends)
        return MAG_OK;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_I121,
             "%s: %llu lone carriage returns and %llu line ends; nothing of it is used", name,
             (unsigned long long)facts->lone_cr_count, (unsigned long long)line_ends);
    mag_hint(err, "export the file with CRLF or LF line ends");
    return MAG_E_INPUT;
}
