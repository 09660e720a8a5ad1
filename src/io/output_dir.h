/* A directory that becomes visible by one rename: written as DIR.partial-PID (0700), fsynced,
   renamed to DIR, DIR.held or DIR.failed. */
#ifndef MAG_IO_OUTPUT_DIR_H
#define MAG_IO_OUTPUT_DIR_H

#include "base/memory.h"

typedef struct mag_output_dir mag_output_dir;

typedef enum mag_output_end {
    MAG_OUTPUT_PUBLISHED, /* DIR */
    MAG_OUTPUT_HELD,      /* DIR.held */
    MAG_OUTPUT_FAILED     /* DIR.failed */
} mag_output_end;

/* What a directory of this kind holds: only such a directory is ever replaced. Borrowed until the
   end. */
typedef struct mag_output_kind {
    const char *const *names; /* patterns of its files, NULL-ended */
    const char *mark;         /* the file that each of them holds */
    bool has_ends;            /* may end as DIR.held or DIR.failed too */
} mag_output_kind;

/* Checks at once (MS-P405, MAG_E_USAGE; S602 for a symbolic link): the parent exists and is
   writable; DIR is absent or empty or, with force, a directory of this kind; an older DIR.held and
   DIR.failed are of this kind. Removes partial directories of processes that are gone. Creates the
   partial directory. */
mag_status mag_output_dir_begin(mag_output_dir **out, const char *dir, const mag_output_kind *kind,
                                bool force, mag_account *account, mag_error *err) MAG_MUST_CHECK;
/* "DIR.partial-PID/NAME", valid until the end. NULL if memory is out. */
const char *mag_output_dir_path(mag_output_dir *output, const char *name);
/* A fault that names a file of DIR.partial-PID names it as of DIR: people look for no other name.
 */
void mag_output_dir_name(const mag_output_dir *output, mag_error *err);
/* Writes a small file whole (0600, fsynced). */
mag_status mag_output_dir_write(mag_output_dir *output, const char *name, mag_span content,
                                mag_error *err) MAG_MUST_CHECK;
/* Takes over the files of another directory of the same kind, but for the mark: under second names
   or as copies, so that the other one stays as it is until the end. */
mag_status mag_output_dir_take(mag_output_dir *output, const char *from,
                               mag_error *err) MAG_MUST_CHECK;
/* Fsyncs and renames; an older DIR.held or DIR.failed is replaced, DIR is exchanged when forced
   (the old one is then removed), both only after a second look at what they hold. On failure
   nothing new is visible. Frees the handle in any case. */
mag_status mag_output_dir_end(mag_output_dir *output, mag_output_end end,
                              mag_error *err) MAG_MUST_CHECK;
/* Removes the partial directory. NULL is fine. */
void mag_output_dir_abandon(mag_output_dir *output);

#endif
