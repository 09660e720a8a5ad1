/* YAML and rule packs: whatever is loaded is evaluated by its own examples, linted and shown. */
#include "fuzz.h"

#include "io/yaml_tree.h"
#include "rules/evaluate.h"

enum { MEMORY_NBYTES = 256 << 20, TODAY = 20000 };

static void use_pack(mag_arena *arena, const mag_pack *pack) {
    mag_error err = {0};
    const mag_example_result *results;
    const mag_lint_finding *findings;
    size_t count;
    mag_status status = mag_pack_check_ready(pack, &err);
    fuzz_expect_told(status, &err);
    status = mag_examples_run(arena, pack, fuzz_codebook(), &results, &count, &err);
    fuzz_expect_told(status, &err);
    status = mag_pack_lint(arena, pack, TODAY, &findings, &count, &err);
    fuzz_expect_told(status, &err);
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++) {
        const mag_rule_line *lines;
        fuzz_promise(mag_pack_find_rule(pack, mag_pack_rule(pack, i)->id) == (int)i);
        status = mag_pack_rule_lines(arena, pack, i, &lines, &count, &err);
        fuzz_expect_told(status, &err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mag_account account = {.limit_nbytes = MEMORY_NBYTES};
    mag_error err = {0};
    const mag_yaml *root;
    const mag_pack *pack;
    mag_span text = {size ? (const char *)data : "", size};
    mag_arena *arena = mag_arena_new(&account);
    fuzz_promise(arena != NULL);
    mag_status status = mag_yaml_parse(arena, "fuzz.yaml", text, MAG_E_RULES, &root, &err);
    fuzz_expect_told(status, &err);
    if (status == MAG_OK) {
        status = mag_pack_load(arena, "fuzz.yaml", text, NULL, 0, 1095, &pack, &err);
        fuzz_expect_told(status, &err);
        if (status == MAG_OK)
            use_pack(arena, pack);
    }
    mag_arena_free(arena);
    fuzz_promise(account.used_nbytes == 0);
    return 0;
}
