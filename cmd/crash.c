/* The end of a command whose text library gives up, or whose files shrink under it. */
#include "pipeline/common/crash.h"
#include "cmd/cli.h"
#include "pipeline/common/terminal.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char program[32];

/* The last message, in one write. */
static char line[4096];
static size_t length;

static void add(const char *text)
{
    length += terminal_text(text, line + length, sizeof line - 1 - length);
}

/* Of several threads the first one gets through; it ends the process. */
static void begin(void)
{
    static atomic_flag begun = ATOMIC_FLAG_INIT;
    while (atomic_flag_test_and_set(&begun))
        pause();
    crash_clean();
    add(program);
    add(": ");
}

static _Noreturn void end(void)
{
    line[length++] = '\n';
    (void)!write(STDERR_FILENO, line, length);
    _exit(1);
}

static void on_crash(int signal)
{
    const char *reason = crash_reason();
    begin();
    if (*reason) {
        add("the text library gave up: ");
        add(reason);
    } else if (signal == SIGSEGV) {
        add("a library crashed; memory is limited (ulimit) and may have run short");
    } else {
        add("a library gave up; memory or threads may have run short");
    }
    end();
}

/* A page of a mapped file is not there any more. Other bus errors end the process as they would without us. */
static void on_bus_error(int signal, siginfo_t *info, void *context)
{
    (void)context;
    if (info->si_code != BUS_ADRERR) {
        struct sigaction plain = {.sa_handler = SIG_DFL};
        sigaction(signal, &plain, NULL);
        return; /* to the instruction that failed, which fails again */
    }
    const char *path = crash_file(info->si_addr);
    begin();
    add(path ? path : "a file");
    add(path ? ": has shrunk while it was being read" : " has shrunk while it was being read");
    end();
}

/* HDF5 ends the process with -1, without a word, if it gets no memory as it starts; OpenMP with 1, after words of its
 * own. Commands have other numbers, and have removed their unfinished files. */
static void on_library_exit(int status, void *nothing)
{
    (void)nothing;
    if (status == -1) {
        begin();
        add("a library gave up; memory or threads may have run short");
        end();
    }
    if (status)
        crash_clean();
}

/* A library that has run out of its stack leaves none to the handler. Sanitizers have given one. */
static void give_handlers_a_stack(void)
{
    static char room[1 << 16];
    const stack_t stack = {.ss_sp = room, .ss_size = sizeof room};
    stack_t old;
    if (sigaltstack(NULL, &old) == 0 && old.ss_flags & SS_DISABLE)
        sigaltstack(&stack, NULL);
}

void cli_catch_crashes(const char *name)
{
    struct rlimit space, data;
    struct sigaction act = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
    struct sigaction shrunk = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    snprintf(program, sizeof program, "%s", name);
    crash_prepare();
    give_handlers_a_stack();
    on_exit(on_library_exit, NULL);
    /* A closed pipe and a limit on the size of files show as failed writes, whatever the parent process had set;
     * cli_finish checks stdout. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    sigfillset(&act.sa_mask);
    sigfillset(&shrunk.sa_mask);
    sigaction(SIGBUS, &shrunk, NULL);
    sigaction(SIGABRT, &act, NULL);
    sigaction(SIGTRAP, &act, NULL); /* how GLib's errors end */
    /* The libraries also use memory that they did not get. Without a limit a crash is a fault, and is to look like
     * one. */
    if (!getrlimit(RLIMIT_AS, &space) && !getrlimit(RLIMIT_DATA, &data) &&
        (space.rlim_cur != RLIM_INFINITY || data.rlim_cur != RLIM_INFINITY))
        sigaction(SIGSEGV, &act, NULL);
}
