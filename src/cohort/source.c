#include "cohort/source.h"

mag_status mag_source_ingest(mag_source *source, mag_cohort *cohort, mag_error *err) {
    mag_account *account = mag_cohort_settings_of(cohort)->account;
    mag_list feeds = {.item_nbytes = sizeof(mag_feed *)};
    mag_status status = source->ops->add_feeds(source, cohort, &feeds, err);
    if (status == MAG_OK)
        status = mag_feeds_read(feeds.items, feeds.count, NULL, err);
    mag_list_done(account, &feeds);
    return status;
}
