#include "pipeline/common/threads.h"

#ifdef _OPENMP
#include <omp.h>

int threads_default(void)
{
    return omp_get_max_threads();
}

void threads_set(int n)
{
    omp_set_dynamic(0);
    omp_set_num_threads(n);
}
#else

int threads_default(void)
{
    return 1;
}

void threads_set(int n)
{
    (void)n;
}
#endif
