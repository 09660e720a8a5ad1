/* Shared by the files that read a profile's YAML. */
#ifndef MAG_COHORT_PROFILE_READ_H
#define MAG_COHORT_PROFILE_READ_H

#include "cohort/profile_table.h"

typedef struct mag_profile_reader {
    mag_arena *arena;
    const char *file;           /* for messages */
    const char *const *missing; /* of the whole profile; ends with NULL */
} mag_profile_reader;

/* MAG_E_USAGE at the position of a value: WHAT "TEXT", which is not NULL. */
mag_status mag_profile_fail(const mag_profile_reader *reader, const mag_yaml *at, mag_error *err,
                            const char *what, const char *text);
/* Which of the names (ended by NULL) the scalar `at` is; an unknown one names the nearest. */
mag_status mag_profile_choice(const mag_profile_reader *reader, const mag_yaml *at,
                              const char *const *names, int *choice, mag_error *err) MAG_MUST_CHECK;
/* true or false; unchanged if `at` is NULL. */
mag_status mag_profile_bool(const mag_profile_reader *reader, const mag_yaml *at, bool *value,
                            mag_error *err) MAG_MUST_CHECK;
/* The texts of a list, ended by NULL. */
mag_status mag_profile_texts(const mag_profile_reader *reader, const mag_yaml *list,
                             const char *const **texts, mag_error *err) MAG_MUST_CHECK;
/* Adds the columns of a list (NULL: none) to those that the table drops; one that it reads or keeps
   rows by is a fault. */
mag_status mag_profile_read_drop(const mag_profile_reader *reader, const mag_yaml *list,
                                 mag_profile_table *table, mag_error *err) MAG_MUST_CHECK;
mag_status mag_profile_read_table(const mag_profile_reader *reader, const mag_yaml *at,
                                  const mag_profile_table **out, mag_error *err) MAG_MUST_CHECK;
/* Sets profile->canaries; the profile's tables have been read. */
mag_status mag_profile_read_canaries(const mag_profile_reader *reader, const mag_yaml *at,
                                     mag_profile *profile, mag_error *err) MAG_MUST_CHECK;

#endif
