/* One file or table of a source, read block by block: whoever drives it cuts blocks from it in
   their order and has them decoded by any number of threads, each into a lane of its own.

     open ─▶ next ─▶ next ─▶ ... ─▶ close ─▶ finish ─▶ done
               └─▶ decode (any thread, any order, before close)

   A feed that cannot be cut (a table of a database, with connections of its own) has `read` instead
   of all between open and close. */
#ifndef MAG_COHORT_FEED_H
#define MAG_COHORT_FEED_H

#include "cohort/lane.h"
#include "io/csv_block.h"

typedef struct mag_feed mag_feed;

/* Of several faults of a feed the one of the lowest block counts; finding its end, or no block at
   all, comes behind all blocks. */
typedef struct mag_feed_fault {
    uint64_t block_number;
    mag_error error;
} mag_feed_fault;

typedef struct mag_feed_ops {
    /* Opens it and reads what stands before the first row. */
    mag_status (*open)(mag_feed *feed, mag_error *err);
    /* Bytes of the file as it lies there, before it is opened; 0: nobody knows. NULL: the same. */
    uint64_t (*size)(const mag_feed *feed);
    /* Fills the next block, or says that there is none. Opener's thread. */
    mag_status (*next)(mag_feed *feed, mag_csv_block *block, bool *is_over, mag_error *err);
    /* Puts the rows of a block into the lane and keeps what was counted. One thread to a lane. */
    mag_status (*decode)(mag_feed *feed, const mag_csv_block *block, mag_lane *lane,
                         mag_error *err);
    /* No block is cut or decoded any more: gives back all that reading needs, also after a fault,
       also if it was never opened. */
    void (*close)(mag_feed *feed);
    /* Reads all of it on this thread, into one lane; NULL: it is read by blocks. */
    mag_status (*read)(mag_feed *feed, mag_lane *lane, mag_error *err);
    /* Adds up what was counted (of a failed feed: up to the fault, so that its account does not
       depend on who read what) and judges the feed as a whole, against those before it. Feeds of a
       run are finished in their order, by one thread. The last line that counts goes to
       *last_line. */
    mag_status (*finish)(mag_feed *feed, const mag_feed_fault *fault, uint32_t *last_line,
                         mag_error *err);
    /* The end of every feed, finished or not. */
    void (*done)(mag_feed *feed);
} mag_feed_ops;

struct mag_feed {
    const mag_feed_ops *ops;
    mag_cohort *cohort;
    mag_run_file *file;
    uint16_t file_id;
};

/* Asked before each block; NULL: nobody stops it. */
typedef struct mag_feed_watch {
    bool (*is_stopped)(void *context);
    void *context;
    /* Told of each block when it was cut, and again when it was decoded; NULL: nobody asks. */
    void (*on_block)(void *context, const mag_csv_block *block, bool is_decoded);
    void *block_context;
} mag_feed_watch;

/* MAG_E_INTERRUPTED if it is to stop. */
mag_status mag_feed_check_stop(const mag_feed_watch *watch, mag_error *err) MAG_MUST_CHECK;

/* Reads a feed from open to close, on this thread, into one lane. *block is the room it cuts into;
 *fault gets the number of the block that failed. */
mag_status mag_feed_read(mag_feed *feed, mag_lane *lane, const mag_feed_watch *watch,
                         mag_feed_fault *fault) MAG_MUST_CHECK;

/* Reads feeds one after the other into the cohort's own lane, each to its finish. Of a feed that
   fails its file is the cohort's last. */
mag_status mag_feeds_read(mag_feed *const *feeds, size_t count, const mag_feed_watch *watch,
                          mag_error *err) MAG_MUST_CHECK;

/* Forgets the files above this one and rejects above this line of it, as if nobody had read them.
 */
void mag_cohort_cut_files(mag_cohort *cohort, uint16_t last_file_id, uint32_t last_line);

#endif
