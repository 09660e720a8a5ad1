/* What a rule says, as JSON: for people (`rules show --json`) and for databases that keep it. */
#ifndef MAG_RULES_RULE_JSON_H
#define MAG_RULES_RULE_JSON_H

#include "base/text.h"
#include "rules/pack.h"

/* "draft", "staging", "active", "retired" */
const char *mag_rule_status_name(mag_rule_status status);

/* Appends an array with one object per rule: rule_id, version, title, status, among, except, when,
   lines ([{part, name, text}]), action, rationale, evidence, to_confirm, and sha256 over the object
   without it. `arena` holds what is needed on the way. */
mag_status mag_pack_rules_json(mag_arena *arena, const mag_pack *pack, mag_text *out,
                               mag_error *err) MAG_MUST_CHECK;

#endif
