#include "cohort/list.h"

#include <string.h>

void *mag_list_add(mag_account *account, mag_list *list, mag_error *err) {
    if (mag_grow(account, &list->items, &list->capacity, list->item_nbytes, list->count + 1, err) !=
        MAG_OK)
        return NULL;
    char *at = (char *)list->items + list->count++ * list->item_nbytes;
    return memset(at, 0, list->item_nbytes);
}

void mag_list_done(mag_account *account, mag_list *list) {
    mag_drop(account, list->items, list->capacity, list->item_nbytes);
    list->items = NULL;
    list->count = list->capacity = 0;
}
