#include "pipeline/common/report_download.h"

static void on_note(void *ctx, const char *text)
{
    report_note(ctx, "%s", text);
}

static void on_warn(void *ctx, const char *text)
{
    report_warn(ctx, "%s", text);
}

void report_download_progress(void *ctx, int64_t done, int64_t total)
{
    report_progress(ctx, done, total);
}

void report_download(DownloadSpec *spec, const Report *report)
{
    spec->progress = report_download_progress;
    spec->note = on_note;
    spec->warn = on_warn;
    spec->ctx = (void *)report;
    spec->http.stop = report ? report->stop : NULL;
}
