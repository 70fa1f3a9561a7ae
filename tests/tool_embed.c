/* Captions the rows of a features file by the library for C programs, all in one call:
 *
 *   tool_embed MODEL FEATURES.h5 [BEAM [TIMES]]    each row TIMES times; prints "logprob caption", a line each */
#include "io/data/grid.h"
#include "io/hdf5/h5.h"
#include "pipeline/embed/coco.h"
#include "tests/support/number.h"

#include <stdio.h>
#include <stdlib.h>

static Err line;

static void need(int ok)
{
    if (ok)
        return;
    fprintf(stderr, "tool_embed: %s\n", line.text);
    exit(1);
}

/* The features of all rows; the caller unmaps. */
static H5Matrix read_features(const char *path)
{
    H5Matrix features;
    H5Info info;
    H5 *h5 = h5_open(path, &line);
    need(h5 && h5_info(h5, "features", &info, &line) == 0);
    need(h5_map(h5, "features", H5_FLOATS, 2, info.dim, &features, &line) == 0);
    need(h5_close(h5, &line) == 0);
    return features;
}

/* The grids of all rows (rows, places, channels); NULL: the model takes none. The caller frees. */
static float *read_grids(const CocoCaptioner *captioner, const char *path, CocoImage *like)
{
    Grid grid;
    if (!coco_channels(captioner))
        return NULL;
    need(grid_open(&grid, path, &line) == 0);
    float *numbers = malloc((size_t)grid.rows.rows * grid.rows.numbers * sizeof *numbers);
    for (int64_t i = 0; i < grid.rows.rows; i++)
        need(numbers && grid_row(&grid, i, numbers + (size_t)i * grid.rows.numbers, &line) == 0);
    like->places = grid.places;
    like->channels = grid.channels;
    grid_close(&grid);
    return numbers;
}

int main(int argc, char **argv)
{
    CocoOptions options = {.beam = argc > 3 ? whole_number(argv[3]) : 0};
    int times = argc > 4 ? whole_number(argv[4]) : 1;
    need(argc >= 3 && err_set(&line, "usage: tool_embed MODEL FEATURES.h5 [BEAM [TIMES]]"));
    CocoCaptioner *captioner = coco_open(argv[1], &options, line.text);
    need(captioner != NULL);
    H5Matrix features = read_features(argv[2]);
    CocoImage like = {.n_features = (int)features.columns};
    float *grids = read_grids(captioner, argv[2], &like);
    int n = (int)features.rows * times;
    CocoImage *images = calloc((size_t)n, sizeof *images);
    CocoCaption *captions = calloc((size_t)n, sizeof *captions);
    need(images && captions);
    for (int i = 0; i < n; i++) {
        images[i] = like;
        images[i].features = features.floats + (size_t)(i / times) * (size_t)features.columns;
        if (grids)
            images[i].grid = grids + (size_t)(i / times) * (size_t)(like.places * like.channels);
    }
    need(coco_caption(captioner, images, n, captions, line.text) == 0);
    for (int i = 0; i < n; i++) {
        printf("%.4f %s\n", captions[i].logprob, captions[i].text);
        free(captions[i].text);
    }
    free(captions);
    free(images);
    free(grids);
    h5_unmap(&features);
    coco_close(captioner);
    return 0;
}
