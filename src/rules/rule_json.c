#include "rules/rule_json.h"

#include "base/sha256.h"
#include "io/json_writer.h"

const char *mag_rule_status_name(mag_rule_status status) {
    static const char *const names[] = {"draft", "staging", "active", "retired"};
    return names[status];
}

static void write_lines(mag_json *json, const mag_rule_line *lines, size_t count) {
    mag_json_key(json, "lines");
    mag_json_array(json);
    for (size_t i = 0; i < count; i++) {
        mag_json_object(json);
        mag_json_key_text(json, "part", lines[i].part);
        mag_json_key_text(json, "name", lines[i].name);
        mag_json_key_text(json, "text", lines[i].text);
        mag_json_end_object(json);
    }
    mag_json_end_array(json);
}

/* Everything but the digest; the object stays open. */
static void write_rule(mag_json *json, const mag_rule_facts *rule, const mag_rule_line *lines,
                       size_t line_count) {
    mag_json_object(json);
    mag_json_key_text(json, "rule_id", rule->id);
    mag_json_key_text(json, "version", rule->version);
    mag_json_key_text(json, "title", rule->title);
    mag_json_key_text(json, "status", mag_rule_status_name(rule->status));
    mag_json_key_text_or_null(json, "among", rule->among_text);
    mag_json_key_text_or_null(json, "except", rule->except_text);
    mag_json_key_text_or_null(json, "when", rule->when_text);
    write_lines(json, lines, line_count);
    mag_json_key_text_or_null(json, "action", rule->action);
    mag_json_key_text_or_null(json, "rationale", rule->rationale);
    mag_json_key_texts(json, "evidence", rule->evidence);
    mag_json_key_texts(json, "to_confirm", rule->to_confirm);
}

static mag_status add_rule(mag_arena *arena, const mag_pack *pack, size_t rule_idx, mag_json *json,
                           mag_error *err) {
    const mag_rule_line *lines;
    size_t line_count;
    char sha256[MAG_SHA256_HEX_NBYTES];
    MAG_TRY(mag_pack_rule_lines(arena, pack, rule_idx, &lines, &line_count, err));
    size_t begin = json->out->nbytes + (rule_idx > 0); /* behind the comma */
    write_rule(json, mag_pack_rule(pack, rule_idx), lines, line_count);
    MAG_TRY(mag_text_check(json->out, err));
    mag_sha256_of((mag_span){json->out->at + begin, json->out->nbytes - begin}, sha256);
    mag_json_key_text(json, "sha256", sha256);
    mag_json_end_object(json);
    return MAG_OK;
}

mag_status mag_pack_rules_json(mag_arena *arena, const mag_pack *pack, mag_text *out,
                               mag_error *err) {
    mag_json json;
    mag_json_begin(&json, out, false);
    mag_json_array(&json);
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++)
        MAG_TRY(add_rule(arena, pack, i, &json, err));
    mag_json_end_array(&json);
    return mag_text_check(out, err);
}
