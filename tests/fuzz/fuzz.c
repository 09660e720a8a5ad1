#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fuzz_check(bool holds, const char *file, int line, const char *promise) {
    if (holds)
        return;
    fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, promise);
    abort();
}

/* Unlinked files in memory, opened again through /proc for each input. */
const char *fuzz_file(unsigned slot, const void *at, size_t nbytes) {
    static int files[4] = {-1, -1, -1, -1};
    static char paths[4][64];
    if (files[slot] < 0) {
        char name[] = "/dev/shm/magscreen-fuzz-XXXXXX";
        files[slot] = mkstemp(name);
        fuzz_promise(files[slot] >= 0 && unlink(name) == 0);
        snprintf(paths[slot], sizeof paths[slot], "/proc/self/fd/%d", files[slot]);
    }
    fuzz_promise(ftruncate(files[slot], 0) == 0);
    fuzz_promise(nbytes == 0 || pwrite(files[slot], at, nbytes, 0) == (ssize_t)nbytes);
    return paths[slot];
}

static mag_account kept_account;
static mag_arena *kept;

static void free_kept(void) {
    mag_arena_free(kept);
}

mag_arena *fuzz_kept(void) {
    if (!kept) {
        kept = mag_arena_new(&kept_account);
        fuzz_promise(kept && atexit(free_kept) == 0);
    }
    return kept;
}

const mag_codebook *fuzz_codebook(void) {
    static const mag_codebook *book;
    mag_error err;
    if (!book)
        fuzz_promise(mag_codebook_load(fuzz_kept(), &book, &err) == MAG_OK);
    return book;
}

void fuzz_expect_told(mag_status status, const mag_error *err) {
    if (status == MAG_OK)
        return;
    fuzz_promise(err->text[0] != '\0');
    fuzz_promise(memchr(err->text, '\0', sizeof err->text) != NULL);
    fuzz_promise(err->message != MAG_MSG_X701 && status != MAG_E_INTERNAL);
}
