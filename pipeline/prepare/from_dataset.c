#include "pipeline/prepare/from_dataset.h"

#include "io/data/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The image's name, or one made of split and row. */
static const char *name_of(const Dataset *d, int64_t row, char made[64])
{
    if (d->files.n && *d->files.line[row])
        return d->files.line[row];
    snprintf(made, 64, "%s/%lld", d->split, (long long)row);
    return made;
}

/* Adds the images in the order of their rows; image (rows) gets their numbers. */
static int add_images(CaptionSet *set, FeatureSet *features, const Dataset *d, int32_t *image, Err *err)
{
    char made[64];
    int64_t first = features ? features->file[features->n - 1].first : 0;
    for (int64_t row = 0; row < d->features.rows; row++) {
        const char *name = name_of(d, row, made);
        if ((image[row] = caption_set_image(set, name, err)) < 0 ||
            caption_set_split(set, image[row], d->split, err) ||
            (features && name_index_add(&features->names, first + row, name, err)))
            return -1;
        PreparedImage *about = &set->image[image[row]];
        if (!about->url && (size_t)row < d->urls.n && *d->urls.line[row] &&
            !(about->url = strdup(d->urls.line[row])))
            return err_set(err, "out of memory");
        if (d->id)
            about->id = d->id[row];
    }
    set->named = set->named && d->files.n;
    return 0;
}

static int add_captions(CaptionSet *set, const Dataset *d, const int32_t *image, Err *err)
{
    for (int64_t i = 0; i < d->n; i++) {
        char *words = vocab_text(&d->vocab, d->captions.ints + i * d->width, d->width);
        const char *text = d->texts.n ? d->texts.line[i] : NULL;
        int32_t of = image[d->image.ints[i]];
        int rc = !words ? err_set(err, "out of memory")
                 : text ? caption_set_text(set, of, words, text, err)
                        : caption_set_words(set, of, words, err);
        free(words);
        if (rc)
            return -1;
    }
    return 0;
}

static int add_split(CaptionSet *set, FeatureSet *features, const char *dir, const char *split, Err *err)
{
    Dataset d;
    int32_t *image = NULL;
    int rc = dataset_open(&d, dir, split, DATASET_LISTS, err);
    if (rc == 0 && features) {
        rc = feature_set_add(features, d.features_path, err);
        if (rc == 0)
            features->file[features->n - 1].named = true;
    }
    if (rc == 0 && !(image = malloc((size_t)d.features.rows * sizeof *image)))
        rc = err_set(err, "out of memory");
    if (rc == 0)
        rc = add_images(set, features, &d, image, err);
    if (rc == 0)
        rc = add_captions(set, &d, image, err);
    free(image);
    dataset_close(&d);
    return rc;
}

int from_dataset(CaptionSet *set, FeatureSet *features, const char *dir, Err *err)
{
    DatasetSplits splits = {NULL, 0};
    int rc = dataset_splits(&splits, dir, 1u << DATASET_FILE_CAPTIONS, err);
    if (rc == 0 && splits.n == 0)
        rc = err_set(err, "%s: no captions", dir);
    for (int k = 0; rc == 0 && k < splits.n; k++)
        rc = add_split(set, features, dir, splits.name[k], err);
    dataset_splits_free(&splits);
    return rc;
}
