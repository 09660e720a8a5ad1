/* PACK.lock beside a pack: one line "name version sha256" for each released version. Content that
   changed while the version stayed is another pack under an old name, and is refused. */
#ifndef MAG_RULES_PACK_LOCK_H
#define MAG_RULES_PACK_LOCK_H

#include "rules/pack.h"

/* Looks a pack up in the lock beside its file, or for the pack inside the program in the lock
   inside the program (path NULL). MAG_E_RULES (MS-R507) if a line has its name and version with
   another digest. *is_released: a line is the pack's own; false too where there is no lock. */
mag_status mag_pack_lock_check(mag_arena *arena, const char *path, const mag_pack *pack,
                               bool *is_released, mag_error *err) MAG_MUST_CHECK;

/* Adds the pack's line to the lock beside its file, which is replaced in one step, or made. Check
   first. MAG_E_RESOURCE (MS-P403) if it cannot be written: the old one is untouched. */
mag_status mag_pack_lock_append(mag_arena *arena, const char *path, const mag_pack *pack,
                                mag_error *err) MAG_MUST_CHECK;

#endif
