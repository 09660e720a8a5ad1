/* Why a whole file was refused, by the names that rejects.csv and run.json use. */
#ifndef MAG_ENGINE_FILE_FAULT_H
#define MAG_ENGINE_FILE_FAULT_H

#include "cohort/cohort.h"

/* "file.truncated" and so on (faults page 1.5; "file.header" for a header that does not fit the
   profile); NULL if the message is not about a file's content. */
const char *mag_file_fault_reason(mag_message_id message);

typedef struct mag_file_fault {
    const char *source, *file; /* borrowed from the cohort */
    const char *reason;
} mag_file_fault;

/* The file that made reading fail: the one that was begun last. False if the failure was not about
   a file's content. cohort may be NULL. */
bool mag_file_fault_find(const mag_cohort *cohort, const mag_error *failure, mag_file_fault *out);

#endif
