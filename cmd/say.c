/* The half of cli.h that speaks: messages, progress, signals, and the exit status. */
#include "cmd/cli.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *program = "coco";

void cli_name(const char *name)
{
    program = name;
}

/* --- messages --- */

/* What the progress bar left on the terminal's last line. */
static bool bar_drawn;

static void bar_clear(void)
{
    if (bar_drawn)
        fputs("\r\033[K", stderr);
    bar_drawn = false;
}

static void say(const char *fmt, va_list ap)
{
    bar_clear();
    fprintf(stderr, "%s: ", program);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
}

void cli_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
}

_Noreturn void cli_usage_error(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
    fprintf(stderr, "Try '%s --help'.\n", program);
    exit(2);
}

/* --- progress and signals --- */

static volatile sig_atomic_t stop_signal;

static void on_stop(int sig)
{
    stop_signal = sig;
}

static void catch_stop(void)
{
    struct sigaction act;
    memset(&act, 0, sizeof act);
    act.sa_handler = on_stop;
    sigemptyset(&act.sa_mask);
    act.sa_flags = (int)SA_RESETHAND | SA_RESTART; /* a second one ends the process */
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
}

typedef struct {
    Report report;
    const char *unit;
    bool terminal;
    double began, shown;
} Progress;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void show_warning(void *ctx, const char *text)
{
    (void)ctx;
    cli_error("%s", text);
}

/* A note stands as it is; where progress would be lines, it is one. */
static void show_note(void *ctx, const char *text)
{
    Progress *p = ctx;
    bar_clear();
    fprintf(stderr, "%s\n", text);
    if (!p->terminal)
        p->shown = now();
}

static void draw_bar(const Progress *p, int64_t done, int64_t total, double rate)
{
    enum { WIDTH = 30 };
    char bar[WIDTH + 1];
    int filled = total ? (int)(WIDTH * done / total) : 0;
    memset(bar, '#', (size_t)filled);
    memset(bar + filled, '.', (size_t)(WIDTH - filled));
    bar[WIDTH] = '\0';
    bar_clear();
    if (total)
        fprintf(stderr, "[%s] %lld/%lld %s, %.0f/s", bar, (long long)done, (long long)total, p->unit, rate);
    else
        fprintf(stderr, "%lld %s, %.0f/s", (long long)done, p->unit, rate);
    bar_drawn = true;
}

static void show_progress(void *ctx, int64_t done, int64_t total)
{
    Progress *p = ctx;
    double t = now();
    bool last = total && done >= total;
    if (p->began == 0.0)
        p->began = p->shown = t;
    if (t - p->shown < (p->terminal ? 1.0 : 10.0) || (last && !p->terminal)) {
        if (last)
            bar_clear();
        return;
    }
    p->shown = t;
    double rate = t > p->began ? (double)done / (t - p->began) : 0.0;
    if (p->terminal && !last)
        draw_bar(p, done, total, rate);
    else if (p->terminal)
        bar_clear();
    else if (total)
        cli_error("%lld of %lld %s, %.0f/s", (long long)done, (long long)total, p->unit, rate);
    else
        cli_error("%lld %s, %.0f/s", (long long)done, p->unit, rate);
}

const Report *cli_warnings(void)
{
    static const Report REPORT = {.warn = show_warning};
    return &REPORT;
}

const Report *cli_report(const Cli *cli, const char *unit)
{
    static Progress p;
    p = (Progress){.report = {.warn = show_warning, .stop = &stop_signal}, .unit = unit};
    p.report.note = cli->quiet ? NULL : show_note;
    p.report.progress = cli->quiet ? NULL : show_progress;
    p.report.ctx = &p;
    p.terminal = isatty(STDERR_FILENO);
    catch_stop();
    return &p.report;
}

/* --- the end --- */

int cli_finish(const Cli *cli, int status)
{
    (void)cli;
    bar_clear();
    errno = 0;
    /* The write that failed may be long past, with its errno: a pipe without a reader is asked for here. */
    struct pollfd reader = {.fd = STDOUT_FILENO};
    int failed = fflush(stdout) || ferror(stdout), why = errno;
    int gone = failed && (why == EPIPE || (poll(&reader, 1, 0) > 0 && reader.revents & POLLERR));
    if (failed && !why && !gone) { /* a stream that failed fails again, and says why */
        clearerr(stdout);
        putchar('\n');
        fflush(stdout);
        why = errno;
    }
    if (fclose(stdout) && !failed) {
        failed = 1;
        why = errno;
    }
    errno = why;
    if (failed) {
        if (gone)
            return 128 + SIGPIPE;
        cli_error("standard output: %s", errno ? strerror(errno) : "write error");
        return 1;
    }
    return stop_signal ? 128 + (int)stop_signal : status;
}
