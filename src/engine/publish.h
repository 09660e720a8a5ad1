/* Writing the rows of a screened run into a sink, and its digest. */
#ifndef MAG_ENGINE_PUBLISH_H
#define MAG_ENGINE_PUBLISH_H

#include "engine/digest.h"
#include "engine/ledger.h"

typedef struct mag_publication {
    const mag_pack *pack;
    const mag_cohort *cohort;
    const mag_screen *screen;
    const mag_ledger *ledger; /* episodes; NULL: none are kept, and every flag is new */
    mag_sink *sink;           /* NULL: only the digest is computed */
    const char *as_of;
    const char *digest_header;
    mag_digest_line on_line;
    void *line_context;
    mag_account *account;
    unsigned worker_count;
    bool (*is_stopped)(void *context); /* NULL = never */
    void *stop_context;
    mag_timings *timings;   /* NULL = nobody measures */
    mag_progress *progress; /* NULL = nobody looks */
} mag_publication;

/* Every row that was set aside, sorted by source file, line and reason. Needs the cohort, and a
   sink. */
mag_status mag_publish_rejects(const mag_publication *publication, mag_error *err) MAG_MUST_CHECK;
/* One row for the file that made reading fail, without line and column; none if it was no file. */
mag_status mag_publish_file_fault(const mag_publication *publication, const mag_error *failure,
                                  mag_error *err) MAG_MUST_CHECK;
/* Everything else, in the order of the digest's lines. */
mag_status mag_publish_rows(const mag_publication *publication,
                            char result_sha256[MAG_SHA256_HEX_NBYTES],
                            mag_error *err) MAG_MUST_CHECK;

#endif
