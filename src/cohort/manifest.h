/* A manifest: the files that a supplier says were delivered, with their rows and digests, so that a
   part that is missing is not taken for a quiet night.

     file,rows,sha256
     labs-1.csv.gz,48213,0f3a...
     labs-2.csv.gz,,

   A CSV file; rows and sha256 may be empty or left out; a column data_until may say how far the
   data reach (the same in every line that says it). */
#ifndef MAG_COHORT_MANIFEST_H
#define MAG_COHORT_MANIFEST_H

#include "base/datetime.h"
#include "cohort/cohort.h"

typedef struct mag_manifest_line {
    const char *file;   /* base name, as run.json has it; "stdin" for - */
    const char *sha256; /* lower case, of the file as it lies there; "": not said */
    int64_t row_count;  /* -1: not said */
} mag_manifest_line;

typedef struct mag_manifest {
    const char *path, *name; /* name: without its folder */
    const mag_manifest_line *lines;
    size_t line_count;
    mag_minute data_until; /* MAG_MINUTE_NONE: not said */
} mag_manifest;

/* Reads a manifest into the arena. MAG_E_INPUT (MS-I111) if it cannot be understood, the faults of
   a stream and of a CSV header else. */
mag_status mag_manifest_read(mag_arena *arena, const char *path, const mag_manifest **out,
                             mag_error *err) MAG_MUST_CHECK;

/* NULL if the file is not listed. */
const mag_manifest_line *mag_manifest_find(const mag_manifest *manifest, const char *file);

/* Exactly the listed files are there: MAG_E_INPUT (MS-I111) naming those that are missing or not
   listed. files: base names. */
mag_status mag_manifest_check_set(const mag_manifest *manifest, const char *const *files,
                                  size_t file_count, mag_error *err) MAG_MUST_CHECK;

/* A file that was read whole has the rows and the digest that are listed; MAG_E_INPUT (MS-I111)
   else. *is_proven (may be NULL): the digest is listed and the same. */
mag_status mag_manifest_check_file(const mag_manifest *manifest, const mag_run_file *file,
                                   bool *is_proven, mag_error *err) MAG_MUST_CHECK;

#endif
