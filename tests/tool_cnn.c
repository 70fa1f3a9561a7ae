/* For scripts/bench-features.
 *
 *   tool_cnn engine CNN.onnx THREADS ROUNDS PICTURE...   runs the network on pictures that are prepared in memory,
 *                                                        and prints pictures per second
 *   tool_cnn prepare CNN.onnx THREADS ROUNDS PICTURE...  the same without running it
 *   tool_cnn enlarge WIDTH HEIGHT IN.jpg OUT.jpg         writes the picture at another size */
#include "io/base/clock.h"
#include "io/cnn/cnn.h"
#include "io/file/file.h"
#include "io/picture/encoder_jpeg.h"
#include "pipeline/common/pipe.h"
#include "pipeline/features/preprocess.h"
#include "tests/support/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Err err;

static int die(void)
{
    fprintf(stderr, "tool_cnn: %s\n", err.text);
    return 1;
}

static int read_image(const char *path, const ImageWish *wish, Image *image)
{
    size_t len;
    char *bytes = file_read(path, IMAGE_FILE_MAX, &len, &err);
    int rc = bytes ? image_decode(image, bytes, len, wish, NULL, &err) : -1;
    free(bytes);
    return rc;
}

static int enlarge(int w, int h, const char *in, const char *out)
{
    enum { QUALITY = 92 };
    Image image, large;
    unsigned char *bytes;
    size_t len;
    if (read_image(in, &(ImageWish){0}, &image) || image_scale(&large, &image, w, h, &err) ||
        encode_jpeg(&large, QUALITY, false, &bytes, &len, &err))
        return die();
    FILE *f = fopen(out, "wbe");
    int rc = !f || fwrite(bytes, 1, len, f) != len || fclose(f) ? 1 : 0;
    image_free(&image);
    image_free(&large);
    free(bytes);
    return rc;
}

/* --- the engine alone --- */

typedef struct {
    const Cnn *cnn;
    const float *inputs;
    size_t input; /* numbers of one */
    int n;
    int64_t taken, total;
} Work;

typedef struct {
    int64_t i;
    float *vector;
} Item;

static int take(void *ctx, void *item, Err *e)
{
    Work *w = ctx;
    (void)e;
    ((Item *)item)->i = w->taken;
    return w->taken++ < w->total;
}

static int work(void *ctx, void *item, Err *e)
{
    const Work *w = ctx;
    const Item *it = item;
    return cnn_run(w->cnn, w->inputs + (size_t)(it->i % w->n) * w->input, it->vector, NULL, e);
}

static int run(Work *w, int threads)
{
    enum { AHEAD = 2, THREADS_MAX = 64 };
    Item items[AHEAD * THREADS_MAX];
    int rc, n = AHEAD * (threads < THREADS_MAX ? threads : THREADS_MAX);
    void *item;
    for (int i = 0; i < n; i++)
        if (!(items[i].vector = malloc((size_t)cnn_info(w->cnn)->features * sizeof(float))))
            return err_set(&err, "out of memory");
    double began = clock_now();
    Pipe *pipe = pipe_start(&(PipeSpec){.take = take,
                                        .work = work,
                                        .ctx = w,
                                        .items = items,
                                        .item_size = sizeof *items,
                                        .depth = n,
                                        .workers = threads},
                            &err);
    if (!pipe)
        return -1;
    while ((rc = pipe_next(pipe, &item, &err)) > 0)
        ;
    pipe_stop(pipe);
    printf("%.2f\n", (double)w->total / (clock_now() - began));
    for (int i = 0; i < n; i++)
        free(items[i].vector);
    return rc;
}

static int engine(const char *path, bool go, int threads, int rounds, char **picture, int n)
{
    Preprocess prepare;
    const PreprocessWish wish = {.order = -1, .fit = -1};
    Cnn *cnn = cnn_open(path, &(CnnWish){0}, &err);
    if (!cnn || preprocess_choose(&prepare, cnn, &wish, &err))
        return die();
    const CnnInfo *info = cnn_info(cnn);
    size_t input = (size_t)info->width * (size_t)info->height * 3;
    float *inputs = calloc((size_t)n * input, sizeof *inputs);
    if (!inputs)
        return 1;
    for (int i = 0; i < n; i++) {
        ImageWish size = {0};
        Image image;
        preprocess_least(info, &size.least_w, &size.least_h);
        if (read_image(picture[i], &size, &image) ||
            preprocess_fill(&prepare, info, &image, inputs + (size_t)i * input, &err))
            return die();
        image_free(&image);
    }
    Work all = {.cnn = cnn, .inputs = inputs, .input = input, .n = n, .total = (int64_t)n * rounds};
    int rc = go ? run(&all, threads) : 0;
    free(inputs);
    cnn_free(cnn);
    return rc < 0 ? die() : 0;
}

int main(int argc, char **argv)
{
    bool go = argc > 1 && !strcmp(argv[1], "engine");
    if (argc > 5 && (go || !strcmp(argv[1], "prepare")) && whole_number(argv[3]) > 0 && whole_number(argv[4]) > 0)
        return engine(argv[2], go, whole_number(argv[3]), whole_number(argv[4]), argv + 5, argc - 5);
    if (argc == 6 && !strcmp(argv[1], "enlarge") && whole_number(argv[2]) > 0 && whole_number(argv[3]) > 0)
        return enlarge(whole_number(argv[2]), whole_number(argv[3]), argv[4], argv[5]);
    fprintf(stderr, "usage: tool_cnn engine|prepare CNN THREADS ROUNDS PICTURE... | enlarge WIDTH HEIGHT IN OUT\n");
    return 2;
}
