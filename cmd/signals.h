/* Signals that ask a command to stop. Main thread; the handler may run on any. */
#ifndef COCO_CMD_SIGNALS_H
#define COCO_CMD_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* From now on SIGINT, SIGTERM, SIGHUP and SIGXCPU, and SIGUSR1 for what may be a job, do not end the process but set
 * the number that the function returns; a second SIGINT or SIGTERM does end it. */
const volatile sig_atomic_t *signals_catch(bool may_be_job);

/* While the command waits for input and has nothing to lose, a signal ends the process at once, after its unfinished
 * files are removed. */
void signals_wait(bool waiting);

/* The exit status of a command that would exit with `status`: 128 + n if signal n asked it to stop. A Ctrl-C at the
 * terminal ends the process by SIGINT here, so that a shell's loop or script, which got the same signal, ends too; not
 * one of several ranks, whose launcher would call it a failure. */
int signals_status(int status);

#endif
