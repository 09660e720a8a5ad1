/* What the code lists look like once they are loaded; private to the files codebook*.c. */
#ifndef MAG_CLINICAL_CODEBOOK_LISTS_H
#define MAG_CLINICAL_CODEBOOK_LISTS_H

#include "clinical/codebook.h"
#include "clinical/codebook_table.h"
#include "clinical/drug_name.h"
#include "io/yaml_tree.h"

/* A code that decides by how it begins. */
typedef struct mag_code_prefix {
    mag_code_system system;
    mag_span prefix;
    uint64_t gives;     /* classes or conditions */
    uint64_t if_named;  /* classes that the name must confirm */
    uint64_t vetoes;    /* classes that it can never be */
    uint64_t if_routed; /* of gives: classes that count only where the route is known */
    bool is_watched;    /* looks like ours when it reaches nothing */
    bool is_h_pylori;
} mag_code_prefix;

/* A phrase of a drug name: "magnesium oxide", or "picosulfate" with "magnesium" elsewhere. */
typedef struct mag_name_entry {
    mag_span phrase;
    mag_span with; /* must occur too; empty: nothing */
    mag_class_set names, brands, vetoes;
    mag_class_set if_routed; /* classes that the phrase gives only where the route is known */
    mag_class_set element;   /* the element's bare name: counts under conditions */
    bool is_h_pylori, is_local, is_inhaled, is_host, is_plain;
    struct mag_name_entry *next; /* of the same bucket */
} mag_name_entry;

typedef struct mag_stem {
    mag_span text;
    bool is_ending;   /* at the end of a word only */
    bool is_innocent; /* a word that no ending matches */
} mag_stem;

enum { MAG_NAME_BUCKETS = 1024 };

struct mag_codebook {
    char sha256[MAG_SHA256_HEX_NBYTES];
    mag_code_table analytes;    /* (system, code) -> mag_analyte */
    mag_code_table drug_codes;  /* (system, code) -> classes */
    mag_code_table drug_vetoes; /* (system, code) -> classes */
    mag_code_table routed;      /* (system, code) -> classes that count only with a known route */
    mag_code_table ingredients; /* (system, code) -> index + 1 of ingredient_texts */
    const char **ingredient_texts;
    size_t ingredient_count;
    mag_code_prefix *prefixes; /* of drugs */
    size_t prefix_count;
    mag_code_prefix *conditions;
    size_t condition_count;
    mag_name_entry *names[MAG_NAME_BUCKETS]; /* by hash of the phrase's first word */
    mag_stem *stems;
    size_t stem_count;
};

/* A list being read. */
typedef struct mag_list_reader {
    mag_arena *arena;
    mag_codebook *book;
    const char *file;
    mag_error *err;
} mag_list_reader;

mag_status mag_list_read_analytes(mag_list_reader *reader, const mag_yaml *root) MAG_MUST_CHECK;
mag_status mag_list_read_conditions(mag_list_reader *reader, const mag_yaml *root) MAG_MUST_CHECK;
mag_status mag_list_read_drugs(mag_list_reader *reader, const mag_yaml *root) MAG_MUST_CHECK;

/* MAG_E_RULES with "FILE:LINE:COLUMN: what"; the node says where. */
mag_status mag_list_fault(mag_list_reader *reader, const mag_yaml *node, const char *what);
/* The node's text as a code of the system, checked for its shape (LOINC check digit, ATC levels
 * ...). */
mag_status mag_list_code(mag_list_reader *reader, const mag_yaml *node, mag_code_system system,
                         mag_span *code) MAG_MUST_CHECK;
/* Number of scalars below the node: the room that a list can need at most. */
size_t mag_list_scalars(const mag_yaml *node);

/* The entries whose phrase begins with the word. */
mag_name_entry *mag_name_bucket(const mag_codebook *book, mag_span first_word);
size_t mag_name_bucket_index(mag_span first_word);

#endif
