/* ISA-L's functions return with the upper halves of vector registers in use: the releases that
   distributions have never clear them. From there on each SSE instruction, as compilers make them
   for every x86-64, waits for the one before it: making a cohort took twice the time. */
#ifndef MAG_IO_VECTOR_STATE_H
#define MAG_IO_VECTOR_STATE_H

/* Behind each call of ISA-L. Values stay; nothing of ours lies in upper halves across a call. */
static inline void mag_vector_state_clear(void) {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx"))
        __asm__ volatile("vzeroupper" ::
                             : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
                               "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14",
                               "xmm15");
#endif
}

#endif
