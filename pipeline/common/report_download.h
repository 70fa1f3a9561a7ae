/* Reports of downloads (io/net/download.h) and of unpacking, passed on to a Report. */
#ifndef COCO_PIPELINE_COMMON_REPORT_DOWNLOAD_H
#define COCO_PIPELINE_COMMON_REPORT_DOWNLOAD_H

#include "io/net/download.h"
#include "pipeline/common/report.h"

/* Sets the spec's callbacks, their context and http.stop. The Report, which may be NULL, must outlive the download. */
void report_download(DownloadSpec *spec, const Report *report);

/* The callback for progress, of io/archive/unpack.h too; ctx is the Report. */
void report_download_progress(void *ctx, int64_t done, int64_t total);

#endif
