/* What a rule says, for people: its parts as written, and what the names in them stand for. Names
   are found as words in the texts, so that nothing has to be evaluated; a definition's own words
   count for whoever uses it. */
#include "base/text.h"
#include "rules/tree.h"

#include <string.h>

enum { FIRST_ROOM = 64 };

/* Something of the pack that has a name. */
typedef struct named {
    const char *part, *name, *text;
    const char *words; /* whose names it brings along; NULL: none */
    bool is_used;
} named;

typedef struct writer {
    mag_arena *arena;
    const mag_pack *pack;
    mag_rule_line *lines;
    size_t line_count, line_room;
    named *names;
    size_t name_count, name_room;
    mag_class_set classes;
    bool is_short; /* of memory */
} writer;

/* Room for one more item: twice as much, in the arena, when it is used up; NULL if memory is out.
 */
static void *grow(writer *out, void *items, size_t count, size_t *room, size_t item_nbytes) {
    if (count < *room)
        return items;
    const size_t more = *room ? *room * 2 : FIRST_ROOM;
    void *grown = mag_arena_alloc(out->arena, more * item_nbytes);
    if (!grown)
        return NULL;
    if (count > 0)
        memcpy(grown, items, count * item_nbytes);
    *room = more;
    return grown;
}

static void add_line(writer *out, const char *part, const char *name, const char *text) {
    mag_rule_line *lines = grow(out, out->lines, out->line_count, &out->line_room, sizeof *lines);
    if (!text || !lines) {
        out->is_short = true;
        return;
    }
    out->lines = lines;
    out->lines[out->line_count++] = (mag_rule_line){part, name, text};
}

/* --- names ----------------------------------------------------------------------------------- */

static void add_name(writer *out, const char *part, const char *name, const char *text,
                     const char *words) {
    named *names = grow(out, out->names, out->name_count, &out->name_room, sizeof *names);
    if (!text || !names) {
        out->is_short = true;
        return;
    }
    out->names = names;
    out->names[out->name_count++] = (named){part, name, text, words, false};
}

static const char *members_of(writer *out, const mag_yaml *group) {
    mag_text text;
    mag_text_init(&text, mag_arena_account(out->arena));
    const mag_yaml *members = mag_yaml_get(group, "members");
    for (const mag_yaml *member = members ? members->first : NULL; member; member = member->next)
        mag_text_format(&text, "%s%s", member == members->first ? "" : ", ", member->text);
    const char *kept = NULL;
    if (mag_text_check(&text, NULL) == MAG_OK)
        kept = mag_arena_text(out->arena, mag_text_span(&text));
    mag_text_done(&text);
    return kept;
}

static void gather_names(writer *out) {
    const mag_pack *pack = out->pack;
    const mag_yaml *define = mag_yaml_get(pack->root, "define");
    const mag_yaml *groups = mag_yaml_get(pack->root, "groups");
    for (const mag_yaml *item = define ? define->first : NULL; item; item = item->next) {
        const char *text = mag_yaml_get_text(item, "as");
        add_name(out, "definitions", mag_yaml_get_text(item, "name"), text, text);
    }
    for (size_t i = 0; i < pack->parameter_count; i++)
        add_name(out, "parameters", pack->parameters[i].name, pack->parameters[i].text, NULL);
    for (size_t i = 0; i < pack->limit_count; i++)
        add_name(out, "limits", pack->limit_values[i].name, pack->limit_values[i].text, NULL);
    for (const mag_yaml *item = groups ? groups->first : NULL; item; item = item->next) {
        const char *text = members_of(out, item);
        add_name(out, "groups", mag_yaml_get_text(item, "name"), text, text);
    }
}

static size_t word_length(const char *text) {
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

/* Marks what a text names, and what that names. No name stands for itself, so this ends. */
static void mark_used(writer *out, const char *text) {
    while (text && *text) {
        mag_span word = {text, word_length(text)};
        mag_class drug_class;
        text += word.nbytes ? word.nbytes : 1;
        if (mag_class_find(word, &drug_class))
            out->classes |= UINT64_C(1) << drug_class;
        for (size_t i = 0; i < out->name_count; i++) {
            named *known = &out->names[i];
            if (known->is_used || !mag_span_is(word, known->name))
                continue;
            known->is_used = true;
            mark_used(out, known->words);
        }
    }
}

static void add_used(writer *out) {
    for (size_t i = 0; i < out->name_count; i++)
        if (out->names[i].is_used)
            add_line(out, out->names[i].part, out->names[i].name, out->names[i].text);
    for (int i = 0; i < MAG_CLASS_COUNT; i++)
        if (out->classes >> i & 1)
            add_line(out, "classes", mag_class_name((mag_class)i), mag_class_label((mag_class)i));
}

/* --- the rule's own parts -------------------------------------------------------------------- */

static void add_severity(writer *out, const mag_yaml *severity) {
    if (severity->text)
        add_line(out, "severity", "", severity->text);
    for (const mag_yaml *tier = severity->first; tier; tier = tier->next) {
        const char *name = mag_yaml_get_text(tier, "tier"), *when = mag_yaml_get_text(tier, "when");
        mark_used(out, when);
        add_line(out, "severity", "",
                 when ? mag_arena_format(out->arena, "%s when %s", name, when)
                      : mag_arena_format(out->arena, "otherwise %s", name));
    }
}

static void add_adjusts(writer *out, const mag_yaml *adjusts) {
    for (const mag_yaml *item = adjusts ? adjusts->first : NULL; item; item = item->next) {
        const char *down = mag_yaml_get_text(item, "down"), *up = mag_yaml_get_text(item, "up");
        const char *floor = mag_yaml_get_text(item, "not_below");
        const char *when = mag_yaml_get_text(item, "when");
        mark_used(out, when);
        add_line(out, "adjust", "",
                 mag_arena_format(out->arena, "%s by %s%s%s%s%s", down ? "lower" : "higher",
                                  down ? down : up, floor ? ", not below " : "", floor ? floor : "",
                                  when ? ", when " : "", when ? when : ""));
    }
}

/* "of the same patient", "if both tell of the same sample, when aki >= 2" */
static void add_hides(writer *out, const mag_yaml *hides) {
    for (const mag_yaml *item = hides ? hides->first : NULL; item; item = item->next) {
        const char *when = mag_yaml_get_text(item, "when");
        const char *at_most = mag_yaml_get_text(item, "at_most");
        mark_used(out, when);
        add_line(out, "hides", mag_yaml_get_text(item, "rule"),
                 mag_arena_format(out->arena, "%s%s%s%s%s",
                                  mag_yaml_get(item, "share") ? "if both tell of the same sample"
                                                              : "of the same patient",
                                  at_most ? ", at most " : "", at_most ? at_most : "",
                                  when ? ", when " : "", when ? when : ""));
    }
}

/* `let` and `notes`: a name and an expression. */
static void add_expressions(writer *out, const mag_yaml *rule, const char *part, const char *key) {
    const mag_yaml *list = mag_yaml_get(rule, part);
    for (const mag_yaml *item = list ? list->first : NULL; item; item = item->next) {
        const char *text = mag_yaml_get_text(item, key);
        mark_used(out, text);
        add_line(out, part, mag_yaml_get_text(item, "name"), text ? text : "always");
    }
}

static void add_text(writer *out, const mag_yaml *rule, const char *part) {
    const char *text = mag_yaml_get_text(rule, part);
    mark_used(out, text);
    if (text)
        add_line(out, part, "", text);
}

/* Rules catalogue, section 1: without a length of its own a review lasts by severity. */
static void add_snooze(writer *out, const mag_yaml *rule) {
    if (mag_yaml_get(rule, "snooze"))
        add_text(out, rule, "snooze");
    else
        add_line(out, "snooze", "",
                 "1 day (critical), 7 days (high), 28 days (moderate), 90 days (low), 180 days "
                 "(info)");
}

static const mag_yaml *node_of(const mag_pack *pack, const char *id) {
    const mag_yaml *rules = mag_yaml_get(pack->root, "rules");
    const mag_yaml *rule = rules ? rules->first : NULL;
    while (rule && strcmp(mag_yaml_get_text(rule, "id"), id) != 0)
        rule = rule->next;
    return rule;
}

static void write_rule(writer *out, const mag_yaml *rule) {
    gather_names(out);
    mark_used(out, mag_yaml_get_text(rule, "among"));
    mark_used(out, mag_yaml_get_text(rule, "except"));
    mark_used(out, mag_yaml_get_text(rule, "when"));
    add_expressions(out, rule, "let", "as");
    add_severity(out, mag_yaml_get(rule, "severity"));
    add_adjusts(out, mag_yaml_get(rule, "adjust"));
    add_hides(out, mag_yaml_get(rule, "hides"));
    add_text(out, rule, "hides_suspect");
    add_text(out, rule, "population");
    add_text(out, rule, "scope");
    add_expressions(out, rule, "notes", "when");
    add_text(out, rule, "event");
    add_snooze(out, rule);
    add_text(out, rule, "worsens");
    add_used(out);
}

mag_status mag_pack_rule_lines(mag_arena *arena, const mag_pack *pack, size_t rule_idx,
                               const mag_rule_line **out, size_t *count, mag_error *err) {
    writer to = {.arena = arena, .pack = pack};
    const mag_yaml *rule = node_of(pack, pack->rules[rule_idx].facts.id);
    if (!rule)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "a rule is not in its own pack");
    write_rule(&to, rule);
    if (to.is_short)
        return mag_fail_memory(err, (to.line_count + 1) * sizeof(mag_rule_line));
    *out = to.lines;
    *count = to.line_count;
    return MAG_OK;
}
