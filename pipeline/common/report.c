#include "pipeline/common/report.h"

#include <stdarg.h>
#include <stdio.h>

static void say(void (*fn)(void *, const char *), void *ctx, const char *fmt, va_list ap)
{
    char text[2048];
    vsnprintf(text, sizeof text, fmt, ap);
    fn(ctx, text);
}

void report_note(const Report *report, const char *fmt, ...)
{
    va_list ap;
    if (!report || !report->note)
        return;
    va_start(ap, fmt);
    say(report->note, report->ctx, fmt, ap);
    va_end(ap);
}

void report_warn(const Report *report, const char *fmt, ...)
{
    va_list ap;
    if (!report || !report->warn)
        return;
    va_start(ap, fmt);
    say(report->warn, report->ctx, fmt, ap);
    va_end(ap);
}

void report_state(const Report *report, const char *fmt, ...)
{
    va_list ap;
    if (!report || !report->state)
        return;
    va_start(ap, fmt);
    say(report->state, report->ctx, fmt, ap);
    va_end(ap);
}

void report_progress(const Report *report, int64_t done, int64_t total)
{
    if (report && report->progress)
        report->progress(report->ctx, done, total);
}

void report_wait(const Report *report, bool waiting)
{
    if (report && report->wait)
        report->wait(report->ctx, waiting);
}

int report_stop(const Report *report)
{
    return report && report->stop ? (int)*report->stop : 0;
}
