/* A lane: a private place where one thread puts what it decodes, so that threads share nothing that
   they write and need no locks.

     thread 0 ─▶ lane 0: [part 0 .. 63 of ids and rows] [tables] [rejects] ─┐ joined when all is
     thread 1 ─▶ lane 1: [part 0 .. 63 of ids and rows] [tables] [rejects] ─┤ read
        ...                                                                 ▼
                              tables and rejects once, ids and rows partition by partition

   Lane 0 is the cohort's own: its tables are the cohort's tables and its ids the cohort's ids, so
   that a cohort filled by one thread has nothing to join. The numbers of the other lanes are
   rewritten when their rows are gathered (settle_gather.c). Nothing that a run tells depends on
   which lane a row went to. */
#ifndef MAG_COHORT_LANE_H
#define MAG_COHORT_LANE_H

#include "cohort/intern.h"
#include "cohort/list.h"
#include "cohort/row_chunks.h"
#include "cohort/rows.h"
#include "cohort/text_counts.h"
#include "cohort/unit_profile.h"
#include "cohort/unmapped_code.h"

typedef struct mag_range {
    mag_decimal low, high;
} mag_range;

/* What rows refer to by number, and what is counted by text. */
typedef struct mag_tables {
    mag_intern texts, drug_keys, range_keys, names;
    mag_text_counts unknown_units, malformed_codes;
    mag_code_counts unmapped_drugs, unmapped_codes[MAG_TABLE_KIND_COUNT];
    mag_list drugs;           /* mag_drug, by number of its key */
    mag_list drug_codes;      /* const char *, parallel to drugs */
    mag_list ranges;          /* mag_range */
    bool has_too_many_ranges; /* a failure once all lanes are joined */
} mag_tables;

/* What a lane has of one partition. All of it is zero until the first row: the examples of a pack
   make a cohort each, of one patient. */
typedef struct mag_lane_part {
    bool is_begun;
    mag_arena *arena; /* of the ids */
    mag_intern ids;   /* number of a patient in this part */
    mag_list seen_in; /* uint32_t, parallel to ids: a bit for each source that names the patient */
    mag_row_chunks people, labs, exposures, stays, conditions;
    mag_row_chunks
        specimens; /* uint64_t, parallel to labs from the first that has one; else none */
    mag_row_chunks unit_rows; /* until units are inferred */
    mag_row_chunks versions;
    mag_minute newest[MAG_TABLE_KIND_COUNT];
    mag_list numbers; /* uint32_t: once joined, the cohort's number of each id; lane 0: none */
} mag_lane_part;

/* Where the last row went. */
typedef struct mag_lane_home {
    mag_lane_part *part; /* NULL: there was none */
    uint32_t patient;
    uint16_t file_id;
} mag_lane_home;

struct mag_lane {
    mag_cohort *cohort;
    unsigned idx;
    mag_account *account;
    mag_arena *arena;
    mag_tables tables;
    mag_list unit_profiles, rejects; /* mag_unit_profile, mag_reject; lane 0: the cohort's are */
    /* Told now and then how many rows were read since the last time; NULL: nobody asks. */
    void (*on_rows)(void *context, uint64_t row_count);
    void *rows_context;
    mag_run_file *shadow; /* counts of the block at hand; NULL: the cohort's files are counted on */
    mag_lane_home last;
    unsigned put_count; /* since memory was looked at */
    mag_lane_part *last_lab_part;
    mag_lane_part parts[MAG_PARTITION_COUNT];
    /* once joined: the cohort's number of each drug, text, range, profile; lane 0: none */
    mag_list drug_ids, text_ids, range_ids, profile_idxs;
};

mag_status mag_lane_new(mag_cohort *cohort, unsigned idx, mag_lane **out,
                        mag_error *err) MAG_MUST_CHECK;
/* NULL is fine. */
void mag_lane_free(mag_lane *lane);

/* Before something is put into a part; does nothing the second time. */
mag_status mag_lane_part_begin(mag_lane_part *part, mag_account *account,
                               mag_error *err) MAG_MUST_CHECK;

/* Lanes 1 .. count - 1 beside the one that every cohort has; before anything is read. */
mag_status mag_cohort_add_lanes(mag_cohort *cohort, unsigned count, mag_error *err) MAG_MUST_CHECK;
unsigned mag_cohort_lane_count(const mag_cohort *cohort);
mag_lane *mag_cohort_lane(mag_cohort *cohort, unsigned idx);

/* More distinct ranges than records can tell apart: MAG_E_RESOURCE. */
mag_status mag_tables_check_ranges(const mag_tables *tables, mag_error *err) MAG_MUST_CHECK;

/* Joining, once all is read: rejects of all lanes, also of a run that failed; tables and profiles
   of all lanes (both single-threaded); then ids of one partition, thread-safe for different
   partitions. With one lane only the number of ranges is judged. */
mag_status mag_cohort_join_rejects(mag_cohort *cohort, mag_error *err) MAG_MUST_CHECK;
mag_status mag_cohort_join_tables(mag_cohort *cohort, mag_error *err) MAG_MUST_CHECK;
mag_status mag_cohort_join_ids(mag_cohort *cohort, unsigned partition_idx,
                               mag_error *err) MAG_MUST_CHECK;

/* Once a partition is settled: its ids are in the settled arrays. */
void mag_lane_forget_ids(mag_lane *lane, unsigned partition_idx);

/* --- filling: as the functions of builder.h, into a lane -----------------------------------------
   Rows come with file and line; the patient is filled in here. */
mag_status mag_lane_put_person(mag_lane *lane, mag_span patient_id, const mag_person_row *row,
                               mag_error *err) MAG_MUST_CHECK;
mag_status mag_lane_put_lab(mag_lane *lane, mag_span patient_id, const mag_lab_row *row,
                            uint64_t specimen_hash, mag_error *err) MAG_MUST_CHECK;
/* Where rows of a patient go whose rows come in this file; the patient is added. */
mag_status mag_lane_home_of(mag_lane *lane, mag_span patient_id, uint16_t file_id,
                            mag_lane_home *home, mag_error *err) MAG_MUST_CHECK;
/* Before so many results are put without mag_lane_put_lab: a look at whether there is room. */
mag_status mag_lane_make_room(mag_lane *lane, unsigned row_count, mag_error *err) MAG_MUST_CHECK;
/* Of the result that was put last into the lane: which edition it is, and what its unit is judged
   by. */
mag_status mag_lane_put_lab_version(mag_lane *lane, uint64_t result_hash, uint64_t version,
                                    mag_error *err) MAG_MUST_CHECK;
mag_status mag_lane_put_unit_case(mag_lane *lane, const mag_unit_case *unit_case,
                                  mag_error *err) MAG_MUST_CHECK;
/* The two steps of that: finds or adds the unit profile of system and code for rows of a file, and
   adds the row for the result that is the last one of the part. NULL: memory is out. */
mag_status mag_lane_unit_profile_of(mag_lane *lane, uint16_t file_id,
                                    const mag_unit_case *unit_case, uint32_t *profile_idx,
                                    mag_error *err) MAG_MUST_CHECK;
mag_unit_row *mag_lane_add_unit_row(mag_lane *lane, mag_lane_part *part, const mag_lab_row *lab,
                                    const mag_unit_case *unit_case, uint32_t profile_idx,
                                    mag_error *err) MAG_MUST_CHECK;
mag_status mag_lane_put_exposure(mag_lane *lane, mag_span patient_id, const mag_exposure_row *row,
                                 mag_error *err) MAG_MUST_CHECK;
mag_status mag_lane_put_stay(mag_lane *lane, mag_span patient_id, const mag_stay_row *row,
                             mag_error *err) MAG_MUST_CHECK;
mag_status mag_lane_put_condition(mag_lane *lane, mag_span patient_id, const mag_condition_row *row,
                                  mag_error *err) MAG_MUST_CHECK;

/* Writes the largest parts to the spill file, about half of the rows that are in memory; part by
   part, all rows of it that may go. Without a spill file nothing happens. The functions above do it
   by themselves when memory is tight. */
mag_status mag_lane_spill(mag_lane *lane, mag_error *err) MAG_MUST_CHECK;
mag_status mag_lane_spill_part(mag_lane *lane, unsigned partition_idx,
                               mag_error *err) MAG_MUST_CHECK;

/* Numbers in the lane's own tables. */
mag_status mag_lane_intern_drug(mag_lane *lane, mag_code_system system, mag_span code,
                                mag_span name, uint32_t *drug_id, mag_error *err) MAG_MUST_CHECK;
/* A drug known only by its classes, as examples give it ("MGSUPP 400 mg"). */
mag_status mag_lane_intern_class(mag_lane *lane, mag_class_set classes, uint32_t *drug_id,
                                 mag_error *err) MAG_MUST_CHECK;
const mag_drug *mag_lane_drug(const mag_lane *lane, uint32_t drug_id);
mag_status mag_lane_intern_text(mag_lane *lane, mag_span text, uint32_t *text_id,
                                mag_error *err) MAG_MUST_CHECK;
/* More ranges than a record can tell apart: number 0, and a failure once the lanes are joined. */
mag_status mag_lane_intern_range(mag_lane *lane, const mag_range *range, uint16_t *range_id,
                                 mag_error *err) MAG_MUST_CHECK;

/* A text of the run's life, kept once; NULL if memory is out. */
const char *mag_lane_keep_name(mag_lane *lane, const char *text, mag_error *err);
const char *mag_lane_keep_span(mag_lane *lane, mag_span text, mag_error *err);
mag_status mag_lane_put_reject(mag_lane *lane, const mag_reject *reject,
                               mag_error *err) MAG_MUST_CHECK;
mag_status mag_lane_count_unknown_unit(mag_lane *lane, mag_span unit,
                                       mag_error *err) MAG_MUST_CHECK;
mag_status mag_lane_count_malformed(mag_lane *lane, mag_code_system system, mag_span code,
                                    mag_error *err) MAG_MUST_CHECK;
mag_status mag_lane_count_unmapped(mag_lane *lane, mag_span text, mag_span patient_id,
                                   mag_error *err) MAG_MUST_CHECK;

#endif
