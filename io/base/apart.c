#include "io/base/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void apart_settle(void)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2, SIGXFSZ};
    static const int plain[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGXCPU};
    const struct rlimit none = {0, 0};
    sigset_t empty;
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        signal(plain[i], SIG_DFL);
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    setrlimit(RLIMIT_CORE, &none);
    /* Words of the C library about its corrupted memory go nowhere. */
    int null = open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2 && null >= 0; fd++)
        dup2(null, fd);
}

/* --- limits --- */

int64_t apart_memory(void)
{
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "re");
    if (!f)
        return 0;
    if (fscanf(f, "%*u %*u %*u %*u %*u %lu", &pages) != 1)
        pages = 0;
    fclose(f);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void set_soft(int resource, int64_t value)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit))
        return;
    limit.rlim_cur = (rlim_t)value < limit.rlim_max ? (rlim_t)value : limit.rlim_max;
    setrlimit((__rlimit_resource_t)resource, &limit);
}

void apart_limit(int64_t seconds, int64_t memory)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    set_soft(RLIMIT_CPU, used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1 + seconds);
    if (memory)
        set_soft(RLIMIT_DATA, memory);
}

/* --- a call --- */

static _Noreturn void serve(void (*fn)(void *ctx, void *result), void *ctx, void *result, size_t bytes, int out,
                            int64_t seconds, int64_t memory)
{
    int64_t now = apart_memory();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    apart_settle();
    apart_limit(seconds, now ? now + memory : 0);
    fn(ctx, result);
    for (size_t put = 0; put < bytes;) {
        ssize_t n = write(out, (char *)result + put, bytes - put);
        if (n < 0 && errno != EINTR)
            _exit(1);
        put += n > 0 ? (size_t)n : 0;
    }
    _exit(0);
}

/* Whether all bytes came before the other side closed. */
static int receive(int in, char *to, size_t bytes)
{
    while (bytes) {
        ssize_t n = read(in, to, bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        to += n;
        bytes -= (size_t)n;
    }
    return 0;
}

static int judge(pid_t child, int got, int64_t seconds, Err *err)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (!got)
        return 0;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return err_set(err, "not done after %lld seconds of computing", (long long)seconds);
    if (WIFSIGNALED(status))
        return err_set(err, "stopped by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    return err_set(err, "ended before it was done");
}

int apart_run(void (*fn)(void *ctx, void *result), void *ctx, void *result, size_t bytes, int64_t seconds,
              int64_t memory, Err *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return err_set(err, "no pipe: %s", strerror(errno));
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        serve(fn, ctx, result, bytes, ends[1], seconds, memory);
    }
    int why = errno;
    close(ends[1]);
    int rc = child < 0 ? err_set(err, "no process: %s", strerror(why))
                       : judge(child, receive(ends[0], result, bytes), seconds, err);
    close(ends[0]);
    return rc;
}
