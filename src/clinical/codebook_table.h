/* A hash table from (code system, code) to a number; filled once, then only read. */
#ifndef MAG_CLINICAL_CODEBOOK_TABLE_H
#define MAG_CLINICAL_CODEBOOK_TABLE_H

#include "base/memory.h"
#include "clinical/codebook.h"

typedef struct mag_code_slot {
    mag_span code; /* borrowed; at NULL: free */
    mag_code_system system;
    uint64_t value;
} mag_code_slot;

typedef struct mag_code_table {
    mag_code_slot *slots;
    size_t capacity; /* a power of two, at least twice the number of codes */
    size_t count;
} mag_code_table;

/* Room for `codes` codes in the arena. */
mag_status mag_code_table_init(mag_code_table *table, mag_arena *arena, size_t codes,
                               mag_error *err) MAG_MUST_CHECK;
/* The value of a code, to read or set; a new code starts at 0. The code must outlive the table. No
   more codes than there is room for. */
uint64_t *mag_code_table_put(mag_code_table *table, mag_code_system system, mag_span code);
/* 0 if the code is not in the table. */
uint64_t mag_code_table_get(const mag_code_table *table, mag_code_system system, mag_span code);

enum { MAG_CODE_NBYTES = 32 }; /* longer than any code of a list */

/* The code as lists write it: in upper case, without blanks around it, cut where it is longer than
   any code. Codes of a site's own (LOCAL) keep their case. Borrows the code or the room. */
mag_span mag_code_folded(mag_code_system system, mag_span code, char room[MAG_CODE_NBYTES]);

/* True if the code is written as codes of its system are (check digit of LOINC, levels of ATC ...).
 */
bool mag_code_is_well_formed(mag_code_system system, mag_span code);

#endif
