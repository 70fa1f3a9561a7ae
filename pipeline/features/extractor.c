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

static int read_picture(const Extractor *x, const char *path, Image *image, Err *err)
{
    ImageWish wish = {.max_pixels = x->wish.max_pixels, .draw_cut = x->wish.truncated};
    size_t len;
    char *bytes = file_read(path, IMAGE_FILE_MAX, &len, err);
    if (!bytes)
        return -1;
    if (!x->wish.exact)
        preprocess_least(cnn_info(x->cnn), &wish.least_w, &wish.least_h);
    int rc = image_decode(image, bytes, len, &wish, NULL, err);
    free(bytes);
    return rc ? err_prefix(err, "%s: ", path) : 0;
}

int extractor_run(const Extractor *x, const char *path, PictureNumbers *out, Err *err)
{
    Image image = {0};
    if (read_picture(x, path, &image, err))
        return 1;
    int rc = preprocess_fill(&x->prepare, cnn_info(x->cnn), &image, out->input, err);
    image_free(&image);
    if (rc || cnn_run(x->cnn, out->input, out->vector, out->grid, err))
        return -1;
    for (int i = 0; i < cnn_info(x->cnn)->features; i++)
        if (!isfinite(out->vector[i])) {
            err_set(err, "%s: number %d of its features is not finite", path, i);
            return 1;
        }
    return 0;
}
