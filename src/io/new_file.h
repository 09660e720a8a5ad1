/* A file that is written from its beginning to its end, in pieces: new, mode 0600, on the disk when
   it is closed. */
#ifndef MAG_IO_NEW_FILE_H
#define MAG_IO_NEW_FILE_H

#include "base/memory.h"

typedef struct mag_new_file {
    const char *path; /* borrowed until the close */
    int fd;           /* -1: not open */
} mag_new_file;

/* path must not exist. Faults of all three: as io_fault.h has them. */
mag_status mag_new_file_open(mag_new_file *file, const char *path, mag_error *err) MAG_MUST_CHECK;
mag_status mag_new_file_add(mag_new_file *file, mag_span bytes, mag_error *err) MAG_MUST_CHECK;
/* Syncs and closes. One that is not open is MAG_OK. */
mag_status mag_new_file_close(mag_new_file *file, mag_error *err) MAG_MUST_CHECK;
/* Closes what is to be thrown away. */
void mag_new_file_abandon(mag_new_file *file);

#endif
