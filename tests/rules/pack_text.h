/* Packs written as text, for tests of the language. */
#ifndef MAG_TESTS_RULES_PACK_TEXT_H
#define MAG_TESTS_RULES_PACK_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/tree.h"

#include <stdio.h>
#include <string.h>

typedef struct pack_text {
    mag_account account;
    mag_arena *arena;
    const mag_pack *pack;
    mag_error err;
} pack_text;

static inline void pack_begin(pack_text *in) {
    memset(in, 0, sizeof *in);
    in->arena = mag_arena_new(&in->account);
    assert_non_null(in->arena);
}

static inline void pack_end(pack_text *in) {
    mag_arena_free(in->arena);
    assert_int_equal((int)in->account.used_nbytes, 0);
}

static inline mag_status pack_load_with(pack_text *in, const char *text,
                                        const mag_override *overrides, size_t count,
                                        int32_t history_days) {
    memset(&in->err, 0, sizeof in->err);
    return mag_pack_load(in->arena, "p.yaml", mag_span_of(text), overrides, count, history_days,
                         &in->pack, &in->err);
}

static inline mag_status pack_load(pack_text *in, const char *text) {
    return pack_load_with(in, text, NULL, 0, 0);
}

#define PACK_TOP                                                                                   \
    "pack: test\n"                                                                                 \
    "version: 1.0.0\n"                                                                             \
    "parameters: [{ name: recent, value: 90 days }, { name: old, value: 75 years }]\n"             \
    "limits:\n"                                                                                    \
    "  - { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"                                  \
    "  - { name: mg_uln, molar: 1.05 mmol/L, mass: 2.6 mg/dL }\n"                                  \
    "  - { name: molar_only, molar: 0.60 mmol/L }\n"                                               \
    "groups: [{ name: MGSYS, members: [MGSUPP, MGLAX, MGIV within 48 hours] }]\n"                  \
    "define:\n"                                                                                    \
    "  - name: kf\n"                                                                               \
    "    as: kidney_function(within 365 days)\n"                                                   \
    "rules:\n"

/* A rule whose head is complete but for what `more` adds; two blanks of indent there. */
#define PACK_RULE(id, among, when, more)                                                           \
    "- id: " id "\n"                                                                               \
    "  title: T\n"                                                                                 \
    "  let: [{ name: sample, as: latest(magnesium within 90 days) }]\n"                            \
    "  among: '" among "'\n"                                                                       \
    "  when: '" when "'\n"                                                                         \
    "  severity: high\n" more

/* Loads a pack of one rule with this trigger. */
static inline mag_status pack_load_when(pack_text *in, const char *when) {
    char text[16384];
    snprintf(text, sizeof text,
             "%s- id: X1\n  title: T\n  worse: low\n"
             "  let:\n  - name: sample\n    as: latest(magnesium within 90 days)\n"
             "  among: active(MGSYS)\n  severity: high\n  when: |\n    %s\n",
             PACK_TOP, when);
    return pack_load(in, text);
}

static inline const mag_rule *pack_rule(const pack_text *in, const char *id) {
    int found = mag_pack_find_rule(in->pack, id);
    assert_true(found >= 0);
    return &in->pack->rules[found];
}

/* The message holds this text, and its status and id are these. */
static inline void assert_fault(const pack_text *in, mag_status status, mag_message_id id,
                                const char *holds) {
    assert_int_equal(status, MAG_E_RULES);
    if (!strstr(in->err.text, holds))
        fail_msg("\"%s\" is not in:\n%s", holds, in->err.text);
    assert_string_equal(mag_message_code(in->err.message), mag_message_code(id));
}

#endif
