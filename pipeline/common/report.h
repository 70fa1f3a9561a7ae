/* How a running stage speaks to whoever started it, without printing.
 *
 * A stage is handed a Report and calls it from the thread that called the stage, and from no other.
 * Every member may be NULL, and so may the Report: then nothing is said. `stop` is set from a signal
 * handler; a stage that sees a number there ends early, keeps what it has, and returns as for success;
 * its caller looks at `stop` and exits with 128 + that number. */
#ifndef COCO_PIPELINE_COMMON_REPORT_H
#define COCO_PIPELINE_COMMON_REPORT_H

#include <signal.h>
#include <stdint.h>

typedef struct {
    /* A line for people: no newline, no program name. Notes, printed as they are, tell how the work goes;
     * warnings tell what went wrong without ending it, and are said even to those who asked for quiet. */
    void (*note)(void *ctx, const char *text);
    void (*warn)(void *ctx, const char *text);
    /* `done` of `total` units are through; total 0 where it is not known. */
    void (*progress)(void *ctx, int64_t done, int64_t total);
    void *ctx;
    const volatile sig_atomic_t *stop;
} Report;

void report_note(const Report *report, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_warn(const Report *report, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void report_progress(const Report *report, int64_t done, int64_t total);
/* The signal that asks to stop, or 0. */
int report_stop(const Report *report);

#endif
