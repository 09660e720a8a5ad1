/* A file for what does not fit into memory: segments of records, written once, read back whole and
   verified. It has no name from its first moment on, so nobody else opens it and nothing of it
   outlives the process. Knows nothing of what the records are.

     | head | payload | head | payload | ...     head: magic, format version, byte order, kind,
                                                 partition, record size, counts, checksum

   Several threads may write and read different segments at once. */
#ifndef MAG_IO_SPILL_FILE_H
#define MAG_IO_SPILL_FILE_H

#include "base/memory.h"

#include <stdbool.h>

typedef struct mag_spill_file mag_spill_file;

/* What a segment holds; the numbers are the writer's, and must agree when it is read. */
typedef struct mag_spill_what {
    uint32_t kind, partition;
    uint32_t record_nbytes; /* 1: bytes */
    uint64_t record_count;  /* record_nbytes * record_count bytes */
} mag_spill_what;

/* Where a segment lies; kept by who wrote it. */
typedef struct mag_spill_segment {
    mag_spill_what what;
    uint64_t at; /* of its head */
} mag_spill_segment;

/* A handle of a file that will be made in the folder when it is first written to. The handle is the
   caller's to close and counts in the account. */
mag_status mag_spill_new(mag_spill_file **out, const char *folder, mag_account *account,
                         mag_error *err) MAG_MUST_CHECK;
/* Makes the file now: mode 0600 inside a folder of mode 0700, both taken out of the folder at once.
   MAG_E_RESOURCE: MS-P409 if the folder is not there or cannot be written, MS-P403 without space,
   MS-P408 without descriptors. Thread-safe; the second time nothing happens. */
mag_status mag_spill_make(mag_spill_file *file, mag_error *err) MAG_MUST_CHECK;
/* Both. */
mag_status mag_spill_open(mag_spill_file **out, const char *folder, mag_account *account,
                          mag_error *err) MAG_MUST_CHECK;
/* Gives everything back; NULL is fine. */
void mag_spill_close(mag_spill_file *file);

/* Writes a segment whose payload is the parts one after the other; *segment says where it lies.
   MAG_E_RESOURCE: as mag_spill_make has it; MS-P403 without space, saying how much more is needed;
   MAG_E_INTERRUPTED once somebody asked to stop. Thread-safe. */
mag_status mag_spill_write(mag_spill_file *file, const mag_spill_what *what, const mag_span *parts,
                           size_t part_count, mag_spill_segment *segment,
                           mag_error *err) MAG_MUST_CHECK;
/* Bytes of the payload. */
size_t mag_spill_nbytes(const mag_spill_segment *segment);
/* Reads the payload of a segment into room for mag_spill_nbytes bytes. MAG_E_RESOURCE (MS-P409) if
   it is not there any more as it was written, MS-P404 if it cannot be read. Thread-safe. */
mag_status mag_spill_read(mag_spill_file *file, const mag_spill_segment *segment, void *into,
                          mag_error *err) MAG_MUST_CHECK;
/* Gives the space of a segment back to the disk, where that is possible; it cannot be read again.
 */
void mag_spill_forget(mag_spill_file *file, const mag_spill_segment *segment);

/* Written so far, heads included; and how many segments. */
uint64_t mag_spill_written_nbytes(const mag_spill_file *file);
uint64_t mag_spill_segment_count(const mag_spill_file *file);
/* The folder as it was given. */
const char *mag_spill_folder(const mag_spill_file *file);
/* Bytes that are free on the disk of the folder; 0 if that cannot be found out. */
uint64_t mag_spill_free_nbytes(const mag_spill_file *file);
/* Its descriptor, for tests that damage it. */
int mag_spill_descriptor(const mag_spill_file *file);

#endif
