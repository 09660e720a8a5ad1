/* Exposure eras: intervals of one class or group, joined by the rules of their kind (rule language,
   Exposures). Pure; times are minutes. */
#ifndef MAG_CLINICAL_ERA_H
#define MAG_CLINICAL_ERA_H

#include "base/datetime.h"

#include <stddef.h>

typedef enum mag_rx_kind { MAG_RX_ORDER, MAG_RX_ISSUE, MAG_RX_ADMINISTRATION } mag_rx_kind;

enum {
    MAG_ISSUE_DAYS = 28,
    MAG_ISSUE_GRACE_DAYS = 28,
    MAG_OPEN_ORDER_DAYS = 365,
    MAG_NEW_ERA_DAYS = 90
};

/* start <= t < stop: the exposure itself, without grace. */
typedef struct mag_interval {
    mag_minute start;
    mag_minute stop; /* exclusive; a zero-length order has stop = start + 1 */
    mag_rx_kind kind;
    int32_t extra_minutes; /* stays in effect this long after stop (MGIV in MGSYS: 48 h) */
} mag_interval;

typedef struct mag_era {
    mag_minute start;
    mag_minute stop;        /* exclusive, without grace */
    mag_minute active_stop; /* exclusive, with grace of issues and extra minutes: active(C) at t */
} mag_era;

/* Joins intervals (sorted by start, then stop) into eras: an order or administration joins over a
   gap of at most 1 day, an issue of at most its grace. Writes at most interval_count eras to out,
   sorted; returns how many. */
size_t mag_eras_join(const mag_interval *intervals, size_t interval_count, mag_era *out);

/* The latest start that still joins the interval. */
mag_minute mag_interval_reach(const mag_interval *interval);

/* As mag_eras_join, but with one gap for all kinds, which is the grace of issues as well:
   continuous(C for N days, gap G). Extra minutes join as ever. */
size_t mag_eras_join_gap(const mag_interval *intervals, size_t interval_count, int32_t gap_minutes,
                         mag_era *out);

#endif
