#include "pipeline/eval/significance.h"

#include "model/score/metrics.h"

#include <stdlib.h>
#include <string.h>

int file_counts_make(FileCounts *f, const char *file, const Corpus *c, const Scored *s)
{
    int width = metrics_counts(s->metrics);
    size_t images = (size_t)s->images;
    *f = (FileCounts){.file = file,
                      .metrics = s->metrics,
                      .names = hash_new(),
                      .counts = calloc(images * (size_t)width, sizeof *f->counts),
                      .captions = calloc(images, sizeof *f->captions)};
    if (!f->names || !f->counts || !f->captions)
        return -1;
    for (int64_t i = 0; i < s->n; i++) {
        size_t len;
        const char *name = hash_key(c->names, c->caption[s->caption[i]].image, &len);
        int32_t image = hash_add(f->names, name, len);
        if (image < 0)
            return -1;
        for (int k = 0; k < width; k++)
            f->counts[(int64_t)image * width + k] += s->counts[i * width + k];
        f->captions[image]++;
    }
    return 0;
}

void file_counts_free(FileCounts *f)
{
    hash_free(f->names);
    free(f->counts);
    free(f->captions);
    memset(f, 0, sizeof *f);
}

/* An image that a has captions of and b does not. -1: none. */
static int32_t find_missing(const FileCounts *a, const FileCounts *b)
{
    for (int32_t i = 0; i < hash_count(a->names); i++) {
        size_t len;
        const char *name = hash_key(a->names, i, &len);
        if (hash_find(b->names, name, len) < 0)
            return i;
    }
    return -1;
}

/* The name of an image is its id, a space, and its split if that is known. */
static int refuse_missing(const FileCounts *a, const FileCounts *b, Err *err)
{
    int32_t i = find_missing(a, b);
    if (i < 0)
        return 0;
    const char *name = hash_key(a->names, i, NULL);
    int id = (int)strcspn(name, " ");
    const char *split = name[id] ? name + id + 1 : "";
    return err_set(err,
                   "%s: no scored caption of image %.*s%s%s, which %s has; --significance needs the same images",
                   b->file, id, name, *split ? " of split " : "", split, a->file);
}

/* Puts b's counts in the order of a's images. -1: out of memory. */
static int reorder(const FileCounts *a, const FileCounts *b, FileCounts *out)
{
    size_t width = (size_t)metrics_counts(a->metrics), images = (size_t)hash_count(a->names);
    *out = (FileCounts){.counts = malloc(images * width * sizeof *out->counts),
                        .captions = malloc(images * sizeof *out->captions)};
    if (!out->counts || !out->captions)
        return -1;
    for (size_t i = 0; i < images; i++) {
        size_t len;
        const char *name = hash_key(a->names, (int32_t)i, &len);
        size_t from = (size_t)hash_find(b->names, name, len);
        memcpy(out->counts + i * width, b->counts + from * width, width * sizeof *out->counts);
        out->captions[i] = b->captions[from];
    }
    return 0;
}

int significance_compare(const FileCounts *a, const FileCounts *b, int resamples, uint32_t seed,
                         Difference *difference, Err *err)
{
    if (refuse_missing(a, b, err) || refuse_missing(b, a, err))
        return -1;
    int32_t images = hash_count(a->names);
    if (images < 2)
        return err_set(err, "%s: captions of one image: --significance needs several images to resample", a->file);
    FileCounts same = {0};
    int rc = reorder(a, b, &same);
    if (!rc) {
        const ImageCounts x = {a->counts, a->captions}, y = {same.counts, same.captions};
        rc = resample_compare(a->metrics, &x, &y, images, resamples, seed, difference);
    }
    file_counts_free(&same);
    return rc ? err_set(err, "out of memory") : 0;
}
