/* Releasing a held run: DIR.held becomes DIR. */
#ifndef MAG_SINKS_HELD_DIRECTORY_H
#define MAG_SINKS_HELD_DIRECTORY_H

#include "engine/release.h"
#include "engine/verify.h"

typedef struct mag_held_publication {
    mag_held_record record;     /* as it was held */
    const char *target;         /* DIR */
    mag_verification found;     /* of what is published */
    bool is_published;          /* false: the tables are not those of the record */
    bool was_published_already; /* by a call that was stopped before it removed DIR.held */
    bool has_left_held;         /* DIR.held could not be removed; it may be, it is published */
} mag_held_publication;

/* DIR.partial-PID gets the tables of DIR.held and the record of the release, is verified, put on
   disk and renamed to DIR; then DIR.held is removed. A stop before the rename changes nothing, one
   after it leaves DIR.held, which the next call removes. A DIR that is not empty is replaced with
   force only, by the rules of mag_output_dir_begin, and never if a later run wrote it. MAG_E_USAGE
   (MS-P413) for what is not held. Texts live in the arena. */
mag_status mag_held_directory_publish(mag_arena *arena, const char *held, bool force,
                                      const mag_release *release, mag_held_publication *out,
                                      mag_error *err) MAG_MUST_CHECK;

#endif
