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
    uint16_t agent;          /* that the phrase names; 0: none */
    bool is_h_pylori, is_local, is_inhaled, is_host, is_plain;
    struct mag_name_entry *next; /* of the same bucket */
} mag_name_entry;

/* An ATC code that names an agent. */
typedef struct mag_agent_prefix {
    mag_span prefix;
    uint16_t agent;
} mag_agent_prefix;

/* Agents that a code and a name tell, without repeats; what is beyond the room is left out. */
typedef struct mag_agent_list {
    uint16_t agents[2 * MAG_DRUG_AGENTS];
    size_t count;
} mag_agent_list;

typedef struct mag_stem {
    mag_span text;
    bool is_ending;   /* at the end of a word only */
    bool is_innocent; /* a word that no ending matches */
} mag_stem;

enum { MAG_NAME_BUCKETS = 1024 };
enum { MAG_PROPERTY_AT = 8 }; /* first bit of the property in a value of `analytes` */

struct mag_codebook {
    char sha256[MAG_SHA256_HEX_NBYTES];
    mag_code_table analytes;    /* (system, code) -> mag_analyte | mag_property << 8 */
    mag_code_table drug_codes;  /* (system, code) -> classes */
    mag_code_table drug_vetoes; /* (system, code) -> classes */
    mag_code_table routed;      /* (system, code) -> classes that count only with a known route */
    mag_code_table ingredients; /* (system, code) -> index + 1 of ingredient_texts */
    const char **ingredient_texts;
    uint16_t *ingredient_agents; /* 0: the text names none */
    size_t ingredient_count;
    mag_code_table agent_codes; /* (system, code) -> agent */
    mag_agent_prefix *agent_prefixes;
    size_t agent_prefix_count;
    mag_class_set *agent_classes; /* by agent */
    mag_code_prefix *prefixes;    /* of drugs */
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
mag_status mag_list_read_agents(mag_list_reader *reader, const mag_yaml *root) MAG_MUST_CHECK;
/* Finds out the classes of every agent, once all lists are read. MAG_E_RULES if one has none. */
mag_status mag_agents_settle(mag_list_reader *reader) MAG_MUST_CHECK;

/* What must hold of the lists' content, once all are read: codebook_lint.c. */
mag_status mag_list_check_drugs(mag_list_reader *reader, const mag_yaml *root) MAG_MUST_CHECK;
mag_status mag_list_check_agents(mag_list_reader *reader, const mag_yaml *root) MAG_MUST_CHECK;

enum { MAG_LIST_COUNT = 4 };
/* As mag_codebook_load, from these bytes: agents, analytes, conditions, drugs. They must outlive
   the book. */
mag_status mag_codebook_load_from(mag_arena *arena, const mag_span contents[MAG_LIST_COUNT],
                                  const mag_codebook **out, mag_error *err) MAG_MUST_CHECK;

/* Classes that a code gives because it names an agent (OMOP ingredients). */
mag_class_set mag_agent_classes_of_code(const mag_codebook *book, mag_code_system system,
                                        mag_span code);
/* Add what the code, or the name, tells. */
void mag_agents_of_code(const mag_codebook *book, mag_code_system system, mag_span code,
                        mag_agent_list *found);
void mag_agents_of_words(const mag_codebook *book, const mag_drug_words *words,
                         mag_agent_list *found);
/* Puts those into the drug that belong to one of its classes. */
void mag_agents_keep(const mag_codebook *book, const mag_agent_list *found, mag_drug *drug);

/* MAG_E_RULES with "FILE:LINE:COLUMN: what"; the node says where. */
mag_status mag_list_fault(mag_list_reader *reader, const mag_yaml *node, const char *what);
/* The node's text as a code of the system, checked for its shape (LOINC check digit, ATC levels
 * ...). */
mag_status mag_list_code(mag_list_reader *reader, const mag_yaml *node, mag_code_system system,
                         mag_span *code) MAG_MUST_CHECK;
/* Adds each phrase of the list ("a b", or "a + b": both occur), which may be NULL, with *meaning.
 */
mag_status mag_list_names(mag_list_reader *reader, const mag_yaml *list,
                          const mag_name_entry *meaning) MAG_MUST_CHECK;
/* Number of scalars below the node: the room that a list can need at most. */
size_t mag_list_scalars(const mag_yaml *node);

/* The entries whose phrase begins with the word. */
mag_name_entry *mag_name_bucket(const mag_codebook *book, mag_span first_word);
size_t mag_name_bucket_index(mag_span first_word);

#endif
