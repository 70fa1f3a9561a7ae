/* Writes a dataset directory of the course's sizes, which must exist, to measure on:
 *
 *   tool_course DIR IMAGES CAPTIONS [SOURCE]
 *
 * D 512, V 1004, captions 17 wide. Split train: IMAGES images and CAPTIONS captions; val: 40504 images, without
 * captions. From SOURCE, a dataset directory with 512 features, come real captions (their words the 1000
 * most frequent, those that fit) and features, which val repeats with a little noise. Without it captions have
 * 7 to 14 words (those of the course: 10.5 on average) that are frequent as 1/rank. The same bytes on every run.
 * Prints how many words are due on average, <END> counted. */
#include "io/base/err.h"
#include "io/data/dataset.h"
#include "tests/support/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { D = 512, V = 1004, C = 17, VAL = 40504, SPECIAL = 4 };

static Err line;
static uint64_t noise = 1;

static void need(int ok)
{
    if (ok)
        return;
    fprintf(stderr, "tool_course: %s\n", line.text);
    exit(1);
}

static void *numbers(size_t n, size_t size)
{
    void *p = calloc(n, size);
    err_set(&line, "out of memory");
    need(p != NULL);
    return p;
}

/* 0 to 1. */
static double draw(void)
{
    noise = noise * 6364136223846793005u + 1442695040888963407u;
    return (double)(noise >> 40) / (double)(1 << 24);
}

static H5 *make(const char *dir, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    H5 *h5 = h5_create(path, &line);
    need(h5 != NULL);
    return h5;
}

/* The source's words by falling frequency: which number a word of it gets here. */
static int32_t *ranks(const Dataset *source, char **words)
{
    int n = source->vocab.size;
    int64_t *count = numbers((size_t)n, sizeof *count);
    int32_t *rank = numbers((size_t)n, sizeof *rank);
    for (int64_t i = 0; i < source->n * source->width; i++)
        count[source->captions.ints[i]]++;
    for (int w = 0; w < n; w++)
        rank[w] = w < SPECIAL ? w : 3;
    for (int r = SPECIAL; r < V; r++) {
        int best = -1;
        for (int w = SPECIAL; w < n; w++)
            if (count[w] >= 0 && (best < 0 || count[w] > count[best]))
                best = w;
        err_set(&line, "%s has fewer than %d words", source->dir, V);
        need(best >= 0);
        rank[best] = r;
        count[best] = -1;
        words[r] = source->vocab.word[best];
    }
    free(count);
    return rank;
}

static int fits(const int32_t *row, int width)
{
    int n = 0;
    while (n < width && row[n] != 0)
        n++;
    return n <= C;
}

static void real_captions(const Dataset *source, int images, int n, int32_t *captions, int32_t *image, char **words)
{
    int32_t *rank = ranks(source, words);
    int64_t from = 0;
    for (int i = 0; i < n; from = (from + 1) % source->n) {
        const int32_t *row = source->captions.ints + from * source->width;
        if (!fits(row, source->width))
            continue;
        for (int t = 0; t < C && t < source->width; t++)
            captions[i * C + t] = rank[row[t]];
        image[i] = source->image.ints[from] % images;
        i++;
    }
    free(rank);
}

/* A word whose rank r has the density 1/r. */
static int32_t zipf(void)
{
    return SPECIAL - 1 + (int32_t)exp(draw() * log(V - SPECIAL + 1));
}

static void made_captions(int images, int n, int32_t *captions, int32_t *image)
{
    for (int i = 0; i < n; i++) {
        int32_t *row = captions + (size_t)i * C;
        int length = 7 + (int)((draw() + draw()) * 4), t = 0;
        row[t++] = 1;
        while (t <= length)
            row[t++] = zipf();
        row[t] = 2;
        image[i] = i % images;
    }
}

static void put_features(const char *dir, const char *split, int images, const Dataset *source, float much)
{
    char name[64];
    const int64_t dim[2] = {images, D};
    float *features = numbers((size_t)images * D, sizeof *features);
    for (size_t i = 0; i < (size_t)images * D; i++)
        features[i] = much * (float)(2 * draw() - 1) +
                      (source ? source->features.floats[i % (size_t)(source->features.rows * D)] : 0);
    snprintf(name, sizeof name, "%s2014_vgg16_fc7_pca.h5", split);
    H5 *h5 = make(dir, name);
    need(!h5_write_floats(h5, "features", 2, dim, features, &line));
    need(!h5_close(h5, &line));
    free(features);
}

int main(int argc, char **argv)
{
    err_set(&line, "usage: tool_course DIR IMAGES CAPTIONS [SOURCE]");
    need(argc == 4 || argc == 5);
    int images = whole_number(argv[2]), n = whole_number(argv[3]);
    const int64_t dim[2] = {n, C};
    Dataset source = {0};
    char path[4096], made[V][12] = {"<NULL>", "<START>", "<END>", "<UNK>"}, *words[V];
    need(images > 0 && n > 0);
    if (argc == 5) {
        need(!dataset_open(&source, argv[4], "train", 0, &line));
        err_set(&line, "%s has not %d features", argv[4], D);
        need(source.features.columns == D);
    }
    int32_t *captions = numbers((size_t)n * C, sizeof *captions), *image = numbers((size_t)n, sizeof *image);
    for (int w = 0; w < V; w++) {
        if (w >= SPECIAL)
            snprintf(made[w], sizeof made[w], "w%d", w);
        words[w] = made[w];
    }
    if (argc == 5)
        real_captions(&source, images, n, captions, image, words);
    else
        made_captions(images, n, captions, image);
    H5 *h5 = make(argv[1], "coco2014_captions.h5");
    need(!h5_write_ints(h5, "train_captions", 2, dim, captions, &line));
    need(!h5_write_ints(h5, "train_image_idxs", 1, dim, image, &line));
    need(!h5_close(h5, &line));
    snprintf(path, sizeof path, "%s/coco2014_vocab.json", argv[1]);
    need(!vocab_write(&(Vocab){.word = words, .size = V}, path, &line));
    put_features(argv[1], "train", images, argc == 5 ? &source : NULL, argc == 5 ? 0 : 1);
    put_features(argv[1], "val", VAL, argc == 5 ? &source : NULL, argc == 5 ? 0.2f : 1);
    int64_t due = 0;
    for (int64_t i = 0; i < (int64_t)n * C; i++)
        due += i % C > 0 && captions[i] != 0;
    printf("%.3f\n", (double)due / n);
    free(captions), free(image);
    dataset_close(&source);
    return 0;
}
