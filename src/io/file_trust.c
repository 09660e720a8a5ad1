/* Owner and mode of the file that is open, not of its name: nothing can be swapped in between. A
   folder that others may write to needs no check of its own: what they put there is theirs. */
#include "io/file_trust.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

mag_file_readers mag_file_readers_here(void) {
    mag_file_readers here = {geteuid(), getegid(), geteuid()};
    struct stat program;
    if (stat("/proc/self/exe", &program) == 0)
        here.program_owner = program.st_uid;
    return here;
}

const char *mag_file_distrust(const struct stat *facts, const mag_file_readers *readers) {
    uid_t owner = facts->st_uid;
    if (owner != 0 && owner != readers->user && owner != readers->program_owner)
        return "belongs to another user";
    if (facts->st_mode & S_IWOTH)
        return "can be changed by every user of this machine";
    if ((facts->st_mode & S_IWGRP) && facts->st_gid != readers->group && facts->st_gid != 0)
        return "can be changed by a group that is not your own";
    return NULL;
}

mag_status mag_file_check_trust(int fd, const char *path, mag_error *err) {
    struct stat facts;
    if (fstat(fd, &facts) != 0)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_I112, "%s: cannot be read: %s", path,
                        strerror(errno));
    if (!S_ISREG(facts.st_mode))
        return MAG_OK;
    mag_file_readers here = mag_file_readers_here();
    const char *reason = mag_file_distrust(&facts, &here);
    if (!reason)
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_S605,
             "%s: %s; what a run does must not be theirs to decide; nothing was read", path,
             reason);
    mag_hint(err, "look at what it says, then make it yours: chown and chmod go-w, or a copy");
    return MAG_E_USAGE;
}
