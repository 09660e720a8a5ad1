/* What can be changed in a pack: a walk over its YAML with the places in the file kept. */
#include "mutant.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void mutant_die(const char *format, ...) {
    va_list args;
    va_start(args, format);
    (void)fputs("mutate: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
    exit(2);
}

static void *room(mag_arena *arena, size_t nbytes) {
    void *at = mag_arena_alloc(arena, nbytes);
    if (at == NULL)
        mutant_die("no memory for %zu bytes", nbytes);
    return at;
}

/* --- mutants --------------------------------------------------------------------------------- */

static mutant *new_mutant(const mutant_spot *spot, mutant_range range, const char *by) {
    mutant_pack *pack = spot->pack;
    if (pack->count == pack->capacity) {
        mutant *more = room(pack->arena, (2 * pack->capacity + 256) * sizeof *more);
        if (pack->count > 0)
            memcpy(more, pack->mutants, pack->count * sizeof *more);
        pack->mutants = more;
        pack->capacity = 2 * pack->capacity + 256;
    }
    mutant *to = &pack->mutants[pack->count++];
    *to = (mutant){.at = range.from,
                   .nbytes = range.until - range.from,
                   .by = mag_arena_text(pack->arena, mag_span_of(by)),
                   .rule = spot->rule,
                   .rule_id = spot->rule == MUTANT_SHARED ? "-" : pack->rules[spot->rule].id,
                   .where = spot->where,
                   .is_visible = spot->is_visible};
    return to;
}

void mutant_add(const mutant_spot *spot, size_t from, size_t until, const char *by) {
    const mutant_range range = {spot->raw[from],
                                until > from ? spot->raw[until - 1] + 1 : spot->raw[from]};
    mutant *to = new_mutant(spot, range, by);
    to->change = mag_arena_format(spot->pack->arena, "%.*s[%.*s -> %s]%s", (int)from, spot->text,
                                  (int)(until - from), spot->text + from, by, spot->text + until);
    if (to->by == NULL || to->change == NULL)
        mutant_die("no memory");
}

void mutant_add_lines(const mutant_spot *spot, mutant_range range, const char *by,
                      const char *change) {
    mutant *to = new_mutant(spot, range, by);
    to->change = mag_arena_text(spot->pack->arena, mag_span_of(change));
    if (to->by == NULL || to->change == NULL)
        mutant_die("no memory");
}

/* --- places ---------------------------------------------------------------------------------- */

static size_t line_start(mag_span text, unsigned line) {
    size_t at = 0;
    for (unsigned i = 1; i < line && at < text.nbytes; i++) {
        const char *end = memchr(text.at + at, '\n', text.nbytes - at);
        at = end == NULL ? text.nbytes : (size_t)(end - text.at) + 1;
    }
    return at;
}

static size_t place_of(const mutant_pack *pack, const mag_yaml *scalar) {
    if (scalar->is_block)
        return line_start(pack->text, scalar->line + 1);
    return line_start(pack->text, scalar->line) + scalar->column - 1 + scalar->is_quoted;
}

static bool is_blank(char c) {
    return isspace((unsigned char)c) != 0;
}

/* Finds the bytes of a scalar in the file, where lines may be folded. */
static mutant_spot spot_of(mutant_pack *pack, int rule, const mag_yaml *scalar, const char *where) {
    const size_t nbytes = strlen(scalar->text);
    size_t *raw = room(pack->arena, (nbytes + 1) * sizeof *raw);
    size_t at = place_of(pack, scalar);
    for (size_t i = 0; i < nbytes; i++) {
        if (!is_blank(scalar->text[i]))
            while (at < pack->text.nbytes && is_blank(pack->text.at[at]))
                at++;
        if (at >= pack->text.nbytes || (is_blank(scalar->text[i]) != is_blank(pack->text.at[at])) ||
            (!is_blank(scalar->text[i]) && scalar->text[i] != pack->text.at[at]))
            mutant_die("line %u: the text of %s is not found in the file", scalar->line, where);
        raw[i] = at++;
    }
    raw[nbytes] = at;
    return (mutant_spot){pack, rule, where, true, scalar->text, raw};
}

/* Whole lines from a key or an item to what follows it; empty if they share a line. */
static mutant_range lines_of(const mutant_pack *pack, unsigned line, unsigned next_line,
                             size_t end) {
    const size_t from = line_start(pack->text, line);
    const size_t until = next_line > 0 ? line_start(pack->text, next_line) : end;
    return (mutant_range){from, until};
}

static mutant_range key_lines(const mutant_pack *pack, const mag_yaml *node, size_t end) {
    return lines_of(pack, node->key_line, node->next ? node->next->key_line : 0, end);
}

static mutant_range item_lines(const mutant_pack *pack, const mag_yaml *node, size_t end) {
    return lines_of(pack, node->line, node->next ? node->next->line : 0, end);
}

static const char *text_of(mutant_pack *pack, const char *format, ...) MAG_PRINTF(2, 3);
static const char *text_of(mutant_pack *pack, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const char *kept = mag_arena_text(pack->arena, mag_span_of(text));
    if (kept == NULL)
        mutant_die("no memory");
    return kept;
}

/* --- parts of a rule ------------------------------------------------------------------------- */

/* Where the walk is. */
typedef struct walk {
    mutant_pack *pack;
    int rule;
    const mag_yaml *mapping; /* of the rule */
    size_t end;              /* of what is walked: the first byte behind it */
} walk;

static void add_expression(const walk *in, const mag_yaml *scalar, const char *where) {
    const mutant_spot spot = spot_of(in->pack, in->rule, scalar, where);
    mutant_add_expression(&spot);
}

static void drop_lines(const walk *in, const mag_yaml *node, mutant_range lines,
                       const char *where) {
    const mutant_spot spot = {in->pack, in->rule, where, true, NULL, NULL};
    if (lines.from >= lines.until)
        mutant_die("line %u: write %s in lines of its own", node->line, where);
    mutant_add_lines(&spot, lines, "", "[dropped]");
}

static void add_severity(const walk *in, const mag_yaml *scalar, const char *where) {
    const mutant_spot spot = spot_of(in->pack, in->rule, scalar, where);
    for (int i = MAG_SEVERITY_INFO; i < MAG_SEVERITY_COUNT; i++) {
        if (strcmp(scalar->text, mag_severity_name((mag_severity)i)) != 0)
            continue;
        for (int to = i - 1; to <= i + 1; to += 2)
            if (to >= MAG_SEVERITY_INFO && to < MAG_SEVERITY_COUNT)
                mutant_add(&spot, 0, strlen(scalar->text), mag_severity_name((mag_severity)to));
    }
}

static void swap_items(const walk *in, mutant_range a, mutant_range b, const char *where) {
    const mutant_spot spot = {in->pack, in->rule, where, true, NULL, NULL};
    const char *by = mag_arena_format(in->pack->arena, "%.*s%.*s", (int)(b.until - b.from),
                                      in->pack->text.at + b.from, (int)(a.until - a.from),
                                      in->pack->text.at + a.from);
    if (by == NULL)
        mutant_die("no memory");
    mutant_add_lines(&spot, (mutant_range){a.from, b.until}, by, "[swapped with the next]");
}

static void walk_tiers(const walk *in, const mag_yaml *node) {
    unsigned number = 1;
    if (node->kind == MAG_YAML_SCALAR) {
        add_severity(in, node, "severity");
        return;
    }
    for (const mag_yaml *tier = node->first; tier != NULL; tier = tier->next, number++) {
        const mag_yaml *when = mag_yaml_get(tier, "when");
        const char *where = text_of(in->pack, "severity %u", number);
        const mutant_range lines = item_lines(in->pack, tier, in->end);
        add_severity(in, mag_yaml_get(tier, "tier"), where);
        if (when != NULL)
            add_expression(in, when, text_of(in->pack, "%s when", where));
        drop_lines(in, tier, lines, where);
        if (tier->next != NULL)
            swap_items(in, lines, item_lines(in->pack, tier->next, in->end), where);
    }
}

/* `down: 1`: one more, and the other way. */
static void walk_step(const walk *in, const mag_yaml *step, const char *where) {
    const mutant_spot number = spot_of(in->pack, in->rule, step, where);
    const mutant_spot key = {in->pack, in->rule, where, true, NULL, NULL};
    const bool is_down = strcmp(step->key, "down") == 0;
    const size_t at = line_start(in->pack->text, step->key_line) + step->key_column - 1;
    mutant_add_numbers(&number);
    mutant_add_lines(&key, (mutant_range){at, at + strlen(step->key)}, is_down ? "up" : "down",
                     is_down ? "[down -> up]" : "[up -> down]");
}

static void walk_adjust(const walk *in, const mag_yaml *node) {
    unsigned number = 1;
    for (const mag_yaml *item = node->first; item != NULL; item = item->next, number++) {
        const char *where = text_of(in->pack, "adjust %u", number);
        const mutant_range lines = item_lines(in->pack, item, in->end);
        const mag_yaml *not_below = mag_yaml_get(item, "not_below");
        for (const mag_yaml *part = item->first; part != NULL; part = part->next) {
            if (strcmp(part->key, "when") == 0)
                add_expression(in, part, text_of(in->pack, "%s when", where));
            else if (part != not_below)
                walk_step(in, part, where);
        }
        drop_lines(in, item, node->count == 1 ? key_lines(in->pack, node, in->end) : lines, where);
        if (not_below == NULL)
            continue;
        where = text_of(in->pack, "%s not_below", where);
        add_severity(in, not_below, where);
        drop_lines(in, not_below, key_lines(in->pack, not_below, lines.until), where);
    }
}

static void walk_expression(const walk *in, const mag_yaml *node) {
    add_expression(in, node, node->key);
}

static void walk_droppable(const walk *in, const mag_yaml *node) {
    if (strcmp(node->key, "except") == 0)
        add_expression(in, node, node->key);
    drop_lines(in, node, key_lines(in->pack, node, in->end), node->key);
}

static void walk_worse(const walk *in, const mag_yaml *node) {
    const mutant_spot spot = spot_of(in->pack, in->rule, node, node->key);
    mutant_add(&spot, 0, strlen(node->text), strcmp(node->text, "high") == 0 ? "low" : "high");
}

static void walk_bindings(const walk *in, const mag_yaml *node) {
    for (const mag_yaml *item = node->first; item != NULL; item = item->next)
        add_expression(in, mag_yaml_get(item, "as"),
                       text_of(in->pack, "%s %s", node->key, mag_yaml_get_text(item, "name")));
}

/* --- what no example can see, unless something else uses it ---------------------------------- */

/* The words of suspect(...) are kinds of sample, whatever notes are called. */
static bool is_of_suspect(const char *text, const char *at) {
    static const char call[] = "suspect";
    while (at > text && *at != '(' && *at != ')')
        at--;
    return *at == '(' && at - text >= (long)sizeof call - 1 &&
           memcmp(at - (sizeof call - 1), call, sizeof call - 1) == 0;
}

static bool holds_word(const char *text, const char *wanted) {
    const size_t nbytes = strlen(wanted);
    for (const char *at = strstr(text, wanted); at != NULL; at = strstr(at + 1, wanted)) {
        const bool begins = at == text || (!isalnum((unsigned char)at[-1]) && at[-1] != '_');
        const bool ends = !isalnum((unsigned char)at[nbytes]) && at[nbytes] != '_';
        if (begins && ends && !is_of_suspect(text, at))
            return true;
    }
    return false;
}

static bool is_named_in(const mag_yaml *node, const char *name) {
    if (node->kind == MAG_YAML_SCALAR)
        return holds_word(node->text, name);
    for (const mag_yaml *child = node->first; child != NULL; child = child->next)
        if (is_named_in(child, name))
            return true;
    return false;
}

/* A note is more than a note where the severity or another condition names it. */
static bool is_note_used(const walk *in, const char *name) {
    static const char *const keys[] = {"among", "except", "when", "let", "severity", "adjust"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const mag_yaml *node = mag_yaml_get(in->mapping, keys[i]);
        if (node != NULL && is_named_in(node, name))
            return true;
    }
    return false;
}

static void walk_notes(const walk *in, const mag_yaml *node) {
    for (const mag_yaml *item = node->first; item != NULL; item = item->next) {
        const mag_yaml *when = mag_yaml_get(item, "when");
        const char *name = mag_yaml_get_text(item, "name");
        if (when == NULL)
            continue;
        mutant_spot spot = spot_of(in->pack, in->rule, when, text_of(in->pack, "notes %s", name));
        spot.is_visible = is_note_used(in, name);
        mutant_add_expression(&spot);
    }
}

static void walk_hides(const walk *in, const mag_yaml *node) {
    for (const mag_yaml *item = node->first; item != NULL; item = item->next) {
        const mag_yaml *when = mag_yaml_get(item, "when");
        if (when == NULL)
            continue;
        mutant_spot spot = spot_of(in->pack, in->rule, when, "hides when");
        spot.is_visible = false;
        mutant_add_expression(&spot);
    }
}

static void walk_unseen(const walk *in, const mag_yaml *node) {
    mutant_spot spot = spot_of(in->pack, in->rule, node, node->key);
    spot.is_visible = false;
    mutant_add_numbers(&spot);
}

static void walk_nothing(const walk *in, const mag_yaml *node) {
    (void)in;
    (void)node;
}

typedef struct part {
    const char *key;
    void (*walk)(const walk *in, const mag_yaml *node);
} part;

/* Every key that a rule may have. */
static const part rule_parts[] = {
    {"id", walk_nothing},
    {"title", walk_nothing},
    {"group", walk_nothing},
    {"status", walk_nothing},
    {"version", walk_nothing},
    {"action", walk_nothing},
    {"rationale", walk_nothing},
    {"evidence", walk_nothing},
    {"to_confirm", walk_nothing},
    {"authored_by", walk_nothing},
    {"checked_by", walk_nothing},
    {"reviewed_on", walk_nothing},
    {"review_by", walk_nothing},
    {"examples", walk_nothing},
    {"scope", walk_nothing},
    {"hides_suspect", walk_nothing},
    {"let", walk_bindings},
    {"among", walk_expression},
    {"except", walk_droppable},
    {"requires", walk_droppable},
    {"population", walk_droppable},
    {"when", walk_expression},
    {"severity", walk_tiers},
    {"adjust", walk_adjust},
    {"worse", walk_worse},
    {"notes", walk_notes},
    {"hides", walk_hides},
    {"event", walk_unseen},
    {"snooze", walk_unseen},
    {"worsens", walk_unseen},
    {NULL, NULL},
};

static const part *find_part(const part *parts, const mag_yaml *node) {
    for (const part *at = parts; at->key != NULL; at++)
        if (strcmp(at->key, node->key) == 0)
            return at;
    mutant_die("line %u: nothing is known of the key \"%s\"", node->key_line, node->key);
}

static mutant_range range_of_key(const mutant_pack *pack, const mag_yaml *mapping, const char *key,
                                 size_t end) {
    const mag_yaml *node = mag_yaml_get(mapping, key);
    return node == NULL ? (mutant_range){end, end} : key_lines(pack, node, end);
}

static void walk_rules(const walk *in, const mag_yaml *list) {
    mutant_pack *pack = in->pack;
    pack->rules = room(pack->arena, (list->count + 1) * sizeof *pack->rules);
    for (const mag_yaml *node = list->first; node != NULL; node = node->next) {
        const mutant_range all = item_lines(pack, node, in->end);
        walk rule = {pack, (int)pack->rule_count, node, all.until};
        pack->rules[pack->rule_count++] = (mutant_rule){
            mag_yaml_get_text(node, "id"), all, range_of_key(pack, node, "examples", all.until),
            range_of_key(pack, node, "hides", all.until)};
        for (const mag_yaml *key = node->first; key != NULL; key = key->next) {
            rule.end = key_lines(pack, key, all.until).until;
            find_part(rule_parts, key)->walk(&rule, key);
        }
    }
}

/* --- what rules share ------------------------------------------------------------------------ */

/* Every value of every item but its name: parameters, limits, gaps. */
static void walk_values(const walk *in, const mag_yaml *list) {
    static const char *const words[] = {"name", "class", "agent", "note"};
    for (const mag_yaml *item = list->first; item != NULL; item = item->next)
        for (const mag_yaml *value = item->first; value != NULL; value = value->next) {
            bool is_value = value->kind == MAG_YAML_SCALAR;
            for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
                is_value &= strcmp(value->key, words[i]) != 0;
            if (!is_value)
                continue;
            const char *agent = mag_yaml_get_text(item, "agent");
            const mutant_spot spot = spot_of(
                in->pack, in->rule, value,
                text_of(in->pack, "%s %s%s%s %s", list->key, mag_yaml_get_text(item, "name"),
                        agent ? " " : "", agent ? agent : "", value->key));
            mutant_add_numbers(&spot);
        }
}

/* `[A, B, C within 48 hours]`: each left out, each number. */
static void walk_members(const walk *in, const mag_yaml *members, const char *group) {
    const char *where = text_of(in->pack, "groups %s", group);
    size_t last_end = 0;
    for (const mag_yaml *item = members->first; item != NULL; item = item->next) {
        const mutant_spot spot = spot_of(in->pack, in->rule, item, where);
        const size_t end = spot.raw[strlen(item->text)];
        mutant_range range = {last_end, end};
        if (last_end == 0)
            range = (mutant_range){spot.raw[0],
                                   item->next == NULL ? end : place_of(in->pack, item->next)};
        mutant_add_numbers(&spot);
        mutant_add_lines(&spot, range, "", text_of(in->pack, "[%s dropped]", item->text));
        last_end = end;
    }
}

static void walk_groups(const walk *in, const mag_yaml *list) {
    for (const mag_yaml *item = list->first; item != NULL; item = item->next)
        walk_members(in, mag_yaml_get(item, "members"), mag_yaml_get_text(item, "name"));
}

static const part pack_parts[] = {
    {"pack", walk_nothing},        {"version", walk_nothing},
    {"description", walk_nothing}, {"parameters", walk_values},
    {"limits", walk_values},       {"gaps", walk_values},
    {"groups", walk_groups},       {"define", walk_bindings},
    {"rules", walk_rules},         {NULL, NULL},
};

void mutant_find(mutant_pack *pack, mag_arena *arena, mag_span text) {
    const mag_yaml *root;
    mag_error err = {0};
    *pack = (mutant_pack){.arena = arena, .text = text};
    if (mag_yaml_parse(arena, "pack", text, MAG_E_RULES, &root, &err) != MAG_OK)
        mutant_die("%s", err.text);
    for (const mag_yaml *key = root->first; key != NULL; key = key->next) {
        const walk in = {pack, MUTANT_SHARED, NULL, key_lines(pack, key, text.nbytes).until};
        find_part(pack_parts, key)->walk(&in, key);
    }
}

/* --- the text with a mutant in it ------------------------------------------------------------ */

static size_t copy(char *to, mag_span text, mutant_range range, const mutant *of) {
    if (of == NULL || of->at < range.from || of->at + of->nbytes > range.until) {
        memcpy(to, text.at + range.from, range.until - range.from);
        return range.until - range.from;
    }
    const size_t before = of->at - range.from, by = strlen(of->by);
    const size_t after = range.until - of->at - of->nbytes;
    memcpy(to, text.at + range.from, before);
    memcpy(to + before, of->by, by);
    memcpy(to + before + by, text.at + of->at + of->nbytes, after);
    return before + by + after;
}

/* The lines of a rule but for two ranges of them, in the order of the file. */
static size_t copy_rule(char *to, const mutant_pack *pack, const mutant_rule *rule,
                        const mutant *of) {
    const bool is_hides_first = rule->hides.from < rule->examples.from;
    const mutant_range first = is_hides_first ? rule->hides : rule->examples;
    const mutant_range second = is_hides_first ? rule->examples : rule->hides;
    size_t used = copy(to, pack->text, (mutant_range){rule->all.from, first.from}, of);
    used += copy(to + used, pack->text, (mutant_range){first.until, second.from}, of);
    return used + copy(to + used, pack->text, (mutant_range){second.until, rule->all.until}, of);
}

mag_span mutant_text(mag_arena *arena, const mutant_pack *pack, const mutant *of, int rule) {
    char *to = room(arena, pack->text.nbytes + (of == NULL ? 0 : strlen(of->by)) + 1);
    const size_t from = pack->rules[0].all.from;
    const size_t until = pack->rules[pack->rule_count - 1].all.until;
    size_t used = copy(to, pack->text, (mutant_range){0, from}, of);
    for (size_t i = 0; i < pack->rule_count; i++)
        if (rule == MUTANT_SHARED || rule == (int)i)
            used += copy_rule(to + used, pack, &pack->rules[i], of);
    used += copy(to + used, pack->text, (mutant_range){until, pack->text.nbytes}, of);
    return (mag_span){to, used};
}
