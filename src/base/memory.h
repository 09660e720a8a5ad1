/* Memory with one byte account: arenas for things that die together, growable arrays for the rest.
   No other file calls malloc (library glue excepted). */
#ifndef MAG_BASE_MEMORY_H
#define MAG_BASE_MEMORY_H

#include "base/span.h"
#include "base/status.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes in use by all arenas and arrays that report to it. Shared by threads. */
typedef struct mag_account {
    _Atomic size_t used_nbytes;
    _Atomic size_t peak_nbytes;
    _Atomic size_t missing_nbytes; /* the most by which a request was over the limit */
    size_t limit_nbytes;           /* 0 = none */
    size_t mark_nbytes; /* above it who can gives memory back, before the limit is met; 0 = none */
} mag_account;

/* More is in use than the mark allows: time to spill. */
bool mag_account_is_tight(const mag_account *account);
/* Bytes that may still be taken; SIZE_MAX without a limit. */
size_t mag_account_room(const mag_account *account);
/* Called once, before there are threads, where memory is short: blocks of 64 KiB and more go back
   to the system when they are freed, and threads share one pool. Costs time. */
void mag_memory_be_frugal(void);
/* Gives what is free inside the process back to the system, if it is frugal or the caller finds
   that it is due: that takes a look at everything that is free. */
void mag_memory_trim(bool is_due);

/* A chain of blocks; everything in it is freed together. Not shared by threads. */
typedef struct mag_arena mag_arena;

/* NULL if memory is out. The account outlives the arena. */
mag_arena *mag_arena_new(mag_account *account);
/* Frees everything; NULL is fine. */
void mag_arena_free(mag_arena *arena);
/* Empties it and keeps one block for re-use: hot paths allocate nothing after warm-up. */
void mag_arena_reset(mag_arena *arena);
/* Zeroed bytes, aligned for any type; NULL if memory or the limit is out. */
void *mag_arena_alloc(mag_arena *arena, size_t nbytes);
/* A copy of the span with a NUL behind it; NULL if memory is out. */
char *mag_arena_text(mag_arena *arena, mag_span text);
/* `count` texts, at most MAG_JOINED_MOST, one behind the other; NULL if memory is out, or
   was when a part was made. */
enum { MAG_JOINED_MOST = 8 };
char *mag_arena_join(mag_arena *arena, const char *const *parts, size_t count);
#define MAG_ARENA_JOIN(arena, ...)                                                                 \
    mag_arena_join(arena, (const char *const[]){__VA_ARGS__},                                      \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))
/* printf into the arena; NULL if memory is out. */
char *mag_arena_format(mag_arena *arena, const char *format, ...) MAG_PRINTF(2, 3);
mag_account *mag_arena_account(const mag_arena *arena);

/* Grows an array to hold at least `wanted` items (at least doubling); *items may be NULL with
 *capacity 0. Items already there are kept, new room is not zeroed. */
mag_status mag_grow(mag_account *account, void **items, size_t *capacity, size_t item_nbytes,
                    size_t wanted, mag_error *err) MAG_MUST_CHECK;
/* Frees an array made by mag_grow; NULL is fine. */
void mag_drop(mag_account *account, void *items, size_t capacity, size_t item_nbytes);
/* Bytes that are about to be written: asks the system for all their pages at once instead of for
   one after the other as each is touched. Their content stays as it is. Where the system cannot do
   that, nothing happens. */
void mag_memory_fault_in(void *bytes, size_t nbytes);

#endif
