/* The fixed-size records of a partition; in memory and on disk alike. A record is decided once. */
#ifndef MAG_COHORT_RECORD_H
#define MAG_COHORT_RECORD_H

#include "base/datetime.h"
#include "clinical/codebook.h"
#include "clinical/era.h"
#include "clinical/kidney.h"
#include "cohort/accounting.h"

/* Laboratory record, 24 bytes.

     packed: analyte 6 | unit 5 | scale 4 | comparator 3 | reject reason 6 | flags 8
             bit 0     | 6      | 11      | 15           | 18              | 24            */
typedef struct mag_lab {
    uint32_t patient;  /* index in the partition */
    mag_minute minute; /* wall clock; 00:00 when date-only */
    int32_t mantissa;
    uint32_t packed;
    uint16_t range_id; /* row reference range: index into the run's table; 0 = none */
    uint16_t file_id;  /* index into the run's files */
    uint32_t line;     /* first physical line of the row */
} mag_lab;
_Static_assert(sizeof(mag_lab) == 24, "a laboratory record is 24 bytes");
_Static_assert(MAG_ANALYTE_COUNT <= 64, "a laboratory record keeps 6 bits of analyte");

enum { MAG_LAB_SCALE_AT = 11, MAG_LAB_FLAGS_AT = 24 }; /* first bits of them in `packed` */

enum mag_lab_flag {
    MAG_LAB_DATE_ONLY = 1,
    MAG_LAB_HAEMOLYSED = 2,
    MAG_LAB_SOFT_LIMIT = 4,
    MAG_LAB_INFERRED_UNIT = 8,
    MAG_LAB_SUSPECT = 16,       /* EDTA: of a potassium, magnesium and calcium that fit it */
    MAG_LAB_COMMENT_VALUE = 32, /* comparator came from the comment */
    MAG_LAB_DRIP_ARM = 64,      /* of a specimen whose sodium or glucose comes from a drip */
    MAG_LAB_CONFLICT = 128      /* another value of the specimen or moment is more than 5 % off */
};

static inline mag_analyte mag_lab_analyte(const mag_lab *lab) {
    return (mag_analyte)(lab->packed & 0x3fu);
}
static inline mag_unit mag_lab_unit(const mag_lab *lab) {
    return (mag_unit)(lab->packed >> 6 & 0x1fu);
}
static inline mag_decimal mag_lab_value(const mag_lab *lab) {
    return (mag_decimal){lab->mantissa, (uint8_t)(lab->packed >> MAG_LAB_SCALE_AT & 0xfu)};
}
static inline mag_comparator mag_lab_comparator(const mag_lab *lab) {
    return (mag_comparator)(lab->packed >> 15 & 0x7u);
}
/* MAG_REASON_NONE: a usable value; else a mark without a value, and why. */
static inline mag_reason mag_lab_reject(const mag_lab *lab) {
    return (mag_reason)(lab->packed >> 18 & 0x3fu);
}
static inline bool mag_lab_has(const mag_lab *lab, enum mag_lab_flag flag) {
    return (lab->packed >> MAG_LAB_FLAGS_AT & (unsigned)flag) != 0;
}
static inline unsigned mag_lab_flags(const mag_lab *lab) {
    return lab->packed >> MAG_LAB_FLAGS_AT;
}
static inline uint32_t mag_lab_pack(mag_analyte analyte, mag_unit unit, uint8_t scale,
                                    mag_comparator comparator, mag_reason reject, unsigned flags) {
    return (uint32_t)analyte | (uint32_t)unit << 6 | (uint32_t)scale << MAG_LAB_SCALE_AT |
           (uint32_t)comparator << 15 | (uint32_t)reject << 18 |
           (uint32_t)flags << MAG_LAB_FLAGS_AT;
}
static inline void mag_lab_set(mag_lab *lab, enum mag_lab_flag flag) {
    lab->packed |= (uint32_t)flag << MAG_LAB_FLAGS_AT;
}
/* Turns a value into a mark, for a reason that shows only beside other results. */
static inline void mag_lab_set_aside(mag_lab *lab, mag_reason reject) {
    lab->packed = (lab->packed & ~(0x3fu << 18)) | (uint32_t)reject << 18;
}

/* Exposure, 36 bytes. start <= t < stop. */
typedef struct mag_exposure {
    uint32_t patient;
    mag_minute start;
    mag_minute stop;       /* exclusive; an open order: start + 365 days */
    uint32_t drug_id;      /* index into the run's drug table */
    uint32_t dose_text_id; /* index into the run's texts: the dose as written; 0 = none */
    int32_t dose_lo_umol;  /* a day; see clinical/dose.h */
    int32_t dose_hi_umol;  /* MAG_DOSE_UNKNOWN: no upper bound */
    uint8_t route;         /* mag_route */
    uint8_t flags;         /* kind in bits 0-1, then mag_exposure_flag */
    uint16_t file_id;
    uint32_t line;
} mag_exposure;
_Static_assert(sizeof(mag_exposure) == 36, "an exposure is 36 bytes");

enum mag_exposure_flag {
    MAG_EXPOSURE_OPEN = 4,       /* had no stop: note open_order */
    MAG_EXPOSURE_START_DATE = 8, /* start had no clock */
    MAG_EXPOSURE_STOP_DATE = 16, /* stop had no clock: that day is the last one, included */
    MAG_EXPOSURE_PARTIAL = 32,   /* a partial date was completed: note date_partial */
    MAG_EXPOSURE_BASIS_AMBIGUOUS = 64,
    MAG_EXPOSURE_INTERVAL = 128 /* has no interval: rejected at settling, in no timeline */
};
enum { MAG_EXPOSURE_NO_KIND = 3 }; /* in bits 0-1, with MAG_EXPOSURE_INTERVAL: kind not known */

static inline mag_rx_kind mag_exposure_kind(const mag_exposure *exposure) {
    return (mag_rx_kind)(exposure->flags & 3u);
}
static inline bool mag_exposure_has(const mag_exposure *exposure, enum mag_exposure_flag flag) {
    return (exposure->flags & (unsigned)flag) != 0;
}

typedef struct mag_stay {
    uint32_t patient;
    mag_minute from;
    mag_minute until;   /* inclusive */
    uint64_t stay_hash; /* of the stay's id: conditions keyed by stay find their date */
} mag_stay;

typedef struct mag_condition_record {
    uint32_t patient;
    mag_minute
        minute; /* recorded_on, or the end of its stay; MAG_MINUTE_NONE until the stay is known */
    uint32_t conditions; /* set of mag_condition */
    bool is_date_only;
    uint64_t stay_hash;
} mag_condition_record;

/* Demographics of one patient; what is not known says so. */
typedef struct mag_person {
    mag_span id; /* borrowed from the partition */
    mag_sex sex;
    bool is_in_roster;
    bool has_birth;            /* else age is unknown */
    bool is_birth_year_only;   /* age = year(T) - year: note age_year_only */
    mag_day birth;             /* 1 January of the year if only that is known */
    mag_minute died;           /* MAG_MINUTE_OPEN: alive; date-only: last minute of the day */
    bool is_detail_unreadable; /* the day of weight and height, or the observed period: taken as
                                  unsaid */
    bool is_death_unreadable;  /* a died_on that is no date, or T lies between two: nobody knows
                                  whether alive */
    mag_minute observed_from, observed_until; /* MAG_MINUTE_NONE, MAG_MINUTE_OPEN when unsaid */
    uint32_t site_id;                         /* index into the run's texts; 0 = none */
    bool has_conflict;                        /* two sexes or births in the roster: both unknown */
    uint64_t row_hash; /* over all mapped columns of the roster row; 0 when there is no row */
} mag_person;

#endif
