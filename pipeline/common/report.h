/* How a running stage reports to its caller without printing.
 *
 * A stage calls its Report only from the thread that called the stage. Any member, or the Report itself, may be NULL:
 * then nothing is reported. A signal handler sets `stop`; a stage that sees a number there ends early, keeps what it
 * has and returns success, and its caller exits with 128 + that number. */
#ifndef COCO_PIPELINE_COMMON_REPORT_H
#define COCO_PIPELINE_COMMON_REPORT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    /* A line for people, without newline or program name. Notes say how the work goes; warnings say what went wrong
     * without ending it, and are printed even with --quiet. */
    void (*note)(void *ctx, const char *text);
    void (*warn)(void *ctx, const char *text);
    /* `done` of `total` units are finished; total is 0 if it is not known. */
    void (*progress)(void *ctx, int64_t done, int64_t total);
    /* What stands beside the progress from now on: "epoch 2, loss 31.250". */
    void (*state)(void *ctx, const char *text);
    /* While input is waited for, with nothing to lose: a signal then ends the process, instead of setting `stop`. */
    void (*wait)(void *ctx, bool waiting);
    void *ctx;
    const volatile sig_atomic_t *stop;
} Report;

void report_note(const Report *report, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_warn(const Report *report, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_state(const Report *report, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_progress(const Report *report, int64_t done, int64_t total);
void report_wait(const Report *report, bool waiting);
/* The signal that asked to stop, or 0. */
int report_stop(const Report *report);

#endif
