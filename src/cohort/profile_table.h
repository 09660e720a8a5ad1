/* One table of a profile: where our columns come from in somebody's file. Made by profile.c, read
   by the decoders. Everything lives in the profile's arena. */
#ifndef MAG_COHORT_PROFILE_TABLE_H
#define MAG_COHORT_PROFILE_TABLE_H

#include "cohort/profile.h"

typedef enum mag_field {
#define MAG_FIELD(name, ...) MAG_FIELD_##name,
#include "cohort/field.def"
#undef MAG_FIELD
    MAG_FIELD_COUNT
} mag_field;

const char *mag_field_name(mag_field field);
bool mag_field_is_of(mag_field field, mag_table_kind kind);
bool mag_field_is_required(mag_field field, mag_table_kind kind);

/* "10" -> "ICD10" */
typedef struct mag_text_pair {
    const char *from;
    const char *to;
} mag_text_pair;

typedef struct mag_text_map {
    const mag_text_pair *pairs;
    size_t count;
} mag_text_map;

enum { MAG_KEEP_RULE_COUNT = 8 }; /* most columns that decide which rows of a table are kept */

/* Only rows whose column holds one of the texts are read; others are not of interest. */
typedef struct mag_keep_rule {
    const char *column;
    const char *const *texts; /* ends with NULL */
} mag_keep_rule;

/* A code of the source's own that stands for one of our analytes. */
typedef struct mag_own_code {
    const char *code;
    mag_analyte analyte;
} mag_own_code;

struct mag_profile_table {
    mag_table_kind kind;
    const char *file; /* stem */
    bool is_required;
    char delimiter;
    bool has_decimal_comma;
    bool has_partial_dates;
    bool has_comment_comparators;
    const char *columns[MAG_FIELD_COUNT];   /* the source's names; NULL: not mapped */
    const char *constants[MAG_FIELD_COUNT]; /* for fields without a column, or empty cells */
    mag_text_map values[MAG_FIELD_COUNT];
    mag_text_map units; /* code -> unit, stated by the site for results without a unit */
    const mag_own_code *codes;
    size_t code_count;
    const mag_keep_rule *keep;
    size_t keep_count;
    const char *const *drop;         /* columns declared to be dropped unread; ends with NULL */
    const char *const *missing;      /* texts that mean "nothing"; ends with NULL */
    const char *const *date_formats; /* ends with NULL; NULL: ISO 8601 only */
    mag_decimal haemolysis_from;     /* serum index from which a specimen counts as haemolysed */
};

/* True if the table says something about a column of that name: it is read, it decides which rows
   are kept, or it is to be dropped. */
bool mag_profile_table_declares(const mag_profile_table *table, mag_span column);

#endif
