/* What the fuzz targets share. A target gets bytes, gives them to one reader of the program, and
   stops the process where the reader breaks a promise: a crash or a sanitizer's finding by itself,
   everything else by fuzz_promise. Built with libFuzzer (preset fuzz) each target searches; in
   every other build it runs the inputs that are kept. */
#ifndef MAG_TESTS_FUZZ_FUZZ_H
#define MAG_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clinical/codebook.h"
#include "io/stream.h"

/* The entry of a target. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops with the file, the line and what was promised unless it holds. */
#define fuzz_promise(holds) fuzz_check((holds), __FILE__, __LINE__, #holds)
void fuzz_check(bool holds, const char *file, int line, const char *promise);

/* A path under which the bytes can be opened as a regular file, until the next call with that slot
   (0 to 3). */
const char *fuzz_file(unsigned slot, const void *at, size_t nbytes);

/* For what is made once; freed when the process ends. */
mag_arena *fuzz_kept(void);

/* The shipped code book, loaded once. */
const mag_codebook *fuzz_codebook(void);

/* A fault must say what is wrong, with an id of a message. */
void fuzz_expect_told(mag_status status, const mag_error *err);

#endif
