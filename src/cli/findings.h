/* What `check` says: one line for each thing that was looked at, or one object of a JSON array. */
#ifndef MAG_CLI_FINDINGS_H
#define MAG_CLI_FINDINGS_H

#include "base/status.h"
#include "io/json_writer.h"

typedef struct mag_findings {
    bool is_json;
    mag_json json; /* the array that findings are added to */
    size_t good_count, bad_count;
} mag_findings;

/* what: the thing; detail: what was found, "" if there is no more to say. */
void mag_findings_add(mag_findings *all, const char *what, const char *detail, bool is_good);

/* What would stop a run, with its message id and hint: a bad one. */
void mag_findings_add_error(mag_findings *all, const char *what, const mag_error *err);

/* A status that the things looked at brought about (configuration, input, rules, privacy) is a
   finding, and MAG_OK comes back; any other status comes back as it is, with *err. */
mag_status mag_findings_take(mag_findings *all, const char *what, mag_status status,
                             const mag_error *err) MAG_MUST_CHECK;

#endif
