#include "pipeline/features/extractor.h"

#include "io/file/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int picture_numbers_alloc(PictureNumbers *p, const CnnInfo *info, Err *err)
{
    size_t input = (size_t)info->width * (size_t)info->height * 3,
           grid = (size_t)info->grid_rows * (size_t)info->grid_columns * (size_t)info->grid_channels;
    p->input = malloc(input * sizeof *p->input);
    p->vector = malloc((size_t)info->features * sizeof *p->vector);
    p->grid = grid ? malloc(grid * sizeof *p->grid) : NULL;
    return p->input && p->vector && (!grid || p->grid) ? 0 : err_set(err, "out of memory");
}

void picture_numbers_free(PictureNumbers *p)
{
    free(p->input);
    free(p->vector);
    free(p->grid);
    memset(p, 0, sizeof *p);
}

int extractor_decode(const Extractor *x, const char *bytes, size_t len, Image *image, Err *err)
{
    ImageWish wish = {.max_pixels = x->wish.max_pixels, .draw_cut = x->wish.truncated};
    if (!x->wish.exact)
        preprocess_least(cnn_info(x->cnn), &wish.least_w, &wish.least_h);
    return image_decode(image, bytes, len, &wish, NULL, err);
}

int extractor_compute(const Extractor *x, const Image *image, const PictureNumbers *out, Err *err)
{
    if (preprocess_fill(&x->prepare, cnn_info(x->cnn), image, out->input, err))
        return -1;
    return cnn_run(x->cnn, out->input, out->vector, out->grid, err);
}

int extractor_run(const Extractor *x, const char *path, const PictureNumbers *out, Err *err)
{
    Image image = {0};
    size_t len;
    char *bytes = file_read(path, IMAGE_FILE_MAX, &len, err);
    if (!bytes)
        return 1;
    int broken = extractor_decode(x, bytes, len, &image, err);
    free(bytes);
    if (broken) {
        err_prefix(err, "%s: ", path);
        return 1;
    }
    int rc = extractor_compute(x, &image, out, err);
    image_free(&image);
    for (int i = 0; rc == 0 && i < cnn_info(x->cnn)->features; i++)
        if (!isfinite(out->vector[i])) {
            err_set(err, "%s: the network gives numbers that are not finite", path);
            return 1;
        }
    return rc;
}
