/* Which rows of a product give its dose, moment after moment, in one walk over time.

     rows of one product   |--- a ---|        |------ c -----|
                               |--- b ----|      |- d -|
     newest that runs       a  b b b  b b     c  d   d  c  c

   Rows of one product and one start are a group; groups are sorted by product, then start. The
   newest group with a row that runs is the last one begun, or, once all of that one have stopped,
   one before it: what has stopped is never looked at again. */
#ifndef MAG_RULES_DOSE_GROUP_H
#define MAG_RULES_DOSE_GROUP_H

#include "rules/operand_drug.h"

enum { MAG_DOSE_NOTE_COUNT = 4 };

/* Doses of some rows, to be added and taken away again. */
typedef struct mag_dose_sum {
    int64_t low, high;
    uint32_t row_count, unbounded_count;
    uint64_t
        kinds[2]; /* sums of random numbers, one to a kind of row: tells which rows there are */
    uint32_t note_counts[MAG_DOSE_NOTE_COUNT];
} mag_dose_sum;

void mag_dose_sum_add(mag_dose_sum *sum, const mag_dose_sum *part);
void mag_dose_sum_take(mag_dose_sum *sum, const mag_dose_sum *part);
/* The dose of one row; kind: rows of one kind read the same. */
mag_dose_sum mag_dose_sum_of(const mag_exposure *exposure, uint32_t kind);
mag_bounds mag_dose_sum_bounds(const mag_dose_sum *sum);
mag_value_note_set mag_dose_sum_notes(const mag_dose_sum *sum);

typedef struct mag_dose_group {
    uint32_t product; /* index into products */
    mag_minute start;
    uint32_t running_count, alive_count; /* rows that run; that run or are kept in effect */
    mag_dose_sum issues;                 /* of issues that run */
    mag_dose_sum kept;                   /* of rows that have stopped and still count alone */
} mag_dose_group;

typedef struct mag_dose_product {
    uint32_t first, end;     /* its groups */
    uint32_t begun;          /* behind the last group that has begun */
    uint32_t running, alive; /* behind the newest group of which a row runs, or is in effect */
    mag_dose_sum others;     /* of rows that run and are no issues: all of them count */
} mag_dose_product;

/* Groups of the keys (mag_drug_key_of product and start), which it sorts; group_of[row] is set.
   Returns the number of products. Borrowed from the room. */
size_t mag_dose_groups_make(mag_drug_room *room, size_t key_count);
/* The group has begun: a row of it runs. */
void mag_dose_group_begin(mag_drug_room *room, uint32_t group);
/* The newest group of the product of which a row runs; NULL if none does. */
const mag_dose_group *mag_dose_running(mag_drug_room *room, uint32_t product);
/* The newest group of the product of which a row is in effect; NULL if there is none. */
const mag_dose_group *mag_dose_alive(mag_drug_room *room, uint32_t product);

#endif
