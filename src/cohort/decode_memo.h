/* What a decoder remembers of texts that it has met: rows repeat their codes, units and drugs. A
   memo has a fixed number of places; a text that wants the place of another takes it. It is keyed
   by the whole text, never by a hash alone, and holds only what the text decides in the table at
   hand, so that a row is read alike whether its texts are remembered or not. Each belongs to one
   decoder, and so to one thread. */
#ifndef MAG_COHORT_DECODE_MEMO_H
#define MAG_COHORT_DECODE_MEMO_H

#include "base/datetime.h"
#include "base/word.h"
#include "clinical/codebook.h"
#include "clinical/plausible_band.h"

/* --- texts of up to 24 bytes ------------------------------------------------------------------ */

enum { MAG_MEMO_TEXT_NBYTES = 24 };

/* The text itself; `rest` holds its length and what else the answer depends on. */
typedef struct mag_memo_key {
    uint64_t word[MAG_MEMO_TEXT_NBYTES / 8];
    uint64_t rest;
} mag_memo_key;

/* False if the text is too long to be remembered. `more` is below 2^32; no key is all zero. */
static inline bool mag_memo_key_of(mag_span text, uint64_t more, mag_memo_key *key) {
    const size_t nbytes = text.nbytes;
    if (nbytes > MAG_MEMO_TEXT_NBYTES)
        return false;
    *key = (mag_memo_key){.rest = (more << 8 | nbytes) + 1};
    if (nbytes <= 8) {
        key->word[0] = mag_word_of(text.at, nbytes);
        return true;
    }
    /* the last eight bytes, without those that a word before them has */
    const uint64_t last = mag_word_eight(text.at + nbytes - 8);
    key->word[0] = mag_word_eight(text.at);
    if (nbytes <= 16) {
        key->word[1] = last >> 8 * (16 - nbytes);
        return true;
    }
    key->word[1] = mag_word_eight(text.at + 8);
    key->word[2] = last >> 8 * (24 - nbytes);
    return true;
}

static inline bool mag_memo_key_is(const mag_memo_key *a, const mag_memo_key *b) {
    return ((a->word[0] ^ b->word[0]) | (a->word[1] ^ b->word[1]) | (a->word[2] ^ b->word[2]) |
            (a->rest ^ b->rest)) == 0;
}

/* Its place among 2^bits. */
static inline size_t mag_memo_place(const mag_memo_key *key, unsigned bits) {
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    const uint64_t mixed = (key->word[0] ^ key->word[1] * 3 ^ key->word[2] * 5 ^ key->rest) * odd;
    return (size_t)(mixed >> (64 - bits));
}

/* A date that was accepted. */
typedef struct mag_moment_memo {
    mag_memo_key key;
    mag_moment moment;
    bool is_partial;
} mag_moment_memo;

/* --- laboratory results -----------------------------------------------------------------------
 */

/* What a code is. */
typedef struct mag_code_memo {
    mag_memo_key key; /* `more`: the code system of the row */
    uint32_t number;  /* of one without an analyte: under which its rows are counted */
    uint8_t analyte, system, property;
    bool is_well_formed;
} mag_code_memo;

typedef struct mag_unit_memo {
    mag_memo_key key;
    mag_unit unit;
} mag_unit_memo;

/* Plausible mantissas of an analyte in a unit, with so many decimals. */
typedef struct mag_band_memo {
    uint32_t key; /* 0: empty */
    bool is_fitting;
    mag_plausible_band band;
} mag_band_memo;

enum { MAG_CODE_MEMO_BITS = 8, MAG_UNIT_MEMO_BITS = 6, MAG_BAND_MEMO_BITS = 7 };

typedef struct mag_lab_memo {
    mag_code_memo codes[1 << MAG_CODE_MEMO_BITS];
    mag_unit_memo units[1 << MAG_UNIT_MEMO_BITS];
    mag_band_memo bands[1 << MAG_BAND_MEMO_BITS];
} mag_lab_memo;

/* --- prescriptions ----------------------------------------------------------------------------
   The cells that tell the drug lie side by side in the image of a row, and so do those that tell
   what was ordered: each run is one key. */

enum { MAG_MEMO_RUN_NBYTES = 111 };

typedef struct mag_memo_run {
    uint64_t lengths; /* of its cells, a byte each: where one ends and the next begins */
    uint32_t more;    /* what else the answer depends on */
    uint32_t nbytes;
    bool is_filled;
    char bytes[MAG_MEMO_RUN_NBYTES];
} mag_memo_run;

/* Part of an image, borrowed. */
typedef struct mag_run_text {
    uint64_t lengths;
    uint32_t more;
    bool is_short; /* enough to be remembered */
    mag_span image;
} mag_run_text;

static inline bool mag_memo_run_is(const mag_memo_run *run, const mag_run_text *text) {
    return run->is_filled && run->lengths == text->lengths && run->more == text->more &&
           run->nbytes == text->image.nbytes &&
           memcmp(run->bytes, text->image.at, text->image.nbytes) == 0;
}

/* Its text is at most MAG_MEMO_RUN_NBYTES long. */
static inline void mag_memo_run_set(mag_memo_run *run, const mag_run_text *text) {
    *run = (mag_memo_run){.lengths = text->lengths,
                          .more = text->more,
                          .nbytes = (uint32_t)text->image.nbytes,
                          .is_filled = true};
    memcpy(run->bytes, text->image.at, text->image.nbytes);
}

/* Its place among 2^bits. */
static inline size_t mag_memo_run_place(const mag_run_text *text, unsigned bits) {
    const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
    const uint64_t mixed = (mag_span_hash(text->image) ^ text->lengths ^ text->more) * odd;
    return (size_t)(mixed >> (64 - bits));
}

/* What a row's drug is: number in the tables that its decoder fills, and what becomes of the row.
 */
typedef struct mag_drug_memo {
    mag_memo_run run;
    uint32_t drug_id;
    uint32_t number; /* of a code that is of no interest: under which its rows are counted */
    uint8_t system;  /* of its code */
    bool has_code, is_named, is_of_interest, is_well_formed, looks_like_ours;
} mag_drug_memo;

/* What was ordered of a drug. */
typedef struct mag_order_memo {
    mag_memo_run run; /* `more`: the drug */
    uint32_t dose_text_id;
    int32_t supply_days, dose_lo_umol, dose_hi_umol;
    uint8_t kind, route;
    bool has_known_kind, has_unread_supply, has_unread_dose, is_ambiguous;
} mag_order_memo;

enum { MAG_DRUG_MEMO_BITS = 9, MAG_ORDER_MEMO_BITS = 9 };

typedef struct mag_prescription_memo {
    mag_drug_memo *last_drug; /* rows of one drug often follow each other; NULL: none yet */
    mag_order_memo *last_order;
    mag_drug_memo drugs[1 << MAG_DRUG_MEMO_BITS];
    mag_order_memo orders[1 << MAG_ORDER_MEMO_BITS];
} mag_prescription_memo;

#endif
