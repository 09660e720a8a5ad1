#include "io/inflate_isal.h"

#include "io/vector_state.h"

#include <isa-l/igzip_lib.h>

struct mag_isal {
    struct inflate_state state;
};

mag_isal *mag_isal_new(mag_arena *arena) {
    mag_isal *isal = mag_arena_alloc(arena, sizeof *isal);
    if (isal)
        isal_inflate_init(&isal->state);
    return isal;
}

void mag_isal_begin_member(mag_isal *isal) {
    isal_inflate_reset(&isal->state);
    isal->state.crc_flag = ISAL_GZIP_NO_HDR_VER;
}

mag_inflate_result mag_isal_go_on(mag_isal *isal, mag_inflate_step *step) {
    struct inflate_state *state = &isal->state;
    const uint32_t in = (uint32_t)step->in_nbytes, out = (uint32_t)step->out_nbytes;
    state->next_in = (uint8_t *)(uintptr_t)step->in; /* not written to */
    state->avail_in = in;
    state->next_out = (uint8_t *)step->out;
    state->avail_out = out;
    const int code = isal_inflate(state);
    mag_vector_state_clear();
    const uint32_t taken = in - state->avail_in, given = out - state->avail_out;
    step->in += taken;
    step->in_nbytes -= taken;
    step->out += given;
    step->out_nbytes -= given;
    if (code != ISAL_DECOMP_OK)
        return MAG_INFLATE_DOUBT;
    if (state->block_state == ISAL_BLOCK_FINISH)
        return MAG_INFLATE_END;
    const bool is_stuck = taken == 0 && given == 0;
    return is_stuck ? MAG_INFLATE_DOUBT : MAG_INFLATE_MORE;
}
