/* Options of an operand: for, gap, apart, by, same specimen, with, is. */
#include "rules/call.h"

#include "clinical/dose.h"

#include <string.h>

enum { WORDS_MAX = 64, WORD_NBYTES = 48 };

/* Which options the kinds take, and which of them they cannot do without. */
static const struct {
    mag_operand_kind kind;
    unsigned takes, needs;
} rules_of_options[] = {
#define BIT(option) (1U << MAG_SYNTAX_##option)
    {MAG_OPERAND_LATEST, BIT(WITH), 0},
    {MAG_OPERAND_PREVIOUS, BIT(WITH), 0},
    {MAG_OPERAND_FIRST, BIT(WITH), 0},
    {MAG_OPERAND_LOWEST, BIT(WITH), 0},
    {MAG_OPERAND_HIGHEST, BIT(WITH), 0},
    {MAG_OPERAND_MEDIAN, BIT(WITH), 0},
    {MAG_OPERAND_COUNT, BIT(WITH), 0},
    {MAG_OPERAND_MEASURED, BIT(WITH), 0},
    {MAG_OPERAND_SPACED, BIT(WITH) | BIT(APART), BIT(APART)},
    {MAG_OPERAND_PAIR, BIT(SAME), 0},
    {MAG_OPERAND_CONTINUOUS, BIT(FOR) | BIT(GAP), BIT(FOR)},
    {MAG_OPERAND_COUNT_ACTIVE, BIT(FOR), 0},
    {MAG_OPERAND_DOSE_CHANGE, BIT(BY), BIT(BY)},
    {MAG_OPERAND_SALT, BIT(IS), BIT(IS)},
    {MAG_OPERAND_ROUTE, BIT(IS), BIT(IS)},
#undef BIT
};

static const char *const option_usage[MAG_SYNTAX_OPTION_COUNT] = {
    [MAG_SYNTAX_FOR] = "for 90 days",     [MAG_SYNTAX_GAP] = "gap 60 days",
    [MAG_SYNTAX_APART] = "apart 14 days", [MAG_SYNTAX_BY] = "by 25 %",
    [MAG_SYNTAX_SAME] = "same specimen",  [MAG_SYNTAX_WITH] = "with ANALYTE",
    [MAG_SYNTAX_IS] = "is WORD or WORD",
};

static mag_status check_set(const mag_syntax *call, mag_operand_kind kind, mag_error *err) {
    unsigned takes = 0, needs = 0, set = call->options.set;
    for (size_t i = 0; i < sizeof rules_of_options / sizeof rules_of_options[0]; i++) {
        if (rules_of_options[i].kind != kind)
            continue;
        takes = rules_of_options[i].takes;
        needs = rules_of_options[i].needs;
    }
    for (unsigned i = 0; i < MAG_SYNTAX_OPTION_COUNT; i++) {
        if ((set & ~takes) >> i & 1U)
            return mag_expression_fail(call->expression, call->options.at[i], MAG_MSG_R501, err,
                                       "%s( ) takes no `%s`", mag_operand_name(kind),
                                       option_usage[i]);
        if ((needs & ~set) >> i & 1U)
            return mag_expression_fail(call->expression, call->at, MAG_MSG_R501, err,
                                       "%s( ) needs `%s`", mag_operand_name(kind), option_usage[i]);
    }
    return MAG_OK;
}

/* --- lengths and percentages ----------------------------------------------------------------- */

/* A length option as text, "for 90 days"; "" where it is not said. */
static mag_status read_length(mag_checker *checker, const mag_syntax *call,
                              mag_syntax_option option, mag_length *out, const char **text,
                              mag_error *err) {
    static const char *const words[] = {"for", "gap", "apart"};
    const char *length;
    *text = "";
    if ((call->options.set >> option & 1U) == 0)
        return MAG_OK;
    MAG_TRY(mag_checker_length(checker, call, &call->options.lengths[option], out, &length, err));
    *text = mag_arena_format(checker->arena, "%s %s", words[option], length);
    return *text ? MAG_OK : mag_fail_memory(err, 64);
}

static mag_status read_percent(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                               const char **text, mag_error *err) {
    static const char *const directions[] = {"by", "up by", "down by"};
    const mag_syntax_options *options = &call->options;
    const mag_syntax_length *written = &options->lengths[MAG_SYNTAX_BY];
    mag_quantity quantity = written->quantity;
    if ((options->set >> MAG_SYNTAX_BY & 1U) == 0)
        return MAG_OK;
    if (written->is_name)
        MAG_TRY(mag_checker_parameter(checker, call, written, &quantity, err));
    operand->percent = mag_decimal_double(quantity.digits);
    operand->direction = options->direction;
    if (quantity.dimension != MAG_DIM_PERCENT || !(operand->percent > 0.0))
        return mag_expression_fail(call->expression, written->at, MAG_MSG_R501, err,
                                   "a dose changes by a percentage such as 25 %%");
    *text = mag_arena_format(checker->arena, ", %s %g %%", directions[options->direction],
                             operand->percent);
    return *text ? MAG_OK : mag_fail_memory(err, 64);
}

/* --- words ----------------------------------------------------------------------------------- */

/* What a word of a list means: bits; 0 if it means nothing. */
typedef uint64_t word_bits(mag_span word);
typedef struct word_list {
    const char *label;
    word_bits *bits_of;
    const char *const *known;
} word_list;

static const char *const salt_ids[] = {
#define MAG_SALT(name, ...) #name,
#include "clinical/salt.def"
#undef MAG_SALT
    NULL};
static const char *const salt_words[] = {
    "oxide",     "hydroxide", "carbonate",  "chloride",    "sulfate",          "citrate", "lactate",
    "gluconate", "aspartate", "glycinate",  "pidolate",    "orotate",          "malate",  "taurate",
    "threonate", "acetate",   "salicylate", "trisilicate", "glycerophosphate", NULL};
static const char *const route_words[] = {"enteral", "parenteral", "inhaled", "transdermal",
                                          "local",   "rectal",     NULL};
static const char *const suspicion_words[] = {"edta", "haemolysis", "drip_arm", "ph", NULL};

/* "citrate" stands for every hydrate and salt of it: CITRATE, CITRATE_NONAHYDRATE ... */
static uint64_t salt_bits(mag_span word) {
    uint64_t bits = 0;
    for (unsigned i = 0; salt_ids[i]; i++) {
        const char *id = salt_ids[i];
        mag_span family = {id, strcspn(id, "_")};
        char lower[WORD_NBYTES] = "";
        if (family.nbytes != word.nbytes || word.nbytes >= sizeof lower)
            continue;
        for (size_t k = 0; k < family.nbytes; k++)
            lower[k] = (char)(family.at[k] - 'A' + 'a');
        if (memcmp(lower, word.at, word.nbytes) == 0)
            bits |= UINT64_C(1) << (i + 1U); /* 0 is the unknown salt */
    }
    return bits;
}
_Static_assert(MAG_SALT_COUNT <= 64, "salts fit into one word");

static uint64_t route_bits(mag_span word) {
    for (unsigned i = MAG_ROUTE_UNKNOWN + 1; i < MAG_ROUTE_COUNT; i++) {
        if (mag_span_is(word, mag_route_name((mag_route)i)))
            return UINT64_C(1) << i;
    }
    return 0;
}

static uint64_t suspicion_bits(mag_span word) {
    for (unsigned i = 0; i < MAG_SUSPICION_COUNT; i++) {
        if (mag_span_is(word, suspicion_words[i]))
            return UINT64_C(1) << i;
    }
    return 0;
}

static mag_status add_word(mag_checker *checker, const word_list *list, const mag_syntax *word,
                           mag_operand *operand, const char **text, mag_error *err) {
    uint64_t bits = word->kind == MAG_SYNTAX_NAME ? list->bits_of(word->text) : 0;
    if (bits == 0)
        return mag_checker_fail_unknown(word, list->label, word->text, list->known, err);
    operand->words |= bits;
    *text = mag_arena_format(checker->arena, "%s%s%.*s", *text, (*text)[0] ? " or " : "",
                             (int)word->text.nbytes, word->text.at);
    return *text ? MAG_OK : mag_fail_memory(err, 64);
}

/* One word, or several joined by `or`. */
static mag_status read_words(mag_checker *checker, const word_list *list, const mag_syntax *words,
                             mag_operand *operand, const char **text, mag_error *err) {
    *text = "";
    if (words->kind != MAG_SYNTAX_OR)
        return add_word(checker, list, words, operand, text, err);
    for (size_t i = 0; i < words->child_count; i++)
        MAG_TRY(add_word(checker, list, words->children[i], operand, text, err));
    return MAG_OK;
}

mag_status mag_call_suspicions(mag_checker *checker, const mag_syntax *words, mag_operand *operand,
                               const char **text, mag_error *err) {
    static const word_list list = {"kind of suspicion", suspicion_bits, suspicion_words};
    return read_words(checker, &list, words, operand, text, err);
}

static mag_status read_is(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                          const char **text, mag_error *err) {
    static const word_list salts = {"salt", salt_bits, salt_words};
    static const word_list routes = {"route", route_bits, route_words};
    const word_list *list = operand->kind == MAG_OPERAND_SALT ? &salts : &routes;
    const char *words;
    if (!call->options.is)
        return MAG_OK;
    MAG_TRY(read_words(checker, list, call->options.is, operand, &words, err));
    *text = mag_arena_format(checker->arena, " is %s", words);
    return *text ? MAG_OK : mag_fail_memory(err, 64);
}

static mag_status read_with(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                            const char **text, mag_error *err) {
    mag_operand other = {.analyte = MAG_ANALYTE_NONE};
    const char *name;
    if (!call->options.with)
        return MAG_OK;
    MAG_TRY(mag_call_analyte(call->options.with, &other, &name, err));
    if (other.series != MAG_SERIES_NONE)
        return mag_expression_fail(call->expression, call->options.with->at, MAG_MSG_R501, err,
                                   "`with` is followed by an analyte that laboratories report");
    operand->with = other.analyte;
    *text = mag_arena_format(checker->arena, " with %s", name);
    return *text ? MAG_OK : mag_fail_memory(err, 64);
}

mag_status mag_call_options(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                            mag_option_texts *texts, mag_error *err) {
    const char *percent = "", *is = "", *with = "", *lasts, *gap, *apart;
    mag_length length = {0, false};
    operand->gap.amount = -1;
    texts->before = texts->behind = "";
    if (call->kind != MAG_SYNTAX_CALL)
        return check_set(call, operand->kind, err);
    MAG_TRY(check_set(call, operand->kind, err));
    MAG_TRY(read_length(checker, call, MAG_SYNTAX_FOR, &length, &lasts, err));
    MAG_TRY(read_length(checker, call, MAG_SYNTAX_APART, &length, &apart, err));
    MAG_TRY(read_length(checker, call, MAG_SYNTAX_GAP, &operand->gap, &gap, err));
    MAG_TRY(read_percent(checker, call, operand, &percent, err));
    MAG_TRY(read_is(checker, call, operand, &is, err));
    MAG_TRY(read_with(checker, call, operand, &with, err));
    operand->length = length;
    operand->is_same_specimen = (call->options.set >> MAG_SYNTAX_SAME & 1U) != 0;
    texts->before =
        mag_arena_format(checker->arena, "%s%s%s%s%s%s", with, is, lasts[0] ? " " : "", lasts,
                         percent, operand->is_same_specimen ? " same specimen" : "");
    texts->behind = mag_arena_format(checker->arena, "%s%s%s%s", gap[0] ? ", " : "", gap,
                                     apart[0] ? ", " : "", apart);
    return texts->before && texts->behind ? MAG_OK : mag_fail_memory(err, 64);
}
