#include "model/simd.h"

#include <stdlib.h>
#include <string.h>

extern const Simd simd_base;
#ifdef __x86_64__
extern const Simd simd_avx2, simd_avx512, simd_avx512bf16;
#endif

const Simd *simd = &simd_base;

static void choose(const Simd *set, int has, const char *wanted)
{
    if (has && (!wanted || !strcmp(wanted, set->name)))
        simd = set;
}

/* From the least to the best; a set that the processor lacks is not taken, whoever asks for it. */
__attribute__((constructor)) static void choose_best(void)
{
    const char *wanted = getenv("COCO_SIMD");
    choose(&simd_base, 1, wanted);
#ifdef __x86_64__
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    int avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    choose(&simd_avx2, avx2, wanted);
    choose(&simd_avx512, avx512, wanted);
    choose(&simd_avx512bf16, avx512 && __builtin_cpu_supports("avx512bf16"), wanted);
#endif
}
