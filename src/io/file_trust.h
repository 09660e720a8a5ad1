/* Who may have written a file that decides what a run does. */
#ifndef MAG_IO_FILE_TRUST_H
#define MAG_IO_FILE_TRUST_H

#include "base/status.h"

#include <sys/stat.h>
#include <sys/types.h>

/* The people whose files are believed besides root's. */
typedef struct mag_file_readers {
    uid_t user;          /* who runs the program */
    gid_t group;         /* the user's own group */
    uid_t program_owner; /* who installed it */
} mag_file_readers;

/* This process: effective user and group, and the owner of the program file. */
mag_file_readers mag_file_readers_here(void);

/* Why the file is not believed, as words that follow its name; NULL if it is: written by root, the
   user or the program's owner, not writable by everybody, and writable by a group only if that is
   the user's own. */
const char *mag_file_distrust(const struct stat *facts, const mag_file_readers *readers);

/* MAG_E_USAGE MS-S605 if the open file is not believed; pipes are. `path` is for the message. */
mag_status mag_file_check_trust(int fd, const char *path, mag_error *err) MAG_MUST_CHECK;

#endif
