#include "pipeline/dataset/dataset_fetch.h"

#include "io/archive/unpack.h"
#include "io/base/digest.h"
#include "io/base/err.h"
#include "io/base/memory_stream.h"
#include "io/data/dataset_files.h"
#include "io/file/file.h"
#include "io/file/outdir.h"
#include "io/net/download.h"
#include "pipeline/common/defaults.h"
#include "pipeline/common/report_download.h"
#include "pipeline/dataset/dataset_names.h"
#include "pipeline/dataset/dataset_show.h"
#include "pipeline/dataset/shapes.h"
#include "pipeline/dataset/shapes_files.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One run. */
typedef struct {
    const DatasetFetchOptions *spec;
    const Report *report;
    OutDir out;
    const char **urls; /* mirrors that may still be tried */
    int n_urls;
    DownloadResult got; /* from them */
    bool started_over;  /* a damaged resumed download has been dropped, which happens once */
    char *download;     /* its path: DIR.archive */
    char *summary;      /* of the dataset, as checked */
    size_t length;
} Fetch;

DatasetFetchOptions dataset_fetch_defaults(void)
{
    static const char *const course[] = {"http://cs231n.stanford.edu/coco_captioning.zip"};
    DatasetFetchOptions spec = {.name = "cs231n",
                                .urls = course,
                                .n_urls = 1,
                                .dir = DEFAULT_DATASET,
                                .max_bytes = (int64_t)64 << 30,
                                .http = http_defaults()};
    spec.http.total_s = 0; /* the archive is large and may be slow; only silence ends a try */
    return spec;
}

/* --- reports --- */

static const volatile sig_atomic_t *stop_of(const Fetch *f)
{
    return f->report ? f->report->stop : NULL;
}

/* --- the check --- */

/* Reads the directory as coco-train would, and keeps the summary. */
static int check(Fetch *f, const char *dir, Err *err)
{
    free(f->summary);
    f->summary = NULL;
    FILE *text = open_memstream(&f->summary, &f->length);
    if (!text)
        return err_set(err, "%s", strerror(errno));
    ShowSpec show = {.dir = dir, .out = text, .must_train = 1};
    int rc = show_summary(&show, f->report, err);
    if (memory_stream_close(text, &f->summary) && rc == 0)
        rc = err_set(err, "out of memory");
    return rc;
}

/* The archive's name in messages: the file, or the URL that it came from. */
static const char *name_of(const Fetch *f)
{
    return f->spec->file || f->got.place < 0 ? f->spec->name : f->urls[f->got.place];
}

/* The same for the scratch directory, where messages give the files' names in the archive. */
static int check_scratch(Fetch *f, Err *err)
{
    if (check(f, f->out.path, err) == 0)
        return 0;
    size_t n = strlen(f->out.path);
    if (!strncmp(err->text, f->out.path, n))
        err_set(err, "%s", err->text + n + strspn(err->text + n, "/: "));
    return err_prefix(err, "%s: ", name_of(f));
}

static void print_summary(const Fetch *f)
{
    fwrite(f->summary, 1, f->length, f->spec->out);
}

/* --- a directory that exists --- */

/* Whether a dataset that is asked for by its own name is not the one that is there. */
static bool is_other(const DatasetFetchOptions *spec)
{
    return !spec->file && !strstr(spec->name, "://") && shapes_wrote(spec->dir);
}

/* 1: it is complete. 0: make it. */
static int check_existing(Fetch *f, Err *err)
{
    const char *dir = f->spec->dir;
    if (dir_vacant(dir))
        return 0;
    if (f->spec->replace)
        return dataset_check_own(dir, err);
    if (check(f, dir, err) == 0)
        return is_other(f->spec) ? err_set(err,
                                           "%s: holds the built-in shapes, not %s; -o names another directory, "
                                           "--force replaces this one",
                                           dir, f->spec->name)
                                 : 1;
    if (dataset_check_own(dir, NULL))
        return err_set(err, "%s: is not empty, and not a dataset; left untouched", dir);
    return err_set(err, "%s; --force replaces %s", err->text, dir);
}

/* DIR.archive; if DIR is a link, the target is the directory that it points to. */
static char *archive_path(const char *target)
{
    char *path;
    return asprintf(&path, "%s.archive", target) < 0 ? NULL : path;
}

/* Removes what this or a killed run has downloaded for the directory, unless it is the file that the user has named. */
static void remove_download(const Fetch *f, const char *archive)
{
    char *file = f->spec->file ? realpath(f->spec->file, NULL) : NULL;
    bool ours = !f->spec->file && f->got.place >= 0;
    if ((ours || download_exists(archive)) && !(file && !strncmp(file, archive, strlen(archive))))
        download_remove(archive);
    free(file);
}

/* Removes what killed runs have left. */
static void tidy(const Fetch *f)
{
    char *target = realpath(f->spec->dir, NULL), *archive = target ? archive_path(target) : NULL;
    outdir_sweep(f->spec->dir);
    if (archive)
        remove_download(f, archive);
    free(archive);
    free(target);
}

/* --- making a directory --- */

static int check_digest(const Fetch *f, Err *err)
{
    char hex[DIGEST_LEN + 1];
    if (!f->spec->sha256)
        return 0;
    int rc = digest_file(f->spec->file, stop_of(f), hex, err);
    if (rc == 0 && strcasecmp(hex, f->spec->sha256))
        rc = err_set(err, "%s: its SHA-256 is %s, not the one expected", f->spec->file, hex);
    return rc;
}

/* From the mirrors that are left. 1: stopped. */
static int download(Fetch *f, Err *err)
{
    const DatasetFetchOptions *s = f->spec;
    DownloadSpec d = {
        .urls = f->urls, .n_urls = f->n_urls, .path = f->download, .sha256 = s->sha256, .http = s->http};
    d.http.max_bytes = s->max_bytes;
    report_download(&d, f->report);
    memset(f->got.failed, 0, (size_t)f->n_urls * sizeof *f->got.failed);
    return (int)download_file(&d, &f->got, err);
}

/* 1: stopped. UNPACK_REFUSED: not a dataset; if it was a download, it has been removed. */
static int unpack(Fetch *f, Err *err)
{
    const char *file = f->spec->file;
    UnpackSpec a = {.path = file ? file : f->download,
                    .name = name_of(f),
                    .markers = dataset_markers,
                    .wanted = dataset_has_file,
                    .max_bytes = f->spec->max_bytes,
                    .progress = report_download_progress,
                    .ctx = (void *)f->report,
                    .stop = stop_of(f)};
    int rc = (int)unpack_archive(&a, f->out.path, err);
    if (rc == 0 && check_scratch(f, err))
        rc = UNPACK_REFUSED;
    if (rc == UNPACK_REFUSED && !file)
        download_remove(f->download);
    return rc;
}

/* Drops the mirrors that have failed and, unless `again`, the one whose archive was refused. Returns how many are
 * left. */
static int drop_mirrors(Fetch *f, bool again)
{
    int n = 0;
    for (int i = 0; i < f->n_urls; i++)
        if (i == f->got.place ? again : !f->got.failed[i])
            f->urls[n++] = f->urls[i];
    return f->n_urls = n;
}

/* After a refused archive: 0 if there is another to try, with an empty scratch directory; else -1. The next mirror is
 * tried; the same one only if its archive was put together from several answers and no digest shows that it is what the
 * server has. */
static int try_again(Fetch *f, Err *err)
{
    bool again = f->got.resumed && !f->spec->sha256 && !f->started_over;
    if (f->spec->file || f->got.place < 0)
        return -1;
    if (!drop_mirrors(f, again))
        return -1;
    report_warn(f->report, "%s; %s", err->text, again ? "it was resumed: starting over" : "trying the next");
    f->started_over |= again;
    outdir_abort(&f->out);
    return outdir_begin(&f->out, f->spec->dir, err);
}

/* While the archive came, somebody may have put something into the directory. 1: a complete dataset. */
static int commit(Fetch *f, Err *err)
{
    if (f->spec->replace && dataset_check_own(f->out.target, err))
        return -1;
    if (outdir_commit(&f->out, f->spec->replace, err)) {
        if (f->spec->replace || dir_vacant(f->spec->dir) || check(f, f->spec->dir, NULL))
            return -1;
        report_note(f->report, "%s: is there already: another process has made it", f->spec->dir);
        remove_download(f, f->download);
        return 1;
    }
    report_note(f->report, "%s: made from %s", f->spec->dir, name_of(f));
    remove_download(f, f->download);
    return 0;
}

/* Fills the scratch directory from the first archive that is a dataset. 1: stopped. */
static int fill(Fetch *f, Err *err)
{
    int rc;
    f->download = archive_path(f->out.target);
    if (!f->download)
        return err_set(err, "out of memory");
    do {
        rc = f->spec->file ? 0 : download(f, err);
        if (rc == 0)
            rc = unpack(f, err);
    } while (rc == UNPACK_REFUSED && !try_again(f, err));
    return rc;
}

static int make(Fetch *f, Err *err)
{
    if (outdir_begin(&f->out, f->spec->dir, err))
        return -1;
    int rc = fill(f, err);
    if (rc == 0 && !report_stop(f->report)) {
        rc = commit(f, err);
        if (rc >= 0)
            print_summary(f);
    }
    outdir_abort(&f->out);
    return rc < 0 ? -1 : 0;
}

/* A file that is named must exist and have the right digest, even if it is not needed. 1: stopped. */
static int check_file(const Fetch *f, Err *err)
{
    if (!f->spec->file)
        return 0;
    int there = file_exists(f->spec->file, err);
    if (there <= 0)
        return there ? -1 : err_set(err, "%s: %s", f->spec->file, strerror(errno));
    return check_digest(f, err);
}

/* DIR is complete already; whether it was made from this archive is unknown. */
static void keep(const Fetch *f)
{
    const DatasetFetchOptions *s = f->spec;
    tidy(f);
    report_note(f->report, "%s: exists and is complete%s", s->dir,
                shapes_wrote(s->dir) ? " (the built-in shapes)" : "");
    if (s->file || strstr(s->name, "://"))
        report_note(f->report, "%s: not used; --force replaces %s", s->name, s->dir);
    if (s->sha256 && !s->file)
        report_warn(f->report, "--sha256: not checked: nothing was downloaded");
    print_summary(f);
}

int dataset_fetch(const DatasetFetchOptions *spec, const Report *report, Err *err)
{
    size_t n = (size_t)spec->n_urls + 1;
    Fetch f = {.spec = spec, .report = report, .n_urls = spec->n_urls, .got.place = -1};
    f.urls = malloc(n * sizeof *f.urls);
    f.got.failed = malloc(n * sizeof *f.got.failed);
    int rc = f.urls && f.got.failed ? 0 : err_set(err, "out of memory");
    for (int i = 0; rc == 0 && i < spec->n_urls; i++)
        f.urls[i] = spec->urls[i];
    if (rc == 0)
        rc = check_file(&f, err);
    if (rc == 0 && (rc = check_existing(&f, err)) == 0)
        rc = make(&f, err);
    else if (rc > 0 && !report_stop(report))
        keep(&f);
    free(f.urls);
    free(f.got.failed);
    free(f.download);
    free(f.summary);
    return rc < 0 ? -1 : 0;
}
