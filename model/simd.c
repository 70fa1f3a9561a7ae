#include "model/simd.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

extern const Simd simd_base;
#ifdef __x86_64__
extern const Simd simd_avx2, simd_avx512, simd_avx512bf16, simd_amx;
#endif

const Simd *simd = &simd_base;

/* What this processor has, from the slowest set to the fastest. */
static const Simd *sets[5];
static int n_sets;
static const char *refused;

static void add(const Simd *set, bool usable)
{
    if (usable)
        sets[n_sets++] = set;
}

#ifdef __x86_64__
/* The processor has tiles with bfloat16 products, and the kernel lets us use them: it must be asked, once for the whole
 * process, because they make the frames of signals larger. The name is not one that all compilers know for
 * __builtin_cpu_supports. */
static bool have_amx(void)
{
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    enum { AMX_BF16 = 1 << 22, AMX_TILE = 1 << 24 };
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & AMX_BF16) || !(d & AMX_TILE))
        return false;
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}
#endif

static void find_sets(void)
{
    add(&simd_base, true);
#ifdef __x86_64__
    __builtin_cpu_init();
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    add(&simd_avx2, avx2);
    add(&simd_avx512, avx512);
    bool bf16 = avx512 && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vnni");
    add(&simd_avx512bf16, bf16);
    add(&simd_amx, bf16 && have_amx());
#endif
}

__attribute__((constructor)) static void choose(void)
{
    const char *wanted = getenv("COCO_SIMD");
    find_sets();
    simd = sets[n_sets - 1];
    if (!wanted || !*wanted)
        return;
    refused = wanted;
    for (int i = 0; i < n_sets; i++)
        if (!strcmp(wanted, sets[i]->name)) {
            simd = sets[i];
            refused = NULL;
        }
}

const char *simd_refused(void)
{
    return refused;
}

const char *simd_name(int i)
{
    return i >= 0 && i < n_sets ? sets[i]->name : NULL;
}
