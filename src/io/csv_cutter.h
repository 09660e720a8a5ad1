/* Cuts CSV records of the simple form in one go: whole in the window, ASCII, no quote, no control
   character but tab as the delimiter and the line end (LF or CRLF), as many fields as the header.
   Whatever is not of that form is left to the plain scanner (csv_scan.h), which stays the
   reference: both must give the same fields. One cutter per instruction set, chosen when the
   program runs. */
#ifndef MAG_IO_CSV_CUTTER_H
#define MAG_IO_CSV_CUTTER_H

#include "io/csv_row.h"

/* Longest record that is cut; a longer one may break a limit, which is not looked at here. */
enum { MAG_CSV_CUT_NBYTES = MAG_CSV_FIELD_NBYTES };
/* Fields that are written in vain behind those of the most rows. */
enum { MAG_CSV_CUT_SPARE = 80 };

/* What looks for fields: all find the same, the wider ones sooner. */
typedef enum mag_csv_scanner {
    MAG_CSV_SCANNER_PLAIN, /* byte by byte (csv_scan.h), the reference of the others */
    MAG_CSV_SCANNER_SSE2,
    MAG_CSV_SCANNER_AVX2,
    MAG_CSV_SCANNER_AVX512
} mag_csv_scanner;

/* Where rows go that are cut. */
typedef struct mag_csv_cut {
    char delimiter;
    unsigned column_count, most_rows;
    mag_span *fields; /* column_count for each row, borrowed from the window, and spare ones */
    uint32_t *ends;   /* behind each row and its line end, from the window's first byte */
} mag_csv_cut;

/* Cuts the records that the window begins with, as long as they are of the simple form. Returns how
   many; what lies behind them in `fields` is undefined. Reads no byte outside the window. Any
   thread. */
typedef unsigned mag_csv_cutter(mag_span window, const mag_csv_cut *into);

/* NULL if the machine lacks the instructions, and for MAG_CSV_SCANNER_PLAIN. */
mag_csv_cutter *mag_csv_cutter_of(mag_csv_scanner scanner);
/* The widest that the machine has and base/fast_path.h allows; MAG_CSV_SCANNER_PLAIN where there is
 * none. */
mag_csv_scanner mag_csv_cutter_widest(void);
/* A delimiter that the simple form allows: printable ASCII or tab, and no quote. */
bool mag_csv_cutter_takes(char delimiter);

/* x86-64 only; call none but by mag_csv_cutter_of. */
mag_csv_cutter mag_csv_cut_sse2, mag_csv_cut_avx2, mag_csv_cut_avx512;

#endif
