/* cli.h, output: messages, progress and the exit status. */
#include "cmd/cli.h"

#include "cmd/signals.h"
#include "pipeline/common/team.h"
#include "pipeline/common/terminal.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const char *program = "coco", *program_part;

void cli_name(const char *name, const char *part)
{
    program = name;
    program_part = part;
}

/* --- messages --- */

/* A progress bar is on the terminal's last line. */
static bool bar_drawn;

/* A message is put together here and leaves in one write, so that messages of processes that share a terminal or a
 * log do not mix. Nothing is allocated, as messages may be about that. */
enum { MESSAGE_MAX = 8192 }; /* bytes of text, before it is made safe; longer than any path and a sentence */
typedef struct {
    char text[TERMINAL_GROWTH * MESSAGE_MAX + 1024];
    size_t len;
} Message;

/* Our own bytes, as they are. */
static void add(Message *m, const char *bytes)
{
    size_t n = strlen(bytes);
    if (n > sizeof m->text - m->len)
        n = sizeof m->text - m->len;
    memcpy(m->text + m->len, bytes, n);
    m->len += n;
}

/* Words that may hold what strangers have written. */
static void add_words(Message *m, const char *fmt, va_list ap)
{
    char words[MESSAGE_MAX];
    int n = vsnprintf(words, sizeof words, fmt, ap);
    m->len += terminal_text(n < 0 ? fmt : words, m->text + m->len, sizeof m->text - m->len);
    if (n >= (int)sizeof words)
        add(m, "...");
}

static void begin(Message *m)
{
    m->len = 0;
    if (bar_drawn)
        add(m, "\r\033[K");
    bar_drawn = false;
}

static void leave(const Message *m)
{
    if (!team_speaks())
        return;
    for (size_t done = 0; done < m->len;) {
        ssize_t n = write(STDERR_FILENO, m->text + done, m->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        done += (size_t)n;
    }
}

static void bar_clear(void)
{
    Message m;
    begin(&m);
    leave(&m);
}

static void begin_named(Message *m, const char *fmt, va_list ap)
{
    begin(m);
    add(m, program);
    add(m, ": ");
    add_words(m, fmt, ap);
    add(m, "\n");
}

void cli_error(const char *fmt, ...)
{
    Message m;
    va_list ap;
    va_start(ap, fmt);
    begin_named(&m, fmt, ap);
    va_end(ap);
    leave(&m);
}

_Noreturn void cli_usage_error(const char *fmt, ...)
{
    Message m;
    va_list ap;
    va_start(ap, fmt);
    begin_named(&m, fmt, ap);
    va_end(ap);
    add(&m, "Try '");
    add(&m, program);
    if (program_part) {
        add(&m, " ");
        add(&m, program_part);
    }
    add(&m, " --help'.\n");
    leave(&m);
    exit(2);
}

/* --- progress --- */

typedef struct {
    Report report;
    const char *unit;
    bool terminal;
    double began, shown; /* seconds: of the first call, of the last line or bar */
    int64_t first, done; /* units at the first call and at the latest */
    char state[64];      /* ", " and what the stage says beside its progress, or "" */
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

/* Notes and lines of progress have no program name before them. */
static void say_plain(const char *text)
{
    Message m;
    begin(&m);
    m.len += terminal_text(text, m.text + m.len, sizeof m.text - m.len);
    add(&m, "\n");
    leave(&m);
}

/* Off a terminal a note also counts as a line of progress. */
static void show_note(void *ctx, const char *text)
{
    Progress *p = ctx;
    say_plain(text);
    if (!p->terminal)
        p->shown = now();
}

/* ", 40 s left", ", 3 min left", ", 2 h 5 min left"; nothing where it cannot be said. */
static void time_left(int64_t left, double rate, char *text, size_t size)
{
    double seconds = rate > 0 ? ceil((double)left / rate) : 0;
    int64_t minutes = seconds < 1e9 ? (int64_t)(seconds / 60 + 0.5) : 0;
    *text = '\0';
    if (seconds < 1 || seconds >= 1e9)
        return;
    if (seconds < 90)
        snprintf(text, size, ", %.0f s left", seconds);
    else if (minutes < 90)
        snprintf(text, size, ", %lld min left", (long long)minutes);
    else
        snprintf(text, size, ", %lld h %lld min left", (long long)minutes / 60, (long long)minutes % 60);
}

/* "12 of 300 images, 5/s, 58 s left"; bytes appear as megabytes: "12.3 of 256.0 MB, 4.5 MB/s, 54 s left". */
static void progress_text(const Progress *p, int64_t done, int64_t total, double rate, char *text, size_t size)
{
    char left[40];
    time_left(total - done, rate, left, sizeof left);
    if (strcmp(p->unit, "bytes")) {
        if (total)
            snprintf(text, size, "%lld of %lld %s, %.0f/s%s", (long long)done, (long long)total, p->unit, rate,
                     left);
        else
            snprintf(text, size, "%lld %s, %.0f/s", (long long)done, p->unit, rate);
    } else if (total) {
        snprintf(text, size, "%.1f of %.1f MB, %.1f MB/s%s", (double)done / 1e6, (double)total / 1e6, rate / 1e6,
                 left);
    } else {
        snprintf(text, size, "%.1f MB, %.1f MB/s", (double)done / 1e6, rate / 1e6);
    }
}

/* A line that is wider than the terminal could not be redrawn in its place: the bar gives way to the text. */
static int bar_width(const char *text)
{
    enum { MOST = 30, COLUMNS = 80 };
    struct winsize size;
    int columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : COLUMNS;
    int room = columns - (int)strlen(text) - (int)strlen("[] ") - 1;
    return room < 0 ? 0 : room < MOST ? room : MOST;
}

static void draw_bar(int64_t done, int64_t total, const char *text)
{
    char bar[64];
    Message m;
    int width = bar_width(text), filled = total ? (int)(width * ((double)done / (double)total)) : 0;
    memset(bar, '#', (size_t)filled);
    memset(bar + filled, '.', (size_t)(width - filled));
    bar[width] = '\0';
    begin(&m);
    if (total && width) {
        add(&m, "[");
        add(&m, bar);
        add(&m, "] ");
    }
    add(&m, text);
    leave(&m);
    bar_drawn = true;
}

/* A count that falls begins a new piece of work with a rate of its own. The rate leaves out what was done before the
 * first call: the part of a resumed download that was already there. */
static void show_progress(void *ctx, int64_t done, int64_t total)
{
    Progress *p = ctx;
    char text[192];
    double t = now();
    size_t n;
    bool last = total && done >= total;
    if (p->began == 0.0 || done < p->done) {
        p->began = p->shown = t;
        p->first = done;
    }
    p->done = done;
    if (last)
        bar_clear();
    if (last || t - p->shown < (p->terminal ? 1.0 : 10.0))
        return;
    p->shown = t;
    progress_text(p, done, total, t > p->began ? (double)(done - p->first) / (t - p->began) : 0.0, text,
                  sizeof text);
    n = strlen(text);
    snprintf(text + n, sizeof text - n, "%s", p->state);
    if (p->terminal)
        draw_bar(done, total, text);
    else
        say_plain(text);
}

static void show_state(void *ctx, const char *text)
{
    Progress *p = ctx;
    snprintf(p->state, sizeof p->state, ", %s", text);
}

static void wait_for_input(void *ctx, bool waiting)
{
    (void)ctx;
    signals_wait(waiting);
}

const Report *cli_warnings(void)
{
    static const Report REPORT = {.warn = show_warning};
    return &REPORT;
}

const Report *cli_report(const Cli *cli, const char *unit)
{
    static Progress p;
    p = (Progress){.report = {.warn = show_warning, .wait = wait_for_input}, .unit = unit};
    p.report.stop = signals_catch(cli->ranks);
    p.report.note = cli->quiet ? NULL : show_note;
    p.report.progress = cli->quiet ? NULL : show_progress;
    p.report.state = cli->quiet ? NULL : show_state;
    p.report.ctx = &p;
    p.terminal = isatty(STDERR_FILENO);
    return &p.report;
}

/* --- the end --- */

int cli_finish(const Cli *cli, int status)
{
    (void)cli;
    bar_clear();
    errno = 0;
    /* The failed write may be long past and its errno lost, so ask whether stdout is a pipe without a reader. */
    struct pollfd reader = {.fd = STDOUT_FILENO};
    int failed = fflush(stdout) || ferror(stdout), why = errno;
    int gone = failed && (why == EPIPE || (poll(&reader, 1, 0) > 0 && reader.revents & POLLERR));
    if (failed && !why && !gone) { /* write again: the stream fails again and sets errno */
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
    return signals_status(status);
}
