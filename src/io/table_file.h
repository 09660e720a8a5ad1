/* A file of a result, written piece after piece: 0600, plain or gzip by its name. */
#ifndef MAG_IO_TABLE_FILE_H
#define MAG_IO_TABLE_FILE_H

#include "io/gzip_block.h"

typedef struct mag_table_file mag_table_file;

/* path must not exist. */
mag_status mag_table_file_open(mag_table_file **out, const char *path, mag_account *account,
                               mag_error *err) MAG_MUST_CHECK;
/* Does such a file take blocks? Else it takes bytes. */
bool mag_table_file_is_named_gzip(const char *path);
/* The next piece. Errors of writing show at the end; after one nothing more is written, but
   counted: how much room is needed is part of the message. */
void mag_table_file_bytes(mag_table_file *file, mag_span bytes);
void mag_table_file_block(mag_table_file *file, const mag_gzip_block *block);
/* Keeps an error of whoever makes the pieces, if none was before. */
void mag_table_file_fail(mag_table_file *file, const mag_error *fault);
/* Ends, fsyncs, closes and frees; the first fault of the file's life. *nbytes: the size of the
   file, or the size it would have had. NULL is MAG_OK. */
mag_status mag_table_file_end(mag_table_file *file, uint64_t *nbytes,
                              mag_error *err) MAG_MUST_CHECK;

#endif
