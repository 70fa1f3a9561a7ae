#include "cmd/signals.h"

#include "pipeline/common/crash.h"
#include "pipeline/common/team.h"

#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* The handler and signals_wait each set a flag and look at the other's, perhaps on two threads. */
static volatile sig_atomic_t stop, typed;
static atomic_bool stopping, awaiting;

static int end_by_terminal(void)
{
    crash_clean();
    signal(SIGINT, SIG_DFL);
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    raise(SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL); /* the handler's own signal is blocked until here */
    return 128 + SIGINT;
}

static void end_waiting(void)
{
    if (typed)
        end_by_terminal();
    crash_clean();
    _exit(128 + (int)stop);
}

/* The kernel itself sends what is typed; kill(1) and other processes have numbers. */
static void on_stop(int sig, siginfo_t *info, void *context)
{
    (void)context;
    typed = sig == SIGINT && info->si_code == SI_KERNEL;
    stop = sig;
    atomic_store(&stopping, true);
    if (atomic_load(&awaiting))
        end_waiting();
}

/* A signal that whoever started the process chose to ignore (nohup, a script's background job) stays ignored. */
static void catch_signal(int sig, int flags)
{
    struct sigaction act, old;
    if (sigaction(sig, NULL, &old) || old.sa_handler == SIG_IGN)
        return;
    memset(&act, 0, sizeof act);
    act.sa_sigaction = on_stop;
    sigemptyset(&act.sa_mask);
    act.sa_flags = flags | SA_RESTART | SA_SIGINFO;
    sigaction(sig, &act, NULL);
}

const volatile sig_atomic_t *signals_catch(bool may_be_job)
{
    catch_signal(SIGINT, (int)SA_RESETHAND); /* a second signal ends the process */
    catch_signal(SIGTERM, (int)SA_RESETHAND);
    catch_signal(SIGHUP, 0); /* a lost terminal sends two: from the shell and from the kernel */
    if (may_be_job)
        catch_signal(SIGUSR1, 0); /* Slurm sends it to jobs that ask for a signal before their time is up */
    catch_signal(SIGXCPU, 0);     /* ulimit -S -t: one each second, until the hard limit kills */
    return &stop;
}

void signals_wait(bool waiting)
{
    atomic_store(&awaiting, waiting);
    if (waiting && atomic_load(&stopping)) /* it came before */
        end_waiting();
}

int signals_status(int status)
{
    if (!stop)
        return status;
    return typed && team_alone() ? end_by_terminal() : 128 + (int)stop;
}
