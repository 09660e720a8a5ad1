/* The tables of a directory of results: their files, headers and rows as text. */
#ifndef MAG_SINKS_CSV_TABLES_H
#define MAG_SINKS_CSV_TABLES_H

#include "engine/sink.h"
#include "io/csv_cells.h"
#include "io/gzip_block.h"

typedef enum mag_csv_table {
    MAG_CSV_FLAGS,
    MAG_CSV_CANNOT_TELL,
    MAG_CSV_SUMMARY,
    MAG_CSV_LAB_SUMMARY,
    MAG_CSV_REJECTS,
    MAG_CSV_EPISODES, /* last: only of a run with a ledger */
    MAG_CSV_TABLE_COUNT
} mag_csv_table;

typedef struct mag_csv_table_facts {
    const char *file, *header;
} mag_csv_table_facts;

extern const mag_csv_table_facts mag_csv_tables[MAG_CSV_TABLE_COUNT];

/* Rows of all tables, in the order in which they came. */
typedef struct mag_csv_part mag_csv_part;
struct mag_csv_part {
    mag_sink sink; /* first: a part is a sink, and a sink of this kind begins with a part */
    mag_csv_cells rows[MAG_CSV_TABLE_COUNT];
    mag_gzip_block packed[MAG_CSV_TABLE_COUNT];
    /* Called behind each row; NULL: rows wait until they are asked for. */
    mag_status (*on_row)(mag_csv_part *part, mag_csv_table table, mag_error *err);
};

void mag_csv_part_init(mag_csv_part *part, const mag_sink_ops *ops, mag_account *account);
void mag_csv_part_done(mag_csv_part *part);

/* The rows of engine/sink.h; sink is a mag_csv_part. */
mag_status mag_csv_put_flag(mag_sink *sink, const mag_flag_row *row, mag_error *err);
mag_status mag_csv_put_cannot_tell(mag_sink *sink, const mag_cannot_tell_row *row, mag_error *err);
mag_status mag_csv_put_summary(mag_sink *sink, const mag_summary_row *row, mag_error *err);
mag_status mag_csv_put_lab_summary(mag_sink *sink, const mag_lab_summary_row *row, mag_error *err);
mag_status mag_csv_put_episode(mag_sink *sink, const mag_episode_row *row, mag_error *err);
mag_status mag_csv_put_reject(mag_sink *sink, const mag_reject_row *row, mag_error *err);

#endif
