#include "io/cnn/cnn.h"

#include "io/base/apart.h"
#include "io/cnn/onnx_graph.h"
#include "io/cnn/onnxruntime.h"
#include "io/file/file.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cnn_engine_found(Err *err)
{
    if (!onnxruntime()->api)
        err_set(err, "%s", onnxruntime()->why.text);
    return onnxruntime()->api != NULL;
}

/* --- networks --- */

enum { VECTOR, GRID, N_OUTPUTS };

struct Cnn {
    CnnInfo info;
    void *session;
    char *input;             /* the tensor's name */
    char *output[N_OUTPUTS]; /* likewise */
    int n_outputs;
    int64_t batch; /* pictures of one run: the network's, or 1 */
    bool grid_channels_last;
    char **metadata; /* key, value, key, value, … NULL */
};

/* A file of 2 GiB cannot be a protocol buffer. */
static const size_t FILE_MAX = 0x7fffffff;

void cnn_free(Cnn *cnn)
{
    if (!cnn)
        return;
    if (cnn->session)
        ORT_CALL(RELEASE_SESSION, void (*)(void *))(cnn->session);
    free(cnn->input);
    for (int i = 0; i < N_OUTPUTS; i++)
        free(cnn->output[i]);
    for (char **text = cnn->metadata; text && *text; text++)
        free(*text);
    free(cnn->metadata);
    free(cnn);
}

const CnnInfo *cnn_info(const Cnn *cnn)
{
    return &cnn->info;
}

const char *cnn_metadata(const Cnn *cnn, const char *key)
{
    for (char **text = cnn->metadata; *text; text += 2)
        if (!strcmp(text[0], key))
            return text[1];
    return NULL;
}

static char *copy_text(OnnxText text)
{
    return strndup(text.at ? text.at : "", text.len);
}

static int copy_metadata(Cnn *cnn, const OnnxGraph *graph, Err *err)
{
    cnn->metadata = calloc((size_t)graph->n_properties * 2 + 1, sizeof *cnn->metadata);
    if (!cnn->metadata)
        return err_set(err, "out of memory");
    for (int i = 0; i < graph->n_properties; i++) {
        char *key = copy_text(graph->properties[i].key), *value = copy_text(graph->properties[i].value);
        if (!key || !value) {
            free(key);
            free(value);
            return err_set(err, "out of memory");
        }
        cnn->metadata[2 * i] = key;
        cnn->metadata[2 * i + 1] = value;
    }
    return 0;
}

/* The input's layout and size. */
static int take_input(Cnn *cnn, const OnnxGraph *graph, const CnnWish *wish, Err *err)
{
    const int64_t *shape = graph->shape;
    enum { BATCH_MAX = 1024, SIDE_MAX = 1 << 14 };
    cnn->batch = shape[0] > 0 ? shape[0] : 1;
    cnn->info.channels_last = shape[1] != 3;
    if ((shape[1] != 3 && shape[3] != 3) || cnn->batch > BATCH_MAX)
        return err_set(err, "the model's input is not pictures of three channels");
    int64_t h = cnn->info.channels_last ? shape[1] : shape[2], w = cnn->info.channels_last ? shape[2] : shape[3];
    if ((h < 1 || w < 1) && !wish->width)
        return err_set(err, "the model leaves the size of its input open: say it with --size WxH");
    if (wish->width && ((w > 0 && w != wish->width) || (h > 0 && h != wish->height)))
        return err_set(err, "--size %dx%d: the model's input is %lld x %lld pixels", wish->width, wish->height,
                       (long long)w, (long long)h);
    cnn->info.width = (int)(w > 0 ? w : wish->width);
    cnn->info.height = (int)(h > 0 ? h : wish->height);
    if (w > SIDE_MAX || h > SIDE_MAX)
        return err_set(err, "the model's input of %lld x %lld pixels is too large", (long long)w, (long long)h);
    cnn->input = copy_text(graph->input);
    return cnn->input ? 0 : err_set(err, "out of memory");
}

static int find_layer(const OnnxGraph *graph, const char *option, const char *name, OnnxText otherwise,
                      OnnxText *out, Err *err)
{
    *out = name ? onnx_find_tensor(graph, name) : otherwise;
    if (out->len)
        return 0;
    return name ? err_set(err, "%s: the model has no tensor or node '%s'", option, name)
                : err_set(err, "the model has no global pooling: name a layer with %s", option);
}

static int find_layers(Cnn *cnn, const OnnxGraph *graph, const CnnWish *wish, OnnxText layer[N_OUTPUTS], Err *err)
{
    const OnnxNode *pooling = onnx_last_pooling(graph);
    OnnxText none = {NULL, 0};
    cnn->n_outputs = wish->grid ? N_OUTPUTS : 1;
    if (find_layer(graph, "--layer", wish->layer, pooling ? pooling->output : none, &layer[VECTOR], err) ||
        (wish->grid &&
         find_layer(graph, "--grid-layer", wish->grid_layer, pooling ? pooling->input : none, &layer[GRID], err)))
        return -1;
    for (int i = 0; i < cnn->n_outputs; i++)
        if (!(cnn->output[i] = copy_text(layer[i])))
            return err_set(err, "out of memory");
    cnn->info.layer = cnn->output[VECTOR];
    cnn->info.grid_layer = wish->grid ? cnn->output[GRID] : "";
    return 0;
}

/* One thread: the caller's. Others would wait for work by spinning. */
static int make_session(Cnn *cnn, const void *bytes, size_t len, Err *err)
{
    void *options = NULL;
    int rc = ort_judge(ORT_CALL(CREATE_SESSION_OPTIONS, OrtStatus(*)(void **))(&options), err);
    if (!rc)
        rc = ort_judge(ORT_CALL(SET_INTRA_OP_NUM_THREADS, OrtStatus(*)(void *, int))(options, 1), err);
    if (!rc)
        rc = ort_judge(
            ORT_CALL(CREATE_SESSION_FROM_ARRAY, OrtStatus(*)(void *, const void *, size_t, void *, void **))(
                onnxruntime()->env, bytes, len, options, &cnn->session),
            err);
    if (options)
        ORT_CALL(RELEASE_SESSION_OPTIONS, void (*)(void *))(options);
    return rc;
}

/* --- running --- */

/* The output's numbers, borrowed from it, and its shape. */
static const float *look(void *value, int64_t dim[4], size_t *rank, Err *err)
{
    void *info = NULL, *data = NULL;
    int type = 0;
    if (ort_judge(ORT_CALL(GET_TENSOR_TYPE_AND_SHAPE, OrtStatus(*)(void *, void **))(value, &info), err))
        return NULL;
    int rc = ort_judge(ORT_CALL(GET_TENSOR_ELEMENT_TYPE, OrtStatus(*)(void *, int *))(info, &type), err) ||
             ort_judge(ORT_CALL(GET_DIMENSIONS_COUNT, OrtStatus(*)(void *, size_t *))(info, rank), err);
    if (!rc && (type != TYPE_FLOAT || *rank < 2 || *rank > 4))
        rc = err_set(err, "the layer is not float32 numbers of two to four dimensions");
    if (!rc)
        rc = ort_judge(ORT_CALL(GET_DIMENSIONS, OrtStatus(*)(void *, int64_t *, size_t))(info, dim, *rank), err);
    if (!rc)
        rc = ort_judge(ORT_CALL(GET_TENSOR_MUTABLE_DATA, OrtStatus(*)(void *, void **))(value, &data), err);
    ORT_CALL(RELEASE_TENSOR_TYPE_AND_SHAPE_INFO, void (*)(void *))(info);
    return rc ? NULL : data;
}

/* Runs the network on `input`; the caller releases the values. */
static int run(const Cnn *cnn, const float *input, void *values[N_OUTPUTS], Err *err)
{
    const CnnInfo *info = &cnn->info;
    size_t one = (size_t)info->width * (size_t)info->height * 3, bytes = one * (size_t)cnn->batch * sizeof *input;
    int64_t planes[4] = {cnn->batch, 3, info->height, info->width},
            pixels[4] = {cnn->batch, info->height, info->width, 3};
    float *batch = NULL;
    void *tensor = NULL;
    if (cnn->batch > 1) { /* the picture, and empty ones */
        if (!(batch = calloc(1, bytes)))
            return err_set(err, "out of memory");
        memcpy(batch, input, one * sizeof *input);
    }
    int rc = ort_judge(ORT_CALL(CREATE_TENSOR_WITH_DATA,
                                OrtStatus(*)(void *, const void *, size_t, const int64_t *, size_t, int, void **))(
                           onnxruntime()->memory, batch ? batch : input, bytes,
                           info->channels_last ? pixels : planes, 4, TYPE_FLOAT, &tensor),
                       err);
    if (!rc)
        rc = ort_judge(ORT_CALL(RUN, OrtStatus(*)(void *, void *, const char *const *, void *const *, size_t,
                                                  const char *const *, size_t, void **))(
                           cnn->session, NULL, (const char *const *)&cnn->input, &tensor, 1,
                           (const char *const *)cnn->output, (size_t)cnn->n_outputs, values),
                       err);
    if (tensor)
        ORT_CALL(RELEASE_VALUE, void (*)(void *))(tensor);
    free(batch);
    return rc;
}

static void release(void *values[N_OUTPUTS])
{
    for (int i = 0; i < N_OUTPUTS; i++)
        if (values[i])
            ORT_CALL(RELEASE_VALUE, void (*)(void *))(values[i]);
}

/* Numbers of one picture. -1: the first dimension is not the batch. */
static int64_t count_one(const Cnn *cnn, const int64_t *dim, size_t rank)
{
    int64_t n = 1;
    for (size_t i = 1; i < rank; i++)
        n *= dim[i];
    return dim[0] == cnn->batch && n > 0 && n <= INT_MAX ? n : -1;
}

static int copy_vector(const Cnn *cnn, void *value, float *out, Err *err)
{
    int64_t dim[4];
    size_t rank;
    const float *data = look(value, dim, &rank, err);
    if (!data)
        return -1;
    if (count_one(cnn, dim, rank) != cnn->info.features)
        return err_set(err, "layer '%s' changes its shape from picture to picture", cnn->info.layer);
    memcpy(out, data, (size_t)cnn->info.features * sizeof *out);
    return 0;
}

/* To (rows · columns, channels), whichever way the network keeps it. */
static int copy_grid(const Cnn *cnn, void *value, float *out, Err *err)
{
    int64_t dim[4];
    size_t rank;
    const CnnInfo *info = &cnn->info;
    size_t cells = (size_t)info->grid_rows * (size_t)info->grid_columns, channels = (size_t)info->grid_channels;
    const float *data = look(value, dim, &rank, err);
    if (!data)
        return -1;
    if (rank != 4 || count_one(cnn, dim, rank) != (int64_t)(cells * channels))
        return err_set(err, "layer '%s' changes its shape from picture to picture", info->grid_layer);
    if (cnn->grid_channels_last) {
        memcpy(out, data, cells * channels * sizeof *out);
        return 0;
    }
    for (size_t c = 0; c < channels; c++)
        for (size_t p = 0; p < cells; p++)
            out[p * channels + c] = data[c * cells + p];
    return 0;
}

int cnn_run(const Cnn *cnn, const float *input, float *vector, float *grid, Err *err)
{
    void *values[N_OUTPUTS] = {NULL, NULL};
    int rc = run(cnn, input, values, err);
    if (!rc)
        rc = copy_vector(cnn, values[VECTOR], vector, err);
    if (!rc && grid)
        rc = copy_grid(cnn, values[GRID], grid, err);
    release(values);
    return rc;
}

/* --- opening --- */

/* The grid's channels are as many as the vector's numbers where only one dimension is; else they stand as in the
 * input. */
static int take_grid(Cnn *cnn, void *value, Err *err)
{
    CnnInfo *info = &cnn->info;
    int64_t dim[4];
    size_t rank;
    if (!look(value, dim, &rank, err))
        return -1;
    if (rank != 4 || count_one(cnn, dim, rank) < 0)
        return err_set(err, "layer '%s' is not a grid: name one with --grid-layer", info->grid_layer);
    bool first = dim[1] == info->features, last = dim[3] == info->features;
    cnn->grid_channels_last = first == last ? info->channels_last : last;
    info->grid_channels = (int)(cnn->grid_channels_last ? dim[3] : dim[1]);
    info->grid_rows = (int)(cnn->grid_channels_last ? dim[1] : dim[2]);
    info->grid_columns = (int)(cnn->grid_channels_last ? dim[2] : dim[3]);
    return 0;
}

/* Sizes of what comes out, from a first run on nothing: a file need not state them. */
static int take_sizes(Cnn *cnn, Err *err)
{
    void *values[N_OUTPUTS] = {NULL, NULL};
    int64_t dim[4];
    size_t rank;
    float *nothing = calloc((size_t)cnn->info.width * (size_t)cnn->info.height * 3, sizeof *nothing);
    if (!nothing)
        return err_set(err, "out of memory");
    int rc = run(cnn, nothing, values, err);
    if (!rc && !look(values[VECTOR], dim, &rank, err))
        rc = -1;
    if (!rc) {
        int64_t n = count_one(cnn, dim, rank);
        cnn->info.features = (int)n;
        rc = n < 0 ? err_set(err, "layer '%s' does not give a vector for a picture", cnn->info.layer) : 0;
    }
    if (!rc && cnn->n_outputs > 1)
        rc = take_grid(cnn, values[GRID], err);
    release(values);
    free(nothing);
    return rc;
}

/* What a trial tells. */
typedef struct {
    int rc;
    Err err;
    CnnInfo info; /* its numbers; its texts are those of another process */
    bool grid_channels_last;
} Verdict;

typedef struct {
    Cnn *cnn;
    const void *bytes;
    size_t len;
} Trial;

static void try_out(void *ctx, void *result)
{
    const Trial *t = ctx;
    Verdict *v = result;
    v->rc = make_session(t->cnn, t->bytes, t->len, &v->err) || take_sizes(t->cnn, &v->err);
    v->info = t->cnn->info;
    v->grid_channels_last = t->cnn->grid_channels_last;
}

/* The engine trusts a model's file. So each that is not known is loaded, and run once, in another process first. */
static int try_apart(Cnn *cnn, const void *bytes, size_t len, Err *err)
{
    enum { SECONDS = 10, BYTES_PER_SECOND = 10000000, BASE = 1 << 30 };
    const Trial trial = {cnn, bytes, len};
    Verdict v;
    if (apart_run(try_out, (void *)&trial, &v, sizeof v, SECONDS + (int64_t)len / BYTES_PER_SECOND,
                  BASE + 8 * (int64_t)len, err))
        return err_prefix(err, "ONNX Runtime fails on it: ");
    if (v.rc)
        return err_set(err, "%s", v.err.text);
    cnn->info.features = v.info.features;
    cnn->info.grid_rows = v.info.grid_rows;
    cnn->info.grid_columns = v.info.grid_columns;
    cnn->info.grid_channels = v.info.grid_channels;
    cnn->grid_channels_last = v.grid_channels_last;
    return 0;
}

static int open_bytes(Cnn *cnn, char **bytes, size_t len, const CnnWish *wish, Err *err)
{
    OnnxGraph graph;
    OnnxText layer[N_OUTPUTS];
    digest_hex(*bytes, len, cnn->info.sha256);
    if (wish->sha256 && strcmp(wish->sha256, cnn->info.sha256))
        return err_set(err, "another network: its SHA-256 is %s, not %s", cnn->info.sha256, wish->sha256);
    if (onnx_graph_read(&graph, *bytes, len, err))
        return -1;
    int rc = copy_metadata(cnn, &graph, err) || take_input(cnn, &graph, wish, err) ||
             find_layers(cnn, &graph, wish, layer, err) ||
             onnx_add_outputs(&graph, bytes, &len, layer, cnn->n_outputs, err);
    onnx_graph_free(&graph);
    if (rc)
        return -1;
    if (wish->harmless && wish->harmless(cnn->info.sha256))
        return make_session(cnn, *bytes, len, err) || take_sizes(cnn, err) ? -1 : 0;
    return try_apart(cnn, *bytes, len, err) || make_session(cnn, *bytes, len, err) ? -1 : 0;
}

Cnn *cnn_open(const char *path, const CnnWish *wish, Err *err)
{
    size_t len;
    char *bytes = file_read(path, FILE_MAX, &len, err);
    Cnn *cnn = bytes ? calloc(1, sizeof *cnn) : NULL;
    if (!bytes)
        return NULL;
    int rc = cnn ? 0 : err_set(err, "out of memory");
    if (!rc && !cnn_engine_found(err))
        rc = -1;
    else if (!rc && open_bytes(cnn, &bytes, len, wish, err))
        rc = err_prefix(err, "%s: ", path);
    free(bytes);
    if (!rc)
        return cnn;
    cnn_free(cnn);
    return NULL;
}
