/* The end of a command whose text library gives up. */
#include "pipeline/common/crash.h"
#include "cmd/cli.h"
#include "pipeline/common/terminal.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char program[32];

static void say(const char *text)
{
    (void)!write(STDERR_FILENO, text, strlen(text));
}

static void on_crash(int signal)
{
    static atomic_flag begun = ATOMIC_FLAG_INIT;
    const char *reason = crash_reason();
    char words[1024];
    while (atomic_flag_test_and_set(&begun)) /* another thread is at it, and ends the process */
        pause();
    crash_clean();
    say(program);
    if (*reason) {
        say(": the text library gave up: ");
        terminal_text(reason, words, sizeof words);
        say(words);
    } else if (signal == SIGSEGV) {
        say(": a library crashed; memory is limited (ulimit) and may have run short");
    } else {
        say(": a library gave up; memory or threads may have run short");
    }
    say("\n");
    _exit(1);
}

void cli_catch_crashes(const char *name)
{
    struct rlimit space, data;
    struct sigaction act = {.sa_handler = on_crash};
    snprintf(program, sizeof program, "%s", name);
    crash_prepare();
    sigfillset(&act.sa_mask);
    sigaction(SIGABRT, &act, NULL);
    sigaction(SIGTRAP, &act, NULL); /* how GLib's errors end */
    /* The libraries also use memory that they did not get. Without a limit a crash is a fault, and is to look like one. */
    if (!getrlimit(RLIMIT_AS, &space) && !getrlimit(RLIMIT_DATA, &data) &&
        (space.rlim_cur != RLIM_INFINITY || data.rlim_cur != RLIM_INFINITY))
        sigaction(SIGSEGV, &act, NULL);
}
