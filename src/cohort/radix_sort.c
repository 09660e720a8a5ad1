/* Least significant byte first: each pass keeps the order of the one before. Bytes that are the
   same in all keys cost nothing but their counting. */
#include "cohort/radix_sort.h"

#include <assert.h>
#include <string.h>

enum {
    BYTES = sizeof(uint64_t),
    VALUES = 256,
    SHORT_RUN = 16, /* up to here moving neighbours beats merging */
    FEW = 256,      /* up to here merging beats counting bytes */
    ROW_NBYTES_LIMIT = 512
};

typedef struct sorting {
    mag_sort_order *order;
    const void *context;
    mag_sort_entry *room; /* as much as there is to sort */
} sorting;

static int compare(const sorting *by, const mag_sort_entry *a, const mag_sort_entry *b) {
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    const int order = by->order ? by->order(by->context, a->idx, b->idx) : 0;
    return order ? order : (a->idx > b->idx) - (a->idx < b->idx);
}

static void insert(const sorting *by, mag_sort_entry *entries, size_t count) {
    for (size_t i = 1; i < count; i++) {
        const mag_sort_entry moved = entries[i];
        size_t at = i;
        for (; at > 0 && compare(by, &entries[at - 1], &moved) > 0; at--)
            entries[at] = entries[at - 1];
        entries[at] = moved;
    }
}

/* Two sorted neighbours into one; room holds the first. */
static void merge(const sorting *by, mag_sort_entry *entries, size_t middle, size_t count) {
    size_t left = 0, right = middle, at = 0;
    if (compare(by, &entries[middle - 1], &entries[middle]) <= 0)
        return;
    memcpy(by->room, entries, middle * sizeof *entries);
    while (left < middle && right < count)
        entries[at++] = compare(by, &by->room[left], &entries[right]) <= 0 ? by->room[left++]
                                                                           : entries[right++];
    while (left < middle)
        entries[at++] = by->room[left++];
}

/* Runs that double, from short ones that were sorted by insertion. */
static void sort_run(const sorting *by, mag_sort_entry *entries, size_t count) {
    for (size_t begin = 0; begin < count; begin += SHORT_RUN)
        insert(by, entries + begin, count - begin < SHORT_RUN ? count - begin : SHORT_RUN);
    for (size_t width = SHORT_RUN; width < count; width *= 2)
        for (size_t begin = 0; begin + width < count; begin += 2 * width) {
            const size_t rest = count - begin;
            merge(by, entries + begin, width, rest < 2 * width ? rest : 2 * width);
        }
}

static void sort_runs(const sorting *by, mag_sort_entry *entries, size_t count) {
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && entries[end].key == entries[begin].key;)
            end++;
        if (end - begin > 1)
            sort_run(by, entries + begin, end - begin);
    }
}

static void scatter(const mag_sort_entry *from, mag_sort_entry *to, size_t count, unsigned shift,
                    const size_t *counts) {
    size_t next[VALUES], sum = 0;
    for (unsigned value = 0; value < VALUES; value++) {
        next[value] = sum;
        sum += counts[value];
    }
    for (size_t i = 0; i < count; i++)
        to[next[from[i].key >> shift & 0xff]++] = from[i];
}

static void sort_keys(const sorting *by, mag_sort_entry *entries, size_t count) {
    size_t counts[BYTES][VALUES] = {{0}};
    for (size_t i = 0; i < count; i++)
        for (unsigned byte = 0; byte < BYTES; byte++)
            counts[byte][entries[i].key >> 8 * byte & 0xff]++;
    mag_sort_entry *from = entries, *to = by->room;
    for (unsigned byte = 0; byte < BYTES; byte++) {
        if (counts[byte][from->key >> 8 * byte & 0xff] == count)
            continue;
        scatter(from, to, count, 8 * byte, counts[byte]);
        mag_sort_entry *swapped = from;
        from = to;
        to = swapped;
    }
    if (from != entries)
        memcpy(entries, from, count * sizeof *entries);
}

mag_status mag_radix_sort(mag_account *account, mag_sort_entry *entries, size_t count,
                          mag_sort_order *order, const void *context, mag_error *err) {
    sorting by = {.order = order, .context = context};
    mag_sort_entry little_room[FEW];
    void *room = NULL;
    size_t capacity = 0;
    if (count <= FEW) {
        by.room = little_room;
        sort_run(&by, entries, count);
        return MAG_OK;
    }
    MAG_TRY(mag_grow(account, &room, &capacity, sizeof *entries, count, err));
    by.room = room;
    sort_keys(&by, entries, count);
    if (order) /* counting leaves equal keys as they stood */
        sort_runs(&by, entries, count);
    mag_drop(account, room, capacity, sizeof *entries);
    return MAG_OK;
}

void mag_rows_permute(mag_sort_entry *entries, size_t count, void *rows, size_t row_nbytes,
                      uint32_t stamp) {
    unsigned char held[ROW_NBYTES_LIMIT];
    unsigned char *items = rows;
    assert(row_nbytes <= sizeof held);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].mark == stamp || entries[i].idx == i)
            continue;
        memcpy(held, items + i * row_nbytes, row_nbytes);
        size_t at = i;
        while (entries[at].idx != i) { /* round the circle of rows that wait for each other */
            memcpy(items + at * row_nbytes, items + entries[at].idx * row_nbytes, row_nbytes);
            entries[at].mark = stamp;
            at = entries[at].idx;
        }
        memcpy(items + at * row_nbytes, held, row_nbytes);
        entries[at].mark = stamp;
    }
}
