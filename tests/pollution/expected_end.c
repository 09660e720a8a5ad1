/* What a row comes to whose shape is sound and one of whose cells has another text. Stated from
   the page of inputs: blanks at the ends do not count (but in an id), words are not repaired. */
#include "pollution/polluted_file.h"

#include <string.h>

static bool is_blank(char c) {
    return memchr(" \t\r\n", c, 4) != NULL;
}

static bool has_control(mag_span text) {
    for (size_t i = 0; i < text.nbytes; i++)
        if ((unsigned char)text.at[i] < ' ')
            return true;
    return false;
}

/* Equal but for blanks: at the ends, or anywhere. */
static bool equals_but_blanks(mag_span a, mag_span b, bool anywhere) {
    if (!anywhere)
        return mag_span_equals(mag_span_trim(a), mag_span_trim(b));
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.nbytes && is_blank(a.at[i]))
            i++;
        while (k < b.nbytes && is_blank(b.at[k]))
            k++;
        if (i == a.nbytes || k == b.nbytes)
            return i == a.nbytes && k == b.nbytes;
        if (a.at[i++] != b.at[k++])
            return false;
    }
}

static expected_end rejected(mag_reason reason, const char *column) {
    return (expected_end){ROW_REJECTED, reason, column};
}

static expected_end end_of_id(const clean_table *table, mag_span text) {
    if (has_control(text) || mag_span_trim(text).nbytes == 0)
        return rejected(MAG_REASON_ID_BLANK, "patient_id");
    if (table->kind == MAG_TABLE_PATIENTS)
        return (expected_end){ROW_ACCEPTED, MAG_REASON_NONE, ""}; /* another patient */
    return rejected(MAG_REASON_LINK_NO_PATIENT, "patient_id");
}

/* "1,31" is a decimal comma; with a point or another character it is no number at all. Blanks may
   stand behind a comparator. */
static expected_end end_of_number(mag_span text, mag_span clean) {
    bool has_comparator = clean.nbytes && memchr("<>", clean.at[0], 2);
    if (has_comparator && text.nbytes && text.at[0] == clean.at[0] && is_blank(text.at[1]) &&
        equals_but_blanks(text, clean, true))
        return (expected_end){ROW_ACCEPTED, MAG_REASON_NONE, ""};
    unsigned commas = 0, others = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        commas += text.at[i] == ',';
        others += text.at[i] != ',' && (text.at[i] < '0' || text.at[i] > '9');
    }
    return rejected(commas == 1 && !others ? MAG_REASON_NUM_DECIMAL_COMMA : MAG_REASON_NUM_SYNTAX,
                    "value");
}

/* Quotes and other characters at the ends part no words of a drug's name. */
static bool has_words_of(mag_span text, mag_span clean) {
    while (text.nbytes && memchr("\"',; \t\r\n", text.at[0], 8))
        text = (mag_span){text.at + 1, text.nbytes - 1};
    while (text.nbytes && memchr("\"',; \t\r\n", text.at[text.nbytes - 1], 8))
        text.nbytes--;
    return mag_span_equals(text, clean);
}

/* The class of a code hangs on how it begins. */
static expected_end end_of_drug(const clean_table *table, unsigned row, unsigned column,
                                mag_span text) {
    static const unsigned code_column = 1, name_column = 2;
    unsigned other = column == code_column ? name_column : code_column;
    mag_span clean = clean_text(table, row, column);
    bool is_known = clean_text(table, row, other).nbytes > 0 ||
                    (column == name_column && has_words_of(text, clean)) ||
                    (column == code_column && clean.nbytes && mag_span_starts_with(text, clean));
    return (expected_end){is_known ? ROW_ACCEPTED : ROW_NOT_OF_INTEREST, MAG_REASON_NONE, ""};
}

expected_end expected_end_of(const clean_table *table, unsigned row, unsigned column,
                             mag_span text) {
    static const expected_end accepted = {ROW_ACCEPTED, MAG_REASON_NONE, ""};
    mag_span clean = clean_text(table, row, column);
    cell_kind kind = table->kinds[column];
    if (mag_span_equals(text, clean) ||
        (kind != CELL_ID && equals_but_blanks(text, clean, kind == CELL_UNIT)))
        return accepted;
    switch (kind) {
    case CELL_FREE:
        return accepted;
    case CELL_ID:
        return end_of_id(table, text);
    case CELL_CODE:
        return (expected_end){ROW_NOT_OF_INTEREST, MAG_REASON_NONE, ""};
    case CELL_SYSTEM: /* of a code; a drug may come without one */
        if (table->kind == MAG_TABLE_PRESCRIPTIONS && clean_text(table, row, 1).nbytes == 0)
            return accepted;
        return rejected(MAG_REASON_CODE_SYSTEM, "code_system");
    case CELL_NUMBER:
        return end_of_number(text, clean);
    case CELL_UNIT:
        return rejected(MAG_REASON_UNIT_UNKNOWN, "unit");
    case CELL_WHEN:
        return rejected(MAG_REASON_DATE_FORMAT, table->columns[column]);
    case CELL_DRUG_CODE:
    case CELL_DRUG_NAME:
        return end_of_drug(table, row, column, text);
    case CELL_RX_KIND:
        return rejected(MAG_REASON_RX_KIND, "kind");
    }
    return accepted;
}

static mag_reason reason_of(mag_csv_fault fault) {
    static const mag_reason reasons[] = {
        [MAG_CSV_TOO_FEW_FIELDS] = MAG_REASON_CSV_TOO_FEW_FIELDS,
        [MAG_CSV_TOO_MANY_FIELDS] = MAG_REASON_CSV_TOO_MANY_FIELDS,
        [MAG_CSV_BAD_QUOTE] = MAG_REASON_CSV_BAD_QUOTE,
        [MAG_CSV_UNCLOSED_QUOTE] = MAG_REASON_CSV_UNCLOSED_QUOTE,
        [MAG_CSV_NUL] = MAG_REASON_CSV_NUL,
        [MAG_CSV_BAD_UTF8] = MAG_REASON_CSV_BAD_UTF8,
        [MAG_CSV_RECORD_TOO_LONG] = MAG_REASON_CSV_RECORD_TOO_LONG,
        [MAG_CSV_FIELD_TOO_LONG] = MAG_REASON_CSV_FIELD_TOO_LONG,
    };
    return reasons[fault];
}

mag_reason pollution_reason(const polluted_file *file, const expected_record *record,
                            mag_span *column) {
    bool is_whole = record->fault_column == 0 || record->fault_column > file->column_count;
    if (record->fault == MAG_CSV_OK) {
        *column = mag_span_of(record->end.column);
        return record->end.end == ROW_REJECTED ? record->end.reason : MAG_REASON_NONE;
    }
    *column = is_whole ? mag_span_of("") : file->columns[record->fault_column - 1];
    return reason_of(record->fault);
}
