/* The command line: verbs and options are tables (verb.def, option.def); parsing, help and
   docs/cli.md come from them. Options and operands stand in any order; names are never abbreviated.
 */
#ifndef MAG_CLI_OPTIONS_H
#define MAG_CLI_OPTIONS_H

#include "base/memory.h"

enum { MAG_OPERAND_COUNT = 3 };

/* What the command line says. Texts are borrowed from argv; NULL, 0 and -1 (counts) mean not given.
 */
typedef struct mag_options {
    char *operands[MAG_OPERAND_COUNT]; /* not const: explain wipes a patient id */
    size_t operand_count;
    const char *profile, *data, *out, *from, *as_of, *as_of_series, *rule, *severity, *reason,
        *previous, *state, *db, *note, *until, *site, *progress, *spill_dir;
    int64_t threads, limit, patients, seed, files, run;
    size_t memory_limit_nbytes;
    uint32_t dirty_per_million;
    unsigned allow_empty; /* set of mag_table_kind */
    bool is_forced, is_dry_run, is_deep, has_timings, is_release, is_again, is_dump, is_markdown,
        is_plain, is_json, is_help, is_insecure_db_allowed;
} mag_options;

typedef enum mag_option_id {
#define MAG_OPTION(id, ...) MAG_OPTION_##id,
#include "cli/option.def"
#undef MAG_OPTION
    MAG_OPTION_COUNT
} mag_option_id;

typedef struct mag_option_facts {
    const char *name, *argument, *help; /* argument NULL: takes none */
} mag_option_facts;

typedef struct mag_verb {
    const char *name, *usage, *summary, *examples[2];
    size_t fewest_operands, most_operands;
    uint64_t options; /* set of mag_option_id */
    /* MAG_OK: *exit_code is the answer; else the status gives it and *err is shown. */
    mag_status (*run)(const mag_options *options, int *exit_code, mag_error *err);
} mag_verb;

/* Ends with a row whose name is NULL. */
extern const mag_verb mag_verbs[];

const mag_option_facts *mag_option_of(mag_option_id id);
bool mag_verb_takes(const mag_verb *verb, mag_option_id id);
/* NULL with a MAG_E_USAGE error that names the nearest verb. */
const mag_verb *mag_verb_find(const char *name, mag_error *err);

/* Reads what follows the verb. argv ends with NULL. Faults are MAG_E_USAGE (MS-U201). */
mag_status mag_options_parse(const mag_verb *verb, char *const *argv, mag_options *out,
                             mag_error *err) MAG_MUST_CHECK;

/* "512MiB", "4 GiB", "1000000" to bytes; false if it is none, zero or too large. */
bool mag_size_parse(const char *text, size_t *nbytes);

#endif
