/* The people of a run: shared tables and the partitions that hold every patient whole.

     rows ──decode──▶ records ──hash of the patient id──▶ partition 0 .. N-1 ──settle──▶ timelines

   Threads fill lanes of their own (cohort/lane.h); settling and reading timelines of different
   partitions may run in parallel. */
#ifndef MAG_COHORT_COHORT_H
#define MAG_COHORT_COHORT_H

#include "cohort/profile.h"
#include "cohort/record.h"
#include "cohort/text_counts.h"
#include "cohort/unmapped_code.h"
#include "io/spill_file.h"

enum { MAG_PARTITION_COUNT = 64 };

/* How the as-of time of a patient is found. */
typedef enum mag_as_of_kind { MAG_AS_OF_FIXED, MAG_AS_OF_LATEST } mag_as_of_kind;

typedef struct mag_cohort_settings {
    mag_as_of_kind as_of_kind;
    mag_minute as_of;      /* fixed: the minute (23:59 of a day) */
    int32_t history_days;  /* 0 = none */
    mag_minute data_until; /* MAG_MINUTE_OPEN: does not apply */
    mag_absence absence;
    mag_kidney_settings kidney;
    mag_account *account;
    mag_spill_file *spill; /* where goes what does not fit into memory; NULL: nowhere */
} mag_cohort_settings;

typedef struct mag_cohort mag_cohort;

mag_status mag_cohort_new(mag_cohort **out, const mag_codebook *book,
                          const mag_cohort_settings *settings, mag_error *err) MAG_MUST_CHECK;
/* A second cohort of the same rows with another fixed T, so that both are settled, each as if its
   rows had been read for its T alone. `filled` holds all rows (joined, if it has several lanes) and
   is not settled before the copy; it keeps the rows, ids and tables that the copy looks into, and
   must outlive it. The caller frees the copy. MAG_E_RESOURCE if memory is out. */
mag_status mag_cohort_copy(const mag_cohort *filled, mag_minute as_of, mag_cohort **out,
                           mag_error *err) MAG_MUST_CHECK;
void mag_cohort_free(mag_cohort *cohort);
const mag_cohort_settings *mag_cohort_settings_of(const mag_cohort *cohort);
const mag_codebook *mag_cohort_codebook(const mag_cohort *cohort);

/* --- sources and files of the run --------------------------------------------------------------
 */
/* Results of one analyte that were judged, and those of them without a usable unit. */
typedef struct mag_unit_count {
    uint64_t rows, without_unit;
} mag_unit_count;

typedef struct mag_run_file {
    const char *source;  /* name of the source, "lims" */
    const char *name;    /* base name, "labs-3.csv.gz" */
    unsigned source_idx; /* in the order in which sources came */
    mag_table_kind kind;
    char sha256[MAG_SHA256_HEX_NBYTES];
    uint64_t in_nbytes, out_nbytes;
    unsigned member_count;
    mag_accounting accounting;               /* settled after mag_cohort_settle_all */
    mag_unit_count units[MAG_ANALYTE_COUNT]; /* by analyte; settled like accounting */
    mag_minute newest; /* record of a code-book analyte, or start of a prescription; _NONE else */
    uint64_t blank_line_count, repeated_header_count;
    uint64_t quoted_row_count;      /* lines inside quotes that look like rows of the file */
    uint32_t first_quoted_row_line; /* of the record that holds the first of them */
    uint32_t first_dose_line, first_supply_line; /* of accounting.doses_unread, supplies_unread */
    unsigned unused_column_count; /* of the header; dropped before anything is kept */
    bool has_bom, has_zero_padding, has_unfinished_last_line, has_crlf;
    bool has_mixed_line_ends;   /* CRLF and LF, or a lone CR among them */
    bool has_footer;            /* the last line counts the rows, and rightly */
    uint64_t windows1252_count; /* of its rows that are not UTF-8 */
    /* of a table of a database, whose name stands for a file's */
    bool is_table;
    unsigned table_reader_count, table_refused_count; /* connections: used, not to be had */
    bool is_role_too_strong;                          /* a superuser, or the owner of the table */
    bool is_table_unchecked; /* SQL_ASCII: the server has looked at no byte */
} mag_run_file;

size_t mag_cohort_file_count(const mag_cohort *cohort);
const mag_run_file *mag_cohort_file(const mag_cohort *cohort, uint16_t file_id);

/* Results of the analyte from a source, over its files. After settling. */
mag_unit_count mag_cohort_units(const mag_cohort *cohort, const char *source, mag_analyte analyte);
/* Percent of the analyte's results without a usable unit, of the source where it is most; negative
   if no source has one. */
double mag_cohort_unit_share(const mag_cohort *cohort, mag_analyte analyte);

typedef struct mag_reject {
    uint16_t file_id;
    uint8_t reason; /* mag_reason */
    uint32_t line;
    const char *column; /* our name of the column, or the source's; "" for the whole row */
    const char *detail; /* never a value or id: "decimal comma", unit spelling, byte position */
} mag_reject;
/* Sorted by file, line, reason. Complete after settling. */
const mag_reject *mag_cohort_rejects(const mag_cohort *cohort, size_t *count);

typedef mag_counted_text mag_unknown_unit;
/* Most frequent first, at most 10. */
size_t mag_cohort_unknown_units(const mag_cohort *cohort, mag_unknown_unit out[10]);

enum { MAG_UNMAPPED_COUNT = 50 };
typedef mag_counted_text mag_unmapped_drug;
/* Names (or codes, where there is no name) of prescription rows that look like ours and reached no
   class (accounting.unmapped), most frequent first, at most `room` and at most MAG_UNMAPPED_COUNT.
   Texts of fewer than five patients, and those that are long or may hold an id, are counted in the
   accounting only. Returns how many. */
size_t mag_cohort_unmapped(const mag_cohort *cohort, mag_unmapped_drug out[], size_t room);

/* Codes of rows of labs or prescriptions that are in no list, as far as they may be shown, most
   frequent first, at most `room`. Returns how many; *not_shown: rows with another such code. */
size_t mag_cohort_unmapped_codes(const mag_cohort *cohort, mag_table_kind kind,
                                 mag_shown_code out[], size_t room, uint64_t *not_shown);

/* What codes that are in no list look like when they are not written as codes of their system are:
   "LOINC 2160-1 has a wrong check digit", "LOINC: a date instead of a code" (rule H02), most
   frequent first, at most `room`. Returns how many. */
size_t mag_cohort_malformed_codes(const mag_cohort *cohort, mag_counted_text out[], size_t room);

/* --- partitions --------------------------------------------------------------------------------
 */
/* The privacy guard: MAG_E_PRIVACY MS-S610 if the distinct ids that some source names look like NHS
   numbers (cohort/nhs_number.h). Call once all rows are in, before settling. The verdict depends on
   the ids alone. */
mag_status mag_cohort_check_ids(const mag_cohort *cohort, mag_error *err) MAG_MUST_CHECK;

/* Sorts, finds duplicates, applies windows and as-of, links patients; call once per partition,
   after all rows are in. Thread-safe for different partitions. */
mag_status mag_cohort_settle(mag_cohort *cohort, unsigned partition_idx,
                             mag_error *err) MAG_MUST_CHECK;
/* Adds the partitions' counts to the files, sorts rejects, gathers which analytes were delivered.
   Single-threaded, after every partition is settled. Checks conservation (exit 70 if broken). */
mag_status mag_cohort_settle_all(mag_cohort *cohort, mag_error *err) MAG_MUST_CHECK;

/* The partition that holds everything about a patient. */
unsigned mag_cohort_partition_idx(mag_span patient_id);

/* Roster patients of a partition, sorted by id bytewise. */
size_t mag_cohort_patient_count(const mag_cohort *cohort, unsigned partition_idx);

/* --- settled partitions that are not in memory (settled.c) ---------------------------------------
   Timelines look into partitions that are in memory. Different partitions may be held, let go and
   put away by different threads at once; one partition by one thread. */
/* Writes a settled partition to the spill file, if it is not there yet, and frees its memory.
   Without a spill file nothing happens. */
mag_status mag_cohort_put_away(mag_cohort *cohort, unsigned partition_idx,
                               mag_error *err) MAG_MUST_CHECK;
/* Brings a settled partition back into memory, if it is not there. */
mag_status mag_cohort_hold(mag_cohort *cohort, unsigned partition_idx,
                           mag_error *err) MAG_MUST_CHECK;
/* The holder is done: frees the memory of a partition that the spill file has. */
void mag_cohort_let_go(mag_cohort *cohort, unsigned partition_idx);
/* Nobody looks at the partition's patients again: memory and disk get everything back but counts.
 */
void mag_cohort_forget(mag_cohort *cohort, unsigned partition_idx);
/* Writes the partition's rows, not settled yet, to the spill file, but for what is asked of them
   before they are gathered. Single-threaded. Without a spill file nothing happens. */
mag_status mag_cohort_spill_rows(mag_cohort *cohort, unsigned partition_idx,
                                 mag_error *err) MAG_MUST_CHECK;
/* Bytes that settling the partition takes beside the rows that are in memory, with what comes back
   from disk. */
size_t mag_cohort_settling_nbytes(const mag_cohort *cohort, unsigned partition_idx);
/* Bytes of the partition's rows that are in memory, before it is settled. */
size_t mag_cohort_rows_nbytes(const mag_cohort *cohort, unsigned partition_idx);
/* True if the settled partition takes memory. */
bool mag_cohort_is_here(const mag_cohort *cohort, unsigned partition_idx);
/* Bytes that holding the partition takes. After settling. */
size_t mag_cohort_settled_nbytes(const mag_cohort *cohort, unsigned partition_idx);
/* Numbers of the sites (mag_person.site_id) of the roster of a partition: each once, rising. After
   settling; the partition need not be in memory. */
const uint32_t *mag_cohort_sites(const mag_cohort *cohort, unsigned partition_idx, size_t *count);

/* Roster ids that differ from another one only in case or blanks at the ends (MS-I255): they stay
   apart. After settling. */
uint64_t mag_cohort_twin_count(const mag_cohort *cohort);

/* True if the run's laboratory source delivered the analyte for at least one patient. */
bool mag_cohort_delivers(const mag_cohort *cohort, mag_analyte analyte);
bool mag_cohort_has_conditions(const mag_cohort *cohort); /* a conditions source was read */
bool mag_cohort_has_stays(const mag_cohort *cohort);
bool mag_cohort_has_prescriptions(const mag_cohort *cohort);
bool mag_cohort_has_labs(const mag_cohort *cohort);
/* Newest accepted-shape record date seen (for "no as-of given" and freshness); MAG_MINUTE_NONE if
 * none. */
mag_minute mag_cohort_newest(const mag_cohort *cohort, mag_table_kind kind);

const mag_drug *mag_cohort_drug(const mag_cohort *cohort, uint32_t drug_id);
const char *mag_cohort_drug_code(const mag_cohort *cohort, uint32_t drug_id); /* "" if none */
const char *mag_cohort_text(const mag_cohort *cohort, uint32_t text_id);      /* "" for 0 */
/* Row reference range; false for id 0. */
bool mag_cohort_range(const mag_cohort *cohort, uint16_t range_id, mag_decimal *low,
                      mag_decimal *high);

#endif
