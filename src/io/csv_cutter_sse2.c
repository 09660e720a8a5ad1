/* The cutter for every x86-64: four vectors of 16 bytes. */
#include "io/csv_cutter_loop.h"

#include <emmintrin.h>

enum { VECTOR_NBYTES = 16 };

static uint64_t mask_of(__m128i bytes) {
    return (uint64_t)(unsigned)_mm_movemask_epi8(bytes);
}

static mag_csv_masks look(const char *block, char delimiter) {
    const __m128i delimiters = _mm_set1_epi8(delimiter), feeds = _mm_set1_epi8('\n');
    const __m128i quotes = _mm_set1_epi8('"'), controls = _mm_set1_epi8(MAG_CSV_LAST_CONTROL);
    mag_csv_masks masks = {0};
    for (unsigned i = 0; i < MAG_CSV_BLOCK_NBYTES; i += VECTOR_NBYTES) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
        __m128i is_control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, controls), bytes);
        __m128i is_odd = _mm_or_si128(is_control, _mm_cmpeq_epi8(bytes, quotes));
        masks.delimiter |= mask_of(_mm_cmpeq_epi8(bytes, delimiters)) << i;
        masks.line_feed |= mask_of(_mm_cmpeq_epi8(bytes, feeds)) << i;
        masks.odd |= mask_of(_mm_or_si128(is_odd, bytes)) << i; /* the top bit: not ASCII */
    }
    masks.odd &= ~(masks.delimiter | masks.line_feed);
    return masks;
}

unsigned mag_csv_cut_sse2(mag_span window, const mag_csv_cut *into) {
    return mag_csv_cut_from(look, window, into, 0);
}
