#include "pipeline/prepare/splits.h"

#include "io/data/dataset_files.h"
#include "io/file/line_reader.h"
#include "model/base/rng.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char TRAIN[] = "train";

/* --- specs --- */

static bool all_digits(const char *s)
{
    return *s && !s[strspn(s, "0123456789")];
}

static int parse_percent(SplitSpec *spec, const char *text, Err *err)
{
    char *end;
    spec->percent = strtod(text, &end);
    spec->count = -1;
    if (strcmp(end, "%") != 0 || !(spec->percent > 0 && spec->percent <= 100))
        return err_set(err, "'%s': expected a percentage above 0 and up to 100", text);
    return 0;
}

int split_spec_parse(SplitSpec *spec, const char *text, Err *err)
{
    const char *value = strchr(text, '=');
    size_t n = value ? (size_t)(value - text) : 0;
    *spec = (SplitSpec){.list = NULL};
    if (!value || !value[1])
        return err_set(err, "'%s': expected SPLIT=FILE, SPLIT=N or SPLIT=P%%", text);
    if (!dataset_split_valid(text, n))
        return err_set(err, "'%s': '%.*s' is not a name of a split", text, (int)n, text);
    memcpy(spec->name, text, n);
    value++;
    size_t len = strlen(value);
    if (value[len - 1] == '%' && value[strspn(value, "+-.eE0123456789")] == '%')
        return parse_percent(spec, value, err);
    if (!all_digits(value)) {
        spec->list = value;
        return 0;
    }
    errno = 0;
    spec->count = strtoll(value, NULL, 10);
    if (errno || spec->count < 1 || spec->count > INT32_MAX)
        return err_set(err, "'%s': expected 1 to %d images", text, INT32_MAX);
    return 0;
}

/* --- lists --- */

static int take_list(CaptionSet *set, const NameIndex *index, const SplitSpec *spec, Hash *listed, Err *err)
{
    Lines lines;
    int64_t missing = 0;
    int rc = lines_read(&lines, spec->list, err);
    for (size_t i = 0; rc == 0 && i < lines.n; i++) {
        const char *name = lines.line[i];
        int64_t image = *name ? name_index_find(index, name, NULL) : NAME_UNKNOWN;
        missing += *name && image < 0;
        if (image < 0)
            continue;
        int32_t before = hash_count(listed), at = hash_add(listed, &image, sizeof image);
        if (at < 0)
            rc = err_set(err, "out of memory");
        else if (at == before)
            set->image[image].split = NO_SPLIT;
        if (rc == 0 && caption_set_split(set, (int32_t)image, spec->name, err))
            rc = err_prefix(err, "%s: line %zu: ", spec->list, i + 1);
    }
    if (rc == 0 && missing == (int64_t)lines.n && missing)
        rc = err_set(err, "%s: none of its names is that of an image with captions", spec->list);
    else if (rc == 0 && missing)
        report_note(set->report, "%s: %lld of %zu names are of no image with captions", spec->list,
                    (long long)missing, lines.n);
    lines_free(&lines);
    return rc;
}

static int take_lists(CaptionSet *set, const SplitSpec *spec, int n, Hash *listed, Err *err)
{
    NameIndex index;
    int rc = caption_set_index(set, &index, err);
    for (int k = 0; k < n && rc == 0; k++)
        if (spec[k].list)
            rc = take_list(set, &index, &spec[k], listed, err);
    name_index_free(&index);
    return rc;
}

/* --- draws --- */

static bool is_usable(const PreparedImage *image)
{
    return image->captions > 0 && image->row != NO_ROW;
}

static bool has_spec(const SplitSpec *spec, int n, const char *split)
{
    int k = 0;
    while (k < n && strcmp(spec[k].name, split) != 0)
        k++;
    return k < n;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of images without a split, in order. The caller frees. */
static const char **free_images(const CaptionSet *set, int64_t *n)
{
    int32_t images = hash_count(set->names);
    const char **name = malloc(((size_t)images + 1) * sizeof *name);
    *n = 0;
    for (int32_t i = 0; name && i < images; i++)
        if (is_usable(&set->image[i]) && set->image[i].split == NO_SPLIT)
            name[(*n)++] = caption_set_name(set, i);
    if (name)
        qsort(name, (size_t)*n, sizeof *name, by_name);
    return name;
}

/* How many to draw, of `usable` images of which `left` have no split yet. */
static int draw_count(const SplitSpec *spec, int64_t usable, int64_t left, int64_t *n, Err *err)
{
    *n = spec->count >= 0 ? spec->count : llround((double)usable * spec->percent / 100);
    if (*n == 0)
        return err_set(err, "--split %s=%g%%: that is none of %lld images", spec->name, spec->percent,
                       (long long)usable);
    if (*n > left)
        return err_set(err, "--split %s: %lld images to draw, but only %lld are left", spec->name, (long long)*n,
                       (long long)left);
    return 0;
}

static int draw(CaptionSet *set, const SplitSpec *spec, int n, uint32_t seed, Err *err)
{
    int64_t left, usable = 0, at = 0;
    const char **name = free_images(set, &left);
    int64_t *order = name ? malloc(((size_t)left + 1) * sizeof *order) : NULL;
    int rc = order ? 0 : err_set(err, "out of memory");
    for (int32_t i = 0; i < hash_count(set->names); i++)
        usable += is_usable(&set->image[i]);
    if (rc == 0) {
        Rng rng;
        rng_seed(&rng, seed);
        rng_permutation(&rng, left, order);
    }
    for (int k = 0; k < n && rc == 0; k++) {
        int64_t count;
        if (spec[k].list)
            continue;
        rc = draw_count(&spec[k], usable, left - at, &count, err);
        for (int64_t end = at + count; rc == 0 && at < end; at++) {
            const char *drawn = name[order[at]];
            rc = caption_set_split(set, hash_find(set->names, drawn, strlen(drawn)), spec[k].name, err);
        }
    }
    free(order);
    free(name);
    return rc;
}

/* --- all --- */

/* Takes images out of the splits that --split replaces; if some are drawn, out of train too. */
static void release(CaptionSet *set, const SplitSpec *spec, int n, const Hash *listed)
{
    bool draws = false;
    for (int k = 0; k < n; k++)
        draws |= !spec[k].list;
    for (int64_t i = 0; i < hash_count(set->names); i++) {
        PreparedImage *image = &set->image[i];
        const char *split = image->split == NO_SPLIT ? "" : hash_key(set->splits, image->split, NULL);
        bool again = has_spec(spec, n, split) || (draws && !strcmp(split, TRAIN));
        if (again && hash_find(listed, &i, sizeof i) < 0)
            image->split = NO_SPLIT;
    }
}

static int rest_to_train(CaptionSet *set, bool train_is_given, Err *err)
{
    for (int32_t i = 0; i < hash_count(set->names); i++) {
        if (!is_usable(&set->image[i]) || set->image[i].split != NO_SPLIT)
            continue;
        if (train_is_given)
            left_out_add(&set->left, LEFT_SPLITLESS, caption_set_name(set, i));
        else if (caption_set_split(set, i, TRAIN, err))
            return -1;
    }
    return 0;
}

int splits_assign(CaptionSet *set, const SplitSpec *spec, int n, uint32_t seed, Err *err)
{
    Hash *listed = hash_new(); /* image numbers */
    int rc = listed ? take_lists(set, spec, n, listed, err) : err_set(err, "out of memory");
    if (rc == 0) {
        release(set, spec, n, listed);
        rc = draw(set, spec, n, seed, err);
    }
    if (rc == 0)
        rc = rest_to_train(set, has_spec(spec, n, TRAIN), err);
    hash_free(listed);
    return rc;
}
