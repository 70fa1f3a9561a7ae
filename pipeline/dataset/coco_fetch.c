#include "pipeline/dataset/coco_fetch.h"

#include "io/archive/unpack.h"
#include "io/file/file.h"
#include "io/file/outdir.h"
#include "io/file/space.h"
#include "pipeline/common/report_download.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const CocoFetchOptions *options;
    const Report *report;
    const CocoArchive *archive;
    char *zip, *target; /* paths */
    bool own;           /* the archive is the user's */
} Fetch;

static const char *last_name(const char *path)
{
    return strrchr(path, '/') + 1;
}

static void fetch_free(Fetch *f)
{
    free(f->zip);
    free(f->target);
    f->zip = f->target = NULL;
}

static int fetch_begin(Fetch *f, const CocoArchive *archive, Err *err)
{
    f->archive = archive;
    f->zip = path_join(f->options->dir, last_name(archive->url));
    f->target = path_join(f->options->dir, archive->target);
    if (!f->zip || !f->target) {
        fetch_free(f);
        return err_set(err, "out of memory");
    }
    int there = file_exists(f->zip, err);
    f->own = there > 0 && !download_exists(f->zip);
    if (there < 0)
        fetch_free(f);
    return there < 0 ? -1 : 0;
}

/* --- space --- */

static int64_t file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) ? 0 : (int64_t)st.st_size;
}

static int look(const Fetch *f, CocoState *state, Err *err)
{
    char *part;
    if (asprintf(&part, "%s.part", f->zip) < 0)
        return err_set(err, "out of memory");
    *state = (CocoState){.unpacked = !dir_vacant(f->target), .packed = file_size(f->zip) + file_size(part)};
    free(part);
    return 0;
}

static int check_space(const CocoFetchOptions *o, Err *err)
{
    CocoState states[COCO_PARTS_MAX];
    int rc = 0;
    for (int i = 0; i < o->n && rc == 0; i++) {
        Fetch f = {.options = o};
        rc = fetch_begin(&f, o->archives[i], err) || look(&f, &states[i], err) ? -1 : 0;
        fetch_free(&f);
    }
    Err why;
    if (rc || !space_check(o->dir, coco_archives_space(o->archives, states, o->n, o->drop), o->dir, &why))
        return rc;
    return err_set(err, "%s%s", why.text, o->drop ? "" : "; --no-keep needs less");
}

/* --- one archive --- */

/* 1: stopped. */
static int download(const Fetch *f, Err *err)
{
    const CocoFetchOptions *o = f->options;
    int n = o->n_bases ? o->n_bases : 1, rc = -1;
    char **urls = calloc((size_t)n, sizeof *urls);
    bool whole = urls != NULL;
    for (int i = 0; whole && i < n; i++) {
        urls[i] = o->n_bases ? path_join(o->bases[i], f->archive->mirrored) : strdup(f->archive->url);
        whole = urls[i] != NULL;
    }
    DownloadResult result = {.place = -1};
    DownloadSpec spec = {.urls = (const char *const *)urls, .n_urls = n, .path = f->zip, .http = o->http};
    report_download(&spec, f->report);
    rc = whole ? (int)download_file(&spec, &result, err) : err_set(err, "out of memory");
    for (int i = 0; urls && i < n; i++)
        free(urls[i]);
    free(urls);
    return rc;
}

/* 1: stopped. A downloaded archive that is no good is removed. */
static int unpack(const Fetch *f, Err *err)
{
    OutDir out = {0};
    UnpackSpec spec = {.path = f->zip,
                       .name = f->zip,
                       .root = f->archive->root,
                       .wanted = f->archive->wanted,
                       .max_bytes = (int64_t)1 << 40,
                       .progress = report_download_progress,
                       .ctx = (void *)f->report,
                       .stop = f->report ? f->report->stop : NULL};
    if (outdir_begin(&out, f->target, err))
        return -1;
    int rc = (int)unpack_archive(&spec, out.path, err);
    if (rc == 0 && dir_vacant(out.path)) {
        err_set(err, "%s: holds none of the files that belong into %s", f->zip, f->archive->target);
        rc = UNPACK_REFUSED;
    }
    if (rc == UNPACK_REFUSED && !f->own)
        download_remove(f->zip);
    if (rc == 0)
        rc = outdir_commit(&out, 0, err);
    outdir_abort(&out);
    return rc < 0 ? -1 : rc;
}

/* 1: stopped. */
static int fetch(const Fetch *f, Err *err)
{
    int rc = 0;
    if (!dir_vacant(f->target)) {
        report_note(f->report, "%s: is there already", f->target);
    } else {
        rc = f->own ? 0 : download(f, err);
        if (rc == 0)
            rc = unpack(f, err);
        if (rc == 0)
            report_note(f->report, "%s: made from %s", f->target, f->zip);
    }
    if (rc == 0 && f->options->drop && !f->own && download_exists(f->zip))
        download_remove(f->zip);
    if (rc == 0)
        fprintf(f->options->out, "%s\n", f->target);
    return rc;
}

int coco_fetch(const CocoFetchOptions *options, const Report *report, Err *err)
{
    int rc = file_mkdirs(options->dir, err);
    if (rc == 0 && !options->n_bases)
        rc = check_space(options, err);
    for (int i = 0; i < options->n && rc == 0; i++) {
        Fetch f = {.options = options, .report = report};
        rc = fetch_begin(&f, options->archives[i], err) ? -1 : fetch(&f, err);
        fetch_free(&f);
    }
    return rc < 0 ? -1 : 0;
}
