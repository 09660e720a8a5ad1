/* Which cutters this machine has. */
#include "io/csv_cutter.h"

#include "base/fast_path.h"

#if defined(__x86_64__)

mag_csv_cutter *mag_csv_cutter_of(mag_csv_scanner scanner) {
    __builtin_cpu_init();
    bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("popcnt");
    switch (scanner) {
    case MAG_CSV_SCANNER_PLAIN:
        return NULL;
    case MAG_CSV_SCANNER_SSE2: /* part of the architecture */
        return mag_csv_cut_sse2;
    case MAG_CSV_SCANNER_AVX2:
        return has_avx2 ? mag_csv_cut_avx2 : NULL;
    case MAG_CSV_SCANNER_AVX512:
        return has_avx2 && __builtin_cpu_supports("avx512bw") ? mag_csv_cut_avx512 : NULL;
    }
    return NULL;
}

#else

mag_csv_cutter *mag_csv_cutter_of(mag_csv_scanner scanner) {
    (void)scanner;
    return NULL;
}

#endif

mag_csv_scanner mag_csv_cutter_widest(void) {
    static const mag_fast_path paths[] = {[MAG_CSV_SCANNER_SSE2] = MAG_FAST_PATH_SSE2,
                                          [MAG_CSV_SCANNER_AVX2] = MAG_FAST_PATH_AVX2,
                                          [MAG_CSV_SCANNER_AVX512] = MAG_FAST_PATH_AVX512};
    mag_csv_scanner scanner = MAG_CSV_SCANNER_AVX512;
    while (scanner != MAG_CSV_SCANNER_PLAIN &&
           (!mag_fast_path_allows(paths[scanner]) || !mag_csv_cutter_of(scanner)))
        scanner--;
    return scanner;
}

bool mag_csv_cutter_takes(char delimiter) {
    return delimiter == '\t' || (delimiter >= ' ' && delimiter <= '~' && delimiter != '"');
}
