/* A growable array that reports to the byte account. */
#ifndef MAG_COHORT_LIST_H
#define MAG_COHORT_LIST_H

#include "base/memory.h"

typedef struct mag_list {
    void *items;
    size_t count, capacity;
    size_t item_nbytes;
} mag_list;

/* Room for one more item at the end, counted already and zeroed; NULL if memory is out (*err
   filled). */
void *mag_list_add(mag_account *account, mag_list *list, mag_error *err);
/* Frees the items; the list is empty and usable then. */
void mag_list_done(mag_account *account, mag_list *list);

#endif
