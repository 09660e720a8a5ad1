/* What one scanned record is: blank, sound or at fault, and its fields. `record` is its first byte
   everywhere; its bytes are not changed. Any thread. */
#ifndef MAG_IO_CSV_RECORD_H
#define MAG_IO_CSV_RECORD_H

#include "io/csv_scan.h"

/* One unquoted field of blanks. */
bool mag_csv_record_is_blank(const mag_csv_scan *scan, const char *record);

/* What keeps the record from being a row; *column is the field's number, 0 if it does not apply. */
mag_csv_fault mag_csv_record_fault(const mag_csv_scan *scan, const char *record, unsigned *column);

/* NUL, or bytes that are not UTF-8; *column is then set. */
mag_csv_fault mag_csv_record_bad_bytes(const mag_csv_scan *scan, const char *record,
                                       unsigned *column);

/* CRs in its unquoted fields. */
uint64_t mag_csv_record_count_lone_crs(const mag_csv_scan *scan, const char *record);

/* A field holds "" for ", so that taking its fields needs scratch. */
bool mag_csv_record_has_doubled_quotes(const mag_csv_scan *scan);

/* Fills `fields`, scan->field_count of them: where they lie in the record, or, if they hold ""
   for ", in scratch, which has room for the record. */
void mag_csv_record_take_fields(const mag_csv_scan *scan, const char *record, char *scratch,
                                mag_span *fields);

#endif
