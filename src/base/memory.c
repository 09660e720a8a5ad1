/* Arena: a list of blocks, newest first; each block doubles the last one up to a cap.

     arena ─▶ [block n | ....used....|free] ─▶ [block n-1 | full] ─▶ ...
*/
#define _DEFAULT_SOURCE /* NOLINT: the name is the C library's; for madvise */
#include "base/memory.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { FIRST_BLOCK_NBYTES = 4096, LARGEST_BLOCK_NBYTES = 1 << 20, ALIGNMENT = 16 };

typedef struct block {
    struct block *older;
    size_t capacity;
    size_t used;
    size_t unused; /* keeps the bytes behind the head aligned */
} block;

struct mag_arena {
    mag_account *account;
    block *newest;
};

_Static_assert(sizeof(block) % ALIGNMENT == 0, "data follow the head of a block");

static void raise_to(_Atomic size_t *most, size_t nbytes) {
    size_t seen = atomic_load(most);
    while (nbytes > seen && !atomic_compare_exchange_weak(most, &seen, nbytes)) {
    }
}

static int account_take(mag_account *account, size_t nbytes) {
    size_t used = atomic_fetch_add(&account->used_nbytes, nbytes) + nbytes;
    if (account->limit_nbytes && used > account->limit_nbytes) {
        raise_to(&account->missing_nbytes, used - account->limit_nbytes);
        atomic_fetch_sub(&account->used_nbytes, nbytes);
        return 0;
    }
    raise_to(&account->peak_nbytes, used);
    return 1;
}

static void account_give(mag_account *account, size_t nbytes) {
    atomic_fetch_sub(&account->used_nbytes, nbytes);
}

bool mag_account_is_tight(const mag_account *account) {
    return account->mark_nbytes && atomic_load(&account->used_nbytes) > account->mark_nbytes;
}

size_t mag_account_room(const mag_account *account) {
    const size_t used = atomic_load(&account->used_nbytes);
    if (!account->limit_nbytes)
        return SIZE_MAX;
    return used < account->limit_nbytes ? account->limit_nbytes - used : 0;
}

static bool is_frugal;

void mag_memory_be_frugal(void) {
    is_frugal = true;
#ifdef __GLIBC__
    enum { POOLS = 1, BIG_BLOCK_NBYTES = 64 * 1024 };
    mallopt(M_ARENA_MAX, POOLS);
    mallopt(M_MMAP_THRESHOLD, BIG_BLOCK_NBYTES); /* and not more, however often one is freed */
    mallopt(M_TRIM_THRESHOLD, BIG_BLOCK_NBYTES);
#endif
}

void mag_memory_trim(bool is_due) {
#ifdef __GLIBC__
    if (is_due || is_frugal)
        malloc_trim(0);
#else
    (void)is_due;
#endif
}

mag_arena *mag_arena_new(mag_account *account) {
    mag_arena *arena = malloc(sizeof *arena);
    if (!arena)
        return NULL;
    arena->account = account;
    arena->newest = NULL;
    return arena;
}

static void free_blocks(mag_arena *arena, block *from) {
    while (from) {
        block *older = from->older;
        account_give(arena->account, sizeof *from + from->capacity);
        free(from);
        from = older;
    }
}

void mag_arena_free(mag_arena *arena) {
    if (!arena)
        return;
    free_blocks(arena, arena->newest);
    free(arena);
}

void mag_arena_reset(mag_arena *arena) {
    block *kept = arena->newest;
    if (!kept)
        return;
    free_blocks(arena, kept->older);
    kept->older = NULL;
    kept->used = 0;
}

static block *add_block(mag_arena *arena, size_t nbytes) {
    size_t capacity = arena->newest ? arena->newest->capacity * 2 : FIRST_BLOCK_NBYTES;
    if (capacity > LARGEST_BLOCK_NBYTES)
        capacity = LARGEST_BLOCK_NBYTES;
    if (capacity < nbytes)
        capacity = nbytes;
    if (!account_take(arena->account, sizeof(block) + capacity))
        return NULL;
    block *fresh = malloc(sizeof *fresh + capacity);
    if (!fresh) {
        account_give(arena->account, sizeof(block) + capacity);
        return NULL;
    }
    *fresh = (block){.older = arena->newest, .capacity = capacity};
    arena->newest = fresh;
    return fresh;
}

void *mag_arena_alloc(mag_arena *arena, size_t nbytes) {
    if (nbytes > SIZE_MAX / 2)
        return NULL;
    nbytes = (nbytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    block *home = arena->newest;
    if (!home || home->capacity - home->used < nbytes)
        home = add_block(arena, nbytes);
    if (!home)
        return NULL;
    char *at = (char *)(home + 1) + home->used;
    home->used += nbytes;
    return memset(at, 0, nbytes);
}

char *mag_arena_text(mag_arena *arena, mag_span text) {
    char *copy = mag_arena_alloc(arena, text.nbytes + 1);
    if (copy && text.nbytes)
        memcpy(copy, text.at, text.nbytes);
    return copy;
}

char *mag_arena_format(mag_arena *arena, const char *format, ...) {
    char first[256]; /* most texts are short: they are written once */
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(first, sizeof first, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : mag_arena_alloc(arena, (size_t)length + 1);
    if (text && (size_t)length < sizeof first)
        memcpy(text, first, (size_t)length + 1);
    else if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *mag_arena_join(mag_arena *arena, const char *const *parts, size_t count) {
    size_t nbytes = 0, ends[MAG_JOINED_MOST];
    for (size_t i = 0; i < count; i++) {
        if (parts[i] == NULL)
            return NULL;
        ends[i] = nbytes += strlen(parts[i]);
    }
    char *text = mag_arena_alloc(arena, nbytes + 1);
    for (size_t i = 0, at = 0; text != NULL && i < count; at = ends[i++])
        memcpy(text + at, parts[i], ends[i] - at);
    return text;
}

mag_account *mag_arena_account(const mag_arena *arena) {
    return arena->account;
}

mag_status mag_grow(mag_account *account, void **items, size_t *capacity, size_t item_nbytes,
                    size_t wanted, mag_error *err) {
    if (wanted <= *capacity)
        return MAG_OK;
    size_t room = *capacity * 2 > wanted ? *capacity * 2 : wanted;
    if (room < 8)
        room = 8;
    if (room > SIZE_MAX / 2 / item_nbytes)
        return mag_fail_memory(err, (unsigned long long)wanted);
    size_t more_nbytes = (room - *capacity) * item_nbytes;
    if (!account_take(account, more_nbytes))
        return mag_fail_memory(err, more_nbytes);
    void *grown = realloc(*items, room * item_nbytes);
    if (!grown) {
        account_give(account, more_nbytes);
        return mag_fail_memory(err, more_nbytes);
    }
    *items = grown;
    *capacity = room;
    return MAG_OK;
}

void mag_drop(mag_account *account, void *items, size_t capacity, size_t item_nbytes) {
    if (!items)
        return;
    free(items);
    account_give(account, capacity * item_nbytes);
}

void mag_memory_fault_in(void *bytes, size_t nbytes) {
#ifdef MADV_POPULATE_WRITE
    enum { PAGE_NBYTES = 4096 }; /* of another size: the call is refused, or does no harm */
    const size_t before = -(uintptr_t)bytes % PAGE_NBYTES;
    if (nbytes >= before + PAGE_NBYTES)
        (void)madvise((char *)bytes + before, (nbytes - before) / PAGE_NBYTES * PAGE_NBYTES,
                      MADV_POPULATE_WRITE);
#else
    (void)bytes, (void)nbytes;
#endif
}
