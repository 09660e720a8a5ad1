/* Profiles (first byte even) and pipelines (odd). A pipeline names files; none is opened here but
   its pack and profiles. */
#include "fuzz.h"

#include "engine/plan.h"

enum { MEMORY_NBYTES = 256 << 20 };

static mag_status read_plan(mag_arena *arena, mag_span text, mag_error *err) {
    const mag_plan *plan;
    mag_plan_options options = {.as_of = "2025-12-31"};
    MAG_TRY(mag_plan_read(arena, fuzz_file(0, text.at, text.nbytes), &options, &plan, err));
    fuzz_promise(plan->source_count > 0 && plan->pack_name != NULL);
    for (size_t i = 0; i < plan->source_count; i++)
        fuzz_promise(plan->sources[i].profile != NULL && plan->sources[i].table != NULL);
    return mag_plan_check_output(arena, plan, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    mag_account account = {.limit_nbytes = MEMORY_NBYTES};
    mag_error err = {0};
    mag_span text = {(const char *)data + 1, size - 1};
    mag_arena *arena = mag_arena_new(&account);
    const mag_profile *profile;
    fuzz_promise(arena != NULL);
    mag_status status = data[0] % 2 == 0
                            ? mag_profile_parse(arena, "fuzz.yaml", text, &profile, &err)
                            : read_plan(arena, text, &err);
    fuzz_expect_told(status, &err);
    mag_arena_free(arena);
    fuzz_promise(account.used_nbytes == 0);
    return 0;
}
