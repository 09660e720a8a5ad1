/* What can be changed in one expression. It is read by its signs only: an `and` or `or` between two
   brackets belongs to them; brackets after a word are a call and hold arms or a list. */
#include "mutant.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CUTS_MAX = 32, DEPTH_MAX = 16, DIGITS_MAX = 32 };

static bool is_word_byte(char c) {
    return isalnum((unsigned char)c) || c == '_';
}

typedef struct word {
    const char *at;
    size_t nbytes;
} word;

static bool is_word(word of, const char *text) {
    return strlen(text) == of.nbytes && memcmp(of.at, text, of.nbytes) == 0;
}

/* --- numbers, signs and words ---------------------------------------------------------------- */

/* The digits as one whole number, plus or minus one, the point back in its place. */
static void add_number(const mutant_spot *spot, size_t at, size_t until) {
    char digits[DIGITS_MAX] = "";
    size_t count = 0, decimals = 0;
    bool has_point = false;
    for (size_t i = at; i < until && count + 1 < sizeof digits; i++) {
        if (spot->text[i] != '.')
            digits[count++] = spot->text[i];
        decimals += has_point;
        has_point |= spot->text[i] == '.';
    }
    const long number = strtol(digits, NULL, 10);
    for (long changed = number - 1; changed <= number + 1; changed += 2) {
        char whole[DIGITS_MAX], by[DIGITS_MAX + 2];
        if (changed < 0)
            continue;
        (void)snprintf(whole, sizeof whole, "%0*ld", (int)(decimals + 1), changed);
        const int before = (int)(strlen(whole) - decimals);
        (void)snprintf(by, sizeof by, "%.*s%s%s", before, whole, decimals > 0 ? "." : "",
                       whole + before);
        mutant_add(spot, at, until, by);
    }
}

static size_t number_end(const char *text, size_t at) {
    while (isdigit((unsigned char)text[at]) ||
           (text[at] == '.' && isdigit((unsigned char)text[at + 1])))
        at++;
    return at;
}

/* Not of a name ("mg_iv2") and not of a unit ("/1.73m2"). */
static bool begins_number(const char *text, size_t at) {
    if (!isdigit((unsigned char)text[at]))
        return false;
    const char before = at > 0 ? text[at - 1] : ' ';
    return !is_word_byte(before) && before != '/' && before != '.';
}

static void add_relation(const mutant_spot *spot, size_t at, size_t until) {
    static const char *const orders[] = {"<", "<=", ">", ">="};
    const word sign = {spot->text + at, until - at};
    if (is_word(sign, "=") || is_word(sign, "!=")) {
        mutant_add(spot, at, until, is_word(sign, "=") ? "!=" : "=");
        return;
    }
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        if (!is_word(sign, orders[i]))
            mutant_add(spot, at, until, orders[i]);
}

/* Words that are constants become their neighbours. */
static void add_named_constant(const mutant_spot *spot, size_t at, word of) {
    static const char *const lists[][7] = {{"G1", "G2", "G3a", "G3b", "G4", "G5", NULL},
                                           {"female", "male", NULL}};
    for (size_t k = 0; k < sizeof lists / sizeof lists[0]; k++)
        for (size_t i = 0; lists[k][i] != NULL; i++) {
            if (!is_word(of, lists[k][i]))
                continue;
            if (i > 0)
                mutant_add(spot, at, at + of.nbytes, lists[k][i - 1]);
            if (lists[k][i + 1] != NULL)
                mutant_add(spot, at, at + of.nbytes, lists[k][i + 1]);
        }
}

void mutant_add_numbers(const mutant_spot *spot) {
    for (size_t i = 0; spot->text[i] != '\0'; i++) {
        if (!begins_number(spot->text, i))
            continue;
        const size_t until = number_end(spot->text, i);
        add_number(spot, i, until);
        i = until - 1;
    }
}

/* --- arms ------------------------------------------------------------------------------------ */

/* `and`, `or` or a comma between two arms. */
typedef struct cut {
    size_t at, until;
    bool is_comma;
} cut;

/* What stands between two brackets. */
typedef struct frame {
    size_t from; /* behind the bracket, or behind `is` */
    word call;   /* before the bracket; empty if none */
    bool is_between;
    cut cuts[CUTS_MAX];
    size_t count;
} frame;

static void add_cut(frame *in, size_t at, size_t until, bool is_comma) {
    if (in->count == CUTS_MAX)
        mutant_die("more than %d arms between two brackets", CUTS_MAX);
    in->cuts[in->count++] = (cut){at, until, is_comma};
}

static size_t skip_blanks(const char *text, size_t at, size_t until) {
    while (at < until && isspace((unsigned char)text[at]))
        at++;
    return at;
}

static size_t trim_blanks(const char *text, size_t from, size_t at) {
    while (at > from && isspace((unsigned char)text[at - 1]))
        at--;
    return at;
}

typedef struct arms {
    size_t from[CUTS_MAX + 1], until[CUTS_MAX + 1];
    size_t count;
} arms;

static void add_arm(arms *of, const char *text, size_t from, size_t until) {
    of->from[of->count] = skip_blanks(text, from, until);
    of->until[of->count] = trim_blanks(text, from, until);
    of->count++;
}

static void drop_each(const mutant_spot *spot, const arms *of) {
    for (size_t i = 0; i < of->count && of->count > 1; i++) {
        if (i == 0)
            mutant_add(spot, of->from[0], of->from[1], "");
        else
            mutant_add(spot, of->until[i - 1], of->until[i], "");
    }
}

/* Every `and` between these arms becomes `or`, or the other way round. */
static void swap_connectives(const mutant_spot *spot, const arms *of) {
    char by[4096] = "";
    size_t used = 0;
    for (size_t i = 0; i < of->count; i++) {
        const size_t gap = i + 1 < of->count ? of->until[i] : 0;
        const bool is_and = gap > 0 && spot->text[skip_blanks(spot->text, gap, SIZE_MAX)] == 'a';
        used += (size_t)snprintf(by + used, sizeof by - used, "%.*s%s",
                                 (int)(of->until[i] - of->from[i]), spot->text + of->from[i],
                                 gap == 0 ? ""
                                 : is_and ? " or "
                                          : " and ");
        if (used >= sizeof by)
            mutant_die("an expression is longer than %zu bytes", sizeof by);
    }
    mutant_add(spot, of->from[0], of->until[of->count - 1], by);
}

/* Between two commas (or brackets): the arms of `and` and `or`. */
static void add_connectives(const mutant_spot *spot, const frame *in, size_t until) {
    arms of = {.count = 0};
    size_t from = in->from;
    for (size_t i = 0; i <= in->count; i++) {
        const bool is_end = i == in->count || in->cuts[i].is_comma;
        add_arm(&of, spot->text, from, i == in->count ? until : in->cuts[i].at);
        if (is_end && of.count > 1) {
            drop_each(spot, &of);
            if (!is_word(in->call, "suspect") && !is_word(in->call, "salt"))
                swap_connectives(spot, &of);
        }
        if (is_end)
            of.count = 0;
        from = i == in->count ? until : in->cuts[i].until;
    }
}

/* LOOP, or LOOP with a window; a condition inside has(). */
static size_t listed_word_end(const mutant_spot *spot, const frame *in, size_t from, size_t until) {
    size_t end = from;
    while (end < until && is_word_byte(spot->text[end]))
        end++;
    const bool is_class = isupper((unsigned char)spot->text[from]) != 0;
    const bool is_followed_well = end == until || spot->text[end] == ' ';
    return (is_class || is_word(in->call, "has")) && is_followed_well ? end : from;
}

/* `any_of(a, b)` becomes `(a)` and `(b)`: one arm alone is no any_of. */
static void keep_one(const mutant_spot *spot, const frame *in, const arms *of, size_t until) {
    for (size_t i = 0; i < of->count; i++) {
        char by[4096];
        const int nbytes = snprintf(by, sizeof by, "(%.*s)", (int)(of->until[i] - of->from[i]),
                                    spot->text + of->from[i]);
        if (nbytes >= (int)sizeof by)
            mutant_die("an expression is longer than %zu bytes", sizeof by);
        mutant_add(spot, (size_t)(in->call.at - spot->text), until + 1, by);
    }
}

/* The arms of any_of, or the names of a list: windows and options stay. */
static void add_commas(const mutant_spot *spot, const frame *in, size_t until) {
    const bool is_any_of = is_word(in->call, "any_of");
    arms of = {.count = 0};
    size_t from = in->from;
    for (size_t i = 0; i <= in->count; i++) {
        if (i < in->count && !in->cuts[i].is_comma)
            continue;
        arms one = {.count = 0};
        add_arm(&one, spot->text, from, i == in->count ? until : in->cuts[i].at);
        const size_t end =
            is_any_of ? one.until[0] : listed_word_end(spot, in, one.from[0], one.until[0]);
        if (end > one.from[0])
            add_arm(&of, spot->text, one.from[0], end);
        from = i == in->count ? until : in->cuts[i].until;
    }
    if (is_any_of && of.count == 2)
        keep_one(spot, in, &of, until);
    else if (in->call.nbytes > 0)
        drop_each(spot, &of);
}

static void end_frame(const mutant_spot *spot, const frame *in, size_t until) {
    add_connectives(spot, in, until);
    add_commas(spot, in, until);
}

/* --- reading --------------------------------------------------------------------------------- */

typedef struct reader {
    const mutant_spot *spot;
    frame frames[DEPTH_MAX];
    size_t depth; /* of the innermost frame */
    word last;    /* the word just read, for the call of a bracket */
} reader;

static void read_word(reader *in, size_t at, word of) {
    frame *inner = &in->frames[in->depth];
    const size_t end = at + of.nbytes;
    if (is_word(of, "between"))
        inner->is_between = true;
    else if (is_word(of, "and") && inner->is_between)
        inner->is_between = false;
    else if (is_word(of, "and") || is_word(of, "or"))
        add_cut(inner, at, end, false);
    else if (is_word(of, "is") && inner->count == 0)
        inner->from = end;
    else if (is_word(of, "not"))
        mutant_add(in->spot, at, skip_blanks(in->spot->text, end, SIZE_MAX), "");
    else if (is_word(of, "known"))
        mutant_add(in->spot, at, end, "");
    else
        add_named_constant(in->spot, at, of);
}

static void read_sign(reader *in, size_t at) {
    const char c = in->spot->text[at];
    if (c == '(') {
        if (in->depth + 1 == DEPTH_MAX)
            mutant_die("brackets are deeper than %d", DEPTH_MAX);
        in->frames[++in->depth] = (frame){.from = at + 1, .call = in->last};
    } else if (c == ')' && in->depth > 0) {
        end_frame(in->spot, &in->frames[in->depth--], at);
    } else if (c == ',') {
        add_cut(&in->frames[in->depth], at, at + 1, true);
    }
}

/* One token; where it ends. */
static size_t read_token(reader *in, size_t at) {
    const char *text = in->spot->text;
    size_t until = at + 1;
    if (isalpha((unsigned char)text[at])) {
        while (is_word_byte(text[until]))
            until++;
        const word of = {text + at, until - at};
        read_word(in, at, of);
        in->last = is_word(of, "and") || is_word(of, "or") || is_word(of, "not") ? (word){0} : of;
        return until;
    }
    if (begins_number(text, at)) {
        until = number_end(text, at);
        add_number(in->spot, at, until);
    } else if (strchr("<>=!", text[at]) != NULL) {
        until += text[until] == '=';
        add_relation(in->spot, at, until);
    } else {
        read_sign(in, at);
        if (text[at] == ' ')
            return until;
    }
    in->last = (word){0};
    return until;
}

void mutant_add_expression(const mutant_spot *spot) {
    reader in = {.spot = spot};
    size_t at = 0;
    while (spot->text[at] != '\0')
        at = read_token(&in, at);
    if (in.depth > 0)
        mutant_die("%s: brackets are not closed", spot->where);
    end_frame(spot, &in.frames[0], at);
}
