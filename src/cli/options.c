#include "cli/options.h"

#include "cli/verbs.h"
#include "cohort/profile.h"

#include <stdlib.h>
#include <string.h>

#define OPT(id) (UINT64_C(1) << MAG_OPTION_##id)

const mag_verb mag_verbs[] = {
#define MAG_VERB(verb_name, fewest, most, usage, summary, example1, example2, options)             \
    {                                                                                              \
        #verb_name,                                                                                \
        usage,                                                                                     \
        summary,                                                                                   \
        {example1, example2},                                                                      \
        fewest,                                                                                    \
        most,                                                                                      \
        (options) | OPT(HELP),                                                                     \
        mag_verb_##verb_name},
#include "cli/verb.def"
#undef MAG_VERB
    {0}};

typedef enum option_kind { TEXT, PLACE, COUNT, SIZE, RATE, TABLES, FLAG } option_kind;

typedef struct option_row {
    mag_option_facts facts;
    option_kind kind;
    size_t offset;           /* of its field in mag_options */
    int64_t lowest, highest; /* of a COUNT */
} option_row;

static const option_row rows[] = {
#define MAG_OPTION(id, name, kind, field, lowest, highest, argument, help)                         \
    {{name, argument, help}, kind, offsetof(mag_options, field), lowest, highest},
#include "cli/option.def"
#undef MAG_OPTION
};
_Static_assert(sizeof rows / sizeof rows[0] == MAG_OPTION_COUNT, "one row per option");
_Static_assert(MAG_OPTION_COUNT <= 64, "a set of options is one word");

enum { VERB_COUNT = sizeof mag_verbs / sizeof mag_verbs[0] - 1 };

const mag_option_facts *mag_option_of(mag_option_id id) {
    return &rows[id].facts;
}

bool mag_verb_takes(const mag_verb *verb, mag_option_id id) {
    return (verb->options >> id & 1) != 0;
}

const mag_verb *mag_verb_find(const char *name, mag_error *err) {
    const char *names[VERB_COUNT + 1] = {0};
    for (size_t i = 0; i < VERB_COUNT; i++) {
        names[i] = mag_verbs[i].name;
        if (strcmp(name, names[i]) == 0)
            return &mag_verbs[i];
    }
    const char *nearest = mag_nearest_name(name, names);
    (void)mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "there is no verb \"%s\"", name);
    if (nearest)
        mag_hint(err, "did you mean  magscreen %s ?", nearest);
    else
        mag_hint(err, "next: magscreen help");
    return NULL;
}

bool mag_size_parse(const char *text, size_t *nbytes) {
    static const struct {
        const char *name;
        unsigned shift;
    } units[] = {{"", 0},   {"B", 0},    {"KiB", 10}, {"K", 10},  {"MiB", 20},
                 {"M", 20}, {"GiB", 30}, {"G", 30},   {"TiB", 40}};
    size_t digit_count = strspn(text, "0123456789");
    if (digit_count == 0 || digit_count > 18) /* 18 digits fit 64 bits */
        return false;
    char *end;
    unsigned long long number = strtoull(text, &end, 10);
    mag_span unit = mag_span_trim(mag_span_of(end));
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (!mag_span_is_ignoring_case(unit, units[i].name))
            continue;
        *nbytes = (size_t)(number << units[i].shift);
        return number != 0 && number <= SIZE_MAX >> units[i].shift;
    }
    return false;
}

/* Digits only, so that "-1", "1e3" and "0x10" are faults. */
static bool parse_count(const option_row *row, const char *text, int64_t *count) {
    size_t length = strlen(text);
    if (length == 0 || length > 18 || strspn(text, "0123456789") != length)
        return false;
    *count = strtoll(text, NULL, 10);
    return *count >= row->lowest && *count <= row->highest;
}

/* "0.02", "0" to "1", at most six decimals, as parts per million. */
static bool parse_rate(const char *text, uint32_t *per_million) {
    enum { MILLION = 1000000, DECIMALS = 6 };
    size_t whole = strspn(text, "0123456789");
    const char *rest = text + whole;
    if (whole == 0 || whole > DECIMALS)
        return false;
    uint64_t rate = strtoull(text, NULL, 10) * MILLION;
    if (*rest == '.') {
        size_t decimals = strspn(++rest, "0123456789");
        if (decimals == 0 || decimals > DECIMALS)
            return false;
        uint64_t part = strtoull(rest, NULL, 10);
        for (size_t i = decimals; i < DECIMALS; i++)
            part *= 10;
        rate += part;
        rest += decimals;
    }
    *per_million = (uint32_t)rate;
    return *rest == '\0' && rate <= MILLION;
}

static bool add_table(const char *text, unsigned *set) {
    mag_table_kind kind;
    if (!mag_table_kind_find(mag_span_of(text), &kind))
        return false;
    *set |= 1u << kind;
    return true;
}

static bool store(const option_row *row, const char *value, mag_options *out) {
    void *field = (char *)out + row->offset;
    switch (row->kind) {
    case TEXT:
    case PLACE:
        *(const char **)field = value;
        /* An empty connection is the one that libpq takes by itself. */
        return *value != '\0' || row->offset == offsetof(mag_options, db);
    case COUNT:
        return parse_count(row, value, field);
    case SIZE:
        return mag_size_parse(value, field);
    case RATE:
        return parse_rate(value, field);
    case TABLES:
        return add_table(value, field);
    case FLAG:
        *(bool *)field = true;
        return true;
    }
    return false;
}

/* "../x" and "a/../b": a place to write to is named by where it is, not by a way up. */
static bool climbs(const char *path) {
    for (const char *part = path; *part; part += *part == '/') {
        size_t length = strcspn(part, "/");
        if (length == 2 && part[0] == '.' && part[1] == '.')
            return true;
        part += length;
    }
    return false;
}

static mag_status check_place(const option_row *row, const char *value, mag_error *err) {
    if (row->kind != PLACE || !climbs(value))
        return MAG_OK;
    mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_S602,
                                 "--%s %s: a folder to write to is named without ..; nothing was "
                                 "written",
                                 row->facts.name, value);
    mag_hint(err, "give its whole path, from / on");
    return status;
}

static mag_status fail_unknown(const mag_verb *verb, mag_span name, mag_error *err) {
    const char *names[MAG_OPTION_COUNT + 1] = {0};
    size_t count = 0;
    for (int id = 0; id < MAG_OPTION_COUNT; id++)
        if (mag_verb_takes(verb, (mag_option_id)id))
            names[count++] = rows[id].facts.name;
    char word[64];
    size_t nbytes = name.nbytes < sizeof word ? name.nbytes : sizeof word - 1;
    memcpy(word, name.at, nbytes);
    word[nbytes] = '\0';
    const char *nearest = mag_nearest_name(word, names);
    mag_status status =
        mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "%s has no option --%s", verb->name, word);
    if (nearest)
        mag_hint(err, "did you mean --%s ?", nearest);
    else
        mag_hint(err, "next: magscreen help %s", verb->name);
    return status;
}

static const option_row *find_option(const mag_verb *verb, mag_span name) {
    for (int id = 0; id < MAG_OPTION_COUNT; id++)
        if (mag_verb_takes(verb, (mag_option_id)id) && mag_span_is(name, rows[id].facts.name))
            return &rows[id];
    return NULL;
}

/* word is "--name" or "--name=value"; next may be its value. *used says how many words it took. */
static mag_status parse_option(const mag_verb *verb, char *const *argv, mag_options *out,
                               size_t *used, mag_error *err) {
    const char *name = argv[0] + 2;
    const char *equals = strchr(name, '=');
    mag_span key = {name, equals ? (size_t)(equals - name) : strlen(name)};
    const option_row *row = find_option(verb, key);
    *used = 1;
    if (!row)
        return fail_unknown(verb, key, err);
    const char *value = equals ? equals + 1 : NULL;
    if (!row->facts.argument && value)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--%s takes no value", row->facts.name);
    if (row->facts.argument && !value) {
        value = argv[1];
        *used = 2;
    }
    if (row->facts.argument && !value)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--%s needs a value: %s", row->facts.name,
                        row->facts.argument);
    if (!store(row, value, out)) {
        mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--%s cannot be \"%s\"",
                                     row->facts.name, value);
        mag_hint(err, "--%s %s: %s", row->facts.name, row->facts.argument, row->facts.help);
        return status;
    }
    return check_place(row, value, err);
}

static mag_status add_operand(const mag_verb *verb, char *word, mag_options *out, mag_error *err) {
    if (out->operand_count == verb->most_operands) {
        /* The word itself is not shown: it may be a patient id. */
        mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                                     "%s takes at most %zu operand(s), one more was given",
                                     verb->name, verb->most_operands);
        mag_hint(err, "usage: magscreen %s %s", verb->name, verb->usage);
        return status;
    }
    out->operands[out->operand_count++] = word;
    return MAG_OK;
}

mag_status mag_options_parse(const mag_verb *verb, char *const *argv, mag_options *out,
                             mag_error *err) {
    *out = (mag_options){
        .threads = -1, .limit = -1, .patients = -1, .seed = -1, .files = -1, .run = -1};
    bool only_operands = false;
    for (size_t used; *argv; argv += used) {
        used = 1;
        if (only_operands || argv[0][0] != '-' || strcmp(argv[0], "-") == 0)
            MAG_TRY(add_operand(verb, argv[0], out, err));
        else if (strcmp(argv[0], "--") == 0)
            only_operands = true;
        else if (strcmp(argv[0], "-h") == 0)
            out->is_help = true;
        else if (argv[0][1] == '-')
            MAG_TRY(parse_option(verb, argv, out, &used, err));
        else
            return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                            "options are written in full, with two hyphens; \"%.2s\" is none",
                            argv[0]);
    }
    if (!out->is_help && out->operand_count < verb->fewest_operands) {
        mag_status status =
            mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "%s needs an operand", verb->name);
        mag_hint(err, "usage: magscreen %s %s", verb->name, verb->usage);
        return status;
    }
    return MAG_OK;
}
