#include "pipeline/common/threads.h"

#ifdef _OPENMP
#include "io/base/cpu_quota.h"
#include "pipeline/common/pipe.h"

#include <ctype.h>
#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define NAME "OMP_NUM_THREADS"

/* --- libgomp must not see OMP_NUM_THREADS ---
 * It reads the variable as it is loaded, prints a line of its own about some bad values, without a word about what counts
 * instead, and takes a million for good. So the name is made another one before any library starts, and restored after. */
#ifdef __ELF__
static char *hidden;

/* Runs before the sanitizers are ready. */
__attribute__((no_sanitize("address", "thread", "undefined"))) static void hide(int argc, char **argv,
                                                                                char **environment)
{
    (void)argc, (void)argv;
    for (; *environment; environment++) {
        size_t n = 0;
        while (n < sizeof NAME - 1 && (*environment)[n] == NAME[n])
            n++;
        if (n == sizeof NAME - 1 && (*environment)[n] == '=') {
            hidden = *environment;
            *hidden = '_';
        }
    }
}

__attribute__((section(".preinit_array"), used)) static void (*before_libraries)(int, char **, char **) = hide;

__attribute__((constructor)) static void reveal(void)
{
    if (hidden)
        *hidden = NAME[0];
}
#endif

/* --- the number --- */

/* A list of whole numbers from 1 to THREADS_MAX, one for each level of nested teams. Its first, or 0: it is not such a list. */
static int read_list(const char *text)
{
    long first = 0;
    for (;;) {
        char *end;
        while (isspace((unsigned char)*text))
            text++;
        long n = isdigit((unsigned char)*text) || *text == '+' ? strtol(text, &end, 10) : 0;
        if (n < 1 || n > THREADS_MAX)
            return 0;
        first = first ? first : n;
        while (isspace((unsigned char)*end))
            end++;
        if (!*end)
            return (int)first;
        if (*end != ',')
            return 0;
        text = end + 1;
    }
}

/* The processors that this process may use. */
static int granted(void)
{
    double n = fmin(omp_get_num_procs(), ceil(cpu_quota("")));
    return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (int)n;
}

int threads_default(Err *warning)
{
    const char *text = getenv(NAME);
    int n = text ? read_list(text) : 0;
    warning->text[0] = '\0';
    if (n)
        return n;
    n = granted();
    if (text && *text)
        err_set(warning, NAME ": '%.40s': expected an integer from 1 to %d; using %d", text, THREADS_MAX, n);
    unsetenv(NAME); /* LLVM's library reads it later, and prints a line as well */
    return n;
}

/* Leaves room for the threads of pipes and the processes that read HDF5 files. */
static int startable(int n)
{
    enum { SPARE = 4 };
    int started = n > 1 ? pipe_try_threads(n - 1 + SPARE) : 0, most = started - SPARE + 1;
    return most < 1 ? 1 : most < n ? most : n;
}

int threads_set(int n)
{
    n = startable(n);
    omp_set_dynamic(0);
    omp_set_num_threads(n);
    return n;
}
#else

int threads_default(Err *warning)
{
    warning->text[0] = '\0';
    return 1;
}

int threads_set(int n)
{
    return n;
}
#endif
