/* Between the files that load a pack: what has been read so far. */
#ifndef MAG_RULES_PACK_BUILD_H
#define MAG_RULES_PACK_BUILD_H

#include "rules/checker.h"

enum { MAG_MAX_RULES = 512, MAG_MAX_LIST = 4096, MAG_MAX_NAME_NBYTES = 48 };

/* A `hides` line before the rules have their order. */
typedef struct mag_hide_draft {
    const mag_yaml *rule_node;
    mag_hide hide;
} mag_hide_draft;

typedef struct mag_rule_draft {
    mag_rule rule;
    mag_hide_draft *hides;
} mag_rule_draft;

typedef struct mag_pack_builder {
    mag_arena *arena;
    mag_source source;
    const mag_override *overrides;
    size_t override_count;
    mag_names names;
    mag_checker checker;
    mag_pack *pack;
    mag_rule_draft *drafts;
    size_t draft_count;
} mag_pack_builder;

/* MAG_E_RULES at a node's value. */
#define mag_builder_fail(builder, node, id, err, ...)                                              \
    mag_source_fail(&(builder)->source, (node)->line, (node)->column, (id), (err), __VA_ARGS__)

/* Zeroed room for count items (at least one); NULL after filling *err if memory is out. */
void *mag_builder_room(mag_pack_builder *builder, size_t count, size_t item_nbytes, mag_error *err);

/* Children of a mapping's list; a list that is absent has none. MS-R502 if a list is too long or
   the value is no list. */
mag_status mag_builder_list(mag_pack_builder *builder, const mag_yaml *mapping, const char *key,
                            const mag_yaml **first, size_t *count, mag_error *err) MAG_MUST_CHECK;

/* A list of texts, NULL-ended. */
mag_status mag_builder_texts(mag_pack_builder *builder, const mag_yaml *mapping, const char *key,
                             const char *const **out, mag_error *err) MAG_MUST_CHECK;

/* Parses a scalar as an expression; its text lives in the arena. */
mag_status mag_builder_syntax(mag_pack_builder *builder, const mag_yaml *scalar,
                              const mag_syntax **out, mag_error *err) MAG_MUST_CHECK;

/* A scalar that is one number with its unit. */
mag_status mag_builder_quantity(const mag_source *source, mag_arena *arena, const mag_yaml *scalar,
                                mag_quantity *out, mag_error *err) MAG_MUST_CHECK;

/* The name is well formed and means nothing yet: not an operand, analyte, class, condition or name
   given before. */
mag_status mag_builder_new_name(mag_pack_builder *builder, const mag_yaml *scalar,
                                mag_error *err) MAG_MUST_CHECK;

/* parameters, limits, groups, define; overrides applied and their digest taken. */
mag_status mag_builder_names(mag_pack_builder *builder, const mag_yaml *root,
                             mag_error *err) MAG_MUST_CHECK;

/* gaps: how far apart a bound drug and its binder must be taken. */
mag_status mag_builder_gaps(mag_pack_builder *builder, const mag_yaml *root,
                            mag_error *err) MAG_MUST_CHECK;

/* A list of `name` and an expression under `key` (as, when). */
mag_status mag_builder_definitions(mag_pack_builder *builder, const mag_yaml *mapping,
                                   const char *list, const char *key, mag_definitions *out,
                                   mag_error *err) MAG_MUST_CHECK;

/* One rule, hides not yet resolved. */
mag_status mag_builder_rule(mag_pack_builder *builder, const mag_yaml *node, mag_rule_draft *draft,
                            mag_error *err) MAG_MUST_CHECK;

/* Parts of a rule. */
mag_status mag_builder_severity(mag_pack_builder *builder, const mag_yaml *scalar,
                                mag_severity *out, mag_error *err) MAG_MUST_CHECK;
mag_status mag_builder_event(mag_pack_builder *builder, const mag_yaml *scalar, mag_event *out,
                             mag_error *err) MAG_MUST_CHECK;
mag_status mag_builder_worsens(mag_pack_builder *builder, const mag_yaml *scalar, mag_rule *rule,
                               mag_error *err) MAG_MUST_CHECK;
mag_status mag_builder_examples(mag_pack_builder *builder, const mag_yaml *mapping, mag_rule *rule,
                                mag_error *err) MAG_MUST_CHECK;
/* YYYY-MM-DD. */
mag_status mag_builder_date(mag_pack_builder *builder, const mag_yaml *scalar, mag_day *out,
                            mag_error *err) MAG_MUST_CHECK;

#endif
