/* The cutter for AVX2: two vectors of 32 bytes. Compiled with -mavx2 -mbmi -mpopcnt. */
#include "io/csv_cutter_stream.h"

#include <immintrin.h>

enum { VECTOR_NBYTES = 32 };

static uint64_t mask_of(__m256i bytes) {
    return (uint64_t)(unsigned)_mm256_movemask_epi8(bytes);
}

static mag_csv_masks look(const char *block, char delimiter) {
    const __m256i delimiters = _mm256_set1_epi8(delimiter), feeds = _mm256_set1_epi8('\n');
    const __m256i quotes = _mm256_set1_epi8('"');
    const __m256i controls = _mm256_set1_epi8(MAG_CSV_LAST_CONTROL);
    mag_csv_masks masks = {0};
    for (unsigned i = 0; i < MAG_CSV_BLOCK_NBYTES; i += VECTOR_NBYTES) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(block + i));
        __m256i is_control = _mm256_cmpeq_epi8(_mm256_min_epu8(bytes, controls), bytes);
        __m256i is_odd = _mm256_or_si256(is_control, _mm256_cmpeq_epi8(bytes, quotes));
        masks.delimiter |= mask_of(_mm256_cmpeq_epi8(bytes, delimiters)) << i;
        masks.line_feed |= mask_of(_mm256_cmpeq_epi8(bytes, feeds)) << i;
        masks.odd |= mask_of(_mm256_or_si256(is_odd, bytes)) << i; /* the top bit: not ASCII */
    }
    masks.odd &= ~(masks.delimiter | masks.line_feed);
    return masks;
}

unsigned mag_csv_cut_avx2(mag_span window, const mag_csv_cut *into) {
    return mag_csv_cut_both_ways(look, window, into);
}
