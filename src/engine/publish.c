/* The sink gets rows, the digest gets lines, both in the order of the digest's lines. */
#include "engine/publish_rows.h"

typedef struct publisher {
    const mag_publication *what;
    mag_digest *digest;
} publisher;

static mag_status publish_lab_summary(void *context, const mag_lab_summary_row *row,
                                      mag_error *err) {
    publisher *to = context;
    mag_sink *sink = to->what->sink;
    if (sink != NULL)
        MAG_TRY(sink->ops->lab_summary(sink, row, err));
    return mag_digest_lab_summary(to->digest, row, err);
}

static mag_status publish_summary(void *context, const mag_summary_row *row, mag_error *err) {
    publisher *to = context;
    mag_sink *sink = to->what->sink;
    if (sink != NULL)
        MAG_TRY(sink->ops->summary(sink, row, err));
    return mag_digest_summary(to->digest, row, err);
}

static mag_status publish_all(publisher *to, mag_error *err) {
    const mag_publication *what = to->what;
    const mag_screen *screen = what->screen;
    mag_summary_inputs summary = {.as_of = what->as_of,
                                  .pack = what->pack,
                                  .cohort = what->cohort,
                                  .strata = screen->strata,
                                  .tally = &screen->total};
    MAG_TRY(
        mag_lab_stats_each(screen->lab_stats, screen->patient_count, publish_lab_summary, to, err));
    MAG_TRY(mag_publish_outcomes(what, MAG_CANNOT_TELL, to->digest, err));
    MAG_TRY(mag_publish_outcomes(what, MAG_FLAGGED, to->digest, err));
    MAG_TRY(mag_digest_header(to->digest, what->digest_header, err));
    return mag_summary_each(&summary, publish_summary, to, err);
}

mag_status mag_publish_rows(const mag_publication *publication,
                            char result_sha256[MAG_SHA256_HEX_NBYTES], mag_error *err) {
    publisher to = {.what = publication};
    MAG_TRY(mag_digest_new(&to.digest, publication->account, publication->on_line,
                           publication->line_context, err));
    mag_status status = publish_all(&to, err);
    if (status != MAG_OK) {
        mag_digest_free(to.digest);
        return status;
    }
    return mag_digest_end(to.digest, result_sha256, err);
}
