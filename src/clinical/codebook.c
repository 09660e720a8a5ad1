/* The code book: loading the lists and looking up laboratory and condition codes. Drugs are in
   codebook_drug.c and codebook_agent.c, reading the lists in codebook_lists.c and codebook_names.c.
 */
#include "clinical/codebook.h"

#include "clinical/codebook_lists.h"
#include "io/embedded.h"

#include <assert.h>

typedef struct list_file {
    const char *name;
    mag_status (*read)(mag_list_reader *reader, const mag_yaml *root);
    mag_status (*check)(mag_list_reader *reader, const mag_yaml *root); /* or NULL */
} list_file;

/* In order of their names: the digest is over their bytes in this order. */
static const list_file list_files[] = {
    {"pipelines/codes/agents.yaml", mag_list_read_agents, mag_list_check_agents},
    {"pipelines/codes/analytes.yaml", mag_list_read_analytes, NULL},
    {"pipelines/codes/conditions.yaml", mag_list_read_conditions, NULL},
    {"pipelines/codes/drugs.yaml", mag_list_read_drugs, mag_list_check_drugs},
};
_Static_assert(sizeof list_files / sizeof *list_files == MAG_LIST_COUNT, "a reader each");

static mag_status read_lists(mag_list_reader *reader, const mag_span contents[MAG_LIST_COUNT]) {
    const mag_yaml *roots[MAG_LIST_COUNT];
    for (size_t i = 0; i < MAG_LIST_COUNT; i++) {
        reader->file = list_files[i].name;
        MAG_TRY(mag_yaml_parse(reader->arena, reader->file, contents[i], MAG_E_RULES, &roots[i],
                               reader->err));
        MAG_TRY(list_files[i].read(reader, roots[i]));
    }
    MAG_TRY(mag_agents_settle(reader));
    for (size_t i = 0; i < MAG_LIST_COUNT; i++) {
        reader->file = list_files[i].name;
        if (list_files[i].check)
            MAG_TRY(list_files[i].check(reader, roots[i]));
    }
    return MAG_OK;
}

mag_status mag_codebook_load_from(mag_arena *arena, const mag_span contents[MAG_LIST_COUNT],
                                  const mag_codebook **out, mag_error *err) {
    mag_codebook *book = mag_arena_alloc(arena, sizeof *book);
    if (!book)
        return mag_fail_memory(err, sizeof *book);
    mag_sha256 *hash = mag_sha256_new();
    if (!hash)
        return mag_fail_memory(err, 1);
    for (size_t i = 0; i < MAG_LIST_COUNT; i++)
        mag_sha256_add(hash, contents[i]);
    mag_sha256_end(hash, book->sha256);
    mag_list_reader reader = {arena, book, "", err};
    MAG_TRY(read_lists(&reader, contents));
    *out = book;
    return MAG_OK;
}

mag_status mag_codebook_load(mag_arena *arena, const mag_codebook **out, mag_error *err) {
    mag_span contents[MAG_LIST_COUNT];
    for (size_t i = 0; i < MAG_LIST_COUNT; i++)
        if (!mag_embedded_find(list_files[i].name, &contents[i]))
            return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701,
                            "%s is not inside the program: built without it", list_files[i].name);
    return mag_codebook_load_from(arena, contents, out, err);
}

const char *mag_codebook_sha256(const mag_codebook *book) {
    return book->sha256;
}

static const char *const system_names[MAG_CODE_SYSTEM_COUNT] = {
    "",
#define MAG_CODE_SYSTEM(name, text) text,
#include "clinical/code_system.def"
#undef MAG_CODE_SYSTEM
};

typedef struct system_alias {
    mag_code_system system;
    const char *text;
} system_alias;

static const system_alias system_aliases[] = {
#define MAG_CODE_SYSTEM_ALIAS(name, text) {MAG_SYSTEM_##name, text},
#include "clinical/code_system_alias.def"
#undef MAG_CODE_SYSTEM_ALIAS
};

mag_code_system mag_code_system_find(mag_span name) {
    mag_span trimmed = mag_span_trim(name);
    for (int i = MAG_SYSTEM_NONE + 1; i < MAG_CODE_SYSTEM_COUNT; i++)
        if (mag_span_is_ignoring_case(trimmed, system_names[i]))
            return (mag_code_system)i;
    for (size_t i = 0; i < sizeof system_aliases / sizeof *system_aliases; i++)
        if (mag_span_is_ignoring_case(trimmed, system_aliases[i].text))
            return system_aliases[i].system;
    return MAG_SYSTEM_NONE;
}

const char *mag_code_system_name(mag_code_system system) {
    assert(system < MAG_CODE_SYSTEM_COUNT);
    return system_names[system];
}

static uint64_t find_analyte_code(const mag_codebook *book, mag_code_system system, mag_span code) {
    char room[MAG_CODE_NBYTES];
    return mag_code_table_get(&book->analytes, system, mag_code_folded(system, code, room));
}

mag_analyte mag_codebook_analyte(const mag_codebook *book, mag_code_system system, mag_span code) {
    return (mag_analyte)(find_analyte_code(book, system, code) & ((1u << MAG_PROPERTY_AT) - 1));
}

mag_property mag_codebook_property(const mag_codebook *book, mag_code_system system,
                                   mag_span code) {
    return (mag_property)(find_analyte_code(book, system, code) >> MAG_PROPERTY_AT);
}

bool mag_property_contradicts(mag_property property, mag_unit unit) {
    mag_unit_dimension dimension = mag_unit_scale_of(unit).dimension;
    bool is_mass = dimension == MAG_DIMENSION_MASS || dimension == MAG_DIMENSION_MASS_PER_DAY;
    bool is_molar = dimension == MAG_DIMENSION_MOLAR || dimension == MAG_DIMENSION_EQUIVALENT ||
                    dimension == MAG_DIMENSION_MOLAR_PER_DAY;
    return (property == MAG_PROPERTY_MASS && is_molar) ||
           (property == MAG_PROPERTY_MOLAR && is_mass);
}

/* Upper case, without points and blanks: "n18.30" is "N1830". What is longer than any code is cut.
 */
static mag_span plain_code(mag_span code, char out[16]) {
    size_t nbytes = 0;
    for (size_t i = 0; i < code.nbytes && nbytes < 16; i++) {
        char c = code.at[i];
        if (c == '.' || c == ' ' || c == '\t')
            continue;
        out[nbytes++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    return (mag_span){out, nbytes};
}

uint32_t mag_codebook_conditions(const mag_codebook *book, mag_code_system system, mag_span code) {
    char room[16];
    mag_span plain = plain_code(code, room);
    uint64_t found = 0;
    for (size_t i = 0; i < book->condition_count; i++)
        if (book->conditions[i].system == system &&
            mag_span_starts_with(plain, book->conditions[i].prefix))
            found |= book->conditions[i].gives;
    return (uint32_t)found;
}

static const char *const condition_names[MAG_CONDITION_COUNT] = {
#define MAG_CONDITION(name, text, label) text,
#include "clinical/condition.def"
#undef MAG_CONDITION
};

const char *mag_condition_name(mag_condition condition) {
    assert(condition < MAG_CONDITION_COUNT);
    return condition_names[condition];
}

bool mag_condition_find(mag_span name, mag_condition *out) {
    for (int i = 0; i < MAG_CONDITION_COUNT; i++)
        if (mag_span_is(name, condition_names[i])) {
            *out = (mag_condition)i;
            return true;
        }
    return false;
}

typedef struct class_facts {
    const char *name, *label;
} class_facts;

static const class_facts class_table[MAG_CLASS_COUNT] = {
#define MAG_CLASS(name, label, ...) {#name, label},
#include "clinical/drug_class.def"
#undef MAG_CLASS
};

const char *mag_class_name(mag_class drug_class) {
    assert(drug_class < MAG_CLASS_COUNT);
    return class_table[drug_class].name;
}

const char *mag_class_label(mag_class drug_class) {
    assert(drug_class < MAG_CLASS_COUNT);
    return class_table[drug_class].label;
}

bool mag_class_find(mag_span name, mag_class *out) {
    for (int i = 0; i < MAG_CLASS_COUNT; i++)
        if (mag_span_is(name, class_table[i].name)) {
            *out = (mag_class)i;
            return true;
        }
    return false;
}

mag_class_set mag_classes_of_interest(void) {
    const mag_class_set all = ((mag_class_set)1 << MAG_CLASS_COUNT) - 1;
    const mag_class_set apart = (mag_class_set)1 << MAG_CLASS_MGNOT | (mag_class_set)1
                                                                          << MAG_CLASS_STEROID;
    return all & ~apart;
}
