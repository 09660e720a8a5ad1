/* The cutter for AVX-512: the block in one vector, compares straight into masks. Compiled with
   -mavx512f -mavx512bw -mbmi -mpopcnt. */
#include "io/csv_cutter_stream.h"

#include <immintrin.h>

static mag_csv_masks look(const char *block, char delimiter) {
    __m512i bytes = _mm512_loadu_si512(block);
    uint64_t is_control = _mm512_cmple_epu8_mask(bytes, _mm512_set1_epi8(MAG_CSV_LAST_CONTROL));
    uint64_t is_quote = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('"'));
    mag_csv_masks masks = {
        .delimiter = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(delimiter)),
        .line_feed = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('\n')),
        .odd = is_control | is_quote | _mm512_movepi8_mask(bytes), /* the top bit: not ASCII */
    };
    masks.odd &= ~(masks.delimiter | masks.line_feed);
    return masks;
}

unsigned mag_csv_cut_avx512(mag_span window, const mag_csv_cut *into) {
    return mag_csv_cut_both_ways(look, window, into);
}
