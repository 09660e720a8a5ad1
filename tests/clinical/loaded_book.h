/* The shipped code book, loaded once for a test program: `load` and `unload` as group fixtures. */
#ifndef LOADED_BOOK_H
#define LOADED_BOOK_H

#include "clinical/codebook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static mag_account account;
static mag_arena *arena;
static const mag_codebook *book;

static int load(void **state) {
    (void)state;
    mag_error err = {0};
    arena = mag_arena_new(&account);
    if (mag_codebook_load(arena, &book, &err) != MAG_OK) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    return 0;
}

static int unload(void **state) {
    (void)state;
    mag_arena_free(arena);
    return 0;
}

#endif
