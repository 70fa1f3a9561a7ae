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

/* --- the environment that libgomp sees ---
 * It reads its variables as it is loaded.
 *
 * OMP_NUM_THREADS is hidden from it: it prints a line of its own about some bad values, without a word about what
 * counts instead, and takes a million for good.
 *
 * GOMP_SPINCOUNT is given to it, unless the user has chosen how threads wait. Threads that have nothing to do spin for
 * 300 000 rounds otherwise, some 10 ms, before they sleep, and so keep a processor from those that compute. 1000 rounds
 * are what libgomp takes itself where it sees more threads than processors. The environment has no room for one entry
 * more: another's place is taken, of a variable that libraries do not read as they are loaded. Where there is none,
 * libgomp's own number counts.
 *
 * All this is undone once the libraries have started. */
#ifdef __ELF__
static const char *const places[] = {NAME, "_", "OLDPWD", "PWD", "SHLVL", NULL}; /* the first one that there is */
static const char *const choices[] = {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY", NULL};
static char spin_count[] = "GOMP_SPINCOUNT=1000", hidden[] = "_=";
static char **place, *entry; /* what is restored */

#define BEFORE_SANITIZERS __attribute__((no_sanitize("address", "thread", "undefined")))

/* The entry of a variable, or NULL. */
BEFORE_SANITIZERS static char **find_entry(char **environment, const char *name)
{
    for (; *environment; environment++) {
        size_t n = 0;
        while (name[n] && (*environment)[n] == name[n])
            n++;
        if (!name[n] && (*environment)[n] == '=')
            return environment;
    }
    return NULL;
}

BEFORE_SANITIZERS static void prepare(int argc, char **argv, char **environment)
{
    char *put = spin_count;
    (void)argc, (void)argv;
    for (int i = 0; choices[i]; i++)
        if (find_entry(environment, choices[i]))
            put = hidden;
    for (int i = 0; places[i] && !place && (i == 0 || put == spin_count); i++)
        place = find_entry(environment, places[i]);
    if (place) {
        entry = *place;
        *place = put;
    }
}

__attribute__((section(".preinit_array"), used)) static void (*before_libraries)(int, char **, char **) = prepare;

__attribute__((constructor)) static void restore(void)
{
    if (place)
        *place = entry;
}
#endif

/* --- the number --- */

/* A list of whole numbers from 1 to THREADS_MAX, one for each level of nested teams. Its first, or 0: it is not such
 * a list. */
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
#ifdef KMP_VERSION_MAJOR /* LLVM's library, whose threads spin for 200 ms */
    if (!getenv("KMP_BLOCKTIME") && !getenv("OMP_WAIT_POLICY"))
        kmp_set_blocktime(0);
#endif
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
