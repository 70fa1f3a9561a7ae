#include "pipeline/dataset/dataset_fetch.h"

#include "io/archive/archive.h"
#include "io/base/digest.h"
#include "io/base/err.h"
#include "io/file/file.h"
#include "io/file/outdir.h"
#include "io/net/download.h"
#include "pipeline/dataset/dataset_names.h"
#include "pipeline/dataset/dataset_show.h"
#include "pipeline/dataset/shapes.h"
#include "pipeline/dataset/shapes_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One run. */
typedef struct {
    const DatasetFetchSpec *spec;
    const Report *report;
    OutDir out;
    const char **urls; /* mirrors that may still be asked */
    int n_urls;
    Downloaded found; /* of them */
    bool anew;        /* a resumed download has been thrown away once */
    char *download;   /* where a download stands: DIR.archive */
    char *summary;    /* what the check has said of the dataset */
    size_t length;
} Fetch;

DatasetFetchSpec dataset_fetch_defaults(void)
{
    static const char *const course[] = {"http://cs231n.stanford.edu/coco_captioning.zip"};
    DatasetFetchSpec spec = {.name = "cs231n",
                             .urls = course,
                             .n_urls = 1,
                             .dir = shapes_defaults().dir,
                             .max_bytes = (int64_t)64 << 30,
                             .http = http_defaults()};
    spec.http.total_s = 0; /* one large file over a slow line; silence ends a try */
    return spec;
}

bool dataset_fetch_digest(const char *text)
{
    return strlen(text) == DIGEST_LEN && strspn(text, "0123456789abcdefABCDEF") == DIGEST_LEN;
}

/* --- what the parts say on their way --- */

static void on_progress(void *ctx, int64_t done, int64_t total)
{
    report_progress(((Fetch *)ctx)->report, done, total);
}

static void on_note(void *ctx, const char *text)
{
    report_note(((Fetch *)ctx)->report, "%s", text);
}

static void on_warn(void *ctx, const char *text)
{
    report_warn(((Fetch *)ctx)->report, "%s", text);
}

static const volatile sig_atomic_t *stop_of(const Fetch *f)
{
    return f->report ? f->report->stop : NULL;
}

/* --- the check --- */

/* Reads the directory as coco-train would and keeps the summary for later. */
static int check(Fetch *f, const char *dir, Err *err)
{
    free(f->summary);
    f->summary = NULL;
    FILE *text = open_memstream(&f->summary, &f->length);
    if (!text)
        return err_set(err, "%s", strerror(errno));
    ShowSpec show = {.dir = dir, .out = text, .must_train = 1};
    int rc = show_summary(&show, f->report, err);
    if (fclose(text) && rc == 0)
        rc = err_set(err, "%s", strerror(errno));
    return rc;
}

/* What messages call the archive: the file, or the URL that it has come from. */
static const char *name_of(const Fetch *f)
{
    return f->spec->file || f->found.place < 0 ? f->spec->name : f->urls[f->found.place];
}

/* The same before the directory has its name: messages call files by their names in the archive. */
static int check_scratch(Fetch *f, Err *err)
{
    Err why;
    if (check(f, f->out.path, &why) == 0)
        return 0;
    size_t n = strlen(f->out.path);
    if (!strncmp(why.text, f->out.path, n))
        return err_set(err, "%s: %s", name_of(f), why.text + n + (why.text[n] == '/'));
    return err_set(err, "%s: %s", name_of(f), why.text);
}

static void print_summary(const Fetch *f)
{
    fwrite(f->summary, 1, f->length, f->spec->out);
}

/* --- a directory that is there --- */

/* 1: it is whole. 0: it is to be made. */
static int look(Fetch *f, Err *err)
{
    const char *dir = f->spec->dir;
    Err why;
    if (dir_vacant(dir))
        return 0;
    if (f->spec->replace)
        return dataset_own_directory(dir, err);
    if (check(f, dir, &why) == 0)
        return 1;
    if (dataset_own_directory(dir, NULL))
        return err_set(err, "%s: is not empty, and no dataset: not touched", dir);
    return err_set(err, "%s; --force makes %s anew", why.text, dir);
}

/* DIR.archive, beside the directory itself where DIR is a link to it. */
static char *archive_path(const char *target)
{
    char *path;
    return asprintf(&path, "%s.archive", target) < 0 ? NULL : path;
}

/* The directory stands: what this or a killed run has downloaded for it is of no use now. Not where that is the very
 * file which the user names. */
static void forget_download(const Fetch *f, const char *archive)
{
    char *file = f->spec->file ? realpath(f->spec->file, NULL) : NULL;
    if (download_left(archive) && !(file && !strncmp(file, archive, strlen(archive))))
        download_forget(archive);
    free(file);
}

/* What killed runs have left. */
static void tidy(const Fetch *f)
{
    char *target = realpath(f->spec->dir, NULL), *archive = target ? archive_path(target) : NULL;
    outdir_sweep(f->spec->dir);
    if (archive)
        forget_download(f, archive);
    free(archive);
    free(target);
}

/* --- a directory that is made --- */

static int check_digest(const Fetch *f, Err *err)
{
    char hex[DIGEST_LEN + 1];
    if (!f->spec->sha256)
        return 0;
    int rc = digest_file(f->spec->file, stop_of(f), hex, err);
    if (rc == 0 && strcasecmp(hex, f->spec->sha256))
        rc = err_set(err, "%s: has the SHA-256 %s, not the one that was asked for", f->spec->file, hex);
    return rc;
}

/* 1: stopped. The mirrors that have failed are not asked another time. */
static int download(Fetch *f, Err *err)
{
    const DatasetFetchSpec *s = f->spec;
    DownloadSpec d = {.urls = f->urls,
                      .n_urls = f->n_urls,
                      .path = f->download,
                      .sha256 = s->sha256,
                      .http = s->http,
                      .progress = on_progress,
                      .note = on_note,
                      .warn = on_warn,
                      .ctx = f};
    d.http.max_bytes = s->max_bytes;
    d.http.stop = stop_of(f);
    memset(f->found.failed, 0, (size_t)f->n_urls * sizeof *f->found.failed);
    return (int)download_file(&d, &f->found, err);
}

/* 1: stopped. UNPACK_REFUSED: a download that is no dataset, which is removed. */
static int unpack(Fetch *f, Err *err)
{
    const char *file = f->spec->file;
    ArchiveSpec a = {.path = file ? file : f->download,
                     .name = name_of(f),
                     .marker = dataset_marker,
                     .wanted = dataset_has_file,
                     .max_bytes = f->spec->max_bytes,
                     .progress = on_progress,
                     .ctx = f,
                     .stop = stop_of(f)};
    int rc = (int)archive_unpack(&a, f->out.path, err);
    if (rc == 0 && check_scratch(f, err))
        rc = UNPACK_REFUSED;
    if (rc == UNPACK_REFUSED && !file)
        download_forget(f->download);
    return rc;
}

/* Leaves out the mirrors that were asked in vain, and where it is not asked again, the one whose archive is of no use.
 * How many are left? */
static int drop_mirrors(Fetch *f, bool again)
{
    int n = 0;
    for (int i = 0; i < f->n_urls; i++)
        if (i == f->found.place ? again : !f->found.failed[i])
            f->urls[n++] = f->urls[i];
    return f->n_urls = n;
}

/* What has come is of no use: may the same mirror, or another, bring better? Then the scratch directory is begun anew.
 * The same URL brings the same, but for what was put together of several answers and may be damaged: no digest has said
 * that it is right. */
static int try_again(Fetch *f, Err *err)
{
    bool anew = f->found.resumed && !f->spec->sha256 && !f->anew;
    if (f->spec->file || f->found.place < 0)
        return -1;
    Err why = *err;
    if (!drop_mirrors(f, anew))
        return -1;
    report_warn(f->report, "%s; %s", why.text, anew ? "it was resumed: begins anew" : "trying the next");
    f->anew |= anew;
    outdir_abort(&f->out);
    return outdir_begin(&f->out, f->spec->dir, err);
}

/* Somebody may have put something into the directory while the archive came. */
static int commit(Fetch *f, Err *err)
{
    if (f->spec->replace && dataset_own_directory(f->out.target, err))
        return -1;
    if (outdir_commit(&f->out, f->spec->replace, err))
        return -1;
    forget_download(f, f->download);
    return 0;
}

/* The scratch directory, from the first archive that is a dataset. 1: stopped. */
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
        if (rc == 0) {
            report_note(f->report, "%s: made of %s", f->spec->dir, name_of(f));
            print_summary(f);
        }
    }
    outdir_abort(&f->out);
    return rc < 0 ? -1 : 0;
}

/* A file that is named must be there and be the right one, even where nothing is to be made of it. 1: stopped. */
static int check_file(const Fetch *f, Err *err)
{
    if (!f->spec->file)
        return 0;
    if (!file_exists(f->spec->file))
        return err_set(err, "%s: %s", f->spec->file, strerror(errno));
    return check_digest(f, err);
}

/* DIR is whole already. Whether it is of an archive that is named nobody knows. */
static void keep(const Fetch *f)
{
    const DatasetFetchSpec *s = f->spec;
    tidy(f);
    report_note(f->report, "%s: is there, and whole%s", s->dir,
                shapes_wrote(s->dir) ? ": a dataset of shapes" : "");
    if (s->file || strstr(s->name, "://"))
        report_note(f->report, "%s: nothing was taken of it; --force makes %s anew", s->name, s->dir);
    if (s->sha256 && !s->file)
        report_warn(f->report, "--sha256: not compared: nothing was downloaded");
    print_summary(f);
}

int dataset_fetch(const DatasetFetchSpec *spec, const Report *report, Err *err)
{
    size_t n = (size_t)spec->n_urls + 1;
    Fetch f = {.spec = spec, .report = report, .n_urls = spec->n_urls, .found.place = -1};
    f.urls = malloc(n * sizeof *f.urls);
    f.found.failed = malloc(n * sizeof *f.found.failed);
    int rc = f.urls && f.found.failed ? 0 : err_set(err, "out of memory");
    for (int i = 0; rc == 0 && i < spec->n_urls; i++)
        f.urls[i] = spec->urls[i];
    if (rc == 0)
        rc = check_file(&f, err);
    if (rc == 0 && (rc = look(&f, err)) == 0)
        rc = make(&f, err);
    else if (rc > 0 && !report_stop(report))
        keep(&f);
    free(f.urls);
    free(f.found.failed);
    free(f.download);
    free(f.summary);
    return rc < 0 ? -1 : 0;
}
