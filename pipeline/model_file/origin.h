/* Where features come from: the CNN, its layers, how it takes pictures, and the PCA that reduced its vector.
 * coco-features writes it, coco-prepare keeps it, coco-train puts it into the model, so that coco-sample can caption
 * pictures.
 *
 *   attributes of "/" of a features file, or of "/cnn" of a model:  format, cnn, cnn_sha256, layer, grid_layer, fit,
 *             order, version, grid_rows, grid_columns, input_width, input_height, exact, truncated, mean (3), scale (3)
 *   group "/pca" of both:  mean (C), components (C, D); group "/grid_pca": the same of the grid's places
 *
 * cnn_sha256 stands for all of the first: without it nothing is known of the CNN. Everything is checked as it is read;
 * messages name the file and the attribute or dataset. Main thread. */
#ifndef COCO_PIPELINE_MODEL_FILE_ORIGIN_H
#define COCO_PIPELINE_MODEL_FILE_ORIGIN_H

#include "io/base/err.h"
#include "io/hdf5/h5.h"
#include "pipeline/model_file/reduction.h"

#include <stdbool.h>

enum { ORIGIN_CHANNELS = 3 };
#define ORIGIN_FORMAT "coco-features"
#define ORIGIN_FITS "squash|crop"
#define ORIGIN_ORDERS "rgb|bgr"

typedef struct {
    /* Owned; NULL: unknown. */
    const char *sha256;             /* of the CNN's file */
    const char *cnn;                /* its name, without folders */
    const char *layer, *grid_layer; /* tensors; grid_layer is "" if no grid was asked for */
    const char *fit, *order;        /* words of the lists above */
    const char *format;             /* of the features file */
    int64_t version;
    int64_t grid_rows, grid_columns, input_width, input_height; /* 0: unknown */
    int64_t exact, truncated; /* how pictures were read (pipeline/features/extractor.h): 0 or 1 */
    double mean[ORIGIN_CHANNELS], scale[ORIGIN_CHANNELS]; /* x = (pixel - mean)·scale. NaN: unknown */
    Pca pca, grid_pca; /* of the vector, of a place of the grid; C is 0 without one */
} Origin;

/* Reads what the file says, which may be nothing; object is "/" or "/cnn". The caller frees; after a failure it is
 * zeroed. */
int origin_read(Origin *origin, H5 *h5, const char *object, Err *err);
/* The same from the features file at `path`. */
int origin_read_file(Origin *origin, const char *path, Err *err);
/* Writes what is known, and makes the groups for it. */
int origin_write(const Origin *origin, H5 *h5, const char *object, Err *err);
int origin_write_pca(const Pca *pca, H5 *h5, Err *err);
int origin_write_grid_pca(const Pca *pca, H5 *h5, Err *err);
void origin_free(Origin *origin); /* safe on a zero-initialized one */

/* -1: its PCA does not reduce to D numbers; a line that names the file and what D is ("input_dim"). */
int origin_gives(const Origin *origin, int64_t D, const char *path, const char *what, Err *err);
/* The same of the grid's PCA, for C numbers a place. */
int origin_gives_grid(const Origin *origin, int64_t C, const char *path, const char *what, Err *err);

bool origin_known(const Origin *origin); /* its CNN or a PCA */
/* -1: the features of `path` were made by another CNN than those that `model` was trained on; a line with both names.
 * 0 also if one of them is unknown. */
int origin_same_cnn(const Origin *model, const char *model_path, const Origin *features, const char *path,
                    Err *err);
/* The same also of the PCAs that reduced the vector and the grid's places. */
int origin_agree(const Origin *model, const char *model_path, const Origin *features, const char *path, Err *err);

#endif
